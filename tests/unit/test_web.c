/* The inner side as different people see it: pages through web_page, without a socket; forms that become commands; the
 * map of the site. One county in memory, from the county pack, with a few people. */
#include "lists_fixture.h"
#include "web/inside.h"

struct site {
    struct fixture x;
    struct web *web;
    struct world world;
    struct slice office, liaison, other, leader, keeper;
    int64_t entry;
};

static const char people_json[] =
    "{\"do\":\"people\",\"units\":[{\"code\":\"159923-1\",\"name\":\"石桥县人民政府办公室督查室\",\"short\":\"督查室\",\"kind\":\"office\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-2\",\"name\":\"石桥县水务局\",\"short\":\"县水务局\",\"kind\":\"department\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-3\",\"name\":\"石桥县民政局\",\"short\":\"县民政局\",\"kind\":\"department\",\"parent\":\"159923\"}],"
    "\"persons\":[{\"name\":\"方知\",\"unit\":\"督查室\",\"login\":\"fangzhi\",\"duties\":\"supervisor:石桥县:subtree\"},"
    "{\"name\":\"秦水\",\"unit\":\"县水务局\",\"login\":\"qinshui\",\"duties\":\"liaison:县水务局:unit\"},"
    "{\"name\":\"许民\",\"unit\":\"县民政局\",\"login\":\"xumin\",\"duties\":\"liaison:县民政局:unit\"},"
    "{\"name\":\"罗远\",\"unit\":\"石桥县\",\"post\":\"副县长\",\"login\":\"luoyuan\",\"duties\":\"leader:县水务局:unit\"}]}";

static int site_open(void **state)
{
    static struct site s; /* cmocka hands it round */
    struct fault f;
    struct web_config config = { .alone = true };
    s = (struct site){ 0 };
    const char *packs = getenv("TAIZHANG_PACKS");
    char pack[512];
    snprintf(pack, sizeof pack, "%s/county", packs ? packs : "packs");
    fixture_open(&s.x, pack, ":memory:", 7);
    s.keeper = fixture_account(&s.x, "admin");
    fixture_do(&s.x, s.keeper, slice_of(people_json));
    s.office = fixture_account(&s.x, "fangzhi");
    s.liaison = fixture_account(&s.x, "qinshui");
    s.other = fixture_account(&s.x, "xumin");
    s.leader = fixture_account(&s.x, "luoyuan");
    s.entry = fixture_do(&s.x, s.office, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"白石水库<加固>\",\"lead\":\"县水务局\",\"leader\":\"罗远\",\"due\":\"2026-06-01\"}}"));
    s.world = (struct world){ &s.x, fixture_now, fixture_random };
    config.ledger = s.x.ledger;
    config.world = &s.world;
    if (!web_open(&config, &s.web, &f))
        fixture_fail(&f);
    *state = &s;
    return 0;
}

static int site_close(void **state)
{
    struct site *s = *state;
    web_close(s->web);
    fixture_close(&s->x);
    return 0;
}

static struct web_answer get(struct site *s, struct slice who, const char *target)
{
    struct web_answer a;
    web_page(s->web, &s->x.arena, who, "GET", slice_of(target), S(""), &a);
    return a;
}

static struct web_answer post(struct site *s, struct slice who, const char *target, const char *body)
{
    struct web_answer a;
    web_page(s->web, &s->x.arena, who, "POST", slice_of(target), slice_of(body), &a);
    return a;
}

static const char *at_entry(struct site *s, const char *more)
{
    return slice_text(&s->x.arena, slice_format(&s->x.arena, "/e/%lld%s", (long long)s->entry, more));
}

static void shows(const struct web_answer *a, int status, const char *text)
{
    if (a->status != status || slice_find(a->body, slice_of(text)) < 0) {
        fprintf(stderr, "status %d, wanted %d with %s in\n" S_FMT "\n", a->status, status, text, S_ARG(a->body));
        fail();
    }
}

static void hides(const struct web_answer *a, const char *text)
{
    if (slice_find(a->body, slice_of(text)) >= 0) {
        fprintf(stderr, "not wanted: %s in\n" S_FMT "\n", text, S_ARG(a->body));
        fail();
    }
}

/* ---------- who may see what ---------- */

static void every_route_says_who_may_use_it(void **state)
{
    (void)state;
    assert_true(n_page_routes > 0);
    for (size_t i = 0; i < n_page_routes; i++) {
        assert_int_not_equal(page_routes[i].may, 0);
        assert_non_null(page_routes[i].show);
    }
}

/* What a stranger may do is written down here once more, so that a row of the table does not grow by itself. */
static void a_stranger_gets_the_login_page_and_nothing_else(void **state)
{
    static const char *const open[] = { "/login" };
    for (size_t i = 0; i < n_page_routes; i++) {
        bool known = false;
        for (size_t k = 0; k < COUNT(open); k++)
            known = known || !strcmp(page_routes[i].pattern, open[k]);
        if (page_routes[i].may & MAY_ANYONE)
            assert_true(known);
        if ((page_routes[i].may & MAY_ANYONE) || page_routes[i].method != HTTP_GET)
            continue;
        char target[200] = { 0 };
        size_t n = 0;
        for (const char *c = page_routes[i].pattern; *c && n + 2 < sizeof target; c++) /* :name becomes 1 */
            if (*c == ':') {
                target[n++] = '1';
                while (c[1] && c[1] != '/')
                    c++;
            } else {
                target[n++] = *c;
            }
        struct web_answer a = get(*state, S(""), target);
        assert_int_equal(a.status, 303);
        assert_true(slice_starts(a.location, S("/login?next=")));
    }
}

static void a_stranger_changes_nothing(void **state)
{
    struct web_answer a = post(*state, S(""), at_entry(*state, "/sign"), "unit=1");
    assert_int_equal(a.status, 403);
}

static void the_office_sees_the_entry_with_its_light_and_its_acts(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->office, at_entry(s, ""));
    shows(&a, 200, "白石水库&lt;加固&gt;");
    shows(&a, 200, "逾期 14 天");
    shows(&a, 200, "为什么是红灯");
    shows(&a, 200, "终止");
    hides(&a, "<加固>");
    hides(&a, "id=\"report\"");
}

static void the_lead_is_offered_what_is_its_to_do(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->liaison, at_entry(s, ""));
    shows(&a, 200, "签收（县水务局）");
    shows(&a, 200, "报送进展");
    hides(&a, "id=\"move-stop\"");
}

static void an_entry_of_others_is_missing_for_a_unit(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->other, at_entry(s, "")), list = get(s, s->other, "/l/tasks"), none = get(s, s->other, "/e/999999");
    assert_int_equal(a.status, 404);
    assert_int_equal(none.status, 404);
    hides(&a, "白石水库");
    hides(&list, "白石水库");
    shows(&list, 200, "还没有您可以看到的");
}

static void a_leader_reads_what_is_theirs_in_the_headline(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->leader, "/");
    shows(&a, 200, "1 件事要您过问");
    shows(&a, 200, "逾期 1 项");
    shows(&a, 200, "白石水库");
    shows(&a, 200, "本周变化");
}

static void who_only_keeps_accounts_has_no_entries_in_the_bar(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->keeper, "/");
    shows(&a, 200, "/people");
    hides(&a, "/l/tasks");
}

/* ---------- lists ---------- */

static void a_list_counts_filters_and_says_when_it_is_empty(void **state)
{
    struct site *s = *state;
    struct web_answer all = get(s, s->office, "/l/tasks"), late = get(s, s->office, "/l/tasks?light=r"), green = get(s, s->office, "/l/tasks?light=g");
    shows(&all, 200, "1 项：逾期 1");
    shows(&late, 200, "白石水库");
    shows(&green, 200, "没有符合条件的");
    hides(&green, "白石水库");
}

static void a_condition_that_cannot_be_read_is_said_and_left_out(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->office, "/l/tasks?where=colour+%3D+3"), good = get(s, s->office, "/l/tasks?where=due+%3E+today");
    shows(&a, 200, "条件没有用上");
    shows(&a, 200, "白石水库");
    shows(&good, 200, "没有符合条件的");
}

static void a_list_is_exported_as_its_address_says(void **state)
{
    struct site *s = *state;
    struct web_answer page = get(s, s->office, "/l/tasks?light=r&page=1"), all = get(s, s->office, "/l/tasks/list.csv"), green = get(s, s->office, "/l/tasks/list.csv?light=g"),
        days = get(s, s->office, "/l/tasks/list.ics?q=%E6%B0%B4%E5%BA%93"), wrong = get(s, s->office, "/l/tasks/list.csv?where=colour+%3D+3");
    shows(&page, 200, "href=\"/l/tasks/list.csv?light=r\"");
    shows(&all, 200, "\"白石水库<加固>\"");
    hides(&green, "白石水库");
    shows(&days, 200, "DTSTART;VALUE=DATE:20260601\r\n");
    shows(&wrong, 422, "没有导出");
    assert_true(slice_starts(all.type, S("text/csv")));
}

static void an_export_holds_nothing_that_its_reader_may_not_see(void **state)
{
    struct site *s = *state;
    struct web_answer own = get(s, s->liaison, "/l/tasks/list.csv"), other = get(s, s->other, "/l/tasks/list.csv"), days = get(s, s->other, "/l/tasks/list.ics");
    shows(&own, 200, "白石水库");
    shows(&other, 200, "编号");
    hides(&other, "白石水库");
    hides(&days, "VEVENT");
}

static void an_entry_opened_from_a_list_leads_on_in_it(void **state)
{
    struct site *s = *state;
    int64_t second = fixture_do(&s->x, s->office, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"水库清淤\",\"lead\":\"县水务局\",\"leader\":\"罗远\",\"due\":\"2026-07-01\"}}"));
    fixture_do(&s->x, s->office, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"敬老院\",\"lead\":\"县民政局\",\"leader\":\"罗远\",\"due\":\"2026-06-20\"}}"));
    struct arena *a = &s->x.arena;
    struct web_answer list = get(s, s->office, "/l/tasks?q=%E6%B0%B4%E5%BA%93"), first = get(s, s->office, at_entry(s, "?q=%E6%B0%B4%E5%BA%93&at=1")),
        last = get(s, s->office, slice_text(a, slice_format(a, "/e/%lld?q=%%E6%%B0%%B4%%E5%%BA%%93&at=2", (long long)second))), alone = get(s, s->office, at_entry(s, "")),
        gone = get(s, s->office, at_entry(s, "?q=%E6%95%AC%E8%80%81&at=1"));
    shows(&list, 200, slice_text(a, slice_format(a, "href=\"/e/%lld?q=%%E6%%B0%%B4%%E5%%BA%%93&amp;at=2\"", (long long)second)));
    shows(&first, 200, slice_text(a, slice_format(a, "rel=\"next\" href=\"/e/%lld?q=%%E6%%B0%%B4%%E5%%BA%%93&amp;at=2\"", (long long)second)));
    hides(&first, "rel=\"prev\"");
    shows(&last, 200, "rel=\"prev\"");
    hides(&last, "rel=\"next\"");
    shows(&last, 200, "href=\"/l/tasks?q=%E6%B0%B4%E5%BA%93\"");
    hides(&alone, "回清单");
    shows(&gone, 200, "回清单");
    hides(&gone, "rel=\"next\"");
}

static void a_ledger_that_is_not_there_is_missing(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->office, "/l/nothing");
    assert_int_equal(a.status, 404);
}

static void a_number_leads_straight_to_its_entry(void **state)
{
    struct site *s = *state;
    struct web_answer a = get(s, s->office, "/search?q=R2026-0001"), words = get(s, s->office, "/search?q=%E6%B0%B4%E5%BA%93");
    assert_int_equal(a.status, 303);
    assert_true(slice_equal(a.location, slice_of(at_entry(s, ""))));
    shows(&words, 200, "白石水库");
}

static void counts_follow_the_ledger_at_once(void **state)
{
    struct site *s = *state;
    struct web_answer before = get(s, s->office, "/l/tasks"), filtered = get(s, s->office, "/l/tasks?where=not+done"), again = get(s, s->office, "/l/tasks?where=not+done");
    fixture_do(&s->x, s->office, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"修路\",\"lead\":\"县民政局\",\"due\":\"2026-12-01\"}}"));
    struct web_answer after = get(s, s->office, "/l/tasks"), filtered_after = get(s, s->office, "/l/tasks?where=not+done");
    shows(&before, 200, "1 项：");
    shows(&filtered, 200, "符合条件 1 项");
    shows(&again, 200, "符合条件 1 项"); /* now from what was kept */
    shows(&filtered_after, 200, "符合条件 2 项");
    shows(&after, 200, "2 项：");
}

/* ---------- forms ---------- */

static void a_form_becomes_a_command_and_says_that_it_is_done(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/report"), "form=report&progress=40&set.done_so_far=%E5%B7%B2%E5%BC%80%E5%B7%A5");
    assert_int_equal(a.status, 303);
    struct web_answer then = get(s, s->liaison, slice_text(&s->x.arena, a.location));
    shows(&then, 200, "已报送");
    shows(&then, 200, "完成 40%");
    shows(&then, 200, "已开工");
    shows(&then, 200, "秦水（县水务局）");
}

static void a_refused_form_comes_back_with_what_was_typed(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/report"), "form=report&progress=400&note=%E9%A3%8E%E5%A4%A7");
    shows(&a, 422, "进度应为 0 到 100");
    shows(&a, 422, "value=\"400\"");
    shows(&a, 422, "风大");
    shows(&a, 422, "aria-invalid");
}

static void a_move_without_its_proofs_is_refused_at_its_field(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/move"), "form=move-submit&move=submit");
    shows(&a, 422, "需要上传佐证材料");
}

static void what_is_not_theirs_to_do_is_forbidden_whatever_the_form_says(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/move"), "form=move-stop&move=stop&note=%E4%B8%8D%E5%8A%9E");
    assert_int_equal(a.status, 403);
    struct web_answer other = post(s, s->other, at_entry(s, "/report"), "progress=10");
    assert_int_equal(other.status, 404);
}

static void the_same_key_twice_is_one_command(void **state)
{
    struct site *s = *state;
    const char *body = "key=0123456789abcdef0123456789abcdef&set.title=%E4%BF%AE%E6%A1%A5&set.lead=%E5%8E%BF%E6%B0%B4%E5%8A%A1%E5%B1%80&set.due=2026-12-01";
    struct web_answer one = post(s, s->office, "/l/tasks/new", body), two = post(s, s->office, "/l/tasks/new", body);
    assert_int_equal(one.status, 303);
    assert_int_equal(two.status, 303);
    assert_true(slice_equal(one.location, two.location));
    struct web_answer list = get(s, s->office, "/l/tasks");
    shows(&list, 200, "2 项：");
}

static void an_old_version_shows_who_was_faster(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/report"), "form=report&progress=20&version=1");
    shows(&a, 409, "别人刚刚改过这一项");
    shows(&a, 409, "value=\"20\"");
}

static void a_step_changes_the_number_and_nothing_else(void **state)
{
    struct site *s = *state;
    struct web_answer a = post(s, s->liaison, at_entry(s, "/report"), "own=1&step=1&progress=20&note=%E9%A3%8E%E5%A4%A7");
    shows(&a, 200, "value=\"25\"");
    shows(&a, 200, "风大");
    hides(&a, "role=\"alert\"");
}

/* ---------- signing in ---------- */

static struct slice cookie_of(const struct response *p)
{
    struct slice value = S("");
    for (size_t i = 0; i < p->headers.n; i++)
        if (slice_equal(p->headers.at[i].name, S("Set-Cookie"))) {
            struct slice rest = p->headers.at[i].value;
            slice_cut(&rest, ';', &value);
        }
    return value;
}

static struct response ask(struct site *s, const char *method, const char *target, struct slice cookie, const char *body)
{
    struct http_pair headers[] = { { S("Content-Type"), S("application/x-www-form-urlencoded") }, { S("Cookie"), cookie } };
    struct response p;
    http_dispatch(s->web->server, &s->x.arena, &(struct http_ask){ .method = method, .target = target, .headers = headers, .n_headers = cookie.len ? 2 : 1, .body = slice_of(body) }, &p);
    return p;
}

static struct slice token_in(struct slice body)
{
    ptrdiff_t at = slice_find(body, S("name=\"csrf\" value=\""));
    return at < 0 ? S("") : slice_part(body, (size_t)at + 19, (size_t)at + 19 + HTTP_TOKEN_CHARS);
}

static void a_one_time_password_opens_only_the_page_where_it_is_replaced(void **state)
{
    struct site *s = *state;
    struct fault f;
    if (!password_set(s->x.ledger, s->office, S("Once-only-2026"), true, &f))
        fixture_fail(&f);
    struct response wrong = ask(s, "POST", "/login", S(""), "user=fangzhi&password=nothing");
    assert_int_equal(wrong.status, 403);
    assert_int_equal(cookie_of(&wrong).len, 0);
    http_response_close(&wrong);
    struct response in = ask(s, "POST", "/login", S(""), "user=fangzhi&password=Once-only-2026");
    struct slice cookie = cookie_of(&in);
    assert_int_equal(in.status, 303);
    http_response_close(&in);
    struct response home = ask(s, "GET", "/", cookie, "");
    assert_int_equal(home.status, 303);
    http_response_close(&home);
    struct response page = ask(s, "GET", "/password", cookie, "");
    assert_int_equal(page.status, 200);
    struct slice token = slice_copy(&s->x.arena, token_in(buf_slice(&page.body)));
    http_response_close(&page);
    struct response forged = ask(s, "POST", "/password", cookie, "old=Once-only-2026&password=Stone-bridge-7&again=Stone-bridge-7");
    assert_int_equal(forged.status, 403);
    http_response_close(&forged);
    struct slice body = slice_format(&s->x.arena, "csrf=" S_FMT "&old=Once-only-2026&password=Stone-bridge-7&again=Stone-bridge-7", S_ARG(token));
    struct response changed = ask(s, "POST", "/password", cookie, slice_text(&s->x.arena, body));
    assert_int_equal(changed.status, 303);
    struct slice fresh = cookie_of(&changed);
    http_response_close(&changed);
    struct response again = ask(s, "GET", "/", fresh, ""), old = ask(s, "GET", "/", cookie, "");
    assert_int_equal(again.status, 200);
    assert_int_equal(old.status, 303); /* the sessions of the old password ended with it */
    http_response_close(&again);
    http_response_close(&old);
}

#define on_site(test) cmocka_unit_test_setup_teardown(test, site_open, site_close)
/* ---------- as of a past day ---------- */

/* What stands between two marks of a page: the rows, without bar and foot. */
static struct slice rows_of(const struct web_answer *a)
{
    ptrdiff_t from = slice_find(a->body, S("<tbody>"));
    assert_true(from >= 0);
    struct slice rest = slice_from(a->body, (size_t)from);
    return slice_part(rest, 0, (size_t)slice_find(rest, S("</tbody>")));
}

static void a_past_day_shows_the_rows_that_stood_there_with_the_rights_of_today(void **state)
{
    struct site *s = *state;
    day then = ledger_today(s->x.ledger);
    struct slice text = day_text(&s->x.arena, then);
    const char *list = slice_text(&s->x.arena, slice_format(&s->x.arena, "/l/tasks?as_of=" S_FMT, S_ARG(text)));
    const char *entry = at_entry(s, slice_text(&s->x.arena, slice_format(&s->x.arena, "?as_of=" S_FMT, S_ARG(text))));
    struct web_answer left = get(s, s->office, "/l/tasks"), now;
    shows(&left, 200, "白石水库");
    now = get(s, s->office, list);
    shows(&now, 422, "不是今天以前的日期");
    s->x.now_ms += 40 * 86400000LL;
    fixture_do(&s->x, s->office, slice_format(&s->x.arena, "{\"do\":\"set\",\"entry\":\"%lld\",\"set\":{\"title\":\"改了名字的水库\"},\"note\":\"更正\"}", (long long)s->entry));
    now = get(s, s->office, "/l/tasks");
    shows(&now, 200, "改了名字的水库");
    for (int i = 0; i < 2; i++) { /* made, then kept */
        now = get(s, s->office, list);
        shows(&now, 200, "结束时的台账");
        assert_true(slice_find(now.body, S("改了名字的水库")) < 0);
        assert_true(slice_find(rows_of(&now), S("白石水库")) >= 0);
        assert_true(slice_find(rows_of(&now), slice_format(&s->x.arena, "href=\"%s", entry)) >= 0); /* its rows stay on that day */
    }
    now = get(s, s->office, entry);
    shows(&now, 200, "白石水库");
    assert_true(slice_find(now.body, S("name=\"csrf\"")) < 0 || slice_find(now.body, S("保存")) < 0);
    now = get(s, s->other, entry); /* no duty there, now as then */
    assert_int_equal(now.status, 404);
    now = get(s, s->office, "/l/tasks?as_of=1990-01-01");
    assert_int_equal(now.status, 404);
    now = get(s, s->office, "/l/tasks?as_of=gestern");
    assert_int_equal(now.status, 422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_says_who_may_use_it),
        on_site(a_stranger_gets_the_login_page_and_nothing_else),
        on_site(a_stranger_changes_nothing),
        on_site(the_office_sees_the_entry_with_its_light_and_its_acts),
        on_site(the_lead_is_offered_what_is_its_to_do),
        on_site(an_entry_of_others_is_missing_for_a_unit),
        on_site(a_leader_reads_what_is_theirs_in_the_headline),
        on_site(who_only_keeps_accounts_has_no_entries_in_the_bar),
        on_site(a_list_counts_filters_and_says_when_it_is_empty),
        on_site(a_condition_that_cannot_be_read_is_said_and_left_out),
        on_site(a_list_is_exported_as_its_address_says),
        on_site(an_export_holds_nothing_that_its_reader_may_not_see),
        on_site(an_entry_opened_from_a_list_leads_on_in_it),
        on_site(a_ledger_that_is_not_there_is_missing),
        on_site(a_number_leads_straight_to_its_entry),
        on_site(counts_follow_the_ledger_at_once),
        on_site(a_form_becomes_a_command_and_says_that_it_is_done),
        on_site(a_refused_form_comes_back_with_what_was_typed),
        on_site(a_move_without_its_proofs_is_refused_at_its_field),
        on_site(what_is_not_theirs_to_do_is_forbidden_whatever_the_form_says),
        on_site(the_same_key_twice_is_one_command),
        on_site(an_old_version_shows_who_was_faster),
        on_site(a_step_changes_the_number_and_nothing_else),
        on_site(a_one_time_password_opens_only_the_page_where_it_is_replaced),
        on_site(a_past_day_shows_the_rows_that_stood_there_with_the_rights_of_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
