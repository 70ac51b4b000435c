/* package.h: a fuzzer cannot guess the check sums of a zip, so the targets also take bare XML and put it into one. */
#ifndef FUZZ_PACKAGE_H
#define FUZZ_PACKAGE_H

#include "document/inside.h"

#include <stdlib.h>
#include <zip.h>

struct fuzz_part {
    const char *name;
    struct slice xml;
};

static inline struct slice fuzz_package(struct arena *a, const struct fuzz_part *parts, size_t n)
{
    zip_error_t error;
    zip_stat_t stat;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error);
    zip_source_keep(source);
    for (size_t i = 0; i < n; i++) {
        zip_int64_t at = zip_file_add(zip, parts[i].name, zip_source_buffer(zip, parts[i].xml.at, parts[i].xml.len, 0), 0);
        zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    }
    if (zip_close(zip) || zip_source_stat(source, &stat) || zip_source_open(source))
        abort();
    struct slice bytes = { NEW(a, char, stat.size), stat.size };
    if (zip_source_read(source, (char *)(uintptr_t)bytes.at, bytes.len) != (zip_int64_t)bytes.len)
        abort();
    zip_source_close(source);
    zip_source_free(source);
    return bytes;
}

/* What a table's reader promises: no wider, no longer and no larger than it says, cells of valid UTF-8. */
static inline void fuzz_check_grid(const struct grid *g)
{
    if (g->n > TABLE_ROWS_MAX || g->columns > TABLE_COLUMNS_MAX)
        abort();
    for (size_t i = 0; i < g->n; i++) {
        if (g->at[i].n > g->columns)
            abort();
        for (size_t k = 0; k < g->at[i].n; k++)
            if (utf8_valid(g->at[i].at[k]) != g->at[i].at[k].len)
                abort();
    }
}

/* A refusal has a sentence. */
static inline void fuzz_check_fault(bool done, const struct fault *f)
{
    if (!done && (!f->code || !fault_code_known(f->code) || f->kind != FAULT_REFUSED))
        abort();
}

#endif
