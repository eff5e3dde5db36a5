/** Questions to the logs that somebody on call asks, saved in CloudWatch Logs Insights. */
import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const line = ['@timestamp', 'route', 'message', 'code', 'cause', 'status'];

const queries: readonly { readonly id: string; readonly name: string; readonly ask: QueryStringProps }[] = [
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
    ask: {
      fields: [...line, 'playerId', 'streamSessionId', 'stack.0'],
      filterStatements: ["requestId = 'requestId of the problem that the player saw'"],
      sort: '@timestamp asc',
    },
  },
  {
    id: 'Errors',
    name: 'What the functions call an error',
    ask: {
      fields: [...line, 'playerId', 'requestId', 'stack.0'],
      filterStatements: ["level = 'ERROR' or @message like /Task timed out|Runtime exited/"],
      sort: '@timestamp desc',
      limit: 200,
    },
  },
];

export class PlayerQueries extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { deployment, logs }: { readonly deployment: readonly string[]; readonly logs: ILogGroup[] },
  ) {
    super(scope, id);
    for (const { id: query, name, ask } of queries) {
      new QueryDefinition(this, query, {
        queryDefinitionName: [...deployment, name].join('/'),
        queryString: new QueryString(ask),
        logGroups: logs,
      });
    }
  }
}
