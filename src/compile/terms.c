/* terms.c: the entries of a glossary (名词解释), and definitions in the running text: X：指… and 所谓X，是指…
 *
 *   term = label? NAME ：MEANS? definition
 *        | 所谓 NAME ，? MEANS definition */
#include "compile/inside.h"

enum { TERM_MAX_BYTES = 40 * 3 };

static bool means_at(const struct compile *c, struct slice text, size_t at, size_t *len)
{
    uint32_t w = at < text.len ? trie_longest(&c->lex->zh, text.at + at, text.at + text.len, len) : 0;
    return w && (c->lex->words[w].roles & ROLE(MEANS));
}

void read_terms(struct compile *c, const struct block *b, const struct plain *p)
{
    struct slice text = p->text;
    size_t start = heading_label_read(text.at).len, len = 0;
    ptrdiff_t colon = slice_find(slice_part(text, start, start + TERM_MAX_BYTES), S("："));
    if (colon <= 0)
        return;
    size_t from = start + (size_t)colon + sizeof "：" - 1;
    bool means = means_at(c, text, from, &len);
    if (!means && b->part != PART_GLOSSARY)
        return;
    struct term t = { .term = slice_trim(slice_part(text, start, start + (size_t)colon)),
        .definition = slice_trim(slice_from(text, from + (means ? len : 0))),
        .span = { plain_start(p, (uint32_t)start), plain_end(p, (uint32_t)text.len) },
        .rule = means ? "term-means" : "glossary-line" };
    if (t.term.len && t.definition.len)
        PUSH(c->arena, &c->terms, t);
}
