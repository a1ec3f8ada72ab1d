// What the reader is asked: which of two versions holds, whether twins are to be coded alike; and the list of keys.
import { api, at, node, Problem, say, tell } from "./frame.js";
import { judgementOf } from "./judgement.js";
import { side, SIGNS } from "./review_view.js";

/** The help: every key and what it does. */
export function showHelp(keys) {
  const shown = (all) => (all.length > 2 ? [all[0], "…", all.at(-1)] : all);
  at("keys").replaceChildren(
    ...keys.map(([all, , text]) =>
      node("tr", {}, node("td", {}, shown(all).map((key) => (key === "…" ? " … " : [node("kbd", { text: key }), " "])).flat()), node("td", { text: say(`review.key_${text}`) })),
    ),
  );
  at("help").showModal();
}

let asking = false;

const open = (outbox) => outbox.conflicts[0] ?? outbox.refused[0];

/** Ask about each edit that met another one, or was refused, one after the other; `reopen` puts one back on the desk. */
export async function settle(outbox, frame, reopen) {
  if (asking) return;
  asking = true;
  try {
    for (let entry = open(outbox); entry; entry = open(outbox)) {
      const answer = await (entry.state === "conflict" ? askVersion(entry, frame) : askRefused(entry));
      if (answer === null) return;
      if (answer === "open") await reopen(entry);
      if (answer !== "keep") outbox.drop(entry.key);
      else outbox.rebase(entry.key, entry.problem.current?.id ?? entry.body?.based_on);
    }
  } finally {
    asking = false;
  }
}

async function askVersion(entry, frame) {
  const { yours, seen, current } = entry.problem;
  const mine = yours ?? seen;
  const said = await wordsOf(entry.about?.verbatim);
  const [own, other] = [mine && judgementOf(mine), judgementOf(current)];
  const sides = node("div", { class: "sides" },
    own && side(say(yours ? "review.yours" : "review.seen"), own, other, frame),
    side(say("review.theirs", { by: current.by }), other, own, frame));
  const body = [said && node("p", { class: "quote", text: said }), node("p", { text: say("review.conflict_told") }), sides];
  return ask(say("review.conflict"), body, [
    ["1", yours ? say("review.keep_mine") : say("review.accept_theirs"), "keep"],
    ["2", say("review.take_theirs"), "drop"],
  ]);
}

function askRefused(entry) {
  const body = [node("p", { class: "problem", text: entry.told }), node("p", { text: say("review.refused_told", { id: entry.about?.verbatim ?? "" }) })];
  const again = entry.body?.codes ? [["1", say("review.open_again"), "open"]] : [];
  return ask(say("review.refused"), body, [...again, ["2", say("review.discard"), "drop"]]);
}

async function wordsOf(verbatim) {
  try {
    const found = await api("GET", `/v1/verbatims/${verbatim}`);
    return found.text ?? found.turns?.map((turn) => turn.text).join("\n");
  } catch {
    return null;
  }
}

/** What the reader chose among the answers, each a key, a text and a value; null where it was put off. */
function ask(title, body, answers) {
  const dialog = at("ask");
  at("ask-title").textContent = title;
  return new Promise((resolve) => {
    const done = (value) => {
      dialog.removeEventListener("keydown", press);
      dialog.close();
      resolve(value);
    };
    const press = (event) => {
      const found = answers.find(([key]) => key === event.key);
      if (!found && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation(); // by then the dialog is closed, and the page would hear it too
      done(found ? found[2] : null);
    };
    const buttons = answers.map(([key, text, value], place) =>
      node("button", { type: "button", class: place ? "" : "primary", on: { click: () => done(value) } }, text, " ", node("kbd", { text: key })));
    const later = node("button", { type: "button", class: "plain", text: say("review.later"), on: { click: () => done(null) } });
    at("ask-body").replaceChildren(...body.filter(Boolean), node("div", { class: "row" }, ...buttons, later));
    dialog.addEventListener("keydown", press);
    dialog.showModal();
  });
}

/** Say that other verbatims say the same, where some are coded in another way, and offer to code them alike. */
export async function offerTwins(item, frame, outbox) {
  let twins;
  try {
    ({ items: twins } = await api("GET", `/v1/verbatims/${item.id}/twins?limit=100`));
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  const open = twins.filter((one) => one.coding !== null && !(one.model ?? "").match(/^(user|key):/));
  if (!open.length) return;
  const line = at("twins");
  const button = node("button", { type: "button", on: { click: () => askTwins(item, open, frame, outbox) } }, say("review.code_alike"), " ", node("kbd", { text: "t" }));
  line.replaceChildren(say("review.twins", { n: open.length }), " ", button);
  line.hidden = false;
}

async function askTwins(item, twins, frame, outbox) {
  const lines = twins.map((one) => {
    const codes = one.codes.map((code) => `${SIGNS[code.polarity]} ${frame.name(code.id)}`).join(", ");
    const box = node("input", { type: "checkbox", checked: true, value: String(one.id) });
    return node("li", {}, node("label", {}, box, ` ${[one.account, one.source, codes].filter(Boolean).join(" · ")}`));
  });
  const body = [node("p", { class: "quote", text: item.text ?? "" }), node("ul", { class: "choices" }, lines)];
  const answer = await ask(say("review.twins", { n: twins.length }), body, [["t", say("review.code_alike"), "yes"], ["2", say("review.leave"), "no"]]);
  if (answer === null) return;
  at("twins").hidden = true;
  if (answer === "no") return;
  const chosen = new Set(lines.flatMap((line) => [...line.querySelectorAll("input:checked")]).map((box) => Number(box.value)));
  const items = twins.filter((one) => chosen.has(one.id)).map((one) => ({ verbatim: one.id, coding: one.coding }));
  if (!items.length) return;
  outbox.add({ method: "POST", path: `/v1/verbatims/${item.id}/twins`, body: { items }, about: { verbatim: item.id } });
  tell(say("review.twins_coded", { n: items.length }), "good");
}
