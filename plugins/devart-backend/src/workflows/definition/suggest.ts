/**
 * The number of letters to insert, leave out, exchange or swap with their
 * neighbour to get from one word to the other: the optimal string alignment
 * distance of Damerau and Levenshtein.
 */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        last[column] + 1,
        current[column - 1] + 1,
        last[column - 1] + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1]
      ) {
        best = Math.min(best, beforeLast[column - 2] + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}

/** The longest word that a suggestion is looked for. */
const MAX_WORD = 64;

/** The candidate that somebody probably meant, if one is close enough. */
export function nearest(
  word: string,
  candidates: Iterable<string>,
): string | undefined {
  if (word.length > MAX_WORD) {
    return undefined;
  }
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) {
      continue;
    }
    const found = distance(word.toLowerCase(), candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

const MAX_LISTED = 20;

/** `; did you mean "needs"?` when a candidate is near, else `; accepted are …`. */
export function suggestion(
  word: string,
  candidates: readonly string[],
  introduction = 'accepted are',
): string {
  const meant = nearest(word, candidates);
  if (meant !== undefined) {
    return `; did you mean "${meant}"?`;
  }
  return candidates.length > 0 ? `; ${introduction} ${listed(candidates)}` : '';
}

/** Words separated by commas; the end of a long list is left out. */
export function listed(words: readonly string[]): string {
  const shown = words.slice(0, MAX_LISTED).join(', ');
  return words.length > MAX_LISTED ? `${shown}, …` : shown;
}
