import type { ClaimedTask, TaskContext } from '@devart/agent-sdk';
import type { AllowedRepositories } from './checkout/AllowedRepositories';
import type { PipelineLimits } from './PipelineLimits';

/** What the agent was set up with. */
export interface PipelineSettings {
  /** Whose code may be run. */
  repositories: AllowedRepositories;
  /** Where releases are put; nothing is deployed without it. */
  deployFolder?: string;
  /** Names of variables of the agent's environment that commands get as well. */
  passOn: string[];
}

/** What one task of the pipeline works with. */
export interface PipelineContext {
  task: ClaimedTask;
  context: TaskContext;
  /** A folder that is gone afterwards. */
  folder: string;
  settings: PipelineSettings;
  limits: PipelineLimits;
  /** The environment of the agent itself. */
  environment: Record<string, string | undefined>;
}
