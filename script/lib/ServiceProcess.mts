import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, signalGroup, waitUntil } from './processes.mts';

/** A program that runs as long as the portal does. */
export interface ServiceDefinition {
  name: string;
  command: string[];
  cwd: string;
  env?: Record<string, string>;
  /** Answers with success once the service can be used. */
  ready?: { url: string; headers?: Record<string, string> };
  /** Where the program that a development server serves writes its number. */
  pidFile?: string;
}

const KEPT_LINES = 40;

/** Longer than a restart after a change takes on a machine that has much else to do. */
const SILENT_FOR_MS = 180_000;

/** Longer than a development server takes to put a new program in place of the old one. */
const GONE_FOR_MS = 10_000;

const WATCH_EVERY_MS = 5_000;

/** One running service: its output goes to a log file, its end is noticed. */
export class ServiceProcess {
  readonly name: string;
  readonly logFile: string;
  /** Settles with a sentence when the process has ended, for whatever reason. */
  readonly exited: Promise<string>;
  readonly #definition: ServiceDefinition;
  readonly #process: ChildProcess;
  #lastLines: string[] = [];
  #ended = false;

  private constructor(
    definition: ServiceDefinition,
    child: ChildProcess,
    logFile: string,
  ) {
    this.name = definition.name;
    this.logFile = logFile;
    this.#definition = definition;
    this.#process = child;

    const log = fs.createWriteStream(logFile);
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        log.write(chunk);
        this.#keep(chunk);
      });
    }
    this.exited = new Promise(resolve => {
      child.once('error', error => {
        this.#ended = true;
        log.end();
        resolve(`${this.name} could not be started: ${error.message}`);
      });
      child.once('close', (code, signal) => {
        this.#ended = true;
        log.end();
        resolve(
          [
            `${this.name} ended`,
            ...(signal ? [`by ${signal}`] : []),
            // A development server ends well even if what it served did not.
            ...(code ? [`with exit code ${code}`] : []),
          ].join(' '),
        );
      });
    });
  }

  static start(
    definition: ServiceDefinition,
    options: { logFolder: string },
  ): ServiceProcess {
    const [program, ...args] = definition.command;
    const child = spawn(program, args, {
      cwd: definition.cwd,
      env: { ...process.env, ...definition.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches only us, and we reach all of it.
      detached: true,
    });
    return new ServiceProcess(
      definition,
      child,
      path.join(options.logFolder, `${definition.name}.log`),
    );
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The end of what it printed. */
  get lastOutput(): string {
    return this.#lastLines.join('\n');
  }

  /** Waits until it answers; false when it ended or took too long. */
  async ready(timeoutMs: number): Promise<boolean> {
    const { ready } = this.#definition;
    if (!ready) {
      return true;
    }
    let answers = false;
    await waitUntil(
      async () => {
        answers = await succeeds(ready.url, ready.headers);
        return answers || this.#ended;
      },
      { timeoutMs, everyMs: 250 },
    );
    return answers;
  }

  /**
   * Settles with a sentence when the program is gone, or nobody has listened for
   * a while: a development server lives on when the program that it serves was
   * killed.
   */
  async silent(): Promise<string> {
    const { ready } = this.#definition;
    let heard = Date.now();
    let seen = Date.now();
    while (!this.#ended) {
      await sleep(WATCH_EVERY_MS);
      if (this.#isProgramAlive()) {
        seen = Date.now();
        if (!ready || (await listens(ready.url))) {
          heard = Date.now();
        }
      }
      if (Date.now() - seen > GONE_FOR_MS) {
        return `${this.name} was killed`;
      }
      if (Date.now() - heard > SILENT_FOR_MS) {
        return `${this.name} has not answered for ${SILENT_FOR_MS / 1000} s`;
      }
    }
    return this.exited;
  }

  /** True also where nobody can tell. */
  #isProgramAlive(): boolean {
    const { pidFile } = this.#definition;
    if (!pidFile || !fs.existsSync(pidFile)) {
      return true;
    }
    const pid = Number(fs.readFileSync(pidFile, 'utf8'));
    return !(pid > 0) || isAlive(pid);
  }

  /** Ends the process and everything it started. */
  async stop(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) {
      return;
    }
    if (!this.#ended) {
      signalGroup(pid, 'SIGTERM');
      await waitUntil(() => this.#ended, { timeoutMs: 10_000 });
    }
    // Whoever is left of the group did not listen.
    signalGroup(pid, 'SIGKILL');
  }

  #keep(chunk: string) {
    const lines = (this.#lastLines.pop() ?? '').concat(chunk).split('\n');
    this.#lastLines = [...this.#lastLines, ...lines].slice(-KEPT_LINES);
  }
}

async function succeeds(
  url: string,
  headers?: Record<string, string>,
): Promise<boolean> {
  try {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Whether anybody takes the call, whatever the answer. */
async function listens(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(SILENT_FOR_MS),
    });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
