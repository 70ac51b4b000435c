/* xlsx_number.c: a cell's number as it is seen in its format, without floating point.
 *
 * A sheet stores 0.1 as 0.10000000000000001 and 2026-01-05 as 46027: the first is cut back to the 15 digits that Excel
 * shows, the second is a day because its format says y, m or d. Of a format for figures its first section counts:
 * the zeros before the point, the places behind it, and a percent sign. */
#include "document/inside.h"

enum { DIGITS_SHOWN = 15, EXPONENT_MAX = 40 };

/* digits × 10^-places */
struct number {
    bool minus;
    char digit[64]; /* 0..9 */
    int n, places;
};

static bool number_take_exponent(struct slice s, int *places)
{
    int64_t e;
    if (slice_starts(s, S("+")))
        s = slice_from(s, 1);
    if (!slice_int(s, &e) || e > EXPONENT_MAX || e < -EXPONENT_MAX)
        return false;
    *places -= (int)e;
    return true;
}

/* -12.5E-3 and the like; false for what is no number or beyond all sense. */
static bool number_take(struct slice s, struct number *v)
{
    bool point = false, any = false;
    *v = (struct number){ .minus = slice_starts(s, S("-")) };
    for (size_t i = v->minus; i < s.len; i++) {
        if (s.at[i] == '.' && !point) {
            point = true;
        } else if ((s.at[i] == 'E' || s.at[i] == 'e') && any) {
            return number_take_exponent(slice_from(s, i + 1), &v->places);
        } else if (s.at[i] >= '0' && s.at[i] <= '9') {
            any = true;
            if (v->n == 32)
                return false;
            if (v->n || s.at[i] != '0')
                v->digit[v->n++] = (char)(s.at[i] - '0');
            v->places += point;
        } else {
            return false;
        }
    }
    return any;
}

/* Keeps the first `keep` digits, half up. */
static void number_round(struct number *v, int keep)
{
    if (keep >= v->n)
        return;
    bool up = keep >= 0 && v->digit[keep] >= 5;
    v->places -= v->n - (keep > 0 ? keep : 0);
    v->n = keep > 0 ? keep : 0;
    for (int i = v->n - 1; up && i >= 0; i--) {
        up = v->digit[i] == 9;
        v->digit[i] = (char)(up ? 0 : v->digit[i] + 1);
    }
    if (up) { /* 999 → 1000, or 0.5 → 1 */
        memmove(v->digit + 1, v->digit, (size_t)v->n);
        v->digit[0] = 1;
        v->n++;
    }
}

/* Without zeros at the end of the fraction. */
static void number_tidy(struct number *v)
{
    while (v->places > 0 && v->n && !v->digit[v->n - 1]) {
        v->n--;
        v->places--;
    }
    if (!v->n)
        v->places = 0;
}

static int digit_at(const struct number *v, int power)
{
    int i = v->n - 1 - v->places - power;
    return i >= 0 && i < v->n ? v->digit[i] : 0;
}

static void number_put(struct buf *b, const struct number *v, int zeros, int places)
{
    int whole = v->n - v->places;
    if (v->minus && v->n)
        buf_char(b, '-');
    for (int power = (whole > zeros ? whole : zeros) - 1; power >= 0; power--)
        buf_char(b, (char)('0' + digit_at(v, power)));
    for (int power = -1; power >= -places; power--) {
        if (power == -1)
            buf_char(b, '.');
        buf_char(b, (char)('0' + digit_at(v, power)));
    }
}

/* ---------- formats ---------- */

struct format {
    bool day, time, percent, seconds;
    bool figure;        /* a plain one: zeros and places hold */
    int zeros, places_least, places_most;
};

/* What stands in quotes, in brackets or behind a backslash is a word and says nothing. */
static size_t format_word(struct slice s, size_t at)
{
    if (s.at[at] == '"' || s.at[at] == '[') {
        char end = s.at[at] == '"' ? '"' : ']';
        while (++at < s.len && s.at[at] != end)
            ;
        return at;
    }
    return s.at[at] == '\\' || s.at[at] == '_' || s.at[at] == '*' || s.at[at] == '!' ? at + 1 : at;
}

/* [h] and [mm]: hours and minutes beyond the day */
static bool is_elapsed(struct slice s)
{
    return slice_starts(s, S("[h]")) || slice_starts(s, S("[hh]")) || slice_starts(s, S("[m]")) ||
        slice_starts(s, S("[mm]"));
}

static bool starts_word(char c)
{
    return c && strchr("\"[\\_*!", c);
}

static void format_letter(struct format *f, char c, bool *point)
{
    switch (c) {
    case 'y': case 'Y': case 'd': case 'D': case 'e': f->day = true; break;
    case 's': case 'S': f->seconds = f->time = true; break;
    case 'h': case 'H': f->time = true; break;
    case '%': f->percent = true; break;
    case '.': *point = true; break;
    case '0':
        f->zeros += !*point;
        f->places_least += *point;
        f->places_most += *point;
        break;
    case '#': case '?': f->places_most += *point; break;
    case 'E': case '/': case '@': f->figure = false; break; /* powers, fractions, text: as stored */
    default: break;
    }
}

static struct format format_read(struct slice s)
{
    struct format f = { .figure = true };
    bool point = false, m = false, comma = false;
    if (!s.len || slice_starts(s, S("General")) || slice_starts(s, S("@")))
        return (struct format){ 0 };
    for (size_t i = 0; i < s.len && s.at[i] != ';'; i++) {
        if (starts_word(s.at[i])) {
            f.time = f.time || is_elapsed(slice_from(s, i));
            i = format_word(s, i);
            continue;
        }
        char c = s.at[i];
        format_letter(&f, c, &point);
        m = m || c == 'm' || c == 'M';
        f.figure = f.figure && !(comma && c != '0' && c != '#'); /* 0, shows thousands: as stored */
        comma = c == ',';
    }
    f.day = f.day || (m && !f.time);
    f.figure = f.figure && !comma && f.zeros + f.places_most && f.zeros < 20 && f.places_most < 20;
    return f;
}

/* The formats that a number below 164 stands for, on a Chinese machine. */
struct slice number_builtin(int64_t id)
{
    static const struct { int from, to; struct slice format; } builtin[] = {
        { 1, 1, BYTES("0") }, { 2, 2, BYTES("0.00") }, { 3, 3, BYTES("#,##0") }, { 4, 4, BYTES("#,##0.00") }, { 5, 6, BYTES("#,##0") },
        { 7, 8, BYTES("#,##0.00") }, { 9, 9, BYTES("0%") }, { 10, 10, BYTES("0.00%") }, { 14, 17, BYTES("yyyy-mm-dd") },
        { 18, 21, BYTES("h:mm:ss") }, { 22, 22, BYTES("yyyy-mm-dd h:mm") }, { 27, 31, BYTES("yyyy-mm-dd") },
        { 32, 35, BYTES("h:mm:ss") }, { 36, 36, BYTES("yyyy-mm-dd") }, { 37, 38, BYTES("#,##0") }, { 39, 40, BYTES("#,##0.00") },
        { 41, 42, BYTES("#,##0") }, { 43, 44, BYTES("#,##0.00") }, { 45, 47, BYTES("h:mm:ss") }, { 50, 54, BYTES("yyyy-mm-dd") },
        { 55, 56, BYTES("h:mm:ss") }, { 57, 58, BYTES("yyyy-mm-dd") },
    };
    for (size_t i = 0; i < COUNT(builtin); i++)
        if (id >= builtin[i].from && id <= builtin[i].to)
            return builtin[i].format;
    return S("");
}

/* ---------- days ---------- */

/* Days before 1900-03-01 are one off, because Excel has a 1900-02-29; that day itself is none. */
static day day_of_serial(int64_t serial, bool since_1904)
{
    if (since_1904)
        return day_of(1904, 1, 1) + (day)serial;
    return serial == 60 ? DAY_NONE : day_of(1899, 12, serial < 60 ? 31 : 30) + (day)serial;
}

/* The fraction of a day in seconds, to the nearest. */
static int64_t seconds_of(const struct number *v)
{
    int64_t billionths = 0;
    for (int power = -1; power >= -9; power--)
        billionths = billionths * 10 + digit_at(v, power);
    return (billionths * 86400 + 500000000) / 1000000000;
}

static bool put_day(struct buf *b, const struct number *v, const struct format *f, bool since_1904)
{
    int64_t serial = 0, seconds = seconds_of(v);
    if (v->minus || v->n - v->places > 7)
        return false;
    for (int power = 6; power >= 0; power--)
        serial = serial * 10 + digit_at(v, power);
    serial += seconds / 86400;
    seconds %= 86400;
    day d = f->day && serial <= 2958465 ? day_of_serial(serial, since_1904) : DAY_NONE;
    if (f->day && d == DAY_NONE)
        return false;
    day_put(b, d);
    if (f->day && f->time)
        buf_char(b, ' ');
    if (f->time)
        buf_format(b, "%02d:%02d", (int)(seconds / 3600 + (f->day ? 0 : 24 * serial)), (int)(seconds / 60 % 60));
    if (f->time && f->seconds && seconds % 60)
        buf_format(b, ":%02d", (int)(seconds % 60));
    return true;
}

struct slice number_seen(struct arena *a, struct slice number, struct slice format, bool since_1904)
{
    struct number v;
    struct format f = format_read(format);
    struct buf b = buf_open(256);
    if (!number_take(slice_trim(number), &v) || v.places > 64 || v.n - v.places > 64)
        return number;
    number_round(&v, DIGITS_SHOWN);
    number_tidy(&v);
    if ((f.day || f.time) && put_day(&b, &v, &f, since_1904))
        goto done;
    if (f.percent && v.n)
        v.places -= 2;
    if (f.figure && v.places > f.places_most)
        number_round(&v, v.n - (v.places - f.places_most));
    number_tidy(&v);
    int least = f.figure ? f.places_least : 0;
    number_put(&b, &v, f.figure && f.zeros > 1 ? f.zeros : 1, v.places > least ? v.places : least);
    if (f.percent)
        buf_char(&b, '%');
done:
    number = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return number;
}
