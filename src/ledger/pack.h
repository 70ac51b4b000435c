/* pack: ledgers as data. A folder of YAML and TSV is read whole, checked whole, and becomes this structure, which
 * never changes afterwards and is shared by threads. docs/pack-language.md is the manual of the YAML.
 *
 * Numbers given to things (a ledger's fields, states, roles, moves) are their places in the declaration. The log
 * never holds them: it holds names. */
#ifndef TAIZHANG_LEDGER_PACK_H
#define TAIZHANG_LEDGER_PACK_H

#include "ledger/expr.h"

struct label { struct slice zh, en; };

enum { PACK_LEDGERS_MAX = 200, LEDGER_FIELDS_MAX = 80, LEDGER_STATES_MAX = 31, LEDGER_MOVES_MAX = 63, LEDGER_ROLES_MAX = 31,
    LEDGER_PARTS_MAX = 200 /* of any other kind: asks, clocks, lights, lists, options */, PACK_DUTIES_MAX = 31,
    PACK_BYTES_MAX = 16 << 20, PACK_FILES_MAX = 2000, PACK_PROBLEMS_MAX = 200 };

/* What every entry has, whatever its ledger. Expressions, roles and `needs` name them like fields. Their slots come
 * first; a ledger's own field i has slot COMMON_COUNT + i. */
enum common {
    COMMON_NUMBER, COMMON_TITLE, COMMON_LEAD /* 牵头单位 */, COMMON_SUPPORT /* 配合单位, a set */, COMMON_LEADER /* 责任领导, a person */,
    COMMON_KEEPER /* the office that keeps the entry (立项单位) */, COMMON_DUE /* 完成时限 */, COMMON_SECTION, COMMON_STATE,
    COMMON_LIGHT, COMMON_PROGRESS /* percent, one decimal */, COMMON_OPENED_ON, COMMON_UPDATED_ON, COMMON_CLOSED_ON,
    COMMON_ENDING,
    /* computed, with no column of their own */
    COMMON_DONE /* state is final */, COMMON_OVERDUE /* not done and today > due */, COMMON_PLANNED /* percent that the plan wants today */,
    COMMON_LAG /* planned - progress, points */, COMMON_HAS_PLAN, COMMON_SCHEDULE /* 超序时, 达序时, 欠序时 */,
    COMMON_EXPECTED /* the day on which it is done if it goes on as it went */, COMMON_STALLED /* reported, and nothing gained */,
    COMMON_WILL_BE_LATE, COMMON_UNOWNED /* nobody answers for it at its lead unit */, COMMON_UNLED /* its leader has no duty any more */,
    COMMON_UNSIGNED /* units that were asked and have not signed */, COMMON_COUNT
};

enum field_type { FIELD_TEXT, FIELD_INT, FIELD_DECIMAL, FIELD_MONEY, FIELD_DAY, FIELD_MONTH, FIELD_ENUM, FIELD_UNIT, FIELD_UNITS,
    FIELD_PERSON, FIELD_BOOL };

struct option { struct slice name; struct label label; };

struct field {
    struct slice name;
    struct label label;
    enum field_type type;
    uint8_t scale;               /* of decimals and money */
    struct slice unit;           /* 亩, 元, % */
    struct option *options; size_t n_options; /* of an enum */
    bool required;               /* when an entry goes live */
    bool search, index;
    bool reported;               /* set by `report`, a column of a round: 进展情况, 存在问题, 下步措施 */
    uint32_t set_by;             /* roles that may `set` it while the entry lives */
    struct slice fallback;       /* `default:` as written */
    const struct expr *computed; /* then it has no input */
};

struct role {
    struct slice name;
    struct label label;
    int field;       /* slot of a unit, set of units, or person; -1: a duty at the entry's keeper */
    uint32_t duties; /* which duties at that unit count; of a person's field: 0 */
};

/* A slot takes a value of what somebody gave: a place in the `of` of an ask or of lines. */
struct pair { int slot, of; };

struct state { struct slice name; struct label label; bool final; };

enum need_kind { NEED_FIELD, NEED_PROOFS, NEED_NOTE };
struct need { enum need_kind kind; int slot; };

enum ending { ENDING_NONE, ENDING_SOLVED, ENDING_EXPLAINED, ENDING_REFUSED, ENDING_NOT_COMPETENT, ENDING_WAITS };

struct move {
    struct slice name;
    struct label label;
    uint32_t from;      /* states */
    int to;
    uint32_t by, not_by; /* roles; who holds one of not_by is refused even where `by` holds */
    struct need *needs; size_t n_needs;
    const struct expr *when; /* a guard, or NULL */
    struct label otherwise;  /* what the person reads where the guard does not hold */
    enum ending ending;
    struct slice counts;     /* name of a counter that goes up: relapse */
};

/* Something that a role asks of another about an entry, answered once: 延期申请, 异议. It does not change the state. */
struct ask {
    struct slice name;
    struct label label;
    uint32_t by, to; /* roles */
    struct field *of; size_t n_of;     /* what is asked: until, reason */
    struct pair *grants; size_t n_grants; /* on yes: the common slot takes the asked value */
    uint32_t in;     /* states */
    int at_most;     /* granted times; 0: no limit */
};

struct receipt { /* signed for, or returned as not ours, and the ruling (签收, 退办, 裁定) */
    bool used;
    uint32_t by, rules;                  /* roles */
    struct value within, return_within;  /* TYPE_DAYS */
};

struct clock {
    struct slice name;
    struct label label;
    uint32_t runs_in, pauses_in;      /* states */
    struct value limit;               /* TYPE_DAYS; or */
    int until_slot;                   /* a day field such as due; -1 */
    bool pauses_in_dispute;           /* waits while a return as not ours is not ruled */
    struct slice notice;              /* kind of the notice on expiry: blue */
    struct label notice_label;
    uint32_t notice_to;               /* roles */
};

enum light { LIGHT_NONE, LIGHT_RED, LIGHT_YELLOW, LIGHT_GREEN, LIGHT_GREY, LIGHT_BLUE };
struct light_rule { enum light light; const struct expr *when; struct label why; };

struct lines { /* a sub-table of an entry: 批示, visits, payments */
    struct slice name;
    struct label label;
    struct field *of; size_t n_of;
    uint32_t by;              /* roles */
    bool append_only;
    struct pair *sets; size_t n_sets; /* the entry's field takes the line's value: an instruction brings the due day forward */
};

enum plan_kind { PLAN_NONE, PLAN_MILESTONES };

/* How far from the plan is ahead of it and behind it, in points; between the two an entry is on schedule. Without a rule
 * nobody is either. The pack names the instrument, or says that it is the place's own practice. */
enum schedule { SCHEDULE_NONE, SCHEDULE_AHEAD, SCHEDULE_ON, SCHEDULE_BEHIND };
struct schedule_rule { int ahead, behind; struct slice source; bool practice; };
/* Over how long the pace is measured that an expected finish rests on, and how long it must be at least (both TYPE_DAYS). */
struct pace_rule { struct value over, at_least; struct slice source; bool practice; };
/* A reporting round (报送轮次, M161): once a period every unit that holds a role of `asks` on the entries fills one grid,
 * its head releases it (审签, M162), the office takes it or gives it back. */
enum round_every { EVERY_NONE, EVERY_MONTH, EVERY_QUARTER, EVERY_HALF_YEAR, EVERY_YEAR };
enum { ROUND_COLUMNS_MAX = 12 };
struct round_def {
    struct slice name;
    struct label label;
    enum round_every every;
    int opens_day, cut_off_day;   /* of the last month of the period; beyond its end: its last day */
    struct slice cut_off_hour;    /* "18:00", as written */
    int cut_off_minute;           /* of the day, from it */
    const struct expr *entries;   /* which entries have a row */
    uint32_t asks;                /* roles whose unit fills the grid */
    int columns[ROUND_COLUMNS_MAX]; size_t n_columns; /* slots: reported fields and progress */
    uint32_t release_by;          /* roles; 0: what is sent counts at once */
    bool may_waive;               /* a unit may set that it needs no release */
    uint32_t office_by;           /* roles that are duties at the keeper */
};

/* Which box of a leader's first page counts a list. */
enum list_box { BOX_NONE, BOX_NEEDS /* what needs me: its first rows are shown */, BOX_MOVED /* what moved: a number */,
    BOX_COMING /* what will be late: its first rows */, BOX_WATCH /* what to look after: a number, on the office's home too */ };
struct list { struct slice name; struct label label; const struct expr *where; int sort_slot; bool descending; int box; };

/* Which find of the compiler becomes a draft. */
enum draft_from { DRAFT_NONE, DRAFT_TASK, DRAFT_PROJECT, DRAFT_FIGURE };
struct draft_set { int slot; struct slice find; }; /* the entry's slot takes this property of the find: text, deadline, name …; those of one set of units stand together */
struct drafts {
    enum draft_from from;
    struct slice where_status;  /* planned, done, target …; empty: all */
    struct slice outside;       /* a ledger: what stands inside a draft of it belongs there; empty: no such ledger */
    const struct ledger_def *outside_def;
    struct draft_set *sets; size_t n_sets;
};

struct ledger_def {
    struct slice name;
    struct label label, noun;
    struct slice number;          /* "R{year}-{seq:4}" */
    struct slice authority; bool local; day in_force_from;
    struct role *roles; size_t n_roles;
    struct field *fields; size_t n_fields;
    uint32_t common_set_by[COMMON_COUNT]; /* roles that may set a common field while the entry lives */
    uint64_t required_common;             /* bit a common slot: lead and due by default */
    struct lines *lines; size_t n_lines;
    struct state *states; size_t n_states;
    int initial;
    uint32_t opens_in;            /* states in which an entry may be opened; the initial one always */
    uint32_t final;
    struct move *moves; size_t n_moves;
    int *report_moves;            /* [state] → state that a report moves it to, or -1 */
    uint32_t report_by, open_by, plan_by;
    struct ask *asks; size_t n_asks;
    struct receipt receipt;
    enum plan_kind plan;
    struct schedule_rule schedule;
    struct pace_rule pace;
    struct clock *clocks; size_t n_clocks;
    struct light_rule *lights; size_t n_lights;
    const struct expr *see;
    struct list *lists; size_t n_lists;
    struct round_def *rounds; size_t n_rounds;
    struct drafts drafts;
    struct expr_names names;      /* for expressions typed later: list --where */
};

/* What a duty allows beyond the roles of entries. A closed list: these are the kernel's own doors. */
enum ability {
    CAN_IMPORT = 1 << 0,   /* read a document into drafts, correct, split, join, drop them */
    CAN_HAND_OUT = 1 << 1, /* fill, consult, issue drafts (任务分工) */
    CAN_PEOPLE = 1 << 2,   /* units, persons, accounts */
    CAN_DUTIES = 1 << 3,   /* give and end duties */
    CAN_AUDIT = 1 << 4,    /* read the audit log */
    CAN_EXPORT = 1 << 5,
    CAN_CLOCK = 1 << 6,    /* tick by hand */
};

enum first_page { HOME_OFFICE, HOME_MINUTE /* 一页清: what needs me, what is late and whose, what moved */ };
struct duty_kind { struct slice name; struct label label; uint32_t can; uint32_t never_with; int home; };

/* A name that stands for many units (各乡镇): all units of these kinds on the day of use. */
struct collective { struct slice name; struct slice *kinds; size_t n_kinds; };

/* A paper that the office issues (任务分工): the live entries of one ledger as a table under a number of its own series.
 * In title, signer, addressee and text {county} is the county's name and {year} the year. */
struct paper_head { struct slice label; int slot; }; /* one column: what stands above it, and what stands in it */
struct paper_kind {
    struct slice name;
    struct label label;
    struct slice of;             /* the ledger */
    struct slice title, table, number, signer, addressee, text;
    struct slice *said;          /* as written: label, field, label, field … */
    size_t n_said;
    const struct ledger_def *def;
    struct paper_head *heads; size_t n_heads;
};

/* From where on a proposal of a lead counts: how alike it must be, and by how much ahead of the second (both 0 to 99). */
struct proposal_rule { int alike, ahead; struct label why; };

struct pack_file { struct slice name, bytes; }; /* name: path below the folder */

struct pack {
    struct arena arena;
    struct slice name; struct label label; int64_t version;
    char hash[65];               /* SHA-256 of all files, names and bytes in order; hex */
    struct duty_kind *duties; size_t n_duties;
    struct ledger_def *ledgers; size_t n_ledgers;
    struct collective *collectives; size_t n_collectives;
    struct paper_kind *papers; size_t n_papers;
    struct proposal_rule sure, look; /* without a rule nothing is sure, and all is to be looked at */
    struct slice *order; size_t n_order; /* names of ledgers as the pack wants them shown; `ledgers` stands so */
    const char *folder;
    struct pack_file *files; size_t n_files; /* as read, for the ledger to keep */
    day *workday_swaps; bool *swap_works; size_t n_swaps; /* from calendar/YYYY.tsv */
    int calendar_from, calendar_to;   /* years with a published calendar */
};

struct pack_problem { struct slice file; int line; struct slice cause, likely; };
struct pack_problems { struct pack_problem *at; size_t n, cap; };
/* One line: `ledgers/tasks.yaml:41: 没有叫“submited”的状态。 / There is no state submited. (likely: submitted)` */
void pack_put_problem(struct buf *b, const struct pack_problem *p);

/* Reads a folder. All problems are listed, not only the first; the pack is usable only where there is none, and the
 * fault then is `pack-broken`. A cause is one sentence in Chinese, " / ", and the same in English; a file is empty
 * where the folder itself is at fault. Problems live as long as the pack: call pack_close in either case. */
bool pack_open(const char *folder, struct pack *p, struct pack_problems *problems, struct fault *f) MUST_USE;
/* The same from the files that a ledger keeps. */
bool pack_from_files(const struct pack_file *files, size_t n, struct pack *p, struct pack_problems *problems,
    struct fault *f) MUST_USE;
void pack_close(struct pack *p);

const struct ledger_def *pack_ledger(const struct pack *p, struct slice name); /* NULL where there is none */
int ledger_slot(const struct ledger_def *l, struct slice name);                /* common or own; -1 */
int ledger_state(const struct ledger_def *l, struct slice name);
int ledger_move(const struct ledger_def *l, struct slice name);
int ledger_ask(const struct ledger_def *l, struct slice name);
int ledger_lines(const struct ledger_def *l, struct slice name);
int ledger_round(const struct ledger_def *l, struct slice name);
int pack_duty(const struct pack *p, struct slice name);
const struct collective *pack_collective(const struct pack *p, struct slice name); /* NULL where there is none */
const struct paper_kind *pack_paper(const struct pack *p, struct slice name);
/* R{year}-{seq:4} → R2026-0017 */
struct slice number_text(struct arena *a, struct slice pattern, int64_t year, int64_t seq);
struct slice common_name(enum common c); /* "lead" */
struct label common_label(enum common c);
const char *ending_word(enum ending e);
const char *light_word(enum light l); /* "red"; "" for none */
const char *schedule_word(enum schedule s); /* "behind"; "" for none */
struct label schedule_label(enum schedule s);

/* Working days (工作日) from the yearly calendar; a year without one is Monday to Friday less the fixed holidays,
 * and `provisional` says so. */
bool pack_is_workday(const struct pack *p, day d, bool *provisional);
day pack_add_workdays(const struct pack *p, day from, int n); /* the day of the event is not counted (Civil Code art. 201) */
int pack_workdays_between(const struct pack *p, day from, day to); /* workdays in (from, to] */
day pack_add_limit(const struct pack *p, day from, struct value limit); /* TYPE_DAYS; a last day on a holiday moves (art. 203) where the limit is in days or months */

#endif
