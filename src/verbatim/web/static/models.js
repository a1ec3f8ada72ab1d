// Models: retrain with progress, promote and roll back for a reason.
import { api, at, knows, newKey, node, say, tellProblem } from "./frame.js";

const retrain = at("retrain");
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const ENDED = ["done", "failed", "cancelled"];

/** Follow a job until it has ended, showing how far it is. */
async function follow(id) {
  retrain.disabled = true;
  at("work").hidden = false;
  let job;
  for (;;) {
    try {
      job = await api("GET", `/v1/jobs/${id}`);
    } catch (problem) {
      if (!problem.passing) throw problem;
      await pause(2);
      continue;
    }
    at("work-bar").value = job.done;
    at("work-told").textContent = job.state === "queued" ? say("models.step_queued") : say(`models.step_${Math.min(job.done, 2)}`);
    if (ENDED.includes(job.state)) break;
    await pause(0.7);
  }
  at("work").hidden = true;
  retrain.disabled = false;
  show(job);
}

function show(job) {
  const result = job.result ?? {};
  const box = at("outcome");
  const lines = [];
  if (job.state !== "done") {
    lines.push(node("p", { class: "problem", text: job.error ?? say(`models.job_${job.state}`) }));
  } else if (!result.challenger) {
    lines.push(node("p", { text: few(result) }));
  } else {
    const key = result.promoted ? "models.told_promoted" : "models.told_kept";
    lines.push(node("p", {}, node("strong", { text: say(key, { model: result.challenger, n: result.corrections, gold: result.gold }) })));
    lines.push(node("p", {}, node("a", { class: "button", href: `/models?model=${encodeURIComponent(result.challenger)}`, text: say("models.see_report") })));
    if (result.recode) lines.push(node("p", {}, recoding(result.recode)));
  }
  box.replaceChildren(...lines);
  box.hidden = false;
  box.focus();
}

function few(result) {
  const ground = result.grounds?.[0];
  const key = `models.ground_${ground?.kind}`;
  return ground && knows(key) ? say(key, ground) : (result.reasons ?? []).join("; ");
}

function recoding(job) {
  return node("a", { href: "/jobs", text: say("models.recoding", { job: String(job) }) });
}

async function start() {
  retrain.disabled = true;
  try {
    const { job } = await api("POST", "/v1/models/retrain", {}, { key: newKey() });
    await follow(job.id);
  } catch (problem) {
    retrain.disabled = false;
    const other = problem.status === 409 && /^job (\d+):/.exec(problem.body.detail ?? "");
    if (other) await follow(Number(other[1])).catch(tellProblem);
    else tellProblem(problem);
  }
}

/** Ask for a reason, and do what needs one. */
function ask(title, note, act, path) {
  const dialog = at("ask");
  at("ask-title").textContent = title;
  at("ask-note").textContent = note;
  at("go").textContent = act;
  at("reason").value = "";
  const key = newKey();
  dialog.onclose = async () => {
    const reason = at("reason").value.trim();
    if (dialog.returnValue !== "go" || !reason) return;
    try {
      await api("POST", path, { reason }, { key });
      location.assign("/models");
    } catch (problem) {
      tellProblem(problem);
    }
  };
  dialog.returnValue = "";
  dialog.showModal();
  at("reason").focus();
}

if (retrain) {
  retrain.addEventListener("click", start);
  if (retrain.dataset.job) follow(retrain.dataset.job).catch(tellProblem);
  at("rollback")?.addEventListener("click", () => {
    const model = at("rollback").dataset.model;
    ask(say("models.roll_back_to", { model }), say("models.roll_back_note"), say("models.roll_back"), "/v1/models/rollback");
  });
  for (const button of document.querySelectorAll("button.promote")) {
    button.addEventListener("click", () => {
      const { model, passed } = button.dataset;
      const note = say(passed === "no" ? "models.promote_against" : "models.promote_note");
      ask(say("models.promote_this", { model }), note, say("models.promote"), `/v1/models/${encodeURIComponent(model)}/promote`);
    });
  }
}
