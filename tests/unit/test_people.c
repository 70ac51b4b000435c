/* People and the audit log as those who keep them see them: a person is added, gets a one-time password that is shown
 * once, signs in with it, is given a duty; and the audit log tells of all of it. */
#include "lists_fixture.h"
#include "web/inside.h"

struct site { struct fixture x; struct world world; struct web *web; struct slice admin, guard, auditor; };

static const char people_json[] = "{\"do\":\"people\",\"persons\":["
    "{\"name\":\"周安\",\"unit\":\"石桥县\",\"login\":\"zhouan\",\"duties\":\"secadmin:石桥县:subtree\"},"
    "{\"name\":\"沈计\",\"unit\":\"石桥县\",\"login\":\"shenji\",\"duties\":\"auditor:石桥县:subtree\"}]}";

static int site_open(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    struct web_config config = { .alone = true };
    struct fault f;
    char pack[512];
    assert_non_null(s);
    snprintf(pack, sizeof pack, "%s/county", getenv("TAIZHANG_PACKS") ? getenv("TAIZHANG_PACKS") : "packs");
    fixture_open(&s->x, pack, ":memory:", 5);
    s->admin = fixture_account(&s->x, "admin");
    fixture_do(&s->x, s->admin, slice_of(people_json));
    s->guard = fixture_account(&s->x, "zhouan");
    s->auditor = fixture_account(&s->x, "shenji");
    reader_done(s->x.reader);
    s->world = (struct world){ &s->x, fixture_now, fixture_random };
    config.ledger = s->x.ledger;
    config.world = &s->world;
    if (!web_open(&config, &s->web, &f))
        fixture_fail(&f);
    *state = s;
    return 0;
}

static int site_close(void **state)
{
    struct site *s = *state;
    web_close(s->web);
    fixture_close(&s->x);
    free(s);
    return 0;
}

static int64_t county(struct site *s)
{
    struct look look = fixture_look(&s->x, S(""));
    int64_t id = people_unit_named(look.people, S("石桥县"))->id;
    reader_done(s->x.reader);
    return id;
}

static struct web_answer ask(struct site *s, struct slice who, const char *method, const char *what, const char *body)
{
    struct web_answer a;
    web_page(s->web, &s->x.arena, who, method, slice_format(&s->x.arena, "/people/unit/%lld%s", (long long)county(s), what), slice_of(body), &a);
    return a;
}

static void shows(const struct web_answer *a, int status, const char *text)
{
    if (a->status != status || slice_find(a->body, slice_of(text)) < 0)
        fail_msg("status %d, wanted %d with %s", a->status, status, text);
}

static void a_person_is_added_and_gets_a_password_that_works_once(void **state)
{
    struct site *s = *state;
    struct slice account;
    struct fault f;
    bool must_change = false;
    assert_int_equal(ask(s, s->admin, "POST", "/person", "name=%E4%BD%95%E6%96%B0&login=hexin").status, 303);
    struct web_answer page = ask(s, s->admin, "GET", "", "");
    shows(&page, 200, "何新");
    struct web_answer once = ask(s, s->admin, "POST", "/passwords", "login=hexin&login=zhouan");
    shows(&once, 200, "只显示这一次");
    shows(&once, 200, "周安");
    ptrdiff_t at = slice_find(once.body, S("hexin</td>")), bold = at < 0 ? -1 : slice_find(slice_from(once.body, (size_t)at), S("<b>"));
    assert_true(bold > 0);
    struct slice password = slice_part(once.body, (size_t)(at + bold) + 3, (size_t)(at + bold) + 3 + 19);
    assert_true(password_check(s->x.ledger, &s->x.arena, S("hexin"), password, S("127.0.0.1"), &account, &must_change, &f));
    assert_true(must_change);
}

static void a_refused_person_says_why_and_keeps_what_was_typed(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->admin, "POST", "/person", "name=%E4%BD%95%E6%96%B0&login=HE+XIN");
    shows(&a, 422, "登录名“HE XIN”应为");
    shows(&a, 422, "value=\"HE XIN\"");
}

static void an_account_ticked_twice_changes_no_password(void **state)
{
    struct site *s = *state;
    struct web_answer a = ask(s, s->admin, "POST", "/passwords", "login=zhouan&login=zhouan"), none = ask(s, s->admin, "POST", "/passwords", "x=1");
    shows(&a, 422, "勾选了两次");
    shows(&none, 422, "还没有勾选任何账号");
}

static void who_keeps_accounts_does_not_give_duties(void **state)
{
    struct site *s = *state;
    static const char form[] = "person=%E7%9F%B3%E6%A1%A5%E5%8E%BF/%E4%BD%95%E6%96%B0&duty=viewer&unit=%E7%9F%B3%E6%A1%A5%E5%8E%BF&scope=subtree";
    assert_int_equal(ask(s, s->admin, "POST", "/duty", form).status, 403);
    assert_int_equal(ask(s, s->guard, "POST", "/duty", form).status, 303);
    assert_int_equal(ask(s, s->admin, "POST", "/account", "login=hexin").status, 303);
    struct web_answer page = ask(s, s->guard, "GET", "", "");
    shows(&page, 200, "（已停用）");
    shows(&page, 200, "终止");
}

static void the_audit_log_tells_who_did_what(void **state)
{
    struct site *s = *state;
    struct web_answer a;
    web_page(s->web, &s->x.arena, s->auditor, "GET", S("/audit"), S(""), &a);
    shows(&a, 200, "授予职责");
    shows(&a, 200, "重设密码");
    shows(&a, 200, "停用或启用账号");
    shows(&a, 200, "一次性密码");
    shows(&a, 200, "被拒绝");
    shows(&a, 200, "登录");
    shows(&a, 200, "何新（hexin）");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_added_and_gets_a_password_that_works_once),
        cmocka_unit_test(a_refused_person_says_why_and_keeps_what_was_typed),
        cmocka_unit_test(an_account_ticked_twice_changes_no_password),
        cmocka_unit_test(who_keeps_accounts_does_not_give_duties),
        cmocka_unit_test(the_audit_log_tells_who_did_what),
    };
    return cmocka_run_group_tests(tests, site_open, site_close);
}
