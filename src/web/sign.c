/* sign.c: sign for or return as not ours (签收, 退办, M163); opinions on drafts the same way (征求意见); and the office's
 * rulings. What is shown is what the receipts say; what may be done is asked of the kernel by the commands. */
#include "web/pages_office.h"
#include "pages.tpl.h"

/* ---------- rows ---------- */

static struct slice waits(struct page *g, const struct receipt_row *r)
{
    if (r->due == DAY_NONE)
        return S("待签收");
    if (r->due < g->look.today)
        return slice_format(g->arena, "已过 %d 天", g->look.today - r->due);
    int left = pack_workdays_between(g->look.pack, g->look.today, r->due);
    return left ? slice_format(g->arena, "还剩 %d 个工作日", left) : S("今天到期");
}

static struct sign_row row_of(struct page *g, const struct entry *e, const struct receipt_row *r)
{
    struct sign_row row = { .id = e->id, .unit = r->unit, .version = e->version, .title = e->title, .number = e->number, .due = e->due, .until = r->due,
        .return_until = r->return_until, .leader = person_name(g->look.people, e->leader), .unit_name = unit_short(g->look.people, r->unit),
        .lead = r->unit == e->lead, .def = e->def, .due_label = slot_label(e->def, COMMON_DUE).zh, .said = waits(g, r), .light = r->due != DAY_NONE && r->due < g->look.today ? "r" : "y" };
    for (size_t i = 0; i < e->def->n_roles; i++)
        if (slice_equal(e->def->roles[i].name, r->role))
            row.role = e->def->roles[i].label.zh;
    row.href = e->stage == ENTRY_LIVE ? page_address(g, "/e/%lld", (long long)e->id)
        : e->document ? page_address(g, "/reports/%lld?ledger=" S_FMT "#p%lld", (long long)e->document, S_ARG(e->def->name), (long long)e->id) : S("");
    row.may_sign = true;
    row.may_return = r->return_until == DAY_NONE || g->look.today <= r->return_until;
    if (slice_equal(r->state, S("returned")))
        row.said = S("已退办，等裁定"), row.light = "n", row.may_sign = row.may_return = false;
    return row;
}

static struct plea plea_of(struct page *g, const struct entry *e, const struct receipt_row *r)
{
    return (struct plea){ .entry = e->id, .unit = r->unit, .unit_name = unit_short(g->look.people, r->unit), .title = e->title, .reason = r->reason,
        .by = account_name(g->look.people, r->account), .on = r->answered_on, .lead = r->unit == e->lead, .ruling = r->ruling,
        .state = slice_equal(r->state, S("confirmed")) ? slice_format(g->arena, "维持" S_FMT, S_ARG(unit_short(g->look.people, r->unit)))
            : slice_format(g->arena, "不再由" S_FMT "负责", S_ARG(unit_short(g->look.people, r->unit))) };
}

/* The units at which the person answers for what is handed out. */
static bool own_receipts(struct page *g, struct receipts *list, struct fault *f)
{
    const struct actor *who = &g->look.who;
    for (size_t i = 0; i < who->n_duties; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before = before || who->duties[k]->unit == who->duties[i]->unit;
        if (!before && !receipts_of_unit(&g->look, who->duties[i]->unit, list, f))
            return false;
    }
    return true;
}

static bool sort_own(struct page *g, struct sign_page *v, const struct receipt_of *r, struct fault *f)
{
    struct entry e;
    bool asked = slice_equal(r->row.state, S("asked")), returned = slice_equal(r->row.state, S("returned"));
    bool ruled = slice_equal(r->row.state, S("confirmed")) || slice_equal(r->row.state, S("released"));
    if (!asked && !returned && !ruled)
        return true;
    if (!entry_see(&g->look, r->entry, &e, f))
        return f->kind == FAULT_MISSING; /* a draft that was dropped, an entry that went to others */
    if (r->row.stage != (int)e.stage || !receipt_is_own(&g->look, &e, &r->row))
        return true;
    if (ruled) {
        PUSH(g->arena, &v->past, plea_of(g, &e, &r->row));
        return true;
    }
    struct sign_row row = row_of(g, &e, &r->row);
    if (e.stage == ENTRY_LIVE) {
        v->n_sign += asked;
        PUSH(g->arena, &v->rows, row);
    } else {
        v->n_opinions += asked;
        PUSH(g->arena, &v->opinions, row);
    }
    return true;
}

/* What this person may rule: returns on entries where a role of theirs rules, objections to drafts of their office. */
static bool may_rule(struct page *g, const struct entry *e)
{
    if (e->stage == ENTRY_LIVE)
        return entry_roles(&g->look, e) & e->def->receipt.rules;
    return page_can(g, CAN_HAND_OUT);
}

static bool fill_rulings(struct page *g, struct sign_page *v, struct fault *f)
{
    struct receipts list = { 0 };
    if (!receipts_in_state(&g->look, S("returned"), &list, f))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        struct entry e;
        if (!entry_see(&g->look, list.at[i].entry, &e, f)) {
            if (f->kind != FAULT_MISSING)
                return false;
            continue;
        }
        if (list.at[i].row.stage != (int)e.stage || !may_rule(g, &e))
            continue;
        struct plea p = plea_of(g, &e, &list.at[i].row);
        p.open = true;
        PUSH(g->arena, &v->rulings, p);
    }
    return true;
}

/* ---------- the page ---------- */

static day first_until(const struct sign_rows *rows)
{
    day first = DAY_NONE;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].may_sign && rows->at[i].until != DAY_NONE && (first == DAY_NONE || rows->at[i].until < first))
            first = rows->at[i].until;
    return first;
}

static struct slice sign_headline(struct page *g, const struct sign_page *v)
{
    day until = first_until(v->n_sign ? &v->rows : &v->opinions);
    struct slice when = until == DAY_NONE ? S("") : slice_format(g->arena, "，" S_FMT "前", S_ARG(day_short(g->arena, until, 0)));
    int y, m, n;
    if (until != DAY_NONE) {
        day_parts(until, &y, &m, &n);
        when = slice_format(g->arena, "，%d月%d日前", m, n);
    }
    if (v->n_sign)
        return slice_format(g->arena, "%zu 项待签收" S_FMT, v->n_sign, S_ARG(when));
    if (v->rulings.n)
        return slice_format(g->arena, "%zu 件异议等您裁定", v->rulings.n);
    if (v->n_opinions)
        return slice_format(g->arena, "%zu 项分工征求意见" S_FMT, v->n_opinions, S_ARG(when));
    return S("没有待签收的事项");
}

static struct sign_groups groups_of(struct page *g, const struct sign_rows *rows)
{
    struct sign_groups groups = { 0 };
    for (size_t i = 0; i < rows->n; i++) {
        const struct ledger_def *d = rows->at[i].def;
        size_t k = 0;
        while (k < groups.n && groups.at[k].def != d)
            k++;
        if (k == groups.n)
            PUSH(g->arena, &groups, ((struct sign_group){ .def = d, .noun = ledger_noun(d), .leader_label = slot_label(d, COMMON_LEADER).zh, .due_label = slot_label(d, COMMON_DUE).zh }));
        PUSH(g->arena, &groups.at[k].rows, rows->at[i]);
    }
    return groups;
}

/* The first role that rules on the returns of the first row's ledger. */
static struct slice chaser_of(const struct sign_rows *rows)
{
    const struct ledger_def *d = rows->n ? rows->at[0].def : NULL;
    for (size_t i = 0; d && i < d->n_roles; i++)
        if (d->receipt.rules >> i & 1)
            return d->roles[i].label.zh;
    return S("");
}

static void fill_return(struct page *g, struct sign_page *v)
{
    int64_t id, unit;
    struct slice entry = g->refused ? http_form(g->q, "entry") : http_query(g->q, "back");
    struct slice at = g->refused ? http_form(g->q, "unit") : http_query(g->q, "unit");
    if (!slice_int(entry, &id) || !slice_int(at, &unit))
        return;
    for (int k = 0; k < 2; k++) {
        const struct sign_rows *rows = k ? &v->opinions : &v->rows;
        for (size_t i = 0; i < rows->n; i++)
            if (rows->at[i].id == id && rows->at[i].unit == unit && rows->at[i].may_return) {
                v->returning = true;
                v->back = rows->at[i];
                v->hidden_return = page_hidden(g, rows->at[i].version);
            }
    }
    v->note = (struct input){ .name = "note", .type = "area", .label = S("不属于本单位职责的理由"), .required = true, .max = 2000, .value = typed_or(g, "note", S("")),
        .help = S("写明依据的文件和条款，以及建议由谁负责。"), .error = refusal_at(g, "note") };
}

enum http_outcome show_sign(struct page *g)
{
    struct sign_page v = { 0 };
    struct receipts own = { 0 };
    struct fault f;
    if (!own_receipts(g, &own, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < own.n; i++)
        if (!sort_own(g, &v, &own.at[i], &f))
            return page_fail(g, &f);
    if (!fill_rulings(g, &v, &f))
        return page_fail(g, &f);
    fill_return(g, &v);
    v.groups = groups_of(g, &v.rows);
    v.opinion_groups = groups_of(g, &v.opinions);
    v.chaser = chaser_of(&v.rows);
    v.headline = sign_headline(g, &v);
    v.shell = page_shell(g, v.headline, "/sign");
    v.done = page_done(g);
    v.errors = page_errors(g);
    v.hidden = page_hidden(g, 0);
    v.hidden_opinions = page_hidden(g, 0);
    if (v.rulings.n)
        v.units = unit_options(g);
    tpl_sign(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- answers ---------- */

static enum http_outcome send_signed(struct page *g)
{
    struct buf b = command_begin(g, "sign");
    struct fault f;
    size_t n = 0;
    json_name(&b, "entries");
    buf_char(&b, '[');
    for (size_t i = 0; i < g->q->form.n; i++)
        if (slice_equal(g->q->form.at[i].name, S("e"))) {
            json_comma(&b);
            json_put_string(&b, g->q->form.at[i].value);
            n++;
        }
    buf_char(&b, ']');
    if (n)
        return page_command(g, &b, S("/sign?done=signed"), show_sign);
    buf_close(&b);
    fault_set(&f, FAULT_REFUSED, "nothing-ticked", S(""), S(""));
    return page_again(g, &f, show_sign);
}

enum http_outcome post_sign(struct page *g)
{
    if (!slice_equal(http_form(g->q, "do"), S("return")))
        return send_signed(g);
    struct buf b = command_begin(g, "return");
    command_form(&b, g, "entry");
    command_form(&b, g, "unit");
    command_form(&b, g, "note");
    return page_command(g, &b, S("/sign?done=returned"), show_sign);
}

/* "17.4": the entry and the unit; the fields of the ruling carry the same mark, since one form holds them all. */
bool ruling_command(struct page *g, struct buf *b)
{
    struct slice mark = http_form(g->q, "rule"), rest = mark, entry = S("");
    if (!mark.len || !slice_cut(&rest, '.', &entry) || !rest.len)
        return false;
    struct slice ruling = http_form(g->q, slice_text(g->arena, slice_format(g->arena, "ruling." S_FMT, S_ARG(mark))));
    struct slice lead = slice_trim(http_form(g->q, slice_text(g->arena, slice_format(g->arena, "lead." S_FMT, S_ARG(mark)))));
    *b = command_begin(g, "rule");
    command_text(b, "entry", entry);
    command_text(b, "unit", rest);
    command_text(b, "ruling", ruling);
    command_text(b, "note", http_form(g->q, slice_text(g->arena, slice_format(g->arena, "note." S_FMT, S_ARG(mark)))));
    if (slice_equal(ruling, S("release")) && lead.len) {
        buf_text(b, ",\"set\":{\"lead\":");
        json_put_string(b, lead);
        buf_char(b, '}');
    }
    return true;
}

enum http_outcome post_rule(struct page *g)
{
    struct buf b;
    struct fault f;
    if (!ruling_command(g, &b)) { /* Enter in a field rules nothing */
        fault_set(&f, FAULT_REFUSED, "nothing-to-rule", S(""), S(""));
        return page_again(g, &f, show_sign);
    }
    return page_command(g, &b, S("/sign?done=ruled"), show_sign);
}
