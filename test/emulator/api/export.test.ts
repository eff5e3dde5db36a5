import {
  ExportStreamSessionFilesCommand,
  ListStreamSessionsCommand,
  TerminateStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, GROUP, openBench } from '../support.ts';

let bench: Bench;
/** The permissions that the emulator asked for. */
let asked: string[];
let denied: string;
beforeEach(async () => {
  asked = [];
  denied = 'nothing';
  bench = await openBench({
    settings: { exportSeconds: 0 },
    authorize: ({ action, resources }) => {
      asked.push(`${action} on ${resources.join()}`);
      return action !== denied;
    },
  });
});
afterEach(() => bench.close());

const FOLDER = 's3://arcade-exports/stream-sessions/';
const exported = (id: string, OutputUri = FOLDER) =>
  bench.client.send(
    new ExportStreamSessionFilesCommand({
      Identifier: GROUP,
      StreamSessionIdentifier: id,
      OutputUri,
    }),
  );
const metadata = async (id: string) => (await bench.get(id)).ExportFilesMetadata;
async function connected() {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  return id;
}
async function ended(id: string) {
  await bench.client.send(
    new TerminateStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }),
  );
  await bench.reaches(id, 'TERMINATED');
}

describe('ExportStreamSessionFiles', () => {
  it('is pending while the session lives, and succeeds after its end', async () => {
    const id = await connected();
    expect(await metadata(id)).toBeUndefined();
    await exported(id);
    expect(await metadata(id)).toEqual({ Status: 'PENDING', OutputUri: FOLDER });
    await ended(id);
    expect(await metadata(id)).toEqual({ Status: 'SUCCEEDED', OutputUri: FOLDER });
  });

  it('can fail, with a reason', async () => {
    await bench.control('PUT', 'settings', { exportResult: 'FAILED' });
    const id = await connected();
    await exported(id);
    await ended(id);
    expect(await metadata(id)).toMatchObject({ Status: 'FAILED', StatusReason: expect.any(String) });
  });

  it('finds sessions by their export in a list', async () => {
    const [pending, plain] = [await connected(), await connected()];
    await exported(pending);
    const list = async (ExportFilesStatus: 'PENDING' | 'SUCCEEDED') => {
      const { Items = [] } = await bench.client.send(
        new ListStreamSessionsCommand({ Identifier: GROUP, ExportFilesStatus }),
      );
      return Items.map(({ Arn = '' }) => Arn.split('/').at(-1));
    };
    expect(await list('PENDING')).toEqual([pending]);
    expect(await list('SUCCEEDED')).not.toContain(plain);
  });

  it.each(['https://arcade-exports/a.zip', 's3://arcade-exports', 's3://arcade-exports/a.tar', ''])(
    'refuses the place %j, which is neither a folder nor an archive in S3',
    async (uri) => {
      await expect(exported(await connected(), uri)).rejects.toMatchObject({ name: 'ValidationException' });
    },
  );

  it.each(['s3://arcade-exports/a.zip', 's3://arcade-exports/a.ZIP', 's3://arcade-exports/'])(
    'takes the place %s',
    async (uri) => {
      await expect(exported(await connected(), uri)).resolves.toBeDefined();
    },
  );

  it.each(['ValidationException', 'ResourceNotFoundException'])(
    'refuses a session that has ended, or has not begun, with %s',
    async (exportWhenNotInProgress) => {
      await bench.control('PUT', 'settings', { exportWhenNotInProgress });
      const id = await connected();
      await ended(id);
      await expect(exported(id)).rejects.toMatchObject({ name: exportWhenNotInProgress });
      await bench.control('PUT', 'settings', { activationSeconds: 1000 });
      await expect(exported(await bench.start())).rejects.toMatchObject({ name: exportWhenNotInProgress });
    },
  );

  it('a second time, names another place, keeps the first or is refused, as the settings say', async () => {
    const id = await connected();
    await exported(id);
    await exported(id, `${FOLDER}again/`);
    expect((await metadata(id))?.OutputUri).toBe(`${FOLDER}again/`);
    await bench.control('PUT', 'settings', { repeatedExport: 'keep' });
    await exported(id);
    expect((await metadata(id))?.OutputUri).toBe(`${FOLDER}again/`);
    await bench.control('PUT', 'settings', { repeatedExport: 'ValidationException' });
    await expect(exported(id)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it("needs the caller's permission on the stream group, and to write into the bucket", async () => {
    const id = await connected();
    asked = [];
    await exported(id);
    expect(asked).toEqual([
      `gameliftstreams:ExportStreamSessionFiles on arn:aws:gameliftstreams:us-west-2:123456789012:streamgroup/${GROUP}`,
      's3:PutObject on arn:aws:s3:::arcade-exports/stream-sessions/export.zip',
    ]);
    denied = 's3:PutObject';
    await expect(exported(id)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('s3:PutObject'),
    });
    await bench.control('PUT', 'settings', { authorizeBucketOnExport: false });
    await expect(exported(id)).resolves.toBeDefined();
  });
});
