// Review: what to look at next, judged by keyboard, saved through the outbox, which loses nothing.
import { api, at, banner, every, me, newKey, node, Problem, say, tell, tellProblem } from "./frame.js";
import { fetchFrame } from "./codes.js";
import * as judge from "./judgement.js";
import { drafts, Outbox } from "./outbox.js";
import { Finder } from "./finder.js";
import { List } from "./review_list.js";
import { offerTwins, settle, showHelp } from "./review_asks.js";
import { selectedExcerpt, showContext, showJudgement, showText, side } from "./review_view.js";

const BATCH = 20;
const FEW = 6; // with so few left, more are fetched, so that nobody waits
const MODES = ["queue", "blind", "decide", "list"];
const ROUTES = {
  queue: `/v1/review/queue?size=${BATCH}`,
  blind: `/v1/review/blind?size=${BATCH}`,
  decide: "/v1/review/disagreements?limit=50",
};

const outbox = new Outbox();
const frame = await fetchFrame().catch((error) => {
  tellProblem(error);
  throw error;
});
const state = { mode: null, items: [], place: 0, focus: null, judgement: null, done: new Set(), acts: [], saved: 0, sentence: -1 };
const list = new List(frame, { open: openFromList });
const finder = new Finder(frame, (id) => choose(id));
let fetching = false;

// ------------------------------------------------------------------------------------------------ what lies on the desk

const item = () => state.items[state.place] ?? null;
const nameOf = (one) => (one.disagreement ? `d${one.disagreement}` : one.id);
const basedOn = (one) => (one.blind || one.disagreement ? null : (one.coding ?? null));

async function enter(mode) {
  putBack();
  state.mode = mode;
  Object.assign(state, { items: [], place: 0, focus: null });
  for (const link of document.querySelectorAll("[data-mode]")) {
    link.toggleAttribute("aria-current", false);
    if (link.dataset.mode === mode) link.setAttribute("aria-current", "true");
  }
  at("desk").hidden = true;
  at("empty").hidden = true;
  at("list").hidden = mode !== "list";
  if (mode === "list") return list.enter();
  empty(say("review.loading"));
  await more();
  const meant = new URLSearchParams(location.search).get("id");
  state.place = Math.max(0, state.items.findIndex((one) => mode === "decide" && String(one.disagreement) === meant));
  show();
}

async function more() {
  const mode = state.mode;
  if (fetching || !ROUTES[mode]) return;
  fetching = true;
  try {
    const { items } = await api("GET", ROUTES[mode]);
    if (mode !== state.mode) return;
    const had = item();
    const known = new Set(state.items.map(nameOf));
    const fresh = items.map(mode === "decide" ? fromDisagreement : (one) => one);
    state.items.push(...fresh.filter((one) => !known.has(nameOf(one)) && !state.done.has(nameOf(one))));
    banner("");
    if (!had) show();
    else showPlace();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (!state.items.length) empty(error.message);
    if (error.passing) setTimeout(() => state.mode === mode && more(), 5000);
    else if (error.status !== 401) tellProblem(error);
  } finally {
    fetching = false;
    if (mode !== state.mode) more();
  }
}

const fromDisagreement = (one) => ({ ...one.verbatim, disagreement: one.id, first: one.first, second: one.second });

function initial(one) {
  if (one.blind) return { codes: [], stance: null, reason: null };
  if (!one.disagreement) return judge.judgementOf(one);
  const [first, second] = [judge.judgementOf(one.first), judge.judgementOf(one.second)];
  const agreed = first.codes.filter((code) => second.codes.some((other) => other.id === code.id && other.polarity === code.polarity));
  return { codes: agreed, stance: first.stance === second.stance ? first.stance : null, reason: null };
}

// ------------------------------------------------------------------------------------------------------------- showing

function empty(text) {
  at("desk").hidden = true;
  at("empty").hidden = false;
  at("empty").textContent = text;
}

function show() {
  const one = item();
  if (state.mode === "list" && at("desk").hidden && !one) return;
  if (!one) return empty(say(`review.empty_${state.mode === "list" ? "queue" : state.mode}`, { n: state.saved }));
  at("empty").hidden = true;
  at("list").hidden = true;
  at("desk").hidden = false;
  state.judgement = drafts.of(nameOf(one), basedOn(one)) ?? initial(one);
  state.focus = state.judgement.codes[0]?.id ?? null;
  state.sentence = -1;
  at("reason").value = state.judgement.reason ?? "";
  showPlace();
  showSides(one);
  draw();
  if (document.activeElement && at("desk").contains(document.activeElement)) document.activeElement.blur();
}

function showPlace() {
  const one = item();
  if (one) showContext(one, state.place, state.items.length, one.disagreement ? [[say("review.why_decide"), "accent"]] : []);
}

function draw() {
  const one = item();
  showText(one, state.judgement, state.focus, frame);
  showJudgement(one, state.judgement, state.focus, suggested(), frame, acts);
  const changed = !judge.same(state.judgement, initial(one));
  at("accept").hidden = Boolean(one.blind || one.disagreement || one.coding === null);
  at("save").classList.toggle("primary", at("accept").hidden || changed);
  at("accept").classList.toggle("primary", !changed);
  at("before").disabled = state.place === 0;
  at("after").disabled = state.place >= state.items.length - 1;
}

function showSides(one) {
  at("sides").hidden = !one.disagreement;
  if (!one.disagreement) return;
  const [first, second] = [judge.judgementOf(one.first), judge.judgementOf(one.second)];
  const take = (taken, key) => node("button", { type: "button", on: { click: () => change(taken) } }, say("review.take"), " ", node("kbd", { text: key }));
  at("sides").replaceChildren(
    side(one.first.model, first, second, frame, take(first, "[")),
    side(one.second.model, second, first, frame, take(second, "]")),
  );
}

/** What else it may be: codes beside those given, those that others gave, those used of late. */
function suggested() {
  const one = item();
  const given = state.judgement.codes.map((code) => code.id);
  const before = [...(one.codes ?? []), ...(one.first?.codes ?? []), ...(one.second?.codes ?? [])].map((code) => code.id);
  const beside = given.flatMap((id) => frame.siblings(id).map((code) => code.id));
  const all = [...new Set([...before, ...recent, ...beside])];
  return all.filter((id) => frame.code(id) && !given.includes(id)).slice(0, Math.max(9 - given.length, 4));
}
const recent = [];

// ------------------------------------------------------------------------------------------------------------- judging

function change(judgement) {
  state.judgement = judgement;
  if (!judge.has(judgement, state.focus)) state.focus = judgement.codes.at(-1)?.id ?? null;
  const one = item();
  drafts.keep(nameOf(one), basedOn(one), judge.same(judgement, initial(one)) ? null : judgement);
  draw();
}

const alone = (id) => ["no_content", "none"].includes(frame.code(id)?.role);

function choose(id) {
  if (!item()) return;
  const had = judge.has(state.judgement, id);
  state.focus = id;
  state.sentence = -1;
  if (had) return draw();
  recent.splice(0, recent.length, id, ...recent.filter((one) => one !== id).slice(0, 4));
  change(judge.withCode(state.judgement, id, judge.usual(state.judgement), alone));
}

function excerpt(chosen, add = false) {
  const code = state.judgement.codes.find((one) => one.id === state.focus);
  if (!code) return tell(say("review.choose_first"));
  const kept = add ? code.excerpts.filter((one) => JSON.stringify(one) !== JSON.stringify(chosen)) : [];
  change(judge.withExcerpts(state.judgement, code.id, [...kept, chosen]));
}

function nextExcerpt(add) {
  const selected = selectedExcerpt();
  if (selected) return excerpt(selected, add);
  const all = judge.sentences(item(), me.language);
  if (!all.length) return;
  state.sentence = (state.sentence + 1) % all.length;
  excerpt(all[state.sentence], add);
}

const acts = {
  focus: (id) => { state.focus = id; state.sentence = -1; draw(); },
  choose,
  polarity: (id, polarity) => { state.focus = id; change(judge.withPolarity(state.judgement, id, polarity)); },
  remove: (id) => change(judge.withoutCode(state.judgement, id)),
  stance: (stance) => change(judge.withStance(state.judgement, stance)),
};

const onFocus = (act) => () => (state.focus && judge.has(state.judgement, state.focus) ? act(state.focus) : tell(say("review.choose_first")));

// -------------------------------------------------------------------------------------------------------------- saving

function request(one, accepted) {
  const judgement = judge.sent(state.judgement);
  if (one.disagreement) return { method: "POST", path: `/v1/review/disagreements/${one.disagreement}`, body: judgement };
  if (one.blind) return { method: "PUT", path: `/v1/verbatims/${one.id}/blind`, body: judgement };
  if (accepted) return { method: "POST", path: `/v1/verbatims/${one.id}/accept`, body: { based_on: one.coding } };
  return { method: "PUT", path: `/v1/verbatims/${one.id}/codings`, body: { ...judgement, based_on: one.coding ?? null } };
}

function save(accepted = false) {
  const one = item();
  if (!one) return;
  if (accepted && (one.blind || one.disagreement || one.coding === null)) return tell(say("review.nothing_to_accept"));
  const undone = state.acts.filter((former) => former.item.id === one.id && former.undo);
  const plain = accepted && judge.same(state.judgement, initial(one)) && !undone.length;
  const act = { token: newKey(), item: one, kind: one.blind ? "blind" : "coding", coding: null, undo: false };
  state.acts = state.acts.filter((former) => !undone.includes(former)); // what is saved now takes its place
  act.key = outbox.add({ ...request(one, plain), about: { verbatim: one.id, act: act.token } });
  state.acts.push(act);
  state.saved += 1;
  drafts.keep(nameOf(one), null, null);
  if (state.mode === "list") return step(1, true);
  state.done.add(nameOf(one));
  state.items.splice(state.place, 1);
  state.place = Math.min(state.place, Math.max(state.items.length - 1, 0));
  show();
  if (state.items.length < FEW) more();
}

function undo() {
  const one = item();
  if (one && !judge.same(state.judgement, initial(one))) {
    drafts.keep(nameOf(one), null, null);
    show();
    return tell(say("review.restored"));
  }
  const act = state.acts.pop();
  if (!act) return tell(say("review.nothing_to_undo"));
  if (!outbox.drop(act.key)) {
    if (act.kind === "blind") return tell(say("review.blind_stays"));
    act.undo = true;
    if (act.coding) takeBack(act);
    else state.acts.push(act);
  }
  state.saved -= 1;
  putOnDesk(act.item);
  tell(say("review.undone"));
}

function takeBack(act) {
  state.acts = state.acts.filter((one) => one !== act);
  outbox.add({ method: "POST", path: `/v1/verbatims/${act.item.id}/undo`, body: { coding: act.coding }, about: { verbatim: act.item.id } });
}

function putOnDesk(one) {
  state.done.delete(nameOf(one));
  const place = state.items.findIndex((other) => nameOf(other) === nameOf(one));
  if (place < 0) state.items.splice(state.place, 0, one);
  else state.place = place;
  show();
}

outbox.addEventListener("change", showSaving);
outbox.addEventListener("done", ({ detail: { entry, answer } }) => {
  const act = state.acts.find((one) => one.token === entry.about?.act);
  if (!act || entry.path.endsWith("/undo")) return;
  act.coding = answer?.coding?.id ?? null;
  if (state.mode === "list" && act.coding) Object.assign(act.item, { coding: act.coding, codes: answer.coding.codes, stance: answer.coding.stance, model: answer.coding.by });
  if (act.undo && act.coding) takeBack(act);
  else if (act.kind === "coding") offerTwins(act.item, frame, outbox);
});
outbox.addEventListener("conflict", () => settle(outbox, frame, reopen));
outbox.addEventListener("refused", ({ detail: { entry } }) => tell(entry.told, "bad"));

function showSaving() {
  const waiting = outbox.waiting.length;
  const troubles = outbox.conflicts.length + outbox.refused.length;
  const line = at("saving");
  line.dataset.state = waiting ? (outbox.offline ? "unsaved" : "saving") : "saved";
  if (waiting) line.textContent = outbox.offline ? say("review.unsaved", { n: waiting }) : say("review.saving", { n: waiting });
  else line.textContent = state.saved && !troubles ? say("review.saved", { n: state.saved }) : "";
  at("troubles").hidden = !troubles;
  at("troubles").textContent = troubles ? say("review.troubles", { n: troubles }) : "";
}

/** An edit that was refused, on the desk again as it was, to be mended. */
async function reopen(entry) {
  const act = state.acts.find((one) => one.token === entry.about?.act);
  state.acts = state.acts.filter((one) => one !== act);
  try {
    const one = act?.item ?? (await api("GET", `/v1/verbatims/${entry.about.verbatim}`));
    drafts.keep(nameOf(one), basedOn(one), { codes: entry.body.codes, stance: entry.body.stance, reason: entry.body.reason });
    putOnDesk(one);
  } catch (error) {
    tellProblem(error);
  }
}

// -------------------------------------------------------------------------------------------------------------- moving

function step(by, again = false) {
  const place = state.place + by;
  if (place < 0 || place >= state.items.length) return again ? show() : undefined;
  state.place = place;
  show();
  if (state.items.length - state.place < FEW) more();
}

function openFromList(items, place) {
  Object.assign(state, { items, place });
  show();
}

function backToList() {
  if (state.mode !== "list" || at("desk").hidden) return;
  at("desk").hidden = true;
  at("list").hidden = false;
  state.items = [];
  list.refresh();
}

const nth = (key) => {
  const place = Number(key) - 1;
  const given = state.judgement.codes;
  const id = given[place]?.id ?? suggested()[place - given.length];
  if (id) choose(id);
};

// Key, what it does, and the text that tells of it; in the order of the help.
const KEYS = [
  [["j"], () => step(1), "after"],
  [["k"], () => step(-1), "before"],
  [["a"], () => save(true), "accept"],
  [["s", "Enter"], () => save(), "save"],
  [["u"], undo, "undo"],
  [["1", "2", "3", "4", "5", "6", "7", "8", "9"], nth, "nth"],
  [["/"], () => finder.open(), "find"],
  [["+", "="], onFocus((id) => acts.polarity(id, "positive")), "positive"],
  [["-", "_"], onFocus((id) => acts.polarity(id, "negative")), "negative"],
  [["0"], onFocus((id) => acts.polarity(id, "neutral")), "neutral"],
  [["x", "Delete"], onFocus((id) => acts.remove(id)), "remove"],
  [["e"], () => nextExcerpt(false), "excerpt"],
  [["E"], () => nextExcerpt(true), "excerpt_more"],
  [["c"], () => acts.stance("critic"), "critic"],
  [["n"], () => acts.stance("passive"), "passive"],
  [["p"], () => acts.stance("promoter"), "promoter"],
  [["r"], () => { at("reason").closest("details").open = true; at("reason").focus(); }, "reason"],
  [["["], () => item().disagreement && change(judge.judgementOf(item().first)), "first"],
  [["]"], () => item().disagreement && change(judge.judgementOf(item().second)), "second"],
];
const ANYWHERE = [
  [["t"], () => at("twins").querySelector("button")?.click(), "twins"],
  [["Q"], () => (location.hash = "queue"), "mode_queue"],
  [["B"], () => (location.hash = "blind"), "mode_blind"],
  [["D"], () => (location.hash = "decide"), "mode_decide"],
  [["L"], () => (state.mode === "list" ? backToList() : (location.hash = "list")), "mode_list"],
  [["Escape"], backToList, "back"],
  [["?"], () => showHelp([...KEYS, ...ANYWHERE]), "help"],
];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const target = event.target;
  const typing = target.closest("input:not([type=checkbox]), textarea, select");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (event.key === "Enter" && target.closest("button, a, summary")) return;
  const onDesk = !at("desk").hidden && item();
  const found = [...(onDesk ? KEYS : []), ...ANYWHERE].find(([keys]) => keys.includes(event.key));
  if (!found) return onDesk ? undefined : undoElsewhere(event);
  event.preventDefault();
  found[1](event.key);
});

/** With nothing left on the desk the last save can still be taken back. */
function undoElsewhere(event) {
  if (event.key !== "u" || state.mode === "list") return;
  event.preventDefault();
  undo();
}

at("accept").addEventListener("click", () => save(true));
at("save").addEventListener("click", () => save());
at("undo").addEventListener("click", undo);
at("before").addEventListener("click", () => step(-1));
at("after").addEventListener("click", () => step(1));
at("help-button").addEventListener("click", () => showHelp([...KEYS, ...ANYWHERE]));
at("troubles").addEventListener("click", () => settle(outbox, frame, reopen));
at("reason").addEventListener("input", () => {
  state.judgement = judge.withReason(state.judgement, at("reason").value);
  drafts.keep(nameOf(item()), basedOn(item()), state.judgement);
});
at("text").addEventListener("mouseup", (event) => {
  const selected = selectedExcerpt();
  if (!selected) return;
  excerpt(selected, event.shiftKey);
  getSelection().removeAllRanges();
});

// A sign of life for what lies on the desk; what is not done goes back when the page is left.
every(240, async () => {
  if (["queue", "blind"].includes(state.mode) && state.items.length) await api("POST", "/v1/review/queue/stay").catch(() => {});
});
addEventListener("pagehide", putBack);

function putBack() {
  const verbatims = state.items.map((one) => one.id);
  if (!["queue", "blind"].includes(state.mode) || !verbatims.length) return;
  api("POST", "/v1/review/queue/put-back", { verbatims }, { keepalive: true }).catch(() => {});
}
addEventListener("hashchange", () => enter(modeOfAddress()));
const modeOfAddress = () => (MODES.includes(location.hash.slice(1)) ? location.hash.slice(1) : "queue");

showSaving();
outbox.send();
await enter(modeOfAddress());
if (outbox.conflicts.length) settle(outbox, frame, reopen);
