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

/* ---------- lists ---------- */

struct column { struct slice label, href; const char *class; bool sorted, descending; };
struct column_list { struct column *at; size_t n, cap; };
struct list_cell { struct slice label, text; };
struct list_cells { struct list_cell *at; size_t n, cap; };
struct list_row {
    int64_t id;
    struct lamp lamp;
    struct slice number, title, state, lead, leader;
    day due, updated;
    bool has_progress;
    struct track track;
    struct list_cells extras;
};
struct list_row_list { struct list_row *at; size_t n, cap; };

struct list_page {
    struct shell shell;
    struct note done;
    struct slice title, say, conditions, open_label, open_href;
    day today;
    struct tabs tabs;
    struct slice action, clear, saved, sort, words, where, where_refused;
    bool filtered;
    struct choices lights, states, leads, leaders;
    struct column light_column, number_column, title_column, state_column, lead_column, leader_column, due_column, progress_column, updated_column;
    struct column_list extras;
    size_t columns;
    struct list_row_list rows;
    struct empty empty;
    struct pager pager;
};

struct ledger_row { struct slice label, href, say; int64_t total; };
struct ledger_row_list { struct ledger_row *at; size_t n, cap; };
struct ledgers_page { struct shell shell; struct slice title; struct ledger_row_list rows; };

struct search_group { struct slice label, href; int64_t total; bool more; struct list_row_list rows; };
struct search_groups { struct search_group *at; size_t n, cap; };
struct search_page { struct shell shell; struct slice words; int64_t total; struct search_groups groups; struct empty empty; };

struct home_page {
    struct shell shell;
    struct note done;
    struct slice headline;
};

#endif
