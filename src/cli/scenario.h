/* scenario: the stories of a pack, as tests (docs/pack-language.md, Scenarios). A story is a YAML file: who does what on
 * which day, and what must come of it. Each is played on a fresh ledger, with the clock that it sets.
 *
 *   scenario.c         a house (pack, lexicon, sample county), a play, its clock, people and names
 *   scenario_step.c    commands and imports
 *   scenario_expect.c  what is looked at; scenario_look.c the looks at more than one entry
 *   scenario_round.c   looks at a reporting round
 *   scenario_hold.c    what holds after every story, whatever it says
 *   scenario_break.c   a pack changed as a story's breaks_when says */
#ifndef TAIZHANG_CLI_SCENARIO_H
#define TAIZHANG_CLI_SCENARIO_H

#include "cli/session.h"
#include "ledger/pack_yaml.h"

enum { MECHANISMS = 175, STORIES_MAX = 2000, STORY_MECHANISMS_MAX = 12 };

struct story {
    struct slice name;            /* of the file, without .yaml */
    struct slice title;
    const struct yaml *tree;
    int mechanisms[STORY_MECHANISMS_MAX];
    size_t n_mechanisms;
};

struct packs { struct pack_file *at; size_t n, cap; };

/* What all stories share; nothing in it changes while they play. */
struct house {
    struct arena arena;
    struct packs files;           /* of the pack */
    struct packs rules;           /* those that a ledger needs: no lexicon, no stories */
    struct lexicon *lexicon;
    struct { struct story *at; size_t n, cap; } stories;
    struct slice units, people, precedent; /* commands; empty where the pack has no sample county */
    int64_t (*now_ms)(void *context);      /* the machine's, to tell how long a story took */
};
/* `scenarios` empty: those of the pack. Problems of stories are listed like a pack's. */
bool house_open(struct house *h, struct slice pack, struct slice scenarios, struct pack_problems *problems, struct fault *f) MUST_USE;
void house_close(struct house *h);

struct outcome {
    bool passed;
    size_t step, steps;                 /* the step that failed, from 1; 0: before or after all */
    struct slice what, expected, got;   /* in the arena that was given */
    int64_t took_ms;
};
/* `rules`: the pack that is played with. `keep`: the file that the ledger is left in; NULL: none. */
void story_play(const struct house *h, const struct story *s, const struct packs *rules, const char *keep, struct arena *a, struct outcome *o);

/* ---------- one story on its way ---------- */

struct named { struct slice name; int64_t id; };

struct play {
    const struct house *house;
    const struct story *story;
    struct arena *arena;
    struct outcome *outcome;
    struct ledger *ledger;
    struct reader *reader;
    struct world world;
    int64_t now_ms;
    uint64_t drawn;
    struct { struct named *at; size_t n, cap; } names;   /* entries and documents */
    struct { struct slice *at; size_t n, cap; } actors;  /* accounts that did something */
    size_t checks;
};

/* Says what went wrong; always false. The first one counts. */
bool miss(struct play *p, struct slice what, struct slice expected, struct slice got);
bool miss_fault(struct play *p, struct slice what, const struct fault *f);
/* Only these keys, between bars: "|on|as|do|" */
bool only_keys(struct play *p, const struct yaml *map, const char *keys);
bool name_give(struct play *p, struct slice name, int64_t id);
int64_t name_id(const struct play *p, struct slice name);               /* 0: nobody's */
struct slice id_name(const struct play *p, int64_t id);                 /* what the story calls it; else e123 */
bool play_look(struct play *p, struct slice account, struct look *look); /* as this account; "clock": sees all */
bool account_of(struct play *p, const struct look *look, const struct yaml *who, struct slice *account);
struct slice yaml_text(const struct yaml *map, const char *key);        /* empty where absent */

bool step_do(struct play *p, const struct yaml *step);
bool step_import(struct play *p, const struct yaml *step);
bool step_find(struct play *p, const struct yaml *step);
bool step_expect(struct play *p, const struct yaml *expect);
bool play_holds(struct play *p);

/* ---------- looking ---------- */

struct viewing {
    struct play *play;
    struct look look;
    const struct yaml *expect;  /* the whole map, for keys that belong together */
    struct slice account;
};
bool same_text(struct viewing *v, struct slice what, struct slice expected, struct slice got);
bool same_number(struct viewing *v, struct slice what, struct slice expected, int64_t got);
bool same_list(struct viewing *v, struct slice what, const struct yaml *expected, struct slices got, bool ordered);
bool entry_called(struct viewing *v, struct slice name, struct entry *e);
const struct ledger_def *ledger_called(struct viewing *v, struct slice name);
bool unit_called(struct viewing *v, struct slice name, int64_t *id);
bool document_called(struct viewing *v, const struct yaml *of, int64_t *id);
struct slice unit_said(const struct viewing *v, int64_t id); /* short name */
typedef bool look_fn(struct viewing *v, const struct yaml *y);
look_fn look_list, look_notices, look_count, look_delays, look_dispute, look_paper, look_page, look_document, look_sections, look_terms,
    look_drafts, look_proposal, look_round, look_grid;

/* ---------- changing a pack ---------- */

/* The pack with the value at a path changed; null takes the key out. False: the path leads nowhere. */
bool pack_break(struct arena *a, const struct packs *files, struct slice path, const struct yaml *value, struct packs *broken);

#endif
