import type { CommandOutput } from './CommandOutput';
import { ProcessGroup } from './ProcessGroup';

/** How a command went. */
export interface CommandRun {
  command: string;
  /** Undefined when a signal ended it. */
  exitCode?: number;
  endedBy?: string;
  timedOut: boolean;
  durationMs: number;
}

/**
 * Runs a shell command and everything it starts, to its end.
 *
 * @throws the reason of the signal when that is aborted; nothing runs any more then
 */
export async function runCommand(options: {
  command: string;
  folder: string;
  environment: Record<string, string>;
  timeoutMs: number;
  graceMs: number;
  output: CommandOutput;
  signal: AbortSignal;
}): Promise<CommandRun> {
  const { command, folder, environment, timeoutMs, graceMs, output, signal } =
    options;
  signal.throwIfAborted();
  const startedAt = performance.now();
  const group = ProcessGroup.start({
    command,
    folder,
    environment,
    graceMs,
    onOutput: chunk => output.write(chunk),
  });
  let timedOut = false;
  const stop = () => void group.stop().catch(() => {});
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, timeoutMs);
  signal.addEventListener('abort', stop);
  try {
    const end = await group.ended;
    output.endCommand();
    signal.throwIfAborted();
    return {
      command,
      ...end,
      timedOut,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
