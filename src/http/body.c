/* body.c: the bytes after the head. Short ones are kept in memory and grow only as they come; long ones (proofs, up to
 * 50 MB) wait in a nameless file that is mapped once it is whole, so that who reads it sees one contiguous text either
 * way and many uploads at once cost disk, not memory. */
#include "http/inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

static bool too_large(struct call *c, struct fault *f)
{
    uint64_t max = c->body_max;
    struct slice limit = max >= 1 << 20 ? slice_format(&c->own, "%llu MB", (unsigned long long)(max >> 20))
                                        : slice_format(&c->own, "%llu KB", (unsigned long long)(max >> 10));
    return fault_set(f, FAULT_REFUSED, "body-large", limit, S(""));
}

static bool spool_open(struct call *c, struct fault *f)
{
    struct server *s = c->server;
    const char *folder = s->config.spool_folder ? s->config.spool_folder : "/var/tmp";
    if (atomic_fetch_add(&s->spooled_bytes, (int64_t)c->body_declared) + (int64_t)c->body_declared > HTTP_SPOOL_BYTES) {
        atomic_fetch_sub(&s->spooled_bytes, (int64_t)c->body_declared);
        return fault_set(f, FAULT_BUSY, "uploads-full", S(""), S(""));
    }
    c->spool_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (c->spool_fd >= 0)
        return true;
    atomic_fetch_sub(&s->spooled_bytes, (int64_t)c->body_declared);
    fault_set(f, FAULT_BROKEN, "upload-unwritten", S(""), S(""));
    fault_detail(f, "cannot make a temporary file in %s", folder);
    return false;
}

/* Called once the route is known. */
bool body_prepare(struct call *c, struct fault *f)
{
    int64_t length = 0;
    c->body_max = c->q.route && c->q.route->max_body_bytes ? c->q.route->max_body_bytes : HTTP_BODY_BYTES;
    if (c->lengths && (!slice_int(c->content_length, &length) || length < 0))
        return fault_set(f, FAULT_USAGE, "bad-header", S(""), S(""));
    c->body_declared = (uint64_t)length;
    if (c->body_declared > c->body_max)
        return too_large(c, f);
    c->body = buf_open(c->body_declared ? c->body_declared : 1);
    return c->body_declared > HTTP_BODY_MEMORY_BYTES ? spool_open(c, f) : true;
}

bool body_add(struct call *c, struct slice bytes, struct fault *f)
{
    c->body_got += bytes.len;
    if (c->body_got > c->body_declared) /* libmicrohttpd cuts at Content-Length: this is a bug, or memory gone wrong */
        return too_large(c, f);
    if (c->spool_fd < 0) {
        buf_put(&c->body, bytes);
        return c->body.failed ? fault_set(f, FAULT_BROKEN, "no-memory", S(""), S("")) : true;
    }
    while (bytes.len) {
        ssize_t n = write(c->spool_fd, bytes.at, bytes.len);
        if (n <= 0)
            return fault_set(f, FAULT_BROKEN, "upload-unwritten", S(""), S(""));
        bytes = slice_from(bytes, (size_t)n);
    }
    return true;
}

static bool body_map(struct call *c, struct slice *whole, struct fault *f)
{
    *whole = buf_slice(&c->body);
    if (c->spool_fd < 0 || !c->body_got)
        return true;
    void *map = mmap(NULL, c->body_got, PROT_READ, MAP_SHARED, c->spool_fd, 0);
    if (map == MAP_FAILED)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    c->spool_map = map;
    *whole = (struct slice){ map, c->body_got };
    return true;
}

/* A media type with or without parameters. */
static bool is_type(struct slice type, const char *name)
{
    size_t n = strlen(name);
    return type.len >= n && !strncasecmp(type.at, name, n) && (type.len == n || strchr("; \t", type.at[n]));
}

bool body_read(struct call *c, struct fault *f)
{
    struct request *q = &c->q;
    if (!body_map(c, &q->body, f))
        return false;
    if (is_type(q->content_type, "application/x-www-form-urlencoded"))
        return form_urlencoded(q->arena, q->body, &q->form, f);
    if (!is_type(q->content_type, "multipart/form-data"))
        return true;
    bool ok = form_multipart(q->arena, q->content_type, q->body, &q->form, &q->files, f);
    if (c->spool_map) /* looking for the marks has read the whole file in: its pages need not stay ours */
        madvise(c->spool_map, c->body_got, MADV_DONTNEED);
    return ok;
}

void body_drop(struct call *c)
{
    if (c->spool_map)
        munmap(c->spool_map, c->body_got);
    if (c->spool_fd >= 0) {
        close(c->spool_fd);
        atomic_fetch_sub(&c->server->spooled_bytes, (int64_t)c->body_declared);
    }
    c->spool_map = NULL;
    c->spool_fd = -1;
    buf_close(&c->body);
    c->body_declared = c->body_got = 0;
}
