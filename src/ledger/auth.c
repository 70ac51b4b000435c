/* auth.c: passwords, sessions, and the audit log that hears of both.
 *
 * A password is kept as Argon2id (19 MiB, two rounds: 22 ms here), at most two are computed at once, so that a crowd
 * at the door costs a queue and not the memory. An unknown name costs what a wrong password costs and says the same.
 * A session is 32 random bytes in a cookie and their SHA-256 here: who reads the store cannot become anybody.
 *
 * Every write below is a small transaction of its own under `writing`. The audit event of an attempt and what the
 * attempt changes (a count, a lock) commit together, and before the answer. */
#include "ledger/inside.h"

#include <sodium.h>
#include <strings.h>

enum { ARGON_ROUNDS = 2, ARGON_MIB = 19, ARGON_SALT = crypto_pwhash_SALTBYTES, ARGON_HASH = 32 };
static const size_t ARGON_BYTES = (size_t)ARGON_MIB << 20;
enum { PASSWORDS_AT_ONCE = 2, PASSWORDS_WAITING = 32, PASSWORD_CHARS_MIN = 10, PASSWORD_BYTES_MAX = 256, LOGIN_BYTES_MAX = 100 };
enum { TRIES_MAX = 5, LOCK_MS = 15 * 60 * 1000, SEEN_EVERY_MS = 60 * 1000 };
enum { ENCODED_MAX = 128, AUDIT_TEXT_MAX = 300 };

/* ---------- one small transaction ---------- */

struct small {
    struct ledger *l;
    struct arena arena;
    struct log_head audit;       /* takes the ledger's place when the transaction is on the disk */
    struct audit_limits limits;  /* as they were, should it fail */
};

/* Another process may have written since: its people and its notes are taken in, inside the transaction. */
static bool take_in(struct ledger *l, struct fault *f)
{
    int64_t size;
    return store_number(l->conn, SQL_HEAD_GET, ARGS(v_int(l->county), v_int(LOG_MAIN)), 0, &size, f)
        && (size == l->heads[LOG_MAIN].size || ledger_load(l, f)) && log_head_read(l->conn, l->county, LOG_AUDIT, &l->heads[LOG_AUDIT], f);
}

static bool small_begin(struct small *s, struct ledger *l, struct fault *f)
{
    pthread_mutex_lock(&l->writing);
    if (l->stopped ? fault_set(f, FAULT_BROKEN, "writing-stopped", S(""), S("")) : store_begin(l->conn, f)) {
        if (take_in(l, f)) {
            *s = (struct small){ .l = l, .audit = l->heads[LOG_AUDIT], .limits = l->audit_limits };
            arena_open(&s->arena, 16 << 20);
            return true;
        }
        store_rollback(l->conn);
    }
    pthread_mutex_unlock(&l->writing);
    return false;
}

/* To look before a slow step, without writing. */
static bool glance_begin(struct ledger *l, struct fault *f)
{
    pthread_mutex_lock(&l->writing);
    if (store_begin_read(l->conn, f)) {
        if (take_in(l, f))
            return true;
        store_rollback(l->conn);
    }
    pthread_mutex_unlock(&l->writing);
    return false;
}

static void glance_end(struct ledger *l)
{
    store_rollback(l->conn);
    pthread_mutex_unlock(&l->writing);
}

/* Commits what went well. After a failed flush nothing more is written until a restart; a full disk may get room. */
static bool small_end(struct small *s, bool ok, struct fault *f)
{
    struct ledger *l = s->l;
    if (ok && s->arena.failed)
        ok = fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    if (ok && s->audit.size != l->heads[LOG_AUDIT].size) {
        log_head_root(&l->hasher, &s->audit);
        ok = log_head_write(l->conn, l->county, LOG_AUDIT, &s->audit, f);
    }
    if (ok && !store_commit(l->conn, f)) {
        ok = false;
        l->stopped = l->stopped || !strcmp(f->code, "store-broken");
    }
    if (ok) {
        l->heads[LOG_AUDIT] = s->audit;
    } else {
        l->audit_limits = s->limits;
        store_rollback(l->conn);
    }
    arena_close(&s->arena);
    pthread_mutex_unlock(&l->writing);
    return ok;
}

/* ---------- the audit log ---------- */

struct note { const char *kind; struct slice account, object, detail, address; };

static struct slice bounded(struct slice s)
{
    s = slice_part(s, 0, s.len < AUDIT_TEXT_MAX ? s.len : AUDIT_TEXT_MAX);
    return slice_part(s, 0, utf8_valid(s)); /* what a browser sent need not be text */
}

static bool note_put(struct small *s, const struct note *n, struct fault *f)
{
    struct event e = { .account = bounded(n->account), .kind = slice_of(n->kind), .ledger = S(""), .key = S("") };
    event_set(&s->arena, &e, "address", bounded(n->address));
    event_set(&s->arena, &e, "detail", bounded(n->detail));
    event_set(&s->arena, &e, "object", bounded(n->object));
    return log_append(s->l, LOG_AUDIT, &s->audit, &e, f);
}

/* Says how many notes were only counted, and begins to count anew. */
static bool sender_settle(struct small *s, struct audit_sender *from, int64_t now, struct fault *f)
{
    if (from->dropped) {
        struct note sum = { .kind = "notes-counted", .object = slice_of(from->name), .detail = slice_format(&s->arena, "%lld", (long long)from->dropped) };
        if (!note_put(s, &sum, f))
            return false;
    }
    from->since_ms = now;
    from->notes = 0;
    from->dropped = 0;
    return true;
}

static struct audit_sender *sender_of(struct audit_limits *limits, struct slice name)
{
    struct audit_sender *oldest = &limits->at[0];
    for (size_t i = 0; i < AUDIT_SENDERS; i++) {
        struct audit_sender *one = &limits->at[i];
        if (one->name[0] && slice_equal(slice_of(one->name), name))
            return one;
        if (one->since_ms < oldest->since_ms)
            oldest = one;
    }
    return oldest;
}

/* Whose minute is over is written down; then: may this sender write a note of its own? */
static bool note_counts(struct small *s, struct slice who, bool *full, struct fault *f)
{
    struct audit_limits *limits = &s->l->audit_limits;
    int64_t now = s->l->world.now_ms(s->l->world.context);
    struct slice name = slice_part(who, 0, who.len < sizeof limits->at[0].name ? who.len : sizeof limits->at[0].name - 1);
    struct audit_sender *from = sender_of(limits, name), *all = &limits->all;
    for (size_t i = 0; i < AUDIT_SENDERS; i++)
        if (limits->at[i].dropped && now - limits->at[i].since_ms >= AUDIT_MINUTE_MS && !sender_settle(s, &limits->at[i], now, f))
            return false;
    bool other = !slice_equal(slice_of(from->name), name) || !from->name[0];
    if ((other || now - from->since_ms >= AUDIT_MINUTE_MS) && !sender_settle(s, from, now, f))
        return false;
    if (now - all->since_ms >= AUDIT_MINUTE_MS && !sender_settle(s, all, now, f))
        return false;
    memset(from->name, 0, sizeof from->name);
    memcpy(from->name, name.len ? name.at : "?", name.len ? name.len : 1);
    *full = from->notes >= AUDIT_PER_MINUTE || all->notes >= AUDIT_ALL_PER_MINUTE;
    from->notes += !*full;
    all->notes += !*full;
    from->dropped += *full;
    return true;
}

/* What a stranger can cause without end is limited: refusals and failed log-ins. What an account did is always kept. */
static bool note_take(struct small *s, const struct note *n, struct fault *f)
{
    bool full = false, limited = !n->account.len || !strcmp(n->kind, "refused");
    if (limited && !note_counts(s, n->account.len ? n->account : n->address, &full, f))
        return false;
    return full || note_put(s, n, f);
}

bool audit_note(struct ledger *l, struct slice account, const char *kind, struct slice object, struct slice detail, struct slice address, struct fault *f)
{
    struct small s;
    struct note n = { kind, account, object, detail, address };
    return small_begin(&s, l, f) && small_end(&s, note_take(&s, &n, f), f);
}

bool audit_ask(const struct look *look, int64_t offset, int64_t limit, struct audit_row **at, size_t *n, int64_t *total, struct fault *f)
{
    int county = ledger_county(look->ledger);
    struct rows r;
    *n = 0;
    *at = NEW(look->arena, struct audit_row, (size_t)limit + 1);
    if (!store_number(look->conn, SQL_HEAD_GET, ARGS(v_int(county), v_int(LOG_AUDIT)), 0, total, f))
        return false;
    int64_t last = *total - offset, first = last - limit + 1;
    if (last < 1)
        return true;
    store_ask(look->conn, SQL_EVENT_RANGE, ARGS(v_int(county), v_int(LOG_AUDIT), v_int(first < 1 ? 1 : first), v_int(last)), &r, f);
    while (*n < (size_t)limit && rows_next(&r)) {
        struct event e;
        if (!event_from_row(look->arena, &r, &e))
            continue;
        memmove(*at + 1, *at, *n * sizeof **at); /* newest first */
        (*at)[0] = (struct audit_row){ e.seq, e.at_ms, e.account, e.kind, event_get(&e, "object"), event_get(&e, "detail"), event_get(&e, "address") };
        ++*n;
    }
    return rows_end(&r);
}

/* Before the ledger closes: what was only counted is written. */
bool audit_settle(struct ledger *l, struct fault *f)
{
    struct small s;
    bool any = false, ok = true;
    for (size_t i = 0; i < AUDIT_SENDERS; i++)
        any = any || l->audit_limits.at[i].dropped;
    if (!any || !small_begin(&s, l, f))
        return !any;
    for (size_t i = 0; ok && i < AUDIT_SENDERS; i++)
        ok = !l->audit_limits.at[i].dropped || sender_settle(&s, &l->audit_limits.at[i], 0, f);
    return small_end(&s, ok, f);
}

/* ---------- Argon2id, two at once ---------- */

static bool slot_take(struct ledger *l, struct fault *f)
{
    pthread_mutex_lock(&l->password_slots);
    bool crowded = l->passwords_waiting >= PASSWORDS_WAITING;
    l->passwords_waiting += !crowded;
    while (!crowded && l->passwords_at_work >= PASSWORDS_AT_ONCE)
        pthread_cond_wait(&l->password_free, &l->password_slots);
    l->passwords_waiting -= !crowded;
    l->passwords_at_work += !crowded;
    pthread_mutex_unlock(&l->password_slots);
    return !crowded || fault_set(f, FAULT_BUSY, "login-busy", S(""), S(""));
}

static void slot_give(struct ledger *l)
{
    pthread_mutex_lock(&l->password_slots);
    l->passwords_at_work--;
    pthread_cond_signal(&l->password_free);
    pthread_mutex_unlock(&l->password_slots);
}

static bool argon(struct slice password, const unsigned char salt[ARGON_SALT], unsigned char hash[ARGON_HASH], struct fault *f)
{
    return !crypto_pwhash(hash, ARGON_HASH, password.at ? password.at : "", password.len, salt, ARGON_ROUNDS, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13)
        || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}

/* The usual text form, so that other programs can check it: $argon2id$v=19$m=19456,t=2,p=1$salt$hash. The salt comes
 * from the world, not from the library, so that a seeded test is the same twice. */
static bool encode(struct ledger *l, struct slice password, char encoded[ENCODED_MAX], struct fault *f)
{
    unsigned char salt[ARGON_SALT], hash[ARGON_HASH];
    char salt64[32], hash64[64];
    l->world.random(l->world.context, salt, sizeof salt);
    if (!argon(password, salt, hash, f))
        return false;
    sodium_bin2base64(salt64, sizeof salt64, salt, sizeof salt, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sodium_bin2base64(hash64, sizeof hash64, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    struct buf b = buf_open(ENCODED_MAX);
    buf_format(&b, "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", ARGON_MIB << 10, ARGON_ROUNDS, salt64, hash64);
    bool ok = !b.failed && b.len < ENCODED_MAX;
    if (ok) {
        memset(encoded, 0, ENCODED_MAX);
        memcpy(encoded, b.at, b.len);
    }
    buf_close(&b);
    sodium_memzero(hash, sizeof hash);
    sodium_memzero(hash64, sizeof hash64);
    return ok || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}

/* Equal, at the same price where nothing is known of the account. */
static bool matches(struct slice password, const char *encoded, bool *same, struct fault *f)
{
    static const unsigned char nothing[ARGON_SALT];
    unsigned char hash[ARGON_HASH];
    *same = false;
    if (encoded[0]) {
        *same = !crypto_pwhash_str_verify(encoded, password.at ? password.at : "", password.len);
        return true;
    }
    bool ok = argon(password, nothing, hash, f);
    sodium_memzero(hash, sizeof hash);
    return ok;
}

/* ---------- passwords ---------- */

static int kinds_of(struct slice password)
{
    int lower = 0, upper = 0, digit = 0, other = 0;
    for (size_t i = 0; i < password.len; i++) {
        char c = password.at[i];
        *(c >= 'a' && c <= 'z' ? &lower : c >= 'A' && c <= 'Z' ? &upper : c >= '0' && c <= '9' ? &digit : &other) = 1;
    }
    return lower + upper + digit + other;
}

static bool contains_ignoring_case(struct slice s, struct slice what)
{
    for (size_t i = 0; what.len && i + what.len <= s.len; i++)
        if (!strncasecmp(s.at + i, what.at, what.len))
            return true;
    return false;
}

bool password_good(struct slice password, struct slice login, struct fault *f)
{
    const char *code = password.len > PASSWORD_BYTES_MAX || utf8_valid(password) != password.len ? "password-long"
        : utf8_count(password) < PASSWORD_CHARS_MIN                                             ? "password-short"
        : kinds_of(password) < 3                                                                ? "password-plain"
        : contains_ignoring_case(password, login)                                               ? "password-has-login"
                                                                                                : NULL;
    if (!code)
        return true;
    fault_set(f, FAULT_REFUSED, code, S(""), S(""));
    f->field = S("password");
    return false;
}

/* Four groups of four letters and digits without those that look alike: 79 bits, easy to read out. */
void password_make(const struct world *w, struct arena *a, struct slice *password)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* 31 */
    struct fault none;
    char *text = NEW(a, char, 20);
    do {
        for (size_t i = 0; i < 19; i++) {
            unsigned char one = 255;
            while (i % 5 != 4 && one >= 31 * 8) /* every letter equally often */
                w->random(w->context, &one, 1);
            text[i] = i % 5 == 4 ? '-' : letters[one % 31];
        }
        *password = (struct slice){ text, 19 };
    } while (!password_good(*password, S(""), &none));
}

bool password_set(struct ledger *l, struct slice account, struct slice password, bool must_change, struct fault *f)
{
    char encoded[ENCODED_MAX] = "";
    struct small s;
    char login[LOGIN_BYTES_MAX + 1] = "";
    if (!glance_begin(l, f))
        return false;
    const struct account *known = people_account(l->people, account);
    if (known && known->login.len <= LOGIN_BYTES_MAX)
        memcpy(login, known->login.at, known->login.len);
    glance_end(l);
    if (!known)
        return fault_set(f, FAULT_MISSING, "account-unknown", account, S(""));
    if (sodium_init() < 0 || !password_good(password, slice_of(login), f) || !slot_take(l, f))
        return false;
    bool ok = encode(l, password, encoded, f);
    slot_give(l);
    if (!ok || !small_begin(&s, l, f))
        return false;
    struct note n = { .kind = "password-set", .account = account, .object = account, .detail = must_change ? S("once") : S("") };
    int64_t now = l->world.now_ms(l->world.context);
    ok = store_run(l->conn, SQL_CREDENTIAL_PUT, ARGS(v_int(l->county), v_text(account), v_text(slice_of(encoded)), v_int(must_change), v_int(now)), f)
        && store_run(l->conn, SQL_SESSION_END_ALL, ARGS(v_int(l->county), v_text(account)), f) && note_put(&s, &n, f);
    ok = small_end(&s, ok, f);
    sodium_memzero(encoded, sizeof encoded);
    return ok;
}

/* ---------- an attempt to sign in ---------- */

struct attempt {
    char account[64];          /* empty where the name is unknown or disabled */
    char encoded[ENCODED_MAX]; /* empty where there is no password */
    int64_t failures, locked_until_ms;
    bool must_change;
};

/* Names that nobody has are counted and locked too, or the lock would say which names exist. */
static struct unknown_login *unknown_login(struct ledger *l, struct slice login)
{
    unsigned char hash[crypto_generichash_BYTES];
    struct unknown_login *oldest = &l->unknown_logins[0];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)login.at, login.len, NULL, 0);
    for (size_t i = 0; i < UNKNOWN_LOGINS; i++) {
        struct unknown_login *one = &l->unknown_logins[i];
        if (!memcmp(one->hash, hash, sizeof one->hash))
            return one;
        if (one->last_ms < oldest->last_ms)
            oldest = one;
    }
    *oldest = (struct unknown_login){ 0 };
    memcpy(oldest->hash, hash, sizeof oldest->hash);
    return oldest;
}

/* Under `writing`: what is known of the name now. */
static bool attempt_read(struct ledger *l, struct slice login, struct attempt *t, struct fault *f)
{
    struct rows r;
    *t = (struct attempt){ 0 };
    const struct account *a = people_login(l->people, login);
    if (!a || a->disabled || a->id.len >= sizeof t->account) {
        const struct unknown_login *u = unknown_login(l, login);
        t->failures = u->failures;
        t->locked_until_ms = u->locked_until_ms;
        return true;
    }
    memcpy(t->account, a->id.at, a->id.len);
    store_ask(l->conn, SQL_CREDENTIAL_GET, ARGS(v_int(l->county), v_text(a->id)), &r, f);
    if (rows_next(&r)) {
        struct slice encoded = rows_text(&r, 0);
        if (encoded.len < sizeof t->encoded)
            memcpy(t->encoded, encoded.at, encoded.len);
        t->must_change = rows_int(&r, 1);
        t->failures = rows_int(&r, 3);
        t->locked_until_ms = rows_int(&r, 4);
    }
    return rows_end(&r);
}

/* Counts a wrong try, forgets the count after a right one. */
static bool attempt_count(struct ledger *l, struct slice login, struct attempt *t, bool right, int64_t now, struct fault *f)
{
    if (t->locked_until_ms && t->locked_until_ms <= now)
        t->failures = 0;
    t->failures = right ? 0 : t->failures + 1;
    t->locked_until_ms = t->failures >= TRIES_MAX ? now + LOCK_MS : 0;
    if (!t->account[0]) {
        struct unknown_login *u = unknown_login(l, login);
        u->failures = t->failures;
        u->locked_until_ms = t->locked_until_ms;
        u->last_ms = now;
        return true;
    }
    return store_run(l->conn, SQL_CREDENTIAL_FAILED, ARGS(v_int(l->county), v_text(slice_of(t->account)), v_int(t->failures), v_int(t->locked_until_ms)), f);
}

/* What an unknown name was is not written down: people type passwords there. */
static bool attempt_settle(struct ledger *l, struct slice login, struct slice address, bool same, struct attempt *t, const char **refusal, struct fault *f)
{
    struct small s;
    bool ok = small_begin(&s, l, f);
    if (!ok)
        return false;
    int64_t now = l->world.now_ms(l->world.context);
    ok = attempt_read(l, login, t, f); /* anew: others tried meanwhile */
    bool locked = t->locked_until_ms > now, right = same && !locked && t->account[0];
    *refusal = locked ? "login-locked" : right ? NULL : "login-wrong";
    if (ok && !locked)
        ok = attempt_count(l, login, t, right, now, f);
    if (!locked && t->locked_until_ms > now)
        *refusal = "login-locked"; /* this was the fifth */
    struct slice account = slice_of(t->account);
    struct note n = { .kind = right ? "login" : locked ? "login-locked" : "login-failed", .account = right ? account : S(""), .object = account, .address = address };
    return small_end(&s, ok && note_take(&s, &n, f), f);
}

bool password_check(struct ledger *l, struct arena *a, struct slice login, struct slice password, struct slice address, struct slice *account, bool *must_change,
    struct fault *f)
{
    struct attempt t;
    const char *refusal;
    bool same = false;
    login = slice_part(login, 0, login.len < LOGIN_BYTES_MAX ? login.len : LOGIN_BYTES_MAX);
    password = slice_part(password, 0, password.len <= PASSWORD_BYTES_MAX ? password.len : 0);
    if (sodium_init() < 0)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    if (!glance_begin(l, f))
        return false;
    bool ok = attempt_read(l, login, &t, f);
    glance_end(l);
    if (!ok || !slot_take(l, f))
        return false;
    ok = matches(password, t.encoded, &same, f);
    slot_give(l);
    sodium_memzero(t.encoded, sizeof t.encoded);
    ok = ok && attempt_settle(l, login, address, same, &t, &refusal, f);
    sodium_memzero(t.encoded, sizeof t.encoded);
    if (!ok)
        return false;
    if (refusal)
        return fault_set(f, FAULT_FORBIDDEN, refusal, S("15"), S(""));
    *account = slice_copy(a, slice_of(t.account));
    *must_change = t.must_change;
    return true;
}

/* ---------- sessions ---------- */

static struct slice token_hash(const unsigned char token[SESSION_TOKEN_BYTES], unsigned char hash[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256(hash, token, SESSION_TOKEN_BYTES);
    return (struct slice){ (const char *)hash, crypto_hash_sha256_BYTES };
}

bool session_begin(struct ledger *l, struct slice account, struct slice address, struct slice agent, unsigned char token[SESSION_TOKEN_BYTES], struct fault *f)
{
    unsigned char hash[crypto_hash_sha256_BYTES], secret[32];
    struct small s;
    int64_t now = l->world.now_ms(l->world.context);
    l->world.random(l->world.context, token, SESSION_TOKEN_BYTES);
    l->world.random(l->world.context, secret, sizeof secret);
    if (!small_begin(&s, l, f))
        return false;
    bool ok = store_run(l->conn, SQL_SESSION_SWEEP, ARGS(v_int(l->county), v_int(now - SESSION_IDLE_MS), v_int(now - SESSION_LIFE_MS)), f)
        && store_run(l->conn, SQL_SESSION_PUT, ARGS(v_int(l->county), v_blob(token_hash(token, hash)), v_text(account),
               v_blob(((struct slice){ (const char *)secret, sizeof secret })), v_int(now), v_text(bounded(address)), v_text(bounded(agent))), f);
    ok = small_end(&s, ok, f);
    sodium_memzero(secret, sizeof secret);
    return ok;
}

static bool session_forget(struct ledger *l, struct slice hash, const struct note *n, struct fault *f)
{
    struct small s;
    if (!small_begin(&s, l, f))
        return false;
    bool ok = store_run(l->conn, SQL_SESSION_END, ARGS(v_int(l->county), v_blob(hash)), f) && (!n || note_put(&s, n, f));
    return small_end(&s, ok, f);
}

static bool session_seen(struct ledger *l, struct slice hash, int64_t now, struct fault *f)
{
    struct small s;
    if (!small_begin(&s, l, f))
        return false;
    return small_end(&s, store_run(l->conn, SQL_SESSION_SEEN, ARGS(v_int(l->county), v_blob(hash), v_int(now)), f), f);
}

/* `account` is borrowed from the row where it is not copied: both callers copy. */
static bool session_read(struct conn *c, int county, struct arena *a, struct slice hash, struct session *s, bool *found, struct fault *f)
{
    struct rows r;
    *found = false;
    store_ask(c, SQL_SESSION_GET, ARGS(v_int(county), v_blob(hash)), &r, f);
    if (rows_next(&r)) {
        struct slice secret = rows_text(&r, 1);
        *s = (struct session){ .account = rows_copy(a, &r, 0), .began_ms = rows_int(&r, 2), .seen_ms = rows_int(&r, 3), .must_change = rows_int(&r, 4) };
        *found = secret.len == sizeof s->secret;
        if (*found)
            memcpy(s->secret, secret.at, secret.len);
    }
    return rows_end(&r);
}

bool session_get(const struct look *look, const unsigned char token[SESSION_TOKEN_BYTES], struct session *s, struct fault *f)
{
    unsigned char bytes[crypto_hash_sha256_BYTES];
    struct slice hash = token_hash(token, bytes);
    struct ledger *l = look->ledger;
    int64_t now = l->world.now_ms(l->world.context);
    bool found;
    if (!session_read(look->conn, l->county, look->arena, hash, s, &found, f))
        return false;
    if (!found)
        return fault_set(f, FAULT_FORBIDDEN, "no-session", S(""), S(""));
    const struct account *account = people_account(look->people, s->account);
    if (now - s->seen_ms >= SESSION_IDLE_MS || now - s->began_ms >= SESSION_LIFE_MS || now < s->began_ms - SESSION_IDLE_MS || !account || account->disabled) {
        sodium_memzero(s, sizeof *s);
        return session_forget(l, hash, NULL, f) && fault_set(f, FAULT_FORBIDDEN, "no-session", S(""), S(""));
    }
    if (now - s->seen_ms < SEEN_EVERY_MS)
        return true;
    s->seen_ms = now;
    return session_seen(l, hash, now, f);
}

bool session_end(struct ledger *l, const unsigned char token[SESSION_TOKEN_BYTES], struct fault *f)
{
    unsigned char bytes[crypto_hash_sha256_BYTES];
    struct slice hash = token_hash(token, bytes);
    struct session s = { 0 };
    struct arena a;
    bool found = false;
    arena_open(&a, 1 << 20);
    bool ok = glance_begin(l, f);
    if (ok) {
        ok = session_read(l->conn, l->county, &a, hash, &s, &found, f);
        glance_end(l);
    }
    struct note n = { .kind = "logout", .account = s.account, .object = s.account };
    if (ok && found)
        ok = session_forget(l, hash, &n, f);
    sodium_memzero(&s, sizeof s);
    arena_close(&a);
    return ok;
}
