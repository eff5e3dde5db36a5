import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { RejoinStack } from '../../../infra/rejoin-stack.ts';
import { createAuthorizer } from '../../../local/iam/authorizer.ts';
import { actionFacts } from '../../../local/iam/facts.ts';
import { readDeployment } from '../../../local/template/deployment.ts';
import { groupArn, place } from './support.ts';

const outdir = mkdtempSync(join(tmpdir(), 'rejoin-iam-test-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

// Bundling is skipped: policies do not depend on it.
const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
new RejoinStack(app, {
  streamGroups: [
    { id: 'sg-A', region: 'us-west-2', applications: ['a-1', 'a-2'] },
    { id: 'sg-B', region: 'eu-central-1', applications: ['a-1'] },
  ],
  identity: { issuer: 'https://login.example.com/', audience: ['rejoin-web'], scope: 'games/play' },
  webOrigins: ['https://play.example.com'],
});
app.synth();
const { stacks } = readDeployment({ outDir: outdir, ...place });
const roles = stacks.flatMap((stack) => stack.roles);
const authorizer = await createAuthorizer({ roles });

describe('the policies that would be deployed', () => {
  test('are all understood, and every role has grants of its own', () => {
    expect(roles.length).toBeGreaterThanOrEqual(5);
    const granted = new Set(authorizer.grants().map(({ principal }) => principal));
    expect(granted).toEqual(new Set(roles.map(({ name }) => name)));
    const texts = authorizer
      .grants()
      .map(({ principal, action, resource }) => `${principal} ${action} ${resource}`);
    expect(texts).toHaveLength(new Set(texts).size);
  });

  test('let each role do what it was granted, exactly there', () => {
    const exact = authorizer.grants().filter(({ resource }) => !/[*?]/.test(resource));
    expect(exact.length).toBeGreaterThan(20);
    for (const { principal, action, resource, condition } of exact) {
      const leadingKeys = condition?.leadingKeys?.map((pattern) => pattern.replace('*', 'x'));
      const decide = (to: string) => authorizer.decide({ principal, action, resources: [to], leadingKeys });
      expect(decide(resource).allowed).toBe(true);
      expect(decide(`${resource}x`).allowed).toBe(false);
    }
  });

  test('have * as a resource only where the service authorization reference leaves no choice', async () => {
    for (const { action, resource } of authorizer.grants()) {
      const facts = await actionFacts(action);
      expect([action, resource === '*']).toEqual([action, facts?.resourceTypes.length === 0]);
    }
  });

  test("let the function of reports write a player's count of reports, and no other item of the table", () => {
    const { principal, action, resource } =
      authorizer.grants().find(({ condition }) => condition?.leadingKeys) ??
      expect.unreachable('no such grant');
    const reasonFor = (...leadingKeys: string[]) =>
      authorizer.decide({ principal, action, resources: [resource], leadingKeys }).reason;
    expect(reasonFor('RECOVERIES#a-player')).toBe('allowed');
    expect(reasonFor('a-player')).toBe('implicitDeny');
    expect(reasonFor('a-player#RECOVERIES#')).toBe('implicitDeny');
    expect(reasonFor('RECOVERIES#a-player', 'a-player')).toBe('implicitDeny');
    expect(authorizer.decide({ principal, action, resources: [resource] }).reason).toBe('implicitDeny');
  });

  test('let one role alone reconnect, and that one not start or end a session', () => {
    const [resources, action] = [[groupArn('sg-A')], 'gameliftstreams:CreateStreamSessionConnection'];
    const able = roles.filter(
      ({ name }) => authorizer.decide({ principal: name, action, resources }).allowed,
    );
    expect(able).toHaveLength(1);
    for (const other of ['StartStreamSession', 'TerminateStreamSession', 'CreateStreamSessionAdminShell']) {
      const wanted = { principal: able[0]?.name ?? '', action: `gameliftstreams:${other}`, resources };
      expect(authorizer.decide(wanted).reason).toBe('implicitDeny');
    }
  });
});
