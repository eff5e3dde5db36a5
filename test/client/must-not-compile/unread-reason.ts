// error TS2339: what only one kind of end has is read only of that kind.
import type { EndedState } from '../../../client/src/index.ts';

export function detail(ended: EndedState): string {
  return ended.detail;
}
