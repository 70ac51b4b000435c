/* county.c: see county.h. */
#include "county.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

static int64_t clock_of(void *context)
{
    struct county *c = context;
    return c->now_ms += c->step_ms;
}

static void random_of(void *context, void *bytes, size_t n)
{
    struct county *c = context;
    unsigned char key[randombytes_SEEDBYTES] = { 0 };
    memcpy(key, &c->seed, sizeof c->seed);
    memcpy(key + sizeof c->seed, &c->drawn, sizeof c->drawn);
    c->drawn++;
    randombytes_buf_deterministic(bytes, n, key);
}

static void county_make(struct county *c, uint64_t seed, int64_t now_ms)
{
    if (sodium_init() < 0)
        abort();
    *c = (struct county){ .seed = seed, .now_ms = now_ms, .step_ms = 1000 };
    c->world = (struct world){ c, clock_of, random_of };
    arena_open(&c->arena, 0);
}

static const char people[] =
    "{\"do\":\"people\",\"units\":["
    "{\"code\":\"D\",\"name\":\"督查室\",\"parent\":\"青河县\"},{\"code\":\"F\",\"name\":\"发展和改革局\",\"short\":\"发改局\",\"parent\":\"青河县\"},"
    "{\"code\":\"Z\",\"name\":\"住房和城乡建设局\",\"short\":\"住建局\",\"parent\":\"青河县\"}],\"persons\":["
    "{\"name\":\"张敏\",\"unit\":\"督查室\",\"login\":\"zhangmin\",\"duties\":\"supervisor:督查室\"},"
    "{\"name\":\"李强\",\"unit\":\"发改局\",\"login\":\"liqiang\",\"duties\":\"liaison:发改局\"},"
    "{\"name\":\"王芳\",\"unit\":\"住建局\",\"login\":\"wangfang\",\"duties\":\"liaison:住建局\"},"
    "{\"name\":\"赵明\",\"unit\":\"青河县\",\"login\":\"zhaoming\",\"duties\":\"leader:青河县\"}]}";

bool county_begin(struct county *c, const char *path, struct ledger_options o, uint64_t seed, struct fault *f)
{
    struct ledger_new what = { .county = 150999, .name = S("青河县"), .pack_folder = TEST_PACK, .algorithm = "sha256" };
    county_make(c, seed, day_start_ms(day_of(2026, 3, 2)) + 9 * 3600 * 1000);
    if (!ledger_begin(path, &what, &c->world, o, &c->ledger, &c->arena, &c->admin, &c->password, f))
        return false;
    bool ok = county_do(c, "admin", "%s", people);
    *f = c->last.fault;
    return ok;
}

bool county_open(struct county *c, const char *path, struct ledger_options o, uint64_t seed, int64_t now_ms, struct fault *f)
{
    county_make(c, seed, now_ms);
    return ledger_open(path, &c->world, o, &c->ledger, f);
}

void county_end(struct county *c)
{
    ledger_close(c->ledger);
    arena_close(&c->arena);
    c->ledger = NULL;
}

struct slice county_account(struct county *c, const char *login)
{
    const struct account *a = people_login(c->ledger->people, slice_of(login));
    return a ? slice_copy(&c->arena, a->id) : S("");
}

bool county_do(struct county *c, const char *login, const char *format, ...)
{
    struct json *body;
    va_list args;
    char text[8192];
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->last = (struct command){ .account = county_account(c, login), .arena = &c->arena, .done = c->done, .context = c->done_context };
    if (n < 0 || (size_t)n >= sizeof text)
        return fault_set(&c->last.fault, FAULT_USAGE, "too-large", S("8 KB"), S(""));
    c->last.body_text = slice_copy(&c->arena, slice_of(text));
    if (!json_parse(&c->arena, c->last.body_text, &body, &c->last.fault))
        return false;
    c->last.body = body;
    return command_do(c->ledger, &c->last);
}

const char *county_file(struct county *c, const char *text)
{
    struct slice hash;
    struct fault f;
    return file_put(c->ledger, &c->arena, slice_of(text), &hash, &f) ? slice_text(&c->arena, hash) : "";
}

const char *county_say(const struct county *c)
{
    return c->last.fault.code ? c->last.fault.code : "accepted";
}

static bool task_round(struct county *c, int n)
{
    char text[100];
    snprintf(text, sizeof text, "第%d号佐证：道路竣工验收单", n);
    const char *proof = county_file(c, text);
    if (!county_do(c, "zhangmin", "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"修通%d号通村路\",\"lead\":\"发改局\",\"support\":[\"住建局\"],"
            "\"leader\":\"赵明\",\"due\":\"2026-11-30\",\"target\":\"%d公里\"}}", n, n))
        return false;
    int64_t id = c->last.entry;
    return county_do(c, "liqiang", "{\"do\":\"sign\",\"entry\":%lld}", (long long)id)
        && county_do(c, "wangfang", "{\"do\":\"return\",\"entry\":%lld,\"note\":\"不属于我局职责\"}", (long long)id)
        && county_do(c, "zhangmin", "{\"do\":\"rule\",\"entry\":%lld,\"unit\":\"住建局\",\"ruling\":\"keep\",\"note\":\"按三定方案\"}", (long long)id)
        && county_do(c, "liqiang", "{\"do\":\"plan\",\"entry\":%lld,\"milestones\":[{\"title\":\"开工\",\"due\":\"2026-05-01\",\"percent\":20},"
                                   "{\"title\":\"竣工\",\"due\":\"2026-10-31\",\"percent\":100}]}", (long long)id)
        && county_do(c, "liqiang", "{\"do\":\"report\",\"entry\":%lld,\"progress\":\"35.5\",\"set\":{\"done_so_far\":\"路基完成\"},"
                                   "\"proofs\":[{\"hash\":\"%s\",\"name\":\"验收单.pdf\"}]}", (long long)id, proof)
        && county_do(c, "zhaoming", "{\"do\":\"line\",\"entry\":%lld,\"lines\":\"instructions\",\"set\":{\"text\":\"抓紧\",\"until\":\"2026-10-20\"}}", (long long)id)
        && county_do(c, "liqiang", "{\"do\":\"ask\",\"entry\":%lld,\"ask\":\"extension\",\"set\":{\"until\":\"2026-12-10\",\"reason\":\"雨季\"}}", (long long)id)
        && county_do(c, "zhangmin", "{\"do\":\"answer\",\"entry\":%lld,\"grant\":true}", (long long)id)
        && county_do(c, "zhangmin", "{\"do\":\"set\",\"entry\":%lld,\"set\":{\"target\":\"%d.5公里\"}}", (long long)id, n)
        && county_do(c, "liqiang", "{\"do\":\"move\",\"entry\":%lld,\"move\":\"submit\",\"proofs\":[{\"hash\":\"%s\",\"name\":\"竣工.jpg\"}]}", (long long)id, proof)
        && county_do(c, "zhangmin", "{\"do\":\"move\",\"entry\":%lld,\"move\":\"close\"}", (long long)id);
}

static bool report_round(struct county *c, int n)
{
    char text[200];
    snprintf(text, sizeof text, "政府工作报告（%d）\n新建标准化厂房%d万平方米。改造老旧小区%d个。", n, n + 3, n + 5);
    const char *document = county_file(c, text), *paper = county_file(c, "任务分工方案");
    if (!county_do(c, "zhangmin", "{\"do\":\"import\",\"document\":{\"hash\":\"%s\",\"text_hash\":\"%s\",\"name\":\"报告%d.txt\",\"title\":\"政府工作报告\",\"year\":2026,"
            "\"sections\":[{\"id\":0,\"parent\":-1,\"level\":1,\"label\":\"一\",\"heading\":\"重点工作\",\"part\":\"plan\",\"start\":0,\"end\":60}],\"terms\":[]},"
            "\"drafts\":[{\"ledger\":\"tasks\",\"section_id\":0,\"start\":10,\"end\":40,\"set\":{\"title\":\"新建标准化厂房%d万平方米\"}},"
            "{\"ledger\":\"tasks\",\"section_id\":0,\"start\":40,\"end\":60,\"set\":{\"title\":\"改造老旧小区%d个\"}}]}", document, document, n, n + 3, n + 5))
        return false;
    long long first = c->last.first + 1, second = c->last.first + 2;
    return county_do(c, "zhangmin", "{\"do\":\"set\",\"entries\":[%lld,%lld],\"set\":{\"lead\":\"住建局\",\"due\":\"2026-12-20\"}}", first, second)
        && county_do(c, "zhangmin", "{\"do\":\"issue\",\"entries\":[%lld,%lld]}", first, second)
        && county_do(c, "zhangmin", "{\"do\":\"paper\",\"paper\":\"assignment\",\"title\":\"任务分工\",\"count\":2,\"proofs\":[{\"hash\":\"%s\",\"name\":\"分工.docx\"}]}", paper);
}

bool county_round(struct county *c, int n)
{
    bool ok = task_round(c, n) && report_round(c, n);
    c->now_ms += 26 * 3600 * (int64_t)1000; /* the next round is on another day */
    return ok;
}
