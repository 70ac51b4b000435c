/* text.c: slices, growing text, UTF-8. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

/* ---------- slices ---------- */

struct slice slice_of(const char *text)
{
    return (struct slice){ text, text ? strlen(text) : 0 };
}

struct slice slice_copy(struct arena *a, struct slice s)
{
    char *p = NEW(a, char, s.len + 1);
    if (s.len)
        memcpy(p, s.at, s.len);
    return (struct slice){ p, s.len };
}

const char *slice_text(struct arena *a, struct slice s)
{
    return slice_copy(a, s).at; /* slice_copy leaves a zero behind */
}

struct slice slice_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char none[1];
    int len = vsnprintf(none, sizeof none, format, args);
    va_end(args);
    char *p = NEW(a, char, (size_t)len + 1);
    vsnprintf(p, (size_t)len + 1, format, again);
    va_end(again);
    return (struct slice){ p, (size_t)len };
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

int slice_compare(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.at, b.at, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool slice_starts(struct slice s, struct slice start)
{
    return s.len >= start.len && slice_equal((struct slice){ s.at, start.len }, start);
}

bool slice_ends(struct slice s, struct slice end)
{
    return s.len >= end.len && slice_equal(slice_from(s, s.len - end.len), end);
}

ptrdiff_t slice_find(struct slice s, struct slice what)
{
    if (!what.len)
        return 0;
    const char *p = s.len ? memmem(s.at, s.len, what.at, what.len) : NULL;
    return p ? p - s.at : -1;
}

static bool is_space(const char *p)
{
    return *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r';
}

struct slice slice_trim(struct slice s)
{
    for (;;) {
        if (s.len && is_space(s.at))
            s = slice_from(s, 1);
        else if (slice_starts(s, S("\u3000")))
            s = slice_from(s, 3);
        else
            break;
    }
    for (;;) {
        if (s.len && is_space(s.at + s.len - 1))
            s.len--;
        else if (slice_ends(s, S("\u3000")))
            s.len -= 3;
        else
            return s;
    }
}

struct slice slice_from(struct slice s, size_t from)
{
    return from >= s.len ? (struct slice){ s.at ? s.at + s.len : NULL, 0 } : (struct slice){ s.at + from, s.len - from };
}

struct slice slice_part(struct slice s, size_t from, size_t to)
{
    struct slice rest = slice_from(s, from);
    size_t len = to > from ? to - from : 0;
    if (rest.len > len)
        rest.len = len;
    return rest;
}

bool slice_cut(struct slice *rest, char mark, struct slice *part)
{
    if (!rest->at)
        return false;
    const char *p = rest->len ? memchr(rest->at, mark, rest->len) : NULL;
    if (!p) {
        *part = *rest;
        *rest = (struct slice){ NULL, 0 };
        return true;
    }
    *part = (struct slice){ rest->at, (size_t)(p - rest->at) };
    *rest = slice_from(*rest, part->len + 1);
    return true;
}

bool slice_int(struct slice s, int64_t *value)
{
    bool minus = s.len && *s.at == '-';
    int64_t v = 0;
    if (s.len <= (size_t)minus)
        return false;
    for (size_t i = minus; i < s.len; i++) {
        unsigned digit = (unsigned char)s.at[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, (int64_t)digit, &v))
            return false; /* counted downwards, so that INT64_MIN fits */
    }
    if (!minus && __builtin_sub_overflow((int64_t)0, v, &v))
        return false;
    *value = v;
    return true;
}

/* ---------- growing text ---------- */

struct buf buf_open(size_t max_bytes)
{
    return (struct buf){ .max = max_bytes };
}

void buf_close(struct buf *b)
{
    free(b->at);
    *b = (struct buf){ .max = b->max };
}

char *buf_give(struct buf *b, size_t *len)
{
    char *at = b->at;
    *len = b->len;
    *b = (struct buf){ .max = b->max };
    return at;
}

bool buf_room(struct buf *b, size_t more)
{
    if (more <= b->cap - b->len)
        return true;
    if (b->failed)
        return false;
    if (more <= b->max && b->len <= b->max - more) {
        size_t cap = b->cap ? b->cap * 2 : 512;
        if (cap < b->len + more)
            cap = b->len + more;
        if (cap > b->max)
            cap = b->max;
        char *at = realloc(b->at, cap);
        if (at) {
            b->at = at;
            b->cap = cap;
            return true;
        }
    }
    buf_close(b);
    b->failed = true;
    return false;
}

void buf_put(struct buf *b, struct slice s)
{
    if (s.len && buf_room(b, s.len)) {
        memcpy(b->at + b->len, s.at, s.len);
        b->len += s.len;
    }
}

void buf_char(struct buf *b, char c)
{
    if (buf_room(b, 1))
        b->at[b->len++] = c;
}

void buf_text(struct buf *b, const char *s)
{
    buf_put(b, slice_of(s));
}

void buf_int(struct buf *b, int64_t v)
{
    char digits[20];
    size_t n = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--n] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        buf_char(b, '-');
    buf_put(b, (struct slice){ digits + n, sizeof digits - n });
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char none[1];
    int len = vsnprintf(none, sizeof none, format, args);
    va_end(args);
    if (buf_room(b, (size_t)len + 1)) {
        vsnprintf(b->at + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

struct slice buf_slice(const struct buf *b)
{
    return (struct slice){ b->at, b->len };
}

/* ---------- UTF-8 ---------- */

size_t utf8_valid(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    size_t at = 0;
    while (at < s.len) {
        /* Han and ASCII, the common case, without a call; E1..EC and EE..EF have no special second bytes */
        if (p[at] >= 0xE1 && p[at] <= 0xEF && p[at] != 0xED && s.len - at >= 3 && (p[at + 1] & 0xC0) == 0x80
            && (p[at + 2] & 0xC0) == 0x80) {
            at += 3;
            continue;
        }
        if (p[at] < 0x80) {
            at++;
            continue;
        }
        utf8proc_int32_t code;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.at + at, (utf8proc_ssize_t)(s.len - at), &code);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    return at;
}

uint32_t utf8_next(struct slice s, size_t *at)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.at + *at, (utf8proc_ssize_t)(s.len - *at), &code);
    if (n <= 0) {
        ++*at;
        return 0xFFFD;
    }
    *at += (size_t)n;
    return (uint32_t)code;
}

size_t utf8_count(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return n;
}

void utf8_put(struct buf *b, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)code, bytes);
    buf_put(b, (struct slice){ (const char *)bytes, (size_t)n });
}

size_t utf8_width(struct slice s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t code = utf8_next(s, &at);
        /* utf8proc says 1 for these three, where a Chinese page has 2 */
        bool wide_in_chinese = code == 0x2026 || code == 0x2014 || (code >= 0x2460 && code <= 0x2473);
        width += wide_in_chinese ? 2 : (size_t)utf8proc_charwidth((utf8proc_int32_t)code);
    }
    return width;
}
