/* scenario_break.c: a pack with one value changed. A path is `tasks.light.2.yellow`: a ledger (or `pack`), then keys,
 * and numbers from 0 into lists. The changed file is written out again from its tree. */
#include "cli/scenario.h"

static bool is_null(const struct yaml *y)
{
    return y->kind == YAML_TEXT && (slice_equal(y->text, S("null")) || !y->text.len);
}

/* The place that points at the child of this name or number; at the end where there is none. */
static struct yaml **child_place(struct yaml *parent, struct slice word)
{
    int64_t place = -1, i = 0;
    if (parent->kind == YAML_LIST && !slice_int(word, &place))
        return NULL;
    struct yaml **at = &parent->first;
    for (; *at; at = &(*at)->next, i++)
        if (parent->kind == YAML_MAP ? slice_equal((*at)->key, word) : i == place)
            return at;
    return parent->kind == YAML_MAP ? at : NULL;
}

static bool change(struct arena *a, struct yaml *tree, struct slice path, const struct yaml *value)
{
    struct slice word;
    struct yaml **at = NULL, *parent = tree;
    slice_cut(&path, '.', &word); /* the ledger */
    while (path.len && slice_cut(&path, '.', &word)) {
        at = parent && parent->kind != YAML_TEXT ? child_place(parent, word) : NULL;
        if (!at || (path.len && !*at))
            return false;
        parent = *at;
    }
    if (!at || (!*at && is_null(value)))
        return false;
    struct yaml *next = *at ? (*at)->next : NULL;
    if (is_null(value)) {
        *at = next;
        return true;
    }
    struct yaml *put = NEW(a, struct yaml, 1);
    *put = *value;
    put->key = word;
    put->next = next;
    *at = put;
    return true;
}

/* The tree of the file that a path begins in; a private one, made to be changed. */
static struct yaml *file_tree(struct arena *a, const struct pack_file *file, struct slice ledger)
{
    struct pack_problems problems = { 0 };
    bool head = slice_equal(file->name, S("pack.yaml")), wanted = slice_equal(ledger, S("pack"));
    if (head != wanted || (!head && !slice_starts(file->name, S("ledgers/"))))
        return NULL;
    const struct yaml *tree = yaml_open(a, file->name, file->bytes, &problems);
    if (!tree || (!head && !slice_equal(yaml_text(tree, "ledger"), ledger)))
        return NULL;
    struct yaml *own = NEW(a, struct yaml, 1);
    *own = *tree;
    return own;
}

bool pack_break(struct arena *a, const struct packs *files, struct slice path, const struct yaml *value, struct packs *broken)
{
    ptrdiff_t dot = slice_find(path, S("."));
    struct slice ledger = slice_part(path, 0, dot < 0 ? path.len : (size_t)dot);
    bool found = false;
    *broken = (struct packs){ 0 };
    for (size_t i = 0; i < files->n; i++) {
        struct pack_file file = files->at[i];
        struct yaml *tree = found ? NULL : file_tree(a, &file, ledger);
        if (tree) {
            if (!change(a, tree, path, value))
                return false;
            struct buf b = buf_open(4 << 20);
            yaml_put(&b, tree);
            file.bytes = slice_copy(a, buf_slice(&b));
            buf_close(&b);
            found = true;
        }
        PUSH(a, broken, file);
    }
    return found;
}
