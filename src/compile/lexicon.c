/* lexicon.c: the words of the pack. Every *.tsv of the folder has rows "word TAB role TAB value"; a word may have
 * several roles, in any file. Files that start with "en-" hold English words. From all words one trie is built
 * (double array over classes of code points): the scan walks it once over the text, longest word first. */
#include "compile/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 4 << 20, WORDS_MAX = 60000, WORD_MAX_BYTES = 96, CODES = 0x10000 };

/* ---------- the roles, as the TSV files name them ---------- */

enum value_kind { VALUE_NONE, VALUE_TEXT, VALUE_MAYBE, VALUE_BOUND, VALUE_SIGN, VALUE_STAGE, VALUE_DAY, VALUE_SELF };

static const struct role { const char *name; uint64_t bit; enum value_kind value; } role_table[] = {
    { "stop", ROLE(STOP), VALUE_NONE },
    { "semicolon", ROLE(SEMICOLON), VALUE_NONE },
    { "comma", ROLE(COMMA), VALUE_NONE },
    { "list", ROLE(LIST), VALUE_NONE },
    { "colon", ROLE(COLON), VALUE_NONE },
    { "open", ROLE(OPEN), VALUE_NONE },
    { "close", ROLE(CLOSE), VALUE_NONE },
    { "act", ROLE(ACT), VALUE_NONE },
    { "finish", ROLE(FINISH), VALUE_NONE },
    { "added", ROLE(ADDED), VALUE_NONE },
    { "reach", ROLE(REACH), VALUE_NONE },
    { "link", ROLE(LINK), VALUE_NONE },
    { "change", ROLE(CHANGE), VALUE_SIGN },
    { "bound-before", ROLE(BOUND_BEFORE), VALUE_BOUND },
    { "bound-after", ROLE(BOUND_AFTER), VALUE_BOUND },
    { "unit", ROLE(UNIT), VALUE_SELF },
    { "counter", ROLE(UNIT) | ROLE(COUNTER), VALUE_SELF },
    { "duration", ROLE(DURATION), VALUE_NONE },
    { "label", ROLE(LABEL), VALUE_NONE },
    { "adverb", ROLE(ADVERB), VALUE_NONE },
    { "time", ROLE(TIME), VALUE_NONE },
    { "place", ROLE(PLACE), VALUE_NONE },
    { "organ", ROLE(ORGAN), VALUE_NONE },
    { "organ-tail", ROLE(ORGAN_TAIL), VALUE_NONE },
    { "person", ROLE(PERSON), VALUE_NONE },
    { "stage", ROLE(STAGE), VALUE_STAGE },
    { "deadline", ROLE(DEADLINE), VALUE_DAY },
    { "phrase", ROLE(PHRASE), VALUE_NONE },
    { "announcer", ROLE(ANNOUNCER), VALUE_NONE },
    { "forecast", ROLE(FORECAST), VALUE_NONE },
    { "target", ROLE(TARGET), VALUE_NONE },
    { "past", ROLE(PAST), VALUE_NONE },
    { "praise", ROLE(PRAISE), VALUE_NONE },
    { "work", ROLE(WORK), VALUE_NONE },
    { "class", ROLE(CLASS), VALUE_MAYBE },
    { "each", ROLE(EACH), VALUE_NONE },
    { "yoy", ROLE(YOY), VALUE_NONE },
    { "rank", ROLE(RANK), VALUE_NONE },
    { "first", ROLE(FIRST), VALUE_NONE },
    { "doing", ROLE(DOING), VALUE_NONE },
    { "passive", ROLE(PAST), VALUE_NONE },
    { "numeral", ROLE(NUMBER), VALUE_TEXT },
    { "multiplier", ROLE(CAPACITY), VALUE_TEXT },
    { "aim-start", ROLE(AIM_START), VALUE_NONE },
    { "strip", ROLE(STRIP), VALUE_NONE },
    { "takes", ROLE(TAKES), VALUE_NONE },
    { "name", ROLE(NAME), VALUE_NONE },
    { "site", ROLE(SITE), VALUE_NONE },
    { "address", ROLE(ADDRESS), VALUE_NONE },
    { "means", ROLE(MEANS), VALUE_NONE },
    { "leads", ROLE(LEADS), VALUE_NONE },
    { "must", ROLE(MUST), VALUE_NONE },
    { "helps", ROLE(HELPS), VALUE_NONE },
    { "with", ROLE(WITH), VALUE_NONE },
    { "and", ROLE(AND), VALUE_NONE },
    { "fused", ROLE(FUSED), VALUE_TEXT },
    { "etc", ROLE(ETC), VALUE_NONE },
    { "of", ROLE(OF), VALUE_NONE },
    { "thing", ROLE(THING), VALUE_NONE },
    { "measure", ROLE(MEASURE), VALUE_MAYBE },
    { "share", ROLE(SHARE), VALUE_NONE },
    { "self", ROLE(SELF), VALUE_NONE },
    { "aim", ROLE(AIM), VALUE_NONE },
    { "maxims", ROLE(AIM) | ROLE(PRAISE), VALUE_NONE },
    { "capacity", ROLE(CAPACITY), VALUE_NONE },
};

/* Roles of whole lines, not of words in the running text. */
static const struct { const char *name; enum line_role role; } line_roles[] = {
    { "heading", LINE_PART }, { "title", LINE_KIND }, { "boilerplate", LINE_BOILERPLATE }, { "problems", LINE_PROBLEMS },
    { "on-behalf", LINE_ON_BEHALF }, { "government", LINE_GOVERNMENT }, { "session", LINE_SESSION },
};

static bool word_is(const char *word, struct slice s)
{
    return word && slice_equal(s, slice_of(word));
}

static bool bound_of(struct slice s, uint8_t *bound)
{
    for (enum figure_bound b = BOUND_EQUAL; b <= BOUND_ABOUT; b++)
        if (word_is(figure_bound_word(b), s))
            return *bound = (uint8_t)b, true;
    return false;
}

static bool stage_of(struct slice s, uint8_t *stage)
{
    for (enum stage g = STAGE_RESERVE; g <= STAGE_AT_CAPACITY; g++)
        if (word_is(stage_word(g), s))
            return *stage = (uint8_t)g, true;
    return false;
}

/* "12-31", "12-31?" */
static bool day_of_value(struct slice s, struct word *w)
{
    struct slice month, rest = s;
    int64_t m, d;
    if (slice_ends(s, S("?")))
        w->weak = true, rest.len--;
    if (!slice_cut(&rest, '-', &month) || !slice_int(month, &m) || !slice_int(rest, &d) || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    w->month = (uint8_t)m;
    w->date = (uint8_t)d;
    return true;
}

static bool value_take(struct word *w, enum value_kind kind, struct slice value)
{
    switch (kind) {
    case VALUE_NONE: return true;
    case VALUE_MAYBE: w->value = value; return true;
    case VALUE_TEXT: return (w->value = value).len > 0;
    case VALUE_SELF: return w->value = value.len ? value : w->text, true;
    case VALUE_BOUND: return bound_of(value, &w->bound);
    case VALUE_SIGN: w->sign = slice_equal(value, S("-")) ? -1 : 1; return slice_equal(value, S("-")) || slice_equal(value, S("+"));
    case VALUE_STAGE: return stage_of(value, &w->stage);
    case VALUE_DAY: return day_of_value(value, w);
    }
    return false;
}

/* ---------- reading the files ---------- */

struct loading {
    struct lexicon *lex;
    struct { struct word *at; size_t n, cap; } zh, en; /* a row each, merged by text later */
    struct slice file;
    bool english;
};

static bool line_wrong(struct loading *l, int line, const char *what, struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "lexicon-line",
        slice_format(&l->lex->arena, S_FMT ":%d", S_ARG(l->file), line), slice_of(what));
}

static bool part_of(struct slice s, uint8_t *part)
{
    for (enum report_part p = PART_REVIEW; p <= PART_OTHER; p++)
        if (word_is(report_part_word(p), s))
            return *part = (uint8_t)p, true;
    return false;
}

static bool kind_of(struct slice s, uint8_t *kind)
{
    for (enum report_kind k = REPORT_WORK_REPORT; k <= REPORT_OTHER; k++)
        if (word_is(report_kind_word(k), s))
            return *kind = (uint8_t)k, true;
    return false;
}

static bool line_word(struct loading *l, enum line_role role, struct slice word, struct slice value)
{
    struct heading_word h = { .text = word, .role = role };
    if ((role == LINE_PART && !part_of(value, &h.part)) || (role == LINE_KIND && !kind_of(value, &h.kind)))
        return false;
    PUSH(&l->lex->arena, &l->lex->lines, h);
    return true;
}

static const char *row_take(struct loading *l, struct slice word, struct slice role, struct slice value)
{
    for (size_t i = 0; i < COUNT(line_roles); i++)
        if (word_is(line_roles[i].name, role))
            return line_word(l, line_roles[i].role, word, value) ? NULL : "第三栏的值不认识 (unknown value)";
    for (size_t i = 0; i < COUNT(role_table); i++) {
        if (!word_is(role_table[i].name, role))
            continue;
        struct word w = { .text = word, .roles = role_table[i].bit };
        if (!value_take(&w, role_table[i].value, value))
            return "第三栏的值不认识 (unknown value)";
        if (l->english)
            PUSH(&l->lex->arena, &l->en, w);
        else
            PUSH(&l->lex->arena, &l->zh, w);
        return NULL;
    }
    return "第二栏的作用不认识 (unknown role)";
}

static bool file_rows(struct loading *l, struct slice text, struct fault *f)
{
    struct slice line, word, role;
    if (utf8_valid(text) != text.len)
        return line_wrong(l, 0, "不是 UTF-8 (not UTF-8)", f);
    for (int n = 1; slice_cut(&text, '\n', &line); n++) {
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        if (!slice_trim(line).len || line.at[0] == '#')
            continue;
        if (!slice_cut(&line, '\t', &word) || !line.at)
            return line_wrong(l, n, "词和作用之间要有制表符 (a tab is missing)", f);
        slice_cut(&line, '\t', &role);
        if (!word.len || word.len > WORD_MAX_BYTES)
            return line_wrong(l, n, "词太长或为空 (empty or too long)", f);
        if (l->zh.n + l->en.n >= WORDS_MAX)
            return line_wrong(l, n, "词太多 (too many words)", f);
        const char *bad = row_take(l, word, role, line);
        if (bad)
            return line_wrong(l, n, bad, f);
    }
    return true;
}

static bool file_load(struct loading *l, const char *folder, struct slice name, struct fault *f)
{
    struct arena *a = &l->lex->arena;
    struct slice path = slice_format(a, "%s/" S_FMT, folder, S_ARG(name));
    struct stat st;
    int fd = open(slice_text(a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || st.st_size > FILE_MAX_BYTES) {
        if (fd >= 0)
            close(fd);
        return fault_set(f, FAULT_BROKEN, "lexicon-file", path, slice_of(fd < 0 ? strerror(errno) : strerror(EFBIG)));
    }
    char *bytes = NEW(a, char, (size_t)st.st_size + 1);
    size_t got = 0;
    ssize_t n;
    while (got < (size_t)st.st_size && (n = read(fd, bytes + got, (size_t)st.st_size - got)) > 0)
        got += (size_t)n;
    close(fd);
    if (got < (size_t)st.st_size)
        return fault_set(f, FAULT_BROKEN, "lexicon-file", path, slice_of(strerror(EIO)));
    l->file = name;
    l->english = slice_starts(name, S("en-"));
    return file_rows(l, (struct slice){ bytes, got }, f);
}

/* ---------- words of one text are one word ---------- */

static int by_text(const void *x, const void *y)
{
    const struct word *a = x, *b = y;
    return slice_compare(a->text, b->text);
}

static void word_add_roles(struct word *into, const struct word *w)
{
    into->roles |= w->roles;
    if (w->value.len)
        into->value = w->value;
    into->bound |= w->bound;
    into->stage |= w->stage;
    into->month |= w->month;
    into->date |= w->date;
    into->weak |= w->weak;
    into->sign = (int8_t)(into->sign ? into->sign : w->sign);
}

/* ---------- the trie ---------- */

/* States of the growing tree: first child and next sibling, by class. */
struct node { uint16_t class; uint32_t word, child, next; };
struct tree { struct node *at; size_t n, cap; };

static uint32_t tree_child(struct arena *a, struct tree *t, uint32_t parent, uint16_t class)
{
    uint32_t *link = &t->at[parent].child;
    while (*link && t->at[*link].class < class)
        link = &t->at[*link].next;
    if (*link && t->at[*link].class == class)
        // cppcheck-suppress identicalInnerCondition
        return *link;
    struct node fresh = { .class = class, .next = *link };
    uint32_t id = (uint32_t)t->n;
    ptrdiff_t back = (char *)link - (char *)t->at; /* PUSH may move the nodes */
    PUSH(a, t, fresh);
    *(uint32_t *)((char *)t->at + back) = id;
    return id;
}

static void states_room(struct arena *a, struct trie *t, size_t *cap, size_t need)
{
    if (need <= t->n_states)
        return;
    t->states = arena_grow(a, t->states, cap, need, sizeof *t->states, alignof(struct trie_state));
    for (size_t i = t->n_states; i < *cap; i++)
        t->states[i] = (struct trie_state){ 0, 0, 0 };
    t->n_states = *cap;
}

struct placing { struct arena *a; struct trie *t; size_t cap; const struct tree *tree; int32_t hint; };

static bool fits(struct placing *g, uint32_t node, int32_t base)
{
    for (uint32_t c = g->tree->at[node].child; c; c = g->tree->at[c].next) {
        states_room(g->a, g->t, &g->cap, (size_t)base + g->tree->at[c].class + 1);
        if (g->t->states[base + g->tree->at[c].class].label)
            return false;
    }
    return true;
}

/* Puts the children of a node at the first base of its own where all their slots are free, then goes on with each. */
static void place(struct placing *g, uint32_t node, int32_t state)
{
    if (!g->tree->at[node].child)
        return;
    while (!fits(g, node, ++g->hint))
        ;
    int32_t base = g->hint;
    g->t->states[state].base = base;
    for (uint32_t c = g->tree->at[node].child; c; c = g->tree->at[c].next) {
        struct trie_state *s = &g->t->states[base + g->tree->at[c].class];
        s->label = g->tree->at[c].class;
        s->word = (uint16_t)g->tree->at[c].word;
    }
    for (uint32_t c = g->tree->at[node].child; c; c = g->tree->at[c].next)
        place(g, c, base + g->tree->at[c].class);
}

static void pairs_note(struct arena *a, struct trie *t, const struct word *words, size_t from, size_t to)
{
    t->pairs = NEW(a, uint64_t, TRIE_PAIR_BITS / 64);
    for (size_t i = from; i < to; i++) {
        size_t at = 0;
        uint16_t *first = &t->class_of[utf8_next(words[i].text, &at) & (CODES - 1)];
        if (at >= words[i].text.len) {
            *first |= TRIE_ALONE;
            continue;
        }
        uint32_t pair = trie_pair(*first, t->class_of[utf8_next(words[i].text, &at) & (CODES - 1)]);
        t->pairs[pair / 64] |= (uint64_t)1 << pair % 64;
    }
}

static void trie_build(struct arena *a, struct trie *t, const struct word *words, size_t from, size_t to)
{
    struct tree tree = { 0 };
    PUSH(a, &tree, (struct node){ 0 });
    t->class_of = NEW(a, uint16_t, CODES);
    t->n_classes = 1;
    for (size_t i = from; i < to; i++) {
        uint32_t node = 0;
        for (size_t at = 0; at < words[i].text.len;) {
            uint32_t code = utf8_next(words[i].text, &at);
            if (code >= CODES)
                code = 0xFFFD;
            if (!t->class_of[code])
                t->class_of[code] = (uint16_t)t->n_classes++;
            node = tree_child(a, &tree, node, t->class_of[code]);
        }
        tree.at[node].word = (uint32_t)i;
    }
    struct placing g = { .a = a, .t = t, .tree = &tree };
    states_room(a, t, &g.cap, t->n_classes + 2);
    place(&g, 0, 0);
    states_room(a, t, &g.cap, (size_t)g.hint + t->n_classes + 2); /* base + class never leaves the array */
    pairs_note(a, t, words, from, to);
    static const char starts[] = "0123456789一二三四五六七八九十两百第○×*";
    for (size_t at = 0; at < sizeof starts - 1;)
        t->class_of[utf8_next((struct slice){ starts, sizeof starts - 1 }, &at)] |= TRIE_NUMBER;
    for (int c = 'A'; c <= 'Z'; c++)
        t->class_of[c] |= TRIE_NUMBER, t->class_of[c + 'a' - 'A'] |= TRIE_NUMBER;
}

uint32_t trie_longest(const struct trie *t, const char *at, const char *end, size_t *len)
{
    size_t n;
    if (at >= end)
        return 0;
    uint16_t class = t->class_of[code_at(at, &n)] & TRIE_CLASS;
    return class ? trie_walk(t, at + n, end, class, n, len) : 0;
}

/* ---------- opening and closing ---------- */

static size_t words_merge(struct lexicon *lex, struct word *rows, size_t n)
{
    size_t start = lex->n_words;
    if (n)
        qsort(rows, n, sizeof *rows, by_text);
    for (size_t i = 0; i < n; i++) {
        if (lex->n_words > start && slice_equal(lex->words[lex->n_words - 1].text, rows[i].text))
            word_add_roles(&lex->words[lex->n_words - 1], &rows[i]);
        else
            lex->words[lex->n_words++] = rows[i];
    }
    return start;
}

static bool folder_load(struct loading *l, const char *folder, struct fault *f)
{
    struct { struct slice *at; size_t n, cap; } names = { 0 };
    struct arena *a = &l->lex->arena;
    DIR *dir = opendir(folder);
    if (!dir)
        return fault_set(f, FAULT_BROKEN, "lexicon-folder", slice_copy(a, slice_of(folder)), slice_of(strerror(errno)));
    for (struct dirent *e; (e = readdir(dir));)
        if (slice_ends(slice_of(e->d_name), S(".tsv")))
            PUSH(a, &names, slice_copy(a, slice_of(e->d_name)));
    closedir(dir);
    if (!names.n)
        return fault_set(f, FAULT_BROKEN, "lexicon-folder", slice_copy(a, slice_of(folder)), S("没有 *.tsv"));
    for (size_t i = 1; i < names.n; i++) /* by name, so that the order of the disk does not matter */
        for (size_t j = i; j && slice_compare(names.at[j - 1], names.at[j]) > 0; j--) {
            struct slice swap = names.at[j];
            names.at[j] = names.at[j - 1], names.at[j - 1] = swap;
        }
    for (size_t i = 0; i < names.n; i++)
        if (!file_load(l, folder, names.at[i], f))
            return false;
    return true;
}

struct lexicon *lexicon_open(const char *folder, struct fault *f)
{
    struct lexicon *lex = calloc(1, sizeof *lex);
    if (!lex) {
        fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
        return NULL;
    }
    arena_open(&lex->arena, 0);
    struct loading l = { .lex = lex };
    bool ok = folder_load(&l, folder, f);
    if (ok) {
        lex->words = NEW(&lex->arena, struct word, l.zh.n + l.en.n + 1);
        lex->n_words = 1;
        size_t zh = words_merge(lex, l.zh.at, l.zh.n), en = words_merge(lex, l.en.at, l.en.n);
        trie_build(&lex->arena, &lex->zh, lex->words, zh, en);
        trie_build(&lex->arena, &lex->en, lex->words, en, lex->n_words);
    }
    if (ok && lex->arena.failed)
        ok = fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    if (ok)
        return lex;
    for (int i = 0; i < 3; i++) /* what the fault tells must outlive the lexicon */
        f->about[i] = (struct slice){ NULL, 0 };
    lexicon_close(lex);
    return NULL;
}

void lexicon_close(struct lexicon *lex)
{
    if (!lex)
        return;
    arena_close(&lex->arena);
    free(lex);
}
