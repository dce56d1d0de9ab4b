import { PermanentError, type TaskHandler } from '@devart/agent-sdk';
import { REVIEW_TASK_TYPE } from '@devart/plugin-devart-common';
import { CodeReview } from './CodeReview';
import { findGatewayModel } from './model/findGatewayModel';
import type { ModelSettings } from './model/ModelSettings';
import { summarize } from './review/composeOutput';
import { defaultReviewLimits, type ReviewLimits } from './ReviewLimits';
import type { Workspaces } from '../workspace/Workspaces';

/** What the agent that reviews code works with. */
export interface CodeReviewerOptions {
  workspaces: Workspaces;
  /** Reads the change as well; a model of the portal unless given. */
  model?: ModelSettings;
  /** Which model of the portal; the first that it offers, unless given. */
  gatewayModel?: string;
  /** Other limits than the default ones. */
  limits?: Partial<ReviewLimits>;
}

/** The handler of the agent `code-review`. */
export function createCodeReviewer(options: CodeReviewerOptions): TaskHandler {
  const { workspaces, gatewayModel } = options;
  const limits = { ...defaultReviewLimits, ...options.limits };
  return async (task, context) => {
    if (task.type !== REVIEW_TASK_TYPE) {
      throw new PermanentError(
        `This agent reviews code; it cannot do tasks of the type ${task.type}`,
      );
    }
    const model =
      options.model ?? (await findGatewayModel(context, gatewayModel));
    return workspaces.use(async folder => {
      const output = await new CodeReview({
        task,
        context,
        folder,
        model,
        limits,
      }).run();
      return { output, summary: summarize(output) };
    });
  };
}
