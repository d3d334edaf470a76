// A note that could not be saved stays in its field, says so, and is tried again: every few seconds, and when the line is back.
(() => {
  const doc = document, field = doc.querySelector("[data-autosave]");
  if (!field) return;
  let timer, unsaved = false;
  const mine = (e) => e.detail.elt === field;
  const again = () => { clearTimeout(timer); if (unsaved) htmx.trigger(field, "again"); };
  const failed = (e) => {
    if (!mine(e)) return;
    doc.getElementById("note-state").replaceWith(doc.getElementById("unsaved").content.cloneNode(true));
    clearTimeout(timer);
    timer = setTimeout(again, 5000);
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => doc.addEventListener(name, failed));
  doc.addEventListener("htmx:afterRequest", (e) => { if (mine(e) && e.detail.successful) unsaved = false; });
  field.addEventListener("input", () => { unsaved = true; });
  addEventListener("online", again);
  addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });
  field.form.addEventListener("submit", () => { unsaved = false; });
})();
