/* web: the inner side as a browser sees it: sessions, pages, forms. It holds no rule of a ledger: forms, columns, moves
 * and words come from the pack, and everything that changes something is a command through the one door.
 *
 * Ownership: the ledger, the lexicon and the reader are the caller's and outlive the web. */
#ifndef TAIZHANG_WEB_H
#define TAIZHANG_WEB_H

#include "document/document.h"
#include "ledger/ledger.h"

struct web;

struct web_config {
    struct ledger *ledger;
    const struct world *world;              /* the ledger's: for keys and one-time tokens */
    const struct lexicon *lexicon;          /* NULL: no report can be imported */
    const struct document_reader *reader;   /* NULL: only plain text can be */
    int64_t (*monotonic_ms)(void *context); /* with world->context; NULL where nobody listens */
    void (*note)(void *context, const char *line); /* for the operator's log; may be NULL */
    bool alone; /* one thread: commands are carried out on the spot, without the writer (scenarios, tests) */

    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: the kernel chooses */
    unsigned threads;    /* 0: 2 */
    bool secure;         /* TLS ends in front of us */
    bool plain_abroad;   /* no TLS, yet on other than loopback addresses */
    const char *tls_cert_pem, *tls_key_pem;
    const char *const *hosts; /* the Host values that are ours, NULL-terminated; NULL: any */
};

/* Unless `alone`, writer_start comes before web_listen and writer_stop after web_close. */
bool web_open(const struct web_config *config, struct web **w, struct fault *f) MUST_USE;
bool web_listen(struct web *w, struct fault *f) MUST_USE; /* starts the threads and returns */
uint16_t web_port(const struct web *w);
void web_close(struct web *w);

/* A whole list as a file: what the query says and the look may see. csv and ics up to EXPORT_ROWS_MAX entries, xlsx up to
 * EXPORT_SHEET_ROWS_MAX (the limit of a sheet that is read in again); more is refused, never cut off. */
enum { EXPORT_ROWS_MAX = LIST_ROWS_MAX, EXPORT_SHEET_ROWS_MAX = TABLE_ROWS_MAX - 2 };
enum export_format { EXPORT_CSV, EXPORT_XLSX, EXPORT_ICS, EXPORT_FORMATS };
struct export_what {
    const struct look *look;
    const struct list_query *query;       /* offset and limit are not looked at */
    const struct document_reader *reader; /* for xlsx; NULL: is refused */
    struct slice title;
};
bool list_export(const struct export_what *what, enum export_format format, struct buf *out, struct fault *f) MUST_USE;

/* One request without a socket, as this account ("" a stranger), through everything but session and form token. */
struct web_answer {
    int status;
    struct slice type, location, body; /* location: of a redirect */
};
void web_page(struct web *w, struct arena *a, struct slice account, const char *method, struct slice target, struct slice body, struct web_answer *answer);

#endif
