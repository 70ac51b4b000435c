/* pack_check.c: what a ledger means as a whole. Its words are all known here (pack_schema.c saw to that); these checks
 * ask whether people can live with it: every state is reached and can be left, every clock ends, every role can be
 * held, no two things look alike. One function a kind of thing, called in the order of the table at the end. */
#include "ledger/pack_inside.h"

struct check {
    struct pack_reader *r;
    const struct ledger_def *l;
    const struct yaml *tree;
};

/* Where something is declared: the line of `name` in the map `part`, of the part, or of the file. */
static int line_in(const struct yaml *map, const char *part, struct slice name)
{
    const struct yaml *y = yaml_get(map, slice_of(part)), *item = yaml_get(y, name);
    return item ? item->key_line : y ? y->key_line : map ? map->line : 1;
}

static int line_of(const struct check *c, const char *part, struct slice name)
{
    return line_in(c->tree, part, name);
}

static void say(const struct check *c, int line, const char *code, struct slice about0, struct slice about1)
{
    problem(c->r, line, code, about0, about1, NO_LIKELY);
}

/* ---------- names ---------- */

/* A name in a rule means one thing. */
static bool is_reserved(struct slice name)
{
    static const char *const words[] = { "today", "true", "false", "and", "or", "not", "in" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (slice_equal(name, slice_of(words[i])))
            return true;
    return false;
}

static bool is_common(struct slice name)
{
    for (int c = 0; c < COMMON_COUNT; c++)
        if (slice_equal(common_name((enum common)c), name))
            return true;
    return false;
}

static void check_names(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_fields; i++) {
        const struct field *f = &c->l->fields[i];
        int line = line_of(c, "fields", f->name);
        if (is_reserved(f->name) || is_common(f->name))
            say(c, line, "pack-name-taken", f->name, S(""));
        for (int k = 0; k < COMMON_COUNT; k++)
            if (slice_equal(common_label((enum common)k).zh, f->label.zh))
                say(c, line, "pack-label-common", f->label.zh, common_name((enum common)k));
    }
    for (size_t i = 0; i < c->l->n_roles; i++) {
        int slot = ledger_slot(c->l, c->l->roles[i].name);
        if (is_reserved(c->l->roles[i].name) || (slot >= 0 && slot_type(c->l, slot) == TYPE_BOOL))
            say(c, line_of(c, "roles", c->l->roles[i].name), "pack-name-taken", c->l->roles[i].name, S(""));
    }
}

/* ---------- fields ---------- */

static bool is_option(const struct field *f, struct slice word)
{
    for (size_t i = 0; i < f->n_options; i++)
        if (slice_equal(f->options[i].name, word))
            return true;
    return false;
}

/* Whether the default is a value of the type. Units and persons have none: packs name no people. */
static bool is_value(const struct field *f)
{
    struct decimal d;
    day on;
    int64_t n;
    switch (f->type) {
    case FIELD_TEXT: return true;
    case FIELD_INT: return slice_int(f->fallback, &n);
    case FIELD_DECIMAL:
    case FIELD_MONEY: return decimal_parse(f->fallback, &d) && d.scale <= f->scale;
    case FIELD_DAY: return day_parse(f->fallback, &on);
    case FIELD_ENUM: return is_option(f, f->fallback);
    case FIELD_BOOL: return slice_equal(f->fallback, S("true")) || slice_equal(f->fallback, S("false"));
    default: return false;
    }
}

static void check_field(const struct check *c, const struct field *f, const struct yaml *y)
{
    int line = y ? y->key_line : 1;
    if (f->type == FIELD_ENUM && !f->n_options)
        say(c, line, "pack-no-options", f->name, S(""));
    if (f->type != FIELD_ENUM && yaml_get(y, S("of")))
        say(c, line_in(y, "of", S("")), "pack-options-of", f->name, S(""));
    if (f->type != FIELD_DECIMAL && f->type != FIELD_MONEY && yaml_get(y, S("scale")))
        say(c, line_in(y, "scale", S("")), "pack-scale-of", f->name, S(""));
    if (f->fallback.len && !is_value(f)) {
        struct nearest near = nearest_open(f->fallback);
        for (size_t i = 0; i < f->n_options; i++)
            nearest_try(&near, f->options[i].name);
        problem(c->r, line_in(y, "default", S("")), "pack-default", f->name, f->fallback, near.best);
    }
    if (f->computed && (f->required || f->reported || f->fallback.len))
        say(c, line, "pack-computed-input", f->name, S(""));
}

static void check_fields(const struct check *c)
{
    const struct yaml *fields = yaml_get(c->tree, S("fields"));
    for (size_t i = 0; i < c->l->n_fields; i++)
        check_field(c, &c->l->fields[i], yaml_get(fields, c->l->fields[i].name));
}

/* The fields of an ask or of lines. */
static void check_inner(const struct check *c, const char *part, struct slice name, const struct field *of, size_t n)
{
    const struct yaml *fields = yaml_get(yaml_get(yaml_get(c->tree, slice_of(part)), name), S("of"));
    for (size_t i = 0; i < n; i++)
        check_field(c, &of[i], yaml_get(fields, of[i].name));
}

static void check_asks_and_lines(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_asks; i++)
        check_inner(c, "asks", c->l->asks[i].name, c->l->asks[i].of, c->l->asks[i].n_of);
    for (size_t i = 0; i < c->l->n_lines; i++)
        check_inner(c, "lines", c->l->lines[i].name, c->l->lines[i].of, c->l->lines[i].n_of);
}

/* ---------- roles ---------- */

/* A unit's role is held by duties at it; a person's by that person; a role without a field by duties at the keeper. */
static void check_roles(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_roles; i++) {
        const struct role *role = &c->l->roles[i];
        int line = line_of(c, "roles", role->name);
        enum value_type type = role->field < 0 ? TYPE_UNIT : slot_type(c->l, role->field);
        if (type != TYPE_UNIT && type != TYPE_UNITS && type != TYPE_PERSON)
            say(c, line, "pack-role-field", role->name, S(""));
        else if (type == TYPE_PERSON && role->duties)
            say(c, line, "pack-role-person", role->name, S(""));
        else if (type != TYPE_PERSON && !role->duties)
            say(c, line, "pack-role-nobody", role->name, S(""));
    }
}

/* ---------- states and moves ---------- */

static uint32_t bit(int i)
{
    return i < 0 ? 0 : UINT32_C(1) << i;
}

/* What follows a state in one step. */
static uint32_t after(const struct ledger_def *l, size_t state)
{
    uint32_t to = bit(l->report_moves[state]);
    for (size_t i = 0; i < l->n_moves; i++)
        if (l->moves[i].from >> state & 1)
            to |= bit(l->moves[i].to);
    return to & ~bit((int)state);
}

static uint32_t reachable(const struct ledger_def *l)
{
    uint32_t reached = 0, next = l->opens_in;
    while (next & ~reached) {
        reached |= next;
        for (size_t i = 0; i < l->n_states; i++)
            if (reached >> i & 1)
                next |= after(l, i);
    }
    return reached;
}

static void check_states(const struct check *c)
{
    uint32_t reached = reachable(c->l);
    for (size_t i = 0; i < c->l->n_states; i++) {
        struct slice name = c->l->states[i].name;
        int line = line_of(c, "states", name);
        if (!(reached >> i & 1))
            say(c, line, "pack-state-unreachable", name, S(""));
        else if (!c->l->states[i].final && !after(c->l, i))
            say(c, line, "pack-state-stuck", name, S(""));
        if (c->l->states[i].final && c->l->report_moves[i] >= 0)
            say(c, line_of(c, "report", S("")), "pack-report-final", name, S(""));
    }
    if (c->l->opens_in & c->l->final)
        say(c, line_of(c, bit(c->l->initial) & c->l->final ? "initial" : "opens_in", S("")), "pack-opens-final", S(""), S(""));
}

static void check_moves(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_moves; i++) {
        const struct move *m = &c->l->moves[i];
        int line = line_of(c, "moves", m->name);
        for (size_t j = 0; j < i; j++) {
            const struct move *other = &c->l->moves[j];
            if (m->to == other->to && m->from & other->from && m->by == other->by && m->not_by == other->not_by)
                say(c, line, "pack-moves-alike", m->name, other->name);
        }
        if (!(m->by & ~m->not_by))
            say(c, line, "pack-move-nobody", m->name, S(""));
        if (m->ending && !(c->l->final & bit(m->to)))
            say(c, line, "pack-ending-open", m->name, S(""));
        if (m->otherwise.zh.len && !m->when)
            say(c, line, "pack-otherwise", m->name, S(""));
    }
}

/* ---------- clocks ---------- */

/* Bands and paces are somebody's rule: of an instrument, or of the place. Working days have no fixed length to measure by. */
static void check_plan(const struct check *c)
{
    const struct schedule_rule *bands = &c->l->schedule;
    const struct pace_rule *pace = &c->l->pace;
    const struct yaml *plan = yaml_get(c->tree, S("plan"));
    if (bands->ahead && !bands->source.len && !bands->practice)
        say(c, line_in(plan, "schedule", S("")), "pack-no-source", S("schedule"), S(""));
    if (pace->over.type != TYPE_DAYS)
        return;
    if (!pace->source.len && !pace->practice)
        say(c, line_in(plan, "pace", S("")), "pack-no-source", S("pace"), S(""));
    if (pace->over.days.unit == DAYS_WORK || pace->at_least.days.unit == DAYS_WORK)
        say(c, line_in(plan, "pace", S("")), "pack-pace-workdays", S(""), S(""));
}

static void check_clocks(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_clocks; i++) {
        const struct clock *k = &c->l->clocks[i];
        int line = line_of(c, "clocks", k->name);
        bool limit = k->limit.type == TYPE_DAYS, until = k->until_slot >= 0;
        if (!limit && !until)
            say(c, line, "pack-clock-endless", k->name, S(""));
        if (limit && until)
            say(c, line, "pack-clock-two-ends", k->name, S(""));
        if (until && slot_type(c->l, k->until_slot) != TYPE_DAY)
            say(c, line, "pack-clock-until", k->name, S(""));
        if (k->runs_in & k->pauses_in)
            say(c, line, "pack-clock-both", k->name, S(""));
    }
}

/* ---------- lights ---------- */

static bool is_true(const struct expr *e)
{
    return e->op == OP_LITERAL && e->value.type == TYPE_BOOL && e->value.truth;
}

static void check_lights(const struct check *c)
{
    const struct yaml *y = yaml_get(c->tree, S("light"));
    const struct yaml *item = y ? y->first : NULL;
    for (size_t i = 0; i < c->l->n_lights; i++, item = item ? item->next : NULL) {
        const struct light_rule *rule = &c->l->lights[i];
        int line = item ? item->line : 1;
        bool last = i + 1 == c->l->n_lights;
        if (!rule->light)
            say(c, line, "pack-no-light", S(""), S(""));
        else if (last && !is_true(rule->when))
            say(c, line, "pack-light-last", S(""), S(""));
        else if (!last && is_true(rule->when))
            say(c, line, "pack-light-hidden", S(""), S(""));
        if (!rule->why.zh.len)
            say(c, line, "pack-missing-key", S("zh"), S("light"));
    }
}

/* ---------- numbers ---------- */

/* R{year}-{seq:4}: {year} or none, {seq} or {seq:N} once. */
const char *number_fault(struct slice s)
{
    enum { NUMBER_MAX_BYTES = 40 };
    int seq = 0, year = 0;
    if (s.len > NUMBER_MAX_BYTES)
        return "pack-number-part";
    while (s.len) {
        ptrdiff_t open = slice_find(s, S("{")), close = slice_find(s, S("}"));
        if (open < 0 && close < 0)
            break;
        if (open < 0 || close < open)
            return "pack-number-part";
        struct slice part = slice_part(s, (size_t)open + 1, (size_t)close);
        bool digits = slice_starts(part, S("seq:")) && part.len == 5 && part.at[4] >= '1' && part.at[4] <= '9';
        seq += digits || slice_equal(part, S("seq"));
        year += slice_equal(part, S("year"));
        if (!digits && !slice_equal(part, S("seq")) && !slice_equal(part, S("year")))
            return "pack-number-part";
        s = slice_from(s, (size_t)close + 1);
    }
    return seq != 1 ? "pack-number-seq" : year > 1 ? "pack-number-part" : NULL;
}

static void check_number(const struct check *c)
{
    const char *code = number_fault(c->l->number);
    if (code)
        say(c, line_of(c, "number", S("")), code, c->l->number, S(""));
}

/* ---------- lists, drafts ---------- */

static void check_lists(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_lists; i++)
        if (slot_type(c->l, c->l->lists[i].sort_slot) == TYPE_UNITS)
            say(c, line_of(c, "lists", c->l->lists[i].name), "pack-sort", common_name((enum common)c->l->lists[i].sort_slot), S(""));
}

static const struct { enum draft_from from; const char *status; } statuses[] = {
    { DRAFT_TASK, "planned" }, { DRAFT_TASK, "done" }, { DRAFT_FIGURE, "target" }, { DRAFT_FIGURE, "actual" },
    { DRAFT_FIGURE, "forecast" },
};

static void check_drafts(const struct check *c)
{
    const struct drafts *d = &c->l->drafts;
    const struct yaml *y = yaml_get(c->tree, S("drafts"));
    bool known = !d->where_status.len, title = false;
    struct nearest near = nearest_open(d->where_status);
    if (!d->from)
        return;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (statuses[i].from != d->from)
            continue;
        nearest_try(&near, slice_of(statuses[i].status));
        known = known || slice_equal(slice_of(statuses[i].status), d->where_status);
    }
    if (!known)
        problem(c->r, line_in(y, "status", S("")), "pack-word", S("status"), d->where_status, near.best);
    for (size_t i = 0; i < d->n_sets; i++)
        title = title || d->sets[i].slot == COMMON_TITLE;
    if (!title)
        say(c, line_in(y, "set", S("")), "pack-draft-title", S(""), S(""));
}

/* ---------- rounds: whoever is asked can be found, and the office is an office ---------- */

static bool unit_role(const struct check *c, const struct role *role)
{
    enum value_type type = role->field < 0 ? TYPE_NONE : slot_type(c->l, role->field);
    return role->duties && (type == TYPE_UNIT || type == TYPE_UNITS);
}

static void check_rounds(const struct check *c)
{
    for (size_t i = 0; i < c->l->n_rounds; i++) {
        const struct round_def *round = &c->l->rounds[i];
        int line = line_of(c, "rounds", round->name);
        for (size_t k = 0; k < c->l->n_roles; k++) {
            bool unit = unit_role(c, &c->l->roles[k]);
            if ((round->asks >> k & 1) && !unit)
                say(c, line, "pack-round-asks", round->name, S("asks"));
            if ((round->release_by >> k & 1) && !unit)
                say(c, line, "pack-round-asks", round->name, S("release"));
            if ((round->office_by >> k & 1) && c->l->roles[k].field >= 0)
                say(c, line, "pack-round-office", round->name, S(""));
        }
        if (round->cut_off_day < round->opens_day)
            say(c, line, "pack-round-days", round->name, S(""));
    }
}

/* ---------- all of them ---------- */

static void (*const checks[])(const struct check *c) = {
    check_names, check_number, check_roles, check_fields, check_drafts, check_asks_and_lines, check_states, check_moves,
    check_plan, check_clocks, check_lights, check_lists, check_rounds,
};

void pack_check_ledger(struct pack_reader *r, const struct yaml *tree)
{
    struct check c = { r, r->ledger, tree };
    for (size_t i = 0; i < COUNT(checks); i++)
        checks[i](&c);
}

/* The columns of a paper are fields of its ledger. */
static void check_paper(struct pack_reader *r, struct paper_kind *paper)
{
    paper->def = pack_ledger(r->pack, paper->of);
    if (!paper->def) {
        problem(r, 1, "pack-paper-of", paper->name, paper->of, NO_LIKELY);
        return;
    }
    paper->heads = NEW(r->arena, struct paper_head, paper->n_said / 2 + 1);
    for (size_t i = 0; i + 1 < paper->n_said; i += 2) {
        int slot = ledger_slot(paper->def, paper->said[i + 1]);
        if (slot < 0)
            problem(r, 1, "pack-field", paper->said[i + 1], S(""), NO_LIKELY);
        else
            paper->heads[paper->n_heads++] = (struct paper_head){ paper->said[i], slot };
    }
}

/* The ledgers stand as `order` says, those that it does not name behind, as their files do. */
static void put_in_order(struct pack_reader *r)
{
    struct pack *p = r->pack;
    size_t placed = 0;
    for (size_t i = 0; !r->problems->n && i < p->n_order; i++) { /* a ledger that could not be read has no name to compare */
        struct nearest near = nearest_open(p->order[i]);
        size_t at = 0, before = 0;
        while (at < p->n_ledgers && !slice_equal(p->ledgers[at].name, p->order[i]))
            nearest_try(&near, p->ledgers[at++].name);
        while (before < i && !slice_equal(p->order[before], p->order[i]))
            before++;
        if (before < i || at == p->n_ledgers) {
            problem(r, r->order_line, before < i ? "pack-order-twice" : "pack-order", p->order[i], S(""), before < i ? S("") : near.best);
            return;
        }
        struct ledger_def moved = p->ledgers[at];
        memmove(&p->ledgers[placed + 1], &p->ledgers[placed], (at - placed) * sizeof moved);
        p->ledgers[placed++] = moved;
    }
}

/* Drafts `outside` another ledger: it is there, is not the same, and gets drafts itself. */
static void check_outside(struct pack_reader *r, struct ledger_def *l)
{
    struct nearest near = nearest_open(l->drafts.outside);
    if (!l->drafts.outside.len)
        return;
    for (size_t i = 0; i < r->pack->n_ledgers; i++)
        if (&r->pack->ledgers[i] != l && r->pack->ledgers[i].drafts.from)
            nearest_try(&near, r->pack->ledgers[i].name);
    l->drafts.outside_def = pack_ledger(r->pack, l->drafts.outside);
    if (!l->drafts.outside_def || l->drafts.outside_def == l || !l->drafts.outside_def->drafts.from)
        problem(r, 1, "pack-outside", l->name, l->drafts.outside, near.best);
}

/* Two ledgers of one pack: their names, labels and numbers must tell them apart. */
void pack_check_between(struct pack_reader *r)
{
    const struct pack *p = r->pack;
    r->file = S("pack.yaml");
    if (!p->n_ledgers && !r->problems->n)
        problem(r, 1, "pack-no-ledger", S(""), S(""), NO_LIKELY);
    for (size_t i = 0; i < p->n_ledgers; i++)
        for (size_t j = 0; j < i; j++) {
            const struct ledger_def *a = &p->ledgers[j], *b = &p->ledgers[i];
            if (b->name.len && slice_equal(a->name, b->name))
                problem(r, 1, "pack-ledger-twice", b->name, S(""), NO_LIKELY);
            else if (b->label.zh.len && slice_equal(a->label.zh, b->label.zh))
                problem(r, 1, "pack-label-twice", b->label.zh, a->name, NO_LIKELY);
            if (b->number.len && slice_equal(a->number, b->number))
                problem(r, 1, "pack-number-twice", b->number, a->name, NO_LIKELY);
        }
    put_in_order(r); /* before anything points at a ledger */
    for (size_t i = 0; !r->problems->n && i < p->n_ledgers; i++)
        check_outside(r, &p->ledgers[i]);
    for (size_t i = 0; i < p->n_papers; i++)
        check_paper(r, &p->papers[i]);
}
