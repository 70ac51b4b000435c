/* projects.c: named works, the stage that they have reached or are to reach.
 *
 *   project = name-before WORK (项目, 工程)              实施贺岭水厂改造工程
 *           | STAGE … name SITE (厂, 路, 馆)             建成清河中学
 *   list    = item (、 item)* 等? WORK                   each item with the shared head
 *
 * The stage is the furthest that the clause, or a following clause without a project of its own, says. Counted works
 * (项目57个, 3个项目) and classes (重大项目) are none. */
#include "compile/inside.h"

#define HAS(mark, bits) (((mark)->roles & (bits)) != 0)
enum { LOOK_MARKS_MAX = 48, NAME_MAX_BYTES = 50 * 3, NAME_MIN_BYTES = 4, ITEMS_MAX = 40 };

static const uint64_t boundary = ROLE(COMMA) | ROLE(STOP) | ROLE(SEMICOLON) | ROLE(COLON);
static const uint64_t before_name = ROLE(ADVERB) | ROLE(TIME) | ROLE(PLACE) | ROLE(ACT) | ROLE(FINISH) | ROLE(TARGET)
    | ROLE(FORECAST) | ROLE(PAST) | ROLE(AND) | ROLE(LIST) | ROLE(DAY) | ROLE(LINK) | ROLE(SELF) | ROLE(MUST)
    | ROLE(REACH) | ROLE(DEADLINE) | ROLE(OF) | ROLE(DOING) | ROLE(STAGE) | ROLE(BOUND_BEFORE) | ROLE(CLOSE);

struct reading {
    struct compile *c;
    const struct block *b;
    const struct marks *m;
    const struct segment *g;
    size_t first_of_clause;  /* projects from here on belong to the clause that is being read */
    size_t first_of_segment;
};

static struct slice part(const struct reading *r, uint32_t from, uint32_t to)
{
    return from < to ? slice_part(r->m->plain->text, from, to) : S("");
}

static const struct mark *mark_at(const struct reading *r, uint32_t i, uint32_t at)
{
    while (i < r->g->last && r->m->at[i].start < at)
        i++;
    return i < r->g->last && r->m->at[i].start == at ? &r->m->at[i] : NULL;
}

/* Whether the name ends here: a boundary, a verb, a list mark follows, but no further noun and no count. */
static bool name_ends(const struct reading *r, uint32_t i)
{
    uint32_t at = r->m->at[i].end;
    if (at >= r->g->end)
        return true;
    const struct mark *k = mark_at(r, i + 1, at);
    return k && !HAS(k, ROLE(NUMBER) | ROLE(WORK) | ROLE(SITE) | ROLE(OPEN) | ROLE(CLASS));
}

/* The first mark after the last verb, boundary or count before the name; *from is where the name starts. */
static uint32_t name_first(const struct reading *r, uint32_t i, uint32_t *from, bool *counted)
{
    uint32_t back = i > r->g->first + LOOK_MARKS_MAX ? i - LOOK_MARKS_MAX : r->g->first;
    uint32_t k = i, depth = 0;
    *from = back > r->g->first ? r->m->at[back].start : r->g->start;
    *counted = false;
    while (k > back) {
        const struct mark *t = &r->m->at[k - 1];
        if (HAS(t, ROLE(CLOSE)))
            depth++;
        if (HAS(t, ROLE(OPEN)) && depth)
            depth--;
        else if (depth)
            ;
        else if (HAS(t, boundary | ROLE(OPEN))) {
            *from = t->end;
            break;
        } else if (HAS(t, ROLE(NUMBER))) {
            const struct word *unit = &r->c->lex->words[r->m->quantities.at[t->index].unit_word];
            if (unit->roles & ROLE(COUNTER)) {
                *counted = true;
                *from = t->end;
                break;
            }
        } else if (HAS(t, ROLE(ACT) | ROLE(FINISH) | ROLE(MUST) | ROLE(TARGET) | ROLE(WITH) | ROLE(LINK))
            && !HAS(t, ROLE(DOING) | ROLE(MEASURE))) {
            *from = t->end;
            break;
        }
        k--;
    }
    while (k < i && (r->m->at[k].end <= *from || (r->m->at[k].start == *from && HAS(&r->m->at[k], before_name)))) {
        if (r->m->at[k].end > *from)
            *from = r->m->at[k].end;
        k++;
    }
    return k;
}

/* A class of projects, not a named one: 重点项目, 一批…项目. */
static bool is_class(const struct reading *r, uint32_t k, uint32_t from, uint32_t to)
{
    for (; k < r->g->last && r->m->at[k].start < to; k++)
        if (r->m->at[k].start == from && HAS(&r->m->at[k], ROLE(CLASS)))
            return true;
    return false;
}

static void project_add(struct reading *r, uint32_t k, uint32_t from, uint32_t to, struct slice head, bool own_head,
    const char *rule)
{
    struct slice item = slice_trim(part(r, from, to));
    if (item.len < NAME_MIN_BYTES || item.len > NAME_MAX_BYTES || is_class(r, k, from, to))
        return;
    struct slice name = own_head ? item : slice_format(r->c->arena, S_FMT S_FMT, S_ARG(item), S_ARG(head));
    for (size_t n = r->first_of_segment; n < r->c->projects.n && n < r->first_of_segment + ITEMS_MAX; n++)
        if (slice_equal(r->c->projects.at[n].name, name))
            return;
    struct project p = { .name = name, .progress = DECIMAL_NONE, .investment = DECIMAL_NONE, .section = r->b->section,
        .rule = rule, .span = { plain_start(r->m->plain, from), plain_end(r->m->plain, to) } };
    PUSH(r->c->arena, &r->c->projects, p);
}

/* The items from the name's first mark to its head; each gets the head that they share. */
static void items_read(struct reading *r, uint32_t first, uint32_t i, uint32_t from, const char *rule)
{
    const struct mark *head = &r->m->at[i];
    uint32_t item = from, n = 0, head_start = head->start;
    struct slice shared = part(r, head->start, head->end);
    for (uint32_t k = first; k < i && n < ITEMS_MAX; k++) {
        const struct mark *t = &r->m->at[k];
        if (t->start < item || !HAS(t, ROLE(LIST) | ROLE(AND) | ROLE(ETC)))
            continue;
        bool own = k > first && r->m->at[k - 1].end == t->start && HAS(&r->m->at[k - 1], ROLE(WORK) | ROLE(SITE));
        if (HAS(t, ROLE(AND)) && !own && k + 1 < i)
            continue; /* 甲和乙工程 is mostly one work: 修复及治理工程 */
        if (t->start > item)
            project_add(r, k, item, t->start, shared, own, rule), n++;
        item = t->end;
    }
    if (item < head_start || !n)
        project_add(r, i, item, head->end, shared, true, rule);
}

/* ---------- stages ---------- */

static void stage_raise(struct reading *r, size_t from, enum stage stage)
{
    for (size_t n = from; n < r->c->projects.n && n < from + ITEMS_MAX; n++)
        if (r->c->projects.at[n].stage < stage)
            r->c->projects.at[n].stage = stage;
}

/* The stage that a verb right before the name gives, or any in its clause before the name's first mark. */
static enum stage stage_before(const struct reading *r, uint32_t first, uint32_t from)
{
    enum stage stage = STAGE_NONE;
    uint32_t back = first > r->g->first + LOOK_MARKS_MAX ? first - LOOK_MARKS_MAX : r->g->first;
    while (first > back && r->m->at[first - 1].end > from)
        first--;
    for (; first > back; first--) {
        const struct mark *t = &r->m->at[first - 1];
        if (HAS(t, boundary | ROLE(WORK) | ROLE(SITE) | ROLE(NUMBER)))
            break;
        if (HAS(t, ROLE(STAGE)) && r->c->lex->words[t->index].stage > stage)
            stage = r->c->lex->words[t->index].stage;
    }
    return stage;
}

/* Whether the clause before or after builds something: only then a 厂 or 路 without 项目 is a project. */
static bool stage_after(const struct reading *r, uint32_t i)
{
    for (uint32_t k = i + 1; k < r->g->last && k < i + LOOK_MARKS_MAX && !HAS(&r->m->at[k], boundary | ROLE(NUMBER)); k++)
        if (HAS(&r->m->at[k], ROLE(STAGE)))
            return true;
    return false;
}

static void head_read(struct reading *r, uint32_t i)
{
    bool counted, site = !HAS(&r->m->at[i], ROLE(WORK));
    uint32_t from;
    if (!name_ends(r, i))
        return;
    uint32_t first = name_first(r, i, &from, &counted);
    if (counted || from >= r->m->at[i].start)
        return;
    enum stage stage = stage_before(r, first, from);
    if (site && !stage && !stage_after(r, i))
        return;
    size_t n = r->c->projects.n;
    items_read(r, first, i, from, site ? "site" : "work");
    stage_raise(r, n, stage);
}

void read_projects(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s)
{
    if (b->part == PART_OTHER || b->part == PART_GLOSSARY || b->part == PART_PROBLEMS)
        return;
    for (size_t n = 0; n < s->n; n++) {
        const struct segment *g = &s->at[n];
        if (g->heading)
            continue;
        struct reading r = { .c = c, .b = b, .m = m, .g = g, .first_of_clause = c->projects.n, .first_of_segment = c->projects.n };
        bool own = false; /* the clause has a project of its own */
        for (uint32_t i = g->first; i < g->last; i++) {
            const struct mark *k = &m->at[i];
            if (HAS(k, boundary)) {
                own = false;
            } else if (HAS(k, ROLE(WORK) | ROLE(SITE))) {
                size_t before = c->projects.n;
                head_read(&r, i);
                if (c->projects.n > before) {
                    r.first_of_clause = own ? r.first_of_clause : before;
                    own = true;
                }
            } else if (HAS(k, ROLE(STAGE))) {
                stage_raise(&r, r.first_of_clause, c->lex->words[k->index].stage);
            }
        }
    }
}
