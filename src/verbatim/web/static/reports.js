// Reports: schedules are added and taken away; all else of the page needs no script.
import { api, at, me, newKey, tellProblem } from "./frame.js";

const plan = at("plan");

function given(name) {
  const field = document.getElementById(name);
  return field?.value.trim() ?? "";
}

plan?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { every: given("every"), format: given("form"), language: me.language };
  const recipients = given("recipients").split(/[\s,;]+/).filter(Boolean);
  if (given("webhook")) body.webhook = Number(given("webhook"));
  else body.recipients = recipients;
  if (plan.dataset.account) body.account = plan.dataset.account;
  if (plan.dataset.team) body.team = plan.dataset.team;
  try {
    await api("POST", "/v1/schedules", body, { key: newKey() });
    location.reload();
  } catch (problem) {
    tellProblem(problem);
  }
});

for (const button of document.querySelectorAll("button.remove")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await api("DELETE", `/v1/schedules/${button.dataset.schedule}`);
      location.reload();
    } catch (problem) {
      button.disabled = false;
      tellProblem(problem);
    }
  });
}
