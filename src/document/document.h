/* document: the small client that has documents read and written by `taizhang-document`, a confined child.
 * One process a document, without network, under seccomp and limits: a bad file ends the child, not the ledger.
 * Bytes go in, text or a file comes out. The core links no document library. */
#ifndef TAIZHANG_DOCUMENT_H
#define TAIZHANG_DOCUMENT_H

#include "base/base.h"

enum { DOCUMENT_IN_MAX_BYTES = 50 << 20, DOCUMENT_TEXT_MAX_BYTES = 32 << 20, DOCUMENT_SECONDS_MAX = 20,
    TABLE_ROWS_MAX = 20000, TABLE_COLUMNS_MAX = 100 };

/* The program stands beside the running one, or where TAIZHANG_DOCUMENT says (tests). The caller finds it once. */
struct document_reader { const char *program; };
bool document_find(struct arena *a, struct document_reader *r, struct fault *f) MUST_USE;

/* What the bytes are is found out from the bytes; `name` (may be empty) only decides between txt and csv.
 * txt (UTF-8 with or without BOM, GB18030, UTF-16 with BOM) and docx → UTF-8 text, one paragraph a line; the rows of
 * a table in a docx are lines with tabs between cells. */
bool document_text(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct slice *text, struct fault *f) MUST_USE;

struct table { /* csv, xlsx (the first sheet that has rows), or the first table of a docx */
    struct slices *rows; /* n rows; cells trimmed, text as seen; missing cells empty */
    size_t n;
};
bool document_table(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct table *table, struct fault *f) MUST_USE;

/* Papers out. A paper is a simple tree of blocks, written by the core as JSON lines (docs/papers.md) and set by the
 * child in the official layout of GB/T 9704 (docx) or as a sheet (xlsx). The file's bytes live in the arena and are
 * the same for the same paper. */
enum paper_block { PAPER_TITLE, PAPER_NUMBER, PAPER_ADDRESSEE, PAPER_HEADING1, PAPER_HEADING2, PAPER_PARAGRAPH,
    PAPER_ANNEX_NOTE, PAPER_SIGNATURE, PAPER_DAY, PAPER_NEW_PAGE, PAPER_TABLE_HEAD, PAPER_TABLE_ROW };
struct block { enum paper_block kind; struct slice text; struct slices cells; /* of a table row */ };
struct paper { struct block *at; size_t n, cap; bool landscape; };
enum paper_format { PAPER_DOCX, PAPER_XLSX }; /* xlsx holds the table rows, with the title above */
bool document_write(struct arena *a, const struct document_reader *r, const struct paper *p, enum paper_format format,
    struct slice *bytes, struct fault *f) MUST_USE;

#endif
