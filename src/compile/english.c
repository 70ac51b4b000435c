/* english.c: reports in English. */
#include "compile/inside.h"

void compile_english(struct compile *c, const struct block *b, const struct plain *p)
{
    (void)c, (void)b, (void)p;
}
