/* golden.c: runs the files NAME.test of tests/golden/compile, which read like the specification:
 *
 *   == a fall is negative
 *   规上工业增加值同比下降3.5%。
 *   ---
 *   figure 规上工业增加值 change -3.5 % yoy
 *
 * A title may end in (plan), (plan 2025), (review), (problems), (glossary) or (en). Only the kinds that a case names are
 * compared: "no task" says that there is none. Of every case it also holds that spans lie in the text and that a
 * second compile gives the same bytes.
 *
 *   golden LEXICON FILE.test ...            compares; exit 1 where one differs
 *   golden --update LEXICON FILE.test       prints the file with what is found now */
#include "compile/compile.h"

#include <stdio.h>
#include <stdlib.h>

static struct slice file_slurp(struct arena *a, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        exit(2);
    }
    char *bytes = NEW(a, char, 1 << 20);
    size_t n = fread(bytes, 1, 1 << 20, in);
    fclose(in);
    return (struct slice){ bytes, n };
}

/* ---------- what was found, in words ---------- */

static void put_figure(struct buf *b, const struct figure *f)
{
    buf_format(b, "figure " S_FMT " %s ", S_ARG(f->name), f->kind == FIGURE_CHANGE ? "change" : "level");
    f->masked ? buf_text(b, "masked") : decimal_put(b, f->value);
    if (f->upper.ok)
        buf_text(b, ".."), decimal_put(b, f->upper);
    buf_format(b, " %s" S_FMT, f->unit.len ? "" : "-", S_ARG(f->unit));
    if (f->bound != BOUND_EQUAL)
        buf_format(b, " %s", figure_bound_word(f->bound));
    if (f->yoy)
        buf_text(b, " yoy");
    if (f->status != FIGURE_ACTUAL)
        buf_format(b, " %s", figure_status_word(f->status));
    if (f->rank_scope.len)
        buf_format(b, " rank " S_FMT " %d", S_ARG(f->rank_scope), f->rank_place);
    buf_char(b, '\n');
}

static void put_units(struct buf *b, const char *word, const struct slices *units)
{
    for (size_t i = 0; i < units->n; i++)
        buf_format(b, "%s" S_FMT, i ? "," : word, S_ARG(units->at[i]));
}

static void put_task(struct buf *b, const struct task *t)
{
    buf_format(b, "task %s%s", t->done ? "done" : "planned", t->measurable ? " measurable" : "");
    put_units(b, " lead=", &t->lead);
    put_units(b, " support=", &t->support);
    if (t->deadline_kind == DEADLINE_DAY)
        buf_text(b, " by="), day_put(b, t->deadline);
    else if (t->deadline_kind == DEADLINE_MASKED)
        buf_text(b, " by=masked");
    buf_format(b, " " S_FMT "\n", S_ARG(t->text));
}

static void put_project(struct buf *b, const struct project *p)
{
    buf_format(b, "project " S_FMT " %s", S_ARG(p->name), stage_word(p->stage) ? stage_word(p->stage) : "-");
    if (p->investment.ok)
        buf_text(b, " investment="), decimal_put(b, p->investment);
    if (p->progress.ok)
        buf_text(b, " progress="), decimal_put(b, p->progress);
    buf_char(b, '\n');
}

static void put_term(struct buf *b, const struct term *t)
{
    buf_format(b, "term " S_FMT " = " S_FMT "\n", S_ARG(t->term), S_ARG(t->definition));
}

enum { KINDS = 4 };
static const char *const kind_words[KINDS] = { "figure", "task", "project", "term" };

static bool names_kind(struct slice wanted, const char *kind)
{
    struct slice line, rest = wanted;
    char none[32];
    snprintf(none, sizeof none, "no %s", kind);
    while (slice_cut(&rest, '\n', &line))
        if (slice_starts(line, slice_of(kind)) || slice_starts(line, slice_of(none)))
            return true;
    return false;
}

static void put_kind(struct buf *b, const struct report *r, int kind)
{
    size_t n = kind == 0 ? r->n_figures : kind == 1 ? r->n_tasks : kind == 2 ? r->n_projects : r->n_terms;
    for (size_t i = 0; i < n; i++) {
        if (kind == 0)
            put_figure(b, &r->figures[i]);
        else if (kind == 1)
            put_task(b, &r->tasks[i]);
        else if (kind == 2)
            put_project(b, &r->projects[i]);
        else
            put_term(b, &r->terms[i]);
    }
    if (!n)
        buf_format(b, "no %s\n", kind_words[kind]);
}

static void put_found(struct buf *b, const struct report *r, struct slice wanted)
{
    for (int k = 0; k < KINDS; k++)
        if (names_kind(wanted, kind_words[k]))
            put_kind(b, r, k);
}

/* ---------- promises of every compile ---------- */

static bool span_holds(const struct report *r, struct span s)
{
    return s.start <= s.end && s.end <= r->text.len;
}

static bool promises_hold(struct arena *a, const struct lexicon *lex, const struct report *r, const struct compile_hints *h)
{
    struct report again;
    struct fault f;
    struct buf one = buf_open(1 << 20), two = buf_open(1 << 20);
    bool ok = compile(a, lex, r->text, h, &again, &f);
    report_put_json(&one, r, true);
    report_put_json(&two, &again, true);
    ok = ok && slice_equal(buf_slice(&one), buf_slice(&two));
    for (size_t i = 0; i < r->n_figures; i++)
        ok = ok && span_holds(r, r->figures[i].span);
    for (size_t i = 0; i < r->n_tasks; i++)
        ok = ok && span_holds(r, r->tasks[i].span);
    for (size_t i = 0; i < r->n_projects; i++)
        ok = ok && span_holds(r, r->projects[i].span);
    buf_close(&one);
    buf_close(&two);
    return ok;
}

/* ---------- cases ---------- */

struct case_text { struct slice title, sentence, wanted; };

/* Cuts the next case off *rest: "== title\nsentence\n---\nlines". What stands before the first == is comment. */
static bool case_next(struct slice *rest, struct case_text *c)
{
    ptrdiff_t start = slice_find(*rest, S("== "));
    if (start < 0)
        return false;
    struct slice body = slice_from(*rest, (size_t)start + 3);
    ptrdiff_t next = slice_find(body, S("\n== ")), bar;
    struct slice whole = next < 0 ? body : slice_part(body, 0, (size_t)next + 1);
    *rest = slice_from(body, next < 0 ? body.len : (size_t)next + 1);
    slice_cut(&whole, '\n', &c->title);
    bar = slice_find(whole, S("\n---\n"));
    if (bar < 0) {
        fprintf(stderr, S_FMT ": no --- line\n", S_ARG(c->title));
        exit(2);
    }
    c->sentence = slice_part(whole, 0, (size_t)bar);
    c->wanted = slice_from(whole, (size_t)bar + 5);
    while (c->wanted.len > 1 && slice_ends(c->wanted, S("\n\n")))
        c->wanted.len--;
    return true;
}

static struct compile_hints hints_of(struct slice title)
{
    struct compile_hints h = { .passage = true, .part_known = true, .part = PART_REVIEW, .year = 2026, .language_known = true };
    ptrdiff_t at = slice_find(title, S(" ("));
    struct slice in = at < 0 ? S("") : slice_part(title, (size_t)at + 2, title.len - 1);
    for (enum report_part p = PART_REVIEW; p <= PART_OTHER; p++)
        if (slice_starts(in, slice_of(report_part_word(p))))
            h.part = p;
    h.english = slice_starts(in, S("en"));
    return h;
}

static void render(struct arena *a, const struct lexicon *lex, const struct case_text *c, struct buf *found)
{
    struct report r;
    struct fault f;
    struct compile_hints h = hints_of(c->title);
    if (!compile(a, lex, c->sentence, &h, &r, &f))
        buf_text(found, "fault\n");
    else if (!promises_hold(a, lex, &r, &h))
        buf_text(found, "a promise is broken\n");
    else
        put_found(found, &r, c->wanted);
}

int main(int argc, char **argv)
{
    bool update = argc > 1 && !strcmp(argv[1], "--update");
    struct fault f = { 0 };
    struct arena a;
    arena_open(&a, 0);
    struct lexicon *lex = argc > 2 + update ? lexicon_open(argv[1 + update], &f) : NULL;
    if (!lex) {
        fprintf(stderr, "no lexicon: %s\n", f.code ? f.code : "usage");
        return 2;
    }
    int cases = 0, wrong = 0;
    for (int i = 2 + update; i < argc; i++) {
        struct slice rest = file_slurp(&a, argv[i]);
        ptrdiff_t head = slice_find(rest, S("== "));
        if (update)
            printf(S_FMT, (int)(head < 0 ? 0 : head), rest.at);
        for (struct case_text c; case_next(&rest, &c); cases++) {
            struct buf found = buf_open(1 << 20);
            render(&a, lex, &c, &found);
            if (update)
                printf("== " S_FMT "\n" S_FMT "\n---\n" S_FMT "\n", S_ARG(c.title), S_ARG(c.sentence), S_ARG(buf_slice(&found)));
            else if (!slice_equal(buf_slice(&found), c.wanted)) {
                wrong++;
                printf("%s: " S_FMT "\n" S_FMT "\nwanted:\n" S_FMT "found:\n" S_FMT "\n", argv[i], S_ARG(c.title),
                    S_ARG(c.sentence), S_ARG(c.wanted), S_ARG(buf_slice(&found)));
            }
            buf_close(&found);
        }
    }
    if (!update)
        printf("%d cases, %d wrong\n", cases, wrong);
    lexicon_close(lex);
    arena_close(&a);
    return wrong > 0 || cases == 0;
}
