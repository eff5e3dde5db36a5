import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { discoverSignIn } from '../../../local/console/discovery.ts';

let base: string;
/** What the provider says at each path. */
let documents: Record<string, string>;
const server = createServer((request, response) => {
  const document = documents[request.url ?? ''];
  response.writeHead(document === undefined ? 404 : 200).end(document);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  documents = {};
});

const PATH = '/pool/.well-known/openid-configuration';
const document = (issuer: string, more: object = {}) =>
  JSON.stringify({
    issuer,
    authorization_endpoint: 'https://sign-in.example/authorize',
    token_endpoint: 'https://sign-in.example/token',
    ...more,
  });

describe('the sign-in page of an issuer', () => {
  test('whose address has a path, as of a user pool, is found below that path and may be on another host', async () => {
    const issuer = `${base}/pool`;
    documents[PATH] = document(issuer);
    expect(await discoverSignIn(issuer)).toEqual({
      authorization: 'https://sign-in.example/authorize',
      token: 'https://sign-in.example/token',
      endSession: undefined,
      namesItself: false,
    });
  });

  test('that ends in a slash is found without a double slash, and what the provider offers is known', async () => {
    const issuer = `${base}/pool/`;
    documents[PATH] = document(issuer, {
      end_session_endpoint: 'https://sign-in.example/logout',
      authorization_response_iss_parameter_supported: true,
    });
    expect(await discoverSignIn(issuer)).toMatchObject({
      endSession: 'https://sign-in.example/logout',
      namesItself: true,
    });
  });

  test('that does not exist is named, with the status', async () => {
    await expect(discoverSignIn(`${base}/pool`)).rejects.toThrow(
      `${base}${PATH} cannot be read (it answered 404): check the issuer.`,
    );
  });

  test('on a machine that does not answer is named, with the reason', async () => {
    await expect(discoverSignIn('http://127.0.0.1:1')).rejects.toThrow(
      /cannot be read \(.*\): check the issuer/,
    );
  });

  test.each(['<html>', '{}', '[]'])('that answers %s is refused', async (text) => {
    documents[PATH] = text;
    await expect(discoverSignIn(`${base}/pool`)).rejects.toThrow('is not an OpenID discovery document');
  });

  test('that calls itself something else is refused, since the API would refuse its tokens', async () => {
    documents[PATH] = document(`${base}/pool/`);
    await expect(discoverSignIn(`${base}/pool`)).rejects.toThrow(`says that its issuer is ${base}/pool/`);
  });
});
