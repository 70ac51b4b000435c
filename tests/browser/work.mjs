// work.mjs TAIZHANG DOCUMENT SAMPLE [ONLY]: what happens to a report's tasks from the look-through to the close-out,
// in a browser with a real server: drafts corrected, split, joined, dropped and restored; the round of opinions; signing for,
// reporting from a phone with a photo, an extension, close-out sent back and granted; the same walk without a script;
// and what each refusal says. What a page shows is read back after a reload and from the command line.
import assert from "node:assert";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { open, visit, login, readable, fits, run: runTests } = require("./lib.js");
const { county, PASSWORD, OFFICE } = require("./county.js");

const [taizhang, documentProgram, sample, only] = process.argv.slice(2);
const LIAISON = "liqiang", UNIT = "县水务局", OTHER = "duming", OTHER_UNIT = "县住建局";
const report = (year, village) => `${year}年政府工作报告
——${year}年1月21日在青禾县第十八届人民代表大会第五次会议上
县长　陈立言

一、${year}年重点工作
（一）抓好水利建设
6月底前完成${village}水库除险加固。新建${village}灌溉渠道12公里。9月底前改造${village}饮水工程23处，年底前建成${village}监测站点16处。
（二）改善城乡面貌
新建${village}停车位600个。改造${village}老旧小区8个。新建${village}口袋公园3处。
`;

let browser, place;
const text = (page, target = "main") => page.textContent(target);
async function as(who, how) { const page = await visit(browser, place.base, how); page.setDefaultTimeout(8000); await login(page, who, PASSWORD); return page; }
async function leave(page) { assert.deepStrictEqual(page.wrong, []); await page.context().close(); }
/** Does what sends a form or follows a link, and waits for the page that comes. */
async function arrive(page, doing) { await Promise.all([page.waitForNavigation(), doing()]); }
const click = (page, target) => arrive(page, () => page.click(target));
const tap = (page, target) => arrive(page, () => page.tap(target));
const shown = (id) => JSON.parse(place.run("show", place.ledger, String(id), "--as", OFFICE, "--json"));

/* ---------- steps, for any page: with and without a script ---------- */

async function bringIn(page, year, village) {
  const file = path.join(place.where, `report-${year}.txt`);
  fs.writeFileSync(file, report(year, village));
  await page.goto("/reports/new");
  await page.setInputFiles("input[name=file]", file);
  await click(page, "main form button.main");
  assert.match(await text(page, "h1"), /找出 \d+ 条任务草稿/);
  const [, , document, , ledger] = new URL(page.url()).pathname.split("/");
  return { check: `/reports/${document}/check/${ledger}`, grid: `/handout/${document}/${ledger}`, document };
}

/** { id, title } of the drafts of one section. */
const drafts = (page) => page.$$eval("fieldset.draft", (all) => all.map((d) => ({ id: d.id.slice(1), title: d.querySelector("input.grow").value })));
async function section(page, name) {
  const option = page.locator("select[name=section] option", { hasText: name });
  await page.selectOption("select[name=section]", await option.getAttribute("value"));
  await click(page, "text=看这一节");
}
const more = (page, id) => page.click(`#d${id} summary`);

async function correct(page, id, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name="e${id}.${name}"]`, value);
  await click(page, "text=保存本页的更改");
  await page.reload();
  for (const [name, value] of Object.entries(fields)) assert.strictEqual(await page.inputValue(`input[name="e${id}.${name}"]`), value, name);
}

async function splitDraft(page, id, parts) {
  const before = await drafts(page);
  await more(page, id);
  await page.fill(`textarea[name="split.${id}"]`, parts.join("\n"));
  await click(page, `#d${id} button[name=split]`);
  await page.reload();
  const after = await drafts(page);
  assert.strictEqual(after.length, before.length + parts.length - 1);
  for (const part of parts) assert(after.some((d) => d.title === part), `${part} of ${after.map((d) => d.title)}`);
  return after.filter((d) => parts.includes(d.title));
}

async function joinDrafts(page, ids) {
  const before = await drafts(page);
  for (const id of ids) await page.check(`#d${id} input[name=e]`);
  await click(page, "text=合并勾选的");
  await page.reload();
  const after = await drafts(page);
  assert.strictEqual(after.length, before.length - ids.length + 1);
  return after.find((d) => ids.includes(d.id)) || after.find((d) => !before.some((b) => b.id === d.id));
}

async function dropAndRestore(page, id) {
  await more(page, id);
  await click(page, `#d${id} button[name=drop]`);
  await page.reload();
  assert.strictEqual(await page.locator(`#d${id} input.grow`).count(), 0);
  assert.match(await text(page), /已去掉 \d+ 条/);
  assert.strictEqual(shown(id).history.pop().kind, "dropped");
  await click(page, `#d${id} button[name=restore]`);
  await page.reload();
  assert.strictEqual(await page.locator(`#d${id} input.grow`).count(), 1);
  assert.strictEqual(shown(id).history.pop().kind, "restored");
}

/** Everything left on the grid to one unit by one day; Enter saves, with or without a script. */
async function giveOut(page, grid, leadOf) {
  await page.goto(grid);
  for (let turn = 0; turn < 9 && !/全部分好/.test(await text(page, "h1")); turn++) {
    const rows = await page.$$eval("details[open] tr[id^=r]", (all) => all.map((r) => r.id.slice(1)));
    for (const id of rows) {
      await page.fill(`input[name="e${id}.lead"]`, leadOf(id));
      await page.fill(`input[name="e${id}.due"]`, "12月31日");
    }
    await arrive(page, () => page.press(`input[name="e${rows[0]}.due"]`, "Enter"));
    for (const id of rows) assert.match(shown(id).lead, leadOf(id) === UNIT ? /水务局$/ : /住房和城乡建设局$/);
    await page.goto(grid);
    if (await page.locator(".stay a").count()) await click(page, ".stay a"); // to the first that lacks something
  }
  assert.match(await text(page, "h1"), /全部分好/);
}

async function issue(page, grid) {
  await page.goto(grid);
  await click(page, "button[value=issue]");
  assert.match(await text(page, "main .note"), /已印发/);
}

async function signFor(page) {
  await page.goto("/sign");
  await click(page, "text=签收勾选的各项");
  await page.goto("/sign");
  assert.doesNotMatch(await text(page, "h1"), /\d+ 项待签收/);
}

async function openAct(page, id, act) {
  await page.goto(`/e/${id}`);
  if (!await page.locator(`#${act}[open]`).count()) await page.click(`#${act} summary`);
}

async function act(page, id, act, fields = {}, files = []) {
  await openAct(page, id, act);
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`#${act} [name="${name}"]`);
    if (await field.evaluate((f) => f.tagName) === "SELECT") await field.selectOption(value); else await field.fill(value);
  }
  if (files.length) await page.setInputFiles(`#${act} input[type=file]`, files);
  await click(page, `#${act} form button.main`);
}

/** The refusal in words, on the page that came back. */
async function refused(page, words) {
  assert.match(await text(page, "[role=alert]"), words);
  await fits(page);
}
const photo = () => { const at = path.join(place.where, "现场.jpg"); fs.writeFileSync(at, Buffer.from("ffd8ffe000104a46494600010100000100010000ffd9", "hex")); return at; };

/* ---------- the tests; each stands on what those before it have left ---------- */

let at, entry, disputed; // what the tests leave to the next
const tests = {
  async "an upload says what is missing or too large"() {
    const page = await as(OFFICE);
    await page.goto("/reports/new");
    await page.evaluate(() => { document.querySelector("main form").noValidate = true; });
    await click(page, "main form button.main");
    await refused(page, /请选择/);
    const large = path.join(place.where, "large.txt");
    fs.writeFileSync(large, "");
    fs.truncateSync(large, 60 << 20);
    await page.setInputFiles("input[name=file]", large);
    await click(page, "main form button.main");
    assert.match(await text(page, "body"), /太大|超过|MB/);
    await leave(page);
  },

  async "drafts are corrected, split, joined, dropped and restored"() {
    const page = await as(OFFICE);
    at = await bringIn(page, 2026, "白杨");
    await section(page, "水利");
    let all = await drafts(page);
    const first = all[0].id;
    await correct(page, first, { title: "6月底前完成白杨水库主体除险加固", lead: UNIT, due: "6月25日" });
    const says = shown(first);
    assert.strictEqual(says.title, "6月底前完成白杨水库主体除险加固");
    assert.match(JSON.stringify(says), /2026-06-25/);
    const parts = await splitDraft(page, all[1].id, ["新建白杨灌溉渠道7公里", "改建白杨灌溉渠道5公里"]);
    for (const p of parts) assert.strictEqual(shown(p.id).title, p.title);
    const joined = await joinDrafts(page, parts.map((p) => p.id));
    assert.match(shown(joined.id).title, /7公里/);
    assert.match(shown(joined.id).title, /5公里/);
    all = await drafts(page);
    await dropAndRestore(page, all[all.length - 1].id);
    await more(page, first);
    await readable(page);
    await leave(page);
  },

  async "a draft that somebody else has changed comes back in words"() {
    const mine = await as(OFFICE), theirs = await as(OFFICE);
    for (const page of [mine, theirs]) { await page.goto(at.check); await section(page, "城乡"); }
    const { id } = (await drafts(mine))[0];
    await theirs.fill(`input[name="e${id}.title"]`, "新建停车位620个");
    await click(theirs, "text=保存本页的更改");
    await mine.fill(`input[name="e${id}.title"]`, "新建停车位650个");
    await click(mine, "text=保存本页的更改");
    await refused(mine, /改过|刚刚|别人/);
    assert.strictEqual(await mine.inputValue(`input[name="e${id}.title"]`), "新建停车位650个", "what was typed stays");
    assert.strictEqual(shown(id).title, "新建停车位620个");
    await leave(mine);
    await leave(theirs);
  },

  async "units are asked, one agrees, one objects, the office adopts"() {
    const office = await as(OFFICE), page = await as(LIAISON), other = await as(OTHER);
    await office.goto(at.check);
    await section(office, "水利");
    disputed = (await drafts(office)).pop().id;
    await giveOut(office, at.grid, (id) => id === disputed ? OTHER_UNIT : UNIT);
    await click(office, "button[value=consult]");
    assert.match(await text(office, "main .note"), /已征求意见/);
    await page.goto("/sign");
    assert.match(await text(page, "h1"), /分工征求意见/);
    await click(page, "text=同意勾选的各项");
    await other.goto("/sign");
    await click(other, "tbody tr:first-child a.btn.small");
    await other.evaluate(() => { for (const f of document.forms) f.noValidate = true; });
    await click(other, "button[value=return]");
    await refused(other, /理由/);
    await other.fill("textarea[name=note]", "职责规定写明由水务局负责。");
    await click(other, "button[value=return]");
    await office.goto("/sign");
    const token = { csrf: await office.inputValue("form[action='/rule'] input[name=csrf]"), key: "nothing-to-rule-1" };
    const bare = await office.request.post("/rule", { form: token, maxRedirects: 0, headers: { origin: place.base, referer: place.base + "/sign" } });
    assert.strictEqual(bare.status(), 422);
    assert.match(await bare.text(), /没有说明裁定哪一件/);
    await office.check("input[name^='ruling.'][value=release]");
    await office.fill("input[name^='lead.']", UNIT);
    await office.fill("input[name^='note.']", "采纳意见，改由水务局牵头。");
    await click(office, "button.small[name=rule]");
    assert.match(await text(office, "main .note"), /已裁定/);
    assert.match(JSON.stringify(shown(disputed).lead), /水务局/);
    await issue(office, at.grid);
    assert.match(place.run("list", place.ledger, "--ledger", "tasks", "--as", LIAISON), /水务局/);
    for (const p of [office, page, other]) await leave(p);
  },

  async "a liaison signs for, reports from a phone with a photo, and may ask for more time"() {
    const page = await as(LIAISON, { phone: true });
    await signFor(page);
    await page.goto("/l/tasks");
    entry = /\d+/.exec(await page.getAttribute("tbody .t a", "href"))[0];
    await page.goto(`/e/${entry}/report`);
    await page.fill("input[name=progress]", "35");
    await tap(page, "button[name=step][value='1']");
    assert.strictEqual(await page.inputValue("input[name=progress]"), "40");
    await page.setInputFiles("input[name=proofs]", photo());
    await tap(page, "button.wide");
    assert.match(await text(page), /现场\.jpg/);
    assert.match(await text(page, "main h2 >> nth=0"), /完成 40%/);
    assert.strictEqual(shown(entry).progress, "40");
    await page.goto(`/e/${entry}/report`);
    await page.fill("input[name=progress]", "20");
    await tap(page, "button.wide");
    await refused(page, /上次|减少|低|说明/);
    assert.strictEqual(await page.inputValue("input[name=progress]"), "20");
    await act(page, entry, "ask-extension", { "set.until": "2027-03-31", "set.reason": "雨季停工。" });
    assert.match(await text(page), /待答复/);
    await readable(page);
    await leave(page);
    const office = await as(OFFICE);
    await office.goto(`/e/${entry}`);
    const form = await office.getAttribute("[id^=answer-]", "id");
    await act(office, entry, form, { grant: "yes" });
    assert.match(JSON.stringify(shown(entry)), /2027-03-31/);
    await leave(office);
  },

  async "a close-out is asked for, sent back, asked for again and granted"() {
    const page = await as(LIAISON), office = await as(OFFICE);
    await openAct(page, entry, "move-submit");
    const old = await as(LIAISON);
    await openAct(old, entry, "move-submit");
    await click(page, "#move-submit form button.main");
    await refused(page, /佐证/);
    await act(page, entry, "move-submit", {}, [photo()]);
    await old.setInputFiles("#move-submit input[type=file]", photo());
    await click(old, "#move-submit form button.main");
    await refused(old, /别人刚刚改过/);
    assert.strictEqual(shown(entry).state, "申请办结");
    await openAct(office, entry, "move-back");
    await office.evaluate(() => { for (const f of document.forms) f.noValidate = true; });
    await click(office, "#move-back form button.main");
    await refused(office, /理由/);
    await act(office, entry, "move-back", { note: "缺验收意见。" });
    assert.strictEqual(shown(entry).state, "正在推进");
    await act(page, entry, "move-submit", { note: "验收意见已补。" }, [photo()]);
    await act(office, entry, "move-close");
    assert.strictEqual(shown(entry).state, "已办结");
    for (const p of [page, office, old]) await leave(p);
  },

  async "the whole walk without a script"() {
    const office = await as(OFFICE, { script: false }), page = await as(LIAISON, { script: false });
    const here = await bringIn(office, 2027, "红柳");
    await section(office, "水利");
    const all = await drafts(office);
    await correct(office, all[0].id, { title: "完成红柳水库除险加固", lead: UNIT });
    const parts = await splitDraft(office, all[1].id, ["新建红柳灌溉渠道7公里", "改建红柳灌溉渠道5公里"]);
    await joinDrafts(office, parts.map((p) => p.id));
    await dropAndRestore(office, (await drafts(office)).pop().id);
    await giveOut(office, here.grid, () => UNIT);
    await issue(office, here.grid);
    await signFor(page);
    await act(page, all[0].id, "report", { progress: "100", "set.done_so_far": "已经完工。" });
    assert.match(await text(page), /完成 100%/);
    await act(page, all[0].id, "move-submit", {}, [photo()]);
    await act(office, all[0].id, "move-close");
    assert.strictEqual(shown(all[0].id).state, "已办结");
    await leave(office);
    await leave(page);
  },
};

place = await county(taizhang, documentProgram, sample, [LIAISON, OTHER]);
browser = await open();
try { await runTests(tests, only); } finally { await browser.close(); place.end(); }
