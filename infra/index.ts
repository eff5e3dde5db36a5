/** What the package exports. */
export { RejoinOperator } from './operator.ts';
export type {
  AlarmProps,
  CognitoProps,
  DomainProps,
  IdentityProps,
  LogProps,
  RejoinProps,
  StreamGroupProps,
  TokenProps,
} from './props/props.ts';
export { Rejoin } from './rejoin.ts';
export { SettingsError } from './settings/errors.ts';
export type { Settings, SettingsInput } from './settings/settings.ts';
