/**
 * Replaces `@smithy/core/event-streams` in every bundle (an alias in bundle.ts). The SDK imports it for operations that stream
 * events. We use none of them.
 */
const message = 'This bundle has no event streams: see infra/functions/bundling/bundle.ts.';

export class EventStreamSerde {
  constructor() {
    throw new Error(message);
  }
}

export function eventStreamSerdeProvider(): never {
  throw new Error(message);
}
