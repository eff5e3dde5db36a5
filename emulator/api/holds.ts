import * as z from 'zod';
import { OPERATIONS } from '../model/settings.ts';
import type { HoldPlace } from './fault.ts';
import type { Target } from './faults.ts';

/** A call that waits to be released. */
export interface HeldCall {
  target: Target;
  clientToken: string | null;
  at: HoldPlace;
  /** The HTTP status of the response that waits; null for a call that has not taken effect. */
  status: number | null;
  /** Whether the caller has hung up. */
  isCallerGone(): boolean;
}

/** A held call as `GET /_emulator/held` shows it. */
export interface HeldCallView {
  operation: string;
  streamGroupId: string | null;
  streamSessionId: string | null;
  clientToken: string | null;
  at: HoldPlace;
  status: number | null;
  isCallerGone: boolean;
}

const releaseSchema = z.strictObject({
  operation: z.enum(OPERATIONS).optional(),
  streamSessionId: z.string().optional(),
  count: z.int().min(1).optional(),
});

/** Which held calls to release: of an operation, of a session, the first `count`; all when empty. */
export type Release = z.infer<typeof releaseSchema>;

/** @throws Error with a sentence that says what a release may name */
export function parseRelease(input: unknown = {}): Release {
  const result = releaseSchema.safeParse(input);
  if (result.success) return result.data;
  throw new Error(
    `The body must be empty, or an object with "operation" (one of ${OPERATIONS.join(', ')}), "streamSessionId" or "count" (how many calls, 1 or more).`,
  );
}

export interface Holds {
  /**
   * Holds a call until it is released. It stays held when its caller hangs up: AWS also goes on with a call that has reached it.
   * @returns whether the call may go on: false when the emulator ends
   */
  hold(call: HeldCall): Promise<boolean>;
  /** The calls held now, the oldest first. */
  list(): readonly HeldCallView[];
  /** The oldest call that is held and chosen; waits until there is one. It rejects when the emulator ends. */
  whenHeld(which: Pick<Release, 'operation' | 'streamSessionId'>): Promise<HeldCallView>;
  /** Lets calls go on, the oldest first. @returns the released calls */
  release(which: Release): readonly HeldCallView[];
  /** Ends every held call, at the emulator's end. A call held at its arrival never takes effect. */
  close(): void;
}

const view = ({ target, clientToken, at, status, isCallerGone }: HeldCall): HeldCallView => ({
  operation: target.operation,
  streamGroupId: target.streamGroupId ?? null,
  streamSessionId: target.streamSessionId ?? null,
  clientToken,
  at,
  status,
  isCallerGone: isCallerGone(),
});

export function createHolds(): Holds {
  /** In order of arrival, each with the function that releases it. */
  const held = new Map<HeldCall, (mayGoOn: boolean) => void>();
  let isClosed = false;
  /** Called whenever a call is held, and when the emulator ends. */
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const isChosen =
    ({ operation, streamSessionId }: Pick<Release, 'operation' | 'streamSessionId'>) =>
    ({ target }: HeldCall) =>
      (operation === undefined || target.operation === operation) &&
      (streamSessionId === undefined || target.streamSessionId === streamSessionId);

  return {
    hold: (call) =>
      new Promise((resolve) => {
        if (isClosed) return resolve(false);
        held.set(call, resolve);
        tell();
      }),
    whenHeld: (which) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const call = [...held.keys()].find(isChosen(which));
          if (!call && !isClosed) return;
          listeners.delete(look);
          if (call) resolve(view(call));
          else reject(new Error('The emulator was closed while a test waited for a held call.'));
        };
        listeners.add(look);
        look();
      }),
    list: () => [...held.keys()].map(view),
    release: ({ count = held.size, ...which }) => {
      const chosen = [...held].filter(([call]) => isChosen(which)(call));
      return chosen.slice(0, count).map(([call, resume]) => {
        held.delete(call);
        resume(true);
        return view(call);
      });
    },
    close: () => {
      isClosed = true;
      for (const resume of held.values()) resume(false);
      held.clear();
      tell();
    },
  };
}
