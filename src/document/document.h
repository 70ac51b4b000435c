/* document: the small client that has documents read and written by `taizhang-document`, a confined child.
 * One process a document, without network, under seccomp and limits: a bad file ends the child, not the ledger.
 * Bytes go in, text or a file comes out. The core links no document library. */
#ifndef TAIZHANG_DOCUMENT_H
#define TAIZHANG_DOCUMENT_H

#include "base/base.h"

enum { DOCUMENT_IN_MAX_BYTES = 50 << 20, DOCUMENT_TEXT_MAX_BYTES = 32 << 20, DOCUMENT_OUT_MAX_BYTES = 64 << 20,
    DOCUMENT_SECONDS_MAX = 20, TABLE_ROWS_MAX = 20000, TABLE_COLUMNS_MAX = 100 };

/* The program stands beside the running one, or where TAIZHANG_DOCUMENT says (tests). The caller finds it once.
 * The calls below may be made from several threads at once; each starts a child of its own and waits for its end,
 * DOCUMENT_SECONDS_MAX at most. */
struct document_reader { const char *program; };
bool document_find(struct arena *a, struct document_reader *r, struct fault *f) MUST_USE;

/* What the bytes are is found out from the bytes; `name` (may be empty) only decides between txt and csv.
 * txt (UTF-8 with or without BOM, GB18030, UTF-16 with BOM) and docx → UTF-8 text, one paragraph a line; the rows of
 * a table (in a docx, of an xlsx or a csv) are lines with tabs between cells. */
bool document_text(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct slice *text, struct fault *f) MUST_USE;

/* csv, xlsx (the first sheet not hidden that has rows), or the first table of a docx. Row n of the table is row n of
 * the sheet, also where rows are empty, so that a message can name it; empty rows at the end are left off.
 * Cells are trimmed, as seen: dates YYYY-MM-DD, percents with their sign, places as shown, but figures without
 * thousands separators, currency signs or other words of their number format. A merged cell's value is its first. */
struct table {
    struct slices *rows; /* n rows of one width: missing cells are empty */
    size_t n;
};
bool document_table(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct table *table, struct fault *f) MUST_USE;

/* Papers out. A paper is a simple list of blocks, set by the child in the official layout of GB/T 9704 (docx) or as a
 * sheet (xlsx). Rows that follow each other are one table. The file's bytes live in the arena and are the same for
 * the same paper. */
enum paper_block { PAPER_TITLE, PAPER_NUMBER, PAPER_ADDRESSEE, PAPER_HEADING1, PAPER_HEADING2, PAPER_PARAGRAPH,
    PAPER_ANNEX_NOTE, PAPER_SIGNATURE, PAPER_DAY, PAPER_NEW_PAGE, PAPER_TABLE_HEAD, PAPER_TABLE_ROW, PAPER_BLOCKS };
struct block {
    enum paper_block kind;
    struct slice text;   /* a line feed in it starts a new line */
    struct slices cells; /* of a table row, TABLE_COLUMNS_MAX at most */
};

/* How column n of every table of the paper is set. Without a row here: width by content, text at the left. */
enum paper_align { PAPER_LEFT, PAPER_CENTRE, PAPER_RIGHT,
    PAPER_FIGURE, /* at the right; in a sheet a number where it is a plain one of up to 15 digits, else text */
    PAPER_DATE,   /* at the right; in a sheet a day where it is YYYY-MM-DD, else text */
    PAPER_ALIGNS };
struct paper_column {
    enum paper_align align;
    uint8_t width; /* in Chinese characters; 0: by content */
};

struct paper {
    struct block *at;
    size_t n, cap;
    bool landscape; /* what follows the first PAPER_NEW_PAGE lies across; all of a paper without one */
    const struct paper_column *columns;
    size_t columns_n;
};
enum paper_format { PAPER_DOCX, PAPER_XLSX }; /* xlsx holds the table rows, with the title above */
bool document_write(struct arena *a, const struct document_reader *r, const struct paper *p, enum paper_format format,
    struct slice *bytes, struct fault *f) MUST_USE;

#endif
