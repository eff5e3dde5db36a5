import type { DrivenPage, Shown } from './page.ts';
import type { Network } from './silence.ts';

/** One thing that a check tried. */
export interface Step {
  /** What it tried, such as `a session starts`. */
  what: string;
  passed: boolean;
  /** What it saw, in a sentence. */
  saw: string;
  /** How long it took, in seconds. */
  seconds: number;
  /** The page's timeline at its end. */
  timeline: Shown[];
}

/** How long a check waits at most, in milliseconds: for a machine to be found, for a stream, and for an end. */
const START_MS = 5 * 60_000;
const CONNECT_MS = 60_000;
const END_MS = 30_000;
const END = 'the player ends the session';
/** How many frames prove a picture. */
const FRAMES = 30;

/**
 * Plays once without hands: start, silence, back, leave, return, end. A step that fails ends the rest; the session is ended in any case.
 * @param page signed in
 * @param stop ends it early
 * @param timing how long the network is away, and how long the session waits for its player, in seconds
 */
export async function checkPlay(
  page: DrivenPage,
  network: Network,
  timing: { darkSeconds: number; patienceSeconds: number },
  told: (step: Step) => void,
  stop: AbortSignal,
): Promise<Step[]> {
  const steps: Step[] = [];
  const step = async (what: string, act: () => Promise<string>): Promise<boolean> => {
    const began = performance.now();
    let outcome: Pick<Step, 'passed' | 'saw'>;
    try {
      outcome = { passed: true, saw: await stopped(stop, act()) };
    } catch (error) {
      outcome = { passed: false, saw: (error as Error).message };
    }
    const seconds = (performance.now() - began) / 1000;
    const done = { what, ...outcome, seconds, timeline: await page.timeline().catch(() => []) };
    steps.push(done);
    told(done);
    return outcome.passed;
  };
  /** The stream shows new pictures. */
  const plays = async (withinMs = CONNECT_MS) => {
    const before = await page.frames();
    const until = performance.now() + withinMs;
    for (;;) {
      const now = await page.frames();
      if (now >= before + FRAMES || (now < before && now >= FRAMES)) return now;
      if (performance.now() > until) throw new Error(`No new picture came: ${await page.news()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  const begun = async () => {
    await page.becomes(['ready'], CONNECT_MS);
    const isReturn = await page.offers('resume');
    await page.click(isReturn ? 'resume' : 'start');
    await page.becomes(['connected'], START_MS);
    await plays();
    return isReturn ? 'the player had one already, and it plays' : 'it plays';
  };
  const dark = async () => {
    const { darkSeconds, patienceSeconds } = timing;
    network.stop();
    try {
      await new Promise((resolve) => setTimeout(resolve, darkSeconds * 1000));
    } finally {
      network.start();
    }
    const withinMs = patienceSeconds * 1000;
    await page.becomes(['connected'], withinMs);
    await plays(withinMs);
    // A blackout may be over before the page calls it a loss.
    const last = (await page.timeline()).at(-1)?.kind;
    if (last === 'healed') return 'the old connection healed';
    return last === 'frame' ? 'a new connection replaced the old one' : 'it played on';
  };
  const back = async () => {
    await page.click('leave');
    await page.becomes(['ready'], CONNECT_MS);
    await page.click('resume');
    await page.becomes(['connected'], timing.patienceSeconds * 1000);
    await plays();
    return 'a new connection plays';
  };
  const end = async () => {
    await page.click('end');
    await page.becomes(['ended'], END_MS);
    return 'it has ended';
  };

  try {
    for (const [what, act] of [
      ['a session starts', begun],
      [`the network goes away for ${timing.darkSeconds} s`, dark],
      ['the player leaves and comes back', back],
      [END, end],
    ] as const) {
      if (!(await step(what, act))) break;
    }
  } finally {
    network.start();
    if (steps.at(-1)?.what !== END || !steps.at(-1)?.passed) {
      if (await page.offers('end').catch(() => false)) await end().catch(() => undefined);
    }
  }
  return steps;
}

/** The result of a task, unless the check is stopped before. @throws Error with a sentence */
async function stopped<T>(stop: AbortSignal, task: Promise<T>): Promise<T> {
  task.catch(() => undefined);
  let interrupt = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(new Error('The check was stopped.'));
    stop.addEventListener('abort', interrupt);
    if (stop.aborted) interrupt();
  });
  try {
    return await Promise.race([task, interrupted]);
  } finally {
    stop.removeEventListener('abort', interrupt);
  }
}
