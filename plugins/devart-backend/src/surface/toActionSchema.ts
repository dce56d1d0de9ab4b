import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { z } from 'zod';

/** The zod that the actions registry hands in: of another major version than ours. */
type ActionZod = Parameters<
  Parameters<ActionsRegistryService['register']>[0]['schema']['input']
>[0];
type ActionType = ReturnType<ActionZod['any']>;

interface JsonSchema {
  type?: string;
  description?: string;
  enum?: [string, ...string[]];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

function toType(zod: ActionZod, schema: JsonSchema): ActionType {
  if (schema.enum) {
    return zod.enum(schema.enum) as unknown as ActionType;
  }
  if (schema.anyOf) {
    const [first, second, ...rest] = schema.anyOf.map(one => toType(zod, one));
    return (second
      ? zod.union([first, second, ...rest])
      : first) as unknown as ActionType;
  }
  switch (schema.type) {
    case 'string': {
      let text = zod.string();
      text = schema.minLength ? text.min(schema.minLength) : text;
      text = schema.maxLength ? text.max(schema.maxLength) : text;
      return text as unknown as ActionType;
    }
    case 'integer':
    case 'number': {
      let number = zod.number();
      number = schema.type === 'integer' ? number.int() : number;
      number =
        schema.minimum === undefined ? number : number.min(schema.minimum);
      number =
        schema.maximum === undefined ? number : number.max(schema.maximum);
      return number as unknown as ActionType;
    }
    case 'boolean':
      return zod.boolean() as unknown as ActionType;
    case 'null':
      return zod.null() as unknown as ActionType;
    case 'array':
      return zod.array(
        toType(zod, schema.items ?? {}),
      ) as unknown as ActionType;
    default:
      return zod.any();
  }
}

/**
 * The input of an operation in the words of the actions registry. It tells
 * callers what is expected; what is accepted is decided by the contract, when
 * the operation runs.
 */
export function toActionSchema(zod: ActionZod, input: z.ZodObject) {
  const { properties = {} } = z.toJSONSchema(input, {
    unrepresentable: 'any',
  }) as { properties?: Record<string, JsonSchema> };
  return zod.object(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => {
        const type = toType(zod, schema);
        const isRequired = !(input.shape[name] as z.ZodType).safeParse(
          undefined,
        ).success;
        return [name, isRequired ? type : type.optional()];
      }),
    ),
  );
}
