/* round_unit.c: the grid of one unit in a reporting round. The liaison finds last time's text in the cells and changes
 * what changed; the head sees what changed and lets it go; the office reads it, writes its own words beside it, takes
 * it or gives it back. One form with one button each; nothing needs a script. */
#include "web/pages_office.h"
#include "web/pages_round.h"
#include "pages.tpl.h"

struct month { /* one look at the grid */
    struct page *g;
    struct round_row row;
    struct round_unit unit;
    struct round_lines lines;
    bool newest, editing;
};

static const char *const column_css[] = { "m3", "m4", "m5" };

static bool month_open(struct page *g, struct month *m, struct fault *f)
{
    struct rounds all;
    *m = (struct month){ .g = g };
    if (!round_of_page(g, &m->row, f) || !round_unit_of(g, &m->row, &m->unit, f) || !round_grid(&g->look, &m->row, m->unit.unit, &m->lines, f) || !rounds_ask(&g->look, &all, f))
        return false;
    m->newest = true;
    for (size_t i = 0; i < all.n; i++) /* newest first */
        if (all.at[i].def == m->row.def && all.at[i].round == m->row.round && all.at[i].keeper == m->row.keeper && all.at[i].id > m->row.id)
            m->newest = false;
    return true;
}

static bool is_in(const struct round_unit *u)
{
    return u->state == ROUND_RELEASED || u->state == ROUND_TAKEN;
}

static struct slice month_address(struct month *m)
{
    return page_address(m->g, "/rounds/%lld/%lld", (long long)m->row.id, (long long)m->unit.unit);
}

/* ---------- one row ---------- */

static struct slice input_name(struct month *m, const struct round_line *line, struct slice field)
{
    return slice_format(m->g->arena, "e%lld." S_FMT, (long long)line->entry.id, S_ARG(field));
}

/* 23.0 and 23 are one figure. */
static bool same_value(int slot, struct slice a, struct slice b)
{
    struct decimal x, y;
    if (slot == COMMON_PROGRESS && decimal_parse(a, &x) && decimal_parse(b, &y))
        return !decimal_compare(x, y);
    return slice_equal(a, b);
}

static struct month_cell cell_of(struct month *m, const struct round_line *line, size_t i)
{
    struct page *g = m->g;
    int slot = m->row.round->columns[i];
    struct slice field = slot_name(m->row.def, slot);
    struct month_cell c = { .label = slot_label(m->row.def, slot).zh, .name = input_name(m, line, field), .stood = line->stood[i], .words = line->words[i],
        .number = slot == COMMON_PROGRESS, .css = slot == COMMON_PROGRESS ? "m2" : column_css[i % COUNT(column_css)] };
    c.word_name = slice_format(g->arena, "w." S_FMT, S_ARG(c.name));
    c.value = m->editing ? typed_or(g, slice_text(g->arena, c.name), line->said[i]) : line->said[i];
    c.words = typed_or(g, slice_text(g->arena, c.word_name), c.words);
    c.changed = !same_value(slot, c.value, c.stood);
    c.why = refusal_at(g, slice_text(g->arena, c.name));
    c.refused = c.why.len;
    return c;
}

static struct month_row row_of(struct month *m, const struct round_line *line, size_t no)
{
    struct page *g = m->g;
    struct month_row r = { .id = line->entry.id, .version = line->entry.version, .no = no, .title = line->entry.title, .saved = line->saved, .lamp = entry_lamp(g, &line->entry),
        .due = line->entry.due == DAY_NONE ? S("") : day_short(g->arena, line->entry.due, line->entry.year), .note_name = input_name(m, line, S("note")) };
    r.note = typed_or(g, slice_text(g->arena, r.note_name), line->note);
    r.note_why = refusal_at(g, slice_text(g->arena, r.note_name));
    r.ask_note = r.note.len || r.note_why.len;
    for (size_t pass = 0; pass < 2; pass++) /* the figure stands first, as on paper */
        for (size_t i = 0; i < m->row.round->n_columns; i++) {
            struct month_cell c = cell_of(m, line, i);
            if (c.number != !pass)
                continue;
            r.changed = r.changed || c.changed;
            r.filled = r.filled || (!c.number && c.value.len);
            PUSH(g->arena, &r.cells, c);
        }
    return r;
}

/* ---------- the page ---------- */

static struct slice people_words(struct month *m)
{
    struct page *g = m->g;
    const struct round_unit *u = &m->unit;
    struct buf b = buf_open(1000);
    if (u->filed_by.len)
        buf_format(&b, S_FMT "填报", S_ARG(account_name(g->look.people, u->filed_by)));
    if (is_in(u) && u->released_by.len && !slice_equal(u->released_by, u->filed_by))
        buf_format(&b, "，" S_FMT "审签", S_ARG(account_name(g->look.people, u->released_by)));
    else if (is_in(u) && !u->released_by.len)
        buf_text(&b, "，免审签");
    if (is_in(u)) {
        buf_char(&b, ' ');
        tpl_time(&b, u->released_ms);
    }
    if (u->state == ROUND_TAKEN)
        buf_format(&b, "，" S_FMT "接收", S_ARG(account_name(g->look.people, u->taken_by)));
    return buf_keep(g->arena, &b);
}

static struct slice headline_of(struct month *m, const struct round_unit_page *v)
{
    struct page *g = m->g;
    struct slice unit = unit_short(g->look.people, m->unit.unit);
    if (is_in(&m->unit))
        return slice_format(g->arena, S_FMT " %zu 项已报%s%s", S_ARG(unit), v->rows.n, m->unit.late ? "，迟报" : "", m->unit.state == ROUND_TAKEN ? "，已收" : "");
    if (m->unit.state == ROUND_FILED)
        return slice_format(g->arena, S_FMT " %zu 项等审签，改了 %zu 项", S_ARG(unit), v->rows.n, v->changed);
    if (v->unfilled)
        return slice_format(g->arena, "%zu 项中 %zu 项还没有进展文字", v->rows.n, v->unfilled);
    return slice_format(g->arena, "%zu 项都有文字，改了 %zu 项", v->rows.n, v->changed);
}

static void fill_rows(struct month *m, struct round_unit_page *v)
{
    struct page *g = m->g;
    for (size_t i = 0; i < m->lines.n; i++) {
        struct month_row r = row_of(m, &m->lines.at[i], i + 1);
        v->changed += r.changed;
        v->unfilled += !r.filled;
        PUSH(g->arena, &v->rows, r);
    }
    v->same = v->rows.n - v->changed;
    for (size_t i = 0; v->rows.n && i < v->rows.at[0].cells.n; i++)
        PUSH(g->arena, &v->heads, ((struct month_head){ v->rows.at[0].cells.at[i].label, v->rows.at[0].cells.at[i].css }));
}

static bool fill_rights(struct month *m, struct round_unit_page *v, struct fault *f)
{
    const struct look *look = &m->g->look;
    bool waived;
    if (!round_waived(look, &m->row, m->unit.unit, &waived, f))
        return false;
    bool head = round_may_release(look, &m->row, m->unit.unit);
    v->may_fill = m->newest && !is_in(&m->unit) && round_may_fill(look, &m->row, m->unit.unit);
    v->office = round_may_office(look, &m->row);
    v->waived = waived;
    v->needs_release = m->row.round->release_by && !waived;
    v->may_release = m->newest && head && m->unit.state == ROUND_FILED;
    v->may_waive = m->newest && head && m->row.round->may_waive;
    v->may_take = m->newest && v->office && m->unit.state == ROUND_RELEASED;
    v->may_return = m->newest && v->office && is_in(&m->unit);
    bool again = m->g->refused && slice_equal(http_form(m->g->q, "do"), S("send"));
    v->editing = m->editing = v->may_fill && (m->unit.state != ROUND_FILED || http_query(m->g->q, "edit").len || again);
    v->send = head || !v->needs_release ? S("报送") : S("送负责人审签");
    return true;
}

static void fill_frame(struct month *m, struct round_unit_page *v)
{
    struct page *g = m->g;
    struct crumb *crumbs = NEW(g->arena, struct crumb, 3);
    crumbs[0] = (struct crumb){ S("报送"), S("/rounds") };
    crumbs[1] = (struct crumb){ round_title(g, &m->row), v->office ? page_address(g, "/rounds/%lld", (long long)m->row.id) : S("/rounds") };
    crumbs[2] = (struct crumb){ unit_short(g->look.people, m->unit.unit), S("") };
    v->crumbs = (struct crumbs){ crumbs, 3 };
    v->here = month_address(m);
    v->edit = slice_format(g->arena, S_FMT "?edit=1", S_ARG(v->here));
    v->action = v->here;
    if (g->web->config.reader && v->may_fill)
        v->sheet = v->here;
    v->reason = m->unit.state == ROUND_RETURNED || m->unit.reason.len ? m->unit.reason : S("");
    v->by = people_words(m);
    v->step = m->unit.state == ROUND_FILED ? 1 : m->unit.state == ROUND_RELEASED ? 2 : m->unit.state == ROUND_TAKEN ? 3 : 0;
    v->office_name = unit_short(g->look.people, m->row.keeper);
    v->headline = headline_of(m, v);
    v->sub = slice_format(g->arena, S_FMT "。%s%s", S_ARG(cut_off_words(g, &m->row)), v->editing ? "上次的文字已带入，只改有变化的地方。" : "",
        m->unit.chased && !is_in(&m->unit) ? "督查室已催办。" : "");
    v->return_note = typed_or(g, "note", S(""));
    v->shell = page_shell(g, v->headline, "/rounds");
    v->done = page_done(g);
    v->errors = page_errors(g);
    v->hidden = page_hidden(g, m->unit.version);
}

enum http_outcome show_round_unit(struct page *g)
{
    struct month m;
    struct fault f;
    struct round_unit_page v = { 0 };
    if (!month_open(g, &m, &f) || !fill_rights(&m, &v, &f))
        return page_fail(g, &f);
    fill_rows(&m, &v);
    fill_frame(&m, &v);
    tpl_round_unit(&g->p->body, &v);
    return HTTP_DONE;
}

/* ---------- what comes back ---------- */

static bool posted(const struct month *m, struct slice name, struct slice *value)
{
    return pairs_get(&m->g->q->form, slice_text(m->g->arena, name), value);
}

/* The whole grid: each row with all its columns, so that what stood there last time is said again. */
static void put_rows(struct month *m, struct buf *b)
{
    struct slice v;
    json_name(b, "rows");
    buf_char(b, '[');
    for (size_t k = 0; k < m->lines.n; k++) {
        const struct round_line *line = &m->lines.at[k];
        int64_t version;
        if (!posted(m, input_name(m, line, S("version")), &v) || !slice_int(v, &version))
            continue; /* a row that was not on the page */
        json_comma(b);
        buf_format(b, "{\"entry\":%lld,\"version\":%lld,\"set\":{", (long long)line->entry.id, (long long)version);
        for (size_t i = 0; i < m->row.round->n_columns; i++) {
            struct slice field = slot_name(m->row.def, m->row.round->columns[i]);
            if (!posted(m, input_name(m, line, field), &v))
                continue;
            json_comma(b);
            json_put_string(b, field);
            buf_char(b, ':');
            json_put_string(b, v);
        }
        buf_char(b, '}');
        if (posted(m, input_name(m, line, S("note")), &v))
            command_text(b, "note", v);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

/* The office's words: those that changed. False where none did. */
static bool put_words(struct month *m, struct buf *b)
{
    struct slice v;
    bool any = false;
    json_name(b, "rows");
    buf_char(b, '[');
    for (size_t k = 0; k < m->lines.n; k++) {
        const struct round_line *line = &m->lines.at[k];
        bool row = false;
        for (size_t i = 0; i < m->row.round->n_columns; i++) {
            struct slice field = slot_name(m->row.def, m->row.round->columns[i]);
            if (!posted(m, slice_format(m->g->arena, "w." S_FMT, S_ARG(input_name(m, line, field))), &v) || slice_equal(slice_trim(v), line->words[i]))
                continue;
            if (!row) {
                json_comma(b);
                buf_format(b, "{\"entry\":%lld,\"set\":{", (long long)line->entry.id);
            }
            json_comma(b);
            json_put_string(b, field);
            buf_char(b, ':');
            json_put_string(b, v);
            row = any = true;
        }
        if (row)
            buf_text(b, "}}");
    }
    buf_char(b, ']');
    return any;
}

static const struct { const char *button, *act, *done; } buttons[] = {
    { "save", "file", "kept" }, { "send", "file", "filed" }, { "release", "release", "released" }, { "waive", "waive", "saved" },
    { "require", "require", "saved" }, { "take", "take", "taken" }, { "return", "return", "given-back" }, { "word", "word", "worded" },
};

enum http_outcome post_round_unit(struct page *g)
{
    struct month m;
    struct fault f;
    struct slice pressed = http_form(g->q, "do");
    size_t i = 0;
    if (!month_open(g, &m, &f))
        return page_fail(g, &f);
    while (i < COUNT(buttons) && !slice_equal(pressed, slice_of(buttons[i].button)))
        i++;
    if (i == COUNT(buttons)) /* Enter in a field does nothing final */
        return page_redirect(g, month_address(&m));
    struct buf b = command_begin(g, "round");
    command_number(&b, "round", m.row.id);
    command_number(&b, "unit", m.unit.unit);
    command_text(&b, "act", slice_of(buttons[i].act));
    if (slice_equal(slice_of(buttons[i].act), S("file")))
        put_rows(&m, &b);
    if (slice_equal(pressed, S("send")))
        buf_text(&b, ",\"send\":true");
    if (slice_equal(pressed, S("return")))
        command_form(&b, g, "note");
    if (slice_equal(pressed, S("word")) && !put_words(&m, &b)) {
        buf_close(&b);
        return page_redirect(g, month_address(&m));
    }
    return page_command(g, &b, slice_format(g->arena, S_FMT "?done=%s", S_ARG(month_address(&m)), buttons[i].done), show_round_unit);
}
