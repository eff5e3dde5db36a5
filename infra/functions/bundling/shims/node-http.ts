/**
 * Stands in for `node:http` in every bundle (an alias at bundling). The SDK imports that dynamically, and an ES module's view of it
 * reads every export, of which one loads Node's whole fetch: a fifth of the time to a sandbox's first answer.
 */
const { Agent, request, STATUS_CODES } = process.getBuiltinModule('node:http');

export { Agent, request, STATUS_CODES };
