/* decimal.c: exact numbers for money, mu and percent. int64 at a scale, int128 inside, never a float. */
#include "base/base.h"

__extension__ typedef __int128 wide;

static wide power10(unsigned n)
{
    wide p = 1;
    while (n--)
        p *= 10;
    return p;
}

/* Back into 64 bits; trailing zeros of the fraction are given up first, digits never. */
static struct decimal narrow(wide v, unsigned scale)
{
    while (scale && (scale > DECIMAL_SCALE_MAX || v > INT64_MAX || v < INT64_MIN) && v % 10 == 0) {
        v /= 10;
        scale--;
    }
    if (scale > DECIMAL_SCALE_MAX || v > INT64_MAX || v < INT64_MIN)
        return DECIMAL_NONE;
    return (struct decimal){ (int64_t)v, (uint8_t)scale, true };
}

/* v / by, half away from zero */
static wide divide_half_up(wide v, wide by)
{
    wide q = v / by, r = v % by;
    if (r < 0)
        r = -r;
    wide b = by < 0 ? -by : by;
    if (r >= b - r)
        q += (v < 0) == (by < 0) ? 1 : -1;
    return q;
}

struct decimal decimal_int(int64_t v)
{
    return (struct decimal){ v, 0, true };
}

bool decimal_parse(struct slice s, struct decimal *d)
{
    bool minus = s.len && *s.at == '-', point = false;
    wide v = 0;
    unsigned scale = 0, n = 0;
    for (size_t i = minus; i < s.len; i++) {
        unsigned digit = (unsigned char)s.at[i] - '0';
        if (s.at[i] == '.' && !point && n) {
            point = true;
            continue;
        }
        if (digit > 9 || ++n > 30)
            return false;
        v = v * 10 + (int)digit;
        scale += point;
    }
    if (!n || (point && !scale))
        return false;
    struct decimal found = narrow(minus ? -v : v, scale);
    if (!found.ok)
        return false;
    *d = found;
    return true;
}

void decimal_put(struct buf *b, struct decimal d)
{
    if (!d.ok)
        return;
    char text[24];
    size_t n = sizeof text;
    unsigned scale = d.scale;
    uint64_t u = d.value < 0 ? 0 - (uint64_t)d.value : (uint64_t)d.value;
    while (scale && u % 10 == 0) {
        u /= 10;
        scale--;
    }
    if (scale) {
        while (scale--) {
            text[--n] = (char)('0' + u % 10);
            u /= 10;
        }
        text[--n] = '.';
    }
    do
        text[--n] = (char)('0' + u % 10);
    while (u /= 10);
    if (d.value < 0)
        text[--n] = '-';
    buf_put(b, (struct slice){ text + n, sizeof text - n });
}

struct slice decimal_text(struct arena *a, struct decimal d)
{
    struct buf b = buf_open(64);
    decimal_put(&b, d);
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* Both at the larger scale. */
static unsigned align_scales(struct decimal a, struct decimal b, wide *x, wide *y)
{
    unsigned scale = a.scale > b.scale ? a.scale : b.scale;
    *x = a.value * power10(scale - a.scale);
    *y = b.value * power10(scale - b.scale);
    return scale;
}

struct decimal decimal_add(struct decimal a, struct decimal b)
{
    wide x, y;
    if (!a.ok || !b.ok)
        return DECIMAL_NONE;
    unsigned scale = align_scales(a, b, &x, &y);
    return narrow(x + y, scale);
}

struct decimal decimal_sub(struct decimal a, struct decimal b)
{
    wide x, y;
    if (!a.ok || !b.ok)
        return DECIMAL_NONE;
    unsigned scale = align_scales(a, b, &x, &y);
    return narrow(x - y, scale);
}

struct decimal decimal_mul(struct decimal a, struct decimal b)
{
    if (!a.ok || !b.ok)
        return DECIMAL_NONE;
    unsigned scale = (unsigned)a.scale + b.scale;
    wide v = (wide)a.value * b.value;
    if (scale > DECIMAL_SCALE_MAX) {
        v = divide_half_up(v, power10(scale - DECIMAL_SCALE_MAX));
        scale = DECIMAL_SCALE_MAX;
    }
    return narrow(v, scale);
}

struct decimal decimal_div(struct decimal a, struct decimal b)
{
    if (!a.ok || !b.ok || !b.value)
        return DECIMAL_NONE;
    /* a / b at 12 digits: (a.value / 10^as) / (b.value / 10^bs) * 10^12. Exponent of ten between 0 and 24: fits. */
    wide over = (wide)a.value * power10(DECIMAL_SCALE_MAX + b.scale - a.scale);
    wide q = divide_half_up(over, b.value);
    unsigned scale = DECIMAL_SCALE_MAX;
    while (scale && (q > INT64_MAX || q < INT64_MIN)) { /* a large quotient keeps fewer digits of its fraction */
        q = divide_half_up(q, 10);
        scale--;
    }
    return narrow(q, scale);
}

struct decimal decimal_round(struct decimal a, uint8_t scale)
{
    if (!a.ok || scale >= a.scale)
        return a;
    return narrow(divide_half_up(a.value, power10((unsigned)(a.scale - scale))), scale);
}

int decimal_compare(struct decimal a, struct decimal b)
{
    wide x, y;
    align_scales(a, b, &x, &y);
    return (x > y) - (x < y);
}
