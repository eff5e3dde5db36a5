import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, FileSystem } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RejoinStack } from '../../../infra/rejoin-stack.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { parseSettings, type SettingsInput } from '../../../infra/settings/settings.ts';
import { readDeployment } from '../../../local/template/deployment.ts';
import {
  ofType,
  operatorTemplateOf,
  type SynthesizedTemplate,
  templateOf,
  text,
  withProvider,
} from '../synth.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const provisioned = (changes: Partial<SettingsInput> = {}, reconnect = 5) =>
  templateOf({ ...withProvider, ...changes, provisionedConcurrency: { reconnect } });
const without = templateOf(withProvider);
const template = provisioned();
const [[aliasId = '', alias] = []] = ofType(template, 'AWS::Lambda::Alias');
const versionId = (of: SynthesizedTemplate) => ofType(of, 'AWS::Lambda::Version').map(([id]) => id);
const reconnects = 'POST/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections';

test('every route that a player waits for can have provisioned concurrency, and nothing else can', () => {
  expect(Object.keys(parseSettings(withProvider).provisionedConcurrency)).toEqual(
    playerRoutes.map(({ name }) => name).filter((name) => name !== 'recoveries'),
  );
});

describe('a function with provisioned concurrency', () => {
  test('is a published version behind an alias, which Lambda requires', () => {
    expect(ofType(template, 'AWS::Lambda::Alias')).toHaveLength(1);
    const [[id, version] = []] = ofType(template, 'AWS::Lambda::Version');
    expect(alias?.Properties).toMatchObject({
      Name: 'live',
      FunctionName: version?.Properties.FunctionName,
      FunctionVersion: { 'Fn::GetAtt': [id, 'Version'] },
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 },
    });
    const [fn = ''] = Object.values(version?.Properties.FunctionName ?? {});
    expect(String(fn)).toMatch(/^RejoinreconnectFunction/);
  });

  test('is invoked through the alias, and its permission for the one route exists before the integration', () => {
    const integrations = ofType(template, 'AWS::ApiGatewayV2::Integration').filter(
      ([, { Properties }]) => text(Properties.IntegrationUri) === `\${${aliasId}}`,
    );
    expect(integrations).toHaveLength(1);
    const permissions = ofType(template, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => text(Properties.FunctionName) === `\${${aliasId}}`,
    );
    expect(permissions.map(([, { Properties }]) => text(Properties.SourceArn).split('/*/')[1])).toEqual([
      reconnects,
    ]);
    const [[, integration] = []] = integrations;
    expect((integration as { DependsOn?: string[] }).DependsOn).toEqual(permissions.map(([id]) => id));
  });

  test('keeps its permissions, roles, logs and monitored metrics', () => {
    const added = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'];
    const left = Object.fromEntries(
      Object.entries(template.Resources)
        .filter(([id, { Type }]) => !added.includes(Type) && !/InvokeAlias/.test(id))
        // The integration points to the alias; all else about it is the same.
        .map(([id, each]) => [
          id,
          each.Type === 'AWS::ApiGatewayV2::Integration' ? without.Resources[id] : each,
        ]),
    );
    expect(left).toEqual(without.Resources);
    expect(template.Outputs).toEqual(without.Outputs);
  });

  test('is never one of the operator API: its requests are rare, and wait for AWS anyway', () => {
    const operators = { ...withProvider, operators: [] };
    const also = { ...operators, provisionedConcurrency: { reconnect: 5 } };
    expect(operatorTemplateOf(also)).toEqual(operatorTemplateOf(operators));
  });
});

test('without provisioned concurrency, or with 0, no version is published', () => {
  for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Version'])
    expect(ofType(without, type)).toEqual([]);
  expect(provisioned({}, 0)).toEqual(without);
});

describe('a published version', () => {
  test.each<[string, Partial<SettingsInput>]>([
    ['the memory', { memoryMb: 1024 }],
    ['the log level', { logs: { level: 'DEBUG' } }],
    ['a limit, which is a variable of the environment', { limits: { connectionsPerMinute: 60 } }],
  ])('is a new one when this changes: %s', (_what, changes) => {
    expect(versionId(provisioned(changes))).not.toEqual(versionId(template));
  });

  test.each<[string, SynthesizedTemplate]>([
    ['the number of sandboxes', provisioned({}, 7)],
    ['a tag', provisioned({ tags: { team: 'arcade' } })],
    ['nothing', provisioned()],
  ])('is the same when only this changes: %s', (_what, same) => {
    expect(versionId(same)).toEqual(versionId(template));
  });

  test('is deleted once the next one is live, also when data is retained: git has its code', () => {
    for (const [, version] of ofType(template, 'AWS::Lambda::Version')) {
      expect([version.DeletionPolicy, version.UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
    }
  });
});

describe('an assembly with bundles', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rejoin-provisioned-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const settings = { ...withProvider, provisionedConcurrency: { reconnect: 1, sessions: 1 } };
  const templateIn = (outdir: string) => readFileSync(join(outdir, 'Rejoin.template.json'), 'utf8');

  /** Synthesizes this checkout. */
  function here(name: string): string {
    // CDK prints what it bundles.
    const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const outdir = join(directory, name);
    const app = new App({ outdir });
    new RejoinStack(app, settings);
    app.synth();
    quiet.mockRestore();
    return outdir;
  }

  test('is the same each time, and has a new version only for a function whose code changed', () => {
    const one = templateIn(here('one'));
    expect(templateIn(here('two'))).toBe(one);
    const checkout = join(directory, 'checkout');
    for (const each of ['contract', 'infra', 'lambdas']) {
      cpSync(join(root, each), join(checkout, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    const handler = join(checkout, 'lambdas', 'routes', 'reconnect', 'handler.ts');
    writeFileSync(handler, `${readFileSync(handler, 'utf8')}\nconsole.log('another');\n`);
    const outdir = join(directory, 'three');
    const script = `
      import { App } from 'aws-cdk-lib';
      import { RejoinStack } from './infra/rejoin-stack.ts';
      const app = new App({ outdir: ${JSON.stringify(outdir)} });
      new RejoinStack(app, ${JSON.stringify(settings)});
      app.synth();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: checkout,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
    const [before, after] = [one, templateIn(outdir)].map((json) => versionId(JSON.parse(json)));
    expect(after).toHaveLength(2);
    expect(after?.filter((id) => !before?.includes(id))).toEqual([
      expect.stringMatching(/^RejoinreconnectFunction/),
    ]);
  });

  test('runs locally through the alias, from the bundle that would be published', () => {
    const place = { region: 'us-west-2', accountId: '123456789012' };
    const [stack] = readDeployment({ outDir: here('executed'), ...place }).stacks;
    const functions = stack?.functions ?? [];
    expect(functions.flatMap((fn) => fn.alias?.provisionedConcurrency ?? [])).toEqual([1, 1]);
    for (const { assetDirectory, assetHash } of functions) {
      expect(FileSystem.fingerprint(assetDirectory)).toBe(assetHash);
    }
  });
});
