/* decide_draft.c: from a report to live entries: import, correct, split, join, drop; ask the units; issue; undo. A
 * draft is an entry that is not live yet: its corrections are events like all others. */
#include "ledger/inside.h"

static bool refuse(struct fault *f, const char *code, struct slice about, const char *field)
{
    fault_set(f, FAULT_REFUSED, code, about, S(""));
    f->field = slice_of(field);
    return false;
}

static int64_t number_of(const struct json *o, const char *name, int64_t missing)
{
    int64_t v;
    return json_int(o, name, &v) ? v : missing;
}

/* ---------- a document with its sections, terms and drafts ---------- */

static bool document_event(struct work *w, const struct json *doc, int64_t keeper, struct fault *f)
{
    static const char *const texts[] = { "hash", "text_hash", "name", "title", "place", "session", "speaker", "year", "delivered_on" };
    struct event *e = work_event(w, "document-added", NULL);
    int64_t size, twin;
    for (size_t i = 0; i < COUNT(texts); i++)
        event_set(w->arena, e, texts[i], json_text(doc, texts[i]));
    if (!file_size(w->ledger, json_text(doc, "hash"), &size) || !file_size(w->ledger, json_text(doc, "text_hash"), &size))
        return refuse(f, "no-file", json_text(doc, "name"), "document");
    if (!store_number(w->look.conn, SQL_DOCUMENT_BY_HASH, ARGS(v_int(w->ledger->county), v_text(json_text(doc, "hash"))), 0, &twin, f))
        return false;
    if (twin)
        return refuse(f, "document-twice", json_text(doc, "name"), "document"); /* M1: the same bytes only once */
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "terms" : "sections";
        const struct json *list = json_get(w->body, name);
        struct buf b = buf_open(8 << 20);
        if (list && list->kind == JSON_ARRAY)
            json_put(&b, list);
        else
            buf_text(&b, "[]");
        event_set(w->arena, e, name, slice_copy(w->arena, buf_slice(&b)));
        buf_close(&b);
    }
    event_set_int(w->arena, e, "keeper", keeper);
    return work_emit(w, e, f);
}

/* One find of the compiler: {"ledger": …, "set": {slot: value}, "section_id": 3, "start": …, "end": …} */
static bool draft_event(struct work *w, const struct json *draft, int64_t document, int64_t keeper, int64_t year, struct fault *f)
{
    const struct ledger_def *d = pack_ledger(w->look.pack, json_text(draft, "ledger"));
    const struct json *set = json_get(draft, "set");
    if (!d)
        return refuse(f, "unknown-ledger", json_text(draft, "ledger"), "ledger");
    struct change c = change_open(w, d, keeper, year);
    event_set_int(w->arena, c.event, "document", document);
    event_set_int(w->arena, c.event, "section_id", number_of(draft, "section_id", -1));
    event_set(w->arena, c.event, "span",
        slice_format(w->arena, "%lld-%lld", (long long)number_of(draft, "start", 0), (long long)number_of(draft, "end", 0)));
    if (json_text(draft, "rule").len)
        event_set(w->arena, c.event, "rule", json_text(draft, "rule"));
    for (const struct json *m = set ? set->first : NULL; m; m = m->next) {
        int slot = ledger_slot(d, m->name);
        struct slice v;
        struct fault unread;
        if (slot < 0)
            return refuse(f, "unknown-field", m->name, "set");
        /* What the text names and the county does not have (a unit of another name) stays open for the hand-out. */
        if (slot_read(&w->look, d, slot, slot >= COMMON_COUNT ? &d->fields[slot - COMMON_COUNT] : NULL, m, &v, &unread))
            change_slot(&c, slot, v);
        else
            event_set(w->arena, c.event, slice_text(w->arena, slice_format(w->arena, "unread." S_FMT, S_ARG(m->name))), m->text);
    }
    return change_end(&c, f);
}

bool decide_import(struct work *w, struct fault *f)
{
    const struct json *doc = json_get(w->body, "document"), *drafts = json_get(w->body, "drafts");
    if (!work_can(w, CAN_IMPORT, f))
        return false;
    int64_t keeper = work_duty_unit(w, 0, CAN_IMPORT), document = w->next_seq, year = number_of(doc, "year", 0);
    if (doc && !year)
        return refuse(f, "year-unknown", S(""), "year");
    if (!doc || year < 1949 || year > 2200)
        return refuse(f, "bad-year", json_text(doc, "year"), "year");
    if (!document_event(w, doc, keeper, f))
        return false;
    for (const struct json *m = drafts ? drafts->first : NULL; m; m = m->next)
        if (!draft_event(w, m, document, keeper, year, f))
            return false;
    w->touched = document;
    return true;
}

/* The facts of a document, corrected by hand by the office that brought it in. */
bool decide_correct(struct work *w, struct fault *f)
{
    static const char *const texts[] = { "title", "place", "session", "speaker", "year", "delivered_on" };
    const struct json *set = json_get(w->body, "set");
    struct document_row d;
    int64_t id = number_of(w->body, "document", 0);
    day on;
    if (!work_can(w, CAN_IMPORT, f) || !document_row(&w->look, id, &d, f) || !work_office(w, d.keeper, CAN_IMPORT, f))
        return false;
    struct event *e = work_event(w, "document-corrected", NULL);
    const struct slice stand[] = { d.title, d.place, d.session, d.speaker, slice_format(w->arena, "%lld", (long long)d.year), day_text(w->arena, d.delivered_on) };
    for (size_t i = 0; i < COUNT(texts); i++)
        event_set(w->arena, e, texts[i], json_get(set, texts[i]) ? slice_trim(json_text(set, texts[i])) : stand[i]);
    if (event_get(e, "delivered_on").len && !day_parse(event_get(e, "delivered_on"), &on))
        return refuse(f, "bad-day", S("作报告日期"), "delivered_on");
    int64_t year;
    if (!event_int(e, "year", &year) || year < 1949 || year > 2200)
        return refuse(f, "bad-year", event_get(e, "year"), "year");
    event_set_int(w->arena, e, "document", id);
    event_set(w->arena, e, "hash", d.hash);
    event_set(w->arena, e, "text_hash", d.text_hash);
    event_set(w->arena, e, "name", d.name);
    event_set_int(w->arena, e, "keeper", d.keeper);
    return work_emit(w, e, f);
}

/* ---------- split, join, drop, restore ---------- */

static bool is_draft(const struct entry *e, struct fault *f)
{
    return e->stage == ENTRY_DRAFT || refuse(f, "not-a-draft", e->number.len ? e->number : e->title, "entry");
}

static void change_span(struct change *c, uint32_t start, uint32_t end)
{
    c->now.span_start = start;
    c->now.span_end = end;
    event_set(c->w->arena, c->event, "span", slice_format(c->w->arena, "%u-%u", start, end));
}

/* {"entry": …, "parts": ["first title", "second title", …]}: the first keeps the entry, the others are new drafts
 * with the same span and the same fields. */
bool decide_split(struct work *w, struct fault *f)
{
    struct entry e;
    const struct json *parts = json_get(w->body, "parts");
    size_t n = 0;
    if (!work_entry(w, &e, f) || !is_draft(&e, f) || !work_office(w, e.keeper, CAN_IMPORT, f))
        return false;
    for (const struct json *m = parts && parts->kind == JSON_ARRAY ? parts->first : NULL; m; m = m->next, n++)
        if (!slice_trim(m->text).len)
            return refuse(f, "needs-field", common_label(COMMON_TITLE).zh, "parts");
    if (n < 2 || n > 20)
        return refuse(f, "split-parts", S(""), "parts");
    struct change first = change_begin(w, "split", &e);
    change_slot(&first, COMMON_TITLE, slice_trim(parts->first->text));
    if (!change_end(&first, f))
        return false;
    for (const struct json *m = parts->first->next; m; m = m->next) {
        struct change c = change_open(w, e.def, e.keeper, e.year);
        event_set_int(w->arena, c.event, "document", e.document);
        event_set_int(w->arena, c.event, "section_id", e.section_id);
        event_set_int(w->arena, c.event, "split_from", e.id);
        change_span(&c, e.span_start, e.span_end);
        change_slot(&c, COMMON_TITLE, slice_trim(m->text));
        for (int slot = 0; slot < COMMON_COUNT + (int)e.def->n_fields; slot++)
            if (slot >= COMMON_COUNT || slot == COMMON_LEAD || slot == COMMON_SUPPORT || slot == COMMON_LEADER || slot == COMMON_DUE || slot == COMMON_SECTION)
                change_slot(&c, slot, entry_slot_text(w->arena, &e, slot));
        if (!change_end(&c, f))
            return false;
    }
    w->touched = e.id;
    return true;
}

bool decide_join(struct work *w, struct fault *f)
{
    struct entry *at;
    size_t n;
    if (!work_entries(w, &at, &n, f))
        return false;
    if (n < 2)
        return refuse(f, "join-one", S(""), "entries");
    struct slice title = slice_trim(json_text(w->body, "title"));
    uint32_t start = at[0].span_start, end = at[0].span_end;
    struct buf b = buf_open(1 << 16);
    for (size_t i = 0; i < n; i++) {
        if (!is_draft(&at[i], f) || !work_office(w, at[i].keeper, CAN_IMPORT, f))
            return false;
        if (at[i].def != at[0].def || at[i].document != at[0].document)
            return refuse(f, "join-unlike", S(""), "entries");
        start = at[i].span_start < start ? at[i].span_start : start;
        end = at[i].span_end > end ? at[i].span_end : end;
        if (i)
            buf_put(&b, S("；"));
        buf_put(&b, at[i].title);
    }
    struct change c = change_begin(w, "joined", &at[0]);
    change_slot(&c, COMMON_TITLE, title.len ? title : slice_copy(w->arena, buf_slice(&b)));
    buf_close(&b);
    change_span(&c, start, end);
    if (!change_end(&c, f))
        return false;
    for (size_t i = 1; i < n; i++) {
        struct change gone = change_begin(w, "dropped", &at[i]);
        gone.now.stage = ENTRY_DROPPED;
        event_set_int(w->arena, gone.event, "stage", ENTRY_DROPPED);
        event_set_int(w->arena, gone.event, "joined_to", at[0].id);
        if (!change_end(&gone, f))
            return false;
    }
    w->touched = at[0].id;
    return true;
}

static bool restage(struct work *w, enum stage_of_entry from, enum stage_of_entry to, const char *kind, struct fault *f)
{
    struct entry *at;
    size_t n;
    if (!work_entries(w, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (at[i].stage != from)
            return refuse(f, "not-a-draft", at[i].number.len ? at[i].number : at[i].title, "entry");
        if (!work_office(w, at[i].keeper, CAN_IMPORT, f))
            return false;
        struct change c = change_begin(w, kind, &at[i]);
        c.now.stage = to;
        event_set_int(w->arena, c.event, "stage", to);
        if (!change_end(&c, f))
            return false;
    }
    return true;
}

bool decide_drop(struct work *w, struct fault *f)
{
    return restage(w, ENTRY_DRAFT, ENTRY_DROPPED, "dropped", f);
}

bool decide_restore(struct work *w, struct fault *f)
{
    return restage(w, ENTRY_DROPPED, ENTRY_DRAFT, "restored", f);
}

/* ---------- the units' opinions (征求意见) ---------- */

bool decide_consult(struct work *w, struct fault *f)
{
    struct entry *at;
    size_t n, asked = 0;
    day until = DAY_NONE;
    struct slice typed = json_text(w->body, "until");
    if (typed.len && !day_parse(typed, &until))
        return refuse(f, "bad-day", S("反馈期限"), "until");
    if (!work_entries(w, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_draft(&at[i], f) || !work_office(w, at[i].keeper, CAN_HAND_OUT, f))
            return false;
        if (!at[i].lead || !at[i].def->receipt.used)
            continue;
        struct change c = change_begin(w, "consulted", &at[i]);
        struct buf b = buf_open(1 << 20);
        buf_char(&b, '[');
        bool ok = receipts_renew(&c, ENTRY_DRAFT, until, &b, f);
        buf_char(&b, ']');
        bool some = b.len > 2;
        if (ok && some)
            event_set(w->arena, c.event, "receipts", slice_copy(w->arena, buf_slice(&b)));
        buf_close(&b);
        if (!ok || (some && !change_end(&c, f)))
            return false;
        asked += some;
    }
    return asked || refuse(f, "nobody-to-ask", S(""), "entries");
}

/* ---------- issue: nothing goes live without what its ledger requires ---------- */

static bool opinions_settled(struct work *w, const struct entry *e, struct fault *f)
{
    struct receipt_row *rows;
    size_t n;
    if (!receipts_read(&w->look, e->id, &rows, &n, f))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rows[i].stage == ENTRY_DRAFT && slice_equal(rows[i].state, S("returned")))
            return refuse(f, "opinion-open", e->title, "entries");
    return true;
}

bool decide_issue(struct work *w, struct fault *f)
{
    struct entry *at;
    size_t n, incomplete = 0;
    int64_t first_incomplete = 0;
    if (!work_entries(w, &at, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_draft(&at[i], f) || !work_office(w, at[i].keeper, CAN_HAND_OUT, f) || !opinions_settled(w, &at[i], f))
            return false;
        if (entry_missing(&w->look, &at[i]) >= 0) {
            if (!incomplete++)
                first_incomplete = at[i].id;
        }
    }
    if (incomplete) {
        fault_set(f, FAULT_REFUSED, "issue-incomplete", slice_format(w->arena, "%zu", incomplete), S(""));
        f->field = slice_format(w->arena, "e%lld", (long long)first_incomplete);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct change c = change_begin(w, "issued", &at[i]);
        if (!change_number(&c, f))
            return false;
        change_go_live(&c);
        if (!change_end(&c, f))
            return false;
    }
    return true;
}

/* A kind that the pack declares has a series of numbers a year. The file was written with one: it must still be next. */
static bool paper_number(struct work *w, struct event *e, struct fault *f)
{
    const struct paper_kind *kind = pack_paper(w->look.pack, json_text(w->body, "paper"));
    struct slice said = json_text(w->body, "number"), number;
    int64_t seq, year = number_of(w->body, "year", 0);
    int y, m, d;
    day_parts(w->look.today, &y, &m, &d);
    if (!kind)
        return true;
    if (!year)
        year = y;
    if (year < 1949 || year > 2200)
        return refuse(f, "bad-year", json_text(w->body, "year"), "year");
    if (!paper_number_next(&w->look, kind, year, &seq, &number, f))
        return false;
    if (said.len && !slice_equal(said, number)) {
        fault_set(f, FAULT_STALE, "paper-number-taken", said, number);
        f->field = S("number");
        return false;
    }
    event_set(w->arena, e, "number", number);
    event_set_int(w->arena, e, "number.year", year);
    event_set_int(w->arena, e, "number.seq", seq);
    return true;
}

/* The paper of an issue, made from what is live: {"paper": "assignment", "title": …, "number": …, "year": 2026,
 * "count": 84, "proofs": […]} */
bool decide_paper(struct work *w, struct fault *f)
{
    struct event *e = work_event(w, "paper-issued", NULL);
    bool any;
    if (!work_can(w, CAN_HAND_OUT, f) || !work_proofs(w, e, &any, f))
        return false;
    if (!any)
        return refuse(f, "needs-proofs", S("印发"), "proofs");
    if (!paper_number(w, e, f))
        return false;
    event_set(w->arena, e, "files", event_get(e, "proofs"));
    event_set(w->arena, e, "proofs", S("[]"));
    event_set(w->arena, e, "paper", json_text(w->body, "paper"));
    event_set(w->arena, e, "title", json_text(w->body, "title"));
    event_set_int(w->arena, e, "entries", number_of(w->body, "count", 0));
    event_set_int(w->arena, e, "keeper", work_duty_unit(w, 0, CAN_HAND_OUT));
    return work_emit(w, e, f);
}

/* ---------- undo: a reversing event for each change of one act ---------- */

static bool undo_field(struct change *c, const struct event *e, const struct event_field *field)
{
    struct slice name = slice_from(field->name, slice_starts(field->name, S("f.")) ? 2 : 0);
    int slot = ledger_slot(c->now.def, name);
    struct slice was = event_get(e, slice_text(c->w->arena, slice_format(c->w->arena, "was." S_FMT, S_ARG(field->name))));
    struct slice now = field->value, tag;
    if (slot < 0 || (slot >= COMMON_STATE && slot < COMMON_COUNT) || slot == COMMON_NUMBER)
        return true;
    if (slot >= COMMON_COUNT) { /* without their type */
        if (now.len)
            slice_cut(&now, ':', &tag);
        if (was.len)
            slice_cut(&was, ':', &tag);
    }
    if (!slice_equal(entry_slot_text(c->w->arena, &c->now, slot), now.len ? now : S("")))
        return false; /* changed again since: left alone */
    change_slot(c, slot, was.len ? was : S(""));
    return true;
}

static bool undo_one(struct work *w, const struct event *e, size_t *undone, size_t *left, struct fault *f)
{
    struct entry now;
    if (!entry_see(&w->look, e->entry, &now, f))
        return false;
    bool drop = slice_equal(e->kind, S("dropped")) && now.stage == ENTRY_DROPPED;
    if (now.stage != ENTRY_LIVE ? !work_office(w, now.keeper, CAN_HAND_OUT, f) : !work_permitted(w, &now, now.def->common_set_by[COMMON_LEAD], f))
        return false;
    struct change c = change_begin(w, "undone", &now);
    bool whole = true;
    for (size_t i = 0; i < e->n; i++)
        if (!slice_starts(e->fields[i].name, S("was.")))
            whole = undo_field(&c, e, &e->fields[i]) && whole;
    if (drop) {
        c.now.stage = ENTRY_DRAFT;
        event_set_int(w->arena, c.event, "stage", ENTRY_DRAFT);
    }
    *left += !whole;
    if (!c.event->n)
        return true;
    event_set_int(w->arena, c.event, "undoes", e->seq);
    ++*undone;
    return change_end(&c, f);
}

/* {"first": 4711, "last": 4750}: the sequence numbers of the act, as its answer gave them. */
bool decide_undo(struct work *w, struct fault *f)
{
    int64_t first = number_of(w->body, "first", 0), last = number_of(w->body, "last", first);
    struct { struct event *at; size_t n, cap; } events = { 0 };
    struct rows r;
    size_t undone = 0, left = 0;
    if (first < 1 || last < first || last - first >= COMMAND_ENTRIES_MAX)
        return refuse(f, "nothing-to-undo", S(""), "first");
    store_ask(w->look.conn, SQL_EVENT_RANGE, ARGS(v_int(w->ledger->county), v_int(LOG_MAIN), v_int(first), v_int(last)), &r, f);
    while (rows_next(&r)) {
        struct event e;
        if (event_from_row(w->arena, &r, &e) && (slice_equal(e.kind, S("changed")) || slice_equal(e.kind, S("dropped"))))
            PUSH(w->arena, &events, e);
    }
    if (!rows_end(&r))
        return false;
    for (size_t i = events.n; i--;)
        if (!undo_one(w, &events.at[i], &undone, &left, f))
            return false;
    return undone || refuse(f, left ? "undo-changed-since" : "nothing-to-undo", S(""), "first");
}

/* ---------- last year's table (上年分工), for proposals ---------- */

bool decide_precedent(struct work *w, struct fault *f)
{
    const struct json *rows = json_get(w->body, "rows");
    if (!work_can(w, CAN_HAND_OUT, f))
        return false;
    if (!rows || rows->kind != JSON_ARRAY || !rows->first)
        return refuse(f, "nothing-said", S(""), "rows");
    struct event *e = work_event(w, "precedent-added", NULL);
    struct buf b = buf_open(4 << 20);
    json_put(&b, rows);
    event_set(w->arena, e, "rows", slice_copy(w->arena, buf_slice(&b)));
    event_set(w->arena, e, "name", json_text(w->body, "name"));
    bool ok = !b.failed || refuse(f, "too-large", S("4 MB"), "rows");
    buf_close(&b);
    return ok && work_emit(w, e, f);
}
