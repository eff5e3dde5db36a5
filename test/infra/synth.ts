/** Synthesizes the stacks without bundling, and reads their templates. */
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { OperatorStack } from '../../infra/operator-stack.ts';
import { RejoinStack } from '../../infra/rejoin-stack.ts';
import type { SettingsInput } from '../../infra/settings/settings.ts';
import { temporaryDirectory } from '../temporary.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON, which the assertions look into.
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface SynthesizedTemplate {
  readonly Resources: Record<string, Resource>;
  readonly Outputs: Record<string, { Value: unknown; Description: string }>;
}

export const group = { id: 'sg-A', region: 'us-west-2', applications: ['a-1'] };

/** The smallest valid settings. */
export const minimal = { streamGroups: [group] } satisfies SettingsInput;

/** Settings with an existing OpenID provider, which most tests use. */
export const withProvider = {
  ...minimal,
  identity: { issuer: 'https://login.example.com/', audience: ['rejoin-web'], scope: 'games/play' },
  webOrigins: ['https://play.example.com', 'https://beta.example.com'],
} satisfies SettingsInput;

/** An app that leaves no files behind. It skips bundling, which does not change the template. */
export function newApp(): App {
  return new App({
    outdir: temporaryDirectory(),
    context: { 'aws:cdk:bundling-stacks': [] },
  });
}

export function stackOf(settings: SettingsInput): RejoinStack {
  return new RejoinStack(newApp(), settings);
}

/** Makes each template once in a process, which runs many test files, and returns copies. */
function once(make: (settings: SettingsInput) => SynthesizedTemplate) {
  const made = new Map<string, SynthesizedTemplate>();
  return (settings: SettingsInput): SynthesizedTemplate => {
    const key = JSON.stringify(settings);
    const template = made.get(key) ?? make(settings);
    made.set(key, template);
    return structuredClone(template);
  };
}

export const templateOf = once(
  (settings) => Template.fromStack(stackOf(settings)).toJSON() as SynthesizedTemplate,
);

/** The stack of the operator API, in an app with that of the player API. */
export function operatorStackOf(settings: SettingsInput): OperatorStack {
  const app = newApp();
  return new OperatorStack(app, new RejoinStack(app, settings).rejoin);
}

export const operatorTemplateOf = once(
  (settings) => Template.fromStack(operatorStackOf(settings)).toJSON() as SynthesizedTemplate,
);

export function warningsOf(settings: SettingsInput): string[] {
  const messages = Annotations.fromStack(stackOf(settings)).findWarning('*', Match.anyValue());
  return messages.map(({ entry }) => String(entry.data));
}

/** Logical id and resource of all resources of one type. */
export function ofType(template: SynthesizedTemplate, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/**
 * Writes the intrinsic functions that our templates use as text: `${AWS::Region}`, `${Table.Arn}`.
 *
 * @throws {Error} for any other intrinsic function, so that no test compares what it can't read
 */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['nothing']] = Object.entries(value as Record<string, unknown>);
  if (name === 'Ref') return `\${${argument}}`;
  if (name === 'Fn::GetAtt') return `\${${(argument as string[]).join('.')}}`;
  if (name === 'Fn::ImportValue') return `\${import ${argument}}`;
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(text).join(separator);
  }
  if (name === 'Fn::Select') {
    // Our templates select only from `Fn::Split`: the part is written as the whole.
    const [, { 'Fn::Split': split }] = argument as [number, { 'Fn::Split': [string, unknown] }];
    return text(split[1]);
  }
  throw new Error(`cannot read ${name}`);
}
