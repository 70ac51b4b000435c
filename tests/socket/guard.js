// guard.js DEMO [ONLY]: what hostile and slow clients do to the server, on real sockets.
"use strict";
const assert = require("assert"), fs = require("fs"), http = require("http"), https = require("https"), net = require("net");
const os = require("os"), path = require("path"), tls = require("tls"), { execFileSync } = require("child_process");
const { start, run } = require("./server.js");
const demo = process.argv[2];
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Sends bytes, gives everything that comes back until the other side closes or `ms` pass. */
function raw(port, bytes, ms = 1500) {
  return new Promise((done) => {
    const s = net.connect(port, "127.0.0.1"), parts = [];
    let closed = false;
    const finish = () => { s.destroy(); done({ text: Buffer.concat(parts).toString("utf8"), closed }); };
    const timer = setTimeout(finish, ms);
    s.on("data", (d) => parts.push(d));
    s.on("error", () => {});
    s.on("close", () => { closed = true; clearTimeout(timer); finish(); });
    s.write(bytes);
  });
}
const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((m) => +m[1])
  .filter((s, i, all) => s < 400 || s !== all[i - 1]); // libmicrohttpd's own refusals come with their head twice

function ask(port, options = {}, body) {
  return new Promise((done, fail) => {
    const q = (options.ca === undefined ? http : https).request({ host: "127.0.0.1", port, agent: false, ...options }, (r) => {
      const parts = [];
      r.on("data", (d) => parts.push(d));
      r.on("end", () => done({ status: r.statusCode, headers: r.headers, body: Buffer.concat(parts) }));
    });
    q.on("error", fail);
    q.end(body);
  });
}
async function withDemo(args, use, shell) {
  const server = await start(demo, args, shell);
  try { await use(server.port, server); } finally { var code = await server.end(); }
  assert.strictEqual(code, 0, "the server ended with " + code + ": " + server.errors());
}

const GET = "GET /list HTTP/1.1\r\nHost: x\r\n";
// name, request, statuses that must come back, in order (a list: one of them), is the connection closed afterwards
const REQUESTS = [
  ["a plain request", GET + "Connection: close\r\n\r\n", [200], true],
  ["two in one piece", GET + "\r\n" + GET + "Connection: close\r\n\r\n", [200, 200], true],
  ["no host", "GET /list HTTP/1.1\r\n\r\n", [400], true],
  ["no host in 1.0", "GET /list HTTP/1.0\r\n\r\n", [400], true],
  ["two hosts", GET + "Host: y\r\n\r\n", [400], true],
  ["two lengths, equal", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\na=b", [400], true],
  ["two lengths, different", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\na=b" + GET, [400], true],
  ["length with chunked", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET + "\r\n", [400], true],
  ["chunked", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", [411], true],
  ["chunked, spelt oddly", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", [[400, 411]], true],
  ["a length that is none", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\na=b", [400], true],
  ["a length beyond 64 bits", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", [[400, 413]], true],
  ["a space before the colon", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\na=b", [400], true],
  ["a NUL in a header", "GET /list HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", [[200, 400]], null], // libmicrohttpd 0.9.75 cuts the value there
  ["a control character in a header", "GET /list HTTP/1.1\r\nHost: x\r\nX: a\x01b\r\n\r\n", [400], true],
  ["a bad escape", "GET /e%zz HTTP/1.1\r\nHost: x\r\n\r\n", [400], false],
  ["a NUL in the address", "GET /list?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", [400], false],
  ["no UTF-8 in the address", "GET /list?a=%ff HTTP/1.1\r\nHost: x\r\n\r\n", [400], false],
  ["a whole address", "GET http://x/list HTTP/1.1\r\nHost: x\r\n\r\n", [400], false],
  ["an unknown method", "BREW /list HTTP/1.1\r\nHost: x\r\n\r\n", [405], false],
  ["TRACE", "TRACE /list HTTP/1.1\r\nHost: x\r\n\r\n", [405], false],
  ["CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", [[400, 405]], false],
  ["a body that is too large", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n", [413], true],
  ["a head that is too large", GET + "X: " + "a".repeat(20000) + "\r\n\r\n", [431], false],
  ["a head that is far too large", GET + "X: " + "a".repeat(200000) + "\r\n\r\n", [[413, 431]], true],
  ["ten thousand headers", GET + "X: a\r\n".repeat(10000) + "\r\n", [[413, 431]], true],
  ["an address that is too long", "GET /" + "a".repeat(100000) + " HTTP/1.1\r\nHost: x\r\n\r\n", [[413, 414, 431]], true],
  ["not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [], true],
  ["nothing at all", "\r\n\r\n\r\n", [], null],
  ["HTTP/9.9", "GET /list HTTP/9.9\r\nHost: x\r\n\r\n", [[400, 505]], true],
];

const tests = {
  async "ambiguous and malformed requests are refused, and the next client is served"() {
    await withDemo([], async (port) => {
      for (const [name, bytes, expected, closes] of REQUESTS) {
        const { text, closed } = await raw(port, Buffer.from(bytes, "latin1"), 900), got = statuses(text);
        const right = expected.length === 0 ? got.every((s) => s >= 400)
          : got.length === expected.length && expected.every((e, i) => [].concat(e).includes(got[i]));
        assert(right, `${name}: ${got} instead of ${JSON.stringify(expected)}\n${text.slice(0, 300)}`);
        if (closes !== null) assert(closed === closes || (!closes && closed), `${name}: the connection stays open`);
        assert.strictEqual((await ask(port, { path: "/list" })).status, 200, "after " + name);
      }
    });
  },

  async "every answer of ours carries the headers"() {
    await withDemo([], async (port) => {
      const css = /href="(\/static\/[^"]*css)"/.exec((await ask(port, { path: "/list" })).body)[1];
      for (const [options, status, cache] of [[{ path: "/list" }, 200, "no-store"], [{ path: "/nope" }, 404, "no-store"],
        [{ path: "/list", method: "BREW".replace("BREW", "DELETE") }, 405, "no-store"], [{ path: "/new" }, 303, "no-store"],
        [{ path: "/note", method: "POST" }, 201, "no-store"], [{ path: css }, 200, "public, max-age=31536000, immutable"],
        [{ path: "/download?name=a" }, 200, "no-store"], [{ path: "/error/500" }, 500, "no-store"], [{ path: "/e%" }, 400, "no-store"]]) {
        const r = await ask(port, options);
        assert.deepStrictEqual([r.status, r.headers["content-security-policy"], r.headers["x-content-type-options"],
          r.headers["referrer-policy"], r.headers["cache-control"]], [status, CSP, "nosniff", "same-origin", cache], options.path);
      }
      const again = await ask(port, { path: css, headers: { "If-None-Match": (await ask(port, { path: css })).headers.etag } });
      assert.deepStrictEqual([again.status, again.body.length], [304, 0]);
      const head = await ask(port, { path: "/list", method: "HEAD" });
      assert(head.status === 200 && head.body.length === 0 && +head.headers["content-length"] > 10000);
    });
  },

  async "a refusal before the body is read still reaches the browser"() {
    await withDemo([], async (port) => {
      const form = "title=" + "a".repeat(60000), headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const r = await ask(port, { path: "/new", method: "POST", headers }, form); // no session
      assert.deepStrictEqual([r.status, r.headers.location], [303, "/login"]);
      assert.strictEqual((await ask(port, { path: "/echo", method: "POST", headers }, "a=" + "a".repeat(500000))).status, 413);
    });
  },

  async "who drips is dropped at the deadline, and others are served meanwhile"() {
    await withDemo(["--header-ms", "1000", "--body-ms", "1000"], async (port) => {
      const drips = [];
      for (let i = 0; i < 200; i++) {
        const s = net.connect(port, "127.0.0.1");
        s.on("error", () => {});
        s.on("close", () => { s.gone = Date.now(); });
        s.write(i % 2 ? "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n" : GET + "X-A: ");
        drips.push(s);
      }
      const began = Date.now();
      let served = 0;
      while (Date.now() - began < 3600 && drips.some((s) => !s.gone)) {
        for (const s of drips) if (!s.gone) s.write("a");
        assert.strictEqual((await ask(port, { path: "/list" })).status, 200);
        served++;
        await pause(200);
      }
      const left = drips.filter((s) => !s.gone).length;
      drips.forEach((s) => s.destroy());
      assert.strictEqual(left, 0, `${left} of 200 still there`);
      assert(drips.every((s) => s.gone - began > 500), "nobody is dropped long before the deadline");
      assert(served > 3);
    });
  },

  async "who does not read is dropped"() {
    await withDemo(["--send-ms", "800", "--slowest", "100000000"], async (port) => {
      const s = net.connect(port, "127.0.0.1");
      s.on("error", () => {});
      s.write("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
      await pause(3200); // nothing is read until here
      let got = 0;
      s.on("data", (d) => { got += d.length; });
      await new Promise((done) => { s.on("close", done); setTimeout(done, 3000); });
      assert(s.destroyed, "the connection is still there");
      assert(got < 10000000, `all ${got} bytes came`);
      assert.strictEqual((await ask(port, { path: "/big" })).body.length, (1 << 18) * Buffer.from("一个慢慢读的人会占住连接。\n").length);
    });
  },

  async "with 64 descriptors and 200 idlers a newcomer is served"() {
    await withDemo([], async (port, server) => {
      const idle = [];
      for (let i = 0; i < 200; i++) {
        const s = net.connect(port, "127.0.0.1");
        s.on("error", () => {});
        s.write("GET /list HTT");
        idle.push(s);
      }
      await pause(300);
      for (let i = 0; i < 20; i++) assert.strictEqual((await ask(port, { path: "/list" })).status, 200);
      const open = fs.readdirSync(`/proc/${server.pid}/fd`).length;
      idle.forEach((s) => s.destroy());
      await pause(500);
      const later = fs.readdirSync(`/proc/${server.pid}/fd`).length;
      assert(open <= 64 && later < 30, `${open} descriptors, ${later} afterwards`);
      for (let i = 0; i < 50; i++) assert.strictEqual((await ask(port, { path: "/list" })).status, 200);
    }, "ulimit -n 64");
  },

  async "answers that wait come back to who asked"() {
    await withDemo([], async (port) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
      const numbers = (await Promise.all(Array.from({ length: 500 }, () => ask(port, { path: "/note", method: "POST", agent }))))
        .map((r) => JSON.parse(r.body).number);
      agent.destroy();
      assert.strictEqual(new Set(numbers).size, 500);
    });
  },

  async "who leaves while an answer waits does no harm, nor does the end of the server"() {
    await withDemo([], async (port) => {
      for (let i = 0; i < 100; i++) {
        const s = net.connect(port, "127.0.0.1");
        s.on("error", () => {});
        s.write("POST /note HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", () => s.destroy());
      }
      await pause(200);
      assert.strictEqual((await ask(port, { path: "/list" })).status, 200);
      for (let i = 0; i < 100; i++) {
        const s = net.connect(port, "127.0.0.1");
        s.on("error", () => {});
        s.write("POST /note HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nPOST /echo HTTP/1.1\r\n");
      }
    });
  },

  async "an upload up to 50 MB comes through, a larger one is refused at once"() {
    await withDemo([], async (port) => {
      const part = (n) => Buffer.concat([Buffer.from('--XX\r\nContent-Disposition: form-data; name="f"; filename="月报.pdf"\r\n\r\n'),
        Buffer.alloc(n, "x"), Buffer.from("\r\n--XX--\r\n")]);
      const headers = { "Content-Type": "multipart/form-data; boundary=XX" };
      const r = await ask(port, { path: "/upload", method: "POST", headers }, part(49 << 20));
      assert.deepStrictEqual([r.status, r.body.toString()], [200, `{"月报.pdf":${49 << 20}}\n`]);
      const { text } = await raw(port, `POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: ${100 << 20}\r\n\r\n`);
      assert.deepStrictEqual(statuses(text), [413]);
      const half = net.connect(port, "127.0.0.1"); // an upload that breaks off leaves nothing behind
      half.on("error", () => {});
      half.write(`POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: ${40 << 20}\r\n\r\n` + "x".repeat(500000), () => half.destroy());
      await pause(200);
      assert.strictEqual((await ask(port, { path: "/list" })).status, 200);
    });
  },

  async "TLS of today is spoken, TLS of yesterday is not"() {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "guard-")), key = path.join(work, "key"), cert = path.join(work, "cert");
    try {
      execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        "/CN=localhost", "-keyout", key, "-out", cert], { stdio: "ignore" });
      await withDemo(["--tls", cert, key], async (port) => {
        const ca = fs.readFileSync(cert), options = { ca, checkServerIdentity: () => undefined, servername: "localhost" };
        assert.strictEqual((await ask(port, { path: "/list", ...options })).status, 200);
        const form = "user=shenzhiyuan&password=correct+horse", type = { "Content-Type": "application/x-www-form-urlencoded" };
        const r = await ask(port, { path: "/login", method: "POST", headers: type, ...options }, form);
        assert.strictEqual(r.headers["set-cookie"][0], "sid=the-demo-session; Path=/; HttpOnly; SameSite=Lax; Secure");
        await new Promise((done, fail) => {
          const s = tls.connect({ port, host: "127.0.0.1", ca, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" });
          s.on("secureConnect", () => fail(new Error("TLS 1.1 was spoken")));
          s.on("error", done);
        });
      });
    } finally { fs.rmSync(work, { recursive: true }); }
  },
};
run(tests, process.argv[3]);
