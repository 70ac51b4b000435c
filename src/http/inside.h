/* inside.h: what the files of this room share. A `call` is one request under way, from its first line until its
 * answer was sent; its functions know nothing of libmicrohttpd, so that http_dispatch can use them too. */
#ifndef TAIZHANG_HTTP_INSIDE_H
#define TAIZHANG_HTTP_INSIDE_H

#include "http/http.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

struct MHD_Connection;
struct MHD_Daemon;

/* A pattern, cut up once when the server is made. */
struct way {
    const struct route *route;
    struct slice part[HTTP_SEGMENTS_MAX]; /* a parameter's keeps its ':' */
    uint8_t n;
    uint16_t literals;                    /* a bit a part, the first the highest: the greater number is the better match */
};

struct http_later {
    atomic_int state;                /* LATER_FRESH, _ASLEEP, _AWAKE: see later.c */
    http_handler *then;
    void *about;
    struct MHD_Connection *asleep;   /* NULL under http_dispatch, which waits for `woken` */
    sem_t woken;
    bool asked;                      /* http_later was called */
};

enum call_phase { CALL_HEAD, CALL_BODY, CALL_REFUSED, CALL_ASLEEP, CALL_ANSWERED };

struct call {
    struct call *next;               /* in the worker's pool */
    struct server *server;
    struct worker *worker;
    struct arena own;                /* reset, not freed, between requests */
    struct request q;
    struct response p;
    enum call_phase phase;
    const char *ambiguous;           /* why the head is no clear request, or NULL */
    unsigned hosts, lengths, transfers;
    bool over_long;                  /* the head */
    bool trusted;                    /* http_dispatch with a person: no token */
    bool counted;                    /* in server.under_way, until the answer stands */
    struct slice content_length;
    uint64_t body_declared, body_got, body_max;
    struct buf body;
    int spool_fd;                    /* -1, or the nameless file that holds the body */
    void *spool_map;
    const struct asset *asset;       /* the answer is this, with nothing copied */
    struct http_later later;
};

/* What belongs to one thread that answers. Only that thread touches it, until the server is closed. */
struct worker {
    struct worker *next;
    struct server *server;
    void *local;
    struct call *pool;
    size_t page_bytes;               /* what the last pages took: the next one starts with that */
};

/* One connection, as the sweeper sees it. */
enum guard_wait { WAIT_HEAD, WAIT_BODY, WAIT_NOTHING, WAIT_SENDING };
struct guard {
    struct guard *next, *prev;
    int fd;
    _Atomic int64_t deadline_ms;     /* monotonic; INT64_MAX while we ourselves are at work */
    atomic_int waits_for;
};

struct server {
    struct http_config config;
    struct way *ways;                /* sorted by number of parts, then best first */
    size_t way_at[HTTP_SEGMENTS_MAX + 2]; /* ways of n parts: way_at[n] .. way_at[n + 1] */
    struct arena arena;
    pthread_key_t worker_key;
    pthread_mutex_t mutex;           /* workers, guards */
    struct worker *workers;
    struct guard guards;             /* a ring */
    unsigned n_guards, guards_max;
    struct MHD_Daemon *daemon;
    pthread_t sweeper;
    int stop_fd;                     /* written to: the sweeper ends */
    atomic_bool stopping;
    atomic_int under_way;            /* handlers that have begun and not answered */
    _Atomic int64_t spooled_bytes;
};

/* route.c */
bool routes_compile(struct server *s, struct fault *f) MUST_USE;

/* request.c */
void call_begin(struct call *c, struct slice target);
void call_header(struct call *c, struct slice name, struct slice value);
bool request_read_target(struct request *q, struct fault *f) MUST_USE;

/* body.c */
bool body_prepare(struct call *c, struct fault *f) MUST_USE;   /* after the head: how long may it be, and where to */
bool body_add(struct call *c, struct slice bytes, struct fault *f) MUST_USE;
bool body_read(struct call *c, struct fault *f) MUST_USE;      /* the whole: form, files or plain */
void body_drop(struct call *c);

/* dispatch.c */
struct worker *worker_of(struct server *s);
struct call *call_take(struct worker *w);
void call_give(struct call *c);
bool call_head(struct call *c, struct slice method);           /* false: the answer stands already */
enum http_outcome call_run(struct call *c, http_handler *handle);
enum http_outcome call_body_done(struct call *c);
void call_refuse(struct call *c, int status, const struct fault *f);

/* later.c */
void later_open(struct http_later *l);
void later_close(struct http_later *l);
bool later_sleep(struct http_later *l, struct MHD_Connection *m); /* false: already resumed */

/* guard.c */
struct guard *guard_add(struct server *s, int fd);
void guard_drop(struct server *s, struct guard *g);
void guard_wait(struct server *s, struct guard *g, enum guard_wait what, uint64_t bytes);
bool guard_start(struct server *s);
void guard_stop(struct server *s);
unsigned guard_connections(const struct http_config *config);

/* csrf.c */
bool request_is_ours(const struct request *q, struct fault *f) MUST_USE;

/* response.c */
struct guard_header { const char *name, *value; };
extern const struct guard_header response_guards[];            /* the headers that every answer carries */
extern const size_t n_response_guards;
void response_finish(struct request *q, struct response *p);

void server_note(struct server *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
