import { randomInt } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import { ServiceError } from '../model/errors.ts';
import { isFinished } from '../model/lifecycle.ts';
import type { EmulatorStreamGroup } from '../model/options.ts';
import type { Settings } from '../model/settings.ts';
import { usableOffer } from './offer-rules.ts';
import { NO_CLIENT_CONNECTION, type SessionContext, type SessionRequest } from './session-request.ts';
import { StreamSession } from './stream-session.ts';

export interface ServiceOptions {
  region: string;
  accountId: string;
  streamGroups: readonly EmulatorStreamGroup[];
  settings: () => Settings;
  clock: Clock;
  webSdkProtocolUrl: () => string;
  /** The IPv4 address of this machine that clients send media to; absent: 127.0.0.1. */
  mediaAddress?: string | undefined;
  random: () => number;
}

/** A stream group. Its status and capacity can be changed while the emulator runs. */
export interface StreamGroup extends EmulatorStreamGroup {
  readonly arn: string;
  readonly createdAt: number;
  status: string;
}

export interface StartRequest extends SessionRequest {
  ApplicationIdentifier: string;
  Locations?: readonly string[];
}

/** How often finished sessions past their retention are deleted. */
const SWEEP_MS = 5_000;
const ID_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz';

const newId = () => Array.from({ length: 16 }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('');

/** The stream groups and stream sessions of one account in one Region. */
export class GameLiftStreams {
  readonly #options: ServiceOptions;
  readonly #groups: Map<string, StreamGroup>;
  readonly #sessions = new Map<string, StreamSession>();
  /** Sessions that wait for capacity, by stream group, the oldest first. */
  readonly #waiting = new Map<string, Set<StreamSession>>();
  readonly #live = new Map<string, number>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#groups = new Map(
      options.streamGroups.map((group) => [
        group.id,
        {
          status: 'ACTIVE',
          ...group,
          arn: this.arn(`streamgroup/${group.id}`),
          createdAt: options.clock.now(),
        },
      ]),
    );
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  arn(resource: string): string {
    return `arn:aws:gameliftstreams:${this.#options.region}:${this.#options.accountId}:${resource}`;
  }

  /** The resource that an ARN or a bare id names: `streamgroup/sg-1`. */
  resource(type: 'streamgroup' | 'application', identifier: string): string {
    const prefix = this.arn('');
    return identifier.startsWith(prefix) ? identifier.slice(prefix.length) : `${type}/${identifier}`;
  }

  /** @throws ServiceError ResourceNotFoundException */
  group(identifier: string): StreamGroup {
    const [, id = '', ...rest] = this.resource('streamgroup', identifier).split('/');
    const group = rest.length === 0 ? this.#groups.get(id) : undefined;
    if (!group || this.arn(this.resource('streamgroup', identifier)) !== group.arn) {
      throw new ServiceError('ResourceNotFoundException', `Stream group ${identifier} was not found.`);
    }
    return group;
  }

  /** @throws ServiceError ResourceNotFoundException; also for a session of another group */
  session(groupIdentifier: string, identifier: string): StreamSession {
    const group = this.group(groupIdentifier);
    const prefix = this.arn(`streamsession/${group.id}/`);
    const session = this.#sessions.get(
      identifier.startsWith(prefix) ? identifier.slice(prefix.length) : identifier,
    );
    if (session?.context.streamGroupId !== group.id || this.#isPastRetention(session)) {
      throw new ServiceError('ResourceNotFoundException', `Stream session ${identifier} was not found.`);
    }
    return session;
  }

  findSession(id: string): StreamSession | undefined {
    return this.#sessions.get(id);
  }

  /** @throws ServiceError the error chosen for a stream group that is not ACTIVE */
  requireActive(group: StreamGroup): void {
    if (group.status === 'ACTIVE') return;
    throw new ServiceError(
      this.#options.settings().streamGroupNotActive,
      `Stream group ${group.id} is ${group.status}: it must be ACTIVE.`,
    );
  }

  start(groupIdentifier: string, request: StartRequest): StreamSession {
    const group = this.group(groupIdentifier);
    this.requireActive(group);
    const [, application = ''] = this.resource('application', request.ApplicationIdentifier).split('/');
    if (!group.applications.includes(application)) {
      throw new ServiceError(
        'ResourceNotFoundException',
        `Application ${request.ApplicationIdentifier} is not associated with stream group ${group.id}.`,
      );
    }
    const locations = request.Locations ?? group.locations.slice(0, 1);
    const unknown = locations.find((location) => !group.locations.includes(location));
    if (unknown !== undefined) {
      throw new ServiceError(
        'ValidationException',
        `Locations: stream group ${group.id} has no location ${unknown}.`,
      );
    }

    this.#requireUsable(request.SignalRequest);

    const id = newId();
    const context: SessionContext = {
      id,
      arn: this.arn(`streamsession/${group.id}/${id}`),
      streamGroupId: group.id,
      location: locations[0] ?? '',
      applicationArn: this.arn(`application/${application}`),
      webSdkProtocolUrl: this.#options.webSdkProtocolUrl(),
      mediaAddress: this.#options.mediaAddress,
      settings: this.#options.settings,
      clock: this.#options.clock,
      random: this.#options.random,
      onFinished: () => this.#release(session),
    };
    const session = new StreamSession(context, request);
    this.#sessions.set(id, session);
    this.#queue(group.id).add(session);
    this.#placeWaiting(group);
    return session;
  }

  /** @throws ServiceError ValidationException where the settings refuse an unusable offer before a session begins */
  #requireUsable(signalRequest: string): void {
    const settings = this.#options.settings();
    if (settings.unusableOfferAtStart !== 'ValidationException') return;
    if (signalRequest === NO_CLIENT_CONNECTION || usableOffer(signalRequest, settings)) return;
    throw new ServiceError('ValidationException', 'SignalRequest is not an offer that can be answered.');
  }

  /** All sessions that can be read, the newest first. */
  list(): StreamSession[] {
    return [...this.#sessions.values()].filter((session) => !this.#isPastRetention(session)).reverse();
  }

  groups(): readonly StreamGroup[] {
    return [...this.#groups.values()];
  }

  /** Changes a stream group's status or capacity; freed capacity goes to the sessions that wait for it. */
  changeGroup(group: StreamGroup, change: { status?: string; capacity?: number }): void {
    Object.assign(group, change);
    this.#placeWaiting(group);
  }

  /** Makes every session use changed durations. */
  settingsChanged(): void {
    for (const session of this.#sessions.values()) session.tick();
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #queue(groupId: string): Set<StreamSession> {
    const queue = this.#waiting.get(groupId) ?? new Set();
    this.#waiting.set(groupId, queue);
    return queue;
  }

  #placeWaiting(group: StreamGroup): void {
    for (const session of this.#queue(group.id)) {
      const live = this.#live.get(group.id) ?? 0;
      if (group.capacity !== undefined && live >= group.capacity) return;
      this.#queue(group.id).delete(session);
      this.#live.set(group.id, live + 1);
      void session.place();
    }
  }

  #release(session: StreamSession): void {
    const { streamGroupId } = session.context;
    // A session that ends while it waits has held no capacity.
    if (this.#queue(streamGroupId).delete(session)) return;
    this.#live.set(streamGroupId, (this.#live.get(streamGroupId) ?? 0) - 1);
    const group = this.#groups.get(streamGroupId);
    if (group) this.#placeWaiting(group);
  }

  #isPastRetention({ life }: StreamSession): boolean {
    const retentionMs = this.#options.settings().finishedSessionRetentionSeconds * 1000;
    return isFinished(life) && this.#options.clock.now() - life.lastUpdatedAt > retentionMs;
  }

  #sweep(): void {
    for (const [id, session] of this.#sessions) {
      if (this.#isPastRetention(session)) this.#sessions.delete(id);
    }
  }
}
