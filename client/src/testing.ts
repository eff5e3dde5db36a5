export type { FakeCall, FakeConnection, FakeStream } from './fake-stream.ts';
export { createFakeStream, fakeSession } from './fake-stream.ts';
