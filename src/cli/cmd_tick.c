/* cmd_tick.c: `taizhang tick`, the days up to now: lights that change, clocks that run out. */
#include "cli/session.h"

struct args { struct slice now; };

static const struct cli_option options[] = {
    { "now", 0, CLI_TEXT, offsetof(struct args, now), "TIME", "推进到这个时刻，如 2026-07-01；只能晚于台账里的最后一条" },
    { 0 },
};

static int64_t fixed_now(void *context)
{
    return *(int64_t *)context;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l;
    struct world world = machine_world();
    int64_t now;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 1)
        return app_usage(app, "需要台账文件");
    if (args.now.len && !time_parse(args.now, &now))
        return app_usage(app, "--now 应如 2026-07-01 或 2026-07-01 09:00");
    if (args.now.len) {
        world.now_ms = fixed_now;
        world.context = &now;
    }
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = ledger_tick(l, &f);
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_tick = {
    .name = "tick",
    .brief = "推进日期：到期的时限、变化的灯（服务运行时会自己做）",
    .usage = "LEDGER [--now TIME]",
    .example = "taizhang tick qinghe.ledger\n",
    .options = options,
    .run = run,
};
