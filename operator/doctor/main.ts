/** Says whether Rejoin can be deployed, and whether what is deployed works: `npm run doctor -- --help`. */
import { readArguments } from './arguments.ts';
import { examine } from './examine.ts';
import { exitCode, report } from './print.ts';

async function main(argv: readonly string[]): Promise<number> {
  try {
    const given = readArguments(argv);
    if ('help' in given) {
      console.log(given.help);
      return 0;
    }
    const findings = await examine(given, process.cwd());
    console.log(report(findings, given.json));
    return exitCode(findings);
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

// A reader that went away, such as head, is no failure to talk about.
process.stdout.on('error', () => process.exit(1));
process.exitCode = await main(process.argv.slice(2));
