/* decide_round.c: what is done in a reporting round. One command, "round", with its act: the unit fills its grid
 * (file), its head lets it go (release, M162), the office takes it or gives it back (take, return), sets its own words
 * beside (word), reminds (chase); a head says that the unit needs no release (waive, require).
 *
 * A release makes the reports of the entries, so that progress, light and history follow as from any report. */
#include "ledger/inside.h"

struct rounding { /* one command at work */
    struct work *w;
    struct round_row row;
    struct round_unit unit;
};

static bool refuse(struct fault *f, const char *code, struct slice about, struct slice field)
{
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = field;
    return false;
}

static bool forbid(struct fault *f)
{
    return fault_set(f, FAULT_FORBIDDEN, "not-permitted", S(""), S(""));
}

static bool unchecked(const struct rounding *r)
{
    return r->w->ledger->options.sabotage_no_permission;
}

static const char *const state_labels[ROUND_STATES] = { [ROUND_WAITING] = "未报", [ROUND_DRAFT] = "填报中", [ROUND_FILED] = "待审签",
    [ROUND_RELEASED] = "已报", [ROUND_TAKEN] = "已收", [ROUND_RETURNED] = "已退回" };

static bool wrong_state(struct rounding *r, struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "round-state", unit_short(r->w->look.people, r->unit.unit), slice_of(state_labels[r->unit.state]));
}

static struct event *round_event(struct rounding *r, const char *kind)
{
    struct event *e = work_event(r->w, kind, NULL);
    e->ledger = r->row.def->name;
    event_set_int(r->w->arena, e, "round", r->row.id);
    return e;
}

static struct event *unit_event(struct rounding *r, const char *kind)
{
    struct event *e = round_event(r, kind);
    event_set_int(r->w->arena, e, "unit", r->unit.unit);
    return e;
}

/* ---------- which round, which unit ---------- */

static bool find_round(struct rounding *r, struct fault *f)
{
    struct slice typed = json_text(r->w->body, "round"), ledger = json_text(r->w->body, "ledger");
    int64_t id;
    bool newest = false;
    bool ok = slice_int(typed, &id) ? round_see(&r->w->look, id, &r->row, f) : round_by_name(&r->w->look, ledger, typed, &r->row, f);
    if (!ok || !round_is_newest(&r->w->look, &r->row, &newest, f))
        return false;
    return newest || fault_set(f, FAULT_REFUSED, "round-over", S(""), S(""));
}

static bool read_units(struct rounding *r, struct round_units *list, struct fault *f)
{
    return round_units_ask(&r->w->look, &r->row, list, f);
}

/* The unit that is named, or the first at which `may` holds. */
static bool find_unit(struct rounding *r, bool (*may)(const struct look *look, const struct round_row *row, int64_t unit), struct fault *f)
{
    struct round_units list;
    struct slice typed = json_text(r->w->body, "unit");
    const struct unit *named = typed.len ? people_unit_named(r->w->look.people, typed) : NULL;
    int64_t id = named ? named->id : 0;
    if (typed.len && !named && !slice_int(typed, &id))
        return refuse(f, "unknown-unit", typed, S("unit"));
    if (!read_units(r, &list, f))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        if (id ? list.at[i].unit != id : !may(&r->w->look, &r->row, list.at[i].unit) && !unchecked(r))
            continue;
        r->unit = list.at[i];
        if (!unchecked(r) && !may(&r->w->look, &r->row, r->unit.unit))
            return forbid(f);
        int64_t version;
        if (json_int(r->w->body, "version", &version) && version != r->unit.version)
            return fault_set(f, FAULT_STALE, "round-stale", unit_short(r->w->look.people, r->unit.unit), S(""));
        return true;
    }
    return forbid(f);
}

static bool office_may(const struct look *look, const struct round_row *row, int64_t unit)
{
    (void)unit;
    return round_may_office(look, row);
}

/* ---------- file: the unit's grid ---------- */

static struct round_line *line_named(struct rounding *r, struct round_lines *lines, struct slice name)
{
    struct entry e;
    struct fault none;
    if (!entry_find(&r->w->look, name, &e, &none))
        return NULL;
    for (size_t i = 0; i < lines->n; i++)
        if (lines->at[i].entry.id == e.id)
            return &lines->at[i];
    return NULL;
}

static struct slice cell_field(struct rounding *r, const struct round_line *line, size_t column)
{
    return slice_format(r->w->arena, "e%lld." S_FMT, (long long)line->entry.id, S_ARG(slot_name(r->row.def, r->row.round->columns[column])));
}

static bool read_cell(struct rounding *r, struct round_line *line, size_t i, const struct json *typed, struct fault *f)
{
    const struct ledger_def *d = r->row.def;
    int slot = r->row.round->columns[i];
    const struct field *own = slot >= COMMON_COUNT ? &d->fields[slot - COMMON_COUNT] : NULL;
    struct decimal n;
    bool ok = slot_read(&r->w->look, d, slot, own, typed, &line->said[i], f);
    if (ok && slot == COMMON_PROGRESS && line->said[i].len) {
        ok = (decimal_parse(line->said[i], &n) && n.value >= 0 && decimal_compare(n, decimal_int(100)) <= 0) || refuse(f, "bad-progress", S(""), S(""));
        if (ok)
            line->said[i] = decimal_text(r->w->arena, decimal_round(n, 1));
    }
    if (!ok)
        f->field = cell_field(r, line, i);
    return ok;
}

/* One row of the command: its columns, and why a figure falls. What it leaves out stays. */
static bool read_line(struct rounding *r, struct round_line *line, const struct json *m, struct fault *f)
{
    const struct json *set = json_get(m, "set");
    struct slice note = slice_trim(json_text(m, "note"));
    if (!version_current(r->w, m, &line->entry, f))
        return false;
    for (const struct json *v = set && set->kind == JSON_OBJECT ? set->first : NULL; v; v = v->next) {
        size_t i = 0;
        while (i < r->row.round->n_columns && !slice_equal(slot_name(r->row.def, r->row.round->columns[i]), v->name))
            i++;
        if (i == r->row.round->n_columns)
            return refuse(f, "unknown-field", v->name, slice_format(r->w->arena, "e%lld." S_FMT, (long long)line->entry.id, S_ARG(v->name)));
        if (!read_cell(r, line, i, v, f))
            return false;
    }
    if (note.len > 2000)
        return refuse(f, "text-too-long", S("说明"), slice_format(r->w->arena, "e%lld.note", (long long)line->entry.id));
    if (json_get(m, "note"))
        line->note = note;
    line->saved = true;
    return true;
}

static int progress_tenths(struct slice text)
{
    struct decimal d;
    return decimal_parse(text, &d) ? (int)decimal_round(decimal_mul(d, decimal_int(10)), 0).value : -1;
}

/* M50: progress never falls without a reason; that the office gave the report back is one. */
static bool falls_unsaid(struct rounding *r, const struct round_line *line)
{
    for (size_t i = 0; i < r->row.round->n_columns; i++)
        if (r->row.round->columns[i] == COMMON_PROGRESS && progress_tenths(line->said[i]) < line->entry.progress && !line->note.len && !r->unit.reason.len)
            return true;
    return false;
}

static bool is_empty(struct rounding *r, const struct round_line *line)
{
    for (size_t i = 0; i < r->row.round->n_columns; i++)
        if (r->row.round->columns[i] != COMMON_PROGRESS && line->said[i].len)
            return false;
    return true;
}

/* Before it goes to the head: every row has something to say. */
static bool ready(struct rounding *r, const struct round_lines *lines, struct fault *f)
{
    for (size_t i = 0; i < lines->n; i++) {
        const struct round_line *line = &lines->at[i];
        if (!line->saved || is_empty(r, line))
            return refuse(f, "round-row-empty", line->entry.title, cell_field(r, line, 0));
        if (falls_unsaid(r, line))
            return refuse(f, "round-row-falls", line->entry.title, slice_format(r->w->arena, "e%lld.note", (long long)line->entry.id));
    }
    return lines->n || refuse(f, "nothing-said", S(""), S("rows"));
}

static void put_columns(struct rounding *r, struct buf *b, const struct slice *values)
{
    bool any = false;
    buf_char(b, '{');
    for (size_t i = 0; i < r->row.round->n_columns; i++) {
        if (!values[i].len)
            continue;
        if (any)
            buf_char(b, ',');
        json_put_string(b, slot_name(r->row.def, r->row.round->columns[i]));
        buf_char(b, ':');
        json_put_string(b, values[i]);
        any = true;
    }
    buf_char(b, '}');
}

static void put_line(struct rounding *r, struct buf *b, const struct round_line *line)
{
    json_comma(b);
    buf_format(b, "{\"entry\":%lld", (long long)line->entry.id);
    json_name(b, "set");
    put_columns(r, b, line->said);
    json_name(b, "stood");
    put_columns(r, b, line->stood);
    json_name(b, "note");
    json_put_string(b, line->note);
    buf_char(b, '}');
}

static bool read_rows(struct rounding *r, struct round_lines *lines, struct buf *b, struct fault *f)
{
    const struct json *rows = json_get(r->w->body, "rows");
    size_t n = 0;
    buf_char(b, '[');
    for (const struct json *m = rows && rows->kind == JSON_ARRAY ? rows->first : NULL; m; m = m->next) {
        struct round_line *line = line_named(r, lines, json_text(m, "entry"));
        if (++n > COMMAND_ENTRIES_MAX)
            return fault_set(f, FAULT_REFUSED, "too-many-entries", slice_format(r->w->arena, "%d", COMMAND_ENTRIES_MAX), S(""));
        if (!line)
            return refuse(f, "round-row", S(""), S("rows"));
        if (!read_line(r, line, m, f))
            return false;
        put_line(r, b, line);
    }
    buf_char(b, ']');
    return true;
}

static bool release_unit(struct rounding *r, struct fault *f);

static bool act_file(struct rounding *r, struct fault *f)
{
    struct round_lines lines;
    bool send = json_bool(r->w->body, "send") || slice_equal(json_text(r->w->body, "send"), S("true")), waived;
    if (!find_unit(r, round_may_fill, f))
        return false;
    if (r->unit.state == ROUND_RELEASED || r->unit.state == ROUND_TAKEN)
        return wrong_state(r, f);
    if (!round_grid(&r->w->look, &r->row, r->unit.unit, &lines, f) || !round_waived(&r->w->look, &r->row, r->unit.unit, &waived, f))
        return false;
    struct buf b = buf_open(4 << 20);
    bool ok = read_rows(r, &lines, &b, f) && (!send || ready(r, &lines, f));
    struct slice rows = slice_copy(r->w->arena, buf_slice(&b));
    buf_close(&b);
    if (!ok)
        return false;
    if (!send && rows.len <= 2)
        return refuse(f, "nothing-said", S(""), S("rows"));
    struct event *e = unit_event(r, "round-filed");
    event_set(r->w->arena, e, "state", send ? S("filed") : S("draft"));
    event_set(r->w->arena, e, "rows", rows);
    if (!work_emit(r->w, e, f))
        return false;
    r->unit.filed_by = r->w->look.who.account;
    bool at_once = !r->row.round->release_by || waived || round_may_release(&r->w->look, &r->row, r->unit.unit); /* a head who fills it in has signed it */
    return !send || !at_once || release_unit(r, f);
}

/* ---------- release: the head's word makes it the unit's ---------- */

/* One report of one entry: the columns that changed, who wrote it, and from which round it came. */
static bool report_line(struct rounding *r, const struct round_line *line, struct fault *f)
{
    struct work *w = r->w;
    struct entry e;
    if (!line->saved || !entry_read(&w->look, line->entry.id, &e, true, f) || !report_open_to(&w->look, &e, true, f))
        return !line->saved;
    struct change c = change_begin(w, "reported", &e);
    for (size_t i = 0; i < r->row.round->n_columns; i++) {
        int slot = r->row.round->columns[i];
        bool same = slot == COMMON_PROGRESS && progress_tenths(line->said[i]) == e.progress;
        if (!same && (line->said[i].len || slot != COMMON_PROGRESS))
            change_slot(&c, slot, line->said[i]);
    }
    struct slice note = line->note.len ? line->note : c.now.progress < c.before.progress ? r->unit.reason : S("");
    if (note.len)
        event_set(w->arena, c.event, "note", note);
    event_set_int(w->arena, c.event, "round", r->row.id);
    event_set(w->arena, c.event, "round.period", r->row.period);
    event_set(w->arena, c.event, "written_by", r->unit.filed_by);
    int to = e.def->report_moves ? e.def->report_moves[e.state] : -1;
    if (to >= 0)
        change_state(&c, to);
    return change_end(&c, f);
}

static bool release_unit(struct rounding *r, struct fault *f)
{
    struct round_lines lines;
    bool by_head = round_may_release(&r->w->look, &r->row, r->unit.unit);
    if (!round_grid(&r->w->look, &r->row, r->unit.unit, &lines, f) || !ready(r, &lines, f))
        return false;
    for (size_t i = 0; i < lines.n; i++)
        if (!report_line(r, &lines.at[i], f))
            return false;
    struct event *e = unit_event(r, "round-released");
    event_set(r->w->arena, e, "by", by_head || unchecked(r) ? r->w->look.who.account : S("")); /* empty: none was needed */
    return work_emit(r->w, e, f);
}

static bool act_release(struct rounding *r, struct fault *f)
{
    if (!find_unit(r, round_may_release, f))
        return false;
    if (r->unit.state != ROUND_FILED)
        return wrong_state(r, f);
    return release_unit(r, f);
}

static bool set_waiver(struct rounding *r, bool on, struct fault *f)
{
    if (!find_unit(r, round_may_release, f))
        return false;
    if (!r->row.round->may_waive)
        return fault_set(f, FAULT_REFUSED, "round-no-waiver", S(""), S(""));
    struct event *e = unit_event(r, "round-waived");
    event_set(r->w->arena, e, "name", r->row.round->name);
    event_set_int(r->w->arena, e, "keeper", r->row.keeper);
    event_set_int(r->w->arena, e, "on", on);
    return work_emit(r->w, e, f);
}

static bool act_waive(struct rounding *r, struct fault *f) { return set_waiver(r, true, f); }
static bool act_require(struct rounding *r, struct fault *f) { return set_waiver(r, false, f); }

/* ---------- the office ---------- */

/* Ticked, where the command ticks some. */
static bool is_ticked(const struct rounding *r)
{
    const struct json *units = json_get(r->w->body, "units");
    int64_t id;
    for (const struct json *m = units && units->kind == JSON_ARRAY ? units->first : NULL; m; m = m->next)
        if (slice_int(m->text, &id) && id == r->unit.unit)
            return true;
    return !units;
}

/* One unit, those that are ticked, or all that stand in a state for it. */
static bool each_unit(struct rounding *r, bool (*fits)(const struct rounding *r), bool (*act)(struct rounding *r, struct fault *f), struct slice what, struct fault *f)
{
    struct round_units list;
    size_t n = 0;
    if (json_text(r->w->body, "unit").len)
        return find_unit(r, office_may, f) && (fits(r) || wrong_state(r, f)) && act(r, f);
    if (!unchecked(r) && !round_may_office(&r->w->look, &r->row))
        return forbid(f);
    if (!read_units(r, &list, f))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        r->unit = list.at[i];
        if (!fits(r) || !is_ticked(r))
            continue;
        if (!act(r, f))
            return false;
        n++;
    }
    return n || fault_set(f, FAULT_REFUSED, "round-nothing", what, S(""));
}

static bool is_released(const struct rounding *r) { return r->unit.state == ROUND_RELEASED; }
static bool take_one(struct rounding *r, struct fault *f) { return work_emit(r->w, unit_event(r, "round-taken"), f); }
static bool act_take(struct rounding *r, struct fault *f) { return each_unit(r, is_released, take_one, S("接收"), f); }

/* One notice a unit a day. */
static bool may_chase(const struct rounding *r)
{
    bool reported = r->unit.state == ROUND_RELEASED || r->unit.state == ROUND_TAKEN;
    return !reported && (r->unit.chased_on == DAY_NONE || r->unit.chased_on < r->w->look.today);
}
static bool chase_one(struct rounding *r, struct fault *f) { return work_emit(r->w, unit_event(r, "round-chased"), f); }
static bool act_chase(struct rounding *r, struct fault *f) { return each_unit(r, may_chase, chase_one, S("催办"), f); }

static bool act_return(struct rounding *r, struct fault *f)
{
    struct slice note = slice_trim(json_text(r->w->body, "note"));
    if (!find_unit(r, office_may, f))
        return false;
    if (r->unit.state != ROUND_RELEASED && r->unit.state != ROUND_TAKEN)
        return wrong_state(r, f);
    if (!note.len)
        return refuse(f, "needs-note", S("退回"), S("note"));
    if (note.len > 2000)
        return refuse(f, "text-too-long", S("退回理由"), S("note"));
    struct event *e = unit_event(r, "round-returned");
    event_set(r->w->arena, e, "note", note);
    return work_emit(r->w, e, f);
}

/* The office's wording of some rows, beside the unit's: it never takes its place. */
static bool word_line(struct rounding *r, struct round_lines *lines, const struct json *m, struct fault *f)
{
    struct round_line *line = line_named(r, lines, json_text(m, "entry"));
    if (!line)
        return refuse(f, "round-row", S(""), S("rows"));
    struct slice kept[ROUND_COLUMNS_MAX];
    memcpy(kept, line->said, sizeof kept);
    memcpy(line->said, line->words, sizeof kept);
    if (!read_line(r, line, m, f))
        return false;
    memcpy(line->words, line->said, sizeof kept);
    memcpy(line->said, kept, sizeof kept);
    struct event *e = unit_event(r, "round-worded");
    struct buf b = buf_open(1 << 20);
    put_columns(r, &b, line->words);
    event_set_int(r->w->arena, e, "row", line->entry.id);
    event_set(r->w->arena, e, "words", slice_copy(r->w->arena, buf_slice(&b)));
    buf_close(&b);
    return work_emit(r->w, e, f);
}

static bool act_word(struct rounding *r, struct fault *f)
{
    struct round_lines lines;
    const struct json *rows = json_get(r->w->body, "rows");
    size_t n = 0;
    if (!find_unit(r, office_may, f) || !round_grid(&r->w->look, &r->row, r->unit.unit, &lines, f))
        return false;
    for (const struct json *m = rows && rows->kind == JSON_ARRAY ? rows->first : NULL; m; m = m->next, n++)
        if (!word_line(r, &lines, m, f))
            return false;
    return n || refuse(f, "nothing-said", S(""), S("rows"));
}

/* ---------- the acts ---------- */

static const struct { const char *name; bool (*act)(struct rounding *r, struct fault *f); } acts[] = {
    { "chase", act_chase },     /* 催办 */
    { "file", act_file },       /* 填报 */
    { "release", act_release }, /* 审签 */
    { "require", act_require },
    { "return", act_return },   /* 退回 */
    { "take", act_take },       /* 接收 */
    { "waive", act_waive },     /* 免审签 */
    { "word", act_word },
};

bool decide_round(struct work *w, struct fault *f)
{
    struct rounding r = { .w = w };
    struct slice act = json_text(w->body, "act");
    if (!find_round(&r, f))
        return false;
    for (size_t i = 0; i < COUNT(acts); i++)
        if (slice_equal(slice_of(acts[i].name), act))
            return acts[i].act(&r, f);
    return refuse(f, "round-act", act, S("act"));
}
