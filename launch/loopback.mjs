// @ts-check
/**
 * Keeps requests to this machine away from a proxy. The local deployment is many processes that call each other over loopback. A
 * proxy for the internet can't reach them, or answers in their place.
 */

/** The IPv6 address is in both forms: Node's fetch compares it with brackets, its http module and curl without. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * @param {string} list the user's own NO_PROXY, such as `.example.com,10.0.0.1`
 * @returns {string} the same list with loopback
 */
function withLoopback(list) {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  // A star excludes everything, but only if it is the only entry.
  if (entries.length === 1 && entries[0] === '*') return list;
  return entries.concat(LOOPBACK.filter((name) => entries.indexOf(name) < 0)).join(',');
}

/**
 * The environment for a child process that calls loopback directly. Node reads these variables when it starts, so this process cannot
 * set them for itself.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} a copy, with loopback in both spellings of NO_PROXY beside the user's own entries
 */
export function directToLoopback(env) {
  const lower = env.no_proxy || env.NO_PROXY || '';
  const upper = env.NO_PROXY || env.no_proxy || '';
  return Object.assign({}, env, { no_proxy: withLoopback(lower), NO_PROXY: withLoopback(upper) });
}

/** Whether this process would send requests for loopback to a proxy. */
export function usesProxyForLoopback() {
  const options = process.execArgv.concat((process.env.NODE_OPTIONS || '').split(/\s+/));
  if (process.env.NODE_USE_ENV_PROXY !== '1' && options.indexOf('--use-env-proxy') < 0) return false;
  const list = process.env.no_proxy || process.env.NO_PROXY || '';
  return withLoopback(list) !== list;
}
