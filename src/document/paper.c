/* paper.c: what both writers ask of a paper. */
#include "document/inside.h"

enum { WIDTH_LEAST = 4, WIDTH_MOST = 60 };

bool paper_is_row(const struct paper *p, size_t at)
{
    return at < p->n && (p->at[at].kind == PAPER_TABLE_HEAD || p->at[at].kind == PAPER_TABLE_ROW);
}

/* The widest line of a cell. */
static size_t cell_width(struct slice cell)
{
    size_t most = 0;
    struct slice line;
    while (slice_cut(&cell, '\n', &line)) {
        size_t width = utf8_width(line);
        most = width > most ? width : most;
    }
    return most;
}

void paper_widths(const struct paper *p, size_t from, struct widths *w)
{
    *w = (struct widths){ 0 };
    for (; paper_is_row(p, from); from++) {
        for (size_t k = 0; k < p->at[from].cells.n && k < TABLE_COLUMNS_MAX; k++) {
            size_t width = cell_width(p->at[from].cells.at[k]);
            w->of[k] = width > w->of[k] ? width : w->of[k];
            w->n = k + 1 > w->n ? k + 1 : w->n;
        }
    }
    for (size_t k = 0; k < w->n; k++) {
        size_t content = w->of[k] < WIDTH_LEAST ? WIDTH_LEAST : w->of[k] > WIDTH_MOST ? WIDTH_MOST : w->of[k];
        bool hinted = k < p->columns_n && p->columns[k].width;
        w->of[k] = hinted ? 2 * (size_t)p->columns[k].width : content;
    }
}
