/* Search finds what a reading of every entry finds, nothing less and nothing more, for each person: entries and queries
 * by chance, through the ordinary commands; and it reads no table whole. TAIZHANG_SEED=N repeats a run. */
#include "lists_fixture.h"

#include <strings.h>

enum { ENTRIES = 150, QUERIES = 200, TEXT_MAX = 24 };

static const char people_json[] =
    "{\"do\":\"people\",\"units\":[{\"code\":\"159923-1\",\"name\":\"石桥县人民政府办公室督查室\",\"short\":\"督查室\",\"kind\":\"office\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-2\",\"name\":\"石桥县水务局\",\"short\":\"县水务局\",\"kind\":\"department\",\"parent\":\"159923\"},"
    "{\"code\":\"159923-3\",\"name\":\"石桥县民政局\",\"short\":\"县民政局\",\"kind\":\"department\",\"parent\":\"159923\"}],"
    "\"persons\":[{\"name\":\"方知\",\"unit\":\"督查室\",\"login\":\"fangzhi\",\"duties\":\"supervisor:石桥县:subtree\"},"
    "{\"name\":\"秦水\",\"unit\":\"县水务局\",\"login\":\"qinshui\",\"duties\":\"liaison:县水务局:unit\"},"
    "{\"name\":\"许民\",\"unit\":\"县民政局\",\"login\":\"xumin\",\"duties\":\"liaison:县民政局:unit\"},"
    "{\"name\":\"罗远\",\"unit\":\"石桥县\",\"post\":\"副县长\",\"login\":\"luoyuan\",\"duties\":\"leader:县水务局:unit\"}]}";
static const char *const people[] = { "fangzhi", "qinshui", "xumin", "luoyuan", "admin" };
/* few letters, so that chance meets itself; with what LIKE, JSON and UTF-8 make special */
static const char *const letters[] = { "水", "库", "管", "网", "改", "造", "供", "热", "路", "a", "A", "b", "9", "%", "_", "\\", "'", "\"", "（", "𠮷", "é", "-" };

static struct fixture county;
static int64_t ids[ENTRIES];
static size_t reported;

static struct slice some_text(size_t most)
{
    struct buf b = buf_open(400);
    for (size_t n = 1 + luck_below(&county.luck, most); n; n--)
        buf_text(&b, letters[luck_below(&county.luck, COUNT(letters))]);
    struct slice s = slice_copy(&county.arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static void put_member(struct buf *b, const char *name, struct slice value)
{
    json_name(b, name);
    json_put_string(b, value);
}

static struct slice closed(struct buf *b, const char *end)
{
    buf_text(b, end);
    struct slice s = slice_copy(&county.arena, buf_slice(b));
    buf_close(b);
    return s;
}

/* Opened, some signed and reported with words, some given another title. */
static void make_entry(size_t i, struct slice office, const struct slice liaisons[2])
{
    static const char *const leads[] = { "县水务局", "县民政局" };
    size_t lead = luck_below(&county.luck, 2);
    struct buf b = buf_open(8000);
    buf_text(&b, "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{");
    put_member(&b, "title", some_text(TEXT_MAX));
    put_member(&b, "lead", slice_of(leads[lead]));
    put_member(&b, "leader", S("罗远"));
    put_member(&b, "due", S("2026-09-30"));
    put_member(&b, "target", some_text(TEXT_MAX));
    if (luck_below(&county.luck, 2))
        put_member(&b, "theme", some_text(3));
    ids[i] = fixture_do(&county, office, closed(&b, "}}"));
    if (luck_below(&county.luck, 2)) {
        fixture_try(&county, liaisons[lead], slice_format(&county.arena, "{\"do\":\"sign\",\"entry\":%lld}", (long long)ids[i]));
        for (size_t times = 1 + luck_below(&county.luck, 2); times; times--) {
            b = buf_open(8000);
            buf_format(&b, "{\"do\":\"report\",\"entry\":%lld,\"progress\":\"20\",\"set\":{", (long long)ids[i]);
            put_member(&b, "done_so_far", some_text(TEXT_MAX));
            reported += fixture_try(&county, liaisons[lead], closed(&b, "}}")).ok;
        }
    }
}

static int begin(void **state)
{
    const char *packs = getenv("TAIZHANG_PACKS"), *given = getenv("TAIZHANG_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20260615;
    char pack[1000];
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    snprintf(pack, sizeof pack, "%s/county", packs ? packs : "packs");
    fixture_open(&county, pack, ":memory:", seed);
    fixture_do(&county, fixture_account(&county, "admin"), slice_of(people_json));
    struct slice office = fixture_account(&county, "fangzhi"), liaisons[] = { fixture_account(&county, "qinshui"), fixture_account(&county, "xumin") };
    for (size_t i = 0; i < ENTRIES; i++) {
        make_entry(i, office, liaisons);
        if (i == ENTRIES / 2) /* of what changed until here the index hears */
            county.now_ms += 24 * 3600 * 1000;
    }
    /* what a report said of every third, whatever the title is now */
    for (size_t i = 0; i < ENTRIES; i += 3) {
        struct search_texts before, after;
        struct fault f;
        if (!search_texts_of(county.ledger->conn, 159923, &county.arena, ids[i], &before, &f))
            fixture_fail(&f);
        after = before;
        after.words = some_text(TEXT_MAX);
        if (!store_run(county.ledger->conn, SQL_WORDS_PUT, ARGS(v_int(159923), v_int(ids[i]), v_text(after.words)), &f)
            || !search_update(county.ledger->conn, 159923, &county.arena, ids[i], &before, &after, &f))
            fixture_fail(&f);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_close(&county);
    return 0;
}

/* ---------- the naive reading ---------- */

static bool holds(struct slice text, struct slice word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (!strncasecmp(text.at + i, word.at, word.len)) /* in the C locale: ASCII alone */
            return true;
    return false;
}

static bool has(const struct look *look, const struct entry *e, struct slice word)
{
    struct search_texts t;
    struct fault f;
    if (!search_texts_of(look->conn, 159923, look->arena, e->id, &t, &f))
        fixture_fail(&f);
    bool found = holds(e->number, word) || holds(e->title, word) || holds(t.words, word);
    for (size_t i = 0; i < e->def->n_fields; i++)
        found = found || (e->def->fields[i].type == FIELD_TEXT && holds(e->own[i], word));
    return found;
}

static size_t scan(const struct look *look, struct slice words, int64_t found[ENTRIES])
{
    size_t n = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        struct entry e;
        struct fault f;
        struct slice rest = words, one;
        if (!entry_read(look, ids[i], &e, true, &f))
            fixture_fail(&f);
        bool all = entry_visible(look, &e);
        while (all && rest.len && slice_cut(&rest, ' ', &one))
            all = has(look, &e, one);
        if (all)
            found[n++] = e.id;
    }
    return n;
}

/* A piece of a text that stands there, or letters by chance; now and then two of them. */
static struct slice some_query(const struct look *look)
{
    struct buf b = buf_open(400);
    for (size_t words = 1 + !luck_below(&county.luck, 4); words; words--) {
        struct search_texts t;
        struct fault f;
        buf_text(&b, b.len ? " " : "");
        if (!search_texts_of(look->conn, 159923, look->arena, ids[luck_below(&county.luck, ENTRIES)], &t, &f))
            fixture_fail(&f);
        struct slice from = luck_below(&county.luck, 3) ? t.title : t.words.len ? t.words : t.number;
        size_t at = 0, skip = luck_below(&county.luck, utf8_count(from)), take = 1 + luck_below(&county.luck, 4);
        for (; skip; skip--)
            utf8_next(from, &at);
        if (!luck_below(&county.luck, 5))
            buf_put(&b, some_text(3));
        else
            for (; take && at < from.len; take--)
                utf8_put(&b, utf8_next(from, &at));
    }
    return closed(&b, "");
}

static int by_id(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

static void search_finds_what_a_reading_of_every_entry_finds(void **state)
{
    size_t hits = 0, hidden = 0;
    (void)state;
    assert_true(reported > ENTRIES / 8); /* else the own texts were never written again */
    for (size_t i = 0; i < QUERIES; i++) {
        struct look all = fixture_look(&county, fixture_account(&county, "fangzhi"));
        struct slice words = some_query(&all);
        size_t of_all = 0;
        for (size_t p = 0; p < COUNT(people); p++) {
            struct look look = fixture_look(&county, fixture_account(&county, people[p]));
            struct list_query q = { .def = pack_ledger(look.pack, S("tasks")), .stage = ENTRY_LIVE, .words = words, .sort_slot = -1 };
            struct list_rows rows;
            struct list_counts counts;
            struct fault f;
            int64_t want[ENTRIES];
            size_t n = scan(&look, words, want);
            if (!list_ask(&look, &q, &rows, &f) || !list_counts(&look, &q, &counts, &f))
                fixture_fail(&f);
            if (rows.n)
                qsort(rows.at, rows.n, sizeof *rows.at, by_id);
            if (rows.n != n || rows.total != (int64_t)n || counts.total != (int64_t)n)
                fail_msg("%s looks for \"" S_FMT "\": %zu rows, total %lld, counted %lld; a reading finds %zu", people[p], S_ARG(words), rows.n, (long long)rows.total,
                    (long long)counts.total, n);
            for (size_t k = 0; k < n; k++)
                assert_int_equal(rows.at[k].id, want[k]);
            of_all = p ? of_all : n;
            hits += n;
            hidden += of_all - n;
        }
    }
    print_message("%zu hits, %zu hidden from who may not see them\n", hits, hidden);
    assert_true(hits > QUERIES && hidden > QUERIES);
}

static void search_reads_no_table_whole(void **state)
{
    static const char *const queries[] = { "水库", "水", "供热 管网", "R2026-0007", "%" };
    (void)state;
    for (size_t p = 0; p < COUNT(people); p++)
        for (size_t i = 0; i < COUNT(queries); i++) {
            struct look look = fixture_look(&county, fixture_account(&county, people[p]));
            struct list_query q = { .def = pack_ledger(look.pack, S("tasks")), .stage = ENTRY_LIVE, .words = slice_of(queries[i]), .sort_slot = -1 };
            struct slice plan, line;
            struct fault f;
            if (!list_plan(&look, &q, &plan, &f))
                fixture_fail(&f);
            assert_true(plan.len > 0);
            for (struct slice rest = plan; rest.len && slice_cut(&rest, '\n', &line);) {
                bool whole = slice_starts(line, S("SCAN")) && !slice_equal(line, S("SCAN hit")) && !slice_equal(line, S("SCAN own"));
                bool by_ledger = slice_starts(line, S("SEARCH e ")) && slice_find(line, S("(county=? AND entry=?)")) < 0;
                if (whole || by_ledger)
                    fail_msg("%s: " S_FMT, people[p], S_ARG(plan));
            }
        }
}

static struct slice dump(void)
{
    struct buf b = buf_open(64 << 20);
    struct fault f;
    if (!ledger_dump(county.ledger->conn, &b, &f))
        fixture_fail(&f);
    struct slice s = slice_copy(&county.arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

/* Last: the words that `begin` put into the tables are not in the log. */
static void the_index_is_folded_from_the_log(void **state)
{
    int64_t events;
    struct fault f;
    (void)state;
    if (!ledger_rebuild(county.ledger, &events, &f))
        fixture_fail(&f);
    struct slice once = dump();
    struct slice office = fixture_account(&county, "fangzhi"), liaisons[] = { fixture_account(&county, "qinshui"), fixture_account(&county, "xumin") };
    for (size_t i = 0; i < ENTRIES / 3; i++) {
        make_entry(i, office, liaisons);
        if (i == ENTRIES / 6)
            county.now_ms += 24 * 3600 * 1000;
    }
    struct slice written = dump();
    assert_false(slice_equal(once, written));
    if (!ledger_rebuild(county.ledger, &events, &f))
        fixture_fail(&f);
    assert_true(slice_equal(written, dump()));
    assert_true(slice_find(written, S("entry_pair")) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_finds_what_a_reading_of_every_entry_finds),
        cmocka_unit_test(search_reads_no_table_whole),
        cmocka_unit_test(the_index_is_folded_from_the_log),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
