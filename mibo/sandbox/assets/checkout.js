// A stand-in for Razorpay's checkout.js: the same options, events and three fields, without a bank behind it.
(() => {
  const home = new URL(document.currentScript.src).origin;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const colour = dark
    ? { surface: "#15242a", ink: "#e8eff0", muted: "#a9bbbf", line: "#7f969c", brand: "#6cc7ce", on: "#0e181b", bad: "#ffb3bb" }
    : { surface: "#ffffff", ink: "#14252a", muted: "#4c6167", line: "#6b7f85", brand: "#0f5c63", on: "#ffffff", bad: "#8a1f2b" };

  const make = (tag, text, style) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    Object.assign(element.style, style);
    return element;
  };

  class Razorpay {
    constructor(options) {
      if (!options || !options.key) throw new Error("No key passed");
      this.options = options;
      this.listeners = {};
      this.failures = 0;
    }

    on(event, listener) {
      (this.listeners[event] ||= []).push(listener);
    }

    open() {
      if (this.dialog) return;
      this.dialog = this.draw();
      document.body.append(this.dialog);
      this.dialog.showModal();
      if (this.options.timeout) this.timer = setTimeout(() => this.dismiss(), this.options.timeout * 1000);
    }

    close() {
      clearTimeout(this.timer);
      if (this.dialog) this.dialog.remove();
      this.dialog = null;
    }

    draw() {
      const dialog = make("dialog", "", {
        border: "0", borderRadius: "14px", padding: "20px", width: "min(360px, calc(100vw - 32px))", boxSizing: "border-box",
        background: colour.surface, color: colour.ink, font: "16px/1.5 system-ui, sans-serif", margin: "auto",
      });
      dialog.id = "razorpay-sandbox";
      dialog.setAttribute("aria-label", "Payment");
      const amount = Number(this.options.amount || 0) / 100;
      const shown = amount ? "₹" + amount.toLocaleString("en-IN") : "";
      this.said = make("p", "", { margin: "8px 0 0", color: colour.bad, minHeight: "24px", fontSize: "15px" });
      this.said.setAttribute("role", "status");
      dialog.append(
        make("p", this.options.name || "Payment", { margin: "0", color: colour.muted }),
        make("p", shown, { margin: "0", fontSize: "28px", fontWeight: "650" }),
        this.said,
        this.button("Pay by UPI", "upi", true),
        this.button("Pay by card", "card", true),
        this.button("Fail the payment", "fail", false),
        this.button("Dismiss", "", false),
        make("p", "A stand-in for Razorpay. No money moves.", { margin: "12px 0 0", color: colour.muted, fontSize: "14px" }),
      );
      dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.dismiss(); });
      return dialog;
    }

    button(label, press, strong) {
      const button = make("button", label, {
        display: "block", width: "100%", minHeight: "48px", marginTop: "8px", borderRadius: "10px", cursor: "pointer",
        font: "600 16px system-ui, sans-serif", border: "1px solid " + (strong ? "transparent" : colour.line),
        background: strong ? colour.brand : "transparent", color: strong ? colour.on : colour.ink,
      });
      button.type = "button";
      button.addEventListener("click", () => (press ? this.pay(press) : this.dismiss()));
      return button;
    }

    async pay(press) {
      if (this.paying) return;
      this.paying = true;
      const { key, order_id, prefill = {}, notes, description } = this.options;
      const payer = { email: prefill.email, contact: prefill.contact, notes, description };
      try {
        const answer = await fetch(home + "/v1/checkout/payments", { method: "POST", body: JSON.stringify({ key, order_id, press, payer }) });
        const told = await answer.json();
        if (answer.ok) this.succeed(told);
        else this.fail(told.error);
      } catch {
        this.said.textContent = "The payment page cannot be reached. Try again.";
      } finally {
        this.paying = false;
      }
    }

    succeed(proof) {
      this.close();
      if (this.options.callback_url) this.post(proof);
      else if (this.options.handler) this.options.handler(proof);
    }

    fail(error) {
      this.failures += 1;
      if (this.said) this.said.textContent = error.description;
      const retry = this.options.retry || {};
      const last = retry.enabled === false || (retry.max_count !== undefined && this.failures > retry.max_count);
      for (const listener of this.listeners["payment.failed"] || []) listener({ error });
      if (last) this.dismiss();
    }

    post(proof) {
      const form = document.createElement("form");
      form.method = "post";
      form.action = this.options.callback_url;
      for (const [name, value] of Object.entries(proof)) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value });
        form.append(field);
      }
      document.body.append(form);
      form.submit();
    }

    dismiss() {
      if (!this.dialog) return;
      this.close();
      const { modal } = this.options;
      if (modal && modal.ondismiss) modal.ondismiss();
    }
  }

  window.Razorpay = Razorpay;
})();
