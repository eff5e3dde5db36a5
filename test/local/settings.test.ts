import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { portsFrom } from '../../local/ports.ts';
import { localSettings } from '../../local/settings.ts';
import { temporaryDirectory } from '../temporary.ts';

function read(text: string) {
  const file = join(temporaryDirectory(), 'settings.json');
  writeFileSync(file, text);
  return () => localSettings(portsFrom(23_456), { file });
}

test.each([
  [
    'a comment',
    '{\n  "memoryMb": 512 // enough\n}',
    /settings\.json is not JSON: line 2: JSON has no comments; remove this one\.$/,
  ],
  [
    'a trailing comma',
    '{\n  "memoryMb": 512,\n}',
    /settings\.json is not JSON: line 2: nothing follows this comma; remove it\.$/,
  ],
  ['a list', '[]', /settings\.json is not a JSON object\.$/],
])('a settings file for npm start with %s is refused with what to change', (_what, text, message) => {
  expect(read(text)).toThrow(message);
});

describe('a settings file for npm start', () => {
  const group = { id: 'sg-1', region: 'eu-central-1', applications: ['a-1'] };
  const given = (settings: object) => read(JSON.stringify({ streamGroups: [group], ...settings }));

  test('is used as cdk deploy takes it, and nothing is said where nothing differs', () => {
    const { settings, notes } = given({ memoryMb: 1024, limits: { startsPerMinute: 3 } })();
    expect(settings).toMatchObject({
      streamGroups: [group],
      memoryMb: 1024,
      limits: { startsPerMinute: 3 },
      removalPolicy: 'destroy',
    });
    expect(notes).toEqual([]);
  });

  test('without stream groups plays in that of the emulator, and says so', () => {
    const { settings, notes } = read('{"memoryMb": 1024}')();
    expect(settings).toMatchObject({ streamGroups: [{ id: 'sg-local', applications: ['a-local'] }] });
    expect(notes).toEqual(["streamGroups is missing: the emulator's sg-local with a-local is used."]);
  });

  test('keeps its web origins beside those of the console: a page on localhost may call the API and sign in', () => {
    const webOrigins = ['http://localhost:5173', 'http://127.0.0.1:3000', 'https://localhost:8443'];
    const { settings, notes, redirectOrigins } = given({ webOrigins })();
    const console = ['http://127.0.0.1:23456', 'http://localhost:23456'];
    expect(settings.webOrigins).toEqual([...console, ...webOrigins]);
    expect(redirectOrigins).toEqual([...console, ...webOrigins]);
    expect(notes).toEqual([
      'webOrigins has http://127.0.0.1:23456 and http://localhost:23456 here too, for the console page.',
    ]);
  });

  test('may have the console\u2019s own origins in it, each of which is there once', () => {
    const webOrigins = ['http://localhost:23456', 'http://127.0.0.1:23456'];
    const { settings, notes } = given({ webOrigins })();
    expect((settings.webOrigins as string[]).toSorted()).toEqual(webOrigins.toSorted());
    expect(notes).toEqual([]);
  });

  test.each([
    ['https://play.example.com', 'the OpenID provider on this machine needs no password'],
    ['https://localhost.example.com', 'the OpenID provider on this machine needs no password'],
    ['http://[::1]:5173', 'no IPv6 address'],
  ])('lets no sign-in lead back to %s, keeps it for the API, and says why', (origin, why) => {
    const { settings, notes, redirectOrigins } = given({ webOrigins: [origin] })();
    expect(settings.webOrigins).toContain(origin);
    expect(redirectOrigins).not.toContain(origin);
    expect(notes.filter((note) => note.includes(origin))).toEqual([expect.stringContaining(why)]);
  });

  test('keeps the audience and scope of its provider, so that tokens have what the API of the settings requires', () => {
    const identity = { issuer: 'https://login.example.com/', audience: ['game', 'web'], scope: 'game/play' };
    const own = given({ identity })();
    const issuer = 'http://127.0.0.1:23458';
    expect(own.settings.identity).toEqual({ ...identity, issuer });
    expect(own.identity).toEqual({ audience: 'game', scope: 'game/play' });
    expect(own.notes).toEqual([
      expect.stringMatching(
        /^identity\.issuer is http:\/\/127\.0\.0\.1:23458 here, not https:\/\/login\.example\.com\/: .+ signs players in/,
      ),
    ]);
  });

  test('says of each setting that has no meaning on this machine that it is left out, and why', () => {
    const { settings, notes } = given({
      identity: { cognito: {} },
      removalPolicy: 'retain',
      operators: ['arn:aws:iam::123456789012:user/alice'],
      domain: {
        name: 'play-api.example.com',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
      },
      alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:on-call',
    })();
    expect(settings).toMatchObject({
      identity: { issuer: 'http://127.0.0.1:23458', audience: ['rejoin'], scope: 'rejoin/play' },
      operators: ['arn:aws:iam::123456789012:user/alice', 'arn:aws:iam::123456789012:user/operator'],
      removalPolicy: 'destroy',
      domain: undefined,
      alarmTopic: undefined,
    });
    expect(notes.map((note) => note.split(/ (?=is|has)/)[0])).toEqual([
      'identity.cognito',
      'operators',
      'removalPolicy',
      'domain',
      'alarmTopic',
    ]);
    for (const note of notes) expect(note).toMatch(/: |, for /);
  });

  test.each([
    [
      'at the top',
      { webOrigin: ['http://localhost:5173'] },
      'webOrigin is not a setting; did you mean "webOrigins"?',
    ],
    ['in a part that is replaced', { identity: { isuer: 'x' } }, 'identity.isuer is not a setting'],
    ['in a part that is left out', { domain: { nam: 'x' } }, 'domain.nam is not a setting'],
    ['as a value', { removalPolicy: 'retian' }, 'removalPolicy is "retian"; write "retain" or "destroy"'],
    [
      'as an origin',
      { webOrigins: ['http://localhost:5173/'] },
      '"http://localhost:5173": remove the last /',
    ],
  ])('that has a mistake %s is refused with the line that names it', (_where, settings, line) => {
    expect(given(settings)).toThrow(line);
    expect(given(settings)).toThrow(
      /^Rejoin cannot be deployed with these settings \(.+settings\.json\):\n- /,
    );
  });
});
