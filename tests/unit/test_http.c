/* What a request may be, where it goes, and what comes back: all without a socket, by http_dispatch. */
#include "http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <pthread.h>

enum { MAY_ANYONE = 1, MAY_READ = 2 };

static struct server *server;
static struct arena arena;
static struct response answer;
static const unsigned char key[32] = "thirty-two bytes for the tokens";

/* ---------- a small site: every handler says what it saw ---------- */

static enum http_outcome say_param(struct request *q, struct response *p)
{
    buf_format(&p->body, "id=" S_FMT " other=" S_FMT, S_ARG(http_param(q, "id")), S_ARG(http_param(q, "other")));
    return HTTP_DONE;
}

static enum http_outcome say_new(struct request *q, struct response *p)
{
    (void)q;
    buf_text(&p->body, "new");
    return HTTP_DONE;
}

static enum http_outcome say_form(struct request *q, struct response *p)
{
    for (size_t i = 0; i < q->query.n; i++)
        buf_format(&p->body, "?" S_FMT "=" S_FMT ";", S_ARG(q->query.at[i].name), S_ARG(q->query.at[i].value));
    for (size_t i = 0; i < q->form.n; i++)
        buf_format(&p->body, S_FMT "=" S_FMT ";", S_ARG(q->form.at[i].name), S_ARG(q->form.at[i].value));
    for (size_t i = 0; i < q->files.n; i++)
        buf_format(&p->body, S_FMT ":" S_FMT ":%zu;", S_ARG(q->files.at[i].field), S_ARG(q->files.at[i].name), q->files.at[i].bytes.len);
    return HTTP_DONE;
}

static enum http_outcome go(struct request *q, struct response *p)
{
    http_redirect(p, http_query(q, "to"));
    return HTTP_DONE;
}

static enum http_outcome give_file(struct request *q, struct response *p)
{
    http_download(p, http_query(q, "name"), "application/pdf");
    return HTTP_DONE;
}

static enum http_outcome give_cookie(struct request *q, struct response *p)
{
    http_set_cookie(p, "sid", http_query(q, "v"), 3600);
    buf_text(&p->body, "set");
    return HTTP_DONE;
}

static enum http_outcome break_header(struct request *q, struct response *p)
{
    http_header(p, "X-Note", http_query(q, "v"));
    return HTTP_DONE;
}

static enum http_outcome eat_memory(struct request *q, struct response *p)
{
    (void)p;
    NEW(q->arena, char, HTTP_ARENA_BYTES);
    NEW(q->arena, char, 1);
    return HTTP_DONE;
}

static void *resume(void *later)
{
    usleep(2000);
    http_resume(later);
    return NULL;
}

static char once[] = "later", twice[] = "twice later";

static enum http_outcome then_said(struct request *q, struct response *p)
{
    buf_text(&p->body, http_later_about(q));
    return HTTP_DONE;
}

static enum http_outcome then_again(struct request *q, struct response *p)
{
    (void)p;
    http_resume(http_later(q, then_said, twice));
    return HTTP_LATER;
}

static enum http_outcome later_there(struct request *q, struct response *p)
{
    pthread_t t;
    (void)p;
    pthread_create(&t, NULL, resume, http_later(q, then_said, once));
    pthread_detach(t);
    return HTTP_LATER;
}

static enum http_outcome later_here(struct request *q, struct response *p)
{
    (void)p;
    http_resume(http_later(q, then_again, NULL));
    return HTTP_LATER;
}

static const struct route routes[] = {
    { HTTP_GET, "/", MAY_ANYONE, say_new, 0, 0, NULL },
    { HTTP_GET, "/e/:id", MAY_ANYONE, say_param, 0, 0, NULL },
    { HTTP_GET, "/e/new", MAY_ANYONE, say_new, 0, 0, NULL },
    { HTTP_GET, "/e/:id/:other", MAY_ANYONE, say_param, 0, 0, NULL },
    { HTTP_GET, "/form", MAY_ANYONE, say_form, 0, 0, NULL },
    { HTTP_POST, "/form", MAY_ANYONE, say_form, 0, 0, NULL },
    { HTTP_POST, "/big", MAY_ANYONE, say_form, 1 << 20, 0, NULL },
    { HTTP_POST, "/api", MAY_ANYONE, say_form, 0, ROUTE_TOKENLESS, NULL },
    { HTTP_POST, "/mine", MAY_READ, say_form, 0, 0, NULL },
    { HTTP_GET, "/go", MAY_ANYONE, go, 0, 0, NULL },
    { HTTP_GET, "/file", MAY_ANYONE, give_file, 0, 0, NULL },
    { HTTP_GET, "/cookie", MAY_ANYONE, give_cookie, 0, 0, NULL },
    { HTTP_GET, "/header", MAY_ANYONE, break_header, 0, 0, NULL },
    { HTTP_GET, "/memory", MAY_ANYONE, eat_memory, 0, 0, NULL },
    { HTTP_GET, "/later/there", MAY_ANYONE, later_there, 0, 0, NULL },
    { HTTP_GET, "/later/here", MAY_ANYONE, later_here, 0, 0, NULL },
};

static bool gate(struct request *q, struct response *p)
{
    q->session = http_cookie(q, "sid");
    if (q->person || q->session.len || q->route->may == MAY_ANYONE)
        return true;
    http_fail(q, p, 403, NULL);
    return false;
}

static int64_t fixed_now(void *app)
{
    (void)app;
    return 1784160000000;
}

static const struct asset assets[] = { { "/static/abc/a.css", "text/css", "abcdef", S_INIT("body{}") } };

static struct http_config config_of(const struct route *table, size_t n)
{
    return (struct http_config){ .routes = table, .n_routes = n, .assets = assets, .n_assets = COUNT(assets),
        .now_ms = fixed_now, .gate = gate, .token_key = key, .title = "示例县台账" };
}

/* ---------- asking ---------- */

struct headers { const char *at[8][2]; };

static int ask_with(const char *method, const char *target, struct headers headers, struct slice body)
{
    struct http_pair list[8];
    size_t n = 0;
    while (n < 8 && headers.at[n][0]) {
        list[n] = (struct http_pair){ slice_of(headers.at[n][0]), slice_of(headers.at[n][1]) };
        n++;
    }
    http_response_close(&answer);
    http_dispatch(server, &arena, &(struct http_ask){ .method = method, .target = target, .headers = list, .n_headers = n, .body = body }, &answer);
    return answer.status;
}

static int get(const char *target)
{
    return ask_with("GET", target, (struct headers){ 0 }, S(""));
}

#define FORM { "Content-Type", "application/x-www-form-urlencoded" }
static int post(const char *target, const char *form)
{
    return ask_with("POST", target, (struct headers){ { FORM } }, slice_of(form));
}

static void assert_body(const char *text)
{
    assert_string_equal(slice_text(&arena, buf_slice(&answer.body)), text);
}

static void assert_says(const char *text)
{
    if (slice_find(buf_slice(&answer.body), slice_of(text)) < 0)
        fail_msg("'%s' is not in: %s", text, slice_text(&arena, buf_slice(&answer.body)));
}

static const char *header(const char *name)
{
    struct slice v = S("");
    return pairs_get(&answer.headers, name, &v) ? slice_text(&arena, v) : "";
}

static int open_site(void **state)
{
    struct fault f;
    struct http_config k = config_of(routes, COUNT(routes));
    (void)state;
    arena_open(&arena, 0);
    answer = (struct response){ .file_fd = -1 };
    return http_open(&server, &k, &f) ? 0 : -1;
}

static int close_site(void **state)
{
    (void)state;
    http_response_close(&answer);
    http_close(server);
    arena_close(&arena);
    return 0;
}

/* ---------- routes ---------- */

static void a_literal_wins_over_a_parameter(void **state)
{
    (void)state;
    assert_int_equal(get("/e/new"), 200);
    assert_body("new");
    get("/e/7");
    assert_body("id=7 other=");
    get("/e/7/x%2Fy");
    assert_body("id=7 other=x/y"); /* an encoded slash stays inside its part */
    get("/e/%E7%9D%A32026-0001");
    assert_body("id=督2026-0001 other=");
}

static void what_is_not_there_is_404_and_a_wrong_method_405(void **state)
{
    (void)state;
    assert_int_equal(get("/nowhere"), 404);
    assert_int_equal(get("/e/"), 404);
    assert_int_equal(get("/e/7/"), 404);
    assert_int_equal(get("//e/7"), 404);
    assert_int_equal(post("/e/7", ""), 405);
    assert_string_equal(header("Allow"), "GET, HEAD");
    assert_int_equal(ask_with("BREW", "/form", (struct headers){ 0 }, S("")), 405);
    assert_string_equal(header("Allow"), "GET, POST, HEAD");
    assert_int_equal(ask_with("TRACE", "/nowhere", (struct headers){ 0 }, S("")), 405);
    assert_int_equal(ask_with("HEAD", "/e/7", (struct headers){ 0 }, S("")), 200);
}

static void a_forgotten_permission_is_refused_before_the_server_starts(void **state)
{
    static const struct { struct route table[2]; const char *code; } bad[] = {
        { { { HTTP_GET, "/a", 0, say_new, 0, 0, NULL }, { HTTP_GET, "/b", 1, say_new, 0, 0, NULL } }, "route-without-permission" },
        { { { HTTP_GET, "/a/:x", 1, say_new, 0, 0, NULL }, { HTTP_GET, "/a/:y", 1, say_new, 0, 0, NULL } }, "route-twice" },
        { { { HTTP_GET, "a", 1, say_new, 0, 0, NULL }, { HTTP_GET, "/b", 1, say_new, 0, 0, NULL } }, "route-pattern" },
        { { { HTTP_GET, "/a//b", 1, say_new, 0, 0, NULL }, { HTTP_GET, "/b", 1, say_new, 0, 0, NULL } }, "route-pattern" },
        { { { HTTP_GET, "/a/:", 1, say_new, 0, 0, NULL }, { HTTP_GET, "/b", 1, say_new, 0, 0, NULL } }, "route-pattern" },
        { { { HTTP_GET, "/a", 1, NULL, 0, 0, NULL }, { HTTP_GET, "/b", 1, say_new, 0, 0, NULL } }, "route-pattern" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct http_config k = config_of(bad[i].table, 2);
        struct server *none;
        struct fault f = { 0 };
        assert_false(http_open(&none, &k, &f));
        assert_null(none);
        assert_string_equal(f.code, bad[i].code);
        assert_true(fault_code_known(f.code));
    }
}

/* ---------- requests that are refused ---------- */

static void an_ambiguous_head_is_refused(void **state)
{
    static const struct headers bad[] = {
        { { { "Host", "a" }, { "Host", "a" } } },
        { { { "Host", "" } } },
        { { { "Host", "user@a" } } },
        { { { "Content-Length", "3" }, { "Content-Length", "3" } } },
        { { { "Content-Length", "3" }, { "Transfer-Encoding", "chunked" } } },
        { { { "Content-Length", "+3" } } },
        { { { "Content-Length", "-3" } } },
        { { { "Content-Length", "3, 3" } } },
        { { { "Content-Length ", "3" } } },
        { { { "X Y", "3" } } },
        { { { "X", "a\001b" } } },
        { { { "Cookie", "a=1" }, { "Cookie", "a=2" } } },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (ask_with("POST", "/form", bad[i], S("a=b")) != 400)
            fail_msg("row %zu: %d", i, answer.status);
    assert_int_equal(ask_with("POST", "/form", (struct headers){ { { "Transfer-Encoding", "chunked" } } }, S("")), 411);
}

static void a_bad_address_is_refused(void **state)
{
    static const char *const bad[] = { "e/7", "http://other/e/7", "*", "/e/%", "/e/%4", "/e/%zz", "/e/%00", "/e/%ff", "/e/%C0%AF",
        "/e/%ED%A0%80", "/e/a b", "/e/a\tb", "/e\\7", "/form?a=%", "/form?a=%ff", "/form?a=%00", "/form?%00=a", "/e/7#x" };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (get(bad[i]) != 400)
            fail_msg("%s: %d", bad[i], answer.status);
    assert_int_equal(get("/form?q=%E6%B0%B4%E5%BA%93&b=1+2&&c&a=%2B"), 200);
    assert_body("?q=水库;?b=1 2;?c=;?a=+;");
    assert_int_equal(get("/form?q=水库"), 200); /* unescaped UTF-8, as old browsers and curl send it */
}

static void a_body_has_a_limit_that_its_route_sets(void **state)
{
    char *text = NEW(&arena, char, (1 << 20) + 2);
    (void)state;
    memset(text, 'a', (1 << 20) + 1);
    text[HTTP_BODY_BYTES + 1] = 0;
    assert_int_equal(post("/form", text), 413);
    assert_says("64 KB");
    text[HTTP_BODY_BYTES] = 0;
    assert_int_equal(ask_with("POST", "/form", (struct headers){ { { "Content-Type", "text/plain" } } }, slice_of(text)), 200);
    text[HTTP_BODY_BYTES] = 'a';
    text[HTTP_BODY_BYTES + 1] = 'a';
    assert_int_equal(ask_with("POST", "/big", (struct headers){ 0 }, (struct slice){ text, (1 << 20) + 1 }), 413);
    assert_int_equal(ask_with("POST", "/big", (struct headers){ 0 }, (struct slice){ text, 1 << 20 }), 200);
}

static void an_error_is_a_page_in_chinese_or_json(void **state)
{
    (void)state;
    get("/nowhere");
    assert_string_equal(answer.type, "text/html; charset=utf-8");
    assert_string_equal(answer.cache, "no-store");
    assert_says("<h1>没有找到这一页</h1>");
    assert_says("404 Not found");
    ask_with("GET", "/form?a=%", (struct headers){ { { "Accept", "application/json" } } }, S(""));
    assert_int_equal(answer.status, 400);
    assert_body("{\"error\":{\"code\":\"bad-form\",\"zh\":\"提交的内容不完整或格式不对，没有写入。\",\"en\":\"The form is incomplete or malformed; nothing was written.\"}}\n");
    assert_int_equal(get("/memory"), 500);
    assert_says("内存不足");
}

/* ---------- answers ---------- */

static void a_redirect_stays_on_this_site(void **state)
{
    static const char *const bad[] = { "//evil.example", "https://evil.example", "/%5Cevil", "/%09/evil", "", "evil", "/a%0d%0aX:1" };
    (void)state;
    assert_int_equal(get("/go?to=/e/7"), 303);
    assert_string_equal(header("Location"), "/e/7");
    get("/go?to=/e/%E7%9D%A3");
    assert_string_equal(header("Location"), "/e/%E7%9D%A3");
    for (size_t i = 0; i < COUNT(bad); i++) {
        get(slice_text(&arena, slice_format(&arena, "/go?to=%s", bad[i])));
        assert_string_equal(header("Location"), "/");
    }
}

static void a_download_keeps_its_chinese_name(void **state)
{
    (void)state;
    get("/file?name=%E6%9C%88%E6%8A%A5%20%22%3B.pdf");
    assert_string_equal(header("Content-Disposition"), "attachment; filename=\"____;.pdf\"; filename*=UTF-8''%E6%9C%88%E6%8A%A5%20%22%3B.pdf");
    assert_string_equal(answer.type, "application/pdf");
}

static void a_cookie_is_for_this_site_only(void **state)
{
    (void)state;
    get("/cookie?v=abc");
    assert_string_equal(header("Set-Cookie"), "sid=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
    assert_int_equal(get("/cookie?v=a%3Bb"), 500);
    struct request q = { .cookie = S("a=1; sid=x=y;b=2;empty=") };
    assert_true(slice_equal(http_cookie(&q, "sid"), S("x=y")));
    assert_true(slice_equal(http_cookie(&q, "b"), S("2")));
    assert_int_equal(http_cookie(&q, "empty").len, 0);
    assert_int_equal(http_cookie(&q, "si").len, 0);
}

static void a_line_break_in_a_header_is_our_fault_and_goes_nowhere(void **state)
{
    (void)state;
    assert_int_equal(get("/header?v=fine"), 200);
    assert_int_equal(get("/header?v=a%0d%0aSet-Cookie:%20x=1"), 500);
    assert_string_equal(header("X-Note"), "");
}

static void an_asset_is_kept_for_ever_and_not_sent_twice(void **state)
{
    (void)state;
    assert_int_equal(get("/static/abc/a.css"), 200);
    assert_body("body{}");
    assert_string_equal(answer.cache, "public, max-age=31536000, immutable");
    assert_int_equal(ask_with("GET", "/static/abc/a.css", (struct headers){ { { "If-None-Match", "\"abcdef\"" } } }, S("")), 304);
    assert_int_equal(answer.body.len, 0);
    assert_int_equal(get("/static/abd/a.css"), 404);
    assert_int_equal(post("/static/abc/a.css", "a=b"), 405);
}

static void an_answer_may_wait_for_another_thread(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(get("/later/there"), 200);
        assert_body("later");
        assert_int_equal(get("/later/here"), 200);
        assert_body("twice later");
    }
}

/* ---------- forms ---------- */

static void a_form_keeps_order_and_repetition(void **state)
{
    (void)state;
    assert_int_equal(post("/form", "b=2&a=%E7%9D%A3+1&b=3&c"), 200);
    assert_body("b=2;a=督 1;b=3;c=;");
    assert_int_equal(post("/form", "a=%ff"), 400);
    assert_int_equal(post("/form", "a=%00"), 400);
    struct buf b = buf_open(1 << 20);
    for (int i = 0; i <= HTTP_FIELDS_MAX; i++)
        buf_text(&b, "a=1&");
    assert_int_equal(ask_with("POST", "/form", (struct headers){ { FORM } }, buf_slice(&b)), 400);
    assert_says("8192");
    buf_close(&b);
}

#define MULTIPART { "Content-Type", "multipart/form-data; boundary=XX" }
#define PART(disposition, text) "--XX\r\nContent-Disposition: form-data; " disposition "\r\n\r\n" text "\r\n"

static void a_multipart_form_gives_fields_and_files(void **state)
{
    (void)state;
    struct headers h = { { MULTIPART } };
    assert_int_equal(ask_with("POST", "/form", h,
        S(PART("name=\"t\"", "督\r\n查") PART("name=\"f\"; filename=\"C:\\月报.pdf\"\r\nContent-Type: application/pdf", "%PDF\0--X")
          PART("name=\"g\"; filename=\"\"", "") "--XX--\r\n")), 200);
    assert_body("t=督\r\n查;f:月报.pdf:8;g::0;");
    assert_int_equal(ask_with("POST", "/form", h, S(PART("filename=\"x\"; name=\"a%22b\"", "1") "--XX--")), 200);
    assert_body("a\"b:x:1;");
}

static void a_broken_multipart_form_is_refused(void **state)
{
    static const struct slice bad[] = {
        S_INIT(""), S_INIT("--XX"), S_INIT("--XX--x"), S_INIT(PART("name=\"a\"", "1")), S_INIT("x" PART("name=\"a\"", "1") "--XX--"),
        S_INIT(PART("name=\"\"", "1") "--XX--"), S_INIT(PART("name=\"a", "1") "--XX--"), S_INIT(PART("nome=\"a\"", "1") "--XX--"),
        S_INIT("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--XX--"), S_INIT("--XX\r\n\r\n1\r\n--XX--"),
        S_INIT(PART("name=\"a\"", "\xff") "--XX--"), S_INIT(PART("name=\"a\"", "1\0002") "--XX--"), S_INIT(PART("name=\"a\"; filename=\"x\ny\"", "1") "--XX--"),
        S_INIT(PART("name=\"a\"; filename=\"..\"", "1") "--XX--"), S_INIT(PART("name=\"a\"; filename=\"x", "1") "--XX--"), S_INIT("--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--XX--"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (ask_with("POST", "/form", (struct headers){ { MULTIPART } }, bad[i]) != 400)
            fail_msg("row %zu: %d " S_FMT, i, answer.status, S_ARG(buf_slice(&answer.body)));
    assert_int_equal(ask_with("POST", "/form", (struct headers){ { { "Content-Type", "multipart/form-data" } } }, S("--XX--")), 400);
}

static void a_long_upload_waits_in_a_file_and_comes_out_whole(void **state)
{
    size_t n = HTTP_BODY_MEMORY_BYTES * 2;
    char *text = NEW(&arena, char, n + 1);
    struct buf b = buf_open(1 << 20);
    (void)state;
    memset(text, 'x', n);
    buf_text(&b, PART("name=\"f\"; filename=\"a.bin\"", ""));
    b.len -= 2;
    buf_put(&b, (struct slice){ text, n });
    buf_text(&b, "\r\n--XX--\r\n");
    assert_int_equal(ask_with("POST", "/big", (struct headers){ { MULTIPART } }, buf_slice(&b)), 200);
    assert_body("f:a.bin:524288;");
    buf_close(&b);
}

struct typed {
    struct slice title, text, code;
    int64_t count;
    day due;
    struct decimal length;
    int unit;
    bool flag;
    struct slices tags;
};
static const char *const units[] = { "housing", "water", NULL };
static const struct form_field fields[] = {
    { "title", "任务", FORM_TEXT, offsetof(struct typed, title), true, 2, 5, NULL, 0 },
    { "text", "说明", FORM_LINES, offsetof(struct typed, text), false, 0, 10, NULL, 0 },
    { "code", "代码", FORM_NAME, offsetof(struct typed, code), false, 0, 0, NULL, 0 },
    { "count", "户数", FORM_INT, offsetof(struct typed, count), false, 1, 100, NULL, 0 },
    { "due", "时限", FORM_DAY, offsetof(struct typed, due), false, 0, 0, NULL, 0 },
    { "length", "里程", FORM_DECIMAL, offsetof(struct typed, length), false, 0, 10, NULL, 0 },
    { "unit", "单位", FORM_CHOICE, offsetof(struct typed, unit), false, 0, 0, units, 0 },
    { "flag", "公开", FORM_FLAG, offsetof(struct typed, flag), false, 0, 0, NULL, 0 },
    { "tag", "标签", FORM_MANY, offsetof(struct typed, tags), false, 0, 4, NULL, 2 },
};

static const char *read_fields(const char *text, struct typed *t)
{
    struct pairs pairs = { 0 };
    struct form_faults faults = { 0 };
    struct fault f;
    struct buf b = buf_open(4096);
    assert_true(form_urlencoded(&arena, slice_of(text), &pairs, &f));
    if (form_read(&arena, &pairs, fields, COUNT(fields), t, &faults))
        assert_int_equal(faults.n, 0);
    for (size_t i = 0; i < faults.n; i++) {
        buf_format(&b, "%s" S_FMT ":", i ? " " : "", S_ARG(faults.at[i].field));
        fault_say(&b, &faults.at[i], LANG_ZH);
    }
    const char *said = slice_text(&arena, buf_slice(&b));
    buf_close(&b);
    return said;
}

static void fields_become_values(void **state)
{
    struct typed t;
    (void)state;
    assert_string_equal(read_fields("title=+督查件+&text=a%0D%0Ab&code=a-1&count=7&due=2026-07-16&length=8.6&unit=water&flag=on&tag=x&tag=y", &t), "");
    assert_true(slice_equal(t.title, S("督查件")) && slice_equal(t.text, S("a\nb")) && slice_equal(t.code, S("a-1")));
    assert_true(t.count == 7 && t.due == day_of(2026, 7, 16) && t.length.value == 86 && t.unit == 1 && t.flag);
    assert_true(t.tags.n == 2 && slice_equal(t.tags.at[1], S("y")));
    assert_string_equal(read_fields("title=督查", &t), "");
    assert_true(t.due == DAY_NONE && t.unit == -1 && !t.flag && !t.tags.n && !t.length.ok && !t.count && !t.text.len);
}

static void a_wrong_field_is_named_with_what_to_do(void **state)
{
    static const struct { const char *form, *said; } rows[] = {
        { "", "title:请填写任务。" },
        { "title=%20", "title:请填写任务。" },
        { "title=a", "title:任务至少 2 个字。" },
        { "title=一二三四五六", "title:任务最多 5 个字。" },
        { "title=ab&title=ab", "title:任务提交了两次，只能填一个。" },
        { "title=a%01b", "title:任务中有不能识别的字符，请重新输入。" },
        { "title=a%0Ab", "title:任务中有不能识别的字符，请重新输入。" },
        { "title=ab&code=a/b", "code:代码只能用英文字母、数字、短横线、下划线和点。" },
        { "title=ab&count=0", "count:户数不能小于 1。" },
        { "title=ab&count=101", "count:户数不能大于 100。" },
        { "title=ab&count=1.5", "count:户数要填整数，如 12。" },
        { "title=ab&count=9999999999999999999", "count:户数要填整数，如 12。" },
        { "title=ab&due=2026-02-30", "due:时限要填日期，如 2026-07-16。" },
        { "title=ab&length=1e3", "length:里程要填数字，如 12.5，不带单位和逗号。" },
        { "title=ab&length=-0.1", "length:里程不能小于 0。" },
        { "title=ab&length=10.1", "length:里程不能大于 10。" },
        { "title=ab&length=10", "" },
        { "title=ab&unit=none", "unit:单位请从列表中选择。" },
        { "title=ab&tag=a&tag=b&tag=c", "tag:标签最多选 2 项。" },
        { "title=ab&tag=abcde", "tag:标签最多 4 个字。" },
        { "count=x&due=y", "title:请填写任务。 count:户数要填整数，如 12。 due:时限要填日期，如 2026-07-16。" },
    };
    struct typed t;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(read_fields(rows[i].form, &t), rows[i].said);
}

/* ---------- forged requests ---------- */

static int post_mine(const char *token, const char *origin, const char *site, const char *cookie)
{
    struct headers h = { { FORM, { "Host", "county.example" } } };
    size_t n = 2;
    if (cookie)
        h.at[n][0] = "Cookie", h.at[n++][1] = cookie;
    if (origin)
        h.at[n][0] = "Origin", h.at[n++][1] = origin;
    if (site)
        h.at[n][0] = "Sec-Fetch-Site", h.at[n++][1] = site;
    return ask_with("POST", "/mine", h, slice_format(&arena, "csrf=%s", token));
}

static void a_forged_request_is_refused(void **state)
{
    struct http_token mine = http_token(key, S("alice")), other = http_token(key, S("mallory"));
    (void)state;
    assert_int_equal(post_mine(mine.at, "http://county.example", "same-origin", "sid=alice"), 200);
    assert_int_equal(post_mine(mine.at, NULL, NULL, "sid=alice"), 200);
    assert_int_equal(post_mine("", NULL, NULL, "sid=alice"), 403);
    assert_int_equal(post_mine(other.at, NULL, NULL, "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, "http://evil.example", NULL, "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, "http://county.example.evil.example", NULL, "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, "null", NULL, "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, NULL, "cross-site", "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, NULL, "same-site", "sid=alice"), 403);
    assert_int_equal(post_mine(mine.at, NULL, NULL, NULL), 403); /* the gate: no session */
    mine.at[5] ^= 1;
    assert_int_equal(post_mine(mine.at, NULL, NULL, "sid=alice"), 403);
}

static void a_token_may_come_in_a_header_and_a_person_of_a_test_needs_none(void **state)
{
    struct http_token mine = http_token(key, S("alice"));
    char person;
    (void)state;
    assert_int_equal(ask_with("POST", "/mine", (struct headers){ { { "Cookie", "sid=alice" }, { "X-CSRF-Token", mine.at } } }, S("")), 200);
    assert_int_equal(ask_with("POST", "/api", (struct headers){ { { "Cookie", "sid=alice" } } }, S("")), 200);
    assert_int_equal(ask_with("POST", "/api", (struct headers){ { { "Cookie", "sid=alice" }, { "Origin", "http://evil.example" } } }, S("")), 403);
    http_response_close(&answer);
    http_dispatch(server, &arena, &(struct http_ask){ .method = "POST", .target = "/mine", .person = &person }, &answer);
    assert_int_equal(answer.status, 200);
}

static void only_our_hosts_are_answered_where_they_are_named(void **state)
{
    static const char *const hosts[] = { "county.example", "localhost", NULL };
    struct http_config k = config_of(routes, COUNT(routes));
    struct fault f;
    (void)state;
    http_close(server);
    k.hosts = hosts;
    assert_true(http_open(&server, &k, &f));
    assert_int_equal(get("/e/7"), 200);
    assert_int_equal(ask_with("GET", "/e/7", (struct headers){ { { "Host", "rebound.example" } } }, S("")), 400);
}

static void without_tls_only_loopback_is_served(void **state)
{
    struct http_config k = config_of(routes, COUNT(routes));
    struct server *s;
    struct fault f;
    (void)state;
    k.monotonic_ms = fixed_now;
    k.address = "0.0.0.0";
    assert_true(http_open(&s, &k, &f));
    assert_false(http_listen(s, &f));
    assert_string_equal(f.code, "listen-plain");
    http_close(s);
    k.address = "nowhere";
    assert_true(http_open(&s, &k, &f));
    assert_false(http_listen(s, &f));
    assert_string_equal(f.code, "listen-address");
    http_close(s);
}

static void a_query_can_be_changed_in_one_name(void **state)
{
    struct request q = { .arena = &arena };
    struct fault f;
    (void)state;
    assert_true(form_urlencoded(&arena, S("q=水库&page=3&light=r"), &q.query, &f));
    assert_true(slice_equal(http_query_with(&q, "page", S("4")), S("?q=%E6%B0%B4%E5%BA%93&light=r&page=4")));
    assert_true(slice_equal(http_query_with(&q, "light", S("")), S("?q=%E6%B0%B4%E5%BA%93&page=3")));
    q.query.n = 0;
    assert_true(slice_equal(http_query_with(&q, "page", S("")), S("?")));
}

#define SITE(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SITE(a_literal_wins_over_a_parameter),
        SITE(what_is_not_there_is_404_and_a_wrong_method_405),
        SITE(a_forgotten_permission_is_refused_before_the_server_starts),
        SITE(an_ambiguous_head_is_refused),
        SITE(a_bad_address_is_refused),
        SITE(a_body_has_a_limit_that_its_route_sets),
        SITE(an_error_is_a_page_in_chinese_or_json),
        SITE(a_redirect_stays_on_this_site),
        SITE(a_download_keeps_its_chinese_name),
        SITE(a_cookie_is_for_this_site_only),
        SITE(a_line_break_in_a_header_is_our_fault_and_goes_nowhere),
        SITE(an_asset_is_kept_for_ever_and_not_sent_twice),
        SITE(an_answer_may_wait_for_another_thread),
        SITE(a_form_keeps_order_and_repetition),
        SITE(a_multipart_form_gives_fields_and_files),
        SITE(a_broken_multipart_form_is_refused),
        SITE(a_long_upload_waits_in_a_file_and_comes_out_whole),
        SITE(fields_become_values),
        SITE(a_wrong_field_is_named_with_what_to_do),
        SITE(a_forged_request_is_refused),
        SITE(a_token_may_come_in_a_header_and_a_person_of_a_test_needs_none),
        SITE(only_our_hosts_are_answered_where_they_are_named),
        SITE(without_tls_only_loopback_is_served),
        SITE(a_query_can_be_changed_in_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
