/* entry.c: one entry with all that hangs on it (一事一档): what it is in one line, why its light is what it is, what the
 * person may do, who answers for it, its words in the report, its plan, proofs and history. */
#include "web/inside.h"
#include "pages.tpl.h"

enum { QUOTE_SIDE_BYTES = 400, CONTACTS_MAX = 3 };

static struct slice day_words(struct page *g, day d)
{
    struct buf b = buf_open(64);
    tpl_long_day(&b, d);
    return buf_keep(g->arena, &b);
}

/* In the year that runs a day needs none. */
static struct slice short_day(struct page *g, day d)
{
    struct buf b = buf_open(64);
    int y, m, n, this_year;
    day_parts(d, &y, &m, &n);
    day_parts(g->look.today, &this_year, &m, &n);
    if (y == this_year)
        tpl_day(&b, d);
    else
        tpl_long_day(&b, d);
    return buf_keep(g->arena, &b);
}

/* ---------- the head ---------- */

static struct slice summary_of(struct page *g, const struct entry *e)
{
    struct buf b = buf_open(2000);
    struct slice lead = unit_short(g->look.people, e->lead), leader = person_name(g->look.people, e->leader);
    if (lead.len)
        buf_put(&b, lead), buf_text(&b, "牵头");
    if (leader.len)
        buf_text(&b, b.len ? "，" : ""), buf_put(&b, leader), buf_text(&b, "负责");
    if (e->closed_on != DAY_NONE)
        buf_text(&b, b.len ? "，" : ""), buf_put(&b, short_day(g, e->closed_on)), buf_put(&b, e->def->states[e->state].label.zh);
    else if (e->due != DAY_NONE)
        buf_text(&b, b.len ? "，" : ""), buf_put(&b, short_day(g, e->due)), buf_text(&b, "到期");
    if (e->closed_on == DAY_NONE)
        buf_text(&b, b.len ? "，现在是“" : "现在是“"), buf_put(&b, e->def->states[e->state].label.zh), buf_text(&b, "”");
    return buf_keep(g->arena, &b);
}

static struct note why_of(struct page *g, const struct entry *e)
{
    int rule = e->stage == ENTRY_LIVE ? entry_light_rule(&g->look, e) : -1;
    if (rule < 0 || (e->light != LIGHT_RED && e->light != LIGHT_YELLOW))
        return (struct note){ 0 };
    struct note n = { .light = light_code(e->light), .head = slice_format(g->arena, "为什么是" S_FMT "：", S_ARG(light_name(e->light))) };
    struct slice why = e->def->lights[rule].why.zh;
    int days = e->due == DAY_NONE ? 0 : e->due - g->look.today;
    if (e->due != DAY_NONE && days < 0)
        n.text = slice_format(g->arena, S_FMT "。时限是" S_FMT "，已过 %d 天，还没有办结。", S_ARG(why), S_ARG(day_words(g, e->due)), -days);
    else if (e->due != DAY_NONE)
        n.text = slice_format(g->arena, S_FMT "。时限是" S_FMT "，还剩 %d 天。", S_ARG(why), S_ARG(day_words(g, e->due)), days);
    else
        n.text = slice_format(g->arena, S_FMT "。", S_ARG(why));
    if (e->disputes)
        n.more = S("有单位认为不属本单位职责，正在等待裁定；裁定以前期限不计。");
    return n;
}

/* ---------- who and until when ---------- */

static void add_fact(struct page *g, struct entry_page *v, struct slice label, struct slice text)
{
    struct fact f = { label, text };
    if (text.len)
        PUSH(g->arena, &v->facts, f);
}

/* Who can be called at the lead: holders of the duties that the role asks for, at that very unit. */
static struct slice contacts_of(struct page *g, const struct entry *e)
{
    const struct people *p = g->look.people;
    uint32_t kinds = 0;
    struct buf b = buf_open(2000);
    int n = 0;
    for (size_t i = 0; i < e->def->n_roles; i++)
        if (e->def->roles[i].field == COMMON_LEAD)
            kinds |= e->def->roles[i].duties;
    for (size_t i = 0; e->lead && i < p->n_duties && n < CONTACTS_MAX; i++) {
        const struct duty *d = &p->duties[i];
        const struct person *who = people_person(p, d->person);
        bool now = (d->from == DAY_NONE || d->from <= g->look.today) && (d->to == DAY_NONE || d->to >= g->look.today);
        if (!who || !now || d->unit != e->lead || !(kinds >> d->kind & 1))
            continue;
        buf_text(&b, n++ ? "；" : "");
        buf_put(&b, who->name);
        buf_text(&b, "（");
        buf_put(&b, g->look.pack->duties[d->kind].label.zh);
        buf_text(&b, "）");
        if (who->phone.len)
            buf_char(&b, ' '), buf_put(&b, who->phone);
    }
    return buf_keep(g->arena, &b);
}

static struct slice units_words(struct page *g, const struct ids *ids)
{
    struct buf b = buf_open(1 << 16);
    for (size_t i = 0; i < ids->n; i++) {
        buf_text(&b, i ? "、" : "");
        buf_put(&b, unit_short(g->look.people, ids->at[i]));
    }
    return buf_keep(g->arena, &b);
}

static struct slice clock_words(struct page *g, const struct clock_row *c)
{
    if (slice_equal(c->state, S("running")))
        return slice_format(g->arena, S_FMT "止，%s %lld 天", S_ARG(short_day(g, c->ends)), c->days_left < 0 ? "已过" : "还剩", (long long)(c->days_left < 0 ? -c->days_left : c->days_left));
    if (slice_equal(c->state, S("paused")))
        return slice_format(g->arena, "暂停，还剩 %lld 天", (long long)c->days_left);
    return slice_equal(c->state, S("expired")) ? S("已到期") : S("");
}

static void add_own_facts(struct page *g, const struct entry *e, struct entry_page *v)
{
    for (size_t i = 0; i < e->def->n_fields; i++) {
        const struct field *f = &e->def->fields[i];
        int slot = COMMON_COUNT + (int)i;
        struct buf b = buf_open(1 << 16);
        bool named = f->type == FIELD_UNIT || f->type == FIELD_UNITS || f->type == FIELD_PERSON || f->computed;
        if (f->reported && f->type == FIELD_TEXT) {
            buf_close(&b);
            struct fact said = { f->label.zh, e->own[i] };
            if (e->own[i].len)
                PUSH(g->arena, &v->reported, said);
            continue;
        }
        if (named)
            entry_put_value(&g->look, e, slot, &b);
        struct slice words = named ? buf_keep(g->arena, &b) : (buf_close(&b), field_words(g->arena, f, e->own[i]));
        if (f->computed && words.len && f->unit.len)
            words = slice_format(g->arena, S_FMT "%s" S_FMT, S_ARG(words), slice_equal(f->unit, S("%")) ? "" : " ", S_ARG(f->unit));
        add_fact(g, v, f->label.zh, words);
    }
}

static void add_facts(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    const struct person *leader = people_person(g->look.people, e->leader);
    add_fact(g, v, S("编号"), e->number);
    if (leader)
        add_fact(g, v, common_label(COMMON_LEADER).zh, slice_format(g->arena, S_FMT " " S_FMT, S_ARG(leader->name), S_ARG(leader->post)));
    add_fact(g, v, common_label(COMMON_LEAD).zh, unit_name(g->look.people, e->lead));
    add_fact(g, v, S("联系人"), contacts_of(g, e));
    add_fact(g, v, common_label(COMMON_SUPPORT).zh, units_words(g, &e->support));
    add_fact(g, v, common_label(COMMON_KEEPER).zh, unit_short(g->look.people, e->keeper));
    if (e->opened_on != DAY_NONE)
        add_fact(g, v, S("立项"), day_words(g, e->opened_on));
    if (e->due != DAY_NONE)
        add_fact(g, v, S("时限"), day_words(g, e->due));
    if (e->closed_on != DAY_NONE)
        add_fact(g, v, S("办结"), day_words(g, e->closed_on));
    for (size_t i = 0; i < file->n_clocks; i++)
        for (size_t k = 0; k < e->def->n_clocks; k++)
            if (e->def->clocks[k].until_slot != COMMON_DUE && slice_equal(e->def->clocks[k].name, file->clocks[i].name))
                add_fact(g, v, e->def->clocks[k].label.zh, clock_words(g, &file->clocks[i]));
    add_fact(g, v, S("报告章节"), e->section);
    add_own_facts(g, e, v);
}

/* ---------- its words in the report ---------- */

static size_t back_to(struct slice text, size_t from, size_t at)
{
    while (at > from && ((unsigned char)text.at[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static bool add_quote(struct page *g, const struct entry *e, struct entry_page *v, struct fault *f)
{
    struct document_row d;
    struct slice text;
    struct section_row *sections;
    struct term_row *terms;
    size_t n_sections, n_terms, from = e->span_start, to = e->span_end;
    if (!e->document || e->span_end <= e->span_start)
        return true;
    if (!document_ask(&g->look, e->document, &d, &text, &sections, &n_sections, &terms, &n_terms, f))
        return false;
    if (to > text.len)
        return true;
    while (from > 0 && text.at[from - 1] != '\n')
        from--;
    while (to < text.len && text.at[to] != '\n')
        to++;
    bool cut_before = e->span_start - from > QUOTE_SIDE_BYTES, cut_after = to - e->span_end > QUOTE_SIDE_BYTES;
    if (cut_before)
        from = back_to(text, from, e->span_start - QUOTE_SIDE_BYTES);
    if (cut_after)
        to = back_to(text, e->span_end, e->span_end + QUOTE_SIDE_BYTES);
    v->quote_before = slice_format(g->arena, "%s" S_FMT, cut_before ? "……" : "", S_ARG(slice_trim(slice_part(text, from, e->span_start))));
    v->quote = slice_part(text, e->span_start, e->span_end);
    v->quote_after = slice_format(g->arena, S_FMT "%s", S_ARG(slice_part(text, e->span_end, to)), cut_after ? "……" : "");
    v->document = d.title.len ? d.title : d.name;
    v->document_href = page_address(g, "/reports/%lld#e%lld", (long long)e->document, (long long)e->id);
    return true;
}

/* ---------- plan, receipts, asks, lines, proofs ---------- */

/* What is not done: where it stands against its plan, and when it will be done if it goes on as it went. */
static bool add_forecast(struct page *g, const struct entry *e, struct entry_page *v, struct fault *f)
{
    struct forecast forecast;
    struct buf b = buf_open(1000), said = buf_open(100);
    bool ok = e->stage != ENTRY_LIVE || entry_forecast(&g->look, e, &forecast, f);
    if (ok && e->stage == ENTRY_LIVE) {
        forecast_put(&b, e, &forecast, g->look.today);
        entry_put_value(&g->look, e, COMMON_SCHEDULE, &said);
    }
    v->forecast = buf_keep(g->arena, &b);
    v->schedule = buf_keep(g->arena, &said);
    return ok;
}

static void add_progress(struct page *g, const struct entry *e, struct entry_page *v)
{
    bool has_plan;
    int planned = entry_planned(&g->look, e, &has_plan);
    v->has_progress = e->progress >= 0;
    v->track = (struct track){ light_code(e->light), e->progress < 0 ? 0 : e->progress / 10, planned < 0 || e->closed_on != DAY_NONE ? -1 : planned / 10 };
    v->has_plan = has_plan;
    if (!v->has_progress)
        v->progress_head = S("还没有填报进度");
    else if (has_plan && planned > e->progress && e->closed_on == DAY_NONE)
        v->progress_head = slice_format(g->arena, "完成 %d%%，比计划少 %d 个百分点", e->progress / 10, (planned - e->progress + 5) / 10);
    else
        v->progress_head = slice_format(g->arena, "完成 %d%%", e->progress / 10);
    if (v->track.plan >= 0)
        v->progress_note = slice_format(g->arena, has_plan ? "竖线为计划今天应到 %d%%" : "没有填报计划；竖线为按时间均摊今天应到 %d%%", v->track.plan);
}

static void add_milestones(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    for (size_t i = 0; i < file->n_milestones; i++) {
        const struct milestone *m = &file->milestones[i];
        bool done = e->progress >= m->percent * 10 || (e->def->final >> e->state & 1), late = !done && m->due < g->look.today;
        struct milestone_row row = { .lamp = { done ? "b" : late ? "r" : "n", done ? S("完成") : late ? S("逾期") : S("未到"), false, false },
            .title = m->title, .due = m->due, .percent = m->percent };
        v->milestones_done += done;
        PUSH(g->arena, &v->milestones, row);
    }
}

static const struct { const char *state, *live, *draft, *light; } receipt_words[] = {
    { "asked", "待签收", "待反馈", "n" }, { "signed", "已签收", "同意", "b" }, { "returned", "退办，待裁定", "有异议，待裁定", "y" },
    { "confirmed", "裁定维持", "裁定维持", "b" }, { "released", "裁定改派", "裁定改派", "n" }, { "gone", "不再承担", "不再承担", "n" },
};

static void add_receipts(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    for (size_t i = 0; i < file->n_receipts; i++) {
        const struct receipt_row *r = &file->receipts[i];
        struct receipt_show row = { .unit = unit_short(g->look.people, r->unit), .asked_on = r->asked_on, .due = r->due, .answered_on = r->answered_on,
            .reason = r->reason, .ruling = r->ruling, .who = account_name(g->look.people, r->account) };
        if (r->stage != (int)e->stage && slice_equal(r->state, S("asked")))
            continue; /* a draft's question that nobody waits for any more */
        for (size_t k = 0; k < COUNT(receipt_words); k++)
            if (slice_equal(slice_of(receipt_words[k].state), r->state))
                row.lamp = (struct lamp){ receipt_words[k].light, slice_of(r->stage == ENTRY_LIVE ? receipt_words[k].live : receipt_words[k].draft), false, false };
        if (slice_equal(r->state, S("asked")) && r->due != DAY_NONE && r->due < g->look.today)
            row.lamp = (struct lamp){ "r", slice_format(g->arena, "逾期 %d 天未签收", g->look.today - r->due), false, false };
        for (size_t k = 0; k < e->def->n_roles; k++)
            if (slice_equal(e->def->roles[k].name, r->role))
                row.role = e->def->roles[k].label.zh;
        PUSH(g->arena, &v->receipts, row);
    }
}

static void add_asks(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    for (size_t i = 0; i < file->n_asks; i++) {
        const struct ask_row *a = &file->asks[i];
        const struct ask *ask = a->ask >= 0 ? &e->def->asks[a->ask] : NULL;
        struct buf b = buf_open(1 << 16);
        bool open = slice_equal(a->state, S("asked")), granted = slice_equal(a->state, S("granted"));
        buf_put(&b, ask ? ask->label.zh : a->name);
        if (ask)
            put_fields(g, &b, ask->of, ask->n_of, a->fields);
        struct ask_show row = { .lamp = { open ? "y" : granted ? "b" : "n", open ? S("待答复") : granted ? S("同意") : S("不同意"), false, false }, .what = buf_keep(g->arena, &b),
            .unit = unit_short(g->look.people, a->unit), .asked_on = a->asked_on, .answered_on = a->answered_on, .answer = a->answer };
        PUSH(g->arena, &v->asks, row);
    }
}

static void add_lines(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    for (size_t k = 0; k < e->def->n_lines; k++) {
        const struct lines *lines = &e->def->lines[k];
        struct lines_show group = { .label = lines->label.zh };
        for (size_t i = 0; i < file->n_lines; i++) {
            if (!slice_equal(file->lines[i].lines, lines->name))
                continue;
            struct line_show row = { .who = account_name(g->look.people, file->lines[i].account), .on = file->lines[i].on };
            for (size_t n = 0; n < lines->n_of; n++) {
                struct slice value = json_text(file->lines[i].fields, slice_text(g->arena, lines->of[n].name));
                struct fact cell = { lines->of[n].label.zh, field_words(g->arena, &lines->of[n], value) };
                if (cell.text.len)
                    PUSH(g->arena, &row.facts, cell);
            }
            PUSH(g->arena, &group.rows, row);
        }
        if (group.rows.n)
            PUSH(g->arena, &v->lines, group);
    }
}

static void add_proofs(struct page *g, const struct entry *e, const struct entry_file *file, struct entry_page *v)
{
    for (size_t i = file->n_proofs; i-- > 0;) {
        struct proof_show row = { .name = file->proofs[i].name, .size = (uint64_t)file->proofs[i].size };
        row.href = page_address(g, "/e/%lld/proof/%lld/" S_FMT, (long long)e->id, (long long)file->proofs[i].seq, S_ARG(file->proofs[i].hash));
        for (size_t k = 0; k < file->n_history; k++)
            if (file->history[k].seq == file->proofs[i].seq) {
                row.who = account_name(g->look.people, file->history[k].account);
                row.at_ms = file->history[k].at_ms;
            }
        PUSH(g->arena, &v->proofs, row);
    }
}

static void add_notices(struct page *g, const struct entry_file *file, struct entry_page *v)
{
    for (size_t i = file->n_notices; i-- > 0;) {
        struct notice_show row = { file->notices[i].label, unit_short(g->look.people, file->notices[i].unit), file->notices[i].on };
        PUSH(g->arena, &v->notices, row);
    }
}

/* ---------- the page ---------- */

/* Somebody else was faster: what they did stands on top, what was typed stands in the form. */
static struct note stale_of(struct page *g, const struct told_list *history)
{
    if (!g->refused || g->refused->kind != FAULT_STALE)
        return (struct note){ 0 };
    return (struct note){ .light = "y", .head = S("别人刚刚改过这一项，您的内容还没有提交。"), .alert = true,
        .text = history->n ? slice_format(g->arena, "最近一次：" S_FMT "，" S_FMT "。", S_ARG(history->at[0].who), S_ARG(history->at[0].what)) : S(""),
        .more = S("您填的内容还在下面的表里。看过最新情况以后，需要的话再提交一次。") };
}

static struct slice list_href_of(struct page *g, const struct entry *e)
{
    return page_address(g, "/l/" S_FMT, S_ARG(e->def->name));
}

static bool see_entry(struct page *g, struct entry *e, struct entry_file *file, struct fault *f)
{
    return entry_find(&g->look, http_param(g->q, "id"), e, f) && entry_file(&g->look, e, file, f);
}

enum http_outcome show_entry(struct page *g)
{
    struct entry e;
    struct entry_file file;
    struct offers offers;
    struct fault f;
    if (!see_entry(g, &e, &file, &f) || !entry_offers(&g->look, &e, &file, &offers, &f))
        return page_fail(g, &f);
    struct entry_page v = { .shell = page_shell(g, e.title, slice_text(g->arena, list_href_of(g, &e))), .done = page_done(g), .id = e.id, .title = e.title, .lamp = entry_lamp(g, &e),
        .summary = summary_of(g, &e), .why = why_of(g, &e), .updated_on = e.updated_on, .draft = e.stage != ENTRY_LIVE };
    struct crumb *crumbs = NEW(g->arena, struct crumb, 2);
    crumbs[0] = (struct crumb){ e.def->label.zh, list_href_of(g, &e) };
    crumbs[1] = (struct crumb){ e.number.len ? e.number : S("草稿"), S("") };
    v.crumbs = (struct crumbs){ crumbs, 2 };
    v.lamp.tag = true;
    if (!add_quote(g, &e, &v, &f) || !add_forecast(g, &e, &v, &f) || !neighbours_of(g, &e, &v.neighbours, &f))
        return page_fail(g, &f);
    add_facts(g, &e, &file, &v);
    add_progress(g, &e, &v);
    add_milestones(g, &e, &file, &v);
    add_receipts(g, &e, &file, &v);
    add_asks(g, &e, &file, &v);
    add_lines(g, &e, &file, &v);
    add_proofs(g, &e, &file, &v);
    add_notices(g, &file, &v);
    v.history = history_tell(g, e.def, &file);
    v.stale = stale_of(g, &v.history);
    if (!g->as_of.len)
        v.acts = acts_of(g, &e, &file, &offers);
    const struct offer *first = g->as_of.len ? NULL : first_offer(&e, &offers);
    if (first) {
        v.thumb = first_offer_name(g, &e, first);
        v.thumb_href = first->act == ACT_REPORT ? page_address(g, "/e/%lld/report", (long long)e.id) : S("#act");
    }
    tpl_entry(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- reporting from a phone: one number, one sentence, one button ---------- */

enum { STEP_PERCENT = 5 };

/* − and ＋ are buttons that send the form; what comes back has the next number in it. */
static struct slice stepped(struct page *g, struct slice progress)
{
    int64_t step = 0;
    struct decimal d = decimal_int(0);
    if (!slice_int(http_form(g->q, "step"), &step))
        return progress;
    if (progress.len && !decimal_parse(progress, &d))
        return progress;
    d = decimal_add(d, decimal_int(step > 0 ? STEP_PERCENT : -STEP_PERCENT));
    if (d.ok && decimal_compare(d, decimal_int(0)) < 0)
        d = decimal_int(0);
    if (d.ok && decimal_compare(d, decimal_int(100)) > 0)
        d = decimal_int(100);
    return decimal_text(g->arena, d);
}

static const struct fault nothing_wrong = { .code = "", .kind = FAULT_NONE };

enum http_outcome show_report_form(struct page *g)
{
    struct entry e;
    struct fault f;
    bool step = http_form(g->q, "step").len > 0;
    if (!entry_find(&g->look, http_param(g->q, "id"), &e, &f))
        return page_fail(g, &f);
    if (step)
        g->refused = &nothing_wrong; /* the form comes back as it was typed */
    struct slice stands = entry_slot_text(g->arena, &e, COMMON_PROGRESS);
    struct report_page v = { .shell = page_shell(g, S("报进展"), slice_text(g->arena, list_href_of(g, &e))), .hidden = page_hidden(g, e.version), .id = e.id, .title = e.title,
        .lamp = entry_lamp(g, &e), .due = e.due, .stands = stands, .progress = stepped(g, typed_or(g, "progress", stands)), .progress_error = refusal_at(g, "progress"),
        .track = { light_code(e.light), e.progress < 0 ? 0 : e.progress / 10, -1 }, .note = typed_or(g, "note", S("")), .note_error = refusal_at(g, "note"), .files_error = refusal_at(g, "proofs") };
    if (!step)
        v.errors = page_errors(g);
    for (size_t i = 0; i < e.def->n_fields; i++)
        if (e.def->fields[i].reported && !e.def->fields[i].computed) {
            struct input in = slot_input(g, e.def, COMMON_COUNT + (int)i, &e.def->fields[i], e.own[i]);
            any_push(g, &v.inputs, in, input_kind_of(&in));
        }
    v.shell.main_class = S("hand wrap");
    tpl_report_form(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- a proof: always a download, never shown in our own name ---------- */

enum http_outcome show_proof(struct page *g)
{
    struct entry e;
    struct entry_file file;
    struct fault f;
    struct slice bytes, hash = http_param(g->q, "hash");
    int64_t seq = 0;
    if (!see_entry(g, &e, &file, &f))
        return page_fail(g, &f);
    if (!slice_int(http_param(g->q, "seq"), &seq))
        return page_missing(g);
    for (size_t i = 0; i < file.n_proofs; i++) {
        if (file.proofs[i].seq != seq || !slice_equal(file.proofs[i].hash, hash))
            continue;
        if (!file_get(g->web->ledger, g->arena, hash, &bytes, &f))
            return page_fail(g, &f);
        buf_put(&g->p->body, bytes);
        http_header(g->p, "X-Content-Type-Options", S("nosniff"));
        http_download(g->p, file.proofs[i].name, "application/octet-stream");
        return HTTP_DONE;
    }
    return page_missing(g);
}
