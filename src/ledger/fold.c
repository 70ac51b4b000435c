/* fold.c: from an event to the tables. The fold never runs a pack's rule: every event carries what came of its
 * command, so that an old log reads the same under every later program and pack.
 *
 * An event about an entry is a patch of its row: each field has one handler, found by its name. All other kinds have
 * one handler each. What an event does not say stays as it was. */
#include "ledger/inside.h"

#include <stdlib.h>

struct folding {
    struct conn *conn;
    int county;
    struct arena *arena;
    const struct event *event;
    day on;                     /* the county's day of the event */
    struct arg row[25];         /* of the entry, in the order of entry_get */
    struct fault *fault;
};

#define COUNTY v_int(x->county)

static bool damaged(struct folding *x)
{
    fault_set(x->fault, FAULT_BROKEN, "bad-event", slice_format(x->arena, "%lld", (long long)x->event->seq), S(""));
    return false;
}

/* ---------- the row of an entry ---------- */

enum column { C_ENTRY, C_LEDGER, C_STAGE, C_NUMBER, C_TITLE, C_LEAD, C_LEADER, C_KEEPER, C_DUE, C_SECTION, C_SECTION_ID, C_DOCUMENT,
    C_SPAN_START, C_SPAN_END, C_STATE, C_LIGHT, C_PROGRESS, C_ENDING, C_OPENED_ON, C_UPDATED_ON, C_CLOSED_ON, C_VERSION, C_YEAR,
    C_FIELDS, C_DISPUTE };

static const enum { K_TEXT, K_NUMBER, K_MAYBE } column_kinds[25] = { /* K_MAYBE: a number or NULL */
    [C_ENTRY] = K_NUMBER, [C_LEDGER] = K_TEXT, [C_STAGE] = K_NUMBER, [C_NUMBER] = K_TEXT, [C_TITLE] = K_TEXT, [C_LEAD] = K_MAYBE,
    [C_LEADER] = K_MAYBE, [C_KEEPER] = K_MAYBE, [C_DUE] = K_MAYBE, [C_SECTION] = K_TEXT, [C_SECTION_ID] = K_MAYBE,
    [C_DOCUMENT] = K_MAYBE, [C_SPAN_START] = K_MAYBE, [C_SPAN_END] = K_MAYBE, [C_STATE] = K_TEXT, [C_LIGHT] = K_MAYBE,
    [C_PROGRESS] = K_MAYBE, [C_ENDING] = K_TEXT, [C_OPENED_ON] = K_MAYBE, [C_UPDATED_ON] = K_MAYBE, [C_CLOSED_ON] = K_MAYBE,
    [C_VERSION] = K_NUMBER, [C_YEAR] = K_NUMBER, [C_FIELDS] = K_TEXT, [C_DISPUTE] = K_NUMBER,
};

static bool row_read(struct folding *x)
{
    struct rows r;
    for (int i = 0; i < 25; i++)
        x->row[i] = column_kinds[i] == K_TEXT ? v_text(S("")) : column_kinds[i] == K_NUMBER ? v_int(0) : v_null();
    x->row[C_ENTRY] = v_int(x->event->entry);
    x->row[C_LEDGER] = v_text(x->event->ledger);
    x->row[C_FIELDS] = v_text(S("{}"));
    store_ask(x->conn, SQL_ENTRY_GET, ARGS(COUNTY, v_int(x->event->entry)), &r, x->fault);
    if (rows_next(&r))
        for (int i = 0; i < 25; i++)
            x->row[i] = column_kinds[i] == K_TEXT ? v_text(rows_copy(x->arena, &r, i))
                : rows_null(&r, i) && column_kinds[i] == K_MAYBE ? v_null() : v_int(rows_int(&r, i));
    return rows_end(&r);
}

static bool row_write(struct folding *x)
{
    struct arg args[26] = { COUNTY };
    x->row[C_VERSION] = v_int(x->event->seq);
    x->row[C_UPDATED_ON] = v_int(x->on);
    memcpy(args + 1, x->row, sizeof x->row);
    return store_run(x->conn, SQL_ENTRY_PUT, args, 26, x->fault);
}

/* ---------- handlers of an entry's fields ---------- */

struct entry_field {
    const char *name;
    int column;                        /* -1: see `apply` */
    enum { F_TEXT, F_INT, F_DAY, F_LIGHT, F_TENTHS } type;
    bool (*apply)(struct folding *x, struct slice name, struct slice value);
};

static bool set_column(struct folding *x, const struct entry_field *field, struct slice v)
{
    int64_t n;
    day d;
    struct decimal tenths;
    struct arg *at = &x->row[field->column];
    bool maybe = column_kinds[field->column] == K_MAYBE;
    switch (field->type) {
    case F_TEXT: *at = v_text(v); return true;
    case F_INT:
        if (!v.len)
            return *at = maybe ? v_null() : v_int(0), true;
        return slice_int(v, &n) ? (*at = v_int(n), true) : damaged(x);
    case F_DAY:
        if (!v.len)
            return *at = v_null(), true;
        return day_parse(v, &d) ? (*at = v_int(d), true) : damaged(x);
    case F_TENTHS:
        if (!v.len)
            return *at = v_null(), true;
        return decimal_parse(v, &tenths) ? (*at = v_int(decimal_round(decimal_mul(tenths, decimal_int(10)), 0).value), true) : damaged(x);
    case F_LIGHT:
        for (int i = LIGHT_NONE; i <= LIGHT_BLUE; i++)
            if (slice_equal(slice_of(light_word((enum light)i)), v))
                return *at = v_id(i), true; /* no light is NULL */
        return damaged(x);
    }
    return damaged(x);
}

static bool apply_units(struct folding *x, struct slice slot, struct slice v)
{
    struct ids ids;
    if (!ids_parse(x->arena, v, &ids))
        return damaged(x);
    if (!store_run(x->conn, SQL_ENTRY_UNIT_CLEAR, ARGS(COUNTY, v_int(x->event->entry), v_text(slot)), x->fault))
        return false;
    for (size_t i = 0; i < ids.n; i++)
        if (!store_run(x->conn, SQL_ENTRY_UNIT_PUT, ARGS(COUNTY, v_int(x->event->entry), v_text(slot), v_int(ids.at[i]), v_int((int64_t)i)), x->fault))
            return false;
    return true;
}

static bool apply_span(struct folding *x, struct slice name, struct slice v)
{
    struct slice start;
    int64_t from, to;
    if (!slice_cut(&v, '-', &start) || !slice_int(start, &from) || !slice_int(v, &to))
        return damaged(x);
    x->row[C_SPAN_START] = v_int(from);
    x->row[C_SPAN_END] = v_int(to);
    return true;
}

/* The value says its type, so that the fold needs no pack: n2:12.5 · d:2026-06-30 · i:15 · t:text; empty clears. */
static bool put_tagged(struct folding *x, struct buf *b, struct slice v)
{
    struct slice tag, rest = v;
    struct decimal d;
    day on;
    int64_t scale = 0;
    if (!slice_cut(&rest, ':', &tag) || !tag.len)
        return damaged(x);
    switch (tag.at[0]) {
    case 't': json_put_string(b, rest); return true;
    case 'i': buf_put(b, rest); return true;
    case 'd': return day_parse(rest, &on) ? (buf_int(b, on), true) : damaged(x);
    case 'n':
        if (!slice_int(slice_from(tag, 1), &scale) || scale < 0 || scale > DECIMAL_SCALE_MAX || !decimal_parse(rest, &d) || d.scale > scale)
            return damaged(x);
        for (; d.scale < scale; d.scale++)
            if (__builtin_mul_overflow(d.value, 10, &d.value))
                return damaged(x);
        buf_int(b, d.value);
        return true;
    default: return damaged(x);
    }
}

static bool apply_own(struct folding *x, struct slice name, struct slice v)
{
    struct json *object;
    bool ok = true;
    if (!json_parse(x->arena, x->row[C_FIELDS].text, &object, x->fault))
        return damaged(x);
    struct buf b = buf_open(1 << 22);
    buf_char(&b, '{');
    for (const struct json *m = object->first; m; m = m->next) { /* members stay in name order */
        if (slice_compare(m->name, name) >= 0)
            break;
        json_comma(&b);
        json_put_string(&b, m->name);
        buf_char(&b, ':');
        json_put(&b, m);
    }
    if (v.len) {
        json_comma(&b);
        json_put_string(&b, name);
        buf_char(&b, ':');
        ok = put_tagged(x, &b, v);
    }
    for (const struct json *m = object->first; m; m = m->next)
        if (slice_compare(m->name, name) > 0) {
            json_comma(&b);
            json_put_string(&b, m->name);
            buf_char(&b, ':');
            json_put(&b, m);
        }
    buf_char(&b, '}');
    x->row[C_FIELDS] = v_text(slice_copy(x->arena, buf_slice(&b)));
    ok = ok && !b.failed;
    buf_close(&b);
    return ok;
}

static bool apply_counter(struct folding *x, struct slice name, struct slice v)
{
    int64_t n;
    return slice_int(v, &n) ? store_run(x->conn, SQL_COUNTER_PUT, ARGS(COUNTY, v_int(x->event->entry), v_text(name), v_int(n)), x->fault) : damaged(x);
}

/* running 2026-06-30 · paused 12 · ended · expired */
static bool apply_clock(struct folding *x, struct slice name, struct slice v)
{
    struct slice state;
    day ends = DAY_NONE;
    int64_t left = 0;
    slice_cut(&v, ' ', &state);
    if (slice_equal(state, S("running")) && !day_parse(v, &ends))
        return damaged(x);
    if (slice_equal(state, S("paused")) && !slice_int(v, &left))
        return damaged(x);
    return store_run(x->conn, SQL_CLOCK_PUT,
        ARGS(COUNTY, v_int(x->event->entry), v_text(name), v_text(state), v_day(ends), slice_equal(state, S("paused")) ? v_int(left) : v_null()), x->fault);
}

static day json_day(const struct json *o, const char *name)
{
    day d;
    return day_parse(json_text(o, name), &d) ? d : DAY_NONE;
}

static int64_t json_number(const struct json *o, const char *name)
{
    int64_t v = 0;
    return json_int(o, name, &v) ? v : 0;
}

static bool parse_list(struct folding *x, struct slice v, struct json **list)
{
    struct fault none;
    return (json_parse(x->arena, v, list, &none) && (*list)->kind == JSON_ARRAY) || damaged(x);
}

static bool apply_plan(struct folding *x, struct slice name, struct slice v)
{
    struct json *list;
    int64_t place = 0;
    if (!parse_list(x, v, &list) || !store_run(x->conn, SQL_MILESTONE_CLEAR, ARGS(COUNTY, v_int(x->event->entry)), x->fault))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_MILESTONE_PUT, ARGS(COUNTY, v_int(x->event->entry), v_int(place++), v_text(json_text(m, "title")),
                v_int(json_day(m, "due")), v_int(json_number(m, "percent"))), x->fault))
            return false;
    return true;
}

/* The report's own day is the end of the pace. */
static bool apply_pace(struct folding *x, struct slice name, struct slice v)
{
    int64_t gain;
    day from;
    if (!day_parse(v, &from) || !event_int(x->event, "pace.gain", &gain))
        return damaged(x);
    return store_run(x->conn, SQL_PACE_PUT, ARGS(COUNTY, v_int(x->event->entry), v_int(from), v_int(x->on), v_int(gain)), x->fault);
}

static bool apply_proofs(struct folding *x, struct slice name, struct slice v)
{
    struct json *list;
    int64_t place = 0;
    if (!parse_list(x, v, &list))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_PROOF_PUT, ARGS(COUNTY, v_int(x->event->entry), v_int(x->event->seq), v_int(place++), v_text(json_text(m, "hash")),
                v_text(json_text(m, "name")), v_int(json_number(m, "size"))), x->fault))
            return false;
    return true;
}

/* The whole row of each receipt that changed. */
static bool apply_receipts(struct folding *x, struct slice name, struct slice v)
{
    struct json *list;
    if (!parse_list(x, v, &list))
        return false;
    for (const struct json *m = list->first; m; m = m->next) {
        struct slice state = json_text(m, "state");
        bool gone = slice_equal(state, S("gone"));
        bool ok = gone
            ? store_run(x->conn, SQL_RECEIPT_DROP, ARGS(COUNTY, v_int(x->event->entry), v_int(json_number(m, "unit")), v_int(json_number(m, "stage"))), x->fault)
            : store_run(x->conn, SQL_RECEIPT_PUT, ARGS(COUNTY, v_int(x->event->entry), v_int(json_number(m, "unit")), v_text(json_text(m, "role")),
                  v_int(json_number(m, "stage")), v_text(state), v_int(json_day(m, "asked_on")), v_day(json_day(m, "due")), v_day(json_day(m, "return_until")),
                  v_day(json_day(m, "answered_on")), v_text(json_text(m, "reason")), v_text(json_text(m, "account")), v_text(json_text(m, "ruling")),
                  v_day(json_day(m, "ruled_on"))), x->fault);
        if (!ok)
            return false;
    }
    return true;
}

static bool apply_notice(struct folding *x, struct slice name, struct slice v)
{
    struct ids ids;
    if (!ids_parse(x->arena, v, &ids))
        return damaged(x);
    for (size_t i = 0; i < ids.n; i++)
        if (!store_run(x->conn, SQL_NOTICE_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(x->event->entry), v_text(event_get(x->event, "notice.kind")),
                v_text(event_get(x->event, "notice.label")), v_int(ids.at[i]), v_int(x->on)), x->fault))
            return false;
    return true;
}

static bool apply_ask(struct folding *x, struct slice name, struct slice v)
{
    int64_t unit = 0;
    event_int(x->event, "ask.unit", &unit);
    return store_run(x->conn, SQL_ASK_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(x->event->entry), v_text(v), v_text(S("asked")), v_id(unit),
        v_text(x->event->account), v_int(x->on), v_text(event_get(x->event, "ask.fields"))), x->fault);
}

static bool apply_answer(struct folding *x, struct slice name, struct slice v)
{
    int64_t ask;
    return slice_int(v, &ask) ? store_run(x->conn, SQL_ASK_ANSWER, ARGS(COUNTY, v_int(ask), v_text(event_get(x->event, "answer.state")), v_int(x->on),
        v_text(event_get(x->event, "note"))), x->fault) : damaged(x);
}

static bool apply_line(struct folding *x, struct slice name, struct slice v)
{
    return store_run(x->conn, SQL_LINE_PUT, ARGS(COUNTY, v_int(x->event->entry), v_text(v), v_int(x->event->seq), v_text(x->event->account), v_int(x->on),
        v_text(event_get(x->event, "line.fields"))), x->fault);
}

static bool apply_number(struct folding *x, struct slice name, struct slice v)
{
    int64_t last, year;
    if (!slice_int(v, &last) || !event_int(x->event, "number.year", &year))
        return damaged(x);
    return store_run(x->conn, SQL_NUMBER_PUT, ARGS(COUNTY, v_text(x->event->ledger), v_int(year), v_int(last)), x->fault);
}

/* Names that end in a dot stand for all that begin so; the handler gets the rest of the name. */
static const struct entry_field entry_fields[] = {
    { "answer", -1, 0, apply_answer },
    { "ask", -1, 0, apply_ask },
    { "clock.", -1, 0, apply_clock },
    { "closed_on", C_CLOSED_ON, F_DAY, NULL },
    { "dispute", C_DISPUTE, F_INT, NULL },
    { "document", C_DOCUMENT, F_INT, NULL },
    { "due", C_DUE, F_DAY, NULL },
    { "ending", C_ENDING, F_TEXT, NULL },
    { "f.", -1, 0, apply_own },
    { "keeper", C_KEEPER, F_INT, NULL },
    { "lead", C_LEAD, F_INT, NULL },
    { "leader", C_LEADER, F_INT, NULL },
    { "light", C_LIGHT, F_LIGHT, NULL },
    { "line", -1, 0, apply_line },
    { "n.", -1, 0, apply_counter },
    { "notice.to", -1, 0, apply_notice },
    { "number", C_NUMBER, F_TEXT, NULL },
    { "number.seq", -1, 0, apply_number },
    { "opened_on", C_OPENED_ON, F_DAY, NULL },
    { "pace.from", -1, 0, apply_pace },
    { "plan", -1, 0, apply_plan },
    { "progress", C_PROGRESS, F_TENTHS, NULL },
    { "proofs", -1, 0, apply_proofs },
    { "receipts", -1, 0, apply_receipts },
    { "section", C_SECTION, F_TEXT, NULL },
    { "section_id", C_SECTION_ID, F_INT, NULL },
    { "span", -1, 0, apply_span },
    { "stage", C_STAGE, F_INT, NULL },
    { "state", C_STATE, F_TEXT, NULL },
    { "support", -1, 0, apply_units },
    { "title", C_TITLE, F_TEXT, NULL },
    { "year", C_YEAR, F_INT, NULL },
};

static bool apply_field(struct folding *x, const struct event_field *field)
{
    for (size_t i = 0; i < COUNT(entry_fields); i++) {
        const struct entry_field *h = &entry_fields[i];
        struct slice want = slice_of(h->name);
        bool prefix = slice_ends(want, S("."));
        if (prefix ? !slice_starts(field->name, want) : !slice_equal(field->name, want))
            continue;
        if (h->column >= 0)
            return set_column(x, h, field->value);
        return h->apply(x, prefix ? slice_from(field->name, want.len) : field->name, field->value);
    }
    return true; /* said for people: note, was.…, reason */
}

static struct search_texts texts_of(const struct folding *x)
{
    return (struct search_texts){ .number = x->row[C_NUMBER].text, .title = x->row[C_TITLE].text, .fields = x->row[C_FIELDS].text };
}

/* What is new is indexed at once; what changes waits for the next day, so that a report does not pay for it, and is
 * looked through meanwhile. A title that comes with its place in the report is what the report says, and stays to be
 * found by. */
static bool fold_search(struct folding *x, struct search_texts before)
{
    struct search_texts after = texts_of(x), none = { 0 };
    struct arg entry = v_int(x->event->entry);
    after.words = event_get(x->event, "span").len ? event_get(x->event, "title") : S("");
    if (after.words.len && !store_run(x->conn, SQL_WORDS_PUT, ARGS(COUNTY, entry, v_text(after.words)), x->fault))
        return false;
    if (!before.title.len && !before.number.len)
        return search_update(x->conn, x->county, x->arena, x->event->entry, &none, &after, x->fault);
    if (!after.words.len && slice_equal(before.number, after.number) && slice_equal(before.title, after.title) && slice_equal(before.fields, after.fields))
        return true;
    return store_run(x->conn, SQL_STALE_PUT, ARGS(COUNTY, entry, v_text(before.number), v_text(before.title), v_text(before.fields)), x->fault);
}

static bool fold_entry(struct folding *x)
{
    if (!row_read(x))
        return false;
    struct search_texts before = texts_of(x);
    for (size_t i = 0; i < x->event->n; i++)
        if (!x->event->fields[i].erased && !apply_field(x, &x->event->fields[i]))
            return false;
    return row_write(x) && fold_search(x, before);
}

/* ---------- all other kinds ---------- */

static struct slice text_of(struct folding *x, const char *name)
{
    struct slice s = event_get(x->event, name);
    return s.at ? s : S("");
}

static int64_t int_of(struct folding *x, const char *name)
{
    int64_t v = 0;
    return event_int(x->event, name, &v) ? v : 0;
}

static day day_of_field(struct folding *x, const char *name)
{
    day d;
    return day_parse(text_of(x, name), &d) ? d : DAY_NONE;
}

/* An id that the event names, or the event's own where it makes the thing. */
static int64_t id_or_seq(struct folding *x, const char *name)
{
    int64_t id = int_of(x, name);
    return id ? id : x->event->seq;
}

static bool fold_begun(struct folding *x)
{
    return store_run(x->conn, SQL_COUNTY_PUT, ARGS(COUNTY, v_text(text_of(x, "name")), v_text(text_of(x, "origin")), v_text(text_of(x, "algorithm"))), x->fault);
}

static bool fold_pack(struct folding *x)
{
    if (!store_run(x->conn, SQL_COUNTY_PACK, ARGS(COUNTY, v_text(text_of(x, "hash"))), x->fault) || !store_run(x->conn, SQL_PACK_FILE_CLEAR, ARGS(COUNTY), x->fault))
        return false;
    for (size_t i = 0; i < x->event->n; i++) {
        const struct event_field *field = &x->event->fields[i];
        if (slice_starts(field->name, S("file."))
            && !store_run(x->conn, SQL_PACK_FILE_PUT, ARGS(COUNTY, v_text(slice_from(field->name, 5)), v_blob(field->value)), x->fault))
            return false;
    }
    return true;
}

static bool fold_day(struct folding *x)
{
    struct slice lights = text_of(x, "lights"), one, id_text;
    day today = day_of_field(x, "today");
    if (today == DAY_NONE)
        return damaged(x);
    while (lights.len && slice_cut(&lights, ',', &one)) { /* 17:red,19:yellow */
        int64_t id;
        int light = 0;
        slice_cut(&one, ':', &id_text);
        while (light <= LIGHT_BLUE && !slice_equal(slice_of(light_word((enum light)light)), one))
            light++;
        if (light > LIGHT_BLUE || !slice_int(id_text, &id))
            return damaged(x);
        if (!store_run(x->conn, SQL_ENTRY_LIGHT, ARGS(COUNTY, v_int(id), v_id(light)), x->fault))
            return false;
    }
    return search_catch_up(x->conn, x->county, x->arena, x->fault) && store_run(x->conn, SQL_COUNTY_TODAY, ARGS(COUNTY, v_int(today)), x->fault);
}

static bool people_changed(struct folding *x)
{
    return store_run(x->conn, SQL_COUNTY_PEOPLE, ARGS(COUNTY, v_int(x->event->seq)), x->fault);
}

static bool fold_unit(struct folding *x)
{
    return people_changed(x) && store_run(x->conn, SQL_UNIT_PUT, ARGS(COUNTY, v_int(id_or_seq(x, "unit")), v_text(text_of(x, "code")), v_text(text_of(x, "name")),
        v_text(text_of(x, "short")), v_text(text_of(x, "kind")), v_id(int_of(x, "parent")), v_text(text_of(x, "duties")), v_text(text_of(x, "former")),
        v_day(day_of_field(x, "from")), v_day(day_of_field(x, "to"))), x->fault);
}

static bool fold_person(struct folding *x)
{
    return people_changed(x) && store_run(x->conn, SQL_PERSON_PUT, ARGS(COUNTY, v_int(id_or_seq(x, "person")), v_text(text_of(x, "name")), v_id(int_of(x, "unit")),
        v_text(text_of(x, "post")), v_text(text_of(x, "phone"))), x->fault);
}

static bool fold_account(struct folding *x)
{
    return people_changed(x) && store_run(x->conn, SQL_ACCOUNT_PUT, ARGS(COUNTY, v_text(text_of(x, "account")), v_int(int_of(x, "person")), v_text(text_of(x, "login")),
        v_int(int_of(x, "disabled"))), x->fault);
}

static bool fold_duty(struct folding *x)
{
    return people_changed(x) && store_run(x->conn, SQL_DUTY_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(int_of(x, "person")), v_text(text_of(x, "kind")), v_int(int_of(x, "unit")),
        v_int(int_of(x, "subtree")), v_day(day_of_field(x, "from")), v_day(day_of_field(x, "to"))), x->fault);
}

static bool fold_duty_ended(struct folding *x)
{
    return people_changed(x) && store_run(x->conn, SQL_DUTY_END, ARGS(COUNTY, v_int(int_of(x, "duty")), v_day(day_of_field(x, "to"))), x->fault);
}

static bool fold_sections(struct folding *x)
{
    struct json *list;
    if (!parse_list(x, text_of(x, "sections"), &list))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_SECTION_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(json_number(m, "id")), v_int(json_number(m, "parent")),
                v_int(json_number(m, "level")), v_text(json_text(m, "label")), v_text(json_text(m, "heading")), v_text(json_text(m, "part")),
                v_int(json_number(m, "start")), v_int(json_number(m, "end"))), x->fault))
            return false;
    return true;
}

static bool fold_document(struct folding *x)
{
    struct json *terms;
    int64_t id = id_or_seq(x, "document");
    if (!store_run(x->conn, SQL_DOCUMENT_PUT, ARGS(COUNTY, v_int(id), v_text(text_of(x, "hash")), v_text(text_of(x, "text_hash")), v_text(text_of(x, "name")),
            v_text(text_of(x, "title")), v_text(text_of(x, "place")), v_text(text_of(x, "session")), v_text(text_of(x, "speaker")), v_int(int_of(x, "year")),
            v_day(day_of_field(x, "delivered_on")), v_id(int_of(x, "keeper")), v_int(x->on)), x->fault))
        return false;
    if (id != x->event->seq)
        return true; /* a correction of its facts */
    if (!fold_sections(x) || !parse_list(x, text_of(x, "terms"), &terms))
        return false;
    for (const struct json *m = terms->first; m; m = m->next)
        if (!store_run(x->conn, SQL_TERM_PUT, ARGS(COUNTY, v_int(id), v_text(json_text(m, "term")), v_text(json_text(m, "definition")),
                v_int(json_number(m, "start")), v_int(json_number(m, "end"))), x->fault))
            return false;
    return true;
}

static bool fold_precedent(struct folding *x)
{
    struct json *list;
    int64_t row = 0;
    if (!parse_list(x, text_of(x, "rows"), &list))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_PRECEDENT_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(row++), v_text(json_text(m, "text")), v_text(json_text(m, "lead")),
                v_text(json_text(m, "support")), v_text(json_text(m, "leader")), v_text(json_text(m, "due"))), x->fault))
            return false;
    return true;
}

static bool fold_paper(struct folding *x)
{
    struct json *list;
    int64_t place = 0;
    struct slice series = slice_format(x->arena, "paper." S_FMT, S_ARG(text_of(x, "paper")));
    if (!parse_list(x, text_of(x, "files"), &list))
        return false;
    if (int_of(x, "number.seq")
        && !store_run(x->conn, SQL_NUMBER_PUT, ARGS(COUNTY, v_text(series), v_int(int_of(x, "number.year")), v_int(int_of(x, "number.seq"))), x->fault))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_PAPER_PUT, ARGS(COUNTY, v_int(x->event->seq), v_text(text_of(x, "paper")), v_text(text_of(x, "title")),
                v_text(json_text(m, "hash")), v_text(json_text(m, "name")), v_int(place++), v_int(x->on), v_int(int_of(x, "entries")),
                v_id(int_of(x, "keeper")), v_text(text_of(x, "number"))), x->fault))
            return false;
    return true;
}

/* ---------- reporting rounds ---------- */

enum { R_UNIT, R_STATE, R_VERSION, R_FILED_AT, R_FILED_BY, R_FIRST_AT, R_RELEASED_AT, R_RELEASED_BY, R_TAKEN_AT, R_TAKEN_BY, R_REASON,
    R_CHASED_ON, R_CHASED, R_COLUMNS };
static const bool round_texts[R_COLUMNS] = { [R_STATE] = true, [R_FILED_BY] = true, [R_RELEASED_BY] = true, [R_TAKEN_BY] = true, [R_REASON] = true };

/* Where a unit stands in a round, as it is or as it begins. */
static bool round_unit_read(struct folding *x, struct arg row[R_COLUMNS])
{
    struct rows r;
    for (int i = 0; i < R_COLUMNS; i++)
        row[i] = round_texts[i] ? v_text(S("")) : v_null();
    row[R_UNIT] = v_int(int_of(x, "unit"));
    row[R_STATE] = v_text(S("waiting"));
    row[R_CHASED] = v_int(0);
    store_ask(x->conn, SQL_ROUND_UNIT_GET, ARGS(COUNTY, v_int(int_of(x, "round")), v_int(int_of(x, "unit"))), &r, x->fault);
    if (rows_next(&r))
        for (int i = 0; i < R_COLUMNS; i++)
            row[i] = round_texts[i] ? v_text(rows_copy(x->arena, &r, i)) : rows_null(&r, i) ? v_null() : v_int(rows_int(&r, i));
    row[R_VERSION] = v_int(x->event->seq);
    return rows_end(&r);
}

static bool round_unit_write(struct folding *x, const struct arg row[R_COLUMNS])
{
    struct arg args[R_COLUMNS + 2] = { COUNTY, v_int(int_of(x, "round")) };
    memcpy(args + 2, row, R_COLUMNS * sizeof *row);
    return store_run(x->conn, SQL_ROUND_UNIT_PUT, args, R_COLUMNS + 2, x->fault);
}

static bool fold_round_opened(struct folding *x)
{
    struct ids units;
    if (!ids_parse(x->arena, text_of(x, "units"), &units))
        return damaged(x);
    if (!store_run(x->conn, SQL_ROUND_PUT, ARGS(COUNTY, v_int(x->event->seq), v_text(x->event->ledger), v_text(text_of(x, "name")), v_text(text_of(x, "period")),
            v_int(int_of(x, "keeper")), v_int(day_of_field(x, "today")), v_int(int_of(x, "cut_off"))), x->fault))
        return false;
    for (size_t i = 0; i < units.n; i++)
        if (!store_run(x->conn, SQL_ROUND_UNIT_PUT, ARGS(COUNTY, v_int(x->event->seq), v_int(units.at[i]), v_text(S("waiting")), v_int(x->event->seq), v_null(),
                v_text(S("")), v_null(), v_null(), v_text(S("")), v_null(), v_text(S("")), v_text(S("")), v_null(), v_int(0)), x->fault))
            return false;
    return true;
}

static bool fold_round_closed(struct folding *x)
{
    return store_run(x->conn, SQL_ROUND_CLOSE, ARGS(COUNTY, v_int(int_of(x, "round")), v_day(day_of_field(x, "today"))), x->fault);
}

static struct slice object_text(struct folding *x, const struct json *o)
{
    struct buf b = buf_open(1 << 20);
    if (o)
        json_put(&b, o);
    struct slice s = slice_copy(x->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static bool fold_round_filed(struct folding *x)
{
    struct json *list;
    struct arg row[R_COLUMNS];
    if (!parse_list(x, text_of(x, "rows"), &list) || !round_unit_read(x, row))
        return false;
    for (const struct json *m = list->first; m; m = m->next)
        if (!store_run(x->conn, SQL_ROUND_LINE_PUT, ARGS(COUNTY, v_int(int_of(x, "round")), v_int(json_number(m, "entry")), v_int(int_of(x, "unit")),
                v_text(object_text(x, json_get(m, "set"))), v_text(object_text(x, json_get(m, "stood"))), v_text(json_text(m, "note"))), x->fault))
            return false;
    row[R_STATE] = v_text(text_of(x, "state"));
    row[R_FILED_AT] = v_int(x->event->at_ms);
    row[R_FILED_BY] = v_text(x->event->account);
    return round_unit_write(x, row);
}

static bool fold_round_released(struct folding *x)
{
    struct arg row[R_COLUMNS];
    if (!round_unit_read(x, row))
        return false;
    row[R_STATE] = v_text(S("released"));
    row[R_RELEASED_AT] = v_int(x->event->at_ms);
    row[R_RELEASED_BY] = v_text(text_of(x, "by"));
    if (row[R_FIRST_AT].kind == ARG_NULL)
        row[R_FIRST_AT] = v_int(x->event->at_ms);
    return round_unit_write(x, row);
}

static bool fold_round_taken(struct folding *x)
{
    struct arg row[R_COLUMNS];
    if (!round_unit_read(x, row))
        return false;
    row[R_STATE] = v_text(S("taken"));
    row[R_TAKEN_AT] = v_int(x->event->at_ms);
    row[R_TAKEN_BY] = v_text(x->event->account);
    row[R_REASON] = v_text(S(""));
    return round_unit_write(x, row);
}

static bool fold_round_returned(struct folding *x)
{
    struct arg row[R_COLUMNS];
    if (!round_unit_read(x, row))
        return false;
    row[R_STATE] = v_text(S("returned"));
    row[R_TAKEN_AT] = v_null();
    row[R_TAKEN_BY] = v_text(S(""));
    row[R_REASON] = v_text(text_of(x, "note"));
    return round_unit_write(x, row);
}

static bool fold_round_chased(struct folding *x)
{
    struct arg row[R_COLUMNS];
    if (!round_unit_read(x, row))
        return false;
    row[R_CHASED_ON] = v_int(x->on);
    row[R_CHASED] = v_int(row[R_CHASED].number + 1);
    return round_unit_write(x, row);
}

static bool fold_round_worded(struct folding *x)
{
    return store_run(x->conn, SQL_ROUND_LINE_WORDS, ARGS(COUNTY, v_int(int_of(x, "round")), v_int(int_of(x, "row")), v_int(int_of(x, "unit")), v_text(text_of(x, "words"))), x->fault);
}

static bool fold_round_waived(struct folding *x)
{
    return store_run(x->conn, int_of(x, "on") ? SQL_ROUND_WAIVER_PUT : SQL_ROUND_WAIVER_DROP,
        ARGS(COUNTY, v_text(x->event->ledger), v_text(text_of(x, "name")), v_int(int_of(x, "keeper")), v_int(int_of(x, "unit"))), x->fault);
}

static bool fold_nothing(struct folding *x)
{
    (void)x; /* said for the record alone */
    return true;
}

static const struct { const char *kind; bool (*fold)(struct folding *x); } kinds[] = {
    { "account-set", fold_account },
    { "begun", fold_begun },
    { "clock-back", fold_nothing },
    { "day-begun", fold_day },
    { "document-added", fold_document },
    { "document-corrected", fold_document },
    { "duty-ended", fold_duty_ended },
    { "duty-given", fold_duty },
    { "pack-taken", fold_pack },
    { "paper-issued", fold_paper },
    { "password-reset", fold_nothing },
    { "person-set", fold_person },
    { "precedent-added", fold_precedent },
    { "round-chased", fold_round_chased },
    { "round-closed", fold_round_closed },
    { "round-filed", fold_round_filed },
    { "round-opened", fold_round_opened },
    { "round-released", fold_round_released },
    { "round-returned", fold_round_returned },
    { "round-taken", fold_round_taken },
    { "round-waived", fold_round_waived },
    { "round-worded", fold_round_worded },
    { "unit-set", fold_unit },
};

bool fold(struct conn *c, int county, struct arena *a, const struct event *e, struct fault *f)
{
    struct folding x = { .conn = c, .county = county, .arena = a, .event = e, .on = day_of_ms(e->at_ms), .fault = f };
    if (e->key.len
        && !store_run(c, SQL_ANSWER_PUT, ARGS(v_int(county), v_text(e->account), v_blob(e->key), v_text(event_get(e, "request")), v_int(e->seq), v_int(e->seq),
               v_int(e->entry)), f))
        return false;
    if (e->entry)
        return fold_entry(&x);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (slice_equal(slice_of(kinds[i].kind), e->kind))
            return kinds[i].fold(&x);
    return damaged(&x); /* a kind of a later program: rather stop than show half */
}
