/* response.c: answers, and the headers that every one of them carries. */
#include "http/inside.h"

#include "parts.tpl.h"

#include <stdlib.h>
#include <unistd.h>

/* A browser that obeys the first of these runs no script but ours, whatever a template let through. */
const struct guard_header response_guards[] = {
    { "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "same-origin" },
};
const size_t n_response_guards = COUNT(response_guards);

void http_header(struct response *p, const char *name, struct slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f)
            p->broken = true;
    if (!p->broken) /* terminated, as libmicrohttpd wants it */
        PUSH(p->arena, &p->headers, (struct http_pair){ slice_of(name), slice_copy(p->arena, value) });
}

void response_finish(struct request *q, struct response *p)
{
    if (!p->status)
        p->status = 200;
    if (!p->type)
        p->type = "text/html; charset=utf-8";
    if (!p->cache)
        p->cache = "no-store";
    if (p->status == 304)
        buf_close(&p->body);
    if (p->file_fd >= 0 && q->head_only) {
        close(p->file_fd); /* libmicrohttpd sends no body for HEAD, but the length must be right */
        p->file_fd = -1;
    }
}

void http_response_close(struct response *p)
{
    if (p->file_fd >= 0)
        close(p->file_fd);
    p->file_fd = -1;
    buf_close(&p->body);
}

void http_redirect(struct response *p, struct slice path)
{
    bool local = path.len && path.at[0] == '/' && !slice_starts(path, S("//"));
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.at[i] <= ' ' || path.at[i] == '\\' || path.at[i] == 0x7f)
            local = false;
    struct buf b = buf_open(HTTP_HEADER_BYTES);
    for (size_t i = 0; local && i < path.len; i++) {
        struct slice one = slice_part(path, i, i + 1);
        if ((unsigned char)path.at[i] < 0x80)
            buf_put(&b, one);
        else
            percent_put(&b, one); /* an address of ours with Chinese in it */
    }
    http_header(p, "Location", local && !b.failed ? buf_slice(&b) : S("/"));
    buf_close(&b);
    p->status = 303;
}

void http_download(struct response *p, struct slice name, const char *type)
{
    struct buf b = buf_open(HTTP_FILE_NAME_BYTES * 5);
    buf_text(&b, "attachment; filename=\"");
    for (size_t i = 0; i < name.len && i < HTTP_FILE_NAME_BYTES; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool plain = c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%' && c != '/';
        if ((c & 0xC0) != 0x80) /* one sign for each character, not for each byte */
            buf_char(&b, plain ? (char)c : '_');
    }
    buf_text(&b, "\"; filename*=UTF-8''");
    percent_put(&b, slice_part(name, 0, HTTP_FILE_NAME_BYTES));
    http_header(p, "Content-Disposition", buf_slice(&b));
    buf_close(&b);
    p->type = type;
}

void http_send_file(struct response *p, int fd, uint64_t bytes)
{
    if (p->file_fd >= 0)
        close(p->file_fd);
    p->file_fd = fd;
    p->file_bytes = bytes;
}

void http_set_cookie(struct response *p, const char *name, struct slice value, int max_age_s)
{
    struct buf b = buf_open(4096);
    buf_format(&b, "%s=" S_FMT "; Path=/; HttpOnly; SameSite=Lax", name, S_ARG(value));
    if (max_age_s)
        buf_format(&b, "; Max-Age=%d", max_age_s > 0 ? max_age_s : 0);
    if (p->secure)
        buf_text(&b, "; Secure");
    for (size_t i = 0; i < value.len; i++)
        if (strchr(" \",;\\", value.at[i]) || (unsigned char)value.at[i] >= 0x80)
            p->broken = true;
    http_header(p, "Set-Cookie", buf_slice(&b));
    buf_close(&b);
}

bool http_not_modified(const struct request *q, struct response *p, struct slice etag)
{
    struct slice quoted = slice_format(p->arena, "\"" S_FMT "\"", S_ARG(etag));
    http_header(p, "ETag", quoted);
    if (slice_find(q->if_none_match, quoted) < 0)
        return false;
    p->status = 304;
    return true;
}

/* ---------- errors ---------- */

static const struct { int status; const char *zh, *en, *zh_next; } statuses[] = {
    { 400, "这个请求无法识别", "The request could not be understood", "请回到上一页重新操作。如果是从别处复制的网址，请检查是否完整。" },
    { 403, "没有权限办理这一项", "Not permitted", "需要开通的，请找本单位管理员。" },
    { 404, "没有找到这一页", "Not found", "网址可能有误，或者这一项不在您的职责范围内。" },
    { 405, "这一页不能这样打开", "Method not allowed", "请从页面上的按钮或链接进入。" },
    { 409, "别人先改过这一项", "Changed by somebody else meanwhile", "请刷新看最新内容，再重新提交。您刚才的改动没有写入。" },
    { 411, "这个请求没有说明长度", "Length required", "请用浏览器提交，或由程序带上 Content-Length。" },
    { 413, "提交的内容太大", "Too large", "请减少内容，或把文件分开上传。" },
    { 422, "有内容不符合要求", "Refused", "请回到上一页，按提示修改后再提交。" },
    { 429, "操作太频繁", "Too many requests", "请稍等一分钟再试。" },
    { 431, "请求的头部太长", "Request headers too large", "请清除本站的 Cookie 后再试。" },
    { 500, "系统出了问题", "Something went wrong on our side", "刚才的操作没有写入。请稍后再试，仍不行请告诉管理员时间和操作。" },
    { 503, "系统正忙", "Busy, please try again", "请过一分钟再试，刚才的操作没有写入。" },
};

int http_status_of(enum fault_kind kind)
{
    static const int status[] = { [FAULT_NONE] = 500, [FAULT_USAGE] = 400, [FAULT_REFUSED] = 422, [FAULT_FORBIDDEN] = 403,
        [FAULT_MISSING] = 404, [FAULT_STALE] = 409, [FAULT_BUSY] = 503, [FAULT_BROKEN] = 500 };
    return status[kind];
}

static void words_of(struct error_page *e)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == e->status) {
            e->zh = statuses[i].zh;
            e->en = statuses[i].en;
            e->next = statuses[i].zh_next;
            return;
        }
    e->zh = "这个请求没有办成";
    e->en = "The request failed";
    e->next = "请回到上一页重新操作。";
}

static struct slice said(struct arena *a, const struct fault *f, enum language lang)
{
    struct buf b = buf_open(4096);
    if (f && f->code)
        fault_say(&b, f, lang);
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void fail_json(struct response *p, const struct error_page *e, const struct fault *f)
{
    p->type = "application/json";
    buf_text(&p->body, "{\"error\":{");
    json_name(&p->body, "code");
    json_put_string(&p->body, f && f->code ? slice_of(f->code) : S("status"));
    json_name(&p->body, "zh");
    json_put_string(&p->body, e->why.len ? e->why : slice_of(e->zh));
    json_name(&p->body, "en");
    json_put_string(&p->body, e->why_en.len ? e->why_en : slice_of(e->en));
    if (f && f->field.len) {
        json_name(&p->body, "field");
        json_put_string(&p->body, f->field);
    }
    buf_text(&p->body, "}}\n");
}

void http_fail(struct request *q, struct response *p, int status, const struct fault *f)
{
    struct arena *a = p->arena;
    bool secure = p->secure;
    http_response_close(p);
    *p = (struct response){ .arena = a, .status = status, .file_fd = -1, .secure = secure };
    p->body = buf_open(HTTP_PAGE_BYTES);
    if (f && f->detail[0])
        server_note(q->server, S_FMT ": %s: %s", S_ARG(q->path), f->code, f->detail);
    if (status == 503)
        http_header(p, "Retry-After", S("5"));
    struct error_page e = { .status = status, .why = said(a, f, LANG_ZH), .why_en = said(a, f, LANG_EN) };
    words_of(&e);
    e.shell = (struct shell){ .title = slice_of(e.zh), .brand = slice_of(q->server->config.title), .home = S("/"),
        .main_class = S("gate") };
    if (http_wants_json(q))
        fail_json(p, &e, f);
    else
        tpl_error(&p->body, &e);
    response_finish(q, p);
}

void http_fault(struct request *q, struct response *p, const struct fault *f)
{
    http_fail(q, p, http_status_of(f->kind), f);
}
