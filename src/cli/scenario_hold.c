/* scenario_hold.c: what holds after every story, whatever it tells (kernel.md, section 7): the tables are what the log
 * says, counts are lists, nobody's list holds what he may not see, no clock runs in a state that ends it. */
#include "cli/scenario.h"

static bool dump(struct play *p, struct buf *b)
{
    struct look look;
    struct fault f;
    return play_look(p, S("clock"), &look) && (ledger_dump(look.conn, b, &f) || miss_fault(p, S("数据表"), &f));
}

static bool log_holds(struct play *p)
{
    struct verdict verdict = { 0 };
    struct fault f;
    if (!ledger_verify(p->ledger, p->arena, S(""), &verdict, &f))
        return miss_fault(p, S("verify"), &f);
    return !verdict.first_bad || miss(p, S("verify"), S("日志和数据表完好"), slice_format(p->arena, "第 %lld 条 %s " S_FMT, (long long)verdict.first_bad,
        verdict.what ? verdict.what : "", S_ARG(verdict.where)));
}

static bool tables_hold(struct play *p)
{
    struct buf before = buf_open(64 << 20), after = buf_open(64 << 20);
    struct fault f;
    int64_t events;
    bool ok = dump(p, &before) && (ledger_rebuild(p->ledger, &events, &f) || miss_fault(p, S("rebuild"), &f)) && dump(p, &after)
        && (slice_equal(buf_slice(&before), buf_slice(&after)) || miss(p, S("rebuild"), S("重建后相同的数据表"), S("不同的数据表")));
    buf_close(&before);
    buf_close(&after);
    return ok;
}

static bool clocks_hold(struct play *p, const struct look *look, const struct entry *e)
{
    struct entry_file file;
    struct fault f;
    if (!entry_file(look, e, &file, &f))
        return miss_fault(p, S("clock"), &f);
    for (size_t i = 0; i < file.n_clocks; i++) {
        bool goes = slice_equal(file.clocks[i].state, S("running")) || slice_equal(file.clocks[i].state, S("paused"));
        for (size_t k = 0; goes && k < e->def->n_clocks; k++) {
            const struct clock *c = &e->def->clocks[k];
            if (slice_equal(c->name, file.clocks[i].name) && !((c->runs_in | c->pauses_in) >> e->state & 1))
                return miss(p, S("clock"), S("在这个状态里已停止"), slice_format(p->arena, S_FMT "." S_FMT " " S_FMT, S_ARG(id_name(p, e->id)), S_ARG(c->name),
                    S_ARG(file.clocks[i].state)));
        }
    }
    return true;
}

/* For one who looks: states and lights sum up, the list is as long as it says, and every row is his to see. */
static bool list_holds(struct play *p, const struct look *look, const struct ledger_def *d)
{
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER, .units = true };
    struct list_rows rows;
    struct list_counts counts;
    struct fault f;
    int64_t states = 0, lights = 0;
    if (!list_ask(look, &q, &rows, &f) || !list_counts(look, &q, &counts, &f))
        return miss_fault(p, d->name, &f);
    for (size_t i = 0; i < d->n_states; i++)
        states += counts.states[i];
    for (size_t i = 0; i < COUNT(counts.lights); i++)
        lights += counts.lights[i];
    if (states != counts.total || lights != counts.total || counts.total != rows.total || rows.total != (int64_t)rows.n)
        return miss(p, S("list"), S("合计相等"), slice_format(p->arena, S_FMT "：状态 %lld，灯 %lld，合计 %lld，清单 %zu", S_ARG(d->name), (long long)states,
            (long long)lights, (long long)counts.total, rows.n));
    for (size_t i = 0; i < rows.n; i++) {
        if (!entry_visible(look, &rows.at[i]))
            return miss(p, S("see"), S("看不到"), id_name(p, rows.at[i].id));
        if (!clocks_hold(p, look, &rows.at[i]))
            return false;
    }
    return true;
}

static bool lists_hold(struct play *p, struct slice account)
{
    struct look look;
    if (!play_look(p, account, &look))
        return false;
    for (size_t i = 0; i < look.pack->n_ledgers; i++)
        if (!list_holds(p, &look, &look.pack->ledgers[i]))
            return false;
    return true;
}

bool play_holds(struct play *p)
{
    if (!log_holds(p) || !tables_hold(p) || !lists_hold(p, S("clock")) || !lists_hold(p, S("")))
        return false;
    for (size_t i = 0; i < p->actors.n; i++)
        if (!lists_hold(p, p->actors.at[i]))
            return false;
    return true;
}
