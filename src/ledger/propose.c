/* propose.c: which unit would do a draft, with the reason (M160). Two sources: last year's table, where a row reads much
 * the same, and the duties of the units (职责). What is compared are pairs of neighbouring Han characters; a pair that
 * stands in few texts says more than one that stands in all. Whole numbers only, so that every machine proposes alike. */
#include "ledger/inside.h"

#include <stdlib.h>

enum { PAIR_WEIGHT = 720720, /* divided by in how many texts a pair stands */ ALIKE_PERCENT = 34 };

struct pairs { uint64_t *at; size_t n, cap; }; /* sorted, each once */

struct precedent { struct pairs pairs; struct slice text, lead, support, leader; };
struct office { const struct unit *unit; struct pairs pairs; };

struct proposer {
    const struct look *look;
    struct precedent *precedents; size_t n_precedents, cap_precedents;
    struct office *offices; size_t n_offices;
    struct pairs all;      /* every pair of every text, as often as it stands in one */
};

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool is_han(uint32_t code)
{
    return code >= 0x4E00 && code <= 0x9FFF;
}

static struct pairs pairs_of(struct arena *a, struct slice text)
{
    struct pairs p = { 0 };
    uint32_t last = 0;
    size_t kept = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t code = utf8_next(text, &i);
        if (is_han(last) && is_han(code))
            PUSH(a, &p, (uint64_t)last << 32 | code);
        last = code;
    }
    if (p.n)
        qsort(p.at, p.n, sizeof *p.at, by_value);
    for (size_t i = 0; i < p.n; i++)
        if (!i || p.at[i] != p.at[i - 1])
            p.at[kept++] = p.at[i];
    p.n = kept;
    return p;
}

/* In how many of the texts the pair stands. */
static size_t count_in(const struct pairs *all, uint64_t pair)
{
    size_t low = 0, high = all->n, end;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (all->at[mid] < pair)
            low = mid + 1;
        else
            high = mid;
    }
    for (end = low; end < all->n && all->at[end] == pair;)
        end++;
    return end - low;
}

static int64_t weight_of(const struct proposer *p, uint64_t pair)
{
    size_t n = count_in(&p->all, pair);
    return PAIR_WEIGHT / (int64_t)(n ? n : 1);
}

static int64_t weight(const struct proposer *p, const struct pairs *pairs)
{
    int64_t sum = 0;
    for (size_t i = 0; i < pairs->n; i++)
        sum += weight_of(p, pairs->at[i]);
    return sum;
}

static int64_t weight_shared(const struct proposer *p, const struct pairs *a, const struct pairs *b)
{
    int64_t sum = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->at[i] == b->at[k])
            sum += weight_of(p, a->at[i++]), k++;
        else if (a->at[i] < b->at[k])
            i++;
        else
            k++;
    }
    return sum;
}

/* ---------- opening ---------- */

static bool read_precedents(struct proposer *p, struct fault *f)
{
    struct arena *a = p->look->arena;
    struct { struct precedent *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(p->look->conn, SQL_PRECEDENT_ALL, ARGS(v_int(ledger_county(p->look->ledger))), &r, f);
    while (rows_next(&r)) {
        struct precedent one = { .text = rows_copy(a, &r, 2), .lead = rows_copy(a, &r, 3), .support = rows_copy(a, &r, 4), .leader = rows_copy(a, &r, 5) };
        one.pairs = pairs_of(a, one.text);
        PUSH(a, &list, one);
    }
    p->precedents = list.at;
    p->n_precedents = list.n;
    return rows_end(&r);
}

static void add_all(struct proposer *p, const struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++)
        PUSH(p->look->arena, &p->all, pairs->at[i]);
}

bool proposer_open(const struct look *look, const struct lexicon *lex, struct proposer **out, struct fault *f)
{
    const struct people *people = look->people;
    struct proposer *p = NEW(look->arena, struct proposer, 1);
    (void)lex;
    p->look = look;
    *out = p;
    if (!read_precedents(p, f))
        return false;
    p->offices = NEW(look->arena, struct office, people->n_units);
    for (size_t i = 0; i < people->n_units; i++) {
        const struct unit *u = &people->units[i];
        if (u->duties.len && (u->to == DAY_NONE || look->today <= u->to))
            p->offices[p->n_offices++] = (struct office){ u, pairs_of(look->arena, u->duties) };
    }
    for (size_t i = 0; i < p->n_offices; i++)
        add_all(p, &p->offices[i].pairs);
    for (size_t i = 0; i < p->n_precedents; i++)
        add_all(p, &p->precedents[i].pairs);
    if (p->all.n)
        qsort(p->all.at, p->all.n, sizeof *p->all.at, by_value);
    return true;
}

/* ---------- asking ---------- */

/* Units of last year by today's names; one that is gone is left out. */
static void read_support(const struct look *look, struct slice names, struct ids *ids)
{
    while (names.len) {
        ptrdiff_t mark = slice_find(names, S("、"));
        size_t len = mark < 0 ? names.len : (size_t)mark;
        const struct unit *u = people_unit_named(look->people, slice_trim(slice_part(names, 0, len)));
        if (u)
            PUSH(look->arena, ids, u->id);
        names = slice_from(names, mark < 0 ? names.len : len + 3);
    }
}

/* A row of last year that is alike enough, in percent of what either says. */
static bool from_precedent(const struct proposer *p, const struct pairs *pairs, struct proposal *out)
{
    const struct precedent *best = NULL;
    int64_t own = weight(p, pairs), most = 0;
    for (size_t i = 0; i < p->n_precedents; i++) {
        int64_t shared = weight_shared(p, pairs, &p->precedents[i].pairs), either = own + weight(p, &p->precedents[i].pairs) - shared;
        int64_t percent = either ? shared * 100 / either : 0;
        if (percent > most) {
            most = percent;
            best = &p->precedents[i];
        }
    }
    const struct unit *lead = best && most >= ALIKE_PERCENT ? people_unit_named(p->look->people, best->lead) : NULL;
    if (!lead)
        return false;
    const struct person *leader = people_person_named(p->look->people, best->leader);
    *out = (struct proposal){ .lead = lead->id, .leader = leader ? leader->id : 0, .score = (int)most };
    read_support(p->look, best->support, &out->support);
    out->reason = slice_format(p->look->arena, "上年分工：" S_FMT "（" S_FMT "）", S_ARG(best->text), S_ARG(best->lead));
    return true;
}

/* The sentence of the duties that shares most with the title is the reason. */
static struct slice reason_of(const struct proposer *p, const struct office *office, const struct pairs *pairs)
{
    struct slice rest = office->unit->duties, best = S("");
    int64_t most = 0;
    while (rest.len) {
        ptrdiff_t stop = slice_find(rest, S("。"));
        size_t len = stop < 0 ? rest.len : (size_t)stop;
        struct pairs own = pairs_of(p->look->arena, slice_part(rest, 0, len));
        int64_t shared = weight_shared(p, pairs, &own);
        if (shared > most) {
            most = shared;
            best = slice_part(rest, 0, len);
        }
        rest = slice_from(rest, stop < 0 ? rest.len : len + 3);
    }
    return slice_format(p->look->arena, "职责：" S_FMT, S_ARG(best));
}

static bool from_duties(const struct proposer *p, const struct pairs *pairs, struct proposal *out)
{
    const struct office *best = NULL;
    int64_t own = weight(p, pairs), most = 0;
    for (size_t i = 0; i < p->n_offices; i++) {
        int64_t shared = weight_shared(p, pairs, &p->offices[i].pairs);
        if (shared > most) {
            most = shared;
            best = &p->offices[i];
        }
    }
    if (!best || most * 100 / own < 10)
        return false;
    *out = (struct proposal){ .lead = best->unit->id, .score = (int)(most * 100 / own), .reason = reason_of(p, best, pairs) };
    return true;
}

bool proposer_ask(const struct proposer *p, struct arena *a, struct slice title, struct slice section, struct proposal *out)
{
    struct pairs pairs = pairs_of(a, title), wide;
    *out = (struct proposal){ 0 };
    if (from_precedent(p, &pairs, out) || from_duties(p, &pairs, out))
        return true;
    wide = pairs_of(a, section);
    return from_duties(p, &wide, out);
}
