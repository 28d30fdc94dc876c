// The marking page: shows one answer at a time, keeps every mark at once, loses nothing between two windows.
"use strict";

const $ = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.words);
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const id = (one) => [one.student, one.notebook, one.task].join("\n");

let answers = [];
let current = null; // the answer on the page, as it was when we last heard of it
let typed = false; // the comment differs from what is kept
let timer = null;
let queue = Promise.resolve(); // one save after another, so that each carries the newest version

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error(words.lost);
  }
  const told = await answer.json();
  if (answer.status === 409) return { conflict: told };
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function state(text, kind = "") {
  $("state").textContent = text;
  $("state").className = kind;
}

function shown() {
  return $("open-only").checked ? answers.filter((one) => one.pending || current === one) : answers;
}

function list() {
  const done = answers.filter((one) => !one.pending).length;
  $("progress").textContent = say("progress", { done, all: answers.length });
  $("list").replaceChildren(
    ...shown().map((one) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      const name = document.createElement("span");
      const mark = document.createElement("span");
      const place = answers.indexOf(one) + 1;
      name.textContent = $("hide-names").checked ? `#${place}` : `${one.name} ${one.student}`.trim();
      mark.textContent = one.pending ? (one.changed ? "↻" : "…") : `${one.score} / ${one.points}`;
      mark.className = one.pending ? "open" : "done";
      button.type = "button";
      button.setAttribute("aria-current", String(one === current));
      button.append(name, mark);
      button.onclick = () => open(one);
      line.append(button);
      return line;
    }),
  );
}

function marks() {
  $("full").textContent = `/ ${current.points}`;
  $("exact").max = current.points;
  $("exact").value = current.score ?? "";
  const buttons = [];
  for (let points = 0; points <= Math.min(current.points, 20); points += 1) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(points);
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(current.score === points && !current.pending));
    button.onclick = () => save(points);
    buttons.push(button);
  }
  $("points").replaceChildren(...buttons);
}

async function open(one) {
  if (typed) await save();
  $("banner").hidden = true;
  current = one;
  typed = false;
  $("who").textContent = $("hide-names").checked ? `#${answers.indexOf(one) + 1}` : `${one.name} ${one.student}`;
  $("task").textContent = one.heading;
  $("answer").textContent = one.text;
  $("comment").value = one.comment;
  state(one.changed ? words.changed : "", one.changed ? "bad" : "");
  marks();
  list();
  document.querySelector('nav [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  try {
    const around = await ask("/api/around?" + new URLSearchParams({ student: one.student, notebook: one.notebook, task: one.task }));
    if (current !== one) return;
    for (const part of ["asked", "above", "rubric", "model"]) $(part).innerHTML = around[part]; // made harmless by the server
    $("above-box").hidden = !around.above;
    $("rubric-box").hidden = !around.rubric;
  } catch (error) {
    state(error.message, "bad");
  }
}

function take(fresh, one) {
  Object.assign(one, fresh, { name: one.name });
}

// Without a score only the comment is kept; the points stay as they are, whoever gave them.
function save(score) {
  const one = current;
  const comment = $("comment").value;
  typed = false;
  clearTimeout(timer);
  state(words.saving);
  queue = queue.then(() => send(one, score, comment));
  return queue;
}

async function send(one, score, comment) {
  try {
    const told = await ask("/api/mark", { ...one, score: score ?? null, comment, words_only: score === undefined });
    if (told.conflict) return dispute(one, score, comment, told.conflict);
    take(told, one);
    if (one === current) {
      marks();
      state(`✓ ${words.saved}`, "good");
    }
    list();
  } catch (error) {
    if (one === current) typed = true;
    state(say("unsaved", { error: error.message }), "bad");
  }
}

function dispute(one, score, comment, told) {
  const choice = (text, action) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.onclick = () => {
      $("banner").hidden = true;
      action();
    };
    return button;
  };
  const line = document.createElement("p");
  const mark = (points, said) => `${points ?? "—"} / ${one.points}${said ? ` · ${said}` : ""}`;
  line.textContent = `${words.conflict} ${one.name} ${one.student}`;
  $("banner").replaceChildren(
    line,
    choice(`${words.theirs}（${mark(told.now.score, told.now.comment)}）`, () => {
      take(told.now, one);
      open(one);
    }),
    choice(`${words.mine}（${mark(score === undefined ? told.now.score : score, comment)}）`, () => {
      take({ ...told.now }, one);
      queue = queue.then(() => send(one, score, comment));
    }),
  );
  $("banner").hidden = false;
  state(words.conflict, "bad");
}

function step(by) {
  const some = shown();
  const next = some[some.indexOf(current) + by];
  if (next) open(next);
}

function nextOpen() {
  const place = answers.indexOf(current);
  const order = [...answers.slice(place + 1), ...answers.slice(0, place + 1)];
  const next = order.find((one) => one.pending);
  if (next) open(next);
  else state(words.all_done, "good");
}

async function refresh() {
  try {
    const fresh = (await ask("/api/answers")).answers;
    const known = new Map(answers.map((one) => [id(one), one]));
    answers = fresh.map((one) => {
      const old = known.get(id(one));
      if (!old) return one;
      if (old === current && (typed || !$("banner").hidden)) return old; // what is being written stays as it is
      const other = old.version !== one.version;
      Object.assign(old, one);
      if (other && old === current) queue.then(() => open(old));
      return old;
    });
    list();
  } catch (error) {
    state(error.message, "bad");
  }
}

document.addEventListener("keydown", (event) => {
  const writing = ["TEXTAREA", "INPUT"].includes(event.target.tagName) && event.target.type !== "checkbox";
  if (event.key === "Escape") event.target.blur();
  if (!current || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = { ArrowUp: () => step(-1), ArrowDown: () => step(1), k: () => step(-1), j: () => step(1), n: nextOpen };
  actions.c = () => $("comment").focus();
  actions.r = () => ($("rubric-box").open = !$("rubric-box").open);
  if (/^[0-9]$/.test(event.key) && Number(event.key) <= current.points) save(Number(event.key));
  else if (actions[event.key.toLowerCase()] ?? actions[event.key]) (actions[event.key.toLowerCase()] ?? actions[event.key])();
  else return;
  event.preventDefault();
});

$("comment").addEventListener("input", () => {
  typed = true;
  clearTimeout(timer);
  timer = setTimeout(() => typed && save(), 800);
});
$("comment").addEventListener("blur", () => typed && save());
$("exact").addEventListener("change", () => {
  if ($("exact").value !== "" && $("exact").checkValidity()) save(Number($("exact").value));
  else $("exact").reportValidity();
});
$("take-back").onclick = () => save(null);
$("previous").onclick = () => step(-1);
$("next").onclick = () => step(1);
$("next-open").onclick = nextOpen;
for (const box of ["open-only", "hide-names"]) $(box).onchange = () => (current ? open(current) : list());
$("end").onclick = async () => {
  if (typed) await save();
  await queue;
  await ask("/api/end", {});
  document.body.replaceChildren(Object.assign(document.createElement("p"), { textContent: words.ended }));
};
window.addEventListener("beforeunload", (event) => typed && event.preventDefault());

refresh().then(() => {
  const first = answers.find((one) => one.pending) ?? answers[0];
  if (first) open(first);
  else state(words.none);
  setInterval(refresh, 10000);
});
