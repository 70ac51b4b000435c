"""hostile.py TAIZHANG DOCUMENT SAMPLE: what comes in from outside and must not come through (T10, the requests).

A sample county with a real server. Every case is a request with the status that it must get and words that its answer must
hold; after each of them the log must have the size and root that it had before. Nothing may answer 500, nothing may end
the server.
"""
import contextlib, gzip, io, re, sqlite3, sys, tempfile, urllib.parse, zipfile
from county import ADMIN, LIAISON, OFFICE, PASSWORD, County, Person, form, parts

folder = tempfile.TemporaryDirectory(prefix="hostile-")
county = County(*sys.argv[1:4], folder.name)
ledger, run = county.ledger, county.run
county.serve()
server = county.server


def log():
    """What stands in the log, by a reader that is not ours."""
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as c:
        return c.execute("SELECT * FROM head").fetchall(), c.execute("SELECT count(*), max(seq) FROM event").fetchall()


seen, failures = 0, []


def case(name, who, method, path, want, words, body=None, **head):
    """`want` is a status or several; `words` what the answer must say ('' for nothing)."""
    global seen
    seen += 1
    status, heads, page = who.ask(method, path, body, **head)
    text = page.decode("utf-8", "replace")
    wanted = want if isinstance(want, tuple) else (want,)
    if status not in wanted or words not in text:
        said = re.sub(r"<[^>]*>|\s+", " ", text)[-400:]
        failures.append(f"{name}: {status}, wanted {wanted} with “{words}”: {said}")
    if "default-src 'none'" not in (heads["Content-Security-Policy"] or ""):
        failures.append(f"{name}: an answer without a policy for scripts")
    if server.poll() is not None:
        sys.exit(f"{name}: the server ended with {server.returncode}\n" + "\n".join(failures))
    now = log()
    global before
    if now != before:
        failures.append(f"{name}: the log changed: {before} {now}")
        before = now


def zipped(names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in names.items():
            z.writestr(name, data)
    return held.getvalue()


stranger, office, liaison, admin = Person(county), *(Person(county, login) for login in (OFFICE, LIAISON, ADMIN))
assert "HttpOnly" in office.flags and "SameSite=" in office.flags, office.flags
own, foreign = county.entry("修复白石水库"), county.entry("新建学校")
before = log()
assert before[1][0][0] > 100, before

# ---------- documents ----------
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
XLSX_ROWS = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
             + "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 1_000_001)) + "</sheetData></worksheet>")
BOOK = {"[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'}
ENTITIES = '<!DOCTYPE d [<!ENTITY a "lol">' + "".join(f'<!ENTITY {chr(98 + i)} "{"&" + chr(97 + i) + ";" }{"&" + chr(97 + i) + ";"}">' for i in range(20)) + "]><d>&u;</d>"
DOCUMENTS = [
    ("an empty file", "报告.txt", b"", "空"),
    ("blanks alone", "报告.txt", b" \n\t \n" * 50, ""),
    ("a picture called docx", "报告.docx", PNG, "图片"),
    ("a picture called txt", "报告.txt", PNG, "图片"),
    ("a zip that is no docx", "报告.docx", zipped({"a.txt": "x"}), ""),
    ("half a docx", "报告.docx", zipped({"word/document.xml": "<w:document>"})[:60], ""),
    ("a zip bomb", "报告.docx", zipped({"word/document.xml": b"0" * 300_000_000}), ""),
    ("a bomb of entities", "报告.docx", zipped({"word/document.xml": ENTITIES, **{"[Content_Types].xml": "<Types/>"}}), ""),
    ("bytes of no encoding", "报告.txt", b"\xff\xfe\xff\xd8" * 3000 + b"\x80", ""),
    ("UTF-16 cut in the middle", "报告.txt", "政府工作报告\n".encode("utf-16")[:-1], ""),
    ("a program", "报告.docx", b"\x7fELF" + bytes(500), ""),
    ("a wps file", "报告.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ""),
    ("a page of html with a script", "报告.html", b"<html><script>alert(1)</script>", ""),
    ("a name of a path", "../../etc/passwd", b"", "空"),
    ("a name with a line in it", "a\\r\\nX-Evil: 1.txt", b"", "空"),
    ("50 MB of digits", "报告.txt", b"0123456789" * 5_000_000, ""),
]
for name, file, data, words in DOCUMENTS:
    body, kind = parts(office.hidden("/reports/new"), [("file", file, data)])
    case("report: " + name, office, "POST", "/reports/new", (400, 413, 422), words, body, kind=kind)
case("report: no file at all", office, "POST", "/reports/new", (400, 422), "", *[parts(office.hidden("/reports/new"), [])[0]], kind=parts({}, [])[1])
TABLES = [
    ("an empty table", "人员.csv", b"", "空"),
    ("a table without our columns", "人员.csv", "甲,乙\n1,2\n".encode(), ""),
    ("a sheet of a million rows", "人员.xlsx", zipped({**BOOK, "xl/worksheets/sheet1.xml": XLSX_ROWS}), ""),
    ("a row of an unknown unit", "人员.csv", "姓名,单位,职务\n张三,不存在的局,科员\n".encode(), "不存在的局"),
    ("one wrong row among good ones", "人员.csv", "姓名,单位\n张三,县水务局\n李四,没有这个局\n".encode(), "没有这个局"),
    ("a quote that never ends", "人员.csv", '姓名,单位\n"张三,县水务局\n'.encode(), ""),
]
for name, file, data, words in TABLES:
    body, kind = parts({**admin.hidden("/people/upload"), "into": "people"}, [("file", file, data)])
    case("people: " + name, admin, "POST", "/people/upload", (400, 413, 422), words, body, kind=kind)

# ---------- who asks, and with what token ----------
report = f"/e/{own}/report"
good = liaison.hidden(report)
act = {"form": "report", "progress": "10", "note": "已开工"}
case("form: without its token", liaison, "POST", report, 403, "", form(**act, key=good["key"], version=good["version"]))
case("form: with a made-up token", liaison, "POST", report, 403, "", form(**act, **{**good, "csrf": "0" * 64}))
case("form: with another's token", liaison, "POST", report, 403, "", form(**act, **{**good, "csrf": office.hidden("/reports/new")["csrf"]}))
case("form: from another site", liaison, "POST", report, 403, "", form(**act, **good), Origin="http://evil.example")
case("form: from another site's frame", liaison, "POST", report, 403, "", form(**act, **good), Origin="null")
case("form: by a stranger", stranger, "POST", report, (303, 403), "", form(**act, **good))
case("form: somebody else's entry", liaison, "POST", f"/e/{foreign}/report", (403, 404), "", form(**act, **good))
case("form: an entry that is not there", liaison, "POST", "/e/99999999/report", 404, "", form(**act, **good))
case("form: an act that is not there", liaison, "POST", f"/e/{own}/erase-all", (400, 403, 404, 422), "", form(**act, **good))
case("form: a stale version", liaison, "POST", report, (409, 422), "别人刚刚改过", form(**act, **{**good, "version": "1"}))
case("form: progress that is no number", liaison, "POST", report, 422, "", form(**{**act, "progress": "很多"}, **good))
case("form: progress beyond all", liaison, "POST", report, 422, "", form(**{**act, "progress": "1e309"}, **good))
case("form: progress below nothing", liaison, "POST", report, 422, "", form(**{**act, "progress": "-5"}, **good))
case("form: a key that is none", liaison, "POST", report, (400, 422), "", form(**act, **{**good, "key": "' OR 1=1"}))
case("form: a text of 1 MB", liaison, "POST", report, (413, 422), "", form(**{**act, "note": "长" * 350_000}, **good))
case("form: broken UTF-8", liaison, "POST", report, (400, 422), "", form(**act, **good) + b"&note=%ff%fe")
case("form: a zero byte", liaison, "POST", report, (400, 422), "", form(**{**act, "note": "a\0b"}, **good))
case("form: a field a thousand times", liaison, "POST", report, (400, 413, 422), "", form(**act, **good) + b"&x=1" * 100_000)
case("form: a body that is no form", liaison, "POST", report, (400, 403, 415, 422), "", b"{}", kind="application/json")
case("form: parts without an end", liaison, "POST", report, (400, 403, 422), "", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", kind="multipart/form-data; boundary=x")
case("form: squeezed", liaison, "POST", report, (400, 403, 415, 422), "", gzip.compress(form(**act, **good)), **{"Content-Encoding": "gzip"})
case("open: without a title", office, "POST", "/l/tasks/new", 422, "", form(**office.hidden("/l/tasks/new")))
case("session: a cookie that was made up", stranger, "GET", "/l/tasks", (303, 403), "", Cookie="sid=" + "a" * 64)

# ---------- addresses and parameters ----------
HURT = ["'", "''; DROP TABLE entry; --", '"', "%", "_", "\\", "%00", "\u202e", "' OR '1'='1", "1 UNION SELECT login FROM account", "💣", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}",
        "a" * 5000, "(" * 3000, "not " * 1000 + "done", "due > today and " * 500 + "done", "-1", "99999999999999999999", "1e5"]
for text in HURT:
    for path in ("/search?q=", "/l/tasks?q=", "/l/tasks?where=", "/l/tasks?state=", "/l/tasks?sort=", "/l/tasks?lead=", "/l/tasks?page=", "/l/", "/e/"):
        case(f"address: {path}{text[:30]}", office, "GET", path + urllib.parse.quote(text, safe=""), (200, 303, 400, 404, 414, 422, 431), "")
for path in ("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/", "//evil.example/", "/static/../../../etc/passwd", f"/e/{own}/proof/1/..%2f..%2fcounty.ledger", "/papers/1/..%2f..", "/reports/1/original/../.."):
    case("path: " + path, office, "GET", path, (303, 400, 404), "")
status, head, _ = stranger.ask("POST", "/login", form(user=OFFICE, password=PASSWORD, next="http://evil.example/"))
if head["Location"] and "evil" in head["Location"]:
    failures.append("login: sends people to another site")
status, head, _ = office.ask("GET", "/search?q=" + urllib.parse.quote("R2026\r\nSet-Cookie: a=b"))
if "a=b" in (head["Set-Cookie"] or ""):
    failures.append("search: a header came in by the address")

# what is right comes through: else all of the above proves nothing
status, _, _ = liaison.ask("POST", report, form(**act, **liaison.hidden(report)))
if status != 303 or log() == before:
    failures.append(f"the good form: {status}")

if county.end() != 0:
    failures.append(f"the server ended with {server.returncode}")
run("verify", ledger)
print("\n".join(failures))
print(f"{seen} hostile requests, {len(failures)} came through or were answered badly")
sys.exit(1 if failures else 0)
