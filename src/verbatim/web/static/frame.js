// What every page shares: the texts it may say, calls of the API, building nodes, telling the reader something.

const data = JSON.parse(document.getElementById("script-data").textContent);

/** Who is signed in: language, csrf, actor, organisation, role. */
export const me = data;

/** The text of a key, with its values put in; "one|many" by the value n. */
export function say(key, values = {}) {
  const text = data.words[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  const [one, many] = text.split("|");
  const chosen = many !== undefined && values.n !== 1 ? many : one;
  return chosen.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value);
  });
}

/** Whether there is a text of this key. */
export const knows = (key) => key in data.words;

const tag = data.language;
const decimals = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 });
const shares = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 });
const moments = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat(tag, { dateStyle: "medium" });

export const number = (value) => decimals.format(value);
export const percent = (share) => shares.format(share);
export const moment = (iso) => (iso ? moments.format(new Date(iso)) : "");
export const day = (iso) => (iso ? days.format(new Date(iso)) : "");

/** An answer that is no success. `offline`: nothing came back at all. `body` holds the members of the problem. */
export class Problem extends Error {
  constructor(status, body) {
    super(told(status, body));
    this.status = status;
    this.body = body ?? {};
    this.offline = status === 0;
  }
  /** Whether the same may work later. */
  get passing() {
    return [0, 408, 429, 502, 503, 504].includes(this.status);
  }
}

function told(status, body) {
  const key = `frame.status_${status}`;
  const first = knows(key) ? say(key) : say("frame.status_other", { status: String(status) });
  return body?.detail && ![0, 401, 429, 503].includes(status) ? `${first} ${body.detail}` : first;
}

/**
 * The JSON that a route answers with, null for none. Throws Problem for any other answer. Tries once: what is sent again
 * is the caller's to decide, with the same `key` (Idempotency-Key) where it changes something.
 * options: { key, type, headers, signal, keepalive, whole } - `whole`: { status, headers, body } in place of the JSON.
 */
export async function api(method, path, body, options = {}) {
  const raw = body instanceof Blob || typeof body === "string";
  const headers = { Accept: "application/json", ...options.headers };
  if (body !== undefined) headers["Content-Type"] = options.type ?? (raw ? "application/octet-stream" : "application/json");
  if (!["GET", "HEAD"].includes(method)) headers["X-CSRF-Token"] = data.csrf;
  if (options.key) headers["Idempotency-Key"] = options.key;
  const sent = body === undefined || raw ? body : JSON.stringify(body);
  let answer, text;
  try {
    const { signal, keepalive } = options;
    answer = await fetch(path, { method, headers, body: sent, signal, keepalive, credentials: "same-origin", cache: "no-store" });
    text = await answer.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  const found = parsed(text);
  if (answer.status === 401) signedOut();
  if (!answer.ok) throw new Problem(answer.status, found);
  return options.whole ? { status: answer.status, headers: answer.headers, body: found } : found;
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** A new name for a request, so that it has its effect once however often it is sent. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

/** A node: attributes by name (`class`, `text`, `on` for listeners, properties such as `checked`), then children. */
export function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (["checked", "value", "disabled", "selected", "open", "hidden"].includes(key)) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** The element with this id. */
export const at = (id) => document.getElementById(id);

/** Tell the reader something for a while; kind: "", "good" or "bad". */
export function tell(text, kind = "") {
  const note = node("div", { class: `note ${kind}`, text });
  at("notes").append(note);
  while (at("notes").children.length > 3) at("notes").firstChild.remove();
  setTimeout(() => note.remove(), kind === "bad" ? 10000 : 4000);
  return note;
}

/** Tell an error; what is no Problem is a mistake of ours, and is thrown on. */
export function tellProblem(error) {
  if (!(error instanceof Problem)) throw error;
  tell(error.message, "bad");
}

/** Show a line under the head of the page until it is taken away (an empty text). */
export function banner(text, ...more) {
  const line = at("banner");
  line.replaceChildren(...(text ? [text, " ", ...more] : []));
  line.hidden = !text;
}

function signedOut() {
  const to = encodeURIComponent(location.pathname);
  banner(say("frame.signed_out"), node("a", { href: `/sign-in?to=${to}`, text: say("frame.sign_in_again") }));
}

/** Call a function again and again, `seconds` after it ended, while the page is seen; returns what stops it. */
export function every(seconds, act) {
  let stopped = false;
  const round = async () => {
    if (stopped) return;
    if (!document.hidden) await act();
    setTimeout(round, seconds * 1000);
  };
  setTimeout(round, seconds * 1000);
  return () => (stopped = true);
}
