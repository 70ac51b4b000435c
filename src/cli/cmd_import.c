/* cmd_import.c: `taizhang import`, a report into drafts, or a table into units, people, or last year's assignment. */
#include "cli/session.h"

#include <stdio.h>

struct args { struct slice into, as, lexicon; int64_t year; bool confirm; };

static const struct cli_option options[] = {
    { "into", 0, CLI_TEXT, offsetof(struct args, into), "WHAT", "units 单位、people 人员、precedent 上年分工表；不写则按报告导入" },
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { "year", 0, CLI_INT, offsetof(struct args, year), "N", "报告年份，文中认不出时用" },
    { "confirm", 0, CLI_FLAG, offsetof(struct args, confirm), NULL, "立项所有已填全的草稿" },
    { 0 },
};

/* ---------- a table ---------- */

static bool import_table(struct app *app, struct ledger *l, struct slice path, struct slice into, struct slice account, struct fault *f)
{
    struct slices *rows;
    size_t n;
    struct slice body;
    struct command c;
    if (!read_table(app, path, &rows, &n, f) || !table_command(&app->arena, rows, n, into, base_name(path), &body, f))
        return false;
    if (!send_text(l, &app->arena, account, body, &c)) {
        *f = c.fault;
        return false;
    }
    printf("已导入 %zu 行，共 %lld 处变更。\n", n - 1, (long long)(c.last - c.first + 1));
    return true;
}

/* ---------- a report ---------- */

/* How many drafts each ledger got, and how many of them may be issued as they are. */
static bool tell_drafts(struct app *app, struct ledger *l, struct slice account, int64_t document, struct ids *complete, struct fault *f)
{
    struct reader *r;
    struct look look;
    struct entry *at;
    size_t n;
    if (!reader_open(l, &r, f))
        return false;
    bool ok = reader_look(r, &app->arena, account, &look, f) && document_entries(&look, document, &at, &n, f);
    for (size_t i = 0; ok && i < look.pack->n_ledgers; i++) {
        const struct ledger_def *d = &look.pack->ledgers[i];
        size_t all = 0, full = 0;
        for (size_t k = 0; k < n; k++) {
            if (at[k].def != d || at[k].stage != ENTRY_DRAFT)
                continue;
            all++;
            if (entry_complete(&look, &at[k])) {
                full++;
                PUSH(&app->arena, complete, at[k].id);
            }
        }
        if (all)
            printf(S_FMT "：草稿 %zu 条，其中 %zu 条已填全。\n", S_ARG(d->label.zh), all, full);
    }
    reader_close(r);
    return ok;
}

static bool issue(struct app *app, struct ledger *l, struct slice account, const struct ids *complete, struct fault *f)
{
    struct buf b = buf_open(1 << 20);
    struct command c;
    buf_text(&b, "{\"do\":\"issue\",\"entries\":[");
    for (size_t i = 0; i < complete->n; i++) {
        json_comma(&b);
        buf_int(&b, complete->at[i]);
    }
    buf_text(&b, "]}");
    bool ok = send_text(l, &app->arena, account, slice_copy(&app->arena, buf_slice(&b)), &c);
    buf_close(&b);
    if (ok)
        printf("已立项 %zu 条。\n", complete->n);
    else
        *f = c.fault;
    return ok;
}

static bool import_text(struct app *app, struct ledger *l, struct slice path, const struct args *args, struct slice account, struct fault *f)
{
    struct slice bytes, text, folder = slice_format(&app->arena, S_FMT "/lexicon", S_ARG(app->pack));
    struct report report;
    struct command c = { 0 };
    struct ids complete = { 0 };
    struct compile_hints hints = { .year = (int)args->year };
    if (!read_document(app, path, &bytes, &text, f))
        return false;
    struct lexicon *lex = lexicon_open(slice_text(&app->arena, folder), f);
    bool ok = lex && compile(&app->arena, lex, text, &hints, &report, f)
        && import_report(l, &app->arena, account, base_name(path), bytes, &report, &c, f);
    if (ok && !command_do(l, &c)) {
        *f = c.fault;
        ok = false;
    }
    lexicon_close(lex);
    if (!ok)
        return false;
    printf("已导入《" S_FMT "》，%d 年。\n", S_ARG(report.facts.title), report.facts.year);
    ok = tell_drafts(app, l, account, c.entry, &complete, f);
    if (ok && args->confirm && complete.n)
        ok = issue(app, l, account, &complete, f);
    return ok;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l;
    struct slice account;
    struct world world = machine_world();
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 2)
        return app_usage(app, "需要台账文件和要导入的文件");
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = account_named(l, args.as, &app->arena, &account, &f)
        && (args.into.len ? import_table(app, l, slice_of(argv[1]), args.into, account, &f) : import_text(app, l, slice_of(argv[1]), &args, account, &f));
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_import = {
    .name = "import",
    .brief = "把报告读成草稿，或导入单位、人员、上年分工表",
    .usage = "LEDGER FILE [--into units|people|precedent] [--as WHO] [--year N] [--confirm]",
    .example = "taizhang import qinghe.ledger report.docx --as zhangmin\ntaizhang import qinghe.ledger units.xlsx --into units\n",
    .options = options,
    .run = run,
};
