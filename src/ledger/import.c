/* import.c: what a report becomes. The pack says which finds become drafts of which ledger, field by field; here they
 * become one command, with the bytes and the drawn text kept first. */
#include "ledger/inside.h"

/* ---------- properties of a find, by the names that packs use ---------- */

struct find {
    const struct report *report;
    const struct task *task;
    const struct project *project;
    const struct figure *figure;
    int32_t section;
    struct span span;
    const char *rule;
};

/* Names from one on, with a comma before where some stand there already. */
static void put_units(struct buf *b, const struct slices *names, size_t from)
{
    for (size_t i = from; i < names->n; i++) {
        json_comma(b);
        json_put_string(b, names->at[i]);
    }
}

static void put_decimal(struct buf *b, struct decimal d)
{
    buf_char(b, '"');
    decimal_put(b, d);
    buf_char(b, '"');
}

static void put_day(struct buf *b, day d)
{
    buf_char(b, '"');
    day_put(b, d);
    buf_char(b, '"');
}

static void put_heading(struct buf *b, const struct find *x)
{
    const struct report *r = x->report;
    json_put_string(b, x->section >= 0 && (size_t)x->section < r->n_sections ? r->sections[x->section].heading : S(""));
}

static void task_text(struct buf *b, const struct find *x) { json_put_string(b, x->task->text); }
static void task_lead(struct buf *b, const struct find *x) { json_put_string(b, x->task->lead.n ? x->task->lead.at[0] : S("")); } /* the first leads */
static void task_lead_rest(struct buf *b, const struct find *x) { put_units(b, &x->task->lead, 1); }
static void task_support(struct buf *b, const struct find *x) { put_units(b, &x->task->support, 0); }
static void task_deadline(struct buf *b, const struct find *x) { put_day(b, x->task->deadline_kind == DEADLINE_DAY ? x->task->deadline : DAY_NONE); }
/* What it is to reach, in the report's own words: 改造管网8.6公里；新增泵站2座. */
static void task_figures(struct buf *b, const struct find *x)
{
    struct buf said = buf_open(1 << 20);
    for (size_t i = 0; i < x->task->n_figures; i++) {
        const struct figure *figure = &x->report->figures[x->task->figures[i]];
        struct slice words = slice_part(x->report->text, figure->span.start, figure->span.end), line;
        buf_text(&said, said.len ? "；" : "");
        if (slice_find(words, figure->name) < 0) { /* 分别提高4%和5%: the name stands elsewhere */
            buf_put(&said, figure->name);
            buf_text(&said, "：");
        }
        while (words.len && slice_cut(&words, '\n', &line))
            buf_put(&said, slice_trim(line));
    }
    json_put_string(b, buf_slice(&said));
    b->failed |= said.failed;
    buf_close(&said);
}

static void task_deadline_text(struct buf *b, const struct find *x) { json_put_string(b, x->task->deadline_text); }
static void project_name(struct buf *b, const struct find *x) { json_put_string(b, x->project->name); }
static void project_investment(struct buf *b, const struct find *x) { put_decimal(b, x->project->investment); }
static void project_progress(struct buf *b, const struct find *x) { put_decimal(b, x->project->progress); }
static void figure_name(struct buf *b, const struct find *x) { json_put_string(b, x->figure->name); }
static void figure_value(struct buf *b, const struct find *x) { put_decimal(b, x->figure->value); }
static void figure_upper(struct buf *b, const struct find *x) { put_decimal(b, x->figure->upper); }
static void figure_unit(struct buf *b, const struct find *x) { json_put_string(b, x->figure->unit); }
static void figure_growth(struct buf *b, const struct find *x) { buf_text(b, x->figure->kind == FIGURE_CHANGE ? "true" : "false"); }
static void figure_masked(struct buf *b, const struct find *x) { buf_text(b, x->figure->masked ? "true" : "false"); }

static void figure_bound_option(struct buf *b, const struct find *x)
{
    static const char *const options[] = { [BOUND_EQUAL] = "exactly", [BOUND_AT_LEAST] = "at_least", [BOUND_AT_MOST] = "at_most", [BOUND_ABOUT] = "about" };
    json_put_string(b, slice_of(options[x->figure->bound]));
}

/* What gives a set of units puts its members, without the brackets: several may stand in one set. */
static const struct { const char *name; enum draft_from from; void (*put)(struct buf *b, const struct find *x); } properties[] = {
    { "bound", DRAFT_FIGURE, figure_bound_option },
    { "deadline", DRAFT_TASK, task_deadline },
    { "deadline_text", DRAFT_TASK, task_deadline_text },
    { "figures", DRAFT_TASK, task_figures },
    { "growth", DRAFT_FIGURE, figure_growth },
    { "investment", DRAFT_PROJECT, project_investment },
    { "lead", DRAFT_TASK, task_lead },
    { "lead.rest", DRAFT_TASK, task_lead_rest },
    { "masked", DRAFT_FIGURE, figure_masked },
    { "name", DRAFT_FIGURE, figure_name },
    { "name", DRAFT_PROJECT, project_name },
    { "progress", DRAFT_PROJECT, project_progress },
    { "section", DRAFT_NONE, put_heading },
    { "support", DRAFT_TASK, task_support },
    { "text", DRAFT_TASK, task_text },
    { "unit", DRAFT_FIGURE, figure_unit },
    { "upper", DRAFT_FIGURE, figure_upper },
    { "value", DRAFT_FIGURE, figure_value },
};

static void put_property(struct buf *b, const struct find *x, enum draft_from from, struct slice name)
{
    for (size_t i = 0; i < COUNT(properties); i++)
        if (slice_equal(slice_of(properties[i].name), name) && (properties[i].from == from || properties[i].from == DRAFT_NONE)) {
            properties[i].put(b, x);
            return;
        }
    buf_text(b, "\"\""); /* the pack's check names what is unknown */
}

/* ---------- one draft ---------- */

static const char *find_status(const struct find *x)
{
    return x->task ? (x->task->done ? "done" : "planned") : x->figure ? figure_status_word(x->figure->status) : "";
}

static bool is_units(const struct ledger_def *d, int slot)
{
    return (slot < COMMON_COUNT ? common_type((enum common)slot) : d->fields[slot - COMMON_COUNT].type) == FIELD_UNITS;
}

static void put_draft(struct buf *b, const struct ledger_def *d, const struct find *x)
{
    json_comma(b);
    buf_text(b, "{\"ledger\":");
    json_put_string(b, d->name);
    json_name(b, "section_id");
    buf_int(b, x->section);
    json_name(b, "start");
    buf_int(b, x->span.start);
    json_name(b, "end");
    buf_int(b, x->span.end);
    json_name(b, "rule");
    json_put_string(b, slice_of(x->rule));
    buf_text(b, ",\"set\":{");
    for (size_t i = 0; i < d->drafts.n_sets; i++) {
        int slot = d->drafts.sets[i].slot;
        json_comma(b);
        json_put_string(b, slot_name(d, slot));
        buf_char(b, ':');
        bool units = is_units(d, slot);
        if (units)
            buf_char(b, '[');
        put_property(b, x, d->drafts.from, d->drafts.sets[i].find);
        for (; i + 1 < d->drafts.n_sets && d->drafts.sets[i + 1].slot == slot; i++)
            put_property(b, x, d->drafts.from, d->drafts.sets[i + 1].find);
        if (units)
            buf_char(b, ']');
    }
    buf_text(b, "}}");
}

/* The find number i of what a ledger's drafts are made from. */
static bool find_at(const struct report *r, enum draft_from from, size_t i, struct find *x)
{
    *x = (struct find){ .report = r };
    if (from == DRAFT_TASK && i < r->n_tasks)
        *x = (struct find){ .report = r, .task = &r->tasks[i], .section = r->tasks[i].section, .span = r->tasks[i].span, .rule = r->tasks[i].rule };
    else if (from == DRAFT_PROJECT && i < r->n_projects)
        *x = (struct find){ .report = r, .project = &r->projects[i], .section = r->projects[i].section, .span = r->projects[i].span, .rule = r->projects[i].rule };
    else if (from == DRAFT_FIGURE && i < r->n_figures)
        *x = (struct find){ .report = r, .figure = &r->figures[i], .section = r->figures[i].section, .span = r->figures[i].span, .rule = r->figures[i].rule };
    return x->task || x->project || x->figure;
}

static bool has_status(const struct ledger_def *d, const struct find *x)
{
    return !d->drafts.where_status.len || slice_equal(d->drafts.where_status, slice_of(find_status(x)));
}

/* Stands inside a find that becomes a draft of that ledger. */
static bool stands_inside(const struct ledger_def *d, const struct find *x)
{
    struct find around;
    for (size_t i = 0; d && find_at(x->report, d->drafts.from, i, &around); i++)
        if (around.span.start <= x->span.start && x->span.end <= around.span.end && has_status(d, &around))
            return true;
    return false;
}

static void put_drafts(struct buf *b, const struct ledger_def *d, const struct report *r)
{
    struct find x;
    for (size_t i = 0; find_at(r, d->drafts.from, i, &x); i++)
        if (has_status(d, &x) && !stands_inside(d->drafts.outside_def, &x))
            put_draft(b, d, &x);
}

/* ---------- the command ---------- */

static void put_document(struct buf *b, const struct report *r, struct slice name, struct slice hash, struct slice text_hash)
{
    const struct document_facts *x = &r->facts;
    const struct { const char *name; struct slice s; } texts[] = { { "hash", hash }, { "text_hash", text_hash }, { "name", name }, { "title", x->title },
        { "place", x->place }, { "session", x->session }, { "speaker", x->speaker } };
    buf_text(b, "{\"do\":\"import\",\"document\":{");
    for (size_t i = 0; i < COUNT(texts); i++) {
        json_name(b, texts[i].name);
        json_put_string(b, texts[i].s);
    }
    buf_format(b, ",\"year\":%d,\"delivered_on\":", x->year);
    put_day(b, x->delivered_on);
    buf_text(b, "},\"sections\":[");
    for (size_t i = 0; i < r->n_sections; i++) {
        const struct section *s = &r->sections[i];
        json_comma(b);
        buf_format(b, "{\"id\":%d,\"parent\":%d,\"level\":%d,\"start\":%u,\"end\":%u,\"label\":", s->id, s->parent, s->level, s->span.start, s->span.end);
        json_put_string(b, s->label);
        json_name(b, "heading");
        json_put_string(b, s->heading);
        json_name(b, "part");
        json_put_string(b, slice_of(report_part_word(s->part)));
        buf_char(b, '}');
    }
    buf_text(b, "],\"terms\":[");
    for (size_t i = 0; i < r->n_terms; i++) {
        json_comma(b);
        buf_format(b, "{\"start\":%u,\"end\":%u,\"term\":", r->terms[i].span.start, r->terms[i].span.end);
        json_put_string(b, r->terms[i].term);
        json_name(b, "definition");
        json_put_string(b, r->terms[i].definition);
        buf_char(b, '}');
    }
    buf_text(b, "],\"drafts\":[");
}

bool import_report(struct ledger *l, struct arena *a, struct slice account, struct slice name, struct slice bytes, const struct report *r, struct command *c,
    struct fault *f)
{
    struct slice hash, text_hash;
    struct json *body;
    struct buf b = buf_open(32 << 20);
    if (!file_put(l, a, bytes, &hash, f) || !file_put(l, a, r->text, &text_hash, f))
        return false;
    put_document(&b, r, name, hash, text_hash);
    for (size_t i = 0; i < l->pack.n_ledgers; i++)
        put_drafts(&b, &l->pack.ledgers[i], r);
    buf_text(&b, "]}");
    struct slice text = slice_copy(a, buf_slice(&b));
    bool ok = !b.failed || fault_set(f, FAULT_REFUSED, "too-large", S("32 MB"), S(""));
    buf_close(&b);
    if (!ok || !json_parse(a, text, &body, f))
        return false;
    c->account = account;
    c->body = body;
    c->body_text = text;
    c->arena = a;
    return true;
}
