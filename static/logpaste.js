// For other people's pages: <script src="https://paste.example/js/logpaste.js"></script>, then
// logpaste.uploadText("some text", "https://paste.example").then((id) => …). A classic script on purpose.
"use strict";

(() => {
  async function uploadText(text, baseUrl = "") {
    const answer = await fetch(`${baseUrl}/`, { method: "PUT", body: text });
    if (!answer.ok) throw new Error((await answer.text()).trim() || answer.statusText);
    return (await answer.json()).id;
  }

  globalThis.logpaste = { ...globalThis.logpaste, uploadText };
})();
