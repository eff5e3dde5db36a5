/**
 * Where GameLift Streams exists, by AWS's developer guide ("AWS Regions and streaming locations"). AWS adds Regions: a deployer
 * writes a newer one into `additionalRegions`, and a change here brings the list and its date up to date.
 */

/** The day on which the lists were read. */
export const regionsReadOn = '2026-11-21';

/** Regions with an API: a stream group's `region` is one of them. */
export const apiRegions = ['us-east-2', 'us-west-2', 'ap-northeast-1', 'eu-central-1'];

/** Where a session can run: the Regions with an API, and those that a stream group can add as a location. */
export const streamingLocations = [
  ...apiRegions,
  ...[
    'us-east-1',
    'ap-south-1',
    'ap-northeast-2',
    'ap-southeast-2',
    'eu-west-1',
    'eu-west-2',
    'eu-north-1',
    'sa-east-1',
  ],
];
