// Agreement: looking through the labels, as a job.
import { api, at, newKey, say, tellProblem } from "./frame.js";

const look = at("look");
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function follow(id) {
  look.disabled = true;
  for (;;) {
    const job = await api("GET", `/v1/jobs/${id}`).catch((problem) => {
      if (!problem.passing) throw problem;
      return null;
    });
    if (job) at("looking").textContent = say("agreement.looking", { done: job.done, total: job.total ?? 3 });
    if (job?.state === "done") return location.reload();
    if (job && ["failed", "cancelled"].includes(job.state)) {
      at("looking").textContent = job.error ?? say("agreement.look_failed");
      break;
    }
    await pause(1);
  }
  look.disabled = false;
}

if (look) {
  look.addEventListener("click", async () => {
    try {
      const { job } = await api("POST", "/v1/labels", undefined, { key: newKey() });
      await follow(job.id);
    } catch (problem) {
      look.disabled = false;
      tellProblem(problem);
    }
  });
  if (look.dataset.job) follow(look.dataset.job).catch(tellProblem);
}
