/** As much of XML as AWS's Query services answer in: no attributes that matter, no CDATA, lists of `member`. */

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function character(code: number): string | undefined {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}

/** Text as it was before it was put into XML. */
function plain(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return character(Number.parseInt(hex, 16)) ?? whole;
    if (decimal !== undefined) return character(Number(decimal)) ?? whole;
    return ENTITIES[name] ?? whole;
  });
}

/** The text of the first element of a name; undefined where there is none. */
export function element(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : plain(found);
}

/** What stands in each `member` of the first list of a name; lists within them stay whole. */
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
