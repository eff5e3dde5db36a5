// @ts-check
/**
 * Keeps requests to this machine away from a proxy. The local deployment is many processes that talk over loopback; a proxy for the
 * internet can't reach those, or answers in their name.
 */

/** The IPv6 address in both ways: Node's fetch compares it with brackets, its http module and curl without. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * @param {string} list what the user excludes from the proxy, such as `.example.com,10.0.0.1`
 * @returns {string} the same, and loopback
 */
function withLoopback(list) {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  // A star excludes everything, but only as the one entry.
  if (entries.length === 1 && entries[0] === '*') return list;
  return entries.concat(LOOPBACK.filter((name) => entries.indexOf(name) < 0)).join(',');
}

/**
 * What a child process gets so that it calls loopback directly. Node reads these variables when it starts, so they must be there before.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} a copy, in which both spellings of NO_PROXY name loopback beside what the user wrote
 */
export function directToLoopback(env) {
  const lower = env.no_proxy || env.NO_PROXY || '';
  const upper = env.NO_PROXY || env.no_proxy || '';
  return Object.assign({}, env, { no_proxy: withLoopback(lower), NO_PROXY: withLoopback(upper) });
}

/** Whether this process would ask a proxy for loopback. */
export function asksProxyForLoopback() {
  const options = process.execArgv.concat((process.env.NODE_OPTIONS || '').split(/\s+/));
  if (process.env.NODE_USE_ENV_PROXY !== '1' && options.indexOf('--use-env-proxy') < 0) return false;
  const list = process.env.no_proxy || process.env.NO_PROXY || '';
  return withLoopback(list) !== list;
}
