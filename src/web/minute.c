/* minute.c: the first page of those who look at the whole in a minute (一页清), and the office's sheet of the same for print:
 * what needs me, what is late and whose, what will be late, what to look after, who has not signed, what moved this week.
 * Which lists these are says the pack (`minute:` of a list, `home:` of a duty); who leads entries is shown their own,
 * everybody else what they see. Every number leads to its rows. On paper it is one sheet of A4. */
#include "web/inside.h"
#include "pages.tpl.h"

#include <stdlib.h>

enum { MATTERS = 3, WHOSE = 8, COMINGS = 4, UNSIGNED = 10 };

static struct list_query query_of(const struct share *s, const struct list *list)
{
    return (struct list_query){ .def = s->def, .stage = ENTRY_LIVE, .where = list ? list->where : NULL, .leader = s->leader,
        .sort_slot = list ? list->sort_slot : -1, .descending = list && list->descending };
}

static struct slice list_href(struct page *g, const struct share *s, const struct list *list)
{
    return share_href(g, s, slice_text(g->arena, slice_format(g->arena, "list=" S_FMT, S_ARG(list->name))));
}

/* ---------- what needs me ---------- */

static bool add_matter(struct page *g, int64_t id, struct minute_page *v, struct fault *f)
{
    struct entry e;
    struct entry_file file;
    struct offers offers;
    if (!entry_see(&g->look, id, &e, f) || !entry_file(&g->look, &e, &file, f) || !entry_offers(&g->look, &e, &file, &offers, f))
        return false;
    struct told step = history_step(g, e.def, &file);
    const struct offer *next = NULL;
    for (size_t i = 0; i < offers.n && !next; i++) /* a leader's own word on it comes before the office's steps */
        if (offers.at[i].act == ACT_LINE && offers.at[i].allowed)
            next = &offers.at[i];
    if (!next)
        next = first_offer(&e, &offers);
    struct matter m = { .lamp = entry_lamp(g, &e), .title = e.title, .href = page_address(g, "/e/%lld", (long long)e.id), .lead = unit_short(g->look.people, e.lead),
        .leader = person_name(g->look.people, e.leader), .due = e.due, .why = e.def->states[e.state].label.zh, .step = step.what, .step_who = step.name,
        .step_on = step.at_ms ? day_of_ms(step.at_ms) : DAY_NONE };
    if (next) {
        m.next = first_offer_name(g, &e, next);
        m.next_href = page_address(g, "/e/%lld#act", (long long)e.id);
    }
    PUSH(g->arena, &v->matters, m);
    return true;
}

static bool add_needs(struct page *g, const struct share *s, const struct list *list, struct minute_page *v, struct fault *f)
{
    struct list_query q = query_of(s, list);
    struct list_rows rows;
    q.limit = MATTERS;
    if (!list_ask(&g->look, &q, &rows, f))
        return false;
    v->needs += rows.total;
    if (rows.total && !v->needs_href.len) {
        v->needs_href = list_href(g, s, list);
        v->needs_label = slice_format(g->arena, S_FMT " %lld 项", S_ARG(list->label.zh), (long long)rows.total);
    }
    for (size_t i = 0; i < rows.n && v->matters.n < MATTERS; i++)
        if (!add_matter(g, rows.at[i].id, v, f))
            return false;
    return true;
}

/* ---------- what is late, and whose ---------- */

static int by_late(const void *x, const void *y)
{
    const struct count_by *a = x, *b = y;
    if (a->lights[LIGHT_RED] != b->lights[LIGHT_RED])
        return a->lights[LIGHT_RED] < b->lights[LIGHT_RED] ? 1 : -1;
    return a->total != b->total ? (a->total < b->total ? 1 : -1) : (a->id > b->id) - (a->id < b->id);
}

static bool add_whose(struct page *g, const struct share *s, enum common slot, struct unit_rows *out, struct fault *f)
{
    static const enum light order[LIGHTS] = { LIGHT_RED, LIGHT_YELLOW, LIGHT_GREEN, LIGHT_GREY, LIGHT_BLUE };
    struct list_query q = query_of(s, NULL);
    struct counts_by by;
    const char *name = slot == COMMON_LEAD ? "lead" : "leader";
    if (!list_counts_by(&g->look, &q, slot, &by, f))
        return false;
    if (by.n)
        qsort(by.at, by.n, sizeof *by.at, by_late);
    for (size_t i = 0; i < by.n && out->n < WHOSE && by.at[i].lights[LIGHT_RED]; i++) {
        const struct count_by *c = &by.at[i];
        int64_t counts[LIGHTS];
        for (int k = 0; k < LIGHTS; k++)
            counts[k] = c->lights[order[k]];
        struct slice only = slice_format(g->arena, "%s=%lld", name, (long long)c->id);
        struct unit_row row = { .name = slot == COMMON_LEAD ? unit_short(g->look.people, c->id) : person_name(g->look.people, c->id), .stack = stack_of(counts),
            .late = c->lights[LIGHT_RED], .warned = c->lights[LIGHT_YELLOW], .done = c->lights[LIGHT_BLUE], .total = c->total,
            .href = share_href(g, s, slice_text(g->arena, only)), .late_href = share_href(g, s, slice_text(g->arena, slice_format(g->arena, S_FMT "&light=r", S_ARG(only)))) };
        row.stack.thin = true;
        if (c->id)
            PUSH(g->arena, out, row);
    }
    return true;
}

/* ---------- what will be late ---------- */

static bool add_coming(struct page *g, const struct share *s, const struct list *list, struct minute_page *v, struct fault *f)
{
    struct list_query q = query_of(s, list);
    struct list_rows rows;
    q.limit = COMINGS;
    if (!list_ask(&g->look, &q, &rows, f))
        return false;
    v->coming += rows.total;
    if (rows.total && !v->coming_href.len)
        v->coming_href = list_href(g, s, list);
    for (size_t i = 0; i < rows.n && v->comings.n < COMINGS; i++) {
        const struct entry *e = &rows.at[i];
        struct forecast forecast;
        struct buf b = buf_open(1000);
        if (!entry_forecast(&g->look, e, &forecast, f)) {
            buf_close(&b);
            return false;
        }
        forecast_put(&b, e, &forecast, g->look.today);
        PUSH(g->arena, &v->comings, ((struct coming_row){ entry_lamp(g, e), e->title, page_address(g, "/e/%lld", (long long)e->id), unit_short(g->look.people, e->lead),
            person_name(g->look.people, e->leader), buf_keep(g->arena, &b), e->due }));
    }
    return true;
}

/* ---------- who has not signed ---------- */

struct waiting_unit { int64_t unit, n; };

static int by_waiting(const void *x, const void *y)
{
    const struct waiting_unit *a = x, *b = y;
    return a->n != b->n ? (a->n < b->n ? 1 : -1) : (a->unit > b->unit) - (a->unit < b->unit);
}

static int by_id(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

static struct slice unsigned_words(struct page *g, struct waiting_unit *units, size_t n)
{
    struct buf b = buf_open(1 << 14);
    if (n)
        qsort(units, n, sizeof *units, by_waiting);
    for (size_t i = 0; i < n && i < UNSIGNED; i++)
        buf_format(&b, "%s" S_FMT " %lld 项", i ? "、" : "", S_ARG(unit_short(g->look.people, units[i].unit)), (long long)units[i].n);
    if (n > UNSIGNED)
        buf_format(&b, "，另有 %zu 个单位", n - UNSIGNED);
    return buf_keep(g->arena, &b);
}

/* By unit, of those entries that this person sees. */
static bool add_unsigned(struct page *g, const struct share *s, struct minute_page *v, struct fault *f)
{
    struct list_query q = query_of(s, NULL);
    struct list_rows rows;
    struct receipts asked = { 0 };
    struct { struct waiting_unit *at; size_t n, cap; } units = { 0 };
    if (!s->def->receipt.used || !list_parse_where(g->arena, s->def, S("not done and unsigned > 0"), &q.where, f) || !list_ask(&g->look, &q, &rows, f)
        || !receipts_in_state(&g->look, S("asked"), &asked, f))
        return !s->def->receipt.used;
    if (rows.n)
        qsort(rows.at, rows.n, sizeof *rows.at, by_id);
    for (size_t i = 0; i < asked.n; i++) {
        size_t k = 0;
        struct entry key = { .id = asked.at[i].entry };
        if (asked.at[i].row.stage != ENTRY_LIVE || !rows.n || !bsearch(&key, rows.at, rows.n, sizeof *rows.at, by_id))
            continue;
        while (k < units.n && units.at[k].unit != asked.at[i].row.unit)
            k++;
        if (k == units.n)
            PUSH(g->arena, &units, ((struct waiting_unit){ asked.at[i].row.unit, 0 }));
        units.at[k].n++;
    }
    v->unsigned_words = unsigned_words(g, units.at, units.n);
    return true;
}

/* ---------- what moved ---------- */

static bool add_moved(struct page *g, const struct share *s, const struct list *list, struct minute_page *v, struct fault *f)
{
    struct list_query q = query_of(s, list);
    struct list_counts c;
    if (!list_counts(&g->look, &q, &c, f))
        return false;
    PUSH(g->arena, &v->moved, ((struct moved_row){ list->label.zh, list_href(g, s, list), c.total }));
    return true;
}

/* ---------- the page ---------- */

static bool add_share(struct page *g, const struct share *s, struct minute_page *v, struct fault *f)
{
    for (size_t i = 0; i < s->def->n_lists; i++) {
        const struct list *list = &s->def->lists[i];
        if ((list->box == BOX_NEEDS && !add_needs(g, s, list, v, f)) || (list->box == BOX_MOVED && !add_moved(g, s, list, v, f))
            || (list->box == BOX_COMING && !add_coming(g, s, list, v, f)))
            return false;
    }
    if (!v->ledgers.n && (!watch_read(g, s, &v->watch, f) || !add_unsigned(g, s, v, f)))
        return false;
    PUSH(g->arena, &v->ledgers, share_lights(g, s));
    if (v->ledgers.n > 1 || !s->lights[LIGHT_RED])
        return true;
    v->whose_noun = s->def->noun.zh.len ? s->def->noun.zh : s->def->label.zh;
    v->unit_label = slot_label(s->def, COMMON_LEAD).zh;
    v->leader_label = slot_label(s->def, COMMON_LEADER).zh;
    return add_whose(g, s, COMMON_LEAD, &v->units, f) && (s->leader || add_whose(g, s, COMMON_LEADER, &v->leaders, f));
}

static struct slice headline_of(struct page *g, const struct minute_page *v)
{
    if (v->matters.n)
        return slice_format(g->arena, "%zu 件事要您过问", v->matters.n);
    return v->queued ? slice_format(g->arena, "%lld 件等您处理，没有逾期的", (long long)v->queued) : S("没有要您过问的事");
}

static struct slice say_of(struct page *g, const struct share *main)
{
    struct buf b = buf_open(400);
    put_year_so_far(&b, g->look.today);
    buf_text(&b, main && main->leader ? "下面是由您负责的。" : "");
    return buf_keep(g->arena, &b);
}

enum http_outcome show_minute(struct page *g)
{
    size_t n = g->look.pack->n_ledgers;
    struct share *shares = NEW(g->arena, struct share, n);
    struct minute_page v = { .done = page_done(g), .sheet = slice_equal(g->q->path, S("/minute")) };
    struct fault f;
    for (size_t i = 0; i < n; i++)
        if (!share_read(g, &g->look.pack->ledgers[i], &shares[i], &f))
            return page_fail(g, &f);
    if (n)
        qsort(shares, n, sizeof *shares, share_by_total);
    if (!queue_read(g, &v.queue, &v.queued, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < n && shares[i].total; i++)
        if (!add_share(g, &shares[i], &v, &f))
            return page_fail(g, &f);
    v.headline = headline_of(g, &v);
    v.say = say_of(g, n ? &shares[0] : NULL);
    v.shell = page_shell(g, v.headline, "/");
    tpl_minute(&g->p->body, &v);
    return HTTP_DONE;
}
