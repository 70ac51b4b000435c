"""sql.py OUT.h OUT.c SQL...: named statements of store/sql/*.sql as an enum and one table a backend.

    -- name: entry_get(county, entry)
    -- What it is for.
    SELECT … WHERE county = :county AND entry = :entry;

The signature gives the order of the arguments. `--[sqlite] …` and `--[pg] …` lines stand only on that backend.
`:name` becomes ?1 (SQLite) or $1 (PostgreSQL); BLOB becomes BYTEA there. Statements called schema_* make tables.
"""
import re
import sys

out_h, out_c, *files = sys.argv[1:]
rows = []
for path in files:
    head, body, where = None, [], None

    def flush():
        if head is None:
            return
        name, args = head
        text = "\n".join(body).strip()
        if not text.endswith(";"):
            sys.exit(f"{path}:{where}: {name} does not end in a semicolon")
        rows.append((path, where, name, args, text[:-1] if not name.startswith("schema_") else text))

    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip()
        m = re.fullmatch(r"-- name: (\w+)\(([\w, ]*)\)", line)
        if m:
            flush()
            head, body, where = (m[1], [a.strip() for a in m[2].split(",") if a.strip()]), [], n
        elif line.startswith("-- name"):
            sys.exit(f"{path}:{n}: want -- name: statement(argument, argument)")
        elif line.startswith("--["):
            body.append(line)
        elif not line.lstrip().startswith("--"):
            body.append(line)
    flush()

seen = {}
for path, n, name, args, text in rows:
    if name in seen:
        sys.exit(f"{path}:{n}: {name} stands twice")
    seen[name] = 1
    used = set(re.findall(r"(?<!:):([a-z_]\w*)", text))
    if used != set(args):
        sys.exit(f"{path}:{n}: {name} declares {sorted(args)} and uses {sorted(used)}")


def for_backend(text, args, backend):
    lines = []
    for line in text.split("\n"):
        m = re.match(r"--\[(\w+)\] ?(.*)", line)
        if not m:
            lines.append(line)
        elif m[1] == backend:
            lines.append(m[2])
    text = "\n".join(lines)
    mark = "?" if backend == "sqlite" else "$"
    text = re.sub(r"(?<!:):([a-z_]\w*)", lambda m: mark + str(args.index(m[1]) + 1), text)
    return re.sub(r"\bBLOB\b", "BYTEA", text) if backend == "pg" else text


def c(s):
    return '"' + re.sub(r"\s+", " ", s).strip().replace("\\", "\\\\").replace('"', '\\"') + '"'


with open(out_h, "w") as f:
    f.write("enum sql {\n")
    for _, _, name, args, _ in rows:
        f.write(f"    SQL_{name.upper()}, /* {', '.join(args)} */\n")
    f.write("    SQL_COUNT\n};\n")
with open(out_c, "w") as f:
    f.write('#include "store/inside.h"\n\nconst struct sql_text sql_texts[SQL_COUNT] = {\n')
    for _, _, name, args, text in rows:
        f.write(f"    [SQL_{name.upper()}] = {{ \"{name}\", {len(args)},\n        {c(for_backend(text, args, 'sqlite'))},\n"
                f"        {c(for_backend(text, args, 'pg'))} }},\n")
    f.write("};\n")
