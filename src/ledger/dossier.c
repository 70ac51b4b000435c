/* dossier.c: all that hangs on one entry (一事一档), what the person who looks at it may do next, and the documents and
 * papers that entries come from and end in. What is offered is asked of the same functions that decide a command, so a
 * page never shows a door that is locked, nor hides one that is open. */
#include "ledger/inside.h"

#define OF_ENTRY ARGS(v_int(ledger_county(look->ledger)), v_int(e->id))

/* ---------- the parts of an entry ---------- */

static bool read_notices(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    struct { struct notice_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_NOTICE_ALL, OF_ENTRY, &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, (struct notice_row){ .id = rows_int(&r, 0), .kind = rows_copy(look->arena, &r, 1), .label = rows_copy(look->arena, &r, 2),
            .unit = rows_int(&r, 3), .on = rows_day(&r, 4) });
    file->notices = list.at;
    file->n_notices = list.n;
    return rows_end(&r);
}

static bool read_proofs(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    struct { struct proof_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_PROOF_ALL, OF_ENTRY, &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, (struct proof_row){ .seq = rows_int(&r, 0), .hash = rows_copy(look->arena, &r, 2), .name = rows_copy(look->arena, &r, 3),
            .size = rows_int(&r, 4) });
    file->proofs = list.at;
    file->n_proofs = list.n;
    return rows_end(&r);
}

static bool read_lines(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    struct { struct line_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_LINE_ALL, OF_ENTRY, &r, f);
    while (rows_next(&r)) {
        struct line_row row = { .lines = rows_copy(look->arena, &r, 0), .id = rows_int(&r, 1), .account = rows_copy(look->arena, &r, 2), .on = rows_day(&r, 3) };
        struct fault none;
        if (!json_parse(look->arena, rows_copy(look->arena, &r, 4), &row.fields, &none)) /* our own writing: it parses */
            row.fields = NULL;
        PUSH(look->arena, &list, row);
    }
    file->lines = list.at;
    file->n_lines = list.n;
    return rows_end(&r);
}

static bool read_history(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    struct { struct history_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    bool sound = true;
    store_ask(look->conn, SQL_EVENT_OF_ENTRY, OF_ENTRY, &r, f);
    while (sound && rows_next(&r)) {
        struct event *event = NEW(look->arena, struct event, 1);
        sound = event_from_row(look->arena, &r, event);
        PUSH(look->arena, &list, (struct history_row){ event->seq, event->at_ms, event->kind, event->account, event });
    }
    file->history = list.at;
    file->n_history = list.n;
    if (!rows_end(&r))
        return false;
    return sound || fault_set(f, FAULT_BROKEN, "bad-event", slice_format(look->arena, "%lld", (long long)list.at[list.n - 1].seq), S(""));
}

/* The days left that a page shows are those of today, not of the day when the clock was written. */
static bool read_clocks(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    if (!clocks_read(look, e->id, &file->clocks, &file->n_clocks, f))
        return false;
    for (size_t i = 0; i < file->n_clocks; i++)
        if (file->clocks[i].ends != DAY_NONE)
            file->clocks[i].days_left = file->clocks[i].ends - look->today;
    return true;
}

bool entry_file(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f)
{
    *file = (struct entry_file){ 0 };
    return milestones_read(look, e->id, &file->milestones, &file->n_milestones, f)
        && receipts_read(look, e->id, &file->receipts, &file->n_receipts, f)
        && asks_read(look, e, &file->asks, &file->n_asks, f)
        && read_clocks(look, e, file, f) && read_notices(look, e, file, f) && read_proofs(look, e, file, f)
        && read_lines(look, e, file, f) && read_history(look, e, file, f);
}

/* ---------- what may be done now ---------- */

struct offering { const struct look *look; const struct entry *entry; const struct entry_file *file; struct offers *offers; };

static struct offer *offer(struct offering *x, enum act act, int which, int64_t id)
{
    PUSH(x->look->arena, x->offers, (struct offer){ .act = act, .which = which, .id = id });
    return &x->offers->at[x->offers->n - 1];
}

static void offer_moves(struct offering *x)
{
    const struct ledger_def *d = x->entry->def;
    for (size_t i = 0; i < d->n_moves; i++) {
        struct offer *o = offer(x, ACT_MOVE, (int)i, 0);
        o->allowed = move_open_to(x->look, x->entry, &d->moves[i], false, &o->why);
    }
}

static void offer_lines(struct offering *x)
{
    const struct ledger_def *d = x->entry->def;
    for (size_t i = 0; i < d->n_lines; i++) {
        struct offer *o = offer(x, ACT_LINE, (int)i, 0);
        o->allowed = line_open_to(x->look, x->entry, &d->lines[i], false, &o->why);
    }
}

static void offer_asks(struct offering *x)
{
    const struct ledger_def *d = x->entry->def;
    for (size_t i = 0; i < d->n_asks; i++) {
        struct offer *o = offer(x, ACT_ASK, (int)i, 0);
        o->allowed = ask_open_to(x->look, x->entry, &d->asks[i], x->file->asks, x->file->n_asks, &o->why);
    }
    for (size_t i = 0; i < x->file->n_asks; i++) {
        const struct ask_row *row = &x->file->asks[i];
        if (row->ask < 0 || !slice_equal(row->state, S("asked")))
            continue;
        struct offer *o = offer(x, ACT_ANSWER, row->ask, row->id);
        o->allowed = answer_open_to(x->look, x->entry, &d->asks[row->ask], false, &o->why);
    }
}

/* Receipts of the stage that the entry is in: opinions on a draft, signatures for what is live. */
static void offer_receipts(struct offering *x)
{
    for (size_t i = 0; i < x->file->n_receipts; i++) {
        const struct receipt_row *row = &x->file->receipts[i];
        if (row->stage != (int)x->entry->stage)
            continue;
        struct offer *o = offer(x, ACT_SIGN, 0, row->unit);
        o->allowed = sign_open_to(x->look, x->entry, row, false, &o->why);
        o = offer(x, ACT_RETURN, 0, row->unit);
        o->allowed = return_open_to(x->look, x->entry, row, false, &o->why);
        if (!slice_equal(row->state, S("returned")))
            continue;
        o = offer(x, ACT_RULE, 0, row->unit);
        o->allowed = rule_open_to(x->look, x->entry, false, &o->why);
    }
}

/* Slots that somebody may set at all; a computed or kernel's own one is no offer. */
static void offer_slots(struct offering *x)
{
    const struct ledger_def *d = x->entry->def;
    for (int slot = 0; slot < COMMON_COUNT + (int)d->n_fields; slot++) {
        struct offer o = { .act = ACT_SET, .which = slot };
        o.allowed = set_open_to(x->look, x->entry, slot, &o.why);
        bool ever = x->entry->stage == ENTRY_LIVE && (slot < COMMON_COUNT ? d->common_set_by[slot] : d->fields[slot - COMMON_COUNT].set_by);
        if (o.allowed || (ever && strcmp(o.why.code, "field-computed")))
            PUSH(x->look->arena, x->offers, o);
    }
}

bool entry_offers(const struct look *look, const struct entry *e, const struct entry_file *file, struct offers *offers, struct fault *f)
{
    struct offering x = { look, e, file, offers };
    (void)f;
    *offers = (struct offers){ 0 };
    offer_moves(&x);
    struct offer *o = offer(&x, ACT_REPORT, 0, 0);
    o->allowed = report_open_to(look, e, false, &o->why);
    if (e->def->plan != PLAN_NONE) {
        o = offer(&x, ACT_PLAN, 0, 0);
        o->allowed = plan_open_to(look, e, false, &o->why);
    }
    offer_lines(&x);
    offer_asks(&x);
    offer_receipts(&x);
    offer_slots(&x);
    return !look->arena->failed || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}

/* ---------- documents: whoever has an account in the county reads them ---------- */

static void document_from(struct arena *a, const struct rows *r, struct document_row *d)
{
    *d = (struct document_row){ .id = rows_int(r, 0), .hash = rows_copy(a, r, 1), .text_hash = rows_copy(a, r, 2), .name = rows_copy(a, r, 3),
        .title = rows_copy(a, r, 4), .place = rows_copy(a, r, 5), .session = rows_copy(a, r, 6), .speaker = rows_copy(a, r, 7), .year = rows_int(r, 8),
        .delivered_on = rows_day(r, 9), .keeper = rows_int(r, 10), .added_on = rows_day(r, 11) };
}

static bool is_known(const struct look *look)
{
    return look->who.person || slice_equal(look->who.account, S("clock"));
}

bool document_row(const struct look *look, int64_t id, struct document_row *d, struct fault *f)
{
    struct rows r;
    bool found = false;
    store_ask(look->conn, SQL_DOCUMENT_GET, ARGS(v_int(ledger_county(look->ledger)), v_int(id)), &r, f);
    if (rows_next(&r)) {
        document_from(look->arena, &r, d);
        found = is_known(look);
    }
    if (!rows_end(&r))
        return false;
    return found || fault_set(f, FAULT_MISSING, "no-document", S(""), S(""));
}

bool documents_ask(const struct look *look, struct document_row **at, size_t *n, struct fault *f)
{
    struct { struct document_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_DOCUMENT_ALL, ARGS(v_int(ledger_county(look->ledger))), &r, f);
    while (is_known(look) && rows_next(&r)) {
        struct document_row d;
        document_from(look->arena, &r, &d);
        PUSH(look->arena, &list, d);
    }
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

static bool read_sections(const struct look *look, int64_t id, struct section_row **at, size_t *n, struct fault *f)
{
    struct { struct section_row *at; size_t n, cap; } list = { 0 };
    struct arena *a = look->arena;
    struct rows r;
    store_ask(look->conn, SQL_SECTION_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(id)), &r, f);
    while (rows_next(&r))
        PUSH(a, &list, (struct section_row){ .id = rows_int(&r, 0), .parent = rows_int(&r, 1), .level = rows_int(&r, 2), .label = rows_copy(a, &r, 3),
            .heading = rows_copy(a, &r, 4), .part = rows_copy(a, &r, 5), .start = (uint32_t)rows_int(&r, 6), .end = (uint32_t)rows_int(&r, 7) });
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

static bool read_terms(const struct look *look, int64_t id, struct term_row **at, size_t *n, struct fault *f)
{
    struct { struct term_row *at; size_t n, cap; } list = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_TERM_ALL, ARGS(v_int(ledger_county(look->ledger)), v_int(id)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &list, (struct term_row){ rows_copy(look->arena, &r, 0), rows_copy(look->arena, &r, 1), (uint32_t)rows_int(&r, 2), (uint32_t)rows_int(&r, 3) });
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}

bool document_ask(const struct look *look, int64_t id, struct document_row *d, struct slice *text, struct section_row **sections,
    size_t *n_sections, struct term_row **terms, size_t *n_terms, struct fault *f)
{
    return document_row(look, id, d, f) && file_get(look->ledger, look->arena, d->text_hash, text, f)
        && read_sections(look, id, sections, n_sections, f) && read_terms(look, id, terms, n_terms, f);
}

bool document_entries(const struct look *look, int64_t id, struct entry **at, size_t *n, struct fault *f)
{
    struct { struct entry *at; size_t n, cap; } list = { 0 };
    struct ids ids = { 0 };
    struct rows r;
    store_ask(look->conn, SQL_ENTRY_OF_DOCUMENT, ARGS(v_int(ledger_county(look->ledger)), v_int(id)), &r, f);
    while (rows_next(&r))
        PUSH(look->arena, &ids, rows_int(&r, 0));
    if (!rows_end(&r))
        return false;
    for (size_t i = 0; i < ids.n; i++) {
        struct entry e;
        if (entry_see(look, ids.at[i], &e, f))
            PUSH(look->arena, &list, e);
        else if (f->kind != FAULT_MISSING) /* not theirs to see, or of a ledger that the pack no longer has */
            return false;
    }
    *at = list.at;
    *n = list.n;
    return true;
}

/* ---------- papers that were issued ---------- */

bool papers_ask(const struct look *look, struct paper_row **at, size_t *n, struct fault *f)
{
    struct { struct paper_row *at; size_t n, cap; } list = { 0 };
    struct arena *a = look->arena;
    struct rows r;
    store_ask(look->conn, SQL_PAPER_ALL, ARGS(v_int(ledger_county(look->ledger))), &r, f);
    while (is_known(look) && rows_next(&r))
        PUSH(a, &list, (struct paper_row){ .id = rows_int(&r, 0), .kind = rows_copy(a, &r, 1), .title = rows_copy(a, &r, 2), .hash = rows_copy(a, &r, 3),
            .name = rows_copy(a, &r, 4), .place = rows_int(&r, 5), .on = rows_day(&r, 6), .entries = rows_int(&r, 7), .keeper = rows_int(&r, 8), .number = rows_copy(a, &r, 9) });
    *at = list.at;
    *n = list.n;
    return rows_end(&r);
}
