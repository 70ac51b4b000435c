/* test_document.c: documents through the real child. The files are made by tests/documents.py. `test_document slow`
 * runs the one test that waits for a deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "document/inside.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct desk {
    struct arena a;
    struct document_reader reader;
    struct fault f;
};

static int open_desk(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    *state = d;
    arena_open(&d->a, 0);
    return !document_find(&d->a, &d->reader, &d->f);
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    arena_close(&d->a);
    free(d);
    return 0;
}

static struct slice load(struct arena *a, const char *name)
{
    const char *folder = getenv("TAIZHANG_TEST_DOCUMENTS");
    FILE *in = fopen(slice_format(a, "%s/%s", folder, name).at, "rb");
    assert_non_null(in);
    struct buf b = buf_open(DOCUMENT_IN_MAX_BYTES);
    while (buf_room(&b, 4096)) {
        size_t n = fread(b.at + b.len, 1, 4096, in);
        b.len += n;
        if (!n)
            break;
    }
    fclose(in);
    struct slice s = slice_copy(a, buf_slice(&b));
    buf_close(&b);
    return s;
}

static bool read_file(struct desk *d, const char *name, struct slice *text)
{
    return document_text(&d->a, &d->reader, load(&d->a, name), slice_of(name), text, &d->f);
}

static void text_is(struct desk *d, const char *name, const char *expected)
{
    struct slice text;
    if (!read_file(d, name, &text))
        fail_msg("%s: %s, %s", name, d->f.code, d->f.detail);
    assert_string_equal(slice_text(&d->a, text), expected);
}

/* A table as text: cells between bars, rows as lines. */
static const char *table_text(struct arena *a, const struct table *t)
{
    struct buf b = buf_open(1 << 20);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->rows[i].n; k++) {
            buf_put(&b, t->rows[i].at[k]);
            buf_char(&b, '|');
        }
        buf_char(&b, '\n');
    }
    const char *text = slice_text(a, buf_slice(&b));
    buf_close(&b);
    return text;
}

static void table_is(struct desk *d, const char *name, const char *expected)
{
    struct table t;
    if (!document_table(&d->a, &d->reader, load(&d->a, name), slice_of(name), &t, &d->f))
        fail_msg("%s: %s, %s", name, d->f.code, d->f.detail);
    assert_string_equal(table_text(&d->a, &t), expected);
}

static void no_child_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static size_t open_descriptors(void)
{
    size_t n = 0;
    DIR *all = opendir("/proc/self/fd");
    while (readdir(all))
        n++;
    closedir(all);
    return n;
}

/* ---------- texts ---------- */

#define REPORT "青石县政府工作报告\n新建农村公路10公里。\n"

static void a_text_is_read_in_any_of_its_encodings(void **state)
{
    text_is(*state, "utf8.txt", REPORT);
    text_is(*state, "utf8-bom.txt", REPORT);
    text_is(*state, "gb18030.txt", REPORT "𠮷龘㐀\n");
    text_is(*state, "utf16le.txt", REPORT);
    text_is(*state, "utf16be.txt", REPORT);
}

static void a_bad_byte_is_named(void **state)
{
    static const struct { const char *name, *code, *at, *byte; } bad[] = {
        { "bad-utf8.txt", "document-bad-utf8", "32", "0xFF" },
        { "cut-utf8.txt", "document-bad-utf8", "55", "0xE3" },
        { "bad-bytes.txt", "document-bad-bytes", "5", "0xFF" },
        { "bad-utf16.txt", "document-bad-utf16", "7", "0x00" },
    };
    struct desk *d = *state;
    struct slice text;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(read_file(d, bad[i].name, &text));
        assert_string_equal(d->f.code, bad[i].code);
        assert_string_equal(slice_text(&d->a, d->f.about[0]), bad[i].at);
        assert_string_equal(slice_text(&d->a, d->f.about[1]), bad[i].byte);
    }
}

/* ---------- docx ---------- */

static void a_docx_reads_as_its_printed_page(void **state)
{
    text_is(*state, "revised.docx",
        "一、总体要求\n"
        "左\t右\n下一行\n"
        "保留插入移来\n"
        "看得见也看得见\n"
        "连到下一段\n"
        "域结果\n"
        "读\n"
        "文本框里的字\n框外\n"
        "□已办结 & <归档>\n"
        "事项\t牵头单位\t时限\n"
        "修路 十公里\t青石县交通局\t\n"
        "\t内层 外层\t6月\n"
        "末段\n");
    text_is(*state, "strict.docx", "严格格式\n");
    text_is(*state, "streamed.docx", "流式写成\n");
}

static void the_first_table_of_a_docx_is_a_table(void **state)
{
    table_is(*state, "revised.docx",
        "事项|牵头单位|时限|\n"
        "修路\n十公里|青石县交通局||\n"
        "|内层\n外层|6月|\n");
}

/* ---------- xlsx and csv ---------- */

static void a_sheet_reads_as_it_is_seen(void **state)
{
    table_is(*state, "cells.xlsx",
        "项目名称||内联||\n"
        "||||\n"
        "合计|2026-01-05|0.1||\n"
        "3.14|12.5%|1234567.80|000123|\n"
        "18:00|2026-01-05 12:00|2026-01-05|12|\n"
        "0.0012|TRUE|#N/A|2026-01-05|\n"
        "30:00|公式\n结果|-0.01|10.00|\n"
        "合并||||\n");
    table_is(*state, "since1904.xlsx", "2026-01-05|\n");
    text_is(*state, "hidden.xlsx", "看得见\n");
}

static void a_csv_keeps_quotes_lines_and_blank_rows(void **state)
{
    table_is(*state, "quotes.csv",
        "事项|说明, 带逗号|他说\"好\"|\n"
        "两\n行|||\n"
        "|||\n"
        "末|尾||\n");
    table_is(*state, "semicolon.csv", "事项|牵头|\n修路|交通局,住建局|\n");
    table_is(*state, "tab.txt", "事项|牵头|\n修路|交通局|\n");
    text_is(*state, "semicolon.csv", "事项\t牵头\n修路\t交通局,住建局\n");
}

static void a_number_is_cut_without_floating_point(void **state)
{
    static const struct { const char *number, *format, *seen; } cases[] = {
        { "0.30000000000000004", "General", "0.3" }, { "99.99999999999999999", "", "100" }, { "1E+3", "", "1000" },
        { "-12", "0", "-12" }, { "0.5", "0", "1" }, { "0.4", "0", "0" }, { "-0.4", "0", "0" }, { "1.005", "0.00", "1.01" },
        { "0.004", "0.00", "0.00" }, { "12345", "0!.0,", "12345" }, { "1234.5", "#,##0.00_);[Red]\\-#,##0.00", "1234.50" },
        { "60", "yyyy-mm-dd", "60" }, { "59", "yyyy-mm-dd", "1900-02-28" }, { "61", "yyyy-mm-dd", "1900-03-01" },
        { "-1", "yyyy-mm-dd", "-1" }, { "1e99", "", "1e99" }, { "abc", "0", "abc" }, { "0.12345", "0.##%", "12.35%" },
        { "46027.999999", "yyyy-mm-dd", "2026-01-06" }, { "0", "0%", "0%" }, { "46027", "[$-F800]dddd\\,\\ mmmm", "2026-01-05" },
        { "7", "\"第\"0\"名\"", "7" }, { "3.0", "0.##", "3" },
    };
    struct desk *d = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice seen = number_seen(&d->a, slice_of(cases[i].number), slice_of(cases[i].format), false);
        assert_string_equal(slice_text(&d->a, seen), cases[i].seen);
    }
}

/* ---------- what is refused ---------- */

static const struct refusal { const char *name, *code; } not_texts[] = {
    { "empty.txt", "document-empty" },
    { "old.doc", "document-old-word" },
    { "old.xls", "document-old-excel" },
    { "old.ppt", "document-old-other" },
    { "locked.docx", "document-locked" },
    { "locked-zip.docx", "document-locked" },
    { "scan.docx", "document-picture" },
    { "photo.docx", "document-picture" },
    { "paper.pdf", "document-pdf" },
    { "paper.rtf", "document-rtf" },
    { "export.xls", "document-web" },
    { "files.rar", "document-archive" },
    { "files.zip", "document-archive" },
    { "program.txt", "document-no-kind" },
    { "slides.pptx", "document-slides" },
    { "paper.ofd", "document-ofd" },
    { "text.odt", "document-odf" },
    { "laughs.docx", "document-doctype" },
    { "laughs.xlsx", "document-doctype" },
    { "deep.docx", "document-bad-xml" },
    { "torn-xml.docx", "document-bad-xml" },
    { "torn.docx", "document-damaged" },
    { "flipped.docx", "document-damaged" },
    { "bomb.docx", "document-bomb" },
    { "many.docx", "document-parts-many" },
    { "dotdot.docx", "document-bad-name" },
    { "absolute.docx", "document-bad-name" },
    { "twice.docx", "document-damaged" },
    { "no-text.docx", "document-no-text" },
    { "index.xlsx", "document-damaged" },
    { "place.xlsx", "document-damaged" },
    { "wide.xlsx", "document-columns-many" },
    { "long.xlsx", "document-rows-many" },
    { "strings.xlsx", "document-text-too-long" },
    { "odd-quote.csv", "document-csv-quote" },
    { "text-after-quote.csv", "document-csv-quote" },
}, not_tables[] = {
    { "no-table.docx", "document-no-table" },
    { "scan.docx", "document-picture" },
    { "long.csv", "document-rows-many" },
    { "wide.csv", "document-columns-many" },
};

static void refused(struct desk *d, const struct refusal *r, bool done)
{
    if (done)
        fail_msg("%s was read", r->name);
    if (strcmp(d->f.code, r->code))
        fail_msg("%s: %s instead of %s, %s", r->name, d->f.code, r->code, d->f.detail);
    assert_int_equal(d->f.kind, FAULT_REFUSED);
    no_child_is_left();
}

static void what_is_no_document_gets_a_sentence_that_says_what_to_do(void **state)
{
    struct desk *d = *state;
    struct slice text;
    struct table table;
    for (size_t i = 0; i < COUNT(not_texts); i++)
        refused(d, &not_texts[i], read_file(d, not_texts[i].name, &text));
    for (size_t i = 0; i < COUNT(not_tables); i++)
        refused(d, &not_tables[i],
            document_table(&d->a, &d->reader, load(&d->a, not_tables[i].name), slice_of(not_tables[i].name), &table, &d->f));
    struct slice huge = { NEW(&d->a, char, DOCUMENT_IN_MAX_BYTES + 1), DOCUMENT_IN_MAX_BYTES + 1 };
    refused(d, &(struct refusal){ "huge", "document-too-big" }, document_text(&d->a, &d->reader, huge, S(""), &text, &d->f));
}

static void the_sentence_names_the_place(void **state)
{
    struct desk *d = *state;
    struct slice text;
    struct buf b = buf_open(1 << 12);
    assert_false(read_file(d, "wide.xlsx", &text));
    fault_say(&b, &d->f, LANG_ZH);
    assert_string_equal(slice_text(&d->a, buf_slice(&b)), "第 2 行太宽，最多 100 列。请删去右边用不着的列后再上传。");
    b.len = 0;
    assert_false(read_file(d, "torn-xml.docx", &text));
    fault_say(&b, &d->f, LANG_ZH);
    assert_string_equal(slice_text(&d->a, buf_slice(&b)),
        "文件损坏了：word/document.xml 第 2 行读不下去。请用 WPS 或 Office 打开，另存为新文件后再上传。");
    buf_close(&b);
}

/* ---------- the client ---------- */

static void a_child_that_lies_or_dies_is_no_harm(void **state)
{
    static const char *const programs[] = { "/bin/cat", "/bin/false", "/usr/bin/yes", "/usr/bin/env" };
    struct desk *d = *state;
    struct slice text, bytes = { NEW(&d->a, char, 1 << 20), 1 << 20 };
    for (size_t i = 0; i < COUNT(programs); i++) {
        struct document_reader r = { programs[i] };
        assert_false(document_text(&d->a, &r, bytes, S(""), &text, &d->f));
        assert_string_equal(d->f.code, "document-crashed");
        no_child_is_left();
    }
    assert_false(document_text(&d->a, &(struct document_reader){ "/nowhere/taizhang-document" }, bytes, S(""), &text, &d->f));
    assert_string_equal(d->f.code, "document-program-missing");
    no_child_is_left();
}

static void no_descriptor_is_left(void **state)
{
    struct desk *d = *state;
    struct slice text;
    size_t before = open_descriptors();
    for (int i = 0; i < 5; i++) {
        assert_true(read_file(d, "utf8.txt", &text));
        assert_false(read_file(d, "torn.docx", &text));
    }
    assert_int_equal(open_descriptors(), before);
}

static void *read_ten(void *state)
{
    struct desk *d = state;
    struct slice text;
    size_t good = 0;
    for (int i = 0; i < 10; i++)
        good += document_text(&d->a, &d->reader, load(&d->a, "revised.docx"), S(""), &text, &d->f);
    return good == 10 ? d : NULL;
}

static void several_threads_read_at_once(void **state)
{
    struct desk desks[4];
    pthread_t threads[4];
    void *answer;
    for (size_t i = 0; i < COUNT(desks); i++) {
        desks[i] = (struct desk){ .reader = ((struct desk *)*state)->reader };
        arena_open(&desks[i].a, 0);
        assert_int_equal(pthread_create(&threads[i], NULL, read_ten, &desks[i]), 0);
    }
    for (size_t i = 0; i < COUNT(desks); i++) {
        pthread_join(threads[i], &answer);
        assert_non_null(answer);
        arena_close(&desks[i].a);
    }
    no_child_is_left();
}

/* ---------- the jail ---------- */

static int socket_out(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static int open_file(void) { return open("/etc/passwd", O_RDONLY); }
static int make_file(void) { return memfd_create("x", 0); }
static int run_other(void) { return execl("/bin/true", "true", (char *)NULL); }
static int make_child(void) { return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static int kill_parent(void) { return kill(getppid(), 0); }
static int run_code(void) { return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0; }

/* In a process of its own; true when it did it. */
static bool escapes(int (*attempt)(void))
{
    int status;
    pid_t pid = fork();
    if (!pid) {
        if (!confine())
            _exit(2);
        _exit(attempt() < 0 ? 1 : 0);
    }
    assert_true(pid > 0);
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        fail_msg("not confined");
    return WIFEXITED(status) && !WEXITSTATUS(status);
}

static int do_nothing(void) { return 0; }

static void the_jail_lets_nothing_out(void **state)
{
    int (*const attempts[])(void) = { socket_out, open_file, make_file, run_other, make_child, kill_parent, run_code };
    assert_true(escapes(do_nothing));
    for (size_t i = 0; i < COUNT(attempts); i++)
        if (escapes(attempts[i]))
            fail_msg("attempt %zu got out", i);
}

static bool status_says(struct arena *a, pid_t pid, const char *line)
{
    char text[4096] = "";
    FILE *in = fopen(slice_format(a, "/proc/%d/status", (int)pid).at, "r");
    if (in) {
        text[fread(text, 1, sizeof text - 1, in)] = 0;
        fclose(in);
    }
    return strstr(text, line);
}

/* The program itself, waiting for its question: what the kernel says of it. */
static void the_program_is_in_the_jail_when_it_reads(void **state)
{
    struct desk *d = *state;
    int in[2], out[2], status;
    pid_t pid;
    posix_spawn_file_actions_t files;
    assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], 0);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    assert_int_equal(posix_spawn(&pid, d->reader.program, &files, NULL, (char *[]){ (char[]){ "x" }, NULL }, (char *[]){ NULL }), 0);
    posix_spawn_file_actions_destroy(&files);
    bool jailed = false;
    for (int i = 0; i < 2000 && !jailed; i++) {
        usleep(5000);
        jailed = status_says(&d->a, pid, "\nSeccomp:\t2\n");
    }
    assert_true(jailed);
    assert_true(status_says(&d->a, pid, "\nNoNewPrivs:\t1\n"));
    for (int fd = SANITIZED ? 3 : 2; fd < 20; fd++)
        assert_int_not_equal(access(slice_format(&d->a, "/proc/%d/fd/%d", (int)pid, fd).at, F_OK), 0);
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void a_child_that_hangs_is_ended_at_the_deadline(void **state)
{
    struct desk *d = *state;
    struct slice text;
    char name[] = "/tmp/taizhang-hangs-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0 && write(fd, "#!/bin/sh\nexec sleep 600\n", 25) == 25 && !fchmod(fd, 0700));
    close(fd);
    bool done = document_text(&d->a, &(struct document_reader){ name }, S("x"), S(""), &text, &d->f);
    unlink(name);
    refused(d, &(struct refusal){ "hanging", "document-slow" }, done);
}

/* ---------- papers ---------- */

static void put(struct arena *a, struct paper *p, enum paper_block kind, const char *text)
{
    PUSH(a, p, (struct block){ .kind = kind, .text = slice_of(text) });
}

/* cells between bars */
static void put_row(struct arena *a, struct paper *p, enum paper_block kind, const char *cells)
{
    struct slice rest = slice_of(cells), cell;
    struct block row = { .kind = kind };
    while (slice_cut(&rest, '|', &cell))
        PUSH(a, &row.cells, cell);
    PUSH(a, p, row);
}

static const char paper_as_text[] =
    "关于印发《青石县2026年重点工作分工方案》的通知\n"
    "青政办〔2026〕8号\n"
    "各乡镇人民政府，县直有关单位：\n"
    "一、总体要求\n"
    "（一）基本原则\n"
    "坚持<实事求是> & \"求真务实\"。\n"
    "附件：1.任务清单\n"
    "2.责任清单\n"
    "青石县人民政府办公室\n"
    "2026年3月5日\n"
    "附件1\n"
    "序号\t任务\t牵头单位\t资金（万元）\n"
    "1\t=1+1\t县交通局 县住建局\t120.5\n"
    "2\t建设水库\t\t007\n";

static struct paper notice(struct arena *a)
{
    static const struct paper_column columns[] = { { PAPER_CENTRE, 3 }, { PAPER_LEFT, 0 }, { PAPER_LEFT, 0 }, { PAPER_FIGURE, 6 } };
    struct paper p = { .landscape = true, .columns = columns, .columns_n = COUNT(columns) };
    put(a, &p, PAPER_TITLE, "关于印发《青石县2026年重点工作分工方案》的通知");
    put(a, &p, PAPER_NUMBER, "青政办〔2026〕8号");
    put(a, &p, PAPER_ADDRESSEE, "各乡镇人民政府，县直有关单位：");
    put(a, &p, PAPER_HEADING1, "一、总体要求");
    put(a, &p, PAPER_HEADING2, "（一）基本原则");
    put(a, &p, PAPER_PARAGRAPH, "坚持<实事求是> & \"求真务实\"。");
    put(a, &p, PAPER_ANNEX_NOTE, "附件：1.任务清单");
    put(a, &p, PAPER_ANNEX_NOTE, "2.责任清单");
    put(a, &p, PAPER_SIGNATURE, "青石县人民政府办公室");
    put(a, &p, PAPER_DAY, "2026年3月5日");
    put(a, &p, PAPER_NEW_PAGE, "");
    put(a, &p, PAPER_PARAGRAPH, "附件1");
    put_row(a, &p, PAPER_TABLE_HEAD, "序号|任务|牵头单位|资金（万元）");
    put_row(a, &p, PAPER_TABLE_ROW, "1|=1+1|县交通局\n县住建局|120.5");
    put_row(a, &p, PAPER_TABLE_ROW, "2|建设水库||007");
    return p;
}

/* TAIZHANG_TEST_KEEP names a folder where the papers stay, to be looked at. */
static void keep(struct arena *a, const char *name, struct slice bytes)
{
    const char *folder = getenv("TAIZHANG_TEST_KEEP");
    FILE *out = folder ? fopen(slice_format(a, "%s/%s", folder, name).at, "wb") : NULL;
    if (out) {
        fwrite(bytes.at, 1, bytes.len, out);
        fclose(out);
    }
}

static struct slice write_paper(struct desk *d, const struct paper *p, enum paper_format format)
{
    struct slice bytes;
    if (!document_write(&d->a, &d->reader, p, format, &bytes, &d->f))
        fail_msg("%s, %s", d->f.code, d->f.detail);
    return bytes;
}

static void a_paper_written_as_docx_reads_back(void **state)
{
    struct desk *d = *state;
    struct paper p = notice(&d->a);
    struct slice text, bytes = write_paper(d, &p, PAPER_DOCX);
    struct table t;
    keep(&d->a, "notice.docx", bytes);
    assert_true(document_text(&d->a, &d->reader, bytes, S(""), &text, &d->f));
    struct buf seen = buf_open(1 << 16); /* without the empty paragraphs that part tables */
    for (struct slice line; slice_cut(&text, '\n', &line);)
        if (line.len)
            buf_format(&seen, S_FMT "\n", S_ARG(line));
    assert_string_equal(slice_text(&d->a, buf_slice(&seen)), paper_as_text);
    buf_close(&seen);
    assert_true(document_table(&d->a, &d->reader, bytes, S(""), &t, &d->f));
    assert_string_equal(table_text(&d->a, &t), "序号|任务|牵头单位|资金（万元）|\n1|=1+1|县交通局\n县住建局|120.5|\n2|建设水库||007|\n");
}

static void a_paper_written_as_xlsx_reads_back(void **state)
{
    struct desk *d = *state;
    struct paper p = notice(&d->a);
    struct slice bytes = write_paper(d, &p, PAPER_XLSX);
    struct table t;
    keep(&d->a, "notice.xlsx", bytes);
    assert_true(document_table(&d->a, &d->reader, bytes, S(""), &t, &d->f));
    assert_string_equal(table_text(&d->a, &t),
        "关于印发《青石县2026年重点工作分工方案》的通知||||\n"
        "序号|任务|牵头单位|资金（万元）|\n1|=1+1|县交通局\n县住建局|120.5|\n2|建设水库||007|\n");
}

static void the_same_paper_gives_the_same_bytes(void **state)
{
    struct desk *d = *state;
    struct paper p = notice(&d->a);
    struct slice docx = write_paper(d, &p, PAPER_DOCX), xlsx = write_paper(d, &p, PAPER_XLSX);
    usleep(2100000); /* a clock would show: a zip's goes by two seconds */
    assert_true(slice_equal(docx, write_paper(d, &p, PAPER_DOCX)));
    assert_true(slice_equal(xlsx, write_paper(d, &p, PAPER_XLSX)));
}

static void a_long_table_is_written_whole(void **state)
{
    struct desk *d = *state;
    struct paper p = { 0 };
    struct table t;
    put_row(&d->a, &p, PAPER_TABLE_HEAD, "序号|任务");
    for (int i = 1; i < 5000; i++)
        put_row(&d->a, &p, PAPER_TABLE_ROW, slice_format(&d->a, "%d|完成第%d项任务", i, i).at);
    for (enum paper_format format = PAPER_DOCX; format <= PAPER_XLSX; format++) {
        struct slice bytes = write_paper(d, &p, format);
        assert_true(document_table(&d->a, &d->reader, bytes, S(""), &t, &d->f));
        assert_int_equal(t.n, 5000);
        assert_true(slice_equal(t.rows[4999].at[1], S("完成第4999项任务")));
    }
}

static void a_cell_too_long_for_a_sheet_is_no_silent_gap(void **state)
{
    struct desk *d = *state;
    struct paper p = { 0 };
    struct slice bytes;
    char *text = NEW(&d->a, char, 40001);
    memset(text, 'x', 40000);
    put_row(&d->a, &p, PAPER_TABLE_ROW, text);
    assert_false(document_write(&d->a, &d->reader, &p, PAPER_XLSX, &bytes, &d->f));
    assert_string_equal(d->f.code, "document-cell-long");
    assert_true(document_write(&d->a, &d->reader, &p, PAPER_DOCX, &bytes, &d->f));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest quick[] = {
        cmocka_unit_test_setup_teardown(a_text_is_read_in_any_of_its_encodings, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_bad_byte_is_named, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_docx_reads_as_its_printed_page, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_first_table_of_a_docx_is_a_table, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_sheet_reads_as_it_is_seen, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_csv_keeps_quotes_lines_and_blank_rows, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_number_is_cut_without_floating_point, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_is_no_document_gets_a_sentence_that_says_what_to_do, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_sentence_names_the_place, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_child_that_lies_or_dies_is_no_harm, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(no_descriptor_is_left, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(several_threads_read_at_once, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_jail_lets_nothing_out, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_program_is_in_the_jail_when_it_reads, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_paper_written_as_docx_reads_back, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_paper_written_as_xlsx_reads_back, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_same_paper_gives_the_same_bytes, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_long_table_is_written_whole, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_cell_too_long_for_a_sheet_is_no_silent_gap, open_desk, close_desk),
    };
    const struct CMUnitTest slow[] = {
        cmocka_unit_test_setup_teardown(a_child_that_hangs_is_ended_at_the_deadline, open_desk, close_desk),
    };
    return argc > 1 ? cmocka_run_group_tests(slow, NULL, NULL) : cmocka_run_group_tests(quick, NULL, NULL);
}
