/* The bytes of the log, pinned. Fifty events of all shapes (no field, many fields, long and empty values, an erased
 * one, keys, the largest numbers) are appended with a clock and a randomness that are the same each time; the file
 * log.txt beside this one holds header, body, leaf and root of each. It never changes for a format version: whoever
 * holds a printed root holds these bytes.
 *
 *   test_golden FILE            compares          test_golden FILE update     writes, for a new format version only
 *
 * check.py reads the same file with another language's SHA-256 and nothing of ours. */
#include "ledger/inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 50 };

struct source { int64_t now_ms; uint64_t state; };

static int64_t clock_of(void *context)
{
    struct source *s = context;
    return s->now_ms += 61007;
}

static void random_of(void *context, void *bytes, size_t n)
{
    struct source *s = context;
    for (size_t i = 0; i < n; i++) { /* splitmix64, one byte each */
        uint64_t z = s->state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        ((unsigned char *)bytes)[i] = (unsigned char)(z ^ z >> 31);
    }
}

static const char *const kinds[] = { "begun", "pack-taken", "unit-set", "person-set", "account-set", "duty-given", "day-begun", "opened", "changed", "reported",
    "moved", "signed", "returned", "ruled", "planned", "lined", "asked", "answered", "issued", "paper-issued" };
static const struct { const char *name, *value; } fields[] = { { "title", "修通十条通村路" }, { "due", "2026-11-30" }, { "lead", "17" }, { "support", "18,19" },
    { "note", "" }, { "f.target", "t:12.5公里" }, { "was.f.target", "t:12公里" }, { "plan", "[{\"title\":\"开工\",\"due\":\"2026-05-01\",\"percent\":20}]" },
    { "light", "yellow" }, { "was.light", "green" }, { "progress", "35.5" }, { "clock.due", "running 2026-11-30" }, { "span", "120-188" } };

/* Which fields an event has is told by the bits of its number, so that all mixtures occur. */
static void make_event(struct arena *a, int i, struct event *e)
{
    static const unsigned char key[KEY_BYTES] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255 };
    *e = (struct event){ .account = i % 7 == 0 ? S("clock") : S("00c0ffee00c0ffee"), .kind = slice_of(kinds[(size_t)i % COUNT(kinds)]),
        .ledger = i % 3 ? S("tasks") : S(""), .entry = i % 3 ? i == 49 ? INT64_MAX : 1000 + i : 0,
        .key = i % 4 ? (struct slice){ NULL, 0 } : (struct slice){ (const char *)key, sizeof key } };
    for (size_t k = 0; k < COUNT(fields); k++)
        if ((uint64_t)i * 2654435761u >> (k + 3) & 1)
            event_set(a, e, fields[k].name, slice_of(fields[k].value));
    if (i == 25) { /* a long one, with every byte that there is */
        char *all = NEW(a, char, 600);
        for (int k = 0; k < 600; k++)
            all[k] = (char)k;
        event_set(a, e, "file.bytes", (struct slice){ all, 600 });
    }
}

static void put_hex(struct buf *b, const char *name, struct slice bytes)
{
    buf_format(b, "%s ", name);
    for (size_t i = 0; i < bytes.len; i++)
        buf_format(b, "%02x", (unsigned char)bytes.at[i]);
    buf_char(b, '\n');
}

static bool put_event(struct buf *b, struct ledger *l, struct log_head *head, struct event *e, bool erase)
{
    unsigned char header[EVENT_HEADER_MAX];
    struct fault f;
    if (!log_append(l, LOG_MAIN, head, e, &f))
        return false;
    if (erase && e->n) /* the leaf stays */
        e->fields[0].erased = true;
    struct buf body = buf_open(1 << 16);
    event_put_body(&body, e);
    log_head_root(&l->hasher, head);
    buf_format(b, "\nevent %lld %.*s\n", (long long)e->seq, S_ARG(e->kind));
    put_hex(b, "header", (struct slice){ (const char *)header, event_header(l->county, LOG_MAIN, e, header) });
    put_hex(b, "body", buf_slice(&body));
    put_hex(b, "leaf", (struct slice){ (const char *)e->leaf, HASH_BYTES });
    put_hex(b, "root", (struct slice){ (const char *)head->root, HASH_BYTES });
    buf_close(&body);
    return true;
}

static bool make_log(struct buf *b, const char *algorithm)
{
    struct source source = { .now_ms = day_start_ms(day_of(2026, 1, 5)) + 8 * 3600 * 1000, .state = 20260105 };
    struct ledger l = { .county = 150999, .world = { &source, clock_of, random_of } };
    struct log_head head = { 0 };
    struct arena a;
    struct fault f;
    arena_open(&a, 0);
    bool ok = hasher_open(&l.hasher, algorithm, &f) && store_open(":memory:", STORE_MEMORY, (struct store_options){ 0 }, &l.conn, &f) && store_schema(l.conn, &f);
    buf_format(b, "log %s county %d\n", algorithm, l.county);
    for (int i = 0; ok && i < EVENTS; i++) {
        struct event e;
        make_event(&a, i, &e);
        ok = put_event(b, &l, &head, &e, i % 17 == 5);
    }
    store_close(l.conn);
    hasher_close(&l.hasher);
    arena_close(&a);
    return ok && !b->failed;
}

static int compare(struct slice made, struct slice kept)
{
    struct slice one, other;
    for (int line = 1; made.len || kept.len; line++) {
        bool more = slice_cut(&made, '\n', &one), kept_more = slice_cut(&kept, '\n', &other);
        if (more && kept_more && slice_equal(one, other))
            continue;
        printf("line %d differs\n  pinned %.*s\n  made   %.*s\n", line, S_ARG(kept_more ? other : S("(none)")), S_ARG(more ? one : S("(none)")));
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct buf b = buf_open(4 << 20);
    char *kept = malloc(4 << 20);
    if (argc < 2 || !kept || !make_log(&b, "sha256") || !make_log(&b, "sm3"))
        return 3;
    FILE *file = fopen(argv[1], argc > 2 ? "w" : "r");
    if (!file)
        return 3;
    int code = 0;
    if (argc > 2)
        code = fwrite(b.at, 1, b.len, file) == b.len ? 0 : 3;
    else
        code = compare(buf_slice(&b), (struct slice){ kept, fread(kept, 1, 4 << 20, file) });
    fclose(file);
    free(kept);
    buf_close(&b);
    printf("2 logs of %d events %s\n", EVENTS, code ? "DIFFER" : "as pinned");
    return code;
}
