import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Wait until a run has ended, and fail when it did.',
    example: yaml.stringify({
      steps: [
        {
          id: 'wait',
          action: 'devart:workflow:wait',
          name: 'Wait for the release',
          input: { runId: '${{ steps.run.output.runId }}' },
        },
      ],
    }),
  },
  {
    description: 'Wait an hour at most, and go on however the run ends.',
    example: yaml.stringify({
      steps: [
        {
          id: 'wait',
          action: 'devart:workflow:wait',
          name: 'Wait for the build',
          input: {
            runId: '${{ steps.run.output.runId }}',
            timeoutSeconds: 3600,
            failOn: 'never',
          },
        },
      ],
    }),
  },
];
