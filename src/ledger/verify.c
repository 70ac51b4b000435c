/* verify.c: can what stands here be believed?
 *
 *   1. each log against itself: no gap, canonical bytes, commitments and leaves anew, time not going back, head equal
 *   2. the tables against the log: every event folded once more into an empty store, both stores compared row by row
 *   3. the files that the tables name: there, and with their hash
 *   4. the log against a checkpoint that somebody kept: without it the holder of the store could have made the whole
 *      log anew, and 1 to 3 would be content
 *
 * It stops at the first thing that is wrong and names it. All of it reads one state of the store, so that it can run
 * beside a serving ledger. What the database itself holds for damaged is said first. */
#include "ledger/inside.h"

#include <stdlib.h>

struct check {
    struct ledger *l;
    struct conn *conn, *fresh;      /* the store, and the empty one that the log is folded into */
    struct hasher hasher;
    struct arena each;              /* of one event, one row, one file */
    struct arena *a;                /* of the verdict */
    struct note_text note;          /* where a checkpoint was given */
    bool has_note;
    unsigned char root_then[HASH_BYTES]; /* at the checkpoint's size */
    int64_t main_size;
    struct verdict *v;
    struct fault *fault;
};

/* Always false: nothing after the first finding is looked at. */
static bool found(struct check *k, int64_t seq, const char *what, struct slice where)
{
    k->v->first_bad = seq;
    k->v->what = what;
    k->v->where = slice_copy(k->a, where);
    return false;
}

static struct slice log_name(int log)
{
    return log == LOG_MAIN ? S("event") : S("audit");
}

/* ---------- one state of the store ---------- */

static bool in_memory(const struct ledger *l)
{
    return !strcmp(l->path, ":memory:");
}

struct conn *snapshot_begin(struct ledger *l, struct fault *f)
{
    struct conn *c;
    if (in_memory(l)) {
        pthread_mutex_lock(&l->writing);
        return l->conn;
    }
    if (!store_reader(l->path, l->options.store, &c, f))
        return NULL;
    if (store_begin_read(c, f))
        return c;
    store_close(c);
    return NULL;
}

void snapshot_end(struct ledger *l, struct conn *c)
{
    if (c == l->conn) {
        pthread_mutex_unlock(&l->writing);
        return;
    }
    store_rollback(c);
    store_close(c);
}

/* ---------- 1. a log against itself ---------- */

static bool check_event(struct check *k, int log, const struct rows *rows, struct log_head *again, struct event *e)
{
    int64_t seq = again->size + 1, stands = rows_int(rows, 0);
    if (stands != seq)
        return found(k, stands < seq ? stands : seq, stands < seq ? "verify-seq" : "verify-gap", log_name(log));
    if (!event_from_row(&k->each, rows, e))
        return found(k, seq, "verify-body", log_name(log));
    if (!event_check(&k->hasher, k->l->county, log, e) && !k->l->options.sabotage_no_leaf_check)
        return found(k, seq, "verify-leaf", log_name(log));
    if (e->at_ms < again->last_ms)
        return found(k, seq, "verify-time", log_name(log));
    again->last_ms = e->at_ms;
    log_head_add(&k->hasher, again, e->leaf);
    return true;
}

/* The first event below the first subtree whose root is another than the head says. */
static int64_t first_below(const struct log_head *kept, const struct log_head *again)
{
    int64_t first = 1, rest = again->size;
    for (size_t i = 0; i < again->n_frontier; i++) {
        int64_t width = (int64_t)1 << (63 - __builtin_clzll((unsigned long long)rest));
        if (memcmp(kept->frontier[i], again->frontier[i], HASH_BYTES))
            return first;
        first += width;
        rest -= width;
    }
    return 0;
}

static bool check_head(struct check *k, int log, struct log_head *again)
{
    struct log_head kept;
    struct fault f;
    if (!log_head_read(k->conn, k->l->county, log, &kept, &f))
        return strcmp(f.code, "store-damaged") ? (*k->fault = f, false) : found(k, 0, "verify-head", log_name(log));
    if (kept.size > again->size)
        return found(k, again->size + 1, "verify-gap", log_name(log));
    if (kept.size < again->size)
        return found(k, kept.size + 1, "verify-extra", log_name(log));
    log_head_root(&k->hasher, again);
    bool same_nodes = !again->n_frontier || !memcmp(kept.frontier, again->frontier, again->n_frontier * HASH_BYTES);
    if (again->size && (!same_nodes || memcmp(kept.root, again->root, HASH_BYTES) || kept.last_ms != again->last_ms))
        return found(k, same_nodes ? 0 : first_below(&kept, again), "verify-head", log_name(log));
    return true;
}

static bool check_log(struct check *k, int log)
{
    struct log_head again = { 0 };
    struct rows rows;
    bool ok = true;
    store_ask(k->conn, SQL_EVENT_FROM, ARGS(v_int(k->l->county), v_int(log), v_int(INT64_MIN)), &rows, k->fault);
    while (ok && rows_next(&rows)) {
        struct event e;
        ok = check_event(k, log, &rows, &again, &e);
        if (log == LOG_MAIN && k->has_note && again.size == k->note.size) {
            log_head_root(&k->hasher, &again);
            memcpy(k->root_then, again.root, HASH_BYTES);
        }
        arena_reset(&k->each);
    }
    if (!rows_end(&rows) || !ok || !check_head(k, log, &again))
        return false;
    if (log == LOG_MAIN)
        k->v->events = k->main_size = again.size;
    return true;
}

/* Rows that belong to no event of the two logs. */
static bool check_strays(struct check *k)
{
    struct rows r;
    bool ok = true;
    store_ask(k->conn, SQL_EVENT_STRAY, ARGS(v_int(k->l->county)), &r, k->fault);
    if (rows_next(&r))
        ok = found(k, rows_int(&r, 2), "verify-extra", rows_text(&r, 0));
    return rows_end(&r) && ok;
}

/* ---------- 2. the tables against the log ---------- */

static bool same_arg(struct arg a, struct arg b)
{
    return a.kind == b.kind && (a.kind == ARG_NULL || (a.kind == ARG_INT ? a.number == b.number : slice_equal(a.text, b.text)));
}

static int compare_arg(struct arg a, struct arg b)
{
    if (a.kind == ARG_INT && b.kind == ARG_INT)
        return (a.number > b.number) - (a.number < b.number);
    return a.kind != b.kind ? (int)a.kind - (int)b.kind : slice_compare(a.text, b.text);
}

static int column_named(const struct rows *r, struct slice name)
{
    for (int i = 0; i < rows_columns(r); i++)
        if (slice_equal(rows_name(r, i), name))
            return i;
    return 0;
}

/* entry county=150999 entry=17 lead */
static bool differs(struct check *k, struct slice table, const struct slices *key, const struct rows *r, struct slice column)
{
    struct buf b = buf_open(8192);
    buf_put(&b, table);
    for (size_t i = 0; i < key->n; i++) {
        struct arg v = rows_arg(r, column_named(r, key->at[i]));
        buf_format(&b, " " S_FMT "=", S_ARG(key->at[i]));
        if (v.kind == ARG_INT)
            buf_int(&b, v.number);
        else if (v.kind == ARG_TEXT)
            buf_put(&b, slice_part(v.text, 0, v.text.len < 200 ? v.text.len : 200));
        else
            for (size_t n = 0; n < v.text.len && n < 32; n++)
                buf_format(&b, "%02x", (unsigned char)v.text.at[n]);
    }
    if (column.len)
        buf_format(&b, " " S_FMT, S_ARG(column));
    found(k, 0, "verify-table", buf_slice(&b));
    buf_close(&b);
    return false;
}

/* Two rows, or one row and none: the lesser key is the one too many or too few. */
static bool same_row(struct check *k, struct slice table, const struct slices *key, const struct rows *kept, const struct rows *made, bool one, bool other)
{
    if (!one || !other)
        return differs(k, table, key, one ? kept : made, S(""));
    for (size_t i = 0; i < key->n; i++) {
        int c = compare_arg(rows_arg(kept, column_named(kept, key->at[i])), rows_arg(made, column_named(made, key->at[i])));
        if (c)
            return differs(k, table, key, c < 0 ? kept : made, S(""));
    }
    for (int i = 0; i < rows_columns(made); i++)
        if (!same_arg(rows_arg(kept, i), rows_arg(made, i)))
            return differs(k, table, key, made, rows_name(made, i));
    return true;
}

static bool check_table(struct check *k, struct slice table)
{
    struct slices key, same_key;
    struct rows kept, made;
    bool ok = true, one = true, other = true;
    store_ask_table(k->conn, &k->each, table, k->l->county, &same_key, &kept, k->fault);
    store_ask_table(k->fresh, &k->each, table, k->l->county, &key, &made, k->fault);
    if (kept.ok && made.ok && rows_columns(&kept) != rows_columns(&made))
        ok = found(k, 0, "verify-table", table);
    while (ok && kept.ok && made.ok && (one || other)) {
        one = rows_next(&kept);
        other = rows_next(&made);
        ok = !kept.ok || !made.ok || (!one && !other) || same_row(k, table, &key, &kept, &made, one, other);
    }
    bool read = rows_end(&kept);
    read = rows_end(&made) && read;
    arena_reset(&k->each);
    return read && ok;
}

static bool fold_again(struct check *k)
{
    int64_t events;
    struct fault f;
    if (!store_open(":memory:", STORE_MEMORY, (struct store_options){ 0 }, &k->fresh, k->fault) || !store_schema_projections(k->fresh, k->fault)
        || !store_begin(k->fresh, k->fault))
        return false;
    if (replay(k->l, k->conn, k->fresh, k->main_size, false, &events, &f))
        return true;
    return strcmp(f.code, "bad-event") ? (*k->fault = f, false) : found(k, events + 1, "verify-fold", log_name(LOG_MAIN));
}

static bool check_tables(struct check *k)
{
    struct slices tables;
    struct arena names;
    arena_open(&names, 1 << 20);
    bool ok = fold_again(k) && store_made_tables(&names, &tables, k->fault);
    for (size_t i = 0; ok && i < tables.n; i++)
        ok = check_table(k, tables.at[i]);
    arena_close(&names);
    return ok;
}

/* ---------- 3. files ---------- */

static bool check_files(struct check *k)
{
    struct rows r;
    bool ok = true;
    store_ask(k->conn, SQL_PROOF_HASHES, ARGS(v_int(k->l->county)), &r, k->fault);
    while (ok && rows_next(&r)) {
        struct slice name = rows_copy(&k->each, &r, 0), bytes;
        struct fault f;
        unsigned char hash[HASH_BYTES];
        if (!name.len)
            continue;
        if (!file_get(k->l, &k->each, name, &bytes, &f)) {
            ok = f.kind == FAULT_MISSING ? found(k, 0, "verify-no-file", name) : (*k->fault = f, false);
        } else {
            hash_parts(&k->hasher, &bytes, 1, hash);
            ok = slice_equal(hash_hex(&k->each, hash), name) || found(k, 0, "verify-file", name);
        }
        arena_reset(&k->each);
    }
    return rows_end(&r) && ok;
}

/* ---------- 4. a checkpoint ---------- */

static bool read_note(struct check *k, struct slice checkpoint)
{
    struct slice origin = slice_of(k->l->origin);
    if (!checkpoint.len)
        return true;
    if (!note_parse(checkpoint, &k->note))
        return found(k, 0, "verify-note", S(""));
    k->has_note = true;
    if (!slice_equal(k->note.origin, origin))
        return found(k, 0, "verify-note-origin", k->note.origin);
    return note_signed_by(&k->note, origin, k->l->key_public) || found(k, 0, "verify-note-signature", origin);
}

static bool check_note(struct check *k)
{
    if (!k->has_note)
        return true;
    if (k->note.size > k->main_size)
        return found(k, k->main_size + 1, "verify-note-size", slice_format(&k->each, "%lld", (long long)k->note.size));
    if (!k->note.size) {
        struct log_head empty = { 0 };
        log_head_root(&k->hasher, &empty);
        memcpy(k->root_then, empty.root, HASH_BYTES);
    }
    return !memcmp(k->root_then, k->note.root, HASH_BYTES) || found(k, 1, "verify-note-root", slice_format(&k->each, "%lld", (long long)k->note.size));
}

/* ---------- all of it ---------- */

static bool check_all(struct check *k, struct slice checkpoint)
{
    struct fault f;
    if (!store_sound(k->conn, &f))
        return strcmp(f.code, "store-damaged") ? (*k->fault = f, false) : found(k, 0, "verify-pages", S(""));
    return read_note(k, checkpoint) && check_log(k, LOG_MAIN) && check_note(k) && check_log(k, LOG_AUDIT) && check_strays(k) && check_tables(k)
        && check_files(k);
}

bool ledger_verify(struct ledger *l, struct arena *a, struct slice checkpoint, struct verdict *v, struct fault *f)
{
    struct check k = { .l = l, .a = a, .v = v, .fault = f };
    *v = (struct verdict){ 0 };
    *f = (struct fault){ 0 };
    arena_open(&k.each, 0);
    bool ok = hasher_open(&k.hasher, l->algorithm, f) && (k.conn = snapshot_begin(l, f));
    bool clean = ok && check_all(&k, checkpoint);
    if (k.conn)
        snapshot_end(l, k.conn);
    store_close(k.fresh);
    hasher_close(&k.hasher);
    arena_close(&k.each);
    return clean || (ok && v->what);
}
