#!/usr/bin/env python3
"""templates.py OUT.c OUT.h [--include HEADER]... [--asset FILE]... TEMPLATE.html...

Compiles templates to C: one function a template, tpl_NAME(struct buf *b, const struct T *v). The language and its
promises are described in src/http/template.h; what breaks a promise stops the build here, with file and line, and a
misspelt member stops it in the C compiler, with the template's file and line too (#line).

How it escapes: the literal text is run through a small HTML tokenizer, so that for every {{value}} the place is known
where it stands. Both branches of an {{#if}} and the two ends of a loop must leave the tokenizer in the same place.
"""
import hashlib
import os
import re
import sys
from dataclasses import dataclass, replace

URL_ATTRIBUTES = {"href", "src", "action", "formaction", "cite", "poster", "data", "ping",
                  "hx-get", "hx-post", "hx-put", "hx-delete", "hx-push-url", "hx-replace-url", "xlink:href"}
FORBIDDEN_ATTRIBUTES = {"style", "srcdoc", "hx-on", "hx-vals", "hx-vars", "hx-headers"}
FILTERS = {"int", "signed", "percent", "decimal", "day", "long_day", "iso", "weekday", "time", "bytes"}
TESTS = {"known"}
RAW_ELEMENTS = {"script", "style", "title", "textarea", "iframe", "noscript", "xmp", "plaintext"}


class Wrong(Exception):
    def __init__(self, line, text):
        super().__init__(text)
        self.line, self.text = line, text


# ---------- where in the page are we ----------

@dataclass(frozen=True)
class Place:
    """state: text, tag-open, tag, name, after-name, before-value, value, comment, raw (inside element)"""
    state: str = "text"
    element: str = ""    # the tag being read, or whose text this is
    closing: bool = False
    attribute: str = ""
    begun: bool = False  # a value: something stands in it already
    query: bool = False  # it begins as an address of ours
    tail: str = ""       # the last few characters, for --> and </script

    def same(self, other):
        """May two branches meet? The rest differs harmlessly."""
        keys = ("state", "element", "closing", "attribute")
        return all(getattr(self, k) == getattr(other, k) for k in keys)


def step(p, c, line):
    """One character further."""
    if p.state == "text":
        return Place("tag-open") if c == "<" else p
    if p.state == "tag-open":
        if c == "/":
            return replace(p, closing=True)
        if c == "!":
            return Place("comment", tail="!")
        if c.isalpha():
            return Place("tag", element=c.lower(), closing=p.closing, tail="name")
        raise Wrong(line, f"'<{c}' is no tag: write &lt;")
    if p.state == "comment":
        tail = (p.tail + c)[-3:]
        doctype = p.tail.startswith("!") and c not in "-!" and len(p.tail) == 1
        if doctype:
            return Place("doctype")
        return Place() if tail == "-->" else replace(p, tail=tail if p.tail != "!" else "!" + c)
    if p.state == "doctype":
        return Place() if c == ">" else p
    if p.state == "raw":
        tail = (p.tail + c).lower()[-(len(p.element) + 3):]
        return Place() if tail == f"</{p.element}>" else replace(p, tail=tail)
    if p.state == "value":
        if c == '"':
            return Place("tag", element=p.element, closing=p.closing)
        tail = (p.tail + c)[:8]
        return replace(p, begun=True, tail=tail, query=p.query or tail[0] in "/?#" or tail in ("tel:", "mailto:"))
    return step_tag(p, c, line)


def step_tag(p, c, line):
    if p.tail == "bare" and not c.isspace() and c not in "/>":
        raise Wrong(line, "a space must follow the attribute that ends the branch")
    p = replace(p, tail="") if p.tail == "bare" else p
    if p.state == "tag" and p.tail == "name":
        if c.isalnum() or c in "-:":
            return replace(p, element=p.element + c.lower())
        p = replace(p, tail="")
    if p.state == "before-value":
        if c == '"':
            return check_attribute(replace(p, state="value", begun=False, query=False, tail=""), line)
        raise Wrong(line, f"{p.attribute}= must be followed by a double quote")
    if p.state == "name":
        if c == "=":
            return replace(p, state="before-value")
        if c.isspace() or c in "/>":
            check_attribute(p, line)
            p = replace(p, state="tag", attribute="")
        elif c in "\"'<":
            raise Wrong(line, f"{c} inside the name of an attribute")
        else:
            return replace(p, attribute=p.attribute + c.lower())
    if c == ">":
        return close_tag(p, line)
    if c.isspace() or c == "/":
        return replace(p, state="tag")
    if c in "\"'<=":
        raise Wrong(line, f"{c} in tag <{p.element}> where a name should be")
    return replace(p, state="name", attribute=c.lower())


def check_attribute(p, line):
    if p.attribute.startswith("on") or p.attribute.startswith("hx-on") or p.attribute in FORBIDDEN_ATTRIBUTES:
        raise Wrong(line, f"{p.attribute}= is not allowed: no inline script, no inline style")
    return p


def branch_end(p, line):
    """A branch may end with an attribute that has no value: <input{{#if x}} required{{/if}}>."""
    if p.state != "name":
        return p
    return replace(check_attribute(p, line), state="tag", attribute="", tail="bare")


def close_tag(p, line):
    if p.closing or p.element not in RAW_ELEMENTS:
        return Place()
    if p.element == "style":
        raise Wrong(line, "<style> is not allowed: style belongs into the sheet")
    return Place("raw", element=p.element)


# ---------- the language ----------

@dataclass
class Mark:
    line: int
    text: str    # between the braces, or literal
    literal: bool


def cut(source):
    """Literals and {{marks}}; a line with nothing but #if, #each, else, / or ! marks on it vanishes."""
    line, at, out = 1, 0, []
    alone = re.compile(r"(?m)^[ \t]*(\{\{(?:#if|#each|else|/if|/each|!)(?:(?!\}\}).)*\}\})[ \t]*\n")
    source = alone.sub(lambda m: m.group(1) + "\x00", source)
    for m in re.finditer(r"\{\{(.*?)\}\}", source, re.S):
        out.append(Mark(line, source[at:m.start()], True))
        line += source.count("\n", at, m.start()) + source.count("\x00", at, m.start())
        out.append(Mark(line, m.group(1).strip(), False))
        line += m.group(0).count("\n")
        at = m.end()
    out.append(Mark(line, source[at:], True))
    for m in out:
        for brace in ("{{", "}}"):
            if m.literal and brace in m.text:
                before = m.text[:m.text.index(brace)]
                raise Wrong(m.line + before.count("\n") + before.count("\x00"), f"{brace} without its partner")
    return out


class Template:
    def __init__(self, path, assets):
        self.path, self.assets = path, assets
        self.name = os.path.basename(path)[:-len(".html")].replace("-", "_")
        self.place, self.out, self.stack, self.names = Place(), [], [], {}
        self.depth, self.type, self.header, self.last_line = 1, None, None, None
        self.pending, self.uses_value = "", False
        self.line_start = True

    # -- output

    def emit(self, text, line=None):
        if line is not None and line != self.last_line:
            self.out.append(f'#line {line} "{self.path}"')
            self.last_line = line
        self.out.append("    " * self.depth + text)
        self.last_line = line + 1 if line is not None else None

    def flush(self):
        """The literal text since the last mark, as one string a source line."""
        if not self.pending:
            return
        lines = self.pending.splitlines(True)
        pieces = [quote(x) for x in lines]
        indent = "\n" + "    " * (self.depth + 1)
        self.emit(f"buf_put(b, S({pieces[0]}{''.join(indent + x for x in pieces[1:])}));")
        self.pending = ""

    def literal(self, mark):
        line = mark.line
        for c in mark.text:
            if c == "\x00":
                line += 1
                self.line_start = True
                continue
            if c == "\n":
                line += 1
            keep_space = self.place.state == "value" or self.place.element == "textarea"
            if self.place.state == "raw" and self.place.element in ("script", "iframe", "noscript", "xmp", "plaintext") \
                    and c not in "<" and not self.place.tail.startswith("<"):
                raise Wrong(line, f"<{self.place.element}> must be empty here: scripts are files")
            self.place = step(self.place, c, line)
            if self.line_start and c in " \t\n" and not keep_space:
                continue
            self.line_start = c == "\n"
            self.pending += c

    # -- expressions

    def path_of(self, text, line):
        if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*|->[A-Za-z_]\w*)*", text):
            raise Wrong(line, f"'{text}' is no name: write a.b.c")
        first, rest = re.match(r"(\w+)(.*)", text, re.S).groups()
        if first in self.names:
            kind = self.names[first]
            if kind == "index":
                return first
            if not rest:
                return f"(*{first})"
            return first + ("->" + rest[1:] if rest.startswith(".") else rest)
        self.uses_value = True
        return f"v->{text}" if text != "this" else "(*v)"

    def condition(self, text, line):
        text = text.strip()
        if text.startswith("not "):
            return f"!({self.condition(text[4:], line)})"
        m = re.fullmatch(r"(\S+)\s*(==|!=|<=|>=|<|>)\s*(-?\d+|[A-Z][A-Z0-9_]*|[a-z_][\w.]*)", text)
        if m:
            left, op, right = m.groups()
            if re.fullmatch(r"[a-z_][\w.]*", right):
                right = self.path_of(right, line)
            return f"{self.path_of(left, line)} {op} {right}"
        m = re.fullmatch(r"(\S+?)\|(\w+)", text)
        if m:
            if m.group(2) not in TESTS:
                raise Wrong(line, f"no test '{m.group(2)}': {', '.join(sorted(TESTS))}")
            return f"tpl_{m.group(2)}({self.path_of(m.group(1), line)})"
        return f"tpl_true({self.path_of(text, line)})"

    def place_writer(self, line):
        p = self.place
        if p.state == "text" or (p.state == "raw" and p.element in ("title", "textarea")):
            return "text"
        if p.state == "value":
            if p.attribute in URL_ATTRIBUTES:
                if p.begun and not p.query:
                    raise Wrong(line, f"{p.attribute}= must begin with / ? or # before a value is put into it")
                return "part" if p.begun else "url"
            return "attr"
        where = {"raw": f"inside <{p.element}>", "comment": "in a comment", "tag": f"in tag <{p.element}>",
                 "tag-open": "as a tag's name", "name": "as an attribute's name", "doctype": "in the doctype",
                 "before-value": f"as the unquoted value of {p.attribute}"}[p.state]
        raise Wrong(line, f"a value may not stand {where}")

    # -- marks

    def value(self, text, line):
        m = re.fullmatch(r"([\w.>-]+?)(?:\|(\w+))?", text)
        if not m:
            raise Wrong(line, f"'{{{{{text}}}}}' is not understood")
        expression, name = self.path_of(m.group(1), line), m.group(2)
        writer = self.place_writer(line)
        self.flush()
        if name and name not in FILTERS:
            raise Wrong(line, f"no filter '{name}': {', '.join(sorted(FILTERS))}")
        if name and writer == "part":
            writer, name = ("part", None) if name == "int" else (writer, name)
        self.emit(f"tpl_{name or writer}(b, {expression});", line)
        if self.place.state == "value":
            self.place = replace(self.place, begun=True, query=True if writer == "url" else self.place.query)

    def asset(self, name, line):
        if name not in self.assets:
            raise Wrong(line, f"no asset '{name}': {', '.join(sorted(self.assets))}")
        if self.place.state != "value" or self.place.attribute not in URL_ATTRIBUTES or self.place.begun:
            raise Wrong(line, "{{asset}} is a whole address: href=\"{{asset x}}\"")
        self.pending += self.assets[name]
        self.place = replace(self.place, begun=True, query=True)

    def partial(self, text, line):
        m = re.fullmatch(r"([\w-]+)\s+(\*?)([\w.]+)", text)
        if not m:
            raise Wrong(line, "write {{>template value}}")
        if self.place.state != "text":
            raise Wrong(line, "a template may only stand in text")
        name, pointer, path = m.groups()
        expression = self.path_of(path, line)
        self.flush()
        ref = expression if pointer else expression[2:-1] if expression.startswith("(*") else "&" + expression
        self.emit(f"tpl_{name.replace('-', '_')}(b, {ref});", line)

    def open_if(self, text, line):
        condition = self.condition(text, line)
        self.flush()
        self.emit(f"if ({condition}) {{", line)
        self.stack.append({"kind": "if", "line": line, "start": self.place, "ends": [], "extra": 0})
        self.depth += 1

    def otherwise(self, text, line):
        if not self.stack:
            raise Wrong(line, "{{else}} outside of #if and #each")
        top = self.stack[-1]
        if top.get("else"):
            raise Wrong(line, "a second {{else}}")
        self.place = branch_end(self.place, line)
        self.flush()
        self.depth -= 1
        if top["kind"] == "each":
            if text:
                raise Wrong(line, "{{else if}} belongs to #if")
            self.end_loop(top, line)
            top["else"] = True
            self.emit(f"if (!{top['list']}.n) {{", line)
        elif text:
            top["ends"].append(self.place)
            self.emit(f"}} else if ({self.condition(text, line)}) {{", line)
        else:
            top["ends"].append(self.place)
            top["else"] = True
            self.emit("} else {")
        self.place = top["start"]
        self.depth += 1

    def end_loop(self, top, line):
        if not self.place.same(top["start"]):
            raise Wrong(line, f"#each of line {top['line']} ends in another place ({self.place.state}) than it began")
        self.emit("}")
        for name in top["names"]:
            del self.names[name]

    def open_each(self, text, line):
        m = re.fullmatch(r"([\w.]+)\s+as\s+([a-z]\w*)(?:\s+at\s+([a-z]\w*))?", text)
        if not m:
            raise Wrong(line, "write {{#each rows as row}} or {{#each rows as row at i}}")
        items, name, index = self.path_of(m.group(1), line), m.group(2), m.group(3) or f"i{self.depth}"
        for x in (name, index):
            if x in self.names or x in ("v", "b"):
                raise Wrong(line, f"'{x}' is taken")
        self.flush()
        self.emit(f"for (size_t {index} = 0; {index} < {items}.n; {index}++) {{", line)
        self.depth += 1
        self.emit(f"const __typeof__(*{items}.at) *{name} = &{items}.at[{index}];", line)
        self.depth -= 1
        self.names[name], self.names[index] = "row", "index"
        self.stack.append({"kind": "each", "line": line, "start": self.place, "list": items, "names": [name, index]})
        self.depth += 1

    def close(self, kind, line):
        if not self.stack or self.stack[-1]["kind"] != kind:
            raise Wrong(line, f"{{{{/{kind}}}}} without its #{kind}")
        top = self.stack.pop()
        self.place = branch_end(self.place, line)
        self.flush()
        self.depth -= 1
        if kind == "each" and not top.get("else"):
            self.end_loop(top, line)
            return
        self.emit("}")
        if kind == "each":
            if not self.place.same(top["start"]):
                raise Wrong(line, "{{else}} ends in another place than the loop began")
            return
        ends = top["ends"] + [self.place] + ([] if top.get("else") else [top["start"]])
        for end in ends:
            if not end.same(ends[0]):
                raise Wrong(line, f"the branches of the #if of line {top['line']} end in different places ({end.state}, {ends[0].state})")
        merged = all(e.query for e in ends)
        tail = "bare" if any(e.tail == "bare" for e in ends) else self.place.tail
        self.place = replace(self.place, begun=any(e.begun for e in ends), query=merged, tail=tail)

    def bind(self, text, line):
        m = re.fullmatch(r'bind\s+(struct\s+\w+)\s+"([^"]+)"', text)
        if not m or self.type:
            raise Wrong(line, 'write once {{!bind struct page "web/pages.h"}}')
        self.type, self.header = m.groups()

    def mark(self, m):
        t, line = m.text, m.line
        self.line_start = False
        if t.startswith("!"):
            if t[1:].strip().startswith("bind"):
                self.bind(t[1:].strip(), line)
            return
        if not self.type:
            raise Wrong(line, 'the first line must be {{!bind struct page "web/pages.h"}}')
        for start, what in (("#if ", self.open_if), ("#each ", self.open_each), (">", self.partial), ("asset ", self.asset)):
            if t.startswith(start):
                return what(t[len(start):].strip(), line)
        if t == "else" or t.startswith("else if "):
            return self.otherwise(t[8:].strip(), line)
        if t in ("/if", "/each"):
            return self.close(t[1:], line)
        self.value(t, line)

    def compile(self):
        line = 1
        try:
            with open(self.path, encoding="utf-8") as f:
                source = f.read().rstrip("\n")  # so that a template can stand within a line
            for m in cut(source):
                self.literal(m) if m.literal else self.mark(m)
                line = m.line + m.text.count("\n") + m.text.count("\x00")
            if self.stack:
                raise Wrong(self.stack[-1]["line"], f"#{self.stack[-1]['kind']} is never closed")
            if not self.type:
                raise Wrong(1, 'the first line must be {{!bind struct page "web/pages.h"}}')
            if self.place.state != "text":
                raise Wrong(line, f"the template ends in the middle of <{self.place.element}> ({self.place.state})")
            self.flush()
        except Wrong as w:
            sys.exit(f"{self.path}:{w.line}: error: {w.text}")
        except UnicodeDecodeError:
            sys.exit(f"{self.path}:1: error: not UTF-8")

    def signature(self):
        return f"void tpl_{self.name}(struct buf *b, const {self.type} *v)"

    def code(self):
        unused = [] if self.uses_value else ["    (void)v;"]
        return "\n".join([f"/* {os.path.basename(self.path)} */", self.signature(), "{"] + unused + self.out + ["}", ""])


def quote(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("??", "?\"\"?") + '"'


def asset_address(path):
    """The address with the hash of the bytes: what tools/assets.py serves."""
    with open(path, "rb") as f:
        return f"/static/{hashlib.sha256(f.read()).hexdigest()[:12]}/{os.path.basename(path)}"


def main(args):
    out_c, out_h, *rest = args
    includes, assets, files = [], {}, []
    while rest:
        word = rest.pop(0)
        if word == "--include":
            includes.append(rest.pop(0))
        elif word == "--asset":
            path = rest.pop(0)
            assets[os.path.basename(path)] = asset_address(path)
        else:
            files.append(word)
    templates = [Template(f, assets) for f in sorted(files, key=os.path.basename)]
    for t in templates:
        t.compile()
    names = [t.name for t in templates]
    for n in names:
        if names.count(n) > 1:
            sys.exit(f"two templates are called {n}")
    made = "/* Made by tools/templates.py: edit the templates, not this. */\n"
    guard = "TPL_" + re.sub(r"\W", "_", os.path.basename(out_h)).upper()
    headers = sorted({t.header for t in templates} | set(includes))
    with open(out_h, "w", encoding="utf-8") as f:
        f.write(made + f"#ifndef {guard}\n#define {guard}\n\n#include \"http/template.h\"\n")
        f.write("".join(f'#include "{h}"\n' for h in headers) + "\n")
        f.write("".join(t.signature() + ";\n" for t in templates) + "\n#endif\n")
    with open(out_c, "w", encoding="utf-8") as f:
        f.write(made + f'#include "{os.path.basename(out_h)}"\n\n' + "\n".join(t.code() for t in templates))


if __name__ == "__main__":
    main(sys.argv[1:])
