import fs from 'node:fs';
import path from 'node:path';
import { root } from './paths.mts';
import { findFreePort } from './ports.mts';
import { ServiceProcess } from './ServiceProcess.mts';

/** The token with which benchmarks call as a supervisor. */
export const BENCH_TOKEN = 'bench-token-of-this-run-only';

export interface BenchBackendOptions {
  name: string;
  /** For configuration and logs. */
  folder: string;
  postgresUrl: string;
  /** Backends with the same prefix share their database. */
  databasePrefix: string;
  leaseSeconds?: number;
  /** A RabbitMQ to join. */
  amqpUrl?: string;
  /** `devart.gateway` of its configuration. */
  gateway?: object;
  /** Where it listens; a free port unless given. */
  port?: number;
}

/** A replica of the control plane in a process of its own. */
export class BenchBackend {
  static async start(options: BenchBackendOptions): Promise<BenchBackend> {
    const { name, folder, postgresUrl, databasePrefix } = options;
    const port = options.port ?? (await findFreePort());
    const baseUrl = `http://127.0.0.1:${port}`;
    const configFile = path.join(folder, `${name}.json`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(
      configFile,
      JSON.stringify({
        app: { baseUrl },
        backend: {
          baseUrl,
          listen: { host: '127.0.0.1', port },
          database: {
            client: 'pg',
            connection: postgresUrl,
            prefix: databasePrefix,
          },
          auth: {
            externalAccess: [
              {
                type: 'static',
                options: { token: BENCH_TOKEN, subject: 'bench' },
              },
            ],
          },
        },
        permission: { enabled: false },
        devart: {
          access: { roles: { admin: ['service:bench'] } },
          rateLimits: { callerPerMinute: 100_000_000 },
          agents: { leaseSeconds: options.leaseSeconds ?? 30 },
          ...(options.gateway ? { gateway: options.gateway } : {}),
          workflows: { leaseSeconds: options.leaseSeconds ?? 15 },
          ...(options.amqpUrl ? { rabbitmq: { url: options.amqpUrl } } : {}),
        },
      }),
    );
    const service = ServiceProcess.start(
      {
        name,
        command: [
          process.execPath,
          '--require',
          path.join(
            root,
            'node_modules/@backstage/cli/config/nodeTransform.cjs',
          ),
          path.join(root, 'plugins/devart-backend/dev/index.ts'),
          '--config',
          configFile,
        ],
        cwd: path.join(root, 'plugins/devart-backend'),
        env: { NODE_ENV: 'production', LOG_LEVEL: 'warn' },
        ready: { url: `${baseUrl}/.backstage/health/v1/readiness` },
      },
      { logFolder: folder },
    );
    if (!(await service.ready(120_000))) {
      await service.stop();
      throw new Error(`${name} did not start:\n${service.lastOutput}`);
    }
    return new BenchBackend(service, `${baseUrl}/api/devart`);
  }

  readonly url: string;
  readonly #service: ServiceProcess;

  private constructor(service: ServiceProcess, url: string) {
    this.#service = service;
    this.url = url;
  }

  /** Ends the process without a chance to do anything about it. */
  kill(): void {
    process.kill(this.#service.pid!, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }
}
