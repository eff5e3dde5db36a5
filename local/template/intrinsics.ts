/** The values of a template's references. Each function returns `undefined` for an unknown reference. */
export interface ReferenceScope {
  /** The value of `Ref` for a resource or parameter. */
  ref(logicalId: string): unknown;
  /** The value of `Fn::GetAtt`. */
  getAtt(logicalId: string, attribute: string): unknown;
  /** The value of another stack's export. */
  importValue(exportName: string): unknown;
  /** `AWS::Region` and the like. */
  pseudo: Readonly<Record<string, string>>;
}

const noValue = Symbol('AWS::NoValue');

/**
 * Replaces every CloudFormation intrinsic in a template's value by the value it stands for: Ref, Fn::GetAtt,
 * Fn::Join, Fn::Sub, Fn::Select, Fn::Split, Fn::ImportValue and the pseudo parameters. `AWS::NoValue` removes
 * its property or list entry, as in CloudFormation.
 * @param where names the place for errors: `Stack/LogicalId`
 * @throws Error naming the place and the intrinsic or reference that has no value here
 */
export function resolveIntrinsics(value: unknown, scope: ReferenceScope, where: string): unknown {
  const resolved = resolve(value, scope, where);
  return resolved === noValue ? undefined : resolved;
}

function resolve(value: unknown, scope: ReferenceScope, where: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope, where)).filter((item) => item !== noValue);
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const intrinsic = entries.find(([key]) => key === 'Ref' || key.startsWith('Fn::'));
  if (intrinsic) {
    const [name, argument] = intrinsic;
    if (entries.length === 1) return evaluate(name, argument, scope, where);
    // CloudFormation refuses these too. `Ref` beside other keys is an ordinary property.
    if (name !== 'Ref') throw new Error(`${where}: ${name} must be the only key of its object`);
  }
  const result: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const resolved = resolve(item, scope, where);
    if (resolved !== noValue) result[key] = resolved;
  }
  return result;
}

function evaluate(name: string, argument: unknown, scope: ReferenceScope, where: string): unknown {
  switch (name) {
    case 'Ref':
      return reference(text(argument, 'Ref', where), scope, where);
    case 'Fn::GetAtt':
      return attribute(argument, scope, where);
    case 'Fn::Join': {
      const [separator, items] = list(argument, name, where);
      return list(resolve(items, scope, where), name, where)
        .map(String)
        .join(text(separator, name, where));
    }
    case 'Fn::Split': {
      const [separator, source] = list(argument, name, where);
      return text(resolve(source, scope, where), name, where).split(text(separator, name, where));
    }
    case 'Fn::Select': {
      const [index, items] = list(argument, name, where);
      const choices = list(resolve(items, scope, where), name, where);
      const position = Number(resolve(index, scope, where));
      if (!(position in choices)) throw new Error(`${where}: Fn::Select has no item ${position} to select`);
      return choices[position];
    }
    case 'Fn::Sub':
      return substitute(argument, scope, where);
    case 'Fn::ImportValue': {
      const exportName = text(resolve(argument, scope, where), name, where);
      const value = scope.importValue(exportName);
      if (value === undefined) throw new Error(`${where}: no stack exports ${exportName} (Fn::ImportValue)`);
      return value;
    }
    default:
      throw new Error(`${where}: the local deployment does not execute the intrinsic ${name}`);
  }
}

function reference(logicalId: string, scope: ReferenceScope, where: string): unknown {
  if (logicalId === 'AWS::NoValue') return noValue;
  const value = logicalId.startsWith('AWS::') ? scope.pseudo[logicalId] : scope.ref(logicalId);
  if (value === undefined)
    throw new Error(`${where}: the local deployment has no value for Ref ${logicalId}`);
  return value;
}

function attribute(argument: unknown, scope: ReferenceScope, where: string): unknown {
  const path = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt', where);
  const [logicalId = '', ...names] = path.map((part) => text(part, 'Fn::GetAtt', where));
  const name = names.join('.');
  const value = scope.getAtt(logicalId, name);
  if (value === undefined) {
    throw new Error(`${where}: the local deployment has no value for Fn::GetAtt ${logicalId}.${name}`);
  }
  return value;
}

function substitute(argument: unknown, scope: ReferenceScope, where: string): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = resolve(variables ?? {}, scope, where) as Record<string, unknown>;
  return text(template, 'Fn::Sub', where).replace(/\$\{([^}]*)\}/g, (_match, inner: string) => {
    const name = inner.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(own, name)) return String(own[name]);
    const value = name.includes('.') ? attribute(name, scope, where) : reference(name, scope, where);
    if (typeof value === 'symbol') throw new Error(`${where}: Fn::Sub cannot contain AWS::NoValue`);
    return String(value);
  });
}

function text(value: unknown, intrinsic: string, where: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${where}: ${intrinsic} needs a string, the template has ${JSON.stringify(value)}`);
}

function list(value: unknown, intrinsic: string, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where}: ${intrinsic} needs a list, the template has ${JSON.stringify(value)}`);
}
