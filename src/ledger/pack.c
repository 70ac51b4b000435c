/* pack.c: a pack from a folder or from the files that a ledger kept, its hash, and looking things up in it.
 *
 * Every regular file below the folder belongs to the pack and its hash, in the order of the names. What is read and
 * what is only kept stands in the table `places`; a YAML file that nobody would read is a problem, because its writer
 * believes that it counts. */
#include "ledger/pack_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------- problems ---------- */

void problem_fault(struct pack_reader *r, int line, const struct fault *f, struct slice likely)
{
    struct fault said = *f;
    if (r->problems->n > PACK_PROBLEMS_MAX)
        return;
    if (r->problems->n == PACK_PROBLEMS_MAX) {
        fault_set(&said, FAULT_REFUSED, "pack-more-problems", slice_format(r->arena, "%d", PACK_PROBLEMS_MAX), S(""));
        likely = NO_LIKELY;
    }
    struct buf b = buf_open(16384);
    fault_say(&b, &said, LANG_ZH);
    buf_text(&b, " / ");
    fault_say(&b, &said, LANG_EN);
    PUSH(r->arena, r->problems, (struct pack_problem){ r->file, line, slice_copy(r->arena, buf_slice(&b)), likely });
    buf_close(&b);
}

void problem(struct pack_reader *r, int line, const char *code, struct slice about0, struct slice about1, struct slice likely)
{
    struct fault f;
    fault_set(&f, FAULT_REFUSED, code, about0, about1);
    problem_fault(r, line, &f, likely);
}

void pack_put_problem(struct buf *b, const struct pack_problem *p)
{
    buf_format(b, S_FMT ":%d: " S_FMT, S_ARG(p->file), p->line, S_ARG(p->cause));
    if (p->likely.len)
        buf_format(b, " (likely: " S_FMT ")", S_ARG(p->likely));
    buf_char(b, '\n');
}

static bool comes_after(const struct pack_problem *a, const struct pack_problem *b)
{
    int c = slice_compare(a->file, b->file);
    return c > 0 || (c == 0 && a->line > b->line);
}

/* As a person reads the files; at most PACK_PROBLEMS_MAX + 1, and those of one line stay in order. */
static void sort_problems(struct pack_problems *problems)
{
    for (size_t i = 1; i < problems->n; i++)
        for (size_t j = i; j && comes_after(&problems->at[j - 1], &problems->at[j]); j--) {
            struct pack_problem swap = problems->at[j];
            problems->at[j] = problems->at[j - 1];
            problems->at[j - 1] = swap;
        }
}

/* ---------- what every entry has ---------- */

static const struct common_row {
    const char *name;
    struct label label;
    enum value_type type;
    uint8_t scale;
    bool can_be_set;
} commons[COMMON_COUNT] = {
#define LABEL(zh, en) { { zh, sizeof(zh) - 1 }, { en, sizeof(en) - 1 } }
    [COMMON_NUMBER] = { "number", LABEL("编号", "Number"), TYPE_TEXT },
    [COMMON_TITLE] = { "title", LABEL("事项", "Title"), TYPE_TEXT, .can_be_set = true },
    [COMMON_LEAD] = { "lead", LABEL("牵头单位", "Lead unit"), TYPE_UNIT, .can_be_set = true },
    [COMMON_SUPPORT] = { "support", LABEL("配合单位", "Support units"), TYPE_UNITS, .can_be_set = true },
    [COMMON_LEADER] = { "leader", LABEL("责任领导", "Leader"), TYPE_PERSON, .can_be_set = true },
    [COMMON_KEEPER] = { "keeper", LABEL("立项单位", "Keeping office"), TYPE_UNIT, .can_be_set = true },
    [COMMON_DUE] = { "due", LABEL("完成时限", "Due day"), TYPE_DAY, .can_be_set = true },
    [COMMON_SECTION] = { "section", LABEL("所在章节", "Section"), TYPE_TEXT, .can_be_set = true },
    [COMMON_STATE] = { "state", LABEL("状态", "State"), TYPE_TEXT },
    [COMMON_LIGHT] = { "light", LABEL("灯色", "Light"), TYPE_TEXT },
    [COMMON_PROGRESS] = { "progress", LABEL("进度", "Progress"), TYPE_NUMBER, 1, .can_be_set = true },
    [COMMON_OPENED_ON] = { "opened_on", LABEL("立项日期", "Opened on"), TYPE_DAY },
    [COMMON_UPDATED_ON] = { "updated_on", LABEL("更新日期", "Updated on"), TYPE_DAY },
    [COMMON_CLOSED_ON] = { "closed_on", LABEL("办结日期", "Closed on"), TYPE_DAY },
    [COMMON_ENDING] = { "ending", LABEL("办结方式", "Ending"), TYPE_TEXT },
    [COMMON_DONE] = { "done", LABEL("是否办结", "Done"), TYPE_BOOL },
    [COMMON_OVERDUE] = { "overdue", LABEL("是否逾期", "Overdue"), TYPE_BOOL },
    [COMMON_PLANNED] = { "planned", LABEL("应达进度", "Planned progress"), TYPE_NUMBER, 1 },
    [COMMON_LAG] = { "lag", LABEL("滞后点数", "Points behind"), TYPE_NUMBER, 1 },
    [COMMON_HAS_PLAN] = { "has_plan", LABEL("是否有计划", "Has a plan"), TYPE_BOOL },
    [COMMON_SCHEDULE] = { "schedule", LABEL("序时进度", "Against the plan"), TYPE_TEXT },
    [COMMON_EXPECTED] = { "expected", LABEL("预计完成", "Expected finish"), TYPE_DAY },
    [COMMON_STALLED] = { "stalled", LABEL("是否停滞", "Stalled"), TYPE_BOOL },
    [COMMON_WILL_BE_LATE] = { "will_be_late", LABEL("是否预计逾期", "Will be late"), TYPE_BOOL },
    [COMMON_UNOWNED] = { "unowned", LABEL("是否无人承办", "Without an owner"), TYPE_BOOL },
    [COMMON_UNLED] = { "unled", LABEL("责任领导是否离任", "Leader has left"), TYPE_BOOL },
    [COMMON_UNSIGNED] = { "unsigned", LABEL("未签收单位数", "Units that have not signed"), TYPE_NUMBER, 0 },
#undef LABEL
};

struct slice common_name(enum common c)
{
    return slice_of(commons[c].name);
}

struct label common_label(enum common c)
{
    return commons[c].label;
}

static const char *const ending_names[] = { [ENDING_NONE] = "", [ENDING_SOLVED] = "solved", [ENDING_EXPLAINED] = "explained",
    [ENDING_REFUSED] = "refused", [ENDING_NOT_COMPETENT] = "not-competent", [ENDING_WAITS] = "waits" };
static const char *const light_names[] = { [LIGHT_NONE] = "", [LIGHT_RED] = "red", [LIGHT_YELLOW] = "yellow",
    [LIGHT_GREEN] = "green", [LIGHT_GREY] = "grey", [LIGHT_BLUE] = "blue" };

static const char *const schedule_names[] = { [SCHEDULE_NONE] = "", [SCHEDULE_AHEAD] = "ahead", [SCHEDULE_ON] = "on", [SCHEDULE_BEHIND] = "behind" };

const char *schedule_word(enum schedule s)
{
    return schedule_names[s];
}

struct label schedule_label(enum schedule s)
{
    static const struct { const char *zh, *en; } labels[] = { [SCHEDULE_NONE] = { "", "" }, [SCHEDULE_AHEAD] = { "超序时", "Ahead of plan" },
        [SCHEDULE_ON] = { "达序时", "On plan" }, [SCHEDULE_BEHIND] = { "欠序时", "Behind plan" } };
    return (struct label){ slice_of(labels[s].zh), slice_of(labels[s].en) };
}

const char *ending_word(enum ending e)
{
    return ending_names[e];
}

const char *light_word(enum light l)
{
    return light_names[l];
}

const struct field *slot_field(const struct ledger_def *l, int slot)
{
    return slot < COMMON_COUNT ? NULL : &l->fields[slot - COMMON_COUNT];
}

enum value_type field_value_type(enum field_type t)
{
    static const uint8_t types[] = { [FIELD_TEXT] = TYPE_TEXT, [FIELD_INT] = TYPE_NUMBER, [FIELD_DECIMAL] = TYPE_NUMBER,
        [FIELD_MONEY] = TYPE_NUMBER, [FIELD_DAY] = TYPE_DAY, [FIELD_MONTH] = TYPE_DAY, [FIELD_ENUM] = TYPE_TEXT,
        [FIELD_UNIT] = TYPE_UNIT, [FIELD_UNITS] = TYPE_UNITS, [FIELD_PERSON] = TYPE_PERSON, [FIELD_BOOL] = TYPE_BOOL };
    return types[t];
}

enum value_type slot_type(const struct ledger_def *l, int slot)
{
    const struct field *own = slot_field(l, slot);
    return own ? field_value_type(own->type) : commons[slot].type;
}

bool slot_can_be_set(const struct ledger_def *l, int slot)
{
    const struct field *own = slot_field(l, slot);
    return own ? !own->computed : commons[slot].can_be_set;
}

/* ---------- names for expressions ---------- */

static const struct slice *words_as_slices(struct arena *a, const char *const *words, size_t n)
{
    struct slice *s = NEW(a, struct slice, n + 1);
    for (size_t i = 0; i < n; i++)
        s[i] = slice_of(words[i]);
    return s;
}

/* The names of an array of structs that begin with one. */
static const struct slice *names_of(struct arena *a, const void *at, size_t n, size_t size)
{
    struct slice *names = NEW(a, struct slice, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = *(const struct slice *)(const void *)((const char *)at + i * size);
    return names;
}
#define NAMES_OF(a, array, n) names_of((a), (array), (n), sizeof *(array))

/* What `done` and `overdue` stand for, so that a query can ask them of columns. An entry without a due day is never
 * overdue. `lag` needs a plan: whoever evaluates knows it. */
static void give_meanings(struct arena *a, struct ledger_def *l, struct expr_name *names)
{
    struct buf done = buf_open(4096);
    for (size_t i = 0; i < l->n_states; i++)
        if (l->states[i].final)
            buf_format(&done, "%s\"" S_FMT "\"", done.len ? ", " : "state in [", S_ARG(l->states[i].name));
    buf_text(&done, done.len ? "]" : "false");
    const struct { enum common common; struct slice text; enum value_type type; } meanings[] = {
        { COMMON_DONE, buf_slice(&done), TYPE_BOOL },
        { COMMON_OVERDUE, S("not done and not missing(due) and today > due"), TYPE_BOOL },
        { COMMON_WILL_BE_LATE, S("not done and not overdue and not missing(due) and (expected > due or stalled)"), TYPE_BOOL },
    };
    for (size_t i = 0; i < COUNT(meanings); i++) {
        struct fault f;
        const struct expr *e;
        if (expr_parse(a, meanings[i].text, &l->names, meanings[i].type, &e, &f))
            names[meanings[i].common].means = e;
    }
    buf_close(&done);
}

struct expr_name *ledger_names(struct arena *a, const struct pack *p, struct ledger_def *l)
{
    size_t n = COMMON_COUNT + l->n_fields;
    struct expr_name *names = NEW(a, struct expr_name, n);
    for (int c = 0; c < COMMON_COUNT; c++)
        names[c] = (struct expr_name){ commons[c].name, commons[c].type, c, .scale = commons[c].scale };
    names[COMMON_STATE].options = NAMES_OF(a, l->states, l->n_states);
    names[COMMON_STATE].n_options = l->n_states;
    names[COMMON_LIGHT].options = words_as_slices(a, light_names + 1, COUNT(light_names) - 1);
    names[COMMON_LIGHT].n_options = COUNT(light_names) - 1;
    names[COMMON_SCHEDULE].options = words_as_slices(a, schedule_names + 1, COUNT(schedule_names) - 1);
    names[COMMON_SCHEDULE].n_options = COUNT(schedule_names) - 1;
    names[COMMON_ENDING].options = words_as_slices(a, ending_names + 1, COUNT(ending_names) - 1);
    names[COMMON_ENDING].n_options = COUNT(ending_names) - 1;
    for (size_t i = 0; i < l->n_fields; i++) {
        const struct field *f = &l->fields[i];
        names[COMMON_COUNT + i] = (struct expr_name){ slice_text(a, f->name), field_value_type(f->type),
            COMMON_COUNT + (int)i, NAMES_OF(a, f->options, f->n_options), f->n_options, f->scale };
    }
    l->names = (struct expr_names){ names, n, NAMES_OF(a, l->roles, l->n_roles), l->n_roles,
        NAMES_OF(a, p->duties, p->n_duties), p->n_duties, NAMES_OF(a, l->clocks, l->n_clocks), l->n_clocks,
        NAMES_OF(a, l->lines, l->n_lines), l->n_lines };
    give_meanings(a, l, names);
    return names;
}

/* ---------- the files ---------- */

/* Where files may lie, and who reads them; NULL: kept, for other rooms. `ends` NULL: any. */
static const struct place {
    const char *starts, *ends;
    enum { PLACE_HEAD, PLACE_LEDGER, PLACE_CALENDAR, PLACE_KEPT } kind;
} places[] = {
    { "pack.yaml", NULL, PLACE_HEAD },
    { "ledgers/", ".yaml", PLACE_LEDGER },
    { "calendar/", ".tsv", PLACE_CALENDAR },
    { "lexicon/", ".tsv", PLACE_KEPT },
    { "sample/", NULL, PLACE_KEPT },
    { "scenarios/", NULL, PLACE_KEPT },
    { "counties/", NULL, PLACE_KEPT },
    { "notices/", NULL, PLACE_KEPT },
    { "locale/", NULL, PLACE_KEPT },
};

static const struct place *place_of(struct slice name)
{
    for (size_t i = 0; i < COUNT(places); i++)
        if (slice_starts(name, slice_of(places[i].starts)) && (!places[i].ends || slice_ends(name, slice_of(places[i].ends))))
            return &places[i];
    return NULL;
}

/* A YAML or TSV file in no known place, and anything in ledgers/ and calendar/ that is not read there. */
static void look_for_strays(struct pack_reader *r)
{
    for (size_t i = 0; i < r->pack->n_files; i++) {
        struct slice name = r->pack->files[i].name;
        bool ours = slice_starts(name, S("ledgers/")) || slice_starts(name, S("calendar/")) || slice_ends(name, S(".yaml"))
            || slice_ends(name, S(".yml")) || slice_ends(name, S(".tsv"));
        r->file = name;
        struct nearest near = nearest_open(slice_part(name, 0, (size_t)(slice_find(name, S("/")) + 1)));
        nearest_try(&near, S("ledgers/"));
        nearest_try(&near, S("calendar/"));
        if (ours && !place_of(name))
            problem(r, 1, "pack-stray", name, S(""), near.best);
    }
}

static void put_length(EVP_MD_CTX *md, size_t n)
{
    unsigned char bytes[8];
    for (int i = 8; i--; n >>= 8)
        bytes[i] = (unsigned char)n;
    EVP_DigestUpdate(md, bytes, sizeof bytes);
}

/* Lengths stand before names and bytes (8 bytes, high byte first), so that no two packs are written alike. */
static bool hash_files(struct pack *p)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);
    for (size_t i = 0; i < p->n_files && good; i++) {
        const struct slice parts[] = { p->files[i].name, p->files[i].bytes };
        for (size_t j = 0; j < COUNT(parts); j++) {
            put_length(md, parts[j].len);
            good = good && EVP_DigestUpdate(md, parts[j].len ? parts[j].at : "", parts[j].len);
        }
    }
    good = good && EVP_DigestFinal_ex(md, hash, &n) && n * 2 < sizeof p->hash;
    EVP_MD_CTX_free(md);
    for (unsigned i = 0; i < n && good; i++) {
        p->hash[i * 2] = "0123456789abcdef"[hash[i] >> 4];
        p->hash[i * 2 + 1] = "0123456789abcdef"[hash[i] & 15];
    }
    return good;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct pack_file *)a)->name, ((const struct pack_file *)b)->name);
}

/* ---------- reading them ---------- */

static void read_head(struct pack_reader *r)
{
    for (size_t i = 0; i < r->pack->n_files; i++) {
        if (!slice_equal(r->pack->files[i].name, S("pack.yaml")))
            continue;
        r->file = r->pack->files[i].name;
        const struct yaml *tree = yaml_read(r, r->pack->files[i].bytes);
        if (tree)
            pack_read_head(r, tree);
        return;
    }
    r->file = S("pack.yaml");
    problem(r, 1, "pack-no-head", S(""), S(""), NO_LIKELY);
}

static void read_ledger(struct pack_reader *r, struct slice bytes)
{
    size_t before = r->problems->n;
    const struct yaml *tree = yaml_read(r, bytes);
    if (!tree)
        return;
    if (r->pack->n_ledgers == PACK_LEDGERS_MAX) {
        problem(r, 1, "pack-too-many", S("ledgers"), slice_format(r->arena, "%d", PACK_LEDGERS_MAX), NO_LIKELY);
        return;
    }
    r->ledger = &r->pack->ledgers[r->pack->n_ledgers++];
    pack_read_ledger(r, tree);
    if (r->problems->n == before) /* on a half-read ledger every other sentence would be wrong */
        pack_check_ledger(r, tree);
    r->ledger = NULL;
}

static void read_files(struct pack_reader *r)
{
    r->pack->ledgers = NEW(r->arena, struct ledger_def, PACK_LEDGERS_MAX);
    read_head(r);
    for (size_t i = 0; i < r->pack->n_files; i++) {
        const struct pack_file *file = &r->pack->files[i];
        const struct place *place = place_of(file->name);
        r->file = file->name;
        if (place && place->kind == PLACE_LEDGER && r->pack->n_duties) /* without duties every role would be wrong */
            read_ledger(r, file->bytes);
        else if (place && place->kind == PLACE_CALENDAR)
            pack_read_calendar(r, file->bytes);
    }
    pack_check_between(r);
    look_for_strays(r);
}

/* The files are there, sorted: what they say. */
static bool pack_read(struct pack *p, struct pack_problems *problems, struct fault *f)
{
    struct pack_reader r = { .pack = p, .arena = &p->arena, .problems = problems };
    if (!hash_files(p))
        return fault_set(f, FAULT_BROKEN, "pack-hash", S(""), S(""));
    read_files(&r);
    sort_problems(problems);
    if (p->arena.failed)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    if (problems->n)
        return fault_set(f, FAULT_REFUSED, "pack-broken", slice_format(&p->arena, "%zu", problems->n), S(""));
    return true;
}

bool pack_from_files(const struct pack_file *files, size_t n, struct pack *p, struct pack_problems *problems, struct fault *f)
{
    size_t bytes = 0;
    *p = (struct pack){ 0 };
    arena_open(&p->arena, 0);
    p->files = NEW(&p->arena, struct pack_file, (n < PACK_FILES_MAX ? n : 0) + 1);
    for (size_t i = 0; i < n; i++) {
        bytes += files[i].bytes.len + files[i].name.len;
        if (n > PACK_FILES_MAX || bytes > PACK_BYTES_MAX)
            return fault_set(f, FAULT_REFUSED, "pack-too-large", S(""), S(""));
        p->files[p->n_files++] = (struct pack_file){ slice_copy(&p->arena, files[i].name), slice_copy(&p->arena, files[i].bytes) };
    }
    qsort(p->files, n, sizeof *p->files, by_name);
    for (size_t i = 1; i < n; i++)
        if (slice_equal(p->files[i - 1].name, p->files[i].name))
            return fault_set(f, FAULT_REFUSED, "pack-file-twice", p->files[i].name, S(""));
    return pack_read(p, problems, f);
}

/* ---------- a folder ---------- */

enum { FOLDER_DEPTH_MAX = 4 };

struct folder {
    struct pack *pack;
    struct pack_problems *problems;
    struct { struct pack_file *at; size_t n, cap; } files;
    size_t bytes;
    struct fault *fault;
};

static bool refuse_file(struct folder *in, const char *code, struct slice name)
{
    fault_set(in->fault, FAULT_REFUSED, code, slice_copy(&in->pack->arena, name), S(""));
    fault_detail(in->fault, S_FMT ": %s", S_ARG(name), strerror(errno));
    return false;
}

/* Takes the descriptor. */
static bool file_read(struct folder *in, int fd, struct slice name)
{
    struct stat st;
    size_t len = 0;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return refuse_file(in, "pack-file", name);
    }
    if (in->files.n == PACK_FILES_MAX || st.st_size > PACK_BYTES_MAX
        || in->bytes + (size_t)st.st_size + name.len > PACK_BYTES_MAX) {
        close(fd);
        return refuse_file(in, "pack-too-large", name);
    }
    size_t size = (size_t)st.st_size;
    char *bytes = NEW(&in->pack->arena, char, size + 1);
    ssize_t n = 1;
    while (len < size && (n = read(fd, bytes + len, size - len)) != 0) {
        if (n > 0)
            len += (size_t)n;
        else if (errno != EINTR)
            break;
    }
    close(fd);
    if (n < 0)
        return refuse_file(in, "pack-file", name);
    in->bytes += len + name.len;
    PUSH(&in->pack->arena, &in->files, (struct pack_file){ name, { bytes, len } });
    return true;
}

static bool folder_read(struct folder *in, int fd, struct slice prefix, int depth);

static bool item_read(struct folder *in, int folder, const char *item, struct slice prefix, int depth)
{
    struct slice name = slice_format(&in->pack->arena, S_FMT "%s", S_ARG(prefix), item);
    if (utf8_valid(name) != name.len)
        return refuse_file(in, "pack-file", name);
    int fd = openat(folder, item, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return refuse_file(in, "pack-file", name);
    if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
        return folder_read(in, fd, slice_format(&in->pack->arena, S_FMT "/", S_ARG(name)), depth + 1);
    return file_read(in, fd, name);
}

/* Takes the descriptor. Names that begin with a dot are not the pack's. */
static bool folder_read(struct folder *in, int fd, struct slice prefix, int depth)
{
    DIR *folder = depth <= FOLDER_DEPTH_MAX ? fdopendir(fd) : NULL;
    bool good = folder != NULL;
    if (!folder) {
        close(fd);
        return refuse_file(in, "pack-file", prefix);
    }
    for (struct dirent *item; good && (item = readdir(folder));)
        good = item->d_name[0] == '.' || item_read(in, dirfd(folder), item->d_name, prefix, depth);
    closedir(folder);
    return good;
}

bool pack_open(const char *folder, struct pack *p, struct pack_problems *problems, struct fault *f)
{
    *p = (struct pack){ 0 };
    arena_open(&p->arena, 0);
    p->folder = slice_text(&p->arena, slice_of(folder));
    struct folder in = { .pack = p, .problems = problems, .fault = f };
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        refuse_file(&in, "pack-folder", slice_of(folder));
        f->kind = FAULT_MISSING;
        return false;
    }
    if (!folder_read(&in, fd, S(""), 0))
        return false;
    p->files = in.files.at;
    p->n_files = in.files.n;
    if (p->n_files)
        qsort(p->files, p->n_files, sizeof *p->files, by_name);
    return pack_read(p, problems, f);
}

void pack_close(struct pack *p)
{
    arena_close(&p->arena);
    *p = (struct pack){ 0 };
}

/* ---------- looking up ---------- */

static int find_name(const void *at, size_t n, size_t size, struct slice name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(*(const struct slice *)(const void *)((const char *)at + i * size), name))
            return (int)i;
    return -1;
}
#define FIND(array, n, name) find_name((array), (n), sizeof *(array), (name))

const struct ledger_def *pack_ledger(const struct pack *p, struct slice name)
{
    int i = FIND(p->ledgers, p->n_ledgers, name);
    return i < 0 ? NULL : &p->ledgers[i];
}

int ledger_slot(const struct ledger_def *l, struct slice name)
{
    for (int c = 0; c < COMMON_COUNT; c++)
        if (slice_equal(common_name((enum common)c), name))
            return c;
    int own = FIND(l->fields, l->n_fields, name);
    return own < 0 ? -1 : COMMON_COUNT + own;
}

int ledger_state(const struct ledger_def *l, struct slice name)
{
    return FIND(l->states, l->n_states, name);
}

int ledger_move(const struct ledger_def *l, struct slice name)
{
    return FIND(l->moves, l->n_moves, name);
}

int ledger_ask(const struct ledger_def *l, struct slice name)
{
    return FIND(l->asks, l->n_asks, name);
}

int ledger_lines(const struct ledger_def *l, struct slice name)
{
    return FIND(l->lines, l->n_lines, name);
}

int ledger_round(const struct ledger_def *l, struct slice name)
{
    return FIND(l->rounds, l->n_rounds, name);
}

int pack_duty(const struct pack *p, struct slice name)
{
    return FIND(p->duties, p->n_duties, name);
}

const struct collective *pack_collective(const struct pack *p, struct slice name)
{
    int i = FIND(p->collectives, p->n_collectives, name);
    return i < 0 ? NULL : &p->collectives[i];
}

const struct paper_kind *pack_paper(const struct pack *p, struct slice name)
{
    int i = FIND(p->papers, p->n_papers, name);
    return i < 0 ? NULL : &p->papers[i];
}

struct slice number_text(struct arena *a, struct slice pattern, int64_t year, int64_t seq)
{
    struct buf b = buf_open(400);
    while (pattern.len) {
        ptrdiff_t open = slice_find(pattern, S("{"));
        struct slice mark;
        buf_put(&b, slice_part(pattern, 0, open < 0 ? pattern.len : (size_t)open));
        if (open < 0)
            break;
        pattern = slice_from(pattern, (size_t)open + 1);
        slice_cut(&pattern, '}', &mark);
        if (slice_equal(mark, S("year")))
            buf_int(&b, year);
        else if (slice_starts(mark, S("seq")))
            buf_format(&b, "%0*lld", mark.len > 4 ? mark.at[4] - '0' : 1, (long long)seq);
    }
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}
