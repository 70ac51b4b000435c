/* docx_read.c: word/document.xml → paragraphs, as a reader of the printed page sees them. Streamed; what is held is a
 * stack of open elements and one line buffer.
 *
 * Paragraphs nest (a text box stands in a run of another paragraph), so each open paragraph remembers where in the
 * line buffer it began; when it ends, its part is put out and cut off. Inside a table what is put out goes to the
 * cell, and only rows of the outermost table become lines.
 *
 * Seen: runs, insertions, content controls, text boxes once (the fallback that old programs read is skipped).
 * Not seen: deletions and what was moved away, hidden text, field codes, notes, readings above characters (ruby). A
 * paragraph whose mark was deleted runs on into the next. */
#include "document/inside.h"

#include <stdlib.h>

enum element { E_OTHER, E_BODY, E_BR, E_CR, E_DEL, E_DEL_TEXT, E_GRID_BEFORE, E_GRID_SPAN, E_MOVE_FROM,
    E_NO_BREAK_HYPHEN, E_P, E_P_PR, E_PTAB, E_R, E_R_PR, E_RT, E_SYM, E_T, E_TAB, E_TBL, E_TC, E_TR, E_TR_PR,
    E_TXBX, E_V_MERGE, E_VANISH };

static const struct { const char *name; enum element element; } elements[] = {
    { "body", E_BODY }, { "br", E_BR }, { "cr", E_CR }, { "del", E_DEL }, { "delText", E_DEL_TEXT },
    { "gridBefore", E_GRID_BEFORE }, { "gridSpan", E_GRID_SPAN }, { "moveFrom", E_MOVE_FROM },
    { "noBreakHyphen", E_NO_BREAK_HYPHEN }, { "p", E_P }, { "pPr", E_P_PR }, { "ptab", E_PTAB }, { "r", E_R },
    { "rPr", E_R_PR }, { "rt", E_RT }, { "sym", E_SYM }, { "t", E_T }, { "tab", E_TAB }, { "tbl", E_TBL },
    { "tc", E_TC }, { "tr", E_TR }, { "trPr", E_TR_PR }, { "txbxContent", E_TXBX }, { "vMerge", E_V_MERGE },
    { "vanish", E_VANISH },
};

struct open_element {
    enum element is;
    bool hidden;      /* of a run */
    bool mark_deleted; /* of a paragraph: it runs on into the next */
    bool taken;       /* of mc:AlternateContent: one of its forms was read */
    size_t line_from; /* of a paragraph */
};

struct docx {
    struct arena *a;
    struct buf *text;   /* where lines go; NULL when only a table is wanted */
    struct grid *table; /* the first table; NULL when text is wanted */
    struct open_element open[XML_DEPTH_MAX + 1];
    size_t depth, skip_from; /* skip_from: everything at this depth and below is not seen; 0: all is */
    struct buf line, cell;
    struct slices row;
    size_t text_bytes, rows, tables_open;
    size_t span;       /* columns of the cell */
    bool cell_covered; /* by the merged one above it */
    bool row_deleted, runs_on;
    size_t runs_on_from;
};

static enum element element_of(enum xml_space space, const char *name)
{
    if (space == XML_MATH)
        return strcmp(name, "t") ? E_OTHER : E_T;
    for (size_t i = 0; space == XML_WORD && i < COUNT(elements); i++)
        if (!strcmp(elements[i].name, name))
            return elements[i].element;
    return E_OTHER;
}

static enum element parent(const struct docx *d, size_t up)
{
    return d->depth > up ? d->open[d->depth - up].is : E_OTHER;
}

static bool too_long(struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "document-text-too-long", S("32"), S(""));
}

/* ---------- lines and rows ---------- */

static bool put_line(struct docx *d, size_t from, struct fault *f)
{
    struct slice line = slice_from(buf_slice(&d->line), from);
    if (d->tables_open) {
        if (d->cell.len)
            buf_char(&d->cell, '\n');
        buf_put(&d->cell, line);
    } else if (d->text) {
        buf_put(d->text, line);
        buf_char(d->text, '\n');
    }
    d->line.len = from;
    return !d->line.failed && !d->cell.failed && !(d->text && d->text->failed) ? true : too_long(f);
}

/* What ran on to a paragraph that never came. */
static bool put_rest(struct docx *d, struct fault *f)
{
    bool rest = d->runs_on;
    d->runs_on = false;
    return !rest || put_line(d, d->runs_on_from, f);
}

/* Cells that stand empty because of a gap or a merge. */
static bool put_empty(struct docx *d, size_t n, struct fault *f)
{
    if (d->row.n + n > TABLE_COLUMNS_MAX)
        return fault_set(f, FAULT_REFUSED, "document-columns-many", slice_format(d->a, "%d", TABLE_COLUMNS_MAX),
            slice_format(d->a, "%zu", d->rows + 1));
    for (; n; n--)
        PUSH(d->a, &d->row, S(""));
    return true;
}

static bool put_cell(struct docx *d, struct fault *f)
{
    struct slice cell = d->cell_covered ? S("") : slice_trim(buf_slice(&d->cell));
    d->text_bytes += cell.len + 1;
    if (d->text_bytes > DOCUMENT_TEXT_MAX_BYTES)
        return too_long(f);
    if (!put_empty(d, d->span, f))
        return false;
    d->row.at[d->row.n - d->span] = slice_copy(d->a, cell);
    d->cell.len = 0;
    return true;
}

/* A number of columns as the file says it, `least` where it says nothing of sense. */
static size_t columns_of(const char **attributes, size_t least)
{
    int64_t n;
    bool fits = slice_int(xml_attribute(attributes, "val"), &n) && n >= (int64_t)least;
    return !fits ? least : n > TABLE_COLUMNS_MAX ? TABLE_COLUMNS_MAX + 1 : (size_t)n;
}

static bool put_row(struct docx *d, struct fault *f)
{
    struct slices row = d->row;
    d->row = (struct slices){ 0 };
    if (d->row_deleted)
        return true;
    for (size_t i = 0; d->table && i < row.n; i++)
        if (!grid_put(d->a, d->table, d->rows, i, row.at[i], f))
            return false;
    d->rows++;
    if (d->text)
        grid_text(&(struct grid){ .at = &row, .n = 1 }, d->text);
    return !(d->text && d->text->failed) ? true : too_long(f);
}

/* ---------- elements ---------- */

static bool is_off(const char **attributes)
{
    struct slice v = xml_attribute(attributes, "val");
    return slice_equal(v, S("0")) || slice_equal(v, S("false")) || slice_equal(v, S("off"));
}

static bool in_hidden_run(const struct docx *d)
{
    for (size_t i = d->depth; i > 0 && d->open[i].is != E_P; i--)
        if (d->open[i].is == E_R)
            return d->open[i].hidden;
    return false;
}

/* A character that stands in the run as an element. A tab also occurs in settings: only a run's child is text. */
static bool put_mark(struct docx *d, const char *mark)
{
    if (parent(d, 1) == E_R && !d->open[d->depth - 1].hidden)
        buf_text(&d->line, mark);
    return true;
}

static bool is_page_break(const char **attributes)
{
    struct slice type = xml_attribute(attributes, "type");
    return slice_equal(type, S("page")) || slice_equal(type, S("column"));
}

/* A sign by its number in a font. Symbol fonts use the private area: what it looks like is not known. */
static bool put_symbol(struct docx *d, const char **attributes)
{
    struct slice hex = xml_attribute(attributes, "char");
    uint32_t code = hex.len && hex.len <= 6 ? (uint32_t)strtoul(slice_text(d->a, hex), NULL, 16) : 0;
    bool plain = code >= 0x20 && code < 0xD800;
    char bytes[8] = "□";
    if (plain) {
        struct buf b = buf_open(8);
        utf8_put(&b, code);
        memcpy(bytes, b.at, b.len);
        bytes[b.len] = 0;
        buf_close(&b);
    }
    return put_mark(d, bytes);
}

static void open_paragraph(struct docx *d)
{
    d->open[d->depth].line_from = d->runs_on ? d->runs_on_from : d->line.len;
    d->runs_on = false;
}

/* What changes how the rest is seen. True when the element and all below it are not. */
static bool is_unseen(struct docx *d, enum element e, enum xml_space space, const char *name)
{
    if (space == XML_COMPATIBILITY && (!strcmp(name, "Choice") || !strcmp(name, "Fallback"))) {
        bool again = d->open[d->depth - 1].taken;
        d->open[d->depth - 1].taken = true;
        return again;
    }
    if (e == E_DEL && parent(d, 1) == E_R_PR && parent(d, 2) == E_P_PR && parent(d, 3) == E_P)
        d->open[d->depth - 3].mark_deleted = true;
    if (e == E_DEL && parent(d, 1) == E_TR_PR && d->tables_open == 1)
        d->row_deleted = true;
    return e == E_DEL || e == E_MOVE_FROM || e == E_RT || e == E_DEL_TEXT;
}

static bool open_in_table(struct docx *d, enum element e, const char **attributes, struct fault *f)
{
    if (e == E_TR) {
        d->row_deleted = false;
    } else if (e == E_TC) {
        d->span = 1;
        d->cell_covered = false;
    } else if (e == E_GRID_SPAN) {
        d->span = columns_of(attributes, 1);
    } else if (e == E_V_MERGE) {
        d->cell_covered = !slice_equal(xml_attribute(attributes, "val"), S("restart"));
    } else if (e == E_GRID_BEFORE) {
        return put_empty(d, columns_of(attributes, 0), f);
    }
    return true;
}

static bool on_open(void *self, enum xml_space space, const char *name, const char **attributes, struct fault *f)
{
    struct docx *d = self;
    enum element e = element_of(space, name);
    d->open[++d->depth] = (struct open_element){ .is = e };
    if (d->skip_from)
        return true;
    if (is_unseen(d, e, space, name)) {
        d->skip_from = d->depth;
        return true;
    }
    switch (e) {
    case E_P: open_paragraph(d); return true;
    case E_TAB: case E_PTAB: return put_mark(d, "\t");
    case E_BR: case E_CR: return is_page_break(attributes) || put_mark(d, "\n");
    case E_NO_BREAK_HYPHEN: return put_mark(d, "-");
    case E_SYM: return put_symbol(d, attributes);
    case E_VANISH:
        if (parent(d, 1) == E_R_PR && parent(d, 2) == E_R)
            d->open[d->depth - 2].hidden = !is_off(attributes);
        return true;
    case E_TBL: d->tables_open++; return true;
    default: return d->tables_open != 1 || open_in_table(d, e, attributes, f);
    }
}

static bool close_paragraph(struct docx *d, struct fault *f)
{
    size_t from = d->open[d->depth].line_from;
    if (from > d->line.len) /* the buffer failed and is empty */
        return too_long(f);
    if (!d->open[d->depth].mark_deleted)
        return put_line(d, from, f);
    d->runs_on = true;
    d->runs_on_from = from;
    return true;
}

static bool close_table(struct docx *d)
{
    d->tables_open--;
    return d->tables_open || !d->table || !d->table->n; /* the first that holds something is enough */
}

static bool on_close(void *self, enum xml_space space, const char *name, struct fault *f)
{
    struct docx *d = self;
    enum element e = d->open[d->depth].is;
    bool seen = !d->skip_from;
    if (d->skip_from == d->depth)
        d->skip_from = 0;
    bool ok = true;
    if (seen && e == E_P)
        ok = close_paragraph(d, f);
    else if (seen && (e == E_TC || e == E_TXBX || e == E_BODY))
        ok = put_rest(d, f) && (e != E_TC || d->tables_open != 1 || put_cell(d, f));
    else if (seen && e == E_TR && d->tables_open == 1)
        ok = put_row(d, f);
    else if (seen && e == E_TBL)
        ok = close_table(d);
    d->depth--;
    return ok;
}

static bool on_text(void *self, struct slice s, struct fault *f)
{
    struct docx *d = self;
    if (!d->skip_from && d->open[d->depth].is == E_T && !in_hidden_run(d))
        buf_put(&d->line, s);
    return !d->line.failed ? true : too_long(f);
}

static bool read(struct package *p, struct docx *d, struct fault *f)
{
    static const struct xml_handler handler = { on_open, on_close, on_text };
    d->a = p->a;
    d->line = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    d->cell = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    bool ok = xml_read(p, "word/document.xml", &handler, d, f);
    buf_close(&d->line);
    buf_close(&d->cell);
    return ok;
}

bool docx_text(struct package *p, struct buf *text, struct fault *f)
{
    struct docx *d = NEW(p->a, struct docx, 1);
    d->text = text;
    if (!read(p, d, f))
        return false;
    return slice_trim(buf_slice(text)).len ? true : fault_set(f, FAULT_REFUSED, "document-no-text", S(""), S(""));
}

bool docx_table(struct package *p, struct grid *g, struct fault *f)
{
    struct docx *d = NEW(p->a, struct docx, 1);
    d->table = g;
    return read(p, d, f);
}
