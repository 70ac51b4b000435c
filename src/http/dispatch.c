/* dispatch.c: from the head of a request to its answer, in the order that http.h promises. */
#include "http/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

/* ---------- workers and their pool of calls ---------- */

struct worker *worker_of(struct server *s)
{
    struct worker *w = pthread_getspecific(s->worker_key);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w)
        abort(); /* a server without memory for its own threads cannot answer that it has none */
    w->server = s;
    w->local = s->config.worker_open ? s->config.worker_open(s->config.app) : NULL;
    pthread_mutex_lock(&s->mutex);
    w->next = s->workers;
    s->workers = w;
    pthread_mutex_unlock(&s->mutex);
    pthread_setspecific(s->worker_key, w);
    return w;
}

struct call *call_take(struct worker *w)
{
    struct call *c = w->pool;
    if (c) {
        w->pool = c->next;
        return c;
    }
    c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct call){ .server = w->server, .worker = w, .spool_fd = -1 };
    arena_open(&c->own, HTTP_ARENA_BYTES);
    return c;
}

/* Nobody waits for this call any more: it was answered, or its client left while it slept. */
static void no_longer_under_way(struct call *c)
{
    if (c->counted)
        atomic_fetch_sub(&c->server->under_way, 1);
    c->counted = false;
}

/* Back to the pool, with one block of the arena and nothing else. */
void call_give(struct call *c)
{
    struct worker *w = c->worker;
    no_longer_under_way(c);
    body_drop(c);
    if (c->p.file_fd >= 0)
        close(c->p.file_fd);
    buf_close(&c->p.body);
    if (c->own.used_bytes > 1 << 20)
        arena_close(&c->own), arena_open(&c->own, HTTP_ARENA_BYTES);
    else
        arena_reset(&c->own);
    *c = (struct call){ .server = c->server, .worker = w, .own = c->own, .spool_fd = -1, .next = w->pool };
    c->p.file_fd = -1;
    w->pool = c;
}

/* ---------- the head ---------- */

void call_refuse(struct call *c, int status, const struct fault *f)
{
    if (status)
        http_fail(&c->q, &c->p, status, f);
    else
        http_fault(&c->q, &c->p, f);
    c->phase = CALL_REFUSED;
}

static bool refuse_usage(struct call *c, const char *code)
{
    struct fault f;
    fault_set(&f, FAULT_USAGE, code, S(""), S(""));
    call_refuse(c, 400, &f);
    return false;
}

static bool host_is_ours(const struct server *s, struct slice host)
{
    if (!host.len || host.len > 255 || slice_find(host, S("@")) >= 0 || slice_find(host, S("/")) >= 0)
        return false;
    if (!s->config.hosts)
        return true;
    for (const char *const *h = s->config.hosts; *h; h++)
        if (slice_equal(host, slice_of(*h)))
            return true;
    return false;
}

/* One clear request, or the reason why not. */
static bool head_is_clear(struct call *c)
{
    struct fault f;
    if (c->over_long) {
        fault_set(&f, FAULT_USAGE, "head-large", slice_format(&c->own, "%d KB", HTTP_HEADER_BYTES >> 10), S(""));
        call_refuse(c, 431, &f);
        return false;
    }
    if (!c->ambiguous && (c->hosts != 1 || !host_is_ours(c->server, c->q.host)))
        c->ambiguous = "bad-host";
    if (!c->ambiguous && (c->lengths > 1 || (c->lengths && c->transfers) || c->transfers > 1))
        c->ambiguous = "bad-header";
    if (c->ambiguous)
        return refuse_usage(c, c->ambiguous);
    if (!request_read_target(&c->q, &f)) {
        call_refuse(c, 400, &f);
        return false;
    }
    if (c->transfers) { /* no browser sends a form in chunks; what nobody needs nobody can abuse */
        fault_set(&f, FAULT_USAGE, "length-missing", S(""), S(""));
        call_refuse(c, 411, &f);
        return false;
    }
    return true;
}

static const struct { const char *name; enum http_method method; bool head_only; } methods[] = {
    { "GET", HTTP_GET, false }, { "POST", HTTP_POST, false }, { "HEAD", HTTP_GET, true },
    { "PUT", HTTP_PUT, false }, { "DELETE", HTTP_DELETE, false },
};

static void method_read(struct request *q, struct slice name)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (slice_equal(name, slice_of(methods[i].name))) {
            q->method = methods[i].method;
            q->head_only = methods[i].head_only;
        }
}

static bool refuse_method(struct call *c, unsigned allowed)
{
    struct buf b = buf_open(64);
    for (size_t i = 0; i < COUNT(methods); i++)
        if (allowed & 1u << methods[i].method)
            buf_format(&b, "%s%s", b.len ? ", " : "", methods[i].name);
    call_refuse(c, 405, NULL);
    http_header(&c->p, "Allow", slice_copy(&c->own, buf_slice(&b)));
    buf_close(&b);
    return false;
}

/* Compiled-in files carry their hash in the address, so whoever has one has the right one. */
static bool is_asset(struct call *c)
{
    const struct http_config *k = &c->server->config;
    for (size_t i = 0; i < k->n_assets; i++)
        if (slice_equal(c->q.path, slice_of(k->assets[i].path))) {
            c->asset = &k->assets[i];
            c->p.type = c->asset->type;
            c->p.cache = "public, max-age=31536000, immutable";
            if (http_not_modified(&c->q, &c->p, slice_of(c->asset->etag)))
                c->asset = NULL;
            return true;
        }
    return false;
}

static bool find_route(struct call *c)
{
    struct request *q = &c->q;
    unsigned others = 0, any = 1u << HTTP_GET | 1u << HTTP_POST;
    struct slice rest = q->target, raw;
    slice_cut(&rest, '?', &raw);
    if (is_asset(c))
        return q->method == HTTP_GET || refuse_method(c, 1u << HTTP_GET);
    q->route = http_route_find(c->server, q->method, raw, q->arena, q->param, &others);
    if (q->route)
        return true;
    if (others || !q->method)
        return refuse_method(c, others ? others : any);
    call_refuse(c, 404, NULL);
    return false;
}

/* A page is written into room for the last one, so that it does not grow by doubling each time. */
static void make_page_room(struct call *c)
{
    c->p.body = buf_open(HTTP_PAGE_BYTES);
    size_t bytes = c->worker->page_bytes;
    if (bytes && bytes < 256 << 10)
        buf_room(&c->p.body, bytes);
}

/* Everything that can be said before a body is read. */
bool call_head(struct call *c, struct slice method)
{
    struct server *s = c->server;
    struct fault f;
    c->q.now_ms = s->config.now_ms ? s->config.now_ms(s->config.app) : 0;
    method_read(&c->q, method);
    make_page_room(c);
    if (!head_is_clear(c) || !find_route(c))
        return false;
    c->phase = CALL_BODY;
    if (!body_prepare(c, &f)) {
        call_refuse(c, f.kind == FAULT_REFUSED ? 413 : 0, &f);
        return false;
    }
    if (c->q.route && s->config.gate && !s->config.gate(&c->q, &c->p)) {
        c->phase = CALL_REFUSED;
        return false;
    }
    return true;
}

/* ---------- the handler ---------- */

static void answer_check(struct call *c)
{
    struct fault f;
    response_finish(&c->q, &c->p);
    no_longer_under_way(c);
    if (!c->own.failed && !c->q.arena->failed && !c->p.body.failed && !c->p.broken)
        return;
    fault_set(&f, FAULT_BROKEN, "no-memory", S(""), S(""));
    server_note(c->server, S_FMT ": the answer could not be made (%s)", S_ARG(c->q.path),
        c->p.broken ? "a control character in a header" : c->p.body.failed ? "page too large" : "memory of the request");
    http_fail(&c->q, &c->p, 500, &f);
}

enum http_outcome call_run(struct call *c, http_handler *handle)
{
    c->later.asked = false;
    if (handle(&c->q, &c->p) == HTTP_LATER) {
        assert(c->later.asked); /* who answers later must have said what wakes it */
        c->phase = CALL_ASLEEP;
        return HTTP_LATER;
    }
    answer_check(c);
    c->phase = CALL_ANSWERED;
    return HTTP_DONE;
}

static bool body_is_good(struct call *c, struct fault *f)
{
    if (!c->q.route) /* an asset */
        return true;
    if (c->body_got < c->body_declared)
        return fault_set(f, FAULT_USAGE, "bad-form", S(""), S(""));
    return body_read(c, f) && (c->q.method == HTTP_GET || c->trusted || request_is_ours(&c->q, f));
}

/* The body is here: the form is read, the token is looked at, the handler runs. */
enum http_outcome call_body_done(struct call *c)
{
    struct fault f = { 0 };
    if (c->phase == CALL_REFUSED) {
        answer_check(c);
        return HTTP_DONE;
    }
    c->counted = true;
    atomic_fetch_add(&c->server->under_way, 1);
    if (atomic_load(&c->server->stopping))
        fault_set(&f, FAULT_BUSY, "stopping", S(""), S(""));
    else if (body_is_good(c, &f) && c->q.route)
        return call_run(c, c->q.route->handle);
    if (f.code)
        call_refuse(c, 0, &f);
    answer_check(c);
    return HTTP_DONE;
}

/* ---------- without a socket ---------- */

static void ask_head(struct call *c, const struct http_ask *ask)
{
    char length[24];
    bool has_length = false, has_host = false;
    call_begin(c, slice_of(ask->target));
    c->q.address = S("127.0.0.1");
    c->q.person = ask->person;
    c->trusted = ask->person != NULL;
    for (size_t i = 0; i < ask->n_headers; i++) {
        call_header(c, ask->headers[i].name, ask->headers[i].value);
        has_host |= c->hosts > 0;
        has_length |= c->lengths > 0;
    }
    if (!has_host)
        call_header(c, S("Host"), S("localhost"));
    if (ask->body.len && !has_length && !c->transfers) {
        struct buf b = { .at = length, .cap = sizeof length, .max = sizeof length };
        buf_int(&b, (int64_t)ask->body.len);
        call_header(c, S("Content-Length"), slice_copy(&c->own, buf_slice(&b)));
    }
}

/* The answer moves to the asker's arena; the call goes back to the pool. */
static void ask_answer(struct call *c, struct arena *a, struct response *p)
{
    *p = c->p;
    p->arena = a;
    p->headers = (struct pairs){ 0 };
    for (size_t i = 0; i < c->p.headers.n; i++)
        PUSH(a, &p->headers, (struct http_pair){ slice_copy(a, c->p.headers.at[i].name), slice_copy(a, c->p.headers.at[i].value) });
    p->type = c->p.type ? slice_text(a, slice_of(c->p.type)) : NULL;
    if (c->asset)
        buf_put(&p->body, c->asset->bytes);
    c->p.body = buf_open(HTTP_PAGE_BYTES);
    c->p.file_fd = -1;
}

void http_dispatch(struct server *s, struct arena *a, const struct http_ask *ask, struct response *p)
{
    struct fault f;
    struct call *c = call_take(worker_of(s));
    if (!c)
        abort();
    ask_head(c, ask);
    if (call_head(c, slice_of(ask->method)) && !body_add(c, ask->body, &f) && ask->body.len)
        call_refuse(c, 0, &f);
    enum http_outcome outcome = call_body_done(c);
    while (outcome == HTTP_LATER) {
        later_sleep(&c->later, NULL);
        later_close(&c->later);
        outcome = call_run(c, c->later.then);
    }
    ask_answer(c, a, p);
    call_give(c);
}
