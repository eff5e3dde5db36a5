/** The client's file of codes and types. The client imports nothing from outside its house, so it has a copy that is generated. */
import { PROBLEMS, RETRIES } from '../problems.ts';
import { playerSchemas } from '../schemas/player.ts';
import type { Schema } from '../schemas/schema.ts';
import { STREAM_SESSION_STATUSES } from '../stream-session-status.ts';

const quoted = (word: unknown) => `'${word}'`;
const list = (words: readonly unknown[]) => `[\n${words.map((word) => `  ${quoted(word)},\n`).join('')}]`;
const union = (words: readonly unknown[]) => words.map((word) => `\n  | ${quoted(word)}`).join('');

const spaced = (type: string) => (type.startsWith('\n') ? type : ` ${type}`);

/** A schema as a type of TypeScript. @throws {Error} for one of a kind that the client has no use for */
function typeOf(schema: Schema, indent: string): string {
  const { type, enum: words, items, properties } = schema;
  if (words === STREAM_SESSION_STATUSES) return 'StreamSessionStatus';
  if (Array.isArray(words)) return words.map((word) => `\n${indent}  | ${quoted(word)}`).join('');
  if (type === 'string') return 'string';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return `readonly ${typeOf(items as Schema, indent)}[]`;
  if (properties) return `{\n${membersOf(schema, `${indent}  `)}${indent}}`;
  throw new Error(`No type for ${JSON.stringify(schema)}`);
}

/** The members of an object. A page may leave a member out or say `undefined`: in JSON they are the same. */
function membersOf({ properties, required }: Schema, indent: string, orUndefined = ' | undefined'): string {
  const needed = required as readonly string[];
  return Object.entries(properties as Record<string, Schema>)
    .map(([name, schema]) => {
      const isNeeded = needed.includes(name);
      const doc = schema.description ? `${indent}/** ${schema.description} */\n` : '';
      return `${doc}${indent}${name}${isNeeded ? '' : '?'}:${spaced(typeOf(schema, indent))}${isNeeded ? '' : orUndefined};\n`;
    })
    .join('');
}

/** The schema without some of its properties. */
function without({ properties, ...schema }: Schema, ...names: readonly string[]): Schema {
  const left = Object.entries(properties as object).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(left) };
}

/** The text of `client/src/contract.ts`. */
export function clientContract(): string {
  const { StreamSession, StartRequest, RecoveryReport } = playerSchemas;
  return `// Written by npm run generate from contract/. Change it there.

export const RETRIES = [${RETRIES.map(quoted).join(', ')}] as const;

/** How to react to a refusal: repeat this very request, make a new offer first, or give up. */
export type Retry = (typeof RETRIES)[number];

/** The codes of the player API, as docs/protocol.md tables them. */
export const API_CODES = ${list(Object.keys(PROBLEMS))} as const;

/** A code of the player API. */
export type ApiCode = (typeof API_CODES)[number];

/** GameLift Streams' \`StreamSessionStatus\` values. */
export type StreamSessionStatus =${union(STREAM_SESSION_STATUSES)};

/** A stream session as the player API shows it; times are ISO 8601. */
export interface StreamSession {
${membersOf(StreamSession, '  ', '')}}

/** What a start asks for, as the player API takes it. The client adds the offer. */
export interface StartRequest {
${membersOf(without(StartRequest, 'signalRequest'), '  ')}}

/** What became of a stream that was lost, as the player API takes it. */
export interface RecoveryReport {
${membersOf(RecoveryReport, '  ')}}
`;
}
