// The versions of the codebook, the latest first, each with what became of the codes of the one before.
import { api, moment, node, say, tellProblem } from "./frame.js";
import { nameOf } from "./codebook.js";

const BREAKING = ["split", "retired", "added"];

/** Show the versions. */
export async function showVersions(place) {
  place.setAttribute("aria-busy", "true");
  try {
    const { items } = await api("GET", "/v1/codebook/versions");
    place.replaceChildren(...items.reverse().map(version));
  } catch (error) {
    tellProblem(error);
  }
  place.setAttribute("aria-busy", "false");
}

function version(one) {
  const who = one.published ? say("codebook.by", { actor: one.actor, when: moment(one.published) }) : say("codebook.came", { when: moment(one.created) });
  return node(
    "li",
    {},
    node("header", {}, node("h2", { text: one.label }), one.current ? node("span", { class: "tag good", text: say("codebook.current") }) : null, node("span", { class: "soft", text: who }), node("span", { class: "soft", text: say("codebook.codes", { n: one.codes }) })),
    one.reason ? node("blockquote", { text: one.reason }) : null,
    one.crosswalk.length ? node("ul", { class: "walked" }, one.crosswalk.map(entry)) : null,
  );
}

function entry(one) {
  const ids = [one.old, one.new.filter((id) => id !== one.old).length ? "→" : null, ...one.new.filter((id) => id !== one.old)];
  const code = ids.filter(Boolean).join(" ").replace(/ (?=\S+$)/, " ");
  return node(
    "li",
    {},
    node("span", { class: one.kind === "split" ? "tag warn" : "tag", text: say(`codebook.kind_${one.kind}`) }),
    " ",
    node("code", { text: code }),
    " ",
    node("span", { class: "soft", text: [...new Set(one.new.map((id) => nameOf(id)))].join(", ") }),
    BREAKING.includes(one.kind) ? node("span", { class: "soft", text: ` · ${say("codebook.break")}` }) : null,
  );
}
