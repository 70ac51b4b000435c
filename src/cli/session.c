/* session.c: the machine for the kernel: its clock, its randomness, its documents. */
#include "cli/session.h"
#include "document/document.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

static int64_t real_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * (int64_t)1000 + t.tv_nsec / 1000000;
}

static int64_t machine_now(void *context)
{
    (void)context;
    return real_now();
}

/* The said instant stands still: a run is short, and the log keeps its own order. */
static int64_t said_now(void *context)
{
    (void)context;
    const char *said = getenv("TAIZHANG_NOW");
    int64_t ms;
    return said && time_parse(slice_of(said), &ms) ? ms : real_now();
}

int64_t sample_end_ms(int64_t now_ms)
{
    int64_t real = real_now();
    return real > now_ms ? real : now_ms;
}

static void machine_random(void *context, void *bytes, size_t n)
{
    (void)context;
    randombytes_buf(bytes, n);
}

struct world machine_world(void)
{
    return (struct world){ .now_ms = getenv("TAIZHANG_NOW") ? said_now : machine_now, .random = machine_random };
}

bool account_named(struct ledger *l, struct slice who, struct arena *a, struct slice *account, struct fault *f)
{
    struct reader *r;
    struct look look;
    bool found = false;
    if (!reader_open(l, &r, f))
        return false;
    bool ok = reader_look(r, a, S(""), &look, f);
    const struct person *person = ok && who.len ? people_person_named(look.people, who) : NULL;
    for (size_t i = 0; ok && !found && i < look.people->n_accounts; i++) {
        const struct account *acc = &look.people->accounts[i];
        struct actor actor = actor_of(a, look.pack, look.people, acc->id, look.today);
        found = who.len ? slice_equal(acc->login, who) || (person && acc->person == person->id) : (actor.can & CAN_PEOPLE) != 0;
        if (found)
            *account = slice_copy(a, acc->id);
    }
    reader_close(r);
    return ok && (found || fault_set(f, FAULT_USAGE, "no-account", who, S("")));
}

bool send_text(struct ledger *l, struct arena *a, struct slice account, struct slice text, struct command *c)
{
    struct json *body;
    *c = (struct command){ .account = account, .body_text = text, .arena = a };
    if (!json_parse(a, text, &body, &c->fault))
        return false;
    c->body = body;
    return command_do(l, c);
}

struct slice base_name(struct slice path)
{
    size_t at = path.len;
    while (at && path.at[at - 1] != '/')
        at--;
    return slice_from(path, at);
}

bool read_document(struct app *app, struct slice path, struct slice *bytes, struct slice *text, struct fault *f)
{
    struct document_reader reader;
    return document_find(&app->arena, &reader, f) && file_read(&app->arena, path, DOCUMENT_IN_MAX_BYTES, bytes, f)
        && document_text(&app->arena, &reader, *bytes, base_name(path), text, f);
}

bool read_table(struct app *app, struct slice path, struct slices **rows, size_t *n, struct fault *f)
{
    struct document_reader reader;
    struct slice bytes;
    struct table table;
    if (!document_find(&app->arena, &reader, f) || !file_read(&app->arena, path, DOCUMENT_IN_MAX_BYTES, &bytes, f)
        || !document_table(&app->arena, &reader, bytes, base_name(path), &table, f))
        return false;
    *rows = table.rows;
    *n = table.n;
    return true;
}
