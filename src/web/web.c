/* web.c: the server's life, the gate, and how a page function gets its look at the ledger.
 *
 * A worker thread keeps one reader. The gate looks at the ledger to find out who asks, before any body is read; the
 * page looks again, since between the two the thread may have served somebody else. A look ends with the function
 * that it was made for: while a command waits for the disk no reading transaction is held. */
#include "web/inside.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct asset assets[];
extern const size_t n_assets;

/* ---------- the gate ---------- */

static bool refuse_stranger(struct request *q, struct response *p)
{
    struct fault f;
    if (q->method == HTTP_GET) {
        struct buf b = buf_open(4096);
        buf_text(&b, "/login?next=");
        percent_put(&b, q->target);
        http_redirect(p, buf_keep(q->arena, &b));
        return false;
    }
    fault_set(&f, FAULT_FORBIDDEN, "session-over", S(""), S(""));
    http_fault(q, p, &f);
    return false;
}

/* A refusal is heard of in the audit log; that it cannot be written there changes nothing about it. */
static void note_refusal(struct web *w, const struct request *q, struct slice account, const char *code)
{
    struct fault f;
    if (!audit_note(w->ledger, account, "refused", q->path, slice_of(code), q->address, &f) && w->config.note)
        w->config.note(w->config.world->context, f.code);
}

/* Commands that change who may do what. The main log holds what changed; the audit log, who did it and from where. */
static void note_permission(struct web *w, const struct request *q, const struct command *c)
{
    static const char *const watched[] = { "people", "duty", "end-duty", "succeed", "disable", "reset" };
    static const char *const objects[] = { "person", "login", "name" };
    struct slice what = json_text(c->body, "do"), object = S("");
    struct fault f;
    for (size_t i = 0; i < COUNT(objects) && !object.len; i++)
        object = json_text(c->body, objects[i]);
    for (size_t i = 0; i < COUNT(watched); i++)
        if (slice_equal(what, slice_of(watched[i])) && !c->repeated && !audit_note(w->ledger, c->account, "permission", object.at ? object : S(""), what, q->address, &f) && w->config.note)
            w->config.note(w->config.world->context, f.code);
}

static bool refuse_member(struct request *q, struct response *p, const struct visitor *v)
{
    struct fault f;
    note_refusal(q->app, q, v->account, "not-permitted");
    fault_set(&f, FAULT_FORBIDDEN, "page-not-yours", S(""), S(""));
    http_fault(q, p, &f);
    return false;
}

/* Who holds the cookie's session; without one the visitor stays a stranger. */
static bool find_session(struct request *q, struct reader *r, struct visitor *v, struct fault *f)
{
    unsigned char token[SESSION_TOKEN_BYTES];
    struct slice cookie = http_cookie(q, "sid");
    struct session s = { 0 };
    struct look look;
    size_t len = 0;
    if (cookie.len != 2 * SESSION_TOKEN_BYTES || sodium_hex2bin(token, sizeof token, cookie.at, cookie.len, NULL, &len, NULL) || len != sizeof token)
        return true;
    if (!reader_look(r, q->arena, S(""), &look, f))
        return false;
    if (!session_get(&look, token, &s, f))
        return f->kind == FAULT_FORBIDDEN; /* no session any more: a stranger */
    v->account = s.account;
    v->must_change = s.must_change;
    v->can = actor_of(q->arena, look.pack, look.people, s.account, look.today).can;
    sodium_memzero(&s, sizeof s);
    return true;
}

/* web_page names the account itself. */
static bool named_account(struct request *q, struct reader *r, struct visitor *v, struct fault *f)
{
    struct look look;
    *v = *(const struct visitor *)q->person;
    if (!reader_look(r, q->arena, v->account, &look, f))
        return false;
    v->can = look.who.can;
    if (!look.who.person)
        v->account = S("");
    return true;
}

static bool is_password_page(struct slice path)
{
    return slice_equal(path, S("/password")) || slice_equal(path, S("/logout"));
}

bool web_gate(struct request *q, struct response *p)
{
    struct visitor *v = NEW(q->arena, struct visitor, 1);
    struct reader *r = q->local;
    struct fault f = { 0 };
    uint32_t may = q->route->may;
    bool ok = r || fault_set(&f, FAULT_BUSY, "store-busy", S(""), S(""));
    ok = ok && (q->person ? named_account(q, r, v, &f) : find_session(q, r, v, &f));
    if (r)
        reader_done(r);
    if (!ok) {
        http_fault(q, p, &f);
        return false;
    }
    q->person = v;
    /* The token is bound to the account, not to the session: who was signed out by the clock while filling a form signs
     * in again in another window and sends it. A foreign page knows neither. */
    q->session = v->account;
    if (may & MAY_ANYONE)
        return true;
    if (!v->account.len)
        return refuse_stranger(q, p);
    if (v->must_change && !is_password_page(q->path)) {
        http_redirect(p, S("/password"));
        return false;
    }
    return (may & MAY_SIGNED_IN) || (v->can & (may >> 2)) || refuse_member(q, p, v);
}

/* ---------- a page function and its look ---------- */

static bool page_open(struct page *g, struct request *q, struct response *p, struct fault *f)
{
    struct visitor *v = q->person;
    *g = (struct page){ .web = q->app, .q = q, .p = p, .arena = q->arena };
    if (!reader_look(q->local, q->arena, v->account, &g->look, f))
        return false;
    /* An account may be disabled between the gate and this look: then nobody is here. */
    return !v->account.len || g->look.who.person || fault_set(f, FAULT_FORBIDDEN, "not-signed-in", S(""), S(""));
}

/* The pages that can be asked as of a past day; all others show now, whatever the address says. */
static bool shows_the_past(const struct page_route *r)
{
    page_fn *const pages[] = { show_list, show_list_csv, show_list_xlsx, show_list_ics, show_entry };
    for (size_t i = 0; i < COUNT(pages); i++)
        if (r->show == pages[i])
            return true;
    return false;
}

static enum http_outcome serve(struct request *q, struct response *p)
{
    const struct page_route *r = q->route->about;
    struct page g;
    struct fault f;
    enum http_outcome outcome = HTTP_DONE;
    struct slice as_of = http_query(q, "as_of");
    if (page_open(&g, q, p, &f) && (!as_of.len || !shows_the_past(r) || then_begin(&g, as_of, &f)))
        outcome = r->show(&g);
    else
        http_fault(q, p, &f);
    then_end(&g);
    reader_done(q->local);
    return outcome;
}

/* ---------- a command on its way ---------- */

struct sending {
    struct command command; /* first: done() gets its address */
    struct web *web;
    struct http_later *later;
    struct send how;
};

static enum http_outcome answer_sent(struct page *g, const struct sending *s)
{
    if (!s->command.ok) {
        if (s->command.fault.kind == FAULT_FORBIDDEN)
            note_refusal(g->web, g->q, s->command.account, s->command.fault.code);
        return page_again(g, &s->command.fault, s->how.again);
    }
    note_permission(g->web, g->q, &s->command);
    g->sent = &s->command;
    return s->how.ok ? s->how.ok(g) : page_redirect(g, s->how.then);
}

static enum http_outcome after_command(struct request *q, struct response *p)
{
    struct page g;
    struct fault f;
    enum http_outcome outcome = HTTP_DONE;
    if (page_open(&g, q, p, &f))
        outcome = answer_sent(&g, http_later_about(q));
    else
        http_fault(q, p, &f);
    reader_done(q->local);
    return outcome;
}

static void command_answered(struct command *c)
{
    http_resume(((struct sending *)(void *)c)->later);
}

enum http_outcome page_send(struct page *g, struct buf *command, const struct send *send)
{
    struct sending *s = NEW(g->arena, struct sending, 1);
    struct json *body;
    struct fault f;
    buf_char(command, '}');
    bool whole = !command->failed;
    struct slice text = buf_keep(g->arena, command);
    if (!whole)
        return fault_set(&f, FAULT_REFUSED, "body-large", slice_format(g->arena, "%d KB", COMMAND_BYTES_MAX >> 10), S("")), page_again(g, &f, send->again);
    if (!json_parse(g->arena, text, &body, &f))
        return page_again(g, &f, send->again);
    *s = (struct sending){ .web = g->web, .how = *send,
        .command = { .account = slice_copy(g->arena, g->look.who.account), .body = body, .body_text = text, .arena = g->arena } };
    reader_done(g->q->local);
    if (g->web->config.alone) {
        command_do(g->web->ledger, &s->command);
        if (!page_open(g, g->q, g->p, &f))
            return page_fail(g, &f);
        return answer_sent(g, s);
    }
    s->command.done = command_answered;
    s->later = http_later(g->q, after_command, s);
    if (!writer_send(g->web->ledger, &s->command))
        http_resume(s->later);
    return HTTP_LATER;
}

/* ---------- the server ---------- */

static int64_t now_ms(void *app)
{
    return ledger_now(((struct web *)app)->ledger);
}

static int64_t monotonic_ms(void *app)
{
    struct web *w = app;
    return w->config.monotonic_ms(w->config.world->context);
}

static void note(void *app, const char *line)
{
    struct web *w = app;
    if (w->config.note)
        w->config.note(w->config.world->context, line);
}

static void *worker_open(void *app)
{
    struct web *w = app;
    struct reader *r = NULL;
    struct fault f;
    if (reader_open(w->ledger, &r, &f))
        return r;
    note(w, f.code);
    return NULL; /* the gate answers 503 */
}

static void worker_close(void *app, void *local)
{
    (void)app;
    reader_close(local);
}

bool web_open(const struct web_config *config, struct web **out, struct fault *f)
{
    struct web *w = calloc(1, sizeof *w);
    struct route *routes = calloc(n_page_routes, sizeof *routes);
    if (!w || !routes || sodium_init() < 0) {
        free(w);
        free(routes);
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    }
    *w = (struct web){ .config = *config, .ledger = config->ledger, .routes = routes };
    for (size_t i = 0; i < n_page_routes; i++)
        routes[i] = (struct route){ page_routes[i].method, page_routes[i].pattern, page_routes[i].may, serve, page_routes[i].max_body_bytes, 0, &page_routes[i] };
    config->world->random(config->world->context, w->token_key, sizeof w->token_key);
    snprintf(w->title, sizeof w->title, S_FMT "台账", S_ARG(ledger_name(w->ledger)));
    struct http_config k = { .routes = routes, .n_routes = n_page_routes, .assets = assets, .n_assets = n_assets, .app = w, .now_ms = now_ms,
        .monotonic_ms = config->monotonic_ms ? monotonic_ms : NULL, .gate = web_gate, .worker_open = worker_open, .worker_close = worker_close, .note = note,
        .token_key = w->token_key, .title = w->title, .hosts = config->hosts, .address = config->address, .port = config->port, .threads = config->threads,
        .secure = config->secure, .plain_abroad = config->plain_abroad, .tls_cert_pem = config->tls_cert_pem, .tls_key_pem = config->tls_key_pem };
    if (counts_open(&w->counts) && then_open(&w->then) ? http_open(&w->server, &k, f) : fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""))) {
        *out = w;
        return true;
    }
    then_close(&w->then);
    counts_close(&w->counts);
    free(routes);
    free(w);
    return false;
}

bool web_listen(struct web *w, struct fault *f)
{
    return http_listen(w->server, f);
}

uint16_t web_port(const struct web *w)
{
    return http_port(w->server);
}

void web_close(struct web *w)
{
    if (!w)
        return;
    http_close(w->server);
    then_close(&w->then);
    sodium_memzero(w->token_key, sizeof w->token_key);
    counts_close(&w->counts);
    free(w->routes);
    free(w);
}

void web_page(struct web *w, struct arena *a, struct slice account, const char *method, struct slice target, struct slice body, struct web_answer *answer)
{
    struct visitor visitor = { .account = account };
    struct http_pair headers[] = { { S("Content-Type"), S("application/x-www-form-urlencoded") } };
    struct http_ask ask = { .method = method, .target = slice_text(a, target), .headers = headers, .n_headers = body.len ? 1 : 0, .body = body, .person = &visitor };
    struct response p;
    http_dispatch(w->server, a, &ask, &p);
    *answer = (struct web_answer){ .status = p.status, .type = slice_of(p.type), .body = slice_copy(a, buf_slice(&p.body)) };
    for (size_t i = 0; i < p.headers.n; i++)
        if (slice_equal(p.headers.at[i].name, S("Location")))
            answer->location = p.headers.at[i].value;
    http_response_close(&p);
}
