/* Packs: what the county's ledgers become, the hash, the bounds, and working days. Broken packs have a folder each in
 * tests/broken-packs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/pack.h"

static const char *county_folder(void)
{
    static char path[4096];
    const char *source = getenv("TAIZHANG_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/packs/county", source ? source : ".");
    return path;
}

static void open_well(const char *folder, struct pack *p)
{
    struct pack_problems problems = { 0 };
    struct fault f = { 0 };
    bool good = pack_open(folder, p, &problems, &f);
    for (size_t i = 0; i < problems.n; i++)
        print_error(S_FMT ":%d " S_FMT "\n", S_ARG(problems.at[i].file), problems.at[i].line, S_ARG(problems.at[i].cause));
    assert_true(good);
}

static int open_county(void **state)
{
    struct pack *p = calloc(1, sizeof *p);
    open_well(county_folder(), p);
    *state = p;
    return 0;
}

static int close_county(void **state)
{
    pack_close(*state);
    free(*state);
    return 0;
}

static day on(const char *text)
{
    day d = DAY_NONE;
    assert_true(day_parse(slice_of(text), &d));
    return d;
}

static const struct ledger_def *tasks_of(const struct pack *p)
{
    const struct ledger_def *l = pack_ledger(p, S("tasks"));
    assert_non_null(l);
    return l;
}

static uint32_t role_bit(const struct ledger_def *l, const char *name)
{
    for (size_t i = 0; i < l->n_roles; i++)
        if (slice_equal(l->roles[i].name, slice_of(name)))
            return UINT32_C(1) << i;
    return 0;
}

static uint32_t state_bit(const struct ledger_def *l, const char *name)
{
    int i = ledger_state(l, slice_of(name));
    return i < 0 ? 0 : UINT32_C(1) << i;
}

/* ---------- the county's tasks, as declared ---------- */

static void ledgers_stand_as_the_pack_orders_them(void **state)
{
    static const char *const order[] = { "tasks", "projects", "figures" }; /* the files' order is figures, projects, tasks */
    const struct pack *p = *state;
    assert_int_equal(p->n_ledgers, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(slice_equal(p->ledgers[i].name, slice_of(order[i])));
    assert_ptr_equal(pack_paper(p, S("assignment"))->def, &p->ledgers[0]);
}

static void the_head_says_duties_and_what_they_may(void **state)
{
    const struct pack *p = *state;
    assert_true(slice_equal(p->name, S("county")));
    const struct duty_kind *d = &p->duties[pack_duty(p, S("supervisor"))];
    assert_int_equal(d->can, CAN_IMPORT | CAN_HAND_OUT | CAN_EXPORT | CAN_CLOCK);
    int sys = pack_duty(p, S("sysadmin")), sec = pack_duty(p, S("secadmin")), audit = pack_duty(p, S("auditor"));
    assert_int_equal(p->duties[sys].never_with, 1u << sec | 1u << audit);
    assert_int_equal(pack_duty(p, S("nobody")), -1);
}

static void a_role_is_a_field_with_duties_or_a_duty_at_the_keeper(void **state)
{
    const struct pack *p = *state;
    const struct ledger_def *l = tasks_of(p);
    assert_int_equal(l->n_roles, 5);
    assert_int_equal(l->roles[0].field, COMMON_LEAD);
    assert_int_equal(l->roles[0].duties, 1u << pack_duty(p, S("liaison")) | 1u << pack_duty(p, S("head")));
    assert_int_equal(l->roles[2].field, COMMON_LEADER);
    assert_int_equal(l->roles[2].duties, 0);
    assert_int_equal(l->roles[3].field, -1);
}

static void moves_know_their_states_their_people_and_their_needs(void **state)
{
    const struct ledger_def *l = tasks_of(*state);
    const struct move *submit = &l->moves[ledger_move(l, S("submit"))], *close = &l->moves[ledger_move(l, S("close"))];
    assert_int_equal(submit->from, state_bit(l, "todo") | state_bit(l, "doing"));
    assert_int_equal(submit->to, ledger_state(l, S("submitted")));
    assert_int_equal(submit->by, role_bit(l, "lead"));
    assert_int_equal(submit->n_needs, 1);
    assert_int_equal(submit->needs[0].kind, NEED_PROOFS);
    assert_int_equal(close->not_by, role_bit(l, "lead") | role_bit(l, "support"));
    assert_int_equal(close->ending, ENDING_SOLVED);
    assert_true(slice_equal(l->moves[ledger_move(l, S("reopen"))].counts, S("reopened")));
    const struct ledger_def *figures = pack_ledger(*state, S("figures"));
    const struct move *keep = &figures->moves[ledger_move(figures, S("keep"))];
    assert_int_equal(keep->needs[0].kind, NEED_FIELD);
    assert_int_equal(keep->needs[0].slot, ledger_slot(figures, S("actual")));
}

static void states_reports_and_finals(void **state)
{
    const struct ledger_def *l = tasks_of(*state);
    assert_int_equal(l->initial, ledger_state(l, S("todo")));
    assert_int_equal(l->opens_in, state_bit(l, "todo"));
    assert_int_equal(l->final, state_bit(l, "closed") | state_bit(l, "stopped"));
    assert_true(l->states[ledger_state(l, S("closed"))].final);
    assert_int_equal(l->report_moves[ledger_state(l, S("todo"))], ledger_state(l, S("doing")));
    assert_int_equal(l->report_moves[ledger_state(l, S("doing"))], -1);
    assert_int_equal(l->report_by, role_bit(l, "lead"));
    assert_int_equal(l->required_common, 1u << COMMON_LEAD | 1u << COMMON_DUE);
    assert_int_equal(l->common_set_by[COMMON_DUE], role_bit(l, "supervisor"));
    assert_int_equal(l->fields[ledger_slot(l, S("theme")) - COMMON_COUNT].set_by, role_bit(l, "supervisor"));
}

static void asks_lines_receipt_and_clock(void **state)
{
    const struct ledger_def *l = tasks_of(*state);
    const struct ask *extension = &l->asks[ledger_ask(l, S("extension"))];
    assert_int_equal(extension->at_most, 2);
    assert_int_equal(extension->grants[0].slot, COMMON_DUE);
    assert_int_equal(extension->grants[0].of, 0);
    assert_int_equal(extension->of[0].type, FIELD_DAY);
    const struct lines *instructions = &l->lines[ledger_lines(l, S("instructions"))];
    assert_true(instructions->append_only);
    assert_int_equal(instructions->sets[0].of, 1);
    assert_true(l->receipt.used);
    assert_int_equal(l->receipt.within.days.n, 3);
    assert_int_equal(l->receipt.within.days.unit, DAYS_WORK);
    assert_int_equal(l->clocks[0].until_slot, COMMON_DUE);
    assert_true(l->clocks[0].pauses_in_dispute);
    assert_true(slice_equal(l->clocks[0].notice, S("overdue")));
    assert_true(slice_equal(l->clocks[0].notice_label.zh, S("到期提醒")));
    assert_int_equal(l->clocks[0].notice_to, role_bit(l, "lead"));
    assert_int_equal(l->plan, PLAN_MILESTONES);
    assert_int_equal(l->drafts.from, DRAFT_TASK);
    assert_true(slice_equal(l->drafts.where_status, S("planned")));
    assert_int_equal(l->drafts.n_sets, 7); /* support is put together from two */
    assert_ptr_equal(pack_ledger((const struct pack *)*state, S("figures"))->drafts.outside_def, l);
}

static void fields_have_scales_words_and_rules(void **state)
{
    const struct ledger_def *figures = pack_ledger(*state, S("figures")), *projects = pack_ledger(*state, S("projects"));
    const struct field *bound = &figures->fields[0], *total = &projects->fields[ledger_slot(projects, S("total")) - COMMON_COUNT];
    assert_int_equal(bound->type, FIELD_ENUM);
    assert_int_equal(bound->n_options, 4);
    assert_true(slice_equal(bound->options[1].label.zh, S("不高于")));
    assert_true(slice_equal(bound->fallback, S("at_least")));
    assert_int_equal(total->type, FIELD_MONEY);
    assert_int_equal(total->scale, 2);
    const struct field *rate = &projects->fields[ledger_slot(projects, S("rate")) - COMMON_COUNT];
    assert_non_null(rate->computed);
    assert_int_equal(rate->scale, 1);
}

static void common_things_have_names_and_labels(void **state)
{
    for (int c = 0; c < COMMON_COUNT; c++) {
        assert_true(common_name((enum common)c).len > 0 && common_label((enum common)c).zh.len > 0);
        assert_int_equal(ledger_slot(tasks_of(*state), common_name((enum common)c)), c);
    }
    assert_int_equal(ledger_slot(tasks_of(*state), S("nothing")), -1);
    assert_string_equal(light_word(LIGHT_YELLOW), "yellow");
    assert_string_equal(ending_word(ENDING_NOT_COMPETENT), "not-competent");
}

/* ---------- lights and lists hold what they say ---------- */

struct asked { const char *state; const char *due; int64_t lag; bool has_lag; };

static bool get(void *context, int slot, struct value *v)
{
    const struct asked *e = context;
    if (slot == COMMON_STATE)
        *v = (struct value){ .type = TYPE_TEXT, .text = slice_of(e->state) };
    else if (slot == COMMON_DUE && e->due)
        *v = (struct value){ .type = TYPE_DAY, .on = on(e->due) };
    else if (slot == COMMON_LAG && e->has_lag)
        *v = (struct value){ .type = TYPE_NUMBER, .number = { e->lag, 1, true } };
    else
        return false;
    return true;
}

static void the_first_light_that_holds_wins(void **state)
{
    const struct ledger_def *l = tasks_of(*state);
    static const struct { struct asked entry; const char *light; } rows[] = {
        { { "closed", "2026-01-01" }, "blue" }, { { "doing", "2026-06-29" }, "red" }, { { "doing", "2026-06-30" }, "yellow" },
        { { "doing", "2026-07-07" }, "yellow" }, { { "doing", "2026-07-08" }, "green" }, { { "doing", "2026-12-31", 100, true }, "yellow" },
        { { "doing", "2026-12-31", 99, true }, "green" }, { { "todo", "2026-12-31" }, "grey" }, { { "doing", NULL }, "green" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct asked entry = rows[i].entry;
        struct expr_scope scope = { .context = &entry, .today = on("2026-06-30"), .get = get };
        size_t k = 0;
        while (k < l->n_lights && !expr_holds(l->lights[k].when, &scope))
            k++;
        assert_true(k < l->n_lights);
        assert_string_equal(light_word(l->lights[k].light), rows[i].light);
    }
}

static void an_entry_without_a_due_day_is_not_overdue(void **state)
{
    const struct ledger_def *l = tasks_of(*state);
    struct arena a;
    const struct expr *e;
    struct fault f;
    arena_open(&a, 0);
    assert_true(expr_parse(&a, S("overdue"), &l->names, TYPE_BOOL, &e, &f));
    struct asked entry = { "doing", NULL };
    struct expr_scope scope = { .context = &entry, .today = on("2026-06-30"), .get = get };
    struct value v = expr_eval(e, &scope);
    assert_int_equal(v.type, TYPE_BOOL);
    assert_false(v.truth);
    arena_close(&a);
}

/* ---------- the hash, and the files that a ledger keeps ---------- */

static void the_files_of_a_pack_make_the_same_pack(void **state)
{
    const struct pack *p = *state;
    struct pack again;
    struct pack_problems problems = { 0 };
    struct fault f;
    struct pack_file *turned = calloc(p->n_files, sizeof *turned);
    for (size_t i = 0; i < p->n_files; i++)
        turned[i] = p->files[p->n_files - 1 - i];
    assert_true(pack_from_files(turned, p->n_files, &again, &problems, &f));
    assert_string_equal(p->hash, again.hash);
    assert_int_equal(strlen(p->hash), 64);
    assert_int_equal(p->n_ledgers, again.n_ledgers);
    pack_close(&again);
    free(turned);
}

static bool take(struct pack_file *files, size_t n, struct pack *p, struct pack_problems *problems)
{
    struct fault f;
    *problems = (struct pack_problems){ 0 };
    return pack_from_files(files, n, p, problems, &f);
}

/* Moving a byte from a name to the content, or from one file to the next, must show. */
static void the_hash_knows_where_names_and_files_end(void **state)
{
    struct pack_file packs[][2] = { { { S("a"), S("bc") }, { S("d"), S("e") } }, { { S("ab"), S("c") }, { S("d"), S("e") } },
        { { S("a"), S("b") }, { S("cd"), S("e") } }, { { S("a"), S("bcde") }, { S("d"), S("") } } };
    char hashes[COUNT(packs)][65];
    for (size_t i = 0; i < COUNT(packs); i++) {
        struct pack p;
        struct pack_problems problems;
        assert_false(take(packs[i], 2, &p, &problems)); /* no pack.yaml, but a hash */
        memcpy(hashes[i], p.hash, 65);
        pack_close(&p);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
    }
}

/* The bytes under the hash are pinned: "pack.yaml", 0, as 8-byte lengths and bytes. */
static void the_hash_is_pinned(void **state)
{
    struct pack_file file = { S("pack.yaml"), S("") };
    struct pack p;
    struct pack_problems problems;
    assert_false(take(&file, 1, &p, &problems));
    assert_string_equal(p.hash, "a4176a1c7ecdba2bc143cb68df1269b7e42d9b618af2440a91f68fd4b291b98c");
    pack_close(&p);
}

static void two_files_of_one_name_are_refused(void **state)
{
    struct pack_file files[] = { { S("pack.yaml"), S("a: b") }, { S("pack.yaml"), S("a: b") } };
    struct pack p;
    struct pack_problems problems;
    assert_false(take(files, 2, &p, &problems));
    pack_close(&p);
}

/* ---------- hostile files ---------- */

static int problem_count(struct slice text)
{
    struct pack_file file = { S("pack.yaml"), text };
    struct pack p;
    struct pack_problems problems;
    assert_false(take(&file, 1, &p, &problems));
    int n = (int)problems.n;
    assert_true(n > 0);
    for (int i = 0; i < n; i++)
        assert_int_equal(utf8_valid(problems.at[i].cause), problems.at[i].cause.len);
    pack_close(&p);
    return n;
}

static void deep_wide_and_broken_files_are_refused_shortly(void **state)
{
    struct buf b = buf_open(4 << 20);
    for (int i = 0; i < 200000; i++)
        buf_text(&b, "[");
    problem_count(buf_slice(&b));
    b.len = 0;
    for (int i = 0; i < 5000; i++)
        buf_format(&b, "key%d: 1\n", i);
    assert_true(problem_count(buf_slice(&b)) <= PACK_PROBLEMS_MAX + 1);
    b.len = 0;
    buf_text(&b, "a: &a [x]\nb: [");
    for (int i = 0; i < 1000; i++)
        buf_text(&b, "*a, ");
    assert_int_equal(problem_count(buf_slice(&b)), 1);
    problem_count(S("\xff\xfe\x00"));
    problem_count(S("pack: \"\\0\"\n"));
    problem_count(S("- a\n- b\n"));
    problem_count(S("? [a]\n: b\n"));
    problem_count(S(""));
    buf_close(&b);
}

static void a_listing_of_problems_ends_and_says_so(void **state)
{
    struct buf b = buf_open(1 << 20);
    for (int i = 0; i < 400; i++)
        buf_format(&b, "key%d: 1\n", i);
    assert_int_equal(problem_count(buf_slice(&b)), PACK_PROBLEMS_MAX + 1);
    buf_close(&b);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void links_and_missing_folders_are_refused(void **state)
{
    char folder[] = "/tmp/taizhang-pack-XXXXXX", path[4200];
    struct pack p;
    struct pack_problems problems = { 0 };
    struct fault f;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "pack.yaml", "pack: x\n");
    write_file(folder, ".hidden", "not the pack's");
    assert_false(pack_open(folder, &p, &problems, &f));
    assert_string_equal(f.code, "pack-broken");
    assert_int_equal(p.n_files, 1);
    pack_close(&p);
    snprintf(path, sizeof path, "%s/link.txt", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    problems = (struct pack_problems){ 0 };
    assert_false(pack_open(folder, &p, &problems, &f));
    assert_string_equal(f.code, "pack-file");
    pack_close(&p);
    unlink(path);
    snprintf(path, sizeof path, "%s/pack.yaml", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/.hidden", folder);
    unlink(path);
    rmdir(folder);
    assert_false(pack_open(folder, &p, &problems, &f));
    assert_int_equal(f.kind, FAULT_MISSING);
    pack_close(&p);
}

/* ---------- working days ---------- */

static const struct { const char *on; bool works; const char *why; } days[] = {
    { "2025-01-26", true, "a Sunday that works for Spring Festival" }, { "2025-01-28", false, "New Year's Eve" },
    { "2025-02-05", true, "the Wednesday after" }, { "2025-10-08", false, "a Wednesday of National Day" },
    { "2025-10-11", true, "a Saturday that works" }, { "2025-10-12", false, "a Sunday" }, { "2026-01-02", false, "swapped" },
    { "2026-01-04", true, "a Sunday that works" }, { "2026-02-14", true, "a Saturday that works" }, { "2026-02-23", false, "the ninth day" },
    { "2026-02-24", true, "back at work" }, { "2026-05-09", true, "a Saturday that works" }, { "2026-06-19", false, "Dragon Boat" },
    { "2023-10-07", true, "a Saturday that works" }, { "2024-02-09", true, "New Year's Eve of 2024 was no holiday" },
};

static void published_years_follow_the_calendar(void **state)
{
    for (size_t i = 0; i < COUNT(days); i++) {
        bool provisional = true;
        if (pack_is_workday(*state, on(days[i].on), &provisional) != days[i].works)
            fail_msg("%s: %s", days[i].on, days[i].why);
        assert_false(provisional);
    }
}

static void a_year_without_a_calendar_is_provisional(void **state)
{
    bool provisional = false;
    assert_false(pack_is_workday(*state, on("2027-01-01"), &provisional));
    assert_true(provisional);
    assert_true(pack_is_workday(*state, on("2027-02-08"), &provisional)); /* Spring Festival of 2027 is lunar: unknown */
    assert_false(pack_is_workday(*state, on("2027-10-01"), &provisional));
    assert_false(pack_is_workday(*state, on("2027-05-01"), &provisional)); /* a Saturday anyhow */
    assert_false(pack_is_workday(*state, on("2028-05-02"), &provisional));
    assert_true(pack_is_workday(*state, on("2028-05-03"), &provisional));
}

static void the_day_of_the_event_is_not_counted(void **state)
{
    const struct pack *p = *state;
    static const struct { const char *from; int n; const char *to; } rows[] = {
        { "2026-06-18", 1, "2026-06-22" }, { "2026-02-13", 1, "2026-02-14" }, { "2026-02-14", 1, "2026-02-24" },
        { "2023-05-10", 15, "2023-05-31" }, { "2026-06-20", 0, "2026-06-20" }, { "2026-02-24", -1, "2026-02-14" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(pack_add_workdays(p, on(rows[i].from), rows[i].n), on(rows[i].to));
    assert_int_equal(pack_add_workdays(p, DAY_NONE, 3), DAY_NONE);
    assert_int_equal(pack_add_workdays(p, on("2026-01-01"), 1000000), DAY_NONE);
}

static void counting_between_is_adding_one_by_one(void **state)
{
    const struct pack *p = *state;
    uint64_t dice = 1;
    for (int i = 0; i < 300; i++) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        day from = on("2022-06-01") + (day)(dice >> 33) % 2400, to = from + (day)(dice >> 50) % 500;
        int n = 0;
        for (day d = from + 1; d <= to; d++)
            n += pack_is_workday(p, d, NULL);
        assert_int_equal(pack_workdays_between(p, from, to), n);
        assert_int_equal(pack_workdays_between(p, to, from), -n);
    }
    assert_true(pack_workdays_between(p, on("0001-01-01"), on("9999-12-31")) > 2000000);
}

static struct value limit(int32_t n, int unit)
{
    struct value v = { .type = TYPE_DAYS };
    v.days.n = n;
    v.days.unit = (__typeof__(v.days.unit))unit;
    return v;
}

static void a_last_day_on_a_holiday_moves_to_the_day_after_it(void **state)
{
    const struct pack *p = *state;
    static const struct { const char *from; int n, unit; const char *to; } rows[] = {
        { "2026-06-01", 30, DAYS_CALENDAR, "2026-07-01" }, { "2026-09-05", 30, DAYS_CALENDAR, "2026-10-08" },
        { "2026-01-31", 1, DAYS_MONTHS, "2026-02-28" /* a Saturday that works */ }, { "2025-12-01", 1, DAYS_MONTHS, "2026-01-04" },
        { "2026-09-28", 5, DAYS_WORK, "2026-10-10" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(pack_add_limit(p, on(rows[i].from), limit(rows[i].n, rows[i].unit)), on(rows[i].to));
    assert_int_equal(pack_add_limit(p, on("9999-12-30"), limit(7, DAYS_CALENDAR)), DAY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ledgers_stand_as_the_pack_orders_them),
        cmocka_unit_test(the_head_says_duties_and_what_they_may),
        cmocka_unit_test(a_role_is_a_field_with_duties_or_a_duty_at_the_keeper),
        cmocka_unit_test(moves_know_their_states_their_people_and_their_needs),
        cmocka_unit_test(states_reports_and_finals),
        cmocka_unit_test(asks_lines_receipt_and_clock),
        cmocka_unit_test(fields_have_scales_words_and_rules),
        cmocka_unit_test(common_things_have_names_and_labels),
        cmocka_unit_test(the_first_light_that_holds_wins),
        cmocka_unit_test(an_entry_without_a_due_day_is_not_overdue),
        cmocka_unit_test(the_files_of_a_pack_make_the_same_pack),
        cmocka_unit_test(the_hash_knows_where_names_and_files_end),
        cmocka_unit_test(the_hash_is_pinned),
        cmocka_unit_test(two_files_of_one_name_are_refused),
        cmocka_unit_test(deep_wide_and_broken_files_are_refused_shortly),
        cmocka_unit_test(a_listing_of_problems_ends_and_says_so),
        cmocka_unit_test(links_and_missing_folders_are_refused),
        cmocka_unit_test(published_years_follow_the_calendar),
        cmocka_unit_test(a_year_without_a_calendar_is_provisional),
        cmocka_unit_test(the_day_of_the_event_is_not_counted),
        cmocka_unit_test(counting_between_is_adding_one_by_one),
        cmocka_unit_test(a_last_day_on_a_holiday_moves_to_the_day_after_it),
    };
    return cmocka_run_group_tests(tests, open_county, close_county);
}
