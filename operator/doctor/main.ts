/** Says whether Rejoin can be deployed, and whether what is deployed works: `npm run doctor -- --help`. */
import { EXIT } from '../cli/failure.ts';
import { printResult } from '../cli/print.ts';
import { runProgram } from '../cli/program.ts';
import { readArguments } from './arguments.ts';
import { exitCode, report } from './report.ts';

await runProgram(async (argv) => {
  try {
    const given = readArguments(argv);
    if ('help' in given) {
      printResult(given.help);
      return EXIT.done;
    }
    // Help and refused options need none of this, and it takes long to load.
    const { examine } = await import('./examine.ts');
    const findings = await examine(given, process.cwd());
    printResult(report(findings, given.json));
    return exitCode(findings);
  } catch (error) {
    console.error((error as Error).message);
    // The doctor has exit codes of its own: here 2 means that something could not be checked.
    return EXIT.failed;
  }
});
