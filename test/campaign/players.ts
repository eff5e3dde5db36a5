/** The players of a run, and what each of their pages knows: its connections, its last request. */
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import type { Route } from './bundle.ts';
import type { OfferChoice, Principal, Step, Told } from './plan.ts';

const ISSUER = 'https://login.example.com/';
export const GROUP = 'sg-1';

/** A request as a page sends it. */
export interface PlayerRequest {
  id: number | string;
  player: number | string;
  device: string;
  route: Route;
  /** The session in its path. */
  session?: string;
  offer?: string;
  key?: string;
  /** `previousConnectionId` */
  named?: string;
  /** It names another player's session. */
  foreign?: boolean;
  /** `silentMs` */
  silentMs?: number;
  /** What a report says. */
  tells?: Told;
  /** Who calls the operator API. */
  as?: Principal;
  /** The player id that an operator names. */
  about?: string;
  /** For how long an operator pauses new sessions; 0 ends the pause. */
  seconds?: number;
}

/** Whether the broker must take two requests for one. */
export const isSameRequest = (a: PlayerRequest, b: PlayerRequest) =>
  a.player === b.player &&
  a.route === b.route &&
  a.session === b.session &&
  a.offer === b.offer &&
  a.key === b.key;

/** A player's page, and what it knows. */
export interface Device {
  name: string;
  /** The newest connection that it knows, by session. */
  connections: Map<string, string>;
  lastStart?: PlayerRequest;
  lastReconnect?: PlayerRequest;
  made: number;
}

export interface Player {
  name: number | string;
  playerId: string;
  /** The newest session that the player knows of. */
  session?: string;
  startOffer?: string;
  devices: Map<number, Device>;
}

export const playerIdNamed = (name: number | string) => playerIdOf(ISSUER, `player-${name}`, 'pseudonym');

export function newPlayer(name: number | string): Player {
  return { name, playerId: playerIdNamed(name), devices: new Map() };
}

export function deviceOf(player: Player, number: number): Device {
  const known = player.devices.get(number);
  if (known) return known;
  const device: Device = { name: `${player.name}.${number}`, connections: new Map(), made: 0 };
  player.devices.set(number, device);
  return device;
}

/** Half of a surrogate pair, as a page that cuts text carelessly may send it. */
const HALVES = { odd: '\ud800', twin: '\udbff' };

function newOffer(device: Device, choice: OfferChoice): string {
  device.made++;
  // These two offers differ only in the half character, so both have the same number.
  const number = choice === 'odd' || choice === 'twin' ? 0 : device.made;
  const half = choice === 'odd' || choice === 'twin' ? HALVES[choice] : '';
  const sdp = `v=0\\r\\no=- ${device.name} ${number} IN IP4 127.0.0.1\\r\\ns=${choice === 'bad' ? 'bad' : '-'}${half}\\r\\nt=0 0\\r\\n`;
  return `{"type":"offer","sdp":"${sdp}"}`;
}

function offerOf(
  choice: OfferChoice,
  player: Player,
  device: Device,
  last: PlayerRequest | undefined,
): string {
  if (choice === 'last' && last?.offer !== undefined) return last.offer;
  if (choice === 'start' && player.startOffer !== undefined) return player.startOffer;
  return newOffer(device, choice);
}

/** The request of a step; undefined where a step makes none. */
export function requestOf(
  step: Step,
  player: Player,
  others: (name: number) => Player,
): PlayerRequest | undefined {
  const { action, id } = step;
  const device = deviceOf(player, step.device);
  const base = { id, player: player.name, device: device.name };
  if (action.kind === 'list') return { ...base, route: 'sessions' };
  if (action.kind === 'start') {
    const last = device.lastStart;
    const offer = offerOf(action.offer, player, device, last);
    const key =
      action.key === 'none' ? undefined : action.key === 'last' ? last?.key : `key-${device.name}-${id}`;
    player.startOffer = offer;
    device.lastStart = { ...base, route: 'start', offer, ...(key === undefined ? {} : { key }) };
    return device.lastStart;
  }
  if (action.kind !== 'reconnect' && action.kind !== 'status' && action.kind !== 'end') return undefined;
  const foreign = action.whose !== undefined && action.whose !== player.name;
  const owner = foreign ? others(action.whose as number) : player;
  const session = owner.session ?? 'session-unknown';
  const path = { ...base, session, ...(foreign ? { foreign } : {}) };
  if (action.kind !== 'reconnect') return { ...path, route: action.kind === 'end' ? 'terminate' : 'status' };
  const last = device.lastReconnect;
  if (action.offer === 'last' && action.key === 'last' && last?.session === session) return { ...last, id };
  const offer = offerOf(action.offer, player, device, last);
  const key =
    action.key === 'none' ? undefined : action.key === 'last' ? last?.key : `key-${device.name}-${id}`;
  const own = device.connections.get(session);
  const named =
    action.names === 'own' ? own : action.names === 'wrong' ? 'AAAAAAAAAAAAAAAAAAAAAA' : undefined;
  const request: PlayerRequest = {
    ...path,
    route: 'reconnect',
    offer,
    ...(key === undefined ? {} : { key }),
    ...(named === undefined ? {} : { named }),
    ...(action.silentMs === undefined ? {} : { silentMs: action.silentMs }),
  };
  if (!foreign) device.lastReconnect = request;
  return request;
}

/** The body of a report. */
function reportOf(tells: Told): string {
  const numbers = { silentMs: 4200, attempts: 1, agoMs: 10 };
  switch (tells) {
    case 'back':
      return JSON.stringify({ outcome: 'replaced', why: 'silence', ...numbers });
    case 'never':
      return JSON.stringify({ outcome: 'given_up', why: 'failed', ending: 'failed', ...numbers });
    case 'left':
      return JSON.stringify({ outcome: 'given_up', why: 'offline', ending: 'closed', ...numbers });
    case 'huge':
      return '{"outcome":"healed","why":"silence","silentMs":1e308,"attempts":1e21,"agoMs":9007199254740993}';
    case 'below':
      return '{"outcome":"healed","why":"silence","silentMs":-1e308,"attempts":-0.5,"agoMs":-0}';
    case 'malformed':
      return '{"outcome":"healed","why":"silence","silentMs":"1","attempts":1,"agoMs":1,"__proto__":{}}';
  }
}

/** The event that API Gateway hands to the function. */
export function eventOf(request: PlayerRequest): object {
  const { route, offer, named, session, player, silentMs, tells } = request;
  const body = tells
    ? reportOf(tells)
    : offer === undefined
      ? undefined
      : JSON.stringify({
          signalRequest: offer,
          ...(named ? { previousConnectionId: named } : {}),
          ...(silentMs === undefined ? {} : { silentMs }),
        });
  const claims = { iss: ISSUER, sub: `player-${player}` };
  const token = {
    ...claims,
    plan: Number(String(request.id).replaceAll(/\D/g, '')) % 2 === 0 ? 'gold' : 'tin',
  };
  const payload = Buffer.from(JSON.stringify(token)).toString('base64url');
  return {
    requestContext: { requestId: `request-${request.id}`, authorizer: { jwt: { claims } } },
    headers: {
      authorization: `Bearer header.${payload}.signature`,
      ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
    },
    ...(route === 'sessions'
      ? {}
      : { pathParameters: { streamGroupId: GROUP, ...(session ? { streamSessionId: session } : {}) } }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  };
}
