import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { createStream as CreateStream, StreamState } from '../../client/src/index.ts';
import { APPLICATION, type Bench, GROUP, newOffer } from '../emulator/support.ts';
import { type Api, apiOf, openDeployment } from './deployment.ts';
import { earlierVersion, earlierVersions, thisVersion, type Version } from './versions.ts';

/** A page may be older than the functions, or newer: it was cached, or published first. */
let deployment: Bench;
const versions = new Map<string, Version>();
const streams: { close(): void }[] = [];
beforeAll(async () => {
  deployment = await openDeployment();
  for (const name of earlierVersions) versions.set(name, await earlierVersion(name));
  versions.set('this version', await thisVersion());
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  deployment.emulator.clearFaults();
});
afterAll(() => deployment.close());

const versionNamed = (name: string): Version => versions.get(name) ?? expect.unreachable(name);

/** Of two versions that are deployed at the same time, each request meets the other one than the request before. */
function inTurn(names: readonly string[]): Api {
  const apis = names.map((name) => apiOf(versionNamed(name).functions));
  let count = 0;
  return (url, init) => (apis[count++ % apis.length] ?? expect.unreachable())(url, init);
}

/** A page of a version: its states, and the connections of its Web SDK. */
function open(createStream: typeof CreateStream, api: Api, player: string) {
  const sdks: { connection: { channelError(error: Error): void } }[] = [];
  const names: string[] = [];
  let frames = 0;
  const stream = createStream({
    api: 'https://api.example',
    streamGroupId: GROUP,
    createGameLiftStreams(connection) {
      const sdk = {
        connection: connection as (typeof sdks)[number]['connection'],
        generateSignalRequest: async () => newOffer(),
        processSignalResponse: async () => {},
        attachInput() {},
        close() {},
        getVideoRTCStats: async () =>
          new Map([['v', { type: 'inbound-rtp', framesDecoded: ++frames, packetsReceived: frames }]]),
      };
      sdks.push(sdk);
      return sdk as never;
    },
    getAccessToken: async () => player,
    environment: { fetch: (url, init) => api(url, init) },
  });
  streams.push(stream);
  const states: StreamState[] = [];
  stream.subscribe((state) => {
    states.push(state);
    if (names.at(-1) !== state.name) names.push(state.name);
  });
  const reaches = async (name: StreamState['name']) => {
    await expect.poll(() => [name, 'ended'].includes(stream.state.name)).toBe(true);
    expect(stream.state).toMatchObject({ name });
  };
  const session = () => (stream.state as { session: { streamSessionId: string } }).session.streamSessionId;
  return { stream, sdks, names, states, reaches, session };
}

const mixtures = earlierVersions.flatMap((earlier) => [
  ['this version', [earlier]],
  ['this version', [earlier, 'this version']],
  ['this version', ['this version', earlier]],
  [earlier, ['this version']],
  [earlier, [earlier, 'this version']],
  [earlier, ['this version', earlier]],
]) as [string, string[]][];

describe.each(mixtures)('the page of %s, on functions of %j', (page, functions) => {
  it('starts, comes back after a loss that AWS notices late, is found again after a reload, and ends', async () => {
    const { createStream } = versionNamed(page);
    const player = `player-${randomUUID()}`;
    const api = inTurn(functions);
    const first = open(createStream, api, player);
    first.stream.start({ applicationIdentifier: APPLICATION });
    await first.reaches('connected');
    const id = first.session();
    await deployment.reaches(id, 'CONNECTED');

    // AWS refuses the first reconnect, since it has not noticed the loss.
    first.sdks.at(-1)?.connection.channelError(new Error('cut'));
    await first.reaches('reconnecting');
    await expect
      .poll(
        () =>
          deployment.emulator.calls().filter(({ operation }) => operation === 'CreateStreamSessionConnection')
            .length,
      )
      .toBeGreaterThan(0);
    deployment.emulator.dropClient(id, { how: 'close' });
    await first.reaches('connected');
    expect(first.session()).toBe(id);
    expect(first.names).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);

    await deployment.reaches(id, 'CONNECTED');
    first.stream.close();
    deployment.emulator.dropClient(id, { how: 'close' });
    const reloaded = open(createStream, api, player);
    expect(await reloaded.stream.find()).toMatchObject({ streamSessionId: id });
    reloaded.stream.resume({ insist: true });
    await reloaded.reaches('connected');
    expect(reloaded.session()).toBe(id);
    expect(await reloaded.stream.end()).toMatchObject({ name: 'ended', reason: 'ended_by_player' });
    await deployment.reaches(id, 'TERMINATED');
    deployment.emulator.clearCalls();
  });

  it('shows a player who is refused the same reason', async () => {
    const { createStream } = versionNamed(page);
    const player = `player-${randomUUID()}`;
    const api = inTurn(functions);
    const first = open(createStream, api, player);
    first.stream.start({ applicationIdentifier: 'a-unknown' });
    await first.reaches('ended');
    expect(first.stream.state).toMatchObject({ reason: 'refused', status: 400, code: 'invalid_request' });
    const second = open(createStream, api, player);
    second.stream.resume();
    await second.reaches('ended');
    expect(second.stream.state).toMatchObject({ name: 'ended', reason: 'no_session' });
  });
});
