/* http: the server with its guard, the form of a route table, forms, answers. Knows nothing of ledgers.
 *
 * A request's way: the guard (deadlines, sizes, nothing ambiguous) → the route table → the gate of the upper room
 * (who is this, may they) → the body, if any → the token against forged requests → the handler → the answer.
 * All of it also runs without a socket, by http_dispatch.
 *
 * Ownership: what a request points at lives until its answer was sent. No clock and no random source is read here:
 * both come in with `struct http_config`. */
#ifndef TAIZHANG_HTTP_H
#define TAIZHANG_HTTP_H

#include "base/base.h"

/* ---------- limits: named, so that the messages can quote them ---------- */

enum {
    HTTP_HEADER_BYTES = 16 << 10,        /* request line and headers together: 431 above */
    HTTP_BODY_BYTES = 64 << 10,          /* a route's body unless it says otherwise: 413 above */
    HTTP_UPLOAD_BYTES = 50 << 20,        /* for routes that take files: say it in max_body_bytes */
    HTTP_BODY_MEMORY_BYTES = 256 << 10,  /* a longer body waits in a nameless temporary file, not in memory */
    HTTP_SPOOL_BYTES = 256 << 20,        /* all such files together: 503 above */
    HTTP_PAGE_BYTES = 64 << 20,          /* an answer made in memory */
    HTTP_ARENA_BYTES = 64 << 20,         /* what one request may take while it is worked on */
    HTTP_PARAMS_MAX = 6,                 /* :names in a pattern */
    HTTP_SEGMENTS_MAX = 10,              /* parts of a path */
    HTTP_FIELDS_MAX = 8192,              /* fields of one form or query */
    HTTP_FIELD_NAME_BYTES = 200,
    HTTP_FILES_MAX = 50,                 /* files of one form */
    HTTP_FILE_NAME_BYTES = 255,
};

/* ---------- routes ---------- */

enum http_method { HTTP_GET = 1, HTTP_POST, HTTP_PUT, HTTP_DELETE }; /* HEAD is a GET whose body is not sent */
enum http_outcome { HTTP_DONE, HTTP_LATER };

struct request;
struct response;
typedef enum http_outcome http_handler(struct request *q, struct response *p);

enum {
    ROUTE_TOKENLESS = 1, /* no form token: the caller proves itself by what a foreign page cannot send (Authorization) */
};

struct route {
    enum http_method method;
    const char *pattern;     /* "/e/:id": parts are equal or a :name; of several the one with the earlier literal wins */
    uint32_t may;            /* the upper room's permission; 0 is a forgotten one, and http_open refuses it */
    http_handler *handle;
    uint32_t max_body_bytes; /* 0: HTTP_BODY_BYTES */
    uint32_t flags;
    const void *about;       /* the upper room's own */
};

/* ---------- the request ---------- */

struct http_pair { struct slice name, value; };
struct pairs { struct http_pair *at; size_t n, cap; }; /* in the order in which they came; names may repeat */
struct upload { struct slice field, name, type, bytes; }; /* name: without folders; type: as claimed, not to be believed */
struct uploads { struct upload *at; size_t n, cap; };

struct request {
    struct arena *arena;            /* this request's */
    enum http_method method;
    bool head_only;                 /* HEAD */
    struct slice path;              /* decoded, "/e/7" */
    const struct route *route;
    struct slice param[HTTP_PARAMS_MAX]; /* decoded, in the pattern's order; by name: http_param */
    struct pairs query, form;       /* decoded, valid UTF-8, without NUL */
    struct uploads files;
    struct slice body;              /* as sent: for JSON. Forms are in `form` and `files` */
    struct slice target;            /* path and query as sent */
    struct slice host, origin, cookie, content_type, accept, authorization, if_none_match, user_agent, token;
    struct slice htmx;              /* HX-Request: "true" when htmx asks for a part of a page */
    struct slice fetch_site;        /* Sec-Fetch-Site */
    struct slice address;           /* of the other side, "127.0.0.1" */
    int64_t now_ms;                 /* UTC, once for the whole request */
    void *app;                      /* http_config.app */
    void *local;                    /* what worker_open gave for this thread */
    void *person;                   /* the gate's: who this is */
    struct slice session;           /* the gate's: what the form token is bound to; empty: no session, no token */
    struct server *server;
};

struct slice http_param(const struct request *q, const char *name);        /* empty where the pattern has no such name */
struct slice http_query(const struct request *q, const char *name);        /* the first; empty where absent */
struct slice http_form(const struct request *q, const char *name);
const struct upload *http_upload(const struct request *q, const char *field); /* NULL where absent or no file chosen */
bool pairs_get(const struct pairs *pairs, const char *name, struct slice *value); /* the first; false where absent */
struct slice http_cookie(const struct request *q, const char *name);       /* empty where absent */
bool http_wants_json(const struct request *q);                             /* Accept names JSON before HTML */
/* The query again with one name's value replaced (empty: left out), "?a=1&page=3": for pagers, filters, sorting. */
struct slice http_query_with(const struct request *q, const char *name, struct slice value);

/* ---------- the answer ---------- */

struct response {
    struct arena *arena;
    int status;               /* 200 */
    struct buf body;          /* handed to the socket without a copy */
    const char *type;         /* "text/html; charset=utf-8" */
    const char *cache;        /* "no-store" */
    struct pairs headers;     /* further ones: http_header */
    int file_fd;              /* -1, or a file that is sent instead of the body and closed afterwards */
    uint64_t file_bytes;
    bool secure;              /* cookies get Secure */
    bool broken;              /* a header held a line break: answered with 500 */
};

void http_header(struct response *p, const char *name, struct slice value); /* a control character makes `broken` */
/* 303 to an address of this server. Anything that is not a plain local path leads to "/": no open redirect. */
void http_redirect(struct response *p, struct slice path);
/* The body (or file) is a download with this name: RFC 6266, RFC 5987 for Chinese. */
void http_download(struct response *p, struct slice name, const char *type);
void http_send_file(struct response *p, int fd, uint64_t bytes);
/* HttpOnly, SameSite=Lax, Path=/, Secure under TLS. max_age_s: 0 until the browser closes, -1 forget it. */
void http_set_cookie(struct response *p, const char *name, struct slice value, int max_age_s);
/* Sets ETag; true when the other side already has it: then the answer is 304 and there is nothing left to do. */
bool http_not_modified(const struct request *q, struct response *p, struct slice etag);
/* The error page (or JSON) with its words; the fault may be NULL. Replaces what the response held so far. */
void http_fail(struct request *q, struct response *p, int status, const struct fault *f);
void http_fault(struct request *q, struct response *p, const struct fault *f); /* the status of its kind */
int http_status_of(enum fault_kind kind);
void http_response_close(struct response *p); /* only for who called http_dispatch */

/* ---------- answers that wait for another thread ---------- */

/* A handler that must wait (for the writer's group commit) calls http_later, hands the result to the other thread
 * and returns HTTP_LATER. The other thread calls http_resume, exactly once and whatever happened, also before the
 * handler returned; then it must not touch the request or anything in its arena again. `then` runs on the worker
 * with the same request and fills the response; it may itself call http_later and return HTTP_LATER. */
struct http_later;
struct http_later *http_later(struct request *q, http_handler *then, void *about);
void *http_later_about(const struct request *q); /* in `then`: what was given */
void http_resume(struct http_later *later);      /* from any thread */

/* ---------- the server ---------- */

struct asset { const char *path, *type, *etag; struct slice bytes; }; /* path: "/static/3f2a91c0/taizhang.css" */

struct http_config {
    const struct route *routes;
    size_t n_routes;
    const struct asset *assets;    /* compiled in; served without the gate, to be cached for ever */
    size_t n_assets;
    void *app;
    int64_t (*now_ms)(void *app);       /* UTC; a test fixes it */
    int64_t (*monotonic_ms)(void *app); /* for deadlines; NULL only for a server that is never listened on */
    /* Called when the headers are in, before any body is read: finds out who this is (q->person, q->session) and whether
     * route->may allows it. False: it has filled the answer. NULL lets everybody in (tests). */
    bool (*gate)(struct request *q, struct response *p);
    void *(*worker_open)(void *app);    /* once for each thread that answers: its database connection, say */
    void (*worker_close)(void *app, void *local);
    void (*note)(void *app, const char *line); /* for the log: what went wrong inside; may be NULL */
    const unsigned char *token_key;     /* 32 random bytes; form tokens are made with it */
    const char *title;                  /* "青禾县台账": on error pages */
    const char *const *hosts;           /* the Host values that are ours, NULL-terminated; NULL: any */

    const char *address;                /* "127.0.0.1" */
    uint16_t port;                      /* 0: the kernel chooses, see http_port */
    bool plain_abroad;                  /* without TLS on other than loopback addresses (TLS ends in front of us) */
    bool secure;                        /* TLS ends in front of us: cookies get Secure, Origin must be https */
    const char *tls_cert_pem, *tls_key_pem; /* both or none */
    const char *spool_folder;           /* for long bodies; "/var/tmp" where NULL */
    unsigned threads;                   /* 2 */
    unsigned connections_max, connections_each; /* in all, for one address: 1000 and 400; fewer where descriptors are few */
    int header_ms, body_ms, send_ms;    /* absolute deadlines: 20 s, 30 s, 60 s; body and send get a second more for */
    int slowest_bytes;                  /* each so many bytes: 16 KiB */
};

/* Checks the table (permissions, patterns, duplicates) and makes a server that does not listen yet. */
bool http_open(struct server **s, const struct http_config *config, struct fault *f) MUST_USE;
bool http_listen(struct server *s, struct fault *f) MUST_USE; /* starts the threads and returns */
uint16_t http_port(const struct server *s);
void http_close(struct server *s); /* waits for answers under way: whoever resumes them must still be running */
const struct asset *http_asset(const struct server *s, const char *name); /* by the last part of its path; or NULL */

/* One request without a socket, through everything above. `person` given: the gate finds it in q->person and no token
 * is asked for. The response lives in `a`; close it with http_response_close. Waits where the handler answers later. */
struct http_ask {
    const char *method, *target;
    const struct http_pair *headers; /* Host is added where absent */
    size_t n_headers;
    struct slice body;
    void *person;
};
void http_dispatch(struct server *s, struct arena *a, const struct http_ask *ask, struct response *p);

/* For tests that walk the table, and for http_open itself. */
const struct route *http_route_find(const struct server *s, enum http_method method, struct slice path,
    struct arena *a, struct slice param[HTTP_PARAMS_MAX], unsigned *other_methods);

/* ---------- against forged requests ---------- */

enum { HTTP_TOKEN_CHARS = 43 };
struct http_token { char at[HTTP_TOKEN_CHARS + 1]; };
/* The hidden field `csrf` (or header X-CSRF-Token) of every form of this session. The server checks it by itself on
 * each POST, PUT and DELETE that has a session, together with Origin and Sec-Fetch-Site. */
struct http_token http_token(const unsigned char key[32], struct slice session);
struct slice http_token_of(const struct request *q); /* this request's, for the page that is made */
bool http_token_check(const unsigned char key[32], struct slice session, struct slice token);

/* ---------- forms: a table of typed, bounded fields before a page sees them ---------- */

enum form_kind {
    FORM_TEXT,    /* struct slice: one line, trimmed, min..max code points */
    FORM_LINES,   /* struct slice: several lines, CRLF made LF, trimmed */
    FORM_NAME,    /* struct slice: ASCII letters, digits, - _ . */
    FORM_INT,     /* int64_t, min..max; absent: 0 */
    FORM_DAY,     /* day, YYYY-MM-DD; absent: DAY_NONE */
    FORM_DECIMAL, /* struct decimal, min..max as whole numbers; absent: DECIMAL_NONE */
    FORM_CHOICE,  /* int: the index in `choices`, absent: -1 */
    FORM_FLAG,    /* bool: present and not empty or "0" */
    FORM_MANY,    /* struct slices: all values of that name, each min..max code points, at most `most` */
};

struct form_field {
    const char *name;         /* in the form, and in the fault's `field` */
    const char *label;        /* what the clerk sees it called */
    enum form_kind kind;
    size_t offset;            /* offsetof(struct …, …) */
    bool required;
    int64_t min, max;         /* both 0: text up to FORM_TEXT_MAX, numbers of any size */
    const char *const *choices; /* NULL-terminated */
    uint32_t most;            /* FORM_MANY; 0: HTTP_FIELDS_MAX */
};
enum { FORM_TEXT_MAX = 200, FORM_LINES_MAX = 20000 };

struct form_faults { struct fault *at; size_t n, cap; };
/* Reads every field of the table into the struct at `into`; false when faults were added. The values of good fields
 * are set in any case, so that the form can be shown again. A name that repeats, FORM_MANY excepted, is a fault. */
bool form_read(struct arena *a, const struct pairs *from, const struct form_field *fields, size_t n, void *into,
    struct form_faults *faults) MUST_USE;

/* What the server itself uses, for tests and fuzzing. */
bool form_urlencoded(struct arena *a, struct slice text, struct pairs *pairs, struct fault *f) MUST_USE;
bool form_multipart(struct arena *a, struct slice content_type, struct slice body, struct pairs *pairs,
    struct uploads *files, struct fault *f) MUST_USE;
bool percent_decode(struct arena *a, struct slice text, bool plus_is_space, struct slice *out) MUST_USE;
void percent_put(struct buf *b, struct slice s); /* everything but A-Z a-z 0-9 - . _ ~ */

#endif
