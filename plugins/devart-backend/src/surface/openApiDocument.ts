import {
  allOperations,
  minimumRoleOf,
  pathInputs,
  takesQuery,
  type Operation,
} from '@devart/plugin-devart-common';
import { z } from 'zod';

type Json = Record<string, unknown>;

const ERRORS: Record<string, string> = {
  400: 'The input is not what the operation accepts; the message names the field, the problem and what is accepted.',
  401: 'No account or key, or one that is not valid.',
  403: 'The caller may not do this; the message says what it would need.',
  404: 'There is no such thing, or it belongs to another organisation.',
  409: 'The state of things does not allow this now; the message says why.',
  413: 'The body is too large.',
  429: 'Too many requests; Retry-After says when to try again.',
  503: 'The database does not answer; Retry-After says when to try again.',
};

function schemaOf(type: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    unrepresentable: 'any',
  }) as Json;
  return schema;
}

/** The schema of some inputs; required are those that have no default. */
function inputSchema(operation: Operation, names: readonly string[]): Json {
  const { shape } = operation.input;
  return {
    type: 'object',
    properties: Object.fromEntries(
      names.map(name => [name, schemaOf(shape[name] as z.ZodType)]),
    ),
    required: names.filter(name => isRequired(shape[name] as z.ZodType)),
    additionalProperties: false,
  };
}

function isRequired(type: z.ZodType): boolean {
  return !type.safeParse(undefined).success;
}

function securityOf(operation: Operation): Json[] {
  const { people, agents, anonymous } = operation.callers;
  return [
    ...(people ? [{ portal: [] }] : []),
    ...(agents ? [{ agentKey: [] }] : []),
    ...(anonymous ? [{}] : []),
  ];
}

function describeSuccess(operation: Operation, status: string): Json {
  if (operation.events) {
    return {
      description:
        'A stream of server-sent events; the field `data` of each is JSON.',
      // OpenAPI 3.1 has no words for the single events.
      content: { 'text/event-stream': { schema: { type: 'string' } } },
      'x-devart-events': Object.fromEntries(
        Object.entries(operation.events).map(([event, data]) => [
          event,
          schemaOf(data),
        ]),
      ),
    };
  }
  if (operation.document) {
    return {
      description: 'The document, sent as it comes.',
      content: {
        [operation.document.mediaType]: { schema: { type: 'string' } },
      },
    };
  }
  return status === '204'
    ? { description: 'Done' }
    : {
        description: 'Done',
        content: {
          'application/json': { schema: schemaOf(operation.output) },
        },
      };
}

function describe(operation: Operation): Json {
  const inPath = pathInputs(operation);
  const others = Object.keys(operation.input.shape).filter(
    name => !inPath.includes(name),
  );
  const status = String(operation.status ?? 200);
  const { people } = operation.callers;
  return {
    operationId: operation.id,
    summary: operation.title,
    description: operation.description,
    tags: [operation.id.split('.')[0]],
    security: securityOf(operation),
    'x-devart-effect': operation.effect,
    'x-devart-idempotent': operation.idempotent,
    ...(people
      ? {
          'x-devart-permission': people.name,
          'x-devart-role': minimumRoleOf(people),
        }
      : {}),
    parameters: [
      ...inPath.map(name => ({
        name,
        in: 'path',
        required: true,
        schema: schemaOf(operation.input.shape[name] as z.ZodType),
      })),
      ...(takesQuery(operation)
        ? others.map(name => ({
            name,
            in: 'query',
            required: isRequired(operation.input.shape[name] as z.ZodType),
            // Lists are separated by commas.
            style: 'form',
            explode: false,
            schema: schemaOf(operation.input.shape[name] as z.ZodType),
          }))
        : []),
    ],
    ...(takesQuery(operation) || others.length === 0
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: inputSchema(operation, others) },
            },
          },
        }),
    responses: {
      [status]: describeSuccess(operation, status),
      ...(operation.mayBeEmpty
        ? { 204: { description: 'Nothing there' } }
        : {}),
      ...Object.fromEntries(
        Object.entries(ERRORS).map(([code, description]) => [
          code,
          {
            description,
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Error' },
              },
            },
          },
        ]),
      ),
    },
  };
}

let cached: Json | undefined;

/** The OpenAPI 3.1 document of every operation, made from the contracts. */
export function openApiDocument(): Json {
  if (cached) {
    return cached;
  }
  const paths: Record<string, Json> = {};
  for (const operation of allOperations) {
    const path = operation.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = describe(operation);
  }
  cached = {
    openapi: '3.1.0',
    info: {
      title: 'devart',
      version: '0.1.0',
      description:
        'The control plane behind the portal: tasks, agents, reviews of changes, activity and audit.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/devart' }],
    paths,
    components: {
      securitySchemes: {
        portal: {
          type: 'http',
          scheme: 'bearer',
          description: 'A Backstage token of a user or service.',
        },
        agentKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'The key of an agent, beginning with dvk_.',
        },
      },
      schemas: {
        Error: {
          type: 'object',
          properties: {
            error: {
              type: 'object',
              properties: {
                name: { type: 'string' },
                message: { type: 'string' },
                issues: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      field: { type: 'string' },
                      problem: { type: 'string' },
                    },
                    required: ['field', 'problem'],
                  },
                },
              },
              required: ['name', 'message'],
            },
          },
          required: ['error'],
        },
      },
    },
  };
  return cached;
}
