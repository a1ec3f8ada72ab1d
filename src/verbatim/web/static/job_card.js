// One job: its state, progress, rate and result; the rows that it left out, asked for when somebody wants them.
import { api, knows, moment, node, number, say, tellProblem } from "./frame.js";

const TAGS = { queued: "", running: "accent", done: "good", failed: "bad", cancelled: "warn" };
const SHOWN = ["rows", "stored", "rejected", "coded", "verbatims"];

/** A card of a job: `show(job)` brings it to what is known now; `changed` is called when the job was cancelled. */
export function jobCard(changed = () => {}) {
  const title = node("h2");
  const state = node("span", { class: "tag" });
  const began = node("time");
  const bar = node("progress", { "aria-label": say("jobs.progress") });
  const facts = node("p", { class: "facts" });
  const error = node("p", { class: "error", hidden: true });
  const cancel = node("button", { class: "danger", type: "button", text: say("jobs.cancel") });
  const leftOut = node("ul", { class: "errors", tabindex: "0", "aria-label": say("jobs.left_out"), hidden: true });
  const open = node("button", { type: "button", "aria-expanded": "false", hidden: true });
  const actions = node("div", { class: "actions" }, open, cancel);
  const card = node("li", { class: "job" }, node("header", {}, title, state, began), bar, facts, error, actions, leftOut);
  let job = null;

  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    try {
      show(await api("DELETE", job.href));
    } catch (problem) {
      cancel.disabled = false;
      tellProblem(problem);
    }
    changed();
  });
  open.addEventListener("click", async () => {
    leftOut.hidden = !leftOut.hidden;
    open.setAttribute("aria-expanded", String(!leftOut.hidden));
    if (!leftOut.hidden) await fetchLeftOut();
  });

  async function fetchLeftOut() {
    try {
      const { items } = await api("GET", `${job.href}/errors?limit=1000`);
      leftOut.replaceChildren(
        ...items.map((one) =>
          node("li", {}, node("span", { class: "soft", text: say("jobs.row", { n: one.row }) }), node("span", { text: one.reason })),
        ),
      );
    } catch (problem) {
      tellProblem(problem);
    }
  }

  function show(now) {
    job = now;
    const kind = `jobs.kind_${job.kind}`;
    title.textContent = `${knows(kind) ? say(kind) : job.kind} · ${job.id}`;
    state.textContent = say(`jobs.state_${job.state}`);
    state.className = `tag ${TAGS[job.state]}`;
    began.textContent = moment(job.started ?? job.created);
    began.dateTime = job.started ?? job.created;
    const active = ["queued", "running"].includes(job.state);
    bar.hidden = !active;
    if (job.total) Object.assign(bar, { max: job.total, value: Math.min(job.done, job.total) });
    else bar.removeAttribute("value");
    facts.replaceChildren(...told(job).map((text) => node("span", { text })));
    error.hidden = !job.error;
    error.textContent = job.error ?? "";
    cancel.hidden = !active;
    const rejected = job.result?.rejected ?? 0;
    open.hidden = !rejected;
    open.textContent = say("jobs.show_left_out", { n: rejected });
    if (job.file && !actions.querySelector("a")) {
      actions.append(node("a", { class: "button", href: job.file, text: say("jobs.fetch"), download: true }));
    }
  }

  return { node: card, show };
}

function told(job) {
  const found = [];
  if (job.total) found.push(say("jobs.done_of", { done: job.done, total: job.total }));
  else if (job.done) found.push(say("jobs.done", { done: job.done }));
  if (job.rate && job.state === "running") found.push(say("jobs.rate", { rate: job.rate }));
  if (job.attempts > 1) found.push(say("jobs.attempts", { n: job.attempts }));
  for (const name of SHOWN) {
    const value = job.result?.[name];
    if (typeof value === "number") found.push(`${say(`jobs.result_${name}`)} ${number(value)}`);
  }
  return found;
}
