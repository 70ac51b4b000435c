/* What the subcommands that open a ledger share: the machine's clock and randomness, who acts, sending a command. */
#ifndef TAIZHANG_CLI_SESSION_H
#define TAIZHANG_CLI_SESSION_H

#include "cli/cli.h"
#include "ledger/ledger.h"

struct world machine_world(void); /* the machine's clock and getrandom, by libsodium */

/* The account of `--as LOGIN` (or of a person, "督查室/张敏"); left out: the first who may keep people's accounts. */
bool account_named(struct ledger *l, struct slice who, struct arena *a, struct slice *account, struct fault *f) MUST_USE;

/* One command given as JSON text, by an account. */
bool send_text(struct ledger *l, struct arena *a, struct slice account, struct slice text, struct command *c);

/* Document text and tables through the confined child. */
bool read_document(struct app *app, struct slice path, struct slice *bytes, struct slice *text, struct fault *f) MUST_USE;
bool read_table(struct app *app, struct slice path, struct slices **rows, size_t *n, struct fault *f) MUST_USE;
struct slice base_name(struct slice path);

#endif
