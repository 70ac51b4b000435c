/* office.c: what the office's pages share: a document with its entries, how they fall into sections, days as people
 * type them, and the note that takes an act back. */
#include "web/pages_office.h"

/* ---------- a document ---------- */

bool office_read(struct page *g, struct office *o, struct fault *f)
{
    int64_t id;
    *o = (struct office){ 0 };
    if (!slice_int(http_param(g->q, "id"), &id))
        return fault_set(f, FAULT_MISSING, "no-document", S(""), S(""));
    return document_ask(&g->look, id, &o->doc, &o->text, &o->sections, &o->n_sections, &o->terms, &o->n_terms, f)
        && document_entries(&g->look, id, &o->entries, &o->n, f);
}

struct slice office_title(struct page *g, const struct document_row *d)
{
    struct slice title = d->title.len ? d->title : d->name;
    struct slice year = slice_format(g->arena, "%lld年", (long long)d->year);
    return slice_find(title, year) == 0 ? title : slice_format(g->arena, S_FMT S_FMT, S_ARG(year), S_ARG(title));
}

struct ledgers office_ledgers(struct page *g, const struct office *o)
{
    struct ledgers list = { 0 };
    for (size_t i = 0; i < g->look.pack->n_ledgers; i++) {
        const struct ledger_def *d = &g->look.pack->ledgers[i];
        bool any = false;
        for (size_t k = 0; k < o->n && !any; k++)
            any = o->entries[k].def == d;
        if (any)
            PUSH(g->arena, &list, d);
    }
    return list;
}

struct slice ledger_noun(const struct ledger_def *d)
{
    return d->noun.zh.len ? d->noun.zh : d->label.zh;
}

/* ---------- sections ---------- */

enum { PART_LEAST = 3 };

static const struct section_row *section_at(const struct office *o, int64_t id)
{
    for (size_t i = 0; i < o->n_sections; i++)
        if (o->sections[i].id == id)
            return &o->sections[i];
    return NULL;
}

int64_t office_part_of(const struct office *o, const struct ledger_def *d, const struct entry *e)
{
    const struct section_row *own = section_at(o, e->section_id);
    size_t n = 0;
    if (!own)
        return -1;
    for (size_t i = 0; i < o->n; i++)
        n += o->entries[i].def == d && o->entries[i].section_id == e->section_id;
    return n < PART_LEAST && own->parent >= 0 ? own->parent : own->id;
}

struct office_parts office_parts(struct page *g, const struct office *o, const struct ledger_def *d)
{
    struct office_parts parts = { 0 };
    for (size_t i = 0; i < o->n; i++) {
        if (o->entries[i].def != d)
            continue;
        int64_t id = office_part_of(o, d, &o->entries[i]);
        size_t k = 0;
        while (k < parts.n && parts.at[k].id != id)
            k++;
        if (k == parts.n) {
            const struct section_row *s = section_at(o, id);
            struct slice title = s ? slice_format(g->arena, S_FMT S_FMT, S_ARG(s->label), S_ARG(s->heading)) : S("没有标题的部分");
            PUSH(g->arena, &parts, (struct office_part){ .id = id, .title = title });
        }
        parts.at[k].n++;
    }
    return parts;
}

struct slice office_passage(const struct office *o, const struct entry *e)
{
    return slice_part(o->text, e->span_start, e->span_end);
}

/* ---------- people ---------- */

struct slice entry_units(struct page *g, const struct ids *ids)
{
    struct buf b = buf_open(1 << 16);
    for (size_t i = 0; i < ids->n; i++) {
        if (i)
            buf_put(&b, S("、"));
        buf_put(&b, unit_short(g->look.people, ids->at[i]));
    }
    return buf_keep(g->arena, &b);
}

struct option_list unit_options(struct page *g)
{
    struct option_list list = { 0 };
    const struct people *p = g->look.people;
    for (size_t i = 0; i < p->n_units; i++)
        if (p->units[i].to == DAY_NONE || p->units[i].to >= g->look.today)
            PUSH(g->arena, &list, unit_short(p, p->units[i].id));
    return list;
}

static bool has_part(const struct unit *u, struct slice part)
{
    return slice_find(u->short_name, part) >= 0 || slice_find(u->name, part) >= 0;
}

static struct slice unit_typed(struct page *g, struct slice typed)
{
    const struct people *p = g->look.people;
    const struct unit *found = NULL;
    size_t n = 0;
    if (typed.len < 2 * strlen("水") || people_unit_named(p, typed))
        return typed;
    for (size_t i = 0; i < p->n_units; i++)
        if ((p->units[i].to == DAY_NONE || p->units[i].to >= g->look.today) && has_part(&p->units[i], typed)) {
            found = &p->units[i];
            n++;
        }
    return n == 1 ? unit_short(p, found->id) : typed;
}

struct slice units_typed(struct page *g, struct slice typed)
{
    struct buf b = buf_open(1 << 16);
    struct slice rest = slice_trim(typed);
    while (rest.len) {
        ptrdiff_t at = slice_find(rest, S("、"));
        struct slice one = slice_trim(slice_part(rest, 0, at < 0 ? rest.len : (size_t)at));
        rest = slice_from(rest, at < 0 ? rest.len : (size_t)at + strlen("、"));
        if (b.len && one.len)
            buf_text(&b, "、");
        buf_put(&b, unit_typed(g, one));
    }
    return buf_keep(g->arena, &b);
}

/* Roles that stand on a person's field carry no duty of their own: whoever leads something now, or holds a duty that
 * none of the office's doors and none of a unit's roles belong to. */
static bool leads(struct page *g, int kind)
{
    const struct pack *pack = g->look.pack;
    uint32_t used = 0;
    for (size_t i = 0; i < pack->n_ledgers; i++)
        for (size_t k = 0; k < pack->ledgers[i].n_roles; k++)
            used |= pack->ledgers[i].roles[k].duties;
    uint32_t doors = CAN_IMPORT | CAN_HAND_OUT | CAN_PEOPLE | CAN_DUTIES | CAN_AUDIT | CAN_CLOCK;
    return !(used >> kind & 1) && (pack->duties[kind].can & CAN_EXPORT) && !(pack->duties[kind].can & doors);
}

struct option_list leader_options(struct page *g)
{
    struct option_list list = { 0 };
    const struct people *p = g->look.people;
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *d = &p->duties[i];
        struct slice name = person_name(p, d->person);
        bool known = !leads(g, d->kind) || (d->to != DAY_NONE && d->to < g->look.today);
        for (size_t k = 0; k < list.n && !known; k++)
            known = slice_equal(list.at[k], name);
        if (!known)
            PUSH(g->arena, &list, name);
    }
    return list;
}

/* ---------- days ---------- */

struct slice day_short(struct arena *a, day d, int64_t year)
{
    int y, m, n;
    if (d == DAY_NONE)
        return S("");
    day_parts(d, &y, &m, &n);
    return y == year ? slice_format(a, "%d月%d日", m, n) : slice_format(a, "%d年%d月%d日", y, m, n);
}

/* Up to three numbers, with whatever stands between them. */
static size_t numbers_of(struct slice s, int64_t n[3])
{
    size_t found = 0;
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
            i++;
        if (i == from)
            i++;
        else if (found == 3 || !slice_int(slice_part(s, from, i), &n[found++]))
            return 0;
    }
    return found;
}

struct slice day_typed(struct arena *a, struct slice typed, int64_t year)
{
    int64_t n[3];
    struct slice s = slice_trim(typed);
    size_t found = numbers_of(s, n);
    bool end = slice_find(s, S("底")) >= 0 || slice_ends(s, S("月"));
    day d = DAY_NONE;
    if (found == 3)
        d = day_of((int)n[0], (int)n[1], (int)n[2]);
    else if (found == 2 && n[0] <= 12)
        d = day_of((int)year, (int)n[0], (int)n[1]);
    else if (found == 2 && end)
        d = day_of((int)n[0], (int)n[1], 1), d = d == DAY_NONE ? d : day_add_months(d, 1) - 1;
    else if (found == 1 && end && n[0] >= 1 && n[0] <= 12)
        d = day_add_months(day_of((int)year, (int)n[0], 1), 1) - 1;
    else if (slice_equal(s, S("年底")) || slice_equal(s, S("年内")))
        d = day_of((int)year, 12, 31);
    else if (slice_equal(s, S("上半年")))
        d = day_of((int)year, 6, 30);
    return d == DAY_NONE ? s : day_text(a, d);
}

/* ---------- what was just done, and undone ---------- */

static const struct { const char *code, *head; } acts[] = {
    { "saved", "已保存" },
    { "filled", "已填入" },
    { "adopted", "已采纳建议" },
    { "gone", "已去掉" },
};

/* The address names a row of the table and the events of the act; whether they may be undone says the ledger. */
struct undo undo_of(struct page *g, struct slice action)
{
    struct undo u = { .action = action };
    struct slice code = http_query(g->q, "act");
    if (g->refused || !slice_int(http_query(g->q, "first"), &u.first) || !slice_int(http_query(g->q, "last"), &u.last) || u.first < 1 || u.last < u.first)
        return (struct undo){ 0 };
    for (size_t i = 0; i < COUNT(acts); i++)
        if (slice_equal(code, slice_of(acts[i].code))) {
            u.shown = true;
            u.head = slice_format(g->arena, "%s %lld 项。", acts[i].head, (long long)(u.last - u.first + 1));
            u.text = slice_format(g->arena, "撤销这 %lld 项", (long long)(u.last - u.first + 1));
            u.hidden = page_hidden(g, 0);
        }
    return u;
}

enum http_outcome act_done(struct page *g, struct slice to, const char *code)
{
    const char *mark = slice_find(to, S("?")) >= 0 ? "&" : "?";
    if (g->sent->last < g->sent->first || !g->sent->first)
        return page_redirect(g, to);
    return page_redirect(g, page_address(g, S_FMT "%sact=%s&first=%lld&last=%lld", S_ARG(to), mark, code, (long long)g->sent->first, (long long)g->sent->last));
}
