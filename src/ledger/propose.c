/* propose.c: who should answer for a draft (M160), with the reason in words.
 *
 * Two things are known: last year's table (who led what) and what the order on each unit says of its duties. Both are
 * texts; so is the draft. Texts are compared by their pairs of neighbouring characters, each weighed by how rare it is
 * among all of them (tf-idf), as vectors of length one: the cosine says how alike two texts are.
 *
 *   score of a unit = its most alike rows of last year + its duties as a whole + its most alike sentence of them
 *
 * No list of stop words is needed: what stands everywhere weighs nothing. Names that units no longer have are followed:
 * by their former names, and where nobody tells, by whose duties are most like what the old name led. All figures are
 * integers, ties go by the unit's code: the same table gives the same proposals, everywhere. */
#include "ledger/inside.h"

#include <stdlib.h>

enum { ONE = 4096 /* a cosine of 1 */, LOG_ONE = 256, LONG_NUMBER_DIGITS = 5 };
/* How much each source weighs, in hundredths; a title weighs more than the section that it stands in. */
enum { ROW_BEST = 100, ROW_NEXT = 30, DUTIES_WHOLE = 100, DUTIES_SENTENCE = 50, KIND_NEVER_LED = 70, TITLE = 100, SECTION = 15 };
enum { RENAMED_MIN = ONE / 12, ROW_ALIKE_MIN = ONE / 8, SUPPORT_ROWS = 3, SUPPORT_MIN = ONE / 5, PHRASES_MAX = 3, PHRASE_BYTES_MAX = 90, SHOWN_TEXT_BYTES = 90 };

/* ---------- pairs of characters ---------- */

struct gram { uint64_t key; int32_t n; };
struct grams { struct gram *at; size_t n, cap; };

static bool is_letter(uint32_t c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c >= 0x20000 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Pairs do not reach over punctuation or figures. A long number is a name: 12345. */
static void take_grams(struct arena *a, struct slice text, struct grams *out)
{
    uint32_t last = 0;
    uint64_t number = 0;
    int digits = 0;
    for (size_t at = 0; at <= text.len;) {
        uint32_t c = at < text.len ? utf8_next(text, &at) : (at++, 0);
        if (c >= '0' && c <= '9') {
            number = number * 10 + c - '0';
            digits++;
        } else {
            if (digits >= LONG_NUMBER_DIGITS)
                PUSH(a, out, (struct gram){ UINT64_C(1) << 63 | (number & INT64_MAX), 1 });
            number = 0;
            digits = 0;
        }
        c = is_letter(c) ? c : 0;
        if (c && last)
            PUSH(a, out, (struct gram){ (uint64_t)last << 32 | c, 1 });
        last = c;
    }
}

static int by_gram(const void *x, const void *y)
{
    uint64_t a = ((const struct gram *)x)->key, b = ((const struct gram *)y)->key;
    return (a > b) - (a < b);
}

/* Sorted, each once, with how often it stood there. */
static void settle_grams(struct grams *g)
{
    size_t n = 0;
    if (g->n)
        qsort(g->at, g->n, sizeof *g->at, by_gram);
    for (size_t i = 0; i < g->n; i++) {
        if (n && g->at[n - 1].key == g->at[i].key)
            g->at[n - 1].n++;
        else
            g->at[n++] = g->at[i];
    }
    g->n = n;
}

/* ---------- weights ---------- */

/* log2 of v/w in 1/256, by squaring. */
static int32_t log2_ratio(uint32_t v, uint32_t w)
{
    uint64_t x = ((uint64_t)v << 32) / w; /* 32 bits of fraction; v >= w */
    int32_t whole = 0, fraction = 0;
    while (x >= (UINT64_C(2) << 32)) {
        x >>= 1;
        whole++;
    }
    for (int bit = LOG_ONE / 2; bit; bit /= 2) {
        x = (x >> 16) * (x >> 16);
        if (x >= (UINT64_C(2) << 32)) {
            x >>= 1;
            fraction += bit;
        }
    }
    return whole * LOG_ONE + fraction;
}

static int64_t square_root(int64_t v)
{
    int64_t r = 0;
    for (int64_t bit = INT64_C(1) << 30; bit; bit >>= 1)
        if ((r | bit) * (r | bit) <= v)
            r |= bit;
    return r;
}

/* ---------- the proposer ---------- */

enum doc_kind { DOC_ROW, DOC_DUTIES, DOC_SENTENCE };
struct doc { enum doc_kind kind; size_t of; struct grams grams; }; /* of: the row, or the unit */
struct docs { struct doc *at; size_t n, cap; };

struct row { int64_t number; struct slice text, lead, leader, support; };
struct rows_of { struct row *at; size_t n, cap; };

struct bigram { uint64_t key; uint32_t df; int32_t idf; size_t first, n; }; /* first, n: its postings */
struct posting { uint32_t doc; int32_t weight; };

/* A name of last year's table and what became of it. */
struct old_name { struct slice name; int64_t unit; bool by_duties; struct ids group; };
struct old_names { struct old_name *at; size_t n, cap; };

struct proposer {
    const struct look *look;
    struct rows_of rows;
    const struct unit **units; size_t n_units; /* living ones, by code */
    bool *kind_led;                            /* [n_units] a unit of its kind led something last year */
    struct docs docs;
    struct bigram *bigrams; size_t n_bigrams;
    struct posting *postings;
    struct old_names names;
    uint32_t in_charge;                        /* the duty that persons hold at units of others (分管) */
};

static struct bigram *find_bigram(const struct proposer *p, uint64_t key)
{
    size_t low = 0, high = p->n_bigrams;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (p->bigrams[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low < p->n_bigrams && p->bigrams[low].key == key ? &p->bigrams[low] : NULL;
}

struct weight { const struct bigram *of; int32_t w; };

/* The vector of length one of a text; pairs that no other text has weigh nothing. */
static struct weight *vector(const struct proposer *p, struct arena *a, const struct grams *g, size_t *n)
{
    struct weight *v = NEW(a, struct weight, g->n);
    int64_t sum = 0, length;
    *n = 0;
    for (size_t i = 0; i < g->n; i++) {
        const struct bigram *t = find_bigram(p, g->at[i].key);
        if (!t || t->idf <= 0)
            continue;
        int32_t often = LOG_ONE + log2_ratio((uint32_t)g->at[i].n, 1) * 177 / 256; /* 1 + ln n */
        v[(*n)++] = (struct weight){ t, (int32_t)((int64_t)often * t->idf / LOG_ONE) };
        sum += (int64_t)v[*n - 1].w * v[*n - 1].w;
    }
    length = square_root(sum);
    for (size_t i = 0; length && i < *n; i++)
        v[i].w = (int32_t)((int64_t)v[i].w * ONE / length);
    return v;
}

/* Adds, for every text, how alike it is to this one, in hundredths of `weigh`. */
static void add_alike(const struct proposer *p, struct arena *a, struct slice text, int weigh, int64_t *alike)
{
    struct grams g = { 0 };
    size_t n;
    take_grams(a, text, &g);
    settle_grams(&g);
    struct weight *v = vector(p, a, &g, &n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = v[i].of->first; k < v[i].of->first + v[i].of->n; k++)
            alike[p->postings[k].doc] += (int64_t)v[i].w * p->postings[k].weight * weigh / 100;
}

/* ---------- making it ---------- */

static bool read_rows(struct proposer *p, struct fault *f)
{
    const struct look *look = p->look;
    struct arena *a = look->arena;
    struct rows r;
    store_ask(look->conn, SQL_PRECEDENT_ALL, ARGS(v_int(ledger_county(look->ledger))), &r, f);
    while (rows_next(&r))
        PUSH(a, &p->rows, (struct row){ rows_int(&r, 1) + 1, rows_copy(a, &r, 2), slice_trim(rows_copy(a, &r, 3)), slice_trim(rows_copy(a, &r, 5)),
            rows_copy(a, &r, 4) });
    return rows_end(&r);
}

static bool is_living(const struct unit *u, day today)
{
    return (u->from == DAY_NONE || u->from <= today) && (u->to == DAY_NONE || u->to >= today);
}

static int by_code(const void *x, const void *y)
{
    const struct unit *a = *(const struct unit *const *)x, *b = *(const struct unit *const *)y;
    int c = slice_compare(a->code, b->code);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static void add_doc(struct proposer *p, enum doc_kind kind, size_t of, struct slice text)
{
    struct doc d = { kind, of, { 0 } };
    take_grams(p->look->arena, text, &d.grams);
    settle_grams(&d.grams);
    PUSH(p->look->arena, &p->docs, d);
}

/* The next part up to one of the marks, each a character of UTF-8 after the other in `marks`. */
static bool cut_at(struct slice *rest, struct slice marks, struct slice *part)
{
    if (!rest->len)
        return false;
    for (size_t at = 0; at < rest->len;) {
        size_t from = at;
        utf8_next(*rest, &at);
        if (slice_find(marks, slice_part(*rest, from, at)) >= 0) {
            *part = slice_part(*rest, 0, from);
            *rest = slice_from(*rest, at);
            return true;
        }
    }
    *part = *rest;
    *rest = S("");
    return true;
}

static void add_docs(struct proposer *p)
{
    for (size_t i = 0; i < p->rows.n; i++)
        add_doc(p, DOC_ROW, i, p->rows.at[i].text);
    for (size_t i = 0; i < p->n_units; i++)
        add_doc(p, DOC_DUTIES, i, p->units[i]->duties);
    for (size_t i = 0; i < p->n_units; i++) {
        struct slice rest = p->units[i]->duties, sentence;
        while (cut_at(&rest, S("。；;\n"), &sentence))
            if (sentence.len)
                add_doc(p, DOC_SENTENCE, i, sentence);
    }
}

/* Pairs with how many texts have them; a sentence is part of its whole and does not count again. */
static void make_bigrams(struct proposer *p)
{
    struct grams all = { 0 };
    uint32_t n_texts = 0;
    for (size_t i = 0; i < p->docs.n; i++)
        for (size_t k = 0; p->docs.at[i].kind != DOC_SENTENCE && k < p->docs.at[i].grams.n; k++)
            PUSH(p->look->arena, &all, (struct gram){ p->docs.at[i].grams.at[k].key, 1 });
    for (size_t i = 0; i < p->docs.n; i++)
        n_texts += p->docs.at[i].kind != DOC_SENTENCE;
    settle_grams(&all);
    p->bigrams = NEW(p->look->arena, struct bigram, all.n);
    p->n_bigrams = all.n;
    for (size_t i = 0; i < all.n; i++) /* log2((texts + 1) / (those that have it + 1/2)) */
        p->bigrams[i] = (struct bigram){ all.at[i].key, (uint32_t)all.at[i].n, log2_ratio(2 * (n_texts + 1), 2 * (uint32_t)all.at[i].n + 1), 0, 0 };
}

static void make_postings(struct proposer *p)
{
    struct arena *a = p->look->arena;
    struct weight **vectors = NEW(a, struct weight *, p->docs.n);
    size_t *n = NEW(a, size_t, p->docs.n), total = 0;
    for (size_t i = 0; i < p->docs.n; i++) {
        vectors[i] = vector(p, a, &p->docs.at[i].grams, &n[i]);
        for (size_t k = 0; k < n[i]; k++)
            p->bigrams[vectors[i][k].of - p->bigrams].n++;
    }
    for (size_t t = 0; t < p->n_bigrams; t++) {
        p->bigrams[t].first = total;
        total += p->bigrams[t].n;
        p->bigrams[t].n = 0;
    }
    p->postings = NEW(a, struct posting, total);
    for (size_t i = 0; i < p->docs.n; i++)
        for (size_t k = 0; k < n[i]; k++) {
            struct bigram *t = &p->bigrams[vectors[i][k].of - p->bigrams];
            p->postings[t->first + t->n++] = (struct posting){ (uint32_t)i, vectors[i][k].w };
        }
}

/* ---------- what became of last year's names ---------- */

/* A unit that still is. A name that ended with its unit may be a former name of another. */
static int64_t living_named(const struct proposer *p, struct slice name)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < p->n_units; i++)
            if (slice_equal(pass ? p->units[i]->short_name : p->units[i]->name, name))
                return p->units[i]->id;
    for (size_t i = 0; i < p->n_units; i++) {
        struct slice rest = p->units[i]->former, one;
        while (cut_at(&rest, S("、"), &one))
            if (slice_equal(one, name))
                return p->units[i]->id;
    }
    return 0;
}

static int64_t alike_duties(const struct proposer *p, const int64_t *alike)
{
    int64_t best = 0, unit = 0;
    for (size_t i = 0; i < p->docs.n; i++)
        if (p->docs.at[i].kind == DOC_DUTIES && alike[i] / ONE > best) {
            best = alike[i] / ONE;
            unit = p->units[p->docs.at[i].of]->id;
        }
    return best >= RENAMED_MIN ? unit : 0;
}

/* Everything that the old name led, as one text, against the duties of those that are. */
static int64_t successor(const struct proposer *p, struct slice name)
{
    struct arena *a = p->look->arena;
    int64_t *alike = NEW(a, int64_t, p->docs.n);
    struct buf all = buf_open(4 << 20);
    for (size_t i = 0; i < p->rows.n; i++)
        if (slice_equal(p->rows.at[i].lead, name)) {
            buf_put(&all, p->rows.at[i].text);
            buf_char(&all, '\n');
        }
    add_alike(p, a, buf_slice(&all), 100, alike);
    buf_close(&all);
    return alike_duties(p, alike);
}

static bool ends_in_one_of(struct slice name, struct slice characters)
{
    for (size_t at = 0; at < characters.len;) {
        size_t from = at;
        utf8_next(characters, &at);
        if (slice_ends(name, slice_part(characters, from, at)))
            return true;
    }
    return false;
}

/* A name whose last two characters each end the names of several units stands for all of those: 各乡镇. */
static struct ids group_named(const struct proposer *p, struct slice name)
{
    struct ids group = { 0 };
    size_t at = 0, starts[2] = { 0, 0 }, n = 0;
    while (at < name.len) {
        starts[0] = starts[1];
        starts[1] = at;
        utf8_next(name, &at);
        n++;
    }
    if (n < 2)
        return group;
    for (int k = 0; k < 2; k++) {
        size_t several = 0;
        for (size_t i = 0; i < p->n_units; i++)
            several += slice_ends(p->units[i]->short_name, slice_part(name, starts[k], k ? name.len : starts[1]));
        if (several < 2)
            return group;
    }
    for (size_t i = 0; i < p->n_units; i++)
        if (ends_in_one_of(p->units[i]->short_name, slice_from(name, starts[0])))
            PUSH(p->look->arena, &group, p->units[i]->id);
    return group;
}

static const struct old_name *old_name(const struct proposer *p, struct slice name)
{
    for (size_t i = 0; i < p->names.n; i++)
        if (slice_equal(p->names.at[i].name, name))
            return &p->names.at[i];
    return NULL;
}

static void follow_name(struct proposer *p, struct slice name, bool leads)
{
    name = slice_trim(name);
    if (!name.len || old_name(p, name))
        return;
    struct old_name n = { .name = name, .unit = living_named(p, name) };
    if (!n.unit && leads) {
        n.unit = successor(p, name);
        n.by_duties = n.unit != 0;
    }
    if (!n.unit)
        n.group = group_named(p, name);
    PUSH(p->look->arena, &p->names, n);
}

static void follow_names(struct proposer *p)
{
    for (size_t i = 0; i < p->rows.n; i++)
        follow_name(p, p->rows.at[i].lead, true);
    for (size_t i = 0; i < p->rows.n; i++) {
        struct slice rest = p->rows.at[i].support, one;
        while (cut_at(&rest, S("、，,；;"), &one))
            follow_name(p, one, false);
    }
}

static int64_t row_lead(const struct proposer *p, const struct row *row)
{
    const struct old_name *n = old_name(p, row->lead);
    return n ? n->unit : 0;
}

static void find_kinds(struct proposer *p)
{
    p->kind_led = NEW(p->look->arena, bool, p->n_units);
    for (size_t i = 0; i < p->rows.n; i++) {
        const struct unit *led = people_unit(p->look->people, row_lead(p, &p->rows.at[i]));
        for (size_t k = 0; led && k < p->n_units; k++)
            p->kind_led[k] = p->kind_led[k] || slice_equal(p->units[k]->kind, led->kind);
    }
    for (size_t k = 0; !p->rows.n && k < p->n_units; k++)
        p->kind_led[k] = true;
}

/* ---------- who is in charge of a unit (分管) ---------- */

static bool holds_now(const struct duty *d, day today)
{
    return (d->from == DAY_NONE || d->from <= today) && (d->to == DAY_NONE || d->to >= today);
}

/* The kind of duty that persons hold most at single units that are not their own. */
static uint32_t find_in_charge(const struct look *look)
{
    size_t counts[32] = { 0 }, best = 0;
    uint32_t kind = 0;
    for (size_t i = 0; i < look->people->n_duties; i++) {
        const struct duty *d = &look->people->duties[i];
        const struct person *who = people_person(look->people, d->person);
        if (who && !d->subtree && who->unit != d->unit && holds_now(d, look->today) && ++counts[d->kind] > best) {
            best = counts[d->kind];
            kind = 1u << d->kind;
        }
    }
    return kind;
}

static int64_t leader_of(const struct proposer *p, int64_t unit, int64_t last_year)
{
    const struct people *people = p->look->people;
    int64_t found = 0;
    for (int steps = 0; unit && !found && steps < 3; steps++) { /* a part of an office is in its charge */
        for (size_t i = 0; i < people->n_duties; i++) {
            const struct duty *d = &people->duties[i];
            bool holds = (p->in_charge >> d->kind & 1) && d->unit == unit && holds_now(d, p->look->today);
            if (holds && (!found || d->person == last_year))
                found = d->person;
        }
        const struct unit *u = people_unit(people, unit);
        unit = u ? u->parent : 0;
    }
    return found ? found : last_year;
}

bool proposer_open(const struct look *look, struct proposer **out, struct fault *f)
{
    struct proposer *p = NEW(look->arena, struct proposer, 1);
    *p = (struct proposer){ .look = look, .units = NEW(look->arena, const struct unit *, look->people->n_units) };
    if (!read_rows(p, f))
        return false;
    for (size_t i = 0; i < look->people->n_units; i++)
        if (is_living(&look->people->units[i], look->today))
            p->units[p->n_units++] = &look->people->units[i];
    if (p->n_units)
        qsort(p->units, p->n_units, sizeof *p->units, by_code);
    add_docs(p);
    make_bigrams(p);
    make_postings(p);
    follow_names(p);
    find_kinds(p);
    p->in_charge = find_in_charge(look);
    *out = p;
    return !look->arena->failed || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}

/* ---------- scores ---------- */

struct best { size_t doc; int64_t alike; };
struct score { struct best rows[3], duties, sentence; int64_t by_rows, by_duties, all; };

static void keep_best(struct best *at, size_t n, struct best b)
{
    for (size_t i = 0; i < n; i++)
        if (b.alike > at[i].alike) {
            struct best out = at[i];
            at[i] = b;
            b = out;
        }
}

static size_t place_of(const struct proposer *p, int64_t unit)
{
    size_t i = 0;
    while (i < p->n_units && p->units[i]->id != unit)
        i++;
    return i;
}

static void score_units(const struct proposer *p, const int64_t *alike, struct score *scores)
{
    for (size_t i = 0; i < p->docs.n; i++) {
        const struct doc *d = &p->docs.at[i];
        struct best b = { i, alike[i] / ONE };
        size_t unit = d->kind == DOC_ROW ? place_of(p, row_lead(p, &p->rows.at[d->of])) : d->of;
        if (unit == p->n_units)
            continue;
        if (d->kind == DOC_ROW)
            keep_best(scores[unit].rows, COUNT(scores[unit].rows), b);
        else
            keep_best(d->kind == DOC_DUTIES ? &scores[unit].duties : &scores[unit].sentence, 1, b);
    }
    for (size_t i = 0; i < p->n_units; i++) {
        struct score *s = &scores[i];
        s->by_rows = (s->rows[0].alike * ROW_BEST + (s->rows[1].alike + s->rows[2].alike) * ROW_NEXT) / 100;
        s->by_duties = (s->duties.alike * DUTIES_WHOLE + s->sentence.alike * DUTIES_SENTENCE) / 100;
        s->all = (s->by_rows + s->by_duties) * (p->kind_led[i] ? 100 : KIND_NEVER_LED) / 100;
    }
}

/* ---------- support ---------- */

static void vote(const struct proposer *p, int64_t *votes, int64_t unit, int64_t weight)
{
    size_t i = place_of(p, unit);
    if (i < p->n_units)
        votes[i] += weight;
}

/* Who supported, or led, the rows most like this one; and whom the text itself names. */
static void propose_support(const struct proposer *p, struct arena *a, struct slice title, const int64_t *alike, struct proposal *out)
{
    struct best rows[SUPPORT_ROWS] = { 0 };
    int64_t *votes = NEW(a, int64_t, p->n_units);
    for (size_t i = 0; i < p->docs.n && p->docs.at[i].kind == DOC_ROW; i++) {
        bool same = row_lead(p, &p->rows.at[p->docs.at[i].of]) == out->lead;
        keep_best(rows, SUPPORT_ROWS, (struct best){ i, alike[i] / ONE / (same ? 1 : 2) });
    }
    for (size_t k = 0; k < SUPPORT_ROWS && rows[k].alike >= ROW_ALIKE_MIN; k++) {
        const struct row *row = &p->rows.at[p->docs.at[rows[k].doc].of];
        struct slice rest = row->support, one;
        vote(p, votes, row_lead(p, row), rows[k].alike);
        while (cut_at(&rest, S("、，,；;"), &one)) {
            const struct old_name *n = old_name(p, slice_trim(one));
            for (size_t g = 0; n && g < n->group.n; g++)
                vote(p, votes, n->group.at[g], rows[k].alike);
            if (n)
                vote(p, votes, n->unit, rows[k].alike);
        }
    }
    for (size_t i = 0; i < p->n_units; i++) {
        struct slice name = p->units[i]->short_name;
        bool named = name.len >= 6 && slice_find(title, name) >= 0;
        if ((named || votes[i] >= SUPPORT_MIN) && p->units[i]->id != out->lead)
            PUSH(a, &out->support, p->units[i]->id);
    }
}

/* ---------- the reason ---------- */

static struct slice cut_text(struct slice s, size_t max)
{
    size_t at = 0, good = 0;
    while (at < s.len && at <= max) {
        good = at;
        utf8_next(s, &at);
    }
    return at <= max ? s : slice_part(s, 0, good);
}

/* Quotation marks within quotation marks are single ones. */
static void put_quoted(struct buf *b, struct slice s)
{
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t c = utf8_next(s, &at);
        buf_put(b, c == 0x201c ? S("‘") : c == 0x201d ? S("’") : slice_part(s, from, at));
    }
}

static void put_row_reason(const struct proposer *p, struct buf *b, const struct row *row, const struct unit *lead)
{
    const struct old_name *n = old_name(p, row->lead);
    struct slice text = cut_text(row->text, SHOWN_TEXT_BYTES), now = lead->short_name.len ? lead->short_name : lead->name;
    buf_format(b, "上年第 %lld 项“", (long long)row->number);
    put_quoted(b, text);
    buf_format(b, "%s”由" S_FMT "牵头", text.len < row->text.len ? "…" : "", S_ARG(row->lead));
    if (slice_equal(row->lead, lead->name) || slice_equal(row->lead, lead->short_name))
        return;
    buf_format(b, n && n->by_duties ? "，" S_FMT "已无此名，按职责对应" S_FMT : "，" S_FMT "现为" S_FMT, S_ARG(row->lead), S_ARG(now));
}

/* How much of the draft a phrase of the duties holds. */
static int64_t phrase_weight(const struct proposer *p, struct arena *a, struct slice phrase, const struct grams *asked)
{
    struct grams g = { 0 };
    int64_t sum = 0;
    take_grams(a, phrase, &g);
    settle_grams(&g);
    for (size_t i = 0; i < g.n; i++)
        if (asked->n && bsearch(&g.at[i], asked->at, asked->n, sizeof *asked->at, by_gram)) {
            const struct bigram *t = find_bigram(p, g.at[i].key);
            sum += t ? t->idf : 0;
        }
    return sum;
}

/* The phrases of the duties that the draft speaks of, in their order: “水库除险加固、河道管理”. */
static void put_duty_reason(const struct proposer *p, struct arena *a, struct buf *b, const struct unit *lead, struct slice title)
{
    struct { struct slice phrase; int64_t weight; } kept[PHRASES_MAX] = { 0 };
    struct grams asked = { 0 };
    struct slice rest = lead->duties, one;
    bool any = false;
    take_grams(a, title, &asked);
    settle_grams(&asked);
    while (cut_at(&rest, S("，、。；,;\n"), &one)) {
        int64_t w = one.len <= PHRASE_BYTES_MAX ? phrase_weight(p, a, one, &asked) : 0;
        size_t low = 0;
        for (size_t i = 1; i < PHRASES_MAX; i++)
            low = kept[i].weight < kept[low].weight ? i : low;
        if (w <= kept[low].weight)
            continue;
        for (; low + 1 < PHRASES_MAX; low++)
            kept[low] = kept[low + 1];
        kept[low].phrase = one;
        kept[low].weight = w;
    }
    for (size_t i = 0; i < PHRASES_MAX; i++) {
        if (!kept[i].weight)
            continue;
        if (!any)
            buf_format(b, "%s与" S_FMT "职责“", b->len ? "；" : "", S_ARG(lead->short_name.len ? lead->short_name : lead->name));
        buf_text(b, any ? "、" : "");
        put_quoted(b, kept[i].phrase);
        any = true;
    }
    if (any)
        buf_text(b, "”相符");
}

/* Alike by the section alone, or by what no short phrase holds. */
static void put_vague_reason(struct buf *b, const struct unit *lead)
{
    buf_format(b, "与" S_FMT "职责较为接近，请核对", S_ARG(lead->short_name.len ? lead->short_name : lead->name));
}

/* What counted more comes alone where the other counted little. */
static struct slice reason_of(const struct proposer *p, struct arena *a, const struct score *s, const struct unit *lead, struct slice title)
{
    struct buf b = buf_open(4096);
    if (s->rows[0].alike >= ROW_ALIKE_MIN && s->by_rows * 3 >= s->by_duties)
        put_row_reason(p, &b, &p->rows.at[p->docs.at[s->rows[0].doc].of], lead);
    if (!b.len || s->by_duties * 2 >= s->by_rows)
        put_duty_reason(p, a, &b, lead, title);
    if (!b.len && s->rows[0].alike)
        put_row_reason(p, &b, &p->rows.at[p->docs.at[s->rows[0].doc].of], lead);
    if (!b.len)
        put_vague_reason(&b, lead);
    struct slice reason = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return reason;
}

/* Who answered last year for the most alike row of this lead, where that person is still here. */
static int64_t leader_last_year(const struct proposer *p, const struct score *s)
{
    const struct row *row = s->rows[0].alike ? &p->rows.at[p->docs.at[s->rows[0].doc].of] : NULL;
    const struct person *who = row && row->leader.len ? people_person_named(p->look->people, row->leader) : NULL;
    return who ? who->id : 0;
}

/* Who comes second; n_units where nobody else is alike at all. */
static size_t next_best(const struct proposer *p, const struct score *scores, size_t best)
{
    size_t next = p->n_units;
    for (size_t i = 0; i < p->n_units; i++)
        if (i != best && scores[i].all > 0 && (next == p->n_units || scores[i].all > scores[next].all))
            next = i;
    return next;
}

static bool reaches(const struct proposal_rule *rule, const struct proposal *p)
{
    return p->score >= rule->alike && p->ahead >= rule->ahead;
}

static enum confidence confidence_of(const struct pack *pack, const struct proposal *p)
{
    if (pack->sure.alike && reaches(&pack->sure, p))
        return CONFIDENCE_SURE;
    return reaches(&pack->look, p) ? CONFIDENCE_LOOK : CONFIDENCE_NONE;
}

int64_t proposer_leader(const struct proposer *p, int64_t unit)
{
    return leader_of(p, unit, 0);
}

bool proposer_ask(const struct proposer *p, struct arena *a, struct slice title, struct slice section, struct proposal *out)
{
    int64_t *alike = NEW(a, int64_t, p->docs.n);
    struct score *scores = NEW(a, struct score, p->n_units);
    size_t best = 0;
    *out = (struct proposal){ 0 };
    add_alike(p, a, title, TITLE, alike);
    add_alike(p, a, section, SECTION, alike);
    score_units(p, alike, scores);
    for (size_t i = 1; i < p->n_units; i++) /* the first of equals: the lowest code */
        if (scores[i].all > scores[best].all)
            best = i;
    if (!p->n_units || scores[best].all <= 0)
        return false;
    size_t next = next_best(p, scores, best);
    out->lead = p->units[best]->id;
    out->ahead = (int)((scores[best].all - (next == p->n_units ? 0 : scores[next].all)) * 100 / scores[best].all);
    out->next = next == p->n_units ? 0 : p->units[next]->id;
    out->score = (int)(scores[best].all * 100 / (scores[best].all + ONE));
    out->confidence = confidence_of(p->look->pack, out);
    out->leader = leader_of(p, out->lead, leader_last_year(p, &scores[best]));
    out->reason = reason_of(p, a, &scores[best], p->units[best], title);
    propose_support(p, a, title, alike, out);
    return true;
}
