/** Makes the calls of a reconnect and nothing else. Bundled like a function, so that the SDK is the same. */
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateStreamSessionConnectionCommand, GameLiftStreamsClient } from '@aws-sdk/client-gameliftstreams';
import type { BareCall } from './messages.ts';

// Like the functions' clients, but more patient with a slow table: a conditional write that the SDK repeats would fail.
const PATIENCE_MS = 10_000;
const table = new DynamoDBClient({
  maxAttempts: 3,
  endpointDiscoveryEnabled: false,
  requestHandler: {
    connectionTimeout: PATIENCE_MS,
    requestTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    throwOnRequestTimeout: true,
  },
});
const gameLiftStreams = new GameLiftStreamsClient({
  region: process.env.BENCH_REGION ?? '',
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1000 },
});

/** Makes one call. */
export function send({ operation, input }: BareCall): Promise<unknown> {
  switch (operation) {
    case 'GetItem':
      return table.send(new GetItemCommand(input as never));
    case 'UpdateItem':
      return table.send(new UpdateItemCommand(input as never));
    case 'PutItem':
      return table.send(new PutItemCommand(input as never));
    case 'Query':
      return table.send(new QueryCommand(input as never));
    case 'CreateStreamSessionConnection':
      return gameLiftStreams.send(new CreateStreamSessionConnectionCommand(input as never));
  }
}
