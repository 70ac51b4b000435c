// pages.mjs TAIZHANG DOCUMENT SAMPLE FOLDER [ONLY]: the pages of the everyday work, each as those who use it see it, at a desk and
// on a phone, light and dark: axe finds nothing, nothing scrolls sideways, nothing is stopped. Screenshots go to FOLDER.
import assert from "node:assert";
import path from "node:path";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { open, visit, login, photograph, readable, fits, run: runTests } = require("./lib.js");
const { county, PASSWORD, OFFICE } = require("./county.js");

const [taizhang, documentProgram, sample, folder, only] = process.argv.slice(2);
const LIAISON = "liqiang", LEADER = "chenliyan", PEOPLE = "kangning", DUTIES = "genglixin", AUDIT = "shiwenjing";
const place = await county(taizhang, documentProgram, sample, [LIAISON, LEADER, PEOPLE, DUTIES, AUDIT]);
place.run("import", place.ledger, path.join(sample, "report.txt"), "--as", OFFICE);
place.run("sample", place.ledger, "--answers", path.join(sample, "answers-2026.csv"), "--ledger", "tasks", "--keep", "12", "--seed", "3", "--as", OFFICE);
const own = place.run("list", place.ledger, "--ledger", "tasks", "--as", LIAISON, "--where", 'lead = "县水务局"', "--format", "json").trim().split("\n").map((l) => JSON.parse(l));
const entry = own[0].entry;
place.act(LIAISON, { do: "sign", entry }, { do: "report", entry, progress: 40, set: { done_so_far: "帷幕灌浆完成 40 孔。" } },
  { do: "ask", entry, ask: "extension", set: { until: "2027-08-15", reason: "连续降雨。" } });

const browser = await open(), opened = {};
/** One page for each person and width: signing in is slow on purpose. */
async function pageOf(who, phone) {
  const key = who + phone;
  if (!opened[key]) { opened[key] = await visit(browser, place.base, { phone }); if (who) await login(opened[key], who, PASSWORD); }
  return opened[key];
}

async function look(who, address, name) {
  for (const phone of [false, true]) {
    const page = await pageOf(who, phone);
    assert.strictEqual((await page.goto(address)).status(), 200, address);
    for (const colorScheme of phone ? ["light"] : ["dark", "light"]) { // the colours are those of the desk
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await fits(page);
      await readable(page);
      if (folder) await photograph(page, folder, `${name}-${phone ? 390 : 1366}${colorScheme === "dark" ? "-dark" : ""}`);
    }
    assert.deepStrictEqual(page.wrong, [], address);
  }
}

const office = await pageOf(OFFICE, false);
await office.goto("/reports");
const report = await office.getAttribute("tbody .t a", "href"), unit = "/people?q=" + encodeURIComponent("县水务局");
const people = await pageOf(PEOPLE, false);
await people.goto(unit);
const one = await people.getAttribute("tbody .t a", "href");
const pages = [["", "/login", "login"], [OFFICE, "/reports/new", "upload"], [OFFICE, report + "/check/tasks?section=0", "look-through"], [OFFICE, report + "/check/figures?only=doubts", "look-through-doubts"],
  [OFFICE, "/l/tasks", "list"], [LIAISON, "/l/tasks", "list-liaison"], [OFFICE, "/l/tasks/new", "new"], [OFFICE, "/search?q=%E6%B0%B4%E5%BA%93", "search"],
  [LIAISON, `/e/${entry}`, "entry-liaison"], [LIAISON, `/e/${entry}/report`, "report-form"], [OFFICE, `/e/${entry}`, "entry-office"], [LEADER, `/e/${entry}`, "entry-leader"],
  [LIAISON, report, "report-liaison"], [OFFICE, "/todo", "todo"], [PEOPLE, "/people", "people"], [PEOPLE, one, "unit"], [DUTIES, one, "unit-duties"], [PEOPLE, "/people/upload", "people-upload"],
  [AUDIT, "/audit", "audit"], [LIAISON, "/password", "password"], [LIAISON, "/me", "me"]];
const tests = Object.fromEntries(pages.map(([who, address, name]) => [name, () => look(who, address, name)]));
try { await runTests(tests, only); } finally { await browser.close(); place.end(); }
