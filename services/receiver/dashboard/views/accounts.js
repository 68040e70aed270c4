// All accounts that the login may read: how each stands, since when it is recorded, who collects it.

import { Problem } from "../asking/problem.js";
import { element, hold } from "../pieces/element.js";
import { firstSteps } from "../pieces/first.js";
import { AccountCard } from "./accounts/card.js";

const AGAIN = 15_000;
/** A day of readings, one every five minutes: who collects is told from these. */
const READINGS = 288;
const REPORTS = 50;

export async function show(root, context) {
  const { accounts, receiver, now, live, signal } = context;
  const cards = new Map();
  const known = new Map();
  const grid = element("div", { class: "accounts" });
  const first = firstSteps(null).element;
  root.append(element("h2", { class: "spoken" }, "Accounts"), grid, first);

  async function refresh() {
    const told = (await receiver("accounts")).accounts;
    await Promise.all(told.map(async (one) => known.set(one.account, await detailsOf(one, known.get(one.account), receiver))));
    accounts.splice(0, accounts.length, ...told);
    draw();
  }

  function draw() {
    first.hidden = accounts.length > 0;
    const shown = accounts.filter(({ account }) => known.has(account));
    for (const { account } of shown) if (!cards.has(account)) cards.set(account, new AccountCard(account));
    for (const one of shown) cards.get(one.account).draw(one, known.get(one.account), now());
    hold(grid, shown.map(({ account }) => cards.get(account).element));
  }

  const timer = setInterval(() => refresh().catch(passOver), AGAIN);
  signal.addEventListener("abort", () => clearInterval(timer));
  live.on("news", () => refresh().catch(passOver));
  live.on("tick", draw);
  await refresh();
}

/** What is shown already stays, and the frame says that the receiver is away. */
function passOver(error) {
  if (!(error instanceof Problem)) throw error;
}

/** The newest versions and reports; versions are asked for again only when there are others. */
async function detailsOf({ account, newest, versions }, before, receiver) {
  const mark = `${newest} ${versions}`;
  const [{ snapshots }, { reports }] = await Promise.all([
    before?.mark === mark ? before : receiver(`accounts/${account}/snapshots?order=desc&limit=${READINGS}`),
    receiver(`accounts/${account}/reports?limit=${REPORTS}`),
  ]);
  return { mark, snapshots, reports };
}
