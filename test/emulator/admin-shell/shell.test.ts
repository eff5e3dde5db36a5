import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineEditor } from '../../../emulator/admin-shell/line-editor.ts';
import { createShell, printable, type ShellSubject } from '../../../emulator/admin-shell/shell.ts';
import { machineClock } from '../../../emulator/model/clock.ts';
import { startLife } from '../../../emulator/model/lifecycle.ts';
import { DEFAULT_SETTINGS } from '../../../emulator/model/settings.ts';

/** Types each text into a line editor of its own. */
function typed(...texts: (string | Buffer)[]) {
  const lines: string[] = [];
  let echoed = '';
  let interrupts = 0;
  let ends = 0;
  const editor = createLineEditor({
    echo: (text) => {
      echoed += text;
    },
    prompt: () => '$ ',
    enter: (line) => lines.push(line),
    interrupt: () => {
      interrupts += 1;
    },
    endOfInput: () => {
      ends += 1;
    },
  });
  for (const text of texts) editor.push(Buffer.from(text));
  return { lines, echoed, interrupts, ends, line: editor.line() };
}

/** The text without the parts that a terminal is meant to act upon. */
const without = (text: string, ...parts: string[]) =>
  parts.reduce((rest, part) => rest.replaceAll(part, ''), text);

describe('a line typed into the admin shell', () => {
  it.each<[string, string, string]>([
    ['Enter, as the plugin sends it', 'status\r', 'status'],
    ['a pasted line feed', 'status\n', 'status'],
    ['backspace', 'statuz\x7fs\r', 'status'],
    ['the other backspace, more often than there are characters', 'x\b\b\bps\r', 'ps'],
    ['a tab and other control characters', 'p\t\x01\x1cs\r', 'ps'],
    ['backspace over a wide character', 'é界\x7f!\r', 'é!'],
  ])('is read right with %s', (_what, keys, line) => {
    expect(typed(keys).lines).toEqual([line]);
  });

  it('ends once at a pasted carriage return and line feed', () => {
    expect(typed('a\r\nb\r', '\nc\r').lines).toEqual(['a', 'b', 'c']);
  });

  it('is echoed, and drawn again after a backspace', () => {
    expect(typed('ab\x7f\r').echoed).toBe('ab\r$ a\x1b[K\r\n');
  });

  it('is thrown away by Ctrl-C', () => {
    expect(typed('abc\x03x\r')).toMatchObject({ lines: ['x'], interrupts: 1, echoed: 'abc^C\r\nx\r\n' });
  });

  it('ends the input by Ctrl-D only while it is empty', () => {
    expect(typed('x\x04')).toMatchObject({ ends: 0 });
    expect(typed('x\x7f\x04')).toMatchObject({ ends: 1 });
  });

  it('has a UTF-8 character whole that arrived in two pieces', () => {
    const [a, b] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    expect(typed(a, b, '\r').lines).toEqual(['é']);
  });

  it('is at most 1000 characters long', () => {
    expect(typed('x'.repeat(5000)).line).toHaveLength(1000);
  });

  it('never holds or echoes a control character, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { lines, echoed } = typed(...chunks.map((chunk) => Buffer.from(chunk)));
        for (const line of lines) expect(line).not.toMatch(/\p{C}/u);
        expect(without(echoed, '\r\n', '\r$ ', '\x1b[K')).not.toMatch(/\p{C}/u);
      }),
    );
  });
});

/** A shell on a session, in virtual time. */
function terminal(change: Partial<ShellSubject> = {}) {
  const life = startLife(0, 120, 43_200);
  const subject: ShellSubject = {
    context: {
      id: 'session1',
      arn: 'arn:session1',
      streamGroupId: 'sg-1',
      location: 'us-west-2',
      applicationArn: 'arn:aws:gameliftstreams:us-west-2:123456789012:application/a-1',
      webSdkProtocolUrl: '',
      settings: () => DEFAULT_SETTINGS,
      clock: machineClock,
      random: Math.random,
      onFinished: () => {},
    },
    request: {
      SignalRequest: '',
      ConnectionTimeoutSeconds: 120,
      SessionLengthSeconds: 43_200,
      Protocol: 'WebRTC',
      UserId: 'player-1',
    },
    life: { ...life, status: 'CONNECTED' },
    connections: 2,
    gameState: { counter: 77, inputs: 0, keys: [], messages: 0, microphonePackets: 0, connection: 1 },
    ...change,
  };
  let screen = '';
  let left = false;
  const ticks = new Set<() => void>();
  const shell = createShell({
    subject,
    write: (text) => {
      screen += text;
      return true;
    },
    exit: () => {
      left = true;
    },
    every: (_milliseconds, act) => {
      ticks.add(act);
      return () => ticks.delete(act);
    },
  });
  shell.start();
  return {
    shell,
    type: (text: string) => {
      screen = '';
      shell.input(Buffer.from(text));
      return screen;
    },
    tick: () => {
      screen = '';
      for (const act of ticks) act();
      return screen;
    },
    hasLeft: () => left,
  };
}

describe('the emulated admin shell', () => {
  it('lists its commands in help, and each of them works', () => {
    const { type } = terminal();
    const help = type('help\r');
    for (const name of ['status', 'top', 'echo', 'stty size', 'exit']) {
      expect(help).toMatch(new RegExp(`^${name} `, 'm'));
      const answer = terminal().type(`${name}\r`);
      expect(answer).not.toContain('no such command');
    }
    expect(type('ps\r')).toContain('ps: there is no such command here');
  });

  it('shows whose session it is and how its game stands', () => {
    const status = terminal().type('status\r');
    expect(status).toMatch(/^user id +player-1\r$/m);
    expect(status).toMatch(/^status +CONNECTED\r$/m);
    expect(status).toMatch(/^game counter +77\r$/m);
  });

  it('top redraws itself within the size of the terminal, and ends with q', () => {
    const { type, tick, shell } = terminal();
    expect(type('top\r')).toContain('80x24');
    shell.resize({ cols: 20, rows: 4 });
    const lines = without(tick(), '\x1b[H', '\x1b[J').split('\r\n');
    expect(lines.length).toBeLessThanOrEqual(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
    expect(type('status\r')).not.toContain('user id');
    expect(type('q')).toContain('$ ');
    expect(tick()).toBe('');
  });

  it('is left by exit and by Ctrl-D', () => {
    for (const keys of ['exit\r', '\x04']) {
      const { type, hasLeft } = terminal();
      type(keys);
      expect(hasLeft()).toBe(true);
    }
  });

  it('escapes control characters in a user id, so that they never reach the operator’s terminal', () => {
    const { type } = terminal({
      request: {
        SignalRequest: '',
        ConnectionTimeoutSeconds: 1,
        SessionLengthSeconds: 1,
        Protocol: 'WebRTC',
        UserId: 'x\x1b]0;owned\x07\u202e\x9b2J',
      },
    });
    const status = without(type('status\r'), '\r\n', '\x1b[1m', '\x1b[0m');
    expect(status).not.toMatch(/\p{C}/u);
    expect(printable('\x1b[2J\u009b\u2028é界 ok')).toBe('\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xa8é界 ok');
  });
});
