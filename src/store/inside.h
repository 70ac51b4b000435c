/* What the files of this room share. */
#ifndef TAIZHANG_STORE_INSIDE_H
#define TAIZHANG_STORE_INSIDE_H

#include "store/store.h"

struct sql_text { const char *name; int n_args; const char *sqlite, *pg; };
extern const struct sql_text sql_texts[SQL_COUNT];

#endif
