/* cmd_write.c: `taizhang write`, a paper from what is live, as docx (GB/T 9704) or xlsx; with --issue it is issued: the
 * file is kept in the ledger and the number of its series is taken. */
#include "cli/session.h"
#include "document/document.h"

#include <stdio.h>

struct args { struct slice paper, out, as; int64_t year; bool issue; };

static const struct cli_option options[] = {
    { "paper", 0, CLI_TEXT, offsetof(struct args, paper), "KIND", "哪种公文，如 assignment（任务分工），由规则包规定" },
    { "out", 'o', CLI_TEXT, offsetof(struct args, out), "FILE", "写到 .docx 或 .xlsx" },
    { "year", 0, CLI_INT, offsetof(struct args, year), "N", "哪一年的事项，默认今年" },
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { "issue", 0, CLI_FLAG, offsetof(struct args, issue), NULL, "正式印发：占用这个编号，文件存入台账" },
    { 0 },
};

/* ---------- neutral content as blocks ---------- */

static void add(struct arena *a, struct paper *p, enum paper_block kind, struct slice text)
{
    if (text.len)
        PUSH(a, p, (struct block){ .kind = kind, .text = text });
}

static struct slice day_said(struct arena *a, day on)
{
    int y, m, d;
    day_parts(on, &y, &m, &d);
    return slice_format(a, "%d年%d月%d日", y, m, d);
}

static struct paper paper_set(struct arena *a, const struct paper_content *c)
{
    struct paper p = { .landscape = true };
    struct paper_column *columns = NEW(a, struct paper_column, c->head.n);
    columns[0].align = PAPER_CENTRE; /* 序号 */
    p.columns = columns;
    p.columns_n = c->head.n;
    add(a, &p, PAPER_NUMBER, c->number);
    add(a, &p, PAPER_TITLE, c->title);
    add(a, &p, PAPER_ADDRESSEE, c->addressee);
    add(a, &p, PAPER_PARAGRAPH, c->text);
    add(a, &p, PAPER_ANNEX_NOTE, slice_format(a, "附件：" S_FMT, S_ARG(c->table)));
    add(a, &p, PAPER_SIGNATURE, c->signer);
    add(a, &p, PAPER_DAY, day_said(a, c->on));
    PUSH(a, &p, (struct block){ .kind = PAPER_NEW_PAGE });
    add(a, &p, PAPER_TITLE, c->table);
    PUSH(a, &p, (struct block){ .kind = PAPER_TABLE_HEAD, .cells = c->head });
    for (size_t i = 0; i < c->n_rows; i++)
        PUSH(a, &p, (struct block){ .kind = PAPER_TABLE_ROW, .cells = c->rows[i] });
    return p;
}

/* ---------- the command ---------- */

static bool fill(struct app *app, struct ledger *l, const struct args *args, struct slice account, struct paper_content *c, struct fault *f)
{
    struct reader *r;
    struct look look;
    int64_t year = args->year;
    int y, m, d;
    if (!reader_open(l, &r, f))
        return false;
    bool ok = reader_look(r, &app->arena, account, &look, f);
    if (ok) {
        day_parts(look.today, &y, &m, &d);
        ok = paper_fill(&look, args->paper, year ? year : y, c, f);
    }
    reader_close(r);
    return ok;
}

static void put_member(struct buf *b, const char *name, struct slice value)
{
    json_name(b, name);
    json_put_string(b, value);
}

static bool issue(struct app *app, struct ledger *l, const struct args *args, struct slice account, const struct paper_content *c, struct slice bytes, struct fault *f)
{
    struct slice hash;
    struct command command;
    if (!file_put(l, &app->arena, bytes, &hash, f))
        return false;
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"paper\"");
    put_member(&b, "paper", args->paper);
    put_member(&b, "title", c->title);
    put_member(&b, "number", c->number);
    buf_format(&b, ",\"count\":%zu", c->n_rows);
    if (args->year)
        buf_format(&b, ",\"year\":%lld", (long long)args->year);
    buf_text(&b, ",\"proofs\":[{\"hash\":");
    json_put_string(&b, hash);
    put_member(&b, "name", base_name(args->out));
    buf_text(&b, "}]}");
    bool ok = send_text(l, &app->arena, account, slice_copy(&app->arena, buf_slice(&b)), &command);
    buf_close(&b);
    if (!ok)
        *f = command.fault;
    return ok;
}

static bool write_paper(struct app *app, struct ledger *l, const struct args *args, struct fault *f)
{
    struct slice account, bytes;
    struct paper_content c;
    struct document_reader reader;
    bool sheet = slice_ends(args->out, S(".xlsx"));
    if (!account_named(l, args->as, &app->arena, &account, f) || !fill(app, l, args, account, &c, f) || !document_find(&app->arena, &reader, f))
        return false;
    struct paper p = paper_set(&app->arena, &c);
    if (!document_write(&app->arena, &reader, &p, sheet ? PAPER_XLSX : PAPER_DOCX, &bytes, f)
        || (args->issue && !issue(app, l, args, account, &c, bytes, f)) || !file_write(args->out, bytes, f))
        return false;
    printf("%s" S_FMT "，%zu 条。\n", args->issue ? "已印发 " : "编号将为 ", S_ARG(c.number), c.n_rows);
    return true;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l;
    struct world world = machine_world();
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 1 || !args.paper.len)
        return app_usage(app, "需要台账文件和 --paper");
    if (!slice_ends(args.out, S(".docx")) && !slice_ends(args.out, S(".xlsx")))
        return app_usage(app, "-o 应为 .docx 或 .xlsx 文件");
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = write_paper(app, l, &args, &f);
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_write = {
    .name = "write",
    .brief = "从在办事项生成公文，如任务分工通知和附表",
    .usage = "LEDGER --paper KIND -o FILE.docx|.xlsx [--year N] [--as WHO] [--issue]",
    .example = "taizhang write qinghe.ledger --paper assignment -o 任务分工.docx --as shenzhiyuan\n",
    .options = options,
    .run = run,
};
