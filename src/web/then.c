/* then.c: lists and entries as they stood at the end of a past day (?as_of=2026-06-30). The log up to that day is folded
 * into a ledger in memory, kept for the next who asks; what is over does not change any more.
 *
 * Whoever asks has the rights of today: a duty that ended since shows nothing, a new one shows what it would have shown.
 * A ledger in memory has one connection, so one page at a time reads it. Both the number of days kept and the length of
 * a log that is folded for a page are bounded; the command line has no such bound. */
#include "web/inside.h"

#include <stdlib.h>
#include <time.h>

enum { AS_OF_EVENTS_MAX = 100000, WAIT_TRIES = 200, WAIT_MS = 10 };

bool then_open(struct then *t)
{
    pthread_mutex_init(&t->gate, NULL);
    return true;
}

static void slot_empty(struct then_day *s)
{
    reader_close(s->reader);
    ledger_close(s->ledger);
    *s = (struct then_day){ 0 };
}

void then_close(struct then *t)
{
    for (size_t i = 0; i < THEN_DAYS; i++)
        slot_empty(&t->days[i]);
    pthread_mutex_destroy(&t->gate);
}

/* Not for ever: a worker that waits serves nobody. */
static bool wait_for(pthread_mutex_t *gate)
{
    const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
    for (int i = 0; i < WAIT_TRIES; i++) {
        if (!pthread_mutex_trylock(gate))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static struct then_day *day_kept(struct then *t, day on)
{
    struct then_day *oldest = &t->days[0];
    for (size_t i = 0; i < THEN_DAYS; i++) {
        if (t->days[i].ledger && t->days[i].on == on)
            return &t->days[i];
        if (t->days[i].used < oldest->used)
            oldest = &t->days[i];
    }
    slot_empty(oldest);
    return oldest;
}

static bool day_made(struct web *w, struct then_day *s, day on, struct fault *f)
{
    if (s->ledger)
        return true;
    s->on = on;
    if (ledger_as_of(w->ledger, on, &s->ledger, f) && reader_open(s->ledger, &s->reader, f))
        return true;
    slot_empty(s);
    return false;
}

/* Duties of today in the words of the pack of then: what that pack does not know opens nothing. */
static struct actor rights_of(struct arena *a, const struct look *now, const struct pack *then)
{
    struct actor who = { .account = now->who.account, .person = now->who.person };
    who.duties = NEW(a, const struct duty *, now->who.n_duties);
    for (size_t i = 0; i < now->who.n_duties; i++) {
        struct duty *d = NEW(a, struct duty, 1);
        *d = *now->who.duties[i];
        d->kind = pack_duty(then, now->pack->duties[d->kind].name);
        if (d->kind < 0)
            continue;
        who.duties[who.n_duties++] = d;
        who.kinds |= 1u << d->kind;
    }
    return who; /* `can` stays empty: nothing is done in the past */
}

bool then_begin(struct page *g, struct slice as_of, struct fault *f)
{
    struct then *t = &g->web->then;
    struct look now = g->look;
    int64_t events;
    day on;
    if (!day_parse(as_of, &on) || on >= now.today)
        return fault_set(f, FAULT_REFUSED, "as-of-day", as_of, S(""));
    if (!look_version(&now, &events, f))
        return false;
    if (events > AS_OF_EVENTS_MAX)
        return fault_set(f, FAULT_REFUSED, "as-of-long", slice_format(g->arena, "%d", AS_OF_EVENTS_MAX), S(""));
    if (!wait_for(&t->gate))
        return fault_set(f, FAULT_BUSY, "as-of-busy", S(""), S(""));
    struct then_day *s = day_kept(t, on);
    if (!day_made(g->web, s, on, f) || !reader_look(s->reader, g->arena, S(""), &g->look, f)) {
        g->look = now;
        pthread_mutex_unlock(&t->gate);
        return false;
    }
    s->used = ++t->clock;
    g->look.who = rights_of(g->arena, &now, g->look.pack);
    g->as_of = slice_format(g->arena, "as_of=" S_FMT, S_ARG(day_text(g->arena, on)));
    return true;
}

void then_end(struct page *g)
{
    if (g->as_of.len)
        pthread_mutex_unlock(&g->web->then.gate);
}
