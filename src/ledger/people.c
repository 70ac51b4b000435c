/* people.c: units, persons, accounts and duties as one immutable snapshot, and what a person holds today. */
#include "ledger/inside.h"

#include <stdlib.h>

/* ---------- reading ---------- */

struct list_of { void *at; size_t n, cap; };

#define TAKE(list, type) ((type *)take_row(a, (struct list_of *)(list), sizeof(type), alignof(type)))
static void *take_row(struct arena *a, struct list_of *l, size_t size, size_t align)
{
    if (l->n == l->cap)
        l->at = arena_grow(a, l->at, &l->cap, l->n + 1, size, align);
    return memset((char *)l->at + size * l->n++, 0, size);
}

static int by_id(const void *x, const void *y) /* every struct here begins with its id */
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static bool read_units(struct conn *c, int county, struct people *p, struct fault *f)
{
    struct arena *a = &p->arena;
    struct list_of list = { 0 };
    struct rows r;
    store_ask(c, SQL_UNIT_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r))
        *TAKE(&list, struct unit) = (struct unit){ .id = rows_int(&r, 0), .code = rows_copy(a, &r, 1), .name = rows_copy(a, &r, 2),
            .short_name = rows_copy(a, &r, 3), .kind = rows_copy(a, &r, 4), .parent = rows_int(&r, 5), .duties = rows_copy(a, &r, 6),
            .former = rows_copy(a, &r, 7), .from = rows_day(&r, 8), .to = rows_day(&r, 9) };
    p->units = list.at;
    p->n_units = list.n;
    if (list.n)
        qsort(list.at, list.n, sizeof(struct unit), by_id);
    return rows_end(&r);
}

static bool read_persons(struct conn *c, int county, struct people *p, struct fault *f)
{
    struct arena *a = &p->arena;
    struct list_of list = { 0 };
    struct rows r;
    store_ask(c, SQL_PERSON_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r))
        *TAKE(&list, struct person) = (struct person){ .id = rows_int(&r, 0), .name = rows_copy(a, &r, 1), .unit = rows_int(&r, 2),
            .post = rows_copy(a, &r, 3), .phone = rows_copy(a, &r, 4) };
    p->persons = list.at;
    p->n_persons = list.n;
    return rows_end(&r);
}

static bool read_accounts(struct conn *c, int county, struct people *p, struct fault *f)
{
    struct arena *a = &p->arena;
    struct list_of list = { 0 };
    struct rows r;
    store_ask(c, SQL_ACCOUNT_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r))
        *TAKE(&list, struct account) = (struct account){ .id = rows_copy(a, &r, 0), .person = rows_int(&r, 1), .login = rows_copy(a, &r, 2), .disabled = rows_int(&r, 3) };
    p->accounts = list.at;
    p->n_accounts = list.n;
    return rows_end(&r);
}

static bool read_duties(struct conn *c, int county, const struct pack *pack, struct people *p, struct fault *f)
{
    struct arena *a = &p->arena;
    struct list_of list = { 0 };
    struct rows r;
    store_ask(c, SQL_DUTY_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r)) {
        int kind = pack_duty(pack, rows_text(&r, 2)); /* a kind that the pack no longer has gives nothing */
        if (kind >= 0)
            *TAKE(&list, struct duty) = (struct duty){ .id = rows_int(&r, 0), .person = rows_int(&r, 1), .kind = kind, .unit = rows_int(&r, 3),
                .subtree = rows_int(&r, 4), .from = rows_day(&r, 5), .to = rows_day(&r, 6) };
    }
    p->duties = list.at;
    p->n_duties = list.n;
    return rows_end(&r);
}

struct people *people_read(struct conn *c, int county, const struct pack *pack, int64_t version, struct fault *f)
{
    struct people *p = calloc(1, sizeof *p);
    if (!p) {
        fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
        return NULL;
    }
    arena_open(&p->arena, 0);
    p->version = version;
    if (read_units(c, county, p, f) && read_persons(c, county, p, f) && read_accounts(c, county, p, f) && read_duties(c, county, pack, p, f))
        return p;
    people_close(p);
    return NULL;
}

void people_close(struct people *p)
{
    if (!p)
        return;
    arena_close(&p->arena);
    free(p);
}

/* ---------- looking up ---------- */

const struct unit *people_unit(const struct people *p, int64_t id)
{
    return p->n_units ? bsearch(&id, p->units, p->n_units, sizeof *p->units, by_id) : NULL;
}

const struct person *people_person(const struct people *p, int64_t id)
{
    return p->n_persons ? bsearch(&id, p->persons, p->n_persons, sizeof *p->persons, by_id) : NULL;
}

const struct account *people_account(const struct people *p, struct slice id)
{
    for (size_t i = 0; i < p->n_accounts; i++)
        if (slice_equal(p->accounts[i].id, id))
            return &p->accounts[i];
    return NULL;
}

const struct account *people_login(const struct people *p, struct slice login)
{
    for (size_t i = 0; i < p->n_accounts; i++)
        if (slice_equal(p->accounts[i].login, login))
            return &p->accounts[i];
    return NULL;
}

static bool has_former_name(const struct unit *u, struct slice name)
{
    struct slice rest = u->former;
    while (rest.len) {
        ptrdiff_t mark = slice_find(rest, S("、"));
        size_t len = mark < 0 ? rest.len : (size_t)mark;
        if (slice_equal(slice_part(rest, 0, len), name))
            return true;
        rest = slice_from(rest, mark < 0 ? rest.len : len + 3);
    }
    return false;
}

const struct unit *people_unit_named(const struct people *p, struct slice name)
{
    const struct unit *found = NULL;
    if (!name.len)
        return NULL;
    for (int pass = 0; pass < 3 && !found; pass++) /* full names before short ones before former ones */
        for (size_t i = 0; i < p->n_units; i++) {
            const struct unit *u = &p->units[i];
            bool fits = pass == 0 ? slice_equal(u->name, name) : pass == 1 ? slice_equal(u->short_name, name) : has_former_name(u, name);
            if (!fits)
                continue;
            if (found)
                return NULL;
            found = u;
        }
    return found;
}

const struct person *people_person_named(const struct people *p, struct slice name)
{
    const struct person *found = NULL;
    const struct unit *unit = NULL;
    ptrdiff_t mark = slice_find(name, S("/"));
    if (mark > 0) {
        unit = people_unit_named(p, slice_part(name, 0, (size_t)mark));
        name = slice_from(name, (size_t)mark + 1);
        if (!unit)
            return NULL;
    }
    for (size_t i = 0; i < p->n_persons; i++) {
        if (!slice_equal(p->persons[i].name, name) || (unit && p->persons[i].unit != unit->id))
            continue;
        if (found)
            return NULL;
        found = &p->persons[i];
    }
    return found;
}

struct slice unit_name(const struct people *p, int64_t id)
{
    const struct unit *u = people_unit(p, id);
    return u ? u->name : S("");
}

struct slice unit_short(const struct people *p, int64_t id)
{
    const struct unit *u = people_unit(p, id);
    return u ? (u->short_name.len ? u->short_name : u->name) : S("");
}

struct slice person_name(const struct people *p, int64_t id)
{
    const struct person *who = people_person(p, id);
    return who ? who->name : S("");
}

struct slice account_name(const struct people *p, struct slice account)
{
    if (slice_equal(account, S("clock")))
        return S("系统");
    const struct account *found = people_account(p, account);
    return found ? person_name(p, found->person) : S("");
}

bool unit_within(const struct people *p, int64_t unit, int64_t above)
{
    for (int steps = 0; unit && steps < 32; steps++) { /* the tree is checked on entry; the bound holds all the same */
        if (unit == above)
            return true;
        const struct unit *u = people_unit(p, unit);
        unit = u ? u->parent : 0;
    }
    return false;
}

/* ---------- what a person holds today ---------- */

struct actor actor_of(struct arena *a, const struct pack *pack, const struct people *people, struct slice account, day today)
{
    struct actor who = { .account = account };
    const struct account *acc = people_account(people, account);
    if (!acc || acc->disabled)
        return (struct actor){ 0 };
    who.person = people_person(people, acc->person);
    if (!who.person)
        return (struct actor){ 0 };
    who.duties = NEW(a, const struct duty *, people->n_duties);
    for (size_t i = 0; i < people->n_duties; i++) {
        const struct duty *d = &people->duties[i];
        if (d->person != who.person->id || (d->from != DAY_NONE && today < d->from) || (d->to != DAY_NONE && today > d->to))
            continue;
        who.duties[who.n_duties++] = d;
        who.kinds |= 1u << d->kind;
        who.can |= pack->duties[d->kind].can;
    }
    return who;
}
