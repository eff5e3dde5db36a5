import { describe, expect, it } from 'vitest';
import { ExpressionError, evaluateExpression, type Series } from '../../../local/aws/metric-math.ts';
import { type MetricValues, valueAt } from '../../infra/monitoring/alarm-math.ts';
import { ofType, operatorTemplateOf, templateOf, withProvider } from '../../infra/synth.ts';

const AT = [60_000, 120_000, 180_000];
/** Values in the periods of AT; a gap is a period without data. */
const series = (...values: (number | undefined)[]): Series =>
  new Map(values.flatMap((value, index) => (value === undefined ? [] : [[AT[index] ?? 0, value] as const])));
const evaluate = (expression: string, given: Record<string, Series> = {}) =>
  AT.map((at) => evaluateExpression(expression, (id) => given[id], AT).get(at));

describe("CloudWatch's metric math in the local deployment", () => {
  const a = series(1, undefined, 4);
  const b = series(2, 3, 0);
  it.each([
    ['a + b * 2', [5, undefined, 4]],
    ['(a + b) * 2', [6, undefined, 8]],
    ['b - -1', [3, 4, 1]],
    // A division by zero gives no value.
    ['a / b', [0.5, undefined, undefined]],
    ['FILL(a, 0)', [1, 0, 4]],
    ['SUM([a, b])', [3, 3, 4]],
    ['SUM([FILL(a, 0), b])', [3, 3, 4]],
    ['a <= 1 || b >= 3', [1, undefined, 0]],
    // A branch that is not taken needs no data.
    ['IF(b >= 3, a, 7)', [7, undefined, 7]],
    ['IF(b < 3, a, 7)', [1, 7, 4]],
  ])('evaluates %s', (expression, values) => {
    expect(evaluate(expression, { a, b })).toEqual(values);
  });

  it.each([
    ['an id that is not there', 'SUM([a, c])'],
    ['an unknown function', 'MEDIAN(a)'],
    ['a list where a number is needed', '[a, b] + 1'],
    ['a sum of no list', 'SUM(a)'],
    ['an end that comes too early', 'IF(a >= 3, a'],
    ['something behind the end', 'a b'],
    ['a character that is no operator', 'a % b'],
    ['a constant, which is no time series', '3'],
  ])('refuses %s', (_what, expression) => {
    expect(() => evaluate(expression, { a, b })).toThrow(ExpressionError);
  });

  it("evaluates every deployed alarm as the tests' own evaluator does, with and without data", () => {
    const templates = [
      templateOf(withProvider),
      operatorTemplateOf({ ...withProvider, operators: ['arn:aws:iam::123456789012:user/a'] }),
    ];
    const alarms = templates.flatMap((template) => ofType(template, 'AWS::CloudWatch::Alarm'));
    let compared = 0;
    for (const [, { Properties }] of alarms) {
      const queries: { Id: string; Expression?: string }[] = Properties.Metrics ?? [];
      const expression = queries.find(({ Expression }) => Expression)?.Expression;
      if (expression === undefined) continue;
      const ids = queries.flatMap(({ Id, Expression }) => (Expression ? [] : [Id]));
      for (const value of [0, 1, 3, 11]) {
        for (const missing of [undefined, ...ids]) {
          const there = ids.filter((id) => id !== missing);
          const values: MetricValues = Object.fromEntries(there.map((id) => [id, value]));
          const given = Object.fromEntries(ids.map((id) => [id, series(values[id])]));
          const [first] = AT;
          const found = evaluateExpression(expression, (id) => given[id], [first ?? 0]).get(first ?? 0);
          const expected = valueAt(Properties, values);
          // Without data in a condition CloudWatch has no result; the tests' evaluator takes the other branch.
          if (found === undefined && missing !== undefined) continue;
          expect(found, `${expression} with ${JSON.stringify(values)}`).toBe(
            expected === Number.POSITIVE_INFINITY ? undefined : expected,
          );
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(50);
  });
});
