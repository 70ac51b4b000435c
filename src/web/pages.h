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
    struct slice href, number, title, state, lead, leader;
    day due, updated;
    bool has_progress;
    struct track track;
    struct list_cells extras;
};
struct list_row_list { struct list_row *at; size_t n, cap; };

struct export_link { struct slice label, href; };
struct export_links { struct export_link *at; size_t n, cap; };

struct list_page {
    struct shell shell;
    struct slice as_of; /* the day asked for */
    struct note done;
    struct slice title, say, conditions, open_label, open_href;
    day today;
    struct tabs tabs;
    struct slice action, clear, saved, sort, words, where, where_refused;
    bool filtered;
    struct choices lights, states, leads, leaders, dues;
    struct column light_column, number_column, title_column, state_column, lead_column, leader_column, due_column, progress_column, updated_column;
    struct column_list extras;
    size_t columns;
    struct list_row_list rows;
    struct empty empty;
    struct pager pager;
    struct export_links exports;
};

struct ledger_row { struct slice label, href, say; int64_t total; };
struct ledger_row_list { struct ledger_row *at; size_t n, cap; };
struct ledgers_page { struct shell shell; struct slice title; struct ledger_row_list rows; };

struct search_group { struct slice label, href; int64_t total; bool more; struct list_row_list rows; };
struct search_groups { struct search_group *at; size_t n, cap; };
struct search_page { struct shell shell; struct slice words; int64_t total; struct search_groups groups; struct empty empty; };

/* ---------- one entry ---------- */

/* Of an entry that was opened from a list: the rows around it there; `at` 0: from none. */
struct neighbours { int64_t at; struct slice back, before, after; };


struct fact { struct slice label, text; };
struct facts { struct fact *at; size_t n, cap; };
struct milestone_row { struct lamp lamp; struct slice title; day due; int percent; };
struct milestone_rows { struct milestone_row *at; size_t n, cap; };
struct receipt_show { struct lamp lamp; struct slice unit, role, reason, ruling, who; day asked_on, due, answered_on; };
struct receipt_shows { struct receipt_show *at; size_t n, cap; };
struct ask_show { struct lamp lamp; struct slice what, unit, answer; day asked_on, answered_on; };
struct ask_shows { struct ask_show *at; size_t n, cap; };
struct line_show { struct facts facts; struct slice who; day on; };
struct line_shows { struct line_show *at; size_t n, cap; };
struct lines_show { struct slice label; struct line_shows rows; };
struct lines_shows { struct lines_show *at; size_t n, cap; };
struct proof_show { struct slice name, href, who; uint64_t size; int64_t at_ms; };
struct proof_shows { struct proof_show *at; size_t n, cap; };
struct notice_show { struct slice label, unit; day on; };
struct notice_shows { struct notice_show *at; size_t n, cap; };

/* What may be done, each a form; and what may not yet, with its reason. */
struct carried { const char *name; struct slice value; };
struct carrieds { struct carried *at; size_t n, cap; };
struct plan_row { int at; struct slice title, due, percent; };
struct plan_rows { struct plan_row *at; size_t n, cap; };
struct act_form {
    struct slice id, legend, button, help, action;
    struct hidden hidden;
    struct errors errors;
    struct carrieds carried;
    struct any_inputs inputs;
    struct plan_rows plan;
    bool files, files_needed, open;
    struct slice files_error;
};
struct act_forms { struct act_form *at; size_t n, cap; };
struct act_reason { struct slice what, why; };
struct act_reasons { struct act_reason *at; size_t n, cap; };
struct acts { struct act_forms forms; struct act_reasons reasons; };
struct acts acts_of(struct page *g, const struct entry *e, const struct entry_file *file, const struct offers *offers);
const struct offer *first_offer(const struct entry *e, const struct offers *offers);
struct slice first_offer_name(struct page *g, const struct entry *e, const struct offer *o);
struct slice form_nth(const struct page *g, const char *name, size_t nth); /* of a field that repeats */

struct entry_page {
    struct shell shell;
    struct crumbs crumbs;
    struct neighbours neighbours;
    struct note done, stale, why;
    int64_t id;
    struct slice title, summary;
    struct lamp lamp;
    bool draft;
    bool has_progress, has_plan;
    struct slice schedule, forecast; /* 欠序时; what is expected, in a sentence */
    struct track track;
    struct slice progress_head, progress_note;
    struct facts facts, reported;
    day updated_on;
    struct slice document, document_href, quote_before, quote, quote_after;
    struct milestone_rows milestones;
    int64_t milestones_done;
    struct receipt_shows receipts;
    struct ask_shows asks;
    struct lines_shows lines;
    struct proof_shows proofs;
    struct notice_shows notices;
    struct told_list history;
    struct acts acts;
    struct slice thumb, thumb_href;
};

struct report_page {
    struct shell shell;
    struct hidden hidden;
    struct errors errors;
    int64_t id;
    struct slice title, stands, progress, progress_error, note, note_error, files_error;
    struct lamp lamp;
    day due;
    struct track track;
    struct any_inputs inputs;
};

struct open_page {
    struct shell shell;
    struct hidden hidden;
    struct errors errors;
    struct slice noun, ledger, back, action;
    struct any_inputs inputs;
};

/* ---------- first page ---------- */

struct late_row { struct lamp lamp; int64_t id; struct slice title, state, lead, leader, step, step_who, next; day due, step_on; bool has_progress; struct track track; };
struct late_rows { struct late_row *at; size_t n, cap; };
struct home_group { struct slice id, noun, href; int64_t total; bool cut; struct late_rows rows; }; /* late, or due soon, of one ledger */
struct home_groups { struct home_group *at; size_t n, cap; };
struct queue_row { struct slice label, href, note; int64_t count; };
struct queue_rows { struct queue_row *at; size_t n, cap; };
struct unit_row { struct slice name, href, late_href; struct stack stack; int64_t late, warned, done, total; };
struct unit_rows { struct unit_row *at; size_t n, cap; };
struct home_ledger { struct slice label, href; struct strip strip; struct stack stack; int64_t total; };
struct home_ledgers { struct home_ledger *at; size_t n, cap; };

struct moved_row { struct slice label, href; int64_t count; };
struct moved_rows { struct moved_row *at; size_t n, cap; };
struct home_page {
    struct shell shell;
    struct note done;
    struct slice headline, say;
    struct home_ledgers ledgers;
    struct home_groups late, soon;
    struct queue_rows queue;
    int64_t queued;
    struct unit_rows units;
    struct slice units_of;
    struct moved_rows watch;
    bool minute; /* they see enough for a page of it */
    struct empty empty;
};

/* What one ledger has for this person: everything that they see, or only what they lead. */
struct share { const struct ledger_def *def; struct ledger_facts facts; int64_t leader, lights[6], total; };
bool share_read(struct page *g, const struct ledger_def *d, struct share *s, struct fault *f) MUST_USE;
int share_by_total(const void *x, const void *y);
struct slice share_href(struct page *g, const struct share *s, const char *more);
struct home_ledger share_lights(struct page *g, const struct share *s);
bool watch_read(struct page *g, const struct share *s, struct moved_rows *watch, struct fault *f) MUST_USE; /* lists to look after that hold something */
void put_year_so_far(struct buf *b, day today); /* 7月16日 星期四，全年已过 54%。 */
bool queue_read(struct page *g, struct queue_rows *queue, int64_t *queued, struct fault *f) MUST_USE;

/* 一页清: what needs me, what is late and whose, what moved */
struct matter { struct lamp lamp; struct slice title, href, lead, leader, why, step, step_who, next, next_href; day due, step_on; };
struct matters { struct matter *at; size_t n, cap; };
struct coming_row { struct lamp lamp; struct slice title, href, lead, leader, forecast; day due; };
struct coming_rows { struct coming_row *at; size_t n, cap; };
struct minute_page {
    struct shell shell;
    struct note done;
    struct slice headline, say, needs_href, needs_label, whose_noun;
    int64_t needs;
    struct matters matters;
    struct home_ledgers ledgers;
    struct queue_rows queue;
    int64_t queued;
    struct unit_rows units, leaders;
    struct slice unit_label, leader_label;
    struct moved_rows moved, watch;
    int64_t coming;
    struct slice coming_href, unsigned_words;
    struct coming_rows comings;
    bool sheet; /* asked for by itself, to be printed */
};

struct todo_row { int64_t entry; struct slice title, number, unit; day since, due; struct lamp lamp; };
struct todo_rows { struct todo_row *at; size_t n, cap; };
struct todo_group { struct slice id, label; struct todo_rows rows; };
struct todo_groups { struct todo_group *at; size_t n, cap; };
struct todos_page { struct shell shell; int64_t total; struct todo_groups groups; struct empty empty; };

#endif
