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

/* One request without a socket, as this account ("" a stranger), through everything but session and form token. */
struct web_answer {
    int status;
    struct slice type, location, body; /* location: of a redirect */
};
void web_page(struct web *w, struct arena *a, struct slice account, const char *method, struct slice target, struct slice body, struct web_answer *answer);

#endif
