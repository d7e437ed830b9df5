/** Two names that differ by more single-letter edits than this are two different words. */
const EDITS_MAX = 2;
/** No field or word of a scenario is longer; longer ones are not compared. */
const NAME_CHARACTERS_MAX = 32;

/**
 * Guesses what a mistyped name was meant to be.
 * @returns ` (did you mean "interval"?)`, or empty text when nothing is near enough.
 */
export function suggestion(name: string, known: Iterable<string>): string {
  if (name.length > NAME_CHARACTERS_MAX) return '';
  let best = '';
  let fewest = Math.min(EDITS_MAX, name.length - 1) + 1;
  for (const candidate of known) {
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits >= fewest) continue;
    fewest = edits;
    best = candidate;
  }
  return best === '' ? '' : ` (did you mean "${best}"?)`;
}

/** The Levenshtein distance, one row of its table at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
