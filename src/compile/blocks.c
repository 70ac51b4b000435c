/* blocks.c: text → blocks. A block is a paragraph: a line, or lines that a break cut inside a sentence. Headings give
 * the tree of sections with their part; titles, boilerplate and what follows the document's end are passed over.
 *
 *   第一部分 › 一、 › （一） › 1. › （1）      a heading is a labelled or known short line, or the first sentence of a
 *                                            labelled paragraph */
#include "compile/inside.h"

enum { HEADING_MAX_BYTES = 60 * 3, JOIN_MIN_BYTES = 20 * 3, LEVELS = 6, HEAD_LINES = 40,
    LINE_LOOK_BYTES = 2000, BLOCK_MAX_BYTES = 1 << 20 };

struct split {
    struct compile *c;
    struct slice text;
    const struct compile_hints *hints;
    int32_t open[LEVELS];    /* the open section of each level, -1: none */
    enum report_part part;
    bool began;              /* the body has begun: a section or a long paragraph was seen */
    size_t line;
    struct slice head;       /* the lines before the body, without their noise */
    struct slice signer;     /* the government that the speaker's line names: 青禾县人民政府 */
    size_t signer_place;     /* how much of it is the place */
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

/* The longest word of a role that the line holds; *at is where. */
static const struct heading_word *held(const struct split *s, enum line_role role, struct slice line, size_t *at)
{
    const struct heading_word *words = s->c->lex->lines.at, *best = NULL;
    for (size_t i = 0; i < s->c->lex->lines.n; i++) {
        ptrdiff_t found = words[i].role == role && (!best || words[i].text.len > best->text.len) ? slice_find(line, words[i].text) : -1;
        if (found >= 0)
            best = &words[i], *at = (size_t)found;
    }
    return best;
}

/* ---------- facts of the document (M1) ---------- */

/* The first whole day gives the delivery; the first year stands in where there is none. */
static void fact_day(struct document_facts *f, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        struct token t = s.at[i] >= '0' && s.at[i] <= '9' ? token_read(s.at + i) : (struct token){ TOKEN_NONE, 0 };
        struct quantity q = { 0 };
        if (t.kind == TOKEN_DAY)
            day_read(slice_part(s, i, i + t.len), &q);
        day found = q.year && q.month && q.date ? day_of(q.year, q.month, q.date) : DAY_NONE;
        if (found != DAY_NONE && f->delivered_on == DAY_NONE)
            f->delivered_on = found;
        if (q.year > 1900 && !f->year)
            f->year = q.year;
        i += t.len ? t.len - 1 : 0;
    }
}

/* 代表卓山县人民政府向大会报告 → the place and the issuer. */
static void fact_place(struct split *s, struct slice head)
{
    struct document_facts *f = &s->c->report->facts;
    size_t behalf = 0, government = 0;
    const struct heading_word *on = held(s, LINE_ON_BEHALF, head, &behalf);
    if (!on)
        return;
    struct slice rest = slice_part(head, behalf + on->text.len, behalf + on->text.len + 90);
    const struct heading_word *of = held(s, LINE_GOVERNMENT, rest, &government);
    if (!of || !government)
        return;
    f->place = slice_part(rest, 0, government);
    f->issuer = slice_part(rest, 0, government + of->text.len);
}

/* 第十六届人民代表大会第二次会议: from the first ordinal to the word that ends a session. */
static void fact_session(struct split *s, struct slice head)
{
    for (size_t i = 0; i + 3 < head.len; i++) {
        struct token t = (unsigned char)head.at[i] >= 0xE4 ? token_read(head.at + i) : (struct token){ TOKEN_NONE, 0 };
        if (t.kind != TOKEN_ORDINAL)
            continue;
        size_t at;
        struct slice rest = slice_part(head, i, i + 120);
        const struct heading_word *end = held(s, LINE_SESSION, rest, &at);
        if (end)
            s->c->report->facts.session = slice_part(rest, 0, at + end->text.len);
        return;
    }
}

/* A post and a name on a line of their own: 县长 王某某, or 卓山县人民政府县长 王某某, which names the place too. Gives
 * where the name begins, 0 where it is no such line. */
static size_t speaker_at(const struct split *s, struct slice line, size_t *place, size_t *government)
{
    size_t len, at;
    const struct heading_word *of = line.len < 90 ? held(s, LINE_GOVERNMENT, line, &at) : NULL;
    *place = of && at > 3 ? at : 0;
    *government = *place ? at + of->text.len : 0;
    struct slice rest = slice_from(line, *government);
    uint32_t w = rest.len && rest.len < 48 ? trie_longest(&s->c->lex->zh, rest.at, rest.at + rest.len, &len) : 0;
    return w && (s->c->lex->words[w].roles & ROLE(PERSON)) && rest.len > len ? *government + len : 0;
}

static void fact_speaker(struct split *s, struct slice line)
{
    size_t place, government, name = speaker_at(s, line, &place, &government);
    struct document_facts *f = &s->c->report->facts;
    if (!name || f->speaker.len)
        return;
    f->speaker = slice_trim(slice_from(line, name));
    s->signer = slice_part(line, 0, government);
    s->signer_place = place;
}

/* The lines before the body; a title may break over two of them, so they are read together in the end. */
static void facts_note(struct split *s, struct slice line, struct slice plain)
{
    struct document_facts *f = &s->c->report->facts;
    size_t at;
    const struct heading_word *kind = plain.len < HEADING_MAX_BYTES ? held(s, LINE_KIND, plain, &at) : NULL;
    if (kind && f->kind == REPORT_OTHER) {
        f->kind = (enum report_kind)kind->kind;
        f->title = plain;
    }
    fact_speaker(s, slice_trim(line));
    s->head = slice_format(s->arena, S_FMT S_FMT, S_ARG(s->head), S_ARG(slice_part(plain, 0, HEADING_MAX_BYTES)));
}

/* 2026年卓山县政府工作报告 → 卓山县, where the report itself only says 省人民政府 or nothing. */
static void fact_place_of_title(struct split *s)
{
    struct document_facts *f = &s->c->report->facts;
    size_t at;
    if (f->place.len > 3 || f->kind != REPORT_WORK_REPORT || !held(s, LINE_KIND, f->title, &at))
        return; /* 在全会上的讲话 names no place */
    size_t from = f->title.len && f->title.at[0] >= '0' && f->title.at[0] <= '9' ? token_read(f->title.at).len : 0;
    if (at > from && at - from <= 60)
        f->place = slice_part(f->title, from, at);
}

static void facts_read(struct split *s)
{
    struct document_facts *f = &s->c->report->facts;
    fact_day(f, s->head);
    fact_place(s, s->head);
    fact_place_of_title(s);
    if (f->place.len <= 3 && s->signer.len) { /* the report says 县人民政府 of itself */
        f->place = slice_part(s->signer, 0, s->signer_place);
        f->issuer = s->signer;
    }
    fact_session(s, s->head);
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

/* Where a block that is too long may be parted: after the last full stop before the limit; its end where there is none. */
static uint32_t block_cut(struct slice text, struct span span)
{
    static const char stop[] = "。";
    uint32_t at = span.start + BLOCK_MAX_BYTES;
    if (span.end - span.start <= BLOCK_MAX_BYTES)
        return span.end;
    for (; at > span.start + BLOCK_MAX_BYTES / 2; at--)
        if (!memcmp(text.at + at - 3, stop, 3) || (text.at[at - 1] == ' ' && text.at[at - 2] == '.'))
            return at;
    return span.end;
}

/* Paragraphs are read one at a time; one of many megabytes in pieces, so that the marks of a piece are all that is held. */
static void block_put(struct split *s, struct span span, int32_t section, bool skip)
{
    for (uint32_t end; span.start < span.end || !span.end; span.start = end) {
        end = block_cut(s->text, span);
        struct block b = { .span = { span.start, end }, .section = section, .part = s->part, .skip = skip };
        PUSH(s->c->arena, &s->c->blocks, b);
        if (!span.end)
            return;
    }
}

/* Extends every open section to the end of what was just read. */
static void sections_extend(struct split *s, uint32_t end)
{
    for (int l = 0; l < LEVELS; l++)
        if (s->open[l] >= 0)
            s->c->sections.at[s->open[l]].span.end = end;
}

/* The part of a heading that the lexicon knows, else `otherwise`. */
static enum report_part part_of_heading(const struct split *s, struct slice heading, enum report_part otherwise)
{
    size_t at;
    const struct heading_word *w = held(s, LINE_PART, heading, &at);
    return w ? (enum report_part)w->part : otherwise;
}

static bool known_heading(const struct split *s, struct slice plain)
{
    size_t at;
    return plain.len <= HEADING_MAX_BYTES && !ends_sentence(plain) && slice_find(plain, S("，")) < 0
        && held(s, LINE_PART, plain, &at);
}

static void block_of_line(struct split *s, struct span span)
{
    uint32_t look = span.end - span.start > LINE_LOOK_BYTES ? span.start + LINE_LOOK_BYTES : span.end;
    while (look < span.end && ((unsigned char)s->text.at[look] & 0xC0) == 0x80)
        look--; /* never inside a character */
    struct slice line = slice_part(s->text, span.start, look);
    struct slice plain = normalise(s->arena, line, span.start, false).text;
    struct heading_label label = plain.len ? heading_label_read(plain.at) : (struct heading_label){ 0, 0 };
    struct slice heading = first_sentence(slice_from(plain, label.len));
    bool alone = plain.len <= HEADING_MAX_BYTES && heading.len + label.len + 3 >= plain.len, skip = false;
    enum report_part kept = s->part;
    size_t at;
    if (plain.len < 4 * HEADING_MAX_BYTES && held(s, LINE_BOILERPLATE, plain, &at)) {
        skip = true;
    } else if (label.len && heading.len && heading.len <= HEADING_MAX_BYTES && s->part != PART_GLOSSARY) {
        /* a work report looks back in its first part and ahead in the others, whatever their headings say */
        bool later = label.level == 1 && s->open[1] >= 0 && s->c->report->facts.kind == REPORT_WORK_REPORT;
        if (label.level <= 2)
            kept = s->part = part_of_heading(s, heading, later ? PART_PLAN : s->part);
        section_open(s, label.level, slice_part(plain, 0, label.len), heading, span);
        s->began = true;
        skip = alone && !ends_sentence(line);
    } else if (known_heading(s, plain)) {
        kept = s->part = part_of_heading(s, plain, s->part);
        section_open(s, 0, S(""), plain, span);
        s->began = skip = true;
    } else {
        if (s->line < HEAD_LINES && !s->began)
            facts_note(s, line, plain);
        if (s->part == PART_REVIEW && held(s, LINE_PROBLEMS, plain, &at))
            s->part = PART_PROBLEMS; /* the paragraph that admits them, no more */
        /* before the body a short line that ends no sentence is title, occasion, speaker or day, not prose */
        skip = plain.len < 12 || (s->line < HEAD_LINES && !s->began && plain.len <= HEADING_MAX_BYTES && !ends_sentence(plain));
    }
    block_put(s, span, section_now(s), skip);
    s->part = kept;
    sections_extend(s, span.end);
}

/* Whether a break after `line` fell inside a sentence: the line is long, no heading, and ends without a mark, and the
 * next one starts no heading. */
static bool goes_on(struct slice line, struct slice next, size_t line_bytes)
{
    char start[16] = { 0 }, own[16] = { 0 };
    line = slice_trim(line);
    next = slice_trim(next);
    if (line.len < JOIN_MIN_BYTES || !next.len || ends_sentence(line))
        return false;
    memcpy(own, line.at, line.len < sizeof own - 1 ? line.len : sizeof own - 1);
    if (line_bytes < HEADING_MAX_BYTES && heading_label_read(own).len)
        return false;
    memcpy(start, next.at, next.len < sizeof start - 1 ? next.len : sizeof start - 1);
    return !enumerator_read(start);
}

/* The year that the first heading of a plan names (2026年重点工作), where the head of the text names none. */
static int year_of_plan(const struct compile *c)
{
    for (size_t i = 0; i < c->sections.n; i++) {
        struct document_facts said = { .delivered_on = DAY_NONE };
        if (c->sections.at[i].part == PART_PLAN)
            fact_day(&said, c->sections.at[i].heading);
        if (said.year)
            return said.year;
    }
    return 0;
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
    } else if (!f->year) {
        f->year = year_of_plan(c);
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
            size_t place, government;
            if (!s.began && speaker_at(&s, slice_trim(next), &place, &government))
                break;
            if (h->english || !goes_on(last, slice_part(next, 0, 200), end - start))
                break;
            end++;
        }
        block_of_line(&s, (struct span){ (uint32_t)start, (uint32_t)end });
        s.line++;
        start = end + 1;
    }
    facts_read(&s);
    year_settle(c, h);
}
