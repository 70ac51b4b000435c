/* The expected finish: whoever is further is never expected later, and never earlier than today. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ledger/inside.h"

static const struct state states[] = { { .name = { "doing", 5 } }, { .name = { "closed", 6 } } };
static const struct ledger_def ledger = { .states = (struct state *)(uintptr_t)states, .n_states = 2, .final = 2,
    .schedule = { .ahead = 5, .behind = 10 }, .pace = { .over = { .type = TYPE_DAYS, .days = { 2, DAYS_MONTHS } }, .at_least = { .type = TYPE_DAYS, .days = { 14, DAYS_CALENDAR } } } };

static day on(const char *text)
{
    day d = DAY_NONE;
    assert_true(day_parse(slice_of(text), &d));
    return d;
}

/* The day that is expected; one after all days where it stands still. */
static int64_t expected(int base, int progress, day from, day last, day today)
{
    struct entry e = { .def = &ledger, .progress = progress };
    struct forecast forecast = forecast_of(&ledger, &e, (struct pace){ from, last, progress - base }, today);
    assert_true(forecast.kind == FORECAST_STALLED || forecast.kind == FORECAST_DAY);
    return forecast.kind == FORECAST_STALLED ? INT64_MAX : forecast.finish;
}

static void more_progress_is_never_expected_later(void **state)
{
    (void)state;
    day from = on("2026-03-01");
    for (int base = 0; base <= 1000; base += 37)
        for (int days = 14; days <= 400; days += 23) {
            day last = from + days, today = last + days % 50;
            int64_t before = INT64_MAX;
            for (int progress = 0; progress <= 1000; progress++) {
                int64_t now = expected(base, progress, from, last, today);
                assert_true(now <= before);
                assert_true(now >= today);
                before = now;
            }
            assert_int_equal(before, today > last ? today : last);
        }
}

static void the_day_is_rounded_up_and_exact_where_it_falls_on_one(void **state)
{
    (void)state;
    day from = on("2026-04-01"), last = on("2026-05-01"); /* 30 days */
    assert_int_equal(expected(0, 300, from, last, last), last + 70);
    assert_int_equal(expected(0, 301, from, last, last), last + 70); /* 69.67 */
    assert_int_equal(expected(0, 299, from, last, last), last + 71); /* 70.33 */
    assert_int_equal(expected(400, 700, from, last, last), last + 30);
}

static void what_gains_nothing_stands_still_unless_it_is_done(void **state)
{
    (void)state;
    day from = on("2026-04-01"), last = on("2026-05-01");
    assert_true(expected(300, 300, from, last, last) == INT64_MAX);
    assert_true(expected(300, 200, from, last, last) == INT64_MAX);
    assert_true(expected(0, 1, from, last, last) == INT64_MAX); /* 82 years */
    assert_int_equal(expected(1000, 1000, from, last, last), last);
}

static void an_old_report_says_nothing(void **state)
{
    (void)state;
    struct entry e = { .def = &ledger, .progress = 500 };
    struct pace pace = { on("2026-03-01"), on("2026-04-01"), 300 };
    assert_int_equal(forecast_of(&ledger, &e, pace, on("2026-06-01")).kind, FORECAST_DAY);
    assert_int_equal(forecast_of(&ledger, &e, pace, on("2026-06-02")).kind, FORECAST_SILENT);
}

static void the_bands_count_from_their_first_point(void **state)
{
    (void)state;
    static const struct { int lag; enum schedule schedule; } rows[] = { { -1000, SCHEDULE_AHEAD }, { -50, SCHEDULE_AHEAD }, { -49, SCHEDULE_ON }, { 0, SCHEDULE_ON },
        { 99, SCHEDULE_ON }, { 100, SCHEDULE_BEHIND }, { 1000, SCHEDULE_BEHIND } };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(schedule_of(&ledger, rows[i].lag), rows[i].schedule);
    assert_int_equal(schedule_of(&(struct ledger_def){ 0 }, 100), SCHEDULE_NONE);
}

static void says(const struct entry *e, struct pace pace, const char *today, const char *want)
{
    struct forecast forecast = forecast_of(e->def, e, pace, on(today));
    struct buf b = buf_open(1000);
    forecast_put(&b, e, &forecast, on(today));
    buf_char(&b, 0);
    assert_string_equal(buf_slice(&b).at, want);
    buf_close(&b);
}

static void the_sentence_tells_pace_day_and_due(void **state)
{
    (void)state;
    struct entry e = { .def = &ledger, .progress = 640, .due = on("2026-12-31") };
    struct pace pace = { on("2026-06-20"), on("2026-08-20"), 122 };
    says(&e, pace, "2026-08-25", "按6月20日至8月20日每月 6 个百分点的进度，预计 2027年2月16日 完成，晚于时限 47 天。");
    e.progress = 960;
    says(&e, pace, "2026-08-25", "按6月20日至8月20日每月 6 个百分点的进度，预计 9月9日 完成，早于时限 113 天。");
    pace.gain = 0;
    says(&e, pace, "2026-08-25", "6月20日至8月20日没有进展，照此无法按时限完成。");
    says(&e, pace, "2026-11-25", "近 2 个月没有报送进度，不能预计完成日期。");
    e.progress = -1;
    says(&e, pace, "2026-08-25", "还没有报送进度，不能预计完成日期。");
    e.state = 1;
    says(&e, pace, "2026-08-25", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_progress_is_never_expected_later),
        cmocka_unit_test(the_day_is_rounded_up_and_exact_where_it_falls_on_one),
        cmocka_unit_test(what_gains_nothing_stands_still_unless_it_is_done),
        cmocka_unit_test(an_old_report_says_nothing),
        cmocka_unit_test(the_bands_count_from_their_first_point),
        cmocka_unit_test(the_sentence_tells_pace_day_and_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
