import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, openBench, until } from '../support.ts';

/**
 * Outages of signalling clients, and their effect on the session's status. `webrtc/relay.test.ts` and `webrtc/webrtc.test.ts` test the
 * packets.
 */
let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ settings: { lossNoticeSeconds: 1000 } });
});
afterEach(() => bench.close());

const connected = async () => {
  const id = await bench.start();
  await bench.reaches(id, 'CONNECTED');
  return id;
};
const drop = (id: string, how: object) => bench.control('POST', `streamsessions/${id}/drop`, how);
const restore = (id: string) => bench.control('POST', `streamsessions/${id}/restore`);
const shown = async (id: string) =>
  (await bench.control('GET', `streamsessions/${id}`)).body as Record<string, unknown>;

describe('a blackout', () => {
  it('that ends before it is noticed leaves the session CONNECTED, and a later loss is timed from its own start', async () => {
    const id = await connected();
    expect(await drop(id, { how: 'blackout' })).toMatchObject({
      status: 200,
      body: { status: 'CONNECTED', outage: { how: 'blackout' } },
    });
    expect(await restore(id)).toMatchObject({ status: 200, body: { outage: null } });
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    expect((await bench.get(id)).Status).toBe('CONNECTED');
    await drop(id, { how: 'blackhole' });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('is noticed after lossNoticeSeconds, as a blackhole is', async () => {
    const id = await connected();
    await drop(id, { how: 'blackout' });
    expect((await bench.get(id)).Status).toBe('CONNECTED');
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    await restore(id);
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('ends by itself after its seconds, and the control API shows when', async () => {
    const id = await connected();
    const { body } = await drop(id, { how: 'blackout', seconds: 0.05 });
    const { outage } = body as { outage: { endsAt: string } };
    expect(Date.parse(outage.endsAt)).not.toBeNaN();
    const after = await until(
      () => shown(id),
      (session) => session.outage === null,
    );
    expect(after).toMatchObject({ status: 'CONNECTED', outage: null });
    expect((await restore(id)).status).toBe(409);
  });

  it('lets no new connection succeed until it is over', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    const id = await connected();
    await drop(id, { how: 'blackout' });
    await bench.connect(id);
    await bench.reaches(id, 'ACTIVE');
    expect(await shown(id)).toMatchObject({ status: 'ACTIVE', connections: 1 });
    expect(await restore(id)).toMatchObject({ body: { status: 'CONNECTED', connections: 2 } });
  });

  it('that was noticed leads back to CONNECTED when the old connection may resume', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 0, oldPeerAfterLoss: 'resumes' });
    const id = await connected();
    await drop(id, { how: 'blackout' });
    expect((await bench.get(id)).Status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(await restore(id)).toMatchObject({ body: { status: 'CONNECTED', connections: 1 } });
  });

  it('ends with its session', async () => {
    const id = await connected();
    await drop(id, { how: 'blackout', seconds: 3_600 });
    await bench.control('POST', `streamsessions/${id}/end`, { statusReason: 'applicationExit' });
    expect(await shown(id)).toMatchObject({ status: 'TERMINATED', outage: null });
    expect((await restore(id)).status).toBe(409);
  });
});

describe('a dead downlink', () => {
  it('is never noticed, since the client’s packets still reach the game', async () => {
    await bench.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    const id = await connected();
    expect(await drop(id, { how: 'downlink' })).toMatchObject({
      status: 200,
      body: { status: 'CONNECTED', outage: { how: 'downlink' } },
    });
    expect((await bench.get(id)).Status).toBe('CONNECTED');
    expect(await restore(id)).toMatchObject({ body: { status: 'CONNECTED', outage: null } });
  });

  it('can be followed by a blackout, or by a loss for good, which can’t be undone', async () => {
    const id = await connected();
    await drop(id, { how: 'downlink' });
    expect(await drop(id, { how: 'blackout' })).toMatchObject({ body: { outage: { how: 'blackout' } } });
    await restore(id);
    await drop(id, { how: 'downlink' });
    expect(await drop(id, { how: 'close' })).toMatchObject({
      body: { status: 'PENDING_CLIENT_RECONNECTION', outage: null },
    });
    expect((await restore(id)).status).toBe(409);
  });
});

describe('a wrong drop or restore is refused with a sentence', () => {
  it.each([
    { how: 'softly' },
    { how: 'blackhole', seconds: 3 },
    { how: 'downlink', seconds: 3 },
    { how: 'blackout', seconds: 0 },
    { how: 'blackout', seconds: 'three' },
    { how: 'blackout', seconds: 3_601 },
    {},
  ])('%j', async (how) => {
    const id = await connected();
    const { status, body } = await drop(id, how);
    expect(status).toBe(400);
    expect((body as { error: string }).error).toMatch(/"downlink".*"blackout".*"seconds": a number above 0/);
    expect(await shown(id)).toMatchObject({ status: 'CONNECTED', outage: null });
  });

  it('a drop of a client that is cut off already, and a restore without an outage or without a session', async () => {
    const id = await connected();
    expect(await restore(id)).toMatchObject({ status: 409, body: { error: expect.stringContaining(id) } });
    await drop(id, { how: 'blackout' });
    expect((await drop(id, { how: 'blackhole' })).status).toBe(409);
    expect((await restore('nobody')).status).toBe(404);
  });
});
