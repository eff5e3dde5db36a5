import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { accountSettings, type World, xmlError, xmlResult } from '../stand-in-answers.ts';
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

const FUNCTIONS_DEAD = 'FunctionsDead: functions die instead of answering. See docs/runbook.md#functionsdead';
const counts = (world: World, name: string, Invocations: number[], Errors: number[]) => {
  world.counts[name] = { Invocations, Errors };
};

describe('the doctor at a deployed stack', () => {
  it('reports functions that always crash, although the API refuses requests without a token as it should', async () => {
    const findings = await aws.findings((world) => {
      counts(world, 'Rejoin-reconnect-1', [3, 4], [3, 4]);
      counts(world, 'Rejoin-status-1', [2], [2]);
      world.activeAlarms = [['Rejoin-FunctionsDead-1', FUNCTIONS_DEAD]];
    });
    expect(notOk(findings)).toEqual([
      'problem function Rejoin-reconnect-1: ended without an answer 7 of 7 times within the last hour',
      'problem function Rejoin-status-1: ended without an answer 2 of 2 times within the last hour',
      'problem alarm FunctionsDead: rings: functions die instead of answering',
    ]);
    expect(findings.find(({ subject }) => subject === 'alarm FunctionsDead')?.todo).toBe(
      'docs/runbook.md, chapter FunctionsDead',
    );
  });

  it('gives the address of the chapter, where the deployment says where its runbook is', async () => {
    const findings = await aws.findings((world) => {
      const description =
        'NobodyGetsBack: No player got back. Three failed. See https://wiki.example.com/runbook?a=1#nobodygetsback';
      world.activeAlarms = [['Rejoin-FunctionsDead-1', description]];
    });
    expect(findings.find(({ subject }) => subject === 'alarm NobodyGetsBack')).toMatchObject({
      says: 'rings: No player got back. Three failed',
      todo: 'https://wiki.example.com/runbook?a=1#nobodygetsback',
    });
  });

  it('warns about a function that crashes sometimes', async () => {
    const findings = await aws.findings((world) => counts(world, 'Rejoin-status-1', [9, 1], [0, 1]));
    expect(notOk(findings)).toEqual([
      'warning function Rejoin-status-1: ended without an answer 1 of 10 times within the last hour',
    ]);
  });

  it('reports functions without calls as unknown, not as ok', async () => {
    const findings = await aws.findings((world) => {
      delete world.counts['Rejoin-reconnect-1'];
      delete world.counts['Rejoin-status-1'];
    });
    expect(notOk(findings)).toEqual([
      'unknown functions of Rejoin: none was called within the last hour, so it is not known whether they run',
    ]);
  });

  it('names the functions without calls if others ran', async () => {
    const findings = await aws.findings((world) => {
      delete world.counts['Rejoin-status-1'];
    });
    expect(notOk(findings)).toEqual([]);
    expect(findings).toContainEqual({
      level: 'ok',
      subject: 'functions of Rejoin',
      says: '1 of 2 ran within the last hour, 7 times, and none died',
      notTried: 'functions without a call in the last hour: Rejoin-status-1',
    });
  });

  it.each([
    [
      'reports a composite alarm, which CloudWatch lists only on request, and not its parts',
      [
        [
          'RejoinReconnectsFailingFast',
          'ReconnectsFailingFast: reconnects fail so often. See docs/runbook.md',
        ],
        [
          'Rejoin-FunctionsDead-1',
          'Half of ReconnectsFailingFast, for the last 5 minutes. This alarm sends no notification. ReconnectsFailingFast sends one when both halves are in alarm.',
        ],
      ],
      ['problem alarm ReconnectsFailingFast: rings: reconnects fail so often'],
    ],
    [
      'reports no half of a composite alarm of a stack that an older version deployed',
      [['Rejoin-FunctionsDead-1', 'A part of ReconnectsFailingFast, which rings; this one does not.']],
      [],
    ],
    [
      'reports an alarm of the operator stack',
      [['Rejoin-AdminShellUsed-1', 'AuditNotWritten: nobody gets in. See docs/operator.md']],
      ['problem alarm AuditNotWritten: rings: nobody gets in'],
    ],
    [
      'only warns that an operator opened a shell, which harms no player',
      [
        [
          'Rejoin-AdminShellUsed-1',
          'AdminShellUsed: an operator asked. Who stands there. See docs/operator.md',
        ],
      ],
      ['warning alarm AdminShellUsed: rings: an operator asked. Who stands there'],
    ],
    ['ignores an alarm of another stack', [['Other-FunctionsDead-1', FUNCTIONS_DEAD]], []],
    [
      'reports an alarm whose description was changed',
      [['Rejoin-FunctionsDead-1', '']],
      ['problem alarm Rejoin-FunctionsDead-1: rings'],
    ],
  ] as [string, World['activeAlarms'], string[]][])('%s', async (_what, activeAlarms, lines) => {
    const findings = await aws.findings((world) => {
      world.activeAlarms = activeAlarms;
    });
    expect(notOk(findings)).toEqual(lines);
  });

  it('ignores a deleted function', async () => {
    const findings = await aws.findings((world) => {
      world.resources.Rejoin?.functions.push('Rejoin-gone-1');
      counts(world, 'Rejoin-gone-1', [1], [1]);
    });
    expect(notOk(findings)).toEqual([]);
  });

  it('does not check the functions of a stack whose creation failed', async () => {
    const findings = await aws.findings((world) => {
      world.stacks = { Rejoin: { status: 'ROLLBACK_COMPLETE', outputs: {} } };
      world.counts = {};
      world.settings.operators = undefined;
    });
    expect(notOk(findings)).toEqual(['problem stack Rejoin: is ROLLBACK_COMPLETE']);
  });
});

describe('the doctor compares the settings with the deployed ones, and', () => {
  it.each([
    ['quotas.GetStreamSession', { quotas: { GetStreamSession: 20.5 } }, '20.5', '20'],
    ['throttling.burst', { throttling: { burst: 5000 } }, '5000', '1000'],
    ['memoryMb', { memoryMb: 1024 }, '1024', '512'],
    ['logs.level', { logs: { level: 'WARN' } }, '"WARN"', '"INFO"'],
    ['logs.retentionDays', { logs: { retentionDays: 7 } }, '7', '30'],
    ['alarmTopic', { alarmTopic: undefined }, 'nothing', '"arn:aws:sns:us-west-2:123456789012:on-call"'],
    ['adoption.enabled', { adoption: { enabled: true } }, 'true', 'false'],
  ])('warns if %s differs', async (path, deployedWith, deployed, written) => {
    const findings = await aws.findings((world) => {
      world.resources.Rejoin = { functions: [], alarms: [], deployedWith };
    });
    expect(notOk(findings)).toEqual([
      `warning ${path}: ${deployed} is deployed in Rejoin, and the settings say ${written}`,
    ]);
  });

  it('warns about each differing value of a stream group, and about a longer list as a whole', async () => {
    const findings = await aws.findings((world) => {
      const [group] = world.settings.streamGroups as [object];
      const old = { ...group, connectionTimeoutSeconds: 60, applications: ['a-1'] };
      world.resources.Rejoin = { functions: [], alarms: [], deployedWith: { streamGroups: [old] } };
    });
    expect(notOk(findings)).toEqual([
      'warning streamGroups[0].applications: ["a-1"] is deployed in Rejoin, and the settings say ["a-1","a-2"]',
      'warning streamGroups[0].connectionTimeoutSeconds: 60 is deployed in Rejoin, and the settings say 120',
    ]);
  });

  it('warns if the operator stack has other operators', async () => {
    const findings = await aws.findings((world) => {
      world.resources.RejoinOperator = { functions: [], alarms: [], deployedWith: { operators: [] } };
    });
    expect(notOk(findings)).toEqual([
      expect.stringMatching(/^warning operators: \[\] is deployed in RejoinOperator, and the settings say/),
    ]);
  });

  it('reports them as unknown if the template is from another version', async () => {
    const findings = await aws.findings((world) => {
      world.cloudFormation = (action) =>
        action === 'GetTemplate'
          ? xmlResult('GetTemplate', '<TemplateBody>Resources:</TemplateBody>')
          : undefined;
      world.settings.operators = undefined;
    });
    expect(notOk(findings)).toEqual([
      'unknown settings of Rejoin: its template is not as this version writes it',
    ]);
  });

  it('warns about another domain, and about another kind of identity provider', async () => {
    const findings = await aws.findings((world) => {
      world.settings.identity = undefined;
      world.settings.domain = {
        name: 'api.example.com',
        certificateArn: 'arn:aws:acm:us-west-2:123456789012:certificate/1',
      };
    });
    expect(notOk(findings).map((line) => line.replaceAll(/http:\S+\/issuer/g, 'URL'))).toEqual([
      "warning domain: API Gateway's own address is deployed, and the settings say https://api.example.com",
      'warning identity: URL is deployed, and the settings say a Cognito user pool',
    ]);
  });
});

it('the doctor warns about a domain that is no longer in the settings but still deployed', async () => {
  const findings = await aws.findings((world) => {
    Object.assign(world.stacks.Rejoin?.outputs ?? {}, {
      DomainTarget: 'd-1.execute-api.us-west-2.amazonaws.com',
    });
  });
  expect(notOk(findings).map((line) => line.replaceAll(/http:\S+\/player/g, 'URL'))).toEqual([
    "warning domain: URL is deployed, and the settings say API Gateway's own address",
  ]);
});

describe('the doctor reports that an alarm would reach nobody:', () => {
  const topic = (change: World['topic']) => (world: World) => {
    world.topic = change;
  };
  const CASES: [string, (world: World) => void, string][] = [
    [
      'no topic in the settings',
      (world) => {
        world.settings.alarmTopic = undefined;
      },
      'warning settings.json: alarmTopic is not set: alarms change their colour on the dashboard, but notify nobody',
    ],
    [
      'a topic that does not exist',
      topic(xmlError(404, 'NotFound', 'Topic does not exist')),
      'problem alarmTopic: there is no topic arn:aws:sns:us-west-2:123456789012:on-call, so no alarm reaches anybody',
    ],
    [
      'a topic without subscriptions',
      topic({ SubscriptionsConfirmed: '0', SubscriptionsPending: '0' }),
      'warning alarmTopic: nobody has subscribed to arn:aws:sns:us-west-2:123456789012:on-call',
    ],
    [
      'a topic whose only subscription is not confirmed',
      topic({ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' }),
      'warning alarmTopic: nobody has confirmed a subscription of arn:aws:sns:us-west-2:123456789012:on-call, 1 pending',
    ],
    [
      "a topic encrypted with AWS's own key, which CloudWatch cannot use",
      topic({ SubscriptionsConfirmed: '1', KmsMasterKeyId: 'alias/aws/sns' }),
      'problem alarmTopic: is encrypted with alias/aws/sns, which CloudWatch may not use and whose policy cannot be changed, so no alarm reaches anybody',
    ],
    [
      'a topic encrypted with a customer key, whose policy the doctor does not read',
      topic({ SubscriptionsConfirmed: '1', KmsMasterKeyId: 'alias/ours' }),
      "warning alarmTopic: is encrypted with alias/ours, which CloudWatch may use only if the key's policy says so",
    ],
  ];
  it.each(CASES)('%s', async (_what, change, line) => {
    const found = notOk(await aws.findings(change)).map((each) =>
      each.replace(/ \S*settings\.json/, ' settings.json'),
    );
    expect(found).toEqual([expect.stringContaining(line)]);
  });
});

describe('the doctor, for players who are dropped at once,', () => {
  it("warns if Lambda's concurrency is as low as in a new account, although the reconnect quota is enough", async () => {
    const findings = await aws.findings(
      (world) => {
        world.lambda = accountSettings(10);
      },
      { players: 2000 },
    );
    expect(notOk(findings)).toEqual([
      "warning Lambda's concurrency in us-west-2: 2,000 players dropped at once need about 24 concurrent executions of warm functions, and 10 are granted: the others get 503 and lose time",
    ]);
  });

  it("reports Lambda's concurrency as unknown if the response cannot be read", async () => {
    const findings = await aws.findings((world) => {
      world.lambda = () => ({ status: 200, body: '<html>' });
    });
    expect(notOk(findings)).toEqual([
      "unknown Lambda's concurrency in us-west-2: Lambda could not be read (its answer cannot be read)",
    ]);
  });

  it('uses expectedPlayers of the settings if --players is not given', async () => {
    const findings = await aws.findings((world) => {
      world.settings.expectedPlayers = 2300;
      world.lambda = accountSettings(26);
    });
    expect(notOk(findings).map((line) => line.split(':')[0])).toEqual([
      'warning storm in us-west-2',
      'warning throttling',
      "warning Lambda's concurrency in us-west-2",
    ]);
  });
});
