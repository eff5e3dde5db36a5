/** The alarms of a template, and what whoever is called reads first. */
import { ofType, type SynthesizedTemplate } from '../synth.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
export function alarmsOf(of: SynthesizedTemplate): ({ readonly id: string } & any)[] {
  return [...ofType(of, 'AWS::CloudWatch::Alarm'), ...ofType(of, 'AWS::CloudWatch::CompositeAlarm')].map(
    ([id, { Properties }]) => ({ id, ...Properties }),
  );
}

/** An alarm's name stands first in what it says of itself. */
export function nameOf({ AlarmDescription }: { readonly AlarmDescription: string }): string {
  return AlarmDescription.split(':')[0] ?? '';
}
