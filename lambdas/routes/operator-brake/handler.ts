import { BRAKE_FIELDS } from '../../../contract/requests.ts';
import { dynamoTable } from '../../dynamodb/table.ts';
import { requireEnv } from '../../environment/settings.ts';
import { brakeView, tableStartBrake } from '../../limits/start-brake.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { requireReason } from '../../operators/reason.ts';
import { recordedUse } from '../../operators/use-dependencies.ts';
import { requireBody, requireBrakeSeconds } from '../../problems/validation.ts';
import { setBrake } from './brake.ts';

const common = recordedUse('brake');
const deps = { ...common, brake: tableStartBrake(dynamoTable(requireEnv('BRAKE_TABLE_NAME'))) };

/** `PUT /v1/brakes/starts` */
export const handler = operatorApi('operator-brake', common.settings, async ({ call, body }) => {
  const { seconds, reason } = requireBody(body, BRAKE_FIELDS);
  const request = {
    call,
    seconds: requireBrakeSeconds(seconds),
    reason: requireReason(reason),
  };
  return { status: 200, body: { starts: brakeView(await setBrake(request, deps)) } };
});
