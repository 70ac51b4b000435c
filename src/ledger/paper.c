/* paper.c: papers that the office issues, filled from live entries as their pack declares them: title, number of the
 * series, a sentence, the table. The result is plain text in cells; who writes a file or a page sets it. */
#include "ledger/inside.h"

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
