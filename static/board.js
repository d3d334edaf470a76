// The boards of a day and of a week: walked with the arrow keys, opened in the panel beside them, appointments moved and
// time closed by keys or by drag. Every link of a board works without this file; the server decides everything.
(() => {
  const doc = document, board = doc.getElementById("board"), panel = doc.getElementById("panel");
  if (!board || !panel) return;
  const STOPS = ".head a, a.ev, a.free, a.shut";
  const note = doc.getElementById("moving"), news = doc.getElementById("news"), enter = doc.querySelector("[data-enter]");
  const all = (css, root = board) => [...root.querySelectorAll(css)];
  const on = (name, act, target = board) => target.addEventListener(name, act);
  const starts = (one) => one.dataset.from || "";
  const minutes = (face) => +face.slice(0, 2) * 60 + +face.slice(3);
  const face = (n) => `${Math.floor(n / 60)}`.padStart(2, "0") + ":" + `${n % 60}`.padStart(2, "0");
  let moving = "", dragged = "", here = "", seat = null;

  // One stop of the Tab key for all of the board; the arrows do the rest.
  const stops = (lane, also) => all(STOPS, lane).filter((one) => one === also || !moving || one.matches(".free"));
  const first = () => all("a.ev").find((one) => !one.matches(".done, .gone, .bad")) || all(STOPS)[0];
  const near = (list, at) => list.reduce((best, one) => {
    const off = (each) => Math.abs(minutes(starts(each) || "00:00") - minutes(at || "00:00"));
    return !best || off(one) < off(best) ? one : best;
  }, null);
  function rove(to = doc.getElementById(here) || first()) {
    for (const one of all(STOPS)) one.tabIndex = one === to ? 0 : -1;
    if (!to) return;
    here = to.id;
    seat = { lane: all(".lane").indexOf(to.closest(".lane")), at: starts(to) };
  }
  function go(to) { if (to) { rove(to); to.focus(); } }
  function beside(at, step) {
    const lanes = all(".lane");
    for (let n = lanes.indexOf(at.closest(".lane")) + step; lanes[n]; n += step) {
      const list = stops(lanes[n]);
      if (list.length) return starts(at) ? near(list, starts(at)) : list[0];
    }
  }
  const STEPS = {
    ArrowDown: (at, list) => list[list.indexOf(at) + 1], ArrowUp: (at, list) => list[list.indexOf(at) - 1],
    ArrowRight: (at) => beside(at, 1), ArrowLeft: (at) => beside(at, -1),
    Home: (_, list) => list[0], End: (_, list) => list[list.length - 1],
  };
  on("keydown", (e) => {
    if (grow(e) || !STEPS[e.key] || e.ctrlKey || e.altKey || e.metaKey || e.shiftKey) return;
    const at = e.target.closest(STOPS);
    if (!at && e.target !== board) return;
    e.preventDefault();
    go(at ? STEPS[e.key](at, stops(at.closest(".lane"), at)) : doc.getElementById(here) || first());
  });
  on("focusin", (e) => e.target.matches(STOPS) && rove(e.target));
  if (enter) {
    enter.hidden = false;
    on("click", () => go(doc.getElementById(here) || first()), enter);
  }

  // What a press opens is shown beside the board; with Ctrl, or without script, it is a page of its own.
  const show = (url) => htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML" });
  function shut() {
    const row = doc.getElementById(panel.dataset.row);
    panel.replaceChildren();
    clear();
    go(row);
  }
  on("click", (e) => {
    const to = e.target.closest(STOPS);
    if (drawing?.live) return e.preventDefault();
    if (!to || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    if (moving && to.closest(".track")) { e.preventDefault(); return ask(to); }
    if (!to.matches(".ev, .shut")) return;
    e.preventDefault();
    panel.dataset.row = to.id;
    show(to.matches(".ev") ? board.dataset.panel + to.id.slice(2) : to.href);
  });
  on("click", (e) => {
    if (e.target.closest("[data-shut-panel]")) shut();
    if (e.target.closest("[data-stop-moving]")) stop();
    const start = e.target.closest("[data-move]");
    if (start && all("a.free").length) { e.preventDefault(); move(start.dataset.move, start.dataset.who); }
  }, doc);
  on("keydown", (e) => {
    if (e.key !== "Escape" || doc.querySelector("dialog[open]")) return;
    if (moving) stop();
    else if (panel.firstElementChild || span) shut();
  }, doc);
  // After a change the focus is on its row again, unless the answer has something to say first.
  on("htmx:afterSettle", (e) => {
    const { target, requestConfig } = e.detail;
    if (target === panel && requestConfig?.verb === "post" && !panel.querySelector("[data-focus]")) go(doc.getElementById(panel.dataset.row));
  }, doc);

  // Moving: free times are the targets, by keys or by drag; what the server says to one is asked before anything is done.
  function move(id, who) {
    moving = id;
    board.classList.add("moving");
    note.querySelector("span").textContent = note.dataset.words.replace("{who}", who);
    note.querySelector("a").href = note.querySelector("a").dataset.to.replace("/0/", `/${id}/`);
    note.hidden = false;
    const row = doc.getElementById(`a-${id}`);
    panel.replaceChildren();
    panel.dataset.row = `a-${id}`;
    const list = row ? stops(row.closest(".lane")).filter((one) => one.matches(".free")) : [];
    go(near(list.length ? list : all("a.free"), row && starts(row)));
  }
  function stop() {
    moving = "";
    board.classList.remove("moving");
    note.hidden = true;
    shut();
  }
  function ask(to, y) {
    const { clinician, day, centre } = to.closest(".lane").dataset;
    let at = starts(to);
    if (y !== undefined && to.matches(".shut")) {
      const box = to.getBoundingClientRect(), long = minutes(to.dataset.to) - minutes(at);
      at = face(minutes(at) + Math.floor(((y - box.top) / box.height) * long / 15) * 15);
    }
    const place = centre || new URL(to.href).searchParams.get("centre") || "";
    show(`${board.dataset.panel}${moving}/move?${new URLSearchParams({ clinician, centre: place, day, at })}`);
  }
  on("dragstart", (e) => {
    const row = e.target.closest?.("a.ev");
    if (drawing && !row) e.preventDefault();
    if (!row?.matches("[data-moves]")) return row && e.preventDefault();
    dragged = row.id.slice(2);
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", "");
    setTimeout(() => board.classList.add("moving"));
  });
  on("dragover", (e) => { if (dragged && e.target.closest("a.ev, a.free, a.shut")) e.preventDefault(); });
  on("drop", (e) => {
    const to = e.target.closest("a.ev, a.free, a.shut");
    if (!dragged || !to) return;
    e.preventDefault();
    const row = doc.getElementById(`a-${dragged}`);
    move(dragged, `${row.querySelector("b").textContent}, ${row.querySelector("time").textContent}`);
    ask(to, e.clientY);
  });
  on("dragend", () => { dragged = ""; if (!moving) board.classList.remove("moving"); });

  // Closing: a span is drawn over the lane with the mouse, or grown with Shift and the arrows; the server reads it back
  // with who is booked in it, and nothing is closed before that is confirmed. Where lanes are lists there is nothing to draw on.
  const QUARTER = 15, SLACK = 6, wide = matchMedia("(min-width: 48em)");
  let span = null, drawing = null;
  const picked = doc.createElement("li");
  picked.innerHTML = "<div class='drawn'></div>";
  const may = (lane) => lane && board.dataset.closing && wide.matches && !moving && [undefined, lane.dataset.clinician].includes(board.dataset.only);
  const told12 = (n) => `${Math.floor(n / 60 + 11) % 12 + 1}${face(n).slice(2)} ${n % 1440 < 720 ? "am" : "pm"}`;
  const words = () => `${told12(minutes(span.from))} – ${told12(span.to)}`;
  function mark() {
    const lane = span && all(".lane").find((one) => one.dataset.day === span.day && one.dataset.clinician === span.clinician);
    if (!lane) return picked.remove();
    const box = picked.firstElementChild;
    [box.dataset.from, box.dataset.to, box.textContent] = [span.from, face(span.to), words()];
    lane.querySelector(".track").append(picked);
  }
  function clear() { span = drawing = null; picked.remove(); }
  function pick(lane, from, to) {
    const { day, clinician, centre } = lane.dataset;
    span = { day, clinician, centre, from: face(from), to };
    mark();
  }
  function close() {
    const { day, clinician, centre, from, to } = span, url = new URL(board.dataset.closing, location);
    for (const [name, value] of Object.entries({ clinician, day, from, to: face(to % 1440), ...(centre && { centre }) })) url.searchParams.set(name, value);
    panel.dataset.row = here;
    show(url.pathname + url.search);
  }
  function grow(e) {
    const at = e.target.closest(STOPS), lane = at?.closest(".lane");
    if (!may(lane) || !at.closest(".track") || e.ctrlKey || e.altKey || e.metaKey) return false;
    if (e.key === "Enter" && span && !e.shiftKey) { e.preventDefault(); close(); return true; }
    if (!e.shiftKey || !["ArrowDown", "ArrowUp"].includes(e.key)) return false;
    e.preventDefault();
    const from = minutes(starts(at)), mine = span?.from === starts(at) && span.clinician === lane.dataset.clinician && span.day === lane.dataset.day;
    const edge = (n) => e.key === "ArrowDown" ? Math.floor(n / QUARTER + 1) * QUARTER : Math.ceil(n / QUARTER - 1) * QUARTER;
    const to = mine ? edge(span.to) : minutes(at.dataset.to);
    pick(lane, from, Math.min(Math.max(to, from + QUARTER), minutes(board.dataset.to)));
    news.textContent = `${words()}. ${board.dataset.growing}`;
    return true;
  }
  function drawn(y) {
    const box = drawing.lane.querySelector(".track").getBoundingClientRect(), open = minutes(board.dataset.from), shuts = minutes(board.dataset.to);
    return Math.min(Math.max(open + (y - box.top) / box.height * (shuts - open), open), shuts);
  }
  on("pointerdown", (e) => {
    const lane = e.target.closest(".track") && e.target.closest(".lane");
    drawing = null;
    if (e.pointerType !== "mouse" || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.target.closest(".ev") || !may(lane)) return;
    drawing = { lane, y: e.clientY, live: false };
    drawing.at = drawn(e.clientY);
  });
  on("pointermove", (e) => {
    if (!e.buttons) drawing = null; // let go outside the window
    if (!drawing || (!drawing.live && Math.abs(e.clientY - drawing.y) < SLACK)) return;
    drawing.live = true;
    const ends = [drawing.at, drawn(e.clientY)].sort((a, b) => a - b);
    pick(drawing.lane, Math.floor(ends[0] / QUARTER) * QUARTER, Math.ceil(ends[1] / QUARTER) * QUARTER);
  }, doc);
  on("pointerup", () => {
    if (drawing?.live) close();
    setTimeout(() => { drawing = null; }); // the click that follows a drawing is none
  }, doc);
  on("pointercancel", () => drawing && clear(), doc);

  // News: focus and panel stay; what the board says in sum is told at most once a minute.
  let had = false, told = Date.now(), counts = sum();
  function sum() { return doc.querySelector("#counts, #week-counts")?.textContent.replace(/\s+/g, " ").trim() || ""; }
  function tell() {
    if (sum() === counts || Date.now() - told < 60000) return;
    counts = news.textContent = sum();
    told = Date.now();
  }
  on("htmx:beforeRequest", (e) => { if (e.target === board && (dragged || drawing)) e.preventDefault(); });
  on("htmx:configRequest", (e) => { if (e.target === board) e.detail.headers["X-Have"] = all("[data-k]").map((one) => one.dataset.k).join(""); });
  on("htmx:beforeSwap", (e) => { if (e.target === board) had = board.contains(doc.activeElement) && doc.activeElement !== board && { ...seat, id: here }; });
  function settle(e) {
    if (e.target !== board) return;
    mark();
    const lost = had && !board.contains(doc.activeElement), row = had && doc.getElementById(had.id), lane = all(".lane")[had.lane];
    rove(row || undefined);
    if (lost) go(row || near(lane ? stops(lane) : [], had.at) || first());
  }
  on("htmx:afterSettle", settle);
  on("htmx:afterRequest", settle); // only what changed came, so there is nothing for htmx to settle on the board itself
  setInterval(tell, 5000);
  rove();
})();
