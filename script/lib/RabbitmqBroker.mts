import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { findOnPath, install, mayInstall } from './aptGet.mts';
import { findFreePort } from './ports.mts';
import { waitUntil } from './processes.mts';
import { SetupError } from './SetupError.mts';

/** Where Debian keeps the scripts themselves; those on PATH change the user to `rabbitmq`. */
const SCRIPTS = '/usr/lib/rabbitmq/bin';
/** A slow machine that starts other things as well. */
const START_MS = 180_000;
/** How long the name service may take to end. */
const EPMD_MS = 5000;

/** The program of RabbitMQ; installed where that is possible. */
export function ensureRabbitmq(say: (line: string) => void): string {
  const found = findRabbitmq();
  if (found) {
    return found;
  }
  if (mayInstall()) {
    say('installing RabbitMQ with apt-get');
    // Nobody wants the broker that the package would start by itself.
    const policy = '/usr/sbin/policy-rc.d';
    const ours = !fs.existsSync(policy);
    if (ours) {
      fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    }
    try {
      install(['rabbitmq-server']);
    } finally {
      if (ours) {
        fs.rmSync(policy);
      }
    }
  }
  const installed = findRabbitmq();
  if (!installed) {
    throw new SetupError(
      'This needs RabbitMQ 3.10 or newer: install it (Debian: apt-get install rabbitmq-server), or name its rabbitmq-server with DEVART_RABBITMQ_SERVER.',
    );
  }
  return installed;
}

function findRabbitmq(): string | undefined {
  const debian = path.join(SCRIPTS, 'rabbitmq-server');
  return (
    process.env.DEVART_RABBITMQ_SERVER ||
    (fs.existsSync(debian) ? debian : findOnPath('rabbitmq-server'))
  );
}

/**
 * A private RabbitMQ: a node name, ports, data and a name service of its own, so
 * that it meets no other broker of this machine; reachable from this machine
 * alone. Tests restart it through its control URL.
 */
export class RabbitmqBroker {
  static async start(options: {
    server: string;
    /** Emptied first. */
    folder: string;
  }): Promise<RabbitmqBroker> {
    const { server, folder } = options;
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const [port, distributionPort, epmdPort] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const configFile = path.join(folder, 'rabbitmq.conf');
    fs.writeFileSync(
      configFile,
      [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        // Full disks and memory are the machine's business, not the tests'.
        'disk_free_limit.absolute = 1MB',
        'vm_memory_high_watermark.relative = 0.9',
        '',
      ].join('\n'),
    );
    const plugins = path.join(folder, 'enabled_plugins');
    fs.writeFileSync(plugins, '[].\n');
    const broker = new RabbitmqBroker({
      server,
      port,
      epmdPort,
      logFile: path.join(folder, 'rabbitmq.log'),
      env: {
        HOME: folder,
        RABBITMQ_NODENAME: `devart-${port}@localhost`,
        RABBITMQ_DIST_PORT: String(distributionPort),
        RABBITMQ_CONFIG_FILE: configFile,
        RABBITMQ_CONF_ENV_FILE: path.join(folder, 'no-rabbitmq-env.conf'),
        RABBITMQ_MNESIA_BASE: path.join(folder, 'data'),
        RABBITMQ_LOG_BASE: path.join(folder, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
        RABBITMQ_GENERATED_CONFIG_DIR: path.join(folder, 'config'),
        RABBITMQ_PID_FILE: path.join(folder, 'pid'),
        ERL_EPMD_PORT: String(epmdPort),
        ERL_EPMD_ADDRESS: '127.0.0.1',
      },
    });
    try {
      await broker.#boot();
      await broker.#serveControl();
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  readonly url: string;
  readonly #server: string;
  readonly #port: number;
  readonly #epmdPort: number;
  readonly #logFile: string;
  readonly #env: Record<string, string>;
  #process: ChildProcess | undefined;
  #control: http.Server | undefined;

  private constructor(options: {
    server: string;
    port: number;
    epmdPort: number;
    logFile: string;
    env: Record<string, string>;
  }) {
    this.#server = options.server;
    this.#port = options.port;
    this.#epmdPort = options.epmdPort;
    this.#logFile = options.logFile;
    this.#env = options.env;
    this.url = `amqp://guest:guest@127.0.0.1:${options.port}`;
  }

  /** POST `/stop` ends the broker as a crash would, POST `/start` brings it back. */
  get controlUrl(): string {
    const { port } = this.#control!.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#control?.close();
    this.#control?.closeAllConnections();
    await this.#halt();
    // It stays while it believes the node to be alive, which may be a moment longer.
    await waitUntil(
      () => {
        this.#epmd('-kill');
        return !this.#epmd('-names');
      },
      { timeoutMs: EPMD_MS },
    );
  }

  /** Gives the name service an order; answers whether it is there. */
  #epmd(order: string): boolean {
    const { status, error } = spawnSync(
      'epmd',
      ['-port', String(this.#epmdPort), order],
      { stdio: 'ignore' },
    );
    return error === undefined && status === 0;
  }

  async #boot(): Promise<void> {
    const log = fs.openSync(this.#logFile, 'a');
    // A group of its own: the script, the Erlang machine and its helpers.
    const child = spawn(this.#server, [], {
      detached: true,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', log, log],
    });
    fs.closeSync(log);
    this.#process = child;
    let failure: Error | undefined;
    child.once('error', error => {
      failure = error;
    });
    const isOver = () =>
      failure !== undefined ||
      child.exitCode !== null ||
      child.signalCode !== null;
    await waitUntil(async () => isOver() || (await this.#answers()), {
      timeoutMs: START_MS,
    });
    if (isOver() || !(await this.#answers())) {
      throw new SetupError(
        `RabbitMQ did not start${failure ? ` (${failure.message})` : ''}; its log is ${this.#logFile}.`,
      );
    }
  }

  /** Whether it speaks AMQP yet: it answers a header that it does not know with the one it knows. */
  async #answers(): Promise<boolean> {
    return new Promise(resolve => {
      const socket = net.connect(this.#port, '127.0.0.1');
      const settle = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(2000, () => settle(false));
      socket.once('error', () => settle(false));
      socket.once('close', () => settle(false));
      socket.once('connect', () => socket.write('AMQP\0\0\0\0'));
      socket.once('data', data =>
        settle(data.subarray(0, 4).toString() === 'AMQP'),
      );
    });
  }

  async #halt(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child?.pid) {
      return;
    }
    const ended = new Promise(resolve => child.once('exit', resolve));
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
      return;
    }
    if (child.exitCode === null && child.signalCode === null) {
      await ended;
    }
  }

  async #serveControl(): Promise<void> {
    const control = http.createServer((request, response) => {
      const act =
        request.url === '/stop' ? () => this.#halt() : () => this.#boot();
      act().then(
        () => response.writeHead(204).end(),
        error => response.writeHead(500).end(String(error)),
      );
    });
    this.#control = control;
    await new Promise<void>(resolve =>
      control.listen(0, '127.0.0.1', () => resolve()),
    );
  }
}
