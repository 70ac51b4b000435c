/* scenario.c: what stories share is read once; then each is played from its first step to what must hold after all. */
#include "cli/scenario.h"

#include <sodium.h>

/* ---------- what went wrong ---------- */

bool miss(struct play *p, struct slice what, struct slice expected, struct slice got)
{
    p->outcome->what = what;
    p->outcome->expected = expected;
    p->outcome->got = got;
    return false;
}

bool miss_fault(struct play *p, struct slice what, const struct fault *f)
{
    struct buf b = buf_open(1 << 14);
    fault_put_code(&b, f);
    buf_text(&b, " ");
    fault_say(&b, f, LANG_ZH);
    if (f->detail[0])
        buf_format(&b, " (%s)", f->detail);
    struct slice got = slice_copy(p->arena, buf_slice(&b));
    buf_close(&b);
    return miss(p, what, S(""), got);
}

struct slice yaml_text(const struct yaml *map, const char *key)
{
    const struct yaml *y = yaml_get(map, slice_of(key));
    return y && y->kind == YAML_TEXT ? y->text : S("");
}

bool only_keys(struct play *p, const struct yaml *map, const char *keys)
{
    for (const struct yaml *y = map->kind == YAML_MAP ? map->first : NULL; y; y = y->next)
        if (slice_find(slice_of(keys), slice_format(p->arena, "|" S_FMT "|", S_ARG(y->key))) < 0)
            return miss(p, y->key, S("故事里可以写的词"), slice_format(p->arena, "第 %d 行的“" S_FMT "”", y->key_line, S_ARG(y->key)));
    return true;
}

/* ---------- names ---------- */

int64_t name_id(const struct play *p, struct slice name)
{
    for (size_t i = 0; i < p->names.n; i++)
        if (slice_equal(p->names.at[i].name, name))
            return p->names.at[i].id;
    return 0;
}

struct slice id_name(const struct play *p, int64_t id)
{
    for (size_t i = p->names.n; i--;) /* the newest, where a part of a split has two */
        if (p->names.at[i].id == id)
            return p->names.at[i].name;
    return slice_format(p->arena, "e%lld", (long long)id);
}

bool name_give(struct play *p, struct slice name, int64_t id)
{
    if (name_id(p, name) && name_id(p, name) != id)
        return miss(p, S("name"), S("没有用过的名字"), name);
    PUSH(p->arena, &p->names, (struct named){ name, id });
    return true;
}

/* ---------- the world of a play ---------- */

static int64_t story_now(void *context)
{
    return ((struct play *)context)->now_ms;
}

/* The same story gives the same bytes. */
static void story_random(void *context, void *bytes, size_t n)
{
    struct play *p = context;
    unsigned char key[randombytes_SEEDBYTES] = { 0 };
    p->drawn++;
    memcpy(key, &p->drawn, sizeof p->drawn);
    randombytes_buf_deterministic(bytes, n, key);
}

/* A day alone means nine in the morning, or later on that day. */
static bool story_time(struct slice text, int64_t now_ms, int64_t *at)
{
    day d;
    if (!day_parse(text, &d))
        return time_parse(text, at);
    *at = day_start_ms(d) + 9 * 3600 * 1000;
    if (*at <= now_ms && day_of_ms(now_ms) == d)
        *at = now_ms + 1000;
    return true;
}

static bool clock_on(struct play *p, const struct yaml *step)
{
    struct slice on = yaml_text(step, "on");
    struct fault f;
    int64_t at = p->now_ms + 1000;
    if (on.len && (!story_time(on, p->now_ms, &at) || at <= p->now_ms))
        return miss(p, S("on"), S("以后的一个时刻"), on);
    p->now_ms = at;
    return ledger_tick(p->ledger, &f) || miss_fault(p, S("on"), &f);
}

bool play_look(struct play *p, struct slice account, struct look *look)
{
    struct fault f;
    bool clock = slice_equal(account, S("clock"));
    if (!reader_look(p->reader, p->arena, clock ? S("") : account, look, &f))
        return miss_fault(p, S("as"), &f);
    if (clock)
        look->who.account = account;
    return true;
}

/* 督查室/沈知远; 匿名 is a stranger; left out, the clock looks, which sees all. */
bool account_of(struct play *p, const struct look *look, const struct yaml *who, struct slice *account)
{
    *account = who ? S("") : S("clock");
    if (!who || slice_equal(who->text, S("匿名")))
        return true;
    const struct person *person = people_person_named(look->people, who->text);
    for (size_t i = 0; person && i < look->people->n_accounts; i++)
        if (look->people->accounts[i].person == person->id)
            *account = slice_copy(p->arena, look->people->accounts[i].id);
    return account->len || miss(p, S("as"), S("县里的一个人"), who->text);
}

/* ---------- the sample county ---------- */

static bool send(struct play *p, struct slice account, struct slice text, const char *what)
{
    struct command c;
    return !text.len || send_text(p->ledger, p->arena, account, text, &c) || miss_fault(p, slice_of(what), &c.fault);
}

static struct slice account_with(const struct look *look, uint32_t ability)
{
    for (size_t i = 0; i < look->people->n_accounts; i++) {
        struct actor actor = actor_of(look->arena, look->pack, look->people, look->people->accounts[i].id, look->today);
        if (actor.can & ability)
            return slice_copy(look->arena, look->people->accounts[i].id);
    }
    return S("");
}

/* Units and persons that the story adds: lists of maps, as the tables have them. */
static struct slice added_people(struct play *p)
{
    const struct yaml *units = yaml_get(p->story->tree, S("units")), *people = yaml_get(p->story->tree, S("people"));
    struct buf b = buf_open(1 << 20);
    if (!units && !people)
        return S("");
    buf_text(&b, "{\"do\":\"people\",\"units\":");
    units ? yaml_put(&b, units) : buf_text(&b, "[]");
    buf_text(&b, ",\"persons\":");
    people ? yaml_put(&b, people) : buf_text(&b, "[]");
    buf_char(&b, '}');
    struct slice s = slice_copy(p->arena, buf_slice(&b));
    buf_close(&b);
    return s;
}

static bool fill_county(struct play *p)
{
    struct look look;
    if (!slice_equal(yaml_text(p->story->tree, "county"), S("sample")))
        return miss(p, S("county"), S("sample"), yaml_text(p->story->tree, "county"));
    if (!p->house->units.len || !p->house->people.len)
        return miss(p, S("county"), S("规则包里的 sample/units.csv 和 sample/people.csv"), S("没有"));
    if (!play_look(p, S(""), &look))
        return false;
    struct slice founder = account_with(&look, CAN_PEOPLE);
    if (!send(p, founder, p->house->units, "sample/units.csv") || !send(p, founder, added_people(p), "people")
        || !send(p, founder, p->house->people, "sample/people.csv") || !play_look(p, S(""), &look))
        return false;
    return send(p, account_with(&look, CAN_HAND_OUT), p->house->precedent, "sample/assignment-2025.csv");
}

/* ---------- playing ---------- */

static bool play_open(struct play *p, const struct packs *rules, const char *keep)
{
    struct slice login, password, first = S("2026-01-05 09:00");
    const struct yaml *steps = yaml_get(p->story->tree, S("steps"));
    struct fault f;
    for (const struct yaml *s = steps ? steps->first : NULL; s; s = s->next)
        if (yaml_text(s, "on").len) {
            first = yaml_text(s, "on");
            break;
        }
    if (!story_time(first, 0, &p->now_ms))
        return miss(p, S("on"), S("日期和时刻"), first);
    p->now_ms -= 3600 * 1000; /* the county is there an hour before the story begins */
    p->world = (struct world){ p, story_now, story_random };
    struct ledger_new what = { .county = 159921, .name = S("青禾县"), .files = rules->at, .n_files = rules->n, .algorithm = "sha256" };
    if (!ledger_begin(keep ? keep : ":memory:", &what, &p->world, (struct ledger_options){ 0 }, &p->ledger, p->arena, &login, &password, &f)
        || !reader_open(p->ledger, &p->reader, &f))
        return miss_fault(p, S("规则包"), &f);
    return fill_county(p);
}

static bool play_step(struct play *p, const struct yaml *step)
{
    const struct yaml *expect = yaml_get(step, S("expect"));
    if (step->kind != YAML_MAP)
        return miss(p, S("steps"), S("{…}"), step->text);
    if (!clock_on(p, step))
        return false;
    if (expect)
        return only_keys(p, step, "|on|expect|") && step_expect(p, expect);
    if (yaml_get(step, S("import")) && !yaml_get(step, S("do")))
        return step_import(p, step);
    if (yaml_get(step, S("find")))
        return step_find(p, step);
    if (yaml_get(step, S("do")))
        return step_do(p, step);
    return only_keys(p, step, "|on|");
}

static bool play_steps(struct play *p)
{
    const struct yaml *steps = yaml_get(p->story->tree, S("steps"));
    if (!steps || steps->kind != YAML_LIST || !only_keys(p, p->story->tree, "|mechanism|title|county|breaks_when|units|people|steps|"))
        return steps && steps->kind == YAML_LIST ? false : miss(p, S("steps"), S("[…]"), S(""));
    p->outcome->steps = steps->n;
    for (const struct yaml *step = steps->first; step; step = step->next) {
        p->outcome->step++;
        if (!play_step(p, step))
            return false;
        if (p->arena->failed)
            return miss(p, S("内存"), S("够用"), S("不够"));
    }
    p->outcome->step = 0;
    return (p->checks || miss(p, S("expect"), S("至少检验一处"), S("什么也没有检验"))) && play_holds(p);
}

void story_play(const struct house *h, const struct story *s, const struct packs *rules, const char *keep, struct arena *a, struct outcome *o)
{
    struct play p = { .house = h, .story = s, .arena = a, .outcome = o };
    int64_t began = h->now_ms(NULL);
    *o = (struct outcome){ 0 };
    o->passed = play_open(&p, rules, keep) && play_steps(&p);
    reader_close(p.reader);
    ledger_close(p.ledger);
    o->took_ms = h->now_ms(NULL) - began;
}

/* ---------- the house ---------- */

static void house_problem(struct house *h, struct pack_problems *problems, struct slice file, int line, struct slice cause)
{
    PUSH(&h->arena, problems, (struct pack_problem){ file, line, cause, S("") });
}

/* M31, or a list of them. */
static bool read_mechanisms(struct story *s, const struct yaml *y)
{
    for (const struct yaml *m = y && y->kind == YAML_LIST ? y->first : y; m; m = y->kind == YAML_LIST ? m->next : NULL) {
        int64_t n;
        if (m->kind != YAML_TEXT || !slice_starts(m->text, S("M")) || !slice_int(slice_from(m->text, 1), &n) || n < 1 || n > MECHANISMS
            || s->n_mechanisms == STORY_MECHANISMS_MAX)
            return false;
        s->mechanisms[s->n_mechanisms++] = (int)n;
    }
    return s->n_mechanisms > 0;
}

static void read_story(struct house *h, struct pack_problems *problems, struct slice file, struct slice bytes)
{
    struct story s = { .name = slice_part(file, 0, file.len - 5), .tree = yaml_open(&h->arena, file, bytes, problems) };
    if (!s.tree)
        return;
    s.title = yaml_text(s.tree, "title");
    if (!read_mechanisms(&s, yaml_get(s.tree, S("mechanism"))))
        house_problem(h, problems, file, s.tree->line, slice_format(&h->arena, "mechanism 应为 M1 到 M%d。", MECHANISMS));
    else
        PUSH(&h->arena, &h->stories, s);
}

static void read_stories(struct house *h, struct pack_problems *problems, const struct pack_file *files, size_t n, struct slice below)
{
    for (size_t i = 0; i < n; i++)
        if (slice_starts(files[i].name, below) && slice_ends(files[i].name, S(".yaml")))
            read_story(h, problems, slice_copy(&h->arena, slice_from(files[i].name, below.len)), slice_copy(&h->arena, files[i].bytes));
}

/* RFC 4180: commas, quotes where a cell has them, doubled quotes inside. */
static void read_csv(struct arena *a, struct slice text, struct slices **rows, size_t *n)
{
    struct { struct slices *at; size_t n, cap; } list = { 0 };
    struct slices row = { 0 };
    if (slice_starts(text, S("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    for (size_t i = 0; i <= text.len; i++) {
        struct buf cell = buf_open(1 << 20);
        bool quoted = false;
        for (; i < text.len && (quoted || (text.at[i] != ',' && text.at[i] != '\n')); i++)
            if (text.at[i] == '"' && quoted && i + 1 < text.len && text.at[i + 1] == '"')
                buf_char(&cell, text.at[i++]);
            else if (text.at[i] == '"')
                quoted = !quoted;
            else if (text.at[i] != '\r')
                buf_char(&cell, text.at[i]);
        PUSH(a, &row, slice_copy(a, buf_slice(&cell)));
        buf_close(&cell);
        if (i < text.len && text.at[i] == ',')
            continue;
        PUSH(a, &list, row);
        row = (struct slices){ 0 };
    }
    *rows = list.at;
    *n = list.n;
}

static bool sample_table(struct house *h, const char *file, const char *into, struct slice *body, struct fault *f)
{
    struct slices *rows;
    size_t n;
    for (size_t i = 0; i < h->files.n; i++)
        if (slice_equal(h->files.at[i].name, slice_of(file))) {
            read_csv(&h->arena, h->files.at[i].bytes, &rows, &n);
            return table_command(&h->arena, rows, n, slice_of(into), slice_of(file), body, f);
        }
    return true;
}

static void take_files(struct house *h, const struct pack *pack)
{
    for (size_t i = 0; i < pack->n_files; i++) {
        struct pack_file file = { slice_copy(&h->arena, pack->files[i].name), slice_copy(&h->arena, pack->files[i].bytes) };
        PUSH(&h->arena, &h->files, file);
        if (slice_equal(file.name, S("pack.yaml")) || slice_starts(file.name, S("ledgers/")) || slice_starts(file.name, S("calendar/")))
            PUSH(&h->arena, &h->rules, file);
    }
}

/* A folder of stories is read like a pack, which it is not: only its files are wanted. */
static bool read_elsewhere(struct house *h, struct slice folder, struct pack_problems *problems, struct fault *f)
{
    struct pack other;
    struct pack_problems none = { 0 };
    bool whole = pack_open(slice_text(&h->arena, folder), &other, &none, f) || none.n;
    read_stories(h, problems, other.files, other.n_files, S(""));
    pack_close(&other);
    return whole;
}

bool house_open(struct house *h, struct slice folder, struct slice scenarios, struct pack_problems *problems, struct fault *f)
{
    struct pack pack;
    struct pack_problems broken = { 0 };
    *h = (struct house){ .now_ms = machine_world().now_ms };
    arena_open(&h->arena, 0);
    bool ok = pack_open(slice_text(&h->arena, folder), &pack, &broken, f);
    if (ok)
        take_files(h, &pack);
    pack_close(&pack);
    if (!ok || (scenarios.len && !read_elsewhere(h, scenarios, problems, f)))
        return false;
    if (!scenarios.len)
        read_stories(h, problems, h->files.at, h->files.n, S("scenarios/"));
    return (h->lexicon = lexicon_open(slice_text(&h->arena, slice_format(&h->arena, S_FMT "/lexicon", S_ARG(folder))), f))
        && sample_table(h, "sample/units.csv", "units", &h->units, f) && sample_table(h, "sample/people.csv", "people", &h->people, f)
        && sample_table(h, "sample/assignment-2025.csv", "precedent", &h->precedent, f);
}

void house_close(struct house *h)
{
    lexicon_close(h->lexicon);
    arena_close(&h->arena);
}
