import type { ProblemCode } from '../../contract/problems.ts';
import { PLAYER_ROUTES, type PlayerRouteName, pathWith } from '../../contract/routes.ts';
import type { Settings } from '../../infra/settings/settings.ts';

/** One request of the doctor with a player's token, and the answer that shows that its function works. */
export interface PlayerRequest {
  route: PlayerRouteName;
  method: string;
  path: string;
  body?: object;
  /** The status, and the code of the problem unless the answer is a list. */
  expects: { status: number; code?: ProblemCode };
  /** What the answer shows to work. */
  shows: string;
}

/** GameLift Streams gives no session such an id. */
const IMPOSSIBLE_SESSION = 'rejoin-doctor-asks';
/** Refused before anything else of a start is looked at: no application has spaces in its id. */
const IMPOSSIBLE_APPLICATION = 'no application, the doctor asks';
/** An offer in form, so that the reconnect function looks for the session. */
const OFFER = JSON.stringify({ type: 'offer', sdp: 'v=0\r\n' });

/**
 * One request for each player route. None can start, join, end or report anything: there is no such session, the start names an
 * application that cannot be and has no offer, and the report has no outcome.
 */
export function playerRequests({ streamGroups: [group] }: Settings): PlayerRequest[] {
  const to = (route: PlayerRouteName) => {
    const { method, path } = PLAYER_ROUTES[route];
    const ids = { streamGroupId: group?.id ?? '', streamSessionId: IMPOSSIBLE_SESSION };
    return { route, method, path: pathWith(path, ids) };
  };
  const notFound = { status: 404, code: 'stream_session_not_found' } as const;
  const shows = 'its permission, alias, role and table work';
  return [
    {
      ...to('start'),
      body: { applicationIdentifier: IMPOSSIBLE_APPLICATION, signalRequest: 'no offer' },
      expects: { status: 400, code: 'invalid_request' },
      shows: 'its permission and alias work',
    },
    { ...to('status'), expects: notFound, shows },
    { ...to('sessions'), expects: { status: 200 }, shows },
    {
      ...to('reconnect'),
      body: { signalRequest: OFFER },
      expects: notFound,
      shows,
    },
    { ...to('terminate'), expects: notFound, shows },
    {
      ...to('recoveries'),
      // Refused before it is counted.
      body: { outcome: 'the doctor asks' },
      expects: { status: 400, code: 'invalid_request' },
      shows: 'its permission and alias work',
    },
  ];
}
