// The page: the address says what is shown, the receiver says what of.

import { Live } from "./asking/live.js";
import { Problem } from "./asking/problem.js";
import { ask } from "./asking/receiver.js";
import { read, write } from "./frame/address.js";
import { drawAccounts, drawNav, drawState } from "./frame/chrome.js";
import { Shown } from "./frame/view.js";

const USUAL = "default";
const ACCOUNTS_AGAIN = 60_000;
/** While the login opens no account that holds anything. */
const FIRST_AGAIN = 10_000;

const main = document.getElementById("view");
const shown = new Shown(main);
const accounts = [];
let live = null;
let address = read("");

/** A link that holds a key, followed while this page is open, logs in anew. */
function followedLink() {
  if (!location.hash.includes("key=")) return false;
  location.assign(`login${location.hash}`);
  return true;
}

async function askAccounts() {
  try {
    const { body } = await ask("api/v1/accounts");
    accounts.splice(0, accounts.length, ...body.accounts);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401) toLogin();
  }
}

function toLogin() {
  location.assign(`login${location.hash}`);
}

/** The account that is meant: the address's, else the usual one, else the first that the key may read. */
function meant() {
  const names = accounts.map((one) => one.account);
  return read(location.hash).account ?? (names.includes(USUAL) || names.length === 0 ? USUAL : names[0]);
}

async function follow() {
  if (followedLink()) return;
  const before = address;
  address = { ...read(location.hash), account: meant() };
  if (address.account !== before.account || live === null) listen(address.account);
  draw();
  if (before.view !== address.view && live) scrollTo(0, 0);
  await shown.show(address, live, accounts);
}

function listen(account) {
  live?.close();
  live = new Live(account);
  live.on("refused", refused);
  for (const name of ["figures", "state", "tick"]) live.on(name, drawMoving);
  live.on("news", askAccountsAndDraw);
  live.start();
}

/**
 * Without a login the login page is next. A login that does not open this account may open another; or none that
 * holds anything yet, and that is no failure.
 */
async function refused(problem) {
  if (problem.status === 401) {
    toLogin();
    return;
  }
  await askAccounts();
  const isNamed = read(location.hash).account !== null;
  if (!isNamed && accounts.length > 0) await follow();
  else if (isNamed) shown.refuse(problem, address, accounts);
  else waitForFirst();
}

/** Nothing is recorded yet that this login may read: show the first steps until something is. */
function waitForFirst() {
  shown.first();
  const timer = setInterval(async () => {
    await askAccounts();
    if (accounts.length === 0) return;
    clearInterval(timer);
    await follow();
  }, FIRST_AGAIN);
}

async function askAccountsAndDraw() {
  await askAccounts();
  draw();
}

function draw() {
  drawNav(address);
  drawAccounts(accounts, address.account);
  drawMoving();
}

function drawMoving() {
  drawState(live, address, accounts.length > 1);
}

document.getElementById("account").addEventListener("change", ({ target }) => {
  location.assign(write(address.view, target.value, address.parameters));
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", follow);
setInterval(askAccountsAndDraw, ACCOUNTS_AGAIN);
if (!followedLink()) {
  await askAccounts();
  await follow();
}
