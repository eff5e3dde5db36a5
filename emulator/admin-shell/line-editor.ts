import { StringDecoder } from 'node:string_decoder';

/** What a person did at the keyboard, once it means something. */
export type LineEvent =
  | { type: 'line'; line: string }
  /** Ctrl-C: the line is thrown away. */
  | { type: 'interrupt' }
  /** Ctrl-D on an empty line. */
  | { type: 'endOfInput' }
  /** Ctrl-L. */
  | { type: 'clear' };

export interface LineEditor {
  /** Takes what was typed, and echoes it. */
  push(bytes: Buffer): void;
  /** The line so far, to be shown again behind a new prompt. */
  line(): string;
}

export interface LineEditorOptions {
  /** Goes to the terminal. */
  echo: (text: string) => void;
  /** What stands before the line. */
  prompt: () => string;
  on: (event: LineEvent) => void;
}

const MAX_LENGTH = 1000;
const BELL = '\x07';
const ERASE_ONE = '\b \b';
const ERASE_TO_END = '\x1b[K';

const isPrintable = (character: string) => /^[^\p{C}\p{Zl}\p{Zp}]$/u.test(character);
const isSimple = (character: string) => character >= ' ' && character <= '~';

/**
 * A line discipline for a terminal in raw mode: echo, backspace, Ctrl-U, and the ends of a line. Keys that send escape
 * sequences, arrows among them, do nothing, and no control character ever gets into a line.
 */
export function createLineEditor({ echo, prompt, on }: LineEditorOptions): LineEditor {
  const decoder = new StringDecoder('utf8');
  let characters: string[] = [];
  let sequence: 'none' | 'started' | 'parameters' = 'none';
  let afterReturn = false;

  const redraw = () => echo(`\r${prompt()}${characters.join('')}${ERASE_TO_END}`);
  const finish = (event: LineEvent) => {
    characters = [];
    on(event);
  };

  /** @returns whether the character belongs to an escape sequence */
  const skipsEscape = (character: string): boolean => {
    if (sequence === 'none') {
      if (character === '\x1b') sequence = 'started';
      return character === '\x1b';
    }
    if (sequence === 'started') sequence = character === '[' || character === 'O' ? 'parameters' : 'none';
    else if (character >= '@' && character <= '~') sequence = 'none';
    return true;
  };

  const erase = () => {
    const last = characters.pop();
    if (last === undefined) return;
    // A wide or combining character takes another room than one column.
    if (isSimple(last)) echo(ERASE_ONE);
    else redraw();
  };

  const keys: Readonly<Record<string, () => void>> = {
    '\r': () => {
      echo('\r\n');
      finish({ type: 'line', line: characters.join('') });
    },
    '\x03': () => {
      echo('^C\r\n');
      finish({ type: 'interrupt' });
    },
    '\x04': () => {
      if (characters.length === 0) on({ type: 'endOfInput' });
    },
    '\x0c': () => on({ type: 'clear' }),
    '\x15': () => {
      characters = [];
      redraw();
    },
    '\x7f': erase,
    '\b': erase,
  };

  const type = (character: string) => {
    // Enter is one or the other, or both from what was pasted.
    const followsReturn = afterReturn && character === '\n';
    afterReturn = character === '\r';
    if (followsReturn || skipsEscape(character)) return;
    const key = keys[character === '\n' ? '\r' : character];
    if (key) return key();
    if (!isPrintable(character)) return;
    if (characters.length >= MAX_LENGTH) return echo(BELL);
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
