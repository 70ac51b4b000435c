/* import.c: a report comes in (M1), and its drafts are looked through beside the text (M2): the doubtful ones with the
 * reason why, which is asked of the compiler again, since it says the same for the same bytes. */
#include "web/pages_office.h"
#include "pages.tpl.h"

/* ---------- bringing it in ---------- */

enum http_outcome show_import(struct page *g)
{
    struct crumb *crumbs = NEW(g->arena, struct crumb, 2);
    struct import_page v = { .shell = page_shell(g, S("导入报告"), "/reports"), .errors = page_errors(g), .hidden = page_hidden(g, 0), .max_mb = DOCUMENT_IN_MAX_BYTES >> 20,
        .ask_year = g->refused && slice_equal(g->refused->field, S("year")),
        .year = { .name = "year", .label = S("报告年份"), .value = typed_or(g, "year", S("")), .mode = "numeric", .max = 4, .help = S("文中写明的不用填；认不出时会请您填"), .error = refusal_at(g, "year") } };
    crumbs[0] = (struct crumb){ S("报告"), S("/reports") };
    crumbs[1] = (struct crumb){ S("导入"), S("") };
    v.crumbs = (struct crumbs){ crumbs, 2 };
    tpl_import(&g->p->body, &v);
    return HTTP_DONE;
}

static bool refuse(struct fault *f, const char *code, const char *field)
{
    fault_set(f, FAULT_REFUSED, code, S(""), S(""));
    f->field = slice_of(field);
    return false;
}

static bool read_report(struct page *g, const struct upload *u, struct report *r, struct fault *f)
{
    struct compile_hints hints = { 0 };
    struct slice text = u->bytes, typed = slice_trim(http_form(g->q, "year"));
    int64_t year = 0;
    if (typed.len && (!slice_int(typed, &year) || year < 1949 || year > 2200)) {
        fault_set(f, FAULT_REFUSED, "bad-year", typed, S(""));
        f->field = S("year");
        return false;
    }
    hints.year = (int)year;
    if (!g->web->config.lexicon)
        return refuse(f, "reports-closed", "file");
    if (g->web->config.reader && !document_text(g->arena, g->web->config.reader, u->bytes, u->name, &text, f)) {
        f->field = S("file");
        return false;
    }
    if (utf8_valid(text) != text.len)
        return refuse(f, "reports-closed", "file"); /* without a reader only plain text can be read */
    return compile(g->arena, g->web->config.lexicon, text, &hints, r, f) && (r->facts.year || refuse(f, "report-year-unknown", "year"));
}

/* To the look-through of the first ledger that got drafts. */
static enum http_outcome imported(struct page *g)
{
    struct entry *at;
    size_t n;
    struct fault f;
    if (!document_entries(&g->look, g->sent->entry, &at, &n, &f))
        return page_fail(g, &f);
    for (int tasks = 1; tasks >= 0; tasks--)
        for (size_t i = 0; i < n; i++)
            if (!tasks || at[i].def->drafts.from == DRAFT_TASK)
                return page_redirect(g, page_address(g, "/reports/%lld/check/" S_FMT "?done=imported", (long long)g->sent->entry, S_ARG(at[i].def->name)));
    return page_redirect(g, page_address(g, "/reports/%lld?done=imported", (long long)g->sent->entry));
}

enum http_outcome post_import(struct page *g)
{
    const struct upload *u = http_upload(g->q, "file");
    struct report report;
    struct command c = { 0 };
    struct fault f;
    if (!u || !u->bytes.len) {
        (void)refuse(&f, u ? "file-empty" : "document-unread", "file");
        f.about[0] = u ? u->name : S("");
        return page_again(g, &f, show_import);
    }
    if (!read_report(g, u, &report, &f) || !import_report(g->web->ledger, g->arena, g->look.who.account, u->name, u->bytes, &report, &c, &f))
        return page_again(g, &f, show_import);
    struct buf b = buf_open(32 << 20);
    buf_put(&b, slice_part(c.body_text, 0, c.body_text.len - 1)); /* page_send closes the object */
    command_form(&b, g, "key");
    return page_send(g, &b, &(struct send){ .ok = imported, .again = show_import });
}

/* ---------- why a draft is doubtful ---------- */

struct check { struct page *g; struct office o; const struct ledger_def *d; struct report report; bool compiled; };

static const struct task *task_at(const struct check *c, const struct entry *e)
{
    for (size_t i = 0; c->compiled && c->d->drafts.from == DRAFT_TASK && i < c->report.n_tasks; i++)
        if (c->report.tasks[i].span.start == e->span_start && c->report.tasks[i].span.end == e->span_end)
            return &c->report.tasks[i];
    return NULL;
}

static bool masked_figure(const struct check *c, const struct entry *e)
{
    for (size_t i = 0; c->compiled && i < c->report.n_figures; i++)
        if (c->report.figures[i].masked && c->report.figures[i].span.start >= e->span_start && c->report.figures[i].span.end <= e->span_end)
            return true;
    return false;
}

static size_t twin_of(const struct check *c, const struct entry *e)
{
    size_t no = 0;
    for (size_t i = 0; i < c->o.n; i++) {
        const struct entry *x = &c->o.entries[i];
        if (x->def != c->d || x->stage == ENTRY_DROPPED)
            continue;
        no++;
        if (x->id != e->id && x->span_end > x->span_start && x->span_start < e->span_end && e->span_start < x->span_end && x->id < e->id)
            return no;
    }
    return 0;
}

static struct slice doubt_of(const struct check *c, const struct entry *e)
{
    enum { LONG_TITLE = 90 };
    struct arena *a = c->g->arena;
    const struct task *t = task_at(c, e);
    size_t twin;
    if (e->stage != ENTRY_DRAFT)
        return S("");
    if (masked_figure(c, e))
        return S("原文的数字没有公布，是空着的，以后补");
    if (t && t->deadline_kind == DEADLINE_MASKED)
        return slice_format(a, "原文的月份没有公布：“" S_FMT "”", S_ARG(t->deadline_text));
    if (t && t->deadline_kind == DEADLINE_NONE && t->deadline_text.len && e->due == DAY_NONE)
        return slice_format(a, "原文写的是“" S_FMT "”，没有具体日期", S_ARG(t->deadline_text));
    if ((twin = twin_of(c, e)))
        return slice_format(a, "与第 %zu 条出自同一句话，看是否重复", twin);
    if (t && !t->measurable && t->deadline_kind == DEADLINE_NONE && e->due == DAY_NONE)
        return S("没有指标也没有时限，像是要求，不像能考核的任务");
    if (utf8_count(e->title) > LONG_TITLE)
        return S("一句里可能有几件事，看是否拆开");
    return S("");
}

/* ---------- rows ---------- */

static const char *row_name(struct page *g, const struct entry *e, int slot)
{
    return slice_text(g->arena, slice_format(g->arena, "e%lld." S_FMT, (long long)e->id, S_ARG(slot_name(e->def, slot))));
}

static struct slice row_stands(struct page *g, const struct entry *e, int slot)
{
    switch (slot) {
    case COMMON_TITLE: return e->title;
    case COMMON_LEAD: return unit_short(g->look.people, e->lead);
    case COMMON_SUPPORT: return entry_units(g, &e->support);
    case COMMON_LEADER: return person_name(g->look.people, e->leader);
    case COMMON_DUE: return day_short(g->arena, e->due, e->year);
    default: return entry_slot_text(g->arena, e, slot);
    }
}

static void own_inputs(struct page *g, const struct entry *e, struct any_inputs *list)
{
    for (size_t i = 0; i < e->def->n_fields; i++) {
        const struct field *field = &e->def->fields[i];
        int slot = COMMON_COUNT + (int)i;
        if (field->computed || field->reported)
            continue;
        struct input in = slot_input(g, e->def, slot, field, row_stands(g, e, slot));
        in.name = row_name(g, e, slot);
        in.required = false;
        in.value = typed_or(g, in.name, in.value);
        in.error = refusal_at(g, in.name);
        if (in.type && !strcmp(in.type, "area"))
            in.type = NULL; /* one line is enough here */
        any_push(g, list, in, input_kind_of(&in));
    }
}

enum { TITLE_BESIDE = 22 }; /* characters that stand in one line with the unit and the day */

static struct draft_row draft_of(struct page *g, const struct check *c, const struct entry *e, size_t no)
{
    struct draft_row r = { .id = e->id, .version = e->version, .no = no, .dropped = e->stage == ENTRY_DROPPED, .live = e->stage == ENTRY_LIVE,
        .complete = entry_complete(&g->look, e), .doubt = doubt_of(c, e) };
    struct { int slot; struct slice *into; } shown[] = { { COMMON_TITLE, &r.title }, { COMMON_LEAD, &r.lead }, { COMMON_SUPPORT, &r.support },
        { COMMON_LEADER, &r.leader }, { COMMON_DUE, &r.due } };
    for (size_t i = 0; i < COUNT(shown); i++) {
        const char *name = row_name(g, e, shown[i].slot);
        *shown[i].into = typed_or(g, name, row_stands(g, e, shown[i].slot));
        if (!r.error.len)
            r.error = refusal_at(g, name);
    }
    r.long_title = utf8_count(r.title) > TITLE_BESIDE;
    if (e->stage == ENTRY_DRAFT)
        own_inputs(g, e, &r.own);
    return r;
}

/* ---------- pairs: a paragraph, and what was made of it ---------- */

static struct slice line_around(const struct office *o, size_t at)
{
    size_t from = at < o->text.len ? at : o->text.len, to = from;
    while (from && o->text.at[from - 1] != '\n')
        from--;
    while (to < o->text.len && o->text.at[to] != '\n')
        to++;
    return slice_part(o->text, from, to);
}

static void push_mark(struct page *g, struct marks *marks, const struct office *o, size_t from, size_t to, size_t no)
{
    if (from < to)
        PUSH(g->arena, marks, (struct mark){ slice_part(o->text, from, to), no });
}

static void close_pair(struct page *g, const struct check *c, struct check_page *v, struct check_pair *pair, struct slice line, size_t marked)
{
    if (!pair->drafts.n)
        return;
    size_t end = line.at ? (size_t)(line.at - c->o.text.at) + line.len : 0;
    push_mark(g, &pair->marks, &c->o, marked, end, 0);
    PUSH(g->arena, &v->pairs, *pair);
    *pair = (struct check_pair){ 0 };
}

static bool shown_here(const struct check *c, const struct check_page *v, const struct entry *e, int64_t part, const struct draft_row *row)
{
    return v->only_doubts ? row->doubt.len > 0 : office_part_of(&c->o, c->d, e) == part;
}

static void fill_pairs(struct page *g, const struct check *c, struct check_page *v, int64_t part)
{
    struct check_pair pair = { 0 };
    struct slice line = S("");
    size_t no = 0, marked = 0;
    for (size_t i = 0; i < c->o.n; i++) {
        const struct entry *e = &c->o.entries[i];
        if (e->def != c->d)
            continue;
        no += e->stage != ENTRY_DROPPED;
        struct draft_row row = draft_of(g, c, e, e->stage == ENTRY_DROPPED ? 0 : no);
        v->n += !row.dropped;
        v->doubts += row.doubt.len > 0;
        v->complete += row.complete && !row.dropped;
        v->dropped += row.dropped;
        if (!shown_here(c, v, e, part, &row))
            continue;
        v->part_n += !row.dropped;
        v->part_complete += row.complete && !row.dropped;
        struct slice own = line_around(&c->o, e->span_start);
        if (own.at != line.at || !pair.drafts.n) {
            close_pair(g, c, v, &pair, line, marked);
            line = own;
            marked = (size_t)(own.at - c->o.text.at);
        }
        if (e->span_start >= marked && e->span_end > e->span_start && e->span_end <= (size_t)(line.at - c->o.text.at) + line.len && row.no) {
            push_mark(g, &pair.marks, &c->o, marked, e->span_start, 0);
            push_mark(g, &pair.marks, &c->o, e->span_start, e->span_end, row.no);
            marked = e->span_end;
        }
        PUSH(g->arena, &pair.drafts, row);
    }
    close_pair(g, c, v, &pair, line, marked);
}

/* ---------- the page ---------- */

static bool check_open(struct page *g, struct check *c, struct fault *f)
{
    *c = (struct check){ .g = g, .d = pack_ledger(g->look.pack, http_param(g->q, "ledger")) };
    if (!c->d)
        return fault_set(f, FAULT_MISSING, "unknown-ledger", http_param(g->q, "ledger"), S(""));
    return office_read(g, &c->o, f);
}

static struct slice check_address(struct page *g, const struct check *c)
{
    return page_address(g, "/reports/%lld/check/" S_FMT, (long long)c->o.doc.id, S_ARG(c->d->name));
}

static struct slice section_asked(struct page *g)
{
    struct slice posted = http_form(g->q, "section");
    return posted.len ? posted : http_query(g->q, "section");
}

static size_t standing_in(const struct check *c, int64_t part)
{
    size_t n = 0;
    for (size_t i = 0; i < c->o.n; i++)
        n += c->o.entries[i].def == c->d && c->o.entries[i].stage != ENTRY_DROPPED && office_part_of(&c->o, c->d, &c->o.entries[i]) == part;
    return n;
}

/* The sections to choose from; the chosen one is the first where none was asked for. */
static int64_t fill_parts(struct page *g, const struct check *c, struct check_page *v)
{
    struct office_parts parts = office_parts(g, &c->o, c->d);
    struct choice *options = NEW(g->arena, struct choice, parts.n + 1);
    int64_t asked;
    size_t chosen = 0;
    if (slice_int(section_asked(g), &asked))
        for (size_t i = 0; i < parts.n; i++)
            if (parts.at[i].id == asked)
                chosen = i;
    for (size_t i = 0; i < parts.n; i++)
        options[i] = (struct choice){ .value = page_address(g, "%lld", (long long)parts.at[i].id), .chosen = i == chosen,
            .label = slice_format(g->arena, S_FMT "（%zu 条）", S_ARG(parts.at[i].title), standing_in(c, parts.at[i].id)) };
    v->parts = (struct choices){ options, parts.n };
    v->before = chosen > 0 && !v->only_doubts ? page_address(g, "?section=%lld", (long long)parts.at[chosen - 1].id) : S("");
    v->after = chosen + 1 < parts.n && !v->only_doubts ? page_address(g, "?section=%lld", (long long)parts.at[chosen + 1].id) : S("");
    v->part_title = v->only_doubts ? S("需要您定的") : parts.n ? parts.at[chosen].title : S("");
    return parts.n ? parts.at[chosen].id : -1;
}

static struct input fact(struct page *g, const char *name, struct slice label, struct slice stands)
{
    const char *field = slice_text(g->arena, slice_format(g->arena, "set.%s", name));
    return (struct input){ .name = field, .label = label, .value = typed_or(g, field, stands), .error = refusal_at(g, field), .max = 200 };
}

static void fill_facts(struct page *g, const struct check *c, struct check_page *v)
{
    const struct document_row *d = &c->o.doc;
    v->title = fact(g, "title", S("标题"), d->title);
    v->place = fact(g, "place", S("地方"), d->place);
    v->session = fact(g, "session", S("会议"), d->session);
    v->speaker = fact(g, "speaker", S("报告人"), d->speaker);
    v->year = fact(g, "year", S("年份"), slice_format(g->arena, "%lld", (long long)d->year));
    v->year.mode = "numeric";
    v->delivered_on = fact(g, "delivered_on", S("作报告日期"), day_text(g->arena, d->delivered_on));
    v->delivered_on.type = "date";
}

static void fill_frame(struct page *g, const struct check *c, struct check_page *v)
{
    struct crumb *crumbs = NEW(g->arena, struct crumb, 3);
    struct ledgers list = office_ledgers(g, &c->o);
    struct tab *tabs = NEW(g->arena, struct tab, list.n + 1);
    crumbs[0] = (struct crumb){ S("报告"), S("/reports") };
    crumbs[1] = (struct crumb){ office_title(g, &c->o.doc), page_address(g, "/reports/%lld", (long long)c->o.doc.id) };
    crumbs[2] = (struct crumb){ S("核对拆分"), S("") };
    v->crumbs = (struct crumbs){ crumbs, 3 };
    for (size_t i = 0; i < list.n; i++)
        tabs[i] = (struct tab){ .label = ledger_noun(list.at[i]), .current = list.at[i] == c->d,
            .href = page_address(g, "/reports/%lld/check/" S_FMT, (long long)c->o.doc.id, S_ARG(list.at[i]->name)) };
    v->tabs = (struct tabs){ .label = S("草稿"), .at = tabs, .n = list.n > 1 ? list.n : 0 };
    v->noun = ledger_noun(c->d);
    v->headline = v->doubts ? slice_format(g->arena, "找出 %zu 条" S_FMT "草稿，%zu 条需要您定", v->n, S_ARG(v->noun), v->doubts)
                            : slice_format(g->arena, "找出 %zu 条" S_FMT "草稿，没有存疑的", v->n, S_ARG(v->noun));
    v->shell = page_shell(g, v->headline, "/reports");
    v->undo = undo_of(g, v->here);
    v->done = page_done(g);
    v->errors = page_errors(g);
    v->hidden = page_hidden(g, 0);
    v->units = unit_options(g);
    v->leaders = leader_options(g);
    v->doubts_href = S("?only=doubts");
    v->handout = page_can(g, CAN_HAND_OUT) ? page_address(g, "/handout/%lld/" S_FMT, (long long)c->o.doc.id, S_ARG(c->d->name)) : S("");
}

enum http_outcome show_check(struct page *g)
{
    struct check c;
    struct fault f;
    struct check_page v = { .only_doubts = slice_equal(http_query(g->q, "only"), S("doubts")) || slice_equal(http_form(g->q, "only"), S("doubts")) };
    struct compile_hints hints = { 0 };
    if (!check_open(g, &c, &f))
        return page_fail(g, &f);
    hints.year = (int)c.o.doc.year;
    if (g->web->config.lexicon) {
        if (!compile(g->arena, g->web->config.lexicon, c.o.text, &hints, &c.report, &f))
            return page_fail(g, &f);
        c.compiled = true;
    }
    v.here = check_address(g, &c);
    int64_t part = fill_parts(g, &c, &v);
    v.section = page_address(g, "%lld", (long long)part);
    fill_pairs(g, &c, &v, part);
    fill_facts(g, &c, &v);
    if (office_of(&g->look, c.o.doc.keeper, CAN_IMPORT)) /* others see the facts, in the head of the report */
        v.facts_action = page_address(g, "/reports/%lld/facts/" S_FMT, (long long)c.o.doc.id, S_ARG(c.d->name));
    fill_frame(g, &c, &v);
    tpl_check(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- acts ---------- */

static struct slice check_back(struct page *g, const struct check *c)
{
    if (slice_equal(http_form(g->q, "only"), S("doubts")))
        return slice_format(g->arena, S_FMT "?only=doubts", S_ARG(check_address(g, c)));
    int64_t part;
    return slice_int(section_asked(g), &part) ? page_address(g, S_FMT "?section=%lld", S_ARG(check_address(g, c)), (long long)part) : check_address(g, c);
}

static enum http_outcome checked(struct page *g)
{
    struct check c;
    struct fault f;
    bool gone = slice_equal(http_form(g->q, "do"), S("drop")) || http_form(g->q, "drop").len;
    return check_open(g, &c, &f) ? act_done(g, check_back(g, &c), gone ? "gone" : "saved") : page_fail(g, &f);
}

/* The fields of one row that differ from what stands. */
static void put_row(struct buf *b, struct page *g, const struct entry *e)
{
    size_t before = b->len, values;
    int64_t version;
    json_comma(b);
    buf_format(b, "{\"entry\":%lld", (long long)e->id);
    if (slice_int(http_form(g->q, slice_text(g->arena, slice_format(g->arena, "e%lld.version", (long long)e->id))), &version))
        command_number(b, "version", version);
    buf_text(b, ",\"set\":{");
    values = b->len;
    for (int slot = COMMON_TITLE; slot < COMMON_COUNT + (int)e->def->n_fields; slot++) {
        const struct field *field = slot >= COMMON_COUNT ? &e->def->fields[slot - COMMON_COUNT] : NULL;
        struct slice typed, stands = field ? slot_input(g, e->def, slot, field, row_stands(g, e, slot)).value : row_stands(g, e, slot);
        if (!pairs_get(&g->q->form, row_name(g, e, slot), &typed) || slice_equal(slice_trim(typed), slice_trim(stands)))
            continue;
        if (field && field->type == FIELD_BOOL && !stands.len && slice_equal(typed, S("false")))
            continue;
        json_comma(b);
        json_put_string(b, slot_name(e->def, slot));
        buf_char(b, ':');
        json_put_string(b, slot == COMMON_DUE ? day_typed(g->arena, typed, e->year) : slice_trim(typed));
    }
    if (b->len == values)
        b->len = before; /* nothing of this row changed */
    else
        buf_text(b, "}}");
}

static enum http_outcome send_saved(struct page *g, const struct check *c)
{
    struct buf b = command_begin(g, "set");
    json_name(&b, "rows");
    buf_char(&b, '[');
    size_t empty = b.len;
    for (size_t i = 0; i < c->o.n; i++)
        if (c->o.entries[i].def == c->d && c->o.entries[i].stage == ENTRY_DRAFT)
            put_row(&b, g, &c->o.entries[i]);
    bool any = b.len > empty;
    buf_char(&b, ']');
    if (any)
        return page_send(g, &b, &(struct send){ .ok = checked, .again = show_check });
    buf_close(&b);
    return page_redirect(g, check_back(g, c));
}

static enum http_outcome send_several(struct page *g, const char *what, struct slice one)
{
    struct buf b = command_begin(g, what);
    struct fault f;
    size_t n = 0;
    json_name(&b, "entries");
    buf_char(&b, '[');
    for (size_t i = 0; i < g->q->form.n; i++)
        if (one.len ? !n : slice_equal(g->q->form.at[i].name, S("e"))) {
            json_comma(&b);
            json_put_string(&b, one.len ? one : g->q->form.at[i].value);
            n++;
        }
    buf_char(&b, ']');
    if (n)
        return page_send(g, &b, &(struct send){ .ok = checked, .again = show_check });
    buf_close(&b);
    fault_set(&f, FAULT_REFUSED, "nothing-ticked", S(""), S(""));
    return page_again(g, &f, show_check);
}

static enum http_outcome send_split(struct page *g, struct slice id)
{
    struct slice rest = http_form(g->q, slice_text(g->arena, slice_format(g->arena, "split." S_FMT, S_ARG(id)))), part;
    struct buf b = command_begin(g, "split");
    command_text(&b, "entry", id);
    json_name(&b, "parts");
    buf_char(&b, '[');
    while (rest.len && slice_cut(&rest, '\n', &part))
        if (slice_trim(part).len) {
            json_comma(&b);
            json_put_string(&b, slice_trim(part));
        }
    buf_char(&b, ']');
    return page_send(g, &b, &(struct send){ .ok = checked, .again = show_check });
}

static enum http_outcome send_undo(struct page *g, const struct check *c)
{
    struct buf b = command_begin(g, "undo");
    int64_t first, last;
    if (slice_int(http_form(g->q, "first"), &first) && slice_int(http_form(g->q, "last"), &last)) {
        command_number(&b, "first", first);
        command_number(&b, "last", last);
    }
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=undone", S_ARG(check_address(g, c))), show_check);
}

enum http_outcome post_check(struct page *g)
{
    struct check c;
    struct fault f;
    struct slice act = http_form(g->q, "do");
    if (!check_open(g, &c, &f))
        return page_fail(g, &f);
    if (http_form(g->q, "drop").len)
        return send_several(g, "drop", http_form(g->q, "drop"));
    if (http_form(g->q, "restore").len)
        return send_several(g, "restore", http_form(g->q, "restore"));
    if (http_form(g->q, "split").len)
        return send_split(g, http_form(g->q, "split"));
    if (slice_equal(act, S("join")))
        return send_several(g, "join", S(""));
    if (slice_equal(act, S("drop")))
        return send_several(g, "drop", S(""));
    if (slice_equal(act, S("undo")))
        return send_undo(g, &c);
    return send_saved(g, &c);
}

enum http_outcome post_facts(struct page *g)
{
    struct check c;
    struct fault f;
    if (!check_open(g, &c, &f))
        return page_fail(g, &f);
    struct buf b = command_begin(g, "correct");
    command_number(&b, "document", c.o.doc.id);
    command_set(&b, g);
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=set", S_ARG(check_address(g, &c))), show_check);
}
