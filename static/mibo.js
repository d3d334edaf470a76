// Mibo's glue between htmx and the page: no framework, no state, nothing stored. Every page works without this file.
(() => {
  const doc = document, all = (css, root = doc) => [...root.querySelectorAll(css)];
  const on = (name, act, target = doc) => target.addEventListener(name, act);
  // The server's clock, not the phone's: the page carries the instant it was made.
  const skew = Date.parse(doc.body.dataset.now) - Date.now() || 0;
  const now = () => Date.now() + skew;

  // A press is answered at once and counted once; the label changes only if the wait is long enough to notice.
  function busy(form, button) {
    form.setAttribute("aria-busy", "true");
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    form.wait = setTimeout(() => { button.idle = button.textContent; button.textContent = button.dataset.busy || button.idle; }, 200);
  }
  function idle(form) {
    clearTimeout(form.wait);
    form.removeAttribute("aria-busy");
    for (const button of all("[aria-busy]", form)) {
      button.removeAttribute("aria-busy");
      if (button.idle) button.textContent = button.idle;
      delete button.idle;
    }
  }
  on("submit", (e) => {
    const form = e.target;
    if (form.method !== "post") return;
    if (form.pressed || form.hasAttribute("aria-busy")) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    form.pressed = true; // at once: on a slow machine the second press of two is here before the timer
    setTimeout(() => {
      form.pressed = false;
      if (!e.defaultPrevented || form.matches("[hx-post],[hx-put],[hx-delete],[hx-patch]")) busy(form, e.submitter);
      if (e.submitter?.name === "file") setTimeout(() => idle(form), 1500); // a file brings no new page: the next one may be asked for
    });
  });
  on("pageshow", () => all("form[aria-busy]").forEach(idle), window);

  // What went wrong is said in one place, and nothing typed is lost.
  const say = (...nodes) => doc.getElementById("alert")?.replaceChildren(...nodes);
  function failed(e) {
    if (e.detail.elt.dataset.poll) return slow();
    if (e.detail.elt.matches("[data-autosave]")) return; // note.js says so beside the field, and takes nobody's focus
    say(doc.getElementById("lost").content.cloneNode(true));
    doc.querySelector("[data-lost]")?.focus();
  }
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => on(name, failed));
  on("htmx:beforeRequest", (e) => { if (!e.detail.elt.dataset.poll) say(); });
  on("htmx:beforeSwap", ({ detail: d }) => { if (d.xhr.getResponseHeader("HX-Retarget")) { d.shouldSwap = true; d.isError = false; } });

  // Focus follows the answer: an error summary, a new heading, the next control. A live board never takes it.
  on("htmx:afterSettle", ({ detail: { elt, requestConfig } }) => {
    if (requestConfig?.elt.dataset.poll) return;
    plan();
    count();
    const next = elt.matches("[data-focus]") ? elt : elt.querySelector("[data-focus]");
    if (!next) return;
    next.focus();
    if (next.matches(".problem") && !doc.title.startsWith(next.dataset.title)) doc.title = next.dataset.title + doc.title;
  });

  // A short word at the foot of the page ("Saved 10:42. Undo") leaves by itself, unless somebody is at it.
  const status = doc.getElementById("status");
  let leaving;
  function fade() { status.matches(":hover, :focus-within") ? leaving = setTimeout(fade, 2000) : status.replaceChildren(); }
  new MutationObserver(() => { clearTimeout(leaving); if (status.firstChild) leaving = setTimeout(fade, 10000); }).observe(status, { childList: true });

  // Live parts: polled with jitter, slower on trouble, silent while nobody looks; an unchanged part is a 304 and stays as it is.
  let pause = 0, timer;
  const live = () => all("[data-poll]");
  const clock = () => new Date(now()).toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata" });
  function stamp(paused) {
    for (const note of all("[data-updated]")) {
      if (!paused) note.querySelector("time").textContent = clock();
      note.querySelector("span").hidden = !paused;
    }
  }
  function plan() {
    clearTimeout(timer);
    const often = live().map((part) => +part.dataset.poll);
    if (!often.length || doc.hidden) return;
    timer = setTimeout(look, (pause || Math.min(...often)) * 1000 + (Math.random() * 4 - 2) * 1000);
  }
  function look() { live().forEach((part) => htmx.trigger(part, "poll")); plan(); }
  function slow() { pause = Math.min(60, (pause || 10) * 2); stamp(true); plan(); }
  on("visibilitychange", () => { doc.hidden ? (clearTimeout(timer), stamp(true)) : live().length && look(); });
  on("htmx:configRequest", ({ detail: { elt, headers } }) => { if (elt.dataset.poll) headers["X-Poll"] = "1"; if (elt.dataset.etag) headers["If-None-Match"] = elt.dataset.etag; });
  on("htmx:afterRequest", ({ detail: { elt, xhr, successful } }) => {
    const form = elt.closest("form");
    if (form) idle(form);
    if (!elt.dataset.poll || !(successful || xhr.status === 304)) return;
    if (xhr.getResponseHeader("ETag")) elt.dataset.etag = xhr.getResponseHeader("ETag");
    pause = 0;
    stamp(false);
  });
  plan();

  // Time left of a hold, in words, from the server's clock.
  function count() {
    for (const text of all("[data-until]")) {
      const left = Math.ceil((Date.parse(text.dataset.until) - now()) / 60000);
      text.textContent = left > 0 ? text.dataset.left.replace("{n}", left) : text.dataset.over;
    }
  }
  count();
  setInterval(count, 5000);

  // Times are the clinic's. Where this device is elsewhere, its own time stands beside them.
  const face = (at, timeZone) => new Intl.DateTimeFormat(doc.documentElement.lang + "-IN", { weekday: "short", hour: "numeric", minute: "2-digit", timeZone }).format(at);
  const beside = (node, textContent) => node.append(Object.assign(doc.createElement("small"), { className: "muted", textContent }));
  function yours() {
    for (const time of all("time[data-yours]")) {
      const at = new Date(time.dateTime), own = face(at), words = time.dataset.yours.replace("{time}", own);
      time.removeAttribute("data-yours");
      if (own !== face(at, "Asia/Kolkata")) beside(time, ` ${words}`);
    }
    for (const pick of all(".time > input[value*='@']:not([data-own])")) {
      const at = new Date(`${pick.value.split("@")[1]}+05:30`), own = face(at);
      pick.dataset.own = own;
      if (own !== face(at, "Asia/Kolkata")) beside(pick.nextElementSibling, `(${own})`);
    }
  }
  yours();
  on("htmx:afterSettle", yours);

  // Two minutes before somebody is signed out they are asked; the server is asked first, for another tab may be in use.
  const ending = doc.getElementById("ending"), early = 120000;
  function heard(until) { if (until && ending) { ending.dataset.ends = until; if (Date.parse(until) - now() > early) ending.hidden = true; } }
  on("htmx:afterRequest", ({ detail: { xhr } }) => heard(xhr.getResponseHeader("X-Signed-In-Until")));
  async function warn() {
    if (!ending || !ending.hidden || Date.parse(ending.dataset.ends) - now() > early) return;
    const answer = await fetch(ending.dataset.look, { redirect: "manual" }).catch(() => null);
    heard(answer?.headers.get("X-Signed-In-Until"));
    if (Date.parse(ending.dataset.ends) - now() > early) return;
    const left = ending.querySelector("[data-left]");
    left.dataset.until = ending.dataset.ends;
    count();
    ending.hidden = false;
    if (!doc.activeElement?.matches("input, textarea, select")) ending.querySelector("h2").focus();
  }
  if (ending) setInterval(warn, 10000);

  // Without a connection a patient gets a page that says so. When and where they come next stands on it if they asked for
  // that; it goes with signing out, and as soon as nobody is signed in any more.
  const own = "mibo-own", side = doc.querySelector("[data-offline]");
  if (side && "serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
  if ("caches" in window && doc.body.matches(".public")) {
    if (!side?.dataset.offline) caches.delete(own).catch(() => {});
    else if (side.dataset.offline !== "stay") {
      fetch(side.dataset.offline, { redirect: "error" }).then(async (page) => page.ok && (await caches.open(own)).put("/offline", page)).catch(() => {});
    }
  }

  // Leaving fast: the page goes blank and its place in the history is taken by a neutral one.
  function leave() { const door = doc.querySelector("[data-exit]"); if (!door) return; doc.body.hidden = true; doc.title = ""; location.replace(door.href); }
  let shifts = [];
  on("click", (e) => {
    const at = (css) => e.target.closest(css);
    if (at("[data-exit]")) { e.preventDefault(); leave(); }
    const box = at("[data-dialog]") && doc.getElementById(at("[data-dialog]").dataset.dialog);
    if (box) { e.preventDefault(); box.showModal(); }
    if (at("[data-close]")) { e.preventDefault(); at("dialog").close(); }
    if (at("[data-print]")) { e.preventDefault(); print(); }
  });

  // Shortcuts are named where they act: aria-keyshortcuts="Control+K". Never a single letter.
  on("keydown", (e) => {
    if (e.key === "Shift" && !e.repeat) {
      shifts = [...shifts, e.timeStamp].filter((t) => e.timeStamp - t < 3000);
      if (shifts.length === 3) leave();
      return;
    }
    shifts = [];
    if (!e.ctrlKey && !e.altKey && !e.metaKey) return;
    const key = e.code.startsWith("Key") ? e.code.slice(3) : e.key;
    const keys = [e.ctrlKey || e.metaKey ? "Control" : "", e.altKey ? "Alt" : "", e.shiftKey ? "Shift" : "", key].filter(Boolean).join("+");
    const control = doc.querySelector(`[aria-keyshortcuts="${CSS.escape(keys).replace(/\\\+/g, "+")}"]`);
    if (!control) return;
    e.preventDefault();
    control.matches("input") ? control.select() || control.focus() : control.click();
  });

  // Letters left in a text box, and a code that fills itself in from the message where the phone allows it.
  on("input", ({ target: box }) => {
    const count = box.dataset?.max && doc.getElementById(box.id + "-count");
    if (!count) return;
    const left = box.dataset.max - [...box.value].length;
    count.textContent = (left < 0 ? count.dataset.over : count.dataset.left).replace("{n}", Math.abs(left));
    count.classList.toggle("over", left < 0);
  });
  const code = doc.querySelector("[autocomplete=one-time-code]");
  if (code && "OTPCredential" in window) {
    const stop = new AbortController();
    on("submit", () => stop.abort());
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: stop.signal }).then((otp) => { code.value = otp.code; code.focus(); }, () => {});
  }
})();
