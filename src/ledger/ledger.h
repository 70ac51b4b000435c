/* ledger: the kernel. Commands go in, events come out, tables are folded from them. It knows no ledger by name: what
 * a ledger is stands in the pack.
 *
 *   command ──check──▶ events ──append──▶ log ──fold──▶ tables that pages and exports read
 *
 * Nothing here reads a clock or a random source of its own: both come in with `struct world`. */
#ifndef TAIZHANG_LEDGER_H
#define TAIZHANG_LEDGER_H

#include "base/base.h"
#include "compile/compile.h"
#include "ledger/pack.h"
#include "store/store.h"

/* ---------- the world outside ---------- */

struct world {
    void *context;
    int64_t (*now_ms)(void *context);                       /* UTC milliseconds */
    void (*random)(void *context, void *bytes, size_t n);   /* unpredictable in service, seeded in tests */
};

/* ---------- an opened ledger: one county in one store ---------- */

struct ledger;

enum { HASH_BYTES = 32, ACCOUNT_CHARS = 16, KEY_BYTES = 16, COUNTY_MAX = 999999 };

struct ledger_options {
    struct store_options store;
    bool without_key; /* a restored copy whose key was not put back yet: it can be read and verified, it cannot sign */
    /* Sabotage switches of the tests, each breaks what one test guards (kernel.md section 7, 9). */
    bool sabotage_answer_early, sabotage_no_permission, sabotage_no_self_check, sabotage_no_leaf_check;
};

struct ledger_new {
    int county;                /* 6-digit division code, GB/T 2260 */
    struct slice name;
    const char *pack_folder;
    const struct pack_file *files; size_t n_files; /* the pack itself, where there is no folder */
    const char *algorithm;     /* "sha256" or "sm3" */
};
/* Makes the file PATH, the folder PATH.files for documents and proofs, and the signing key PATH.key (0600). The first
 * administrator is a person with the duty that the pack gives `people`; its one-time password is returned. */
bool ledger_create(const char *path, const struct ledger_new *what, const struct world *world, struct ledger_options o,
    struct arena *a, struct slice *login, struct slice *password, struct fault *f) MUST_USE;

/* The same, and leaves it open. For ":memory:" there are no files and no key on disk (scenarios, tests). */
bool ledger_begin(const char *path, const struct ledger_new *what, const struct world *world, struct ledger_options o, struct ledger **l,
    struct arena *a, struct slice *login, struct slice *password, struct fault *f) MUST_USE;

bool ledger_open(const char *path, const struct world *world, struct ledger_options o, struct ledger **l, struct fault *f) MUST_USE;
void ledger_close(struct ledger *l);

const struct pack *ledger_pack(const struct ledger *l);
int ledger_county(const struct ledger *l);
struct slice ledger_name(const struct ledger *l);
int64_t ledger_now(const struct ledger *l);
day ledger_today(const struct ledger *l); /* the county's day now; a tick brings the tables up to it */
const char *ledger_path(const struct ledger *l);

/* ---------- people ---------- */

struct unit {
    int64_t id, parent;
    struct slice code, name, short_name, kind, duties, former; /* former: old names, "、" between */
    day from, to;
};
struct person { int64_t id, unit; struct slice name, post, phone; };
struct account { struct slice id; int64_t person; struct slice login; bool disabled; };
struct duty { int64_t id, person, unit; int kind; bool subtree; day from, to; };

/* All people of the county at one moment; sorted by id; immutable. */
struct people {
    struct arena arena;
    struct people *older; /* of the kernel: snapshots of one command */
    int64_t version;
    struct unit *units; size_t n_units;
    struct person *persons; size_t n_persons;
    struct account *accounts; size_t n_accounts;
    struct duty *duties; size_t n_duties;
};
const struct unit *people_unit(const struct people *p, int64_t id);          /* NULL where there is none */
const struct person *people_person(const struct people *p, int64_t id);
const struct account *people_account(const struct people *p, struct slice id);
const struct account *people_login(const struct people *p, struct slice login);
/* By full, short or former name; NULL where none or several fit. */
const struct unit *people_unit_named(const struct people *p, struct slice name);
/* By "name" where it is the only one, or by "unit/name". */
const struct person *people_person_named(const struct people *p, struct slice name);
struct slice unit_name(const struct people *p, int64_t id);                  /* full; empty for 0 */
struct slice unit_short(const struct people *p, int64_t id);
struct slice person_name(const struct people *p, int64_t id);
struct slice account_name(const struct people *p, struct slice account);     /* the person's name; 系统 for the clock */
bool unit_within(const struct people *p, int64_t unit, int64_t above);       /* the same, or below it */

/* ---------- who asks ---------- */

/* What a person holds today. A stranger has account "" and no duties; the kernel's own clock has account "clock". */
struct actor {
    struct slice account;
    const struct person *person;
    uint32_t kinds;                       /* duties held anywhere, as bits of pack->duties */
    uint32_t can;                         /* abilities that they give */
    const struct duty **duties; size_t n_duties;
};

/* One look at the ledger: a connection, an arena, who asks, and the day. Everything below takes it. */
struct look {
    struct ledger *ledger;
    const struct pack *pack;
    const struct people *people;
    struct conn *conn;
    struct arena *arena;
    struct actor who;
    day today;
};

/* A reader belongs to one thread; it keeps a connection and a snapshot of the people that is renewed when they change. */
struct reader;
bool reader_open(struct ledger *l, struct reader **r, struct fault *f) MUST_USE;
void reader_close(struct reader *r);
/* Begins a look as this account ("" a stranger); ends the one before. */
bool reader_look(struct reader *r, struct arena *a, struct slice account, struct look *look, struct fault *f) MUST_USE;
void reader_done(struct reader *r); /* lets go of the state that was looked at */
struct actor actor_of(struct arena *a, const struct pack *pack, const struct people *people, struct slice account, day today);

/* ---------- entries ---------- */

/* The state of the ledger that is looked at: how many events it holds. Equal versions on one day show equal pages. */
bool look_version(const struct look *look, int64_t *version, struct fault *f) MUST_USE;
bool may_open(const struct look *look, const struct ledger_def *d); /* a new entry of this ledger */

enum stage_of_entry { ENTRY_DRAFT = 0, ENTRY_LIVE = 1, ENTRY_DROPPED = 2 };

struct ids { int64_t *at; size_t n, cap; };

struct entry {
    int64_t id;
    const struct ledger_def *def;
    enum stage_of_entry stage;
    struct slice number, title, section;
    int64_t lead, leader, keeper, document, section_id;
    struct ids support;
    uint32_t span_start, span_end;      /* bytes of the document's text; equal where it came from none */
    int state;                          /* index into def->states */
    enum light light;
    int progress;                       /* tenths of a percent; -1 where nothing was reported */
    enum ending ending;
    day due, opened_on, updated_on, closed_on;
    int64_t version, year;
    struct slice *own;                  /* [def->n_fields] canonical text of each own field; empty where missing */
    int64_t disputes;                   /* returns as not ours that are not ruled */
};

/* By id. FAULT_MISSING ("no-entry") also where the person may not see it: the two look the same. */
bool entry_see(const struct look *look, int64_t id, struct entry *e, struct fault *f) MUST_USE;
/* "R2026-0017" or "e123" or "123". */
bool entry_find(const struct look *look, struct slice name, struct entry *e, struct fault *f) MUST_USE;
/* The person belongs to the office that keeps something: holds a duty with this ability at the keeper, or above it with
 * its subtree. */
bool office_of(const struct look *look, int64_t keeper, uint32_t ability);
uint32_t entry_roles(const struct look *look, const struct entry *e); /* bits of def->roles that the person holds on it */
bool entry_visible(const struct look *look, const struct entry *e);
bool entry_complete(const struct look *look, const struct entry *e); /* has all that it needs to go live */
/* Which rule of the light holds today; -1 none. */
int entry_light_rule(const struct look *look, const struct entry *e);
struct value entry_value(const struct look *look, const struct entry *e, int slot); /* own fields and computed ones too */
/* What a formula over the entry's fields gives; of any type. */
bool entry_formula(const struct look *look, const struct entry *e, struct slice text, struct value *v, struct fault *f) MUST_USE;
void entry_put_value(const struct look *look, const struct entry *e, int slot, struct buf *b); /* for people: names, days */
/* Slots: what a form needs to know of a field, common or own. */
struct slice slot_name(const struct ledger_def *d, int slot);
struct label slot_label(const struct ledger_def *d, int slot);
enum field_type common_type(enum common c);
struct slice entry_slot_text(struct arena *a, const struct entry *e, int slot); /* canonical text of what stands there: ids, ISO days */
/* What the plan wants today in tenths of a percent, -1 without due; has_plan is false where only days are counted. */
int entry_planned(const struct look *look, const struct entry *e, bool *has_plan);

struct milestone { struct slice title; day due; int percent; };

/* What an entry gained between two reports, in tenths of a percent; `on` is the day of its last report, DAY_NONE without. */
struct pace { day from, on; int gain; };
enum forecast_kind { FORECAST_NONE /* this ledger has no pace */, FORECAST_SILENT /* no report lately, or too few days */, FORECAST_STALLED, FORECAST_DAY };
struct forecast { enum forecast_kind kind; struct pace pace; day finish; };
/* Whoever is further is never expected later, all else equal. */
struct forecast forecast_of(const struct ledger_def *d, const struct entry *e, struct pace pace, day today);
bool entry_forecast(const struct look *look, const struct entry *e, struct forecast *forecast, struct fault *f) MUST_USE;
/* 按6月20日至8月20日每月 6 个百分点的进度，预计 11月20日 完成，晚于时限 20 天。 Nothing for an entry that is done. */
void forecast_put(struct buf *b, const struct entry *e, const struct forecast *forecast, day today);
enum schedule schedule_of(const struct ledger_def *d, int lag); /* tenths of a point */
struct receipt_row { int64_t unit; struct slice role, state, reason, account, ruling; int stage; day asked_on, due, return_until, answered_on, ruled_on; };
struct ask_row { int64_t id; int ask; struct slice name, state, account, answer; int64_t unit; day asked_on, answered_on; struct json *fields; };
struct clock_row { struct slice name, state; day ends; int64_t days_left; };
struct notice_row { int64_t id; struct slice kind, label; int64_t unit; day on; };
struct proof_row { int64_t seq; struct slice hash, name; int64_t size; };
struct line_row { int64_t id; struct slice lines, account; day on; struct json *fields; };
struct history_row { int64_t seq, at_ms; struct slice kind, account; const struct event *event; };

struct entry_file { /* 一事一档: all that hangs on one entry */
    struct milestone *milestones; size_t n_milestones;
    struct receipt_row *receipts; size_t n_receipts;
    struct ask_row *asks; size_t n_asks;
    struct clock_row *clocks; size_t n_clocks;
    struct notice_row *notices; size_t n_notices;
    struct proof_row *proofs; size_t n_proofs;
    struct line_row *lines; size_t n_lines;
    struct history_row *history; size_t n_history;
};
bool receipts_read(const struct look *look, int64_t entry, struct receipt_row **at, size_t *n, struct fault *f) MUST_USE; /* of a draft too */
/* All that one unit was asked for, and all that stand in one state; whether the entry may be seen is asked of entry_see. */
struct receipt_of { int64_t entry; struct receipt_row row; };
struct receipts { struct receipt_of *at; size_t n, cap; };
bool receipts_of_unit(const struct look *look, int64_t unit, struct receipts *list, struct fault *f) MUST_USE;
bool receipts_in_state(const struct look *look, struct slice state, struct receipts *list, struct fault *f) MUST_USE;
bool receipt_is_own(const struct look *look, const struct entry *e, const struct receipt_row *row); /* may answer it */
bool entry_file(const struct look *look, const struct entry *e, struct entry_file *file, struct fault *f) MUST_USE;

/* What the person may do now, and why something else is not offered. */
enum act { ACT_MOVE, ACT_REPORT, ACT_PLAN, ACT_LINE, ACT_ASK, ACT_ANSWER, ACT_SIGN, ACT_RETURN, ACT_RULE, ACT_SET };
struct offer {
    enum act act;
    int which;            /* the move, lines or ask; the slot of ACT_SET */
    int64_t id;           /* the ask to answer, the unit of the receipt */
    bool allowed;
    struct fault why;     /* where it is not */
};
struct offers { struct offer *at; size_t n, cap; };
bool entry_offers(const struct look *look, const struct entry *e, const struct entry_file *file, struct offers *offers, struct fault *f) MUST_USE;

/* ---------- lists ---------- */

struct list_query {
    const struct ledger_def *def;
    enum stage_of_entry stage;
    const struct expr *where, *also; /* checked against def->names; NULL: all; both must hold */
    struct slice state;             /* quick filters; empty or 0: any */
    enum light light;
    int64_t lead, leader, document;
    day due_from, due_to;           /* both days counted; 0: any */
    struct slice words;             /* each in number, title, an own text, or what the report said */
    int sort_slot; bool descending; /* -1: by due day */
    int64_t offset, limit;          /* limit 0: all, at most LIST_ROWS_MAX */
    int64_t known_total;            /* where it was counted already in this state of the ledger; 0: is counted */
    bool units;                     /* fill `support` too */
};
enum { LIST_ROWS_MAX = 50000 };
struct list_rows { struct entry *at; size_t n; int64_t total; };
/* Only what the person may see; `total` is exact. Entries of a list have `support` empty unless asked for. */
bool list_ask(const struct look *look, const struct list_query *q, struct list_rows *rows, struct fault *f) MUST_USE;
/* How many of what the person may see stand in each light and state, late ones first. */
struct list_counts { int64_t lights[6], states[LEDGER_STATES_MAX], total; };
bool list_counts(const struct look *look, const struct list_query *q, struct list_counts *c, struct fault *f) MUST_USE;
/* The same by unit or person: of the slot COMMON_LEAD or COMMON_LEADER, by id; entries without one have id 0. */
struct count_by { int64_t id, lights[6], total; };
struct counts_by { struct count_by *at; size_t n, cap; };
bool list_counts_by(const struct look *look, const struct list_query *q, enum common slot, struct counts_by *by, struct fault *f) MUST_USE;
bool list_parse_where(struct arena *a, const struct ledger_def *def, struct slice text, const struct expr **where, struct fault *f) MUST_USE;

/* What waits for this person: receipts to sign, disputes to rule, asks to answer, drafts to give an opinion on. */
enum todo_kind { TODO_SIGN, TODO_OPINION, TODO_RULE, TODO_ANSWER, TODO_NOTICE, TODO_KINDS };
struct todo { enum todo_kind kind; int64_t entry, unit, id; day since, due; };
struct todos { struct todo *at; size_t n, cap; };
bool todos_ask(const struct look *look, struct todos *t, struct fault *f) MUST_USE;

/* ---------- reporting rounds (报送轮次, M161, M162) ---------- */

/* One round: of a ledger, an office and a period; its id is the event that opened it. */
struct round_row {
    int64_t id, keeper;
    const struct ledger_def *def;
    const struct round_def *round;
    struct slice period;      /* 2026-03, 2026-Q1, 2026-H1, 2026 */
    day opened_on, closed_on; /* closed_on: the day after the cut-off, on which it was said who is missing */
    int64_t cut_off_ms;       /* the last moment that is in time */
};
struct rounds { struct round_row *at; size_t n, cap; };
enum round_state { ROUND_WAITING, ROUND_DRAFT, ROUND_FILED /* waits for the head */, ROUND_RELEASED, ROUND_TAKEN, ROUND_RETURNED, ROUND_STATES };
struct round_unit { /* where one unit stands in it */
    int64_t unit, version;    /* version: the last event about it */
    enum round_state state;
    int64_t filed_ms, first_ms /* released for the first time */, released_ms, taken_ms;
    struct slice filed_by, released_by /* empty where none was needed */, taken_by, reason /* of the return */;
    day chased_on; int64_t chased;
    bool late, missing;       /* as of now: first released after the cut-off; not released though it is over */
};
struct round_units { struct round_unit *at; size_t n, cap; };
/* One row of a grid: what stood when the round began in the ledger, what the unit says now, the office's own words. */
struct round_line {
    struct entry entry;
    struct slice stood[ROUND_COLUMNS_MAX], said[ROUND_COLUMNS_MAX], words[ROUND_COLUMNS_MAX], note;
    bool saved, worded;
};
struct round_lines { struct round_line *at; size_t n, cap; };
bool rounds_ask(const struct look *look, struct rounds *list, struct fault *f) MUST_USE; /* that the person may see, newest first */
bool round_see(const struct look *look, int64_t id, struct round_row *row, struct fault *f) MUST_USE; /* FAULT_MISSING: no-round */
bool round_units_ask(const struct look *look, const struct round_row *row, struct round_units *list, struct fault *f) MUST_USE; /* that the person may see */
bool round_grid(const struct look *look, const struct round_row *row, int64_t unit, struct round_lines *lines, struct fault *f) MUST_USE;
bool round_may_office(const struct look *look, const struct round_row *row);
bool round_may_fill(const struct look *look, const struct round_row *row, int64_t unit);
bool round_may_release(const struct look *look, const struct round_row *row, int64_t unit);
bool round_waived(const struct look *look, const struct round_row *row, int64_t unit, bool *waived, struct fault *f) MUST_USE;

/* ---------- documents ---------- */

struct document_row {
    int64_t id, keeper, year;
    struct slice hash, text_hash, name, title, place, session, speaker;
    day delivered_on, added_on;
};
struct section_row { int64_t id, parent, level; struct slice label, heading, part; uint32_t start, end; };
struct term_row { struct slice term, definition; uint32_t start, end; };
bool documents_ask(const struct look *look, struct document_row **at, size_t *n, struct fault *f) MUST_USE;
bool document_ask(const struct look *look, int64_t id, struct document_row *d, struct slice *text, struct section_row **sections,
    size_t *n_sections, struct term_row **terms, size_t *n_terms, struct fault *f) MUST_USE;
/* The entries that a document became, in the order of the text; also drafts and dropped ones. */
bool document_entries(const struct look *look, int64_t id, struct entry **at, size_t *n, struct fault *f) MUST_USE;

/* Bytes by content hash, written and flushed before the command that names them. */
bool file_put(struct ledger *l, struct arena *a, struct slice bytes, struct slice *hash_hex, struct fault *f) MUST_USE;
bool file_get(struct ledger *l, struct arena *a, struct slice hash_hex, struct slice *bytes, struct fault *f) MUST_USE;
enum { FILE_MAX_BYTES = 50 << 20 };

/* A proposal of units for a draft, with its reason: from last year's table and from the units' duties. */
enum confidence { CONFIDENCE_NONE, CONFIDENCE_LOOK, CONFIDENCE_SURE }; /* by the pack's `proposals` */
struct proposal { int64_t lead, next /* who comes second; 0 none */; struct ids support; int64_t leader; int score, ahead; enum confidence confidence; struct slice reason; };
struct proposer; /* made once for a page: reads precedents and duties */
bool proposer_open(const struct look *look, struct proposer **p, struct fault *f) MUST_USE; /* lives as long as the look */
/* False where nothing is alike at all. `score` is 0 to 99: how alike; `ahead`, in per cent of the best, how far the
 * second stays behind. Both rank, neither is a probability: from where on they count says the pack. */
bool proposer_ask(const struct proposer *p, struct arena *a, struct slice title, struct slice section, struct proposal *out);
int64_t proposer_leader(const struct proposer *p, int64_t unit); /* who is in charge of it (分管); 0 nobody */

struct paper_row { int64_t id, place, entries, keeper; struct slice kind, title, hash, name, number; day on; };
bool papers_ask(const struct look *look, struct paper_row **at, size_t *n, struct fault *f) MUST_USE;

/* A paper as it would be issued now: the number is the next of its series, given when the paper is issued. */
struct paper_content {
    const struct paper_kind *kind;
    struct slice title, number, addressee, text, table, signer; /* table: what stands above it */
    day on;
    struct slices head;
    struct slices *rows; size_t n_rows;
};
bool paper_fill(const struct look *look, struct slice kind, int64_t year, struct paper_content *p, struct fault *f) MUST_USE;

/* The summary of a round: the entries of all its units in the columns of the ledger's paper, then what was reported, in
 * the office's own words where it has some; what was not reported says so. */
bool round_summary(const struct look *look, const struct round_row *row, struct paper_content *p, struct fault *f) MUST_USE;

/* How long a unit takes, in calendar days: medians, not `ok` where nothing has arrived (M21); its returns (M163). */
struct unit_delays {
    int64_t unit;
    struct decimal sign, first_progress, close;
    int64_t waiting_sign, waiting_progress, waiting_close;
    int64_t disputes, dispute_days, disputes_open; /* ruled ones, their days from return to ruling, those not ruled */
};
bool delays_ask(const struct look *look, int64_t unit, struct unit_delays *out, struct fault *f) MUST_USE;

/* ---------- commands: the one door ---------- */

/* A command is a JSON object: {"do": "move", "move": "submit", "entry": "R2026-0017", "note": "…", "version": 12,
 * "key": "32 hex digits"}. docs/commands.md lists them. `answer` is one JSON object: {"ok":true,"seq":…,"entry":…,
 * "number":"…","version":…} or {"ok":false,"code":"…","zh":"…","en":"…","field":"…"}; what a refused command would
 * have changed is unchanged. */
enum { COMMAND_BYTES_MAX = 1 << 20, COMMAND_ENTRIES_MAX = 2000 };

struct command {
    struct slice account;      /* who sends it */
    const struct json *body;
    struct slice body_text;    /* the bytes that `key` stands for */
    struct arena *arena;       /* of the caller; lives until done */
    /* the answer */
    bool ok;
    struct fault fault;
    int64_t first, last, entry; /* sequence numbers of its events; the entry that it touched or made, 0 none */
    bool repeated;             /* the same key had been accepted before */
    /* for the queue */
    void (*done)(struct command *c); /* called on the writer's thread after the commit */
    void *context;
    struct command *next;
};
/* Checks and carries out, alone in a transaction of its own, and commits. For programs with one thread. */
bool command_do(struct ledger *l, struct command *c);
void fault_put_code(struct buf *b, const struct fault *f); /* "needs-due" for a missing field */
void command_put_answer(struct buf *b, const struct ledger *l, const struct command *c);

/* The writer: one thread that takes what has gathered, decides each in turn, and commits once for all. */
bool writer_start(struct ledger *l, struct fault *f) MUST_USE;
void writer_stop(struct ledger *l); /* answers what is queued, then ends */
bool writer_send(struct ledger *l, struct command *c); /* false: the queue is full (503); else done() comes */
enum { WRITER_QUEUE_MAX = 4096, WRITER_BATCH_MAX = 256 };

/* Runs the days up to the world's clock: lights that change, clocks that run out. */
bool ledger_tick(struct ledger *l, struct fault *f) MUST_USE;

/* What a report becomes: document, sections, terms, drafts of every ledger that takes some of its finds. Keeps the
 * file and its text, and fills the command, which the caller then sends. */
bool import_report(struct ledger *l, struct arena *a, struct slice account, struct slice name, struct slice bytes, const struct report *r,
    struct command *c, struct fault *f) MUST_USE;

/* A table becomes the body of a command. `into`: units, people, or precedent (last year's 分工). The first rows name the
 * columns, in Chinese or English. */
bool table_command(struct arena *a, const struct slices *rows, size_t n_rows, struct slice into, struct slice name, struct slice *body, struct fault *f) MUST_USE;

/* ---------- signing in ---------- */

/* A password is checked at most twice at once (19 MiB each); five wrong tries lock for fifteen minutes. The attempt is
 * in the audit log, with the address, before the answer. None of these may be called inside a command. */
bool password_check(struct ledger *l, struct arena *a, struct slice login, struct slice password, struct slice address, struct slice *account,
    bool *must_change, struct fault *f) MUST_USE;
bool password_set(struct ledger *l, struct slice account, struct slice password, bool must_change, struct fault *f) MUST_USE;
bool password_good(struct slice password, struct slice login, struct fault *f) MUST_USE; /* ≥ 10 characters, 3 kinds */
void password_make(const struct world *w, struct arena *a, struct slice *password);    /* readable, one time */

enum { SESSION_TOKEN_BYTES = 32, SESSION_IDLE_MS = 15 * 60 * 1000, SESSION_LIFE_MS = 12 * 3600 * 1000 };
struct session { struct slice account; unsigned char secret[32]; int64_t began_ms, seen_ms; bool must_change; /* the password is a one-time one */ };
bool session_begin(struct ledger *l, struct slice account, struct slice address, struct slice agent, unsigned char token[SESSION_TOKEN_BYTES], struct fault *f) MUST_USE;
bool session_get(const struct look *look, const unsigned char token[SESSION_TOKEN_BYTES], struct session *s, struct fault *f) MUST_USE;
bool session_end(struct ledger *l, const unsigned char token[SESSION_TOKEN_BYTES], struct fault *f) MUST_USE;

/* ---------- the audit log: log-ins, refusals, exports, permission changes ---------- */

/* On the disk when it returns. Refusals and what strangers do are written up to a number a minute and sender, beyond
 * that counted, and the count is written when the minute is over. */
bool audit_note(struct ledger *l, struct slice account, const char *kind, struct slice object, struct slice detail, struct slice address, struct fault *f) MUST_USE;

/* The newest first. Whether the person may read them (CAN_AUDIT) is asked by who calls. */
struct audit_row { int64_t seq, at_ms; struct slice account, kind, object, detail, address; };
bool audit_ask(const struct look *look, int64_t offset, int64_t limit, struct audit_row **at, size_t *n, int64_t *total, struct fault *f) MUST_USE;

/* ---------- events, for those who read history ---------- */

struct event_field { struct slice name, value; unsigned char salt[16], commitment[HASH_BYTES]; bool erased; };
struct event {
    int64_t seq, at_ms, entry;
    struct slice account, kind, ledger, key;
    struct event_field *fields; size_t n, cap;
    unsigned char leaf[HASH_BYTES];
};
struct slice event_get(const struct event *e, const char *name); /* empty where absent */
bool event_int(const struct event *e, const char *name, int64_t *v);

/* ---------- trust ---------- */

struct verdict {            /* of `verify` */
    int64_t events, first_bad; /* 0: none */
    const char *what;          /* what is wrong with it */
    struct slice where;        /* the table and row that differ, or the file */
};
/* The log against itself, then the tables against the log, then (where given) the log against a checkpoint. */
bool ledger_verify(struct ledger *l, struct arena *a, struct slice checkpoint, struct verdict *v, struct fault *f) MUST_USE;
bool ledger_rebuild(struct ledger *l, int64_t *events, struct fault *f) MUST_USE;
bool ledger_checkpoint(struct ledger *l, struct buf *note, struct fault *f) MUST_USE;
/* A canonical dump of every folded table, row by row by key: equal dumps are equal tables. */
bool ledger_dump(struct conn *c, struct buf *out, struct fault *f) MUST_USE;
/* The ledger as it was known at the end of a day: an own ledger in memory. */
bool ledger_as_of(struct ledger *l, day d, struct ledger **then, struct fault *f) MUST_USE;
/* One file with database, documents, proofs; while it is being served. The signing key is not in it, only its id: whoever
 * holds a backup must not be able to sign for the county. Keep PATH.key apart, and put it beside the restored ledger. */
bool ledger_backup(struct ledger *l, const char *file, struct fault *f) MUST_USE;
bool ledger_restore(const char *file, const char *path, struct fault *f) MUST_USE;

#endif
