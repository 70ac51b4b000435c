/* The ground that everything stands on: memory, text, days, decimals, JSON, faults. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct arena arena;

static int fresh(void **state)
{
    (void)state;
    arena_open(&arena, 0);
    return 0;
}

static int done(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

static void an_arena_over_its_cap_lends_and_says_so(void **state)
{
    struct arena small;
    (void)state;
    arena_open(&small, 10000);
    assert_non_null(NEW(&small, char, 5000));
    assert_false(small.failed);
    char *lent = NEW(&small, char, 50000);
    memset(lent, 1, 50000);
    assert_true(small.failed);
    arena_close(&small);
}

static void an_arena_gives_zeroed_memory_after_a_reset(void **state)
{
    (void)state;
    memset(NEW(&arena, char, 100), 7, 100);
    arena_reset(&arena);
    char *again = NEW(&arena, char, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
}

static void text_is_cut_found_and_trimmed(void **state)
{
    struct slice rest = S("县水务局,,县住建局"), part;
    (void)state;
    assert_true(slice_cut(&rest, ',', &part) && slice_equal(part, S("县水务局")));
    assert_true(slice_cut(&rest, ',', &part) && part.len == 0);
    assert_true(slice_cut(&rest, ',', &part) && slice_equal(part, S("县住建局")));
    assert_false(slice_cut(&rest, ',', &part));
    assert_int_equal(slice_find(S("新建水厕"), S("水")), 6);
    assert_true(slice_equal(slice_trim(S(" \u3000 年底前\u3000\n")), S("年底前")));
}

static void a_number_that_does_not_fit_is_refused(void **state)
{
    int64_t v = 5;
    (void)state;
    assert_true(slice_int(S("-9223372036854775808"), &v) && v == INT64_MIN);
    assert_false(slice_int(S("9223372036854775808"), &v));
    assert_false(slice_int(S(""), &v));
    assert_false(slice_int(S("-"), &v));
    assert_false(slice_int(S("12a"), &v));
}

static void a_buffer_over_its_cap_is_empty_and_failed(void **state)
{
    struct buf b = buf_open(10);
    (void)state;
    buf_text(&b, "123456789");
    assert_int_equal(b.len, 9);
    buf_text(&b, "12");
    assert_true(b.failed && b.len == 0);
    buf_text(&b, "1");
    assert_int_equal(b.len, 0);
    buf_close(&b);
}

static void utf8_is_checked_and_measured(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid(S("台账")), 6);
    assert_int_equal(utf8_valid(S("台\xff账")), 3);
    assert_int_equal(utf8_valid(S("\xed\xa0\x80")), 0); /* a surrogate */
    assert_int_equal(utf8_count(S("台账2")), 3);
    assert_int_equal(utf8_width(S("台账2")), 5);
}

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
    (void)state;
    for (day d = day_of(1800, 1, 1); d <= day_of(2200, 12, 31); d++) {
        int y, m, n;
        day_parts(d, &y, &m, &n);
        assert_int_equal(day_of(y, m, n), d);
    }
    assert_int_equal(day_of(1970, 1, 1), 0);
    assert_int_equal(day_of(2023, 2, 29), DAY_NONE);
    assert_int_equal(day_weekday(day_of(2026, 11, 24)), 2);
}

static void a_month_after_january_31_is_the_last_of_february(void **state)
{
    (void)state;
    assert_int_equal(day_add_months(day_of(2023, 1, 31), 1), day_of(2023, 2, 28));
    assert_int_equal(day_add_months(day_of(2024, 1, 31), 1), day_of(2024, 2, 29));
    assert_int_equal(day_add_months(day_of(2024, 3, 15), -3), day_of(2023, 12, 15));
}

static void midnight_in_the_county_is_16_hours_utc(void **state)
{
    int64_t ms;
    (void)state;
    assert_true(time_parse(S("2026-06-30 23:59"), &ms));
    assert_int_equal(day_of_ms(ms), day_of(2026, 6, 30));
    assert_int_equal(day_of_ms(ms + 60000), day_of(2026, 7, 1));
    struct buf b = buf_open(64);
    time_put(&b, ms);
    assert_true(slice_equal(buf_slice(&b), S("2026-06-30T23:59:00.000+08:00")));
    int64_t again;
    assert_true(time_parse(buf_slice(&b), &again));
    assert_true(again == ms);
    buf_close(&b);
    assert_false(time_parse(S("2026-06-30 24:00"), &ms));
    assert_false(time_parse(S("2026-06-30 9:00"), &ms));
}

static struct decimal dec(const char *s)
{
    struct decimal d;
    assert_true(decimal_parse(slice_of(s), &d));
    return d;
}

static void same(struct decimal d, const char *want)
{
    struct slice got = decimal_text(&arena, d);
    if (!slice_equal(got, slice_of(want)))
        fail_msg("want %s, got " S_FMT, want, S_ARG(got));
}

static void decimals_are_exact(void **state)
{
    (void)state;
    same(decimal_add(dec("0.1"), dec("0.2")), "0.3");
    same(decimal_sub(dec("100"), dec("0.01")), "99.99");
    same(decimal_mul(dec("-3.5"), dec("2")), "-7");
    same(decimal_div(dec("110"), dec("414")), "0.265700483092");
    same(decimal_round(dec("2.5"), 0), "3");
    same(decimal_round(dec("-2.5"), 0), "-3");
    same(decimal_div(dec("9000000000000000000"), dec("3")), "3000000000000000000");
    same(dec("72.5900"), "72.59");
    assert_int_equal(decimal_compare(dec("1.10"), dec("1.1")), 0);
}

static void what_cannot_be_computed_is_not_zero(void **state)
{
    struct decimal d;
    (void)state;
    assert_false(decimal_div(dec("1"), dec("0")).ok);
    assert_false(decimal_add(dec("9223372036854775807"), dec("1")).ok);
    assert_false(decimal_add(DECIMAL_NONE, dec("1")).ok);
    assert_false(decimal_parse(S("1."), &d));
    assert_false(decimal_parse(S(".5"), &d));
    assert_false(decimal_parse(S("1e5"), &d));
    assert_false(decimal_parse(S("99999999999999999999"), &d));
}

static void json_goes_in_and_out_unchanged(void **state)
{
    static const char text[] = "{\"do\":\"move\",\"n\":1.50,\"list\":[true,null,\"a\\nb\"],\"o\":{}}";
    struct json *v;
    struct fault f;
    (void)state;
    assert_true(json_parse(&arena, slice_of(text), &v, &f));
    assert_true(slice_equal(json_text(v, "n"), S("1.50")));
    struct buf b = buf_open(1000);
    json_put(&b, v);
    assert_true(slice_equal(buf_slice(&b), slice_of(text)));
    buf_close(&b);
    assert_true(json_parse(&arena, S("\"\\ud83d\\ude00\\u53f0\""), &v, &f));
    assert_true(slice_equal(v->text, S("😀台")));
}

static void bad_json_is_refused_with_its_place(void **state)
{
    static const char *const bad[] = { "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "\"\\ud83d\"", "\"\n\"", "nul", "1 2",
        "{\"a\" 1}", "\"\xff\"", "-", "1.", "\"abc", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]" };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct json *v;
        struct fault f;
        if (json_parse(&arena, slice_of(bad[i]), &v, &f))
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(f.code, "bad-json");
        assert_true(fault_code_known(f.code));
    }
}

static void a_fault_says_its_sentence_in_both_languages(void **state)
{
    struct fault f;
    struct buf b = buf_open(1000);
    (void)state;
    assert_false(fault_set(&f, FAULT_USAGE, "too-large", S("20 MB"), S("")));
    fault_say(&b, &f, LANG_ZH);
    buf_char(&b, '|');
    fault_say(&b, &f, LANG_EN);
    assert_true(slice_equal(buf_slice(&b), S("内容太大：最多 20 MB。|Too large: at most 20 MB.")));
    buf_close(&b);
    assert_int_equal(fault_exit(f.kind), 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_arena_over_its_cap_lends_and_says_so),
        CASE(an_arena_gives_zeroed_memory_after_a_reset),
        CASE(text_is_cut_found_and_trimmed),
        CASE(a_number_that_does_not_fit_is_refused),
        CASE(a_buffer_over_its_cap_is_empty_and_failed),
        CASE(utf8_is_checked_and_measured),
        CASE(every_day_of_four_centuries_goes_there_and_back),
        CASE(a_month_after_january_31_is_the_last_of_february),
        CASE(midnight_in_the_county_is_16_hours_utc),
        CASE(decimals_are_exact),
        CASE(what_cannot_be_computed_is_not_zero),
        CASE(json_goes_in_and_out_unchanged),
        CASE(bad_json_is_refused_with_its_place),
        CASE(a_fault_says_its_sentence_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
