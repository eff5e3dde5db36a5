import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../../emulator/webrtc/network.ts';
import { createShaper } from '../../../emulator/webrtc/shaper.ts';

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The arrival times of packets that are sent at equal intervals, in milliseconds; undefined for the lost ones. */
function sent(network: object, { count = 10_000, everyMs = 5, bytes = 1_000 } = {}) {
  const parsed = parseNetwork(network);
  if (!parsed) throw new Error('the network works');
  const shaper = createShaper(parsed, 0, seeded(7));
  return Array.from({ length: count }, (_, index) => {
    const at = index * everyMs;
    return { at, arrival: shaper.arrivalOf('toClient', bytes, at) };
  });
}
const arrived = (packets: ReturnType<typeof sent>) =>
  packets.flatMap(({ at, arrival }) => (arrival === undefined ? [] : [{ at, arrival, took: arrival - at }]));
const overtakes = (packets: ReturnType<typeof arrived>) =>
  packets.filter(({ arrival }, index) => arrival < (packets[index - 1]?.arrival ?? 0)).length;

describe('a bad network', () => {
  it('with 5 % loss loses about one packet in twenty, and delays none', () => {
    const packets = arrived(sent({ lossPercent: 5 }));
    expect(packets.length).toBeGreaterThan(9_400);
    expect(packets.length).toBeLessThan(9_600);
    expect(packets.every(({ took }) => took === 0)).toBe(true);
  });

  it('with 300 ms jitter delays packets by 0 to 300 ms, and none overtakes another', () => {
    const packets = arrived(sent({ delayMs: 40, jitterMs: 300 }));
    const took = packets.map((packet) => packet.took);
    expect(Math.min(...took)).toBeLessThan(60);
    expect(Math.max(...took)).toBeGreaterThan(320);
    expect(Math.max(...took)).toBeLessThanOrEqual(340);
    // With a new jitter for each packet in order, all would take nearly the maximum.
    expect(took.filter((one) => one < 190).length).toBeGreaterThan(packets.length / 4);
    expect(overtakes(packets)).toBe(0);
  });

  it('with reorder lets packets overtake each other', () => {
    expect(overtakes(arrived(sent({ jitterMs: 300, reorder: true })))).toBeGreaterThan(1_000);
  });

  it('with a freeze holds all packets until the freeze ends', () => {
    const packets = arrived(sent({ freeze: { everyMs: 10_000, forMs: 1_500 } }, { count: 4_001 }));
    expect(packets.length).toBe(4_001);
    for (const { at, arrival } of packets) {
      const into = at % 10_000;
      expect(arrival).toBe(into < 8_500 ? at : at - into + 10_000);
    }
  });

  it('with a freeze that loses packets loses those that are sent meanwhile', () => {
    const packets = arrived(
      sent({ freeze: { everyMs: 10_000, forMs: 1_500, packets: 'lost' } }, { count: 4_000 }),
    );
    expect(packets.length).toBe(3_400);
    expect(packets.every(({ at }) => at % 10_000 < 8_500)).toBe(true);
  });

  it('with a rate delivers no faster, and loses the packets that a router would not buffer', () => {
    const packets = arrived(sent({ rateKbps: 800 }, { count: 1_000, everyMs: 1, bytes: 1_000 }));
    // 1,000 bytes take 10 ms: the packets of one second leave in two at most.
    expect(packets.length).toBeGreaterThan(190);
    expect(packets.length).toBeLessThanOrEqual(200);
    expect(packets.every(({ took }) => took <= 1_000)).toBe(true);
    expect(
      packets.every(
        ({ arrival }, index) => index === 0 || arrival - (packets[index - 1]?.arrival ?? 0) >= 10,
      ),
    ).toBe(true);
  });

  it('is as bad in both directions', () => {
    const network = parseNetwork({ lossPercent: 100 });
    if (!network) throw new Error('the network works');
    const shaper = createShaper(network, 0, seeded(7));
    expect(shaper.arrivalOf('toGame', 100, 1)).toBeUndefined();
    expect(shaper.arrivalOf('toClient', 100, 1)).toBeUndefined();
  });
});

describe('a wrong network is refused with a sentence that says what to write', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /must be a JSON object, or null/],
    [[], /must be a JSON object, or null/],
    [{ loss: 5 }, /"loss".*lossPercent, delayMs, jitterMs, reorder, rateKbps, freeze/],
    [{ lossPercent: 101 }, /"lossPercent" .* from 0 to 100/],
    [{ jitterMs: -1 }, /"jitterMs" .* milliseconds from 0 to 10000/],
    [{ delayMs: '40' }, /"delayMs" .* milliseconds/],
    [{ rateKbps: 0 }, /"rateKbps" .* from 1/],
    [{ reorder: 1 }, /"reorder" .* true or false/],
    [{ freeze: { everyMs: 1_500, forMs: 1_500 } }, /"freeze" .* fewer milliseconds/],
    [{ freeze: { everyMs: 1_500 } }, /"freeze" .*"forMs"/],
    [{ freeze: { everyMs: 2, forMs: 1, packets: 'eaten' } }, /"freeze" .*"held" or "lost"/],
  ])('%j', (network, sentence) => {
    expect(() => parseNetwork(network)).toThrow(sentence);
  });

  it('but an empty one is a good network', () => {
    expect([parseNetwork({}), parseNetwork(null)]).toEqual([undefined, undefined]);
  });
});
