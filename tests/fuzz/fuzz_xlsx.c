/* fuzz_xlsx.c: the xlsx reader. Input is an xlsx, or the XML of a sheet, or after an S of styles, or after a T of
 * shared strings; the other parts are then fixed. */
#include "package.h"

#define SHEET "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice around(struct arena *a, struct slice bytes)
{
    struct fuzz_part parts[] = {
        { "xl/workbook.xml", S("<workbook xmlns=\"" SHEET "\" xmlns:r=\"" OFFICE "\"><sheets><sheet r:id=\"s\"/></sheets></workbook>") },
        { "xl/_rels/workbook.xml.rels",
            S("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
              "<Relationship Id=\"s\" Type=\"/worksheet\" Target=\"sheet.xml\"/>"
              "<Relationship Id=\"t\" Type=\"/styles\" Target=\"styles.xml\"/>"
              "<Relationship Id=\"u\" Type=\"/sharedStrings\" Target=\"strings.xml\"/></Relationships>") },
        { "xl/sheet.xml", S("<worksheet xmlns=\"" SHEET "\"><sheetData><row><c s=\"1\"><v>46027.5</v></c><c s=\"2\"><v>0.125</v></c>"
                            "<c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row></sheetData></worksheet>") },
        { "xl/styles.xml", S("<styleSheet xmlns=\"" SHEET "\"><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"10\"/></cellXfs></styleSheet>") },
        { "xl/strings.xml", S("<sst xmlns=\"" SHEET "\"><si><t>a</t></si><si><t>b</t></si></sst>") },
    };
    bool styles = slice_starts(bytes, S("S")), strings = slice_starts(bytes, S("T"));
    parts[styles ? 3 : strings ? 4 : 2].xml = slice_from(bytes, styles || strings);
    return fuzz_package(a, parts, COUNT(parts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = { (const char *)data, size };
    struct arena a;
    struct fault f = { 0 };
    struct package p;
    struct grid g = { 0 };
    arena_open(&a, 512 << 20);
    if (!slice_starts(bytes, S("PK")))
        bytes = around(&a, bytes);
    bool opened = package_open(&a, bytes, &p, &f);
    bool done = opened && p.kind == PACKAGE_XLSX && xlsx_table(&p, &g, &f);
    fuzz_check_fault(done || (opened && p.kind != PACKAGE_XLSX), &f);
    if (done)
        fuzz_check_grid(&g);
    if (opened)
        package_close(&p);
    arena_close(&a);
    return 0;
}
