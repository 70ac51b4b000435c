/* decide.c: what every command shares on its way to events: naming entries, asking permission, checking what was
 * typed, and one change of one entry, which ends with its receipts, clocks and light. */
#include "ledger/inside.h"

#include <stdlib.h>

/* ---------- events on their way ---------- */

struct event *work_event(struct work *w, const char *kind, const struct entry *e)
{
    struct event *event = NEW(w->arena, struct event, 1);
    *event = (struct event){ .account = w->look.who.account, .kind = slice_of(kind) };
    if (e) {
        event->ledger = e->def->name;
        event->entry = e->id;
    }
    return event;
}

/* ---------- who and which ---------- */

bool work_can(struct work *w, uint32_t ability, struct fault *f)
{
    if ((w->look.who.can & ability) || w->ledger->options.sabotage_no_permission)
        return true;
    return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

bool work_permitted(struct work *w, const struct entry *e, uint32_t roles, struct fault *f)
{
    if (w->ledger->options.sabotage_no_permission || (entry_roles(&w->look, e) & roles))
        return true;
    return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

bool work_office(struct work *w, int64_t keeper, uint32_t ability, struct fault *f)
{
    return w->ledger->options.sabotage_no_permission || office_of(&w->look, keeper, ability) || fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

/* The unit at which the person holds one of these duties: the keeper of what it opens. */
int64_t work_duty_unit(struct work *w, uint32_t kinds, uint32_t ability)
{
    for (size_t i = 0; i < w->look.who.n_duties; i++) {
        const struct duty *d = w->look.who.duties[i];
        if ((kinds >> d->kind & 1) || (w->look.pack->duties[d->kind].can & ability))
            return d->unit;
    }
    return 0;
}

bool version_current(struct work *w, const struct json *body, const struct entry *e, struct fault *f)
{
    int64_t version;
    if (!json_int(body, "version", &version) || version == e->version)
        return true;
    /* Who was faster, and with what: the event that made the version. */
    struct rows r;
    struct event last = { 0 };
    store_ask(w->look.conn, SQL_EVENT_RANGE, ARGS(v_int(w->ledger->county), v_int(LOG_MAIN), v_int(e->version), v_int(e->version)), &r, f);
    bool found = rows_next(&r) && event_from_row(w->arena, &r, &last);
    if (!rows_end(&r))
        return false;
    struct slice who = found ? account_name(w->look.people, last.account) : S("");
    return fault_set(f, FAULT_STALE, "stale", who.len ? slice_copy(w->arena, who) : S("另一个人"), found ? last.kind : S(""));
}

bool work_entry(struct work *w, struct entry *e, struct fault *f)
{
    struct slice name = json_text(w->body, "entry");
    if (!name.len) {
        fault_set(f, FAULT_USAGE, "needs-entry", S(""), S(""));
        f->field = S("entry");
        return false;
    }
    if (!entry_find(&w->look, name, e, f))
        return false;
    w->touched = e->id;
    return version_current(w, w->body, e, f);
}

/* The entries of a bulk command: "entries": [17, 19] or one "entry". Each is visible to who asks. */
bool work_entries(struct work *w, struct entry **at, size_t *n, struct fault *f)
{
    const struct json *list = json_get(w->body, "entries");
    struct { struct entry *at; size_t n, cap; } found = { 0 };
    if (!list) {
        *at = NEW(w->arena, struct entry, 1);
        *n = 1;
        return work_entry(w, *at, f);
    }
    for (const struct json *m = list->kind == JSON_ARRAY ? list->first : NULL; m; m = m->next) {
        struct entry e;
        if (found.n == COMMAND_ENTRIES_MAX)
            return fault_set(f, FAULT_REFUSED, "too-many-entries", slice_format(w->arena, "%d", COMMAND_ENTRIES_MAX), S(""));
        if (!entry_find(&w->look, m->text, &e, f))
            return false;
        for (size_t i = 0; i < found.n; i++)
            if (found.at[i].id == e.id)
                return fault_set(f, FAULT_USAGE, "entry-twice", m->text, S(""));
        PUSH(w->arena, &found, e);
    }
    *at = found.at;
    *n = found.n;
    return found.n || fault_set(f, FAULT_USAGE, "needs-entry", S(""), S(""));
}

/* ---------- what was typed ---------- */

enum { TEXT_MAX_BYTES = 20000 };

static bool bad_field(struct fault *f, const char *code, struct slice about, struct slice field)
{
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = field;
    return false;
}

static bool read_text(struct slice label, struct slice name, struct slice typed, struct slice *out, struct fault *f)
{
    if (typed.len > TEXT_MAX_BYTES)
        return bad_field(f, "text-too-long", label, name);
    for (size_t i = 0; i < typed.len; i++) {
        unsigned char c = (unsigned char)typed.at[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
            return bad_field(f, "text-control", label, name);
    }
    *out = slice_trim(typed);
    return true;
}

static bool read_unit(const struct look *look, struct slice typed, int64_t *id)
{
    const struct unit *u = NULL;
    if (slice_int(typed, id))
        u = people_unit(look->people, *id);
    if (!u)
        u = people_unit_named(look->people, slice_trim(typed));
    *id = u ? u->id : 0;
    return u != NULL;
}

static bool in_force(const struct unit *u, day today)
{
    return (u->from == DAY_NONE || u->from <= today) && (u->to == DAY_NONE || today <= u->to);
}

static void add_once(struct arena *a, struct ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->at[i] == id)
            return;
    PUSH(a, ids, id);
}

/* A unit, or a collective name and every unit that it stands for today. */
static bool add_units(const struct look *look, struct slice typed, struct ids *ids)
{
    const struct collective *all = pack_collective(look->pack, typed);
    size_t before = ids->n;
    int64_t id;
    if (!all) {
        bool known = read_unit(look, typed, &id);
        if (known)
            add_once(look->arena, ids, id);
        return known;
    }
    for (size_t i = 0; i < look->people->n_units; i++) {
        const struct unit *u = &look->people->units[i];
        for (size_t k = 0; k < all->n_kinds; k++)
            if (slice_equal(u->kind, all->kinds[k]) && in_force(u, look->today))
                add_once(look->arena, ids, u->id);
    }
    return ids->n > before;
}

/* An array of names or ids, or one text with 、 or , between. */
static bool read_units(const struct look *look, const struct json *typed, struct slice name, struct slice *out, struct fault *f)
{
    struct ids ids = { 0 };
    struct slice rest = typed->text;
    const struct json *m = typed->kind == JSON_ARRAY ? typed->first : NULL;
    for (;;) {
        struct slice one;
        if (typed->kind == JSON_ARRAY) {
            if (!m)
                break;
            one = m->text;
            m = m->next;
        } else {
            ptrdiff_t mark = slice_find(rest, S("、"));
            size_t comma = 0;
            while (comma < rest.len && rest.at[comma] != ',')
                comma++;
            if (mark >= 0 && (size_t)mark < comma)
                one = slice_part(rest, 0, (size_t)mark), rest = slice_from(rest, (size_t)mark + 3);
            else
                one = slice_part(rest, 0, comma), rest = slice_from(rest, comma + 1);
        }
        one = slice_trim(one);
        if (one.len && !add_units(look, one, &ids))
            return bad_field(f, "unknown-unit", one, name);
        if (typed->kind != JSON_ARRAY && !rest.len)
            break;
    }
    *out = ids_text(look->arena, &ids);
    return true;
}

static bool read_option(const struct field *field, struct slice typed, struct slice *out, struct fault *f)
{
    for (size_t i = 0; i < field->n_options; i++)
        if (slice_equal(field->options[i].name, typed) || slice_equal(field->options[i].label.zh, typed)) {
            *out = field->options[i].name;
            return true;
        }
    return bad_field(f, "unknown-option", field->label.zh, field->name);
}

bool slot_read(const struct look *look, const struct ledger_def *d, int slot, const struct field *field, const struct json *typed, struct slice *out, struct fault *f)
{
    enum field_type type = field ? field->type : common_type((enum common)slot);
    struct slice name = field ? field->name : slot_name(d, slot), label = field ? field->label.zh : slot_label(d, slot).zh;
    struct slice text = typed->kind == JSON_TRUE ? S("true") : typed->kind == JSON_FALSE ? S("false") : slice_trim(typed->text);
    struct decimal number;
    int64_t id;
    day on;
    *out = S("");
    if (type == FIELD_UNITS)
        return read_units(look, typed, name, out, f);
    if (typed->kind == JSON_ARRAY || typed->kind == JSON_OBJECT)
        return bad_field(f, "bad-value", label, name);
    if (!text.len)
        return true;
    switch (type) {
    case FIELD_TEXT: return read_text(label, name, typed->text, out, f);
    case FIELD_INT:
    case FIELD_DECIMAL:
    case FIELD_MONEY: {
        unsigned scale = type == FIELD_INT ? 0 : field ? field->scale : 1;
        if (!decimal_parse(text, &number))
            return bad_field(f, "bad-number", label, name);
        if (decimal_compare(decimal_round(number, (uint8_t)scale), number))
            return bad_field(f, "too-many-digits", label, name);
        *out = decimal_text(look->arena, number);
        return true;
    }
    case FIELD_DAY:
        if (!day_parse(text, &on))
            return bad_field(f, "bad-day", label, name);
        *out = text;
        return true;
    case FIELD_MONTH:
        if (text.len != 7 || !day_parse(slice_format(look->arena, S_FMT "-01", S_ARG(text)), &on))
            return bad_field(f, "bad-day", label, name);
        *out = text;
        return true;
    case FIELD_ENUM: return read_option(field, text, out, f);
    case FIELD_UNIT:
        if (!read_unit(look, text, &id))
            return bad_field(f, "unknown-unit", text, name);
        *out = slice_format(look->arena, "%lld", (long long)id);
        return true;
    case FIELD_PERSON: {
        const struct person *p = slice_int(text, &id) ? people_person(look->people, id) : people_person_named(look->people, text);
        if (!p)
            return bad_field(f, "unknown-person", text, name);
        *out = slice_format(look->arena, "%lld", (long long)p->id);
        return true;
    }
    case FIELD_BOOL:
        if (slice_equal(text, S("true")) || slice_equal(text, S("是")))
            *out = S("true");
        else if (slice_equal(text, S("false")) || slice_equal(text, S("否")))
            *out = S("false"); /* said to be so, which is more than missing */
        else
            return bad_field(f, "bad-value", label, name);
        return true;
    case FIELD_UNITS: break;
    }
    return true;
}

/* Proofs: [{"hash": "…64 hex…", "name": "现场.jpg"}]; their files were written before the command. */
bool work_proofs(struct work *w, struct event *e, bool *any, struct fault *f)
{
    const struct json *list = json_get(w->body, "proofs");
    struct buf b = buf_open(1 << 16);
    bool ok = true;
    *any = false;
    buf_char(&b, '[');
    for (const struct json *m = list && list->kind == JSON_ARRAY ? list->first : NULL; ok && m; m = m->next) {
        struct slice hash = json_text(m, "hash"), name = json_text(m, "name");
        int64_t size;
        if (hash.len != 2 * HASH_BYTES || !name.len || name.len > 250 || !file_size(w->ledger, hash, &size)) {
            ok = fault_set(f, FAULT_REFUSED, "no-file", name, S(""));
            f->field = S("proofs");
            break;
        }
        json_comma(&b);
        buf_text(&b, "{\"hash\":");
        json_put_string(&b, hash);
        json_name(&b, "name");
        json_put_string(&b, name);
        json_name(&b, "size");
        buf_int(&b, size);
        buf_char(&b, '}');
        *any = true;
    }
    buf_char(&b, ']');
    if (ok && *any)
        event_set(w->arena, e, "proofs", slice_copy(w->arena, buf_slice(&b)));
    buf_close(&b);
    return ok;
}

/* ---------- one change of one entry ---------- */

struct change change_begin(struct work *w, const char *kind, const struct entry *e)
{
    struct change c = { .w = w, .before = *e, .now = *e, .event = work_event(w, kind, e) };
    c.now.own = NEW(w->arena, struct slice, e->def->n_fields);
    if (e->def->n_fields && e->own)
        memcpy(c.now.own, e->own, e->def->n_fields * sizeof *e->own);
    return c;
}

static struct slice tagged(struct arena *a, const struct field *field, struct slice v)
{
    if (!v.len)
        return S("");
    switch (field->type) {
    case FIELD_DECIMAL:
    case FIELD_MONEY: return slice_format(a, "n%d:" S_FMT, field->scale, S_ARG(v));
    case FIELD_DAY: return slice_format(a, "d:" S_FMT, S_ARG(v));
    case FIELD_INT:
    case FIELD_UNIT:
    case FIELD_PERSON: return slice_format(a, "i:" S_FMT, S_ARG(v));
    default: return slice_format(a, "t:" S_FMT, S_ARG(v));
    }
}

void change_slot(struct change *c, int slot, struct slice v)
{
    struct arena *a = c->w->arena;
    const struct ledger_def *d = c->now.def;
    struct slice old = entry_slot_text(a, &c->now, slot), name = slot_name(d, slot);
    if (slice_equal(old, v))
        return;
    if (slot < COMMON_COUNT) {
        event_set(a, c->event, slice_text(a, name), v);
        if (old.len)
            event_set(a, c->event, slice_text(a, slice_format(a, "was." S_FMT, S_ARG(name))), old);
    } else {
        const struct field *field = &d->fields[slot - COMMON_COUNT];
        event_set(a, c->event, slice_text(a, slice_format(a, "f." S_FMT, S_ARG(name))), tagged(a, field, v));
        if (old.len)
            event_set(a, c->event, slice_text(a, slice_format(a, "was.f." S_FMT, S_ARG(name))), tagged(a, field, old));
    }
    entry_slot_set(a, &c->now, slot, v);
}

void change_state(struct change *c, int state)
{
    const struct ledger_def *d = c->now.def;
    struct arena *a = c->w->arena;
    if (state == c->now.state)
        return;
    event_set(a, c->event, "state", d->states[state].name);
    event_set(a, c->event, "was.state", d->states[c->now.state].name);
    bool was_final = d->final >> c->now.state & 1, is_final = d->final >> state & 1;
    c->now.state = state;
    if (is_final && !was_final) {
        c->now.closed_on = c->w->look.today;
        event_set_day(a, c->event, "closed_on", c->now.closed_on);
    } else if (was_final && !is_final) {
        c->now.closed_on = DAY_NONE;
        event_set(a, c->event, "closed_on", S(""));
        event_set(a, c->event, "ending", S(""));
        c->now.ending = ENDING_NONE;
    }
}

/* ---------- receipts: every unit that a role of the receipt names is asked once ---------- */

void put_receipt(struct buf *b, const struct receipt_row *r)
{
    struct { const char *name; day d; } days[] = { { "asked_on", r->asked_on }, { "due", r->due }, { "return_until", r->return_until },
        { "answered_on", r->answered_on }, { "ruled_on", r->ruled_on } };
    struct { const char *name; struct slice s; } texts[] = { { "role", r->role }, { "state", r->state }, { "reason", r->reason },
        { "account", r->account }, { "ruling", r->ruling } };
    json_comma(b);
    buf_text(b, "{\"unit\":");
    buf_int(b, r->unit);
    json_name(b, "stage");
    buf_int(b, r->stage);
    for (size_t i = 0; i < COUNT(texts); i++) {
        json_name(b, texts[i].name);
        json_put_string(b, texts[i].s);
    }
    for (size_t i = 0; i < COUNT(days); i++) {
        json_name(b, days[i].name);
        buf_char(b, '"');
        day_put(b, days[i].d);
        buf_char(b, '"');
    }
    buf_char(b, '}');
}

/* Which units an entry's receipt asks, with the role that asks them; a unit is asked in its first role only. */
struct asked { int64_t unit; struct slice role; };
struct askeds { struct asked *at; size_t n, cap; };

static void ask_unit(struct arena *a, struct askeds *list, int64_t unit, struct slice role)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].unit == unit)
            return;
    if (unit)
        PUSH(a, list, (struct asked){ unit, role });
}

static struct askeds units_asked(const struct look *look, const struct entry *e)
{
    struct askeds list = { 0 };
    for (size_t i = 0; i < e->def->n_roles; i++) {
        const struct role *role = &e->def->roles[i];
        if (!(e->def->receipt.by >> i & 1) || role->field < 0)
            continue;
        struct value v = entry_value(look, e, role->field);
        if (v.type == TYPE_UNIT)
            ask_unit(look->arena, &list, v.id, role->name);
        for (size_t k = 0; v.type == TYPE_UNITS && k < v.ids.n; k++)
            ask_unit(look->arena, &list, v.ids.at[k], role->name);
    }
    return list;
}

static struct receipt_row receipt_from(struct arena *a, const struct rows *r)
{
    return (struct receipt_row){ .unit = rows_int(r, 0), .role = rows_copy(a, r, 1), .stage = (int)rows_int(r, 2), .state = rows_copy(a, r, 3),
        .asked_on = rows_day(r, 4), .due = rows_day(r, 5), .return_until = rows_day(r, 6), .answered_on = rows_day(r, 7), .reason = rows_copy(a, r, 8),
        .account = rows_copy(a, r, 9), .ruling = rows_copy(a, r, 10), .ruled_on = rows_day(r, 11) };
}

bool receipts_read(const struct look *look, int64_t entry, struct receipt_row **at, size_t *n, struct fault *f)
{
    struct { struct receipt_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_RECEIPT_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(entry)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, receipt_from(look->arena, &r));
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

static bool receipts_push(const struct look *look, struct rows *r, struct receipts *list)
{
    while (rows_next(r))
        PUSH(look->arena, list, (struct receipt_of){ .entry = rows_int(r, 12), .row = receipt_from(look->arena, r) });
    return rows_end(r);
}

bool receipts_of_unit(const struct look *look, int64_t unit, struct receipts *list, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_RECEIPT_OF_UNIT, ARGS(v_int(ledger_county(look->ledger)), v_int(unit)), &r, f);
    return receipts_push(look, &r, list);
}

bool receipts_in_state(const struct look *look, struct slice state, struct receipts *list, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_RECEIPT_IN_STATE, ARGS(v_int(ledger_county(look->ledger)), v_text(state)), &r, f);
    return receipts_push(look, &r, list);
}

/* Asks who is new, lets go who is no longer named. `changed` holds rows that the command itself wrote. */
bool receipts_renew(struct change *c, int stage, day due, struct buf *b, struct fault *f)
{
    const struct look *look = &c->w->look;
    struct askeds want = units_asked(look, &c->now);
    struct receipt_row *have;
    size_t n;
    int64_t ruled = 0; /* the unit whose row the event holds already */
    event_int(c->event, "unit", &ruled);
    if (!receipts_read(look, c->now.id, &have, &n, f))
        return false;
    for (size_t i = 0; i < want.n; i++) {
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known = known || (have[k].unit == want.at[i].unit && have[k].stage == stage && slice_equal(have[k].role, want.at[i].role)
                && !slice_equal(have[k].state, S("released")));
        if (known)
            continue;
        const struct receipt *receipt = &c->now.def->receipt;
        struct receipt_row row = { .unit = want.at[i].unit, .role = want.at[i].role, .stage = stage, .state = S("asked"), .asked_on = look->today,
            .due = due != DAY_NONE ? due : pack_add_limit(look->pack, look->today, receipt->within),
            .return_until = stage == ENTRY_LIVE ? pack_add_limit(look->pack, look->today, receipt->return_within) : DAY_NONE,
            .answered_on = DAY_NONE, .ruled_on = DAY_NONE };
        if (slice_equal(c->event->kind, S("ruled"))) { /* named by a ruling: to be signed for, not to be returned */
            row.ruling = slice_trim(json_text(c->w->body, "note"));
            row.ruled_on = look->today;
        }
        put_receipt(b, &row);
    }
    for (size_t k = 0; k < n; k++) {
        bool wanted = have[k].stage != stage || have[k].unit == ruled || slice_equal(have[k].state, S("released"));
        for (size_t i = 0; i < want.n; i++)
            wanted = wanted || want.at[i].unit == have[k].unit;
        if (wanted)
            continue;
        if (slice_equal(have[k].state, S("returned")) && stage == ENTRY_LIVE && c->now.disputes > 0)
            c->now.disputes--;
        have[k].state = S("gone");
        put_receipt(b, &have[k]);
    }
    return true;
}

static bool change_receipts(struct change *c, struct fault *f)
{
    const struct ledger_def *d = c->now.def;
    bool went_live = c->before.stage != ENTRY_LIVE && c->now.stage == ENTRY_LIVE;
    bool units_changed = c->now.stage == ENTRY_LIVE
        && (c->before.lead != c->now.lead || !slice_equal(ids_text(c->w->arena, &c->before.support), ids_text(c->w->arena, &c->now.support)));
    if (!d->receipt.used || (!went_live && !units_changed))
        return true;
    struct buf b = buf_open(1 << 20);
    struct slice own = event_get(c->event, "receipts"); /* a ruling wrote rows of its own */
    buf_put(&b, own.len ? slice_part(own, 0, own.len - 1) : S("["));
    bool ok = receipts_renew(c, ENTRY_LIVE, DAY_NONE, &b, f);
    buf_char(&b, ']');
    if (ok && b.len > 2)
        event_set(c->w->arena, c->event, "receipts", slice_copy(c->w->arena, buf_slice(&b)));
    buf_close(&b);
    return ok;
}

/* ---------- clocks run, pause and end with states ---------- */

static day clock_until(struct change *c, const struct clock *clock)
{
    struct value v = entry_value(&c->w->look, &c->now, clock->until_slot);
    return v.type == TYPE_DAY ? v.on : DAY_NONE;
}

/* What a clock should say now; empty where nothing changes. `row` is what the table says, or NULL. */
static struct slice clock_next(struct change *c, const struct clock *clock, const struct clock_row *row)
{
    struct arena *a = c->w->arena;
    const struct look *look = &c->w->look;
    bool live = c->now.stage == ENTRY_LIVE, dispute = clock->pauses_in_dispute && c->now.disputes > 0;
    bool running = row && slice_equal(row->state, S("running")), paused = row && slice_equal(row->state, S("paused"));
    bool expired = row && slice_equal(row->state, S("expired"));
    bool in_run = live && (clock->runs_in >> c->now.state & 1), in_pause = live && (clock->pauses_in >> c->now.state & 1);
    bool was_in = c->before.stage == ENTRY_LIVE && ((clock->runs_in | clock->pauses_in) >> c->before.state & 1);
    if (in_pause || (in_run && dispute))
        return running ? slice_format(a, "paused %d", row->ends - look->today) : S("");
    if (!in_run)
        return running || paused ? S("ended") : S("");
    day ends = clock->until_slot >= 0 ? clock_until(c, clock) : DAY_NONE;
    if (clock->until_slot >= 0) {
        bool moved = row && ends != row->ends;
        if (ends == DAY_NONE)
            return running ? S("ended") : S("");
        if (running ? !moved : expired && ends < look->today) /* expired stays expired until its day is later again */
            return S("");
    } else {
        if (running || (expired && was_in))
            return S("");
        ends = paused ? look->today + (day)row->days_left : pack_add_limit(look->pack, look->today, clock->limit);
    }
    return slice_format(a, "running " S_FMT, S_ARG(day_text(a, ends)));
}

bool clocks_read(const struct look *look, int64_t entry, struct clock_row **at, size_t *n, struct fault *f)
{
    struct { struct clock_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_CLOCK_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(entry)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, (struct clock_row){ rows_copy(look->arena, &r, 0), rows_copy(look->arena, &r, 1), rows_day(&r, 2), rows_int(&r, 3) });
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

static bool change_clocks(struct change *c, struct fault *f)
{
    const struct ledger_def *d = c->now.def;
    struct clock_row *rows = NULL;
    size_t n = 0;
    bool touched = c->before.stage != c->now.stage || c->before.state != c->now.state || c->before.disputes != c->now.disputes;
    for (size_t i = 0; !touched && i < d->n_clocks; i++)
        if (d->clocks[i].until_slot >= 0)
            touched = !slice_equal(entry_slot_text(c->w->arena, &c->before, d->clocks[i].until_slot), entry_slot_text(c->w->arena, &c->now, d->clocks[i].until_slot));
    if (!d->n_clocks || !touched || !clocks_read(&c->w->look, c->now.id, &rows, &n, f))
        return !d->n_clocks || !touched;
    for (size_t i = 0; i < d->n_clocks; i++) {
        const struct clock_row *row = NULL;
        for (size_t k = 0; k < n; k++)
            if (slice_equal(rows[k].name, d->clocks[i].name))
                row = &rows[k];
        struct slice next = clock_next(c, &d->clocks[i], row);
        if (next.len)
            event_set(c->w->arena, c->event, slice_text(c->w->arena, slice_format(c->w->arena, "clock." S_FMT, S_ARG(d->clocks[i].name))), next);
    }
    return true;
}

/* ---------- the end of a change ---------- */

static enum light light_of(const struct look *look, const struct entry *e, struct entry_context *context)
{
    struct expr_scope scope = entry_scope(look, e, context);
    for (size_t i = 0; e->stage == ENTRY_LIVE && i < e->def->n_lights; i++)
        if (expr_holds(e->def->lights[i].when, &scope))
            return e->def->lights[i].light;
    return LIGHT_NONE;
}

bool change_end(struct change *c, struct fault *f)
{
    struct work *w = c->w;
    if (!change_receipts(c, f))
        return false;
    if (c->now.disputes != c->before.disputes)
        event_set_int(w->arena, c->event, "dispute", c->now.disputes);
    if (!change_clocks(c, f) || !change_pace(c, f))
        return false;
    struct entry_context context = { .look = &w->look, .entry = &c->now };
    if (c->plan) { /* the plan that this very event brings */
        context.plan_known = context.has_plan = true;
        context.planned = plan_percent(c->plan, c->n_plan, c->now.opened_on, w->look.today);
    }
    if (c->pace.on != DAY_NONE && c->pace.from != c->pace.on) {
        context.pace_known = true;
        context.pace = c->pace;
    }
    enum light light = light_of(&w->look, &c->now, &context);
    if (light != c->now.light) {
        event_set(w->arena, c->event, "light", slice_of(light_word(light)));
        event_set(w->arena, c->event, "was.light", slice_of(light_word(c->now.light)));
        c->now.light = light;
    }
    struct slice note = json_text(w->body, "note");
    if (note.len) {
        struct slice text;
        if (!read_text(S("说明"), S("note"), note, &text, f))
            return false;
        event_set(w->arena, c->event, "note", text);
    }
    return work_emit(w, c->event, f);
}

/* A rule may ask for something that only stands in the tables after the event (a line, a clock that ran out): then
 * the light follows by an event of its own. */
bool light_again(struct work *w, int64_t entry, struct fault *f)
{
    struct entry e;
    if (!entry_read(&w->look, entry, &e, true, f))
        return false;
    struct entry_context context = { .look = &w->look, .entry = &e };
    enum light light = light_of(&w->look, &e, &context);
    if (light == e.light)
        return true;
    struct event *event = work_event(w, "lit", &e);
    event_set(w->arena, event, "light", slice_of(light_word(light)));
    event_set(w->arena, event, "was.light", slice_of(light_word(e.light)));
    return work_emit(w, event, f);
}
