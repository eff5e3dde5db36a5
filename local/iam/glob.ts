/**
 * Whether a text matches a pattern with IAM's wildcards: `*` is any number of characters, also none, and `?` is
 * exactly one. Upper and lower case differ. The time is at worst in proportion to pattern length times text length,
 * so no pattern can stall the process, as a regular expression could.
 */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  let lastStar = -1;
  let retryFrom = 0;
  while (position < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      lastStar = at++;
      retryFrom = position;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[position])) {
      at++;
      position++;
    } else if (lastStar >= 0) {
      // The last star takes one character more. No earlier star needs to.
      at = lastStar + 1;
      position = ++retryFrom;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Whether some text matches both patterns. */
export function globsOverlap(one: string, other: string): boolean {
  // reachable[j]: some text matches both the part of `one` read so far and the first j characters of `other`.
  let reachable = Array.from({ length: other.length + 1 }, (_, j) => /^\**$/.test(other.slice(0, j)));
  for (const a of one) {
    const next = [a === '*' && reachable[0] === true];
    for (let j = 1; j <= other.length; j++) {
      const b = other[j - 1];
      const sameCharacter = reachable[j - 1] === true && (a === '?' || b === '?' || a === b);
      const starTakesOrEnds = (star: boolean) => star && (reachable[j] === true || next[j - 1] === true);
      next[j] = sameCharacter || starTakesOrEnds(a === '*') || starTakesOrEnds(b === '*');
    }
    reachable = next;
  }
  return reachable[other.length] === true;
}
