import type { StreamSession } from '../sessions/stream-session.ts';

/** As much of a stream session as its admin shell shows. */
export type ShellSubject = Pick<
  StreamSession,
  'context' | 'request' | 'life' | 'connections' | 'gameState' | 'peerKind' | 'history'
>;

/** What a command has at hand. */
export interface CommandContext {
  subject: ShellSubject;
  /** The terminal's size. */
  size: { cols: number; rows: number };
  /** Epoch milliseconds. */
  now: number;
  /** When this shell was opened, in epoch milliseconds. */
  openedAt: number;
}

/** Text without anything that a terminal would act upon. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );

/** `h:mm:ss` of a duration. */
export function clockTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
