import { expect, test } from 'vitest';
import { abandonedLeaseFields, newLease } from '../../../lambdas/sessions/lease.ts';

const fingerprint = { request: 'r', offer: 'o', key: 'k' };

test('a lease outlasts its function by the half second that two clocks may differ, so no second request gets in beside a function that lives', () => {
  expect(newLease(fingerprint, { id: 'l-1', endsBy: 10_000 })).toEqual({
    ...fingerprint,
    id: 'l-1',
    until: 10_500,
  });
});

test('a lease names the connection that its request would make, where it makes one', () => {
  const lease = newLease(fingerprint, { id: 'l-1', endsBy: 10_000, connectionId: 'c-1' });
  expect(lease.connectionId).toBe('c-1');
});

test('the log says until when a dead function held the session, and which connection it may have made', () => {
  const until = '2027-01-15T08:00:00.500Z';
  const lease = newLease(fingerprint, { id: 'l-1', endsBy: Date.parse(until) - 500 });
  expect(abandonedLeaseFields(lease)).toEqual({ until });
  expect(abandonedLeaseFields({ ...lease, connectionId: 'c-1' })).toEqual({ until, connectionId: 'c-1' });
});
