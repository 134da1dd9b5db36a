/**
 * The upload page.
 *
 * @module
 */

import { html, raw } from "hono/html";
import type { ExpiryLimits } from "../create_options.ts";
import { icon } from "./icons.ts";
import { layout, type Markup } from "./layout.ts";
import { formatSize } from "../size.ts";
import { exampleLife, type LifeChoice, lifeChoices } from "./life_choices.ts";
import { HOME_SHORTCUTS, shortcutSheet } from "./shortcuts.ts";

/** What the operator calls the site, and its limits. */
export interface Site extends ExpiryLimits {
  /** Its title. */
  readonly title: string;
  /** The line below the title. */
  readonly subtitle: string;
  /** HTML at the end of the page: the operator is trusted with it. */
  readonly footer: string;
  /** Whether the page shows how to use curl. */
  readonly showDocs: boolean;
  /** The largest paste, in bytes. */
  readonly maxBytes: number;
  /** Whether sending a paste needs a token. */
  readonly tokenRequired: boolean;
  /** The path below which the site lies; usually empty. */
  readonly prefix: string;
}

/**
 * Renders the page. It works without JavaScript: the form then goes out as a form.
 *
 * @param site Titles and limits.
 * @param base What links to this instance begin with.
 * @returns The document.
 */
export function homePage(site: Site, base: string): Promise<string> {
  const content = html`
    <header class="site">
      <div>
        <h1>${site.title}</h1>
        <p class="subtitle">${site.subtitle}</p>
      </div>
      <nav class="tools scripted" aria-label="Page">
        <a class="button" id="mine-link" href="#mine">Your pastes<span id="mine-count"></span></a>
        <button type="button" class="button" id="theme" aria-label="Theme" title="Theme">${icon("theme")}</button>
        <button type="button" class="button" id="help" aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts">${icon("help")}</button>
      </nav>
    </header>
    <main>
      ${uploadForm(site)}
      ${site.showDocs ? documentation(site, base) : ""}
      ${ownPastes()}
    </main>
    ${site.footer === "" ? "" : html`<footer>${raw(site.footer)}</footer>`}
    <div id="drop-hint" hidden aria-hidden="true">
      <p>Drop the file to paste it</p>
    </div>
    ${shortcutSheet(HOME_SHORTCUTS)}
  `;
  return layout(content, { title: site.title, prefix: site.prefix, script: "home.js", styles: ["home.css"] });
}

function uploadForm(site: Site): Markup {
  const { prefix, maxBytes } = site;
  const limit = formatSize(maxBytes);
  return html`
    <form id="upload-form" method="post" action="${prefix}/" enctype="multipart/form-data" data-max-bytes="${maxBytes}">
      <label for="upload-textarea">Text to share</label>
      <div class="editor">
        <textarea id="upload-textarea" name="_" rows="14" spellcheck="false" autocomplete="off" autocapitalize="off"
          aria-describedby="size" autofocus></textarea>
        <div class="chip" id="file-chip" hidden>
          <span id="file-name"></span>
          <button type="button" class="button" id="file-remove">Use text instead</button>
        </div>
        <div class="editor-foot">
          <span class="file"><label for="file">or a file</label> <input type="file" id="file" name="file"></span>
          <output id="size" for="upload-textarea">up to ${limit}</output>
        </div>
      </div>
      <div class="options">
        <p><label for="name">Name</label>
          <input id="name" name="name" maxlength="255" placeholder="app.log" autocomplete="off" spellcheck="false"></p>
        <p><label for="expire">Expires</label>
          <select id="expire" name="expire">${lifeChoices(site).map(lifeOption)}</select></p>
        <p
          class="check"><input type="checkbox" id="burn" name="burn" value="1"> <label for="burn">Delete once read</label></p>
        ${site.tokenRequired ? tokenField() : ""}
        <button id="upload" class="button primary" type="submit">Upload</button>
      </div>
      <div class="outcome">
        <progress id="progress" max="1" value="0" aria-label="Upload" hidden></progress>
        <button type="button" class="button" id="cancel" hidden>Cancel</button>
        <p id="form-upload-error" role="alert"></p>
        <p id="result" role="status"></p>
        <button type="button" class="button" id="copy-link" hidden>${icon("copy")}<span>Copy link</span></button>
      </div>
    </form>
  `;
}

function lifeOption({ value, text, isDefault }: LifeChoice): Markup {
  const selected = isDefault ? "selected" : "";
  return html`<option value="${value}" ${selected}>${text}</option>`;
}

/** Without a name, and only with JavaScript: a form cannot send a header, and the token belongs nowhere else. */
function tokenField(): Markup {
  return html`
    <p class="scripted"><label for="token">Token</label>
      <input id="token" type="password" autocomplete="off" spellcheck="false"></p>
  `;
}

function documentation(site: Site, base: string): Markup {
  return html`
    <section class="documentation" aria-labelledby="docs">
      <h2 id="docs">From the command line</h2>
      <p>Send what a command prints:</p>
      <pre id="curl-cmd" tabindex="0"><code>echo "some text" | curl -F '_=<-' ${base}/</code></pre>
      <p>Send a file:</p>
      <pre id="curl-file-cmd" tabindex="0"><code>curl -T app.log ${base}/</code></pre>
      <p>Or get the command <code>paste</code> for your shell, which can delete what it sent:</p>
      <pre id="cli-cmd" tabindex="0"><code>${shellExample(site, base)}</code></pre>
      <p>More of it, such as searching a log: <code>curl ${base}/</code></p>
      <h2>From JavaScript</h2>
      <pre id="js-example" tabindex="0"><code>${javaScriptExample(base)}</code></pre>
    </section>
  `;
}

function ownPastes(): Markup {
  return html`
    <section id="mine" class="scripted" aria-labelledby="mine-title" tabindex="-1">
      <h2 id="mine-title">Your pastes</h2>
      <p id="mine-empty">What you upload with this browser is listed here, and can be deleted.</p>
      <ul id="mine-list"></ul>
      <p id="mine-message" role="status"></p>
    </section>
  `;
}

/** Not in the template: a formatter would indent its second line. */
function shellExample(site: Site, base: string): string {
  return `eval "$(curl -sS ${base}/cli)"\ndmesg | paste -e ${exampleLife(site)}`;
}

function javaScriptExample(base: string): string {
  return `<script src="${base}/js/logpaste.js"></script>
<script>
  logpaste.uploadText("some text", "${base}")
    .then((id) => console.log(\`${base}/\${id}\`));
</script>`;
}
