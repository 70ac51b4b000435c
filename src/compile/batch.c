/* batch.c: one line of `compile --batch`: a JSON object with id and text (and lang, year, part) in, one line out. */
#include "compile/compile.h"

static struct compile_hints hints_of(const struct json *line)
{
    struct compile_hints h = { .passage = true };
    int64_t year = 0;
    if (json_int(line, "year", &year) && year >= 1 && year <= 9999)
        h.year = (int)year;
    struct slice lang = json_text(line, "lang"), part = json_text(line, "part");
    h.language_known = lang.len > 0;
    h.english = slice_equal(lang, S("en"));
    for (enum report_part p = PART_REVIEW; part.len && p <= PART_OTHER; p++)
        if (slice_equal(part, slice_of(report_part_word(p))))
            h.part_known = true, h.part = p;
    return h;
}

bool compile_batch_line(struct arena *a, const struct lexicon *lex, struct slice line, struct buf *out, struct fault *f)
{
    struct json *object;
    struct report report;
    if (utf8_valid(line) != line.len)
        return fault_set(f, FAULT_REFUSED, "compile-not-utf8", S(""), S(""));
    if (!json_parse(a, line, &object, f))
        return false;
    const struct json *id = json_get(object, "id"), *text = json_get(object, "text");
    if (!id || id->kind != JSON_STRING || !text || text->kind != JSON_STRING)
        return fault_set(f, FAULT_REFUSED, "batch-wants", S(""), S(""));
    struct compile_hints hints = hints_of(object);
    if (!compile(a, lex, text->text, &hints, &report, f))
        return false;
    report_put_batch_line(out, id->text, &report);
    return true;
}
