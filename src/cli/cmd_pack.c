/* cmd_pack.c: `taizhang pack check`, the faults of a pack with file and line, for whoever writes one. */
#include "cli/cli.h"
#include "ledger/pack.h"

#include <stdio.h>

static const struct cli_option options[] = { { 0 } };

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
    struct { char none; } args;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc < 1 || strcmp(argv[0], "check") != 0 || argc > 2)
        return app_usage(app, "需要 check 和规则包文件夹");
    return check(app, argc == 2 ? argv[1] : slice_text(&app->arena, app->pack));
}

const struct subcommand cmd_pack = {
    .name = "pack",
    .brief = "检查规则包：逐条列出文件、行号、问题和可能想写的词",
    .usage = "check [DIR]",
    .example = "taizhang pack check packs/county\n",
    .options = options,
    .run = run,
};
