// What was saved and not yet acknowledged: kept on this device, sent in order, again and again with the same key, until
// the server has said yes or no. Holds ids, places and reasons; none of what customers said.
import { api, me, newKey, Problem } from "./frame.js";

const NAME = `verbatim.outbox ${me.organisation} ${me.actor}`;
const DRAFTS = `verbatim.drafts ${me.organisation} ${me.actor}`;
const MOST_DRAFTS = 200;
const WAITS = [1, 2, 4, 8, 15];

const kept = (name, empty) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? empty;
  } catch {
    return empty;
  }
};

/** Events: "change" (of the numbers), "done" ({ entry, answer }), "conflict" and "refused" ({ entry }). */
export class Outbox extends EventTarget {
  #sending = false;
  #timer = null;
  #tries = 0;
  offline = false;

  constructor() {
    super();
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.#change(() => (this.offline = true)));
    addEventListener("storage", (event) => event.key === NAME && this.#tell("change"));
  }

  get entries() {
    return kept(NAME, []);
  }
  get waiting() {
    return this.entries.filter((one) => one.state === "waiting");
  }
  get conflicts() {
    return this.entries.filter((one) => one.state === "conflict");
  }
  get refused() {
    return this.entries.filter((one) => one.state === "refused");
  }

  /** Keep a request until it is acknowledged; one for the same verbatim that was never tried gives way. Its key. */
  add({ method, path, body, about }) {
    const entry = { key: newKey(), method, path, body, about, state: "waiting", tried: 0 };
    this.#change((entries) => {
      const former = entries.findIndex((one) => one.path === path && one.state === "waiting" && !one.tried);
      if (former >= 0) entries.splice(former, 1);
      entries.push(entry);
    });
    this.send();
    return entry.key;
  }

  /** Whether a request could be taken back, since it was never on its way. */
  drop(key) {
    let dropped = false;
    this.#change((entries) => {
      const at = entries.findIndex((one) => one.key === key && (!one.tried || one.state !== "waiting"));
      if (at >= 0) entries.splice(at, 1);
      dropped = at >= 0;
    });
    return dropped;
  }

  /** Send one that met a conflict again, as a change of what is in effect now. */
  rebase(key, on) {
    this.#change((entries) => {
      const entry = entries.find((one) => one.key === key);
      if (entry) Object.assign(entry, { key: newKey(), state: "waiting", tried: 0, body: { ...entry.body, based_on: on } });
    });
    this.send();
  }

  /** Send what waits, in order. */
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      for (let entry = this.waiting[0]; entry; entry = this.waiting[0]) {
        if (!(await this.#try(entry))) {
          const wait = WAITS[Math.min(this.#tries++, WAITS.length - 1)];
          this.#timer = setTimeout(() => this.send(), wait * 1000);
          return;
        }
        this.#tries = 0;
      }
    } finally {
      this.#sending = false;
      this.#tell("change");
    }
  }

  /** Whether it is settled, one way or another. */
  async #try(entry) {
    this.#mark(entry.key, { tried: entry.tried + 1 });
    try {
      const answer = await api(entry.method, entry.path, entry.body, { key: entry.key });
      this.offline = false;
      this.#remove(entry.key);
      this.#tell("done", { entry, answer });
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.offline = error.offline;
      this.#tell("change");
      return this.#settled(entry, error);
    }
  }

  #settled(entry, error) {
    const { current } = error.body;
    const underWay = error.status === 409 && error.body.errors?.[0]?.field === "Idempotency-Key";
    const foreign = error.status === 403 && error.message.includes("X-CSRF-Token");
    if (error.passing || error.status === 401 || error.status >= 500 || underWay || foreign) return false;
    if (error.status === 409 && current && current.by === me.actor && entry.body?.based_on !== undefined) {
      this.#mark(entry.key, { key: newKey(), body: { ...entry.body, based_on: current.id }, tried: 0 });
      return true; // both are hers: the later one holds
    }
    const state = error.status === 409 && current !== undefined ? "conflict" : "refused";
    this.#mark(entry.key, { state, told: error.message, problem: error.body });
    this.#tell(state, { entry: { ...entry, state, told: error.message, problem: error.body } });
    return true;
  }

  #mark(key, values) {
    this.#change((entries) => Object.assign(entries.find((one) => one.key === key) ?? {}, values));
  }
  #remove(key) {
    this.#change((entries) => {
      const at = entries.findIndex((one) => one.key === key);
      if (at >= 0) entries.splice(at, 1);
    });
  }
  #change(act) {
    const entries = this.entries;
    act(entries);
    localStorage.setItem(NAME, JSON.stringify(entries));
    this.#tell("change");
  }
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Judgements that were begun and not saved, by verbatim: they outlive a reload. */
export const drafts = {
  of(verbatim, based) {
    const found = kept(DRAFTS, {})[verbatim];
    return found && found.based === based ? found.judgement : null;
  },
  keep(verbatim, based, judgement) {
    const all = kept(DRAFTS, {});
    delete all[verbatim];
    if (judgement) all[verbatim] = { based, judgement };
    const names = Object.keys(all);
    for (const name of names.slice(0, Math.max(names.length - MOST_DRAFTS, 0))) delete all[name];
    localStorage.setItem(DRAFTS, JSON.stringify(all));
  },
};
