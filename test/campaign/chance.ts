/**
 * A number in [0, 1) that depends only on its purpose. When steps are removed from a plan, its other steps therefore draw the same
 * numbers as before.
 */
export function chanceOf(...purpose: readonly (string | number)[]): number {
  // FNV-1a, then the finish of MurmurHash3.
  let hash = 0x811c9dc5;
  for (const part of purpose) {
    const text = `${part}|`;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** A whole number from `least` to `most`. */
export function wholeOf(least: number, most: number, ...purpose: readonly (string | number)[]): number {
  return least + Math.floor(chanceOf(...purpose) * (most - least + 1));
}
