// The upload page's script. Without it the form goes out as a form.

import { confirmOn, copyText } from "./copy.js";
import { rememberPaste, wireOwnPastes } from "./own_pastes.js";
import { wireShortcuts } from "./shortcuts.js";
import { wireTheme } from "./theme.js";
import { upload } from "./upload.js";
import { wireUploadToken } from "./upload_token.js";

const find = (id) => document.querySelector(`#${id}`);
const form = find("upload-form");
const textarea = find("upload-textarea");
const nameField = find("name");
const problem = find("form-upload-error");
const result = find("result");
const maxBytes = Number(form.dataset.maxBytes);
const prefix = new URL(form.action).pathname.replace(/\/$/, "");
const encoder = new TextEncoder();

/** The file that goes out instead of the text; null when there is none. */
let file = null;
let running = null;

const uploadToken = wireUploadToken(find("token"));

function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KiB"] : [bytes / 1024 ** 2, "MiB"];
  return `${value.toLocaleString("en", { maximumFractionDigits: 2 })} ${unit}`;
}

function showSize() {
  const bytes = file ? file.size : encoder.encode(textarea.value).byteLength;
  find("size").textContent = bytes === 0
    ? `up to ${sizeText(maxBytes)}`
    : `${sizeText(bytes)} of ${sizeText(maxBytes)}`;
  find("size").classList.toggle("over", bytes > maxBytes);
}

/** Takes a file, or goes back to the text with null. A name that was typed stays; one that came with a file goes with it. */
function takeFile(taken) {
  if (nameField.value === (file?.name ?? "")) nameField.value = taken?.name ?? "";
  file = taken;
  find("file-name").textContent = taken ? `${taken.name || "file"} · ${sizeText(taken.size)}` : "";
  find("file-chip").hidden = taken === null;
  textarea.hidden = taken !== null;
  if (taken === null) find("file").value = "";
  showSize();
  (taken ? find("upload") : textarea).focus();
}

function optionQuery() {
  const query = new URLSearchParams();
  if (find("expire").value !== "") query.set("expire", find("expire").value);
  if (find("burn").checked) query.set("burn", "1");
  if (nameField.value.trim() !== "") query.set("name", nameField.value.trim());
  return query;
}

async function submit() {
  if (running) return;
  running = new AbortController();
  result.replaceChildren();
  problem.textContent = "";
  find("copy-link").hidden = true;
  showProgress(0);
  const body = file ?? textarea.value;
  const size = file ? file.size : encoder.encode(textarea.value).byteLength;
  const query = optionQuery();
  try {
    const answer = await upload(body, {
      action: form.action,
      query,
      token: uploadToken(),
      onProgress: showProgress,
      signal: running.signal,
    });
    showProgress(null);
    showLink(answer.url);
    const { id, url, deleteToken, expires = null } = answer;
    const name = query.get("name") ?? "";
    rememberPaste({
      id,
      url,
      deleteToken,
      expires,
      name,
      size,
      burn: query.has("burn"),
      created: new Date().toISOString(),
    });
    showOwnPastes();
  } catch (error) {
    showProgress(null);
    if (error.name !== "AbortError") problem.textContent = error.message;
  } finally {
    running = null;
  }
}

/** A share from 0 to 1, or null for none. A bar that comes and goes at once would only flicker. */
function showProgress(share) {
  find("upload").disabled = share !== null;
  const isWorthIt = share !== null && (share > 0 || (file?.size ?? 0) > 100_000) && share < 1;
  find("progress").hidden = find("cancel").hidden = !isWorthIt;
  find("progress").value = share ?? 0;
}

function showLink(url) {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = url;
  result.replaceChildren(link);
  find("copy-link").hidden = false;
  link.focus();
}

async function copyLink() {
  const link = result.querySelector("a");
  if (link) confirmOn(find("copy-link"), await copyText(link.href) ? "Copied" : "Failed");
}

/** What "Duplicate" in the viewer asks for: the text of another paste, to be changed and sent as a new one. */
async function takeFrom(id) {
  const answer = await fetch(`${prefix}/${encodeURIComponent(id)}/raw`, { headers: { Accept: "text/plain" } }).catch(
    () => null,
  );
  if (!answer?.ok) {
    problem.textContent = "Cannot duplicate the paste: it is not there any more";
    return;
  }
  textarea.value = await answer.text();
  const [, name = ""] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition") ?? "") ?? [];
  nameField.value = decodeURIComponent(name);
  showSize();
  textarea.setSelectionRange(0, 0);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void submit();
});
textarea.addEventListener("input", showSize);
find("file").addEventListener("change", () => takeFile(find("file").files[0] ?? null));
find("file-remove").addEventListener("click", () => takeFile(null));
find("cancel").addEventListener("click", () => running?.abort());
find("copy-link").addEventListener("click", copyLink);

document.addEventListener("paste", (event) => {
  const [pasted] = event.clipboardData.files;
  // Copied from a spreadsheet there is a picture too: then the text is meant.
  if (!pasted || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  takeFile(pasted);
});

const isFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;
let depth = 0;
document.addEventListener("dragenter", (event) => {
  if (isFile(event)) find("drop-hint").hidden = ++depth === 0;
});
document.addEventListener("dragleave", (event) => {
  if (isFile(event)) find("drop-hint").hidden = --depth <= 0;
});
document.addEventListener("dragover", (event) => {
  if (isFile(event)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  depth = 0;
  find("drop-hint").hidden = true;
  takeFile(event.dataTransfer.files[0] ?? null);
});

const showOwnPastes = wireOwnPastes({ prefix, sizeText });
const toggleTheme = wireTheme(find("theme"));
wireShortcuts({
  o: () => find("file").click(),
  e: () => textarea.focus(),
  c: () => getSelection().isCollapsed ? void copyLink() : false,
  t: toggleTheme,
});

const from = new URLSearchParams(location.search).get("from");
if (from !== null) void takeFrom(from);
showSize();
document.documentElement.dataset.ready = "yes";
