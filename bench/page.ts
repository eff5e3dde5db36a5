/** The page of all benches. */

/** One bench's part of the page. */
export interface Section {
  name: string;
  /** What it measures, in one line. */
  summary: string;
  /** What the bench printed; absent where it failed. */
  output?: string;
  /** Why it failed. */
  failure?: string;
}

/** Where and when the benches ran. */
export interface RunInfo {
  /** Such as `2 × AMD EPYC 7R13, Node 24.21.0, linux x64`. */
  machine: string;
  /** Such as `2026-11-22`. */
  date: string;
}

const DRAWN = /^Drawn: (.*)$/gm;

/** The page. Its links to pictures are relative to `docs/`. */
export function benchmarksPage(sections: readonly Section[], { machine, date }: RunInfo): string {
  return `# Benchmarks

This repository's emulator stands in for AWS. Nothing was measured in an AWS account.

\`npm run bench\` wrote this page on ${date}: ${machine}. Times are those of this machine. Each baseline ran at the same time, so compare
a figure with its baseline. \`npm run bench -- ${sections[0]?.name ?? 'storm'} --help\` shows the options of one bench.

${sections.map((section) => sectionText(section)).join('\n')}`;
}

/**
 * The page with one part replaced. That part says where and when it was measured; the other parts stay as they are.
 * @throws Error when the page has no such part
 */
export function withSection(page: string, section: Section, { machine, date }: RunInfo): string {
  const begin = page.indexOf(`\n## ${section.name}\n`);
  if (begin < 0) throw new Error(`The page has no part "${section.name}".`);
  const next = page.indexOf('\n## ', begin + 1);
  const own = sectionText(section, ` Measured on ${date}: ${machine}.`);
  const after = next < 0 ? '' : page.slice(next);
  return `${page.slice(0, begin)}\n${next < 0 ? own : own.trimEnd()}${next < 0 ? '' : '\n'}${after}`;
}

function sectionText({ name, summary, output, failure }: Section, measuredOn = ''): string {
  const head = `## ${name}\n\n${summary[0]?.toUpperCase()}${summary.slice(1)}: \`npm run bench -- ${name}\`.${measuredOn}\n`;
  if (output === undefined) return `${head}\nNot measured: ${failure ?? 'it failed without a message'}\n`;
  const pictures = [...output.matchAll(DRAWN)].map(
    ([, path = '']) => `![${name}: ${summary}](${path.replace(/^docs\//, '')})\n`,
  );
  const text = output.replace(DRAWN, '').trim();
  return [head, ...pictures, `\`\`\`text\n${text}\n\`\`\`\n`].join('\n');
}
