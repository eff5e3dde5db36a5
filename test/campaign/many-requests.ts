/** Actions of many requests: accounts that guess session ids together, and owners who request a session that was started elsewhere. */
import { chanceOf } from './chance.ts';
import { missesPerMinute } from './exchange.ts';
import type { Action, Step } from './plan.ts';
import type { RunContext } from './run-context.ts';

type ManyRequests = Extract<Action, { kind: 'guess' | 'claim' }>;
export const isManyRequests = (action: Action): action is ManyRequests =>
  action.kind === 'guess' || action.kind === 'claim';

/** An owner who follows the answers must have the session by then. */
const PATIENCE_MS = 60_000;
const SECOND_MS = 1000;

/** Each account guesses as often as its rate limit allows, always just after a second begins. */
async function guess(
  step: Step,
  accounts: number,
  seconds: number,
  { time, send }: RunContext,
): Promise<void> {
  await time.sleep(SECOND_MS - (time.now() % SECOND_MS));
  const every = Math.ceil(60 / missesPerMinute);
  const requests: Promise<unknown>[] = [];
  for (let second = 0; second < seconds; second++) {
    for (let account = second % every; account < accounts; account += every) {
      const name = `guesser-${step.id}-${account}`;
      const id = `${name}-${second}`;
      requests.push(
        send({ id, player: name, device: `${name}.0`, route: 'status', session: `session-guessed-${id}` }),
      );
    }
    await time.sleep(SECOND_MS);
  }
  await Promise.all(requests);
}

async function claim(step: Step, { time, send, player, violate, plan }: RunContext): Promise<void> {
  const { session } = player(step.player);
  if (!session) return;
  const until = time.now() + PATIENCE_MS;
  for (let attempt = 0; time.now() < until; attempt++) {
    const id = `${step.id}.${attempt}`;
    const device = `${step.player}.${step.device}`;
    const { status, body } = await send({ id, player: step.player, device, route: 'status', session });
    if (status < 300) return;
    if (body.retry === 'never') break;
    await time.sleep((body.retryAfterMs ?? SECOND_MS) + 50 * chanceOf(plan.seed, id));
  }
  violate({
    invariant: 5,
    what: 'accounts that guess ids kept an owner out of a session for a minute',
    step: step.id,
  });
}

export function sendManyRequests(step: Step, action: ManyRequests, context: RunContext): Promise<void> {
  return action.kind === 'guess'
    ? guess(step, action.accounts, action.seconds, context)
    : claim(step, context);
}
