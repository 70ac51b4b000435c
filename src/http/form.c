/* form.c: what people typed. Two wire formats become pairs of names and values; a table of typed, bounded fields turns
 * pairs into a struct (the idea is kcgi's kvalid).
 *
 * multipart/form-data is read here and not by MHD_PostProcessor: that one hands out pieces as they come, takes what is
 * malformed for granted and cannot run without a socket. The body lies in memory (or is mapped), so a strict
 * reader of one contiguous text is short. */
#include "http/inside.h"

#include <strings.h>

/* ---------- application/x-www-form-urlencoded, and the query ---------- */

static bool bad_form(struct fault *f)
{
    return fault_set(f, FAULT_USAGE, "bad-form", S(""), S(""));
}

bool form_urlencoded(struct arena *a, struct slice text, struct pairs *pairs, struct fault *f)
{
    struct slice piece, name;
    while (slice_cut(&text, '&', &piece)) {
        if (!piece.len)
            continue;
        struct http_pair p = { S(""), S("") };
        slice_cut(&piece, '=', &name);
        if (pairs->n == HTTP_FIELDS_MAX)
            return fault_set(f, FAULT_USAGE, "too-many-fields", slice_format(a, "%d", HTTP_FIELDS_MAX), S(""));
        if (!percent_decode(a, name, true, &p.name) || !percent_decode(a, piece, true, &p.value)
            || p.name.len > HTTP_FIELD_NAME_BYTES)
            return bad_form(f);
        PUSH(a, pairs, p);
    }
    return true;
}

/* ---------- multipart/form-data ---------- */

static bool starts_as(struct slice s, const char *what)
{
    size_t n = strlen(what);
    return s.len >= n && !strncasecmp(s.at, what, n);
}

/* The parameter of a header value: name="value" or name=value. */
static struct slice header_param(struct slice value, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len + 1 < value.len; i++) {
        bool quoted = value.at[i] == '"';
        if (quoted) { /* skip what another parameter quotes */
            const char *end = memchr(value.at + i + 1, '"', value.len - i - 1);
            if (!end)
                return S("");
            i = (size_t)(end - value.at);
            continue;
        }
        bool begins = i && (value.at[i - 1] == ';' || value.at[i - 1] == ' ');
        if (!begins || strncasecmp(value.at + i, name, len) || value.at[i + len] != '=')
            continue;
        struct slice rest = slice_from(value, i + len + 1), found = rest;
        if (slice_starts(rest, S("\""))) {
            rest = slice_from(rest, 1);
            return slice_cut(&rest, '"', &found) && rest.at ? (found.at ? found : S("")) : S("");
        }
        slice_cut(&rest, ';', &found);
        return slice_trim(found);
    }
    return S("");
}

/* Browsers write " CR LF inside a name as %22 %0D %0A (WHATWG); a percent sign they leave. */
static struct slice form_name(struct arena *a, struct slice s)
{
    char *to = NEW(a, char, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        struct slice here = slice_part(s, i, i + 3);
        char c = slice_equal(here, S("%22")) ? '"' : starts_as(here, "%0D") || starts_as(here, "%0A") ? ' ' : 0;
        to[n++] = c ? c : s.at[i];
        i += c ? 2 : 0;
    }
    return (struct slice){ to, n };
}

/* Without folders; a control character in a name is not a name. */
static bool file_name(struct slice *s)
{
    for (size_t i = s->len; i > 0; i--)
        if (s->at[i - 1] == '/' || s->at[i - 1] == '\\') {
            *s = slice_from(*s, i);
            break;
        }
    for (size_t i = 0; i < s->len; i++)
        if ((unsigned char)s->at[i] < ' ' || s->at[i] == 0x7f)
            return false;
    return s->len <= HTTP_FILE_NAME_BYTES && !slice_equal(*s, S(".")) && !slice_equal(*s, S(".."));
}

static bool is_text(struct slice s)
{
    return utf8_valid(s) == s.len && (!s.len || !memchr(s.at, 0, s.len));
}

/* A header line of a part: nothing below a space in it, and each quote closed. */
static bool is_part_line(struct slice line)
{
    size_t quotes = 0;
    for (size_t i = 0; i < line.len; i++) {
        if ((unsigned char)line.at[i] < ' ')
            return false;
        quotes += line.at[i] == '"';
    }
    return quotes % 2 == 0;
}

/* One part: its headers, an empty line, its bytes. */
static bool part_read(struct arena *a, struct slice part, struct pairs *pairs, struct uploads *files, struct fault *f)
{
    ptrdiff_t end = slice_find(slice_part(part, 0, 2048), S("\r\n\r\n"));
    if (end < 0)
        return bad_form(f);
    struct slice head = slice_part(part, 0, (size_t)end), bytes = slice_from(part, (size_t)end + 4), line;
    struct slice disposition = S(""), type = S("");
    while (slice_cut(&head, '\n', &line)) {
        line = slice_ends(line, S("\r")) ? slice_part(line, 0, line.len - 1) : line;
        if (!is_part_line(line))
            return bad_form(f);
        if (starts_as(line, "Content-Disposition:"))
            disposition = slice_trim(slice_from(line, 20));
        else if (starts_as(line, "Content-Type:"))
            type = slice_trim(slice_from(line, 13));
    }
    if (!starts_as(disposition, "form-data"))
        return bad_form(f);
    struct slice name = form_name(a, header_param(disposition, "name"));
    bool is_file = slice_find(disposition, S("filename=")) >= 0;
    if (!name.len || name.len > HTTP_FIELD_NAME_BYTES || !is_text(name))
        return bad_form(f);
    if (!is_file) {
        if (pairs->n == HTTP_FIELDS_MAX)
            return fault_set(f, FAULT_USAGE, "too-many-fields", slice_format(a, "%d", HTTP_FIELDS_MAX), S(""));
        if (!is_text(bytes))
            return bad_form(f);
        PUSH(a, pairs, (struct http_pair){ name, bytes });
        return true;
    }
    struct upload u = { .field = name, .name = form_name(a, header_param(disposition, "filename")), .type = type, .bytes = bytes };
    if (files->n == HTTP_FILES_MAX)
        return fault_set(f, FAULT_USAGE, "too-many-files", slice_format(a, "%d", HTTP_FILES_MAX), S(""));
    if (!is_text(u.name) || !is_text(u.type) || !file_name(&u.name))
        return bad_form(f);
    PUSH(a, files, u);
    return true;
}

bool form_multipart(struct arena *a, struct slice content_type, struct slice body, struct pairs *pairs,
    struct uploads *files, struct fault *f)
{
    struct slice mark = header_param(content_type, "boundary");
    if (!mark.len || mark.len > 70)
        return bad_form(f);
    struct slice line = slice_format(a, "\r\n--" S_FMT, S_ARG(mark)), first = slice_from(line, 2);
    if (!slice_starts(body, first))
        return bad_form(f); /* what precedes the first mark no browser sends */
    body = slice_from(body, first.len);
    while (!slice_starts(body, S("--"))) {
        ptrdiff_t end = slice_find(body, line);
        if (!slice_starts(body, S("\r\n")) || end < 2)
            return bad_form(f);
        if (!part_read(a, slice_part(body, 2, (size_t)end), pairs, files, f))
            return false;
        body = slice_from(body, (size_t)end + line.len);
    }
    return slice_trim(slice_from(body, 2)).len ? bad_form(f) : true;
}

/* ---------- typed, bounded fields ---------- */

struct reading { /* one field of one form */
    struct arena *a;
    const struct form_field *field;
    struct slice value;
    struct fault *f;
};

static bool wrong(const struct reading *r, const char *code, int64_t limit)
{
    char text[24];
    struct buf b = { .at = text, .cap = sizeof text, .max = sizeof text };
    buf_int(&b, limit);
    fault_set(r->f, FAULT_REFUSED, code, slice_of(r->field->label), slice_copy(r->a, buf_slice(&b)));
    r->f->field = slice_of(r->field->name);
    return false;
}

static bool length_fits(const struct reading *r, struct slice s, int64_t otherwise)
{
    int64_t n = (int64_t)utf8_count(s), max = r->field->max ? r->field->max : otherwise;
    if (n > max)
        return wrong(r, "field-long", max);
    return n < r->field->min ? wrong(r, "field-short", r->field->min) : true;
}

/* Below a space nothing is text, but a tab, and a line's end where there may be several lines. */
static bool no_controls(const struct reading *r, bool lines)
{
    for (size_t i = 0; i < r->value.len; i++) {
        unsigned char c = (unsigned char)r->value.at[i];
        if ((c < ' ' && c != '\t' && !(lines && c == '\n')) || c == 0x7f)
            return wrong(r, "field-text", 0);
    }
    return true;
}

static bool read_text(struct reading *r, void *into)
{
    *(struct slice *)into = r->value;
    return no_controls(r, false) && length_fits(r, r->value, FORM_TEXT_MAX);
}

static bool read_lines(struct reading *r, void *into)
{
    char *to = NEW(r->a, char, r->value.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < r->value.len; i++)
        if (r->value.at[i] != '\r')
            to[n++] = r->value.at[i];
    r->value = (struct slice){ to, n };
    *(struct slice *)into = r->value;
    return no_controls(r, true) && length_fits(r, r->value, FORM_LINES_MAX);
}

static bool read_name(struct reading *r, void *into)
{
    *(struct slice *)into = r->value;
    for (size_t i = 0; i < r->value.len; i++) {
        char c = r->value.at[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == '.'))
            return wrong(r, "field-name", 0);
    }
    return length_fits(r, r->value, FORM_TEXT_MAX);
}

static bool in_range(const struct reading *r, int64_t floor, bool fraction)
{
    const struct form_field *f = r->field;
    if (!f->min && !f->max)
        return true;
    if (floor < f->min)
        return wrong(r, "field-low", f->min);
    return floor > f->max || (floor == f->max && fraction) ? wrong(r, "field-high", f->max) : true;
}

static bool read_int(struct reading *r, void *into)
{
    int64_t *v = into;
    return slice_int(r->value, v) ? in_range(r, *v, false) : wrong(r, "field-int", 0);
}

static bool read_day(struct reading *r, void *into)
{
    return day_parse(r->value, into) ? true : wrong(r, "field-day", 0);
}

static bool read_decimal(struct reading *r, void *into)
{
    struct decimal *d = into;
    if (!decimal_parse(r->value, d))
        return wrong(r, "field-decimal", 0);
    int64_t ten = 1;
    for (uint8_t i = 0; i < d->scale; i++)
        ten *= 10;
    int64_t floor = d->value / ten - (d->value % ten < 0);
    return in_range(r, floor, d->value % ten != 0);
}

static bool read_choice(struct reading *r, void *into)
{
    for (int i = 0; r->field->choices[i]; i++)
        if (slice_equal(r->value, slice_of(r->field->choices[i]))) {
            *(int *)into = i;
            return true;
        }
    return wrong(r, "field-choice", 0);
}

static bool read_flag(struct reading *r, void *into)
{
    *(bool *)into = !slice_equal(r->value, S("0"));
    return true;
}

static void clear_slice(void *into) { *(struct slice *)into = S(""); }
static void clear_int(void *into) { *(int64_t *)into = 0; }
static void clear_day(void *into) { *(day *)into = DAY_NONE; }
static void clear_decimal(void *into) { *(struct decimal *)into = DECIMAL_NONE; }
static void clear_choice(void *into) { *(int *)into = -1; }
static void clear_flag(void *into) { *(bool *)into = false; }

static const struct kind {
    bool (*read)(struct reading *r, void *into);
    void (*clear)(void *into); /* what an absent field leaves */
} kinds[] = {
    [FORM_TEXT] = { read_text, clear_slice },
    [FORM_LINES] = { read_lines, clear_slice },
    [FORM_NAME] = { read_name, clear_slice },
    [FORM_INT] = { read_int, clear_int },
    [FORM_DAY] = { read_day, clear_day },
    [FORM_DECIMAL] = { read_decimal, clear_decimal },
    [FORM_CHOICE] = { read_choice, clear_choice },
    [FORM_FLAG] = { read_flag, clear_flag },
};

static bool read_many(struct reading *r, const struct pairs *from, struct slices *into)
{
    uint32_t most = r->field->most ? r->field->most : HTTP_FIELDS_MAX;
    *into = (struct slices){ 0 };
    for (size_t i = 0; i < from->n; i++) {
        if (!slice_equal(from->at[i].name, slice_of(r->field->name)))
            continue;
        if (into->n == most)
            return wrong(r, "field-many", most);
        r->value = slice_trim(from->at[i].value);
        if (!no_controls(r, false) || !length_fits(r, r->value, FORM_TEXT_MAX))
            return false;
        PUSH(r->a, into, r->value);
    }
    return into->n || !r->field->required ? true : wrong(r, "field-required", 0);
}

static bool read_one(struct reading *r, const struct pairs *from, void *into)
{
    size_t seen = 0;
    r->value = S("");
    kinds[r->field->kind].clear(into);
    for (size_t i = 0; i < from->n; i++)
        if (slice_equal(from->at[i].name, slice_of(r->field->name)) && !seen++)
            r->value = slice_trim(from->at[i].value);
    if (seen > 1)
        return wrong(r, "field-twice", 0);
    if (!r->value.len)
        return r->field->required ? wrong(r, "field-required", 0) : true;
    return kinds[r->field->kind].read(r, into);
}

bool form_read(struct arena *a, const struct pairs *from, const struct form_field *fields, size_t n, void *into,
    struct form_faults *faults)
{
    size_t before = faults->n;
    for (size_t i = 0; i < n; i++) {
        struct fault f = { 0 };
        struct reading r = { .a = a, .field = &fields[i], .f = &f };
        void *member = (char *)into + fields[i].offset;
        if (!(fields[i].kind == FORM_MANY ? read_many(&r, from, member) : read_one(&r, from, member)))
            PUSH(a, faults, f);
    }
    return faults->n == before;
}
