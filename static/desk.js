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

  // Notes and coins as they are counted.
  const counted = doc.querySelector("[data-pieces]");
  counted?.addEventListener("input", () => {
    const pieces = [...counted.querySelectorAll(".pieces input")];
    const sum = pieces.reduce((total, box) => total + Number(box.name.slice(1)) * (parseInt(box.value, 10) || 0), 0);
    const line = counted.querySelector("[data-pieces-sum]");
    line.hidden = !pieces.some((box) => box.value);
    line.querySelector("b").textContent = "₹" + sum.toLocaleString("en-IN");
  });

  // Money handed over: what is left for the first way, and what to give in change.
  const till = doc.querySelector("[data-owed]");
  if (till) {
    const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", minimumFractionDigits: 0 });
    const paise = (name) => Math.round(100 * Number((till.elements[name]?.value || "").replace(/[^0-9.]/g, "")));
    const by = (name) => till.elements[name]?.value;
    const say = (line, amount, shown) => { line.hidden = !shown; line.querySelector("b").textContent = rupees.format(amount / 100); };
    const reckon = () => {
      const others = [1, 2].map((n) => [by(`also_${n}_method`), paise(`also_${n}_rupees`)]);
      const rest = Number(till.dataset.owed) - others.reduce((sum, [, amount]) => sum + amount, 0);
      const cash = others.reduce((sum, [way, amount]) => sum + (way === "CASH" ? amount : 0), by("method") === "CASH" ? rest : 0);
      say(till.querySelector("[data-rest]"), rest, others.some(([, amount]) => amount) && rest > 0);
      say(till.querySelector("[data-change]"), paise("received") - cash, cash > 0 && paise("received") >= cash);
    };
    till.addEventListener("input", reckon);
    reckon();
  }

  // What is read back is what is chosen.
  doc.addEventListener("change", ({ target: box }) => {
    if (box.type !== "radio") return;
    const words = box.parentElement.querySelector("b, span")?.textContent;
    for (const echo of doc.querySelectorAll(`[data-echo="${CSS.escape(box.name)}"]`)) echo.textContent = words;
  });
})();
