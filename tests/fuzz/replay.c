/* replay.c: feeds files, or all files of folders, to a fuzz target, without a fuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replay_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    struct stat s;
    if (!in || fstat(fileno(in), &s) || !S_ISREG(s.st_mode)) {
        fprintf(stderr, "%s: not a file\n", path);
        exit(2);
    }
    uint8_t *data = malloc((size_t)s.st_size + 1);
    size_t size = fread(data, 1, (size_t)s.st_size, in);
    fclose(in);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static size_t replay_folder(const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    size_t done = 0;
    if (n < 0)
        return replay_file(path);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            done += replay_file(file);
        free(names[i]);
    }
    free(names);
    return done;
}

int main(int argc, char **argv)
{
    size_t done = 0;
    for (int i = 1; i < argc; i++)
        done += replay_folder(argv[i]);
    printf("%zu inputs\n", done);
    return done ? 0 : 2;
}
