import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOut, type Checkout } from '../checkout/checkOut';
import { CommandOutput } from '../commands/CommandOutput';
import { createCommandEnvironment } from '../commands/createCommandEnvironment';
import { runCommand, type CommandRun } from '../commands/runCommand';
import type { PipelineContext } from '../PipelineContext';
import type { Goal } from './BuildSystem';
import { planGoal, type Plan } from './planGoal';
import type { ProjectInput } from './projectInput';
import { readProjectSettings, type ProjectSettings } from './ProjectSettings';

/** How a goal was reached, or not. */
export interface GoalRun {
  system: string;
  commands: CommandRun[];
  durationMs: number;
  /** Why the goal was not reached. */
  problem?: { message: string; isPermanent: boolean };
}

/** A project of a repository, checked out, in which commands are run. */
export class ProjectRun {
  readonly checkout: Checkout;
  readonly settings: ProjectSettings;
  /** Where commands are told to write reports of tests. */
  readonly reports: string;
  readonly output: CommandOutput;
  readonly #pipeline: PipelineContext;
  readonly #input: ProjectInput;
  readonly #environment: Record<string, string>;
  /** When all commands must have ended, in milliseconds since the epoch. */
  readonly #deadline: number;

  private constructor(options: {
    pipeline: PipelineContext;
    input: ProjectInput;
    checkout: Checkout;
    settings: ProjectSettings;
    environment: Record<string, string>;
    reports: string;
  }) {
    const { limits, folder, context } = options.pipeline;
    const { timeoutSeconds = Infinity } = options.input;
    this.#pipeline = options.pipeline;
    this.#input = options.input;
    this.#environment = options.environment;
    this.checkout = options.checkout;
    this.settings = options.settings;
    this.reports = options.reports;
    this.output = new CommandOutput({
      hide: folder,
      maxLines: limits.logLines,
      maxBytes: limits.logBytes,
      onLine: line => context.log.info(line),
    });
    this.#deadline =
      Date.now() + Math.min(limits.commandsMs, timeoutSeconds * 1000);
  }

  /**
   * Clones the repository of a task.
   *
   * @throws PermanentError when its code may not be run here, or it is not there
   */
  static async start(
    pipeline: PipelineContext,
    input: ProjectInput,
  ): Promise<ProjectRun> {
    const { context, folder, settings, limits } = pipeline;
    const source = await settings.repositories.find(input.repository);
    context.progress(5, 'Cloning');
    context.log.info(`Cloning ${input.repository}`);
    const checkout = await checkOut({
      source,
      revision: input.revision,
      path: input.path,
      folder,
      signal: context.signal,
      limits,
    });
    context.log.info(
      `At ${checkout.revision.slice(0, 12)}${input.path ? `, in ${input.path}` : ''}`,
    );
    const reports = join(folder, 'reports');
    await mkdir(reports);
    const environment = await createCommandEnvironment({
      from: pipeline.environment,
      passOn: settings.passOn,
      folder,
    });
    return new ProjectRun({
      pipeline,
      input,
      checkout,
      settings: await readProjectSettings(checkout.project),
      environment: {
        ...environment,
        DEVART_REPORTS: reports,
        DEVART_REVISION: checkout.revision,
      },
      reports,
    });
  }

  /** The environment of commands. */
  get environment(): Record<string, string> {
    return this.#environment;
  }

  /** What reaches a goal; undefined where nothing says how. */
  plan(goal: Goal): Promise<Plan | undefined> {
    return planGoal({
      goal,
      project: this.checkout.project,
      settings: this.settings,
      commands: this.#input.commands,
    });
  }

  /** Runs the commands of a plan, up to the first that fails. */
  async run({ system, commands }: Plan): Promise<GoalRun> {
    const { context } = this.#pipeline;
    const runs: CommandRun[] = [];
    let problem: GoalRun['problem'];
    for (const [index, command] of commands.entries()) {
      context.progress(
        Math.round(20 + (index / commands.length) * 70),
        `Running ${command.slice(0, 200)}`,
      );
      const run = await this.#runOne(command);
      runs.push(run);
      problem = problemOf(run);
      if (problem) {
        break;
      }
    }
    const durationMs = runs.reduce((sum, each) => sum + each.durationMs, 0);
    return { system, commands: runs, durationMs, problem };
  }

  async #runOne(command: string): Promise<CommandRun> {
    const { context, limits } = this.#pipeline;
    this.output.add(`$ ${command}`);
    const run = await runCommand({
      command,
      folder: this.checkout.project,
      environment: this.#environment,
      timeoutMs: Math.max(1, this.#deadline - Date.now()),
      graceMs: limits.graceMs,
      output: this.output,
      signal: context.signal,
    });
    this.output.add(
      `${describe(run)} after ${(run.durationMs / 1000).toFixed(1)} s`,
    );
    return run;
  }
}

function describe({ exitCode, endedBy, timedOut }: CommandRun): string {
  if (timedOut) {
    return 'ended, since its time was over,';
  }
  return exitCode === undefined
    ? `ended by ${endedBy}`
    : `exit code ${exitCode}`;
}

function problemOf(run: CommandRun): GoalRun['problem'] {
  if (run.exitCode === 0 && !run.timedOut) {
    return undefined;
  }
  // Too slow today may be in time tomorrow; what a command says will not change.
  return {
    message: `\`${run.command}\` ${run.timedOut ? 'took too long' : `failed: ${describe(run)}`}`,
    isPermanent: !run.timedOut && run.exitCode !== undefined,
  };
}
