/* A made-up county for tests: people, a clock that goes on by itself, randomness from a seed, and short ways to send
 * commands. Everything in it is the same again for the same seed. */
#ifndef TAIZHANG_TEST_COUNTY_H
#define TAIZHANG_TEST_COUNTY_H

#include "ledger/inside.h"

struct county {
    struct ledger *ledger;
    struct arena arena;      /* of everything below; reset by nobody */
    int64_t now_ms, step_ms; /* each look at the clock moves it on */
    uint64_t seed, drawn;
    struct world world;
    struct slice admin, password;
    int rounds;              /* done so far */
    struct command last;     /* the last command and its answer */
    void (*done)(struct command *c); /* where a test wants to hear of the commit itself */
    void *done_context;
};

/* Makes a ledger with the pack in tests/golden/pack and its people; ":memory:" for none on disk. */
bool county_begin(struct county *c, const char *path, struct ledger_options o, uint64_t seed, struct fault *f);
bool county_open(struct county *c, const char *path, struct ledger_options o, uint64_t seed, int64_t now_ms, struct fault *f); /* one that is there */
void county_end(struct county *c);

/* Sends what printf makes of the rest, as the person with this login. True where it was accepted. */
bool county_do(struct county *c, const char *login, const char *format, ...) __attribute__((format(printf, 3, 4)));
struct slice county_account(struct county *c, const char *login);
const char *county_file(struct county *c, const char *text); /* keeps a proof; gives its hash */
/* One task from its opening to its close-out, with receipts, plan, proofs, an extension, an instruction; a report with
 * two drafts that are filled in and issued; a paper. About 24 events. False where a command was refused. */
bool county_round(struct county *c, int n);
const char *county_say(const struct county *c); /* why the last command was refused */

#endif
