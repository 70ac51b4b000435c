"""documents.py OUT STAMP: the documents that tests/unit/test_document.c reads, good ones and hostile ones, and under
OUT/seeds the first inputs of the fuzz targets. Made here, so that the tree holds no binaries."""
import os
import shutil
import sys
import warnings
import zipfile

out, stamp = sys.argv[1:]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
P = "http://schemas.openxmlformats.org/package/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def save(name, data):
    path = os.path.join(out, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)


def package(name, parts, streamed=False):
    path = os.path.join(out, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)

    class Pipe:  # cannot be sought in, so that zipfile writes lengths behind the data, as streaming programs do
        def __init__(self, f):
            self.f = f

        def write(self, data):
            return self.f.write(data)

        def flush(self):
            pass

    with open(path, "wb") as f, zipfile.ZipFile(Pipe(f) if streamed else f, "w", zipfile.ZIP_DEFLATED) as z:
        for part, data in parts:
            z.writestr(zipfile.ZipInfo(part, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def word(body, space=W):
    return [("[Content_Types].xml", HEAD + "<Types/>"),
            ("word/document.xml", f'{HEAD}<w:document xmlns:w="{space}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>')]


def p(*runs, props=""):
    return f"<w:p>{'<w:pPr>' + props + '</w:pPr>' if props else ''}{''.join(runs)}</w:p>"


def r(text, props=""):
    return f"<w:r>{'<w:rPr>' + props + '</w:rPr>' if props else ''}<w:t>{text}</w:t></w:r>"


def tc(content, props=""):
    return f"<w:tc>{'<w:tcPr>' + props + '</w:tcPr>' if props else ''}{content}</w:tc>"


def tr(*cells, props=""):
    return f"<w:tr>{'<w:trPr>' + props + '</w:trPr>' if props else ''}{''.join(cells)}</w:tr>"


box = f"<w:txbxContent>{p(r('文本框里的字'))}</w:txbxContent>"
table = "<w:tbl>" + tr(tc(p(r("事项"))), tc(p(r("牵头单位"))), tc(p(r("时限")))) + \
    tr(tc(p(r("修路")) + p(r("十公里"))), tc(p(r("青石县交通局")), '<w:gridSpan w:val="2"/>')) + \
    tr(tc(p(r("看不见")), '<w:vMerge/>'), tc("<w:tbl>" + tr(tc(p(r("内层")))) + "</w:tbl>" + p(r("外层"))), tc(p(r("6月")))) + \
    tr(tc(p(r("整行删去"))), props="<w:del/>") + "</w:tbl>"
revised = p(r("一、"), r("总体要求"), props='<w:tabs><w:tab w:val="left" w:pos="420"/></w:tabs>') + \
    p(r("左"), "<w:r><w:tab/></w:r>", r("右"), "<w:r><w:br/></w:r>", r("下一行")) + \
    p(r("保留"), f"<w:del>{r('删去')}<w:r><w:delText>删去</w:delText></w:r></w:del>", f"<w:ins>{r('插入')}</w:ins>",
      f"<w:moveFrom>{r('移走')}</w:moveFrom>", f"<w:moveTo>{r('移来')}</w:moveTo>") + \
    p(r("看得见"), r("隐藏", "<w:vanish/>"), r("也看得见", '<w:vanish w:val="0"/>')) + \
    p(r("连到"), props="<w:rPr><w:del/></w:rPr>") + p(r("下一段")) + \
    p("<w:r><w:fldChar/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>", r("域结果")) + \
    p("<w:r><w:ruby><w:rt>" + r("dú") + "</w:rt><w:rubyBase>" + r("读") + "</w:rubyBase></w:ruby></w:r>") + \
    p("<w:r><mc:AlternateContent><mc:Choice>" + box + "</mc:Choice><mc:Fallback>" + box +
      "</mc:Fallback></mc:AlternateContent></w:r>", r("框外")) + \
    p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', r("已办结 &amp; &lt;归档&gt;")) + table + p(r("末段"))


def sheet(rows, merges="", sst=(), styles="", workbook="", more=(), sheets=None):
    sheets = sheets or [("Sheet1", "", f"<sheetData>{rows}</sheetData>{merges}")]
    names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="s{i}"{a}/>' for i, (n, a, _) in enumerate(sheets))
    links = "".join(f'<Relationship Id="s{i}" Type="{R}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(len(sheets)))
    strings = "".join(f"<si>{s}</si>" for s in sst)
    return [("[Content_Types].xml", HEAD + "<Types/>"),
            ("xl/workbook.xml", f'{HEAD}<workbook xmlns="{S}" xmlns:r="{R}">{workbook}<sheets>{names}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f'{HEAD}<Relationships xmlns="{P}">{links}'
             f'<Relationship Id="a" Type="{R}/styles" Target="styles.xml"/>'
             f'<Relationship Id="b" Type="{R}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'),
            ("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{S}">{strings}</sst>'),
            ("xl/styles.xml", f'{HEAD}<styleSheet xmlns="{S}">{styles}</styleSheet>')] + \
        [(f"xl/worksheets/sheet{i}.xml", f'{HEAD}<worksheet xmlns="{S}">{x}</worksheet>') for i, (_, _, x) in enumerate(sheets)] + \
        list(more)


formats = ["General", "yyyy\\-mm\\-dd", "0.00", "0.0%", "#,##0.00", "000000", "h:mm", "yyyy/m/d h:mm", '[$-804]m"月"d"日"',
           '0"亩"', "0.00E+00", "[h]:mm", "0!.0,"]
styles = "<numFmts>" + "".join(f'<numFmt numFmtId="{200 + i}" formatCode="{c.replace(chr(34), "&quot;")}"/>' for i, c in enumerate(formats)) + \
    '</numFmts><cellXfs>' + "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(formats))) + '<xf numFmtId="31"/></cellXfs>'


def c(ref, value, style=None, kind=None):
    return f'<c{f" r=" + chr(34) + ref + chr(34) if ref else ""}{"" if style is None else f" s={chr(34)}{style}{chr(34)}"}' \
        f'{"" if kind is None else f" t={chr(34)}{kind}{chr(34)}"}>{value}</c>'


def v(x):
    return f"<v>{x}</v>"


rich = "<r><t>合</t></r><r><t>计</t></r><rPh><t>hé</t></rPh>"
cells = "<row r=\"1\">" + c("A1", v(0), kind="s") + c("C1", "<is><t>内联</t></is>", kind="inlineStr") + "</row>" \
    "<row r=\"3\">" + c("A3", v(1), kind="s") + c("B3", v("46027"), 1) + c("C3", v("0.10000000000000001"), 0) + "</row>" \
    "<row>" + c("", v("3.14159"), 2) + c("", v("0.125"), 3) + c("", v("1234567.8"), 4) + c("", v("123"), 5) + "</row>" \
    "<row r=\"5\">" + c("A5", v("0.75"), 6) + c("B5", v("46027.5"), 7) + c("C5", v("46027"), 8) + c("D5", v("12"), 9) + "</row>" \
    "<row r=\"6\">" + c("A6", v("1.2E-3"), 10) + c("B6", v("1"), kind="b") + c("C6", v("#N/A"), kind="e") + c("D6", v("46027"), 13) + "</row>" \
    "<row r=\"7\">" + c("A7", v("1.25"), 11) + c("B7", "<f>A1</f>" + v("公式_x000A_结果"), kind="str") + c("C7", v("-0.005"), 2) + c("D7", v("9.995"), 2) + "</row>" \
    "<row r=\"8\">" + c("A8", v(2), kind="s") + c("B8", v(3), kind="s") + "</row><row r=\"9\">" + c("B9", v(3), kind="s") + "</row>" \
    "<row r=\"5000\">" + c("A5000", "", 1) + c("XFD5000", "", 1) + "</row>"
strings = [f"<t>{'项目名称'}</t>", rich, "<t>合并</t>", "<t>盖住</t>"]
merged = '<mergeCells><mergeCell ref="A8:B9"/></mergeCells>'


def ole(stream):
    name = stream.encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + bytes(512) + (name + bytes(2)).ljust(128, b"\0") + bytes(384)


def encrypted(name):
    path = os.path.join(out, name)
    data = bytearray(open(path, "rb").read())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        i = -1
        while (i := data.find(mark, i + 1)) >= 0:
            data[i + at] |= 1
    open(path, "wb").write(data)


os.makedirs(out, exist_ok=True)
report = "青石县政府工作报告\n新建农村公路10公里。\n"

# ---- good ----
save("utf8.txt", report)
save("utf8-bom.txt", "\ufeff" + report.replace("\n", "\r\n"))
save("gb18030.txt", (report + "𠮷龘㐀\n").encode("gb18030"))
save("utf16le.txt", ("\ufeff" + report).encode("utf-16-le"))
save("utf16be.txt", ("\ufeff" + report).encode("utf-16-be"))
package("revised.docx", word(revised))
package("strict.docx", word(p(r("严格格式")), "http://purl.oclc.org/ooxml/wordprocessingml/main"))
package("streamed.docx", word(p(r("流式写成"))), streamed=True)
package("cells.xlsx", sheet(cells, merged, strings, styles))
package("hidden.xlsx", sheet("", sst=["<t>看不见</t>", "<t>看得见</t>"], sheets=[
    ("藏", ' state="hidden"', f'<sheetData><row>{c("A1", v(0), kind="s")}</row></sheetData>'),
    ("空", "", "<sheetData/>"), ("有", "", f'<sheetData><row>{c("A1", v(1), kind="s")}</row></sheetData>')]))
package("since1904.xlsx", sheet(f'<row>{c("A1", v("44565"), 1)}</row>', styles=styles, workbook='<workbookPr date1904="1"/>'))
save("quotes.csv", '事项,"说明, 带逗号","他说""好"""\r\n"两\n行",,\r\n\r\n末,尾\r\n')
save("semicolon.csv", "事项;牵头\n修路;交通局,住建局\n".encode("gb18030"))
save("tab.txt", "事项\t牵头\n修路\t交通局\n")

# ---- what is something else ----
save("empty.txt", b"")
save("old.doc", ole("WordDocument"))
save("old.xls", ole("Workbook"))
save("old.ppt", ole("PowerPoint Document"))
save("locked.docx", ole("EncryptedPackage"))
save("scan.docx", b"\x89PNG\r\n\x1a\n" + bytes(64))
save("photo.docx", b"\xff\xd8\xff\xe0" + bytes(64))
save("paper.pdf", b"%PDF-1.7\n")
save("paper.rtf", b"{\\rtf1 abc}")
save("export.xls", b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>")
save("files.rar", b"Rar!\x1a\x07\0" + bytes(64))
save("program.txt", b"\x7fELF\2\1\1\0" + bytes(64))
package("slides.pptx", [("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<p/>")])
package("paper.ofd", [("OFD.xml", "<OFD/>")])
package("text.odt", [("mimetype", "x"), ("META-INF/manifest.xml", "<m/>")])
package("files.zip", [("a.txt", "x")])

# ---- broken and hostile ----
save("bad-utf8.txt", report.encode()[:31] + b"\xff" + report.encode()[31:])
save("cut-utf8.txt", report.encode()[:-2])
save("bad-bytes.txt", "中文".encode("gb18030") + b"\xff\xff" + "中文".encode("gb18030"))
save("bad-utf16.txt", b"\xff\xfe" + "中文".encode("utf-16-le") + b"\x00\xd8" + "中".encode("utf-16-le"))
save("odd-quote.csv", '一,二\n三,"四\n五,六\n')
save("text-after-quote.csv", '一,二\n三,"四"五\n')
package("laughs.docx", [("word/document.xml", '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
                         f'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><w:document xmlns:w="{W}"><w:t>&c;</w:t></w:document>')])
package("deep.docx", word("<w:sdt>" * 5000 + "</w:sdt>" * 5000))
package("bomb.docx", word("<w:p/>" * 7000000))
package("many.docx", word(p(r("多"))) + [(f"word/media/{i}", b"") for i in range(5000)])
package("dotdot.docx", word(p(r("外"))) + [("word/../../etc/passwd", b"x")])
package("absolute.docx", word(p(r("外"))) + [("/etc/passwd", b"x")])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    package("twice.docx", word(p(r("甲"))) + word(p(r("乙")))[1:])
package("locked-zip.docx", word(p(r("密"))))
encrypted("locked-zip.docx")
package("torn-xml.docx", [("word/document.xml", f'<w:document xmlns:w="{W}">\n<w:p></w:document>')])
package("no-text.docx", word(p()))
package("no-table.docx", word(p(r("没有表格"))))
package("torn.docx", word(revised))
data = open(os.path.join(out, "torn.docx"), "rb").read()
save("torn.docx", data[:len(data) // 2])
package("flipped.docx", word(revised))
data = bytearray(open(os.path.join(out, "flipped.docx"), "rb").read())
at = data.find(b"word/document.xml") + 40
for i in range(8):
    data[at + i] ^= 0x5A
save("flipped.docx", bytes(data))
package("index.xlsx", sheet(f'<row>{c("A1", v(7), kind="s")}</row>', sst=["<t>只有一个</t>"]))
package("wide.xlsx", sheet(f'<row r="2">{c("XFD2", v(1))}</row>'))
package("long.xlsx", sheet(f'<row r="1048576">{c("A1048576", v(1))}</row>'))
package("place.xlsx", sheet(f'<row>{c("1A", v(1))}</row>'))
package("strings.xlsx", sheet("".join(f'<row>{c("", v(0), kind="s")}</row>' for _ in range(200)), sst=["<t>" + "重" * 100000 + "</t>"]))
package("laughs.xlsx", [(n, x.replace("<sst", "<!DOCTYPE sst []><sst")) for n, x in sheet("<row/>", sst=["<t>x</t>"])])
save("long.csv", "一\n" * 20001)
save("wide.csv", "一" + ",一" * 100 + "\n")

# ---- seeds ----
for target, names in {
    "docx": ["revised.docx", "strict.docx", "laughs.docx", "torn.docx", "twice.docx", "deep.docx", "flipped.docx"],
    "xlsx": ["cells.xlsx", "hidden.xlsx", "since1904.xlsx", "index.xlsx", "wide.xlsx", "place.xlsx", "laughs.xlsx"],
    "text": ["utf8.txt", "utf8-bom.txt", "gb18030.txt", "utf16le.txt", "utf16be.txt", "bad-bytes.txt", "bad-utf8.txt",
             "quotes.csv", "semicolon.csv", "tab.txt", "odd-quote.csv", "old.doc", "export.xls"],
}.items():
    for name in names:
        os.makedirs(os.path.join(out, "seeds", target), exist_ok=True)
        shutil.copy(os.path.join(out, name), os.path.join(out, "seeds", target, name))
# The fuzzer cannot guess a zip's check sums: these targets also take bare XML, as one part of a small package.
body = word(revised)[1][1]
save("seeds/docx/document.xml", body)
save("seeds/docx/table.xml", word(table)[1][1])
parts = dict(sheet(cells, merged, strings, styles))
save("seeds/xlsx/sheet.xml", parts["xl/worksheets/sheet0.xml"])
save("seeds/xlsx/styles.xml", "S" + parts["xl/styles.xml"])
save("seeds/xlsx/strings.xml", "T" + parts["xl/sharedStrings.xml"])
open(stamp, "w").close()
