import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, run } from '../operator/support.ts';
import { type Deployed, deploy } from './harness.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'operator', 'doctor', 'main.ts');
let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

const doctor = (...args: string[]) =>
  run(['--local', '--directory', deployed.directory, ...args], environment(deployed.directory), [MAIN]);

describe('the doctor at the local deployment', () => {
  it('finds it healthy: settings, stream group, both APIs, the allowed page, and the token issuer', async () => {
    const { code, stdout, stderr } = await doctor('--json');
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Record<string, string>[] };
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect({ ok, code, stderr }).toEqual({ ok: true, code: 0, stderr: '' });
    const { api, operatorApi, identity, streamGroupId, console: page } = deployed.endpoints;
    const said = findings.map(({ subject, says }) => `${subject}: ${says}`);
    expect(said).toEqual(
      expect.arrayContaining([
        `stream group ${streamGroupId}: is ACTIVE, with its applications and locations`,
        `issuer ${identity}: its discovery document and keys can be read`,
        `player API: ${api} answers, and refuses whoever comes without a token`,
        `operator API: ${operatorApi} answers, and refuses whoever comes without a signature`,
        `web origin ${page}: its pages may call the API`,
      ]),
    );
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
