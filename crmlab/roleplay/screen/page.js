// The role-play page: sends what the trainee does, shows what the server answers; it knows no rule of the game.
"use strict";
const home = document.getElementById("crm");
const { told, asked, state: first } = JSON.parse(home.dataset.crm);
let view, busy = false, ticketShown = "";

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}
function button(text, pressed, name) {
  const made = make("button", name, text);
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}
function pane(name) { const made = make("div"); made.dataset.pane = name; return made; }
function titled(name, text, tag = "div") { const made = make(tag, name); made.append(make("h3", "", text)); return made; }

const call = make("section", "crm-call");
call.setAttribute("aria-label", told.call);
const log = make("div", "crm-log"), lines = make("div", "crm-lines");
log.tabIndex = 0;
lines.setAttribute("role", "log");
lines.setAttribute("aria-live", "polite");
lines.setAttribute("aria-label", told.log);
log.append(lines);
const notice = make("div"); notice.setAttribute("role", "alert"); notice.className = "crm-says";

const confirmBox = titled("crm-confirm", told.understood), guesses = make("div", "crm-row");
confirmBox.append(guesses);
const chipBox = titled("crm-chips", told.chips), chipRow = make("div", "crm-chips");
chipBox.append(chipRow);

const say = make("form", "crm-row"), label = make("label", "crm-unseen", told.box), box = make("input", "crm-grow");
box.id = "crm-box"; label.htmlFor = box.id; box.placeholder = told.placeholder; box.autocomplete = "off";
const go = make("button", "crm-first", told.send); go.type = "submit";
say.append(label, box, go);
say.addEventListener("submit", event => { event.preventDefault(); speak(); });

const plain = make("div", "crm-row"), buttons = {};
for (const kind of ["hint", "hold", "transfer", "hang_up"]) {
  buttons[kind] = button(told[kind], () => act(kind), kind === "hang_up" ? "crm-end" : "");
  plain.append(buttons[kind]);
}
const after = make("div", "crm-row");
const again = button(told.again, () => act("again"), "crm-first");
after.append(again, button(told.print, () => window.open(address("print"), "_blank", "noopener")));

const ticket = titled("crm-pane", told.ticket, "section"), fields = make("form");
ticket.append(fields);
fields.addEventListener("submit", event => { event.preventDefault(); file(); });

const main = make("div", "crm-main"), side = make("div", "crm-side"), body = make("div", "crm-body");
main.append(log, confirmBox, chipBox, say, notice, pane("hints"), plain, after);
side.append(pane("card"), pane("feelings"), ticket, pane("steps"));
body.append(main, side);
call.append(pane("head"), pane("brief"), body, pane("after"));
home.append(call);

function address(end) { return `${end}?${new URLSearchParams(asked)}`; }

async function act(kind, more = {}) {
  if (busy) return false;
  busy = true;
  try {
    const key = (document.cookie.match(/(?:^|; )_xsrf=([^;]*)/) || [])[1] || "";
    const answer = await fetch(address("act"), {
      method: "POST", headers: { "Content-Type": "application/json", "X-XSRFToken": decodeURIComponent(key) },
      body: JSON.stringify({ kind, seen: view.seen, ...more }),
    });
    if (!answer.ok) throw new Error(answer.status);
    const state = await answer.json();
    const done = state.notice === "";
    if (kind === "again" && done) lines.replaceChildren();
    show(state);
    focusNext(kind, done);
    return done;
  } catch (error) {
    tell(told.lost, true);
    return false;
  } finally { busy = false; }
}

async function speak() {
  const words = box.value;
  const number = /^[123]$/.test(words.trim()) ? Number(words.trim()) : 0;
  const done = number && number <= view.chips.length
    ? await act("line", { line: view.chips[number - 1][0] }) : await act("say", { text: words });
  if (done) box.value = "";
}

async function file() {
  const typed = new FormData(fields);
  for (const field of view.ticket) {
    const value = typed.get(field.name);
    if (value !== field.value && !await act("crm", { field: field.name, value })) return;
  }
  tell(told.saved, false);
}

function focusNext(kind, done) {
  if (view.ended) { if (kind !== "crm") again.focus(); return; }
  if (kind === "crm") return;
  if (view.pending) guesses.querySelector(".crm-first").focus();
  else if (done || kind === "line") box.focus();
}

function tell(text, bad) {
  notice.className = text ? `crm-notice ${bad ? "crm-bad" : "crm-good"}` : "crm-says";
  notice.textContent = text;
}

function show(state) {
  view = state.view;
  for (const [name, html] of Object.entries(state.panes)) {
    const place = call.querySelector(`[data-pane="${name}"]`);
    if (place && place.innerHTML !== html) place.innerHTML = html;  // each word was escaped by the server
  }
  showLines(state.panes.lines);
  tell(state.notice || "", true);
  showConfirm();
  showChips();
  showTicket();
  const over = view.ended !== "";
  say.hidden = over || view.pending !== "";
  plain.hidden = over;
  after.hidden = !over;
  buttons.hint.disabled = !view.can_hint;
}

function showLines(html) {
  // old lines stay, new ones are added: so a screen reader reads only what is new
  html.forEach((one, n) => {
    const line = document.createElement("template");
    line.innerHTML = one;
    const fresh = line.content.firstElementChild, old = lines.children[n];
    if (!old) lines.append(fresh);
    else if (old.outerHTML !== fresh.outerHTML) old.replaceWith(fresh);
  });
  while (lines.children.length > html.length) lines.lastElementChild.remove();
  log.scrollTop = 0;
}

function showConfirm() {
  confirmBox.hidden = view.pending === "";
  guesses.replaceChildren();
  view.guesses.forEach(guess => {
    const made = button(`${guess.label} ${guess.sure}%`, () =>
      made.setAttribute("aria-pressed", made.getAttribute("aria-pressed") !== "true"));
    made.title = guess.what;
    made.dataset.act = guess.act;
    made.setAttribute("aria-pressed", guess.chosen);
    guesses.append(made);
  });
  const chosen = () => [...guesses.querySelectorAll('[aria-pressed="true"]')].map(one => one.dataset.act);
  guesses.append(button(told.confirm, () => act("confirm", { acts: chosen() }), "crm-first"));
  guesses.append(button(told.rephrase, async () => {
    const words = view.pending;
    if (await act("rephrase")) { box.value = words; box.focus(); }
  }));
}

function showChips() {
  chipBox.hidden = view.chips.length === 0;
  chipRow.replaceChildren(...view.chips.map(([name, text], n) =>
    button(`${n + 1}. ${text}`, () => act("line", { line: name }))));
}

function showTicket() {
  const now = JSON.stringify(view.ticket);
  if (now === ticketShown) return;  // what is being typed stays
  ticketShown = now;
  fields.replaceChildren(...view.ticket.map(field => {
    const row = make("label", "crm-field");
    row.append(make("span", "", field.label));
    const input = make(field.options.length ? "select" : "input");
    input.name = field.name;
    if (field.options.length) {
      for (const [value, text] of [["", told.choose], ...field.options]) {
        const option = make("option", "", text);
        option.value = value;
        input.append(option);
      }
    }
    input.value = field.value;
    row.append(input);
    return row;
  }), make("button", "", told.save));
}

show(first);
box.focus();
