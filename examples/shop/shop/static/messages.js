// What does a customer write by text message, and what comes back?
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const number = byId("number");
  const text = byId("text");
  const problem = byId("problem");
  let shown = 0;

  function show(page, first) {
    const list = byId("texts");
    list.replaceChildren(
      ...page.texts.map((message) => {
        const mine = message.sender === number.value;
        const item = shop.element("li", mine ? "mine" : "theirs");
        const sent = new Date(message.sent_at);
        const time = shop.element("time", "", shop.when(sent));
        time.dateTime = message.sent_at;
        time.title = shop.exactly(sent);
        const words = shop.element("p", "", message.text);
        words.dir = "auto";
        item.append(shop.element("span", "hidden", mine ? "You" : "Kettle & Crane"), words, time);
        return item;
      }),
    );
    byId("none").hidden = page.texts.length > 0;
    const last = page.texts.at(-1);
    if (!first && page.texts.length > shown && last.sender !== number.value) shop.announce(last.text);
    shown = page.texts.length;
    list.scrollTop = list.scrollHeight;
  }

  const address = () => `/messages/texts?number=${encodeURIComponent(number.value)}`;
  const again = shop.follow(address, 1500, show);
  number.addEventListener("change", () => number.reportValidity() && again());
  byId("write").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!number.reportValidity()) return;
    problem.textContent = "";
    const [sent, words] = await shop.send("/messages/texts", { sender: number.value, text: text.value });
    if (sent) text.value = "";
    else problem.textContent = words;
    again();
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("write").requestSubmit();
  });
})();
