/* expr: the small language of packs. Typed, total, exact; no loops, no calls out. The same expressions serve lights,
 * guards, totals, `see`, drafts and lists; one evaluator, and one translation to SQL, tested against each other.
 *
 *   red:  not done and today > due
 *   see:  duty(supervisor) or lead or support
 *   list: state in [doing, submitted] and due - today <= 7 days and lead = "县水务局"
 *
 * A difference of days is a duration and compares with one (`due - today <= 7 days`); days(a, b), workdays(a, b) and
 * left(clock) are plain numbers (`days(updated_on, today) > 30`). rate(a, b) is a / b in percent with one decimal.
 *
 * A missing value, an overflow or a division by zero gives "not computable", which never turns into 0 or false: a
 * comparison with it is not computable, `not`, `and`, `or` follow three-valued logic, and a rule that is not
 * computable does not hold. */
#ifndef TAIZHANG_LEDGER_EXPR_H
#define TAIZHANG_LEDGER_EXPR_H

#include "base/base.h"

enum value_type {
    TYPE_NONE,   /* not computable */
    TYPE_BOOL,
    TYPE_NUMBER, /* decimal; money and quantities are numbers, their unit stands in the field */
    TYPE_TEXT,   /* also enum names and states */
    TYPE_DAY,
    TYPE_DAYS,   /* a duration: `7 days`, `15 workdays` (with a calendar), `2 months` */
    TYPE_UNIT,   /* the id of a unit; written in an expression as the unit's name in quotes */
    TYPE_UNITS,  /* a set of ids: `lead in support`, `"县水务局" in support` */
    TYPE_PERSON,
};

struct value {
    enum value_type type;
    union {
        bool truth;
        struct decimal number;
        struct slice text;
        day on;
        struct { int32_t n; enum { DAYS_CALENDAR, DAYS_WORK, DAYS_MONTHS } unit; } days;
        int64_t id;
        struct { const int64_t *at; size_t n; } ids;
    };
};

struct expr; /* immutable, in the arena that it was parsed into */

/* What a name may mean where an expression stands. `slot` is handed back to the values below. TYPE_NONE: a name that
 * may not be used yet (a computed field further down). A name that `means` something stands for that expression:
 * `done` for `state in [closed, stopped]`, a computed field for its rule; its slot is then never asked for. */
struct expr_name {
    const char *name;
    enum value_type type;
    int slot;
    const struct slice *options; size_t n_options;
    uint8_t scale;            /* of a number: digits of the fraction, in a column too (there an integer) */
    const struct expr *means; /* or NULL; a number is rounded half up to `scale` */
};

/* Names of things that are no fields: roles and duties are truths about who asks; clocks have `expired`, `left`. */
struct expr_names {
    const struct expr_name *fields; size_t n_fields;
    const struct slice *roles; size_t n_roles;     /* `lead`: the asking person holds this role on the entry */
    const struct slice *duties; size_t n_duties;   /* duty(supervisor): holds this duty anywhere */
    const struct slice *clocks; size_t n_clocks;
    const struct slice *lines; size_t n_lines;
};

enum { EXPR_TEXT_MAX_BYTES = 4096, EXPR_NODES_MAX = 512, EXPR_WEIGHT_MAX = 4096 /* nodes with what names mean */,
    EXPR_DEPTH_MAX = 64 /* of brackets and signs */,
    EXPR_TREE_MAX = 1024, EXPR_LIST_MAX = 64, EXPR_DAYS_MAX = 36600 /* in a duration, a hundred years */ };

/* Parses and checks; `want` is the type that must come out, TYPE_NONE for any. On a fault: code, the part at fault in
 * about[0], the likely right name in about[1] (edit distance at most 2, or empty), what was wanted in about[2], and
 * the byte offset in the text in `detail`, as a number. `names` need not outlive the call; what they point to must. */
bool expr_parse(struct arena *a, struct slice text, const struct expr_names *names, enum value_type want,
    const struct expr **expr, struct fault *f) MUST_USE;

/* Where the values come from when an expression is asked. Every callback may be NULL: then the thing is not
 * computable. `get` fills the value of a field's slot and returns false where it is missing. */
struct expr_scope {
    void *context;
    day today;
    bool (*get)(void *context, int slot, struct value *v);
    bool (*role)(void *context, size_t role);
    bool (*duty)(void *context, size_t duty);
    bool (*clock)(void *context, size_t clock, bool *expired, int32_t *days_left);
    bool (*line_count)(void *context, size_t lines, int64_t *n);
    bool (*unit_named)(void *context, struct slice name, int64_t *id); /* also persons: the id of a name in quotes */
    int32_t (*workdays)(void *context, day from, day to);
    day (*add_workdays)(void *context, day from, int32_t n);
};

struct value expr_eval(const struct expr *e, const struct expr_scope *scope);
bool expr_holds(const struct expr *e, const struct expr_scope *scope); /* true only where computable and true */
void expr_put(struct buf *b, const struct expr *e);                    /* written out again, canonical */
enum value_type expr_type(const struct expr *e);
bool expr_uses(const struct expr *e, int slot); /* names the slot, itself or through what a name means */

/* Translation to SQL: a condition over one row, the same text for SQLite and PostgreSQL. Column names come from
 * `column`; values are bound, never written: every value is pushed to `binds` and stands in the text as ?N from
 * `first_bind`. False ("not-searchable") where a part has no translation; such a list is then filtered row by row by
 * its caller.
 *
 * What a column holds: a number as an integer at the scale of its name (12.5 % at scale 1 is 125), a day and a month
 * as days since 1970, a unit and a person as their ids, text as text. A column of TYPE_BOOL is a condition, as it may
 * stand after WHERE. NULL is missing. Numbers are bound as decimals of scale 0.
 *
 * A comparison of one column with a constant is written bare, `due <= ?1`, so that an index serves. Sums over columns
 * are exact within EXPR_SQL_SUM_MAX and not computable beyond (the evaluator still knows them): no county has such figures. */
#define EXPR_SQL_SUM_MAX ((int64_t)1 << 62)
struct expr_sql {
    void *context;
    const char *(*column)(void *context, int slot);              /* NULL: no column */
    bool (*role)(void *context, size_t role, struct buf *sql);   /* writes a condition */
    bool (*duty)(void *context, size_t duty);                    /* known before the query */
    bool (*clock)(void *context, size_t clock, bool expired, struct buf *sql);
    bool (*unit_named)(void *context, struct slice name, int64_t *id);
    day today;
    day (*add_workdays)(void *context, day from, int32_t n);
    struct { struct value *at; size_t n, cap; } binds;
    int first_bind;
    /* Writes the condition that `unit` (?N or a column) is in the set of the slot; with an empty unit, that the set is
     * missing. May be NULL. */
    bool (*in_units)(void *context, int slot, struct slice unit, struct buf *sql);
    /* Where a column holds something else than its words: the bare column to be compared, and what it holds for this
     * word. NULL: the word itself, in `column`. May be NULL. */
    const char *(*word)(void *context, int slot, struct slice word, struct value *held);
};
bool expr_to_sql(struct arena *a, const struct expr *e, struct expr_sql *to, struct buf *sql, struct fault *f) MUST_USE;

#endif
