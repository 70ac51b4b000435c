/* normalise.c: reads through the noise of copied texts. Out go spaces and line breaks inside sentences ("支付医 疗",
 * "4 . 8%"), and one form stands for each digit and mark: full-width digits and letters become plain ones, half-width
 * commas, colons and brackets between Chinese become full-width ones. English keeps its marks; its spaces become one.
 *
 * The way back is a list of steps: from plain offset `plain` on, bytes were copied from `source` on. Text without
 * noise has one step. */
#include "compile/inside.h"

struct output {
    char *at;
    size_t n;
    struct arena *arena;
    struct { struct step *at; size_t n, cap; } steps;
    uint32_t offset;     /* of the block in the document */
    uint32_t source_end; /* where the source of the last character ended */
};

/* What follows is taken from source byte `from`; says so only where it is not simply the next byte. */
static void step_to(struct output *o, size_t from)
{
    uint32_t plain = (uint32_t)o->n, source = o->offset + (uint32_t)from;
    if (o->steps.n) {
        const struct step *last = &o->steps.at[o->steps.n - 1];
        if (last->source + (plain - last->plain) == source && o->source_end == source)
            return;
    }
    struct step s = { plain, source, o->source_end };
    PUSH(o->arena, &o->steps, s);
}

static void put(struct output *o, size_t from, size_t source_len, const char *bytes, size_t len)
{
    step_to(o, from);
    memcpy(o->at + o->n, bytes, len);
    o->n += len;
    o->source_end = o->offset + (uint32_t)(from + source_len);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of a space at s[i]: blank, tab, line break, no-break, ideographic, zero-width; 0 if there is none. */
static size_t space_len(struct slice s, size_t i)
{
    unsigned char c = (unsigned char)s.at[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v')
        return 1;
    if (c == 0xC2 && i + 1 < s.len && (unsigned char)s.at[i + 1] == 0xA0)
        return 2;
    if (c == 0xE3 && i + 2 < s.len && !memcmp(s.at + i, "\xE3\x80\x80", 3))
        return 3;
    if (c == 0xE2 && i + 2 < s.len && (!memcmp(s.at + i, "\xE2\x80\x8B", 3) || !memcmp(s.at + i, "\xE2\x80\x83", 3)
        || !memcmp(s.at + i, "\xE2\x80\x82", 3)))
        return 3;
    if (c == 0xEF && i + 2 < s.len && !memcmp(s.at + i, "\xEF\xBB\xBF", 3))
        return 3;
    return 0;
}

/* The digit or dot that s[i] is, plain or full-width; 0 if it is neither. */
static char digit_or_dot(struct slice s, size_t i)
{
    if (i >= s.len)
        return 0;
    if (is_digit(s.at[i]) || s.at[i] == '.')
        return s.at[i];
    if (i + 2 < s.len && !memcmp(s.at + i, "\xEF\xBC", 2)) {
        unsigned char c = (unsigned char)s.at[i + 2];
        return c >= 0x90 && c <= 0x99 ? (char)('0' + (c - 0x90)) : c == 0x8E ? '.' : 0;
    }
    return 0;
}

/* "1." at the start of a sentence is a label: what follows its space is no decimal place. */
static bool dot_is_label(const struct output *o)
{
    size_t i = o->n - 1;
    while (i && is_digit(o->at[i - 1]) && o->n - i < 4)
        i--;
    return i == 0 || (i >= 3 && (!memcmp(o->at + i - 3, "。", 3) || !memcmp(o->at + i - 3, "；", 3) || !memcmp(o->at + i - 3, "：", 3)));
}

/* Whether a space between what was put out and source byte `next` parts two words. */
static bool space_parts(const struct output *o, struct slice s, size_t next)
{
    if (!o->n || next >= s.len)
        return false;
    char before = o->at[o->n - 1], after = digit_or_dot(s, next);
    if (is_letter(before))
        return is_letter(s.at[next]);
    if (before == '.' && o->n > 1 && is_digit(o->at[o->n - 2]))
        return after && dot_is_label(o);
    return is_digit(before) && after && after != '.';
}

/* Full-width forms U+FF01..FF5E that become plain: digits, letters, % + - . / */
static bool narrow(unsigned char b1, unsigned char b2, char *to)
{
    unsigned code = b1 == 0xBC ? b2 - 0x80u : b2 - 0x80u + 0x40;
    char c = (char)(code + 0x20);
    if (is_digit(c) || is_letter(c) || c == '%' || c == '+' || c == '-' || c == '.' || c == '/')
        return *to = c, true;
    return false;
}

/* The full-width form of an ASCII mark between Chinese; NULL where it stays. */
static const char *widen(const struct output *o, struct slice s, size_t i)
{
    bool between_digits = o->n && is_digit(o->at[o->n - 1]) && i + 1 < s.len && is_digit(s.at[i + 1]);
    switch (s.at[i]) {
    case ',': {
        bool thousands = between_digits && i + 3 < s.len && is_digit(s.at[i + 2]) && is_digit(s.at[i + 3])
            && !(i + 4 < s.len && is_digit(s.at[i + 4]));
        return thousands ? NULL : "，";
    }
    case ':': return between_digits ? NULL : "：";
    case ';': return "；";
    case '(': return "（";
    case ')': return "）";
    case '!': return "！";
    case '?': return "？";
    default: return NULL;
    }
}

static size_t char_len(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* The bytes from s[i] on that need nothing: Han characters and plain letters and digits. */
static size_t quiet_run(struct slice s, size_t i)
{
    size_t j = i;
    while (j < s.len) {
        unsigned char c = (unsigned char)s.at[j];
        if (c >= 0xE4 && c <= 0xE9)
            j += 3;
        else if (is_digit((char)c) || is_letter((char)c) || c == '%')
            j++;
        else
            break;
    }
    return j - i;
}

static void normalise_zh(struct output *o, struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        size_t run = quiet_run(s, i), space;
        if (run) {
            put(o, i, run, s.at + i, run);
            i += run;
            continue;
        }
        if ((space = space_len(s, i))) {
            size_t next = i + space, more;
            while (next < s.len && (more = space_len(s, next)))
                next += more;
            if (space_parts(o, s, next))
                put(o, i, next - i, " ", 1);
            i = next;
            continue;
        }
        size_t len = char_len((unsigned char)s.at[i]);
        const char *wide = len == 1 ? widen(o, s, i) : NULL;
        char thin;
        if (wide)
            put(o, i, 1, wide, 3);
        else if (len == 3 && (unsigned char)s.at[i] == 0xEF && ((unsigned char)s.at[i + 1] & 0xFE) == 0xBC
            && narrow((unsigned char)s.at[i + 1], (unsigned char)s.at[i + 2], &thin))
            put(o, i, 3, &thin, 1);
        else
            put(o, i, len, s.at + i, len);
        i += len;
    }
}

static void normalise_en(struct output *o, struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        size_t space = space_len(s, i), next = i + space, more;
        if (space) {
            while (next < s.len && (more = space_len(s, next)))
                next += more;
            if (o->n)
                put(o, i, next - i, " ", 1);
            i = next;
            continue;
        }
        size_t len = char_len((unsigned char)s.at[i]);
        put(o, i, len, s.at + i, len);
        i += len;
    }
}

struct plain normalise(struct arena *a, struct slice source, uint32_t offset, bool english)
{
    /* ASCII marks grow from one byte to three; without any the text does not grow */
    size_t marks = 0;
    for (size_t i = 0; i < source.len; i++)
        marks += (unsigned char)source.at[i] < 0x40;
    struct output o = { .at = NEW(a, char, source.len + 2 * marks + 16), .arena = a, .offset = offset, .source_end = offset };
    if (english)
        normalise_en(&o, source);
    else
        normalise_zh(&o, source);
    o.at[o.n] = 0;
    return (struct plain){ { o.at, o.n }, o.steps.at, o.steps.n };
}

/* The last step at or before a plain offset. */
static size_t step_of(const struct plain *p, uint32_t at)
{
    size_t low = 0, high = p->n;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (p->steps[mid].plain <= at)
            low = mid;
        else
            high = mid;
    }
    return low;
}

uint32_t plain_start(const struct plain *p, uint32_t at)
{
    if (!p->n)
        return 0;
    const struct step *s = &p->steps[step_of(p, at)];
    return s->source + (at - s->plain);
}

uint32_t plain_end(const struct plain *p, uint32_t at)
{
    if (!p->n)
        return 0;
    if (!at)
        return p->steps[0].source;
    size_t i = step_of(p, at - 1);
    if (i + 1 < p->n && p->steps[i + 1].plain == at)
        return p->steps[i + 1].source_before;
    return p->steps[i].source + (at - p->steps[i].plain);
}
