import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended. */
export interface ProcessEnd {
  /** Undefined when a signal ended it. */
  exitCode?: number;
  endedBy?: NodeJS.Signals;
}

/** How long output may still arrive after everybody who could write it has ended. */
const DRAIN_MS = 1_000;

/**
 * A shell command with all that it starts: a process group of its own, which
 * ends as a whole.
 */
export class ProcessGroup {
  /** Settles when the command itself has ended, and with it everything it left running. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #graceMs: number;
  #isEnded = false;

  private constructor(child: ChildProcess, graceMs: number) {
    this.#child = child;
    this.#graceMs = graceMs;
    this.ended = this.#watch();
  }

  static start(options: {
    command: string;
    folder: string;
    environment: Record<string, string>;
    onOutput: (chunk: Buffer) => void;
    /** Between asking it to end and ending it, in milliseconds. */
    graceMs: number;
  }): ProcessGroup {
    const { command, folder, environment, onOutput, graceMs } = options;
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    return new ProcessGroup(child, graceMs);
  }

  /** Asks the whole group to end, and ends it when it does not. */
  async stop(): Promise<ProcessEnd> {
    this.#signal('SIGTERM');
    const asked = new AbortController();
    await Promise.race([
      this.ended,
      sleep(this.#graceMs, undefined, { signal: asked.signal }).catch(() => {}),
    ]);
    asked.abort();
    this.#signal('SIGKILL');
    return this.ended;
  }

  async #watch(): Promise<ProcessEnd> {
    const closed = new Promise<void>(resolve => {
      this.#child.once('close', () => resolve());
    });
    const end = await new Promise<ProcessEnd>((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) =>
        resolve({ exitCode: code ?? undefined, endedBy: signal ?? undefined }),
      );
    });
    // What it left in the background must not outlive it, nor hold its output open.
    this.#signal('SIGKILL');
    this.#isEnded = true;
    const drained = new AbortController();
    await Promise.race([
      closed,
      sleep(DRAIN_MS, undefined, { signal: drained.signal }).catch(() => {}),
    ]);
    drained.abort();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    return end;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isEnded) {
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody is left.
    }
  }
}
