/** What a test suite imports: an emulator of Amazon GameLift Streams in its own process. */
export type { CallRecord } from './api/calls.ts';
export type { Fault } from './api/fault.ts';
export type { HeldCallView, Release } from './api/holds.ts';
export type {
  EmulatorControl,
  Gate,
  GateOptions,
  SessionView,
  StreamGroupStatus,
  StreamGroupView,
} from './control/emulator-control.ts';
export type { SessionStatus, StatusReason } from './model/lifecycle.ts';
export type { EmulatorSettings, Operation, Settings } from './model/settings.ts';
export { OPERATIONS } from './model/settings.ts';
export type {
  Authorization,
  Emulator,
  EmulatorOptions,
  EmulatorPrincipal,
  EmulatorStreamGroup,
} from './server.ts';
export { shutdownWebRtc, startEmulator } from './server.ts';
export type { Network, NetworkInput } from './webrtc/network.ts';
export type { Drop, OutageView } from './webrtc/outage.ts';
