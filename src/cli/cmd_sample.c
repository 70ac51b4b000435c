/* cmd_sample.c: `taizhang sample`, a ledger filled with made-up but lifelike doings, all through the ordinary commands,
 * for trying out and for measuring. Either N invented entries, or the drafts of an imported report handed out as a
 * table says; then the days from there to today pass: units sign, plan, report, ask for the close-out, the office closes. */
#include "cli/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct args { struct slice answers, ledger, as; int64_t entries, seed, keep; };

static const struct cli_option options[] = {
    { "entries", 0, CLI_INT, offsetof(struct args, entries), "N", "编造 N 个事项" },
    { "answers", 0, CLI_TEXT, offsetof(struct args, answers), "FILE", "按这张分工表（csv、xlsx）把草稿立项" },
    { "keep", 0, CLI_INT, offsetof(struct args, keep), "N", "最后 N 条草稿留着不立项" },
    { "seed", 0, CLI_INT, offsetof(struct args, seed), "S", "随机种子，同一种子结果相同" },
    { "ledger", 0, CLI_TEXT, offsetof(struct args, ledger), "NAME", "哪本台账，默认第一本" },
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "督查室的登录名" },
    { 0 },
};

/* ---------- a clock and chance of its own ---------- */

struct sim {
    struct app *app;
    struct ledger *ledger;
    const struct ledger_def *def;
    struct slice office; /* account that hands out and closes */
    int64_t now_ms, end_ms;
    uint64_t state;      /* splitmix64 */
    int64_t done, refused;
};

static int64_t sim_now(void *context)
{
    return ((struct sim *)context)->now_ms;
}

static void sim_random(void *context, void *bytes, size_t n)
{
    (void)context;
    randombytes_buf(bytes, n); /* secrets stay secrets; only the story is seeded */
}

static uint64_t chance(struct sim *s, uint64_t below)
{
    uint64_t z = (s->state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % below;
}

static bool send(struct sim *s, struct slice account, struct buf *b)
{
    struct arena a;
    struct command c;
    arena_open(&a, 0);
    bool ok = send_text(s->ledger, &a, account, buf_slice(b), &c);
    s->done += ok;
    s->refused += !ok;
    if (!ok && getenv("TAIZHANG_SAMPLE_LOUD")) {
        struct buf say = buf_open(1 << 16);
        command_put_answer(&say, s->ledger, &c);
        fprintf(stderr, S_FMT "\n  " S_FMT "\n", S_ARG(buf_slice(b)), S_ARG(buf_slice(&say)));
        buf_close(&say);
    }
    buf_close(b);
    arena_close(&a);
    return ok;
}

/* ---------- the story of one entry, as doings in time ---------- */

enum doing_kind { DO_SIGN, DO_PLAN, DO_REPORT, DO_SUBMIT, DO_CLOSE };
struct doing { int64_t at_ms, entry; enum doing_kind kind; int progress; };
struct doings { struct doing *at; size_t n, cap; };

static int by_time(const void *x, const void *y)
{
    const struct doing *a = x, *b = y;
    return a->at_ms != b->at_ms ? (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms) : (int)a->kind - (int)b->kind;
}

/* Some units are quick, some slow, a few silent. */
static void tell(struct sim *s, struct doings *list, const struct entry *e, day from, day today)
{
    struct arena *a = &s->app->arena;
    int64_t hour = 3600 * (int64_t)1000, start = day_start_ms(from) + 9 * hour;
    int pace = 40 + (int)chance(s, 90), every = 20 + (int)chance(s, 12);
    day end = e->due == DAY_NONE ? from + 300 : e->due;
    if (chance(s, 20))
        PUSH(a, list, (struct doing){ start + (int64_t)(1 + chance(s, 4)) * 24 * hour + (int64_t)chance(s, 8) * hour, e->id, DO_SIGN, 0 });
    if (chance(s, 3))
        PUSH(a, list, (struct doing){ start + (int64_t)(6 + chance(s, 9)) * 24 * hour, e->id, DO_PLAN, 0 });
    if (!chance(s, 12))
        return;
    int last = 0;
    for (day d = from + every; d <= today; d += every) {
        int progress = end > from ? (int)((int64_t)100 * (d - from) / (end - from) * pace / 100) : 100;
        progress = progress > 100 ? 100 : progress;
        if (progress <= last)
            continue;
        last = progress;
        PUSH(a, list, (struct doing){ day_start_ms(d) + (int64_t)(9 + chance(s, 8)) * hour, e->id, DO_REPORT, progress });
        if (progress < 100)
            continue;
        PUSH(a, list, (struct doing){ day_start_ms(d) + 18 * hour, e->id, DO_SUBMIT, 0 });
        if (chance(s, 6))
            PUSH(a, list, (struct doing){ day_start_ms(d + 2 + (day)chance(s, 5)) + 10 * hour, e->id, DO_CLOSE, 0 });
        return;
    }
}

/* ---------- carrying them out ---------- */

/* Somebody with an account who holds one of these roles on the entry. */
static struct slice account_with(const struct look *look, const struct entry *e, uint32_t roles)
{
    for (size_t i = 0; i < look->people->n_accounts; i++) {
        struct look as = *look;
        as.who = actor_of(look->arena, look->pack, look->people, look->people->accounts[i].id, look->today);
        if (entry_roles(&as, e) & roles)
            return look->people->accounts[i].id;
    }
    return S("");
}

/* A move that this role may make from the entry's state, to a final state or not. */
static const struct move *move_for(const struct entry *e, uint32_t roles, bool to_final)
{
    for (size_t i = 0; i < e->def->n_moves; i++) {
        const struct move *m = &e->def->moves[i];
        bool final = e->def->final >> m->to & 1;
        if ((m->from >> e->state & 1) && (m->by & roles) && final == to_final && (!final || m->ending == ENDING_SOLVED))
            return m;
    }
    return NULL;
}

static struct buf command_for(const char *what, int64_t entry)
{
    struct buf b = buf_open(1 << 20);
    buf_format(&b, "{\"do\":\"%s\",\"entry\":%lld", what, (long long)entry);
    return b;
}

static void put_report(struct sim *s, struct buf *b, const struct ledger_def *d, int progress)
{
    static const char *const said[] = { "已完成前期手续，正在组织施工。", "按计划推进，本月完成阶段任务。", "主要工程量已过半，正在抓紧扫尾。", "已完成全部建设内容，正在整理验收资料。" };
    static const char *const hard[] = { "雨季施工受影响。", "配套资金到位慢于计划。", "部分地块协调难度较大。" };
    int k = progress >= 100 ? 3 : progress > 50 ? 2 : progress > 20 ? 1 : 0, nth = 0;
    buf_format(b, ",\"progress\":\"%d\",\"set\":{", progress);
    for (size_t i = 0; i < d->n_fields; i++) {
        if (!d->fields[i].reported || d->fields[i].type != FIELD_TEXT)
            continue;
        const char *text = nth == 0 ? said[k] : nth == 1 ? (chance(s, 3) ? "" : hard[chance(s, 3)]) : progress < 100 ? "加快进度，按时限完成。" : "";
        nth++;
        json_comma(b);
        json_put_string(b, d->fields[i].name);
        buf_char(b, ':');
        json_put_string(b, slice_of(text));
    }
    buf_char(b, '}');
}

static void put_plan(struct buf *b, const struct entry *e)
{
    static const char *const titles[] = { "完成前期工作", "完成工程量一半", "全面完成" };
    day from = e->opened_on, to = e->due;
    buf_text(b, ",\"milestones\":[");
    for (int i = 0; i < 3; i++) {
        json_comma(b);
        buf_format(b, "{\"title\":\"%s\",\"percent\":%d,\"due\":\"", titles[i], i == 0 ? 20 : i == 1 ? 60 : 100);
        day_put(b, i == 2 ? to : from + (to - from) * (i + 1) / 3);
        buf_text(b, "\"}");
    }
    buf_char(b, ']');
}

static bool put_proof(struct sim *s, struct buf *b, int64_t entry, struct fault *f)
{
    struct slice hash;
    if (!file_put(s->ledger, &s->app->arena, slice_format(&s->app->arena, "第 %lld 号事项验收单（样例）\n", (long long)entry), &hash, f))
        return false;
    buf_text(b, ",\"proofs\":[{\"name\":\"验收单.txt\",\"hash\":");
    json_put_string(b, hash);
    buf_text(b, "}]");
    return true;
}

/* What this doing sends, and as whom; false where the entry is past it. */
static bool prepare(struct sim *s, const struct look *look, const struct doing *d, struct buf *b, struct slice *account, struct fault *f)
{
    struct entry e;
    struct look clock = *look;
    const struct move *m;
    clock.who = (struct actor){ .account = S("clock") };
    *b = (struct buf){ 0 };
    if (!entry_see(&clock, d->entry, &e, f) || e.stage != ENTRY_LIVE || (e.def->final >> e.state & 1))
        return false;
    uint32_t unit = e.def->report_by;
    *account = d->kind == DO_CLOSE ? s->office : account_with(look, &e, d->kind == DO_SIGN ? e.def->receipt.by : d->kind == DO_PLAN ? e.def->plan_by & unit : unit);
    if (!account->len)
        return false;
    switch (d->kind) {
    case DO_SIGN: *b = command_for("sign", e.id); break;
    case DO_PLAN:
        if (e.def->plan == PLAN_NONE || e.due == DAY_NONE || e.due <= e.opened_on + 6)
            return false;
        *b = command_for("plan", e.id);
        put_plan(b, &e);
        break;
    case DO_REPORT:
        *b = command_for("report", e.id);
        put_report(s, b, e.def, d->progress);
        break;
    case DO_SUBMIT:
    case DO_CLOSE:
        m = move_for(&e, d->kind == DO_SUBMIT ? unit : ~0u, d->kind == DO_CLOSE);
        if (!m)
            return false;
        *b = command_for("move", e.id);
        json_name(b, "move");
        json_put_string(b, m->name);
        if (d->kind == DO_SUBMIT && !put_proof(s, b, e.id, f))
            return false;
        break;
    }
    buf_char(b, '}');
    return true;
}

static bool live_on(struct sim *s, struct doings *list, struct fault *f)
{
    struct reader *r;
    if (!reader_open(s->ledger, &r, f))
        return false;
    qsort(list->at, list->n, sizeof *list->at, by_time);
    for (size_t i = 0; i < list->n; i++) {
        struct arena a;
        struct look look;
        struct buf b = { 0 };
        struct slice account;
        if (list->at[i].at_ms > s->end_ms)
            break;
        if (list->at[i].at_ms > s->now_ms)
            s->now_ms = list->at[i].at_ms;
        arena_open(&a, 0);
        if (reader_look(r, &a, S(""), &look, f) && prepare(s, &look, &list->at[i], &b, &account, f)) {
            account = slice_copy(&a, account);
            reader_done(r);
            send(s, account, &b);
        } else {
            buf_close(&b);
        }
        arena_close(&a);
    }
    reader_close(r);
    s->now_ms = s->end_ms;
    return ledger_tick(s->ledger, f);
}

/* ---------- N invented entries ---------- */

static bool open_entries(struct sim *s, int64_t n, struct fault *f)
{
    static const char *const what[] = { "新建高标准农田", "改造农村公路", "建设冷链仓储", "实施灌区节水改造", "新建口袋公园", "改造老旧小区", "完成营造林", "建设光伏电站", "新建农村幸福院", "维修饮水工程" };
    static const char *const unit[] = { "万亩", "公里", "座", "处", "个" };
    struct reader *r;
    struct look look;
    struct arena a;
    arena_open(&a, 0);
    if (!reader_open(s->ledger, &r, f))
        return false;
    bool ok = reader_look(r, &a, S(""), &look, f);
    struct ids leads = { 0 };
    for (size_t i = 0; ok && i < look.people->n_units; i++)
        if (look.people->units[i].parent && look.people->units[i].to == DAY_NONE)
            PUSH(&a, &leads, look.people->units[i].id);
    for (int64_t i = 0; ok && leads.n && i < n; i++) {
        struct buf b = buf_open(1 << 16);
        day due = day_of_ms(s->now_ms) + 20 + (day)chance(s, 330);
        buf_text(&b, "{\"do\":\"open\",\"ledger\":");
        json_put_string(&b, s->def->name);
        buf_format(&b, ",\"set\":{\"title\":\"%s%d%s（第%lld号）\",\"lead\":%lld,\"due\":\"", what[chance(s, 10)], 1 + (int)chance(s, 60), unit[chance(s, 5)],
            (long long)i + 1, (long long)leads.at[chance(s, leads.n)]);
        day_put(&b, due);
        buf_text(&b, "\"}}");
        send(s, s->office, &b);
    }
    reader_close(r);
    arena_close(&a);
    return ok;
}

/* ---------- or the drafts of a report, handed out by a table ---------- */

static const struct slices *row_for(const struct slices *rows, size_t n, struct slice title)
{
    for (size_t i = 1; i < n; i++) {
        struct slice text = rows[i].n ? slice_trim(rows[i].at[0]) : S("");
        while (slice_ends(text, S("。")) || slice_ends(text, S("；")))
            text.len -= 3;
        if (text.len >= 12 && (slice_find(title, text) >= 0 || slice_find(text, title) >= 0))
            return &rows[i];
    }
    return NULL;
}

/* Columns: task, lead, support, leader, due. */
static bool hand_out_one(struct sim *s, const struct entry *e, const struct slices *row)
{
    static const char *const slots[] = { NULL, "lead", "support", "leader", "due" };
    struct buf b = command_for("set", e->id);
    buf_text(&b, ",\"set\":{");
    for (size_t i = 1; i < COUNT(slots) && i < row->n; i++) {
        if (!slice_trim(row->at[i]).len)
            continue;
        json_name(&b, slots[i]);
        json_put_string(&b, slice_trim(row->at[i]));
    }
    buf_text(&b, "}}");
    return send(s, s->office, &b);
}

static bool hand_out(struct sim *s, struct slice path, int64_t keep, struct fault *f)
{
    struct slices *table;
    size_t n_rows;
    struct reader *r;
    struct look look;
    struct list_rows rows;
    struct list_query q = { .def = s->def, .stage = ENTRY_DRAFT, .sort_slot = -1 };
    struct buf b = buf_open(1 << 20);
    int64_t taken = 0;
    if (!read_table(s->app, path, &table, &n_rows, f) || !reader_open(s->ledger, &r, f))
        return false;
    bool ok = reader_look(r, &s->app->arena, s->office, &look, f) && list_ask(&look, &q, &rows, f);
    reader_done(r);
    buf_text(&b, "{\"do\":\"issue\",\"entries\":[");
    for (size_t i = 0; ok && i < rows.n && (int64_t)(rows.n - i) > keep; i++) {
        const struct slices *row = row_for(table, n_rows, rows.at[i].title);
        if (!row || !hand_out_one(s, &rows.at[i], row))
            continue;
        json_comma(&b);
        buf_int(&b, rows.at[i].id);
        taken++;
    }
    reader_close(r);
    buf_text(&b, "]}");
    s->now_ms += 2 * 24 * 3600 * (int64_t)1000; /* two days of opinions */
    if (ok && taken)
        send(s, s->office, &b);
    else
        buf_close(&b);
    return ok;
}

/* ---------- the whole ---------- */

static bool tell_all(struct sim *s, struct doings *list, struct fault *f)
{
    struct reader *r;
    struct look look;
    struct list_rows rows;
    struct list_query q = { .def = s->def, .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
    if (!reader_open(s->ledger, &r, f))
        return false;
    bool ok = reader_look(r, &s->app->arena, s->office, &look, f) && list_ask(&look, &q, &rows, f);
    for (size_t i = 0; ok && i < rows.n; i++)
        tell(s, list, &rows.at[i], rows.at[i].opened_on, day_of_ms(s->end_ms));
    reader_close(r);
    return ok;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { .seed = 1 };
    struct fault f;
    struct doings list = { 0 };
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 1 || (!args.entries && !args.answers.len))
        return app_usage(app, "需要台账文件，和 --entries 或 --answers");
    struct world machine = machine_world();
    struct sim s = { .app = app, .state = (uint64_t)args.seed, .now_ms = machine.now_ms(machine.context) };
    s.end_ms = sample_end_ms(s.now_ms);
    struct world world = { .context = &s, .now_ms = sim_now, .random = sim_random };
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &s.ledger, &f))
        return app_fault(app, &f);
    s.def = args.ledger.len ? pack_ledger(ledger_pack(s.ledger), args.ledger) : &ledger_pack(s.ledger)->ledgers[0];
    bool ok = s.def || fault_set(&f, FAULT_USAGE, "unknown-ledger", args.ledger, S(""));
    ok = ok && account_named(s.ledger, args.as, &app->arena, &s.office, &f);
    ok = ok && (args.answers.len ? hand_out(&s, args.answers, args.keep, &f) : open_entries(&s, args.entries, &f));
    ok = ok && tell_all(&s, &list, &f) && live_on(&s, &list, &f);
    ledger_close(s.ledger);
    if (!ok)
        return app_fault(app, &f);
    printf("执行 %lld 条命令，拒绝 %lld 条。\n", (long long)s.done, (long long)s.refused);
    return EXIT_DONE;
}

const struct subcommand cmd_sample = {
    .name = "sample",
    .brief = "用编造的事项填满一本台账，供试用和测量",
    .usage = "LEDGER --entries N | --answers FILE [--keep N] [--seed S] [--ledger L] [--as WHO]",
    .example = "taizhang sample try.ledger --entries 10000 --seed 1 --as shenzhiyuan\n",
    .options = options,
    .run = run,
};
