/* cmd_pack_test.c: `taizhang pack test`, the stories of a pack; with --mutate, whether each would notice that its rule
 * is gone: the pack is changed as its breaks_when says, and then the stories of its mechanisms must fail, and no others. */
#include "cli/cmd_pack.h"
#include "cli/scenario.h"

#include <stdio.h>

struct running {
    struct house house;
    const struct pack_test_args *args;
    int64_t only;                    /* a mechanism; 0: all */
    size_t passed, failed;
    enum { NO_STORY, FAILED, PASSED } mechanisms[MECHANISMS + 1];
};

static bool is_about(const struct story *s, int64_t mechanism)
{
    for (size_t i = 0; i < s->n_mechanisms; i++)
        if (s->mechanisms[i] == mechanism)
            return true;
    return false;
}

static bool is_wanted(const struct running *r, const struct story *s)
{
    return !r->only || is_about(s, r->only);
}

static void put_head(const struct story *s)
{
    for (size_t i = 0; i < s->n_mechanisms; i++)
        printf("M%03d ", s->mechanisms[i]);
    printf(" " S_FMT "  ", S_ARG(s->name));
}

static void put_outcome(const struct story *s, const struct outcome *o)
{
    put_head(s);
    if (o->passed) {
        printf("pass  %zu steps  %lld ms\n", o->steps, (long long)o->took_ms);
        return;
    }
    if (o->step)
        printf("fail  step %zu", o->step);
    else
        printf("fail  %s", o->steps ? "after all steps" : "before the first step");
    printf("  " S_FMT "\n    expected " S_FMT "\n    got      " S_FMT "\n", S_ARG(o->what), S_ARG(o->expected), S_ARG(o->got));
}

/* ---------- the stories as they are ---------- */

static void note_mechanisms(struct running *r, const struct story *s, bool passed)
{
    for (size_t i = 0; i < s->n_mechanisms; i++)
        if (!passed || r->mechanisms[s->mechanisms[i]] == NO_STORY)
            r->mechanisms[s->mechanisms[i]] = passed ? PASSED : FAILED;
    passed ? r->passed++ : r->failed++;
}

static void play_all(struct running *r)
{
    const char *keep = r->args->keep.len ? slice_text(&r->house.arena, r->args->keep) : NULL;
    for (size_t i = 0; i < r->house.stories.n; i++) {
        const struct story *s = &r->house.stories.at[i];
        struct arena a;
        struct outcome o;
        if (!is_wanted(r, s))
            continue;
        arena_open(&a, 0);
        story_play(&r->house, s, &r->house.rules, keep, &a, &o);
        put_outcome(s, &o);
        note_mechanisms(r, s, o.passed);
        arena_close(&a);
    }
}

static bool put_mechanisms(const struct running *r)
{
    static const char *const words[] = { [NO_STORY] = "none", [FAILED] = "fail", [PASSED] = "pass" };
    bool every = true;
    for (int m = 1; m <= MECHANISMS; m++) {
        every = every && r->mechanisms[m] != NO_STORY;
        if (!r->only || r->only == m)
            printf("M%03d %s\n", m, words[r->mechanisms[m]]);
    }
    return every;
}

/* ---------- with a rule taken out ---------- */

static bool shares_mechanism(const struct story *a, const struct story *b)
{
    for (size_t i = 0; i < a->n_mechanisms; i++)
        if (is_about(b, a->mechanisms[i]))
            return true;
    return false;
}

/* How many stories did not do under the changed pack what they must. */
static size_t play_broken(struct running *r, const struct story *broken_by, const struct packs *rules)
{
    size_t wrong = 0;
    for (size_t i = 0; i < r->house.stories.n; i++) {
        const struct story *s = &r->house.stories.at[i];
        struct arena a;
        struct outcome o;
        arena_open(&a, 0);
        story_play(&r->house, s, rules, NULL, &a, &o);
        if (o.passed == shares_mechanism(broken_by, s)) {
            if (!wrong++)
                printf("wrong\n");
            printf("    " S_FMT "%s", S_ARG(s->name), o.passed ? " passes, though its rule is gone\n" : " fails, though its rule is untouched: ");
            if (!o.passed)
                printf("step %zu " S_FMT " expected " S_FMT " got " S_FMT "\n", o.step, S_ARG(o.what), S_ARG(o.expected), S_ARG(o.got));
        }
        arena_close(&a);
    }
    return wrong;
}

static size_t mutate(struct running *r, const struct story *s)
{
    const struct yaml *breaks = yaml_get(s->tree, S("breaks_when"));
    struct packs rules = r->house.rules;
    struct pack pack;
    struct pack_problems problems = { 0 };
    struct fault f;
    put_head(s);
    if (!breaks || breaks->kind != YAML_MAP || !breaks->first) {
        printf("wrong  no breaks_when\n");
        return 1;
    }
    for (const struct yaml *y = breaks->first; y; y = y->next) {
        struct packs next;
        if (!pack_break(&r->house.arena, &rules, y->key, y, &next)) {
            printf("wrong  no such place: " S_FMT "\n", S_ARG(y->key));
            return 1;
        }
        rules = next;
    }
    bool sound = pack_from_files(rules.at, rules.n, &pack, &problems, &f);
    if (!sound)
        printf("wrong  the changed pack is no pack: " S_FMT "\n", S_ARG(problems.n ? problems.at[0].cause : S("")));
    pack_close(&pack);
    size_t wrong = sound ? play_broken(r, s, &rules) : 1;
    if (!wrong)
        printf("noticed  " S_FMT "\n", S_ARG(breaks->first->key));
    return wrong;
}

static void mutate_all(struct running *r)
{
    for (size_t i = 0; i < r->house.stories.n; i++)
        if (is_wanted(r, &r->house.stories.at[i]))
            mutate(r, &r->house.stories.at[i]) ? r->failed++ : r->passed++;
}

/* ---------- the command ---------- */

static int run(struct app *app, struct running *r)
{
    size_t wanted = 0;
    for (size_t i = 0; i < r->house.stories.n; i++)
        wanted += is_wanted(r, &r->house.stories.at[i]);
    if (!wanted)
        return app_usage(app, "没有这样的故事");
    if (r->args->keep.len && (wanted != 1 || r->args->mutate))
        return app_usage(app, "--keep 只能留下一个故事的台账：请用 --only 选一个");
    if (r->args->mutate) {
        mutate_all(r);
        printf("%zu noticed, %zu wrong\n", r->passed, r->failed);
        return r->failed ? EXIT_REFUSED : EXIT_DONE;
    }
    play_all(r);
    bool every = put_mechanisms(r);
    printf("%zu passed, %zu failed\n", r->passed, r->failed);
    return r->failed || (r->args->all && !every) ? EXIT_REFUSED : EXIT_DONE;
}

int pack_test(struct app *app, struct slice folder, const struct pack_test_args *args)
{
    struct running r = { .args = args };
    struct pack_problems problems = { 0 };
    struct fault f;
    if (args->only.len && (!slice_starts(args->only, S("M")) || !slice_int(slice_from(args->only, 1), &r.only) || r.only < 1 || r.only > MECHANISMS))
        return app_usage(app, "--only 应如 M031");
    bool open = house_open(&r.house, folder, args->scenarios, &problems, &f);
    for (size_t i = 0; i < problems.n; i++)
        printf(S_FMT ":%d: " S_FMT "\n", S_ARG(problems.at[i].file), problems.at[i].line, S_ARG(problems.at[i].cause));
    int code = !open ? app_fault(app, &f) : problems.n ? EXIT_REFUSED : run(app, &r);
    house_close(&r.house);
    return code;
}
