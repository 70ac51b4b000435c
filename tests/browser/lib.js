// lib.js: what every browser test needs. A page is opened in Chromium at a desk and on a phone, light and dark; each look is
// photographed into a folder and read by axe; scripts, styles and anything else that the Content-Security-Policy
// stops, errors in the console and sideways scrolling are failures.
"use strict";
const assert = require("assert"), fs = require("fs"), path = require("path"), { execFileSync } = require("child_process");
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");
const { start, run } = require("../socket/server.js");

const DESK = { width: 1366, height: 768 }, PHONE = { width: 390, height: 844 };
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

async function open() {
  const executablePath = process.env.CHROMIUM || execFileSync("sh", ["-c", "command -v chromium"]).toString().trim();
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

/** A page of its own context, which collects what went wrong. base: "http://127.0.0.1:PORT". */
async function visit(browser, base, { phone = false, dark = false, script = true } = {}) {
  const context = await browser.newContext({ baseURL: base, viewport: phone ? PHONE : DESK, deviceScaleFactor: 1, hasTouch: phone,
    colorScheme: dark ? "dark" : "light", javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (e) => page.wrong.push("script: " + e.message));
  page.on("console", (m) => {
    const expected = /status of (4\d\d|5\d\d)/.test(m.text()) && !/static/.test(m.location().url || ""); // an error page that was asked for
    if (m.type() === "error" && !expected) page.wrong.push("console: " + m.text());
  });
  return page;
}

async function login(page, user, password) {
  await page.goto("/login");
  await page.fill("input[name=user]", user);
  await page.fill("input[name=password]", password);
  await page.click("main form button");
  await page.waitForLoadState();
}

async function photograph(page, folder, name) {
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, name + ".png"), fullPage: true });
}

/** axe: no violation, and nothing left open. What stays at an edge while the page moves is laid into the page meanwhile: over
 *  other things axe cannot tell its background. */
async function readable(page) {
  await page.evaluate(() => document.querySelectorAll("body *").forEach((e) => {
    if (["sticky", "fixed"].includes(getComputedStyle(e).position)) { e.dataset.laid = ""; e.style.position = "static"; }
  }));
  const r = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  await page.evaluate(() => document.querySelectorAll("[data-laid]").forEach((e) => { e.style.position = ""; delete e.dataset.laid; }));
  const say = (list) => list.map((v) => `${v.id}: ${v.help}\n` + v.nodes.map((n) => `    ${n.target} ${n.failureSummary || (n.any[0] || {}).message || ""}`).join("\n")).join("\n");
  assert.strictEqual(r.violations.length, 0, page.url() + "\n" + say(r.violations));
  assert.strictEqual(r.incomplete.length, 0, page.url() + " incomplete\n" + say(r.incomplete));
}

async function fits(page) {
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert(wide <= view, `${page.url()} scrolls sideways: ${wide} of ${view}`);
}

/** The whole look at one address: both widths, light and dark. `prepare` may log in first. */
async function look(browser, base, address, { folder, name, status = 200, prepare }) {
  for (const phone of [false, true]) for (const dark of [false, true]) {
    const page = await visit(browser, base, { phone, dark });
    if (prepare) await prepare(page);
    const answer = await page.goto(address);
    assert.strictEqual(answer.status(), status, address);
    await fits(page);
    await readable(page);
    if (folder) await photograph(page, folder, `${name}-${phone ? 390 : 1366}${dark ? "-dark" : ""}`);
    assert.deepStrictEqual(page.wrong, [], address);
    await page.context().close();
  }
}

module.exports = { start, run, open, visit, login, photograph, readable, fits, look, DESK, PHONE };
