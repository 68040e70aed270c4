// What a forecast says, in words (pure). A forecast begins with the newest reading; bands are what is meant to hold.

import { MINUTE, moment, short, span } from "./times.js";

/** Why there is no forecast, and what is missing: `{lead, text}`; null when there is one. */
export function lackOf(forecast, now) {
  const { status, reason, knownHours, neededHours, ageMinutes } = forecast;
  const said = reason ? `${sentence(reason)}` : "";
  if (status === "forecast") return null;
  if (status === "not_enough_data") {
    return { lead: "Not enough data.", text: `${knownHours} of ${neededHours} hours of use are known; ${Math.max(0, neededHours - knownHours)} more are needed.` };
  }
  if (status === "full") return { lead: "Full.", text: fullTold(forecast, now) };
  if (status === "stale") return { lead: "The reading is too old.", text: `It was taken ${span((ageMinutes ?? 0) * MINUTE)} ago.` };
  const leads = { idle: "No window is open.", unknown: "The percentage is unknown.", no_reset: "No reset is announced." };
  const lead = leads[status] ?? "No forecast.";
  return said.startsWith(lead.slice(0, -1)) ? { lead: said, text: "" } : { lead, text: said };
}

function fullTold({ resetsAt }, now) {
  const at = moment(resetsAt);
  return at === null ? "100 % is reached." : `100 % is reached; the reset is announced for ${short(at, now)}.`;
}

function sentence(words) {
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** Where it stands at the reset: "At the reset, Thu 7:00: 62 %, between 48 % and 80 %." */
export function endTold({ atReset, resetsAt }, now) {
  return `At the reset, ${short(moment(resetsAt), now)}: ${bandTold(atReset)}.`;
}

function bandTold({ low, likely, high }) {
  const [least, about, most] = [low, likely, high].map(foreseen);
  if (least === most) return about;
  return about === FULL ? `${FULL}, hardly less than ${least}` : `${about}, between ${least} and ${most}`;
}

const FULL = "100 % or more";

/** What is expected, in whole per cent: nobody knows it to a tenth. Less than 100 never reads as 100, little never as nothing. */
export function foreseen(value) {
  if (value >= 100) return FULL;
  return value > 0 && value < 1 ? "< 1 %" : `${Math.min(99, Math.round(value))} %`;
}

/** Whether it will be full before that, and when: chances as shares, times with their band. */
export function hitTold({ hit }, now) {
  if (hit === null) return "";
  const { chance, earliest, likely, latest } = hit;
  const told = `Chance of 100 % before the reset: ${chanceTold(chance)}`;
  const moments = [earliest, likely, latest].map(moment);
  const [first, middle, last] = moments.map((at) => (at === null ? null : short(at, now)));
  if (first === null) return `${told}.`;
  const until = last === null ? `from ${first} on, or not before the reset` : `between ${first} and ${last}`;
  return `${told}; ${until}${middle === null ? "" : `, about ${middle}`}.`;
}

/** A chance in whole per cent; little is not none, much is not certain. */
export function chanceTold(chance) {
  if (chance === null) return "unknown";
  if (chance > 0 && chance < 0.01) return "< 1 %";
  if (chance < 1 && chance > 0.99) return "> 99 %";
  return `${Math.round(chance * 100)} %`;
}

/** How past forecasts did, as rows `{what, figure, beside}`; none without a forecast that could be judged. */
export function scoresOf({ judgement, holds }) {
  if (judgement === null || judgement.atReset.forecasts === 0) return [];
  const { atReset, hitTime, meanChance, hitShare, untoldHits } = judgement;
  return [
    { what: "Off at the reset, on average", figure: pointsTold(atReset.meanError), beside: `a straight line: ${pointsTold(atReset.straightLineError)}` },
    heldRow("Ended within the band", atReset, holds),
    ...hitRows(hitTime, holds),
    (meanChance > 0 || hitShare > 0) && { what: "Chance of 100 %, as told on average", figure: chanceTold(meanChance), beside: `came to 100 %: ${chanceTold(hitShare)}` },
    untoldHits > 0 && { what: "Came to 100 % unforetold", figure: String(untoldHits), beside: untoldHits === 1 ? "forecast" : "forecasts" },
  ].filter(Boolean);
}

/** Without a hit that was told or came there is no error: nothing is known of how good such times are. */
function hitRows(hitTime, holds) {
  const { meanError, straightLineError } = hitTime;
  if (meanError === null) return [{ what: "Time of 100 %", figure: "no hit to judge by", beside: "" }];
  return [
    { what: "Off at the time of 100 %, on average", figure: minutesTold(meanError), beside: `a straight line: ${minutesTold(straightLineError)}` },
    heldRow("Time of 100 % within its band", hitTime, holds),
  ];
}

function heldRow(what, { held, bands, forecasts }, holds) {
  const meant = holds === null ? "" : `meant: ${chanceTold(holds)}`;
  const number = bands ?? forecasts;
  if (number === 0) return { what, figure: "none was told", beside: "" };
  const of = `of ${number} ${number === 1 ? "band" : "bands"}`;
  return { what, figure: chanceTold(held), beside: [meant, of].filter(Boolean).join("; "), share: held, meant: holds };
}

function pointsTold(points) {
  return points === null ? "unknown" : `${points.toFixed(1)} points`;
}

function minutesTold(minutes) {
  return minutes === null ? "unknown" : span(minutes * MINUTE);
}
