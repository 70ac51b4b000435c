/* xlsx_read.c: the first sheet not hidden that has rows, as a grid. Four parts, each streamed: the workbook names the
 * sheets, the shared strings hold most of the texts, the styles tell days from numbers, the sheet holds the cells. */
#include "document/inside.h"

#include <stdlib.h>

enum { SHEETS_MAX = 256, STRINGS_MAX = 2000000, STYLES_MAX = 65536, MERGES_MAX = 65536 };

struct sheet_name { const char *relation; bool hidden; };
struct own_format { int64_t id; struct slice code; };
struct range { size_t top, left, bottom, right; };

struct xlsx {
    struct arena *a;
    struct { struct sheet_name *at; size_t n, cap; } sheets;
    bool since_1904;
    struct slices strings;
    size_t string_bytes;
    struct { struct own_format *at; size_t n, cap; } own;
    struct { struct slice *at; size_t n, cap; } styles; /* the number format of each cell style */
    bool in_styles;

    struct buf text;         /* of the string or cell being read */
    bool in_text, in_value, in_reading; /* in_reading: phonetic signs above a text, not seen */
    size_t row, column, next_column, style;
    bool any_row;
    char type[12];
    struct { struct range *at; size_t n, cap; } merges;
    struct grid *grid;
};

static bool too_long(struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "document-text-too-long", S("32"), S(""));
}

static bool damaged(const char *part, struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "document-damaged", slice_of(part), S(""));
}

static bool is_on(struct slice v)
{
    return slice_equal(v, S("1")) || slice_equal(v, S("true"));
}

/* ---------- the workbook ---------- */

static bool open_workbook(void *self, enum xml_space space, const char *name, const char **at, struct fault *f)
{
    struct xlsx *x = self;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "workbookPr"))
        x->since_1904 = is_on(xml_attribute(at, "date1904"));
    if (strcmp(name, "sheet") || x->sheets.n == SHEETS_MAX)
        return true;
    struct slice state = xml_attribute(at, "state"), id = xml_attribute(at, "id");
    PUSH(x->a, &x->sheets, (struct sheet_name){ slice_text(x->a, id), state.len && !slice_equal(state, S("visible")) });
    return true;
}

/* ---------- strings ---------- */

/* _x000D_ stands for a character that XML cannot hold or Excel would not keep. */
static struct slice unescape(struct arena *a, struct slice s)
{
    if (slice_find(s, S("_x")) < 0)
        return slice_copy(a, s);
    struct buf b = buf_open(s.len + 8);
    for (size_t i = 0; i < s.len; i++) {
        struct slice hex = slice_part(s, i + 2, i + 6);
        bool escaped = slice_starts(slice_from(s, i), S("_x")) && hex.len == 4 && i + 6 < s.len && s.at[i + 6] == '_' &&
            strspn(slice_text(a, hex), "0123456789abcdefABCDEF") == 4;
        if (!escaped) {
            buf_char(&b, s.at[i]);
            continue;
        }
        uint32_t code = (uint32_t)strtoul(slice_text(a, hex), NULL, 16);
        if (code == '\t' || code == '\n' || (code >= 0x20 && (code < 0xD800 || code > 0xDFFF)))
            utf8_put(&b, code);
        i += 6;
    }
    s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

static bool take_text(void *self, struct slice s, struct fault *f)
{
    struct xlsx *x = self;
    if ((x->in_text && !x->in_reading) || x->in_value)
        buf_put(&x->text, s);
    return !x->text.failed ? true : too_long(f);
}

static bool open_string(void *self, enum xml_space space, const char *name, const char **at, struct fault *f)
{
    struct xlsx *x = self;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "si"))
        x->text.len = 0;
    x->in_text = x->in_text || !strcmp(name, "t");
    x->in_reading = x->in_reading || !strcmp(name, "rPh");
    return true;
}

static bool close_string(void *self, enum xml_space space, const char *name, struct fault *f)
{
    struct xlsx *x = self;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "t"))
        x->in_text = false;
    if (!strcmp(name, "rPh"))
        x->in_reading = false;
    if (strcmp(name, "si"))
        return true;
    x->string_bytes += x->text.len;
    if (x->string_bytes > DOCUMENT_OUT_MAX_BYTES || x->strings.n == STRINGS_MAX)
        return too_long(f);
    PUSH(x->a, &x->strings, unescape(x->a, buf_slice(&x->text)));
    return true;
}

/* ---------- styles ---------- */

static struct slice format_of(const struct xlsx *x, int64_t id)
{
    for (size_t i = 0; i < x->own.n; i++)
        if (x->own.at[i].id == id)
            return x->own.at[i].code;
    return number_builtin(id);
}

static bool open_style(void *self, enum xml_space space, const char *name, const char **at, struct fault *f)
{
    struct xlsx *x = self;
    int64_t id = 0;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "cellXfs"))
        x->in_styles = true;
    if (!slice_int(xml_attribute(at, "numFmtId"), &id))
        id = 0;
    if (!strcmp(name, "numFmt") && x->own.n < 1024)
        PUSH(x->a, &x->own, (struct own_format){ id, slice_copy(x->a, xml_attribute(at, "formatCode")) });
    if (x->in_styles && !strcmp(name, "xf") && x->styles.n < STYLES_MAX)
        PUSH(x->a, &x->styles, format_of(x, id));
    return true;
}

static bool close_style(void *self, enum xml_space space, const char *name, struct fault *f)
{
    struct xlsx *x = self;
    if (space == XML_SHEET && !strcmp(name, "cellXfs"))
        x->in_styles = false;
    return true;
}

/* ---------- the sheet ---------- */

/* AB12 → row 11, column 27; false for what is no place in a sheet. */
static bool place_of(struct slice s, size_t *row, size_t *column)
{
    size_t i = 0, c = 0;
    int64_t r;
    while (i < s.len && i < 3 && s.at[i] >= 'A' && s.at[i] <= 'Z')
        c = c * 26 + (size_t)(s.at[i++] - 'A') + 1;
    if (!i || !slice_int(slice_from(s, i), &r) || r < 1 || r > 1048576)
        return false;
    *row = (size_t)r - 1;
    *column = c - 1;
    return true;
}

static bool open_row(struct xlsx *x, const char **at, struct fault *f)
{
    struct slice number = xml_attribute(at, "r");
    int64_t r = (int64_t)(x->any_row ? x->row + 2 : 1);
    if (number.len && (!slice_int(number, &r) || r < 1 || r > 1048576))
        return damaged("row", f);
    x->row = (size_t)r - 1;
    x->any_row = true;
    x->next_column = 0;
    return true;
}

static bool open_cell(struct xlsx *x, const char **at, struct fault *f)
{
    struct slice place = xml_attribute(at, "r"), type = xml_attribute(at, "t");
    int64_t style;
    x->column = x->next_column;
    if (place.len && !place_of(place, &x->row, &x->column))
        return damaged("cell", f);
    x->next_column = x->column + 1;
    x->style = slice_int(xml_attribute(at, "s"), &style) && style >= 0 ? (size_t)style : 0;
    snprintf(x->type, sizeof x->type, S_FMT, S_ARG(type));
    x->text.len = 0;
    return true;
}

static bool open_merge(struct xlsx *x, const char **at)
{
    struct slice rest = xml_attribute(at, "ref"), first, last;
    struct range r;
    if (slice_cut(&rest, ':', &first) && slice_cut(&rest, ':', &last) && x->merges.n < MERGES_MAX &&
        place_of(first, &r.top, &r.left) && place_of(last, &r.bottom, &r.right))
        PUSH(x->a, &x->merges, r);
    return true;
}

static bool open_sheet(void *self, enum xml_space space, const char *name, const char **at, struct fault *f)
{
    struct xlsx *x = self;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "row"))
        return open_row(x, at, f);
    if (!strcmp(name, "c"))
        return open_cell(x, at, f);
    if (!strcmp(name, "mergeCell"))
        return open_merge(x, at);
    x->in_value = x->in_value || !strcmp(name, "v");
    x->in_text = x->in_text || !strcmp(name, "t");
    x->in_reading = x->in_reading || !strcmp(name, "rPh");
    return true;
}

static bool put_cell(struct xlsx *x, struct fault *f)
{
    struct slice v = buf_slice(&x->text), seen;
    int64_t index;
    if (!strcmp(x->type, "s")) {
        if (!v.len)
            return true;
        if (!slice_int(v, &index) || index < 0 || (size_t)index >= x->strings.n)
            return damaged("sharedStrings.xml", f);
        seen = x->strings.at[index];
    } else if (!strcmp(x->type, "b")) {
        seen = is_on(v) ? S("TRUE") : S("FALSE");
    } else if (!strcmp(x->type, "d")) { /* ISO 8601 */
        seen = slice_copy(x->a, slice_part(v, 0, 10));
    } else if (!*x->type || !strcmp(x->type, "n")) {
        struct slice format = x->style < x->styles.n ? x->styles.at[x->style] : S("");
        seen = v.len ? number_seen(x->a, slice_copy(x->a, v), format, x->since_1904) : v;
    } else { /* inlineStr, str, e */
        seen = unescape(x->a, v);
    }
    return grid_put(x->a, x->grid, x->row, x->column, seen, f);
}

static bool close_sheet(void *self, enum xml_space space, const char *name, struct fault *f)
{
    struct xlsx *x = self;
    if (space != XML_SHEET)
        return true;
    if (!strcmp(name, "c"))
        return put_cell(x, f);
    if (!strcmp(name, "v"))
        x->in_value = false;
    if (!strcmp(name, "t"))
        x->in_text = false;
    if (!strcmp(name, "rPh"))
        x->in_reading = false;
    return true;
}

/* What a merged range covers is not seen, whatever is left in the file. */
static void clear_merged(struct xlsx *x)
{
    struct grid *g = x->grid;
    for (size_t i = 0; i < x->merges.n; i++) {
        struct range m = x->merges.at[i];
        for (size_t r = m.top; r <= m.bottom && r < g->n; r++)
            for (size_t c = m.left; c <= m.right && c < g->at[r].n; c++)
                if (r != m.top || c != m.left)
                    g->at[r].at[c] = S("");
    }
}

/* ---------- all together ---------- */

static bool read_related(struct package *p, const char *type_end, const struct xml_handler *h, struct xlsx *x, struct fault *f)
{
    const char *part;
    return package_related(p, "xl/workbook.xml", NULL, type_end, &part, f) && (!part || xml_read(p, part, h, x, f));
}

static bool read_sheets(struct package *p, struct xlsx *x, struct fault *f)
{
    static const struct xml_handler sheet = { open_sheet, close_sheet, take_text };
    for (size_t i = 0; i < x->sheets.n && !x->grid->n; i++) {
        const char *part;
        if (x->sheets.at[i].hidden)
            continue;
        if (!package_related(p, "xl/workbook.xml", x->sheets.at[i].relation, NULL, &part, f))
            return false;
        x->any_row = false;
        x->row = 0;
        x->merges.n = 0;
        if (part && !xml_read(p, part, &sheet, x, f))
            return false;
        clear_merged(x);
        grid_tidy(x->grid);
    }
    return true;
}

bool xlsx_table(struct package *p, struct grid *g, struct fault *f)
{
    static const struct xml_handler workbook = { open_workbook, NULL, NULL },
        strings = { open_string, close_string, take_text }, styles = { open_style, close_style, NULL };
    struct xlsx *x = NEW(p->a, struct xlsx, 1);
    x->a = p->a;
    x->grid = g;
    x->text = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    bool ok = xml_read(p, "xl/workbook.xml", &workbook, x, f) && read_related(p, "/sharedStrings", &strings, x, f) &&
        read_related(p, "/styles", &styles, x, f) && read_sheets(p, x, f);
    buf_close(&x->text);
    return ok;
}
