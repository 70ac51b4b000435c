/* request.c: the first lines of a request. What is ambiguous is refused, never guessed at: two servers that read the
 * same bytes differently are how requests are smuggled. */
#include "http/inside.h"

#include <strings.h>

/* ---------- percent encoding ---------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False on a bad escape, a NUL, and what is not UTF-8. */
bool percent_decode(struct arena *a, struct slice text, bool plus_is_space, struct slice *out)
{
    bool plain = true;
    for (size_t i = 0; i < text.len && plain; i++)
        plain = text.at[i] != '%' && text.at[i] != '+' && text.at[i] > 0;
    *out = text;
    if (plain)
        return true;
    char *to = NEW(a, char, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.at[i + 1]) : -1, low = high < 0 ? -1 : hex_value(text.at[i + 2]);
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        to[n++] = c;
        if (!c)
            return false;
    }
    *out = (struct slice){ to, n };
    return utf8_valid(*out) == n;
}

void percent_put(struct buf *b, struct slice s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || strchr("-._~", c ? c : '%');
        if (plain)
            buf_char(b, (char)c);
        else
            buf_put(b, (struct slice){ (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3 });
    }
}

/* ---------- the request line ---------- */

void call_begin(struct call *c, struct slice target)
{
    struct server *s = c->server;
    struct request *q = &c->q;
    *q = (struct request){ .arena = &c->own, .app = s->config.app, .local = c->worker->local, .server = s };
    q->target = slice_copy(q->arena, target);
    c->p = (struct response){ .arena = q->arena, .file_fd = -1, .secure = s->config.secure || s->config.tls_key_pem };
    c->phase = CALL_HEAD;
}

/* Cuts the target into path and query. Only the plain form "/path?query" is taken. */
bool request_read_target(struct request *q, struct fault *f)
{
    struct slice rest = q->target, raw, query;
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.at[i] <= ' ' || rest.at[i] == 0x7f || rest.at[i] == '\\')
            return fault_set(f, FAULT_USAGE, "bad-address", S(""), S(""));
    slice_cut(&rest, '?', &raw);
    query = rest;
    if (!raw.len || raw.at[0] != '/' || slice_find(raw, S("#")) >= 0 || !percent_decode(q->arena, raw, false, &q->path))
        return fault_set(f, FAULT_USAGE, "bad-address", S(""), S(""));
    return form_urlencoded(q->arena, query, &q->query, f);
}

/* ---------- headers ---------- */

static const struct known {
    const char *name;
    uint8_t len;
    bool once;       /* a second one makes the request ambiguous; of others the first counts */
    size_t offset;
} knowns[] = {
#define HEADER(name, once, member) { name, sizeof(name) - 1, once, offsetof(struct request, member) }
    HEADER("Host", true, host),
    HEADER("Cookie", true, cookie),
    HEADER("Origin", true, origin),
    HEADER("Accept", false, accept),
    HEADER("User-Agent", false, user_agent),
    HEADER("HX-Request", false, htmx),
    HEADER("Content-Type", true, content_type),
    HEADER("X-CSRF-Token", true, token),
    HEADER("Authorization", true, authorization),
    HEADER("If-None-Match", false, if_none_match),
    HEADER("Sec-Fetch-Site", false, fetch_site),
#undef HEADER
};

static bool is_token(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= ' ' || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c))
            return false;
    }
    return s.len > 0;
}

static bool is_header_value(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < ' ' && s.at[i] != '\t') || s.at[i] == 0x7f)
            return false;
    return true;
}

static bool same_name(struct slice s, const char *name, size_t len)
{
    return s.len == len && !strncasecmp(s.at, name, len);
}

void call_header(struct call *c, struct slice name, struct slice value)
{
    if (!is_token(name) || !is_header_value(value))
        c->ambiguous = "bad-header";
    if (same_name(name, "Content-Length", 14)) {
        c->lengths++;
        c->content_length = value;
    } else if (same_name(name, "Transfer-Encoding", 17)) {
        c->transfers++;
    }
    for (size_t i = 0; i < COUNT(knowns); i++) {
        const struct known *k = &knowns[i];
        if (!same_name(name, k->name, k->len))
            continue;
        struct slice *into = (struct slice *)(void *)((char *)&c->q + k->offset);
        if (into->at && k->once)
            c->ambiguous = "bad-header";
        if (!into->at)
            *into = value.at ? value : S("");
        if (k->offset == offsetof(struct request, host))
            c->hosts++;
        return;
    }
}

/* ---------- what handlers ask ---------- */

bool pairs_get(const struct pairs *pairs, const char *name, struct slice *value)
{
    struct slice wanted = slice_of(name);
    for (size_t i = 0; i < pairs->n; i++)
        if (slice_equal(pairs->at[i].name, wanted)) {
            *value = pairs->at[i].value;
            return true;
        }
    return false;
}

struct slice http_query(const struct request *q, const char *name)
{
    struct slice value = S("");
    return pairs_get(&q->query, name, &value) ? value : S("");
}

struct slice http_form(const struct request *q, const char *name)
{
    struct slice value = S("");
    return pairs_get(&q->form, name, &value) ? value : S("");
}

/* A file field that was left empty comes with no name and no bytes. */
const struct upload *http_upload(const struct request *q, const char *field)
{
    struct slice wanted = slice_of(field);
    for (size_t i = 0; i < q->files.n; i++) {
        const struct upload *u = &q->files.at[i];
        if (slice_equal(u->field, wanted) && (u->name.len || u->bytes.len))
            return u;
    }
    return NULL;
}

struct slice http_cookie(const struct request *q, const char *name)
{
    struct slice rest = q->cookie, piece, wanted = slice_of(name), key;
    while (slice_cut(&rest, ';', &piece)) {
        piece = slice_trim(piece);
        if (slice_cut(&piece, '=', &key) && slice_equal(key, wanted))
            return piece.at ? piece : S("");
    }
    return S("");
}

bool http_wants_json(const struct request *q)
{
    ptrdiff_t json = slice_find(q->accept, S("application/json")), html = slice_find(q->accept, S("text/html"));
    return json >= 0 && (html < 0 || json < html);
}

struct slice http_query_with(const struct request *q, const char *name, struct slice value)
{
    struct buf b = buf_open(HTTP_HEADER_BYTES * 4);
    struct slice wanted = slice_of(name);
    for (size_t i = 0; i < q->query.n; i++) {
        if (slice_equal(q->query.at[i].name, wanted))
            continue;
        buf_char(&b, b.len ? '&' : '?');
        percent_put(&b, q->query.at[i].name);
        buf_char(&b, '=');
        percent_put(&b, q->query.at[i].value);
    }
    if (value.len) {
        buf_char(&b, b.len ? '&' : '?');
        percent_put(&b, wanted);
        buf_char(&b, '=');
        percent_put(&b, value);
    }
    if (!b.len)
        buf_char(&b, '?');
    struct slice out = slice_copy(q->arena, buf_slice(&b));
    buf_close(&b);
    return out;
}
