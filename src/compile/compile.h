/* compile: a government report goes in as text, and what a supervision office would pick out by hand comes out:
 * sections, figures, tasks, projects, terms (spec: docs/compiler.md). Deterministic: the same bytes and the same
 * lexicon give the same result, whatever the locale. No clock, no files, no globals.
 *
 *   normalise → sections → scan → figures → tasks → projects → terms
 *
 * Every span is a half-open pair of byte offsets into the text that was given, never into a normalised copy. */
#ifndef TAIZHANG_COMPILE_H
#define TAIZHANG_COMPILE_H

#include "base/base.h"

/* ---------- the lexicon: words are data, in TSV files of the pack ---------- */

struct lexicon; /* immutable after opening; shared by threads */
/* Reads every *.tsv of a folder. On a fault names file and line. */
struct lexicon *lexicon_open(const char *folder, struct fault *f) MUST_USE;
void lexicon_close(struct lexicon *lex);

/* ---------- what is found ---------- */

struct span { uint32_t start, end; }; /* bytes of the document's text */

enum report_kind { REPORT_WORK_REPORT, REPORT_SPEECH, REPORT_SUMMARY, REPORT_BREAKDOWN, REPORT_FEEDBACK, REPORT_NEWS, REPORT_OTHER };
enum report_part { PART_REVIEW, PART_PLAN, PART_PROBLEMS, PART_GLOSSARY, PART_OTHER };

struct document_facts { /* M1; empty or DAY_NONE or 0 where the text does not say */
    struct slice title, issuer, place, session, speaker;
    int year;            /* the year of the plan: a report delivered in January 2023 has 2023 */
    enum report_kind kind;
    day delivered_on;
    bool english;
};

struct section {
    int32_t id, parent; /* index into sections; parent -1 at the top */
    int32_t level;
    struct slice label, heading; /* "（一）", "着力抓好项目建设" */
    struct span span;
    enum report_part part; /* inherited downwards */
};

enum figure_kind { FIGURE_LEVEL, FIGURE_CHANGE };
enum figure_bound { BOUND_EQUAL, BOUND_AT_LEAST, BOUND_AT_MOST, BOUND_ABOUT }; /* = >= <= ~ */
enum figure_status { FIGURE_ACTUAL, FIGURE_TARGET, FIGURE_FORECAST };

struct figure {
    struct slice name, unit;
    enum figure_kind kind;
    struct decimal value, upper; /* not `ok` where masked, or where there is no upper end */
    enum figure_bound bound;
    enum figure_status status;
    bool yoy, masked;
    struct slice rank_scope; /* empty where no rank is stated */
    int32_t rank_place;
    struct span span;
    int32_t section;
    const char *rule; /* the name of the rule that made it; static */
};

enum deadline_kind { DEADLINE_NONE, DEADLINE_DAY, DEADLINE_MASKED };

struct task {
    struct slice text;
    struct slices lead, support;
    enum deadline_kind deadline_kind;
    day deadline;
    struct slice deadline_text;
    bool measurable, done; /* done: reported as done; else planned */
    int32_t *figures;      /* indices into report.figures */
    size_t n_figures;
    struct span span;
    int32_t section;
    const char *rule;
};

enum stage { STAGE_NONE, STAGE_RESERVE, STAGE_SIGNED, STAGE_PRELIMINARY, STAGE_STARTED, STAGE_BUILDING,
    STAGE_TOPPED_OUT, STAGE_COMPLETED, STAGE_OPERATING, STAGE_AT_CAPACITY };

struct project {
    struct slice name;
    enum stage stage;
    struct decimal progress, investment; /* percent; yuan; not `ok` where not stated */
    struct span span;
    int32_t section;
    const char *rule;
};

struct term { struct slice term, definition; struct span span; const char *rule; };

struct report {
    struct slice text; /* as given */
    struct document_facts facts;
    struct section *sections; size_t n_sections;
    struct figure *figures; size_t n_figures;
    struct task *tasks; size_t n_tasks;
    struct project *projects; size_t n_projects;
    struct term *terms; size_t n_terms;
};

/* What the caller knows better than the text. Zeroed means: find out. */
struct compile_hints {
    int year;
    bool passage;          /* one passage of a report (--batch): no header, no sections of its own */
    bool part_known;       /* `part` holds */
    enum report_part part;
    bool language_known, english;
};

enum { COMPILE_TEXT_MAX_BYTES = 256 << 20 };

/* `text` must be valid UTF-8 of at most COMPILE_TEXT_MAX_BYTES; what is found lives in the arena and points into
 * `text`. False only on such a fault or when the arena failed. */
bool compile(struct arena *a, const struct lexicon *lex, struct slice text, const struct compile_hints *hints,
    struct report *report, struct fault *f) MUST_USE;

/* The words of spec and JSON for the enums: "review", ">=", "topped-out"; NULL for STAGE_NONE. */
const char *report_kind_word(enum report_kind k);
const char *report_part_word(enum report_part p);
const char *figure_bound_word(enum figure_bound b);
const char *figure_status_word(enum figure_status s);
const char *stage_word(enum stage s);

/* The JSON of the whole report (one object, pretty enough to read), and one line of --batch for a passage. */
void report_put_json(struct buf *b, const struct report *r, bool explain);
/* CSV for a spreadsheet (with BOM): one row a find, the kind first. */
void report_put_csv(struct buf *b, const struct report *r);
void report_put_batch_line(struct buf *b, struct slice id, const struct report *r);

/* One line of a batch: a JSON object with id and text (and lang, year, part); appends one line to `out`. */
bool compile_batch_line(struct arena *a, const struct lexicon *lex, struct slice line, struct buf *out, struct fault *f) MUST_USE;

#endif
