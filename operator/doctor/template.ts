import * as z from 'zod';

/** As much of a stack's template as settings can be read from; every other resource is let pass. */
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
const stageSchema = z.object({
  DefaultRouteSettings: z.object({
    ThrottlingRateLimit: z.number(),
    ThrottlingBurstLimit: z.number(),
  }),
});
const logGroupSchema = z.object({ RetentionInDays: z.number() });
const alarmSchema = z.object({ AlarmActions: z.array(z.unknown()) });

/**
 * The settings that a deployed template was made from, under the settings' own names, as far as they stand in it.
 * @returns undefined for what is no template of ours
 */
export function settingsIn(template: string): Record<string, unknown> | undefined {
  try {
    const resources = Object.values(templateSchema.parse(JSON.parse(template)).Resources);
    const first = <T>(type: string, schema: z.ZodType<T>): T | undefined =>
      resources
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => schema.safeParse(Properties).data)
        .find((found) => found !== undefined);
    const ours = first('AWS::Lambda::Function', functionSchema);
    const stage = first('AWS::ApiGatewayV2::Stage', stageSchema)?.DefaultRouteSettings;
    if (ours === undefined) return undefined;
    const { SETTINGS, POWERTOOLS_LOG_LEVEL: level } = ours.Environment.Variables;
    return {
      ...JSON.parse(SETTINGS),
      alarmTopic: first('AWS::CloudWatch::Alarm', alarmSchema)?.AlarmActions[0],
      throttling: { ratePerSecond: stage?.ThrottlingRateLimit, burst: stage?.ThrottlingBurstLimit },
      logs: { retentionDays: first('AWS::Logs::LogGroup', logGroupSchema)?.RetentionInDays, level },
      memoryMb: ours.MemorySize,
    };
  } catch {
    return undefined;
  }
}
