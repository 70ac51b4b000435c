/* What the files of src/web share.
 *
 * A page is one function. It asks the ledger through page->look, fills a struct of a pages*.h, and calls its template:
 *
 *     enum http_outcome show_people(struct page *g)
 *     {
 *         struct people_page v = { .shell = page_shell(g, S("人员"), "/people") };
 *         …
 *         tpl_people(&g->p->body, &v);
 *         return HTTP_DONE;
 *     }
 *
 * A form is one function too. It builds a command and sends it; where the ledger refuses, the page is shown again by
 * `again`, with g->refused set, the typed values in g->q->form, and the status of the fault:
 *
 *     enum http_outcome post_sign(struct page *g)
 *     {
 *         struct buf b = command_begin(g, "sign");
 *         command_text(&b, "entry", http_param(g->q, "id"));
 *         return page_command(g, &b, S("/sign?done=signed"), show_sign);
 *     }
 *
 * Both are rows of routes.c, with the permission of each. */
#ifndef TAIZHANG_WEB_INSIDE_H
#define TAIZHANG_WEB_INSIDE_H

#include "http/parts.h"
#include "http/template.h"
#include "web/web.h"

#include <pthread.h>

/* ---------- who may see a page ---------- */

/* The abilities of the kernel (pack.h), and two below them. What a person may do with one entry is asked of the kernel. */
enum may {
    MAY_ANYONE = 1 << 0,
    MAY_SIGNED_IN = 1 << 1,
    MAY_IMPORT = CAN_IMPORT << 2,
    MAY_HAND_OUT = CAN_HAND_OUT << 2,
    MAY_PEOPLE = CAN_PEOPLE << 2,
    MAY_DUTIES = CAN_DUTIES << 2,
    MAY_AUDIT = CAN_AUDIT << 2,
    MAY_EXPORT = CAN_EXPORT << 2,
    MAY_CLOCK = CAN_CLOCK << 2,
}; /* several together: any of them is enough */

struct page;
typedef enum http_outcome page_fn(struct page *g);

struct page_route {
    enum http_method method;
    const char *pattern;
    uint32_t may;
    page_fn *show;
    uint32_t max_body_bytes; /* 0: HTTP_BODY_BYTES */
};
extern const struct page_route page_routes[];
extern const size_t n_page_routes;

/* ---------- a page at work ---------- */

struct page {
    struct web *web;
    struct request *q;
    struct response *p;
    struct arena *arena;         /* the request's */
    struct look look;            /* as who asks; until the function returns */
    const struct fault *refused; /* set where a form is shown again */
    const struct command *sent;  /* set in page_send's `ok`: what the command did */
    struct slice as_of;          /* "as_of=2026-06-30" where a past day is shown (then.c); empty: now */
};

/* ---------- what a ledger adds up to for one person (counts.c) ---------- */

struct ledger_facts {
    struct list_counts all;             /* of all that the person sees */
    int64_t *lists; size_t n_lists;     /* how many each saved list of the pack holds */
    int64_t late_new, soon;             /* late since seven days or less; due in seven days */
    struct counts_by by_lead, by_leader;
    int64_t version;                    /* of the ledger that was counted */
};
enum { COUNTS_KEPT = 64 };
struct counts { pthread_mutex_t gate; struct kept_facts *at; uint64_t clock; };
bool counts_open(struct counts *c);
void counts_close(struct counts *c);
enum { SOON_DAYS = 7 };
/* What waits for this person, by kind, and how many drafts are not handed out yet (for those who hand out). */
enum round_part { ROUND_FILL, ROUND_RELEASE, ROUND_TAKE, ROUND_PARTS }; /* grids to fill, to release, to take */
struct waiting_counts { int64_t n[TODO_KINDS]; day earliest[TODO_KINDS]; int64_t drafts, rounds[ROUND_PARTS]; day cut_off[ROUND_PARTS]; };
bool waiting_of(struct page *g, struct waiting_counts *w, struct fault *f) MUST_USE;
bool facts_of(struct page *g, const struct ledger_def *d, struct ledger_facts *facts, struct fault *f) MUST_USE;
/* How many rows the filters of one list have; `question` is the filters as text. 0 where it was not asked at these facts. */
int64_t total_kept(struct page *g, const struct ledger_def *d, const struct ledger_facts *facts, struct slice question);
void total_keep(struct page *g, const struct ledger_def *d, const struct ledger_facts *facts, struct slice question, int64_t total);

/* ---------- as of a past day (then.c) ---------- */

enum { THEN_DAYS = 4 };
struct then_day { day on; struct ledger *ledger; struct reader *reader; uint64_t used; };
struct then { pthread_mutex_t gate; struct then_day days[THEN_DAYS]; uint64_t clock; };
bool then_open(struct then *t);
void then_close(struct then *t);
/* The page looks at that day, with the rights of today; to be ended, also where the page then fails. */
bool then_begin(struct page *g, struct slice as_of, struct fault *f) MUST_USE;
void then_end(struct page *g);

struct web {
    struct web_config config;
    struct ledger *ledger;
    struct server *server;
    struct route *routes;
    struct counts counts;
    struct then then;
    char title[160];
    unsigned char token_key[32];
};

/* What the gate found out; lives in the request's arena. */
struct visitor { struct slice account; uint32_t can; bool must_change; };

/* The frame: bar, search, who, foot. `here` is the address of the word that is lit in the bar. */
struct shell page_shell(struct page *g, struct slice title, const char *here);
/* What was just done, from ?done=CODE and the table in shell.c; without a head where there is nothing to say. */
struct note page_done(const struct page *g);
/* An error page with the fault's own sentence. */
enum http_outcome page_fail(struct page *g, const struct fault *f);
enum http_outcome page_missing(struct page *g);
enum http_outcome page_redirect(struct page *g, struct slice path);
struct slice page_address(struct page *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool page_can(const struct page *g, uint32_t abilities); /* any of CAN_… */
struct slice fault_sentence(struct arena *a, const struct fault *f);

/* ---------- forms ---------- */

/* {{>hidden hidden}}: what every form carries: the token, and the key that makes a double click one command. */
struct hidden { struct slice csrf, key; int64_t version; }; /* version: of the entry that was seen, 0 none */
struct hidden page_hidden(struct page *g, int64_t version);

/* What was typed where the form is shown again, else `stands`. */
struct slice typed_or(const struct page *g, const char *name, struct slice stands);
/* The refusal at its field: a fault at "due" belongs to the input "due" or "set.due". */
struct slice refusal_at(const struct page *g, const char *name);
/* On top of the form: the refusal, linked to its field where the form has one ("set." in front for the pack's). */
struct errors page_errors(struct page *g);
/* An input for a field of the pack or one of the common slots, named "set.NAME"; `of` NULL for a common slot. */
struct input slot_input(struct page *g, const struct ledger_def *d, int slot, const struct field *of, struct slice stands);
enum input_kind { INPUT_LINE, INPUT_AREA, INPUT_CHOICE };
enum input_kind input_kind_of(const struct input *in);
struct any_input { struct input in; bool line, area, choice; };    /* {{>any x}} */
struct any_inputs { struct any_input *at; size_t n, cap; };
void any_push(struct page *g, struct any_inputs *list, struct input in, enum input_kind kind);

/* ---------- commands ---------- */

struct buf command_begin(struct page *g, const char *what); /* {"do":"…","key":"…","version":…} from the hidden fields */
void command_text(struct buf *b, const char *name, struct slice value);
void command_form(struct buf *b, const struct page *g, const char *name); /* the form's field of that name, where filled */
void command_number(struct buf *b, const char *name, int64_t value);
/* "set": {…} from every field "set.NAME" of the form; several values of one name become a list. */
void command_set(struct buf *b, const struct page *g);
/* Keeps the form's files (fields `name`), and says "proofs": […]. Files and command are then refused or kept together. */
bool command_proofs(struct buf *b, struct page *g, const char *name, struct fault *f) MUST_USE;

struct send {
    struct slice then; /* 303 to here where it was accepted; or */
    page_fn *ok;       /* this answers, with g->sent */
    page_fn *again;    /* this answers where it was refused, with g->refused; NULL: an error page */
};
/* Closes the command (buf is used up), sends it, answers when it is on the disk. Ends the page function. */
enum http_outcome page_send(struct page *g, struct buf *command, const struct send *send);
enum http_outcome page_command(struct page *g, struct buf *command, struct slice then, page_fn *again);
/* Shows the form again for a fault that was found before anything was sent. */
enum http_outcome page_again(struct page *g, const struct fault *f, page_fn *again);

/* ---------- small words, in words.c ---------- */

struct lamp lamp_of(enum light light);                 /* the shape, without its word */
const char *light_code(enum light light);              /* r y g n b; n for none */
enum light light_of_code(struct slice code);           /* LIGHT_NONE where it is no light */
struct lamp entry_lamp(const struct page *g, const struct entry *e); /* says how much: 逾期 16 天, 还剩 2 天 */
struct slice light_label(const struct ledger_def *d, enum light light); /* the ledger's own word: 逾期, 临近到期 */
struct slice light_name(enum light light);                /* 红灯 */
struct slice field_words(struct arena *a, const struct field *field, struct slice canonical); /* 16 亿元, 3,140.5, an option's word */
struct slice buf_keep(struct arena *a, struct buf *b); /* its text, in the arena; closes it */

/* ---------- session.c ---------- */

bool web_gate(struct request *q, struct response *p);
page_fn show_login, post_login, post_logout, show_me, show_password, post_password;

/* ---------- list.c ---------- */

page_fn show_list, show_list_csv, show_list_xlsx, show_list_ics, show_ledgers, show_search;

struct neighbours;
bool neighbours_of(struct page *g, const struct entry *e, struct neighbours *n, struct fault *f) MUST_USE;

/* ---------- entry.c, acts.c, history.c ---------- */

struct told { const char *light; int64_t at_ms; struct slice who, name, what; }; /* who: with the unit; name: without */
struct told_list { struct told *at; size_t n, cap; };
struct told_list history_tell(struct page *g, const struct ledger_def *d, const struct entry_file *file);
struct told history_step(struct page *g, const struct ledger_def *d, const struct entry_file *file);
void put_fields(struct page *g, struct buf *b, const struct field *of, size_t n_of, const struct json *row);
page_fn show_entry, show_report_form, show_open, post_open, post_act, show_proof;

/* ---------- home.c ---------- */

page_fn show_home, show_minute, show_todos; /* show_minute: minute.c */

/* ---------- people.c, audit.c ---------- */

page_fn show_people, show_people_upload, post_people_upload, show_unit, post_person, post_account, post_passwords, post_duty, post_end_duty, post_succeed;
page_fn show_audit;

#endif
