/* Templates: whatever is put into a page, it stays a value. The same program, linked with escaping switched off, must
 * fail (tests/meson.build). */
#include "test.tpl.h"

#include "http/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *made(struct buf *b)
{
    buf_char(b, 0);
    assert_false(b->failed);
    return b->at;
}

/* One value in every place: what comes out has exactly the tags and attributes of the template. */
static void assert_hostile(const char *value, const char *text, const char *part, const char *url)
{
    struct buf b = buf_open(1 << 16), want = buf_open(1 << 16);
    struct hostile h = { slice_of(value), value };
    tpl_hostile(&b, &h);
    buf_format(&want,
        "<title>%s</title>\n<p>%s%s</p>\n<p title=\"%s\" class=\"a %s b\">x</p>\n<a href=\"/e/%s?q=%s#%s\">part</a>\n"
        "<a href=\"%s\">whole</a>\n<form action=\"%s\"><textarea name=\"n\">%s</textarea></form>\n<svg><use href=\"#%s\"/></svg>",
        text, text, text, text, text, part, part, part, url, url, text, part);
    assert_string_equal(made(&b), made(&want));
    buf_close(&b);
    buf_close(&want);
}

static void a_value_is_escaped_for_its_place(void **state)
{
    (void)state;
    assert_hostile("督查 1", "督查 1", "%E7%9D%A3%E6%9F%A5%201", "#");
    assert_hostile("", "", "", "#");
    assert_hostile("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "%3Cscript%3Ealert%281%29%3C%2Fscript%3E", "#");
    assert_hostile("\"><img src=x onerror=alert(1)>", "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;",
        "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E", "#");
    assert_hostile("' onmouseover='x", "&#39; onmouseover=&#39;x", "%27%20onmouseover%3D%27x", "#");
    assert_hostile("&lt;&amp;", "&amp;lt;&amp;amp;", "%26lt%3B%26amp%3B", "#");
    assert_hostile("</textarea></title><b>", "&lt;/textarea&gt;&lt;/title&gt;&lt;b&gt;", "%3C%2Ftextarea%3E%3C%2Ftitle%3E%3Cb%3E", "#");
}

static void an_address_leads_to_this_site_or_nowhere(void **state)
{
    static const char *const bad[] = { "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "\tjavascript:x", "data:text/html,x",
        "vbscript:x", "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil", "/\t/evil", "mailto:x", "e/7", "&#106;avascript:x" };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf b = buf_open(4096);
        tpl_url_chars(&b, bad[i]);
        assert_string_equal(made(&b), "#");
        buf_close(&b);
    }
    static const char *const good[][2] = { { "/e/7", "/e/7" }, { "?page=2&q=a", "?page=2&amp;q=a" }, { "#main", "#main" },
        { "/e/督", "/e/%E7%9D%A3" }, { "/a\"b'c<d>", "/a%22b%27c%3Cd%3E" }, { "/e/%E7%9D%A3?x=1#y", "/e/%E7%9D%A3?x=1#y" } };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct buf b = buf_open(4096);
        tpl_url_chars(&b, good[i][0]);
        assert_string_equal(made(&b), good[i][1]);
        buf_close(&b);
    }
}

static struct logic logic_of(struct rows rows)
{
    static const struct inner far = { S_INIT("远"), -7 };
    return (struct logic){ .rows = rows, .full = S("x"), .yes = true, .kind = KIND_B, .many = 1234567,
        .amount = { 314050, 2, true }, .nothing = DECIMAL_NONE, .due = day_of(2026, 7, 16), .never = DAY_NONE,
        .at_ms = 1784165999000, .size = 1887437, .small = 200, .pointer = &far, .inner = { S("内"), 3 } };
}

static void loops_conditions_and_filters_do_what_they_say(void **state)
{
    static const struct inner far = { S_INIT("<f>"), 9 };
    struct row rows[] = { { { S("a&b"), 1 }, &far, true }, { { S("乙"), 2 }, &far, false } };
    struct logic v = logic_of((struct rows){ rows, 2 });
    struct buf b = buf_open(1 << 16);
    (void)state;
    tpl_logic(&b, &v);
    assert_string_equal(made(&b),
        "<ul>\n<li class=\"on\">0 a&amp;b 9 [a&amp;b 1][&lt;f&gt; 9]</li>\n<li>1 乙 9 [乙 2][&lt;f&gt; 9]</li>\n</ul>\n"
        "eFnYo!\nb many due  -p\n<input checked value=\"1234567\">\n"
        "1234567 1,234,567 +3 1,234,567% 3140.5 3,140.5 — 200\n"
        "7月16日 2026年7月16日 2026-07-16 星期四 — 7月16日 9:39 1.8 MB\n"
        "<time datetime=\"2026-07-16\">[远 -7][内 3]</time>");
    buf_close(&b);
    b = buf_open(1 << 16);
    v = logic_of((struct rows){ 0 });
    tpl_logic(&b, &v);
    assert_non_null(strstr(made(&b), "<ul>\n<li>none</li>\n</ul>"));
    buf_close(&b);
}

static const char *number(void (*write)(struct buf *b, int64_t v), int64_t v, char *into)
{
    struct buf b = buf_open(64);
    write(&b, v);
    strcpy(into, made(&b));
    buf_close(&b);
    return into;
}

static void numbers_are_grouped_from_the_right(void **state)
{
    char t[64];
    (void)state;
    assert_string_equal(number(tpl_int, 0, t), "0");
    assert_string_equal(number(tpl_int, 999, t), "999");
    assert_string_equal(number(tpl_int, 1000, t), "1,000");
    assert_string_equal(number(tpl_int, -1000, t), "−1,000");
    assert_string_equal(number(tpl_int, -100, t), "−100");
    assert_string_equal(number(tpl_int, INT64_MIN, t), "−9,223,372,036,854,775,808");
    assert_string_equal(number(tpl_signed, 2, t), "+2");
    assert_string_equal(number(tpl_signed, -2, t), "−2");
    assert_string_equal(number(tpl_signed, 0, t), "0");
}

static void a_stacked_bar_is_full_and_puts_grey_last(void **state)
{
    (void)state;
    struct stack s = stack_of((const int64_t[]){ 9, 21, 96, 14, 28 });
    assert_int_equal(s.n, 5);
    assert_string_equal(s.at[4].light, "n");
    assert_int_equal(s.at[4].x.value + s.at[4].width.value, 10000);
    s = stack_of((const int64_t[]){ 0, 0, 5, 0, 0 });
    assert_true(s.n == 1 && s.at[0].width.value == 10000);
    assert_int_equal(stack_of((const int64_t[]){ 0, 0, 0, 0, 0 }).n, 0);
}

static void a_pager_shows_both_ends_and_where_we_are(void **state)
{
    static const struct { int64_t total, page; const char *shown; } rows[] = {
        { 0, 1, "" }, { 50, 1, "" }, { 51, 1, "(1) 2" }, { 51, 9, "1 (2)" },
        { 1000, 1, "(1) 2 3 … 20" }, { 1000, 10, "1 … 8 9 (10) 11 12 … 20" }, { 1000, 20, "1 … 18 19 (20)" }, { 300, 3, "1 2 (3) 4 5 6" },
    };
    struct arena a;
    (void)state;
    arena_open(&a, 0);
    struct request q = { .arena = &a };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pager p = pager_of(&q, rows[i].total, rows[i].page, 50);
        struct buf b = buf_open(4096);
        for (size_t k = 0; k < p.n; k++)
            buf_format(&b, "%s%s" S_FMT "%s", k ? " " : "", p.at[k].current ? "(" : p.at[k].gap ? "…" : "", S_ARG(p.at[k].label), p.at[k].current ? ")" : "");
        assert_string_equal(made(&b), rows[i].shown);
        buf_close(&b);
    }
    assert_true(slice_equal(pager_of(&q, 168, 2, 50).say, S("第 51 到 100 项，共 168 项")));
    assert_true(slice_equal(pager_of(&q, 168, 2, 50).after, S("?page=3")));
    arena_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_escaped_for_its_place),
        cmocka_unit_test(an_address_leads_to_this_site_or_nowhere),
        cmocka_unit_test(loops_conditions_and_filters_do_what_they_say),
        cmocka_unit_test(numbers_are_grouped_from_the_right),
        cmocka_unit_test(a_stacked_bar_is_full_and_puts_grey_last),
        cmocka_unit_test(a_pager_shows_both_ends_and_where_we_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
