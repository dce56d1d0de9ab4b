import {
  PermanentError,
  type TaskHandler,
  type TaskResult,
} from '@devart/agent-sdk';
import type { Workspaces } from '../workspace/Workspaces';
import { decideAbout } from './decide/decideAbout';
import { deploy } from './deploy/deploy';
import { observe } from './observe/observe';
import type { PipelineContext, PipelineSettings } from './PipelineContext';
import { defaultPipelineLimits, type PipelineLimits } from './PipelineLimits';
import { buildOrTest } from './project/buildOrTest';

const jobs = {
  build: (pipeline: PipelineContext) => buildOrTest('build', pipeline),
  test: (pipeline: PipelineContext) => buildOrTest('test', pipeline),
  deploy,
  observe,
  decide: decideAbout,
} satisfies Record<
  string,
  (pipeline: PipelineContext) => Promise<TaskResult> | TaskResult
>;

type Job = keyof typeof jobs;

/** What the agent can do; a task asks for exactly one of them. */
export const PIPELINE_CAPABILITIES = Object.keys(jobs) as Job[];

/** The handler of the agent `pipeline`. */
export function createPipeline(options: {
  workspaces: Workspaces;
  settings: PipelineSettings;
  /** Other limits than the default ones. */
  limits?: Partial<PipelineLimits>;
  environment: Record<string, string | undefined>;
}): TaskHandler {
  const { workspaces, settings, environment } = options;
  const limits = { ...defaultPipelineLimits, ...options.limits };
  return async (task, context) => {
    const asked = PIPELINE_CAPABILITIES.filter(capability =>
      task.capabilities.includes(capability),
    );
    if (asked.length !== 1) {
      throw new PermanentError(
        `A task for this agent must ask for exactly one of ${PIPELINE_CAPABILITIES.join(', ')}; this one asks for ${task.capabilities.join(', ') || 'none'}`,
      );
    }
    return workspaces.use(folder =>
      Promise.resolve(
        jobs[asked[0]]({
          task,
          context,
          folder,
          settings,
          limits,
          environment,
        }),
      ),
    );
  };
}
