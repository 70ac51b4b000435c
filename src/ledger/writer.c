/* writer.c: one thread that writes. Commands from many senders gather in a queue; it takes what is there, decides each
 * in turn (each sees those before it), commits once for all, and only then answers. */
#include "ledger/inside.h"

#include <stdlib.h>

struct writer {
    pthread_t thread;
    pthread_mutex_t gate;
    pthread_cond_t filled;
    struct command *first, **last;
    size_t n;
    bool stopping;
};

static struct command *take_batch(struct writer *q)
{
    pthread_mutex_lock(&q->gate);
    while (!q->first && !q->stopping)
        pthread_cond_wait(&q->filled, &q->gate);
    struct command *batch = q->first, **at = &q->first;
    for (size_t n = 0; *at && n < WRITER_BATCH_MAX; n++, q->n--)
        at = &(*at)->next;
    q->first = *at;
    *at = NULL;
    if (!q->first)
        q->last = &q->first;
    pthread_mutex_unlock(&q->gate);
    return batch;
}

static void refuse_all(struct command *batch, const struct fault *f)
{
    for (struct command *c = batch; c; c = c->next) {
        c->ok = false;
        c->fault = *f;
    }
}

/* False where the machine failed: then the batch is tried again one by one, so that one does not fail all. */
static bool try_batch(struct ledger *l, struct command *batch, struct fault *f)
{
    struct log_head head;
    if (!batch_begin(l, &head, f))
        return false;
    for (struct command *c = batch; c; c = c->next) {
        command_run(l, c, &head);
        if (!c->ok && c->fault.kind == FAULT_BROKEN) {
            *f = c->fault;
            batch_abandon(l);
            return false;
        }
        if (c->ok && l->options.sabotage_answer_early)
            c->done(c);
    }
    return batch_commit(l, &head, f);
}

static void run_batch(struct ledger *l, struct command *batch)
{
    struct fault f;
    pthread_mutex_lock(&l->writing);
    bool ok = try_batch(l, batch, &f);
    if (!ok && (!batch->next || l->stopped))
        refuse_all(batch, &f);
    else if (!ok)
        for (struct command *c = batch; c; c = c->next) {
            struct command *rest = c->next;
            c->next = NULL;
            if (!try_batch(l, c, &f))
                refuse_all(c, &f);
            c->next = rest;
        }
    pthread_mutex_unlock(&l->writing);
    for (struct command *c = batch, *next; c; c = next) {
        next = c->next;
        if (!l->options.sabotage_answer_early || !c->ok)
            c->done(c); /* the command may be gone after this */
    }
}

static void *write_on(void *context)
{
    struct ledger *l = context;
    for (struct command *batch; (batch = take_batch(l->writer));)
        run_batch(l, batch);
    return NULL;
}

bool writer_start(struct ledger *l, struct fault *f)
{
    struct writer *q = calloc(1, sizeof *q);
    if (!q)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    pthread_mutex_init(&q->gate, NULL);
    pthread_cond_init(&q->filled, NULL);
    q->last = &q->first;
    l->writer = q;
    if (!pthread_create(&q->thread, NULL, write_on, l))
        return true;
    l->writer = NULL;
    free(q);
    return fault_set(f, FAULT_BROKEN, "no-thread", S(""), S(""));
}

void writer_stop(struct ledger *l)
{
    struct writer *q = l->writer;
    if (!q)
        return;
    pthread_mutex_lock(&q->gate);
    q->stopping = true;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->gate);
    pthread_join(q->thread, NULL);
    pthread_mutex_destroy(&q->gate);
    pthread_cond_destroy(&q->filled);
    l->writer = NULL;
    free(q);
}

bool writer_send(struct ledger *l, struct command *c)
{
    struct writer *q = l->writer;
    c->next = NULL;
    pthread_mutex_lock(&q->gate);
    bool room = q->n < WRITER_QUEUE_MAX && !q->stopping;
    if (room) {
        *q->last = c;
        q->last = &c->next;
        q->n++;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->gate);
    return room || fault_set(&c->fault, FAULT_BUSY, "queue-full", S(""), S(""));
}
