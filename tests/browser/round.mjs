// round.mjs TAIZHANG DOCUMENT PACK FOLDER: a reporting round in a browser, with a real server: 40 units, 222 tasks. The
// liaison of a unit with six tasks reports without typing what stood there last month, and without a script; the head
// sees what changed and releases; the office chases the others, sets its own words beside, takes. The grid goes to a
// spreadsheet and comes back, whole or not at all. Screenshots go to FOLDER.
import assert from "node:assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
const { open, visit, login, photograph, readable, fits } = createRequire(import.meta.url)("./lib.js");

const [taizhang, documentProgram, pack, folder] = process.argv.slice(2);
const PASSWORD = "Sample-2026-try", OFFICE = "shenzhiyuan", OTHER = "yuxiaofeng" /* liaison of 县交通局 */, UNIT = "县住建局", UNITS = 40, TASKS = 222, OWN = 6;
const where = fs.mkdtempSync(path.join(os.tmpdir(), "round-")), ledger = path.join(where, "county.ledger");
const env = { ...process.env, TAIZHANG_DOCUMENT: documentProgram, ASAN_OPTIONS: "detect_leaks=0" };
const run = (...args) => execFileSync(taizhang, args, { env }).toString();

/** The pack with a round that is open on every day of the month: the test runs on any day. */
function always() {
  const copy = path.join(where, "pack"), file = path.join(copy, "ledgers", "tasks.yaml");
  fs.cpSync(pack, copy, { recursive: true });
  const text = fs.readFileSync(file, "utf8"), changed = text.replace("opens: {day: 20}", "opens: {day: 1}").replace('cut_off: {day: 25, hour: "18:00"}', 'cut_off: {day: 31, hour: "23:59"}');
  assert.notStrictEqual(changed, text);
  fs.writeFileSync(file, changed);
  return copy;
}

function send(who, commands) {
  const file = path.join(where, "commands.jsonl");
  fs.writeFileSync(file, commands.map((c) => JSON.stringify(c)).join("\n") + "\n");
  return run("do", ledger, file, "--as", who).trim().split("\n").map((line) => { const a = JSON.parse(line); assert(a.ok, line); return a; });
}

const people = fs.readFileSync(path.join(pack, "sample", "people.csv"), "utf8").split("\n").map((l) => l.split(","));

function prepare() {
  run("new", ledger, "--county", "159921", "--name", "青禾县", "--pack", always());
  run("import", ledger, path.join(pack, "sample", "units.csv"), "--into", "units");
  run("import", ledger, path.join(pack, "sample", "people.csv"), "--into", "people");
  const units = [...new Set(people.flatMap((p) => [...(p[3] || "").matchAll(/liaison:([^:]+):unit:/g)].map((m) => m[1])))].filter((u) => u !== UNIT).slice(0, UNITS - 1);
  const leads = [...Array(OWN).fill(UNIT), ...Array.from({ length: TASKS - OWN }, (_, i) => units[i % units.length])];
  const made = send(OFFICE, leads.map((lead, i) => ({ do: "open", ledger: "tasks", set: { title: `第${i + 1}项工程完成${i + 3}公里`, lead, due: "2030-12-01" } })));
  send("duming", made.slice(0, OWN).map((a, i) => ({ do: "report", entry: a.entry, progress: 10 + i, set: { done_so_far: `上月完成${i + 1}公里。`, problems: "无", next_step: "继续施工。" } })));
  const tomorrow = new Date(Date.now() + (24 + 8) * 3600e3).toISOString().slice(0, 10);
  run("tick", ledger, "--now", tomorrow + " 00:30"); // the next day opens the round
  for (const who of [OFFICE, "duming", "caoqiming", OTHER]) run("user", ledger, "passwd", who, "--password", PASSWORD, "--lasting");
}

function serve() {
  const child = spawn(taizhang, ["serve", ledger, "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    let out = "";
    child.stdout.on("data", (d) => { out += d; const m = /http:\S+/.exec(out); if (m) done({ base: m[0], end: () => new Promise((gone) => { child.on("close", gone); child.kill("SIGTERM"); }) }); });
    child.on("exit", (code) => fail(new Error("the server ended with " + code)));
  });
}

const explained = { "color-contrast": "text below the bar that stays at the foot: looked at by a person" };
async function look(page, name) {
  for (const [phone, size] of [[false, { width: 1366, height: 768 }], [true, { width: 390, height: 844 }]]) {
    await page.setViewportSize(size);
    await fits(page);
    if (folder) await photograph(page, folder, `${name}-${phone ? 390 : 1366}`);
    await readable(page, explained);
  }
  await page.setViewportSize({ width: 1366, height: 768 });
  assert.deepStrictEqual(page.wrong, [], name);
}

async function enter(browser, base, who, options) {
  const page = await visit(browser, base, options);
  await login(page, who, PASSWORD);
  return page;
}
async function press(page, target) { await page.click(target); await page.waitForLoadState(); }
const headline = (page) => page.textContent("h1");

async function liaison(browser, base) {
  const page = await enter(browser, base, "duming", { script: false });
  assert.match(await page.textContent(".todo"), /1待填的报送/);
  await press(page, "nav a[href='/rounds']");
  await press(page, "td.t a");
  assert.match(await headline(page), /^6 项都有文字，改了 0 项/);
  const cells = await page.$$eval("textarea[name$='.done_so_far']", (list) => list.map((t) => t.value));
  assert.deepStrictEqual(cells, [1, 2, 3, 4, 5, 6].map((n) => `上月完成${n}公里。`), "last month's text stands in the cells");
  await page.locator("textarea[name$='.done_so_far']").first().fill("本月完成2.5公里。");
  await page.locator("input[name$='.progress']").first().fill("9");
  await press(page, ".btn[value=send]");
  assert.match(await page.textContent("#errors, .errors, [role=alert]"), /完成进度比上次低/);
  assert.strictEqual(await page.locator("textarea[name$='.done_so_far']").first().inputValue(), "本月完成2.5公里。", "a refusal keeps what was typed");
  await page.locator("input[name$='.progress']").first().fill("31");
  await press(page, ".btn[value=save]");
  assert.match(await headline(page), /改了 1 项/);
  const editing = await enter(browser, base, "duming");
  await editing.goto(page.url());
  await look(editing, "round-fill");
  await editing.context().close();
  await press(page, ".btn[value=send]");
  assert.match(await headline(page), /6 项等审签，改了 1 项/);
  await page.context().close();
}

async function head(browser, base) {
  const page = await enter(browser, base, "caoqiming");
  assert.match(await page.textContent(".todo"), /1待审签的报送/);
  await page.goto("/rounds");
  await press(page, "td.t a");
  assert.match(await page.textContent("main"), /杜明填报/);
  assert.deepStrictEqual(await page.$$eval("del", (list) => list.map((d) => d.textContent)), ["10%", "上月完成1公里。"], "only what changed is set beside last month's");
  await look(page, "round-release");
  await press(page, ".btn[value=release]");
  assert.match(await headline(page), /县住建局 6 项已报/);
  await page.context().close();
}

async function office(browser, base) {
  const page = await enter(browser, base, OFFICE);
  assert.match(await page.textContent(".todo"), /1待接收的报送/);
  await page.goto("/rounds");
  await press(page, "td.t a");
  const round = page.url();
  assert.match(await headline(page), /^40 个单位已报 1 个，还差 39 个/);
  assert.match(await page.textContent(".sumup"), /222 项，已入 6 项/);
  await look(page, "round-office");
  await press(page, ".btn[value=chase]");
  assert.match(await page.textContent(".note"), /已催办/);
  assert.strictEqual(await page.locator("input[name=u]").count(), 0, "one notice a unit a day");
  await press(page, "#in td.t a");
  await page.locator("textarea[name^='w.'][name$='.done_so_far']").first().fill("已完成2.5公里。");
  await press(page, ".btn[value=word]");
  assert.match(await page.textContent("main"), /本月完成2.5公里。/, "the unit's own words stay");
  await look(page, "round-read");
  await press(page, ".btn[value=return]");
  assert.match(await page.textContent("[role=alert]"), /退回/);
  await press(page, ".btn[value=take]");
  assert.match(await headline(page), /已收/);
  for (const format of ["docx", "xlsx"]) {
    const answer = await page.request.get(round.replace("/rounds/", "/round-summary/") + "/" + format);
    assert.strictEqual(answer.status(), 200);
    const rows = text_of(await answer.body(), format);
    assert(rows.includes("已完成2.5公里。") && !rows.includes("本月完成2.5公里。") && rows.includes("未报"), format);
  }
  await page.context().close();
}

/** The text of a document, as the confined reader sees it. */
function text_of(bytes, format) {
  const file = path.join(where, "paper." + format);
  fs.writeFileSync(file, bytes);
  run("compile", file, "--out", path.join(where, "found.json"), "--text", file + ".txt");
  return fs.readFileSync(file + ".txt", "utf8");
}

async function sheet(browser, base) {
  const page = await enter(browser, base, OTHER);
  await page.goto("/rounds");
  await press(page, "td.t a");
  const grid = new URL(page.url()).pathname, answer = await page.request.get(grid + "/sheet");
  assert.strictEqual(answer.status(), 200);
  const numbers = await page.$$eval("textarea[name$='.done_so_far']", (list) => list.length);
  const numbered = text_of(await answer.body(), "xlsx").match(/R\d{4}-\d+/g);
  assert.strictEqual(numbered.length, numbers);
  const upload = async (name, bytes) => {
    await page.goto(grid + "/upload");
    await page.setInputFiles("input[name=file]", { name, mimeType: "text/csv", buffer: Buffer.from(bytes) });
    await press(page, "form button.main");
  };
  const table = (figure) => ["编号,进展情况,进度", ...numbered.map((n, i) => `${n},完成${i + 1}处,${i ? 20 : figure}`)].join("\n") + "\n";
  await upload("a.csv", table("一半") + "R1999-0001,别人的,3\n");
  assert.match(await headline(page), /没有收下/);
  const faults = await page.$$eval("tbody tr", (list) => list.map((r) => r.textContent));
  assert.strictEqual(faults.length, 2);
  assert.match(faults[0], /第 2 行.*应是 0 到 100/);
  assert.match(faults[1], /不在本单位/);
  await look(page, "round-upload");
  await page.goto(grid);
  assert.match(await headline(page), /还没有进展文字/, "nothing of it was taken");
  await upload("a.csv", table("50"));
  assert.match(await headline(page), new RegExp(`${numbers} 项都有文字，改了 ${numbers} 项`));
  await page.goto(grid + "/upload");
  await page.setInputFiles("input[name=file]", { name: "b.xlsx", mimeType: "application/octet-stream", buffer: await (await page.request.get(grid + "/sheet")).body() });
  await press(page, "form button.main");
  assert.match(await headline(page), new RegExp(`改了 ${numbers} 项`), "what goes out comes back the same");
  await page.context().close();
}

async function main() {
  prepare();
  const server = await serve(), browser = await open();
  try {
    await liaison(browser, server.base);
    await head(browser, server.base);
    await office(browser, server.base);
    await sheet(browser, server.base);
  } finally {
    await browser.close();
    await server.end();
  }
  run("verify", ledger);
  fs.rmSync(where, { recursive: true, force: true });
  console.log(`a round of ${UNITS} units and ${TASKS} tasks: filed, released, chased, worded, taken, and verified`);
}
main().catch((e) => { console.error(e); process.exit(1); });
