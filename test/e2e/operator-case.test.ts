import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, REASON, run, temporaryDirectory } from '../operator/support.ts';
import { type Deployed, deploy, eventually } from './harness.ts';
import { operatorOf, playing } from './operator.ts';

let deployed: Deployed;
const home = temporaryDirectory();
beforeAll(async () => {
  deployed = await deploy({
    settings: { exportBucket: 'arcade-exports' },
    emulator: { adminShellReadySeconds: 0 },
  });
});
afterAll(async () => {
  await deployed?.close();
  home.remove();
});

const cli = (...args: string[]) =>
  run(
    [...args, '--local', '--directory', deployed.directory],
    environment(home.path, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }),
  );

interface ShownCase {
  players: string[];
  events: { at: string; source: string; says: string; requestId?: string }[];
  missing: string[];
  scanned: { bytes: number; queries: number };
}

/** The CLI's exit code where nothing is known. */
const NOTHING_KNOWN = 4;

/** The case as far as it is in the logs: gateway and functions write them a little after they answer. */
async function caseOf(...args: string[]): Promise<ShownCase> {
  const { code, stdout, stderr } = await cli('case', ...args, '--json');
  if (code === NOTHING_KNOWN)
    return { players: [], events: [], missing: [], scanned: { bytes: 0, queries: 0 } };
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

describe('a case of the local deployment', () => {
  it('has what the gateway, the functions, the table, AWS and the audit know of a player', async () => {
    const { player, id, playerId } = await playing(deployed);
    const other = await playing(deployed);
    expect((await operatorOf(deployed).shell(id)).status).toBe(201);
    const refused = await player.reconnect(id);
    expect(refused.json.code).toBe('session_not_reconnectable');
    const found = await eventually(
      () => caseOf('--player', playerId),
      ({ events }) => events.some(({ says }) => says.includes('session_not_reconnectable')),
    );
    expect(found.missing).toEqual([]);
    expect(found.players).toContain(playerId);
    const said = found.events.map(({ source, says }) => `${source}: ${says}`);
    for (const part of [
      'gateway: POST /v1/streamgroups/{streamGroupId}/streamsessions was answered 201',
      'function: start: started',
      'function: operator-shell: shell opened',
      'function: reconnect: refused (session_not_reconnectable',
      'audit: arn:aws:iam::123456789012:user/operator used adminShell, opened',
      'table: the session was last seen as',
      'AWS: the session is CONNECTED now',
    ]) {
      expect(
        said.some((line) => line.startsWith(part)),
        part,
      ).toBe(true);
    }
    expect(said.join('\n')).toContain(REASON);
    expect(JSON.stringify(found)).not.toContain(other.id);
    expect(found.scanned.bytes).toBeGreaterThan(0);

    // The request leads to the same player.
    const byRequest = await eventually(
      () => caseOf(`--request=${refused.json.requestId}`),
      ({ players }) => players.includes(playerId),
    );
    expect(byRequest.events.map(({ says }) => says)).toContain(
      found.events.find(({ source }) => source === 'audit')?.says,
    );
  });

  it('is a table for a human, and says that nothing is known of a request that was never made', async () => {
    const { player, id } = await playing(deployed);
    const shown = await cli('case', '--subject', player.name);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^Player .+\n\nTIME +SOURCE +WHAT +STREAM SESSION +REQUEST\n/);
    expect(shown.stdout).toContain(id);
    expect(shown.stdout).toMatch(/Scanned: [\d.]+ \w+, \d+ lines of \d+ log groups in 2 queries/);
    const nothing = await cli('case', '--request', 'never-made=');
    expect(nothing.code).toBe(NOTHING_KNOWN);
  });
});

describe('an operator with the command line', () => {
  it('has files exported, sees that in the case, and has the player forgotten once the session is over', async () => {
    const { id, playerId } = await playing(deployed);
    const session = `${deployed.endpoints.streamGroupId}/${id}`;
    const exported = await cli('export', session, '--reason', REASON);
    expect(exported).toMatchObject({
      code: 0,
      stdout: `AWS writes the files of ${session} to s3://arcade-exports/stream-sessions/${session}/ when the session ends.\n`,
    });
    const live = await cli('forget', '--player', playerId, '--reason', REASON);
    expect(live).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`${session} may be live; end it first`),
    });
    expect((await cli('terminate', session)).code).toBe(0);
    const forgotten = await cli('forget', '--player', playerId, '--reason', REASON, '--json');
    expect(JSON.parse(forgotten.stdout)).toEqual({ player: playerId, deletedRecords: 1 });
    const found = await caseOf('--player', playerId);
    const said = found.events.map(({ says }) => says).join('\n');
    expect(said).toContain(`its files: SUCCEEDED to s3://arcade-exports/stream-sessions/${session}/`);
    for (const use of ['export, requested', 'terminate, requested', 'forget, requested']) {
      expect(said).toContain(`used ${use}`);
    }
  });
});
