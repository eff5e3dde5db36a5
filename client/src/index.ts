export type { GetAccessToken } from './api-client.ts';
export type { ApiCode, Loss, StartRequest, StreamSession, StreamSessionStatus } from './contract.ts';
export type { Environment, EventsLike, LocksLike } from './environment.ts';
export { RejoinError } from './error.ts';
export type { Code, Word } from './problem.ts';
export type {
  ClientConnection,
  ConnectionAbout,
  GameLiftStreamsLike,
  VideoElementLike,
} from './sdk.ts';
export type {
  ConnectedState,
  ConnectingState,
  EndedState,
  Ending,
  EndingState,
  ReconnectingState,
  StreamEvent,
  StreamState,
  Trying,
  Wait,
} from './state.ts';
export type { Abortable, ResumeOptions, Stream, StreamOptions } from './stream.ts';
export { createStream } from './stream.ts';
