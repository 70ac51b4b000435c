/* Entries whose owner is gone say so, and a successor takes over by one act what was open. */
#include "lists_fixture.h"

static struct fixture county;
static struct slice office, security;

static int begin(void **state)
{
    char pack[1000];
    (void)state;
    assert_non_null(getenv("TAIZHANG_PACKS"));
    snprintf(pack, sizeof pack, "%s/county", getenv("TAIZHANG_PACKS"));
    fixture_open(&county, pack, ":memory:", 7);
    fixture_do(&county, fixture_account(&county, "admin"), S("{\"do\":\"people\",\"units\":[{\"code\":\"1\",\"name\":\"督查室\",\"parent\":\"159923\"},{\"code\":\"2\",\"name\":\"甲局\",\"parent\":\"159923\"},"
        "{\"code\":\"3\",\"name\":\"乙局\",\"parent\":\"159923\"}],\"persons\":["
        "{\"name\":\"督查\",\"unit\":\"督查室\",\"login\":\"office\",\"duties\":\"supervisor:石桥县:subtree\"},{\"name\":\"安全\",\"unit\":\"督查室\",\"login\":\"security\",\"duties\":\"secadmin:石桥县\"},"
        "{\"name\":\"甲\",\"unit\":\"甲局\",\"login\":\"liaison1\",\"duties\":\"liaison:甲局\"},{\"name\":\"新\",\"unit\":\"甲局\",\"login\":\"new1\"},{\"name\":\"乙\",\"unit\":\"乙局\",\"login\":\"liaison2\",\"duties\":\"liaison:乙局\"},"
        "{\"name\":\"旧领导\",\"unit\":\"督查室\",\"login\":\"old\",\"duties\":\"leader:甲局;leader:乙局\"},{\"name\":\"新领导\",\"unit\":\"督查室\",\"login\":\"young\",\"duties\":\"leader:督查室\"}]}"));
    office = fixture_account(&county, "office");
    security = fixture_account(&county, "security");
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_close(&county);
    return 0;
}

static int64_t open_task(const char *lead)
{
    return fixture_do(&county, office, slice_format(&county.arena, "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"任务\",\"lead\":\"%s\",\"leader\":\"旧领导\",\"due\":\"2027-12-31\"}}", lead));
}

static int64_t listed(const char *name)
{
    struct look look = fixture_look(&county, office);
    const struct ledger_def *d = pack_ledger(look.pack, S("tasks"));
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = -1 };
    struct list_rows rows;
    struct fault f;
    for (size_t i = 0; i < d->n_lists; i++)
        if (slice_equal(d->lists[i].name, slice_of(name)))
            q.where = d->lists[i].where;
    assert_non_null(q.where);
    if (!list_ask(&look, &q, &rows, &f))
        fixture_fail(&f);
    return rows.total;
}

static struct slice leader_of(int64_t entry)
{
    struct look look = fixture_look(&county, office);
    struct entry e;
    struct fault f;
    if (!entry_see(&look, entry, &e, &f))
        fixture_fail(&f);
    return person_name(look.people, e.leader);
}

static void a_unit_that_nobody_answers_for_shows_in_its_list(void **state)
{
    (void)state;
    open_task("甲局");
    open_task("乙局");
    assert_int_equal(listed("unowned"), 0);
    fixture_do(&county, security, S("{\"do\":\"end-duty\",\"person\":\"甲局/甲\",\"duty\":\"liaison\",\"unit\":\"甲局\",\"to\":\"2020-01-01\"}"));
    assert_int_equal(listed("unowned"), 1);
    fixture_do(&county, fixture_account(&county, "admin"), S("{\"do\":\"disable\",\"login\":\"liaison2\"}")); /* a duty without an account is nobody */
    assert_int_equal(listed("unowned"), 2);
    fixture_do(&county, fixture_account(&county, "admin"), S("{\"do\":\"disable\",\"login\":\"liaison2\",\"enable\":true}"));
    fixture_do(&county, security, S("{\"do\":\"duty\",\"person\":\"甲局/新\",\"duty\":\"liaison\",\"unit\":\"甲局\"}"));
    assert_int_equal(listed("unowned"), 0);
}

static void a_duty_that_is_named_wrongly_is_not_ended(void **state)
{
    (void)state;
    struct command c = fixture_try(&county, security, S("{\"do\":\"end-duty\",\"person\":\"甲局/新\",\"duty\":\"head\",\"unit\":\"甲局\"}"));
    assert_false(c.ok);
    assert_string_equal(c.fault.code, "no-duty");
}

static void a_successor_takes_over_one_unit_and_then_the_rest(void **state)
{
    (void)state;
    int64_t a = open_task("甲局"), b = open_task("乙局");
    int64_t stopped = open_task("乙局");
    fixture_do(&county, office, slice_format(&county.arena, "{\"do\":\"move\",\"move\":\"stop\",\"entry\":\"%lld\",\"note\":\"不再推进\"}", (long long)stopped));
    struct command c = fixture_try(&county, office, S("{\"do\":\"succeed\",\"person\":\"督查室/旧领导\",\"by\":\"督查室/新领导\"}"));
    assert_false(c.ok); /* the office gives no duties */
    fixture_do(&county, security, S("{\"do\":\"succeed\",\"person\":\"督查室/旧领导\",\"by\":\"督查室/新领导\",\"unit\":\"甲局\"}"));
    assert_true(slice_equal(leader_of(a), S("新领导")) && slice_equal(leader_of(b), S("旧领导")));
    assert_int_equal(listed("unled"), 0);
    fixture_do(&county, security, S("{\"do\":\"end-duty\",\"person\":\"督查室/旧领导\",\"duty\":\"leader\",\"unit\":\"乙局\",\"to\":\"2020-01-01\"}"));
    assert_int_equal(listed("unled"), 2); /* b, and the one of the first test */
    fixture_do(&county, security, S("{\"do\":\"succeed\",\"person\":\"督查室/旧领导\",\"by\":\"督查室/新领导\"}"));
    assert_int_equal(listed("unled"), 0);
    assert_true(slice_equal(leader_of(b), S("新领导")) && slice_equal(leader_of(stopped), S("旧领导"))); /* what is done stays as it was */
    struct look look = fixture_look(&county, fixture_account(&county, "young"));
    size_t at_a = 0;
    for (size_t i = 0; i < look.who.n_duties; i++)
        at_a += slice_equal(unit_name(look.people, look.who.duties[i]->unit), S("甲局"));
    assert_int_equal(at_a, 1);
    assert_int_equal(fixture_look(&county, fixture_account(&county, "old")).who.n_duties, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_that_nobody_answers_for_shows_in_its_list),
        cmocka_unit_test(a_duty_that_is_named_wrongly_is_not_ended),
        cmocka_unit_test(a_successor_takes_over_one_unit_and_then_the_rest),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
