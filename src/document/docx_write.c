/* docx_write.c: a paper in the layout of GB/T 9704-2012, as a zip of our own XML with fixed times.
 *
 * A4, type area 156 × 225 mm, 22 lines of 28 characters: lines of 28.95 pt exactly (29 would fit 21 only),
 * characters of 16 pt set a quarter point closer, since 28 of them are 158 mm. (A character grid would say the same,
 * but LibreOffice snaps to it, small type too.) Body 仿宋_GB2312, title 小标宋, levels 黑体 and 楷体_GB2312: the
 * fonts are named, the reader's machine has them. Page numbers — 1 — at the outer edge.
 *
 * Lengths are twentieths of a point; sizes of type are half points. */
#include "document/inside.h"

#include <zip.h>

enum {
    PAGE_SHORT = 11906, PAGE_LONG = 16838,                          /* 210 × 297 mm */
    TOP = 2098, BINDING = 1588, OUTER = 1474, BOTTOM = 1984,        /* 37, 28, 26, 35 mm */
    FOOTER = 1304,                                                  /* so that the number stands 7 mm below the text */
    TEXT_WIDTH = PAGE_SHORT - BINDING - OUTER, TEXT_WIDTH_ACROSS = PAGE_LONG - TOP - BOTTOM,
    LINE = 579,                                                     /* 22 of them in 225 mm */
    CHARACTER = TEXT_WIDTH / 28,
    CLOSER = -5,                                                    /* 28 × 15.75 pt in 156 mm */
    BODY_SIZE = 32, TABLE_LINE = 400, HALF_WIDTH_IN_TABLE = 130, CELL_PADDING = 160, COLUMN_LEAST = 500,
};

/* ---------- text ---------- */

/* Escaped for text and attributes; what XML cannot hold is left out, since it is not seen either. */
static void put_escaped(struct buf *b, struct slice s)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t code = utf8_next(s, &at);
        if (code == '&')
            buf_text(b, "&amp;");
        else if (code == '<')
            buf_text(b, "&lt;");
        else if (code == '>')
            buf_text(b, "&gt;");
        else if (code == '"')
            buf_text(b, "&quot;");
        else if (code == '\t' || (code >= 0x20 && code != 0xFFFE && code != 0xFFFF))
            utf8_put(b, code);
    }
}

/* Runs of one paragraph: a line feed starts a new line, a tab is one. */
static void put_runs(struct buf *b, struct slice text)
{
    struct slice line, piece;
    bool first = true;
    while (slice_cut(&text, '\n', &line)) {
        buf_text(b, first ? "<w:r>" : "<w:r><w:br/>");
        first = false;
        for (bool tab = false; slice_cut(&line, '\t', &piece); tab = true) {
            buf_text(b, tab ? "<w:tab/><w:t xml:space=\"preserve\">" : "<w:t xml:space=\"preserve\">");
            put_escaped(b, piece);
            buf_text(b, "</w:t>");
        }
        buf_text(b, "</w:r>");
    }
}

/* ---------- styles ---------- */

static const struct style {
    const char *id, *name, *font;
    int size; /* half points */
    const char *paragraph;
} styles[] = {
    { "Body", "公文正文", "仿宋_GB2312", 32, "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/>" },
    { "PaperTitle", "公文标题", "方正小标宋简体", 44, "<w:jc w:val=\"center\"/>" },
    { "PaperNumber", "发文字号", "仿宋_GB2312", 32, "<w:jc w:val=\"center\"/>" },
    { "Addressee", "主送机关", "仿宋_GB2312", 32, "<w:ind w:firstLine=\"0\"/>" },
    { "Level1", "公文一级标题", "黑体", 32, "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/>" },
    { "Level2", "公文二级标题", "楷体_GB2312", 32, "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/>" },
    { "AnnexNote", "附件说明", "仿宋_GB2312", 32, "" },
    { "Closing", "署名日期", "仿宋_GB2312", 32, "<w:jc w:val=\"right\"/>" },
    { "CellHead", "表头", "黑体", 24, "<w:jc w:val=\"center\"/>" },
    { "Cell", "表格文字", "仿宋_GB2312", 24, "" },
    { "PageNumber", "页码", "宋体", 28, "" },
    { "Thin", "分隔", "仿宋_GB2312", 2, "" },
};

static void put_fonts(struct buf *b, const char *font, int size)
{
    buf_format(b, "<w:rPr><w:rFonts w:ascii=\"%s\" w:hAnsi=\"%s\" w:eastAsia=\"%s\" w:cs=\"%s\"/><w:spacing w:val=\"%d\"/>"
                  "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr>",
        font, font, font, font, size == BODY_SIZE ? CLOSER : 0, size, size);
}

#define WORD_XMLNS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"" \
                   " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static void put_styles(struct buf *b)
{
    buf_text(b, XML_HEAD "<w:styles " WORD_XMLNS "><w:docDefaults><w:rPrDefault>");
    put_fonts(b, "仿宋_GB2312", 32);
    buf_text(b, "</w:rPrDefault></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
                "<w:name w:val=\"Normal\"/><w:pPr><w:widowControl w:val=\"0\"/>");
    buf_format(b, "<w:spacing w:line=\"%d\" w:lineRule=\"exact\"/><w:jc w:val=\"both\"/></w:pPr></w:style>", LINE);
    for (size_t i = 0; i < COUNT(styles); i++) {
        const struct style *s = &styles[i];
        int line = s->size == 24 ? TABLE_LINE : s->size == 2 ? 20 : LINE;
        buf_format(b, "<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"%s\"><w:name w:val=\"%s\"/>"
                      "<w:basedOn w:val=\"Normal\"/><w:pPr>%s<w:spacing w:line=\"%d\" w:lineRule=\"exact\"/>%s</w:pPr>",
            s->id, s->name, line == LINE ? "" : "<w:snapToGrid w:val=\"0\"/>", line, s->paragraph);
        put_fonts(b, s->font, s->size);
        buf_text(b, "</w:style>");
    }
    buf_text(b, "</w:styles>");
}

/* ---------- the body ---------- */

struct setter {
    struct buf *b;
    const struct paper *p;
    bool across;     /* the section that is being set lies across */
    bool new_page;   /* the next paragraph starts one */
};

static void put_section(struct setter *s)
{
    if (s->across) /* turned to the left: the binding edge is at the top */
        buf_format(s->b, "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId1\"/>"
                         "<w:footerReference w:type=\"even\" r:id=\"rId2\"/>"
                         "<w:pgSz w:w=\"%d\" w:h=\"%d\" w:orient=\"landscape\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" "
                         "w:bottom=\"%d\" w:left=\"%d\" w:header=\"851\" w:footer=\"794\" w:gutter=\"0\"/>",
            PAGE_LONG, PAGE_SHORT, BINDING, TOP, OUTER, BOTTOM);
    else
        buf_format(s->b, "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId1\"/>"
                         "<w:footerReference w:type=\"even\" r:id=\"rId2\"/>"
                         "<w:pgSz w:w=\"%d\" w:h=\"%d\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" "
                         "w:bottom=\"%d\" w:left=\"%d\" w:header=\"851\" w:footer=\"%d\" w:gutter=\"0\"/>",
            PAGE_SHORT, PAGE_LONG, TOP, OUTER, BOTTOM, BINDING, FOOTER);
    buf_format(s->b, "<w:docGrid w:type=\"lines\" w:linePitch=\"%d\"/></w:sectPr>", LINE);
}

/* Does the section end before block `at`? The first new page of a paper with landscape tables does that. */
static bool turns_at(const struct setter *s, size_t at)
{
    return s->p->landscape && !s->across && at < s->p->n && s->p->at[at].kind == PAPER_NEW_PAGE;
}

/* <w:p> up to its runs. `extra` are spacing and indent; the schema wants all in this order. */
static void open_paragraph(struct setter *s, const char *style, bool keep_next, const char *extra, size_t next)
{
    buf_format(s->b, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s%s%s", style, keep_next ? "<w:keepNext/>" : "",
        s->new_page ? "<w:pageBreakBefore/>" : "", extra);
    s->new_page = false;
    if (turns_at(s, next))
        put_section(s);
    buf_text(s->b, "</w:pPr>");
}

static void close_paragraph(struct setter *s)
{
    buf_text(s->b, "</w:p>");
}

/* A paragraph that takes no room, to hold a page break or to part tables. */
static void put_thin(struct setter *s, size_t next)
{
    open_paragraph(s, "Thin", false, "", next);
    close_paragraph(s);
}

/* Unit and day without a seal: the unit two characters from the right, the day's first character two to the right of
 * the unit's; where the day is the longer one it stands two from the right and the unit goes in by it. Half-widths. */
static void right_indents(size_t unit, size_t date, long *unit_right, long *day_right)
{
    *unit_right = 4;
    *day_right = (long)unit - (long)date;
    if (*day_right < 4) {
        *day_right = 4;
        *unit_right = (long)date + 8 - (long)unit;
    }
    *unit_right = *unit_right < 0 ? 0 : *unit_right;
}

static void set_closing(struct setter *s, size_t at)
{
    const struct block *b = &s->p->at[at];
    bool unit = b->kind == PAPER_SIGNATURE;
    long unit_right = 4, day_right = 8;
    if (unit && at + 1 < s->p->n && s->p->at[at + 1].kind == PAPER_DAY)
        right_indents(utf8_width(b->text), utf8_width(s->p->at[at + 1].text), &unit_right, &day_right);
    else if (!unit && at && s->p->at[at - 1].kind == PAPER_SIGNATURE)
        right_indents(utf8_width(s->p->at[at - 1].text), utf8_width(b->text), &unit_right, &day_right);
    long right = unit ? unit_right : day_right;
    char extra[160];
    /* two lines for the seal above the unit's name; the name stays with its day */
    snprintf(extra, sizeof extra, "<w:spacing w:before=\"%d\" w:line=\"%d\" w:lineRule=\"exact\"/>"
                                  "<w:ind w:rightChars=\"%ld\" w:right=\"%ld\"/>",
        unit ? 2 * LINE : 0, LINE, right * 50, right * CHARACTER / 2);
    open_paragraph(s, "Closing", unit, extra, at + 1);
    put_runs(s->b, b->text);
    close_paragraph(s);
}

/* 附件：1.…, one line below the text; further ones stand under the first one's number. */
static void set_annex_note(struct setter *s, size_t at)
{
    bool again = at && s->p->at[at - 1].kind == PAPER_ANNEX_NOTE;
    char extra[160];
    snprintf(extra, sizeof extra, "<w:spacing w:before=\"%d\" w:line=\"%d\" w:lineRule=\"exact\"/>"
                                  "<w:ind w:leftChars=\"%d\" w:left=\"%d\"/>",
        again ? 0 : LINE, LINE, again ? 500 : 200, (again ? 5 : 2) * CHARACTER);
    open_paragraph(s, "AnnexNote", false, extra, at + 1);
    put_runs(s->b, s->p->at[at].text);
    close_paragraph(s);
}

static void set_title(struct setter *s, size_t at)
{
    bool last = at + 1 >= s->p->n || s->p->at[at + 1].kind != PAPER_TITLE;
    char extra[80];
    snprintf(extra, sizeof extra, "<w:spacing w:after=\"%d\" w:line=\"640\" w:lineRule=\"exact\"/>", last ? LINE : 0);
    open_paragraph(s, "PaperTitle", true, extra, at + 1);
    put_runs(s->b, s->p->at[at].text);
    close_paragraph(s);
}

static void set_plain(struct setter *s, const char *style, size_t at)
{
    bool heading = s->p->at[at].kind == PAPER_HEADING1 || s->p->at[at].kind == PAPER_HEADING2;
    open_paragraph(s, style, heading, "", at + 1);
    put_runs(s->b, s->p->at[at].text);
    close_paragraph(s);
}

/* ---------- tables ---------- */

/* Widths that fill the type area, in proportion to what the columns need. */
static void share_width(const struct setter *s, const struct widths *w, int *column)
{
    int full = s->across ? TEXT_WIDTH_ACROSS : TEXT_WIDTH, given = 0;
    long need = 0;
    for (size_t k = 0; k < w->n; k++)
        need += (long)w->of[k] * HALF_WIDTH_IN_TABLE + CELL_PADDING;
    for (size_t k = 0; k < w->n; k++) {
        column[k] = (int)(((long)w->of[k] * HALF_WIDTH_IN_TABLE + CELL_PADDING) * full / need);
        given += column[k];
    }
    if (w->n)
        column[w->n - 1] += full - given;
}

static void put_cell(struct setter *s, const struct block *row, size_t k, int width)
{
    static const char *const aligns[] = { "<w:jc w:val=\"left\"/>", "<w:jc w:val=\"center\"/>", "<w:jc w:val=\"right\"/>",
        "<w:jc w:val=\"right\"/>", "<w:jc w:val=\"right\"/>" };
    bool head = row->kind == PAPER_TABLE_HEAD;
    enum paper_align align = k < s->p->columns_n ? s->p->columns[k].align : PAPER_LEFT;
    buf_format(s->b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>"
                     "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s</w:pPr>", width, head ? "CellHead" : "Cell",
        head ? "" : aligns[align]);
    put_runs(s->b, k < row->cells.n ? row->cells.at[k] : S(""));
    buf_text(s->b, "</w:p></w:tc>");
}

/* From the first row on; gives the block after the last. */
static size_t set_table(struct setter *s, size_t at)
{
    struct widths w;
    int column[TABLE_COLUMNS_MAX] = { 0 };
    bool leading = true; /* only the first rows of a table can be repeated on each page */
    paper_widths(s->p, at, &w);
    share_width(s, &w, column);
    if (s->new_page || (at && paper_is_row(s->p, at - 1)))
        put_thin(s, at);
    buf_text(s->b, "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders>");
    static const char *const sides[] = { "top", "left", "bottom", "right", "insideH", "insideV" };
    for (size_t i = 0; i < COUNT(sides); i++)
        buf_format(s->b, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>", sides[i]);
    buf_text(s->b, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"80\" w:type=\"dxa\"/>"
                   "<w:right w:w=\"80\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>");
    for (size_t k = 0; k < w.n; k++)
        buf_format(s->b, "<w:gridCol w:w=\"%d\"/>", column[k]);
    buf_text(s->b, "</w:tblGrid>");
    for (; paper_is_row(s->p, at); at++) {
        leading = leading && s->p->at[at].kind == PAPER_TABLE_HEAD;
        buf_format(s->b, "<w:tr><w:trPr><w:cantSplit/>%s</w:trPr>", leading ? "<w:tblHeader/>" : "");
        for (size_t k = 0; k < w.n; k++)
            put_cell(s, &s->p->at[at], k, column[k]);
        buf_text(s->b, "</w:tr>");
    }
    buf_text(s->b, "</w:tbl>");
    put_thin(s, at); /* Word wants a paragraph behind a table; it also carries the section */
    return at;
}

/* ---------- all parts ---------- */

/* One block, or a whole table; gives the next one. */
static size_t set_block(struct setter *s, size_t at)
{
    static const char *const plain[PAPER_BLOCKS] = {
        [PAPER_NUMBER] = "PaperNumber", [PAPER_ADDRESSEE] = "Addressee", [PAPER_HEADING1] = "Level1",
        [PAPER_HEADING2] = "Level2", [PAPER_PARAGRAPH] = "Body",
    };
    switch (s->p->at[at].kind) {
    case PAPER_TABLE_HEAD:
    case PAPER_TABLE_ROW: return set_table(s, at);
    case PAPER_TITLE: set_title(s, at); break;
    case PAPER_ANNEX_NOTE: set_annex_note(s, at); break;
    case PAPER_SIGNATURE:
    case PAPER_DAY: set_closing(s, at); break;
    case PAPER_NEW_PAGE:
        /* what stands before it has ended the section already */
        s->new_page = !turns_at(s, at) && at;
        s->across = s->across || s->p->landscape;
        break;
    default: set_plain(s, plain[s->p->at[at].kind], at);
    }
    return at + 1;
}

static void put_document(struct buf *b, const struct paper *p)
{
    struct setter s = { .b = b, .p = p };
    bool turns = false;
    for (size_t i = 0; i < p->n; i++)
        turns = turns || p->at[i].kind == PAPER_NEW_PAGE;
    s.across = p->landscape && !turns;
    buf_text(b, XML_HEAD "<w:document " WORD_XMLNS "><w:body>");
    for (size_t at = 0; at < p->n;)
        at = set_block(&s, at);
    put_section(&s);
    buf_text(b, "</w:body></w:document>");
}

/* The number at the outer edge, one character in. */
static void put_footer(struct buf *b, bool even)
{
    static const char run[] = "<w:r><w:rPr><w:rFonts w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\"/></w:rPr>";
    buf_format(b, XML_HEAD "<w:ftr " WORD_XMLNS "><w:p><w:pPr><w:pStyle w:val=\"PageNumber\"/>"
                  "<w:ind w:%sChars=\"100\" w:%s=\"280\"/><w:jc w:val=\"%s\"/></w:pPr>",
        even ? "left" : "right", even ? "left" : "right", even ? "left" : "right");
    buf_format(b, "%s<w:t xml:space=\"preserve\">— </w:t></w:r>%s<w:fldChar w:fldCharType=\"begin\"/></w:r>"
                  "%s<w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>"
                  "%s<w:fldChar w:fldCharType=\"separate\"/></w:r>%s<w:t>1</w:t></w:r>"
                  "%s<w:fldChar w:fldCharType=\"end\"/></w:r>%s<w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>",
        run, run, run, run, run, run, run);
}

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define PACKAGE_XMLNS "xmlns=\"http://schemas.openxmlformats.org/package/2006/"
#define CONTENT "application/vnd.openxmlformats-officedocument.wordprocessingml."

static const struct part { const char *name, *xml; } fixed_parts[] = {
    { "[Content_Types].xml",
        XML_HEAD "<Types " PACKAGE_XMLNS "content-types\">"
        "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
        "<Override PartName=\"/word/document.xml\" ContentType=\"" CONTENT "document.main+xml\"/>"
        "<Override PartName=\"/word/styles.xml\" ContentType=\"" CONTENT "styles+xml\"/>"
        "<Override PartName=\"/word/settings.xml\" ContentType=\"" CONTENT "settings+xml\"/>"
        "<Override PartName=\"/word/footer1.xml\" ContentType=\"" CONTENT "footer+xml\"/>"
        "<Override PartName=\"/word/footer2.xml\" ContentType=\"" CONTENT "footer+xml\"/></Types>" },
    { "_rels/.rels",
        XML_HEAD "<Relationships " PACKAGE_XMLNS "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" OFFICE "officeDocument\" Target=\"word/document.xml\"/></Relationships>" },
    { "word/_rels/document.xml.rels",
        XML_HEAD "<Relationships " PACKAGE_XMLNS "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" OFFICE "footer\" Target=\"footer1.xml\"/>"
        "<Relationship Id=\"rId2\" Type=\"" OFFICE "footer\" Target=\"footer2.xml\"/>"
        "<Relationship Id=\"rId3\" Type=\"" OFFICE "styles\" Target=\"styles.xml\"/>"
        "<Relationship Id=\"rId4\" Type=\"" OFFICE "settings\" Target=\"settings.xml\"/></Relationships>" },
    { "word/settings.xml",
        XML_HEAD "<w:settings " WORD_XMLNS "><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>"
        "<w:compat><w:doNotExpandShiftReturn/><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\""
        " w:val=\"15\"/></w:compat></w:settings>" },
};

enum { DOS_DAY = (2020 - 1980) << 9 | 1 << 5 | 1 }; /* the same for ever: the same paper gives the same bytes */

static bool add_part(zip_t *zip, const char *name, struct slice xml)
{
    zip_source_t *source = zip_source_buffer(zip, xml.at, xml.len, 0);
    zip_int64_t at = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (source && at < 0)
        zip_source_free(source);
    return at >= 0 && !zip_file_set_dostime(zip, (zip_uint64_t)at, 0, DOS_DAY, 0) &&
        !zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 6);
}

/* The bytes that the closed zip left in its source. */
static bool take_bytes(struct arena *a, zip_source_t *source, struct slice *bytes)
{
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(source, &stat) || !(stat.valid & ZIP_STAT_SIZE) || stat.size > DOCUMENT_OUT_MAX_BYTES ||
        zip_source_open(source))
        return false;
    char *at = NEW(a, char, stat.size);
    bool ok = zip_source_read(source, at, stat.size) == (zip_int64_t)stat.size;
    zip_source_close(source);
    *bytes = (struct slice){ at, stat.size };
    return ok;
}

/* made: styles, footers, document, in this order */
static bool zip_parts(struct arena *a, const struct buf *made, struct slice *bytes, struct fault *f)
{
    static const char *const names[] = { "word/styles.xml", "word/footer1.xml", "word/footer2.xml", "word/document.xml" };
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
    bool ok = zip;
    if (zip)
        zip_source_keep(source);
    for (size_t i = 0; ok && i < COUNT(fixed_parts); i++)
        ok = add_part(zip, fixed_parts[i].name, slice_of(fixed_parts[i].xml));
    for (size_t i = 0; ok && i < COUNT(names); i++)
        ok = !made[i].failed && add_part(zip, names[i], buf_slice(&made[i]));
    if (ok && !zip_close(zip))
        ok = take_bytes(a, source, bytes);
    else if (zip) {
        ok = false;
        zip_discard(zip);
    }
    if (source)
        zip_source_free(source);
    zip_error_fini(&error);
    return ok ? true : fault_set(f, FAULT_BROKEN, "document-unwritten", S("docx"), S(""));
}

bool docx_write(struct arena *a, const struct paper *p, struct slice *bytes, struct fault *f)
{
    struct buf made[4];
    for (size_t i = 0; i < COUNT(made); i++)
        made[i] = buf_open(DOCUMENT_OUT_MAX_BYTES * 2u);
    put_styles(&made[0]);
    put_footer(&made[1], false);
    put_footer(&made[2], true);
    put_document(&made[3], p);
    bool ok = zip_parts(a, made, bytes, f);
    for (size_t i = 0; i < COUNT(made); i++)
        buf_close(&made[i]);
    return ok;
}
