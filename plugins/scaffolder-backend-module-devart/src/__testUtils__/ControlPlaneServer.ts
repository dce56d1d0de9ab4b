import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  allOperations,
  pathInputs,
  takesQuery,
  type Operation,
} from '@devart/plugin-devart-common';

/** A call as it came in. */
export interface RecordedCall {
  operation: string;
  input: Record<string, unknown>;
  authorization: string | undefined;
}

/** An answer other than success. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Ends the connection instead of answering. */
export class Cut extends Error {}

type Answer = (input: Record<string, any>, call: RecordedCall) => unknown;

const ERROR_NAMES: Record<number, string> = {
  400: 'InputError',
  401: 'AuthenticationError',
  403: 'NotAllowedError',
  404: 'NotFoundError',
  409: 'ConflictError',
  503: 'ServiceUnavailableError',
};

/**
 * A control plane over HTTP that answers what a test tells it to. Every request
 * is checked against the contract of its operation, and so is every answer.
 */
export class ControlPlaneServer {
  static async start(
    answers: Record<string, Answer>,
  ): Promise<ControlPlaneServer> {
    const server = new ControlPlaneServer(answers);
    await new Promise<void>(resolve => {
      server.#http.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  readonly calls: RecordedCall[] = [];
  readonly #answers: Record<string, Answer>;
  readonly #http: http.Server;

  private constructor(answers: Record<string, Answer>) {
    this.#answers = answers;
    this.#http = http.createServer((request, response) => {
      this.#handle(request, response);
    });
  }

  get url(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise(resolve => this.#http.close(resolve));
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse) {
    const answer = (status: number, body?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      const output = await this.#answer(request);
      answer(output === undefined ? 204 : 200, output);
    } catch (error) {
      if (error instanceof Cut) {
        request.socket.destroy();
        return;
      }
      const { status = 500, message } = error as Refusal;
      answer(status, {
        error: { name: ERROR_NAMES[status] ?? 'Error', message },
        response: { statusCode: status },
      });
    }
  }

  async #answer(request: http.IncomingMessage): Promise<unknown> {
    const { operation, input } = await readCall(request);
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) {
      throw new Refusal(400, parsed.error.message);
    }
    const call = {
      operation: operation.id,
      input: parsed.data,
      authorization: request.headers.authorization,
    };
    this.calls.push(call);
    const found = this.#answers[operation.id];
    if (!found) {
      throw new Refusal(500, `The test says nothing about ${operation.id}`);
    }
    const output = await found(parsed.data, call);
    return output === undefined && operation.mayBeEmpty
      ? undefined
      : operation.output.parse(output);
  }
}

async function readCall(
  request: http.IncomingMessage,
): Promise<{ operation: Operation; input: Record<string, unknown> }> {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
  for (const operation of allOperations) {
    const pattern = operation.path.replace(/:[A-Za-z]+/g, '([^/]+)');
    const match = pathname.match(new RegExp(`^${pattern}$`));
    if (match && operation.method === request.method) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      const inPath = pathInputs(operation).map((name, index) => [
        name,
        decodeURIComponent(match[index + 1]),
      ]);
      return {
        operation,
        input: {
          ...(takesQuery(operation)
            ? Object.fromEntries(searchParams)
            : JSON.parse(Buffer.concat(chunks).toString())),
          ...Object.fromEntries(inPath),
        },
      };
    }
  }
  throw new Refusal(404, `No operation ${request.method} ${pathname}`);
}
