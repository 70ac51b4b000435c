/* The values behind the core pages of web/pages: signing in, first page, lists, one entry. Other groups of pages have a
 * header of their own beside this one. */
#ifndef TAIZHANG_WEB_PAGES_H
#define TAIZHANG_WEB_PAGES_H

#include "web/inside.h"

struct me_duty { struct slice kind, unit; bool subtree; day from, to; };
struct me_duties { struct me_duty *at; size_t n, cap; };
struct me_page {
    struct shell shell;
    struct note done;
    struct hidden hidden;
    struct slice name, post, phone, unit, login;
    struct me_duties duties;
};

struct password_page {
    struct shell shell;
    struct hidden hidden;
    struct errors errors;
    bool once;
    struct input old, password, again;
};

struct home_page {
    struct shell shell;
    struct note done;
    struct slice headline;
};

#endif
