/* files.c: documents, proofs and papers by content hash, in a folder beside the store. A file is on the disk, with its
 * name, before the command that speaks of it: write beside, fsync, rename, fsync the folder. */
#include "ledger/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_hash(struct slice s)
{
    if (s.len != 2 * HASH_BYTES)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
            return false;
    return true;
}

static const struct slice *memory_file(struct ledger *l, struct slice hash)
{
    for (size_t i = 0; i < l->n_memory_files; i++)
        if (slice_equal(l->memory_files[i].hash, hash))
            return &l->memory_files[i].bytes;
    return NULL;
}

static struct slice file_path(struct ledger *l, struct arena *a, struct slice hash)
{
    return slice_format(a, "%s/%.2s/" S_FMT, l->files, hash.at, S_ARG(hash));
}

static bool broken(struct fault *f, const char *doing)
{
    fault_set(f, FAULT_BROKEN, errno == ENOSPC || errno == EDQUOT ? "disk-full" : "file-broken", S(""), S(""));
    fault_detail(f, "%s: %s", doing, strerror(errno));
    return false;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && !fsync(fd);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = slice_from(bytes, (size_t)n);
    }
    return true;
}

bool file_put(struct ledger *l, struct arena *a, struct slice bytes, struct slice *hash_out, struct fault *f)
{
    unsigned char hash[HASH_BYTES], nonce[8];
    struct hasher h;
    if (bytes.len > FILE_MAX_BYTES)
        return fault_set(f, FAULT_REFUSED, "too-large", S("50 MB"), S(""));
    if (!hasher_open(&h, l->algorithm, f))
        return false;
    hash_parts(&h, &bytes, 1, hash);
    hasher_close(&h);
    *hash_out = hash_hex(a, hash);
    if (!l->files) {
        if (!memory_file(l, *hash_out)) {
            if (l->n_memory_files == l->cap_memory_files)
                l->memory_files = arena_grow(&l->memory, l->memory_files, &l->cap_memory_files, l->n_memory_files + 1, sizeof *l->memory_files, alignof(struct slice));
            l->memory_files[l->n_memory_files].hash = slice_copy(&l->memory, *hash_out);
            l->memory_files[l->n_memory_files++].bytes = slice_copy(&l->memory, bytes);
        }
        return true;
    }
    struct slice path = file_path(l, a, *hash_out), folder = slice_format(a, "%s/%.2s", l->files, hash_out->at);
    if (!access(path.at, F_OK)) /* the same bytes are there already; whoever put them may not have come to flush their name */
        return (sync_folder(folder.at) && sync_folder(l->files)) || broken(f, "fsync");
    l->world.random(l->world.context, nonce, sizeof nonce);
    struct slice beside = slice_format(a, "%s/new-%02x%02x%02x%02x%02x%02x%02x%02x", l->files, nonce[0], nonce[1], nonce[2], nonce[3], nonce[4], nonce[5], nonce[6], nonce[7]);
    if (mkdir(folder.at, 0700) && errno != EEXIST)
        return broken(f, "mkdir");
    int fd = open(beside.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return broken(f, "open");
    bool ok = write_all(fd, bytes) && !fsync(fd);
    ok = !close(fd) && ok;
    ok = ok && !rename(beside.at, path.at) && sync_folder(folder.at) && sync_folder(l->files);
    if (!ok) {
        broken(f, "write");
        unlink(beside.at);
    }
    return ok;
}

bool file_get(struct ledger *l, struct arena *a, struct slice hash, struct slice *bytes, struct fault *f)
{
    struct stat st;
    if (!is_hash(hash))
        return fault_set(f, FAULT_MISSING, "no-file", hash, S(""));
    if (!l->files) {
        const struct slice *found = memory_file(l, hash);
        if (found)
            *bytes = *found;
        return found || fault_set(f, FAULT_MISSING, "no-file", hash, S(""));
    }
    int fd = open(file_path(l, a, hash).at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(f, FAULT_MISSING, "no-file", hash, S(""));
    bool ok = !fstat(fd, &st) && st.st_size <= FILE_MAX_BYTES;
    char *at = NEW(a, char, ok ? (size_t)st.st_size + 1 : 1);
    size_t have = 0;
    while (ok && have < (size_t)st.st_size) {
        ssize_t n = read(fd, at + have, (size_t)st.st_size - have);
        ok = n > 0;
        have += ok ? (size_t)n : 0;
    }
    close(fd);
    *bytes = (struct slice){ at, have };
    return ok || broken(f, "read");
}

bool file_size(struct ledger *l, struct slice hash, int64_t *size)
{
    struct stat st;
    struct arena a;
    if (!is_hash(hash))
        return false;
    if (!l->files) {
        const struct slice *found = memory_file(l, hash);
        if (found)
            *size = (int64_t)found->len;
        return found != NULL;
    }
    arena_open(&a, 0);
    bool ok = !stat(file_path(l, &a, hash).at, &st);
    *size = ok ? st.st_size : 0;
    arena_close(&a);
    return ok;
}
