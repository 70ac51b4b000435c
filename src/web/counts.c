/* counts.c: what a ledger adds up to for one person: tabs, lights, units, leaders. Counting walks the whole ledger, so
 * it is done once for each state of the ledger (how many events it holds), day and person, and kept until then. What is
 * kept is never older than what the page would have counted itself: the key says so. */
#include "web/inside.h"

#include <stdlib.h>

enum { ACCOUNT_BYTES = 64, QUESTION_BYTES = 120, TOTALS_KEPT = 8 };

struct kept_total { char question[QUESTION_BYTES]; int64_t total; };

struct kept_facts {
    struct arena arena;
    char account[ACCOUNT_BYTES];
    const void *of; /* a ledger, or the mark below */
    int64_t version;
    day today;
    uint64_t used;
    struct ledger_facts facts;
    struct kept_total totals[TOTALS_KEPT]; /* of lists that were filtered since; a ring */
    size_t n_totals;
    struct waiting_counts waiting; /* where `of` is the mark below */
};

static const char of_waiting; /* stands for what waits, where a ledger would stand */

bool counts_open(struct counts *c)
{
    c->at = calloc(COUNTS_KEPT, sizeof *c->at);
    pthread_mutex_init(&c->gate, NULL);
    for (size_t i = 0; c->at && i < COUNTS_KEPT; i++)
        arena_open(&c->at[i].arena, 8 << 20);
    return c->at != NULL;
}

void counts_close(struct counts *c)
{
    for (size_t i = 0; c->at && i < COUNTS_KEPT; i++)
        arena_close(&c->at[i].arena);
    pthread_mutex_destroy(&c->gate);
    free(c->at);
}

/* ---------- counting ---------- */

/* What is not done and falls due between two days. */
static bool count_due(struct page *g, const struct ledger_def *d, day from, day to, int64_t *n, struct fault *f)
{
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = -1, .due_from = from, .due_to = to };
    struct list_counts c;
    if (!list_parse_where(g->arena, d, S("not done"), &q.where, f) || !list_counts(&g->look, &q, &c, f))
        return false;
    *n = c.total;
    return true;
}

static bool count_facts(struct page *g, const struct ledger_def *d, struct ledger_facts *facts, struct fault *f)
{
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = -1 };
    *facts = (struct ledger_facts){ .n_lists = d->n_lists, .lists = NEW(g->arena, int64_t, d->n_lists) };
    if (!list_counts(&g->look, &q, &facts->all, f) || !list_counts_by(&g->look, &q, COMMON_LEAD, &facts->by_lead, f)
        || !list_counts_by(&g->look, &q, COMMON_LEADER, &facts->by_leader, f) || !count_due(g, d, g->look.today - SOON_DAYS, g->look.today - 1, &facts->late_new, f)
        || !count_due(g, d, g->look.today, g->look.today + SOON_DAYS, &facts->soon, f))
        return false;
    for (size_t i = 0; i < d->n_lists; i++) {
        struct list_counts c;
        q.where = d->lists[i].where;
        if (!list_counts(&g->look, &q, &c, f))
            return false;
        facts->lists[i] = c.total;
    }
    return true;
}

static struct counts_by by_copy(struct arena *a, const struct counts_by *from)
{
    struct counts_by to = { NEW(a, struct count_by, from->n), from->n, from->n };
    if (from->n)
        memcpy(to.at, from->at, from->n * sizeof *to.at);
    return to;
}

static struct ledger_facts facts_copy(struct arena *a, const struct ledger_facts *from)
{
    struct ledger_facts to = *from;
    to.lists = NEW(a, int64_t, from->n_lists);
    if (from->n_lists)
        memcpy(to.lists, from->lists, from->n_lists * sizeof *to.lists);
    to.by_lead = by_copy(a, &from->by_lead);
    to.by_leader = by_copy(a, &from->by_leader);
    return to;
}

/* ---------- keeping ---------- */

static bool is_it(const struct kept_facts *k, const struct page *g, const void *d)
{
    return k->of == d && slice_equal(slice_of(k->account), g->look.who.account);
}

/* The same person and ledger, or the place that was not asked for the longest. */
static struct kept_facts *place_for(struct counts *c, const struct page *g, const void *d)
{
    struct kept_facts *oldest = &c->at[0];
    for (size_t i = 0; i < COUNTS_KEPT; i++) {
        if (is_it(&c->at[i], g, d))
            return &c->at[i];
        if (c->at[i].used < oldest->used)
            oldest = &c->at[i];
    }
    return oldest;
}

static void keep(struct counts *c, const struct page *g, const void *d, int64_t version, const struct ledger_facts *facts, const struct waiting_counts *waiting)
{
    struct slice account = g->look.who.account;
    pthread_mutex_lock(&c->gate);
    struct kept_facts *k = place_for(c, g, d);
    if (account.len < ACCOUNT_BYTES) {
        arena_reset(&k->arena);
        k->facts = facts ? facts_copy(&k->arena, facts) : (struct ledger_facts){ 0 };
        k->waiting = waiting ? *waiting : (struct waiting_counts){ 0 };
        memset(k->account, 0, sizeof k->account);
        memcpy(k->account, account.at ? account.at : "", account.len);
        k->of = k->arena.failed ? NULL : d;
        k->version = version;
        k->n_totals = 0;
        k->today = g->look.today;
        k->used = ++c->clock;
    }
    pthread_mutex_unlock(&c->gate);
}

static bool kept(struct counts *c, struct page *g, const void *d, int64_t version, struct ledger_facts *facts, struct waiting_counts *waiting)
{
    bool found = false;
    pthread_mutex_lock(&c->gate);
    struct kept_facts *k = place_for(c, g, d);
    if (is_it(k, g, d) && k->version == version && k->today == g->look.today) {
        if (facts)
            *facts = facts_copy(g->arena, &k->facts);
        if (waiting)
            *waiting = k->waiting;
        k->used = ++c->clock;
        found = true;
    }
    pthread_mutex_unlock(&c->gate);
    return found;
}

bool facts_of(struct page *g, const struct ledger_def *d, struct ledger_facts *facts, struct fault *f)
{
    int64_t version;
    if (!look_version(&g->look, &version, f))
        return false;
    if (kept(&g->web->counts, g, d, version, facts, NULL))
        return true;
    if (!count_facts(g, d, facts, f))
        return false;
    facts->version = version;
    keep(&g->web->counts, g, d, version, facts, NULL);
    return true;
}

/* ---------- what waits ---------- */

static bool count_drafts(struct page *g, int64_t *n, struct fault *f)
{
    for (size_t i = 0; i < g->look.pack->n_ledgers; i++) {
        struct list_query q = { .def = &g->look.pack->ledgers[i], .stage = ENTRY_DRAFT, .sort_slot = -1 };
        struct list_counts c;
        if (!q.def->drafts.from)
            continue;
        if (!list_counts(&g->look, &q, &c, f))
            return false;
        *n += c.total;
    }
    return true;
}

/* Of the newest round of each series: what this person is to fill, to release, to take. */
static bool count_rounds(struct page *g, struct waiting_counts *w, struct fault *f)
{
    struct rounds list;
    if (!rounds_ask(&g->look, &list, f))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct round_row *row = &list.at[i];
        struct round_units units;
        bool older = false, office = round_may_office(&g->look, row);
        for (size_t k = 0; k < i; k++)
            older = older || (list.at[k].round == row->round && list.at[k].keeper == row->keeper);
        if (older)
            continue;
        if (!round_units_ask(&g->look, row, &units, f))
            return false;
        for (size_t k = 0; k < units.n; k++) {
            const struct round_unit *u = &units.at[k];
            bool open = u->state != ROUND_RELEASED && u->state != ROUND_TAKEN;
            const bool parts[ROUND_PARTS] = { [ROUND_FILL] = open && u->state != ROUND_FILED && round_may_fill(&g->look, row, u->unit),
                [ROUND_RELEASE] = u->state == ROUND_FILED && round_may_release(&g->look, row, u->unit), [ROUND_TAKE] = office && u->state == ROUND_RELEASED };
            for (int p = 0; p < ROUND_PARTS; p++)
                if (parts[p] && (!w->rounds[p]++ || day_of_ms(row->cut_off_ms) < w->cut_off[p]))
                    w->cut_off[p] = day_of_ms(row->cut_off_ms);
        }
    }
    return true;
}

static bool count_waiting(struct page *g, struct waiting_counts *w, struct fault *f)
{
    struct todos todos = { 0 };
    *w = (struct waiting_counts){ 0 };
    if (!todos_ask(&g->look, &todos, f))
        return false;
    for (size_t i = 0; i < todos.n; i++) {
        enum todo_kind kind = todos.at[i].kind;
        if (!w->n[kind]++ || todos.at[i].since < w->earliest[kind])
            w->earliest[kind] = todos.at[i].since;
    }
    return count_rounds(g, w, f) && (!page_can(g, CAN_HAND_OUT) || count_drafts(g, &w->drafts, f));
}

bool waiting_of(struct page *g, struct waiting_counts *w, struct fault *f)
{
    int64_t version;
    if (!look_version(&g->look, &version, f))
        return false;
    if (kept(&g->web->counts, g, &of_waiting, version, NULL, w))
        return true;
    if (!count_waiting(g, w, f))
        return false;
    keep(&g->web->counts, g, &of_waiting, version, NULL, w);
    return true;
}

/* ---------- totals of filtered lists ---------- */

static struct kept_facts *still_kept(struct counts *c, const struct page *g, const struct ledger_def *d, const struct ledger_facts *facts)
{
    struct kept_facts *k = place_for(c, g, d);
    return is_it(k, g, d) && k->version == facts->version && k->today == g->look.today ? k : NULL;
}

int64_t total_kept(struct page *g, const struct ledger_def *d, const struct ledger_facts *facts, struct slice question)
{
    struct counts *c = &g->web->counts;
    int64_t total = 0;
    pthread_mutex_lock(&c->gate);
    const struct kept_facts *k = still_kept(c, g, d, facts);
    for (size_t i = 0; k && i < k->n_totals && i < TOTALS_KEPT; i++)
        if (slice_equal(slice_of(k->totals[i].question), question))
            total = k->totals[i].total;
    pthread_mutex_unlock(&c->gate);
    return total;
}

void total_keep(struct page *g, const struct ledger_def *d, const struct ledger_facts *facts, struct slice question, int64_t total)
{
    struct counts *c = &g->web->counts;
    if (question.len >= QUESTION_BYTES)
        return;
    pthread_mutex_lock(&c->gate);
    struct kept_facts *k = still_kept(c, g, d, facts);
    if (k) {
        struct kept_total *t = &k->totals[k->n_totals++ % TOTALS_KEPT];
        memset(t, 0, sizeof *t);
        memcpy(t->question, question.at, question.len);
        t->total = total;
    }
    pthread_mutex_unlock(&c->gate);
}
