import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandOutput } from '../commands/CommandOutput';
import { runCommand } from '../commands/runCommand';
import type { HealthCheck } from '../project/ProjectSettings';
import { RunningRelease } from './RunningRelease';

const POLL_MS = 250;

/** What a health check works with. */
export interface HealthCheckOptions {
  check: HealthCheck;
  /** The folder of the release. */
  folder: string;
  /** The command that runs a release. */
  start?: string;
  environment: Record<string, string>;
  graceMs: number;
  output: CommandOutput;
  signal: AbortSignal;
}

/**
 * Finds out whether a release is healthy; undefined when it is, else why not.
 *
 * @throws the reason of the signal when that is aborted
 */
export async function checkHealth(
  options: HealthCheckOptions,
): Promise<string | undefined> {
  const { check, folder, environment, graceMs, output, signal } = options;
  const timeoutMs = check.timeoutSeconds * 1000;
  if (check.command !== undefined) {
    const { exitCode, timedOut } = await runCommand({
      command: check.command,
      folder,
      environment,
      timeoutMs,
      graceMs,
      output,
      signal,
    });
    if (timedOut) {
      return `\`${check.command}\` took longer than ${check.timeoutSeconds} s`;
    }
    return exitCode === 0
      ? undefined
      : `\`${check.command}\` ended with ${exitCode === undefined ? 'a signal' : `exit code ${exitCode}`}`;
  }
  if (check.url !== undefined) {
    return untilSuccess(check.url, timeoutMs, signal);
  }
  return checkInstance(options, timeoutMs);
}

async function checkInstance(
  options: HealthCheckOptions,
  timeoutMs: number,
): Promise<string | undefined> {
  const { check, start, signal } = options;
  if (start === undefined) {
    return 'nothing says how to start it: `start` is missing in devart.yaml';
  }
  const running = await RunningRelease.start({ ...options, command: start });
  try {
    if (!(await running.untilListening(timeoutMs, signal))) {
      return `\`${start}\` does not listen on the port that PORT says`;
    }
    return await untilSuccess(`${running.url}${check.path}`, timeoutMs, signal);
  } finally {
    await running.stop();
    options.output.endCommand();
  }
}

/** Asks until the answer is a success; else says what the last answer was. */
async function untilSuccess(
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  let last = '';
  do {
    signal.throwIfAborted();
    try {
      const answer = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
      });
      await answer.body?.cancel();
      if (answer.ok) {
        return undefined;
      }
      last = `status ${answer.status}`;
    } catch (error) {
      last ||= `no answer (${(error as Error).message})`;
    }
    await sleep(Math.min(POLL_MS, Math.max(0, deadline - Date.now())));
  } while (Date.now() < deadline);
  return `${new URL(url).pathname} answers with ${last}`;
}
