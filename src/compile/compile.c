/* compile.c: the straight line: text → blocks → plain → marks → segments → figures, tasks, projects, terms.
 * A block is read to its end before the next one is begun, so that the marks of one block are all that is held. */
#include "compile/inside.h"

/* Chinese if a tenth of the first kilobytes are Han characters. */
static bool looks_english(struct slice text)
{
    size_t han = 0, n = text.len < 4096 ? text.len : 4096;
    for (size_t i = 0; i < n; i++)
        han += (unsigned char)text.at[i] >= 0xE4 && (unsigned char)text.at[i] <= 0xE9;
    return han * 30 < n;
}

static void block_read(struct compile *c, const struct block *b, struct marks *m, struct segments *s)
{
    struct slice source = slice_part(c->report->text, b->span.start, b->span.end);
    struct plain plain = normalise(c->arena, source, b->span.start, c->report->facts.english);
    if (c->report->facts.english) {
        compile_english(c, b, &plain);
        return;
    }
    size_t figures = c->figures.n;
    if (b->part == PART_GLOSSARY) {
        read_terms(c, b, &plain);
        return;
    }
    read_terms(c, b, &plain);
    scan(c->arena, c->lex, &plain, m);
    cut(c->arena, m, s);
    read_figures(c, b, m, s);
    cut_tasks(c, b, m, s, figures);
    read_projects(c, b, m, s);
}

static void report_fill(struct report *r, const struct compile *c)
{
    r->sections = c->sections.at, r->n_sections = c->sections.n;
    r->figures = c->figures.at, r->n_figures = c->figures.n;
    r->tasks = c->tasks.at, r->n_tasks = c->tasks.n;
    r->projects = c->projects.at, r->n_projects = c->projects.n;
    r->terms = c->terms.at, r->n_terms = c->terms.n;
}

bool compile(struct arena *a, const struct lexicon *lex, struct slice text, const struct compile_hints *hints,
    struct report *report, struct fault *f)
{
    struct compile c = { .arena = a, .lex = lex, .report = report };
    struct compile_hints h = *hints;
    if (text.len > COMPILE_TEXT_MAX_BYTES)
        return fault_set(f, FAULT_REFUSED, "compile-too-large", slice_format(a, "%d", COMPILE_TEXT_MAX_BYTES >> 20), S(""));
    if (!h.passage && utf8_valid(text) != text.len)
        return fault_set(f, FAULT_REFUSED, "compile-not-utf8", S(""), S(""));
    if (!h.language_known)
        h.english = looks_english(text);
    *report = (struct report){ .text = text };
    blocks_split(&c, text, &h);
    struct marks marks = { 0 };
    struct segments segments = { 0 };
    for (size_t i = 0; i < c.blocks.n; i++)
        if (!c.blocks.at[i].skip)
            block_read(&c, &c.blocks.at[i], &marks, &segments);
    report_fill(report, &c);
    return !a->failed || fault_set(f, FAULT_REFUSED, "compile-too-large", slice_format(a, "%d", COMPILE_TEXT_MAX_BYTES >> 20), S(""));
}
