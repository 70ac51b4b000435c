/* round.c: a reporting round for the office: who has reported, who has not and where it is stuck, reminding them in one
 * act, taking what came; and the list of a person's rounds. The unit's own pages stand in round_unit.c. */
#include "web/pages_round.h"
#include "pages.tpl.h"

/* ---------- words ---------- */

/* 2026-03 → 2026年3月; 2026-Q1 → 2026年第1季度; 2026-H1 → 2026年上半年; 2026 → 2026年 */
static struct slice period_words(struct page *g, struct slice period)
{
    struct slice year, rest = period;
    int64_t n;
    slice_cut(&rest, '-', &year);
    if (!rest.len)
        return slice_format(g->arena, S_FMT "年", S_ARG(year));
    if (slice_starts(rest, S("Q")))
        return slice_format(g->arena, S_FMT "年第" S_FMT "季度", S_ARG(year), S_ARG(slice_from(rest, 1)));
    if (slice_starts(rest, S("H")))
        return slice_format(g->arena, S_FMT "年%s", S_ARG(year), slice_equal(rest, S("H1")) ? "上半年" : "下半年");
    return slice_int(rest, &n) ? slice_format(g->arena, S_FMT "年%lld月", S_ARG(year), (long long)n) : period;
}

struct slice round_title(struct page *g, const struct round_row *row)
{
    return slice_format(g->arena, S_FMT S_FMT, S_ARG(period_words(g, row->period)), S_ARG(row->round->label.zh));
}

static struct slice time_words(struct page *g, int64_t ms)
{
    struct buf b = buf_open(100);
    tpl_time(&b, ms);
    return buf_keep(g->arena, &b);
}

struct slice cut_off_words(struct page *g, const struct round_row *row)
{
    int64_t left = row->cut_off_ms - ledger_now(g->web->ledger), day_ms = 24 * 3600 * 1000;
    struct slice at = time_words(g, row->cut_off_ms);
    if (left < 0)
        return slice_format(g->arena, S_FMT " 已截止", S_ARG(at));
    if (left < day_ms)
        return slice_format(g->arena, S_FMT " 截止，还剩 %lld 小时", S_ARG(at), (long long)(left / 3600000));
    return slice_format(g->arena, S_FMT " 截止，还剩 %lld 天", S_ARG(at), (long long)(left / day_ms));
}

/* ---------- which round, which unit ---------- */

bool round_of_page(struct page *g, struct round_row *row, struct fault *f)
{
    int64_t id = 0;
    if (!slice_int(http_param(g->q, "id"), &id))
        return fault_set(f, FAULT_MISSING, "no-round", S(""), S(""));
    return round_see(&g->look, id, row, f);
}

bool round_unit_of(struct page *g, const struct round_row *row, struct round_unit *u, struct fault *f)
{
    struct round_units list;
    int64_t id = 0;
    bool named = slice_int(http_param(g->q, "unit"), &id);
    if (!round_units_ask(&g->look, row, &list, f))
        return false;
    for (size_t i = 0; named && i < list.n; i++)
        if (list.at[i].unit == id) {
            *u = list.at[i];
            return true;
        }
    return fault_set(f, FAULT_MISSING, "no-round", S(""), S(""));
}

/* ---------- all rounds of a person ---------- */

static bool is_in(const struct round_unit *u)
{
    return u->state == ROUND_RELEASED || u->state == ROUND_TAKEN;
}

enum http_outcome show_rounds(struct page *g)
{
    struct rounds list;
    struct fault f;
    struct rounds_page v = { .shell = page_shell(g, S("报送"), "/rounds") };
    if (!rounds_ask(&g->look, &list, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < list.n; i++) {
        struct round_units units;
        const struct round_row *row = &list.at[i];
        bool office = round_may_office(&g->look, row);
        size_t in = 0;
        if (!round_units_ask(&g->look, row, &units, &f))
            return page_fail(g, &f);
        for (size_t k = 0; k < units.n; k++) {
            in += is_in(&units.at[k]);
            if (!office)
                PUSH(g->arena, &v.choices, ((struct round_choice){ .title = round_title(g, row), .sub = unit_name(g->look.people, units.at[k].unit),
                    .href = page_address(g, "/rounds/%lld/%lld", (long long)row->id, (long long)units.at[k].unit),
                    .say = is_in(&units.at[k]) ? S("已报") : units.at[k].missing ? S("没有报，已过截止时间") : cut_off_words(g, row) }));
        }
        if (office)
            PUSH(g->arena, &v.choices, ((struct round_choice){ .title = round_title(g, row), .sub = row->def->label.zh, .href = page_address(g, "/rounds/%lld", (long long)row->id),
                .say = slice_format(g->arena, "%zu 个单位已报 %zu 个，" S_FMT, units.n, in, S_ARG(cut_off_words(g, row))) }));
    }
    v.headline = list.n ? slice_format(g->arena, "报送轮次 %zu 期", list.n) : S("还没有报送轮次");
    v.shell.title = v.headline;
    tpl_rounds(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- one round ---------- */

static uint32_t duties_in(const struct round_row *row, uint32_t roles)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < row->def->n_roles; i++)
        if (roles >> i & 1)
            kinds |= row->def->roles[i].duties;
    return kinds;
}

static const struct person *first_with(struct page *g, int64_t unit, uint32_t kinds)
{
    const struct people *p = g->look.people;
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *d = &p->duties[i];
        bool now = (d->from == DAY_NONE || d->from <= g->look.today) && (d->to == DAY_NONE || d->to >= g->look.today);
        if (now && d->unit == unit && (kinds >> d->kind & 1))
            return people_person(p, d->person);
    }
    return NULL;
}

/* Who fills the grid and is no head, with a telephone; where it waits for the head, the head. */
static struct slice whom_to_ask(struct page *g, const struct round_row *row, const struct round_unit *u)
{
    uint32_t fill = duties_in(row, row->round->asks), head = duties_in(row, row->round->release_by);
    const struct person *p = first_with(g, u->unit, u->state == ROUND_FILED ? head : fill & ~head);
    if (!p)
        p = first_with(g, u->unit, fill | head);
    return p ? slice_format(g->arena, S_FMT "　" S_FMT, S_ARG(p->name), S_ARG(p->phone)) : S("没有联络员");
}

static struct slice where_stuck(struct page *g, const struct round_unit *u, size_t saved, size_t rows)
{
    switch (u->state) {
    case ROUND_DRAFT: return slice_format(g->arena, "填了 %zu / %zu 项，" S_FMT, saved, rows, S_ARG(time_words(g, u->filed_ms)));
    case ROUND_FILED: return slice_format(g->arena, S_FMT " 送审签", S_ARG(time_words(g, u->filed_ms)));
    case ROUND_RETURNED: return slice_format(g->arena, "退回：" S_FMT, S_ARG(u->reason));
    case ROUND_RELEASED:
    case ROUND_TAKEN:
        if (u->released_by.len && !slice_equal(u->released_by, u->filed_by))
            return slice_format(g->arena, S_FMT "填报，" S_FMT "审签，" S_FMT, S_ARG(account_name(g->look.people, u->filed_by)),
                S_ARG(account_name(g->look.people, u->released_by)), S_ARG(time_words(g, u->released_ms)));
        return slice_format(g->arena, S_FMT "填报，" S_FMT, S_ARG(account_name(g->look.people, u->filed_by)), S_ARG(time_words(g, u->released_ms)));
    default: return S("未动笔");
    }
}

static const char *light_of_unit(const struct round_unit *u)
{
    return is_in(u) ? "b" : u->missing ? "r" : u->state == ROUND_RETURNED ? "y" : "n";
}

static struct slice state_words(const struct round_unit *u)
{
    if (u->state == ROUND_RELEASED)
        return u->late ? S("已报，迟报") : S("已报");
    if (u->state == ROUND_TAKEN)
        return u->late ? S("已收，迟报") : S("已收");
    if (u->state == ROUND_RETURNED)
        return S("退回修改");
    if (u->state == ROUND_FILED)
        return u->missing ? S("未报，待审签") : S("待审签");
    return u->missing ? S("未报") : S("未报，未到期");
}

enum { BOX_OPEN, BOX_RETURNED, BOX_FILED, BOX_IN, BOXES };

static void count_unit(struct round_page *v, const struct round_unit *u, bool chased)
{
    v->boxes.at[is_in(u) ? BOX_IN : u->state == ROUND_RETURNED ? BOX_RETURNED : u->state == ROUND_FILED ? BOX_FILED : BOX_OPEN].n++;
    v->take += u->state == ROUND_RELEASED;
    v->chase += !is_in(u) && !chased;
}

static bool add_unit(struct page *g, const struct round_row *row, const struct round_unit *u, struct round_page *v, struct fault *f)
{
    struct round_lines lines;
    size_t saved = 0;
    if (!round_grid(&g->look, row, u->unit, &lines, f))
        return false;
    for (size_t i = 0; i < lines.n; i++)
        saved += lines.at[i].saved;
    struct round_unit_line line = { .unit = u->unit, .light = light_of_unit(u), .state = state_words(u), .name = unit_short(g->look.people, u->unit), .rows = lines.n,
        .href = page_address(g, "/rounds/%lld/%lld", (long long)row->id, (long long)u->unit), .where = where_stuck(g, u, saved, lines.n), .chased = u->chased_on != DAY_NONE && u->chased_on >= g->look.today };
    v->lines += lines.n;
    v->said += is_in(u) ? lines.n : 0;
    count_unit(v, u, line.chased);
    if (!is_in(u))
        line.who = whom_to_ask(g, row, u);
    if (u->chased && !is_in(u))
        line.where = slice_format(g->arena, S_FMT "，已催 %lld 次", S_ARG(line.where), (long long)u->chased);
    PUSH(g->arena, is_in(u) ? &v->in : &v->open, line);
    return true;
}

static void boxes_make(struct page *g, bool over, struct round_boxes *boxes)
{
    static const struct { const char *light, *label, *note; } words[BOXES] = { [BOX_OPEN] = { "n", "未报", "还没有送审签" }, [BOX_RETURNED] = { "y", "退回修改", "等单位改" },
        [BOX_FILED] = { "n", "待审签", "等负责人" }, [BOX_IN] = { "b", "已报", "" } };
    for (int i = 0; i < BOXES; i++)
        PUSH(g->arena, boxes, ((struct round_box){ .light = i == BOX_OPEN && over ? "r" : words[i].light, .label = slice_of(words[i].label), .note = slice_of(words[i].note),
            .href = i == BOX_IN ? S("#in") : S("#open") }));
}

static bool fill_round(struct page *g, const struct round_row *row, struct round_page *v, struct fault *f)
{
    struct round_units units;
    bool over = ledger_now(g->web->ledger) > row->cut_off_ms;
    if (!round_units_ask(&g->look, row, &units, f))
        return false;
    boxes_make(g, over, &v->boxes);
    for (int pass = 0; pass < 2; pass++) /* the missing ones first */
        for (size_t i = 0; i < units.n; i++)
            if ((units.at[i].state == ROUND_WAITING || units.at[i].state == ROUND_DRAFT) != pass && !add_unit(g, row, &units.at[i], v, f))
                return false;
    v->units = units.n;
    v->boxes.at[BOX_IN].note = slice_format(g->arena, "已收 %zu", v->in.n - v->take);
    v->in_width = decimal_round(decimal_div(decimal_int((int64_t)(100 * v->in.n)), decimal_int((int64_t)(units.n ? units.n : 1))), 1);
    return true;
}

enum http_outcome show_round(struct page *g)
{
    struct round_row row;
    struct fault f;
    struct round_page v = { 0 };
    if (!round_of_page(g, &row, &f))
        return page_fail(g, &f);
    if (!round_may_office(&g->look, &row)) {
        struct round_units units;
        if (!round_units_ask(&g->look, &row, &units, &f) || !units.n)
            return page_missing(g);
        return page_redirect(g, page_address(g, "/rounds/%lld/%lld", (long long)row.id, (long long)units.at[0].unit));
    }
    if (!fill_round(g, &row, &v, &f))
        return page_fail(g, &f);
    v.headline = v.in.n == v.units ? slice_format(g->arena, "%zu 个单位全部报齐", v.units) : slice_format(g->arena, "%zu 个单位已报 %zu 个，还差 %zu 个", v.units, v.in.n, v.open.n);
    v.sub = slice_format(g->arena, S_FMT "，" S_FMT "。", S_ARG(round_title(g, &row)), S_ARG(cut_off_words(g, &row)));
    v.words = slice_format(g->arena, S_FMT "%s " S_FMT " 截止，贵单位还没有报。请抓紧报送%s。", S_ARG(round_title(g, &row)),
        ledger_now(g->web->ledger) > row.cut_off_ms ? "已于" : "将于", S_ARG(time_words(g, row.cut_off_ms)), row.round->release_by ? "，报送前须经单位负责人审签" : "");
    v.here = page_address(g, "/rounds/%lld", (long long)row.id);
    if (g->web->config.reader) {
        v.docx = page_address(g, "/round-summary/%lld/docx", (long long)row.id);
        v.xlsx = page_address(g, "/round-summary/%lld/xlsx", (long long)row.id);
    }
    struct crumb *crumbs = NEW(g->arena, struct crumb, 2);
    crumbs[0] = (struct crumb){ S("报送"), S("/rounds") };
    crumbs[1] = (struct crumb){ round_title(g, &row), S("") };
    v.crumbs = (struct crumbs){ crumbs, 2 };
    v.shell = page_shell(g, v.headline, "/rounds");
    v.done = page_done(g);
    v.errors = page_errors(g);
    v.hidden = page_hidden(g, 0);
    v.hidden_take = page_hidden(g, 0);
    tpl_round(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- its acts: remind those that are ticked, take all ---------- */

static void put_ticked(struct page *g, struct buf *b)
{
    json_name(b, "units");
    buf_char(b, '[');
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("u"))) {
            json_comma(b);
            json_put_string(b, g->q->form.at[i].value);
        }
    buf_char(b, ']');
}

enum http_outcome post_round(struct page *g)
{
    struct slice act = http_form(g->q, "do");
    bool chase = slice_equal(act, S("chase")), take = slice_equal(act, S("take"));
    struct slice here = page_address(g, "/rounds/" S_FMT, S_ARG(http_param(g->q, "id")));
    if (!chase && !take) /* Enter in a field does nothing */
        return page_redirect(g, here);
    struct round_row row;
    struct fault f;
    if (!round_of_page(g, &row, &f))
        return page_fail(g, &f);
    if (!round_may_office(&g->look, &row)) {
        fault_set(&f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
        return page_fail(g, &f);
    }
    struct buf b = command_begin(g, "round");
    command_text(&b, "round", http_param(g->q, "id"));
    command_text(&b, "act", act);
    if (chase)
        put_ticked(g, &b);
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=%s", S_ARG(here), chase ? "chased" : "taken"), show_round);
}
