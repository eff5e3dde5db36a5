/** The client's file of codes and types. The client imports nothing from outside its house, so it gets a generated file. */
import { PROBLEMS, RETRIES } from '../problems.ts';
import { ENDING_MEANINGS, LOSS_MEANINGS } from '../recovery-meanings.ts';
import { ENDINGS, LOSSES } from '../recovery-report.ts';
import { playerSchemas } from '../schemas/player.ts';
import type { Schema } from '../schemas/schema.ts';
import { STREAM_SESSION_STATUSES } from '../stream-session-status.ts';

const quoted = (word: unknown) => `'${word}'`;
const list = (words: readonly unknown[]) => `[\n${words.map((word) => `  ${quoted(word)},\n`).join('')}]`;
const union = (words: readonly unknown[]) => words.map((word) => `\n  | ${quoted(word)}`).join('');

/** A union whose words each have a comment. */
const explained = (meanings: Readonly<Record<string, string>>) =>
  Object.entries(meanings)
    .map(([word, meaning]) => `\n  /** ${meaning} */\n  | ${quoted(word)}`)
    .join('');

const spaced = (type: string) => (type.startsWith('\n') ? type : ` ${type}`);

/** A schema as a type of TypeScript. @throws {Error} for a kind of schema that the client does not use */
function typeOf(schema: Schema, indent: string): string {
  const { type, enum: words, items, properties } = schema;
  if (words === STREAM_SESSION_STATUSES) return 'StreamSessionStatus';
  if (words === LOSSES) return 'Loss';
  if (words === ENDINGS) return 'EndingReason';
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

/** What to do after a refusal: repeat exactly this request, make a new offer first, or stop. */
export type Retry = (typeof RETRIES)[number];

/** The error codes of the player API. docs/protocol.md describes each. */
export const API_CODES = ${list(Object.keys(PROBLEMS))} as const;

/** A code of the player API. */
export type ApiCode = (typeof API_CODES)[number];

/** GameLift Streams' \`StreamSessionStatus\` values. */
export type StreamSessionStatus =${union(STREAM_SESSION_STATUSES)};

/** A stream session as the player API returns it. Times are ISO 8601. */
export interface StreamSession {
${membersOf(StreamSession, '  ', '')}}

/** The fields of a start request that a page chooses. The client adds the offer. */
export interface StartRequest {
${membersOf(without(StartRequest, 'signalRequest'), '  ')}}

/** The sign by which the client noticed a loss. */
export type Loss =${explained(LOSS_MEANINGS)};

/** Why a stream has ended. */
export type EndingReason =${explained(ENDING_MEANINGS)};

/** The report that the client sends once a loss is over. */
export interface RecoveryReport {
${membersOf(RecoveryReport, '  ')}}
`;
}
