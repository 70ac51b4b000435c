/* cmd_show.c: `taizhang show`, one entry with its history. */
#include "cli/session.h"

#include <stdio.h>

struct args { struct slice as, as_of; bool json; };

static const struct cli_option options[] = {
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { "as-of", 0, CLI_TEXT, offsetof(struct args, as_of), "DAY", "某日口径，如 2026-06-30" },
    { "json", 0, CLI_FLAG, offsetof(struct args, json), NULL, "给程序读" },
    { 0 },
};

static void put_value(struct buf *b, const struct look *look, const struct entry *e, int slot, struct label label, struct slice name, bool json)
{
    struct buf v = buf_open(1 << 20);
    entry_put_value(look, e, slot, &v);
    if (v.len && json) {
        json_name(b, slice_text(look->arena, name));
        json_put_string(b, buf_slice(&v));
    } else if (v.len) {
        buf_put(b, label.zh);
        buf_put(b, S("："));
        buf_put(b, buf_slice(&v));
        buf_char(b, '\n');
    }
    buf_close(&v);
}

static void put_history(struct buf *b, const struct look *look, const struct entry_file *file, bool json)
{
    if (json)
        buf_text(b, ",\"history\":[");
    for (size_t i = 0; i < file->n_history; i++) {
        const struct history_row *h = &file->history[i];
        struct slice note = event_get(h->event, "note");
        if (json) {
            json_comma(b);
            buf_format(b, "{\"seq\":%lld,\"at\":\"", (long long)h->seq);
            time_put(b, h->at_ms);
            buf_text(b, "\",\"kind\":");
            json_put_string(b, h->kind);
            json_name(b, "who");
            json_put_string(b, account_name(look->people, h->account));
            buf_char(b, '}');
            continue;
        }
        buf_text(b, "  ");
        time_put(b, h->at_ms);
        b->len -= 13; /* to the minute */
        buf_text(b, "  ");
        buf_put(b, account_name(look->people, h->account));
        buf_text(b, "  ");
        buf_put(b, h->kind);
        if (note.len) {
            buf_text(b, "  ");
            buf_put(b, note);
        }
        buf_char(b, '\n');
    }
    buf_text(b, json ? "]}\n" : "");
}

static bool show(struct app *app, struct ledger *l, struct slice number, const struct args *args, struct fault *f)
{
    struct reader *r;
    struct look look;
    struct entry e;
    struct entry_file file;
    struct slice account;
    if (!account_named(l, args->as, &app->arena, &account, f) || !reader_open(l, &r, f))
        return false;
    bool ok = reader_look(r, &app->arena, account, &look, f) && entry_find(&look, number, &e, f) && entry_file(&look, &e, &file, f);
    if (ok) {
        struct buf b = buf_open(16 << 20);
        if (args->json)
            buf_format(&b, "{\"entry\":%lld,\"version\":%lld", (long long)e.id, (long long)e.version);
        for (int slot = 0; slot < COMMON_COUNT + (int)e.def->n_fields; slot++) {
            const struct field *field = slot >= COMMON_COUNT ? &e.def->fields[slot - COMMON_COUNT] : NULL;
            put_value(&b, &look, &e, slot, field ? field->label : common_label((enum common)slot), field ? field->name : common_name((enum common)slot), args->json);
        }
        if (!args->json)
            buf_text(&b, "经过：\n");
        put_history(&b, &look, &file, args->json);
        fwrite(b.at, 1, b.len, stdout);
        buf_close(&b);
    }
    reader_close(r);
    return ok;
}

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    struct ledger *l, *then = NULL;
    struct world world = machine_world();
    day on = DAY_NONE;
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    if (argc != 2)
        return app_usage(app, "需要台账文件和编号");
    if (args.as_of.len && !day_parse(args.as_of, &on))
        return app_usage(app, "--as-of 应如 2026-06-30");
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &l, &f))
        return app_fault(app, &f);
    bool ok = (on == DAY_NONE || ledger_as_of(l, on, &then, &f)) && show(app, then ? then : l, slice_of(argv[1]), &args, &f);
    ledger_close(then);
    ledger_close(l);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_show = {
    .name = "show",
    .brief = "一个事项的内容和经过",
    .usage = "LEDGER NUMBER [--as WHO] [--as-of DAY] [--json]",
    .example = "taizhang show qinghe.ledger R2026-0017 --as zhangmin\n",
    .options = options,
    .run = run,
};
