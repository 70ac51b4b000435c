/* cmd_pack.c: `taizhang pack check`: the faults of a pack with file and line, for whoever writes one; `pack test` is in
 * cmd_pack_test.c. */
#include "cli/cmd_pack.h"
#include "ledger/pack.h"

#include <stdio.h>

static const struct cli_option options[] = {
    { "scenarios", 0, CLI_TEXT, offsetof(struct pack_test_args, scenarios), "DIR", "test：故事所在的文件夹，默认为规则包的 scenarios" },
    { "only", 0, CLI_TEXT, offsetof(struct pack_test_args, only), "M031", "test：只演这一条机制的故事" },
    { "keep", 0, CLI_TEXT, offsetof(struct pack_test_args, keep), "FILE", "test：把故事的台账留在这个文件里，便于查看" },
    { "mutate", 0, CLI_FLAG, offsetof(struct pack_test_args, mutate), NULL, "test：逐条去掉规则，看故事能否发现" },
    { "all", 0, CLI_FLAG, offsetof(struct pack_test_args, all), NULL, "test：有机制没有故事也算不通过" },
    { 0 },
};

static void put_summary(struct buf *out, const struct pack *p)
{
    size_t fields = 0, states = 0, moves = 0;
    for (size_t i = 0; i < p->n_ledgers; i++) {
        fields += p->ledgers[i].n_fields;
        states += p->ledgers[i].n_states;
        moves += p->ledgers[i].n_moves;
    }
    buf_format(out, S_FMT " %lld: %zu ledgers, %zu fields, %zu states, %zu moves", S_ARG(p->name), (long long)p->version, p->n_ledgers,
        fields, states, moves);
    if (p->calendar_to)
        buf_format(out, ", calendar %d–%d", p->calendar_from, p->calendar_to);
    buf_format(out, "\n%s\n", p->hash);
}

static int check(struct app *app, const char *folder)
{
    enum { OUT_MAX_BYTES = 4 << 20 };
    struct pack pack;
    struct pack_problems problems = { 0 };
    struct fault f, written;
    struct buf out = buf_open(OUT_MAX_BYTES);
    bool good = pack_open(folder, &pack, &problems, &f);
    for (size_t i = 0; i < problems.n; i++)
        pack_put_problem(&out, &problems.at[i]);
    if (good)
        put_summary(&out, &pack);
    int code = good ? EXIT_DONE : problems.n ? EXIT_REFUSED : app_fault(app, &f);
    if (!file_write(S("-"), buf_slice(&out), &written))
        code = app_fault(app, &written);
    buf_close(&out);
    pack_close(&pack);
    return code;
}

static int run(struct app *app, int argc, char **argv)
{
    struct pack_test_args args = { 0 };
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    bool checks = argc >= 1 && !strcmp(argv[0], "check"), tests = argc >= 1 && !strcmp(argv[0], "test");
    if ((!checks && !tests) || argc > 2)
        return app_usage(app, "需要 check 或 test，和规则包文件夹");
    struct slice folder = argc == 2 ? slice_of(argv[1]) : app->pack;
    return tests ? pack_test(app, folder, &args) : check(app, slice_text(&app->arena, folder));
}

const struct subcommand cmd_pack = {
    .name = "pack",
    .brief = "检查规则包：逐条列出问题；或把它的故事演一遍",
    .usage = "check|test [DIR] [--scenarios DIR] [--only M031] [--keep FILE] [--mutate] [--all]",
    .example = "taizhang pack check packs/county\ntaizhang pack test packs/county --only M031\n",
    .options = options,
    .run = run,
};
