"""faults.py OUT SELF TSV...: the rooms' faults.tsv, checked and sorted by code, as rows of a C table."""
import re
import sys

out, _, *files = sys.argv[1:]
rows = {}
for name in files[0:]:
    if name.endswith(".py"):
        continue
    for n, line in enumerate(open(name, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 3 or not re.fullmatch(r"[a-z0-9-]+", cells[0]) or not cells[1] or not cells[2]:
            sys.exit(f"{name}:{n}: want code, Chinese, English, tabs between")
        if cells[0] in rows:
            sys.exit(f"{name}:{n}: {cells[0]} stands twice")
        rows[cells[0]] = cells[1:]


def c(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


with open(out, "w", encoding="utf-8") as f:
    for code in sorted(rows, key=lambda k: k.encode()):
        f.write(f"    {{ {c(code)}, {c(rows[code][0])}, {c(rows[code][1])} }},\n")
