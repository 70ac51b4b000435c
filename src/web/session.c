/* session.c: signing in and out, one's own page, one's own password. A one-time password opens one door only: the page
 * where it is replaced. */
#include "web/inside.h"
#include "pages.tpl.h"

#include <sodium.h>

/* ---------- signing in ---------- */

static struct slice next_of(const struct page *g)
{
    struct slice next = g->q->method == HTTP_POST ? http_form(g->q, "next") : http_query(g->q, "next");
    return next.len && !slice_starts(next, S("/login")) && !slice_starts(next, S("/password")) ? next : S("");
}

enum http_outcome show_login(struct page *g)
{
    struct login_page v = { .shell = page_shell(g, S("登录"), NULL), .action = S("/login"), .next = next_of(g),
        .user = { .name = "user", .label = S("账号"), .value = http_form(g->q, "user"), .autocomplete = "username", .required = true, .max = 100 },
        .password = { .name = "password", .label = S("密码"), .type = "password", .autocomplete = "current-password", .required = true, .max = 256 },
        .for_whom = S("供县直单位、乡镇和督查室使用。"), .forgotten = S("忘记密码，请系统管理员重设。"),
        .secret = slice_format(g->arena, "不要录入国家秘密。%d 分钟不操作会自动退出。", SESSION_IDLE_MS / 60000) };
    v.shell.main_class = S("gate");
    if (g->refused)
        v.note = (struct note){ .light = "r", .head = S("没有登录成功。"), .text = fault_sentence(g->arena, g->refused), .alert = true };
    else if (http_query(g->q, "out").len)
        v.note = (struct note){ .light = "b", .head = S("已退出。"), .text = S("") };
    tpl_login(&g->p->body, &v);
    return HTTP_DONE;
}

/* A new token for this account, in the cookie that every page looks for. */
static bool begin_session(struct page *g, struct slice account, struct fault *f)
{
    unsigned char token[SESSION_TOKEN_BYTES];
    char hex[2 * SESSION_TOKEN_BYTES + 1];
    if (!session_begin(g->web->ledger, account, g->q->address, g->q->user_agent, token, f))
        return false;
    sodium_bin2hex(hex, sizeof hex, token, sizeof token);
    http_set_cookie(g->p, "sid", slice_of(hex), 0);
    sodium_memzero(token, sizeof token);
    sodium_memzero(hex, sizeof hex);
    return true;
}

enum http_outcome post_login(struct page *g)
{
    struct slice account;
    bool must_change = false;
    struct fault f;
    reader_done(g->q->local); /* Argon2 takes its time: no reading transaction meanwhile */
    if (!password_check(g->web->ledger, g->arena, slice_trim(http_form(g->q, "user")), http_form(g->q, "password"), g->q->address, &account, &must_change, &f)
        || !begin_session(g, account, &f))
        return page_again(g, &f, show_login);
    struct slice next = next_of(g);
    return page_redirect(g, must_change ? S("/password") : next.len ? next : S("/"));
}

enum http_outcome post_logout(struct page *g)
{
    unsigned char token[SESSION_TOKEN_BYTES];
    struct slice cookie = http_cookie(g->q, "sid");
    struct fault f;
    size_t len = 0;
    reader_done(g->q->local);
    if (cookie.len == 2 * sizeof token && !sodium_hex2bin(token, sizeof token, cookie.at, cookie.len, NULL, &len, NULL) && len == sizeof token
        && !session_end(g->web->ledger, token, &f))
        return page_fail(g, &f);
    http_set_cookie(g->p, "sid", S(""), -1);
    return page_redirect(g, S("/login?out=1"));
}

/* ---------- one's own page ---------- */

enum http_outcome show_me(struct page *g)
{
    const struct actor *who = &g->look.who;
    struct me_page v = { .shell = page_shell(g, S("我的账号"), NULL), .done = page_done(g), .hidden = page_hidden(g, 0) };
    const struct account *account = people_account(g->look.people, who->account);
    v.name = who->person->name;
    v.post = who->person->post;
    v.phone = who->person->phone;
    v.unit = unit_name(g->look.people, who->person->unit);
    v.login = account ? account->login : S("");
    for (size_t i = 0; i < who->n_duties; i++) {
        const struct duty *d = who->duties[i];
        struct me_duty row = { .kind = g->look.pack->duties[d->kind].label.zh, .unit = unit_name(g->look.people, d->unit), .subtree = d->subtree, .from = d->from, .to = d->to };
        PUSH(g->arena, &v.duties, row);
    }
    tpl_me(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- one's own password ---------- */

static struct input secret_input(struct page *g, const char *name, struct slice label, const char *autocomplete, struct slice help)
{
    return (struct input){ .name = name, .label = label, .type = "password", .autocomplete = autocomplete, .help = help, .required = true, .max = 256,
        .error = refusal_at(g, name) };
}

enum http_outcome show_password(struct page *g)
{
    const struct visitor *visitor = g->q->person;
    struct password_page v = { .shell = page_shell(g, S("修改密码"), NULL), .hidden = page_hidden(g, 0), .errors = page_errors(g), .once = visitor->must_change,
        .old = secret_input(g, "old", visitor->must_change ? S("一次性密码") : S("现在的密码"), "current-password", S("")),
        .password = secret_input(g, "password", S("新密码"), "new-password", S("至少 10 个字符，大写字母、小写字母、数字、其他符号中至少有三种，不含账号")),
        .again = secret_input(g, "again", S("再输一次新密码"), "new-password", S("")) };
    v.shell.main_class = S("gate");
    if (visitor->must_change) /* nothing else is open yet */
        v.shell.nav = (struct nav){ 0 }, v.shell.search_action = S(""), v.shell.who = S("");
    if (g->refused && g->refused->field.len)
        v.errors.at[0].field = g->refused->field;
    tpl_password(&g->p->body, &v);
    return HTTP_DONE;
}

static bool change_password(struct page *g, struct fault *f)
{
    const struct account *account = people_account(g->look.people, g->look.who.account);
    struct slice old = http_form(g->q, "old"), password = http_form(g->q, "password"), known;
    bool must_change;
    struct slice login = account ? slice_copy(g->arena, account->login) : S(""), id = slice_copy(g->arena, g->look.who.account);
    reader_done(g->q->local);
    if (!password_check(g->web->ledger, g->arena, login, old, g->q->address, &known, &must_change, f)) {
        if (!strcmp(f->code, "login-wrong"))
            fault_set(f, FAULT_REFUSED, "password-old-wrong", S(""), S("")), f->field = S("old");
        return false;
    }
    if (!slice_equal(password, http_form(g->q, "again"))) {
        fault_set(f, FAULT_REFUSED, "password-unlike", S(""), S(""));
        f->field = S("again");
        return false;
    }
    if (slice_equal(password, old)) {
        fault_set(f, FAULT_REFUSED, "password-same", S(""), S(""));
        f->field = S("password");
        return false;
    }
    /* All sessions of the account end with the old password; this one begins anew. */
    return password_set(g->web->ledger, id, password, false, f) && begin_session(g, id, f);
}

enum http_outcome post_password(struct page *g)
{
    struct fault f;
    bool once = ((const struct visitor *)g->q->person)->must_change;
    if (change_password(g, &f))
        return page_redirect(g, once ? S("/?done=password") : S("/me?done=password"));
    struct fault again;
    if (!reader_look(g->q->local, g->arena, ((const struct visitor *)g->q->person)->account, &g->look, &again))
        return page_fail(g, &again);
    return page_again(g, &f, show_password);
}
