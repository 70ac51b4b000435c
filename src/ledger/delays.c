/* delays.c: how long units take (M21) and what they sent back as not theirs (M163), in calendar days. Medians of what
 * has arrived; what has not is counted beside, never as 0. Only entries that the asker may see count.
 *
 *   assigned ──▶ signed for        each unit that is asked
 *   assigned ──▶ first progress    the lead
 *   assigned ──▶ closed, solved    the lead; another ending is neither counted nor waited for */
#include "ledger/inside.h"

#include <stdlib.h>

struct spans { int32_t *at; size_t n, cap; };

static int by_length(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Of two in the middle, the mean. */
static struct decimal median(const struct spans *s)
{
    if (!s->n)
        return DECIMAL_NONE;
    qsort(s->at, s->n, sizeof *s->at, by_length);
    int64_t twice = (int64_t)s->at[(s->n - 1) / 2] + s->at[s->n / 2];
    return decimal_div(decimal_int(twice), decimal_int(2));
}

struct measuring {
    const struct look *look;
    int64_t unit;
    struct spans sign, progress, close;
    struct unit_delays *out;
};

/* The day of the first report from a day on; DAY_NONE where there is none. */
static bool first_report(const struct look *look, int64_t entry, day from, day *on, struct fault *f)
{
    struct rows r;
    *on = DAY_NONE;
    store_ask(look->conn, SQL_EVENT_REPORTS, ARGS(v_int(ledger_county(look->ledger)), v_int(entry), v_int(day_start_ms(from))), &r, f);
    if (rows_next(&r))
        *on = day_of_ms(rows_int(&r, 0));
    return rows_end(&r);
}

static bool measure_lead(struct measuring *m, const struct entry *e, day assigned, struct fault *f)
{
    bool ended = e->def->final >> e->state & 1;
    day reported;
    if (!first_report(m->look, e->id, assigned, &reported, f))
        return false;
    if (reported != DAY_NONE)
        PUSH(m->look->arena, &m->progress, reported - assigned);
    else
        m->out->waiting_progress += !ended;
    if (ended && e->ending == ENDING_SOLVED && e->closed_on != DAY_NONE)
        PUSH(m->look->arena, &m->close, e->closed_on - assigned);
    else
        m->out->waiting_close += !ended;
    return true;
}

static bool measure_entry(struct measuring *m, const struct entry *e, struct fault *f)
{
    struct receipt_row *rows;
    size_t n;
    day assigned = e->opened_on;
    bool ended = e->def->final >> e->state & 1;
    if (!receipts_read(m->look, e->id, &rows, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].unit != m->unit || rows[i].stage != ENTRY_LIVE)
            continue;
        assigned = rows[i].asked_on;
        if (slice_equal(rows[i].state, S("signed")))
            PUSH(m->look->arena, &m->sign, rows[i].answered_on - rows[i].asked_on);
        else
            m->out->waiting_sign += receipt_waits(&rows[i]) && !ended;
    }
    return e->lead != m->unit || measure_lead(m, e, assigned, f);
}

/* ---------- returned as not ours ---------- */

/* Pairs each return of the unit with the ruling after it. */
static bool measure_disputes(struct measuring *m, int64_t entry, struct fault *f)
{
    struct rows r;
    day returned = DAY_NONE;
    store_ask(m->look->conn, SQL_EVENT_OF_ENTRY, ARGS(v_int(ledger_county(m->look->ledger)), v_int(entry)), &r, f);
    while (rows_next(&r)) {
        struct event e = { 0 };
        int64_t unit = 0;
        if (!event_from_row(m->look->arena, &r, &e) || !event_int(&e, "unit", &unit) || unit != m->unit)
            continue;
        if (slice_equal(e.kind, S("returned")))
            returned = day_of_ms(e.at_ms);
        if (!slice_equal(e.kind, S("ruled")) || returned == DAY_NONE)
            continue;
        m->out->disputes++;
        m->out->dispute_days += day_of_ms(e.at_ms) - returned;
        returned = DAY_NONE;
    }
    m->out->disputes_open += returned != DAY_NONE;
    return rows_end(&r);
}

static bool entries_of_unit(const struct look *look, int64_t unit, struct ids *ids, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_ENTRY_OF_UNIT, ARGS(v_int(ledger_county(look->ledger)), v_int(unit)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, ids, rows_int(&r, 0));
    return rows_end(&r);
}

bool delays_ask(const struct look *look, int64_t unit, struct unit_delays *out, struct fault *f)
{
    struct measuring m = { .look = look, .unit = unit, .out = out };
    struct ids ids = { 0 };
    *out = (struct unit_delays){ .unit = unit };
    if (!entries_of_unit(look, unit, &ids, f))
        return false;
    for (size_t i = 0; i < ids.n; i++) {
        struct entry e;
        if (!entry_see(look, ids.at[i], &e, f)) {
            if (f->kind != FAULT_MISSING)
                return false;
            continue;
        }
        if (!measure_entry(&m, &e, f) || !measure_disputes(&m, e.id, f))
            return false;
    }
    out->sign = median(&m.sign);
    out->first_progress = median(&m.progress);
    out->close = median(&m.close);
    return true;
}
