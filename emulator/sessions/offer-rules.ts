import type { Settings } from '../model/settings.ts';
import { type Offer, parseOffer } from '../webrtc/offer.ts';

/** The offer in a signal request that can be answered; undefined: it is unusable, and settings say what follows. */
export function usableOffer(
  signalRequest: string,
  { peer, signalRequestOfTypeAnswer }: Pick<Settings, 'peer' | 'signalRequestOfTypeAnswer'>,
): Offer | undefined {
  const types = signalRequestOfTypeAnswer === 'accept' ? ['offer', 'answer'] : ['offer'];
  const offer = parseOffer(signalRequest, types);
  return peer === 'webrtc' && offer?.kind !== 'webrtc' ? undefined : offer;
}
