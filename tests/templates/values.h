/* The values of the test templates. */
#ifndef TAIZHANG_TEST_VALUES_H
#define TAIZHANG_TEST_VALUES_H

#include "base/base.h"

struct hostile { struct slice s; const char *t; };
struct inner { struct slice name; int n; };
struct row { struct inner inner; const struct inner *far; bool on; };
struct rows { struct row *at; size_t n; };
enum kind { KIND_A, KIND_B };
struct logic {
    struct rows rows;
    struct slice empty, full;
    const char *null;
    bool yes, no;
    enum kind kind;
    int64_t many;
    struct decimal amount, nothing;
    day due, never;
    int64_t at_ms;
    uint64_t size;
    unsigned char small;
    const struct inner *pointer;
    struct inner inner;
};

#endif
