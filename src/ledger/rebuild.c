/* rebuild.c: the tables are what the log says. They can be dropped and folded again, dumped to be compared, and folded
 * up to a day to see the ledger as it was known then. */
#include "ledger/inside.h"

#include <stdlib.h>

/* ---------- folding a log again ---------- */

static bool copy_event(struct ledger *l, struct conn *into, const struct rows *row, const struct event *e, struct fault *f)
{
    struct slice leaf = { (const char *)e->leaf, HASH_BYTES };
    return store_run(into, SQL_EVENT_PUT, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(e->seq), v_int(e->at_ms), v_text(e->account), v_text(e->kind),
               v_text(e->ledger), v_int(e->entry), v_blob(e->key), v_blob(leaf)), f)
        && store_run(into, SQL_EVENT_VALUE_PUT, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(e->seq), v_blob(rows_text(row, 8))), f);
}

bool replay(struct ledger *l, struct conn *from, struct conn *into, int64_t last, bool with_log, int64_t *events, struct fault *f)
{
    struct arena each;
    struct rows rows;
    bool ok = true;
    *events = 0;
    arena_open(&each, 0);
    store_ask(from, SQL_EVENT_FROM, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(1)), &rows, f);
    while (ok && *events < last && rows_next(&rows)) {
        struct event e;
        ok = (event_from_row(&each, &rows, &e) && e.seq == *events + 1)
            || fault_set(f, FAULT_BROKEN, "bad-event", slice_format(&l->memory, "%lld", (long long)*events + 1), S(""));
        ok = ok && (!with_log || copy_event(l, into, &rows, &e, f)) && fold(into, l->county, &each, &e, f);
        ok = ok && (!each.failed || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S("")));
        *events += ok;
        arena_reset(&each);
    }
    ok = rows_end(&rows) && ok;
    arena_close(&each);
    return ok;
}

bool ledger_rebuild(struct ledger *l, int64_t *events, struct fault *f)
{
    pthread_mutex_lock(&l->writing);
    bool ok = l->stopped ? fault_set(f, FAULT_BROKEN, "writing-stopped", S(""), S("")) : store_begin(l->conn, f);
    if (ok) {
        struct log_head head;
        ok = log_head_read(l->conn, l->county, LOG_MAIN, &head, f) && store_schema_projections(l->conn, f)
            && replay(l, l->conn, l->conn, INT64_MAX, false, events, f);
        ok = ok && (*events == head.size || fault_set(f, FAULT_BROKEN, "bad-event", slice_format(&l->memory, "%lld", (long long)*events + 1), S("")));
        ok = ok && store_commit(l->conn, f);
        if (!ok)
            store_rollback(l->conn);
    }
    ok = ok && ledger_load(l, f);
    pthread_mutex_unlock(&l->writing);
    return ok;
}

/* ---------- dump ---------- */

static void put_arg(struct buf *b, struct arg v)
{
    switch (v.kind) {
    case ARG_NULL: buf_text(b, "null"); break;
    case ARG_INT: buf_int(b, v.number); break;
    case ARG_TEXT: json_put_string(b, v.text); break;
    case ARG_BLOB:
        buf_text(b, "\"x");
        for (size_t i = 0; i < v.text.len; i++)
            buf_format(b, "%02x", (unsigned char)v.text.at[i]);
        buf_char(b, '"');
    }
}

static bool dump_table(struct conn *c, struct arena *a, struct slice table, struct buf *out, struct fault *f)
{
    struct slices key;
    struct rows r;
    store_ask_table(c, a, table, -1, &key, &r, f);
    while (rows_next(&r)) {
        buf_put(out, table);
        buf_text(out, " {");
        for (int i = 0; i < rows_columns(&r); i++) {
            if (i)
                buf_char(out, ',');
            json_put_string(out, rows_name(&r, i));
            buf_char(out, ':');
            put_arg(out, rows_arg(&r, i));
        }
        buf_text(out, "}\n");
    }
    return rows_end(&r) && (!out->failed || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S("")));
}

bool ledger_dump(struct conn *c, struct buf *out, struct fault *f)
{
    struct slices tables;
    struct arena a;
    arena_open(&a, 0);
    bool ok = store_made_tables(&a, &tables, f);
    for (size_t i = 0; ok && i < tables.n; i++)
        ok = dump_table(c, &a, tables.at[i], out, f);
    arena_close(&a);
    return ok;
}

/* ---------- as of a day ---------- */

struct frozen { int64_t at_ms; };

static int64_t frozen_now(void *context)
{
    return ((const struct frozen *)context)->at_ms;
}

static void frozen_random(void *context, void *bytes, size_t n)
{
    (void)context;
    memset(bytes, 0, n); /* nothing is made in a look back */
}

/* Heads are counted from the leaves that were copied. */
static bool heads_again(struct ledger *then, int64_t last, struct fault *f)
{
    struct hasher h;
    struct log_head head = { 0 };
    struct rows r;
    if (!hasher_open(&h, then->algorithm, f))
        return false;
    store_ask(then->conn, SQL_EVENT_RANGE, ARGS(v_int(then->county), v_int(LOG_MAIN), v_int(last), v_int(last)), &r, f);
    if (rows_next(&r))
        head.last_ms = rows_int(&r, 1);
    if (!rows_end(&r)) {
        hasher_close(&h);
        return false;
    }
    store_ask(then->conn, SQL_EVENT_LEAVES, ARGS(v_int(then->county), v_int(LOG_MAIN), v_int(1), v_int(last)), &r, f);
    while (rows_next(&r))
        log_head_add(&h, &head, (const unsigned char *)rows_text(&r, 0).at);
    log_head_root(&h, &head);
    hasher_close(&h);
    return rows_end(&r) && log_head_write(then->conn, then->county, LOG_MAIN, &head, f);
}

static bool fill_as_of(struct ledger *l, struct ledger *then, struct conn *from, int64_t end_ms, struct fault *f)
{
    int64_t last, n;
    then->county = l->county;
    memcpy(then->algorithm, l->algorithm, sizeof then->algorithm);
    if (!store_number(from, SQL_EVENT_LAST_BEFORE, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(end_ms)), 0, &last, f))
        return false;
    if (!last)
        return fault_set(f, FAULT_MISSING, "as-of-before", S(""), S(""));
    return store_open(":memory:", STORE_MEMORY, (struct store_options){ 0 }, &then->conn, f) && store_schema(then->conn, f) && store_begin(then->conn, f)
        && replay(l, from, then->conn, last, true, &n, f) && heads_again(then, last, f) && store_commit(then->conn, f) && pack_load(then, f)
        && ledger_load(then, f);
}

bool ledger_as_of(struct ledger *l, day d, struct ledger **then, struct fault *f)
{
    struct frozen *clock = NULL;
    struct world world = { .now_ms = frozen_now, .random = frozen_random };
    if (!ledger_make(":memory:", &world, (struct ledger_options){ 0 }, then, f))
        return false;
    clock = NEW(&(*then)->memory, struct frozen, 1);
    clock->at_ms = day_start_ms(d + 1) - 1;
    (*then)->world.context = clock;
    (*then)->files = l->files ? strdup(l->files) : NULL; /* by content: what was there then is there now */
    (*then)->memory_files = l->memory_files;             /* of a ledger in memory: lent, the ledger outlives its look back */
    (*then)->n_memory_files = (*then)->cap_memory_files = l->n_memory_files;
    struct conn *from = snapshot_begin(l, f);
    bool ok = from && fill_as_of(l, *then, from, clock->at_ms + 1, f);
    if (from)
        snapshot_end(l, from);
    ok = ok && ledger_tick(*then, f); /* days that nobody's command had begun yet: their lights stand in later events */
    if (ok)
        return true;
    ledger_close(*then);
    *then = NULL;
    return false;
}
