/* county.c: a ledger is made, opened, looked at, closed. */
#include "ledger/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------- the signing key, beside the store ---------- */

enum { SEED_BYTES = crypto_sign_SEEDBYTES };

static void key_from_seed(struct ledger *l, unsigned char seed[SEED_BYTES])
{
    crypto_sign_seed_keypair(l->key_public, l->key_secret, seed);
    sodium_memzero(seed, SEED_BYTES);
}

static bool key_file(struct ledger *l, bool make, struct fault *f)
{
    unsigned char seed[SEED_BYTES];
    struct arena a;
    arena_open(&a, 0);
    struct slice path = slice_format(&a, "%s.key", l->path);
    int fd = open(path.at, make ? O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    if (make)
        l->world.random(l->world.context, seed, sizeof seed);
    if (ok)
        ok = (make ? write(fd, seed, sizeof seed) : read(fd, seed, sizeof seed)) == sizeof seed && (!make || !fsync(fd));
    if (fd >= 0)
        close(fd);
    if (ok)
        key_from_seed(l, seed);
    else
        fault_set(f, FAULT_BROKEN, "no-key", slice_of(l->path), S(""));
    arena_close(&a);
    return ok;
}

/* The public half alone, as the first event says it. */
static bool key_from_log(struct ledger *l, struct fault *f)
{
    struct arena a;
    struct rows r;
    struct event e;
    bool found = false;
    arena_open(&a, 0);
    store_ask(l->conn, SQL_EVENT_RANGE, ARGS(v_int(l->county), v_int(LOG_MAIN), v_int(1), v_int(1)), &r, f);
    if (rows_next(&r) && event_from_row(&a, &r, &e)) {
        struct slice hex = event_get(&e, "key");
        size_t len;
        found = hex.len && !sodium_hex2bin(l->key_public, sizeof l->key_public, hex.at, hex.len, NULL, &len, NULL) && len == sizeof l->key_public;
    }
    arena_close(&a);
    if (!found) /* then no checkpoint will fit, which verify says */
        memset(l->key_public, 0, sizeof l->key_public);
    return rows_end(&r);
}

/* ---------- the structure ---------- */

static bool is_memory(const char *path)
{
    return !strcmp(path, ":memory:");
}

bool ledger_make(const char *path, const struct world *world, struct ledger_options o, struct ledger **out, struct fault *f)
{
    struct ledger *l = calloc(1, sizeof *l);
    if (!l || sodium_init() < 0) {
        free(l);
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    }
    l->world = *world;
    l->options = o;
    l->today = DAY_NONE;
    l->path = strdup(path);
    pthread_mutex_init(&l->writing, NULL);
    pthread_mutex_init(&l->password_slots, NULL);
    pthread_cond_init(&l->password_free, NULL);
    arena_open(&l->memory, 0);
    if (!is_memory(path) && asprintf(&l->files, "%s.files", path) < 0)
        l->files = NULL;
    if (l->path && (l->files || is_memory(path))) {
        *out = l;
        return true;
    }
    ledger_close(l);
    return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}

void ledger_close(struct ledger *l)
{
    struct fault f;
    if (!l)
        return;
    writer_stop(l);
    if (l->conn && !audit_settle(l, &f))
        l->stopped = true; /* the counts alone are lost: nobody was promised them */
    people_close(l->people);
    store_close(l->conn);
    hasher_close(&l->hasher);
    pack_close(&l->pack); /* also one that could not be read, whose problems it holds */
    sodium_memzero(l->key_secret, sizeof l->key_secret);
    pthread_mutex_destroy(&l->writing);
    pthread_mutex_destroy(&l->password_slots);
    pthread_cond_destroy(&l->password_free);
    arena_close(&l->memory);
    free(l->path);
    free(l->files);
    free(l);
}

static void set_text(char *to, size_t size, struct slice s)
{
    size_t n = s.len < size - 1 ? s.len : size - 1;
    memcpy(to, s.at ? s.at : "", n);
    to[n] = 0;
}

/* What the tables say of the county: name, algorithm, heads, people. */
bool ledger_load(struct ledger *l, struct fault *f)
{
    struct rows r;
    int64_t county;
    if (!store_number(l->conn, SQL_COUNTY_ANY, NULL, 0, 0, &county, f))
        return false;
    if (!county)
        return fault_set(f, FAULT_BROKEN, "no-ledger", slice_of(l->path), S(""));
    l->county = (int)county;
    store_ask(l->conn, SQL_COUNTY_GET, ARGS(v_int(county)), &r, f);
    if (rows_next(&r)) {
        set_text(l->name, sizeof l->name, rows_text(&r, 0));
        set_text(l->origin, sizeof l->origin, rows_text(&r, 1));
        set_text(l->algorithm, sizeof l->algorithm, rows_text(&r, 2));
        l->today = rows_day(&r, 4);
    }
    if (!rows_end(&r) || (!l->hasher.md && !hasher_open(&l->hasher, l->algorithm, f)))
        return false;
    for (int log = 0; log < LOG_COUNT; log++)
        if (!log_head_read(l->conn, l->county, log, &l->heads[log], f))
            return false;
    people_close(l->people);
    l->people = people_read(l->conn, l->county, &l->pack, l->heads[LOG_MAIN].size, f);
    return l->people != NULL;
}

bool pack_load(struct ledger *l, struct fault *f)
{
    struct arena a;
    struct rows r;
    struct { struct pack_file *at; size_t n, cap; } files = { 0 };
    struct pack_problems problems = { 0 };
    int64_t county;
    if (!store_number(l->conn, SQL_COUNTY_ANY, NULL, 0, 0, &county, f))
        return false;
    arena_open(&a, 0);
    store_ask(l->conn, SQL_PACK_FILE_ALL, ARGS(v_int(county)), &r, f);
    while (rows_next(&r))
        PUSH(&a, &files, (struct pack_file){ rows_copy(&a, &r, 0), rows_copy(&a, &r, 1) });
    bool ok = rows_end(&r);
    if (ok)
        ok = pack_from_files(files.at, files.n, &l->pack, &problems, f);
    arena_close(&a);
    return ok;
}

/* A ledger that could not be opened is closed, and what the fault tells of it (its pack's words, its path) is kept in
 * the fault itself, cut at a whole letter where that is full. */
static bool give_up(struct ledger *l, struct fault *f)
{
    size_t used = strlen(f->detail);
    used += used > 0;
    for (size_t i = 0; i < COUNT(f->about); i++) {
        struct slice words = slice_part(f->about[i], 0, sizeof f->detail - used);
        words.len = utf8_valid(words);
        if (words.len)
            memcpy(f->detail + used, words.at, words.len);
        f->about[i] = (struct slice){ f->detail + used, words.len };
        used += words.len;
    }
    ledger_close(l);
    return false;
}

bool ledger_open(const char *path, const struct world *world, struct ledger_options o, struct ledger **out, struct fault *f)
{
    struct ledger *l;
    if (!ledger_make(path, world, o, &l, f))
        return false;
    if (store_open(path, STORE_WRITE, o.store, &l->conn, f) && store_schema(l->conn, f) && pack_load(l, f) && ledger_load(l, f)
        && (o.without_key ? key_from_log(l, f) : key_file(l, false, f))) {
        bool missing = false;
        int64_t events;
        if (search_missing(l->conn, &missing, f) && (!missing || ledger_rebuild(l, &events, f))) { /* of a program before search.c */
            *out = l;
            return true;
        }
    }
    return give_up(l, f);
}

/* ---------- the first events ---------- */

static bool emit_pack(struct work *w, struct fault *f)
{
    const struct pack *p = w->look.pack;
    struct event *e = work_event(w, "pack-taken", NULL);
    event_set(w->arena, e, "name", p->name);
    event_set_int(w->arena, e, "version", p->version);
    event_set(w->arena, e, "hash", slice_of(p->hash));
    for (size_t i = 0; i < p->n_files; i++)
        event_set(w->arena, e, slice_text(w->arena, slice_format(w->arena, "file." S_FMT, S_ARG(p->files[i].name))), p->files[i].bytes);
    return work_emit(w, e, f);
}

/* The first person keeps the accounts; the county's own unit is the root of the tree. */
static bool emit_founder(struct work *w, struct slice *account, struct slice *login, struct fault *f)
{
    const struct pack *p = w->look.pack;
    const struct duty_kind *kind = NULL;
    for (size_t i = 0; i < p->n_duties && !kind; i++)
        if (p->duties[i].can & CAN_PEOPLE)
            kind = &p->duties[i];
    if (!kind)
        return fault_set(f, FAULT_REFUSED, "pack-without-people", S(""), S(""));
    *login = S("admin");
    struct event *unit = work_event(w, "unit-set", NULL);
    event_set(w->arena, unit, "code", slice_format(w->arena, "%06d", w->ledger->county));
    event_set(w->arena, unit, "name", slice_of(w->ledger->name));
    event_set(w->arena, unit, "short", slice_of(w->ledger->name));
    event_set(w->arena, unit, "kind", S("county"));
    struct event *person = work_event(w, "person-set", NULL);
    event_set(w->arena, person, "name", kind->label.zh);
    event_set(w->arena, person, "post", kind->label.zh);
    if (!work_emit(w, unit, f))
        return false;
    event_set_int(w->arena, person, "unit", unit->seq);
    if (!work_emit(w, person, f))
        return false;
    unsigned char bytes[ACCOUNT_CHARS / 2];
    char hex[ACCOUNT_CHARS + 1];
    w->ledger->world.random(w->ledger->world.context, bytes, sizeof bytes);
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    *account = slice_copy(w->arena, slice_of(hex));
    struct event *acc = work_event(w, "account-set", NULL), *duty = work_event(w, "duty-given", NULL);
    event_set(w->arena, acc, "account", *account);
    event_set_int(w->arena, acc, "person", person->seq);
    event_set(w->arena, acc, "login", *login);
    event_set_int(w->arena, duty, "person", person->seq);
    event_set(w->arena, duty, "kind", kind->name);
    event_set_int(w->arena, duty, "unit", unit->seq);
    event_set_int(w->arena, duty, "subtree", 1);
    return work_emit(w, acc, f) && work_emit(w, duty, f);
}

static bool emit_beginning(struct ledger *l, struct arena *a, struct slice *account, struct slice *login, struct fault *f)
{
    struct log_head head = l->heads[LOG_MAIN];
    char key[65];
    if (!store_begin(l->conn, f))
        return false;
    struct work w = work_begin(l, NULL, a, &head);
    struct event *e = work_event(&w, "begun", NULL);
    event_set(a, e, "name", slice_of(l->name));
    event_set(a, e, "origin", slice_of(l->origin));
    event_set(a, e, "algorithm", slice_of(l->algorithm));
    event_set(a, e, "key", slice_of(sodium_bin2hex(key, sizeof key, l->key_public, sizeof l->key_public)));
    bool ok = work_emit(&w, e, f) && emit_pack(&w, f) && emit_founder(&w, account, login, f);
    if (!ok) {
        store_rollback(l->conn);
        return false;
    }
    log_head_root(&l->hasher, &head);
    return log_head_write(l->conn, l->county, LOG_MAIN, &head, f) && store_commit(l->conn, f);
}

static bool begin(struct ledger *l, const struct ledger_new *what, struct arena *a, struct slice *login, struct slice *password, struct fault *f)
{
    unsigned char nonce[4], seed[SEED_BYTES];
    struct pack_problems problems = { 0 };
    struct slice account;
    bool memory = is_memory(l->path);
    l->county = what->county;
    set_text(l->name, sizeof l->name, what->name);
    set_text(l->algorithm, sizeof l->algorithm, slice_of(what->algorithm ? what->algorithm : "sha256"));
    l->world.random(l->world.context, nonce, sizeof nonce);
    snprintf(l->origin, sizeof l->origin, "taizhang/%06d/%02x%02x%02x%02x", l->county, nonce[0], nonce[1], nonce[2], nonce[3]);
    bool read = what->files ? pack_from_files(what->files, what->n_files, &l->pack, &problems, f) : pack_open(what->pack_folder, &l->pack, &problems, f);
    if (!read || !hasher_open(&l->hasher, l->algorithm, f))
        return false;
    if (!store_open(l->path, memory ? STORE_MEMORY : STORE_CREATE, l->options.store, &l->conn, f) || !store_schema(l->conn, f))
        return false;
    if (memory) {
        l->world.random(l->world.context, seed, sizeof seed);
        key_from_seed(l, seed);
    } else if ((mkdir(l->files, 0700) && errno != EEXIST) || !key_file(l, true, f)) {
        return false;
    }
    if (!(l->people = people_read(l->conn, l->county, &l->pack, 0, f)) || !emit_beginning(l, a, &account, login, f) || !ledger_load(l, f))
        return false;
    password_make(&l->world, a, password);
    return password_set(l, account, *password, true, f) && ledger_tick(l, f);
}

bool ledger_begin(const char *path, const struct ledger_new *what, const struct world *world, struct ledger_options o, struct ledger **out, struct arena *a,
    struct slice *login, struct slice *password, struct fault *f)
{
    struct ledger *l;
    if (what->county < 100000 || what->county > COUNTY_MAX || !what->name.len || what->name.len > 90)
        return fault_set(f, FAULT_USAGE, "bad-county", S(""), S(""));
    if (what->algorithm && strcmp(what->algorithm, "sha256") && strcmp(what->algorithm, "sm3"))
        return fault_set(f, FAULT_USAGE, "no-digest", slice_of(what->algorithm), S(""));
    if (!is_memory(path) && !access(path, F_OK))
        return fault_set(f, FAULT_USAGE, "ledger-there", slice_of(path), S(""));
    if (!ledger_make(path, world, o, &l, f))
        return false;
    if (begin(l, what, a, login, password, f)) {
        *out = l;
        return true;
    }
    return give_up(l, f);
}

bool ledger_create(const char *path, const struct ledger_new *what, const struct world *world, struct ledger_options o, struct arena *a, struct slice *login,
    struct slice *password, struct fault *f)
{
    struct ledger *l;
    if (!ledger_begin(path, what, world, o, &l, a, login, password, f))
        return false;
    ledger_close(l);
    return true;
}

/* ---------- small answers ---------- */

const struct pack *ledger_pack(const struct ledger *l) { return &l->pack; }
int ledger_county(const struct ledger *l) { return l->county; }
struct slice ledger_name(const struct ledger *l) { return slice_of(l->name); }
const char *ledger_path(const struct ledger *l) { return l->path; }
int64_t ledger_now(const struct ledger *l) { return l->world.now_ms(l->world.context); }
day ledger_today(const struct ledger *l) { return day_of_ms(ledger_now(l)); }

/* ---------- readers ---------- */

struct reader {
    struct ledger *ledger;
    struct conn *conn;
    bool own, looking;
    struct people *people;
};

bool reader_open(struct ledger *l, struct reader **out, struct fault *f)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    r->ledger = l;
    r->own = !is_memory(l->path);
    r->conn = l->conn;
    if (r->own && !store_reader(l->path, l->options.store, &r->conn, f)) {
        free(r);
        return false;
    }
    *out = r;
    return true;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    reader_done(r);
    if (r->own)
        store_close(r->conn);
    people_close(r->people);
    free(r);
}

void reader_done(struct reader *r)
{
    if (r->looking && r->own)
        store_rollback(r->conn);
    r->looking = false;
}

bool reader_look(struct reader *r, struct arena *a, struct slice account, struct look *look, struct fault *f)
{
    struct ledger *l = r->ledger;
    reader_done(r);
    if (r->own && !store_begin_read(r->conn, f))
        return false;
    r->looking = true;
    struct rows row;
    int64_t version = 0;
    store_ask(r->conn, SQL_COUNTY_GET, ARGS(v_int(l->county)), &row, f);
    if (rows_next(&row))
        version = rows_int(&row, 5);
    if (!rows_end(&row))
        return false;
    if (!r->people || r->people->version != version) {
        struct people *again = people_read(r->conn, l->county, &l->pack, version, f);
        if (!again)
            return false;
        people_close(r->people);
        r->people = again;
    }
    *look = (struct look){ .ledger = l, .pack = &l->pack, .people = r->people, .conn = r->conn, .arena = a, .today = ledger_today(l) };
    look->who = actor_of(a, &l->pack, r->people, account, look->today);
    return true;
}
