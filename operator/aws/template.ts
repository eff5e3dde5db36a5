import * as z from 'zod';
import { routeKey as keyOfRoute, PLAYER_ROUTES } from '../../contract/routes.ts';

/** The parts of a stack's template that settings are read from. */
const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

const functionSchema = z.object({
  MemorySize: z.number(),
  Environment: z.object({ Variables: z.object({ SETTINGS: z.string(), POWERTOOLS_LOG_LEVEL: z.unknown() }) }),
});
const limitSchema = z.object({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() });
const stageSchema = z.object({
  DefaultRouteSettings: limitSchema,
  RouteSettings: z.record(z.string(), limitSchema).optional(),
});
const logGroupSchema = z.object({ RetentionInDays: z.number() });
const alarmSchema = z.object({ AlarmActions: z.array(z.unknown()) });

const reconnectKey = keyOfRoute(PLAYER_ROUTES.reconnect);

function reconnectLimit(routes: Readonly<Record<string, z.infer<typeof limitSchema>>>) {
  return Object.entries(routes).find(([routeKey]) => routeKey === reconnectKey)?.[1];
}

/**
 * The settings that a deployed template was made from, as far as the template has them. They have the settings' own names.
 * @returns undefined if the template is not Rejoin's
 */
export function settingsIn(template: string): Record<string, unknown> | undefined {
  try {
    const resources = Object.values(templateSchema.parse(JSON.parse(template)).Resources);
    const first = <T>(type: string, schema: z.ZodType<T>): T | undefined =>
      resources
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => schema.safeParse(Properties).data)
        .find((properties) => properties !== undefined);
    const lambdaFunction = first('AWS::Lambda::Function', functionSchema);
    const stage = first('AWS::ApiGatewayV2::Stage', stageSchema);
    // The settings' own numbers are those of the reconnect route. A stage without limits of routes has them itself.
    const limit = stage && (reconnectLimit(stage.RouteSettings ?? {}) ?? stage.DefaultRouteSettings);
    if (lambdaFunction === undefined) return undefined;
    const { SETTINGS, POWERTOOLS_LOG_LEVEL: level } = lambdaFunction.Environment.Variables;
    return {
      ...JSON.parse(SETTINGS),
      alarmTopic: first('AWS::CloudWatch::Alarm', alarmSchema)?.AlarmActions[0],
      throttling: { ratePerSecond: limit?.ThrottlingRateLimit, burst: limit?.ThrottlingBurstLimit },
      logs: { retentionDays: first('AWS::Logs::LogGroup', logGroupSchema)?.RetentionInDays, level },
      memoryMb: lambdaFunction.MemorySize,
    };
  } catch {
    return undefined;
  }
}
