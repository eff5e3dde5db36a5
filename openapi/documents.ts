import type { Api } from './api.ts';
import { operatorApi } from './operator.ts';
import { playerApi } from './player.ts';

/** Each API by its document's name in `docs/`. */
export const documents: Readonly<Record<string, Api>> = {
  'openapi.json': playerApi,
  'openapi-operator.json': operatorApi,
};
