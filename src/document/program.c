/* program.c: taizhang-document. One message in on stdin, one out on stdout (inside.h), and between them one document,
 * read or written in the jail of confine.c. It opens nothing but the tables of iconv, before the jail closes. */
#include "document/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { WORK_MAX_BYTES = 700 << 20 };

struct work {
    struct arena arena;
    struct encodings encodings;
    struct wire question;
    struct slices asked; /* its first record */
    struct buf answer;
};

/* ---------- reading ---------- */

/* A text or a package, whichever the bytes are. */
static bool read_grid(struct work *w, struct slice bytes, struct grid *g, struct fault *f)
{
    enum document_kind kind;
    struct package p;
    if (!document_detect(bytes, &kind, f))
        return false;
    if (kind == DOCUMENT_TEXT) {
        struct buf text = buf_open(DOCUMENT_TEXT_MAX_BYTES);
        bool ok = text_read(&w->arena, &w->encodings, bytes, &text, f) && csv_table(&w->arena, buf_slice(&text), g, f);
        return ok; /* the cells are borrowed from the text, which lives as long as the process */
    }
    if (!package_open(&w->arena, bytes, &p, f))
        return false;
    bool ok = p.kind == PACKAGE_XLSX ? xlsx_table(&p, g, f) : docx_table(&p, g, f);
    package_close(&p);
    return ok;
}

static bool is_csv(struct slice name)
{
    return slice_ends(name, S(".csv")) || slice_ends(name, S(".CSV"));
}

static bool read_text(struct work *w, struct slice bytes, struct slice name, struct buf *text, struct fault *f)
{
    enum document_kind kind;
    struct package p;
    struct grid g = { 0 };
    if (!document_detect(bytes, &kind, f))
        return false;
    if (kind == DOCUMENT_TEXT && !is_csv(name))
        return text_read(&w->arena, &w->encodings, bytes, text, f);
    if (kind == DOCUMENT_ZIP) {
        if (!package_open(&w->arena, bytes, &p, f))
            return false;
        bool word = p.kind == PACKAGE_DOCX, ok = word && docx_text(&p, text, f);
        package_close(&p);
        if (word)
            return ok;
    }
    if (!read_grid(w, bytes, &g, f))
        return false;
    grid_text(&g, text);
    return !text->failed || fault_set(f, FAULT_REFUSED, "document-text-too-long", S("32"), S(""));
}

static bool do_text(struct work *w, struct fault *f)
{
    struct buf text = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    if (!read_text(w, w->asked.at[2], w->asked.at[1], &text, f))
        return false;
    if (!slice_trim(buf_slice(&text)).len)
        return fault_set(f, FAULT_REFUSED, "document-empty", S(""), S(""));
    wire_u32(&w->answer, 2);
    wire_field(&w->answer, S("ok"));
    wire_field(&w->answer, buf_slice(&text));
    return true;
}

static bool do_table(struct work *w, struct fault *f)
{
    struct grid g = { 0 };
    if (!read_grid(w, w->asked.at[2], &g, f))
        return false;
    if (!g.n)
        return fault_set(f, FAULT_REFUSED, "document-no-table", S(""), S(""));
    wire_u32(&w->answer, 2);
    wire_field(&w->answer, S("ok"));
    wire_figure(&w->answer, (int64_t)g.columns);
    for (size_t i = 0; i < g.n; i++) {
        size_t n = g.at[i].n;
        wire_u32(&w->answer, n ? n : 1); /* a record has a field at least */
        for (size_t k = 0; k < n; k++)
            wire_field(&w->answer, g.at[i].at[k]);
        if (!n)
            wire_field(&w->answer, S(""));
    }
    return true;
}

/* ---------- writing ---------- */

static bool bad_message(struct fault *f)
{
    return fault_set(f, FAULT_BROKEN, "document-unwritten", S("message"), S(""));
}

static bool take_columns(struct work *w, struct paper *p, struct fault *f)
{
    struct paper_column *columns = NEW(&w->arena, struct paper_column, w->asked.n);
    int64_t landscape, align, width;
    if (w->asked.n % 2 || !slice_int(w->asked.at[1], &landscape))
        return bad_message(f);
    p->landscape = landscape;
    for (size_t i = 2; i + 1 < w->asked.n; i += 2) {
        if (!slice_int(w->asked.at[i], &align) || !slice_int(w->asked.at[i + 1], &width) || align < 0 ||
            align >= PAPER_ALIGNS || width < 0 || width > UINT8_MAX)
            return bad_message(f);
        columns[p->columns_n++] = (struct paper_column){ (enum paper_align)align, (uint8_t)width };
    }
    p->columns = columns;
    return true;
}

/* A writer's texts are UTF-8 without zeros: what else comes is a mistake of the core, not of a person. */
static bool is_text(const struct slices *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (utf8_valid(r->at[i]) != r->at[i].len || (r->at[i].len && memchr(r->at[i].at, 0, r->at[i].len)))
            return false;
    return true;
}

static bool do_paper(struct work *w, struct fault *f)
{
    struct paper p = { 0 };
    struct slices r;
    struct slice bytes;
    int64_t kind;
    if (!take_columns(w, &p, f))
        return false;
    while (wire_next(&w->arena, &w->question, &r)) {
        if (r.n < 2 || !slice_int(r.at[0], &kind) || kind < 0 || kind >= PAPER_BLOCKS || !is_text(&r) ||
            r.n - 2 > TABLE_COLUMNS_MAX)
            return bad_message(f);
        PUSH(&w->arena, &p, (struct block){ (enum paper_block)kind, r.at[1], { r.at + 2, r.n - 2, r.n - 2 } });
    }
    if (w->question.cut)
        return bad_message(f);
    if (!(slice_equal(w->asked.at[0], S("xlsx")) ? xlsx_write : docx_write)(&w->arena, &p, &bytes, f))
        return false;
    wire_u32(&w->answer, 2);
    wire_field(&w->answer, S("ok"));
    wire_field(&w->answer, bytes);
    return true;
}

/* ---------- one question, one answer ---------- */

static const struct verb {
    const char *name;
    bool (*answer)(struct work *w, struct fault *f);
    size_t fields_least;
} verbs[] = {
    { "text", do_text, 3 },
    { "table", do_table, 3 },
    { "docx", do_paper, 2 },
    { "xlsx", do_paper, 2 },
};

static bool read_all(struct buf *b)
{
    for (;;) {
        if (!buf_room(b, 1 << 16))
            return false;
        ssize_t n = read(0, b->at + b->len, b->cap - b->len);
        if (n > 0)
            b->len += (size_t)n;
        else if (!n)
            return true;
        else if (errno != EINTR)
            return false;
    }
}

static void write_all(struct slice s)
{
    while (s.len) {
        ssize_t n = write(1, s.at, s.len);
        if (n > 0)
            s = slice_from(s, (size_t)n);
        else if (errno != EINTR)
            return;
    }
}

static bool answer(struct work *w, struct fault *f)
{
    for (size_t i = 0; i < COUNT(verbs); i++) {
        if (!slice_equal(w->asked.at[0], slice_of(verbs[i].name)) || w->asked.n < verbs[i].fields_least)
            continue;
        bool ok = verbs[i].answer(w, f);
        if (ok && (w->arena.failed || w->answer.failed))
            return fault_set(f, FAULT_REFUSED, "document-text-too-long", S("64"), S(""));
        return ok;
    }
    return bad_message(f);
}

static void put_fault(struct buf *b, const struct fault *f)
{
    *b = buf_open(1 << 16);
    wire_u32(b, 6);
    wire_field(b, S("fault"));
    wire_figure(b, f->kind);
    wire_field(b, slice_of(f->code));
    wire_field(b, slice_part(f->about[0], 0, 1024));
    wire_field(b, slice_part(f->about[1], 0, 1024));
    wire_field(b, slice_of(f->detail));
}

static int usage(void)
{
    static const char text[] =
        "taizhang-document 由 taizhang 自己启动：从标准输入读一个文件，读写完就结束。不用手工运行。\n"
        "taizhang-document is started by taizhang itself; it reads and writes one document on its pipes.\n";
    return write(2, text, sizeof text - 1) < 0 ? 3 : 2;
}

int main(int argc, char **argv)
{
    if (argc > 1 || isatty(0))
        return usage();
    struct work *w = calloc(1, sizeof *w);
    struct fault f = { 0 };
    if (!w)
        return 3;
    arena_open(&w->arena, WORK_MAX_BYTES);
    w->answer = buf_open(MESSAGE_MAX_BYTES);
    struct buf question = buf_open(MESSAGE_MAX_BYTES);
    bool ok = encodings_open(&w->encodings);
    closefrom(SANITIZED ? 3 : 2); /* ASan reports on 2 */
    if (!ok || !confine())
        ok = fault_set(&f, FAULT_BROKEN, "document-unconfined", S(""), S(""));
    else if (!read_all(&question))
        ok = bad_message(&f);
    else {
        w->question.rest = buf_slice(&question);
        ok = wire_next(&w->arena, &w->question, &w->asked) ? answer(w, &f) : bad_message(&f);
    }
    if (!ok)
        put_fault(&w->answer, &f);
    wire_u32(&w->answer, 0);
    write_all(buf_slice(&w->answer));
    _exit(0); /* the process's end frees all */
}
