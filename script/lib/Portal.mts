import fs from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgres } from './EmbeddedPostgres.mts';
import { requireFreePort } from './ports.mts';
import { commandLine, isAlive, signalGroup, waitUntil } from './processes.mts';
import { root } from './paths.mts';
import { ensureRabbitmq, RabbitmqBroker } from './RabbitmqBroker.mts';
import { ServiceProcess } from './ServiceProcess.mts';
import { portalServices, type PortalPorts } from './services.mts';
import { SetupError } from './SetupError.mts';

export interface PortalOptions {
  /** Holds the database and the logs of this portal. */
  folder: string;
  ports: PortalPorts;
  /** Forget everything that the database holds. */
  fresh?: boolean;
  /** Also start a RabbitMQ that tells agents of their tasks. */
  rabbitmq?: boolean;
  /** Settings of the embedded PostgreSQL. */
  postgresSettings?: Record<string, string>;
  /** Files of configuration for the back end, on top of the usual ones. */
  configs?: readonly string[];
  say?: (line: string) => void;
}

/** Long enough for a slow machine that compiles everything for the first time. */
const READY_WITHIN_MS = 240_000;

/** The whole portal: PostgreSQL, a broker if wanted, and the services on top of them. */
export class Portal {
  readonly #options: PortalOptions;
  readonly #services: ServiceProcess[] = [];
  #postgres?: EmbeddedPostgres;
  #rabbitmq?: RabbitmqBroker;
  #stopping?: Promise<void>;
  #reportFailure: (reason: SetupError) => void = () => {};

  /** Settles with the reason when a part of a running portal has ended. */
  readonly failed = new Promise<SetupError>(resolve => {
    this.#reportFailure = resolve;
  });

  constructor(options: PortalOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://localhost:${this.#options.ports.app}`;
  }

  /** Starts everything and waits until somebody can sign in. */
  async start(): Promise<void> {
    const { ports, say = () => {} } = this.#options;
    fs.mkdirSync(this.#logFolder, { recursive: true });
    await this.#endLeftOvers();
    await requireFreePort(ports.app, 'DEVART_APP_PORT');
    await requireFreePort(ports.backend, 'DEVART_BACKEND_PORT');

    const connection = await this.#startPostgres();
    const rabbitmqUrl = await this.#startRabbitmq();
    const env = {
      ...connection,
      DEVART_APP_PORT: String(ports.app),
      DEVART_BACKEND_PORT: String(ports.backend),
      BROWSER: 'none',
      NODE_ENV: 'development',
    };
    say('starting the portal');
    for (const definition of portalServices({
      ports,
      env,
      folder: this.#options.folder,
      configs: this.#options.configs ?? [],
      rabbitmqUrl,
    })) {
      if (this.#stopping) {
        return;
      }
      const service = ServiceProcess.start(definition, {
        logFolder: this.#logFolder,
      });
      this.#services.push(service);
      this.#writeRunFile();
      service.exited.then(ending => this.#fail(describe(service, ending)));
    }

    const slow = this.#services.map(async service => {
      if (!(await service.ready(READY_WITHIN_MS))) {
        this.#fail(
          describe(
            service,
            `${service.name} did not answer within ${READY_WITHIN_MS / 1000} s`,
          ),
        );
      }
    });
    const reason = await Promise.race([
      this.failed,
      Promise.all(slow).then(() => undefined),
    ]);
    if (reason && !this.#stopping) {
      throw reason;
    }
    for (const service of this.#services) {
      service.silent().then(what => this.#fail(describe(service, what)));
    }
  }

  /** Ends everything, the database last. */
  async stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await Promise.all(this.#services.map(service => service.stop()));
      await this.#rabbitmq?.stop();
      await this.#postgres?.stop();
      fs.rmSync(this.#runFile, { force: true });
    })();
    return this.#stopping;
  }

  get #logFolder(): string {
    return path.join(this.#options.folder, 'logs');
  }

  get #runFile(): string {
    return path.join(this.#options.folder, 'running.json');
  }

  async #startPostgres(): Promise<Record<string, string>> {
    const { folder, fresh, postgresSettings, say = () => {} } = this.#options;
    if (process.env.POSTGRES_HOST) {
      if (fresh) {
        throw new SetupError(
          'POSTGRES_HOST names a server, and --fresh empties only the embedded one; unset one of them.',
        );
      }
      say(`using the PostgreSQL at ${process.env.POSTGRES_HOST}`);
      return {};
    }

    const postgresFolder = path.join(folder, 'postgres');
    if (fresh) {
      await EmbeddedPostgres.remove(postgresFolder);
    }
    say('starting PostgreSQL');
    const postgres = await EmbeddedPostgres.start({
      folder: postgresFolder,
      logFile: path.join(this.#logFolder, 'postgres.log'),
      settings: postgresSettings,
    });
    this.#postgres = postgres;
    this.#writeRunFile();
    postgres.exited.then(() =>
      this.#fail(
        `PostgreSQL ended; see ${path.join(this.#logFolder, 'postgres.log')}.`,
      ),
    );
    const { host, port, user, password } = postgres.connection;
    return {
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
    };
  }

  /** Its messages are hints that the control plane gives again: they are not kept. */
  async #startRabbitmq(): Promise<string | undefined> {
    const { folder, rabbitmq, say = () => {} } = this.#options;
    if (!rabbitmq) {
      return undefined;
    }
    const server = ensureRabbitmq(say);
    say('starting RabbitMQ');
    this.#rabbitmq = await RabbitmqBroker.start({
      server,
      folder: path.join(folder, 'rabbitmq'),
    });
    return this.#rabbitmq.url;
  }

  #fail(reason: string) {
    if (!this.#stopping) {
      this.#reportFailure(new SetupError(reason));
    }
  }

  #writeRunFile() {
    fs.writeFileSync(
      this.#runFile,
      JSON.stringify({
        pid: process.pid,
        services: this.#services.map(service => service.pid),
      }),
    );
  }

  /** Ends what a portal in this folder left running when it was killed. */
  async #endLeftOvers(): Promise<void> {
    if (!fs.existsSync(this.#runFile)) {
      return;
    }
    const { pid, services } = JSON.parse(
      fs.readFileSync(this.#runFile, 'utf8'),
    ) as { pid: number; services: number[] };
    if (isScript(pid)) {
      throw new SetupError(
        `The portal of this folder runs already (process ${pid}); stop it first.`,
      );
    }
    for (const service of services.filter(isService)) {
      signalGroup(service, 'SIGTERM');
      await waitUntil(() => !isAlive(service), { timeoutMs: 10_000 });
      signalGroup(service, 'SIGKILL');
    }
    fs.rmSync(this.#runFile);
  }
}

// Where the system does not tell what a process is, it is taken for ours.
function isScript(pid: number): boolean {
  return (
    isAlive(pid) &&
    /script\/(start|test)\.mts/.test(commandLine(pid) ?? 'script/start.mts')
  );
}

function isService(pid: number): boolean {
  return isAlive(pid) && (commandLine(pid) ?? root).includes(root);
}

function describe(service: ServiceProcess, what: string): string {
  return `The last output of ${service.name} (all of it is in ${service.logFile}):\n${service.lastOutput}\n\n${what}.`;
}
