/* cmd_user.c: `taizhang user`, accounts and duties from the command line. */
#include "cli/session.h"

#include <stdio.h>

struct args { struct slice as, unit, post, login, scope, from, to, password, by; bool lasting, enable; };

static const struct cli_option options[] = {
    { "as", 0, CLI_TEXT, offsetof(struct args, as), "WHO", "以谁的身份：登录名，或 单位/姓名" },
    { "unit", 0, CLI_TEXT, offsetof(struct args, unit), "UNIT", "add、duty：单位" },
    { "post", 0, CLI_TEXT, offsetof(struct args, post), "POST", "add：职务" },
    { "login", 0, CLI_TEXT, offsetof(struct args, login), "LOGIN", "add：登录名" },
    { "scope", 0, CLI_TEXT, offsetof(struct args, scope), "unit|subtree", "duty：只在本单位，或含下级" },
    { "from", 0, CLI_TEXT, offsetof(struct args, from), "DAY", "duty：起始日" },
    { "to", 0, CLI_TEXT, offsetof(struct args, to), "DAY", "duty、end-duty：截止日" },
    { "by", 0, CLI_TEXT, offsetof(struct args, by), "WHO", "succeed：接任的人，单位/姓名" },
    { "password", 0, CLI_TEXT, offsetof(struct args, password), "TEXT", "passwd：指定密码（否则给出一次性密码）" },
    { "lasting", 0, CLI_FLAG, offsetof(struct args, lasting), NULL, "passwd：首次登录不必修改（仅供试用）" },
    { "enable", 0, CLI_FLAG, offsetof(struct args, enable), NULL, "disable：重新启用" },
    { 0 },
};

struct doing { struct app *app; struct ledger *ledger; struct slice account; const struct args *args; struct slice what; };

static bool send(struct doing *d, struct buf *b, struct fault *f)
{
    struct command c;
    buf_char(b, '}');
    bool ok = send_text(d->ledger, &d->app->arena, d->account, slice_copy(&d->app->arena, buf_slice(b)), &c);
    buf_close(b);
    if (!ok)
        *f = c.fault;
    return ok;
}

static void put(struct buf *b, const char *name, struct slice value)
{
    if (!value.len)
        return;
    json_name(b, name);
    json_put_string(b, value);
}

static bool add(struct doing *d, struct fault *f)
{
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"people\",\"persons\":[{\"name\":");
    json_put_string(&b, d->what);
    put(&b, "unit", d->args->unit);
    put(&b, "post", d->args->post);
    put(&b, "login", d->args->login);
    buf_text(&b, "}]");
    return send(d, &b, f);
}

static bool send_duty(struct doing *d, const char *what, struct fault *f)
{
    struct buf b = buf_open(1 << 16);
    struct slice rest = d->what, person; /* 督查室/张敏=supervisor */
    slice_cut(&rest, '=', &person);
    buf_format(&b, "{\"do\":\"%s\"", what);
    put(&b, "person", person);
    put(&b, "duty", rest);
    put(&b, "unit", d->args->unit);
    put(&b, "scope", d->args->scope);
    put(&b, "from", d->args->from);
    put(&b, "to", d->args->to);
    return send(d, &b, f);
}

static bool duty(struct doing *d, struct fault *f)
{
    return send_duty(d, "duty", f);
}

static bool end_duty(struct doing *d, struct fault *f)
{
    return send_duty(d, "end-duty", f);
}

static bool succeed(struct doing *d, struct fault *f)
{
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"succeed\"");
    put(&b, "person", d->what);
    put(&b, "by", d->args->by);
    put(&b, "unit", d->args->unit);
    return send(d, &b, f);
}

static bool disable(struct doing *d, struct fault *f)
{
    struct buf b = buf_open(1 << 16);
    buf_text(&b, "{\"do\":\"disable\"");
    put(&b, "login", d->what);
    if (d->args->enable)
        buf_text(&b, ",\"enable\":true");
    return send(d, &b, f);
}

/* A forgotten password, without mail: a one-time one, told once. */
static bool passwd(struct doing *d, struct fault *f)
{
    struct buf b = buf_open(1 << 16);
    struct slice password = d->args->password, account;
    struct world world = machine_world();
    buf_text(&b, "{\"do\":\"reset\"");
    put(&b, "login", d->what);
    if (!send(d, &b, f) || !account_named(d->ledger, d->what, &d->app->arena, &account, f))
        return false;
    if (password.len && !password_good(password, d->what, f))
        return false;
    if (!password.len)
        password_make(&world, &d->app->arena, &password);
    if (!password_set(d->ledger, account, password, !d->args->lasting, f))
        return false;
    printf(S_FMT "\t" S_FMT "\n", S_ARG(d->what), S_ARG(password));
    return true;
}

static bool list(struct doing *d, struct fault *f)
{
    struct reader *r;
    struct look look;
    if (!reader_open(d->ledger, &r, f))
        return false;
    bool ok = reader_look(r, &d->app->arena, d->account, &look, f);
    for (size_t i = 0; ok && i < look.people->n_accounts; i++) {
        const struct account *a = &look.people->accounts[i];
        const struct person *p = people_person(look.people, a->person);
        printf(S_FMT "\t" S_FMT "\t" S_FMT, S_ARG(a->login), S_ARG(person_name(look.people, a->person)), S_ARG(unit_short(look.people, p ? p->unit : 0)));
        for (size_t k = 0; k < look.people->n_duties; k++)
            if (look.people->duties[k].person == a->person)
                printf("\t" S_FMT "@" S_FMT, S_ARG(look.pack->duties[look.people->duties[k].kind].name), S_ARG(unit_short(look.people, look.people->duties[k].unit)));
        printf("%s\n", a->disabled ? "\t(停用)" : "");
    }
    reader_close(r);
    return ok;
}

static const struct { const char *name; int words; bool (*run)(struct doing *d, struct fault *f); } verbs[] = {
    { "add", 3, add }, { "disable", 3, disable }, { "duty", 3, duty }, { "end-duty", 3, end_duty }, { "list", 2, list }, { "passwd", 3, passwd },
    { "succeed", 3, succeed },
};

static int run(struct app *app, int argc, char **argv)
{
    struct args args = { 0 };
    struct fault f;
    size_t v = 0;
    struct world world = machine_world();
    if (!options_read(app, options, &argc, argv, &args))
        return EXIT_USAGE;
    while (argc > 1 && v < COUNT(verbs) && strcmp(verbs[v].name, argv[1]))
        v++;
    if (argc < 2 || v == COUNT(verbs) || argc != verbs[v].words)
        return app_usage(app, "需要台账文件和 add 姓名、passwd 登录名、duty 或 end-duty 单位/姓名=职责、succeed 单位/姓名、disable 登录名 或 list");
    struct doing d = { .app = app, .args = &args, .what = slice_of(argc > 2 ? argv[2] : "") };
    if (!ledger_open(argv[0], &world, (struct ledger_options){ 0 }, &d.ledger, &f))
        return app_fault(app, &f);
    bool ok = account_named(d.ledger, args.as, &app->arena, &d.account, &f) && verbs[v].run(&d, &f);
    ledger_close(d.ledger);
    return ok ? EXIT_DONE : app_fault(app, &f);
}

const struct subcommand cmd_user = {
    .name = "user",
    .brief = "账号和职责",
    .usage = "LEDGER add 姓名 --unit U --login L | passwd LOGIN | duty 单位/姓名=职责 --unit U | end-duty 单位/姓名=职责 --unit U | succeed 单位/姓名 --by 单位/姓名 | disable LOGIN | list",
    .example = "taizhang user qinghe.ledger passwd liqiang\ntaizhang user qinghe.ledger duty 县水务局/李强=liaison --unit 县水务局\n",
    .options = options,
    .run = run,
};
