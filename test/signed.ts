import { canonicalRequest, signatureOf } from '../emulator/sigv4/canonical.ts';

/** What a request is signed with, and for. */
export interface Signing {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  service?: string;
  /** Epoch milliseconds; absent: now. */
  at?: number;
}

/** The headers that sign a request for `execute-api`, or another service, with Signature Version 4. */
export function signedHeaders(
  method: string,
  url: string,
  body: string,
  { accessKeyId, secretAccessKey, region, service = 'execute-api', at = Date.now() }: Signing,
): Record<string, string> {
  const { host, pathname, search } = new URL(url);
  const longDate = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const date = longDate.slice(0, 8);
  const signed = ['host', 'x-amz-date'];
  const canonical = canonicalRequest(
    { method, target: pathname + search, headers: { host, 'x-amz-date': longDate }, body: Buffer.from(body) },
    signed,
  );
  const signature = signatureOf(canonical, { date, region, service }, longDate, secretAccessKey).toString(
    'hex',
  );
  return {
    'x-amz-date': longDate,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date}/${region}/${service}/aws4_request, SignedHeaders=${signed.join(';')}, Signature=${signature}`,
  };
}
