/* What holds the sentence "what stands here can be believed": passwords, sessions, the audit log; rebuild, verify,
 * checkpoints, a look back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "county.h"

#include <stdio.h>
#include <stdlib.h>

static void begin(struct county *c)
{
    struct fault f = { 0 };
    if (!county_begin(c, ":memory:", (struct ledger_options){ 0 }, 7, &f))
        fail_msg("%s %s", f.code, f.detail);
}

static void a_round_of_work_is_accepted(void **state)
{
    struct county c;
    begin(&c);
    for (int i = 1; i <= 2; i++)
        if (!county_round(&c, i))
            fail_msg("%s: %.*s %s", county_say(&c), S_ARG(c.last.body_text), c.last.fault.detail);
    printf("%lld events\n", (long long)c.ledger->heads[LOG_MAIN].size);
    county_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_of_work_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
