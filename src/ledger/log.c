/* log.c: the canonical bytes of an event, its leaf, the Merkle tree over them.
 *
 *   leaf       = H(0x00 ‖ header ‖ commitments)
 *   header     = version u8 ‖ county u32 ‖ log u8 ‖ seq u64 ‖ time u64 (UTC ms) ‖ account ‖ kind ‖ ledger ‖ entry u64 ‖ key
 *   commitments= count u16 ‖ for each field in name order: name ‖ H(salt ‖ value)
 *   node       = H(0x01 ‖ left ‖ right)                                      RFC 6962
 *
 * Integers are big-endian; a text is its length as u16 and its bytes; H is SHA-256, or SM3 where the ledger was made
 * so. Values and salts lie beside the log (event_value.body), so that one field can be shown, or erased, alone:
 *
 *   body       = count u16 ‖ for each field in name order: name ‖ 0x00 ‖ salt[16] ‖ length u32 ‖ value
 *                                                        or name ‖ 0x01 ‖ commitment[32]            (erased)
 *
 * tests/golden/log.txt pins these bytes. They never change for a format version. */
#include "ledger/inside.h"

#include <stdlib.h>

enum { FORMAT_VERSION = 1, FIELDS_MAX = 400, NAME_MAX_BYTES = 120, HEADER_TEXT_MAX = 900 };

/* ---------- digests ---------- */

bool hasher_open(struct hasher *h, const char *algorithm, struct fault *f)
{
    h->md = EVP_MD_fetch(NULL, !strcmp(algorithm, "sm3") ? "SM3" : "SHA256", NULL);
    h->context = EVP_MD_CTX_new();
    if (h->md && h->context)
        return true;
    hasher_close(h);
    return fault_set(f, FAULT_BROKEN, "no-digest", slice_of(algorithm), S(""));
}

void hasher_close(struct hasher *h)
{
    EVP_MD_CTX_free(h->context);
    EVP_MD_free(h->md);
    *h = (struct hasher){ 0 };
}

void hash_parts(struct hasher *h, const struct slice *parts, size_t n, unsigned char out[HASH_BYTES])
{
    bool ok = EVP_DigestInit_ex2(h->context, h->md, NULL);
    for (size_t i = 0; i < n; i++)
        ok = ok && EVP_DigestUpdate(h->context, parts[i].at, parts[i].len);
    if (!ok || !EVP_DigestFinal_ex(h->context, out, NULL))
        abort(); /* a digest over memory cannot fail; without it nothing may be written */
}

struct slice hash_hex(struct arena *a, const unsigned char hash[HASH_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char *text = NEW(a, char, 2 * HASH_BYTES + 1);
    for (size_t i = 0; i < HASH_BYTES; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    return (struct slice){ text, 2 * HASH_BYTES };
}

/* ---------- fields ---------- */

void event_set(struct arena *a, struct event *e, const char *name, struct slice value)
{
    for (size_t i = 0; i < e->n; i++)
        if (slice_equal(e->fields[i].name, slice_of(name))) {
            e->fields[i].value = value;
            return;
        }
    if (e->n == e->cap)
        e->fields = arena_grow(a, e->fields, &e->cap, e->n + 1, sizeof *e->fields, alignof(struct event_field));
    e->fields[e->n++] = (struct event_field){ .name = slice_copy(a, slice_of(name)), .value = value };
}

void event_set_int(struct arena *a, struct event *e, const char *name, int64_t v)
{
    event_set(a, e, name, slice_format(a, "%lld", (long long)v));
}

void event_set_day(struct arena *a, struct event *e, const char *name, day d)
{
    event_set(a, e, name, day_text(a, d));
}

struct slice event_get(const struct event *e, const char *name)
{
    struct slice want = slice_of(name);
    for (size_t i = 0; i < e->n; i++)
        if (slice_equal(e->fields[i].name, want))
            return e->fields[i].value;
    return (struct slice){ NULL, 0 };
}

bool event_int(const struct event *e, const char *name, int64_t *v)
{
    struct slice s = event_get(e, name);
    return s.at && slice_int(s, v);
}

/* ---------- canonical bytes ---------- */

struct bytes { unsigned char *at; size_t n, max; };

static void put_uint(struct bytes *b, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--)
        if (b->n < b->max)
            b->at[b->n++] = (unsigned char)(v >> (8 * i));
}

static void put_bytes(struct bytes *b, const void *at, size_t n)
{
    if (n > b->max - b->n)
        n = b->max - b->n;
    if (n)
        memcpy(b->at + b->n, at, n);
    b->n += n;
}

static void put_text(struct bytes *b, struct slice s)
{
    put_uint(b, s.len, 2);
    put_bytes(b, s.at, s.len);
}

static int by_name(const void *x, const void *y)
{
    return slice_compare(((const struct event_field *)x)->name, ((const struct event_field *)y)->name);
}

size_t event_header(int county, int log, const struct event *e, unsigned char header[EVENT_HEADER_MAX])
{
    struct bytes b = { header, 0, EVENT_HEADER_MAX };
    put_uint(&b, FORMAT_VERSION, 1);
    put_uint(&b, (uint64_t)county, 4);
    put_uint(&b, (uint64_t)log, 1);
    put_uint(&b, (uint64_t)e->seq, 8);
    put_uint(&b, (uint64_t)e->at_ms, 8);
    put_text(&b, e->account);
    put_text(&b, e->kind);
    put_text(&b, e->ledger);
    put_uint(&b, (uint64_t)e->entry, 8);
    put_text(&b, e->key);
    return b.n;
}

void event_leaf(struct hasher *h, int county, int log, struct event *e, unsigned char leaf[HASH_BYTES])
{
    unsigned char header[EVENT_HEADER_MAX], space[NAME_MAX_BYTES + 2 + HASH_BYTES], zero = 0;
    size_t n = event_header(county, log, e, header);
    struct bytes b = { space, 0, sizeof space };
    put_uint(&b, e->n, 2);
    bool ok = EVP_DigestInit_ex2(h->context, h->md, NULL) && EVP_DigestUpdate(h->context, &zero, 1) && EVP_DigestUpdate(h->context, header, n)
        && EVP_DigestUpdate(h->context, b.at, b.n);
    for (size_t i = 0; i < e->n; i++) {
        b.n = 0;
        put_text(&b, e->fields[i].name);
        put_bytes(&b, e->fields[i].commitment, HASH_BYTES);
        ok = ok && EVP_DigestUpdate(h->context, b.at, b.n);
    }
    if (!ok || !EVP_DigestFinal_ex(h->context, leaf, NULL))
        abort();
}

static void commit_field(struct hasher *h, struct event_field *field)
{
    const struct slice parts[] = { { (const char *)field->salt, sizeof field->salt }, field->value };
    hash_parts(h, parts, 2, field->commitment);
}

void event_close(struct hasher *h, const struct world *w, int county, int log, struct event *e)
{
    if (e->n) /* some kinds say all by being there */
        qsort(e->fields, e->n, sizeof *e->fields, by_name);
    for (size_t i = 0; i < e->n; i++) {
        w->random(w->context, e->fields[i].salt, sizeof e->fields[i].salt);
        commit_field(h, &e->fields[i]);
    }
    event_leaf(h, county, log, e, e->leaf);
}

bool event_check(struct hasher *h, int county, int log, struct event *e)
{
    unsigned char leaf[HASH_BYTES];
    if (e->account.len + e->kind.len + e->ledger.len + e->key.len > HEADER_TEXT_MAX)
        return false;
    for (size_t i = 0; i < e->n; i++)
        if (!e->fields[i].erased)
            commit_field(h, &e->fields[i]);
    event_leaf(h, county, log, e, leaf);
    return !memcmp(leaf, e->leaf, HASH_BYTES);
}

static void buf_uint(struct buf *b, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--)
        buf_char(b, (char)(v >> (8 * i)));
}

void event_put_body(struct buf *b, const struct event *e)
{
    buf_uint(b, e->n, 2);
    for (size_t i = 0; i < e->n; i++) {
        const struct event_field *field = &e->fields[i];
        buf_uint(b, field->name.len, 2);
        buf_put(b, field->name);
        buf_char(b, field->erased);
        if (field->erased) {
            buf_put(b, (struct slice){ (const char *)field->commitment, HASH_BYTES });
            continue;
        }
        buf_put(b, (struct slice){ (const char *)field->salt, sizeof field->salt });
        buf_uint(b, field->value.len, 4);
        buf_put(b, field->value);
    }
}

/* Takes n bytes off the front; false when they are not there. */
static bool take(struct slice *s, size_t n, struct slice *part)
{
    if (s->len < n)
        return false;
    *part = slice_part(*s, 0, n);
    *s = slice_from(*s, n);
    return true;
}

static bool take_uint(struct slice *s, int width, uint64_t *v)
{
    struct slice part;
    if (!take(s, (size_t)width, &part))
        return false;
    *v = 0;
    for (int i = 0; i < width; i++)
        *v = *v << 8 | (unsigned char)part.at[i];
    return true;
}

bool event_read_body(struct arena *a, struct slice body, struct event *e)
{
    uint64_t n, len, erased;
    struct slice part;
    if (!take_uint(&body, 2, &n) || n > FIELDS_MAX)
        return false;
    e->fields = NEW(a, struct event_field, n);
    e->n = e->cap = n;
    for (size_t i = 0; i < n; i++) {
        struct event_field *field = &e->fields[i];
        if (!take_uint(&body, 2, &len) || len > NAME_MAX_BYTES || !take(&body, len, &field->name) || !take_uint(&body, 1, &erased) || erased > 1)
            return false;
        if (i && slice_compare(e->fields[i - 1].name, field->name) >= 0)
            return false;
        field->erased = erased;
        if (!take(&body, erased ? HASH_BYTES : sizeof field->salt, &part))
            return false;
        memcpy(erased ? field->commitment : field->salt, part.at, part.len);
        if (!erased && (!take_uint(&body, 4, &len) || !take(&body, len, &field->value)))
            return false;
    }
    return body.len == 0;
}

bool event_from_row(struct arena *a, const struct rows *rows, struct event *e)
{
    *e = (struct event){ .seq = rows_int(rows, 0), .at_ms = rows_int(rows, 1), .account = rows_copy(a, rows, 2), .kind = rows_copy(a, rows, 3),
        .ledger = rows_copy(a, rows, 4), .entry = rows_int(rows, 5), .key = rows_copy(a, rows, 6) };
    struct slice leaf = rows_text(rows, 7);
    if (leaf.len != HASH_BYTES)
        return false;
    memcpy(e->leaf, leaf.at, HASH_BYTES);
    return event_read_body(a, rows_copy(a, rows, 8), e);
}

/* ---------- the tree ---------- */

void log_head_add(struct hasher *h, struct log_head *head, const unsigned char leaf[HASH_BYTES])
{
    unsigned char node[HASH_BYTES], one = 1;
    memcpy(node, leaf, HASH_BYTES);
    for (int64_t size = head->size; size & 1; size >>= 1) { /* each 1 at the end of the size is a subtree that becomes full */
        const struct slice parts[] = { { (const char *)&one, 1 }, { (const char *)head->frontier[--head->n_frontier], HASH_BYTES }, { (const char *)node, HASH_BYTES } };
        hash_parts(h, parts, 3, node);
    }
    memcpy(head->frontier[head->n_frontier++], node, HASH_BYTES);
    head->size++;
}

void log_head_root(struct hasher *h, struct log_head *head)
{
    unsigned char one = 1;
    if (!head->n_frontier) {
        hash_parts(h, NULL, 0, head->root); /* RFC 6962: the empty tree is H() */
        return;
    }
    memcpy(head->root, head->frontier[head->n_frontier - 1], HASH_BYTES);
    for (size_t i = head->n_frontier - 1; i--;) {
        const struct slice parts[] = { { (const char *)&one, 1 }, { (const char *)head->frontier[i], HASH_BYTES }, { (const char *)head->root, HASH_BYTES } };
        hash_parts(h, parts, 3, head->root);
    }
}

bool log_head_read(struct conn *c, int county, int log, struct log_head *h, struct fault *f)
{
    struct rows rows;
    *h = (struct log_head){ 0 };
    store_ask(c, SQL_HEAD_GET, ARGS(v_int(county), v_int(log)), &rows, f);
    bool sane = true;
    if (rows_next(&rows)) {
        struct slice root = rows_text(&rows, 2), frontier = rows_text(&rows, 3);
        h->size = rows_int(&rows, 0);
        h->last_ms = rows_int(&rows, 1);
        h->n_frontier = frontier.len / HASH_BYTES;
        sane = root.len == HASH_BYTES && h->size >= 0 && frontier.len % HASH_BYTES == 0
            && h->n_frontier == (size_t)__builtin_popcountll((unsigned long long)h->size) && h->n_frontier <= FRONTIER_MAX;
        if (sane) {
            memcpy(h->root, root.at, HASH_BYTES);
            if (frontier.len)
                memcpy(h->frontier, frontier.at, frontier.len);
        }
    }
    return rows_end(&rows) && (sane || fault_set(f, FAULT_BROKEN, "store-damaged", S(""), S("")));
}

bool log_head_write(struct conn *c, int county, int log, const struct log_head *h, struct fault *f)
{
    return store_run(c, SQL_HEAD_PUT, ARGS(v_int(county), v_int(log), v_int(h->size), v_int(h->last_ms),
        v_blob(((struct slice){ (const char *)h->root, HASH_BYTES })),
        v_blob(((struct slice){ (const char *)h->frontier, h->n_frontier * HASH_BYTES }))), f);
}

bool log_append(struct ledger *l, int log, struct log_head *head, struct event *e, struct fault *f)
{
    e->seq = head->size + 1;
    e->at_ms = l->world.now_ms(l->world.context);
    if (e->at_ms < head->last_ms)
        e->at_ms = head->last_ms;
    event_close(&l->hasher, &l->world, l->county, log, e);
    struct buf body = buf_open(8 << 20);
    event_put_body(&body, e);
    bool ok = !body.failed || fault_set(f, FAULT_REFUSED, "too-large", S("8 MB"), S(""));
    ok = ok && store_run(l->conn, SQL_EVENT_PUT, ARGS(v_int(l->county), v_int(log), v_int(e->seq), v_int(e->at_ms), v_text(e->account), v_text(e->kind),
        v_text(e->ledger), v_int(e->entry), v_blob(e->key), v_blob(((struct slice){ (const char *)e->leaf, HASH_BYTES }))), f)
        && store_run(l->conn, SQL_EVENT_VALUE_PUT, ARGS(v_int(l->county), v_int(log), v_int(e->seq), v_blob(buf_slice(&body))), f);
    buf_close(&body);
    if (!ok)
        return false;
    head->last_ms = e->at_ms;
    log_head_add(&l->hasher, head, e->leaf);
    return true;
}

bool log_self_check(struct ledger *l, int log, const struct log_head *before, const struct log_head *after, struct fault *f)
{
    struct arena a;
    struct rows rows;
    struct log_head again = *before;
    bool same = true;
    arena_open(&a, 0);
    store_ask(l->conn, SQL_EVENT_FROM, ARGS(v_int(l->county), v_int(log), v_int(before->size + 1)), &rows, f);
    while (same && rows_next(&rows)) {
        struct event e;
        same = event_from_row(&a, &rows, &e) && e.seq == again.size + 1 && event_check(&l->hasher, l->county, log, &e);
        if (same)
            log_head_add(&l->hasher, &again, e.leaf);
        arena_reset(&a);
    }
    bool read = rows_end(&rows);
    arena_close(&a);
    if (!read)
        return false;
    log_head_root(&l->hasher, &again);
    return (same && again.size == after->size && !memcmp(again.root, after->root, HASH_BYTES)) || fault_set(f, FAULT_BROKEN, "self-check", S(""), S(""));
}
