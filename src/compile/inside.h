/* inside.h: what the passes of a compile hand to each other. Each pass reads what the earlier ones made and returns
 * a new thing; nothing is edited afterwards. The unit of work is the block: a paragraph of a document, or a passage.
 *
 *   blocks.c     text → blocks (lines that belong together) with their section and part
 *   normalise.c  block → plain text without noise, and the way back to the bytes
 *   scan.c       plain → marks: words of the lexicon, quantities, days, punctuation
 *   cut.c        marks → segments: what stands between two cuts
 *   figures.c, tasks.c, projects.c, terms.c   segments → finds */
#ifndef TAIZHANG_COMPILE_INSIDE_H
#define TAIZHANG_COMPILE_INSIDE_H

#include "compile/compile.h"

/* ---------- plain text ---------- */

struct step { uint32_t plain, source, source_before; }; /* from `plain` on the bytes come from `source` */
struct plain {
    struct slice text; /* a zero byte follows */
    struct step *steps;
    size_t n;
};
struct plain normalise(struct arena *a, struct slice source, uint32_t offset, bool english);
uint32_t plain_start(const struct plain *p, uint32_t at); /* offsets in the document */
uint32_t plain_end(const struct plain *p, uint32_t at);

/* ---------- the lexicon ---------- */

/* What a word can be. The names in the TSV files stand in the table of lexicon.c. */
enum role_bit {
    ROLE_STOP, ROLE_SEMICOLON, ROLE_COMMA, ROLE_LIST, ROLE_COLON, ROLE_OPEN, ROLE_CLOSE,
    ROLE_ACT, ROLE_FINISH, ROLE_ADDED, ROLE_REACH, ROLE_CHANGE, ROLE_BOUND_BEFORE, ROLE_BOUND_AFTER,
    ROLE_UNIT, ROLE_COUNTER, ROLE_DURATION, ROLE_LABEL, ROLE_ADVERB, ROLE_TIME, ROLE_PLACE,
    ROLE_ORGAN, ROLE_ORGAN_TAIL, ROLE_PERSON, ROLE_STAGE, ROLE_DEADLINE, ROLE_PHRASE, ROLE_ANNOUNCER,
    ROLE_FORECAST, ROLE_TARGET, ROLE_PAST, ROLE_PRAISE, ROLE_WORK, ROLE_EACH, ROLE_YOY, ROLE_RANK, ROLE_FIRST,
    ROLE_LEADS, ROLE_MUST, ROLE_HELPS, ROLE_WITH, ROLE_AND, ROLE_FUSED, ROLE_ETC, ROLE_THING, ROLE_MEASURE,
    ROLE_SHARE, ROLE_SELF, ROLE_AIM, ROLE_OF, ROLE_CAPACITY, ROLE_CLASS, ROLE_LINK, ROLE_DOING, ROLE_SITE, ROLE_ADDRESS, ROLE_MEANS, ROLE_TAKES, ROLE_NAME, ROLE_AIM_START, ROLE_STRIP,
    ROLE_NUMBER, ROLE_DAY, ROLE_LETTERS, /* not words: set by the scan */
};
#define ROLE(name) ((uint64_t)1 << ROLE_##name)

struct word {
    struct slice text, value; /* value: canonical unit, parts of a fused word, ... */
    uint64_t roles;
    uint8_t bound, stage, month, date;
    bool weak; /* a deadline only where something is to be finished: 今年 */
    int8_t sign;
};

/* Double array with labels: the children of a state stand at base + class, and no two states share a base, so that a
 * slot's class tells its parent. */
struct trie_state { int32_t base; uint16_t label, word; };
enum { TRIE_PAIR_BITS = 1 << 16 };
struct trie {
    uint16_t *class_of;       /* by code point; 0: in no word */
    struct trie_state *states;
    size_t n_states, n_classes;
    uint64_t *pairs;          /* a bit a hash of two classes: may a word begin with them? Spares most of the walks */
};

/* Roles of whole lines (headings.tsv, boilerplate.tsv, facts.tsv): part of the report, kind of document, or a fact. */
enum line_role { LINE_NONE, LINE_PART, LINE_KIND, LINE_BOILERPLATE, LINE_PROBLEMS, LINE_ON_BEHALF, LINE_GOVERNMENT, LINE_SESSION };
struct heading_word { struct slice text; uint8_t part, kind; enum line_role role; };
struct lexicon {
    struct arena arena;
    struct word *words;       /* words[0] is none */
    size_t n_words, cap_words;
    struct trie zh, en;
    struct { struct heading_word *at; size_t n, cap; } lines;
};

/* Of class_of: the class; whether it is a word alone; whether a number may start so. */
enum { TRIE_CLASS = 0x3FFF, TRIE_ALONE = 0x4000, TRIE_NUMBER = 0x8000 };

static inline uint32_t trie_pair(uint32_t first, uint32_t second)
{
    return ((first & TRIE_CLASS) * 2654435761u + (second & TRIE_CLASS) * 40503u) >> 8 & (TRIE_PAIR_BITS - 1);
}

/* Decodes valid UTF-8; beyond the BMP everything is one letter that no word has. */
static inline uint32_t code_at(const char *p, size_t *len)
{
    const unsigned char *s = (const unsigned char *)p;
    if (s[0] < 0x80)
        return *len = 1, s[0];
    if (s[0] < 0xE0)
        return *len = 2, (s[0] & 31u) << 6 | (s[1] & 63u);
    if (s[0] < 0xF0)
        return *len = 3, (s[0] & 15u) << 12 | (s[1] & 63u) << 6 | (s[2] & 63u);
    return *len = 4, 0xFFFD;
}

/* Walks on from the first character's class, which took n bytes: the longest word, or 0. */
static inline uint32_t trie_walk(const struct trie *t, const char *p, const char *end, uint16_t class, size_t n, size_t *len)
{
    int32_t state = 0;
    uint32_t found = 0;
    size_t taken = n;
    for (;;) {
        state = t->states[state].base + class;
        if (t->states[state].label != class)
            return found;
        if (t->states[state].word) {
            found = t->states[state].word;
            *len = taken;
        }
        if (p >= end || !(class = t->class_of[code_at(p, &n)] & TRIE_CLASS))
            return found;
        p += n;
        taken += n;
    }
}

/* The longest word that starts at `at`; 0 where none does. *len is its length in bytes. */
uint32_t trie_longest(const struct trie *t, const char *at, const char *end, size_t *len);

/* ---------- marks ---------- */

/* quantity = bound? numeral (RANGE numeral)? unit; what the grammar of numbers reads. */
enum quantity_kind { QUANTITY_PLAIN, QUANTITY_DAY, QUANTITY_ORDINAL };
struct quantity {
    enum quantity_kind kind;
    struct decimal value, upper;
    bool masked, han, one;            /* one: written 一, which seldom counts */
    enum figure_bound bound;          /* of 多, 余 inside the number */
    uint32_t unit_word;               /* 0: none */
    uint32_t unit_start, unit_end;    /* of the unit, in the plain text */
    int year, month, date;            /* of a day; 0 where not said */
    bool month_end, before, day_masked;
};

struct mark {
    uint32_t start, end; /* in the plain text */
    uint32_t index;      /* of the word, or of the quantity */
    uint32_t number; /* of a number: how many of them came before */
    uint64_t roles;
};

struct marks {
    struct mark *at;
    size_t n, cap;
    struct { struct quantity *at; size_t n, cap; } quantities;
    const struct lexicon *lex;
    const struct plain *plain;
};
void scan(struct arena *a, const struct lexicon *lex, const struct plain *plain, struct marks *m);

/* ---------- blocks and segments ---------- */

enum { LEADS_MAX = 32 };
struct block {
    struct span span;        /* bytes of the document */
    int32_t section;         /* -1: none */
    enum report_part part;
    bool skip;               /* boilerplate, heading alone, title: nothing is to be read here */
};

/* What stands between two cuts: the text of at most one task (or of more, where lead or deadline change). */
struct segment {
    uint32_t start, end;     /* plain text, without the enumerator before and the mark after */
    uint32_t first, last;    /* marks [first, last) */
    int32_t item;            /* grows with every enumerator; the same item shares its lead */
    bool labelled;           /* the label of a heading stands right before: 一、 （一） */
    bool first_of_item;
    bool heading;            /* a heading sentence, no task */
    bool announces;          /* ends with a colon */
};
struct segments { struct segment *at; size_t n, cap; };
void cut(struct arena *a, const struct marks *m, struct segments *s);

/* ---------- the finds ---------- */

struct compile {
    struct arena *arena;
    const struct lexicon *lex;
    struct report *report;
    struct { struct figure *at; size_t n, cap; } figures;
    struct { struct task *at; size_t n, cap; } tasks;
    struct { struct project *at; size_t n, cap; } projects;
    struct { struct term *at; size_t n, cap; } terms;
    struct { struct section *at; size_t n, cap; } sections;
    struct { struct block *at; size_t n, cap; } blocks;
    struct slices lead, support; /* of a paragraph that announces items, for the items that follow as paragraphs */
    int32_t lead_section;        /* where it stood */
};

void blocks_split(struct compile *c, struct slice text, const struct compile_hints *h);
void read_figures(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s);
void cut_tasks(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s,
    size_t first_figure);
void read_projects(struct compile *c, const struct block *b, const struct marks *m, const struct segments *s);
void read_terms(struct compile *c, const struct block *b, const struct plain *p);
void compile_english(struct compile *c, const struct block *b, const struct plain *p);

/* ---------- grammar.re ---------- */

enum token_kind { TOKEN_NONE, TOKEN_DIGITS, TOKEN_MASK, TOKEN_HAN, TOKEN_ORDINAL, TOKEN_LETTERS, TOKEN_DAY, TOKEN_RATIO,
    TOKEN_PERCENT };
struct token { enum token_kind kind; size_t len; };
struct token token_read(const char *at);    /* numbers and days; the text ends with a zero byte */
enum day_sign { DAY_SIGN_NONE, DAY_SIGN_DIGITS, DAY_SIGN_MASK, DAY_SIGN_YEAR, DAY_SIGN_MONTH, DAY_SIGN_DATE, DAY_SIGN_END,
    DAY_SIGN_BEFORE };
enum day_sign day_sign_read(const char *at, size_t *len); /* inside a day */
void day_read(struct slice token, struct quantity *q);    /* scan.c: the parts of a day token */
size_t range_mark_read(const char *at);     /* 至 — between the ends of a range */
size_t multiplier_read(const char *at, int *exponent);
size_t more_read(const char *at);           /* 多 余 right after the digits */
size_t enumerator_read(const char *at);     /* 一是 （1） 1. —— at the start of a segment */
struct heading_label { size_t len; int level; };
struct heading_label heading_label_read(const char *at); /* 一、 （一） 1. （1） with their levels */
bool han_value(struct slice s, int64_t *v);

#endif
