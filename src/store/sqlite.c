/* sqlite.c: the store on SQLite.
 *
 * WAL with synchronous=FULL: a commit that was answered is on the disk, through a power cut too (kill -9 alone would
 * prove nothing, see tests/fault). Writers begin immediately, always: a read that turns into a write fails at once.
 * A failed fsync is never retried: SQLite reports an I/O error, the writer stops, and a restart recovers. */
#include "store/inside.h"

#include <sqlite3.h>
#include <stdlib.h>

enum { CACHED = 48, BUSY_MS = 5000 };

struct conn {
    sqlite3 *db;
    sqlite3_stmt *fixed[SQL_COUNT];
    struct { char *text; size_t len; sqlite3_stmt *statement; uint64_t used; } cached[CACHED];
    uint64_t uses;
    bool in_transaction;
};

static bool broken(struct conn *c, int rc, struct fault *f)
{
    enum fault_kind kind = rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? FAULT_BUSY : FAULT_BROKEN;
    const char *code = (rc & 0xff) == SQLITE_FULL ? "disk-full"
        : (rc & 0xff) == SQLITE_NOMEM             ? "no-memory"
        : kind == FAULT_BUSY                      ? "store-busy"
        : (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB ? "store-damaged"
                                                                        : "store-broken";
    fault_set(f, kind, code, S(""), S(""));
    fault_detail(f, "sqlite %d: %s", rc, c && c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc));
    return false;
}

static bool run_text(struct conn *c, const char *sql, struct fault *f)
{
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || broken(c, rc, f);
}

static bool settle(struct conn *c, bool writes, bool memory, struct store_options o, struct fault *f)
{
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 1);
    if (writes && !memory && !run_text(c, "PRAGMA journal_mode=WAL", f))
        return false;
    return run_text(c, o.unsafe_normal ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", f)
        && run_text(c, "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768; PRAGMA mmap_size=268435456;"
                       "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864", f);
}

static bool open_with(const char *path, int flags, struct store_options o, struct conn **out, struct fault *f)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    int rc = sqlite3_open_v2(path, &c->db, flags | SQLITE_OPEN_NOMUTEX, o.vfs);
    if (rc != SQLITE_OK || !settle(c, flags & SQLITE_OPEN_READWRITE, flags & SQLITE_OPEN_MEMORY, o, f)) {
        if (rc == SQLITE_CANTOPEN) {
            fault_set(f, FAULT_MISSING, "no-ledger-file", slice_of(path), S(""));
            fault_detail(f, "cannot open");
        } else if (rc != SQLITE_OK) {
            broken(c, rc, f);
        }
        store_close(c);
        return false;
    }
    *out = c;
    return true;
}

bool store_open(const char *path, enum store_mode mode, struct store_options o, struct conn **out, struct fault *f)
{
    static const int flags[] = {
        [STORE_WRITE] = SQLITE_OPEN_READWRITE,
        [STORE_READ] = SQLITE_OPEN_READONLY,
        [STORE_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
        [STORE_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
    };
    return open_with(path, flags[mode], o, out, f);
}

bool store_reader(const char *path, struct store_options o, struct conn **out, struct fault *f)
{
    return open_with(path, SQLITE_OPEN_READONLY, o, out, f);
}

void store_close(struct conn *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(c->fixed[i]);
    for (size_t i = 0; i < CACHED; i++) {
        sqlite3_finalize(c->cached[i].statement);
        free(c->cached[i].text);
    }
    sqlite3_close(c->db);
    free(c);
}

/* ---------- schema ---------- */

static bool schema_part(struct conn *c, const char *prefix, struct fault *f)
{
    for (size_t i = 0; i < SQL_COUNT; i++)
        if (!strncmp(sql_texts[i].name, prefix, strlen(prefix)) && !run_text(c, sql_texts[i].sqlite, f))
            return false;
    return true;
}

bool store_schema(struct conn *c, struct fault *f)
{
    return schema_part(c, "schema_log", f) && schema_part(c, "schema_state", f) && schema_part(c, "schema_made", f);
}

bool store_schema_projections(struct conn *c, struct fault *f)
{
    for (size_t i = 0; i < SQL_COUNT; i++) {
        if (!c->fixed[i])
            continue;
        sqlite3_finalize(c->fixed[i]); /* they hold the tables that are dropped */
        c->fixed[i] = NULL;
    }
    return schema_part(c, "schema_drop", f) && schema_part(c, "schema_made", f);
}

/* ---------- questions ---------- */

static int bind(sqlite3_stmt *s, const struct arg *args, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int at = (int)i + 1, rc = SQLITE_OK;
        const struct arg *a = &args[i];
        switch (a->kind) {
        case ARG_NULL: rc = sqlite3_bind_null(s, at); break;
        case ARG_INT: rc = sqlite3_bind_int64(s, at, a->number); break;
        case ARG_TEXT: rc = sqlite3_bind_text64(s, at, a->text.len ? a->text.at : "", a->text.len, SQLITE_STATIC, SQLITE_UTF8); break;
        case ARG_BLOB: rc = sqlite3_bind_blob64(s, at, a->text.len ? a->text.at : "", a->text.len, SQLITE_STATIC); break;
        }
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_OK;
}

static sqlite3_stmt *fixed(struct conn *c, enum sql what, struct fault *f)
{
    if (!c->fixed[what]) {
        int rc = sqlite3_prepare_v3(c->db, sql_texts[what].sqlite, -1, SQLITE_PREPARE_PERSISTENT, &c->fixed[what], NULL);
        if (rc != SQLITE_OK) {
            broken(c, rc, f);
            fault_detail(f, "%s: %s", sql_texts[what].name, sqlite3_errmsg(c->db));
        }
    }
    return c->fixed[what];
}

bool store_run(struct conn *c, enum sql what, const struct arg *args, size_t n, struct fault *f)
{
    sqlite3_stmt *s = fixed(c, what, f);
    if (!s)
        return false;
    int rc = bind(s, args, n);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(s)) == SQLITE_ROW) { }
    sqlite3_reset(s);
    if (rc == SQLITE_DONE)
        return true;
    broken(c, rc, f);
    fault_detail(f, "%s: sqlite %d: %s", sql_texts[what].name, rc, sqlite3_errmsg(c->db));
    return false;
}

static void ask(struct conn *c, sqlite3_stmt *s, const struct arg *args, size_t n, struct rows *rows, struct fault *f)
{
    *rows = (struct rows){ .conn = c, .statement = s, .fault = f, .ok = s != NULL };
    if (!s)
        return;
    /* A statement that is still being read by an outer loop gets a twin of its own. */
    if (sqlite3_stmt_busy(s)) {
        int rc = sqlite3_prepare_v2(c->db, sqlite3_sql(s), -1, &s, NULL);
        rows->statement = s;
        rows->own = true;
        if (rc != SQLITE_OK) {
            rows->ok = broken(c, rc, f);
            return;
        }
    }
    int rc = bind(s, args, n);
    if (rc != SQLITE_OK)
        rows->ok = broken(c, rc, f);
}

void store_ask(struct conn *c, enum sql what, const struct arg *args, size_t n, struct rows *rows, struct fault *f)
{
    ask(c, fixed(c, what, f), args, n, rows, f);
}

static sqlite3_stmt *cached(struct conn *c, struct slice sql, struct fault *f)
{
    size_t oldest = 0;
    for (size_t i = 0; i < CACHED; i++) {
        if (c->cached[i].statement && slice_equal((struct slice){ c->cached[i].text, c->cached[i].len }, sql)) {
            c->cached[i].used = ++c->uses;
            return c->cached[i].statement;
        }
        if (c->cached[i].used < c->cached[oldest].used)
            oldest = i;
    }
    sqlite3_finalize(c->cached[oldest].statement);
    free(c->cached[oldest].text);
    c->cached[oldest].statement = NULL;
    c->cached[oldest].text = malloc(sql.len);
    c->cached[oldest].used = 0;
    if (!c->cached[oldest].text) {
        fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
        return NULL;
    }
    memcpy(c->cached[oldest].text, sql.at, sql.len);
    c->cached[oldest].len = sql.len;
    int rc = sqlite3_prepare_v3(c->db, sql.at, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &c->cached[oldest].statement, NULL);
    if (rc != SQLITE_OK) {
        broken(c, rc, f);
        return NULL;
    }
    c->cached[oldest].used = ++c->uses;
    return c->cached[oldest].statement;
}

void store_ask_text(struct conn *c, struct slice sql, const struct arg *args, size_t n, struct rows *rows, struct fault *f)
{
    ask(c, cached(c, sql, f), args, n, rows, f);
}

void store_put_json_column(const struct conn *c, struct buf *sql, const char *column, struct slice name, bool number)
{
    (void)c;
    (void)number; /* SQLite knows by itself */
    buf_format(sql, "(%s ->> '", column);
    for (size_t i = 0; i < name.len; i++)
        if ((name.at[i] >= 'a' && name.at[i] <= 'z') || (name.at[i] >= '0' && name.at[i] <= '9') || name.at[i] == '_')
            buf_char(sql, name.at[i]);
    buf_text(sql, "')");
}

bool rows_next(struct rows *rows)
{
    if (!rows->ok)
        return false;
    int rc = sqlite3_step(rows->statement);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        rows->ok = broken(rows->conn, rc, rows->fault);
    return false;
}

bool rows_end(struct rows *rows)
{
    if (rows->statement && rows->own)
        sqlite3_finalize(rows->statement);
    else if (rows->statement)
        sqlite3_reset(rows->statement);
    rows->statement = NULL;
    return rows->ok;
}

int64_t rows_int(const struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

bool rows_null(const struct rows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

day rows_day(const struct rows *rows, int column)
{
    return rows_null(rows, column) ? DAY_NONE : (day)rows_int(rows, column);
}

struct slice rows_text(const struct rows *rows, int column)
{
    const void *at = sqlite3_column_blob(rows->statement, column);
    return (struct slice){ at, at ? (size_t)sqlite3_column_bytes(rows->statement, column) : 0 };
}

struct slice rows_copy(struct arena *a, const struct rows *rows, int column)
{
    return slice_copy(a, rows_text(rows, column));
}

int rows_columns(const struct rows *rows)
{
    return sqlite3_column_count(rows->statement);
}

struct slice rows_name(const struct rows *rows, int column)
{
    return slice_of(sqlite3_column_name(rows->statement, column));
}

struct arg rows_arg(const struct rows *rows, int column)
{
    switch (sqlite3_column_type(rows->statement, column)) {
    case SQLITE_NULL: return v_null();
    case SQLITE_INTEGER: return v_int(rows_int(rows, column));
    case SQLITE_BLOB: return v_blob(rows_text(rows, column));
    default: return v_text(rows_text(rows, column)); /* a broken number too: it shows as its text */
    }
}

bool store_number(struct conn *c, enum sql what, const struct arg *args, size_t n, int64_t missing, int64_t *value, struct fault *f)
{
    struct rows rows;
    *value = missing;
    store_ask(c, what, args, n, &rows, f);
    if (rows_next(&rows) && !rows_null(&rows, 0))
        *value = rows_int(&rows, 0);
    return rows_end(&rows);
}

/* ---------- transactions ---------- */

bool store_begin(struct conn *c, struct fault *f) { return run_text(c, "BEGIN IMMEDIATE", f); }
bool store_begin_read(struct conn *c, struct fault *f) { return run_text(c, "BEGIN", f); }
bool store_commit(struct conn *c, struct fault *f) { return run_text(c, "COMMIT", f); }
bool store_savepoint(struct conn *c, struct fault *f) { return run_text(c, "SAVEPOINT one", f); }
bool store_release(struct conn *c, struct fault *f) { return run_text(c, "RELEASE one", f); }

void store_rollback(struct conn *c)
{
    if (!sqlite3_get_autocommit(c->db)) /* an error may have rolled back already */
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

void store_undo(struct conn *c)
{
    sqlite3_exec(c->db, "ROLLBACK TO one; RELEASE one", NULL, NULL, NULL);
}

/* ---------- whole stores ---------- */

bool store_copy(struct conn *c, const char *to, struct fault *f)
{
    sqlite3 *target;
    int rc = sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(target, "main", c->db, "main") : NULL;
    if (b) {
        rc = sqlite3_backup_step(b, -1); /* all at once: in steps it would start anew with each commit beside it */
        sqlite3_backup_finish(b);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(target);
    }
    sqlite3_close(target);
    return rc == SQLITE_DONE || broken(c, rc, f);
}

bool store_sound(struct conn *c, struct fault *f)
{
    struct rows rows;
    bool sound = false;
    store_ask_text(c, S("PRAGMA quick_check(1)"), NULL, 0, &rows, f);
    if (rows_next(&rows))
        sound = slice_equal(rows_text(&rows, 0), S("ok"));
    if (!rows_end(&rows))
        return false;
    return sound || fault_set(f, FAULT_BROKEN, "store-damaged", S(""), S(""));
}

const char *store_sql_name(enum sql what) { return sql_texts[what].name; }
const char *store_sql_pg(enum sql what) { return sql_texts[what].pg; }
int store_sql_args(enum sql what) { return sql_texts[what].n_args; }
