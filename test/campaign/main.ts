/** Attacks Rejoin's functions in virtual time: `npm run campaign -- --help`. */
import { readFileSync } from 'node:fs';
import { playerAlarms } from './alarms.ts';
import { HELP, readArguments } from './arguments.ts';
import { bundledRoutes } from './bundle.ts';
import { type Campaign, campaign, type FoundViolation } from './campaign.ts';
import { describePlan } from './describe.ts';
import { planOf } from './generate.ts';
import { judgePlan } from './judge.ts';
import { INVARIANTS, type Plan } from './plan.ts';
import { planOfReplay, replayOf } from './replay.ts';

let known: ReturnType<typeof playerAlarms> | undefined;
const alarms = () => {
  known ??= playerAlarms();
  return known;
};

function violationText({ seed, invariant, what, replay, times }: FoundViolation): string {
  const steps = describePlan(replay).map((line) => `    ${line}`);
  return `(${invariant}) ${INVARIANTS[invariant]}\n  ${what}\n  first found by seed ${seed}; seeds with this violation: ${times}\n${steps.join('\n')}`;
}

function reportText({ requests, faults, violations }: Campaign): string {
  const sum = `${requests} requests, ${faults} faults, ${violations.length} kinds of violations`;
  return [sum, ...violations.map(violationText)].join('\n\n');
}

/** The plan of a replay, or the first one of a report. @throws Error where there is none */
function planIn(file: string): Plan {
  const read = JSON.parse(readFileSync(file, 'utf8'));
  const replay = read.steps ? read : (read.replay ?? read.violations?.[0]?.replay);
  if (!replay?.steps) throw new Error(`${file} contains no replay. Give a file with the output of --json.`);
  return planOfReplay(replay);
}

/** Runs one plan and prints its requests, answers and violations. @returns the exit code */
async function printOne(plan: Plan, json: boolean): Promise<number> {
  const { requests, faults, violations, exchanges } = await judgePlan(plan, await bundledRoutes(), alarms);
  const begun = exchanges[0]?.issuedAt ?? 0;
  const answers = exchanges.map(({ request, issuedAt, endedAt, status, died, body }) => {
    const session = request.session ? ` ${request.session}` : '';
    const after = `${((issuedAt - begun) / 1000).toFixed(3)} to ${((endedAt - begun) / 1000).toFixed(3)} s`;
    return `${after}: player ${request.player}, step ${request.id}: ${request.route}${session} -> ${died ?? body.code ?? status}`;
  });
  const found = violations.map(({ invariant, what }) => `(${invariant}) ${what}`);
  if (json) {
    const { seed } = plan;
    const replay = replayOf(plan);
    const reported = violations.map(({ invariant }) => ({ seed, invariant, replay }));
    console.log(JSON.stringify({ requests, faults, violations: reported }));
  } else {
    console.log(
      [
        ...describePlan(plan),
        '',
        ...answers,
        '',
        ...(found.length > 0 ? found : ['No invariant was violated.']),
      ].join('\n'),
    );
  }
  return violations.length > 0 ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  const { help, json, from, seeds, kinds, seed, replay } = readArguments(args);
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (replay !== undefined) return printOne(planIn(replay), json);
  if (seed !== undefined) return printOne(planOf(seed, kinds), json);
  const result = await campaign({
    from,
    seeds,
    kinds,
    code: await bundledRoutes(),
    alarms,
    onSeed(done, { requests, violations }) {
      if (done % 100 === 0) {
        console.error(
          `${done} of ${seeds} seeds, ${requests} requests, ${violations.length} kinds of violations`,
        );
      }
    },
    onFound: (at, { invariant, what }) =>
      console.error(`seed ${at} violates (${invariant}): ${what}; shrinking`),
  });
  const violations = result.violations.map((found) => ({ ...found, replay: replayOf(found.replay) }));
  console.log(json ? JSON.stringify({ ...result, violations }) : reportText(result));
  return result.violations.length > 0 ? 1 : 0;
}

// A closed pipe, such as that of head, needs no message.
process.stdout.on('error', () => process.exit(1));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // A plain Error is a sentence for people. Any other error is a defect and is printed with its stack.
  console.error(error instanceof Error && error.name === 'Error' ? error.message : error);
  process.exitCode = 2;
}
