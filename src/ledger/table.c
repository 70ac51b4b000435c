/* table.c: rows of a csv or xlsx become a command. The first row names the columns, in Chinese or English; what is
 * looked for in them stands in the tables below. */
#include "ledger/inside.h"

struct column { const char *name, *called; }; /* called: names as people write them, | between */

static const struct column unit_columns[] = {
    { "name", "name|单位名称|名称|单位|单位全称" },
    { "code", "code|代码|编码|单位代码" },
    { "short", "short|简称|单位简称" },
    { "kind", "kind|类别|性质|单位性质" },
    { "parent", "parent|上级|上级单位|隶属|隶属单位" },
    { "duties", "duties|职责|主要职责|工作职责" },
    { "former", "former|former names|曾用名|原名" },
    { "from", "from|valid from|启用日期" },
    { "to", "to|valid to|停用日期" },
};
static const struct column person_columns[] = {
    { "name", "name|姓名" },
    { "unit", "unit|单位|所在单位|工作单位" },
    { "post", "post|职务" },
    { "duties", "duties|角色|职责|系统职责" },
    { "login", "login|登录名|账号|用户名" },
    { "phone", "phone|电话|联系电话|手机" },
};
static const struct column precedent_columns[] = {
    { "text", "text|task|工作任务|任务|任务内容|重点任务" },
    { "lead", "lead|牵头单位|责任单位|主办单位" },
    { "support", "support|配合单位|协办单位|协同单位" },
    { "leader", "leader|责任领导|牵头领导|县级领导|分管领导" },
    { "due", "due|完成时限|时限|完成时间" },
};

static const struct { const char *into, *command, *list; const struct column *columns; size_t n; } targets[] = {
    { "units", "people", "units", unit_columns, COUNT(unit_columns) },
    { "people", "people", "persons", person_columns, COUNT(person_columns) },
    { "precedent", "precedent", "rows", precedent_columns, COUNT(precedent_columns) },
};

static bool is_called(struct slice cell, const char *called)
{
    struct slice rest = slice_of(called), one;
    while (slice_cut(&rest, '|', &one))
        if (slice_equal(one, cell))
            return true;
    return false;
}

/* Which column of the table holds each of ours; -1 none. False where the first of ours, which must be there, is not. */
static bool match_columns(const struct column *columns, size_t n, const struct slices *head, int *at)
{
    for (size_t i = 0; i < n; i++) {
        at[i] = -1;
        for (size_t k = 0; k < head->n && at[i] < 0; k++)
            if (is_called(slice_trim(head->at[k]), columns[i].called))
                at[i] = (int)k;
    }
    return at[0] >= 0;
}

bool table_command(struct arena *a, const struct slices *rows, size_t n_rows, struct slice into, struct slice name, struct slice *body, struct fault *f)
{
    int at[16];
    size_t t = 0, head = 0;
    while (t < COUNT(targets) && !slice_equal(slice_of(targets[t].into), into))
        t++;
    if (t == COUNT(targets))
        return fault_set(f, FAULT_USAGE, "unknown-target", into, S(""));
    while (head < n_rows && head < 6 && !match_columns(targets[t].columns, targets[t].n, &rows[head], at))
        head++; /* a title may stand above the names of the columns */
    if (head == n_rows || head == 6)
        return fault_set(f, FAULT_REFUSED, "table-no-column", slice_of(targets[t].columns[0].called), S(""));
    struct buf b = buf_open(16 << 20);
    buf_format(&b, "{\"do\":\"%s\",\"name\":", targets[t].command);
    json_put_string(&b, name);
    buf_format(&b, ",\"%s\":[", targets[t].list);
    size_t taken = 0;
    for (size_t i = head + 1; i < n_rows; i++) {
        struct slice first = at[0] < (int)rows[i].n ? slice_trim(rows[i].at[at[0]]) : S("");
        if (!first.len)
            continue; /* an empty row */
        json_comma(&b);
        buf_char(&b, '{');
        for (size_t k = 0; k < targets[t].n; k++) {
            if (at[k] < 0 || at[k] >= (int)rows[i].n)
                continue;
            json_name(&b, targets[t].columns[k].name);
            json_put_string(&b, slice_trim(rows[i].at[at[k]]));
        }
        buf_char(&b, '}');
        taken++;
    }
    buf_text(&b, "]}");
    *body = slice_copy(a, buf_slice(&b));
    bool ok = (!b.failed || fault_set(f, FAULT_REFUSED, "too-large", S("16 MB"), S(""))) && (taken || fault_set(f, FAULT_REFUSED, "table-empty", S(""), S("")));
    buf_close(&b);
    return ok;
}
