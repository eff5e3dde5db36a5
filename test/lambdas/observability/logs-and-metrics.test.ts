import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RouteName } from '../../../contract/routes.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { log, logger } from '../../../lambdas/observability/logs.ts';
import {
  type AnsweredRequest,
  countAnswer,
  countDeniedTable,
  publish,
} from '../../../lambdas/observability/metrics.ts';
import { newRequestMetrics, type RequestMetrics } from '../../../lambdas/observability/request-metrics.ts';

// Development mode writes by the console there is, so that a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'Rejoin';
  process.env.POWERTOOLS_SERVICE_NAME = 'rejoin';
});

const answered: AnsweredRequest = {
  outcome: '201',
  sliOutcome: 'success',
  replayed: false,
  milliseconds: 120.4,
};

/** The lines that one answer of a route leaves, as CloudWatch reads them: dimensions and values. */
function lines(
  answer: Partial<AnsweredRequest>,
  spent: Partial<RequestMetrics> = {},
  route: RouteName = 'reconnect',
): Record<string, unknown>[] {
  const written: string[] = [];
  for (const method of ['log', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void written.push(line));
  }
  countAnswer(route, { ...answered, ...answer }, { ...newRequestMetrics(), ...spent });
  publish();
  return written.map((line) => {
    const { _aws, service: _, FunctionName: __, ...values } = JSON.parse(line);
    return values;
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the metrics of one answer', () => {
  it('are one request by its outcome and a few times, and nothing that did not happen', () => {
    expect(lines({})).toEqual([
      { outcome: '201', Requests: 1 },
      { AnswerTime: 120, OwnTime: 120, Failed: 0 },
    ]);
  });

  it("separate AWS's time and the wait for a ticket from our own time", () => {
    expect(lines({}, { awsMs: 70, waitedMs: 30 })[1]).toMatchObject({
      AnswerTime: 120,
      AwsTime: 70,
      PacerWait: 30,
      OwnTime: 20,
    });
  });

  it('exclude a refusal by the rules from failures and times: it would make slow answers look quick', () => {
    expect(lines({ outcome: 'invalid_request', sliOutcome: 'excluded' })).toEqual([
      { outcome: 'invalid_request', Requests: 1 },
    ]);
    expect(lines({ outcome: 'paced', sliOutcome: 'excluded', waitMs: 5000, queuePosition: 7 })[1]).toEqual({
      PacerWait: 5000,
      PacerQueue: 7,
    });
    expect(lines({ outcome: 'upstream_timeout', sliOutcome: 'failure' })[1]).toMatchObject({ Failed: 1 });
  });

  it('raise an alarm where AWS denied a call on any route, also if the player got an answer', () => {
    expect(lines({}, { denials: 1 })[1]).toMatchObject({ Misconfigured: 1, Failed: 0 });
    expect(lines({}, { denials: 1 }, 'sessions')).toEqual([{ Misconfigured: 1 }]);
  });

  it('are those that an alarm or a widget uses: none for a list of sessions or an end, and no warning about that', () => {
    for (const route of ['sessions', 'terminate', 'operator-sessions'] as const)
      expect(lines({}, {}, route)).toEqual([]);
    expect(lines({}, {}, 'start')).toEqual([{ outcome: '201', Requests: 1 }, { Failed: 0 }]);
    expect(lines({ outcome: 'not_an_operator', sliOutcome: 'excluded' }, {}, 'operator-sessions')).toEqual([
      { outcome: 'not_an_operator', Requests: 1 },
    ]);
  });

  it.each(operatorRoutes)('have what the operator alarms watch: $name', ({ name, grants }) => {
    const isRecorded = grants.some(({ on }) => on === 'auditTable');
    for (const outcome of ['not_an_operator', ...(isRecorded ? ['audit_unavailable'] : [])]) {
      expect(lines({ outcome, sliOutcome: 'excluded' }, {}, name)).toEqual([{ outcome, Requests: 1 }]);
    }
  });

  it('have the part of status lookups that failed, though the player got an older status', () => {
    expect(lines({ outcome: '200' }, {}, 'status')).toEqual([]);
    expect(lines({ outcome: '200' }, { lookups: 1 }, 'status')).toEqual([{ LooksFailed: 0 }]);
    expect(lines({ outcome: '200' }, { lookups: 1, failedLookups: 1 }, 'status')).toEqual([
      { LooksFailed: 1 },
    ]);
  });

  it('name the unit of each value: CloudWatch keeps a metric in another unit apart, and its alarm finds no data', () => {
    const units = new Map<string, Set<string>>();
    const written: string[] = [];
    for (const method of ['log', 'warn'] as const) {
      vi.spyOn(console, method).mockImplementation((line) => void written.push(line));
    }
    const everything = {
      ...newRequestMetrics(),
      ...{ awsMs: 70, waitedMs: 30, lookups: 1, throttles: 2, imported: 1, denials: 1, noticeMs: 900 },
      ...{ failedPlayers: 3, unstablePlayers: 3, unstableConnection: 'counted' as const },
    };
    const queued = { ...answered, replayed: true, queuePosition: 7 };
    countAnswer('reconnect', queued, everything);
    publish();
    countAnswer('status', { ...answered, outcome: '200' }, everything);
    publish();
    for (const felt of ['neverBack', 'left', { backAfterMs: 4000 }] as const) {
      countAnswer('recoveries', { ...answered, outcome: '204' }, { ...newRequestMetrics(), felt });
      publish();
    }
    countDeniedTable();
    countAnswer('sessions', answered, newRequestMetrics());
    for (const { Name, Unit } of written.flatMap((line) =>
      JSON.parse(line)._aws.CloudWatchMetrics.flatMap((set: { Metrics: object[] }) => set.Metrics),
    )) {
      units.set(Name, (units.get(Name) ?? new Set()).add(Unit));
    }
    const times = ['AnswerTime', 'AwsTime', 'BackAfter', 'NoticeTime', 'OwnTime', 'PacerWait'];
    const counts = [
      ...['Adopted', 'Failed', 'LeftWhileLost', 'LooksFailed', 'Misconfigured', 'NeverBack', 'PacerQueue'],
      ...['PlayersFailed', 'PlayersRelapsed', 'Relapses', 'Replays', 'Requests', 'Throttles'],
    ];
    expect(Object.fromEntries(units)).toEqual({
      ...Object.fromEntries(times.map((name) => [name, new Set(['Milliseconds'])])),
      ...Object.fromEntries(counts.map((name) => [name, new Set(['Count'])])),
    });
  });

  it('have an unstable connection once, and not the ones after it', () => {
    expect(lines({}, { unstableConnection: 'counted' })[1]).toMatchObject({ Relapses: 1, Failed: 0 });
    expect(lines({}, { unstableConnection: 'again' })[1]).not.toHaveProperty('Relapses');
  });

  it('have the throttles that the request met', () => {
    expect(lines({}, { throttles: 2 })[1]).toMatchObject({ Throttles: 2 });
  });

  it('raise an alarm where the table denied a call, whatever the answer says', () => {
    const written: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void written.push(line));
    countDeniedTable();
    countAnswer('sessions', answered, newRequestMetrics());
    publish();
    expect(written.map((line) => JSON.parse(line).Misconfigured)).toEqual([1]);
  });

  it('counts once a request, however many calls were denied, and again for the next request', () => {
    const written: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void written.push(line));
    for (let request = 0; request < 2; request++) {
      countDeniedTable();
      countDeniedTable();
      countAnswer('sessions', { ...answered, outcome: 'broker_misconfigured' }, newRequestMetrics());
      publish();
    }
    expect(written.map((line) => JSON.parse(line).Misconfigured)).toEqual([1, 1]);
  });
});

describe('a log line', () => {
  it('repeats nothing that the log group says already, and has the ids of the request and its trace', () => {
    const written: string[] = [];
    vi.spyOn(console, 'info').mockImplementation((line) => void written.push(line));
    logger.addContext({
      awsRequestId: 'lambda-1',
      functionName: 'f',
      memoryLimitInMB: '512',
      invokedFunctionArn: 'arn:f',
    } as never);
    logger.appendKeys({ route: 'reconnect', requestId: 'gateway-1' });
    log.info('connected', { connectionId: 'c-1' });
    const [line = '{}'] = written;
    const { timestamp, xray_trace_id: _, ...fields } = JSON.parse(line);
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT.+Z$/);
    expect(fields).toEqual({
      level: 'INFO',
      message: 'connected',
      function_request_id: 'lambda-1',
      route: 'reconnect',
      requestId: 'gateway-1',
      connectionId: 'c-1',
    });
  });
});
