// The codebook: the tree of codes, the page of one, and the tabs for the draft and the versions.
import { api, at, day, me, node, number, say, tellProblem } from "./frame.js";
import { openForm } from "./codebook_forms.js";
import { showDraft } from "./codebook_draft.js";
import { showVersions } from "./codebook_versions.js";

const LISTED = 6;
const editing = ["analyst", "admin"].includes(me.role);

/** What is known: the frame in use, the draft, how many verbatims each code has. */
export const book = { frame: null, draft: null, counts: {}, categories: {} };

export const tags = () => [me.language, "en", ...book.frame.languages];
export const wordsOf = (code) => code[tags().find((tag) => code[tag])];
export const nameOf = (id, codes = book.frame.codes) => {
  const code = codes.find((one) => one.id === id) ?? book.draft?.codes.find((one) => one.id === id);
  return code ? wordsOf(code).name : id;
};
export const parentOf = (id) => (id.includes(".") ? id.split(".")[0] : null);
const countOf = (id) => (parentOf(id) ? book.counts[id] : (book.categories[id] ?? book.counts[id])) ?? 0;

async function load() {
  const asked = [api("GET", "/v1/codebook"), api("GET", "/v1/codebook/draft"), editing ? api("GET", "/v1/codebook/counts") : null];
  const [frame, draft, counted] = await Promise.all(asked);
  Object.assign(book, { frame, draft, counts: counted?.counts ?? {}, categories: counted?.categories ?? {} });
}

/** Show everything anew; with what changed fetched, unless a draft is given. */
export async function refresh(draft) {
  try {
    if (draft) book.draft = draft;
    else await load();
  } catch (error) {
    tellProblem(error);
    return;
  }
  at("label").textContent = `${book.frame.name}@${book.frame.version}`;
  const pending = book.draft.operations.length;
  at("pending").hidden = !pending;
  at("pending").textContent = number(pending);
  at("add").hidden = !editing;
  drawTree();
  route();
}

function drawTree() {
  if (!book.frame) return;
  const wanted = at("search").value.trim().toLocaleLowerCase();
  const fits = (code) => !wanted || [code.id, ...texts(code)].some((text) => text.toLocaleLowerCase().includes(wanted));
  const tops = book.frame.codes.filter((code) => parentOf(code.id) === null);
  const nodes = tops.map((top) => {
    const children = book.frame.codes.filter((code) => parentOf(code.id) === top.id && (fits(code) || fits(top)));
    if (!children.length && !fits(top)) return null;
    return node("li", {}, branch(top), children.length ? node("ul", {}, children.map((code) => node("li", {}, branch(code)))) : null);
  });
  at("tree").replaceChildren(...nodes.filter(Boolean));
  at("tree").setAttribute("aria-busy", "false");
  at("none").hidden = nodes.some(Boolean);
}

const texts = (code) => book.frame.languages.flatMap((tag) => [code[tag].name, code[tag].definition]);

function branch(code) {
  const changed = book.draft.operations.some((one) => one.code === code.id || one.to === code.id);
  const count = countOf(code.id);
  return node(
    "button",
    { type: "button", "data-code": code.id, title: wordsOf(code).definition, on: { click: () => (location.hash = `code/${code.id}`) } },
    node("span", { class: "name", text: wordsOf(code).name }),
    changed ? node("span", { class: "mark", text: say("codebook.in_draft") }) : null,
    editing ? node("span", { class: "count", text: number(count), "aria-label": say("codebook.verbatims", { n: count }) }) : null,
  );
}

function drawCode(id) {
  const code = book.frame.codes.find((one) => one.id === id);
  for (const button of at("tree").querySelectorAll("button")) {
    if (button.dataset.code === id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  at("tab-codes").classList.toggle("chosen", Boolean(code));
  if (!code) {
    at("code").replaceChildren(node("p", { class: "soft", text: say(id ? "codebook.unknown" : "codebook.choose") }));
    return;
  }
  const words = wordsOf(code);
  const said = node("ul", { class: "said", "aria-busy": "true" });
  const parts = [
    node("a", { class: "button back", href: "#codes", text: `← ${say("codebook.tab_codes")}` }),
    node("header", {}, node("h2", { text: words.name }), node("code", { text: code.id }), editing ? node("span", { class: "tag", text: say("codebook.verbatims", { n: countOf(id) }) }) : null),
    editing ? acts(code) : null,
    node("dl", {}, part("definition", words.definition), list("include", words.include), list("exclude", words.exclude), list("examples", words.examples)),
    node("h3", { text: say("codebook.recent") }),
    said,
  ];
  at("code").replaceChildren(...parts.filter(Boolean));
  drawSaid(code, said);
}

const part = (name, text) => [node("dt", { text: say(`codebook.${name}`) }), node("dd", { text })];
const list = (name, items) =>
  items?.length ? [node("dt", { text: say(`codebook.${name}`) }), node("dd", {}, node("ul", {}, items.map((text) => node("li", { text }))))] : [];

/** The buttons of what can be done with a code: a category with codes under it, and one with a role, stay where they are. */
function acts(code) {
  const fixed = code.role || book.frame.codes.some((one) => parentOf(one.id) === code.id);
  const possible = fixed ? ["rename", "redefine"] : ["rename", "redefine", ...(parentOf(code.id) ? ["move"] : []), "merge", "split", "retire"];
  return node(
    "div",
    { class: "acts" },
    possible.map((act) => node("button", { type: "button", "data-act": act, class: act === "retire" ? "danger" : null, text: say(`codebook.act_${act}`), on: { click: () => openForm(act, code) } })),
  );
}

async function drawSaid(code, place) {
  try {
    const { items } = await api("GET", `/v1/verbatims?limit=${LISTED}&code=${encodeURIComponent(code.id)}`);
    const rows = items.flatMap((one) => excerpts(one, code.id)).slice(0, LISTED);
    place.replaceChildren(...(rows.length ? rows : [node("li", { class: "soft", text: say("codebook.no_recent") })]));
  } catch (error) {
    tellProblem(error);
  }
  place.setAttribute("aria-busy", "false");
}

function excerpts(one, id) {
  return one.codes
    .filter((mention) => mention.id === id || parentOf(mention.id) === id)
    .map((mention) => {
      const text = mention.excerpts[0]?.text ?? one.text ?? "";
      const about = [one.account, day(one.date ?? one.created)].filter(Boolean).join(" · ");
      return node("li", { class: mention.polarity }, node("div", { text: text.slice(0, 400) }), node("div", { class: "soft", text: about }));
    })
    .slice(0, 1);
}

function route() {
  const hash = decodeURIComponent(location.hash.slice(1)) || "codes";
  const [tab, id] = hash.startsWith("code/") ? ["codes", hash.slice("code/".length)] : [hash, null];
  const known = ["codes", "draft", "versions"].includes(tab) ? tab : "codes";
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.dataset.tab === known) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const one of ["codes", "draft", "versions"]) at(`tab-${one}`).hidden = one !== known;
  if (known === "codes") drawCode(id);
  if (known === "draft") showDraft(at("draft"), editing);
  if (known === "versions") showVersions(at("versions"));
}

at("search").addEventListener("input", drawTree);
at("add").addEventListener("click", () => openForm("add", null));
addEventListener("hashchange", () => book.frame && route());
refresh();
