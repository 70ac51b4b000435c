/* base: what every room stands on. Memory, text, numbers, days, faults, JSON.
 *
 * Ownership in one sentence: what a function allocates lives as long as the arena that it was given.
 * Nothing here reads a clock, a random source, an environment variable or a global. */
#ifndef TAIZHANG_BASE_H
#define TAIZHANG_BASE_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MUST_USE __attribute__((warn_unused_result))

/* ---------- memory ---------- */

/* One arena for each piece of work: a compile, a request, a command. Zeroed memory, freed all at once.
 * Over its cap or without memory it turns `failed` and lends from a spare block, so that callers need no check
 * each; whoever owns the arena looks at `failed` before it commits or answers. */
struct arena {
    char *at, *end;               /* the free part of the newest block */
    struct arena_block *blocks;   /* newest first */
    size_t used_bytes, cap_bytes; /* of all blocks; cap 0 means ARENA_CAP_BYTES */
    bool failed;
};
#define ARENA_CAP_BYTES ((size_t)1 << 30)

void arena_open(struct arena *a, size_t cap_bytes);
void arena_reset(struct arena *a); /* empty again, keeps one block for reuse */
void arena_close(struct arena *a);
void *arena_take(struct arena *a, size_t n, size_t size, size_t align);
#define NEW(a, type, n) ((type *)arena_take((a), (n), sizeof(type), alignof(type)))

/* Grows an arena array to hold at least `need` items: *at moves, *cap grows by doubling. */
void *arena_grow(struct arena *a, void *at, size_t *cap, size_t need, size_t size, size_t align);
/* PUSH(a, list, item): append to any struct with fields at, n, cap. */
#define PUSH(a, list, ...)                                                                                        \
    ((list)->n == (list)->cap                                                                                     \
         ? (void)((list)->at = arena_grow((a), (list)->at, &(list)->cap, (list)->n + 1, sizeof *(list)->at,       \
                                          alignof(__typeof__(*(list)->at))))                                      \
         : (void)0,                                                                                               \
     (list)->at[(list)->n++] = (__VA_ARGS__))

/* ---------- text ---------- */

struct slice { /* borrowed bytes; not terminated; at may be NULL where len is 0 */
    const char *at;
    size_t len;
};
#define S(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
#define S_INIT(literal) { "" literal, sizeof(literal) - 1 } /* the same as a row of a static table */
#define S_FMT "%.*s"
#define S_ARG(s) (int)(s).len, (s).at

struct slice slice_of(const char *text);                       /* NULL gives the empty slice */
struct slice slice_copy(struct arena *a, struct slice s);
const char *slice_text(struct arena *a, struct slice s);       /* a terminated copy */
struct slice slice_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool slice_equal(struct slice a, struct slice b);
int slice_compare(struct slice a, struct slice b);             /* bytewise, which for UTF-8 is by code point */
bool slice_starts(struct slice s, struct slice start);
bool slice_ends(struct slice s, struct slice end);
ptrdiff_t slice_find(struct slice s, struct slice what);       /* byte offset of the first, or -1 */
struct slice slice_trim(struct slice s);                       /* without ASCII and ideographic space at both ends */
struct slice slice_from(struct slice s, size_t from);          /* the rest; empty past the end */
struct slice slice_part(struct slice s, size_t from, size_t to);
/* Cuts the first part up to `mark` off *rest; false when *rest was used up. "a,b" gives a, then b. */
bool slice_cut(struct slice *rest, char mark, struct slice *part);
bool slice_int(struct slice s, int64_t *value) MUST_USE;       /* optional -, digits, nothing else, no overflow */

struct slices { struct slice *at; size_t n, cap; };

/* Growing text with a cap given at birth. After a failure (cap, memory) it stays empty and `failed`. Not an
 * arena's: a page outlives its request. buf_close frees; buf_give hands the bytes to somebody who calls free(). */
struct buf {
    char *at;
    size_t len, cap, max;
    bool failed;
};
struct buf buf_open(size_t max_bytes);
void buf_close(struct buf *b);
char *buf_give(struct buf *b, size_t *len);
bool buf_room(struct buf *b, size_t more); /* true when `more` bytes may be written at b->at + b->len */
void buf_put(struct buf *b, struct slice s);
void buf_char(struct buf *b, char c);
void buf_text(struct buf *b, const char *s);
void buf_int(struct buf *b, int64_t v);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct slice buf_slice(const struct buf *b); /* valid until the next put */

/* ---------- UTF-8 ---------- */

size_t utf8_valid(struct slice s); /* length of the valid prefix: == s.len when all is valid UTF-8 */
/* The code point at *at, which moves past it. On a bad byte: 0xFFFD and one byte on. s.len must be > *at. */
uint32_t utf8_next(struct slice s, size_t *at);
size_t utf8_count(struct slice s); /* code points */
void utf8_put(struct buf *b, uint32_t code);
size_t utf8_width(struct slice s); /* columns on a Chinese terminal: Han and full-width 2, combining 0 */

/* ---------- days ---------- */

typedef int32_t day; /* days since 1970-01-01 in the proleptic Gregorian calendar */
#define DAY_NONE INT32_MIN
#define COUNTY_UTC_OFFSET_MS (8 * 3600 * (int64_t)1000) /* Asia/Shanghai, no summer time since 1991 */

day day_of(int year, int month, int date); /* DAY_NONE where there is no such day; years 1..9999 */
void day_parts(day d, int *year, int *month, int *date);
bool day_parse(struct slice s, day *d) MUST_USE; /* YYYY-MM-DD */
void day_put(struct buf *b, day d);              /* YYYY-MM-DD; nothing for DAY_NONE */
struct slice day_text(struct arena *a, day d);
int day_weekday(day d);                          /* Monday 1 .. Sunday 7 */
/* The corresponding day n months on; where there is none, the month's last (Civil Code art. 202). */
day day_add_months(day d, int months);
day day_of_ms(int64_t utc_ms); /* the county's day at an instant */
int64_t day_start_ms(day d);   /* the first millisecond of the county's day, UTC */
/* RFC 3339 in the county's time, "2026-11-24T17:34:52.120+08:00", and back (seconds and offset optional:
 * "2026-11-24 09:00" and "2026-11-24" are the county's time). */
void time_put(struct buf *b, int64_t utc_ms);
bool time_parse(struct slice s, int64_t *utc_ms) MUST_USE;

/* ---------- exact decimals ---------- */

/* value / 10^scale. Overflow, division by zero and a missing operand give a decimal that is not `ok`
 * ("not computable"), which every operation hands on. No floating point anywhere. */
struct decimal {
    int64_t value;
    uint8_t scale; /* 0..DECIMAL_SCALE_MAX */
    bool ok;
};
#define DECIMAL_SCALE_MAX 12
#define DECIMAL_NONE ((struct decimal){ 0, 0, false })
struct decimal decimal_int(int64_t v);
bool decimal_parse(struct slice s, struct decimal *d) MUST_USE; /* -12.50; no exponent, no separators */
void decimal_put(struct buf *b, struct decimal d);              /* trailing zeros of the fraction left off */
struct slice decimal_text(struct arena *a, struct decimal d);
struct decimal decimal_add(struct decimal a, struct decimal b);
struct decimal decimal_sub(struct decimal a, struct decimal b);
struct decimal decimal_mul(struct decimal a, struct decimal b);
struct decimal decimal_div(struct decimal a, struct decimal b); /* 12 digits, half up (away from zero) */
struct decimal decimal_round(struct decimal a, uint8_t scale);  /* half up */
int decimal_compare(struct decimal a, struct decimal b);        /* both must be ok */

/* ---------- faults: what went wrong, for the person and for the log ---------- */

enum fault_kind {
    FAULT_NONE,
    FAULT_USAGE,     /* wrong use: exit 2, HTTP 400 */
    FAULT_REFUSED,   /* a rule says no, a field is wrong: exit 1, HTTP 422 */
    FAULT_FORBIDDEN, /* not permitted: exit 1, HTTP 403 (404 where existence must not show) */
    FAULT_MISSING,   /* no such thing, or not yours to see: exit 1, HTTP 404 */
    FAULT_STALE,     /* somebody else was faster: exit 1, HTTP 409 */
    FAULT_BUSY,      /* try again: exit 3, HTTP 503 */
    FAULT_BROKEN,    /* disk, memory, database, machine: exit 3, HTTP 500 */
};

/* The caller passes one, last. `code` is a row of faults.tsv, which has the sentences in Chinese and English;
 * {0} {1} {2} in them are filled from `about`. `field` names the input at fault, or is empty. */
struct fault {
    enum fault_kind kind;
    const char *code;
    struct slice about[3];
    struct slice field;
    char detail[256]; /* for the log and the operator; never sent to a browser */
};
/* Sets the fault and returns false, always: `return refuse(f, FAULT_REFUSED, "needs-proofs", number);` */
bool fault_set(struct fault *f, enum fault_kind kind, const char *code, struct slice about0, struct slice about1);
void fault_detail(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum language { LANG_ZH, LANG_EN };
void fault_say(struct buf *b, const struct fault *f, enum language lang); /* the sentence */
bool fault_code_known(const char *code);
int fault_exit(enum fault_kind kind); /* the exit status of spec/cli.md */

/* ---------- JSON ---------- */

/* One reader for batches, commands and packs of values: strict RFC 8259, duplicate names refused, depth and size
 * bounded, numbers kept as written. A tree in the arena; strings are unescaped slices (into the input where
 * nothing was escaped). */
enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
    enum json_kind kind;
    struct slice text;        /* NUMBER: as written; STRING: unescaped */
    struct slice name;        /* of this member, in an object */
    struct json *first, *next; /* children of ARRAY and OBJECT, in order */
};
#define JSON_DEPTH_MAX 32
bool json_parse(struct arena *a, struct slice text, struct json **tree, struct fault *f) MUST_USE;
const struct json *json_get(const struct json *object, const char *name);  /* NULL where absent or no object */
struct slice json_text(const struct json *object, const char *name);       /* STRING or NUMBER text; else empty */
bool json_int(const struct json *object, const char *name, int64_t *v);    /* absent: false, *v untouched */
bool json_bool(const struct json *object, const char *name);               /* true only where true */

/* Writing: straight into a buffer. `json_name` puts a comma where one is needed. */
void json_put_string(struct buf *b, struct slice s);
void json_name(struct buf *b, const char *name); /* ,"name": */
void json_comma(struct buf *b);                  /* a comma unless at the start of an array or object */
void json_put(struct buf *b, const struct json *v); /* canonical: no spaces, members as they stand */

#endif
