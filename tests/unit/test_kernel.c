/* The rules of the kernel that no story reaches: keys, versions, what a refusal leaves behind, figures, numbers, clocks
 * that go back, undoing; and a thousand commands by chance, after which everything must still hold. The county pack is
 * played with, its three ledgers and a dozen accounts. TAIZHANG_TEST_SEED plays another chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "county.h"

#include <stdio.h>
#include <stdlib.h>

static const char more_people[] =
    "{\"do\":\"people\",\"units\":["
    "{\"code\":\"S\",\"name\":\"水务局\",\"parent\":\"青河县\",\"kind\":\"department\"},{\"code\":\"A\",\"name\":\"东镇\",\"parent\":\"青河县\",\"kind\":\"town\"},"
    "{\"code\":\"B\",\"name\":\"西乡\",\"parent\":\"青河县\",\"kind\":\"township\"}],\"persons\":["
    "{\"name\":\"孙涛\",\"unit\":\"水务局\",\"login\":\"suntao\",\"duties\":\"liaison:水务局\"},{\"name\":\"周洁\",\"unit\":\"水务局\",\"login\":\"zhoujie\",\"duties\":\"head:水务局\"},"
    "{\"name\":\"吴刚\",\"unit\":\"东镇\",\"login\":\"wugang\",\"duties\":\"liaison:东镇\"},{\"name\":\"郑丽\",\"unit\":\"西乡\",\"login\":\"zhengli\",\"duties\":\"liaison:西乡\"},"
    "{\"name\":\"冯雪\",\"unit\":\"发改局\",\"login\":\"fengxue\",\"duties\":\"head:发改局\"},{\"name\":\"陈静\",\"unit\":\"青河县\",\"login\":\"chenjing\",\"duties\":\"viewer:青河县\"},"
    "{\"name\":\"何平\",\"unit\":\"青河县\",\"login\":\"heping\",\"duties\":\"leader:青河县\"}]}";
static const char *const logins[] = { "admin", "zhangmin", "zhangmin", "zhangmin", "liqiang", "liqiang", "wangfang", "wangfang", "zhaoming", "suntao", "zhoujie",
    "wugang", "zhengli", "fengxue", "chenjing", "heping" };
static const char *const units[] = { "发改局", "发改局", "发改局", "住建局", "住建局", "住建局", "水务局", "东镇", "西乡", "各乡镇", "没有的局" };

static void begin(struct county *c)
{
    struct fault f = { 0 };
    if (!county_begin(c, ":memory:", (struct ledger_options){ 0 }, 7, &f) || !county_do(c, "admin", "%s", more_people))
        fail_msg("%s %s %s", f.code ? f.code : "", f.detail, county_say(c));
}

static void accepted(const struct county *c, bool ok)
{
    if (!ok)
        fail_msg("%s (%.*s): %.*s", county_say(c), S_ARG(c->last.fault.about[0]), S_ARG(c->last.body_text));
}

static void refused(const struct county *c, bool ok, const char *code)
{
    struct buf b = buf_open(1000);
    fault_put_code(&b, &c->last.fault);
    if (ok || !slice_equal(buf_slice(&b), slice_of(code)))
        fail_msg("%s, not %.*s: %.*s", code, ok ? 8 : (int)b.len, ok ? "accepted" : b.at, S_ARG(c->last.body_text));
    buf_close(&b);
}

static long long open_task(struct county *c, const char *title)
{
    accepted(c, county_do(c, "zhangmin", "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"%s\",\"lead\":\"发改局\",\"due\":\"2026-11-30\"}}", title));
    return c->last.entry;
}

static struct look look_as(struct county *c, struct reader **r, const char *login)
{
    struct look look;
    struct fault f;
    assert_true(reader_open(c->ledger, r, &f) && reader_look(*r, &c->arena, login ? county_account(c, login) : S(""), &look, &f));
    if (!login)
        look.who.account = S("clock");
    return look;
}

static struct entry entry_now(struct county *c, long long id)
{
    struct reader *r;
    struct entry e;
    struct fault f;
    struct look look = look_as(c, &r, NULL);
    assert_true(entry_see(&look, id, &e, &f));
    reader_close(r);
    return e;
}

static struct slice dump(struct county *c)
{
    struct buf b = buf_open(64 << 20);
    struct fault f;
    assert_true(ledger_dump(c->ledger->conn, &b, &f));
    struct slice s = slice_copy(&c->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* ---------- keys and versions ---------- */

#define KEY "\"key\":\"00112233445566778899aabbccddeeff\""
#define OPEN(key, title) "{\"do\":\"open\",\"ledger\":\"tasks\"," key ",\"set\":{\"title\":\"" title "\",\"lead\":\"发改局\",\"due\":\"2026-11-30\"}}"

static void the_same_key_is_done_once_and_another_body_is_refused(void **state)
{
    struct county c;
    begin(&c);
    refused(&c, county_do(&c, "liqiang", OPEN(KEY, "修路")), "not-permitted");
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"open\",\"ledger\":\"tasks\"," KEY ",\"set\":{\"title\":\"修路\"}}"), "needs-lead");
    accepted(&c, county_do(&c, "zhangmin", OPEN(KEY, "修路"))); /* the refusal was not remembered */
    int64_t entry = c.last.entry, size = c.ledger->heads[LOG_MAIN].size;
    assert_false(c.last.repeated);
    accepted(&c, county_do(&c, "zhangmin", OPEN(KEY, "修路")));
    assert_true(c.last.repeated);
    assert_int_equal(c.last.entry, entry);
    refused(&c, county_do(&c, "zhangmin", OPEN(KEY, "修桥")), "key-reused");
    assert_int_equal(c.ledger->heads[LOG_MAIN].size, size);
    county_end(&c);
}

static void a_version_that_is_behind_says_who_was_faster(void **state)
{
    struct county c;
    begin(&c);
    long long id = open_task(&c, "修路"), version = entry_now(&c, id).version;
    accepted(&c, county_do(&c, "liqiang", "{\"do\":\"sign\",\"entry\":%lld,\"version\":%lld}", id, version));
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"set\",\"entry\":%lld,\"version\":%lld,\"set\":{\"due\":\"2026-12-01\"}}", id, version), "stale");
    assert_true(slice_equal(c.last.fault.about[0], S("李强")));
    county_end(&c);
}

static void a_refused_command_leaves_nothing(void **state)
{
    struct county c;
    begin(&c);
    long long first = open_task(&c, "修路"), second = open_task(&c, "修桥");
    struct slice before = dump(&c);
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"set\",\"entries\":[%lld,%lld],\"set\":{\"title\":\"新题\",\"due\":\"\"}}", first, second), "needs-due");
    refused(&c, county_do(&c, "admin", "{\"do\":\"people\",\"persons\":[{\"name\":\"新人\",\"unit\":\"发改局\"},{\"name\":\"又一人\",\"unit\":\"没有的局\"}]}"), "people-no-unit");
    refused(&c, county_do(&c, "admin", "{\"do\":\"people\",\"persons\":[{\"name\":\"新人\",\"unit\":\"发改局\",\"login\":\"xin\"},{\"name\":\"别人\",\"unit\":\"住建局\",\"login\":\"xin\"}]}"),
        "people-login-taken");
    refused(&c, county_do(&c, "liqiang", "{\"do\":\"move\",\"move\":\"submit\",\"entry\":%lld}", first), "needs-proofs");
    assert_true(slice_equal(before, dump(&c)));
    county_end(&c);
}

/* ---------- figures and numbers ---------- */

static void figures_are_kept_as_they_were_written(void **state)
{
    static const char *const amounts[] = { "0.01", "123456789.07", "-3.5", "90000000000000.99" };
    struct county c;
    begin(&c);
    for (size_t i = 0; i < COUNT(amounts); i++) {
        accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"open\",\"ledger\":\"projects\",\"set\":{\"title\":\"水厂%zu\",\"lead\":\"发改局\",\"total\":\"%s\"}}", i, amounts[i]));
        struct entry e = entry_now(&c, c.last.entry);
        assert_true(slice_equal(entry_slot_text(&c.arena, &e, ledger_slot(e.def, S("total"))), slice_of(amounts[i])));
    }
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"open\",\"ledger\":\"projects\",\"set\":{\"title\":\"水厂\",\"lead\":\"发改局\",\"total\":\"0.001\"}}"), "too-many-digits");
    county_end(&c);
}

/* A document with n drafts; gives the id of the first, the others follow. */
static long long import_drafts(struct county *c, int n)
{
    const char *hash = county_file(c, "政府工作报告");
    struct buf b = buf_open(1 << 16);
    buf_format(&b, "{\"do\":\"import\",\"document\":{\"hash\":\"%s\",\"text_hash\":\"%s\",\"name\":\"报告.txt\",\"title\":\"报告\",\"year\":2026},\"sections\":[],\"terms\":[],\"drafts\":[", hash, hash);
    for (int i = 0; i < n; i++)
        buf_format(&b, "%s{\"ledger\":\"tasks\",\"start\":%d,\"end\":%d,\"set\":{\"title\":\"任务%d\",\"due\":\"2026-10-%02d\"}}", i ? "," : "", i, i + 1, i, i % 28 + 1);
    buf_text(&b, "]}");
    accepted(c, county_do(c, "zhangmin", "%.*s", (int)b.len, b.at));
    buf_close(&b);
    return c->last.first + 1;
}

/* "17,18,19" */
static const char *ids_from(struct county *c, long long first, int n)
{
    struct buf b = buf_open(1 << 14);
    for (int i = 0; i < n; i++)
        buf_format(&b, "%s%lld", i ? "," : "", first + i);
    const char *s = slice_text(&c->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void numbers_are_given_when_an_entry_goes_live_and_only_once(void **state)
{
    struct county c;
    begin(&c);
    long long first = import_drafts(&c, 6), live = open_task(&c, "在前面立项");
    assert_true(slice_equal(entry_now(&c, live).number, S("R2026-0001")));
    assert_int_equal(entry_now(&c, first).number.len, 0);
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"set\",\"entries\":[%s],\"set\":{\"lead\":\"住建局\"}}", ids_from(&c, first, 6)));
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"issue\",\"entries\":[%lld,%lld]}", first + 4, first + 1));
    assert_true(slice_equal(entry_now(&c, first + 4).number, S("R2026-0002")));
    assert_true(slice_equal(entry_now(&c, first + 1).number, S("R2026-0003")));
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"issue\",\"entries\":[%lld]}", first + 1), "not-a-draft");
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"issue\",\"entries\":[%lld]}", first));
    assert_true(slice_equal(entry_now(&c, first).number, S("R2026-0004")));
    county_end(&c);
}

static void a_paper_takes_the_next_number_of_its_series(void **state)
{
    struct county c;
    struct reader *r;
    struct paper_row *papers;
    size_t n;
    struct fault f;
    begin(&c);
    const char *hash = county_file(&c, "任务分工");
    for (int i = 1; i <= 2; i++)
        accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"paper\",\"paper\":\"assignment\",\"title\":\"分工\",\"number\":\"青政办发〔2026〕%d号\",\"proofs\":[{\"hash\":\"%s\",\"name\":\"a.docx\"}]}", i, hash));
    refused(&c, county_do(&c, "zhangmin", "{\"do\":\"paper\",\"paper\":\"assignment\",\"title\":\"分工\",\"number\":\"青政办发〔2026〕2号\",\"proofs\":[{\"hash\":\"%s\",\"name\":\"a.docx\"}]}", hash), "paper-number-taken");
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"paper\",\"paper\":\"assignment\",\"title\":\"分工\",\"year\":2027,\"proofs\":[{\"hash\":\"%s\",\"name\":\"a.docx\"}]}", hash));
    struct look look = look_as(&c, &r, NULL);
    assert_true(papers_ask(&look, &papers, &n, &f));
    assert_int_equal(n, 3);
    assert_true(slice_equal(papers[0].number, S("青政办发〔2027〕1号"))); /* each year begins anew */
    reader_close(r);
    county_end(&c);
}

/* ---------- the clock, the digest ---------- */

static int events_called(struct county *c, const char *kind)
{
    struct rows r;
    struct fault f;
    int n = 0;
    store_ask(c->ledger->conn, SQL_EVENT_FROM, ARGS(v_int(c->ledger->county), v_int(LOG_MAIN), v_int(1)), &r, &f);
    while (rows_next(&r))
        n += slice_equal(rows_text(&r, 3), slice_of(kind));
    assert_true(rows_end(&r));
    return n;
}

static void verify_clean(struct county *c)
{
    struct verdict v = { 0 };
    struct fault f;
    if (!ledger_verify(c->ledger, &c->arena, S(""), &v, &f))
        fail_msg("%s %s", f.code, f.detail);
    if (v.first_bad)
        fail_msg("event %lld: %s %.*s", (long long)v.first_bad, v.what, S_ARG(v.where));
}

static void a_clock_that_went_back_is_told_once_and_time_does_not_fall(void **state)
{
    struct county c;
    begin(&c);
    open_task(&c, "修路");
    c.now_ms -= 3600 * 1000;
    open_task(&c, "修桥");
    open_task(&c, "修渠");
    assert_int_equal(events_called(&c, "clock-back"), 1);
    verify_clean(&c); /* names an event older than the one before */
    county_end(&c);
}

static void a_ledger_of_sm3_works(void **state)
{
    struct county c;
    struct fault f;
    struct slice login, password;
    begin(&c);
    struct ledger *first = c.ledger, *other;
    struct ledger_new what = { .county = 150998, .name = S("青河县"), .pack_folder = TEST_PACK, .algorithm = "sm3" };
    assert_true(ledger_begin(":memory:", &what, &c.world, (struct ledger_options){ 0 }, &other, &c.arena, &login, &password, &f));
    c.ledger = other;
    accepted(&c, county_do(&c, "admin", "{\"do\":\"people\",\"units\":[{\"name\":\"水利所\",\"parent\":\"青河县\"}]}"));
    const char *hash = county_file(&c, "abc"); /* the example of GB/T 32905 */
    assert_string_equal(hash, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    verify_clean(&c);
    ledger_close(other);
    c.ledger = first;
    county_end(&c);
}

/* Under the sanitizers this also says whether the pack's memory came back, and whether the fault points into it. */
static void a_pack_that_cannot_be_read_is_closed_and_the_fault_still_tells(void **state)
{
    struct county c;
    struct fault f;
    struct ledger *none = NULL;
    struct slice login, password;
    struct pack_file bad = { S("pack.yaml"), S("pack: county\n") };
    begin(&c);
    struct ledger_new what = { .county = 150998, .name = S("青河县"), .files = &bad, .n_files = 1 };
    assert_false(ledger_begin(":memory:", &what, &c.world, (struct ledger_options){ 0 }, &none, &c.arena, &login, &password, &f));
    assert_string_equal(f.code, "pack-broken");
    assert_true(f.about[0].len == 1 && f.about[0].at[0] >= '1' && f.about[0].at[0] <= '9');
    assert_true(f.about[0].at >= f.detail && f.about[0].at < f.detail + sizeof f.detail);
    county_end(&c);
}

/* ---------- undo ---------- */

static void a_hand_out_of_forty_rows_is_undone_in_one_act(void **state)
{
    struct county c;
    begin(&c);
    long long first = import_drafts(&c, 40);
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"set\",\"entries\":[%s],\"set\":{\"lead\":\"住建局\",\"support\":[\"各乡镇\"],\"leader\":\"赵明\"}}", ids_from(&c, first, 40)));
    long long from = c.last.first, to = c.last.last;
    assert_int_equal(to - from + 1, 40);
    assert_int_equal(entry_now(&c, first + 39).support.n, 2);
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"set\",\"entry\":%lld,\"set\":{\"lead\":\"发改局\"}}", first + 7)); /* changed since: left alone */
    accepted(&c, county_do(&c, "zhangmin", "{\"do\":\"undo\",\"first\":%lld,\"last\":%lld}", from, to));
    for (int i = 0; i < 40; i++) {
        struct entry e = entry_now(&c, first + i);
        assert_int_equal(e.lead != 0, i == 7);
        assert_int_equal(e.support.n, 0);
        assert_int_equal(e.leader, 0);
    }
    county_end(&c);
}

/* ---------- a thousand commands by chance ---------- */

struct luck { uint64_t state; };

static unsigned luck(struct luck *l, unsigned n)
{
    l->state = l->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(l->state >> 33) % n;
}
#define ONE_OF(l, list) (list)[luck((l), COUNT(list))]

struct chance { struct county *c; struct luck luck; long long *entries; size_t n; const char *proof; };

static long long some_entry(struct chance *x)
{
    return x->n ? x->entries[luck(&x->luck, (unsigned)x->n)] : 1;
}

static bool by_chance(struct chance *x)
{
    static const char *const moves[] = { "submit", "back", "close", "stop", "reopen", "start", "complete", "suspend", "resume", "keep", "miss", "prepare", "no-such" };
    static const char *const ledgers[] = { "tasks", "projects", "figures" };
    static const char *const able[] = { "zhangmin", "liqiang", "wangfang" }; /* who mostly have something to do */
    struct county *c = x->c;
    struct luck *l = &x->luck;
    const char *login = luck(l, 3) ? ONE_OF(l, able) : ONE_OF(l, logins), *move = luck(l, 2) ? ONE_OF(l, moves) : moves[luck(l, 5)], *unit = ONE_OF(l, units), *note = luck(l, 3) ? ",\"note\":\"说明\"" : "";
    long long e = some_entry(x), f = some_entry(x);
    char proofs[200] = "";
    if (luck(l, 2))
        snprintf(proofs, sizeof proofs, ",\"proofs\":[{\"hash\":\"%s\",\"name\":\"照片.jpg\"}]", x->proof);
    switch (luck(l, 16)) {
    case 0: case 1: return county_do(c, luck(l, 3) ? "zhangmin" : login, "{\"do\":\"open\",\"ledger\":\"%s\",\"set\":{\"title\":\"事项%u\",\"lead\":\"%s\",\"support\":[\"%s\"],\"due\":\"2026-%02u-15\"}}",
        ONE_OF(l, ledgers), luck(l, 1000), unit, ONE_OF(l, units), luck(l, 12) + 1);
    case 2: case 3: case 4: return county_do(c, login, "{\"do\":\"move\",\"move\":\"%s\",\"entry\":%lld%s%s}", move, e, proofs, note);
    case 5: return county_do(c, login, "{\"do\":\"report\",\"entry\":%lld,\"progress\":\"%u\"%s%s}", e, luck(l, 110), proofs, note);
    case 6: return county_do(c, login, "{\"do\":\"sign\",\"entry\":%lld}", e);
    case 7: return county_do(c, login, "{\"do\":\"return\",\"entry\":%lld%s}", e, note);
    case 8: return county_do(c, "zhangmin", "{\"do\":\"rule\",\"entry\":%lld,\"ruling\":\"%s\",\"set\":{\"lead\":\"%s\"}%s}", e, luck(l, 2) ? "keep" : "release", unit, note);
    case 9: return county_do(c, luck(l, 2) ? "zhangmin" : login, "{\"do\":\"set\",\"entries\":[%lld,%lld],\"set\":{\"support\":[\"%s\"],\"due\":\"2026-%02u-20\"}}", e, f, unit, luck(l, 12) + 1);
    case 10: return county_do(c, login, "{\"do\":\"line\",\"lines\":\"instructions\",\"entry\":%lld,\"set\":{\"text\":\"抓紧\",\"until\":\"2026-%02u-10\"}}", e, luck(l, 12) + 1);
    case 11: return county_do(c, login, "{\"do\":\"ask\",\"ask\":\"extension\",\"entry\":%lld,\"set\":{\"until\":\"2026-12-%02u\",\"reason\":\"雨季\"}}", e, luck(l, 28) + 1);
    case 12: return county_do(c, "zhangmin", "{\"do\":\"answer\",\"entry\":%lld,\"grant\":%s%s}", e, luck(l, 2) ? "true" : "false", note);
    case 13: return county_do(c, login, "{\"do\":\"plan\",\"entry\":%lld,\"milestones\":[{\"title\":\"半程\",\"due\":\"2026-%02u-01\",\"percent\":%u}]}", e, luck(l, 12) + 1, luck(l, 110));
    case 14: return county_do(c, "zhangmin", "{\"do\":\"%s\",\"entries\":[%lld,%lld]%s}", luck(l, 2) ? "issue" : luck(l, 2) ? "drop" : luck(l, 2) ? "consult" : "restore", e, f, note);
    default: return county_do(c, "zhangmin", "{\"do\":\"split\",\"entry\":%lld,\"parts\":[\"甲\",\"乙\"]}", e);
    }
}

static void lists_are_their_counts(struct county *c, const char *login)
{
    struct reader *r;
    struct look look = look_as(c, &r, login);
    for (size_t i = 0; i < look.pack->n_ledgers; i++) {
        struct list_query q = { .def = &look.pack->ledgers[i], .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER, .units = true };
        struct list_rows rows;
        struct list_counts counts;
        struct fault f;
        int64_t states = 0;
        assert_true(list_ask(&look, &q, &rows, &f) && list_counts(&look, &q, &counts, &f));
        for (size_t k = 0; k < q.def->n_states; k++)
            states += counts.states[k];
        assert_int_equal(states, counts.total);
        assert_int_equal(rows.total, counts.total);
        assert_int_equal(rows.n, rows.total);
        for (size_t k = 0; k < rows.n; k++) {
            struct entry_file file;
            assert_true(entry_visible(&look, &rows.at[k]) && entry_file(&look, &rows.at[k], &file, &f));
            for (size_t t = 0; t < file.n_clocks; t++)
                if (slice_equal(file.clocks[t].state, S("running")))
                    assert_true(q.def->clocks[0].runs_in >> rows.at[k].state & 1);
            int64_t returned = 0;
            for (size_t t = 0; t < file.n_receipts; t++)
                returned += file.receipts[t].stage == ENTRY_LIVE && slice_equal(file.receipts[t].state, S("returned"));
            assert_int_equal(returned, rows.at[k].disputes);
        }
    }
    reader_close(r);
}

static void any_sequence_of_commands_keeps_what_must_hold(void **state)
{
    enum { COMMANDS = 1000 };
    const char *said = getenv("TAIZHANG_TEST_SEED");
    struct county c;
    struct fault f;
    int accepts = 0;
    int64_t events;
    begin(&c);
    struct chance x = { .c = &c, .luck = { said ? strtoull(said, NULL, 10) : 20260302 }, .proof = county_file(&c, "现场照片") };
    long long entries[4 * COMMANDS];
    x.entries = entries;
    printf("seed %llu\n", (unsigned long long)x.luck.state);
    long long first = import_drafts(&c, 20);
    while (x.n < 20)
        entries[x.n] = first + (long long)x.n, x.n++;
    for (int i = 1; i <= COMMANDS; i++) {
        if (!luck(&x.luck, 20))
            c.now_ms += (int64_t)luck(&x.luck, 6) * 24 * 3600 * 1000;
        assert_true(ledger_tick(c.ledger, &f));
        int64_t size = c.ledger->heads[LOG_MAIN].size;
        bool ok = by_chance(&x);
        accepts += ok;
        if (!ok && c.last.fault.kind == FAULT_BROKEN)
            fail_msg("%s: %.*s", county_say(&c), S_ARG(c.last.body_text));
        if (!ok)
            assert_int_equal(c.ledger->heads[LOG_MAIN].size, size);
        else if (c.last.entry && x.n < COUNT(entries))
            entries[x.n++] = c.last.entry;
        for (size_t k = 0; !(i % 100) && k < COUNT(logins); k++)
            lists_are_their_counts(&c, k ? logins[k] : NULL);
    }
    printf("%d of %d accepted\n", accepts, COMMANDS);
    assert_true(accepts > COMMANDS / 10); /* else little was tried */
    struct slice before = dump(&c);
    assert_true(ledger_rebuild(c.ledger, &events, &f));
    assert_true(slice_equal(before, dump(&c)));
    verify_clean(&c);
    county_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_is_done_once_and_another_body_is_refused),
        cmocka_unit_test(a_version_that_is_behind_says_who_was_faster),
        cmocka_unit_test(a_refused_command_leaves_nothing),
        cmocka_unit_test(figures_are_kept_as_they_were_written),
        cmocka_unit_test(numbers_are_given_when_an_entry_goes_live_and_only_once),
        cmocka_unit_test(a_paper_takes_the_next_number_of_its_series),
        cmocka_unit_test(a_clock_that_went_back_is_told_once_and_time_does_not_fall),
        cmocka_unit_test(a_ledger_of_sm3_works),
        cmocka_unit_test(a_pack_that_cannot_be_read_is_closed_and_the_fault_still_tells),
        cmocka_unit_test(a_hand_out_of_forty_rows_is_undone_in_one_act),
        cmocka_unit_test(any_sequence_of_commands_keeps_what_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
