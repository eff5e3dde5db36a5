/** What the package exports. */
export { RejoinOperator } from './operator.ts';
export { Rejoin } from './rejoin.ts';
export { SettingsError } from './settings/errors.ts';
export type { Settings, SettingsInput } from './settings/settings.ts';
