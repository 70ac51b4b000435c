/* parts.c: what the design system's templates need computed: geometry of bars, page numbers, errors beside fields. */
#include "http/parts.h"

const char *const light_codes[LIGHTS] = { "r", "y", "g", "n", "b" };

/* ---------- the stacked bar ---------- */

/* Parts are as wide as their counts, with a gap of a third of a unit between them; in hundredths, exactly. */
struct stack stack_of(const int64_t counts[LIGHTS])
{
    static const int order[LIGHTS] = { LIGHT_R, LIGHT_Y, LIGHT_G, LIGHT_B, LIGHT_N };
    enum { WIDTH = 10000, GAP = 35 };
    struct stack s = { 0 };
    int64_t sum = 0, before = 0;
    for (int i = 0; i < LIGHTS; i++)
        sum += counts[i];
    for (int i = 0; i < LIGHTS && sum; i++) {
        int64_t n = counts[order[i]], x = before * WIDTH / sum, end = (before + n) * WIDTH / sum;
        before += n;
        if (!n)
            continue;
        int64_t width = end - x - (before < sum ? GAP : 0);
        s.at[s.n++] = (struct stack_part){ light_codes[order[i]], { x, 2, true }, { width > GAP ? width : GAP, 2, true } };
    }
    return s;
}

/* ---------- errors of a form ---------- */

struct errors errors_of(struct arena *a, const struct form_faults *faults)
{
    struct errors e = { NEW(a, struct error_item, faults->n), faults->n };
    struct buf b = buf_open(4096);
    for (size_t i = 0; i < faults->n; i++) {
        b.len = 0;
        fault_say(&b, &faults->at[i], LANG_ZH);
        e.at[i] = (struct error_item){ faults->at[i].field, slice_copy(a, buf_slice(&b)) };
    }
    buf_close(&b);
    return e;
}

struct slice error_for(const struct errors *errors, const char *field)
{
    for (size_t i = 0; i < errors->n; i++)
        if (slice_equal(errors->at[i].field, slice_of(field)))
            return errors->at[i].text;
    return S("");
}

/* ---------- the pager ---------- */

enum { PAGER_AROUND = 2, PAGER_LINKS = 2 * PAGER_AROUND + 5 };

static struct slice page_href(const struct request *q, int64_t page)
{
    return http_query_with(q, "page", page > 1 ? slice_format(q->arena, "%lld", (long long)page) : S(""));
}

struct pager pager_of(const struct request *q, int64_t total, int64_t page, int64_t page_size)
{
    struct arena *a = q->arena;
    int64_t pages = total > 0 ? (total + page_size - 1) / page_size : 1, last_shown = 0;
    page = page < 1 ? 1 : page > pages ? pages : page;
    int64_t from = (page - 1) * page_size + 1, to = page * page_size < total ? page * page_size : total;
    struct pager p = { .say = total ? slice_format(a, "第 %lld 到 %lld 项，共 %lld 项", (long long)from, (long long)to, (long long)total)
                                    : S("共 0 项") };
    struct page_link *links = NEW(a, struct page_link, PAGER_LINKS + 2);
    p.at = links;
    if (pages == 1)
        return p;
    for (int64_t i = 1; i <= pages; i++) {
        if (i != 1 && i != pages && (i < page - PAGER_AROUND || i > page + PAGER_AROUND)) {
            i = i < page ? page - PAGER_AROUND - 1 : pages - 1; /* on to the next that is shown */
            continue;
        }
        if (i > last_shown + 1)
            links[p.n++] = (struct page_link){ .gap = true };
        links[p.n++] = (struct page_link){ .label = slice_format(a, "%lld", (long long)i), .href = page_href(q, i), .current = i == page };
        last_shown = i;
    }
    p.before = page > 1 ? page_href(q, page - 1) : S("");
    p.after = page < pages ? page_href(q, page + 1) : S("");
    return p;
}
