/* blocks.c: text → blocks. A block is a paragraph: a line, or lines that a break cut inside a sentence. Headings give
 * the tree of sections with their part; titles, boilerplate and what follows the document's end are passed over.
 *
 *   第一部分 › 一、 › （一） › 1. › （1）      a heading is a labelled or known short line, or the first sentence of a
 *                                            labelled paragraph */
#include "compile/inside.h"

enum { HEADING_MAX_BYTES = 60 * 3, JOIN_MIN_BYTES = 20 * 3, LEVELS = 6, HEAD_LINES = 12 };

struct split {
    struct compile *c;
    struct slice text;
    const struct compile_hints *hints;
    int32_t open[LEVELS];    /* the open section of each level, -1: none */
    enum report_part part;
    bool began;              /* the body has begun: a section or a long paragraph was seen */
    size_t line;
    struct arena *arena;
};

static bool ends_sentence(struct slice s)
{
    static const char *const marks[] = { "。", "；", "：", "！", "？", "”", "）", ".", ";", ":", "!", "?", "\"", ")" };
    for (size_t i = 0; i < COUNT(marks); i++)
        if (slice_ends(s, slice_of(marks[i])))
            return true;
    return false;
}

static const struct heading_word *held(const struct heading_word *at, size_t n, struct slice s)
{
    const struct heading_word *best = NULL; /* the longest that the line holds */
    for (size_t i = 0; i < n; i++)
        if (slice_find(s, at[i].text) >= 0 && (!best || at[i].text.len > best->text.len))
            best = &at[i];
    return best;
}

/* ---------- facts of the document (M1) ---------- */

static bool role_at(const struct compile *c, struct slice s, size_t at, uint64_t role, size_t *len)
{
    uint32_t w = at < s.len ? trie_longest(&c->lex->zh, s.at + at, s.at + s.len, len) : 0;
    return w && (c->lex->words[w].roles & role);
}

static void fact_day(struct report *r, struct slice s)
{
    for (size_t i = 0; i + 8 < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            continue;
        struct token t = token_read(s.at + i);
        int y = 0, m = 0, d = 0;
        struct slice rest = slice_part(s, i, i + t.len), piece;
        if (t.kind == TOKEN_DAY) {
            int *into[] = { &y, &m, &d };
            size_t n = 0;
            int v = 0;
            for (size_t k = 0; k < rest.len; k++) {
                if (rest.at[k] >= '0' && rest.at[k] <= '9' && v < 10000)
                    v = v * 10 + (rest.at[k] - '0');
                else if (v && n < 3)
                    *into[n++] = v, v = 0;
            }
        }
        (void)piece;
        day found = y > 1900 && m && d ? day_of(y, m, d) : DAY_NONE;
        if (found != DAY_NONE && r->facts.delivered_on == DAY_NONE)
            r->facts.delivered_on = found;
        if (y > 1900 && !r->facts.year)
            r->facts.year = y;
        i += t.len ? t.len - 1 : 0;
    }
}

/* 代表卓山县人民政府 → 卓山县; 在清河县第十六届人民代表大会第二次会议上 → the session. */
static void fact_place(struct compile *c, struct slice s)
{
    struct document_facts *f = &c->report->facts;
    ptrdiff_t on_behalf = slice_find(s, S("代表")), of = on_behalf >= 0 ? slice_find(slice_from(s, (size_t)on_behalf), S("人民政府")) : -1;
    if (!f->place.len && of > 6 && of < 60) {
        f->place = slice_part(s, (size_t)on_behalf + 6, (size_t)on_behalf + (size_t)of);
        f->issuer = slice_part(s, (size_t)on_behalf + 6, (size_t)(on_behalf + of) + 12);
    }
    ptrdiff_t term = slice_find(s, S("第")), end = slice_find(s, S("会议"));
    if (!f->session.len && term >= 0 && end > term && end - term < 120)
        f->session = slice_part(s, (size_t)term, (size_t)end + 6);
}

/* A post and a name on a line of their own: 县长 王某某. */
static void fact_speaker(struct compile *c, struct slice line)
{
    size_t len;
    if (!c->report->facts.speaker.len && line.len < 48 && role_at(c, line, 0, ROLE(PERSON), &len) && line.len > len)
        c->report->facts.speaker = slice_trim(slice_from(line, len));
}

static void facts_read(struct split *s, struct slice line, struct slice plain)
{
    struct document_facts *f = &s->c->report->facts;
    const struct heading_word *kind = held(s->c->lex->kinds.at, s->c->lex->kinds.n, plain);
    if (kind && plain.len < HEADING_MAX_BYTES && f->kind == REPORT_OTHER) {
        f->kind = (enum report_kind)kind->kind;
        f->title = plain;
    }
    fact_day(s->c->report, plain);
    fact_place(s->c, plain);
    fact_speaker(s->c, slice_trim(line));
}

/* ---------- sections ---------- */

static int32_t section_open(struct split *s, int level, struct slice label, struct slice heading, struct span span)
{
    struct section n = { .id = (int32_t)s->c->sections.n, .parent = -1, .level = level, .label = label,
        .heading = heading, .span = span, .part = s->part };
    for (int l = level - 1; l >= 0 && n.parent < 0; l--)
        n.parent = s->open[l];
    for (int l = level; l < LEVELS; l++)
        s->open[l] = -1;
    s->open[level] = n.id;
    PUSH(s->c->arena, &s->c->sections, n);
    return n.id;
}

static int32_t section_now(const struct split *s)
{
    for (int l = LEVELS - 1; l >= 0; l--)
        if (s->open[l] >= 0)
            return s->open[l];
    return -1;
}

/* The first sentence, up to 。 or the end. */
static struct slice first_sentence(struct slice s)
{
    ptrdiff_t stop = slice_find(s, S("。"));
    return stop >= 0 ? slice_part(s, 0, (size_t)stop) : s;
}

static void block_put(struct split *s, struct span span, int32_t section, bool skip)
{
    struct block b = { .span = span, .section = section, .part = s->part, .skip = skip };
    PUSH(s->c->arena, &s->c->blocks, b);
}

/* Extends every open section to the end of what was just read. */
static void sections_extend(struct split *s, uint32_t end)
{
    for (int l = 0; l < LEVELS; l++)
        if (s->open[l] >= 0)
            s->c->sections.at[s->open[l]].span.end = end;
}

static bool known_heading(const struct split *s, struct slice plain)
{
    return plain.len <= HEADING_MAX_BYTES && !ends_sentence(plain) && slice_find(plain, S("，")) < 0
        && held(s->c->lex->headings.at, s->c->lex->headings.n, plain);
}

static void block_of_line(struct split *s, struct span span)
{
    struct slice line = slice_part(s->text, span.start, span.end);
    struct plain p = normalise(s->arena, line, span.start, false);
    struct slice plain = p.text;
    const struct heading_word *junk = held(s->c->lex->boilerplate.at, s->c->lex->boilerplate.n, plain);
    struct heading_label label = plain.len ? heading_label_read(plain.at) : (struct heading_label){ 0, 0 };
    struct slice heading = first_sentence(slice_from(plain, label.len));
    bool alone = plain.len <= HEADING_MAX_BYTES && heading.len + label.len + 3 >= plain.len;
    if (junk && plain.len < 4 * HEADING_MAX_BYTES) {
        block_put(s, span, section_now(s), true);
        return;
    }
    if (label.len && heading.len && heading.len <= HEADING_MAX_BYTES && s->part != PART_GLOSSARY) {
        const struct heading_word *w = held(s->c->lex->headings.at, s->c->lex->headings.n, heading);
        if (w && label.level <= 2)
            s->part = (enum report_part)w->part;
        section_open(s, label.level, slice_part(plain, 0, label.len), heading, span);
        s->began = true;
        block_put(s, span, section_now(s), alone && !ends_sentence(line));
    } else if (known_heading(s, plain)) {
        s->part = (enum report_part)held(s->c->lex->headings.at, s->c->lex->headings.n, plain)->part;
        section_open(s, 0, S(""), plain, span);
        s->began = true;
        block_put(s, span, section_now(s), true);
    } else {
        if (s->line < HEAD_LINES || !s->began)
            facts_read(s, line, plain);
        block_put(s, span, section_now(s), plain.len < 12);
    }
    sections_extend(s, span.end);
}

/* Whether a break after `line` fell inside a sentence: the line is long and ends without a mark, and the next one
 * starts no heading. */
static bool goes_on(struct slice line, struct slice next)
{
    line = slice_trim(line);
    next = slice_trim(next);
    if (line.len < JOIN_MIN_BYTES || !next.len || ends_sentence(line))
        return false;
    char start[16] = { 0 };
    memcpy(start, next.at, next.len < sizeof start - 1 ? next.len : sizeof start - 1);
    return !enumerator_read(start);
}

/* A work report is read by its years: delivered in January 2023 it plans 2023. */
static void year_settle(struct compile *c, const struct compile_hints *h)
{
    struct document_facts *f = &c->report->facts;
    if (h->year)
        f->year = h->year;
    else if (f->delivered_on != DAY_NONE) {
        int y, m, d;
        day_parts(f->delivered_on, &y, &m, &d);
        f->year = y;
    }
}

static enum report_part part_at_start(const struct split *s)
{
    return s->hints->part_known ? s->hints->part : PART_REVIEW;
}

void blocks_split(struct compile *c, struct slice text, const struct compile_hints *h)
{
    struct split s = { .c = c, .text = text, .hints = h, .arena = c->arena };
    for (int l = 0; l < LEVELS; l++)
        s.open[l] = -1;
    c->report->facts.delivered_on = DAY_NONE;
    c->report->facts.kind = REPORT_OTHER;
    c->report->facts.english = h->english;
    s.part = part_at_start(&s);
    if (h->passage) {
        block_put(&s, (struct span){ 0, (uint32_t)text.len }, -1, false);
        year_settle(c, h);
        return;
    }
    size_t start = 0;
    while (start < text.len) {
        size_t end = start;
        for (;;) {
            const char *stop = memchr(text.at + end, '\n', text.len - end);
            end = stop ? (size_t)(stop - text.at) : text.len;
            if (end >= text.len)
                break;
            const char *after = memchr(text.at + end + 1, '\n', text.len - end - 1);
            struct slice last = slice_part(text, end > start + 200 ? end - 200 : start, end);
            struct slice next = slice_part(text, end + 1, after ? (size_t)(after - text.at) : text.len);
            if (h->english || !goes_on(last, slice_part(next, 0, 200)))
                break;
            end++;
        }
        block_of_line(&s, (struct span){ (uint32_t)start, (uint32_t)end });
        s.line++;
        start = end + 1;
    }
    year_settle(c, h);
}
