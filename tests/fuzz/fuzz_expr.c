/* fuzz_expr.c: any bytes as a rule. A rule that is taken, written out and read again is the same rule, gives the same
 * value, and becomes the same query; a refusal has a known code and a place in the text. */
#include <stdlib.h>

#include "ledger/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice states[] = { { "todo", 4 }, { "self-check", 10 }, { "closed", 6 } };
static const struct slice roles[] = { { "lead", 4 }, { "supervisor", 10 } };
static const struct slice others[] = { { "check", 5 }, { "office", 6 } };
static const struct expr_name fields[] = {
    { "title", TYPE_TEXT, 0 }, { "state", TYPE_TEXT, 1, states, COUNT(states) }, { "lead", TYPE_UNIT, 2 }, { "support", TYPE_UNITS, 3 },
    { "leader", TYPE_PERSON, 4 }, { "due", TYPE_DAY, 5 }, { "total", TYPE_NUMBER, 6, .scale = 2 }, { "masked", TYPE_BOOL, 7 },
    { "later", TYPE_NONE, 8 },
};
static const struct expr_names names = { fields, COUNT(fields), roles, COUNT(roles), others, COUNT(others), others, COUNT(others), others,
    COUNT(others) };

static bool get(void *context, int slot, struct value *v)
{
    static const int64_t ids[] = { 1, 2 };
    const struct value values[] = { { TYPE_TEXT, .text = S("修路") }, { TYPE_TEXT, .text = states[0] }, { TYPE_UNIT, .id = 1 },
        { TYPE_UNITS, .ids = { ids, 2 } }, { TYPE_NONE }, { TYPE_DAY, .on = 20000 }, { TYPE_NUMBER, .number = { INT64_MAX, 2, true } },
        { TYPE_BOOL, .truth = true } };
    *v = values[slot];
    return v->type != TYPE_NONE;
}

static bool known(void *context, size_t which)
{
    return which == 0;
}

static bool clock_of(void *context, size_t clock, bool *expired, int32_t *left)
{
    *expired = false;
    *left = INT32_MIN;
    return clock == 0;
}

static bool line_count(void *context, size_t lines, int64_t *n)
{
    *n = INT64_MIN;
    return true;
}

static bool unit_named(void *context, struct slice name, int64_t *id)
{
    *id = (int64_t)name.len;
    return name.len > 1;
}

static int32_t workdays(void *context, day from, day to)
{
    return INT32_MAX;
}

static day add_workdays(void *context, day from, int32_t n)
{
    return n > 9 ? DAY_NONE : from + n;
}

static const struct expr_scope scope = { NULL, 20500, get, known, known, clock_of, line_count, unit_named, workdays, add_workdays };

static const char *column(void *context, int slot)
{
    return slot == 4 ? NULL : "c";
}

static struct slice put(struct arena *a, const struct expr *e)
{
    struct buf b = buf_open(1 << 20);
    expr_put(&b, e);
    struct slice s = slice_copy(a, buf_slice(&b));
    if (b.failed)
        abort();
    buf_close(&b);
    return s;
}

static bool same(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    switch (a.type) {
    case TYPE_NONE: return true;
    case TYPE_BOOL: return a.truth == b.truth;
    case TYPE_NUMBER: return decimal_compare(a.number, b.number) == 0;
    case TYPE_TEXT: return slice_equal(a.text, b.text);
    case TYPE_DAY: return a.on == b.on;
    case TYPE_DAYS: return a.days.n == b.days.n && a.days.unit == b.days.unit;
    case TYPE_UNITS: return a.ids.n == b.ids.n;
    default: return a.id == b.id;
    }
}

static struct slice query(struct arena *a, const struct expr *e)
{
    struct expr_sql to = { .column = column, .duty = known, .unit_named = unit_named, .today = 20500, .add_workdays = add_workdays,
        .first_bind = 1 };
    struct buf sql = buf_open(1 << 20);
    struct fault f;
    struct slice s = expr_to_sql(a, e, &to, &sql, &f) ? slice_copy(a, buf_slice(&sql)) : S("");
    buf_close(&sql);
    return s;
}

static void read_again(struct arena *a, const struct expr *e)
{
    const struct expr *again;
    struct fault f;
    struct slice once = put(a, e);
    if (once.len > EXPR_TEXT_MAX_BYTES)
        return; /* `a<b` is written with blanks: the longest rules grow over the bound */
    if (!expr_parse(a, once, &names, expr_type(e), &again, &f) || !slice_equal(once, put(a, again))
        || !same(expr_eval(e, &scope), expr_eval(again, &scope)) || !slice_equal(query(a, e), query(a, again)))
        abort();
    static const struct expr_scope nothing = { .today = DAY_NONE };
    expr_holds(e, &nothing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum value_type wants[] = { TYPE_BOOL, TYPE_NONE, TYPE_NUMBER, TYPE_DAYS };
    struct slice text = { (const char *)data, size };
    for (size_t i = 0; i < COUNT(wants); i++) {
        struct arena a;
        const struct expr *e;
        struct fault f = { 0 };
        arena_open(&a, 64 << 20);
        if (expr_parse(&a, text, &names, wants[i], &e, &f))
            read_again(&a, e);
        else if (!fault_code_known(f.code) || strtoul(f.detail, NULL, 10) > size)
            abort();
        arena_close(&a);
    }
    return 0;
}
