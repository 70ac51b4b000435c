/* audit.c: the second log as a list, the newest first: who signed in, was refused, changed a permission, and from where.
 * It is read only; what it says is written by the kernel (passwords, sessions) and by web.c (refusals, permissions). */
#include "pages.tpl.h"
#include "web/pages_people.h"

enum { AUDIT_PAGE_ROWS = 100 };

static const struct { const char *code, *words; } kinds[] = {
    { "login", "登录" }, { "login-failed", "登录失败" }, { "login-locked", "登录被锁定" }, { "logout", "退出" }, { "password-set", "设置密码" },
    { "refused", "被拒绝" }, { "permission", "权限变动" }, { "notes-counted", "同类记录合并计数" },
};
static const struct { const char *code, *words; } details[] = {
    { "once", "一次性密码" }, { "not-permitted", "不在职责范围内" }, { "people", "人员、单位" }, { "duty", "授予职责" }, { "end-duty", "终止职责" }, { "succeed", "接任" },
    { "disable", "停用或启用账号" }, { "reset", "重设密码" },
};

static struct slice words_of_kind(struct slice code)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (slice_equal(code, slice_of(kinds[i].code)))
            return slice_of(kinds[i].words);
    return code;
}

static struct slice words_of_detail(struct slice code)
{
    for (size_t i = 0; i < COUNT(details); i++)
        if (slice_equal(code, slice_of(details[i].code)))
            return slice_of(details[i].words);
    return code;
}

/* A person with the login; what is no account stays as it is. */
static struct slice account_words(struct page *g, struct slice id)
{
    const struct account *account = people_account(g->look.people, id);
    const struct person *person = account ? people_person(g->look.people, account->person) : NULL;
    return person ? slice_format(g->arena, S_FMT "（" S_FMT "）", S_ARG(person->name), S_ARG(account->login)) : id;
}

enum http_outcome show_audit(struct page *g)
{
    struct audit_page v = { .shell = page_shell(g, S("审计"), "/audit"), .empty = { S("还没有记录。"), S("") } };
    struct audit_row *at;
    size_t n;
    int64_t page = 1, total;
    struct fault f;
    if (!slice_int(http_query(g->q, "page"), &page) || page < 1 || page > INT32_MAX)
        page = 1;
    if (!audit_ask(&g->look, (page - 1) * AUDIT_PAGE_ROWS, AUDIT_PAGE_ROWS, &at, &n, &total, &f))
        return page_fail(g, &f);
    for (size_t i = 0; i < n; i++) {
        struct audit_line line = { at[i].at_ms, account_words(g, at[i].account), words_of_kind(at[i].kind), account_words(g, at[i].object), words_of_detail(at[i].detail), at[i].address };
        PUSH(g->arena, &v.rows, line);
    }
    v.pager = pager_of(g->q, total, page, AUDIT_PAGE_ROWS);
    tpl_audit(&g->p->body, &v);
    return HTTP_DONE;
}
