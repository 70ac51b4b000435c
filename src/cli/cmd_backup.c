/* cmd_backup.c: `taizhang backup` and `restore`: one file that holds a ledger, and the ledger from that file. */
#include "cli/session.h"

#include <stdio.h>

static const struct cli_option none[] = { { 0 } };

static int backup(struct app *app, int argc, char **argv)
{
    struct fault f;
    struct ledger *l;
    struct world world = machine_world();
    if (!options_read(app, none, &argc, argv, NULL))
        return EXIT_USAGE;
    if (argc != 2)
        return app_usage(app, "需要台账文件和备份文件");
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = ledger_backup(l, argv[1], &f);
    ledger_close(l);
    if (!ok)
        return app_fault(app, &f);
    fprintf(stderr, "已备份到 %s。签名密钥 %s.key 不在其中，请另行妥善保管。\n", argv[1], argv[0]);
    return EXIT_DONE;
}

static int restore(struct app *app, int argc, char **argv)
{
    struct fault f;
    if (!options_read(app, none, &argc, argv, NULL))
        return EXIT_USAGE;
    if (argc != 2)
        return app_usage(app, "需要备份文件和要恢复成的台账文件");
    if (!ledger_restore(argv[0], argv[1], &f))
        return app_fault(app, &f);
    fprintf(stderr, "已恢复为 %s，核对一致。请把签名密钥放到 %s.key，然后启动。\n", argv[1], argv[1]);
    return EXIT_DONE;
}

const struct subcommand cmd_backup = {
    .name = "backup",
    .brief = "备份成一个文件（可在服务运行时进行）",
    .usage = "LEDGER FILE",
    .example = "taizhang backup qinghe.ledger /backup/qinghe-2026-06-30.tar\n",
    .run = backup,
};
const struct subcommand cmd_restore = {
    .name = "restore",
    .brief = "从备份恢复，并核对",
    .usage = "FILE LEDGER",
    .example = "taizhang restore /backup/qinghe-2026-06-30.tar qinghe.ledger\n",
    .run = restore,
};
