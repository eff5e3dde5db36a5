/** Saved CloudWatch Logs Insights queries for the person on call. */
import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const commonFields = ['@timestamp', 'route', 'message', 'code', 'cause', 'status'];

interface Query {
  readonly id: string;
  readonly name: string;
  /** The logs that the query reads: those of the functions by default. */
  readonly logs?: 'gateway' | 'both';
  readonly query: QueryStringProps;
}

/** The alarms NobodyGetsBack and NobodyStarts name it. */
export const whoFailed = 'Whose requests failed';

const queries: readonly Query[] = [
  {
    id: 'WhoFailed',
    name: whoFailed,
    query: {
      // The lines that count in the metric `Failed`. A row is a player, so the number of rows is the number of players.
      filterStatements: ["countedAs = 'failure'"],
      statsStatements: [
        'count(*) as failures, latest(code) as lastCode, latest(cause) as lastCause, latest(streamSessionId) as lastSession by route, playerId',
      ],
      sort: 'failures desc',
      limit: 1000,
    },
  },
  {
    id: 'PlayersLastHour',
    name: "This player's last hour",
    query: {
      fields: [...commonFields, 'streamSessionId', 'connectionId', 'requestId'],
      // Placeholder ids, so that the query finds nothing until you write real ones.
      filterStatements: ["playerId = 'PLAYER' or streamSessionId = 'one of the sessions of the player'"],
      sort: '@timestamp asc',
      limit: 1000,
    },
  },
  {
    id: 'WhyRefused',
    name: 'Why were reconnects refused',
    query: {
      filterStatements: ["route = 'reconnect' and message = 'refused'"],
      statsStatements: ['count(*) as refusals, count_distinct(playerId) as players by code, cause'],
      sort: 'refusals desc',
    },
  },
  {
    id: 'WhatPlayersFelt',
    name: 'What players felt',
    query: {
      filterStatements: ["route = 'recoveries' and message = 'recovery'"],
      statsStatements: [
        'count(*) as streams, count_distinct(playerId) as players, pct(silentMs, 50) as halfSawLessMs, pct(silentMs, 95) as mostSawLessMs by outcome, why, ending',
      ],
      sort: 'streams desc',
    },
  },
  {
    id: 'OneRequest',
    name: 'One request, by the id in its answer',
    logs: 'both',
    query: {
      fields: [
        ...commonFields,
        'playerId',
        'streamSessionId',
        'stack.0',
        'routeKey',
        'integrationStatus',
        'functionStatus',
        'error',
        'responseLatency',
      ],
      filterStatements: ["requestId = 'requestId of the problem that the player saw'"],
      sort: '@timestamp asc',
    },
  },
  {
    id: 'NeverReached',
    name: 'What never reached a function',
    logs: 'gateway',
    query: {
      filterStatements: ["integrationStatus != '200'"],
      statsStatements: [
        'count(*) as requests, count_distinct(ip) as addresses by status, routeKey, error, integrationStatus',
      ],
      sort: 'requests desc',
    },
  },
  {
    id: 'Errors',
    name: 'What the functions call an error',
    query: {
      fields: [...commonFields, 'playerId', 'requestId', 'stack.0', '@message'],
      filterStatements: [
        "level = 'ERROR' or @message like /Task timed out|Runtime exited|Uncaught|Unhandled|INIT_REPORT .*Status: (error|timeout)/",
      ],
      sort: '@timestamp desc',
      limit: 200,
    },
  },
];

export interface PlayerQueriesProps {
  readonly deployment: readonly string[];
  readonly logs: ILogGroup[];
  readonly accessLogs: ILogGroup;
}

export class PlayerQueries extends Construct {
  constructor(scope: Construct, id: string, { deployment, logs, accessLogs }: PlayerQueriesProps) {
    super(scope, id);
    const groups = { functions: logs, gateway: [accessLogs], both: [...logs, accessLogs] };
    for (const { id: queryId, name, logs: source = 'functions', query } of queries) {
      new QueryDefinition(this, queryId, {
        queryDefinitionName: [...deployment, name].join('/'),
        queryString: new QueryString(query),
        logGroups: groups[source],
      });
    }
  }
}
