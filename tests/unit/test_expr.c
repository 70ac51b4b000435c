/* The language of rules: what they mean, what is refused with which words, and that a query says what the evaluator
 * says. The rows of the tables are the specification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/expr.h"

/* ---------- a ledger to ask about ---------- */

enum { TITLE, STATE, LEAD, KEEPER, SUPPORT, LEADER, DUE, OPENED, PROGRESS, TOTAL, ANNUAL, HEADS, MASKED, DONE, OVERDUE, GAP, SHARE, HIDDEN,
    N_FIELDS };

static const struct slice states[] = { { "todo", 4 }, { "doing", 5 }, { "self-check", 10 }, { "closed", 6 } };
static const struct slice roles[] = { { "lead", 4 }, { "supervisor", 10 } };
static const struct slice duties[] = { { "office", 6 }, { "viewer", 6 } };
static const struct slice clocks[] = { { "check", 5 }, { "reply", 5 } };
static const struct slice lines[] = { { "visits", 6 } };

struct fixture {
    struct arena arena;
    struct expr_name fields[N_FIELDS];
    struct expr_names names;
};

static const struct expr *parsed(struct fixture *x, const char *rule, enum value_type want)
{
    struct fault f = { 0 };
    const struct expr *e;
    if (!expr_parse(&x->arena, slice_of(rule), &x->names, want, &e, &f)) {
        print_error("%s: %s at %s, " S_FMT "\n", rule, f.code, f.detail, S_ARG(f.about[0]));
        fail();
    }
    return e;
}

static int open_names(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    arena_open(&x->arena, 0);
    const struct expr_name fields[N_FIELDS] = {
        [TITLE] = { "title", TYPE_TEXT, TITLE },
        [STATE] = { "state", TYPE_TEXT, STATE, states, COUNT(states) },
        [LEAD] = { "lead", TYPE_UNIT, LEAD },
        [KEEPER] = { "keeper", TYPE_UNIT, KEEPER },
        [SUPPORT] = { "support", TYPE_UNITS, SUPPORT },
        [LEADER] = { "leader", TYPE_PERSON, LEADER },
        [DUE] = { "due", TYPE_DAY, DUE },
        [OPENED] = { "opened_on", TYPE_DAY, OPENED },
        [PROGRESS] = { "progress", TYPE_NUMBER, PROGRESS, .scale = 1 },
        [TOTAL] = { "total", TYPE_NUMBER, TOTAL, .scale = 2 },
        [ANNUAL] = { "annual", TYPE_NUMBER, ANNUAL, .scale = 2 },
        [HEADS] = { "heads", TYPE_NUMBER, HEADS },
        [MASKED] = { "masked", TYPE_BOOL, MASKED },
        [DONE] = { "done", TYPE_BOOL, DONE },
        [OVERDUE] = { "overdue", TYPE_BOOL, OVERDUE },
        [GAP] = { "gap", TYPE_NUMBER, GAP, .scale = 2 },
        [SHARE] = { "share", TYPE_NUMBER, SHARE, .scale = 1 },
        [HIDDEN] = { "hidden", TYPE_NONE, HIDDEN },
    };
    memcpy(x->fields, fields, sizeof fields);
    x->names = (struct expr_names){ x->fields, N_FIELDS, roles, COUNT(roles), duties, COUNT(duties), clocks, COUNT(clocks),
        lines, COUNT(lines) };
    x->fields[DONE].means = parsed(x, "state in [closed]", TYPE_BOOL);
    x->fields[OVERDUE].means = parsed(x, "not done and today > due", TYPE_BOOL);
    x->fields[GAP].means = parsed(x, "total - annual", TYPE_NUMBER);
    x->fields[SHARE].means = parsed(x, "total / annual * 100", TYPE_NUMBER);
    *state = x;
    return 0;
}

static int close_names(void **state)
{
    struct fixture *x = *state;
    arena_close(&x->arena);
    free(x);
    return 0;
}

/* ---------- one entry; a row of the property test has the same parts ---------- */

struct row {
    struct value at[N_FIELDS]; /* TYPE_NONE: missing */
    bool role[2], duty[2], clock_known, clock_expired;
    int64_t ids[3];
};

static day on(const char *text)
{
    day d = DAY_NONE;
    assert_true(day_parse(slice_of(text), &d));
    return d;
}

static struct value number(int64_t v, uint8_t scale)
{
    return (struct value){ .type = TYPE_NUMBER, .number = { v, scale, true } };
}

static bool row_get(void *context, int slot, struct value *v)
{
    *v = ((struct row *)context)->at[slot];
    return v->type != TYPE_NONE;
}

static bool row_role(void *context, size_t role)
{
    return ((struct row *)context)->role[role];
}

static bool row_duty(void *context, size_t duty)
{
    return ((struct row *)context)->duty[duty];
}

static bool row_clock(void *context, size_t clock, bool *expired, int32_t *left)
{
    struct row *row = context;
    *expired = row->clock_expired;
    *left = 3;
    return row->clock_known && clock == 0;
}

static bool row_lines(void *context, size_t which, int64_t *n)
{
    *n = 2;
    return true;
}

static bool unit_named(void *context, struct slice name, int64_t *id)
{
    *id = slice_equal(name, S("水务局")) ? 1 : slice_equal(name, S("住建局")) ? 2 : 0;
    return *id != 0;
}

/* Every seventh day rests: enough to see that working days are asked for. */
static int32_t row_workdays(void *context, day from, day to)
{
    return (to - from) - (to - from) / 7;
}

static day row_add_workdays(void *context, day from, int32_t n)
{
    return from + n + n / 6;
}

static struct expr_scope scope_of(struct row *row)
{
    return (struct expr_scope){ row, on("2026-06-30"), row_get, row_role, row_duty, row_clock, row_lines, unit_named,
        row_workdays, row_add_workdays };
}

static struct row entry(void)
{
    struct row row = { .role = { true, false }, .duty = { true, false }, .clock_known = true, .clock_expired = true, .ids = { 1, 5 } };
    row.at[TITLE] = (struct value){ .type = TYPE_TEXT, .text = S("新建改造农村公路120公里") };
    row.at[STATE] = (struct value){ .type = TYPE_TEXT, .text = S("doing") };
    row.at[LEAD] = (struct value){ .type = TYPE_UNIT, .id = 1 };
    row.at[KEEPER] = (struct value){ .type = TYPE_UNIT, .id = 2 };
    row.at[DUE] = (struct value){ .type = TYPE_DAY, .on = on("2026-07-05") };
    row.at[OPENED] = (struct value){ .type = TYPE_DAY, .on = on("2026-01-31") };
    row.at[PROGRESS] = number(455, 1);
    row.at[TOTAL] = number(123456, 2);
    row.at[ANNUAL] = number(0, 2);
    row.at[HEADS] = number(3, 0);
    row.at[MASKED] = (struct value){ .type = TYPE_BOOL, .truth = false };
    return row; /* leader is missing; support is set by whoever has the row in its place */
}

static const char *shown(struct arena *a, struct value v)
{
    struct buf b = buf_open(1000);
    switch (v.type) {
    case TYPE_NONE: buf_text(&b, "?"); break;
    case TYPE_BOOL: buf_text(&b, v.truth ? "yes" : "no"); break;
    case TYPE_NUMBER: decimal_put(&b, v.number); break;
    case TYPE_DAY: day_put(&b, v.on); break;
    case TYPE_DAYS: buf_format(&b, "%d days", v.days.n); break;
    case TYPE_TEXT: buf_put(&b, v.text); break;
    default: buf_format(&b, "#%d", (int)v.id); break;
    }
    const char *text = slice_text(a, buf_slice(&b));
    buf_close(&b);
    return text;
}

/* Today is 2026-06-30; what is missing or cannot be computed is ?. */
static const struct { const char *rule, *gives; } meanings[] = {
    /* figures, exact */
    { "1 + 2 * 3", "7" }, { "(1 + 2) * 3", "9" }, { "0.1 + 0.2", "0.3" }, { "10 / 4", "2.5" }, { "2 / 3", "0.666666666667" },
    { "-progress", "-45.5" }, { "10 - 2 - 3", "5" }, { "total / annual", "?" }, { "9000000000000000000 + 9000000000000000000", "?" },
    { "total", "1234.56" }, { "gap", "1234.56" }, { "share", "?" }, { "min(3, 1.5, 2)", "1.5" }, { "max(heads, 2)", "3" },
    { "rate(1, 3)", "33.3" }, { "rate(2, 3)", "66.7" }, { "rate(1, 2000)", "0.1" }, { "rate(-1, 2000)", "-0.1" }, { "rate(1, 0)", "?" },
    { "rate(0.1234999999999996, 1)", "?" /* more digits than a number has: see below */ },
    { "count(visits)", "2" }, { "year(opened_on)", "2026" },
    /* days */
    { "due - today", "5 days" }, { "today + 2 months", "2026-08-30" }, { "opened_on + 1 month", "2026-02-28" },
    { "today + 6 workdays", "2026-07-07" }, { "today - 30 days", "2026-05-31" }, { "7 days + today", "2026-07-07" },
    { "days(today, due)", "5" }, { "workdays(today, due + 9 days)", "12" }, { "left(check)", "3" },
    { "left(reply)", "?" }, { "days(opened_on, today) / days(opened_on, due)", "0.967741935484" }, { "2026-02", "2026-02-01" },
    { "max(due, today)", "2026-07-05" }, { "2026-12-31 + 36600 days", "2127-03-17" }, { "9999-12-31 + 1 day", "?" },
    /* truths */
    { "due - today <= 7 days", "yes" }, { "due - today <= 4 days", "no" }, { "today > due", "no" }, { "done", "no" },
    { "overdue", "no" }, { "state = \"doing\"", "yes" }, { "state = doing", "yes" }, { "state != self-check", "yes" },
    { "state in [todo, self-check]", "no" }, { "state not in [todo, closed]", "yes" }, { "not state in [todo, doing]", "no" },
    { "lead", "#1" }, { "lead and not supervisor", "yes" }, { "duty(office)", "yes" }, { "duty(viewer)", "no" },
    { "lead = \"水务局\"", "yes" }, { "\"水务局\" = lead", "yes" }, { "lead = \"住建局\"", "no" }, { "lead = \"无此单位\"", "?" },
    { "lead in [\"住建局\", \"水务局\"]", "yes" }, { "lead in [\"住建局\", \"无此单位\"]", "?" }, { "lead = keeper", "no" },
    { "lead in support", "yes" }, { "keeper in support", "no" }, { "\"水务局\" in support", "yes" },
    { "contains(title, \"农村公路\")", "yes" }, { "contains(title, \"水库\")", "no" }, { "expired(check)", "yes" },
    { "expired(reply)", "?" }, { "masked = false", "yes" }, { "progress in [45.5, 50]", "yes" }, { "1.50 = 1.5", "yes" },
    /* what is missing stays missing */
    { "missing(leader)", "yes" }, { "missing(due)", "no" }, { "missing(share)", "yes" }, { "leader = \"水务局\"", "?" },
    { "not (share > 1)", "?" }, { "share > 1 and false", "no" }, { "false and share > 1", "no" }, { "share > 1 and true", "?" },
    { "share > 1 or true", "yes" }, { "true or share > 1", "yes" }, { "share > 1 or false", "?" }, { "min(share, 1)", "?" },
    { "1 < 2 and 2 < 3 or false", "yes" }, { "true or false and false", "yes" }, { "(true or false) and false", "no" },
};

static void a_rule_means_what_the_table_says(void **state)
{
    struct fixture *x = *state;
    struct row row = entry();
    row.at[SUPPORT] = (struct value){ .type = TYPE_UNITS, .ids = { row.ids, 2 } };
    struct expr_scope scope = scope_of(&row);
    for (size_t i = 0; i < COUNT(meanings); i++) {
        struct fault f;
        const struct expr *e;
        if (strstr(meanings[i].rule, "0.1234999999999996")) {
            assert_false(expr_parse(&x->arena, slice_of(meanings[i].rule), &x->names, TYPE_NONE, &e, &f));
            continue;
        }
        e = parsed(x, meanings[i].rule, TYPE_NONE);
        const char *got = shown(&x->arena, expr_eval(e, &scope));
        if (strcmp(got, meanings[i].gives))
            fail_msg("%s gives %s, not %s", meanings[i].rule, got, meanings[i].gives);
    }
}

/* 12.34999999999996 % is 12.3: rounding the quotient to twelve digits first would make 12.4 of it. */
static void a_rate_is_rounded_once(void **state)
{
    struct fixture *x = *state;
    struct row row = { 0 };
    row.at[TOTAL] = number(1234999999999996, 0);
    row.at[ANNUAL] = number(10000000000000000, 0);
    struct expr_scope scope = scope_of(&row);
    assert_string_equal(shown(&x->arena, expr_eval(parsed(x, "rate(total, annual)", TYPE_NUMBER), &scope)), "12.3");
    row.at[TOTAL] = number(1235, 0);
    row.at[ANNUAL] = number(-10000, 0);
    assert_string_equal(shown(&x->arena, expr_eval(parsed(x, "rate(total, annual)", TYPE_NUMBER), &scope)), "-12.4");
}

static void nothing_is_computable_without_a_scope(void **state)
{
    struct fixture *x = *state;
    struct expr_scope nobody = { .today = DAY_NONE };
    static const char *const rules[] = { "today > due", "lead and supervisor", "duty(office)", "expired(check)", "count(visits) > 0",
        "lead = \"水务局\"", "workdays(today, due) > 3", "2026-01-01 + 3 workdays > due" };
    for (size_t i = 0; i < COUNT(rules); i++) {
        const struct expr *e = parsed(x, rules[i], TYPE_BOOL);
        assert_int_equal(expr_eval(e, &nobody).type, TYPE_NONE);
        assert_false(expr_holds(e, &nobody));
    }
}

static void a_value_of_another_type_counts_as_missing(void **state)
{
    struct fixture *x = *state;
    struct row row = entry();
    row.at[DUE] = number(7, 0);
    struct expr_scope scope = scope_of(&row);
    assert_int_equal(expr_eval(parsed(x, "today > due", TYPE_BOOL), &scope).type, TYPE_NONE);
}

/* ---------- what is refused, and with which words ---------- */

static const struct { const char *rule, *code, *part, *likely; int at; } refused[] = {
    { "stat = todo", "expr-name", "stat", "state", 0 },
    { "due < tody", "expr-name", "tody", "today", 6 },
    { "leed and true", "expr-name", "leed", "lead", 0 },
    { "nothing_like_it", "expr-name", "nothing_like_it", "", 0 },
    { "state = \"dong\"", "expr-option", "dong", "doing", 8 },
    { "state = dong", "expr-option", "dong", "doing", 8 },
    { "state in [todo, selfcheck]", "expr-option", "selfcheck", "self-check", 16 },
    { "duty(ofice)", "expr-duty", "ofice", "office", 5 },
    { "expired(chek)", "expr-clock", "chek", "check", 8 },
    { "count(visit) > 1", "expr-lines", "visit", "visits", 6 },
    { "contain(title, \"x\")", "expr-function", "contain", "contains", 0 },
    { "due == today", "expr-syntax", "==", "=", 4 },
    { "done && masked", "expr-syntax", "&&", "and", 5 },
    { "progress ≥ 10", "expr-syntax", "≥", ">=", 9 },
    { "state = “todo”", "expr-syntax", "“", "\"", 8 },
    { "state = 'todo'", "expr-syntax", "'", "\"", 8 },
    { "done and", "expr-unfinished", "", "", 8 },
    { "(done", "expr-unfinished", "", "", 5 },
    { "done masked", "expr-syntax", "masked", "", 5 },
    { "title = \"unclosed", "expr-syntax", "\"unclosed", "", 8 },
    { "due - today <= 7", "expr-type", "due - today <= 7", "", 0 },
    { "due + 7 > today", "expr-type", "due + 7", "", 0 },
    { "title > \"x\"", "expr-order", "title > \"x\"", "=", 0 },
    { "due and done", "expr-type", "due", "", 0 },
    { "not progress", "expr-type", "progress", "", 4 },
    { "progress", "expr-type", "progress", "", 0 },
    { "support = support", "expr-units", "support", "in", 0 },
    { "title in support", "expr-type", "title in support", "", 0 },
    { "lead in keeper", "expr-type", "keeper", "", 8 },
    { "workdays(due, today) > 3 days", "expr-type", "workdays(due, today) > 3 days", "", 0 },
    { "due - today > 3 workdays", "expr-days", "due - today > 3 workdays", "", 0 },
    { "3 days + 3 workdays > 5 days", "expr-days", "3 days + 3 workdays", "", 0 },
    { "due - today < 2 months", "expr-days", "due - today < 2 months", "", 0 },
    { "today + 1.5 days > due", "expr-duration", "1.5", "", 8 },
    { "today + 40000 days > due", "expr-duration", "40000", "", 8 },
    { "due = 2026-02-30", "expr-syntax", "2026-02-30", "", 6 },
    { "progress = 7days", "expr-syntax", "7", "", 11 },
    { "progress in []", "expr-syntax", "]", "", 13 },
    { "progress in [heads]", "expr-list", "heads", "", 13 },
    { "missing(lead and done)", "expr-syntax", "and", "", 13 },
    { "missing(supervisor)", "expr-field", "supervisor", "", 8 },
    { "hidden > 1", "expr-later", "hidden", "", 0 },
    { "1 < 2 < 3", "expr-syntax", "<", "", 6 },
    { "contains(title, \"\")", "expr-type", "", "", 16 },
    { "", "expr-unfinished", "", "", 0 },
    { "done \xff", "expr-syntax", "", "", 0 },
};

static void a_wrong_rule_is_refused_with_the_place_and_the_likely_word(void **state)
{
    struct fixture *x = *state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct fault f = { 0 };
        const struct expr *e;
        if (expr_parse(&x->arena, slice_of(refused[i].rule), &x->names, TYPE_BOOL, &e, &f))
            fail_msg("%s was taken", refused[i].rule);
        if (strcmp(f.code, refused[i].code) || !slice_equal(f.about[0], slice_of(refused[i].part))
            || !slice_equal(f.about[1], slice_of(refused[i].likely)) || atoi(f.detail) != refused[i].at)
            fail_msg("%s: %s “" S_FMT "” likely “" S_FMT "” at %s", refused[i].rule, f.code, S_ARG(f.about[0]), S_ARG(f.about[1]), f.detail);
        assert_true(fault_code_known(f.code));
    }
}

static const struct expr *repeated(struct fixture *x, const char *open, const char *middle, const char *close, int n, struct fault *f)
{
    struct buf b = buf_open(1 << 20);
    const struct expr *e = NULL;
    for (int i = 0; i < n; i++)
        buf_text(&b, open);
    buf_text(&b, middle);
    for (int i = 0; i < n; i++)
        buf_text(&b, close);
    bool good = expr_parse(&x->arena, buf_slice(&b), &x->names, TYPE_NONE, &e, f);
    buf_close(&b);
    return good ? e : NULL;
}

static void a_rule_is_bounded_in_length_and_depth(void **state)
{
    struct fixture *x = *state;
    struct fault f;
    assert_non_null(repeated(x, "(", "done", ")", EXPR_DEPTH_MAX / 2 - 1, &f));
    static const char *const deep[][3] = { { "(", "done", ")" }, { "not ", "done", "" }, { "-", "heads", "" }, { "", "done", " or done" },
        { "min(", "1", ")" }, { "", "1", "+1" } };
    for (size_t i = 0; i < COUNT(deep); i++) {
        assert_null(repeated(x, deep[i][0], deep[i][1], deep[i][2], 1000, &f));
        assert_string_equal(f.code, "expr-too-large");
    }
}

/* a0 = heads + heads, a1 = a0 + a0 …: short to write, endless to evaluate. */
static void names_that_mean_names_are_bounded_too(void **state)
{
    struct fixture *x = *state;
    struct expr_name fields[40];
    struct expr_names names = { fields, 0 };
    char text[40][20], rule[40];
    fields[names.n_fields++] = x->fields[HEADS];
    const struct expr *e = NULL;
    struct fault f = { 0 };
    bool good = true;
    for (int i = 0; i < 30 && good; i++) {
        snprintf(rule, sizeof rule, "%s + %s", fields[i].name, fields[i].name);
        good = expr_parse(&x->arena, slice_of(slice_text(&x->arena, slice_of(rule))), &names, TYPE_NUMBER, &e, &f);
        snprintf(text[i], sizeof text[i], "a%d", i);
        fields[names.n_fields++] = (struct expr_name){ text[i], TYPE_NUMBER, 100 + i, .means = e };
    }
    assert_false(good);
    assert_string_equal(f.code, "expr-too-large");
}

static void a_rule_knows_what_it_uses(void **state)
{
    struct fixture *x = *state;
    const struct expr *e = parsed(x, "overdue or progress in [1, 2]", TYPE_BOOL);
    assert_true(expr_uses(e, OVERDUE) && expr_uses(e, DUE) && expr_uses(e, STATE) && expr_uses(e, PROGRESS));
    assert_false(expr_uses(e, LEAD) || expr_uses(e, TITLE));
}

/* ---------- written out again ---------- */

static struct slice put(struct arena *a, const struct expr *e)
{
    struct buf b = buf_open(1 << 16);
    expr_put(&b, e);
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void a_rule_written_out_reads_the_same(void **state)
{
    struct fixture *x = *state;
    static const char *const rules[][2] = {
        { "( not  done )and today>due", "not done and today > due" },
        { "(done or masked) and lead", "(done or masked) and lead" },
        { "done or (masked and lead)", "done or masked and lead" },
        { "10 - (2 - 3) = 11", "10 - (2 - 3) = 11" },
        { "state in [todo,self-check]", "state in [\"todo\", \"self-check\"]" },
        { "not (not done)", "not not done" },
        { "- (heads + 1) * 2 < 0", "-(heads + 1) * 2 < 0" },
        { "(masked = done) = true", "(masked = done) = true" },
        { "due - today <= 1 days", "due - today <= 1 day" },
        { "rate(total,annual)>=min(50, 60.0)", "rate(total, annual) >= min(50, 60)" },
    };
    for (size_t i = 0; i < COUNT(rules); i++)
        assert_string_equal(put(&x->arena, parsed(x, rules[i][0], TYPE_BOOL)).at, rules[i][1]);
}

/* ---------- random rules against SQLite ---------- */

struct dice { uint64_t state; };

static unsigned roll(struct dice *d, unsigned n) /* splitmix64 */
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (unsigned)((z ^ (z >> 31)) % n);
}

static void gen_bool(struct buf *b, struct dice *d, int depth);

static void gen_pick(struct buf *b, struct dice *d, const char *const *words, size_t n)
{
    buf_text(b, words[roll(d, (unsigned)n)]);
}
#define PICK(...) gen_pick(b, d, (const char *const[]){ __VA_ARGS__ }, COUNT(((const char *const[]){ __VA_ARGS__ })))

typedef void generator(struct buf *b, struct dice *d, int depth);

static void gen_two(struct buf *b, struct dice *d, generator *side, int depth, const char *open, const char *middle, const char *close)
{
    buf_text(b, open);
    side(b, d, depth - 1);
    buf_text(b, middle);
    side(b, d, depth - 1);
    buf_text(b, close);
}

static void gen_number(struct buf *b, struct dice *d, int depth)
{
    if (depth < 1 || roll(d, 3) == 0) {
        PICK("progress", "total", "annual", "heads", "gap", "share", "0", "1", "45.5", "2.25", "-3", "100", "0.333", "count(visits)", "days(opened_on, due)", "left(check)");
        return;
    }
    switch (roll(d, 8)) {
    case 0: gen_two(b, d, gen_number, depth, "rate(", ", ", ")"); break;
    case 1: gen_two(b, d, gen_number, depth, "max(", ", ", ")"); break;
    case 2: buf_text(b, "year(due)"); break;
    case 3: gen_two(b, d, gen_number, depth, "(", " * ", ")"); break;
    case 4: gen_two(b, d, gen_number, depth, "(", " / ", ")"); break;
    default: gen_two(b, d, gen_number, depth, "(", roll(d, 2) ? " + " : " - ", ")"); break;
    }
}

static void gen_day(struct buf *b, struct dice *d, int depth)
{
    PICK("due", "opened_on", "today", "2026-07-01", "2026-01", "due + 3 days", "today + 6 workdays", "opened_on + 1 month", "today - 2 months",
        "2 days + due");
}

static void gen_days(struct buf *b, struct dice *d, int depth)
{
    switch (roll(d, 4)) {
    case 0: PICK("0 days", "7 days", "1 day", "due - today", "due - opened_on + 2 days"); break;
    default: gen_two(b, d, gen_day, 0, "(", ") - (", ")"); break;
    }
}

static void gen_compare(struct buf *b, struct dice *d, int depth)
{
    static generator *const sides[] = { gen_number, gen_day, gen_days };
    static const char *const signs[] = { " = ", " != ", " < ", " <= ", " > ", " >= " };
    gen_two(b, d, sides[roll(d, 3)], depth, "", signs[roll(d, 6)], "");
}

static void gen_leaf(struct buf *b, struct dice *d)
{
    PICK("done", "overdue", "masked", "lead", "supervisor", "duty(office)", "duty(viewer)", "expired(check)", "expired(reply)", "true", "false",
        "state = \"todo\"", "state in [doing, self-check]", "title = \"甲\"", "title != \"乙丙\"", "contains(title, \"乙\")",
        "contains(title, \"%\")", "lead = \"水务局\"", "lead = \"无此单位\"", "lead in [\"住建局\", \"无此单位\"]", "lead = keeper",
        "lead in support", "\"水务局\" in support", "\"无此单位\" in support", "missing(leader)", "missing(support)", "missing(due)",
        "missing(masked)", "missing(overdue)", "missing(total)", "progress in [45.5, 0, -3]", "year(due) in [2026, 2025]", "year(due) = 2026",
        "year(due) != 2026", "2026 < year(due)", "year(due) <= 2025", "masked = false", "heads + 1 > 2", "total * 2 >= annual",
        "due - today <= 7 days", "gap > 0", "leader = leader");
}

static void gen_bool(struct buf *b, struct dice *d, int depth)
{
    if (depth < 1 || roll(d, 4) == 0) {
        gen_leaf(b, d);
        return;
    }
    switch (roll(d, 5)) {
    case 0:
        buf_text(b, "not (");
        gen_bool(b, d, depth - 1);
        buf_text(b, ")");
        break;
    case 1: gen_two(b, d, gen_bool, depth, "(", roll(d, 2) ? " and " : " or ", ")"); break;
    case 2: gen_two(b, d, gen_bool, depth, "", roll(d, 2) ? " and " : " or ", ""); break;
    default: gen_compare(b, d, depth); break;
    }
}

static void random_row(struct row *row, struct dice *d)
{
    static const struct slice titles[] = { { "甲", 3 }, { "乙丙", 6 }, { "100%", 4 } };
    *row = (struct row){ .role = { roll(d, 2), roll(d, 2) }, .duty = { true, false }, .clock_known = roll(d, 3), .clock_expired = roll(d, 2),
        .ids = { 1 + roll(d, 2), 5 } };
    row->at[TITLE] = (struct value){ .type = TYPE_TEXT, .text = titles[roll(d, 3)] };
    row->at[STATE] = (struct value){ .type = TYPE_TEXT, .text = states[roll(d, 4)] };
    row->at[LEAD] = (struct value){ .type = TYPE_UNIT, .id = 1 + roll(d, 3) };
    row->at[KEEPER] = (struct value){ .type = TYPE_UNIT, .id = 1 + roll(d, 2) };
    row->at[SUPPORT] = (struct value){ .type = TYPE_UNITS, .ids = { row->ids, 1 + roll(d, 2) } };
    row->at[LEADER] = (struct value){ .type = TYPE_PERSON, .id = 7 };
    row->at[DUE] = (struct value){ .type = TYPE_DAY, .on = on("2025-12-28") + (day)roll(d, 380) };
    row->at[OPENED] = (struct value){ .type = TYPE_DAY, .on = on("2026-06-20") + (day)roll(d, 20) };
    row->at[PROGRESS] = number((int64_t[]){ 0, 455, 1000, -30 }[roll(d, 4)], 1);
    row->at[TOTAL] = number((int64_t[]){ 0, 225, 100, 33, 999999999999 }[roll(d, 5)], 2);
    row->at[ANNUAL] = number((int64_t[]){ 0, 225, 200, -100 }[roll(d, 4)], 2);
    row->at[HEADS] = number(roll(d, 4), 0);
    row->at[MASKED] = (struct value){ .type = TYPE_BOOL, .truth = roll(d, 2) };
    for (int i = 0; i < DONE; i++)
        if (roll(d, 5) == 0)
            row->at[i] = (struct value){ .type = TYPE_NONE };
}

static const char *const columns[N_FIELDS] = { "title", "state", "lead", "keeper", "support", "leader", "due", "opened_on", "progress",
    "total", "annual", "heads", "masked <> 0" };

static void bind_row(sqlite3_stmt *s, const struct row *row)
{
    for (int i = 0; i < DONE; i++) {
        const struct value *v = &row->at[i];
        char set[64];
        switch (v->type) {
        case TYPE_NONE: sqlite3_bind_null(s, i + 1); break;
        case TYPE_TEXT: sqlite3_bind_text(s, i + 1, v->text.at, (int)v->text.len, SQLITE_STATIC); break;
        case TYPE_NUMBER: sqlite3_bind_int64(s, i + 1, v->number.value); break;
        case TYPE_DAY: sqlite3_bind_int64(s, i + 1, v->on); break;
        case TYPE_BOOL: sqlite3_bind_int64(s, i + 1, v->truth); break;
        case TYPE_UNITS:
            snprintf(set, sizeof set, ",%d,%d,", (int)v->ids.at[0], v->ids.n > 1 ? (int)v->ids.at[1] : 0);
            sqlite3_bind_text(s, i + 1, set, -1, SQLITE_TRANSIENT);
            break;
        default: sqlite3_bind_int64(s, i + 1, v->id); break;
        }
    }
    sqlite3_bind_int(s, DONE + 1, row->role[0]);
    sqlite3_bind_int(s, DONE + 2, row->role[1]);
    if (row->clock_known)
        sqlite3_bind_int(s, DONE + 3, row->clock_expired);
    else
        sqlite3_bind_null(s, DONE + 3);
}

static sqlite3 *database(const struct row *rows, size_t n)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE entry (title TEXT, state TEXT, lead INT, keeper INT, support TEXT, leader INT, due INT, "
        "opened_on INT, progress INT, total INT, annual INT, heads INT, masked INT, r0 INT, r1 INT, k0 INT)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &s, NULL), SQLITE_OK);
    for (size_t i = 0; i < n; i++) {
        bind_row(s, &rows[i]);
        assert_int_equal(sqlite3_step(s), SQLITE_DONE);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return db;
}

static const char *column(void *context, int slot)
{
    return columns[slot];
}

static bool sql_role(void *context, size_t role, struct buf *sql)
{
    buf_format(sql, "(r%zu = 1)", role);
    return true;
}

static bool sql_duty(void *context, size_t duty)
{
    return duty == 0;
}

static bool sql_clock(void *context, size_t clock, bool expired, struct buf *sql)
{
    buf_text(sql, clock == 0 ? "(k0 = 1)" : "(1 = NULL)");
    return expired;
}

static bool sql_in_units(void *context, int slot, struct slice unit, struct buf *sql)
{
    if (unit.len)
        buf_format(sql, "(instr(support, ',' || " S_FMT " || ',') > 0)", S_ARG(unit));
    else
        buf_text(sql, "(support IS NULL)");
    return true;
}

static struct expr_sql sql_of(void)
{
    return (struct expr_sql){ .column = column, .role = sql_role, .duty = sql_duty, .clock = sql_clock, .unit_named = unit_named,
        .today = on("2026-06-30"), .add_workdays = row_add_workdays, .first_bind = 1, .in_units = sql_in_units };
}

static sqlite3_stmt *prepared(sqlite3 *db, struct arena *a, struct slice condition, const struct expr_sql *to)
{
    sqlite3_stmt *s;
    struct slice text = slice_format(a, "SELECT " S_FMT " FROM entry ORDER BY rowid", S_ARG(condition));
    if (sqlite3_prepare_v2(db, text.at, (int)text.len, &s, NULL) != SQLITE_OK)
        fail_msg("%s: " S_FMT, sqlite3_errmsg(db), S_ARG(text));
    for (size_t i = 0; i < to->binds.n; i++) {
        const struct value *v = &to->binds.at[i];
        if (v->type == TYPE_TEXT)
            sqlite3_bind_text(s, (int)i + 1, v->text.at, (int)v->text.len, SQLITE_STATIC);
        else
            sqlite3_bind_int64(s, (int)i + 1, v->type == TYPE_NUMBER ? v->number.value : v->id);
    }
    return s;
}

/* Every row: yes, no, or neither, the same from both. */
static void compare_rows(sqlite3_stmt *s, const struct expr *e, struct row *rows, size_t n, struct slice rule, struct slice sql)
{
    for (size_t i = 0; i < n; i++) {
        struct expr_scope scope = scope_of(&rows[i]);
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        struct value v = expr_eval(e, &scope);
        int found = sqlite3_column_type(s, 0) == SQLITE_NULL ? -1 : sqlite3_column_int(s, 0) != 0;
        int wanted = v.type == TYPE_NONE ? -1 : v.truth;
        if (found != wanted)
            fail_msg("row %zu: evaluator %d, query %d: " S_FMT "\n" S_FMT, i, wanted, found, S_ARG(rule), S_ARG(sql));
    }
}

static void a_query_finds_what_the_evaluator_finds(void **state)
{
    enum { RULES = 4000, ROWS = 60 };
    struct fixture *x = *state;
    const char *said = getenv("TAIZHANG_TEST_SEED");
    struct dice d = { said ? strtoull(said, NULL, 10) : 20260630 };
    static struct row rows[ROWS];
    int searchable = 0, parts = 0;
    print_message("seed %llu (TAIZHANG_TEST_SEED sets another)\n", (unsigned long long)d.state);
    for (int i = 0; i < ROWS; i++)
        random_row(&rows[i], &d);
    for (int i = 0; i < ROWS; i++)
        if (rows[i].at[SUPPORT].type == TYPE_UNITS)
            rows[i].at[SUPPORT].ids.at = rows[i].ids;
    sqlite3 *db = database(rows, ROWS);
    for (int i = 0; i < RULES; i++) {
        struct arena a;
        arena_open(&a, 0);
        struct buf rule = buf_open(1 << 16), sql = buf_open(1 << 20);
        const struct expr *e, *again;
        struct fault f;
        gen_bool(&rule, &d, 3);
        if (!expr_parse(&a, buf_slice(&rule), &x->names, TYPE_BOOL, &e, &f))
            fail_msg("%s " S_FMT ": " S_FMT, f.code, S_ARG(f.about[0]), S_ARG(buf_slice(&rule)));
        struct slice once = put(&a, e);
        assert_true(expr_parse(&a, once, &x->names, TYPE_BOOL, &again, &f));
        assert_string_equal(once.at, put(&a, again).at);
        struct expr_sql to = sql_of();
        if (expr_to_sql(&a, e, &to, &sql, &f)) {
            sqlite3_stmt *s = prepared(db, &a, buf_slice(&sql), &to);
            compare_rows(s, again, rows, ROWS, once, buf_slice(&sql));
            sqlite3_finalize(s);
            searchable++;
            parts += (int)to.binds.n;
        } else {
            assert_string_equal(f.code, "not-searchable");
        }
        buf_close(&rule);
        buf_close(&sql);
        arena_close(&a);
    }
    sqlite3_close(db);
    print_message("%d of %d rules were searchable, %d values bound\n", searchable, RULES, parts);
    assert_true(searchable > RULES / 4 && searchable < RULES);
}

static struct slice sql_text(struct fixture *x, const char *rule)
{
    struct expr_sql to = sql_of();
    struct buf sql = buf_open(10000);
    struct fault f = { 0 };
    bool good = expr_to_sql(&x->arena, parsed(x, rule, TYPE_BOOL), &to, &sql, &f);
    struct slice s = slice_copy(&x->arena, good ? buf_slice(&sql) : slice_of(f.code));
    buf_close(&sql);
    return s;
}

static void a_comparison_with_a_constant_is_left_to_the_index(void **state)
{
    struct fixture *x = *state;
    static const char *const rules[][2] = {
        { "due - today <= 7 days", "(due <= ?1)" },
        { "today > due", "(due < ?1)" },
        { "total >= 100", "(total >= ?1)" },
        { "state = todo", "(state = ?1)" },
        { "year(due) = 2026", "(((due >= ?1) AND (due < ?2)))" },
        { "total * annual > 1", "not-searchable" },
        { "rate(total, annual) > 50", "not-searchable" },
        { "left(check) < 3", "not-searchable" },
        { "due > opened_on + 5 workdays", "not-searchable" },
    };
    for (size_t i = 0; i < COUNT(rules); i++) {
        struct slice sql = sql_text(x, rules[i][0]);
        if (!slice_equal(sql, slice_of(rules[i][1])))
            fail_msg("%s: " S_FMT, rules[i][0], S_ARG(sql));
    }
}

/* Beyond the bound a sum in a query is not computable, and never a rounded figure. */
static void a_query_never_overflows(void **state)
{
    struct fixture *x = *state;
    static struct row row;
    row.at[TOTAL] = number(INT64_MAX, 2);
    row.at[ANNUAL] = number(INT64_MAX, 2);
    sqlite3 *db = database(&row, 1);
    struct expr_sql to = sql_of();
    struct buf sql = buf_open(10000);
    struct fault f;
    assert_true(expr_to_sql(&x->arena, parsed(x, "total + annual > heads * 1000", TYPE_BOOL), &to, &sql, &f));
    sqlite3_stmt *s = prepared(db, &x->arena, buf_slice(&sql), &to);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_int_equal(sqlite3_column_type(s, 0), SQLITE_NULL);
    sqlite3_finalize(s);
    sqlite3_close(db);
    buf_close(&sql);
}

static const char *state_held(void *context, int slot, struct slice word, struct value *held)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (slot == STATE && slice_equal(states[i], word)) {
            *held = number((int64_t)i, 0);
            return "s";
        }
    return NULL;
}

static void words_kept_as_numbers_are_compared_as_numbers(void **state)
{
    struct fixture *x = *state;
    struct expr_sql to = sql_of();
    to.word = state_held;
    struct buf sql = buf_open(10000);
    struct fault f;
    const struct expr *e = parsed(x, "state in [doing, closed] and \"self-check\" != state and title = \"doing\"", TYPE_BOOL);
    assert_true(expr_to_sql(&x->arena, e, &to, &sql, &f));
    assert_string_equal(slice_text(&x->arena, buf_slice(&sql)), "(((s IN (?1, ?2)) AND (s <> ?3)) AND (title = ?4))");
    static const int64_t numbers[] = { 1, 3, 2 };
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_int_equal(to.binds.at[i].number.value, numbers[i]);
    assert_int_equal(to.binds.at[3].type, TYPE_TEXT);
    buf_close(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_means_what_the_table_says),
        cmocka_unit_test(a_rate_is_rounded_once),
        cmocka_unit_test(nothing_is_computable_without_a_scope),
        cmocka_unit_test(a_value_of_another_type_counts_as_missing),
        cmocka_unit_test(a_wrong_rule_is_refused_with_the_place_and_the_likely_word),
        cmocka_unit_test(a_rule_is_bounded_in_length_and_depth),
        cmocka_unit_test(names_that_mean_names_are_bounded_too),
        cmocka_unit_test(a_rule_knows_what_it_uses),
        cmocka_unit_test(a_rule_written_out_reads_the_same),
        cmocka_unit_test(a_query_finds_what_the_evaluator_finds),
        cmocka_unit_test(a_comparison_with_a_constant_is_left_to_the_index),
        cmocka_unit_test(a_query_never_overflows),
        cmocka_unit_test(words_kept_as_numbers_are_compared_as_numbers),
    };
    return cmocka_run_group_tests(tests, open_names, close_names);
}
