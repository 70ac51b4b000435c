/* options.c: a table of options into a struct, files in and out, and how a fault is told. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------- telling ---------- */

int app_fault(struct app *app, const struct fault *f)
{
    struct buf b = buf_open(64 << 10);
    buf_format(&b, "taizhang %s：", app->subcommand);
    fault_say(&b, f, LANG_ZH);
    buf_text(&b, "\n  (");
    fault_say(&b, f, LANG_EN);
    buf_text(&b, ")\n");
    fwrite(b.at, 1, b.len, stderr);
    buf_close(&b);
    return fault_exit(f->kind);
}

int app_usage(struct app *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "taizhang %s：", app->subcommand);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n看 taizhang %s --help。\n", app->subcommand);
    va_end(args);
    return EXIT_USAGE;
}

/* ---------- options ---------- */

static const struct cli_option *find(const struct cli_option *options, struct slice name, bool letter)
{
    for (; options->name; options++)
        if (letter ? name.len == 1 && name.at[0] == options->letter : slice_equal(name, slice_of(options->name)))
            return options;
    return NULL;
}

static bool put(struct app *app, const struct cli_option *o, struct slice value, void *into)
{
    char *at = (char *)into + o->offset;
    if (o->kind == CLI_TEXT)
        memcpy(at, &value, sizeof value);
    else if (o->kind == CLI_INT) {
        int64_t v;
        if (!slice_int(value, &v)) {
            app_usage(app, "--%s 后面要一个整数，不是“" S_FMT "”。", o->name, S_ARG(value));
            return false;
        }
        memcpy(at, &v, sizeof v);
    }
    return true;
}

/* One option word at argv[i]; *used says how many words it took. */
static bool option_read(struct app *app, const struct cli_option *options, int argc, char **argv, int *i, void *into)
{
    bool letter = argv[*i][1] != '-';
    struct slice name, rest = slice_of(argv[*i] + (letter ? 1 : 2));
    bool joined = slice_find(rest, S("=")) >= 0;
    if (!slice_cut(&rest, '=', &name))
        name = rest;
    const struct cli_option *o = find(options, name, letter);
    if (!o) {
        app_usage(app, "没有 %s 这个选项。", argv[*i]);
        return false;
    }
    if (o->kind == CLI_FLAG) {
        *(bool *)((char *)into + o->offset) = true;
        return true;
    }
    if (!joined && *i + 1 >= argc) {
        app_usage(app, "--%s 后面要写 %s。", o->name, o->value);
        return false;
    }
    return put(app, o, joined ? rest : slice_of(argv[++*i]), into);
}

bool options_read(struct app *app, const struct cli_option *options, int *argc, char **argv, void *into)
{
    int words = 0;
    for (int i = 0; i < *argc; i++) {
        if (!strcmp(argv[i], "--")) {
            while (++i < *argc)
                argv[words++] = argv[i];
        } else if (argv[i][0] != '-' || !argv[i][1]) {
            argv[words++] = argv[i];
        } else if (!option_read(app, options, *argc, argv, &i, into)) {
            return false;
        }
    }
    *argc = words;
    return true;
}

/* ---------- files ---------- */

static bool read_all(struct arena *a, int fd, size_t guess, size_t max_bytes, struct slice path, struct slice *bytes,
    struct fault *f)
{
    struct { char *at; size_t n, cap; } all = { 0 };
    all.at = arena_grow(a, NULL, &all.cap, guess + 1, 1, 1);
    for (;;) {
        if (all.n == all.cap)
            all.at = arena_grow(a, all.at, &all.cap, all.n + 1, 1, 1);
        if (a->failed)
            return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
        ssize_t got = read(fd, all.at + all.n, all.cap - all.n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(f, FAULT_BROKEN, "cli-cannot-read", path, slice_of(strerror(errno)));
        if (got == 0)
            break;
        all.n += (size_t)got;
        if (all.n > max_bytes)
            return fault_set(f, FAULT_REFUSED, "cli-file-too-large", path,
                slice_format(a, "%zu", max_bytes >> 20));
    }
    *bytes = (struct slice){ all.at, all.n };
    return true;
}

bool file_read(struct arena *a, struct slice path, size_t max_bytes, struct slice *bytes, struct fault *f)
{
    if (slice_equal(path, S("-")))
        return read_all(a, STDIN_FILENO, 64 << 10, max_bytes, path, bytes, f);
    int fd = open(slice_text(a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, errno == ENOENT ? FAULT_USAGE : FAULT_BROKEN, "cli-cannot-read", path,
            slice_of(strerror(errno)));
    struct stat st;
    size_t guess = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 64 << 10;
    bool ok = read_all(a, fd, guess <= max_bytes ? guess : max_bytes, max_bytes, path, bytes, f);
    close(fd);
    return ok;
}

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len) {
        ssize_t put_bytes = write(fd, bytes.at, bytes.len);
        if (put_bytes < 0 && errno == EINTR)
            continue;
        if (put_bytes < 0)
            return false;
        bytes = slice_from(bytes, (size_t)put_bytes);
    }
    return true;
}

bool file_write(struct slice path, struct slice bytes, struct fault *f)
{
    if (!path.len || slice_equal(path, S("-"))) {
        fflush(stdout);
        return write_all(STDOUT_FILENO, bytes)
            || fault_set(f, FAULT_BROKEN, "cli-cannot-write", S("-"), slice_of(strerror(errno)));
    }
    char to[4096], part[4096 + 8];
    if (path.len >= sizeof to)
        return fault_set(f, FAULT_USAGE, "cli-cannot-write", path, slice_of(strerror(ENAMETOOLONG)));
    memcpy(to, path.at, path.len), to[path.len] = 0;
    snprintf(part, sizeof part, "%s.part", to);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && write_all(fd, bytes);
    int why = errno;
    if (fd >= 0 && close(fd) && ok)
        ok = false, why = errno;
    if (ok && rename(part, to))
        ok = false, why = errno;
    if (!ok && fd >= 0)
        unlink(part);
    return ok || fault_set(f, FAULT_BROKEN, "cli-cannot-write", path, slice_of(strerror(why)));
}
