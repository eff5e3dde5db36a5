import type { Settings } from '../../infra/settings/settings.ts';

/** One request of the doctor with a player's token, and the answer that shows that its function works. */
export interface PlayerRequest {
  /** The route's name, as in `infra/routes/player-routes.ts`. */
  route: string;
  method: string;
  path: string;
  body?: object;
  /** The status, and the code of the problem unless the answer is a list. */
  expects: { status: number; code?: string };
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
  const sessions = `/v1/streamgroups/${group?.id}/streamsessions`;
  const session = `${sessions}/${IMPOSSIBLE_SESSION}`;
  const notFound = { status: 404, code: 'stream_session_not_found' };
  const shows = 'its permission, alias, role and table work';
  return [
    {
      route: 'start',
      method: 'POST',
      path: sessions,
      body: { applicationIdentifier: IMPOSSIBLE_APPLICATION, signalRequest: 'no offer' },
      expects: { status: 400, code: 'invalid_request' },
      shows: 'its permission and alias work',
    },
    { route: 'status', method: 'GET', path: session, expects: notFound, shows },
    { route: 'sessions', method: 'GET', path: '/v1/streamsessions', expects: { status: 200 }, shows },
    {
      route: 'reconnect',
      method: 'POST',
      path: `${session}/connections`,
      body: { signalRequest: OFFER },
      expects: notFound,
      shows,
    },
    { route: 'terminate', method: 'DELETE', path: session, expects: notFound, shows },
    {
      route: 'recoveries',
      method: 'POST',
      path: `${session}/recoveries`,
      // Refused before it is counted.
      body: { outcome: 'the doctor asks' },
      expects: { status: 400, code: 'invalid_request' },
      shows: 'its permission and alias work',
    },
  ];
}
