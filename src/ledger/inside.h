/* What the files of this room share: the opened ledger, a command at work, events, and the log under them. */
#ifndef TAIZHANG_LEDGER_INSIDE_H
#define TAIZHANG_LEDGER_INSIDE_H

#include "ledger/ledger.h"

#include <openssl/evp.h>
#include <pthread.h>

enum { LOG_MAIN, LOG_AUDIT, LOG_COUNT };
enum { FRONTIER_MAX = 48 }; /* 2^48 events */

struct log_head {
    int64_t size, last_ms;
    unsigned char root[HASH_BYTES];
    unsigned char frontier[FRONTIER_MAX][HASH_BYTES]; /* roots of the perfect subtrees, largest first */
    size_t n_frontier;
};

struct hasher { /* one a thread; the digest is fetched once */
    EVP_MD *md;
    EVP_MD_CTX *context;
};

/* How many notes a sender may write into the audit log in a minute: the rest is counted, and the count written. */
enum { AUDIT_SENDERS = 256, AUDIT_PER_MINUTE = 20, AUDIT_ALL_PER_MINUTE = 600, AUDIT_MINUTE_MS = 60 * 1000 };
struct audit_sender {
    char name[48]; /* an address, or an account */
    int64_t since_ms, notes, dropped;
};
struct audit_limits { struct audit_sender at[AUDIT_SENDERS], all; };

enum { UNKNOWN_LOGINS = 256 }; /* names that nobody has, counted like those that somebody has */
struct unknown_login {
    unsigned char hash[32];
    int64_t failures, locked_until_ms, last_ms;
};

struct writer;

struct ledger {
    char *path, *files;              /* files: folder of documents and proofs; NULL in memory */
    struct world world;
    struct ledger_options options;
    int county;
    char name[128], origin[128], algorithm[8];
    struct pack pack;
    struct conn *conn;               /* the writing connection; held by whoever holds `writing` */
    pthread_mutex_t writing;
    struct hasher hasher;            /* of the writer */
    struct log_head heads[LOG_COUNT];
    struct people *people;           /* of the writer, as in the tables */
    unsigned char key_public[32], key_secret[64]; /* Ed25519, of checkpoints */
    pthread_mutex_t password_slots;  /* see auth.c */
    int passwords_at_work, passwords_waiting;
    pthread_cond_t password_free;
    struct audit_limits audit_limits;
    struct unknown_login unknown_logins[UNKNOWN_LOGINS];
    struct writer *writer;           /* the queue, while serving */
    day today;                       /* that the tables stand at; DAY_NONE: ask them */
    bool people_changed;             /* by the batch at work */
    bool clock_is_back;              /* told already that the machine's clock went back */
    bool stopped;                    /* after a failed commit nothing more is written until restart */
    struct { struct slice hash, bytes; } *memory_files; /* of a ledger in memory */
    size_t n_memory_files, cap_memory_files;
    struct arena memory;
};

/* ---------- log.c ---------- */

bool hasher_open(struct hasher *h, const char *algorithm, struct fault *f) MUST_USE;
void hasher_close(struct hasher *h);
void hash_parts(struct hasher *h, const struct slice *parts, size_t n, unsigned char out[HASH_BYTES]);
struct slice hash_hex(struct arena *a, const unsigned char hash[HASH_BYTES]);

/* Fields are put in name order when the event is closed. Values live in the arena of the work. */
void event_set(struct arena *a, struct event *e, const char *name, struct slice value);
void event_set_int(struct arena *a, struct event *e, const char *name, int64_t v);
void event_set_day(struct arena *a, struct event *e, const char *name, day d); /* empty for DAY_NONE */
void event_close(struct hasher *h, const struct world *w, int county, int log, struct event *e); /* salts, commitments, leaf */
void event_leaf(struct hasher *h, int county, int log, struct event *e, unsigned char leaf[HASH_BYTES]);
enum { EVENT_HEADER_MAX = 1024 };
size_t event_header(int county, int log, const struct event *e, unsigned char header[EVENT_HEADER_MAX]); /* its canonical bytes */
bool event_check(struct hasher *h, int county, int log, struct event *e); /* commitments anew; is the leaf what it should be? */
void event_put_body(struct buf *b, const struct event *e);
bool event_read_body(struct arena *a, struct slice body, struct event *e); /* false: not canonical */
bool event_from_row(struct arena *a, const struct rows *rows, struct event *e); /* columns of event_from */

bool log_head_read(struct conn *c, int county, int log, struct log_head *h, struct fault *f) MUST_USE;
void log_head_add(struct hasher *h, struct log_head *head, const unsigned char leaf[HASH_BYTES]);
void log_head_root(struct hasher *h, struct log_head *head);
/* Gives seq and time, closes, writes. The head is kept by the caller until log_head_write. */
bool log_append(struct ledger *l, int log, struct log_head *head, struct event *e, struct fault *f) MUST_USE;
bool log_head_write(struct conn *c, int county, int log, const struct log_head *h, struct fault *f) MUST_USE;
/* Reads the batch back from the table, computes leaves and root anew, compares (Fossil's self-check). */
bool log_self_check(struct ledger *l, int log, const struct log_head *before, const struct log_head *after, struct fault *f) MUST_USE;

struct change;

/* ---------- people.c ---------- */

struct people *people_read(struct conn *c, int county, const struct pack *pack, int64_t version, struct fault *f);
void people_close(struct people *p);

/* ---------- a command at work ---------- */

/* decide reads through `look`, which stands inside the write transaction, and emits events. */
struct work {
    struct look look;
    struct ledger *ledger;
    const struct command *command;
    const struct json *body;
    struct arena *arena;
    struct log_head *head;
    int64_t next_seq;    /* of the next event to be appended */
    int64_t first, last; /* events of this command so far */
    size_t n_events;
    int64_t now_ms;
    int64_t touched;     /* the entry for the answer */
    struct slice key, request;
    struct people *people_again; /* snapshots read while it works, newest first */
};

bool fold(struct conn *c, int county, struct arena *a, const struct event *e, struct fault *f) MUST_USE;

/* An event on its way: where decide puts what came of a command. */
struct event *work_event(struct work *w, const char *kind, const struct entry *e);
/* Closes the newest event into log and tables, so that what follows sees it. */
bool work_emit(struct work *w, struct event *e, struct fault *f) MUST_USE;

/* ---------- search.c ---------- */

struct search_texts { struct slice number, title, fields, words; }; /* fields: the JSON of the own ones */
bool search_update(struct conn *c, int county, struct arena *a, int64_t entry, const struct search_texts *before, const struct search_texts *after, struct fault *f) MUST_USE;
bool search_catch_up(struct conn *c, int county, struct arena *a, struct fault *f) MUST_USE; /* pairs of all that changed since */
bool search_texts_of(struct conn *c, int county, struct arena *a, int64_t entry, struct search_texts *t, struct fault *f) MUST_USE;
bool search_missing(struct conn *c, bool *missing, struct fault *f) MUST_USE; /* entries, and none of them indexed */
/* Pairs `from` to before `to`: an entry that has all words has one of them. Not found: there are no words. */
struct search_range { bool found; int64_t from, to, rows; };
bool search_rarest(struct conn *c, int county, struct slice words, struct search_range *best, struct fault *f) MUST_USE;

/* ---------- list.c ---------- */

bool list_plan(const struct look *look, const struct list_query *list, struct slice *plan, struct fault *f) MUST_USE; /* how the store answers it: for tests */

/* ---------- entry.c ---------- */

/* One of these duties at this unit, or above it with its subtree. */
bool holds_at(const struct look *look, uint32_t duties, int64_t unit);

bool entry_read(const struct look *look, int64_t id, struct entry *e, bool units, struct fault *f) MUST_USE;
bool entry_from_row(const struct look *look, const struct rows *rows, struct entry *e);
bool entry_read_units(const struct look *look, struct entry *e, struct fault *f) MUST_USE; /* fills `support` */
bool look_named(const struct look *look, struct slice name, int64_t *id); /* a unit, else a person */
struct entry_context { const struct look *look; const struct entry *entry; uint32_t roles; bool roles_known; bool plan_known, has_plan; int planned;
    bool pace_known; struct pace pace; };
struct expr_scope entry_scope(const struct look *look, const struct entry *e, struct entry_context *context);
void entry_put_fields(struct buf *b, const struct entry *e); /* the JSON of own fields */
/* Checks what a person typed for a slot and gives its canonical text ("" clears it). Names of units and persons
 * become ids. */
bool slot_read(const struct look *look, const struct ledger_def *d, int slot, const struct field *field, const struct json *typed, struct slice *canonical, struct fault *f) MUST_USE;
void entry_slot_set(struct arena *a, struct entry *e, int slot, struct slice canonical);
/* ---------- owner.c ---------- */

bool unit_is_manned(const struct look *look, const struct ledger_def *d, int64_t unit);
bool person_serves(const struct look *look, int64_t person);
struct ids units_unmanned(const struct look *look, const struct ledger_def *d);
struct ids persons_gone(const struct look *look);

/* ---------- forecast.c ---------- */

day pace_since(const struct ledger_def *d, day today); /* a report before this day says nothing of the pace; DAY_NONE: the ledger has none */
bool pace_read(const struct look *look, int64_t entry, struct pace *pace, struct fault *f) MUST_USE;
bool change_pace(struct change *c, struct fault *f) MUST_USE; /* what a report says of the pace, into its event */
enum { PACE_DAYS_MAX = 3660 }; /* who needs more than ten years stands still */

/* What a plan wants on a day, in tenths of a percent: straight lines between milestones, from 0 on `from`. */
int plan_percent(const struct milestone *at, size_t n, day from, day today);
bool milestones_read(const struct look *look, int64_t entry, struct milestone **at, size_t *n, struct fault *f) MUST_USE;
bool ids_parse(struct arena *a, struct slice text, struct ids *ids);
struct slice ids_text(struct arena *a, const struct ids *ids);

/* ---------- decide*.c: the table of commands ---------- */

typedef bool decide_fn(struct work *w, struct fault *f);
decide_fn decide_open, decide_set, decide_move, decide_report, decide_plan, decide_line, decide_ask, decide_answer, decide_sign,
    decide_return, decide_rule, decide_consult, decide_issue, decide_split, decide_join, decide_drop, decide_restore, decide_undo, decide_import,
    decide_round, decide_precedent, decide_people, decide_duty, decide_end_duty, decide_reset,
    decide_tick, decide_correct, decide_paper, decide_disable, decide_succeed;

/* The change of one entry by one event: starts from the entry as it is, and ends with version, light and clocks. */
struct change {
    struct work *w;
    struct entry before, now;
    struct event *event;
    const struct milestone *plan; /* where the event brings a plan */
    size_t n_plan;
    struct pace pace; /* where the event brings one */
};
struct change change_begin(struct work *w, const char *kind, const struct entry *e);
void change_slot(struct change *c, int slot, struct slice canonical); /* writes "name" and "was.name" where it differs */
void change_state(struct change *c, int state);
bool change_end(struct change *c, struct fault *f) MUST_USE;

bool work_entry(struct work *w, struct entry *e, struct fault *f) MUST_USE; /* the entry that the command names, visible, version current */
bool work_permitted(struct work *w, const struct entry *e, uint32_t roles, struct fault *f) MUST_USE;
struct change change_open(struct work *w, const struct ledger_def *d, int64_t keeper, int64_t year);
bool change_number(struct change *c, struct fault *f) MUST_USE;
void change_go_live(struct change *c);
int entry_missing(const struct look *look, const struct entry *e); /* a slot that must be filled before it lives; -1 none */
bool slot_required(const struct ledger_def *d, int slot);
/* Is this door open to the person on this entry? The pages ask the same questions as decide. */
bool move_open_to(const struct look *look, const struct entry *e, const struct move *move, bool ignore_permission, struct fault *f);
bool report_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f);
bool ask_open_to(const struct look *look, const struct entry *e, const struct ask *ask, const struct ask_row *rows, size_t n, struct fault *f);
bool answer_open_to(const struct look *look, const struct entry *e, const struct ask *ask, bool ignore_permission, struct fault *f);
bool plan_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f);
bool line_open_to(const struct look *look, const struct entry *e, const struct lines *lines, bool ignore_permission, struct fault *f);
bool sign_open_to(const struct look *look, const struct entry *e, const struct receipt_row *row, bool ignore_permission, struct fault *f);
bool return_open_to(const struct look *look, const struct entry *e, const struct receipt_row *row, bool ignore_permission, struct fault *f);
bool rule_open_to(const struct look *look, const struct entry *e, bool ignore_permission, struct fault *f);
bool set_open_to(const struct look *look, const struct entry *e, int slot, struct fault *f);
bool receipt_waits(const struct receipt_row *row);
bool receipt_is_own(const struct look *look, const struct entry *e, const struct receipt_row *row);
bool asks_read(const struct look *look, const struct entry *e, struct ask_row **at, size_t *n, struct fault *f) MUST_USE;
bool document_row(const struct look *look, int64_t id, struct document_row *d, struct fault *f) MUST_USE;
bool version_current(struct work *w, const struct json *body, const struct entry *e, struct fault *f) MUST_USE;
bool work_entries(struct work *w, struct entry **at, size_t *n, struct fault *f) MUST_USE;
bool work_office(struct work *w, int64_t keeper, uint32_t ability, struct fault *f) MUST_USE;
int64_t work_duty_unit(struct work *w, uint32_t kinds, uint32_t ability); /* 0 where none */
void put_receipt(struct buf *b, const struct receipt_row *r);
bool receipts_renew(struct change *c, int stage, day due, struct buf *b, struct fault *f) MUST_USE;
bool clocks_read(const struct look *look, int64_t entry, struct clock_row **at, size_t *n, struct fault *f) MUST_USE;
bool light_again(struct work *w, int64_t entry, struct fault *f) MUST_USE;
bool work_can(struct work *w, uint32_t ability, struct fault *f) MUST_USE;
bool work_proofs(struct work *w, struct event *e, bool *any, struct fault *f) MUST_USE;

/* ---------- paper.c ---------- */

struct slice paper_series(struct arena *a, const struct paper_kind *kind); /* under which its numbers are counted */
bool paper_number_next(const struct look *look, const struct paper_kind *kind, int64_t year, int64_t *seq, struct slice *number, struct fault *f) MUST_USE;

/* ---------- auth.c ---------- */

bool audit_settle(struct ledger *l, struct fault *f) MUST_USE; /* before closing: what was only counted is written */

/* ---------- county.c: the steps of opening, for a ledger that is folded from another's log ---------- */

bool ledger_make(const char *path, const struct world *world, struct ledger_options o, struct ledger **out, struct fault *f) MUST_USE;
bool pack_load(struct ledger *l, struct fault *f) MUST_USE;   /* from the files that the tables hold */
bool ledger_load(struct ledger *l, struct fault *f) MUST_USE; /* name, algorithm, heads, people */

/* ---------- note.c ---------- */

/* A checkpoint as others hold it: origin, size, root; `text` is what was signed. */
enum { NOTE_BYTES_MAX = 4096 };
struct note_text { struct slice text, origin, signatures; int64_t size; unsigned char root[HASH_BYTES]; };
bool note_parse(struct slice bytes, struct note_text *n);                             /* false: no checkpoint */
bool note_signed_by(const struct note_text *n, struct slice name, const unsigned char key[32]);
void note_key_id(struct slice name, const unsigned char key[32], unsigned char id[4]);

/* ---------- verify.c, rebuild.c ---------- */

/* Another reading connection with one state of the store; of a ledger in memory the writing one, held until the end. */
struct conn *snapshot_begin(struct ledger *l, struct fault *f);
void snapshot_end(struct ledger *l, struct conn *c);
/* Folds the events of the main log up to `last` from one connection into another (they may be the same). */
bool replay(struct ledger *l, struct conn *from, struct conn *into, int64_t last, bool with_log, int64_t *events, struct fault *f) MUST_USE;

/* ---------- files.c ---------- */

bool file_size(struct ledger *l, struct slice hash_hex, int64_t *size); /* false: no such file */

/* ---------- command.c ---------- */

/* One command inside an open transaction: decide, log, fold. Leaves no trace where it is refused. */
bool command_run(struct ledger *l, struct command *c, struct log_head *head);
struct work work_begin(struct ledger *l, struct command *c, struct arena *a, struct log_head *head); /* no command: the clock's own */
bool work_people_again(struct work *w, struct fault *f) MUST_USE; /* after events that changed people */
/* A transaction around commands; `writing` is held. The day begins before the first of them. */
bool batch_begin(struct ledger *l, struct log_head *head, struct fault *f) MUST_USE;
bool ledger_load(struct ledger *l, struct fault *f) MUST_USE; /* what the tables say now: heads, day, people */
bool batch_commit(struct ledger *l, struct log_head *head, struct fault *f) MUST_USE;
void batch_abandon(struct ledger *l);

/* ---------- round.c, decide_round.c ---------- */

bool round_by_name(const struct look *look, struct slice ledger, struct slice name, struct round_row *row, struct fault *f) MUST_USE; /* the newest that may be seen */
bool round_is_newest(const struct look *look, const struct round_row *row, bool *newest, struct fault *f) MUST_USE;
const char *round_state_name(enum round_state state);
bool rounds_begin(struct work *w, struct fault *f) MUST_USE; /* opens and closes those of the day */

/* ---------- tick.c ---------- */

bool tick_due(struct ledger *l, struct log_head *head, struct fault *f) MUST_USE;

#endif
