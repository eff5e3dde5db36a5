import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineEditor, type LineEvent } from '../../emulator/admin-shell/line-editor.ts';
import { createShell } from '../../emulator/admin-shell/shell.ts';
import { printable, type ShellSubject } from '../../emulator/admin-shell/subject.ts';
import { startLife } from '../../emulator/model/lifecycle.ts';
import { DEFAULT_SETTINGS } from '../../emulator/model/settings.ts';
import { createStatusHistory } from '../../emulator/sessions/status-history.ts';

function editor() {
  const events: LineEvent[] = [];
  let echoed = '';
  const made = createLineEditor({
    echo: (text) => {
      echoed += text;
    },
    prompt: () => '$ ',
    on: (event) => events.push(event),
  });
  return { ...made, events, echoed: () => echoed };
}

/** What is left of a text when all that a terminal is meant to act upon is taken out. */
const without = (text: string, ...parts: string[]) =>
  parts.reduce((rest, part) => rest.replaceAll(part, ''), text);

const typed = (...texts: (string | Buffer)[]) => {
  const terminal = editor();
  for (const text of texts) terminal.push(Buffer.from(text));
  return terminal;
};

describe('typing a line', () => {
  it.each<[string, string, string]>([
    ['Enter, as the plugin sends it', 'status\r', 'status'],
    ['a pasted line feed', 'status\n', 'status'],
    ['backspace', 'statuz\x7fs\r', 'status'],
    ['the other backspace, more often than there is to erase', 'x\b\b\bps\r', 'ps'],
    ['Ctrl-U', 'nonsense\x15ps\r', 'ps'],
    ['arrows and other keys that send sequences', '\x1b[A\x1bOHp\x1b[1;5Cs\x1b[3~\r', 'ps'],
    ['a tab and other control characters', 'p\t\x01\x1cs\r', 'ps'],
    ['an erased character of another width', 'é界\x7f!\r', 'é!'],
  ])('%s', (_what, keys, line) => {
    expect(typed(keys).events).toEqual([{ type: 'line', line }]);
  });

  it('ends once for a carriage return and line feed in one', () => {
    expect(typed('a\r\nb\r', '\nc\r').events.map((event) => event.type === 'line' && event.line)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('echoes what is typed and erases it again', () => {
    expect(typed('ab\x7f\r').echoed()).toBe('ab\b \b\r\n');
  });

  it('Ctrl-C drops the line, Ctrl-D leaves from an empty one only', () => {
    const { events, echoed } = typed('abc\x03', 'x\x04\x7f\x04');
    expect(events).toEqual([{ type: 'interrupt' }, { type: 'endOfInput' }]);
    expect(echoed()).toContain('^C\r\n');
  });

  it('puts a character together that comes in two pieces', () => {
    const [a, b] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    expect(typed(a, b, '\r').events).toEqual([{ type: 'line', line: 'é' }]);
  });

  it('is bounded, and sounds the bell', () => {
    const terminal = typed('x'.repeat(5000));
    expect(terminal.line()).toHaveLength(1000);
    expect(terminal.echoed()).toContain('\x07');
  });

  it('never lets a control character into a line or into the echo, whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { events, echoed } = typed(...chunks.map((chunk) => Buffer.from(chunk)));
        for (const event of events) if (event.type === 'line') expect(event.line).not.toMatch(/\p{C}/u);
        expect(without(echoed(), '\b \b', '\r\n', '\r$ ', '\x1b[K', '\x07')).not.toMatch(/\p{C}/u);
      }),
    );
  });
});

const NOW = Date.parse('2026-01-02T03:04:05Z');

/** A shell on a session, in virtual time. */
function terminal(change: Partial<ShellSubject> = {}) {
  const life = startLife(NOW - 3_661_000, 120, 43_200);
  const history = createStatusHistory(life);
  history.record({ ...life, status: 'CONNECTED', lastUpdatedAt: NOW - 3_600_000 });
  const subject: ShellSubject = {
    context: {
      id: 'session1',
      arn: 'arn:session1',
      streamGroupId: 'sg-1',
      location: 'us-west-2',
      applicationArn: 'arn:aws:gameliftstreams:us-west-2:123456789012:application/a-1',
      webSdkProtocolUrl: '',
      settings: () => DEFAULT_SETTINGS,
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
    gameState: { counter: 77, inputs: 0, keys: [], messages: 0, connection: 1 },
    peerKind: 'webrtc',
    history,
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
    now: () => NOW,
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

describe('the shell', () => {
  it('knows its commands, and says so', () => {
    const { type } = terminal();
    const help = type('help\r');
    for (const name of ['status', 'ps', 'top', 'logs', 'echo', 'stty', 'clear', 'exit']) {
      expect(help).toMatch(new RegExp(`^${name} `, 'm'));
      expect(type(`${name === 'top' || name === 'exit' ? 'ps' : name}\r`)).not.toContain('no such command');
    }
  });

  it('shows the session: whose it is, since when, and what became of it', () => {
    const { type } = terminal();
    const status = type('status\r');
    expect(status).toMatch(/^user id +player-1\r$/m);
    expect(status).toMatch(/^age +1:01:01\r$/m);
    expect(status).toMatch(/^game counter +77\r$/m);
    expect(type('logs\r')).toContain('2026-01-02T02:04:05.000Z  CONNECTED');
    expect(type('ps\r')).toContain('client connected, webrtc peer');
  });

  it('top goes on by itself, keeps to the terminal, and ends with q', () => {
    const { type, tick, shell } = terminal();
    expect(type('top\r')).toContain('CONNECTED, 80x24');
    shell.resize({ cols: 20, rows: 4 });
    const lines = without(tick(), '\x1b[H', '\x1b[J').split('\r\n');
    expect(lines.length).toBeLessThanOrEqual(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
    expect(type('status\r')).not.toContain('user id');
    expect(type('q')).toContain('$ ');
    expect(tick()).toBe('');
  });

  it('leaves by exit and by Ctrl-D', () => {
    for (const keys of ['exit\r', 'logout\r', '\x04']) {
      const { type, hasLeft } = terminal();
      type(keys);
      expect(hasLeft()).toBe(true);
    }
  });

  it('shows nothing of a session that a terminal would act upon', () => {
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
