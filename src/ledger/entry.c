/* entry.c: one entry as it stands: read, its values, who may see it, its light, what its plan wants today. */
#include "ledger/inside.h"

#include <stdlib.h>

/* ---------- names and types of slots ---------- */

static const enum field_type common_types[COMMON_COUNT] = {
    [COMMON_NUMBER] = FIELD_TEXT, [COMMON_TITLE] = FIELD_TEXT, [COMMON_LEAD] = FIELD_UNIT, [COMMON_SUPPORT] = FIELD_UNITS,
    [COMMON_LEADER] = FIELD_PERSON, [COMMON_KEEPER] = FIELD_UNIT, [COMMON_DUE] = FIELD_DAY, [COMMON_SECTION] = FIELD_TEXT,
    [COMMON_STATE] = FIELD_TEXT, [COMMON_LIGHT] = FIELD_TEXT, [COMMON_PROGRESS] = FIELD_DECIMAL, [COMMON_OPENED_ON] = FIELD_DAY,
    [COMMON_UPDATED_ON] = FIELD_DAY, [COMMON_CLOSED_ON] = FIELD_DAY, [COMMON_ENDING] = FIELD_TEXT, [COMMON_DONE] = FIELD_BOOL,
    [COMMON_OVERDUE] = FIELD_BOOL, [COMMON_PLANNED] = FIELD_DECIMAL, [COMMON_LAG] = FIELD_DECIMAL, [COMMON_HAS_PLAN] = FIELD_BOOL,
    [COMMON_SCHEDULE] = FIELD_TEXT, [COMMON_EXPECTED] = FIELD_DAY, [COMMON_STALLED] = FIELD_BOOL, [COMMON_WILL_BE_LATE] = FIELD_BOOL,
    [COMMON_UNOWNED] = FIELD_BOOL, [COMMON_UNLED] = FIELD_BOOL, [COMMON_UNSIGNED] = FIELD_INT,
};

enum field_type common_type(enum common c)
{
    return common_types[c];
}

struct slice slot_name(const struct ledger_def *d, int slot)
{
    return slot < COMMON_COUNT ? common_name((enum common)slot) : d->fields[slot - COMMON_COUNT].name;
}

struct label slot_label(const struct ledger_def *d, int slot)
{
    return slot < COMMON_COUNT ? common_label((enum common)slot) : d->fields[slot - COMMON_COUNT].label;
}

/* ---------- sets of ids ---------- */

bool ids_parse(struct arena *a, struct slice text, struct ids *ids)
{
    struct slice part;
    *ids = (struct ids){ 0 };
    if (!text.len)
        return true;
    while (slice_cut(&text, ',', &part)) {
        int64_t id;
        if (!slice_int(part, &id) || id <= 0)
            return false;
        PUSH(a, ids, id);
    }
    return true;
}

struct slice ids_text(struct arena *a, const struct ids *ids)
{
    struct buf b = buf_open(1 << 16);
    for (size_t i = 0; i < ids->n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_int(&b, ids->at[i]);
    }
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* ---------- the row ---------- */

static struct slice own_from_json(struct arena *a, const struct field *field, const struct json *v)
{
    int64_t n;
    switch (field->type) {
    case FIELD_DECIMAL:
    case FIELD_MONEY: /* integers at the declared scale */
        return slice_int(v->text, &n) ? decimal_text(a, (struct decimal){ n, field->scale, true }) : S("");
    case FIELD_DAY: return slice_int(v->text, &n) ? day_text(a, (day)n) : S("");
    default: return v->text;
    }
}

static void read_own(const struct look *look, struct slice text, struct entry *e)
{
    struct json *object;
    struct fault none;
    e->own = NEW(look->arena, struct slice, e->def->n_fields);
    if (text.len <= 2 || !json_parse(look->arena, text, &object, &none)) /* our own writing: it parses */
        return;
    for (const struct json *v = object->first; v; v = v->next)
        for (size_t i = 0; i < e->def->n_fields; i++)
            if (slice_equal(e->def->fields[i].name, v->name))
                e->own[i] = own_from_json(look->arena, &e->def->fields[i], v);
}

static void put_own(struct buf *b, const struct field *field, struct slice v)
{
    struct decimal d;
    day on;
    json_comma(b);
    json_put_string(b, field->name);
    buf_char(b, ':');
    switch (field->type) {
    case FIELD_DECIMAL:
    case FIELD_MONEY:
        if (decimal_parse(v, &d)) {
            while (d.scale < field->scale) {
                d.value *= 10;
                d.scale++;
            }
            buf_int(b, d.value);
            return;
        }
        break;
    case FIELD_DAY:
        if (day_parse(v, &on)) {
            buf_int(b, on);
            return;
        }
        break;
    case FIELD_INT:
    case FIELD_UNIT:
    case FIELD_PERSON: buf_put(b, v); return;
    default: break;
    }
    json_put_string(b, v);
}

void entry_put_fields(struct buf *b, const struct entry *e)
{
    buf_char(b, '{');
    for (size_t i = 0; i < e->def->n_fields; i++)
        if (e->own[i].len)
            put_own(b, &e->def->fields[i], e->own[i]);
    buf_char(b, '}');
}

static enum ending ending_named(struct slice word)
{
    for (int i = ENDING_SOLVED; i <= ENDING_WAITS; i++)
        if (slice_equal(slice_of(ending_word((enum ending)i)), word))
            return (enum ending)i;
    return ENDING_NONE;
}

bool entry_from_row(const struct look *look, const struct rows *r, struct entry *e)
{
    struct arena *a = look->arena;
    const struct ledger_def *def = pack_ledger(look->pack, rows_text(r, 1));
    if (!def)
        return false; /* a ledger that the pack no longer has is not shown */
    *e = (struct entry){ .id = rows_int(r, 0), .def = def, .stage = (enum stage_of_entry)rows_int(r, 2), .number = rows_copy(a, r, 3),
        .title = rows_copy(a, r, 4), .lead = rows_int(r, 5), .leader = rows_int(r, 6), .keeper = rows_int(r, 7), .due = rows_day(r, 8),
        .section = rows_copy(a, r, 9), .section_id = rows_null(r, 10) ? -1 : rows_int(r, 10), .document = rows_int(r, 11),
        .span_start = (uint32_t)rows_int(r, 12), .span_end = (uint32_t)rows_int(r, 13), .state = ledger_state(def, rows_text(r, 14)),
        .light = (enum light)rows_int(r, 15), .progress = rows_null(r, 16) ? -1 : (int)rows_int(r, 16), .ending = ending_named(rows_text(r, 17)),
        .opened_on = rows_day(r, 18), .updated_on = rows_day(r, 19), .closed_on = rows_day(r, 20), .version = rows_int(r, 21),
        .year = rows_int(r, 22), .disputes = rows_int(r, 24) };
    if (e->state < 0)
        e->state = def->initial;
    read_own(look, rows_copy(a, r, 23), e);
    return true;
}

/* The sets of units: support, and own fields of type units. */
bool entry_read_units(const struct look *look, struct entry *e, struct fault *f)
{
    struct rows r;
    store_ask(look->conn, SQL_ENTRY_UNIT_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(e->id)), &r, f);
    while (rows_next(&r))
        if (slice_equal(rows_text(&r, 0), S("support"))) {
            int64_t id = rows_int(&r, 1);
            PUSH(look->arena, &e->support, id);
        }
    return rows_end(&r);
}

bool entry_read(const struct look *look, int64_t id, struct entry *e, bool units, struct fault *f)
{
    struct rows r;
    bool found = false;
    store_ask(look->conn, SQL_ENTRY_GET, ARGS(v_int(ledger_county(look->ledger)), v_int(id)), &r, f);
    if (rows_next(&r))
        found = entry_from_row(look, &r, e);
    if (!rows_end(&r))
        return false;
    if (!found)
        return fault_set(f, FAULT_MISSING, "no-entry", S(""), S(""));
    return !units || entry_read_units(look, e, f);
}

/* ---------- values ---------- */

static struct value text_value(struct slice s)
{
    return s.len ? (struct value){ .type = TYPE_TEXT, .text = s } : (struct value){ 0 };
}

static struct value day_value(day d)
{
    return d != DAY_NONE ? (struct value){ .type = TYPE_DAY, .on = d } : (struct value){ 0 };
}

static struct value truth_value(bool b)
{
    return (struct value){ .type = TYPE_BOOL, .truth = b };
}

static struct value tenths_value(int tenths)
{
    return tenths >= 0 ? (struct value){ .type = TYPE_NUMBER, .number = { tenths, 1, true } } : (struct value){ 0 };
}

static struct value id_value(enum value_type type, int64_t id)
{
    return id ? (struct value){ .type = type, .id = id } : (struct value){ 0 };
}

static bool is_final(const struct entry *e)
{
    return e->def->final >> e->state & 1;
}

static struct value own_value(struct arena *a, const struct field *field, struct slice text)
{
    struct decimal d;
    struct ids ids;
    int64_t id;
    day on;
    if (!text.len)
        return (struct value){ 0 };
    switch (field->type) {
    case FIELD_INT:
    case FIELD_DECIMAL:
    case FIELD_MONEY: return decimal_parse(text, &d) ? (struct value){ .type = TYPE_NUMBER, .number = d } : (struct value){ 0 };
    case FIELD_DAY: return day_parse(text, &on) ? day_value(on) : (struct value){ 0 };
    case FIELD_UNIT: return slice_int(text, &id) ? id_value(TYPE_UNIT, id) : (struct value){ 0 };
    case FIELD_PERSON: return slice_int(text, &id) ? id_value(TYPE_PERSON, id) : (struct value){ 0 };
    case FIELD_UNITS: return ids_parse(a, text, &ids) ? (struct value){ .type = TYPE_UNITS, .ids = { ids.at, ids.n } } : (struct value){ 0 };
    case FIELD_BOOL: return truth_value(slice_equal(text, S("true")));
    default: return text_value(text);
    }
}

/* The plan is read once for all that ask about it. */
static int planned_of(struct entry_context *c)
{
    if (!c->plan_known) {
        c->planned = entry_planned(c->look, c->entry, &c->has_plan);
        c->plan_known = true;
    }
    return c->planned;
}

/* Points behind the plan; without a plan nothing is behind: the days gone are no promise. */
static bool lag_of(struct entry_context *c, int *lag)
{
    int planned = planned_of(c);
    *lag = planned - (c->entry->progress < 0 ? 0 : c->entry->progress);
    return c->has_plan && planned >= 0;
}

static struct forecast forecast_in(struct entry_context *c)
{
    struct fault f;
    if (!c->pace_known)
        c->pace_known = pace_read(c->look, c->entry->id, &c->pace, &f);
    return c->pace_known ? forecast_of(c->entry->def, c->entry, c->pace, c->look->today) : (struct forecast){ .finish = DAY_NONE };
}

static struct value schedule_value(struct entry_context *c)
{
    int lag;
    if (is_final(c->entry) || !lag_of(c, &lag))
        return (struct value){ 0 };
    return text_value(slice_of(schedule_word(schedule_of(c->entry->def, lag))));
}

static struct value stalled_value(struct entry_context *c)
{
    enum forecast_kind kind = forecast_in(c).kind;
    if (kind < FORECAST_STALLED)
        return (struct value){ 0 };
    return truth_value(kind == FORECAST_STALLED);
}

/* Late already is not late some day. */
static struct value will_be_late(struct entry_context *c)
{
    const struct entry *e = c->entry;
    if (is_final(e) || e->due == DAY_NONE || c->look->today > e->due)
        return truth_value(false);
    struct forecast forecast = forecast_in(c);
    if (forecast.kind < FORECAST_STALLED)
        return (struct value){ 0 };
    return truth_value(forecast.kind == FORECAST_STALLED || forecast.finish > e->due);
}

static struct value unsigned_value(struct entry_context *c)
{
    int64_t n;
    struct fault f;
    if (!store_number(c->look->conn, SQL_RECEIPT_WAITING, ARGS(v_int(ledger_county(c->look->ledger)), v_int(c->entry->id)), 0, &n, &f))
        return (struct value){ 0 };
    return (struct value){ .type = TYPE_NUMBER, .number = decimal_int(n) };
}

static struct value common_value(struct entry_context *c, enum common slot)
{
    const struct entry *e = c->entry;
    int lag;
    switch (slot) {
    case COMMON_NUMBER: return text_value(e->number);
    case COMMON_TITLE: return text_value(e->title);
    case COMMON_LEAD: return id_value(TYPE_UNIT, e->lead);
    case COMMON_SUPPORT: return (struct value){ .type = TYPE_UNITS, .ids = { e->support.at, e->support.n } };
    case COMMON_LEADER: return id_value(TYPE_PERSON, e->leader);
    case COMMON_KEEPER: return id_value(TYPE_UNIT, e->keeper);
    case COMMON_DUE: return day_value(e->due);
    case COMMON_SECTION: return text_value(e->section);
    case COMMON_STATE: return text_value(e->def->states[e->state].name);
    case COMMON_LIGHT: return text_value(slice_of(light_word(e->light)));
    case COMMON_PROGRESS: return tenths_value(e->progress);
    case COMMON_OPENED_ON: return day_value(e->opened_on);
    case COMMON_UPDATED_ON: return day_value(e->updated_on);
    case COMMON_CLOSED_ON: return day_value(e->closed_on);
    case COMMON_ENDING: return text_value(slice_of(ending_word(e->ending)));
    case COMMON_DONE: return truth_value(is_final(e));
    case COMMON_OVERDUE: return truth_value(!is_final(e) && e->due != DAY_NONE && c->look->today > e->due);
    case COMMON_PLANNED: return tenths_value(planned_of(c));
    case COMMON_HAS_PLAN: planned_of(c); return truth_value(c->has_plan);
    case COMMON_LAG: return lag_of(c, &lag) ? (struct value){ .type = TYPE_NUMBER, .number = { lag, 1, true } } : (struct value){ 0 };
    case COMMON_SCHEDULE: return schedule_value(c);
    case COMMON_EXPECTED: return day_value(forecast_in(c).finish);
    case COMMON_STALLED: return stalled_value(c);
    case COMMON_WILL_BE_LATE: return will_be_late(c);
    case COMMON_UNOWNED: return truth_value(!unit_is_manned(c->look, e->def, e->lead));
    case COMMON_UNSIGNED: return unsigned_value(c);
    case COMMON_UNLED: return truth_value(e->leader && !person_serves(c->look, e->leader));
    case COMMON_COUNT: break;
    }
    return (struct value){ 0 };
}

static bool scope_get(void *context, int slot, struct value *v)
{
    struct entry_context *c = context;
    const struct ledger_def *d = c->entry->def;
    if (slot < COMMON_COUNT) {
        *v = common_value(c, (enum common)slot);
    } else {
        const struct field *field = &d->fields[slot - COMMON_COUNT];
        if (field->computed) {
            struct expr_scope scope = entry_scope(c->look, c->entry, c);
            *v = expr_eval(field->computed, &scope);
            if (v->type == TYPE_NUMBER)
                v->number = decimal_round(v->number, field->scale);
        } else {
            *v = own_value(c->look->arena, field, c->entry->own[slot - COMMON_COUNT]);
        }
    }
    return v->type != TYPE_NONE;
}

static bool scope_role(void *context, size_t role)
{
    struct entry_context *c = context;
    if (!c->roles_known) {
        c->roles = entry_roles(c->look, c->entry);
        c->roles_known = true;
    }
    return c->roles >> role & 1;
}

static bool scope_duty(void *context, size_t duty)
{
    return ((struct entry_context *)context)->look->who.kinds >> duty & 1;
}

static bool scope_clock(void *context, size_t clock, bool *expired, int32_t *days_left)
{
    struct entry_context *c = context;
    const struct look *look = c->look;
    struct rows r;
    struct fault f;
    bool found = false;
    store_ask(look->conn, SQL_CLOCK_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(c->entry->id)), &r, &f);
    while (rows_next(&r)) {
        if (!slice_equal(rows_text(&r, 0), c->entry->def->clocks[clock].name))
            continue;
        found = true;
        *expired = slice_equal(rows_text(&r, 1), S("expired"));
        *days_left = rows_null(&r, 2) ? (int32_t)rows_int(&r, 3) : rows_day(&r, 2) - look->today;
    }
    return rows_end(&r) && found;
}

static bool scope_line_count(void *context, size_t lines, int64_t *n)
{
    struct entry_context *c = context;
    struct fault f;
    return store_number(c->look->conn, SQL_LINE_COUNT,
        ARGS(v_int(ledger_county(c->look->ledger)), v_int(c->entry->id), v_text(c->entry->def->lines[lines].name)), 0, n, &f);
}

bool look_named(const struct look *look, struct slice name, int64_t *id)
{
    const struct unit *u = people_unit_named(look->people, name);
    const struct person *p = u ? NULL : people_person_named(look->people, name);
    *id = u ? u->id : p ? p->id : 0;
    return *id != 0;
}

static bool scope_unit_named(void *context, struct slice name, int64_t *id)
{
    return look_named(((struct entry_context *)context)->look, name, id);
}

static int32_t scope_workdays(void *context, day from, day to)
{
    return pack_workdays_between(((struct entry_context *)context)->look->pack, from, to);
}

static day scope_add_workdays(void *context, day from, int32_t n)
{
    return pack_add_workdays(((struct entry_context *)context)->look->pack, from, n);
}

struct expr_scope entry_scope(const struct look *look, const struct entry *e, struct entry_context *context)
{
    if (context->entry != e)
        *context = (struct entry_context){ .look = look, .entry = e };
    return (struct expr_scope){ .context = context, .today = look->today, .get = scope_get, .role = scope_role, .duty = scope_duty,
        .clock = scope_clock, .line_count = scope_line_count, .unit_named = scope_unit_named, .workdays = scope_workdays,
        .add_workdays = scope_add_workdays };
}

struct value entry_value(const struct look *look, const struct entry *e, int slot)
{
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    struct value v = { 0 };
    scope.get(scope.context, slot, &v);
    return v;
}

bool entry_formula(const struct look *look, const struct entry *e, struct slice text, struct value *v, struct fault *f)
{
    const struct expr *formula;
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    if (!expr_parse(look->arena, text, &e->def->names, TYPE_NONE, &formula, f))
        return false;
    *v = expr_eval(formula, &scope);
    return true;
}

static void put_enum(struct buf *b, const struct ledger_def *d, int slot, struct slice name)
{
    if (slot == COMMON_STATE) {
        int state = ledger_state(d, name);
        buf_put(b, state >= 0 ? d->states[state].label.zh : name);
        return;
    }
    for (int s = SCHEDULE_AHEAD; slot == COMMON_SCHEDULE && s <= SCHEDULE_BEHIND; s++)
        if (slice_equal(slice_of(schedule_word((enum schedule)s)), name)) {
            buf_put(b, schedule_label((enum schedule)s).zh);
            return;
        }
    if (slot >= COMMON_COUNT) {
        const struct field *field = &d->fields[slot - COMMON_COUNT];
        for (size_t i = 0; i < field->n_options; i++)
            if (slice_equal(field->options[i].name, name)) {
                buf_put(b, field->options[i].label.zh);
                return;
            }
    }
    buf_put(b, name);
}

void entry_put_value(const struct look *look, const struct entry *e, int slot, struct buf *b)
{
    struct value v = entry_value(look, e, slot);
    switch (v.type) {
    case TYPE_NONE:
    case TYPE_DAYS: break;
    case TYPE_BOOL: buf_put(b, v.truth ? S("是") : S("否")); break;
    case TYPE_NUMBER: decimal_put(b, v.number); break;
    case TYPE_TEXT: put_enum(b, e->def, slot, v.text); break;
    case TYPE_DAY: day_put(b, v.on); break;
    case TYPE_UNIT: buf_put(b, unit_name(look->people, v.id)); break;
    case TYPE_PERSON: buf_put(b, person_name(look->people, v.id)); break;
    case TYPE_UNITS:
        for (size_t i = 0; i < v.ids.n; i++) {
            if (i)
                buf_put(b, S("、"));
            buf_put(b, unit_name(look->people, v.ids.at[i]));
        }
        break;
    }
}

/* ---------- canonical text of a slot, and back ---------- */

struct slice entry_slot_text(struct arena *a, const struct entry *e, int slot)
{
    switch (slot) {
    case COMMON_NUMBER: return e->number;
    case COMMON_TITLE: return e->title;
    case COMMON_LEAD: return e->lead ? slice_format(a, "%lld", (long long)e->lead) : S("");
    case COMMON_LEADER: return e->leader ? slice_format(a, "%lld", (long long)e->leader) : S("");
    case COMMON_KEEPER: return e->keeper ? slice_format(a, "%lld", (long long)e->keeper) : S("");
    case COMMON_SUPPORT: return ids_text(a, &e->support);
    case COMMON_DUE: return day_text(a, e->due);
    case COMMON_SECTION: return e->section;
    case COMMON_STATE: return e->def->states[e->state].name;
    case COMMON_PROGRESS: return e->progress < 0 ? S("") : decimal_text(a, (struct decimal){ e->progress, 1, true });
    default: return slot >= COMMON_COUNT ? e->own[slot - COMMON_COUNT] : S("");
    }
}

void entry_slot_set(struct arena *a, struct entry *e, int slot, struct slice v)
{
    struct decimal d;
    int64_t id = 0;
    switch (slot) {
    case COMMON_TITLE: e->title = v; return;
    case COMMON_SECTION: e->section = v; return;
    case COMMON_LEAD: e->lead = slice_int(v, &id) ? id : 0; return;
    case COMMON_LEADER: e->leader = slice_int(v, &id) ? id : 0; return;
    case COMMON_KEEPER: e->keeper = slice_int(v, &id) ? id : 0; return;
    case COMMON_SUPPORT:
        if (!ids_parse(a, v, &e->support))
            e->support = (struct ids){ 0 };
        return;
    case COMMON_DUE:
        if (!day_parse(v, &e->due))
            e->due = DAY_NONE;
        return;
    case COMMON_PROGRESS:
        e->progress = decimal_parse(v, &d) ? (int)decimal_round(decimal_mul(d, decimal_int(10)), 0).value : -1;
        return;
    default:
        if (slot >= COMMON_COUNT)
            e->own[slot - COMMON_COUNT] = v;
    }
}

/* ---------- who may see it ---------- */

bool holds_at(const struct look *look, uint32_t duties, int64_t unit)
{
    for (size_t i = 0; unit && i < look->who.n_duties; i++) {
        const struct duty *d = look->who.duties[i];
        if ((duties >> d->kind & 1) && (d->unit == unit || (d->subtree && unit_within(look->people, unit, d->unit))))
            return true;
    }
    return false;
}

bool office_of(const struct look *look, int64_t keeper, uint32_t ability)
{
    uint32_t duties = 0;
    for (size_t i = 0; i < look->pack->n_duties; i++)
        if (look->pack->duties[i].can & ability)
            duties |= 1u << i;
    return holds_at(look, duties, keeper);
}

static bool holds_role(const struct look *look, const struct entry *e, const struct role *role)
{
    struct value v;
    if (role->field < 0)
        return holds_at(look, role->duties, e->keeper);
    if (role->field == COMMON_LEAD)
        return holds_at(look, role->duties, e->lead);
    if (role->field == COMMON_LEADER)
        return e->leader && look->who.person && look->who.person->id == e->leader;
    v = entry_value(look, e, role->field);
    if (v.type == TYPE_UNIT)
        return holds_at(look, role->duties, v.id);
    if (v.type == TYPE_PERSON)
        return look->who.person && look->who.person->id == v.id;
    for (size_t i = 0; v.type == TYPE_UNITS && i < v.ids.n; i++)
        if (holds_at(look, role->duties, v.ids.at[i]))
            return true;
    return false;
}

uint32_t entry_roles(const struct look *look, const struct entry *e)
{
    uint32_t held = 0;
    for (size_t i = 0; look->who.n_duties && i < e->def->n_roles; i++)
        if (holds_role(look, e, &e->def->roles[i]))
            held |= 1u << i;
    return held;
}

/* A draft is the office's own paper until units are asked; then they see what they are asked about. */
static bool draft_visible(const struct look *look, const struct entry *e)
{
    if (office_of(look, e->keeper, CAN_HAND_OUT | CAN_IMPORT))
        return true;
    if (e->stage != ENTRY_DRAFT)
        return false;
    struct rows r;
    struct fault f;
    bool asked = false;
    store_ask(look->conn, SQL_RECEIPT_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(e->id)), &r, &f);
    while (rows_next(&r))
        for (size_t i = 0; i < look->who.n_duties; i++)
            asked = asked || (rows_int(&r, 2) == ENTRY_DRAFT && look->who.duties[i]->unit == rows_int(&r, 0));
    return rows_end(&r) && asked;
}

bool entry_visible(const struct look *look, const struct entry *e)
{
    if (slice_equal(look->who.account, S("clock")))
        return true;
    if (e->stage != ENTRY_LIVE)
        return draft_visible(look, e);
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    return expr_holds(e->def->see, &scope);
}

bool entry_see(const struct look *look, int64_t id, struct entry *e, struct fault *f)
{
    if (!entry_read(look, id, e, true, f))
        return false;
    return entry_visible(look, e) || fault_set(f, FAULT_MISSING, "no-entry", S(""), S(""));
}

bool entry_find(const struct look *look, struct slice name, struct entry *e, struct fault *f)
{
    struct slice digits = slice_starts(name, S("e")) ? slice_from(name, 1) : name;
    int64_t id;
    if (!slice_int(digits, &id) && !store_number(look->conn, SQL_ENTRY_BY_NUMBER, ARGS(v_int(ledger_county(look->ledger)), v_text(name)), 0, &id, f))
        return false;
    return id > 0 ? entry_see(look, id, e, f) : fault_set(f, FAULT_MISSING, "no-entry", name, S(""));
}

/* ---------- light and plan ---------- */

int entry_light_rule(const struct look *look, const struct entry *e)
{
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    for (size_t i = 0; i < e->def->n_lights; i++)
        if (expr_holds(e->def->lights[i].when, &scope))
            return (int)i;
    return -1;
}

/* Tenths of a percent on a straight line from (from, low) to (to, high). */
static int between(day from, int low, day to, int high, day today)
{
    if (today >= to)
        return high;
    if (today <= from)
        return low;
    return low + (int)((int64_t)(high - low) * (today - from) / (to - from));
}

int plan_percent(const struct milestone *at, size_t n, day from, day today)
{
    int low = 0, planned = -1;
    for (size_t i = 0; i < n; i++) {
        if (!i || today > from)
            planned = between(from, low, at[i].due, at[i].percent * 10, today);
        from = at[i].due;
        low = at[i].percent * 10;
    }
    return planned;
}

bool milestones_read(const struct look *look, int64_t entry, struct milestone **at, size_t *n, struct fault *f)
{
    struct { struct milestone *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_MILESTONE_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(entry)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, (struct milestone){ rows_copy(look->arena, &r, 1), rows_day(&r, 2), (int)rows_int(&r, 3) });
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

int entry_planned(const struct look *look, const struct entry *e, bool *has_plan)
{
    struct milestone *at;
    size_t n;
    struct fault f;
    day from = e->opened_on == DAY_NONE ? look->today : e->opened_on;
    *has_plan = false;
    if (!milestones_read(look, e->id, &at, &n, &f))
        return -1;
    *has_plan = n > 0;
    if (n)
        return plan_percent(at, n, from, look->today);
    return e->due == DAY_NONE || e->opened_on == DAY_NONE ? -1 : between(e->opened_on, 0, e->due, 1000, look->today);
}
