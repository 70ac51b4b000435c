/* route.c: the route table, cut up once and searched by number of parts.
 *
 * A path is split at '/' before it is decoded, so that an encoded slash stays inside its part. Ways of equally many
 * parts are sorted so that the first that fits is the best: "/e/new" before "/e/:id". */
#include "http/inside.h"

#include <stdlib.h>

static bool is_param(struct slice part)
{
    return part.len && part.at[0] == ':';
}

/* ":id" is called "id" */
static struct slice param_name(struct slice part)
{
    return slice_from(part, 1);
}

/* The parts of "/a/b"; "/" has none. False where there are too many or the path does not begin with '/'. */
static bool path_split(struct slice path, struct slice part[HTTP_SEGMENTS_MAX], uint8_t *n)
{
    *n = 0;
    if (!path.len || path.at[0] != '/')
        return false;
    struct slice rest = slice_from(path, 1), piece;
    if (!rest.len)
        return true;
    while (slice_cut(&rest, '/', &piece)) {
        if (*n == HTTP_SEGMENTS_MAX)
            return false;
        part[(*n)++] = piece;
    }
    return true;
}

static bool way_cut(const struct route *r, struct way *w, struct fault *f)
{
    *w = (struct way){ .route = r };
    unsigned params = 0;
    struct slice pattern = slice_of(r->pattern);
    if (!path_split(pattern, w->part, &w->n))
        return fault_set(f, FAULT_USAGE, "route-pattern", pattern, S(""));
    for (uint8_t i = 0; i < w->n; i++) {
        if (!w->part[i].len || (is_param(w->part[i]) && (w->part[i].len == 1 || ++params > HTTP_PARAMS_MAX)))
            return fault_set(f, FAULT_USAGE, "route-pattern", pattern, S(""));
        if (!is_param(w->part[i]))
            w->literals |= (uint16_t)(1u << (15 - i));
    }
    if (!r->may)
        return fault_set(f, FAULT_USAGE, "route-without-permission", pattern, S(""));
    if (!r->handle || r->method < HTTP_GET || r->method > HTTP_DELETE)
        return fault_set(f, FAULT_USAGE, "route-pattern", pattern, S(""));
    return true;
}

static int way_order(const void *left, const void *right)
{
    const struct way *a = left, *b = right;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    if (a->literals != b->literals)
        return a->literals > b->literals ? -1 : 1;
    return (a->route > b->route) - (a->route < b->route);
}

/* Would both answer the same request, with nothing to choose between them? */
static bool ways_clash(const struct way *a, const struct way *b)
{
    if (a->n != b->n || a->literals != b->literals || a->route->method != b->route->method)
        return false;
    for (uint8_t i = 0; i < a->n; i++)
        if (!is_param(a->part[i]) && !slice_equal(a->part[i], b->part[i]))
            return false;
    return true;
}

bool routes_compile(struct server *s, struct fault *f)
{
    size_t n = s->config.n_routes;
    s->ways = NEW(&s->arena, struct way, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!way_cut(&s->config.routes[i], &s->ways[i], f))
            return false;
    qsort(s->ways, n, sizeof *s->ways, way_order);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (ways_clash(&s->ways[i], &s->ways[j]))
                return fault_set(f, FAULT_USAGE, "route-twice", slice_of(s->ways[j].route->pattern), S(""));
    for (size_t parts = 0, i = 0; parts < COUNT(s->way_at); parts++) {
        while (i < n && s->ways[i].n < parts)
            i++;
        s->way_at[parts] = i;
    }
    return true;
}

static bool way_fits(const struct way *w, const struct slice part[])
{
    for (uint8_t i = 0; i < w->n; i++)
        if (is_param(w->part[i]) ? !part[i].len : !slice_equal(w->part[i], part[i]))
            return false;
    return true;
}

const struct route *http_route_find(const struct server *s, enum http_method method, struct slice path,
    struct arena *a, struct slice param[HTTP_PARAMS_MAX], unsigned *other_methods)
{
    struct slice part[HTTP_SEGMENTS_MAX];
    uint8_t n;
    *other_methods = 0;
    if (!path_split(path, part, &n))
        return NULL;
    for (uint8_t i = 0; i < n; i++)
        if (!percent_decode(a, part[i], false, &part[i]))
            return NULL;
    for (size_t i = s->way_at[n]; i < s->way_at[n + 1]; i++) {
        const struct way *w = &s->ways[i];
        if (!way_fits(w, part))
            continue;
        if (w->route->method != method) {
            *other_methods |= 1u << w->route->method;
            continue;
        }
        for (uint8_t k = 0, p = 0; k < n; k++)
            if (is_param(w->part[k]))
                param[p++] = part[k];
        return w->route;
    }
    return NULL;
}

struct slice http_param(const struct request *q, const char *name)
{
    struct slice part[HTTP_SEGMENTS_MAX];
    uint8_t n = 0;
    if (!q->route || !path_split(slice_of(q->route->pattern), part, &n))
        return S("");
    for (uint8_t i = 0, p = 0; i < n; i++) {
        if (!is_param(part[i]))
            continue;
        if (slice_equal(param_name(part[i]), slice_of(name)))
            return q->param[p];
        p++;
    }
    return S("");
}
