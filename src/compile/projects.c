/* projects.c: named works, and the stage that they have reached or are to reach.
 *
 *   project = name WORK                        实施贺岭水厂改造工程
 *           | STAGE name SITE | name SITE STAGE    建成清河中学；清河中学建设
 *   list    = item (、 item)* (等 CLASS?)? WORK    each item with the head that they share
 *
 * Read clause by clause. The stage is the furthest that the verbs before and after the name say; a clause without a
 * project that ends in a stage (…，力争年底前竣工) speaks of the projects before it. Counted works (项目57个), classes
 * (重大项目, 如…等能源项目) and firms are none. */
#include "compile/inside.h"

#define HAS(mark, bits) (((mark)->roles & (bits)) != 0)
enum { NAME_MAX_BYTES = 50 * 3, NAME_MIN_BYTES = 2 * 3, LONG_NAME_BYTES = 9 * 3, ITEMS_MAX = 40, LOOK_MARKS_MAX = 64 };

static const uint64_t boundary = ROLE(COMMA) | ROLE(STOP) | ROLE(SEMICOLON) | ROLE(COLON);
static const uint64_t before_name = ROLE(ADVERB) | ROLE(TIME) | ROLE(PLACE) | ROLE(ACT) | ROLE(FINISH) | ROLE(TARGET)
    | ROLE(FORECAST) | ROLE(PAST) | ROLE(AND) | ROLE(LIST) | ROLE(DAY) | ROLE(LINK) | ROLE(SELF) | ROLE(MUST)
    | ROLE(REACH) | ROLE(DEADLINE) | ROLE(OF) | ROLE(DOING) | ROLE(STAGE) | ROLE(BOUND_BEFORE);

struct reading {
    struct compile *c;
    const struct block *b;
    const struct marks *m;
    const struct segment *g;
    uint32_t first, last, start, end; /* of the clause: marks and text */
    size_t first_of_segment, first_of_clause;
    uint32_t done;                    /* the mark up to which heads have been read */
    uint32_t list_end;                /* where the last project of the clause ended; 0: none yet */
    enum stage list_stage;
    size_t list_first;                /* its first project */
};

static struct slice part(const struct reading *r, uint32_t from, uint32_t to)
{
    return from < to ? slice_part(r->m->plain->text, from, to) : S("");
}

static const struct mark *after_mark(const struct reading *r, uint32_t i)
{
    return i + 1 < r->last && r->m->at[i + 1].start == r->m->at[i].end ? &r->m->at[i + 1] : NULL;
}

static enum stage stage_of(const struct reading *r, const struct mark *k)
{
    return HAS(k, ROLE(STAGE)) ? (enum stage)r->c->lex->words[k->index].stage : STAGE_NONE;
}

/* ---------- where a name begins and ends ---------- */

static bool is_counter(const struct reading *r, const struct mark *number)
{
    return r->c->lex->words[r->m->quantities.at[number->index].unit_word].roles & ROLE(COUNTER);
}

/* Nothing that belongs to the name follows its head: no further noun, no count (but 家 counts firms that take part). */
static bool head_ends(const struct reading *r, uint32_t i, bool listed, uint32_t from)
{
    const struct mark *head = &r->m->at[i], *next = after_mark(r, i);
    if (head->end >= r->end)
        return true;
    if (!next || HAS(next, ROLE(WORK) | ROLE(SITE) | ROLE(OPEN) | ROLE(CLASS) | ROLE(NAME)))
        return false;
    if (HAS(next, ROLE(NUMBER)))
        return listed || head->end - from >= LONG_NAME_BYTES || !is_counter(r, next);
    return !HAS(next, ROLE(DOING)) || HAS(next, ROLE(STAGE) | ROLE(FINISH));
}

/* The text before the head from the clause's start, or from the last verb that takes it: …，实施|贺岭水厂改造. */
static uint32_t region_start(const struct reading *r, uint32_t i, uint32_t *first)
{
    uint32_t back = i > r->first + LOOK_MARKS_MAX ? i - LOOK_MARKS_MAX : r->first, k = i;
    if (r->done > back)
        back = r->done;
    while (k > back) {
        const struct mark *t = &r->m->at[k - 1];
        bool verb = HAS(t, ROLE(TAKES) | ROLE(TARGET) | ROLE(MUST) | ROLE(WITH)) || (HAS(t, ROLE(STAGE)) && !HAS(t, ROLE(DOING)));
        if (verb && t->end < r->m->at[i].start && !HAS(t, ROLE(NAME)))
            break;
        k--;
    }
    *first = k;
    return k > r->first ? r->m->at[k - 1].end : r->start;
}

/* Strips verbs, places and times off the left end of an item. */
static uint32_t item_start(const struct reading *r, uint32_t first, uint32_t from, uint32_t to)
{
    uint32_t k = first;
    while (k < r->last && r->m->at[k].end <= from)
        k++;
    for (; k < r->last && r->m->at[k].start == from && HAS(&r->m->at[k], before_name)
            && (to - r->m->at[k].end >= 2 * NAME_MIN_BYTES || HAS(&r->m->at[k], ROLE(AND) | ROLE(LIST))); k++)
        from = r->m->at[k].end;
    return from;
}

/* A class of projects, not a named one: nothing but 重点, 重大, 更多 stands before the head. */
static bool only_class(const struct reading *r, uint32_t first, uint32_t from, uint32_t to)
{
    uint32_t k = first, at = from;
    while (k < r->last && r->m->at[k].start < from)
        k++;
    for (; k < r->last && r->m->at[k].start == at && at < to && HAS(&r->m->at[k], ROLE(CLASS) | ROLE(PHRASE)); k++)
        at = r->m->at[k].end;
    return at >= to || (k < r->last && r->m->at[k].end == to && r->m->at[k].start == at && HAS(&r->m->at[k], ROLE(WORK)) && at > from);
}

static void project_add(struct reading *r, uint32_t first, uint32_t from, uint32_t to, struct slice head, const char *rule)
{
    from = item_start(r, first, from, to);
    struct slice item = slice_trim(part(r, from, to));
    bool whole = !head.len; /* the item holds its head */
    if (item.len < (whole ? 2 : 1) * NAME_MIN_BYTES || item.len > NAME_MAX_BYTES || only_class(r, first, from, to))
        return;
    struct slice name = whole ? item : slice_format(r->c->arena, S_FMT S_FMT, S_ARG(item), S_ARG(head));
    size_t n = r->first_of_segment;
    for (n = r->c->projects.n > n + ITEMS_MAX ? r->c->projects.n - ITEMS_MAX : n; n < r->c->projects.n; n++)
        if (slice_equal(r->c->projects.at[n].name, name))
            return;
    struct project p = { .name = name, .progress = DECIMAL_NONE, .investment = DECIMAL_NONE, .section = r->b->section,
        .rule = rule, .span = { plain_start(r->m->plain, from), plain_end(r->m->plain, to) } };
    PUSH(r->c->arena, &r->c->projects, p);
}

/* ---------- lists ---------- */

static bool ends_in_head(const struct reading *r, uint32_t k, uint64_t heads)
{
    return k > r->first && r->m->at[k - 1].end == r->m->at[k].start && HAS(&r->m->at[k - 1], heads);
}

/* The items [from, to) before a shared head; 和 parts only works that have heads of their own. */
static void items_read(struct reading *r, uint32_t first, uint32_t last, uint32_t from, uint32_t to, struct slice head,
    const char *rule)
{
    uint32_t item = from, n = 0, depth = 0;
    bool doing = head.len && head.at != r->m->plain->text.at + r->m->at[last - 1].start; /* 改造工程: 馆 shares it too */
    for (uint32_t k = first; k < last && n < ITEMS_MAX; k++) {
        const struct mark *t = &r->m->at[k];
        depth += HAS(t, ROLE(OPEN));
        depth -= HAS(t, ROLE(CLOSE)) && depth;
        if (depth || t->start < item || t->start >= to || !HAS(t, ROLE(LIST) | ROLE(AND)))
            continue;
        bool own = ends_in_head(r, k, ROLE(WORK) | ROLE(SITE) * !doing);
        if (HAS(t, ROLE(AND)) && !ends_in_head(r, k, ROLE(WORK) | ROLE(SITE)))
            continue;
        if (t->start > item)
            project_add(r, first, item, t->start, own ? S("") : head, rule), n++;
        item = t->end;
    }
    bool own = last > r->first && r->m->at[last - 1].end <= to && HAS(&r->m->at[last - 1], ROLE(WORK) | ROLE(SITE));
    if (item < to && !depth)
        project_add(r, first, item, to, own ? S("") : head, rule);
}

/* 等 between items and head. What stands after it belongs to the head that they share (…等延炼项目), except emphasis and
 * counts (…等8个重大项目). A field (如…等能源项目) makes it a list of kinds, not of works. */
struct etc { const struct mark *mark; struct slice head; bool kinds; };

static struct etc etc_before(const struct reading *r, uint32_t first, uint32_t i)
{
    struct etc e = { 0 };
    for (uint32_t k = i; k > first && !e.mark; k--)
        if (HAS(&r->m->at[k - 1], ROLE(ETC)))
            e.mark = &r->m->at[k - 1];
    if (!e.mark)
        return e;
    uint32_t at = e.mark->end, k = first;
    while (k < i && r->m->at[k].end <= at)
        k++;
    for (; k <= i && r->m->at[k].start == at && HAS(&r->m->at[k], ROLE(CLASS) | ROLE(NUMBER) | ROLE(PHRASE)); k++) {
        e.kinds |= HAS(&r->m->at[k], ROLE(CLASS)) && r->c->lex->words[r->m->at[k].index].value.len;
        at = r->m->at[k].end;
    }
    e.head = part(r, at, r->m->at[i].end);
    return e;
}

/* 、 or 和 right after the last project of the clause: the list goes on. */
static bool goes_on(const struct reading *r, uint32_t first, uint32_t start)
{
    uint32_t k = first, edge = start;
    while (k < r->last && r->m->at[k].end <= start)
        k++;
    while (r->list_end && k > r->first && r->m->at[k - 1].end == edge && HAS(&r->m->at[k - 1], ROLE(LIST) | ROLE(AND)))
        edge = r->m->at[--k].start;
    return r->list_end && edge == r->list_end && edge < start;
}

/* ---------- stages ---------- */

/* A body whose main structure is done is topped out, whatever 完成 stands before: 完成…项目主体建设. */
static enum stage further(enum stage a, enum stage b)
{
    if ((a == STAGE_TOPPED_OUT && b == STAGE_COMPLETED) || (b == STAGE_TOPPED_OUT && a == STAGE_COMPLETED))
        return STAGE_TOPPED_OUT;
    return a > b ? a : b;
}

static void stage_raise(struct reading *r, size_t from, enum stage stage)
{
    for (size_t n = from; stage && n < r->c->projects.n && n < from + ITEMS_MAX; n++)
        r->c->projects.at[n].stage = further(r->c->projects.at[n].stage, stage);
}

/* The verbs before the name: those that touch it or one another. */
static enum stage stage_before(const struct reading *r, uint32_t first, uint32_t from)
{
    enum stage stage = STAGE_NONE;
    uint32_t edge = from, k = first;
    while (k < r->last && r->m->at[k].end <= from)
        k++;
    for (; k > r->first && k + LOOK_MARKS_MAX > first && r->m->at[k - 1].end == edge; k--) {
        const struct mark *t = &r->m->at[k - 1];
        if (HAS(t, boundary | ROLE(NUMBER) | ROLE(LIST)))
            break;
        stage = further(stage, stage_of(r, t));
        edge = t->start;
    }
    return stage;
}

/* The stages after the head, up to the next head or the clause's end. */
static enum stage stage_after(const struct reading *r, uint32_t i)
{
    enum stage stage = STAGE_NONE;
    for (uint32_t k = i + 1; k < r->last && k < i + LOOK_MARKS_MAX && !HAS(&r->m->at[k], ROLE(WORK) | ROLE(SITE) | ROLE(OPEN)); k++)
        stage = further(stage, stage_of(r, &r->m->at[k]));
    return stage;
}

/* ---------- one head ---------- */

/* A 厂 or 馆 is a project only where something is done to it: a verb of building touches its name or follows it, at
 * the end of the list too. */
static bool is_built(const struct reading *r, uint32_t i, uint32_t first, uint32_t from)
{
    uint32_t k = first;
    while (k < r->last && r->m->at[k].end < from)
        k++;
    if (k < r->last && r->m->at[k].end == from && HAS(&r->m->at[k], ROLE(STAGE) | ROLE(TAKES)))
        return true;
    if (k > r->first && r->m->at[k - 1].end == from && HAS(&r->m->at[k - 1], ROLE(STAGE) | ROLE(TAKES)))
        return true;
    uint32_t last = r->last < i + LOOK_MARKS_MAX ? r->last : i + LOOK_MARKS_MAX;
    for (; i < last; i++) {
        const struct mark *next = after_mark(r, i);
        if (HAS(&r->m->at[i], ROLE(SITE) | ROLE(WORK)) && next && HAS(next, ROLE(STAGE)))
            return HAS(next, ROLE(DOING)) || next->end >= r->end || after_mark(r, i + 1);
        if (HAS(&r->m->at[i], boundary | ROLE(ACT)) && !HAS(&r->m->at[i], ROLE(DOING) | ROLE(SITE)))
            return false;
    }
    return false;
}

static bool is_counted(const struct reading *r, uint32_t first, uint32_t i)
{
    for (uint32_t k = first; k < i; k++)
        if (HAS(&r->m->at[k], ROLE(NUMBER)) && is_counter(r, &r->m->at[k]))
            return true;
    return false;
}

/* An honour is no project: 创建…示范基地. */
static bool is_honour(const struct reading *r, uint32_t first, uint32_t start)
{
    uint32_t k = first;
    while (k < r->last && r->m->at[k].end < start)
        k++;
    return k < r->last && r->m->at[k].end == start && HAS(&r->m->at[k], ROLE(AIM));
}

/* A verb right before 项目 makes it the object of a call, not a name: 加大力度谋划项目. */
static bool is_object(const struct reading *r, uint32_t i)
{
    if (i == r->first || r->m->at[i - 1].end != r->m->at[i].start)
        return false;
    return HAS(&r->m->at[i - 1], ROLE(ACT) | ROLE(STAGE) | ROLE(OF)) && !HAS(&r->m->at[i - 1], ROLE(DOING) | ROLE(NAME) | ROLE(SITE));
}

/* Whether a later 项目 of the clause takes this 厂 or 馆 in: as its item (…馆、…馆改造工程) or as part of its name. */
static bool is_taken_in(const struct reading *r, uint32_t i)
{
    uint32_t last = r->last < i + LOOK_MARKS_MAX ? r->last : i + LOOK_MARKS_MAX;
    for (uint32_t k = i + 1; k < last; k++) {
        const struct mark *t = &r->m->at[k];
        if (HAS(t, ROLE(WORK)) && !(k + 1 < r->last && HAS(&r->m->at[k + 1], ROLE(DOING)) && !HAS(&r->m->at[k + 1], ROLE(STAGE)) ))
            return true;
        if (HAS(t, ROLE(ACT) | ROLE(FINISH) | ROLE(STAGE) | ROLE(TARGET)) && !HAS(t, ROLE(DOING) | ROLE(SITE) | ROLE(NAME)))
            return false;
    }
    return false;
}

/* …馆|改造工程: the head that the items share may begin with what is done. */
static uint32_t shared_start(const struct reading *r, uint32_t i)
{
    uint32_t start = r->m->at[i].start;
    if (i >= r->first + 2 && r->m->at[i - 1].end == start && HAS(&r->m->at[i - 1], ROLE(DOING))
        && r->m->at[i - 2].end == r->m->at[i - 1].start && HAS(&r->m->at[i - 2], ROLE(SITE)))
        return r->m->at[i - 1].start;
    return start;
}

/* The name of a 厂 or 馆 goes on over what is done to it: 老旧管网改造. */
static uint32_t site_end(const struct reading *r, uint32_t i)
{
    const struct mark *next = after_mark(r, i);
    return next && HAS(next, ROLE(DOING)) && !HAS(next, ROLE(STAGE)) && (next->end >= r->end || after_mark(r, i + 1))
        ? next->end : r->m->at[i].end;
}

static void head_read(struct reading *r, uint32_t i)
{
    const struct mark *head = &r->m->at[i];
    bool site = !HAS(head, ROLE(WORK));
    uint32_t first, from = region_start(r, i, &first), start = item_start(r, first, from, head->end);
    uint32_t end = site ? site_end(r, i) : head->end;
    struct etc etc = etc_before(r, first, i);
    bool named = start < head->start || head->end - head->start >= 2 * NAME_MIN_BYTES, more = goes_on(r, first, start);
    if (!named || (end == head->end && !head_ends(r, i, etc.mark != NULL, start)) || etc.kinds
        || (!etc.mark && (HAS(head, ROLE(CLASS)) || is_counted(r, first, i) || (!site && is_object(r, i)))) || is_honour(r, first, start))
        return;
    if (site && (is_taken_in(r, i) || (!more && !is_built(r, i, first, start))))
        return;
    size_t n = r->c->projects.n;
    if (etc.mark) {
        uint32_t last = first;
        while (last < i && &r->m->at[last] != etc.mark)
            last++;
        items_read(r, first, last, start, etc.mark->start, etc.head, "list");
    } else {
        uint32_t shared = shared_start(r, i);
        items_read(r, first, i + 1, start, end, part(r, shared, head->end), site ? "site" : "work");
    }
    enum stage before = more ? r->list_stage : stage_before(r, first, start), after = stage_after(r, i);
    r->list_first = more ? r->list_first : n;
    stage_raise(r, r->list_first, after);
    stage_raise(r, n, before);
    r->list_stage = before;
    r->list_end = end;
    r->done = i + 1;
}

/* ---------- clauses ---------- */

/* A clause without a project that ends in a stage: …，力争年底前竣工. */
static void tail_stage(struct reading *r)
{
    if (r->last == r->first)
        return;
    const struct mark *t = &r->m->at[r->last - 1];
    if (t->end == r->end)
        stage_raise(r, r->first_of_clause, stage_of(r, t));
}

/* 总投资8亿元, 完成工程量的60%: of the one project of this clause or the one before. */
static void figures_of(struct reading *r)
{
    struct project *p = &r->c->projects.at[r->c->projects.n - 1];
    for (uint32_t k = r->first; k + 1 < r->last; k++) {
        const struct mark *t = &r->m->at[k], *number = &r->m->at[k + 1];
        if (!HAS(t, ROLE(MEASURE)) || !HAS(number, ROLE(NUMBER)))
            continue;
        const struct quantity *q = &r->m->quantities.at[number->index];
        struct slice what = r->c->lex->words[t->index].value;
        if (slice_equal(what, S("investment")) && q->value.ok && number->start - t->end < NAME_MIN_BYTES)
            p->investment = q->value;
        else if (slice_equal(what, S("progress")) && q->value.ok)
            p->progress = q->value;
    }
}

static void clause_read(struct reading *r)
{
    size_t n = r->c->projects.n;
    r->done = r->first;
    r->list_end = 0;
    r->list_stage = STAGE_NONE;
    for (uint32_t i = r->first; i < r->last; i++)
        if (HAS(&r->m->at[i], ROLE(WORK) | ROLE(SITE)))
            head_read(r, i);
    if (r->c->projects.n > n) {
        r->first_of_clause = n;
    } else {
        tail_stage(r);
    }
    if (r->c->projects.n == r->first_of_clause + 1)
        figures_of(r);
}

void read_projects(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s)
{
    if (b->part == PART_OTHER || b->part == PART_GLOSSARY || b->part == PART_PROBLEMS)
        return;
    for (size_t n = 0; n < s->n; n++) {
        const struct segment *g = &s->at[n];
        if (g->heading)
            continue;
        struct reading r = { .c = c, .b = b, .m = m, .g = g, .first_of_segment = c->projects.n,
            .first_of_clause = c->projects.n, .first = g->first, .start = g->start };
        for (uint32_t i = g->first; i <= g->last; i++) {
            if (i < g->last && !HAS(&m->at[i], boundary))
                continue;
            r.last = i;
            r.end = i < g->last ? m->at[i].start : g->end;
            clause_read(&r);
            r.first = i + 1;
            r.start = i < g->last ? m->at[i].end : g->end;
        }
    }
}
