// How an item and its judgement are shown. Nothing here knows of the server, or of keys.
import { at, day, knows, node, number, percent, say } from "./frame.js";
import { pieces, POLARITIES, STANCES, textsOf } from "./judgement.js";

export const SIGNS = { negative: "−", neutral: "0", positive: "+" };

/** What was said, with the excerpts of each code; the numbers are those of the codes. */
export function showText(item, judgement, focus, frame) {
  const codes = judgement.codes;
  at("text").replaceChildren(...textsOf(item).map((one) => paragraph(one, codes, focus, frame, Boolean(item.turns))));
}

function paragraph({ text, turn, speaker, side }, codes, focus, frame, isTalk) {
  const cut = side === "us" ? [{ start: 0, text, codes: [], opens: [] }] : pieces(text, turn, codes);
  const parts = cut.flatMap((one) => [...one.opens.map((place) => label(codes[place], place, frame)), marked(one, codes, focus, frame)]);
  const who = isTalk && node("span", { class: "speaker", text: speaker ?? say(`review.side_${side}`) });
  const words = node("span", { class: "words", "data-turn": turn === null ? "" : String(turn) }, parts);
  return node("p", { class: isTalk ? `turn ${side}` : "" }, who, words);
}

const label = (code, place, frame) =>
  node("sup", { class: `hue-${frame.hue(code.id)}`, title: frame.fullName(code.id), "data-aside": true, text: String(place + 1) });

function marked(piece, codes, focus, frame) {
  if (!piece.codes.length) return piece.text;
  const own = piece.codes.map((place) => codes[place]);
  const front = own.find((code) => code.id === focus) ?? own[0];
  const mark = node("mark", {
    class: `hue-${frame.hue(front.id)}${front.id === focus ? " focused" : ""}`,
    title: own.map((code) => `${frame.fullName(code.id)} ${SIGNS[code.polarity]}`).join("\n"),
    text: piece.text,
  });
  // A line for each code, one above the other, so that excerpts that overlap can be told apart.
  const lines = own.map((code) => `linear-gradient(var(--hue-${frame.hue(code.id)}), var(--hue-${frame.hue(code.id)}))`);
  mark.style.backgroundImage = lines.join(",");
  mark.style.backgroundSize = lines.map(() => "100% 2px").join(",");
  mark.style.backgroundPosition = lines.map((_, place) => `0 calc(100% - ${place * 3}px)`).join(",");
  return mark;
}

/** Where it is from, why it is here, what it answers, and what the customer said before. */
export function showContext(item, place, count, extra) {
  at("where").textContent = place === null ? `${item.source} · ${item.external_id}` : say("review.position", { place: place + 1, count });
  const tags = [...(extra ?? []), ...reasonsOf(item)];
  at("reasons").replaceChildren(...tags.map(([text, kind]) => node("span", { class: `tag ${kind}`, text })));
  at("facts").replaceChildren(...factsOf(item));
  at("question").textContent = item.question ?? "";
  at("question").hidden = !item.question;
  showEarlier(item.earlier ?? []);
}

const KINDS = { second: "accent", drawn: "good", assigned: "accent" };

function reasonsOf(item) {
  const found = (item.reasons ?? []).map((reason) => {
    const key = `review.why_${reason}`;
    return [knows(key) ? say(key) : reason, KINDS[reason] ?? "warn"];
  });
  if (item.note) found.push([item.note, ""]);
  if (!item.blind && item.trust !== null && item.trust !== undefined && item.coding !== null) found.push([say("review.trust", { share: percent(item.trust) }), ""]);
  return found;
}

function factsOf(item) {
  const pairs = [
    ["score", item.score === null ? null : number(item.score)],
    ["account", item.account],
    ["contact", [item.contact, item.role].filter(Boolean).join(", ")],
    ["date", item.date && day(item.date)],
    ["source", item.source],
    ["channel", item.channel],
    ["by", item.blind ? null : item.model],
  ];
  return pairs.filter(([, value]) => value).map(([name, value]) => node("span", {}, `${say(`review.fact_${name}`)} `, node("b", { text: value })));
}

function showEarlier(earlier) {
  const box = at("earlier");
  box.hidden = !earlier.length;
  box.querySelector("summary").textContent = say("review.earlier", { n: earlier.length });
  box.querySelector("ol").replaceChildren(
    ...earlier.map((one) => {
      const about = [one.date && day(one.date), one.contact, one.score === null ? null : say("review.scored", { score: one.score })];
      return node("li", {}, node("p", { class: "soft", text: about.filter(Boolean).join(" · ") }), node("p", { text: one.text }));
    }),
  );
}

/** The codes given, the suggestions after them, and the stance. */
export function showJudgement(item, judgement, focus, suggested, frame, act) {
  at("codes").replaceChildren(...judgement.codes.map((code, place) => codeLine(code, place, focus, frame, act)));
  at("no-codes").hidden = judgement.codes.length > 0;
  const first = judgement.codes.length;
  at("suggested").replaceChildren(
    ...suggested.map((id, place) =>
      node("button", { type: "button", title: frame.code(id)?.definition, on: { click: () => act.choose(id) } },
        first + place < 9 && node("span", { class: "nth", text: String(first + place + 1) }), frame.name(id)),
    ),
  );
  at("stance").replaceChildren(
    ...STANCES.map((stance) => pressable(stance, say(`review.stance_${stance}`), judgement.stance === stance, () => act.stance(stance), { critic: "c", passive: "n", promoter: "p" }[stance])),
  );
  at("stance-told").textContent = stanceTold(item, judgement);
}

function stanceTold(item, judgement) {
  if (!judgement.stance) return say("review.stance_none");
  if (item.score !== null && item.stance?.conflict) return say("review.stance_conflict");
  if (item.stance?.source === "estimated" && item.stance.label === judgement.stance && !item.blind && item.stance.confidence < 1) {
    return say("review.stance_estimated", { share: percent(item.stance.confidence) });
  }
  return "";
}

function codeLine(code, place, focus, frame, act) {
  const sure = code.confidence === undefined || code.confidence === 1 ? null : percent(code.confidence);
  const evidence = code.excerpts.length ? null : say("review.no_excerpt");
  const pick = node("button", { type: "button", class: "pick", "aria-pressed": String(code.id === focus), title: frame.code(code.id)?.definition, on: { click: () => act.focus(code.id) } },
    node("span", { class: "nth", text: String(place + 1) }), frame.fullName(code.id),
    node("small", { text: [code.id, sure, evidence].filter(Boolean).join(" · ") }));
  const polarity = node("span", { class: "choice", role: "group", "aria-label": say("review.polarity_of", { code: frame.name(code.id) }) },
    POLARITIES.map((one) => pressable(one, SIGNS[one], code.polarity === one, () => act.polarity(code.id, one), null, say(`review.${one}`))));
  const remove = node("button", { type: "button", class: "remove", "aria-label": say("review.remove", { code: frame.name(code.id) }), text: "×", on: { click: () => act.remove(code.id) } });
  return node("li", { class: `hue-${frame.hue(code.id)}${code.id === focus ? " focused" : ""}`, "data-code": code.id, "data-polarity": code.polarity }, pick, polarity, remove);
}

function pressable(kind, text, pressed, click, key, label) {
  return node("button", { type: "button", class: kind, "aria-pressed": String(pressed), "aria-label": label, title: label, on: { click } }, text, key && node("kbd", { text: key }));
}

/** What somebody said of an item, in short: codes with their signs, those that the other lacks in bold. */
export function side(title, judgement, other, frame, ...more) {
  const lines = judgement.codes.map((code) => {
    const only = other && !other.codes.some((one) => one.id === code.id && one.polarity === code.polarity);
    return node("li", { class: `hue-${frame.hue(code.id)}${only ? " only" : ""}`, text: `${SIGNS[code.polarity]} ${frame.fullName(code.id)}` });
  });
  const stance = judgement.stance ? say(`review.stance_${judgement.stance}`) : say("review.stance_none");
  return node("div", { class: "side" }, node("h3", { text: title }), node("ul", {}, lines.length ? lines : node("li", { text: say("review.no_codes") })), node("p", { class: "stance-of", text: stance }), ...more);
}

/** Where the selection of the reader lies in the text of an item, in characters; null for none. */
export function selectedExcerpt() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const words = closest(range.startContainer);
  if (!words || words !== closest(range.endContainer)) return null;
  const [start, end] = [offset(words, range.startContainer, range.startOffset), offset(words, range.endContainer, range.endOffset)];
  const text = [...plain(words)].slice(start, end).join("");
  if (!text.trim()) return null;
  const from = start + [...text.match(/^\s*/)[0]].length;
  const to = start + [...text.trimEnd()].length;
  return words.dataset.turn === "" ? { start: from, end: to } : { start: from, end: to, turn: Number(words.dataset.turn) };
}

const closest = (found) => (found.nodeType === Node.ELEMENT_NODE ? found : found.parentElement).closest("#text .words");

/** The characters before a place; the numbers of codes between the words are not part of these. */
function offset(words, container, place) {
  const before = document.createRange();
  before.setStart(words, 0);
  before.setEnd(container, place);
  const copy = node("span", {}, before.cloneContents());
  return [...plain(copy)].length;
}

function plain(words) {
  const copy = words.cloneNode(true);
  copy.querySelectorAll("[data-aside]").forEach((one) => one.remove());
  return copy.textContent;
}
