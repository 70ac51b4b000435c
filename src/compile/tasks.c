/* tasks.c: undertakings that somebody can be asked to account for: the rows of a task breakdown.
 *
 *   task  = what stands between two cuts, cut again before a clause where the lead or the deadline changes
 *   lead  = units (牵头 | 要 | 必须 | act)          units = unit ((、|和|及) unit)* 等? 部门?
 *   help  = units 配合 | 会同 units
 *
 * No tasks: headings, announcements, praise, results of the economy without an act, openers that only sum up. */
#include "compile/inside.h"

#define HAS(mark, bits) (((mark)->roles & (bits)) != 0)
enum { UNIT_MAX_BYTES = 20 * 3, LOOK_MARKS_MAX = 48, ANNOUNCEMENT_MAX_BYTES = 20 * 3 };

static const uint64_t boundary = ROLE(COMMA) | ROLE(STOP) | ROLE(SEMICOLON) | ROLE(COLON);
static const uint64_t between = ROLE(ADVERB) | ROLE(TIME) | ROLE(DEADLINE) | ROLE(DAY) | ROLE(TARGET) | ROLE(PAST);
static const uint64_t organ = ROLE(ORGAN) | ROLE(ORGAN_TAIL) | ROLE(PERSON);

struct reading {
    struct compile *c;
    const struct block *b;
    const struct marks *m;
    const struct segments *s;
    size_t n;                      /* of the segment */
    size_t figure;                 /* the first figure that is not behind the task */
    struct slices head_lead;       /* of the heading or announcement: inherited by every item under it */
    struct slices head_support;
    struct slices lead, support;   /* of the sentence before */
    bool maxims;                   /* to the paragraph's end principles follow: 我们深切体会到：必须…；必须… */
    bool aims;                     /* a list of aims or expected targets follows: 预期目标是： */
};

struct piece {
    uint32_t start, end, first, last;
    struct slices lead, support;
    bool own_lead, by_act; /* by_act: the unit is only the subject of an act, nothing says that it answers for it */
};

static struct slice part(const struct reading *r, uint32_t from, uint32_t to)
{
    return from < to ? slice_part(r->m->plain->text, from, to) : S("");
}

/* ---------- units ---------- */

/* One unit as it is named: without a closing 部门 that names nothing by itself. */
static void unit_add(struct reading *r, struct slices *into, uint32_t first, uint32_t last, uint32_t from, uint32_t to,
    bool after_etc)
{
    while (first < last && r->m->at[first].end <= from)
        first++;
    while (first < last && r->m->at[first].start == from && HAS(&r->m->at[first], between | ROLE(AND) | ROLE(LINK) | ROLE(TIME)))
        from = r->m->at[first++].end;
    const struct mark *tail = NULL;
    for (uint32_t k = first; k < last && r->m->at[k].end <= to; k++)
        if (HAS(&r->m->at[k], ROLE(ORGAN_TAIL)) && r->m->at[k].end == to)
            tail = &r->m->at[k];
    bool whole = first < last && r->m->at[first].start == from && HAS(&r->m->at[first], ROLE(CLASS)); /* 各, 有关 */
    if (after_etc && tail && (tail->start == from || whole))
        return; /* 等部门, 等责任部门 */
    if (tail && !whole && HAS(tail, ROLE(STRIP)) && tail->start > from)
        to = tail->start;
    struct slice name = slice_trim(part(r, from, to));
    if (name.len && name.len <= UNIT_MAX_BYTES && into->n < LEADS_MAX)
        PUSH(r->c->arena, into, name);
}

/* The units named in [from, to): items between 、 and 和; 等 closes the list. */
static void units_read(struct reading *r, struct slices *into, uint32_t first, uint32_t last, uint32_t from, uint32_t to)
{
    uint32_t item = from;
    bool after_etc = false;
    for (uint32_t k = first; k < last; k++) {
        const struct mark *s = &r->m->at[k];
        if (s->start < item || s->end > to || !HAS(s, ROLE(LIST) | ROLE(AND) | ROLE(ETC)))
            continue;
        if (s->start > item)
            unit_add(r, into, first, last, item, s->start, after_etc);
        after_etc = HAS(s, ROLE(ETC));
        item = s->end;
    }
    if (item < to)
        unit_add(r, into, first, last, item, to, after_etc);
}

/* The start of the clause that mark k stands in, and its first mark. */
static uint32_t clause_start(const struct reading *r, const struct piece *p, uint32_t k, uint32_t *first)
{
    uint32_t back = k > p->first + LOOK_MARKS_MAX ? k - LOOK_MARKS_MAX : p->first;
    while (k > back && !HAS(&r->m->at[k - 1], boundary))
        k--;
    *first = k;
    return k > p->first ? r->m->at[k - 1].end : p->start;
}

/* The mark that ends the units before trigger k: an organ right before it, adverbs and times between them aside. */
static const struct mark *organ_before(const struct reading *r, uint32_t first, uint32_t k)
{
    uint32_t edge = r->m->at[k].start;
    while (k > first) {
        const struct mark *o = &r->m->at[--k];
        if (o->end != edge)
            return NULL;
        if (HAS(o, organ))
            return o;
        if (!HAS(o, between))
            return NULL;
        edge = o->start;
    }
    return NULL;
}

/* Whether the clause's text before the units is only connectives: 特别是, 下半年. */
static uint32_t units_start(const struct reading *r, uint32_t k, uint32_t from)
{
    while (r->m->at[k].start == from && HAS(&r->m->at[k], between | ROLE(AND) | ROLE(LINK)))
        from = r->m->at[k++].end;
    return from;
}

static bool plain_units(const struct reading *r, uint32_t first, uint32_t last, uint32_t from)
{
    for (uint32_t k = first; k < last; k++) {
        const struct mark *v = &r->m->at[k];
        if (v->start >= from && !HAS(v, organ | ROLE(DOING))
            && HAS(v, ROLE(ACT) | ROLE(FINISH) | ROLE(NUMBER) | ROLE(SELF) | ROLE(MUST) | ROLE(REACH) | ROLE(OPEN)))
            return false;
    }
    return true;
}

enum trigger { TRIGGER_NONE, TRIGGER_LEAD, TRIGGER_HELP, TRIGGER_WITH };

/* Reads the units at mark k if it is a trigger; `from` gives where its clause starts. */
static enum trigger trigger_read(struct reading *r, const struct piece *p, uint32_t k, struct slices *units, uint32_t *from)
{
    const struct mark *t = &r->m->at[k];
    uint32_t first;
    bool act = HAS(t, ROLE(ACT) | ROLE(FINISH) | ROLE(DOING));
    if (!act && !HAS(t, ROLE(LEADS) | ROLE(MUST) | ROLE(HELPS) | ROLE(WITH)))
        return TRIGGER_NONE;
    if (k == p->first || r->m->at[k - 1].end != t->start)
        return TRIGGER_NONE;
    *from = clause_start(r, p, k, &first);
    const struct mark *o = organ_before(r, first, k);
    if (!o || !plain_units(r, first, k, units_start(r, first, *from)))
        return TRIGGER_NONE;
    if (act && (!HAS(o, ROLE(ORGAN_TAIL)) || HAS(o, ROLE(SITE) | ROLE(THING) | ROLE(WORK)) || o->end - o->start < 6))
        return TRIGGER_NONE; /* a deed names its doer only where the doer is an office */
    units_read(r, units, first, k, units_start(r, first, *from), o->end);
    if (!units->n)
        return TRIGGER_NONE;
    return HAS(t, ROLE(HELPS)) ? TRIGGER_HELP : HAS(t, ROLE(WITH)) ? TRIGGER_WITH : TRIGGER_LEAD;
}

/* 会同 units: from after the word to the last organ of the run. */
static void with_read(struct reading *r, const struct piece *p, uint32_t k, struct slices *support)
{
    uint32_t from = r->m->at[k].end, to = from, last = k + 1;
    for (; last < p->last && last < k + LOOK_MARKS_MAX; last++) {
        const struct mark *o = &r->m->at[last];
        if (HAS(o, boundary | ROLE(ACT) | ROLE(MUST) | ROLE(ADVERB)))
            break;
        if (HAS(o, organ))
            to = o->end;
    }
    if (to > from)
        units_read(r, support, k + 1, last, from, to);
}

static bool same_units(const struct slices *a, const struct slices *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!slice_equal(a->at[i], b->at[i]))
            return false;
    return true;
}

/* ---------- deadlines ---------- */

struct deadline { enum deadline_kind kind; day last; uint32_t start, end; };

static day last_of_month(int year, int month)
{
    day next = month == 12 ? day_of(year + 1, 1, 1) : day_of(year, month + 1, 1);
    return next == DAY_NONE ? DAY_NONE : next - 1;
}

/* Whether an act follows in the clause: 6月完成自查. */
static bool act_follows(const struct reading *r, const struct piece *p, uint32_t k, uint64_t roles)
{
    for (uint32_t i = k + 1; i < p->last && i < k + LOOK_MARKS_MAX && !HAS(&r->m->at[i], boundary); i++)
        if (HAS(&r->m->at[i], roles))
            return true;
    return false;
}

/* deadline = 年底前 | 6月底前 | 10月1日前 | 6月 act | 到2025年 | 今年 … FINISH; false where the mark is none. */
static bool deadline_read(const struct reading *r, const struct piece *p, uint32_t k, struct deadline *d)
{
    const struct mark *t = &r->m->at[k];
    int year = r->c->report->facts.year;
    *d = (struct deadline){ DEADLINE_DAY, DAY_NONE, t->start, t->end };
    if (HAS(t, ROLE(DEADLINE))) {
        const struct word *w = &r->c->lex->words[t->index];
        bool meant = k > p->first && r->m->at[k - 1].end == t->start && HAS(&r->m->at[k - 1], ROLE(TARGET));
        if (w->weak && !meant && !act_follows(r, p, k, ROLE(FINISH)))
            return false;
        d->last = year ? day_of(year, w->month, w->date) : DAY_NONE;
        return d->last != DAY_NONE;
    }
    if (!HAS(t, ROLE(DAY)))
        return false;
    const struct quantity *q = &r->m->quantities.at[t->index];
    bool acts = act_follows(r, p, k, ROLE(ACT) | ROLE(FINISH) | ROLE(REACH) | ROLE(STAGE));
    bool month_said = q->month || q->day_masked;
    if (!q->before && !q->month_end && !(month_said && acts))
        return false;
    if (!q->before && !acts)
        return false;
    if (q->day_masked && !q->month)
        return d->kind = DEADLINE_MASKED, true;
    year = q->year ? q->year : year;
    d->last = q->date ? day_of(year, q->month, q->date) : q->month ? last_of_month(year, q->month) : day_of(year, 12, 31);
    return d->last != DAY_NONE;
}

/* ---------- what a piece says ---------- */

struct signs {
    bool act, finish, must, praise, past, target, thing, attribute, aim_first, any_act, past_first, announces, counts;
    uint32_t acts;
};

/* Whether a word of finishing that is also one of reaching only introduces a value: 总产值完成8亿元. */
static bool only_reaches(const struct reading *r, const struct piece *p, uint32_t k)
{
    return HAS(&r->m->at[k], ROLE(REACH)) && k + 1 < p->last && r->m->at[k + 1].start == r->m->at[k].end
        && HAS(&r->m->at[k + 1], ROLE(NUMBER) | ROLE(BOUND_BEFORE));
}

/* One mark's share: `opening` says that the clause begins with it, connectives and units aside. */
static void sign_read(const struct reading *r, const struct piece *p, uint32_t k, bool opening, bool quoted, struct signs *g)
{
    const struct mark *t = &r->m->at[k];
    bool does = HAS(t, ROLE(ACT) | ROLE(FINISH) | ROLE(DOING) | ROLE(ADDED)) && !HAS(t, ROLE(CHANGE));
    bool finishes = HAS(t, ROLE(FINISH)) && (opening || !only_reaches(r, p, k));
    if (does && (opening || (HAS(t, ROLE(TAKES)) && !HAS(t, ROLE(REACH)))))
        g->act = true, g->acts++;
    g->any_act |= HAS(t, ROLE(ACT)) && !HAS(t, ROLE(DOING) | ROLE(REACH));
    g->finish |= finishes;
    g->must |= HAS(t, ROLE(MUST)) && !quoted;
    g->target |= HAS(t, ROLE(TARGET)) && !quoted;
    g->past |= HAS(t, ROLE(PAST)) && !quoted;
    g->past_first |= HAS(t, ROLE(PAST)) && !g->act;
    g->counts |= HAS(t, ROLE(NUMBER)) && r->m->quantities.at[t->index].han;
    g->announces |= HAS(t, ROLE(ANNOUNCER)) && t->end == p->end && p->end - p->start <= ANNOUNCEMENT_MAX_BYTES
        && (g->counts || HAS(t, ROLE(AIM))); /* 四项重点工作; …方面 */
    g->praise |= HAS(t, ROLE(PRAISE));
    g->thing |= HAS(t, ROLE(THING) | ROLE(WORK) | ROLE(NUMBER));
    if (HAS(t, ROLE(NUMBER)) && k + 1 < p->last && HAS(&r->m->at[k + 1], ROLE(OF)) && r->m->at[k + 1].start == t->end)
        g->attribute |= !(r->c->lex->words[r->m->quantities.at[t->index].unit_word].roles & ROLE(DURATION));
}

static struct signs signs_read(const struct reading *r, const struct piece *p)
{
    struct signs g = { 0 };
    uint32_t opening = p->start, depth = 0; /* the clause begins at `opening`, as far as it has been read */
    bool unit = false;
    for (uint32_t k = p->first; k < p->last; k++) {
        const struct mark *t = &r->m->at[k];
        if (t->start < p->start)
            continue;
        bool at_opening = t->start == opening || unit;
        g.aim_first |= t->start == p->start && HAS(t, ROLE(AIM_START));
        sign_read(r, p, k, at_opening, depth > 0, &g);
        depth += HAS(t, ROLE(OPEN));
        depth -= HAS(t, ROLE(CLOSE)) && depth;
        if (HAS(t, boundary | ROLE(LIST) | ROLE(AND) | ROLE(CLOSE)))
            unit = false, opening = t->end;
        else if (at_opening && HAS(t, between | ROLE(SELF) | ROLE(PLACE) | ROLE(MUST) | ROLE(LINK) | ROLE(ADDRESS) | organ | ROLE(CLASS)))
            opening = t->end;
        if (HAS(t, ROLE(MUST) | ROLE(LEADS) | ROLE(HELPS)))
            unit = true;
    }
    return g;
}

/* The sentence right after a heading that only sums up what the next ones spell out. */
static bool is_opener(const struct reading *r, const struct signs *g)
{
    const struct segment *at = r->s->at;
    size_t n = r->n;
    return n > 0 && at[n - 1].heading && n + 2 < r->s->n && at[n + 2].item == at[n].item && g->aim_first && !g->thing && !g->finish;
}

static bool is_task(const struct reading *r, const struct segment *g, const struct signs *s, const struct piece *p)
{
    if (g->heading || g->announces || s->announces || s->praise || r->b->part == PART_OTHER || r->b->part == PART_GLOSSARY)
        return false;
    if (r->b->part == PART_PROBLEMS && !s->must && !p->own_lead)
        return false;
    bool planned = r->b->part == PART_PLAN && (s->must || s->any_act);
    return (s->act || s->finish || p->own_lead || planned) && !is_opener(r, s) && !r->aims && (!r->maxims || s->finish);
}

static void figures_of(struct reading *r, struct task *t)
{
    while (r->figure < r->c->figures.n && r->c->figures.at[r->figure].span.end <= t->span.start)
        r->figure++;
    size_t last = r->figure;
    while (last < r->c->figures.n && r->c->figures.at[last].span.start < t->span.end)
        last++;
    t->n_figures = last - r->figure;
    t->figures = NEW(r->c->arena, int32_t, t->n_figures + 1);
    for (size_t i = 0; i < t->n_figures; i++)
        t->figures[i] = (int32_t)(r->figure + i);
}

static void task_add(struct reading *r, const struct segment *g, const struct piece *p)
{
    struct signs s = signs_read(r, p);
    uint32_t start = p->start, end = p->end;
    for (uint32_t k = p->first; k < p->last && r->m->at[k].start == start && HAS(&r->m->at[k], ROLE(ADDRESS) | ROLE(CLOSE) | ROLE(COMMA)); k++)
        start = r->m->at[k].end;
    struct slice text = part(r, start, end), trimmed = slice_trim(text);
    if (!is_task(r, g, &s, p) || trimmed.len < 12)
        return;
    start += (uint32_t)(trimmed.at - text.at);
    struct task t = { .lead = p->lead, .support = p->support, .section = r->b->section, .rule = p->own_lead ? "lead-named" : "act",
        .span = { plain_start(r->m->plain, start), plain_end(r->m->plain, start + (uint32_t)trimmed.len) } };
    t.text = slice_part(r->c->report->text, t.span.start, t.span.end);
    bool ahead = s.must || s.target; /* in a plan all is planned but what is told as done, and the other way round */
    t.done = r->b->part == PART_PLAN || r->b->part == PART_PROBLEMS ? s.past_first && !ahead && !p->own_lead : !ahead;
    struct deadline d;
    for (uint32_t k = p->first; !t.done && k < p->last && !t.deadline_kind; k++)
        if (deadline_read(r, p, k, &d)) {
            t.deadline_kind = d.kind;
            t.deadline = d.last;
            t.deadline_text = slice_part(r->c->report->text, plain_start(r->m->plain, d.start), plain_end(r->m->plain, d.end));
        }
    figures_of(r, &t);
    t.measurable = s.finish || t.deadline_kind || t.n_figures > (s.attribute ? 1 : 0);
    PUSH(r->c->arena, &r->c->tasks, t);
}

/* ---------- one segment, cut where the lead or the deadline changes ---------- */

static void hand_on(struct reading *r, struct piece *p)
{
    if (!p->own_lead)
        p->lead = r->lead, p->support = r->support;
    r->lead = !p->by_act ? p->lead : (struct slices){ 0 };
    r->support = !p->by_act ? p->support : (struct slices){ 0 };
}

static void close_piece(struct reading *r, const struct segment *g, struct piece *p, uint32_t end, uint32_t last)
{
    struct piece whole = *p;
    whole.end = end;
    whole.last = last;
    hand_on(r, &whole);
    task_add(r, g, &whole);
}

static void open_piece(struct piece *p, uint32_t start, uint32_t first, uint32_t last, uint32_t end)
{
    *p = (struct piece){ .start = start, .first = first, .last = last, .end = end };
}

static bool is_act(const struct mark *t)
{
    return !HAS(t, ROLE(LEADS) | ROLE(MUST) | ROLE(HELPS) | ROLE(WITH));
}

static void segment_read(struct reading *r, const struct segment *g)
{
    struct piece p;
    struct deadline first = { 0 }, d;
    uint32_t cut_at = g->start, cut_first = g->first; /* the clause that is being read */
    open_piece(&p, g->start, g->first, g->last, g->end);
    for (uint32_t k = g->first; k < g->last; k++) {
        const struct mark *t = &r->m->at[k];
        if (HAS(t, ROLE(COMMA)))
            cut_at = t->end, cut_first = k + 1;
        const uint64_t triggers = ROLE(LEADS) | ROLE(MUST) | ROLE(HELPS) | ROLE(WITH) | ROLE(ACT) | ROLE(FINISH) | ROLE(DOING);
        if (!HAS(t, triggers | ROLE(DEADLINE) | ROLE(DAY)))
            continue;
        struct slices units = { 0 };
        uint32_t from;
        enum trigger trigger = trigger_read(r, &p, k, &units, &from);
        if (trigger == TRIGGER_HELP) {
            p.support = units;
        } else if (trigger != TRIGGER_NONE && !(p.own_lead && (same_units(&p.lead, &units) || is_act(t)))) {
            if (p.own_lead && !p.by_act && cut_at > p.start) {
                close_piece(r, g, &p, r->m->at[cut_first - 1].start, cut_first - 1);
                open_piece(&p, cut_at, cut_first, g->last, g->end);
                first.kind = DEADLINE_NONE;
            }
            p.lead = units;
            p.own_lead = true;
            p.by_act = is_act(t);
            if (trigger == TRIGGER_WITH)
                with_read(r, &p, k, &p.support);
        }
        if (r->b->part != PART_REVIEW && deadline_read(r, &p, k, &d)) {
            bool other = first.kind && (first.kind != d.kind || (d.kind == DEADLINE_DAY && first.last != d.last));
            if (other && cut_at > p.start) {
                close_piece(r, g, &p, r->m->at[cut_first - 1].start, cut_first - 1);
                struct piece before = p;
                open_piece(&p, cut_at, cut_first, g->last, g->end);
                p.lead = before.lead, p.support = before.support, p.own_lead = before.own_lead;
            }
            first = d;
        }
    }
    close_piece(r, g, &p, g->end, g->last);
}

/* Whether the block is one of the items that a paragraph before announced: numbered, and under the same heading. */
static bool inherits(const struct compile *c, const struct block *b, const struct segments *s)
{
    bool deep = b->section >= 0 && c->sections.at[b->section].level > 2;
    return s->n && s->at[0].item > 0 && (b->section == c->lead_section || deep);
}

/* What the words before a colon say of the list that follows. */
static void announce_read(struct reading *r, const struct mark *t)
{
    r->aims |= HAS(t, ROLE(AIM)) && !HAS(t, ROLE(ACT));
    r->maxims |= HAS(t, ROLE(AIM)) && HAS(t, ROLE(PRAISE));
}

void cut_tasks(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s,
    size_t first_figure)
{
    struct reading r = { .c = c, .b = b, .m = m, .s = s, .figure = first_figure };
    int32_t item = 0;
    if (inherits(c, b, s))
        r.head_lead = r.lead = c->lead, r.head_support = r.support = c->support;
    else
        c->lead = c->support = (struct slices){ 0 };
    for (r.n = 0; r.n < s->n; r.n++) {
        const struct segment *g = &s->at[r.n];
        if (g->item != item) {
            item = g->item;
            r.aims = false;
            r.lead = r.head_lead, r.support = r.head_support;
        }
        segment_read(&r, g);
        for (uint32_t k = g->first; g->announces && k < g->last; k++)
            announce_read(&r, &m->at[k]);
        if (g->announces && (r.lead.n || r.support.n)) {
            r.head_lead = r.lead, r.head_support = r.support;
            if (r.n + 1 == s->n) /* the items come as paragraphs of their own */
                c->lead = r.lead, c->support = r.support, c->lead_section = b->section;
        } else if (g->announces) {
            r.head_lead = r.head_support = (struct slices){ 0 };
        }
    }
}
