/** Questions to the logs that somebody on call asks, saved in CloudWatch Logs Insights. */
import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const line = ['@timestamp', 'route', 'message', 'code', 'cause', 'status'];

interface Query {
  readonly id: string;
  readonly name: string;
  /** Whose logs it reads; the functions' when left out. */
  readonly of?: 'gateway' | 'both';
  readonly ask: QueryStringProps;
}

const queries: readonly Query[] = [
  {
    id: 'PlayersLastHour',
    name: "This player's last hour",
    ask: {
      fields: [...line, 'streamSessionId', 'connectionId', 'requestId'],
      // Ids that nobody has, so that the query finds nothing until somebody has put real ones there.
      filterStatements: ["playerId = 'PLAYER' or streamSessionId = 'one of the sessions of the player'"],
      sort: '@timestamp asc',
      limit: 1000,
    },
  },
  {
    id: 'WhyRefused',
    name: 'Why were reconnects refused',
    ask: {
      filterStatements: ["route = 'reconnect' and message = 'refused'"],
      statsStatements: ['count(*) as refusals, count_distinct(playerId) as players by code, cause'],
      sort: 'refusals desc',
    },
  },
  {
    id: 'OneRequest',
    name: 'One request, by the id in its answer',
    of: 'both',
    ask: {
      fields: [
        ...line,
        'playerId',
        'streamSessionId',
        'stack.0',
        'routeKey',
        'integrationStatus',
        'integrationError',
        'responseLatency',
      ],
      filterStatements: ["requestId = 'requestId of the problem that the player saw'"],
      sort: '@timestamp asc',
    },
  },
  {
    id: 'NeverReached',
    name: 'What never reached a function',
    of: 'gateway',
    ask: {
      filterStatements: ["integrationStatus != '200'"],
      statsStatements: [
        'count(*) as requests, count_distinct(ip) as addresses by status, routeKey, error, authorizerError, integrationError',
      ],
      sort: 'requests desc',
    },
  },
  {
    id: 'Errors',
    name: 'What the functions call an error',
    ask: {
      fields: [...line, 'playerId', 'requestId', 'stack.0', '@message'],
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
    for (const { id: query, name, of = 'functions', ask } of queries) {
      new QueryDefinition(this, query, {
        queryDefinitionName: [...deployment, name].join('/'),
        queryString: new QueryString(ask),
        logGroups: groups[of],
      });
    }
  }
}
