/* scenario_expect.c: what must have come of it. Every look is exact; the table at the end says which words a story may
 * use. A word that is not there fails the story, so that nobody believes that something was checked. */
#include "cli/scenario.h"

#include <stdlib.h>

/* ---------- comparing ---------- */

bool same_text(struct viewing *v, struct slice what, struct slice expected, struct slice got)
{
    v->play->checks++;
    return slice_equal(expected, got) || miss(v->play, what, expected, got);
}

bool same_number(struct viewing *v, struct slice what, struct slice expected, int64_t got)
{
    return same_text(v, what, expected, slice_format(v->play->arena, "%lld", (long long)got));
}

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static struct slice joined(struct arena *a, const struct slices *list)
{
    struct buf b = buf_open(1 << 20);
    buf_char(&b, '[');
    for (size_t i = 0; i < list->n; i++)
        buf_format(&b, "%s" S_FMT, i ? ", " : "", S_ARG(list->at[i]));
    buf_char(&b, ']');
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

bool same_list(struct viewing *v, struct slice what, const struct yaml *expected, struct slices got, bool ordered)
{
    struct slices want = { 0 };
    if (expected->kind != YAML_LIST)
        return miss(v->play, what, S("[…]"), expected->text);
    for (const struct yaml *y = expected->first; y; y = y->next)
        PUSH(v->play->arena, &want, y->text);
    if (!ordered) {
        if (want.n)
            qsort(want.at, want.n, sizeof *want.at, by_text);
        if (got.n)
            qsort(got.at, got.n, sizeof *got.at, by_text);
    }
    return same_text(v, what, joined(v->play->arena, &want), joined(v->play->arena, &got));
}

/* ---------- who and what is meant ---------- */

bool entry_called(struct viewing *v, struct slice name, struct entry *e)
{
    struct fault f;
    int64_t id = name_id(v->play, name);
    if (!id)
        return miss(v->play, name, S("故事里的一个名字"), name);
    return entry_see(&v->look, id, e, &f) || miss_fault(v->play, name, &f);
}

const struct ledger_def *ledger_called(struct viewing *v, struct slice name)
{
    const struct ledger_def *d = pack_ledger(v->look.pack, name);
    if (!d)
        miss(v->play, S("ledger"), S("一张台账"), name);
    return d;
}

bool unit_called(struct viewing *v, struct slice name, int64_t *id)
{
    const struct unit *u = people_unit_named(v->look.people, name);
    *id = u ? u->id : 0;
    return u || miss(v->play, S("unit"), S("一个单位"), name);
}

bool document_called(struct viewing *v, const struct yaml *of, int64_t *id)
{
    struct slice name = yaml_text(of, "of");
    *id = name_id(v->play, name);
    return *id || miss(v->play, S("of"), S("故事里的一份文件"), name);
}

struct slice unit_said(const struct viewing *v, int64_t id)
{
    return unit_short(v->look.people, id);
}

/* ---------- one entry at a time ---------- */

static struct slice path_of(struct viewing *v, const char *look, struct slice name)
{
    return slice_format(v->play->arena, "%s " S_FMT, look, S_ARG(name));
}

typedef bool entry_look_fn(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y);

static bool each_entry(struct viewing *v, const struct yaml *map, const char *look, entry_look_fn *fn)
{
    if (map->kind != YAML_MAP)
        return miss(v->play, slice_of(look), S("{…}"), map->text);
    for (const struct yaml *y = map->first; y; y = y->next) {
        struct entry e;
        if (!entry_called(v, y->key, &e) || !fn(v, path_of(v, look, y->key), &e, y))
            return false;
    }
    return true;
}

static bool state_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    return same_text(v, what, y->text, e->stage == ENTRY_DRAFT ? S("draft") : e->stage == ENTRY_DROPPED ? S("dropped") : e->def->states[e->state].name);
}

static bool light_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    return same_text(v, what, y->text, e->light == LIGHT_NONE ? S("none") : slice_of(light_word(e->light)));
}

static bool due_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    return same_text(v, what, y->text, e->due == DAY_NONE ? S("missing") : day_text(v->play->arena, e->due));
}

static bool history_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    struct entry_file file;
    struct slices kinds = { 0 };
    struct fault f;
    if (!entry_file(&v->look, e, &file, &f))
        return miss_fault(v->play, what, &f);
    for (size_t i = 0; i < file.n_history; i++)
        PUSH(v->play->arena, &kinds, file.history[i].kind);
    return same_list(v, what, y, kinds, true);
}

static bool clock_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    struct entry_file file;
    struct fault f;
    if (!entry_file(&v->look, e, &file, &f))
        return miss_fault(v->play, what, &f);
    for (const struct yaml *want = y->first; want; want = want->next) {
        const struct clock_row *row = NULL;
        for (size_t i = 0; i < file.n_clocks; i++)
            if (slice_equal(file.clocks[i].name, want->key))
                row = &file.clocks[i];
        what = slice_format(v->play->arena, S_FMT "." S_FMT, S_ARG(what), S_ARG(want->key));
        if (!only_keys(v->play, want, "|state|left|") || !same_text(v, what, yaml_text(want, "state"), row ? row->state : S("none")))
            return false;
        if (yaml_get(want, S("left")) && !same_number(v, what, yaml_text(want, "left"), row ? row->days_left : 0))
            return false;
    }
    return true;
}

/* The units that stand in a state, in the order in which they answered: by the last event that names them. */
static struct slices answered(struct viewing *v, const struct entry *e, const struct entry_file *file, struct slice state)
{
    struct slices said = { 0 };
    for (size_t h = 0; h < file->n_history; h++) {
        int64_t unit, later;
        if (!event_int(file->history[h].event, "unit", &unit))
            continue;
        bool last = true;
        for (size_t k = h + 1; k < file->n_history; k++)
            last = last && !(event_int(file->history[k].event, "unit", &later) && later == unit);
        for (size_t i = 0; last && i < file->n_receipts; i++)
            if (file->receipts[i].unit == unit && file->receipts[i].stage == (int)e->stage && slice_equal(file->receipts[i].state, state))
                PUSH(v->play->arena, &said, unit_said(v, unit));
    }
    return said;
}

static bool receipt_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    struct entry_file file;
    struct fault f;
    int64_t waiting = 0;
    const struct yaml *is_signed = yaml_get(y, S("signed")), *returned = yaml_get(y, S("returned"));
    if (!only_keys(v->play, y, "|waiting|signed|returned|"))
        return false;
    if (!entry_file(&v->look, e, &file, &f))
        return miss_fault(v->play, what, &f);
    for (size_t i = 0; i < file.n_receipts; i++)
        waiting += file.receipts[i].stage == (int)e->stage
            && (slice_equal(file.receipts[i].state, S("asked")) || slice_equal(file.receipts[i].state, S("confirmed")));
    return (!yaml_get(y, S("waiting")) || same_number(v, slice_format(v->play->arena, S_FMT ".waiting", S_ARG(what)), yaml_text(y, "waiting"), waiting))
        && (!is_signed || same_list(v, slice_format(v->play->arena, S_FMT ".signed", S_ARG(what)), is_signed, answered(v, e, &file, S("signed")), true))
        && (!returned || same_list(v, slice_format(v->play->arena, S_FMT ".returned", S_ARG(what)), returned, answered(v, e, &file, S("returned")), true));
}

/* Who wrote the last report, and who released it: both names are kept (M162). */
static bool signed_is(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    struct entry_file file;
    struct slice by = S("missing"), released = S("missing");
    struct fault f;
    if (!only_keys(v->play, y, "|by|released_by|"))
        return false;
    if (!entry_file(&v->look, e, &file, &f))
        return miss_fault(v->play, what, &f);
    for (size_t i = 0; i < file.n_history; i++)
        if (slice_equal(file.history[i].kind, S("reported"))) {
            by = account_name(v->look.people, event_get(file.history[i].event, "written_by"));
            released = account_name(v->look.people, file.history[i].account);
        }
    return same_text(v, slice_format(v->play->arena, S_FMT ".by", S_ARG(what)), yaml_text(y, "by"), by)
        && same_text(v, slice_format(v->play->arena, S_FMT ".released_by", S_ARG(what)), yaml_text(y, "released_by"), released);
}

/* What this person may do now: moves and lines by their names, the kernel's own doors by theirs. */
static bool may_do(struct viewing *v, struct slice what, const struct entry *e, const struct yaml *y)
{
    static const char *const words[] = { [ACT_REPORT] = "report", [ACT_PLAN] = "plan", [ACT_ANSWER] = "answer", [ACT_SIGN] = "sign", [ACT_RETURN] = "return", [ACT_RULE] = "rule" };
    struct entry_file file;
    struct offers offers;
    struct slices may = { 0 };
    struct fault f;
    if (!entry_file(&v->look, e, &file, &f) || !entry_offers(&v->look, e, &file, &offers, &f))
        return miss_fault(v->play, what, &f);
    for (size_t i = 0; i < offers.n; i++) {
        const struct offer *o = &offers.at[i];
        if (o->allowed && o->act != ACT_SET)
            PUSH(v->play->arena, &may, o->act == ACT_MOVE ? e->def->moves[o->which].name : o->act == ACT_LINE ? e->def->lines[o->which].name
                : o->act == ACT_ASK ? e->def->asks[o->which].name : slice_of(words[o->act]));
    }
    return same_list(v, what, y, may, false);
}

/* ---------- values ---------- */

static const struct field *own_field(const struct entry *e, int slot)
{
    return slot < COMMON_COUNT ? NULL : &e->def->fields[slot - COMMON_COUNT];
}

/* A figure is equal whatever its zeros; it may carry the field's unit. */
static struct slice number_said(struct viewing *v, const struct field *field, struct decimal got, struct slice expected)
{
    struct decimal want;
    struct slice bare = expected;
    if (field && field->unit.len && slice_ends(bare, field->unit))
        bare = slice_part(bare, 0, bare.len - field->unit.len);
    return decimal_parse(bare, &want) && !decimal_compare(want, got) ? expected : decimal_text(v->play->arena, got);
}

static struct slice option_said(const struct field *field, struct slice got, struct slice expected)
{
    for (size_t i = 0; field && i < field->n_options; i++)
        if (slice_equal(field->options[i].name, got) && slice_equal(field->options[i].label.zh, expected))
            return expected;
    return got;
}

static struct slice value_said(struct viewing *v, const struct field *field, struct value got, struct slice expected)
{
    const struct people *people = v->look.people;
    const struct unit *unit = got.type == TYPE_UNIT ? people_unit_named(people, expected) : NULL;
    const struct person *person = got.type == TYPE_PERSON ? people_person_named(people, expected) : NULL;
    switch (got.type) {
    case TYPE_NONE: return S("missing");
    case TYPE_BOOL: return got.truth ? S("true") : S("false");
    case TYPE_NUMBER: return number_said(v, field, got.number, expected);
    case TYPE_TEXT: return option_said(field, got.text, expected);
    case TYPE_DAY: return day_text(v->play->arena, got.on);
    case TYPE_UNIT: return unit && unit->id == got.id ? expected : unit_said(v, got.id);
    case TYPE_PERSON: return person && person->id == got.id ? expected : person_name(people, got.id);
    default: return S("?");
    }
}

/* leak.progress: an entry's field, or a formula over its fields. */
static bool value_is(struct viewing *v, const struct yaml *y)
{
    ptrdiff_t dot = slice_find(y->key, S("."));
    struct slice name = slice_part(y->key, 0, dot < 0 ? y->key.len : (size_t)dot), asked = slice_from(y->key, name.len + 1), what = path_of(v, "value", y->key);
    struct entry e;
    struct value got;
    struct slices units = { 0 };
    struct fault f;
    if (!entry_called(v, name, &e))
        return false;
    int slot = ledger_slot(e.def, asked);
    if (slot >= 0)
        got = entry_value(&v->look, &e, slot);
    else if (!entry_formula(&v->look, &e, asked, &got, &f))
        return miss_fault(v->play, what, &f);
    if (got.type != TYPE_UNITS)
        return same_text(v, what, y->text, value_said(v, slot >= 0 ? own_field(&e, slot) : NULL, got, y->text));
    for (size_t i = 0; i < got.ids.n; i++)
        PUSH(v->play->arena, &units, unit_said(v, got.ids.at[i]));
    return same_list(v, what, y, units, false);
}

static bool look_value(struct viewing *v, const struct yaml *map)
{
    for (const struct yaml *y = map->first; y; y = y->next)
        if (!value_is(v, y))
            return false;
    return true;
}

static bool look_state(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "state", state_is); }
static bool look_light(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "light", light_is); }
static bool look_due(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "due", due_is); }
static bool look_history(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "history", history_is); }
static bool look_clock(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "clock", clock_is); }
static bool look_receipt(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "receipt", receipt_is); }
static bool look_signed(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "signed", signed_is); }
static bool look_may(struct viewing *v, const struct yaml *y) { return each_entry(v, y, "may", may_do); }

/* ---------- all looks ---------- */

static const struct { const char *word; look_fn *look; } looks[] = {
    { "clock", look_clock }, { "count", look_count }, { "delays", look_delays }, { "dispute", look_dispute }, { "document", look_document },
    { "drafts", look_drafts }, { "due", look_due }, { "grid", look_grid }, { "history", look_history }, { "light", look_light }, { "list", look_list },
    { "may", look_may }, { "notices", look_notices }, { "page", look_page }, { "paper", look_paper }, { "proposal", look_proposal },
    { "receipt", look_receipt }, { "round", look_round }, { "sections", look_sections }, { "signed", look_signed }, { "state", look_state }, { "terms", look_terms }, { "value", look_value },
};
/* Words that belong to another look or say for whom and when. */
static const char with_others[] = "|as|as_of|entries|length|contains|absent|status|";

static bool look_all(struct viewing *v, const struct yaml *expect)
{
    size_t before = v->play->checks;
    for (const struct yaml *y = expect->first; y; y = y->next) {
        size_t i = 0;
        while (i < COUNT(looks) && !slice_equal(slice_of(looks[i].word), y->key))
            i++;
        if (i == COUNT(looks)) {
            if (!only_keys(v->play, &(const struct yaml){ .kind = YAML_MAP, .first = &(struct yaml){ .key = y->key, .key_line = y->key_line } }, with_others))
                return false;
        } else if (!looks[i].look(v, y)) {
            return false;
        }
    }
    return v->play->checks > before || miss(v->play, S("expect"), S("至少检验一处"), S("什么也没有检验"));
}

/* As it was known at the end of a day. */
static bool look_back(struct play *p, const struct yaml *expect, struct slice account)
{
    struct viewing v = { .play = p, .expect = expect, .account = account };
    struct ledger *then = NULL;
    struct reader *reader = NULL;
    struct fault f;
    day d;
    if (!day_parse(yaml_text(expect, "as_of"), &d))
        return miss(p, S("as_of"), S("日期"), yaml_text(expect, "as_of"));
    bool ok = (ledger_as_of(p->ledger, d, &then, &f) && reader_open(then, &reader, &f) && reader_look(reader, p->arena, account, &v.look, &f))
        || miss_fault(p, S("as_of"), &f);
    if (slice_equal(account, S("clock")))
        v.look.who.account = account;
    ok = ok && look_all(&v, expect);
    reader_close(reader);
    ledger_close(then);
    return ok;
}

bool step_expect(struct play *p, const struct yaml *expect)
{
    struct viewing v = { .play = p, .expect = expect };
    if (expect->kind != YAML_MAP)
        return miss(p, S("expect"), S("{…}"), expect->text);
    if (!play_look(p, S(""), &v.look) || !account_of(p, &v.look, yaml_get(expect, S("as")), &v.account))
        return false;
    if (yaml_get(expect, S("as_of")))
        return look_back(p, expect, v.account);
    return play_look(p, v.account, &v.look) && look_all(&v, expect);
}
