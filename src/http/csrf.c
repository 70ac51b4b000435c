/* csrf.c: against requests that a foreign page makes a signed-in browser send. Three looks, each of which would do
 * alone in a browser of today: where the request says it comes from, what the browser says about it, and a token
 * that only our own pages know. Old browsers send neither of the first two. */
#include "http/inside.h"

#include <sodium.h>

_Static_assert(HTTP_TOKEN_CHARS + 1 == sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES,
                   sodium_base64_VARIANT_URLSAFE_NO_PADDING), "a token is an HMAC-SHA256 in base64url");

struct http_token http_token(const unsigned char key[32], struct slice session)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    struct http_token token;
    crypto_auth_hmacsha256(mac, (const unsigned char *)(session.len ? session.at : ""), session.len, key);
    sodium_bin2base64(token.at, sizeof token.at, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return token;
}

bool http_token_check(const unsigned char key[32], struct slice session, struct slice token)
{
    struct http_token right = http_token(key, session);
    return token.len == HTTP_TOKEN_CHARS && !sodium_memcmp(right.at, token.at, HTTP_TOKEN_CHARS);
}

struct slice http_token_of(const struct request *q)
{
    struct http_token token = http_token(q->server->config.token_key, q->session);
    return slice_copy(q->arena, slice_of(token.at));
}

/* "https://county.example:8443" is ours when it is what Host says. "null" and other schemes are not. */
static bool origin_is_ours(const struct request *q)
{
    bool secure = q->server->config.secure || q->server->config.tls_key_pem;
    struct slice host = q->origin;
    if (slice_starts(host, S("https://")))
        host = slice_from(host, 8);
    else if (!secure && slice_starts(host, S("http://")))
        host = slice_from(host, 7);
    else
        return false;
    return slice_equal(host, q->host);
}

bool request_is_ours(const struct request *q, struct fault *f)
{
    bool browser_says_ours = !q->fetch_site.len || slice_equal(q->fetch_site, S("same-origin"))
        || slice_equal(q->fetch_site, S("none"));
    if (!browser_says_ours || (q->origin.len && !origin_is_ours(q)))
        return fault_set(f, FAULT_FORBIDDEN, "foreign-form", S(""), S(""));
    if ((q->route->flags & ROUTE_TOKENLESS) || !q->session.len)
        return true;
    struct slice token = q->token.len ? q->token : http_form(q, "csrf");
    return http_token_check(q->server->config.token_key, q->session, token)
        ? true
        : fault_set(f, FAULT_FORBIDDEN, "old-form", S(""), S(""));
}
