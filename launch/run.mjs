// @ts-check
/** Runs a program in the place of this process. */
import { spawn } from 'node:child_process';

/**
 * Runs a program with this terminal and ends as it ends. There is no shell in between, so arguments arrive as they were written.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv }} options
 */
export function runInstead(file, args, options) {
  const child = spawn(file, args, Object.assign({ stdio: /** @type {const} */ ('inherit') }, options));
  child.on('error', (error) => {
    console.error(`Could not run ${file}: ${error.message}`);
    process.exit(1);
  });
  // Ctrl-C reaches the whole process group by itself; a signal sent to this process alone is passed on. Either
  // way this process stays until its child has cleaned up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // npm passes a signal to its shell, which dies of it without passing it on: whoever loses that parent ends as well.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 500).unref();
  child.on('exit', (code, signal) => process.exit(signal || code === null ? 130 : code));
}
