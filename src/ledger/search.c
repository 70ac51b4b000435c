/* search.c: words of an entry without reading every entry, in any script, from one character on.
 *
 *   entry_pair (county, pair, entry)   every two characters that follow each other in a text of the entry
 *
 * A text of n characters has n pairs, the last with nothing behind it, so that a single character is a range of pairs.
 * Who looks for words takes the rarest of their pairs, reads its entries, and lets LIKE on the texts themselves decide
 * (list.c): the index may hold too much, never too little. Nothing of it is special to one database.
 *
 * The texts are number, title, the entry's own fields, and its words in the report: the title that came together with
 * a place there, whatever the title became. The fold writes the index: of a new entry at once, of a changed one when the
 * next day begins (a report in between costs one small row). Until then the entry stands in entry_stale, and every
 * search looks at those too. */
#include "ledger/inside.h"

#include <stdlib.h>

enum { PAIR_SHIFT = 21, PROBES_MAX = 24, PROBE_ROWS = 400 };

struct pairs { int64_t *at; size_t n, cap; };

/* LIKE tells no ASCII capitals apart, neither does the index. */
static int64_t folded(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? (int64_t)c + 'a' - 'A' : (int64_t)c;
}

static void add_text(struct arena *a, struct pairs *p, struct slice text)
{
    int64_t last = -1;
    for (size_t at = 0; at < text.len;) {
        int64_t c = folded(utf8_next(text, &at));
        if (last >= 0)
            PUSH(a, p, last << PAIR_SHIFT | c);
        last = c;
    }
    if (last >= 0)
        PUSH(a, p, last << PAIR_SHIFT);
}

static int by_value(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static struct pairs pairs_of(struct arena *a, const struct search_texts *t)
{
    struct pairs p = { 0 };
    struct json *fields;
    struct fault none;
    size_t n = 0;
    add_text(a, &p, t->number);
    add_text(a, &p, t->title);
    add_text(a, &p, t->words);
    if (json_parse(a, t->fields, &fields, &none))
        for (const struct json *m = fields->first; m; m = m->next)
            if (m->kind == JSON_STRING)
                add_text(a, &p, m->text);
    if (p.n)
        qsort(p.at, p.n, sizeof *p.at, by_value);
    for (size_t i = 0; i < p.n; i++)
        if (!n || p.at[n - 1] != p.at[i])
            p.at[n++] = p.at[i];
    p.n = n;
    return p;
}

bool search_update(struct conn *c, int county, struct arena *a, int64_t entry, const struct search_texts *before, const struct search_texts *after, struct fault *f)
{
    struct pairs was = pairs_of(a, before), is = pairs_of(a, after);
    for (size_t i = 0, k = 0; i < was.n || k < is.n;) {
        bool gone = i < was.n && (k == is.n || was.at[i] < is.at[k]), came = k < is.n && (i == was.n || is.at[k] < was.at[i]);
        if ((gone || came)
            && !store_run(c, gone ? SQL_PAIR_DROP : SQL_PAIR_PUT, ARGS(v_int(county), v_int(gone ? was.at[i] : is.at[k]), v_int(entry)), f))
            return false;
        i += !came;
        k += !gone;
    }
    return true;
}

bool search_texts_of(struct conn *c, int county, struct arena *a, int64_t entry, struct search_texts *t, struct fault *f)
{
    struct rows r;
    *t = (struct search_texts){ 0 };
    store_ask(c, SQL_SEARCH_TEXTS, ARGS(v_int(county), v_int(entry)), &r, f);
    if (rows_next(&r))
        *t = (struct search_texts){ rows_copy(a, &r, 0), rows_copy(a, &r, 1), rows_copy(a, &r, 2), rows_copy(a, &r, 3) };
    return rows_end(&r);
}

bool search_catch_up(struct conn *c, int county, struct arena *a, struct fault *f)
{
    struct { struct stale { int64_t entry; struct search_texts texts; } *at; size_t n, cap; } stale = { 0 };
    struct rows r;
    store_ask(c, SQL_STALE_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r)) {
        struct stale one = { rows_int(&r, 0), { .number = rows_copy(a, &r, 1), .title = rows_copy(a, &r, 2), .fields = rows_copy(a, &r, 3) } };
        PUSH(a, &stale, one);
    }
    bool ok = rows_end(&r);
    for (size_t i = 0; ok && i < stale.n; i++) {
        struct search_texts now; /* its words may stand there already: they are put once more */
        ok = search_texts_of(c, county, a, stale.at[i].entry, &now, f) && search_update(c, county, a, stale.at[i].entry, &stale.at[i].texts, &now, f);
    }
    return ok && (!stale.n || store_run(c, SQL_STALE_CLEAR, ARGS(v_int(county)), f));
}

bool search_missing(struct conn *c, bool *missing, struct fault *f)
{
    int64_t n = 0;
    if (!store_number(c, SQL_SEARCH_MISSING, NULL, 0, 0, &n, f))
        return false;
    *missing = n;
    return true;
}

/* ---------- looking ---------- */

static bool probe(struct conn *c, int county, int64_t from, int64_t to, struct search_range *best, struct fault *f)
{
    int64_t rows = 0;
    if (!store_number(c, SQL_PAIR_COUNT, ARGS(v_int(county), v_int(from), v_int(to), v_int(PROBE_ROWS)), 0, &rows, f))
        return false;
    if (!best->found || rows < best->rows)
        *best = (struct search_range){ true, from, to, rows };
    return true;
}

bool search_rarest(struct conn *c, int county, struct slice words, struct search_range *best, struct fault *f)
{
    struct slice rest = words, one;
    size_t probes = 0;
    *best = (struct search_range){ 0 };
    while (rest.len && slice_cut(&rest, ' ', &one)) {
        size_t at = 0;
        int64_t last = one.len ? folded(utf8_next(one, &at)) : 0;
        if (one.len && at == one.len && !probe(c, county, last << PAIR_SHIFT, (last + 1) << PAIR_SHIFT, best, f))
            return false;
        while (at < one.len && probes++ < PROBES_MAX) {
            int64_t next = folded(utf8_next(one, &at)), pair = last << PAIR_SHIFT | next;
            if (!probe(c, county, pair, pair + 1, best, f))
                return false;
            last = next;
        }
    }
    return true;
}
