// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub is written so
import { describe, expect, test } from 'vitest';
import { type ReferenceScope, resolveIntrinsics } from '../../../local/template/intrinsics.ts';

const scope: ReferenceScope = {
  ref: (id) => (id === 'Table' ? 'table-1' : undefined),
  getAtt: (id, attribute) => (id === 'Table' && attribute === 'Arn' ? 'arn:1' : undefined),
  importValue: (name) => (name === 'Other:Table' ? 'theirs' : undefined),
  pseudo: { 'AWS::Region': 'us-west-2', 'AWS::AccountId': '1' },
};
const resolve = (value: unknown) => resolveIntrinsics(value, scope, 'Stack/X');

describe('CloudFormation’s references become values', () => {
  test.for<[unknown, unknown]>([
    [{ Ref: 'Table' }, 'table-1'],
    [{ Ref: 'AWS::Region' }, 'us-west-2'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:1'],
    [{ 'Fn::GetAtt': 'Table.Arn' }, 'arn:1'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Table' }]] }, 'a-table-1'],
    [{ 'Fn::Split': ['-', { Ref: 'Table' }] }, ['table', '1']],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b'] }] }, 'b'],
    [{ 'Fn::Select': ['0', ['a', 'b']] }, 'a'],
    [{ 'Fn::Sub': '${Table}/${Table.Arn}/${AWS::Region}/${!Literal}' }, 'table-1/arn:1/us-west-2/${Literal}'],
    [{ 'Fn::Sub': ['${name}!', { name: { Ref: 'Table' } }] }, 'table-1!'],
    [{ 'Fn::ImportValue': 'Other:Table' }, 'theirs'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [{ Ref: 'AWS::NoValue' }, undefined],
    [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
    [null, null],
  ])('%j', ([value, expected]) => {
    expect(resolve(value)).toEqual(expected);
  });
});

describe('an intrinsic or reference without a value here is refused with its place and name:', () => {
  test.for<[unknown, string]>([
    [{ 'Fn::If': ['A', 1, 2] }, 'Stack/X: the local deployment does not execute the intrinsic Fn::If'],
    [
      { a: [{ 'Fn::Base64': 'x' }] },
      'Stack/X: the local deployment does not execute the intrinsic Fn::Base64',
    ],
    [{ Ref: 'Nobody' }, 'Stack/X: the local deployment has no value for Ref Nobody'],
    [
      { Ref: 'AWS::NotificationARNs' },
      'Stack/X: the local deployment has no value for Ref AWS::NotificationARNs',
    ],
    [
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'Stack/X: the local deployment has no value for Fn::GetAtt Table.StreamArn',
    ],
    [{ 'Fn::Sub': '${Nobody}' }, 'Stack/X: the local deployment has no value for Ref Nobody'],
    [{ 'Fn::ImportValue': 'Nobody' }, 'Stack/X: no stack exports Nobody (Fn::ImportValue)'],
    [{ 'Fn::Select': [2, ['a']] }, 'Stack/X: Fn::Select has no item 2 to select'],
    [{ 'Fn::Join': 'x' }, 'Stack/X: Fn::Join needs a list, the template has "x"'],
    [{ 'Fn::Join': ['', []], other: 1 }, 'Stack/X: Fn::Join must be the only key of its object'],
  ])('%j', ([value, message]) => {
    expect(() => resolve(value)).toThrow(message);
  });
});
