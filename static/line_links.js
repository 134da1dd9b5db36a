// Links to lines: #L5 and #L5-L9.

/** Reads a fragment; null when it names no lines. */
export function parseLines(hash) {
  const match = /^#?L?(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first === 0 || last === 0 ? null : { first: Math.min(first, last), last: Math.max(first, last) };
}

/** Writes a fragment. */
export function formatLines({ first, last }) {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** Lets lines be chosen: by the address, by clicks on their numbers, with shift for a range. */
export class LineLinks {
  #view;
  #lines = null;
  #anchor = null;

  constructor(view) {
    this.#view = view;
    view.main.addEventListener("click", (event) => this.#click(event));
    view.main.addEventListener("mousedown", (event) => {
      // Shift would select the text up to here.
      if (event.shiftKey && this.#numberAt(event) > 0) event.preventDefault();
    });
    addEventListener("hashchange", () => this.#follow());
    if (location.hash !== "") this.#follow();
  }

  /** What is chosen: `{ first, last }`, or null. */
  get lines() {
    return this.#lines;
  }

  /** Chooses lines, or none with null, and says so in the address. */
  choose(lines) {
    this.#mark(lines);
    history.replaceState(null, "", lines === null ? location.pathname + location.search : formatLines(lines));
  }

  #follow() {
    const lines = parseLines(location.hash);
    this.#anchor = lines?.first ?? null;
    this.#mark(lines);
    if (this.#lines !== null) this.#view.scrollTo(this.#lines.first);
  }

  #mark(lines) {
    const { main, count } = this.#view;
    for (const line of main.querySelectorAll(".selected")) line.classList.remove("selected");
    main.classList.add("chosen");
    this.#lines = lines === null || lines.first > count ? null : { ...lines, last: Math.min(lines.last, count) };
    if (this.#lines === null) return;
    for (let n = this.#lines.first; n <= this.#lines.last; n++) this.#view.line(n).classList.add("selected");
  }

  #click(event) {
    const number = this.#numberAt(event);
    if (number === 0) return;
    if (event.shiftKey && this.#anchor !== null) {
      this.choose({ first: Math.min(this.#anchor, number), last: Math.max(this.#anchor, number) });
      return;
    }
    const again = this.#lines?.first === number && this.#lines.last === number;
    this.#anchor = again ? null : number;
    this.choose(again ? null : { first: number, last: number });
  }

  /** The line whose number was hit; 0 when it was something else. */
  #numberAt(event) {
    const line = event.target.closest?.(".block > span");
    if (!line || event.target !== line) return 0;
    const width = parseFloat(getComputedStyle(line).paddingLeft);
    const isNumber = event.clientX - this.#view.main.getBoundingClientRect().left < width;
    return isNumber ? Number(line.dataset.n) : 0;
  }
}
