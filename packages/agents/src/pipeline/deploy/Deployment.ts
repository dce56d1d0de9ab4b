import { join } from 'node:path';
import { PermanentError, type TaskResult } from '@devart/agent-sdk';
import { CommandOutput } from '../commands/CommandOutput';
import { createCommandEnvironment } from '../commands/createCommandEnvironment';
import { runCommand } from '../commands/runCommand';
import type { PipelineContext } from '../PipelineContext';
import type { HealthCheck } from '../project/ProjectSettings';
import { checkHealth } from './checkHealth';
import type { Release, Releases, Switch } from './Releases';

/** How a target stands after a task. */
export interface DeploymentOutput {
  target: string;
  action: 'deploy' | 'rollback' | 'restart';
  /** Whether the task changed anything. */
  changed: boolean;
  /** What is current; missing when nothing is. */
  release?: string;
  /** What was current before. */
  previousRelease?: string;
  /** When the current release became current. */
  deployedAt?: string;
  /** Missing when there is no health check. */
  healthy?: boolean;
}

/** Changes what is deployed at one target, on behalf of one task. */
export class Deployment {
  readonly output: CommandOutput;
  readonly #pipeline: PipelineContext;
  readonly #releases: Releases;
  readonly #target: string;

  constructor(options: {
    pipeline: PipelineContext;
    releases: Releases;
    target: string;
  }) {
    const { context, limits, settings } = options.pipeline;
    this.#pipeline = options.pipeline;
    this.#releases = options.releases;
    this.#target = options.target;
    this.output = new CommandOutput({
      hide: settings.deployFolder!,
      maxLines: limits.logLines,
      maxBytes: limits.logBytes,
      onLine: line => context.log.info(line),
    });
  }

  /**
   * Makes a release the current one. One that turns out not to be healthy, or
   * that cannot be started, is taken back at once.
   *
   * @throws PermanentError when it is not healthy
   */
  async deploy(
    release: string,
    healthCheck: HealthCheck | undefined,
  ): Promise<TaskResult> {
    const { task, context } = this.#pipeline;
    const last = await this.#releases.lastSwitch();
    const isDone = last?.taskId === task.id && last.release === release;
    const entry = isDone
      ? last
      : await this.#releases.switchTo({
          action: 'deploy',
          release,
          taskId: task.id,
        });
    context.log.info(`${this.#target} is at ${short(release)}`);
    let healthy: boolean | undefined;
    try {
      healthy = await this.#settle(release, healthCheck);
    } catch (error) {
      await this.#takeBack(entry);
      throw error;
    }
    await this.#releases.prune();
    return this.#result('deploy', entry, { changed: !isDone, healthy });
  }

  /**
   * Makes the release before the current one the current one again; without
   * one, nothing is deployed any more. With `release`, nothing is done when
   * that is not the current one (any more).
   */
  async rollback(release: string | undefined): Promise<TaskResult> {
    const { task } = this.#pipeline;
    const current = await this.#releases.current();
    const last = await this.#releases.lastSwitch();
    if (last?.taskId === task.id) {
      return this.#result('rollback', last, { changed: false });
    }
    if (current === undefined || (release && release !== current)) {
      return this.#result(
        'rollback',
        { release: current, previous: undefined, at: last?.at },
        { changed: false },
      );
    }
    const before = await this.#releases.before(current);
    if (before !== undefined) {
      await this.#releases.read(before);
    }
    const entry = await this.#releases.switchTo({
      action: 'rollback',
      release: before,
      taskId: task.id,
    });
    if (before !== undefined) {
      await this.#settle(before, undefined);
    }
    return this.#result('rollback', entry, { changed: true });
  }

  /**
   * Runs the restart command of the current release. With `release`, nothing is
   * done when that is not the current one (any more).
   *
   * @throws PermanentError when there is none, or it does not say how
   */
  async restart(release: string | undefined): Promise<TaskResult> {
    const current = await this.#releases.current();
    if (current === undefined) {
      throw new PermanentError(
        `Nothing is deployed at ${this.#target}, so nothing can be restarted`,
      );
    }
    const at = await this.#releases.deployedAt(current);
    const standing = { release: current, previous: undefined, at };
    if (release && release !== current) {
      return this.#result('restart', standing, { changed: false });
    }
    const { restart, healthCheck } = await this.#releases.read(current);
    if (restart === undefined) {
      throw new PermanentError(
        `The release ${short(current)} does not say how to restart it: \`restart\` is missing in devart.yaml`,
      );
    }
    const healthy = await this.#settle(current, healthCheck);
    return this.#result('restart', standing, { changed: true, healthy });
  }

  /** Lets a release be taken up, and asks whether it is healthy. */
  async #settle(
    name: string,
    check: HealthCheck | undefined,
  ): Promise<boolean | undefined> {
    const { context, limits, environment, settings, folder } = this.#pipeline;
    const release = await this.#releases.read(name);
    const run = {
      folder: this.#releases.folderOf(name),
      environment: await createCommandEnvironment({
        from: environment,
        passOn: settings.passOn,
        folder: join(folder, 'deploy'),
      }),
      graceMs: limits.graceMs,
      output: this.output,
      signal: context.signal,
    };
    if (release.restart !== undefined) {
      await this.#restart(release, run);
    }
    if (!check) {
      return undefined;
    }
    context.progress(90, 'Checking whether it is healthy');
    const problem = await checkHealth({ ...run, check, start: release.start });
    if (problem !== undefined) {
      throw new PermanentError(
        `The release ${short(name)} is not healthy: ${problem}`,
      );
    }
    return true;
  }

  async #restart(
    { restart, release }: Release,
    run: Omit<Parameters<typeof runCommand>[0], 'command' | 'timeoutMs'>,
  ): Promise<void> {
    const { exitCode, timedOut } = await runCommand({
      ...run,
      command: restart!,
      timeoutMs: this.#pipeline.limits.commandsMs,
    });
    if (exitCode !== 0 || timedOut) {
      throw new PermanentError(
        `The release ${short(release)} could not be started: \`${restart}\` ${timedOut ? 'took too long' : `failed with exit code ${exitCode}`}`,
      );
    }
  }

  /** Undoes the switch of this task, without asking whether the old release is healthy. */
  async #takeBack(entry: Switch): Promise<void> {
    const { context, task } = this.#pipeline;
    await this.#releases.switchTo({
      action: 'rollback',
      release: entry.previous,
      taskId: task.id,
    });
    context.log.warn(
      entry.previous === undefined
        ? `${this.#target} is taken down again`
        : `${this.#target} is back at ${short(entry.previous)}`,
    );
    if (entry.previous !== undefined && !context.signal.aborted) {
      await this.#settle(entry.previous, undefined);
    }
  }

  #result(
    action: DeploymentOutput['action'],
    entry: { release?: string; previous?: string; at?: string },
    rest: { changed: boolean; healthy?: boolean },
  ): TaskResult {
    const output: DeploymentOutput = {
      target: this.#target,
      action,
      ...rest,
      release: entry.release,
      previousRelease: entry.previous,
      deployedAt: entry.release && entry.at,
    };
    return { output: { ...output }, summary: summarize(output) };
  }
}

function short(release: string): string {
  return release.slice(0, 12);
}

function summarize(output: DeploymentOutput): string {
  const { target, action, changed, release, healthy } = output;
  const state = release
    ? `${target} is at ${short(release)}`
    : `Nothing is deployed at ${target}`;
  const done = {
    deploy: 'Deployed',
    rollback: 'Rolled back',
    restart: 'Restarted',
  }[action];
  return `${changed ? `${done}: ${state}` : `Nothing to change: ${state}`}${healthy ? ', and it is healthy' : ''}.`;
}
