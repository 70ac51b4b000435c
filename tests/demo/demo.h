/* The values of the demo's pages. */
#ifndef TAIZHANG_DEMO_H
#define TAIZHANG_DEMO_H

#include "http/parts.h"

struct demo_row {
    struct lamp light;
    struct slice number, title, unit;
    day due;
    struct track track;
    int64_t updates;
};
struct demo_rows { struct demo_row *at; size_t n, cap; };

struct demo_list {
    struct shell shell;
    struct strip strip;
    struct stack stack;
    struct tabs tabs;
    struct demo_rows rows;
    struct pager pager;
    struct empty empty;
};

struct demo_form {
    struct shell shell;
    struct crumbs crumbs;
    struct note note;
    struct errors errors;
    struct slice csrf;
    struct input title, text, unit, due;
};

#endif
