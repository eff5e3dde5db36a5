import { expect, it } from 'vitest';
import { sendIfOpen } from '../../../emulator/webrtc/webrtc.ts';

/** A channel that says `times` times that it is open, then that it is closed. */
const openFor = (times: number) => ({ isOpen: () => times-- > 0 });
const throwing = () => {
  throw new Error('Track is not open');
};

it('a client that closes between the check and the sending does not end the emulator', () => {
  expect(() => sendIfOpen(openFor(1), throwing)).not.toThrow();
});

it('a client that has closed while its channel still says open does not end the emulator', () => {
  const broken = () => {
    throw new Error('libdatachannel error while sending data channel message: Sending failed, errno=32');
  };
  expect(() => sendIfOpen(openFor(2), broken)).not.toThrow();
});

it('nothing is sent on a closed channel, and an error on an open one is thrown', () => {
  expect(() => sendIfOpen(openFor(0), throwing)).not.toThrow();
  expect(() => sendIfOpen(openFor(2), throwing)).toThrow('Track is not open');
});
