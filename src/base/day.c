/* day.c: calendar days and instants. Days are numbers, so that a difference is a subtraction. */
#include "base/base.h"

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from civil, after Howard Hinnant's chrono-compatible algorithms: years begin in March. */
day day_of(int year, int month, int date)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || date < 1 || date > month_days(year, month))
        return DAY_NONE;
    int y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void day_parts(day d, int *year, int *month, int *date)
{
    int z = d + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *date = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

static bool digits(struct slice s, size_t from, size_t n, int *value)
{
    *value = 0;
    if (s.len < from + n)
        return false;
    for (size_t i = from; i < from + n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        *value = *value * 10 + s.at[i] - '0';
    }
    return true;
}

bool day_parse(struct slice s, day *d)
{
    int y, m, n;
    if (s.len != 10 || s.at[4] != '-' || s.at[7] != '-' || !digits(s, 0, 4, &y) || !digits(s, 5, 2, &m)
        || !digits(s, 8, 2, &n))
        return false;
    day found = day_of(y, m, n);
    if (found == DAY_NONE)
        return false;
    *d = found;
    return true;
}

static void put_padded(struct buf *b, int value, int width)
{
    char text[4];
    for (int i = width; i--; value /= 10)
        text[i] = (char)('0' + value % 10);
    buf_put(b, (struct slice){ text, (size_t)width });
}

void day_put(struct buf *b, day d)
{
    int y, m, n;
    if (d == DAY_NONE)
        return;
    day_parts(d, &y, &m, &n);
    put_padded(b, y, 4);
    buf_char(b, '-');
    put_padded(b, m, 2);
    buf_char(b, '-');
    put_padded(b, n, 2);
}

struct slice day_text(struct arena *a, day d)
{
    int y, m, n;
    if (d == DAY_NONE)
        return S("");
    day_parts(d, &y, &m, &n);
    return slice_format(a, "%04d-%02d-%02d", y, m, n);
}

int day_weekday(day d)
{
    int w = (d + 3) % 7; /* 1970-01-01 was a Thursday */
    return (w < 0 ? w + 7 : w) + 1;
}

day day_add_months(day d, int months)
{
    int y, m, n;
    day_parts(d, &y, &m, &n);
    int total = y * 12 + m - 1 + months;
    y = total / 12;
    m = total % 12 + 1;
    if (y < 1 || y > 9999)
        return DAY_NONE;
    int last = month_days(y, m);
    return day_of(y, m, n > last ? last : n);
}

enum { MS_PER_DAY = 86400000 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

day day_of_ms(int64_t utc_ms)
{
    return (day)floor_div(utc_ms + COUNTY_UTC_OFFSET_MS, MS_PER_DAY);
}

int64_t day_start_ms(day d)
{
    return (int64_t)d * MS_PER_DAY - COUNTY_UTC_OFFSET_MS;
}

void time_put(struct buf *b, int64_t utc_ms)
{
    day d = day_of_ms(utc_ms);
    int ms = (int)(utc_ms - day_start_ms(d));
    day_put(b, d);
    buf_char(b, 'T');
    put_padded(b, ms / 3600000, 2);
    buf_char(b, ':');
    put_padded(b, ms / 60000 % 60, 2);
    buf_char(b, ':');
    put_padded(b, ms / 1000 % 60, 2);
    buf_char(b, '.');
    put_padded(b, ms % 1000, 3);
    buf_put(b, S("+08:00"));
}

bool time_parse(struct slice s, int64_t *utc_ms)
{
    day d;
    int hour = 0, minute = 0, second = 0, ms = 0;
    if (s.len < 10 || !day_parse(slice_part(s, 0, 10), &d))
        return false;
    struct slice t = slice_from(s, 10);
    if (t.len) {
        if ((t.at[0] != ' ' && t.at[0] != 'T') || !digits(t, 1, 2, &hour) || t.len < 6 || t.at[3] != ':'
            || !digits(t, 4, 2, &minute))
            return false;
        t = slice_from(t, 6);
    }
    if (t.len && t.at[0] == ':') {
        if (!digits(t, 1, 2, &second))
            return false;
        t = slice_from(t, 3);
    }
    if (t.len && t.at[0] == '.') {
        if (!digits(t, 1, 3, &ms))
            return false;
        t = slice_from(t, 4);
    }
    if (t.len && !slice_equal(t, S("+08:00")))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *utc_ms = day_start_ms(d) + ((hour * 60 + minute) * 60 + second) * (int64_t)1000 + ms;
    return true;
}
