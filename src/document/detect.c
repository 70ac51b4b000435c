/* detect.c: what a file is, by its first bytes. What is not read gets a sentence that says what to do instead. Names
 * are not believed: a scan renamed to .docx is a picture. Zip files are looked into by package.c. */
#include "document/inside.h"

#include <strings.h>

static const struct magic {
    const char *code; /* the fault; NULL: a zip */
    struct slice bytes;
} magics[] = {
    { NULL, BYTES("PK\x03\x04") },
    { "document-archive", BYTES("PK\x05\x06") }, /* a zip without entries */
    { "document-pdf", BYTES("%PDF-") },
    { "document-picture", BYTES("\x89PNG\r\n\x1A\n") },
    { "document-picture", BYTES("\xFF\xD8\xFF") }, /* JPEG */
    { "document-picture", BYTES("GIF8") },
    { "document-picture", BYTES("II*\0") }, /* TIFF */
    { "document-picture", BYTES("MM\0*") },
    { "document-rtf", BYTES("{\\rtf") },
    { "document-archive", BYTES("Rar!\x1A") },
    { "document-archive", BYTES("7z\xBC\xAF\x27\x1C") },
    { "document-archive", BYTES("\x1F\x8B") },
};

static const char *const web_starts[] = { "<?xml", "<html", "<!doctype", "mime-version:", "<table" };

/* The directory of an OLE file: entries of 128 bytes that begin with their name in UTF-16. */
static const struct stream {
    const char *code;
    struct slice name;
} streams[] = {
    { "document-locked", BYTES("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0\0") },
    { "document-old-word", BYTES("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0\0") },
    { "document-old-excel", BYTES("W\0o\0r\0k\0b\0o\0o\0k\0\0") },
    { "document-old-excel", BYTES("B\0o\0o\0k\0\0") },
};

static bool has_stream(struct slice bytes, struct slice name)
{
    for (size_t at = 0; at + 128 <= bytes.len; at += 128)
        if (slice_starts(slice_from(bytes, at), name))
            return true;
    return false;
}

static const char *ole_code(struct slice bytes)
{
    for (size_t i = 0; i < COUNT(streams); i++)
        if (has_stream(bytes, streams[i].name))
            return streams[i].code;
    return "document-old-other";
}

static bool is_web(struct slice bytes)
{
    if (slice_starts(bytes, S("\xEF\xBB\xBF")))
        bytes = slice_from(bytes, 3);
    bytes = slice_trim(slice_part(bytes, 0, 512));
    for (size_t i = 0; i < COUNT(web_starts); i++) {
        size_t len = strlen(web_starts[i]);
        if (bytes.len >= len && !strncasecmp(bytes.at, web_starts[i], len))
            return true;
    }
    return false;
}

bool document_detect(struct slice bytes, enum document_kind *kind, struct fault *f)
{
    const char *code = NULL;
    *kind = DOCUMENT_TEXT;
    if (!bytes.len)
        code = "document-empty";
    for (size_t i = 0; i < COUNT(magics); i++) {
        if (!slice_starts(bytes, magics[i].bytes))
            continue;
        code = magics[i].code;
        if (!code)
            *kind = DOCUMENT_ZIP;
    }
    if (slice_starts(bytes, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        code = ole_code(bytes);
    else if (is_web(bytes))
        code = "document-web";
    return code ? fault_set(f, FAULT_REFUSED, code, S(""), S("")) : true;
}
