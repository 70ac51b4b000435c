/* A small county in memory, for the tests of lists, files and proposals: units in a tree, persons with duties, and a
 * clock and a random source that tests command. */
#ifndef TAIZHANG_TESTS_LISTS_FIXTURE_H
#define TAIZHANG_TESTS_LISTS_FIXTURE_H

#include "ledger/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct luck { uint64_t state; };

static inline uint64_t luck_next(struct luck *l) /* splitmix64 */
{
    uint64_t z = (l->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t luck_below(struct luck *l, size_t n)
{
    return (size_t)(luck_next(l) % n);
}

struct fixture {
    struct ledger *ledger;
    struct reader *reader;
    struct arena arena;
    struct luck luck;
    int64_t now_ms;
};

static inline int64_t fixture_now(void *context)
{
    return ((struct fixture *)context)->now_ms;
}

static inline void fixture_random(void *context, void *bytes, size_t n)
{
    struct fixture *x = context;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)luck_next(&x->luck);
}

static inline void fixture_fail(const struct fault *f)
{
    struct buf b = buf_open(4096);
    fault_say(&b, f, LANG_ZH);
    fprintf(stderr, "%s: " S_FMT " (%s) field " S_FMT "\n", f->code, S_ARG(buf_slice(&b)), f->detail, S_ARG(f->field));
    buf_close(&b);
    fail();
}

/* Sends a command; a refusal that nobody expects fails the test. */
static inline struct command fixture_try(struct fixture *x, struct slice account, struct slice json)
{
    struct json *body;
    struct command c = { .account = account, .body_text = json, .arena = &x->arena };
    struct fault f;
    if (!json_parse(&x->arena, json, &body, &f))
        fixture_fail(&f);
    c.body = body;
    command_do(x->ledger, &c);
    return c;
}

static inline int64_t fixture_do(struct fixture *x, struct slice account, struct slice json)
{
    struct command c = fixture_try(x, account, json);
    if (!c.ok)
        fixture_fail(&c.fault);
    return c.entry;
}

static inline struct look fixture_look(struct fixture *x, struct slice account)
{
    struct look look;
    struct fault f;
    if (!reader_look(x->reader, &x->arena, account, &look, &f))
        fixture_fail(&f);
    return look;
}

static inline struct slice fixture_account(struct fixture *x, const char *login)
{
    struct look look = fixture_look(x, S(""));
    const struct account *a = people_login(look.people, slice_of(login));
    assert_non_null(a);
    return slice_copy(&x->arena, a->id);
}

static inline void fixture_show_pack(const char *folder)
{
    struct pack p;
    struct pack_problems problems = { 0 };
    struct fault f;
    if (!pack_open(folder, &p, &problems, &f))
        for (size_t i = 0; i < problems.n; i++)
            fprintf(stderr, S_FMT ":%d: " S_FMT " (" S_FMT ")\n", S_ARG(problems.at[i].file), problems.at[i].line, S_ARG(problems.at[i].cause), S_ARG(problems.at[i].likely));
    pack_close(&p);
}

static inline void fixture_open(struct fixture *x, const char *pack, const char *path, uint64_t seed)
{
    struct slice login, password;
    struct fault f;
    *x = (struct fixture){ .luck = { seed }, .now_ms = day_start_ms(day_of(2026, 6, 15)) + 9 * 3600 * 1000 };
    arena_open(&x->arena, 0);
    struct world world = { x, fixture_now, fixture_random };
    struct ledger_new what = { .county = 159923, .name = S("石桥县"), .pack_folder = pack, .algorithm = "sha256" };
    if (!ledger_begin(path, &what, &world, (struct ledger_options){ 0 }, &x->ledger, &x->arena, &login, &password, &f) || !reader_open(x->ledger, &x->reader, &f)) {
        fixture_show_pack(pack);
        fixture_fail(&f);
    }
}

/* For rows that were put into the tables and never folded: makes them findable. */
static inline void fixture_index(struct fixture *x, int64_t entry)
{
    const struct search_texts none = { 0 };
    struct search_texts texts;
    struct fault f;
    if (!search_texts_of(x->ledger->conn, 159923, &x->arena, entry, &texts, &f) || !search_update(x->ledger->conn, 159923, &x->arena, entry, &none, &texts, &f))
        fixture_fail(&f);
}

static inline void fixture_close(struct fixture *x)
{
    reader_close(x->reader);
    ledger_close(x->ledger);
    arena_close(&x->arena);
}

#endif
