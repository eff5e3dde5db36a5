/**
 * An answer is some six kilobytes of SDP, most of it the offer's own words, and a write is billed by the kilobyte. So it is stored
 * deflated with the offer as the dictionary: a tenth of the size, and only that very offer ever asks for it again.
 */
type Zlib = typeof import('node:zlib');

/** The window reaches over an offer and an answer of usual length. Harder work would take a third more time for 24 bytes. */
const EFFORT = { windowBits: 14, memLevel: 6, level: 3, chunkSize: 1024 };

let zlib: Zlib | undefined;

/** Loads what packing needs, so that it need not be loaded between AWS's answer and the player's: a few milliseconds, once. */
export function loadZlib(): Zlib {
  zlib ??= process.getBuiltinModule('node:zlib');
  return zlib;
}

/**
 * @param answer the answer's JSON text
 * @param signalRequest the offer that it answers
 */
export function compressAnswer(answer: string, signalRequest: string): Uint8Array {
  return loadZlib().deflateSync(answer, { ...EFFORT, dictionary: dictionaryOf(signalRequest) });
}

/**
 * The same bytes again.
 *
 * @throws {Error} for another offer than that of the answer; zlib compares checksums
 */
export function decompressAnswer(answer: Uint8Array, signalRequest: string): string {
  return loadZlib()
    .inflateSync(answer, { dictionary: dictionaryOf(signalRequest) })
    .toString();
}

/** The offer as it would stand in an answer's JSON, where an SDP is a string within a string. */
function dictionaryOf(signalRequest: string): Buffer {
  return Buffer.from(JSON.stringify(signalRequest));
}
