// A judgement while it is made: codes with polarity and excerpts, stance, reason. Pure: each change gives a new one.
// Places count characters (code points), as the API does; the browser counts UTF-16 units.

export const POLARITIES = ["negative", "neutral", "positive"];
export const STANCES = ["critic", "passive", "promoter"];

const place = ({ start, end, turn }) => (turn === null || turn === undefined ? { start, end } : { start, end, turn });

/** The judgement that an item has: of the coding in effect, or nothing at all. */
export function judgementOf(item) {
  return {
    codes: (item.codes ?? []).map(({ id, polarity, confidence, excerpts }) => ({ id, polarity, confidence, excerpts: excerpts.map(place) })),
    stance: item.stance?.label ?? null,
    reason: null,
  };
}

/** What the API takes. */
export function sent(judgement) {
  return {
    codes: judgement.codes.map(({ id, polarity, excerpts }) => ({ id, polarity, excerpts })),
    stance: judgement.stance,
    reason: judgement.reason?.trim() || null,
  };
}

export const same = (one, other) => JSON.stringify(sent(one)) === JSON.stringify(sent(other));

export const has = (judgement, id) => judgement.codes.some((code) => code.id === id);

/** With a code more; one that stands alone takes the place of all others, and gives way to them. */
export function withCode(judgement, id, polarity, standsAlone) {
  if (has(judgement, id)) return judgement;
  const others = standsAlone(id) ? [] : judgement.codes.filter((code) => !standsAlone(code.id));
  return { ...judgement, codes: [...others, { id, polarity, excerpts: [] }] };
}

export const withoutCode = (judgement, id) => ({ ...judgement, codes: judgement.codes.filter((code) => code.id !== id) });

const changed = (judgement, id, change) => ({
  ...judgement,
  codes: judgement.codes.map((code) => (code.id === id ? { ...code, ...change, confidence: undefined } : code)),
});

export const withPolarity = (judgement, id, polarity) => changed(judgement, id, { polarity });
export const withExcerpts = (judgement, id, excerpts) => changed(judgement, id, { excerpts: excerpts.map(place) });
export const withStance = (judgement, stance) => ({ ...judgement, stance: judgement.stance === stance ? null : stance });
export const withReason = (judgement, reason) => ({ ...judgement, reason });

/** The polarity that a new code gets, until somebody says another one. */
export const usual = (judgement) => ({ critic: "negative", promoter: "positive" })[judgement.stance] ?? "neutral";

/** The texts of an item, each with its turn: one for a reply, one for each turn of a talk. */
export function textsOf(item) {
  if (item.turns) return item.turns.map((turn, number) => ({ ...turn, turn: number }));
  return [{ text: item.text ?? "", turn: null, speaker: null, side: null }];
}

/** Pieces of a text, cut wherever an excerpt begins or ends; each with the codes that it belongs to. */
export function pieces(text, turn, codes) {
  const letters = [...text];
  const cuts = new Set([0, letters.length]);
  const own = codes.map((code) => code.excerpts.filter((one) => (one.turn ?? null) === turn && one.start < letters.length));
  for (const { start, end } of own.flat()) cuts.add(start).add(Math.min(end, letters.length));
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((start, at) => ({
    start,
    text: letters.slice(start, sorted[at + 1]).join(""),
    codes: codes.map((_, number) => number).filter((number) => own[number].some((one) => one.start <= start && start < one.end)),
    opens: codes.map((_, number) => number).filter((number) => own[number].some((one) => one.start === start)),
  }));
}

/** The sentences of an item, as excerpts; all of the text is the last one. */
export function sentences(item, language) {
  const cutter = new Intl.Segmenter(language, { granularity: "sentence" });
  const found = [];
  for (const { text, turn, side } of textsOf(item)) {
    if (side === "us") continue;
    let at = 0;
    for (const { segment } of cutter.segment(text)) {
      const length = [...segment].length;
      const start = at + [...segment.match(/^\s*/)[0]].length;
      const end = at + [...segment.trimEnd()].length;
      if (end > start) found.push(place({ start, end, turn }));
      at += length;
    }
  }
  const only = item.turns ? [] : [place({ start: 0, end: [...item.text.trimEnd()].length, turn: null })];
  return found.length === 1 ? found : [...found, ...only];
}
