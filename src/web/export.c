/* export.c: a whole list as a file: csv for any program, xlsx for a clerk who reckons, ics for a calendar.
 *
 *   list_export ── counts, refuses what is too much ──▶ the rows, a part at a time ──▶ one of three writers
 *
 * The rows are those of list_ask: what the filters say and what the person may see, nothing else. Each part is read in
 * an arena of its own, so that a long list needs little memory; the reader's transaction holds one state for all parts. */
#include "web/inside.h"

#include <string.h>

enum { PART_ROWS = 2500, CELL_BYTES_MAX = 1 << 20, ICS_LINE_BYTES = 75 };

struct export {
    const struct export_what *what;
    struct look look;           /* in the arena of the part at work */
    const struct ledger_def *def;
    struct { int *at; size_t n, cap; } columns; /* slots */
    struct buf *out;
    struct buf events;          /* of ics: what stands above them counts them */
    struct paper paper;         /* of xlsx */
    int64_t rows, without_day;
    struct fault *fault;
};

/* ---------- columns: the common ones in the order of the page, then all that the ledger declares ---------- */

static const int common_slots[] = { COMMON_NUMBER, COMMON_LIGHT, COMMON_STATE, COMMON_TITLE, COMMON_LEAD, COMMON_SUPPORT, COMMON_LEADER, COMMON_DUE,
    COMMON_PROGRESS, COMMON_SECTION, COMMON_OPENED_ON, COMMON_UPDATED_ON, COMMON_CLOSED_ON };

static void choose_columns(struct export *x)
{
    struct arena *a = x->what->look->arena;
    for (size_t i = 0; i < COUNT(common_slots); i++)
        PUSH(a, &x->columns, common_slots[i]);
    for (size_t i = 0; i < x->def->n_fields; i++)
        PUSH(a, &x->columns, COMMON_COUNT + (int)i);
}

static enum field_type type_of(const struct export *x, int slot)
{
    return slot < COMMON_COUNT ? common_type((enum common)slot) : x->def->fields[slot - COMMON_COUNT].type;
}

static bool is_figure(enum field_type t)
{
    return t == FIELD_INT || t == FIELD_DECIMAL || t == FIELD_MONEY;
}

static struct slice head_of(const struct export *x, struct arena *a, int slot)
{
    struct slice label = slot_label(x->def, slot).zh, unit = slot == COMMON_PROGRESS ? S("%") : slot < COMMON_COUNT ? S("") : x->def->fields[slot - COMMON_COUNT].unit;
    return unit.len ? slice_format(a, S_FMT "（" S_FMT "）", S_ARG(label), S_ARG(unit)) : label;
}

static struct slice cell_of(const struct export *x, struct arena *a, const struct entry *e, int slot)
{
    struct buf b = buf_open(CELL_BYTES_MAX);
    if (slot == COMMON_LIGHT)
        buf_put(&b, light_label(x->def, e->light));
    else
        entry_put_value(&x->look, e, slot, &b);
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* ---------- csv (RFC 4180, UTF-8 with its mark, as spreadsheet programs want it) ---------- */

static void put_csv_cell(struct buf *b, struct slice s, bool figure)
{
    bool formula = !figure && s.len && memchr("=+-@\t\r", s.at[0], 6);
    buf_char(b, '"');
    if (formula)
        buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.at[i]);
    }
    buf_char(b, '"');
}

static void csv_head(struct export *x)
{
    buf_text(x->out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < x->columns.n; i++) {
        buf_text(x->out, i ? "," : "");
        put_csv_cell(x->out, head_of(x, x->what->look->arena, x->columns.at[i]), false);
    }
    buf_text(x->out, "\r\n");
}

static void csv_row(struct export *x, const struct entry *e)
{
    for (size_t i = 0; i < x->columns.n; i++) {
        int slot = x->columns.at[i];
        buf_text(x->out, i ? "," : "");
        put_csv_cell(x->out, cell_of(x, x->look.arena, e, slot), is_figure(type_of(x, slot)));
    }
    buf_text(x->out, "\r\n");
}

static bool csv_end(struct export *x)
{
    (void)x;
    return true;
}

/* ---------- xlsx: days as days, figures as numbers ---------- */

static void xlsx_head(struct export *x)
{
    struct arena *a = x->what->look->arena;
    struct paper_column *columns = NEW(a, struct paper_column, x->columns.n);
    struct slices cells = { NEW(a, struct slice, x->columns.n), x->columns.n, x->columns.n };
    for (size_t i = 0; i < x->columns.n; i++) {
        enum field_type t = type_of(x, x->columns.at[i]);
        columns[i].align = t == FIELD_DAY ? PAPER_DATE : is_figure(t) ? PAPER_FIGURE : PAPER_LEFT;
        cells.at[i] = head_of(x, a, x->columns.at[i]);
    }
    x->paper = (struct paper){ .landscape = true, .columns = columns, .columns_n = x->columns.n };
    PUSH(a, &x->paper, (struct block){ .kind = PAPER_TITLE, .text = x->what->title });
    PUSH(a, &x->paper, (struct block){ .kind = PAPER_TABLE_HEAD, .cells = cells });
}

static void xlsx_row(struct export *x, const struct entry *e)
{
    struct arena *a = x->what->look->arena;
    struct slices cells = { NEW(a, struct slice, x->columns.n), x->columns.n, x->columns.n };
    for (size_t i = 0; i < x->columns.n; i++)
        cells.at[i] = cell_of(x, a, e, x->columns.at[i]);
    PUSH(a, &x->paper, (struct block){ .kind = PAPER_TABLE_ROW, .cells = cells });
}

static bool xlsx_end(struct export *x)
{
    struct slice bytes;
    if (!document_write(x->what->look->arena, x->what->reader, &x->paper, PAPER_XLSX, &bytes, x->fault))
        return false;
    buf_put(x->out, bytes);
    return true;
}

/* ---------- ics (RFC 5545): a whole day for each entry that has a due day ---------- */

/* Of what follows \ ; , and line ends are escaped; lines are folded at 75 octets, never inside a character. */
static void ics_line(struct buf *b, const char *name, struct slice text, bool escape)
{
    struct buf line = buf_open(CELL_BYTES_MAX * 2);
    size_t used = 0;
    buf_text(&line, name);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\r' || (unsigned char)c == 0x7f || ((unsigned char)c < ' ' && c != '\n' && c != '\t'))
            continue;
        if (escape && (c == '\\' || c == ';' || c == ','))
            buf_char(&line, '\\');
        buf_text(&line, c == '\n' ? "\\n" : "");
        if (c != '\n')
            buf_char(&line, c);
    }
    struct slice all = buf_slice(&line);
    for (size_t i = 0; i < all.len;) {
        size_t n = 1;
        while (i + n < all.len && ((unsigned char)all.at[i + n] & 0xC0) == 0x80)
            n++;
        if (used + n > ICS_LINE_BYTES) {
            buf_text(b, "\r\n ");
            used = 1;
        }
        buf_put(b, slice_part(all, i, i + n));
        used += n;
        i += n;
    }
    buf_text(b, "\r\n");
    buf_close(&line);
}

static struct slice ics_day(struct arena *a, day d)
{
    int y, m, n;
    day_parts(d, &y, &m, &n);
    return slice_format(a, "%04d%02d%02d", y, m, n);
}

static void ics_head(struct export *x)
{
    x->events = buf_open(x->out->max);
}

/* The same entry keeps its UID, so that a calendar that reads the file again moves the day. */
static void ics_row(struct export *x, const struct entry *e)
{
    struct arena *a = x->look.arena;
    if (e->due == DAY_NONE) {
        x->without_day++;
        return;
    }
    struct slice number = e->number.len ? slice_format(a, "（" S_FMT "）", S_ARG(e->number)) : S("");
    struct slice stamp = slice_format(a, S_FMT "T000000Z", S_ARG(ics_day(a, e->updated_on != DAY_NONE ? e->updated_on : x->look.today)));
    struct slice more = slice_format(a, S_FMT "\n%s：" S_FMT "\n%s：" S_FMT, S_ARG(cell_of(x, a, e, COMMON_STATE)), "牵头单位", S_ARG(cell_of(x, a, e, COMMON_LEAD)),
        "责任领导", S_ARG(cell_of(x, a, e, COMMON_LEADER)));
    ics_line(&x->events, "BEGIN:VEVENT", S(""), false);
    ics_line(&x->events, "UID:", slice_format(a, "e%lld-%d@taizhang", (long long)e->id, ledger_county(x->look.ledger)), false);
    ics_line(&x->events, "DTSTAMP:", stamp, false);
    ics_line(&x->events, "LAST-MODIFIED:", stamp, false);
    ics_line(&x->events, "DTSTART;VALUE=DATE:", ics_day(a, e->due), false);
    ics_line(&x->events, "DTEND;VALUE=DATE:", ics_day(a, e->due + 1), false);
    ics_line(&x->events, "SUMMARY:", slice_format(a, S_FMT S_FMT, S_ARG(e->title), S_ARG(number)), true);
    ics_line(&x->events, "DESCRIPTION:", more, true);
    ics_line(&x->events, "CATEGORIES:", x->def->label.zh, true);
    ics_line(&x->events, "TRANSP:TRANSPARENT", S(""), false);
    ics_line(&x->events, "END:VEVENT", S(""), false);
}

static bool ics_end(struct export *x)
{
    struct arena *a = x->what->look->arena;
    ics_line(x->out, "BEGIN:VCALENDAR", S(""), false);
    ics_line(x->out, "VERSION:2.0", S(""), false);
    ics_line(x->out, "PRODID:-//taizhang//list//ZH", S(""), false);
    ics_line(x->out, "CALSCALE:GREGORIAN", S(""), false);
    ics_line(x->out, "X-WR-CALNAME:", x->what->title, true);
    if (x->without_day)
        ics_line(x->out, "X-WR-CALDESC:", slice_format(a, "共 %lld 项，其中 %lld 项没有时限，不在日历中。", (long long)x->rows, (long long)x->without_day), true);
    buf_put(x->out, buf_slice(&x->events));
    ics_line(x->out, "END:VCALENDAR", S(""), false);
    x->out->failed = x->out->failed || x->events.failed;
    return true;
}

/* ---------- one walk, three writers ---------- */

static const struct writer {
    int64_t most;
    void (*head)(struct export *x);
    void (*row)(struct export *x, const struct entry *e);
    bool (*end)(struct export *x);
} writers[EXPORT_FORMATS] = {
    [EXPORT_CSV] = { EXPORT_ROWS_MAX, csv_head, csv_row, csv_end },
    [EXPORT_XLSX] = { EXPORT_SHEET_ROWS_MAX, xlsx_head, xlsx_row, xlsx_end },
    [EXPORT_ICS] = { EXPORT_ROWS_MAX, ics_head, ics_row, ics_end },
};

static bool walk(struct export *x, const struct writer *w, struct arena *part)
{
    struct list_query q = *x->what->query;
    struct list_rows rows;
    q.limit = PART_ROWS;
    q.units = true;
    x->look = *x->what->look;
    x->look.arena = part;
    for (q.offset = 0;; q.offset += (int64_t)rows.n) {
        arena_reset(part);
        if (!list_ask(&x->look, &q, &rows, x->fault))
            return false;
        if (rows.total > w->most)
            return fault_set(x->fault, FAULT_REFUSED, "export-too-many", slice_format(x->what->look->arena, "%lld", (long long)rows.total),
                slice_format(x->what->look->arena, "%lld", (long long)w->most));
        q.known_total = rows.total;
        for (size_t i = 0; i < rows.n; i++, x->rows++)
            w->row(x, &rows.at[i]);
        if (part->failed || x->what->look->arena->failed)
            return fault_set(x->fault, FAULT_BROKEN, "no-memory", S(""), S(""));
        if (q.offset + (int64_t)rows.n >= rows.total || !rows.n)
            return true;
    }
}

bool list_export(const struct export_what *what, enum export_format format, struct buf *out, struct fault *f)
{
    const struct writer *w = &writers[format];
    struct export x = { .what = what, .look = *what->look, .def = what->query->def, .out = out, .fault = f };
    struct arena part;
    if (format == EXPORT_XLSX && !what->reader)
        return fault_set(f, FAULT_REFUSED, "sheets-closed", S(""), S(""));
    arena_open(&part, 0);
    choose_columns(&x);
    w->head(&x);
    bool ok = walk(&x, w, &part) && w->end(&x);
    if (ok && out->failed)
        ok = fault_set(f, FAULT_REFUSED, "export-too-large", S(""), S(""));
    buf_close(&x.events);
    arena_close(&part);
    return ok;
}
