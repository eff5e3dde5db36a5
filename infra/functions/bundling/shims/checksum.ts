import { createHash, createHmac } from 'node:crypto';

/**
 * Replaces `@smithy/core/checksum` in every bundle (an alias in bundle.ts). The SDK signs requests with this hash. The real module
 * also has one in JavaScript, for machines without `node:crypto`.
 */
export class Sha256 {
  readonly #secret: string | NodeJS.ArrayBufferView | undefined;
  #hash: { update(data: string | NodeJS.ArrayBufferView): unknown; digest(): Buffer };

  /** @param secret makes it an HMAC */
  constructor(secret?: string | NodeJS.ArrayBufferView) {
    this.#secret = secret;
    this.#hash = this.#newHash();
  }

  update(data: string | NodeJS.ArrayBufferView): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#newHash();
  }

  #newHash() {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}
