/* parts: the values behind the design system's templates in web/parts. A page holds some of these and names the
 * template: {{>light row.light}}; C code includes "parts.tpl.h" and calls tpl_light(b, &row->light). Lights are the one-letter classes of the sheet: r y g n b. */
#ifndef TAIZHANG_HTTP_PARTS_H
#define TAIZHANG_HTTP_PARTS_H

#include "http/http.h"

/* ---------- the frame of a page: {{>shell_top shell}} … {{>shell_foot shell}} ---------- */

struct nav_item { struct slice label, href; bool current; int64_t count; /* 0: not shown */ };
struct nav { const struct nav_item *at; size_t n; };
struct foot_item { struct slice text, href; }; /* href may be empty */
struct foot { const struct foot_item *at; size_t n; };

struct shell {
    struct slice title;           /* of the page: what the tab says, "9 项逾期" */
    struct slice brand;           /* "青禾县台账" */
    struct slice home;            /* where the brand leads; "/" */
    struct slice body_class;      /* "warm" on public pages */
    struct slice main_class;      /* "wrap"; "wrap landscape", "gate", "hand" */
    struct nav nav;               /* six words; none: no navigation */
    struct slice search_action;   /* "/search"; empty: no search */
    struct slice search;          /* what was searched for */
    struct slice search_hint;     /* "编号、任务、单位" */
    struct slice who, who_href;   /* "督查室 · 沈知远" */
    struct foot foot;             /* none: no foot */
};

/* ---------- lights, bars ---------- */

/* (灯) shape, word, colour. The word says how much: "逾期 16 天". */
struct lamp { const char *code; struct slice word; bool tag, big; };

/* A bar with a tick where it should be today; plan -1: no tick. All in per cent. */
struct track { const char *light; int real, plan; };

struct stack_part { const char *light; struct decimal x, width; };
struct stack { struct stack_part at[5]; size_t n; struct slice label; bool thin; }; /* label empty: decoration */
enum { LIGHT_R, LIGHT_Y, LIGHT_G, LIGHT_N, LIGHT_B, LIGHTS };
extern const char *const light_codes[LIGHTS];
/* Five counts in the order of the lights; in the bar grey comes last. */
struct stack stack_of(const int64_t counts[LIGHTS]);

/* The five counts as a strip of links. */
struct strip_item { struct lamp light; int64_t count; struct slice href, note; };
struct strip { struct strip_item at[LIGHTS]; size_t n; };

/* ---------- notices ---------- */

struct note { const char *light; struct slice head, text, more; bool alert; }; /* light NULL: information */

/* What is wrong with a form, on top of it, each leading to its field. */
struct error_item { struct slice field, text; };
struct errors { struct error_item *at; size_t n; };
struct errors errors_of(struct arena *a, const struct form_faults *faults);
struct slice error_for(const struct errors *errors, const char *field); /* empty where the field is right */

struct empty { struct slice fact, next; };

/* ---------- form fields ---------- */

/* {{>field f}}: one line. {{>area f}}: several. {{>choose f}}: a list. The id is "f-", form and name: forms that share a
 * page and names say which they are. */
struct choice { struct slice value, label; bool chosen; };
struct choices { const struct choice *at; size_t n; };
struct input {
    const char *name;
    const char *form;         /* "move-close-", or NULL */
    struct slice label, value, help, error, hint;
    const char *type;         /* "text" where NULL; "date", "password", "search", "number" */
    const char *autocomplete; /* or NULL */
    const char *mode;         /* inputmode, or NULL */
    bool required;
    int max;                  /* maxlength, 0: none */
    struct choices options;
};

/* ---------- finding one's way ---------- */

struct crumb { struct slice label, href; }; /* the last one without href: where we are */
struct crumbs { const struct crumb *at; size_t n; };

struct tab { struct slice label, href; int64_t count; bool counted, current; };
struct tabs { struct slice label; const struct tab *at; size_t n; };

struct page_link { struct slice label, href; bool current, gap; };
struct pager { struct slice say; const struct page_link *at; size_t n; struct slice before, after; };
/* Links to pages 1..pages around the current one, by the query's `page`. `say`: "第 51 到 100 项，共 168 项". */
struct pager pager_of(const struct request *q, int64_t total, int64_t page, int64_t page_size);

/* ---------- whole pages ---------- */

struct error_page {
    int status;
    const char *zh, *en, *next; /* what happened; what to do */
    struct slice why, why_en;   /* the fault's own sentence, or empty */
    struct shell shell;
};

struct login_page {
    struct shell shell;
    struct slice action, csrf, next;          /* next: the page that was asked for */
    struct input user, password;
    struct note note;                         /* shown where it has a head */
    struct slice for_whom, forgotten, secret; /* the office's own sentences */
    struct slice portal, portal_href;      /* the public page; may be empty */
};

#endif
