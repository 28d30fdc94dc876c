// Plays a day of calls: menu, lines, seats. `DAY` and `SAY` stand in the page before this script.
"use strict";
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
const clock = document.querySelector("#clock"), told = document.querySelector("#told");
const play = document.querySelector("#play"), speed = document.querySelector("#speed"), slide = document.querySelector("#slide");
const COLOURS = ["#1f3b64", "#c26a1b", "#2e7d4f", "#7a3e9d", "#8a8d1f", "#9b2c3c"], HEAD = 30;
const CELL = DAY.seats.length > 60 ? 24 : 40, DOT = CELL > 30 ? 8 : 6;
// of an attempt: at, end of menu, queued, end of waiting, answered, end of talk, end of wrap-up, seat, skill, outcome, VIP
const [AT, MENU, QUEUED, LEFT, ANSWERED, TALKED, FREE, SEAT, SKILL, OUTCOME, VIP] = Array(11).keys();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let now = DAY.open, running = false, before = 0, width = 0, height = 0, places = [];
const dots = new Map();

function layOut() {
  width = canvas.parentElement.clientWidth;
  const narrow = width < 620, left = narrow ? 0 : 0.46 * width, span = narrow ? width : width - left;
  const perRow = Math.max(4, Math.floor((span - 16) / CELL));
  let y = narrow ? HEAD + 150 + 46 * DAY.skills.length : 0;
  places = [];
  DAY.teams.forEach((team, k) => {
    team.y = y + 18;
    DAY.seats.forEach((seat, n) => {
      if (seat.team !== k) return;
      const nth = places.filter((one) => one && one.team === k).length;
      places[n] = { team: k, x: left + 14 + (nth % perRow) * CELL + CELL / 2, y: y + HEAD + Math.floor(nth / perRow) * CELL + CELL / 2 };
    });
    const rows = Math.ceil(DAY.seats.filter((seat) => seat.team === k).length / perRow);
    y += HEAD + rows * CELL + 14;
    team.x = left + 14;
  });
  height = Math.max(y, HEAD + 150 + 46 * DAY.skills.length) + 8;
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio; canvas.height = height * ratio;
  canvas.style.height = height + "px";
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function target(call, number, line) {
  const room = (width < 620 ? width : 0.46 * width) - 30;
  if (now < call[MENU]) return [14 + (number * 37) % Math.max(room, 40), HEAD + 12 + (number * 17) % 66];
  if (call[OUTCOME] === "answered" && now >= call[ANSWERED]) {
    const seat = places[call[SEAT]];
    return seat ? [seat.x, seat.y] : [room, HEAD];
  }
  const y = HEAD + 142 + 46 * call[SKILL];
  if (now < call[LEFT]) {
    const nth = line[call[SKILL]]++, most = Math.max(1, Math.floor(room / (2 * DOT + 3)));
    return [24 + (nth % most) * (2 * DOT + 3), y + Math.floor(nth / most) * 9];
  }
  return [Math.min(room, 20 + (number * 29) % room), y + 26];
}

function shown(call) {
  if (now < call[AT]) return false;
  if (call[OUTCOME] === "answered") return now < call[TALKED];
  return now < call[LEFT] + (call[OUTCOME] === "abandoned" ? 60 : 0);
}

function draw() {
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = "#1b2430"; pen.font = "14px " + getComputedStyle(document.body).fontFamily;
  pen.fillText(SAY.menu, 8, 18);
  DAY.skills.forEach((name, k) => {
    pen.fillStyle = COLOURS[k % COLOURS.length];
    pen.fillText(SAY.line.replace("{skill}", name), 8, HEAD + 126 + 46 * k);
    pen.fillRect(8, HEAD + 132 + 46 * k, 3, 22);
  });
  const busy = new Map();
  for (const call of DAY.calls)
    if (call[OUTCOME] === "answered" && now >= call[ANSWERED] && now < call[FREE]) busy.set(call[SEAT], now < call[TALKED] ? "talk" : "wrap");
  DAY.teams.forEach((team) => { pen.fillStyle = "#1b2430"; pen.fillText(team.name, team.x, team.y); });
  DAY.seats.forEach((seat, n) => {
    const { x, y } = places[n], there = seat.duty.some(([from, to]) => now >= from && now < to);
    const resting = seat.rest.some(([from, to]) => now >= from && now < to);
    pen.beginPath(); pen.rect(x - CELL / 2 + 2, y - CELL / 2 + 2, CELL - 4, CELL - 4);
    pen.fillStyle = busy.get(n) === "wrap" ? "#c9cfd8" : there && !resting ? "#eef3f9" : "#fff";
    pen.fill(); pen.setLineDash(there ? [] : [2, 3]); pen.strokeStyle = there ? "#5f86b8" : "#c4c9d2"; pen.stroke(); pen.setLineDash([]);
    if (resting) { pen.fillStyle = "#5a6472"; pen.fillText("☕", x - 7, y + 5); }
  });
  const line = DAY.skills.map(() => 0);
  let answered = 0, lost = 0, inTime = 0, waiting = 0;
  DAY.calls.forEach((call, number) => {
    const out = call[OUTCOME];
    if (out === "answered" && now >= call[ANSWERED]) { answered++; if (call[ANSWERED] - call[QUEUED] <= DAY.limit) inTime++; }
    if (out === "abandoned" && now >= call[LEFT]) lost++;
    if (!shown(call)) { dots.delete(number); return; }
    if (call[QUEUED] !== null && now >= call[MENU] && now < call[LEFT] && !(out === "answered" && now >= call[ANSWERED])) waiting++;
    const [x, y] = target(call, number, line), dot = dots.get(number) || { x: -10, y };
    dot.x += (x - dot.x) * (calm ? 1 : 0.3); dot.y += (y - dot.y) * (calm ? 1 : 0.3); dots.set(number, dot);
    const gone = out === "abandoned" && now >= call[LEFT];
    pen.beginPath(); pen.arc(dot.x, dot.y, DOT, 0, 7);
    pen.fillStyle = pen.strokeStyle = COLOURS[call[SKILL] % COLOURS.length];
    if (gone) { pen.moveTo(dot.x - 4, dot.y - 4); pen.lineTo(dot.x + 4, dot.y + 4); pen.stroke(); } else pen.fill();
    if (call[VIP]) { pen.beginPath(); pen.arc(dot.x, dot.y, DOT + 2, 0, 7); pen.strokeStyle = "#c9a227"; pen.lineWidth = 2; pen.stroke(); pen.lineWidth = 1; }
  });
  const pad = (n) => String(Math.floor(n)).padStart(2, "0");
  clock.textContent = `${pad(now / 3600)}:${pad(now / 60 % 60)}:${pad(now % 60)}`;
  const level = answered + lost ? Math.round(100 * inTime / (answered + lost)) + "%" : "—";
  told.textContent = SAY.told.replace("{waiting}", waiting).replace("{busy}", busy.size).replace("{answered}", answered).replace("{lost}", lost).replace("{level}", level);
  slide.value = now;
}

function step(time) {
  if (!running) return;
  now = Math.min(now + Math.min(time - before, 100) / 1000 * Number(speed.value), DAY.close);
  before = time; draw();
  if (now >= DAY.close) stop(); else requestAnimationFrame(step);
}
function stop() { running = false; play.textContent = SAY.play; }
play.onclick = () => {
  if (running) return stop();
  if (now >= DAY.close) now = DAY.open;
  running = true; before = performance.now(); play.textContent = SAY.pause; requestAnimationFrame(step);
};
slide.oninput = () => { now = Number(slide.value); dots.clear(); draw(); draw(); };
addEventListener("resize", () => { layOut(); dots.clear(); draw(); });
layOut(); draw();
