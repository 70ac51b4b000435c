/* fuzz_text.c: kinds, encodings and csv. What is read is valid UTF-8 without CR and zero, and reading it once more
 * changes nothing. */
#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(struct arena *a, const struct encodings *e, struct slice text)
{
    struct buf again = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    struct fault f = { 0 };
    bool marked = slice_starts(text, S("\xEF\xBB\xBF")); /* a second mark would go too */
    if (!text_read(a, e, text, &again, &f) || (!marked && !slice_equal(buf_slice(&again), text)))
        abort();
    buf_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = { (const char *)data, size };
    struct arena a;
    struct encodings e;
    struct fault f = { 0 };
    struct grid g = { 0 };
    enum document_kind kind;
    struct buf text = buf_open(DOCUMENT_TEXT_MAX_BYTES);
    arena_open(&a, 256 << 20);
    if (!encodings_open(&e))
        abort();
    fuzz_check_fault(document_detect(bytes, &kind, &f), &f);
    bool done = text_read(&a, &e, bytes, &text, &f);
    fuzz_check_fault(done, &f);
    if (done) {
        struct slice s = buf_slice(&text);
        if (utf8_valid(s) != s.len || (s.len && (memchr(s.at, 0, s.len) || memchr(s.at, '\r', s.len))))
            abort();
        read_again(&a, &e, s);
        done = csv_table(&a, s, &g, &f);
        fuzz_check_fault(done, &f);
        if (done)
            fuzz_check_grid(&g);
    }
    buf_close(&text);
    encodings_close(&e);
    arena_close(&a);
    return 0;
}
