/* words.c: how a state of affairs is said in one breath: a light says how much, a day how far. */
#include "web/inside.h"

struct slice buf_keep(struct arena *a, struct buf *b)
{
    struct slice s = slice_copy(a, buf_slice(b));
    buf_close(b);
    return s;
}

struct slice fault_sentence(struct arena *a, const struct fault *f)
{
    struct buf b = buf_open(4096);
    if (f && f->code)
        fault_say(&b, f, LANG_ZH);
    return buf_keep(a, &b);
}

/* ---------- lights ---------- */

static const char *const codes[] = { [LIGHT_NONE] = "n", [LIGHT_RED] = "r", [LIGHT_YELLOW] = "y", [LIGHT_GREEN] = "g", [LIGHT_GREY] = "n", [LIGHT_BLUE] = "b" };

const char *light_code(enum light light)
{
    return codes[light];
}

enum light light_of_code(struct slice code)
{
    for (int i = LIGHT_RED; i <= LIGHT_BLUE; i++)
        if (slice_equal(slice_of(codes[i]), code))
            return (enum light)i;
    return LIGHT_NONE;
}

struct lamp lamp_of(enum light light)
{
    return (struct lamp){ .code = codes[light] };
}

struct slice light_label(const struct ledger_def *d, enum light light)
{
    for (size_t i = 0; i < d->n_lights; i++)
        if (d->lights[i].light == light && d->lights[i].why.zh.len)
            return d->lights[i].why.zh;
    return S("");
}

/* Late by so many days, or so many left while the light warns; else the word of the state, which says enough. */
struct lamp entry_lamp(const struct page *g, const struct entry *e)
{
    struct lamp lamp = lamp_of(e->light);
    bool open = !(e->def->final >> e->state & 1);
    int days = e->due == DAY_NONE ? 0 : e->due - g->look.today;
    if (open && e->due != DAY_NONE && e->light == LIGHT_RED && days < 0)
        lamp.word = slice_format(g->arena, "逾期 %d 天", -days);
    else if (open && e->due != DAY_NONE && e->light == LIGHT_YELLOW && days >= 0 && days <= 14)
        lamp.word = days ? slice_format(g->arena, "还剩 %d 天", days) : S("今天到期");
    else if (e->light == LIGHT_NONE || e->light == LIGHT_BLUE || e->light == LIGHT_GREY)
        lamp.word = e->def->states[e->state].label.zh;
    else
        lamp.word = light_label(e->def, e->light);
    return lamp;
}
