/* xlsx_write.c: the rows of a paper as a sheet, by libxlsxwriter.
 *
 * The library of Debian 12 writes its parts to temporary files and the whole to a file by name; the jail has neither.
 * Two functions of its interfaces are therefore given here, and the linker takes ours: lxw_tmpfile lends a stream in
 * memory, and zipOpen, of minizip, opens the buffer whose address stands in the file name. */
#include "document/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <xlsxwriter.h>

#include <minizip/zip.h>

/* ---------- files in memory ---------- */

struct memory { struct buf bytes; size_t at; };

static size_t memory_read(struct memory *m, char *to, size_t n)
{
    struct slice rest = slice_part(buf_slice(&m->bytes), m->at, m->at + n);
    if (rest.len)
        memcpy(to, rest.at, rest.len);
    m->at += rest.len;
    return rest.len;
}

static size_t memory_write(struct memory *m, const char *from, size_t n)
{
    size_t end = m->at + n, more = end > m->bytes.len ? end - m->bytes.len : 0;
    if (!n || !buf_room(&m->bytes, more))
        return 0;
    memcpy(m->bytes.at + m->at, from, n);
    m->bytes.len += more;
    m->at = end;
    return n;
}

/* No further than the end: nothing of these two writers leaves a hole. */
static int memory_seek(struct memory *m, int64_t to, int whence)
{
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)m->at : (int64_t)m->bytes.len;
    if (base + to < 0 || base + to > (int64_t)m->bytes.len)
        return -1;
    m->at = (size_t)(base + to);
    return 0;
}

static ssize_t stream_read(void *self, char *to, size_t n)
{
    return (ssize_t)memory_read(self, to, n);
}

static ssize_t stream_write(void *self, const char *from, size_t n)
{
    return (ssize_t)memory_write(self, from, n);
}

static int stream_seek(void *self, off64_t *to, int whence)
{
    struct memory *m = self;
    if (memory_seek(m, *to, whence))
        return -1;
    *to = (off64_t)m->at;
    return 0;
}

static int stream_close(void *self)
{
    struct memory *m = self;
    buf_close(&m->bytes);
    free(m);
    return 0;
}

FILE *lxw_tmpfile(char *folder)
{
    struct memory *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->bytes = buf_open(DOCUMENT_OUT_MAX_BYTES * 4u);
    FILE *stream = fopencookie(m, "w+", (cookie_io_functions_t){ stream_read, stream_write, stream_seek, stream_close });
    if (!stream)
        free(m);
    return stream;
}

static voidpf zip_open_memory(voidpf opaque, const void *name, int mode)
{
    return opaque;
}

static uLong zip_read_memory(voidpf opaque, voidpf m, void *to, uLong n)
{
    return memory_read(m, to, n);
}

static uLong zip_write_memory(voidpf opaque, voidpf m, const void *from, uLong n)
{
    return memory_write(m, from, n);
}

static ZPOS64_T zip_tell_memory(voidpf opaque, voidpf m)
{
    return ((struct memory *)m)->at;
}

static long zip_seek_memory(voidpf opaque, voidpf m, ZPOS64_T to, int origin)
{
    return memory_seek(m, (int64_t)to, origin == ZLIB_FILEFUNC_SEEK_SET ? SEEK_SET
            : origin == ZLIB_FILEFUNC_SEEK_CUR                         ? SEEK_CUR
                                                                       : SEEK_END);
}

static int zip_close_memory(voidpf opaque, voidpf m)
{
    return 0;
}

static int zip_memory_failed(voidpf opaque, voidpf m)
{
    return ((struct memory *)m)->bytes.failed;
}

zipFile zipOpen(const char *name, int append)
{
    zlib_filefunc64_def memory = { zip_open_memory, zip_read_memory, zip_write_memory, zip_tell_memory,
        zip_seek_memory, zip_close_memory, zip_memory_failed, (void *)(uintptr_t)strtoull(name, NULL, 16) };
    return zipOpen2_64(name, append, NULL, &memory);
}

/* ---------- the sheet ---------- */

struct sheet {
    struct arena *a;
    const struct paper *p;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *head, *cells[PAPER_ALIGNS];
    struct widths widths;
    size_t columns, row, head_rows;
};

enum { LINE_POINTS = 16, TITLE_LINE_POINTS = 30, ROW_MOST_POINTS = 409 };

static lxw_format *format(lxw_workbook *book, const char *font, double size, enum paper_align align, bool border)
{
    static const uint8_t aligns[] = { LXW_ALIGN_LEFT, LXW_ALIGN_CENTER, LXW_ALIGN_RIGHT, LXW_ALIGN_RIGHT, LXW_ALIGN_RIGHT };
    lxw_format *f = workbook_add_format(book);
    if (!f)
        return NULL;
    format_set_font_name(f, font);
    format_set_font_size(f, size);
    format_set_align(f, aligns[align]);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(f);
    if (border)
        format_set_border(f, LXW_BORDER_THIN);
    return f;
}

static bool make_formats(struct sheet *s)
{
    s->title = format(s->book, "方正小标宋简体", 18, PAPER_CENTRE, false);
    s->head = format(s->book, "黑体", 11, PAPER_CENTRE, true);
    bool ok = s->title && s->head;
    if (ok)
        format_set_bold(s->head);
    for (size_t i = 0; i < COUNT(s->cells); i++)
        ok = (s->cells[i] = format(s->book, "仿宋_GB2312", 11, (enum paper_align)i, true)) && ok;
    if (ok)
        format_set_num_format(s->cells[PAPER_DATE], "yyyy-mm-dd");
    return ok;
}

/* A plain decimal that a sheet's number holds exactly: then a clerk can sum the column. 007 and 1e5 are texts. */
static bool is_plain_figure(struct slice s)
{
    struct decimal d;
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++)
        digits += s.at[i] >= '0' && s.at[i] <= '9';
    if (slice_starts(s, S("-")))
        s = slice_from(s, 1);
    bool led = s.len > 1 && s.at[0] == '0' && s.at[1] != '.';
    return digits <= 15 && !led && s.len && s.at[0] >= '0' && s.at[0] <= '9' && decimal_parse(s, &d);
}

static bool unwritten(lxw_error error, struct fault *f)
{
    return fault_set(f, FAULT_BROKEN, "document-unwritten", slice_of(lxw_strerror(error)), S(""));
}

/* A day that a sheet can count: its days begin in 1900. */
static bool is_sheet_day(struct slice s, lxw_datetime *when)
{
    day d;
    *when = (lxw_datetime){ 0 };
    if (!day_parse(s, &d))
        return false;
    day_parts(d, &when->year, &when->month, &when->day);
    return when->year >= 1900 && when->year <= 9999;
}

static bool put_cell(struct sheet *s, size_t column, struct slice text, lxw_format *how, enum paper_align as, struct fault *f)
{
    const char *t = slice_text(s->a, text);
    lxw_row_t row = (lxw_row_t)s->row;
    lxw_col_t at = (lxw_col_t)column;
    lxw_datetime when;
    lxw_error error = as == PAPER_FIGURE && is_plain_figure(text) ? worksheet_write_number(s->sheet, row, at, strtod(t, NULL), how)
        : as == PAPER_DATE && is_sheet_day(text, &when)           ? worksheet_write_datetime(s->sheet, row, at, &when, how)
                                                                  : worksheet_write_string(s->sheet, row, at, t, how);
    if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        return fault_set(f, FAULT_REFUSED, "document-cell-long", slice_format(s->a, "%zu", s->row + 1), S("32767"));
    return error ? unwritten(error, f) : true;
}

/* Not every program fits rows to wrapped text when it opens a sheet. */
static size_t lines_in(struct slice text, size_t width)
{
    size_t lines = 0;
    struct slice line;
    while (slice_cut(&text, '\n', &line)) {
        size_t needs = utf8_width(line);
        lines += needs > width ? (needs + width - 1) / width : 1;
    }
    return lines ? lines : 1;
}

static bool set_height(struct sheet *s, size_t points, struct fault *f)
{
    double height = points > ROW_MOST_POINTS ? ROW_MOST_POINTS : (double)points;
    lxw_error error = worksheet_set_row(s->sheet, (lxw_row_t)s->row, height, NULL);
    return error ? unwritten(error, f) : true;
}

static bool put_row(struct sheet *s, const struct block *b, struct fault *f)
{
    bool head = b->kind == PAPER_TABLE_HEAD;
    size_t lines = 1;
    for (size_t k = 0; k < s->columns; k++) {
        enum paper_align align = k < s->p->columns_n ? s->p->columns[k].align : PAPER_LEFT;
        struct slice text = k < b->cells.n ? b->cells.at[k] : S("");
        if (!put_cell(s, k, text, head ? s->head : s->cells[align], head ? PAPER_LEFT : align, f))
            return false;
        size_t needs = k < s->widths.n ? lines_in(text, s->widths.of[k]) : 1;
        lines = needs > lines ? needs : lines;
    }
    if (!set_height(s, lines * LINE_POINTS, f))
        return false;
    s->row++;
    if (head && s->head_rows + 1 == s->row)
        s->head_rows = s->row;
    return true;
}

static bool put_title(struct sheet *s, struct slice title, struct fault *f)
{
    lxw_error error = LXW_NO_ERROR;
    size_t across = 0; /* in characters of the title, 18 to 11 points */
    for (size_t k = 0; k < s->widths.n; k++)
        across += (s->widths.of[k] + 2) * 11 / 18;
    if (s->columns > 1)
        error = worksheet_merge_range(s->sheet, (lxw_row_t)s->row, 0, (lxw_row_t)s->row, (lxw_col_t)(s->columns - 1),
            "", s->title);
    if (error)
        return unwritten(error, f);
    if (!put_cell(s, 0, title, s->title, PAPER_LEFT, f) ||
        !set_height(s, TITLE_LINE_POINTS * lines_in(title, across ? across : 60), f))
        return false;
    s->row++;
    s->head_rows = s->row; /* heads count while they follow the titles */
    return true;
}

/* Widest need of all tables of the paper, since a sheet has one set of columns. */
static bool set_columns(struct sheet *s, struct fault *f)
{
    struct widths w;
    for (size_t i = 0; i < s->p->n; i++) {
        if (!paper_is_row(s->p, i) || (i && paper_is_row(s->p, i - 1)))
            continue;
        paper_widths(s->p, i, &w);
        for (size_t k = 0; k < w.n; k++)
            s->widths.of[k] = w.of[k] > s->widths.of[k] ? w.of[k] : s->widths.of[k];
        s->widths.n = w.n > s->widths.n ? w.n : s->widths.n;
    }
    s->columns = s->widths.n ? s->widths.n : 1;
    for (size_t k = 0; k < s->widths.n; k++) {
        lxw_error error = worksheet_set_column(s->sheet, (lxw_col_t)k, (lxw_col_t)k, (double)s->widths.of[k] + 2, NULL);
        if (error)
            return unwritten(error, f);
    }
    return true;
}

static bool put_sheet(struct sheet *s, struct fault *f)
{
    if (!set_columns(s, f))
        return false;
    for (size_t i = 0; i < s->p->n; i++) {
        const struct block *b = &s->p->at[i];
        if (paper_is_row(s->p, i) ? !put_row(s, b, f) : b->kind == PAPER_TITLE && !put_title(s, b->text, f))
            return false;
    }
    worksheet_set_landscape(s->sheet);
    worksheet_set_paper(s->sheet, 9); /* A4 */
    worksheet_fit_to_pages(s->sheet, 1, 0);
    worksheet_set_margins(s->sheet, 0.6, 0.6, 0.8, 0.8);
    lxw_error error = worksheet_set_footer(s->sheet, "&C— &P —");
    if (!error && s->head_rows) {
        worksheet_freeze_panes(s->sheet, (lxw_row_t)s->head_rows, 0);
        error = worksheet_repeat_rows(s->sheet, 0, (lxw_row_t)(s->head_rows - 1));
    }
    return error ? unwritten(error, f) : true;
}

static bool make_book(struct sheet *s, const char *name, struct fault *f)
{
    /* a day that never changes, so that the same paper gives the same bytes */
    lxw_doc_properties properties = { .created = 1577836800 };
    s->book = workbook_new(name);
    s->sheet = s->book ? workbook_add_worksheet(s->book, "Sheet1") : NULL;
    if (!s->sheet || !make_formats(s) || workbook_set_properties(s->book, &properties))
        return unwritten(LXW_ERROR_MEMORY_MALLOC_FAILED, f);
    return true;
}

bool xlsx_write(struct arena *a, const struct paper *p, struct slice *bytes, struct fault *f)
{
    struct memory file = { .bytes = buf_open(DOCUMENT_OUT_MAX_BYTES) };
    struct sheet s = { .a = a, .p = p };
    bool ok = make_book(&s, slice_format(a, "%llx", (unsigned long long)(uintptr_t)&file).at, f) && put_sheet(&s, f);
    lxw_error error = ok ? workbook_close(s.book) : LXW_NO_ERROR; /* else the process's end frees it */
    if (error)
        ok = unwritten(error, f);
    if (ok)
        *bytes = slice_copy(a, buf_slice(&file.bytes));
    buf_close(&file.bytes);
    return ok;
}
