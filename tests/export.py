#!/usr/bin/env python3
"""export.py TAIZHANG PACK SAMPLE: what `taizhang list` exports, read back by readers that are not ours.

A county is made, entries with hostile titles and figures are opened through the ordinary commands, and the csv, xlsx and
ics files are compared with what was typed."""
import csv, datetime, io, json, os, subprocess, sys, tempfile, zipfile
import xml.etree.ElementTree as ET

taizhang, pack, sample = sys.argv[1:4]
NOW = {**os.environ, "TAIZHANG_NOW": "2026-03-02T09:00"}
TITLES = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", '引号"逗号,分号;反斜\\杠', "改造供热管网8.6公里" * 12, "第一行\n第二行", "  完成招标  "]


def run(*args, stdin=b""):
    done = subprocess.run([taizhang, *map(str, args)], input=stdin, capture_output=True, env=NOW)
    if done.returncode:
        sys.exit(f"{args}: {done.returncode}\n{done.stderr.decode()}\n{done.stdout.decode()[:2000]}")
    return done.stdout


def check(what, have, want):
    if have != want:
        sys.exit(f"{what}:\n  have {have!r}\n  want {want!r}")


def refused(args, code):
    done = subprocess.run([taizhang, *map(str, args)], capture_output=True, env=NOW)
    check(f"{args} exit status", done.returncode, code)


def unfold(text):
    lines = text.split("\r\n")
    check("the last line of the calendar ends", lines.pop(), "")
    for line in lines:
        if len(line.encode()) > 75:
            sys.exit(f"a line of {len(line.encode())} octets: {line}")
    return "\r\n".join(lines).replace("\r\n ", "").split("\r\n")


def unescape(s):
    out, at = "", 0
    while at < len(s):
        if s[at] == "\\":
            at += 1
            out += "\n" if s[at] in "nN" else s[at]
        else:
            out += s[at]
        at += 1
    return out


def sheet(data):
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        check("the zip is whole", z.testzip(), None)
        strings = ["".join(t.text or "" for t in si.iter("{%s}t" % ns["m"])) for si in ET.fromstring(z.read("xl/sharedStrings.xml")).findall("m:si", ns)]
        xfs = ET.fromstring(z.read("xl/styles.xml")).find("m:cellXfs", ns)
        formats = {n.get("numFmtId"): n.get("formatCode") for n in ET.fromstring(z.read("xl/styles.xml")).iter("{%s}numFmt" % ns["m"])}
        rows = []
        page = ET.fromstring(z.read("xl/worksheets/sheet1.xml"))
        check("no formulas", page.findall(".//m:f", ns), [])
        for row in page.findall(".//m:row", ns):
            cells = []
            for c in row.findall("m:c", ns):
                v = c.find("m:v", ns)
                style = xfs[int(c.get("s", "0"))].get("numFmtId")
                kind = "s" if c.get("t") == "s" else formats.get(style, "n")
                cells.append((kind, None if v is None else strings[int(v.text)] if kind == "s" else float(v.text)))
            rows.append(cells)
        return rows


with tempfile.TemporaryDirectory() as folder:
    ledger = f"{folder}/try.ledger"
    run("new", ledger, "--county", "159923", "--name", "清河县", "--pack", pack)
    run("import", ledger, f"{sample}/units.csv", "--into", "units")
    run("import", ledger, f"{sample}/people.csv", "--into", "people")
    who = "shenzhiyuan"
    units = [r["name"] if "name" in r else list(r.values())[1] for r in csv.DictReader(open(f"{sample}/units.csv", encoding="utf-8-sig"))]
    lead = next(u for u in units if u.endswith("局"))
    orders = []
    for i, title in enumerate(TITLES):
        values = {"title": title, "lead": lead, "target": "=HYPERLINK(\"x\")" if i == 0 else f"{i}公里", "due": "2026-06-%02d" % (i + 1)}
        orders.append(json.dumps({"do": "open", "ledger": "tasks", "set": values}, ensure_ascii=False))
    for line in run("do", ledger, "--as", who, "-", stdin=("\n".join(orders) + "\n").encode()).decode().splitlines():
        if '"ok":true' not in line.replace(" ", ""):
            sys.exit("refused: " + line)
    ask = ["list", ledger, "--ledger", "tasks", "--as", who, "--format"]
    typed = [json.loads(line) for line in run(*ask, "json").decode().splitlines()]
    check("entries", len(typed), len(TITLES))

    data = run(*ask, "csv")
    check("the mark of UTF-8", data[:3], b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data[3:].decode(), newline="")))
    check("rows of the csv", len(rows), len(TITLES))
    for row, entry in zip(rows, typed):
        check("number", row["编号"], entry["number"])
        check("due day", row["完成时限"], entry["due"])
        title = next(v for k, v in row.items() if v.lstrip("'") == entry["title"])
        check("defused", title.startswith("'"), entry["title"][0] in "=+-@\t")
    for line in csv.reader(io.StringIO(data[3:].decode(), newline="")):
        for cell in line:
            if cell[:1] in ("=", "+", "-", "@", "\t"):
                sys.exit("a cell that is a formula: " + cell)

    rows = sheet(run(*ask, "xlsx"))
    head = [v for _, v in rows[1]]
    check("rows of the xlsx", len(rows), len(TITLES) + 2)
    for row, entry in zip(rows[2:], typed):
        kind, value = row[head.index("完成时限")]
        y, m, d = map(int, entry["due"].split("-"))
        check("a day", (kind, value), ("yyyy-mm-dd", float((datetime.date(y, m, d) - datetime.date(1899, 12, 30)).days)))
        check("a title", ("s", entry["title"]) in row, True)

    calendar = run(*ask, "ics").decode()
    lines = unfold(calendar)
    check("calendar", (lines[0], lines[-1]), ("BEGIN:VCALENDAR", "END:VCALENDAR"))
    check("events", lines.count("BEGIN:VEVENT"), len(typed))
    summaries = [unescape(line[len("SUMMARY:"):]) for line in lines if line.startswith("SUMMARY:")]
    check("summaries", summaries, [f"{e['title']}（{e['number']}）" for e in typed])
    check("days", [line[-8:] for line in lines if line.startswith("DTSTART;VALUE=DATE:")], [e["due"].replace("-", "") for e in typed])
    uids = [line for line in lines if line.startswith("UID:")]
    check("uids are one each", len(set(uids)), len(typed))
    check("the same list, the same calendar", run(*ask, "ics").decode(), calendar)

    some = run(*ask, "csv", "--where", "due <= 2026-06-03")[3:].decode()
    check("a filter is obeyed", len(list(csv.DictReader(io.StringIO(some, newline="")))), 3)
    refused([*ask, "doc"], 2)
print(f"{len(TITLES)} entries exported as csv, xlsx, ics and read back")
