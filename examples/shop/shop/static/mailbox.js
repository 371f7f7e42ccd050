// What arrived, for whom, and what is the code in it?
"use strict";

(() => {
  // Six to eight digits that stand alone: a one-time code, and neither a price nor an order number.
  const CODE = /(?<![\w.,+-])(\d{3}[  -]?\d{3}|\d{7,8})(?![\w-]|[.,]\d)/;
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  const reading = byId("reading");
  const select = byId("to");
  const panes = byId("panes");
  let mails = [];
  let open = null;
  let writing = null;
  let wanted = new URLSearchParams(location.search).get("to")?.trim().toLowerCase() ?? "";

  const codeIn = (mail) => CODE.exec(mail.text)?.[1] ?? CODE.exec(mail.subject)?.[1] ?? null;
  const between = ({ mail }) => [mail.to.toLowerCase(), mail.sender.toLowerCase()];
  const visible = () => mails.filter((boxed) => !wanted || between(boxed).includes(wanted));
  const ours = (mail) => mail.to === "service@kettle-crane.example";
  const customers = () => mails.flatMap(between).filter((address) => address && !address.startsWith("service@"));

  function showAddresses() {
    const addresses = [...new Set(customers())].sort();
    if (wanted && !addresses.includes(wanted)) addresses.unshift(wanted);
    const options = [["", `All addresses (${mails.length})`]].concat(
      addresses.map((to) => [to, `${to} (${mails.filter((b) => between(b).includes(to)).length})`]),
    );
    select.replaceChildren(...options.map(([value, words]) => new Option(words, value, false, value === wanted)));
  }

  function row(boxed) {
    const { mail } = boxed;
    const sent = new Date(mail.sent_at);
    const item = shop.element("li");
    const button = shop.element("button", "mail");
    button.type = "button";
    button.dataset.id = mail.mail_id;
    if (!boxed.is_read) button.classList.add("unread");
    if (mail.mail_id === open) button.setAttribute("aria-current", "true");
    const top = shop.element("span", "top");
    const time = shop.element("time", "", shop.when(sent));
    time.dateTime = mail.sent_at;
    time.title = shop.exactly(sent);
    top.append(shop.element("span", "to", ours(mail) ? `${mail.sender} → shop` : mail.to), time);
    if (!boxed.is_read) top.prepend(shop.element("span", "hidden", "Unread, to"));
    const preview = shop.element("span", "preview", mail.text.replace(/\s+/g, " ").slice(0, 140));
    preview.dir = "auto";
    const subject = shop.element("span", "subject", mail.subject);
    subject.dir = "auto";
    button.append(top, subject, preview);
    button.addEventListener("click", () => read(mail.mail_id, true));
    item.append(button);
    return item;
  }

  function showList() {
    const focused = document.activeElement?.dataset?.id;
    const shown = visible();
    list.replaceChildren(...shown.map(row));
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    byId("empty").hidden = shown.length > 0;
    panes.classList.toggle("bare", shown.length === 0 && !writing);
    byId("empty-title").textContent = wanted ? `No mail for ${wanted}` : "No mail yet";
    const unread = mails.filter((boxed) => !boxed.is_read).length;
    document.title = `${unread ? `(${unread}) ` : ""}Mailbox · Kettle & Crane`;
  }

  /** The form for a mail; what has been written stays when the list is read again. */
  function compose(answers) {
    writing = { answers };
    const form = shop.element("form", "compose");
    const field = (name, label, value, type = "text") => {
      const wrap = shop.element("div", "field");
      const input = document.createElement(type === "area" ? "textarea" : "input");
      if (type !== "area") input.type = type;
      input.name = input.id = name;
      input.value = value;
      input.required = name !== "subject";
      const words = shop.element("label", "", label);
      words.htmlFor = name;
      wrap.append(words, input);
      form.append(wrap);
      return input;
    };
    form.append(shop.element("h2", "", answers ? "Answer" : "Write to the shop"));
    const sender = field("sender", "From", answers?.to ?? (wanted || "eva@example.com"), "email");
    const subject = answers ? null : field("subject", "Subject", "Where is my order?");
    const text = field("text", "Text", "", "area");
    text.rows = 8;
    const problem = shop.element("p", "problem");
    problem.setAttribute("role", "alert");
    const send = shop.element("button", "primary", "Send");
    const leave = shop.element("button", "plain", "Cancel");
    leave.type = "button";
    leave.addEventListener("click", () => {
      writing = null;
      showReading();
    });
    const row = shop.element("p", "row");
    row.append(send, leave);
    form.append(problem, row);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      problem.textContent = "";
      const mail = { sender: sender.value, subject: subject?.value ?? "", text: text.value, answers: answers?.mail_id ?? "" };
      const [sent, words] = await shop.send("/mailbox/mails", mail);
      send.disabled = false;
      if (!sent) {
        problem.textContent = words;
        return;
      }
      writing = null;
      shop.announce("Your mail was sent.");
      showReading();
    });
    panes.classList.add("open");
    panes.classList.remove("bare");
    reading.replaceChildren(form);
    text.focus();
  }

  function showReading() {
    if (writing) return;
    const boxed = mails.find((candidate) => candidate.mail.mail_id === open);
    panes.classList.toggle("open", Boolean(boxed));
    if (!boxed) {
      reading.replaceChildren(shop.element("p", "none", "Choose a mail to read it."));
      return;
    }
    const { mail } = boxed;
    const back = shop.element("button", "back", "‹ All mails");
    back.type = "button";
    back.addEventListener("click", close);
    const head = shop.element("header");
    const subject = shop.element("h2", "", mail.subject);
    subject.dir = "auto";
    const facts = shop.element("dl");
    const sent = new Date(mail.sent_at);
    for (const [name, value] of [["From", mail.sender || "Kettle & Crane"], ["To", mail.to], ["Sent", shop.exactly(sent)]]) {
      const pair = shop.element("div");
      pair.append(shop.element("dt", "", name), shop.element("dd", "", value));
      facts.append(pair);
    }
    head.append(subject, facts);
    const text = shop.element("div", "text", mail.text);
    text.dir = "auto";
    const parts = [back, head];
    const code = codeIn(mail);
    if (code) {
      const plain = code.replace(/\D/g, "");
      const box = shop.element("div", "code");
      const digits = shop.element("output", "", plain.length === 6 ? `${plain.slice(0, 3)} ${plain.slice(3)}` : plain);
      box.append(shop.element("p", "label", "Code"), digits, shop.copyButton(plain, "the code"));
      parts.push(box);
    }
    parts.push(text);
    if (mail.message_id && !ours(mail)) {
      const answer = shop.element("button", "primary", "Answer");
      answer.type = "button";
      answer.addEventListener("click", () => compose(mail));
      parts.push(answer);
    }
    reading.replaceChildren(...parts);
  }

  function read(id, moveFocus) {
    open = id;
    writing = null;
    const boxed = mails.find((candidate) => candidate.mail.mail_id === id);
    if (boxed && !boxed.is_read) {
      boxed.is_read = true;
      fetch(`/mailbox/mails/${encodeURIComponent(id)}/read`, { method: "POST" }).catch(() => {});
    }
    showList();
    showReading();
    // On a narrow screen the mail replaces the list, so the reader has to be taken along.
    if (moveFocus && matchMedia("(max-width: 760px)").matches) reading.focus();
  }

  function close() {
    const was = open;
    open = null;
    showList();
    showReading();
    list.querySelector(`[data-id="${CSS.escape(was)}"]`)?.focus();
  }

  function show(page, first) {
    const known = new Set(mails.map((boxed) => boxed.mail.mail_id));
    mails = page.mails;
    showAddresses();
    const fresh = visible().filter((boxed) => !known.has(boxed.mail.mail_id));
    if (first && matchMedia("(min-width: 761px)").matches) {
      const newest = visible()[0];
      if (newest) return read(newest.mail.mail_id, false);
    }
    if (!first && fresh.length) shop.announce(`New mail for ${fresh[0].mail.to}: ${fresh[0].mail.subject}`);
    showList();
    if (first || !mails.some((boxed) => boxed.mail.mail_id === open)) showReading();
  }

  byId("write").addEventListener("click", () => compose(null));
  select.addEventListener("change", () => {
    wanted = select.value;
    history.replaceState(null, "", wanted ? `?to=${encodeURIComponent(wanted)}` : location.pathname);
    if (!visible().some((boxed) => boxed.mail.mail_id === open)) open = null;
    showList();
    showReading();
  });
  // Up and down walk through the list, as in any mail program.
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...list.querySelectorAll("button")];
    const next = rows[rows.indexOf(document.activeElement) + step];
    if (!step || !next) return;
    event.preventDefault();
    next.focus();
    if (matchMedia("(min-width: 761px)").matches) next.click();
  });
  setInterval(() => document.hidden || showList(), 30_000);
  shop.follow("/mailbox/mails", 1500, show);
})();
