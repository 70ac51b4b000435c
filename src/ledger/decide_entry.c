/* decide_entry.c: what can be done to a live entry. Each function reads the pack's rows, appends events, writes nothing
 * itself; a refusal names the field or the rule. */
#include "ledger/inside.h"

static bool refuse(struct fault *f, const char *code, struct slice about, const char *field)
{
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = slice_of(field);
    return false;
}

/* Everything in "set" goes into slots that `allowed` says yes to. */
static bool set_slots(struct change *c, const struct json *set, bool (*allowed)(const struct change *c, int slot), struct fault *f)
{
    const struct ledger_def *d = c->now.def;
    for (const struct json *m = set && set->kind == JSON_OBJECT ? set->first : NULL; m; m = m->next) {
        int slot = ledger_slot(d, m->name);
        const struct field *field = slot >= COMMON_COUNT ? &d->fields[slot - COMMON_COUNT] : NULL;
        struct slice canonical;
        if (slot < 0)
            return refuse(f, "unknown-field", m->name, slice_text(c->w->arena, m->name));
        if (field && field->computed)
            return refuse(f, "field-computed", field->label.zh, slice_text(c->w->arena, m->name));
        if (!allowed(c, slot)) {
            fault_set(f, FAULT_FORBIDDEN, "field-not-yours", slot_label(d, slot).zh, S(""));
            f->field = m->name;
            return false;
        }
        if (!slot_read(&c->w->look, d, slot, field, m, &canonical, f))
            return false;
        if (slot == COMMON_TITLE && !canonical.len)
            return refuse(f, "needs-field", slot_label(d, slot).zh, "title");
        change_slot(c, slot, canonical);
    }
    return true;
}

bool slot_required(const struct ledger_def *d, int slot)
{
    return slot < COMMON_COUNT ? d->required_common >> slot & 1 : d->fields[slot - COMMON_COUNT].required;
}

/* The first field that must be filled before an entry lives; -1 where none is missing. */
int entry_missing(const struct look *look, const struct entry *e)
{
    int last = COMMON_COUNT + (int)e->def->n_fields;
    for (int slot = 0; slot < last; slot++)
        if (slot_required(e->def, slot) && !entry_slot_text(look->arena, e, slot).len)
            return slot;
    return -1;
}

bool entry_complete(const struct look *look, const struct entry *e)
{
    return e->title.len && entry_missing(look, e) < 0;
}

static bool complete(const struct change *c, struct fault *f)
{
    int slot = entry_missing(&c->w->look, &c->now);
    if (slot < 0 && c->now.title.len)
        return true;
    if (slot < 0)
        slot = COMMON_TITLE;
    return refuse(f, "needs-field", slot_label(c->now.def, slot).zh, slice_text(c->w->arena, slot_name(c->now.def, slot)));
}

/* ---------- numbers are given when an entry goes live ---------- */

bool change_number(struct change *c, struct fault *f)
{
    const struct ledger_def *d = c->now.def;
    struct arena *a = c->w->arena;
    int64_t last;
    if (!store_number(c->w->look.conn, SQL_NUMBER_LAST, ARGS(v_int(c->w->ledger->county), v_text(d->name), v_int(c->now.year)), 0, &last, f))
        return false;
    c->now.number = number_text(a, d->number, c->now.year, last + 1);
    event_set(a, c->event, "number", c->now.number);
    event_set_int(a, c->event, "number.year", c->now.year);
    event_set_int(a, c->event, "number.seq", last + 1);
    return true;
}

void change_go_live(struct change *c)
{
    c->now.stage = ENTRY_LIVE;
    c->now.opened_on = c->w->look.today;
    event_set_int(c->w->arena, c->event, "stage", ENTRY_LIVE);
    event_set_day(c->w->arena, c->event, "opened_on", c->now.opened_on);
}

/* ---------- open ---------- */

/* A new entry before its first event: it gets the sequence number of that event as its id. */
struct change change_open(struct work *w, const struct ledger_def *d, int64_t keeper, int64_t year)
{
    struct entry e = { .id = w->next_seq, .def = d, .stage = ENTRY_DRAFT, .keeper = keeper, .section_id = -1, .state = d->initial, .progress = -1,
        .due = DAY_NONE, .opened_on = DAY_NONE, .updated_on = DAY_NONE, .closed_on = DAY_NONE, .year = year, .title = S(""), .number = S(""),
        .section = S("") };
    struct change c = change_begin(w, "opened", &e);
    for (size_t i = 0; i < d->n_fields; i++)
        c.now.own[i] = S("");
    c.before.own = c.now.own;
    event_set_int(w->arena, c.event, "stage", ENTRY_DRAFT);
    event_set_int(w->arena, c.event, "keeper", keeper);
    event_set_int(w->arena, c.event, "year", year);
    event_set(w->arena, c.event, "state", d->states[d->initial].name);
    w->touched = e.id;
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].fallback.len)
            change_slot(&c, COMMON_COUNT + (int)i, d->fields[i].fallback);
    return c;
}

static bool any_slot(const struct change *c, int slot)
{
    return slot >= COMMON_COUNT || (slot < COMMON_OPENED_ON && slot != COMMON_NUMBER && slot != COMMON_STATE && slot != COMMON_LIGHT && slot != COMMON_KEEPER);
}

/* The duties that may open an entry: those of roles that are held at the office that keeps it. */
static uint32_t opened_by(const struct ledger_def *d)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < d->n_roles; i++)
        if (d->roles[i].field < 0 && (!d->open_by || (d->open_by >> i & 1)))
            kinds |= d->roles[i].duties;
    return kinds;
}

bool may_open(const struct look *look, const struct ledger_def *d)
{
    return look->who.kinds & opened_by(d);
}

bool decide_open(struct work *w, struct fault *f)
{
    const struct ledger_def *d = pack_ledger(w->look.pack, json_text(w->body, "ledger"));
    if (!d)
        return refuse(f, "unknown-ledger", json_text(w->body, "ledger"), "ledger");
    int64_t keeper = work_duty_unit(w, opened_by(d), 0);
    if (!keeper && !w->ledger->options.sabotage_no_permission)
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    int y, m, n;
    day_parts(w->look.today, &y, &m, &n);
    struct change c = change_open(w, d, keeper, y);
    if (!set_slots(&c, json_get(w->body, "set"), any_slot, f) || !complete(&c, f) || !change_number(&c, f))
        return false;
    change_go_live(&c);
    return change_end(&c, f);
}

/* ---------- set: a correction; in a draft the office fills what it likes ---------- */

static bool office_slot(const struct change *c, int slot)
{
    return any_slot(c, slot) && slot != COMMON_PROGRESS;
}

static uint32_t slot_set_by(const struct ledger_def *d, int slot)
{
    return slot < COMMON_COUNT ? d->common_set_by[slot] : d->fields[slot - COMMON_COUNT].set_by;
}

static bool own_slot(const struct change *c, int slot)
{
    return c->w->ledger->options.sabotage_no_permission || (slot_set_by(c->now.def, slot) & entry_roles(&c->w->look, &c->before));
}

bool set_open_to(const struct look *look, const struct entry *e, int slot, struct fault *f)
{
    const struct change c = { .before = *e, .now = *e };
    bool draft = e->stage != ENTRY_LIVE;
    if (slot >= COMMON_COUNT && e->def->fields[slot - COMMON_COUNT].computed)
        return refuse(f, "field-computed", slot_label(e->def, slot).zh, slice_text(look->arena, slot_name(e->def, slot)));
    if (draft ? office_slot(&c, slot) && office_of(look, e->keeper, CAN_HAND_OUT | CAN_IMPORT) : (slot_set_by(e->def, slot) & entry_roles(look, e)) != 0)
        return true;
    fault_set(f, FAULT_FORBIDDEN, "field-not-yours", slot_label(e->def, slot).zh, S(""));
    f->field = slot_name(e->def, slot);
    return false;
}

static bool set_one(struct work *w, const struct entry *e, const struct json *set, struct fault *f)
{
    bool draft = e->stage != ENTRY_LIVE;
    if (!set || set->kind != JSON_OBJECT || !set->first)
        return refuse(f, "nothing-said", S(""), "set");
    if (draft && !work_office(w, e->keeper, CAN_HAND_OUT | CAN_IMPORT, f))
        return false;
    struct change c = change_begin(w, "changed", e);
    if (!set_slots(&c, set, draft ? office_slot : own_slot, f) || (!draft && !complete(&c, f)))
        return false;
    return !c.event->n || change_end(&c, f); /* what stood there already is no event */
}

/* "rows": [{"entry": 17, "version": 40, "set": {…}}, …]: a grid that is saved, proposals that are adopted: each entry
 * with values of its own, and still one act that one undo takes back. The fault's field is "e17.due". */
static bool set_rows(struct work *w, const struct json *rows, struct fault *f)
{
    size_t n = 0;
    for (const struct json *m = rows->kind == JSON_ARRAY ? rows->first : NULL; m; m = m->next) {
        struct entry e;
        if (++n > COMMAND_ENTRIES_MAX)
            return fault_set(f, FAULT_REFUSED, "too-many-entries", slice_format(w->arena, "%d", COMMAND_ENTRIES_MAX), S(""));
        if (!entry_find(&w->look, json_text(m, "entry"), &e, f) || !version_current(w, m, &e, f))
            return false;
        if (!set_one(w, &e, json_get(m, "set"), f)) {
            f->field = slice_format(w->arena, "e%lld." S_FMT, (long long)e.id, S_ARG(f->field));
            return false;
        }
        w->touched = e.id;
    }
    return n || refuse(f, "nothing-said", S(""), "rows");
}

bool decide_set(struct work *w, struct fault *f)
{
    struct entry *at;
    size_t n;
    const struct json *rows = json_get(w->body, "rows");
    if (rows)
        return set_rows(w, rows, f);
    if (!work_entries(w, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!set_one(w, &at[i], json_get(w->body, "set"), f))
            return false;
    return true;
}

/* ---------- move ---------- */

static bool needs_met(const struct change *c, const struct move *move, bool proofs, struct fault *f)
{
    for (size_t i = 0; i < move->n_needs; i++) {
        const struct need *need = &move->needs[i];
        if (need->kind == NEED_PROOFS && !proofs)
            return refuse(f, "needs-proofs", move->label.zh, "proofs");
        if (need->kind == NEED_NOTE && !json_text(c->w->body, "note").len)
            return refuse(f, "needs-note", move->label.zh, "note");
        if (need->kind == NEED_FIELD && !entry_slot_text(c->w->arena, &c->now, need->slot).len)
            return refuse(f, "needs-field", slot_label(c->now.def, need->slot).zh, slice_text(c->w->arena, slot_name(c->now.def, need->slot)));
    }
    return true;
}

/* May this person make this move, apart from what must be filled in? The pages ask the same. */
bool move_open_to(const struct look *look, const struct entry *e, const struct move *move, bool ignore_permission, struct fault *f)
{
    uint32_t roles = entry_roles(look, e);
    if (!ignore_permission && !(roles & move->by))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (!ignore_permission && (roles & move->not_by)) /* who did it never checks it */
        return fault_set(f, FAULT_FORBIDDEN, "own-work", move->label.zh, S(""));
    if (e->stage != ENTRY_LIVE || !(move->from >> e->state & 1))
        return fault_set(f, FAULT_REFUSED, "wrong-state", e->def->states[e->state].label.zh, move->label.zh);
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    if (move->when && !expr_holds(move->when, &scope))
        return fault_set(f, FAULT_REFUSED, "not-yet", move->otherwise.zh.len ? move->otherwise.zh : move->label.zh, S(""));
    return true;
}

/* Whoever makes a move may fill what it needs, unless the ledger says whose the field is. */
static bool needed_slot(const struct change *c, int slot)
{
    const struct move *move = NULL;
    int at = ledger_move(c->now.def, json_text(c->w->body, "move"));
    if (at >= 0)
        move = &c->now.def->moves[at];
    for (size_t i = 0; move && i < move->n_needs; i++)
        if (move->needs[i].kind == NEED_FIELD && move->needs[i].slot == slot && !slot_set_by(c->now.def, slot))
            return true;
    return own_slot(c, slot);
}

static bool count_up(struct change *c, struct slice name, struct fault *f)
{
    struct rows r;
    int64_t n = 0;
    store_ask(c->w->look.conn, SQL_COUNTER_ALL, ARGS(v_int(c->w->ledger->county), v_int(c->now.id)), &r, f);
    while (rows_next(&r))
        if (slice_equal(rows_text(&r, 0), name))
            n = rows_int(&r, 1);
    event_set_int(c->w->arena, c->event, slice_text(c->w->arena, slice_format(c->w->arena, "n." S_FMT, S_ARG(name))), n + 1);
    return rows_end(&r);
}

bool decide_move(struct work *w, struct fault *f)
{
    struct entry e;
    bool proofs;
    if (!work_entry(w, &e, f))
        return false;
    int at = ledger_move(e.def, json_text(w->body, "move"));
    if (at < 0)
        return refuse(f, "unknown-move", json_text(w->body, "move"), "move");
    const struct move *move = &e.def->moves[at];
    if (!move_open_to(&w->look, &e, move, w->ledger->options.sabotage_no_permission, f))
        return false;
    struct change c = change_begin(w, "moved", &e);
    if (!set_slots(&c, json_get(w->body, "set"), needed_slot, f) || !work_proofs(w, c.event, &proofs, f) || !needs_met(&c, move, proofs, f))
        return false;
    event_set(w->arena, c.event, "move", move->name);
    change_state(&c, move->to);
    if (move->ending != ENDING_NONE) {
        c.now.ending = move->ending;
        event_set(w->arena, c.event, "ending", slice_of(ending_word(move->ending)));
    }
    if (move->counts.len && !count_up(&c, move->counts, f))
        return false;
    return change_end(&c, f);
}

/* ---------- report: the reported fields, the progress, its proofs ---------- */

static bool reported_slot(const struct change *c, int slot)
{
    return slot >= COMMON_COUNT && c->now.def->fields[slot - COMMON_COUNT].reported;
}

static bool read_progress(struct change *c, struct fault *f)
{
    const struct json *typed = json_get(c->w->body, "progress");
    struct slice text;
    if (!typed || !typed->text.len)
        return true;
    if (!slot_read(&c->w->look, c->now.def, COMMON_PROGRESS, NULL, typed, &text, f))
        return false;
    struct decimal d;
    if (!decimal_parse(text, &d) || d.value < 0 || decimal_compare(d, decimal_int(100)) > 0)
        return refuse(f, "bad-progress", S(""), "progress");
    int before = c->now.progress;
    change_slot(c, COMMON_PROGRESS, text);
    if (c->now.progress < before && !json_text(c->w->body, "note").len) /* M50: progress never falls without a reason */
        return refuse(f, "progress-falls", S(""), "note");
    return true;
}

bool report_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f)
{
    if (!ignore_permission && !(entry_roles(look, e) & e->def->report_by))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (e->stage != ENTRY_LIVE || (e->def->final >> e->state & 1))
        return fault_set(f, FAULT_REFUSED, "wrong-state", e->def->states[e->state].label.zh, S("报送进展"));
    return true;
}

bool decide_report(struct work *w, struct fault *f)
{
    struct entry e;
    bool proofs;
    if (!work_entry(w, &e, f) || !report_open_to(&w->look, &e, w->ledger->options.sabotage_no_permission, f))
        return false;
    struct change c = change_begin(w, "reported", &e);
    if (!set_slots(&c, json_get(w->body, "set"), reported_slot, f) || !read_progress(&c, f) || !work_proofs(w, c.event, &proofs, f))
        return false;
    if (!c.event->n && !json_text(w->body, "note").len)
        return refuse(f, "nothing-said", S(""), "set");
    int to = e.def->report_moves ? e.def->report_moves[e.state] : -1;
    if (to >= 0)
        change_state(&c, to);
    return change_end(&c, f);
}

/* ---------- plan ---------- */

static bool read_milestones(struct work *w, const struct entry *e, struct milestone **at, size_t *n, struct buf *b, struct fault *f)
{
    const struct json *list = json_get(w->body, "milestones");
    struct { struct milestone *at; size_t n, cap; } found = { 0 };
    buf_char(b, '[');
    for (const struct json *m = list && list->kind == JSON_ARRAY ? list->first : NULL; m; m = m->next) {
        struct milestone one = { .title = json_text(m, "title") };
        int64_t percent;
        const struct milestone *last = found.n ? &found.at[found.n - 1] : NULL;
        if (!one.title.len || one.title.len > 600)
            return refuse(f, "needs-field", S("节点"), "milestones");
        if (!day_parse(json_text(m, "due"), &one.due))
            return refuse(f, "bad-day", one.title, "milestones");
        if (!json_int(m, "percent", &percent) || percent < 1 || percent > 100)
            return refuse(f, "bad-percent", one.title, "milestones");
        one.percent = (int)percent;
        if (last && (one.due <= last->due || one.percent <= last->percent))
            return refuse(f, "plan-order", one.title, "milestones");
        if (e->due != DAY_NONE && one.due > e->due)
            return refuse(f, "plan-after-due", one.title, "milestones");
        if (found.n == 36)
            return refuse(f, "too-many-milestones", S("36"), "milestones");
        PUSH(w->arena, &found, one);
        json_comma(b);
        buf_text(b, "{\"title\":");
        json_put_string(b, one.title);
        buf_text(b, ",\"due\":\"");
        day_put(b, one.due);
        buf_format(b, "\",\"percent\":%d}", one.percent);
    }
    buf_char(b, ']');
    *at = found.at;
    *n = found.n;
    return found.n || refuse(f, "nothing-said", S(""), "milestones");
}

bool plan_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f)
{
    if (e->def->plan == PLAN_NONE)
        return refuse(f, "no-plan-here", e->def->label.zh, "milestones");
    if (!ignore_permission && !(entry_roles(look, e) & e->def->plan_by))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (e->stage != ENTRY_LIVE || (e->def->final >> e->state & 1))
        return fault_set(f, FAULT_REFUSED, "wrong-state", e->def->states[e->state].label.zh, S("填报计划"));
    return true;
}

bool decide_plan(struct work *w, struct fault *f)
{
    struct entry e;
    if (!work_entry(w, &e, f) || !plan_open_to(&w->look, &e, w->ledger->options.sabotage_no_permission, f))
        return false;
    struct change c = change_begin(w, "planned", &e);
    struct milestone *at = NULL;
    struct buf b = buf_open(1 << 16);
    bool ok = read_milestones(w, &e, &at, &c.n_plan, &b, f);
    if (ok)
        event_set(w->arena, c.event, "plan", slice_copy(w->arena, buf_slice(&b)));
    buf_close(&b);
    c.plan = at;
    return ok && change_end(&c, f);
}

/* ---------- lines: instructions, visits, payments ---------- */

/* {"text": "…", "until": "2026-06-01"}: the row as it is kept, canonical by its declaration. */
static bool read_row(struct work *w, const struct ledger_def *d, const struct field *of, size_t n_of, const struct json *set, struct slice *values, struct slice *row, struct fault *f)
{
    struct buf b = buf_open(1 << 17);
    bool ok = true;
    for (const struct json *m = set && set->kind == JSON_OBJECT ? set->first : NULL; ok && m; m = m->next) {
        bool known = false;
        for (size_t i = 0; i < n_of; i++)
            known = known || slice_equal(of[i].name, m->name);
        if (!known)
            ok = refuse(f, "unknown-field", m->name, slice_text(w->arena, m->name));
    }
    buf_char(&b, '{');
    for (size_t i = 0; ok && i < n_of; i++) {
        const struct json *typed = json_get(set, slice_text(w->arena, of[i].name));
        values[i] = S("");
        ok = !typed || slot_read(&w->look, d, -1, &of[i], typed, &values[i], f);
        if (ok && of[i].required && !values[i].len)
            ok = refuse(f, "needs-field", of[i].label.zh, slice_text(w->arena, of[i].name));
        if (!ok || !values[i].len)
            continue;
        json_comma(&b);
        json_put_string(&b, of[i].name);
        buf_char(&b, ':');
        json_put_string(&b, values[i]);
    }
    buf_char(&b, '}');
    *row = slice_copy(w->arena, buf_slice(&b));
    buf_close(&b);
    return ok;
}

bool line_open_to(const struct look *look, const struct entry *e, const struct lines *lines, bool ignore_permission, struct fault *f)
{
    if (!ignore_permission && !(entry_roles(look, e) & lines->by))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (e->stage != ENTRY_LIVE)
        return fault_set(f, FAULT_REFUSED, "wrong-state", e->def->states[e->state].label.zh, lines->label.zh);
    return true;
}

bool decide_line(struct work *w, struct fault *f)
{
    struct entry e;
    struct slice row, values[LEDGER_FIELDS_MAX];
    bool proofs;
    if (!work_entry(w, &e, f))
        return false;
    int at = ledger_lines(e.def, json_text(w->body, "lines"));
    if (at < 0)
        return refuse(f, "unknown-lines", json_text(w->body, "lines"), "lines");
    const struct lines *lines = &e.def->lines[at];
    if (!line_open_to(&w->look, &e, lines, w->ledger->options.sabotage_no_permission, f))
        return false;
    struct change c = change_begin(w, "lined", &e);
    if (!read_row(w, e.def, lines->of, lines->n_of, json_get(w->body, "set"), values, &row, f) || !work_proofs(w, c.event, &proofs, f))
        return false;
    event_set(w->arena, c.event, "line", lines->name);
    event_set(w->arena, c.event, "line.fields", row);
    for (size_t i = 0; i < lines->n_sets; i++)
        if (values[lines->sets[i].of].len)
            change_slot(&c, lines->sets[i].slot, values[lines->sets[i].of]);
    return change_end(&c, f) && light_again(w, e.id, f);
}

/* ---------- ask and answer ---------- */

bool asks_read(const struct look *look, const struct entry *e, struct ask_row **at, size_t *n, struct fault *f)
{
    struct { struct ask_row *at; size_t n, cap; } list = { 0 };
    struct arena *a = look->arena;
    struct rows r;
    store_ask(look->conn, SQL_ASK_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(e->id)), &r, f);
    while (rows_next(&r)) {
        struct ask_row row = { .id = rows_int(&r, 0), .name = rows_copy(a, &r, 1), .state = rows_copy(a, &r, 2), .unit = rows_int(&r, 3),
            .account = rows_copy(a, &r, 4), .asked_on = rows_day(&r, 5), .answered_on = rows_day(&r, 7), .answer = rows_copy(a, &r, 8) };
        struct fault none;
        row.ask = ledger_ask(e->def, row.name); /* -1: an ask that the pack no longer has */
        if (!json_parse(a, rows_copy(a, &r, 6), &row.fields, &none))
            row.fields = NULL;
        PUSH(a, &list, row);
    }
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

bool ask_open_to(const struct look *look, const struct entry *e, const struct ask *ask, const struct ask_row *rows, size_t n, struct fault *f)
{
    int granted = 0;
    if (!(entry_roles(look, e) & ask->by))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (e->stage != ENTRY_LIVE || (ask->in && !(ask->in >> e->state & 1)))
        return fault_set(f, FAULT_REFUSED, "wrong-state", e->def->states[e->state].label.zh, ask->label.zh);
    for (size_t i = 0; i < n; i++) {
        if (!slice_equal(rows[i].name, ask->name))
            continue;
        if (slice_equal(rows[i].state, S("asked")))
            return fault_set(f, FAULT_REFUSED, "already-asked", ask->label.zh, S(""));
        granted += slice_equal(rows[i].state, S("granted"));
    }
    if (ask->at_most && granted >= ask->at_most)
        return fault_set(f, FAULT_REFUSED, "asked-too-often", ask->label.zh, slice_format(look->arena, "%d", ask->at_most));
    return true;
}

bool decide_ask(struct work *w, struct fault *f)
{
    struct entry e;
    struct ask_row *rows;
    size_t n;
    struct slice row, values[LEDGER_FIELDS_MAX];
    bool proofs;
    if (!work_entry(w, &e, f))
        return false;
    int at = ledger_ask(e.def, json_text(w->body, "ask"));
    if (at < 0)
        return refuse(f, "unknown-ask", json_text(w->body, "ask"), "ask");
    const struct ask *ask = &e.def->asks[at];
    if (!asks_read(&w->look, &e, &rows, &n, f) || !ask_open_to(&w->look, &e, ask, rows, n, f))
        return false;
    struct change c = change_begin(w, "asked", &e);
    if (!read_row(w, e.def, ask->of, ask->n_of, json_get(w->body, "set"), values, &row, f) || !work_proofs(w, c.event, &proofs, f))
        return false;
    event_set(w->arena, c.event, "ask", ask->name);
    event_set(w->arena, c.event, "ask.fields", row);
    event_set_int(w->arena, c.event, "ask.unit", e.lead);
    return change_end(&c, f);
}

bool answer_open_to(const struct look *look, const struct entry *e, const struct ask *ask, bool ignore_permission, struct fault *f)
{
    return ignore_permission || (entry_roles(look, e) & ask->to) || fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

bool decide_answer(struct work *w, struct fault *f)
{
    struct entry e;
    struct ask_row *rows, *row = NULL;
    size_t n;
    int64_t id = 0;
    if (!work_entry(w, &e, f) || !asks_read(&w->look, &e, &rows, &n, f))
        return false;
    json_int(w->body, "id", &id); /* left out: the one that waits */
    for (size_t i = 0; i < n; i++)
        if (slice_equal(rows[i].state, S("asked")) && (!id || rows[i].id == id))
            row = &rows[i];
    int at = row ? ledger_ask(e.def, row->name) : -1;
    if (at < 0)
        return refuse(f, "nothing-asked", e.number, "id");
    const struct ask *ask = &e.def->asks[at];
    if (!answer_open_to(&w->look, &e, ask, w->ledger->options.sabotage_no_permission, f))
        return false;
    bool grant = json_bool(w->body, "grant");
    if (!grant && !json_text(w->body, "note").len)
        return refuse(f, "needs-note", S("不同意"), "note");
    struct change c = change_begin(w, "answered", &e);
    event_set_int(w->arena, c.event, "answer", row->id);
    event_set(w->arena, c.event, "answer.ask", ask->name);
    event_set(w->arena, c.event, "answer.state", grant ? S("granted") : S("refused"));
    for (size_t i = 0; grant && i < ask->n_grants; i++) {
        struct slice v = json_text(row->fields, slice_text(w->arena, ask->of[ask->grants[i].of].name));
        if (v.len)
            change_slot(&c, ask->grants[i].slot, v);
    }
    return change_end(&c, f);
}

/* ---------- sign for, return as not ours, rule (签收, 退办, 裁定) ---------- */

/* The person holds, at the unit of the row, a duty that the role of the row asks for. */
bool receipt_is_own(const struct look *look, const struct entry *e, const struct receipt_row *row)
{
    for (size_t k = 0; k < e->def->n_roles; k++)
        for (size_t j = 0; slice_equal(e->def->roles[k].name, row->role) && j < look->who.n_duties; j++)
            if ((e->def->roles[k].duties >> look->who.duties[j]->kind & 1) && look->who.duties[j]->unit == row->unit)
                return true;
    return false;
}

/* Not signed for yet: asked, or told by a ruling that it stays theirs. */
bool receipt_waits(const struct receipt_row *row)
{
    return slice_equal(row->state, S("asked")) || slice_equal(row->state, S("confirmed"));
}

bool sign_open_to(const struct look *look, const struct entry *e, const struct receipt_row *row, bool ignore_permission, struct fault *f)
{
    if (!ignore_permission && !receipt_is_own(look, e, row))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (!receipt_waits(row))
        return fault_set(f, FAULT_REFUSED, "already-answered", unit_name(look->people, row->unit), S(""));
    return true;
}

bool return_open_to(const struct look *look, const struct entry *e, const struct receipt_row *row, bool ignore_permission, struct fault *f)
{
    if (!ignore_permission && !receipt_is_own(look, e, row))
        return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
    if (row->ruled_on != DAY_NONE) /* whether it was theirs before or was named by the ruling */
        return fault_set(f, FAULT_REFUSED, "already-ruled", S(""), S(""));
    if (!slice_equal(row->state, S("asked")) && !slice_equal(row->state, S("signed")))
        return fault_set(f, FAULT_REFUSED, "already-answered", unit_name(look->people, row->unit), S(""));
    if (row->return_until != DAY_NONE && look->today > row->return_until)
        return fault_set(f, FAULT_REFUSED, "return-too-late", day_text(look->arena, row->return_until), S(""));
    return true;
}

/* The receipt row that the person answers for: of the named unit, or of the only unit that is theirs. */
static bool own_receipt(struct work *w, const struct entry *e, struct receipt_row *row, struct fault *f)
{
    struct receipt_row *rows;
    size_t n, found = 0;
    struct slice typed = json_text(w->body, "unit");
    const struct unit *named = typed.len ? people_unit_named(w->look.people, typed) : NULL;
    int64_t unit = 0;
    if (typed.len && !named && !slice_int(typed, &unit))
        return refuse(f, "unknown-unit", typed, "unit");
    if (named)
        unit = named->id;
    if (!receipts_read(&w->look, e->id, &rows, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].stage != (int)e->stage || (unit && rows[i].unit != unit))
            continue;
        if (!receipt_is_own(&w->look, e, &rows[i]) && !w->ledger->options.sabotage_no_permission)
            continue;
        if (!found || receipt_waits(&rows[i]))
            *row = rows[i];
        found++;
    }
    return found || fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

static bool put_own_receipt(struct change *c, const struct receipt_row *row, struct fault *f)
{
    struct buf b = buf_open(1 << 17);
    buf_char(&b, '[');
    put_receipt(&b, row);
    buf_char(&b, ']');
    event_set(c->w->arena, c->event, "receipts", slice_copy(c->w->arena, buf_slice(&b)));
    event_set_int(c->w->arena, c->event, "unit", row->unit);
    buf_close(&b);
    return change_end(c, f);
}

static bool sign_one(struct work *w, const struct entry *e, struct fault *f)
{
    struct receipt_row row;
    if (!own_receipt(w, e, &row, f) || !sign_open_to(&w->look, e, &row, true, f))
        return false;
    struct change c = change_begin(w, e->stage == ENTRY_LIVE ? "signed" : "agreed", e);
    row.state = S("signed");
    row.answered_on = w->look.today;
    row.account = w->look.who.account;
    return put_own_receipt(&c, &row, f);
}

/* One, or all that were ticked. */
bool decide_sign(struct work *w, struct fault *f)
{
    struct entry *at;
    size_t n;
    if (!work_entries(w, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!sign_one(w, &at[i], f))
            return false;
    return true;
}

bool decide_return(struct work *w, struct fault *f)
{
    struct entry e;
    struct receipt_row row;
    if (!work_entry(w, &e, f) || !own_receipt(w, &e, &row, f) || !return_open_to(&w->look, &e, &row, true, f))
        return false;
    if (!json_text(w->body, "note").len)
        return refuse(f, "needs-note", S("退办"), "note");
    struct change c = change_begin(w, e.stage == ENTRY_LIVE ? "returned" : "objected", &e);
    row.state = S("returned");
    row.answered_on = w->look.today;
    row.account = w->look.who.account;
    row.reason = slice_trim(json_text(w->body, "note"));
    c.now.disputes += e.stage == ENTRY_LIVE;
    return put_own_receipt(&c, &row, f);
}

bool rule_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f)
{
    bool may = e->stage == ENTRY_LIVE ? (entry_roles(look, e) & e->def->receipt.rules) != 0 : office_of(look, e->keeper, CAN_HAND_OUT);
    return ignore_permission || may || fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

static bool rule_slot(const struct change *c, int slot)
{
    return slot == COMMON_LEAD || slot == COMMON_SUPPORT || slot == COMMON_LEADER;
}

bool decide_rule(struct work *w, struct fault *f)
{
    struct entry e;
    struct receipt_row *rows, *row = NULL;
    size_t n;
    struct slice typed = json_text(w->body, "unit"), ruling = json_text(w->body, "ruling");
    const struct unit *named = people_unit_named(w->look.people, typed);
    int64_t unit = named ? named->id : 0;
    bool keep = slice_equal(ruling, S("keep"));
    if (!work_entry(w, &e, f) || !rule_open_to(&w->look, &e, w->ledger->options.sabotage_no_permission, f) || !receipts_read(&w->look, e.id, &rows, &n, f))
        return false;
    if (!named && typed.len && !slice_int(typed, &unit))
        return refuse(f, "unknown-unit", typed, "unit");
    for (size_t i = 0; i < n; i++)
        if (rows[i].stage == (int)e.stage && slice_equal(rows[i].state, S("returned")) && (!unit || rows[i].unit == unit))
            row = &rows[i];
    if (!row)
        return refuse(f, "nothing-returned", e.number.len ? e.number : e.title, "unit");
    if (!keep && !slice_equal(ruling, S("release")))
        return refuse(f, "bad-ruling", ruling, "ruling");
    struct change c = change_begin(w, "ruled", &e);
    row->state = keep ? S("confirmed") : S("released");
    row->ruling = slice_trim(json_text(w->body, "note"));
    row->ruled_on = w->look.today;
    if (e.stage == ENTRY_LIVE && c.now.disputes > 0)
        c.now.disputes--;
    event_set(w->arena, c.event, "ruling", ruling);
    if (!set_slots(&c, json_get(w->body, "set"), rule_slot, f))
        return false;
    if (!keep && e.lead == row->unit && c.now.lead == e.lead)
        return refuse(f, "needs-field", common_label(COMMON_LEAD).zh, "lead"); /* somebody must answer for it */
    if (!keep && e.lead != row->unit) { /* a support unit that is let go leaves the set */
        struct ids left = { 0 };
        for (size_t i = 0; i < c.now.support.n; i++)
            if (c.now.support.at[i] != row->unit)
                PUSH(w->arena, &left, c.now.support.at[i]);
        change_slot(&c, COMMON_SUPPORT, ids_text(w->arena, &left));
    }
    return put_own_receipt(&c, row, f);
}
