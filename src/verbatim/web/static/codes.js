// The code frame: names in the reader's language, colours, and finding a code by typing.
import { api, me } from "./frame.js";

export const HUES = 10;

/** The frame: `code(id)`, `name(id)`, `hue(id)`, `find(typed)`, `siblings(id)`. */
export class Frame {
  constructor(told) {
    const tags = [me.language, "en", ...told.languages];
    this.languages = told.languages;
    this.codes = told.codes.map((one) => ({
      id: one.id,
      role: one.role,
      name: one[tags.find((tag) => one[tag])]?.name ?? one.id,
      definition: one[tags.find((tag) => one[tag])]?.definition ?? "",
      names: told.languages.map((tag) => one[tag]?.name ?? ""),
      category: one.id.split(".")[0],
    }));
    this.byId = new Map(this.codes.map((one) => [one.id, one]));
    this.places = new Map(this.codes.map((one, place) => [one.id, place]));
  }

  code(id) {
    return this.byId.get(id);
  }
  /** What a code is called; its id where the frame lacks it. */
  name(id) {
    return this.byId.get(id)?.name ?? id;
  }
  /** The name with that of its category before it. */
  fullName(id) {
    const category = id.split(".")[0];
    return category === id ? this.name(id) : `${this.name(category)} › ${this.name(id)}`;
  }
  /** Which of the colours a code has: always the same, and another one than its neighbours. */
  hue(id) {
    return (this.places.get(id) ?? 0) % HUES;
  }
  /** The codes beside this one, and the category itself. */
  siblings(id) {
    const category = id.split(".")[0];
    return this.codes.filter((one) => one.category === category && one.id !== id);
  }

  /** The codes that fit what was typed, the nearest first: by name in any language, or by id. */
  find(typed, most = 8) {
    const wanted = fold(typed);
    if (!wanted) return this.codes.slice(0, most);
    const ranked = this.codes.map((one) => [rank(one, wanted), one]).filter(([worth]) => worth > 0);
    ranked.sort((one, other) => other[0] - one[0]);
    return ranked.slice(0, most).map(([, one]) => one);
  }
}

/** The frame in use. */
export async function fetchFrame() {
  return new Frame(await api("GET", "/v1/codebook"));
}

const fold = (text) => text.normalize("NFKC").toLocaleLowerCase().trim();

function rank(one, wanted) {
  const own = fit(fold(one.name), wanted) * 1.1;
  return Math.max(own, fit(one.id, wanted), ...one.names.map((name) => fit(fold(name), wanted)));
}

/** How well a name fits: whole, from its beginning, from that of a word, inside, or with its letters in order. */
function fit(name, wanted) {
  if (name === wanted) return 10;
  if (name.startsWith(wanted)) return 8;
  if (name.split(/[\s._/&-]+/).some((word) => word.startsWith(wanted))) return 6;
  if (name.includes(wanted)) return 4;
  let at = -1;
  return wanted.length > 2 && [...wanted].every((letter) => (at = name.indexOf(letter, at + 1)) >= 0) ? 1 : 0;
}
