/* round.c: what stands in a reporting round (报送轮次, M161): which rounds there are, where each unit stands, and the
 * grid of one unit: for each of its entries what stood, what it says now, and the office's own words beside it.
 *
 * Late and missing are not states: they are read off the log's times and the cut-off, as of the moment of the look. */
#include "ledger/inside.h"

static const char *const state_names[ROUND_STATES] = { [ROUND_WAITING] = "waiting", [ROUND_DRAFT] = "draft", [ROUND_FILED] = "filed",
    [ROUND_RELEASED] = "released", [ROUND_TAKEN] = "taken", [ROUND_RETURNED] = "returned" };

const char *round_state_name(enum round_state state)
{
    return state_names[state];
}

#define COUNTY(look) v_int(ledger_county((look)->ledger))

/* ---------- who ---------- */

/* The duties that these roles ask for, wherever they are held. */
static uint32_t duties_of(const struct ledger_def *d, uint32_t roles)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < d->n_roles; i++)
        if (roles >> i & 1)
            kinds |= d->roles[i].duties;
    return kinds;
}

bool round_may_office(const struct look *look, const struct round_row *row)
{
    return slice_equal(look->who.account, S("clock")) || holds_at(look, duties_of(row->def, row->round->office_by), row->keeper);
}

/* At the unit itself: who holds something above it does not speak for it. */
static bool holds_here(const struct look *look, uint32_t kinds, int64_t unit)
{
    for (size_t i = 0; unit && i < look->who.n_duties; i++)
        if ((kinds >> look->who.duties[i]->kind & 1) && look->who.duties[i]->unit == unit)
            return true;
    return false;
}

bool round_may_fill(const struct look *look, const struct round_row *row, int64_t unit)
{
    return holds_here(look, duties_of(row->def, row->round->asks), unit);
}

bool round_may_release(const struct look *look, const struct round_row *row, int64_t unit)
{
    return holds_here(look, duties_of(row->def, row->round->release_by), unit);
}

static bool may_see_unit(const struct look *look, const struct round_row *row, int64_t unit)
{
    return round_may_office(look, row) || round_may_fill(look, row, unit) || round_may_release(look, row, unit);
}

/* ---------- rounds ---------- */

/* False for a round that the pack no longer declares: it stays in the log. */
static bool row_from(const struct look *look, const struct rows *r, struct round_row *row)
{
    *row = (struct round_row){ .id = rows_int(r, 0), .def = pack_ledger(look->pack, rows_text(r, 1)), .period = rows_copy(look->arena, r, 3),
        .keeper = rows_int(r, 4), .opened_on = rows_day(r, 5), .cut_off_ms = rows_int(r, 6), .closed_on = rows_day(r, 7) };
    int at = row->def ? ledger_round(row->def, rows_text(r, 2)) : -1;
    if (at >= 0)
        row->round = &row->def->rounds[at];
    return row->round;
}

static bool may_see(const struct look *look, const struct round_row *row, bool *may, struct fault *f)
{
    struct rows r;
    *may = round_may_office(look, row);
    if (*may)
        return true;
    store_ask(look->conn, SQL_ROUND_UNIT_ALL, ARGS(COUNTY(look), v_int(row->id)), &r, f);
    while (rows_next(&r))
        *may = *may || may_see_unit(look, row, rows_int(&r, 0));
    return rows_end(&r);
}

static bool read_all(const struct look *look, struct rounds *list, struct fault *f)
{
    struct rows r;
    struct round_row row;
    *list = (struct rounds){ 0 };
    store_ask(look->conn, SQL_ROUND_ALL, ARGS(COUNTY(look)), &r, f);
    while (rows_next(&r))
        if (row_from(look, &r, &row))
            PUSH(look->arena, list, row);
    return rows_end(&r);
}

bool rounds_ask(const struct look *look, struct rounds *list, struct fault *f)
{
    struct rounds all;
    *list = (struct rounds){ 0 };
    if (!look->who.n_duties && !slice_equal(look->who.account, S("clock")))
        return true;
    if (!read_all(look, &all, f))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        bool may;
        if (!may_see(look, &all.at[i], &may, f))
            return false;
        if (may)
            PUSH(look->arena, list, all.at[i]);
    }
    return true;
}

bool round_see(const struct look *look, int64_t id, struct round_row *row, struct fault *f)
{
    struct rows r;
    bool found, may = false;
    store_ask(look->conn, SQL_ROUND_GET, ARGS(COUNTY(look), v_int(id)), &r, f);
    found = rows_next(&r) && row_from(look, &r, row);
    if (!rows_end(&r) || (found && !may_see(look, row, &may, f)))
        return false;
    return may || fault_set(f, FAULT_MISSING, "no-round", S(""), S(""));
}

bool round_by_name(const struct look *look, struct slice ledger, struct slice name, struct round_row *row, struct fault *f)
{
    struct rounds list;
    if (!rounds_ask(look, &list, f))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (slice_equal(list.at[i].def->name, ledger) && slice_equal(list.at[i].round->name, name)) {
            *row = list.at[i];
            return true;
        }
    return fault_set(f, FAULT_MISSING, "no-round", S(""), S(""));
}

bool round_is_newest(const struct look *look, const struct round_row *row, bool *newest, struct fault *f)
{
    int64_t id;
    if (!store_number(look->conn, SQL_ROUND_NEWEST, ARGS(COUNTY(look), v_text(row->def->name), v_text(row->round->name), v_int(row->keeper)), 0, &id, f))
        return false;
    *newest = id == row->id;
    return true;
}

/* ---------- units ---------- */

static struct round_unit unit_from(const struct look *look, const struct round_row *row, const struct rows *r)
{
    struct arena *a = look->arena;
    struct round_unit u = { .unit = rows_int(r, 0), .version = rows_int(r, 2), .filed_ms = rows_int(r, 3), .filed_by = rows_copy(a, r, 4),
        .first_ms = rows_int(r, 5), .released_ms = rows_int(r, 6), .released_by = rows_copy(a, r, 7), .taken_ms = rows_int(r, 8),
        .taken_by = rows_copy(a, r, 9), .reason = rows_copy(a, r, 10), .chased_on = rows_day(r, 11), .chased = rows_int(r, 12) };
    for (int i = 0; i < ROUND_STATES; i++)
        if (slice_equal(rows_text(r, 1), slice_of(state_names[i])))
            u.state = (enum round_state)i;
    u.late = u.first_ms > row->cut_off_ms;
    u.missing = !u.first_ms && ledger_now(look->ledger) > row->cut_off_ms;
    return u;
}

bool round_units_ask(const struct look *look, const struct round_row *row, struct round_units *list, struct fault *f)
{
    struct rows r;
    *list = (struct round_units){ 0 };
    store_ask(look->conn, SQL_ROUND_UNIT_ALL, ARGS(COUNTY(look), v_int(row->id)), &r, f);
    while (rows_next(&r)) {
        struct round_unit u = unit_from(look, row, &r);
        if (may_see_unit(look, row, u.unit))
            PUSH(look->arena, list, u);
    }
    return rows_end(&r);
}

bool round_waived(const struct look *look, const struct round_row *row, int64_t unit, bool *waived, struct fault *f)
{
    int64_t n;
    if (!store_number(look->conn, SQL_ROUND_WAIVER_GET,
            ARGS(COUNTY(look), v_text(row->def->name), v_text(row->round->name), v_int(row->keeper), v_int(unit)), 0, &n, f))
        return false;
    *waived = row->round->may_waive && n > 0;
    return true;
}

/* ---------- the grid of one unit ---------- */

/* The units that have a row for this entry: those that hold a role of `asks`. */
static struct ids asked_units(const struct look *look, const struct round_def *round, const struct entry *e)
{
    struct ids list = { 0 };
    for (size_t i = 0; i < e->def->n_roles; i++) {
        if (!(round->asks >> i & 1) || e->def->roles[i].field < 0)
            continue;
        struct value v = entry_value(look, e, e->def->roles[i].field);
        if (v.type == TYPE_UNIT && v.id)
            PUSH(look->arena, &list, v.id);
        for (size_t k = 0; v.type == TYPE_UNITS && k < v.ids.n; k++)
            PUSH(look->arena, &list, v.ids.at[k]);
    }
    return list;
}

static bool holds_id(const struct ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->at[i] == id)
            return true;
    return false;
}

static bool only_lead(const struct ledger_def *d, const struct round_def *round)
{
    for (size_t i = 0; i < d->n_roles; i++)
        if ((round->asks >> i & 1) && d->roles[i].field != COMMON_LEAD)
            return false;
    return true;
}

/* Live entries of the round; of one unit, or of all (0). */
static bool entries_of(const struct look *look, const struct ledger_def *d, const struct round_def *round, int64_t keeper, int64_t unit, struct list_rows *rows, struct fault *f)
{
    bool lead = only_lead(d, round);
    struct list_query q = { .def = d, .stage = ENTRY_LIVE, .where = round->entries, .sort_slot = COMMON_NUMBER, .lead = lead ? unit : 0, .units = !lead };
    struct list_rows all;
    *rows = (struct list_rows){ 0 };
    if (!list_ask(look, &q, &all, f))
        return false;
    rows->at = NEW(look->arena, struct entry, all.n + 1);
    for (size_t i = 0; i < all.n; i++) {
        struct ids asked = asked_units(look, round, &all.at[i]);
        if ((!keeper || all.at[i].keeper == keeper) && (unit ? holds_id(&asked, unit) : asked.n > 0))
            rows->at[rows->n++] = all.at[i];
    }
    return true;
}

struct saved { int64_t entry; struct slice said, stood, note, words; };
struct saveds { struct saved *at; size_t n, cap; };

static bool saved_of(const struct look *look, const struct round_row *row, int64_t unit, struct saveds *list, struct fault *f)
{
    struct rows r;
    struct arena *a = look->arena;
    store_ask(look->conn, SQL_ROUND_LINE_ALL, ARGS(COUNTY(look), v_int(row->id), v_int(unit)), &r, f);
    while (rows_next(&r))
        PUSH(a, list, (struct saved){ rows_int(&r, 0), rows_copy(a, &r, 1), rows_copy(a, &r, 2), rows_copy(a, &r, 3), rows_copy(a, &r, 4) });
    return rows_end(&r);
}

static void read_columns(const struct look *look, const struct round_row *row, struct slice json, struct slice *into)
{
    struct json *o;
    struct fault none;
    if (!json.len || !json_parse(look->arena, json, &o, &none))
        return;
    for (size_t i = 0; i < row->round->n_columns; i++) {
        struct slice v = json_text(o, slice_text(look->arena, slot_name(row->def, row->round->columns[i])));
        into[i] = v.len ? v : S("");
    }
}

static struct round_line line_of(const struct look *look, const struct round_row *row, const struct entry *e, const struct saved *s)
{
    struct round_line line = { .entry = *e, .saved = s && s->said.len, .note = s ? s->note : S(""), .worded = s && s->words.len };
    for (size_t i = 0; i < row->round->n_columns; i++) {
        line.stood[i] = line.said[i] = entry_slot_text(look->arena, e, row->round->columns[i]);
        line.words[i] = S("");
    }
    if (s && s->said.len) {
        read_columns(look, row, s->said, line.said);
        read_columns(look, row, s->stood, line.stood);
    }
    if (s)
        read_columns(look, row, s->words, line.words);
    return line;
}

static bool unit_state(const struct look *look, const struct round_row *row, int64_t unit, enum round_state *state, struct fault *f)
{
    struct rows r;
    *state = ROUND_WAITING;
    store_ask(look->conn, SQL_ROUND_UNIT_GET, ARGS(COUNTY(look), v_int(row->id), v_int(unit)), &r, f);
    if (rows_next(&r))
        *state = unit_from(look, row, &r).state;
    return rows_end(&r);
}

/* While the unit may still write, its entries of today; afterwards what it said. */
bool round_grid(const struct look *look, const struct round_row *row, int64_t unit, struct round_lines *lines, struct fault *f)
{
    struct saveds saved = { 0 };
    struct list_rows rows = { 0 };
    enum round_state state;
    bool newest;
    *lines = (struct round_lines){ 0 };
    if (!saved_of(look, row, unit, &saved, f) || !unit_state(look, row, unit, &state, f) || !round_is_newest(look, row, &newest, f))
        return false;
    if (newest && state != ROUND_RELEASED && state != ROUND_TAKEN) {
        if (!entries_of(look, row->def, row->round, row->keeper, unit, &rows, f))
            return false;
        for (size_t i = 0; i < rows.n; i++) {
            const struct saved *s = NULL;
            for (size_t k = 0; k < saved.n; k++)
                if (saved.at[k].entry == rows.at[i].id)
                    s = &saved.at[k];
            PUSH(look->arena, lines, line_of(look, row, &rows.at[i], s));
        }
        return true;
    }
    for (size_t k = 0; k < saved.n; k++) {
        struct entry e;
        if (!entry_see(look, saved.at[k].entry, &e, f)) {
            if (f->kind != FAULT_MISSING)
                return false;
            continue; /* given to another unit since */
        }
        if (saved.at[k].said.len)
            PUSH(look->arena, lines, line_of(look, row, &e, &saved.at[k]));
    }
    return true;
}

/* ---------- the day opens and closes rounds ---------- */

static const struct { int months; const char *letter; } everies[] = {
    [EVERY_MONTH] = { 1, "" }, [EVERY_QUARTER] = { 3, "Q" }, [EVERY_HALF_YEAR] = { 6, "H" }, [EVERY_YEAR] = { 12, "" },
};

/* A day of the period's last month; beyond its end the last one. */
static day day_in(int year, int month, int date)
{
    day last = day_add_months(day_of(year, month, 1), 1) - 1, d = day_of(year, month, date);
    return d == DAY_NONE ? last : d;
}

/* The period that today lies in, where its round is open today. Cut-offs stay where they are on days of rest: local
 * rules name the day of the month (domain.md, reporting day). */
static bool period_open(struct arena *a, const struct round_def *round, day today, struct slice *period, int64_t *cut_off_ms)
{
    int y, m, d, months = everies[round->every].months;
    day_parts(today, &y, &m, &d);
    int n = (m - 1) / months + 1, last_month = n * months;
    day opens = day_in(y, last_month, round->opens_day), ends = day_in(y, last_month, round->cut_off_day);
    if (today < opens || today > ends)
        return false;
    *cut_off_ms = day_start_ms(ends) + (int64_t)(round->cut_off_minute + 1) * 60000 - 1; /* the minute named is in time */
    *period = round->every == EVERY_MONTH ? slice_format(a, "%d-%02d", y, m) : round->every == EVERY_YEAR ? slice_format(a, "%d", y)
        : slice_format(a, "%d-%s%d", y, everies[round->every].letter, n);
    return true;
}

static bool open_one(struct work *w, const struct ledger_def *d, const struct round_def *round, int64_t keeper, const struct list_rows *rows, struct slice period, int64_t cut_off_ms, struct fault *f)
{
    struct ids units = { 0 };
    int64_t known;
    if (!store_number(w->look.conn, SQL_ROUND_OF_PERIOD, ARGS(v_int(w->ledger->county), v_text(d->name), v_text(round->name), v_int(keeper), v_text(period)), 0, &known, f))
        return false;
    for (size_t i = 0; i < rows->n; i++) {
        struct ids asked = asked_units(&w->look, round, &rows->at[i]);
        for (size_t k = 0; rows->at[i].keeper == keeper && k < asked.n; k++)
            if (!holds_id(&units, asked.at[k]))
                PUSH(w->arena, &units, asked.at[k]);
    }
    if (known || !units.n)
        return true;
    struct event *e = work_event(w, "round-opened", NULL);
    e->ledger = d->name;
    event_set(w->arena, e, "name", round->name);
    event_set(w->arena, e, "period", period);
    event_set_int(w->arena, e, "keeper", keeper);
    event_set_int(w->arena, e, "cut_off", cut_off_ms);
    event_set_day(w->arena, e, "today", w->look.today);
    event_set(w->arena, e, "units", ids_text(w->arena, &units));
    return work_emit(w, e, f);
}

static bool open_rounds(struct work *w, const struct ledger_def *d, const struct round_def *round, struct fault *f)
{
    struct list_rows rows;
    struct slice period;
    struct ids keepers = { 0 };
    int64_t cut_off_ms;
    if (!period_open(w->arena, round, w->look.today, &period, &cut_off_ms))
        return true;
    if (!entries_of(&w->look, d, round, 0, 0, &rows, f))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (rows.at[i].keeper && !holds_id(&keepers, rows.at[i].keeper))
            PUSH(w->arena, &keepers, rows.at[i].keeper);
    for (size_t i = 0; i < keepers.n; i++)
        if (!open_one(w, d, round, keepers.at[i], &rows, period, cut_off_ms, f))
            return false;
    return true;
}

/* Says in the log who had not reported when the cut-off was over. */
static bool close_one(struct work *w, const struct round_row *row, struct fault *f)
{
    struct rows r;
    struct ids missing = { 0 };
    store_ask(w->look.conn, SQL_ROUND_UNIT_ALL, ARGS(v_int(w->ledger->county), v_int(row->id)), &r, f);
    while (rows_next(&r)) {
        int64_t unit = rows_int(&r, 0);
        if (!rows_int(&r, 5) || rows_int(&r, 5) > row->cut_off_ms)
            PUSH(w->arena, &missing, unit);
    }
    if (!rows_end(&r))
        return false;
    struct event *e = work_event(w, "round-closed", NULL);
    e->ledger = row->def->name;
    event_set_int(w->arena, e, "round", row->id);
    event_set_day(w->arena, e, "today", w->look.today);
    event_set(w->arena, e, "missing", ids_text(w->arena, &missing));
    return work_emit(w, e, f);
}

bool rounds_begin(struct work *w, struct fault *f)
{
    struct rounds all;
    if (!read_all(&w->look, &all, f))
        return false;
    for (size_t i = 0; i < all.n; i++)
        if (all.at[i].closed_on == DAY_NONE && day_start_ms(w->look.today) > all.at[i].cut_off_ms && !close_one(w, &all.at[i], f))
            return false;
    for (size_t i = 0; i < w->look.pack->n_ledgers; i++)
        for (size_t k = 0; k < w->look.pack->ledgers[i].n_rounds; k++)
            if (!open_rounds(w, &w->look.pack->ledgers[i], &w->look.pack->ledgers[i].rounds[k], f))
                return false;
    return true;
}
