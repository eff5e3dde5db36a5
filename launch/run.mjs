// @ts-check
/** Runs a program in the place of this process, or ends this process with an error. */
import { spawn } from 'node:child_process';

/** Prints an error, and ends this process. @param {string} message @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/**
 * Runs a program with this terminal, and ends as it ends. No shell is in between, so arguments arrive unchanged.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv }} options
 */
export function runInstead(file, args, options) {
  const child = spawn(file, args, Object.assign({ stdio: /** @type {const} */ ('inherit') }, options));
  child.on('error', (error) => fail(`Could not run ${file}: ${error.message}`));
  // The terminal sends Ctrl-C to the whole process group, so the child gets it too. Another process sends a signal to this process
  // alone, so it is forwarded. Either way this process stays until the child has cleaned up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // npm forwards a signal to its shell only, and the shell ends without forwarding it. This process then has another parent.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 500).unref();
  child.on('exit', (code, signal) => process.exit(signal || code === null ? 130 : code));
}
