/** Who acts in a run, and what each page knows: its connections, its last request. */
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import type { Route } from './bundle.ts';
import type { OfferChoice, Step } from './plan.ts';

const ISSUER = 'https://login.example.com/';
export const GROUP = 'sg-1';

/** A request as a page sends it. */
export interface Asked {
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
  /** It asks for a session of another player. */
  foreign?: boolean;
}

/** What a page of a player knows. */
export interface Device {
  name: string;
  /** The newest connection that it heard of, by session. */
  connections: Map<string, string>;
  lastStart?: Asked;
  lastReconnect?: Asked;
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

/** A half of a character, as a page that cuts text carelessly may send it. */
const HALVES = { odd: '\ud800', twin: '\udbff' };

function newOffer(device: Device, choice: OfferChoice): string {
  device.made++;
  // Two offers that differ in the half alone: the newer names the same number.
  const number = choice === 'odd' || choice === 'twin' ? 0 : device.made;
  const half = choice === 'odd' || choice === 'twin' ? HALVES[choice] : '';
  const sdp = `v=0\\r\\no=- ${device.name} ${number} IN IP4 127.0.0.1\\r\\ns=${choice === 'bad' ? 'bad' : '-'}${half}\\r\\nt=0 0\\r\\n`;
  return `{"type":"offer","sdp":"${sdp}"}`;
}

function offerOf(choice: OfferChoice, player: Player, device: Device, last: Asked | undefined): string {
  if (choice === 'last' && last?.offer !== undefined) return last.offer;
  if (choice === 'start' && player.startOffer !== undefined) return player.startOffer;
  return newOffer(device, choice);
}

/** The request that a step makes, or undefined where a step is none. */
export function askedBy(step: Step, player: Player, others: (name: number) => Player): Asked | undefined {
  const { deed, id } = step;
  const device = deviceOf(player, step.device);
  const base = { id, player: player.name, device: device.name };
  if (deed.kind === 'list') return { ...base, route: 'sessions' };
  if (deed.kind === 'start') {
    const last = device.lastStart;
    const offer = offerOf(deed.offer, player, device, last);
    const key =
      deed.key === 'none' ? undefined : deed.key === 'last' ? last?.key : `key-${device.name}-${id}`;
    player.startOffer = offer;
    device.lastStart = { ...base, route: 'start', offer, ...(key === undefined ? {} : { key }) };
    return device.lastStart;
  }
  if (deed.kind !== 'reconnect' && deed.kind !== 'status' && deed.kind !== 'end') return undefined;
  const foreign = deed.whose !== undefined && deed.whose !== player.name;
  const owner = foreign ? others(deed.whose as number) : player;
  const session = owner.session ?? 'session-unknown';
  const path = { ...base, session, ...(foreign ? { foreign } : {}) };
  if (deed.kind !== 'reconnect') return { ...path, route: deed.kind === 'end' ? 'terminate' : 'status' };
  const last = device.lastReconnect;
  if (deed.offer === 'last' && deed.key === 'last' && last?.session === session) return { ...last, id };
  const offer = offerOf(deed.offer, player, device, last);
  const key = deed.key === 'none' ? undefined : deed.key === 'last' ? last?.key : `key-${device.name}-${id}`;
  const own = device.connections.get(session);
  const named = deed.names === 'own' ? own : deed.names === 'wrong' ? 'AAAAAAAAAAAAAAAAAAAAAA' : undefined;
  const asked: Asked = {
    ...path,
    route: 'reconnect',
    offer,
    ...(key === undefined ? {} : { key }),
    ...(named === undefined ? {} : { named }),
  };
  if (!foreign) device.lastReconnect = asked;
  return asked;
}

/** The event that API Gateway hands to the function. */
export function eventOf(asked: Asked): object {
  const { route, offer, named, session, player } = asked;
  const body =
    offer === undefined
      ? undefined
      : JSON.stringify({ signalRequest: offer, ...(named ? { previousConnectionId: named } : {}) });
  return {
    requestContext: {
      requestId: `request-${asked.id}`,
      authorizer: { jwt: { claims: { iss: ISSUER, sub: `player-${player}` } } },
    },
    headers: asked.key === undefined ? {} : { 'idempotency-key': asked.key },
    ...(route === 'sessions'
      ? {}
      : { pathParameters: { streamGroupId: GROUP, ...(session ? { streamSessionId: session } : {}) } }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  };
}
