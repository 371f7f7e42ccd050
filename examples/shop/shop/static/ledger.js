// Which refunds were made, newest first?
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const find = byId("find");
  let refunds = [];
  let known = null;

  const sum = (some) => ({ amount: some.reduce((total, refund) => total + refund.amount.amount, 0), currency: "EUR" });
  const plain = (text) => text.toLowerCase();

  function fits(refund, words) {
    const text = plain([refund.order_id, refund.customer_id, refund.item_name, refund.destination, refund.refund_id,
      refund.reference ?? "", refund.reason].join(" "));
    return words.every((word) => text.includes(word));
  }

  function cell(label, ...content) {
    const cell = shop.element("td");
    cell.dataset.label = label;
    cell.append(...content);
    return cell;
  }

  function row(refund) {
    const made = new Date(refund.created_at);
    const row = shop.element("tr");
    if (known && !known.has(refund.refund_id)) row.className = "fresh";
    const time = shop.element("time", "", shop.when(made));
    time.dateTime = refund.created_at;
    time.title = shop.exactly(made);
    const item = cell("Item", shop.element("span", "", refund.item_name));
    if (refund.reason) item.append(shop.element("small", "", refund.reason));
    const order = cell("Order", shop.element("span", "nobreak", refund.order_id), shop.element("small", "", refund.customer_id));
    const amount = cell("Amount", shop.money(refund.amount));
    amount.classList.add("number");
    const key = cell("Key");
    if (refund.reference) {
      const code = shop.element("code", "", refund.reference);
      code.title = refund.reference;
      key.append(code, shop.copyButton(refund.reference, "the key"));
    } else {
      key.append(shop.element("span", "faint", "none"));
    }
    row.append(cell("When", time), order, item, amount, cell("Goes to", refund.destination), key);
    return row;
  }

  function show() {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    const shown = refunds.filter((refund) => fits(refund, words));
    const day = new Date().toDateString();
    const today = refunds.filter((refund) => new Date(refund.created_at).toDateString() === day);
    byId("today").textContent = shop.money(sum(today));
    byId("count").textContent = String(today.length);
    byId("shown").textContent = `${shop.money(sum(shown))} in ${shown.length}`;
    byId("rows").replaceChildren(...shown.map(row));
    byId("empty").hidden = shown.length > 0;
  }

  find.addEventListener("input", show);
  setInterval(() => document.hidden || show(), 30_000);
  shop.follow("/ledger/refunds", 1500, (page, first) => {
    const before = new Set(refunds.map((refund) => refund.refund_id));
    refunds = page.refunds;
    if (!first) {
      known = before;
      const fresh = refunds.filter((refund) => !before.has(refund.refund_id));
      if (fresh.length) shop.announce(`New refund: ${shop.money(fresh[0].amount)}, ${fresh[0].item_name}`);
    }
    show();
  });
})();
