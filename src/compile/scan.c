/* scan.c: one walk over the plain text, longest match first, that marks what the later passes read: words of the
 * lexicon with their roles, quantities with their units, and days. What no rule knows carries no mark.
 *
 * quantity = numeral more? multiplier? more? unit? (RANGE numeral multiplier? unit?)? */
#include "compile/inside.h"

/* ---------- quantities ---------- */

struct reading { const struct marks *m; const char *at, *end; };

static struct decimal scaled(struct decimal d, int exponent)
{
    int64_t factor = 1;
    for (int i = 0; i < exponent; i++)
        factor *= 10;
    return decimal_mul(d, decimal_int(factor));
}

static struct decimal digits_value(struct slice s)
{
    char plain[40];
    size_t n = 0;
    struct decimal d;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == ',')
            continue;
        if (n == sizeof plain)
            return DECIMAL_NONE;
        plain[n++] = s.at[i];
    }
    return decimal_parse((struct slice){ plain, n }, &d) ? d : DECIMAL_NONE;
}

/* 百分之三十, 百分之3.5 */
static struct decimal percent_value(struct slice s)
{
    struct slice rest = slice_from(s, sizeof "百分之" - 1);
    int64_t v;
    return han_value(rest, &v) ? decimal_int(v) : digits_value(rest);
}

/* The unit at `at`, if a word of the lexicon is one. Of a multiplier that ends in 千 the last sign may belong to the
 * unit (5千瓦), so the caller asks at both places. */
static uint32_t unit_at(const struct marks *m, const char *at, const char *end, size_t *len)
{
    uint32_t w = at < end ? trie_longest(&m->lex->zh, at, end, len) : 0;
    return w && (m->lex->words[w].roles & (ROLE(UNIT) | ROLE(DURATION) | ROLE(LABEL))) ? w : 0;
}

/* numeral more? multiplier? more?; moves *at; false where there is no numeral. */
static bool numeral_read(const struct marks *m, const char **at, const char *end, struct quantity *q, struct decimal *v)
{
    struct token t = token_read(*at);
    struct slice s = { *at, t.len };
    int64_t han;
    int exponent = 0;
    size_t unit_len, n;
    *v = DECIMAL_NONE;
    if (t.kind == TOKEN_DIGITS)
        *v = digits_value(s);
    else if (t.kind == TOKEN_HAN && han_value(s, &han))
        *v = decimal_int(han), q->han = true, q->one = slice_equal(s, S("一"));
    else if (t.kind == TOKEN_MASK)
        q->masked = true;
    else
        return false;
    *at += t.len;
    if ((n = more_read(*at)) && *at + n <= end)
        q->bound = BOUND_AT_LEAST, *at += n;
    if (!unit_at(m, *at, end, &unit_len) && (n = multiplier_read(*at, &exponent))) {
        if (n > 3 && unit_at(m, *at + n - 3, end, &unit_len) && exponent == 7)
            n = 3, exponent = 3; /* never a unit of ours, but 百千米 stays readable */
        *at += n;
        *v = scaled(*v, exponent);
        if ((n = more_read(*at)))
            q->bound = BOUND_AT_LEAST, *at += n;
    }
    return q->masked || v->ok;
}

/* 15个至20个, 3至5名: the second numeral gives the upper end, and the unit where the first had none. */
static const char *range_read(const struct marks *m, const char *at, const char *end, struct quantity *q)
{
    size_t n = range_mark_read(at), unit_len;
    const char *p = at + n;
    struct quantity second = { .kind = QUANTITY_PLAIN };
    struct decimal upper;
    if (!n || p >= end || !numeral_read(m, &p, end, &second, &upper))
        return NULL;
    uint32_t unit = unit_at(m, p, end, &unit_len);
    if (q->unit_word && unit != q->unit_word)
        return NULL;
    if (!unit || (!second.masked && q->value.ok && decimal_compare(upper, q->value) <= 0))
        return NULL;
    q->upper = upper;
    q->unit_word = unit;
    q->unit_start = (uint32_t)(p - m->plain->text.at);
    q->unit_end = q->unit_start + (uint32_t)unit_len;
    return p + unit_len;
}

/* Lower ends of ranges borrow the multiplier: 3至5万 → 30000 to 50000. */
static void borrow_multiplier(struct quantity *q)
{
    if (!q->value.ok || !q->upper.ok)
        return;
    static const int steps[] = { 4, 8 };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct decimal up = scaled(q->value, steps[i]);
        if (up.ok && decimal_compare(decimal_mul(q->value, decimal_int(1000)), q->upper) < 0
            && decimal_compare(up, q->upper) < 0)
            q->value = up;
    }
}

static const char *quantity_read(const struct marks *m, const char *at, const char *end, struct quantity *q)
{
    const char *p = at;
    size_t len;
    struct token t = token_read(at);
    if (t.kind == TOKEN_PERCENT) {
        q->value = percent_value((struct slice){ at, t.len });
        static const char percent[] = "%";
        q->unit_word = trie_longest(&m->lex->zh, percent, &percent[1], &len);
        q->unit_start = q->unit_end = (uint32_t)(at + t.len - m->plain->text.at);
        return q->value.ok ? at + t.len : NULL;
    }
    if (!numeral_read(m, &p, end, q, &q->value))
        return NULL;
    q->unit_start = q->unit_end = (uint32_t)(p - m->plain->text.at);
    if ((q->unit_word = unit_at(m, p, end, &len))) {
        p += len;
        q->unit_end = (uint32_t)(p - m->plain->text.at);
    }
    const char *range = range_read(m, p, end, q);
    if (range) {
        borrow_multiplier(q);
        p = range;
    }
    return p;
}

/* ---------- days ---------- */

/* Every run of digits goes to the sign that follows it. */
void day_read(struct slice token, struct quantity *q)
{
    int v = 0;
    size_t len;
    q->kind = QUANTITY_DAY;
    for (size_t at = 0; at < token.len; at += len) {
        int64_t digits = 0;
        switch (day_sign_read(token.at + at, &len)) {
        case DAY_SIGN_DIGITS: v = slice_int(slice_part(token, at, at + len), &digits) && digits < 10000 ? (int)digits : 0; break;
        case DAY_SIGN_MASK: q->day_masked = true; break;
        case DAY_SIGN_YEAR: q->year = v, v = 0; break;
        case DAY_SIGN_MONTH: q->month = v, v = 0; break;
        case DAY_SIGN_DATE: q->date = v, v = 0; break;
        case DAY_SIGN_END: q->month_end = true; break;
        case DAY_SIGN_BEFORE: q->before = true; break;
        case DAY_SIGN_NONE: break;
        }
    }
}

/* ---------- the walk ---------- */

static void mark_put(struct arena *a, struct marks *m, const char *from, const char *to, uint32_t index, uint64_t roles)
{
    const char *base = m->plain->text.at;
    struct mark k = { (uint32_t)(from - base), (uint32_t)(to - base), index, 0, roles };
    PUSH(a, m, k);
}

static const char *number_mark(struct arena *a, struct marks *m, const char *at, const char *end)
{
    struct token t = token_read(at);
    struct quantity q = { .kind = QUANTITY_PLAIN };
    uint32_t index = (uint32_t)m->quantities.n;
    const char *after;
    if (t.kind == TOKEN_NONE)
        return NULL;
    if (t.kind == TOKEN_DAY) {
        day_read((struct slice){ at, t.len }, &q);
        PUSH(a, &m->quantities, q);
        mark_put(a, m, at, at + t.len, index, ROLE(DAY));
        return at + t.len;
    }
    if (t.kind == TOKEN_ORDINAL) {
        q.kind = QUANTITY_ORDINAL;
        struct slice rest = { at + 3, t.len - 3 };
        int64_t v = 0;
        if (han_value(rest, &v) || slice_int(rest, &v))
            q.value = decimal_int(v);
        PUSH(a, &m->quantities, q);
        mark_put(a, m, at, at + t.len, index, ROLE(LETTERS));
        return at + t.len;
    }
    if ((after = quantity_read(m, at, end, &q))) {
        PUSH(a, &m->quantities, q);
        mark_put(a, m, at, after, index, ROLE(NUMBER));
        return after;
    }
    mark_put(a, m, at, at + t.len, UINT32_MAX, ROLE(LETTERS)); /* no ordinal */
    return at + t.len;
}

void scan(struct arena *a, const struct lexicon *lex, const struct plain *plain, struct marks *m)
{
    m->n = m->quantities.n = 0;
    m->lex = lex;
    m->plain = plain;
    const char *p = plain->text.at, *end = p + plain->text.len, *after;
    const uint64_t units = ROLE(UNIT) | ROLE(DURATION) | ROLE(COUNTER) | ROLE(LABEL);
    const struct trie *t = &lex->zh;
    size_t n;
    uint16_t class = p < end ? t->class_of[code_at(p, &n)] : 0;
    while (p < end) {
        size_t next_n, len = 0;
        uint16_t next = t->class_of[code_at(p + n, &next_n)]; /* a zero byte stands after the text */
        uint32_t pair = trie_pair(class, next), word = 0;
        if (class & TRIE_ALONE || (class && t->pairs[pair / 64] >> pair % 64 & 1))
            word = trie_walk(t, p + n, end, class & TRIE_CLASS, n, &len);
        else if (!(class & TRIE_NUMBER)) {
            p += n, n = next_n, class = next;
            continue;
        }
        bool number = class & TRIE_NUMBER;
        if (word && !(number && !(lex->words[word].roles & ~units))) {
            mark_put(a, m, p, p + len, word, lex->words[word].roles);
            p += len;
        } else if (number && (after = number_mark(a, m, p, end))) {
            p = after < end ? after : end;
        } else {
            p += n;
        }
        class = t->class_of[code_at(p, &n)];
    }
}
