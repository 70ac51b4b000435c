#!/usr/bin/env python3
"""refused.py TEMPLATES_PY SOURCE_ROOT CC: templates that must not build, each with the line and a word of what is said."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(sys.argv[1]))
from templates import Template, main as make

BIND = '{{!bind struct inner "values.h"}}\n'
REFUSED = [
    ("<p>{{name}}</p>", 1, "first line"),
    (BIND + "<p>\n<b>{{nam e}}</b>", 3, "not understood"),
    (BIND + "<a href={{name}}>x</a>", 2, "unquoted"),
    (BIND + "<a href='x'>x</a>", 2, "double quote"),
    (BIND + "<a {{name}}>x</a>", 2, "in tag <a>"),
    (BIND + "<{{name}}>", 2, "tag's name"),
    (BIND + '<a b{{name}}="x">', 2, "attribute's name"),
    (BIND + '<a onclick="x()">x</a>', 2, "onclick"),
    (BIND + '<a ONCLICK="x()">x</a>', 2, "onclick"),
    (BIND + '<p style="color:red">x</p>', 2, "style"),
    (BIND + '<p hx-on:click="x">x</p>', 2, "hx-on"),
    (BIND + "<style>p{}</style>", 2, "<style>"),
    (BIND + "<script>alert(1)</script>", 2, "must be empty"),
    (BIND + '<script src="/x.js">{{name}}</script>', 2, "inside <script>"),
    (BIND + "<!-- {{name}} -->", 2, "in a comment"),
    (BIND + '<a href="javascript:{{name}}">x</a>', 2, "must begin with"),
    (BIND + '<a href="https://x/{{name}}">x</a>', 2, "must begin with"),
    (BIND + '<img src="x{{name}}">', 2, "must begin with"),
    (BIND + "{{#if name}}<b>{{else}}<b {{/if}}>", 2, "different places"),
    (BIND + '<a href="{{#if name}}">{{/if}}', 2, "different places"),
    (BIND + "\n{{#if name}}x", 3, "never closed"),
    (BIND + "x{{/if}}", 2, "without its #if"),
    (BIND + "{{#each name as a}}{{/if}}", 2, "without its #if"),
    (BIND + "{{#each name}}{{/each}}", 2, "as row"),
    (BIND + "{{else}}", 2, "outside"),
    (BIND + "{{#if name}}{{else}}{{else}}{{/if}}", 2, "second"),
    (BIND + "{{name|raw}}", 2, "no filter"),
    (BIND + "{{{name}}}", 2, "not understood"),
    (BIND + "{{&name}}", 2, "not understood"),
    (BIND + "{{name()}}", 2, "not understood"),
    (BIND + "{{asset none.css}}", 2, "no asset"),
    (BIND + "<p>{{name</p>", 2, "partner"),
    (BIND + "a < b", 2, "&lt;"),
    (BIND + "<p", 2, "middle of"),
    (BIND + "<input{{#if n}} checked{{/if}}value>", 2, "space"),
    (BIND + "<p title=\"{{>inner inner}}\">", 2, "only stand in text"),
    (BIND + BIND, 2, "once"),
    (BIND + "{{#each rows as v}}{{/each}}", 2, "taken"),
]
# What only the C compiler can know, and says with the template's own file and line.
REFUSED_BY_C = [
    (BIND + "<p>\n{{nmae}}</p>", 3, "nmae"),
    (BIND + "<p>\n\n{{#if n}}\n{{inner.name}}{{/if}}</p>", 5, "inner"),
    (BIND + "<p>\n{{#each name as x}}{{/each}}</p>", 3, "n"),
]


def refusal(path):
    """What tools/templates.py says about the template, or nothing when it builds."""
    try:
        Template(path, {}).compile()
    except SystemExit as e:
        return str(e)
    return ""


def c_refusal(path, work, root, cc):
    c, h = os.path.join(work, "bad.c"), os.path.join(work, "bad.h")
    make([c, h, path])
    run = subprocess.run(cc.split() + ["-std=gnu2x", "-fsyntax-only", f"-I{root}/src", f"-I{root}/tests/templates", f"-I{work}", c],
                         capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return run.stderr if run.returncode else ""


def main(root, cc):
    bad = 0
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "bad.html")
        for by_c, rows in ((False, REFUSED), (True, REFUSED_BY_C)):
            for text, line, word in rows:
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                said = c_refusal(path, work, root, cc) if by_c else refusal(path)
                if f"{path}:{line}:" not in said or word not in said:
                    print(f"should be refused at line {line} with '{word}':\n{text}\nbut: {said}")
                    bad += 1
    print(f"{len(REFUSED) + len(REFUSED_BY_C)} templates, {bad} not refused as they should be")
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[2:]) != 0)
