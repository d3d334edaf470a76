// The desk's keys: where one begins, one digit for a choice, and what is read back follows what is chosen. All works without it.
(() => {
  const doc = document, wide = matchMedia("(min-width: 64rem)");

  // On a wide screen one begins at the next thing to do; on a phone the top of the page with the patient stays in sight.
  if (wide.matches && !doc.querySelector(".problem")) doc.querySelector("[data-start] input:checked, [data-start] input, button[data-start]")?.focus();

  // While a choice has the focus, its number picks it (WCAG 2.1.4: never elsewhere).
  doc.addEventListener("keydown", (e) => {
    const group = e.target.closest?.("[data-digits]");
    if (!group || e.ctrlKey || e.altKey || e.metaKey || !/^[1-9]$/.test(e.key) || e.target.type !== "radio") return;
    const choice = group.querySelectorAll("input[type=radio]")[e.key - 1];
    if (!choice) return;
    e.preventDefault();
    choice.focus();
    choice.click();
  });

  // What is read back is what is chosen.
  doc.addEventListener("change", ({ target: box }) => {
    if (box.type !== "radio") return;
    const words = box.parentElement.querySelector("b, span")?.textContent;
    for (const echo of doc.querySelectorAll(`[data-echo="${CSS.escape(box.name)}"]`)) echo.textContent = words;
  });
})();
