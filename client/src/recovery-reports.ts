import { routes, type Tell } from './api-client.ts';
import type { RecoveryReport } from './contract.ts';
import type { Environment } from './environment.ts';
import type { ReconnectingState, StreamState } from './state.ts';
import { MAX_WAITING_REPORTS, REPORT_AFTER_MS, REPORT_SPREAD_MS } from './timing.ts';

/** Tells the API what became of losses, in its own time: nothing waits for it, and nothing depends on it. */
export interface RecoveryReports {
  /** Follows the stream's states: from `reconnecting` to `connected` or `ended` is one report. */
  saw(state: StreamState): void;
  /** Sends what waits. */
  flush(): void;
}

export function createRecoveryReports(env: Environment, tell: Tell): RecoveryReports {
  let lost: ReconnectingState | undefined;
  /** The newest connection that played. */
  let played: string | undefined;
  let waiting: (() => void)[] = [];
  let timer: unknown;

  function saw(state: StreamState): void {
    if (state.name === 'reconnecting') {
      lost = state;
      env.events?.addEventListener('pagehide', leave);
    } else if (state.name === 'connected') {
      over(state.connectionId === played ? 'healed' : 'replaced');
      played = state.connectionId;
    } else if (state.name === 'ended') over('given_up', state.reason);
  }

  function over(outcome: RecoveryReport['outcome'], ending?: RecoveryReport['ending']): void {
    if (lost && waiting.length < MAX_WAITING_REPORTS) {
      const { session, lostAt, why, attempt: attempts } = lost;
      const at = env.now();
      const report: Omit<RecoveryReport, 'agoMs'> = { outcome, why, ending, silentMs: at - lostAt, attempts };
      timer ??= env.setTimeout(flush, REPORT_AFTER_MS + REPORT_SPREAD_MS * env.random());
      waiting.push(() => tell(`${routes.session(session)}/recoveries`, { ...report, agoMs: env.now() - at }));
    }
    lost = undefined;
  }

  function flush(): void {
    env.clearTimeout(timer);
    timer = undefined;
    env.events?.removeEventListener('pagehide', leave);
    for (const send of waiting) send();
    waiting = [];
  }

  /** The page goes away, and with it a stream that is lost. */
  function leave(): void {
    over('given_up', 'closed');
    flush();
  }

  return { saw, flush };
}
