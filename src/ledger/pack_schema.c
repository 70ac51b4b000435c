/* pack_schema.c: what may stand in the YAML of a pack, as tables, and the readers that follow them.
 *
 * A shape is a map with known keys; a key is one row: its name, the form of its value, and where the value goes. Who
 * adds a word to the language adds a row. Unknown and missing keys and wrong kinds of value are found for all rows
 * alike. A ledger is walked in four passes, because names are used before they are declared: each form belongs to
 * one pass, and the maps in between are walked in all. What the whole means is looked at in pack_check.c. */
#include "ledger/pack_inside.h"

#include <stdalign.h>

enum pass { PASS_ALL, PASS_NAMES /* and plain values */, PASS_REFERENCES /* to states, roles, slots */, PASS_COMPUTED /* fields */,
    PASS_RULES /* and what may be set, where it matters that a field is not computed */, PASS_LAST = PASS_RULES };

enum form {
    FORM_NAME, FORM_TEXT, FORM_BOOL, FORM_INT, FORM_DAY, FORM_LIMIT /* 15 workdays */, FORM_WORD, FORM_WORDS, FORM_PRESENT,
    FORM_MAP, FORM_NAMED /* name → shape */, FORM_LIST /* of shapes */,
    FORM_ROLES, FORM_STATES, FORM_STATE, FORM_SLOT, FORM_SORT, FORM_DUTIES, FORM_NEEDS, FORM_SET_BY, FORM_REQUIRED,
    FORM_REPORT_MOVES, FORM_COLUMNS, FORM_HOUR, FORM_PAIRS, FORM_DRAFT_SETS, FORM_TEXTS, FORM_NUMBER, FORM_HEADS,
    FORM_COMPUTED, FORM_RULE, FORM_LIGHT,
};

struct word { const char *name; int value; };
struct words { const struct word *at; size_t n; };

struct key {
    const char *name;
    enum form form;
    bool required;
    size_t at, size;         /* of the member; of an array's pointer */
    size_t n_at;             /* of an array's count */
    const struct shape *of;
    const struct words *words;
    int64_t low, high;       /* of numbers; high of an array's length */
    int value;               /* of a light */
};

struct shape {
    const struct key *keys;
    size_t n;
    size_t size;             /* of the struct, where it stands in an array */
    const void *blank;       /* the struct before anything is read; NULL for zeroes */
    bool named, hyphens;     /* struct begins with its name; which may have hyphens */
    bool short_label;        /* `todo: 未启动` for `todo: {zh: 未启动}`; the label follows the name */
    bool spoken;             /* the name is one that people use (各乡镇), and no label follows */
};

#define AT(type, member) .at = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)
#define ARRAY(type, member) .at = offsetof(struct type, member), .n_at = offsetof(struct type, n_##member)
#define KEYS(table) .keys = (table), .n = COUNT(table)
#define WORDS(table) (&(const struct words){ (table), COUNT(table) })
#define LABEL(type, member) \
    { "zh", FORM_TEXT, .required = true, AT(type, member.zh) }, { "en", FORM_TEXT, AT(type, member.en) }

/* ---------- words ---------- */

static const struct word type_words[] = {
    { "text", FIELD_TEXT }, { "int", FIELD_INT }, { "decimal", FIELD_DECIMAL }, { "money", FIELD_MONEY }, { "day", FIELD_DAY },
    { "month", FIELD_MONTH }, { "enum", FIELD_ENUM }, { "unit", FIELD_UNIT }, { "units", FIELD_UNITS },
    { "person", FIELD_PERSON }, { "bool", FIELD_BOOL },
};
static const struct word ability_words[] = {
    { "import", CAN_IMPORT }, { "hand-out", CAN_HAND_OUT }, { "people", CAN_PEOPLE }, { "duties", CAN_DUTIES },
    { "audit", CAN_AUDIT }, { "export", CAN_EXPORT }, { "clock", CAN_CLOCK },
};
static const struct word ending_words[] = {
    { "solved", ENDING_SOLVED }, { "explained", ENDING_EXPLAINED }, { "refused", ENDING_REFUSED },
    { "not-competent", ENDING_NOT_COMPETENT }, { "waits", ENDING_WAITS },
};
static const struct word plan_words[] = { { "milestones", PLAN_MILESTONES } };
static const struct word draft_words[] = {
    { "task", DRAFT_TASK }, { "project", DRAFT_PROJECT }, { "figure", DRAFT_FIGURE },
};

static const struct word every_words[] = {
    { "month", EVERY_MONTH }, { "quarter", EVERY_QUARTER }, { "half-year", EVERY_HALF_YEAR }, { "year", EVERY_YEAR },
};
static const struct word home_words[] = { { "office", HOME_OFFICE }, { "minute", HOME_MINUTE } };
static const struct word box_words[] = { { "needs", BOX_NEEDS }, { "moved", BOX_MOVED }, { "coming", BOX_COMING }, { "watch", BOX_WATCH } };

/* ---------- shapes ---------- */

static const struct key label_keys[] = {
    { "zh", FORM_TEXT, .required = true, .at = offsetof(struct label, zh) }, { "en", FORM_TEXT, .at = offsetof(struct label, en) },
};
static const struct shape label_shape = { KEYS(label_keys) };

static const struct key option_keys[] = { LABEL(option, label) };
static const struct shape option_shape = { KEYS(option_keys), .size = sizeof(struct option), .named = true, .hyphens = true,
    .short_label = true };

static const struct key field_keys[] = {
    LABEL(field, label),
    { "type", FORM_WORD, .required = true, AT(field, type), .words = WORDS(type_words) },
    { "scale", FORM_INT, AT(field, scale), .low = 0, .high = DECIMAL_SCALE_MAX },
    { "unit", FORM_TEXT, AT(field, unit) },
    { "of", FORM_NAMED, ARRAY(field, options), .of = &option_shape, .high = LEDGER_PARTS_MAX },
    { "required", FORM_BOOL, AT(field, required) },
    { "search", FORM_BOOL, AT(field, search) },
    { "index", FORM_BOOL, AT(field, index) },
    { "reported", FORM_BOOL, AT(field, reported) },
    { "default", FORM_TEXT, AT(field, fallback) },
    { "computed", FORM_COMPUTED, AT(field, computed) },
};
enum { SCALE_UNSAID = 255 };
static const struct shape field_shape = { KEYS(field_keys), .size = sizeof(struct field), .named = true,
    .blank = &(const struct field){ .scale = SCALE_UNSAID } };

static const struct key role_keys[] = {
    LABEL(role, label),
    { "field", FORM_SLOT, AT(role, field) },
    { "duty", FORM_DUTIES, AT(role, duties) },
};
static const struct shape role_shape = { KEYS(role_keys), .size = sizeof(struct role), .named = true,
    .blank = &(const struct role){ .field = -1 } };

static const struct key state_keys[] = { LABEL(state, label) };
static const struct shape state_shape = { KEYS(state_keys), .size = sizeof(struct state), .named = true, .short_label = true };

static const struct key move_keys[] = {
    LABEL(move, label),
    { "from", FORM_STATES, .required = true, AT(move, from) },
    { "to", FORM_STATE, .required = true, AT(move, to) },
    { "by", FORM_ROLES, .required = true, AT(move, by) },
    { "not", FORM_ROLES, AT(move, not_by) },
    { "needs", FORM_NEEDS, ARRAY(move, needs) },
    { "when", FORM_RULE, AT(move, when) },
    { "otherwise", FORM_MAP, AT(move, otherwise), .of = &label_shape },
    { "ending", FORM_WORD, AT(move, ending), .words = WORDS(ending_words) },
    { "counts", FORM_NAME, AT(move, counts) },
};
static const struct shape move_shape = { KEYS(move_keys), .size = sizeof(struct move), .named = true,
    .blank = &(const struct move){ .to = -1 } };

static const struct key ask_keys[] = {
    LABEL(ask, label),
    { "by", FORM_ROLES, .required = true, AT(ask, by) },
    { "to", FORM_ROLES, .required = true, AT(ask, to) },
    { "of", FORM_NAMED, .required = true, ARRAY(ask, of), .of = &field_shape, .high = LEDGER_FIELDS_MAX },
    { "grants", FORM_PAIRS, ARRAY(ask, grants) },
    { "in", FORM_STATES, .required = true, AT(ask, in) },
    { "at_most", FORM_INT, AT(ask, at_most), .low = 0, .high = 1000 },
};
static const struct shape ask_shape = { KEYS(ask_keys), .size = sizeof(struct ask), .named = true };

static const struct key lines_keys[] = {
    LABEL(lines, label),
    { "of", FORM_NAMED, .required = true, ARRAY(lines, of), .of = &field_shape, .high = LEDGER_FIELDS_MAX },
    { "by", FORM_ROLES, .required = true, AT(lines, by) },
    { "append_only", FORM_BOOL, AT(lines, append_only) },
    { "sets", FORM_PAIRS, ARRAY(lines, sets) },
};
static const struct shape lines_shape = { KEYS(lines_keys), .size = sizeof(struct lines), .named = true };

static const struct key notice_keys[] = { /* into the clock */
    { "notice", FORM_NAME, .required = true, AT(clock, notice) },
    LABEL(clock, notice_label),
    { "to", FORM_ROLES, .required = true, AT(clock, notice_to) },
};
static const struct shape notice_shape = { KEYS(notice_keys) };

static const struct key clock_keys[] = {
    LABEL(clock, label),
    { "runs_in", FORM_STATES, .required = true, AT(clock, runs_in) },
    { "pauses_in", FORM_STATES, AT(clock, pauses_in) },
    { "limit", FORM_LIMIT, AT(clock, limit) },
    { "until", FORM_SLOT, AT(clock, until_slot) },
    { "pauses_in_dispute", FORM_BOOL, AT(clock, pauses_in_dispute) },
    { "on_expiry", FORM_MAP, .of = &notice_shape },
};
static const struct shape clock_shape = { KEYS(clock_keys), .size = sizeof(struct clock), .named = true,
    .blank = &(const struct clock){ .until_slot = -1 } };

static const struct key light_keys[] = {
    { "zh", FORM_TEXT, AT(light_rule, why.zh) },
    { "en", FORM_TEXT, AT(light_rule, why.en) },
    { "red", FORM_LIGHT, .value = LIGHT_RED },
    { "yellow", FORM_LIGHT, .value = LIGHT_YELLOW },
    { "green", FORM_LIGHT, .value = LIGHT_GREEN },
    { "grey", FORM_LIGHT, .value = LIGHT_GREY },
    { "blue", FORM_LIGHT, .value = LIGHT_BLUE },
};
static const struct shape light_shape = { KEYS(light_keys), .size = sizeof(struct light_rule) };

static const struct key list_keys[] = {
    LABEL(list, label),
    { "where", FORM_RULE, .required = true, AT(list, where) },
    { "sort", FORM_SORT, AT(list, sort_slot) },
    { "minute", FORM_WORD, AT(list, box), .words = WORDS(box_words) },
};
static const struct shape list_shape = { KEYS(list_keys), .size = sizeof(struct list), .named = true,
    .blank = &(const struct list){ .sort_slot = COMMON_NUMBER } };

static const struct key receipt_keys[] = {
    { "by", FORM_ROLES, .required = true, AT(receipt, by) },
    { "rules", FORM_ROLES, .required = true, AT(receipt, rules) },
    { "within", FORM_LIMIT, .required = true, AT(receipt, within) },
    { "return_within", FORM_LIMIT, .required = true, AT(receipt, return_within) },
};
static const struct shape receipt_shape = { KEYS(receipt_keys) };

static const struct key drafts_keys[] = {
    { "from", FORM_WORD, .required = true, AT(drafts, from), .words = WORDS(draft_words) },
    { "status", FORM_NAME, AT(drafts, where_status) },
    { "outside", FORM_NAME, AT(drafts, outside) },
    { "set", FORM_DRAFT_SETS, .required = true, ARRAY(drafts, sets) },
};
static const struct shape drafts_shape = { KEYS(drafts_keys) };

static const struct key opens_keys[] = { { "day", FORM_INT, .required = true, AT(round_def, opens_day), .low = 1, .high = 31 } };
static const struct shape opens_shape = { KEYS(opens_keys) };
static const struct key cut_off_keys[] = {
    { "day", FORM_INT, .required = true, AT(round_def, cut_off_day), .low = 1, .high = 31 },
    { "hour", FORM_HOUR, .required = true, AT(round_def, cut_off_hour) },
};
static const struct shape cut_off_shape = { KEYS(cut_off_keys) };
static const struct key release_keys[] = {
    { "by", FORM_ROLES, .required = true, AT(round_def, release_by) },
    { "may_waive", FORM_BOOL, AT(round_def, may_waive) },
};
static const struct shape release_shape = { KEYS(release_keys) };
static const struct key round_office_keys[] = { { "by", FORM_ROLES, .required = true, AT(round_def, office_by) } };
static const struct shape round_office_shape = { KEYS(round_office_keys) };
static const struct key round_keys[] = { /* opens, cut_off, release and office write into the round */
    LABEL(round_def, label),
    { "every", FORM_WORD, .required = true, AT(round_def, every), .words = WORDS(every_words) },
    { "opens", FORM_MAP, .required = true, .of = &opens_shape },
    { "cut_off", FORM_MAP, .required = true, .of = &cut_off_shape },
    { "entries", FORM_RULE, .required = true, AT(round_def, entries) },
    { "asks", FORM_ROLES, .required = true, AT(round_def, asks) },
    { "columns", FORM_COLUMNS, .required = true },
    { "release", FORM_MAP, .of = &release_shape },
    { "office", FORM_MAP, .required = true, .of = &round_office_shape },
};
static const struct shape round_shape = { KEYS(round_keys), .size = sizeof(struct round_def), .named = true };

/* These write straight into the ledger. */
static const struct key authority_keys[] = {
    { "text", FORM_TEXT, .required = true, AT(ledger_def, authority) },
    { "in_force_from", FORM_DAY, .required = true, AT(ledger_def, in_force_from) },
    { "local", FORM_BOOL, AT(ledger_def, local) },
};
static const struct shape authority_shape = { KEYS(authority_keys) };
static const struct key schedule_keys[] = {
    { "ahead", FORM_INT, .required = true, AT(ledger_def, schedule.ahead), .low = 1, .high = 100 },
    { "behind", FORM_INT, .required = true, AT(ledger_def, schedule.behind), .low = 1, .high = 100 },
    { "source", FORM_TEXT, AT(ledger_def, schedule.source) },
    { "practice", FORM_BOOL, AT(ledger_def, schedule.practice) },
};
static const struct shape schedule_shape = { KEYS(schedule_keys) };
static const struct key pace_keys[] = {
    { "over", FORM_LIMIT, .required = true, AT(ledger_def, pace.over) },
    { "at_least", FORM_LIMIT, .required = true, AT(ledger_def, pace.at_least) },
    { "source", FORM_TEXT, AT(ledger_def, pace.source) },
    { "practice", FORM_BOOL, AT(ledger_def, pace.practice) },
};
static const struct shape pace_shape = { KEYS(pace_keys) };
static const struct key plan_keys[] = {
    { "kind", FORM_WORD, .required = true, AT(ledger_def, plan), .words = WORDS(plan_words) },
    { "by", FORM_ROLES, .required = true, AT(ledger_def, plan_by) },
    { "schedule", FORM_MAP, .of = &schedule_shape },
    { "pace", FORM_MAP, .of = &pace_shape },
};
static const struct shape plan_shape = { KEYS(plan_keys) };
static const struct key report_keys[] = {
    { "by", FORM_ROLES, .required = true, AT(ledger_def, report_by) },
    { "moves", FORM_REPORT_MOVES, .at = 0 },
};
static const struct shape report_shape = { KEYS(report_keys) };

static const struct key ledger_keys[] = {
    { "ledger", FORM_NAME, .required = true, AT(ledger_def, name) },
    { "name", FORM_MAP, .required = true, AT(ledger_def, label), .of = &label_shape },
    { "noun", FORM_MAP, .required = true, AT(ledger_def, noun), .of = &label_shape },
    { "number", FORM_TEXT, .required = true, AT(ledger_def, number) },
    { "authority", FORM_MAP, .of = &authority_shape },
    { "roles", FORM_NAMED, .required = true, ARRAY(ledger_def, roles), .of = &role_shape, .high = LEDGER_ROLES_MAX },
    { "fields", FORM_NAMED, ARRAY(ledger_def, fields), .of = &field_shape, .high = LEDGER_FIELDS_MAX },
    { "required", FORM_REQUIRED },
    { "set_by", FORM_SET_BY },
    { "drafts", FORM_MAP, AT(ledger_def, drafts), .of = &drafts_shape },
    { "receipt", FORM_MAP, AT(ledger_def, receipt), .of = &receipt_shape },
    { "plan", FORM_MAP, .of = &plan_shape },
    { "lines", FORM_NAMED, ARRAY(ledger_def, lines), .of = &lines_shape, .high = LEDGER_PARTS_MAX },
    { "states", FORM_NAMED, .required = true, ARRAY(ledger_def, states), .of = &state_shape, .high = LEDGER_STATES_MAX },
    { "initial", FORM_STATE, .required = true, AT(ledger_def, initial) },
    { "opens_in", FORM_STATES, AT(ledger_def, opens_in) },
    { "final", FORM_STATES, .required = true, AT(ledger_def, final) },
    { "open_by", FORM_ROLES, AT(ledger_def, open_by) },
    { "report", FORM_MAP, .of = &report_shape },
    { "moves", FORM_NAMED, .required = true, ARRAY(ledger_def, moves), .of = &move_shape, .high = LEDGER_MOVES_MAX },
    { "asks", FORM_NAMED, ARRAY(ledger_def, asks), .of = &ask_shape, .high = LEDGER_PARTS_MAX },
    { "clocks", FORM_NAMED, ARRAY(ledger_def, clocks), .of = &clock_shape, .high = LEDGER_PARTS_MAX },
    { "rounds", FORM_NAMED, ARRAY(ledger_def, rounds), .of = &round_shape, .high = LEDGER_PARTS_MAX },
    { "light", FORM_LIST, .required = true, ARRAY(ledger_def, lights), .of = &light_shape, .high = LEDGER_PARTS_MAX },
    { "see", FORM_RULE, .required = true, AT(ledger_def, see) },
    { "lists", FORM_NAMED, ARRAY(ledger_def, lists), .of = &list_shape, .high = LEDGER_PARTS_MAX },
};
static const struct shape ledger_shape = { KEYS(ledger_keys) };

static const struct key duty_keys[] = {
    LABEL(duty_kind, label),
    { "can", FORM_WORDS, AT(duty_kind, can), .words = WORDS(ability_words) },
    { "never_with", FORM_DUTIES, AT(duty_kind, never_with) },
    { "home", FORM_WORD, AT(duty_kind, home), .words = WORDS(home_words) },
};
static const struct shape duty_shape = { KEYS(duty_keys), .size = sizeof(struct duty_kind), .named = true };

static const struct key collective_keys[] = {
    { "kinds", FORM_TEXTS, .required = true, ARRAY(collective, kinds), .high = LEDGER_PARTS_MAX },
};
static const struct shape collective_shape = { KEYS(collective_keys), .size = sizeof(struct collective), .named = true, .spoken = true };

static const struct key paper_keys[] = {
    LABEL(paper_kind, label),
    { "of", FORM_NAME, .required = true, AT(paper_kind, of) },
    { "title", FORM_TEXT, .required = true, AT(paper_kind, title) },
    { "table", FORM_TEXT, .required = true, AT(paper_kind, table) },
    { "number", FORM_NUMBER, .required = true, AT(paper_kind, number) },
    { "signer", FORM_TEXT, .required = true, AT(paper_kind, signer) },
    { "addressee", FORM_TEXT, AT(paper_kind, addressee) },
    { "text", FORM_TEXT, AT(paper_kind, text) },
    { "columns", FORM_HEADS, .required = true, ARRAY(paper_kind, said), .high = LEDGER_FIELDS_MAX },
};
static const struct shape paper_shape = { KEYS(paper_keys), .size = sizeof(struct paper_kind), .named = true };

static const struct key rule_keys[] = {
    { "alike", FORM_INT, .required = true, AT(proposal_rule, alike), .low = 1, .high = 99 },
    { "ahead", FORM_INT, AT(proposal_rule, ahead), .low = 0, .high = 99 },
    { "why", FORM_MAP, .required = true, AT(proposal_rule, why), .of = &label_shape },
};
static const struct shape rule_shape = { KEYS(rule_keys) };
static const struct key proposals_keys[] = { /* into the pack */
    { "sure", FORM_MAP, .required = true, AT(pack, sure), .of = &rule_shape },
    { "look", FORM_MAP, .required = true, AT(pack, look), .of = &rule_shape },
};
static const struct shape proposals_shape = { KEYS(proposals_keys) };

static const struct key pack_keys[] = {
    { "pack", FORM_NAME, .required = true, AT(pack, name) },
    { "name", FORM_MAP, .required = true, AT(pack, label), .of = &label_shape },
    { "version", FORM_INT, .required = true, AT(pack, version), .low = 1, .high = 1000000 },
    { "duties", FORM_NAMED, .required = true, ARRAY(pack, duties), .of = &duty_shape, .high = PACK_DUTIES_MAX },
    { "order", FORM_TEXTS, ARRAY(pack, order), .high = PACK_LEDGERS_MAX },
    { "collectives", FORM_NAMED, ARRAY(pack, collectives), .of = &collective_shape, .high = LEDGER_PARTS_MAX },
    { "papers", FORM_NAMED, ARRAY(pack, papers), .of = &paper_shape, .high = LEDGER_PARTS_MAX },
    { "proposals", FORM_MAP, .of = &proposals_shape },
};
static const struct shape pack_shape = { KEYS(pack_keys) };

/* ---------- plain values ---------- */

static void *member(void *base, const struct key *k)
{
    return (char *)base + k->at;
}

static struct slice int_text(struct pack_reader *r, int64_t v)
{
    return slice_format(r->arena, "%lld", (long long)v);
}

/* Small letters, digits, _ and, where the shape allows, -; begins with a letter. */
static bool is_name(struct slice s, bool hyphens)
{
    if (!s.len || s.len > 40 || s.at[0] < 'a' || s.at[0] > 'z')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c == '-' && hyphens)))
            return false;
    }
    return true;
}

static void read_name(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    if (!is_name(y->text, true))
        problem(r, y->line, "pack-name", y->text, S(""), NO_LIKELY);
    *(struct slice *)member(base, k) = y->text;
}

static void read_text(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    enum { TEXT_MAX_BYTES = 1000 };
    bool plain = y->text.len > 0 && y->text.len <= TEXT_MAX_BYTES;
    for (size_t i = 0; i < y->text.len; i++)
        plain = plain && (unsigned char)y->text.at[i] >= ' ' && y->text.at[i] != 127;
    if (!plain)
        problem(r, y->line, "pack-text", slice_of(k->name), int_text(r, TEXT_MAX_BYTES), NO_LIKELY);
    *(struct slice *)member(base, k) = y->text;
}

static void read_bool(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    bool yes = slice_equal(y->text, S("true"));
    if (!yes && !slice_equal(y->text, S("false")))
        problem(r, y->line, "pack-bool", slice_of(k->name), y->text, NO_LIKELY);
    *(bool *)member(base, k) = yes;
}

static void read_int(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    int64_t v = 0;
    if (!slice_int(y->text, &v) || v < k->low || v > k->high) {
        problem(r, y->line, "pack-int", slice_of(k->name), slice_format(r->arena, "%lld–%lld", (long long)k->low, (long long)k->high), NO_LIKELY);
        return;
    }
    switch (k->size) {
    case 1: *(uint8_t *)member(base, k) = (uint8_t)v; break;
    case 4: *(int32_t *)member(base, k) = (int32_t)v; break;
    default: *(int64_t *)member(base, k) = v; break;
    }
}

static void read_day(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    if (!day_parse(y->text, member(base, k)))
        problem(r, y->line, "pack-day", y->text, S(""), NO_LIKELY);
}

/* 15 workdays, 7 days, 2 months: the language reads it. */
static void read_limit(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    static const struct expr_names no_names = { 0 };
    const struct expr *e;
    struct fault f;
    struct value *v = member(base, k);
    if (!expr_parse(r->arena, y->text, &no_names, TYPE_DAYS, &e, &f) || e->op != OP_LITERAL || e->value.days.n < 1)
        problem(r, y->line, "pack-limit", slice_of(k->name), y->text, NO_LIKELY);
    else
        *v = e->value;
}

static const struct word *find_word(struct pack_reader *r, const struct key *k, const struct yaml *y)
{
    struct nearest near = nearest_open(y->text);
    for (size_t i = 0; i < k->words->n; i++) {
        nearest_try(&near, slice_of(k->words->at[i].name));
        if (slice_equal(slice_of(k->words->at[i].name), y->text))
            return &k->words->at[i];
    }
    problem(r, y->line, "pack-word", slice_of(k->name), y->text, near.best);
    return NULL;
}

static void read_word(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    const struct word *w = find_word(r, k, y);
    if (w)
        *(int *)member(base, k) = w->value;
}

static void read_number(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    const char *code = number_fault(y->text);
    if (code)
        problem(r, y->line, code, y->text, S(""), NO_LIKELY);
    *(struct slice *)member(base, k) = y->text;
}

/* One text, or a list of texts: each once. */
#define EACH(item, y) \
    for (const struct yaml *item = (y)->kind == YAML_LIST ? (y)->first : (y); item; item = (y)->kind == YAML_LIST ? item->next : NULL)

static bool is_text(struct pack_reader *r, const struct key *k, const struct yaml *y)
{
    if (y->kind != YAML_TEXT)
        problem(r, y->line, "pack-texts", slice_of(k->name), S(""), NO_LIKELY);
    return y->kind == YAML_TEXT;
}

/* How many texts fit into the array of this key; it is made here. */
static struct slice *texts_make(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base, size_t each)
{
    if (y->n > (size_t)k->high)
        problem(r, y->line, "pack-too-many", slice_of(k->name), int_text(r, k->high), NO_LIKELY);
    struct slice *texts = NEW(r->arena, struct slice, each * (y->n + 1));
    *(struct slice **)member(base, k) = texts;
    return texts;
}

static void read_texts(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct slice *texts = texts_make(r, k, y, base, 1);
    size_t *n = (size_t *)(void *)((char *)base + k->n_at);
    EACH(item, y)
    {
        if (is_text(r, k, item))
            texts[(*n)++] = item->text;
    }
}

/* {工作任务: title}: what stands above a column, and what stands in it; the ledger is known later (pack_check.c). */
static void read_heads(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct slice *said = texts_make(r, k, y, base, 2);
    size_t *n = (size_t *)(void *)((char *)base + k->n_at);
    for (const struct yaml *item = y->first; item; item = item->next) {
        if (!is_text(r, k, item))
            continue;
        said[(*n)++] = item->key;
        said[(*n)++] = item->text;
    }
}

static void add_bit(struct pack_reader *r, uint32_t *bits, uint32_t bit, const struct yaml *y)
{
    if (*bits & bit)
        problem(r, y->line, "pack-twice", y->text, S(""), NO_LIKELY);
    *bits |= bit;
}

static void read_words(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    EACH(item, y)
    {
        const struct word *w = is_text(r, k, item) ? find_word(r, k, item) : NULL;
        if (w)
            add_bit(r, member(base, k), (uint32_t)w->value, item);
    }
}

/* ---------- references: names of what is declared elsewhere in the ledger ---------- */

/* A place in an array of structs that begin with their name; -1 after a problem. */
static int find_named(struct pack_reader *r, const struct yaml *y, const void *at, size_t n, size_t size, const char *code)
{
    struct nearest near = nearest_open(y->text);
    for (size_t i = 0; i < n; i++) {
        struct slice name = *(const struct slice *)(const void *)((const char *)at + i * size);
        nearest_try(&near, name);
        if (slice_equal(name, y->text))
            return (int)i;
    }
    problem(r, y->line, code, y->text, S(""), near.best);
    return -1;
}
#define FIND(r, y, array, n, code) find_named((r), (y), (array), (n), sizeof *(array), (code))

static void read_bits(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base, const void *at, size_t n,
    size_t size, const char *code)
{
    if (y->kind == YAML_LIST && !y->first)
        problem(r, y->line, "pack-empty-list", slice_of(k->name), S(""), NO_LIKELY);
    EACH(item, y)
    {
        int found = is_text(r, k, item) ? find_named(r, item, at, n, size, code) : -1;
        if (found >= 0)
            add_bit(r, member(base, k), UINT32_C(1) << found, item);
    }
}

static void read_roles(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    read_bits(r, k, y, base, r->ledger->roles, r->ledger->n_roles, sizeof *r->ledger->roles, "pack-role");
}

static void read_states(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    read_bits(r, k, y, base, r->ledger->states, r->ledger->n_states, sizeof *r->ledger->states, "pack-state");
}

static void read_duties(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    read_bits(r, k, y, base, r->pack->duties, r->pack->n_duties, sizeof *r->pack->duties, "pack-duty");
}

static void read_state(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    *(int *)member(base, k) = FIND(r, y, r->ledger->states, r->ledger->n_states, "pack-state");
}

static int find_slot_at(struct pack_reader *r, struct slice name, int line)
{
    int slot = ledger_slot(r->ledger, name);
    if (slot >= 0)
        return slot;
    struct nearest near = nearest_open(name);
    for (int c = 0; c < COMMON_COUNT; c++)
        nearest_try(&near, common_name((enum common)c));
    for (size_t i = 0; i < r->ledger->n_fields; i++)
        nearest_try(&near, r->ledger->fields[i].name);
    problem(r, line, "pack-field", name, S(""), near.best);
    return -1;
}

static void read_slot(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    *(int *)member(base, k) = find_slot_at(r, y->text, y->line);
}

/* A slot that somebody may write: no state, light, number, and nothing computed. */
static int find_settable(struct pack_reader *r, struct slice name, int line)
{
    int slot = find_slot_at(r, name, line);
    if (slot < 0 || slot_can_be_set(r->ledger, slot))
        return slot;
    problem(r, line, "pack-not-settable", name, S(""), NO_LIKELY);
    return -1;
}

static void read_sort(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct list *list = base;
    list->descending = slice_starts(y->text, S("-"));
    list->sort_slot = find_slot_at(r, slice_from(y->text, list->descending), y->line);
}

static void read_needs(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct move *move = base;
    move->needs = NEW(r->arena, struct need, y->n + 1);
    EACH(item, y)
    {
        if (!is_text(r, k, item))
            continue;
        struct need need = { .slot = -1 };
        if (slice_equal(item->text, S("proofs")))
            need.kind = NEED_PROOFS;
        else if (slice_equal(item->text, S("note")))
            need.kind = NEED_NOTE;
        else if ((need.slot = find_settable(r, item->text, item->line)) < 0)
            continue;
        for (size_t i = 0; i < move->n_needs; i++)
            if (move->needs[i].kind == need.kind && move->needs[i].slot == need.slot)
                problem(r, item->line, "pack-twice", item->text, S(""), NO_LIKELY);
        move->needs[move->n_needs++] = need;
    }
}

static void read_set_by(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct ledger_def *l = base;
    for (const struct yaml *item = y->first; item; item = item->next) {
        int slot = find_settable(r, item->key, item->key_line);
        uint32_t roles = 0;
        if (item->kind == YAML_MAP)
            problem(r, item->line, "pack-texts", item->key, S(""), NO_LIKELY);
        else
            read_roles(r, &(const struct key){ .name = "set_by" }, item, &roles);
        if (slot >= COMMON_COUNT)
            l->fields[slot - COMMON_COUNT].set_by = roles;
        else if (slot >= 0)
            l->common_set_by[slot] = roles;
    }
}

static void read_required(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct ledger_def *l = base;
    l->required_common = 0;
    EACH(item, y)
    {
        int slot = is_text(r, k, item) ? find_settable(r, item->text, item->line) : -1;
        if (slot >= COMMON_COUNT)
            l->fields[slot - COMMON_COUNT].required = true;
        else if (slot >= 0)
            l->required_common |= UINT64_C(1) << slot;
    }
}

static void read_report_moves(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct ledger_def *l = base;
    for (const struct yaml *item = y->first; item; item = item->next) {
        struct yaml from = { .text = item->key, .line = item->key_line };
        int a = FIND(r, &from, l->states, l->n_states, "pack-state");
        int b = is_text(r, k, item) ? FIND(r, item, l->states, l->n_states, "pack-state") : -1;
        if (a >= 0)
            l->report_moves[a] = b;
    }
}

/* What a report says: a field that is `reported`, or the progress. */
static void read_columns(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct round_def *round = base;
    EACH(item, y)
    {
        int slot = is_text(r, k, item) ? find_slot_at(r, item->text, item->line) : -1;
        const struct field *own = slot >= 0 ? slot_field(r->ledger, slot) : NULL;
        if (slot < 0)
            continue;
        if (own ? !own->reported || own->computed : slot != COMMON_PROGRESS)
            problem(r, item->line, "pack-round-column", item->text, S(""), NO_LIKELY);
        else if (round->n_columns == ROUND_COLUMNS_MAX)
            problem(r, item->line, "pack-too-many", slice_of(k->name), int_text(r, ROUND_COLUMNS_MAX), NO_LIKELY);
        else
            round->columns[round->n_columns++] = slot;
    }
}

/* "18:00", in quotes: YAML reads it as a number of seconds otherwise. */
static void read_hour(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct round_def *round = base;
    struct slice minutes = y->text, hours;
    int64_t h = -1, m = -1;
    slice_cut(&minutes, ':', &hours);
    if (y->text.len != 5 || hours.len != 2 || !slice_int(hours, &h) || !slice_int(minutes, &m) || h < 0 || h > 23 || m < 0 || m > 59)
        problem(r, y->line, "pack-hour", y->text, S(""), NO_LIKELY);
    round->cut_off_hour = y->text;
    round->cut_off_minute = (int)(60 * h + m);
}

/* ---------- values handed over: grants, sets, drafts ---------- */

/* Whether a slot can take what has this type and, for words, these options. */
static bool takes(struct pack_reader *r, int slot, const struct field *given)
{
    const struct field *own = slot_field(r->ledger, slot);
    enum value_type have = field_value_type(given->type);
    return own && own->type == FIELD_ENUM ? given->type == FIELD_ENUM : slot_type(r->ledger, slot) == have;
}

/* {due: until}: a slot of the entry takes a field of the ask or the line. Both have `of` at different places. */
static void read_pairs(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    bool is_ask = k->at == offsetof(struct ask, grants) && slice_equal(slice_of(k->name), S("grants"));
    const struct field *of = is_ask ? ((struct ask *)base)->of : ((struct lines *)base)->of;
    size_t n_of = is_ask ? ((struct ask *)base)->n_of : ((struct lines *)base)->n_of, n = 0;
    struct pair *pairs = NEW(r->arena, struct pair, y->n + 1);
    for (const struct yaml *item = y->first; item; item = item->next) {
        int slot = find_settable(r, item->key, item->key_line);
        int place = is_text(r, k, item) ? FIND(r, item, of, n_of, "pack-of") : -1;
        if (slot < 0 || place < 0)
            continue;
        if (!takes(r, slot, &of[place]))
            problem(r, item->line, "pack-takes", item->key, item->text, NO_LIKELY);
        pairs[n++] = (struct pair){ slot, place };
    }
    *(struct pair **)member(base, k) = pairs;
    *(size_t *)(void *)((char *)base + k->n_at) = n;
}

/* What the compiler's finds have (compile.h), with the type that it gives. */
static const struct property { enum draft_from from; const char *name; enum value_type type; } properties[] = {
    { DRAFT_TASK, "text", TYPE_TEXT }, { DRAFT_TASK, "deadline", TYPE_DAY }, { DRAFT_TASK, "deadline_text", TYPE_TEXT },
    { DRAFT_TASK, "figures", TYPE_TEXT },
    { DRAFT_TASK, "lead", TYPE_UNIT }, { DRAFT_TASK, "lead.rest", TYPE_UNITS }, { DRAFT_TASK, "support", TYPE_UNITS }, { DRAFT_TASK, "measurable", TYPE_BOOL },
    { DRAFT_TASK, "section", TYPE_TEXT },
    { DRAFT_PROJECT, "name", TYPE_TEXT }, { DRAFT_PROJECT, "stage", TYPE_TEXT }, { DRAFT_PROJECT, "progress", TYPE_NUMBER },
    { DRAFT_PROJECT, "investment", TYPE_NUMBER }, { DRAFT_PROJECT, "section", TYPE_TEXT },
    { DRAFT_FIGURE, "name", TYPE_TEXT }, { DRAFT_FIGURE, "unit", TYPE_TEXT }, { DRAFT_FIGURE, "value", TYPE_NUMBER },
    { DRAFT_FIGURE, "upper", TYPE_NUMBER }, { DRAFT_FIGURE, "bound", TYPE_TEXT }, { DRAFT_FIGURE, "growth", TYPE_BOOL },
    { DRAFT_FIGURE, "yoy", TYPE_BOOL }, { DRAFT_FIGURE, "masked", TYPE_BOOL }, { DRAFT_FIGURE, "rank_scope", TYPE_TEXT },
    { DRAFT_FIGURE, "rank_place", TYPE_NUMBER }, { DRAFT_FIGURE, "section", TYPE_TEXT },
};

static const struct property *find_property(struct pack_reader *r, enum draft_from from, const struct yaml *y)
{
    struct nearest near = nearest_open(y->text);
    for (size_t i = 0; i < COUNT(properties); i++) {
        if (properties[i].from != from)
            continue;
        nearest_try(&near, slice_of(properties[i].name));
        if (slice_equal(slice_of(properties[i].name), y->text))
            return &properties[i];
    }
    problem(r, y->line, "pack-property", y->text, S(""), near.best);
    return NULL;
}

static void read_draft_set(struct pack_reader *r, struct drafts *d, int slot, struct slice name, const struct yaml *y)
{
    const struct property *p = d->from ? find_property(r, d->from, y) : NULL;
    if (p && slot_type(r->ledger, slot) != p->type)
        problem(r, y->line, "pack-takes", name, y->text, NO_LIKELY);
    if (p)
        d->sets[d->n_sets++] = (struct draft_set){ slot, y->text };
}

/* A set of units may be put together from several properties: `support: [lead.rest, support]`. */
static void read_draft_sets(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct drafts *d = base;
    size_t n = 0;
    for (const struct yaml *item = y->first; item; item = item->next)
        n += item->n + 1;
    d->sets = NEW(r->arena, struct draft_set, n + 1);
    for (const struct yaml *item = y->first; item; item = item->next) {
        int slot = find_settable(r, item->key, item->key_line);
        if (item->kind == YAML_LIST && slot >= 0 && slot_type(r->ledger, slot) != TYPE_UNITS)
            problem(r, item->line, "pack-list-of-units", item->key, S(""), NO_LIKELY);
        EACH(one, item)
        {
            if (is_text(r, k, one) && slot >= 0)
                read_draft_set(r, d, slot, item->key, one);
        }
    }
}

/* ---------- rules ---------- */

static const struct expr *read_expr(struct pack_reader *r, const struct yaml *y, enum value_type want)
{
    const struct expr *e = NULL;
    struct fault f;
    if (!expr_parse(r->arena, y->text, &r->ledger->names, want, &e, &f))
        problem_fault(r, y->line, &f, f.about[1]);
    return e;
}

static void read_rule(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    *(const struct expr **)member(base, k) = read_expr(r, y, TYPE_BOOL);
}

static void read_computed(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct field *field = base;
    ptrdiff_t i = field - r->ledger->fields;
    if (!r->ledger->fields || i < 0 || (size_t)i >= r->ledger->n_fields) { /* of an ask or of lines */
        problem(r, y->line, "pack-computed-here", field->name, S(""), NO_LIKELY);
        return;
    }
    struct expr_name *name = &r->names[COMMON_COUNT + i];
    field->computed = read_expr(r, y, field_value_type(field->type));
    name->type = field_value_type(field->type);
    name->means = field->computed;
}

static void read_light(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    struct light_rule *rule = base;
    if (rule->light)
        problem(r, y->key_line, "pack-two-lights", y->key, S(""), NO_LIKELY);
    rule->light = (enum light)k->value;
    rule->when = read_expr(r, y, TYPE_BOOL);
    if (rule->when && expr_uses(rule->when, COMMON_LIGHT))
        problem(r, y->line, "pack-light-of-light", S(""), S(""), NO_LIKELY);
}

/* ---------- maps and arrays of shapes ---------- */

static void read_shape(struct pack_reader *r, const struct shape *s, const struct yaml *y, void *base);

static void read_map(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    read_shape(r, k->of, y, member(base, k));
}

static void *array_item(const struct key *k, void *base, size_t i)
{
    void **at = member(base, k);
    return (char *)*at + i * k->of->size;
}

/* The label follows the name in every named struct. */
static struct label *label_of(void *item)
{
    return (struct label *)(void *)((char *)item + sizeof(struct slice));
}

/* The array is made in the first pass; later passes find it. */
static void array_make(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    size_t n = y->n;
    if (n > (size_t)k->high) {
        problem(r, y->line, "pack-too-many", slice_of(k->name), int_text(r, k->high), NO_LIKELY);
        n = (size_t)k->high;
    }
    if (!n)
        problem(r, y->line, "pack-empty-list", slice_of(k->name), S(""), NO_LIKELY);
    *(void **)member(base, k) = arena_take(r->arena, n + 1, k->of->size, alignof(max_align_t));
    *(size_t *)(void *)((char *)base + k->n_at) = n;
    for (size_t i = 0; i < n && k->of->blank; i++)
        memcpy(array_item(k, base, i), k->of->blank, k->of->size);
}

/* Two things of one kind with one Chinese label: whoever reads the page cannot tell them apart. */
static void look_for_label(struct pack_reader *r, const struct key *k, void *base, size_t i, int line)
{
    struct slice zh = label_of(array_item(k, base, i))->zh;
    for (size_t j = 0; j < i && zh.len; j++)
        if (slice_equal(label_of(array_item(k, base, j))->zh, zh))
            problem(r, line, "pack-label-twice", zh, *(struct slice *)array_item(k, base, j), NO_LIKELY);
}

static void read_item(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base, size_t i)
{
    void *item = array_item(k, base, i);
    if (y->kind == YAML_MAP) {
        read_shape(r, k->of, y, item);
    } else if (y->kind == YAML_TEXT && k->of->short_label) {
        if (r->phase == PASS_NAMES)
            read_text(r, &(const struct key){ .name = k->name }, y, &label_of(item)->zh);
    } else if (r->phase == PASS_NAMES) {
        problem(r, y->line, "pack-kind", k->of->named ? y->key : slice_of(k->name), S("{…}"), NO_LIKELY);
    }
}

static void read_array(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base)
{
    if (r->phase == PASS_NAMES)
        array_make(r, k, y, base);
    size_t n = *(size_t *)(void *)((char *)base + k->n_at), i = 0;
    for (const struct yaml *item = y->first; item && i < n; item = item->next, i++) {
        if (r->phase == PASS_NAMES && k->of->named) {
            if (!k->of->spoken && !is_name(item->key, k->of->hyphens))
                problem(r, item->key_line, "pack-name", item->key, S(""), NO_LIKELY);
            *(struct slice *)array_item(k, base, i) = item->key;
        }
        read_item(r, k, item, base, i);
        if (r->phase == PASS_NAMES && k->of->named && !k->of->spoken)
            look_for_label(r, k, base, i, item->key_line);
    }
}

/* ---------- the forms ---------- */

enum { YAML_TEXTS = YAML_TEXT | YAML_LIST };

static const struct form_reader {
    void (*read)(struct pack_reader *r, const struct key *k, const struct yaml *y, void *base);
    enum pass pass;
    unsigned takes; /* kinds of value */
} forms[] = {
    [FORM_NAME] = { read_name, PASS_NAMES, YAML_TEXT },
    [FORM_TEXT] = { read_text, PASS_NAMES, YAML_TEXT },
    [FORM_BOOL] = { read_bool, PASS_NAMES, YAML_TEXT },
    [FORM_INT] = { read_int, PASS_NAMES, YAML_TEXT },
    [FORM_DAY] = { read_day, PASS_NAMES, YAML_TEXT },
    [FORM_LIMIT] = { read_limit, PASS_NAMES, YAML_TEXT },
    [FORM_WORD] = { read_word, PASS_NAMES, YAML_TEXT },
    [FORM_WORDS] = { read_words, PASS_NAMES, YAML_TEXTS },
    [FORM_MAP] = { read_map, PASS_ALL, YAML_MAP },
    [FORM_NAMED] = { read_array, PASS_ALL, YAML_MAP },
    [FORM_LIST] = { read_array, PASS_ALL, YAML_LIST },
    [FORM_ROLES] = { read_roles, PASS_REFERENCES, YAML_TEXTS },
    [FORM_STATES] = { read_states, PASS_REFERENCES, YAML_TEXTS },
    [FORM_STATE] = { read_state, PASS_REFERENCES, YAML_TEXT },
    [FORM_SLOT] = { read_slot, PASS_REFERENCES, YAML_TEXT },
    [FORM_SORT] = { read_sort, PASS_REFERENCES, YAML_TEXT },
    [FORM_DUTIES] = { read_duties, PASS_REFERENCES, YAML_TEXTS },
    [FORM_NEEDS] = { read_needs, PASS_RULES, YAML_TEXTS },
    [FORM_SET_BY] = { read_set_by, PASS_RULES, YAML_MAP },
    [FORM_REQUIRED] = { read_required, PASS_RULES, YAML_TEXTS },
    [FORM_REPORT_MOVES] = { read_report_moves, PASS_REFERENCES, YAML_MAP },
    [FORM_COLUMNS] = { read_columns, PASS_RULES, YAML_TEXTS },
    [FORM_HOUR] = { read_hour, PASS_NAMES, YAML_TEXT },
    [FORM_PAIRS] = { read_pairs, PASS_RULES, YAML_MAP },
    [FORM_TEXTS] = { read_texts, PASS_NAMES, YAML_TEXTS },
    [FORM_NUMBER] = { read_number, PASS_NAMES, YAML_TEXT },
    [FORM_HEADS] = { read_heads, PASS_NAMES, YAML_MAP },
    [FORM_DRAFT_SETS] = { read_draft_sets, PASS_RULES, YAML_MAP },
    [FORM_COMPUTED] = { read_computed, PASS_COMPUTED, YAML_TEXT },
    [FORM_RULE] = { read_rule, PASS_RULES, YAML_TEXT },
    [FORM_LIGHT] = { read_light, PASS_RULES, YAML_TEXT },
};

/* What the kinds look like, for a person. */
static struct slice kinds_shown(unsigned takes)
{
    return takes == YAML_TEXT ? S("text") : takes == YAML_LIST ? S("[…]") : takes == YAML_MAP ? S("{…}") : S("text, […]");
}

static const struct key *find_key(struct pack_reader *r, const struct shape *s, const struct yaml *y)
{
    struct nearest near = nearest_open(y->key);
    for (size_t i = 0; i < s->n; i++) {
        nearest_try(&near, slice_of(s->keys[i].name));
        if (slice_equal(slice_of(s->keys[i].name), y->key))
            return &s->keys[i];
    }
    /* {computed: rate(a, b)} without quotes ends at the comma, and `b)` is a key */
    if (r->phase == PASS_NAMES)
        problem(r, y->key_line, slice_ends(y->key, S(")")) ? "pack-quotes" : "pack-unknown-key", y->key, S(""), near.best);
    return NULL;
}

static void read_shape(struct pack_reader *r, const struct shape *s, const struct yaml *y, void *base)
{
    for (size_t i = 0; i < s->n && r->phase == PASS_NAMES; i++)
        if (s->keys[i].required && !yaml_get(y, slice_of(s->keys[i].name)))
            problem(r, y->line, "pack-missing-key", slice_of(s->keys[i].name), y->key, NO_LIKELY);
    for (const struct yaml *item = y->first; item; item = item->next) {
        const struct key *k = find_key(r, s, item);
        const struct form_reader *form = k ? &forms[k->form] : NULL;
        if (!form || (form->pass != PASS_ALL && (int)form->pass != r->phase))
            continue;
        if (form->takes & item->kind)
            form->read(r, k, item, base);
        else if (form->pass != PASS_ALL || r->phase == PASS_NAMES)
            problem(r, item->line, "pack-kind", item->key, kinds_shown(form->takes), NO_LIKELY);
    }
}

/* ---------- the two kinds of file ---------- */

static void scales_known(struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].scale == SCALE_UNSAID)
            fields[i].scale = fields[i].type == FIELD_MONEY ? 2 : 0;
}

/* Between the passes: what later ones need of the earlier ones. */
static void names_known(struct pack_reader *r)
{
    struct ledger_def *l = r->ledger;
    l->report_moves = NEW(r->arena, int, l->n_states + 1);
    for (size_t i = 0; i < l->n_states; i++)
        l->report_moves[i] = -1;
    scales_known(l->fields, l->n_fields);
    for (size_t i = 0; i < l->n_asks; i++)
        scales_known(l->asks[i].of, l->asks[i].n_of);
    for (size_t i = 0; i < l->n_lines; i++)
        scales_known(l->lines[i].of, l->lines[i].n_of);
}

/* A computed field may be used below its own rule, not above: so there are no circles. */
static void hide_computed(struct pack_reader *r, const struct yaml *tree)
{
    const struct yaml *fields = yaml_get(tree, S("fields"));
    for (size_t i = 0; i < r->ledger->n_fields; i++)
        if (yaml_get(yaml_get(fields, r->ledger->fields[i].name), S("computed")))
            r->names[COMMON_COUNT + i].type = TYPE_NONE;
}

static void references_known(struct pack_reader *r, const struct yaml *tree)
{
    struct ledger_def *l = r->ledger;
    for (size_t i = 0; i < l->n_states; i++)
        l->states[i].final = l->final >> i & 1;
    if (l->initial >= 0)
        l->opens_in |= UINT32_C(1) << l->initial;
    l->receipt.used = yaml_get(tree, S("receipt")) != NULL;
    r->names = ledger_names(r->arena, r->pack, l);
    hide_computed(r, tree);
}

void pack_read_ledger(struct pack_reader *r, const struct yaml *tree)
{
    r->ledger->initial = -1;
    r->ledger->in_force_from = DAY_NONE;
    r->ledger->required_common = UINT64_C(1) << COMMON_LEAD | UINT64_C(1) << COMMON_DUE;
    for (r->phase = PASS_NAMES; r->phase <= PASS_LAST; r->phase++) {
        read_shape(r, &ledger_shape, tree, r->ledger);
        if (r->phase == PASS_NAMES)
            names_known(r);
        if (r->phase == PASS_REFERENCES)
            references_known(r, tree);
    }
}

void pack_read_head(struct pack_reader *r, const struct yaml *tree)
{
    for (r->phase = PASS_NAMES; r->phase <= PASS_REFERENCES; r->phase++)
        read_shape(r, &pack_shape, tree, r->pack);
    const struct yaml *order = yaml_get(tree, S("order"));
    r->order_line = order ? order->line : 1;
}
