/* What the files of the pack language share (inside.h is the kernel's): the tree of an expression, the nearest known
 * name, the tree of a YAML file, and the reader of packs. */
#ifndef TAIZHANG_LEDGER_PACK_INSIDE_H
#define TAIZHANG_LEDGER_PACK_INSIDE_H

#include "ledger/pack.h"
#include "ledger/pack_yaml.h"

/* ---------- the tree of an expression: expr.c makes it, expr_eval.c and expr_sql.c read it ---------- */

enum expr_op {
    OP_LITERAL, OP_NAMED /* a unit or person by its name in quotes */, OP_FIELD, OP_MEANS, OP_ROLE, OP_DUTY, OP_TODAY,
    OP_EXPIRED, OP_LEFT, OP_LINE_COUNT,
    OP_OR, OP_AND, OP_NOT,
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_IN_SET,
    OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_NEG,
    OP_MISSING, OP_RATE, OP_DAYS, OP_WORKDAYS, OP_MIN, OP_MAX, OP_CONTAINS, OP_YEAR,
    OP_COUNT
};

struct expr {
    uint8_t op, type;
    uint8_t unit;                      /* of TYPE_DAYS: calendar days, workdays or months */
    uint8_t scale;                     /* of a field of numbers */
    uint16_t depth;
    uint32_t weight;                   /* nodes below and this one, with what names mean */
    int32_t slot;                      /* of a field; the place of a role, duty, clock, table of lines */
    int32_t role;                      /* while parsing: a field whose name is a role too; else -1 */
    const struct expr *left, *right;   /* OP_MEANS: left is what the name means */
    const struct expr *const *args;    /* OP_IN: the list; OP_MIN, OP_MAX */
    size_t n_args;
    struct slice name;                 /* as written */
    struct value value;                /* of a literal */
    const struct slice *options;       /* of a field of words */
    size_t n_options;
};

/* ---------- the likely name ---------- */

struct nearest { struct slice word, best; int distance; };
struct nearest nearest_open(struct slice word); /* at most 2 letters away; 1 where the word is short */
void nearest_try(struct nearest *n, struct slice candidate);

/* ---------- the reader of one pack ---------- */

struct pack_reader {
    struct pack *pack;
    struct arena *arena; /* the pack's */
    struct pack_problems *problems;
    struct slice file;
    int order_line;             /* of `order` in pack.yaml */
    struct ledger_def *ledger;  /* NULL in pack.yaml */
    struct expr_name *names;    /* of the ledger; computed fields get their meaning as they are read */
    int phase;
};

#define NO_LIKELY S("")
/* One more problem of the reader's file: the sentence of a code, and the likely right name. */
void problem(struct pack_reader *r, int line, const char *code, struct slice about0, struct slice about1, struct slice likely);
void problem_fault(struct pack_reader *r, int line, const struct fault *f, struct slice likely);

/* NULL after a problem. */
const struct yaml *yaml_read(struct pack_reader *r, struct slice bytes);

void pack_read_head(struct pack_reader *r, const struct yaml *tree);   /* pack.yaml (pack_schema.c) */
void pack_read_ledger(struct pack_reader *r, const struct yaml *tree); /* into r->ledger */
void pack_check_ledger(struct pack_reader *r, const struct yaml *tree);  /* what it means (pack_check.c) */
void pack_check_between(struct pack_reader *r);                        /* ledgers against each other, papers against ledgers */
const char *number_fault(struct slice pattern);                        /* the code of what is wrong with it, or NULL */
void pack_read_calendar(struct pack_reader *r, struct slice bytes);    /* one year (pack_calendar.c) */

/* Fills l->names from what is declared so far; returns the fields, for meanings that come later. */
struct expr_name *ledger_names(struct arena *a, const struct pack *p, struct ledger_def *l);
const struct field *slot_field(const struct ledger_def *l, int slot);    /* NULL for a common one */
enum value_type slot_type(const struct ledger_def *l, int slot);
enum value_type field_value_type(enum field_type t);
bool slot_can_be_set(const struct ledger_def *l, int slot); /* by `set_by`, `required`, drafts, grants */

#endif
