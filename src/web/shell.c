/* shell.c: the frame of every page, what was just done, errors, and the parts of forms that every form has. */
#include "web/inside.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

/* ---------- the bar ---------- */

enum { NAV_MAX = 8, NAV_LEDGERS_MAX = 3 };

/* Who keeps accounts, duties or the audit log, and nothing else, has no entries to look at. */
static bool keeps_only(const struct page *g)
{
    const struct actor *who = &g->look.who;
    bool any = who->n_duties > 0;
    for (size_t i = 0; i < who->n_duties; i++) {
        uint32_t can = g->look.pack->duties[who->duties[i]->kind].can;
        any = any && can && !(can & ~(uint32_t)(CAN_PEOPLE | CAN_DUTIES | CAN_AUDIT));
    }
    return any;
}

struct nav_list { struct nav_item *at; size_t n, cap; };

static void nav_add(struct page *g, struct nav_list *list, struct slice label, struct slice href, const char *here)
{
    struct nav_item item = { .label = label, .href = href, .current = here && slice_equal(href, slice_of(here)) };
    if (list->n < NAV_MAX)
        PUSH(g->arena, list, item);
}

/* Only for those who have something to sign for, to answer or to rule: with how many. */
static void nav_sign(struct page *g, struct nav_list *list, const char *here)
{
    struct waiting_counts w;
    struct fault f;
    if (!waiting_of(g, &w, &f)) /* the bar is no place for a refusal */
        return;
    int64_t n = w.n[TODO_SIGN] + w.n[TODO_OPINION] + w.n[TODO_RULE];
    if (!n && !(here && !strcmp(here, "/sign")))
        return;
    nav_add(g, list, S("签收"), S("/sign"), here);
    list->at[list->n - 1].count = n;
}

/* Only for those who are in a round: with how many grids wait for them. */
static void nav_rounds(struct page *g, struct nav_list *list, const char *here)
{
    struct waiting_counts w;
    struct fault f;
    if (!waiting_of(g, &w, &f))
        return;
    int64_t n = w.rounds[ROUND_FILL] + w.rounds[ROUND_RELEASE] + w.rounds[ROUND_TAKE];
    if (!n && !(here && !strcmp(here, "/rounds")))
        return;
    nav_add(g, list, S("报送"), S("/rounds"), here);
    list->at[list->n - 1].count = n;
}

static struct nav nav_of(struct page *g, const char *here)
{
    const struct pack *pack = g->look.pack;
    struct nav_list list = { 0 };
    nav_add(g, &list, S("首页"), S("/"), here);
    if (!keeps_only(g)) {
        nav_add(g, &list, S("报告"), S("/reports"), here);
        if (page_can(g, CAN_HAND_OUT))
            nav_add(g, &list, S("分工"), S("/handout"), here);
        nav_sign(g, &list, here);
        nav_rounds(g, &list, here);
        for (size_t i = 0; i < pack->n_ledgers && i < NAV_LEDGERS_MAX; i++) {
            const struct label *noun = &pack->ledgers[i].noun;
            nav_add(g, &list, noun->zh.len ? noun->zh : pack->ledgers[i].label.zh, slice_format(g->arena, "/l/" S_FMT, S_ARG(pack->ledgers[i].name)), here);
        }
        if (pack->n_ledgers > NAV_LEDGERS_MAX)
            nav_add(g, &list, S("更多"), S("/l"), here);
    }
    if (page_can(g, CAN_PEOPLE | CAN_DUTIES))
        nav_add(g, &list, S("人员"), S("/people"), here);
    if (page_can(g, CAN_AUDIT))
        nav_add(g, &list, S("审计"), S("/audit"), here);
    return (struct nav){ list.at, list.n };
}

static struct slice who_of(struct page *g)
{
    const struct person *person = g->look.who.person;
    struct slice unit = person ? unit_short(g->look.people, person->unit) : S("");
    if (!person)
        return S("");
    return unit.len ? slice_format(g->arena, S_FMT " · " S_FMT, S_ARG(unit), S_ARG(person->name)) : person->name;
}

static struct foot foot_of(struct page *g)
{
    struct foot_item *at = NEW(g->arena, struct foot_item, 2);
    struct buf b = buf_open(200);
    buf_text(&b, "数据截至 ");
    tpl_time(&b, g->q->now_ms);
    at[0] = (struct foot_item){ .text = slice_of(g->web->title) };
    at[1] = (struct foot_item){ .text = buf_keep(g->arena, &b) };
    return (struct foot){ at, 2 };
}

struct shell page_shell(struct page *g, struct slice title, const char *here)
{
    struct shell s = { .title = title, .brand = slice_of(g->web->title), .home = S("/"), .main_class = S("wrap") };
    if (!g->look.who.person)
        return s;
    s.nav = nav_of(g, here);
    if (!keeps_only(g)) {
        s.search_action = S("/search");
        s.search = http_query(g->q, "q");
        s.search_hint = S("编号、事项、单位");
    }
    s.who = who_of(g);
    s.who_href = S("/me");
    s.foot = foot_of(g);
    return s;
}

/* ---------- what was just done ---------- */

/* The address only names a row: no sentence of ours comes from outside. */
static const struct { const char *code, *head, *text; } done_words[] = {
    { "password", "密码已修改。", "下次请用新密码登录。" },
    { "open", "已立项。", "编号已经给出，已通知相关单位签收。" },
    { "moved", "已办理。", "" },
    { "reported", "已报送。", "上报的内容已记入经过。" },
    { "planned", "计划已保存。", "" },
    { "lined", "已记入。", "" },
    { "asked", "申请已提出。", "等待对方答复。" },
    { "answered", "已答复。", "" },
    { "signed", "已签收。", "" },
    { "returned", "已退办。", "等待裁定。" },
    { "ruled", "已裁定。", "" },
    { "set", "已更正。", "更正前后的内容都留在经过里。" },
    { "imported", "报告已导入。", "下面是识别出的条目，请逐条核对。" },
    { "issued", "已印发。", "各单位可以签收了。" },
    { "saved", "已保存。", "" },
    { "undone", "已撤销。", "" },
    { "dropped", "已删除。", "需要时可以恢复。" },
    { "consulted", "已征求意见。", "各单位可以答复了。" },
    { "people", "人员已更新。", "" },
    { "duty", "职责已更新。", "" },
    { "account", "账号已更新。", "" },
    { "succeeded", "已接任。", "职责和没有办结的事项都已转给接任的人。" },
    { "chased", "已催办。", "各单位首页会看到提醒；同一单位一天只催一次。" },
    { "taken", "已接收。", "" },
    { "given-back", "已退回。", "单位改过以后会重新送来。" },
    { "worded", "汇总用语已存。", "单位原文没有改。" },
    { "filed", "已送审签。", "负责人审签以后才算本单位报送。" },
    { "released", "已审签报送。", "进展已记入各项任务。" },
    { "kept", "已暂存。", "还没有送审签。" },
};

struct note page_done(const struct page *g)
{
    struct slice code = http_query(g->q, "done");
    if (g->as_of.len) {
        struct buf b = buf_open(300);
        tpl_day(&b, g->look.today);
        buf_text(&b, "结束时的台账。");
        return (struct note){ .light = "y", .head = buf_keep(g->arena, &b), .text = S("按您现在的权限显示，不能办理。在清单里清空“某日口径”就回到现在。") };
    }
    for (size_t i = 0; i < COUNT(done_words) && !g->refused; i++)
        if (slice_equal(code, slice_of(done_words[i].code)))
            return (struct note){ .light = "b", .head = slice_of(done_words[i].head), .text = slice_of(done_words[i].text) };
    return (struct note){ 0 };
}

/* ---------- small ends of a page function ---------- */

enum http_outcome page_fail(struct page *g, const struct fault *f)
{
    http_fault(g->q, g->p, f);
    return HTTP_DONE;
}

enum http_outcome page_missing(struct page *g)
{
    http_fail(g->q, g->p, 404, NULL);
    return HTTP_DONE;
}

enum http_outcome page_redirect(struct page *g, struct slice path)
{
    http_redirect(g->p, path);
    return HTTP_DONE;
}

struct slice page_address(struct page *g, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return n > 0 && (size_t)n < sizeof text ? slice_copy(g->arena, slice_of(text)) : S("/");
}

bool page_can(const struct page *g, uint32_t abilities)
{
    return g->look.who.can & abilities;
}

enum http_outcome page_again(struct page *g, const struct fault *f, page_fn *again)
{
    if (!again || http_wants_json(g->q))
        return page_fail(g, f);
    g->refused = f;
    g->p->status = http_status_of(f->kind);
    return again(g);
}

/* ---------- what every form carries ---------- */

struct hidden page_hidden(struct page *g, int64_t version)
{
    unsigned char bytes[KEY_BYTES];
    char *hex = NEW(g->arena, char, 2 * KEY_BYTES + 1);
    struct slice before = http_form(g->q, "key");
    /* A form that comes back refused keeps its key: refusals are not remembered, so it still means one command. */
    if (g->refused && before.len == 2 * KEY_BYTES && strcmp(g->refused->code, "key-reused") != 0)
        return (struct hidden){ http_token_of(g->q), before, version };
    g->web->config.world->random(g->web->config.world->context, bytes, sizeof bytes);
    sodium_bin2hex(hex, 2 * KEY_BYTES + 1, bytes, sizeof bytes);
    return (struct hidden){ http_token_of(g->q), { hex, 2 * KEY_BYTES }, version };
}

struct slice typed_or(const struct page *g, const char *name, struct slice stands)
{
    struct slice typed;
    return g->refused && pairs_get(&g->q->form, name, &typed) ? typed : stands;
}

struct slice refusal_at(const struct page *g, const char *name)
{
    struct slice at = slice_of(name);
    if (!g->refused || !g->refused->field.len)
        return S("");
    if (slice_starts(at, S("set.")))
        at = slice_from(at, 4);
    return slice_equal(at, g->refused->field) ? fault_sentence(g->arena, g->refused) : S("");
}

struct errors page_errors(struct page *g)
{
    struct error_item *item = NEW(g->arena, struct error_item, 1);
    struct slice field = g->refused ? g->refused->field : S(""), inset = slice_format(g->arena, "set." S_FMT, S_ARG(field)), value;
    if (!g->refused)
        return (struct errors){ 0 };
    bool in_set = field.len && pairs_get(&g->q->form, slice_text(g->arena, inset), &value);
    bool plain = field.len && pairs_get(&g->q->form, slice_text(g->arena, field), &value);
    *item = (struct error_item){ in_set ? inset : plain ? field : S(""), fault_sentence(g->arena, g->refused) };
    return (struct errors){ item, 1 };
}
