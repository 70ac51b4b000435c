/* figures.c: quantified statements about named measures.
 *
 *   figure = (measure | ) REACH* bound? quantity bound?           地区生产总值完成72亿元
 *          | measure YOY? CHANGE bound? quantity bound?           同比增长4%
 *          | counter noun                                         23个重大项目
 *          | measures EACH REACH? quantity (AND quantity)+        甲、乙分别达到3元和4元
 *   name   = what stands between the last boundary and the number, without verbs, times and places at its left end
 *            and words of reaching at its right end
 *
 * Not figures: what stands inside a name (年产30万吨…厂, 500万元以上项目), durations, labels (3A级), counts that only
 * announce a list (五个方面). */
#include "compile/inside.h"

#define HAS(mark, bits) (((mark)->roles & (bits)) != 0)

/* How far a rule looks around a number: beyond that it is no name any more, and hostile text stays linear. */
enum { LOOK_MARKS_MAX = 48, NAME_MAX_BYTES = 80 * 3, NAME_MIN_BYTES = 2 * 3 };

static const uint64_t boundary = ROLE(COMMA) | ROLE(STOP) | ROLE(SEMICOLON) | ROLE(COLON);
static const uint64_t predicate = ROLE(ACT) | ROLE(FINISH) | ROLE(REACH) | ROLE(CHANGE) | ROLE(ADVERB) | ROLE(MUST)
    | ROLE(DAY) | ROLE(DEADLINE) | ROLE(TIME) | ROLE(YOY) | ROLE(PAST) | ROLE(EACH) | ROLE(SHARE) | ROLE(RANK)
    | ROLE(TARGET) | ROLE(FORECAST) | ROLE(BOUND_BEFORE);
static const uint64_t left_noise = ROLE(ADVERB) | ROLE(TIME) | ROLE(PLACE) | ROLE(ACT) | ROLE(FINISH) | ROLE(DOING)
    | ROLE(TARGET) | ROLE(FORECAST) | ROLE(PAST) | ROLE(YOY) | ROLE(AND) | ROLE(LIST) | ROLE(EACH) | ROLE(DAY)
    | ROLE(LINK) | ROLE(SELF) | ROLE(MUST) | ROLE(REACH) | ROLE(DEADLINE) | ROLE(OF) | ROLE(STAGE) | ROLE(AIM)
    | ROLE(BOUND_BEFORE) | ROLE(WITH);
static const uint64_t right_noise = ROLE(REACH) | ROLE(LINK) | ROLE(ADVERB) | ROLE(EACH) | ROLE(FORECAST) | ROLE(TARGET)
    | ROLE(PAST) | ROLE(YOY) | ROLE(BOUND_BEFORE) | ROLE(TIME);

struct reading {
    struct compile *c;
    const struct block *b;
    const struct marks *m;
    const struct segment *g;
    size_t first_figure;    /* of this segment, in the report */
    uint32_t spent;         /* the plain text up to here belongs to figures already read */
    struct slice subject;   /* the last name in this segment */
    bool target;            /* a word of intending stands before, in this segment */
    size_t ranked;          /* figures before the rank that is being read */
    struct slices pair;     /* the names of the last 分别 */
    uint32_t pair_at;       /* the mark of the EACH that is being served; UINT32_MAX: none */
    size_t pair_next;
    uint8_t pair_kind;
    int8_t pair_sign;
    bool pair_yoy;
};

static struct slice part(const struct reading *r, uint32_t from, uint32_t to)
{
    return from < to ? slice_part(r->m->plain->text, from, to) : S("");
}

static uint32_t look_back(const struct reading *r, uint32_t i)
{
    return i > r->g->first + LOOK_MARKS_MAX ? i - LOOK_MARKS_MAX : r->g->first;
}

static uint32_t look_on(const struct reading *r, uint32_t i)
{
    return r->g->last > i + LOOK_MARKS_MAX ? i + LOOK_MARKS_MAX : r->g->last;
}

static const struct word *word_of(const struct reading *r, const struct mark *k)
{
    return &r->c->lex->words[k->index];
}

/* ---------- is it a figure at all? ---------- */

/* The mark that starts at `at`, looking from mark i on; NULL where bare text stands there. */
static const struct mark *mark_at(const struct reading *r, uint32_t i, uint32_t at)
{
    while (i < r->g->last && r->m->at[i].start < at)
        i++;
    return i < r->g->last && r->m->at[i].start == at ? &r->m->at[i] : NULL;
}

/* Whether a noun stands right at `at`: text that is neither a boundary nor a verb. */
static bool noun_follows(const struct reading *r, uint32_t i, uint32_t at)
{
    if (at >= r->g->end)
        return false;
    const struct mark *k = mark_at(r, i, at);
    if (k && HAS(k, ROLE(NAME)))
        return true;
    return !k || !HAS(k, boundary | predicate | ROLE(LIST) | ROLE(AND) | ROLE(CLOSE) | ROLE(NUMBER) | ROLE(LINK)
        | ROLE(BOUND_AFTER) | ROLE(ETC) | ROLE(WITH) | ROLE(SELF) | ROLE(HELPS))
        || (HAS(k, ROLE(DOING)) && !HAS(k, ROLE(FINISH)));
}

/* The end of the noun phrase that starts at `at`: 重大项目|超序时推进. */
static uint32_t noun_end(const struct reading *r, uint32_t i, uint32_t at)
{
    uint32_t depth = 0, last = look_on(r, i);
    for (; i < last; i++) {
        const struct mark *k = &r->m->at[i];
        if (k->start < at)
            continue;
        if (HAS(k, ROLE(OPEN)))
            depth++;
        else if (HAS(k, ROLE(CLOSE)) && depth)
            depth--;
        else if (HAS(k, boundary | ROLE(CLOSE)))
            return k->start;
        else if (depth || k->start == at)
            continue;
        else if (HAS(k, ROLE(DOING)) && !HAS(k, ROLE(FINISH) | ROLE(TAKES))) {
            const struct mark *next = mark_at(r, i, k->end); /* a verb used as a noun ends the name only at its end */
            if (k->end >= r->g->end || (next && HAS(next, boundary | predicate | ROLE(LIST) | ROLE(AND) | ROLE(NUMBER))
                && !HAS(next, ROLE(DOING))))
                return k->start;
        } else if (HAS(k, predicate | ROLE(NUMBER) | ROLE(LIST) | ROLE(AND) | ROLE(ETC) | ROLE(STAGE)))
            return k->start;
    }
    return last < r->g->last ? r->m->at[last].start : r->g->end;
}

static bool holds_role(const struct reading *r, uint32_t i, uint32_t from, uint32_t to, uint64_t roles)
{
    uint32_t last = look_on(r, i);
    for (; i < last && r->m->at[i].start < to; i++)
        if (r->m->at[i].start >= from && HAS(&r->m->at[i], roles))
            return true;
    return false;
}

/* Where the noun phrase after the number runs to its clause: for the heads of projects, which come last. */
static uint32_t clause_end(const struct reading *r, uint32_t i)
{
    uint32_t last = look_on(r, i);
    for (; i < last; i++)
        if (HAS(&r->m->at[i], boundary | ROLE(ACT) | ROLE(FINISH)) && !HAS(&r->m->at[i], ROLE(DOING)))
            return r->m->at[i].start;
    return last < r->g->last ? r->m->at[last].start : r->g->end;
}

/* A threshold, a capacity or a size inside a name: 500万元以上固定资产投资, 年产30万吨饲料厂. */
static bool inside_name(const struct reading *r, uint32_t i, const struct quantity *q, bool counter, uint32_t after)
{
    const struct mark *k = &r->m->at[i];
    const struct mark *bound = mark_at(r, i + 1, q->unit_end > k->end ? q->unit_end : k->end);
    const struct mark *next = bound ? mark_at(r, i + 1, bound->end) : NULL;
    if (bound && HAS(bound, ROLE(BOUND_AFTER)) && !counter
        && (noun_follows(r, i + 1, bound->end) || (next && HAS(next, ROLE(AND) | ROLE(OF)))))
        return true;
    const struct mark *before = i > r->g->first ? &r->m->at[i - 1] : NULL;
    bool capacity = before && before->end == k->start && HAS(before, ROLE(CAPACITY));
    if (counter || !noun_follows(r, i + 1, after))
        return false;
    return capacity || holds_role(r, i + 1, after, clause_end(r, i + 1), ROLE(WORK));
}

/* A bare number is a figure only as a coefficient that is reached: 利用系数大于0.74. */
static bool is_coefficient(const struct reading *r, uint32_t i, const struct quantity *q, uint32_t after)
{
    const struct mark *next = mark_at(r, i + 1, after);
    if (q->masked || q->han || (after < r->g->end && !(next && HAS(next, boundary | ROLE(CLOSE)))))
        return false;
    uint32_t k = i, edge = r->m->at[i].start;
    while (k > look_back(r, i) && r->m->at[k - 1].end == edge && HAS(&r->m->at[k - 1], ROLE(REACH) | ROLE(BOUND_BEFORE) | ROLE(LINK)))
        edge = r->m->at[--k].start;
    return edge < r->m->at[i].start && k > look_back(r, i) && r->m->at[k - 1].end == edge && HAS(&r->m->at[k - 1], ROLE(MEASURE));
}

static bool counts(const struct reading *r, uint32_t i, uint32_t after)
{
    const struct mark *k = &r->m->at[i];
    const struct quantity *q = &r->m->quantities.at[k->index];
    uint64_t unit = r->c->lex->words[q->unit_word].roles;
    const struct mark *before = i > r->g->first && r->m->at[i - 1].end == k->start ? &r->m->at[i - 1] : NULL;
    if (!q->unit_word)
        return is_coefficient(r, i, q, after);
    if ((unit & (ROLE(DURATION) | ROLE(LABEL))) || (before && HAS(before, ROLE(LABEL))))
        return false;
    bool counter = unit & ROLE(COUNTER);
    if (inside_name(r, i, q, counter, after))
        return false;
    if (!q->han)
        return !(counter && holds_role(r, i + 1, after, after + 1, ROLE(ANNOUNCER)));
    /* a Chinese numeral counts only with a counter, and not where it announces a list or is a manner of speaking */
    uint32_t end = noun_end(r, i + 1, after);
    if (before && (HAS(before, ROLE(OPEN)) || HAS(before, ROLE(NUMBER))))
        return false; /* “四个…”, 十二届七次 */
    if (counter && (holds_role(r, i + 1, after, end, ROLE(ANNOUNCER)) || (q->one && !noun_follows(r, i + 1, after))))
        return false;
    return counter || (unit & ROLE(CHANGE)) || q->value.value >= 10000;
}

/* ---------- the name ---------- */

/* Strips verbs, times and places from the left; a name that would vanish keeps its last word. Afterwards a verb that
 * takes a counted object cuts in the middle too: …困难群众|发放|各类救助资金. */
static uint32_t name_start(const struct reading *r, uint32_t i, uint32_t from, uint32_t to)
{
    uint32_t k = look_back(r, i);
    while (k < i && (r->m->at[k].end <= from || r->m->at[k].start + NAME_MAX_BYTES < to))
        k++;
    if (to > from + NAME_MAX_BYTES)
        from = k < i ? r->m->at[k].start : to;
    bool verb = false;
    for (; k < i && r->m->at[k].start == from && HAS(&r->m->at[k], left_noise) && !HAS(&r->m->at[k], ROLE(ADDED)); k++) {
        const struct mark *t = &r->m->at[k];
        bool doing = HAS(t, ROLE(DOING)) && !HAS(t, ROLE(FINISH));
        bool of_name = doing && k + 1 < i && r->m->at[k + 1].start == t->end && HAS(&r->m->at[k + 1], ROLE(MEASURE));
        if (of_name || (doing && verb) || (to - t->end < NAME_MIN_BYTES && HAS(t, ROLE(ACT) | ROLE(DOING) | ROLE(ADVERB))))
            break; /* 开展培训, 示范村: the verb is the name, or part of it */
        verb |= HAS(t, ROLE(ACT) | ROLE(FINISH));
        from = t->end;
    }
    for (; k < i && r->m->at[k].end < to; k++) {
        const struct mark *v = &r->m->at[k];
        if (HAS(v, ROLE(TAKES)) && to - v->end >= NAME_MIN_BYTES)
            from = v->end;
        else if (HAS(v, ROLE(PLACE) | ROLE(TIME) | ROLE(ADVERB) | ROLE(LINK) | ROLE(OF)) && v->start == from)
            from = v->end;
    }
    return from < to ? from : to;
}

/* Where the name's clause starts: after the last boundary or after the figure before. */
static uint32_t region_start(const struct reading *r, uint32_t i)
{
    uint32_t from = r->g->start > r->spent ? r->g->start : r->spent;
    uint32_t back = look_back(r, i);
    while (i > back) {
        const struct mark *k = &r->m->at[--i];
        if (k->end <= from)
            break;
        if (HAS(k, boundary))
            return k->end > from ? k->end : from;
    }
    return back > r->g->first && r->m->at[back].start > from ? r->m->at[back].start : from;
}

/* What stands before the number, from its left neighbour outwards. */
struct left {
    uint32_t edge;      /* where the words of reaching begin */
    uint32_t marks;     /* marks before the edge */
    bool bound_seen, change, yoy, each, listed; /* listed: 、 or 和 stands right before */
    enum figure_bound bound;
    int8_t sign;
    uint32_t each_at;
};

static struct left look_left(const struct reading *r, uint32_t i)
{
    struct left l = { .edge = r->m->at[i].start, .marks = i, .sign = 1 };
    bool after_verb = false;
    while (l.marks > r->g->first) {
        const struct mark *k = &r->m->at[l.marks - 1];
        if (k->end != l.edge || k->end <= r->spent)
            break;
        const struct word *w = word_of(r, k);
        if (HAS(k, ROLE(LIST) | ROLE(AND))) {
            l.listed = true;
            break;
        }
        bool verb = HAS(k, ROLE(ACT) | ROLE(FINISH) | ROLE(DOING)) && !HAS(k, right_noise | ROLE(CHANGE));
        if (verb && !after_verb && l.marks - 1 > r->g->first && r->m->at[l.marks - 2].end == k->start
            && HAS(&r->m->at[l.marks - 2], ROLE(BOUND_BEFORE)))
            after_verb = true; /* 至少建设1处 */
        else if (HAS(k, ROLE(CHANGE)) && !l.change)
            l.change = true, l.sign = w->sign;
        else if (!HAS(k, right_noise))
            break;
        if (HAS(k, ROLE(BOUND_BEFORE)) && !l.bound_seen)
            l.bound_seen = true, l.bound = w->bound;
        l.yoy |= HAS(k, ROLE(YOY));
        if (HAS(k, ROLE(EACH)))
            l.each = true, l.each_at = l.marks - 1;
        l.edge = k->start;
        l.marks--;
    }
    return l;
}

/* ---------- 分别 ---------- */

/* The subjects of 分别, taken apart at 、 and 和; a fused name (城乡居民…) gives as many as its word says; the head that
 * only the last item has is shared: 甲、乙银行不良贷款率. */
static void pair_fused(struct reading *r, uint32_t i, uint32_t from, uint32_t to)
{
    for (uint32_t k = look_back(r, i); k < i; k++) {
        const struct mark *f = &r->m->at[k];
        if (f->start < from || f->end > to || !HAS(f, ROLE(FUSED)))
            continue;
        struct slice ways = word_of(r, f)->value, way;
        while (slice_cut(&ways, '|', &way))
            PUSH(r->c->arena, &r->pair, slice_format(r->c->arena, S_FMT S_FMT S_FMT, S_ARG(part(r, from, f->start)),
                S_ARG(way), S_ARG(part(r, f->end, to))));
        return;
    }
}

static void pair_share_head(struct reading *r, uint32_t i, uint32_t from, uint32_t to)
{
    uint32_t head = 0;
    for (uint32_t k = look_back(r, i); k < i; k++)
        if (HAS(&r->m->at[k], ROLE(MEASURE)) && r->m->at[k].start >= from && r->m->at[k].end == to)
            head = r->m->at[k].start;
    struct slice measure = part(r, head, to);
    for (size_t k = 0; head && k + 1 < r->pair.n; k++) {
        bool own = false;
        for (uint32_t j = look_back(r, i); j < i && !own; j++)
            own = HAS(&r->m->at[j], ROLE(MEASURE))
                && r->m->plain->text.at + r->m->at[j].end == r->pair.at[k].at + r->pair.at[k].len;
        if (!own)
            r->pair.at[k] = slice_format(r->c->arena, S_FMT S_FMT, S_ARG(r->pair.at[k]), S_ARG(measure));
    }
}

static void pair_read(struct reading *r, uint32_t i, uint32_t from, uint32_t to)
{
    struct slices old = r->pair;
    r->pair = (struct slices){ 0 };
    pair_fused(r, i, from, to);
    if (!r->pair.n && from < to) {
        uint32_t item = from;
        for (uint32_t k = look_back(r, i); k < i; k++) {
            const struct mark *s = &r->m->at[k];
            if (s->start < item || s->end > to || !HAS(s, ROLE(LIST) | ROLE(AND)))
                continue;
            if (s->start > item)
                PUSH(r->c->arena, &r->pair, part(r, item, s->start));
            item = s->end;
        }
        if (item < to)
            PUSH(r->c->arena, &r->pair, part(r, item, to));
        pair_share_head(r, i, from, to);
    }
    if (!r->pair.n) { /* "…，分别增长5%、6%": the same ones again, or the last figures */
        r->pair = old;
        size_t n = r->c->figures.n - r->first_figure;
        for (size_t k = n > 2 ? n - 2 : 0; !r->pair.n && n >= 2 && k < n; k++)
            PUSH(r->c->arena, &r->pair, r->c->figures.at[r->first_figure + k].name);
    }
    r->pair_next = 0;
}

/* The second and later numbers of a pair follow the first with nothing but 、 和 between. */
static bool pair_goes_on(const struct reading *r, uint32_t i)
{
    if (r->pair_at == UINT32_MAX || r->pair_next >= r->pair.n || i == r->g->first)
        return false;
    const struct mark *k = &r->m->at[i - 1], *number = &r->m->at[i];
    if (k->end != number->start || !HAS(k, ROLE(LIST) | ROLE(AND) | ROLE(COMMA)))
        return false;
    return k->start == r->spent || (i >= 2 && HAS(&r->m->at[i - 2], ROLE(BOUND_AFTER)) && r->m->at[i - 2].end == k->start);
}

/* ---------- status and rank ---------- */

static enum figure_status status_of(struct reading *r, uint32_t i, uint32_t clause)
{
    bool forecast = false, past = false;
    for (uint32_t k = look_back(r, i); k < i; k++) {
        const struct mark *w = &r->m->at[k];
        bool near = w->start >= clause;
        forecast |= HAS(w, ROLE(FORECAST)) && near;
        past |= HAS(w, ROLE(PAST)) && near;
    }
    if (forecast)
        return FIGURE_FORECAST;
    if (r->b->part == PART_PLAN)
        return past ? FIGURE_ACTUAL : FIGURE_TARGET;
    return r->target ? FIGURE_TARGET : FIGURE_ACTUAL;
}

/* rank = 增速? 位居 scope (第N | 首位): hangs on the figure before it, where no other subject stands between. */
static void ranks_read(struct reading *r)
{
    for (uint32_t i = r->g->first; i < r->g->last; i++) {
        const struct mark *k = &r->m->at[i];
        if (!HAS(k, ROLE(RANK)))
            continue;
        const struct mark *place = NULL;
        for (uint32_t j = i + 1; j < look_on(r, i) && !place && !HAS(&r->m->at[j], boundary | ROLE(NUMBER)); j++)
            if (HAS(&r->m->at[j], ROLE(FIRST)) || (HAS(&r->m->at[j], ROLE(LETTERS)) && r->m->at[j].index != UINT32_MAX))
                place = &r->m->at[j];
        if (!place || place->start - k->end > 30 || place->start == k->end)
            continue;
        uint32_t clause = r->g->start, before = i;
        while (before > look_back(r, i) && !HAS(&r->m->at[before - 1], boundary | ROLE(LIST) | ROLE(NUMBER) | ROLE(BOUND_AFTER)))
            before--;
        if (before > r->g->first)
            clause = r->m->at[before - 1].end;
        bool bare = true; /* only words of growing and adverbs between the clause's start and the rank */
        for (uint32_t at = clause; bare && at < k->start && before < i; before++) {
            bare = r->m->at[before].start == at && HAS(&r->m->at[before], ROLE(CHANGE) | ROLE(ADVERB) | ROLE(AND) | ROLE(EACH));
            at = r->m->at[before].end;
        }
        struct figure *f = NULL;
        while (r->ranked < r->c->figures.n && r->c->figures.at[r->ranked].span.end <= plain_start(r->m->plain, k->start))
            f = &r->c->figures.at[r->ranked++];
        if (!f && r->ranked > r->first_figure)
            f = &r->c->figures.at[r->ranked - 1];
        if (!bare || !f)
            continue;
        f->rank_scope = slice_trim(part(r, k->end, place->start));
        f->rank_place = HAS(place, ROLE(FIRST)) ? 1 : (int32_t)r->m->quantities.at[place->index].value.value;
    }
}

/* ---------- one number ---------- */

static struct slice figure_name(struct reading *r, uint32_t i, const struct left *l, uint32_t after, bool counter,
    struct figure *f, uint32_t *end)
{
    uint32_t from = region_start(r, l->marks), start = name_start(r, l->marks, from, l->edge);
    bool before = start < l->edge && !l->listed;
    const struct mark *next = mark_at(r, i + 1, after);
    bool text = after < r->g->end && !(next && HAS(next, boundary | ROLE(LIST) | ROLE(AND) | ROLE(CLOSE)));
    bool threshold = next && counter && HAS(next, ROLE(NUMBER)); /* 9台20蒸吨及以下燃煤锅炉 */
    if ((noun_follows(r, i + 1, after) && (counter || !before)) || (text && counter && !before) || threshold) {
        uint32_t to = noun_end(r, i + 1, after);
        if (to > after) {
            *end = to;
            f->rule = counter ? "counted-noun" : "noun-after";
            return slice_trim(part(r, after, to < after + NAME_MAX_BYTES ? to : after));
        }
    }
    const struct mark *first = mark_at(r, look_back(r, i), start);
    if (before && first && HAS(first, ROLE(CHANGE)) && !HAS(first, ROLE(MEASURE)) && r->subject.len) {
        f->kind = FIGURE_CHANGE; /* 高于全县农民收入增速4.2个百分点 */
        f->rule = "gap";
        return r->subject;
    }
    if (before && first && HAS(first, ROLE(SHARE)) && r->subject.len) {
        f->rule = "share";
        return slice_format(r->c->arena, S_FMT S_FMT, S_ARG(r->subject), S_ARG(part(r, start, l->edge)));
    }
    if (before)
        return slice_trim(part(r, start, l->edge));
    f->rule = "same-subject";
    return r->subject;
}

static void pair_start(struct reading *r, uint32_t i, const struct left *l, const struct figure *f)
{
    uint32_t from = region_start(r, l->each_at), to = r->m->at[l->each_at].start;
    uint32_t k = l->each_at;
    while (k > r->g->first && r->m->at[k - 1].end == to && HAS(&r->m->at[k - 1], right_noise | ROLE(CHANGE)))
        to = r->m->at[--k].start;
    from = name_start(r, k, from, to);
    pair_read(r, k, from, to);
    r->pair_at = i;
    r->pair_kind = (uint8_t)f->kind;
    r->pair_sign = l->sign;
    r->pair_yoy = f->yoy;
}

/* A bound at the end of a pair holds for each: 分别增长6%和8%左右. */
static void pair_bound(struct reading *r, size_t n, enum figure_bound bound)
{
    for (size_t k = 0; k < n && r->c->figures.n > r->first_figure + k; k++)
        r->c->figures.at[r->c->figures.n - 1 - k].bound = bound;
}

static void number_read(struct reading *r, uint32_t i)
{
    const struct mark *k = &r->m->at[i];
    const struct quantity *q = &r->m->quantities.at[k->index];
    uint32_t after = k->end;
    const struct mark *bound = mark_at(r, i + 1, after);
    bool bounded = bound && HAS(bound, ROLE(BOUND_AFTER));
    if (bounded)
        after = bound->end;
    const struct mark *of = mark_at(r, i + 1, after);
    uint32_t noun_at = of && HAS(of, ROLE(OF)) ? of->end : after;
    if (!counts(r, i, after))
        return;
    bool counter = r->c->lex->words[q->unit_word].roles & ROLE(COUNTER);
    struct left l = look_left(r, i);
    struct figure f = { .kind = l.change ? FIGURE_CHANGE : FIGURE_LEVEL, .value = q->value, .upper = q->upper,
        .masked = q->masked, .unit = r->c->lex->words[q->unit_word].value, .rule = "measure-before",
        .bound = bounded ? word_of(r, bound)->bound : l.bound_seen ? l.bound : q->bound, .section = r->b->section,
        .yoy = l.yoy };
    uint32_t end = after, clause = region_start(r, i);
    if (slice_equal(f.unit, r->c->lex->words[0].value))
        f.unit = S("");
    if (pair_goes_on(r, i)) {
        f.kind = r->pair_kind, f.yoy = r->pair_yoy, l.sign = r->pair_sign, l.change = f.kind == FIGURE_CHANGE;
        f.name = r->pair.at[r->pair_next++];
        f.rule = "each";
        if (bounded)
            pair_bound(r, r->pair_next - 1, f.bound);
    } else if (l.each) {
        pair_start(r, i, &l, &f);
        f.name = r->pair.n ? r->pair.at[r->pair_next++] : r->subject;
        f.rule = "each";
    } else {
        r->pair_at = UINT32_MAX;
        f.name = figure_name(r, i, &l, noun_at, counter, &f, &end);
    }
    if (r->c->lex->words[q->unit_word].roles & ROLE(CHANGE))
        f.kind = FIGURE_CHANGE; /* 百分点 always tells a change */
    if (f.kind == FIGURE_CHANGE && l.sign < 0 && f.value.ok)
        f.value.value = -f.value.value;
    f.yoy = f.kind == FIGURE_CHANGE && (f.yoy || holds_role(r, look_back(r, i), clause, k->start, ROLE(YOY)));
    f.status = status_of(r, i, clause);
    uint32_t from = f.name.at >= r->m->plain->text.at && f.name.at < r->m->plain->text.at + k->start
            && (size_t)(f.name.at - r->m->plain->text.at) >= r->spent
        ? (uint32_t)(f.name.at - r->m->plain->text.at) : k->start;
    f.span = (struct span){ plain_start(r->m->plain, from), plain_end(r->m->plain, end) };
    r->spent = after; /* the noun of a count may belong to the next name too: 3个项目开工率达80% */
    if (f.name.len)
        r->subject = f.name;
    PUSH(r->c->arena, &r->c->figures, f);
}

void read_figures(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s)
{
    for (size_t n = 0; n < s->n; n++) {
        struct reading r = { .c = c, .b = b, .m = m, .g = &s->at[n], .first_figure = c->figures.n,
            .ranked = c->figures.n, .pair_at = UINT32_MAX };
        bool ranked = false;
        for (uint32_t i = r.g->first; i < r.g->last; i++) {
            if (HAS(&m->at[i], ROLE(NUMBER)) && m->at[i].start >= r.g->start)
                number_read(&r, i);
            ranked |= HAS(&m->at[i], ROLE(RANK));
            r.target |= HAS(&m->at[i], ROLE(TARGET));
        }
        if (ranked)
            ranks_read(&r);
    }
}
