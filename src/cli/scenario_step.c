/* scenario_step.c: what people do in a story. A step becomes the same JSON command that a form or `taizhang do` sends;
 * names of the story stand for entries and documents, proofs are made-up files whose bytes are their names. */
#include "cli/scenario.h"

static const char command_keys[] = "|on|as|do|name|names|refused|says|proofs|entry|entries|document|move|ledger|set|lines|ask|id|grant|unit|ruling|note|"
    "progress|milestones|parts|title|until|version|key|first|last|paper|number|year|count|login|person|duty|scope|from|to|enable|act|round|rows|send|";

/* Keys of the story's own; all others go into the command. */
static bool is_ours(struct slice key)
{
    return slice_find(S("|on|as|name|names|refused|says|proofs|"), key) >= 0;
}

static void put_value(struct buf *b, const struct yaml *y)
{
    if (y->kind == YAML_TEXT && (slice_equal(y->text, S("true")) || slice_equal(y->text, S("false"))))
        buf_put(b, y->text);
    else if (y->kind == YAML_TEXT)
        json_put_string(b, y->text);
    else {
        buf_char(b, y->kind == YAML_MAP ? '{' : '[');
        for (const struct yaml *c = y->first; c; c = c->next) {
            json_comma(b);
            if (y->kind == YAML_MAP) {
                json_put_string(b, c->key);
                buf_char(b, ':');
            }
            put_value(b, c);
        }
        buf_char(b, y->kind == YAML_MAP ? '}' : ']');
    }
}

/* The id that a name stands for; what is no name of the story stays as it was written. */
static void put_named(struct play *p, struct buf *b, const struct yaml *y)
{
    int64_t id = name_id(p, y->text);
    if (id)
        buf_int(b, id);
    else
        put_value(b, y);
}

static bool put_proofs(struct play *p, struct buf *b, const struct yaml *list)
{
    struct slice hash;
    struct fault f;
    buf_text(b, ",\"proofs\":[");
    for (const struct yaml *y = list->kind == YAML_LIST ? list->first : list; y; y = list->kind == YAML_LIST ? y->next : NULL) {
        if (!file_put(p->ledger, p->arena, y->text, &hash, &f))
            return miss_fault(p, S("proofs"), &f);
        json_comma(b);
        buf_text(b, "{\"hash\":");
        json_put_string(b, hash);
        json_name(b, "name");
        json_put_string(b, y->text);
        buf_char(b, '}');
    }
    buf_char(b, ']');
    return true;
}

/* rows: {pipes: {done_so_far: …}}: what an entry of the story says in a grid; `note` stands beside its columns. */
static void put_rows(struct play *p, struct buf *b, const struct yaml *rows)
{
    buf_char(b, '[');
    for (const struct yaml *row = rows->first; row; row = row->next) {
        json_comma(b);
        buf_format(b, "{\"entry\":%lld,\"set\":{", (long long)name_id(p, row->key));
        for (const struct yaml *cell = row->first; cell; cell = cell->next) {
            if (slice_equal(cell->key, S("note")))
                continue;
            json_comma(b);
            json_put_string(b, cell->key);
            buf_char(b, ':');
            put_value(b, cell);
        }
        buf_char(b, '}');
        if (yaml_get(row, S("note"))) {
            json_name(b, "note");
            json_put_string(b, yaml_text(row, "note"));
        }
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static bool command_text(struct play *p, const struct yaml *step, struct slice *text)
{
    const struct yaml *proofs = yaml_get(step, S("proofs"));
    struct buf b = buf_open(1 << 20);
    buf_char(&b, '{');
    for (const struct yaml *y = step->first; y; y = y->next) {
        if (is_ours(y->key))
            continue;
        json_comma(&b);
        json_put_string(&b, y->key);
        buf_char(&b, ':');
        if (slice_equal(y->key, S("entries")) && y->kind == YAML_LIST) {
            buf_char(&b, '[');
            for (const struct yaml *one = y->first; one; one = one->next) {
                json_comma(&b);
                put_named(p, &b, one);
            }
            buf_char(&b, ']');
        } else if (slice_equal(y->key, S("rows")) && y->kind == YAML_MAP) {
            put_rows(p, &b, y);
        } else if (slice_equal(y->key, S("entry")) || slice_equal(y->key, S("document"))) {
            put_named(p, &b, y);
        } else {
            put_value(&b, y);
        }
    }
    bool ok = !proofs || put_proofs(p, &b, proofs);
    buf_char(&b, '}');
    *text = slice_copy(p->arena, buf_slice(&b));
    buf_close(&b);
    return ok;
}

/* ---------- accepted, or refused as the story says ---------- */

static bool settle(struct play *p, const struct yaml *step, const struct command *c)
{
    struct slice refused = yaml_text(step, "refused"), says = yaml_text(step, "says");
    if (c->ok)
        return !refused.len || miss(p, S("refused"), refused, S("已办理，没有拒绝"));
    if (!refused.len)
        return miss_fault(p, yaml_text(step, "do").len ? yaml_text(step, "do") : S("import"), &c->fault);
    struct buf code = buf_open(4096), say = buf_open(1 << 14);
    fault_put_code(&code, &c->fault);
    fault_say(&say, &c->fault, LANG_ZH);
    struct slice got = slice_copy(p->arena, buf_slice(&code)), said = slice_copy(p->arena, buf_slice(&say));
    buf_close(&code);
    buf_close(&say);
    p->checks++;
    if (!slice_equal(got, refused))
        return miss(p, S("refused"), refused, slice_format(p->arena, S_FMT " " S_FMT, S_ARG(got), S_ARG(said)));
    return !says.len || slice_find(said, says) >= 0 || miss(p, S("says"), says, said);
}

/* The drafts that a split made stand in the order of its parts: the first keeps the entry. */
static bool name_parts(struct play *p, const struct yaml *names, const struct command *c, const struct look *look)
{
    const struct yaml *name = names->first;
    if (names->kind != YAML_LIST || !name || !name_give(p, name->text, c->entry))
        return name ? false : miss(p, S("names"), S("[…]"), S(""));
    name = name->next;
    for (int64_t id = c->first; id <= c->last && name; id++) {
        struct entry e;
        struct fault f;
        if (id == c->entry || !entry_see(look, id, &e, &f))
            continue;
        if (!name_give(p, name->text, id))
            return false;
        name = name->next;
    }
    return !name || miss(p, S("names"), name->text, S("没有这么多条"));
}

static bool give_names(struct play *p, const struct yaml *step, const struct command *c)
{
    struct slice name = yaml_text(step, "name");
    const struct yaml *names = yaml_get(step, S("names"));
    struct look look;
    if (name.len && !name_give(p, name, c->entry))
        return false;
    return !names || (play_look(p, S("clock"), &look) && name_parts(p, names, c, &look));
}

static void note_actor(struct play *p, struct slice account)
{
    for (size_t i = 0; i < p->actors.n; i++)
        if (slice_equal(p->actors.at[i], account))
            return;
    PUSH(p->arena, &p->actors, account);
}

static bool actor_said(struct play *p, const struct yaml *step, struct slice *account)
{
    const struct yaml *as = yaml_get(step, S("as"));
    struct look look;
    if (!as)
        return miss(p, S("as"), S("谁来办"), S("没有写"));
    if (!play_look(p, S(""), &look) || !account_of(p, &look, as, account))
        return false;
    note_actor(p, *account);
    return true;
}

bool step_do(struct play *p, const struct yaml *step)
{
    struct slice account, text;
    struct command c;
    if (!only_keys(p, step, command_keys) || !actor_said(p, step, &account) || !command_text(p, step, &text))
        return false;
    send_text(p->ledger, p->arena, account, text, &c);
    return settle(p, step, &c) && (!c.ok || give_names(p, step, &c));
}

/* ---------- a report ---------- */

/* The one draft of the ledger whose title holds these words. */
static bool name_draft(struct play *p, const struct entry *at, size_t n, struct slice ledger, const struct yaml *words)
{
    int64_t id = 0;
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        if (at[i].stage == ENTRY_DRAFT && slice_equal(at[i].def->name, ledger) && slice_find(at[i].title, words->text) >= 0) {
            id = at[i].id;
            found++;
        }
    if (found == 1)
        return name_give(p, words->key, id);
    struct buf b = buf_open(1 << 16);
    for (size_t i = 0; i < n; i++)
        if (slice_equal(at[i].def->name, ledger))
            buf_format(&b, "%s" S_FMT, b.len ? " | " : "", S_ARG(at[i].title));
    struct slice got = slice_format(p->arena, "%zu 条；读出的有：" S_FMT, found, S_ARG(buf_slice(&b)));
    buf_close(&b);
    return miss(p, slice_format(p->arena, "names " S_FMT, S_ARG(words->key)), words->text, got);
}

static bool name_drafts(struct play *p, const struct yaml *names, int64_t document)
{
    struct look look;
    struct entry *at;
    size_t n;
    struct fault f;
    if (!play_look(p, S("clock"), &look))
        return false;
    if (!document_entries(&look, document, &at, &n, &f))
        return miss_fault(p, S("import"), &f);
    for (const struct yaml *ledger = names->first; ledger; ledger = ledger->next)
        for (const struct yaml *words = ledger->first; words; words = words->next)
            if (!name_draft(p, at, n, ledger->key, words))
                return false;
    return true;
}

bool step_import(struct play *p, const struct yaml *step)
{
    struct slice account, text = yaml_text(step, "import"), file = yaml_text(step, "file"), name = yaml_text(step, "name");
    const struct yaml *names = yaml_get(step, S("names"));
    struct compile_hints hints = { 0 };
    struct report report;
    struct command c = { 0 };
    struct fault f;
    int64_t year;
    if (!only_keys(p, step, "|on|as|file|import|name|names|year|refused|says|") || !actor_said(p, step, &account))
        return false;
    if (slice_int(yaml_text(step, "year"), &year))
        hints.year = (int)year;
    if (!compile(p->arena, p->house->lexicon, text, &hints, &report, &f)
        || !import_report(p->ledger, p->arena, account, file.len ? file : S("报告.txt"), text, &report, &c, &f))
        return miss_fault(p, S("import"), &f);
    command_do(p->ledger, &c);
    if (!settle(p, step, &c) || !c.ok)
        return !c.ok && p->outcome->what.len == 0;
    return (!name.len || name_give(p, name, c.entry)) && (!names || name_drafts(p, names, c.entry));
}

/* ---------- an entry that the clock opened ---------- */

bool step_find(struct play *p, const struct yaml *step)
{
    const struct yaml *find = yaml_get(step, S("find"));
    struct look look;
    struct list_rows rows;
    struct fault f;
    struct slice ledger = yaml_text(find, "ledger");
    if (!only_keys(p, step, "|on|find|name|") || !only_keys(p, find, "|ledger|where|") || !play_look(p, S("clock"), &look))
        return false;
    struct list_query q = { .def = pack_ledger(look.pack, ledger), .stage = ENTRY_LIVE, .sort_slot = COMMON_NUMBER };
    if (!q.def)
        return miss(p, S("find"), S("一张台账"), ledger);
    if (!list_parse_where(p->arena, q.def, yaml_text(find, "where"), &q.where, &f) || !list_ask(&look, &q, &rows, &f))
        return miss_fault(p, S("find"), &f);
    if (rows.n != 1)
        return miss(p, S("find"), S("1 条"), slice_format(p->arena, "%zu 条", rows.n));
    return name_give(p, yaml_text(step, "name"), rows.at[0].id);
}
