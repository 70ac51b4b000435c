/* cmd_compile.c: `taizhang compile`, a report in, its figures, tasks, projects and terms out; or a batch of passages. */
#include "cli/cli.h"
#include "compile/compile.h"
#include "document/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCH_LINE_MAX_BYTES = 128 << 20, BATCH_READ_BYTES = 1 << 20, BATCH_OUT_BYTES = 1 << 18 };
static const size_t OUT_MAX_BYTES = (size_t)2 << 30;

struct args {
    struct slice out, format, text;
    int64_t year;
    bool batch, explain;
};

/* ---------- the batch: JSON Lines in, JSON Lines out ---------- */

struct batch {
    struct app *app;
    const struct lexicon *lex;
    struct arena arena; /* of one line */
    struct buf out;
    int64_t line;
    struct fault fault;
};

static bool batch_flush(struct batch *b)
{
    if (b->out.failed)
        return fault_set(&b->fault, FAULT_BROKEN, "no-memory", S(""), S(""));
    bool ok = file_write(S("-"), buf_slice(&b->out), &b->fault);
    b->out.len = 0;
    return ok;
}

static bool bad_line(struct batch *b, struct slice why)
{
    struct slice number = slice_format(&b->app->arena, "%lld", (long long)b->line);
    return fault_set(&b->fault, FAULT_REFUSED, "batch-bad-line", number, slice_copy(&b->app->arena, why));
}

static bool bad_line_fault(struct batch *b)
{
    struct buf say = buf_open(1 << 16);
    fault_say(&say, &b->fault, LANG_ZH);
    bool never = bad_line(b, buf_slice(&say));
    buf_close(&say);
    return never;
}

/* One line of the batch; blank lines are passed over. */
static bool batch_line(struct batch *b, struct slice text)
{
    b->line++;
    if (!slice_trim(text).len)
        return true;
    if (text.len > BATCH_LINE_MAX_BYTES) {
        fault_set(&b->fault, FAULT_REFUSED, "too-large", S("128 MB"), S(""));
        return bad_line_fault(b);
    }
    arena_reset(&b->arena);
    if (!compile_batch_line(&b->arena, b->lex, text, &b->out, &b->fault))
        return bad_line_fault(b);
    return b->out.len < BATCH_OUT_BYTES || batch_flush(b);
}

/* Reads blocks, hands on whole lines, keeps the cut-off rest; what a block gave is out before the next is read. */
static bool batch_run(struct batch *b)
{
    struct buf in = buf_open((size_t)BATCH_LINE_MAX_BYTES + 2 * BATCH_READ_BYTES);
    bool ok = true;
    for (;;) {
        if (!buf_room(&in, BATCH_READ_BYTES)) {
            b->line++;
            fault_set(&b->fault, FAULT_REFUSED, "too-large", S("128 MB"), S(""));
            ok = bad_line_fault(b);
            break;
        }
        ssize_t got = read(STDIN_FILENO, in.at + in.len, BATCH_READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            ok = fault_set(&b->fault, FAULT_BROKEN, "cli-cannot-read", S("-"), slice_of(strerror(errno)));
        if (got <= 0)
            break;
        size_t seen = in.len, start = 0;
        in.len += (size_t)got;
        char *end;
        while (ok && (end = memchr(in.at + seen, '\n', in.len - seen))) {
            seen = (size_t)(end - in.at) + 1;
            ok = batch_line(b, (struct slice){ in.at + start, seen - 1 - start });
            start = seen;
        }
        if (!ok || !(ok = batch_flush(b)))
            break;
        memmove(in.at, in.at + start, in.len - start);
        in.len -= start;
    }
    if (ok && in.len)
        ok = batch_line(b, buf_slice(&in));
    buf_close(&in);
    return ok;
}

static int batch(struct app *app, const struct lexicon *lex)
{
    struct batch b = { .app = app, .lex = lex, .out = buf_open(OUT_MAX_BYTES) };
    arena_open(&b.arena, 0);
    bool ok = batch_run(&b);
    struct fault last, *first = &b.fault, kept = b.fault;
    if (!ok) { /* the lines before the bad one still go out */
        last = *first;
        if (batch_flush(&b))
            kept = last;
        b.fault = kept;
    } else {
        ok = batch_flush(&b);
    }
    int code = ok ? EXIT_DONE : app_fault(app, &b.fault);
    arena_close(&b.arena);
    buf_close(&b.out);
    return code;
}

/* ---------- one document ---------- */

/* The text of a file: UTF-8 text as it stands; anything else (docx, pdf, GB18030) through the confined child. */
static bool text_of(struct app *app, struct slice path, struct slice bytes, struct slice *text, struct fault *f)
{
    static const char utf8_mark[] = "\xEF\xBB\xBF";
    struct document_reader reader;
    if (utf8_valid(bytes) == bytes.len && !(bytes.len && memchr(bytes.at, 0, bytes.len)) && !slice_starts(bytes, S("%PDF"))) {
        *text = slice_starts(bytes, slice_of(utf8_mark)) ? slice_from(bytes, 3) : bytes;
        return true;
    }
    return document_find(&app->arena, &reader, f) && document_text(&app->arena, &reader, bytes, path, text, f);
}

static bool put_report(const struct args *args, const struct report *report, struct fault *f)
{
    struct buf out = buf_open(OUT_MAX_BYTES);
    if (slice_equal(args->format, S("csv")))
        report_put_csv(&out, report);
    else
        report_put_json(&out, report, args->explain);
    bool ok = out.failed ? fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""))
                         : file_write(args->out, buf_slice(&out), f);
    buf_close(&out);
    return ok && (!args->text.len || file_write(args->text, report->text, f));
}

static bool document(struct app *app, const struct lexicon *lex, struct slice path, const struct args *args,
    struct fault *f)
{
    struct slice bytes, text;
    struct report report;
    struct compile_hints hints = { .year = (int)args->year };
    return file_read(&app->arena, path, COMPILE_TEXT_MAX_BYTES, &bytes, f)
        && text_of(app, path, bytes, &text, f)
        && compile(&app->arena, lex, text, &hints, &report, f)
        && put_report(args, &report, f);
}

static const struct cli_option options[] = {
    { "out", 'o', CLI_TEXT, offsetof(struct args, out), "OUT", "写到这个文件（默认标准输出）" },
    { "format", 0, CLI_TEXT, offsetof(struct args, format), "json|csv|html", "结果的格式，默认 json" },
    { "text", 0, CLI_TEXT, offsetof(struct args, text), "FILE", "把读到的纯文本另存到这里；start 和 end 指的就是它的字节" },
    { "year", 0, CLI_INT, offsetof(struct args, year), "N", "报告安排哪一年的工作（默认从文中读出）" },
    { "explain", 0, CLI_FLAG, offsetof(struct args, explain), NULL, "每条结果都写明是哪条规则找到的" },
    { "batch", 0, CLI_FLAG, offsetof(struct args, batch), NULL, "从标准输入逐行读 JSON（id、text），逐行写出结果" },
    { 0 },
};

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { .format = S("json") };
    struct fault fault = { 0 };
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (args.batch ? argc > 0 : argc != 1)
        return app_usage(app, args.batch ? "--batch 从标准输入读，不要写文件名。" : "要写一个文件名（- 是标准输入）。");
    if (args.year < 0 || args.year > 9999)
        return app_usage(app, "--year 要在 1 到 9999 之间。");
    if (slice_equal(args.format, S("html"))) {
        fault_set(&fault, FAULT_USAGE, "compile-no-html", S(""), S(""));
        return app_fault(app, &fault);
    }
    if (!slice_equal(args.format, S("json")) && !slice_equal(args.format, S("csv")))
        return app_usage(app, "--format 只有 json 和 csv。");
    const char *folder = slice_text(&app->arena, slice_format(&app->arena, S_FMT "/lexicon", S_ARG(app->pack)));
    struct lexicon *lex = lexicon_open(folder, &fault);
    if (!lex)
        return app_fault(app, &fault);
    int code = args.batch ? batch(app, lex)
        : document(app, lex, slice_of(argv[0]), &args, &fault) ? EXIT_DONE : app_fault(app, &fault);
    lexicon_close(lex);
    return code;
}

const struct subcommand cmd_compile = {
    .name = "compile",
    .brief = "读一份报告，编出章节、数字、任务、项目和名词",
    .usage = "FILE [-o OUT] [--format json|csv] [--text FILE] [--year N] [--explain]\n      taizhang compile --batch",
    .example = "  taizhang compile 政府工作报告.txt -o 报告.json\n"
               "  echo '{\"id\":\"1\",\"text\":\"新建水厕30座。\"}' | taizhang compile --batch\n",
    .options = options,
    .run = run,
};
