import { runAgent } from '@devart/agent-sdk';
import { REVIEW_CAPABILITY } from '@devart/plugin-devart-common';
import { version } from '../package.json';
import { createCodeReviewer } from './code-review/createCodeReviewer';
import {
  createPipeline,
  PIPELINE_CAPABILITIES,
} from './pipeline/createPipeline';
import { readPipelineSettings } from './pipeline/readPipelineSettings';
import { Workspaces } from './workspace/Workspaces';
import { readEnvironment } from './readEnvironment';

/** An agent that ships. */
export interface ShippedAgent {
  /** What it does, in a few words. */
  description: string;
  /** Runs until the process is told to end. */
  run: (environment: Record<string, string | undefined>) => Promise<void>;
}

/** All agents that ship, by name. */
export const agents: Record<string, ShippedAgent> = {
  'code-review': {
    description:
      'Reviews changes with analyzers, and with a model where there is one',
    run: async environment => {
      const { agent, model, gatewayModel, workFolder } = readEnvironment(
        environment,
        {
          name: 'code-review',
          description: agents['code-review'].description,
          capabilities: [REVIEW_CAPABILITY],
        },
      );
      const workspaces = await Workspaces.create(workFolder);
      await runAgent(
        { ...agent, software: `@devart/agents ${version}, code-review` },
        createCodeReviewer({ workspaces, model, gatewayModel }),
      );
    },
  },
  pipeline: {
    description:
      'Builds, tests, deploys and observes what lies in allowed repositories',
    run: async environment => {
      const { agent, workFolder } = readEnvironment(environment, {
        name: 'pipeline',
        description: agents.pipeline.description,
        capabilities: PIPELINE_CAPABILITIES,
      });
      const settings = readPipelineSettings(environment);
      const workspaces = await Workspaces.create(workFolder);
      await runAgent(
        { ...agent, software: `@devart/agents ${version}, pipeline` },
        createPipeline({ workspaces, settings, environment }),
      );
    },
  },
};
