/* web_demo: serves a ledger that is there already, for looking at pages by hand and by a browser.
 *   web_demo LEDGER [--port N] [--password WORDS] LOGIN...
 * Sets the password of the named accounts, prints "port N", ends at the end of its standard input. */
#include "web/web.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static int64_t now_ms(void *context) { (void)context; return clock_ms(CLOCK_REALTIME); }
static int64_t monotonic_ms(void *context) { (void)context; return clock_ms(CLOCK_MONOTONIC); }
static void random_bytes(void *context, void *bytes, size_t n) { (void)context; randombytes_buf(bytes, n); }
static void note(void *context, const char *line) { (void)context; fprintf(stderr, "web_demo: %s\n", line); }

static int fail(const struct fault *f)
{
    struct buf b = buf_open(4096);
    fault_say(&b, f, LANG_ZH);
    fprintf(stderr, "web_demo: " S_FMT " (%s)\n", S_ARG(buf_slice(&b)), f->detail);
    buf_close(&b);
    return 3;
}

static bool set_passwords(struct ledger *l, char **logins, const char *password, struct fault *f)
{
    struct reader *r;
    struct arena a;
    struct look look;
    arena_open(&a, 0);
    bool ok = reader_open(l, &r, f) && reader_look(r, &a, S(""), &look, f);
    for (; ok && *logins; logins++) {
        const struct account *account = people_login(look.people, slice_of(*logins));
        ok = account ? password_set(l, account->id, slice_of(password), false, f) : fault_set(f, FAULT_USAGE, "no-account", slice_of(*logins), S(""));
    }
    reader_close(r);
    arena_close(&a);
    return ok;
}

int main(int argc, char **argv)
{
    struct world world = { NULL, now_ms, random_bytes };
    struct ledger *l;
    struct web *w;
    struct fault f;
    const char *password = "Qinghe-2026";
    struct web_config config = { .world = &world, .monotonic_ms = monotonic_ms, .note = note, .address = "127.0.0.1" };
    char **rest = argv + 2, byte;
    if (argc < 2 || sodium_init() < 0)
        return 2;
    for (; *rest && !strncmp(*rest, "--", 2) && rest[1]; rest += 2)
        if (!strcmp(*rest, "--port"))
            config.port = (uint16_t)atoi(rest[1]);
        else
            password = rest[1];
    if (!ledger_open(argv[1], &world, (struct ledger_options){ 0 }, &l, &f))
        return fail(&f);
    config.ledger = l;
    if (!set_passwords(l, rest, password, &f) || !writer_start(l, &f) || !web_open(&config, &w, &f))
        return fail(&f);
    if (!web_listen(w, &f))
        return fail(&f);
    printf("port %u\n", web_port(w));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    web_close(w);
    writer_stop(l);
    ledger_close(l);
    return 0;
}
