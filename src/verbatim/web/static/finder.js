// Finding a code by typing: a combobox over the names of the frame.
import { at, node } from "./frame.js";

export class Finder {
  constructor(frame, chosen) {
    this.frame = frame;
    this.chosen = chosen;
    this.input = at("find");
    this.list = at("found");
    this.found = [];
    this.place = 0;
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("focus", () => this.show());
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 100));
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  open() {
    this.input.focus();
    this.input.select();
  }

  show() {
    this.found = this.frame.find(this.input.value);
    this.place = 0;
    this.list.replaceChildren(
      ...this.found.map((code, place) =>
        node("li", { role: "option", id: `found-${place}`, class: `hue-${this.frame.hue(code.id)}`, on: { mousedown: (event) => { event.preventDefault(); this.take(place); } } },
          this.frame.fullName(code.id), node("small", { text: `${code.id} · ${code.definition}` })),
      ),
    );
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((line, place) => line.setAttribute("aria-selected", String(place === this.place)));
    const line = this.list.children[this.place];
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && this.found.length) {
      this.place = (this.place + move + this.found.length) % this.found.length;
      this.mark();
    } else if (event.key === "Enter") {
      this.take(this.place);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(place) {
    const code = this.found[place];
    if (!code) return;
    this.input.value = "";
    this.input.blur();
    this.close();
    this.chosen(code.id);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
