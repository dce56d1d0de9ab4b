import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a step sent. */
export interface StepCall {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What steps of kind http talk to in tests: answers as its path says, and remembers. */
export class StepServer {
  /** Answers `/<status>/…`; the first `n` of `/flaky/<n>/…` with 503; `/slow/<ms>/…` after a while. */
  static async start(): Promise<StepServer> {
    const calls: StepCall[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        calls.push({
          method: request.method ?? '',
          path,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        });
        const [, what, detail] = path.split('/');
        const answer = (status: number, headers = {}) => {
          response.writeHead(status, {
            'content-type': 'application/json',
            ...headers,
          });
          response.end(JSON.stringify({ path, call: calls.length }));
        };
        const seen = calls.filter(call => call.path === path).length;
        if (what === 'flaky') {
          answer(seen <= Number(detail) ? 503 : 200);
        } else if (what === 'slow') {
          setTimeout(() => answer(200), Number(detail)).unref();
        } else if (what === 'away') {
          answer(302, { location: 'http://127.0.0.2:9/elsewhere' });
        } else if (what === 'large') {
          response.end(Buffer.alloc(1_000_000, 'x'));
        } else {
          answer(Number(what) || 200);
        }
      });
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new StepServer(server, calls);
  }

  readonly calls: StepCall[];
  readonly #server: Server;

  private constructor(server: Server, calls: StepCall[]) {
    this.#server = server;
    this.calls = calls;
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Calls of a path, in order. */
  callsOf(path: string): StepCall[] {
    return this.calls.filter(call => call.path === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }
}
