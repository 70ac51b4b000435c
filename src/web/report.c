/* report.c: the report as a dashboard: its own text, each promise under its light, with who answers for it and until
 * when in the margin. Only what the person may see is marked; the rest of the text is plain. */
#include "web/pages_office.h"
#include "pages.tpl.h"

#include <stdlib.h>

/* ---------- which ledger's promises ---------- */

/* The one that was asked for; else what became of the report's tasks; else the first. */
static const struct ledger_def *ledger_shown(struct page *g, const struct ledgers *list)
{
    const struct ledger_def *asked = pack_ledger(g->look.pack, http_query(g->q, "ledger"));
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i] == asked)
            return asked;
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i]->drafts.from == DRAFT_TASK)
            return list->at[i];
    return list->n ? list->at[0] : NULL;
}

static int by_span(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->span_start != y->span_start ? (x->span_start < y->span_start ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

struct promised { struct entry *at; size_t n, cap; };

static struct promised promised_in(struct page *g, const struct office *o, const struct ledger_def *d)
{
    struct promised list = { 0 };
    for (size_t i = 0; i < o->n; i++)
        if (o->entries[i].def == d && o->entries[i].stage != ENTRY_DROPPED)
            PUSH(g->arena, &list, o->entries[i]);
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, by_span);
    return list;
}

static struct promise promise_of(struct page *g, const struct office *o, const struct entry *e, size_t no)
{
    struct promise p = { .id = e->id, .no = no, .title = e->title, .lead = unit_short(g->look.people, e->lead), .lead_full = unit_name(g->look.people, e->lead),
        .leader = person_name(g->look.people, e->leader), .due = e->due, .progress = e->progress < 0 ? -1 : e->progress / 10, .draft = e->stage == ENTRY_DRAFT };
    p.light = p.draft ? (struct lamp){ .code = "n", .word = S("草稿") } : entry_lamp(g, e);
    p.css = p.light.code;
    if (!p.draft)
        p.href = page_address(g, "/e/%lld", (long long)e->id);
    else if (page_can(g, CAN_IMPORT))
        p.href = page_address(g, "/reports/%lld/check/" S_FMT "?section=%lld#d%lld", (long long)o->doc.id, S_ARG(e->def->name),
            (long long)office_part_of(o, e->def, e), (long long)e->id);
    else
        p.href = page_address(g, "#p%lld", (long long)e->id);
    return p;
}

/* ---------- words, with the glossary's terms on hover (M3) ---------- */

static void push_words(struct page *g, const struct office *o, struct words *words, struct slice text)
{
    while (text.len) {
        ptrdiff_t first = -1;
        const struct term_row *term = NULL;
        for (size_t i = 0; i < o->n_terms; i++) {
            ptrdiff_t at = o->terms[i].term.len ? slice_find(text, o->terms[i].term) : -1;
            if (at >= 0 && (first < 0 || at < first || (at == first && o->terms[i].term.len > term->term.len)))
                first = at, term = &o->terms[i];
        }
        if (!term) {
            PUSH(g->arena, words, (struct word){ .text = text });
            return;
        }
        if (first)
            PUSH(g->arena, words, (struct word){ .text = slice_part(text, 0, (size_t)first) });
        PUSH(g->arena, words, (struct word){ .text = slice_part(text, (size_t)first, (size_t)first + term->term.len), .title = term->definition });
        text = slice_from(text, (size_t)first + term->term.len);
    }
}

static void push_run(struct page *g, const struct office *o, struct paragraph *p, size_t from, size_t to, const struct promise *promise)
{
    struct run r = { .linked = promise != NULL };
    if (promise)
        r.promise = *promise;
    push_words(g, o, &r.words, slice_part(o->text, from, to));
    if (from < to)
        PUSH(g->arena, &p->runs, r);
}

/* ---------- paragraphs: the lines of the text ---------- */

static const struct section_row *section_beginning(const struct office *o, size_t from, size_t to)
{
    for (size_t i = 0; i < o->n_sections; i++)
        if (o->sections[i].start >= from && o->sections[i].start < to && o->sections[i].heading.len)
            return &o->sections[i];
    return NULL;
}

static void head_paragraph(const struct office *o, struct slice line, const struct section_row *s, struct paragraph *p)
{
    size_t least = o->n_sections ? o->sections[0].start : 0;
    p->anchor = s ? s->id : 0;
    p->has_anchor = s != NULL;
    if (s && line.len <= s->label.len + s->heading.len + 12)
        p->level = s->level <= 1 ? 2 : 3, p->heading = line;
    else if (!s && (size_t)(line.at - o->text.at) < least && utf8_count(line) < 40)
        p->title = true, p->heading = line;
}

static void fill_paragraph(struct page *g, const struct office *o, const struct promised *list, size_t *next, size_t from, size_t to, struct paragraph *p)
{
    size_t at = from;
    for (; *next < list->n && list->at[*next].span_start < to; ++*next) {
        const struct entry *e = &list->at[*next];
        struct promise promise = promise_of(g, o, e, *next + 1);
        size_t end = e->span_end < to ? e->span_end : to;
        if (e->span_end <= e->span_start || e->span_start < from)
            continue;
        PUSH(g->arena, &p->side, promise);
        if (e->span_start < at) /* two of the same words: the second stands in the margin only */
            continue;
        push_run(g, o, p, at, e->span_start, NULL);
        push_run(g, o, p, e->span_start, end, &promise);
        at = end;
    }
    push_run(g, o, p, at, to, NULL);
}

static void fill_text(struct page *g, const struct office *o, const struct promised *list, struct dashboard_page *v)
{
    size_t next = 0;
    for (size_t from = 0; from < o->text.len;) {
        size_t to = from;
        while (to < o->text.len && o->text.at[to] != '\n')
            to++;
        struct slice line = slice_trim(slice_part(o->text, from, to));
        struct paragraph p = { 0 };
        if (line.len) {
            size_t start = (size_t)(line.at - o->text.at), end = start + line.len;
            head_paragraph(o, line, section_beginning(o, start, end), &p);
            fill_paragraph(g, o, list, &next, start, end, &p);
            if (p.side.n) /* a numbered promise is its own heading: it is shown as the promise */
                p.level = 0, p.title = false;
            PUSH(g->arena, &v->paragraphs, p);
        }
        from = to + 1;
    }
}

/* ---------- contents, with progress by section ---------- */

static int place_of(enum light light)
{
    static const int places[] = { [LIGHT_NONE] = LIGHT_N, [LIGHT_RED] = LIGHT_R, [LIGHT_YELLOW] = LIGHT_Y, [LIGHT_GREEN] = LIGHT_G, [LIGHT_GREY] = LIGHT_N, [LIGHT_BLUE] = LIGHT_B };
    return places[light];
}

static void count_lights(const struct promised *list, const struct office *o, const struct ledger_def *d, int64_t part, int64_t counts[LIGHTS], size_t *n)
{
    for (size_t i = 0; i < list->n; i++)
        if (part == -2 || office_part_of(o, d, &list->at[i]) == part) {
            ++*n;
            if (list->at[i].stage == ENTRY_LIVE)
                counts[place_of(list->at[i].light)]++;
        }
}

static void fill_toc(struct page *g, const struct office *o, const struct promised *list, const struct ledger_def *d, struct dashboard_page *v)
{
    struct office_parts parts = office_parts(g, o, d);
    for (size_t i = 0; i < parts.n; i++) {
        int64_t counts[LIGHTS] = { 0 };
        struct toc_row row = { .title = parts.at[i].title, .href = page_address(g, "#s%lld", (long long)parts.at[i].id) };
        count_lights(list, o, d, parts.at[i].id, counts, &row.n);
        row.done = (size_t)counts[LIGHT_B];
        row.late = (size_t)counts[LIGHT_R];
        row.stack = stack_of(counts);
        row.stack.thin = true;
        row.stack.label = slice_format(g->arena, "逾期 %lld，注意 %lld，正常 %lld，未启动 %lld，已办结 %lld", (long long)counts[LIGHT_R], (long long)counts[LIGHT_Y],
            (long long)counts[LIGHT_G], (long long)counts[LIGHT_N], (long long)counts[LIGHT_B]);
        if (row.n)
            PUSH(g->arena, &v->toc, row);
    }
}

/* ---------- the head of the page ---------- */

static struct slice report_headline(struct page *g, const int64_t counts[LIGHTS], size_t live, size_t drafts)
{
    if (!live && !drafts)
        return S("这份报告里没有您能看到的事项");
    if (!live)
        return slice_format(g->arena, "%zu 件还没有印发", drafts);
    return counts[LIGHT_R] ? slice_format(g->arena, "答应 %zu 件，办成 %lld 件，逾期 %lld 件", live, (long long)counts[LIGHT_B], (long long)counts[LIGHT_R])
                           : slice_format(g->arena, "答应 %zu 件，办成 %lld 件，没有逾期", live, (long long)counts[LIGHT_B]);
}

static void fill_strip(struct page *g, const struct ledger_def *d, const int64_t counts[LIGHTS], struct dashboard_page *v)
{
    static const enum light lights[] = { LIGHT_RED, LIGHT_YELLOW, LIGHT_GREEN, LIGHT_GREY, LIGHT_BLUE };
    static const char *const words[] = { "逾期", "注意", "正常", "未启动", "已办结" };
    for (size_t i = 0; i < LIGHTS; i++) {
        struct lamp lamp = lamp_of(lights[i]);
        lamp.word = slice_of(words[i]);
        v->strip.at[v->strip.n++] = (struct strip_item){ .light = lamp, .count = counts[i], .href = page_address(g, "/l/" S_FMT "?light=%s", S_ARG(d->name), light_codes[i]) };
    }
}

static bool fill_years(struct page *g, const struct office *o, struct dashboard_page *v, struct fault *f)
{
    struct document_row *at;
    size_t n;
    if (!documents_ask(&g->look, &at, &n, f))
        return false;
    struct tab *tabs = NEW(g->arena, struct tab, n + 1);
    for (size_t i = 0; i < n; i++)
        tabs[i] = (struct tab){ .label = office_title(g, &at[i]), .href = page_address(g, "/reports/%lld", (long long)at[i].id), .current = at[i].id == o->doc.id };
    v->years = (struct tabs){ .label = S("报告"), .at = tabs, .n = n > 1 ? n : 0 };
    return true;
}

static void fill_tabs(struct page *g, const struct office *o, const struct ledgers *list, const struct ledger_def *d, struct dashboard_page *v)
{
    struct tab *tabs = NEW(g->arena, struct tab, list->n + 1);
    for (size_t i = 0; i < list->n; i++) {
        size_t n = 0;
        for (size_t k = 0; k < o->n; k++)
            n += o->entries[k].def == list->at[i] && o->entries[k].stage != ENTRY_DROPPED;
        tabs[i] = (struct tab){ .label = ledger_noun(list->at[i]), .href = page_address(g, "/reports/%lld?ledger=" S_FMT, (long long)o->doc.id, S_ARG(list->at[i]->name)),
            .current = list->at[i] == d, .counted = true, .count = (int64_t)n };
    }
    v->tabs = (struct tabs){ .label = S("标出哪一类"), .at = tabs, .n = list->n > 1 ? list->n : 0 };
}

static void fill_head(struct page *g, const struct office *o, const struct ledger_def *d, struct dashboard_page *v)
{
    struct crumb *crumbs = NEW(g->arena, struct crumb, 2);
    crumbs[0] = (struct crumb){ S("报告"), S("/reports") };
    crumbs[1] = (struct crumb){ office_title(g, &o->doc), S("") };
    v->crumbs = (struct crumbs){ crumbs, 2 };
    v->title = office_title(g, &o->doc);
    v->original = page_address(g, "/reports/%lld/original", (long long)o->doc.id);
    if (d && page_can(g, CAN_IMPORT))
        v->check = page_address(g, "/reports/%lld/check/" S_FMT, (long long)o->doc.id, S_ARG(d->name));
    if (d && page_can(g, CAN_HAND_OUT))
        v->handout = page_address(g, "/handout/%lld/" S_FMT, (long long)o->doc.id, S_ARG(d->name));
}

enum http_outcome show_report(struct page *g)
{
    struct office o;
    struct fault f;
    struct dashboard_page v = { 0 };
    int64_t counts[LIGHTS] = { 0 };
    size_t all = 0, live = 0;
    if (!office_read(g, &o, &f) || !fill_years(g, &o, &v, &f))
        return page_fail(g, &f);
    struct ledgers list = office_ledgers(g, &o);
    const struct ledger_def *d = ledger_shown(g, &list);
    struct promised promised = { 0 };
    if (d) {
        promised = promised_in(g, &o, d);
        count_lights(&promised, &o, d, -2, counts, &all);
        fill_toc(g, &o, &promised, d, &v);
        fill_strip(g, d, counts, &v);
    }
    for (size_t i = 0; i < promised.n; i++)
        live += promised.at[i].stage == ENTRY_LIVE;
    fill_text(g, &o, &promised, &v);
    fill_tabs(g, &o, &list, d, &v);
    fill_head(g, &o, d, &v);
    v.headline = report_headline(g, counts, live, all - live);
    v.shell = page_shell(g, v.headline, "/reports");
    v.done = page_done(g);
    tpl_report(&g->p->body, &v);
    return HTTP_DONE;
}

enum http_outcome show_original(struct page *g)
{
    struct office o;
    struct slice bytes;
    struct fault f;
    if (!office_read(g, &o, &f) || !file_get(g->web->ledger, g->arena, o.doc.hash, &bytes, &f))
        return page_fail(g, &f);
    http_download(g->p, o.doc.name, "application/octet-stream");
    buf_put(&g->p->body, bytes);
    return HTTP_DONE;
}

/* ---------- all reports ---------- */

enum http_outcome show_reports(struct page *g)
{
    struct document_row *at;
    size_t n;
    struct fault f;
    struct reports_page v = { .may_import = page_can(g, CAN_IMPORT) };
    if (!documents_ask(&g->look, &at, &n, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < n; i++) {
        struct report_choice c = { .title = office_title(g, &at[i]), .by = at[i].speaker, .on = at[i].delivered_on, .href = page_address(g, "/reports/%lld", (long long)at[i].id) };
        struct entry *entries;
        size_t k;
        if (!document_entries(&g->look, at[i].id, &entries, &k, &f))
            return page_fail(g, &f);
        for (size_t j = 0; j < k; j++) {
            c.n += entries[j].stage == ENTRY_LIVE;
            c.drafts += entries[j].stage == ENTRY_DRAFT;
            c.done += entries[j].stage == ENTRY_LIVE && entries[j].light == LIGHT_BLUE;
            c.late += entries[j].stage == ENTRY_LIVE && entries[j].light == LIGHT_RED;
        }
        PUSH(g->arena, &v.choices, c);
    }
    v.headline = n ? slice_format(g->arena, "%zu 份报告", n) : S("还没有报告");
    v.shell = page_shell(g, v.headline, "/reports");
    v.done = page_done(g);
    tpl_reports(&g->p->body, &v);
    return HTTP_DONE;
}
