/* guard.c: absolute deadlines, and room for newcomers.
 *
 * libmicrohttpd's own time-out counts from the last byte, so who drips is never dropped. Here every connection has a
 * deadline for its head (which is also the longest it may idle), for its body and for taking the answer; a sweeper
 * shuts down the sockets that are past theirs. libmicrohttpd tells of a close before it closes the descriptor, so under
 * the lock a listed descriptor is never a reused one.
 *
 * Nearly full, the connection that has idled or dawdled over its head longest makes room: two hundred drippers must not
 * keep the two hundred and first visitor waiting until their deadline. */
#include "http/inside.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SWEEP_MS = 250,
    FDS_KEPT_BACK = 32, /* listening, epoll, the store's files, temporary files */
    CONNECTIONS_FEWEST = 8,
};

static int64_t now(const struct server *s)
{
    return s->config.monotonic_ms(s->config.app);
}

/* As many as configured, but never more than there are descriptors for. */
unsigned guard_connections(const struct http_config *config)
{
    struct rlimit limit;
    unsigned wanted = config->connections_max;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= (rlim_t)wanted + FDS_KEPT_BACK)
        return wanted;
    unsigned fit = limit.rlim_cur > FDS_KEPT_BACK ? (unsigned)limit.rlim_cur - FDS_KEPT_BACK : 0;
    return fit < CONNECTIONS_FEWEST ? CONNECTIONS_FEWEST : fit;
}

static void make_room(struct server *s)
{
    struct guard *oldest = NULL;
    int64_t first = INT64_MAX;
    for (struct guard *g = s->guards.next; g != &s->guards; g = g->next) {
        int64_t deadline = atomic_load(&g->deadline_ms);
        if (atomic_load(&g->waits_for) == WAIT_HEAD && deadline > 0 && deadline < first) {
            first = deadline;
            oldest = g;
        }
    }
    if (oldest) {
        atomic_store(&oldest->deadline_ms, 0); /* not chosen twice */
        shutdown(oldest->fd, SHUT_RDWR);
    }
}

struct guard *guard_add(struct server *s, int fd)
{
    struct guard *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->fd = fd;
    guard_wait(s, g, WAIT_HEAD, 0);
    pthread_mutex_lock(&s->mutex);
    g->next = s->guards.next;
    g->prev = &s->guards;
    g->next->prev = g->prev->next = g;
    if (++s->n_guards > s->guards_max - s->guards_max / 8)
        make_room(s);
    pthread_mutex_unlock(&s->mutex);
    return g;
}

void guard_drop(struct server *s, struct guard *g)
{
    pthread_mutex_lock(&s->mutex);
    g->prev->next = g->next;
    g->next->prev = g->prev;
    s->n_guards--;
    pthread_mutex_unlock(&s->mutex);
    free(g);
}

/* The connection now waits for `what`, of which there are so many bytes: more of them get more time, at a rate below
 * which nobody is served. */
void guard_wait(struct server *s, struct guard *g, enum guard_wait what, uint64_t bytes)
{
    const struct http_config *k = &s->config;
    int64_t ms = what == WAIT_HEAD ? k->header_ms : what == WAIT_BODY ? k->body_ms : k->send_ms;
    int64_t more = (int64_t)(bytes / (uint64_t)k->slowest_bytes) * 1000;
    atomic_store(&g->waits_for, (int)what);
    atomic_store(&g->deadline_ms, what == WAIT_NOTHING ? INT64_MAX : now(s) + ms + more);
}

static void *sweep(void *arg)
{
    struct server *s = arg;
    struct pollfd stop = { .fd = s->stop_fd, .events = POLLIN };
    while (poll(&stop, 1, SWEEP_MS) <= 0) {
        int64_t t = now(s);
        pthread_mutex_lock(&s->mutex);
        for (struct guard *g = s->guards.next; g != &s->guards; g = g->next)
            if (atomic_load(&g->deadline_ms) < t)
                shutdown(g->fd, SHUT_RDWR);
        pthread_mutex_unlock(&s->mutex);
    }
    return NULL;
}

bool guard_start(struct server *s)
{
    s->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (s->stop_fd < 0)
        return false;
    if (!pthread_create(&s->sweeper, NULL, sweep, s))
        return true;
    close(s->stop_fd);
    return false;
}

void guard_stop(struct server *s)
{
    uint64_t one = 1;
    if (write(s->stop_fd, &one, sizeof one) == sizeof one)
        pthread_join(s->sweeper, NULL);
    close(s->stop_fd);
}
