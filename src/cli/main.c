/* main.c: finds the subcommand in the table below and runs it. The only place where the environment is read. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct subcommand *const subcommands[] = {
    &cmd_compile,
    &cmd_new,
    &cmd_import,
    &cmd_serve,
    &cmd_do,
    &cmd_list,
    &cmd_show,
    &cmd_tick,
    &cmd_verify,
    &cmd_checkpoint,
    &cmd_rebuild,
    &cmd_backup,
    &cmd_restore,
    &cmd_user,
    &cmd_write,
    &cmd_pack,
    &cmd_sample,
};

static const struct cli_option no_options[] = { { 0 } };

static void help_all(FILE *to)
{
    fputs("台账：把县里的报告编成一本有人负责、按期销号的账。\n\n用法：taizhang 命令 …\n\n", to);
    for (size_t i = 0; i < COUNT(subcommands); i++)
        fprintf(to, "  %-12s%s\n", subcommands[i]->name, subcommands[i]->brief);
    fputs("\n每个命令都有 --help。退出码：0 成功，1 不成立，2 用法不对，3 机器出错。\n", to);
}

static void help_one(const struct subcommand *c, FILE *to)
{
    fprintf(to, "%s\n\n用法：taizhang %s %s\n", c->brief, c->name, c->usage);
    for (const struct cli_option *o = c->options ? c->options : no_options; o->name; o++) {
        char left[64], letter[8] = "";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s %s", letter, o->name, o->value ? o->value : "");
        fprintf(to, "  %-26s%s\n", left, o->brief);
    }
    fprintf(to, "\n例：\n%s", c->example);
}

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; i < COUNT(subcommands); i++)
        if (!strcmp(subcommands[i]->name, name))
            return subcommands[i];
    return NULL;
}

static struct slice program_path(struct arena *a, const char *called)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    return n > 0 ? slice_copy(a, (struct slice){ path, (size_t)n }) : slice_of(called);
}

/* The pack: where TAIZHANG_PACK says; in a source tree ../packs/county beside the build folder; else installed. */
static struct slice pack_folder(struct arena *a, struct slice program)
{
    const char *said = getenv("TAIZHANG_PACK");
    if (said && *said)
        return slice_of(said);
    size_t folder = program.len;
    while (folder && program.at[folder - 1] != '/')
        folder--;
    const char *beside = slice_text(a, slice_format(a, S_FMT "../packs/county", (int)folder, program.at));
    return slice_of(access(beside, R_OK) == 0 ? beside : "/usr/share/taizhang/packs/county");
}

static int run(struct app *app, int argc, char **argv)
{
    if (argc < 2) {
        help_all(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        const struct subcommand *about = argc > 2 ? find(argv[2]) : NULL;
        about ? help_one(about, stdout) : help_all(stdout);
        return EXIT_DONE;
    }
    const struct subcommand *c = find(argv[1]);
    if (!c) {
        fprintf(stderr, "taizhang：没有“%s”这个命令。现有：", argv[1]);
        for (size_t i = 0; i < COUNT(subcommands); i++)
            fprintf(stderr, "%s%s", i ? "、" : "", subcommands[i]->name);
        fputs("。看 taizhang --help。\n", stderr);
        return EXIT_USAGE;
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help")) {
            help_one(c, stdout);
            return EXIT_DONE;
        }
    app->subcommand = c->name;
    return c->run(app, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    struct app app = { 0 };
    arena_open(&app.arena, 0);
    app.program = program_path(&app.arena, argc ? argv[0] : "taizhang");
    app.pack = pack_folder(&app.arena, app.program);
    int code = run(&app, argc, argv);
    arena_close(&app.arena);
    if (fflush(stdout) || ferror(stdout)) {
        perror("taizhang: stdout");
        return code ? code : EXIT_BROKEN;
    }
    return code;
}
