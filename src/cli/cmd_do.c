/* cmd_do.c: `taizhang do`, commands as JSON Lines; one result line each, in order. */
#include "cli/session.h"

#include <stdio.h>

enum { INPUT_MAX_BYTES = 64 << 20 };

struct args { struct slice as; };

static const struct cli_option options[] = {
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { 0 },
};

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l;
    struct slice account, input, line;
    struct world world = machine_world();
    bool all = true;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc < 1 || argc > 2)
        return app_usage(app, "需要台账文件");
    if (!file_read(&app->arena, slice_of(argc == 2 ? argv[1] : "-"), INPUT_MAX_BYTES, &input, &f) || !ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    if (!account_named(l, args.as, &app->arena, &account, &f)) {
        ledger_close(l);
        return app_fault(app, &f);
    }
    while (slice_cut(&input, '\n', &line)) {
        struct arena a;
        struct command c;
        if (!slice_trim(line).len)
            continue;
        arena_open(&a, 0);
        all = send_text(l, &a, account, slice_trim(line), &c) && all;
        struct buf b = buf_open(1 << 20);
        command_put_answer(&b, l, &c);
        printf(S_FMT "\n", S_ARG(buf_slice(&b)));
        buf_close(&b);
        arena_close(&a);
    }
    ledger_close(l);
    return all ? EXIT_DONE : EXIT_REFUSED;
}

const struct subcommand cmd_do = {
    .name = "do",
    .brief = "执行命令（每行一个 JSON），逐行给出结果",
    .usage = "LEDGER [--as WHO] [FILE|-]",
    .example = "echo '{\"do\":\"sign\",\"entry\":\"R2026-0001\"}' | taizhang do qinghe.ledger --as liqiang\n",
    .options = options,
    .run = run,
};
