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

struct slice light_name(enum light light)
{
    static const char *const names[] = { [LIGHT_NONE] = "无灯", [LIGHT_RED] = "红灯", [LIGHT_YELLOW] = "黄灯", [LIGHT_GREEN] = "绿灯", [LIGHT_GREY] = "灰灯", [LIGHT_BLUE] = "蓝灯" };
    return slice_of(names[light]);
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

/* ---------- values of fields ---------- */

/* 元 in the unit that people say: 16 亿元, 3,140 万元; exactly, nothing is rounded away. */
static void put_yuan(struct buf *b, struct decimal d, struct slice unit)
{
    struct { int64_t size; int scale; const char *word; } steps[] = { { 100000000, 8, " 亿" }, { 10000, 4, " 万" } };
    struct decimal whole = decimal_round(d, 0);
    int64_t size = whole.value < 0 ? -whole.value : whole.value;
    for (size_t i = 0; i < COUNT(steps); i++)
        if (whole.ok && size >= steps[i].size && d.scale + steps[i].scale <= DECIMAL_SCALE_MAX) {
            d.scale = (uint8_t)(d.scale + steps[i].scale);
            tpl_decimal(b, d);
            buf_text(b, steps[i].word);
            buf_put(b, unit);
            return;
        }
    tpl_decimal(b, d);
    buf_char(b, ' ');
    buf_put(b, unit);
}

struct slice field_words(struct arena *a, const struct field *field, struct slice canonical)
{
    struct buf b = buf_open(1 << 16);
    struct decimal d;
    day on;
    bool number = field->type == FIELD_INT || field->type == FIELD_DECIMAL || field->type == FIELD_MONEY;
    if (!canonical.len) {
        buf_close(&b);
        return S("");
    }
    if (number && decimal_parse(canonical, &d) && slice_equal(field->unit, S("元"))) {
        put_yuan(&b, d, field->unit);
    } else if (number && decimal_parse(canonical, &d)) {
        tpl_decimal(&b, d);
        if (field->unit.len && !slice_equal(field->unit, S("%")))
            buf_char(&b, ' ');
        buf_put(&b, field->unit);
    } else if (field->type == FIELD_DAY && day_parse(canonical, &on)) {
        tpl_long_day(&b, on);
    } else if (field->type == FIELD_BOOL) {
        buf_put(&b, slice_equal(canonical, S("true")) ? S("是") : S("否"));
    } else {
        struct slice word = canonical;
        for (size_t i = 0; i < field->n_options; i++)
            if (slice_equal(field->options[i].name, canonical))
                word = field->options[i].label.zh;
        buf_put(&b, word);
    }
    return buf_keep(a, &b);
}
