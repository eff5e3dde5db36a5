import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChannelMessage,
  decodeMessage,
  encodeMessage,
} from '../../../local/gameliftstreams/admin-shell/message.ts';
import {
  CloseCode,
  createFrameReader,
  type FrameEvent,
} from '../../../local/gameliftstreams/admin-shell/websocket-frames.ts';
import { frame, parse, uuidOf } from './admin-shell-client.ts';

const message: fc.Arbitrary<ChannelMessage> = fc.record({
  messageType: fc.constantFrom('input_stream_data', 'output_stream_data', 'acknowledge', 'channel_closed'),
  schemaVersion: fc.constant(1),
  createdDate: fc.maxSafeNat(),
  sequenceNumber: fc.maxSafeNat(),
  flags: fc.constantFrom(0, 1, 2, 3),
  messageId: fc.uuid(),
  payloadType: fc.nat(12),
  payload: fc.uint8Array({ maxLength: 2048 }).map((bytes) => Buffer.from(bytes)),
});

describe('a message of the data channel', () => {
  it('is read back as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(decodeMessage(encodeMessage(original))).toEqual(original);
      }),
    );
  });

  it('is laid out as the plugin lays it out, byte for byte', () => {
    const messageId = '00112233-4455-6677-8899-aabbccddeeff';
    const written = encodeMessage({
      messageType: 'output_stream_data',
      schemaVersion: 1,
      createdDate: 0x0102,
      sequenceNumber: 7,
      flags: 3,
      messageId,
      payloadType: 1,
      payload: Buffer.from('hello'),
    });
    expect(written.subarray(0, 80).toString('hex')).toBe(
      [
        '00000074',
        Buffer.from('output_stream_data'.padEnd(32)).toString('hex'),
        '00000001',
        '0000000000000102',
        '0000000000000007',
        '0000000000000003',
        '8899aabbccddeeff0011223344556677',
      ].join(''),
    );
    // SHA-256 of "hello".
    expect(written.subarray(80, 112).toString('hex')).toBe(
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
    expect(written.subarray(112).toString('hex')).toBe(
      `0000000100000005${Buffer.from('hello').toString('hex')}`,
    );
    expect(uuidOf(parse(written).id)).toBe(messageId);
  });

  it('from a peer that fills with NUL is understood too', () => {
    const bytes = frame('input_stream_data', 3, 1, 'x');
    bytes.fill(0, 4 + 'input_stream_data'.length, 36);
    expect(decodeMessage(bytes)).toMatchObject({ messageType: 'input_stream_data', sequenceNumber: 3 });
  });

  it('with any one payload or digest bit turned is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), (payload, where) => {
        const bytes = frame('input_stream_data', 0, 1, Buffer.from(payload));
        const places = [...Array(32).keys()]
          .map((at) => at + 80)
          .concat([...payload.keys()].map((at) => at + 120));
        const at = places[where % places.length] ?? 120;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (where % 8));
        expect(decodeMessage(bytes)).toBe('digest');
      }),
    );
  });

  it('that is no message at all is a defect, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['short', 'header', 'length', 'number', 'digest']).toContain(
          decodeMessage(Buffer.from(bytes)),
        );
      }),
    );
  });
});

/** A frame as a client writes it: masked. */
function clientFrame(opcode: number, payload: Buffer, { final = true, masked = true } = {}): Buffer {
  const extended = payload.length > 0xffff ? 8 : payload.length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + extended);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (extended === 8 ? 127 : extended === 2 ? 126 : payload.length);
  if (extended === 2) head.writeUInt16BE(payload.length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = Buffer.from([1, 2, 3, 250]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

const readAll = (chunks: readonly Buffer[], limit = 100_000): FrameEvent[] => {
  const reader = createFrameReader(limit);
  return chunks.flatMap((chunk) => reader.push(chunk));
};

describe('a WebSocket stream', () => {
  it('gives the same messages however the network cuts it, fragments and control frames in between included', () => {
    const part = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        fc.array(fc.nat(700)),
        (messages, cuts) => {
          const bytes = Buffer.concat(
            messages.flatMap((parts) =>
              parts.flatMap((payload, index) => [
                clientFrame(index === 0 ? 2 : 0, payload, { final: index === parts.length - 1 }),
                clientFrame(9, Buffer.from('keepalive')),
              ]),
            ),
          );
          const chunks: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          chunks.push(bytes.subarray(at));
          const events = readAll(chunks);
          expect(events.filter(({ type }) => type === 'binary')).toEqual(
            messages.map((parts) => ({ type: 'binary', data: Buffer.concat(parts) })),
          );
          expect(events.filter(({ type }) => type === 'ping')).toHaveLength(messages.flat().length);
        },
      ),
    );
  });

  it.each<[string, Buffer[], number]>([
    ['an unmasked frame', [clientFrame(2, Buffer.from('x'), { masked: false })], CloseCode.protocol],
    ['a reserved bit', [Buffer.from([0xc2, 0x80, 0, 0, 0, 0])], CloseCode.protocol],
    ['an unknown opcode', [clientFrame(3, Buffer.alloc(0))], CloseCode.protocol],
    ['a fragmented ping', [clientFrame(9, Buffer.alloc(0), { final: false })], CloseCode.protocol],
    ['a ping that is too long', [clientFrame(9, Buffer.alloc(126))], CloseCode.protocol],
    ['a continuation of nothing', [clientFrame(0, Buffer.from('x'))], CloseCode.protocol],
    [
      'a new message inside another',
      [clientFrame(2, Buffer.from('x'), { final: false }), clientFrame(2, Buffer.from('x'))],
      CloseCode.protocol,
    ],
    ['a length that nobody could hold', [Buffer.from('82ffffffffffffffffff', 'hex')], CloseCode.tooBig],
    [
      'fragments that are too long together',
      [clientFrame(2, Buffer.alloc(900), { final: false }), clientFrame(0, Buffer.alloc(900))],
      CloseCode.tooBig,
    ],
    [
      'fragments without end and content',
      Array.from({ length: 1100 }, (_, index) =>
        clientFrame(index === 0 ? 2 : 0, Buffer.alloc(0), { final: false }),
      ),
      CloseCode.tooBig,
    ],
  ])('is given up for %s', (_what, chunks, code) => {
    const events = readAll([...chunks, clientFrame(2, Buffer.from('later'))], 1000);
    expect(events).toEqual([{ type: 'failure', code }]);
  });

  it('of garbage never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        readAll(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });
});
