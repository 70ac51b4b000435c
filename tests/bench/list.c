/* How much processor time a page of a list takes in this process: 50 of 10,000 tasks, filtered and sorted, with the exact total, for an
 * office that sees all and for a unit that sees its own. `build/tests/bench_list packs/county [entries]`.
 * Not a test: it prints times, and a machine's times prove nothing about another's. */
#include "../unit/lists_fixture.h"

#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(struct fixture *x, enum sql what, const struct arg *args, size_t n)
{
    struct fault f;
    if (!store_run(x->ledger->conn, what, args, n, &f))
        fixture_fail(&f);
}

static void make_people(struct fixture *x)
{
    struct buf b = buf_open(1 << 20);
    buf_text(&b, "{\"do\":\"people\",\"units\":[");
    for (int i = 0; i < 60; i++)
        buf_format(&b, "%s{\"code\":\"u%02d\",\"name\":\"单位%d\"}", i ? "," : "", i, i);
    buf_text(&b, "],\"persons\":[{\"name\":\"督查\",\"unit\":\"单位0\",\"login\":\"office\",\"duties\":\"supervisor:石桥县:subtree\"}");
    for (int i = 1; i < 60; i++)
        buf_format(&b, ",{\"name\":\"联络员%d\",\"unit\":\"单位%d\",\"login\":\"unit%d\",\"duties\":\"liaison:单位%d\"}", i, i, i, i);
    buf_text(&b, "]}");
    fixture_do(x, fixture_account(x, "admin"), slice_copy(&x->arena, buf_slice(&b)));
    buf_close(&b);
}

static void make_entries(struct fixture *x, size_t n)
{
    static const char *const states[] = { "todo", "doing", "doing", "submitted", "closed" };
    struct look look = fixture_look(x, S(""));
    const struct people *p = look.people;
    struct fault f;
    if (!store_begin(x->ledger->conn, &f))
        fixture_fail(&f);
    for (size_t i = 0; i < n; i++) {
        int64_t id = 1000000 + (int64_t)i;
        struct arg county = v_int(159923);
        put(x, SQL_ENTRY_PUT, ARGS(county, v_int(id), v_text(S("tasks")), v_int(ENTRY_LIVE), v_text(slice_format(&x->arena, "R2026-%04zu", i)),
            v_text(slice_format(&x->arena, "%zu月底前改造供热管网%zu公里，惠及居民%zu户", 1 + luck_below(&x->luck, 12), luck_below(&x->luck, 90), luck_below(&x->luck, 9000))),
            v_int(p->units[luck_below(&x->luck, p->n_units)].id), v_int(p->persons[luck_below(&x->luck, p->n_persons)].id), v_int(p->units[1].id),
            v_int(day_of(2026, 1, 1) + (int)luck_below(&x->luck, 365)), v_text(S("城乡建设")), v_int(7), v_int(5), v_int(100), v_int(200),
            v_text(slice_of(states[luck_below(&x->luck, COUNT(states))])), v_int(1 + (int64_t)luck_below(&x->luck, 5)), v_int((int64_t)luck_below(&x->luck, 1001)),
            v_text(S("")), v_int(day_of(2026, 1, 20)), v_int(day_of(2026, 6, 3)), v_null(), v_int(id), v_int(2026),
            v_text(S("{\"done_so_far\":\"已完成前期手续，施工单位进场，管沟开挖过半\",\"theme\":\"城乡建设\"}")), v_int(0)));
        fixture_index(x, id);
        for (int k = 0; k < 3; k++)
            put(x, SQL_ENTRY_UNIT_PUT, ARGS(county, v_int(id), v_text(S("support")), v_int(p->units[luck_below(&x->luck, p->n_units)].id), v_int(k)));
    }
    if (!store_commit(x->ledger->conn, &f))
        fixture_fail(&f);
}

static void measure(struct fixture *x, const char *what, const char *login, struct list_query q, const char *where)
{
    struct slice account = fixture_account(x, login);
    struct arena a;
    struct look look;
    struct list_rows rows = { 0 };
    struct fault f;
    q.def = pack_ledger(ledger_pack(x->ledger), S("tasks"));
    q.stage = ENTRY_LIVE;
    q.limit = q.limit ? q.limit : 50;
    if (where && !list_parse_where(&x->arena, q.def, slice_of(where), &q.where, &f))
        fixture_fail(&f);
    arena_open(&a, 0);
    double began = seconds(), took = 0;
    size_t n = 0;
    for (; took < 0.3; took = seconds() - began, n++) {
        arena_reset(&a);
        if (!reader_look(x->reader, &a, account, &look, &f) || !list_ask(&look, &q, &rows, &f))
            fixture_fail(&f);
    }
    printf("%-46s %-7s %4zu of %5lld  %7.1f us\n", what, login, rows.n, (long long)rows.total, took / (double)n * 1e6);
    arena_close(&a);
}

int main(int argc, char **argv)
{
    struct fixture x;
    char path[] = "/tmp/bench-list-XXXXXX", file[64];
    if (argc < 2 || !mkdtemp(path))
        return 2;
    snprintf(file, sizeof file, "%s/ledger", path);
    fixture_open(&x, argv[1], file, 1);
    make_people(&x);
    make_entries(&x, argc > 2 ? (size_t)atoll(argv[2]) : 10000);
    const char *const who[] = { "office", "unit7" };
    for (size_t i = 0; i < COUNT(who); i++) {
        measure(&x, "all, by due day", who[i], (struct list_query){ .sort_slot = -1 }, NULL);
        measure(&x, "all, by due day, page 100", who[i], (struct list_query){ .sort_slot = -1, .offset = 4950 }, NULL);
        measure(&x, "all, by number", who[i], (struct list_query){ .sort_slot = COMMON_NUMBER }, NULL);
        measure(&x, "all, by light", who[i], (struct list_query){ .sort_slot = COMMON_LIGHT }, NULL);
        measure(&x, "all, by state", who[i], (struct list_query){ .sort_slot = COMMON_STATE }, NULL);
        measure(&x, "all, by progress, down", who[i], (struct list_query){ .sort_slot = COMMON_PROGRESS, .descending = true }, NULL);
        measure(&x, "all, by own field", who[i], (struct list_query){ .sort_slot = COMMON_COUNT }, NULL);
        measure(&x, "red, by due day", who[i], (struct list_query){ .sort_slot = -1, .light = LIGHT_RED }, NULL);
        measure(&x, "where light = red (the pack's list)", who[i], (struct list_query){ .sort_slot = COMMON_DUE }, "light = \"red\"");
        measure(&x, "where due within seven days", who[i], (struct list_query){ .sort_slot = COMMON_DUE }, "not done and due - today <= 7 days and due >= today");
        measure(&x, "where submitted", who[i], (struct list_query){ .sort_slot = COMMON_DUE }, "state = \"submitted\"");
        measure(&x, "state doing and red, by due day, down", who[i], (struct list_query){ .sort_slot = COMMON_DUE, .descending = true, .state = S("doing"), .light = LIGHT_RED }, NULL);
        measure(&x, "lead unit, by due day", who[i], (struct list_query){ .sort_slot = COMMON_DUE, .lead = fixture_look(&x, S("")).people->units[8].id }, NULL);
        measure(&x, "words", who[i], (struct list_query){ .sort_slot = COMMON_DUE, .words = S("管网7") }, NULL);
        measure(&x, "where planned > 50 (row by row)", who[i], (struct list_query){ .sort_slot = COMMON_DUE }, "planned > 50");
    }
    fixture_close(&x);
    char remove[100];
    snprintf(remove, sizeof remove, "rm -r %s", path);
    return system(remove);
}
