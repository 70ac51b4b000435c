/* What holds the sentence "what stands here can be believed": passwords, sessions, the audit log; rebuild, verify,
 * checkpoints, a look back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "county.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MUST(f, call)                                                                                                  \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s %s", #call, (f).code, (f).detail);                                                        \
    } while (0)

static void begin(struct county *c)
{
    struct fault f = { 0 };
    MUST(f, county_begin(c, ":memory:", (struct ledger_options){ 0 }, 7, &f));
}

static void rounds(struct county *c, int n)
{
    for (int i = 0; i < n; i++)
        if (!county_round(c, ++c->rounds))
            fail_msg("%s: %.*s %s", county_say(c), S_ARG(c->last.body_text), c->last.fault.detail);
}

static void assert_clean(struct county *c)
{
    struct verdict v;
    struct fault f;
    MUST(f, ledger_verify(c->ledger, &c->arena, S(""), &v, &f));
    if (v.what)
        fail_msg("%s %lld %.*s", v.what, (long long)v.first_bad, S_ARG(v.where));
    assert_int_equal(v.events, c->ledger->heads[LOG_MAIN].size);
}

static int64_t count(struct county *c, const char *sql)
{
    struct rows r;
    struct fault f;
    int64_t n = -1;
    store_ask_text(c->ledger->conn, slice_of(sql), NULL, 0, &r, &f);
    if (rows_next(&r))
        n = rows_int(&r, 0);
    MUST(f, rows_end(&r));
    return n;
}

/* ---------- rebuild, verify, as of ---------- */

static void a_rebuild_gives_the_same_tables(void **state)
{
    struct county c;
    struct fault f;
    int64_t n;
    begin(&c);
    rounds(&c, 2);
    struct buf before = buf_open(64 << 20), after = buf_open(64 << 20);
    MUST(f, ledger_dump(c.ledger->conn, &before, &f));
    assert_true(before.len > 4000);
    MUST(f, ledger_rebuild(c.ledger, &n, &f));
    assert_int_equal(n, c.ledger->heads[LOG_MAIN].size);
    MUST(f, ledger_dump(c.ledger->conn, &after, &f));
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.at, after.at, before.len);
    assert_clean(&c);
    rounds(&c, 1); /* and work goes on */
    buf_close(&before);
    buf_close(&after);
    county_end(&c);
}

static void the_ledger_as_of_a_day_is_what_it_was_then(void **state)
{
    struct county c;
    struct fault f;
    struct ledger *then;
    begin(&c);
    rounds(&c, 1);
    day first = day_of_ms(c.now_ms) - 1; /* each round ends a day later */
    struct buf was = buf_open(64 << 20), is = buf_open(64 << 20);
    MUST(f, ledger_dump(c.ledger->conn, &was, &f));
    rounds(&c, 2);
    MUST(f, ledger_as_of(c.ledger, first, &then, &f));
    MUST(f, ledger_dump(then->conn, &is, &f));
    assert_int_equal(was.len, is.len);
    assert_memory_equal(was.at, is.at, was.len);
    assert_int_equal(ledger_today(then), first);
    struct verdict v;
    MUST(f, ledger_verify(then, &c.arena, S(""), &v, &f));
    assert_null(v.what);
    ledger_close(then);
    assert_false(ledger_as_of(c.ledger, first - 40, &then, &f));
    assert_string_equal(f.code, "as-of-before");
    buf_close(&was);
    buf_close(&is);
    county_end(&c);
}

static void a_checkpoint_is_signed_and_read_back(void **state)
{
    struct county c;
    struct fault f;
    struct note_text n;
    struct verdict v;
    begin(&c);
    struct buf note = buf_open(NOTE_BYTES_MAX);
    MUST(f, ledger_checkpoint(c.ledger, &note, &f));
    assert_true(note_parse(buf_slice(&note), &n));
    assert_true(slice_equal(n.origin, slice_of(c.ledger->origin)));
    assert_true(note_signed_by(&n, n.origin, c.ledger->key_public));
    rounds(&c, 1);
    MUST(f, ledger_verify(c.ledger, &c.arena, buf_slice(&note), &v, &f));
    assert_null(v.what);
    struct county other;
    MUST(f, county_begin(&other, ":memory:", (struct ledger_options){ 0 }, 8, &f));
    MUST(f, ledger_verify(other.ledger, &c.arena, buf_slice(&note), &v, &f));
    assert_string_equal(v.what, "verify-note-origin");
    static const char *const bad[] = { "", "a\n1\n", "a\n01\nAAAA\n\n", "a\n1\nAAAA\n\n— a AAAA\n", "\n\n", "a\n-1\nAAAA\n\n" };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(note_parse(slice_of(bad[i]), &n));
    buf_close(&note);
    county_end(&other);
    county_end(&c);
}

/* ---------- passwords ---------- */

static bool enter(struct county *c, const char *login, const char *password, struct fault *f)
{
    struct slice account;
    bool must_change;
    *f = (struct fault){ 0 };
    return password_check(c->ledger, &c->arena, slice_of(login), slice_of(password), S("192.0.2.1"), &account, &must_change, f)
        && slice_equal(account, county_account(c, login));
}

static void a_password_opens_and_five_wrong_ones_lock_for_a_quarter_of_an_hour(void **state)
{
    struct county c;
    struct fault f;
    begin(&c);
    MUST(f, password_set(c.ledger, county_account(&c, "liqiang"), S("Qinghe-2026-ok"), false, &f));
    assert_true(enter(&c, "liqiang", "Qinghe-2026-ok", &f));
    for (int i = 0; i < 4; i++) {
        assert_false(enter(&c, "liqiang", "wrong-Wrong-1", &f));
        assert_string_equal(f.code, "login-wrong");
    }
    assert_true(enter(&c, "liqiang", "Qinghe-2026-ok", &f)); /* which forgets the four */
    for (int i = 0; i < 5; i++)
        assert_false(enter(&c, "liqiang", "wrong-Wrong-1", &f));
    assert_string_equal(f.code, "login-locked");
    assert_false(enter(&c, "liqiang", "Qinghe-2026-ok", &f));
    assert_string_equal(f.code, "login-locked");
    c.now_ms += 15 * 60 * 1000;
    assert_true(enter(&c, "liqiang", "Qinghe-2026-ok", &f));
    assert_int_equal(count(&c, "SELECT count(*) FROM event WHERE log = 1 AND kind = 'login'"), 3);
    assert_int_equal(count(&c, "SELECT count(*) FROM event WHERE log = 1 AND kind = 'login-failed'"), 9);
    assert_int_equal(count(&c, "SELECT count(*) FROM event WHERE log = 1 AND kind = 'login-locked'"), 1);
    assert_clean(&c);
    county_end(&c);
}

static void a_name_that_nobody_has_is_answered_and_locked_like_one_that_somebody_has(void **state)
{
    struct county c;
    struct fault f;
    begin(&c);
    for (int i = 0; i < 4; i++) {
        assert_false(enter(&c, "nobody", "wrong-Wrong-1", &f));
        assert_string_equal(f.code, "login-wrong");
    }
    assert_false(enter(&c, "nobody", "wrong-Wrong-1", &f));
    assert_string_equal(f.code, "login-locked");
    assert_false(enter(&c, "liqiang", "wrong-Wrong-1", &f)); /* has no password yet */
    assert_string_equal(f.code, "login-wrong");
    county_end(&c);
}

static void a_disabled_account_cannot_enter_and_its_sessions_are_over(void **state)
{
    struct county c;
    struct fault f;
    unsigned char token[SESSION_TOKEN_BYTES];
    struct reader *r;
    struct look look;
    struct session s;
    begin(&c);
    MUST(f, password_set(c.ledger, county_account(&c, "liqiang"), S("Qinghe-2026-ok"), false, &f));
    MUST(f, session_begin(c.ledger, county_account(&c, "liqiang"), S("192.0.2.1"), S("test"), token, &f));
    assert_true(county_do(&c, "admin", "{\"do\":\"disable\",\"login\":\"liqiang\"}"));
    assert_false(enter(&c, "liqiang", "Qinghe-2026-ok", &f));
    MUST(f, reader_open(c.ledger, &r, &f));
    MUST(f, reader_look(r, &c.arena, S(""), &look, &f));
    assert_false(session_get(&look, token, &s, &f));
    assert_int_equal(count(&c, "SELECT count(*) FROM session"), 0);
    reader_close(r);
    county_end(&c);
}

static void weak_passwords_are_refused_with_the_reason(void **state)
{
    static const struct { const char *password, *code; } rows[] = { { "Ab1", "password-short" }, { "abcdefghij1234", "password-plain" },
        { "1234567890", "password-plain" }, { "LiQiang-2026", "password-has-login" }, { "Qinghe-2026-ok", NULL }, { "青山绿水长流不息aB", NULL },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" "aB1", "password-long" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault f = { 0 };
        assert_int_equal(password_good(slice_of(rows[i].password), S("liqiang"), &f), !rows[i].code);
        if (rows[i].code)
            assert_string_equal(f.code, rows[i].code);
        if (rows[i].code)
            assert_true(fault_code_known(rows[i].code));
    }
}

static void a_one_time_password_is_good_and_each_is_another(void **state)
{
    struct county c;
    struct fault f;
    struct slice one, other;
    begin(&c);
    for (int i = 0; i < 200; i++) {
        password_make(&c.world, &c.arena, &one);
        password_make(&c.world, &c.arena, &other);
        assert_true(password_good(one, S("admin"), &f));
        assert_false(slice_equal(one, other));
        assert_int_equal(one.len, 19);
        for (size_t k = 0; k < one.len; k++)
            assert_null(strchr("il1o0", one.at[k]));
    }
    county_end(&c);
}

/* ---------- sessions ---------- */

static void a_session_ends_when_idle_when_old_and_when_left(void **state)
{
    struct county c;
    struct fault f;
    unsigned char token[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES];
    struct reader *r;
    struct look look;
    struct session s;
    begin(&c);
    struct slice account = county_account(&c, "liqiang");
    MUST(f, reader_open(c.ledger, &r, &f));
    MUST(f, session_begin(c.ledger, account, S("192.0.2.1"), S("test"), token, &f));
    MUST(f, reader_look(r, &c.arena, S(""), &look, &f));
    for (int i = 0; i < 60; i++) { /* used every ten minutes it lives for hours */
        c.now_ms += 10 * 60 * 1000;
        MUST(f, session_get(&look, token, &s, &f));
        assert_true(slice_equal(s.account, account));
    }
    c.now_ms += 2 * 3600 * (int64_t)1000;
    assert_false(session_get(&look, token, &s, &f)); /* idle */
    MUST(f, session_begin(c.ledger, account, S("192.0.2.1"), S("test"), token, &f));
    for (int i = 0; i < 71; i++) {
        c.now_ms += 10 * 60 * 1000;
        MUST(f, session_get(&look, token, &s, &f));
    }
    c.now_ms += 10 * 60 * 1000;
    assert_false(session_get(&look, token, &s, &f)); /* twelve hours */
    MUST(f, session_begin(c.ledger, account, S("192.0.2.1"), S("test"), token, &f));
    MUST(f, session_begin(c.ledger, account, S("192.0.2.2"), S("test"), other, &f));
    assert_memory_not_equal(token, other, sizeof token);
    MUST(f, session_end(c.ledger, token, &f));
    assert_false(session_get(&look, token, &s, &f));
    MUST(f, session_get(&look, other, &s, &f));
    MUST(f, password_set(c.ledger, account, S("Qinghe-2026-new"), false, &f));
    assert_false(session_get(&look, other, &s, &f)); /* a new password ends them all */
    reader_close(r);
    county_end(&c);
}

static void the_store_does_not_hold_what_a_cookie_holds(void **state)
{
    struct county c;
    struct fault f;
    unsigned char token[SESSION_TOKEN_BYTES];
    begin(&c);
    MUST(f, session_begin(c.ledger, county_account(&c, "liqiang"), S("192.0.2.1"), S("test"), token, &f));
    struct rows r;
    store_ask_text(c.ledger->conn, S("SELECT token FROM session"), NULL, 0, &r, &f);
    assert_true(rows_next(&r));
    assert_memory_not_equal(rows_text(&r, 0).at, token, sizeof token);
    assert_true(rows_end(&r));
    county_end(&c);
}

/* ---------- the audit log ---------- */

static void a_stranger_cannot_fill_the_audit_log_and_is_counted_all_the_same(void **state)
{
    struct county c;
    struct fault f;
    begin(&c);
    c.step_ms = 1;
    int64_t before = count(&c, "SELECT count(*) FROM event WHERE log = 1");
    for (int i = 0; i < 500; i++)
        MUST(f, audit_note(c.ledger, S(""), "refused", S("/entries"), S(""), S("198.51.100.9"), &f));
    assert_int_equal(count(&c, "SELECT count(*) FROM event WHERE log = 1") - before, AUDIT_PER_MINUTE);
    for (int i = 0; i < 3; i++) /* another is heard meanwhile, and what an account does always */
        MUST(f, audit_note(c.ledger, S(""), "refused", S("/entries"), S(""), S("198.51.100.10"), &f));
    for (int i = 0; i < 50; i++)
        MUST(f, audit_note(c.ledger, county_account(&c, "liqiang"), "export", S("tasks"), S(""), S("198.51.100.11"), &f));
    assert_int_equal(count(&c, "SELECT count(*) FROM event WHERE log = 1") - before, AUDIT_PER_MINUTE + 53);
    c.now_ms += 61 * 1000;
    MUST(f, audit_note(c.ledger, S(""), "refused", S("/entries"), S(""), S("198.51.100.10"), &f));
    struct rows r;
    struct event e;
    store_ask(c.ledger->conn, SQL_EVENT_FROM, ARGS(v_int(c.ledger->county), v_int(LOG_AUDIT), v_int(1)), &r, &f);
    bool told = false;
    while (rows_next(&r))
        if (event_from_row(&c.arena, &r, &e) && slice_equal(e.kind, S("notes-counted")))
            told = slice_equal(event_get(&e, "detail"), S("480")) && slice_equal(event_get(&e, "object"), S("198.51.100.9"));
    assert_true(rows_end(&r));
    assert_true(told);
    assert_clean(&c);
    county_end(&c);
}

/* ---------- backup ---------- */

struct place { char folder[64], path[100], file[100], other[100]; };

static struct place begin_on_disk(struct county *c)
{
    struct place p = { .folder = "/tmp/taizhang-backup-XXXXXX" };
    struct fault f = { 0 };
    assert_non_null(mkdtemp(p.folder));
    snprintf(p.path, sizeof p.path, "%s/county.db", p.folder);
    snprintf(p.file, sizeof p.file, "%s/county.tar", p.folder);
    snprintf(p.other, sizeof p.other, "%s/other.db", p.folder);
    MUST(f, county_begin(c, p.path, (struct ledger_options){ 0 }, 7, &f));
    return p;
}

static void leave(struct county *c, struct place *p)
{
    char command[100];
    county_end(c);
    snprintf(command, sizeof command, "rm -rf '%s'", p->folder);
    assert_int_equal(system(command), 0);
}

static struct buf bytes_of(const char *path)
{
    struct buf b = buf_open(64 << 20);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        buf_char(&b, (char)c);
    fclose(file);
    return b;
}

static void a_backup_is_restored_as_it_was_and_the_log_went_on_from_it(void **state)
{
    struct county c;
    struct fault f;
    struct verdict v;
    struct ledger *again;
    struct place p = begin_on_disk(&c);
    rounds(&c, 1);
    int64_t then = c.ledger->heads[LOG_MAIN].size;
    struct buf note = buf_open(NOTE_BYTES_MAX), was = buf_open(64 << 20), is = buf_open(64 << 20);
    MUST(f, ledger_checkpoint(c.ledger, &note, &f));
    MUST(f, ledger_dump(c.ledger->conn, &was, &f));
    MUST(f, ledger_backup(c.ledger, p.file, &f));
    assert_false(ledger_backup(c.ledger, p.file, &f)); /* nothing is overwritten */
    assert_string_equal(f.code, "backup-there");
    rounds(&c, 1);
    assert_false(ledger_restore(p.file, p.path, &f));
    assert_string_equal(f.code, "restore-there");
    MUST(f, ledger_restore(p.file, p.other, &f));
    MUST(f, ledger_open(p.other, &c.world, (struct ledger_options){ .without_key = true }, &again, &f));
    assert_int_equal(again->heads[LOG_MAIN].size, then);
    MUST(f, ledger_dump(again->conn, &is, &f));
    assert_int_equal(was.len, is.len);
    assert_memory_equal(was.at, is.at, was.len);
    MUST(f, ledger_verify(again, &c.arena, buf_slice(&note), &v, &f)); /* the public key stands in the log */
    assert_null(v.what);
    MUST(f, ledger_verify(c.ledger, &c.arena, buf_slice(&note), &v, &f));
    assert_null(v.what);
    struct buf other = buf_open(NOTE_BYTES_MAX);
    assert_false(ledger_checkpoint(again, &other, &f)); /* who has the backup cannot sign */
    assert_string_equal(f.code, "no-signing-key");
    ledger_close(again);
    assert_false(ledger_open(p.other, &c.world, (struct ledger_options){ 0 }, &again, &f));
    assert_string_equal(f.code, "no-key");
    buf_close(&note);
    buf_close(&other);
    buf_close(&was);
    buf_close(&is);
    leave(&c, &p);
}

static void the_signing_key_is_in_no_backup(void **state)
{
    struct county c;
    struct fault f;
    char key_path[120];
    struct place p = begin_on_disk(&c);
    MUST(f, ledger_backup(c.ledger, p.file, &f));
    snprintf(key_path, sizeof key_path, "%s.key", p.path);
    struct buf key = bytes_of(key_path), all = bytes_of(p.file);
    assert_int_equal(key.len, 32);
    assert_null(memmem(all.at, all.len, key.at, key.len));
    assert_null(memmem(all.at, all.len, c.ledger->key_secret, 32));
    buf_close(&key);
    buf_close(&all);
    leave(&c, &p);
}

static void write_bytes(const char *path, const char *at, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void a_damaged_backup_is_refused_with_the_place_and_leaves_nothing(void **state)
{
    struct county c;
    struct fault f;
    char damaged[120], left[140];
    struct place p = begin_on_disk(&c);
    rounds(&c, 1);
    MUST(f, ledger_backup(c.ledger, p.file, &f));
    struct buf all = bytes_of(p.file);
    snprintf(damaged, sizeof damaged, "%s.damaged", p.file);
    size_t points = 0, step = all.len / 120;
    for (size_t i = 0; i < all.len; i += i < 1600 ? 37 : step, points++) { /* the first headers closely */
        all.at[i] ^= 0x10;
        write_bytes(damaged, all.at, all.len);
        if (ledger_restore(damaged, p.other, &f))
            fail_msg("byte %zu of %zu changed and restored", i, all.len);
        assert_string_equal(f.code, "restore-damaged");
        all.at[i] ^= 0x10;
    }
    for (size_t n = 0; n < all.len; n += step, points++) { /* cut short */
        write_bytes(damaged, all.at, n);
        assert_false(ledger_restore(damaged, p.other, &f));
        assert_string_equal(f.code, "restore-damaged");
    }
    buf_char(&all, 0); /* something after the end */
    write_bytes(damaged, all.at, all.len);
    assert_false(ledger_restore(damaged, p.other, &f));
    printf("%zu damaged backups refused\n", points + 1);
    static const char *const tails[] = { "", ".files", ".restoring", ".restoring.files" };
    for (size_t i = 0; i < COUNT(tails); i++) {
        snprintf(left, sizeof left, "%s%s", p.other, tails[i]);
        assert_int_not_equal(access(left, F_OK), 0);
    }
    buf_close(&all);
    leave(&c, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rebuild_gives_the_same_tables),
        cmocka_unit_test(the_ledger_as_of_a_day_is_what_it_was_then),
        cmocka_unit_test(a_checkpoint_is_signed_and_read_back),
        cmocka_unit_test(a_password_opens_and_five_wrong_ones_lock_for_a_quarter_of_an_hour),
        cmocka_unit_test(a_name_that_nobody_has_is_answered_and_locked_like_one_that_somebody_has),
        cmocka_unit_test(a_disabled_account_cannot_enter_and_its_sessions_are_over),
        cmocka_unit_test(weak_passwords_are_refused_with_the_reason),
        cmocka_unit_test(a_one_time_password_is_good_and_each_is_another),
        cmocka_unit_test(a_session_ends_when_idle_when_old_and_when_left),
        cmocka_unit_test(the_store_does_not_hold_what_a_cookie_holds),
        cmocka_unit_test(a_backup_is_restored_as_it_was_and_the_log_went_on_from_it),
        cmocka_unit_test(the_signing_key_is_in_no_backup),
        cmocka_unit_test(a_damaged_backup_is_refused_with_the_place_and_leaves_nothing),
        cmocka_unit_test(a_stranger_cannot_fill_the_audit_log_and_is_counted_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
