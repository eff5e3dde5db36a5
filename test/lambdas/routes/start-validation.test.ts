import { describe, expect, it } from 'vitest';
import { MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS } from '../../../contract/requests.ts';
import {
  applicationOf,
  launchArgumentsOf,
  locationsOf,
  refuseUnnamed,
  resolutionOf,
} from '../../../lambdas/routes/start/validation.ts';
import { startRequest } from '../broker.ts';

const { group } = startRequest();

/** What a page hears of what it asked for: the member that is wrong, and what to change. */
function heard(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (problem) {
    const { code, message } = problem as { code: string; message: string };
    return [code, message];
  }
}

describe('the size of the picture', () => {
  const allowed = [
    { width: 1920, height: 1080 },
    { width: 1280, height: 720 },
  ];
  const asked = (width: unknown, height: unknown) => ({ resolution: { width, height } });

  it('is the one that the page asks for, if the settings list it', () => {
    expect(resolutionOf(asked(1280, 720), allowed)).toEqual({ width: 1280, height: 720 });
    expect(resolutionOf(asked(1920, 1080), allowed)).toEqual({ width: 1920, height: 1080 });
    expect(resolutionOf(undefined, allowed)).toBeUndefined();
  });

  it.each([
    ['a size that is not listed', asked(1024, 768)],
    ['a listed width with another height', asked(1280, 1080)],
    ['a listed height with another width', asked(1920, 720)],
    ['sides the wrong way round', asked(1080, 1920)],
    ['text instead of numbers', asked('1280', '720')],
    ['one side alone', { resolution: { width: 1280 } }],
    ['a member too many in the size', { resolution: { width: 1280, height: 720, depth: 24 } }],
    ['a member too many beside it', { resolution: { width: 1280, height: 720 }, codec: 'AV1' }],
    ['no size', {}],
    ['null for a size', { resolution: null }],
    ['null', null],
    ['text', '1280x720'],
    ['a list', [1280, 720]],
  ])('is refused where the page asks for %s, and the page hears which sizes there are', (_, value) => {
    const [code, message] = heard(() => resolutionOf(value, allowed)) as [string, string];
    expect(code).toBe('invalid_request');
    expect(message).toContain('displayConfiguration');
    expect(message).toContain('one of the sizes 1920 x 1080, 1280 x 720');
  });

  it('is refused where the settings list none, whatever it is', () => {
    const [code, message] = heard(() => resolutionOf(asked(1280, 720))) as [string, string];
    expect(code).toBe('invalid_request');
    expect(message).toMatch(/displayConfiguration.*is not accepted by this API/);
  });
});

describe('what a page asks for beside it', () => {
  it.each([
    [
      'no application of several',
      () => applicationOf(undefined, { ...group, applications: ['a', 'b'] }, false),
      'applicationIdentifier',
      'must name one of the applications',
    ],
    [
      'no application, and the settings have none',
      () => applicationOf(undefined, { ...group, applications: [] }, false),
      'applicationIdentifier',
      'must name one of the applications',
    ],
    [
      'an application of another group',
      () => applicationOf('other', group, true),
      'applicationIdentifier',
      'is not an application that this API starts',
    ],
    [
      'a number for an application',
      () => applicationOf(1, group, true),
      'applicationIdentifier',
      'is not an application that this API starts',
    ],
    [
      'a start that no rule narrows down',
      refuseUnnamed,
      'applicationIdentifier',
      'must name one of the applications',
    ],
    [
      'locations as text',
      () => locationsOf('eu-west-1', group),
      'locations',
      'must be a list of location names',
    ],
    [
      'locations that are no text',
      () => locationsOf([1], group),
      'locations',
      'must be a list of location names',
    ],
    [
      'a location twice',
      () => locationsOf(['x', 'x'], { ...group, locations: ['x'] }),
      'locations',
      'names a location twice',
    ],
    [
      'a location that is not listed',
      () => locationsOf(['x', 'y'], { ...group, locations: ['x'] }),
      'locations',
      'does not start sessions',
    ],
    [
      'arguments that the settings do not allow',
      () => launchArgumentsOf(['-v'], false),
      'additionalLaunchArgs',
      'are not accepted by this API',
    ],
    [
      'arguments that are no text',
      () => launchArgumentsOf([1], true),
      'additionalLaunchArgs',
      `must be a list of at most ${MAX_ARGUMENTS} strings`,
    ],
    [
      'too many arguments',
      () => launchArgumentsOf(Array(MAX_ARGUMENTS + 1).fill('a'), true),
      'additionalLaunchArgs',
      `must be a list of at most ${MAX_ARGUMENTS} strings`,
    ],
    [
      'too long an argument',
      () => launchArgumentsOf(['a', 'a'.repeat(MAX_ARGUMENT_LENGTH + 1)], true),
      'additionalLaunchArgs',
      `must each be at most ${MAX_ARGUMENT_LENGTH} characters`,
    ],
  ])('%s: the refusal names the member, and what to change', (_, ask, member, what) => {
    const [code, message] = heard(ask) as [string, string];
    expect(code).toBe('invalid_request');
    expect(message).toContain(member);
    expect(message).toContain(what);
  });

  it('is taken as it is where the settings allow it, up to the last allowed value', () => {
    const longest = Array(MAX_ARGUMENTS).fill('a'.repeat(MAX_ARGUMENT_LENGTH));
    expect(launchArgumentsOf(longest, true)).toBe(longest);
    expect(locationsOf(['y', 'x'], { ...group, locations: ['x', 'y'] })).toEqual(['y', 'x']);
    expect(applicationOf('a-1', group, false)).toBe('a-1');
  });

  it('may be left out, or be an empty list, as the sample of AWS sends it', () => {
    expect([
      locationsOf([], group),
      launchArgumentsOf([], false),
      launchArgumentsOf(undefined, false),
    ]).toEqual([undefined, undefined, undefined]);
    expect(applicationOf(undefined, group, false)).toBe('a-1');
    expect(applicationOf(undefined, { ...group, applications: ['a', 'b'] }, true)).toBeUndefined();
  });
});
