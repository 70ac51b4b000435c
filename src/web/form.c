/* form.c: from the pack's fields to inputs, and from what was typed to a command. Nothing is checked here: the ledger
 * does that, and says which field it did not like. */
#include "web/inside.h"

/* ---------- inputs ---------- */

void any_push(struct page *g, struct any_inputs *list, struct input in, enum input_kind kind)
{
    struct any_input one = { .in = in, .line = kind == INPUT_LINE, .area = kind == INPUT_AREA, .choice = kind == INPUT_CHOICE };
    PUSH(g->arena, list, one);
}

enum input_kind input_kind_of(const struct input *in)
{
    return in->options.n ? INPUT_CHOICE : in->type && !strcmp(in->type, "area") ? INPUT_AREA : INPUT_LINE;
}

struct choice_list { struct choice *at; size_t n, cap; };

static void choice_add(struct page *g, struct choice_list *list, struct slice value, struct slice label, struct slice chosen)
{
    struct choice one = { value, label, slice_equal(value, chosen) };
    PUSH(g->arena, list, one);
}

static struct choices unit_choices(struct page *g, struct slice chosen)
{
    struct choice_list list = { 0 };
    const struct people *p = g->look.people;
    choice_add(g, &list, S(""), S("请选择"), chosen);
    for (size_t i = 0; i < p->n_units; i++)
        if (p->units[i].to == DAY_NONE || p->units[i].to >= g->look.today)
            choice_add(g, &list, slice_format(g->arena, "%lld", (long long)p->units[i].id), unit_short(p, p->units[i].id), chosen);
    return (struct choices){ list.at, list.n };
}

static struct choices enum_choices(struct page *g, const struct field *of, struct slice chosen)
{
    struct choice_list list = { 0 };
    choice_add(g, &list, S(""), S("请选择"), chosen);
    for (size_t i = 0; i < of->n_options; i++)
        choice_add(g, &list, of->options[i].name, of->options[i].label.zh, chosen);
    return (struct choices){ list.at, list.n };
}

static struct choices yes_no(struct page *g, struct slice chosen)
{
    struct choice_list list = { 0 };
    choice_add(g, &list, S("false"), S("否"), chosen.len ? chosen : S("false"));
    choice_add(g, &list, S("true"), S("是"), chosen);
    return (struct choices){ list.at, list.n };
}

/* Ids as people write them: names with 、 between. What was typed stays as typed. */
static struct slice names_of(struct page *g, enum field_type type, struct slice canonical)
{
    struct buf b = buf_open(1 << 16);
    struct slice rest = canonical, part;
    bool first = true;
    while (rest.len && slice_cut(&rest, ',', &part)) {
        int64_t id;
        struct slice name = !slice_int(part, &id) ? part : type == FIELD_PERSON ? person_name(g->look.people, id) : unit_short(g->look.people, id);
        if (!first)
            buf_put(&b, S("、"));
        buf_put(&b, name);
        first = false;
    }
    return buf_keep(g->arena, &b);
}

static bool number_type(enum field_type type)
{
    return type == FIELD_INT || type == FIELD_DECIMAL || type == FIELD_MONEY;
}

struct input slot_input(struct page *g, const struct ledger_def *d, int slot, const struct field *of, struct slice stands)
{
    struct slice name = of ? of->name : slot_name(d, slot);
    enum field_type type = of ? of->type : common_type((enum common)slot);
    struct input in = { .name = slice_text(g->arena, slice_format(g->arena, "set." S_FMT, S_ARG(name))),
        .label = of ? of->label.zh : slot_label(d, slot).zh, .required = of && of->required };
    bool typed = g->refused && pairs_get(&g->q->form, in.name, &in.value);
    if (!typed)
        in.value = type == FIELD_UNITS || type == FIELD_PERSON ? names_of(g, type, stands) : stands;
    in.error = refusal_at(g, in.name);
    if (of && of->unit.len)
        in.label = slice_format(g->arena, S_FMT "（" S_FMT "）", S_ARG(in.label), S_ARG(of->unit));
    switch (type) {
    case FIELD_TEXT: in.type = "area"; break;
    case FIELD_DAY: in.type = "date"; break;
    case FIELD_MONTH: in.type = "month"; break;
    case FIELD_ENUM: in.options = of ? enum_choices(g, of, in.value) : (struct choices){ 0 }; break;
    case FIELD_UNIT: in.options = unit_choices(g, in.value); break;
    case FIELD_BOOL: in.options = yes_no(g, in.value); break;
    case FIELD_UNITS: in.help = S("几个单位之间用“、”隔开"); break;
    case FIELD_PERSON: in.help = S("填姓名；同名时填“单位/姓名”"); break;
    default: in.mode = number_type(type) ? "decimal" : NULL; break;
    }
    return in;
}

/* ---------- commands ---------- */

void command_text(struct buf *b, const char *name, struct slice value)
{
    json_name(b, name);
    json_put_string(b, value);
}

void command_number(struct buf *b, const char *name, int64_t value)
{
    json_name(b, name);
    buf_int(b, value);
}

void command_form(struct buf *b, const struct page *g, const char *name)
{
    struct slice value = slice_trim(http_form(g->q, name));
    if (value.len)
        command_text(b, name, value);
}

struct buf command_begin(struct page *g, const char *what)
{
    struct buf b = buf_open(COMMAND_BYTES_MAX);
    int64_t version;
    buf_text(&b, "{\"do\":");
    json_put_string(&b, slice_of(what));
    command_form(&b, g, "key");
    if (slice_int(http_form(g->q, "version"), &version) && version > 0)
        command_number(&b, "version", version);
    return b;
}

static bool set_before(const struct pairs *form, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_equal(form->at[k].name, form->at[i].name))
            return true;
    return false;
}

static void put_values(struct buf *b, const struct pairs *form, size_t i)
{
    bool several = false;
    for (size_t k = i + 1; k < form->n; k++)
        several = several || slice_equal(form->at[k].name, form->at[i].name);
    if (!several) {
        json_put_string(b, form->at[i].value);
        return;
    }
    buf_char(b, '[');
    for (size_t k = i; k < form->n; k++)
        if (slice_equal(form->at[k].name, form->at[i].name) && form->at[k].value.len) {
            json_comma(b);
            json_put_string(b, form->at[k].value);
        }
    buf_char(b, ']');
}

void command_set(struct buf *b, const struct page *g)
{
    const struct pairs *form = &g->q->form;
    json_name(b, "set");
    buf_char(b, '{');
    for (size_t i = 0; i < form->n; i++) {
        if (!slice_starts(form->at[i].name, S("set.")) || set_before(form, i))
            continue;
        json_comma(b);
        json_put_string(b, slice_from(form->at[i].name, 4));
        buf_char(b, ':');
        put_values(b, form, i);
    }
    buf_char(b, '}');
}

bool command_proofs(struct buf *b, struct page *g, const char *name, struct fault *f)
{
    bool any = false;
    for (size_t i = 0; i < g->q->files.n; i++) {
        const struct upload *u = &g->q->files.at[i];
        struct slice hash;
        if (!slice_equal(u->field, slice_of(name)) || !u->name.len)
            continue;
        if (!u->bytes.len) {
            fault_set(f, FAULT_REFUSED, "file-empty", u->name, S(""));
            f->field = slice_of(name);
        } else if (file_put(g->web->ledger, g->arena, u->bytes, &hash, f)) {
            if (!any)
                json_name(b, "proofs"), buf_char(b, '[');
            json_comma(b);
            buf_text(b, "{\"hash\":");
            json_put_string(b, hash);
            command_text(b, "name", u->name);
            buf_char(b, '}');
            any = true;
            continue;
        }
        buf_close(b);
        return false;
    }
    if (any)
        buf_char(b, ']');
    return true;
}

enum http_outcome page_command(struct page *g, struct buf *command, struct slice then, page_fn *again)
{
    return page_send(g, command, &(struct send){ .then = then, .again = again });
}
