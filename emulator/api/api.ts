import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorName, ServiceError } from '../model/errors.ts';
import type { Authorization } from '../model/options.ts';
import { type Credential, type Refusal, verifySignature } from '../sigv4/verify.ts';
import type { CallRecord, Calls } from './calls.ts';
import { validationMessage, violations } from './constraints.ts';
import type { HoldPlace } from './fault.ts';
import type { FaultEffects, Faults, Target } from './faults.ts';
import type { Holds } from './holds.ts';
import { wrongType } from './json-types.ts';
import type { Input, OperationContext, OperationSpec } from './operations.ts';
import { notHere } from './other-operations.ts';
import type { RateLimit } from './rate-limit.ts';
import { type Route, route } from './router.ts';

/** Source: the API model's signing name. */
const SIGNING_NAME = 'gameliftstreams';

export interface ApiContext extends OperationContext {
  region: string;
  accountId: string;
  lookup: (accessKeyId: string) => Credential | undefined;
  authorize: (call: Authorization) => boolean;
  rateLimit: RateLimit;
  faults: Faults;
  holds: Holds;
  calls: Calls;
}

const REFUSALS: Readonly<Record<Refusal, ErrorName>> = {
  missing: 'MissingAuthenticationTokenException',
  malformed: 'IncompleteSignatureException',
  unknownKey: 'UnrecognizedClientException',
  sessionToken: 'UnrecognizedClientException',
  scope: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  notYetCurrent: 'InvalidSignatureException',
  body: 'InvalidSignatureException',
  signature: 'InvalidSignatureException',
};
/** AWS's own words, if there are some: users of the SDKs search for them. */
const AWS_WORDS: Partial<Record<Refusal, string>> = {
  missing: 'Missing Authentication Token',
  unknownKey: 'The security token included in the request is invalid.',
  sessionToken: 'The security token included in the request is invalid.',
  signature:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};

/** The response to a call, before it is sent. */
interface Reply {
  status: number;
  body?: object;
  error?: ServiceError;
}

const failure = (error: unknown): Reply => {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError('InternalServerException', 'Internal server error');
  if (known !== error) console.error('The emulator failed to serve a call:', error);
  return { status: known.status, error: known };
};

function authenticate(context: ApiContext, request: IncomingMessage, body: Buffer): string {
  const result = verifySignature(
    { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body },
    { service: SIGNING_NAME, region: context.region, lookup: context.lookup },
  );
  if (result.ok) return result.principal;
  throw new ServiceError(REFUSALS[result.reason], AWS_WORDS[result.reason] ?? result.detail);
}

function readBody(spec: OperationSpec, body: Buffer): Input {
  if (body.length === 0 || spec.method === 'GET') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ServiceError('SerializationException', 'The request body is not a JSON object.');
  }
  // Ignores members that the model does not have. The members of the path replace those of the body later.
  return Object.fromEntries(
    Object.entries(parsed).filter(
      ([name, value]) => Object.hasOwn(spec.input.members, name) && value !== null,
    ),
  );
}

function requirePermission(
  context: ApiContext,
  principal: string,
  { operation, spec }: Route,
  input: Input,
): void {
  const conditionKeys = spec.conditionKeys?.(input);
  const own = {
    action: `gameliftstreams:${operation}`,
    resources: spec.resources(input, context),
    ...(conditionKeys && { context: conditionKeys }),
  };
  const denied = [own, spec.alsoNeeds?.(input, context) ?? []]
    .flat()
    .find((each) => !context.authorize({ principal, ...each }));
  if (denied === undefined) return;
  const { action, resources } = denied;
  const user = `arn:aws:sts::${context.accountId}:assumed-role/${principal}/emulator`;
  throw new ServiceError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resources[0]} because no identity-based policy allows the ${action} action`,
  );
}

async function perform(context: ApiContext, found: Route, principal: string, input: Input): Promise<Reply> {
  const { spec } = found;
  requirePermission(context, principal, found, input);
  const problems = violations(spec.input, input);
  if (problems.length > 0) throw new ServiceError('ValidationException', validationMessage(problems));
  const body = await spec.run(input, context);
  return body ? { status: spec.successStatus, body } : { status: spec.successStatus };
}

function send(response: ServerResponse, { status, body, error }: Reply): void {
  response.statusCode = status;
  response.setHeader('x-amzn-requestid', randomUUID());
  if (error) response.setHeader('x-amzn-errortype', error.name);
  const payload = error ? { __type: error.name, Message: error.message } : body;
  if (!payload) {
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(payload));
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);

/** The resources that a call names. Identifiers are ARNs or bare ids, and an ARN ends in the id. */
function targetOf({ operation }: Route, input: Input): Target {
  const id = (identifier: unknown) => text(identifier)?.split('/').at(-1);
  return {
    operation,
    streamGroupId: id(input.Identifier),
    streamSessionId: id(input.StreamSessionIdentifier),
  };
}

/**
 * Serves one call. In this order: signature, JSON types, planned faults, quota, permission, constraints, the operation itself. A
 * call can be held twice: before the other faults, and when its response is ready, also an error.
 */
export async function serveCall(
  context: ApiContext,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const found = route(request.method ?? '', request.url ?? '');
  const call: CallRecord = context.calls.add({
    operation: found?.operation ?? 'Unknown',
    principal: null,
    clientToken: null,
    status: null,
    at: new Date(context.clock.now()).toISOString(),
  });
  /** @returns whether the call may go on after its release */
  const released = (target: Target, at: HoldPlace, status: number | null) =>
    context.holds.hold({
      target,
      clientToken: call.clientToken,
      at,
      status,
      isCallerGone: () => response.destroyed,
    });

  let reply: Reply;
  let target: Target = { operation: call.operation };
  let faults: FaultEffects | undefined;
  try {
    const principal = authenticate(context, request, body);
    call.principal = principal;
    if (!found)
      throw new ServiceError('UnknownOperationException', notHere(request.method ?? '', request.url ?? ''));
    const input = { ...readBody(found.spec, body), ...found.input };
    call.clientToken = text(input.ClientToken);
    const wrong = wrongType(found.spec.input, input);
    if (wrong) throw new ServiceError('SerializationException', wrong);

    target = targetOf(found, input);
    faults = context.faults.effectsOn(target);
    if (faults.kinds.length > 0) call.fault = faults.kinds.join(',');
    if (faults.holds.has('arrival') && !(await released(target, 'arrival', null)))
      return void response.destroy();
    if (faults.delayMs > 0) await delay(faults.delayMs, undefined, { ref: false });
    if (faults.socket === 'reset') return void response.destroy();
    if (faults.error) throw faults.error;
    if (!context.rateLimit.take(found.operation))
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    reply = await perform(context, found, principal, input);
  } catch (error) {
    reply = failure(error);
  }
  if (faults?.holds.has('answer') && !(await released(target, 'answer', reply.status)))
    return void response.destroy();
  call.status = reply.status;
  if (reply.error) call.error = reply.error.name;
  if (faults?.socket === 'lostResponse') return void response.destroy();
  send(response, reply);
}
