// Starts a server program that prints "port N" and ends with its standard input; used by the socket and browser tests.
"use strict";
const { spawn } = require("child_process");

/** shell: run through sh, so that a limit can be set before. Resolves to { port, pid, end() → exit code, errors() }. */
exports.start = function (program, args, shell) {
  const child = shell ? spawn("/bin/sh", ["-c", shell + '; exec "$0" "$@"', program, ...args]) : spawn(program, args);
  let out = "", err = "", code = null;
  const ended = new Promise((done) => child.on("exit", (c, signal) => { code = c === null ? signal : c; done(code); }));
  child.stderr.on("data", (d) => { err += d; });
  return new Promise((done, fail) => {
    child.stdout.on("data", (d) => {
      out += d;
      const m = /^port (\d+)/m.exec(out);
      if (m) done({ port: +m[1], pid: child.pid, errors: () => err, end: () => { child.stdin.end(); return ended; } });
    });
    ended.then((c) => fail(new Error(`${program} ended with ${c}: ${err}`)));
  });
};

/** A list of tests: { name: async function }. Runs all, says each, exits 1 when one failed. */
exports.run = async function (tests, only) {
  let failed = 0, ran = 0;
  for (const [name, test] of Object.entries(tests)) {
    if (only && !name.includes(only)) continue;
    ran++;
    try { await test(); console.log("ok    ", name); }
    catch (e) { failed++; console.log("FAILED", name, "\n       ", e.stack); }
  }
  console.log(`${ran - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
};
