/* What a report costs, with its words for the search: N reports of new words to a ledger on the disk, one after another,
 * each durable. `build/tests/bench_report packs/county FOLDER [reports]`. Not a test: it prints times. */
#include "../unit/lists_fixture.h"

#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct fixture x;
    size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 2000;
    char path[1000];
    if (argc < 3)
        return 2;
    snprintf(path, sizeof path, "%s/report.ledger", argv[2]);
    fixture_open(&x, argv[1], path, 5);
    fixture_do(&x, fixture_account(&x, "admin"), S("{\"do\":\"people\",\"units\":[{\"code\":\"u1\",\"name\":\"县水务局\"}],\"persons\":[{\"name\":\"督查\",\"unit\":\"县水务局\",\"login\":\"office\","
        "\"duties\":\"supervisor:石桥县:subtree\"},{\"name\":\"秦水\",\"unit\":\"县水务局\",\"login\":\"qinshui\",\"duties\":\"liaison:县水务局:unit\"}]}"));
    struct slice office = fixture_account(&x, "office"), liaison = fixture_account(&x, "qinshui");
    int64_t ids[50];
    for (int i = 0; i < 50; i++) {
        ids[i] = fixture_do(&x, office, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"改造供热管网\",\"lead\":\"县水务局\",\"leader\":\"督查\",\"due\":\"2026-11-30\"}}"));
        fixture_try(&x, liaison, slice_format(&x.arena, "{\"do\":\"sign\",\"entry\":%lld}", (long long)ids[i]));
    }
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    for (size_t i = 0; i < n; i++)
        fixture_do(&x, liaison, slice_format(&x.arena, "{\"do\":\"report\",\"entry\":%lld,\"progress\":\"%zu\",\"set\":{\"done_so_far\":\"已完成第%zu标段前期手续，施工单位进场，管沟开挖%zu米，焊接管道%zu米\"}}",
            (long long)ids[i % 50], i / 50, luck_below(&x.luck, 90), luck_below(&x.luck, 9000), luck_below(&x.luck, 9000)));
    printf("%zu reports: %.0f µs of processor and %.0f µs of clock each\n", n, (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)n * 1e6, (seconds(CLOCK_MONOTONIC) - wall) / (double)n * 1e6);
    fixture_close(&x);
    return 0;
}
