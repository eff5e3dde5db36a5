/** Reports of what became of lost streams: nothing in them is proven, so nothing but a few counts may come of them. */
import type { Exchange } from './exchange.ts';
import type { Action, Step, Violation } from './plan.ts';
import { type Player, type PlayerRequest, playerIdNamed } from './players.ts';
import type { RunContext } from './run-context.ts';
import type { Witness } from './witness.ts';

/** As `lambdas/routes/recoveries/report.ts` has it. */
const PER_MINUTE = 4;
const MINUTE_MS = 60_000;
/** The longest time that a report may count. */
const MOST_MS = 600_000;
const COUNTS = ['BackAfter', 'NeverBack', 'LeftWhileLost'];

type Report = Extract<Action, { kind: 'report' }>;

/** Sends a page's reports, one right after the other. */
export async function sendReports(
  step: Step,
  { tells, times, whose }: Report,
  { send, player }: RunContext,
): Promise<void> {
  const actor: Player = player(step.player);
  const owner = whose === undefined ? actor : player(whose);
  const foreign = owner !== actor;
  for (let number = 0; number < times; number++) {
    const request: PlayerRequest = {
      id: times === 1 ? step.id : `${step.id}.${number}`,
      player: step.player,
      device: `${step.player}.${step.device}`,
      route: 'recoveries',
      session: owner.session ?? 'session-unknown',
      tells,
      ...(foreign ? { foreign } : {}),
    };
    await send(request, number === 0 ? step : { sandbox: step.sandbox });
  }
}

/** The violations of the answer to a report. @param past all exchanges before */
export function checkReport(
  { request, status, body, counted, died, issuedAt, endedAt, ...rest }: Exchange,
  past: readonly Exchange[],
  witness: Witness,
): Violation[] {
  const violation = (invariant: Violation['invariant'], what: string): Violation[] => [
    { invariant, what, ...(typeof request.id === 'number' ? { step: request.id } : {}) },
  ];
  const other = witness
    .callsOf(request.id)
    .find(({ pk }) => pk !== `RECOVERIES#${playerIdNamed(request.player)}`);
  if (other)
    return violation(
      8,
      `a report called ${other.operation} on an item other than its player's count of reports`,
    );
  if (died === 'crashed' || died === 'timedOut')
    return violation(3, `recoveries ${died} instead of answering`);
  if (died) return [];
  const strange = counted.find(
    ({ name, value }) => !COUNTS.includes(name) || value < 0 || value > MOST_MS || !Number.isFinite(value),
  );
  if (strange) return violation(8, `a report counted ${strange.name} ${strange.value}`);
  if (counted.length > (status < 300 ? 1 : 0))
    return violation(8, `one report counted ${counted.length} times`);
  const wanted = request.tells === 'malformed' ? 'invalid_request' : '204';
  const said = body.code ?? `${status}`;
  const isTroubled = rest.faults.length > 0 || rest.tableWasDown;
  if (said === wanted || (said === 'upstream_unavailable' && isTroubled)) return [];
  if (said !== 'too_many_requests')
    return violation(
      6,
      `a report of ${request.foreign ? "another player's" : 'a'} session was answered ${said}`,
    );
  // The window is a minute of the clock, and clocks differ by less than half a second.
  const begins = issuedAt - (issuedAt % MINUTE_MS) - 500;
  const own = past.filter(
    (each) =>
      each.request.route === 'recoveries' && each.request.player === request.player && each.endedAt >= begins,
  );
  return own.length < PER_MINUTE && !own.some(({ faults }) => faults.length > 0) && !isTroubled
    ? violation(5, `a page with ${own.length} reports in this minute got too_many_requests`)
    : [];
}
