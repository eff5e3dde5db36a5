import { describe, expect, it } from 'vitest';
import { holds, updated } from './expressions.ts';

const names = { '#n': 'n', '#list': 'list', '#id': 'id' };
const values = { ':zero': 0, ':one': 1, ':five': 5, ':none': [], ':text': 'five' };
const meanings = { names, values };

describe("the campaign's table reads expressions as DynamoDB does", () => {
  it.each([
    ['#n <= :five', { n: 5 }, true],
    ['#n <= :five', {}, false],
    ['#n <> :five', {}, true],
    ['#n < :text', { n: 5 }, false],
    ['attribute_not_exists(#n) OR #n <= :five AND #n > :one', { n: 1 }, false],
    ['(attribute_not_exists(#n) OR #n <= :five) AND attribute_exists(pk)', { pk: 'p' }, true],
    ['NOT #n = :five', { n: 5 }, false],
    ['#list[0].#id = :five', { list: [{ id: 5 }] }, true],
    ['#list[0].#id = :five', { list: [] }, false],
    ['begins_with(sk, :text)', { sk: 'five#1' }, true],
    ['size(#list) < :one', { list: new Set(['a']) }, false],
  ])('%s of %j is %s', (condition, item, result) => {
    expect(holds(condition, item, meanings)).toBe(result);
  });

  it.each([
    ['SET #n = if_not_exists(#n, :zero) + :one', {}, { n: 1 }],
    ['SET #list = list_append(if_not_exists(#list, :none), :none), #n = :one', {}, { list: [], n: 1 }],
    // The right side is the item before the update.
    ['SET #n = :five, #id = #n', { n: 1 }, { n: 5, id: 1 }],
    ['SET #id = :one REMOVE #n', { n: 1 }, { id: 1 }],
    ['ADD #n :one', { n: 1 }, { n: 2 }],
  ])('%s of %j makes %j', (update, item, result) => {
    expect(updated(update, item, meanings)).toEqual(result);
  });

  it('adds to sets and removes from them, and removes an empty set', () => {
    const players = { names: { '#p': 'p' }, values: { ':p': new Set(['a']) } };
    expect(updated('ADD #p :p', { p: new Set(['b']) }, players)).toEqual({ p: new Set(['b', 'a']) });
    expect(updated('DELETE #p :p', { p: new Set(['a']) }, players)).toEqual({});
  });
});

describe('an unknown expression is an error, not a guess', () => {
  it.each(['contains_all(#n, :one)', '#n ~ :one', '#unknown = :one', '#n = :unknown', '#n = :one :five'])(
    'in a condition: %s',
    (condition) => {
      expect(() => holds(condition, {}, meanings)).toThrow();
    },
  );

  it.each(['PUT #n = :one', 'SET #list[0] = :one', 'SET #n = twice(:one)', 'ADD #n :text'])(
    'in an update: %s',
    (update) => {
      expect(() => updated(update, {}, meanings)).toThrow();
    },
  );
});
