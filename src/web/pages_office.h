/* The values behind the office's pages of web/pages: reports, import, hand-out, signing for, papers; and what their
 * page functions share. */
#ifndef TAIZHANG_WEB_PAGES_OFFICE_H
#define TAIZHANG_WEB_PAGES_OFFICE_H

#include "web/inside.h"

enum { OFFICE_FORM_BYTES = 1 << 20 }; /* a grid of many rows */

/* ---------- one document at hand (office.c) ---------- */

struct office {
    struct document_row doc;
    struct slice text;
    struct section_row *sections; size_t n_sections;
    struct term_row *terms; size_t n_terms;
    struct entry *entries; size_t n; /* what the person may see, in the order of the text */
};
bool office_read(struct page *g, struct office *o, struct fault *f) MUST_USE; /* the document of ":id" */
struct slice office_title(struct page *g, const struct document_row *d);      /* 2026年政府工作报告 */
/* The ledgers that this document filled, in the pack's order. */
struct ledgers { const struct ledger_def **at; size_t n, cap; };
struct ledgers office_ledgers(struct page *g, const struct office *o);
struct slice ledger_noun(const struct ledger_def *d);
/* The section under which a row is shown: its own, or the one above where that holds hardly anything. -1: none. */
struct office_part { int64_t id; struct slice title; size_t n; };
struct office_parts { struct office_part *at; size_t n, cap; };
struct office_parts office_parts(struct page *g, const struct office *o, const struct ledger_def *d);
int64_t office_part_of(const struct office *o, const struct ledger_def *d, const struct entry *e);
struct slice office_passage(const struct office *o, const struct entry *e); /* its words in the text */
struct slice entry_units(struct page *g, const struct ids *ids);            /* short names, 、 between */
/* A day as people type it: 6月30日, 6月底, 年底, 6-30, 2026-06-30; what is none of these stays for the ledger to refuse. */
struct slice day_typed(struct arena *a, struct slice typed, int64_t year);
struct slice day_short(struct arena *a, day d, int64_t year); /* 6月30日; with its year where that differs */
struct option_list { struct slice *at; size_t n, cap; };
struct option_list unit_options(struct page *g);
/* Names of units, 、 between; a part of a name that only one living unit has (水务) becomes that unit's short name. */
struct slice units_typed(struct page *g, struct slice typed);
struct option_list leader_options(struct page *g); /* persons with a duty that may lead an entry of some ledger */

/* What was done by the last act, with the button that takes it back. */
struct undo { bool shown; int64_t first, last; struct slice head, text, action; struct hidden hidden; };
struct undo undo_of(struct page *g, struct slice action);
/* Where an act leads: `to`, with what it did for the note above. */
enum http_outcome act_done(struct page *g, struct slice to, const char *code);

/* ---------- an objection and its ruling ---------- */

struct plea {
    int64_t entry, unit;
    struct slice unit_name, role, reason, by, title;
    day on;
    bool lead, open;          /* open: waits for a ruling, which this person may give */
    struct slice ruling, state; /* once ruled */
};
struct pleas { struct plea *at; size_t n, cap; };

/* ---------- hand out ---------- */

struct grid_cell {
    struct slice label, name, value, why, hint, next; /* next: the unit that came second */
    const char *list, *css;                          /* list: of what may be chosen; "" none */
    size_t no;
    bool pen, look, lack, several, oob;              /* pen: a proposal; look: one to be looked at; oob: replaces what stands */
};
struct grid_cells { struct grid_cell *at; size_t n, cap; };
struct grid_head { struct slice label; const char *css; };
struct grid_heads { struct grid_head *at; size_t n, cap; };
struct grid_row {
    int64_t id, version, year;
    size_t no;
    struct slice title, href, save, said; /* save: where a change goes; said: 同意, 缺牵头单位, 等县财政局 */
    const char *light;                /* NULL: plain */
    bool live, picked, pen, sure, shown;
    struct slice next;
    bool tally[6];                    /* which filters count it */
    struct grid_cells cells;
    struct pleas pleas;
};
struct grid_rows { struct grid_row *at; size_t n, cap; };
struct grid_section {
    int64_t id;
    struct slice title, noun, href, load, days_href; /* load: this section alone */
    struct grid_heads heads;
    size_t n, done, pens, looks, nones, days, lacks, pleas; /* pens: sure proposals */
    int real;
    bool open;
    struct grid_rows rows;
};
struct grid_sections { struct grid_section *at; size_t n, cap; };
struct quick { struct slice value, label; };
struct quicks { struct quick *at; size_t n, cap; };
struct handout_paper { struct slice title, href_docx, href_xlsx; day on; int64_t entries; };
struct handout_papers { struct handout_paper *at; size_t n, cap; };
struct lack_count { struct slice label; size_t n; struct slice href; };
struct lack_counts { struct lack_count *at; size_t n, cap; };

struct handout_page {
    struct shell shell;
    struct crumbs crumbs;
    struct undo undo;
    struct note done;
    struct errors errors;
    struct hidden hidden;
    struct slice noun, here, action, headline, days_href, sure_why, look_why, paper;
    struct grid_cells bar; /* what the bar at the foot fills in */
    struct tabs tabs, shows;
    size_t tally[6], days, n, set, live, ready, pens, asked, answered, unasked, pleas;
    struct slice first_lack;
    struct lack_counts lacks;
    struct decimal set_width, pen_x, pen_width, lack_x, lack_width;
    struct grid_sections sections;
    struct option_list units, leaders;
    struct quicks quicks;
    struct slice consult_until;
    struct handout_papers papers;
};
struct handout_saved { struct grid_row row; struct grid_cells changed; struct slice headline, refusal; };

struct days_row { int64_t id, version; size_t no; struct slice title, lead; bool picked; };
struct days_rows { struct days_row *at; size_t n, cap; };
struct days_page { struct shell shell; struct crumbs crumbs; struct errors errors; struct hidden hidden; struct slice headline, action, day, label, lead_label, noun; struct days_rows rows; };

struct handout_choice { struct slice title, href, noun; size_t n, set; };
struct handout_choices { struct handout_choice *at; size_t n, cap; };
struct handouts_page { struct shell shell; struct handout_choices choices; bool may_import; };

/* ---------- sign for, return, rule ---------- */

struct sign_row {
    int64_t id, unit, version;
    const struct ledger_def *def;
    struct slice title, href, number, role, leader, unit_name, said, due_label;
    const char *light;
    day due, until, return_until;
    bool lead, may_sign, may_return;
};
struct sign_rows { struct sign_row *at; size_t n, cap; };
/* The rows of one ledger, under its own words. */
struct sign_group { const struct ledger_def *def; struct slice noun, leader_label, due_label; struct sign_rows rows; };
struct sign_groups { struct sign_group *at; size_t n, cap; };
struct sign_page {
    struct shell shell;
    struct note done;
    struct errors errors;
    struct hidden hidden, hidden_return, hidden_opinions;
    struct slice headline, sub;
    struct sign_rows rows, opinions;
    struct sign_groups groups, opinion_groups;
    struct slice chaser; /* who rules, and chases what is not answered */
    size_t n_sign, n_opinions;
    bool returning;
    struct sign_row back;
    struct input note;
    struct pleas rulings, past;
    bool rules;
    struct option_list units;
};

/* ---------- the report ---------- */

struct word { struct slice text, title; }; /* title: of a term */
struct words { struct word *at; size_t n, cap; };
struct promise {
    int64_t id;
    size_t no;
    struct slice href, title, lead, lead_full, leader;
    struct lamp light;
    day due;
    int64_t progress;
    const char *css; /* the light's letter */
    bool draft, dropped;
};
struct run { bool linked; struct promise promise; struct words words; };
struct runs { struct run *at; size_t n, cap; };
struct promises { struct promise *at; size_t n, cap; };
struct paragraph { int level; struct slice heading; int64_t anchor; bool has_anchor, title; struct runs runs; struct promises side; };
struct paragraphs { struct paragraph *at; size_t n, cap; };
struct toc_row { struct slice label, title, href; struct stack stack; size_t n, done, late; bool part; };
struct toc { struct toc_row *at; size_t n, cap; };
struct dashboard_page {
    struct shell shell;
    struct note done;
    struct crumbs crumbs;
    struct slice headline, sub, title, by, check, handout, original;
    struct tabs years, tabs;
    struct strip strip;
    struct toc toc;
    struct paragraphs paragraphs;
};
struct report_choice { struct slice title, href, by; day on; size_t n, done, late, drafts; };
struct report_choices { struct report_choice *at; size_t n, cap; };
struct reports_page { struct shell shell; struct note done; struct report_choices choices; bool may_import; struct slice headline; };

/* ---------- import and look through ---------- */

struct import_page { struct shell shell; struct errors errors; struct hidden hidden; struct crumbs crumbs; bool ask_year; struct input year; size_t max_mb; };

struct mark { struct slice text; size_t no; }; /* no 0: plain */
struct marks { struct mark *at; size_t n, cap; };
struct draft_row {
    int64_t id, version;
    size_t no;
    bool long_title, dropped, live, complete;
    struct slice title, lead, support, leader, due, doubt, error, split;
    struct any_inputs own;
};
struct draft_rows { struct draft_row *at; size_t n, cap; };
struct check_pair { struct marks marks; struct draft_rows drafts; };
struct check_pairs { struct check_pair *at; size_t n, cap; };
struct check_page {
    struct shell shell;
    struct undo undo;
    struct note done;
    struct errors errors;
    struct hidden hidden;
    struct crumbs crumbs;
    struct slice headline, here, section, facts_action, part_title, part_say, doubts_href, handout, noun;
    struct tabs tabs; struct choices parts;
    struct input title, place, session, speaker, year, delivered_on;
    bool only_doubts;
    size_t n, doubts, complete, dropped, part_n, part_complete;
    struct check_pairs pairs;
    struct option_list units, leaders;
    struct slice before, after;
};

page_fn show_reports, show_report, show_original, show_import, post_import, show_check, post_check, post_facts;
page_fn show_handouts, show_handout, show_handout_days, post_handout, post_handout_row, show_paper;
page_fn show_sign, post_sign, post_rule;

/* sign.c: the ruling whose button was pressed ("rule" = "ENTRY.UNIT") as a command; false where none was. */
bool ruling_command(struct page *g, struct buf *b) MUST_USE;

/* papers.c: the annexed table of an issue as docx and xlsx, kept, and the command that says so. */
enum http_outcome paper_issue(struct page *g, const struct ledger_def *d, int64_t year, struct slice then, page_fn *again);

#endif
