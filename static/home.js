// The upload page's script: sends the text without leaving the page. Without it the form goes out as a form.

const form = document.querySelector("#upload-form");
const textarea = document.querySelector("#upload-textarea");
const button = document.querySelector("#upload");
const result = document.querySelector("#result");
const problem = document.querySelector("#form-upload-error");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  result.replaceChildren();
  problem.textContent = "";
  button.disabled = true;
  try {
    showLink(await upload(textarea.value));
  } catch (error) {
    problem.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

/** Resolves to the paste's URL; rejects with a message for people. */
async function upload(text) {
  const answer = await fetch(form.action, { method: "PUT", body: text }).catch(() => {
    throw new Error("Cannot reach the server: check the connection and try again");
  });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return (await answer.json()).url;
}

function showLink(url) {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = url;
  result.replaceChildren(link);
  link.focus();
}
