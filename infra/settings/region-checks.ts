/** Finds Regions and locations that GameLift Streams does not have: a typo there would make every start fail. */
import { type InvalidSetting, nearest, valueAt } from './errors.ts';
import { apiRegions, regionsReadOn, streamingLocations } from './regions.ts';
import { isLocation, isRegion } from './rules.ts';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

function correction(name: string, known: readonly string[], what: string): string {
  return (
    `${JSON.stringify(nearest(name, known))}, or another of the ${what} that AWS listed on ${regionsReadOn} (${known.join(', ')}); ` +
    `if AWS has added ${JSON.stringify(name)} since, write it into additionalRegions too`
  );
}

/** Reads the raw input. A name of the wrong form is the schema's to report. */
export function invalidRegions(input: unknown): InvalidSetting[] {
  const groups = valueAt(input, ['streamGroups']);
  if (!Array.isArray(groups)) return [];
  const added = strings(valueAt(input, ['additionalRegions']));
  return groups.flatMap((group: unknown, at) => {
    const region = valueAt(group, ['region']);
    const locations = valueAt(group, ['locations']);
    const invalid: InvalidSetting[] = [];
    if (typeof region === 'string' && isRegion(region) && ![...apiRegions, ...added].includes(region)) {
      const allowed = correction(region, apiRegions, 'Regions');
      invalid.push({ path: ['streamGroups', at, 'region'], allowed });
    }
    for (const [index, location] of (Array.isArray(locations) ? locations : []).entries()) {
      // A group's own Region is checked above, once.
      const known = [...streamingLocations, ...added, region];
      if (typeof location !== 'string' || !isLocation(location) || known.includes(location)) continue;
      const allowed = correction(location, streamingLocations, 'locations');
      invalid.push({ path: ['streamGroups', at, 'locations', index], allowed });
    }
    return invalid;
  });
}
