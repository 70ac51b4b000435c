/* list.c: which entries of a ledger a person sees, filtered, sorted, a page at a time, with an exact total.
 *
 * This is the only place where a question is put together as SQL, and the pieces are few: the quick filters, what the
 * reader typed (`where`) and what the ledger lets this person see (`see`), the last two as expr_sql.c writes them.
 * Every value is bound. ?1 is the county, ?2 the ledger, ?3 the stage.
 *
 *   SELECT … FROM (SELECT entry FROM entry e WHERE county, ledger, stage AND filters AND where AND see
 *                  ORDER BY … LIMIT … OFFSET …) page, entry e …
 *
 * The inner question reads indexes, the outer one fifty rows. Who sees little is asked by what is theirs: then the
 * inner FROM is the union of the entries that their units lead or support. Words are asked by their pairs (search.c).
 *
 * A rule that has no translation (a plan, working days between two fields) is asked of each row instead, by the same
 * evaluator that opens a single entry: slower, never different. */
#include "ledger/inside.h"
#include "ledger/pack_inside.h"

#include <stdlib.h>

enum { QUERY_BYTES_MAX = 1 << 20, WORDS_MAX = 8, WORDS_BYTES_MAX = 300 };

/* ---------- a question on its way to SQL ---------- */

struct query {
    const struct look *look;
    const struct ledger_def *def;
    struct buf from, where;
    bool own;                                            /* `from` is what is theirs, or has a word */
    struct { struct arg *at; size_t n, cap; } args;
    struct { const struct expr *at[3]; size_t n; } rest; /* rules without a translation */
    struct expr_sql *to;                                 /* the rule that is being translated */
};

static void put_arg(struct query *q, struct buf *sql, struct arg a)
{
    PUSH(q->look->arena, &q->args, a);
    buf_format(sql, "?%zu", q->args.n);
}

static void and_arg(struct query *q, const char *condition, struct arg a)
{
    buf_text(&q->where, condition);
    put_arg(q, &q->where, a);
}

static struct arg arg_of(struct value v)
{
    switch (v.type) {
    case TYPE_TEXT: return v_text(v.text);
    case TYPE_NUMBER: return v_int(v.number.value); /* at scale 0, or already at the column's */
    case TYPE_DAY: return v_day(v.on);
    case TYPE_UNIT:
    case TYPE_PERSON: return v_int(v.id);
    case TYPE_BOOL: return v_int(v.truth);
    default: return v_null();
    }
}

/* The mark of the newest value. What a rule at work binds becomes an argument when the rule is done. */
static void put_last_mark(const struct query *q, struct buf *sql)
{
    buf_format(sql, "?%zu", q->to ? (size_t)q->to->first_bind + q->to->binds.n - 1 : q->args.n);
}

static void put_value(struct query *q, struct buf *sql, struct value v)
{
    if (q->to)
        PUSH(q->look->arena, &q->to->binds, v);
    else
        PUSH(q->look->arena, &q->args, arg_of(v));
    put_last_mark(q, sql);
}

/* ---------- columns ---------- */

/* As rules see them: what is empty is missing. Where there is none the evaluator is asked. */
static const struct { const char *of_rules, *of_sort; bool never_null; } common_columns[COMMON_COUNT] = {
    [COMMON_NUMBER] = { "NULLIF(e.number, '')", "e.number", true },
    [COMMON_TITLE] = { "NULLIF(e.title, '')", "e.title", true },
    [COMMON_LEAD] = { "e.lead", "e.lead", false },
    [COMMON_LEADER] = { "e.leader", "e.leader", false },
    [COMMON_KEEPER] = { "e.keeper", "e.keeper", false },
    [COMMON_DUE] = { "e.due", "e.due", false },
    [COMMON_SECTION] = { "NULLIF(e.section, '')", "NULLIF(e.section, '')", false },
    [COMMON_STATE] = { "e.state", NULL, true }, /* sorted in the order of the declaration */
    [COMMON_LIGHT] = { "CASE e.light WHEN 1 THEN 'red' WHEN 2 THEN 'yellow' WHEN 3 THEN 'green' WHEN 4 THEN 'grey' WHEN 5 THEN 'blue' END",
        "e.light", false },
    [COMMON_PROGRESS] = { "e.progress", "e.progress", false },
    [COMMON_OPENED_ON] = { "e.opened_on", "e.opened_on", false },
    [COMMON_UPDATED_ON] = { "e.updated_on", "e.updated_on", false },
    [COMMON_CLOSED_ON] = { "e.closed_on", "e.closed_on", false },
    [COMMON_ENDING] = { "NULLIF(e.ending, '')", "NULLIF(e.ending, '')", false },
};

/* An own field stands in the JSON of `fields`: figures as integers at their scale, days as days since 1970. */
static struct slice own_column(const struct look *look, const struct field *field)
{
    enum field_type t = field->type;
    struct buf b = buf_open(500);
    bool number = t == FIELD_INT || t == FIELD_DECIMAL || t == FIELD_MONEY || t == FIELD_DAY || t == FIELD_UNIT || t == FIELD_PERSON;
    store_put_json_column(look->conn, &b, "e.fields", field->name, number);
    struct slice s = slice_copy(look->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* IN (?4, ?5, ?5, ?5): filled up to a power of two, so that few texts serve all people. */
static void put_units(struct query *q, struct buf *sql, const struct ids *units)
{
    size_t n = 1;
    while (n < units->n)
        n *= 2;
    buf_text(sql, " IN (");
    for (size_t i = 0; i < n; i++) {
        buf_text(sql, i ? ", " : "");
        if (i < units->n)
            put_value(q, sql, (struct value){ .type = TYPE_UNIT, .id = units->at[i] });
        else
            put_last_mark(q, sql);
    }
    buf_char(sql, ')');
}

/* What plan and pace say, as forecast.c does. The last report's day plus what is left at its pace, today at the earliest. */
#define FROM_PACE " FROM pace p WHERE p.county = ?1 AND p.entry = e.entry AND p.on_day >= "
#define FINISH                                                                                            \
    "(p.on_day + CASE WHEN e.progress < 1000 THEN ((1000 - e.progress) * (p.on_day - p.from_day) + p.gain - 1) / p.gain ELSE 0 END)"

#define MOVES "(p.gain > 0 AND (1000 - e.progress) * (p.on_day - p.from_day) <= p.gain * 3660)" /* PACE_DAYS_MAX */
_Static_assert(PACE_DAYS_MAX == 3660, "as in MOVES");

static const char *forecast_column(struct query *q, int slot)
{
    const struct look *look = q->look;
    day since = pace_since(q->def, look->today);
    struct buf b = buf_open(2000);
    if (since == DAY_NONE)
        return NULL;
    if (slot == COMMON_EXPECTED) {
        buf_text(&b, "(SELECT CASE WHEN " FINISH " < ");
        put_value(q, &b, (struct value){ .type = TYPE_DAY, .on = look->today });
        buf_text(&b, " THEN ");
        put_last_mark(q, &b);
        buf_text(&b, " ELSE " FINISH " END");
    } else {
        buf_text(&b, "(SELECT e.progress < 1000 AND NOT " MOVES);
    }
    buf_text(&b, FROM_PACE);
    put_value(q, &b, (struct value){ .type = TYPE_DAY, .on = since });
    buf_text(&b, slot == COMMON_EXPECTED ? " AND (e.progress >= 1000 OR " MOVES "))" : " AND e.progress IS NOT NULL)");
    const char *column = slice_text(look->arena, buf_slice(&b));
    buf_close(&b);
    return column;
}

/* Whose lead unit nobody is at, whose leader has left: few, so they are named. Many are left to the evaluator. */
static const char *owner_column(struct query *q, int slot)
{
    enum { NAMED_MAX = 4000 };
    const struct look *look = q->look;
    bool lead = slot == COMMON_UNOWNED;
    struct ids gone = lead ? units_unmanned(look, q->def) : persons_gone(look);
    if (gone.n > NAMED_MAX)
        return NULL;
    if (!gone.n)
        return lead ? "e.lead IS NULL" : "1 = 0";
    struct buf b = buf_open(QUERY_BYTES_MAX);
    buf_text(&b, lead ? "(e.lead IS NULL OR e.lead" : "(e.leader IS NOT NULL AND e.leader");
    put_units(q, &b, &gone);
    buf_char(&b, ')');
    const char *column = b.failed ? NULL : slice_text(look->arena, buf_slice(&b));
    buf_close(&b);
    return column;
}

static const char *rule_column(void *context, int slot)
{
    struct query *q = context;
    if (slot == COMMON_UNOWNED || slot == COMMON_UNLED)
        return owner_column(q, slot);
    if (slot == COMMON_EXPECTED || slot == COMMON_STALLED)
        return forecast_column(q, slot);
    if (slot == COMMON_UNSIGNED)
        return "(SELECT count(*) FROM receipt r WHERE r.county = ?1 AND r.entry = e.entry AND r.stage = 1 AND r.state = 'asked')";
    if (slot == COMMON_HAS_PLAN)
        return "EXISTS (SELECT 1 FROM milestone m WHERE m.county = ?1 AND m.entry = e.entry)";
    if (slot < COMMON_COUNT)
        return common_columns[slot].of_rules;
    const struct field *field = &q->def->fields[slot - COMMON_COUNT];
    struct slice column = field->computed || field->type == FIELD_MONTH || field->type == FIELD_UNITS ? S("") : own_column(q->look, field);
    if (field->type == FIELD_BOOL && column.len)
        column = slice_format(q->look->arena, S_FMT " = 'true'", S_ARG(column));
    return column.len ? slice_text(q->look->arena, column) : NULL;
}

/* light = "red" is light = 1 in the table, and an index serves. */
static const char *rule_word(void *context, int slot, struct slice word, struct value *held)
{
    (void)context;
    for (int light = LIGHT_RED; slot == COMMON_LIGHT && light <= LIGHT_BLUE; light++)
        if (slice_equal(word, slice_of(light_word((enum light)light)))) {
            *held = (struct value){ .type = TYPE_NUMBER, .number = decimal_int(light) };
            return "e.light";
        }
    return NULL;
}

/* ---------- who asks: roles as conditions on a row ---------- */

/* The units at which the person holds one of these duties, whole subtrees spelt out. */
static struct ids units_held(const struct look *look, uint32_t duties)
{
    struct ids held = { 0 };
    const struct people *p = look->people;
    for (size_t i = 0; i < look->who.n_duties; i++) {
        const struct duty *d = look->who.duties[i];
        if (!(duties >> d->kind & 1))
            continue;
        PUSH(look->arena, &held, d->unit);
        for (size_t k = 0; d->subtree && k < p->n_units; k++)
            if (p->units[k].id != d->unit && unit_within(p, p->units[k].id, d->unit))
                PUSH(look->arena, &held, p->units[k].id);
    }
    return held;
}

/* A role is held or not, never unknown: a missing unit is nobody's. */
static void put_column_in(struct query *q, struct buf *sql, const char *column, const struct ids *units)
{
    buf_format(sql, "(%s IS NOT NULL AND %s", column, column);
    put_units(q, sql, units);
    buf_char(sql, ')');
}

static void put_support_in(struct query *q, struct buf *sql, const struct ids *units)
{
    buf_text(sql, "(e.entry IN (SELECT u.entry FROM entry_unit u WHERE u.county = ?1 AND u.slot = 'support' AND u.unit");
    put_units(q, sql, units);
    buf_text(sql, "))");
}

/* An own set of units is text, "15,17". */
static void put_set_has(struct buf *sql, struct slice column, struct slice unit)
{
    buf_format(sql, "(',' || " S_FMT " || ',' LIKE '%%,' || CAST(" S_FMT " AS TEXT) || ',%%')", S_ARG(column), S_ARG(unit));
}

static void put_set_in(struct query *q, struct buf *sql, struct slice column, const struct ids *units)
{
    buf_format(sql, "(" S_FMT " IS NOT NULL AND (", S_ARG(column));
    for (size_t i = 0; i < units->n; i++) {
        struct buf mark = buf_open(24);
        put_value(q, &mark, (struct value){ .type = TYPE_UNIT, .id = units->at[i] });
        buf_text(sql, i ? " OR " : "");
        put_set_has(sql, column, buf_slice(&mark));
        buf_close(&mark);
    }
    buf_text(sql, "))");
}

static enum field_type slot_kind(const struct ledger_def *d, int slot)
{
    return slot < COMMON_COUNT ? common_type((enum common)slot) : d->fields[slot - COMMON_COUNT].type;
}

static bool rule_role(void *context, size_t at, struct buf *sql)
{
    struct query *q = context;
    const struct look *look = q->look;
    const struct role *role = &q->def->roles[at];
    int slot = role->field < 0 ? COMMON_KEEPER : role->field;
    enum field_type type = slot_kind(q->def, slot);
    const char *column = rule_column(q, slot);
    struct ids units = type != FIELD_PERSON ? units_held(look, role->duties) : (struct ids){ 0 };
    if (!look->who.n_duties || (type == FIELD_PERSON ? !look->who.person : !units.n)) {
        buf_text(sql, "(1 = 0)");
    } else if (type == FIELD_PERSON && column) {
        buf_format(sql, "(%s IS NOT NULL AND %s = ", column, column);
        put_value(q, sql, (struct value){ .type = TYPE_PERSON, .id = look->who.person->id });
        buf_char(sql, ')');
    } else if (type == FIELD_UNIT && column) {
        put_column_in(q, sql, column, &units);
    } else if (slot == COMMON_SUPPORT) {
        put_support_in(q, sql, &units);
    } else if (type == FIELD_UNITS) {
        put_set_in(q, sql, own_column(look, &q->def->fields[slot - COMMON_COUNT]), &units);
    } else {
        return false;
    }
    return true;
}

static bool rule_duty(void *context, size_t duty)
{
    return ((struct query *)context)->look->who.kinds >> duty & 1;
}

static bool rule_clock(void *context, size_t clock, bool expired, struct buf *sql)
{
    struct query *q = context;
    if (!expired)
        return false;
    buf_text(sql, "(SELECT c.state = 'expired' FROM clock c WHERE c.county = ?1 AND c.entry = e.entry AND c.name = ");
    put_value(q, sql, (struct value){ .type = TYPE_TEXT, .text = q->def->clocks[clock].name });
    buf_char(sql, ')');
    return true;
}

/* `unit` is a mark or a column; an unknown unit is in an unknown relation to any set. */
static bool rule_in_units(void *context, int slot, struct slice unit, struct buf *sql)
{
    struct query *q = context;
    const struct look *look = q->look;
    if (slot == COMMON_SUPPORT) { /* the set of support units is never missing, only empty */
        if (!unit.len)
            buf_text(sql, "(1 = 0)");
        else
            buf_format(sql, "(CASE WHEN " S_FMT " IS NOT NULL THEN e.entry IN (SELECT u.entry FROM entry_unit u WHERE u.county = ?1 AND"
                " u.slot = 'support' AND u.unit = " S_FMT ") END)", S_ARG(unit), S_ARG(unit));
        return true;
    }
    struct slice column = own_column(look, &q->def->fields[slot - COMMON_COUNT]);
    if (unit.len)
        put_set_has(sql, column, unit);
    else
        buf_format(sql, "(" S_FMT " IS NULL)", S_ARG(column));
    return true;
}

static bool rule_unit_named(void *context, struct slice name, int64_t *id)
{
    return look_named(((struct query *)context)->look, name, id);
}

static day rule_add_workdays(void *context, day from, int32_t n)
{
    return pack_add_workdays(((struct query *)context)->look->pack, from, n);
}

/* ---------- the parts of WHERE ---------- */

static bool and_translated(struct query *q, const struct expr *e)
{
    struct expr_sql to = { .context = q, .column = rule_column, .role = rule_role, .duty = rule_duty, .clock = rule_clock,
        .unit_named = rule_unit_named, .today = q->look->today, .add_workdays = rule_add_workdays, .first_bind = (int)q->args.n + 1,
        .in_units = rule_in_units, .word = rule_word };
    struct buf sql = buf_open(QUERY_BYTES_MAX);
    struct fault none;
    q->to = &to;
    bool can = expr_to_sql(q->look->arena, e, &to, &sql, &none);
    if (can && !slice_equal(buf_slice(&sql), S("(1 = 1)"))) {
        buf_text(&q->where, " AND ");
        buf_put(&q->where, buf_slice(&sql));
        for (size_t i = 0; i < to.binds.n; i++)
            PUSH(q->look->arena, &q->args, arg_of(to.binds.at[i]));
    }
    q->to = NULL;
    buf_close(&sql);
    return can;
}

/* Of a rule without a translation those parts that have one: fewer rows to be walked. */
static void and_parts(struct query *q, const struct expr *e)
{
    if (e->op != OP_AND)
        return;
    if (!and_translated(q, e->left))
        and_parts(q, e->left);
    if (!and_translated(q, e->right))
        and_parts(q, e->right);
}

static void and_rule(struct query *q, const struct expr *e)
{
    if (and_translated(q, e))
        return;
    q->rest.at[q->rest.n++] = e;
    and_parts(q, e);
}

/* ---------- see, where it is a choice of roles: what is theirs, by index ---------- */

enum { OWN_UNITS_MAX = 8 }; /* who answers for more sees much: then the list is walked in its order */

struct own { bool all, leader; uint32_t leads, supports; };

/* False where `see` is more than duties and roles joined by `or`. */
static bool read_own(const struct query *q, const struct expr *e, struct own *own)
{
    if (e->op == OP_OR)
        return read_own(q, e->left, own) && read_own(q, e->right, own);
    if (e->op == OP_DUTY) {
        own->all = own->all || (q->look->who.kinds >> e->slot & 1);
        return true;
    }
    const struct role *role = e->op == OP_ROLE ? &q->def->roles[e->slot] : NULL;
    if (!role || (role->field != COMMON_LEAD && role->field != COMMON_SUPPORT && role->field != COMMON_LEADER))
        return false;
    own->leads |= role->field == COMMON_LEAD ? role->duties : 0;
    own->supports |= role->field == COMMON_SUPPORT ? role->duties : 0;
    own->leader = own->leader || role->field == COMMON_LEADER;
    return true;
}

static void put_arm(struct query *q, const char *select, const struct ids *ids)
{
    if (!ids->n)
        return;
    buf_text(&q->from, q->from.len ? " UNION " : " FROM (");
    buf_text(&q->from, select);
    put_units(q, &q->from, ids);
}

static bool from_own(struct query *q, const struct expr *see)
{
    const struct look *look = q->look;
    struct own own = { 0 };
    if (!look->who.n_duties || !read_own(q, see, &own) || own.all)
        return false;
    struct ids leads = units_held(look, own.leads), supports = units_held(look, own.supports), me = { 0 };
    if (own.leader)
        PUSH(look->arena, &me, look->who.person->id);
    if (leads.n > OWN_UNITS_MAX || supports.n > OWN_UNITS_MAX || !(leads.n + supports.n + me.n))
        return false;
    put_arm(q, "SELECT x.entry FROM entry x WHERE x.county = ?1 AND x.ledger = ?2 AND x.stage = ?3 AND x.lead", &leads);
    put_arm(q, "SELECT u.entry FROM entry_unit u WHERE u.county = ?1 AND u.slot = 'support' AND u.unit", &supports);
    put_arm(q, "SELECT x.entry FROM entry x WHERE x.county = ?1 AND x.ledger = ?2 AND x.stage = ?3 AND x.leader", &me);
    buf_text(&q->from, ") own CROSS JOIN entry e");
    buf_text(&q->where, " AND e.entry = own.entry");
    return q->own = true;
}

/* The office that keeps a draft sees it; so does a unit that is asked about it (entry.c, draft_visible). */
static void and_draft_visible(struct query *q, enum stage_of_entry stage)
{
    const struct look *look = q->look;
    uint32_t office = 0;
    for (size_t i = 0; i < look->pack->n_duties; i++)
        if (look->pack->duties[i].can & (CAN_HAND_OUT | CAN_IMPORT))
            office |= 1u << i;
    struct ids keepers = units_held(look, office), asked = { 0 };
    for (size_t i = 0; stage == ENTRY_DRAFT && i < look->who.n_duties; i++)
        PUSH(look->arena, &asked, look->who.duties[i]->unit);
    buf_text(&q->where, " AND (1 = 0");
    if (keepers.n) {
        buf_text(&q->where, " OR e.keeper");
        put_units(q, &q->where, &keepers);
    }
    if (asked.n) {
        buf_text(&q->where, " OR e.entry IN (SELECT r.entry FROM receipt r WHERE r.county = ?1 AND r.stage = 0 AND r.unit");
        put_units(q, &q->where, &asked);
        buf_char(&q->where, ')');
    }
    buf_char(&q->where, ')');
}

/* Which of the entry's own texts are searched. */
static void put_texts_like(struct query *q)
{
    size_t like = q->args.n;
    buf_format(&q->where, " ESCAPE '\\' OR e.title LIKE ?%zu ESCAPE '\\'", like);
    for (size_t i = 0; i < q->def->n_fields; i++)
        if (q->def->fields[i].type == FIELD_TEXT && !q->def->fields[i].computed)
            buf_format(&q->where, " OR " S_FMT " LIKE ?%zu ESCAPE '\\'", S_ARG(own_column(q->look, &q->def->fields[i])), like);
    buf_format(&q->where, " OR EXISTS (SELECT 1 FROM entry_words w WHERE w.county = ?1 AND w.entry = e.entry AND w.words LIKE ?%zu ESCAPE '\\'))", like);
}

/* Each word in one of the texts; % and _ are letters like any other. */
static bool and_words(struct query *q, struct slice words, struct fault *f)
{
    struct slice rest = slice_trim(words), one;
    size_t n = 0;
    if (rest.len > WORDS_BYTES_MAX)
        return fault_set(f, FAULT_REFUSED, "words-too-long", slice_format(q->look->arena, "%d", WORDS_BYTES_MAX / 3), S(""));
    while (rest.len && slice_cut(&rest, ' ', &one)) {
        if (!one.len)
            continue;
        if (n++ == WORDS_MAX)
            return fault_set(f, FAULT_REFUSED, "too-many-words", slice_format(q->look->arena, "%d", WORDS_MAX), S(""));
        struct buf like = buf_open(3 * WORDS_BYTES_MAX);
        buf_char(&like, '%');
        for (size_t i = 0; i < one.len; i++) {
            if (one.at[i] == '%' || one.at[i] == '_' || one.at[i] == '\\')
                buf_char(&like, '\\');
            buf_char(&like, one.at[i]);
        }
        buf_char(&like, '%');
        and_arg(q, " AND (e.number LIKE ", v_text(slice_copy(q->look->arena, buf_slice(&like))));
        put_texts_like(q);
        buf_close(&like);
    }
    return true;
}

/* The entries that have the rarest pair of the words; all where there are none. */
static bool from_words(struct query *q, struct slice words, struct fault *f)
{
    struct search_range range = { 0 };
    if (words.len <= WORDS_BYTES_MAX && !search_rarest(q->look->conn, ledger_county(q->look->ledger), words, &range, f))
        return false;
    if (!range.found) {
        buf_text(&q->from, " FROM entry e");
        return true;
    }
    buf_text(&q->from, " FROM (SELECT p.entry FROM entry_pair p WHERE p.county = ?1 AND p.pair >= ");
    put_arg(q, &q->from, v_int(range.from));
    buf_text(&q->from, " AND p.pair < ");
    put_arg(q, &q->from, v_int(range.to));
    buf_text(&q->from, " UNION SELECT s.entry FROM entry_stale s WHERE s.county = ?1) hit CROSS JOIN entry e");
    buf_text(&q->where, " AND e.entry = hit.entry");
    return q->own = true;
}

static struct query query_open(const struct look *look, const struct list_query *list)
{
    struct query q = { .look = look, .def = list->def, .from = buf_open(QUERY_BYTES_MAX), .where = buf_open(QUERY_BYTES_MAX) };
    and_arg(&q, " WHERE e.county = ", v_int(ledger_county(look->ledger)));
    and_arg(&q, " AND e.ledger = ", v_text(list->def->name));
    and_arg(&q, " AND e.stage = ", v_int(list->stage));
    return q;
}

static void query_close(struct query *q)
{
    buf_close(&q->from);
    buf_close(&q->where);
}

static bool query_fill(struct query *q, const struct list_query *list, struct fault *f)
{
    if (list->state.len)
        and_arg(q, " AND e.state = ", v_text(list->state));
    if (list->light != LIGHT_NONE)
        and_arg(q, " AND e.light = ", v_int(list->light));
    if (list->lead)
        and_arg(q, " AND e.lead = ", v_int(list->lead));
    if (list->leader)
        and_arg(q, " AND e.leader = ", v_int(list->leader));
    if (list->due_from)
        and_arg(q, " AND e.due >= ", v_int(list->due_from));
    if (list->due_to)
        and_arg(q, " AND e.due <= ", v_int(list->due_to));
    if (list->document)
        and_arg(q, " AND e.document = ", v_int(list->document));
    if (list->where)
        and_rule(q, list->where);
    if (list->also)
        and_rule(q, list->also);
    bool all = slice_equal(q->look->who.account, S("clock")), live = list->stage == ENTRY_LIVE;
    if (all || !live || !from_own(q, list->def->see)) { /* what is theirs is little: searched as it is */
        if (!from_words(q, list->words, f))
            return false;
        if (!all && live)
            and_rule(q, list->def->see);
        else if (!all)
            and_draft_visible(q, list->stage);
    }
    return and_words(q, list->words, f);
}

/* ---------- asking ---------- */

static void ask_with(struct query *q, const char *select, struct slice tail, size_t n_args, struct rows *r, struct fault *f)
{
    struct buf sql = buf_open(QUERY_BYTES_MAX);
    buf_text(&sql, select);
    buf_put(&sql, buf_slice(&q->from));
    buf_put(&sql, buf_slice(&q->where));
    buf_put(&sql, tail);
    store_ask_text(q->look->conn, buf_slice(&sql), q->args.at, n_args, r, f);
    buf_close(&sql);
}

/* In the order of entry_get, which entry_from_row reads. */
#define ENTRY_COLUMNS                                                                                                     \
    "SELECT e.entry, e.ledger, e.stage, e.number, e.title, e.lead, e.leader, e.keeper, e.due, e.section, e.section_id, "  \
    "e.document, e.span_start, e.span_end, e.state, e.light, e.progress, e.ending, e.opened_on, e.updated_on, "           \
    "e.closed_on, e.version, e.year, e.fields, e.dispute"

/* What to sort by; empty where the slot has no column. Missing values come last in both directions. */
static bool put_order(struct query *q, const struct list_query *list, struct buf *sql)
{
    int slot = list->sort_slot < 0 ? COMMON_DUE : list->sort_slot;
    const char *down = list->descending ? " DESC" : "";
    const struct field *field = slot < COMMON_COUNT ? NULL : &q->def->fields[slot - COMMON_COUNT];
    buf_text(sql, " ORDER BY ");
    if (slot == COMMON_STATE) {
        buf_text(sql, "CASE e.state");
        for (size_t i = 0; i < q->def->n_states; i++) {
            buf_text(sql, " WHEN ");
            put_arg(q, sql, v_text(q->def->states[i].name));
            buf_format(sql, " THEN %zu", i);
        }
        buf_format(sql, " END%s", down);
    } else if (field ? field->computed != NULL || field->type == FIELD_UNITS : !common_columns[slot].of_sort) {
        return false;
    } else if (field) {
        buf_format(sql, S_FMT "%s NULLS LAST", S_ARG(own_column(q->look, field)), down);
    } else {
        buf_format(sql, "%s%s%s", common_columns[slot].of_sort, down, common_columns[slot].never_null ? "" : " NULLS LAST");
    }
    buf_format(sql, ", e.entry%s", down);
    return true;
}

static bool take_rows(struct query *q, const struct list_query *list, struct rows *r, struct list_rows *rows, struct fault *f)
{
    struct { struct entry *at; size_t n, cap; } found = { 0 };
    while (rows_next(r)) {
        struct entry e;
        if (entry_from_row(q->look, r, &e))
            PUSH(q->look->arena, &found, e);
    }
    rows->at = found.at;
    rows->n = found.n;
    if (!rows_end(r))
        return false;
    for (size_t i = 0; list->units && i < found.n; i++)
        if (!entry_read_units(q->look, &found.at[i], f))
            return false;
    return true;
}

static bool count_rows(struct query *q, size_t n_args, int64_t *total, struct fault *f)
{
    struct rows r;
    ask_with(q, "SELECT count(*)", S(""), n_args, &r, f);
    if (rows_next(&r))
        *total = rows_int(&r, 0);
    return rows_end(&r);
}

static int64_t limit_of(const struct list_query *list)
{
    return list->limit > 0 && list->limit < LIST_ROWS_MAX ? list->limit : LIST_ROWS_MAX;
}

static bool ask_page(struct query *q, const struct list_query *list, struct buf *order, size_t n_args, struct list_rows *rows, struct fault *f)
{
    struct rows r;
    int64_t limit = limit_of(list), offset = list->offset > 0 ? list->offset : 0;
    struct slice by = slice_copy(q->look->arena, buf_slice(order));
    buf_text(order, " LIMIT ");
    put_arg(q, order, v_int(limit));
    buf_text(order, " OFFSET ");
    put_arg(q, order, v_int(offset));
    buf_text(order, ") page CROSS JOIN entry e WHERE e.county = ?1 AND e.entry = page.id"); /* CROSS: in this order */
    buf_put(order, by);
    ask_with(q, ENTRY_COLUMNS " FROM (SELECT e.entry AS id", buf_slice(order), q->args.n, &r, f);
    if (!take_rows(q, list, &r, rows, f))
        return false;
    rows->total = offset + (int64_t)rows->n; /* a page that is not full ends the list: counted already */
    if ((int64_t)rows->n < limit && (rows->n || !offset))
        return true;
    if (list->known_total > 0) {
        rows->total = list->known_total;
        return true;
    }
    return count_rows(q, n_args, &rows->total, f);
}

/* ---------- by ids: the whole order is known, the page is cut from it ---------- */

struct found { int64_t id; struct value key; bool descending; };
struct founds { struct found *at; size_t n, cap; };

static bool read_page(struct query *q, const struct list_query *list, const struct founds *founds, struct list_rows *rows, struct fault *f)
{
    size_t from = list->offset > 0 ? (size_t)list->offset : 0, n = from < founds->n ? founds->n - from : 0;
    if (n > (size_t)limit_of(list))
        n = (size_t)limit_of(list);
    rows->total = (int64_t)founds->n;
    rows->at = NEW(q->look->arena, struct entry, n);
    for (rows->n = 0; rows->n < n; rows->n++)
        if (!entry_read(q->look, founds->at[from + rows->n].id, &rows->at[rows->n], list->units, f))
            return false;
    return true;
}

/* What is theirs is little: sorted once, and counted by that. */
static bool ask_own(struct query *q, const struct list_query *list, struct slice order, struct list_rows *rows, struct fault *f)
{
    struct founds founds = { 0 };
    struct rows r;
    ask_with(q, "SELECT e.entry", order, q->args.n, &r, f);
    while (rows_next(&r))
        PUSH(q->look->arena, &founds, (struct found){ .id = rows_int(&r, 0) });
    return rows_end(&r) && read_page(q, list, &founds, rows, f);
}

/* ---------- row by row, where a rule or the sorted field has no column ---------- */

static bool rest_holds(const struct query *q, const struct look *look, const struct entry *e)
{
    struct entry_context context = { 0 };
    struct expr_scope scope = entry_scope(look, e, &context);
    for (size_t i = 0; i < q->rest.n; i++)
        if (!expr_holds(q->rest.at[i], &scope))
            return false;
    return true;
}

static int compare_keys(const struct value *a, const struct value *b)
{
    if (a->type != b->type) /* one is missing: last */
        return (a->type == TYPE_NONE) - (b->type == TYPE_NONE);
    switch (a->type) {
    case TYPE_NUMBER: return decimal_compare(a->number, b->number);
    case TYPE_BOOL: return a->truth - b->truth;
    case TYPE_DAY: return (a->on > b->on) - (a->on < b->on);
    case TYPE_TEXT: return slice_compare(a->text, b->text);
    case TYPE_UNIT:
    case TYPE_PERSON: return (a->id > b->id) - (a->id < b->id);
    case TYPE_UNITS: return (a->ids.n > b->ids.n) - (a->ids.n < b->ids.n);
    default: return 0;
    }
}

static int by_key(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    int c = compare_keys(&a->key, &b->key), ids = (a->id > b->id) - (a->id < b->id);
    bool missing = a->key.type == TYPE_NONE || b->key.type == TYPE_NONE;
    c = a->descending && !missing ? -c : c;
    return c ? c : a->descending ? -ids : ids;
}

static struct value kept_value(struct arena *a, struct value v)
{
    if (v.type == TYPE_TEXT)
        v.text = slice_copy(a, v.text);
    return v;
}

/* Walks all rows in a scratch arena and keeps ids; `keys` where they are still to be sorted. */
static bool walk_rows(struct query *q, struct slice order, size_t n_args, int key_slot, bool descending, struct founds *founds, struct fault *f)
{
    struct arena scratch;
    struct look look = *q->look;
    struct rows r;
    bool ok = true;
    arena_open(&scratch, 0);
    look.arena = &scratch;
    ask_with(q, ENTRY_COLUMNS, order, n_args, &r, f);
    while (ok && rows_next(&r)) {
        struct entry e;
        arena_reset(&scratch);
        if (!entry_from_row(&look, &r, &e))
            continue;
        ok = entry_read_units(&look, &e, f);
        if (ok && rest_holds(q, &look, &e))
            PUSH(q->look->arena, founds, (struct found){ e.id, key_slot >= 0 ? kept_value(q->look->arena, entry_value(&look, &e, key_slot)) : (struct value){ 0 }, descending });
    }
    ok = rows_end(&r) && ok;
    if (scratch.failed)
        ok = fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    arena_close(&scratch);
    return ok;
}

static bool ask_each(struct query *q, const struct list_query *list, struct slice order, size_t n_args, bool sorted, struct list_rows *rows, struct fault *f)
{
    struct founds founds = { 0 };
    if (!walk_rows(q, order, n_args, sorted ? -1 : list->sort_slot, list->descending, &founds, f))
        return false;
    if (!sorted && founds.n)
        qsort(founds.at, founds.n, sizeof *founds.at, by_key);
    return read_page(q, list, &founds, rows, f);
}

/* ---------- the public functions ---------- */

bool list_ask(const struct look *look, const struct list_query *list, struct list_rows *rows, struct fault *f)
{
    struct query q = query_open(look, list);
    struct buf order = buf_open(QUERY_BYTES_MAX);
    *rows = (struct list_rows){ 0 };
    bool ok = query_fill(&q, list, f);
    if (ok) {
        size_t n_args = q.args.n;
        bool sorted = put_order(&q, list, &order);
        if (q.rest.n || !sorted)
            ok = ask_each(&q, list, sorted ? buf_slice(&order) : S(""), q.args.n, sorted, rows, f);
        else if (q.own)
            ok = ask_own(&q, list, buf_slice(&order), rows, f);
        else
            ok = ask_page(&q, list, &order, n_args, rows, f);
    }
    buf_close(&order);
    query_close(&q);
    return ok;
}

static void count_one(struct list_counts *c, const struct ledger_def *d, struct slice state, int64_t light, int64_t n)
{
    int at = ledger_state(d, state);
    c->states[at < 0 ? d->initial : at] += n;
    c->lights[light >= LIGHT_NONE && light <= LIGHT_BLUE ? light : LIGHT_NONE] += n;
    c->total += n;
}

bool list_counts(const struct look *look, const struct list_query *list, struct list_counts *c, struct fault *f)
{
    struct query q = query_open(look, list);
    struct rows r;
    struct founds founds = { 0 };
    *c = (struct list_counts){ 0 };
    bool ok = query_fill(&q, list, f);
    if (ok && !q.rest.n) {
        ask_with(&q, "SELECT e.state, e.light, count(*)", S(" GROUP BY e.state, e.light"), q.args.n, &r, f);
        while (rows_next(&r))
            count_one(c, list->def, rows_text(&r, 0), rows_int(&r, 1), rows_int(&r, 2));
        ok = rows_end(&r);
    } else if (ok) {
        ok = walk_rows(&q, S(""), q.args.n, -1, false, &founds, f);
        for (size_t i = 0; ok && i < founds.n; i++) {
            struct entry e;
            ok = entry_read(look, founds.at[i].id, &e, false, f);
            if (ok)
                count_one(c, list->def, list->def->states[e.state].name, e.light, 1);
        }
    }
    query_close(&q);
    return ok;
}

static void count_by_one(struct arena *a, struct counts_by *by, int64_t id, int64_t light, int64_t n)
{
    if (!by->n || by->at[by->n - 1].id != id) /* rows come sorted by id */
        PUSH(a, by, (struct count_by){ .id = id });
    struct count_by *c = &by->at[by->n - 1];
    c->lights[light >= LIGHT_NONE && light <= LIGHT_BLUE ? light : LIGHT_NONE] += n;
    c->total += n;
}

static int by_unit(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return (a->lead > b->lead) - (a->lead < b->lead);
}

static int by_leader(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return (a->leader > b->leader) - (a->leader < b->leader);
}

bool list_counts_by(const struct look *look, const struct list_query *list, enum common slot, struct counts_by *by, struct fault *f)
{
    struct query q = query_open(look, list);
    struct rows r;
    struct list_rows all;
    bool lead = slot == COMMON_LEAD;
    *by = (struct counts_by){ 0 };
    bool ok = query_fill(&q, list, f), translated = !q.rest.n;
    if (ok && translated) {
        ask_with(&q, lead ? "SELECT COALESCE(e.lead, 0) AS who, e.light, count(*)" : "SELECT COALESCE(e.leader, 0) AS who, e.light, count(*)",
            S(" GROUP BY who, e.light ORDER BY who"), q.args.n, &r, f);
        while (rows_next(&r))
            count_by_one(look->arena, by, rows_int(&r, 0), rows_int(&r, 1), rows_int(&r, 2));
        ok = rows_end(&r);
    }
    query_close(&q);
    if (!ok || translated)
        return ok;
    struct list_query whole = *list;
    whole.offset = whole.limit = 0;
    if (!list_ask(look, &whole, &all, f))
        return false;
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, lead ? by_unit : by_leader);
    for (size_t i = 0; i < all.n; i++)
        count_by_one(look->arena, by, lead ? all.at[i].lead : all.at[i].leader, all.at[i].light, 1);
    return true;
}

bool list_plan(const struct look *look, const struct list_query *list, struct slice *plan, struct fault *f)
{
    struct query q = query_open(look, list);
    struct buf order = buf_open(QUERY_BYTES_MAX), said = buf_open(QUERY_BYTES_MAX);
    struct rows r;
    bool ok = query_fill(&q, list, f);
    if (ok) {
        bool sorted = put_order(&q, list, &order);
        ask_with(&q, "EXPLAIN QUERY PLAN SELECT e.entry", sorted ? buf_slice(&order) : S(""), q.args.n, &r, f);
        while (rows_next(&r))
            buf_put(&said, rows_text(&r, 3)), buf_char(&said, '\n');
        ok = rows_end(&r);
    }
    *plan = slice_copy(look->arena, buf_slice(&said));
    buf_close(&order);
    buf_close(&said);
    query_close(&q);
    return ok;
}

bool look_version(const struct look *look, int64_t *version, struct fault *f)
{
    return store_number(look->conn, SQL_HEAD_GET, ARGS(v_int(ledger_county(look->ledger)), v_int(LOG_MAIN)), 0, version, f);
}

bool list_parse_where(struct arena *a, const struct ledger_def *def, struct slice text, const struct expr **where, struct fault *f)
{
    *where = NULL;
    return !slice_trim(text).len || expr_parse(a, text, &def->names, TYPE_BOOL, where, f);
}
