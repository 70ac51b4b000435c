/* What a page offers is what a command does: a walk by chance through the county's tasks, in which every offered door is
 * tried, open or locked, and after every step each person's list of what waits is held against the offers. */
#include "lists_fixture.h"

enum { STEPS = 900, LIVE = 20, DRAFTS = 3 };

static const char *const logins[] = { "office", "liaison1", "liaison2", "head1", "liaison3", "leader", "viewer" };

static struct fixture county;
static int64_t entries[LIVE + DRAFTS];
static struct slice proof;

static int begin(void **state)
{
    char pack[1000];
    struct fault f;
    (void)state;
    assert_non_null(getenv("TAIZHANG_PACKS"));
    snprintf(pack, sizeof pack, "%s/county", getenv("TAIZHANG_PACKS"));
    const char *given = getenv("TAIZHANG_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 7;
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_open(&county, pack, ":memory:", seed);
    fixture_do(&county, fixture_account(&county, "admin"), S("{\"do\":\"people\",\"units\":[{\"code\":\"1\",\"name\":\"督查室\",\"parent\":\"159923\"},{\"code\":\"2\",\"name\":\"甲局\",\"parent\":\"159923\"},"
        "{\"code\":\"3\",\"name\":\"乙局\",\"parent\":\"159923\"},{\"code\":\"4\",\"name\":\"丙局\",\"parent\":\"159923\"}],\"persons\":["
        "{\"name\":\"督查\",\"unit\":\"督查室\",\"login\":\"office\",\"duties\":\"supervisor:石桥县:subtree\"},"
        "{\"name\":\"甲\",\"unit\":\"甲局\",\"login\":\"liaison1\",\"duties\":\"liaison:甲局\"},{\"name\":\"乙\",\"unit\":\"乙局\",\"login\":\"liaison2\",\"duties\":\"liaison:乙局;liaison:丙局\"},"
        "{\"name\":\"甲长\",\"unit\":\"甲局\",\"login\":\"head1\",\"duties\":\"head:甲局\"},{\"name\":\"丙\",\"unit\":\"丙局\",\"login\":\"liaison3\",\"duties\":\"liaison:丙局\"},"
        "{\"name\":\"领导\",\"unit\":\"督查室\",\"login\":\"leader\",\"duties\":\"leader:甲局\"},{\"name\":\"看\",\"unit\":\"督查室\",\"login\":\"viewer\",\"duties\":\"viewer:石桥县\"}]}"));
    struct slice office = fixture_account(&county, "office");
    for (int i = 0; i < LIVE; i++)
        entries[i] = fixture_do(&county, office, slice_format(&county.arena, "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"任务%d\",\"lead\":\"甲局\",\"support\":\"乙局\","
            "\"leader\":\"领导\",\"due\":\"2026-12-31\"}}", i));
    struct look look = fixture_look(&county, office);
    for (int i = 0; i < DRAFTS; i++) { /* drafts that stand in the tables, as a report would bring them */
        int64_t id = entries[LIVE + i] = 500000 + i;
        int64_t lead = people_unit_named(look.people, S("乙局"))->id, root = people_unit_named(look.people, S("督查室"))->id;
        if (!store_run(county.ledger->conn, SQL_ENTRY_PUT, ARGS(v_int(159923), v_int(id), v_text(S("tasks")), v_int(ENTRY_DRAFT), v_text(S("")), v_text(S("草稿")), v_int(lead), v_null(),
                v_int(root), v_null(), v_text(S("")), v_null(), v_null(), v_null(), v_null(), v_text(S("todo")), v_null(), v_null(), v_text(S("")), v_null(), v_null(), v_null(),
                v_int(1), v_int(2026), v_text(S("{}")), v_int(0)), &f))
            fixture_fail(&f);
    }
    fixture_do(&county, office, S("{\"do\":\"consult\",\"entries\":[500000,500001],\"until\":\"2026-06-20\"}"));
    if (!file_put(county.ledger, &county.arena, S("照片"), &proof, &f))
        fixture_fail(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_close(&county);
    return 0;
}

/* ---------- the command behind an offer, filled in as a person would ---------- */

static void put_set(struct buf *b, const struct ledger_def *d, int slot, int step)
{
    static const char *const units[] = { "甲局", "乙局", "丙局" };
    enum field_type type = slot < COMMON_COUNT ? common_type((enum common)slot) : d->fields[slot - COMMON_COUNT].type;
    struct slice name = slot_name(d, slot);
    buf_format(b, "\"set\":{\"" S_FMT "\":", S_ARG(name));
    switch (type) {
    case FIELD_UNIT:
    case FIELD_UNITS: buf_format(b, "\"%s\"", units[luck_below(&county.luck, 3)]); break;
    case FIELD_PERSON: buf_text(b, "\"领导\""); break;
    case FIELD_DAY: buf_format(b, "\"2026-12-%02d\"", 1 + step % 28); break;
    default: buf_format(b, "\"第%d步\"", step); break;
    }
    buf_char(b, '}');
}

static struct slice command_of(const struct entry *e, const struct offer *o, int step)
{
    struct buf b = buf_open(4096);
    buf_format(&b, "{\"entry\":\"e%lld\",\"note\":\"第%d步\",", (long long)e->id, step);
    switch (o->act) {
    case ACT_MOVE:
        buf_format(&b, "\"do\":\"move\",\"move\":\"" S_FMT "\",\"proofs\":[{\"hash\":\"" S_FMT "\",\"name\":\"现场.jpg\"}]", S_ARG(e->def->moves[o->which].name), S_ARG(proof));
        break;
    case ACT_REPORT: buf_format(&b, "\"do\":\"report\",\"set\":{\"done_so_far\":\"第%d步\"},\"progress\":\"%d\"", step, step % 100); break;
    case ACT_PLAN: buf_format(&b, "\"do\":\"plan\",\"milestones\":[{\"title\":\"第%d步\",\"due\":\"2026-06-30\",\"percent\":100}]", step); break;
    case ACT_LINE: buf_format(&b, "\"do\":\"line\",\"lines\":\"" S_FMT "\",\"set\":{\"text\":\"抓紧%d\"}", S_ARG(e->def->lines[o->which].name), step); break;
    case ACT_ASK: buf_format(&b, "\"do\":\"ask\",\"ask\":\"" S_FMT "\",\"set\":{\"until\":\"2027-01-31\",\"reason\":\"雨\"}", S_ARG(e->def->asks[o->which].name)); break;
    case ACT_ANSWER: buf_format(&b, "\"do\":\"answer\",\"id\":%lld,\"grant\":%s", (long long)o->id, step % 2 ? "true" : "false"); break;
    case ACT_SIGN: buf_format(&b, "\"do\":\"sign\",\"unit\":\"%lld\"", (long long)o->id); break;
    case ACT_RETURN: buf_format(&b, "\"do\":\"return\",\"unit\":\"%lld\"", (long long)o->id); break;
    case ACT_RULE: buf_format(&b, "\"do\":\"rule\",\"unit\":\"%lld\",\"ruling\":\"keep\"", (long long)o->id); break;
    case ACT_SET:
        buf_text(&b, "\"do\":\"set\",");
        put_set(&b, e->def, o->which, step);
        break;
    }
    buf_char(&b, '}');
    struct slice s = slice_copy(&county.arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* ---------- what waits, held against the offers ---------- */

static bool is_todo(const struct todos *t, enum todo_kind kind, int64_t entry, int64_t id)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].kind == kind && t->at[i].entry == entry && (kind == TODO_ANSWER ? t->at[i].id : t->at[i].unit) == id)
            return true;
    return false;
}

static size_t todos_agree(const struct look *look)
{
    struct todos t;
    struct fault f;
    size_t offered = 0, listed = 0;
    if (!todos_ask(look, &t, &f))
        fixture_fail(&f);
    for (size_t i = 0; i < COUNT(entries); i++) {
        struct entry e;
        struct entry_file file;
        struct offers offers;
        if (!entry_see(look, entries[i], &e, &f))
            continue;
        if (!entry_file(look, &e, &file, &f) || !entry_offers(look, &e, &file, &offers, &f))
            fixture_fail(&f);
        for (size_t k = 0; k < offers.n; k++) {
            const struct offer *o = &offers.at[k];
            enum todo_kind kind = o->act == ACT_SIGN ? (e.stage == ENTRY_LIVE ? TODO_SIGN : TODO_OPINION) : o->act == ACT_RULE ? TODO_RULE : TODO_ANSWER;
            if (o->act != ACT_SIGN && o->act != ACT_RULE && o->act != ACT_ANSWER)
                continue;
            assert_int_equal(is_todo(&t, kind, e.id, o->id), o->allowed);
            offered += o->allowed;
        }
    }
    for (size_t i = 0; i < t.n; i++)
        listed += t.at[i].kind != TODO_NOTICE;
    assert_int_equal(listed, offered);
    return listed;
}

static void a_door_that_is_offered_opens_and_one_that_is_not_says_why(void **state)
{
    size_t opened[ACT_SET + 1] = { 0 }, locked[ACT_SET + 1] = { 0 }, todos = 0;
    (void)state;
    for (int step = 0; step < STEPS; step++) {
        const char *login = logins[luck_below(&county.luck, COUNT(logins))];
        struct slice account = fixture_account(&county, login);
        struct look look = fixture_look(&county, account);
        struct entry e;
        struct entry_file file;
        struct offers offers;
        struct fault f;
        if (!entry_see(&look, entries[luck_below(&county.luck, COUNT(entries))], &e, &f))
            continue;
        if (!entry_file(&look, &e, &file, &f) || !entry_offers(&look, &e, &file, &offers, &f))
            fixture_fail(&f);
        struct offer o = offers.at[luck_below(&county.luck, offers.n)];
        for (size_t tries = 0; step % 2 && !o.allowed && tries < offers.n; tries++) /* every other time an open door is looked for */
            o = offers.at[luck_below(&county.luck, offers.n)];
        const char *why = o.allowed ? "" : o.why.code; /* codes are literals and outlive the look */
        struct slice body = command_of(&e, &o, step);
        struct command c = fixture_try(&county, account, body);
        bool same = c.ok || !strcmp(c.fault.code, "nothing-changed") ? o.allowed : !o.allowed && !strcmp(c.fault.code, why);
        if (!same)
            print_error("step %d %s " S_FMT ": offered %d (%s), done %d (%s)\n", step, login, S_ARG(body), o.allowed, why, c.ok, c.ok ? "" : c.fault.code);
        assert_true(same);
        ++*(o.allowed ? &opened[o.act] : &locked[o.act]);
        for (size_t i = 0; step % 25 == 0 && i < COUNT(logins); i++) {
            struct look who = fixture_look(&county, fixture_account(&county, logins[i]));
            todos += todos_agree(&who);
        }
    }
    for (int act = 0; act <= ACT_SET; act++) {
        print_message("act %d: %zu opened, %zu locked\n", act, opened[act], locked[act]);
        assert_true(opened[act] + locked[act] > 0);
    }
    assert_true(opened[ACT_MOVE] && opened[ACT_REPORT] && opened[ACT_SIGN] && opened[ACT_RETURN] && opened[ACT_SET] && locked[ACT_MOVE] && todos > 50);
}

static void an_entry_has_its_whole_file(void **state)
{
    struct look look = fixture_look(&county, fixture_account(&county, "office"));
    struct entry e;
    struct entry_file file;
    struct fault f;
    size_t history = 0, proofs = 0, lines = 0;
    (void)state;
    for (int i = 0; i < LIVE; i++) {
        if (!entry_see(&look, entries[i], &e, &f) || !entry_file(&look, &e, &file, &f))
            fixture_fail(&f);
        assert_true(file.n_history > 0 && slice_equal(file.history[0].kind, S("opened")));
        for (size_t k = 1; k < file.n_history; k++)
            assert_true(file.history[k].seq > file.history[k - 1].seq);
        assert_int_equal(file.history[file.n_history - 1].seq >= e.version, 1);
        assert_true(file.n_receipts > 0 && file.n_clocks > 0);
        history += file.n_history;
        proofs += file.n_proofs;
        lines += file.n_lines;
    }
    assert_true(history > 100 && proofs > 0 && lines > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_door_that_is_offered_opens_and_one_that_is_not_says_why),
        cmocka_unit_test(an_entry_has_its_whole_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
