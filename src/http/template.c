/* template.c: values on their way into a page. */
#include "http/template.h"

#include "http/http.h"

#ifdef TAIZHANG_SABOTAGE_ESCAPING /* the test that this is noticed: tests/meson.build */
enum { ESCAPE = 0 };
#else
enum { ESCAPE = 1 };
#endif

/* ---------- text and attributes ---------- */

static const struct slice entities[256] = {
    ['&'] = { "&amp;", 5 }, ['<'] = { "&lt;", 4 }, ['>'] = { "&gt;", 4 }, ['"'] = { "&quot;", 6 }, ['\''] = { "&#39;", 5 },
};

/* Runs of plain bytes are copied whole; nearly every value is one such run. */
void tpl_put_slice(struct buf *b, struct slice s)
{
    size_t from = 0;
    for (size_t i = 0; ESCAPE && i < s.len; i++) {
        struct slice entity = entities[(unsigned char)s.at[i]];
        if (!entity.len)
            continue;
        buf_put(b, slice_part(s, from, i));
        buf_put(b, entity);
        from = i + 1;
    }
    buf_put(b, slice_from(s, from));
}

void tpl_put_chars(struct buf *b, const char *s)
{
    tpl_put_slice(b, slice_of(s));
}

void tpl_put_int(struct buf *b, int64_t v)
{
    buf_int(b, v);
}

void tpl_put_unsigned(struct buf *b, uint64_t v)
{
    buf_format(b, "%llu", (unsigned long long)v);
}

static const struct slice none = { "—", sizeof "—" - 1 };

void tpl_put_decimal(struct buf *b, struct decimal d)
{
    if (d.ok)
        decimal_put(b, d);
    else
        buf_put(b, none);
}

/* ---------- addresses ---------- */

void tpl_part_slice(struct buf *b, struct slice s)
{
    if (ESCAPE)
        percent_put(b, s);
    else
        buf_put(b, s);
}

void tpl_part_chars(struct buf *b, const char *s)
{
    tpl_part_slice(b, slice_of(s));
}

/* "/…" but not "//…", "?…" or "#…": nothing that names a scheme or another host. A backslash is a slash to browsers, and
 * they drop tabs and line ends before they look. */
static bool is_local(struct slice s)
{
    if (!s.len || !strchr("/?#", s.at[0]) || slice_starts(s, S("//")))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '\\' || ((unsigned char)s.at[i] < ' ') || s.at[i] == 0x7f)
            return false;
    return true;
}

void tpl_url_slice(struct buf *b, struct slice s)
{
    if (!ESCAPE) {
        buf_put(b, s);
        return;
    }
    if (!is_local(s))
        s = S("#");
    for (size_t i = 0; i < s.len; i++) {
        struct slice one = slice_part(s, i, i + 1);
        char c = s.at[i];
        if (c == '&')
            buf_text(b, "&amp;");
        else if ((unsigned char)c >= 0x80 || strchr(" \"'<>`{}|^", c))
            percent_put(b, one);
        else
            buf_char(b, c);
    }
}

void tpl_url_chars(struct buf *b, const char *s)
{
    tpl_url_slice(b, slice_of(s));
}

/* ---------- numbers ---------- */

/* Digits with a comma after each third from the right; what follows a point is left alone. */
static void put_grouped(struct buf *b, struct slice digits)
{
    ptrdiff_t point = slice_find(digits, S("."));
    size_t whole = point < 0 ? digits.len : (size_t)point;
    size_t i = digits.len && digits.at[0] == '-';
    if (i)
        buf_text(b, "−");
    for (; i < digits.len; i++) {
        buf_char(b, digits.at[i]);
        if (i + 1 < whole && (whole - i - 1) % 3 == 0)
            buf_char(b, ',');
    }
}

static struct buf scratch(char *at, size_t size)
{
    return (struct buf){ .at = at, .cap = size, .max = size };
}

void tpl_int(struct buf *b, int64_t v)
{
    char text[32];
    struct buf t = scratch(text, sizeof text);
    buf_int(&t, v);
    put_grouped(b, buf_slice(&t));
}

void tpl_signed(struct buf *b, int64_t v)
{
    if (v > 0)
        buf_char(b, '+');
    tpl_int(b, v);
}

void tpl_percent(struct buf *b, int64_t v)
{
    tpl_int(b, v);
    buf_char(b, '%');
}

void tpl_decimal(struct buf *b, struct decimal d)
{
    char text[64];
    struct buf t = scratch(text, sizeof text);
    if (d.ok)
        decimal_put(&t, d);
    if (d.ok)
        put_grouped(b, buf_slice(&t));
    else
        buf_put(b, none);
}

void tpl_bytes(struct buf *b, uint64_t n)
{
    if (n < 100 << 10)
        buf_format(b, "%llu KB", (unsigned long long)((n + 1023) >> 10));
    else
        buf_format(b, "%llu.%llu MB", (unsigned long long)((n * 10 >> 20) / 10), (unsigned long long)((n * 10 >> 20) % 10));
}

/* ---------- days ---------- */

static bool parts_of(struct buf *b, day d, int *year, int *month, int *date)
{
    if (d == DAY_NONE)
        buf_put(b, none);
    else
        day_parts(d, year, month, date);
    return d != DAY_NONE;
}

void tpl_day(struct buf *b, day d)
{
    int year, month, date;
    if (!parts_of(b, d, &year, &month, &date))
        return;
    buf_int(b, month);
    buf_text(b, "月");
    buf_int(b, date);
    buf_text(b, "日");
}

void tpl_long_day(struct buf *b, day d)
{
    int year, month, date;
    if (!parts_of(b, d, &year, &month, &date))
        return;
    buf_int(b, year);
    buf_text(b, "年");
    tpl_day(b, d);
}

void tpl_iso(struct buf *b, day d)
{
    day_put(b, d);
}

void tpl_weekday(struct buf *b, day d)
{
    static const char *const names[] = { "一", "二", "三", "四", "五", "六", "日" };
    if (d == DAY_NONE)
        return;
    buf_text(b, "星期");
    buf_text(b, names[day_weekday(d) - 1]);
}

void tpl_time(struct buf *b, int64_t utc_ms)
{
    day d = day_of_ms(utc_ms);
    int64_t minute = (utc_ms - day_start_ms(d)) / 60000;
    tpl_day(b, d);
    buf_format(b, " %d:%02d", (int)(minute / 60), (int)(minute % 60));
}
