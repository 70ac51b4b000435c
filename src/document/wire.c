/* wire.c: the messages on the pipes between the client and the confined program; inside.h has their grammar. */
#include "document/inside.h"

void wire_u32(struct buf *b, size_t v)
{
    if (v > UINT32_MAX) {
        buf_close(b);
        b->failed = true;
        return;
    }
    buf_put(b, (struct slice){ (const char[]){ (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) }, 4 });
}

void wire_field(struct buf *b, struct slice s)
{
    wire_u32(b, s.len);
    buf_put(b, s);
}

void wire_figure(struct buf *b, int64_t v)
{
    char digits[24];
    wire_field(b, (struct slice){ digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)v) });
}

static size_t take_u32(struct wire *w)
{
    if (w->rest.len < 4) {
        w->cut = true;
        return 0;
    }
    const unsigned char *p = (const unsigned char *)w->rest.at;
    w->rest = slice_from(w->rest, 4);
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

bool wire_next(struct arena *a, struct wire *w, struct slices *record)
{
    size_t fields = w->cut ? 0 : take_u32(w);
    if (fields > RECORD_FIELDS_MAX)
        w->cut = true;
    if (w->cut || !fields)
        return false;
    *record = (struct slices){ .at = NEW(a, struct slice, fields), .cap = fields };
    while (record->n < fields) {
        size_t len = take_u32(w);
        if (w->cut || len > w->rest.len) {
            w->cut = true;
            return false;
        }
        record->at[record->n++] = slice_part(w->rest, 0, len);
        w->rest = slice_from(w->rest, len);
    }
    return true;
}
