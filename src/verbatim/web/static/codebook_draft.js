// The draft: its operations with what each would change, taking one back, publishing with a reason, and the progress.
import { api, at, every, moment, node, say, tell, tellProblem } from "./frame.js";
import { book, nameOf, refresh } from "./codebook.js";

let stop = null;
let going = null;

/** Show the draft and its effect. */
export async function showDraft(place, editing) {
  const draft = book.draft;
  if (!draft.operations.length) {
    place.replaceChildren(node("p", { class: "soft", text: say("codebook.no_draft", { label: draft.base }) }), going ?? "");
    return;
  }
  const parts = [
    node("p", { class: "soft", text: say("codebook.draft_by", { label: draft.label, base: draft.base, actor: draft.actor ?? "", when: moment(draft.changed) }) }),
    draft.outdated ? outdated(draft, editing) : null,
    node("div", { class: "sum", id: "sum" }),
    node("ol", { class: "operations" }, draft.operations.map((one, index) => row(one, index, editing))),
    editing ? actions(draft) : null,
  ];
  place.replaceChildren(...parts.filter(Boolean));
  if (editing) await drawEffect(draft.revision);
}

function row(one, index, editing) {
  const take = node("button", { type: "button", class: "plain", text: say("codebook.take_back"), "aria-label": `${say("codebook.take_back")}: ${told(one)}` });
  take.addEventListener("click", () => change(book.draft.operations.filter((_, place) => place !== index)));
  return node("li", { "data-place": String(index + 1) }, node("p", {}, node("strong", { text: say(`codebook.act_${one.act}`) }), " ", told(one)), editing ? take : null, node("p", { class: "told" }));
}

/** An operation in a few words. */
function told(one) {
  const name = one.act === "add" ? (firstName(one.words) ?? one.code) : nameOf(one.code);
  const from = `${name} (${one.code})`;
  if (one.act === "merge" || one.act === "move") return `${from} → ${nameOf(one.to)} (${one.to})`;
  if (one.act === "split") return `${from} → ${one.into.map((part) => `${firstName(part.words) ?? nameOf(part.code)} (${part.code})`).join(", ")}`;
  if (one.act === "rename") return `${from} → ${Object.values(one.names).join(" / ")}`;
  return from;
}

const firstName = (words) => Object.values(words ?? {})[0]?.name;

async function drawEffect(revision) {
  let found;
  try {
    found = await api("GET", "/v1/codebook/draft/effect");
  } catch (error) {
    tellProblem(error);
    return;
  }
  if (found.revision !== revision || !at("sum")) return;
  at("sum").replaceChildren(
    node("span", { class: "tag accent", text: say("codebook.change", { n: found.verbatims }) }),
    node("span", { class: "tag", text: say("codebook.of_persons", { n: found.persons }) }),
    node("span", { class: "tag", text: say("codebook.of_models", { n: found.models_coded }) }),
    node("span", { class: found.ambiguous ? "tag warn" : "tag", text: say("codebook.ambiguous", { n: found.ambiguous }) }),
  );
  for (const one of found.operations) {
    const place = document.querySelector(`.operations [data-place="${one.place}"] .told`);
    const parts = [
      node("span", { text: say(one.changes ? "codebook.change" : "codebook.no_change", { n: one.verbatims }) }),
      one.ambiguous ? node("span", { class: "tag warn", text: say("codebook.ambiguous", { n: one.ambiguous }) }) : null,
      one.examples ? node("span", { text: say("codebook.learns", { n: one.examples }) }) : null,
      node("span", { text: say(`codebook.models_${one.models}`) }),
      one.missing ? node("span", { text: say("codebook.missing", { n: one.missing }) }) : null,
      one.samples.length ? node("span", { text: say("codebook.samples", { ids: one.samples.join(", ") }) }) : null,
    ];
    place?.replaceChildren(...parts.filter(Boolean));
  }
}

function outdated(draft, editing) {
  const anew = node("button", { type: "button", text: say("codebook.anew"), on: { click: () => change(draft.operations) } });
  return node("p", { class: "problem" }, say("codebook.outdated", { base: draft.base }), " ", editing ? anew : null);
}

function actions(draft) {
  const reason = node("textarea", { id: "reason", rows: "2", maxlength: "1000", required: true });
  const publish = node("button", { type: "submit", class: "primary", id: "publish", text: say("codebook.publish", { label: draft.label }), disabled: draft.outdated });
  const drop = node("button", { type: "button", class: "danger", text: say("codebook.drop"), on: { click: () => change([]) } });
  const form = node("form", { class: "card publish fields" }, node("p", { class: "soft", text: say("codebook.publish_hint") }), node("label", { for: "reason", text: say("codebook.reason") }), reason, node("div", { class: "row" }, publish, drop));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    publish.disabled = true;
    try {
      const done = await api("POST", "/v1/codebook/draft/publish", { revision: book.draft.revision, reason: reason.value });
      tell(say("codebook.published", { label: done.label }), "good");
      await refresh();
      if (done.job) follow(done.job);
    } catch (error) {
      publish.disabled = false;
      await stale(error);
    }
  });
  return form;
}

async function change(operations) {
  try {
    await refresh(await api("PUT", "/v1/codebook/draft", { revision: book.draft.revision, operations }));
  } catch (error) {
    await stale(error);
  }
}

async function stale(error) {
  tellProblem(error);
  if (error.status === 409 && error.body.current) await refresh(error.body.current);
}

/** Show how far the job is that brings all history under the new version. */
function follow(job) {
  const bar = node("progress", { "aria-label": say("codebook.going_over"), id: "going" });
  const text = node("p", { role: "status", id: "going-told", text: say("codebook.going_over") });
  going = node("div", { class: "card" }, text, bar);
  at("draft").append(going);
  stop?.();
  const look = async () => {
    let now;
    try {
      now = await api("GET", job.href);
    } catch (error) {
      tellProblem(error);
      return;
    }
    if (now.total) {
      Object.assign(bar, { max: now.total, value: Math.min(now.done, now.total) });
      text.textContent = say("codebook.gone_over", { done: now.done, total: now.total, flagged: now.result?.flagged ?? 0 });
    }
    if (["queued", "running"].includes(now.state)) return;
    stop();
    text.textContent = say(now.state === "done" ? "codebook.all_over" : "codebook.stopped", { done: now.done, flagged: now.result?.flagged ?? 0 });
    bar.hidden = true;
  };
  stop = every(1, look);
  look();
}
