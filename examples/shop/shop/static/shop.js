// What do the shop's pages share? Copy buttons, live reading, and words for times and money.
"use strict";

const shop = {
  /** Say something to a screen reader. */
  announce(text) {
    document.getElementById("status").textContent = text;
  },

  /** An element with a class and a text, never markup: what is shown was written by others. */
  element(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  },

  copyButton(text, what) {
    const button = shop.element("button", "copy", "Copy");
    button.type = "button";
    button.dataset.copy = text;
    button.setAttribute("aria-label", `Copy ${what}`);
    return button;
  },

  money(money) {
    return new Intl.NumberFormat("en-IE", { style: "currency", currency: money.currency }).format(money.amount / 100);
  },

  /** "just now", "12 min ago", "14:05", "Tue 3 Mar". */
  when(moment, now = new Date()) {
    const seconds = (now - moment) / 1000;
    if (seconds < 45) return "just now";
    if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
    if (moment.toDateString() === now.toDateString()) {
      return moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    }
    const year = moment.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
    return moment.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", ...year });
  },

  exactly(moment) {
    return moment.toLocaleString("en-GB", { dateStyle: "full", timeStyle: "medium" });
  },

  /** Send something as JSON; whether it was taken, and why not. */
  async send(address, body) {
    try {
      const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(address, options);
      if (response.ok) return [true, ""];
      const problem = await response.json().catch(() => ({}));
      return [false, problem.detail ?? `It was not taken (${response.status}).`];
    } catch {
      return [false, "The shop does not answer. Send it again in a moment."];
    }
  },

  /** Read an address (or what gives one) again and again; show what changed and whether it is still live. */
  follow(address, everyMs, show) {
    const live = document.getElementById("live");
    let last = null;
    let running = false;
    const state = (name, words) => {
      if (live.dataset.state === name) return;
      live.dataset.state = name;
      live.querySelector("b").textContent = words;
    };
    const read = async () => {
      if (running) return;
      running = true;
      try {
        const response = await fetch(typeof address === "function" ? address() : address, { cache: "no-store" });
        if (!response.ok) throw new Error(String(response.status));
        const text = await response.text();
        if (text !== last) show(JSON.parse(text), last === null);
        last = text;
        state("live", "Live");
      } catch {
        state("lost", "The shop does not answer. Trying again …");
      } finally {
        running = false;
      }
    };
    // Also in a background tab, whose title then says what has arrived.
    setInterval(read, everyMs);
    document.addEventListener("visibilitychange", () => document.hidden || read());
    read();
    return read;
  },
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    shop.announce("The browser does not let this page copy. Select the text instead.");
    return;
  }
  button.dataset.copied = "";
  shop.announce(`${button.dataset.copy} copied`);
  setTimeout(() => delete button.dataset.copied, 1600);
});
