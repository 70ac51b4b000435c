/* forecast.c: when an entry will be done if it goes on as it went (M165). The pace is what it gained between a report and
 * the last one before the pack's window (or its opening); the expected finish is the last report plus what is left at that
 * pace. Whole numbers only: tenths of a percent, days, rounded up to the day.
 *
 * A report writes its pace into its event, so that lists compare days and need no history. No report within the window, or
 * too few days of it: nothing is expected, and that is said. Nothing gained: it stands still, and will be late. */
#include "ledger/inside.h"

/* ---------- the pace ---------- */

static day days_before(day d, struct value over)
{
    return over.days.unit == DAYS_MONTHS ? day_add_months(d, -over.days.n) : d - over.days.n;
}

day pace_since(const struct ledger_def *d, day today)
{
    return d->pace.over.type == TYPE_DAYS ? days_before(today, d->pace.over) : DAY_NONE;
}

bool pace_read(const struct look *look, int64_t entry, struct pace *pace, struct fault *f)
{
    struct rows r;
    *pace = (struct pace){ DAY_NONE, DAY_NONE, 0 };
    store_ask(look->conn, SQL_PACE_GET, ARGS(v_int(ledger_county(look->ledger)), v_int(entry)), &r, f);
    if (rows_next(&r))
        *pace = (struct pace){ rows_day(&r, 0), rows_day(&r, 1), (int)rows_int(&r, 2) };
    return rows_end(&r);
}

static int tenths(struct slice text)
{
    struct decimal d;
    return decimal_parse(text, &d) ? (int)decimal_round(decimal_mul(d, decimal_int(10)), 0).value : 0;
}

/* How far the entry was on its last report until a day: where the pace begins. Its opening counts as one. */
static bool base_read(const struct change *c, day until, struct pace *pace, int *progress, struct fault *f)
{
    const struct look *look = &c->w->look;
    struct rows r;
    bool sound = true;
    pace->from = c->now.opened_on;
    *progress = 0;
    store_ask(look->conn, SQL_EVENT_OF_ENTRY, ARGS(v_int(ledger_county(look->ledger)), v_int(c->now.id)), &r, f);
    while (sound && rows_next(&r)) {
        struct event event;
        sound = event_from_row(look->arena, &r, &event);
        day on = sound ? day_of_ms(event.at_ms) : DAY_NONE;
        if (!sound || on > until)
            continue;
        struct slice said = event_get(&event, "progress");
        if (said.at)
            *progress = tenths(said);
        if (on > pace->from && (said.at || slice_equal(event.kind, S("reported"))))
            pace->from = on;
    }
    return rows_end(&r) && (sound || fault_set(f, FAULT_BROKEN, "bad-event", S(""), S("")));
}

/* Days that the rest takes at this pace, rounded up; -1: it stands still, or would take longer than anybody waits. */
static int64_t days_left(int progress, struct pace pace)
{
    int64_t rest = 1000 - progress, days = pace.on - pace.from;
    if (rest <= 0)
        return 0;
    int64_t left = pace.gain > 0 ? (rest * days + pace.gain - 1) / pace.gain : -1;
    return left > PACE_DAYS_MAX ? -1 : left;
}

bool change_pace(struct change *c, struct fault *f)
{
    const struct ledger_def *d = c->now.def;
    day today = c->w->look.today, since = pace_since(d, today);
    bool says = c->now.progress != c->before.progress || slice_equal(c->event->kind, S("reported"));
    int base = 0;
    c->pace = (struct pace){ DAY_NONE, DAY_NONE, 0 };
    if (since == DAY_NONE || !says || c->now.stage != ENTRY_LIVE || c->now.progress < 0 || c->now.opened_on == DAY_NONE)
        return true;
    struct pace pace = { .on = today };
    if (!base_read(c, since > c->now.opened_on ? since : c->now.opened_on, &pace, &base, f))
        return false;
    pace.gain = c->now.progress - base;
    if (pace.on <= pace.from || pace.from > days_before(today, d->pace.at_least))
        return true;
    if (days_left(c->now.progress, pace) < 0)
        pace.gain = 0;
    event_set_day(c->w->arena, c->event, "pace.from", pace.from);
    event_set_int(c->w->arena, c->event, "pace.gain", pace.gain);
    c->pace = pace;
    return true;
}

/* ---------- what is expected ---------- */

struct forecast forecast_of(const struct ledger_def *d, const struct entry *e, struct pace pace, day today)
{
    struct forecast forecast = { .kind = FORECAST_NONE, .pace = pace, .finish = DAY_NONE };
    day since = pace_since(d, today);
    if (since == DAY_NONE)
        return forecast;
    if (pace.on == DAY_NONE || pace.on < since || e->progress < 0) {
        forecast.kind = FORECAST_SILENT;
        return forecast;
    }
    int64_t left = days_left(e->progress, pace);
    forecast.kind = left < 0 ? FORECAST_STALLED : FORECAST_DAY;
    if (left >= 0) /* what should be done by now and is not will be done today at the earliest */
        forecast.finish = pace.on + (day)left < today ? today : pace.on + (day)left;
    return forecast;
}

bool entry_forecast(const struct look *look, const struct entry *e, struct forecast *forecast, struct fault *f)
{
    struct pace pace;
    if (!pace_read(look, e->id, &pace, f))
        return false;
    *forecast = forecast_of(e->def, e, pace, look->today);
    return true;
}

enum schedule schedule_of(const struct ledger_def *d, int lag)
{
    const struct schedule_rule *rule = &d->schedule;
    if (!rule->ahead || !rule->behind)
        return SCHEDULE_NONE;
    return lag <= -rule->ahead * 10 ? SCHEDULE_AHEAD : lag >= rule->behind * 10 ? SCHEDULE_BEHIND : SCHEDULE_ON;
}

/* ---------- in words ---------- */

/* 11月20日, with the year where it is another. */
static void put_day(struct buf *b, day d, day today)
{
    int year, month, date, year_now, month_now, date_now;
    day_parts(d, &year, &month, &date);
    day_parts(today, &year_now, &month_now, &date_now);
    if (year != year_now)
        buf_format(b, "%d年", year);
    buf_format(b, "%d月%d日", month, date);
}

static void put_over(struct buf *b, struct value over)
{
    buf_format(b, over.days.unit == DAYS_MONTHS ? "近 %d 个月" : "近 %d 天", (int)over.days.n);
}

static void put_against_due(struct buf *b, day due, day finish)
{
    if (due == DAY_NONE)
        buf_text(b, "，没有时限可比");
    else if (finish > due)
        buf_format(b, "，晚于时限 %d 天", finish - due);
    else if (finish < due)
        buf_format(b, "，早于时限 %d 天", due - finish);
    else
        buf_text(b, "，正是时限当天");
    buf_text(b, "。");
}

/* Points a month of thirty days, one decimal, half up. */
static struct decimal monthly(struct pace pace)
{
    return decimal_round(decimal_div((struct decimal){ (int64_t)pace.gain * 30, 1, true }, decimal_int(pace.on - pace.from)), 1);
}

void forecast_put(struct buf *b, const struct entry *e, const struct forecast *forecast, day today)
{
    const struct pace *pace = &forecast->pace;
    if (forecast->kind == FORECAST_NONE || (e->def->final >> e->state & 1))
        return;
    if (forecast->kind == FORECAST_SILENT) {
        if (e->progress < 0)
            buf_text(b, "还没有报送进度，不能预计完成日期。");
        else if (pace->on == DAY_NONE)
            buf_text(b, "报送的次数或时间还不够，暂不能预计完成日期。");
        else
            put_over(b, e->def->pace.over), buf_text(b, "没有报送进度，不能预计完成日期。");
        return;
    }
    buf_text(b, forecast->kind == FORECAST_STALLED ? "" : "按");
    put_day(b, pace->from, today);
    buf_text(b, "至");
    put_day(b, pace->on, today);
    if (forecast->kind == FORECAST_STALLED) {
        buf_text(b, e->due == DAY_NONE ? "没有进展，照此无法完成。" : "没有进展，照此无法按时限完成。");
        return;
    }
    buf_text(b, "每月 ");
    decimal_put(b, monthly(*pace));
    buf_text(b, " 个百分点的进度，预计 ");
    put_day(b, forecast->finish, today);
    buf_text(b, " 完成");
    put_against_due(b, e->due, forecast->finish);
}
