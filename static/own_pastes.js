// The pastes that were uploaded with this browser, and how to delete them: kept here and nowhere else.

import { problemOf, UNREACHABLE } from "./problems.js";

const KEY = "pastes";

/** The oldest go when there are more. */
const MAX_PASTES = 100;

/** Remembers a paste: `{ id, url, name, size, created, expires, deleteToken }`. */
export function rememberPaste(paste) {
  save([paste, ...load().filter(({ id }) => id !== paste.id)].slice(0, MAX_PASTES));
}

/** Shows the list, and keeps it true while other tabs change it. */
export function wireOwnPastes({ prefix, sizeText }) {
  const list = document.querySelector("#mine-list");
  const message = document.querySelector("#mine-message");
  const show = () => {
    const pastes = load();
    document.querySelector("#mine-empty").hidden = pastes.length > 0;
    document.querySelector("#mine-count").textContent = pastes.length > 0 ? ` (${pastes.length})` : "";
    list.replaceChildren(...pastes.map((paste) => entry(paste, { prefix, sizeText, remove })));
  };
  const remove = async (paste) => {
    const problem = await deletePaste(paste, prefix);
    message.textContent = problem ?? `Deleted ${paste.name || paste.id}`;
    if (problem === null) save(load().filter(({ id }) => id !== paste.id));
    show();
    document.querySelector("#mine").focus();
  };
  addEventListener("storage", ({ key }) => {
    if (key === KEY) show();
  });
  show();
  return show;
}

/** Resolves to null when the paste is gone, or to a message for people. */
async function deletePaste({ id, deleteToken }, prefix) {
  try {
    const answer = await fetch(`${prefix}/${encodeURIComponent(id)}`, {
      method: "DELETE",
      headers: { "X-Delete-Token": deleteToken, "Accept": "text/plain" },
    });
    return answer.ok || answer.status === 404 ? null : problemOf(answer.status, await answer.text());
  } catch {
    return UNREACHABLE;
  }
}

function entry(paste, { prefix, sizeText, remove }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `${prefix}/${encodeURIComponent(paste.id)}`;
  link.textContent = paste.name || paste.id;
  const about = document.createElement("span");
  about.className = "about";
  about.textContent = [
    sizeText(paste.size),
    timeText(paste.created),
    paste.expires ? `expires ${timeText(paste.expires)}` : "",
    paste.burn ? "deleted once read" : "",
  ].filter((text) => text !== "").join(" · ");
  item.append(link, about);
  if (paste.deleteToken) item.append(deleteButton(paste, remove));
  else item.append(forgetButton(paste));
  return item;
}

function timeText(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** Asks once more on itself: no dialog for a small thing, and no click that deletes by mistake. */
function deleteButton(paste, remove) {
  const button = makeButton("Delete", `Delete ${paste.name || paste.id}`);
  button.addEventListener("click", () => {
    if (button.classList.contains("armed")) {
      button.disabled = true;
      void remove(paste);
      return;
    }
    button.classList.add("armed");
    button.textContent = "Really delete?";
    button.setAttribute("aria-label", `Really delete ${paste.name || paste.id}?`);
  });
  button.addEventListener("blur", () => {
    button.classList.remove("armed");
    button.textContent = "Delete";
    button.setAttribute("aria-label", `Delete ${paste.name || paste.id}`);
  });
  return button;
}

function forgetButton(paste) {
  const button = makeButton("Forget", `Forget ${paste.name || paste.id}`);
  button.addEventListener("click", () => {
    save(load().filter(({ id }) => id !== paste.id));
    dispatchEvent(new StorageEvent("storage", { key: KEY }));
  });
  return button;
}

function makeButton(text, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  return button;
}

/** What is kept, without what has expired. Whatever else may have written there, nothing breaks. */
function load() {
  try {
    const pastes = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    const isAlive = ({ id, expires }) => typeof id === "string" && (!expires || new Date(expires) > new Date());
    return Array.isArray(pastes)
      ? pastes.filter((paste) => typeof paste === "object" && paste !== null && isAlive(paste))
      : [];
  } catch {
    return [];
  }
}

function save(pastes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(pastes));
  } catch {
    // Storage is switched off or full: the list is a convenience.
  }
}
