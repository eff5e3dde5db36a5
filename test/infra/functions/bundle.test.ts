import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Sha256 as SdkSha256 } from '@smithy/core/checksum';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../../infra/functions/bundling/bundle.ts';
import { Sha256 } from '../../../infra/functions/bundling/shims/checksum.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { ofType, operatorTemplateOf, templateOf, withProvider } from '../synth.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const routes = [...playerRoutes, ...operatorRoutes];
const names = [...routes.map(({ name }) => name), 'probe'];
let directory: string;
let inputs: Record<string, string[]>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-bundle-'));
  inputs = Object.fromEntries(
    names.map((name) => [name, Object.keys(bundle(name, join(directory, name)).inputs)]),
  );
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The environment variables of the function: those of the template, and those that Lambda sets itself. */
function environment(name: string): Record<string, string> {
  const settings = { ...withProvider, operators: [], exportBucket: 'arcade-exports', probe: true };
  const functions = [templateOf(settings), operatorTemplateOf(settings)].flatMap((template) =>
    ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties),
  );
  const probe = {
    does: "Requests the API's public address without a token, and fails unless the answer is 401",
  };
  const { does } = routes.find((route) => route.name === name) ?? probe;
  const { Variables } = functions.find(({ Description }) => Description === does).Environment;
  const named = Object.entries(Variables).map(([variable, value]) => [
    variable,
    typeof value === 'string' ? value : 'NameOfATable',
  ]);
  return { ...Object.fromEntries(named), AWS_REGION: 'us-west-2', AWS_LAMBDA_FUNCTION_NAME: name };
}

/** Runs a script in a Node process without access to this repository. */
function plainNode(script: string, env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: directory,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(names)('the bundle of %s', (name) => {
  test('starts in plain Node without other modules or warnings, and exports the handler', () => {
    const file = pathToFileURL(join(directory, name, 'index.mjs')).href;
    const script = `const { handler } = await import(${JSON.stringify(file)}); console.log(typeof handler);`;
    expect(plainNode(script, environment(name))).toEqual({ status: 0, stdout: 'function\n', stderr: '' });
  });

  test("leaves out the SDK's credential chain: Lambda needs only the environment", () => {
    expect(
      inputs[name]?.filter((path) =>
        /@aws-sdk\/(credential-provider-|token-providers|client-sso)/.test(path),
      ),
    ).toEqual([]);
  });
});

describe('the hash that takes the place of the SDK’s', () => {
  test.each(['', 'text', new Uint8Array([0, 1, 255])])(
    'signs %o as the SDK’s does, with every kind of key',
    async (data) => {
      for (const secret of [undefined, 'key', new Uint8Array(100).fill(7)]) {
        const [ours, theirs] = [new Sha256(secret), new SdkSha256(secret)];
        for (const hash of [ours, theirs]) {
          hash.update(Buffer.from('what is forgotten'));
          hash.reset();
          hash.update(Buffer.from(data));
        }
        expect(Buffer.from(await ours.digest())).toEqual(Buffer.from(await theirs.digest()));
      }
    },
  );
});

test('the same sources give the same bytes in any checkout, so that what was tested is what is deployed', () => {
  const checkout = join(directory, 'elsewhere');
  for (const folder of ['contract', 'infra', 'lambdas'])
    cpSync(join(root, folder), join(checkout, folder), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
  const module = pathToFileURL(join(checkout, 'infra', 'functions', 'bundling', 'bundle.ts')).href;
  const script = `const { bundle } = await import(${JSON.stringify(module)}); bundle('reconnect', ${JSON.stringify(checkout)});`;
  expect(plainNode(script, {})).toEqual({ status: 0, stdout: '', stderr: '' });
  const [here, there] = [join(directory, 'reconnect'), checkout].map((path) =>
    readFileSync(join(path, 'index.mjs')),
  );
  expect(there?.equals(here ?? Buffer.of())).toBe(true);
});
