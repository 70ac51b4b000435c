/* cli: the command line. `main` makes a `struct app` and hands it down; each subcommand is a file cmd_NAME.c with
 * one row in the table of main.c. Data goes to standard output, words to standard error.
 * Exit: 0 done, 1 what was checked does not hold, 2 wrong use, 3 the machine failed. */
#ifndef TAIZHANG_CLI_H
#define TAIZHANG_CLI_H

#include "base/base.h"

enum exit_code { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_BROKEN };

struct app {
    struct arena arena;      /* of the whole run */
    struct slice program;    /* the path of the running binary */
    struct slice pack;       /* the folder of the pack: TAIZHANG_PACK, or beside the program, or installed */
    const char *subcommand;  /* the name that was asked for; it stands before every message */
};

/* One option; its value lands at `offset` of the subcommand's own struct. Lists end with a row without a name. */
enum cli_option_kind {
    CLI_FLAG, /* bool */
    CLI_TEXT, /* struct slice */
    CLI_INT,  /* int64_t */
};
struct cli_option {
    const char *name; /* "format" for --format VALUE and --format=VALUE */
    char letter;      /* 'o' for -o VALUE; 0 for none */
    enum cli_option_kind kind;
    size_t offset;
    const char *value; /* what stands for the value in the help: "FILE"; NULL for a flag */
    const char *brief;
};

struct subcommand {
    const char *name;
    const char *brief;                /* one line, Chinese */
    const char *usage;                /* what follows the name: "FILE [-o OUT]" */
    const char *example;              /* one or more whole command lines */
    const struct cli_option *options; /* NULL for none; --help is always there */
    int (*run)(struct app *app, int argc, char **argv); /* argv without program and name; gives the exit code */
};

/* Reads the options into `into` and leaves the other words in argv, in order. "-" is a word (standard input),
 * "--" ends the options. On wrong use it has told the person and gives false: return EXIT_USAGE. */
bool options_read(struct app *app, const struct cli_option *options, int *argc, char **argv, void *into) MUST_USE;

/* Tells the fault in Chinese and English on standard error; gives its exit code. */
int app_fault(struct app *app, const struct fault *f);
/* Wrong use in the caller's own words, with a pointer to --help; gives EXIT_USAGE. */
int app_usage(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole file, "-" for standard input, at most max_bytes. */
bool file_read(struct arena *a, struct slice path, size_t max_bytes, struct slice *bytes, struct fault *f) MUST_USE;
/* Writes beside the path and renames, so that nobody sees half a file; empty path or "-" is standard output. */
bool file_write(struct slice path, struct slice bytes, struct fault *f) MUST_USE;

extern const struct subcommand cmd_compile;
extern const struct subcommand cmd_new;
extern const struct subcommand cmd_import;
extern const struct subcommand cmd_serve;
extern const struct subcommand cmd_do;
extern const struct subcommand cmd_list;
extern const struct subcommand cmd_show;
extern const struct subcommand cmd_tick;
extern const struct subcommand cmd_verify;
extern const struct subcommand cmd_checkpoint;
extern const struct subcommand cmd_rebuild;
extern const struct subcommand cmd_backup;
extern const struct subcommand cmd_restore;
extern const struct subcommand cmd_user;
extern const struct subcommand cmd_pack;
extern const struct subcommand cmd_write;
extern const struct subcommand cmd_sample;

#endif
