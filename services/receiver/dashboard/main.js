// The page: asks the receiver every 15 s, keeps the last answer, and draws it every second as time goes by.

import { alertsOf } from "./alerts.js";
import { drawAlerts, drawLimits, setText, setTime } from "./draw.js";
import { limitsOf } from "./limits.js";
import { clockShift, isStale, readAt } from "./reading.js";
import { askLatest, currentKey, forgetKey, keepKey } from "./receiver.js";
import { SECOND, age, short, zone } from "./times.js";

const REFRESH = 15 * SECOND;
const RETRY = 5 * SECOND;
// A tab that slept does not pass for live until the receiver has answered again.
const LIVE_FOR = REFRESH + 20 * SECOND;

const NOTHING = { answer: null, empty: false, shift: 0, checked: 0, failure: null };
const state = { key: null, admitted: false, refusal: "", ...NOTHING };
let turn = 0;
let timer = 0;
let asked = 0;

const at = (id) => document.getElementById(id);

async function refresh() {
  if (state.key === null) return;
  clearTimeout(timer);
  asked = performance.now();
  turn += 1;
  const mine = turn;
  const outcome = await askLatest(state.key);
  if (mine !== turn) return;
  if (outcome.kind === "refused") {
    leave(outcome.why);
    return;
  }
  take(outcome, Date.now());
  timer = setTimeout(refresh, state.failure ? RETRY : REFRESH);
  draw();
}

function take(outcome, now) {
  state.admitted = true;
  if (outcome.kind === "failed") {
    state.failure = { since: state.failure?.since ?? now + state.shift, why: outcome.why };
    return;
  }
  const { answer = null } = outcome;
  const shift = answer ? clockShift(answer, now) : 0;
  Object.assign(state, { answer, empty: !answer, shift, checked: now, failure: null });
}

function enter() {
  Object.assign(state, NOTHING, { key: currentKey(), refusal: "" });
  draw();
  if (state.key === null) at("key").focus();
  refresh();
}

function leave(refusal = "") {
  turn += 1;
  clearTimeout(timer);
  forgetKey();
  Object.assign(state, NOTHING, { key: null, admitted: false, refusal });
  draw();
  at("key").focus();
}

function draw() {
  const { answer, admitted } = state;
  const now = Date.now() + state.shift;
  const views = answer ? limitsOf(answer, now) : [];
  const old = answer ? age(now - readAt(answer)) : "";
  drawFrame(admitted);
  drawStatus(views, now);
  drawAlerts(at("alerts"), alertsOf(answer, views, state.failure, now));
  at("empty").hidden = !state.empty;
  at("reading").hidden = !answer;
  drawLimits(at("limits"), views, answer && (state.failure || isStale(answer, now)) ? `${old} old` : "");
  setText(at("zone"), zone(now));
  setText(at("whose"), answer ? [answer.account ?? "default", answer.plan].filter(Boolean).join(" · ") : "");
  setText(at("versions"), recorded(answer?.versionInfo.total ?? 0));
  if (!answer) return;
  setTime(at("age"), readAt(answer), `${old} ago`);
  setText(at("read-at"), `at ${short(readAt(answer), now)}`);
}

function drawFrame(admitted) {
  const typing = at("ask").contains(document.activeElement);
  at("ask").hidden = admitted || (state.key !== null && !typing);
  at("now").hidden = !admitted;
  document.querySelector("footer").hidden = !admitted;
  setText(at("refused"), state.refusal);
  if (admitted && typing) at("now").focus();
}

function drawStatus(views, now) {
  const fresh = now - state.shift - state.checked < LIVE_FOR;
  const asking = fresh ? "Live" : "Asking";
  const live = state.failure ? "Not live" : asking;
  setText(at("live"), state.key === null ? "" : live);
  at("live").dataset.live = live;
  const [first] = views;
  const gist = live === "Live" && first ? [first.name, first.number, first.unit].filter(Boolean).join(" ") : live;
  document.title = state.key === null ? "Marigraph" : `${gist} · Marigraph`;
}

function recorded(total) {
  return total === 1 ? "1 version recorded" : `${total.toLocaleString("en")} versions recorded`;
}

/** Focus and visibility come together: one question answers both. */
function refreshNow() {
  if (document.visibilityState === "visible" && performance.now() - asked > SECOND) refresh();
}

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey(at("key").value);
  at("key").value = "";
  enter();
});
at("forget").addEventListener("click", () => leave());
addEventListener("hashchange", enter);
addEventListener("online", refreshNow);
addEventListener("focus", refreshNow);
document.addEventListener("visibilitychange", refreshNow);
setInterval(draw, SECOND);
enter();
