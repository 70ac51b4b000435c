/* T1, kill at every I/O, and T2, power cut.
 *
 *   test_crash kill RANDOM    every point of one command of each kind, then RANDOM runs of all of them, killed anywhere
 *   test_crash cut RUNS       the same, killed anywhere, and then a random half of what was not flushed is taken away
 *
 * A child works on a copy of a ledger and writes down each answer in a pipe; it is killed at its nth write, flush,
 * truncation, rename or new name (disk.h). The parent opens what is left. Then must hold: what was answered is there,
 * once; what was not is there wholly or not at all; sent again with the same keys everything is done once; verify finds
 * nothing, files and their hashes among it; the tables folded anew are the same.
 *
 * Both show that they can find a loss: answering before the commit for T1, synchronous=NORMAL for T2. */
#include "county.h"
#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------- the script: one command of each kind, over and over ---------- */

enum special { COMMAND, NOTE, WAL, BACKUP };
struct step {
    const char *name, *login, *json; /* %1 the number of the task, %2 a hash, %3 and %4 two drafts */
    const char *file;
    enum special special;
};
static const struct step steps[] = {
    { "open", "zhangmin", "{\"do\":\"open\",\"ledger\":\"tasks\",\"set\":{\"title\":\"修通村路\",\"lead\":\"发改局\",\"support\":[\"住建局\"],\"due\":\"2026-11-30\"}", NULL, COMMAND },
    { "sign", "liqiang", "{\"do\":\"sign\",\"entry\":\"%1\"", NULL, COMMAND },
    { "plan", "liqiang", "{\"do\":\"plan\",\"entry\":\"%1\",\"milestones\":[{\"title\":\"开工\",\"due\":\"2026-05-01\",\"percent\":20}]", NULL, COMMAND },
    { "report", "liqiang", "{\"do\":\"report\",\"entry\":\"%1\",\"progress\":\"35.5\",\"proofs\":[{\"hash\":\"%2\",\"name\":\"a.pdf\"}]", "路基照片", COMMAND },
    { "set", "zhangmin", "{\"do\":\"set\",\"entry\":\"%1\",\"set\":{\"due\":\"2026-12-01\"}", NULL, COMMAND },
    { "move", "liqiang", "{\"do\":\"move\",\"entry\":\"%1\",\"move\":\"submit\",\"proofs\":[{\"hash\":\"%2\",\"name\":\"b.jpg\"}]", "竣工验收单", COMMAND },
    { "close", "zhangmin", "{\"do\":\"move\",\"entry\":\"%1\",\"move\":\"close\"", NULL, COMMAND },
    { "import", "zhangmin", "{\"do\":\"import\",\"document\":{\"hash\":\"%2\",\"text_hash\":\"%2\",\"name\":\"r.txt\",\"title\":\"报告\",\"year\":2026,\"sections\":[],\"terms\":[]},"
                            "\"drafts\":[{\"ledger\":\"tasks\",\"section_id\":-1,\"start\":1,\"end\":9,\"set\":{\"title\":\"甲\"}},"
                            "{\"ledger\":\"tasks\",\"section_id\":-1,\"start\":9,\"end\":19,\"set\":{\"title\":\"乙\"}}]", "政府工作报告", COMMAND },
    { "fill", "zhangmin", "{\"do\":\"set\",\"entries\":[%3,%4],\"set\":{\"lead\":\"住建局\",\"due\":\"2026-12-20\"}", NULL, COMMAND },
    { "issue", "zhangmin", "{\"do\":\"issue\",\"entries\":[%3,%4]", NULL, COMMAND },
    { "paper", "zhangmin", "{\"do\":\"paper\",\"paper\":\"assignment\",\"title\":\"分工\",\"count\":2,\"proofs\":[{\"hash\":\"%2\",\"name\":\"c.docx\"}]", "任务分工", COMMAND },
    { "note", NULL, NULL, NULL, NOTE },
    { "checkpoint", NULL, NULL, NULL, WAL },
    { "backup", NULL, NULL, NULL, BACKUP },
};
enum { STEPS = COUNT(steps), ROUNDS = 3, ALL = STEPS * ROUNDS };

struct run { /* of the script on one ledger */
    struct county county;
    const char *path;
    int ack; /* the pipe; -1: nobody listens */
    int at;
    bool record; /* keep what was sent, for those who send without waiting for the answer before */
};
static char sent_texts[ALL][1200]; /* the same in every run: numbers and drafts come out alike */

static void answered(struct command *c)
{
    const struct run *r = c->context;
    if (r->ack >= 0 && write(r->ack, &r->at, sizeof r->at) != sizeof r->at)
        _exit(6);
}

static int64_t draft(struct run *r, int round, int which)
{
    struct rows rows;
    struct fault f;
    int64_t id = 0;
    store_ask_text(r->county.ledger->conn, S("SELECT entry FROM entry WHERE county = ?1 AND document = (SELECT document FROM document ORDER BY document LIMIT 1 OFFSET ?2)"
                                                  " ORDER BY entry LIMIT 1 OFFSET ?3"),
        ARGS(v_int(r->county.ledger->county), v_int(round), v_int(which)), &rows, &f);
    if (rows_next(&rows))
        id = rows_int(&rows, 0);
    return rows_end(&rows) ? id : 0;
}

static void put_json(struct run *r, struct buf *b, const char *json, int round, const char *hash)
{
    for (const char *c = json; *c; c++) {
        if (*c != '%') {
            buf_char(b, *c);
            continue;
        }
        switch (*++c) {
        case '1': buf_format(b, "R2026-%04d", 1 + 3 * round); break;
        case '2': buf_text(b, hash); break;
        default: buf_int(b, draft(r, round, *c - '3'));
        }
    }
    buf_format(b, ",\"key\":\"%032x\"}", r->at + 1);
}

static bool do_command(struct run *r, const struct step *step, int round)
{
    char text[100];
    const char *hash = "";
    struct buf b = buf_open(8000);
    snprintf(text, sizeof text, "%s，第%d轮", step->file ? step->file : "", round);
    if (step->file)
        hash = county_file(&r->county, text);
    put_json(r, &b, step->json, round, hash);
    buf_char(&b, 0);
    if (r->record && !b.failed)
        snprintf(sent_texts[r->at], sizeof sent_texts[0], "%s", b.at);
    bool ok = !b.failed && county_do(&r->county, step->login, "%s", b.at);
    buf_close(&b);
    return ok;
}

/* What else is answered for: a note in the audit log, the store's own checkpoint, a backup. */
static bool do_special(struct run *r, const struct step *step)
{
    struct ledger *l = r->county.ledger;
    struct rows rows;
    struct fault f;
    char file[200];
    bool ok;
    switch (step->special) {
    case NOTE: ok = audit_note(l, S("x"), "export", S("tasks"), S(""), S("192.0.2.1"), &f); break;
    case WAL:
        store_ask_text(l->conn, S("PRAGMA wal_checkpoint(TRUNCATE)"), NULL, 0, &rows, &f);
        while (rows_next(&rows)) { }
        ok = rows_end(&rows);
        break;
    case BACKUP:
        snprintf(file, sizeof file, "%s.backup-%d", r->path, r->at);
        unlink(file);
        ok = ledger_backup(l, file, &f);
        break;
    default: ok = false;
    }
    struct command told = { .context = r };
    if (ok)
        answered(&told);
    return ok;
}

static bool do_step(struct run *r, int at)
{
    const struct step *step = &steps[at % STEPS];
    r->at = at;
    r->county.done = answered;
    r->county.done_context = r;
    bool ok = step->special == COMMAND ? do_command(r, step, at / STEPS) : do_special(r, step);
    if (!ok)
        fprintf(stderr, "step %d (%s) refused: %s %s\n", at, step->name, county_say(&r->county), r->county.last.fault.detail);
    return ok;
}

/* ---------- the same through the queue: several commands share a commit ---------- */

struct burst {
    struct run *run;
    pthread_mutex_t gate;
    pthread_cond_t less;
    int waiting;
};
struct sent { struct command c; struct burst *burst; int at; };

static void answered_by_the_writer(struct command *c)
{
    struct sent *s = c->context;
    const struct run *r = s->burst->run;
    if (!c->ok || write(r->ack, &s->at, sizeof s->at) != sizeof s->at)
        _exit(6);
    pthread_mutex_lock(&s->burst->gate);
    s->burst->waiting--;
    pthread_cond_signal(&s->burst->less);
    pthread_mutex_unlock(&s->burst->gate);
}

static void wait_for(struct burst *b, int at_most)
{
    pthread_mutex_lock(&b->gate);
    while (b->waiting > at_most)
        pthread_cond_wait(&b->less, &b->gate);
    pthread_mutex_unlock(&b->gate);
}

static bool send_step(struct burst *b, int at)
{
    struct county *c = &b->run->county;
    struct sent *s = NEW(&c->arena, struct sent, 1);
    struct json *body;
    char text[100];
    if (steps[at % STEPS].file) {
        snprintf(text, sizeof text, "%s，第%d轮", steps[at % STEPS].file, at / STEPS);
        county_file(c, text);
    }
    *s = (struct sent){ .burst = b, .at = at };
    struct arena *own = NEW(&c->arena, struct arena, 1); /* the writer's thread works in it */
    arena_open(own, 0);
    s->c = (struct command){ .account = county_account(c, steps[at % STEPS].login), .arena = own, .body_text = slice_of(sent_texts[at]), .done = answered_by_the_writer,
        .context = s };
    if (!json_parse(own, s->c.body_text, &body, &s->c.fault))
        return false;
    s->c.body = body;
    pthread_mutex_lock(&b->gate);
    b->waiting++;
    pthread_mutex_unlock(&b->gate);
    return writer_send(c->ledger, &s->c);
}

static bool do_all_by_the_writer(struct run *r, int width)
{
    struct burst b = { .run = r };
    struct fault f;
    pthread_mutex_init(&b.gate, NULL);
    pthread_cond_init(&b.less, NULL);
    bool ok = writer_start(r->county.ledger, &f);
    for (int i = 0; ok && i < ALL; i++) {
        if (steps[i % STEPS].special == COMMAND) {
            wait_for(&b, width - 1);
            ok = send_step(&b, i);
        } else {
            wait_for(&b, 0);
            ok = do_step(r, i);
        }
    }
    wait_for(&b, 0);
    writer_stop(r->county.ledger);
    return ok;
}

/* ---------- folders ---------- */

struct test {
    char folder[64], base[100], work[100], path[120];
    uint64_t seed;
    long points, runs, acknowledged, lost, torn, unsound, sectors;
    bool quiet;
};

static void shell(const char *format, const char *one, const char *other)
{
    char command[400];
    snprintf(command, sizeof command, format, one, other);
    if (system(command)) {
        fprintf(stderr, "crash: %s\n", command);
        exit(3);
    }
}

static void fail(const char *what, const struct fault *f)
{
    fprintf(stderr, "crash: %s: %s %s\n", what, f->code ? f->code : "", f->detail);
    exit(3);
}

static int64_t now_of(int hour)
{
    return day_start_ms(day_of(2026, 3, 2)) + (9 + hour) * 3600 * (int64_t)1000;
}

static void make_base(struct test *t)
{
    struct county c;
    struct fault f;
    char path[160];
    shell("rm -rf '%s' && mkdir '%s'", t->base, t->base);
    snprintf(path, sizeof path, "%s/county.db", t->base);
    if (!county_begin(&c, path, (struct ledger_options){ 0 }, 5, &f))
        fail("begin", &f);
    county_end(&c);
}

static void advance_base(struct test *t, int from, int to)
{
    struct run r = { .ack = -1 };
    struct fault f;
    char path[160];
    snprintf(path, sizeof path, "%s/county.db", t->base);
    r.path = path;
    if (!county_open(&r.county, path, (struct ledger_options){ 0 }, 6, now_of(1), &f))
        fail("open the base", &f);
    for (int i = from; i < to; i++)
        if (!do_step(&r, i))
            exit(3);
    county_end(&r.county);
}

/* ---------- the child ---------- */

static void work(struct test *t, struct ledger_options o, int from, int to, long kill_at, int ack)
{
    struct run r = { .ack = ack, .path = t->path };
    struct fault f;
    o.store.vfs = "disk";
    disk_arm(t->work, kill_at, kill_at / 2 % 2);
    if (!county_open(&r.county, t->path, o, (uint64_t)(from + 100), now_of(2), &f))
        _exit(5);
    if (to - from == ALL && kill_at % 2) { /* every other run through the queue, up to six at once */
        if (!do_all_by_the_writer(&r, 1 + (int)(kill_at % 6)))
            _exit(5);
    } else {
        for (int i = from; i < to; i++)
            if (!do_step(&r, i))
                _exit(5);
    }
    county_end(&r.county);
    _exit(0);
}

/* True where the child was killed; `acked` says what it was answered. */
static bool run_child(struct test *t, struct ledger_options o, int from, int to, long kill_at, bool acked[ALL])
{
    int ends[2], at, status;
    shell("rm -rf '%s'%s", t->work, "");
    shell("cp -a '%s' '%s'", t->base, t->work);
    memset(acked, 0, ALL * sizeof *acked);
    if (pipe(ends))
        exit(3);
    pid_t child = fork();
    if (!child) {
        close(ends[0]);
        work(t, o, from, to, kill_at, ends[1]);
    }
    close(ends[1]);
    while (read(ends[0], &at, sizeof at) == sizeof at) {
        acked[at] = true;
        t->acknowledged++;
    }
    close(ends[0]);
    waitpid(child, &status, 0);
    disk_disarm();
    t->runs++;
    if (WIFEXITED(status) && WEXITSTATUS(status)) {
        fprintf(stderr, "crash: the child failed (%d) at %ld\n", WEXITSTATUS(status), kill_at);
        exit(3);
    }
    return WIFSIGNALED(status);
}

/* ---------- what is left ---------- */

static bool present(struct run *r, int at, int64_t *first, int64_t *last)
{
    unsigned char key[KEY_BYTES] = { 0 };
    struct rows rows;
    struct fault f;
    bool found;
    key[KEY_BYTES - 1] = (unsigned char)(at + 1);
    store_ask(r->county.ledger->conn, SQL_ANSWER_GET, ARGS(v_int(r->county.ledger->county), v_text(county_account(&r->county, steps[at % STEPS].login)),
        v_blob(((struct slice){ (const char *)key, sizeof key }))), &rows, &f);
    found = rows_next(&rows);
    if (found) {
        *first = rows_int(&rows, 1);
        *last = rows_int(&rows, 2);
    }
    return rows_end(&rows) && found;
}

static void tell(struct test *t, const char *what, int step, long kill_at, long *count)
{
    ++*count;
    if (!t->quiet)
        printf("%s: step %d (%s), killed at %ld\n", what, step, steps[step % STEPS].name, kill_at);
}

static bool clean(struct run *r, struct verdict *v)
{
    struct fault f;
    if (!ledger_verify(r->county.ledger, &r->county.arena, S(""), v, &f)) {
        v->what = f.code;
        v->where = slice_copy(&r->county.arena, slice_of(f.detail));
    }
    return !v->what;
}

static bool backup_holds(struct test *t, int at)
{
    struct fault f;
    char file[200], restored[200], command[500];
    snprintf(file, sizeof file, "%s.backup-%d", t->path, at);
    if (access(file, F_OK))
        return false;
    snprintf(restored, sizeof restored, "%s.restored", t->path);
    snprintf(command, sizeof command, "rm -rf '%s' '%s.files' '%s.key'", restored, restored, restored);
    if (system(command))
        exit(3);
    return ledger_restore(file, restored, &f) || (fprintf(stderr, "restore: %s %s\n", f.code, f.detail), false);
}

static void look_at_answers(struct test *t, struct run *r, int from, int to, const bool acked[ALL], long kill_at, int64_t base_size, int64_t base_notes)
{
    int64_t last_seen = base_size;
    for (int i = from; i < to; i++) {
        int64_t first = 0, last = 0;
        enum special special = steps[i % STEPS].special;
        if (special == NOTE && acked[i] && r->county.ledger->heads[LOG_AUDIT].size <= base_notes)
            tell(t, "lost note", i, kill_at, &t->lost);
        if (special == BACKUP && acked[i] && !backup_holds(t, i))
            tell(t, "lost backup", i, kill_at, &t->lost);
        if (special != COMMAND)
            continue;
        bool there = present(r, i, &first, &last);
        if (acked[i] && !there)
            tell(t, "lost", i, kill_at, &t->lost);
        if (there && first != last_seen + 1)
            tell(t, "torn", i, kill_at, &t->torn);
        if (there)
            last_seen = last;
    }
    if (r->county.ledger->heads[LOG_MAIN].size != last_seen)
        tell(t, "half a command", to - 1, kill_at, &t->torn);
}

struct base { int64_t size, notes, full; }; /* before and after the script, where nothing is killed */

/* Opens what is left, looks, sends all again, looks again. Gives the size of the log at the end. */
static int64_t look_after(struct test *t, int from, int to, const bool acked[ALL], long kill_at, struct base base)
{
    struct run r = { .ack = -1, .path = t->path, .record = !base.full };
    struct fault f;
    struct verdict v;
    if (!county_open(&r.county, t->path, (struct ledger_options){ 0 }, 9, now_of(4), &f)) {
        tell(t, f.code, from, kill_at, &t->unsound);
        return 0;
    }
    if (base.full)
        look_at_answers(t, &r, from, to, acked, kill_at, base.size, base.notes);
    if (!clean(&r, &v))
        tell(t, v.what, from, kill_at, &t->unsound);
    for (int i = from; i < to; i++) {
        bool was_there = steps[i % STEPS].special == COMMAND && present(&r, i, &(int64_t){ 0 }, &(int64_t){ 0 });
        if (!do_step(&r, i))
            tell(t, "refused when sent again", i, kill_at, &t->unsound);
        else if (was_there && !r.county.last.repeated)
            tell(t, "done twice", i, kill_at, &t->unsound);
    }
    int64_t size = r.county.ledger->heads[LOG_MAIN].size;
    if (base.full && size != base.full)
        tell(t, "another log than without the kill", to - 1, kill_at, &t->unsound);
    if (!clean(&r, &v))
        tell(t, v.what, to - 1, kill_at, &t->unsound);
    county_end(&r.county);
    return size;
}

static struct base base_of(struct test *t, int from, int to, long *points)
{
    struct base b = { 0 };
    struct county c;
    struct fault f;
    bool acked[ALL];
    char path[160];
    snprintf(path, sizeof path, "%s/county.db", t->base);
    if (!county_open(&c, path, (struct ledger_options){ 0 }, 3, now_of(1), &f))
        fail("open the base", &f);
    b.size = c.ledger->heads[LOG_MAIN].size;
    b.notes = c.ledger->heads[LOG_AUDIT].size;
    county_end(&c);
    if (run_child(t, (struct ledger_options){ 0 }, from, to, 0, acked))
        exit(3);
    *points = disk_points();
    int64_t full = look_after(t, from, to, acked, 0, b);
    b.full = full;
    return b;
}

/* ---------- T1 ---------- */

/* Every point of each step alone. */
static void each_point(struct test *t, struct ledger_options o, int steps_to_try)
{
    bool acked[ALL];
    make_base(t);
    for (int i = 0; i < steps_to_try; i++) {
        long points, before = t->points;
        struct base b = base_of(t, i, i + 1, &points);
        for (long n = 1; n <= points && run_child(t, o, i, i + 1, n, acked); n++) {
            t->points++;
            look_after(t, i, i + 1, acked, n, b);
        }
        if (!t->quiet)
            printf("  %-10s %ld points\n", steps[i].name, t->points - before);
        advance_base(t, i, i + 1);
    }
}

/* The whole script, stopped anywhere; `cut` takes away half of what was not flushed. */
static void anywhere(struct test *t, struct ledger_options o, long runs, bool cut)
{
    long points;
    bool acked[ALL];
    make_base(t);
    struct base b = base_of(t, 0, ALL, &points);
    for (long i = 0; t->points < runs && i < 3 * runs; i++) { /* some end before the point comes */
        t->seed = t->seed * 6364136223846793005u + 1442695040888963407u;
        long n = 1 + (long)((t->seed >> 33) % (uint64_t)points);
        if (!run_child(t, o, 0, ALL, n, acked))
            continue;
        t->points++;
        if (cut)
            t->sectors += disk_cut(t->seed);
        if (cut)
            shell("rm -f '%s-shm'%s", t->path, "");
        look_after(t, 0, ALL, acked, n, b);
    }
}

static void report(const struct test *t, const char *name)
{
    printf("%s: %ld runs, %ld points, %ld answers, %ld sectors and names taken away; lost %ld, torn %ld, unsound %ld\n", name, t->runs, t->points, t->acknowledged,
        t->sectors, t->lost, t->torn, t->unsound);
}

static bool kept(const struct test *t)
{
    return t->points > 0 && t->acknowledged > 0 && !t->lost && !t->torn && !t->unsound;
}

static struct test begin(uint64_t seed, bool quiet)
{
    struct test t = { .seed = seed, .quiet = quiet };
    snprintf(t.folder, sizeof t.folder, "/tmp/taizhang-crash-XXXXXX");
    if (!mkdtemp(t.folder))
        exit(3);
    snprintf(t.base, sizeof t.base, "%s/base", t.folder);
    snprintf(t.work, sizeof t.work, "%s/work", t.folder);
    snprintf(t.path, sizeof t.path, "%s/county.db", t.work);
    return t;
}

static void end(struct test *t)
{
    shell("rm -rf '%s'%s", t->folder, "");
}

static bool kill_everywhere(long runs, uint64_t seed)
{
    struct test t = begin(seed, false), sabotaged = begin(seed, true);
    each_point(&t, (struct ledger_options){ 0 }, STEPS);
    anywhere(&t, (struct ledger_options){ 0 }, runs, false);
    report(&t, "T1 kill at every I/O");
    each_point(&sabotaged, (struct ledger_options){ .sabotage_answer_early = true }, 1);
    report(&sabotaged, "  with the answer before the commit");
    bool ok = kept(&t) && sabotaged.lost > 0;
    end(&t);
    end(&sabotaged);
    return ok;
}

static bool cut_anywhere(long runs, uint64_t seed)
{
    struct test t = begin(seed, false), sabotaged = begin(seed, true);
    anywhere(&t, (struct ledger_options){ 0 }, runs, true);
    report(&t, "T2 power cut");
    anywhere(&sabotaged, (struct ledger_options){ .store.unsafe_normal = true }, runs < 40 ? 40 : runs / 4, true);
    report(&sabotaged, "  with synchronous=NORMAL");
    bool ok = kept(&t) && t.sectors > 0 && sabotaged.lost > 0;
    end(&t);
    end(&sabotaged);
    return ok;
}

int main(int argc, char **argv)
{
    long runs = argc > 2 ? atol(argv[2]) : 200;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 20260302;
    bool cut = argc > 1 && !strcmp(argv[1], "cut");
    setvbuf(stdout, NULL, _IOLBF, 0);
    disk_begin();
    printf("seed %llu\n", (unsigned long long)seed);
    bool ok = cut ? cut_anywhere(runs, seed) : kill_everywhere(runs, seed);
    printf("%s\n", ok ? "1 passed, 0 failed" : "0 passed, 1 FAILED");
    return !ok;
}
