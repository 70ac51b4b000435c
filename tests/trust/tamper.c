/* T8: whatever is changed in a ledger behind the program's back, verify names it.
 *
 * A log of about 100 events lies on the disk. Each byte of each event is changed in turn, straight in the database with
 * its guards taken off, and changed back; then events are dropped, doubled and swapped, rows of tables edited, taken
 * and added, files edited; the tail is cut and the whole log is made anew with valid hashes, which only a checkpoint
 * can tell. `test_tamper STRIDE EVERY` takes each STRIDEth byte of what an event says and each EVERYth event. Prints how many points were tried and how many were missed; none tried is a failure, too.
 *
 * With the switch sabotage_no_leaf_check verify looks away, and this very test must notice. */
#include "county.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct tamper {
    struct county county;
    sqlite3 *db;
    char folder[64], path[96];
    struct arena arena; /* of one point */
    int64_t points, missed, misnamed;
    int64_t every; /* nth event only */
    bool quiet;
};

static void die(struct tamper *t, const char *what)
{
    fprintf(stderr, "tamper: %s: %s\n", what, t->db ? sqlite3_errmsg(t->db) : "");
    exit(3);
}

static void run(struct tamper *t, const char *sql)
{
    if (sqlite3_exec(t->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(t, sql);
}

/* Several statements in which :a and :b stand for numbers. */
static void run_with(struct tamper *t, const char *sql, int64_t a, int64_t b)
{
    for (const char *rest = sql; *rest;) {
        sqlite3_stmt *s;
        if (sqlite3_prepare_v2(t->db, rest, -1, &s, &rest))
            die(t, sql);
        sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, ":a"), a);
        sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, ":b"), b);
        if (s && sqlite3_step(s) != SQLITE_DONE)
            die(t, sql);
        sqlite3_finalize(s);
    }
}

/* ---------- what verify says ---------- */

static struct verdict look(struct tamper *t, struct slice checkpoint)
{
    struct verdict v;
    struct fault f;
    if (!ledger_verify(t->county.ledger, &t->arena, checkpoint, &v, &f)) {
        fprintf(stderr, "tamper: verify failed: %s %s\n", f.code, f.detail);
        exit(3);
    }
    return v;
}

/* The finding must begin with one of `whats` (a comma between), name the event (or `or_seq`; 0: none) and the place. */
static void expect_at(struct tamper *t, const char *point, struct slice checkpoint, const char *whats, int64_t seq, int64_t or_seq, const char *where)
{
    struct verdict v = look(t, checkpoint);
    t->points++;
    if (!v.what) {
        t->missed++;
        if (!t->quiet)
            printf("missed: %s\n", point);
    } else if (!strstr(whats, v.what) || (v.first_bad != seq && v.first_bad != or_seq) || (where && !slice_starts(v.where, slice_of(where)))) {
        t->misnamed++;
        if (!t->quiet)
            printf("misnamed: %s: %s %lld “%.*s”, wanted %s %lld %s\n", point, v.what, (long long)v.first_bad, S_ARG(v.where), whats, (long long)seq, where ? where : "");
    }
    arena_reset(&t->arena);
}

static void expect_clean(struct tamper *t, const char *point, struct slice checkpoint)
{
    struct verdict v = look(t, checkpoint);
    if (v.what) {
        printf("not clean: %s: %s %lld “%.*s”\n", point, v.what, (long long)v.first_bad, S_ARG(v.where));
        t->misnamed++;
    }
    arena_reset(&t->arena);
}

/* ---------- one cell changed and changed back ---------- */

static bool write_cell(struct tamper *t, const char *table, const char *column, const char *where, const void *at, int len, int64_t number, int type)
{
    sqlite3_stmt *s;
    char sql[500];
    snprintf(sql, sizeof sql, "UPDATE OR FAIL \"%s\" SET \"%s\" = ?1 WHERE %s", table, column, where);
    if (sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))
        die(t, sql);
    if (type == SQLITE_INTEGER)
        sqlite3_bind_int64(s, 1, number);
    else if (type == SQLITE_TEXT)
        sqlite3_bind_text(s, 1, at, len, SQLITE_STATIC);
    else if (type == SQLITE_BLOB)
        sqlite3_bind_blob(s, 1, at, len, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, 1);
    bool ok = sqlite3_step(s) == SQLITE_DONE && sqlite3_changes(t->db) == 1;
    sqlite3_finalize(s);
    return ok;
}

typedef void expect_fn(struct tamper *t, const char *point, void *context);

/* Changes each byte (every `stride`th) of the cell, or each byte of its number, asks, and puts it back. */
static void flip_cell(struct tamper *t, const char *table, const char *column, const char *where, size_t stride, expect_fn *expect, void *context)
{
    sqlite3_stmt *s;
    char sql[500], point[300];
    snprintf(sql, sizeof sql, "SELECT \"%s\" FROM \"%s\" WHERE %s", column, table, where);
    if (sqlite3_prepare_v2(t->db, sql, -1, &s, NULL) || sqlite3_step(s) != SQLITE_ROW)
        die(t, sql);
    int type = sqlite3_column_type(s, 0), len = sqlite3_column_bytes(s, 0);
    int64_t number = sqlite3_column_int64(s, 0);
    unsigned char *old = malloc((size_t)len + 1), *new = malloc((size_t)len + 1);
    memcpy(old, len ? sqlite3_column_blob(s, 0) : "", (size_t)len);
    sqlite3_finalize(s);
    size_t n = type == SQLITE_INTEGER ? 8 : type == SQLITE_NULL || !len ? 1 : (size_t)len;
    for (size_t i = 0; i < n; i += type == SQLITE_INTEGER || i + stride >= n ? 1 : stride) {
        bool done;
        memcpy(new, old, (size_t)len);
        if (len && type != SQLITE_INTEGER)
            new[i] ^= (unsigned char)(1u << (i % 8));
        if (type == SQLITE_NULL || !len) /* there was nothing: now there is something */
            done = write_cell(t, table, column, where, "x", 1, 12345, type == SQLITE_NULL ? SQLITE_INTEGER : type);
        else
            done = write_cell(t, table, column, where, new, len, type == SQLITE_INTEGER ? number ^ (int64_t)((uint64_t)1 << (8 * i + i % 8)) : 0, type);
        if (!done)
            continue; /* the key refuses it: somebody else has that value */
        snprintf(point, sizeof point, "%s.%s byte %zu where %s", table, column, i, where);
        expect(t, point, context);
        if (!write_cell(t, table, column, where, old, len, number, type))
            die(t, "cannot put back");
    }
    free(old);
    free(new);
}

/* ---------- events ---------- */

struct at_event { int64_t seq; int log; };

static void expect_event(struct tamper *t, const char *point, void *context)
{
    const struct at_event *e = context;
    expect_at(t, point, S(""), "verify-leaf,verify-body,verify-gap,verify-seq,verify-time,verify-extra", e->seq, e->seq, e->log ? "audit" : "event");
}

static int64_t number(struct tamper *t, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(t->db, sql, -1, &s, NULL) || sqlite3_step(s) != SQLITE_ROW)
        die(t, sql);
    int64_t v = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return v;
}

/* Keys of the rows: changed to values nobody has, one after another. */
static void move_event(struct tamper *t, struct at_event *e, const char *column, int64_t to, int64_t bad)
{
    char sql[300], point[100];
    snprintf(sql, sizeof sql, "UPDATE event SET %s = %lld WHERE log = %d AND seq = %lld", column, (long long)to, e->log, (long long)e->seq);
    run(t, sql);
    snprintf(point, sizeof point, "event %lld: %s is %lld", (long long)e->seq, column, (long long)to);
    expect_at(t, point, S(""), "verify-gap,verify-seq", bad, e->seq, e->log ? "audit" : "event");
    snprintf(sql, sizeof sql, "UPDATE event SET %s = %lld WHERE %s = %lld AND leaf = (SELECT leaf FROM kept WHERE log = %d AND seq = %lld)", column,
        strcmp(column, "seq") ? strcmp(column, "log") ? 150999LL : (long long)e->log : (long long)e->seq, column, (long long)to, e->log, (long long)e->seq);
    run(t, sql);
}

static void change_events(struct tamper *t, int log, size_t stride)
{
    static const char *const columns[] = { "at_ms", "account", "kind", "ledger", "entry", "key", "leaf" };
    int64_t n = number(t, log ? "SELECT count(*) FROM event WHERE log = 1" : "SELECT count(*) FROM event WHERE log = 0");
    for (int64_t seq = 1; seq <= n; seq += t->every) {
        char where[100];
        struct at_event e = { seq, log };
        snprintf(where, sizeof where, "log = %d AND seq = %lld", log, (long long)seq);
        for (size_t i = 0; i < COUNT(columns); i++)
            flip_cell(t, "event", columns[i], where, 1, expect_event, &e);
        flip_cell(t, "event_value", "body", where, seq == 2 && !log ? 97 * stride : stride, expect_event, &e); /* event 2 holds the whole pack */
        move_event(t, &e, "seq", seq + 1000000, seq);
        move_event(t, &e, "seq", -seq, -seq);
        move_event(t, &e, "county", 150998, seq);
        move_event(t, &e, "log", 7, seq);
    }
}

/* ---------- whole events ---------- */

static void copy_back(struct tamper *t)
{
    run(t, "DELETE FROM event; DELETE FROM event_value; DELETE FROM head; INSERT INTO event SELECT * FROM kept; INSERT INTO event_value SELECT * FROM kept_value;"
           "INSERT INTO head SELECT * FROM kept_head");
}

static void whole_events(struct tamper *t)
{
    int64_t n = number(t, "SELECT count(*) FROM event WHERE log = 0");
    for (int64_t seq = 1; seq <= n; seq += t->every > 1 ? 11 : 3) {
        char point[60];
        run_with(t, "DELETE FROM event WHERE log = 0 AND seq = :a; DELETE FROM event_value WHERE log = 0 AND seq = :a", seq, 0);
        snprintf(point, sizeof point, "event %lld dropped", (long long)seq);
        expect_at(t, point, S(""), "verify-gap", seq, seq, "event");
        copy_back(t);
        run_with(t, "DELETE FROM event_value WHERE log = 0 AND seq = :a", seq, 0);
        snprintf(point, sizeof point, "what event %lld says dropped", (long long)seq);
        expect_at(t, point, S(""), "verify-body", seq, seq, "event");
        copy_back(t);
        if (seq < n) { /* swapped with the next, leaves and all */
            run_with(t, "UPDATE event SET seq = -1 WHERE log = 0 AND seq = :a; UPDATE event SET seq = :a WHERE log = 0 AND seq = :b;"
                        "UPDATE event SET seq = :b WHERE log = 0 AND seq = -1; UPDATE event_value SET seq = -1 WHERE log = 0 AND seq = :a;"
                        "UPDATE event_value SET seq = :a WHERE log = 0 AND seq = :b; UPDATE event_value SET seq = :b WHERE log = 0 AND seq = -1", seq, seq + 1);
            snprintf(point, sizeof point, "events %lld and the next swapped", (long long)seq);
            expect_at(t, point, S(""), "verify-leaf", seq, seq, "event");
            copy_back(t);
        }
        run_with(t, "INSERT INTO event SELECT county, log, :b, at_ms, account, kind, ledger, entry, key, leaf FROM kept WHERE log = 0 AND seq = :a;"
                    "INSERT INTO event_value SELECT county, log, :b, body FROM kept_value WHERE log = 0 AND seq = :a;"
                    "UPDATE event SET at_ms = (SELECT max(at_ms) FROM event) WHERE seq = :b", seq, n + 1);
        snprintf(point, sizeof point, "event %lld doubled at the end", (long long)seq);
        expect_at(t, point, S(""), "verify-leaf", n + 1, n + 1, "event");
        copy_back(t);
    }
    run(t, "INSERT INTO event SELECT county, 5, seq, at_ms, account, kind, ledger, entry, key, leaf FROM kept WHERE log = 0 AND seq = 3");
    expect_at(t, "an event of a third log", S(""), "verify-extra", 3, 3, "event");
    copy_back(t);
    run(t, "INSERT INTO event_value SELECT county, log, 9999, body FROM kept_value WHERE log = 0 AND seq = 3");
    expect_at(t, "a value of no event", S(""), "verify-extra", 9999, 9999, "event_value");
    copy_back(t);
}

/* ---------- heads ---------- */

static void expect_head(struct tamper *t, const char *point, void *context)
{
    struct verdict v = look(t, S(""));
    t->points++;
    if (!v.what)
        t->missed++, printf("missed: %s\n", point);
    else if (!strstr("verify-head,verify-gap,verify-extra", v.what))
        t->misnamed++, printf("misnamed: %s: %s\n", point, v.what);
    arena_reset(&t->arena);
}

static void change_heads(struct tamper *t)
{
    static const char *const columns[] = { "size", "last_ms", "root", "frontier" };
    for (int log = 0; log < 2; log++)
        for (size_t i = 0; i < COUNT(columns); i++)
            flip_cell(t, "head", columns[i], log ? "log = 1" : "log = 0", 1, expect_head, NULL);
}

/* ---------- tables ---------- */

static void expect_table(struct tamper *t, const char *point, void *context)
{
    expect_at(t, point, S(""), "verify-table", 0, 0, context);
}

static void change_table(struct tamper *t, const char *table)
{
    char sql[300], where[60], name[64];
    sqlite3_stmt *s;
    snprintf(name, sizeof name, "%s", table);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", table);
    int64_t n = number(t, sql);
    snprintf(sql, sizeof sql, "SELECT NOT wr FROM pragma_table_list WHERE schema = 'main' AND name = '%s'", table);
    bool rowid = number(t, sql) == 1; /* some are made without one */
    for (int64_t row = 1; rowid && row <= (n < 4 ? n : 4); row++) {
        snprintf(sql, sizeof sql, "SELECT rowid FROM \"%s\" ORDER BY rowid LIMIT 1 OFFSET %lld", table, (long long)(row * n / 5));
        snprintf(where, sizeof where, "rowid = %lld", (long long)number(t, sql));
        snprintf(sql, sizeof sql, "SELECT name FROM pragma_table_info('%s')", table);
        if (sqlite3_prepare_v2(t->db, sql, -1, &s, NULL))
            die(t, sql);
        while (sqlite3_step(s) == SQLITE_ROW)
            if (strcmp((const char *)sqlite3_column_text(s, 0), "county"))
                flip_cell(t, table, (const char *)sqlite3_column_text(s, 0), where, 41, expect_table, name);
        sqlite3_finalize(s);
    }
    if (!n)
        return;
    snprintf(sql, sizeof sql, "CREATE TABLE kept_rows AS SELECT * FROM \"%s\"; DELETE FROM \"%s\" WHERE (SELECT count(*) FROM \"%s\") > 0", table, table, table);
    run(t, sql);
    snprintf(sql, sizeof sql, "all rows of %s taken", table);
    expect_at(t, sql, S(""), "verify-table", 0, 0, name);
    snprintf(sql, sizeof sql, "INSERT INTO \"%s\" SELECT * FROM kept_rows LIMIT (SELECT count(*) - 1 FROM kept_rows)", table);
    run(t, sql);
    snprintf(sql, sizeof sql, "the last row of %s taken", table);
    expect_at(t, sql, S(""), "verify-table", 0, 0, name);
    snprintf(sql, sizeof sql, "DELETE FROM \"%s\"; INSERT INTO \"%s\" SELECT * FROM kept_rows; DROP TABLE kept_rows", table, table);
    run(t, sql);
}

static void change_tables(struct tamper *t)
{
    struct slices tables;
    struct arena a;
    struct fault f;
    arena_open(&a, 0);
    if (!store_made_tables(&a, &tables, &f))
        die(t, "no list of tables");
    for (size_t i = 0; i < tables.n; i++)
        change_table(t, slice_text(&a, tables.at[i]));
    printf("%zu tables\n", tables.n);
    arena_close(&a);
    run(t, "INSERT INTO notice VALUES (150999, 77, 77, 'x', 'x', 77, 77)");
    expect_at(t, "a notice that nobody gave", S(""), "verify-table", 0, 0, "notice");
    run(t, "DELETE FROM notice WHERE notice = 77");
    run(t, "DELETE FROM entry_unit WHERE unit = (SELECT max(unit) FROM entry_unit)");
    expect_at(t, "a unit taken from its entries", S(""), "verify-table", 0, 0, "entry_unit");
    struct fault g;
    int64_t n;
    if (!ledger_rebuild(t->county.ledger, &n, &g))
        die(t, "rebuild");
    expect_clean(t, "after the rebuild", S(""));
}

/* ---------- files ---------- */

static void change_files(struct tamper *t)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(t->db, "SELECT hash FROM proof UNION SELECT hash FROM document UNION SELECT hash FROM paper", -1, &s, NULL))
        die(t, "proofs");
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *hash = (const char *)sqlite3_column_text(s, 0);
        char path[300], away[310], point[120];
        snprintf(path, sizeof path, "%s.files/%.2s/%s", t->path, hash, hash);
        snprintf(away, sizeof away, "%s.away", path);
        FILE *file = fopen(path, "r+");
        if (!file)
            die(t, path);
        for (int i = 0, c; i < 5 && (c = fgetc(file)) != EOF; i++) {
            fseek(file, i, SEEK_SET);
            fputc(c ^ 4, file);
            fflush(file);
            snprintf(point, sizeof point, "file %.8s byte %d", hash, i);
            expect_at(t, point, S(""), "verify-file", 0, 0, hash);
            fseek(file, i, SEEK_SET);
            fputc(c, file);
            fflush(file);
        }
        fclose(file);
        rename(path, away);
        snprintf(point, sizeof point, "file %.8s gone", hash);
        expect_at(t, point, S(""), "verify-no-file", 0, 0, hash);
        rename(away, path);
    }
    sqlite3_finalize(s);
}

/* ---------- a whole log made anew, with valid hashes ---------- */

/* Gives the event another value for its first field, or another time, and makes every leaf and the head anew. */
static void forge(struct tamper *t, int64_t from, int64_t keep, int64_t at_ms)
{
    struct county *c = &t->county;
    struct ledger *l = c->ledger;
    struct arena a;
    struct rows rows;
    struct fault f;
    struct log_head head = { 0 };
    struct event *events = calloc((size_t)keep, sizeof *events);
    int64_t n = 0;
    arena_open(&a, 0);
    store_ask(l->conn, SQL_EVENT_FROM, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(1)), &rows, &f);
    while (n < keep && rows_next(&rows))
        if (event_from_row(&a, &rows, &events[n]))
            n++;
    if (!rows_end(&rows) || n != keep)
        die(t, "forge");
    char sql[200];
    snprintf(sql, sizeof sql, "DELETE FROM event WHERE log = 0 AND seq >= %lld; DELETE FROM event_value WHERE log = 0 AND seq >= %lld", (long long)from, (long long)from);
    run(t, sql);
    if (!store_begin(l->conn, &f))
        die(t, "begin");
    for (int64_t i = 0; i < keep; i++) {
        struct event *e = &events[i];
        if (e->seq == from) {
            for (size_t k = 0; k < e->n; k++)
                if (slice_equal(e->fields[k].name, S("title")) || slice_equal(e->fields[k].name, S("text")))
                    e->fields[k].value = S("修通别的路");
            if (at_ms)
                e->at_ms = at_ms;
        }
        bool same = event_check(&l->hasher, l->county, LOG_MAIN, e);
        event_leaf(&l->hasher, l->county, LOG_MAIN, e, e->leaf);
        log_head_add(&l->hasher, &head, e->leaf);
        if (e->at_ms > head.last_ms)
            head.last_ms = e->at_ms;
        if (e->seq < from) {
            if (!same)
                die(t, "forge: an event before was not sound");
            continue;
        }
        struct buf body = buf_open(1 << 20);
        event_put_body(&body, e);
        if (!store_run(l->conn, SQL_EVENT_PUT, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(e->seq), v_int(e->at_ms), v_text(e->account), v_text(e->kind), v_text(e->ledger),
                v_int(e->entry), v_blob(e->key), v_blob(((struct slice){ (const char *)e->leaf, HASH_BYTES }))), &f)
            || !store_run(l->conn, SQL_EVENT_VALUE_PUT, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(e->seq), v_blob(buf_slice(&body))), &f))
            die(t, f.detail);
        buf_close(&body);
    }
    log_head_root(&l->hasher, &head);
    if (!log_head_write(l->conn, l->county, LOG_MAIN, &head, &f) || !store_commit(l->conn, &f) || !ledger_rebuild(l, &n, &f))
        die(t, f.code);
    free(events);
    arena_close(&a);
}

static void rebuilt_logs(struct tamper *t, struct slice early, struct slice late)
{
    struct fault f;
    int64_t n = number(t, "SELECT size FROM head WHERE log = 0"), opened = number(t, "SELECT min(seq) FROM event WHERE log = 0 AND kind = 'opened'");
    expect_clean(t, "the log and its late checkpoint", late);
    expect_clean(t, "the log and its early checkpoint", early);
    forge(t, opened, n, 0);
    expect_clean(t, "a forged log without a checkpoint", S(""));
    expect_at(t, "a forged log against a late checkpoint", late, "verify-note-root", 1, 1, NULL);
    expect_at(t, "a forged log against an early checkpoint", early, "verify-note-root", 1, 1, NULL);
    copy_back(t);
    forge(t, n - 3, n - 4, 0); /* nothing is left from there on */
    n -= 4;
    expect_clean(t, "a cut tail without a checkpoint", S(""));
    expect_at(t, "a cut tail against the late checkpoint", late, "verify-note-size", n + 1, n + 1, NULL);
    expect_clean(t, "a cut tail against the early checkpoint", early);
    copy_back(t);
    n = number(t, "SELECT size FROM head WHERE log = 0");
    forge(t, n / 2, n, number(t, "SELECT at_ms FROM event WHERE log = 0 AND seq = 3"));
    expect_at(t, "a time set back, with valid hashes", S(""), "verify-time", n / 2, n / 2, "event");
    copy_back(t);
    if (!ledger_rebuild(t->county.ledger, &n, &f))
        die(t, "rebuild");
    expect_clean(t, "as it was", late);
}

static void expect_note(struct tamper *t, const char *point, struct slice note)
{
    struct verdict v = look(t, note);
    t->points++;
    if (!v.what || strncmp(v.what, "verify-note", 11))
        t->missed++, printf("missed: %s\n", point);
    arena_reset(&t->arena);
}

/* Each byte of a checkpoint changed: never clean. */
static void change_note(struct tamper *t, struct slice note)
{
    char copy[NOTE_BYTES_MAX], point[60];
    for (size_t i = 0; i < note.len; i++) {
        memcpy(copy, note.at, note.len);
        copy[i] ^= 1;
        snprintf(point, sizeof point, "checkpoint byte %zu", i);
        if (i + 1 < note.len) /* its very last newline says nothing */
            expect_note(t, point, (struct slice){ copy, note.len });
    }
}

/* ---------- main ---------- */

static void begin(struct tamper *t, bool sabotage)
{
    struct fault f;
    struct ledger_options o = { .sabotage_no_leaf_check = sabotage };
    *t = (struct tamper){ .quiet = sabotage, .every = 1 };
    arena_open(&t->arena, 0);
    snprintf(t->folder, sizeof t->folder, "/tmp/taizhang-tamper-XXXXXX");
    if (!mkdtemp(t->folder))
        die(t, "mkdtemp");
    snprintf(t->path, sizeof t->path, "%s/county.db", t->folder);
    if (!county_begin(&t->county, t->path, o, 42, &f))
        die(t, f.code);
}

static void open_db(struct tamper *t)
{
    if (sqlite3_open(t->path, &t->db))
        die(t, "open");
    sqlite3_busy_timeout(t->db, 5000);
    run(t, "PRAGMA synchronous = OFF; DROP TRIGGER event_is_final; DROP TRIGGER event_stays;"
           "CREATE TABLE kept AS SELECT * FROM event; CREATE TABLE kept_value AS SELECT * FROM event_value; CREATE TABLE kept_head AS SELECT * FROM head");
}

static void end(struct tamper *t)
{
    char command[200];
    sqlite3_close(t->db);
    county_end(&t->county);
    arena_close(&t->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", t->folder);
    if (system(command))
        fprintf(stderr, "tamper: %s is left\n", t->folder);
}

static struct slice checkpoint(struct tamper *t, struct arena *a)
{
    struct fault f;
    struct buf b = buf_open(NOTE_BYTES_MAX);
    if (!ledger_checkpoint(t->county.ledger, &b, &f))
        die(t, f.code);
    struct slice note = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return note;
}

/* Verify with its eyes shut must be noticed by the very same points. */
static bool sabotage_is_seen(void)
{
    struct tamper t;
    begin(&t, true);
    if (!county_round(&t.county, 1))
        die(&t, county_say(&t.county));
    open_db(&t);
    char where[] = "log = 0 AND seq = 20";
    struct at_event e = { 20, 0 };
    flip_cell(&t, "event", "account", where, 1, expect_event, &e);
    printf("sabotaged verify: %lld of %lld points missed or misnamed\n", (long long)(t.missed + t.misnamed), (long long)t.points);
    bool seen = t.missed + t.misnamed > 0;
    end(&t);
    return seen;
}

int main(int argc, char **argv)
{
    struct tamper t;
    struct fault f;
    struct arena notes;
    size_t stride = argc > 1 ? (size_t)atoi(argv[1]) : 1; /* of the bytes of a body */
    setvbuf(stdout, NULL, _IOLBF, 0);
    arena_open(&notes, 0);
    begin(&t, false);
    t.every = argc > 2 ? atoi(argv[2]) : 1;
    bool ok = county_round(&t.county, 1);
    struct slice early = checkpoint(&t, &notes);
    ok = ok && county_round(&t.county, 2) && county_round(&t.county, 3);
    for (int i = 0; i < 3 && ok; i++)
        ok = audit_note(t.county.ledger, S(""), "login-failed", S(""), S("试"), S("192.0.2.7"), &f);
    if (!ok)
        die(&t, county_say(&t.county));
    struct slice late = checkpoint(&t, &notes);
    open_db(&t);
    expect_clean(&t, "untouched", late);
    change_note(&t, late);
    change_events(&t, LOG_MAIN, stride);
    change_events(&t, LOG_AUDIT, stride);
    whole_events(&t);
    change_heads(&t);
    expect_clean(&t, "all put back", late);
    change_tables(&t);
    change_files(&t);
    rebuilt_logs(&t, early, late);
    printf("%lld events, %lld points, %lld missed, %lld misnamed\n", (long long)number(&t, "SELECT count(*) FROM event"), (long long)t.points, (long long)t.missed,
        (long long)t.misnamed);
    bool passed = t.points > 1000 && !t.missed && !t.misnamed;
    end(&t);
    arena_close(&notes);
    passed = sabotage_is_seen() && passed;
    printf("T8 %s\n", passed ? "passed" : "FAILED");
    return !passed;
}
