/* csv_read.c: RFC 4180, with the mark between cells found from the first line: comma, semicolon or tab.
 *
 * record = cell (mark cell)* line-end; cell = '"' (any | '""')* '"' | any but mark and line-end */
#include "document/inside.h"

/* The most frequent outside quotes in the first line that has any; a comma where none is. */
static char find_mark(struct slice text)
{
    static const char marks[] = ",;\t";
    size_t seen[3] = { 0 };
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        const char *mark = memchr(marks, text.at[i], 3);
        if (text.at[i] == '"')
            quoted = !quoted;
        else if (!quoted && mark)
            seen[mark - marks]++;
        else if (!quoted && text.at[i] == '\n' && seen[0] + seen[1] + seen[2])
            break;
    }
    return seen[2] > seen[0] && seen[2] > seen[1] ? '\t' : seen[1] > seen[0] ? ';' : ',';
}

/* A quoted cell from its first quote on: what it holds, and where it ends. False where the quotes do not match. */
static bool read_quoted(struct arena *a, struct slice text, char mark, size_t *at, struct slice *cell)
{
    size_t from = *at + 1, len = 0, doubled = 0, i = from;
    for (; i < text.len; i++) {
        if (text.at[i] != '"')
            continue;
        if (i + 1 >= text.len || text.at[i + 1] != '"')
            break;
        doubled++;
        i++;
    }
    if (i >= text.len)
        return false;
    *cell = slice_part(text, from, i);
    if (doubled) {
        char *plain = NEW(a, char, cell->len);
        for (size_t k = from; k < i; k++) {
            plain[len++] = text.at[k];
            k += text.at[k] == '"';
        }
        *cell = (struct slice){ plain, len };
    }
    *at = i + 1;
    return *at == text.len || text.at[*at] == mark || text.at[*at] == '\n';
}

bool csv_table(struct arena *a, struct slice text, struct grid *g, struct fault *f)
{
    char mark = find_mark(text);
    size_t row = 0, column = 0, line = 1;
    if (slice_starts(text, S("sep=")) && text.len > 5 && text.at[5] == '\n') { /* Excel's own way to name the mark */
        mark = text.at[4];
        text = slice_from(text, 6);
    }
    for (size_t at = 0; at < text.len;) {
        struct slice cell;
        size_t from = at;
        if (text.at[at] == '"') {
            if (!read_quoted(a, text, mark, &at, &cell))
                return fault_set(f, FAULT_REFUSED, "document-csv-quote", slice_format(a, "%zu", line), S(""));
        } else {
            while (at < text.len && text.at[at] != mark && text.at[at] != '\n')
                at++;
            cell = slice_part(text, from, at);
        }
        if (!grid_put(a, g, row, column++, cell, f))
            return false;
        for (size_t i = from; i < at; i++)
            line += text.at[i] == '\n';
        if (at < text.len && text.at[at++] == '\n') {
            line++;
            row++;
            column = 0;
        }
    }
    return true;
}
