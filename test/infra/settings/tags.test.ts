import { describe, expect, test } from 'vitest';
import { minimal, ofType, templateOf } from '../synth.ts';

describe('tags', () => {
  const types = [
    'AWS::DynamoDB::Table',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Stage',
    'AWS::Cognito::UserPool',
  ];
  const tagsOf = ({ Tags, UserPoolTags }: Record<string, unknown>) => {
    const tags = UserPoolTags ?? Tags ?? [];
    return Array.isArray(tags) ? Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) : tags;
  };

  test('of the deployer are on every billed resource, beside our own', () => {
    const template = templateOf({ ...minimal, tags: { team: 'arcade', 'cost-center': '7' } });
    for (const type of types) {
      expect(ofType(template, type).length, type).toBeGreaterThan(0);
      for (const [id, { Properties }] of ofType(template, type)) {
        expect(tagsOf(Properties), id).toEqual({ application: 'rejoin', team: 'arcade', 'cost-center': '7' });
      }
    }
  });

  test('of the deployer override our own', () => {
    const [table] = ofType(
      templateOf({ ...minimal, tags: { application: 'arcade' } }),
      'AWS::DynamoDB::Table',
    );
    expect(tagsOf(table?.[1].Properties)).toEqual({ application: 'arcade' });
  });
});
