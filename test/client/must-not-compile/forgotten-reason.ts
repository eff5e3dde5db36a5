// error TS2366: and so does one that forgets a reason for which a stream ends.
import type { Ending } from '../../../client/src/index.ts';

export function farewell(ending: Ending): string {
  switch (ending.reason) {
    case 'taken_over':
      return ending.by;
    case 'session_ended':
      return ending.statusReason ?? '';
    case 'refused':
      return ending.detail;
  }
}
