/**
 * Stands in for `@smithy/core/event-streams` in every bundle (an alias at bundling). The SDK imports it when an operation
 * streams events; none of those that are used here does.
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
