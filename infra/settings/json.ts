/** Reads JSON that people write. The two habits that JSON refuses, comments and trailing commas, are named with their line. */

const comment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const trailingComma = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/** Blanks each match that is no string, so that all others keep their place, and calls `found` with where it was. */
function blank(text: string, pattern: RegExp, found: (at: number) => void): string {
  return text.replaceAll(pattern, (match, at: number) => {
    if (match.startsWith('"')) return match;
    found(at);
    return match.replaceAll(/[^\n]/g, ' ');
  });
}

/** Text that is not JSON. `lines` has one sentence for each fault. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options: ErrorOptions) {
    super(lines.join('; '), options);
    this.lines = lines;
  }
}

/** @throws {JsonError} naming every comment and every trailing comma, or else what the parser says */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const lines: string[] = [];
    const say = (what: string) => (at: number) => {
      lines.push(`line ${text.slice(0, at).split('\n').length}: ${what}`);
    };
    const bare = blank(text, comment, say('JSON has no comments; remove this one'));
    const plain = blank(bare, trailingComma, say('nothing follows this comma; remove it'));
    try {
      JSON.parse(plain);
    } catch (other) {
      lines.push((other as Error).message.replaceAll('\n', ' '));
    }
    throw new JsonError(lines, { cause });
  }
}
