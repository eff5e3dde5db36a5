import type { TableModel } from './model.ts';
import type { PropertiesOf } from './properties.ts';
import type { ResolvedResource, StackResources } from './resources.ts';

/** The DynamoDB tables of a stack. A global table with one replica counts as a table. */
export function readTables(resources: StackResources): TableModel[] {
  return [
    ...resources.of('AWS::DynamoDB::Table').map((resource) => {
      const { BillingMode, ProvisionedThroughput } = resource.properties;
      if (BillingMode === 'PAY_PER_REQUEST') return readTable(resource, resources, { mode: BillingMode });
      if (!ProvisionedThroughput) {
        throw new Error(`${resource.where} (AWS::DynamoDB::Table): PROVISIONED needs ProvisionedThroughput`);
      }
      return readTable(resource, resources, {
        mode: BillingMode,
        readCapacityUnits: ProvisionedThroughput.ReadCapacityUnits,
        writeCapacityUnits: ProvisionedThroughput.WriteCapacityUnits,
      });
    }),
    ...resources.of('AWS::DynamoDB::GlobalTable').map((resource) => {
      if (resource.properties.BillingMode !== 'PAY_PER_REQUEST') {
        throw new Error(
          `${resource.where} (AWS::DynamoDB::GlobalTable): the local deployment does not execute BillingMode PROVISIONED`,
        );
      }
      return readTable(resource, resources, { mode: 'PAY_PER_REQUEST' });
    }),
  ];
}

type TableProperties = PropertiesOf<'AWS::DynamoDB::Table'> | PropertiesOf<'AWS::DynamoDB::GlobalTable'>;

function readTable(
  {
    logicalId,
    properties,
  }: { logicalId: string; properties: TableProperties } & Pick<
    ResolvedResource<'AWS::DynamoDB::Table'>,
    'where'
  >,
  { scope }: StackResources,
  billing: TableModel['billing'],
): TableModel {
  const ttl = properties.TimeToLiveSpecification;
  const key = properties.SSESpecification?.KMSMasterKeyId;
  const indexes = properties.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  return {
    logicalId,
    name: String(scope.ref(logicalId)),
    arn: String(scope.getAtt(logicalId, 'Arn')),
    attributeDefinitions: properties.AttributeDefinitions,
    keySchema: properties.KeySchema,
    billing,
    ...(ttl?.Enabled && ttl.AttributeName ? { ttlAttribute: ttl.AttributeName } : {}),
    ...(key === undefined ? {} : { encryptionKeyArn: key }),
    ...(indexes && indexes.length > 0 ? { globalSecondaryIndexes: indexes } : {}),
  };
}
