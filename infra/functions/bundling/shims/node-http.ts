/**
 * Replaces `node:http` in every bundle (an alias in bundle.ts). The SDK imports `node:http` dynamically. An ES module namespace
 * reads every export, and one of them loads Node's whole fetch implementation: a fifth of the time to a sandbox's first
 * response.
 */
const { Agent, request, STATUS_CODES } = process.getBuiltinModule('node:http');

export { Agent, request, STATUS_CODES };
