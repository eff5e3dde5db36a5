/** DynamoDB's expression language, as far as the product uses it. Anything else is an error, never a guess. */

export type Item = Record<string, unknown>;

/** The meaning of an expression's `#names` and `:values`. */
export interface Meanings {
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
}

const TOKEN = /\s*(<=|>=|<>|[=<>()+\-,.[\]]|[#:]?\w+)/y;

/** The product has few expressions, and uses each of them again and again. */
const known = new Map<string, readonly string[]>();

function tokensOf(text: string): readonly string[] {
  const read = known.get(text);
  if (read) return read;
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.trimEnd().length) {
    const found = pattern.exec(text);
    if (!found) throw new Error(`This expression can't be read: ${text}`);
    tokens.push(found[1] ?? '');
  }
  known.set(text, tokens);
  return tokens;
}

type Path = (string | number)[];

/** Reads an expression from left to right. It evaluates the item as it was before the update. */
function reader(text: string, item: Item, { names, values }: Meanings) {
  const tokens = tokensOf(text);
  let at = 0;
  const unknown = (what: string) => new Error(`The campaign's table knows no ${what}, in: ${text}`);
  const peek = () => tokens[at]?.toUpperCase();
  const take = () => tokens[at++] ?? '';
  const skip = (token: string) => {
    if (peek() !== token) return false;
    at++;
    return true;
  };
  const expect = (token: string) => {
    if (!skip(token)) throw unknown(`"${tokens[at] ?? 'end'}" where "${token}" should be`);
  };
  const nameOf = (token: string) => {
    if (!token.startsWith('#')) return token;
    const name = names[token];
    if (name === undefined) throw unknown(`name ${token}`);
    return name;
  };
  function path(): Path {
    const parts: Path = [nameOf(take())];
    for (;;) {
      if (skip('.')) parts.push(nameOf(take()));
      else if (skip('[')) {
        parts.push(Number(take()));
        expect(']');
      } else return parts;
    }
  }
  const valueAt = (parts: Path) =>
    parts.reduce<unknown>((value, part) => (value as Record<string | number, unknown>)?.[part], item);
  function operand(): unknown {
    const token = tokens[at] ?? '';
    if (token.startsWith(':')) {
      at++;
      if (!(token in values)) throw unknown(`value ${token}`);
      return values[token];
    }
    const call = tokens[at + 1] === '(' ? token.toLowerCase() : undefined;
    if (call === undefined) return valueAt(path());
    at += 2;
    let result: unknown;
    if (call === 'if_not_exists') {
      const known = valueAt(path());
      expect(',');
      const otherwise = operand();
      result = known ?? otherwise;
    } else if (call === 'list_append') {
      const first = operand();
      expect(',');
      const second = operand();
      if (!Array.isArray(first) || !Array.isArray(second)) throw unknown('list_append of something else');
      result = [...first, ...second];
    } else if (call === 'size') {
      const value = valueAt(path()) as { length?: number; size?: number } | undefined;
      result = value?.length ?? value?.size;
    } else throw unknown(`function ${call}`);
    expect(')');
    return result;
  }
  return { peek, take, skip, expect, path, valueAt, operand, unknown, ended: () => at >= tokens.length };
}

type Reader = ReturnType<typeof reader>;

function compare(left: unknown, operator: string, right: unknown, unknown: Reader['unknown']): boolean {
  // A comparison with an absent attribute fails, but "not equal" holds.
  if (operator === '=') return left !== undefined && left === right;
  if (operator === '<>') return left !== right;
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  if (typeof left !== 'number' && typeof left !== 'string') throw unknown(`order of ${typeof left}`);
  const [a, b] = [left, right as typeof left];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  if (operator === '>') return a > b;
  if (operator === '>=') return a >= b;
  throw unknown(`comparison ${operator}`);
}

function has(container: unknown, wanted: unknown): boolean {
  if (container instanceof Set) return container.has(wanted);
  if (Array.isArray(container)) return container.includes(wanted);
  return typeof container === 'string' && container.includes(String(wanted));
}

function oneCondition(read: Reader): boolean {
  if (read.skip('NOT')) return !oneCondition(read);
  if (read.skip('(')) {
    const holds = anyOf(read);
    read.expect(')');
    return holds;
  }
  const call = read.peek();
  if (call === 'ATTRIBUTE_EXISTS' || call === 'ATTRIBUTE_NOT_EXISTS') {
    read.take();
    read.expect('(');
    const there = read.valueAt(read.path()) !== undefined;
    read.expect(')');
    return there === (call === 'ATTRIBUTE_EXISTS');
  }
  if (call === 'BEGINS_WITH' || call === 'CONTAINS') {
    read.take();
    read.expect('(');
    const value = read.valueAt(read.path());
    read.expect(',');
    const wanted = read.operand();
    read.expect(')');
    return call === 'CONTAINS'
      ? has(value, wanted)
      : typeof value === 'string' && value.startsWith(String(wanted));
  }
  const left = read.operand();
  return compare(left, read.take(), read.operand(), read.unknown);
}

function allOf(read: Reader): boolean {
  let holds = oneCondition(read);
  while (read.skip('AND')) holds = oneCondition(read) && holds;
  return holds;
}

function anyOf(read: Reader): boolean {
  let holds = allOf(read);
  while (read.skip('OR')) holds = allOf(read) || holds;
  return holds;
}

/** Whether a condition holds for an item. Pass an empty item where there is none. @throws Error for what it can't read */
export function holds(condition: string, item: Item, meanings: Meanings): boolean {
  const read = reader(condition, item, meanings);
  const result = anyOf(read);
  if (!read.ended()) throw read.unknown(`"${read.peek()}"`);
  return result;
}

function write(item: Item, path: Path, value: unknown): void {
  const [name, ...rest] = path;
  // The product only writes whole attributes.
  if (rest.length > 0) throw new Error(`The campaign's table writes whole attributes, not ${path.join('.')}`);
  if (value === undefined) delete item[name as string];
  else item[name as string] = value;
}

function sum(read: Reader): unknown {
  let value = read.operand();
  for (;;) {
    const operator = read.peek();
    if (operator !== '+' && operator !== '-') return value;
    read.take();
    const next = read.operand();
    if (typeof value !== 'number' || typeof next !== 'number') throw read.unknown('sum of something else');
    value = operator === '+' ? value + next : value - next;
  }
}

/** The attribute after ADD or DELETE: numbers are added; values join a set or leave it. */
function joined(known: unknown, value: unknown, clause: string): unknown {
  if (typeof value === 'number' && clause === 'ADD') return ((known as number) ?? 0) + value;
  if (!(value instanceof Set)) throw new Error(`The campaign's table knows no ${clause} of ${typeof value}`);
  const old = (known as Set<unknown>) ?? new Set();
  const after = new Set(clause === 'ADD' ? [...old, ...value] : [...old].filter((one) => !value.has(one)));
  return after.size === 0 ? undefined : after;
}

/** The item after an update. @throws Error for what it can't read */
export function updated(update: string, item: Item, meanings: Meanings): Item {
  const read = reader(update, item, meanings);
  const after = { ...item };
  while (!read.ended()) {
    const clause = read.peek() ?? '';
    if (!['SET', 'REMOVE', 'ADD', 'DELETE'].includes(clause)) throw read.unknown(`clause ${clause}`);
    read.take();
    do {
      const path = read.path();
      if (clause === 'REMOVE') write(after, path, undefined);
      else if (clause === 'SET') {
        read.expect('=');
        write(after, path, sum(read));
      } else write(after, path, joined(read.valueAt(path), read.operand(), clause));
    } while (read.skip(','));
  }
  return after;
}
