/* The values behind the pages of a reporting round (报送轮次): all of a person's rounds, one round for its office, and
 * the grid of one unit for those who fill it, release it, or read it. */
#ifndef TAIZHANG_WEB_PAGES_ROUND_H
#define TAIZHANG_WEB_PAGES_ROUND_H

#include "web/inside.h"

struct round_choice { struct slice title, sub, href, say; };
struct round_choices { struct round_choice *at; size_t n, cap; };
struct rounds_page { struct shell shell; struct round_choices choices; struct slice headline; };

/* ---------- one round, for its office ---------- */

struct round_box { const char *light; struct slice label, note, href; size_t n; };
struct round_boxes { struct round_box *at; size_t n, cap; };
struct round_unit_line {
    int64_t unit;
    const char *light;
    struct slice state, name, href, who, where;
    size_t rows;
    bool chased;     /* today already */
};
struct round_unit_lines { struct round_unit_line *at; size_t n, cap; };
struct round_page {
    struct shell shell;
    struct crumbs crumbs;
    struct note done;
    struct errors errors;
    struct hidden hidden, hidden_take;
    struct slice headline, sub, here, words, docx, xlsx;
    struct round_boxes boxes;
    struct round_unit_lines open, in;
    struct decimal in_width;
    size_t chase, take, units, lines, said; /* how many would be reminded, can be taken; entries in all, and reported */
};

/* ---------- the grid of one unit ---------- */

struct month_cell {
    struct slice label, name, value, stood, words, word_name, why;
    const char *css;                  /* the column's */
    bool number, changed, refused;
};
struct month_cells { struct month_cell *at; size_t n, cap; };
struct month_row {
    int64_t id, version;
    size_t no;
    struct slice title, due, note, note_name, note_why;
    struct lamp lamp;
    bool changed, filled, saved, ask_note;
    struct month_cells cells;
};
struct month_rows { struct month_row *at; size_t n, cap; };
struct month_head { struct slice label; const char *css; };
struct month_heads { struct month_head *at; size_t n, cap; };
struct round_unit_page {
    struct shell shell;
    struct crumbs crumbs;
    struct note done;
    struct errors errors;
    struct hidden hidden;
    struct slice headline, sub, here, action, edit, reason, send, sheet, by;
    int step;                          /* 0 fill, 1 release, 2 at the office, 3 taken */
    bool editing, may_fill, may_release, may_send, needs_release, waived, may_waive, office, may_take, may_return;
    size_t changed, unfilled, same;
    struct month_heads heads;
    struct month_rows rows;
    struct slice return_note;
    bool returning;
    struct slice office_name;
};

/* Reading the table that came back from a spreadsheet. */
struct sheet_fault { struct slice where, text; };
struct sheet_faults { struct sheet_fault *at; size_t n, cap; };
struct round_upload_page { struct shell shell; struct crumbs crumbs; struct errors errors; struct hidden hidden; struct slice headline, action, here, sheet; struct sheet_faults faults; };

page_fn show_rounds, show_round, post_round, show_round_unit, post_round_unit, show_round_summary, show_round_sheet, show_round_upload, post_round_upload;

/* What waits for the person in rounds: grids to fill, to release, to take. */
struct slice round_title(struct page *g, const struct round_row *row); /* 2026年3月 月度报送 */
bool round_of_page(struct page *g, struct round_row *row, struct fault *f) MUST_USE; /* of ":id" */
bool round_unit_of(struct page *g, const struct round_row *row, struct round_unit *u, struct fault *f) MUST_USE; /* of ":unit" */
struct slice cut_off_words(struct page *g, const struct round_row *row);

#endif
