import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Credential, type Refusal, verifySignature } from '../../emulator/sigv4/verify.ts';
import type { Authorizer, Call, Decision } from './authorizer.ts';
import { dynamoDbCalls, operationOf, type TablePlace } from './dynamodb-call.ts';
import { keyCalls } from './key-call.ts';
import { bufferBody, withBody } from './request-body.ts';

export interface TableGuardOptions extends TablePlace {
  /** Serves an allowed request. It reads the body from the stream as it would from the network. */
  serve: RequestListener;
  /** Finds the holder of an access key. The credential's `name` is the principal whose policies decide. */
  lookup: (accessKeyId: string) => Credential | undefined;
  authorizer: Pick<Authorizer, 'decide' | 'denialMessage'>;
  /** The ARN of the customer managed key of each table that has one, by the ARN of the table. */
  keys?: ReadonlyMap<string, string>;
}

/** DynamoDB's limit of a request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const REFUSALS: Readonly<Record<Refusal, readonly [type: string, words?: string]>> = {
  missing: ['MissingAuthenticationTokenException', 'Request is missing Authentication Token'],
  malformed: ['IncompleteSignatureException'],
  unknownKey: ['UnrecognizedClientException', INVALID_TOKEN],
  sessionToken: ['UnrecognizedClientException', INVALID_TOKEN],
  scope: ['InvalidSignatureException'],
  expired: ['InvalidSignatureException'],
  notYetCurrent: ['InvalidSignatureException'],
  body: ['InvalidSignatureException'],
  signature: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
};

/**
 * Stands in front of a table service: verifies each request's signature, decides it by the caller's policies,
 * and refuses it as DynamoDB does. A signature covers the body, so the guard reads the whole body first, and an
 * allowed request is served with the same body. A client that disconnects in the middle of a request gets no
 * answer.
 */
export function guardTable(options: TableGuardOptions): RequestListener {
  return (request, response) => {
    bufferBody(request, MAX_BODY_BYTES, (body) => {
      if (!body) {
        response.writeHead(413).end();
        return;
      }
      const refusal = refusalOf(options, request, body);
      if (refusal) refuse(response, refusal);
      else options.serve(withBody(request, body), response);
    });
  };
}

interface RefusalAnswer {
  type: string;
  message?: string;
  Message?: string;
}

const NO_STATEMENT: Decision = { allowed: false, reason: 'implicitDeny', matched: [] };

/** How DynamoDB refuses the request; undefined: it may be served. */
function refusalOf(
  { authorizer, lookup, keys = new Map(), ...place }: TableGuardOptions,
  request: IncomingMessage,
  body: Buffer,
): RefusalAnswer | undefined {
  const verified = verifySignature(
    { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body },
    { service: 'dynamodb', region: place.region, lookup },
  );
  if (!verified.ok) {
    const [type, message = verified.detail] = REFUSALS[verified.reason];
    return { type, message };
  }
  const operation = operationOf(request.headers['x-amz-target']?.toString());
  if (!operation) return { type: 'UnknownOperationException' };
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    return { type: 'SerializationException' };
  }
  const { principal } = verified;
  // A request whose resources are unknown is never allowed.
  const calls = dynamoDbCalls(operation, parsed, place);
  if (!calls)
    return accessDenied({ principal, action: `dynamodb:${operation}`, resources: [] }, NO_STATEMENT);
  for (const call of calls) {
    const principalCall = { principal, ...call };
    const decision = authorizer.decide(principalCall);
    if (!decision.allowed) return accessDenied(principalCall, decision);
  }
  for (const call of keyCalls(calls, keys, place)) {
    const keyCall = { principal, ...call };
    const decision = authorizer.decide(keyCall);
    if (decision.allowed) continue;
    const { type, Message } = accessDenied(keyCall, decision);
    return { type, Message: `KMS key access denied error: ${Message}` };
  }
  return undefined;

  /** AWS writes `Message` in this one error. */
  function accessDenied(call: Call, decision: Decision): RefusalAnswer {
    return { type: 'AccessDeniedException', Message: authorizer.denialMessage(call, decision) };
  }
}

/** DynamoDB answers every refusal with 400. */
function refuse(response: ServerResponse, { type, ...words }: RefusalAnswer): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify({ __type: `com.amazon.coral.service#${type}`, ...words }));
}
