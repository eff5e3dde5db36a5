/** The environment variables that the deployment gives the functions. */

/** Those that hold the name of a table. */
export type TableVariable = 'TABLE_NAME' | 'BRAKE_TABLE_NAME' | 'RATE_TABLE_NAME' | 'AUDIT_TABLE_NAME';

/** `SETTINGS` holds JSON, see `deployed-settings.ts`. `API_URL` is the address that the probe requests. */
export type FunctionVariable = 'SETTINGS' | 'API_URL' | TableVariable;
