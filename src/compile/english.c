/* english.c: reports in English, mostly translated by machine, read word by word with the words of en-*.tsv.
 *
 *   segment  = what stands between . ; ! ? (not inside a number), without First, / 1. / The second is to
 *   figure   = NAME of bound? number multiplier? unit        total investment of nearly 3 billion yuan
 *            | bound? number noun-phrase                     over 30 base stations: unit station
 *            | NAME (reached | is | by | to) number unit     enrollment rate increased by 20%
 *   task     = a segment with an act; planned where will, must, strive to stands in it
 *   lead     = an organisation at the start, before its verb; it holds until another subject comes */
#include "compile/inside.h"

#define HAS(w, bits) (((w)->roles & (bits)) != 0)
enum { PHRASE_WORDS_MAX = 12, TASK_MIN_BYTES = 12, HEADING_WORDS_MAX = 6 };

enum english_kind { ENGLISH_WORD, ENGLISH_NUMBER, ENGLISH_MARK };
struct token_en {
    uint32_t start, end;
    uint64_t roles;
    uint32_t word;            /* of the lexicon; 0: none */
    enum english_kind kind;
    char mark;                /* of a mark: its first byte */
    struct decimal value;
    bool masked, quoted;      /* quoted: stands right after an opening quote */
};

struct reading {
    struct compile *c;
    const struct block *b;
    const struct plain *p;
    struct { struct token_en *at; size_t n, cap; } t;
    struct slices lead;
};

/* ---------- words ---------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c & 0x80);
}

/* A number: 1,700,000 | 5.2 | XX; the stop of a sentence is no decimal point. */
static uint32_t number_end(struct slice s, uint32_t at)
{
    uint32_t i = at;
    while (i < s.len && (is_digit(s.at[i]) || ((s.at[i] == ',' || s.at[i] == '.') && i + 1 < s.len && i > at && is_digit(s.at[i + 1]))))
        i++;
    return i;
}

static struct decimal number_value(struct slice s)
{
    char plain[40];
    size_t n = 0;
    struct decimal d;
    for (size_t i = 0; i < s.len && n < sizeof plain; i++)
        if (s.at[i] != ',')
            plain[n++] = s.at[i];
    return decimal_parse((struct slice){ plain, n }, &d) ? d : DECIMAL_NONE;
}

static struct decimal scaled(struct decimal d, struct slice exponent)
{
    int64_t e = 0, factor = 1;
    if (!slice_int(exponent, &e))
        return DECIMAL_NONE;
    for (int64_t i = 0; i < e && i < 15; i++)
        factor *= 10;
    return decimal_mul(d, decimal_int(factor));
}

/* The longest phrase of the lexicon at a word's start that ends where a word ends. */
static uint32_t phrase_at(const struct reading *r, struct slice low, uint32_t at, uint32_t *end)
{
    uint32_t limit = (uint32_t)low.len;
    for (;;) {
        size_t len;
        uint32_t w = trie_longest(&r->c->lex->en, low.at + at, low.at + limit, &len);
        if (!w)
            return 0;
        if (at + len >= low.len || !is_letter(low.at[at + len])) {
            *end = at + (uint32_t)len;
            return w;
        }
        limit = at + (uint32_t)len - 1; /* a part of a longer word: try a shorter phrase */
    }
}

static bool opens_quote(struct slice s, uint32_t at)
{
    return (at && s.at[at - 1] == '"') || (at >= 3 && !memcmp(s.at + at - 3, "“", 3));
}

static void tokens_read(struct reading *r)
{
    struct slice s = r->p->text;
    char *low = NEW(r->c->arena, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        low[i] = lower(s.at[i]);
    for (uint32_t i = 0; i < s.len;) {
        struct token_en t = { .start = i, .end = i + 1, .kind = ENGLISH_MARK, .mark = s.at[i], .value = DECIMAL_NONE,
            .quoted = opens_quote(s, i) };
        if (s.at[i] == ' ') {
            i++;
            continue;
        }
        if (is_digit(s.at[i])) {
            t.end = number_end(s, i);
            t.value = number_value(slice_part(s, i, t.end));
            t.kind = t.end < s.len && is_letter(s.at[t.end]) ? ENGLISH_WORD : ENGLISH_NUMBER; /* 26th is no number */
            while (t.kind == ENGLISH_WORD && t.end < s.len && is_letter(s.at[t.end]))
                t.end++;
        } else if (is_letter(s.at[i])) {
            t.kind = ENGLISH_WORD;
            t.word = phrase_at(r, (struct slice){ low, s.len }, i, &t.end);
            while (!t.word && t.end < s.len && (is_letter(s.at[t.end]) || s.at[t.end] == '\'' || is_digit(s.at[t.end])))
                t.end++;
            t.roles = r->c->lex->words[t.word].roles;
            t.masked = !t.word && slice_equal(slice_part(s, i, t.end), S("XX"));
        } else if (s.at[i] == '%') {
            t.word = phrase_at(r, (struct slice){ low, s.len }, i, &t.end);
            t.roles = r->c->lex->words[t.word].roles;
        }
        PUSH(r->c->arena, &r->t, t);
        i = t.end;
    }
}

static struct slice text_of(const struct reading *r, size_t from, size_t to)
{
    return from < to ? slice_part(r->p->text, r->t.at[from].start, r->t.at[to - 1].end) : S("");
}

/* ---------- figures ---------- */

static const uint64_t stops = ROLE(LINK) | ROLE(OF) | ROLE(AND) | ROLE(ACT) | ROLE(FINISH) | ROLE(REACH) | ROLE(MUST)
    | ROLE(TARGET) | ROLE(BOUND_BEFORE) | ROLE(CHANGE) | ROLE(SELF) | ROLE(FORECAST) | ROLE(DEADLINE) | ROLE(YOY)
    | ROLE(CAPACITY);

static bool is_plain_word(const struct token_en *t)
{
    return t->kind == ENGLISH_WORD && !HAS(t, stops) && !t->masked;
}

/* The noun phrase that starts at token i: up to a preposition, verb or mark. */
static size_t phrase_end(const struct reading *r, size_t i, size_t last)
{
    size_t from = i;
    while (i < last && i < from + PHRASE_WORDS_MAX && (is_plain_word(&r->t.at[i]) || (r->t.at[i].mark == '-' && i > from)))
        i++;
    return i;
}

static size_t phrase_start(const struct reading *r, size_t first, size_t i)
{
    size_t to = i;
    while (i > first && to - i < PHRASE_WORDS_MAX && is_plain_word(&r->t.at[i - 1])
           && !(HAS(&r->t.at[i - 1], ROLE(UNIT)) && !HAS(&r->t.at[i - 1], ROLE(COUNTER))))
        i--;
    return i;
}

/* villages → village, companies → company, buses → bus; people → person stands in the lexicon. */
static struct slice singular(const struct reading *r, const struct token_en *t)
{
    struct slice s = slice_part(r->p->text, t->start, t->end);
    if (HAS(t, ROLE(UNIT)))
        return r->c->lex->words[t->word].value;
    char *low = NEW(r->c->arena, char, s.len + 2);
    for (size_t i = 0; i < s.len; i++)
        low[i] = lower(s.at[i]);
    struct slice l = { low, s.len };
    if (slice_ends(l, S("ies")) && l.len > 4)
        return slice_format(r->c->arena, S_FMT "y", (int)l.len - 3, l.at);
    if (slice_ends(l, S("sses")) || slice_ends(l, S("xes")) || slice_ends(l, S("ches")) || slice_ends(l, S("shes")))
        return slice_part(l, 0, l.len - 2);
    return slice_ends(l, S("s")) && !slice_ends(l, S("ss")) ? slice_part(l, 0, l.len - 1) : l;
}

struct left { size_t edge; bool bound_seen, change, of, reach; enum figure_bound bound; int sign; };

static struct left look_left(const struct reading *r, size_t first, size_t i)
{
    struct left l = { .edge = i, .sign = 1 };
    for (; l.edge > first; l.edge--) {
        const struct token_en *t = &r->t.at[l.edge - 1];
        const struct word *w = &r->c->lex->words[t->word];
        if (HAS(t, ROLE(CHANGE)) && t->kind == ENGLISH_WORD)
            l.change = true, l.sign = w->sign;
        else if (HAS(t, ROLE(BOUND_BEFORE)))
            l.bound_seen = true, l.bound = w->bound;
        else if (HAS(t, ROLE(OF)))
            l.of = true;
        else if (HAS(t, ROLE(REACH)))
            l.reach = true;
        else if (!HAS(t, ROLE(ADVERB) | ROLE(FORECAST) | ROLE(TARGET) | ROLE(MUST) | ROLE(YOY) | ROLE(HELPS)) && !(HAS(t, ROLE(PLACE)) && l.change))
            break;
    }
    return l;
}

static enum figure_status status_of(const struct reading *r, size_t first, size_t last)
{
    bool forecast = false, target = r->b->part == PART_PLAN;
    for (size_t k = first; k < last; k++) {
        forecast |= HAS(&r->t.at[k], ROLE(FORECAST));
        target |= HAS(&r->t.at[k], ROLE(TARGET) | ROLE(MUST));
    }
    return forecast ? FIGURE_FORECAST : target ? FIGURE_TARGET : FIGURE_ACTUAL;
}

/* number (or|to number)? multiplier? ; gives the token after it */
static size_t value_read(const struct reading *r, size_t i, size_t last, struct figure *f)
{
    const struct token_en *t = &r->t.at[i];
    f->masked = t->masked;
    f->value = t->kind == ENGLISH_NUMBER ? t->value : DECIMAL_NONE;
    f->upper = DECIMAL_NONE;
    if (HAS(t, ROLE(NUMBER)))
        f->value = number_value(r->c->lex->words[t->word].value);
    i++;
    if (i + 1 < last && HAS(&r->t.at[i], ROLE(ETC)) && (r->t.at[i + 1].kind == ENGLISH_NUMBER || HAS(&r->t.at[i + 1], ROLE(NUMBER)))) {
        struct decimal upper = r->t.at[i + 1].kind == ENGLISH_NUMBER ? r->t.at[i + 1].value
                                                                      : number_value(r->c->lex->words[r->t.at[i + 1].word].value);
        if (upper.ok && f->value.ok && decimal_compare(upper, f->value) > 0)
            f->upper = upper, i += 2;
    }
    if (i < last && r->t.at[i].mark == '-' && i + 1 < last && HAS(&r->t.at[i + 1], ROLE(CAPACITY)))
        i++;
    if (i < last && HAS(&r->t.at[i], ROLE(CAPACITY))) {
        struct slice e = r->c->lex->words[r->t.at[i].word].value;
        f->value = scaled(f->value, e);
        f->upper = f->upper.ok ? scaled(f->upper, e) : f->upper;
        i++;
    }
    return i;
}

static bool number_starts(const struct reading *r, size_t first, size_t i)
{
    const struct token_en *t = &r->t.at[i];
    if (t->quoted || (i > first && (HAS(&r->t.at[i - 1], ROLE(LABEL)) || r->t.at[i - 1].mark == '-')))
        return false;
    return t->kind == ENGLISH_NUMBER ? t->value.ok : t->masked || HAS(t, ROLE(NUMBER));
}

/* What the number measures, and its unit; false where it is a date, a duration, or only announces a list. */
static bool measure_read(const struct reading *r, size_t first, size_t i, size_t after, size_t last, const struct left *l,
    struct figure *f, size_t *end)
{
    const struct token_en *t = after < last ? &r->t.at[after] : NULL;
    bool worded = HAS(&r->t.at[i], ROLE(NUMBER));
    if (t && (HAS(t, ROLE(DURATION)) || t->mark == '-'))
        return false;
    size_t noun = after, stop;
    if (t && HAS(t, ROLE(UNIT)) && !HAS(t, ROLE(COUNTER))) {
        f->unit = r->c->lex->words[t->word].value;
        *end = ++noun;
        size_t from = phrase_start(r, first, l->edge);
        size_t of = noun < last && HAS(&r->t.at[noun], ROLE(OF)) ? noun + 1 : noun;
        stop = phrase_end(r, of, last);
        if ((l->of || l->reach || l->change || stop == of) && from < l->edge)
            f->name = text_of(r, from, l->edge);
        else if (stop > of)
            f->name = text_of(r, of, stop), *end = stop;
        return true;
    }
    while (noun < last && HAS(&r->t.at[noun], ROLE(ADVERB))) /* new, other are no part of the name */
        noun++;
    stop = phrase_end(r, noun, last);
    if (stop == noun || worded) {
        for (size_t k = noun; worded && k < stop; k++)
            if (HAS(&r->t.at[k], ROLE(ANNOUNCER)))
                return false;
        if (worded && stop == noun)
            return false;
    }
    *end = stop > noun ? stop : after;
    if (stop > noun) {
        f->unit = singular(r, &r->t.at[stop - 1]);
        f->name = text_of(r, noun, stop);
        return !f->masked || HAS(&r->t.at[noun], ROLE(UNIT));
    }
    size_t from = phrase_start(r, first, l->edge);
    f->name = text_of(r, from, l->edge);
    int64_t year = f->value.scale == 0 ? f->value.value : 0;
    return (l->reach || l->change) && from < l->edge && !(year > 1900 && year < 2100) && !f->masked;
}

static void figures_read(struct reading *r, size_t first, size_t last)
{
    struct slice subject = S("");
    enum figure_status status = status_of(r, first, last);
    for (size_t i = first; i < last; i++) {
        if (!number_starts(r, first, i))
            continue;
        struct figure f = { .rule = "english", .section = r->b->section, .unit = S("") };
        struct left l = look_left(r, first, i);
        size_t after = value_read(r, i, last, &f), end = after;
        if (!f.masked && !f.value.ok)
            continue;
        if (!measure_read(r, first, i, after, last, &l, &f, &end))
            continue;
        bool more = end < last && HAS(&r->t.at[end], ROLE(BOUND_AFTER));
        f.bound = more ? r->c->lex->words[r->t.at[end].word].bound : l.bound_seen ? l.bound : BOUND_EQUAL;
        f.kind = l.change ? FIGURE_CHANGE : FIGURE_LEVEL;
        if (l.change && l.sign < 0)
            f.value.value = -f.value.value;
        for (size_t k = i; k < last && k < end + 4; k++)
            f.yoy |= HAS(&r->t.at[k], ROLE(YOY));
        f.yoy &= f.kind == FIGURE_CHANGE;
        if (!f.name.len)
            f.name = subject;
        subject = f.name;
        f.status = status;
        f.span = (struct span){ plain_start(r->p, r->t.at[i].start), plain_end(r->p, r->t.at[end - 1].end) };
        PUSH(r->c->arena, &r->c->figures, f);
        i = after > i + 1 ? after - 1 : i;
    }
}

/* ---------- tasks ---------- */

/* The units of [from, to): parted at "and" where both sides are offices. */
static void units_read(struct reading *r, size_t from, size_t to)
{
    size_t item = from;
    bool office = false;
    r->lead = (struct slices){ 0 };
    for (size_t k = from; k < to; k++) {
        if (HAS(&r->t.at[k], ROLE(AND)) && office) {
            PUSH(r->c->arena, &r->lead, text_of(r, item, k));
            item = k + 1;
            while (item < to && HAS(&r->t.at[item], ROLE(PLACE)))
                item++;
            office = false;
        }
        office |= HAS(&r->t.at[k], ROLE(ORGAN) | ROLE(PERSON));
    }
    PUSH(r->c->arena, &r->lead, text_of(r, item, to));
}

/* lead = (the)? words that hold an organisation or office, then a verb; at the start of a clause. */
static bool lead_at(struct reading *r, size_t k, size_t last)
{
    while (k < last && HAS(&r->t.at[k], ROLE(PLACE)))
        k++;
    size_t from = k, verb = 0;
    bool office = false;
    if (k >= last || HAS(&r->t.at[k], (ROLE(LINK) | ROLE(OF) | ROLE(SELF) | ROLE(ACT))))
        return false;
    for (; k < last && k < from + PHRASE_WORDS_MAX + 4 && r->t.at[k].kind == ENGLISH_WORD && !verb; k++) {
        if (HAS(&r->t.at[k], ROLE(PAST)))
            return false; /* passive: it is what was done, not who did it */
        office |= HAS(&r->t.at[k], ROLE(ORGAN) | ROLE(PERSON));
        if (k > from && HAS(&r->t.at[k], ROLE(ACT) | ROLE(FINISH) | ROLE(MUST) | ROLE(TARGET) | ROLE(ADVERB) | ROLE(HELPS)))
            verb = k;
    }
    if (!verb || !office)
        return false;
    units_read(r, from, verb);
    return true;
}

static bool lead_read(struct reading *r, size_t first, size_t last)
{
    if (lead_at(r, first, last))
        return true;
    for (size_t k = first; k + 1 < last && k < first + 8 * PHRASE_WORDS_MAX; k++)
        if (r->t.at[k].mark == ',' && lead_at(r, k + 1, last))
            return true;
    return false;
}

struct signs { bool act, finish, planned, praise, this_year, next_year, masked_year; };

static struct signs signs_read(const struct reading *r, size_t first, size_t last)
{
    struct signs s = { 0 };
    for (size_t k = first; k < last; k++) {
        const struct token_en *t = &r->t.at[k];
        s.act |= HAS(t, ROLE(ACT) | ROLE(FINISH));
        s.finish |= HAS(t, ROLE(FINISH));
        s.planned |= HAS(t, ROLE(MUST) | ROLE(TARGET) | ROLE(FORECAST));
        s.praise |= HAS(t, ROLE(PRAISE));
        s.masked_year |= t->masked && k > first && HAS(&r->t.at[k - 1], ROLE(LINK));
        if (HAS(t, ROLE(DEADLINE)))
            r->c->lex->words[t->word].weak ? (s.next_year = true) : (s.this_year = true);
    }
    return s;
}

static void task_add(struct reading *r, size_t first, size_t last, size_t figures)
{
    bool own = lead_read(r, first, last);
    struct signs s = signs_read(r, first, last);
    if (!own && first < last && HAS(&r->t.at[first], ROLE(SELF)))
        r->lead = (struct slices){ 0 };
    bool short_call = last - first <= HEADING_WORDS_MAX && !s.finish && figures == r->c->figures.n && !own;
    if (short_call || (!s.act && !own) || s.praise || r->b->part == PART_OTHER || text_of(r, first, last).len < TASK_MIN_BYTES)
        return;
    struct task t = { .lead = r->lead, .section = r->b->section, .rule = own ? "lead-named" : "act",
        .span = { plain_start(r->p, r->t.at[first].start), plain_end(r->p, r->t.at[last - 1].end) } };
    t.text = slice_part(r->c->report->text, t.span.start, t.span.end);
    t.done = r->b->part == PART_PLAN ? false : !s.planned;
    int year = r->c->report->facts.year + s.next_year;
    if (!t.done && (s.this_year || s.next_year) && year > 1)
        t.deadline_kind = DEADLINE_DAY, t.deadline = day_of(year, 12, 31);
    else if (!t.done && s.masked_year)
        t.deadline_kind = DEADLINE_MASKED;
    t.n_figures = r->c->figures.n - figures;
    t.figures = NEW(r->c->arena, int32_t, t.n_figures + 1);
    for (size_t i = 0; i < t.n_figures; i++)
        t.figures[i] = (int32_t)(figures + i);
    t.measurable = s.finish || t.deadline_kind || t.n_figures;
    PUSH(r->c->arena, &r->c->tasks, t);
}

/* ---------- projects ---------- */

static void projects_read(struct reading *r, size_t first, size_t last)
{
    enum stage stage = STAGE_NONE;
    for (size_t k = first; k < last; k++)
        if (HAS(&r->t.at[k], ROLE(STAGE)) && r->c->lex->words[r->t.at[k].word].stage > stage)
            stage = (enum stage)r->c->lex->words[r->t.at[k].word].stage;
    for (size_t k = first; k < last; k++) {
        if (!HAS(&r->t.at[k], ROLE(WORK)) || !stage)
            continue;
        size_t from = k;
        while (from > first && k - from < PHRASE_WORDS_MAX && (is_plain_word(&r->t.at[from - 1]) || r->t.at[from - 1].kind == ENGLISH_NUMBER))
            from--;
        if (from == k || HAS(&r->t.at[from], ROLE(CLASS)))
            continue;
        struct project p = { .name = text_of(r, from, k + 1), .stage = stage, .progress = DECIMAL_NONE,
            .investment = DECIMAL_NONE, .section = r->b->section, .rule = "english",
            .span = { plain_start(r->p, r->t.at[from].start), plain_end(r->p, r->t.at[k].end) } };
        PUSH(r->c->arena, &r->c->projects, p);
    }
}

/* ---------- segments ---------- */

static bool cuts(const struct reading *r, size_t k)
{
    const struct token_en *t = &r->t.at[k];
    if (t->kind != ENGLISH_MARK || !strchr(".;!?", t->mark) || !t->mark)
        return false;
    bool number_next = k + 1 < r->t.n && r->t.at[k + 1].kind == ENGLISH_NUMBER;
    bool number_before = k && r->t.at[k - 1].kind == ENGLISH_NUMBER;
    return !(t->mark == '.' && ((number_before && number_next) || (k && HAS(&r->t.at[k - 1], ROLE(LABEL)))));
}

/* First, / Second, / 1. / The second is to: no part of the text. */
static size_t enumerator_end(const struct reading *r, size_t first, size_t last)
{
    size_t k = first;
    if (k < last && HAS(&r->t.at[k], ROLE(FIRST))) {
        k++;
        while (k < last && (r->t.at[k].mark == ',' || r->t.at[k].mark == ':'))
            k++;
        return k;
    }
    return first;
}

void compile_english(struct compile *c, const struct block *b, const struct plain *p)
{
    struct reading r = { .c = c, .b = b, .p = p };
    tokens_read(&r);
    size_t first = 0;
    for (size_t k = 0; k <= r.t.n; k++) {
        if (k < r.t.n && !cuts(&r, k))
            continue;
        while (first < k && r.t.at[first].kind == ENGLISH_MARK && strchr(",\")", r.t.at[first].mark))
            first++;
        size_t start = enumerator_end(&r, first, k), figures = c->figures.n;
        if (start != first)
            r.lead = (struct slices){ 0 };
        bool label = k == first + 1 && r.t.at[first].kind == ENGLISH_NUMBER; /* "1." */
        if (start < k && !label) {
            figures_read(&r, start, k);
            task_add(&r, start, k, figures);
            projects_read(&r, start, k);
        }
        first = k + 1;
    }
}
