/**
 * Stands in for `@aws-sdk/endpoint-cache` in every bundle (an alias at bundling). The DynamoDB client makes one for
 * endpoint discovery, which is off, so nothing ever looks into it; the real one brings an LRU cache along.
 */
export class EndpointCache {}
