/* handout.c: the hand-out (任务分工, M160): one grid of what a document became in one ledger, by section. A change of
 * a row, a fill of forty, all sure proposals adopted: each is one command, so that one undo takes it back.
 *
 * What is adopted in one act is only what the pack calls sure. What is to be looked at, and what nothing is proposed for,
 * stays marked until somebody decides on it; and a due day that the text does not have is never filled in unseen. */
#include "web/pages_office.h"
#include "pages.tpl.h"

enum { CELL_LEAD, CELL_SUPPORT, CELL_LEADER, CELL_DUE, CELLS, REST_ALL = -2 };
static const char *const lists[CELLS] = { "units", "", "leaders", "days" }, *const classes[CELLS] = { "c3", "c4", "c5", "c6" };
static const int slots[CELLS] = { COMMON_LEAD, COMMON_SUPPORT, COMMON_LEADER, COMMON_DUE };

enum show { SHOW_ALL, SHOW_SURE, SHOW_LOOK, SHOW_NONE, SHOW_DAYS, SHOW_SET, SHOWS };
static const struct { const char *code, *label; } shows[SHOWS] = {
    [SHOW_ALL] = { "", "全部" }, [SHOW_SURE] = { "sure", "有把握" }, [SHOW_LOOK] = { "look", "请看一眼" },
    [SHOW_NONE] = { "none", "无建议" }, [SHOW_DAYS] = { "days", "未写时限" }, [SHOW_SET] = { "set", "已定" },
};

struct hand { /* what one look at the grid is made from */
    struct page *g;
    struct office o;
    const struct ledger_def *d;
    struct proposer *proposer; /* NULL where nothing can be proposed */
    enum show show;            /* the rows that are wanted: seen, and filled in bulk */
};

static bool hand_open(struct page *g, struct hand *h, struct fault *f)
{
    *h = (struct hand){ .g = g, .d = pack_ledger(g->look.pack, http_param(g->q, "ledger")) };
    for (int i = 0; i < SHOWS; i++)
        if (slice_equal(http_query(g->q, "show"), slice_of(shows[i].code)))
            h->show = (enum show)i;
    if (!h->d)
        return fault_set(f, FAULT_MISSING, "unknown-ledger", http_param(g->q, "ledger"), S(""));
    return office_read(g, &h->o, f);
}

static struct slice hand_address(struct hand *h)
{
    return page_address(h->g, "/handout/%lld/" S_FMT, (long long)h->o.doc.id, S_ARG(h->d->name));
}

/* The same with the filter: where a form goes, so that an act in bulk takes what is seen. */
static struct slice hand_action(struct hand *h)
{
    return h->show ? slice_format(h->g->arena, S_FMT "?show=%s", S_ARG(hand_address(h)), shows[h->show].code) : hand_address(h);
}

static bool listed(const struct hand *h, const struct entry *e)
{
    return e->def == h->d && e->stage != ENTRY_DROPPED;
}

/* ---------- one row ---------- */

static struct slice cell_stands(struct page *g, const struct entry *e, int cell)
{
    switch (cell) {
    case CELL_LEAD: return unit_short(g->look.people, e->lead);
    case CELL_SUPPORT: return entry_units(g, &e->support);
    case CELL_LEADER: return person_name(g->look.people, e->leader);
    default: return day_short(g->arena, e->due, e->year);
    }
}

static bool cell_empty(const struct entry *e, int cell)
{
    return cell == CELL_LEAD ? !e->lead : cell == CELL_SUPPORT ? !e->support.n : cell == CELL_LEADER ? !e->leader : e->due == DAY_NONE;
}

static bool cell_required(const struct hand *h, int cell)
{
    return h->d->required_common >> slots[cell] & 1;
}

static const char *cell_field(struct page *g, const struct entry *e, int cell)
{
    return slice_text(g->arena, slice_format(g->arena, "e%lld." S_FMT, (long long)e->id, S_ARG(slot_name(e->def, slots[cell]))));
}

static bool hand_proposer(struct hand *h, struct fault *f)
{
    return proposer_open(&h->g->look, &h->proposer, f);
}

static bool ask_proposal(const struct hand *h, const struct entry *e, struct proposal *p)
{
    return proposer_ask(h->proposer, h->g->arena, e->span_end > e->span_start ? office_passage(&h->o, e) : e->title, e->section, p);
}

/* Where somebody chose the lead, what follows from that is sure: the support that goes with it, and who is in charge of it. */
static bool propose(const struct hand *h, const struct entry *e, struct proposal *p)
{
    *p = (struct proposal){ 0 };
    if (!h->proposer || e->stage != ENTRY_DRAFT || (e->lead && e->leader))
        return false;
    bool found = ask_proposal(h, e, p);
    if (e->lead && (!found || p->lead != e->lead))
        *p = (struct proposal){ .lead = e->lead, .leader = proposer_leader(h->proposer, e->lead) };
    if (e->lead)
        p->confidence = p->leader ? CONFIDENCE_SURE : CONFIDENCE_NONE;
    if (p->confidence == CONFIDENCE_NONE)
        *p = (struct proposal){ 0 };
    return p->lead;
}

/* Whether a row is among those that the filter wants. */
static bool shown(const struct hand *h, const struct entry *e, const struct proposal *p)
{
    bool draft = e->stage == ENTRY_DRAFT;
    switch (h->show) {
    case SHOW_SURE: return draft && p->confidence == CONFIDENCE_SURE;
    case SHOW_LOOK: return draft && p->confidence == CONFIDENCE_LOOK;
    case SHOW_NONE: return draft && !e->lead && p->confidence == CONFIDENCE_NONE;
    case SHOW_DAYS: return draft && e->due == DAY_NONE;
    case SHOW_SET: return !draft || entry_complete(&h->g->look, e);
    default: return true;
    }
}

/* What is proposed for a cell that is empty, as a command takes it: ids. Never over what somebody decided. */
static struct slice cell_proposed(struct page *g, const struct entry *e, const struct proposal *p, int cell)
{
    struct buf b = buf_open(4096);
    bool same = !e->lead || e->lead == p->lead;
    if (!cell_empty(e, cell) || !same)
        return S("");
    if (cell == CELL_LEAD && p->lead)
        buf_int(&b, p->lead);
    if (cell == CELL_LEADER && p->leader)
        buf_int(&b, p->leader);
    for (size_t i = 0; cell == CELL_SUPPORT && i < p->support.n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_int(&b, p->support.at[i]);
    }
    return buf_keep(g->arena, &b);
}

static struct slice proposed_words(struct page *g, const struct proposal *p, int cell)
{
    return cell == CELL_LEAD ? unit_short(g->look.people, p->lead) : cell == CELL_SUPPORT ? entry_units(g, &p->support) : person_name(g->look.people, p->leader);
}

static struct grid_cell cell_of(const struct hand *h, const struct entry *e, const struct proposal *p, int cell)
{
    struct page *g = h->g;
    struct grid_cell c = { .value = typed_or(g, cell_field(g, e, cell), cell_stands(g, e, cell)), .label = slot_label(h->d, slots[cell]).zh,
        .name = slice_of(cell_field(g, e, cell)), .list = lists[cell], .css = classes[cell], .several = cell == CELL_SUPPORT };
    bool empty = cell_empty(e, cell);
    c.lack = empty && cell_required(h, cell);
    if (c.lack)
        c.hint = S("待填");
    else if (cell == CELL_SUPPORT)
        c.hint = S("可不填");
    if (cell != CELL_DUE && p->lead && cell_proposed(g, e, p, cell).len) {
        c.pen = true;
        c.lack = false;
        c.hint = proposed_words(g, p, cell);
        c.look = p->confidence == CONFIDENCE_LOOK;
        if (cell == CELL_LEAD)
            c.why = p->reason;
        if (cell == CELL_LEAD && c.look && p->next)
            c.next = unit_short(g->look.people, p->next);
    }
    struct slice refused = refusal_at(g, cell_field(g, e, cell));
    if (refused.len)
        c.why = refused, c.lack = true, c.pen = false;
    return c;
}

/* How sure the proposal is, and what is lacking besides. */
static struct slice said_lacks(const struct hand *h, const struct entry *e, const struct proposal *p, const struct grid_row *row)
{
    static const enum show words[] = { [CONFIDENCE_NONE] = SHOW_NONE, [CONFIDENCE_LOOK] = SHOW_LOOK, [CONFIDENCE_SURE] = SHOW_SURE };
    struct buf b = buf_open(400);
    bool any = false;
    if (row->pen || !e->lead)
        buf_text(&b, shows[words[p->confidence]].label);
    for (int i = 0; i < CELLS; i++)
        if (row->cells.at[i].lack && (cell_empty(e, i))) {
            buf_text(&b, any ? "、" : b.len ? "，缺" : "缺");
            buf_put(&b, row->cells.at[i].label);
            any = true;
        }
    return buf_keep(h->g->arena, &b);
}

static struct plea plea_of(struct page *g, const struct entry *e, const struct receipt_row *r)
{
    return (struct plea){ .entry = e->id, .unit = r->unit, .unit_name = unit_short(g->look.people, r->unit), .title = e->title, .reason = r->reason,
        .by = account_name(g->look.people, r->account), .on = r->answered_on, .lead = r->unit == e->lead, .open = true };
}

/* Where the units stand with a draft: who has not answered, who objects. */
static bool row_opinions(const struct hand *h, const struct entry *e, struct grid_row *row, struct fault *f)
{
    struct receipt_row *at;
    size_t n, waits = 0, agreed = 0;
    struct slice first = S("");
    if (!receipts_read(&h->g->look, e->id, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (at[i].stage != ENTRY_DRAFT)
            continue;
        if (slice_equal(at[i].state, S("returned")))
            PUSH(h->g->arena, &row->pleas, plea_of(h->g, e, &at[i]));
        agreed += slice_equal(at[i].state, S("signed")) || slice_equal(at[i].state, S("confirmed"));
        if (slice_equal(at[i].state, S("asked")) && !waits++)
            first = unit_short(h->g->look.people, at[i].unit);
    }
    if (row->pleas.n)
        row->said = S("有异议"), row->light = "y";
    else if (!row->said.len && waits)
        row->said = waits == 1 ? slice_format(h->g->arena, "等" S_FMT, S_ARG(first)) : slice_format(h->g->arena, "等 %zu 个单位", waits);
    else if (!row->said.len)
        row->said = agreed ? S("同意") : h->d->receipt.used ? S("未送") : S("已填全");
    return true;
}

static bool row_ticked(struct page *g, int64_t id)
{
    int64_t ticked;
    for (size_t i = 0; g->refused && i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("e")) && slice_int(g->q->form.at[i].value, &ticked) && ticked == id)
            return true;
    return false;
}

static bool row_of(const struct hand *h, const struct entry *e, size_t no, struct grid_row *row, struct fault *f)
{
    struct page *g = h->g;
    struct proposal p;
    propose(h, e, &p);
    *row = (struct grid_row){ .id = e->id, .version = e->version, .year = e->year, .no = no, .title = e->title, .live = e->stage == ENTRY_LIVE,
        .picked = row_ticked(g, e->id), .href = page_address(g, "/reports/%lld?ledger=" S_FMT "#p%lld", (long long)h->o.doc.id, S_ARG(h->d->name), (long long)e->id) };
    row->save = page_address(g, "/handout/%lld/" S_FMT "/row/%lld", (long long)h->o.doc.id, S_ARG(h->d->name), (long long)e->id);
    for (int i = 0; i < CELLS; i++) {
        struct grid_cell c = cell_of(h, e, &p, i);
        c.no = no;
        row->pen = row->pen || c.pen;
        PUSH(g->arena, &row->cells, c);
    }
    row->sure = row->pen && p.confidence == CONFIDENCE_SURE;
    row->shown = shown(h, e, &p);
    row->next = row->cells.at[CELL_LEAD].next;
    if (row->live) {
        row->href = page_address(g, "/e/%lld", (long long)e->id);
        row->said = slice_format(g->arena, "已印发 " S_FMT, S_ARG(e->number));
        return true;
    }
    row->said = said_lacks(h, e, &p, row);
    if (row->said.len)
        row->light = row->sure && slice_equal(row->said, slice_of(shows[SHOW_SURE].label)) ? "n" : "y";
    row->tally[SHOW_SURE] = row->sure;
    row->tally[SHOW_LOOK] = p.confidence == CONFIDENCE_LOOK;
    row->tally[SHOW_NONE] = !e->lead && p.confidence == CONFIDENCE_NONE;
    row->tally[SHOW_DAYS] = e->due == DAY_NONE;
    return row_opinions(h, e, row, f);
}

/* ---------- the grid ---------- */

static bool named(struct slice list, int64_t id)
{
    struct slice part;
    int64_t one;
    while (list.len && slice_cut(&list, '.', &part))
        if (slice_int(part, &one) && one == id)
            return true;
    return false;
}

/* Open sections: those that the address names; or those of the form that came back. */
static struct slice open_sections(struct page *g)
{
    struct buf b = buf_open(4096);
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("open"))) {
            if (b.len)
                buf_char(&b, '.');
            buf_put(&b, g->q->form.at[i].value);
        }
    struct slice posted = buf_keep(g->arena, &b);
    return posted.len ? posted : http_query(g->q, "section");
}

static bool section_fill(const struct hand *h, struct grid_section *s, struct handout_page *v, struct fault *f)
{
    size_t no = 0;
    for (size_t i = 0; i < h->o.n; i++) {
        const struct entry *e = &h->o.entries[i];
        struct grid_row row;
        if (!listed(h, e))
            continue;
        no++;
        if (office_part_of(&h->o, h->d, e) != s->id)
            continue;
        if (!row_of(h, e, no, &row, f))
            return false;
        bool set = row.live || (entry_complete(&h->g->look, e) && !row.pleas.n), lack = false;
        for (int k = 0; k < CELLS; k++) {
            bool missing = cell_required(h, k) && cell_empty(e, k);
            lack = lack || row.cells.at[k].lack;
            v->lacks.at[k].n += missing;
            if (missing && !v->lacks.at[k].href.len)
                v->lacks.at[k].href = page_address(h->g, "?section=%lld#f-%s", (long long)s->id, cell_field(h->g, e, k));
        }
        if (!set && !v->first_lack.len)
            v->first_lack = page_address(h->g, "?section=%lld#r%lld", (long long)s->id, (long long)e->id);
        s->n++;
        s->done += set;
        s->pens += row.sure && row.shown;
        s->days += row.tally[SHOW_DAYS] && row.shown;
        s->looks += row.tally[SHOW_LOOK];
        s->nones += row.tally[SHOW_NONE];
        for (int k = SHOW_SURE; k < SHOW_SET; k++)
            v->tally[k] += row.tally[k];
        s->lacks += lack;
        s->pleas += row.pleas.n;
        v->live += row.live;
        v->ready += set && !row.live;
        v->unasked += !row.live && e->lead && slice_equal(row.said, S("未送"));
        if (row.shown)
            PUSH(h->g->arena, &s->rows, row);
    }
    s->real = s->n ? (int)(100 * s->done / s->n) : 0;
    return true;
}

static bool grid_fill(struct hand *h, struct handout_page *v, struct fault *f)
{
    struct page *g = h->g;
    struct office_parts parts = office_parts(g, &h->o, h->d);
    struct slice open = open_sections(g);
    bool any = false;
    for (int k = 0; k < CELLS; k++)
        PUSH(g->arena, &v->lacks, (struct lack_count){ .label = slot_label(h->d, slots[k]).zh });
    for (size_t i = 0; i < parts.n; i++) {
        struct grid_section s = { .id = parts.at[i].id, .title = parts.at[i].title };
        s.href = page_address(g, "?section=%lld&show=%s#s%lld", (long long)s.id, shows[h->show].code, (long long)s.id);
        s.load = page_address(g, S_FMT "?section=%lld&show=%s&part=1", S_ARG(v->here), (long long)s.id, shows[h->show].code);
        s.days_href = page_address(g, S_FMT "/days?section=%lld&show=%s", S_ARG(v->here), (long long)s.id, shows[h->show].code);
        s.noun = v->noun;
        for (int k = 0; k < CELLS; k++)
            PUSH(g->arena, &s.heads, ((struct grid_head){ slot_label(h->d, slots[k]).zh, classes[k] }));
        if (!section_fill(h, &s, v, f))
            return false;
        s.open = named(open, s.id) || (h->show && s.rows.n);
        any = any || s.open;
        if (s.n && (s.rows.n || !h->show))
            PUSH(g->arena, &v->sections, s);
        v->n += s.n;
        v->set += s.done;
        v->pens += s.pens;
        v->days += s.days;
        v->pleas += s.pleas;
    }
    for (size_t i = 0; i < v->sections.n && !any; i++)
        if (v->sections.at[i].done < v->sections.at[i].n)
            any = v->sections.at[i].open = true;
    for (size_t i = 0; i < v->sections.n; i++) /* what is shut is not sent: it is loaded when it is opened */
        if (!v->sections.at[i].open)
            v->sections.at[i].rows = (struct grid_rows){ 0 };
    return true;
}

static struct slice headline_of(struct page *g, const struct hand *h, const struct handout_page *v)
{
    struct slice noun = ledger_noun(h->d);
    if (v->set == v->n)
        return slice_format(g->arena, "%zu 项" S_FMT "全部分好，%s", v->n, S_ARG(noun), v->live == v->n ? "已印发" : "可以印发");
    return slice_format(g->arena, "%zu 项" S_FMT "已定 %zu 项，还差 %zu 项", v->n, S_ARG(noun), v->set, v->n - v->set);
}

static struct decimal share(size_t part, size_t n)
{
    return decimal_round(decimal_div(decimal_mul(decimal_int((int64_t)part), decimal_int(100)), decimal_int((int64_t)(n ? n : 1))), 1);
}

static struct tabs ledger_tabs(struct hand *h)
{
    struct page *g = h->g;
    struct ledgers list = office_ledgers(g, &h->o);
    struct tab *at = NEW(g->arena, struct tab, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        at[i] = (struct tab){ .label = ledger_noun(list.at[i]), .current = list.at[i] == h->d,
            .href = page_address(g, "/handout/%lld/" S_FMT, (long long)h->o.doc.id, S_ARG(list.at[i]->name)) };
    return (struct tabs){ .label = S("台账"), .at = at, .n = list.n > 1 ? list.n : 0 };
}

static struct tabs show_tabs(struct hand *h, const struct handout_page *v)
{
    struct page *g = h->g;
    struct tab *at = NEW(g->arena, struct tab, SHOWS);
    size_t n = 0;
    for (int i = 0; i < SHOWS; i++) {
        int64_t count = (int64_t)(i == SHOW_ALL ? v->n : i == SHOW_SET ? v->set : v->tally[i]);
        if (count || i == (int)h->show || i == SHOW_ALL)
            at[n++] = (struct tab){ .label = slice_of(shows[i].label), .count = count, .counted = true, .current = i == (int)h->show,
                .href = i ? page_address(g, S_FMT "?show=%s", S_ARG(v->here), shows[i].code) : v->here };
    }
    return (struct tabs){ .label = S("筛选"), .at = at, .n = n };
}

static void add_quick(struct page *g, struct quicks *list, int64_t year, int month, struct slice label)
{
    day last = day_add_months(day_of((int)year, month, 1), 1) - 1;
    struct quick q = { day_text(g->arena, last), label };
    PUSH(g->arena, list, q);
}

static bool papers_fill(struct page *g, const struct hand *h, struct handout_page *v, struct fault *f)
{
    struct paper_row *at;
    size_t n;
    if (!papers_ask(&g->look, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct paper_kind *kind = pack_paper(g->look.pack, at[i].kind);
        if (!kind || kind->def != h->d || at[i].place)
            continue;
        struct handout_paper p = { .title = slice_format(g->arena, S_FMT "　" S_FMT, S_ARG(at[i].number), S_ARG(at[i].title)), .on = at[i].on, .entries = at[i].entries,
            .href_docx = page_address(g, "/papers/%lld/0", (long long)at[i].id), .href_xlsx = page_address(g, "/papers/%lld/1", (long long)at[i].id) };
        PUSH(g->arena, &v->papers, p);
    }
    return true;
}

static void frame_fill(struct page *g, struct hand *h, struct handout_page *v)
{
    struct crumb *crumbs = NEW(g->arena, struct crumb, 3);
    crumbs[0] = (struct crumb){ S("报告"), S("/reports") };
    crumbs[1] = (struct crumb){ office_title(g, &h->o.doc), page_address(g, "/reports/%lld", (long long)h->o.doc.id) };
    crumbs[2] = (struct crumb){ S("分工"), S("") };
    v->crumbs = (struct crumbs){ crumbs, 3 };
    v->headline = headline_of(g, h, v);
    v->shell = page_shell(g, v->headline, "/handout");
    v->shell.main_class = S("wrap landscape");
    v->undo = undo_of(g, v->here);
    v->done = page_done(g);
    v->errors = page_errors(g);
    v->hidden = page_hidden(g, 0);
    v->tabs = ledger_tabs(h);
    v->shows = show_tabs(h, v);
    v->action = hand_action(h);
    v->days_href = page_address(g, S_FMT "/days?show=%s", S_ARG(v->here), shows[h->show].code);
    v->sure_why = g->look.pack->sure.why.zh;
    v->look_why = g->look.pack->look.why.zh;
    for (int k = 0; k < CELLS; k++)
        PUSH(g->arena, &v->bar, ((struct grid_cell){ .label = slot_label(h->d, slots[k]).zh, .name = slice_format(g->arena, "bar." S_FMT, S_ARG(slot_name(h->d, slots[k]))),
            .list = lists[k], .css = k < CELL_LEADER ? "pick-only" : "pick-only day" }));
    for (size_t i = 0; i < g->look.pack->n_papers; i++)
        if (g->look.pack->papers[i].def == h->d)
            v->paper = g->look.pack->papers[i].label.zh;
    v->units = unit_options(g);
    v->leaders = leader_options(g);
    add_quick(g, &v->quicks, h->o.doc.year, 3, S("3月底"));
    add_quick(g, &v->quicks, h->o.doc.year, 6, S("6月底"));
    add_quick(g, &v->quicks, h->o.doc.year, 9, S("9月底"));
    add_quick(g, &v->quicks, h->o.doc.year, 12, S("年底"));
    v->consult_until = day_short(g->arena, pack_add_workdays(g->look.pack, g->look.today, 3), h->o.doc.year);
    v->set_width = share(v->set, v->n);
    v->pen_x = v->set_width;
    v->pen_width = share(v->pens < v->n - v->set ? v->pens : v->n - v->set, v->n);
}

enum http_outcome show_handout(struct page *g)
{
    struct hand h;
    struct fault f;
    struct handout_page v = { 0 };
    if (!hand_open(g, &h, &f))
        return page_fail(g, &f);
    if (!hand_proposer(&h, &f))
        return page_fail(g, &f);
    v.here = hand_address(&h);
    v.noun = ledger_noun(h.d);
    if (!grid_fill(&h, &v, &f) || !papers_fill(g, &h, &v, &f))
        return page_fail(g, &f);
    for (size_t i = 0; http_query(g->q, "part").len && i < v.sections.n; i++)
        if (v.sections.at[i].open) {
            tpl_handout_section(&g->p->body, &v.sections.at[i]);
            return HTTP_DONE;
        }
    frame_fill(g, &h, &v);
    tpl_handout(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- what an act wants of each row ---------- */

struct want { struct slice value[CELLS]; bool set[CELLS]; };

static bool read_number(struct page *g, const char *name, int64_t *v)
{
    struct slice s = http_form(g->q, name);
    if (slice_equal(s, S("all"))) {
        *v = REST_ALL;
        return true;
    }
    return slice_int(s, v);
}

/* What stands in the row's fields and differs from what the ledger holds. */
static void want_typed(struct page *g, const struct entry *e, struct want *w)
{
    for (int i = 0; i < CELLS; i++) {
        struct slice typed;
        if (!pairs_get(&g->q->form, cell_field(g, e, i), &typed) || slice_equal(slice_trim(typed), cell_stands(g, e, i)))
            continue;
        w->value[i] = i == CELL_DUE ? day_typed(g->arena, typed, e->year) : i == CELL_LEADER ? slice_trim(typed) : units_typed(g, typed);
        w->set[i] = true;
    }
}

static void want_one(struct want *w, int cell, struct slice value)
{
    if (!value.len)
        return;
    w->value[cell] = value;
    w->set[cell] = true;
}

static bool in_part(const struct hand *h, const struct entry *e, int64_t part)
{
    return part == REST_ALL || office_part_of(&h->o, h->d, e) == part;
}

/* The bar at the foot, for ticked rows or for what is empty in a section. */
static void want_bar(const struct hand *h, const struct entry *e, struct want *w, bool only_empty)
{
    for (int i = 0; i < CELLS; i++) {
        struct slice v = slice_trim(http_form(h->g->q, slice_text(h->g->arena, slice_format(h->g->arena, "bar." S_FMT, S_ARG(slot_name(h->d, slots[i]))))));
        if (!only_empty || (cell_empty(e, i) && !w->set[i]))
            want_one(w, i, i == CELL_DUE ? day_typed(h->g->arena, v, e->year) : i == CELL_LEADER ? v : units_typed(h->g, v));
    }
}

static bool is_ticked(struct page *g, int64_t id)
{
    int64_t ticked;
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("e")) && slice_int(g->q->form.at[i].value, &ticked) && ticked == id)
            return true;
    return false;
}

/* The one that came second, chosen by somebody who looked. */
static void want_next(const struct hand *h, const struct entry *e, struct want *w)
{
    struct proposal p;
    if (!propose(h, e, &p) || !p.next || e->lead)
        return;
    want_one(w, CELL_LEAD, slice_format(h->g->arena, "%lld", (long long)p.next));
    int64_t leader = e->leader ? 0 : proposer_leader(h->proposer, p.next);
    if (leader)
        want_one(w, CELL_LEADER, slice_format(h->g->arena, "%lld", (long long)leader));
}

static void want_proposed(const struct hand *h, const struct entry *e, struct want *w, bool only_sure)
{
    struct proposal p;
    if (!propose(h, e, &p) || (only_sure && p.confidence != CONFIDENCE_SURE))
        return;
    for (int i = 0; i < CELLS; i++)
        if (!w->set[i])
            want_one(w, i, i == CELL_DUE ? S("") : cell_proposed(h->g, e, &p, i));
}

static struct want want_of(const struct hand *h, const struct entry *e)
{
    struct page *g = h->g;
    struct want w = { 0 };
    int64_t part, id;
    want_typed(g, e, &w);
    if (slice_equal(http_form(g->q, "do"), S("fill")) && is_ticked(g, e->id))
        want_bar(h, e, &w, false);
    if (http_form(g->q, "quick").len && is_ticked(g, e->id))
        want_one(&w, CELL_DUE, http_form(g->q, "quick"));
    if (read_number(g, "rest", &part) && in_part(h, e, part))
        want_bar(h, e, &w, true);
    if (slice_equal(http_form(g->q, "do"), S("days")) && is_ticked(g, e->id) && e->due == DAY_NONE)
        want_one(&w, CELL_DUE, day_typed(g->arena, http_form(g->q, "day"), e->year));
    struct proposal p;
    if (read_number(g, "accept", &part) && in_part(h, e, part) && (!h->show || (propose(h, e, &p), shown(h, e, &p))))
        want_proposed(h, e, &w, true);
    if (slice_int(http_form(g->q, "adopt"), &id) && id == e->id)
        want_proposed(h, e, &w, false);
    if (slice_int(http_form(g->q, "take"), &id) && id == e->id)
        want_next(h, e, &w);
    return w;
}

static void put_want(struct buf *b, struct page *g, const struct entry *e, const struct want *w)
{
    bool any = false;
    int64_t version;
    for (int i = 0; i < CELLS; i++)
        any = any || w->set[i];
    if (!any)
        return;
    json_comma(b);
    buf_format(b, "{\"entry\":%lld", (long long)e->id);
    if (slice_int(http_form(g->q, slice_text(g->arena, slice_format(g->arena, "e%lld.version", (long long)e->id))), &version))
        command_number(b, "version", version);
    buf_text(b, ",\"set\":{");
    for (int i = 0; i < CELLS; i++)
        if (w->set[i]) {
            json_comma(b);
            json_put_string(b, slot_name(e->def, slots[i]));
            buf_char(b, ':');
            json_put_string(b, w->value[i]);
        }
    buf_text(b, "}}");
}

/* ---------- acts ---------- */

static struct slice back_to(struct hand *h, struct slice section)
{
    struct slice open = open_sections(h->g), here = hand_address(h);
    if (h->show)
        return hand_action(h);
    return open.len ? slice_format(h->g->arena, S_FMT "?section=" S_FMT "%s" S_FMT, S_ARG(here), S_ARG(open), section.len ? "." : "", S_ARG(section)) : here;
}

static enum http_outcome filled(struct page *g)
{
    struct hand h;
    struct fault f;
    const char *code = http_form(g->q, "accept").len || http_form(g->q, "adopt").len ? "adopted" : slice_equal(http_form(g->q, "do"), S("save")) ? "saved" : "filled";
    return hand_open(g, &h, &f) ? act_done(g, back_to(&h, S("")), code) : page_fail(g, &f);
}

static enum http_outcome send_rows(struct page *g, struct hand *h)
{
    struct buf b = command_begin(g, "set");
    struct fault f;
    json_name(&b, "rows");
    buf_char(&b, '[');
    size_t empty = b.len;
    for (size_t i = 0; i < h->o.n; i++)
        if (listed(h, &h->o.entries[i]) && h->o.entries[i].stage == ENTRY_DRAFT) {
            struct want w = want_of(h, &h->o.entries[i]);
            put_want(&b, g, &h->o.entries[i], &w);
        }
    bool any = b.len > empty;
    buf_char(&b, ']');
    if (any)
        return page_send(g, &b, &(struct send){ .ok = filled, .again = slice_equal(http_form(g->q, "do"), S("days")) ? show_handout_days : show_handout });
    buf_close(&b);
    fault_set(&f, FAULT_REFUSED, "nothing-to-fill", S(""), S(""));
    return page_again(g, &f, show_handout);
}

/* The ids of drafts that a test says yes to, as "entries": […]. */
static size_t put_entries(struct buf *b, struct hand *h, bool (*wanted)(const struct hand *h, const struct entry *e))
{
    size_t n = 0;
    json_name(b, "entries");
    buf_char(b, '[');
    for (size_t i = 0; i < h->o.n; i++)
        if (listed(h, &h->o.entries[i]) && h->o.entries[i].stage == ENTRY_DRAFT && wanted(h, &h->o.entries[i])) {
            json_comma(b);
            buf_int(b, h->o.entries[i].id);
            n++;
        }
    buf_char(b, ']');
    return n;
}

static bool has_lead(const struct hand *h, const struct entry *e)
{
    (void)h;
    return e->lead != 0;
}

static bool is_ready(const struct hand *h, const struct entry *e)
{
    struct grid_row row = { 0 };
    struct fault f;
    return entry_complete(&h->g->look, e) && row_opinions(h, e, &row, &f) && !row.pleas.n;
}

static enum http_outcome refuse_empty(struct page *g, struct buf *b, const char *code)
{
    struct fault f;
    buf_close(b);
    fault_set(&f, FAULT_REFUSED, code, S(""), S(""));
    return page_again(g, &f, show_handout);
}

static enum http_outcome send_consult(struct page *g, struct hand *h)
{
    struct buf b = command_begin(g, "consult");
    struct slice until = slice_trim(http_form(g->q, "until"));
    if (until.len)
        command_text(&b, "until", day_typed(g->arena, until, h->o.doc.year));
    if (!put_entries(&b, h, has_lead))
        return refuse_empty(g, &b, "nobody-to-consult");
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=consulted", S_ARG(hand_address(h))), show_handout);
}

static enum http_outcome issued(struct page *g)
{
    struct hand h;
    struct fault f;
    if (!hand_open(g, &h, &f))
        return page_fail(g, &f);
    return paper_issue(g, h.d, h.o.doc.year, slice_format(g->arena, S_FMT "?done=issued", S_ARG(hand_address(&h))), show_handout);
}

static enum http_outcome send_issue(struct page *g, struct hand *h)
{
    struct buf b = command_begin(g, "issue");
    if (!put_entries(&b, h, is_ready))
        return refuse_empty(g, &b, "nothing-to-issue");
    return page_send(g, &b, &(struct send){ .ok = issued, .again = show_handout });
}

static enum http_outcome send_undo(struct page *g, struct hand *h)
{
    struct buf b = command_begin(g, "undo");
    int64_t first = 0, last = 0;
    if (slice_int(http_form(g->q, "first"), &first) && slice_int(http_form(g->q, "last"), &last)) {
        command_number(&b, "first", first);
        command_number(&b, "last", last);
    }
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=undone", S_ARG(hand_address(h))), show_handout);
}

static enum http_outcome send_ruling(struct page *g, struct hand *h)
{
    struct buf b;
    struct slice to = back_to(h, S(""));
    if (!ruling_command(g, &b))
        return page_missing(g);
    return page_command(g, &b, slice_format(g->arena, S_FMT "%sdone=ruled", S_ARG(to), slice_find(to, S("?")) >= 0 ? "&" : "?"), show_handout);
}

enum http_outcome post_handout(struct page *g)
{
    struct hand h;
    struct fault f;
    struct slice act = http_form(g->q, "do");
    if (!hand_open(g, &h, &f))
        return page_fail(g, &f);
    if (slice_equal(act, S("consult")))
        return send_consult(g, &h);
    if (slice_equal(act, S("issue")))
        return send_issue(g, &h);
    if (slice_equal(act, S("paper")))
        return paper_issue(g, h.d, h.o.doc.year, slice_format(g->arena, S_FMT "?done=issued", S_ARG(hand_address(&h))), show_handout);
    if (slice_equal(act, S("undo")))
        return send_undo(g, &h);
    if (http_form(g->q, "rule").len)
        return send_ruling(g, &h);
    bool proposals = http_form(g->q, "accept").len || http_form(g->q, "adopt").len || http_form(g->q, "take").len;
    if (proposals && !hand_proposer(&h, &f))
        return page_fail(g, &f);
    return send_rows(g, &h);
}

/* ---------- one row, saved when it changes ---------- */

static const struct entry *row_entry(struct page *g, const struct hand *h, size_t *no)
{
    int64_t id;
    *no = 0;
    for (size_t i = 0; slice_int(http_param(g->q, "entry"), &id) && i < h->o.n; i++) {
        *no += listed(h, &h->o.entries[i]);
        if (h->o.entries[i].id == id && listed(h, &h->o.entries[i]))
            return &h->o.entries[i];
    }
    return NULL;
}

/* What changes elsewhere on the page: the row's version and state, the headline. */
static enum http_outcome show_saved(struct page *g)
{
    struct hand h;
    struct fault f;
    struct handout_page v = { 0 };
    struct handout_saved saved = { 0 };
    size_t no;
    const struct entry *e;
    if (!hand_open(g, &h, &f) || !hand_proposer(&h, &f) || !grid_fill(&h, &v, &f))
        return page_fail(g, &f);
    if (!(e = row_entry(g, &h, &no)))
        return page_missing(g);
    if (!row_of(&h, e, no, &saved.row, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < saved.row.cells.n && !g->refused; i++) { /* a fragment has become a name; who is in charge of it is known */
        struct slice typed = slice_trim(http_form(g->q, slice_text(g->arena, saved.row.cells.at[i].name)));
        saved.row.cells.at[i].oob = true;
        if (!slice_equal(typed, saved.row.cells.at[i].value) || (!typed.len && saved.row.cells.at[i].pen))
            PUSH(g->arena, &saved.changed, saved.row.cells.at[i]);
    }
    saved.headline = headline_of(g, &h, &v);
    saved.refusal = g->refused ? fault_sentence(g->arena, g->refused) : S("");
    tpl_handout_saved(&g->p->body, &saved);
    return HTTP_DONE;
}

enum http_outcome post_handout_row(struct page *g)
{
    struct hand h;
    struct fault f;
    size_t no;
    struct want w = { 0 };
    if (!hand_open(g, &h, &f))
        return page_fail(g, &f);
    const struct entry *e = row_entry(g, &h, &no);
    if (!e)
        return page_missing(g);
    want_typed(g, e, &w);
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"set\",\"rows\":[");
    size_t empty = b.len;
    put_want(&b, g, e, &w);
    bool any = b.len > empty;
    buf_char(&b, ']');
    if (any)
        return page_send(g, &b, &(struct send){ .ok = show_saved, .again = show_saved });
    buf_close(&b);
    return show_saved(g);
}

/* ---------- days that the text does not have ---------- */

/* Which rows would take which day, before anybody says yes: every one may be unticked. */
enum http_outcome show_handout_days(struct page *g)
{
    struct hand h;
    struct fault f;
    int64_t part;
    size_t no = 0;
    struct days_page v = { 0 };
    if (!hand_open(g, &h, &f) || !hand_proposer(&h, &f))
        return page_fail(g, &f);
    bool one = slice_int(http_query(g->q, "section"), &part);
    for (size_t i = 0; i < h.o.n; i++) {
        const struct entry *e = &h.o.entries[i];
        struct proposal p;
        no += listed(&h, e);
        if (!listed(&h, e) || e->stage != ENTRY_DRAFT || e->due != DAY_NONE || (one && !in_part(&h, e, part)))
            continue;
        propose(&h, e, &p);
        if (shown(&h, e, &p))
            PUSH(g->arena, &v.rows, ((struct days_row){ e->id, e->version, no, office_passage(&h.o, e), unit_short(g->look.people, e->lead), !g->refused || row_ticked(g, e->id) }));
    }
    struct crumb *crumbs = NEW(g->arena, struct crumb, 3);
    crumbs[0] = (struct crumb){ office_title(g, &h.o.doc), page_address(g, "/reports/%lld", (long long)h.o.doc.id) };
    crumbs[1] = (struct crumb){ S("分工"), hand_address(&h) };
    crumbs[2] = (struct crumb){ S("未写时限的"), S("") };
    v.crumbs = (struct crumbs){ crumbs, 3 };
    v.headline = v.rows.n ? slice_format(g->arena, "%zu 项" S_FMT "原文没有写明时限", v.rows.n, S_ARG(ledger_noun(h.d))) : S("没有缺时限的了");
    v.shell = page_shell(g, v.headline, "/handout");
    v.action = hand_action(&h);
    v.label = slot_label(h.d, slots[CELL_DUE]).zh;
    v.lead_label = slot_label(h.d, slots[CELL_LEAD]).zh;
    v.noun = ledger_noun(h.d);
    v.errors = page_errors(g);
    v.hidden = page_hidden(g, 0);
    v.day = typed_or(g, "day", slice_format(g->arena, "%lld年12月31日", (long long)h.o.doc.year));
    tpl_handout_days(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- which hand-out ---------- */

enum http_outcome show_handouts(struct page *g)
{
    struct document_row *at;
    size_t n;
    struct fault f;
    struct handouts_page v = { .may_import = page_can(g, CAN_IMPORT) };
    if (!documents_ask(&g->look, &at, &n, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < n; i++) {
        struct office o = { .doc = at[i] };
        if (!document_entries(&g->look, at[i].id, &o.entries, &o.n, &f))
            return page_fail(g, &f);
        struct ledgers list = office_ledgers(g, &o);
        for (size_t k = 0; k < list.n; k++) {
            struct handout_choice c = { .title = office_title(g, &at[i]), .noun = ledger_noun(list.at[k]),
                .href = page_address(g, "/handout/%lld/" S_FMT, (long long)at[i].id, S_ARG(list.at[k]->name)) };
            for (size_t j = 0; j < o.n; j++)
                if (o.entries[j].def == list.at[k] && o.entries[j].stage != ENTRY_DROPPED) {
                    c.n++;
                    c.set += o.entries[j].stage == ENTRY_LIVE;
                }
            PUSH(g->arena, &v.choices, c);
        }
    }
    v.shell = page_shell(g, S("任务分工"), "/handout");
    tpl_handouts(&g->p->body, &v);
    return HTTP_DONE;
}
