import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longAnswer, longOffer } from '../../../bench/broker/sdp.ts';
import { compressAnswer, decompressAnswer } from '../../../lambdas/sessions/compressed-answer.ts';

describe('a stored answer', () => {
  it('comes back byte for byte, whatever the answer and however long the offer', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 20_000, maxLength: 70_000 }));
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary' }), text, (start, shared, rest) => {
        const offer = start + shared;
        expect(decompressAnswer(compressAnswer(shared + rest, offer), offer)).toBe(
          (shared + rest).toWellFormed(),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('of a stream fits, with its record, into two of the table’s kilobytes: a deployer pays for each', () => {
    const offer = longOffer();
    const answer = JSON.stringify({ signalResponse: longAnswer(), connectionId: 'x'.repeat(22) });
    expect(compressAnswer(answer, offer).length).toBeLessThan(900);
  });

  it('is an error for another offer, never another answer', () => {
    const answer = compressAnswer(JSON.stringify({ signalResponse: longAnswer() }), longOffer());
    expect(() => decompressAnswer(answer, longOffer())).toThrow(/dictionary/i);
  });
});
