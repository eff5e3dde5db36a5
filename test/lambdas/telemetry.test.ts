import { afterEach, describe, expect, it, vi } from 'vitest';
import { forgetMeasured, measured } from '../../lambdas/edge/measured.ts';
import { type Answered, countAnswer, metrics } from '../../lambdas/edge/telemetry.ts';

// Development mode writes by the console there is, so that a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'Rejoin';
  process.env.POWERTOOLS_SERVICE_NAME = 'rejoin';
});

const answered: Answered = { outcome: '201', verdict: 'good', replayed: false, milliseconds: 120.4 };

/** The lines that one answer leaves, as CloudWatch reads them: dimensions and values. */
function lines(answer: Partial<Answered>): Record<string, unknown>[] {
  const written: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void written.push(line));
  countAnswer({ ...answered, ...answer });
  metrics.publishStoredMetrics();
  return written.map((line) => {
    const { _aws, service: _, FunctionName: __, ...values } = JSON.parse(line);
    return values;
  });
}

afterEach(() => {
  vi.restoreAllMocks();
  forgetMeasured();
});

describe('what one answer counts', () => {
  it('is one request by its outcome and a few times, and nothing of what did not happen', () => {
    expect(lines({})).toEqual([
      { outcome: '201', Requests: 1 },
      { AnswerTime: 120, OwnTime: 120, Failed: 0 },
    ]);
  });

  it("tells AWS's time and the wait for a turn from our own", () => {
    Object.assign(measured, { awsMs: 70, waitedMs: 30 });
    expect(lines({})[1]).toMatchObject({ AnswerTime: 120, AwsTime: 70, PacerWait: 30, OwnTime: 20 });
  });

  it('is no failure where the rules refuse, so that a player cannot burn the error budget', () => {
    expect(lines({ outcome: 'invalid_request', verdict: 'neither' })[1]).not.toHaveProperty('Failed');
    expect(lines({ outcome: 'upstream_timeout', verdict: 'bad' })[1]).toMatchObject({ Failed: 1 });
  });

  it('is an alarm where AWS denied a call, also if the player was helped all the same', () => {
    measured.denials = 1;
    expect(lines({})[1]).toMatchObject({ Misconfigured: 1, Failed: 0 });
  });

  it('is forgotten before the next: a throttle is counted once', () => {
    measured.throttles = 2;
    expect(lines({ waitMs: 5000, place: 7 })[1]).toMatchObject({
      Throttles: 2,
      PacerWait: 5000,
      PacerQueue: 7,
    });
    forgetMeasured();
    expect(lines({})[1]).not.toHaveProperty('Throttles');
  });
});
