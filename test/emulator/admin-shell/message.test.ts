import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChannelMessage, decodeMessage, encodeMessage } from '../../../emulator/admin-shell/message.ts';
import { frame, parse, uuidOf } from './client.ts';

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
  it('is decoded as it was encoded, whatever it holds', () => {
    fc.assert(
      fc.property(message, (original) => {
        expect(decodeMessage(encodeMessage(original))).toEqual(original);
      }),
    );
  });

  it('has the plugin’s layout, byte for byte', () => {
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

  it('from a peer that pads its type with NUL is understood too', () => {
    const bytes = frame('input_stream_data', 3, 1, 'x');
    bytes.fill(0, 4 + 'input_stream_data'.length, 36);
    expect(decodeMessage(bytes)).toMatchObject({ messageType: 'input_stream_data', sequenceNumber: 3 });
  });

  it('with one changed bit in payload or digest is refused', () => {
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

  it('of random bytes is a defect, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['short', 'header', 'length', 'number', 'digest']).toContain(
          decodeMessage(Buffer.from(bytes)),
        );
      }),
    );
  });
});
