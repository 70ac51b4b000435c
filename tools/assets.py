#!/usr/bin/env python3
"""assets.py OUT.c FILE...: files that the server hands out, as one C table `assets`, each with its hash in its address.

A file that has a SHA256SUMS beside it must stand there with its own hash: what came from elsewhere stays what it was."""
import hashlib
import os
import sys

from templates import asset_address

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def check_vendored(path, digest):
    sums = os.path.join(os.path.dirname(path), "SHA256SUMS")
    if not os.path.exists(sums):
        return
    with open(sums, encoding="ascii") as f:
        known = dict(reversed(line.split()) for line in f if line.strip())
    if known.get(os.path.basename(path)) != digest:
        sys.exit(f"{path}: its SHA-256 is {digest}, and {sums} does not say so")


def main(out, *files):
    rows, bodies = [], []
    for i, path in enumerate(sorted(files, key=os.path.basename)):
        with open(path, "rb") as f:
            data = f.read()
        digest = hashlib.sha256(data).hexdigest()
        check_vendored(path, digest)
        kind = TYPES[os.path.splitext(path)[1]]
        lines = (",".join(str(b) for b in data[k:k + 32]) for k in range(0, len(data), 32))
        bodies.append(f"static const unsigned char bytes_{i}[] = {{ /* {os.path.basename(path)} */\n" + ",\n".join(lines) + "\n};\n")
        rows.append(f'    {{ "{asset_address(path)}", "{kind}", "{digest[:16]}", {{ (const char *)bytes_{i}, sizeof bytes_{i} }} }},\n')
    with open(out, "w", encoding="utf-8") as f:
        f.write('/* Made by tools/assets.py. */\n#include "http/http.h"\n\n' + "\n".join(bodies))
        f.write("\nextern const struct asset assets[];\nextern const size_t n_assets;\n")
        f.write("const struct asset assets[] = {\n" + "".join(rows) + "};\nconst size_t n_assets = COUNT(assets);\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
