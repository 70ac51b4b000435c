/* fuzz_docx.c: the docx reader, for text and for the first table. Input is a docx, or the XML of its document. */
#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = { (const char *)data, size };
    struct arena a;
    struct fault f = { 0 };
    arena_open(&a, 256 << 20);
    if (!slice_starts(bytes, S("PK")))
        bytes = fuzz_package(&a, &(struct fuzz_part){ "word/document.xml", bytes }, 1);
    for (int table = 0; table < 2; table++) {
        struct package p;
        struct buf text = buf_open(DOCUMENT_TEXT_MAX_BYTES);
        struct grid g = { 0 };
        bool opened = package_open(&a, bytes, &p, &f);
        bool done = opened && (table ? docx_table(&p, &g, &f) : docx_text(&p, &text, &f));
        fuzz_check_fault(done, &f);
        if (done)
            fuzz_check_grid(&g);
        if (done && utf8_valid(buf_slice(&text)) != text.len)
            abort();
        if (opened)
            package_close(&p);
        buf_close(&text);
    }
    arena_close(&a);
    return 0;
}
