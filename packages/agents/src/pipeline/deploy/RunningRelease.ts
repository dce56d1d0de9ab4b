import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandOutput } from '../commands/CommandOutput';
import { ProcessGroup } from '../commands/ProcessGroup';

const POLL_MS = 50;

/** A port of this machine that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** A release that runs for a question only: on a free port, until it is stopped. */
export class RunningRelease {
  readonly url: string;
  readonly #group: ProcessGroup;
  #hasEnded = false;

  private constructor(url: string, group: ProcessGroup) {
    this.url = url;
    this.#group = group;
    const onEnd = () => {
      this.#hasEnded = true;
    };
    group.ended.then(onEnd, onEnd);
  }

  /** Starts the command in the folder of the release; `PORT` and `HOST` say where to listen. */
  static async start(options: {
    command: string;
    folder: string;
    environment: Record<string, string>;
    graceMs: number;
    output: CommandOutput;
  }): Promise<RunningRelease> {
    const { command, folder, environment, graceMs, output } = options;
    const port = await freePort();
    const group = ProcessGroup.start({
      command,
      folder,
      graceMs,
      environment: { ...environment, PORT: String(port), HOST: '127.0.0.1' },
      onOutput: chunk => output.write(chunk),
    });
    return new RunningRelease(`http://127.0.0.1:${port}`, group);
  }

  /**
   * Waits until it answers anything at all, or has ended, or the time is over.
   *
   * @throws the reason of the signal when that is aborted
   */
  async untilListening(
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!this.#hasEnded && Date.now() < deadline) {
      signal.throwIfAborted();
      try {
        const answer = await fetch(this.url, {
          signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
        });
        await answer.body?.cancel();
        return true;
      } catch {
        await sleep(POLL_MS);
      }
    }
    return false;
  }

  async stop(): Promise<void> {
    await this.#group.stop();
  }
}
