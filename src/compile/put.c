/* put.c: what was found, as JSON (one object, or a line of a batch) and as CSV. Straight into the buffer; decimals
 * are written as they are, never through floating point. */
#include "compile/compile.h"

static const char *const kind_words[] = { "work-report", "speech", "summary", "breakdown", "feedback", "news", "other" };
static const char *const part_words[] = { "review", "plan", "problems", "glossary", "other" };
static const char *const bound_words[] = { "=", ">=", "<=", "~" };
static const char *const status_words[] = { "actual", "target", "forecast" };
static const char *const stage_words[] = { NULL, "reserve", "signed", "preliminary", "started", "building", "topped-out",
    "completed", "operating", "at-capacity" };

const char *report_kind_word(enum report_kind k) { return kind_words[k]; }
const char *report_part_word(enum report_part p) { return part_words[p]; }
const char *figure_bound_word(enum figure_bound b) { return bound_words[b]; }
const char *figure_status_word(enum figure_status s) { return status_words[s]; }
const char *stage_word(enum stage s) { return stage_words[s]; }

/* ---------- JSON ---------- */

static void put_text(struct buf *b, struct slice name, struct slice s)
{
    buf_put(b, name);
    if (s.len)
        json_put_string(b, s);
    else
        buf_put(b, S("null"));
}

static void put_word(struct buf *b, struct slice name, const char *word)
{
    put_text(b, name, slice_of(word));
}

static void put_int(struct buf *b, struct slice name, int64_t v)
{
    buf_put(b, name);
    buf_int(b, v);
}

static void put_decimal(struct buf *b, struct slice name, struct decimal d)
{
    buf_put(b, name);
    if (d.ok)
        decimal_put(b, d);
    else
        buf_put(b, S("null"));
}

static void put_span(struct buf *b, struct span s)
{
    put_int(b, S(",\"start\":"), s.start);
    put_int(b, S(",\"end\":"), s.end);
}

static void put_slices(struct buf *b, struct slice name, const struct slices *s)
{
    buf_put(b, name);
    for (size_t i = 0; i < s->n; i++) {
        if (i)
            buf_char(b, ',');
        json_put_string(b, s->at[i]);
    }
    buf_char(b, ']');
}

static void put_rule(struct buf *b, const char *rule, bool explain)
{
    if (explain)
        put_word(b, S(",\"rule\":"), rule);
    buf_char(b, '}');
}

static void put_figure(struct buf *b, const struct figure *f, bool explain)
{
    buf_put(b, S("{\"name\":"));
    json_put_string(b, f->name);
    buf_put(b, f->kind == FIGURE_CHANGE ? S(",\"kind\":\"change\"") : S(",\"kind\":\"level\""));
    put_decimal(b, S(",\"value\":"), f->masked ? DECIMAL_NONE : f->value);
    put_decimal(b, S(",\"upper\":"), f->upper);
    buf_put(b, S(",\"unit\":"));
    json_put_string(b, f->unit);
    put_word(b, S(",\"bound\":"), figure_bound_word(f->bound));
    buf_put(b, f->yoy ? S(",\"basis\":\"yoy\"") : S(",\"basis\":null"));
    put_word(b, S(",\"status\":"), figure_status_word(f->status));
    buf_put(b, f->masked ? S(",\"masked\":true") : S(",\"masked\":false"));
    if (f->rank_scope.len) {
        put_text(b, S(",\"rank\":{\"scope\":"), f->rank_scope);
        put_int(b, S(",\"place\":"), f->rank_place);
        buf_char(b, '}');
    } else {
        buf_put(b, S(",\"rank\":null"));
    }
    put_span(b, f->span);
    put_int(b, S(",\"section\":"), f->section);
    put_rule(b, f->rule, explain);
}

static void put_deadline(struct buf *b, const struct task *t)
{
    if (t->deadline_kind == DEADLINE_DAY) {
        buf_put(b, S(",\"deadline\":\""));
        day_put(b, t->deadline);
        buf_char(b, '"');
    } else {
        buf_put(b, t->deadline_kind == DEADLINE_MASKED ? S(",\"deadline\":\"masked\"") : S(",\"deadline\":null"));
    }
    put_text(b, S(",\"deadline_text\":"), t->deadline_text);
}

static void put_task(struct buf *b, const struct task *t, bool explain)
{
    put_text(b, S("{\"text\":"), t->text);
    put_slices(b, S(",\"lead\":["), &t->lead);
    put_slices(b, S(",\"support\":["), &t->support);
    put_deadline(b, t);
    buf_put(b, t->measurable ? S(",\"measurable\":true") : S(",\"measurable\":false"));
    buf_put(b, t->done ? S(",\"status\":\"done\",\"figures\":[") : S(",\"status\":\"planned\",\"figures\":["));
    for (size_t i = 0; i < t->n_figures; i++) {
        if (i)
            buf_char(b, ',');
        buf_int(b, t->figures[i]);
    }
    buf_char(b, ']');
    put_span(b, t->span);
    put_int(b, S(",\"section\":"), t->section);
    put_rule(b, t->rule, explain);
}

static void put_project(struct buf *b, const struct project *p, bool explain)
{
    put_text(b, S("{\"name\":"), p->name);
    put_word(b, S(",\"stage\":"), stage_word(p->stage));
    put_decimal(b, S(",\"progress\":"), p->progress);
    put_decimal(b, S(",\"investment\":"), p->investment);
    put_span(b, p->span);
    put_int(b, S(",\"section\":"), p->section);
    put_rule(b, p->rule, explain);
}

static void put_term(struct buf *b, const struct term *t, bool explain)
{
    put_text(b, S("{\"term\":"), t->term);
    put_text(b, S(",\"definition\":"), t->definition);
    put_span(b, t->span);
    put_rule(b, t->rule, explain);
}

static void put_section(struct buf *b, const struct section *s)
{
    put_int(b, S("{\"id\":"), s->id);
    if (s->parent >= 0)
        put_int(b, S(",\"parent\":"), s->parent);
    else
        buf_put(b, S(",\"parent\":null"));
    put_int(b, S(",\"level\":"), s->level);
    put_text(b, S(",\"label\":"), s->label);
    put_text(b, S(",\"heading\":"), s->heading);
    put_span(b, s->span);
    put_word(b, S(",\"part\":"), report_part_word(s->part));
    buf_char(b, '}');
}

static void put_facts(struct buf *b, const struct document_facts *f)
{
    put_text(b, S("{\"title\":"), f->title);
    put_text(b, S(",\"issuer\":"), f->issuer);
    put_text(b, S(",\"place\":"), f->place);
    put_text(b, S(",\"session\":"), f->session);
    put_text(b, S(",\"speaker\":"), f->speaker);
    if (f->year)
        put_int(b, S(",\"year\":"), f->year);
    else
        buf_put(b, S(",\"year\":null"));
    put_word(b, S(",\"kind\":"), report_kind_word(f->kind));
    buf_put(b, S(",\"delivered_on\":"));
    if (f->delivered_on != DAY_NONE) {
        buf_char(b, '"');
        day_put(b, f->delivered_on);
        buf_char(b, '"');
    } else {
        buf_put(b, S("null"));
    }
    put_word(b, S(",\"language\":"), f->english ? "en" : "zh");
    buf_char(b, '}');
}

/* Before the item of a list: in a document one find a line, so that two results can be compared with diff. */
static void put_next(struct buf *b, size_t i, bool lines)
{
    if (i)
        buf_char(b, ',');
    if (lines)
        buf_char(b, '\n');
}

static void put_finds(struct buf *b, const struct report *r, bool lines, bool explain)
{
    buf_put(b, S(",\"figures\":["));
    for (size_t i = 0; i < r->n_figures; i++)
        put_next(b, i, lines), put_figure(b, &r->figures[i], explain);
    buf_put(b, S("],\"tasks\":["));
    for (size_t i = 0; i < r->n_tasks; i++)
        put_next(b, i, lines), put_task(b, &r->tasks[i], explain);
    buf_put(b, S("],\"projects\":["));
    for (size_t i = 0; i < r->n_projects; i++)
        put_next(b, i, lines), put_project(b, &r->projects[i], explain);
    buf_char(b, ']');
}

void report_put_json(struct buf *b, const struct report *r, bool explain)
{
    buf_put(b, S("{\"document\":"));
    put_facts(b, &r->facts);
    buf_put(b, S(",\"sections\":["));
    for (size_t i = 0; i < r->n_sections; i++)
        put_next(b, i, true), put_section(b, &r->sections[i]);
    buf_char(b, ']');
    put_finds(b, r, true, explain);
    buf_put(b, S(",\"terms\":["));
    for (size_t i = 0; i < r->n_terms; i++)
        put_next(b, i, true), put_term(b, &r->terms[i], explain);
    buf_put(b, S("]}\n"));
}

void report_put_batch_line(struct buf *b, struct slice id, const struct report *r)
{
    buf_put(b, S("{\"id\":"));
    json_put_string(b, id);
    put_finds(b, r, false, false);
    buf_put(b, S("}\n"));
}

/* ---------- CSV ---------- */

/* A cell; one that a spreadsheet would run as a formula gets an apostrophe. */
static void cell(struct buf *b, struct slice s, bool last)
{
    buf_char(b, '"');
    if (s.len && memchr("=+-@\t\r", s.at[0], 6))
        buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.at[i]);
    }
    buf_text(b, last ? "\"\r\n" : "\",");
}

static void cell_decimal(struct buf *b, struct decimal d, bool masked)
{
    if (masked)
        buf_text(b, "masked");
    else if (d.ok)
        decimal_put(b, d);
    buf_char(b, ',');
}

static void cell_slices(struct buf *b, const struct slices *s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s->n; i++) {
        buf_text(b, i ? "、" : "");
        for (size_t k = 0; k < s->at[i].len; k++)
            buf_text(b, s->at[i].at[k] == '"' ? "\"" : ""), buf_char(b, s->at[i].at[k]);
    }
    buf_text(b, "\",");
}

void report_put_csv(struct buf *b, const struct report *r)
{
    buf_text(b, "\xEF\xBB\xBF类别,名称,数值,上限,单位,口径,状态,牵头,配合,时限,起,止\r\n");
    for (size_t i = 0; i < r->n_figures; i++) {
        const struct figure *f = &r->figures[i];
        buf_text(b, f->kind == FIGURE_CHANGE ? "变化," : "数字,");
        cell(b, f->name, false);
        cell_decimal(b, f->value, f->masked);
        cell_decimal(b, f->upper, false);
        cell(b, f->unit, false);
        buf_format(b, "%s,%s,,,,%u,%u\r\n", figure_bound_word(f->bound), figure_status_word(f->status), f->span.start, f->span.end);
    }
    for (size_t i = 0; i < r->n_tasks; i++) {
        const struct task *t = &r->tasks[i];
        buf_text(b, "任务,");
        cell(b, t->text, false);
        buf_format(b, ",,,,%s,", t->done ? "done" : "planned");
        cell_slices(b, &t->lead);
        cell_slices(b, &t->support);
        if (t->deadline_kind == DEADLINE_DAY)
            day_put(b, t->deadline);
        else if (t->deadline_kind == DEADLINE_MASKED)
            buf_text(b, "masked");
        buf_format(b, ",%u,%u\r\n", t->span.start, t->span.end);
    }
    for (size_t i = 0; i < r->n_projects; i++) {
        const struct project *p = &r->projects[i];
        buf_text(b, "项目,");
        cell(b, p->name, false);
        cell_decimal(b, p->investment, false);
        buf_format(b, ",,,%s,,,,%u,%u\r\n", stage_word(p->stage) ? stage_word(p->stage) : "", p->span.start, p->span.end);
    }
}
