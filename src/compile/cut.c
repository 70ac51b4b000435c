/* cut.c: where one undertaking ends and the next begins.
 *
 * A segment runs from one cut to the next: 。；！？, an enumerator (一是, （1）, ——), a colon that announces a list.
 * Commas do not cut. An enumerator stands only at the start of a segment, right after a mark. A heading is the first
 * short sentence of a paragraph or after an enumerator that the following ones spell out: 项目建设全面发力。 */
#include "compile/inside.h"

enum { HEADING_MAX_BYTES = 32 * 3 };

struct cutting {
    struct arena *arena;
    const struct marks *m;
    struct segments *out;
    uint32_t start;      /* where the open segment starts, after its enumerator */
    uint32_t first;      /* its first mark */
    int32_t item;
    bool labelled, first_of_item;
};

/* Passes over enumerators, also over several: （一）1. */
static uint32_t enumerator_skip(struct cutting *c, uint32_t at)
{
    const struct slice text = c->m->plain->text;
    for (;;) {
        while (at < text.len && text.at[at] == ' ')
            at++;
        size_t n = at < text.len ? enumerator_read(text.at + at) : 0;
        if (!n || at + n >= text.len)
            return at;
        c->item++;
        c->first_of_item = true;
        c->labelled = heading_label_read(text.at + at).len > 0;
        at += (uint32_t)n;
    }
}

/* Ends the open segment at `end` (mark index `last`), opens the next after `next`. */
static void close_segment(struct cutting *c, uint32_t end, uint32_t last, uint32_t next, bool announces)
{
    if (end > c->start) {
        struct segment s = { .start = c->start, .end = end, .first = c->first, .last = last, .item = c->item,
            .labelled = c->labelled, .first_of_item = c->first_of_item, .announces = announces };
        PUSH(c->arena, c->out, s);
        c->first_of_item = false;
    }
    c->labelled = false;
    c->first = last + 1;
    c->start = enumerator_skip(c, next);
}

/* An enumerator may follow a comma or a closing bracket too: "…，二是…". Only 是-enumerators do. */
static bool enumerator_after_comma(const struct cutting *c, uint32_t at)
{
    const struct slice text = c->m->plain->text;
    size_t n = at < text.len ? enumerator_read(text.at + at) : 0;
    struct slice s = { text.at + at, n };
    return n && slice_ends(s, S("是"));
}

static bool has_figure_or_day(const struct marks *m, const struct segment *s)
{
    for (uint32_t i = s->first; i < s->last; i++) {
        if (m->at[i].roles & ROLE(DEADLINE))
            return true;
        if (m->at[i].roles & ROLE(NUMBER)) {
            const struct quantity *q = &m->quantities.at[m->at[i].index];
            if (q->unit_word && !q->han)
                return true;
        }
        if (m->at[i].roles & (ROLE(LEADS) | ROLE(MUST) | ROLE(DAY)))
            return true;
    }
    return false;
}

static unsigned commas(const struct marks *m, const struct segment *s)
{
    unsigned n = 0;
    for (uint32_t i = s->first; i < s->last; i++)
        n += (m->at[i].roles & ROLE(COMMA)) != 0;
    return n;
}

/* The first sentence of an item, short, without lead, figure or day, and another sentence of the item follows. */
static bool is_heading(const struct marks *m, const struct segments *s, size_t i)
{
    const struct segment *g = &s->at[i];
    if (g->labelled && g->end == m->plain->text.len && g->end - g->start <= 2 * HEADING_MAX_BYTES)
        return true; /* a labelled line without a closing mark: （一）着力抓好项目建设 */
    if (!g->first_of_item || i + 1 >= s->n || s->at[i + 1].item != g->item || g->end - g->start > HEADING_MAX_BYTES)
        return false;
    char closing = m->plain->text.at[g->end];
    bool ends_sentence = !memcmp(m->plain->text.at + g->end, "。", 3) || closing == ' ';
    return ends_sentence && commas(m, g) <= 1 && !has_figure_or_day(m, g);
}

void cut(struct arena *a, const struct marks *m, struct segments *s)
{
    s->n = 0;
    struct cutting c = { .arena = a, .m = m, .out = s, .first_of_item = true };
    uint32_t depth = 0;
    c.start = enumerator_skip(&c, 0);
    for (uint32_t i = 0; i < m->n; i++) {
        const struct mark *k = &m->at[i];
        if (k->start < c.start) {
            c.first = i + 1;
            continue;
        }
        if (k->roles & ROLE(OPEN))
            depth++;
        if (k->roles & ROLE(CLOSE))
            depth -= depth > 0;
        if (k->roles & (ROLE(STOP) | ROLE(SEMICOLON))) {
            if (!depth || (k->roles & ROLE(STOP))) {
                close_segment(&c, k->start, i, k->end, false);
                depth = 0;
            }
        } else if ((k->roles & ROLE(COLON)) && !depth) {
            close_segment(&c, k->start, i, k->end, true);
        } else if ((k->roles & ROLE(COMMA)) && enumerator_after_comma(&c, k->end)) {
            close_segment(&c, k->start, i, k->end, false);
        }
    }
    close_segment(&c, (uint32_t)m->plain->text.len, (uint32_t)m->n, (uint32_t)m->plain->text.len, false);
    for (size_t i = 0; i < s->n; i++)
        s->at[i].heading = is_heading(m, s, i);
}
