/* demo: a small site on src/http, for the tests that need a socket or a browser. It keeps nothing: one account, one
 * session, fifty rows made up from their index.
 *   demo [--port N] [--header-ms N] [--body-ms N] [--send-ms N] [--slowest BYTES] [--connections N] [--tls CERT KEY]
 * Prints "port N" once it listens; ends at the end of its standard input. */
#include "demo.h"

#include "demo.tpl.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAY_ANYONE = 1, MAY_READ = 2 };

extern const struct asset assets[];
extern const size_t n_assets;

/* ---------- the writer: a thread that answers later, many at once ---------- */

struct job { struct http_later *later; struct job *next; int64_t number; };
struct demo {
    struct server *server;
    pthread_mutex_t mutex;
    pthread_cond_t more;
    struct job *jobs;
    bool over;
    int64_t numbers, commits;
};

static void *writer(void *arg)
{
    struct demo *d = arg;
    for (;;) {
        pthread_mutex_lock(&d->mutex);
        while (!d->jobs && !d->over)
            pthread_cond_wait(&d->more, &d->mutex);
        struct job *j = d->jobs;
        d->jobs = NULL;
        pthread_mutex_unlock(&d->mutex);
        if (!j)
            return NULL;
        d->commits++;
        while (j) {
            struct job *next = j->next; /* after the resume the job belongs to a request that may be over */
            j->number = ++d->numbers;
            http_resume(j->later);
            j = next;
        }
    }
}

static enum http_outcome noted(struct request *q, struct response *p)
{
    const struct job *j = http_later_about(q);
    p->type = "application/json";
    p->status = 201;
    buf_format(&p->body, "{\"number\":%" PRId64 "}", j->number);
    return HTTP_DONE;
}

static enum http_outcome post_note(struct request *q, struct response *p)
{
    struct demo *d = q->app;
    struct job *j = NEW(q->arena, struct job, 1);
    (void)p;
    j->later = http_later(q, noted, j);
    pthread_mutex_lock(&d->mutex);
    j->next = d->jobs;
    d->jobs = j;
    pthread_cond_signal(&d->more);
    pthread_mutex_unlock(&d->mutex);
    return HTTP_LATER;
}

/* ---------- pages ---------- */

static const struct nav_item words[] = {
    { S_INIT("首页"), S_INIT("/"), false }, { S_INIT("报告"), S_INIT("/report"), false }, { S_INIT("任务"), S_INIT("/list"), true },
    { S_INIT("督办"), S_INIT("/chase"), false }, { S_INIT("指标"), S_INIT("/figures"), false }, { S_INIT("议题"), S_INIT("/topics"), false },
};
static const struct foot_item foot[] = { { S_INIT("示例县人民政府办公室督查室"), S_INIT("") }, { S_INIT("使用说明"), S_INIT("/help") } };

static struct shell shell_of(struct request *q, struct slice title)
{
    return (struct shell){ .title = title, .brand = S("示例县台账"), .home = S("/list"), .main_class = S("wrap"),
        .nav = { words, COUNT(words) }, .search_action = S("/list"), .search = http_query(q, "q"),
        .search_hint = S("编号、任务、单位"), .who = S("督查室 · 沈知远"), .who_href = S("/login"), .foot = { foot, COUNT(foot) } };
}

static struct demo_row row_of(struct arena *a, int i)
{
    static const struct slice says[] = { S_INIT("逾期 16 天"), S_INIT("还剩 2 天"), S_INIT("正常"), S_INIT("未启动"), S_INIT("已办结") };
    int light = i % LIGHTS;
    return (struct demo_row){ .light = { light_codes[light], says[light], false, false },
        .number = slice_format(a, "督2026-%04d", i + 1), .title = slice_format(a, "第 %d 段雨污分流改造 8.6 公里", i + 1),
        .unit = S("示例县住房和城乡建设局"), .due = day_of(2026, 1 + i % 12, 1 + i % 28),
        .track = { light_codes[light], (i * 37) % 101, 50 }, .updates = i * 1234 };
}

static enum http_outcome page_list(struct request *q, struct response *p)
{
    static const int64_t counts[LIGHTS] = { 9, 21, 96, 14, 28 };
    static const struct slice says[LIGHTS] = { S_INIT("逾期"), S_INIT("注意"), S_INIT("正常"), S_INIT("未启动"), S_INIT("已办结") };
    struct arena *a = q->arena;
    struct demo_list v = { .shell = shell_of(q, S("任务台账")), .stack = stack_of(counts),
        .empty = { S("没有符合条件的任务。"), S("放宽条件再试。") } };
    for (int i = 0; i < LIGHTS; i++)
        v.strip.at[v.strip.n++] = (struct strip_item){ { light_codes[i], says[i], false, false }, counts[i],
            slice_format(a, "/list?light=%s", light_codes[i]), S("") };
    struct tab *tabs = NEW(a, struct tab, 2);
    tabs[0] = (struct tab){ S("全部"), S("/list"), 168, true, true };
    tabs[1] = (struct tab){ S("逾期"), S("/list?light=r"), 9, true, false };
    v.tabs = (struct tabs){ S("常用清单"), tabs, 2 };
    int64_t page = 1;
    if (!slice_int(http_query(q, "page"), &page))
        page = 1;
    for (int i = 0; i < 50 && !http_query(q, "none").len; i++)
        PUSH(a, &v.rows, row_of(a, i));
    v.pager = pager_of(q, 168, page, 50);
    tpl_list(&p->body, &v);
    return HTTP_DONE;
}

/* What was typed comes back, escaped: the browser test sends scripts through here. */
struct typed { struct slice title, text; int unit; day due; };
static const char *const units[] = { "housing", "water", NULL };
static const struct choice unit_names[] = { { S_INIT("housing"), S_INIT("示例县住建局"), false }, { S_INIT("water"), S_INIT("示例县水务局"), false } };
static const struct form_field typed_fields[] = {
    { "title", "任务", FORM_TEXT, offsetof(struct typed, title), true, 2, 60, NULL, 0 },
    { "unit", "牵头单位", FORM_CHOICE, offsetof(struct typed, unit), true, 0, 0, units, 0 },
    { "due", "时限", FORM_DAY, offsetof(struct typed, due), true, 0, 0, NULL, 0 },
    { "text", "说明", FORM_LINES, offsetof(struct typed, text), false, 0, 500, NULL, 0 },
};

static void form_page(struct request *q, struct response *p, const struct errors *errors, const struct note *note)
{
    struct crumb *crumbs = NEW(q->arena, struct crumb, 2);
    crumbs[0] = (struct crumb){ S("任务台账"), S("/list") };
    crumbs[1] = (struct crumb){ S("新增"), S("") };
    struct demo_form v = { .shell = shell_of(q, S("新增任务")), .crumbs = { crumbs, 2 }, .errors = *errors, .note = *note,
        .csrf = http_token_of(q),
        .title = { .name = "title", .label = S("任务"), .value = http_form(q, "title"), .error = error_for(errors, "title"), .required = true, .help = S("2 到 60 个字") },
        .unit = { .name = "unit", .label = S("牵头单位"), .error = error_for(errors, "unit"), .options = { unit_names, COUNT(unit_names) } },
        .due = { .name = "due", .label = S("时限"), .type = "date", .value = http_form(q, "due"), .error = error_for(errors, "due") },
        .text = { .name = "text", .label = S("说明"), .value = http_form(q, "text"), .error = error_for(errors, "text") } };
    tpl_form(&p->body, &v);
}

static enum http_outcome page_new(struct request *q, struct response *p)
{
    form_page(q, p, &(struct errors){ 0 }, &(struct note){ 0 });
    return HTTP_DONE;
}

static enum http_outcome post_new(struct request *q, struct response *p)
{
    struct typed typed;
    struct form_faults faults = { 0 };
    struct note done = { .light = "b", .head = S("已新增。"), .text = S("下面还可以再填一项。") };
    if (!form_read(q->arena, &q->form, typed_fields, COUNT(typed_fields), &typed, &faults)) {
        struct errors errors = errors_of(q->arena, &faults);
        p->status = 422;
        form_page(q, p, &errors, &(struct note){ 0 });
        return HTTP_DONE;
    }
    done.more = typed.title;
    form_page(q, p, &(struct errors){ 0 }, &done);
    return HTTP_DONE;
}

static void login_page(struct request *q, struct response *p, struct note note)
{
    struct login_page v = { .shell = { .title = S("登录"), .brand = S("示例县台账"), .home = S("/"), .main_class = S("gate") },
        .action = S("/login"), .next = http_query(q, "next").len ? http_query(q, "next") : http_form(q, "next"), .note = note,
        .user = { .name = "user", .label = S("账号"), .value = http_form(q, "user"), .help = S("姓名全拼或手机号"), .autocomplete = "username", .required = true },
        .password = { .name = "password", .label = S("密码"), .type = "password", .autocomplete = "current-password", .required = true },
        .for_whom = S("供县直单位、乡镇和督查室使用。"), .forgotten = S("忘记密码，找本单位管理员重设，或打督查室电话 0990-555-0100。"),
        .secret = S("不要录入国家秘密。15 分钟不操作会自动退出，填了一半的内容会留着。"),
        .portal = S("示例县承诺公开"), .portal_href = S("/portal") };
    tpl_login(&p->body, &v);
}

static enum http_outcome page_login(struct request *q, struct response *p)
{
    login_page(q, p, (struct note){ 0 });
    return HTTP_DONE;
}

static enum http_outcome post_login(struct request *q, struct response *p)
{
    if (slice_equal(http_form(q, "user"), S("shenzhiyuan")) && slice_equal(http_form(q, "password"), S("correct horse"))) {
        http_set_cookie(p, "sid", S("the-demo-session"), 0);
        http_redirect(p, http_form(q, "next").len ? http_form(q, "next") : S("/list"));
        return HTTP_DONE;
    }
    p->status = 422;
    login_page(q, p, (struct note){ .light = "r", .head = S("没有登录成功。"), .text = S("账号或密码不对，还可以试 4 次。"), .alert = true });
    return HTTP_DONE;
}

static enum http_outcome page_error(struct request *q, struct response *p)
{
    int64_t status = 404;
    struct fault f;
    if (!slice_int(http_param(q, "status"), &status))
        status = 404;
    fault_set(&f, FAULT_REFUSED, "field-required", S("时限"), S(""));
    http_fail(q, p, (int)status, status == 422 ? &f : NULL);
    return HTTP_DONE;
}

static enum http_outcome page_download(struct request *q, struct response *p)
{
    buf_text(&p->body, "编号,任务\r\n");
    http_download(p, http_query(q, "name"), "text/csv; charset=utf-8");
    return HTTP_DONE;
}

static enum http_outcome page_echo(struct request *q, struct response *p)
{
    p->type = "application/json";
    buf_text(&p->body, "{");
    for (size_t i = 0; i < q->form.n; i++) {
        json_comma(&p->body);
        json_put_string(&p->body, q->form.at[i].name);
        buf_char(&p->body, ':');
        json_put_string(&p->body, q->form.at[i].value);
    }
    for (size_t i = 0; i < q->files.n; i++) {
        json_comma(&p->body);
        json_put_string(&p->body, q->files.at[i].name);
        buf_format(&p->body, ":%zu", q->files.at[i].bytes.len);
    }
    buf_text(&p->body, "}\n");
    return HTTP_DONE;
}

static enum http_outcome page_big(struct request *q, struct response *p)
{
    (void)q;
    p->type = "text/plain; charset=utf-8";
    for (int i = 0; i < 1 << 18; i++)
        buf_text(&p->body, "一个慢慢读的人会占住连接。\n");
    return HTTP_DONE;
}

static enum http_outcome page_home(struct request *q, struct response *p)
{
    (void)q;
    http_redirect(p, S("/list"));
    return HTTP_DONE;
}

static const struct route routes[] = {
    { HTTP_GET, "/", MAY_ANYONE, page_home, 0, 0, NULL },
    { HTTP_GET, "/list", MAY_ANYONE, page_list, 0, 0, NULL },
    { HTTP_GET, "/new", MAY_READ, page_new, 0, 0, NULL },
    { HTTP_POST, "/new", MAY_READ, post_new, 0, 0, NULL },
    { HTTP_GET, "/login", MAY_ANYONE, page_login, 0, 0, NULL },
    { HTTP_POST, "/login", MAY_ANYONE, post_login, 0, 0, NULL },
    { HTTP_GET, "/error/:status", MAY_ANYONE, page_error, 0, 0, NULL },
    { HTTP_GET, "/download", MAY_ANYONE, page_download, 0, 0, NULL },
    { HTTP_GET, "/big", MAY_ANYONE, page_big, 0, 0, NULL },
    { HTTP_POST, "/note", MAY_ANYONE, post_note, 0, ROUTE_TOKENLESS, NULL },
    { HTTP_POST, "/echo", MAY_ANYONE, page_echo, 0, ROUTE_TOKENLESS, NULL },
    { HTTP_POST, "/upload", MAY_ANYONE, page_echo, HTTP_UPLOAD_BYTES, ROUTE_TOKENLESS, NULL },
};

static bool gate(struct request *q, struct response *p)
{
    if (slice_equal(http_cookie(q, "sid"), S("the-demo-session")))
        q->session = S("the-demo-session");
    if (q->route->may == MAY_ANYONE || q->session.len)
        return true;
    http_redirect(p, S("/login"));
    return false;
}

/* ---------- main ---------- */

static int64_t clock_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static int64_t now_ms(void *app) { (void)app; return clock_ms(CLOCK_REALTIME); }
static int64_t monotonic_ms(void *app) { (void)app; return clock_ms(CLOCK_MONOTONIC); }
static void note(void *app, const char *line) { (void)app; fprintf(stderr, "demo: %s\n", line); }

static char *file_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    if (f && text && fread(text, 1, (1 << 16) - 1, f) > 0)
        fclose(f);
    return text;
}

static void options(struct http_config *k, char **argv)
{
    for (char **a = argv + 1; *a; a++) {
        int *ms = !strcmp(*a, "--header-ms") ? &k->header_ms : !strcmp(*a, "--body-ms") ? &k->body_ms : !strcmp(*a, "--send-ms") ? &k->send_ms : !strcmp(*a, "--slowest") ? &k->slowest_bytes : NULL;
        if (ms && a[1]) {
            *ms = atoi(*++a);
        } else if (!strcmp(*a, "--port") && a[1]) {
            k->port = (uint16_t)atoi(*++a);
        } else if (!strcmp(*a, "--connections") && a[1]) {
            k->connections_max = k->connections_each = (unsigned)atoi(*++a);
        } else if (!strcmp(*a, "--tls") && a[1] && a[2]) {
            k->tls_cert_pem = file_text(*++a);
            k->tls_key_pem = file_text(*++a);
        }
    }
}

int main(int argc, char **argv)
{
    static const unsigned char key[32] = "a key that only the demo may use";
    struct demo demo = { .mutex = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };
    struct http_config k = { .routes = routes, .n_routes = COUNT(routes), .assets = assets, .n_assets = n_assets, .app = &demo,
        .now_ms = now_ms, .monotonic_ms = monotonic_ms, .gate = gate, .note = note, .token_key = key, .title = "示例县台账" };
    struct fault f;
    pthread_t thread;
    char byte;
    (void)argc;
    options(&k, argv);
    if (!http_open(&demo.server, &k, &f) || !http_listen(demo.server, &f)) {
        fprintf(stderr, "demo: %s %s\n", f.code, f.detail);
        return 3;
    }
    pthread_create(&thread, NULL, writer, &demo);
    printf("port %u\n", http_port(demo.server));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    http_close(demo.server);
    pthread_mutex_lock(&demo.mutex);
    demo.over = true;
    pthread_cond_signal(&demo.more);
    pthread_mutex_unlock(&demo.mutex);
    pthread_join(thread, NULL);
    free((void *)(uintptr_t)k.tls_cert_pem);
    free((void *)(uintptr_t)k.tls_key_pem);
    return 0;
}
