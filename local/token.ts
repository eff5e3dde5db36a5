import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEndpoints } from './endpoints.ts';
import { playerNameProblem } from './identity/names.ts';
import { mintAccessToken } from './identity/token.ts';

/** `npm run --silent token -- alice`: a player's access token from the running local deployment. */
const [player, ...rest] = process.argv.slice(2);
if (player === undefined || rest.length > 0 || player === '--help') {
  console.error("Prints a player's access token for the local deployment: npm run --silent token -- alice");
  process.exit(player === '--help' ? 0 : 1);
}
try {
  const problem = playerNameProblem(player);
  if (problem) throw new Error(problem);
  const { identity } = readEndpoints(join(fileURLToPath(new URL('..', import.meta.url)), '.local'));
  console.log(await mintAccessToken({ issuer: identity, player }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
