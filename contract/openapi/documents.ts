import type { Api } from './api.ts';
import { operatorApi } from './operator.ts';
import { playerApi } from './player.ts';

/** Both APIs by the file name of their documents in `docs/`. */
export const documents: Readonly<Record<string, Api>> = {
  'openapi.json': playerApi,
  'openapi-operator.json': operatorApi,
};
