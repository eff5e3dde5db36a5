import { OPERATIONS } from '../model/settings.ts';
import { match } from './router.ts';

/** The operations of Amazon GameLift Streams that this emulator lacks. Source: API model, version 2018-05-10. */
const OTHER_OPERATIONS: readonly (readonly [name: string, method: string, path: string])[] = [
  ['AddStreamGroupLocations', 'POST', '/streamgroups/{Identifier}/locations'],
  ['AssociateApplications', 'POST', '/streamgroups/{Identifier}/associations'],
  ['CreateApplication', 'POST', '/applications'],
  ['CreateStreamGroup', 'POST', '/streamgroups'],
  ['CreateStreamUrl', 'POST', '/streamgroups/{Identifier}/streamurls'],
  ['DeleteApplication', 'DELETE', '/applications/{Identifier}'],
  ['DeleteStreamGroup', 'DELETE', '/streamgroups/{Identifier}'],
  ['DisassociateApplications', 'POST', '/streamgroups/{Identifier}/disassociations'],
  ['GetApplication', 'GET', '/applications/{Identifier}'],
  ['GetStreamUrl', 'GET', '/streamgroups/{Identifier}/streamurls/{StreamUrlIdentifier}'],
  ['ListApplications', 'GET', '/applications'],
  ['ListApplicationShaderCaches', 'GET', '/applications/{Identifier}/shadercaches'],
  ['ListStreamGroups', 'GET', '/streamgroups'],
  ['ListStreamUrls', 'GET', '/streamurls'],
  ['ListTagsForResource', 'GET', '/tags/{ResourceArn}'],
  ['RemoveStreamGroupLocations', 'DELETE', '/streamgroups/{Identifier}/locations'],
  ['RevokeStreamUrl', 'POST', '/streamgroups/{Identifier}/streamurls/{StreamUrlIdentifier}/revoke'],
  ['TagResource', 'POST', '/tags/{ResourceArn}'],
  ['UntagResource', 'DELETE', '/tags/{ResourceArn}'],
  ['UpdateApplication', 'PATCH', '/applications/{Identifier}'],
  ['UpdateStreamGroup', 'PATCH', '/streamgroups/{Identifier}'],
];

/** The message for a call of an operation that this emulator lacks. A call that is no operation at all gets AWS's own sentence. */
export function notHere(method: string, target: string): string {
  const segments = (target.split('?')[0] ?? '').split('/');
  const other = OTHER_OPERATIONS.find(([, itsMethod, path]) => itsMethod === method && match(path, segments));
  return other
    ? `${other[0]} is not in this emulator: it has ${OPERATIONS.join(', ')}.`
    : `The requested operation is not recognized by the service. This emulator has ${OPERATIONS.join(', ')}.`;
}
