/**
 * Whether a text matches a pattern in which `*` stands for any characters, also none, and `?` for exactly
 * one: the wildcards of IAM. Upper and lower case differ. Takes time in proportion to pattern times text at
 * worst, so that no pattern can stall the process, as a regular expression could.
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
      // The last star takes one character more; an earlier star never has to.
      at = lastStar + 1;
      position = ++retryFrom;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Whether some text matches both patterns. */
export function globsOverlap(one: string, other: string): boolean {
  // reachable[j]: the part of `one` read so far and the first j characters of `other` can mean the same text.
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
