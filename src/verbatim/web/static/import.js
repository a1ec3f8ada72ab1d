// Import: a file is looked at first; which column is what can be changed; then it runs, with its progress and errors.
import { api, at, newKey, node, Problem, say, tellProblem } from "./frame.js";
import { jobCard } from "./job_card.js";

const ROLES = ["id", "score", "date", "account", "contact", "role"];
const SETTINGS = ["date_order", "encoding", "sheet"];
const LARGE = 16 * 2 ** 20;
const HEAD = 8 * 2 ** 20;

let file = null;
let found = null; // what was recognised
let chosen = {}; // what was decided against it: role → column, text → columns
let round = 0;
let key = newKey();

at("chosen").addEventListener("submit", (event) => event.preventDefault());
at("file").addEventListener("change", () => {
  file = at("file").files[0] ?? null;
  if (!file) return;
  if (!at("source").value.trim()) at("source").value = file.name.replace(/\.[^.]*$/, "").slice(0, 200);
  chosen = {};
  found = null;
  look();
});
for (const name of SETTINGS) at(name).addEventListener("change", () => file && look());
at("source").addEventListener("input", () => ready());
at("run").addEventListener("click", run);

function query(more) {
  const asked = new URLSearchParams({ source: at("source").value.trim() || "file", name: file.name, ...more });
  for (const name of SETTINGS) if (at(name).value.trim()) asked.set(name, at(name).value.trim());
  for (const role of ROLES) if (chosen[role]) asked.set(role, chosen[role]);
  for (const column of chosen.text ?? []) asked.append("text", column);
  return asked;
}

async function look() {
  const mine = ++round;
  key = newKey();
  at("recognised").hidden = false;
  at("running").hidden = true;
  at("run").disabled = true;
  at("waiting").textContent = say("import.looking");
  try {
    const looked = await api("POST", `/v1/imports?${query({ dry_run: "true" })}`, await head());
    if (mine !== round) return;
    found = looked;
    at("problem").hidden = true;
    show();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (mine !== round) return;
    at("problem").textContent = error.message;
    at("problem").hidden = false;
    await showUnread();
  }
  at("waiting").textContent = "";
  ready();
}

/** As much of the file as is needed to see what it is; of a large text file its first rows. */
async function head() {
  if (file.size <= LARGE || !/\.(csv|tsv|tab|jsonl|ndjson)$/i.test(file.name)) return file;
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  return new Blob([bytes.subarray(0, bytes.lastIndexOf(10) + 1)]);
}

function ready() {
  at("run").disabled = !(file && found && at("problem").hidden && at("source").value.trim());
}

function show() {
  const rows = say(found.more ? "import.first_rows" : "import.all_rows", { n: found.verbatims + found.rejected });
  const refused = found.rejected ? ` ${say("import.rejected", { n: found.rejected })}` : "";
  at("layout").textContent = `${say("import.layout", { layout: found.layout })} ${rows}${refused}`;
  showColumns(found.names, found.columns, found.text);
  at("remarks").replaceChildren(...found.notes.map((text) => node("li", { text })));
  const errors = found.rejections.map((one) =>
    node("li", {}, node("span", { class: "soft", text: say("import.row", { n: one.row }) }), node("span", { text: one.reason })),
  );
  const list = node("ul", { class: "errors", tabindex: "0", "aria-label": say("import.rejections") }, errors);
  at("rejections").replaceChildren(...(errors.length ? [list] : []));
}

/** Where a file could not be read as it is: its columns, as far as its first line tells, to choose among. */
async function showUnread() {
  at("layout").textContent = "";
  at("remarks").replaceChildren();
  at("rejections").replaceChildren();
  const names = found?.names ?? (await firstLine());
  found ??= names.length ? { names, columns: {}, text: [] } : null;
  if (names.length) showColumns(names, found.columns, chosen.text ?? found.text);
  else at("columns").replaceChildren();
}

async function firstLine() {
  if (!/\.(csv|tsv|tab|txt)$/i.test(file.name)) return [];
  const line = (await file.slice(0, 65536).text()).replace(/^\ufeff/, "").split(/\r?\n/)[0];
  const mark = ["\t", ";", ",", "|"].sort((a, b) => line.split(b).length - line.split(a).length)[0];
  const cells = line.match(mark === "\t" ? /[^\t]+/g : new RegExp(`"(?:[^"]|"")*"|[^"\\${mark}]+`, "g")) ?? [];
  return [...new Set(cells.map((cell) => cell.replace(/^"|"$/g, "").replaceAll('""', '"').trim()).filter(Boolean))];
}

function showColumns(names, columns, text) {
  if (!names.length) return at("columns").replaceChildren(); // a transcript has none
  const boxes = names.map((name) =>
    node("label", {}, node("input", { type: "checkbox", value: name, checked: text.includes(name), on: { change: chooseText } }), name),
  );
  const words = node("fieldset", {}, node("legend", { text: say("import.as_text") }), node("div", { class: "choices", id: "as-text" }, boxes));
  at("columns").replaceChildren(words, ...ROLES.map((role) => choice(role, names, columns[role] ?? "")));
}

function choice(role, names, taken) {
  const options = ["", ...names].map((name) => node("option", { value: name, text: name || say("import.nothing"), selected: name === taken }));
  const select = node("select", { id: `as-${role}`, on: { change: () => choose(role, select.value) } }, options);
  return node("div", { class: "fields" }, node("label", { for: `as-${role}`, text: say(`import.as_${role}`) }), select);
}

function choose(role, column) {
  chosen[role] = column;
  look();
}

function chooseText() {
  chosen.text = [...at("as-text").querySelectorAll("input:checked")].map((box) => box.value);
  if (chosen.text.length) look();
}

async function run() {
  at("run").disabled = true;
  at("waiting").textContent = say("import.sending");
  try {
    const { job } = await api("POST", `/v1/imports?${query()}`, file, { key });
    await follow(job.href);
  } catch (error) {
    tellProblem(error);
    at("waiting").textContent = "";
    ready(); // the same key again: if it did arrive, it is not imported twice
    return;
  }
  at("waiting").textContent = "";
}

async function follow(href) {
  const card = jobCard();
  at("job").replaceChildren(card.node);
  at("running").hidden = false;
  at("running").scrollIntoView({ block: "nearest" });
  const mine = round;
  const again = async () => {
    if (mine !== round) return;
    let ended = false;
    try {
      const job = await api("GET", href);
      card.show(job);
      ended = !["queued", "running"].includes(job.state);
    } catch (error) {
      if (!(error instanceof Problem && error.passing)) throw error;
    }
    if (!ended) setTimeout(again, 700);
  };
  await again();
}
