import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, run } from '../operator/support.ts';
import { type Deployed, deploy } from './harness.ts';
import { synthesizedOnce } from './synthesized.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'operator', 'doctor', 'main.ts');
let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

const doctor = (...args: string[]) =>
  run(['--local', '--directory', deployed.directory, ...args], environment(deployed.directory), [MAIN]);

interface Line {
  level: string;
  subject: string;
  says: string;
}
/** A busy machine may answer slower than API Gateway would wait. That is no finding of these tests. */
const isSlowness = ({ says }: Line) => / s from here, and API Gateway waits /.test(says);
const findingsOf = (stdout: string) =>
  (JSON.parse(stdout) as { findings: Line[] }).findings.filter((each) => !isSlowness(each));
const notOk = (findings: readonly Line[]) => findings.filter(({ level }) => level !== 'ok');

describe('the doctor at the local deployment', () => {
  it('finds it healthy: settings, stream group, both APIs, the allowed page, and the token issuer', async () => {
    const { code, stdout, stderr } = await doctor('--json');
    const findings = findingsOf(stdout);
    expect(notOk(findings)).toEqual([]);
    expect({ ok: JSON.parse(stdout).ok, code, stderr }).toEqual({ ok: true, code: 0, stderr: '' });
    const { api, operatorApi, identity, streamGroupId, console: page } = deployed.endpoints;
    const said = findings.map(({ subject, says }) => `${subject}: ${says}`);
    expect(said).toEqual(
      expect.arrayContaining([
        `stream group ${streamGroupId}: is ACTIVE, with its applications and locations`,
        `issuer ${identity}: its discovery document and keys can be read`,
        `player API: ${api} answers, and refuses requests without a token`,
        `operator API: ${operatorApi} answers, and refuses requests without a signature`,
        `web origin ${page}: its pages may call the API, and can read a 401`,
        'settings of Rejoin: what is deployed has these settings',
        "this machine's clock: agrees with the date that the player API answers",
        expect.stringMatching(/^alarm expressions of Rejoin: CloudWatch evaluates all \d\d: /),
        expect.stringMatching(/^alarm expressions of RejoinOperator: CloudWatch evaluates all \d\d: /),
      ]),
    );
  });

  it('finds with a token that all routes work, and finds their access log lines, while AWS is asked nothing', async () => {
    const { token } = await deployed.player();
    await deployed.forgetCalls();
    const { code, stdout, stderr } = await doctor('--json', '--token', token);
    const findings = findingsOf(stdout);
    expect(notOk(findings)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const said = findings.map(({ subject, says }) => `${subject}: ${says}`);
    const start = said.findIndex((line) => line.startsWith("token's alg"));
    const works = 'so its permission, alias, role and table work';
    expect(said.slice(start)).toEqual([
      "token's alg: is RS256, and the token names its key",
      `token's iss: is "${deployed.endpoints.identity}", as in identity.issuer`,
      `token's aud: is "rejoin", which identity.audience has`,
      `token's scope: has "rejoin/play"`,
      expect.stringMatching(/^token's exp: is \d+ (minutes|s) ahead$/),
      "token's iat and nbf: are not in the future",
      expect.stringMatching(/^token's sub: becomes the player id [\w-]{43}$/),
      'route start: answers 400 invalid_request, so its permission and alias work',
      `route status: answers 404 stream_session_not_found, ${works}`,
      `route sessions: answers the list of the player's sessions, ${works}`,
      `route reconnect: answers 404 stream_session_not_found, ${works}`,
      `route terminate: answers 404 stream_session_not_found, ${works}`,
      'route recoveries: answers 400 invalid_request, so its permission and alias work',
      expect.stringMatching(/^access log: has each of 7 requests, with who answered it \(/),
    ]);
    const calls = (await deployed.calls()).map(({ operation }) => operation);
    expect(calls.filter((operation) => operation !== 'GetStreamGroup')).toEqual([]);
    for (const part of token.split('.')) expect(stdout).not.toContain(part);
  });

  it('finds that the token is of another deployment, by its claims and by the API', async () => {
    const { token } = await deployed.player();
    const [header, claims = '', signature] = token.split('.');
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), aud: 'other' };
    const part = Buffer.from(JSON.stringify(changed)).toString('base64url');
    const { code, stdout } = await doctor('--json', '--token', [header, part, signature].join('.'));
    expect(code).toBe(1);
    expect(notOk(findingsOf(stdout)).map(({ subject, says }) => `${subject}: ${says}`)).toEqual([
      `token's aud: is "other", and identity.audience has "rejoin"`,
      'each player route: refuses the token (401: the signature is invalid)',
    ]);
  });

  it('finds a stream group that stopped being active', async () => {
    const status = (to: string) =>
      deployed.control('PUT', `streamgroups/${deployed.endpoints.streamGroupId}`, { status: to });
    await status('EXPIRED');
    try {
      const { code, stdout } = await doctor();
      expect(code).toBe(1);
      expect(stdout).toContain(
        `✗ stream group ${deployed.endpoints.streamGroupId}: has expired (EXPIRED) → `,
      );
    } finally {
      await status('ACTIVE');
    }
  });

  it('finds a page that the settings list and the deployed API refuses', async () => {
    const file = join(deployed.directory, 'settings.json');
    const text = readFileSync(file, 'utf8');
    const settings = JSON.parse(text);
    writeFileSync(
      file,
      JSON.stringify({ ...settings, webOrigins: [...settings.webOrigins, 'https://new.example.com'] }),
    );
    try {
      const { code, stdout } = await doctor();
      expect(code).toBe(1);
      expect(stdout).toContain('✗ web origin https://new.example.com: the API refuses its pages');
    } finally {
      writeFileSync(file, text);
    }
  });
});

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** Changes the synthesized template of the player stack. */
const withFaults =
  (plant: (resources: Resources) => void): typeof synthesizedOnce =>
  async (...given) => {
    const { outDir } = await synthesizedOnce(...given);
    const file = join(outDir, 'Rejoin.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8'));
    plant(template.Resources);
    writeFileSync(file, JSON.stringify(template));
    return { outDir };
  };

describe('the doctor at a local deployment with faults in what was deployed', () => {
  let broken: Deployed;
  beforeAll(async () => {
    broken = await deploy({
      synthesize: withFaults((resources) => {
        for (const [id, { Type, Properties }] of Object.entries(resources)) {
          // API Gateway may not invoke the function that ends sessions.
          if (Type === 'AWS::Lambda::Permission' && JSON.stringify(Properties).includes('/DELETE/')) {
            delete resources[id];
          }
          if (Type === 'AWS::CloudWatch::Alarm' && id.includes('FunctionsDead')) {
            Properties.Metrics = JSON.parse(JSON.stringify(Properties.Metrics).replace('SUM([', 'SUMM(['));
          }
          if (Type === 'AWS::ApiGatewayV2::Stage') {
            const { Format, ...destination } = Properties.AccessLogSettings as { Format: string };
            const { functionStatus: _left, ...format } = JSON.parse(Format);
            Properties.AccessLogSettings = { ...destination, Format: JSON.stringify(format) };
          }
        }
      }),
      // The functions of reconnect and of the list may not use the table.
      alterRoles: (roles) =>
        roles.map((role) =>
          /reconnect|sessions/i.test(role.logicalId) && !/operator/i.test(role.logicalId)
            ? { ...role, policies: [] }
            : role,
        ),
    });
  });
  afterAll(() => broken.close());

  it('names each of them, and nothing else', async () => {
    const { token } = await broken.player();
    const args = ['--local', '--directory', broken.directory, '--json', '--token', token];
    const { code, stdout } = await run(args, environment(broken.directory), [MAIN]);
    expect(code).toBe(1);
    const table = 'answers upstream_unavailable: the function cannot use its table';
    const log = 'functionStatus is missing, and not';
    expect(notOk(findingsOf(stdout)).map((line) => `${line.subject}: ${line.says}`)).toEqual([
      expect.stringMatching(
        /^alarm \S*FunctionsDead\S*: CloudWatch refuses its expression \(.*SUMM is unknown/,
      ),
      `route sessions: ${table}`,
      `route reconnect: ${table}`,
      'route terminate: fails in API Gateway (500): it may not invoke the function, or the function dies',
      `access log, without a token: ${log} -`,
      `access log, route start: ${log} 400`,
      `access log, route status: ${log} 404`,
      `access log, route sessions: ${log} 503`,
      `access log, route reconnect: ${log} 503`,
      `access log, route recoveries: ${log} 400`,
    ]);
  });
});
