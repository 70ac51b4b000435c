/* disk.c: see disk.h. The idea of the VFS is that of SQLite's own crash tests; sectors are 512 bytes, so that pages
 * tear. Names: a new file, a new folder and a rename last only when their folder was flushed after. */
#include "disk.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, SECTORS_MAX = 40000, FILES_MAX = 64, NAMES_MAX = 2000, PATH_BYTES = 200 };

struct sector { int file; long number; bool dirty, beyond; /* the file ended before it */ unsigned char old[SECTOR]; };
struct name { char path[PATH_BYTES], from[PATH_BYTES]; /* from: where a rename came from; else it is new */ bool dirty; };
struct disk {
    char folder[PATH_BYTES];
    bool armed, torn;
    long points, kill_at;
    int n_sectors, n_files, n_names;
    char files[FILES_MAX][PATH_BYTES];
    struct sector sectors[SECTORS_MAX];
    struct name names[NAMES_MAX];
};
static struct disk *disk; /* shared by parent and child */

static void die(const char *what)
{
    fprintf(stderr, "disk: %s\n", what);
    _exit(4);
}

/* ---------- points ---------- */

static bool last_point(void)
{
    return disk->armed && ++disk->points == disk->kill_at;
}

static void stop(void)
{
    raise(SIGKILL);
}

static void point(void)
{
    if (last_point())
        stop();
}

/* ---------- sectors ---------- */

static int file_number(const char *path)
{
    for (int i = 0; i < disk->n_files; i++)
        if (!strcmp(disk->files[i], path))
            return i;
    if (disk->n_files == FILES_MAX)
        die("too many files");
    snprintf(disk->files[disk->n_files], PATH_BYTES, "%s", path);
    return disk->n_files++;
}

static bool tracked(const char *path)
{
    return disk->armed && path && !strncmp(path, disk->folder, strlen(disk->folder)) && !strstr(path, "-shm");
}

typedef long read_fn(void *from, void *bytes, long n, long at);

/* Before a write: what stands there now is kept, once until the next flush. */
static void remember(int file, long at, long n, long size, read_fn *read_old, void *from)
{
    for (long s = at / SECTOR; n > 0 && s <= (at + n - 1) / SECTOR; s++) {
        bool known = false;
        for (int i = disk->n_sectors - 1; i >= 0 && !known; i--)
            known = disk->sectors[i].dirty && disk->sectors[i].file == file && disk->sectors[i].number == s;
        if (known)
            continue;
        if (disk->n_sectors == SECTORS_MAX)
            die("too many sectors");
        struct sector *x = &disk->sectors[disk->n_sectors];
        *x = (struct sector){ .file = file, .number = s, .dirty = true, .beyond = s * SECTOR >= size };
        if (!x->beyond)
            read_old(from, x->old, size - s * SECTOR < SECTOR ? size - s * SECTOR : SECTOR, s * SECTOR);
        disk->n_sectors++;
    }
}

static void flushed(int file)
{
    bool any = false;
    for (int i = 0; i < disk->n_sectors; i++) {
        if (disk->sectors[i].file == file)
            disk->sectors[i].dirty = false;
        any = any || disk->sectors[i].dirty;
    }
    if (!any)
        disk->n_sectors = 0;
}

/* ---------- SQLite's files ---------- */

struct vfs_file { sqlite3_file base; sqlite3_file *real; char path[PATH_BYTES]; };
static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct vfs_file *)f)->real;
}

static const char *path_of(sqlite3_file *f)
{
    return ((struct vfs_file *)f)->path;
}

static long vfs_old(void *from, void *bytes, long n, long at)
{
    sqlite3_file *f = from;
    return f->pMethods->xRead(f, bytes, (int)n, at) == SQLITE_OK ? n : -1;
}

static int disk_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    sqlite3_file *r = real_of(f);
    if (tracked(path_of(f))) {
        sqlite3_int64 size = 0;
        bool last = last_point();
        if (last && !disk->torn)
            stop();
        r->pMethods->xFileSize(r, &size);
        remember(file_number(path_of(f)), at, n, size, vfs_old, r);
        if (last) {
            r->pMethods->xWrite(r, bytes, n / 2, at);
            stop();
        }
    }
    return r->pMethods->xWrite(r, bytes, n, at);
}

static int disk_sync(sqlite3_file *f, int flags)
{
    bool count = tracked(path_of(f));
    if (count)
        point();
    int rc = real_of(f)->pMethods->xSync(real_of(f), flags);
    if (count && rc == SQLITE_OK)
        flushed(file_number(path_of(f)));
    return rc;
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (tracked(path_of(f)))
        point();
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int disk_close(sqlite3_file *f)
{
    int rc = real_of(f)->pMethods ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK;
    free(real_of(f));
    return rc;
}

static int disk_read(sqlite3_file *f, void *b, int n, sqlite3_int64 at) { return real_of(f)->pMethods->xRead(real_of(f), b, n, at); }
static int disk_size(sqlite3_file *f, sqlite3_int64 *n) { return real_of(f)->pMethods->xFileSize(real_of(f), n); }
static int disk_lock(sqlite3_file *f, int l) { return real_of(f)->pMethods->xLock(real_of(f), l); }
static int disk_unlock(sqlite3_file *f, int l) { return real_of(f)->pMethods->xUnlock(real_of(f), l); }
static int disk_reserved(sqlite3_file *f, int *r) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), r); }
static int disk_control(sqlite3_file *f, int o, void *p) { return real_of(f)->pMethods->xFileControl(real_of(f), o, p); }
static int disk_sector(sqlite3_file *f) { return SECTOR; }
static int disk_traits(sqlite3_file *f) { return 0; }
static int disk_shm_map(sqlite3_file *f, int a, int b, int c, void volatile **d) { return real_of(f)->pMethods->xShmMap(real_of(f), a, b, c, d); }
static int disk_shm_lock(sqlite3_file *f, int a, int b, int c) { return real_of(f)->pMethods->xShmLock(real_of(f), a, b, c); }
static void disk_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int disk_shm_unmap(sqlite3_file *f, int d) { return real_of(f)->pMethods->xShmUnmap(real_of(f), d); }

/* Version 2: no memory-mapped reads, so that all goes through xWrite. */
static const sqlite3_io_methods methods = { .iVersion = 2, .xClose = disk_close, .xRead = disk_read, .xWrite = disk_write, .xTruncate = disk_truncate,
    .xSync = disk_sync, .xFileSize = disk_size, .xLock = disk_lock, .xUnlock = disk_unlock, .xCheckReservedLock = disk_reserved, .xFileControl = disk_control,
    .xSectorSize = disk_sector, .xDeviceCharacteristics = disk_traits, .xShmMap = disk_shm_map, .xShmLock = disk_shm_lock, .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap };

static int disk_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct vfs_file *x = (struct vfs_file *)f;
    *x = (struct vfs_file){ .real = calloc(1, (size_t)real_vfs->szOsFile) };
    if (!x->real)
        return SQLITE_NOMEM;
    snprintf(x->path, sizeof x->path, "%s", name ? name : "");
    int rc = real_vfs->xOpen(real_vfs, name, x->real, flags, out);
    if (rc == SQLITE_OK)
        x->base.pMethods = &methods;
    else
        free(x->real);
    return rc;
}

static int disk_delete(sqlite3_vfs *v, const char *name, int sync)
{
    if (tracked(name))
        point();
    return real_vfs->xDelete(real_vfs, name, sync);
}

void disk_begin(void)
{
    static sqlite3_vfs vfs;
    disk = mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (disk == MAP_FAILED)
        die("mmap");
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "disk";
    vfs.szOsFile = sizeof(struct vfs_file);
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_delete;
    sqlite3_vfs_register(&vfs, 0);
}

/* ---------- the program's own files: --wrap ---------- */

int __real_open64(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_mkdir(const char *path, mode_t mode);
int __real_unlink(const char *path);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_unlink(const char *path);

static void new_name(const char *path, const char *from)
{
    for (int i = 0; i < disk->n_names; i++) /* a file that was new under its old name is new under this one */
        if (from && disk->names[i].dirty && !strcmp(disk->names[i].path, from)) {
            disk->names[i].dirty = false;
            from = NULL;
        }
    if (disk->n_names == NAMES_MAX)
        die("too many names");
    struct name *n = &disk->names[disk->n_names++];
    *n = (struct name){ .dirty = true };
    snprintf(n->path, sizeof n->path, "%s", path);
    snprintf(n->from, sizeof n->from, "%s", from ? from : "");
}

int __wrap_open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = (mode_t)va_arg(args, int);
        va_end(args);
    }
    if (!(flags & O_CREAT) || !disk || !tracked(path))
        return __real_open64(path, flags, mode);
    point();
    bool there = !access(path, F_OK);
    int fd = __real_open64(path, flags, mode);
    if (fd >= 0 && !there)
        new_name(path, NULL);
    return fd;
}

static bool path_of_fd(int fd, char path[PATH_BYTES])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_BYTES - 1);
    path[n > 0 ? n : 0] = 0;
    return disk && n > 0 && tracked(path);
}

static long fd_old(void *from, void *bytes, long n, long at)
{
    return pread(*(int *)from, bytes, (size_t)n, at);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    char path[PATH_BYTES];
    struct stat st;
    if (path_of_fd(fd, path) && !fstat(fd, &st)) {
        bool last = last_point();
        if (last && !disk->torn)
            stop();
        remember(file_number(path), lseek(fd, 0, SEEK_CUR), (long)n, st.st_size, fd_old, &fd);
        if (last) {
            if (__real_write(fd, bytes, n / 2) < 0)
                die("write");
            stop();
        }
    }
    return __real_write(fd, bytes, n);
}

int __wrap_fsync(int fd)
{
    char path[PATH_BYTES];
    struct stat st;
    if (!path_of_fd(fd, path) || fstat(fd, &st))
        return __real_fsync(fd);
    point();
    size_t len = strlen(path);
    for (int i = 0; S_ISDIR(st.st_mode) && i < disk->n_names; i++) {
        const char *slash = strrchr(disk->names[i].path, '/');
        if (slash && (size_t)(slash - disk->names[i].path) == len && !strncmp(disk->names[i].path, path, len))
            disk->names[i].dirty = false;
    }
    if (S_ISREG(st.st_mode))
        flushed(file_number(path));
    return __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    if (!disk || !tracked(to))
        return __real_rename(from, to);
    point();
    int rc = __real_rename(from, to);
    if (!rc) {
        for (int i = 0; i < disk->n_files; i++)
            if (!strcmp(disk->files[i], from))
                snprintf(disk->files[i], PATH_BYTES, "%s", to);
        new_name(to, from);
    }
    return rc;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    bool count = disk && tracked(path) && access(path, F_OK);
    if (count)
        point();
    int rc = __real_mkdir(path, mode);
    if (count && !rc)
        new_name(path, NULL);
    return rc;
}

int __wrap_unlink(const char *path)
{
    if (disk && tracked(path))
        point();
    return __real_unlink(path);
}

/* ---------- arming and cutting ---------- */

void disk_arm(const char *folder, long kill_at, bool torn)
{
    disk->points = 0;
    disk->n_sectors = disk->n_files = disk->n_names = 0;
    disk->kill_at = kill_at;
    disk->torn = torn;
    snprintf(disk->folder, sizeof disk->folder, "%s", folder);
    disk->armed = true;
}

void disk_disarm(void)
{
    disk->armed = false;
}

long disk_points(void)
{
    return disk->points;
}

static bool coin(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 40 & 1;
}

static void put_back(const struct sector *x, const char *path)
{
    int fd = __real_open64(path, O_WRONLY);
    if (fd < 0)
        return; /* its name is gone already */
    if (pwrite(fd, x->old, SECTOR, x->number * SECTOR) != SECTOR)
        die("cannot put back");
    close(fd);
}

static void lose_name(const struct name *n)
{
    if (n->from[0]) {
        __real_rename(n->path, n->from);
        return;
    }
    if (!__real_unlink(n->path))
        return;
    char command[PATH_BYTES + 16]; /* a folder whose name was not flushed goes with all that is in it */
    snprintf(command, sizeof command, "rm -rf '%s'", n->path);
    if (system(command))
        die("cannot lose a folder");
}

long disk_cut(uint64_t seed)
{
    long lost = 0;
    disk->armed = false;
    for (int i = 0; i < disk->n_sectors; i++)
        if (disk->sectors[i].dirty && coin(&seed)) {
            put_back(&disk->sectors[i], disk->files[disk->sectors[i].file]);
            lost++;
        }
    for (int i = disk->n_names - 1; i >= 0; i--)
        if (disk->names[i].dirty && coin(&seed)) {
            lose_name(&disk->names[i]);
            lost++;
        }
    return lost;
}
