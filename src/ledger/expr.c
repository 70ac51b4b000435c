/* expr.c: from the text of a rule to its tree.
 *
 * A tokenizer that looks one token ahead, and one function a rule of the grammar:
 *
 *   or      = and ("or" and)*
 *   and     = not ("and" not)*
 *   not     = "not" not | compare
 *   compare = sum (("=" | "!=" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" (list | sum))?
 *   sum     = product (("+" | "-") product)*
 *   product = unary (("*" | "/") unary)*
 *   unary   = "-" unary | primary
 *   primary = number ["days" | "workdays" | "months"] | 2026-06-30 | 2026-06 | "text" | name | name "(" … ")" | "(" or ")"
 *
 * Every node has its type when it is made, so that a wrong rule is found where it is written and evaluation checks
 * nothing. Three things depend on what stands beside: a name that is a field and a role (`lead`) is the role where a
 * truth is wanted and the field elsewhere; a text in quotes beside a unit or a person is a name; a bare word beside a
 * field of words is one of its words. */
#include "ledger/pack_inside.h"

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_DAY, TOKEN_TEXT, TOKEN_WORD, TOKEN_SIGN, TOKEN_BAD };

struct token {
    enum token_kind kind;
    size_t start, end; /* bytes of the text */
    struct slice text; /* what stands there; of TOKEN_TEXT without the quotes */
    day on;
};

struct parser {
    struct arena *arena;
    struct slice text;
    const struct expr_names *names;
    struct fault *fault;
    struct token token; /* the next one, not yet taken */
    size_t nodes;
    int depth;
};

/* ---------- tokens ---------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c)
{
    return is_word_start(c) || is_digit(c);
}

static char byte_at(const struct parser *p, size_t at)
{
    return at < p->text.len ? p->text.at[at] : '\0';
}

static size_t count_digits(const struct parser *p, size_t at)
{
    size_t n = 0;
    while (is_digit(byte_at(p, at + n)))
        n++;
    return n;
}

/* 2026-06-30 and 2026-06, which is the month's first day; otherwise a number. */
static struct token scan_number(const struct parser *p, size_t at)
{
    struct token t = { .kind = TOKEN_NUMBER, .start = at };
    size_t whole = count_digits(p, at), end = at + whole;
    if (whole == 4 && byte_at(p, end) == '-' && count_digits(p, end + 1) == 2) {
        struct slice month = slice_part(p->text, at, at + 7), whole_day = slice_part(p->text, at, at + 10);
        char first[10] = "0000-00-01";
        memcpy(first, month.at, 7);
        bool has_day = byte_at(p, at + 7) == '-' && count_digits(p, at + 8) == 2;
        t.end = at + (has_day ? 10 : 7);
        t.kind = day_parse(has_day ? whole_day : (struct slice){ first, 10 }, &t.on) ? TOKEN_DAY : TOKEN_BAD;
        return t;
    }
    if (byte_at(p, end) == '.')
        end += 1 + count_digits(p, end + 1);
    t.end = end;
    struct decimal d;
    if (!decimal_parse(slice_part(p->text, at, end), &d) || is_word_start(byte_at(p, end)))
        t.kind = TOKEN_BAD;
    return t;
}

static struct token scan_text(const struct parser *p, size_t at)
{
    size_t end = at + 1;
    while (end < p->text.len && p->text.at[end] != '"' && (unsigned char)p->text.at[end] >= ' ')
        end++;
    bool closed = byte_at(p, end) == '"';
    return (struct token){ .kind = closed ? TOKEN_TEXT : TOKEN_BAD, .start = at, .end = closed ? end + 1 : end,
        .text = slice_part(p->text, at + 1, end) };
}

static const char *const signs[] = { "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", "," };

/* What people write for a sign: the sign that they mean. */
static const struct { const char *written, *meant; } habits[] = {
    { "==", "=" }, { "<>", "!=" }, { "&&", "and" }, { "||", "or" }, { "≥", ">=" }, { "≤", "<=" }, { "≠", "!=" },
    { "＝", "=" }, { "＞", ">" }, { "＜", "<" }, { "（", "(" }, { "）", ")" }, { "，", "," }, { "、", "," },
    { "“", "\"" }, { "”", "\"" }, { "‘", "\"" }, { "’", "\"" }, { "'", "\"" }, { "!", "not" }, { "－", "-" },
};

static struct token scan_sign(const struct parser *p, size_t at)
{
    struct slice rest = slice_from(p->text, at);
    for (size_t i = 0; i < COUNT(habits); i++)
        if (slice_starts(rest, slice_of(habits[i].written)) && !slice_starts(rest, S("!=")))
            return (struct token){ .kind = TOKEN_BAD, .start = at, .end = at + strlen(habits[i].written) };
    for (size_t i = 0; i < COUNT(signs); i++)
        if (slice_starts(rest, slice_of(signs[i])))
            return (struct token){ .kind = TOKEN_SIGN, .start = at, .end = at + strlen(signs[i]) };
    size_t end = at;
    utf8_next(p->text, &end);
    return (struct token){ .kind = TOKEN_BAD, .start = at, .end = end };
}

static struct token scan(const struct parser *p, size_t at)
{
    while (byte_at(p, at) == ' ' || byte_at(p, at) == '\n' || byte_at(p, at) == '\t')
        at++;
    struct token t = { .kind = TOKEN_END, .start = at, .end = at };
    if (at >= p->text.len)
        return t;
    if (is_digit(p->text.at[at]))
        t = scan_number(p, at);
    else if (p->text.at[at] == '"')
        t = scan_text(p, at);
    else if (is_word_start(p->text.at[at])) {
        t = (struct token){ .kind = TOKEN_WORD, .start = at, .end = at };
        while (is_word(byte_at(p, t.end)))
            t.end++;
    } else
        t = scan_sign(p, at);
    if (t.kind != TOKEN_TEXT)
        t.text = slice_part(p->text, t.start, t.end);
    return t;
}

static void next(struct parser *p)
{
    p->token = scan(p, p->token.end);
}

static bool looks_at(const struct parser *p, enum token_kind kind, const char *text)
{
    return p->token.kind == kind && slice_equal(p->token.text, slice_of(text));
}

static bool take_sign(struct parser *p, const char *text)
{
    if (!looks_at(p, TOKEN_SIGN, text))
        return false;
    next(p);
    return true;
}

static bool take_word(struct parser *p, const char *text)
{
    if (!looks_at(p, TOKEN_WORD, text))
        return false;
    next(p);
    return true;
}

/* ---------- faults: always NULL, so that a rule can return them ---------- */

static struct expr *fail_at(struct parser *p, size_t at, const char *code, struct slice part, struct slice likely,
    struct slice wanted)
{
    fault_set(p->fault, FAULT_REFUSED, code, part, likely);
    p->fault->about[2] = wanted;
    fault_detail(p->fault, "%zu", at);
    return NULL;
}

static struct expr *fail(struct parser *p, const char *code, struct slice likely)
{
    return fail_at(p, p->token.start, code, p->token.text, likely, S(""));
}

/* The token does not fit here. */
static struct expr *fail_token(struct parser *p)
{
    struct slice likely = S("");
    for (size_t i = 0; i < COUNT(habits); i++)
        if (p->token.kind == TOKEN_BAD && slice_equal(p->token.text, slice_of(habits[i].written)))
            likely = slice_of(habits[i].meant);
    return fail(p, p->token.kind == TOKEN_END ? "expr-unfinished" : "expr-syntax", likely);
}

static bool expect_sign(struct parser *p, const char *sign)
{
    return take_sign(p, sign) || fail_token(p);
}

static struct slice type_word(enum value_type t)
{
    static const char *const types[] = { [TYPE_NONE] = "", [TYPE_BOOL] = "是否（true, false）", [TYPE_NUMBER] = "数（number）",
        [TYPE_TEXT] = "文字（text）", [TYPE_DAY] = "日期（day）", [TYPE_DAYS] = "期限（days）", [TYPE_UNIT] = "单位（unit）",
        [TYPE_UNITS] = "多个单位（units）", [TYPE_PERSON] = "人员（person）" };
    return slice_of(types[t]);
}

static struct slice written(const struct parser *p, size_t start)
{
    return slice_trim(slice_part(p->text, start, p->token.start));
}

/* What was written from `start` up to here has the wrong type. */
static struct expr *fail_type(struct parser *p, size_t start, enum value_type wanted)
{
    return fail_at(p, start, "expr-type", written(p, start), S(""), type_word(wanted));
}

/* ---------- nodes ---------- */

static struct expr *node_new(struct parser *p, enum expr_op op, enum value_type type)
{
    if (++p->nodes > EXPR_NODES_MAX)
        return fail(p, "expr-too-large", S(""));
    struct expr *e = NEW(p->arena, struct expr, 1);
    *e = (struct expr){ .op = (uint8_t)op, .type = (uint8_t)type, .depth = 1, .weight = 1, .role = -1 };
    return e;
}

/* Adds what hangs below: depth and weight are bounded, because names stand for expressions too. */
static struct expr *node_over(struct parser *p, struct expr *e, const struct expr *below)
{
    if (!e)
        return NULL;
    if (e->depth <= below->depth)
        e->depth = (uint16_t)(below->depth + 1);
    e->weight += below->weight;
    return e->weight > EXPR_WEIGHT_MAX || e->depth > EXPR_TREE_MAX ? fail(p, "expr-too-large", S("")) : e;
}

static struct expr *node_two(struct parser *p, enum expr_op op, enum value_type type, struct expr *left, struct expr *right)
{
    struct expr *e = node_new(p, op, type);
    if (e) {
        e->left = left;
        e->right = right;
        e = node_over(p, e, left);
    }
    return right ? (e ? node_over(p, e, right) : NULL) : e;
}

static struct expr *node_literal(struct parser *p, struct value v)
{
    struct expr *e = node_new(p, OP_LITERAL, v.type);
    if (e) {
        e->value = v;
        e->unit = v.type == TYPE_DAYS ? (uint8_t)v.days.unit : 0;
    }
    return e;
}

static struct expr *node_name(struct parser *p, enum expr_op op, enum value_type type, size_t slot, struct slice name)
{
    struct expr *e = node_new(p, op, type);
    if (e) {
        e->slot = (int32_t)slot;
        e->name = slice_copy(p->arena, name);
    }
    return e;
}

/* ---------- what stands beside decides ---------- */

/* A truth is wanted: a field that is a role by the same name becomes the role. */
static bool want_bool(struct parser *p, struct expr *e, size_t start)
{
    if (!e)
        return false;
    if (e->type == TYPE_BOOL)
        return true;
    if (e->role < 0)
        return fail_type(p, start, TYPE_BOOL);
    e->op = OP_ROLE;
    e->type = TYPE_BOOL;
    e->slot = e->role;
    return true;
}

/* A text in quotes beside a unit or a person is a name. */
static void name_beside(struct expr *e, enum value_type other)
{
    if (e->op == OP_LITERAL && e->type == TYPE_TEXT && (other == TYPE_UNIT || other == TYPE_PERSON)) {
        e->op = OP_NAMED;
        e->type = (uint8_t)other;
        e->name = e->value.text;
    }
}

static bool is_option(const struct expr *field, struct slice word)
{
    for (size_t i = 0; i < field->n_options; i++)
        if (slice_equal(field->options[i], word))
            return true;
    return false;
}

static struct expr *fail_option(struct parser *p, size_t start, const struct expr *field, struct slice word)
{
    struct nearest near = nearest_open(word);
    for (size_t i = 0; i < field->n_options; i++)
        nearest_try(&near, field->options[i]);
    return fail_at(p, start, "expr-option", word, near.best, field->name);
}

/* A text beside a field of words must be one of them. */
static bool option_beside(struct parser *p, const struct expr *field, const struct expr *e, size_t start)
{
    if (!field->n_options || e->op != OP_LITERAL || e->type != TYPE_TEXT || is_option(field, e->value.text))
        return true;
    return fail_option(p, start, field, e->value.text);
}

static struct expr *parse_sum(struct parser *p);
static struct expr *parse_or(struct parser *p);
static const struct expr_name *find_field(const struct parser *p, struct slice word);

/* The right side of a comparison. A bare word, with hyphens too, may be a word of the field on the left. */
static struct expr *parse_beside(struct parser *p, const struct expr *field)
{
    size_t end = p->token.start;
    while (p->token.kind == TOKEN_WORD && (is_word(byte_at(p, end)) || byte_at(p, end) == '-'))
        end++;
    struct slice word = slice_part(p->text, p->token.start, end);
    if (!word.len || !field->n_options || !is_option(field, word)) {
        bool known = !word.len || !field->n_options || byte_at(p, p->token.end) == '(' || find_field(p, p->token.text)
            || slice_equal(word, S("true")) || slice_equal(word, S("false"));
        return known ? parse_sum(p) : fail_option(p, p->token.start, field, word);
    }
    p->token.end = end;
    next(p);
    return node_literal(p, (struct value){ .type = TYPE_TEXT, .text = slice_copy(p->arena, word) });
}

/* ---------- comparison ---------- */

static const struct { const char *sign; enum expr_op op; } comparisons[] = {
    { "=", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE }, { ">", OP_GT }, { ">=", OP_GE },
};

static bool is_ordered(enum value_type t)
{
    return t == TYPE_NUMBER || t == TYPE_DAY || t == TYPE_DAYS;
}

/* Both sides have one type that can be compared this way. */
static bool fit_together(struct parser *p, struct expr *left, struct expr *right, size_t start, size_t right_start, bool ordered)
{
    if (!right)
        return false;
    name_beside(left, right->type);
    name_beside(right, left->type);
    if (left->type != right->type) {
        if (left->type == TYPE_BOOL && right->role >= 0)
            return want_bool(p, right, start);
        if (right->type == TYPE_BOOL && left->role >= 0)
            return want_bool(p, left, start);
        return fail_type(p, start, left->type);
    }
    if (left->type == TYPE_UNITS)
        return fail_at(p, start, "expr-units", left->name, S("in"), S(""));
    if (ordered && !is_ordered(left->type))
        return fail_at(p, start, "expr-order", written(p, start), S("="), S(""));
    if (left->type == TYPE_DAYS && (left->unit != right->unit || left->unit == DAYS_MONTHS))
        return fail_at(p, start, "expr-days", written(p, start), S(""), S(""));
    return option_beside(p, left, right, right_start) && option_beside(p, right, left, start);
}

static struct expr *parse_list(struct parser *p, struct expr *left)
{
    struct { const struct expr **at; size_t n, cap; } list = { 0 };
    struct expr *in = node_two(p, OP_IN, TYPE_BOOL, left, NULL);
    do {
        size_t start = p->token.start;
        struct expr *e = in ? parse_beside(p, left) : NULL;
        if (!e || !fit_together(p, left, e, start, start, false))
            return NULL;
        if (e->op != OP_LITERAL && e->op != OP_NAMED && !(e->op == OP_NEG && e->left->op == OP_LITERAL))
            return fail_at(p, start, "expr-list", written(p, start), S(""), S(""));
        if (list.n == EXPR_LIST_MAX)
            return fail(p, "expr-too-large", S(""));
        PUSH(p->arena, &list, e);
        in = node_over(p, in, e);
    } while (in && take_sign(p, ","));
    if (!in || !expect_sign(p, "]"))
        return NULL;
    in->args = list.at;
    in->n_args = list.n;
    return in;
}

static struct expr *parse_in(struct parser *p, struct expr *left, size_t start)
{
    if (take_sign(p, "[")) {
        if (left->type == TYPE_UNITS || left->type == TYPE_BOOL)
            return fail_type(p, start, TYPE_TEXT);
        return parse_list(p, left);
    }
    size_t right_start = p->token.start;
    struct expr *right = parse_sum(p);
    if (!right)
        return NULL;
    if (right->type != TYPE_UNITS)
        return fail_type(p, right_start, TYPE_UNITS);
    name_beside(left, TYPE_UNIT);
    if (left->type != TYPE_UNIT)
        return fail_type(p, start, TYPE_UNIT);
    return node_two(p, OP_IN_SET, TYPE_BOOL, left, right);
}

static struct expr *parse_compare(struct parser *p)
{
    size_t start = p->token.start;
    struct expr *left = parse_sum(p);
    if (!left)
        return NULL;
    for (size_t i = 0; i < COUNT(comparisons); i++) {
        if (!take_sign(p, comparisons[i].sign))
            continue;
        size_t right_start = p->token.start;
        struct expr *right = parse_beside(p, left);
        if (!fit_together(p, left, right, start, right_start, comparisons[i].op > OP_NE))
            return NULL;
        return node_two(p, comparisons[i].op, TYPE_BOOL, left, right);
    }
    if (take_word(p, "in"))
        return parse_in(p, left, start);
    if (take_word(p, "not")) {
        struct expr *in = take_word(p, "in") ? parse_in(p, left, start) : fail_token(p);
        return in ? node_two(p, OP_NOT, TYPE_BOOL, in, NULL) : NULL;
    }
    return left;
}

/* ---------- and, or, not ---------- */

static struct expr *parse_not(struct parser *p)
{
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, "expr-too-large", S(""));
    struct expr *e;
    if (take_word(p, "not")) {
        size_t start = p->token.start;
        struct expr *what = parse_not(p);
        e = want_bool(p, what, start) ? node_two(p, OP_NOT, TYPE_BOOL, what, NULL) : NULL;
    } else {
        e = parse_compare(p);
    }
    p->depth--;
    return e;
}

static struct expr *parse_joined(struct parser *p, const char *word, enum expr_op op, struct expr *(*part)(struct parser *))
{
    size_t start = p->token.start;
    struct expr *left = part(p);
    while (left && looks_at(p, TOKEN_WORD, word)) {
        if (!want_bool(p, left, start))
            return NULL;
        next(p);
        size_t right_start = p->token.start;
        struct expr *right = part(p);
        left = want_bool(p, right, right_start) ? node_two(p, op, TYPE_BOOL, left, right) : NULL;
    }
    return left;
}

static struct expr *parse_and(struct parser *p)
{
    return parse_joined(p, "and", OP_AND, parse_not);
}

static struct expr *parse_or(struct parser *p)
{
    return parse_joined(p, "or", OP_OR, parse_and);
}

/* ---------- sums and products ---------- */

/* What + and - make of two types; the unit of days stays. */
static const struct { enum value_type left, right, sum, difference; } sums[] = {
    { TYPE_NUMBER, TYPE_NUMBER, TYPE_NUMBER, TYPE_NUMBER },
    { TYPE_DAY, TYPE_DAYS, TYPE_DAY, TYPE_DAY },
    { TYPE_DAYS, TYPE_DAY, TYPE_DAY, TYPE_NONE },
    { TYPE_DAY, TYPE_DAY, TYPE_NONE, TYPE_DAYS },
    { TYPE_DAYS, TYPE_DAYS, TYPE_DAYS, TYPE_DAYS },
};

static struct expr *make_sum(struct parser *p, bool minus, struct expr *left, struct expr *right, size_t start)
{
    enum value_type type = TYPE_NONE;
    for (size_t i = 0; i < COUNT(sums); i++)
        if (sums[i].left == left->type && sums[i].right == right->type)
            type = minus ? sums[i].difference : sums[i].sum;
    if (type == TYPE_NONE)
        return fail_type(p, start, left->type == TYPE_DAY ? TYPE_DAYS : TYPE_NUMBER);
    bool both_days = left->type == TYPE_DAYS && right->type == TYPE_DAYS;
    if (both_days && left->unit != right->unit)
        return fail_at(p, start, "expr-days", written(p, start), S(""), S(""));
    struct expr *e = node_two(p, minus ? OP_SUB : OP_ADD, type, left, right);
    if (e)
        e->unit = both_days ? left->unit : DAYS_CALENDAR;
    return e;
}

static struct expr *parse_unary(struct parser *p);

static struct expr *parse_product(struct parser *p)
{
    size_t start = p->token.start;
    struct expr *left = parse_unary(p);
    while (left && (looks_at(p, TOKEN_SIGN, "*") || looks_at(p, TOKEN_SIGN, "/"))) {
        bool over = looks_at(p, TOKEN_SIGN, "/");
        next(p);
        struct expr *right = parse_unary(p);
        if (!right)
            return NULL;
        bool numbers = left->type == TYPE_NUMBER && right->type == TYPE_NUMBER;
        bool days = left->type == TYPE_DAYS && right->type == TYPE_DAYS && left->unit == right->unit
            && left->unit != DAYS_MONTHS;
        if (!numbers && !(over && days))
            return fail_type(p, start, TYPE_NUMBER);
        left = node_two(p, over ? OP_DIV : OP_MUL, TYPE_NUMBER, left, right);
    }
    return left;
}

static struct expr *parse_sum(struct parser *p)
{
    size_t start = p->token.start;
    struct expr *left = parse_product(p);
    while (left && (looks_at(p, TOKEN_SIGN, "+") || looks_at(p, TOKEN_SIGN, "-"))) {
        bool minus = looks_at(p, TOKEN_SIGN, "-");
        next(p);
        struct expr *right = parse_product(p);
        left = right ? make_sum(p, minus, left, right, start) : NULL;
    }
    return left;
}

/* ---------- names and functions ---------- */

static struct expr *parse_primary(struct parser *p);

static ptrdiff_t find_word(const struct slice *words, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(words[i], word))
            return (ptrdiff_t)i;
    return -1;
}

static const struct expr_name *find_field(const struct parser *p, struct slice word)
{
    for (size_t i = 0; i < p->names->n_fields; i++)
        if (slice_equal(slice_of(p->names->fields[i].name), word))
            return &p->names->fields[i];
    return NULL;
}

static const char *const words[] = { "today", "true", "false" };

static struct expr *fail_name(struct parser *p, struct token at)
{
    struct nearest near = nearest_open(at.text);
    for (size_t i = 0; i < p->names->n_fields; i++)
        nearest_try(&near, slice_of(p->names->fields[i].name));
    for (size_t i = 0; i < p->names->n_roles; i++)
        nearest_try(&near, p->names->roles[i]);
    for (size_t i = 0; i < COUNT(words); i++)
        nearest_try(&near, slice_of(words[i]));
    return fail_at(p, at.start, "expr-name", at.text, near.best, S(""));
}

static struct expr *make_field(struct parser *p, const struct expr_name *field, struct slice word)
{
    struct expr *e = node_name(p, field->means ? OP_MEANS : OP_FIELD, field->type, (size_t)field->slot, word);
    if (!e)
        return NULL;
    e->scale = field->scale;
    e->options = field->options;
    e->n_options = field->n_options;
    e->left = field->means;
    return field->means ? node_over(p, e, field->means) : e;
}

static struct expr *make_name(struct parser *p, struct token at)
{
    if (slice_equal(at.text, S("today")))
        return node_new(p, OP_TODAY, TYPE_DAY);
    if (slice_equal(at.text, S("true")) || slice_equal(at.text, S("false")))
        return node_literal(p, (struct value){ .type = TYPE_BOOL, .truth = at.text.len == 4 });
    ptrdiff_t role = find_word(p->names->roles, p->names->n_roles, at.text);
    const struct expr_name *field = find_field(p, at.text);
    if (!field)
        return role < 0 ? fail_name(p, at) : node_name(p, OP_ROLE, TYPE_BOOL, (size_t)role, at.text);
    if (field->type == TYPE_NONE)
        return fail_at(p, at.start, "expr-later", at.text, S(""), S(""));
    struct expr *e = make_field(p, field, at.text);
    if (e)
        e->role = (int32_t)role;
    return e;
}

/* Something declared that is no field, by its name in brackets: duty(supervisor), expired(check). */
static struct expr *parse_declared(struct parser *p, enum expr_op op, enum value_type type, const struct slice *known,
    size_t n, const char *code)
{
    struct token at = p->token;
    ptrdiff_t found = at.kind == TOKEN_WORD ? find_word(known, n, at.text) : -1;
    if (found < 0) {
        struct nearest near = nearest_open(at.text);
        for (size_t i = 0; i < n; i++)
            nearest_try(&near, known[i]);
        return fail(p, at.kind == TOKEN_WORD ? code : "expr-syntax", near.best);
    }
    next(p);
    return node_name(p, op, type, (size_t)found, at.text);
}

static struct expr *call_duty(struct parser *p, enum expr_op op)
{
    return parse_declared(p, op, TYPE_BOOL, p->names->duties, p->names->n_duties, "expr-duty");
}

static struct expr *call_clock(struct parser *p, enum expr_op op)
{
    return parse_declared(p, op, op == OP_LEFT ? TYPE_NUMBER : TYPE_BOOL, p->names->clocks, p->names->n_clocks, "expr-clock");
}

static struct expr *call_count(struct parser *p, enum expr_op op)
{
    return parse_declared(p, op, TYPE_NUMBER, p->names->lines, p->names->n_lines, "expr-lines");
}

static struct expr *call_missing(struct parser *p, enum expr_op op)
{
    struct token at = p->token;
    struct expr *e = at.kind == TOKEN_WORD ? make_name(p, at) : fail_token(p);
    if (!e)
        return NULL;
    if (e->op != OP_FIELD && e->op != OP_MEANS)
        return fail(p, "expr-field", S(""));
    next(p);
    return node_two(p, op, TYPE_BOOL, e, NULL);
}

static struct expr *parse_argument(struct parser *p, enum value_type wanted)
{
    size_t start = p->token.start;
    struct expr *e = parse_sum(p);
    return e && e->type != wanted ? fail_type(p, start, wanted) : e;
}

static struct expr *call_rate(struct parser *p, enum expr_op op)
{
    size_t start = p->token.start;
    struct expr *part = parse_sum(p);
    if (!part || !expect_sign(p, ","))
        return NULL;
    if (part->type != TYPE_NUMBER && (part->type != TYPE_DAYS || part->unit == DAYS_MONTHS))
        return fail_type(p, start, TYPE_NUMBER);
    struct expr *whole = parse_argument(p, part->type);
    if (whole && whole->unit != part->unit)
        return fail_at(p, start, "expr-days", written(p, start), S(""), S(""));
    struct expr *e = whole ? node_two(p, op, TYPE_NUMBER, part, whole) : NULL;
    if (e)
        e->scale = 1;
    return e;
}

/* A number, to be compared with one: days(updated_on, today) > 30. A difference of days is a duration. */
static struct expr *call_days(struct parser *p, enum expr_op op)
{
    struct expr *from = parse_argument(p, TYPE_DAY);
    struct expr *to = from && expect_sign(p, ",") ? parse_argument(p, TYPE_DAY) : NULL;
    return to ? node_two(p, op, TYPE_NUMBER, from, to) : NULL;
}

static struct expr *call_extreme(struct parser *p, enum expr_op op)
{
    struct { const struct expr **at; size_t n, cap; } list = { 0 };
    struct expr *e = node_new(p, op, TYPE_NONE);
    do {
        size_t start = p->token.start;
        struct expr *one = e ? parse_sum(p) : NULL;
        if (!one)
            return NULL;
        if (!is_ordered(one->type) || (one->type == TYPE_DAYS && one->unit == DAYS_MONTHS)
            || (list.n && (one->type != e->type || one->unit != e->unit)))
            return fail_type(p, start, list.n ? (enum value_type)e->type : TYPE_NUMBER);
        if (list.n == EXPR_LIST_MAX)
            return fail(p, "expr-too-large", S(""));
        e->type = one->type;
        e->unit = one->unit;
        PUSH(p->arena, &list, one);
        e = node_over(p, e, one);
    } while (e && take_sign(p, ","));
    if (e) {
        e->args = list.at;
        e->n_args = list.n;
    }
    return e;
}

static struct expr *call_contains(struct parser *p, enum expr_op op)
{
    struct expr *text = parse_argument(p, TYPE_TEXT);
    if (!text || !expect_sign(p, ","))
        return NULL;
    if (p->token.kind != TOKEN_TEXT || !p->token.text.len)
        return fail_type(p, p->token.start, TYPE_TEXT);
    struct expr *what = parse_primary(p);
    return what ? node_two(p, op, TYPE_BOOL, text, what) : NULL;
}

static struct expr *call_year(struct parser *p, enum expr_op op)
{
    struct expr *of = parse_argument(p, TYPE_DAY);
    return of ? node_two(p, op, TYPE_NUMBER, of, NULL) : NULL;
}

static const struct function { const char *name; enum expr_op op; struct expr *(*call)(struct parser *p, enum expr_op op); } functions[] = {
    { "missing", OP_MISSING, call_missing },
    { "duty", OP_DUTY, call_duty },
    { "expired", OP_EXPIRED, call_clock },
    { "left", OP_LEFT, call_clock },
    { "count", OP_LINE_COUNT, call_count },
    { "rate", OP_RATE, call_rate },
    { "days", OP_DAYS, call_days },
    { "workdays", OP_WORKDAYS, call_days },
    { "min", OP_MIN, call_extreme },
    { "max", OP_MAX, call_extreme },
    { "contains", OP_CONTAINS, call_contains },
    { "year", OP_YEAR, call_year },
};

static struct expr *parse_call(struct parser *p, struct token at)
{
    struct nearest near = nearest_open(at.text);
    for (size_t i = 0; i < COUNT(functions); i++) {
        nearest_try(&near, slice_of(functions[i].name));
        if (!slice_equal(at.text, slice_of(functions[i].name)))
            continue;
        struct expr *e = functions[i].call(p, functions[i].op);
        return e && expect_sign(p, ")") ? e : NULL;
    }
    return fail_at(p, at.start, "expr-function", at.text, near.best, S(""));
}

/* ---------- what stands alone ---------- */

static const struct { const char *word; int unit; } day_units[] = {
    { "days", DAYS_CALENDAR }, { "day", DAYS_CALENDAR }, { "workdays", DAYS_WORK }, { "workday", DAYS_WORK },
    { "months", DAYS_MONTHS }, { "month", DAYS_MONTHS },
};

static struct expr *parse_number(struct parser *p)
{
    struct token at = p->token;
    struct value v = { .type = TYPE_NUMBER };
    if (!decimal_parse(at.text, &v.number))
        return fail_token(p);
    next(p);
    for (size_t i = 0; i < COUNT(day_units); i++) {
        if (!take_word(p, day_units[i].word))
            continue;
        if (v.number.scale || v.number.value > EXPR_DAYS_MAX)
            return fail_at(p, at.start, "expr-duration", at.text, S(""), S(""));
        int32_t n = (int32_t)v.number.value;
        v = (struct value){ .type = TYPE_DAYS };
        v.days.n = n;
        v.days.unit = (__typeof__(v.days.unit))day_units[i].unit;
        break;
    }
    return node_literal(p, v);
}

static struct expr *parse_literal(struct parser *p, struct value v)
{
    next(p);
    return node_literal(p, v);
}

static struct expr *parse_primary(struct parser *p)
{
    struct token at = p->token;
    switch (at.kind) {
    case TOKEN_NUMBER: return parse_number(p);
    case TOKEN_DAY: return parse_literal(p, (struct value){ .type = TYPE_DAY, .on = at.on });
    case TOKEN_TEXT: return parse_literal(p, (struct value){ .type = TYPE_TEXT, .text = slice_copy(p->arena, at.text) });
    case TOKEN_WORD:
        next(p);
        return take_sign(p, "(") ? parse_call(p, at) : make_name(p, at);
    case TOKEN_SIGN:
        if (take_sign(p, "(")) {
            struct expr *e = parse_or(p);
            return e && expect_sign(p, ")") ? e : NULL;
        }
        return fail_token(p);
    default: return fail_token(p);
    }
}

static struct expr *parse_unary(struct parser *p)
{
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, "expr-too-large", S(""));
    struct expr *e;
    if (take_sign(p, "-")) {
        size_t start = p->token.start;
        struct expr *what = parse_unary(p);
        e = !what ? NULL
            : what->type != TYPE_NUMBER ? fail_type(p, start, TYPE_NUMBER) : node_two(p, OP_NEG, TYPE_NUMBER, what, NULL);
    } else {
        e = parse_primary(p);
    }
    p->depth--;
    return e;
}

bool expr_parse(struct arena *a, struct slice text, const struct expr_names *names, enum value_type want,
    const struct expr **expr, struct fault *f)
{
    struct parser p = { .arena = a, .text = text, .names = names, .fault = f };
    *expr = NULL;
    if (text.len > EXPR_TEXT_MAX_BYTES || utf8_valid(text) != text.len)
        return fail_at(&p, 0, text.len > EXPR_TEXT_MAX_BYTES ? "expr-too-large" : "expr-syntax", S(""), S(""), S(""));
    p.token = scan(&p, 0);
    size_t start = p.token.start;
    struct expr *e = parse_or(&p);
    if (!e)
        return false;
    if (p.token.kind != TOKEN_END) /* said before any type: `due == today` is a slip of the sign */
        return fail_token(&p);
    if (want == TYPE_BOOL && !want_bool(&p, e, start))
        return false;
    if (want == TYPE_UNIT || want == TYPE_PERSON)
        name_beside(e, want);
    if (want != TYPE_NONE && e->type != want)
        return fail_type(&p, start, want);
    *expr = e;
    return true;
}

enum value_type expr_type(const struct expr *e)
{
    return e->type;
}

bool expr_uses(const struct expr *e, int slot)
{
    if ((e->op == OP_FIELD || e->op == OP_MEANS) && e->slot == slot)
        return true;
    for (size_t i = 0; i < e->n_args; i++)
        if (expr_uses(e->args[i], slot))
            return true;
    return (e->left && expr_uses(e->left, slot)) || (e->right && expr_uses(e->right, slot));
}
