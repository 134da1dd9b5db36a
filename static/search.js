// Searching and filtering. The work is done by a worker; here is what one sees of it.

/** How long a search may stay silent before it is ended. */
const SILENCE_MS = 2_000;

/** How long it may, once something else is to be searched for. */
const OUTDATED_MS = 400;

/** How long the worker may take to begin: longer when the one before it is still on its way out. */
const START_MS = 15_000;

const highlights = globalThis.CSS?.highlights;

export class Search {
  #view;
  #notify;
  #worker = null;
  #watchdog = 0;
  #patienceMs = START_MS;
  #running = false;
  #outdated = false;
  #matching = [];
  #places = new Map();
  #current = 0;
  #filtered = false;

  #input = document.querySelector("#search");
  #regex = document.querySelector("#regex");
  #output = document.querySelector("#match-count");
  #filterButton = document.querySelector("#filter");

  constructor(view, notify) {
    this.#view = view;
    this.#notify = notify;
    this.#input.addEventListener("input", () => this.#start());
    this.#regex.addEventListener("click", () => {
      this.#regex.setAttribute("aria-pressed", String(!this.#isRegex()));
      this.#start();
    });
    document.querySelector("#search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.next();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.shiftKey) {
        event.preventDefault();
        this.previous();
      }
    });
    document.querySelector("#next-match").addEventListener("click", () => this.next());
    document.querySelector("#previous-match").addEventListener("click", () => this.previous());
    this.#filterButton.addEventListener("click", () => this.toggleFilter());
    view.onVisible(() => this.repaint());
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  /** Empties the field; gives whether there was anything to empty. */
  clear() {
    if (this.#input.value === "" && !this.#filtered) return false;
    this.#input.value = "";
    this.#filtered = false;
    this.#start();
    return true;
  }

  next() {
    const from = this.#position();
    this.#show(this.#matching.find((number) => number > from) ?? this.#matching[0]);
  }

  previous() {
    const from = this.#position();
    this.#show(this.#matching.findLast((number) => number < from) ?? this.#matching.at(-1));
  }

  toggleFilter() {
    this.#filtered = !this.#filtered;
    this.#applyFilter();
    if (this.#current > 0) this.#view.scrollTo(this.#current);
  }

  #isRegex() {
    return this.#regex.getAttribute("aria-pressed") === "true";
  }

  /** Where to go on from: the match last shown, as long as it is still in view. */
  #position() {
    if (this.#current > 0 && this.#view.isInView(this.#current)) return this.#current;
    return this.#view.topLine() - 0.5;
  }

  /** Searches for what the field holds now; a search that runs still is waited for, but not for long. */
  #start() {
    this.#setProblem("");
    if (this.#running) {
      this.#outdated = true;
      if (this.#patienceMs === SILENCE_MS) this.#watch(1, OUTDATED_MS);
      return;
    }
    const text = this.#input.value;
    if (text === "") {
      this.#take([], new Uint32Array());
      return;
    }
    // Capitals in the text mean that capitals matter.
    const flags = /\p{Lu}/u.test(text) ? "g" : "gi";
    this.#worker ??= this.#startWorker();
    const source = this.#isRegex() ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    this.#worker.postMessage({ type: "search", source, flags });
    this.#running = true;
    this.#watch(1, this.#patienceMs);
  }

  #startWorker() {
    this.#patienceMs = START_MS;
    const worker = new Worker(new URL("./search_worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.postMessage({ type: "lines", lines: this.#view.texts() });
    return worker;
  }

  #hear(message) {
    this.#patienceMs = SILENCE_MS;
    if (message.type === "alive") {
      this.#watch(message.line, this.#outdated ? OUTDATED_MS : SILENCE_MS);
    } else if (!this.#isOutdated()) {
      if (message.type === "found") this.#take(message.matching, message.places);
      else this.#refuse(message.message);
    }
  }

  /** The search has ended. If the field holds something else by now, that is searched for instead. */
  #isOutdated() {
    clearTimeout(this.#watchdog);
    this.#running = false;
    if (!this.#outdated) return false;
    this.#outdated = false;
    this.#start();
    return true;
  }

  #watch(line, patienceMs) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#worker.terminate();
      this.#worker = null;
      if (this.#isOutdated()) return;
      this.#refuse(`This expression takes too long, at line ${line.toLocaleString("en")} or after: make it simpler`);
    }, patienceMs);
  }

  #refuse(problem) {
    this.#take([], new Uint32Array());
    this.#output.textContent = "";
    this.#setProblem(problem);
  }

  #setProblem(problem) {
    this.#input.toggleAttribute("aria-invalid", problem !== "");
    this.#notify(problem);
  }

  #take(matching, places) {
    this.#mark(0);
    this.#matching = Array.from(matching);
    this.#places = new Map();
    for (let i = 0; i < places.length; i += 3) {
      const list = this.#places.get(places[i]) ?? [];
      list.push([places[i + 1], places[i + 2]]);
      this.#places.set(places[i], list);
    }
    this.#tell();
    this.#applyFilter();
    this.repaint();
    if (this.#matching.length === 0) return;
    const top = this.#view.topLine();
    this.#show(this.#matching.find((number) => number >= top) ?? this.#matching[0]);
  }

  #applyFilter() {
    const shown = this.#filtered && this.#input.value !== "" ? this.#matching : null;
    this.#filterButton.setAttribute("aria-pressed", String(this.#filtered));
    if (shown !== null || this.#view.main.classList.contains("filtered")) this.#view.filter(shown);
  }

  #show(number) {
    if (number === undefined) return;
    this.#mark(number);
    this.#tell();
    if (!this.#view.isInView(number)) this.#view.scrollTo(number);
  }

  #mark(number) {
    this.#view.line(this.#current)?.classList.remove("current");
    this.#current = number;
    this.#view.line(number)?.classList.add("current");
  }

  #tell() {
    const count = this.#matching.length;
    const at = this.#matching.indexOf(this.#current) + 1;
    const all = count.toLocaleString("en");
    this.#output.textContent = this.#input.value === "" ? "" : at > 0 ? `${at.toLocaleString("en")} / ${all}` : all;
  }

  /** Marks what was found in the blocks near the screen, without touching the document. */
  repaint() {
    if (!highlights) return;
    const ranges = this.#view.visible.flatMap((block) => {
      const [first, last] = this.#view.rangeOf(block);
      const found = [];
      for (let number = first; number <= last; number++) {
        for (const place of this.#places.get(number) ?? []) found.push(...rangeIn(this.#view.line(number), place));
      }
      return found;
    });
    highlights.set("found", new Highlight(...ranges));
  }
}

/** A part of a line as a range over its text nodes; none when the line shows something else now. */
function rangeIn(line, [start, end]) {
  if (line.classList.contains("pretty")) return [];
  const range = document.createRange();
  let offset = 0;
  let started = false;
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!started && start < offset + node.length) {
      range.setStart(node, start - offset);
      started = true;
    }
    if (started && end <= offset + node.length) {
      range.setEnd(node, end - offset);
      return [range];
    }
    offset += node.length;
  }
  return [];
}
