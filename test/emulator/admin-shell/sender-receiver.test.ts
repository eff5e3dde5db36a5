import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelMessage, PayloadType } from '../../../emulator/admin-shell/message.ts';
import { createReceiver } from '../../../emulator/admin-shell/receiver.ts';
import { createRetransmission, RESEND_TICK_MS } from '../../../emulator/admin-shell/retransmission.ts';
import { CHUNK_BYTES, createSender, MAX_BACKLOG_BYTES } from '../../../emulator/admin-shell/sender.ts';

/** The fate of one message on a bad network. */
interface Fate {
  /** Milliseconds; a message may overtake another. */
  delay: number;
  lost: boolean;
  twice: boolean;
}

const fate: fc.Arbitrary<Fate> = fc.record({
  delay: fc.integer({ min: 0, max: 900 }),
  lost: fc.nat(9).map((chance) => chance < 4),
  twice: fc.nat(9).map((chance) => chance < 2),
});
const KIND: Fate = { delay: 1, lost: false, twice: false };

/** A sender and a receiver with a bad network between them, in virtual time. Each message takes the next fate. */
function link(fates: readonly Fate[], { isReady = (): boolean => true } = {}) {
  let now = 1_000_000;
  let next = 0;
  let order = 0;
  const events: { at: number; order: number; act: () => void }[] = [];
  const delivered: ChannelMessage[] = [];
  const sent: { at: number; message: ChannelMessage }[] = [];
  const carry = (act: () => void) => {
    const { delay, lost, twice } = fates[next++] ?? KIND;
    if (lost) return;
    events.push({ at: now + delay, order: order++, act });
    if (twice) events.push({ at: now + delay + 50, order: order++, act });
  };
  const sender = createSender({
    now: () => now,
    newMessageId: () => '00000000-0000-0000-0000-000000000000',
    transmit: (message) => {
      sent.push({ at: now, message });
      carry(() => receiver.receive(message));
    },
  });
  const receiver = createReceiver({
    isReady,
    deliver: (message) => delivered.push(message),
    acknowledge: ({ sequenceNumber }) => carry(() => sender.acknowledged(sequenceNumber)),
  });
  return {
    sender,
    receiver,
    delivered,
    sent,
    text: () => Buffer.concat(delivered.map(({ payload }) => payload)).toString(),
    /** Lets time pass. */
    run: (milliseconds: number) => {
      const end = now + milliseconds;
      for (let tick = now + RESEND_TICK_MS; tick <= end; tick += RESEND_TICK_MS) {
        for (;;) {
          events.sort((a, b) => a.at - b.at || a.order - b.order);
          if (!events[0] || events[0].at > tick) break;
          const event = events.shift();
          now = Math.max(now, event?.at ?? now);
          event?.act();
        }
        now = tick;
        sender.tick();
        receiver.resume();
      }
    },
  };
}

describe('an admin shell over a network that loses, repeats and reorders', () => {
  it('gets every byte once and in order, and in the end all is acknowledged', () => {
    fc.assert(
      fc.property(
        fc.array(fate, { maxLength: 400 }),
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3000 }), {
          minLength: 1,
          maxLength: 12,
        }),
        (fates, texts) => {
          const wire = link(fates);
          for (const text of texts) {
            expect(wire.sender.send(PayloadType.Output, Buffer.from(text))).toBe(true);
            wire.run(100);
          }
          // Each fate spoils at most one message: with as many resends at the longest pause, all arrive.
          wire.run(1_200 * (fates.length + 10));
          expect(wire.text()).toBe(texts.join(''));
          expect(wire.delivered.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
            wire.delivered.map((_, index) => index),
          );
          expect(wire.sender.backlog()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends nothing twice when nothing is lost', () => {
    const wire = link([]);
    wire.sender.send(PayloadType.Output, Buffer.alloc(10 * CHUNK_BYTES));
    wire.run(5_000);
    expect(wire.sent).toHaveLength(10);
  });

  it('delivers the messages behind one whose acknowledgement is lost, which the plugin does not repeat', () => {
    let now = 0;
    const sent: number[] = [];
    const sender = createSender({
      now: () => now,
      newMessageId: () => '00000000-0000-0000-0000-000000000000',
      transmit: ({ sequenceNumber }) => sent.push(sequenceNumber),
    });
    for (const text of ['a', 'b']) sender.send(PayloadType.Output, Buffer.from(text));
    for (; now < 3_000; now += RESEND_TICK_MS) sender.tick();
    expect(sent.filter((sequence) => sequence === 1).length).toBeGreaterThan(3);
    sender.acknowledged(1);
    expect(sender.backlog()).toBe(1);
  });
});

describe('an unacknowledged admin shell message', () => {
  it("is sent again at the plugin's times: after 200 ms at first, and at most a second apart", () => {
    const nothing = Array.from({ length: 1000 }, () => ({ delay: 0, lost: true, twice: false }));
    const wire = link(nothing);
    wire.sender.send(PayloadType.Output, Buffer.from('x'));
    wire.run(2_000);
    const [first = 0, second = 0] = wire.sent.map(({ at }) => at);
    expect(second - first).toBe(300);

    const slow = createRetransmission();
    expect(slow.timeoutMs()).toBe(200);
    for (let turn = 0; turn < 50; turn += 1) slow.observe(5_000);
    expect(slow.timeoutMs()).toBe(1_000);
    const quick = createRetransmission();
    for (let turn = 0; turn < 200; turn += 1) quick.observe(1);
    expect(Math.round(quick.timeoutMs())).toBe(11);
  });

  it('is given up after as many attempts as the plugin makes, so that a dead peer does not cost resends for ever', () => {
    const wire = link(Array.from({ length: 10_000 }, () => ({ delay: 0, lost: true, twice: false })));
    wire.sender.send(PayloadType.Output, Buffer.from('x'));
    wire.run(3_000 * 300 + 60_000);
    expect(wire.sender.hasGivenUp()).toBe(true);
    expect(wire.sent.length).toBe(3_001);
  });
});

describe('an admin shell peer', () => {
  it('that does not read is sent 64 messages at most, and a bounded amount waits for it', () => {
    const wire = link(Array.from({ length: 100_000 }, () => ({ delay: 0, lost: true, twice: false })));
    const block = Buffer.alloc(8 * 1024);
    let accepted = 0;
    while (wire.sender.send(PayloadType.Output, block)) accepted += 1;
    expect(accepted * block.length).toBe(MAX_BACKLOG_BYTES);
    wire.run(1_000);
    expect(new Set(wire.sent.map(({ message }) => message.sequenceNumber)).size).toBe(64);
  });

  it('whose input finds no room gets no acknowledgement, and its input is delivered later', () => {
    let ready = false;
    const wire = link([], { isReady: () => ready });
    wire.sender.send(PayloadType.Output, Buffer.from('a'));
    wire.sender.send(PayloadType.Output, Buffer.from('b'));
    wire.run(1_000);
    expect(wire.text()).toBe('');
    expect(wire.sender.backlog()).toBeGreaterThan(0);
    ready = true;
    wire.run(1_000);
    expect(wire.text()).toBe('ab');
    expect(wire.sender.backlog()).toBe(0);
  });

  it('that floods with frames far ahead of their order is limited, and its frame in order is still delivered', () => {
    const acknowledged: number[] = [];
    const delivered: number[] = [];
    const receiver = createReceiver({
      isReady: () => true,
      acknowledge: ({ sequenceNumber }) => acknowledged.push(sequenceNumber),
      deliver: ({ sequenceNumber }) => delivered.push(sequenceNumber),
    });
    const at = (sequenceNumber: number, size = 1024): ChannelMessage => ({
      messageType: 'input_stream_data',
      schemaVersion: 1,
      createdDate: 1,
      sequenceNumber,
      flags: 0,
      messageId: '',
      payloadType: 1,
      payload: Buffer.alloc(size),
    });
    receiver.receive(at(Number.MAX_SAFE_INTEGER));
    for (let sequence = 1; sequence < 5_000; sequence += 1) receiver.receive(at(sequence, 60_000));
    expect(acknowledged).toHaveLength(4);
    receiver.receive(at(0));
    expect(delivered).toEqual([0, 1, 2, 3, 4]);
  });
});
