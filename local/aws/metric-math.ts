/**
 * CloudWatch's metric math, as far as our alarms use it: numbers, `+ - * /`, comparisons, `&&`, `||`, lists, `SUM`, `FILL` and
 * `IF`. Everything else is refused, as CloudWatch refuses what it does not know.
 */

/** A value for each period that has data, by the period's beginning. */
export type Series = ReadonlyMap<number, number>;
type Value = number | Series | Value[];

/** The expression is wrong. CloudWatch refuses the whole request. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/()[\],<>]))/y;

const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0), '&&': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (expression.slice(TOKEN.lastIndex).trim() !== '') {
    const found = TOKEN.exec(expression);
    if (found === null) throw new ExpressionError(`Unexpected character in ${expression}`);
    tokens.push(found[0].trim());
  }
  return tokens;
}

/** Applies a function where every series has a value. A division by zero has none. */
function combine(values: readonly Value[], apply: (...numbers: number[]) => number): Value {
  if (values.some(Array.isArray)) throw new ExpressionError('Unsupported operand type: a list');
  const series = values.filter((value) => value instanceof Map) as Series[];
  if (series.length === 0) return apply(...(values as number[]));
  const result = new Map<number, number>();
  for (const at of series[0]?.keys() ?? []) {
    const numbers = values.map((value) => (value instanceof Map ? value.get(at) : (value as number)));
    if (numbers.some((each) => each === undefined)) continue;
    const value = apply(...(numbers as number[]));
    if (Number.isFinite(value)) result.set(at, value);
  }
  return result;
}

/**
 * Evaluates an expression.
 * @param seriesOf a metric or another expression by its id; undefined if there is none
 * @param periods the beginnings of all periods that FILL fills
 * @throws ExpressionError
 */
export function evaluateExpression(
  expression: string,
  seriesOf: (id: string) => Series | undefined,
  periods: readonly number[],
): Series {
  const tokens = tokensOf(expression);
  let at = 0;
  const expect = (token: string) => {
    if (tokens[at] !== token) throw new ExpressionError(`Expected ${token} in ${expression}`);
    at += 1;
  };
  const listUntil = (end: string): Value[] => {
    const values: Value[] = [];
    while (tokens[at] !== end) {
      if (values.length > 0) expect(',');
      values.push(level(0));
    }
    at += 1;
    return values;
  };
  const call = (name: string, given: readonly Value[]): Value => {
    const [first, second, third] = given;
    if (name === 'SUM' && given.length === 1 && Array.isArray(first)) {
      const sum = new Map<number, number>();
      for (const each of first as Series[]) {
        for (const [begin, value] of each) sum.set(begin, (sum.get(begin) ?? 0) + value);
      }
      return sum;
    }
    if (name === 'FILL' && first instanceof Map && typeof second === 'number') {
      return new Map(periods.map((begin) => [begin, first.get(begin) ?? second]));
    }
    if (name === 'IF' && first !== undefined && second !== undefined && third !== undefined) {
      // A branch that is not taken needs no data.
      const chosen = new Map<number, number>();
      for (const begin of first instanceof Map ? first.keys() : periods) {
        const condition = first instanceof Map ? first.get(begin) : first;
        const branch = condition === 0 ? third : second;
        const value = branch instanceof Map ? branch.get(begin) : (branch as number);
        if (value !== undefined) chosen.set(begin, value);
      }
      return chosen;
    }
    throw new ExpressionError(`The function ${name} is unknown, or takes other arguments`);
  };
  const primary = (): Value => {
    const token = tokens[at++];
    if (token === undefined) throw new ExpressionError(`Unexpected end of ${expression}`);
    if (token === '-') return combine([primary()], (value) => -value);
    if (token === '(') {
      const inside = level(0);
      expect(')');
      return inside;
    }
    if (token === '[') return listUntil(']');
    if (/^\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) throw new ExpressionError(`Unexpected ${token} in ${expression}`);
    if (tokens[at] === '(') {
      at += 1;
      return call(token, listUntil(')'));
    }
    const series = seriesOf(token);
    if (series === undefined)
      throw new ExpressionError(`There is no metric or expression with the id ${token}`);
    return series;
  };
  const level = (depth: number): Value => {
    const operators = LEVELS[depth];
    if (operators === undefined) return primary();
    let left = level(depth + 1);
    for (let apply = operators[tokens[at] ?? '']; apply; apply = operators[tokens[at] ?? '']) {
      at += 1;
      left = combine([left, level(depth + 1)], apply);
    }
    return left;
  };
  const value = level(0);
  if (at < tokens.length) throw new ExpressionError(`Unexpected ${tokens[at]} in ${expression}`);
  if (!(value instanceof Map)) throw new ExpressionError(`${expression} does not give a time series`);
  return value;
}
