import type { GetStreamGroupCommandOutput } from '@aws-sdk/client-gameliftstreams';
import type { StreamGroupSettings } from '../../infra/settings/settings.ts';
import { type Finding, problem, warning } from './finding.ts';
import type { Hints } from './hints.ts';

/** Checks that the settings' applications are linked to the stream group. */
export function checkApplications(
  subject: string,
  { group, hints }: { group: StreamGroupSettings; hints: Hints },
  { DefaultApplication, AssociatedApplications = [] }: GetStreamGroupCommandOutput,
): Finding[] {
  const { id, region, applications: allowed } = group;
  const linked = [DefaultApplication?.Arn, ...AssociatedApplications].map((arn) => arn?.split('/').at(-1));
  const missing = allowed.filter((name) => name !== DefaultApplication?.Id && !linked.includes(name));
  if (missing.length === 0) return [];
  return [
    problem(
      subject,
      `application ${missing.join(', ')} is not linked to it, so players cannot start it`,
      hints.aws(
        `gameliftstreams associate-applications --identifier ${id} --application-identifiers ${missing.join(' ')}`,
        region,
      ),
    ),
  ];
}

/** Checks that the stream group has the settings' locations, with capacity. */
export function checkLocations(
  subject: string,
  { locations: allowed }: StreamGroupSettings,
  { LocationStates = [] }: GetStreamGroupCommandOutput,
): Finding[] {
  return allowed.flatMap((name) => {
    const state = LocationStates.find(({ LocationName }) => LocationName === name);
    if (state === undefined) {
      const others = LocationStates.map(({ LocationName }) => LocationName).join(', ');
      const says = `has no location ${name}${others === '' ? '' : `, but ${others}`}`;
      return [
        problem(subject, says, `add the location to the stream group, or correct streamGroups' locations`),
      ];
    }
    if (state.Status !== undefined && state.Status !== 'ACTIVE') {
      const todo = 'see it in the GameLift Streams console; players cannot start there meanwhile';
      return [warning(subject, `its location ${name} is ${state.Status}`, todo)];
    }
    const capacities = [state.AlwaysOnCapacity, state.OnDemandCapacity, state.MaximumCapacity];
    const known = capacities.filter((capacity) => typeof capacity === 'number');
    if (known.length > 0 && known.every((capacity) => capacity === 0)) {
      const todo = 'give the location always-on or on-demand capacity';
      return [problem(subject, `its location ${name} has no capacity, so players cannot start there`, todo)];
    }
    return [];
  });
}
