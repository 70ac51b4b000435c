/* round_sheet.c: a unit's grid as a table that goes out to a spreadsheet and comes back, and the summary of a round as a
 * paper. What comes back is taken whole or not at all: every row that is wrong is named with its row in the sheet. What
 * is taken stands as a draft in the grid, with its changes marked, before anybody sends it on. */
#include "web/pages_round.h"
#include "pages.tpl.h"

enum { HEAD_ROWS_MAX = 10, FAULTS_MAX = 50 };

static const char *const types[] = { [PAPER_DOCX] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    [PAPER_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };

static enum http_outcome send_paper(struct page *g, const struct paper *p, enum paper_format format, struct slice name)
{
    struct slice bytes;
    struct fault f;
    if (!document_write(g->arena, g->web->config.reader, p, format, &bytes, &f))
        return page_fail(g, &f);
    http_download(g->p, slice_format(g->arena, S_FMT ".%s", S_ARG(name), format == PAPER_DOCX ? "docx" : "xlsx"), types[format]);
    buf_put(&g->p->body, bytes);
    return HTTP_DONE;
}

/* ---------- the summary ---------- */

enum http_outcome show_round_summary(struct page *g)
{
    struct round_row row;
    struct paper_content c;
    struct fault f;
    struct paper p = { .landscape = true };
    bool docx = slice_equal(http_param(g->q, "format"), S("docx"));
    if (!docx && !slice_equal(http_param(g->q, "format"), S("xlsx")))
        return page_missing(g);
    if (!round_of_page(g, &row, &f) || !round_summary(&g->look, &row, &c, &f))
        return page_fail(g, &f);
    if (!g->web->config.reader)
        return page_missing(g);
    struct slice title = slice_format(g->arena, S_FMT "汇总表", S_ARG(round_title(g, &row)));
    PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TITLE, .text = title }));
    PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TABLE_HEAD, .cells = c.head }));
    for (size_t i = 0; i < c.n_rows; i++)
        PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TABLE_ROW, .cells = c.rows[i] }));
    return send_paper(g, &p, docx ? PAPER_DOCX : PAPER_XLSX, title);
}

/* ---------- the grid goes out ---------- */

struct sheet { /* of one unit */
    struct page *g;
    struct round_row row;
    struct round_unit unit;
    struct round_lines lines;
};

static bool sheet_open(struct page *g, struct sheet *s, struct fault *f)
{
    *s = (struct sheet){ .g = g };
    return round_of_page(g, &s->row, f) && round_unit_of(g, &s->row, &s->unit, f) && round_grid(&g->look, &s->row, s->unit.unit, &s->lines, f);
}

static bool may_upload(const struct sheet *s, struct fault *f)
{
    return round_may_fill(&s->g->look, &s->row, s->unit.unit) || fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

static struct slice sheet_name(struct sheet *s)
{
    return slice_format(s->g->arena, S_FMT S_FMT, S_ARG(unit_short(s->g->look.people, s->unit.unit)), S_ARG(round_title(s->g, &s->row)));
}

static struct slice head_of(const struct sheet *s, size_t i)
{
    return slot_label(s->row.def, s->row.round->columns[i]).zh;
}

enum http_outcome show_round_sheet(struct page *g)
{
    struct sheet s;
    struct fault f;
    struct paper p = { .landscape = true };
    struct slices head = { 0 };
    if (!sheet_open(g, &s, &f))
        return page_fail(g, &f);
    if (!g->web->config.reader) /* nobody who writes documents */
        return page_missing(g);
    PUSH(g->arena, &head, S("编号"));
    PUSH(g->arena, &head, S("事项"));
    for (size_t i = 0; i < s.row.round->n_columns; i++)
        PUSH(g->arena, &head, head_of(&s, i));
    PUSH(g->arena, &head, S("说明"));
    PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TITLE, .text = sheet_name(&s) }));
    PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TABLE_HEAD, .cells = head }));
    for (size_t k = 0; k < s.lines.n; k++) {
        struct slices cells = { 0 };
        PUSH(g->arena, &cells, s.lines.at[k].entry.number);
        PUSH(g->arena, &cells, s.lines.at[k].entry.title);
        for (size_t i = 0; i < s.row.round->n_columns; i++)
            PUSH(g->arena, &cells, s.lines.at[k].said[i]);
        PUSH(g->arena, &cells, s.lines.at[k].note);
        PUSH(g->arena, &p, ((struct block){ .kind = PAPER_TABLE_ROW, .cells = cells }));
    }
    return send_paper(g, &p, PAPER_XLSX, sheet_name(&s));
}

/* ---------- and comes back ---------- */

struct places { size_t number, note, columns[ROUND_COLUMNS_MAX]; }; /* column of the sheet + 1; 0: there is none */

static void say(struct sheet *s, struct sheet_faults *faults, size_t row, struct slice text)
{
    if (faults->n < FAULTS_MAX)
        PUSH(s->g->arena, faults, ((struct sheet_fault){ slice_format(s->g->arena, "第 %zu 行", row + 1), text }));
}

/* The row that names the columns is one of the first. */
static bool find_head(const struct sheet *s, const struct table *t, size_t *head, struct places *at)
{
    for (size_t r = 0; r < t->n && r < HEAD_ROWS_MAX; r++) {
        *at = (struct places){ 0 };
        for (size_t c = 0; c < t->rows[r].n; c++) {
            struct slice cell = slice_trim(t->rows[r].at[c]);
            if (slice_equal(cell, S("编号")))
                at->number = c + 1;
            if (slice_equal(cell, S("说明")))
                at->note = c + 1;
            for (size_t i = 0; i < s->row.round->n_columns; i++)
                if (slice_equal(cell, head_of(s, i)))
                    at->columns[i] = c + 1;
        }
        *head = r;
        if (at->number)
            return true;
    }
    return false;
}

static struct slice cell_at(const struct slices *row, size_t place)
{
    return place && place <= row->n ? slice_trim(row->at[place - 1]) : S("");
}

static const struct round_line *line_numbered(const struct sheet *s, struct slice number)
{
    for (size_t k = 0; k < s->lines.n; k++)
        if (slice_equal(s->lines.at[k].entry.number, number))
            return &s->lines.at[k];
    return NULL;
}

static bool bad_figure(struct slice text)
{
    struct decimal d;
    return text.len && (!decimal_parse(text, &d) || d.value < 0 || decimal_compare(d, decimal_int(100)) > 0);
}

static void put_row(struct sheet *s, struct buf *b, const struct places *at, const struct slices *row, size_t r, const struct round_line *line, struct sheet_faults *faults)
{
    json_comma(b);
    buf_format(b, "{\"entry\":%lld,\"version\":%lld,\"set\":{", (long long)line->entry.id, (long long)line->entry.version);
    for (size_t i = 0; i < s->row.round->n_columns; i++) {
        struct slice v = cell_at(row, at->columns[i]);
        if (!at->columns[i])
            continue; /* a column that was left out says nothing */
        if (s->row.round->columns[i] == COMMON_PROGRESS) {
            if (slice_ends(v, S("%")))
                v = slice_trim(slice_part(v, 0, v.len - 1));
            if (bad_figure(v))
                say(s, faults, r, slice_format(s->g->arena, S_FMT "“" S_FMT "”应是 0 到 100 的数。", S_ARG(head_of(s, i)), S_ARG(v)));
        }
        json_comma(b);
        json_put_string(b, slot_name(s->row.def, s->row.round->columns[i]));
        buf_char(b, ':');
        json_put_string(b, v);
    }
    buf_char(b, '}');
    if (at->note)
        command_text(b, "note", cell_at(row, at->note));
    buf_char(b, '}');
}

static bool seen_before(const struct table *t, const struct places *at, size_t head, size_t r, struct slice number)
{
    for (size_t k = head + 1; k < r; k++)
        if (slice_equal(cell_at(&t->rows[k], at->number), number))
            return true;
    return false;
}

static void put_table(struct sheet *s, struct buf *b, const struct table *t, struct sheet_faults *faults)
{
    struct places at;
    size_t head;
    if (!find_head(s, t, &head, &at)) {
        say(s, faults, 0, S("前几行里找不到“编号”这一列。"));
        return;
    }
    for (size_t r = head + 1; r < t->n; r++) {
        struct slice number = cell_at(&t->rows[r], at.number);
        const struct round_line *line = line_numbered(s, number);
        bool empty = true;
        for (size_t c = 0; c < t->rows[r].n; c++)
            empty = empty && !slice_trim(t->rows[r].at[c]).len;
        if (empty)
            continue;
        if (!number.len)
            say(s, faults, r, S("没有编号。"));
        else if (!line)
            say(s, faults, r, slice_format(s->g->arena, "编号“" S_FMT "”不在本单位的本期报送里。", S_ARG(number)));
        else if (seen_before(t, &at, head, r, number))
            say(s, faults, r, slice_format(s->g->arena, "编号“" S_FMT "”前面已经有了。", S_ARG(number)));
        else
            put_row(s, b, &at, &t->rows[r], r, line, faults);
    }
}

static enum http_outcome upload_page(struct page *g, struct sheet *s, const struct sheet_faults *faults)
{
    struct crumb *crumbs = NEW(g->arena, struct crumb, 3);
    struct round_upload_page v = { .headline = faults && faults->n ? S("表格没有收下") : S("上传填好的表格"), .here = page_address(g, "/rounds/%lld/%lld", (long long)s->row.id, (long long)s->unit.unit) };
    crumbs[0] = (struct crumb){ S("报送"), S("/rounds") };
    crumbs[1] = (struct crumb){ sheet_name(s), v.here };
    crumbs[2] = (struct crumb){ S("上传"), S("") };
    v.crumbs = (struct crumbs){ crumbs, 3 };
    v.action = slice_format(g->arena, S_FMT "/upload", S_ARG(v.here));
    v.sheet = slice_format(g->arena, S_FMT "/sheet", S_ARG(v.here));
    v.shell = page_shell(g, v.headline, "/rounds");
    v.errors = page_errors(g);
    v.hidden = page_hidden(g, s->unit.version);
    if (faults)
        v.faults = *faults;
    if (faults && faults->n)
        g->p->status = 422;
    tpl_round_upload(&g->p->body, &v);
    return HTTP_DONE;
}

enum http_outcome show_round_upload(struct page *g)
{
    struct sheet s;
    struct fault f;
    if (!sheet_open(g, &s, &f) || !may_upload(&s, &f))
        return page_fail(g, &f);
    return upload_page(g, &s, NULL);
}

enum http_outcome post_round_upload(struct page *g)
{
    struct sheet s;
    struct table table;
    struct sheet_faults faults = { 0 };
    struct fault f;
    const struct upload *u = NULL;
    if (!sheet_open(g, &s, &f) || !may_upload(&s, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < g->q->files.n; i++)
        if (slice_equal(g->q->files.at[i].field, S("file")) && g->q->files.at[i].bytes.len)
            u = &g->q->files.at[i];
    if (!u) {
        fault_set(&f, FAULT_REFUSED, "file-empty", S("表格"), S(""));
        f.field = S("file");
        return page_again(g, &f, show_round_upload);
    }
    if (!g->web->config.reader)
        return page_missing(g);
    if (!document_table(g->arena, g->web->config.reader, u->bytes, u->name, &table, &f))
        return page_again(g, &f, show_round_upload);
    struct buf b = command_begin(g, "round");
    command_number(&b, "round", s.row.id);
    command_number(&b, "unit", s.unit.unit);
    command_text(&b, "act", S("file"));
    json_name(&b, "rows");
    buf_char(&b, '[');
    put_table(&s, &b, &table, &faults);
    buf_char(&b, ']');
    if (faults.n) {
        buf_close(&b);
        return upload_page(g, &s, &faults);
    }
    return page_command(g, &b, page_address(g, "/rounds/%lld/%lld?done=kept", (long long)s.row.id, (long long)s.unit.unit), show_round_upload);
}
