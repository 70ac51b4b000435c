/* nearest.c: the known name that was probably meant. Edit distance with swapped neighbours, bounded small. */
#include "ledger/pack_inside.h"

enum { NEAREST_WORD_MAX = 40 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours from a to b; `limit` + 1 where there are more. */
static int distance(struct slice a, struct slice b, int limit)
{
    int rows[3][NEAREST_WORD_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int *now = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];
        now[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int change = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            now[j] = smaller(change, smaller(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = smaller(now[j], before2[j - 2] + 1);
        }
    }
    int d = rows[a.len % 3][b.len];
    return d > limit ? limit + 1 : d;
}

struct nearest nearest_open(struct slice word)
{
    return (struct nearest){ .word = word, .distance = word.len <= 3 ? 2 : 3 };
}

void nearest_try(struct nearest *n, struct slice candidate)
{
    if (n->word.len > NEAREST_WORD_MAX || candidate.len > NEAREST_WORD_MAX || candidate.len == 0)
        return;
    int d = distance(n->word, candidate, n->distance);
    if (d < n->distance && (size_t)d < candidate.len && (size_t)d < n->word.len) {
        n->distance = d;
        n->best = candidate;
    }
}
