// handout.mjs TAIZHANG DOCUMENT SAMPLE FOLDER [ONLY]: from the report's file to signed-for tasks, in a browser, with a real
// server: import, look-through, hand-out (keys and clicks are counted), issue, the annexed tables, signing for, returning,
// ruling. Screenshots go to FOLDER. ONLY: look at the pages with such names alone.
import assert from "node:assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
const { open, visit, login, photograph, readable, fits } = createRequire(import.meta.url)("./lib.js");

const [taizhang, documentProgram, sample, folder, only] = process.argv.slice(2);
const PASSWORD = "Sample-2026-try", OFFICE = "shenzhiyuan", MOST = 500;
const where = fs.mkdtempSync(path.join(os.tmpdir(), "handout-"));
const ledger = path.join(where, "county.ledger");
const env = { ...process.env, TAIZHANG_DOCUMENT: documentProgram, ASAN_OPTIONS: "detect_leaks=0" };
const run = (...args) => execFileSync(taizhang, args, { env }).toString();

function csv(name) { // the sample's tables: quotes only around cells with commas
  const [head, ...rows] = fs.readFileSync(path.join(sample, name), "utf8").trim().split("\n")
    .map((line) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].slice(0, line.match(/,/g).length + 1).map((m) => m[2] ?? m[1]));
  return rows.map((r) => Object.fromEntries(head.map((h, i) => [h.trim(), (r[i] || "").trim()])));
}

function prepare() {
  run("new", ledger, "--county", "159921", "--name", "青禾县", "--pack", path.dirname(sample));
  run("import", ledger, path.join(sample, "units.csv"), "--into", "units");
  run("import", ledger, path.join(sample, "people.csv"), "--into", "people");
  run("import", ledger, path.join(sample, "assignment-2025.csv"), "--into", "precedent", "--as", OFFICE);
  run("user", ledger, "passwd", OFFICE, "--password", PASSWORD, "--lasting");
}

function serve() {
  const child = spawn(taizhang, ["serve", ledger, "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    let out = "";
    child.stdout.on("data", (d) => { out += d; const m = /http:\S+/.exec(out); if (m) done({ base: m[0], end: () => child.kill("SIGTERM") }); });
    child.on("exit", (code) => fail(new Error("the server ended with " + code)));
  });
}

async function look(browser, base, user, address, name) {
  if (only && !new RegExp(only).test(name)) return;
  for (const phone of [false, true]) {
    const page = await visit(browser, base, { phone });
    await login(page, user, PASSWORD);
    const answer = await page.goto(address);
    assert.strictEqual(answer.status(), 200, address);
    await fits(page);
    if (folder) await photograph(page, folder, `${name}-${phone ? 390 : 1366}`);
    await readable(page);
    assert.deepStrictEqual(page.wrong, [], address);
    await page.context().close();
  }
}

let effort = 0; // keys and clicks
async function click(page, target) { effort++; await page.click(target); await page.waitForLoadState(); }
async function type(page, target, text) { effort += 1 + [...text].length + 1; await page.fill(target, text); await page.keyboard.press("Tab"); }

async function importReport(page) {
  await page.goto("/reports/new");
  await page.setInputFiles("input[name=file]", path.join(sample, "report.txt"));
  await page.click("main form button.main");
  await page.waitForLoadState();
  assert.match(await page.textContent("h1"), /找出 \d+ 条/);
  const address = new URL(page.url()).pathname;
  await page.goto("/reports/new");
  await page.setInputFiles("input[name=file]", path.join(sample, "report.txt"));
  await page.click("main form button.main");
  await page.waitForLoadState();
  assert.match(await page.textContent("#errors"), /导入过/, "the same bytes only once");
  return address;
}

/** What a clerk does: adopt, fill the rest by year's end, then what still lacks a lead, section by section, by ticks. */
async function handOut(page, address) {
  const answers = csv("answers-2026.csv");
  const leadOf = (title) => (answers.find((a) => a.task.includes(title.slice(0, 12)) || title.includes(a.task.slice(0, 12))) || { lead: "县发改局" }).lead;
  await page.goto(address);
  if (await page.locator("button[name=accept][value=all]").count()) await click(page, "button[name=accept][value=all]");
  await click(page, "button[name=year][value=all]");
  const said = await page.textContent("form .btn[value=undo]");
  assert.match(said, /撤销这 \d+ 项/);
  await page.click("form .btn[value=undo]"); // one click takes the whole act back
  await page.waitForLoadState();
  assert.match(await page.textContent("main .note"), /已撤销/);
  await click(page, "button[name=year][value=all]");
  for (let turn = 0; turn < 200 && !/全部分好/.test(await page.textContent("h1")); turn++) {
    const empty = await page.$$eval("details[open] tr", (rows) => rows.map((r) => ({ id: r.id.slice(1), lead: r.querySelector("input[name$='.lead']"), t: r.querySelector("td.t") }))
      .filter((r) => r.lead && !r.lead.value).map((r) => ({ id: r.id, title: r.t.textContent.trim() })));
    if (!empty.length) { await click(page, ".stay a"); continue; } // to the first that lacks something
    const lead = leadOf(empty[0].title), same = empty.filter((r) => leadOf(r.title) === lead);
    for (const r of same) { effort++; await page.check(`input[name=e][value="${r.id}"]`); }
    await type(page, "input[name='bar.lead']", lead);
    await click(page, "button[name=do][value=fill]");
  }
  return page.textContent("h1");
}

async function main() {
  prepare();
  const server = await serve(), browser = await open();
  try {
    const page = await visit(browser, server.base);
    await login(page, OFFICE, PASSWORD);
    const check = await importReport(page);
    const [, , document, , name] = check.split("/"), grid = `/handout/${document}/${name}`;
    await look(browser, server.base, OFFICE, "/reports/new", "import-new");
    await look(browser, server.base, OFFICE, check, "import");
    await look(browser, server.base, OFFICE, grid, "handout");
    const headline = await handOut(page, grid);
    assert.match(headline, /全部分好/);
    const n = +/^(\d+)/.exec(headline)[1];
    assert(n >= 84, `only ${n} tasks`);
    await look(browser, server.base, OFFICE, grid, "handout-full");
    await click(page, "button[value=issue]");
    assert.match(await page.textContent("main .note"), /已印发/);
    console.log(`handed out ${n} tasks with ${effort} keys and clicks`);
    for (const word of ["Word", "Excel"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=下载 ${word}`)]);
      const bytes = fs.readFileSync(await download.path());
      assert.strictEqual(bytes.subarray(0, 2).toString(), "PK", download.suggestedFilename());
      assert(bytes.length > 5000);
    }
    await look(browser, server.base, OFFICE, grid, "handout-issued");
    await look(browser, server.base, OFFICE, `/reports/${document}`, "report");
    await look(browser, server.base, OFFICE, "/reports", "reports");
    await signing(browser, server.base, page);
    assert(effort <= MOST, `${effort} keys and clicks`);
    assert.deepStrictEqual(page.wrong, []);
    console.log("ok");
  } finally { await browser.close(); server.end(); fs.rmSync(where, { recursive: true }); }
}

async function signing(browser, base, office) {
  const people = csv("people.csv"), unit = "县农业农村局";
  const liaison = people.find((p) => p.unit === unit && /liaison|head/.test(p.duties)).login;
  run("user", ledger, "passwd", liaison, "--password", PASSWORD, "--lasting");
  await look(browser, base, liaison, "/sign", "sign");
  const page = await visit(browser, base);
  await login(page, liaison, PASSWORD);
  await page.goto("/sign");
  const before = +/^(\d+) 项待签收/.exec(await page.textContent("h1"))[1];
  const boxes = await page.$$("input[name=e]");
  for (const box of boxes.slice(1)) await box.uncheck();
  await page.click("text=签收勾选的各项");
  await page.waitForLoadState();
  assert.strictEqual(+/^(\d+) 项待签收/.exec(await page.textContent("h1"))[1], before - 1);
  await page.click("tbody tr:first-child a.btn.small");
  await page.waitForLoadState();
  await page.fill("textarea[name=note]", "依据本单位职责规定第三条，该项由县水务局负责。");
  await look(browser, base, liaison, page.url(), "sign-return");
  await page.click("button[value=return]");
  await page.waitForLoadState();
  assert.match(await page.textContent("main .note"), /已退办/);
  await look(browser, base, OFFICE, "/sign", "rule");
  await office.goto("/sign");
  await office.fill("input[name^='note.']", "职责规定写明由本单位负责。");
  await office.click("button.small[name=rule]");
  await office.waitForLoadState();
  assert.match(await office.textContent("main .note"), /已裁定/);
  await page.goto("/sign");
  assert.match(await page.textContent("main"), /维持县农业农村局/);
  assert.deepStrictEqual(page.wrong, []);
  await page.context().close();
}

main().catch((e) => { console.error(e.stack); process.exit(1); });
