/* server.c: libmicrohttpd around dispatch.c. Two threads, each with its epoll and its connections; a connection stays
 * with its thread, so a call and its worker are never touched by two. */
#include "http/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    CONNECTION_BYTES = 48 << 10, /* libmicrohttpd's memory for one: its own refusal of a long head comes after ours */
    DRAIN_BYTES = 1 << 20,       /* a refused body up to this is still read: else a browser shows a broken connection */
};

void server_note(struct server *s, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (s->config.note)
        s->config.note(s->config.app, line);
}

/* ---------- connections ---------- */

static struct guard *guard_of(struct MHD_Connection *m)
{
    return MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void on_connection(void *arg, struct MHD_Connection *m, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct server *s = arg;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = guard_add(s, MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (*context) {
        guard_drop(s, *context);
        *context = NULL;
    }
}

static void wait_for(struct server *s, struct MHD_Connection *m, enum guard_wait what, uint64_t bytes)
{
    struct guard *g = guard_of(m);
    if (g)
        guard_wait(s, g, what, bytes);
}

/* ---------- one request ---------- */

/* The request line as it was sent, before libmicrohttpd cuts and decodes it in place. What this returns is *state. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *m)
{
    struct call *c = call_take(worker_of(arg));
    (void)m;
    if (c)
        call_begin(c, slice_of(target));
    return c;
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
    size_t value_len)
{
    (void)kind;
    call_header(arg, (struct slice){ name, name_len }, (struct slice){ value, value ? value_len : 0 });
    return MHD_YES;
}

static struct slice address_of(struct call *c, struct MHD_Connection *m)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char *text = NEW(&c->own, char, INET6_ADDRSTRLEN);
    const struct sockaddr *sa = info ? info->client_addr : NULL;
    const void *at = !sa ? NULL
        : sa->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr
                                   : (const void *)&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    if (!at || !inet_ntop(sa->sa_family, at, text, INET6_ADDRSTRLEN))
        return S("");
    return slice_of(text);
}

static struct MHD_Response *response_make(struct call *c)
{
    struct response *p = &c->p;
    size_t len;
    if (c->asset)
        return MHD_create_response_from_buffer(c->asset->bytes.len, (void *)(uintptr_t)c->asset->bytes.at, MHD_RESPMEM_PERSISTENT);
    if (p->file_fd >= 0) {
        struct MHD_Response *r = MHD_create_response_from_fd64(p->file_bytes, p->file_fd);
        if (r)
            p->file_fd = -1; /* libmicrohttpd closes it */
        return r;
    }
    char *at = buf_give(&p->body, &len);
    if (at)
        c->worker->page_bytes = len + len / 8;
    struct MHD_Response *r = MHD_create_response_from_buffer(len, at, at ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!r)
        free(at);
    return r;
}

static enum MHD_Result answer(struct call *c, struct MHD_Connection *m)
{
    struct response *p = &c->p;
    uint64_t bytes = c->asset ? c->asset->bytes.len : p->file_fd >= 0 ? p->file_bytes : p->body.len;
    struct MHD_Response *r = response_make(c);
    if (!r)
        return MHD_NO;
    for (size_t i = 0; i < n_response_guards; i++)
        MHD_add_response_header(r, response_guards[i].name, response_guards[i].value);
    MHD_add_response_header(r, "Content-Type", p->type);
    MHD_add_response_header(r, "Cache-Control", p->cache);
    for (size_t i = 0; i < p->headers.n; i++)
        MHD_add_response_header(r, p->headers.at[i].name.at, p->headers.at[i].value.at);
    wait_for(c->server, m, WAIT_SENDING, bytes);
    enum MHD_Result done = MHD_queue_response(m, (unsigned)p->status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result on_head(struct call *c, struct MHD_Connection *m, const char *method)
{
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(m, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    c->over_long = size && size->header_size > HTTP_HEADER_BYTES;
    c->q.address = address_of(c, m);
    MHD_get_connection_values_n(m, MHD_HEADER_KIND, on_header, c);
    bool good = call_head(c, slice_of(method));
    wait_for(c->server, m, WAIT_BODY, c->body_declared);
    if (!good && (c->ambiguous || c->transfers || c->body_declared > DRAIN_BYTES))
        return answer(c, m); /* at once, and the connection is closed: nobody knows where the next request begins */
    return MHD_YES;
}

static enum MHD_Result on_body(struct call *c, const char *data, size_t *size)
{
    struct fault f;
    if (c->phase == CALL_BODY && !body_add(c, (struct slice){ data, *size }, &f))
        call_refuse(c, 0, &f);
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *m, const char *url, const char *method,
    const char *version, const char *data, size_t *size, void **state)
{
    struct server *s = arg;
    struct call *c = *state;
    (void)url, (void)version;
    if (!c)
        return MHD_NO; /* no memory for the call: the connection is closed */
    if (c->phase == CALL_HEAD)
        return on_head(c, m, method);
    if (*size)
        return on_body(c, data, size);
    wait_for(s, m, WAIT_NOTHING, 0);
    enum http_outcome outcome;
    if (c->phase == CALL_ASLEEP) {
        later_close(&c->later);
        outcome = call_run(c, c->later.then);
    } else {
        outcome = call_body_done(c);
    }
    if (outcome == HTTP_DONE)
        return answer(c, m);
    later_sleep(&c->later, m);
    return MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *m, void **state, enum MHD_RequestTerminationCode how)
{
    struct call *c = *state;
    (void)how;
    *state = NULL;
    if (c)
        call_give(c);
    wait_for(arg, m, WAIT_HEAD, 0);
}

/* ---------- opening and closing ---------- */

static void config_defaults(struct http_config *k)
{
#define OR(member, otherwise) k->member = k->member ? k->member : (otherwise)
    OR(address, "127.0.0.1");
    OR(title, "台账");
    OR(threads, 2);
    OR(connections_max, 1000);
    OR(connections_each, 400);
    OR(header_ms, 20 * 1000);
    OR(body_ms, 30 * 1000);
    OR(send_ms, 60 * 1000);
    OR(slowest_bytes, 16 << 10);
#undef OR
}

bool http_open(struct server **out, const struct http_config *config, struct fault *f)
{
    struct server *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s || sodium_init() < 0 || pthread_key_create(&s->worker_key, NULL)) {
        free(s);
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    }
    s->config = *config;
    config_defaults(&s->config);
    s->guards.next = s->guards.prev = &s->guards;
    pthread_mutex_init(&s->mutex, NULL);
    arena_open(&s->arena, 0);
    if (!routes_compile(s, f)) {
        http_close(s);
        return false;
    }
    *out = s;
    return true;
}

union address { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; };

static bool address_read(const struct http_config *k, union address *a, bool *loopback)
{
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, k->address, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons(k->port);
        *loopback = ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons(k->port);
    if (inet_pton(AF_INET6, k->address, &a->v6.sin6_addr) != 1)
        return false;
    *loopback = IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
    return true;
}

static bool may_listen(const struct http_config *k, union address *a, struct fault *f)
{
    bool loopback;
    if (!address_read(k, a, &loopback))
        return fault_set(f, FAULT_USAGE, "listen-address", slice_of(k->address), S(""));
    if (!k->monotonic_ms || !k->now_ms)
        return fault_set(f, FAULT_USAGE, "listen-clock", S(""), S(""));
    if (!loopback && !k->tls_key_pem && !k->plain_abroad)
        return fault_set(f, FAULT_USAGE, "listen-plain", slice_of(k->address), S(""));
    if (k->tls_key_pem && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return fault_set(f, FAULT_USAGE, "listen-tls", S(""), S(""));
    return true;
}

bool http_listen(struct server *s, struct fault *f)
{
    const struct http_config *k = &s->config;
    union address address;
    if (!may_listen(k, &address, f))
        return false;
    s->guards_max = guard_connections(k);
    /* no MHD_USE_ERROR_LOG: it has a line for each client that hangs up, so that anybody could fill the log */
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME;
    flags |= address.any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    flags |= k->tls_key_pem ? MHD_USE_TLS : 0;
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)k->tls_key_pem },
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)k->tls_cert_pem },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)"SECURE128:-VERS-TLS1.0:-VERS-TLS1.1" },
        { MHD_OPTION_END, 0, NULL },
    };
    if (!guard_start(s))
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    s->daemon = MHD_start_daemon(flags, k->port, NULL, NULL, on_request, s,
        MHD_OPTION_SOCK_ADDR, &address.any,
        MHD_OPTION_THREAD_POOL_SIZE, k->threads, MHD_OPTION_CONNECTION_LIMIT, s->guards_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, k->connections_each,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_ARRAY, k->tls_key_pem ? tls : &tls[3], MHD_OPTION_END);
    if (s->daemon)
        return true;
    int reason = errno;
    guard_stop(s);
    fault_set(f, FAULT_BROKEN, "listen-failed", slice_of(k->address), slice_format(&s->arena, "%u", k->port));
    fault_detail(f, "%s", strerror(reason));
    return false;
}

uint16_t http_port(const struct server *s)
{
    const union MHD_DaemonInfo *info = s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    return info ? info->port : 0;
}

static void worker_free(struct worker *w)
{
    while (w->pool) {
        struct call *c = w->pool;
        w->pool = c->next;
        buf_close(&c->p.body);
        arena_close(&c->own);
        free(c);
    }
    if (w->server->config.worker_close)
        w->server->config.worker_close(w->server->config.app, w->local);
    free(w);
}

/* Who sleeps must be woken first: libmicrohttpd stops the process rather than close a suspended connection. */
static void wait_for_answers(struct server *s)
{
    atomic_store(&s->stopping, true);
    while (atomic_load(&s->under_way))
        nanosleep(&(struct timespec){ .tv_nsec = 2 * 1000 * 1000 }, NULL);
}

void http_close(struct server *s)
{
    if (!s)
        return;
    if (s->daemon) {
        wait_for_answers(s);
        MHD_stop_daemon(s->daemon);
        guard_stop(s);
    }
    while (s->workers) {
        struct worker *w = s->workers;
        s->workers = w->next;
        worker_free(w);
    }
    pthread_key_delete(s->worker_key);
    pthread_mutex_destroy(&s->mutex);
    arena_close(&s->arena);
    free(s);
}

const struct asset *http_asset(const struct server *s, const char *name)
{
    for (size_t i = 0; i < s->config.n_assets; i++) {
        const char *last = strrchr(s->config.assets[i].path, '/');
        if (last && !strcmp(last + 1, name))
            return &s->config.assets[i];
    }
    return NULL;
}
