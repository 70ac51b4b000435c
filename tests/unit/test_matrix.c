/* Who may do what: tests/matrix.tsv, a row for each page, form and command on each kind of object, a column for each
 * kind of person. The rows are walked on the sample county in memory; what a cell says is what the answer must be. A
 * route that has no row fails, a row that has no route fails, and an entry that may not be seen must answer with the
 * bytes of one that does not exist.
 *
 * Each cell of a form or command gets a fresh entry, so that no cell sees what the one before it did. A new row is
 * written with "?" in its cells: the test says what came, and whoever adds it decides whether that is right. */
#include "document/document.h"
#include "lists_fixture.h"
#include "web/inside.h"

enum { ROLES = 17, CELLS_BEFORE = 5, ROWS_MAX = 400, MISSING_ID = 999999 };

static const struct { const char *column, *login; } roles[ROLES] = {
    { "keeper", "zhangmin" },        /* supervisor of the office that keeps the entry: 督查室 */
    { "office2", "yinmengjie" },     /* supervisor of the other office: 县委督查室 */
    { "leader", "zhouweimin" },      /* the leader that the entry names */
    { "leader2", "hechangqing" },    /* another one */
    { "lead-h", "luhai" },           /* head and liaison of the lead unit, 县水务局 */
    { "lead-l", "liqiang" },
    { "supp-h", "qianshouyi" },      /* of the support unit, 县财政局 */
    { "supp-l", "tangxiaoyan" },
    { "unit2-h", "yundayong" },      /* of a unit that has nothing to do with it, 县林草局 */
    { "unit2-l", "yuehongyan" },
    { "viewer", "liangsiyu" },
    { "sysadm", "kangning" },
    { "secadm", "genglixin" },
    { "audit", "shiwenjing" },
    { "strange", NULL },             /* not signed in */
    { "expired", "guoqi" },          /* a supervisor until last year */
    { "disabled", "tingyong" },      /* a supervisor whose account is disabled */
};

/* ---------- the table ---------- */

struct row { int line; struct slice method, route, on, target, body, cells[ROLES]; };
struct matrix { struct row rows[ROWS_MAX]; size_t n; int faults; struct slice head[ROLES]; };

static struct slice file_text(struct arena *a, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *at = NEW(a, char, 1 << 20);
    size_t n = fread(at, 1, 1 << 20, file);
    fclose(file);
    assert_true(n > 0 && n < 1 << 20);
    return (struct slice){ at, (uint32_t)n };
}

static void matrix_read(struct matrix *m, struct arena *a, const char *path)
{
    struct slice rest = file_text(a, path), line;
    bool head = false;
    *m = (struct matrix){ 0 };
    for (int n = 1; slice_cut(&rest, '\n', &line); n++) {
        struct row r = { .line = n };
        struct slice *before[CELLS_BEFORE] = { &r.method, &r.route, &r.on, &r.target, &r.body }, cell;
        size_t at = 0;
        if (!line.len || line.at[0] == '#')
            continue;
        while (slice_cut(&line, '\t', &cell)) {
            assert_true(at < CELLS_BEFORE + ROLES);
            *(at < CELLS_BEFORE ? before[at] : &r.cells[at - CELLS_BEFORE]) = slice_trim(cell);
            at++;
        }
        if (at != CELLS_BEFORE + ROLES)
            fail_msg("matrix.tsv:%d has %zu cells, wanted %d", n, at, CELLS_BEFORE + ROLES);
        for (size_t i = 0; !head && i < ROLES; i++)
            if (!slice_equal(r.cells[i], slice_of(roles[i].column)))
                fail_msg("matrix.tsv:%d: column %zu must be %s", n, i + CELLS_BEFORE + 1, roles[i].column);
        assert_true(m->n < ROWS_MAX);
        if (head)
            m->rows[m->n++] = r;
        head = true;
    }
}

static bool is_command(const struct row *r)
{
    return slice_equal(r->method, S("do"));
}

static bool is_row_of(const struct row *r, const struct page_route *route)
{
    return slice_equal(r->method, route->method == HTTP_GET ? S("GET") : S("POST")) && slice_equal(r->route, slice_of(route->pattern));
}

/* How many routes have no row, and how many rows no route. */
static int unmatched(const struct matrix *m, const struct page_route *routes, size_t n, bool loud)
{
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < m->n && !found; k++)
            found = is_row_of(&m->rows[k], &routes[i]);
        if (!found && loud)
            fprintf(stderr, "no row for %s %s\n", routes[i].method == HTTP_GET ? "GET" : "POST", routes[i].pattern);
        count += !found;
    }
    for (size_t k = 0; k < m->n; k++) {
        bool found = is_command(&m->rows[k]);
        for (size_t i = 0; i < n && !found; i++)
            found = is_row_of(&m->rows[k], &routes[i]);
        if (!found && loud)
            fprintf(stderr, "matrix.tsv:%d: no route " S_FMT " " S_FMT "\n", m->rows[k].line, S_ARG(m->rows[k].method), S_ARG(m->rows[k].route));
        count += !found;
    }
    return count;
}

/* ---------- the county ---------- */

struct site {
    struct fixture x;
    struct world world;
    struct web *web;
    struct slice accounts[ROLES], keeper, office2, lead, lead2, admin;
    int64_t document, drafted, made, round; /* round: of the keeper, with 县水务局 in it */
};

static const char more_people[] =
    "{\"do\":\"people\",\"persons\":[{\"name\":\"丙三\",\"unit\":\"督查室\",\"login\":\"guoqi\"},{\"name\":\"丁四\",\"unit\":\"督查室\",\"login\":\"tingyong\"}]}";
static const char *const more_duties[] = {
    "{\"do\":\"duty\",\"person\":\"督查室/丙三\",\"duty\":\"supervisor\",\"unit\":\"督查室\",\"from\":\"2024-01-01\",\"to\":\"2025-12-31\"}",
    "{\"do\":\"duty\",\"person\":\"督查室/丁四\",\"duty\":\"supervisor\",\"unit\":\"督查室\"}",
};

static void take_table(struct site *s, struct slice admin, const char *file, const char *into)
{
    struct document_reader reader;
    struct table table;
    struct fault f;
    struct slice body;
    const char *packs = getenv("TAIZHANG_PACKS");
    struct slice path = slice_format(&s->x.arena, "%s/county/sample/%s", packs ? packs : "packs", file);
    struct slice bytes = file_text(&s->x.arena, slice_text(&s->x.arena, path));
    if (!document_find(&s->x.arena, &reader, &f) || !document_table(&s->x.arena, &reader, bytes, slice_of(file), &table, &f)
        || !table_command(&s->x.arena, table.rows, table.n, slice_of(into), slice_of(file), &body, &f))
        fixture_fail(&f);
    fixture_do(&s->x, admin, body);
}

static void make_report(struct site *s)
{
    struct slice hash;
    struct fault f;
    if (!file_put(s->x.ledger, &s->x.arena, S("修建水库。新建公路。"), &hash, &f))
        fixture_fail(&f);
    struct slice json = slice_format(&s->x.arena,
        "{\"do\":\"import\",\"document\":{\"hash\":\"" S_FMT "\",\"text_hash\":\"" S_FMT "\",\"name\":\"报告.txt\",\"title\":\"政府工作报告\",\"year\":2026},\"drafts\":["
        "{\"ledger\":\"tasks\",\"set\":{\"title\":\"修建水库\"},\"start\":0,\"end\":12}]}", S_ARG(hash), S_ARG(hash));
    s->document = fixture_do(&s->x, s->keeper, json);
    struct entry *at;
    size_t n;
    struct look look = fixture_look(&s->x, s->keeper);
    if (!document_entries(&look, s->document, &at, &n, &f))
        fixture_fail(&f);
    assert_int_equal(n, 1);
    s->drafted = at[0].id;
    reader_done(s->x.reader);
}

/* The 20th opens a round for the office and the unit that leads one of its entries. */
static void make_round(struct site *s)
{
    struct rounds list;
    struct fault f;
    fixture_do(&s->x, s->keeper, S("{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"修建水库第零座\",\"lead\":\"县水务局\",\"due\":\"2026-12-01\"}}"));
    s->x.now_ms = day_start_ms(day_of(2026, 6, 22)) + 9 * 3600 * 1000;
    if (!ledger_tick(s->x.ledger, &f))
        fixture_fail(&f);
    struct look look = fixture_look(&s->x, s->keeper);
    if (!rounds_ask(&look, &list, &f))
        fixture_fail(&f);
    assert_int_equal(list.n, 1);
    s->round = list.at[0].id;
    reader_done(s->x.reader);
}

static void site_open(struct site *s, struct ledger_options o)
{
    struct slice login, password;
    struct fault f;
    char pack[512];
    struct fixture *x = &s->x;
    *s = (struct site){ 0 };
    *x = (struct fixture){ .luck = { 11 }, .now_ms = day_start_ms(day_of(2026, 6, 15)) + 9 * 3600 * 1000 };
    arena_open(&x->arena, 0);
    snprintf(pack, sizeof pack, "%s/county", getenv("TAIZHANG_PACKS") ? getenv("TAIZHANG_PACKS") : "packs");
    s->world = (struct world){ x, fixture_now, fixture_random };
    struct ledger_new what = { .county = 159921, .name = S("青禾县"), .pack_folder = pack, .algorithm = "sha256" };
    if (!ledger_begin(":memory:", &what, &s->world, o, &x->ledger, &x->arena, &login, &password, &f) || !reader_open(x->ledger, &x->reader, &f))
        fixture_fail(&f);
    s->admin = fixture_account(x, "admin");
    take_table(s, s->admin, "units.csv", "units");
    take_table(s, s->admin, "people.csv", "people");
    fixture_do(x, s->admin, slice_of(more_people));
    for (size_t i = 0; i < COUNT(more_duties); i++)
        fixture_do(x, fixture_account(x, "genglixin"), slice_of(more_duties[i]));
    fixture_do(x, s->admin, S("{\"do\":\"disable\",\"login\":\"tingyong\"}"));
    for (size_t i = 0; i < ROLES; i++)
        s->accounts[i] = roles[i].login ? fixture_account(x, roles[i].login) : S("");
    s->keeper = s->accounts[0];
    s->office2 = s->accounts[1];
    s->lead = s->accounts[5];
    s->lead2 = s->accounts[9];
    make_report(s);
    make_round(s);
    reader_done(x->reader);
    struct web_config config = { .ledger = x->ledger, .world = &s->world, .alone = true };
    if (!web_open(&config, &s->web, &f))
        fixture_fail(&f);
}

static void site_close(struct site *s)
{
    web_close(s->web);
    fixture_close(&s->x);
}

/* ---------- the objects ---------- */

struct object { int64_t id, unit, support, ask; };

static int64_t unit_id(struct site *s, const char *name)
{
    struct look look = fixture_look(&s->x, S(""));
    const struct unit *u = people_unit_named(look.people, slice_of(name));
    assert_non_null(u);
    int64_t id = u->id;
    reader_done(s->x.reader);
    return id;
}

static struct slice proof(struct site *s)
{
    struct slice hash;
    struct fault f;
    if (!file_put(s->x.ledger, &s->x.arena, S("验收单"), &hash, &f))
        fixture_fail(&f);
    return slice_format(&s->x.arena, "[{\"name\":\"a.txt\",\"hash\":\"" S_FMT "\"}]", S_ARG(hash));
}

/* own: kept by the first office, all the columns' roles are of it. other: the same of the other office, with another
 * lead and leader. The further ones are `own` a few steps on. */
static struct object object_make(struct site *s, struct slice on)
{
    struct fixture *x = &s->x;
    bool other = slice_equal(on, S("other"));
    struct slice account = other ? s->lead2 : s->lead;
    struct object o = { .unit = unit_id(s, other ? "县林草局" : "县水务局"), .support = unit_id(s, other ? "县统计局" : "县财政局") };
    if (slice_equal(on, S("-")))
        return o;
    if (slice_equal(on, S("none")))
        return o.id = MISSING_ID, o;
    if (slice_equal(on, S("draft")))
        return o.id = s->drafted, o;
    o.id = fixture_do(x, other ? s->office2 : s->keeper,
        slice_format(&x->arena, "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"修建水库第%lld座\",\"lead\":%lld,\"support\":[\"%s\"],\"leader\":\"%s\",\"due\":\"2026-12-01\"}}",
            (long long)++s->made, (long long)o.unit, other ? "县统计局" : "县财政局", other ? "贺长青" : "周维民"));
    if (slice_equal(on, S("submitted")))
        fixture_do(x, account, slice_format(&x->arena, "{\"do\":\"move\",\"entry\":%lld,\"move\":\"submit\",\"proofs\":" S_FMT "}", (long long)o.id, S_ARG(proof(s))));
    if (slice_equal(on, S("returned")))
        fixture_do(x, account, slice_format(&x->arena, "{\"do\":\"return\",\"entry\":%lld,\"note\":\"不属于本单位职责\"}", (long long)o.id));
    if (slice_equal(on, S("asked"))) {
        struct command c = fixture_try(x, account, slice_format(&x->arena, "{\"do\":\"ask\",\"entry\":%lld,\"ask\":\"extension\",\"set\":{\"until\":\"2026-12-20\",\"reason\":\"汛期\"}}", (long long)o.id));
        if (!c.ok)
            fixture_fail(&c.fault);
        o.ask = c.first;
    }
    return o;
}

/* {round}, {id}, {unit}, {support}, {ask}, {document}, {proofs} in what the table says. */
static struct slice filled(struct site *s, struct slice text, const struct object *o)
{
    struct buf b = buf_open(1 << 16);
    struct slice out;
    const struct { struct slice name; struct slice value; } words[] = {
        { S("{id}"), slice_format(&s->x.arena, "%lld", (long long)o->id) },
        { S("{unit}"), slice_format(&s->x.arena, "%lld", (long long)o->unit) },
        { S("{support}"), slice_format(&s->x.arena, "%lld", (long long)o->support) },
        { S("{ask}"), slice_format(&s->x.arena, "%lld", (long long)o->ask) },
        { S("{round}"), slice_format(&s->x.arena, "%lld", (long long)s->round) },
        { S("{document}"), slice_format(&s->x.arena, "%lld", (long long)s->document) },
        { S("{proofs}"), slice_find(text, S("{proofs}")) >= 0 ? proof(s) : S("") },
    };
    for (size_t i = 0; i < text.len;) {
        size_t k = 0;
        while (k < COUNT(words) && !slice_starts(slice_from(text, i), words[k].name))
            k++;
        if (k < COUNT(words))
            buf_put(&b, words[k].value), i += words[k].name.len;
        else
            buf_char(&b, text.at[i++]);
    }
    out = slice_copy(&s->x.arena, buf_slice(&b));
    buf_close(&b);
    return out;
}

/* ---------- a cell ---------- */

struct outcome { struct slice status, body; };

static struct outcome ask_page(struct site *s, const struct row *r, struct slice who, const struct object *o)
{
    struct web_answer a;
    struct slice target = filled(s, slice_equal(r->target, S("-")) ? r->route : r->target, o);
    struct slice body = slice_equal(r->body, S("-")) ? S("") : filled(s, r->body, o);
    if (!body.len && slice_equal(r->method, S("POST")))
        body = S("a=b");
    web_page(s->web, &s->x.arena, who, slice_text(&s->x.arena, r->method), target, body, &a);
    if (a.status == 303 && slice_starts(a.location, S("/login")) && !slice_equal(r->route, S("/logout")))
        return (struct outcome){ S("in"), S("") };
    return (struct outcome){ slice_format(&s->x.arena, "%d", a.status), a.body };
}

static struct outcome send_command(struct site *s, const struct row *r, struct slice who, const struct object *o)
{
    struct slice more = slice_equal(r->body, S("-")) ? S("") : filled(s, r->body, o);
    struct slice entry = o->id ? slice_format(&s->x.arena, ",\"entry\":%lld", (long long)o->id) : S("");
    struct slice json = slice_format(&s->x.arena, "{\"do\":\"" S_FMT "\"" S_FMT "%s" S_FMT "}", S_ARG(r->route), S_ARG(entry), more.len ? "," : "", S_ARG(more));
    struct command c = fixture_try(&s->x, who, json);
    struct buf b = buf_open(4096);
    if (!c.ok)
        fault_say(&b, &c.fault, LANG_ZH);
    struct outcome out = { slice_format(&s->x.arena, "%d", c.ok ? 200 : http_status_of(c.fault.kind)), slice_copy(&s->x.arena, buf_slice(&b)) };
    buf_close(&b);
    return out;
}

static struct outcome cell_of(struct site *s, const struct row *r, size_t role, const struct object *o)
{
    return is_command(r) ? send_command(s, r, s->accounts[role], o) : ask_page(s, r, s->accounts[role], o);
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* The answer with each number that is this id replaced; not where the digits are a part of something longer. The random
 * key of a form is left out. */
static struct slice without_id(struct site *s, struct slice body, int64_t id)
{
    struct slice digits = slice_format(&s->x.arena, "%lld", (long long)id), out;
    struct buf b = buf_open(1 << 20);
    const struct slice key = S("name=\"key\" value=\"");
    for (size_t i = 0; i < body.len;)
        if (slice_starts(slice_from(body, i), key))
            i += key.len + 2 * KEY_BYTES;
        else if (slice_starts(slice_from(body, i), digits) && !(i && is_word(body.at[i - 1])) && !(i + digits.len < body.len && is_word(body.at[i + digits.len])))
            buf_char(&b, '#'), i += digits.len;
        else
            buf_char(&b, body.at[i++]);
    out = slice_copy(&s->x.arena, buf_slice(&b));
    buf_close(&b);
    return out;
}

static bool says_what_a_missing_one_says(struct site *s, const struct row *r, size_t role, const struct object *o, struct slice body)
{
    struct object none = *o;
    none.id = MISSING_ID;
    struct outcome as = cell_of(s, r, role, &none);
    return slice_equal(as.status, S("404")) && slice_equal(without_id(s, body, o->id), without_id(s, as.body, none.id));
}

static bool may_see(struct site *s, size_t role, int64_t id)
{
    struct look look = fixture_look(&s->x, s->accounts[role]);
    struct entry e;
    struct fault f;
    bool seen = entry_see(&look, id, &e, &f);
    reader_done(s->x.reader);
    return seen;
}

/* Walks one row; 1 where a cell is not what the table says. The whole row is then shown as it came. */
static int walk_row(struct site *s, const struct row *r, bool loud)
{
    struct outcome came[ROLES];
    bool ok = true, reads = slice_equal(r->method, S("GET"));
    struct object o = { 0 };
    for (size_t i = 0; i < ROLES; i++) {
        if (!reads || !i)
            o = object_make(s, r->on);
        came[i] = cell_of(s, r, i, &o);
        ok = ok && slice_equal(came[i].status, r->cells[i]);
        if (o.id && o.id != MISSING_ID && slice_equal(came[i].status, S("404")) && !may_see(s, i, o.id) && !says_what_a_missing_one_says(s, r, i, &o, came[i].body)) {
            ok = false;
            if (loud)
                fprintf(stderr, "matrix.tsv:%d: %s can tell a hidden entry from a missing one\n", r->line, roles[i].column);
        }
    }
    if (ok || !loud)
        return !ok;
    fprintf(stderr, "matrix.tsv:%d came as\n" S_FMT "\t" S_FMT "\t" S_FMT "\t" S_FMT "\t" S_FMT, r->line, S_ARG(r->method), S_ARG(r->route), S_ARG(r->on), S_ARG(r->target), S_ARG(r->body));
    for (size_t i = 0; i < ROLES; i++)
        fprintf(stderr, "\t" S_FMT, S_ARG(came[i].status));
    fputc('\n', stderr);
    return 1;
}

static int walk(struct site *s, const struct matrix *m, bool loud)
{
    int faults = 0;
    for (size_t i = 0; i < m->n; i++)
        faults += walk_row(s, &m->rows[i], loud);
    return faults;
}

/* ---------- the tests ---------- */

struct set { struct arena arena; struct matrix matrix; };

static int set_up(void **state)
{
    struct set *t = calloc(1, sizeof *t);
    const char *path = getenv("TAIZHANG_MATRIX");
    assert_non_null(t);
    arena_open(&t->arena, 0);
    matrix_read(&t->matrix, &t->arena, path ? path : "tests/matrix.tsv");
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct set *t = *state;
    arena_close(&t->arena);
    free(t);
    return 0;
}

static void every_route_has_a_row_and_every_row_a_route(void **state)
{
    struct set *t = *state;
    assert_true(t->matrix.n > 0);
    assert_true(n_page_routes > 0);
    assert_int_equal(unmatched(&t->matrix, page_routes, n_page_routes, true), 0);
}

static void a_route_without_a_row_is_found(void **state)
{
    struct set *t = *state;
    struct page_route *more = NEW(&t->arena, struct page_route, n_page_routes + 1);
    memcpy(more, page_routes, n_page_routes * sizeof *more);
    more[n_page_routes] = (struct page_route){ HTTP_GET, "/secret/door", MAY_SIGNED_IN, show_me, 0 };
    assert_int_equal(unmatched(&t->matrix, more, n_page_routes + 1, false), 1);
    assert_true(unmatched(&t->matrix, page_routes + 1, n_page_routes - 1, false) >= 1); /* and a row without a route */
}

static void every_cell_answers_as_the_table_says(void **state)
{
    struct set *t = *state;
    struct site s;
    site_open(&s, (struct ledger_options){ 0 });
    int faults = walk(&s, &t->matrix, true);
    site_close(&s);
    printf("matrix: %zu rows, %zu cells, %zu routes\n", t->matrix.n, t->matrix.n * ROLES, n_page_routes);
    assert_int_equal(faults, 0);
}

static void without_permissions_the_table_no_longer_holds(void **state)
{
    struct set *t = *state;
    struct site s;
    site_open(&s, (struct ledger_options){ .sabotage_no_permission = true });
    int faults = walk(&s, &t->matrix, false);
    site_close(&s);
    printf("matrix: with permissions off %d rows differ\n", faults);
    assert_true(faults > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_has_a_row_and_every_row_a_route),
        cmocka_unit_test(a_route_without_a_row_is_found),
        cmocka_unit_test(every_cell_answers_as_the_table_says),
        cmocka_unit_test(without_permissions_the_table_no_longer_holds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
