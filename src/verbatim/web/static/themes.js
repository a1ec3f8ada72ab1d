// Themes: looking for them as a job, and what is done with one.
import { api, at, newKey, say, tellProblem } from "./frame.js";

const find = at("find");
const theme = at("theme");
const ENDED = ["failed", "cancelled"];
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function follow(id, scope) {
  at("look").disabled = true;
  for (;;) {
    const job = await api("GET", `/v1/jobs/${id}`).catch((problem) => {
      if (!problem.passing) throw problem;
      return null;
    });
    if (job) at("looking").textContent = told(job);
    if (job?.state === "done") return location.assign(`/themes?scope=${encodeURIComponent(scope)}`);
    if (job && ENDED.includes(job.state)) break;
    await pause(1);
  }
  at("look").disabled = false;
}

function told(job) {
  if (ENDED.includes(job.state)) return job.error ?? say("themes.look_failed");
  if (job.state === "queued" || !job.total) return say("themes.queued");
  return say("themes.looking", { done: job.done, total: job.total });
}

find?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = at("in").value;
  try {
    const { job } = await api("POST", "/v1/themes", code ? { code } : {}, { key: newKey() });
    await follow(job.id, code || "residual");
  } catch (problem) {
    at("look").disabled = false;
    const other = problem.status === 409 && /^job (\d+):/.exec(problem.body.detail ?? "");
    if (other) await follow(Number(other[1]), "residual").catch(tellProblem);
    else tellProblem(problem);
  }
});
if (find?.dataset.job) follow(Number(find.dataset.job), "residual").catch(tellProblem);

/** What an act needs beside its name. */
const NEEDS = {
  name: async (form) => ({ name: form.elements.name.value.trim() || null }),
  merge: async (form) => ({ into: Number(form.elements.into.value) }),
  dismiss: async () => ({}),
  restore: async () => ({}),
  promote: async (form) => {
    const { revision } = await api("GET", "/v1/codebook/draft");
    return { code: `${form.elements.category.value}.${form.elements.last.value.trim()}`, revision };
  },
};

for (const form of document.querySelectorAll("form.act")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { act } = form.dataset;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const changed = await api("POST", `/v1/themes/${theme.dataset.id}`, { act, ...(await NEEDS[act](form)) }, { key: newKey() });
      const where = new URL(location.href);
      where.searchParams.set("id", changed.id);
      location.assign(`${where.pathname}${where.search}`);
    } catch (problem) {
      button.disabled = false;
      tellProblem(problem);
    }
  });
}
