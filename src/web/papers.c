/* papers.c: what an issue leaves behind: the annexed table as it was, once to read (docx) and once to reckon with
 * (xlsx). The pack says which paper a ledger has; the files are kept before the command that names them. */
#include "web/pages_office.h"

static const struct paper_kind *paper_of(struct page *g, const struct ledger_def *d)
{
    for (size_t i = 0; i < g->look.pack->n_papers; i++)
        if (g->look.pack->papers[i].def == d)
            return &g->look.pack->papers[i];
    return NULL;
}

/* ---------- setting ---------- */

static void put_block(struct arena *a, struct paper *p, enum paper_block kind, struct slice text)
{
    if (text.len)
        PUSH(a, p, (struct block){ .kind = kind, .text = text });
}

static void put_table(struct arena *a, struct paper *p, const struct paper_content *c)
{
    PUSH(a, p, (struct block){ .kind = PAPER_TABLE_HEAD, .cells = c->head });
    for (size_t i = 0; i < c->n_rows; i++)
        PUSH(a, p, (struct block){ .kind = PAPER_TABLE_ROW, .cells = c->rows[i] });
}

static struct paper paper_set(struct page *g, const struct paper_content *c, bool letter)
{
    struct arena *a = g->arena;
    struct paper p = { .landscape = true };
    struct buf on = buf_open(64);
    int y, m, n;
    day_parts(c->on, &y, &m, &n);
    buf_format(&on, "%d年%d月%d日", y, m, n);
    struct slice dated = buf_keep(a, &on);
    if (letter) {
        put_block(a, &p, PAPER_NUMBER, c->number);
        put_block(a, &p, PAPER_TITLE, c->title);
        put_block(a, &p, PAPER_ADDRESSEE, c->addressee);
        put_block(a, &p, PAPER_PARAGRAPH, c->text);
        put_block(a, &p, PAPER_ANNEX_NOTE, c->table.len ? slice_format(a, "附件：" S_FMT, S_ARG(c->table)) : S(""));
        put_block(a, &p, PAPER_SIGNATURE, c->signer);
        put_block(a, &p, PAPER_DAY, dated);
        PUSH(a, &p, (struct block){ .kind = PAPER_NEW_PAGE });
    }
    put_block(a, &p, PAPER_TITLE, c->table.len ? c->table : c->title);
    put_table(a, &p, c);
    return p;
}

/* ---------- issuing ---------- */

static bool keep_file(struct page *g, struct buf *b, const struct paper *p, enum paper_format format, struct slice name, struct fault *f)
{
    struct slice bytes, hash;
    if (!document_write(g->arena, g->web->config.reader, p, format, &bytes, f) || !file_put(g->web->ledger, g->arena, bytes, &hash, f))
        return false;
    json_comma(b);
    buf_text(b, "{\"hash\":");
    json_put_string(b, hash);
    command_text(b, "name", name);
    buf_char(b, '}');
    return true;
}

enum http_outcome paper_issue(struct page *g, const struct ledger_def *d, int64_t year, struct slice then, page_fn *again)
{
    const struct paper_kind *kind = paper_of(g, d);
    struct paper_content c;
    struct fault f;
    if (!kind || !g->web->config.reader) /* the ledger has no paper, or nobody who writes documents */
        return page_redirect(g, then);
    if (!paper_fill(&g->look, kind->name, year, &c, &f))
        return page_again(g, &f, again);
    struct buf b = buf_open(COMMAND_BYTES_MAX);
    struct paper letter = paper_set(g, &c, true), sheet = paper_set(g, &c, false);
    buf_text(&b, "{\"do\":\"paper\"");
    command_text(&b, "paper", kind->name);
    command_text(&b, "title", c.title);
    command_text(&b, "number", c.number);
    command_number(&b, "year", year);
    command_number(&b, "count", (int64_t)c.n_rows);
    buf_text(&b, ",\"proofs\":[");
    bool ok = keep_file(g, &b, &letter, PAPER_DOCX, slice_format(g->arena, S_FMT ".docx", S_ARG(c.title)), &f)
        && keep_file(g, &b, &sheet, PAPER_XLSX, slice_format(g->arena, S_FMT ".xlsx", S_ARG(c.title)), &f);
    buf_char(&b, ']');
    if (ok)
        return page_command(g, &b, then, again);
    buf_close(&b);
    return page_again(g, &f, again);
}

/* ---------- fetching ---------- */

static const char *type_of(struct slice name)
{
    return slice_ends(name, S(".xlsx")) ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        : slice_ends(name, S(".docx")) ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document" : "application/octet-stream";
}

enum http_outcome show_paper(struct page *g)
{
    struct paper_row *at;
    size_t n;
    int64_t id, place;
    struct slice bytes;
    struct fault f;
    if (!slice_int(http_param(g->q, "paper"), &id) || !slice_int(http_param(g->q, "place"), &place))
        return page_missing(g);
    if (!papers_ask(&g->look, &at, &n, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < n; i++) {
        if (at[i].id != id || at[i].place != place)
            continue;
        if (!file_get(g->web->ledger, g->arena, at[i].hash, &bytes, &f))
            return page_fail(g, &f);
        http_download(g->p, at[i].name, type_of(at[i].name));
        buf_put(&g->p->body, bytes);
        return HTTP_DONE;
    }
    return page_missing(g);
}
