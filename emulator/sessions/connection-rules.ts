import { createHash } from 'node:crypto';
import { ServiceError } from '../model/errors.ts';
import type { SessionStatus } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';
import { NO_CLIENT_CONNECTION } from './session-request.ts';

/** The offers that one stream session has answered, as digests. */
export interface UsedOffers {
  add(signalRequest: string): void;
  has(signalRequest: string): boolean;
}

export function createUsedOffers(): UsedOffers {
  const digests = new Set<string>();
  const digest = (text: string) => createHash('sha256').update(text).digest('base64');
  return {
    add: (signalRequest) => {
      digests.add(digest(signalRequest));
    },
    has: (signalRequest) => digests.has(digest(signalRequest)),
  };
}

/**
 * Checks whether a stream session takes a connection with this offer now.
 * @throws ServiceError the error chosen for the session's status, or for the offer
 */
export function requireConnectable(
  session: { id: string; status: SessionStatus; usedOffers: UsedOffers },
  signalRequest: string,
  settings: Settings,
): void {
  const { id, status, usedOffers } = session;
  const refusals: Partial<Record<SessionStatus, Settings['connectWhileConnected']>> = {
    ACTIVATING: settings.connectWhileActivating,
    CONNECTED: settings.connectWhileConnected,
    RECONNECTING: settings.connectWhileReconnecting,
    TERMINATING: settings.connectWhileTerminating,
    TERMINATED: settings.connectWhenFinished,
    ERROR: settings.connectWhenFinished,
  };
  const refusal = refusals[status] ?? 'accept';
  if (refusal !== 'accept') {
    throw new ServiceError(refusal, `Stream session ${id} is ${status}: it does not take a connection.`);
  }
  if (signalRequest === NO_CLIENT_CONNECTION) {
    throw new ServiceError('ValidationException', `SignalRequest must not be ${NO_CLIENT_CONNECTION} here.`);
  }
  if (settings.reusedOffer !== 'accept' && usedOffers.has(signalRequest)) {
    throw new ServiceError(settings.reusedOffer, 'SignalRequest was already used in this stream session.');
  }
}
