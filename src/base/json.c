/* json.c: one strict reader and a writer that puts bytes straight into a buffer.
 *
 * Why not jansson: batches of the compiler and events need a reader that keeps numbers as written, allocates from
 * the arena and is several times faster; two readers of one format would be one too many. It is fuzzed. */
#include "base/base.h"

struct reader {
    struct arena *a;
    struct slice text;
    size_t at;
    const char *wrong; /* set once, at the first fault */
};

static bool wrong(struct reader *r, const char *what)
{
    if (!r->wrong)
        r->wrong = what;
    return false;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->text.len) {
        char c = r->text.at[r->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        r->at++;
    }
}

static bool take(struct reader *r, char c)
{
    if (r->at < r->text.len && r->text.at[r->at] == c) {
        r->at++;
        return true;
    }
    return false;
}

static bool read_hex4(struct reader *r, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        if (r->at >= r->text.len)
            return wrong(r, "escape cut short");
        char c = r->text.at[r->at];
        uint32_t v = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
            : c >= 'a' && c <= 'f'        ? (uint32_t)(c - 'a' + 10)
            : c >= 'A' && c <= 'F'        ? (uint32_t)(c - 'A' + 10)
                                          : 16;
        if (v == 16)
            return wrong(r, "bad hexadecimal digit");
        *code = *code << 4 | v;
    }
    return true;
}

static size_t put_code(char *to, uint32_t c)
{
    if (c < 0x80)
        return to[0] = (char)c, 1;
    if (c < 0x800)
        return to[0] = (char)(0xC0 | c >> 6), to[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000)
        return to[0] = (char)(0xE0 | c >> 12), to[1] = (char)(0x80 | (c >> 6 & 63)), to[2] = (char)(0x80 | (c & 63)), 3;
    return to[0] = (char)(0xF0 | c >> 18), to[1] = (char)(0x80 | (c >> 12 & 63)),
           to[2] = (char)(0x80 | (c >> 6 & 63)), to[3] = (char)(0x80 | (c & 63)), 4;
}

static bool read_escape(struct reader *r, char *to, size_t *len)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->text.len)
        return wrong(r, "escape cut short");
    char c = r->text.at[r->at++];
    if (c != 'u') {
        const char *p = memchr(from, c, sizeof from - 1);
        if (!p)
            return wrong(r, "unknown escape");
        to[(*len)++] = into[p - from];
        return true;
    }
    uint32_t code, low;
    if (!read_hex4(r, &code))
        return false;
    if (code >= 0xD800 && code < 0xDC00) {
        if (!take(r, '\\') || !take(r, 'u') || !read_hex4(r, &low) || low < 0xDC00 || low > 0xDFFF)
            return wrong(r, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
        return wrong(r, "half of a surrogate pair");
    }
    *len += put_code(to + *len, code);
    return true;
}

static bool read_string(struct reader *r, struct slice *out)
{
    if (!take(r, '"'))
        return wrong(r, "a string was expected");
    size_t start = r->at;
    while (r->at < r->text.len && r->text.at[r->at] != '"' && r->text.at[r->at] != '\\'
           && (unsigned char)r->text.at[r->at] >= 0x20)
        r->at++;
    if (r->at < r->text.len && r->text.at[r->at] == '"') {
        *out = slice_part(r->text, start, r->at++);
        return true;
    }
    /* escapes only ever shorten: the raw length to the closing quote is room enough */
    size_t end = r->at;
    while (end < r->text.len && r->text.at[end] != '"')
        end += 1 + (r->text.at[end] == '\\');
    if (end >= r->text.len)
        return wrong(r, "string without an end");
    char *to = NEW(r->a, char, end - start);
    size_t len = r->at - start;
    if (len)
        memcpy(to, r->text.at + start, len);
    for (;;) {
        if (r->at >= r->text.len)
            return wrong(r, "string without an end");
        char c = r->text.at[r->at++];
        if (c == '"')
            break;
        if ((unsigned char)c < 0x20)
            return wrong(r, "control character in a string");
        if (c != '\\')
            to[len++] = c;
        else if (!read_escape(r, to, &len))
            return false;
    }
    *out = (struct slice){ to, len };
    return true;
}

static size_t digits(struct reader *r)
{
    size_t n = 0;
    while (r->at < r->text.len && r->text.at[r->at] >= '0' && r->text.at[r->at] <= '9')
        r->at++, n++;
    return n;
}

static bool read_number(struct reader *r, struct slice *out)
{
    size_t start = r->at;
    take(r, '-');
    bool zero = r->at < r->text.len && r->text.at[r->at] == '0';
    size_t whole = digits(r);
    if (!whole || (zero && whole > 1))
        return wrong(r, "bad number");
    if (take(r, '.') && !digits(r))
        return wrong(r, "bad number");
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            take(r, '-');
        if (!digits(r))
            return wrong(r, "bad number");
    }
    *out = slice_part(r->text, start, r->at);
    return true;
}

static bool word(struct reader *r, const char *w, struct json *v, enum json_kind kind)
{
    if (!slice_starts(slice_from(r->text, r->at), slice_of(w)))
        return wrong(r, "unknown word");
    r->at += strlen(w);
    v->kind = kind;
    return true;
}

static bool read_value(struct reader *r, struct json *v, int depth);

static bool name_is_new(const struct json *first, const struct json *v)
{
    for (const struct json *m = first; m != v; m = m->next)
        if (slice_equal(m->name, v->name))
            return false;
    return true;
}

/* Members of an object or items of an array, up to `close`. */
static bool read_children(struct reader *r, struct json *parent, char close, int depth)
{
    struct json **tail = &parent->first;
    size_t n = 0;
    if (depth > JSON_DEPTH_MAX)
        return wrong(r, "nested too deeply");
    skip_space(r);
    if (take(r, close))
        return true;
    do {
        struct json *v = NEW(r->a, struct json, 1);
        skip_space(r);
        if (parent->kind == JSON_OBJECT) {
            if (!read_string(r, &v->name))
                return false;
            *tail = v;
            if (++n > 512)
                return wrong(r, "too many members");
            if (!name_is_new(parent->first, v))
                return wrong(r, "a name twice");
            skip_space(r);
            if (!take(r, ':'))
                return wrong(r, "a colon was expected");
        }
        *tail = v;
        tail = &v->next;
        if (!read_value(r, v, depth))
            return false;
        skip_space(r);
    } while (take(r, ','));
    return take(r, close) || wrong(r, "a comma or the end of the list was expected");
}

static bool read_value(struct reader *r, struct json *v, int depth)
{
    skip_space(r);
    if (r->at >= r->text.len)
        return wrong(r, "a value was expected");
    switch (r->text.at[r->at]) {
    case '{': r->at++, v->kind = JSON_OBJECT; return read_children(r, v, '}', depth + 1);
    case '[': r->at++, v->kind = JSON_ARRAY; return read_children(r, v, ']', depth + 1);
    case '"': v->kind = JSON_STRING; return read_string(r, &v->text);
    case 't': return word(r, "true", v, JSON_TRUE);
    case 'f': return word(r, "false", v, JSON_FALSE);
    case 'n': return word(r, "null", v, JSON_NULL);
    default: v->kind = JSON_NUMBER; return read_number(r, &v->text);
    }
}

bool json_parse(struct arena *a, struct slice text, struct json **tree, struct fault *f)
{
    struct reader r = { .a = a, .text = text };
    struct json *v = NEW(a, struct json, 1);
    size_t valid = utf8_valid(text);
    bool ok = valid == text.len || (r.at = valid, wrong(&r, "not UTF-8"));
    if (ok && read_value(&r, v, 0)) {
        skip_space(&r);
        if (r.at == text.len) {
            *tree = v;
            return true;
        }
        wrong(&r, "something after the end");
    }
    fault_set(f, FAULT_USAGE, "bad-json", slice_format(a, "%zu", r.at), S(""));
    fault_detail(f, "%s at byte %zu", r.wrong, r.at);
    return false;
}

const struct json *json_get(const struct json *object, const char *name)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    struct slice want = slice_of(name);
    for (const struct json *m = object->first; m; m = m->next)
        if (slice_equal(m->name, want))
            return m;
    return NULL;
}

struct slice json_text(const struct json *object, const char *name)
{
    const struct json *m = json_get(object, name);
    return m && (m->kind == JSON_STRING || m->kind == JSON_NUMBER) ? m->text : (struct slice){ NULL, 0 };
}

bool json_int(const struct json *object, const char *name, int64_t *v)
{
    const struct json *m = json_get(object, name);
    return m && (m->kind == JSON_NUMBER || m->kind == JSON_STRING) && slice_int(m->text, v);
}

bool json_bool(const struct json *object, const char *name)
{
    const struct json *m = json_get(object, name);
    return m && m->kind == JSON_TRUE;
}

/* Whether eight bytes hold none that must be escaped: below 0x20, the quote, the backslash. */
static bool quiet_eight(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    uint64_t v, quote, slash;
    memcpy(&v, at, sizeof v);
    quote = v ^ ones * '"';
    slash = v ^ ones * '\\';
    return !(((v - ones * 0x20) & ~v & highs) | ((quote - ones) & ~quote & highs) | ((slash - ones) & ~slash & highs));
}

void json_put_string(struct buf *b, struct slice s)
{
    buf_char(b, '"');
    size_t plain = 0;
    for (size_t i = 0; i < s.len; i++) {
        while (i + 8 <= s.len && quiet_eight(s.at + i))
            i += 8;
        if (i == s.len)
            break;
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(b, slice_part(s, plain, i));
        plain = i + 1;
        switch (c) {
        case '"': buf_put(b, S("\\\"")); break;
        case '\\': buf_put(b, S("\\\\")); break;
        case '\n': buf_put(b, S("\\n")); break;
        case '\r': buf_put(b, S("\\r")); break;
        case '\t': buf_put(b, S("\\t")); break;
        default: buf_format(b, "\\u%04x", c);
        }
    }
    buf_put(b, slice_from(s, plain));
    buf_char(b, '"');
}

void json_comma(struct buf *b)
{
    if (b->len && b->at[b->len - 1] != '{' && b->at[b->len - 1] != '[' && b->at[b->len - 1] != '\n')
        buf_char(b, ',');
}

void json_name(struct buf *b, const char *name)
{
    json_comma(b);
    json_put_string(b, slice_of(name));
    buf_char(b, ':');
}

void json_put(struct buf *b, const struct json *v)
{
    switch (v->kind) {
    case JSON_NULL: buf_put(b, S("null")); return;
    case JSON_FALSE: buf_put(b, S("false")); return;
    case JSON_TRUE: buf_put(b, S("true")); return;
    case JSON_NUMBER: buf_put(b, v->text); return;
    case JSON_STRING: json_put_string(b, v->text); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    buf_char(b, v->kind == JSON_ARRAY ? '[' : '{');
    for (const struct json *m = v->first; m; m = m->next) {
        json_comma(b);
        if (v->kind == JSON_OBJECT) {
            json_put_string(b, m->name);
            buf_char(b, ':');
        }
        json_put(b, m);
    }
    buf_char(b, v->kind == JSON_ARRAY ? ']' : '}');
}
