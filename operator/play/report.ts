import { styleText } from 'node:util';
import { printable } from '../cli/print.ts';
import type { Step } from './check.ts';

const paint = (style: Parameters<typeof styleText>[0], text: string) =>
  styleText(style, text, { stream: process.stdout });

/** The lines about one step: what passed or failed, and its timeline. */
export function stepLines({ what, passed, saw, seconds, timeline }: Step): string[] {
  const mark = passed ? paint('green', '✓') : paint('red', '✗');
  return [
    `${mark} ${what}: ${printable(saw)} (${seconds.toFixed(1)} s)`,
    ...timeline.map(({ text }) => `      ${paint('dim', printable(text))}`),
  ];
}
