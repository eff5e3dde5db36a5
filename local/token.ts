import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readEndpoints } from './endpoints.ts';
import { playerNameProblem } from './identity/names.ts';
import { mintAccessToken } from './identity/token.ts';

const HELP = `Prints a player's access token for the local deployment: npm run --silent token -- alice

  --claims JSON   more claims of the token, for start rules (docs/start.md): --claims '{"plan": "gold"}'
  --help          this text`;

/** @throws Error with one sentence about the arguments */
function parsed() {
  const options = { claims: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [player, ...rest] = positionals;
  if (values.help) return { help: true as const };
  if (player === undefined || rest.length > 0) throw new Error(HELP);
  const problem = playerNameProblem(player);
  if (problem) throw new Error(problem);
  return { player, ...(values.claims === undefined ? {} : { claims: claimsIn(values.claims) }) };
}

function claimsIn(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`--claims is not JSON: ${text.slice(0, 60)}`);
  }
}

/** `npm run --silent token -- alice`: a player's access token from the running local deployment. */
try {
  const options = parsed();
  if ('help' in options) {
    console.log(HELP);
  } else {
    const { identity } = readEndpoints(join(fileURLToPath(new URL('..', import.meta.url)), '.local'));
    console.log(await mintAccessToken({ issuer: identity, ...options }));
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
