import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { app } from '../../infra/examples/own-app.ts';
import { Rejoin } from '../../infra/rejoin.ts';
import { minimal, newApp, ofType, type SynthesizedTemplate, text } from './synth.ts';

const root = join(import.meta.dirname, '..', '..');

describe('another CDK app', () => {
  const stack = app.node.findChild('Arcade') as Stack;
  afterAll(() => rmSync(app.synth().directory, { recursive: true }));

  test('holds two deployments in one stack, one with an operator API, which share nothing', () => {
    const template = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
    for (const [type, count] of [
      ['AWS::DynamoDB::Table', 6],
      ['AWS::ApiGatewayV2::Api', 3],
      ['AWS::Lambda::Function', 18],
      ['AWS::IAM::Role', 18],
      ['AWS::Cognito::UserPool', 1],
    ] as const) {
      expect(ofType(template, type), type).toHaveLength(count);
    }
    const names = ofType(template, 'AWS::ApiGatewayV2::Api').map(([, { Properties }]) => Properties.Name);
    expect(names).toEqual(['Arcade Europe player API', 'Arcade EuropeOperators', 'Arcade Trial player API']);
    const europe = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith('Europe'));
    expect(JSON.stringify(europe)).not.toMatch(/sg-Trial|"Trial/);
    expect(JSON.stringify(europe)).toMatch(
      /:gameliftstreams:us-west-2:111122223333:streamgroup\/sg-Racing2"/,
    );
  });

  test('gets no cdk-nag finding from our constructs', () => {
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
  });

  test('can have two sign-in pages in one Region: each is named after its own deployment', () => {
    const other = newApp();
    const [one, two] = [new Stack(other, 'One'), new Stack(other, 'Two')];
    for (const [where, id] of [
      [one, 'A'],
      [one, 'B'],
      [two, 'A'],
    ] as const)
      new Rejoin(where, id, minimal);
    const pages = [one, two].flatMap((each) =>
      ofType(Template.fromStack(each).toJSON() as SynthesizedTemplate, 'AWS::Cognito::UserPoolDomain').map(
        ([, { Properties }]) => text(Properties.Domain),
      ),
    );
    expect(new Set(pages).size).toBe(3);
  });
});

describe('another repository', () => {
  let repository: string;
  beforeEach(() => {
    // As npm lays out a workspace: one node_modules for both, in which our folder is a link.
    repository = mkdtempSync(join(tmpdir(), 'rejoin-own-'));
    mkdirSync(join(repository, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      symlinkSync(join(root, 'node_modules', name), join(repository, 'node_modules', name), 'junction');
    }
    for (const folder of ['infra', 'lambdas', 'package.json']) {
      cpSync(join(root, folder), join(repository, 'rejoin', folder), { recursive: true });
    }
    symlinkSync(join(repository, 'rejoin'), join(repository, 'node_modules', 'rejoin'), 'junction');
    const example = readFileSync(join(root, 'infra', 'examples', 'own-app.ts'), 'utf8');
    mkdirSync(join(repository, 'deployment'));
    writeFileSync(
      join(repository, 'deployment', 'app.ts'),
      example.replaceAll(/'\.\.\/(rejoin|operator)\.ts'/g, "'rejoin/infra/$1.ts'"),
    );
    writeFileSync(join(repository, 'package.json'), '{"type": "module"}');
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  test('bundles our functions from its own working directory, to the same bytes as here', () => {
    const assetsFrom = (directory: string, file: string) => {
      const outDir = join(repository, `out-${file.length}`);
      const { status, stderr } = spawnSync(process.execPath, [file], {
        cwd: directory,
        encoding: 'utf8',
        env: {
          CDK_OUTDIR: outDir,
          CDK_VALIDATION: 'false',
          NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        },
      });
      expect([status, stderr.replaceAll(/^Bundling asset .*\n/gm, '')]).toEqual([0, '']);
      return readdirSync(outDir).filter((name) => name.startsWith('asset.'));
    };
    const theirs = assetsFrom(join(repository, 'deployment'), 'app.ts');
    expect(theirs).toHaveLength(12);
    expect(theirs).toEqual(assetsFrom(root, join('infra', 'examples', 'own-app.ts')));
  });
});
