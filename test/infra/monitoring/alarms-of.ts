/** Reads the alarms of a template. */
import { ofType, type SynthesizedTemplate } from '../synth.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
export function alarmsOf(of: SynthesizedTemplate): ({ readonly id: string } & any)[] {
  return [...ofType(of, 'AWS::CloudWatch::Alarm'), ...ofType(of, 'AWS::CloudWatch::CompositeAlarm')].map(
    ([id, { Properties }]) => ({ id, ...Properties }),
  );
}

/** The name of an alarm: its description starts with it. */
export function nameOf({ AlarmDescription }: { readonly AlarmDescription: string }): string {
  return AlarmDescription.split(':')[0] ?? '';
}
