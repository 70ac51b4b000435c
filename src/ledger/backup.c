/* backup.c: one file that holds a ledger, made while it is being served, and read back only when every byte is right.
 *
 * The file is a POSIX tar (ustar), so that in thirty years anybody can open it without us; a writer and a strict reader
 * of four kinds of members are less code than the care that a library for all archives needs. Members, in this order:
 *
 *   backup.txt              who, how many events, which root, the id of the signing key (never the key itself)
 *   ledger.db               a consistent copy of the store
 *   files/ab/abcd…          every document, proof and paper that the copy names, by content hash
 *   SHA256SUMS              of all members before it, as sha256sum -c wants it
 *
 * Same ledger, same bytes: no times, no owners. Restoring reads each member beside the place where it will stand, checks
 * it, verifies the whole ledger, and only then gives it its name. */
#include "ledger/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 512, PIECE = 1 << 16, TEXT_MAX = 64 << 20 /* of SHA256SUMS: half a million files */, NAME_BYTES = 100 };

/* ---------- tar headers ---------- */

struct header { /* POSIX.1-1988, with GNU's binary size where 8 GB are not enough */
    char name[NAME_BYTES], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6], version[2], user[32], group[32], major[8], minor[8],
        prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

static unsigned header_sum(const struct header *h)
{
    const unsigned char *at = (const unsigned char *)h;
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= offsetof(struct header, sum) && i < offsetof(struct header, type) ? ' ' : at[i];
    return sum;
}

static void put_octal(char *to, size_t width, uint64_t v)
{
    to[width - 1] = 0;
    for (size_t i = width - 1; i--; v >>= 3)
        to[i] = (char)('0' + (v & 7));
}

static void put_size(char to[12], uint64_t size)
{
    if (size < (uint64_t)1 << 33) {
        put_octal(to, 12, size);
        return;
    }
    memset(to, 0, 12);
    to[0] = (char)0x80;
    for (size_t i = 12; i-- > 4; size >>= 8)
        to[i] = (char)size;
}

static struct header header_of(struct slice name, uint64_t size)
{
    struct header h = { .type = '0' };
    memcpy(h.name, name.at, name.len < NAME_BYTES ? name.len : NAME_BYTES - 1);
    put_octal(h.mode, sizeof h.mode, 0600);
    put_octal(h.uid, sizeof h.uid, 0);
    put_octal(h.gid, sizeof h.gid, 0);
    put_octal(h.mtime, sizeof h.mtime, 0);
    put_size(h.size, size);
    memcpy(h.magic, "ustar", 6);
    memcpy(h.version, "00", 2);
    put_octal(h.sum, 7, header_sum(&h));
    h.sum[7] = ' ';
    return h;
}

/* The only header that is taken is the one that we would write: all else is damage. */
static bool header_read(const struct header *h, struct slice *name, uint64_t *size)
{
    *name = (struct slice){ h->name, strnlen(h->name, NAME_BYTES) };
    *size = 0;
    if (name->len == NAME_BYTES || !name->len)
        return false;
    if ((unsigned char)h->size[0] == 0x80)
        for (size_t i = 4; i < 12; i++)
            *size = *size << 8 | (unsigned char)h->size[i];
    else
        for (size_t i = 0; i < 11; i++)
            *size = *size << 3 | (uint64_t)(h->size[i] & 7);
    struct header same = header_of(*name, *size);
    return !memcmp(h, &same, BLOCK) && *size < (uint64_t)1 << 60;
}

/* ---------- writing ---------- */

struct archive {
    int fd;
    struct arena arena;
    struct buf sums; /* SHA256SUMS as it grows */
    const char *path;
    struct fault *fault;
};

static bool cannot(struct archive *x, const char *doing)
{
    fault_set(x->fault, FAULT_BROKEN, errno == ENOSPC || errno == EDQUOT ? "disk-full" : "backup-broken", slice_of(x->path), S(""));
    fault_detail(x->fault, "%s: %s", doing, strerror(errno));
    return false;
}

static bool put_all(struct archive *x, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        ssize_t done = write(x->fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return cannot(x, "write");
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static bool put_padding(struct archive *x, uint64_t size)
{
    static const char zeros[BLOCK];
    return put_all(x, zeros, (size_t)(-size & (BLOCK - 1)));
}

static void note_sum(struct archive *x, struct slice name, const unsigned char hash[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, hash, crypto_hash_sha256_BYTES);
    buf_format(&x->sums, "%s  " S_FMT "\n", hex, S_ARG(name));
}

static bool put_text(struct archive *x, struct slice name, struct slice text, bool listed)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct header h = header_of(name, text.len);
    crypto_hash_sha256(hash, (const unsigned char *)text.at, text.len);
    if (listed)
        note_sum(x, name, hash);
    return put_all(x, &h, sizeof h) && put_all(x, text.at, text.len) && put_padding(x, text.len);
}

/* A file, as long as it is now: the copy is ours, and kept files never change. */
static bool put_file(struct archive *x, struct slice name, const char *path)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state s;
    struct stat st;
    char *piece = NEW(&x->arena, char, PIECE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        cannot(x, path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    struct header h = header_of(name, (uint64_t)st.st_size);
    bool ok = put_all(x, &h, sizeof h);
    uint64_t left = (uint64_t)st.st_size;
    crypto_hash_sha256_init(&s);
    while (ok && left) {
        ssize_t n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);
        ok = n > 0 ? put_all(x, piece, (size_t)n) : cannot(x, path);
        if (ok) {
            crypto_hash_sha256_update(&s, (const unsigned char *)piece, (size_t)n);
            left -= (uint64_t)n;
        }
    }
    close(fd);
    crypto_hash_sha256_final(&s, hash);
    note_sum(x, name, hash);
    arena_reset(&x->arena);
    return ok && put_padding(x, (uint64_t)st.st_size);
}

static bool put_facts(struct archive *x, struct ledger *l, struct conn *copy)
{
    struct log_head head;
    unsigned char id[4];
    char root[2 * HASH_BYTES + 1], key[9];
    if (!log_head_read(copy, l->county, LOG_MAIN, &head, x->fault))
        return false;
    note_key_id(slice_of(l->origin), l->key_public, id);
    struct buf b = buf_open(4096);
    buf_format(&b, "taizhang-backup 1\ncounty %06d %s\norigin %s\nevents %lld\nroot %s\nkey-id %s\n", l->county, l->name, l->origin, (long long)head.size,
        sodium_bin2hex(root, sizeof root, head.root, HASH_BYTES), sodium_bin2hex(key, sizeof key, id, sizeof id));
    buf_text(&b, "# The signing key is not in this file. Keep LEDGER.key apart and put it beside the restored ledger.\n");
    bool ok = !b.failed && put_text(x, S("backup.txt"), buf_slice(&b), true);
    buf_close(&b);
    return ok;
}

static bool put_files(struct archive *x, struct ledger *l, struct conn *copy)
{
    struct rows r;
    bool ok = true;
    store_ask(copy, SQL_PROOF_HASHES, ARGS(v_int(l->county)), &r, x->fault);
    while (ok && rows_next(&r)) {
        char name[NAME_BYTES], path[4096];
        struct slice hash = rows_text(&r, 0);
        if (!hash.len)
            continue;
        snprintf(name, sizeof name, "files/%.2s/" S_FMT, hash.at, S_ARG(hash));
        snprintf(path, sizeof path, "%s/%.2s/" S_FMT, l->files, hash.at, S_ARG(hash));
        ok = put_file(x, slice_of(name), path);
    }
    return rows_end(&r) && ok;
}

static bool put_members(struct archive *x, struct ledger *l, const char *copy_path)
{
    static const char end[2 * BLOCK];
    struct conn *copy;
    if (!store_open(copy_path, STORE_READ, (struct store_options){ 0 }, &copy, x->fault))
        return false;
    bool ok = put_facts(x, l, copy) && put_file(x, S("ledger.db"), copy_path) && put_files(x, l, copy);
    store_close(copy);
    if (ok && x->sums.failed)
        ok = fault_set(x->fault, FAULT_BROKEN, "no-memory", S(""), S(""));
    return ok && put_text(x, S("SHA256SUMS"), buf_slice(&x->sums), false) && put_all(x, end, sizeof end);
}

static bool sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && !fsync(fd);
    if (fd >= 0)
        close(fd);
    return ok;
}

static void forget_store(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    char name[4200];
    for (size_t i = 0; i < COUNT(tails); i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static bool write_archive(struct archive *x, struct ledger *l, const char *beside, const char *copy)
{
    struct conn *c;
    if (!store_reader(l->path, l->options.store, &c, x->fault))
        return false;
    bool ok = store_copy(c, copy, x->fault);
    store_close(c);
    if (!ok)
        return false;
    x->fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ok = x->fd >= 0 ? put_members(x, l, copy) : cannot(x, beside);
    if (ok && fsync(x->fd))
        ok = cannot(x, "fsync");
    if (x->fd >= 0 && close(x->fd) && ok)
        ok = cannot(x, "close");
    return ok;
}

bool ledger_backup(struct ledger *l, const char *file, struct fault *f)
{
    struct archive x = { .fd = -1, .sums = buf_open(TEXT_MAX), .path = file, .fault = f };
    char beside[4096], copy[4096];
    if (!l->files || !strcmp(l->path, ":memory:"))
        return fault_set(f, FAULT_USAGE, "backup-memory", S(""), S(""));
    if (!access(file, F_OK))
        return fault_set(f, FAULT_USAGE, "backup-there", slice_of(file), S(""));
    snprintf(beside, sizeof beside, "%s.tmp", file);
    snprintf(copy, sizeof copy, "%s.tmp-copy", file);
    forget_store(copy); /* of a backup that was killed */
    arena_open(&x.arena, 0);
    bool ok = write_archive(&x, l, beside, copy);
    forget_store(copy);
    if (ok && (rename(beside, file) || !sync_folder_of(file)))
        ok = cannot(&x, "rename");
    if (!ok)
        unlink(beside);
    arena_close(&x.arena);
    buf_close(&x.sums);
    return ok;
}

/* ---------- reading ---------- */

struct restoring {
    int fd;
    uint64_t at;              /* bytes read so far: the place that a refusal names */
    struct arena arena;       /* of one member */
    struct buf sums;          /* as they should be */
    char store[4096], files[4096]; /* where members are put until all is right */
    char piece[PIECE];
    struct fault *fault;
};

static bool damaged(struct restoring *x, uint64_t at, struct slice what)
{
    char place[32];
    snprintf(place, sizeof place, "%llu", (unsigned long long)at);
    /* the fault outlives this arena: its words are kept in the detail */
    fault_set(x->fault, FAULT_REFUSED, "restore-damaged", S(""), S(""));
    size_t n = (size_t)snprintf(x->fault->detail, sizeof x->fault->detail, "%s", place);
    size_t rest = sizeof x->fault->detail - n - 1, len = what.len < rest ? what.len : rest;
    memcpy(x->fault->detail + n + 1, what.at, len);
    x->fault->about[0] = (struct slice){ x->fault->detail, n };
    x->fault->about[1] = (struct slice){ x->fault->detail + n + 1, len };
    return false;
}

static bool cannot_restore(struct restoring *x, const char *doing)
{
    fault_set(x->fault, FAULT_BROKEN, errno == ENOSPC || errno == EDQUOT ? "disk-full" : "restore-broken", slice_of(strerror(errno)), S(""));
    fault_detail(x->fault, "%s", doing);
    return false;
}

static bool get(struct restoring *x, void *to, size_t n, struct slice name)
{
    for (char *at = to; n;) {
        ssize_t got = read(x->fd, at, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot_restore(x, "read");
        if (!got)
            return damaged(x, x->at, name);
        at += got;
        n -= (size_t)got;
        x->at += (uint64_t)got;
    }
    return true;
}

static bool get_padding(struct restoring *x, uint64_t size, struct slice name)
{
    char rest[BLOCK];
    size_t n = (size_t)(-size & (BLOCK - 1));
    if (!get(x, rest, n, name))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rest[i])
            return damaged(x, x->at - n + i, name);
    return true;
}

static bool get_header(struct restoring *x, struct slice *name, uint64_t *size)
{
    struct header h;
    uint64_t at = x->at;
    if (!get(x, &h, sizeof h, S("header")))
        return false;
    if (!header_read(&h, name, size))
        return damaged(x, at, S("header"));
    *name = slice_copy(&x->arena, *name);
    return true;
}

/* Writes a member to its place and notes its hash. */
static bool get_file(struct restoring *x, struct slice name, uint64_t size, const char *path, unsigned char hash[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256_state s;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 || cannot_restore(x, path);
    crypto_hash_sha256_init(&s);
    for (uint64_t left = size; ok && left;) {
        size_t n = left < PIECE ? (size_t)left : PIECE;
        ok = get(x, x->piece, n, name);
        if (ok && write(fd, x->piece, n) != (ssize_t)n)
            ok = cannot_restore(x, path);
        crypto_hash_sha256_update(&s, (const unsigned char *)x->piece, ok ? n : 0);
        left -= n;
    }
    if (ok && fsync(fd))
        ok = cannot_restore(x, "fsync");
    if (fd >= 0)
        close(fd);
    crypto_hash_sha256_final(&s, hash);
    return ok && get_padding(x, size, name);
}

static bool get_text(struct restoring *x, struct slice name, uint64_t size, uint64_t max, struct slice *text)
{
    if (size > max)
        return damaged(x, x->at, name);
    char *at = NEW(&x->arena, char, (size_t)size + 1);
    *text = (struct slice){ at, (size_t)size };
    return get(x, at, (size_t)size, name) && get_padding(x, size, name);
}

static void expect_sum(struct restoring *x, struct slice name, const unsigned char hash[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, hash, crypto_hash_sha256_BYTES);
    buf_format(&x->sums, "%s  " S_FMT "\n", hex, S_ARG(name));
}

/* files/ab/ab… and nothing else: no other folder, no .., no way out. */
static bool is_file_name(struct slice name)
{
    if (name.len != 9 + 2 * HASH_BYTES || !slice_starts(name, S("files/")) || name.at[8] != '/' || memcmp(name.at + 6, name.at + 9, 2))
        return false;
    for (size_t i = 9; i < name.len; i++)
        if (!((name.at[i] >= '0' && name.at[i] <= '9') || (name.at[i] >= 'a' && name.at[i] <= 'f')))
            return false;
    return true;
}

static bool get_kept_file(struct restoring *x, struct slice name, uint64_t size, uint64_t at)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    if (!is_file_name(name) || size > FILE_MAX_BYTES)
        return damaged(x, at, name);
    struct slice folder = slice_format(&x->arena, "%s/%.2s", x->files, name.at + 6), path = slice_format(&x->arena, "%s" S_FMT, x->files, S_ARG(slice_from(name, 5)));
    if (mkdir(folder.at, 0700) && errno != EEXIST)
        return cannot_restore(x, "mkdir");
    if (!get_file(x, name, size, path.at, hash))
        return false;
    expect_sum(x, name, hash);
    return true; /* whether the content fits the name is verify's to say: the ledger may count in SM3 */
}

static bool get_end(struct restoring *x)
{
    char end[2 * BLOCK + 1];
    uint64_t at = x->at;
    if (!get(x, end, 2 * BLOCK, S("end")))
        return false;
    for (size_t i = 0; i < 2 * BLOCK; i++)
        if (end[i])
            return damaged(x, at + i, S("end"));
    return read(x->fd, end, 1) == 0 || damaged(x, x->at, S("end"));
}

static bool get_sums(struct restoring *x, uint64_t size, uint64_t at)
{
    struct slice text, one, other, rest = buf_slice(&x->sums);
    if (!get_text(x, S("SHA256SUMS"), size, TEXT_MAX, &text))
        return false;
    if (slice_equal(text, rest))
        return get_end(x);
    while (slice_cut(&rest, '\n', &one) && slice_cut(&text, '\n', &other))
        if (!slice_equal(one, other))
            return damaged(x, at, slice_from(one, 66)); /* the first member that is not as it was */
    return damaged(x, at, S("SHA256SUMS"));
}

static bool get_members(struct restoring *x)
{
    struct slice name, text;
    uint64_t size, at = x->at;
    unsigned char hash[crypto_hash_sha256_BYTES];
    if (!get_header(x, &name, &size))
        return false;
    if (!slice_equal(name, S("backup.txt")))
        return damaged(x, at, name);
    if (!get_text(x, name, size, 4096, &text))
        return false;
    if (!slice_starts(text, S("taizhang-backup 1\n")))
        return damaged(x, at, name);
    crypto_hash_sha256(hash, (const unsigned char *)text.at, text.len);
    expect_sum(x, name, hash);
    at = x->at;
    if (!get_header(x, &name, &size))
        return false;
    if (!slice_equal(name, S("ledger.db")))
        return damaged(x, at, name);
    if (!get_file(x, name, size, x->store, hash))
        return false;
    expect_sum(x, name, hash);
    for (;;) {
        arena_reset(&x->arena);
        at = x->at;
        if (!get_header(x, &name, &size))
            return false;
        if (slice_equal(name, S("SHA256SUMS")))
            return get_sums(x, size, at);
        if (!get_kept_file(x, name, size, at))
            return false;
    }
}

/* ---------- restoring ---------- */

static int forget_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)where;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static void forget_all(struct restoring *x)
{
    forget_store(x->store);
    nftw(x->files, forget_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int64_t no_clock(void *context)
{
    (void)context;
    return 0;
}

static void no_random(void *context, void *bytes, size_t n)
{
    (void)context;
    memset(bytes, 0, n);
}

static bool restored_is_sound(struct restoring *x)
{
    const struct world nothing = { .now_ms = no_clock, .random = no_random }; /* only looks */
    struct verdict v = { 0 };
    struct ledger *l;
    struct arena a;
    if (!ledger_open(x->store, &nothing, (struct ledger_options){ .without_key = true }, &l, x->fault))
        return false;
    arena_open(&a, 0);
    bool ok = ledger_verify(l, &a, S(""), &v, x->fault);
    if (ok && v.what) {
        fault_set(x->fault, FAULT_REFUSED, "restore-unsound", slice_of(v.what), S(""));
        fault_detail(x->fault, "%s %lld " S_FMT, v.what, (long long)v.first_bad, S_ARG(v.where));
        x->fault->about[1] = slice_of(x->fault->detail);
        ok = false;
    }
    arena_close(&a);
    ledger_close(l);
    return ok;
}

/* Folders of files, too, are on the disk before the ledger gets its name. */
static bool sync_folders(struct restoring *x)
{
    char path[4200];
    bool ok = true;
    for (int i = 0; ok && i < 256; i++) {
        snprintf(path, sizeof path, "%s/%02x/.", x->files, (unsigned)i);
        ok = access(path, F_OK) || sync_folder_of(path);
    }
    snprintf(path, sizeof path, "%s/.", x->files);
    return ok && sync_folder_of(path);
}

static bool restore_into(struct restoring *x, const char *path)
{
    char files[4200];
    snprintf(files, sizeof files, "%s.files", path);
    if (mkdir(x->files, 0700))
        return cannot_restore(x, "mkdir");
    if (!get_members(x) || !restored_is_sound(x))
        return false;
    if (x->sums.failed || x->arena.failed)
        return fault_set(x->fault, FAULT_BROKEN, "no-memory", S(""), S(""));
    return (sync_folders(x) && !rename(x->files, files) && !rename(x->store, path) && sync_folder_of(path)) || cannot_restore(x, "rename");
}

bool ledger_restore(const char *file, const char *path, struct fault *f)
{
    struct restoring *x = calloc(1, sizeof *x);
    char files[4200];
    if (!x || sodium_init() < 0) {
        free(x);
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    }
    x->fault = f;
    x->sums = buf_open(TEXT_MAX);
    arena_open(&x->arena, 0);
    snprintf(files, sizeof files, "%s.files", path);
    snprintf(x->store, sizeof x->store, "%s.restoring", path);
    snprintf(x->files, sizeof x->files, "%s.restoring.files", path);
    bool there = !access(path, F_OK) || !access(files, F_OK);
    x->fd = open(file, O_RDONLY | O_CLOEXEC);
    bool ok = there ? fault_set(f, FAULT_USAGE, "restore-there", slice_of(path), S("")) : x->fd >= 0 || cannot_restore(x, "open");
    if (ok) {
        forget_all(x); /* of a restoring that was killed */
        ok = restore_into(x, path);
        forget_all(x);
    }
    if (x->fd >= 0)
        close(x->fd);
    arena_close(&x->arena);
    buf_close(&x->sums);
    free(x);
    return ok;
}
