/* tick.c: a day begins by an event. It carries the lights that changed overnight; before it come the clocks that ran
 * out, each with the notice that the pack asks for. Between days lights change only with their entry. So what is
 * stored equals what is folded, and a look back needs no rule. */
#include "ledger/inside.h"

/* The units that a notice goes to: those that hold its roles on the entry. */
static struct ids notice_units(struct work *w, const struct entry *e, const struct clock *clock)
{
    struct ids to = { 0 };
    for (size_t i = 0; i < e->def->n_roles; i++) {
        const struct role *role = &e->def->roles[i];
        if (!(clock->notice_to >> i & 1))
            continue;
        struct value v = role->field < 0 ? (struct value){ .type = TYPE_UNIT, .id = e->keeper } : entry_value(&w->look, e, role->field);
        if (v.type == TYPE_UNIT && v.id)
            PUSH(w->arena, &to, v.id);
        for (size_t k = 0; v.type == TYPE_UNITS && k < v.ids.n; k++)
            PUSH(w->arena, &to, v.ids.at[k]);
    }
    return to;
}

static bool expire(struct work *w, int64_t entry, struct slice name, struct fault *f)
{
    struct entry e;
    const struct clock *clock = NULL;
    if (!entry_read(&w->look, entry, &e, true, f))
        return false;
    for (size_t i = 0; i < e.def->n_clocks; i++)
        if (slice_equal(e.def->clocks[i].name, name))
            clock = &e.def->clocks[i];
    struct event *event = work_event(w, "expired", &e);
    event_set(w->arena, event, slice_text(w->arena, slice_format(w->arena, "clock." S_FMT, S_ARG(name))), S("expired"));
    if (clock && clock->notice.len) {
        struct ids to = notice_units(w, &e, clock);
        event_set(w->arena, event, "notice.kind", clock->notice);
        event_set(w->arena, event, "notice.label", clock->notice_label.zh);
        event_set(w->arena, event, "notice.to", ids_text(w->arena, &to));
    }
    return work_emit(w, event, f);
}

static bool expire_clocks(struct work *w, struct fault *f)
{
    struct { struct { int64_t entry; struct slice name; } *at; size_t n, cap; } due = { 0 };
    struct rows r;
    store_ask(w->look.conn, SQL_CLOCK_DUE, ARGS(v_int(w->ledger->county), v_int(w->look.today)), &r, f);
    while (rows_next(&r)) {
        if (due.n == due.cap)
            due.at = arena_grow(w->arena, due.at, &due.cap, due.n + 1, sizeof *due.at, alignof(int64_t));
        due.at[due.n].entry = rows_int(&r, 0);
        due.at[due.n++].name = rows_copy(w->arena, &r, 1);
    }
    if (!rows_end(&r))
        return false;
    for (size_t i = 0; i < due.n; i++)
        if (!expire(w, due.at[i].entry, due.at[i].name, f))
            return false;
    return true;
}

/* "17:red,19:yellow": the lights that are others today than in the tables. */
static bool changed_lights(struct work *w, struct buf *b, struct fault *f)
{
    struct ids live = { 0 };
    struct rows r;
    struct arena each;
    bool ok = true;
    store_ask(w->look.conn, SQL_ENTRY_LIVE, ARGS(v_int(w->ledger->county)), &r, f);
    while (rows_next(&r)) {
        int64_t id = rows_int(&r, 0);
        PUSH(w->arena, &live, id);
    }
    if (!rows_end(&r))
        return false;
    arena_open(&each, 0);
    struct look look = w->look;
    look.arena = &each;
    for (size_t i = 0; ok && i < live.n; i++) {
        struct entry e;
        ok = entry_read(&look, live.at[i], &e, true, f);
        int rule = ok ? entry_light_rule(&look, &e) : -1;
        enum light light = rule < 0 ? LIGHT_NONE : e.def->lights[rule].light;
        if (ok && light != e.light) {
            if (b->len)
                buf_char(b, ',');
            buf_int(b, e.id);
            buf_char(b, ':');
            buf_text(b, light_word(light));
        }
        arena_reset(&each);
    }
    arena_close(&each);
    return ok;
}

static bool begin_day(struct ledger *l, struct log_head *head, day today, struct fault *f)
{
    struct arena a;
    struct buf lights = buf_open(16 << 20);
    arena_open(&a, 0);
    struct work w = work_begin(l, NULL, &a, head);
    w.look.today = today;
    bool ok = expire_clocks(&w, f) && rounds_begin(&w, f) && changed_lights(&w, &lights, f);
    if (ok) {
        struct event *e = work_event(&w, "day-begun", NULL);
        event_set_day(&a, e, "today", today);
        event_set(&a, e, "lights", buf_slice(&lights));
        ok = work_emit(&w, e, f);
    }
    buf_close(&lights);
    arena_close(&a);
    return ok;
}

/* A clock that went back is told once, and time in the log stands still until it has caught up. */
static bool clock_back(struct ledger *l, struct log_head *head, int64_t now, struct fault *f)
{
    enum { TOLERATED_MS = 5000 };
    if (now >= head->last_ms - TOLERATED_MS) {
        l->clock_is_back = false;
        return true;
    }
    if (l->clock_is_back)
        return true;
    struct arena a;
    arena_open(&a, 0);
    struct work w = work_begin(l, NULL, &a, head);
    struct event *e = work_event(&w, "clock-back", NULL);
    struct buf b = buf_open(64);
    time_put(&b, now);
    event_set(&a, e, "clock", buf_slice(&b));
    bool ok = work_emit(&w, e, f);
    l->clock_is_back = ok;
    buf_close(&b);
    arena_close(&a);
    return ok;
}

bool tick_due(struct ledger *l, struct log_head *head, struct fault *f)
{
    int64_t now = l->world.now_ms(l->world.context);
    if (!clock_back(l, head, now, f))
        return false;
    day today = day_of_ms(now < head->last_ms ? head->last_ms : now);
    if (l->today == DAY_NONE) {
        struct rows r;
        store_ask(l->conn, SQL_COUNTY_GET, ARGS(v_int(l->county)), &r, f);
        if (rows_next(&r))
            l->today = rows_day(&r, 4);
        if (!rows_end(&r))
            return false;
        if (l->today == DAY_NONE)
            l->today = today - 1; /* the ledger's first day */
    }
    while (l->today < today) { /* a machine that slept has days to catch up with, one event each */
        if (!begin_day(l, head, l->today + 1, f))
            return false;
        l->today++;
    }
    return true;
}

bool decide_tick(struct work *w, struct fault *f)
{
    return slice_equal(w->look.who.account, S("clock")) || work_can(w, CAN_CLOCK, f); /* the day began before this was asked */
}

bool ledger_tick(struct ledger *l, struct fault *f)
{
    struct log_head head;
    pthread_mutex_lock(&l->writing);
    bool ok = batch_begin(l, &head, f) && batch_commit(l, &head, f);
    pthread_mutex_unlock(&l->writing);
    return ok;
}
