/* taizhang.js: the little script there is. Everything works without it; it only makes pages pleasant.
   - keys: / search, j k rows, Enter open, x tick, ? help; off where <html data-keys="off"> (a setting of the person)
   - the form token goes with htmx requests that are not forms
   - a form is sent once, however often its button is pressed
   - what was typed is asked about before the page is left */
(function () {
  "use strict";
  var doc = document;
  function all(css, under) { return Array.prototype.slice.call((under || doc).querySelectorAll(css)); }
  function typing(e) { return /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || e.target.isContentEditable; }

  /* ---------- keys ---------- */
  function rows() { return all("table.rows tbody tr"); }
  function here() { var r = doc.activeElement && doc.activeElement.closest("tr"); return r ? rows().indexOf(r) : -1; }
  function go(by) {
    var list = rows(), i = Math.max(0, Math.min(list.length - 1, here() + by)), link = list[i] && list[i].querySelector("td.t a, a");
    if (link) { link.focus(); list[i].scrollIntoView({ block: "nearest" }); }
  }
  function tick() {
    var row = rows()[here()], box = row && row.querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
  }
  function search() { var q = doc.querySelector("[role=search] input"); if (q) { q.focus(); q.select(); return true; } }
  var keys = { "/": search, j: function () { go(1); return true; }, k: function () { go(-1); return true; }, x: tick,
    "?": function () { var h = doc.querySelector("a[data-help]"); if (h) { h.click(); } } };
  doc.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || doc.documentElement.getAttribute("data-keys") === "off") { return; }
    if (keys[e.key] && keys[e.key]()) { e.preventDefault(); }
  });

  /* ---------- forms ---------- */
  doc.addEventListener("htmx:configRequest", function (e) {
    var token = doc.querySelector("input[name=csrf]");
    if (token) { e.detail.headers["X-CSRF-Token"] = token.value; }
  });
  var changed = null;
  doc.addEventListener("input", function (e) { if (e.target.form && e.target.form.method === "post") { changed = e.target.form; } });
  doc.addEventListener("submit", function (e) {
    var form = e.target;
    if (form.getAttribute("data-sent")) { e.preventDefault(); return; }
    if (form.method === "post") { form.setAttribute("data-sent", "1"); window.setTimeout(function () { form.removeAttribute("data-sent"); }, 8000); }
    changed = null;
  });
  /* a box in the head of a grid ticks all of its rows */
  function heads() {
    all("table.fill th.c0").forEach(function (th) {
      if (th.querySelector("input")) { return; }
      var box = doc.createElement("input");
      box.type = "checkbox"; box.setAttribute("aria-label", "选中本节各项");
      box.addEventListener("change", function (e) {
        e.stopPropagation();
        all("td.c0 input", th.closest("table")).forEach(function (b) { b.checked = box.checked; });
      });
      th.appendChild(box);
    });
  }
  heads();
  doc.addEventListener("htmx:load", heads);
  function again() { all("form[data-sent]").forEach(function (f) { f.removeAttribute("data-sent"); }); }
  window.addEventListener("pageshow", again);
  doc.addEventListener("htmx:afterRequest", again);
  window.addEventListener("beforeunload", function (e) { if (changed && changed.hasAttribute("data-keep")) { e.preventDefault(); e.returnValue = ""; } });
})();
