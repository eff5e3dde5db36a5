import { TerminateStreamSessionCommand } from '@aws-sdk/client-gameliftstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, GROUP, newOffer, openBench, until } from '../support.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const set = async (settings: object) =>
  expect((await bench.control('PUT', 'settings', settings)).status).toBe(200);
const dropped = async (how = 'blackhole') => {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  await bench.control('POST', `streamsessions/${id}/drop`, { how });
  return id;
};

describe('settings decide the times of a session', () => {
  it('a loss stays unnoticed for lossNoticeSeconds, unless the connection was closed cleanly', async () => {
    await set({ lossNoticeSeconds: 1000 });
    const id = await dropped();
    expect((await bench.get(id)).Status).toBe('CONNECTED');
    await expect(bench.connect(id)).rejects.toMatchObject({ name: 'ConflictException' });
    expect((await bench.get(await dropped('close'))).Status).toBe('PENDING_CLIENT_RECONNECTION');
    // The change also affects a session that waits already.
    await set({ lossNoticeSeconds: 0 });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('LastUpdatedAt is the time of the last status change, such as a noticed loss', async () => {
    await set({ lossNoticeSeconds: 1000 });
    const id = await bench.start();
    const connected = await bench.reaches(id, 'CONNECTED');
    await until(
      () => Date.now(),
      (now) => now > Number(connected.LastUpdatedAt),
    );
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    expect((await bench.get(id)).LastUpdatedAt).toEqual(connected.LastUpdatedAt);
    await set({ lossNoticeSeconds: 0 });
    const noticed = await bench.get(id);
    expect(noticed.Status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(Number(noticed.LastUpdatedAt)).toBeGreaterThan(Number(connected.LastUpdatedAt));
  });

  it('a session whose client never comes back ends in reconnectionTimeout, one without any client in connectionTimeout', async () => {
    const id = await bench.start({ ConnectionTimeoutSeconds: 1 });
    const never = await bench.start({ ConnectionTimeoutSeconds: 1, SignalRequest: 'NO_CLIENT_CONNECTION' });
    await bench.reaches(id, 'CONNECTED');
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    expect(await bench.reaches(id, 'TERMINATED')).toMatchObject({ StatusReason: 'reconnectionTimeout' });
    expect(await bench.reaches(never, 'TERMINATED')).toMatchObject({ StatusReason: 'connectionTimeout' });
  });

  it('a session ends with idleTimeout after a player’s idleness, and with its own reason at its maximum length', async () => {
    const long = await bench.start({ SessionLengthSeconds: 1 });
    expect(await bench.reaches(long, 'TERMINATED')).toMatchObject({
      StatusReason: 'maxSessionLengthTimeout',
    });
    await set({ idleTimeoutSeconds: 0.05 });
    expect(await bench.reaches(await bench.start(), 'TERMINATED')).toMatchObject({
      StatusReason: 'idleTimeout',
    });
  });

  it('a session in a full stream group waits for capacity, and ends after placementTimeoutSeconds', async () => {
    await bench.control('PUT', `streamgroups/${GROUP}`, { capacity: 1 });
    const first = await bench.start();
    await bench.reaches(first, 'CONNECTED');
    const second = await bench.start();
    expect((await bench.get(second)).Status).toBe('ACTIVATING');
    await bench.control('POST', `streamsessions/${first}/end`, { statusReason: 'applicationExit' });
    await bench.reaches(second, 'CONNECTED');
    await set({ placementTimeoutSeconds: 0.05 });
    const inVain = async () => bench.reaches(await bench.start(), 'ERROR');
    expect(await inVain()).toMatchObject({ StatusReason: 'placementTimeout' });
    // A session that waited in vain has held no capacity, so it frees none.
    expect(await inVain()).toMatchObject({ StatusReason: 'placementTimeout' });
  });

  it('a finished session can be read until its retention ends, then it is not found', async () => {
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    await bench.control('POST', `streamsessions/${id}/end`, { statusReason: 'internalError' });
    expect(await bench.get(id)).toMatchObject({ Status: 'ERROR', StatusReason: 'internalError' });
    await set({ finishedSessionRetentionSeconds: 0 });
    await expect.poll(() => bench.get(id).catch(({ name }: Error) => name)).toBe('ResourceNotFoundException');
  });
});

describe('a setting decides what AWS leaves undocumented:', () => {
  it.each(['ConflictException', 'ValidationException', 'ResourceNotFoundException'])(
    'a connection in the wrong status can be refused with %s',
    async (name) => {
      await set({
        connectWhileActivating: name,
        connectWhileConnected: name,
        connectWhileReconnecting: name,
        connectWhileTerminating: name,
        connectWhenFinished: name,
        activationSeconds: 1000,
        readySeconds: 1000,
        terminatingSeconds: 1000,
      });
      const refused = (id: string) => expect(bench.connect(id)).rejects.toMatchObject({ name });
      const id = await bench.start();
      await refused(id);
      await set({ activationSeconds: 0 });
      await bench.reaches(id, 'CONNECTED');
      await refused(id);
      await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
      await bench.connect(id);
      expect((await bench.get(id)).Status).toBe('RECONNECTING');
      await refused(id);
      await bench.client.send(
        new TerminateStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }),
      );
      expect((await bench.get(id)).Status).toBe('TERMINATING');
      await refused(id);
      await set({ terminatingSeconds: 0 });
      await bench.reaches(id, 'TERMINATED');
      await refused(id);
    },
  );

  it('a second client can replace a connected one', async () => {
    await set({ connectWhileConnected: 'accept' });
    const id = await bench.start();
    await bench.reaches(id, 'CONNECTED');
    await bench.connect(id);
    await bench.reaches(id, 'CONNECTED');
    expect((await bench.control('GET', `streamsessions/${id}`)).body).toMatchObject({ connections: 2 });
  });

  it.each(['newest', 'first', 'absent'])(
    'after a reconnect GetStreamSession shows the %s signal response',
    async (choice) => {
      await set({ signalResponseAfterReconnect: choice });
      const id = await bench.start();
      const first = (await bench.reaches(id, 'CONNECTED')).SignalResponse;
      await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
      const newest = await bench.connect(id);
      const shown = (await bench.get(id)).SignalResponse;
      expect(newest).not.toBe(first);
      expect(shown).toBe({ newest, first, absent: undefined }[choice]);
    },
  );

  it('a reused offer may be accepted', async () => {
    await set({ reusedOffer: 'accept' });
    const offer = newOffer();
    const id = await bench.start({ SignalRequest: offer });
    await bench.reaches(id, 'CONNECTED');
    await bench.control('POST', `streamsessions/${id}/drop`, { how: 'close' });
    await expect(bench.connect(id, offer)).resolves.toContain('answer');
  });

  it('the error of a termination that is too early or too late', async () => {
    const terminate = (id: string) =>
      bench.client.send(
        new TerminateStreamSessionCommand({ Identifier: GROUP, StreamSessionIdentifier: id }),
      );
    await set({
      activationSeconds: 1000,
      terminateWhileActivating: 'accept',
      terminateWhenFinished: 'ResourceNotFoundException',
    });
    const id = await bench.start();
    await terminate(id);
    await bench.reaches(id, 'TERMINATED');
    await expect(terminate(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('the error of a start and a reconnect in a stream group that is not ACTIVE', async () => {
    const id = await dropped();
    await bench.control('PUT', `streamgroups/${GROUP}`, { status: 'DELETING' });
    await expect(bench.start()).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(bench.connect(id)).rejects.toMatchObject({ name: 'ConflictException' });
    await set({ streamGroupNotActive: 'ValidationException' });
    await expect(bench.start()).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a wrong setting is refused with a sentence that says what to write', () => {
  it.each<[object | string, RegExp]>([
    [{ activationTime: 1 }, /"activationTime".*activationSeconds.*quotas/],
    [{ activationSeconds: '1' }, /"activationSeconds" must be a number of seconds/],
    [{ activationSeconds: -1 }, /"activationSeconds" must be a number of seconds, 0 or more/],
    [{ repeatAnswer: 'yes' }, /"repeatAnswer" must be true or false/],
    [{ oldPeerAfterAnswer: 'dead' }, /must be one of "cut", "untilNewConnects", "never"/],
    [{ oldPeerAfterLoss: 'cut' }, /must be one of "dead", "stunOnly", "resumes"/],
    [{ replacedPeerHears: 'idle' }, /must be one of "close", "terminated", "nothing"/],
    [{ peer: 'real' }, /"peer" must be one of "auto", "webrtc", "signalling"/],
    [{ reusedOffer: 'Boom' }, /"reusedOffer" must be one of .*"ValidationException".*"accept"/],
    [{ quotas: { GetStreamSession: 0 } }, /"quotas.GetStreamSession" must be a number greater than 0/],
    [{ quotas: { DeleteEverything: 1 } }, /"quotas.DeleteEverything".*StartStreamSession/],
    [{ quotas: 20 }, /"quotas" must be an object with the keys .*StartStreamSession/],
    [[], /must be a JSON object/],
  ])('%j', async (body, sentence) => {
    const before = await bench.control('GET', 'settings');
    const answer = await bench.control('PUT', 'settings', body);
    expect(answer.status).toBe(400);
    expect((answer.body as { error: string }).error).toMatch(sentence);
    expect(await bench.control('GET', 'settings')).toEqual(before);
  });

  it('when the emulator is started with it', async () => {
    await expect(openBench({ settings: { lossNotice: 1 } as object })).rejects.toThrow(/"lossNotice"/);
  });

  it('while a right one changes no other setting', async () => {
    const before = (await bench.control('GET', 'settings')).body as { quotas: object };
    const after = await bench.control('PUT', 'settings', {
      lossNoticeSeconds: 5,
      quotas: { GetStreamGroup: 7 },
    });
    expect(after.body).toEqual({
      ...before,
      lossNoticeSeconds: 5,
      quotas: { ...before.quotas, GetStreamGroup: 7 },
    });
  });
});
