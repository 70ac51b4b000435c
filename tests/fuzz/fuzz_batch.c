/* fuzz_batch: a line of --batch is refused with a sentence, or gives exactly one line that is JSON with its id. */
#include "compile/compile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lexicon *lexicon; /* read once; a test, not the product */

static void hold(bool promise)
{
    if (!promise)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault f;
    struct arena a;
    struct json *back;
    if (!lexicon)
        lexicon = lexicon_open(LEXICON_FOLDER, &f);
    hold(lexicon != NULL);
    char *copy = malloc(size + 1);
    memcpy(copy, data, size);
    struct buf out = buf_open(64 << 20);
    arena_open(&a, 0);
    if (compile_batch_line(&a, lexicon, (struct slice){ copy, size }, &out, &f)) {
        struct slice line = buf_slice(&out);
        hold(line.len && memchr(line.at, '\n', line.len) == line.at + line.len - 1);
        hold(json_parse(&a, line, &back, &f) && json_get(back, "id") && json_get(back, "tasks"));
    } else {
        hold(!out.len && fault_code_known(f.code));
    }
    arena_close(&a);
    buf_close(&out);
    free(copy);
    return 0;
}
