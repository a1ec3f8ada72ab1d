// The forms of the operations on codes: each becomes one operation of the draft, which the server checks.
import { api, at, node, Problem, say, tell } from "./frame.js";
import { book, nameOf, parentOf, refresh } from "./codebook.js";

const NAMES = { en: "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文" };
let build = null;

/** Ask for what an operation needs, and put it into the draft. */
export function openForm(act, code) {
  at("form-title").textContent = code ? `${say(`codebook.act_${act}`)}: ${nameOf(code.id)}` : say(`codebook.act_${act}`);
  at("form-hint").textContent = say(`codebook.hint_${act}`);
  at("wrong").hidden = true;
  at("fields").replaceChildren();
  const made = FORMS[act](code);
  build = () => ({ act, ...made() });
  at("form").showModal();
}

at("cancel").addEventListener("click", () => at("form").close());
at("form").querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("keep").disabled = true;
  try {
    const body = { revision: book.draft.revision, operations: [build()] };
    const draft = await api("POST", "/v1/codebook/draft/operations", body);
    at("form").close();
    tell(say("codebook.kept"), "good");
    await refresh(draft);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 409 && error.body.current) await refresh(error.body.current);
    at("wrong").textContent = error.message;
    at("wrong").hidden = false;
  } finally {
    at("keep").disabled = false;
  }
});

const FORMS = {
  add() {
    const category = choice("category", [["", say("codebook.no_category")], ...categories()]);
    const last = field("id", { required: true, pattern: "[a-z0-9_]+", autocomplete: "off", spellcheck: "false" });
    const words = blocks(null);
    const theme = themeFields();
    return () => ({ code: category.value ? `${category.value}.${last.value.trim()}` : last.value.trim(), words: words(), ...theme() });
  },
  rename(code) {
    const inputs = each((tag) => labelled(say("codebook.name"), input({ value: code[tag].name, required: true, lang: tag }), tag));
    return () => ({ code: code.id, names: changed(inputs, (tag) => code[tag].name) });
  },
  redefine(code) {
    const words = blocks(code, false);
    return () => ({ code: code.id, words: words() });
  },
  move(code) {
    const to = choice("category", categories().filter(([id]) => id !== parentOf(code.id)));
    return () => ({ code: code.id, to: to.value });
  },
  merge(code) {
    const to = choice("other", others(code));
    return () => ({ code: code.id, to: to.value });
  },
  split(code) {
    const parts = [part(code, 1), part(code, 2)];
    const more = node("button", { type: "button", text: say("codebook.another"), on: { click: () => (parts.push(part(code, parts.length + 1)), at("fields").append(more)) } });
    at("fields").append(more);
    return () => ({ code: code.id, into: parts.map((one) => one()) });
  },
  retire(code) {
    return () => ({ code: code.id });
  },
};

/** One of the codes that another is split into: one that is there, or a new one with its words. */
function part(code, place) {
  const fields = at("fields");
  const box = node("fieldset", {}, node("legend", { text: say("codebook.part", { n: place }) }));
  fields.append(box);
  const kind = choice("into", [["", say("codebook.new_code")], ...others(code)], box);
  const fresh = node("div", { class: "fields" });
  box.append(fresh);
  const last = field("id", { required: true, pattern: "[a-z0-9_]+", autocomplete: "off", spellcheck: "false" }, fresh);
  const words = blocks(null, true, fresh);
  const toggle = () => {
    fresh.hidden = Boolean(kind.value);
    for (const one of fresh.querySelectorAll("input, textarea")) one.disabled = fresh.hidden;
  };
  kind.addEventListener("change", toggle);
  const prefix = parentOf(code.id);
  return () => (kind.value ? { code: kind.value } : { code: prefix ? `${prefix}.${last.value.trim()}` : last.value.trim(), words: words() });
}

/** The words in every language; a function that gives what is filled in, or changed. */
function blocks(code, named = true, place = at("fields")) {
  const found = book.frame.languages.map((tag) => {
    const box = node("fieldset", {}, node("legend", { text: NAMES[tag] ?? tag }));
    place.append(box);
    const former = code?.[tag] ?? {};
    const asked = !code;
    const made = {};
    if (named) made.name = labelled(say("codebook.name"), input({ value: former.name ?? "", required: asked, lang: tag }), null, box);
    made.definition = labelled(say("codebook.definition"), area(former.definition ?? "", tag, asked, 2), null, box);
    for (const name of ["include", "exclude"]) made[name] = labelled(`${say(`codebook.${name}`)} ${say("codebook.lines")}`, area((former[name] ?? []).join("\n"), tag, false, 1), null, box);
    made.examples = labelled(`${say("codebook.examples")} ${say("codebook.three_lines")}`, area((former.examples ?? []).join("\n"), tag, asked, 3), null, box);
    return [tag, made, former];
  });
  return () => Object.fromEntries(found.map(([tag, made, former]) => [tag, filled(made, former, Boolean(code))]).filter(([, block]) => Object.keys(block).length));
}

function filled(made, former, changesOnly) {
  const block = {};
  for (const [name, control] of Object.entries(made)) {
    const isList = ["include", "exclude", "examples"].includes(name);
    const value = isList ? lines(control.value) : control.value.trim();
    const before = former[name] ?? (isList ? [] : "");
    const same = JSON.stringify(value) === JSON.stringify(before);
    if (changesOnly ? !same : value.length) block[name] = value;
  }
  return block;
}

/** Excerpts that a new code is to be learnt from, chosen by hand: the numbers of verbatims, one a line. */
function themeFields() {
  const box = node("fieldset", {}, node("legend", { text: say("codebook.theme") }));
  at("fields").append(box);
  const numbers = labelled(say("codebook.theme_examples"), area("", "", false, 2), null, box);
  numbers.placeholder = "12 negative\n31 positive";
  return () => {
    const examples = lines(numbers.value).map((line) => {
      const [number, polarity] = line.split(/[\s,;]+/);
      return { verbatim: Number.parseInt(number, 10) || 0, polarity: polarity || "neutral" };
    });
    return examples.length ? { from_theme: { id: "by-hand", name: say("codebook.by_hand"), examples } } : {};
  };
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const categories = () => book.draft.codes.filter((code) => !parentOf(code.id) && !code.role).map((code) => [code.id, nameOf(code.id, book.draft.codes)]);
const others = (code) =>
  book.draft.codes
    .filter((one) => one.id !== code.id && !["no_content", "none"].includes(one.role))
    .map((one) => [one.id, parentOf(one.id) ? `${nameOf(parentOf(one.id), book.draft.codes)} › ${nameOf(one.id, book.draft.codes)}` : nameOf(one.id, book.draft.codes)]);
const each = (make) => Object.fromEntries(book.frame.languages.map((tag) => [tag, make(tag)]));
const changed = (inputs, before) => Object.fromEntries(Object.entries(inputs).map(([tag, one]) => [tag, one.value.trim()]).filter(([tag, text]) => text !== before(tag)));
const input = (attributes) => node("input", { autocomplete: "off", maxlength: "200", ...attributes });

function area(value, tag, required, rows) {
  const made = node("textarea", { rows: String(rows), lang: tag || null, required });
  made.value = value;
  return made;
}

let count = 0;
function labelled(text, control, tag = null, place = at("fields")) {
  control.id = `field-${(count += 1)}`;
  place.append(node("label", { for: control.id, text: tag ? `${text} (${NAMES[tag] ?? tag})` : text }), control);
  return control;
}

const field = (name, attributes, place = at("fields")) => labelled(say(`codebook.${name}`), input(attributes), null, place);

function choice(name, options, place = at("fields")) {
  const select = node("select", {}, options.map(([value, text]) => node("option", { value, text })));
  return labelled(say(`codebook.${name}`), select, null, place);
}
