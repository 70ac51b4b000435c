/* decide_people.c: units, persons, accounts and duties, one by one or by the hundred. A bulk command is all or nothing,
 * and a fault names its row. Who keeps accounts (system administrator) does not give duties (security administrator);
 * only until the first of the latter is there, the former gives them too, which the log shows. */
#include "ledger/inside.h"

static bool refuse_row(struct work *w, struct fault *f, const char *code, struct slice about, const char *table, size_t row)
{
    fault_set(f, FAULT_REFUSED, code, about, slice_format(w->arena, "%zu", row));
    f->field = slice_format(w->arena, "%s.%zu", table, row);
    return false;
}

static struct slice cell(const struct json *row, const char *name)
{
    struct slice s = slice_trim(json_text(row, name));
    return s.at ? s : S("");
}

static bool good_text(struct slice s, size_t max)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
            return false;
    return s.len <= max;
}

static bool good_login(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= '0' && s.at[i] <= '9') || memchr("._-", s.at[i], 3)))
            return false;
    return s.len >= 2 && s.len <= 32;
}

static bool good_day(struct slice s)
{
    day d;
    return !s.len || day_parse(s, &d);
}

/* ---------- units ---------- */

struct named { int64_t id; struct slice code, name; };
struct nameds { struct named *at; size_t n, cap; };

static int64_t named_find(const struct nameds *list, struct slice what)
{
    for (size_t i = 0; what.len && i < list->n; i++)
        if (slice_equal(list->at[i].code, what))
            return list->at[i].id;
    for (size_t i = 0; what.len && i < list->n; i++)
        if (slice_equal(list->at[i].name, what))
            return list->at[i].id;
    return 0;
}

static bool unit_same(const struct unit *u, const struct json *row, int64_t parent)
{
    return slice_equal(u->code, cell(row, "code")) && slice_equal(u->name, cell(row, "name")) && slice_equal(u->short_name, cell(row, "short"))
        && slice_equal(u->kind, cell(row, "kind")) && slice_equal(u->duties, cell(row, "duties")) && slice_equal(u->former, cell(row, "former")) && u->parent == parent;
}

/* A unit is known by its code; where it has none, by its name. */
static bool emit_unit(struct work *w, const struct json *row, struct nameds *known, size_t n, struct fault *f)
{
    static const char *const texts[] = { "code", "name", "short", "kind", "duties", "former", "from", "to" };
    struct slice code = cell(row, "code"), name = cell(row, "name"), above = cell(row, "parent");
    int64_t parent = named_find(known, above), id = named_find(known, code.len ? code : name);
    const struct unit *u = id ? people_unit(w->look.people, id) : NULL;
    if (!name.len || !good_text(name, 120) || !good_text(code, 32) || !good_text(cell(row, "kind"), 60) || !good_text(cell(row, "short"), 60))
        return refuse_row(w, f, "people-bad-unit", name, "units", n);
    if (!good_day(cell(row, "from")) || !good_day(cell(row, "to")))
        return refuse_row(w, f, "people-bad-day", name, "units", n);
    if (above.len && !parent)
        return refuse_row(w, f, "people-no-parent", above, "units", n);
    if (parent && parent == id)
        return refuse_row(w, f, "people-own-parent", name, "units", n);
    if (u && unit_within(w->look.people, parent, u->id))
        return refuse_row(w, f, "people-own-parent", name, "units", n);
    if (u && unit_same(u, row, parent))
        return true;
    struct event *e = work_event(w, "unit-set", NULL);
    for (size_t i = 0; i < COUNT(texts); i++)
        event_set(w->arena, e, texts[i], cell(row, texts[i]));
    if (id)
        event_set_int(w->arena, e, "unit", id);
    event_set_int(w->arena, e, "parent", parent);
    if (!work_emit(w, e, f))
        return false;
    if (!id)
        PUSH(w->arena, known, (struct named){ e->seq, code, name });
    return true;
}

static bool emit_units(struct work *w, const struct json *rows, struct fault *f)
{
    struct nameds known = { 0 };
    bool later = false;
    size_t n = 0;
    for (size_t i = 0; i < w->look.people->n_units; i++)
        PUSH(w->arena, &known, (struct named){ w->look.people->units[i].id, w->look.people->units[i].code, w->look.people->units[i].name });
    for (const struct json *row = rows->first; row; row = row->next) {
        n++;
        if (cell(row, "parent").len && !named_find(&known, cell(row, "parent")))
            later = true; /* its parent stands further down */
        else if (!emit_unit(w, row, &known, n, f))
            return false;
    }
    n = 0;
    for (const struct json *row = later ? rows->first : NULL; row; row = row->next)
        if (n++, !named_find(&known, cell(row, "code").len ? cell(row, "code") : cell(row, "name")) && !emit_unit(w, row, &known, n, f))
            return false;
    return true;
}

/* ---------- persons and accounts ---------- */

static const struct person *person_known(const struct people *p, struct slice name, int64_t unit, struct slice login)
{
    const struct account *account = login.len ? people_login(p, login) : NULL;
    if (account)
        return people_person(p, account->person);
    for (size_t i = 0; i < p->n_persons; i++)
        if (slice_equal(p->persons[i].name, name) && p->persons[i].unit == unit)
            return &p->persons[i];
    return NULL;
}

static bool emit_account(struct work *w, int64_t person, struct slice login, struct fault *f)
{
    unsigned char bytes[ACCOUNT_CHARS / 2];
    struct event *e = work_event(w, "account-set", NULL);
    w->ledger->world.random(w->ledger->world.context, bytes, sizeof bytes);
    struct buf b = buf_open(64);
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_format(&b, "%02x", bytes[i]);
    event_set(w->arena, e, "account", slice_copy(w->arena, buf_slice(&b)));
    buf_close(&b);
    event_set_int(w->arena, e, "person", person);
    event_set(w->arena, e, "login", login);
    event_set(w->arena, e, "disabled", S("0"));
    return work_emit(w, e, f);
}

static bool emit_person(struct work *w, const struct json *row, size_t n, int64_t *person, struct fault *f)
{
    const struct people *p = w->look.people;
    struct slice name = cell(row, "name"), login = cell(row, "login"), post = cell(row, "post"), phone = cell(row, "phone");
    const struct unit *unit = people_unit_named(p, cell(row, "unit"));
    if (!name.len || !good_text(name, 60) || !good_text(post, 120) || !good_text(phone, 40))
        return refuse_row(w, f, "people-bad-person", name, "persons", n);
    if (!unit)
        return refuse_row(w, f, "people-no-unit", cell(row, "unit"), "persons", n);
    if (login.len && !good_login(login))
        return refuse_row(w, f, "people-bad-login", login, "persons", n);
    const struct person *known = person_known(p, name, unit->id, login);
    if (login.len && people_login(p, login) && !slice_equal(known->name, name))
        return refuse_row(w, f, "people-login-taken", login, "persons", n);
    *person = known ? known->id : 0;
    bool same = known && slice_equal(known->name, name) && slice_equal(known->post, post) && slice_equal(known->phone, phone) && known->unit == unit->id;
    if (!same) {
        struct event *e = work_event(w, "person-set", NULL);
        if (known)
            event_set_int(w->arena, e, "person", known->id);
        event_set(w->arena, e, "name", name);
        event_set_int(w->arena, e, "unit", unit->id);
        event_set(w->arena, e, "post", post);
        event_set(w->arena, e, "phone", phone);
        if (!work_emit(w, e, f))
            return false;
        if (!known)
            *person = e->seq;
    }
    return !login.len || people_login(p, login) || emit_account(w, *person, login, f);
}

/* ---------- duties ---------- */

static bool somebody_gives_duties(const struct work *w)
{
    for (size_t i = 0; i < w->look.people->n_duties; i++)
        if (w->look.pack->duties[w->look.people->duties[i].kind].can & CAN_DUTIES)
            return true;
    return false;
}

struct duty_row { struct slice kind, unit, scope, from, to; };

/* "role:unit:scope:from:to", all but the first two may be left off. */
static struct duty_row duty_row(struct slice text)
{
    struct duty_row d = { 0 };
    struct slice *parts[] = { &d.kind, &d.unit, &d.scope, &d.from, &d.to };
    for (size_t i = 0; i < COUNT(parts) && slice_cut(&text, ':', parts[i]); i++)
        *parts[i] = slice_trim(*parts[i]);
    return d;
}

struct given { struct duty *at; size_t n, cap; }; /* by this command so far: not yet in the snapshot */

enum held { HELD_NOT, HELD_SAME, HELD_APART };

/* Whether the person holds this duty already, or one that it may not be held with. */
static enum held duty_held(const struct work *w, const struct duty *at, size_t n, const struct duty *want)
{
    const struct duty_kind *kinds = w->look.pack->duties;
    for (size_t i = 0; i < n; i++) {
        if (at[i].person != want->person || (at[i].to != DAY_NONE && at[i].to < w->look.today))
            continue;
        if (at[i].kind == want->kind && at[i].unit == want->unit && at[i].subtree == want->subtree)
            return HELD_SAME;
        if ((kinds[want->kind].never_with >> at[i].kind & 1) || (kinds[at[i].kind].never_with >> want->kind & 1))
            return HELD_APART;
    }
    return HELD_NOT;
}

static bool emit_duty(struct work *w, int64_t person, const struct duty_row *d, const char *table, size_t n, struct given *given, struct fault *f)
{
    const struct people *p = w->look.people;
    const struct unit *unit = people_unit_named(p, d->unit);
    int kind = pack_duty(w->look.pack, d->kind);
    day from = DAY_NONE, to = DAY_NONE;
    bool subtree = slice_equal(d->scope, S("subtree"));
    if (kind < 0)
        return refuse_row(w, f, "people-bad-duty", d->kind, table, n);
    if (!unit)
        return refuse_row(w, f, "people-no-unit", d->unit, table, n);
    if ((d->from.len && !day_parse(d->from, &from)) || (d->to.len && !day_parse(d->to, &to)))
        return refuse_row(w, f, "people-bad-day", d->unit, table, n);
    struct duty want = { .person = person, .unit = unit->id, .kind = kind, .subtree = subtree, .from = from, .to = to };
    enum held held = duty_held(w, p->duties, p->n_duties, &want);
    if (held == HELD_NOT)
        held = duty_held(w, given->at, given->n, &want);
    if (held == HELD_SAME)
        return true;
    if (held == HELD_APART)
        return refuse_row(w, f, "people-duties-apart", w->look.pack->duties[kind].label.zh, table, n);
    PUSH(w->arena, given, want);
    struct event *e = work_event(w, "duty-given", NULL);
    event_set_int(w->arena, e, "person", person);
    event_set(w->arena, e, "kind", d->kind);
    event_set_int(w->arena, e, "unit", unit->id);
    event_set_int(w->arena, e, "subtree", subtree);
    event_set_day(w->arena, e, "from", from);
    event_set_day(w->arena, e, "to", to);
    return work_emit(w, e, f);
}

static bool may_give_duties(struct work *w, struct fault *f)
{
    return (!somebody_gives_duties(w) && (w->look.who.can & CAN_PEOPLE)) || work_can(w, CAN_DUTIES, f);
}

/* Whether an earlier row of the table has this login, or this person: then the snapshot must know of it first. */
static bool stands_above(const struct json *first, const struct json *row)
{
    struct slice login = cell(row, "login"), name = cell(row, "name"), unit = cell(row, "unit");
    for (const struct json *above = first; above != row; above = above->next)
        if ((slice_equal(cell(above, "name"), name) && slice_equal(cell(above, "unit"), unit)) || (login.len && slice_equal(cell(above, "login"), login)))
            return true;
    return false;
}

bool decide_people(struct work *w, struct fault *f)
{
    const struct json *units = json_get(w->body, "units"), *persons = json_get(w->body, "persons");
    struct ids ids = { 0 };
    struct given given = { 0 };
    size_t n = 0;
    bool duties = false;
    if (!work_can(w, CAN_PEOPLE, f))
        return false;
    if (units && units->kind == JSON_ARRAY && (!emit_units(w, units, f) || !work_people_again(w, f)))
        return false;
    const struct json *first = persons && persons->kind == JSON_ARRAY ? persons->first : NULL;
    for (const struct json *row = first; row; row = row->next) {
        int64_t person;
        duties = duties || cell(row, "duties").len;
        if ((stands_above(first, row) && !work_people_again(w, f)) || !emit_person(w, row, ++n, &person, f))
            return false;
        PUSH(w->arena, &ids, person);
    }
    if (!work_people_again(w, f) || (duties && !may_give_duties(w, f)))
        return false;
    n = 0;
    for (const struct json *row = first; row; row = row->next, n++) {
        struct slice rest = cell(row, "duties"), one;
        while (rest.len && slice_cut(&rest, ';', &one)) {
            struct duty_row d = duty_row(one);
            if (d.kind.len && !emit_duty(w, ids.at[n], &d, "persons", n + 1, &given, f))
                return false;
        }
    }
    if (given.n && !work_people_again(w, f))
        return false;
    return w->n_events || fault_set(f, FAULT_REFUSED, "nothing-changed", S(""), S(""));
}

/* {"person": "督查室/张敏", "duty": "supervisor", "unit": "督查室", "scope": "subtree", "from": …, "to": …} */
bool decide_duty(struct work *w, struct fault *f)
{
    const struct person *p = people_person_named(w->look.people, cell(w->body, "person"));
    struct duty_row d = { cell(w->body, "duty"), cell(w->body, "unit"), cell(w->body, "scope"), cell(w->body, "from"), cell(w->body, "to") };
    if (!may_give_duties(w, f))
        return false;
    if (!p) {
        fault_set(f, FAULT_REFUSED, "unknown-person", cell(w->body, "person"), S(""));
        f->field = S("person");
        return false;
    }
    struct given given = { 0 };
    return emit_duty(w, p->id, &d, "duty", 1, &given, f) && (!given.n || work_people_again(w, f)) && (w->n_events || fault_set(f, FAULT_REFUSED, "nothing-changed", S(""), S("")));
}

static bool is_over(const struct duty *d, day today)
{
    return d->to != DAY_NONE && d->to < today;
}

/* By its id, or by {"person", "duty", "unit"} as it was given. */
static const struct duty *duty_of_body(struct work *w)
{
    const struct people *p = w->look.people;
    const struct person *person = people_person_named(p, cell(w->body, "person"));
    const struct unit *unit = people_unit_named(p, cell(w->body, "unit"));
    int kind = pack_duty(w->look.pack, cell(w->body, "duty"));
    int64_t id = 0;
    bool by_id = json_int(w->body, "id", &id);
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *d = &p->duties[i];
        if (by_id ? d->id == id : person && unit && d->person == person->id && d->unit == unit->id && d->kind == kind && !is_over(d, w->look.today))
            return d;
    }
    return NULL;
}

bool decide_end_duty(struct work *w, struct fault *f)
{
    day to = w->look.today;
    if (!work_can(w, CAN_DUTIES, f))
        return false;
    const struct duty *found = duty_of_body(w);
    if (!found)
        return fault_set(f, FAULT_MISSING, "no-duty", S(""), S(""));
    if (cell(w->body, "to").len && !day_parse(cell(w->body, "to"), &to))
        return fault_set(f, FAULT_REFUSED, "bad-day", S("止任日期"), S(""));
    struct event *e = work_event(w, "duty-ended", NULL);
    event_set_int(w->arena, e, "duty", found->id);
    event_set_day(w->arena, e, "to", to);
    return work_emit(w, e, f) && work_people_again(w, f);
}

/* ---------- a successor in a post (接任) ---------- */

static bool refuse_person(struct work *w, const char *field, struct fault *f)
{
    fault_set(f, FAULT_REFUSED, "unknown-person", cell(w->body, field), S(""));
    f->field = slice_of(field);
    return false;
}

/* The duties of one end yesterday, the other holds them from today; what both may not hold is refused. */
static bool pass_duties(struct work *w, int64_t from, int64_t to, int64_t unit, struct fault *f)
{
    const struct people *p = w->look.people; /* as it stood: what is given below is not passed on again */
    struct given given = { 0 };
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *d = &p->duties[i];
        if (d->person != from || is_over(d, w->look.today) || (unit && d->unit != unit))
            continue;
        struct event *e = work_event(w, "duty-ended", NULL);
        event_set_int(w->arena, e, "duty", d->id);
        event_set_day(w->arena, e, "to", w->look.today - 1);
        struct duty_row row = { w->look.pack->duties[d->kind].name, unit_name(p, d->unit), d->subtree ? S("subtree") : S("unit"),
            day_text(w->arena, d->from != DAY_NONE && d->from > w->look.today ? d->from : w->look.today), day_text(w->arena, d->to) };
        if (!work_emit(w, e, f) || !emit_duty(w, to, &row, "duty", 1, &given, f))
            return false;
    }
    return work_people_again(w, f);
}

/* What is not done and was led by one is led by the other. */
static bool pass_entries(struct work *w, int64_t from, int64_t to, int64_t unit, struct fault *f)
{
    struct ids led = { 0 };
    struct rows r;
    store_ask(w->look.conn, SQL_ENTRY_OF_LEADER, ARGS(v_int(w->ledger->county), v_int(from)), &r, f);
    while (rows_next(&r)) {
        int64_t id = rows_int(&r, 0);
        PUSH(w->arena, &led, id);
    }
    if (!rows_end(&r))
        return false;
    for (size_t i = 0, n = 0; i < led.n; i++) {
        struct entry e;
        if (!entry_read(&w->look, led.at[i], &e, true, f))
            return false;
        if ((e.def->final >> e.state & 1) || (unit && e.lead != unit))
            continue;
        if (n++ == COMMAND_ENTRIES_MAX)
            return fault_set(f, FAULT_REFUSED, "too-many-entries", slice_format(w->arena, "%d", COMMAND_ENTRIES_MAX), S(""));
        struct change c = change_begin(w, "succeeded", &e);
        change_slot(&c, COMMON_LEADER, slice_format(w->arena, "%lld", (long long)to));
        if (!change_end(&c, f))
            return false;
    }
    return true;
}

/* {"person": "县政府/周维民", "by": "县政府/马国栋", "unit": "县水务局"}: one act by who gives duties. Without a unit, all of it. */
bool decide_succeed(struct work *w, struct fault *f)
{
    const struct person *from = people_person_named(w->look.people, cell(w->body, "person")), *to = people_person_named(w->look.people, cell(w->body, "by"));
    const struct unit *unit = people_unit_named(w->look.people, cell(w->body, "unit"));
    if (!work_can(w, CAN_DUTIES, f))
        return false;
    if (!from)
        return refuse_person(w, "person", f);
    if (!to || to == from)
        return refuse_person(w, "by", f);
    if (cell(w->body, "unit").len && !unit)
        return refuse_row(w, f, "people-no-unit", cell(w->body, "unit"), "duty", 1);
    int64_t was = from->id, is = to->id, at = unit ? unit->id : 0;
    return pass_duties(w, was, is, at, f) && pass_entries(w, was, is, at, f) && (w->n_events || fault_set(f, FAULT_REFUSED, "nothing-changed", S(""), S("")));
}

/* ---------- accounts ---------- */

static const struct account *account_of_body(struct work *w, struct fault *f)
{
    const struct account *account = people_login(w->look.people, cell(w->body, "login"));
    if (!account)
        fault_set(f, FAULT_MISSING, "no-account", cell(w->body, "login"), S(""));
    return account;
}

bool decide_disable(struct work *w, struct fault *f)
{
    if (!work_can(w, CAN_PEOPLE, f))
        return false;
    const struct account *account = account_of_body(w, f);
    if (!account)
        return false;
    struct event *e = work_event(w, "account-set", NULL);
    event_set(w->arena, e, "account", account->id);
    event_set_int(w->arena, e, "person", account->person);
    event_set(w->arena, e, "login", account->login);
    event_set(w->arena, e, "disabled", json_bool(w->body, "enable") ? S("0") : S("1"));
    return work_emit(w, e, f) && work_people_again(w, f);
}

/* Says that it was done and by whom; the password itself is no event. */
bool decide_reset(struct work *w, struct fault *f)
{
    if (!work_can(w, CAN_PEOPLE, f))
        return false;
    const struct account *account = account_of_body(w, f);
    if (!account)
        return false;
    struct event *e = work_event(w, "password-reset", NULL);
    event_set(w->arena, e, "account", account->id);
    return work_emit(w, e, f);
}
