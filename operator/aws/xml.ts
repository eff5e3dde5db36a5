/** Reads the XML of AWS's Query protocol: attributes don't matter, there is no CDATA, and lists consist of `member`. */

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function character(code: number): string | undefined {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return character(Number.parseInt(hex, 16)) ?? whole;
    if (decimal !== undefined) return character(Number(decimal)) ?? whole;
    return ENTITIES[name] ?? whole;
  });
}

/** The text of the first element with a name, or undefined if there is none. */
export function element(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : unescapeXml(found);
}

/** The content of each `member` of the first list with a name. Lists inside a member stay in it. */
export function members(xml: string, list: string): string[] {
  const [, inside = ''] = new RegExp(`<${list}>([\\s\\S]*?)</${list}>`).exec(xml) ?? [];
  const found: string[] = [];
  let [depth, begin] = [0, 0];
  for (const { 0: tag, index } of inside.matchAll(/<\/?member>/g)) {
    if (tag === '<member>') {
      if (depth === 0) begin = index + tag.length;
      depth += 1;
    } else {
      depth -= 1;
      if (depth === 0) found.push(inside.slice(begin, index));
    }
  }
  return found;
}
