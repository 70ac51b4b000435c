/* catalogue.c: reads the folded tables whole, for dumps and comparisons. Names of tables and columns come from the
 * database's own catalogue, never from outside. */
#include "store/store.h"

bool store_made_tables(struct arena *a, struct slices *names, struct fault *f)
{
    struct conn *empty;
    struct rows r;
    *names = (struct slices){ 0 };
    if (!store_open(":memory:", STORE_MEMORY, (struct store_options){ 0 }, &empty, f))
        return false;
    bool ok = store_schema_projections(empty, f);
    if (ok) {
        store_ask_text(empty, S("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"), NULL, 0, &r, f);
        while (rows_next(&r))
            PUSH(a, names, rows_copy(a, &r, 0));
        ok = rows_end(&r);
    }
    store_close(empty);
    return ok;
}

static bool key_of(struct conn *c, struct arena *a, struct slice table, struct slices *key, struct fault *f)
{
    struct rows r;
    *key = (struct slices){ 0 };
    store_ask_text(c, S("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk"), ARGS(v_text(table)), &r, f);
    while (rows_next(&r))
        PUSH(a, key, rows_copy(a, &r, 0));
    return rows_end(&r) && (key->n || fault_set(f, FAULT_BROKEN, "store-damaged", S(""), S("")));
}

void store_ask_table(struct conn *c, struct arena *a, struct slice table, int county, struct slices *key, struct rows *rows, struct fault *f)
{
    *rows = (struct rows){ .conn = c, .fault = f };
    if (!key_of(c, a, table, key, f))
        return;
    struct buf sql = buf_open(4096);
    buf_format(&sql, "SELECT * FROM \"" S_FMT "\" WHERE ?1 IN (-1, county) ORDER BY ", S_ARG(table));
    for (size_t i = 0; i < key->n; i++)
        buf_format(&sql, "%s\"" S_FMT "\"", i ? ", " : "", S_ARG(key->at[i]));
    if (sql.failed)
        fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    else
        store_ask_text(c, slice_copy(a, buf_slice(&sql)), ARGS(v_int(county)), rows, f);
    buf_close(&sql);
}
