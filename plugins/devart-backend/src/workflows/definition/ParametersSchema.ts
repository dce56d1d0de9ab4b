import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import {
  InvalidInputError,
  type InputIssue,
} from '../../operations/InvalidInputError';
import { linearRegExp } from './linearRegExp';
import { listed, suggestion } from './suggest';

/** Something wrong with a JSON Schema, or with a value. */
export interface SchemaProblem {
  path: (string | number)[];
  ofKey: boolean;
  message: string;
}

type JsonSchema = Record<string, unknown>;

const MAX_ISSUES = 20;

/** The most schemas in a schema: each is compiled. */
const MAX_SUBSCHEMAS = 500;

/** What forms understand and validation does not. */
const FORM_KEYWORD = /^ui:/;

const BELOW_ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
];
const BELOW_LIST = ['allOf', 'anyOf', 'items', 'oneOf'];
const BELOW_MAP = [
  '$defs',
  'definitions',
  'dependencies',
  'patternProperties',
  'properties',
];

function createAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    useDefaults: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    code: { regExp: linearRegExp },
  });
  addFormats(ajv);
  ajv.addVocabulary(['enumNames']);
  return ajv;
}

/** Checks schemas against their own schema; what it compiles is compiled once. */
const metaAjv = createAjv();

/** Parameters of a workflow: a JSON Schema (draft 7) of an object. */
export class ParametersSchema {
  readonly #validate: ValidateFunction;
  readonly #schema: JsonSchema;

  private constructor(schema: JsonSchema, validate: ValidateFunction) {
    this.#schema = schema;
    this.#validate = validate;
  }

  static parse(schema: JsonSchema): {
    schema?: ParametersSchema;
    problems: SchemaProblem[];
  } {
    const all = subschemas(schema, []);
    if (all.length > MAX_SUBSCHEMAS) {
      const message = `must have at most ${MAX_SUBSCHEMAS} schemas in it`;
      return { problems: [{ path: [], ofKey: false, message }] };
    }
    const problems = [
      ...problemsOfRoot(schema),
      ...all.flatMap(problemsOfKeywords),
      ...all.flatMap(problemsOfPatterns),
    ];
    if (problems.length === 0) {
      problems.push(...problemsOfMeta(schema));
    }
    if (problems.length > 0) {
      return { problems };
    }
    const plain = withoutFormKeywords(schema) as JsonSchema;
    try {
      const ajv = createAjv();
      const parsed = new ParametersSchema(schema, ajv.compile(plain));
      const wrong = all.flatMap(sub => problemsOfDefault(sub, plain, ajv));
      return wrong.length > 0
        ? { problems: wrong }
        : { schema: parsed, problems: [] };
    } catch (error) {
      const message = `is no valid JSON Schema: ${(error as Error).message}`;
      return { problems: [{ path: [], ofKey: false, message }] };
    }
  }

  /** @throws InvalidInputError naming each parameter that is not as the schema says. */
  check(input: Record<string, unknown>): Record<string, unknown> {
    const parameters = structuredClone(input);
    if (!this.#validate(parameters)) {
      throw new InvalidInputError(
        (this.#validate.errors ?? [])
          .slice(0, MAX_ISSUES)
          .map(error => this.#issueOf(error)),
      );
    }
    return parameters;
  }

  #issueOf(error: ErrorObject): InputIssue {
    const path = ['parameters', ...pointer(error.instancePath)];
    switch (error.keyword) {
      case 'required':
        path.push(error.params.missingProperty);
        return { field: path.join('.'), problem: 'is missing' };
      case 'additionalProperties': {
        const name = error.params.additionalProperty;
        const accepted =
          path.length === 1
            ? Object.keys(propertiesOf(this.#schema) ?? {})
            : [];
        path.push(name);
        return {
          field: path.join('.'),
          problem: `is no parameter of this workflow${suggestion(name, accepted)}`,
        };
      }
      default:
        return { field: path.join('.'), problem: messageOf(error) };
    }
  }
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case 'enum':
      return `must be one of ${listed(error.params.allowedValues.map((value: unknown) => JSON.stringify(value)))}`;
    case 'const':
      return `must be ${JSON.stringify(error.params.allowedValue)}`;
    default:
      return error.message ?? 'is not as the schema says';
  }
}

function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'));
}

interface Subschema {
  path: (string | number)[];
  schema: JsonSchema;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema and every schema in it. */
function subschemas(root: JsonSchema, at: (string | number)[]): Subschema[] {
  const found: Subschema[] = [{ path: at, schema: root }];
  const add = (value: unknown, ...path: (string | number)[]) => {
    if (isSchema(value)) {
      found.push(...subschemas(value, [...at, ...path]));
    }
  };
  for (const key of BELOW_ONE) {
    add(root[key], key);
  }
  for (const key of BELOW_LIST) {
    const list = root[key];
    if (Array.isArray(list)) {
      list.forEach((item, index) => add(item, key, index));
    }
  }
  for (const key of BELOW_MAP) {
    const map = root[key];
    if (isSchema(map)) {
      for (const [name, item] of Object.entries(map)) {
        add(item, key, name);
      }
    }
  }
  return found;
}

function problemsOfRoot(schema: JsonSchema): SchemaProblem[] {
  return schema.type === 'object'
    ? []
    : [
        {
          path: schema.type === undefined ? [] : ['type'],
          ofKey: false,
          message:
            'must be a JSON Schema of an object: type: object, with the parameters under properties',
        },
      ];
}

const keywords = Object.keys(metaAjv.RULES.all).concat(
  Object.keys(metaAjv.RULES.keywords),
);
const KEYWORDS = [...new Set(keywords)]
  .filter(key => metaAjv.RULES.keywords[key] && !key.startsWith('$'))
  .concat('$ref', '$defs', '$comment', '$schema');

const REFUSED: Record<string, string> = {
  $async: 'is not accepted in a schema of parameters',
  $id: 'is not accepted in a schema of parameters',
};

function problemsOfKeywords({ path, schema }: Subschema): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const report = (key: string, message: string, ofKey = false) =>
    problems.push({ path: [...path, key], ofKey, message });
  for (const [key, value] of Object.entries(schema)) {
    if (Object.hasOwn(REFUSED, key)) {
      report(key, REFUSED[key], true);
    } else if (!KEYWORDS.includes(key) && !FORM_KEYWORD.test(key)) {
      const hint = suggestion(key, KEYWORDS).replace(/^; accepted.*$/, '');
      report(key, `unknown keyword "${key}" of JSON Schema${hint}`, true);
    } else if (
      key === 'format' &&
      typeof value === 'string' &&
      !metaAjv.formats[value]
    ) {
      const known = Object.keys(metaAjv.formats);
      report(key, `unknown format "${value}"${suggestion(value, known)}`);
    } else if (
      key === '$ref' &&
      typeof value === 'string' &&
      !value.startsWith('#')
    ) {
      report(key, 'must point into the same schema: #/definitions/…');
    } else if (
      key === '$schema' &&
      !String(value).startsWith('http://json-schema.org/draft-07/schema')
    ) {
      report(key, 'must be http://json-schema.org/draft-07/schema#');
    }
  }
  return problems;
}

function problemsOfPatterns({ path, schema }: Subschema): SchemaProblem[] {
  const { pattern, patternProperties } = schema;
  const names = isSchema(patternProperties)
    ? Object.keys(patternProperties)
    : [];
  const patterns = [
    ...(typeof pattern === 'string'
      ? [{ pattern, at: ['pattern'], ofKey: false }]
      : []),
    ...names.map(name => ({
      pattern: name,
      at: ['patternProperties', name],
      ofKey: true,
    })),
  ];
  return patterns.flatMap(({ pattern: written, at, ofKey }) => {
    try {
      linearRegExp(written, 'u');
      return [];
    } catch (error) {
      const why = (error as Error).message;
      const message = `is no regular expression that RE2 takes, which knows neither lookaround nor back references: ${why}`;
      return [{ path: [...path, ...at], ofKey, message }];
    }
  });
}

function problemsOfMeta(schema: JsonSchema): SchemaProblem[] {
  const validate = metaAjv.getSchema('http://json-schema.org/draft-07/schema');
  if (!validate || validate(schema)) {
    return [];
  }
  return (validate.errors ?? [])
    .filter(
      ({ instancePath }, index, errors) =>
        errors.findIndex(error => error.instancePath === instancePath) ===
        index,
    )
    .slice(0, MAX_ISSUES)
    .map(error => ({
      path: pointer(error.instancePath).map(part =>
        /^\d+$/.test(part) ? Number(part) : part,
      ),
      ofKey: false,
      message: `is no valid JSON Schema: ${messageOf(error)}`,
    }));
}

function problemsOfDefault(
  { path, schema }: Subschema,
  root: JsonSchema,
  ajv: Ajv,
): SchemaProblem[] {
  if (schema.default === undefined) {
    return [];
  }
  const { default: value, ...rest } = schema;
  const { definitions, $defs } = root;
  const validate = ajv.compile(
    withoutFormKeywords({
      ...(definitions ? { definitions } : {}),
      ...($defs ? { $defs } : {}),
      ...rest,
    }) as JsonSchema,
  );
  if (validate(structuredClone(value))) {
    return [];
  }
  const [error] = validate.errors!;
  const where = error.instancePath ? `${error.instancePath} ` : '';
  return [
    {
      path: [...path, 'default'],
      ofKey: false,
      message: `does not match its own schema: ${where}${messageOf(error)}`,
    },
  ];
}

function withoutFormKeywords(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutFormKeywords);
  }
  if (!isSchema(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !FORM_KEYWORD.test(key))
      .map(([key, item]) => [key, withoutFormKeywords(item)]),
  );
}

/** Keywords through which a schema may declare properties that are not in `properties`. */
const ELSEWHERE = [
  '$ref',
  'allOf',
  'anyOf',
  'dependencies',
  'if',
  'oneOf',
  'patternProperties',
];

function propertiesOf(schema: JsonSchema): JsonSchema | undefined {
  const { properties } = schema;
  return isSchema(properties) ? properties : undefined;
}

/**
 * The names that are declared where a path first leaves what a schema
 * declares, and how far it got; undefined while all of it may be there.
 */
export function leavesSchema(
  schema: unknown,
  path: readonly (string | number)[],
): { depth: number; declared: string[] } | undefined {
  let current = schema;
  for (const [depth, key] of path.entries()) {
    if (!isSchema(current) || typeof key !== 'string') {
      return undefined;
    }
    const at: JsonSchema = current;
    const properties = propertiesOf(at);
    if (!properties || ELSEWHERE.some(keyword => keyword in at)) {
      return undefined;
    }
    if (!Object.hasOwn(properties, key)) {
      return { depth, declared: Object.keys(properties) };
    }
    current = properties[key];
  }
  return undefined;
}
