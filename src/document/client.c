/* client.c: starts taizhang-document, hands it one message, takes one message back, and sees that it is gone.
 *
 * The child gets two pipes, no environment and no other descriptor. A timer descriptor is the absolute deadline;
 * whatever happens the child is killed by its pid and waited for before a call returns, so no call leaves a process.
 * Nothing here is shared between threads: every descriptor is close-on-exec from birth, no signal handler is set, and
 * SIGPIPE of a child that did not wait for all its input is taken up in the thread that caused it. */
#include "document/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

bool document_find(struct arena *a, struct document_reader *r, struct fault *f)
{
    const char *said = getenv("TAIZHANG_DOCUMENT");
    if (said && *said) {
        r->program = slice_text(a, slice_of(said));
    } else {
        char self[PATH_MAX];
        ssize_t len = readlink("/proc/self/exe", self, sizeof self);
        const char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;
        size_t folder = slash ? (size_t)(slash - self) : 0;
        r->program = slice_format(a, "%.*s/taizhang-document", (int)folder, self).at;
    }
    if (access(r->program, X_OK))
        return fault_set(f, FAULT_BROKEN, "document-program-missing", slice_of(r->program), S(""));
    return true;
}

/* ---------- one child ---------- */

struct child {
    pid_t pid;
    int to, from, timer; /* our ends; -1 when closed */
};

/* Never 0, 1 or 2: those the child's own ends are put on. */
static int raise_descriptor(int fd)
{
    if (fd < 0 || fd > 2)
        return fd;
    int raised = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return raised;
}

static bool make_pipe(int ends[2])
{
    ends[0] = ends[1] = -1;
    if (pipe2(ends, O_CLOEXEC))
        return false;
    ends[0] = raise_descriptor(ends[0]);
    ends[1] = raise_descriptor(ends[1]);
    return ends[0] >= 0 && ends[1] >= 0;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int spawn(pid_t *pid, const char *program, int in, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    if ((error = posix_spawnattr_init(&how))) {
        posix_spawn_file_actions_destroy(&files);
        return error;
    }
    if (!(error = posix_spawn_file_actions_adddup2(&files, in, 0)) &&
        !(error = posix_spawn_file_actions_adddup2(&files, out, 1)) &&
        !(error = posix_spawn_file_actions_addclosefrom_np(&files, 3)) &&
        !(error = posix_spawnattr_setsigmask(&how, &none)) && !(error = posix_spawnattr_setsigdefault(&how, &all)) &&
        !(error = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))
        error = posix_spawn(pid, program, &files, &how, (char *[]){ (char[]){ "taizhang-document" }, NULL },
            (char *[]){ NULL });
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static bool start(struct child *c, const char *program, struct fault *f)
{
    int in[2], out[2] = { -1, -1 }, error = 0;
    struct itimerspec deadline = { .it_value.tv_sec = DOCUMENT_SECONDS_MAX };
    *c = (struct child){ .to = -1, .from = -1 };
    c->timer = raise_descriptor(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    if (!make_pipe(in) || !make_pipe(out) || c->timer < 0 || timerfd_settime(c->timer, 0, &deadline, NULL) ||
        fcntl(in[1], F_SETFL, O_NONBLOCK) || fcntl(out[0], F_SETFL, O_NONBLOCK))
        error = errno;
    else
        error = spawn(&c->pid, program, in[0], out[1]);
    c->to = in[1];
    c->from = out[0];
    close_end(&in[0]);
    close_end(&out[1]);
    if (!error)
        return true;
    close_end(&c->to);
    close_end(&c->from);
    close_end(&c->timer);
    if (error == ENOENT || error == EACCES || error == ENOEXEC)
        fault_set(f, FAULT_BROKEN, "document-program-missing", slice_of(program), S(""));
    else
        fault_set(f, FAULT_BUSY, "document-busy", S(""), S(""));
    fault_detail(f, "starting %s: %s", program, strerrordesc_np(error));
    return false;
}

/* ---------- the talk ---------- */

/* Writes without a SIGPIPE that the caller's thread would see. */
static ssize_t write_quietly(int fd, struct slice s)
{
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE)) /* blocked by the caller and there already: not ours to take */
        return write(fd, s.at, s.len);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t n = write(fd, s.at, s.len);
    int error = errno;
    if (n < 0 && error == EPIPE)
        while (sigtimedwait(&pipe, NULL, &(struct timespec){ 0 }) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return n;
}

/* What is left of the question goes out; to is closed when all is said or nobody listens. */
static void say(struct child *c, struct slice *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].len)
            continue;
        ssize_t wrote = write_quietly(c->to, parts[i]);
        if (wrote > 0)
            parts[i] = slice_from(parts[i], (size_t)wrote);
        else if (errno != EAGAIN && errno != EINTR)
            break;
        if (parts[i].len)
            return;
    }
    close_end(&c->to);
}

enum talk { TALK_ON, TALK_ENDED, TALK_LATE, TALK_TOO_LONG };

static enum talk hear(struct child *c, struct buf *answer)
{
    if (!buf_room(answer, 1 << 16))
        return TALK_TOO_LONG;
    ssize_t n = read(c->from, answer->at + answer->len, 1 << 16);
    if (n > 0)
        answer->len += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? TALK_ON : TALK_ENDED;
}

static enum talk talk(struct child *c, struct slice *question, size_t n, struct buf *answer)
{
    enum talk how = TALK_ON;
    while (how == TALK_ON) {
        struct pollfd fds[] = { { c->from, POLLIN, 0 }, { c->timer, POLLIN, 0 }, { c->to, POLLOUT, 0 } };
        if (poll(fds, 3, -1) < 0) {
            if (errno != EINTR)
                return TALK_ENDED;
            continue;
        }
        if (fds[1].revents)
            how = TALK_LATE;
        else if (fds[0].revents)
            how = hear(c, answer);
        if (fds[2].revents)
            say(c, question, n);
    }
    return how;
}

/* Gone for good, whatever it was doing. The pid is ours until it is waited for. */
static int end(struct child *c)
{
    int status = 0;
    close_end(&c->to);
    close_end(&c->from);
    close_end(&c->timer);
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* ---------- what was answered ---------- */

/* The child's fault: its code is looked up, since the child may have been taken over by its document. */
static bool take_fault(struct arena *a, const struct slices *r, struct fault *f)
{
    int64_t kind;
    const char *code = r->n == 6 ? slice_text(a, r->at[2]) : "";
    if (!fault_code_known(code) || !slice_int(r->at[1], &kind) || kind <= FAULT_NONE || kind > FAULT_BROKEN)
        return fault_set(f, FAULT_REFUSED, "document-crashed", S(""), S(""));
    fault_set(f, (enum fault_kind)kind, code, r->at[3], r->at[4]);
    fault_detail(f, S_FMT, S_ARG(r->at[5]));
    return false;
}

static bool fault_of_end(enum talk how, int status, struct fault *f)
{
    bool late = how == TALK_LATE, tired = WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
    fault_set(f, FAULT_REFUSED, late || tired ? "document-slow" : "document-crashed",
        late ? S("20") : S("10"), S("")); /* DOCUMENT_SECONDS_MAX, JAIL_CPU_SECONDS */
    fault_detail(f, "taizhang-document: %s, wait status 0x%x",
        how == TALK_LATE ? "late" : how == TALK_TOO_LONG ? "answer too long" : "ended", (unsigned)status);
    return false;
}

/* One question, one answer: *answer stands at its first row, *first is its first record, "ok …". */
static bool ask(struct arena *a, const struct document_reader *r, struct slice *question, size_t n,
    struct wire *answer, struct slices *first, struct fault *f)
{
    struct child c;
    struct buf heard = buf_open(MESSAGE_MAX_BYTES);
    if (!start(&c, r->program, f))
        return false;
    enum talk how = talk(&c, question, n, &heard);
    int status = end(&c);
    *answer = (struct wire){ .rest = slice_copy(a, buf_slice(&heard)) };
    buf_close(&heard);
    if (how != TALK_ENDED || !wire_next(a, answer, first) || first->n < 2)
        return fault_of_end(how, status, f);
    if (slice_equal(first->at[0], S("ok")))
        return true;
    return take_fault(a, first, f);
}

static bool ask_of_file(struct arena *a, const struct document_reader *r, struct slice verb, struct slice bytes,
    struct slice name, struct wire *answer, struct slices *first, struct fault *f)
{
    if (!bytes.len)
        return fault_set(f, FAULT_REFUSED, "document-empty", S(""), S(""));
    if (bytes.len > DOCUMENT_IN_MAX_BYTES)
        return fault_set(f, FAULT_REFUSED, "document-too-big", S("50"), S(""));
    struct buf head = buf_open(1 << 10);
    wire_u32(&head, 3);
    wire_field(&head, verb);
    wire_field(&head, slice_from(name, name.len > 8 ? name.len - 8 : 0)); /* its ending is all that counts */
    wire_u32(&head, bytes.len); /* and then the bytes, from where they are */
    struct slice question[] = { buf_slice(&head), bytes, { "\0\0\0\0", 4 } };
    bool ok = ask(a, r, question, COUNT(question), answer, first, f);
    buf_close(&head);
    return ok;
}

/* Nothing is handed on that is not whole. */
static bool at_the_end(struct arena *a, struct wire *answer, struct fault *f)
{
    struct slices more;
    if (!wire_next(a, answer, &more) && !answer->cut && !answer->rest.len)
        return true;
    return fault_of_end(TALK_ENDED, 0, f);
}

bool document_text(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct slice *text, struct fault *f)
{
    struct wire answer;
    struct slices first;
    if (!ask_of_file(a, r, S("text"), bytes, name, &answer, &first, f) || !at_the_end(a, &answer, f))
        return false;
    *text = first.at[1];
    if (utf8_valid(*text) != text->len)
        return fault_of_end(TALK_ENDED, 0, f);
    return true;
}

bool document_table(struct arena *a, const struct document_reader *r, struct slice bytes, struct slice name,
    struct table *table, struct fault *f)
{
    struct wire answer;
    struct slices first, row;
    int64_t columns;
    struct { struct slices *at; size_t n, cap; } rows = { 0 };
    if (!ask_of_file(a, r, S("table"), bytes, name, &answer, &first, f))
        return false;
    if (!slice_int(first.at[1], &columns) || columns < 1 || columns > TABLE_COLUMNS_MAX)
        return fault_of_end(TALK_ENDED, 0, f);
    while (wire_next(a, &answer, &row)) {
        struct slices full = { NEW(a, struct slice, (size_t)columns), (size_t)columns, (size_t)columns };
        for (size_t i = 0; i < full.n; i++)
            full.at[i] = i < row.n ? row.at[i] : S("");
        bool fits = row.n <= full.n && rows.n < TABLE_ROWS_MAX;
        for (size_t i = 0; fits && i < row.n; i++)
            fits = utf8_valid(row.at[i]) == row.at[i].len;
        if (!fits)
            return fault_of_end(TALK_ENDED, 0, f);
        PUSH(a, &rows, full);
    }
    if (answer.cut || answer.rest.len)
        return fault_of_end(TALK_ENDED, 0, f);
    *table = (struct table){ rows.at, rows.n };
    return true;
}

/* ---------- papers ---------- */

static void put_paper(struct buf *b, const struct paper *p, enum paper_format format)
{
    wire_u32(b, 2 + 2 * p->columns_n);
    wire_field(b, format == PAPER_XLSX ? S("xlsx") : S("docx"));
    wire_figure(b, p->landscape);
    for (size_t i = 0; i < p->columns_n; i++) {
        wire_figure(b, p->columns[i].align);
        wire_figure(b, p->columns[i].width);
    }
    for (size_t i = 0; i < p->n; i++) {
        wire_u32(b, 2 + p->at[i].cells.n);
        wire_figure(b, p->at[i].kind);
        wire_field(b, p->at[i].text);
        for (size_t k = 0; k < p->at[i].cells.n; k++)
            wire_field(b, p->at[i].cells.at[k]);
    }
    wire_u32(b, 0);
}

bool document_write(struct arena *a, const struct document_reader *r, const struct paper *p, enum paper_format format,
    struct slice *bytes, struct fault *f)
{
    size_t rows = 0;
    for (size_t i = 0; i < p->n; i++) {
        rows += p->at[i].kind == PAPER_TABLE_ROW || p->at[i].kind == PAPER_TABLE_HEAD;
        if (p->at[i].cells.n > TABLE_COLUMNS_MAX)
            return fault_set(f, FAULT_REFUSED, "document-columns-many", slice_format(a, "%d", TABLE_COLUMNS_MAX),
                slice_format(a, "%zu", rows));
    }
    if (p->columns_n > TABLE_COLUMNS_MAX)
        return fault_set(f, FAULT_REFUSED, "document-columns-many", slice_format(a, "%d", TABLE_COLUMNS_MAX), S("1"));
    struct buf question = buf_open(MESSAGE_MAX_BYTES);
    put_paper(&question, p, format);
    struct wire answer;
    struct slices first;
    bool ok = question.failed ? fault_set(f, FAULT_REFUSED, "document-text-too-long", S("96"), S(""))
                              : ask(a, r, (struct slice[]){ buf_slice(&question) }, 1, &answer, &first, f);
    buf_close(&question);
    if (!ok || !at_the_end(a, &answer, f))
        return false;
    *bytes = first.at[1];
    return true;
}
