/* expr_eval.c: what a rule says about one entry, and the rule written out again.
 *
 * One small function an operation, in a table. "Not computable" is a value of TYPE_NONE and goes up through
 * everything but `and`, `or` and `missing`; types were checked when the rule was read, but a value that a scope hands
 * in with another type counts as missing. */
#include "ledger/pack_inside.h"

__extension__ typedef __int128 wide;

static const struct value none = { .type = TYPE_NONE };

static struct value truth(bool t)
{
    return (struct value){ .type = TYPE_BOOL, .truth = t };
}

static struct value number(struct decimal d)
{
    return d.ok ? (struct value){ .type = TYPE_NUMBER, .number = d } : none;
}

static struct value duration(int64_t n, unsigned unit)
{
    struct value v = { .type = TYPE_DAYS };
    if (n > INT32_MAX || n < INT32_MIN)
        return none;
    v.days.n = (int32_t)n;
    v.days.unit = (__typeof__(v.days.unit))unit;
    return v;
}

/* Days from the year 1 to 9999; all else is not computable. */
static struct value on_day(int64_t d)
{
    enum { FIRST = -719162, LAST = 2932896 };
    return d < FIRST || d > LAST ? none : (struct value){ .type = TYPE_DAY, .on = (day)d };
}

static struct value eval(const struct expr *e, const struct expr_scope *s);

/* ---------- names ---------- */

static struct value eval_literal(const struct expr *e, const struct expr_scope *s)
{
    return e->value;
}

static struct value eval_named(const struct expr *e, const struct expr_scope *s)
{
    struct value v = { .type = e->type };
    return s->unit_named && s->unit_named(s->context, e->name, &v.id) ? v : none;
}

static struct value eval_field(const struct expr *e, const struct expr_scope *s)
{
    struct value v = none;
    if (!s->get || !s->get(s->context, e->slot, &v) || v.type != (enum value_type)e->type)
        return none;
    if (v.type == TYPE_NUMBER)
        return number(v.number);
    return v.type == TYPE_DAY ? on_day(v.on) : v;
}

static struct value eval_means(const struct expr *e, const struct expr_scope *s)
{
    struct value v = eval(e->left, s);
    return v.type == TYPE_NUMBER ? number(decimal_round(v.number, e->scale)) : v;
}

static struct value eval_role(const struct expr *e, const struct expr_scope *s)
{
    return s->role ? truth(s->role(s->context, (size_t)e->slot)) : none;
}

static struct value eval_duty(const struct expr *e, const struct expr_scope *s)
{
    return s->duty ? truth(s->duty(s->context, (size_t)e->slot)) : none;
}

static struct value eval_today(const struct expr *e, const struct expr_scope *s)
{
    return on_day(s->today);
}

static struct value eval_clock(const struct expr *e, const struct expr_scope *s)
{
    bool expired = false;
    int32_t left = 0;
    if (!s->clock || !s->clock(s->context, (size_t)e->slot, &expired, &left))
        return none;
    return e->op == OP_EXPIRED ? truth(expired) : number(decimal_int(left));
}

static struct value eval_line_count(const struct expr *e, const struct expr_scope *s)
{
    int64_t n = 0;
    return s->line_count && s->line_count(s->context, (size_t)e->slot, &n) ? number(decimal_int(n)) : none;
}

/* ---------- and, or, not ---------- */

/* False decides an `and`, true an `or`; otherwise what is not computable stays so. */
static struct value eval_joined(const struct expr *e, const struct expr_scope *s)
{
    bool decides = e->op == OP_OR;
    struct value left = eval(e->left, s);
    if (left.type == TYPE_BOOL && left.truth == decides)
        return left;
    struct value right = eval(e->right, s);
    if (right.type == TYPE_BOOL && right.truth == decides)
        return right;
    return left.type == TYPE_NONE ? left : right;
}

static struct value eval_not(const struct expr *e, const struct expr_scope *s)
{
    struct value v = eval(e->left, s);
    return v.type == TYPE_NONE ? v : truth(!v.truth);
}

static struct value eval_missing(const struct expr *e, const struct expr_scope *s)
{
    return truth(eval(e->left, s).type == TYPE_NONE);
}

/* ---------- comparison ---------- */

/* -1, 0, 1; of things without an order 0 and 1. Both have one type. */
static int compare(const struct value *a, const struct value *b)
{
    switch (a->type) {
    case TYPE_BOOL: return a->truth != b->truth;
    case TYPE_NUMBER: return decimal_compare(a->number, b->number);
    case TYPE_TEXT: return !slice_equal(a->text, b->text);
    case TYPE_DAY: return (a->on > b->on) - (a->on < b->on);
    case TYPE_DAYS: return (a->days.n > b->days.n) - (a->days.n < b->days.n);
    default: return a->id != b->id;
    }
}

static struct value eval_compare(const struct expr *e, const struct expr_scope *s)
{
    struct value left = eval(e->left, s), right = eval(e->right, s);
    if (left.type == TYPE_NONE || right.type == TYPE_NONE)
        return none;
    int c = compare(&left, &right);
    switch (e->op) {
    case OP_EQ: return truth(c == 0);
    case OP_NE: return truth(c != 0);
    case OP_LT: return truth(c < 0);
    case OP_LE: return truth(c <= 0);
    case OP_GT: return truth(c > 0);
    default: return truth(c >= 0);
    }
}

static struct value eval_in(const struct expr *e, const struct expr_scope *s)
{
    struct value left = eval(e->left, s), found = truth(false);
    if (left.type == TYPE_NONE)
        return none;
    for (size_t i = 0; i < e->n_args; i++) {
        struct value v = eval(e->args[i], s);
        if (v.type == TYPE_NONE)
            found = none; /* an unknown unit: it might have been this one */
        else if (compare(&left, &v) == 0)
            return truth(true);
    }
    return found;
}

static struct value eval_in_set(const struct expr *e, const struct expr_scope *s)
{
    struct value left = eval(e->left, s), set = eval(e->right, s);
    if (left.type == TYPE_NONE || set.type == TYPE_NONE)
        return none;
    for (size_t i = 0; i < set.ids.n; i++)
        if (set.ids.at[i] == left.id)
            return truth(true);
    return truth(false);
}

/* ---------- sums ---------- */

static struct value add_days(const struct expr_scope *s, day from, struct value days, int sign)
{
    int32_t n = days.days.n;
    if (n == INT32_MIN)
        return none;
    n *= sign;
    switch (days.days.unit) {
    case DAYS_MONTHS: return on_day(day_add_months(from, n > 120000 ? 120000 : n < -120000 ? -120000 : n));
    case DAYS_WORK: return s->add_workdays ? on_day(s->add_workdays(s->context, from, n)) : none;
    default: return on_day((int64_t)from + n);
    }
}

static struct value eval_sum(const struct expr *e, const struct expr_scope *s)
{
    struct value a = eval(e->left, s), b = eval(e->right, s);
    int sign = e->op == OP_SUB ? -1 : 1;
    if (a.type == TYPE_NONE || b.type == TYPE_NONE)
        return none;
    if (a.type == TYPE_NUMBER)
        return number(sign > 0 ? decimal_add(a.number, b.number) : decimal_sub(a.number, b.number));
    if (a.type == TYPE_DAY && b.type == TYPE_DAY)
        return duration((int64_t)a.on - b.on, DAYS_CALENDAR);
    if (a.type == TYPE_DAY)
        return add_days(s, a.on, b, sign);
    if (b.type == TYPE_DAY)
        return add_days(s, b.on, a, 1);
    return duration(a.days.n + (int64_t)sign * b.days.n, e->unit);
}

/* Days divide as the numbers that they are. */
static struct decimal as_number(struct value v)
{
    return v.type == TYPE_DAYS ? decimal_int(v.days.n) : v.type == TYPE_NUMBER ? v.number : DECIMAL_NONE;
}

static struct value eval_product(const struct expr *e, const struct expr_scope *s)
{
    struct decimal a = as_number(eval(e->left, s)), b = as_number(eval(e->right, s));
    return number(e->op == OP_DIV ? decimal_div(a, b) : decimal_mul(a, b));
}

static struct value eval_neg(const struct expr *e, const struct expr_scope *s)
{
    return number(decimal_sub(decimal_int(0), as_number(eval(e->left, s))));
}

/* a / b in percent with one decimal, half up, rounded once: from the exact quotient, not from twelve digits of it. */
static struct value eval_rate(const struct expr *e, const struct expr_scope *s)
{
    struct decimal a = as_number(eval(e->left, s)), b = as_number(eval(e->right, s));
    if (!a.ok || !b.ok || !b.value)
        return none;
    wide part = (wide)a.value * 1000, whole = b.value;
    for (; a.scale < b.scale; a.scale++)
        part *= 10;
    for (; b.scale < a.scale; b.scale++)
        whole *= 10;
    if (whole < 0) {
        part = -part;
        whole = -whole;
    }
    wide q = part / whole, rest = part % whole;
    if ((rest < 0 ? -rest : rest) >= whole - (rest < 0 ? -rest : rest))
        q += part < 0 ? -1 : 1;
    return q > INT64_MAX || q < INT64_MIN ? none : number((struct decimal){ (int64_t)q, 1, true });
}

static struct value eval_days(const struct expr *e, const struct expr_scope *s)
{
    struct value from = eval(e->left, s), to = eval(e->right, s);
    if (from.type == TYPE_NONE || to.type == TYPE_NONE)
        return none;
    if (e->op == OP_DAYS)
        return number(decimal_int((int64_t)to.on - from.on));
    return s->workdays ? number(decimal_int(s->workdays(s->context, from.on, to.on))) : none;
}

static struct value eval_extreme(const struct expr *e, const struct expr_scope *s)
{
    struct value best = eval(e->args[0], s);
    for (size_t i = 1; i < e->n_args && best.type != TYPE_NONE; i++) {
        struct value v = eval(e->args[i], s);
        if (v.type == TYPE_NONE)
            return none;
        int c = compare(&v, &best);
        if (e->op == OP_MIN ? c < 0 : c > 0)
            best = v;
    }
    return best;
}

static struct value eval_contains(const struct expr *e, const struct expr_scope *s)
{
    struct value text = eval(e->left, s);
    return text.type == TYPE_NONE ? none : truth(slice_find(text.text, e->right->value.text) >= 0);
}

static struct value eval_year(const struct expr *e, const struct expr_scope *s)
{
    struct value v = eval(e->left, s);
    int year, month, date;
    if (v.type == TYPE_NONE)
        return none;
    day_parts(v.on, &year, &month, &date);
    return number(decimal_int(year));
}

/* ---------- the table ---------- */

/* How an operation is evaluated, and how it is written: its sign, and how tightly it binds. */
enum { LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_UNARY, LEVEL_ALONE };

static const struct operation {
    struct value (*eval)(const struct expr *e, const struct expr_scope *s);
    const char *sign;
    int level;
} operations[OP_COUNT] = {
    [OP_LITERAL] = { eval_literal, "", LEVEL_ALONE },
    [OP_NAMED] = { eval_named, "", LEVEL_ALONE },
    [OP_FIELD] = { eval_field, "", LEVEL_ALONE },
    [OP_MEANS] = { eval_means, "", LEVEL_ALONE },
    [OP_ROLE] = { eval_role, "", LEVEL_ALONE },
    [OP_TODAY] = { eval_today, "today", LEVEL_ALONE },
    [OP_DUTY] = { eval_duty, "duty", LEVEL_ALONE },
    [OP_EXPIRED] = { eval_clock, "expired", LEVEL_ALONE },
    [OP_LEFT] = { eval_clock, "left", LEVEL_ALONE },
    [OP_LINE_COUNT] = { eval_line_count, "count", LEVEL_ALONE },
    [OP_OR] = { eval_joined, " or ", LEVEL_OR },
    [OP_AND] = { eval_joined, " and ", LEVEL_AND },
    [OP_NOT] = { eval_not, "not ", LEVEL_NOT },
    [OP_EQ] = { eval_compare, " = ", LEVEL_COMPARE },
    [OP_NE] = { eval_compare, " != ", LEVEL_COMPARE },
    [OP_LT] = { eval_compare, " < ", LEVEL_COMPARE },
    [OP_LE] = { eval_compare, " <= ", LEVEL_COMPARE },
    [OP_GT] = { eval_compare, " > ", LEVEL_COMPARE },
    [OP_GE] = { eval_compare, " >= ", LEVEL_COMPARE },
    [OP_IN] = { eval_in, " in ", LEVEL_COMPARE },
    [OP_IN_SET] = { eval_in_set, " in ", LEVEL_COMPARE },
    [OP_ADD] = { eval_sum, " + ", LEVEL_SUM },
    [OP_SUB] = { eval_sum, " - ", LEVEL_SUM },
    [OP_MUL] = { eval_product, " * ", LEVEL_PRODUCT },
    [OP_DIV] = { eval_product, " / ", LEVEL_PRODUCT },
    [OP_NEG] = { eval_neg, "-", LEVEL_UNARY },
    [OP_MISSING] = { eval_missing, "missing", LEVEL_ALONE },
    [OP_RATE] = { eval_rate, "rate", LEVEL_ALONE },
    [OP_DAYS] = { eval_days, "days", LEVEL_ALONE },
    [OP_WORKDAYS] = { eval_days, "workdays", LEVEL_ALONE },
    [OP_MIN] = { eval_extreme, "min", LEVEL_ALONE },
    [OP_MAX] = { eval_extreme, "max", LEVEL_ALONE },
    [OP_CONTAINS] = { eval_contains, "contains", LEVEL_ALONE },
    [OP_YEAR] = { eval_year, "year", LEVEL_ALONE },
};

static struct value eval(const struct expr *e, const struct expr_scope *s)
{
    return operations[e->op].eval(e, s);
}

struct value expr_eval(const struct expr *e, const struct expr_scope *scope)
{
    return eval(e, scope);
}

bool expr_holds(const struct expr *e, const struct expr_scope *scope)
{
    struct value v = eval(e, scope);
    return v.type == TYPE_BOOL && v.truth;
}

/* ---------- written out again ---------- */

static void put_duration(struct buf *b, int32_t n, unsigned unit)
{
    static const char *const units[] = { [DAYS_CALENDAR] = "day", [DAYS_WORK] = "workday", [DAYS_MONTHS] = "month" };
    buf_format(b, "%d %s%s", n, units[unit], n == 1 ? "" : "s");
}

static void put_quoted(struct buf *b, struct slice s)
{
    buf_char(b, '"');
    buf_put(b, s);
    buf_char(b, '"');
}

static void put_literal(struct buf *b, const struct expr *e)
{
    switch (e->value.type) {
    case TYPE_BOOL: buf_text(b, e->value.truth ? "true" : "false"); break;
    case TYPE_NUMBER: decimal_put(b, e->value.number); break;
    case TYPE_DAY: day_put(b, e->value.on); break;
    case TYPE_DAYS: put_duration(b, e->value.days.n, e->value.days.unit); break;
    default: put_quoted(b, e->value.text); break;
    }
}

static void put_at(struct buf *b, const struct expr *e, int level);

static void put_args(struct buf *b, const struct expr *e, char open, char close)
{
    buf_char(b, open);
    for (size_t i = 0; i < e->n_args; i++) {
        buf_text(b, i ? ", " : "");
        put_at(b, e->args[i], LEVEL_SUM);
    }
    buf_char(b, close);
}

static void put_call(struct buf *b, const struct expr *e)
{
    if (e->n_args) {
        put_args(b, e, '(', ')');
        return;
    }
    buf_char(b, '(');
    if (e->left)
        put_at(b, e->left, LEVEL_SUM);
    else
        buf_put(b, e->name);
    if (e->right) {
        buf_text(b, ", ");
        put_at(b, e->right, LEVEL_SUM);
    }
    buf_char(b, ')');
}

static void put_alone(struct buf *b, const struct expr *e)
{
    switch (e->op) {
    case OP_LITERAL: put_literal(b, e); return;
    case OP_NAMED: put_quoted(b, e->name); return;
    case OP_FIELD:
    case OP_MEANS:
    case OP_ROLE: buf_put(b, e->name); return;
    default:
        buf_text(b, operations[e->op].sign);
        if (e->op != OP_TODAY)
            put_call(b, e);
    }
}

/* In brackets where it binds less tightly than its place asks. Signs group to the left; comparisons do not group. */
static void put_at(struct buf *b, const struct expr *e, int level)
{
    const struct operation *o = &operations[e->op];
    bool brackets = o->level < level;
    if (brackets)
        buf_char(b, '(');
    if (o->level == LEVEL_ALONE) {
        put_alone(b, e);
    } else if (o->level == LEVEL_NOT || o->level == LEVEL_UNARY) {
        buf_text(b, o->sign);
        put_at(b, e->left, o->level);
    } else {
        put_at(b, e->left, o->level == LEVEL_COMPARE ? LEVEL_SUM : o->level);
        buf_text(b, o->sign);
        if (e->op == OP_IN)
            put_args(b, e, '[', ']');
        else
            put_at(b, e->right, o->level == LEVEL_COMPARE ? LEVEL_SUM : o->level + 1);
    }
    if (brackets)
        buf_char(b, ')');
}

void expr_put(struct buf *b, const struct expr *e)
{
    put_at(b, e, LEVEL_OR);
}
