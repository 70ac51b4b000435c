/* acts.c: what the person may do with an entry, as forms, and what the forms become. The kernel says which doors are
 * open (entry_offers) and why others are not; the pack says what each asks for. A form is named after its act ("move-close"),
 * so that a refused one is found again on the page, with what was typed. */
#include "web/inside.h"
#include "pages.tpl.h"

enum { PLAN_ROWS_MAX = 36, PLAN_ROWS_SPARE = 3 };

/* ---------- the parts of a form ---------- */

struct making { struct page *g; const struct entry *e; const struct entry_file *file; const struct offer *offer; struct act_form *form; };

static void carry(struct making *m, const char *name, struct slice value)
{
    struct carried c = { name, value };
    PUSH(m->g->arena, &m->form->carried, c);
}

static void ask_for(struct making *m, struct input in, enum input_kind kind)
{
    in.form = slice_text(m->g->arena, slice_format(m->g->arena, S_FMT "-", S_ARG(m->form->id)));
    any_push(m->g, &m->form->inputs, in, kind);
}

static void ask_note(struct making *m, struct slice label, bool needed, struct slice help)
{
    ask_for(m, (struct input){ .name = "note", .label = label, .value = typed_or(m->g, "note", S("")), .help = help, .error = refusal_at(m->g, "note"), .required = needed }, INPUT_AREA);
}

static void ask_slot(struct making *m, int slot, bool needed)
{
    const struct ledger_def *d = m->e->def;
    const struct field *of = slot < COMMON_COUNT ? NULL : &d->fields[slot - COMMON_COUNT];
    struct input in = slot_input(m->g, d, slot, of, entry_slot_text(m->g->arena, m->e, slot));
    in.required = needed;
    ask_for(m, in, input_kind_of(&in));
}

static void ask_files(struct making *m, bool needed)
{
    m->form->files = true;
    m->form->files_needed = needed;
    m->form->files_error = refusal_at(m->g, "proofs");
}

/* ---------- one function an act ---------- */

static void make_move(struct making *m)
{
    const struct move *move = &m->e->def->moves[m->offer->which];
    bool note = false, proofs = false;
    m->form->id = slice_format(m->g->arena, "move-" S_FMT, S_ARG(move->name));
    m->form->legend = m->form->button = move->label.zh;
    carry(m, "move", move->name);
    for (size_t i = 0; i < move->n_needs; i++) {
        const struct need *need = &move->needs[i];
        note = note || need->kind == NEED_NOTE;
        proofs = proofs || need->kind == NEED_PROOFS;
        if (need->kind == NEED_FIELD)
            ask_slot(m, need->slot, true);
    }
    ask_note(m, note ? S("理由") : S("说明"), note, S(""));
    ask_files(m, proofs);
}

static void make_report(struct making *m)
{
    const struct ledger_def *d = m->e->def;
    struct slice stands = entry_slot_text(m->g->arena, m->e, COMMON_PROGRESS);
    m->form->id = S("report");
    m->form->legend = m->form->button = S("报送进展");
    ask_for(m, (struct input){ .name = "progress", .label = S("进度（%）"), .value = typed_or(m->g, "progress", stands), .mode = "decimal",
        .error = refusal_at(m->g, "progress"), .help = stands.len ? slice_format(m->g->arena, "上次填 " S_FMT "%%", S_ARG(stands)) : S("") }, INPUT_LINE);
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].reported && !d->fields[i].computed)
            ask_slot(m, COMMON_COUNT + (int)i, false);
    ask_note(m, S("说明"), false, S("进度比上次低时，请写明原因"));
    ask_files(m, false);
}

static void make_plan(struct making *m)
{
    struct page *g = m->g;
    size_t typed = 0, n = m->file->n_milestones + PLAN_ROWS_SPARE;
    m->form->id = S("plan");
    m->form->legend = S("填报计划");
    m->form->button = S("保存计划");
    m->form->help = S("每个节点写明到哪一天、完成到百分之几，一个比一个晚、一个比一个多，最后一个写 100%。没有填的行不保存。");
    for (size_t i = 0; g->refused && i < g->q->form.n; i++)
        typed += slice_equal(g->q->form.at[i].name, S("m.title"));
    n = typed ? typed : n;
    for (size_t i = 0; i < n && i < PLAN_ROWS_MAX; i++) {
        struct plan_row row = { .at = (int)i + 1 };
        if (typed) {
            row.title = form_nth(g, "m.title", i);
            row.due = form_nth(g, "m.due", i);
            row.percent = form_nth(g, "m.percent", i);
        } else if (i < m->file->n_milestones) {
            row.title = m->file->milestones[i].title;
            row.due = day_text(g->arena, m->file->milestones[i].due);
            row.percent = slice_format(g->arena, "%d", m->file->milestones[i].percent);
        }
        PUSH(g->arena, &m->form->plan, row);
    }
}

static void make_line(struct making *m)
{
    const struct ledger_def *d = m->e->def;
    const struct lines *lines = &d->lines[m->offer->which];
    m->form->id = slice_format(m->g->arena, "line-" S_FMT, S_ARG(lines->name));
    m->form->legend = lines->label.zh;
    m->form->button = slice_format(m->g->arena, "记入" S_FMT, S_ARG(lines->label.zh));
    m->form->help = lines->append_only ? S("记入以后不能改动。") : S("");
    carry(m, "lines", lines->name);
    for (size_t i = 0; i < lines->n_of; i++) {
        struct input in = slot_input(m->g, d, -1, &lines->of[i], S(""));
        ask_for(m, in, input_kind_of(&in));
    }
    ask_files(m, false);
}

static void make_ask(struct making *m)
{
    const struct ledger_def *d = m->e->def;
    const struct ask *ask = &d->asks[m->offer->which];
    m->form->id = slice_format(m->g->arena, "ask-" S_FMT, S_ARG(ask->name));
    m->form->legend = ask->label.zh;
    m->form->button = slice_format(m->g->arena, "提出" S_FMT, S_ARG(ask->label.zh));
    m->form->help = ask->at_most ? slice_format(m->g->arena, "最多批准 %d 次。", ask->at_most) : S("");
    carry(m, "ask", ask->name);
    for (size_t i = 0; i < ask->n_of; i++) {
        struct input in = slot_input(m->g, d, -1, &ask->of[i], S(""));
        ask_for(m, in, input_kind_of(&in));
    }
    ask_files(m, false);
}

static struct choices yes_or_no(struct page *g, const char *name, struct slice yes, struct slice yes_words, struct slice no, struct slice no_words)
{
    struct choice *at = NEW(g->arena, struct choice, 3);
    struct slice typed = typed_or(g, name, S(""));
    at[0] = (struct choice){ S(""), S("请选择"), !typed.len };
    at[1] = (struct choice){ yes, yes_words, slice_equal(typed, yes) };
    at[2] = (struct choice){ no, no_words, slice_equal(typed, no) };
    return (struct choices){ at, 3 };
}

static void make_answer(struct making *m)
{
    const struct ask *ask = &m->e->def->asks[m->offer->which];
    struct buf b = buf_open(1 << 16);
    m->form->id = slice_format(m->g->arena, "answer-%lld", (long long)m->offer->id);
    m->form->legend = slice_format(m->g->arena, "答复" S_FMT, S_ARG(ask->label.zh));
    m->form->button = S("答复");
    for (size_t i = 0; i < m->file->n_asks; i++)
        if (m->file->asks[i].id == m->offer->id) {
            buf_put(&b, unit_short(m->g->look.people, m->file->asks[i].unit));
            put_fields(m->g, &b, ask->of, ask->n_of, m->file->asks[i].fields);
        }
    m->form->help = buf_keep(m->g->arena, &b);
    carry(m, "id", slice_format(m->g->arena, "%lld", (long long)m->offer->id));
    ask_for(m, (struct input){ .name = "grant", .label = S("答复"), .required = true, .error = refusal_at(m->g, "grant"), .options = yes_or_no(m->g, "grant", S("yes"), S("同意"), S("no"), S("不同意")) }, INPUT_CHOICE);
    ask_note(m, S("说明"), false, S("不同意时请写明理由"));
}

static struct slice of_unit(struct making *m, const char *format)
{
    struct slice unit = unit_short(m->g->look.people, m->offer->id);
    carry(m, "unit", slice_format(m->g->arena, "%lld", (long long)m->offer->id));
    return slice_format(m->g->arena, "%s（" S_FMT "）", format, S_ARG(unit));
}

static void make_sign(struct making *m)
{
    m->form->id = slice_format(m->g->arena, "sign-%lld", (long long)m->offer->id);
    m->form->legend = of_unit(m, m->e->stage == ENTRY_LIVE ? "签收" : "同意分工");
    m->form->button = m->e->stage == ENTRY_LIVE ? S("签收") : S("同意");
}

static void make_return(struct making *m)
{
    m->form->id = slice_format(m->g->arena, "return-%lld", (long long)m->offer->id);
    m->form->legend = of_unit(m, m->e->stage == ENTRY_LIVE ? "退办" : "提出异议");
    m->form->button = m->e->stage == ENTRY_LIVE ? S("退办") : S("提出异议");
    ask_note(m, S("理由"), true, S("写明依据哪一条职责，应当由哪个单位承担"));
}

static void make_rule(struct making *m)
{
    struct slice unit = unit_short(m->g->look.people, m->offer->id), reason = S("");
    m->form->id = slice_format(m->g->arena, "rule-%lld", (long long)m->offer->id);
    m->form->legend = of_unit(m, "裁定退办");
    m->form->button = S("裁定");
    for (size_t i = 0; i < m->file->n_receipts; i++)
        if (m->file->receipts[i].unit == m->offer->id && m->file->receipts[i].stage == (int)m->e->stage)
            reason = m->file->receipts[i].reason;
    m->form->help = slice_format(m->g->arena, S_FMT "的理由：" S_FMT, S_ARG(unit), S_ARG(reason));
    ask_for(m, (struct input){ .name = "ruling", .label = S("裁定"), .required = true, .error = refusal_at(m->g, "ruling"),
        .options = yes_or_no(m->g, "ruling", S("keep"), slice_format(m->g->arena, "维持，仍由" S_FMT "承担", S_ARG(unit)), S("release"), S("改派其他单位")) }, INPUT_CHOICE);
    if (m->e->lead == m->offer->id)
        ask_slot(m, COMMON_LEAD, false);
    ask_note(m, S("说明"), false, S(""));
}

static void make_set(struct making *m)
{
    m->form->id = S("set");
    m->form->legend = S("更正");
    m->form->button = S("保存更正");
    m->form->help = S("更正前后的内容都留在经过里。");
}

static const struct { void (*make)(struct making *m); const char *path; int rank; } acts[] = {
    [ACT_SIGN] = { make_sign, "sign", 1 }, [ACT_ANSWER] = { make_answer, "answer", 2 }, [ACT_RULE] = { make_rule, "rule", 3 },
    [ACT_REPORT] = { make_report, "report", 4 }, [ACT_MOVE] = { make_move, "move", 5 }, [ACT_RETURN] = { make_return, "return", 6 },
    [ACT_ASK] = { make_ask, "ask", 7 }, [ACT_LINE] = { make_line, "line", 8 }, [ACT_PLAN] = { make_plan, "plan", 9 }, [ACT_SET] = { make_set, "set", 11 },
};

/* ---------- all of them ---------- */

enum { RANK_NEXT = 5, RANK_UNUSUAL = 10, RANK_SET = 11 };

/* A move that wants a reason turns things back or breaks them off: it may be made, but it is nobody's next step. */
static int rank_of(const struct entry *e, const struct offer *o)
{
    if (o->act == ACT_MOVE)
        for (size_t i = 0; i < e->def->moves[o->which].n_needs; i++)
            if (e->def->moves[o->which].needs[i].kind == NEED_NOTE)
                return RANK_UNUSUAL;
    return acts[o->act].rank;
}

static struct act_form make_form(struct page *g, const struct entry *e, const struct entry_file *file, const struct offer *o)
{
    struct act_form form = { .action = page_address(g, "/e/%lld/%s", (long long)e->id, acts[o->act].path) };
    struct making m = { g, e, file, o, &form };
    const struct fault *refused = g->refused;
    struct making probe = m; /* which form this is, before anything is asked of the refusal */
    struct act_form name = { 0 };
    probe.form = &name;
    g->refused = NULL;
    acts[o->act].make(&probe);
    bool mine = refused && slice_equal(http_form(g->q, "form"), name.id);
    g->refused = mine ? refused : NULL;
    acts[o->act].make(&m);
    form.hidden = page_hidden(g, e->version);
    form.errors = page_errors(g);
    if (form.errors.n && form.errors.at[0].field.len)
        form.errors.at[0].field = slice_format(g->arena, S_FMT "-" S_FMT, S_ARG(form.id), S_ARG(form.errors.at[0].field));
    form.open = mine;
    g->refused = refused;
    return form;
}

static void add_set_form(struct page *g, const struct entry *e, const struct entry_file *file, const struct offers *offers, struct acts *out)
{
    struct offer o = { .act = ACT_SET };
    struct act_form form = make_form(g, e, file, &o);
    struct making m = { g, e, file, &o, &form };
    const struct fault *refused = g->refused;
    bool any = false;
    g->refused = form.open ? refused : NULL;
    for (size_t i = 0; i < offers->n; i++)
        if (offers->at[i].act == ACT_SET && offers->at[i].allowed) {
            ask_slot(&m, offers->at[i].which, false);
            any = true;
        }
    g->refused = refused;
    if (any)
        PUSH(g->arena, &out->forms, form);
}

static struct slice offer_name(struct page *g, const struct entry *e, const struct offer *o)
{
    switch (o->act) {
    case ACT_MOVE: return e->def->moves[o->which].label.zh;
    case ACT_LINE: return slice_format(g->arena, "记入" S_FMT, S_ARG(e->def->lines[o->which].label.zh));
    case ACT_ASK: return e->def->asks[o->which].label.zh;
    case ACT_REPORT: return S("报送进展");
    case ACT_PLAN: return S("填报计划");
    case ACT_SIGN: return S("签收");
    case ACT_RETURN: return S("退办");
    case ACT_RULE: return S("裁定");
    case ACT_ANSWER: return slice_format(g->arena, "答复" S_FMT, S_ARG(e->def->asks[o->which].label.zh));
    case ACT_SET: return S("更正");
    }
    return S("");
}

/* A door that is only shut for now is named with its reason; one that is another's is not spoken of. */
static void add_reason(struct page *g, const struct entry *e, const struct offer *o, struct acts *out)
{
    bool now = o->why.kind == FAULT_REFUSED || !strcmp(o->why.code, "own-work");
    if (!now || o->act == ACT_SET || o->act == ACT_SIGN || o->act == ACT_RETURN || o->act == ACT_RULE)
        return;
    if (!strcmp(o->why.code, "wrong-state") && o->act != ACT_REPORT) /* of another state: not the next step */
        return;
    struct act_reason r = { offer_name(g, e, o), fault_sentence(g->arena, &o->why) };
    PUSH(g->arena, &out->reasons, r);
}

/* The one thing that comes first: a button on the first page, under the thumb on a phone. NULL: nothing is asked for now. */
const struct offer *first_offer(const struct entry *e, const struct offers *offers)
{
    const struct offer *best = NULL;
    for (size_t i = 0; i < offers->n; i++)
        if (offers->at[i].allowed && rank_of(e, &offers->at[i]) <= RANK_NEXT && (!best || rank_of(e, &offers->at[i]) < rank_of(e, best)))
            best = &offers->at[i];
    return best;
}

struct acts acts_of(struct page *g, const struct entry *e, const struct entry_file *file, const struct offers *offers)
{
    struct acts out = { 0 };
    for (int rank = 1; rank < RANK_SET; rank++)
        for (size_t i = 0; i < offers->n; i++) {
            const struct offer *o = &offers->at[i];
            if (rank_of(e, o) != rank)
                continue;
            if (!o->allowed) {
                add_reason(g, e, o, &out);
                continue;
            }
            struct act_form form = make_form(g, e, file, o);
            PUSH(g->arena, &out.forms, form);
        }
    add_set_form(g, e, file, offers, &out);
    bool any = g->refused != NULL;
    if (out.forms.n && !any)
        out.forms.at[0].open = first_offer(e, offers) != NULL;
    return out;
}

struct slice first_offer_name(struct page *g, const struct entry *e, const struct offer *o)
{
    return offer_name(g, e, o);
}

/* ---------- what the forms become ---------- */

struct slice form_nth(const struct page *g, const char *name, size_t nth)
{
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, slice_of(name)) && !nth--)
            return slice_trim(g->q->form.at[i].value);
    return S("");
}

static void put_milestones(struct buf *b, const struct page *g)
{
    json_name(b, "milestones");
    buf_char(b, '[');
    for (size_t i = 0; i < PLAN_ROWS_MAX; i++) {
        struct slice title = form_nth(g, "m.title", i), due = form_nth(g, "m.due", i), percent = form_nth(g, "m.percent", i);
        int64_t n;
        if (!title.len && !due.len && !percent.len)
            continue;
        json_comma(b);
        buf_text(b, "{\"title\":");
        json_put_string(b, title);
        command_text(b, "due", due);
        if (slice_int(percent, &n))
            command_number(b, "percent", n);
        else
            command_text(b, "percent", percent);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

enum { SENDS_SET = 1, SENDS_PLAN = 2, SENDS_GRANT = 4, SENDS_FILES = 8 };
static const struct { const char *path, *done; uint32_t sends; const char *fields[4]; } posts[] = {
    { "move", "moved", SENDS_SET | SENDS_FILES, { "move", "note" } },
    { "report", "reported", SENDS_SET | SENDS_FILES, { "progress", "note" } },
    { "plan", "planned", SENDS_PLAN, { 0 } },
    { "line", "lined", SENDS_SET | SENDS_FILES, { "lines", "note" } },
    { "ask", "asked", SENDS_SET | SENDS_FILES, { "ask", "note" } },
    { "answer", "answered", SENDS_GRANT, { "id", "note" } },
    { "sign", "signed", 0, { "unit" } },
    { "return", "returned", 0, { "unit", "note" } },
    { "rule", "ruled", SENDS_SET, { "unit", "ruling", "note" } },
    { "set", "set", SENDS_SET, { 0 } },
};

static enum http_outcome refuse_form(struct page *g, struct buf *b, const char *code, struct slice about, struct slice field, page_fn *again)
{
    struct fault *f = NEW(g->arena, struct fault, 1);
    buf_close(b);
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = field;
    return page_again(g, f, again);
}

static void put_id(struct buf *b, const struct page *g, const char *name)
{
    int64_t id;
    if (slice_int(http_form(g->q, name), &id))
        command_number(b, name, id);
}

/* One function for all acts: which fields each sends stands in the table. */
enum http_outcome post_act(struct page *g)
{
    struct slice act = http_param(g->q, "act");
    bool on_own_page = http_form(g->q, "own").len > 0;
    page_fn *again = on_own_page ? show_report_form : show_entry;
    size_t at = 0;
    while (at < COUNT(posts) && !slice_equal(slice_of(posts[at].path), act))
        at++;
    if (at == COUNT(posts))
        return page_missing(g);
    if (http_form(g->q, "step").len)
        return show_report_form(g);
    struct buf b = command_begin(g, posts[at].path);
    struct fault *f = NEW(g->arena, struct fault, 1);
    command_text(&b, "entry", http_param(g->q, "id"));
    for (size_t i = 0; i < COUNT(posts[at].fields) && posts[at].fields[i]; i++)
        if (!strcmp(posts[at].fields[i], "id"))
            put_id(&b, g, "id");
        else
            command_form(&b, g, posts[at].fields[i]);
    if (posts[at].sends & SENDS_SET)
        command_set(&b, g);
    if (posts[at].sends & SENDS_PLAN)
        put_milestones(&b, g);
    if (posts[at].sends & SENDS_GRANT) {
        struct slice grant = http_form(g->q, "grant");
        if (!slice_equal(grant, S("yes")) && !slice_equal(grant, S("no")))
            return refuse_form(g, &b, "needs-field", S("答复"), S("grant"), again);
        json_name(&b, "grant");
        buf_text(&b, slice_equal(grant, S("yes")) ? "true" : "false");
    }
    if ((posts[at].sends & SENDS_FILES) && !command_proofs(&b, g, "proofs", f))
        return page_again(g, f, again);
    return page_command(g, &b, page_address(g, "/e/" S_FMT "?done=%s", S_ARG(http_param(g->q, "id")), posts[at].done), again);
}

/* ---------- a new entry ---------- */

enum http_outcome show_open(struct page *g)
{
    const struct ledger_def *d = pack_ledger(g->look.pack, http_param(g->q, "ledger"));
    struct fault f;
    if (!d)
        return page_missing(g);
    if (!may_open(&g->look, d))
        return fault_set(&f, FAULT_FORBIDDEN, "not-permitted", S(""), S("")), page_fail(g, &f);
    struct slice noun = d->noun.zh.len ? d->noun.zh : S("事项");
    struct open_page v = { .shell = page_shell(g, slice_format(g->arena, "新增" S_FMT, S_ARG(noun)), NULL), .hidden = page_hidden(g, 0), .errors = page_errors(g),
        .noun = noun, .ledger = d->label.zh, .back = page_address(g, "/l/" S_FMT, S_ARG(d->name)), .action = page_address(g, "/l/" S_FMT "/new", S_ARG(d->name)) };
    static const int common[] = { COMMON_TITLE, COMMON_LEAD, COMMON_SUPPORT, COMMON_LEADER, COMMON_DUE };
    for (size_t i = 0; i < COUNT(common); i++) {
        struct input in = slot_input(g, d, common[i], NULL, S(""));
        in.required = common[i] == COMMON_TITLE || (d->required_common >> common[i] & 1);
        any_push(g, &v.inputs, in, input_kind_of(&in));
    }
    for (size_t i = 0; i < d->n_fields; i++)
        if (!d->fields[i].computed && !d->fields[i].reported) {
            struct input in = slot_input(g, d, COMMON_COUNT + (int)i, &d->fields[i], d->fields[i].fallback);
            any_push(g, &v.inputs, in, input_kind_of(&in));
        }
    tpl_open(&g->p->body, &v);
    return HTTP_DONE;
}

static enum http_outcome opened(struct page *g)
{
    return page_redirect(g, page_address(g, "/e/%lld?done=open", (long long)g->sent->entry));
}

enum http_outcome post_open(struct page *g)
{
    struct buf b = command_begin(g, "open");
    command_text(&b, "ledger", http_param(g->q, "ledger"));
    command_set(&b, g);
    return page_send(g, &b, &(struct send){ .ok = opened, .again = show_open });
}
