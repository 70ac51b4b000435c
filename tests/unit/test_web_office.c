/* The office's pages as different people see them: a report's drafts looked through, handed out, issued, signed for,
 * returned, ruled; all through web_page, without a socket. The report is of a county that does not exist. */
#include "lists_fixture.h"
#include "web/inside.h"

struct site {
    struct fixture x;
    struct web *web;
    struct world world;
    struct lexicon *lexicon;
    struct slice office, liaison, stranger;
    int64_t document;
    struct ids drafts;
};

static const char people_json[] =
    "{\"do\":\"people\",\"units\":[{\"code\":\"159923-1\",\"name\":\"石桥县人民政府办公室督查室\",\"short\":\"督查室\",\"kind\":\"office\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-2\",\"name\":\"石桥县水务局\",\"short\":\"县水务局\",\"kind\":\"department\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-3\",\"name\":\"石桥县民政局\",\"short\":\"县民政局\",\"kind\":\"department\",\"parent\":\"159923\"}],"
    "\"persons\":[{\"name\":\"方知\",\"unit\":\"督查室\",\"login\":\"fangzhi\",\"duties\":\"supervisor:石桥县:subtree\"},"
    "{\"name\":\"秦水\",\"unit\":\"县水务局\",\"login\":\"qinshui\",\"duties\":\"liaison:县水务局:unit\"}]}";

static const char report_text[] = "政府工作报告\n2026年1月8日在石桥县第九届人民代表大会第四次会议上\n石桥县人民政府县长 程远\n一、2025年工作回顾\n全年平稳。\n"
                                  "二、2026年重点工作\n（一）建设宜居城乡\n6月底前完成白石水库除险加固2座，年内新建农村幸福院6所。\n三、加强政府自身建设\n严格落实各项规定。\n";

static void import(struct site *s, const char *packs)
{
    struct report r;
    struct command c = { 0 };
    struct compile_hints hints = { .year = 2026 };
    struct fault f;
    struct entry *at;
    size_t n;
    s->lexicon = lexicon_open(slice_text(&s->x.arena, slice_format(&s->x.arena, "%s/county/lexicon", packs)), &f);
    if (!s->lexicon || !compile(&s->x.arena, s->lexicon, slice_of(report_text), &hints, &r, &f)
        || !import_report(s->x.ledger, &s->x.arena, s->office, S("报告.txt"), slice_of(report_text), &r, &c, &f))
        fixture_fail(&f);
    assert_true(command_do(s->x.ledger, &c));
    s->document = c.entry;
    struct look look = fixture_look(&s->x, s->office);
    assert_true(document_entries(&look, s->document, &at, &n, &f));
    for (size_t i = 0; i < n; i++)
        if (slice_equal(at[i].def->name, S("tasks")))
            PUSH(&s->x.arena, &s->drafts, at[i].id);
    reader_done(s->x.reader);
    assert_true(s->drafts.n >= 2);
}

static int site_open(void **state)
{
    static struct site s; /* cmocka hands it round */
    struct fault f;
    const char *packs = getenv("TAIZHANG_PACKS");
    struct web_config config = { .alone = true };
    char pack[512];
    s = (struct site){ 0 };
    snprintf(pack, sizeof pack, "%s/county", packs ? packs : "packs");
    fixture_open(&s.x, pack, ":memory:", 7);
    fixture_do(&s.x, fixture_account(&s.x, "admin"), slice_of(people_json));
    s.office = fixture_account(&s.x, "fangzhi");
    s.liaison = fixture_account(&s.x, "qinshui");
    import(&s, packs ? packs : "packs");
    s.world = (struct world){ &s.x, fixture_now, fixture_random };
    config.ledger = s.x.ledger;
    config.world = &s.world;
    config.lexicon = s.lexicon;
    if (!web_open(&config, &s.web, &f))
        fixture_fail(&f);
    *state = &s;
    return 0;
}

static int site_close(void **state)
{
    struct site *s = *state;
    web_close(s->web);
    lexicon_close(s->lexicon);
    fixture_close(&s->x);
    return 0;
}

static struct web_answer ask(struct site *s, struct slice who, const char *method, const char *target, const char *body)
{
    struct web_answer a;
    web_page(s->web, &s->x.arena, who, method, slice_of(target), slice_of(body), &a);
    return a;
}

static void shows(const struct web_answer *a, int status, const char *text)
{
    if (a->status != status || slice_find(a->body, slice_of(text)) < 0) {
        fprintf(stderr, "status %d, wanted %d with %s in\n" S_FMT "\n", a->status, status, text, S_ARG(a->body));
        fail();
    }
}

static const char *at(struct site *s, const char *format, int64_t id)
{
    struct buf b = buf_open(500);
    buf_format(&b, format, (long long)id);
    const char *text = slice_text(&s->x.arena, buf_slice(&b));
    buf_close(&b);
    return text;
}

static const char *grid(struct site *s)
{
    return at(s, "/handout/%lld/tasks", s->document);
}

static void nobody_but_the_office_imports_or_hands_out(void **state)
{
    struct site *s = *state;
    assert_int_equal(ask(s, s->liaison, "GET", grid(s), "").status, 403);
    assert_int_equal(ask(s, s->liaison, "GET", "/reports/new", "").status, 403);
    assert_int_equal(ask(s, s->liaison, "POST", grid(s), "do=issue").status, 403);
    assert_int_equal(ask(s, s->stranger, "GET", "/sign", "").status, 303);
}

static void a_unit_does_not_see_drafts_in_the_report(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->liaison, "GET", at(s, "/reports/%lld", s->document), "");
    shows(&a, 200, "这份报告里没有您能看到的事项");
    assert_true(slice_find(a.body, S("class=\"p ")) < 0);
    a = ask(s, s->office, "GET", at(s, "/reports/%lld?ledger=tasks", s->document), "");
    shows(&a, 200, "class=\"p n\"");
}

static void the_look_through_shows_text_and_drafts_side_by_side(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->office, "GET", at(s, "/reports/%lld/check/tasks", s->document), "");
    shows(&a, 200, "<mark>");
    shows(&a, 200, "条任务草稿");
}

static void nothing_is_issued_without_a_lead(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->office, "POST", grid(s), "do=issue");
    assert_int_equal(a.status, 422);
    shows(&a, 422, "不能印发");
}

static void a_filled_row_is_undone_by_one_act(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->office, "POST", grid(s), at(s, "do=fill&e=%lld&bar.lead=县水务局&bar.due=6月底", s->drafts.at[0]));
    assert_int_equal(a.status, 303);
    const char *to = slice_text(&s->x.arena, a.location);
    a = ask(s, s->office, "GET", to, "");
    shows(&a, 200, "撤销这 1 项");
    shows(&a, 200, "value=\"6月30日\"");
    int64_t seq = 0;
    const char *first = strstr(to, "first=");
    assert_non_null(first);
    assert_int_equal(sscanf(first, "first=%ld", &seq), 1);
    assert_int_equal(ask(s, s->office, "POST", grid(s), at(s, "do=undo&first=%lld&last=999999", seq)).status, 422); /* too wide */
    assert_int_equal(ask(s, s->office, "POST", grid(s), at(s, at(s, "do=undo&first=%lld&last=%%lld", seq), seq)).status, 303);
    a = ask(s, s->office, "GET", grid(s), "");
    assert_true(slice_find(a.body, S("value=\"县水务局\" placeholder")) < 0);
}

static void a_wrong_unit_is_refused_at_its_row_and_the_typing_stays(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->office, "POST", grid(s), at(s, "do=save&e%lld.lead=县天文局", s->drafts.at[0]));
    shows(&a, 422, "县天文局");
}

static void issued_tasks_are_signed_for_returned_and_ruled(void **state)
{
    struct site *s = *state;
    int64_t first = s->drafts.at[0], second = s->drafts.at[1];
    assert_int_equal(ask(s, s->office, "POST", grid(s), at(s, at(s, "do=fill&e=%lld&e=%%lld&bar.lead=县水务局&bar.due=年底", first), second)).status, 303);
    assert_int_equal(ask(s, s->office, "POST", grid(s), "do=issue").status, 303);
    struct web_answer a = ask(s, s->liaison, "GET", "/sign", "");
    shows(&a, 200, "2 项待签收");
    assert_int_equal(ask(s, s->liaison, "POST", "/sign", at(s, "e=%lld", first)).status, 303);
    a = ask(s, s->liaison, "GET", "/sign", "");
    shows(&a, 200, "1 项待签收");
    a = ask(s, s->liaison, "POST", "/sign", at(s, "do=return&entry=%lld&unit=0", second));
    assert_int_equal(a.status, 422); /* no reason */
    assert_int_equal(ask(s, s->liaison, "POST", "/sign", at(s, "do=return&entry=%lld&note=不属于本局职责", second)).status, 303);
    a = ask(s, s->office, "GET", "/sign", "");
    shows(&a, 200, "1 件异议等您裁定");
    ptrdiff_t mark = slice_find(a.body, S("name=\"rule\" value=\"")), next = mark < 0 ? -1 : slice_find(slice_from(a.body, (size_t)mark + 19), S("name=\"rule\" value=\""));
    assert_true(next >= 0);
    struct slice rest = slice_from(a.body, (size_t)mark + 19 + (size_t)next + 19), rule;
    slice_cut(&rest, '"', &rule);
    const char *body = slice_text(&s->x.arena, slice_format(&s->x.arena, "rule=" S_FMT "&ruling." S_FMT "=release&lead." S_FMT "=县民政局&note=职责已划转", S_ARG(rule), S_ARG(rule), S_ARG(rule)));
    assert_int_equal(ask(s, s->liaison, "POST", "/rule", body).status, 403);
    assert_int_equal(ask(s, s->office, "POST", "/rule", body).status, 303);
    a = ask(s, s->office, "GET", "/sign", "");
    shows(&a, 200, "没有待签收的事项");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_but_the_office_imports_or_hands_out, site_open, site_close),
        cmocka_unit_test_setup_teardown(a_unit_does_not_see_drafts_in_the_report, site_open, site_close),
        cmocka_unit_test_setup_teardown(the_look_through_shows_text_and_drafts_side_by_side, site_open, site_close),
        cmocka_unit_test_setup_teardown(nothing_is_issued_without_a_lead, site_open, site_close),
        cmocka_unit_test_setup_teardown(a_filled_row_is_undone_by_one_act, site_open, site_close),
        cmocka_unit_test_setup_teardown(a_wrong_unit_is_refused_at_its_row_and_the_typing_stays, site_open, site_close),
        cmocka_unit_test_setup_teardown(issued_tasks_are_signed_for_returned_and_ruled, site_open, site_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
