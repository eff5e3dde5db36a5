import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonError } from '../stand-in-answers.ts';
import type { Reply } from '../support.ts';
import { notOk, type standInAws as StandIn, standInAws } from './stand-in-aws.ts';

let aws: Awaited<ReturnType<typeof StandIn>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

/** Answers each of Service Quotas' two lists by its name. */
const lists =
  (answers: Record<string, object>) =>
  ({ headers }: { headers: Record<string, unknown> }): Reply => {
    const list = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    return { status: answers[list] ? 200 : 400, body: answers[list] ?? { __type: 'AccessDeniedException' } };
  };
const rate = (name: string, Value = 20) => ({ QuotaName: `${name} API requests per second`, Value });

describe('a rate without an applied value in Service Quotas', () => {
  const applied = { Quotas: [rate('StartStreamSession'), rate('GetStreamSession')] };

  it("is compared with AWS's default", async () => {
    const findings = await aws.findings((world) => {
      world.settings.quotas = { CreateStreamSessionConnection: 30 };
      const ListAWSDefaultServiceQuotas = { Quotas: [rate('CreateStreamSessionConnection', 20)] };
      world.quotas = lists({ ListServiceQuotas: applied, ListAWSDefaultServiceQuotas });
    });
    expect(notOk(findings)).toEqual([
      'warning quota of CreateStreamSessionConnection in us-west-2: AWS grants by default 20 a second, and the settings say 30: AWS will throttle',
    ]);
  });

  it('is no failure if AWS lists no default either, and all pages of the list were read', async () => {
    const findings = await aws.findings((world) => {
      world.quotas = ({ body, headers }) =>
        String(headers['x-amz-target']).endsWith('.ListAWSDefaultServiceQuotas')
          ? { status: 200, body: { Quotas: [] } }
          : {
              status: 200,
              body: JSON.parse(body).NextToken
                ? { Quotas: [rate('GetStreamSession')] }
                : { Quotas: [rate('StartStreamSession')], NextToken: 'page-2' },
            };
    });
    expect(notOk(findings)).toEqual([]);
    expect(findings).toContainEqual({
      level: 'ok',
      subject: 'quota of CreateStreamSessionConnection in us-west-2',
      says: 'AWS does not list it in Service Quotas; the settings assume 20 per second',
      notTried: 'whether AWS grants 20 a second of CreateStreamSessionConnection in us-west-2',
    });
    expect(findings.filter(({ says }) => says.startsWith('AWS grants 20 a second'))).toHaveLength(2);
  });

  it('is no failure if Service Quotas does not even know GameLift Streams, so that the doctor can end with 0', async () => {
    const findings = await aws.findings((world) => {
      world.quotas = () => jsonError(400, 'NoSuchResourceException', 'The request failed: no such service');
    });
    expect(notOk(findings)).toEqual([]);
    expect(
      findings.filter(({ says }) => says.startsWith('AWS does not list it in Service Quotas')),
    ).toHaveLength(3);
  });

  it('is unknown if the credentials may not read the defaults, while the other rates are compared', async () => {
    const findings = await aws.findings((world) => {
      world.quotas = lists({ ListServiceQuotas: applied });
    });
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'unknown',
        missingAction: 'servicequotas:ListAWSDefaultServiceQuotas',
      }),
    );
    expect(
      findings.filter(({ level, subject }) => level === 'ok' && subject.startsWith('quota of')),
    ).toHaveLength(2);
  });

  it('is unknown if the response is not from Service Quotas', async () => {
    const findings = await aws.findings((world) => {
      world.quotas = () => ({ status: 200, body: '<html>' });
    });
    expect(notOk(findings)).toEqual([
      'unknown quotas in us-west-2: Service Quotas could not be read (its answer cannot be read)',
    ]);
  });
});
