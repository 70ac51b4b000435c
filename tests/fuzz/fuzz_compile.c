/* fuzz_compile: whatever bytes come, a compile ends, every span lies in the text, and the same bytes give the same
 * result. The first byte chooses passage or document, language and part. */
#include "compile/compile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lexicon *lexicon; /* read once; a test, not the product */

static void hold(bool promise)
{
    if (!promise)
        abort();
}

static void spans_hold(const struct report *r, struct span s)
{
    hold(s.start <= s.end && s.end <= r->text.len);
}

static void report_holds(const struct report *r)
{
    for (size_t i = 0; i < r->n_figures; i++) {
        spans_hold(r, r->figures[i].span);
        hold(r->figures[i].masked || r->figures[i].value.ok);
    }
    for (size_t i = 0; i < r->n_tasks; i++) {
        spans_hold(r, r->tasks[i].span);
        for (size_t k = 0; k < r->tasks[i].n_figures; k++)
            hold(r->tasks[i].figures[k] >= 0 && (size_t)r->tasks[i].figures[k] < r->n_figures);
    }
    for (size_t i = 0; i < r->n_projects; i++)
        spans_hold(r, r->projects[i].span);
    for (size_t i = 0; i < r->n_terms; i++)
        spans_hold(r, r->terms[i].span);
    for (size_t i = 0; i < r->n_sections; i++) {
        spans_hold(r, r->sections[i].span);
        hold(r->sections[i].parent < (int32_t)i);
    }
}

static struct buf compiled(struct slice text, const struct compile_hints *h)
{
    struct arena a;
    struct report r;
    struct fault f;
    struct buf out = buf_open(64 << 20);
    arena_open(&a, 0);
    if (compile(&a, lexicon, text, h, &r, &f)) {
        report_holds(&r);
        report_put_json(&out, &r, true);
        struct buf csv = buf_open(64 << 20);
        report_put_csv(&csv, &r);
        buf_close(&csv);
    } else {
        hold(fault_code_known(f.code));
    }
    arena_close(&a);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault f;
    if (!lexicon)
        lexicon = lexicon_open(LEXICON_FOLDER, &f);
    hold(lexicon != NULL);
    if (!size)
        return 0;
    char *copy = malloc(size); /* without a byte behind it, so that an overrun is seen */
    memcpy(copy, data + 1, size - 1);
    struct slice text = { copy, size - 1 };
    struct compile_hints h = { .passage = data[0] & 1 && utf8_valid(text) == text.len, .year = 2026,
        .language_known = data[0] & 2, .english = data[0] & 4, .part_known = data[0] & 8, .part = data[0] >> 4 & 3 };
    struct buf one = compiled(text, &h), two = compiled(text, &h);
    hold(slice_equal(buf_slice(&one), buf_slice(&two)));
    buf_close(&one);
    buf_close(&two);
    free(copy);
    return 0;
}
