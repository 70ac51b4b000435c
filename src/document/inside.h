/* inside.h: what the client and the confined program share, and what the program's readers and writers promise.
 *
 * The pipes. A message is records, a record is its number of fields (one or more) and then the fields, a field is its
 * length and its bytes; a record of no fields ends the message, so that a message that was cut is known. Numbers are
 * 32 bits, little-endian. The client writes one message to the child's stdin and closes it; the child writes one
 * message to its stdout and ends.
 *
 *   asked     text NAME BYTES | table NAME BYTES
 *             docx LANDSCAPE (ALIGN WIDTH)* | xlsx likewise, then a record a block: KIND TEXT CELL*
 *   answered  ok RESULT (text, docx, xlsx) | ok COLUMNS and a record a row (table)
 *             fault KIND CODE ABOUT0 ABOUT1 DETAIL
 * KIND, ALIGN, WIDTH, LANDSCAPE and COLUMNS are digits. */
#ifndef TAIZHANG_DOCUMENT_INSIDE_H
#define TAIZHANG_DOCUMENT_INSIDE_H

#include "document/document.h"

#include <iconv.h>
#include <stdio.h>

/* S() for tables: what is static wants a constant. */
#define BYTES(literal) { "" literal, sizeof(literal) - 1 }

/* ---------- the pipes: wire.c, in both programs ---------- */

enum { MESSAGE_MAX_BYTES = 96 << 20, RECORD_FIELDS_MAX = 2 + 2 * TABLE_COLUMNS_MAX };

void wire_u32(struct buf *b, size_t v); /* a number of fields, a length, or 0: the end */
void wire_field(struct buf *b, struct slice s);
void wire_figure(struct buf *b, int64_t v);
struct wire {
    struct slice rest;
    bool cut; /* the message broke off, or is none */
};
/* The next record, in the arena, its fields borrowed from the message; false at the end. */
bool wire_next(struct arena *a, struct wire *w, struct slices *record);

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---------- the jail: confine.c ---------- */

/* After this the process reads and writes what is open, takes memory and ends; nothing else. False: not confined. */
bool confine(void);

/* ---------- texts: text.c ---------- */

/* Opened before the jail closes: iconv loads its tables from files. */
struct encodings { iconv_t gb18030, utf16le, utf16be; };
bool encodings_open(struct encodings *e);
void encodings_close(struct encodings *e);
/* Any text → valid UTF-8 with LF, without BOM and NUL, up to the buffer's cap. */
bool text_read(struct arena *a, const struct encodings *e, struct slice bytes, struct buf *text, struct fault *f)
    MUST_USE;

/* ---------- kinds of file: detect.c ---------- */

enum document_kind { DOCUMENT_TEXT, DOCUMENT_ZIP };
/* A kind that is read, or a fault that says what the file is and what to do. */
bool document_detect(struct slice bytes, enum document_kind *kind, struct fault *f) MUST_USE;

/* ---------- zip and XML: package.c ---------- */

enum { PACKAGE_ENTRIES_MAX = 4096, PACKAGE_BYTES_MAX = 256 << 20, PACKAGE_RATIO_FROM_BYTES = 16 << 20,
    PACKAGE_RATIO_MAX = 200, PACKAGE_NAME_MAX = 255, XML_DEPTH_MAX = 200 };

enum package_kind { PACKAGE_DOCX, PACKAGE_XLSX };
struct package {
    struct arena *a;
    struct zip *zip;
    enum package_kind kind;
    size_t size_bytes;    /* of the file */
    size_t unpacked_bytes; /* so far, of all parts */
};
/* Checks names, number and encryption of the entries and finds the kind. On false nothing is left open. */
bool package_open(struct arena *a, struct slice bytes, struct package *p, struct fault *f) MUST_USE;
void package_close(struct package *p);
bool package_has(const struct package *p, const char *part);

enum xml_space { XML_OTHER, XML_WORD, XML_SHEET, XML_COMPATIBILITY, XML_MATH, XML_RELATIONS };
/* Called in document order; names are local names. False stops the reading: with self's fault set, or because
 * enough was seen (then xml_read is true). */
struct xml_handler {
    bool (*open)(void *self, enum xml_space space, const char *name, const char **attributes, struct fault *f);
    bool (*close)(void *self, enum xml_space space, const char *name, struct fault *f);
    bool (*text)(void *self, struct slice s, struct fault *f);
};
/* The value of an attribute by its local name, or the empty slice with at NULL. */
struct slice xml_attribute(const char **attributes, const char *name);
bool xml_read(struct package *p, const char *part, const struct xml_handler *h, void *self, struct fault *f) MUST_USE;
/* The part that `source` ("" the package) relates to: by id, or by the end of the type where id is NULL. NULL: none. */
bool package_related(struct package *p, const char *source, const char *id, const char *type_end, const char **part,
    struct fault *f) MUST_USE;

/* ---------- readers ---------- */

struct grid { /* rows without their empty tail cells */
    struct slices *at; /* of rows, sparse ones too */
    size_t n, cap, columns;
    size_t text_bytes; /* of all cells, DOCUMENT_TEXT_MAX_BYTES at most */
};
/* Puts a cell, trimmed; an empty one leaves no trace. False past the caps. The text is borrowed. */
bool grid_put(struct arena *a, struct grid *g, size_t row, size_t column, struct slice cell, struct fault *f) MUST_USE;
void grid_tidy(struct grid *g); /* after cells were emptied */
/* Rows as lines, tabs between cells. */
void grid_text(const struct grid *g, struct buf *text);

bool docx_text(struct package *p, struct buf *text, struct fault *f) MUST_USE;
bool docx_table(struct package *p, struct grid *g, struct fault *f) MUST_USE;
bool xlsx_table(struct package *p, struct grid *g, struct fault *f) MUST_USE;
bool csv_table(struct arena *a, struct slice text, struct grid *g, struct fault *f) MUST_USE;

/* A cell's number as it is seen in its format: xlsx_number.c. */
struct slice number_seen(struct arena *a, struct slice number, struct slice format, bool since_1904);
struct slice number_builtin(int64_t id); /* the format that an id below 164 stands for */

/* ---------- writers ---------- */

bool docx_write(struct arena *a, const struct paper *p, struct slice *bytes, struct fault *f) MUST_USE;
bool xlsx_write(struct arena *a, const struct paper *p, struct slice *bytes, struct fault *f) MUST_USE;
/* Widths of the columns of the table that starts at block `from`, in half-width columns; hints first, then content. */
struct widths { size_t n, of[TABLE_COLUMNS_MAX]; };
void paper_widths(const struct paper *p, size_t from, struct widths *w);
bool paper_is_row(const struct paper *p, size_t at);

#endif
