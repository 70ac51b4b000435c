/* What the files of this room share and no other room sees: the tree of an expression, and the nearest known name. */
#ifndef TAIZHANG_LEDGER_INSIDE_H
#define TAIZHANG_LEDGER_INSIDE_H

#include "ledger/expr.h"

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

#endif
