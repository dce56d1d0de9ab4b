import { readFileSync } from 'node:fs';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { toJsonSchema, type OpenApiSchema } from './toJsonSchema';

interface DescribedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: OpenApiSchema;
}

type DescribedContent = Record<string, { schema?: OpenApiSchema }>;

interface DescribedBody {
  required?: boolean;
  content: DescribedContent;
}

interface DescribedOperation {
  operationId: string;
  parameters?: (DescribedParameter | Reference)[];
  requestBody?: DescribedBody;
  responses: Record<string, { content?: DescribedContent } | Reference>;
}

interface Reference {
  $ref: string;
}

interface Document {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: {
    schemas: Record<string, OpenApiSchema>;
    examples: Record<string, { value: unknown }>;
  };
}

/** A request as it is compared with the description. */
export interface DescribedRequest {
  /** Still percent-encoded texts, decoded. */
  path: Record<string, string>;
  query: Record<string, string>;
  /** Undefined without one. */
  body: unknown;
}

/** What the description has at a method and path. */
export interface DescribedRoute {
  method: string;
  /** Such as `/repos/{owner}/{repo}`. */
  template: string;
  pathParameters: Record<string, string>;
}

/** A way in which a request or an answer is not what is described. */
export interface DescribedProblem {
  /** Where, such as `output/annotations`. */
  field: string;
  message: string;
}

/**
 * GitHub's published description of its REST API. The document is large, so a
 * schema is compiled when it is needed first, with only those that it refers to.
 */
export class GithubDescription {
  static #loaded: GithubDescription | undefined;

  /** Read once in a process. */
  static load(): GithubDescription {
    if (!GithubDescription.#loaded) {
      const file =
        require.resolve('@octokit/openapi/generated/api.github.com.json');
      GithubDescription.#loaded = new GithubDescription(
        JSON.parse(readFileSync(file, 'utf8')),
      );
    }
    return GithubDescription.#loaded;
  }

  readonly #document: Document;
  readonly #ajv: Ajv;
  readonly #paramsAjv: Ajv;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #routes: { template: string; segments: string[] }[];

  private constructor(document: Document) {
    this.#document = document;
    const options = { strict: false, allErrors: true, logger: false } as const;
    this.#ajv = addFormats(new Ajv(options));
    // Everything in a path and a query is text.
    this.#paramsAjv = addFormats(new Ajv({ ...options, coerceTypes: true }));
    this.#routes = Object.keys(document.paths)
      .map(template => ({ template, segments: template.split('/') }))
      // Fixed segments before parameters.
      .sort((a, b) => parameterCount(a.template) - parameterCount(b.template));
  }

  /** One of the examples of the description, to be changed at will. */
  example(name: string): Record<string, unknown> {
    const example = this.#document.components.examples[name];
    if (!example) {
      throw new Error(`GitHub's description has no example ${name}`);
    }
    return structuredClone(example.value) as Record<string, unknown>;
  }

  /** What is described for a request; undefined when nothing is. */
  find(method: string, pathname: string): DescribedRoute | undefined {
    const given = pathname.split('/');
    for (const { template, segments } of this.#routes) {
      if (
        segments.length === given.length &&
        segments.every((segment, i) =>
          segment.startsWith('{') ? given[i] !== '' : segment === given[i],
        ) &&
        this.#document.paths[template][method.toLowerCase()]
      ) {
        const pathParameters: Record<string, string> = {};
        for (const [i, segment] of segments.entries()) {
          if (segment.startsWith('{')) {
            pathParameters[segment.slice(1, -1)] = decodeURIComponent(given[i]);
          }
        }
        return { method: method.toLowerCase(), template, pathParameters };
      }
    }
    return undefined;
  }

  /** The names of the query parameters and fields of the body that are described. */
  knownNames(route: DescribedRoute): { query: string[]; body: string[] } {
    const schema = this.#bodySchema(route);
    return {
      query: this.#parameters(route)
        .filter(parameter => parameter.in === 'query')
        .map(parameter => parameter.name),
      body: Object.keys((schema?.properties as object | undefined) ?? {}),
    };
  }

  checkRequest(
    route: DescribedRoute,
    request: DescribedRequest,
  ): DescribedProblem[] {
    const problems: DescribedProblem[] = [];
    for (const place of ['path', 'query'] as const) {
      const validate = this.#validator(`${keyOf(route)} ${place}`, () => {
        const described = this.#parameters(route).filter(p => p.in === place);
        return {
          type: 'object',
          properties: Object.fromEntries(
            described.map(parameter => [parameter.name, parameter.schema]),
          ),
          required: described.filter(p => p.required).map(p => p.name),
        };
      });
      problems.push(...problemsOf(validate, { ...request[place] }));
    }
    const bodySchema = this.#bodySchema(route);
    if (request.body === undefined) {
      if (this.#operation(route).requestBody?.required) {
        problems.push({ field: '', message: 'a body is required' });
      }
    } else if (bodySchema) {
      const validate = this.#validator(
        `${keyOf(route)} body`,
        () => bodySchema,
      );
      problems.push(...problemsOf(validate, request.body));
    }
    return problems;
  }

  /**
   * Errors that an operation does not list - GitHub lists few - must have the
   * form that all errors have.
   */
  checkAnswer(
    route: DescribedRoute | undefined,
    answer: { status: number; contentType: string | undefined; body: unknown },
  ): DescribedProblem[] {
    const { status, contentType, body } = answer;
    const response =
      route && this.#resolve(this.#operation(route).responses[status]);
    if (!response && status < 400) {
      return [{ field: '', message: `status ${status} is not described` }];
    }
    if (response && !response.content) {
      return body === undefined
        ? []
        : [{ field: '', message: `status ${status} has no body` }];
    }
    if (contentType !== 'application/json; charset=utf-8') {
      return [
        {
          field: '',
          message: `the media type ${contentType} is not described`,
        },
      ];
    }
    const validate = this.#validator(
      `${route ? keyOf(route) : 'unknown'} ${status}`,
      () =>
        response?.content?.['application/json']?.schema ??
        response?.content?.['application/scim+json']?.schema ?? {
          allOf: [{ $ref: '#/components/schemas/basic-error' }],
          required: ['message', 'documentation_url'],
        },
    );
    return problemsOf(validate, body);
  }

  #operation(route: DescribedRoute): DescribedOperation {
    return this.#document.paths[route.template][route.method];
  }

  #parameters(route: DescribedRoute): DescribedParameter[] {
    return (this.#operation(route).parameters ?? []).map(parameter =>
      this.#resolve(parameter)!,
    );
  }

  #bodySchema(route: DescribedRoute): OpenApiSchema | undefined {
    return this.#operation(route).requestBody?.content['application/json']
      ?.schema;
  }

  #validator(key: string, schemaOf: () => OpenApiSchema): ValidateFunction {
    let validate = this.#validators.get(key);
    if (!validate) {
      const schema = schemaOf();
      const ajv = /(path|query)$/.test(key) ? this.#paramsAjv : this.#ajv;
      validate = ajv.compile({
        allOf: [toJsonSchema(schema)],
        components: { schemas: this.#schemasUsedBy(schema) },
      });
      this.#validators.set(key, validate);
    }
    return validate;
  }

  #schemasUsedBy(root: OpenApiSchema): Record<string, OpenApiSchema> {
    const used: Record<string, OpenApiSchema> = {};
    const pending: unknown[] = [root];
    while (pending.length > 0) {
      const value = pending.pop();
      if (typeof value !== 'object' || value === null) {
        continue;
      }
      const { $ref } = value as Partial<Reference>;
      if (typeof $ref === 'string') {
        const name = $ref.split('/').pop()!;
        if (!used[name]) {
          const schema = this.#document.components.schemas[name];
          used[name] = toJsonSchema(schema);
          pending.push(schema);
        }
      }
      pending.push(...Object.values(value));
    }
    return used;
  }

  #resolve<T extends object>(value: T | Reference | undefined): T | undefined {
    if (!value || !('$ref' in value)) {
      return value;
    }
    let target: unknown = this.#document;
    for (const segment of value.$ref.slice(2).split('/')) {
      target = (target as Record<string, unknown>)[segment];
    }
    return target as T;
  }
}

function keyOf(route: DescribedRoute): string {
  return `${route.method} ${route.template}`;
}

function parameterCount(template: string): number {
  return template.split('{').length;
}

function problemsOf(
  validate: ValidateFunction,
  value: unknown,
): DescribedProblem[] {
  return validate(value)
    ? []
    : validate.errors!.map((error: ErrorObject) => ({
        field: error.instancePath.slice(1),
        message: `${error.message ?? error.keyword} ${JSON.stringify(error.params)}`,
      }));
}
