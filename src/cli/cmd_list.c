/* cmd_list.c: `taizhang list`, a list of a ledger, for people or for programs. */
#include "cli/session.h"
#include "web/web.h"

#include <stdio.h>

enum { EXPORT_BYTES_MAX = 256 << 20 };

struct args { struct slice ledger, where, list, format, as, as_of; };

static const struct cli_option options[] = {
    { "ledger", 0, CLI_TEXT, offsetof(struct args, ledger), "NAME", "哪本台账，默认第一本" },
    { "list", 0, CLI_TEXT, offsetof(struct args, list), "NAME", "规则包里的常用列表，如 late" },
    { "where", 0, CLI_TEXT, offsetof(struct args, where), "EXPR", "条件，如 'light = \"red\"'" },
    { "format", 0, CLI_TEXT, offsetof(struct args, format), "table|csv|xlsx|ics|json", "输出格式" },
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { "as-of", 0, CLI_TEXT, offsetof(struct args, as_of), "DAY", "某日口径，如 2026-06-30" },
    { 0 },
};

static const int columns[] = { COMMON_NUMBER, COMMON_LIGHT, COMMON_STATE, COMMON_TITLE, COMMON_LEAD, COMMON_LEADER, COMMON_DUE, COMMON_PROGRESS };

static struct slice cell(const struct look *look, const struct entry *e, int slot)
{
    struct buf b = buf_open(1 << 16);
    entry_put_value(look, e, slot, &b);
    struct slice s = slice_copy(look->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* ---------- for people, and for programs ---------- */

static void put_table(const struct look *look, const struct list_rows *rows)
{
    size_t width[COUNT(columns)] = { 0 };
    for (size_t i = 0; i <= rows->n; i++)
        for (size_t k = 0; k < COUNT(columns); k++) {
            struct slice s = i ? cell(look, &rows->at[i - 1], columns[k]) : common_label((enum common)columns[k]).zh;
            size_t w = utf8_width(s);
            width[k] = w > width[k] ? w : width[k];
        }
    for (size_t i = 0; i <= rows->n; i++) {
        for (size_t k = 0; k < COUNT(columns); k++) {
            struct slice s = i ? cell(look, &rows->at[i - 1], columns[k]) : common_label((enum common)columns[k]).zh;
            printf(S_FMT "%*s", S_ARG(s), (int)(width[k] - utf8_width(s) + 2), "");
        }
        putchar('\n');
    }
    printf("共 %lld 项\n", (long long)rows->total);
}

static void put_json(const struct look *look, const struct list_rows *rows)
{
    struct buf b = buf_open(64 << 20);
    for (size_t i = 0; i < rows->n; i++) {
        const struct entry *e = &rows->at[i];
        buf_format(&b, "{\"entry\":%lld", (long long)e->id);
        for (size_t k = 0; k < COUNT(columns) + e->def->n_fields; k++) {
            int slot = k < COUNT(columns) ? columns[k] : COMMON_COUNT + (int)(k - COUNT(columns));
            struct slice s = cell(look, e, slot);
            if (!s.len)
                continue;
            json_name(&b, slot < COMMON_COUNT ? slice_text(look->arena, common_name((enum common)slot)) : slice_text(look->arena, e->def->fields[slot - COMMON_COUNT].name));
            json_put_string(&b, s);
        }
        buf_text(&b, "}\n");
    }
    fwrite(b.at, 1, b.len, stdout);
    buf_close(&b);
}

/* The files that the page gives too; their limit is told, nothing is cut off. */
static bool put_file(struct app *app, const struct look *look, const struct list_query *q, enum export_format format, struct fault *f)
{
    struct document_reader reader;
    struct export_what what = { look, q, &reader, q->def->label.zh };
    if (format == EXPORT_XLSX && !document_find(&app->arena, &reader, f))
        return false;
    struct buf out = buf_open(EXPORT_BYTES_MAX);
    bool ok = list_export(&what, format, &out, f);
    if (ok && (fwrite(out.at, 1, out.len, stdout) != out.len || fflush(stdout)))
        ok = fault_set(f, FAULT_BROKEN, "cli-cannot-write", S("-"), S("stdout"));
    buf_close(&out);
    return ok;
}

static const struct { const char *name; void (*put)(const struct look *look, const struct list_rows *rows); enum export_format file; } formats[] = {
    { "table", put_table, 0 }, { "json", put_json, 0 }, { "csv", NULL, EXPORT_CSV }, { "xlsx", NULL, EXPORT_XLSX }, { "ics", NULL, EXPORT_ICS },
};

/* ---------- the question ---------- */

static bool saved_list(const struct ledger_def *d, struct slice name, struct list_query *q, struct fault *f)
{
    for (size_t i = 0; i < d->n_lists; i++)
        if (slice_equal(d->lists[i].name, name)) {
            q->where = d->lists[i].where;
            q->sort_slot = d->lists[i].sort_slot;
            q->descending = d->lists[i].descending;
            return true;
        }
    return fault_set(f, FAULT_USAGE, "unknown-list", name, S(""));
}

static bool ask(struct app *app, struct ledger *l, const struct args *args, size_t format, struct slice account, struct fault *f)
{
    struct reader *r;
    struct look look;
    struct list_rows rows;
    struct list_query q = { .stage = ENTRY_LIVE, .sort_slot = -1 };
    if (!reader_open(l, &r, f))
        return false;
    bool ok = reader_look(r, &app->arena, account, &look, f);
    if (ok) {
        q.def = args->ledger.len ? pack_ledger(look.pack, args->ledger) : &look.pack->ledgers[0];
        ok = q.def || fault_set(f, FAULT_USAGE, "unknown-ledger", args->ledger, S(""));
    }
    ok = ok && (!args->list.len || saved_list(q.def, args->list, &q, f));
    ok = ok && (!args->where.len || list_parse_where(&app->arena, q.def, args->where, &q.also, f));
    if (ok && !formats[format].put) {
        ok = put_file(app, &look, &q, formats[format].file, f);
    } else if (ok && (ok = list_ask(&look, &q, &rows, f))) {
        ok = rows.total == (int64_t)rows.n || fault_set(f, FAULT_REFUSED, "export-too-many", slice_format(&app->arena, "%lld", (long long)rows.total), slice_format(&app->arena, "%d", LIST_ROWS_MAX));
        if (ok)
            formats[format].put(&look, &rows);
    }
    reader_close(r);
    return ok;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { .format = S("table") };
    struct fault f;
    struct ledger *l, *then = NULL;
    struct slice account;
    struct world world = machine_world();
    size_t format = 0;
    day on = DAY_NONE;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    while (format < COUNT(formats) && !slice_equal(slice_of(formats[format].name), args.format))
        format++;
    if (argc != 1 || format == COUNT(formats))
        return app_usage(app, argc != 1 ? "需要台账文件" : "格式可以是 table、csv、xlsx、ics、json");
    if (args.as_of.len && !day_parse(args.as_of, &on))
        return app_usage(app, "--as-of 应如 2026-06-30");
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = on == DAY_NONE || ledger_as_of(l, on, &then, &f);
    struct ledger *asked = then ? then : l;
    ok = ok && account_named(asked, args.as, &app->arena, &account, &f) && ask(app, asked, &args, format, account, &f);
    ledger_close(then);
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_list = {
    .name = "list",
    .brief = "列出台账里的事项",
    .usage = "LEDGER [--ledger L] [--list NAME] [--where EXPR] [--as WHO] [--as-of DAY] [--format table|csv|xlsx|ics|json]",
    .example = "taizhang list qinghe.ledger --list late --as zhangmin\ntaizhang list qinghe.ledger --where 'lead = \"县水务局\" and not done' --as zhangmin --format xlsx > 水务局.xlsx\n",
    .options = options,
    .run = run,
};
