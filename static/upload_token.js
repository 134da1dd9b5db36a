// The token that this instance wants for uploads: remembered until the tab is closed, and nowhere else.

const KEY = "upload-token";

/** Fills the field in from what is remembered, and keeps what is typed. Gives what reads it: empty without a field. */
export function wireUploadToken(field) {
  if (!field) return () => "";
  field.value = load();
  field.addEventListener("change", () => save(field.value.trim()));
  return () => field.value.trim();
}

function load() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is switched off
  }
}

function save(token) {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is switched off: it is typed again on the next page.
  }
}
