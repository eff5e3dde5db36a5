import { describe, expect, it } from 'vitest';
import type { InsightsResult } from '../../../operator/aws/insights.ts';
import { type CaseRequest, type CaseSources, collectCase } from '../../../operator/case/collect.ts';
import { readLine } from '../../../operator/case/events.ts';
import { linesWith } from '../../../operator/case/query.ts';
import { sizeText, timelineText } from '../../../operator/case/timeline.ts';
import { EXIT, Failure } from '../../../operator/cli/failure.ts';

const NOW = Date.parse('2026-03-04T05:06:07.000Z');
const PLAYER = '5zEWqcKFJbXcKnm0qXGWrMkrTb2rLLBhcC4P2vMxGxo';
const INVOCATION = '11111111-2222-3333-4444-555555555555';

interface Stored {
  group: string;
  at: number;
  message: object | string;
}
const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

/** What a storm leaves in the logs of one player, and what does not belong to the case. */
const LINES: Stored[] = [
  {
    group: 'access',
    at: NOW + 1_400,
    message: {
      requestId: 'req-1=',
      time: String(NOW + 1_000),
      routeKey: 'POST /connections',
      status: '503',
      responseLatency: '41',
      error: '-',
    },
  },
  {
    group: 'reconnect',
    at: NOW + 1_040,
    message: {
      level: 'INFO',
      message: 'refused',
      timestamp: later(1.03),
      function_request_id: INVOCATION,
      route: 'reconnect',
      requestId: 'req-1=',
      playerId: PLAYER,
      streamGroupId: 'sg-1',
      streamSessionId: 'mine',
      code: 'paced',
    },
  },
  {
    group: 'recoveries',
    at: NOW + 60_000,
    message: {
      message: 'recovery',
      timestamp: later(60),
      route: 'recoveries',
      requestId: 'req-2=',
      playerId: PLAYER,
      streamGroupId: 'sg-1',
      streamSessionId: 'mine',
      outcome: 'replaced',
      why: 'silence',
      silentMs: 3200,
      attempts: 2,
      agoMs: 50_000,
    },
  },
  { group: 'reconnect', at: NOW + 1_050, message: `START RequestId: ${INVOCATION} Version: 1` },
  {
    group: 'reconnect',
    at: NOW + 11_000,
    message: `REPORT RequestId: ${INVOCATION} Duration: 10000 ms Status: timeout`,
  },
  { group: 'reconnect', at: NOW + 1_060, message: { _aws: {}, playerId: PLAYER, Failed: 1 } },
  {
    group: 'operator-shell',
    at: NOW + 70_000,
    message: {
      message: 'shell opened',
      timestamp: later(70),
      route: 'operator-shell',
      requestId: 'req-3=',
      operator: 'arn:aws:iam::123456789012:user/ann',
      streamGroupId: 'sg-1',
      streamSessionId: 'mine',
    },
  },
  {
    group: 'recoveries',
    at: NOW + 71_000,
    message: {
      message: 'recovery',
      timestamp: later(71),
      route: 'recoveries',
      requestId: 'req-4=',
      playerId: 'a-liar',
      streamGroupId: 'sg-1',
      streamSessionId: 'mine',
      outcome: 'given_up',
      why: 'silence',
      silentMs: 600_000,
      attempts: 9,
      agoMs: 0,
    },
  },
  {
    group: 'status',
    at: NOW + 72_000,
    message: {
      message: 'refused',
      timestamp: later(72),
      route: 'status',
      requestId: 'req-5=',
      playerId: 'a-guesser',
      streamGroupId: 'sg-1',
      streamSessionId: 'mine',
      code: 'stream_session_not_found',
    },
  },
  {
    group: 'status',
    at: NOW + 73_000,
    message: { message: 'status', timestamp: later(73), requestId: 'req-6=', playerId: 'somebody-else' },
  },
];

/** Logs Insights over these lines: `field in [...]` conditions, any of which counts. */
function insights(lines: readonly Stored[], query: string): InsightsResult {
  const conditions = [...query.matchAll(/(@?\w+) in \[([^\]]*)\]/g)].map(
    ([, field = '', values = '']) => [field, values.split(', ').map((value) => value.slice(1, -1))] as const,
  );
  const fieldsOf = ({ message }: Stored): Record<string, unknown> =>
    typeof message === 'object' ? { ...message } : { '@requestId': /RequestId: (\S+)/.exec(message)?.[1] };
  const found = lines.filter((line) =>
    conditions.some(([field, values]) => values.includes(String(fieldsOf(line)[field]))),
  );
  return {
    rows: found.map(({ group, at, message }) => ({
      '@timestamp': new Date(at).toISOString().replace('T', ' ').replace('Z', ''),
      '@log': `123456789012:${group}`,
      '@message': typeof message === 'string' ? message : JSON.stringify(message),
    })),
    bytes: 1_000_000,
    records: lines.length,
  };
}

const ASKED: CaseRequest = { players: [PLAYER], maxBytes: 1e9 };

function collect(request: Partial<CaseRequest> = {}, changes: Partial<CaseSources> = {}) {
  const queries: string[] = [];
  const sources: CaseSources = {
    findLines: async (query) => {
      queries.push(query);
      return insights(LINES, query);
    },
    knownSessions: async () => [
      {
        streamGroupId: 'sg-1',
        streamSessionId: 'mine',
        status: 'CONNECTED',
        statusAt: later(5),
        createdAt: later(-600),
      },
    ],
    sessionAtAws: async () => ({
      status: 'TERMINATED',
      statusReason: 'idleTimeout',
      createdAt: NOW - 600_000,
      lastUpdatedAt: NOW + 80_000,
    }),
    audit: async (key) =>
      key === 'sg-1/mine'
        ? [
            {
              at: later(69),
              action: 'adminShell',
              outcome: 'opened',
              operator: 'arn:aws:iam::123456789012:user/ann',
              reason: 'Ticket 4711: black screen',
              requestId: 'req-3=',
              streamGroupId: 'sg-1',
              streamSessionId: 'mine',
            },
          ]
        : [],
    now: () => NOW + 90_000,
    ...changes,
  };
  return collectCase({ ...ASKED, ...request }, sources).then((found) => ({ ...found, queries }));
}

describe('a case', () => {
  it('of a player is one timeline: the page, the gateway, the functions, the table, AWS and the audit', async () => {
    const { events, players, sessions, missing, scanned } = await collect();
    expect(events.map(({ at, source, says }) => `${(at - NOW) / 1000} ${source}: ${says}`)).toEqual([
      '-600 AWS: the session began',
      '1 gateway: POST /connections was answered 503 in 41 ms',
      '1.03 function: reconnect: refused (paced)',
      '5 table: the session was last seen as CONNECTED',
      '10 page: saw nothing for 3.2 s (silence); replaced after 2 requested connections',
      `11 function: REPORT RequestId: ${INVOCATION} Duration: 10000 ms Status: timeout`,
      '69 audit: arn:aws:iam::123456789012:user/ann used adminShell, opened: Ticket 4711: black screen',
      '70 function: operator-shell: shell opened (arn:aws:iam::123456789012:user/ann)',
      '72 function: status: refused (stream_session_not_found) (another player: a-guesser)',
      `90 AWS: the session is TERMINATED (idleTimeout) now, last changed at ${later(80)}`,
    ]);
    expect([players, sessions, missing]).toEqual([[PLAYER], ['sg-1/mine'], []]);
    expect(scanned).toEqual({ queries: 2, bytes: 2_000_000, records: 2 * LINES.length });
  });

  it('of a request leads to its player, and so to everything else', async () => {
    const byRequest = await collect({ request: 'req-1=', players: [] });
    const byPlayer = await collect();
    expect(byRequest.players).toEqual([PLAYER]);
    expect(byRequest.events).toEqual(byPlayer.events);
    expect(byRequest.queries).toHaveLength(3);
  });

  it("shows no report of a page about somebody else's session: a page may report what it likes", async () => {
    expect(JSON.stringify(await collect())).not.toContain('a-liar');
  });

  it('of a request that never reached a function has the line of the access log alone', async () => {
    const { events, players } = await collect(
      { request: 'req-9=', players: [] },
      {
        findLines: async (query) =>
          insights(
            [
              {
                group: 'access',
                at: NOW,
                message: {
                  requestId: 'req-9=',
                  time: String(NOW),
                  routeKey: '$default',
                  status: '401',
                  error: 'UNAUTHORIZED',
                },
              },
            ],
            query,
          ),
      },
    );
    expect(players).toEqual([]);
    expect(events.map(({ says }) => says)).toEqual(['$default was answered 401 (UNAUTHORIZED)']);
  });

  it('says what is missing when a source is denied, and shows the rest', async () => {
    const denied = () => Promise.reject(new Failure('User ann is not authorized', EXIT.refused));
    const { events, missing } = await collect(
      {},
      { audit: denied, sessionAtAws: denied, knownSessions: denied },
    );
    expect(missing).toEqual([
      'the table (User ann is not authorized)',
      'AWS about sg-1/mine (User ann is not authorized)',
      'the audit of sg-1/mine (User ann is not authorized)',
      'the audit of the player (User ann is not authorized)',
    ]);
    expect(events.map(({ source }) => source)).toContain('page');
    const logs = await collect({}, { findLines: denied });
    expect(logs.missing[0]).toBe("the player's requests (User ann is not authorized)");
    expect(logs.events.map(({ source }) => source)).toContain('audit');
  });

  it('scans no more than it may, and says that there may be more', async () => {
    const allowed: number[] = [];
    const { missing, scanned } = await collect(
      { request: 'req-1=', players: [], maxBytes: 1_500_000 },
      {
        findLines: async (query, maxBytes) => {
          allowed.push(maxBytes);
          return { ...insights(LINES, query), ...(maxBytes < 1_000_000 && { cutShort: 'bytes' }) };
        },
      },
    );
    expect(allowed).toEqual([1_500_000, 500_000]);
    expect(scanned).toMatchObject({ queries: 2, bytes: 2_000_000 });
    expect(missing).toEqual([
      "the player's requests: --max-scan was reached, there may be more",
      'the rest about these requests and sessions: not searched: --max-scan was reached',
    ]);
  });

  it('asks AWS and the audit about the newest sessions only, and says so', async () => {
    const asked: string[] = [];
    const sessions = Array.from({ length: 9 }, (_, at) => ({
      streamGroupId: 'sg-1',
      streamSessionId: `s${9 - at}`,
      status: 'TERMINATED',
      createdAt: later(-at),
    }));
    const { missing } = await collect(
      {},
      {
        findLines: async () => ({ rows: [], bytes: 0, records: 0 }),
        knownSessions: async () => sessions,
        sessionAtAws: async ({ streamSessionId }) => {
          asked.push(streamSessionId);
          return undefined;
        },
      },
    );
    expect(asked).toEqual(['s5', 's6', 's7', 's8', 's9']);
    expect(missing).toEqual(['AWS and audit: only the newest 5 of 9 sessions']);
  });
});

describe('the player of a case', () => {
  it('is found in the logs by the pseudonym, and in the table by the subject, where AWS has the subject', async () => {
    const { players, events, missing } = await collect(
      { players: ['alice', PLAYER] },
      {
        knownSessions: async (playerId) =>
          playerId === 'alice'
            ? [{ streamGroupId: 'sg-1', streamSessionId: 'hers', status: 'ACTIVE', createdAt: later(0) }]
            : [],
      },
    );
    expect(players).toEqual(['alice', PLAYER]);
    expect(events.map(({ session }) => session)).toEqual(expect.arrayContaining(['sg-1/hers', 'sg-1/mine']));
    expect(missing).toEqual([]);
  });

  it('has only the name that was asked for, where nothing is known under the other', async () => {
    expect((await collect({ players: [PLAYER, 'its-pseudonym'] })).players).toEqual([PLAYER]);
    const nobody = await collect(
      { players: ['nobody', 'its-pseudonym'] },
      { findLines: async () => ({ rows: [], bytes: 0, records: 0 }), knownSessions: async () => [] },
    );
    expect(nobody.players).toEqual(['nobody']);
    expect(nobody.events).toEqual([]);
    const text = timelineText(nobody, { from: NOW, to: NOW, logGroups: 1, maxBytes: 1 });
    expect(text).toContain('Nothing was found in this time. Check the id, or give a longer --since.');
  });
});

describe('a query', () => {
  it('takes nothing from a log line but what an id can be', () => {
    const query = linesWith({ playerId: ['good', 'a"] or level in ["INFO', 'new\nline', ''] })?.query;
    expect(query).toBe(
      'fields @timestamp, @log, @message | filter playerId in ["good"] | sort @timestamp asc | limit 2000',
    );
    expect(linesWith({ playerId: ['"'] })).toBeUndefined();
  });

  it('stays within the length that Insights takes, and says how many ids it left out', () => {
    const many = Array.from({ length: 2000 }, (_, at) => `request-${at}=`);
    const { query = '', left = 0 } = linesWith({ requestId: many, '@requestId': ['x'] }) ?? {};
    expect(query.length).toBeLessThanOrEqual(10_000);
    expect(left).toBeGreaterThan(1000);
    expect(query.split('request-').length - 1 + left).toBe(2001);
  });
});

describe('a line of a log', () => {
  it.each([
    '',
    'null',
    '[]',
    '{"message":1}',
    '{"requestId":{}}',
    '"text"',
    '{"routeKey":"GET /","status":null}',
  ])('that is not as ours are breaks nothing: %s', (message) => {
    expect(() => readLine(message, NOW)).not.toThrow();
  });
});

describe('the timeline', () => {
  it('cannot control the terminal, whatever a line, a name or an error holds', async () => {
    const evil = '\u001b]0;owned\u0007\u009b2J\u202egnp.exe\r\n\u001b[31m';
    const found = await collect(
      {},
      {
        findLines: async (query) => {
          const { rows, ...rest } = insights(LINES, query);
          const spoilt = rows.map((row) => {
            const line = row['@message'] ?? '';
            if (!line.startsWith('{')) return { ...row, '@message': `${line}${evil}` };
            return {
              ...row,
              '@message': JSON.stringify({
                ...JSON.parse(line),
                cause: evil,
                code: evil,
                why: evil,
                error: evil,
              }),
            };
          });
          return { ...rest, rows: spoilt };
        },
        audit: () => Promise.reject(new Error(evil)),
      },
    );
    const text = timelineText(
      { ...found, players: [evil] },
      { from: NOW, to: NOW, logGroups: 3, maxBytes: 1e9 },
    );
    expect(text.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.join('')).toContain('\\u{1b}');
  });

  it('says what was scanned, what it may scan, and what is missing', async () => {
    const found = await collect({}, { audit: () => Promise.reject(new Error('no table')) });
    const text = timelineText(found, { from: NOW, to: NOW + 90_000, logGroups: 12, maxBytes: 5e9 });
    expect(text[0]).toBe(`Player ${PLAYER}, from ${later(0)} to ${later(90)}`);
    expect(text).toContain(
      'Scanned: 2.0 MB, 20 lines of 12 log groups in 2 queries; at most 5.0 GB (--max-scan). AWS bills what is scanned.',
    );
    expect(text.at(-1)).toBe('Missing: the audit of the player (no table)');
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [5e9, '5.0 GB'],
    [5e15, '5000.0 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
