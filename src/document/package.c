/* package.c: docx and xlsx are zip files of XML parts. What is read is bounded by what comes out, never by what the
 * zip says of itself; the XML is streamed, so that a part is never whole in memory.
 *
 * Refused: names that leave the folder or stand twice, encrypted entries, a DOCTYPE (so there are no entities to
 * expand), deep nesting, a total or a ratio that no document has. */
#include "document/inside.h"

#include <expat.h>
#include <zip.h>

/* ---------- the zip ---------- */

static bool damaged(struct arena *a, const char *what, struct fault *f)
{
    return fault_set(f, FAULT_REFUSED, "document-damaged", slice_copy(a, slice_of(what)), S(""));
}

static bool name_is_bad(const char *name)
{
    size_t len = strlen(name);
    if (!len || len > PACKAGE_NAME_MAX || *name == '/' || strpbrk(name, "\\:") || utf8_valid(slice_of(name)) != len)
        return true;
    struct slice rest = slice_of(name), part;
    while (slice_cut(&rest, '/', &part))
        if (slice_equal(part, S("..")))
            return true;
    return false;
}

static bool bad_name(struct arena *a, const char *name, struct fault *f)
{
    struct slice n = slice_part(slice_of(name), 0, 80);
    n.len = utf8_valid(n);
    return fault_set(f, FAULT_REFUSED, "document-bad-name", slice_copy(a, n), S(""));
}

static bool check_entries(struct package *p, struct fault *f)
{
    zip_int64_t n = zip_get_num_entries(p->zip, 0);
    if (n > PACKAGE_ENTRIES_MAX)
        return fault_set(f, FAULT_REFUSED, "document-parts-many", slice_format(p->a, "%d", PACKAGE_ENTRIES_MAX), S(""));
    for (zip_int64_t i = 0; i < n; i++) {
        zip_stat_t stat;
        const char *name = zip_get_name(p->zip, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        if (!name || zip_stat_index(p->zip, (zip_uint64_t)i, 0, &stat))
            return damaged(p->a, "zip", f);
        if (name_is_bad(name))
            return bad_name(p->a, name, f);
        if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
            return fault_set(f, FAULT_REFUSED, "document-locked", S(""), S(""));
    }
    return true;
}

bool package_has(const struct package *p, const char *part)
{
    return zip_name_locate(p->zip, part, 0) >= 0;
}

static bool find_kind(struct package *p, struct fault *f)
{
    static const struct { const char *part, *code; enum package_kind kind; } kinds[] = {
        { "word/document.xml", NULL, PACKAGE_DOCX },
        { "xl/workbook.xml", NULL, PACKAGE_XLSX },
        { "ppt/presentation.xml", "document-slides", 0 },
        { "OFD.xml", "document-ofd", 0 },
        { "META-INF/manifest.xml", "document-odf", 0 },
        { "EncryptedPackage", "document-locked", 0 },
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!package_has(p, kinds[i].part))
            continue;
        p->kind = kinds[i].kind;
        return kinds[i].code ? fault_set(f, FAULT_REFUSED, kinds[i].code, S(""), S("")) : true;
    }
    bool office = package_has(p, "[Content_Types].xml");
    return office ? damaged(p->a, "[Content_Types].xml", f) : fault_set(f, FAULT_REFUSED, "document-archive", S(""), S(""));
}

/* ZIP_CHECKCONS also refuses a name that stands twice. */
bool package_open(struct arena *a, struct slice bytes, struct package *p, struct fault *f)
{
    *p = (struct package){ .a = a, .size_bytes = bytes.len };
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.len, 0, &error);
    if (source)
        p->zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (!p->zip) {
        if (source)
            zip_source_free(source);
        damaged(a, "zip", f);
        fault_detail(f, "libzip: %s", zip_error_strerror(&error));
        zip_error_fini(&error);
        return false;
    }
    zip_error_fini(&error);
    if (check_entries(p, f) && find_kind(p, f))
        return true;
    package_close(p);
    return false;
}

void package_close(struct package *p)
{
    if (p->zip)
        zip_discard(p->zip);
    p->zip = NULL;
}

/* ---------- the XML of a part ---------- */

static const struct { const char *uri; enum xml_space space; } spaces[] = {
    { "http://schemas.openxmlformats.org/wordprocessingml/2006/main", XML_WORD },
    { "http://purl.oclc.org/ooxml/wordprocessingml/main", XML_WORD },
    { "http://schemas.openxmlformats.org/spreadsheetml/2006/main", XML_SHEET },
    { "http://purl.oclc.org/ooxml/spreadsheetml/main", XML_SHEET },
    { "http://schemas.openxmlformats.org/markup-compatibility/2006", XML_COMPATIBILITY },
    { "http://schemas.openxmlformats.org/officeDocument/2006/math", XML_MATH },
    { "http://purl.oclc.org/ooxml/officeDocument/math", XML_MATH },
    { "http://schemas.openxmlformats.org/package/2006/relationships", XML_RELATIONS },
};

enum { MARK = '|' }; /* between namespace and local name */

static const char *local_name(const char *name, enum xml_space *space)
{
    const char *mark = strrchr(name, MARK);
    *space = XML_OTHER;
    if (!mark)
        return name;
    struct slice uri = { name, (size_t)(mark - name) };
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (slice_equal(uri, slice_of(spaces[i].uri)))
            *space = spaces[i].space;
    return mark + 1;
}

struct slice xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        const char *mark = strrchr(*attributes, MARK);
        if (!strcmp(mark ? mark + 1 : *attributes, name))
            return slice_of(attributes[1]);
    }
    return (struct slice){ NULL, 0 };
}

struct reading {
    XML_Parser parser;
    const struct xml_handler *handler;
    void *self;
    struct arena *a;
    const char *part;
    struct fault *f;
    size_t depth;
    bool stopped, ok; /* stopped by us, and whether without fault */
};

static void stop(struct reading *r, bool ok)
{
    r->stopped = true;
    r->ok = ok;
    XML_StopParser(r->parser, XML_FALSE);
}

/* A handler said no: a fault if it set one, else enough was seen. */
static void said(struct reading *r, bool go_on)
{
    if (!go_on)
        stop(r, r->f->kind == FAULT_NONE);
}

static void bad_xml(struct reading *r)
{
    fault_set(r->f, FAULT_REFUSED, "document-bad-xml", slice_copy(r->a, slice_of(r->part)),
        slice_format(r->a, "%lu", (unsigned long)XML_GetCurrentLineNumber(r->parser)));
}

static void on_open(void *at, const char *name, const char **attributes)
{
    struct reading *r = at;
    enum xml_space space;
    if (r->stopped)
        return;
    if (++r->depth > XML_DEPTH_MAX) {
        bad_xml(r);
        stop(r, false);
        return;
    }
    const char *local = local_name(name, &space);
    said(r, r->handler->open(r->self, space, local, attributes, r->f));
}

static void on_close(void *at, const char *name)
{
    struct reading *r = at;
    enum xml_space space;
    if (r->stopped)
        return;
    r->depth--;
    const char *local = local_name(name, &space);
    if (r->handler->close)
        said(r, r->handler->close(r->self, space, local, r->f));
}

static void on_text(void *at, const char *s, int n)
{
    struct reading *r = at;
    if (!r->stopped && r->handler->text)
        said(r, r->handler->text(r->self, (struct slice){ s, (size_t)n }, r->f));
}

static void on_doctype(void *at, const char *name, const char *system, const char *public, int internal)
{
    struct reading *r = at;
    fault_set(r->f, FAULT_REFUSED, "document-doctype", slice_copy(r->a, slice_of(r->part)), S(""));
    stop(r, false);
}

static bool is_bomb(const struct package *p)
{
    return p->unpacked_bytes > PACKAGE_BYTES_MAX ||
        (p->unpacked_bytes > PACKAGE_RATIO_FROM_BYTES && p->unpacked_bytes / PACKAGE_RATIO_MAX > p->size_bytes);
}

/* Feeds the part to the parser, a piece at a time. */
static bool feed(struct reading *r, struct package *p, zip_file_t *file)
{
    for (;;) {
        enum { PIECE_BYTES = 1 << 16 };
        void *piece = XML_GetBuffer(r->parser, PIECE_BYTES);
        zip_int64_t n = piece ? zip_fread(file, piece, PIECE_BYTES) : -1;
        if (n < 0)
            return damaged(p->a, r->part, r->f);
        p->unpacked_bytes += (size_t)n;
        if (is_bomb(p)) {
            bool total = p->unpacked_bytes > PACKAGE_BYTES_MAX;
            size_t most = total ? PACKAGE_BYTES_MAX : PACKAGE_RATIO_FROM_BYTES;
            return fault_set(r->f, FAULT_REFUSED, "document-bomb", slice_format(p->a, "%zu", most >> 20), S(""));
        }
        enum XML_Status status = XML_ParseBuffer(r->parser, (int)n, n == 0);
        if (r->stopped)
            return r->ok;
        if (status != XML_STATUS_OK) {
            bad_xml(r);
            return false;
        }
        if (!n)
            return true;
    }
}

bool xml_read(struct package *p, const char *part, const struct xml_handler *h, void *self, struct fault *f)
{
    *f = (struct fault){ 0 };
    struct reading r = { XML_ParserCreateNS(NULL, MARK), h, self, p->a, part, f, 0, false, false };
    zip_file_t *file = r.parser ? zip_fopen(p->zip, part, 0) : NULL;
    bool ok = false;
    if (file) {
        XML_SetUserData(r.parser, &r);
        XML_SetElementHandler(r.parser, on_open, on_close);
        XML_SetCharacterDataHandler(r.parser, on_text);
        XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
        ok = feed(&r, p, file);
        zip_fclose(file);
    } else {
        damaged(p->a, part, f);
    }
    if (r.parser)
        XML_ParserFree(r.parser);
    return ok;
}

/* ---------- relations between parts ---------- */

struct relation {
    struct package *p;
    const char *source, *id, *type_end, *part;
};

/* Target is relative to the source's folder, or starts with a slash. "." and ".." do not occur in what offices write. */
static const char *resolve(struct arena *a, const char *source, struct slice target)
{
    const char *slash = strrchr(source, '/');
    if (slice_starts(target, S("/")))
        return slice_text(a, slice_from(target, 1));
    return slice_format(a, "%.*s" S_FMT, slash ? (int)(slash + 1 - source) : 0, source, S_ARG(target)).at;
}

static bool on_relation(void *self, enum xml_space space, const char *name, const char **attributes, struct fault *f)
{
    struct relation *r = self;
    if (space != XML_RELATIONS || strcmp(name, "Relationship"))
        return true;
    bool it = r->id ? slice_equal(xml_attribute(attributes, "Id"), slice_of(r->id))
                    : slice_ends(xml_attribute(attributes, "Type"), slice_of(r->type_end));
    if (!it || slice_equal(xml_attribute(attributes, "TargetMode"), S("External")))
        return true;
    r->part = resolve(r->p->a, r->source, xml_attribute(attributes, "Target"));
    return false;
}

bool package_related(struct package *p, const char *source, const char *id, const char *type_end, const char **part,
    struct fault *f)
{
    static const struct xml_handler handler = { .open = on_relation };
    struct relation r = { p, source, id, type_end, NULL };
    const char *slash = strrchr(source, '/');
    int folder = slash ? (int)(slash + 1 - source) : 0;
    const char *relations = slice_format(p->a, "%.*s_rels/%s.rels", folder, source, source + folder).at;
    *part = NULL;
    if (!package_has(p, relations))
        return true;
    if (!xml_read(p, relations, &handler, &r, f))
        return false;
    *part = r.part && package_has(p, r.part) ? r.part : NULL;
    return true;
}
