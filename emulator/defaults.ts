/** What an emulator is started with unless its caller says otherwise. None of it exists in AWS. */
export const DEFAULTS = {
  region: 'us-west-2',
  accountId: '123456789012',
  streamGroupId: 'sg-emulator1',
  applicationId: 'a-emulator1',
  credentials: { accessKeyId: 'AKIAEMULATOREXAMPLE0', secretAccessKey: 'emulator-secret-access-key' },
} as const;
