// The viewer's script: puts its parts together. Without it the text and its line links are there all the same.

import { confirmOn, copyText } from "./copy.js";
import { LineLinks, parseLines } from "./line_links.js";
import { LineView } from "./line_view.js";
import { Search } from "./search.js";
import { wireShortcuts } from "./shortcuts.js";
import { Structure } from "./structure.js";
import { remember, wireTheme } from "./theme.js";

const root = document.documentElement;
const main = document.querySelector("#paste");
const notice = document.querySelector("#notice");
const find = (id) => document.querySelector(`#${id}`);

const view = new LineView(main);
const links = new LineLinks(view);
const search = new Search(view, (problem) => notify(problem, "wrong"));
const structure = new Structure(view, { notify: (text) => notify(text), changed: () => search.repaint() });

let noticeTimer = 0;

function notify(text, kind = "") {
  clearTimeout(noticeTimer);
  notice.textContent = text;
  notice.className = kind;
  if (kind === "") noticeTimer = setTimeout(() => notice.textContent = "", 4_000);
}

// Errors: the server has marked their lines.
const errors = Array.from(main.querySelectorAll(".block > .e"), (line) => Number(line.dataset.n));
let currentError = 0;

/** The errors among the lines that are shown. */
function shownErrors() {
  const shown = errors.filter((number) => view.isShown(number));
  if (shown.length === 0) notify("No error among these lines");
  return shown;
}

function showError(number) {
  if (number === undefined) return;
  currentError = number;
  view.scrollTo(number);
  links.choose({ first: number, last: number });
}

function errorPosition() {
  return currentError > 0 && view.isInView(currentError) ? currentError : view.topLine() - 0.5;
}

function nextError() {
  const from = errorPosition();
  const shown = shownErrors();
  showError(shown.find((number) => number > from) ?? shown[0]);
}

function previousError() {
  const from = errorPosition();
  const shown = shownErrors();
  showError(shown.findLast((number) => number < from) ?? shown.at(-1));
}

find("errors").textContent = errors.length === 1 ? "1 error" : `${errors.length.toLocaleString("en")} errors`;
find("errors").parentElement.classList.toggle("some", errors.length > 0);
for (const [id, go] of [["next-error", nextError], ["previous-error", previousError]]) {
  find(id).disabled = errors.length === 0;
  find(id).addEventListener("click", go);
}

// Wrapping: a phone wraps unless it was said otherwise.
const isNarrow = matchMedia("(max-width: 40rem)");
const isWrapped = () => root.dataset.wrap === "on" || (root.dataset.wrap !== "off" && isNarrow.matches);
const showWrap = () => find("wrap").setAttribute("aria-pressed", String(isWrapped()));

function toggleWrap() {
  const top = view.topLine();
  remember("wrap", isWrapped() ? "off" : "on");
  showWrap();
  view.line(top)?.scrollIntoView({ block: "start" });
}

find("wrap").addEventListener("click", toggleWrap);
isNarrow.addEventListener("change", showWrap);
showWrap();

function toggleJson() {
  find("json").setAttribute("aria-pressed", String(structure.toggleJson()));
}

find("json").addEventListener("click", toggleJson);

/** Copies the chosen lines, or everything: plain text, without numbers and colours. */
async function copy() {
  const { first, last } = links.lines ?? { first: 1, last: view.count };
  const isWhole = links.lines === null && main.querySelector(".rest");
  const text = isWhole
    ? await fetch(main.dataset.raw).then((answer) => answer.text()).catch(() => null)
    : view.texts().slice(first - 1, last).map((line) => `${line}\n`).join("");
  const copied = text !== null && await copyText(text);
  confirmOn(find("copy"), copied ? "Copied" : "Failed");
  const what = links.lines === null
    ? "Copied"
    : first === last
    ? `Copied line ${first}`
    : `Copied ${last - first + 1} lines`;
  notify(copied ? what : "Cannot copy: the browser did not allow it");
}

find("copy").addEventListener("click", copy);

// A selection across lines: blocks that are not laid out have no text for the browser to copy.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || !main.contains(selection.anchorNode) || main.querySelector(".pretty")) return;
  const range = selection.getRangeAt(0);
  const [first, last] = [view.numberOf(range.startContainer), view.numberOf(range.endContainer)];
  if (first === 0 || last === 0 || first === last) return;
  const lines = view.texts().slice(first - 1, last);
  lines[lines.length - 1] = lines.at(-1).slice(0, offsetIn(view.line(last), range.endContainer, range.endOffset));
  lines[0] = lines[0].slice(offsetIn(view.line(first), range.startContainer, range.startOffset));
  event.clipboardData.setData("text/plain", lines.join("\n"));
  event.preventDefault();
});

function offsetIn(line, node, offset) {
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

const goTo = find("go-to");
goTo.addEventListener("close", () => {
  const lines = parseLines(find("go-to-line").value.replaceAll(" ", ""));
  if (lines === null) return;
  if (lines.first > view.count) {
    notify(view.count === 1 ? "There is 1 line" : `There are ${view.count.toLocaleString("en")} lines`);
    return;
  }
  links.choose(lines);
  view.scrollTo(lines.first);
  main.focus();
});

function askForLine() {
  find("go-to-line").value = "";
  goTo.showModal();
}

function escape() {
  if (search.clear()) main.focus();
  else if (links.lines !== null) links.choose(null);
  notify("");
}

const toggleTheme = wireTheme(find("theme"));
wireShortcuts({
  "/": () => search.focus(),
  n: () => search.next(),
  N: () => search.previous(),
  f: () => search.toggleFilter(),
  e: nextError,
  E: previousError,
  g: askForLine,
  w: toggleWrap,
  j: toggleJson,
  c: () => getSelection().isCollapsed ? void copy() : false,
  r: () => find("raw").click(),
  t: toggleTheme,
  Escape: escape,
});

// Keys scroll the text from the beginning.
if (document.activeElement === document.body) main.focus({ preventScroll: true });
root.dataset.ready = "yes";
