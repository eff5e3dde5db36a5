import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { mintAccessToken } from '../../local/identity/token.ts';
import { droppedSession, eventually, type Player } from '../e2e/harness.ts';
import { type ConsolePage, openTable, type Table } from './console-page.ts';
import { inChromium } from './in-chromium.ts';

/** AWS's, for the whole account: small enough for a crowd that a test can bring. */
const QUOTA = { CreateStreamSessionConnection: 2 };
const CROWD = 20;

inChromium('a player on the way back, when somebody says no', () => {
  let table: Table;
  beforeAll(async () => {
    table = await openTable({ settings: { quotas: QUOTA }, emulator: { quotas: QUOTA } });
  });
  afterAll(() => table?.close());
  afterEach(async () => {
    await table.clear();
    await table.deployed.control('DELETE', 'faults');
    await table.deployed.control('PUT', 'settings', { lossNoticeSeconds: 0, idleTimeoutSeconds: 3600 });
  });

  const calls = () => table.deployed.calls('CreateStreamSessionConnection');

  /**
   * The page believes its tokens to be short-lived, so that it asks for a new one each time; the one it gets once `expire()` has been
   * called has expired on the way. `refuse()` has the provider grant no more.
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
      const issuer = table.deployed.endpoints.identity;
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

  it('of the API about an expired token, has a new one and is back', async () => {
    const one = await table.open();
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

  it('of the provider too, is told to sign in, and finds the session waiting', async () => {
    const one = await table.open();
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

  it('of AWS, since the session has ended meanwhile: is told why, asks no more, and can start anew', async () => {
    const one = await table.open();
    await one.playing();
    const { id } = await one.session();
    await one.page.context().setOffline(true);
    await table.deployed.control('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    await one.becomes('reconnecting');
    await table.deployed.control('POST', `streamsessions/${id}/end`, { statusReason: 'reconnectionTimeout' });
    await one.page.context().setOffline(false);
    await one.becomes('ended');
    expect(await one.news()).toMatch(/away longer than the session waits/);
    await one.click('start');
    expect((await one.isBack(1)).id).not.toBe(id);
  });

  it('of AWS for the seconds in which it has not noticed the loss: keeps its place and does not hammer', async () => {
    const one = await table.open();
    await one.playing();
    // AWS notices when this test says so: after the page has asked again.
    await table.deployed.control('PUT', 'settings', { lossNoticeSeconds: 1000 });
    await table.deployed.forgetCalls();
    const began = performance.now();
    await one.cut('blackhole');
    await eventually(one.news, (news) => /not noticed the loss yet/.test(news));
    await eventually(
      async () => one.asked(),
      (asked) => asked >= 2,
    );
    await table.deployed.control('PUT', 'settings', { lossNoticeSeconds: 0 });
    await one.isBack(2);
    // Once a second at most, however long this took.
    expect(one.asked()).toBeLessThanOrEqual(1 + (performance.now() - began) / 1000);
    expect((await calls()).length).toBeLessThanOrEqual(one.asked());
  });

  it('of nobody, but AWS’s answer is lost on its way: AWS is asked once more, and acts once', async () => {
    const one = await table.open();
    await one.playing();
    await table.deployed.forgetCalls();
    await table.deployed.fault({
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

  it('of nobody, but the API’s answer never arrives: the same request has the same answer, and AWS is not asked again', async () => {
    const one = await table.open();
    await one.playing();
    await table.deployed.forgetCalls();
    await one.click('lose');
    await one.cut('close');
    await one.isBack(2);
    expect(await one.timeline()).toMatch(/the same answer/);
    expect(one.asked()).toBe(2);
    expect(await calls()).toHaveLength(1);
  });

  it('of the game itself, which has ended the session for want of input: stays away', async () => {
    const one = await table.open();
    await one.playing();
    await table.deployed.control('PUT', 'settings', { idleTimeoutSeconds: 0.01 });
    await one.becomes('ended');
    expect(await one.news()).toMatch(/Nobody played for an hour/);
    expect(one.asked()).toBe(0);
  });

  it('of whoever runs the game, who has ended the session: stays away', async () => {
    const one = await table.open();
    await one.playing();
    const { id } = await one.session();
    await table.deployed.control('POST', `streamsessions/${id}/end`, { statusReason: 'apiTerminated' });
    await one.becomes('ended');
    expect(await one.news()).toMatch(/ended on request/);
    expect(one.asked()).toBe(0);
  });

  it('of the pacer, since a crowd comes back: sees its place in the queue, waits for its turn, and is in', async () => {
    const one = await table.open();
    await one.playing();
    const players = Array.from({ length: CROWD }, () => table.deployed.player());
    const crowd = await Promise.all(
      (await Promise.all(players)).map(async (player) => ({
        player,
        ...(await droppedSession(table.deployed, player)),
      })),
    );
    const returns = crowd.map(({ player, id }) => comeBack(player, id));
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
    expect(await one.byId('countdown').isVisible()).toBe(true);
    expect(await one.byId('time-left').isVisible()).toBe(true);
    await one.isBack(2);
    expect(one.asked()).toBeLessThanOrEqual(3);
    await Promise.all(returns);
  });
});

/** Asks for the session back until it is there, when it is told to. */
async function comeBack(player: Player, id: string): Promise<void> {
  for (;;) {
    const { status, json, text } = await player.reconnect(id);
    if (status === 201) return;
    if (json.retryAfterMs === undefined) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, json.retryAfterMs));
  }
}
