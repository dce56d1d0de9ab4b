import { ResponseError } from '@backstage/errors';
import type {
  Operation,
  OperationEvent,
  OperationInput,
  OperationOutput,
} from '../contracts/defineOperation';
import { pathInputs, takesQuery } from '../contracts/defineOperation';
import { operations, type Operations } from '../contracts/operations';
import { readServerSentEvents } from './readServerSentEvents';

/** Options of a single call. */
export interface DevartCallOptions {
  /** Ends the call early. */
  signal?: AbortSignal;
  /** W3C trace context to send along. */
  traceparent?: string;
}

/** One method for every operation: `client.tasks.create({ title: '…' })`. */
export type DevartClient = {
  [D in keyof Operations]: {
    [V in keyof Operations[D]]: Operations[D][V] extends Operation
      ? (
          input: OperationInput<Operations[D][V]>,
          options?: DevartCallOptions,
        ) => Promise<OperationOutput<Operations[D][V]>>
      : never;
  };
};

/** What a client needs to reach the control plane. */
export interface DevartClientOptions {
  /** URL of the plugin, for example `https://portal.example.com/api/devart`. */
  baseUrl: string | (() => Promise<string>);
  fetch?: typeof fetch;
  /** Bearer token of a user or service, or the key of an agent. */
  token?: string | (() => Promise<string | undefined>);
}

function queryOf(input: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined) {
      query.set(name, Array.isArray(value) ? value.join(',') : String(value));
    }
  }
  const encoded = query.toString();
  return encoded ? `?${encoded}` : '';
}

/**
 * The URL path with query, and the body, that carry an input of an operation.
 * The path starts with a slash and stands below the plugin's base URL.
 */
export function encodeCall(
  operation: Operation,
  input: Record<string, unknown>,
): { path: string; body?: string } {
  const rest = { ...input };
  let path = operation.path;
  for (const name of pathInputs(operation)) {
    path = path.replace(`:${name}`, encodeURIComponent(String(rest[name])));
    delete rest[name];
  }
  return takesQuery(operation)
    ? { path: `${path}${queryOf(rest)}` }
    : { path, body: JSON.stringify(rest) };
}

/**
 * The events of a stream as its contract has them. Kinds that it does not know
 * are passed over: a newer control plane may send more.
 */
async function* eventsOf(
  operation: Operation,
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<OperationEvent> {
  for await (const { event, data } of readServerSentEvents(body)) {
    const schema = operation.events![event];
    if (schema) {
      yield { event, data: schema.parse(JSON.parse(data)) };
    }
  }
}

/** The parts of a text as they come. */
async function* textOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      yield decoder.decode(value, { stream: true });
    }
    yield decoder.decode();
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Creates a client with a method for every operation.
 *
 * Methods throw `ResponseError` when the control plane answers with an error,
 * and whatever `fetch` throws when there is no answer. Streams of events and
 * documents are read while they are iterated over, and end with the iteration or the signal.
 */
export function createDevartClient(options: DevartClientOptions): DevartClient {
  const { baseUrl, token, fetch: fetchApi = fetch } = options;

  async function call(
    operation: Operation,
    input: Record<string, unknown>,
    callOptions: DevartCallOptions = {},
  ): Promise<unknown> {
    const [base, bearer] = await Promise.all([
      typeof baseUrl === 'string' ? baseUrl : baseUrl(),
      typeof token === 'function' ? token() : token,
    ]);
    const { path, body } = encodeCall(operation, input);
    const response = await fetchApi(`${base.replace(/\/$/, '')}${path}`, {
      method: operation.method,
      body,
      signal: callOptions.signal,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(operation.events ? { accept: 'text/event-stream' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(callOptions.traceparent
          ? { traceparent: callOptions.traceparent }
          : {}),
      },
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    if (operation.events) {
      const type = response.headers.get('content-type') ?? 'no media type';
      if (!response.body || !type.startsWith('text/event-stream')) {
        await response.body?.cancel();
        throw new TypeError(
          `${operation.id} was answered with ${type} instead of a stream of events`,
        );
      }
      return eventsOf(operation, response.body);
    }
    if (operation.document) {
      return response.body
        ? textOf(response.body)
        : (async function* nothing() {})();
    }
    return response.status === 204 ? undefined : response.json();
  }

  return Object.fromEntries(
    Object.entries(operations).map(([domain, verbs]) => [
      domain,
      Object.fromEntries(
        Object.entries(verbs).map(([verb, operation]) => [
          verb,
          (input: Record<string, unknown>, callOptions?: DevartCallOptions) =>
            call(operation as unknown as Operation, input, callOptions),
        ]),
      ),
    ]),
  ) as unknown as DevartClient;
}
