/* command.c: the one door. A command is looked up in a table, decided, logged and folded, inside one transaction that
 * it may share with others; where it is refused nothing of it remains. */
#include "ledger/inside.h"

#include <sodium.h>
#include <stdlib.h>

static const struct { const char *name; decide_fn *decide; } doors[] = {
    { "answer", decide_answer },       /* 答复申请 */
    { "ask", decide_ask },             /* 申请, as the pack names it */
    { "consult", decide_consult },     /* 征求意见 */
    { "correct", decide_correct },     /* the facts of a document */
    { "disable", decide_disable },     /* an account */
    { "drop", decide_drop },           /* a draft */
    { "duty", decide_duty },
    { "end-duty", decide_end_duty },
    { "import", decide_import },
    { "issue", decide_issue },         /* 印发: drafts go live */
    { "join", decide_join },
    { "line", decide_line },
    { "move", decide_move },           /* which one stands in "move", from the pack */
    { "open", decide_open },           /* 立项 */
    { "paper", decide_paper },
    { "people", decide_people },       /* units, persons, accounts, duties in bulk */
    { "plan", decide_plan },
    { "precedent", decide_precedent }, /* last year's table */
    { "report", decide_report },       /* 报送进展 */
    { "reset", decide_reset },         /* a forgotten password: a one-time one is given */
    { "restore", decide_restore },
    { "return", decide_return },       /* 退办 */
    { "round", decide_round },         /* 报送轮次; what is done in it stands in "act" */
    { "rule", decide_rule },           /* 裁定 */
    { "set", decide_set },
    { "sign", decide_sign },           /* 签收 */
    { "split", decide_split },
    { "succeed", decide_succeed },     /* 接任: duties and what is open */
    { "tick", decide_tick },
    { "undo", decide_undo },
};

/* ---------- events into log and tables ---------- */

bool work_emit(struct work *w, struct event *e, struct fault *f)
{
    e->key = w->key;
    if (w->key.len && !w->n_events)
        event_set(w->arena, e, "request", w->request);
    if (w->arena->failed)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    if (!log_append(w->ledger, LOG_MAIN, w->head, e, f) || !fold(w->look.conn, w->ledger->county, w->arena, e, f))
        return false;
    if (!w->first)
        w->first = e->seq;
    w->last = e->seq;
    w->n_events++;
    w->next_seq = w->head->size + 1;
    return true;
}

bool work_people_again(struct work *w, struct fault *f)
{
    struct people *again = people_read(w->look.conn, w->ledger->county, w->look.pack, w->head->size, f);
    if (!again)
        return false;
    again->older = w->people_again;
    w->people_again = again;
    w->look.people = again;
    return true;
}

static void people_settle(struct work *w, bool accepted)
{
    struct people *at = w->people_again;
    if (accepted && at) {
        struct people *old = w->ledger->people;
        w->ledger->people = at;
        w->ledger->people_changed = true;
        struct people *rest = at->older;
        at->older = NULL;
        at = rest;
        people_close(old);
    }
    while (at) {
        struct people *older = at->older;
        people_close(at);
        at = older;
    }
}

/* ---------- keys: the same command twice is done once ---------- */

static bool read_key(struct work *w, struct fault *f)
{
    struct slice hex = json_text(w->body, "key");
    unsigned char key[KEY_BYTES], hash[HASH_BYTES];
    size_t len;
    if (!hex.len)
        return true;
    if (hex.len != 2 * KEY_BYTES || sodium_hex2bin(key, sizeof key, hex.at, hex.len, NULL, &len, NULL) || len != KEY_BYTES) {
        fault_set(f, FAULT_USAGE, "bad-key", S(""), S(""));
        f->field = S("key");
        return false;
    }
    w->key = slice_copy(w->arena, (struct slice){ (const char *)key, KEY_BYTES });
    hash_parts(&w->ledger->hasher, &w->command->body_text, 1, hash);
    w->request = hash_hex(w->arena, hash);
    return true;
}

/* True when the answer is settled: either repeated, or refused because the key stood for something else. */
static bool known_key(struct work *w, struct command *c, bool *settled)
{
    struct rows r;
    *settled = false;
    if (!w->key.len)
        return true;
    store_ask(w->look.conn, SQL_ANSWER_GET, ARGS(v_int(w->ledger->county), v_text(c->account), v_blob(w->key)), &r, &c->fault);
    if (rows_next(&r)) {
        *settled = true;
        if (slice_equal(rows_text(&r, 0), w->request)) {
            c->ok = c->repeated = true;
            c->first = rows_int(&r, 1);
            c->last = rows_int(&r, 2);
            c->entry = rows_int(&r, 3);
        } else {
            fault_set(&c->fault, FAULT_REFUSED, "key-reused", S(""), S(""));
            c->fault.field = S("key");
        }
    }
    return rows_end(&r);
}

/* ---------- one command in an open transaction ---------- */

static decide_fn *door_named(struct slice name)
{
    for (size_t i = 0; i < COUNT(doors); i++)
        if (slice_equal(slice_of(doors[i].name), name))
            return doors[i].decide;
    return NULL;
}

struct work work_begin(struct ledger *l, struct command *c, struct arena *a, struct log_head *head)
{
    int64_t now = l->world.now_ms(l->world.context);
    if (now < head->last_ms)
        now = head->last_ms;
    struct work w = { .ledger = l, .command = c, .body = c ? c->body : NULL, .arena = a, .head = head, .next_seq = head->size + 1, .now_ms = now };
    w.look = (struct look){ .ledger = l, .pack = &l->pack, .people = l->people, .conn = l->conn, .arena = a, .today = day_of_ms(now) };
    w.look.who = actor_of(a, &l->pack, l->people, c ? c->account : S("clock"), w.look.today);
    if (!c)
        w.look.who.account = S("clock");
    return w;
}

bool command_run(struct ledger *l, struct command *c, struct log_head *head)
{
    struct log_head before = *head;
    struct work w = work_begin(l, c, c->arena, head);
    decide_fn *decide = door_named(json_text(c->body, "do"));
    bool settled, ok = false;
    c->ok = false;
    if (!decide)
        return fault_set(&c->fault, FAULT_USAGE, "unknown-command", json_text(c->body, "do"), S(""));
    if (!w.look.who.person && !slice_equal(c->account, S("clock")))
        return fault_set(&c->fault, FAULT_FORBIDDEN, "not-signed-in", S(""), S(""));
    if (slice_equal(c->account, S("clock")))
        w.look.who.account = S("clock");
    if (!read_key(&w, &c->fault) || !known_key(&w, c, &settled) || settled)
        return c->ok;
    if (store_savepoint(l->conn, &c->fault)) {
        ok = decide(&w, &c->fault);
        if (ok && c->arena->failed)
            ok = fault_set(&c->fault, FAULT_BROKEN, "no-memory", S(""), S(""));
        if (ok)
            ok = store_release(l->conn, &c->fault);
        else
            store_undo(l->conn);
    }
    if (!ok)
        *head = before;
    people_settle(&w, ok);
    c->ok = ok;
    c->first = w.first;
    c->last = w.last;
    c->entry = w.touched;
    return ok;
}

/* ---------- a transaction around it ---------- */

bool batch_begin(struct ledger *l, struct log_head *head, struct fault *f)
{
    if (l->stopped)
        return fault_set(f, FAULT_BROKEN, "writing-stopped", S(""), S(""));
    if (!store_begin(l->conn, f))
        return false;
    /* The write lock is held now: if another process (a command line beside the server) has written since, its events
     * are taken in first. So there is one writer at a time, whoever it is. */
    int64_t size;
    if (store_number(l->conn, SQL_HEAD_GET, ARGS(v_int(l->county), v_int(LOG_MAIN)), 0, &size, f) && (size == l->heads[LOG_MAIN].size || ledger_load(l, f))) {
        *head = l->heads[LOG_MAIN];
        l->people_changed = false;
        if (tick_due(l, head, f))
            return true;
    }
    store_rollback(l->conn);
    return false;
}

bool batch_commit(struct ledger *l, struct log_head *head, struct fault *f)
{
    bool ok = true;
    if (head->size != l->heads[LOG_MAIN].size) {
        log_head_root(&l->hasher, head);
        ok = log_head_write(l->conn, l->county, LOG_MAIN, head, f)
            && (l->options.sabotage_no_self_check || log_self_check(l, LOG_MAIN, &l->heads[LOG_MAIN], head, f));
    }
    if (ok && !store_commit(l->conn, f)) {
        ok = false;
        /* A commit that failed for another reason than a full disk may or may not be on the disk. Nothing more is
         * written until a restart has recovered: a failed fsync is never retried. */
        l->stopped = f->kind == FAULT_BROKEN && strcmp(f->code, "disk-full") != 0;
    }
    if (!ok) {
        batch_abandon(l);
        return false;
    }
    l->heads[LOG_MAIN] = *head;
    return true;
}

/* Back to what the tables say; the snapshot of the people is read anew if the batch had changed it. */
void batch_abandon(struct ledger *l)
{
    struct fault none;
    store_rollback(l->conn);
    if (!ledger_load(l, &none))
        l->stopped = true;
}

bool command_do(struct ledger *l, struct command *c)
{
    struct log_head head;
    c->ok = false;
    pthread_mutex_lock(&l->writing);
    if (batch_begin(l, &head, &c->fault)) {
        bool ok = command_run(l, c, &head);
        if (ok && l->options.sabotage_answer_early && c->done)
            c->done(c);
        struct fault f;
        if (!batch_commit(l, &head, &f)) {
            c->ok = ok = false;
            c->fault = f;
        }
        if (ok && !l->options.sabotage_answer_early && c->done)
            c->done(c);
    }
    pthread_mutex_unlock(&l->writing);
    return c->ok;
}

/* ---------- the answer ---------- */

/* A missing field is named in the code: needs-due. */
void fault_put_code(struct buf *b, const struct fault *f)
{
    if (f->code && !strcmp(f->code, "needs-field") && f->field.len) {
        buf_text(b, "needs-");
        buf_put(b, f->field);
    } else {
        buf_text(b, f->code ? f->code : "");
    }
}

void command_put_answer(struct buf *b, const struct ledger *l, const struct command *c)
{
    if (c->ok) {
        buf_format(b, "{\"ok\":true,\"seq\":%lld,\"last\":%lld", (long long)c->first, (long long)c->last);
        if (c->entry)
            buf_format(b, ",\"entry\":%lld", (long long)c->entry);
        buf_text(b, c->repeated ? ",\"repeated\":true}" : "}");
        return;
    }
    buf_text(b, "{\"ok\":false,\"code\":\"");
    fault_put_code(b, &c->fault);
    buf_char(b, '"');
    for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
        struct buf say = buf_open(4096);
        fault_say(&say, &c->fault, (enum language)lang);
        json_name(b, lang == LANG_ZH ? "zh" : "en");
        json_put_string(b, buf_slice(&say));
        buf_close(&say);
    }
    if (c->fault.field.len) {
        json_name(b, "field");
        json_put_string(b, c->fault.field);
    }
    buf_char(b, '}');
}
