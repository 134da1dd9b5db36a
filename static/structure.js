// Code in colours, and JSON lines on several lines: computed by a worker, shown block by block as one looks at them.

import { tokenNodes } from "./tokens.js";

/** Larger code stays in one colour. */
const MAX_CODE_LENGTH = 512 * 1024;

/** A longer line is not formatted: it would be tens of thousands of lines. */
const MAX_JSON_LENGTH = 256 * 1024;

/** How long the worker may take for one piece of work. */
const PATIENCE_MS = 5_000;

export class Structure {
  #view;
  #notify;
  #changed;
  #worker = null;
  #waiting = new Map();
  #id = 0;
  #pretty = false;
  #originals = new Map();
  #code = null;

  /** `notify` tells people something, `changed` hears that lines have got other nodes with the same text, or theirs back. */
  constructor(view, { notify, changed }) {
    this.#view = view;
    this.#notify = notify;
    this.#changed = changed;
    const { language } = view.main.dataset;
    if (language !== undefined) this.#colorCode(language);
    view.onVisible((block) => this.#dress(block));
  }

  /** Shows JSON lines formatted, or as they are; gives which. */
  toggleJson() {
    const isCandidate = (text) => /^\s*[{[]/.test(text);
    if (!this.#pretty && !this.#view.texts().some(isCandidate)) {
      this.#notify("No line here is a JSON object or array");
      return false;
    }
    const top = this.#view.topLine();
    this.#pretty = !this.#pretty;
    if (this.#pretty) { for (const block of this.#view.visible) this.#format(block); }
    else this.#restore();
    this.#view.scrollTo(top);
    return this.#pretty;
  }

  #dress(block) {
    if (this.#code !== null) this.#paint(block);
    if (this.#pretty) this.#format(block);
  }

  async #colorCode(language) {
    const text = this.#view.texts().join("\n");
    if (text.length > MAX_CODE_LENGTH) return;
    this.#code = await this.#ask({ type: "code", language, text });
    for (const block of this.#view.visible) this.#dress(block);
  }

  #paint(block) {
    if (block.dataset.painted) return;
    block.dataset.painted = "code";
    const [first] = this.#view.rangeOf(block);
    Array.from(block.children, (line, i) => {
      if (!line.classList.contains("pretty")) line.replaceChildren(tokenNodes(this.#code[first + i - 1] ?? []));
    });
    this.#changed();
  }

  async #format(block) {
    const [first, last] = this.#view.rangeOf(block);
    const texts = this.#view.texts().slice(first - 1, last);
    const numbers = [];
    for (let number = first; number <= last; number++) {
      const text = texts[number - first];
      if (/^\s*[{[]/.test(text) && text.length <= MAX_JSON_LENGTH && !this.#originals.has(number)) numbers.push(number);
    }
    if (numbers.length === 0) return;
    const formatted = await this.#ask({ type: "json", lines: numbers.map((number) => texts[number - first]) });
    if (formatted === null || !this.#pretty) return;
    numbers.forEach((number, i) => {
      if (formatted[i] === null || this.#originals.has(number)) return;
      const line = this.#view.line(number);
      this.#originals.set(number, [...line.childNodes]);
      line.replaceChildren(...formatted[i].map((tokens) => tokenNodes(tokens)));
      line.classList.add("pretty");
    });
  }

  #restore() {
    for (const [number, nodes] of this.#originals) {
      const line = this.#view.line(number);
      line.replaceChildren(...nodes);
      line.classList.remove("pretty");
    }
    this.#originals.clear();
    this.#changed();
  }

  /** Resolves to the worker's answer; null when it took too long or failed. */
  #ask(task) {
    const id = ++this.#id;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage({ ...task, id });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(), PATIENCE_MS);
      this.#waiting.set(id, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
    });
  }

  #startWorker() {
    const worker = new Worker(new URL("./code_worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      this.#waiting.get(data.id)?.(data.result);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener("error", () => this.#giveUp());
    return worker;
  }

  #giveUp() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
  }
}
