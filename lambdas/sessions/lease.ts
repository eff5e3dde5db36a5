import type { RequestFingerprint } from '../identifiers/digests.ts';

/** A lease: while it lives, its request alone may call AWS for the session. */
export interface Lease extends RequestFingerprint {
  /** Unique to one invocation, so that a slow function can't write under a newer lease. */
  id: string;
  /** Epoch milliseconds; later than its function can possibly live. */
  until: number;
  /** The connection that its request would make. */
  connectionId?: string;
  /** Which connection the request named, as `markOfPrevious` keeps it. Leases of an earlier release, and of starts, lack it. */
  follows?: string;
}

/** Clocks of two sandboxes may differ by this. */
const CLOCK_SKEW_MS = 500;

/** @param endsBy when the function will have been killed, epoch milliseconds */
export function newLease(
  fingerprint: RequestFingerprint,
  { id, endsBy, ...made }: { id: string; endsBy: number } & Pick<Lease, 'connectionId' | 'follows'>,
): Lease {
  return { ...fingerprint, id, until: endsBy + CLOCK_SKEW_MS, ...made };
}

/** The fields of a log line about a lease that was never given back. */
export function abandonedLeaseFields({ until, connectionId }: Lease): {
  until: string;
  connectionId?: string;
} {
  return { until: new Date(until).toISOString(), ...(connectionId === undefined ? {} : { connectionId }) };
}
