import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { mintAccessToken } from '../../local/identity/token.ts';
import { droppedSession, eventually, type Player } from '../e2e/harness.ts';
import { type ConsoleBench, type ConsolePage, openBench } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

/** AWS's quota for the whole account, small enough for the crowd of a test. */
const QUOTA = { CreateStreamSessionConnection: 2 };
const CROWD = 8;

inChromium('a player who reconnects', () => {
  let bench: ConsoleBench;
  beforeAll(async () => {
    bench = await openBench({ settings: { quotas: QUOTA }, emulator: { quotas: QUOTA } });
  });
  afterAll(() => bench?.close());
  afterEach(async () => {
    await bench.clear();
    await bench.deployed.control('DELETE', 'faults');
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 0, idleTimeoutSeconds: 3600 });
  });

  const calls = () => bench.deployed.calls('CreateStreamSessionConnection');

  /**
   * The page takes its tokens for short-lived, so it gets a new one each time. After `expire()`, the next one has already expired.
   * After `refuse()` the provider grants none.
   */
  async function shortTokens({ page, player }: ConsolePage) {
    let next: 'good' | 'expired' | 'refused' = 'good';
    let refuses = false;
    await page.route('**/token', async (route) => {
      const [now] = [next];
      next = refuses ? 'refused' : 'good';
      const headers = { 'access-control-allow-origin': '*' };
      if (now === 'refused') return route.fulfill({ status: 400, headers, json: { error: 'invalid_grant' } });
      const response = await route.fetch();
      const granted = (await response.json()) as object;
      const issuer = bench.deployed.endpoints.identity;
      const access_token = await mintAccessToken({ issuer, player, expiresIn: -10 });
      return route.fulfill({
        response,
        json: now === 'good' ? { ...granted, expires_in: 1 } : { ...granted, access_token },
      });
    });
    return {
      expire: () => {
        next = 'expired';
      },
      refuse: () => {
        refuses = true;
      },
    };
  }

  it('with an expired token is refused by the API, gets a new one and is back', async () => {
    const one = await bench.open();
    const tokens = await shortTokens(one);
    await one.playing();
    let refused = 0;
    one.page.on('response', (response) => {
      if (response.status() === 401) refused += 1;
    });
    tokens.expire();
    await one.cut('close');
    await one.isBack(2);
    expect(refused).toBe(1);
  });

  it('without a token from the provider has to sign in, and then finds the session waiting', async () => {
    const one = await bench.open();
    const tokens = await shortTokens(one);
    await one.playing();
    const { id } = await one.session();
    tokens.expire();
    tokens.refuse();
    await one.cut('close');
    await one.becomes('signed-out');
    expect(await one.news()).toMatch(/Sign in again/);
    await one.page.unroute('**/token');
    await one.click('sign-in');
    await one.becomes('ready');
    await one.click('resume');
    expect((await one.isBack(2)).id).toBe(id);
  });

  it('to an ended session sees why it ended, sends no further request, and can start a new one', async () => {
    const one = await bench.open();
    await one.playing();
    const { id } = await one.session();
    await one.page.context().setOffline(true);
    await bench.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await one.becomes('reconnecting');
    await bench.deployed.control('POST', `streamsessions/${id}/end`, { statusReason: 'reconnectionTimeout' });
    await one.page.context().setOffline(false);
    await one.becomes('ended');
    expect(await one.news()).toMatch(/away longer than the session waits/);
    await one.click('start');
    expect((await one.isBack(1)).id).not.toBe(id);
  });

  it('before AWS has noticed the loss waits for it, and sends few requests', async () => {
    const one = await bench.open();
    await one.playing();
    // AWS notices when this test says so: after the page has sent another request.
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 1000 });
    await bench.deployed.forgetCalls();
    const began = performance.now();
    await one.cut('blackhole');
    await eventually(one.news, (news) => /not noticed the loss yet/.test(news));
    await eventually(
      async () => one.asked(),
      (asked) => asked >= 2,
    );
    await bench.deployed.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    await one.isBack(2);
    // Once a second at most, however long this took.
    expect(one.asked()).toBeLessThanOrEqual(1 + (performance.now() - began) / 1000);
    // The last request may ask AWS twice: its session became ready between the refusal and the status lookup.
    expect((await calls()).length).toBeLessThanOrEqual(one.asked() + 1);
  });

  it('is back although AWS’s response is lost: the broker calls AWS again, and AWS acts once', async () => {
    const one = await bench.open();
    await one.playing();
    await bench.deployed.forgetCalls();
    await bench.deployed.fault({
      operation: 'CreateStreamSessionConnection',
      kind: 'lostResponse',
      count: 1,
    });
    await one.cut('close');
    await one.isBack(2);
    const tokens = (await calls()).map(({ clientToken }) => clientToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  it('is back although the API’s response is lost: the same request gets the same response, without another call to AWS', async () => {
    const one = await bench.open();
    await one.playing();
    await bench.deployed.forgetCalls();
    await one.click('lose');
    await one.cut('close');
    await one.isBack(2);
    expect(await one.timeline()).toMatch(/the same answer/);
    expect(one.asked()).toBe(2);
    expect(await calls()).toHaveLength(1);
  });

  it('does not return to a session that the game has ended for idleness', async () => {
    const one = await bench.open();
    await one.playing();
    await bench.deployed.control('PUT', 'settings', { idleTimeoutSeconds: 0.01 });
    await one.becomes('ended');
    expect(await one.news()).toMatch(/Nobody played for an hour/);
    expect(one.asked()).toBe(0);
  });

  it('does not return to a session that the publisher has ended', async () => {
    const one = await bench.open();
    await one.playing();
    const { id } = await one.session();
    await bench.deployed.control('POST', `streamsessions/${id}/end`, { statusReason: 'apiTerminated' });
    await one.becomes('ended');
    expect(await one.news()).toMatch(/ended on request/);
    expect(one.asked()).toBe(0);
  });

  it('in a crowd sees its place in the queue, waits for its turn, and is back', async () => {
    const one = await bench.open();
    await one.playing();
    const crowd: { player: Player; id: string }[] = [];
    // One after another: on a slow machine eight functions that load at once take longer than API Gateway waits.
    while (crowd.length < CROWD) {
      const player = await bench.deployed.player();
      crowd.push({ player, ...(await droppedSession(bench.deployed, player)) });
    }
    // AWS throttles until this test has seen the place in the queue: however slow the machine is, the crowd is not gone by then.
    await bench.deployed.fault({ operation: 'CreateStreamSessionConnection', kind: 'throttle' });
    const returns = Promise.all(crowd.map(({ player, id }) => comeBack(player, id)));
    // Where this test fails before it waits for them, that is its only failure.
    returns.catch(() => undefined);
    await eventually(
      async () => (await calls()).filter(({ status }) => status === 429).length,
      (throttled) => throttled > 0,
    );
    await one.cut('close');
    await eventually(
      async () => `${await one.news()} ${await one.timeline()}`,
      (shown) => /You are number \d+ in line/.test(shown),
    );
    expect(await one.number('queue-position')).toBeLessThanOrEqual(CROWD + 1);
    // Neither shows while a request is under way.
    for (const id of ['countdown', 'time-left']) await eventually(() => one.byId(id).isVisible(), Boolean);
    await bench.deployed.control('DELETE', 'faults');
    // How few requests that takes, the client's tests count on a virtual clock: a slow machine misses turns.
    await one.isBack(2);
    await returns;
  });
});

/** Sends reconnect requests at the times that the API says, until one is granted. */
async function comeBack(player: Player, id: string): Promise<void> {
  for (;;) {
    const { status, json, text } = await player.reconnect(id);
    if (status === 201) return;
    // API Gateway's own 503 names no wait.
    const waitMs = json.retryAfterMs ?? (status === 503 ? 1000 : undefined);
    if (waitMs === undefined) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
