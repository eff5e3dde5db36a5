import { OPERATIONS, type Operation } from '../model/settings.ts';
import { fromQuery, type Input, OPERATION_SPECS, type OperationSpec } from './operations.ts';

export interface Route {
  operation: Operation;
  spec: OperationSpec;
  /** The members from the path and the query. */
  input: Input;
}

/** Decodes a path label: ARNs have `%3A` and `%2F`. Leaves a broken escape, which the constraints refuse. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The labels of a path that has the template's form, decoded; undefined for any other path. */
export function match(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.split('/');
  if (parts.length !== segments.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    const label = /^\{(.+)\}$/.exec(part)?.[1];
    if (label) labels[label] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return labels;
}

/** @param target the raw path and query. @returns undefined when no operation matches */
export function route(method: string, target: string): Route | undefined {
  const mark = target.indexOf('?');
  const segments = (mark < 0 ? target : target.slice(0, mark)).split('/');
  for (const operation of OPERATIONS) {
    const spec = OPERATION_SPECS[operation];
    const labels = spec.method === method ? match(spec.path, segments) : undefined;
    if (!labels) continue;
    const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
    const input: Record<string, unknown> = { ...labels };
    for (const name of spec.query ?? []) {
      const value = query.get(name);
      if (value !== null) input[name] = fromQuery(name, value);
    }
    return { operation, spec, input };
  }
  return undefined;
}
