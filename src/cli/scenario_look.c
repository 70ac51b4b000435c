/* scenario_look.c: looks at more than one entry: lists, counts, notices, delays, documents, papers, pages. */
#include "cli/scenario.h"
#include "web/web.h"

/* ---------- lists ---------- */

/* A saved list by its name, or a condition; `sort: -due` says an order. Without one a list is a set. */
static bool list_said(struct viewing *v, const struct yaml *y, struct list_query *q, bool *ordered)
{
    struct slice saved = yaml_text(y, "list"), sort = yaml_text(y, "sort");
    struct fault f;
    *q = (struct list_query){ .def = ledger_called(v, yaml_text(y, "ledger")), .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
    *ordered = saved.len || sort.len;
    if (!q->def)
        return false;
    const struct list *list = NULL;
    for (size_t i = 0; i < q->def->n_lists; i++)
        if (slice_equal(q->def->lists[i].name, saved))
            list = &q->def->lists[i];
    if (saved.len && !list)
        return miss(v->play, S("list"), S("一张清单"), saved);
    if (list) {
        q->where = list->where;
        q->sort_slot = list->sort_slot;
        q->descending = list->descending;
    } else if (!list_parse_where(v->play->arena, q->def, yaml_text(y, "where"), &q->where, &f)) {
        return miss_fault(v->play, S("where"), &f);
    }
    if (sort.len) {
        q->descending = slice_starts(sort, S("-"));
        q->sort_slot = ledger_slot(q->def, slice_from(sort, q->descending));
    }
    return !sort.len || q->sort_slot >= 0 || miss(v->play, S("sort"), S("一个字段"), sort);
}

bool look_list(struct viewing *v, const struct yaml *y)
{
    const struct yaml *entries = yaml_get(v->expect, S("entries"));
    struct slice length = yaml_text(v->expect, "length");
    struct list_query q;
    struct list_rows rows;
    struct slices names = { 0 };
    struct fault f;
    bool ordered;
    if (!only_keys(v->play, y, "|ledger|list|where|sort|") || !list_said(v, y, &q, &ordered))
        return false;
    if (!entries && !length.len)
        return miss(v->play, S("list"), S("entries 或 length"), S("没有写"));
    if (!list_ask(&v->look, &q, &rows, &f))
        return miss_fault(v->play, S("list"), &f);
    for (size_t i = 0; i < rows.n; i++)
        PUSH(v->play->arena, &names, id_name(v->play, rows.at[i].id));
    return (!entries || same_list(v, S("entries"), entries, names, ordered)) && (!length.len || same_number(v, S("length"), length, rows.total));
}

/* {documents: 1, tasks: 4, leak.visits: 2} */
static bool count_of(struct viewing *v, struct slice key, int64_t *n)
{
    struct fault f;
    struct slice name = key, lines;
    ptrdiff_t dot = slice_find(key, S("."));
    if (slice_equal(key, S("documents"))) {
        struct document_row *at;
        size_t count = 0;
        bool ok = documents_ask(&v->look, &at, &count, &f);
        *n = (int64_t)count;
        return ok || miss_fault(v->play, key, &f);
    }
    if (dot < 0) {
        struct list_query q = { .def = ledger_called(v, key), .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
        struct list_counts counts;
        if (!q.def)
            return false;
        bool ok = list_counts(&v->look, &q, &counts, &f);
        *n = counts.total;
        return ok || miss_fault(v->play, key, &f);
    }
    name = slice_part(key, 0, (size_t)dot);
    lines = slice_from(key, (size_t)dot + 1);
    struct entry e;
    struct entry_file file;
    if (!entry_called(v, name, &e))
        return false;
    if (ledger_lines(e.def, lines) < 0)
        return miss(v->play, key, S("一张明细表"), lines);
    if (!entry_file(&v->look, &e, &file, &f))
        return miss_fault(v->play, key, &f);
    *n = 0;
    for (size_t i = 0; i < file.n_lines; i++)
        *n += slice_equal(file.lines[i].lines, lines);
    return true;
}

bool look_count(struct viewing *v, const struct yaml *y)
{
    for (const struct yaml *c = y->first; c; c = c->next) {
        int64_t n;
        if (!count_of(v, c->key, &n) || !same_number(v, slice_format(v->play->arena, "count " S_FMT, S_ARG(c->key)), c->text, n))
            return false;
    }
    return true;
}

/* ---------- notices: all that there are ---------- */

static bool notices_of(struct viewing *v, const struct ledger_def *d, struct slices *said)
{
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
    struct list_rows rows;
    struct fault f;
    if (!list_ask(&v->look, &q, &rows, &f))
        return miss_fault(v->play, S("notices"), &f);
    for (size_t i = 0; i < rows.n; i++) {
        struct entry_file file;
        if (!entry_file(&v->look, &rows.at[i], &file, &f))
            return miss_fault(v->play, S("notices"), &f);
        for (size_t k = 0; k < file.n_notices; k++)
            PUSH(v->play->arena, said, slice_format(v->play->arena, S_FMT " " S_FMT " " S_FMT, S_ARG(file.notices[k].kind), S_ARG(id_name(v->play, rows.at[i].id)),
                S_ARG(unit_said(v, file.notices[k].unit))));
    }
    return true;
}

bool look_notices(struct viewing *v, const struct yaml *y)
{
    struct slices got = { 0 };
    struct yaml want = { .kind = YAML_LIST }, **last = &want.first;
    for (size_t i = 0; i < v->look.pack->n_ledgers; i++)
        if (!notices_of(v, &v->look.pack->ledgers[i], &got))
            return false;
    for (const struct yaml *one = y->first; one; one = one->next) {
        int64_t unit;
        if (!only_keys(v->play, one, "|kind|entry|to|") || !unit_called(v, yaml_text(one, "to"), &unit))
            return false;
        *last = NEW(v->play->arena, struct yaml, 1);
        **last = (struct yaml){ .kind = YAML_TEXT, .text = slice_format(v->play->arena, S_FMT " " S_FMT " " S_FMT, S_ARG(yaml_text(one, "kind")),
            S_ARG(yaml_text(one, "entry")), S_ARG(unit_said(v, unit))) };
        last = &(*last)->next;
    }
    return same_list(v, S("notices"), &want, got, false);
}

/* ---------- how long units take ---------- */

static struct slice median_said(struct viewing *v, struct decimal d)
{
    return d.ok ? decimal_text(v->play->arena, d) : S("missing");
}

static bool ask_delays(struct viewing *v, const struct yaml *y, struct unit_delays *d)
{
    struct fault f;
    int64_t unit;
    if (!unit_called(v, yaml_text(y, "unit"), &unit))
        return false;
    return delays_ask(&v->look, unit, d, &f) || miss_fault(v->play, S("unit"), &f);
}

bool look_delays(struct viewing *v, const struct yaml *y)
{
    struct unit_delays d;
    const struct yaml *waiting = yaml_get(y, S("waiting"));
    if (!only_keys(v->play, y, "|unit|sign|first_progress|close|waiting|") || !ask_delays(v, y, &d))
        return false;
    const struct { const char *name; struct decimal median; int64_t waiting; } parts[] = {
        { "sign", d.sign, d.waiting_sign }, { "first_progress", d.first_progress, d.waiting_progress }, { "close", d.close, d.waiting_close },
    };
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct slice name = slice_of(parts[i].name);
        if (yaml_get(y, name) && !same_text(v, slice_format(v->play->arena, "delays.%s", parts[i].name), yaml_text(y, parts[i].name), median_said(v, parts[i].median)))
            return false;
        if (waiting && yaml_get(waiting, name)
            && !same_number(v, slice_format(v->play->arena, "delays.waiting.%s", parts[i].name), yaml_text(waiting, parts[i].name), parts[i].waiting))
            return false;
    }
    return !waiting || only_keys(v->play, waiting, "|sign|first_progress|close|");
}

bool look_dispute(struct viewing *v, const struct yaml *y)
{
    struct unit_delays d;
    if (!only_keys(v->play, y, "|unit|count|days|open|") || !ask_delays(v, y, &d))
        return false;
    const struct { const char *name; int64_t n; } parts[] = { { "count", d.disputes }, { "days", d.dispute_days }, { "open", d.disputes_open } };
    for (size_t i = 0; i < COUNT(parts); i++)
        if (yaml_get(y, slice_of(parts[i].name)) && !same_number(v, slice_format(v->play->arena, "dispute.%s", parts[i].name), yaml_text(y, parts[i].name), parts[i].n))
            return false;
    return true;
}

/* ---------- documents ---------- */

bool look_document(struct viewing *v, const struct yaml *map)
{
    struct document_row d;
    struct slice text;
    struct section_row *sections;
    struct term_row *terms;
    size_t n_sections, n_terms;
    struct fault f;
    for (const struct yaml *y = map->first; y; y = y->next) {
        if (!only_keys(v->play, y, "|title|place|year|session|delivered_on|speaker|"))
            return false;
        if (!document_ask(&v->look, name_id(v->play, y->key), &d, &text, &sections, &n_sections, &terms, &n_terms, &f))
            return miss_fault(v->play, y->key, &f);
        const struct { const char *name; struct slice got; } facts[] = { { "title", d.title }, { "place", d.place }, { "session", d.session },
            { "speaker", d.speaker }, { "year", slice_format(v->play->arena, "%lld", (long long)d.year) },
            { "delivered_on", d.delivered_on == DAY_NONE ? S("missing") : day_text(v->play->arena, d.delivered_on) } };
        for (size_t i = 0; i < COUNT(facts); i++)
            if (yaml_get(y, slice_of(facts[i].name)) && !same_text(v, slice_format(v->play->arena, S_FMT ".%s", S_ARG(y->key), facts[i].name), yaml_text(y, facts[i].name), facts[i].got))
                return false;
    }
    return true;
}

/* Every heading that is named stands in the tree, in a part of this kind. */
bool look_sections(struct viewing *v, const struct yaml *y)
{
    struct document_row d;
    struct slice text;
    struct section_row *sections;
    struct term_row *terms;
    size_t n_sections, n_terms;
    struct fault f;
    int64_t id;
    const struct yaml *parts = yaml_get(y, S("parts"));
    if (!only_keys(v->play, y, "|of|parts|") || !document_called(v, y, &id))
        return false;
    if (!document_ask(&v->look, id, &d, &text, &sections, &n_sections, &terms, &n_terms, &f))
        return miss_fault(v->play, S("sections"), &f);
    for (const struct yaml *want = parts ? parts->first : NULL; want; want = want->next) {
        struct slice part = S("没有这个标题");
        for (size_t i = 0; i < n_sections; i++)
            if (slice_equal(sections[i].heading, want->key))
                part = sections[i].part;
        if (!same_text(v, slice_format(v->play->arena, "sections " S_FMT, S_ARG(want->key)), want->text, part))
            return false;
    }
    return true;
}

bool look_terms(struct viewing *v, const struct yaml *y)
{
    struct document_row d;
    struct slice text;
    struct section_row *sections;
    struct term_row *terms;
    size_t n_sections, n_terms;
    struct fault f;
    int64_t id;
    const struct yaml *are = yaml_get(y, S("are"));
    if (!only_keys(v->play, y, "|of|are|") || !document_called(v, y, &id))
        return false;
    if (!document_ask(&v->look, id, &d, &text, &sections, &n_sections, &terms, &n_terms, &f))
        return miss_fault(v->play, S("terms"), &f);
    if (!same_number(v, S("terms"), slice_format(v->play->arena, "%zu", are ? are->n : 0), (int64_t)n_terms))
        return false;
    for (const struct yaml *want = are ? are->first : NULL; want; want = want->next) {
        struct slice got = S("没有这个名词");
        for (size_t i = 0; i < n_terms; i++)
            if (slice_equal(terms[i].term, want->key))
                got = terms[i].definition;
        if (!same_text(v, slice_format(v->play->arena, "terms " S_FMT, S_ARG(want->key)), want->text, got))
            return false;
    }
    return true;
}

/* The drafts that are neither live nor dropped, in the order of the text. */
bool look_drafts(struct viewing *v, const struct yaml *y)
{
    const struct ledger_def *d = ledger_called(v, yaml_text(y, "ledger"));
    const struct yaml *entries = yaml_get(y, S("entries"));
    struct entry *at;
    size_t n;
    int64_t id;
    struct slices names = { 0 };
    struct fault f;
    if (!d || !only_keys(v->play, y, "|of|ledger|entries|") || !document_called(v, y, &id))
        return false;
    if (!entries)
        return miss(v->play, S("drafts"), S("entries"), S("没有写"));
    if (!document_entries(&v->look, id, &at, &n, &f))
        return miss_fault(v->play, S("drafts"), &f);
    for (size_t i = 0; i < n; i++)
        if (at[i].def == d && at[i].stage == ENTRY_DRAFT) {
            struct slice name = id_name(v->play, at[i].id);
            PUSH(v->play->arena, &names, slice_starts(name, S("e")) && !name_id(v->play, name) ? slice_format(v->play->arena, "“" S_FMT "”", S_ARG(at[i].title)) : name);
        }
    return same_list(v, S("drafts"), entries, names, true);
}

bool look_proposal(struct viewing *v, const struct yaml *map)
{
    struct proposer *proposer;
    struct fault f;
    if (!proposer_open(&v->look, &proposer, &f))
        return miss_fault(v->play, S("proposal"), &f);
    for (const struct yaml *y = map->first; y; y = y->next) {
        struct entry e;
        struct proposal p = { 0 };
        int64_t unit;
        if (!entry_called(v, y->key, &e) || !unit_called(v, y->text, &unit))
            return false;
        bool found = proposer_ask(proposer, v->play->arena, e.title, e.section, &p);
        if (!same_text(v, slice_format(v->play->arena, "proposal " S_FMT, S_ARG(y->key)), unit_said(v, unit), found ? unit_said(v, p.lead) : S("missing")))
            return false;
    }
    return true;
}

/* ---------- papers and pages ---------- */

static bool holds_texts(struct viewing *v, const struct yaml *list, struct slice text, bool wanted)
{
    for (const struct yaml *y = list && list->kind == YAML_LIST ? list->first : list; y; y = list->kind == YAML_LIST ? y->next : NULL) {
        v->play->checks++;
        if ((slice_find(text, y->text) >= 0) != wanted)
            return miss(v->play, wanted ? S("contains") : S("absent"), y->text, slice_part(text, 0, 2000));
    }
    return true;
}

bool look_paper(struct viewing *v, const struct yaml *y)
{
    struct paper_content p;
    struct fault f;
    int64_t year;
    int this_year, m, d;
    day_parts(v->look.today, &this_year, &m, &d);
    if (!only_keys(v->play, y, "|paper|number|year|contains|absent|"))
        return false;
    if (!slice_int(yaml_text(y, "year"), &year))
        year = this_year;
    if (!paper_fill(&v->look, yaml_text(y, "paper"), year, &p, &f))
        return miss_fault(v->play, S("paper"), &f);
    struct buf b = buf_open(16 << 20);
    const struct slice parts[] = { p.title, p.number, p.addressee, p.text, p.table, p.signer };
    for (size_t i = 0; i < COUNT(parts); i++)
        buf_format(&b, S_FMT "\n", S_ARG(parts[i]));
    for (size_t i = 0; i < p.n_rows; i++)
        for (size_t k = 0; k < p.rows[i].n; k++)
            buf_format(&b, S_FMT "%s", S_ARG(p.rows[i].at[k]), k + 1 < p.rows[i].n ? "\t" : "\n");
    struct slice text = slice_copy(v->play->arena, buf_slice(&b));
    buf_close(&b);
    return (!yaml_get(y, S("number")) || same_text(v, S("paper.number"), yaml_text(y, "number"), p.number))
        && holds_texts(v, yaml_get(y, S("contains")), text, true) && holds_texts(v, yaml_get(y, S("absent")), text, false);
}

/* /e/{leak} → /e/e17 */
static struct slice path_filled(struct play *p, struct slice path)
{
    struct buf b = buf_open(4096);
    while (path.len) {
        ptrdiff_t open = slice_find(path, S("{"));
        struct slice name;
        buf_put(&b, slice_part(path, 0, open < 0 ? path.len : (size_t)open));
        if (open < 0)
            break;
        path = slice_from(path, (size_t)open + 1);
        slice_cut(&path, '}', &name);
        buf_int(&b, name_id(p, name));
    }
    struct slice s = slice_copy(p->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

bool look_page(struct viewing *v, const struct yaml *y)
{
    struct play *p = v->play;
    struct web_config config = { .ledger = p->ledger, .world = &p->world, .lexicon = p->house->lexicon, .alone = true };
    struct web *web;
    struct web_answer answer = { 0 };
    struct fault f;
    struct slice status = yaml_text(v->expect, "status");
    if (yaml_get(v->expect, S("as_of")))
        return miss(p, S("page"), S("今天的页面"), S("as_of"));
    if (!web_open(&config, &web, &f))
        return miss_fault(p, S("page"), &f);
    web_page(web, p->arena, slice_equal(v->account, S("clock")) ? S("") : v->account, "GET", path_filled(p, y->text), S(""), &answer);
    web_close(web);
    return same_number(v, S("page.status"), status.len ? status : S("200"), answer.status) && holds_texts(v, yaml_get(v->expect, S("contains")), answer.body, true)
        && holds_texts(v, yaml_get(v->expect, S("absent")), answer.body, false);
}
