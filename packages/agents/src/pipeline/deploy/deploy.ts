import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { PermanentError, type TaskResult } from '@devart/agent-sdk';
import { z } from 'zod';
import type { PipelineContext } from '../PipelineContext';
import { projectInput } from '../project/projectInput';
import { ProjectRun } from '../project/ProjectRun';
import {
  healthCheckSchema,
  insidePathSchema,
} from '../project/ProjectSettings';
import { readTaskInput } from '../readTaskInput';
import { copyRelease } from './copyRelease';
import { Deployment } from './Deployment';
import { openReleases } from './openReleases';
import type { Releases } from './Releases';
import { targetSchema } from './targetSchema';

const deploySchema = z.strictObject({
  action: z.literal('deploy').default('deploy'),
  ...projectInput,
  /** The last part of the path or of the repository unless given. */
  target: targetSchema.optional(),
  /** The folder that is deployed; what devart.yaml says unless given, else the whole project. */
  output: insidePathSchema.optional(),
  healthCheck: healthCheckSchema.optional(),
});

const changeSchema = z.strictObject({
  action: z.enum(['rollback', 'restart']),
  target: targetSchema,
  /** Only when this is still the current release. */
  release: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, 'must be the id of a commit')
    .optional(),
});

const actionSchema = z.looseObject({
  action: z.enum(['deploy', 'rollback', 'restart']).default('deploy'),
});

type DeployInput = z.output<typeof deploySchema>;

/**
 * Deploys a project into a folder of this machine, or takes the last
 * deployment back, or restarts what is deployed.
 *
 * @throws PermanentError when it cannot be built, or is not healthy
 */
export async function deploy(pipeline: PipelineContext): Promise<TaskResult> {
  const { task, context } = pipeline;
  await mkdir(join(pipeline.folder, 'deploy'));
  const { action } = readTaskInput(task, actionSchema);
  if (action === 'deploy') {
    return deployProject(pipeline, readTaskInput(task, deploySchema));
  }
  const { target, release } = readTaskInput(task, changeSchema);
  const releases = await openReleases(pipeline, target);
  const deployment = new Deployment({ pipeline, releases, target });
  return releases.lock(context.signal, () =>
    action === 'rollback'
      ? deployment.rollback(release)
      : deployment.restart(release),
  );
}

async function deployProject(
  pipeline: PipelineContext,
  input: DeployInput,
): Promise<TaskResult> {
  const { context } = pipeline;
  const target = input.target ?? defaultTarget(input);
  const releases = await openReleases(pipeline, target);
  const project = await ProjectRun.start(pipeline, input);
  const { healthCheck } = project.settings;
  const check = input.healthCheck ?? healthCheck;
  const deployment = new Deployment({ pipeline, releases, target });
  return releases.lock(context.signal, async () => {
    if (!(await releases.find(project.checkout.revision))) {
      await addRelease(pipeline, { project, releases, input });
    }
    return deployment.deploy(project.checkout.revision, check);
  });
}

/** Builds the project, where it has something to build, and keeps the result as a release. */
async function addRelease(
  { context, limits }: PipelineContext,
  options: { project: ProjectRun; releases: Releases; input: DeployInput },
): Promise<void> {
  const { project, releases, input } = options;
  const plan = await project.plan('build');
  if (plan) {
    const { problem } = await project.run(plan);
    await context.addArtifact({
      name: 'build.log',
      mediaType: 'text/plain',
      content: project.output.text,
    });
    if (problem) {
      throw problem.isPermanent
        ? new PermanentError(problem.message)
        : new Error(problem.message);
    }
  }
  const { start, restart, healthCheck } = project.settings;
  const path = input.output ?? project.settings.output ?? '';
  const from = await builtFolder(project.checkout.project, path);
  await releases.add(
    {
      release: project.checkout.revision,
      repository: input.repository,
      path: input.path,
      builtAt: new Date().toISOString(),
      start,
      restart,
      healthCheck,
    },
    to =>
      copyRelease({
        from,
        to,
        maxFiles: limits.releaseFiles,
        maxBytes: limits.releaseBytes,
        signal: context.signal,
      }),
  );
}

/** @throws PermanentError when it is no folder of the project, also when a link leads out of it */
async function builtFolder(project: string, path: string): Promise<string> {
  const folder = await realpath(join(project, path)).catch(() => undefined);
  const isInside =
    folder !== undefined &&
    (folder === project || folder.startsWith(`${project}${sep}`));
  if (!isInside || !(await stat(folder)).isDirectory()) {
    throw new PermanentError(
      `There is nothing to deploy: the build left no folder '${path}'`,
    );
  }
  return folder;
}

/** @throws PermanentError when the name of the project is none for a target */
function defaultTarget({ path, repository }: DeployInput): string {
  const name = basename(path || repository)
    .replace(/\.git$/, '')
    .toLowerCase();
  if (!targetSchema.safeParse(name).success) {
    throw new PermanentError(
      'The input of the task is wrong: input.target: must be given, since it does not follow from the repository',
    );
  }
  return name;
}
