/* owner.c: whether an entry has a living owner. Its lead unit stands, and somebody who can sign in holds a duty there that
 * counts for the lead; its leader still holds a duty. Ownership is where such ledgers die: half of the measures of a
 * survey had nobody behind them, and no light said so. */
#include "ledger/inside.h"

static bool stands_today(day from, day to, day today)
{
    return (from == DAY_NONE || today >= from) && (to == DAY_NONE || today <= to);
}

static bool can_sign_in(const struct people *p, int64_t person)
{
    for (size_t i = 0; i < p->n_accounts; i++)
        if (p->accounts[i].person == person && !p->accounts[i].disabled)
            return true;
    return false;
}

bool person_serves(const struct look *look, int64_t person)
{
    const struct people *p = look->people;
    for (size_t i = 0; i < p->n_duties; i++)
        if (p->duties[i].person == person && stands_today(p->duties[i].from, p->duties[i].to, look->today))
            return can_sign_in(p, person);
    return false;
}

/* The duties that count at a lead unit, whatever the role is called. */
static uint32_t lead_duties(const struct ledger_def *d)
{
    uint32_t duties = 0;
    for (size_t i = 0; i < d->n_roles; i++)
        duties |= d->roles[i].field == COMMON_LEAD ? d->roles[i].duties : 0;
    return duties;
}

bool unit_is_manned(const struct look *look, const struct ledger_def *d, int64_t unit)
{
    const struct people *p = look->people;
    const struct unit *u = people_unit(p, unit);
    uint32_t duties = lead_duties(d);
    if (!u || !stands_today(u->from, u->to, look->today))
        return false;
    for (size_t i = 0; i < p->n_duties; i++) {
        const struct duty *duty = &p->duties[i];
        if ((duties >> duty->kind & 1) && stands_today(duty->from, duty->to, look->today)
            && (duty->unit == unit || (duty->subtree && unit_within(p, unit, duty->unit))) && can_sign_in(p, duty->person))
            return true;
    }
    return false;
}

/* For a list: the units without anybody, the persons without a duty. */
struct ids units_unmanned(const struct look *look, const struct ledger_def *d)
{
    struct ids ids = { 0 };
    for (size_t i = 0; i < look->people->n_units; i++)
        if (!unit_is_manned(look, d, look->people->units[i].id))
            PUSH(look->arena, &ids, look->people->units[i].id);
    return ids;
}

struct ids persons_gone(const struct look *look)
{
    struct ids ids = { 0 };
    for (size_t i = 0; i < look->people->n_persons; i++)
        if (!person_serves(look, look->people->persons[i].id))
            PUSH(look->arena, &ids, look->people->persons[i].id);
    return ids;
}
