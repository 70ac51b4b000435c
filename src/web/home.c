/* home.c: the first page. Its headline is the finding: how many are late, and how many of them are new. Below it the
 * late ones with the one next step of each, what is due in seven days, what waits for this person, and the units.
 *
 * The same page serves all: what a person sees is what the ledgers let them see. Who leads entries sees those first. */
#include "web/inside.h"
#include "pages.tpl.h"

#include <stdlib.h>

enum { HOME_ROWS = 9, HOME_ROWS_OTHER = 4, HOME_UNITS = 12 };

bool share_read(struct page *g, const struct ledger_def *d, struct share *s, struct fault *f)
{
    int64_t me = g->look.who.person ? g->look.who.person->id : 0;
    *s = (struct share){ .def = d };
    if (!facts_of(g, d, &s->facts, f))
        return false;
    memcpy(s->lights, s->facts.all.lights, sizeof s->lights);
    s->total = s->facts.all.total;
    for (size_t i = 0; me && i < s->facts.by_leader.n; i++)
        if (s->facts.by_leader.at[i].id == me && s->facts.by_leader.at[i].total < s->total) {
            s->leader = me;
            memcpy(s->lights, s->facts.by_leader.at[i].lights, sizeof s->lights);
            s->total = s->facts.by_leader.at[i].total;
        }
    return true;
}

int share_by_total(const void *x, const void *y)
{
    const struct share *a = x, *b = y;
    return (a->total < b->total) - (a->total > b->total);
}

struct slice share_href(struct page *g, const struct share *s, const char *more)
{
    struct slice leader = s->leader ? slice_format(g->arena, "leader=%lld", (long long)s->leader) : S("");
    return slice_format(g->arena, "/l/" S_FMT "%s" S_FMT "%s%s", S_ARG(s->def->name), leader.len || *more ? "?" : "", S_ARG(leader), leader.len && *more ? "&" : "", more);
}

bool watch_read(struct page *g, const struct share *s, struct moved_rows *watch, struct fault *f)
{
    for (size_t i = 0; i < s->def->n_lists; i++) {
        const struct list *list = &s->def->lists[i];
        struct list_query q = { .def = s->def, .stage = ENTRY_LIVE, .where = list->where, .leader = s->leader, .sort_slot = -1 };
        struct list_counts c = { .total = s->facts.lists[i] };
        if (list->box != BOX_WATCH && list->box != BOX_COMING)
            continue;
        if (s->leader && !list_counts(&g->look, &q, &c, f))
            return false;
        if (c.total)
            PUSH(g->arena, watch, ((struct moved_row){ list->label.zh, share_href(g, s, slice_text(g->arena, slice_format(g->arena, "list=" S_FMT, S_ARG(list->name)))), c.total }));
    }
    return true;
}

/* ---------- the headline ---------- */

struct sums { int64_t late, late_new, soon, total; bool leads; };

static struct sums sums_of(const struct share *shares, size_t n)
{
    struct sums s = { 0 };
    for (size_t i = 0; i < n; i++) {
        s.late += shares[i].lights[LIGHT_RED];
        s.total += shares[i].total;
        s.leads = s.leads || shares[i].leader;
        s.late_new += shares[i].facts.late_new;
        s.soon += shares[i].facts.soon;
    }
    return s;
}

static struct slice headline_of(struct page *g, const struct sums *s)
{
    const char *whose = s->leads ? "由您负责的事项中，" : "";
    if (!s->total)
        return S("还没有要办的事项");
    if (s->late && s->late_new && !s->leads)
        return slice_format(g->arena, "%lld 项逾期，近七天新增 %lld 项", (long long)s->late, (long long)s->late_new);
    if (s->late)
        return slice_format(g->arena, "%s%lld 项逾期", whose, (long long)s->late);
    if (s->soon && !s->leads)
        return slice_format(g->arena, "没有逾期，七日内到期 %lld 项", (long long)s->soon);
    return slice_format(g->arena, "%s没有逾期的事项", whose);
}

void put_year_so_far(struct buf *b, day today)
{
    int y, m, d;
    day_parts(today, &y, &m, &d);
    day first = day_of(y, 1, 1), last = day_of(y, 12, 31);
    tpl_day(b, today);
    buf_char(b, ' ');
    tpl_weekday(b, today);
    buf_format(b, "，全年已过 %d%%。", (int)((today - first + 1) * 100 / (last - first + 1)));
}

/* 7月16日 星期四，全年已过 54%。任务台账 168 项，项目台账 26 项。 */
static struct slice say_of(struct page *g, const struct share *shares, size_t n)
{
    struct buf b = buf_open(4000);
    put_year_so_far(&b, g->look.today);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!shares[i].total)
            continue;
        buf_text(&b, any ? "，" : "");
        buf_put(&b, shares[i].def->label.zh);
        buf_format(&b, " %lld 项", (long long)shares[i].total);
        any = true;
    }
    buf_text(&b, any ? "。" : "");
    return buf_keep(g->arena, &b);
}

/* ---------- lights ---------- */

static const int light_order[LIGHTS] = { LIGHT_RED, LIGHT_YELLOW, LIGHT_GREEN, LIGHT_GREY, LIGHT_BLUE };

struct home_ledger share_lights(struct page *g, const struct share *s)
{
    struct home_ledger one = { .label = s->def->label.zh, .href = share_href(g, s, ""), .total = s->total };
    int64_t counts[LIGHTS];
    for (int i = 0; i < LIGHTS; i++) {
        enum light light = (enum light)light_order[i];
        struct lamp lamp = lamp_of(light);
        counts[i] = s->lights[light];
        lamp.word = light_label(s->def, light);
        if (!lamp.word.len && !counts[i])
            continue;
        struct strip_item item = { .light = lamp, .count = counts[i], .href = share_href(g, s, slice_text(g->arena, slice_format(g->arena, "light=%s", light_code(light)))) };
        one.strip.at[one.strip.n++] = item;
    }
    one.stack = stack_of(counts);
    return one;
}

/* ---------- late ones, and those due soon ---------- */

static bool add_row(struct page *g, const struct entry *e, bool acts, struct late_rows *rows, struct fault *f)
{
    struct late_row row = { .lamp = entry_lamp(g, e), .id = e->id, .title = e->title, .state = e->def->states[e->state].label.zh, .lead = unit_name(g->look.people, e->lead),
        .leader = person_name(g->look.people, e->leader), .due = e->due, .has_progress = e->progress >= 0, .track = { light_code(e->light), e->progress < 0 ? 0 : e->progress / 10, -1 } };
    struct entry_file file;
    struct offers offers;
    struct entry whole;
    if (acts) {
        if (!entry_see(&g->look, e->id, &whole, f) || !entry_file(&g->look, &whole, &file, f) || !entry_offers(&g->look, &whole, &file, &offers, f))
            return false;
        struct told step = history_step(g, e->def, &file);
        const struct offer *first = first_offer(&whole, &offers);
        row.step = step.what;
        row.step_who = step.name;
        row.step_on = step.at_ms ? day_of_ms(step.at_ms) : DAY_NONE;
        row.next = first ? first_offer_name(g, &whole, first) : S("");
    }
    PUSH(g->arena, rows, row);
    return true;
}

static bool add_group(struct page *g, const struct share *s, struct list_query *q, int64_t total, struct slice href, bool acts, struct home_groups *groups, struct fault *f)
{
    struct list_rows rows;
    q->known_total = total;
    struct home_group group = { .id = slice_format(g->arena, "%s-" S_FMT, acts ? "late" : "soon", S_ARG(s->def->name)), .noun = s->def->noun.zh.len ? s->def->noun.zh : S("事项"), .href = href, .total = total };
    if (!list_ask(&g->look, q, &rows, f))
        return false;
    group.total = rows.total;
    group.cut = rows.total > (int64_t)rows.n;
    for (size_t i = 0; i < rows.n; i++)
        if (!add_row(g, &rows.at[i], acts, &group.rows, f))
            return false;
    if (rows.n)
        PUSH(g->arena, groups, group);
    return true;
}

static bool add_groups(struct page *g, const struct share *s, bool main, struct home_page *v, struct fault *f)
{
    struct list_query q = { .def = s->def, .stage = ENTRY_LIVE, .leader = s->leader, .sort_slot = -1, .limit = main ? HOME_ROWS : HOME_ROWS_OTHER };
    if (s->lights[LIGHT_RED]) {
        q.light = LIGHT_RED;
        if (!add_group(g, s, &q, s->lights[LIGHT_RED], share_href(g, s, "light=r"), true, &v->late, f))
            return false;
    }
    q.light = LIGHT_NONE;
    q.due_from = g->look.today;
    q.due_to = g->look.today + SOON_DAYS;
    return !s->facts.soon || (list_parse_where(g->arena, s->def, S("not done"), &q.where, f)
                                 && add_group(g, s, &q, s->leader ? 0 : s->facts.soon, share_href(g, s, "due=soon"), false, &v->soon, f));
}

/* ---------- units ---------- */

static int by_late(const void *x, const void *y)
{
    const struct count_by *a = x, *b = y;
    if (a->lights[LIGHT_RED] != b->lights[LIGHT_RED])
        return a->lights[LIGHT_RED] < b->lights[LIGHT_RED] ? 1 : -1;
    return a->total != b->total ? (a->total < b->total ? 1 : -1) : (a->id > b->id) - (a->id < b->id);
}

static void add_units(struct page *g, struct share *s, struct home_page *v)
{
    struct counts_by *by = &s->facts.by_lead; /* a copy of this page's own */
    if (s->leader || by->n < 2)
        return;
    qsort(by->at, by->n, sizeof *by->at, by_late);
    v->units_of = share_href(g, s, "sort=lead");
    for (size_t i = 0; i < by->n && i < HOME_UNITS; i++) {
        const struct count_by *c = &by->at[i];
        int64_t counts[LIGHTS];
        if (!c->id)
            continue;
        for (int k = 0; k < LIGHTS; k++)
            counts[k] = c->lights[light_order[k]];
        struct unit_row row = { .name = unit_short(g->look.people, c->id), .stack = stack_of(counts), .late = c->lights[LIGHT_RED], .warned = c->lights[LIGHT_YELLOW],
            .done = c->lights[LIGHT_BLUE], .total = c->total, .href = page_address(g, "/l/" S_FMT "?lead=%lld", S_ARG(s->def->name), (long long)c->id),
            .late_href = page_address(g, "/l/" S_FMT "?lead=%lld&light=r", S_ARG(s->def->name), (long long)c->id) };
        row.stack.thin = true;
        PUSH(g->arena, &v->units, row);
    }
}

/* ---------- what waits for this person ---------- */

static const struct { const char *id, *label, *href; } todo_words[TODO_KINDS] = {
    [TODO_SIGN] = { "sign", "待签收", "/sign" }, [TODO_OPINION] = { "opinion", "待反馈意见的分工", "/sign" }, [TODO_RULE] = { "rule", "待裁定的退办", "/sign" },
    [TODO_ANSWER] = { "answer", "待答复的申请" }, [TODO_NOTICE] = { "notice", "收到的提醒和督办" },
};

bool queue_read(struct page *g, struct queue_rows *queue, int64_t *queued, struct fault *f)
{
    struct waiting_counts w;
    if (!waiting_of(g, &w, f))
        return false;
    for (int kind = 0; kind < TODO_KINDS; kind++) {
        struct queue_row row = { .label = slice_of(todo_words[kind].label), .count = w.n[kind],
            .href = todo_words[kind].href ? slice_of(todo_words[kind].href) : page_address(g, "/todo#%s", todo_words[kind].id) };
        *queued += w.n[kind];
        struct buf b = buf_open(100);
        if (!w.n[kind]) {
            buf_close(&b);
            continue;
        }
        buf_text(&b, "最早 ");
        tpl_day(&b, w.earliest[kind]);
        row.note = buf_keep(g->arena, &b);
        PUSH(g->arena, queue, row);
    }
    static const char *const round_words[ROUND_PARTS] = { [ROUND_FILL] = "待填的报送", [ROUND_RELEASE] = "待审签的报送", [ROUND_TAKE] = "待接收的报送" };
    for (int part = 0; part < ROUND_PARTS; part++) {
        struct buf b = buf_open(100);
        if (w.rounds[part]) {
            tpl_day(&b, w.cut_off[part]);
            buf_text(&b, " 截止");
            PUSH(g->arena, queue, ((struct queue_row){ slice_of(round_words[part]), S("/rounds"), slice_copy(g->arena, buf_slice(&b)), w.rounds[part] }));
            *queued += w.rounds[part];
        }
        buf_close(&b);
    }
    if (w.drafts)
        PUSH(g->arena, queue, ((struct queue_row){ S("待分工、未印发"), S("/handout"), S(""), w.drafts }));
    return true;
}

enum http_outcome show_todos(struct page *g)
{
    struct todos_page v = { .shell = page_shell(g, S("等我处理"), "/"), .empty = { S("现在没有等您处理的事。"), S("有新交办、退办或申请时会出现在这里。") } };
    struct todos todos = { 0 };
    struct fault f;
    if (!todos_ask(&g->look, &todos, &f))
        return page_fail(g, &f);
    for (int kind = 0; kind < TODO_KINDS; kind++) {
        struct todo_group group = { .id = slice_of(todo_words[kind].id), .label = slice_of(todo_words[kind].label) };
        for (size_t i = 0; i < todos.n; i++) {
            struct entry e;
            if (todos.at[i].kind != (enum todo_kind)kind)
                continue;
            if (!entry_see(&g->look, todos.at[i].entry, &e, &f))
                return page_fail(g, &f);
            struct todo_row row = { e.id, e.title, e.number, unit_short(g->look.people, todos.at[i].unit), todos.at[i].since, todos.at[i].due, entry_lamp(g, &e) };
            PUSH(g->arena, &group.rows, row);
        }
        v.total += (int64_t)group.rows.n;
        if (group.rows.n)
            PUSH(g->arena, &v.groups, group);
    }
    tpl_todos(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- the page ---------- */

/* Whether a duty of this person has a first page of its own, by the pack. */
static bool wants_minute(const struct page *g)
{
    bool wants = false;
    for (size_t i = 0; i < g->look.who.n_duties; i++)
        wants = wants || g->look.pack->duties[g->look.who.duties[i]->kind].home == HOME_MINUTE;
    return wants;
}

enum http_outcome show_home(struct page *g)
{
    if (wants_minute(g))
        return show_minute(g);
    struct share *shares = NEW(g->arena, struct share, g->look.pack->n_ledgers);
    size_t n = g->look.pack->n_ledgers;
    struct fault f;
    struct home_page v = { .shell = page_shell(g, S("首页"), "/"), .done = page_done(g), .empty = { S("现在没有逾期的事项。"), S("七日内到期的列在下面。") } };
    for (size_t i = 0; i < n; i++)
        if (!share_read(g, &g->look.pack->ledgers[i], &shares[i], &f))
            return page_fail(g, &f);
    qsort(shares, n, sizeof *shares, share_by_total);
    struct sums sums = sums_of(shares, n);
    v.headline = headline_of(g, &sums);
    v.shell.title = v.headline;
    v.say = say_of(g, shares, n);
    for (size_t i = 0; i < n && shares[i].total; i++) {
        PUSH(g->arena, &v.ledgers, share_lights(g, &shares[i]));
        if (!add_groups(g, &shares[i], !i, &v, &f))
            return page_fail(g, &f);
    }
    if (n && shares[0].total)
        add_units(g, &shares[0], &v);
    v.minute = page_can(g, CAN_HAND_OUT);
    if (n && v.minute && !watch_read(g, &shares[0], &v.watch, &f))
        return page_fail(g, &f);
    if (!sums.total)
        v.empty = (struct empty){ S("还没有您可以看到的事项。"), S("交办给您的单位以后，就会出现在这里。") };
    else if (!v.soon.n)
        v.empty.next = S("七日内也没有到期的。");
    if (!queue_read(g, &v.queue, &v.queued, &f))
        return page_fail(g, &f);
    tpl_home(&g->p->body, &v);
    return HTTP_DONE;
}
