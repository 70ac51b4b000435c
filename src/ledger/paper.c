/* paper.c: papers that the office issues, filled from live entries as their pack declares them: title, number of the
 * series, a sentence, the table. The result is plain text in cells; who writes a file or a page sets it. */
#include "ledger/inside.h"

#include <stdlib.h>

/* {county} and {year}; what else stands in brackets was refused with the pack or is text. */
static struct slice filled(const struct look *look, struct slice pattern, int64_t year)
{
    struct buf b = buf_open(8000);
    while (pattern.len) {
        ptrdiff_t open = slice_find(pattern, S("{"));
        struct slice mark;
        buf_put(&b, slice_part(pattern, 0, open < 0 ? pattern.len : (size_t)open));
        if (open < 0)
            break;
        pattern = slice_from(pattern, (size_t)open + 1);
        slice_cut(&pattern, '}', &mark);
        if (slice_equal(mark, S("year")))
            buf_int(&b, year);
        else if (slice_equal(mark, S("county")))
            buf_put(&b, ledger_name(look->ledger));
    }
    struct slice s = slice_copy(look->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

struct slice paper_series(struct arena *a, const struct paper_kind *kind)
{
    return slice_format(a, "paper." S_FMT, S_ARG(kind->name));
}

bool paper_number_next(const struct look *look, const struct paper_kind *kind, int64_t year, int64_t *seq, struct slice *number, struct fault *f)
{
    if (!store_number(look->conn, SQL_NUMBER_LAST, ARGS(v_int(ledger_county(look->ledger)), v_text(paper_series(look->arena, kind)), v_int(year)), 0, seq, f))
        return false;
    *number = number_text(look->arena, kind->number, year, ++*seq);
    return true;
}

/* Units by their short names, as tables have them. */
static struct slice cell_of(const struct look *look, const struct entry *e, int slot)
{
    struct buf b = buf_open(1 << 17);
    struct value v = entry_value(look, e, slot);
    if (v.type == TYPE_UNIT)
        buf_put(&b, unit_short(look->people, v.id));
    else if (v.type == TYPE_UNITS)
        for (size_t i = 0; i < v.ids.n; i++)
            buf_format(&b, "%s" S_FMT, i ? "、" : "", S_ARG(unit_short(look->people, v.ids.at[i])));
    else
        entry_put_value(look, e, slot, &b);
    struct slice s = slice_copy(look->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void fill_row(const struct look *look, const struct paper_kind *kind, const struct entry *e, size_t place, struct slices *row)
{
    PUSH(look->arena, row, slice_format(look->arena, "%zu", place));
    for (size_t i = 0; i < kind->n_heads; i++)
        PUSH(look->arena, row, cell_of(look, e, kind->heads[i].slot));
}

/* The live entries of the year, in the order of their numbers. */
static bool fill_table(const struct look *look, const struct paper_kind *kind, int64_t year, struct paper_content *p, struct fault *f)
{
    struct list_query q = { .def = kind->def, .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER, .units = true };
    struct list_rows rows;
    if (!list_ask(look, &q, &rows, f))
        return false;
    if (rows.total > (int64_t)rows.n)
        return fault_set(f, FAULT_REFUSED, "too-large", slice_format(look->arena, "%d", LIST_ROWS_MAX), S(""));
    PUSH(look->arena, &p->head, S("序号"));
    for (size_t i = 0; i < kind->n_heads; i++)
        PUSH(look->arena, &p->head, kind->heads[i].label);
    p->rows = NEW(look->arena, struct slices, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        if (rows.at[i].year == year) {
            fill_row(look, kind, &rows.at[i], p->n_rows + 1, &p->rows[p->n_rows]);
            p->n_rows++;
        }
    return p->n_rows || fault_set(f, FAULT_REFUSED, "paper-empty", kind->label.zh, slice_format(look->arena, "%lld", (long long)year));
}

/* ---------- the summary of a round ---------- */

static const struct paper_kind *paper_of(const struct look *look, const struct ledger_def *d)
{
    for (size_t i = 0; i < look->pack->n_papers; i++)
        if (look->pack->papers[i].def == d)
            return &look->pack->papers[i];
    return NULL;
}

static int by_number(const void *x, const void *y)
{
    const struct round_line *a = x, *b = y;
    return slice_compare(a->entry.number, b->entry.number);
}

/* The columns of the annex; of a ledger without a paper what every entry has. */
static size_t summary_heads(const struct look *look, const struct ledger_def *d, struct paper_head *heads)
{
    static const enum common usual[] = { COMMON_TITLE, COMMON_LEAD, COMMON_DUE };
    const struct paper_kind *kind = paper_of(look, d);
    for (size_t i = 0; i < COUNT(usual) && !kind; i++)
        heads[i] = (struct paper_head){ slot_label(d, usual[i]).zh, usual[i] };
    if (!kind)
        return COUNT(usual);
    memcpy(heads, kind->heads, kind->n_heads * sizeof *heads);
    return kind->n_heads;
}

static struct slice reported_cell(const struct look *look, const struct round_row *row, const struct round_line *line, bool in, size_t i)
{
    bool percent = row->round->columns[i] == COMMON_PROGRESS;
    struct slice said = line->words[i].len ? line->words[i] : line->said[i];
    if (!in)
        return i ? S("") : S("未报");
    return percent && said.len ? slice_format(look->arena, S_FMT "%%", S_ARG(said)) : said;
}

struct summed { struct round_line *at; size_t n, cap; };

/* Lines of a unit that has not reported are marked by `saved` = false. */
static bool gather(const struct look *look, const struct round_row *row, struct summed *all, struct fault *f)
{
    struct round_units units;
    if (!round_units_ask(look, row, &units, f))
        return false;
    for (size_t i = 0; i < units.n; i++) {
        struct round_lines lines;
        bool in = units.at[i].state == ROUND_RELEASED || units.at[i].state == ROUND_TAKEN;
        if (!round_grid(look, row, units.at[i].unit, &lines, f))
            return false;
        for (size_t k = 0; k < lines.n; k++) {
            lines.at[k].saved = in;
            PUSH(look->arena, all, lines.at[k]);
        }
    }
    if (all->n)
        qsort(all->at, all->n, sizeof *all->at, by_number);
    return true;
}

bool round_summary(const struct look *look, const struct round_row *row, struct paper_content *p, struct fault *f)
{
    struct paper_head heads[LEDGER_FIELDS_MAX];
    size_t n = summary_heads(look, row->def, heads);
    struct summed all = { 0 };
    *p = (struct paper_content){ .on = look->today };
    if (!round_may_office(look, row))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (!gather(look, row, &all, f))
        return false;
    PUSH(look->arena, &p->head, S("序号"));
    for (size_t i = 0; i < n; i++)
        PUSH(look->arena, &p->head, heads[i].label);
    for (size_t i = 0; i < row->round->n_columns; i++)
        PUSH(look->arena, &p->head, slot_label(row->def, row->round->columns[i]).zh);
    p->rows = NEW(look->arena, struct slices, all.n + 1);
    for (size_t k = 0; k < all.n; k++) {
        struct slices *cells = &p->rows[p->n_rows++];
        struct entry whole = all.at[k].entry;
        if (!entry_read_units(look, &whole, f))
            return false;
        PUSH(look->arena, cells, slice_format(look->arena, "%zu", k + 1));
        for (size_t i = 0; i < n; i++)
            PUSH(look->arena, cells, cell_of(look, &whole, heads[i].slot));
        for (size_t i = 0; i < row->round->n_columns; i++)
            PUSH(look->arena, cells, reported_cell(look, row, &all.at[k], all.at[k].saved, i));
    }
    return p->n_rows || fault_set(f, FAULT_REFUSED, "paper-empty", row->round->label.zh, row->period);
}

bool paper_fill(const struct look *look, struct slice name, int64_t year, struct paper_content *p, struct fault *f)
{
    const struct paper_kind *kind = pack_paper(look->pack, name);
    int64_t seq;
    *p = (struct paper_content){ .on = look->today };
    if (!kind)
        return fault_set(f, FAULT_USAGE, "unknown-paper", name, S(""));
    p->kind = kind;
    p->title = filled(look, kind->title, year);
    p->table = filled(look, kind->table, year);
    p->addressee = filled(look, kind->addressee, year);
    p->text = filled(look, kind->text, year);
    p->signer = filled(look, kind->signer, year);
    return paper_number_next(look, kind, year, &seq, &p->number, f) && fill_table(look, kind, year, p, f);
}
