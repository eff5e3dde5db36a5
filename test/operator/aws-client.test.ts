import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callerIdentity } from '../../operator/aws/caller.ts';
import { findStack, listStackResources } from '../../operator/aws/cloudformation.ts';
import { failureReason } from '../../operator/aws/signed-fetch.ts';
import { xmlError, xmlResult } from './stand-in-answers.ts';
import { type FakeApi, KEY, REGION, startFake } from './support.ts';

const signer = { region: REGION, credentials: KEY };
let sts: FakeApi;
beforeEach(async () => {
  sts = await startFake('sts');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
  return () => vi.unstubAllEnvs();
});
afterEach(() => sts.close());
const ann = xmlResult('GetCallerIdentity', '<Arn>ann</Arn><Account>123456789012</Account>');
const reason = (call: Promise<unknown>) => call.then(() => 'it worked', failureReason);

describe("a call of AWS by the doctor or the operators' command line", () => {
  it('is signed for its service, and repeated when AWS throttles it', async () => {
    sts.answer(xmlError(400, 'Throttling', 'Rate exceeded'), ann);
    expect(await callerIdentity(signer)).toEqual({ arn: 'ann', account: '123456789012' });
    expect(sts.requests.map(({ principal }) => principal)).toEqual(['operator', 'operator']);
  });

  it('shows only the first line of an error: the others may quote the request with its session token', async () => {
    const message =
      'The signature does not match.\n\nThe canonical string should have been\nx-amz-security-token:canary';
    sts.answer(xmlError(403, 'SignatureDoesNotMatch', message));
    expect(await reason(callerIdentity(signer))).toBe('The signature does not match.');
  });

  it.each([
    ['an answer that is no answer of AWS', { status: 200, body: 'hello' }, 'its answer cannot be read'],
    ['an error without a code', { status: 418, body: '' }, 'it answered 418'],
  ])('says in a few words that it got %s', async (_what, reply, sentence) => {
    sts.answer(reply);
    expect(await reason(callerIdentity(signer))).toBe(sentence);
  });

  it('says in a few words that the network failed', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:1');
    expect(await reason(callerIdentity(signer))).toBe('ECONNREFUSED');
  });

  it("goes to the local deployment's address if there is one, whatever the environment says", async () => {
    const local = await startFake('cloudformation');
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', 'http://127.0.0.1:1');
    local.answer(xmlError(400, 'ValidationError', 'Stack with id Rejoin does not exist'));
    expect(await findStack({ ...signer, endpoint: local.url }, 'Rejoin')).toBeUndefined();
    await local.close();
  });

  it('never reads a list without end: AWS repeats the token of its page', async () => {
    const local = await startFake('cloudformation');
    local.answer(
      xmlResult(
        'ListStackResources',
        '<StackResourceSummaries><member><LogicalResourceId>A</LogicalResourceId><PhysicalResourceId>a</PhysicalResourceId><ResourceType>T</ResourceType></member></StackResourceSummaries><NextToken>again</NextToken>',
      ),
    );
    const resources = await listStackResources({ ...signer, endpoint: local.url }, 'Rejoin');
    expect(resources[0]).toEqual({ logicalId: 'A', type: 'T', name: 'a' });
    expect(local.requests).toHaveLength(2);
    await local.close();
  });
});
