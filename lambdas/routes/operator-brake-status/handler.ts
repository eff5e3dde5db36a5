import { dynamoTable } from '../../dynamodb/table.ts';
import { readOperatorSettings } from '../../environment/operator-settings.ts';
import { requireEnv } from '../../environment/settings.ts';
import { brakeView, tableStartBrake } from '../../limits/start-brake.ts';
import { operatorApi } from '../../operators/operator-api.ts';

const brake = tableStartBrake(dynamoTable(requireEnv('BRAKE_TABLE_NAME')));

/** `GET /v1/brakes/starts` */
export const handler = operatorApi('operator-brake-status', readOperatorSettings(), async () => ({
  status: 200,
  body: { starts: brakeView(await brake.read(Date.now())) },
}));
