import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { TableModel } from '../template/model.ts';
import { addItemsOfFailedConditions } from './failed-condition.ts';
import { limitItemWrites } from './item-write-limit.ts';

/** A running table service. */
export interface TableService {
  /** Its base URL, without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/**
 * DynamoDB on this machine: dynalite in memory, with the tables the template defines. It has no transactions and
 * deletes nothing by TTL.
 * @param options.port 0 for any free port
 * @param options.guard stands in front of it once the tables exist, and decides which requests get through;
 * absent: all do
 * @param options.itemWritesPerSecond how many writes an item takes in a second before it is throttled (DynamoDB:
 * 1,000 units a partition); absent: any number
 * @param options.returnsItemOnFailedCondition whether a write whose condition failed returns the item where it asks for it, as DynamoDB
 * does; asked at each write; absent: it does. Other tables that Rejoin may run on return none
 * @throws Error naming the port when it is in use
 */
export async function startTableService(options: {
  port: number;
  tables: readonly TableModel[];
  guard?: (serve: RequestListener) => RequestListener;
  itemWritesPerSecond?: number;
  returnsItemOnFailedCondition?: () => boolean;
}): Promise<TableService> {
  const { returnsItemOnFailedCondition = () => true } = options;
  addItemsOfFailedConditions();
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    returnsItemOnFailedCondition,
  });
  const [dynaliteListener] = server.listeners('request') as RequestListener[];
  if (!dynaliteListener) throw new Error('dynalite has no request listener');
  const serve: RequestListener = (request, response) => {
    dynaliteListener(request, response);
    // dynalite throws when a client disconnects in the middle of a request, as a killed function does. That
    // would end this process.
    request.removeAllListeners('error').on('error', () => {});
  };
  const serveBy = (listener: RequestListener) =>
    server
      .removeAllListeners('request')
      .on('request', (request: IncomingMessage, response: ServerResponse) => {
        request.on('error', () => {});
        listener(request, response);
      });
  serveBy(serve);
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', failed);
      listening();
    });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTables(url, options.tables);
  const { guard = (listener) => listener, itemWritesPerSecond, tables } = options;
  // The guard comes first: a write that IAM refuses does not count against the limit.
  const limited =
    itemWritesPerSecond === undefined
      ? serve
      : limitItemWrites({ serve, tables, writesPerSecond: itemWritesPerSecond });
  serveBy(guard(limited));
  return {
    url,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function createTables(url: string, tables: readonly TableModel[]): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'setup', secretAccessKey: 'setup' },
  });
  try {
    for (const table of tables) {
      await client.send(
        new CreateTableCommand({
          TableName: table.name,
          AttributeDefinitions: table.attributeDefinitions,
          KeySchema: table.keySchema,
          BillingMode: table.billing.mode,
          ...(table.billing.mode === 'PROVISIONED'
            ? {
                ProvisionedThroughput: {
                  ReadCapacityUnits: table.billing.readCapacityUnits,
                  WriteCapacityUnits: table.billing.writeCapacityUnits,
                },
              }
            : {}),
          ...(table.globalSecondaryIndexes ? { GlobalSecondaryIndexes: table.globalSecondaryIndexes } : {}),
        }),
      );
    }
  } finally {
    client.destroy();
  }
}
