/* scenario_round.c: looks at a reporting round: where the units stand, and what stands in the grid of one. */
#include "cli/scenario.h"

/* The newest round of this name that the person sees. */
static bool round_called(struct viewing *v, const struct yaml *y, struct round_row *row)
{
    struct rounds list;
    struct fault f;
    if (!rounds_ask(&v->look, &list, &f))
        return miss_fault(v->play, S("round"), &f);
    for (size_t i = 0; i < list.n; i++)
        if (slice_equal(list.at[i].def->name, yaml_text(y, "ledger")) && slice_equal(list.at[i].round->name, yaml_text(y, "round"))) {
            *row = list.at[i];
            return true;
        }
    return miss(v->play, S("round"), yaml_text(y, "round"), S("没有这一轮"));
}

enum standing { WAITING, FILED, LATE, MISSING, RETURNED, STANDINGS };
static const char *const standings[STANDINGS] = { "waiting", "filed", "late", "missing", "returned" };

static enum standing standing_of(const struct round_unit *u)
{
    if (u->state == ROUND_RETURNED)
        return RETURNED;
    if (u->missing)
        return MISSING;
    return u->state != ROUND_RELEASED && u->state != ROUND_TAKEN ? WAITING : u->late ? LATE : FILED;
}

bool look_round(struct viewing *v, const struct yaml *y)
{
    struct round_row row;
    struct round_units units;
    struct slices said[STANDINGS] = { { 0 } };
    struct fault f;
    if (!only_keys(v->play, y, "|ledger|round|period|waiting|filed|late|missing|returned|") || !round_called(v, y, &row))
        return false;
    if (!round_units_ask(&v->look, &row, &units, &f))
        return miss_fault(v->play, S("round"), &f);
    for (size_t i = 0; i < units.n; i++)
        PUSH(v->play->arena, &said[standing_of(&units.at[i])], unit_said(v, units.at[i].unit));
    for (int i = 0; i < STANDINGS; i++) {
        const struct yaml *want = yaml_get(y, slice_of(standings[i]));
        if (want && !same_list(v, slice_format(v->play->arena, "round.%s", standings[i]), want, said[i], false))
            return false;
    }
    return !yaml_get(y, S("period")) || same_text(v, S("round.period"), yaml_text(y, "period"), row.period);
}

static bool cells_are(struct viewing *v, const struct round_row *row, const struct round_line *line, const struct yaml *want, bool words)
{
    for (const struct yaml *c = want->first; c; c = c->next) {
        size_t i = 0;
        while (i < row->round->n_columns && !slice_equal(slot_name(row->def, row->round->columns[i]), c->key))
            i++;
        if (i == row->round->n_columns)
            return miss(v->play, c->key, S("表里的一列"), S("没有这一列"));
        if (!same_text(v, slice_format(v->play->arena, "grid " S_FMT "." S_FMT, S_ARG(want->key), S_ARG(c->key)), c->text, words ? line->words[i] : line->said[i]))
            return false;
    }
    return true;
}

static bool rows_are(struct viewing *v, const struct round_row *row, const struct round_lines *lines, const struct yaml *rows, bool words)
{
    for (const struct yaml *want = rows ? rows->first : NULL; want; want = want->next) {
        const struct round_line *line = NULL;
        for (size_t i = 0; i < lines->n; i++)
            if (lines->at[i].entry.id == name_id(v->play, want->key))
                line = &lines->at[i];
        if (!line)
            return miss(v->play, S("grid"), want->key, S("没有这一行"));
        if (!cells_are(v, row, line, want, words))
            return false;
    }
    return true;
}

/* {ledger, round, unit, rows: {pipes: {…}}, words: {…}, length}: what the unit says, and the office's words beside it. */
bool look_grid(struct viewing *v, const struct yaml *y)
{
    struct round_row row;
    struct round_lines lines;
    struct fault f;
    int64_t unit;
    if (!only_keys(v->play, y, "|ledger|round|unit|rows|words|length|") || !round_called(v, y, &row) || !unit_called(v, yaml_text(y, "unit"), &unit))
        return false;
    if (!round_grid(&v->look, &row, unit, &lines, &f))
        return miss_fault(v->play, S("grid"), &f);
    if (yaml_get(y, S("length")) && !same_number(v, S("grid.length"), yaml_text(y, "length"), (int64_t)lines.n))
        return false;
    return rows_are(v, &row, &lines, yaml_get(y, S("rows")), false) && rows_are(v, &row, &lines, yaml_get(y, S("words")), true);
}
