import * as z from 'zod';
import { getTemplate, listStackResources } from '../aws/cloudformation.ts';
import { parseJson } from '../aws/json.ts';
import { logLines } from '../aws/logs.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { Failure } from '../cli/failure.ts';
import type { Clocks } from './clocks.ts';
import { type Finding, ok, problem, unknown, unreadable } from './finding.ts';
import type { Hints } from './hints.ts';
import type { AnsweredRequest } from './player-routes.ts';

/** API Gateway delivers access logs late. */
const PATIENCE = { tries: 13, everyMs: 5000 };
/** AWS's clock may be behind ours. */
const SKEW_MS = 10 * 60_000;

const subject = 'access log';

const stageSchema = z.object({
  Type: z.literal('AWS::ApiGatewayV2::Stage'),
  Properties: z.object({
    AccessLogSettings: z.object({
      DestinationArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
    }),
  }),
});
const templateSchema = z.object({ Resources: z.record(z.string(), z.unknown()) });

/** The logical id of the log group that the stage of a template writes to. */
export function accessLogGroupId(template: string): string | undefined {
  const resources = Object.values(parseJson(templateSchema, template)?.Resources ?? {});
  const stage = resources.map((each) => stageSchema.safeParse(each).data).find((each) => each !== undefined);
  return stage?.Properties.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
}

/**
 * Looks for the doctor's own requests in the API's access log, and whether each line says who answered. Alarms count by that.
 * @param since when the first of the requests was sent, in epoch milliseconds
 */
export async function checkAccessLog(
  signer: Signer,
  stackName: string,
  { answered, since }: { answered: readonly AnsweredRequest[]; since: number },
  { hints, clocks }: { hints: Hints; clocks: Clocks },
): Promise<Finding[]> {
  if (answered.length === 0) {
    return [
      unknown(
        subject,
        'no answer carried the id of its request',
        `is it Rejoin's own address? ${hints.deploy}`,
      ),
    ];
  }
  let name: string | undefined;
  try {
    const [template, resources] = await Promise.all([
      getTemplate(signer, stackName),
      listStackResources(signer, stackName),
    ]);
    const id = accessLogGroupId(template);
    name = resources.find(({ logicalId }) => logicalId === id)?.name;
  } catch (error) {
    const action = 'cloudformation:ListStackResources';
    return [unreadable(subject, { service: 'CloudFormation', action }, error)];
  }
  if (name === undefined) {
    return [problem(subject, `stack ${stackName} writes none`, `deploy again: ${hints.deploy}`)];
  }
  let lines: Map<string, string>;
  try {
    lines = await linesOf(signer, name, { answered, since: since - SKEW_MS }, clocks);
  } catch (error) {
    if (error instanceof Failure && error.code === 'ResourceNotFoundException') {
      return [problem(subject, `its log group ${name} is gone`, `deploy again: ${hints.deploy}`)];
    }
    return [unreadable(subject, { service: 'CloudWatch Logs', action: 'logs:FilterLogEvents' }, error)];
  }
  const findings = answered.flatMap((request) => lineFinding(request, lines.get(request.requestId), hints));
  if (findings.length > 0) return findings;
  const says = `has each of ${answered.length} requests, with who answered it (${name})`;
  return [ok(subject, says, 'whether a flood of requests is logged: API Gateway may leave lines out')];
}

/** Asks until every request has its line, or patience ends. */
async function linesOf(
  signer: Signer,
  name: string,
  { answered, since }: { answered: readonly AnsweredRequest[]; since: number },
  { wait }: Clocks,
): Promise<Map<string, string>> {
  const words = answered.map(({ requestId }) => requestId);
  for (let tries = 1; ; tries++) {
    const lines = await logLines(signer, name, { words, since });
    const found = words.flatMap((id): [string, string][] => {
      const line = lines.find((each) => each.includes(id));
      return line === undefined ? [] : [[id, line]];
    });
    if (found.length === words.length || tries === PATIENCE.tries) return new Map(found);
    await wait(PATIENCE.everyMs);
  }
}

/** What Lambda and the function answered, as API Gateway logs it. `-` stands for nothing. */
const lineSchema = z.object({
  status: z.coerce.string(),
  integrationStatus: z.coerce.string().optional(),
  functionStatus: z.coerce.string().optional(),
});

/** Who answered, as the line should say. What API Gateway logs of an invocation that failed is not documented. */
function expectedFrom(status: number, byFunction: boolean) {
  if (byFunction) return { integrationStatus: '200', functionStatus: String(status) };
  return status < 500 ? { integrationStatus: '-', functionStatus: '-' } : {};
}

function lineFinding(
  { what, status, byFunction }: AnsweredRequest,
  text: string | undefined,
  hints: Hints,
): Finding[] {
  const about = `${subject}, ${what}`;
  if (text === undefined) {
    const seconds = (PATIENCE.everyMs * (PATIENCE.tries - 1)) / 1000;
    return [
      unknown(
        about,
        `no line within ${seconds} s`,
        'run the doctor again in a minute; see the log group in the CloudWatch console',
      ),
    ];
  }
  const line = parseJson(lineSchema, text);
  if (line === undefined) {
    return [problem(about, 'its line is not JSON, so no alarm counts it', `deploy again: ${hints.deploy}`)];
  }
  const expected = { status: String(status), ...expectedFrom(status, byFunction) };
  const wrong = Object.entries(expected).flatMap(([field, value]) => {
    const seen = line[field as keyof typeof line];
    return seen === value ? [] : [`${field} is ${seen ?? 'missing'}, and not ${value}`];
  });
  if (wrong.length === 0) return [];
  const todo =
    'if it is missing, deploy again; if it has another value, alarms count wrongly: report it as a defect of Rejoin';
  return [problem(about, wrong.join('; '), todo)];
}
