/* template: what the C code that tools/templates.py writes calls. One function for each place where a value may stand;
 * there is none that writes a value as it is.
 *
 * The language of the files in web/parts and web/pages:
 *
 *   {{!bind struct entry_page "web/pages.h"}}   first line: the template's value, and the header that declares it
 *   {{! a remark }}
 *   {{name}} {{row.unit.name}}                  a value, escaped for its place: text, quoted attribute, address
 *   {{n|int}} {{d|day}}                         by a filter: see below
 *   {{asset taizhang.css}}                      the address of a compiled-in file, with its hash
 *   {{#if x}} {{else if not y}} {{else}} {{/if}}  x may be `n > 0`, `kind == KIND_A`, `d|known`
 *   {{#each rows as row}} {{else}} {{/each}}    any struct with at and n; `as row at i` also counts from 0
 *   {{>light row.light}} {{>shell *shell}}      another template with a value; * where the member is a pointer
 *
 * Places: text; a quoted attribute; after the beginning of an address in href, src, action… the value is one part of it
 * and everything but letters, digits and -._~ is percent-encoded; where the whole address is the value it must lead to
 * this server ("/…", "?…", "#…"), else "#" is written. In <script>, <style>, on…=, style=, unquoted attributes and tag names
 * nothing may be inserted, and inline scripts and styles do not build at all. */
#ifndef TAIZHANG_HTTP_TEMPLATE_H
#define TAIZHANG_HTTP_TEMPLATE_H

#include "base/base.h"

/* ---------- text and quoted attributes: & < > " ' escaped ---------- */

void tpl_put_slice(struct buf *b, struct slice s);
void tpl_put_chars(struct buf *b, const char *s);
void tpl_put_int(struct buf *b, int64_t v);
void tpl_put_unsigned(struct buf *b, uint64_t v);
void tpl_put_decimal(struct buf *b, struct decimal d); /* "—" where not computable */

#define tpl_text(b, x)                                                                                             \
    _Generic((x), struct slice: tpl_put_slice, char *: tpl_put_chars, const char *: tpl_put_chars,                 \
        struct decimal: tpl_put_decimal, signed char: tpl_put_int, short: tpl_put_int, int: tpl_put_int,           \
        long: tpl_put_int, long long: tpl_put_int, unsigned char: tpl_put_unsigned,                                \
        unsigned short: tpl_put_unsigned, unsigned: tpl_put_unsigned, unsigned long: tpl_put_unsigned,             \
        unsigned long long: tpl_put_unsigned)(b, x)
#define tpl_attr tpl_text /* the same five signs serve both places, since attributes are always quoted */

/* ---------- addresses ---------- */

void tpl_part_slice(struct buf *b, struct slice s);
void tpl_part_chars(struct buf *b, const char *s);
void tpl_url_slice(struct buf *b, struct slice s);
void tpl_url_chars(struct buf *b, const char *s);

/* One part of an address: percent-encoded. */
#define tpl_part(b, x)                                                                                             \
    _Generic((x), struct slice: tpl_part_slice, char *: tpl_part_chars, const char *: tpl_part_chars,              \
        default: tpl_part_number)(b, x)
/* A whole address of this server. */
#define tpl_url(b, x)                                                                                              \
    _Generic((x), struct slice: tpl_url_slice, char *: tpl_url_chars, const char *: tpl_url_chars)(b, x)
static inline void tpl_part_number(struct buf *b, int64_t v) { buf_int(b, v); }

/* ---------- filters: numbers and days, in any place ---------- */

void tpl_int(struct buf *b, int64_t v);         /* |int       12,345 */
void tpl_signed(struct buf *b, int64_t v);      /* |signed    +3 −2 0 */
void tpl_percent(struct buf *b, int64_t v);     /* |percent   60% */
void tpl_decimal(struct buf *b, struct decimal d); /* |decimal 3,140.5; "—" where not computable */
void tpl_day(struct buf *b, day d);             /* |day       7月16日; "—" for DAY_NONE */
void tpl_long_day(struct buf *b, day d);        /* |long_day  2026年7月16日 */
void tpl_iso(struct buf *b, day d);             /* |iso       2026-07-16: for datetime= and date fields */
void tpl_weekday(struct buf *b, day d);         /* |weekday   星期四 */
void tpl_time(struct buf *b, int64_t utc_ms);   /* |time      7月16日 9:40, the county's time */
void tpl_bytes(struct buf *b, uint64_t n);      /* |bytes     1.8 MB */

/* ---------- conditions ---------- */

static inline bool tpl_is_slice(struct slice s) { return s.len > 0; }
static inline bool tpl_is_chars(const char *s) { return s && *s; }
static inline bool tpl_is_decimal(struct decimal d) { return d.ok; }
static inline bool tpl_is_number(int64_t v) { return v != 0; }
static inline bool tpl_is_pointer(const void *p) { return p != NULL; }
static inline bool tpl_known(day d) { return d != DAY_NONE; } /* |known */

#define tpl_true(x)                                                                                                \
    _Generic((x), struct slice: tpl_is_slice, char *: tpl_is_chars, const char *: tpl_is_chars,                    \
        struct decimal: tpl_is_decimal, _Bool: tpl_is_number, signed char: tpl_is_number, short: tpl_is_number,    \
        int: tpl_is_number, long: tpl_is_number, long long: tpl_is_number, unsigned char: tpl_is_number,           \
        unsigned short: tpl_is_number, unsigned: tpl_is_number, unsigned long: tpl_is_number,                      \
        default: tpl_is_pointer)(x)

#endif
