/* Proposals for the hand-out, measured on the sample county: last year's table, this year's units, the right answers.
 * The figures are printed; what is asserted is the least that an office would call a help. */
#include "lists_fixture.h"

#include <time.h>

static struct fixture county;
static struct slice report;

static struct slice read_file(const char *name)
{
    const char *packs = getenv("TAIZHANG_PACKS");
    assert_non_null(packs);
    FILE *file = fopen(slice_format(&county.arena, "%s/county/sample/%s", packs, name).at, "rb");
    assert_non_null(file);
    char *at = NEW(&county.arena, char, 1 << 20);
    size_t n = fread(at, 1, 1 << 20, file);
    fclose(file);
    return (struct slice){ at, n };
}

/* The sample's tables have no quotes within cells. */
static struct slices *read_table(const char *name, size_t *n)
{
    struct slice rest = read_file(name), line;
    struct { struct slices *at; size_t n, cap; } rows = { 0 };
    while (rest.len && slice_cut(&rest, '\n', &line)) {
        struct slices row = { 0 };
        struct slice cell;
        if (slice_ends(line, S("\r")))
            line.len--;
        while (slice_cut(&line, ',', &cell))
            PUSH(&county.arena, &row, cell);
        PUSH(&county.arena, &rows, row);
    }
    *n = rows.n;
    return rows.at;
}

static void load(const char *name, const char *into, const char *login)
{
    struct slice body;
    struct fault f;
    size_t n;
    struct slices *rows = read_table(name, &n);
    if (!table_command(&county.arena, rows, n, slice_of(into), slice_of(name), &body, &f))
        fixture_fail(&f);
    fixture_do(&county, fixture_account(&county, login), body);
}

static int begin(void **state)
{
    char pack[1000];
    (void)state;
    snprintf(pack, sizeof pack, "%s/county", getenv("TAIZHANG_PACKS"));
    fixture_open(&county, pack, ":memory:", 1);
    load("units.csv", "units", "admin");
    load("people.csv", "people", "admin");
    load("assignment-2025.csv", "precedent", "shenzhiyuan");
    report = read_file("report.txt");
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_close(&county);
    return 0;
}

/* The heading above a task in the report: the last line before it that begins with a bracket. */
static struct slice section_of(struct slice task)
{
    ptrdiff_t at = slice_find(report, slice_part(task, 0, task.len < 60 ? task.len : 60));
    struct slice rest = slice_part(report, 0, at < 0 ? 0 : (size_t)at), line, heading = S("");
    while (rest.len && slice_cut(&rest, '\n', &line))
        if (slice_starts(line, S("（")))
            heading = line;
    return heading;
}

static struct proposer *open_proposer(struct look *look)
{
    struct proposer *p;
    struct fault f;
    *look = fixture_look(&county, fixture_account(&county, "zhangmin"));
    if (!proposer_open(look, &p, &f))
        fixture_fail(&f);
    return p;
}

/* 各乡镇 counts as one. */
static bool is_town(struct slice name)
{
    return slice_ends(name, S("乡")) || slice_ends(name, S("镇"));
}

struct tally { size_t right, proposed, wanted; };

static void tally_support(const struct look *look, const struct proposal *got, struct slice wanted, struct tally *t)
{
    size_t towns = 0;
    for (size_t i = 0; i < got->support.n; i++)
        towns += is_town(unit_short(look->people, got->support.at[i]));
    bool all_towns = towns >= 10, want_all = slice_find(wanted, S("各乡镇")) >= 0;
    for (size_t i = 0; i < got->support.n; i++) {
        struct slice name = unit_short(look->people, got->support.at[i]);
        if (all_towns && is_town(name))
            continue;
        t->proposed++;
        t->right += slice_find(wanted, name) >= 0;
    }
    t->proposed += all_towns;
    t->right += all_towns && want_all;
    struct slice rest = wanted;
    for (size_t at = 0; (rest = slice_from(wanted, at)).len; t->wanted++) {
        ptrdiff_t mark = slice_find(rest, S("、"));
        at = mark < 0 ? wanted.len : at + (size_t)mark + 3;
    }
}

static void most_leads_of_the_sample_are_found(void **state)
{
    struct look look;
    struct proposer *p = open_proposer(&look);
    struct tally support = { 0 };
    size_t n, leads = 0, leaders = 0;
    struct { size_t n, right, leaders; } by[CONFIDENCE_SURE + 1] = { 0 };
    struct slices *rows = read_table("answers-2026.csv", &n);
    (void)state;
    struct timespec began, ended;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
    for (size_t i = 1; i < n; i++) {
        struct proposal got;
        struct slice task = rows[i].at[0];
        if (!proposer_ask(p, look.arena, task, section_of(task), &got))
            continue;
        bool right = slice_equal(unit_short(look.people, got.lead), rows[i].at[1]);
        leads += right;
        by[got.confidence].n++;
        by[got.confidence].right += right;
        by[got.confidence].leaders += slice_equal(person_name(look.people, got.leader), rows[i].at[3]);
        leaders += slice_equal(person_name(look.people, got.leader), rows[i].at[3]);
        tally_support(&look, &got, rows[i].at[2], &support);
        if (!right && getenv("TAIZHANG_SHOW"))
            print_message("%.60s want %s got %s (%d): %s\n", task.at, slice_text(look.arena, rows[i].at[1]), slice_text(look.arena, unit_short(look.people, got.lead)),
                got.score, slice_text(look.arena, got.reason));
        assert_true(got.reason.len > 0);
        assert_true(got.score > 0 && got.score < 100);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
    print_message("leads %zu of %zu, leaders %zu, support: %zu right of %zu proposed, %zu wanted; %ld us\n", leads, n - 1, leaders, support.right, support.proposed, support.wanted,
        (ended.tv_sec - began.tv_sec) * 1000000 + (ended.tv_nsec - began.tv_nsec) / 1000);
    print_message("sure: %zu, lead right %zu, leader right %zu; to look at: %zu, %zu; too faint: %zu, %zu\n", by[CONFIDENCE_SURE].n, by[CONFIDENCE_SURE].right,
        by[CONFIDENCE_SURE].leaders, by[CONFIDENCE_LOOK].n, by[CONFIDENCE_LOOK].right, by[CONFIDENCE_NONE].n, by[CONFIDENCE_NONE].right);
    assert_true(by[CONFIDENCE_SURE].right * 100 >= by[CONFIDENCE_SURE].n * 90); /* an adopted one is hardly ever wrong */
    assert_true(by[CONFIDENCE_SURE].n * 2 >= n - 1);                            /* and most are */
    assert_true(leads * 100 >= (n - 1) * 70);
    assert_true(leaders * 100 >= (n - 1) * 70);
    assert_true(support.right * 100 >= support.proposed * 40);
}

static struct proposal ask(const char *title, struct look *look)
{
    struct proposer *p = open_proposer(look);
    struct proposal got;
    assert_true(proposer_ask(p, look->arena, slice_of(title), S(""), &got));
    return got;
}

static void assert_reason(const struct proposal *got, const char *part)
{
    if (slice_find(got->reason, slice_of(part)) < 0)
        print_error(S_FMT "\n", S_ARG(got->reason));
    assert_true(slice_find(got->reason, slice_of(part)) >= 0);
}

static void a_told_renaming_is_followed_and_said(void **state)
{
    struct look look;
    struct proposal got = ask("治理水土流失45平方公里", &look);
    (void)state;
    assert_true(slice_equal(unit_short(look.people, got.lead), S("县水务局")));
    assert_reason(&got, "由县水利局牵头，县水利局现为县水务局");
    assert_reason(&got, "第 68 项");
}

static void a_renaming_that_nobody_tells_is_found_by_the_duties(void **state)
{
    struct look look;
    struct proposal got = ask("组织家电以旧换新", &look);
    (void)state;
    assert_true(slice_equal(unit_short(look.people, got.lead), S("县商务局")));
    assert_reason(&got, "县投促局已无此名，按职责对应县商务局");
}

static void a_unit_that_ended_is_never_proposed(void **state)
{
    struct look look;
    struct proposal got = ask("打造乡村振兴示范村", &look);
    (void)state;
    assert_true(slice_equal(unit_short(look.people, got.lead), S("县农业农村局")));
    for (size_t i = 0; i < got.support.n; i++)
        assert_false(slice_equal(unit_short(look.people, got.support.at[i]), S("县乡村振兴局")));
}

static void what_no_row_speaks_of_is_found_by_the_duties_alone(void **state)
{
    struct look look;
    struct proposal got = ask("推动无障碍环境建设，做好辅助器具适配", &look);
    (void)state;
    assert_true(slice_equal(unit_short(look.people, got.lead), S("县残联")));
    assert_reason(&got, "与县残联职责“推动无障碍环境建设、");
}

static void a_successor_answers_for_the_units_of_a_leader_who_left(void **state)
{
    struct look look;
    struct proposal got = ask("培育限上商贸单位，新增6家", &look);
    (void)state;
    assert_true(slice_equal(person_name(look.people, got.leader), S("马国栋")));
}

static void each_township_is_meant_by_all_townships(void **state)
{
    struct look look;
    struct proposal got = ask("稳定粮食生产，播种面积46万亩", &look);
    size_t towns = 0;
    (void)state;
    for (size_t i = 0; i < got.support.n; i++)
        towns += is_town(unit_short(look.people, got.support.at[i]));
    assert_int_equal(towns, 14);
}

static void what_is_like_nothing_gets_no_proposal(void **state)
{
    struct look look;
    struct proposer *p = open_proposer(&look);
    struct proposal got;
    (void)state;
    assert_false(proposer_ask(p, look.arena, S("abc 123 ——"), S(""), &got));
    assert_false(proposer_ask(p, look.arena, S(""), S(""), &got));
    assert_int_equal(got.lead, 0);
}

static void the_same_question_has_the_same_answer(void **state)
{
    struct look look;
    struct proposal a = ask("改造供热管网14公里", &look), b = ask("改造供热管网14公里", &look);
    (void)state;
    assert_int_equal(a.lead, b.lead);
    assert_int_equal(a.score, b.score);
    assert_true(slice_equal(a.reason, b.reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_leads_of_the_sample_are_found),
        cmocka_unit_test(a_told_renaming_is_followed_and_said),
        cmocka_unit_test(a_renaming_that_nobody_tells_is_found_by_the_duties),
        cmocka_unit_test(a_unit_that_ended_is_never_proposed),
        cmocka_unit_test(what_no_row_speaks_of_is_found_by_the_duties_alone),
        cmocka_unit_test(a_successor_answers_for_the_units_of_a_leader_who_left),
        cmocka_unit_test(each_township_is_meant_by_all_townships),
        cmocka_unit_test(what_is_like_nothing_gets_no_proposal),
        cmocka_unit_test(the_same_question_has_the_same_answer),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
