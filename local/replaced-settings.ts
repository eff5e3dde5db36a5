/** What `npm start` says about settings that are not the same on this machine, and why. */

const LOOPBACK = new Set(['localhost', '127.0.0.1']);

/**
 * Whether the local OpenID provider, which asks for no password, may send a player back to pages of this origin: only to those of this
 * machine. The policy of its sign-in page names the origin, and a policy can't name an IPv6 address.
 */
export const mayEndSignIn = (origin: string): boolean => LOOPBACK.has(new URL(origin).hostname);

type Given = Readonly<Record<string, unknown>>;

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Given)[name] : undefined;
const strings = (value: unknown) =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/**
 * A sentence for each setting that a deployer wrote and that is another one here, or has more here.
 * @param given what the deployer wrote; it has been checked
 * @param used what the local deployment is synthesized with
 * @param consoleOrigins origins of the console page
 */
export function notesOn(given: Given, used: Given, consoleOrigins: readonly string[]): string[] {
  if (Object.keys(given).length === 0) return [];
  const notes: string[] = [];
  const note = (isSo: boolean, sentence: string) => void (isSo && notes.push(sentence));

  const [group] = used.streamGroups as { id: string; applications: string[] }[];
  note(
    given.streamGroups === undefined,
    `streamGroups is missing: the emulator's ${group?.id} with ${group?.applications[0]} is used.`,
  );

  const issuer = member(used.identity, 'issuer');
  const ownIssuer = member(given.identity, 'issuer');
  note(
    ownIssuer !== undefined && ownIssuer !== issuer,
    `identity.issuer is ${issuer} here, not ${ownIssuer}: the OpenID provider of this machine signs players in, by any name. audience and scope are kept.`,
  );
  note(
    member(given.identity, 'cognito') !== undefined,
    `identity.cognito is left out: there is no user pool here. The OpenID provider of this machine, ${issuer}, signs players in, by any name.`,
  );

  const origins = strings(given.webOrigins);
  const added = consoleOrigins.filter((origin) => !origins.includes(origin));
  note(
    origins.length > 0 && added.length > 0,
    `webOrigins has ${added.join(' and ')} here too, for the console page.`,
  );
  for (const origin of origins.filter((each) => !mayEndSignIn(each))) {
    const why = new URL(origin).hostname.startsWith('[')
      ? 'the policy of the sign-in page can name localhost and 127.0.0.1, and no IPv6 address'
      : 'the OpenID provider on this machine needs no password, so it redirects players only to pages on localhost and 127.0.0.1';
    notes.push(
      `webOrigins has ${origin}: its pages may call the API, but a sign-in cannot return there, since ${why}.`,
    );
  }

  const operators = strings(used.operators).filter((each) => !strings(given.operators).includes(each));
  note(
    given.operators !== undefined && operators.length > 0,
    `operators has ${operators.join(' and ')} here too, for npm run operator -- --local.`,
  );
  note(
    given.removalPolicy === 'retain',
    'removalPolicy is "destroy" here: the API must accept requests from pages on plain http, and nothing is kept when npm start ends.',
  );
  note(
    given.domain !== undefined,
    `domain is left out: ${member(given.domain, 'name')} does not lead to this machine.`,
  );
  note(
    given.alarmTopic !== undefined,
    'alarmTopic is left out: there is no SNS here, so no alarm notifies anybody.',
  );
  return notes;
}
