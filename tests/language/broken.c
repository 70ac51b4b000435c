/* broken FOLDER: each pack in FOLDER has one fault, and what `taizhang pack check` prints about it stands in its
 * expected.txt. `broken FOLDER update` writes what is printed: read it before it is committed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/pack.h"

static void check_pack(const char *folder, struct buf *out)
{
    struct pack pack;
    struct pack_problems problems = { 0 };
    struct fault f = { 0 };
    if (pack_open(folder, &pack, &problems, &f))
        buf_text(out, "taken\n");
    else if (!problems.n)
        buf_format(out, "%s: %s\n", f.code, f.detail);
    for (size_t i = 0; i < problems.n; i++)
        pack_put_problem(out, &problems.at[i]);
    pack_close(&pack);
}

static struct slice read_file(struct arena *a, const char *path)
{
    enum { EXPECTED_MAX_BYTES = 4096 };
    char *bytes = NEW(a, char, EXPECTED_MAX_BYTES);
    FILE *in = fopen(path, "r");
    size_t n = in ? fread(bytes, 1, EXPECTED_MAX_BYTES, in) : 0;
    if (in)
        fclose(in);
    return (struct slice){ bytes, n };
}

static bool write_file(const char *path, struct slice text)
{
    FILE *out = fopen(path, "w");
    bool good = out && fwrite(text.at, 1, text.len, out) == text.len;
    return out && fclose(out) == 0 && good;
}

/* expected.txt itself lies in the pack, where nobody reads it. */
static bool holds(struct arena *a, const char *folder, const char *name, bool update)
{
    const char *pack = slice_format(a, "%s/%s", folder, name).at, *path = slice_format(a, "%s/expected.txt", pack).at;
    struct buf printed = buf_open(1 << 20);
    check_pack(pack, &printed);
    struct slice expected = read_file(a, path);
    bool good = update ? write_file(path, buf_slice(&printed)) : slice_equal(expected, buf_slice(&printed));
    if (!good)
        printf("%s\nprinted:  " S_FMT "expected: " S_FMT "\n", name, S_ARG(buf_slice(&printed)), S_ARG(expected));
    buf_close(&printed);
    return good;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct dirent **names;
    int n = argc > 1 ? scandir(argv[1], &names, NULL, alphasort) : -1, read = 0, bad = 0;
    if (n < 0)
        return 2;
    arena_open(&a, 0);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.') {
            bad += !holds(&a, argv[1], names[i]->d_name, argc > 2 && !strcmp(argv[2], "update"));
            read++;
        }
        free(names[i]);
    }
    free(names);
    arena_close(&a);
    printf("%d broken packs, %d not as expected\n", read, bad);
    return read && !bad ? 0 : 1;
}
