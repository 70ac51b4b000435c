/* cmd_new.c: `taizhang new`, an empty ledger for a county, with its first administrator. */
#include "cli/session.h"

#include <stdio.h>

struct args { struct slice county, name, pack, hash; };

static const struct cli_option options[] = {
    { "county", 0, CLI_TEXT, offsetof(struct args, county), "CODE", "行政区划代码，6 位" },
    { "name", 0, CLI_TEXT, offsetof(struct args, name), "NAME", "县名，如 青禾县" },
    { "pack", 0, CLI_TEXT, offsetof(struct args, pack), "DIR", "规则包文件夹，默认为自带的 county" },
    { "hash", 0, CLI_TEXT, offsetof(struct args, hash), "sha256|sm3", "摘要算法，建账后不能更改" },
    { 0 },
};

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { .pack = app->pack, .hash = S("sha256") };
    struct fault f;
    struct slice login, password;
    int64_t county;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 1 || !args.county.len || !args.name.len || !slice_int(args.county, &county))
        return app_usage(app, "需要台账文件、--county 和 --name");
    struct ledger_new what = { .county = (int)county, .name = args.name, .pack_folder = slice_text(&app->arena, args.pack), .algorithm = slice_text(&app->arena, args.hash) };
    struct world world = machine_world();
    if (!ledger_create(argv[0], &what, &world, (struct ledger_options){ 0 }, &app->arena, &login, &password, &f))
        return app_fault(app, &f);
    printf("登录名 " S_FMT "  一次性密码 " S_FMT "\n", S_ARG(login), S_ARG(password));
    return EXIT_DONE;
}

const struct subcommand cmd_new = {
    .name = "new",
    .brief = "建一本新台账，给出第一位管理员的一次性密码",
    .usage = "LEDGER --county CODE --name NAME [--pack DIR] [--hash sm3|sha256]",
    .example = "taizhang new qinghe.ledger --county 159921 --name 青禾县\n",
    .options = options,
    .run = run,
};
