// parts.js DEMO FOLDER [ONLY]: the design system in a browser, on the demo site. Screenshots go to FOLDER.
"use strict";
const assert = require("assert");
const { start, run, open, visit, login, photograph, readable, fits, look } = require("./lib.js");
const [demo, folder, only] = process.argv.slice(2);
const HOSTILE = ["<script>document.title='owned'</script>", "\"><img src=x onerror=document.title='owned'>", "'\"></textarea><svg onload=document.title='owned'>",
  "javascript:document.title='owned'", "</title><script>document.title='owned'</script>", "{{constructor.constructor('x')()}}"];

let browser, server, base;
const signIn = (page) => login(page, "shenzhiyuan", "correct horse");

const tests = {
  async "the login page"() {
    await look(browser, base, "/login", { folder, name: "login" });
    const page = await visit(browser, base);
    await login(page, "dongming", "wrong");
    assert.match(await page.textContent("[role=alert]"), /没有登录成功/);
    assert.strictEqual(await page.inputValue("input[name=user]"), "dongming");
    await readable(page);
    await photograph(page, folder, "login-refused-1366");
    await login(page, "shenzhiyuan", "correct horse");
    assert.strictEqual(new URL(page.url()).pathname, "/list");
    assert.deepStrictEqual(page.wrong, []);
    await page.context().close();
  },

  async "the error pages"() {
    for (const status of [404, 422]) await look(browser, base, "/error/" + status, { folder, name: "error-" + status, status });
    const page = await visit(browser, base, { phone: true });
    for (const status of [400, 403, 405, 409, 413, 429, 500, 503]) { // the same template with other words
      assert.strictEqual((await page.goto("/error/" + status)).status(), status);
      assert.match(await page.textContent("h1 + p"), new RegExp("^" + status + " [A-Z]"));
      await fits(page);
    }
    assert.deepStrictEqual(page.wrong, []);
    await page.context().close();
  },

  async "a list of fifty rows"() {
    await look(browser, base, "/list?page=2&q=%E6%B0%B4%E5%BA%93", { folder, name: "list" });
    const page = await visit(browser, base);
    await page.goto("/list?none=1");
    assert.match(await page.textContent(".empty"), /没有符合条件的任务/);
    await readable(page);
    await page.context().close();
  },

  async "a form with errors"() {
    await look(browser, base, "/new", { folder, name: "form", prepare: signIn });
    for (const phone of [false, true]) {
      const page = await visit(browser, base, { phone });
      await signIn(page);
      await page.goto("/new");
      await page.evaluate(() => document.querySelector("main form").setAttribute("novalidate", ""));
      await page.fill("textarea[name=text]", "说明");
      await page.click("main form button");
      await page.waitForSelector("#errors");
      assert.strictEqual(await page.locator("#errors li").count(), 2);
      await page.click("#errors li a >> nth=0");
      assert.strictEqual(await page.evaluate(() => location.hash), "#f-title");
      await fits(page);
      await readable(page);
      await photograph(page, folder, "form-errors-" + (phone ? 390 : 1366));
      await page.context().close();
    }
  },

  async "what was typed is shown and never run"() {
    const page = await visit(browser, base);
    await signIn(page);
    for (const evil of HOSTILE) {
      await page.goto("/new");
      await page.fill("input[name=title]", evil.slice(0, 60));
      await page.fill("textarea[name=text]", evil);
      await page.fill("input[name=due]", "2026-07-16");
      await page.click("main form button");
      await page.waitForLoadState();
      assert.match(await page.title(), /新增任务/, evil);
      assert.strictEqual(await page.inputValue("textarea[name=text]"), evil);
      assert.match(await page.textContent("main .note"), /已新增/, evil);
      await page.goto("/list?q=" + encodeURIComponent(evil));
      assert.strictEqual(await page.inputValue("#q0"), evil);
    }
    assert.deepStrictEqual(page.wrong, []);
    await page.context().close();
  },

  async "everything works without a script, and by keyboard"() {
    let page = await visit(browser, base, { script: false });
    await signIn(page);
    await page.goto("/new");
    await page.fill("input[name=title]", "整治河道");
    await page.fill("input[name=due]", "2026-07-16");
    await page.press("input[name=title]", "Enter");
    await page.waitForLoadState();
    assert.match(await page.textContent("main .note"), /已新增/);
    await page.context().close();
    page = await visit(browser, base);
    await page.goto("/list");
    await page.keyboard.press("Tab");
    assert.strictEqual(await page.evaluate(() => document.activeElement.textContent), "跳到正文");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /第 2 段/);
    await page.keyboard.press("/");
    assert.strictEqual(await page.evaluate(() => document.activeElement.id), "q0");
    assert.strictEqual(await page.evaluate(() => window.htmx.config.allowEval), false, "htmx has read its configuration");
    assert.deepStrictEqual(page.wrong, []);
    await page.context().close();
  },

  async "nothing scrolls sideways from 320 to 1920"() {
    for (const address of ["/login", "/list", "/error/404"]) {
      const page = await visit(browser, base);
      for (const width of [320, 360, 768, 900, 901, 1024, 1180, 1440, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(address);
        await fits(page);
      }
      await page.context().close();
    }
  },
};

(async () => {
  server = await start(demo, []);
  base = "http://127.0.0.1:" + server.port;
  browser = await open();
  try { await run(tests, only); } finally { await browser.close(); await server.end(); }
})();
