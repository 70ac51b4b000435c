/* grid.c: the rows and cells that a table's reader finds, where they are, within the caps. */
#include "document/inside.h"

bool grid_put(struct arena *a, struct grid *g, size_t row, size_t column, struct slice cell, struct fault *f)
{
    cell = slice_trim(cell);
    if (!cell.len)
        return true;
    if (row >= TABLE_ROWS_MAX)
        return fault_set(f, FAULT_REFUSED, "document-rows-many", slice_format(a, "%d", TABLE_ROWS_MAX), S(""));
    if (column >= TABLE_COLUMNS_MAX)
        return fault_set(f, FAULT_REFUSED, "document-columns-many", slice_format(a, "%d", TABLE_COLUMNS_MAX),
            slice_format(a, "%zu", row + 1));
    g->text_bytes += cell.len + 1;
    if (g->text_bytes > DOCUMENT_TEXT_MAX_BYTES)
        return fault_set(f, FAULT_REFUSED, "document-text-too-long", S("32"), S(""));
    while (g->n <= row)
        PUSH(a, g, (struct slices){ 0 });
    struct slices *r = &g->at[row];
    while (r->n <= column)
        PUSH(a, r, S(""));
    r->at[column] = cell;
    if (g->columns <= column)
        g->columns = column + 1;
    return true;
}

void grid_tidy(struct grid *g)
{
    size_t rows = 0;
    g->columns = 0;
    for (size_t i = 0; i < g->n; i++) {
        struct slices *r = &g->at[i];
        while (r->n && !r->at[r->n - 1].len)
            r->n--;
        rows = r->n ? i + 1 : rows;
        g->columns = r->n > g->columns ? r->n : g->columns;
    }
    g->n = rows;
}

/* A line feed or tab within a cell would make another row or cell of it. */
static void put_in_line(struct buf *text, struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        buf_char(text, s.at[i] == '\n' || s.at[i] == '\t' ? ' ' : s.at[i]);
}

void grid_text(const struct grid *g, struct buf *text)
{
    for (size_t i = 0; i < g->n; i++) {
        for (size_t k = 0; k < g->at[i].n; k++) {
            if (k)
                buf_char(text, '\t');
            put_in_line(text, g->at[i].at[k]);
        }
        buf_char(text, '\n');
    }
}
