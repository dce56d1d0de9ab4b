/** A schema as OpenAPI 3.0 writes it. */
export type OpenApiSchema = Record<string, unknown>;

const SCHEMA_KEYWORDS = ['items', 'not', 'additionalProperties'];
const SCHEMA_LIST_KEYWORDS = ['allOf', 'anyOf', 'oneOf'];
const SCHEMA_MAP_KEYWORDS = ['properties', 'patternProperties'];
const DROPPED_KEYWORDS = ['discriminator', 'example', 'examples', 'nullable'];

/** OpenAPI 3.0 says `nullable` where JSON Schema says that the type may be `null`. */
export function toJsonSchema(schema: OpenApiSchema): OpenApiSchema {
  const result: OpenApiSchema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (DROPPED_KEYWORDS.includes(keyword)) {
      continue;
    }
    result[keyword] = convertKeyword(keyword, value);
  }
  if (schema.nullable !== true) {
    return result;
  }
  if (typeof result.type !== 'string') {
    return { anyOf: [result, { type: 'null' }] };
  }
  result.type = [result.type, 'null'];
  if (Array.isArray(result.enum)) {
    result.enum = [...result.enum, null];
  }
  return result;
}

function convertKeyword(keyword: string, value: unknown): unknown {
  if (SCHEMA_KEYWORDS.includes(keyword) && isSchema(value)) {
    return toJsonSchema(value);
  }
  if (SCHEMA_LIST_KEYWORDS.includes(keyword)) {
    return (value as OpenApiSchema[]).map(toJsonSchema);
  }
  if (SCHEMA_MAP_KEYWORDS.includes(keyword)) {
    return Object.fromEntries(
      Object.entries(value as Record<string, OpenApiSchema>).map(
        ([name, schema]) => [name, toJsonSchema(schema)],
      ),
    );
  }
  return value;
}

function isSchema(value: unknown): value is OpenApiSchema {
  return typeof value === 'object' && value !== null;
}
