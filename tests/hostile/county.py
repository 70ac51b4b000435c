"""county.py: a sample county with a real server, and people who speak to it with a client of our own."""
import atexit, http.client, os, re, subprocess, tempfile, threading, urllib.parse, uuid

PASSWORD = "Sample-2026-try"
OFFICE, LIAISON, ADMIN = "shenzhiyuan", "liqiang", "admin"


def form(**fields):
    return urllib.parse.urlencode(fields).encode()


def parts(fields, files):
    mark = uuid.uuid4().hex
    out = b"".join(f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items())
    for field, name, data in files:
        out += f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
    return out + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


class County:
    """Units and people of the sample, two tasks: one of the liaison's unit, one of another's."""

    def __init__(self, taizhang, document, sample, where):
        self.taizhang, self.ledger = taizhang, os.path.join(where, "county.ledger")
        self.env = dict(os.environ, TAIZHANG_DOCUMENT=document, ASAN_OPTIONS="detect_leaks=0", TAIZHANG_NOW="2026-03-02T09:00")
        self.run("new", self.ledger, "--county", "159921", "--name", "青禾县", "--pack", os.path.dirname(sample))
        self.run("import", self.ledger, sample + "/units.csv", "--into", "units")
        self.run("import", self.ledger, sample + "/people.csv", "--into", "people")
        for login in (OFFICE, LIAISON, ADMIN):
            self.run("user", self.ledger, "passwd", login, "--password", PASSWORD, "--lasting")
        opened = '{"do":"open","ledger":"tasks","set":{"title":"%s","lead":"%s","due":"2026-12-01"}}\n'
        self.run("do", self.ledger, "--as", OFFICE, "-", input=opened % ("修复白石水库", "县水务局") + opened % ("新建学校两所", "县教育局"))

    def run(self, *args, **more):
        return subprocess.run([self.taizhang, *args], env=self.env, check=True, capture_output=True, text=True, **more).stdout

    def serve(self):
        self.server = subprocess.Popen([self.taizhang, "serve", self.ledger, "--listen", "127.0.0.1:0"], env=self.env, stdout=subprocess.PIPE, text=True)
        atexit.register(lambda: self.server.poll() is None and self.server.kill()) # whatever the test stumbled over
        self.port = int(re.search(r":(\d+)", self.server.stdout.readline().split("//")[1])[1])
        threading.Thread(target=self.server.stdout.read, daemon=True).start()

    def end(self):
        self.server.terminate()
        return self.server.wait(20)

    def entry(self, title):
        return re.search(r'href="/e/(\d+)[^"]*"[^>]*>[^<]*' + title, Person(self, OFFICE).ask("GET", "/l/tasks")[2].decode())[1]


class Person:
    """One who is signed in; without a login a stranger."""

    def __init__(self, county, login=None):
        self.county, self.cookie = county, ""
        if login:
            status, head, _ = self.ask("POST", "/login", form(user=login, password=PASSWORD))
            assert status == 303, status
            self.flags = head["Set-Cookie"]
            self.cookie = self.flags.split(";")[0]

    def ask(self, method, path, body=None, kind="application/x-www-form-urlencoded", **head):
        c = http.client.HTTPConnection("127.0.0.1", self.county.port, timeout=60)
        sent = {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self.county.port}", **head}
        if self.cookie:
            sent["Cookie"] = self.cookie
        c.request(method, path, body, sent)
        r = c.getresponse()
        said = r.status, r.headers, r.read()
        c.close()
        return said

    def hidden(self, path):
        status, _, page = self.ask("GET", path)
        assert status == 200, (path, status)
        return dict(re.findall(r'name="(csrf|key|version)" value="([^"]*)"', page.decode()))
