/* pack_yaml.c: one YAML file as a tree of maps, lists and texts, each with its line.
 *
 * libyaml's events are read, not its documents: anchors and aliases show themselves there and nothing is expanded.
 * Packs are plain data, so anchors, aliases, tags and second documents are refused, keys are texts and stand once,
 * and every scalar is a text, whatever its quotes. */
#include "ledger/pack_inside.h"

#include <yaml.h>

enum { YAML_DEPTH_MAX = 12, YAML_NODES_MAX = 20000, YAML_CHILDREN_MAX = 500 };

struct tree_maker {
    struct pack_reader *reader;
    yaml_parser_t parser;
    size_t nodes;
    int depth;
};

static int line_of(yaml_mark_t mark)
{
    return mark.line > 1 << 24 ? 1 << 24 : (int)mark.line + 1;
}

static void *refuse(struct tree_maker *t, int line, const char *code, struct slice about0, struct slice about1)
{
    problem(t->reader, line, code, about0, about1, NO_LIKELY);
    return NULL;
}

static void *too_many(struct tree_maker *t, int line, const char *what, int most)
{
    return refuse(t, line, "pack-too-many", slice_of(what), slice_format(t->reader->arena, "%d", most));
}

/* The next event; the caller deletes it. False after a problem. */
static bool event_next(struct tree_maker *t, yaml_event_t *e)
{
    if (yaml_parser_parse(&t->parser, e))
        return true;
    struct slice why = slice_copy(t->reader->arena, slice_of(t->parser.problem ? t->parser.problem : "?"));
    refuse(t, line_of(t->parser.problem_mark), "pack-yaml", why, S(""));
    return false;
}

static struct yaml *node_make(struct tree_maker *t, const yaml_event_t *e);

static bool is_end(const yaml_event_t *e)
{
    return e->type == YAML_SEQUENCE_END_EVENT || e->type == YAML_MAPPING_END_EVENT;
}

/* Reads one event and what belongs to it. *end is true at the end of the list or map. */
static struct yaml *node_next(struct tree_maker *t, bool *end)
{
    yaml_event_t e;
    *end = false;
    if (!event_next(t, &e))
        return NULL;
    *end = is_end(&e);
    struct yaml *node = *end ? NULL : node_make(t, &e);
    yaml_event_delete(&e);
    return node;
}

const struct yaml *yaml_get(const struct yaml *map, struct slice key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml *c = map->first; c; c = c->next)
        if (slice_equal(c->key, key))
            return c;
    return NULL;
}

static bool children_read(struct tree_maker *t, struct yaml *parent)
{
    struct yaml **last = &parent->first;
    for (;;) {
        const struct yaml *before = NULL;
        bool end;
        struct yaml *key = node_next(t, &end), *child = key;
        if (end)
            return true;
        if (!key)
            return false;
        if (parent->n == YAML_CHILDREN_MAX)
            return too_many(t, key->line, "项", YAML_CHILDREN_MAX);
        if (parent->kind == YAML_MAP) {
            if (key->kind != YAML_TEXT)
                return refuse(t, key->line, "pack-key-kind", S(""), S(""));
            before = yaml_get(parent, key->text);
            if (before)
                problem(t->reader, key->line, "pack-duplicate-key", key->text,
                    slice_format(t->reader->arena, "%d", before->key_line), NO_LIKELY);
            child = node_next(t, &end);
            if (!child)
                return false;
            child->key = key->text;
            child->key_line = key->line;
        }
        if (before) /* told; the first one stands */
            continue;
        parent->n++;
        *last = child;
        last = &child->next;
    }
}

static bool has_foreign_tag(const yaml_char_t *tag)
{
    return tag && strcmp((const char *)tag, "!") != 0;
}

/* As it was written: !!int, not tag:yaml.org,2002:int. */
static struct slice tag_shown(struct tree_maker *t, const yaml_char_t *tag)
{
    struct slice s = slice_of((const char *)tag);
    bool core = slice_starts(s, S("tag:yaml.org,2002:"));
    return core ? slice_format(t->reader->arena, "!!%s", (const char *)tag + strlen("tag:yaml.org,2002:"))
                : slice_copy(t->reader->arena, s);
}

static struct yaml *node_make(struct tree_maker *t, const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    struct yaml node = { .line = line_of(e->start_mark) };
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        node.kind = YAML_TEXT;
        node.text = slice_copy(t->reader->arena, (struct slice){ (const char *)e->data.scalar.value, e->data.scalar.length });
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
        node.kind = YAML_LIST;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
        node.kind = YAML_MAP;
        break;
    default: return refuse(t, node.line, "pack-alias", S(""), S(""));
    }
    if (anchor)
        return refuse(t, node.line, "pack-alias", S(""), S(""));
    if (has_foreign_tag(tag))
        return refuse(t, node.line, "pack-tag", tag_shown(t, tag), S(""));
    if (++t->nodes > YAML_NODES_MAX)
        return too_many(t, node.line, "项", YAML_NODES_MAX);
    if (t->depth == YAML_DEPTH_MAX)
        return too_many(t, node.line, "层", YAML_DEPTH_MAX);
    struct yaml *made = NEW(t->reader->arena, struct yaml, 1);
    *made = node;
    t->depth++;
    bool whole = node.kind == YAML_TEXT || children_read(t, made);
    t->depth--;
    return whole ? made : NULL;
}

static bool event_want(struct tree_maker *t, yaml_event_type_t want, const char *code)
{
    yaml_event_t e;
    if (!event_next(t, &e))
        return false;
    bool fits = e.type == want;
    if (!fits)
        refuse(t, line_of(e.start_mark), code, S(""), S(""));
    yaml_event_delete(&e);
    return fits;
}

const struct yaml *yaml_read(struct pack_reader *r, struct slice bytes)
{
    struct tree_maker t = { .reader = r };
    bool end;
    if (!yaml_parser_initialize(&t.parser))
        return refuse(&t, 1, "no-memory", S(""), S(""));
    yaml_parser_set_encoding(&t.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&t.parser, (const unsigned char *)bytes.at, bytes.len);
    struct yaml *tree = NULL;
    if (event_want(&t, YAML_STREAM_START_EVENT, "pack-yaml")
        && event_want(&t, YAML_DOCUMENT_START_EVENT, "pack-empty"))
        tree = node_next(&t, &end);
    if (tree
        && (!event_want(&t, YAML_DOCUMENT_END_EVENT, "pack-documents")
            || !event_want(&t, YAML_STREAM_END_EVENT, "pack-documents")))
        tree = NULL;
    if (tree && tree->kind != YAML_MAP)
        tree = refuse(&t, tree->line, "pack-no-map", S(""), S(""));
    yaml_parser_delete(&t.parser);
    return tree;
}

const struct yaml *yaml_open(struct arena *a, struct slice file, struct slice bytes, struct pack_problems *problems)
{
    struct pack_reader r = { .arena = a, .problems = problems, .file = file };
    return yaml_read(&r, bytes);
}

/* As JSON, which YAML holds within it. */
void yaml_put(struct buf *b, const struct yaml *y)
{
    if (y->kind == YAML_TEXT) {
        json_put_string(b, y->text);
        return;
    }
    buf_char(b, y->kind == YAML_MAP ? '{' : '[');
    for (const struct yaml *c = y->first; c; c = c->next) {
        if (c != y->first)
            buf_char(b, ',');
        if (y->kind == YAML_MAP) {
            json_put_string(b, c->key);
            buf_text(b, ": ");
        }
        yaml_put(b, c);
    }
    buf_char(b, y->kind == YAML_MAP ? '}' : ']');
}
