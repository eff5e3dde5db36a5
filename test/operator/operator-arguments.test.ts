import { describe, expect, it } from 'vitest';
import { EXIT, Failure } from '../../operator/cli/failure.ts';
import { json, printable } from '../../operator/cli/print.ts';
import { parseAddress } from '../../operator/commands/address.ts';
import { readArguments } from '../../operator/commands/arguments.ts';
import { isAtLeast, pluginCall } from '../../operator/commands/plugin.ts';
import { withRetries } from '../../operator/commands/retry.ts';
import { REASON } from './support.ts';

const refusal = (sentence: string) =>
  expect.objectContaining({ exitCode: EXIT.usage, message: expect.stringContaining(sentence) });

describe('the command line', () => {
  it.each<[string[], string]>([
    [['nonsense'], 'There is no command "nonsense". The commands are sessions, shell, terminate,'],
    [['sessions'], 'either --player or --subject'],
    [['sessions', '--player', 'a', '--subject', 'b'], 'either --player or --subject'],
    [['sessions', 'alice'], 'sessions takes no "alice"'],
    [['sessions', '--player', ''], '--player must not be empty'],
    [['shell', 'sg-1/s'], 'Say why with --reason, in 10 to 500 characters'],
    [['shell', 'sg-1/s', '--reason', 'short'], 'Say why with --reason'],
    [['shell', '--reason', REASON], 'shell takes one STREAM_SESSION.'],
    [['terminate', 'a', 'b'], 'terminate takes one STREAM_SESSION.'],
    [['terminate', 'sg-1/s', '--wait', 'long'], '--wait must be a number of seconds from 0 to 3600.'],
    [['terminate', 'sg-1/s', '--colour'], "Unknown option '--colour'."],
    [['sessions', '--player', 'p', '--reason', REASON], "Unknown option '--reason'."],
    [['export', 'sg-1/s'], 'Say why with --reason'],
    [['export', '--reason', REASON], 'export takes one STREAM_SESSION.'],
    [['forget', '--reason', REASON], 'either --player or --subject'],
    [['forget', '--player', 'p'], 'Say why with --reason'],
    [['forget', 'p', '--reason', REASON], 'forget takes no "p": name the player'],
    [['case'], 'Name the request with --request, or the player'],
    [['case', '--request', 'r', '--player', 'p'], 'Name the request with --request, or the player'],
    [['case', 'r'], 'case takes no "r": name the request with --request'],
    [['case', '--request', 'r" or 1'], '--request must be the id'],
    [
      ['case', '--request', '-r='],
      '--request lacks its value; one that begins with a dash is --request=-VALUE.',
    ],
    [['case', '--player', 'p', '--since', '8d'], '--since must be a time such as 30m'],
    [['case', '--player', 'p', '--since', '0h'], '--since must be a time such as 30m'],
    [['case', '--player', 'p', '--since', 'yesterday'], '--since must be a time such as 30m'],
    [['case', '--player', 'p', '--max-scan', '0'], '--max-scan must be a number of GB'],
    [['brake', 'starts', '--for', '30m'], 'Say why with --reason, in 10 to 500 characters'],
    [['brake', 'starts', '--off'], 'Say why with --reason'],
    [['brake', '--for', '30m', '--reason', REASON], 'Write what to brake: brake starts.'],
    [['brake', 'reconnects', '--for', '30m', '--reason', REASON], 'brake takes "starts" and nothing else'],
    [['brake', 'starts', '--for', '25h', '--reason', REASON], '--for must be a time such as 90s, 30m or 2h'],
    [['brake', 'starts', '--for', '0m', '--reason', REASON], '--for must be a time such as 90s, 30m or 2h'],
    [['brake', 'starts', '--for', '30', '--reason', REASON], '--for must be a time such as 90s, 30m or 2h'],
    [['brake', 'starts', '--for', '', '--reason', REASON], '--for must be a time such as 90s, 30m or 2h'],
    [
      ['brake', 'starts', '--for', '1h', '--off', '--reason', REASON],
      'Write one of --for, --off and --status.',
    ],
  ])('%j is refused with a sentence that says what to write', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(refusal(sentence));
  });

  it.each<[string[], number | undefined]>([
    [['brake'], undefined],
    [['brake', '--status'], undefined],
    [['brake', 'starts'], undefined],
    [['brake', 'starts', '--for', '90s', '--reason', REASON], 90],
    [['brake', 'starts', '--for', '30m', '--reason', REASON], 1800],
    [['brake', 'starts', '--for', '24h', '--reason', REASON], 86_400],
    [['brake', 'starts', '--off', '--reason', REASON], 0],
  ])('%j asks for the brake for so many seconds: %s', (args, seconds) => {
    expect(readArguments(args)).toMatchObject({ command: 'brake', brakeSeconds: seconds });
  });

  it('has a help text for all commands and for each one', () => {
    for (const args of [[], ['help'], ['--help'], ['sessions', '--help'], ['terminate', 'x', '--help']]) {
      expect(readArguments(args)).toEqual({ help: expect.stringContaining('Exit codes: 0 done') });
    }
  });
});

describe('a bound of an argument is itself allowed, and nothing past it', () => {
  const reason = (length: number) => ['shell', 'sg-1/s', '--reason', 'x'.repeat(length)];
  const brake = (time: string) => ['brake', 'starts', '--for', time, '--reason', REASON];
  const scan = (gigabytes: string) => ['case', '--player', 'p', '--max-scan', gigabytes];
  const wait = (seconds: string) => ['sessions', '--player', 'p', '--wait', seconds];
  const since = (time: string) => ['case', '--player', 'p', '--since', time];
  it.each<[string, readonly string[][], readonly string[][]]>([
    [
      'a reason without the spaces around it',
      [reason(10), reason(500), ['shell', 'sg-1/s', '--reason', ` ${'x'.repeat(500)} `]],
      [reason(9), reason(501), ['shell', 'sg-1/s', '--reason', ` ${'x'.repeat(9)}  `]],
    ],
    ['a brake', [brake('1s'), brake('24h'), brake('86400s')], [brake('0s'), brake('86401s'), brake('1441m')]],
    ['a scan', [scan('0.001'), scan('1000')], [scan('0'), scan('1000.1'), scan('much')]],
    ['a wait', [wait('0'), wait('3600')], [wait('3601'), ['sessions', '--player', 'p', '--wait=-1']]],
    [
      'a time back',
      [since('1s'), since('7d'), since('168h')],
      [since('0s'), since('169h'), since('100000s0')],
    ],
    [
      'the id of a request',
      [['case', '--request', 'x'.repeat(128)]],
      [['case', '--request', 'x'.repeat(129)]],
    ],
  ])('%s', (_what, allowed, refused) => {
    for (const args of allowed) expect(() => readArguments(args), args.join(' ')).not.toThrow();
    for (const args of refused) expect(() => readArguments(args), args.join(' ')).toThrow(Failure);
  });

  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('%s is %d milliseconds: another unit would search a case in another hour', (time, milliseconds) => {
    expect(readArguments(since(time))).toMatchObject({ sinceMs: milliseconds });
  });
});

describe('a stream session', () => {
  it.each([
    ['s', undefined, 'Which stream group is s in? Write STREAM_GROUP/s, or add --stream-group.'],
    ['sg-1/../s', undefined, '"sg-1/../s" is not a stream session: give its ARN'],
    ['../s', undefined, '".." is not a stream group\'s id'],
    ['sg-1/s%2F', undefined, '"sg-1/s%2F" is not a stream session'],
    ['arn:aws:gameliftstreams:us-west-2:123456789012:streamgroup/sg-1', undefined, 'is not a stream session'],
    ['sg-1/s', 'sg-2', '--stream-group says sg-2, but the stream session is one of sg-1.'],
    ['s', '../x', '"../x" is not a stream group\'s id'],
  ])(
    '%s with stream group %s is refused with a sentence that says what to write, and gets into no request path',
    (text, group, sentence) => {
      expect(() => parseAddress(text, group)).toThrow(refusal(sentence));
    },
  );
});

describe('text from elsewhere', () => {
  it('is printed with control characters spelled out', () => {
    expect(printable('\x1b[2J\u{e0041}é界')).toBe('\\u{1b}[2J\\u{e0041}é界');
    expect(JSON.parse(json({ a: '\u{e0041}\u0007' }))).toEqual({ a: '\u{e0041}\u0007' });
  });
});

describe('a request that may be repeated', () => {
  const trial = async (failures: number, retryAfterMs: number, limitMs: number) => {
    let now = 0;
    let calls = 0;
    const waits: number[] = [];
    const result = withRetries(
      async () => {
        calls += 1;
        if (calls <= failures) throw new Failure('later', EXIT.later, { retryAfterMs });
        return 'done';
      },
      {
        limitMs,
        now: () => now,
        sleep: async (milliseconds) => {
          now += milliseconds;
        },
        onWait: (_failure, milliseconds) => waits.push(milliseconds),
      },
    ).catch((error) => error.message);
    return { result: await result, waits };
  };

  it('is repeated after the wait that the API names, but not if that wait would end after the limit', async () => {
    expect(await trial(2, 3_000, 90_000)).toEqual({ result: 'done', waits: [3_000, 3_000] });
    expect(await trial(9, 40_000, 90_000)).toEqual({
      result: 'later Ask again in 40 s.',
      waits: [40_000, 40_000],
    });
    // A wait of 0 does not lead to requests without a pause.
    expect((await trial(2, 0, 90_000)).waits).toEqual([100, 100]);
  });
});

describe('whether a version of the plugin is supported', () => {
  it.each([
    ['1.2.764.0', true],
    ['1.2.1000.0', true],
    ['1.3', true],
    ['1.2.763.9', false],
    ['1.1.9999.0', false],
    ['1.2', false],
  ])('%s: %s', (version, isSupported) => {
    expect(isAtLeast(version, '1.2.764.0')).toBe(isSupported);
  });
});

describe('the plugin', () => {
  const call = (streamUrl: string, profile?: string) =>
    pluginCall(
      { sessionId: 'shell-1', streamUrl, tokenValue: 'secret-token', expiresAt: '' },
      { fallbackRegion: 'eu-central-1', profile },
    );

  it('resumes a shell of the local deployment on this machine only: the local key never goes to AWS', () => {
    const { args } = call('ws://127.0.0.1:4321/v1/data-channel/shell-1');
    expect(args.at(-1)).toBe('http://127.0.0.1:4321');
    expect(args.filter((arg) => arg.includes('api.aws'))).toEqual([]);
  });

  it('is called as the AWS CLI calls it, and gets the secrets only in its environment', () => {
    const url = 'wss://ssmmessages.us-west-2.amazonaws.com/v1/data-channel/shell-1?role=publish_subscribe';
    const { args, environment } = call(url, 'support');
    expect(args).toEqual([
      'AWS_SSM_START_SESSION_RESPONSE',
      'us-west-2',
      'StartSession',
      'support',
      '{"Target":"shell-1"}',
      'https://ssm.us-west-2.api.aws',
    ]);
    expect(Object.keys(environment)).toEqual(['AWS_SSM_START_SESSION_RESPONSE']);
    expect(JSON.parse(environment.AWS_SSM_START_SESSION_RESPONSE ?? '')).toEqual({
      SessionId: 'shell-1',
      StreamUrl: url,
      TokenValue: 'secret-token',
    });
  });

  it("gets the Region of the stream's address, or the API's Region if the address names none", () => {
    expect(call('ws://127.0.0.1:4603/v1/data-channel/x').args[1]).toBe('eu-central-1');
    expect(call('wss://ssmmessages.us-gov-west-1.amazonaws.com/x').args[1]).toBe('us-gov-west-1');
    expect(call('wss://x.example/x').args.slice(1, 4)).toEqual(['eu-central-1', 'StartSession', '']);
  });
});
