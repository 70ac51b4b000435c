// county.js: a county of the sample pack on a disk of its own, with a server and the command line beside it.
"use strict";
const fs = require("fs"), os = require("os"), path = require("path"), { execFileSync, spawn } = require("child_process");

const PASSWORD = "Sample-2026-try", OFFICE = "shenzhiyuan";

/** who: the logins that get PASSWORD. Resolves to { base, run(…args), act(who, …commands), ledger, where, end() }. */
async function county(taizhang, documentProgram, sample, who) {
  const where = fs.mkdtempSync(path.join(os.tmpdir(), "county-")), ledger = path.join(where, "county.ledger");
  const env = { ...process.env, TAIZHANG_DOCUMENT: documentProgram, ASAN_OPTIONS: "detect_leaks=0" };
  const run = (...args) => execFileSync(taizhang, args, { env }).toString();
  run("new", ledger, "--county", "159921", "--name", "青禾县", "--pack", path.dirname(sample));
  run("import", ledger, path.join(sample, "units.csv"), "--into", "units");
  run("import", ledger, path.join(sample, "people.csv"), "--into", "people");
  for (const login of [OFFICE, ...who]) run("user", ledger, "passwd", login, "--password", PASSWORD, "--lasting");
  const child = spawn(taizhang, ["serve", ledger, "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "inherit"] });
  const base = await new Promise((done, fail) => {
    let out = "";
    child.stdout.on("data", (d) => { out += d; const m = /http:\S+/.exec(out); if (m) done(m[0]); });
    child.on("exit", (code) => fail(new Error("the server ended with " + code)));
  });
  const act = (who, ...commands) => execFileSync(taizhang, ["do", ledger, "--as", who, "-"], { env, input: commands.map((c) => JSON.stringify(c)).join("\n") }).toString();
  return { base, run, act, ledger, where, end: () => { child.kill("SIGTERM"); fs.rmSync(where, { recursive: true }); } };
}

module.exports = { county, PASSWORD, OFFICE };
