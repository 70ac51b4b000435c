/* What the subcommands that open a ledger share: the machine's clock and randomness, who acts, sending a command. */
#ifndef TAIZHANG_CLI_SESSION_H
#define TAIZHANG_CLI_SESSION_H

#include "cli/cli.h"
#include "ledger/ledger.h"

/* The machine's clock and getrandom, by libsodium. TAIZHANG_NOW=2026-01-22T09:00 starts the clock of this one run there
 * instead: for samples and tests. Log time never goes back, so it cannot slip an event in between others. */
struct world machine_world(void);
int64_t sample_end_ms(int64_t now_ms); /* where a sample's days end: the machine's own clock, whatever TAIZHANG_NOW says */

/* The account of `--as LOGIN` (or of a person, "督查室/张敏"); left out: the first who may keep people's accounts. */
bool account_named(struct ledger *l, struct slice who, struct arena *a, struct slice *account, struct fault *f) MUST_USE;

/* One command given as JSON text, by an account. */
bool send_text(struct ledger *l, struct arena *a, struct slice account, struct slice text, struct command *c);

/* Document text and tables through the confined child. */
bool read_document(struct app *app, struct slice path, struct slice *bytes, struct slice *text, struct fault *f) MUST_USE;
bool read_table(struct app *app, struct slice path, struct slices **rows, size_t *n, struct fault *f) MUST_USE;
struct slice base_name(struct slice path);

#endif
