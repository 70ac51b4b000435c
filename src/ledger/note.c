/* note.c: checkpoints in the C2SP tlog-checkpoint form, which anybody can keep, print and check without us:
 *
 *   origin                          who keeps the log; also the name of the key
 *   18                              events
 *   base64 of the root
 *
 *   — origin base64(id[4] ‖ signature[64])        Ed25519 over the lines above, with their newlines
 *
 * id = SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key)[0..4]. Lines of other signers (witnesses) may follow; we pass over
 * them. What is read here comes from outside: bounded, and nothing in it is believed before its signature is. */
#include "ledger/inside.h"

#include <sodium.h>

enum { NOTE_SIGNATURES_MAX = 16, ID_BYTES = 4, ALGORITHM_ED25519 = 1 };

void note_key_id(struct slice name, const unsigned char key[32], unsigned char id[4])
{
    static const unsigned char between[] = { '\n', ALGORITHM_ED25519 };
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state s;
    crypto_hash_sha256_init(&s);
    crypto_hash_sha256_update(&s, (const unsigned char *)name.at, name.len);
    crypto_hash_sha256_update(&s, between, sizeof between);
    crypto_hash_sha256_update(&s, key, 32);
    crypto_hash_sha256_final(&s, hash);
    memcpy(id, hash, ID_BYTES);
}

/* ---------- reading ---------- */

static bool from_base64(struct slice s, unsigned char *bytes, size_t n)
{
    size_t len;
    return !sodium_base642bin(bytes, n, s.at, s.len, NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) && len == n;
}

bool note_parse(struct slice bytes, struct note_text *n)
{
    struct slice rest = bytes, size, root;
    *n = (struct note_text){ 0 };
    if (bytes.len > NOTE_BYTES_MAX || utf8_valid(bytes) != bytes.len || memchr(bytes.at ? bytes.at : "", 0, bytes.len))
        return false;
    ptrdiff_t end = slice_find(bytes, S("\n\n"));
    if (end < 0 || !slice_cut(&rest, '\n', &n->origin) || !slice_cut(&rest, '\n', &size) || !slice_cut(&rest, '\n', &root))
        return false;
    if (root.at + root.len > bytes.at + end || !n->origin.len || (size.len > 1 && size.at[0] == '0'))
        return false;
    n->text = slice_part(bytes, 0, (size_t)end + 1);
    n->signatures = slice_from(bytes, (size_t)end + 2);
    return slice_int(size, &n->size) && n->size >= 0 && from_base64(root, n->root, sizeof n->root);
}

bool note_signed_by(const struct note_text *n, struct slice name, const unsigned char key[32])
{
    struct slice rest = n->signatures, line, who;
    unsigned char id[ID_BYTES], signature[ID_BYTES + crypto_sign_BYTES];
    note_key_id(name, key, id);
    for (int i = 0; i < NOTE_SIGNATURES_MAX && slice_cut(&rest, '\n', &line); i++) {
        if (!slice_starts(line, S("— ")))
            continue;
        line = slice_from(line, S("— ").len);
        if (!slice_starts(line, name) || line.len <= name.len || line.at[name.len] != ' ')
            continue;
        who = slice_from(line, name.len + 1);
        if (from_base64(who, signature, sizeof signature) && !memcmp(signature, id, ID_BYTES)
            && !crypto_sign_verify_detached(signature + ID_BYTES, (const unsigned char *)n->text.at, n->text.len, key))
            return true;
    }
    return false;
}

/* ---------- writing ---------- */

static void put_base64(struct buf *b, const unsigned char *bytes, size_t n)
{
    char text[128];
    sodium_bin2base64(text, sizeof text, bytes, n, sodium_base64_VARIANT_ORIGINAL);
    buf_text(b, text);
}

bool ledger_checkpoint(struct ledger *l, struct buf *note, struct fault *f)
{
    static const unsigned char none[64];
    struct log_head head;
    unsigned char signature[ID_BYTES + crypto_sign_BYTES];
    if (!sodium_memcmp(l->key_secret, none, sizeof none))
        return fault_set(f, FAULT_BROKEN, "no-signing-key", slice_of(l->path), S(""));
    pthread_mutex_lock(&l->writing);
    bool ok = log_head_read(l->conn, l->county, LOG_MAIN, &head, f); /* what is committed, whoever wrote it */
    pthread_mutex_unlock(&l->writing);
    if (!ok)
        return false;
    size_t start = note->len;
    buf_format(note, "%s\n%lld\n", l->origin, (long long)head.size);
    put_base64(note, head.root, sizeof head.root);
    buf_char(note, '\n');
    if (note->failed)
        return fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
    note_key_id(slice_of(l->origin), l->key_public, signature);
    crypto_sign_detached(signature + ID_BYTES, NULL, (const unsigned char *)note->at + start, note->len - start, l->key_secret);
    buf_format(note, "\n— %s ", l->origin);
    put_base64(note, signature, sizeof signature);
    buf_char(note, '\n');
    return !note->failed || fault_set(f, FAULT_BROKEN, "no-memory", S(""), S(""));
}
