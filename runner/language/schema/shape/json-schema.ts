import { parse } from 'yaml';
import type { Key, Keys, ObjectShape, Shape, TextShape } from './shape.ts';
import { setOwn } from '../../../model/own.ts';

/** A JSON Schema, draft 7: what editors understand best. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a whole file, from the table that also validates it. */
export function jsonSchema(title: string, shape: Shape): JsonSchema {
  const definitions = new Map<ObjectShape, string>();
  const written: Record<string, JsonSchema> = {};
  const refer = (object: ObjectShape): JsonSchema => {
    const before = definitions.get(object);
    if (before !== undefined) return { $ref: `#/definitions/${before}` };
    const name = freeName(object.called, new Set(definitions.values()));
    definitions.set(object, name);
    setOwn(written, name, schemaOfObject(object, refer));
    return { $ref: `#/definitions/${name}` };
  };
  const whole = schemaOf(shape, refer);
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...whole, definitions: written };
}

type Refer = (object: ObjectShape) => JsonSchema;

function freeName(called: string, taken: ReadonlySet<string>): string {
  const name = called.replace(/^(a|an|the) /, '').replaceAll(' ', '-');
  for (let count = 1; ; count += 1) {
    const free = count === 1 ? name : `${name}-${String(count)}`;
    if (!taken.has(free)) return free;
  }
}

function schemaOf(shape: Shape, refer: Refer): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return schemaOfText(shape);
    case 'number': {
      const { min, max, above, values } = shape;
      if (values !== undefined) return { enum: values };
      return {
        type: shape.integer ? 'integer' : 'number',
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
        ...(above === undefined ? {} : { exclusiveMinimum: above }),
      };
    }
    case 'boolean':
      return { type: 'boolean' };
    case 'list':
      return {
        type: 'array',
        items: schemaOf(shape.item, refer),
        ...(shape.minItems === 0 ? {} : { minItems: shape.minItems }),
        ...(shape.maxItems === undefined ? {} : { maxItems: shape.maxItems }),
      };
    case 'object':
      return refer(shape);
    case 'oneOf':
      return { anyOf: shape.options.map((option) => schemaOf(option, refer)) };
    case 'variants':
      return {
        type: 'object',
        required: [shape.tag],
        properties: { [shape.tag]: { enum: Object.keys(shape.cases) } },
        anyOf: Object.values(shape.cases).map((each) => refer(each)),
      };
  }
}

function schemaOfText(shape: TextShape): JsonSchema {
  if (shape.values !== undefined) return { enum: shape.values };
  const type = shape.asWritten === true ? ['string', 'number', 'boolean'] : 'string';
  const rules: JsonSchema[] = [];
  const { format } = shape;
  if (shape.onlyExpression === true) rules.push({ pattern: EXPRESSION });
  else if (format !== undefined && shape.contexts !== undefined) {
    rules.push({ pattern: `${EXPRESSION}|(?:${format.pattern.source})` });
  } else if (format !== undefined) rules.push({ pattern: format.pattern.source });
  else if (shape.asWritten !== true && shape.mayBeEmpty !== true) rules.push({ minLength: 1 });
  if (shape.contexts === undefined) rules.push({ not: { type: 'string', pattern: EXPRESSION } });
  return Object.assign({ type }, ...rules) as JsonSchema;
}

const EXPRESSION = String.raw`\$\{\{`;

function schemaOfObject(shape: ObjectShape, refer: Refer): JsonSchema {
  const required = Object.entries(shape.keys)
    .filter(([, key]) => key.required === true)
    .map(([name]) => name);
  const groups = (shape.oneOfKeys ?? []).map((group) => ({
    anyOf: group.map((name) => ({ required: [name] })),
  }));
  return {
    type: shape.mayBeEmpty === true ? ['object', 'null'] : 'object',
    properties: propertiesOf(shape.keys, refer),
    ...(required.length === 0 ? {} : { required }),
    ...(groups.length === 0 ? {} : { allOf: groups }),
    ...namedProperties(shape, refer),
  };
}

/** `patternProperties` would hold for the known keys too. */
function namedProperties({ keys, rest, extensible }: ObjectShape, refer: Refer): JsonSchema {
  const own = extensible === true ? { patternProperties: { '^x-': {} } } : {};
  if (rest === undefined) return { ...own, additionalProperties: false };
  const known = Object.keys(keys);
  const pattern = { pattern: rest.name.pattern.source };
  const propertyNames = known.length === 0 ? pattern : { anyOf: [{ enum: known }, pattern] };
  const most = rest.most === undefined ? {} : { maxProperties: rest.most };
  return { additionalProperties: schemaOf(rest.shape, refer), propertyNames, ...most };
}

function propertiesOf(keys: Keys, refer: Refer): JsonSchema {
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [
      name,
      { ...described(name, key), ...wrapped(schemaOf(key.shape, refer)) },
    ]),
  );
}

/** In draft 7 nothing beside a `$ref` counts. */
function wrapped(schema: JsonSchema): JsonSchema {
  return '$ref' in schema ? { allOf: [schema] } : schema;
}

function described(name: string, key: Key): JsonSchema {
  const spoken = typeof key.default === 'string' ? ` Default: ${key.default}.` : '';
  return {
    description: `${key.description}${spoken}`,
    ...(key.default === undefined || typeof key.default === 'string' ? {} : { default: key.default }),
    ...(key.example === undefined ? {} : { examples: [exampleOf(name, key.example)] }),
  };
}

function exampleOf(name: string, example: string): unknown {
  const value: unknown = parse(example);
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : value;
}
