import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOperator } from '../../../infra/settings/rules.ts';
import { operatorEntry } from '../../../lambdas/operators/operator.ts';

const ACCOUNT = '123456789012';
const session = (role: string, name: string, account = ACCOUNT) =>
  `arn:aws:sts::${account}:assumed-role/${role}/${name}`;
const user = (path: string, account = ACCOUNT) => `arn:aws:iam::${account}:user/${path}`;

const characters = [...'abcXYZ019_+=,.@-'];
const word = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { minLength, maxLength }).map((letters) => letters.join(''));
const roleName = word(1, 64);
const sessionName = word(2, 64);
const account = fc.stringMatching(/^[0-9]{12}$/);

describe('a listed operator is let in', () => {
  it('whatever name the session of a listed role has', () => {
    fc.assert(
      fc.property(account, roleName, sessionName, (of, role, name) => {
        const entry = session(role, '*', of);
        expect(operatorEntry(session(role, name, of), ['arn:aws:iam::1:user/x', entry])).toBe(entry);
      }),
    );
  });

  it.each([
    [
      'a person of IAM Identity Center',
      session('AWSReservedSSO_Operators_0123456789abcdef', 'ann@example.com'),
    ],
    ['one session of a role', session('Operators', 'i-0123456789abcdef0')],
    ['a user', user('alice')],
    ['a user under a path', user('division_abc/subdivision_xyz/alice')],
    ['a user of another partition', 'arn:aws-us-gov:iam::123456789012:user/alice'],
  ])('%s, by exactly that ARN', (_what, arn) => {
    expect(operatorEntry(arn, [arn])).toBe(arn);
    expect(isOperator(arn)).toBe(true);
  });

  it('once the settings take an entry, it lets in the very principal that it names', () => {
    const entry = fc.oneof(
      fc.tuple(account, roleName, sessionName).map(([of, role, name]) => session(role, name, of)),
      fc
        .tuple(account, fc.array(word(1, 20), { maxLength: 3 }), roleName)
        .map(([of, path, name]) => user([...path, name].join('/'), of)),
    );
    fc.assert(
      fc.property(entry, (arn) => {
        expect([isOperator(arn), operatorEntry(arn, [arn])]).toEqual([true, arn]);
      }),
    );
  });
});

describe('nobody else is', () => {
  const listed = [session('Operators', '*'), session('Support', 'ann@example.com'), user('ops/alice')];

  it.each([
    ['a role of the same name in another account', session('Operators', 'ann', '999999999999')],
    ['a role whose name begins with a listed one', session('OperatorsTrainee', 'ann')],
    ['a role whose name ends with a listed one', session('NotOperators', 'ann')],
    ['a role in other letters', session('operators', 'ann')],
    ['another session of a role of which one session is listed', session('Support', 'bob@example.com')],
    ['a session that calls itself like a listed role', session('Players', 'Operators')],
    [
      'a session whose name has a slash, which STS never makes',
      session('Players', 'x/assumed-role/Operators/ann'),
    ],
    ['a session of a listed role by a name that STS never makes', session('Operators', 'ann/bob')],
    ['a session of a listed role with white space in its name', session('Operators', 'ann bob')],
    ['a role with a path, as only the IAM ARN has it', session('team/Operators', 'ann')],
    ['the role itself', `arn:aws:iam::${ACCOUNT}:role/Operators`],
    ['a session without a name', `arn:aws:sts::${ACCOUNT}:assumed-role/Operators/`],
    ['a session called *', session('Operators', '*')],
    ['a user of the same name under another path', user('alice')],
    ['a user of another path that ends alike', user('x/ops/alice')],
    ['a user called like a listed role', user('Operators')],
    ['a federated user called like a listed role', `arn:aws:sts::${ACCOUNT}:federated-user/Operators`],
    ['the root of the account', `arn:aws:iam::${ACCOUNT}:root`],
    ['an ARN with a line break behind it', `${user('ops/alice')}\n`],
    ['an ARN with white space before it', ` ${user('ops/alice')}`],
    ['another partition', user('ops/alice').replace('arn:aws:', 'arn:aws-cn:')],
    ['an account number with a digit more', session('Operators', 'ann', `${ACCOUNT}3`)],
    ['nothing', ''],
    ['no text at all', undefined],
    ['null, where API Gateway knows no ARN', null],
    ['a list', [user('ops/alice')]],
  ])('%s', (_what, arn) => {
    expect(operatorEntry(arn, listed)).toBeUndefined();
  });

  it('not even a root or a federated user whose ARN somebody smuggled into the settings', () => {
    const smuggled = [`arn:aws:iam::${ACCOUNT}:root`, `arn:aws:sts::${ACCOUNT}:federated-user/ann`, '*', ''];
    for (const arn of smuggled) expect(operatorEntry(arn, smuggled)).toBeUndefined();
  });

  it.each([
    '*',
    '',
    'arn:aws:sts::123456789012:assumed-role/*',
    'arn:aws:sts::123456789012:assumed-role/Oper*',
    'arn:aws:sts::123456789012:assumed-role/Oper*/*',
    'arn:aws:sts::123456789012:assumed-role/Operators',
    'arn:aws:sts::123456789012:assumed-role/Operators/a*',
    'arn:aws:sts::*:assumed-role/Operators/*',
  ])('by an entry %s, were it there: no other wildcard means anything', (entry) => {
    expect(operatorEntry(session('Operators', 'ann'), [entry])).toBeUndefined();
    expect(operatorEntry(user('ann'), [entry])).toBeUndefined();
  });

  it('while the list is empty, which closes the door', () => {
    expect(operatorEntry(user('alice'), [])).toBeUndefined();
  });

  it('whoever differs from a listed principal by anything at all', () => {
    const principal = fc.oneof(
      fc.tuple(account, roleName, sessionName).map(([of, role, name]) => ({
        arn: session(role, name, of),
        same: `${of}/${role}`,
        entry: session(role, '*', of),
      })),
      fc.tuple(account, roleName).map(([of, name]) => {
        const arn = user(name, of);
        return { arn, same: arn, entry: arn };
      }),
    );
    fc.assert(
      fc.property(principal, principal, (one, other) => {
        const entry = operatorEntry(other.arn, [one.entry]);
        expect(entry).toBe(one.same === other.same ? one.entry : undefined);
      }),
    );
  });

  it('by any text that is no ARN of a user or of a session, whatever the settings list', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(operatorEntry(text, [text, `${text}/*`])).toBeUndefined();
      }),
    );
  });
});

describe('the settings take no entry that would let in more than it says', () => {
  it.each([
    '*',
    'arn:aws:iam::123456789012:user/*',
    'arn:aws:iam::123456789012:user/team*/alice',
    'arn:aws:iam::123456789012:root',
    'arn:aws:iam::123456789012:role/Operators',
    'arn:aws:sts::123456789012:assumed-role/*',
    'arn:aws:sts::123456789012:assumed-role/*/ann',
    'arn:aws:sts::123456789012:assumed-role/Oper*/*',
    'arn:aws:sts::123456789012:assumed-role/Operators/a*',
    'arn:aws:sts::123456789012:assumed-role/Operators/**',
    'arn:aws:sts::*:assumed-role/Operators/*',
    'arn:aws:sts::123456789012:assumed-role/team/Operators/*',
    'arn:aws:sts::123456789012:federated-user/ann',
    'arn:aws:sts::123456789012:assumed-role/Operators',
    'arn:aws:sts::12345678901:assumed-role/Operators/*',
  ])('%s', (entry) => {
    expect(isOperator(entry)).toBe(false);
  });
});
