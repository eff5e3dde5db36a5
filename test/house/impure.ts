/** The files of lambdas/ that touch the AWS SDK, Lambda, time or chance. All others get these as arguments. */
export const IMPURE: readonly string[] = [
  'lambdas/dynamodb/table.ts',
  'lambdas/environment/settings.ts',
  'lambdas/environment/time-limit.ts',
  'lambdas/gameliftstreams/admin-shell.ts',
  'lambdas/gameliftstreams/calls.ts',
  'lambdas/gameliftstreams/export-files.ts',
  'lambdas/http/route-handler.ts',
  'lambdas/initialization/connections.ts',
  'lambdas/initialization/rehearse.ts',
  'lambdas/initialization/stage.ts',
  'lambdas/observability/logs.ts',
  'lambdas/observability/metrics.ts',
  'lambdas/operators/dependencies.ts',
  'lambdas/operators/use-dependencies.ts',
  'lambdas/players/dependencies.ts',
  'lambdas/probe/handler.ts',
  'lambdas/routes/operator-brake-status/handler.ts',
  'lambdas/routes/operator-sessions/handler.ts',
  'lambdas/routes/reconnect/handler.ts',
  'lambdas/sessions/compressed-answer.ts',
];

/** Files that connect the parts to each other: they may import anything. */
export const isWiring = (path: string) =>
  /\/(handler|initialize|dependencies|use-dependencies|operator-api|player-api|operator-settings)\.ts$/.test(
    path,
  );
