/* pack_calendar.c: working days (工作日).
 *
 * A year that the State Council Office has published has a file calendar/YYYY.tsv, one day a line that is not what
 * its weekday says, or that a holiday names:
 *
 *   2026-02-14 TAB works TAB 春节调休
 *   2026-02-15 TAB rest  TAB 春节
 *
 * A year without a file is provisional (暂按): Monday to Friday, less the holidays whose dates the solar calendar fixes
 * (《全国年节及纪念日放假办法》 art. 2: New Year 1 January, Labour Day 1 and 2 May, National Day 1 to 3 October). Spring
 * Festival, Dragon Boat and Mid-Autumn are lunar and Qingming is a solar term: they and the swaps (调休) are announced,
 * never computed. */
#include "ledger/pack_inside.h"

#include <stdlib.h>

enum { CALENDAR_LINES_MAX = 200, YEAR_FIRST = 2000, YEAR_LAST = 2100 };

/* ---------- reading ---------- */

static bool file_year(struct pack_reader *r, int64_t *year)
{
    struct slice name = slice_from(r->file, strlen("calendar/"));
    return slice_ends(name, S(".tsv")) && slice_int(slice_part(name, 0, name.len - 4), year) && *year >= YEAR_FIRST
        && *year <= YEAR_LAST;
}

/* Days come in order, so that a double one is seen and looking up can halve. */
static void add_day(struct pack_reader *r, struct slice row, int line, int64_t year)
{
    struct slice on, kind, reason;
    struct pack *p = r->pack;
    day d;
    int y, m, n;
    if (!slice_cut(&row, '\t', &on) || !slice_cut(&row, '\t', &kind) || !slice_cut(&row, '\t', &reason) || row.at
        || !day_parse(on, &d) || !reason.len) {
        problem(r, line, "calendar-row", S(""), S(""), NO_LIKELY);
        return;
    }
    day_parts(d, &y, &m, &n);
    bool works = slice_equal(kind, S("works"));
    struct nearest near = nearest_open(kind);
    nearest_try(&near, S("works"));
    nearest_try(&near, S("rest"));
    if (!works && !slice_equal(kind, S("rest")))
        problem(r, line, "calendar-kind", kind, S(""), near.best);
    else if (y != year)
        problem(r, line, "calendar-year", on, S(""), NO_LIKELY);
    else if (p->n_swaps && d <= p->workday_swaps[p->n_swaps - 1])
        problem(r, line, "calendar-order", on, S(""), NO_LIKELY);
    else {
        p->workday_swaps[p->n_swaps] = d;
        p->swap_works[p->n_swaps++] = works;
    }
}

void pack_read_calendar(struct pack_reader *r, struct slice bytes)
{
    struct pack *p = r->pack;
    int64_t year;
    struct slice row;
    if (!file_year(r, &year)) {
        problem(r, 1, "calendar-name", S(""), S(""), NO_LIKELY);
        return;
    }
    if (!p->workday_swaps) {
        p->workday_swaps = NEW(r->arena, day, CALENDAR_LINES_MAX * (YEAR_LAST - YEAR_FIRST + 1));
        p->swap_works = NEW(r->arena, bool, CALENDAR_LINES_MAX * (YEAR_LAST - YEAR_FIRST + 1));
        p->calendar_from = (int)year;
    } else if (year != p->calendar_to + 1) {
        problem(r, 1, "calendar-gap", slice_format(r->arena, "%d", p->calendar_to + 1), S(""), NO_LIKELY);
    }
    p->calendar_to = (int)year;
    for (int line = 1; slice_cut(&bytes, '\n', &row); line++) {
        if (slice_ends(row, S("\r")))
            row.len--;
        if (line > CALENDAR_LINES_MAX) {
            problem(r, line, "pack-too-many", S("calendar"), slice_format(r->arena, "%d", CALENDAR_LINES_MAX), NO_LIKELY);
            return;
        }
        if (row.len && *row.at != '#')
            add_day(r, row, line, year);
    }
}

/* ---------- asking ---------- */

static int compare_days(const void *a, const void *b)
{
    day x = *(const day *)a, y = *(const day *)b;
    return (x > y) - (x < y);
}

static const struct { int month, date; } fixed_holidays[] = { { 1, 1 }, { 5, 1 }, { 5, 2 }, { 10, 1 }, { 10, 2 }, { 10, 3 } };

static bool is_fixed_holiday(int month, int date)
{
    for (size_t i = 0; i < COUNT(fixed_holidays); i++)
        if (fixed_holidays[i].month == month && fixed_holidays[i].date == date)
            return true;
    return false;
}

static bool is_published(const struct pack *p, int year)
{
    return p->workday_swaps && year >= p->calendar_from && year <= p->calendar_to;
}

bool pack_is_workday(const struct pack *p, day d, bool *provisional)
{
    int year, month, date;
    day_parts(d, &year, &month, &date);
    bool published = is_published(p, year), weekday = day_weekday(d) <= 5;
    if (provisional)
        *provisional = !published;
    if (!published)
        return weekday && !is_fixed_holiday(month, date);
    const day *swap = bsearch(&d, p->workday_swaps, p->n_swaps, sizeof d, compare_days);
    return swap ? p->swap_works[swap - p->workday_swaps] : weekday;
}

enum { WORKDAYS_MAX = 40000, DAY_FIRST = -719162, DAY_LAST = 2932896 }; /* the years 1 to 9999 */

static bool in_range(day d)
{
    return d >= DAY_FIRST && d <= DAY_LAST;
}

day pack_add_workdays(const struct pack *p, day from, int n)
{
    int step = n < 0 ? -1 : 1;
    if (!in_range(from) || n > WORKDAYS_MAX || n < -WORKDAYS_MAX)
        return DAY_NONE;
    for (day d = from; in_range(d); d += step) {
        if (d != from && pack_is_workday(p, d, NULL))
            n -= step;
        if (!n)
            return d;
    }
    return DAY_NONE;
}

/* Mondays to Fridays in (from, to]. */
static int64_t weekdays_between(day from, day to)
{
    int64_t n = (to - from) / 7 * 5;
    for (day d = to - (to - from) % 7 + 1; d <= to; d++)
        n += day_weekday(d) <= 5;
    return n;
}

/* Weekdays first, then what the calendar takes and gives: a far day must not cost a walk through the centuries. */
int pack_workdays_between(const struct pack *p, day from, day to)
{
    int first, last, month, date;
    if (!in_range(from) || !in_range(to))
        return 0;
    if (to < from)
        return -pack_workdays_between(p, to, from);
    int64_t n = weekdays_between(from, to);
    for (size_t i = 0; i < p->n_swaps; i++) {
        day d = p->workday_swaps[i];
        if (d > from && d <= to)
            n += (int)p->swap_works[i] - (day_weekday(d) <= 5);
    }
    day_parts(from, &first, &month, &date);
    day_parts(to, &last, &month, &date);
    for (int year = first; year <= last; year++) {
        if (is_published(p, year))
            continue;
        for (size_t i = 0; i < COUNT(fixed_holidays); i++) {
            day d = day_of(year, fixed_holidays[i].month, fixed_holidays[i].date);
            n -= d > from && d <= to && day_weekday(d) <= 5;
        }
    }
    return (int)n;
}

/* Civil Code art. 201 (the day of the event is not counted), 202 (months end on the corresponding day), 203 (a last
 * day that is a holiday moves to the first working day after it). */
day pack_add_limit(const struct pack *p, day from, struct value limit)
{
    if (limit.type != TYPE_DAYS || !in_range(from))
        return DAY_NONE;
    if (limit.days.unit == DAYS_WORK)
        return pack_add_workdays(p, from, limit.days.n);
    int64_t last = limit.days.unit == DAYS_MONTHS ? day_add_months(from, limit.days.n) : (int64_t)from + limit.days.n;
    if (last < DAY_FIRST || last > DAY_LAST)
        return DAY_NONE;
    return pack_is_workday(p, (day)last, NULL) ? (day)last : pack_add_workdays(p, (day)last, 1);
}
