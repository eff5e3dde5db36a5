/** The parts of a request target. Not parsed as a URL: URL classes resolve `..`, which API Gateway passes on. */
export interface RequestTarget {
  /** The decoded path, which the event carries as `rawPath`: HTTP APIs decode it, despite the name. */
  path: string;
  /** Each segment is decoded by itself, so that an encoded slash does not split a segment. */
  segments: string[];
  /** The query string as sent, without `?`; empty when there is none. */
  rawQueryString: string;
}

/**
 * Splits a request target into its parts.
 * @param target origin form (`/path?query`) or absolute form (`http://host/path?query`)
 * @returns undefined for a target with no path or with a percent sign that encodes nothing
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const originForm = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const question = originForm.indexOf('?');
  const rawPath = question < 0 ? originForm : originForm.slice(0, question);
  if (!rawPath.startsWith('/')) return undefined;
  try {
    const segments = rawPath.slice(1).split('/').map(decodeURIComponent);
    return {
      path: `/${segments.join('/')}`,
      segments,
      rawQueryString: question < 0 ? '' : originForm.slice(question + 1),
    };
  } catch {
    return undefined;
  }
}

/** The query's parameters decoded, values of one name joined with commas; undefined when there are none. */
export function queryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.join(',')]));
}
