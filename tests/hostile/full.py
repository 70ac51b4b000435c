"""full.py TAIZHANG DOCUMENT SAMPLE: the disk is full (T4).

The ledger lies on a disk of a few megabytes in memory. The liaison reports until nothing more fits. Then the page must say so
in words, reading must go on, nothing that was acknowledged may be missing, and writing must come back by itself when there is
room, without a restart.
"""
import contextlib, os, re, sqlite3, subprocess, sys
from county import LIAISON, County, Person, form, parts

DISK, MEGABYTES = "/mnt", 12
if len(sys.argv) == 4:  # once more, in a mount namespace of its own
    seen = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    if seen.returncode:
        print("skipped: no mount namespace for a small disk:", seen.stderr.decode().strip())
        sys.exit(77)
    mount = f"mount -t tmpfs -o size={MEGABYTES}m none {DISK} || exit 77; exec \"$@\""
    sys.exit(subprocess.run(["unshare", "-m", "sh", "-c", mount, "sh", sys.executable, *sys.argv, "inside"]).returncode)

county = County(*sys.argv[1:4], DISK)
county.serve()
liaison = Person(county, LIAISON)
own = county.entry("修复白石水库")
page = f"/e/{own}/report"


def report(text, proof=b""):
    fields = {"form": "report", "note": text, **liaison.hidden(page)}
    body, kind = parts(fields, [("proofs", "照片.jpg", proof)] if proof else [])
    status, _, said = liaison.ask("POST", page, body, kind=kind)
    return status, said.decode()


done, refused = [], None
for i in range(5000):  # big proofs first, then small texts until not one more fits
    status, said = report(f"第{i}次报送。" + "长" * 200, os.urandom(400_000) if i < 40 and refused is None else b"")
    if status == 303:
        done.append(i)
    elif refused is None:
        refused = said  # no room for a proof; a text may still fit
    else:
        refused = said
        break
else:
    sys.exit("the disk never filled")
assert "磁盘已满" in refused, re.sub(r"<[^>]*>|\\s+", " ", refused)[-500:]
assert liaison.ask("GET", f"/e/{own}")[0] == 200 and liaison.ask("GET", "/l/tasks")[0] == 200, "reading goes on"
subprocess.run(["mount", "-o", f"remount,size={4 * MEGABYTES}m", DISK], check=True)
status, said = report("有空间以后")
assert status == 303, (status, "writing must come back by itself")
assert county.end() == 0
county.run("verify", county.ledger)
with contextlib.closing(sqlite3.connect(f"file:{county.ledger}?mode=ro", uri=True)) as c:  # a reader that is not ours
    log = b"\n".join(bytes(body) for (body,) in c.execute("SELECT body FROM event_value"))
lost = [i for i in done if f"第{i}次报送".encode() not in log]
print(f"{len(done)} reports acknowledged before the disk was full, {len(lost)} lost")
sys.exit(1 if lost else 0)
