import { StringDecoder } from 'node:string_decoder';

export interface LineEditor {
  /** Takes typed or pasted bytes, and echoes them. */
  push(bytes: Buffer): void;
  /** The unfinished line, to be shown again behind a new prompt. */
  line(): string;
}

export interface LineEditorOptions {
  /** Writes to the terminal. */
  echo: (text: string) => void;
  prompt: () => string;
  /** Enter. */
  enter: (line: string) => void;
  /** Ctrl-C: the line is thrown away. */
  interrupt: () => void;
  /** Ctrl-D on an empty line. */
  endOfInput: () => void;
}

const MAX_LENGTH = 1000;
const ERASE_TO_END = '\x1b[K';
const isPrintable = (character: string) => /^[^\p{C}\p{Zl}\p{Zp}]$/u.test(character);

/** The line of a terminal in raw mode: echo, backspace, Enter, Ctrl-C and Ctrl-D. It ignores every other control character. */
export function createLineEditor(options: LineEditorOptions): LineEditor {
  const { echo, prompt } = options;
  // A UTF-8 character may arrive in two pieces.
  const decoder = new StringDecoder('utf8');
  let characters: string[] = [];
  let afterReturn = false;

  const takeLine = () => characters.splice(0).join('');
  const enter = () => {
    echo('\r\n');
    options.enter(takeLine());
  };
  const erase = () => {
    // Draws the whole line again: a wide or combining character does not take one column.
    if (characters.pop() !== undefined) echo(`\r${prompt()}${characters.join('')}${ERASE_TO_END}`);
  };
  const keys: Readonly<Record<string, () => void>> = {
    '\r': enter,
    '\n': enter,
    '\x03': () => {
      echo('^C\r\n');
      characters = [];
      options.interrupt();
    },
    '\x04': () => {
      if (characters.length === 0) options.endOfInput();
    },
    '\x7f': erase,
    '\b': erase,
  };

  const type = (character: string) => {
    // A paste may end its lines with both characters.
    const isSecondOfPair = afterReturn && character === '\n';
    afterReturn = character === '\r';
    if (isSecondOfPair) return;
    const key = keys[character];
    if (key) return key();
    if (!isPrintable(character) || characters.length >= MAX_LENGTH) return;
    characters.push(character);
    echo(character);
  };

  return {
    push: (bytes) => {
      for (const character of decoder.write(bytes)) type(character);
    },
    line: () => characters.join(''),
  };
}
