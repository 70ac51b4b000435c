"""check.py LOG.txt: the pinned log, computed anew from its bytes alone with Python's hashes (RFC 6962 tree).

Reads what golden.c wrote: header and body of each event give the leaf, the leaves give each root."""
import hashlib
import sys


def H(algorithm, *parts):
    h = hashlib.new(algorithm)
    for part in parts:
        h.update(part)
    return h.digest()


def commitments(algorithm, body):
    def take(n):
        nonlocal at
        at += n
        assert at <= len(body), "short body"
        return body[at - n:at]

    at = 0
    out = take(2)
    for _ in range(int.from_bytes(out, "big")):
        size = take(2)
        out += size + take(int.from_bytes(size, "big"))
        if take(1) == b"\1":
            out += take(32)
        else:
            salt = take(16)
            out += H(algorithm, salt, take(int.from_bytes(take(4), "big")))
    assert at == len(body), "long body"
    return out


def root(algorithm, leaves):
    if not leaves:
        return H(algorithm)
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return H(algorithm, b"\1", root(algorithm, leaves[:k]), root(algorithm, leaves[k:]))


algorithm, leaves, events, values = None, [], 0, {}
for line in open(sys.argv[1], encoding="utf-8"):
    word, _, rest = line.strip().partition(" ")
    if word == "log":
        algorithm, leaves = rest.split()[0], []
        if algorithm not in hashlib.algorithms_available:
            print(f"{algorithm} is not known to this Python: skipped")
            algorithm = None
    elif word in ("header", "body", "leaf", "root") and algorithm:
        values[word] = bytes.fromhex(rest)
        if word == "leaf":
            leaf = H(algorithm, b"\0", values["header"], commitments(algorithm, values["body"]))
            assert leaf == values["leaf"], f"leaf {len(leaves) + 1} of {algorithm}"
            leaves.append(leaf)
        if word == "root":
            assert root(algorithm, leaves) == values["root"], f"root {len(leaves)} of {algorithm}"
            events += 1
assert events >= 50, "too few events"
print(f"{events} events computed anew")
