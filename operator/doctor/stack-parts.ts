import { Failure } from '../aws/failure.ts';
import { query } from '../aws/query.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { element, members } from '../aws/xml.ts';

const VERSION = '2010-05-15';
/** More pages than a stack may have resources: a list that never ends is not followed. */
const MOST_PAGES = 20;

/** One resource of a stack: its name in AWS. */
export interface Part {
  type: string;
  name: string;
}

/** The resources of a stack that are there. @throws Failure, or whatever credentials and network fail with */
export async function listParts(signer: Signer, stackName: string): Promise<Part[]> {
  const parts: Part[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const xml = await query(signer, 'cloudformation', {
      Action: 'ListStackResources',
      Version: VERSION,
      StackName: stackName,
      ...(next !== undefined && { NextToken: next }),
    });
    for (const member of members(xml, 'StackResourceSummaries')) {
      const type = element(member, 'ResourceType');
      const name = element(member, 'PhysicalResourceId');
      const gone = element(member, 'ResourceStatus') === 'DELETE_COMPLETE';
      if (type !== undefined && name && !gone) parts.push({ type, name });
    }
    next = element(xml, 'NextToken');
    if (!next) return parts;
  }
  throw new Failure(`${stackName} has more resources than a stack may have`, 1);
}

/** What was deployed last, as CloudFormation keeps it. @throws Failure, or whatever credentials and network fail with */
export async function getTemplate(signer: Signer, stackName: string): Promise<string> {
  const parameters = { Action: 'GetTemplate', Version: VERSION, StackName: stackName };
  return element(await query(signer, 'cloudformation', parameters), 'TemplateBody') ?? '';
}
