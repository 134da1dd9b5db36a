// The lines on the page: a hundred thousand of them, so everything here is by number, and by block where it can be.

/** How many lines each block has but the last. */
const BLOCK_LINES = 200;

const ROW_PX = 20;

export class LineView {
  #texts = null;
  #visible = new Set();
  #watchers = [];

  constructor(main) {
    this.main = main;
    this.blocks = [...main.querySelectorAll(".block")];
    this.count = this.blocks.length === 0
      ? 0
      : (this.blocks.length - 1) * BLOCK_LINES + this.blocks.at(-1).childElementCount;
    const observer = new IntersectionObserver((entries) => this.#update(entries), {
      root: main,
      rootMargin: "600px 0px",
    });
    for (const block of this.blocks) observer.observe(block);
  }

  /** The element of a line, from 1. */
  line(number) {
    return this.blocks[Math.floor((number - 1) / BLOCK_LINES)]?.children[(number - 1) % BLOCK_LINES];
  }

  /** The number of the line that a node lies in; 0 when it lies in none. */
  numberOf(node) {
    const element = node instanceof Element ? node : node?.parentElement;
    return Number(element?.closest(".block > span")?.dataset.n ?? 0);
  }

  /** The text of every line, as it was sent to the page. */
  texts() {
    this.#texts ??= this.blocks.flatMap((block) => Array.from(block.children, (line) => line.textContent.slice(0, -1)));
    return this.#texts;
  }

  /** Calls back with each block that comes near the screen, those that are there already included. */
  onVisible(watcher) {
    this.#watchers.push(watcher);
    for (const block of this.#visible) watcher(block);
  }

  /** The blocks near the screen. */
  get visible() {
    return [...this.#visible];
  }

  /** The numbers of a block's first and last line. */
  rangeOf(block) {
    const first = Number(block.firstElementChild.dataset.n);
    return [first, first + block.childElementCount - 1];
  }

  /** The first line that can be seen. */
  topLine() {
    const box = this.main.getBoundingClientRect();
    for (const y of [2, 14, 30]) {
      const number = this.numberOf(document.elementFromPoint(box.left + 4, box.top + y));
      if (number > 0) return number;
    }
    return 1;
  }

  /** Whether a line can be seen as a whole. */
  isInView(number) {
    const [line, box] = [this.line(number)?.getBoundingClientRect(), this.main.getBoundingClientRect()];
    return line !== undefined && line.height > 0 && line.top >= box.top && line.bottom <= box.bottom;
  }

  /** Brings a line into the middle. What comes into view on the way gets its true height, so it is done twice. */
  scrollTo(number) {
    const show = () => this.line(number)?.scrollIntoView({ block: "center", inline: "nearest" });
    show();
    requestAnimationFrame(() => {
      if (!this.isInView(number)) show();
    });
  }

  /** Whether a line is among those that are shown. */
  isShown(number) {
    return !this.main.classList.contains("filtered") || this.line(number).classList.contains("match");
  }

  /** Shows some lines only; null shows all. */
  filter(numbers) {
    this.main.classList.toggle("filtered", numbers !== null);
    const counts = new Array(this.blocks.length).fill(0);
    const shown = new Set(numbers ?? []);
    for (const number of shown) counts[Math.floor((number - 1) / BLOCK_LINES)]++;
    this.blocks.forEach((block, i) => {
      block.classList.toggle("none", numbers !== null && counts[i] === 0);
      // The height until it is laid out; in all other blocks the style sheet's holds.
      block.style.containIntrinsicBlockSize = numbers === null ? "" : `${counts[i] * ROW_PX}px`;
    });
    for (const line of this.main.querySelectorAll(".match")) line.classList.remove("match");
    for (const number of shown) this.line(number)?.classList.add("match");
  }

  #update(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) this.#visible.delete(target);
      else if (!this.#visible.has(target)) {
        this.#visible.add(target);
        for (const watcher of this.#watchers) watcher(target);
      }
    }
  }
}
