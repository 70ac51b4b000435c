/* list.c: any ledger as a table, and the search over all of them.
 *
 * The address is the question: saved list, filters, sorting and page are its query, so an address can be kept and sent.
 * What stands above the rows (tabs with counts, who leads how much) needs the whole ledger counted; that is done once
 * for each state of the ledger and person, and kept (see counts.c). The rows are one question, without any a row. */
#include "web/inside.h"
#include "pages.tpl.h"

enum { LIST_PAGE_ROWS = 50, LIST_PAGES_MAX = LIST_ROWS_MAX / LIST_PAGE_ROWS, LIST_EXTRA_MAX = 2 };

/* ---------- the question ---------- */

struct asked_list {
    struct list_query query;
    const struct list *saved;   /* of the pack; NULL: all */
    int due;                    /* a row of due_spans; 0: any */
    int saved_at;               /* -1 */
    int64_t page;
    struct slice where_text;
    struct slice where_refused; /* what is wrong with it; then it is left out */
};

static int64_t query_number(const struct page *g, const char *name)
{
    int64_t n = 0;
    return slice_int(http_query(g->q, name), &n) && n > 0 ? n : 0;
}

/* "due", "-due"; a slot that is unknown or cannot be sorted sorts by nothing new. */
static void read_sort(const struct page *g, struct asked_list *a)
{
    struct slice sort = http_query(g->q, "sort");
    bool down = slice_starts(sort, S("-"));
    int slot = ledger_slot(a->query.def, down ? slice_from(sort, 1) : sort);
    a->query.sort_slot = a->saved ? a->saved->sort_slot : -1;
    a->query.descending = a->saved && a->saved->descending;
    if (sort.len && slot >= 0) {
        a->query.sort_slot = slot;
        a->query.descending = down;
    }
}

/* 时限: spans of days around today, whatever the ledger. Only what is not done counts as past or soon. */
static const struct { const char *code, *label; bool open_only; } due_spans[] = {
    { "", "全部", false }, { "past", "已过期", true }, { "soon", "七日内", true }, { "month", "本月", false }, { "quarter", "本季度", false }, { "year", "本年", false },
};
enum { DUE_PAST = 1, DUE_SOON, DUE_MONTH, DUE_QUARTER, DUE_YEAR };

static void read_due(struct page *g, struct asked_list *a)
{
    struct slice code = http_query(g->q, "due");
    day today = g->look.today;
    int y, m, d;
    day_parts(today, &y, &m, &d);
    for (size_t i = 1; i < COUNT(due_spans); i++)
        if (slice_equal(slice_of(due_spans[i].code), code))
            a->due = (int)i;
    int first = a->due == DUE_MONTH ? m : a->due == DUE_QUARTER ? (m - 1) / 3 * 3 + 1 : 1;
    int months = a->due == DUE_MONTH ? 1 : a->due == DUE_QUARTER ? 3 : 12;
    if (a->due == DUE_PAST)
        a->query.due_to = today - 1;
    if (a->due == DUE_SOON)
        a->query.due_from = today, a->query.due_to = today + SOON_DAYS;
    if (a->due >= DUE_MONTH)
        a->query.due_from = day_of(y, first, 1), a->query.due_to = day_add_months(day_of(y, first, 1), months) - 1;
}

static struct asked_list read_asked(struct page *g, const struct ledger_def *d)
{
    struct asked_list a = { .query = { .def = d, .stage = ENTRY_LIVE, .limit = LIST_PAGE_ROWS }, .saved_at = -1 };
    struct slice saved = http_query(g->q, "list"), state = http_query(g->q, "state");
    struct fault f;
    for (size_t i = 0; i < d->n_lists; i++)
        if (slice_equal(d->lists[i].name, saved)) {
            a.saved = &d->lists[i];
            a.saved_at = (int)i;
            a.query.where = a.saved->where;
        }
    if (ledger_state(d, state) >= 0)
        a.query.state = state;
    a.query.light = light_of_code(http_query(g->q, "light"));
    a.query.lead = query_number(g, "lead");
    a.query.leader = query_number(g, "leader");
    a.query.words = slice_trim(http_query(g->q, "q"));
    a.where_text = slice_trim(http_query(g->q, "where"));
    read_due(g, &a);
    struct slice rule = due_spans[a.due].open_only && a.where_text.len ? slice_format(g->arena, "not done and (" S_FMT ")", S_ARG(a.where_text)) : a.where_text;
    if (!list_parse_where(g->arena, d, due_spans[a.due].open_only && !rule.len ? S("not done") : rule, &a.query.also, &f))
        a.where_refused = fault_sentence(g->arena, &f);
    read_sort(g, &a);
    a.page = query_number(g, "page");
    a.page = a.page < 1 ? 1 : a.page > LIST_PAGES_MAX ? LIST_PAGES_MAX : a.page;
    a.query.offset = (a.page - 1) * LIST_PAGE_ROWS;
    return a;
}

static bool is_filtered(const struct asked_list *a)
{
    return a->query.state.len || a->query.light != LIGHT_NONE || a->query.lead || a->query.leader || a->query.words.len || a->query.also || a->due;
}

/* ---------- what stands above the rows ---------- */

static struct slice list_href(struct page *g, const struct ledger_def *d, struct slice saved)
{
    const char *mark = g->as_of.len ? saved.len ? "&" : "?" : "";
    return saved.len ? page_address(g, "/l/" S_FMT "?list=" S_FMT "%s" S_FMT, S_ARG(d->name), S_ARG(saved), mark, S_ARG(g->as_of))
                     : page_address(g, "/l/" S_FMT "%s" S_FMT, S_ARG(d->name), mark, S_ARG(g->as_of));
}

/* A saved list that holds everything is not shown beside 全部. */
static struct tabs tabs_of(struct page *g, const struct asked_list *a, const struct ledger_facts *facts)
{
    const struct ledger_def *d = a->query.def;
    struct tab *at = NEW(g->arena, struct tab, d->n_lists + 1);
    size_t n = 0;
    bool all_saved = false;
    for (size_t i = 0; i < d->n_lists; i++)
        all_saved = all_saved || (a->saved_at == (int)i && slice_equal(d->lists[i].label.zh, S("全部")));
    at[n++] = (struct tab){ S("全部"), list_href(g, d, S("")), facts->all.total, true, !a->saved || all_saved };
    for (size_t i = 0; i < d->n_lists; i++)
        if (!slice_equal(d->lists[i].label.zh, S("全部")) && (d->lists[i].box != BOX_WATCH || facts->lists[i] || a->saved_at == (int)i)) /* what to look after only where there is some */
            at[n++] = (struct tab){ d->lists[i].label.zh, list_href(g, d, d->lists[i].name), facts->lists[i], true, a->saved_at == (int)i };
    return (struct tabs){ S("常用清单"), at, n };
}

struct choice_list { struct choice *at; size_t n, cap; };

static void choose(struct page *g, struct choice_list *list, struct slice value, struct slice label, struct slice chosen)
{
    struct choice one = { value, label, slice_equal(value, chosen) };
    PUSH(g->arena, list, one);
}

static struct choices light_choices(struct page *g, const struct ledger_def *d, struct slice chosen)
{
    struct choice_list list = { 0 };
    choose(g, &list, S(""), S("全部"), chosen);
    for (int i = LIGHT_RED; i <= LIGHT_BLUE; i++)
        if (light_label(d, (enum light)i).len)
            choose(g, &list, slice_of(light_code((enum light)i)), light_label(d, (enum light)i), chosen);
    return (struct choices){ list.at, list.n };
}

static struct choices state_choices(struct page *g, const struct ledger_def *d, struct slice chosen)
{
    struct choice_list list = { 0 };
    choose(g, &list, S(""), S("全部"), chosen);
    for (size_t i = 0; i < d->n_states; i++)
        choose(g, &list, d->states[i].name, d->states[i].label.zh, chosen);
    return (struct choices){ list.at, list.n };
}

static struct choices due_choices(struct page *g, int chosen)
{
    struct choice_list list = { 0 };
    for (size_t i = 0; i < COUNT(due_spans); i++)
        choose(g, &list, slice_of(due_spans[i].code), slice_of(due_spans[i].label), slice_of(due_spans[chosen].code));
    return (struct choices){ list.at, list.n };
}

/* Only units and persons that have something here. */
static struct choices holder_choices(struct page *g, const struct counts_by *by, bool persons, int64_t chosen_id)
{
    struct choice_list list = { 0 };
    struct slice chosen = chosen_id ? slice_format(g->arena, "%lld", (long long)chosen_id) : S("");
    size_t n = 0;
    for (size_t i = 0; i < by->n; i++)
        n += by->at[i].id != 0;
    choose(g, &list, S(""), slice_format(g->arena, persons ? "全部 %zu 人" : "全部 %zu 个", n), chosen);
    for (size_t i = 0; i < by->n; i++) {
        int64_t id = by->at[i].id;
        if (id)
            choose(g, &list, slice_format(g->arena, "%lld", (long long)id), persons ? person_name(g->look.people, id) : unit_short(g->look.people, id), chosen);
    }
    return (struct choices){ list.at, list.n };
}

static void fill_filters(struct page *g, const struct asked_list *a, const struct ledger_facts *facts, struct list_page *v)
{
    const struct ledger_def *d = a->query.def;
    v->action = list_href(g, d, S(""));
    v->clear = a->saved ? list_href(g, d, a->saved->name) : v->action;
    v->saved = a->saved ? a->saved->name : S("");
    v->sort = http_query(g->q, "sort");
    v->lights = light_choices(g, d, http_query(g->q, "light"));
    v->states = state_choices(g, d, a->query.state);
    v->leads = holder_choices(g, &facts->by_lead, false, a->query.lead);
    v->leaders = holder_choices(g, &facts->by_leader, true, a->query.leader);
    v->dues = due_choices(g, a->due);
    v->words = a->query.words;
    v->where = a->where_text;
    v->where_refused = a->where_refused;
    v->filtered = is_filtered(a);
}

/* ---------- columns ---------- */

static struct column column_of(struct page *g, const struct asked_list *a, int slot, struct slice label, const char *class)
{
    struct column c = { .label = label, .class = class };
    struct slice name;
    if (slot < 0)
        return c;
    name = slot_name(a->query.def, slot);
    bool sorted = slot == (a->query.sort_slot < 0 ? COMMON_DUE : a->query.sort_slot), down = sorted && a->query.descending;
    c.href = http_query_with(g->q, "sort", sorted && !down ? slice_format(g->arena, "-" S_FMT, S_ARG(name)) : name);
    c.href = slice_starts(c.href, S("?")) ? c.href : S("?");
    c.sorted = sorted;
    c.descending = down;
    return c;
}

/* Two figures of the ledger's own stand in the list: what was promised and what was reached. */
static size_t extra_slots(const struct ledger_def *d, int slots[LIST_EXTRA_MAX])
{
    size_t n = 0;
    for (int reported = 0; reported < 2; reported++)
        for (size_t i = 0; i < d->n_fields; i++) {
            const struct field *f = &d->fields[i];
            bool figure = f->type == FIELD_DECIMAL || f->type == FIELD_MONEY || f->type == FIELD_INT;
            if (figure && !f->computed && f->reported == (bool)reported && n < LIST_EXTRA_MAX) {
                slots[n++] = COMMON_COUNT + (int)i;
                break;
            }
        }
    return n;
}

static void fill_columns(struct page *g, const struct asked_list *a, const int *extra, size_t n_extra, struct list_page *v)
{
    const struct ledger_def *d = a->query.def;
    v->light_column = column_of(g, a, COMMON_LIGHT, S("灯"), NULL);
    v->number_column = column_of(g, a, COMMON_NUMBER, S("编号"), NULL);
    v->title_column = (struct column){ .label = d->noun.zh.len ? d->noun.zh : common_label(COMMON_TITLE).zh };
    v->state_column = column_of(g, a, COMMON_STATE, S("目前"), NULL);
    v->lead_column = column_of(g, a, COMMON_LEAD, S("牵头单位"), NULL);
    v->leader_column = column_of(g, a, COMMON_LEADER, S("责任领导"), NULL);
    v->due_column = column_of(g, a, COMMON_DUE, S("时限"), NULL);
    v->progress_column = column_of(g, a, COMMON_PROGRESS, S("进度"), NULL);
    v->updated_column = column_of(g, a, COMMON_UPDATED_ON, S("更新"), NULL);
    for (size_t i = 0; i < n_extra; i++) {
        struct column c = column_of(g, a, extra[i], slot_label(d, extra[i]).zh, NULL);
        PUSH(g->arena, &v->extras, c);
    }
}

/* ---------- rows ---------- */

/* Its address keeps the list that it was opened from: the filters, and its place there. */
static struct slice href_at(struct page *g, int64_t id, int64_t at)
{
    struct slice query = at ? http_query_with(g->q, "at", slice_format(g->arena, "%lld", (long long)at)) : S("");
    return slice_format(g->arena, "/e/%lld" S_FMT, (long long)id, S_ARG(query));
}

/* `at`: which of the list's rows it is, from 1; 0: of none. */
static struct list_row row_of(struct page *g, const struct entry *e, int64_t at, const int *extra, size_t n_extra)
{
    const struct people *p = g->look.people;
    struct list_row r = { .id = e->id, .href = href_at(g, e->id, at), .lamp = entry_lamp(g, e), .number = e->number, .title = e->title, .state = e->def->states[e->state].label.zh,
        .lead = unit_short(p, e->lead), .leader = person_name(p, e->leader), .due = e->due, .updated = e->updated_on,
        .has_progress = e->progress >= 0, .track = { light_code(e->light), e->progress < 0 ? 0 : e->progress / 10, -1 } };
    for (size_t i = 0; i < n_extra; i++) {
        struct list_cell cell = { slot_label(e->def, extra[i]).zh, field_words(g->arena, &e->def->fields[extra[i] - COMMON_COUNT], e->own[extra[i] - COMMON_COUNT]) };
        PUSH(g->arena, &r.extras, cell);
    }
    return r;
}

static struct empty empty_of(struct page *g, const struct asked_list *a)
{
    const struct slice noun = a->query.def->noun.zh;
    if (is_filtered(a))
        return (struct empty){ slice_format(g->arena, "没有符合条件的%s。", slice_text(g->arena, noun)), S("放宽条件，或清除条件再看。") };
    if (a->saved)
        return (struct empty){ slice_format(g->arena, "“" S_FMT "”里现在没有" S_FMT "。", S_ARG(a->saved->label.zh), S_ARG(noun)), S("可以看看别的清单。") };
    return (struct empty){ slice_format(g->arena, "这里还没有您可以看到的" S_FMT "。", S_ARG(noun)), S("印发分工或立项以后，就会出现在这里。") };
}

/* "168 项：逾期 9，临近到期 12，正常 96" of what is shown, where it was counted. */
static struct slice counted(struct page *g, const struct ledger_def *d, const struct list_counts *c)
{
    struct buf b = buf_open(1000);
    buf_format(&b, "%lld 项", (long long)c->total);
    bool any = false;
    for (int i = LIGHT_RED; i <= LIGHT_BLUE; i++)
        if (c->lights[i] && light_label(d, (enum light)i).len) {
            buf_text(&b, any ? "，" : "：");
            buf_put(&b, light_label(d, (enum light)i));
            buf_format(&b, " %lld", (long long)c->lights[i]);
            any = true;
        }
    return buf_keep(g->arena, &b);
}

/* The conditions that a printed list says it was made with. */
static struct slice conditions(struct page *g, const struct asked_list *a)
{
    struct buf b = buf_open(2000);
    const struct ledger_def *d = a->query.def;
    buf_put(&b, a->saved ? a->saved->label.zh : S("全部"));
    if (a->query.light != LIGHT_NONE)
        buf_text(&b, "，"), buf_put(&b, light_label(d, a->query.light));
    if (a->query.state.len)
        buf_text(&b, "，"), buf_put(&b, d->states[ledger_state(d, a->query.state)].label.zh);
    if (a->query.lead)
        buf_text(&b, "，"), buf_put(&b, unit_short(g->look.people, a->query.lead));
    if (a->query.leader)
        buf_text(&b, "，"), buf_put(&b, person_name(g->look.people, a->query.leader));
    if (a->due)
        buf_text(&b, "，时限"), buf_text(&b, due_spans[a->due].label);
    if (a->query.words.len)
        buf_text(&b, "，含“"), buf_put(&b, a->query.words), buf_text(&b, "”");
    if (a->where_text.len && !a->where_refused.len)
        buf_text(&b, "，"), buf_put(&b, a->where_text);
    return buf_keep(g->arena, &b);
}

/* What decides which rows there are, whatever their order and page. */
static struct slice filters_text(struct page *g, const struct asked_list *a)
{
    return slice_format(g->arena, "%d " S_FMT " %d %lld %lld %d " S_FMT "\n" S_FMT, a->saved_at, S_ARG(a->query.state), (int)a->query.light,
        (long long)a->query.lead, (long long)a->query.leader, a->due, S_ARG(a->query.words), S_ARG(a->where_text));
}

static bool ask_list(struct page *g, struct asked_list *a, const struct ledger_facts *facts, struct list_page *v, struct fault *f)
{
    struct list_rows rows;
    int extra[LIST_EXTRA_MAX];
    size_t n_extra = extra_slots(a->query.def, extra);
    struct slice question = filters_text(g, a);
    if (!is_filtered(a))
        a->query.known_total = a->saved ? facts->lists[a->saved_at] : facts->all.total;
    else
        a->query.known_total = total_kept(g, a->query.def, facts, question);
    if (!list_ask(&g->look, &a->query, &rows, f))
        return false;
    if (is_filtered(a) && !a->query.known_total)
        total_keep(g, a->query.def, facts, question, rows.total);
    for (size_t i = 0; i < rows.n; i++)
        PUSH(g->arena, &v->rows, row_of(g, &rows.at[i], a->query.offset + (int64_t)i + 1, extra, n_extra));
    fill_columns(g, a, extra, n_extra, v);
    v->pager = pager_of(g->q, rows.total, a->page, LIST_PAGE_ROWS);
    v->say = is_filtered(a) || a->saved ? slice_format(g->arena, S_FMT " %lld 项，全部 " S_FMT, S_ARG(a->saved ? a->saved->label.zh : S("符合条件")), (long long)rows.total,
                                            S_ARG(counted(g, a->query.def, &facts->all)))
                                        : counted(g, a->query.def, &facts->all);
    return true;
}

/* ---------- the list as a file ---------- */

static const struct { const char *file, *label, *type; } export_files[EXPORT_FORMATS] = {
    [EXPORT_CSV] = { "list.csv", "表格 csv", "text/csv; charset=utf-8" },
    [EXPORT_XLSX] = { "list.xlsx", "表格 xlsx（Excel、WPS）", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    [EXPORT_ICS] = { "list.ics", "日历 ics（时限）", "text/calendar; charset=utf-8" },
};

/* The address of the list as it stands, without its page. */
static struct export_links export_links(struct page *g, const struct ledger_def *d)
{
    struct export_links links = { 0 };
    struct slice query = http_query_with(g->q, "page", S(""));
    for (size_t i = 0; i < EXPORT_FORMATS; i++) {
        struct slice href = slice_format(g->arena, "/l/" S_FMT "/%s" S_FMT, S_ARG(d->name), export_files[i].file, S_ARG(query.len > 1 ? query : S("")));
        struct export_link link = { slice_of(export_files[i].label), href };
        PUSH(g->arena, &links, link);
    }
    return links;
}

static enum http_outcome export_as(struct page *g, enum export_format format)
{
    const struct ledger_def *d = pack_ledger(g->look.pack, http_param(g->q, "ledger"));
    struct fault f;
    if (!d)
        return page_missing(g);
    struct asked_list a = read_asked(g, d);
    struct export_what what = { &g->look, &a.query, g->web->config.reader, slice_format(g->arena, S_FMT "：" S_FMT, S_ARG(d->label.zh), S_ARG(conditions(g, &a))) };
    if (a.where_refused.len) /* a list of other rows than the address says is no export */
        return fault_set(&f, FAULT_REFUSED, "export-condition", a.where_refused, S("")), page_fail(g, &f);
    if (!list_export(&what, format, &g->p->body, &f))
        return g->p->body.len = 0, page_fail(g, &f);
    struct buf name = buf_open(400);
    buf_put(&name, d->label.zh);
    day_put(&name, g->look.today);
    buf_text(&name, strrchr(export_files[format].file, '.'));
    http_download(g->p, buf_keep(g->arena, &name), export_files[format].type);
    return HTTP_DONE;
}

enum http_outcome show_list_csv(struct page *g)
{
    return export_as(g, EXPORT_CSV);
}

enum http_outcome show_list_xlsx(struct page *g)
{
    return export_as(g, EXPORT_XLSX);
}

enum http_outcome show_list_ics(struct page *g)
{
    return export_as(g, EXPORT_ICS);
}

/* ---------- the page ---------- */

enum http_outcome show_list(struct page *g)
{
    const struct ledger_def *d = pack_ledger(g->look.pack, http_param(g->q, "ledger"));
    struct ledger_facts facts;
    struct fault f;
    if (!d)
        return page_missing(g);
    struct asked_list a = read_asked(g, d);
    struct list_page v = { .shell = page_shell(g, d->label.zh, slice_text(g->arena, list_href(g, d, S("")))), .done = page_done(g), .title = d->label.zh };
    if (!facts_of(g, d, &facts, &f) || !ask_list(g, &a, &facts, &v, &f))
        return page_fail(g, &f);
    fill_filters(g, &a, &facts, &v);
    v.tabs = tabs_of(g, &a, &facts);
    v.shell.main_class = S("wrap landscape");
    v.empty = empty_of(g, &a);
    v.columns = 9 + v.extras.n;
    v.conditions = conditions(g, &a);
    v.today = g->look.today;
    v.exports = export_links(g, d);
    v.as_of = http_query(g->q, "as_of");
    if (!g->as_of.len && may_open(&g->look, d)) {
        v.open_label = slice_format(g->arena, "新增" S_FMT, S_ARG(d->noun.zh.len ? d->noun.zh : S("事项")));
        v.open_href = page_address(g, "/l/" S_FMT "/new", S_ARG(d->name));
    }
    tpl_list(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- the rows around an entry that was opened from a list ---------- */

/* The list may have changed since: who is no longer near its place has no neighbours, only the way back. */
bool neighbours_of(struct page *g, const struct entry *e, struct neighbours *n, struct fault *f)
{
    struct asked_list a = read_asked(g, e->def);
    struct list_rows rows;
    *n = (struct neighbours){ .at = query_number(g, "at") };
    if (!n->at || n->at > LIST_ROWS_MAX)
        return n->at = 0, true;
    n->back = slice_format(g->arena, "/l/" S_FMT S_FMT, S_ARG(e->def->name), S_ARG(http_query_with(g->q, "at", S(""))));
    a.query.offset = n->at > 1 ? n->at - 2 : 0;
    a.query.limit = 3;
    a.query.known_total = 1; /* nobody asks how many there are */
    if (!list_ask(&g->look, &a.query, &rows, f))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        int64_t at = a.query.offset + (int64_t)i + 1;
        if (rows.at[i].id != e->id)
            continue;
        n->before = i ? href_at(g, rows.at[i - 1].id, at - 1) : S("");
        n->after = i + 1 < rows.n ? href_at(g, rows.at[i + 1].id, at + 1) : S("");
    }
    return true;
}

/* ---------- all ledgers, and the search over them ---------- */

enum http_outcome show_ledgers(struct page *g)
{
    struct ledgers_page v = { .shell = page_shell(g, S("全部台账"), "/l"), .title = S("全部台账") };
    for (size_t i = 0; i < g->look.pack->n_ledgers; i++) {
        const struct ledger_def *d = &g->look.pack->ledgers[i];
        struct ledger_facts facts;
        struct fault f;
        if (!facts_of(g, d, &facts, &f))
            return page_fail(g, &f);
        struct ledger_row row = { .label = d->label.zh, .href = list_href(g, d, S("")), .say = counted(g, d, &facts.all), .total = facts.all.total };
        PUSH(g->arena, &v.rows, row);
    }
    tpl_ledgers(&g->p->body, &v);
    return HTTP_DONE;
}

enum { SEARCH_ROWS_EACH = 20 };

static bool search_ledger(struct page *g, const struct ledger_def *d, struct slice words, struct search_page *v, struct fault *f)
{
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .words = words, .sort_slot = -1, .limit = SEARCH_ROWS_EACH };
    struct list_rows rows;
    if (!list_ask(&g->look, &q, &rows, f))
        return false;
    if (!rows.n)
        return true;
    struct search_group group = { .label = d->label.zh, .total = rows.total, .more = rows.total > (int64_t)rows.n };
    struct buf b = buf_open(2000);
    buf_format(&b, "/l/" S_FMT "?q=", S_ARG(d->name));
    percent_put(&b, words);
    group.href = buf_keep(g->arena, &b);
    for (size_t i = 0; i < rows.n; i++)
        PUSH(g->arena, &group.rows, row_of(g, &rows.at[i], 0, NULL, 0));
    PUSH(g->arena, &v->groups, group);
    v->total += rows.total;
    return true;
}

/* A number leads straight to its entry. */
enum http_outcome show_search(struct page *g)
{
    struct slice words = slice_trim(http_query(g->q, "q"));
    struct search_page v = { .shell = page_shell(g, S("搜索"), NULL), .words = words };
    struct entry e;
    struct fault f;
    if (words.len && words.len < 40 && words.at[words.len - 1] >= '0' && words.at[words.len - 1] <= '9' && entry_find(&g->look, words, &e, &f) && e.stage == ENTRY_LIVE)
        return page_redirect(g, page_address(g, "/e/%lld", (long long)e.id));
    for (size_t i = 0; words.len && i < g->look.pack->n_ledgers; i++)
        if (!search_ledger(g, &g->look.pack->ledgers[i], words, &v, &f))
            return page_fail(g, &f);
    v.empty = words.len ? (struct empty){ slice_format(g->arena, "没有找到含“" S_FMT "”的事项。", S_ARG(words)), S("编号、事项中的两个字就能搜；几个词之间用空格隔开。") }
                        : (struct empty){ S("请填写要找的编号或词。"), S("事项中的两个字就能搜，如：水库。") };
    tpl_search(&g->p->body, &v);
    return HTTP_DONE;
}
