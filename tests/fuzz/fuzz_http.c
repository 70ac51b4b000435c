/* fuzz_http.c: a request of any bytes, through the whole room. The input is "METHOD target", header lines, an empty line
 * and a body. Whatever comes: there is an answer with a status, what a handler sees is valid UTF-8 without zero, a
 * redirect stays on this site, no header holds a line break, and what was typed cannot end a text or an attribute. */
#include "http/http.h"
#include "http/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool promise)
{
    if (!promise)
        abort();
}

static void check_text(struct slice s)
{
    check(utf8_valid(s) == s.len && (!s.len || !memchr(s.at, 0, s.len)));
}

static void check_escaped(struct slice s)
{
    struct buf b = buf_open(1 << 22);
    tpl_put_slice(&b, s);
    for (size_t i = 0; i < b.len; i++)
        check(!strchr("<>\"'", b.at[i]) || !b.at[i]);
    b.len = 0;
    tpl_url_slice(&b, s);
    check(b.len && strchr("/?#", b.at[0]) && (b.len < 2 || b.at[1] != '/' || b.at[0] != '/'));
    for (size_t i = 0; i < b.len; i++)
        check((unsigned char)b.at[i] > ' ' && (unsigned char)b.at[i] < 0x7f && !strchr("<>\"'\\", b.at[i]));
    buf_close(&b);
}

struct typed { struct slice title, code; int64_t n; day due; struct decimal amount; int kind; bool ok; struct slices tags; };

static enum http_outcome read_form(struct request *q, struct response *p)
{
    static const char *const kinds[] = { "x", "y", NULL };
    static const struct form_field fields[] = {
        { "title", "任务", FORM_LINES, offsetof(struct typed, title), true, 1, 20, NULL, 0 },
        { "code", "代码", FORM_NAME, offsetof(struct typed, code), false, 0, 0, NULL, 0 },
        { "n", "户数", FORM_INT, offsetof(struct typed, n), false, 0, 100, NULL, 0 },
        { "due", "时限", FORM_DAY, offsetof(struct typed, due), false, 0, 0, NULL, 0 },
        { "amount", "金额", FORM_DECIMAL, offsetof(struct typed, amount), false, -5, 5, NULL, 0 },
        { "kind", "类别", FORM_CHOICE, offsetof(struct typed, kind), false, 0, 0, kinds, 0 },
        { "ok", "公开", FORM_FLAG, offsetof(struct typed, ok), false, 0, 0, NULL, 0 },
        { "tag", "标签", FORM_MANY, offsetof(struct typed, tags), false, 0, 5, NULL, 3 },
    };
    struct typed t;
    struct form_faults faults = { 0 };
    bool right = form_read(q->arena, q->method == HTTP_GET ? &q->query : &q->form, fields, COUNT(fields), &t, &faults);
    check(right == !faults.n && t.n >= INT64_MIN && t.tags.n <= 3 && t.kind >= -1 && t.kind <= 1);
    check(!right || (t.n >= 0 && t.n <= 100 && t.title.len));
    for (size_t i = 0; i < faults.n; i++)
        check(fault_code_known(faults.at[i].code) && faults.at[i].field.len);
    for (size_t i = 0; i < q->form.n; i++) {
        check_text(q->form.at[i].name);
        check_text(q->form.at[i].value);
        check_escaped(q->form.at[i].value);
    }
    for (size_t i = 0; i < q->files.n; i++) {
        check_text(q->files.at[i].name);
        check(slice_find(q->files.at[i].name, S("/")) < 0 && slice_find(q->files.at[i].name, S("\\")) < 0);
    }
    p->status = right ? 200 : 422;
    return HTTP_DONE;
}

static enum http_outcome answer(struct request *q, struct response *p)
{
    check_text(q->path);
    check_text(http_param(q, "id"));
    check_escaped(http_query_with(q, "page", http_query(q, "q")));
    for (size_t i = 0; i < q->query.n; i++) {
        check_text(q->query.at[i].value);
        check_escaped(q->query.at[i].value);
    }
    if (http_query(q, "name").len)
        http_download(p, http_query(q, "name"), "text/csv");
    http_redirect(p, http_query(q, "to"));
    return HTTP_DONE;
}

static const struct route routes[] = {
    { HTTP_GET, "/e/:id", 1, answer, 0, 0, NULL },
    { HTTP_GET, "/go", 1, answer, 0, 0, NULL },
    { HTTP_GET, "/file", 1, answer, 0, 0, NULL },
    { HTTP_GET, "/form", 1, read_form, 0, 0, NULL },
    { HTTP_POST, "/form", 1, read_form, 0, 0, NULL },
};

static void check_answer(struct arena *a, const struct response *p)
{
    struct slice location;
    check(p->status >= 200 && p->status < 600 && p->type && p->cache && !p->body.failed && !a->failed);
    for (size_t i = 0; i < p->headers.n; i++)
        for (size_t k = 0; k < p->headers.at[i].value.len; k++)
            check((unsigned char)p->headers.at[i].value.at[k] >= ' ');
    if (pairs_get(&p->headers, "Location", &location))
        check(slice_starts(location, S("/")) && !slice_starts(location, S("//")) && slice_find(location, S("\\")) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[32] = "a key of the fuzzer and no other";
    struct http_config k = { .routes = routes, .n_routes = COUNT(routes), .token_key = key, .title = "示例县台账" };
    struct server *s;
    struct fault f;
    struct arena a;
    struct http_pair headers[16];
    struct slice rest = { (const char *)data, size }, line, method, name;
    struct http_ask ask = { .headers = headers };
    struct response p;
    if (!size)
        return 0;
    arena_open(&a, 64 << 20);
    check(http_open(&s, &k, &f));
    slice_cut(&rest, '\n', &line);
    slice_cut(&line, ' ', &method);
    ask.method = slice_text(&a, method);
    ask.target = slice_text(&a, line);
    while (ask.n_headers < COUNT(headers) && slice_cut(&rest, '\n', &line) && line.len) {
        slice_cut(&line, ':', &name);
        headers[ask.n_headers++] = (struct http_pair){ name, slice_trim(line) };
    }
    ask.body = rest;
    http_dispatch(s, &a, &ask, &p);
    check_answer(&a, &p);
    http_response_close(&p);
    http_close(s);
    arena_close(&a);
    return 0;
}
