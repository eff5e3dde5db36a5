/** A stack of somebody's own with a Rejoin in it, made of props. */
import { type Environment, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RejoinOperator } from '../../../infra/operator.ts';
import type { RejoinProps } from '../../../infra/props/props.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { SettingsError } from '../../../infra/settings/errors.ts';
import { newApp, type SynthesizedTemplate } from '../synth.ts';

/** The routes of both APIs that these stacks have. */
export const deployedRoutes = [
  ...playerRoutes,
  ...operatorRoutes.filter(({ onlyWith }) => onlyWith === undefined),
].map(({ name }) => name);

export const streamGroups = [{ id: 'sg-A', region: 'us-west-2', applications: ['a-1'] }];

export function ownStack(env?: Environment): Stack {
  return new Stack(newApp(), 'Arcade', env ? { env } : {});
}

export function templateIn(stack: Stack): SynthesizedTemplate {
  return Template.fromStack(stack).toJSON() as SynthesizedTemplate;
}

/** The player API and the operators' in one stack, with these props. */
export function bothIn(stack: Stack, props: Omit<RejoinProps, 'streamGroups'>): RejoinOperator {
  const rejoin = new Rejoin(stack, 'Rejoin', { streamGroups, operators: [], ...props });
  return new RejoinOperator(stack, 'Operators', rejoin);
}

/** The lines of the refusal of these props, which may be of any type. */
export function refusalOf(props: object): readonly string[] {
  try {
    new Rejoin(ownStack(), 'Rejoin', { streamGroups, ...props });
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
  return [];
}

export function warningsIn(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}
