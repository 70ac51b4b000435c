/* cmd_verify.c: `taizhang verify`, `rebuild`, `checkpoint`: that nothing was altered, said so that others can check it. */
#include "cli/session.h"

#include <stdio.h>

struct args { struct slice checkpoint; };

static const struct cli_option options[] = {
    { "checkpoint", 0, CLI_TEXT, offsetof(struct args, checkpoint), "FILE", "再与从前保存的存证核对" },
    { 0 },
};

static const struct cli_option none[] = { { 0 } };

/* Whoever only looks needs no signing key: a restored copy is verified before its key is put back. */
static bool opened(struct app *app, int argc, char **argv, bool without_key, struct ledger **l, int *code)
{
    struct fault f;
    struct world world = machine_world();
    if (argc != 1) {
        *code = app_usage(app, "需要台账文件");
        return false;
    }
    if (ledger_open(argv[0], &world, (struct ledger_options){ .without_key = without_key }, l, &f))
        return true;
    *code = app_fault(app, &f);
    return false;
}

static int verify(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l;
    struct verdict v;
    struct slice note = S("");
    int code;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (args.checkpoint.len && !file_read(&app->arena, args.checkpoint, 1 << 16, &note, &f))
        return app_fault(app, &f);
    if (!opened(app, argc, argv, true, &l, &code))
        return code;
    bool ok = ledger_verify(l, &app->arena, note, &v, &f);
    ledger_close(l);
    if (!ok)
        return app_fault(app, &f);
    if (!v.what) {
        printf("共 %lld 条记录，日志、各表和文件核对一致%s。\n", (long long)v.events, note.len ? "，并与存证相符" : "");
        return EXIT_DONE;
    }
    struct buf say = buf_open(1 << 14);
    fault_set(&f, FAULT_REFUSED, v.what, slice_format(&app->arena, "%lld", (long long)v.first_bad), v.where);
    fault_say(&say, &f, LANG_ZH);
    printf("核对不一致。" S_FMT "\n", S_ARG(buf_slice(&say)));
    buf_close(&say);
    return EXIT_REFUSED;
}

static int rebuild(struct app *app, int argc, char **argv)
{
    struct fault f;
    struct ledger *l;
    int64_t events = 0;
    int code;
    if (!options_read(app, none, &argc, argv, NULL))
        return EXIT_USAGE;
    if (!opened(app, argc, argv, true, &l, &code))
        return code;
    bool ok = ledger_rebuild(l, &events, &f);
    ledger_close(l);
    if (!ok)
        return app_fault(app, &f);
    printf("已从 %lld 条记录重建各表。\n", (long long)events);
    return EXIT_DONE;
}

static int checkpoint(struct app *app, int argc, char **argv)
{
    struct fault f;
    struct ledger *l;
    struct buf note = buf_open(1 << 16);
    int code;
    if (!options_read(app, none, &argc, argv, NULL))
        return EXIT_USAGE;
    if (!opened(app, argc, argv, false, &l, &code))
        return code;
    bool ok = ledger_checkpoint(l, &note, &f);
    ledger_close(l);
    if (ok)
        printf(S_FMT, S_ARG(buf_slice(&note)));
    buf_close(&note);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_verify = {
    .name = "verify",
    .brief = "核对：日志自身、各表与日志、日志与从前的存证",
    .usage = "LEDGER [--checkpoint FILE]",
    .example = "taizhang verify qinghe.ledger --checkpoint 2026-06-30.note\n",
    .options = options,
    .run = verify,
};
const struct subcommand cmd_rebuild = {
    .name = "rebuild",
    .brief = "从日志重建各表",
    .usage = "LEDGER",
    .example = "taizhang rebuild qinghe.ledger\n",
    .run = rebuild,
};
const struct subcommand cmd_checkpoint = {
    .name = "checkpoint",
    .brief = "给出一份签了名的存证",
    .usage = "LEDGER",
    .example = "taizhang checkpoint qinghe.ledger > 2026-06-30.note\n",
    .run = checkpoint,
};
