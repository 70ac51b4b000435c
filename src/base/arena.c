/* arena.c: memory for one piece of work.
 *
 * Blocks double up to a megabyte. In the sanitizer build every piece is a malloc of its own, so that an overrun
 * of one piece is seen (libgit2 does the same). */
#include "base/base.h"

#include <stdlib.h>

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

enum { BLOCK_FIRST = 4096, BLOCK_LARGEST = 1 << 20, SPARE_BYTES = 1 << 16 };

#if defined(__SANITIZE_ADDRESS__)
enum { PIECEWISE = 1 };
#else
enum { PIECEWISE = 0 };
#endif

void arena_open(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){ .cap_bytes = cap_bytes ? cap_bytes : ARENA_CAP_BYTES };
}

static void blocks_free(struct arena_block *b)
{
    while (b) {
        struct arena_block *older = b->older;
        free(b);
        b = older;
    }
}

void arena_close(struct arena *a)
{
    blocks_free(a->blocks);
    *a = (struct arena){ 0 };
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = PIECEWISE ? NULL : a->blocks;
    if (keep) {
        blocks_free(keep->older);
        keep->older = NULL;
    } else {
        blocks_free(a->blocks);
    }
    *a = (struct arena){ .blocks = keep, .cap_bytes = a->cap_bytes };
    if (keep) {
        a->at = keep->bytes;
        a->end = keep->bytes + keep->size;
        a->used_bytes = keep->size;
    }
}

/* A new block for at least `bytes`. False when the cap or the machine says no. */
static bool arena_more(struct arena *a, size_t bytes)
{
    size_t size = a->blocks ? a->blocks->size * 2 : BLOCK_FIRST;
    if (size > BLOCK_LARGEST)
        size = BLOCK_LARGEST;
    if (PIECEWISE || size < bytes)
        size = bytes;
    if (size > a->cap_bytes - a->used_bytes)
        return false;
    struct arena_block *b = malloc(sizeof *b + size);
    if (!b)
        return false;
    *b = (struct arena_block){ .older = a->blocks, .size = size };
    a->blocks = b;
    a->used_bytes += size;
    a->at = b->bytes;
    a->end = b->bytes + size;
    return true;
}

/* Lent after a failure: callers write there and the owner throws the work away. One block for each thread would be
 * enough; a fresh allocation is tried first, and only without any memory at all does the process stop. */
static void *lend(struct arena *a, size_t bytes)
{
    a->failed = true;
    size_t size = bytes > SPARE_BYTES ? bytes : SPARE_BYTES;
    if (bytes > ARENA_CAP_BYTES)
        abort(); /* a size that no caller may ask for: a bug, not the world */
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (!b)
        abort();
    b->size = size;
    b->older = a->blocks;
    a->blocks = b;
    a->at = b->bytes + bytes;
    a->end = b->bytes + size;
    return b->bytes;
}

void *arena_take(struct arena *a, size_t n, size_t size, size_t align)
{
    size_t room = (size_t)(a->end - a->at), pad = -(uintptr_t)a->at & (align - 1), bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        bytes = SIZE_MAX / 2;
    if (PIECEWISE || room < pad || bytes > room - pad) {
        if (!arena_more(a, bytes ? bytes : 1))
            return lend(a, bytes);
        pad = 0;
    }
    void *p = a->at + pad;
    a->at += pad + bytes;
    if (PIECEWISE)
        a->at = a->end;
    return bytes ? memset(p, 0, bytes) : p;
}

void *arena_grow(struct arena *a, void *at, size_t *cap, size_t need, size_t size, size_t align)
{
    size_t more = *cap ? *cap * 2 : 8;
    if (more < need)
        more = need;
    void *moved = arena_take(a, more, size, align);
    if (*cap)
        memcpy(moved, at, *cap * size);
    *cap = more;
    return moved;
}
