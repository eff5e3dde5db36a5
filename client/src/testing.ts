export { createFakeStream, fakeSession } from './fake-stream.ts';
export type { FakeCall, FakeConnection, FakeStream } from './fake-surface.ts';
