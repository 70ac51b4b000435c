/* store: rows. One interface; SQLite behind it now, PostgreSQL later. All fixed SQL stands in store/sql and is
 * prepared by name; the only other SQL is what the ledger's expression translator writes (store_ask_text).
 *
 * A `struct store` is one database; a `struct conn` is one connection and belongs to one thread at a time. There is
 * one writing connection a store; readers see the last commit. */
#ifndef TAIZHANG_STORE_H
#define TAIZHANG_STORE_H

#include "base/base.h"
#include "store/sql.h" /* made from the folder sql: enum sql */

struct store;
struct conn;

enum store_mode { STORE_WRITE, STORE_READ, STORE_CREATE, STORE_MEMORY };
struct store_options {
    const char *vfs;       /* of SQLite; NULL: the machine's. Tests put a counting, killing or forgetful one in */
    bool unsafe_normal;    /* sabotage switch of T2: synchronous=NORMAL, which loses acknowledged commits */
};

/* The file's path, or ":memory:" with STORE_MEMORY. STORE_CREATE refuses a file that is there. */
bool store_open(const char *path, enum store_mode mode, struct store_options options, struct conn **conn, struct fault *f) MUST_USE;
/* Another connection for reading, for another thread; also of a store in memory (shared cache is not used: it is the
 * same connection then, and only for tests in one thread). */
bool store_reader(const char *path, struct store_options options, struct conn **conn, struct fault *f) MUST_USE;
void store_close(struct conn *c);
/* Makes the tables that are missing. */
bool store_schema(struct conn *c, struct fault *f) MUST_USE;
/* Drops and makes again the tables that are folded from the log. */
bool store_schema_projections(struct conn *c, struct fault *f) MUST_USE;

struct arg {
    enum { ARG_NULL, ARG_INT, ARG_TEXT, ARG_BLOB } kind;
    int64_t number;
    struct slice text;
};
static inline struct arg v_int(int64_t v) { return (struct arg){ .kind = ARG_INT, .number = v }; }
static inline struct arg v_text(struct slice s) { return (struct arg){ .kind = ARG_TEXT, .text = s }; }
static inline struct arg v_blob(struct slice s) { return (struct arg){ .kind = ARG_BLOB, .text = s }; }
static inline struct arg v_null(void) { return (struct arg){ .kind = ARG_NULL }; }
static inline struct arg v_day(day d) { return d == DAY_NONE ? v_null() : v_int(d); }
/* 0 stands for none in ids */
static inline struct arg v_id(int64_t v) { return v ? v_int(v) : v_null(); }
#define ARGS(...) (const struct arg[]){ __VA_ARGS__ }, sizeof((const struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg)

bool store_run(struct conn *c, enum sql what, const struct arg *args, size_t n, struct fault *f) MUST_USE;

/* for (store_ask(…, &rows, f); rows_next(&rows);) …; if (!rows_end(&rows)) the fault says why. Slices of a row are
 * valid until the next one. A question that failed has no rows, and rows_end says so. */
struct rows {
    struct conn *conn;
    void *statement;
    struct fault *fault;
    bool ok, own;
};
void store_ask(struct conn *c, enum sql what, const struct arg *args, size_t n, struct rows *rows, struct fault *f);
/* Text that the ledger's translator wrote, with ?1 … ?n; kept prepared by its text (a small cache). */
void store_ask_text(struct conn *c, struct slice sql, const struct arg *args, size_t n, struct rows *rows, struct fault *f);
/* For such text: what stands under a name in a column of JSON objects, as a number or as text; NULL where it is missing.
 * Names are letters, digits and _. */
void store_put_json_column(const struct conn *c, struct buf *sql, const char *column, struct slice name, bool number);
bool rows_next(struct rows *rows);
bool rows_end(struct rows *rows);
int64_t rows_int(const struct rows *rows, int column);      /* 0 for NULL */
day rows_day(const struct rows *rows, int column);          /* DAY_NONE for NULL */
bool rows_null(const struct rows *rows, int column);
struct slice rows_text(const struct rows *rows, int column); /* borrowed; empty for NULL */
struct slice rows_copy(struct arena *a, const struct rows *rows, int column);

/* One number from the first row, `missing` where there is none. */
bool store_number(struct conn *c, enum sql what, const struct arg *args, size_t n, int64_t missing, int64_t *value, struct fault *f) MUST_USE;

/* Write transactions begin immediately; a read transaction holds one state for several questions. */
bool store_begin(struct conn *c, struct fault *f) MUST_USE;
bool store_begin_read(struct conn *c, struct fault *f) MUST_USE;
bool store_commit(struct conn *c, struct fault *f) MUST_USE;
void store_rollback(struct conn *c);
bool store_savepoint(struct conn *c, struct fault *f) MUST_USE; /* one level, inside a transaction */
bool store_release(struct conn *c, struct fault *f) MUST_USE;
void store_undo(struct conn *c);                                /* back to the savepoint */

/* A consistent copy of a live store, in one step. */
bool store_copy(struct conn *c, const char *to, struct fault *f) MUST_USE;
/* The database's own check of its pages. */
bool store_sound(struct conn *c, struct fault *f) MUST_USE;

/* ---------- the folded tables, as the database's own catalogue has them: a new one cannot be forgotten ---------- */

/* Their names in order. Taken from an empty store that has nothing but them. */
bool store_made_tables(struct arena *a, struct slices *names, struct fault *f) MUST_USE;
/* Every row of a table in the order of its primary key, of one county (-1: of all); `key` gets the key's columns. */
void store_ask_table(struct conn *c, struct arena *a, struct slice table, int county, struct slices *key, struct rows *rows, struct fault *f);
int rows_columns(const struct rows *rows);
struct slice rows_name(const struct rows *rows, int column); /* borrowed */
struct arg rows_arg(const struct rows *rows, int column);    /* with its kind; borrowed until the next row */

/* For the test that prepares every statement on PostgreSQL too. */
const char *store_sql_name(enum sql what);
const char *store_sql_pg(enum sql what);
int store_sql_args(enum sql what);

#endif
