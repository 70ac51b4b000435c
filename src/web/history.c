/* history.c: events as sentences. One table says how each kind begins; what changed follows from the event's own fields,
 * from and to. A kind without a row is shown by its bare changes, so that nothing of the log is hidden. */
#include "web/inside.h"
#include "pages.tpl.h"

/* ---------- values as they stood in the event ---------- */

static void put_ids(struct buf *b, const struct people *p, enum field_type type, struct slice ids)
{
    struct slice part;
    bool first = true;
    while (ids.len && slice_cut(&ids, ',', &part)) {
        int64_t id;
        if (!first)
            buf_text(b, "、");
        first = false;
        if (slice_int(part, &id))
            buf_put(b, type == FIELD_PERSON ? person_name(p, id) : unit_short(p, id));
    }
}

/* "n2:12.50", "d:2026-06-30", "t:…": an own field's value is tagged with its kind. */
static struct slice untagged(struct slice v)
{
    ptrdiff_t colon = slice_find(v, S(":"));
    return colon < 0 ? v : slice_from(v, (size_t)colon + 1);
}

static struct slice value_words(struct page *g, const struct ledger_def *d, int slot, struct slice v)
{
    struct buf b = buf_open(1 << 16);
    enum field_type type = slot < COMMON_COUNT ? common_type((enum common)slot) : d->fields[slot - COMMON_COUNT].type;
    day on;
    if (!v.len)
        buf_text(&b, "（空）");
    else if (type == FIELD_UNIT || type == FIELD_UNITS || type == FIELD_PERSON)
        put_ids(&b, g->look.people, type, v);
    else if (type == FIELD_DAY && day_parse(v, &on))
        tpl_long_day(&b, on);
    else if (slot == COMMON_STATE)
        buf_put(&b, ledger_state(d, v) >= 0 ? d->states[ledger_state(d, v)].label.zh : v);
    else if (slot == COMMON_PROGRESS)
        buf_put(&b, v), buf_char(&b, '%');
    else if (slot >= COMMON_COUNT)
        buf_put(&b, field_words(g->arena, &d->fields[slot - COMMON_COUNT], v));
    else
        buf_put(&b, v);
    return buf_keep(g->arena, &b);
}

/* ---------- what changed ---------- */

/* Slots that the sentence of the kind says already, or that follow from it. */
static bool is_silent(int slot)
{
    return slot == COMMON_OPENED_ON || slot == COMMON_CLOSED_ON || slot == COMMON_UPDATED_ON || slot == COMMON_ENDING || slot == COMMON_NUMBER
        || slot == COMMON_KEEPER || slot == COMMON_LIGHT || slot == COMMON_STATE;
}

static void put_change(struct page *g, struct buf *b, const struct ledger_def *d, const struct event *e, const struct event_field *field)
{
    bool own = slice_starts(field->name, S("f."));
    int slot = ledger_slot(d, own ? slice_from(field->name, 2) : field->name);
    struct slice was;
    if (slot < 0 || (slot < COMMON_COUNT && (own || is_silent(slot))))
        return;
    was = event_get(e, slice_text(g->arena, slice_format(g->arena, "was." S_FMT, S_ARG(field->name))));
    buf_text(b, b->len ? "；" : "");
    buf_put(b, slot_label(d, slot).zh);
    if (field->erased) {
        buf_text(b, "（依法清除）");
        return;
    }
    if (was.len)
        buf_text(b, "由“"), buf_put(b, value_words(g, d, slot, own ? untagged(was) : was)), buf_text(b, "”改为“");
    else
        buf_text(b, "：");
    struct slice now = value_words(g, d, slot, own ? untagged(field->value) : field->value);
    buf_put(b, slice_ends(now, S("。")) ? slice_part(now, 0, now.len - 3) : now);
    if (was.len)
        buf_text(b, "”");
}

static struct slice changes_of(struct page *g, const struct ledger_def *d, const struct event *e)
{
    struct buf b = buf_open(1 << 18);
    for (size_t i = 0; i < e->n; i++)
        if (!slice_starts(e->fields[i].name, S("was.")))
            put_change(g, &b, d, e, &e->fields[i]);
    return buf_keep(g->arena, &b);
}

/* ---------- how each kind begins ---------- */

struct telling { struct page *g; const struct ledger_def *d; const struct event *e; };

static struct slice event_unit(const struct telling *t)
{
    int64_t unit;
    return event_int(t->e, "unit", &unit) ? unit_short(t->g->look.people, unit) : S("");
}

static struct slice tell_move(const struct telling *t)
{
    int at = ledger_move(t->d, event_get(t->e, "move"));
    return at >= 0 ? t->d->moves[at].label.zh : event_get(t->e, "move");
}

static struct slice tell_line(const struct telling *t)
{
    int at = ledger_lines(t->d, event_get(t->e, "line"));
    struct json *row;
    struct fault none;
    struct buf b = buf_open(1 << 16);
    if (at < 0)
        return event_get(t->e, "line");
    const struct lines *lines = &t->d->lines[at];
    buf_put(&b, lines->label.zh);
    if (json_parse(t->g->arena, event_get(t->e, "line.fields"), &row, &none))
        put_fields(t->g, &b, lines->of, lines->n_of, row);
    return buf_keep(t->g->arena, &b);
}

static struct slice tell_ask(const struct telling *t)
{
    int at = ledger_ask(t->d, event_get(t->e, "ask"));
    struct json *row;
    struct fault none;
    struct buf b = buf_open(1 << 16);
    if (at < 0)
        return event_get(t->e, "ask");
    buf_text(&b, "提出");
    buf_put(&b, t->d->asks[at].label.zh);
    if (json_parse(t->g->arena, event_get(t->e, "ask.fields"), &row, &none))
        put_fields(t->g, &b, t->d->asks[at].of, t->d->asks[at].n_of, row);
    return buf_keep(t->g->arena, &b);
}

static struct slice tell_answer(const struct telling *t)
{
    int at = ledger_ask(t->d, event_get(t->e, "answer.ask"));
    bool granted = slice_equal(event_get(t->e, "answer.state"), S("granted"));
    struct slice name = at >= 0 ? t->d->asks[at].label.zh : event_get(t->e, "answer.ask");
    return slice_format(t->g->arena, granted ? "同意" S_FMT : "不同意" S_FMT, S_ARG(name));
}

static struct slice tell_rule(const struct telling *t)
{
    bool keep = slice_equal(event_get(t->e, "ruling"), S("keep"));
    return slice_format(t->g->arena, keep ? "裁定仍由" S_FMT "承担" : "裁定不由" S_FMT "承担", S_ARG(event_unit(t)));
}

static struct slice tell_unit(const struct telling *t, const char *what)
{
    return slice_format(t->g->arena, S_FMT "%s", S_ARG(event_unit(t)), what);
}
static struct slice tell_sign(const struct telling *t) { return tell_unit(t, "签收"); }
static struct slice tell_return(const struct telling *t) { return tell_unit(t, "退办"); }
static struct slice tell_agree(const struct telling *t) { return tell_unit(t, "同意分工意见"); }
static struct slice tell_object(const struct telling *t) { return tell_unit(t, "对分工有异议"); }

static struct slice tell_expired(const struct telling *t)
{
    for (size_t i = 0; i < t->d->n_clocks; i++)
        if (event_get(t->e, slice_text(t->g->arena, slice_format(t->g->arena, "clock." S_FMT, S_ARG(t->d->clocks[i].name)))).len)
            return slice_format(t->g->arena, S_FMT "已到期" "%s" S_FMT, S_ARG(t->d->clocks[i].label.zh), t->d->clocks[i].notice_label.zh.len ? "，发出" : "", S_ARG(t->d->clocks[i].notice_label.zh));
    return S("期限已到");
}

/* From a round: who wrote it stands beside who let it go (M162). */
static struct slice tell_report(const struct telling *t)
{
    struct slice by = event_get(t->e, "written_by"), period = event_get(t->e, "round.period");
    if (!by.len)
        return S("报送进展");
    struct slice name = account_name(t->g->look.people, by);
    return slice_equal(by, t->e->account) ? slice_format(t->g->arena, "报送进展（" S_FMT "期）", S_ARG(period))
        : slice_format(t->g->arena, "审签" S_FMT "填报的进展（" S_FMT "期）", S_ARG(name), S_ARG(period));
}

/* Kinds whose sentence is always the same have no function. */
static const struct { const char *kind, *words; struct slice (*tell)(const struct telling *t); } kinds[] = {
    { "opened", "立项", NULL },
    { "issued", "印发分工，立项交办", NULL },
    { "changed", "更正", NULL },
    { "moved", "", tell_move },
    { "reported", "", tell_report },
    { "planned", "填报计划", NULL },
    { "lined", "", tell_line },
    { "asked", "", tell_ask },
    { "answered", "", tell_answer },
    { "signed", "", tell_sign },
    { "returned", "", tell_return },
    { "agreed", "", tell_agree },
    { "objected", "", tell_object },
    { "ruled", "", tell_rule },
    { "expired", "", tell_expired },
    { "lit", "灯变化", NULL },
    { "succeeded", "责任领导接任", NULL },
    { "consulted", "征求单位意见", NULL },
    { "dropped", "删除草稿", NULL },
    { "restored", "恢复草稿", NULL },
    { "split", "拆分", NULL },
    { "joined", "合并", NULL },
    { "undone", "撤销前一次修改", NULL },
};

static struct slice beginning(const struct telling *t)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (slice_equal(slice_of(kinds[i].kind), t->e->kind))
            return kinds[i].tell ? kinds[i].tell(t) : slice_of(kinds[i].words);
    return S("更新");
}

static void put_light(struct buf *b, const struct ledger_def *d, const struct event *e)
{
    struct slice word = event_get(e, "light");
    for (int i = LIGHT_RED; word.len && i <= LIGHT_BLUE; i++)
        if (slice_equal(slice_of(light_word((enum light)i)), word)) {
            buf_text(b, "，转为");
            buf_put(b, light_name((enum light)i));
            if (light_label(d, (enum light)i).len)
                buf_text(b, "（"), buf_put(b, light_label(d, (enum light)i)), buf_text(b, "）");
        }
}

static size_t count_proofs(struct arena *a, struct slice text)
{
    struct json *list;
    struct fault none;
    size_t n = 0;
    if (text.len && json_parse(a, text, &list, &none))
        for (const struct json *m = list->first; m; m = m->next)
            n++;
    return n;
}

/* 填报进展：… 由“5”改为“6”；附佐证 2 份；说明：…，转为红灯（逾期） */
static struct slice sentence(const struct telling *t)
{
    struct buf b = buf_open(1 << 18);
    struct slice changes = changes_of(t->g, t->d, t->e), note = event_get(t->e, "note"), state = event_get(t->e, "state");
    size_t proofs = count_proofs(t->g->arena, event_get(t->e, "proofs"));
    buf_put(&b, beginning(t));
    if (state.len && event_get(t->e, "was.state").len)
        buf_text(&b, "，现在是“"), buf_put(&b, value_words(t->g, t->d, COMMON_STATE, state)), buf_text(&b, "”");
    if (changes.len)
        buf_text(&b, "："), buf_put(&b, changes);
    if (proofs)
        buf_format(&b, "；附佐证 %zu 份", proofs);
    if (note.len)
        buf_text(&b, "；说明："), buf_put(&b, note);
    put_light(&b, t->d, t->e);
    return buf_keep(t->g->arena, &b);
}

static struct slice who_did(struct page *g, struct slice account)
{
    const struct account *a = people_account(g->look.people, account);
    const struct person *p = a ? people_person(g->look.people, a->person) : NULL;
    struct slice unit = p ? unit_short(g->look.people, p->unit) : S("");
    if (!p)
        return account_name(g->look.people, account);
    return unit.len ? slice_format(g->arena, S_FMT "（" S_FMT "）", S_ARG(p->name), S_ARG(unit)) : p->name;
}

static const char *light_class(const struct event *e)
{
    struct slice word = event_get(e, "light");
    for (int i = LIGHT_RED; i <= LIGHT_BLUE; i++)
        if (slice_equal(slice_of(light_word((enum light)i)), word))
            return light_code((enum light)i);
    return "";
}

struct told_list history_tell(struct page *g, const struct ledger_def *d, const struct entry_file *file)
{
    struct told_list list = { 0 };
    for (size_t i = file->n_history; i-- > 0;) { /* newest first */
        const struct history_row *row = &file->history[i];
        struct telling t = { g, d, row->event };
        struct told one = { .light = light_class(row->event), .at_ms = row->at_ms, .who = who_did(g, row->account), .what = sentence(&t) };
        PUSH(g->arena, &list, one);
    }
    return list;
}

/* The newest thing that a person did, in a few words: 报送进展, 县发改局签收. */
struct told history_step(struct page *g, const struct ledger_def *d, const struct entry_file *file)
{
    for (size_t i = file->n_history; i-- > 0;) {
        const struct history_row *row = &file->history[i];
        struct telling t = { g, d, row->event };
        if (!slice_equal(row->kind, S("lit")))
            return (struct told){ .light = "", .at_ms = row->at_ms, .who = who_did(g, row->account), .name = account_name(g->look.people, row->account), .what = beginning(&t) };
    }
    return (struct told){ .light = "" };
}

/* "：延期至 2027年3月31日，理由 …": what was given for lines and asks. */
void put_fields(struct page *g, struct buf *b, const struct field *of, size_t n_of, const struct json *row)
{
    bool any = false;
    for (size_t i = 0; i < n_of; i++) {
        struct slice v = json_text(row, slice_text(g->arena, of[i].name));
        if (!v.len)
            continue;
        buf_text(b, any ? "，" : "：");
        buf_put(b, of[i].label.zh);
        buf_char(b, ' ');
        if (of[i].type == FIELD_UNIT || of[i].type == FIELD_UNITS || of[i].type == FIELD_PERSON)
            put_ids(b, g->look.people, of[i].type, v);
        else
            buf_put(b, field_words(g->arena, &of[i], v));
        any = true;
    }
}
