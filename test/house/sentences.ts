/** A sentence of a page, and the line on which its paragraph begins. */
export interface Sentence {
  readonly line: number;
  readonly text: string;
  readonly words: number;
}

/** A line that continues no paragraph: an empty one, a heading or a row of a table. */
const BREAK = /^\s*(?:$|#|\||<!--)/;
const ITEM = /^\s*(?:[-*]|\d+\.)\s+/;

/** What a reader sees of a paragraph: a link's text, and one word for each piece of code. */
function visible(markdown: string): string {
  return markdown.replaceAll(/`[^`]*`/g, 'code').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function sentencesIn(paragraph: string, line: number): Sentence[] {
  return visible(paragraph)
    .split(/(?<=[.!?][)"”*]*)\s+/)
    .map((text) => ({ line, text, words: text.split(/\s+/).filter((word) => /\w/.test(word)).length }));
}

/**
 * The sentences of a Markdown page, without its code blocks, headings and tables.
 *
 * @param page the text of the page
 */
export function sentencesOf(page: string): Sentence[] {
  const found: Sentence[] = [];
  let paragraph: { line: number; lines: string[] } | undefined;
  let isCode = false;
  const end = () => {
    if (paragraph) found.push(...sentencesIn(paragraph.lines.join(' '), paragraph.line));
    paragraph = undefined;
  };
  for (const [at, text] of page.split('\n').entries()) {
    const isFence = text.trimStart().startsWith('```');
    if (isFence) isCode = !isCode;
    if (isFence || isCode || BREAK.test(text)) {
      end();
      continue;
    }
    if (ITEM.test(text)) end();
    paragraph ??= { line: at + 1, lines: [] };
    paragraph.lines.push(text.replace(ITEM, '').trim());
  }
  end();
  return found;
}
