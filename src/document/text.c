/* text.c: any text a county's computers write → UTF-8. A mark at the start decides; without one valid UTF-8 is UTF-8,
 * and else the whole must be GB18030. GB18030 accepts nearly anything, so a text that is UTF-8 but for a few broken
 * bytes is told apart first: it would come out as rubbish without an error. */
#include "document/inside.h"

#include <errno.h>

bool encodings_open(struct encodings *e)
{
    e->gb18030 = iconv_open("UTF-8", "GB18030");
    e->utf16le = iconv_open("UTF-8", "UTF-16LE");
    e->utf16be = iconv_open("UTF-8", "UTF-16BE");
    return e->gb18030 != (iconv_t)-1 && e->utf16le != (iconv_t)-1 && e->utf16be != (iconv_t)-1;
}

void encodings_close(struct encodings *e)
{
    iconv_close(e->gb18030);
    iconv_close(e->utf16le);
    iconv_close(e->utf16be);
}

static bool bad_byte(const char *code, struct arena *a, struct slice bytes, size_t at, struct fault *f)
{
    unsigned byte = at < bytes.len ? (unsigned char)bytes.at[at] : 0;
    return fault_set(f, FAULT_REFUSED, code, slice_format(a, "%zu", at + 1), slice_format(a, "0x%02X", byte));
}

static bool too_long(struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "document-text-too-long", S("32"), S("")); /* DOCUMENT_TEXT_MAX_BYTES */
}

/* CR LF and CR alone → LF; a zero is no text. */
static bool put_lines(struct arena *a, struct slice utf8, struct buf *text, struct fault *f)
{
    const char *zero = utf8.len ? memchr(utf8.at, 0, utf8.len) : NULL;
    if (zero)
        return fault_set(f, FAULT_REFUSED, "document-no-kind", slice_format(a, "%zu", (size_t)(zero - utf8.at) + 1), S(""));
    while (utf8.len) {
        const char *cr = memchr(utf8.at, '\r', utf8.len);
        size_t n = cr ? (size_t)(cr - utf8.at) : utf8.len;
        buf_put(text, slice_part(utf8, 0, n));
        utf8 = slice_from(utf8, n + 1);
        if (cr && !slice_starts(utf8, S("\n")))
            buf_char(text, '\n');
    }
    return !text->failed || too_long(f);
}

/* The length of the prefix that converts; *utf8 holds it. */
static size_t convert(iconv_t from, struct slice bytes, struct buf *utf8)
{
    char *in = (char *)(uintptr_t)bytes.at; /* iconv only reads it */
    size_t left = bytes.len;
    iconv(from, NULL, NULL, NULL, NULL);
    while (left && buf_room(utf8, 1 << 12)) {
        char *out = utf8->at + utf8->len;
        size_t room = utf8->cap - utf8->len;
        size_t done = iconv(from, &in, &left, &out, &room);
        utf8->len = (size_t)(out - utf8->at);
        if (done == (size_t)-1 && errno != E2BIG)
            break;
    }
    return bytes.len - left;
}

static bool read_by(struct arena *a, iconv_t from, const char *code, struct slice bytes, size_t mark, struct buf *text,
    struct fault *f)
{
    struct buf utf8 = buf_open((size_t)DOCUMENT_TEXT_MAX_BYTES + (1 << 13));
    size_t good = convert(from, slice_from(bytes, mark), &utf8);
    bool ok = utf8.failed ? too_long(f)
        : good + mark < bytes.len ? bad_byte(code, a, bytes, good + mark, f)
                                  : put_lines(a, buf_slice(&utf8), text, f);
    buf_close(&utf8);
    return ok;
}

/* Chinese characters in valid UTF-8 (three bytes from E3 on) against bytes that fit nowhere. In GB18030 the former are
 * chance, in a broken UTF-8 the latter are few. */
static bool mostly_utf8(struct slice s)
{
    size_t good = 0, bad = 0;
    for (size_t at = 0; at < s.len;) {
        if ((unsigned char)s.at[at] < 0x80) {
            at++;
            continue;
        }
        size_t before = at;
        uint32_t code = utf8_next(s, &at);
        good += at - before == 3 && code >= 0x3000;
        bad += at - before == 1;
    }
    return good > 4 * bad;
}

bool text_read(struct arena *a, const struct encodings *e, struct slice bytes, struct buf *text, struct fault *f)
{
    if (slice_starts(bytes, (struct slice){ "\xFF\xFE", 2 }))
        return read_by(a, e->utf16le, "document-bad-utf16", bytes, 2, text, f);
    if (slice_starts(bytes, (struct slice){ "\xFE\xFF", 2 }))
        return read_by(a, e->utf16be, "document-bad-utf16", bytes, 2, text, f);
    bool marked = slice_starts(bytes, S("\xEF\xBB\xBF"));
    size_t good = utf8_valid(bytes);
    if (good == bytes.len)
        return put_lines(a, slice_from(bytes, marked ? 3 : 0), text, f);
    if (marked || mostly_utf8(bytes))
        return bad_byte("document-bad-utf8", a, bytes, good, f);
    return read_by(a, e->gb18030, "document-bad-bytes", bytes, 0, text, f);
}
