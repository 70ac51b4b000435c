/* pack_yaml: a YAML file as a tree of maps, lists and texts, each with its line; as packs and their stories are written.
 * Plain data: no anchors, aliases, tags or second documents, every key a text that stands once, every scalar a text. */
#ifndef TAIZHANG_LEDGER_PACK_YAML_H
#define TAIZHANG_LEDGER_PACK_YAML_H

#include "ledger/pack.h"

enum yaml_kind { YAML_TEXT = 1, YAML_LIST = 2, YAML_MAP = 4 }; /* bits, so that a place may take several */
struct yaml {
    enum yaml_kind kind;
    int line;
    struct slice key;          /* in a map */
    int key_line;
    struct slice text;
    struct yaml *first, *next; /* children in order, of a list or a map */
    size_t n;
};

/* The map that a file is; NULL after a problem, which names file and line. */
const struct yaml *yaml_open(struct arena *a, struct slice file, struct slice bytes, struct pack_problems *problems);
const struct yaml *yaml_get(const struct yaml *map, struct slice key); /* NULL where absent or no map */
void yaml_put(struct buf *b, const struct yaml *y); /* the same tree when read again; its lines are others */

#endif
