/* fault.c: a fault is a value; its sentences stand in faults.tsv, sorted by code when the program is built. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>

static const struct sentence {
    const char *code, *zh, *en;
} sentences[] = {
#include "faults.inc"
};

static const struct sentence *sentence_find(const char *code)
{
    size_t low = 0, high = COUNT(sentences);
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = strcmp(sentences[mid].code, code);
        if (!c)
            return &sentences[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool fault_code_known(const char *code)
{
    return sentence_find(code) != NULL;
}

bool fault_set(struct fault *f, enum fault_kind kind, const char *code, struct slice about0, struct slice about1)
{
    *f = (struct fault){ .kind = kind, .code = code, .about = { about0, about1 } };
    return false;
}

void fault_detail(struct fault *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(f->detail, sizeof f->detail, format, args);
    va_end(args);
}

void fault_say(struct buf *b, const struct fault *f, enum language lang)
{
    const struct sentence *s = f->code ? sentence_find(f->code) : NULL;
    if (!s) {
        buf_text(b, f->code ? f->code : "");
        return;
    }
    for (const char *p = lang == LANG_ZH ? s->zh : s->en; *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
            buf_put(b, f->about[p[1] - '0']);
            p += 2;
        } else {
            buf_char(b, *p);
        }
    }
}

int fault_exit(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_NONE: return 0;
    case FAULT_USAGE: return 2;
    case FAULT_BUSY:
    case FAULT_BROKEN: return 3;
    default: return 1;
    }
}
