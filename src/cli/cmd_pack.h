/* What cmd_pack.c hands to cmd_pack_test.c. */
#ifndef TAIZHANG_CLI_CMD_PACK_H
#define TAIZHANG_CLI_CMD_PACK_H

#include "cli/cli.h"

struct pack_test_args { struct slice scenarios, only, keep; bool mutate, all; };
int pack_test(struct app *app, struct slice folder, const struct pack_test_args *args); /* gives the exit code */

#endif
