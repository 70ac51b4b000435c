/* later.c: a connection that sleeps until another thread wakes it.
 *
 * The handler gives its `struct http_later` away before the worker has put the connection to sleep, so the wake may
 * come first. Whoever finds the other one's mark does the waking; both sides move the state exactly once:
 *
 *     worker, asleep:   FRESH → ASLEEP      finds AWAKE: wakes at once
 *     other, resumes:   → AWAKE             finds ASLEEP: wakes;  finds FRESH: the worker will
 */
#include "http/inside.h"

#include <errno.h>
#include <microhttpd.h>

enum { LATER_FRESH, LATER_ASLEEP, LATER_AWAKE };

void later_open(struct http_later *l)
{
    sem_init(&l->woken, 0, 0);
    l->asleep = NULL;
    l->asked = false;
    atomic_store(&l->state, LATER_FRESH);
}

void later_close(struct http_later *l)
{
    sem_destroy(&l->woken);
}

static struct call *call_of(const struct request *q)
{
    return (struct call *)(void *)((char *)(uintptr_t)q - offsetof(struct call, q));
}

struct http_later *http_later(struct request *q, http_handler *then, void *about)
{
    struct http_later *l = &call_of(q)->later;
    later_open(l);
    l->then = then;
    l->about = about;
    l->asked = true;
    return l;
}

void *http_later_about(const struct request *q)
{
    return call_of(q)->later.about;
}

/* With a connection: suspended when this returns true, and perhaps woken again already. Without one: waits. */
bool later_sleep(struct http_later *l, struct MHD_Connection *m)
{
    if (!m) {
        int fresh = LATER_FRESH;
        if (atomic_compare_exchange_strong(&l->state, &fresh, LATER_ASLEEP))
            while (sem_wait(&l->woken) && errno == EINTR)
                ;
        return false;
    }
    l->asleep = m;
    MHD_suspend_connection(m);
    int fresh = LATER_FRESH;
    if (!atomic_compare_exchange_strong(&l->state, &fresh, LATER_ASLEEP))
        MHD_resume_connection(m);
    return true;
}

void http_resume(struct http_later *l)
{
    struct MHD_Connection *m;
    if (atomic_load(&l->state) == LATER_FRESH) {
        int fresh = LATER_FRESH;
        if (atomic_compare_exchange_strong(&l->state, &fresh, LATER_AWAKE))
            return; /* the worker sees it when it wants to sleep */
    }
    m = l->asleep;
    atomic_store(&l->state, LATER_AWAKE);
    if (m)
        MHD_resume_connection(m);
    else
        sem_post(&l->woken);
}
