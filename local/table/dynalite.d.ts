/** The part of dynalite 4 this project uses; the package has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  import type { StoreOptions } from './failed-condition.ts';

  /** A DynamoDB in memory, as an HTTP server that is not yet listening. Closing it closes its store. */
  export default function dynalite(
    options?: StoreOptions & {
      createTableMs?: number;
      deleteTableMs?: number;
      updateTableMs?: number;
    },
  ): Server;
}
