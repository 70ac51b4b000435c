/* todo.c: what waits for one person: receipts and opinions that their units owe, returns that they rule, requests that
 * they answer, notices that came to their units. Each question goes by an index from what is open, never over all
 * entries; what it finds is offered only where the person may open the entry and the door is theirs. */
#include "ledger/inside.h"

#include <stdlib.h>

enum { NOTICE_DAYS = 30 }; /* how long a notice is news */

/* What is asked about, one row; the entry is read when it is looked at. */
struct waiting { struct todo todo; struct slice name; int stage; };
struct waitings { struct waiting *at; size_t n, cap; };

/* ---------- what is open, from the tables ---------- */

static bool at_unit(const struct look *look, int64_t unit, struct waitings *list, struct fault *f)
{
    struct arg county = v_int(ledger_county(look->ledger));
    struct rows r;
    store_ask(look->conn, SQL_RECEIPT_OF_UNIT_IN, ARGS(county, v_int(unit), v_text(S("asked"))), &r, f);
    while (rows_next(&r)) {
        int stage = (int)rows_int(&r, 2);
        struct todo todo = { stage == ENTRY_LIVE ? TODO_SIGN : TODO_OPINION, rows_int(&r, 0), unit, 0, rows_day(&r, 3), rows_day(&r, 4) };
        PUSH(look->arena, list, (struct waiting){ todo, rows_copy(look->arena, &r, 1), stage });
    }
    if (!rows_end(&r))
        return false;
    store_ask(look->conn, SQL_NOTICE_OF_UNIT, ARGS(county, v_int(unit), v_int(look->today - NOTICE_DAYS)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, list, (struct waiting){ { TODO_NOTICE, rows_int(&r, 0), unit, rows_int(&r, 1), rows_day(&r, 2), DAY_NONE }, S(""), ENTRY_LIVE });
    return rows_end(&r);
}

static bool at_units(const struct look *look, struct waitings *list, struct fault *f)
{
    for (size_t i = 0; i < look->who.n_duties; i++) {
        bool again = false; /* two duties at one unit */
        for (size_t k = 0; k < i; k++)
            again = again || look->who.duties[k]->unit == look->who.duties[i]->unit;
        if (!again && !at_unit(look, look->who.duties[i]->unit, list, f))
            return false;
    }
    return true;
}

static bool returned(const struct look *look, struct waitings *list, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_RECEIPT_IN_STATE, ARGS(v_int(ledger_county(look->ledger)), v_text(S("returned"))), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, list, (struct waiting){ { TODO_RULE, rows_int(&r, 12), rows_int(&r, 0), 0, rows_day(&r, 7), DAY_NONE }, S(""), (int)rows_int(&r, 2) });
    return rows_end(&r);
}

static bool asked(const struct look *look, struct waitings *list, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_ASK_IN_STATE, ARGS(v_int(ledger_county(look->ledger)), v_text(S("asked"))), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, list, (struct waiting){ { TODO_ANSWER, rows_int(&r, 0), rows_int(&r, 3), rows_int(&r, 1), rows_day(&r, 4), DAY_NONE },
            rows_copy(look->arena, &r, 2), ENTRY_LIVE });
    return rows_end(&r);
}

/* ---------- is it theirs ---------- */

static bool is_theirs(const struct look *look, const struct entry *e, const struct waiting *w)
{
    struct receipt_row row = { .unit = w->todo.unit, .role = w->name, .state = S("asked"), .stage = w->stage };
    struct fault why;
    int ask;
    if (w->stage != (int)e->stage || !entry_visible(look, e))
        return false;
    switch (w->todo.kind) {
    case TODO_SIGN:
    case TODO_OPINION: return sign_open_to(look, e, &row, false, &why);
    case TODO_RULE: return rule_open_to(look, e, false, &why);
    case TODO_ANSWER:
        ask = ledger_ask(e->def, w->name);
        return ask >= 0 && answer_open_to(look, e, &e->def->asks[ask], false, &why);
    case TODO_NOTICE: return entry_roles(look, e) != 0;
    case TODO_KINDS: break;
    }
    return false;
}

static day due_or_last(day d)
{
    return d == DAY_NONE ? INT32_MAX : d;
}

static int by_kind_and_due(const void *x, const void *y)
{
    const struct todo *a = x, *b = y;
    if (a->kind != b->kind)
        return (int)a->kind - (int)b->kind;
    if (a->due != b->due)
        return due_or_last(a->due) < due_or_last(b->due) ? -1 : 1;
    if (a->entry != b->entry)
        return a->entry < b->entry ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_entry(const void *x, const void *y)
{
    const struct waiting *a = x, *b = y;
    return (a->todo.entry > b->todo.entry) - (a->todo.entry < b->todo.entry);
}

bool todos_ask(const struct look *look, struct todos *t, struct fault *f)
{
    struct waitings list = { 0 };
    struct entry e = { 0 };
    *t = (struct todos){ 0 };
    if (!look->who.n_duties)
        return true;
    if (!at_units(look, &list, f) || !returned(look, &list, f) || !asked(look, &list, f))
        return false;
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, by_entry); /* each entry is read once */
    for (size_t i = 0; i < list.n; i++) {
        if (e.id != list.at[i].todo.entry && !entry_read(look, list.at[i].todo.entry, &e, true, f)) {
            if (f->kind != FAULT_MISSING) /* of a ledger that the pack no longer has */
                return false;
            e = (struct entry){ 0 };
            continue;
        }
        if (is_theirs(look, &e, &list.at[i]))
            PUSH(look->arena, t, list.at[i].todo);
    }
    if (t->n)
        qsort(t->at, t->n, sizeof *t->at, by_kind_and_due);
    return true;
}
