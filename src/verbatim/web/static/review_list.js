// The list: verbatims by filters, several chosen, accepted or changed at once.
import { api, at, day, newKey, node, number, Problem, say, tell, tellProblem } from "./frame.js";
import { POLARITIES, STANCES } from "./judgement.js";
import { SIGNS } from "./review_view.js";

const PAGE = 50;
const FILTERS = ["q", "code", "stance", "review", "account"];
const NEEDS = { accept: [], add: ["code", "polarity"], remove: ["code"], replace: ["code", "to"], polarity: ["code", "polarity"], stance: ["stance"] };

export class List {
  constructor(frame, { open }) {
    this.frame = frame;
    this.open = open;
    this.items = [];
    this.next = null;
    this.chosen = new Set();
    this.key = newKey();
    this.round = 0;
  }

  enter() {
    if (!this.root) this.build();
    return this.refresh();
  }

  build() {
    const { frame } = this;
    const codes = () => frame.codes.map((code) => node("option", { value: code.id, text: frame.fullName(code.id) }));
    const any = () => node("option", { value: "", text: say("review.any") });
    this.q = node("input", { id: "f-q", type: "search", maxlength: "200" });
    this.account = node("input", { id: "f-account", maxlength: "200" });
    this.code = node("select", { id: "f-code" }, any(), codes());
    this.stance = node("select", { id: "f-stance" }, any(), STANCES.map((one) => node("option", { value: one, text: say(`review.stance_${one}`) })));
    this.review = node("select", { id: "f-review" }, any(), ["true", "false"].map((one) => node("option", { value: one, text: say(`review.review_${one}`) })));
    const filters = FILTERS.map((name) => node("div", { class: "fields" }, node("label", { for: `f-${name}`, text: say(`review.filter_${name}`) }), this[name]));
    const form = node("form", { class: "filters", role: "search", on: { submit: (event) => { event.preventDefault(); this.refresh(); } } }, filters, node("button", { class: "primary", text: say("review.show") }));
    for (const name of ["code", "stance", "review"]) this[name].addEventListener("change", () => this.refresh());
    this.all = node("input", { type: "checkbox", id: "all", on: { change: () => this.chooseAll(this.all.checked) } });
    this.rows = node("ol", { class: "rows" });
    this.none = node("p", { class: "empty", hidden: true, text: say("review.empty_list") });
    this.moreButton = node("button", { type: "button", hidden: true, text: say("review.more"), on: { click: () => this.fetch(false) } });
    this.root = at("list");
    this.root.replaceChildren(form, node("p", {}, node("label", {}, this.all, ` ${say("review.choose_all")}`)), this.none, this.rows, node("p", {}, this.moreButton), this.bulkBar(codes));
    this.root.addEventListener("keydown", (event) => this.press(event));
  }

  bulkBar(codes) {
    const field = (name, options) => {
      this[`do_${name}`] = node("select", { id: `do-${name}`, "aria-label": say(`review.do_${name}`), on: { change: () => { this.key = newKey(); this.showBulk(); } } }, options);
      return this[`do_${name}`];
    };
    const actions = field("action", Object.keys(NEEDS).map((one) => node("option", { value: one, text: say(`review.action_${one}`) })));
    const needed = [
      field("code", codes()),
      field("to", codes()),
      field("polarity", POLARITIES.map((one) => node("option", { value: one, text: `${SIGNS[one]} ${say(`review.${one}`)}` }))),
      field("stance", STANCES.map((one) => node("option", { value: one, text: say(`review.stance_${one}`) }))),
    ];
    this.count = node("span", { role: "status" });
    this.apply = node("button", { type: "button", class: "primary", text: say("review.apply"), on: { click: () => this.run() } });
    this.bar = node("div", { class: "bulk", role: "group", "aria-label": say("review.bulk"), hidden: true }, this.count, actions, needed, this.apply);
    return this.bar;
  }

  async refresh() {
    if (!this.root) return;
    this.chosen.clear();
    await this.fetch(true);
  }

  async fetch(fresh) {
    const mine = ++this.round;
    const query = new URLSearchParams({ limit: String(PAGE) });
    for (const name of FILTERS) if (this[name].value.trim()) query.set(name, this[name].value.trim());
    if (!fresh && this.next) query.set("cursor", this.next);
    try {
      const { items, next } = await api("GET", `/v1/verbatims?${query}`);
      if (mine !== this.round) return;
      this.items = fresh ? items : [...this.items, ...items];
      this.next = next;
      this.show();
    } catch (error) {
      tellProblem(error);
    }
  }

  show() {
    this.rows.replaceChildren(...this.items.map((one, place) => this.line(one, place)));
    this.rows.hidden = !this.items.length;
    this.none.hidden = this.items.length > 0;
    this.moreButton.hidden = !this.next;
    this.showBulk();
  }

  line(one, place) {
    const words = one.text ?? one.turns?.filter((turn) => turn.side !== "us").map((turn) => turn.text).join(" ") ?? "";
    const box = node("input", { type: "checkbox", checked: this.chosen.has(one.id), "aria-label": say("review.choose_row", { n: place + 1 }), "data-id": String(one.id), on: { change: (event) => this.choose(one.id, event.target.checked) } });
    const open = node("button", { type: "button", class: "open", text: words.slice(0, 220) || say("review.no_words"), on: { click: () => this.open(this.items, place) } });
    const labels = one.codes.map((code) => node("span", { class: `label hue-${this.frame.hue(code.id)}`, text: `${SIGNS[code.polarity]} ${this.frame.name(code.id)}` }));
    const about = [one.account, one.date && day(one.date), one.stance?.label && say(`review.stance_${one.stance.label}`), one.score !== null && say("review.scored", { score: number(one.score) })];
    return node("li", {}, box, node("div", {}, open, node("div", { class: "labels" }, labels, node("span", { text: about.filter(Boolean).join(" · ") }))));
  }

  /** Within the list: j and k move, x or the space bar choose, Enter opens. */
  press(event) {
    if (event.target.closest("select, input:not([type=checkbox])")) return;
    const boxes = [...this.rows.querySelectorAll("input")];
    const here = boxes.findIndex((box) => box.closest("li").contains(document.activeElement));
    const move = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && boxes.length) boxes[Math.min(Math.max(here + move, 0), boxes.length - 1)].focus();
    else if (event.key === "x" && here >= 0) boxes[here].click();
    else if (event.key === "Enter" && here >= 0 && document.activeElement === boxes[here]) this.open(this.items, here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(id, yes) {
    if (yes) this.chosen.add(id);
    else this.chosen.delete(id);
    this.key = newKey();
    this.showBulk();
  }

  chooseAll(yes) {
    this.chosen = new Set(yes ? this.items.map((one) => one.id) : []);
    this.key = newKey();
    this.show();
  }

  showBulk() {
    this.bar.hidden = !this.chosen.size;
    this.all.checked = this.items.length > 0 && this.chosen.size === this.items.length;
    this.count.textContent = say("review.chosen", { n: this.chosen.size });
    for (const name of ["code", "to", "polarity", "stance"]) this[`do_${name}`].hidden = !NEEDS[this.do_action.value].includes(name);
  }

  async run() {
    const action = this.do_action.value;
    const items = this.items.filter((one) => this.chosen.has(one.id)).map((one) => ({ verbatim: one.id, coding: one.coding }));
    const body = { action, items };
    for (const name of NEEDS[action]) body[name] = this[`do_${name}`].value;
    this.apply.disabled = true;
    try {
      const { results, changed } = await api("POST", "/v1/review/bulk", body, { key: this.key });
      const left = results.filter((one) => one.status >= 400).length;
      tell(say("review.bulk_done", { n: changed }) + (left ? ` ${say("review.bulk_left", { n: left })}` : ""), left ? "bad" : "good");
      this.key = newKey();
      await this.refresh();
    } catch (error) {
      if (!(error instanceof Problem && error.passing)) this.key = newKey();
      tellProblem(error); // sent again under the same key it has its effect once
    } finally {
      this.apply.disabled = false;
    }
  }
}
