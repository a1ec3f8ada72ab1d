// Jobs: the latest, how far they are, the rows they left out, and leaving off.
import { api, at, every, tellProblem } from "./frame.js";
import { jobCard } from "./job_card.js";

const list = at("jobs");
let cards = new Map();
let busy = false;

async function refresh() {
  let items;
  try {
    ({ items } = await api("GET", "/v1/jobs?limit=50"));
  } catch (error) {
    if (list.getAttribute("aria-busy") === "true") tellProblem(error);
    return;
  }
  list.setAttribute("aria-busy", "false");
  at("none").hidden = items.length > 0;
  const former = cards;
  cards = new Map(items.map((job) => [job.id, former.get(job.id) ?? jobCard(refresh)]));
  items.forEach((job) => cards.get(job.id).show(job));
  const nodes = items.map((job) => cards.get(job.id).node);
  if (nodes.some((one, place) => list.children[place] !== one) || nodes.length !== list.children.length) {
    list.replaceChildren(...nodes);
  }
  busy = items.some((job) => ["queued", "running"].includes(job.state));
}

await refresh();
let idle = 0;
every(2, async () => {
  idle += 1;
  if (busy || idle % 5 === 0) await refresh();
});
