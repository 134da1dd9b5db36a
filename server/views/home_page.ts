/**
 * The upload page.
 *
 * @module
 */

import { format } from "@std/fmt/bytes";
import { html, raw } from "hono/html";
import { layout, type Markup } from "./layout.ts";

/** What the operator calls the site, and its limits. */
export interface Site {
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
  const limit: string = format(site.maxBytes, { binary: true });
  const content = html`
    <header>
      <h1>${site.title}</h1>
      <p class="subtitle">${site.subtitle}</p>
    </header>
    <main>
      <form id="upload-form" method="post" action="${site.prefix}/" enctype="multipart/form-data">
        <label for="upload-textarea">Text to share, up to ${limit}</label>
        <textarea id="upload-textarea" name="_" rows="16" required spellcheck="false" autocomplete="off"
          autocapitalize="off"></textarea>
        <button id="upload" type="submit">Upload</button>
        <p id="form-upload-error" role="alert"></p>
        <p id="result" role="status"></p>
      </form>
      ${site.showDocs ? documentation(base) : ""}
    </main>
    ${site.footer === "" ? "" : html`<footer>${raw(site.footer)}</footer>`}
  `;
  return layout(content, { title: site.title, prefix: site.prefix, script: "home.js" });
}

function documentation(base: string): Markup {
  return html`
    <section class="documentation" aria-labelledby="docs">
      <h2 id="docs">From the command line</h2>
      <p>Send what a command prints:</p>
      <pre id="curl-cmd" tabindex="0"><code>echo "some text" | curl -F '_=<-' ${base}/</code></pre>
      <p>Send a file:</p>
      <pre id="curl-file-cmd" tabindex="0"><code>curl -T app.log ${base}/</code></pre>
      <h2>From JavaScript</h2>
      <pre id="js-example" tabindex="0"><code>${javaScriptExample(base)}</code></pre>
    </section>
  `;
}

function javaScriptExample(base: string): string {
  return `<script src="${base}/js/logpaste.js"></script>
<script>
  logpaste.uploadText("some text", "${base}").then((id) => console.log(\`${base}/\${id}\`));
</script>`;
}
