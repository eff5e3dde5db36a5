/**
 * Replaces `@aws-sdk/endpoint-cache` in every bundle (an alias in bundle.ts). The DynamoDB client creates one for endpoint
 * discovery, which is off, so nothing reads it. The real one depends on an LRU cache.
 */
export class EndpointCache {}
