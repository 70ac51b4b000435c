/* cmd_serve.c: `taizhang serve`, the web. Holds LEDGER.lock, so that a second one says so and stops. Command lines may
 * write beside it: each batch begins under the store's own write lock with the head that the tables say. */
#include "cli/session.h"
#include "document/document.h"
#include "web/web.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

struct args { struct slice listen, cert, key; bool behind_tls, plain_abroad; };

static const struct cli_option options[] = {
    { "listen", 0, CLI_TEXT, offsetof(struct args, listen), "ADDRESS:PORT", "监听地址，默认 127.0.0.1:8080；端口 0 由系统选择" },
    { "tls-cert", 0, CLI_TEXT, offsetof(struct args, cert), "FILE", "证书（PEM），与 --tls-key 同用" },
    { "tls-key", 0, CLI_TEXT, offsetof(struct args, key), "FILE", "私钥（PEM）" },
    { "behind-tls", 0, CLI_FLAG, offsetof(struct args, behind_tls), NULL, "前面另有终结 TLS 的网关" },
    { "plain-abroad", 0, CLI_FLAG, offsetof(struct args, plain_abroad), NULL, "没有 TLS 也允许监听本机以外的地址" },
    { 0 },
};

static int64_t monotonic_ms(void *context)
{
    struct timespec t;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * (int64_t)1000 + t.tv_nsec / 1000000;
}

static void note(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static bool lock(struct app *app, const char *path, int *fd, struct fault *f)
{
    *fd = open(slice_text(&app->arena, slice_format(&app->arena, "%s.lock", path)), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return fault_set(f, FAULT_BROKEN, "file-broken", S(""), S(""));
    return !flock(*fd, LOCK_EX | LOCK_NB) || fault_set(f, FAULT_BUSY, "served-already", slice_of(path), S(""));
}

static bool split_address(struct app *app, struct slice listen, const char **address, uint16_t *port)
{
    size_t at = listen.len;
    int64_t number;
    while (at && listen.at[at - 1] != ':')
        at--;
    if (!at || !slice_int(slice_from(listen, at), &number) || number < 0 || number > 65535)
        return false;
    *address = slice_text(&app->arena, slice_part(listen, 0, at - 1));
    *port = (uint16_t)number;
    return true;
}

/* Days begin by themselves: a look at the clock each half minute, until a signal ends it. */
static void wait_for_the_end(struct ledger *l)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    for (day today = ledger_today(l); sigtimedwait(&ends, NULL, &(struct timespec){ .tv_sec = 30 }) < 0;) {
        struct fault f;
        if (ledger_today(l) == today)
            continue;
        if (ledger_tick(l, &f))
            today = ledger_today(l);
        else
            note(NULL, f.detail);
    }
}

static bool read_pem(struct app *app, struct slice path, const char **pem, struct fault *f)
{
    struct slice bytes;
    if (!path.len)
        return true;
    if (!file_read(&app->arena, path, 1 << 20, &bytes, f))
        return false;
    *pem = slice_text(&app->arena, bytes);
    return true;
}

static bool serve(struct ledger *l, const struct web_config *config, struct fault *f)
{
    struct web *web = NULL;
    if (!writer_start(l, f))
        return false;
    bool ok = web_open(config, &web, f);
    if (ok && (ok = web_listen(web, f))) {
        printf("http%s://%s:%u\n", config->tls_cert_pem ? "s" : "", config->address, web_port(web));
        fflush(stdout);
        wait_for_the_end(l);
    }
    if (web)
        web_close(web);
    writer_stop(l);
    return ok;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { .listen = S("127.0.0.1:8080") };
    struct fault f;
    struct ledger *l;
    struct document_reader reader;
    struct world world = machine_world();
    struct web_config config = { .world = &world, .monotonic_ms = monotonic_ms, .note = note };
    sigset_t ends;
    int lock_fd;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 1)
        return app_usage(app, "需要台账文件");
    if (!split_address(app, args.listen, &config.address, &config.port))
        return app_usage(app, "--listen 应如 127.0.0.1:8080");
    config.secure = args.behind_tls;
    config.plain_abroad = args.plain_abroad;
    sigemptyset(&ends); /* before any thread begins, so that only wait_for_the_end hears them */
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (!read_pem(app, args.cert, &config.tls_cert_pem, &f) || !read_pem(app, args.key, &config.tls_key_pem, &f) || !lock(app, argv[0], &lock_fd, &f)
        || !ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    struct lexicon *lex = lexicon_open(slice_text(&app->arena, slice_format(&app->arena, S_FMT "/lexicon", S_ARG(app->pack))), &f);
    bool ok = lex && document_find(&app->arena, &reader, &f) && ledger_tick(l, &f);
    if (ok) {
        config.ledger = l;
        config.lexicon = lex;
        config.reader = &reader;
        ok = serve(l, &config, &f);
    }
    lexicon_close(lex);
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_serve = {
    .name = "serve",
    .brief = "打开网页服务，准备好后给出网址",
    .usage = "LEDGER [--listen 127.0.0.1:8080] [--tls-cert FILE --tls-key FILE]",
    .example = "taizhang serve qinghe.ledger\n",
    .options = options,
    .run = run,
};
