/* A list shows what could be opened one by one: for people with duties thrown at random over a tree of units, for rules
 * of all kinds (tests/packs/seeing), filtered, sorted and cut into pages. */
#include "lists_fixture.h"

enum { UNITS = 14, PERSONS = 16, ENTRIES = 400 };

static const char *const ledger_names[] = { "open", "close", "odd", "own", "slow" };

static uint64_t seed(void)
{
    const char *given = getenv("TAIZHANG_SEED");
    uint64_t s = given ? strtoull(given, NULL, 10) : 20260615;
    print_message("seed %llu\n", (unsigned long long)s);
    return s;
}

/* ---------- a county by chance ---------- */

static void make_people(struct fixture *x)
{
    static const char *const kinds[] = { "office", "head", "liaison", "liaison", "viewer" };
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"people\",\"units\":[");
    for (int i = 0; i < UNITS; i++) { /* u0 is 石桥局; a parent stands before its children */
        json_comma(&b);
        buf_format(&b, "{\"code\":\"u%02d\",\"name\":\"%s%d\",\"short\":\"%s\"", i, i ? "单位" : "石桥局", i, i ? "" : "石桥局");
        if (i > 2)
            buf_format(&b, ",\"parent\":\"u%02zu\"", luck_below(&x->luck, (size_t)i));
        buf_char(&b, '}');
    }
    buf_text(&b, "],\"persons\":[");
    for (int i = 0; i < PERSONS; i++) {
        json_comma(&b);
        buf_format(&b, "{\"name\":\"人员%d\",\"unit\":\"单位%zu\",\"login\":\"p%d\",\"duties\":\"", i, 1 + luck_below(&x->luck, UNITS - 1), i);
        for (size_t k = i ? luck_below(&x->luck, 4) : 0; k; k--) { /* p0 holds nothing */
            size_t u = luck_below(&x->luck, UNITS);
            buf_format(&b, "%s:%s%zu:%s:%s;", kinds[luck_below(&x->luck, COUNT(kinds))], u ? "单位" : "石桥局", u, luck_below(&x->luck, 3) ? "unit" : "subtree",
                luck_below(&x->luck, 9) ? "" : "2027-01-01");
        }
        buf_text(&b, "\"}");
    }
    buf_text(&b, "]}");
    fixture_do(x, fixture_account(x, "admin"), slice_copy(&x->arena, buf_slice(&b)));
    buf_close(&b);
}

static struct arg maybe(struct fixture *x, int64_t v)
{
    return luck_below(&x->luck, 4) ? v_int(v) : v_null();
}

static int64_t some_unit(struct fixture *x, const struct people *p)
{
    return p->units[luck_below(&x->luck, p->n_units)].id;
}

static int64_t some_person(struct fixture *x, const struct people *p)
{
    return p->persons[luck_below(&x->luck, p->n_persons)].id;
}

static struct slice some_fields(struct fixture *x, const struct people *p)
{
    struct buf b = buf_open(4096);
    buf_char(&b, '{');
#define SOME(...) (luck_below(&x->luck, 3) ? (json_comma(&b), buf_format(&b, __VA_ARGS__)) : (void)0)
    SOME("\"amount\":%d", (int)luck_below(&x->luck, 400) * 50);
    SOME("\"circle\":\"%lld,%lld\"", (long long)some_unit(x, p), (long long)some_unit(x, p));
    SOME("\"days\":%zu", luck_below(&x->luck, 30));
    SOME("\"flag\":\"true\"");
    SOME("\"friend\":%lld", (long long)some_person(x, p));
    SOME("\"met_on\":%d", day_of(2026, 6, 1) + (int)luck_below(&x->luck, 30));
    SOME("\"month\":\"2026-0%zu\"", 1 + luck_below(&x->luck, 9));
    SOME("\"owner\":%lld", (long long)some_unit(x, p));
    SOME("\"share\":%zu", luck_below(&x->luck, 1000));
    SOME("\"spent\":%d", (int)luck_below(&x->luck, 400) * 50);
    SOME("\"text\":\"%s\"", luck_below(&x->luck, 2) ? "100%完成_甲" : "乙");
    SOME("\"word\":\"%s\"", luck_below(&x->luck, 2) ? "big" : "small");
#undef SOME
    buf_char(&b, '}');
    struct slice s = slice_copy(&x->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void put(struct fixture *x, enum sql what, const struct arg *args, size_t n)
{
    struct fault f;
    if (!store_run(x->ledger->conn, what, args, n, &f))
        fixture_fail(&f);
}

/* What hangs on an entry and decides who sees it: support units, opinions asked, a clock, a plan. */
static void make_parts(struct fixture *x, const struct people *p, int64_t id)
{
    struct arg county = v_int(159923);
    for (size_t k = luck_below(&x->luck, 4); k; k--)
        put(x, SQL_ENTRY_UNIT_PUT, ARGS(county, v_int(id), v_text(S("support")), v_int(some_unit(x, p)), v_int((int64_t)k)));
    for (size_t k = luck_below(&x->luck, 3); k; k--)
        put(x, SQL_RECEIPT_PUT, ARGS(county, v_int(id), v_int(some_unit(x, p)), v_text(S("lead")), v_int((int64_t)luck_below(&x->luck, 2)), v_text(S("asked")),
            v_int(1), v_null(), v_null(), v_null(), v_text(S("")), v_text(S("")), v_text(S("")), v_null()));
    if (luck_below(&x->luck, 2))
        put(x, SQL_CLOCK_PUT, ARGS(county, v_int(id), v_text(S("limit")), v_text(luck_below(&x->luck, 2) ? S("expired") : S("running")), v_int(20600), v_null()));
    if (!luck_below(&x->luck, 3))
        put(x, SQL_MILESTONE_PUT, ARGS(county, v_int(id), v_int(0), v_text(S("节点")), v_int(day_of(2026, 6, 1) + (int)luck_below(&x->luck, 30)), v_int(100)));
    if (luck_below(&x->luck, 3)) { /* some reports are too old to say anything, some gained nothing */
        day last = day_of(2026, 4, 1) + (int)luck_below(&x->luck, 70);
        put(x, SQL_PACE_PUT, ARGS(county, v_int(id), v_int(last - 14 - (int)luck_below(&x->luck, 60)), v_int(last), v_int((int)luck_below(&x->luck, 400) - 40)));
    }
}

static void make_entries(struct fixture *x, size_t n)
{
    static const char *const states[] = { "todo", "doing", "done" };
    struct look look = fixture_look(x, S(""));
    const struct people *p = look.people;
    for (size_t i = 0; i < n; i++) {
        int64_t id = 1000000 + (int64_t)i, stage = luck_below(&x->luck, 4) ? ENTRY_LIVE : (int64_t)luck_below(&x->luck, 3);
        struct arg row[] = { v_int(159923), v_int(id), v_text(slice_of(ledger_names[luck_below(&x->luck, COUNT(ledger_names))])), v_int(stage),
            v_text(stage == ENTRY_LIVE ? slice_format(&x->arena, "A2026-%04zu", i) : S("")),
            v_text(slice_format(&x->arena, "改造%s管网%zu%%", luck_below(&x->luck, 2) ? "供热" : "供水_", luck_below(&x->luck, 20))),
            maybe(x, some_unit(x, p)), maybe(x, some_person(x, p)), maybe(x, some_unit(x, p)),
            maybe(x, day_of(2026, 6, 1) + (int)luck_below(&x->luck, 40)), v_text(luck_below(&x->luck, 3) ? S("城乡建设") : S("")), v_null(), v_null(), v_null(), v_null(),
            v_text(slice_of(states[luck_below(&x->luck, 3)])), v_id((int64_t)luck_below(&x->luck, 6)), maybe(x, (int64_t)luck_below(&x->luck, 1001)),
            v_text(luck_below(&x->luck, 2) ? S("solved") : S("")), maybe(x, day_of(2026, 5, 1)), maybe(x, day_of(2026, 6, 3)), v_null(), v_int(id), v_int(2026),
            v_text(some_fields(x, p)), v_int(0) };
        put(x, SQL_ENTRY_PUT, row, COUNT(row));
        fixture_index(x, id);
        make_parts(x, p, id);
    }
}

static struct fixture county;
static struct entry stood[ENTRIES]; /* as they stand, whoever looks */

static void read_all(void)
{
    struct look look = fixture_look(&county, S(""));
    struct fault f;
    for (int64_t i = 0; i < ENTRIES; i++)
        if (!entry_read(&look, 1000000 + i, &stood[i], true, &f))
            fixture_fail(&f);
}

static int begin(void **state)
{
    const char *packs = getenv("TAIZHANG_TEST_PACKS");
    char pack[1000];
    (void)state;
    assert_non_null(packs);
    snprintf(pack, sizeof pack, "%s/seeing", packs);
    fixture_open(&county, pack, ":memory:", seed());
    make_people(&county);
    make_entries(&county, ENTRIES);
    read_all();
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_close(&county);
    return 0;
}

/* ---------- one by one ---------- */

struct bag { int64_t at[ENTRIES]; size_t n; };

static struct bag one_by_one(const struct look *look, const struct ledger_def *d, enum stage_of_entry stage, const struct expr *where)
{
    struct bag bag = { 0 };
    for (size_t i = 0; i < ENTRIES; i++) {
        const struct entry *e = &stood[i];
        struct entry_context context = { 0 };
        struct expr_scope scope = entry_scope(look, e, &context);
        if (e->def == d && e->stage == stage && entry_visible(look, e) && (!where || expr_holds(where, &scope)))
            bag.at[bag.n++] = e->id;
    }
    return bag;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct bag listed(const struct look *look, const struct list_query *q, int64_t *total)
{
    struct bag bag = { 0 };
    struct list_rows rows;
    struct fault f;
    if (!list_ask(look, q, &rows, &f))
        fixture_fail(&f);
    for (size_t i = 0; i < rows.n; i++)
        bag.at[bag.n++] = rows.at[i].id;
    *total = rows.total;
    qsort(bag.at, bag.n, sizeof *bag.at, by_number);
    return bag;
}

static void assert_same(const struct bag *a, const struct bag *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->at, b->at, a->n * sizeof *a->at);
}

static struct look look_of(int person)
{
    char login[8];
    snprintf(login, sizeof login, "p%d", person);
    return fixture_look(&county, fixture_account(&county, login));
}

static void a_list_shows_what_each_person_may_see_and_nothing_else(void **state)
{
    size_t shown = 0, hidden = 0;
    (void)state;
    for (int i = 0; i < PERSONS; i++) {
        struct look look = look_of(i);
        for (size_t k = 0; k < COUNT(ledger_names); k++)
            for (int stage = ENTRY_DRAFT; stage <= ENTRY_DROPPED; stage++) {
                struct list_query q = { .def = pack_ledger(look.pack, slice_of(ledger_names[k])), .stage = (enum stage_of_entry)stage, .sort_slot = -1 };
                int64_t total;
                struct bag want = one_by_one(&look, q.def, q.stage, NULL), have = listed(&look, &q, &total);
                assert_same(&want, &have);
                assert_int_equal(total, want.n);
                shown += want.n;
                hidden += ENTRIES - want.n;
            }
    }
    assert_true(shown > 500 && hidden > 500); /* else chance has tested nothing */
}

static void the_clock_sees_all_and_a_stranger_nothing_that_is_kept(void **state)
{
    (void)state;
    struct look stranger = fixture_look(&county, S(""));
    for (size_t k = 0; k < COUNT(ledger_names); k++) {
        struct list_query q = { .def = pack_ledger(stranger.pack, slice_of(ledger_names[k])), .stage = ENTRY_DRAFT, .sort_slot = -1 };
        int64_t total;
        assert_int_equal(listed(&stranger, &q, &total).n, 0);
        struct look clock = stranger;
        clock.who.account = S("clock");
        struct bag want = one_by_one(&clock, q.def, q.stage, NULL), have = listed(&clock, &q, &total);
        assert_true(want.n > 0);
        assert_same(&want, &have);
    }
}

static const char *const conditions[] = {
    "light = \"red\"", "not (light = \"red\")", "light in [red, yellow]", "light != \"green\"", "state in [todo, doing]", "done", "overdue", "not overdue",
    "due - today <= 7 days", "missing(due) or due < today", "lead = \"石桥局\"", "lead in support", "not (lead in support)", "\"石桥局\" in support",
    "missing(support)", "\"石桥局\" in circle", "not (lead in circle)", "missing(circle)", "owner = \"石桥局\" or missing(owner)", "amount >= 10000", "amount - spent > 500.5",
    "left > 0", "share * 2 < 55.5", "days > 10 and flag", "not flag", "missing(flag)", "word = \"big\"", "not (word in [big])", "contains(title, \"供热\")",
    "contains(text, \"100%完成_\")", "met_on > today", "year(met_on) = 2026", "ending = \"solved\"", "not (ending = \"solved\")", "progress > 33.3", "missing(section)",
    "friend = \"人员3\"", "leader != \"人员3\"", "expired(limit)", "not expired(limit)", "left(limit) > 3", "has_plan", "planned > 50", "lag >= 10", "not has_plan", "will_be_late", "not will_be_late", "missing(expected)", "expected > due", "expected - due > 7 days", "stalled",
    "not stalled", "schedule = \"behind\"", "not done and has_plan and schedule != \"behind\"", "missing(schedule)", "unowned", "not unowned and not done", "unled", "not unled", "unsigned > 0", "unsigned = 0 and not done", "not done and missing(stalled)", "lead or support",
    "duty(liaison) and not support", "missing(month)", "workdays(today, due) > 3", "true", "false",
};

static void a_condition_means_the_same_in_a_list_and_on_an_entry(void **state)
{
    size_t tried = 0;
    (void)state;
    for (size_t c = 0; c < COUNT(conditions); c++)
        for (int i = 1; i < PERSONS; i += 4) {
            struct look look = look_of(i);
            const struct ledger_def *d = pack_ledger(look.pack, slice_of(ledger_names[(c + (size_t)i) % COUNT(ledger_names)]));
            struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
            struct fault f;
            int64_t total;
            if (!list_parse_where(&county.arena, d, slice_of(conditions[c]), &q.where, &f)) {
                fprintf(stderr, "%s\n", conditions[c]);
                fixture_fail(&f);
            }
            struct bag want = one_by_one(&look, d, ENTRY_LIVE, q.where), have = listed(&look, &q, &total);
            if (want.n != have.n || memcmp(want.at, have.at, want.n * sizeof *want.at))
                print_error("%s: want %zu, have %zu\n", conditions[c], want.n, have.n);
            assert_same(&want, &have);
            assert_int_equal(total, want.n);
            tried += want.n;
        }
    assert_true(tried > 200);
}

/* ---------- order and pages ---------- */

static int compare(const struct value *a, const struct value *b)
{
    switch (a->type) {
    case TYPE_NUMBER: return decimal_compare(a->number, b->number);
    case TYPE_DAY: return (a->on > b->on) - (a->on < b->on);
    case TYPE_TEXT: return slice_compare(a->text, b->text);
    case TYPE_UNIT:
    case TYPE_PERSON: return (a->id > b->id) - (a->id < b->id);
    default: return 0;
    }
}

/* State and light go by their place, not by their word. */
static bool in_order(const struct look *look, const struct entry *a, const struct entry *b, int slot, bool descending)
{
    struct value x = entry_value(look, a, slot), y = entry_value(look, b, slot);
    int c = slot == COMMON_STATE ? (a->state > b->state) - (a->state < b->state) : slot == COMMON_LIGHT ? (int)a->light - (int)b->light : 0;
    if (slot != COMMON_STATE && (x.type == TYPE_NONE || y.type == TYPE_NONE)) {
        if (x.type != y.type)
            return y.type == TYPE_NONE; /* missing ones last, whatever the direction */
        c = 0;
    } else if (slot != COMMON_STATE && slot != COMMON_LIGHT) {
        c = compare(&x, &y);
    }
    if (!c)
        c = (a->id > b->id) - (a->id < b->id);
    return descending ? c > 0 : c < 0;
}

static void pages_follow_each_other_in_the_order_of_any_field(void **state)
{
    struct look look = fixture_look(&county, S(""));
    (void)state;
    look.who.account = S("clock");
    const struct ledger_def *d = pack_ledger(look.pack, S("open"));
    for (int slot = -1; slot < COMMON_COUNT + (int)d->n_fields; slot++)
        for (int descending = 0; descending < 2; descending++) {
            struct entry last = { 0 };
            int64_t seen = 0, total = 1;
            for (int64_t offset = 0; offset < total; offset += 7) {
                struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = slot, .descending = descending, .offset = offset, .limit = 7, .units = true };
                struct list_rows rows;
                struct fault f;
                if (!list_ask(&look, &q, &rows, &f))
                    fixture_fail(&f);
                total = rows.total;
                assert_int_equal(rows.n, total - offset < 7 ? total - offset : 7);
                for (size_t i = 0; i < rows.n; i++, seen++) {
                    bool units = slot == COMMON_SUPPORT || (slot >= COMMON_COUNT && d->fields[slot - COMMON_COUNT].type == FIELD_UNITS);
                    bool truths = slot >= 0 && !units && (entry_value(&look, &rows.at[i], slot).type == TYPE_BOOL);
                    if (seen && !units && !truths && slot != COMMON_COUNT + 9 && !in_order(&look, &last, &rows.at[i], slot < 0 ? COMMON_DUE : slot, descending)) {
                        print_error("slot %d descending %d row %lld\n", slot, descending, (long long)seen);
                        fail();
                    }
                    last = rows.at[i];
                }
            }
            assert_int_equal(seen, total);
            assert_true(total > 20);
        }
}

static void a_page_past_the_end_still_knows_the_total(void **state)
{
    struct look look = fixture_look(&county, S(""));
    struct fault f;
    struct list_rows rows, all;
    (void)state;
    look.who.account = S("clock");
    struct list_query q = { .def = pack_ledger(look.pack, S("open")), .stage = ENTRY_LIVE, .sort_slot = -1 };
    assert_true(list_ask(&look, &q, &all, &f));
    q.offset = 5000;
    q.limit = 50;
    assert_true(list_ask(&look, &q, &rows, &f));
    assert_int_equal(rows.n, 0);
    assert_int_equal(rows.total, all.total);
    assert_int_equal(all.total, all.n);
}

static void words_are_looked_for_as_they_are_written(void **state)
{
    struct look look = fixture_look(&county, S(""));
    struct list_rows rows;
    struct fault f;
    size_t found = 0;
    (void)state;
    look.who.account = S("clock");
    struct list_query q = { .def = pack_ledger(look.pack, S("open")), .stage = ENTRY_LIVE, .sort_slot = -1, .words = S(" 供水_  7% ") };
    assert_true(list_ask(&look, &q, &rows, &f));
    for (size_t i = 0; i < rows.n; i++) {
        assert_true(slice_find(rows.at[i].title, S("供水_")) >= 0 && slice_find(rows.at[i].title, S("7%")) >= 0);
        found++;
    }
    assert_true(found > 0);
    q.words = S("A2026-00 管网");
    assert_true(list_ask(&look, &q, &rows, &f) && rows.n > 0);
    for (size_t i = 0; i < rows.n; i++)
        assert_true(slice_starts(rows.at[i].number, S("A2026-00")));
    q.words = S("%");
    assert_true(list_ask(&look, &q, &rows, &f) && rows.n > 0);
    q.words = S("__");
    assert_true(list_ask(&look, &q, &rows, &f) && rows.n == 0);
    q.words = S("a b c d e f g h i");
    assert_false(list_ask(&look, &q, &rows, &f));
    assert_string_equal(f.code, "too-many-words");
}

static void counts_add_up_to_the_list(void **state)
{
    (void)state;
    for (int i = 0; i < PERSONS; i++)
        for (size_t k = 0; k < COUNT(ledger_names); k++) {
            struct look look = look_of(i);
            struct list_query q = { .def = pack_ledger(look.pack, slice_of(ledger_names[k])), .stage = ENTRY_LIVE, .sort_slot = -1 };
            struct list_rows rows;
            struct list_counts c;
            struct fault f;
            int64_t lights[6] = { 0 }, states[3] = { 0 };
            if (!list_ask(&look, &q, &rows, &f) || !list_counts(&look, &q, &c, &f))
                fixture_fail(&f);
            for (size_t n = 0; n < rows.n; n++) {
                lights[rows.at[n].light]++;
                states[rows.at[n].state]++;
            }
            assert_int_equal(c.total, rows.total);
            assert_memory_equal(c.lights, lights, sizeof lights);
            assert_memory_equal(c.states, states, sizeof states);
        }
}

static void quick_filters_narrow_the_list(void **state)
{
    struct look look = fixture_look(&county, S(""));
    struct list_rows rows;
    struct fault f;
    (void)state;
    look.who.account = S("clock");
    struct list_query all = { .def = pack_ledger(look.pack, S("open")), .stage = ENTRY_LIVE, .sort_slot = -1 }, q = all;
    q.light = LIGHT_RED;
    q.state = S("doing");
    assert_true(list_ask(&look, &q, &rows, &f) && rows.n > 0);
    for (size_t i = 0; i < rows.n; i++)
        assert_true(rows.at[i].light == LIGHT_RED && rows.at[i].state == 1);
    q = all;
    q.lead = rows.at[0].lead ? rows.at[0].lead : look.people->units[2].id;
    assert_true(list_ask(&look, &q, &rows, &f));
    for (size_t i = 0; i < rows.n; i++)
        assert_int_equal(rows.at[i].lead, q.lead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_shows_what_each_person_may_see_and_nothing_else),
        cmocka_unit_test(the_clock_sees_all_and_a_stranger_nothing_that_is_kept),
        cmocka_unit_test(a_condition_means_the_same_in_a_list_and_on_an_entry),
        cmocka_unit_test(pages_follow_each_other_in_the_order_of_any_field),
        cmocka_unit_test(a_page_past_the_end_still_knows_the_total),
        cmocka_unit_test(words_are_looked_for_as_they_are_written),
        cmocka_unit_test(counts_add_up_to_the_list),
        cmocka_unit_test(quick_filters_narrow_the_list),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
