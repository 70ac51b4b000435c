/* expr_sql.c: a checked rule as a condition for SQLite and PostgreSQL, the only place where a rule becomes SQL.
 *
 * Truths translate one by one: SQL's AND, OR and NOT have the same three values. Numbers, days and durations are
 * compared by bringing everything to one side:  due - today <= 7 days  is  1·due <= today + 7,  a sum of whole
 * multiples of columns against one constant, so that nothing is rounded. What is not such a sum (a product of two
 * fields, a rate, working days between two fields) is not searchable. */
#include "ledger/pack_inside.h"

__extension__ typedef __int128 wide;

struct writer {
    struct arena *arena;
    struct expr_sql *to;
    struct buf *sql;
    bool unknown; /* met something that has no translation */
};

static void write_condition(struct writer *w, const struct expr *e);

static void give_up(struct writer *w)
{
    w->unknown = true;
}

static void write_bind(struct writer *w, struct value v)
{
    PUSH(w->arena, &w->to->binds, v);
    buf_format(w->sql, "?%d", w->to->first_bind + (int)w->to->binds.n - 1);
}

static void write_int(struct writer *w, int64_t v)
{
    write_bind(w, (struct value){ .type = TYPE_NUMBER, .number = decimal_int(v) });
}

/* True, false, or neither. */
static void write_truth(struct writer *w, struct value v)
{
    buf_text(w->sql, v.type != TYPE_BOOL ? "(1 = NULL)" : v.truth ? "(1 = 1)" : "(1 = 0)");
}

static const char *column_of(struct writer *w, const struct expr *e)
{
    const char *column = w->to->column ? w->to->column(w->to->context, e->slot) : NULL;
    if (!column)
        give_up(w);
    return column ? column : "";
}

/* ---------- sums of multiples of columns ---------- */

/* Sums with longer fractions overflow in the evaluator where the query's would not: they are left to it. */
enum { SUM_COLUMNS_MAX = 32, FRACTION_MAX = 6 };

struct multiple { const char *column; wide n; unsigned scale; }; /* n / 10^scale of what the column holds */
struct sum {
    struct multiple of[SUM_COLUMNS_MAX];
    size_t n;
    wide constant; /* / 10^scale */
    unsigned scale;
    bool none;     /* a constant part is not computable: so is the whole */
};

static const wide WIDE_SAFE = (wide)1 << 100; /* sums of these cannot overflow */

static bool is_safe(wide v)
{
    return v < WIDE_SAFE && v > -WIDE_SAFE;
}

static wide times10(struct writer *w, wide v, unsigned digits)
{
    while (digits--) {
        if (!is_safe(v)) {
            give_up(w);
            return 0;
        }
        v *= 10;
    }
    return v;
}

static void sum_constant(struct writer *w, struct sum *s, wide v, unsigned scale)
{
    unsigned to = scale > s->scale ? scale : s->scale;
    s->constant = times10(w, s->constant, to - s->scale) + times10(w, v, to - scale);
    s->scale = to;
    if (!is_safe(s->constant))
        give_up(w);
}

static void sum_column(struct writer *w, struct sum *s, const char *column, struct decimal factor, unsigned column_scale)
{
    if (s->n == SUM_COLUMNS_MAX)
        give_up(w);
    else
        s->of[s->n++] = (struct multiple){ column, factor.value, factor.scale + column_scale };
}

/* Nothing in it depends on the row. */
static bool is_constant(const struct expr *e)
{
    switch (e->op) {
    case OP_LITERAL:
    case OP_TODAY: return true;
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV: return is_constant(e->left) && is_constant(e->right);
    case OP_NEG: return is_constant(e->left);
    default: return false;
    }
}

static struct value constant_value(struct writer *w, const struct expr *e)
{
    struct expr_scope scope = { .context = w->to->context, .today = w->to->today, .add_workdays = w->to->add_workdays };
    return expr_eval(e, &scope);
}

static void add_constant(struct writer *w, struct sum *s, const struct expr *e, struct decimal factor)
{
    struct value v = constant_value(w, e);
    switch (v.type) {
    case TYPE_NUMBER: sum_constant(w, s, (wide)factor.value * v.number.value, factor.scale + (unsigned)v.number.scale); break;
    case TYPE_DAY: sum_constant(w, s, (wide)factor.value * v.on, factor.scale); break;
    case TYPE_DAYS: sum_constant(w, s, (wide)factor.value * v.days.n, factor.scale); break;
    default: s->none = true; break;
    }
}

static void add_part(struct writer *w, struct sum *s, const struct expr *e, struct decimal factor);

/* What a name means is rounded to its scale; here only where that changes nothing. */
static void add_meaning(struct writer *w, struct sum *s, const struct expr *e, struct decimal factor)
{
    struct sum inner = { 0 };
    add_part(w, &inner, e->left, decimal_int(1));
    bool fine = inner.scale <= e->scale;
    for (size_t i = 0; i < inner.n; i++)
        fine = fine && inner.of[i].scale <= e->scale;
    if (e->type == TYPE_NUMBER && !fine)
        give_up(w);
    else
        add_part(w, s, e->left, factor);
}

static void add_product(struct writer *w, struct sum *s, const struct expr *e, struct decimal factor)
{
    const struct expr *k = is_constant(e->left) ? e->left : e->right, *of = k == e->left ? e->right : e->left;
    struct value v = is_constant(k) ? constant_value(w, k) : (struct value){ .type = TYPE_BOOL };
    if (v.type == TYPE_NONE) {
        s->none = true;
        return;
    }
    struct decimal more = v.type == TYPE_NUMBER ? decimal_mul(factor, v.number) : DECIMAL_NONE;
    if (!more.ok || more.scale > FRACTION_MAX || (of->op != OP_FIELD && of->op != OP_MEANS)
        || more.scale + of->scale > DECIMAL_SCALE_MAX)
        give_up(w);
    else
        add_part(w, s, of, more);
}

static bool has_long_fraction(struct writer *w, const struct expr *e)
{
    struct value v = is_constant(e) ? constant_value(w, e) : (struct value){ 0 };
    if (v.type != TYPE_NUMBER)
        return false;
    while (v.number.scale && v.number.value % 10 == 0) {
        v.number.value /= 10;
        v.number.scale--;
    }
    return v.number.scale > FRACTION_MAX;
}

/* A day plus workdays or months is a sum only where both are constant, which was looked at before. */
static bool is_plain_sum(struct writer *w, const struct expr *e)
{
    return !has_long_fraction(w, e->left) && !has_long_fraction(w, e->right)
        && (e->left->type != TYPE_DAYS || e->left->unit == DAYS_CALENDAR)
        && (e->right->type != TYPE_DAYS || e->right->unit == DAYS_CALENDAR);
}

/* s += factor · e */
static void add_part(struct writer *w, struct sum *s, const struct expr *e, struct decimal factor)
{
    struct decimal minus = decimal_sub(decimal_int(0), factor);
    if (is_constant(e)) {
        add_constant(w, s, e, factor);
        return;
    }
    switch (e->op) {
    case OP_FIELD: sum_column(w, s, column_of(w, e), factor, e->type == TYPE_NUMBER ? e->scale : 0); break;
    case OP_MEANS: add_meaning(w, s, e, factor); break;
    case OP_NEG: add_part(w, s, e->left, minus); break;
    case OP_MUL: add_product(w, s, e, factor); break;
    case OP_DAYS:
        add_part(w, s, e->right, factor);
        add_part(w, s, e->left, minus);
        break;
    case OP_ADD:
    case OP_SUB:
        if (!is_plain_sum(w, e)) {
            give_up(w);
            break;
        }
        add_part(w, s, e->left, factor);
        add_part(w, s, e->right, e->op == OP_SUB ? minus : factor);
        break;
    default: give_up(w); break;
    }
}

/* ---------- a comparison of a sum with 0 ---------- */

static const char *const signs[OP_COUNT] = { [OP_EQ] = "=", [OP_NE] = "<>", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">",
    [OP_GE] = ">=" };
static const uint8_t turned[OP_COUNT] = { [OP_EQ] = OP_EQ, [OP_NE] = OP_NE, [OP_LT] = OP_GT, [OP_LE] = OP_GE, [OP_GT] = OP_LT,
    [OP_GE] = OP_LE };

/* column * k, or NULL where that could leave 64 bits */
static void write_multiple(struct writer *w, const char *column, int64_t k, size_t n)
{
    int64_t bound = EXPR_SQL_SUM_MAX / (int64_t)n / (k < 0 ? -k : k ? k : 1);
    buf_format(w->sql, "CASE WHEN %s BETWEEN ", column);
    write_int(w, -bound);
    buf_text(w->sql, " AND ");
    write_int(w, bound);
    buf_format(w->sql, " THEN %s * ", column);
    write_int(w, k);
    buf_text(w->sql, " END");
}

/* The columns at one scale, as whole multiples: false where one is too large. */
static bool whole_multiples(struct writer *w, const struct sum *s, int64_t *k, unsigned *scale)
{
    bool fits = true;
    *scale = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->of[i].scale > *scale)
            *scale = s->of[i].scale;
    for (size_t i = 0; i < s->n; i++) {
        wide n = times10(w, s->of[i].n, *scale - s->of[i].scale);
        fits = fits && n <= EXPR_SQL_SUM_MAX / SUM_COLUMNS_MAX && n >= -EXPR_SQL_SUM_MAX / SUM_COLUMNS_MAX;
        k[i] = (int64_t)n;
    }
    return fits && !w->unknown;
}

/* What the sum of the columns, a whole number, is compared with. A constant with more digits falls between two whole
 * numbers: then < and <= both ask for the one below, > and >= for the one above, and nothing is equal. */
static bool whole_constant(struct writer *w, const struct sum *s, unsigned scale, enum expr_op *op, int64_t *constant)
{
    wide c = -s->constant, by = 1, below;
    if (s->scale <= scale)
        c = times10(w, c, scale - s->scale);
    else
        by = times10(w, 1, s->scale - scale);
    below = c / by - (c % by < 0);
    if (w->unknown || below >= EXPR_SQL_SUM_MAX || below <= -EXPR_SQL_SUM_MAX)
        return false;
    *constant = (int64_t)below;
    if (c % by == 0)
        return true;
    if (*op == OP_EQ || *op == OP_NE) { /* no figure reaches there, and a missing one stays missing */
        *op = *op == OP_EQ ? OP_LT : OP_GE;
        *constant = INT64_MIN;
    } else {
        *op = *op == OP_LT || *op == OP_LE ? OP_LE : OP_GT;
    }
    return true;
}

static void write_sum(struct writer *w, enum expr_op op, const struct sum *s)
{
    int64_t k[SUM_COLUMNS_MAX] = { 0 }, constant;
    unsigned scale;
    if (s->none) {
        write_truth(w, (struct value){ .type = TYPE_NONE });
        return;
    }
    if (!whole_multiples(w, s, k, &scale) || !whole_constant(w, s, scale, &op, &constant)) {
        give_up(w);
        return;
    }
    buf_char(w->sql, '(');
    for (size_t i = 0; i < s->n; i++) {
        buf_text(w->sql, i ? " + " : "");
        if (s->n == 1 && k[0] == 1)
            buf_text(w->sql, s->of[0].column); /* bare, for the index */
        else
            write_multiple(w, s->of[i].column, k[i], s->n);
    }
    if (!s->n)
        write_int(w, 0);
    buf_format(w->sql, " %s ", signs[op]);
    write_int(w, constant);
    buf_char(w->sql, ')');
}

/* sum op 0; of a single column taken away, the other way round: 7 - due < 0 is due > 7 */
static void compare_sum(struct writer *w, enum expr_op op, struct sum *s)
{
    if (s->n == 1 && s->of[0].n < 0) {
        s->of[0].n = -s->of[0].n;
        s->constant = -s->constant;
        op = turned[op];
    }
    if (!w->unknown)
        write_sum(w, op, s);
}

static void compare_sums(struct writer *w, enum expr_op op, const struct expr *left, const struct expr *right)
{
    struct sum s = { 0 };
    add_part(w, &s, left, decimal_int(1));
    add_part(w, &s, right, decimal_int(-1));
    compare_sum(w, op, &s);
}

/* ---------- years: the days of one are a range ---------- */

static void compare_day(struct writer *w, enum expr_op op, const struct expr *of, day with)
{
    struct sum s = { 0 };
    add_part(w, &s, of, decimal_int(1));
    sum_constant(w, &s, -(wide)with, 0);
    compare_sum(w, op, &s);
}

static void compare_year(struct writer *w, enum expr_op op, const struct expr *of, struct value v)
{
    enum { LAST = 9998 };
    if (v.type != TYPE_NUMBER || v.number.scale || v.number.value < 1 || v.number.value > LAST) {
        give_up(w);
        return;
    }
    day first = day_of((int)v.number.value, 1, 1), after = day_of((int)v.number.value + 1, 1, 1);
    switch (op) {
    case OP_LT: compare_day(w, OP_LT, of, first); break;
    case OP_LE: compare_day(w, OP_LT, of, after); break;
    case OP_GT: compare_day(w, OP_GE, of, after); break;
    case OP_GE: compare_day(w, OP_GE, of, first); break;
    default:
        buf_text(w->sql, op == OP_NE ? "(NOT (" : "((");
        compare_day(w, OP_GE, of, first);
        buf_text(w->sql, " AND ");
        compare_day(w, OP_LT, of, after);
        buf_text(w->sql, "))");
    }
}

/* ---------- texts, units, persons ---------- */

static void write_scalar(struct writer *w, const struct expr *e)
{
    struct value v = { .type = e->type };
    switch (e->op) {
    case OP_FIELD: buf_text(w->sql, column_of(w, e)); break;
    case OP_MEANS: write_scalar(w, e->left); break;
    case OP_LITERAL: write_bind(w, e->value); break;
    case OP_NAMED:
        if (w->to->unit_named && w->to->unit_named(w->to->context, e->name, &v.id))
            write_bind(w, v);
        else
            buf_text(w->sql, "NULL");
        break;
    default: give_up(w); break;
    }
}

static void write_contains(struct writer *w, const struct expr *e)
{
    buf_text(w->sql, "(replace(");
    write_scalar(w, e->left);
    buf_text(w->sql, ", ");
    write_scalar(w, e->right);
    buf_text(w->sql, ", '') <> ");
    write_scalar(w, e->left);
    buf_char(w->sql, ')');
}

static void write_in_set(struct writer *w, const struct expr *e)
{
    struct buf *outer = w->sql, unit = buf_open(outer->max);
    w->sql = &unit;
    write_scalar(w, e->left);
    w->sql = outer;
    if (e->right->op != OP_FIELD || unit.failed)
        give_up(w);
    else if (slice_equal(buf_slice(&unit), S("NULL")))
        write_truth(w, (struct value){ .type = TYPE_NONE });
    else if (!w->to->in_units || !w->to->in_units(w->to->context, e->right->slot, buf_slice(&unit), outer))
        give_up(w);
    buf_close(&unit);
}

/* ---------- conditions ---------- */

static bool is_summed(enum value_type t)
{
    return t == TYPE_NUMBER || t == TYPE_DAY || t == TYPE_DAYS;
}

/* The column that is compared with a word, and what it holds for it; NULL where that is the word itself. */
static const char *held_word(struct writer *w, const struct expr *field, const struct expr *word, struct value *held)
{
    bool asks = w->to->word && field->op == OP_FIELD && word->op == OP_LITERAL && word->value.type == TYPE_TEXT;
    return asks ? w->to->word(w->to->context, field->slot, word->value.text, held) : NULL;
}

static bool write_word(struct writer *w, enum expr_op op, const struct expr *field, const struct expr *word)
{
    struct value held;
    const char *column = held_word(w, field, word, &held);
    if (!column)
        return false;
    buf_format(w->sql, "(%s %s ", column, signs[op]);
    write_bind(w, held);
    buf_char(w->sql, ')');
    return true;
}

static void write_compare(struct writer *w, const struct expr *e)
{
    const struct expr *left = e->left, *right = e->right;
    if (left->op == OP_YEAR && is_constant(right)) {
        compare_year(w, e->op, left->left, constant_value(w, right));
    } else if (right->op == OP_YEAR && is_constant(left)) {
        compare_year(w, turned[e->op], right->left, constant_value(w, left));
    } else if (is_summed(left->type)) {
        compare_sums(w, e->op, left, right);
    } else if (!write_word(w, e->op, left, right) && !write_word(w, e->op, right, left)) {
        void (*side)(struct writer *, const struct expr *) = left->type == TYPE_BOOL ? write_condition : write_scalar;
        buf_char(w->sql, '(');
        side(w, left);
        buf_format(w->sql, " %s ", signs[e->op]);
        side(w, right);
        buf_char(w->sql, ')');
    }
}

static void write_in(struct writer *w, const struct expr *e)
{
    bool summed = is_summed(e->left->type);
    struct value held;
    if (e->n_args && held_word(w, e->left, e->args[0], &held)) { /* all of its words are held so */
        for (size_t i = 0; i < e->n_args; i++) {
            const char *column = held_word(w, e->left, e->args[i], &held);
            if (i)
                buf_text(w->sql, ", ");
            else
                buf_format(w->sql, "(%s IN (", column);
            write_bind(w, held);
        }
        buf_text(w->sql, "))");
        return;
    }
    buf_char(w->sql, '(');
    if (!summed) {
        write_scalar(w, e->left);
        buf_text(w->sql, " IN (");
    }
    for (size_t i = 0; i < e->n_args; i++) {
        buf_text(w->sql, !i ? "" : summed ? " OR " : ", ");
        if (!summed)
            write_scalar(w, e->args[i]);
        else if (e->left->op == OP_YEAR)
            compare_year(w, OP_EQ, e->left->left, constant_value(w, e->args[i]));
        else
            compare_sums(w, OP_EQ, e->left, e->args[i]);
    }
    buf_text(w->sql, summed ? ")" : "))");
}

static void write_missing(struct writer *w, const struct expr *field)
{
    if (field->op == OP_MEANS && field->type == TYPE_BOOL) {
        buf_text(w->sql, "((");
        write_condition(w, field->left);
        buf_text(w->sql, ") IS NULL)");
    } else if (field->op != OP_FIELD) {
        give_up(w);
    } else if (field->type == TYPE_UNITS) {
        if (!w->to->in_units || !w->to->in_units(w->to->context, field->slot, S(""), w->sql))
            give_up(w);
    } else {
        buf_format(w->sql, "((%s) IS NULL)", column_of(w, field));
    }
}

/* `a or true` is true and `a or false` is a, whatever a is; likewise with `and`. Who holds a duty that sees all is
 * asked for nothing else. */
static void write_joined(struct writer *w, const struct expr *e)
{
    struct slice decides = e->op == OP_OR ? S("(1 = 1)") : S("(1 = 0)"), idle = e->op == OP_OR ? S("(1 = 0)") : S("(1 = 1)");
    size_t from = w->sql->len, binds = w->to->binds.n;
    buf_char(w->sql, '(');
    write_condition(w, e->left);
    struct slice left = slice_from(buf_slice(w->sql), from + 1);
    if (slice_equal(left, decides) || slice_equal(left, idle)) {
        bool decided = slice_equal(left, decides);
        w->sql->len = from;
        if (decided)
            buf_put(w->sql, decides);
        else
            write_condition(w, e->right);
        return;
    }
    size_t end = w->sql->len;
    buf_text(w->sql, e->op == OP_AND ? " AND " : " OR ");
    size_t mid = w->sql->len;
    write_condition(w, e->right);
    struct slice right = slice_from(buf_slice(w->sql), mid);
    if (slice_equal(right, decides)) {
        w->sql->len = from;
        w->to->binds.n = binds;
        buf_put(w->sql, decides);
        return;
    }
    if (slice_equal(right, idle))
        w->sql->len = end;
    buf_char(w->sql, ')');
}

static void write_asked(struct writer *w, const struct expr *e)
{
    bool known = false;
    if (e->op == OP_ROLE)
        known = w->to->role && w->to->role(w->to->context, (size_t)e->slot, w->sql);
    else if (e->op == OP_EXPIRED)
        known = w->to->clock && w->to->clock(w->to->context, (size_t)e->slot, true, w->sql);
    if (!known)
        give_up(w);
}

static void write_duty(struct writer *w, const struct expr *e)
{
    if (!w->to->duty)
        give_up(w);
    else
        write_truth(w, (struct value){ .type = TYPE_BOOL, .truth = w->to->duty(w->to->context, (size_t)e->slot) });
}

static void write_condition(struct writer *w, const struct expr *e)
{
    if (w->unknown)
        return;
    switch (e->op) {
    case OP_LITERAL: write_truth(w, e->value); break;
    case OP_FIELD: buf_format(w->sql, "(%s)", column_of(w, e)); break;
    case OP_MEANS: write_condition(w, e->left); break;
    case OP_ROLE:
    case OP_EXPIRED: write_asked(w, e); break;
    case OP_DUTY: write_duty(w, e); break;
    case OP_AND:
    case OP_OR: write_joined(w, e); break;
    case OP_NOT:
        buf_text(w->sql, "(NOT ");
        write_condition(w, e->left);
        buf_char(w->sql, ')');
        break;
    case OP_IN: write_in(w, e); break;
    case OP_IN_SET: write_in_set(w, e); break;
    case OP_MISSING: write_missing(w, e->left); break;
    case OP_CONTAINS: write_contains(w, e); break;
    default: write_compare(w, e); break;
    }
}

bool expr_to_sql(struct arena *a, const struct expr *e, struct expr_sql *to, struct buf *sql, struct fault *f)
{
    struct writer w = { .arena = a, .to = to, .sql = sql };
    if (e->type == TYPE_BOOL)
        write_condition(&w, e);
    if (w.unknown || e->type != TYPE_BOOL || sql->failed)
        return fault_set(f, FAULT_REFUSED, "not-searchable", S(""), S(""));
    return true;
}
