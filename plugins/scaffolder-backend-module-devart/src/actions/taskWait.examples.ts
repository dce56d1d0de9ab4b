import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Wait for a review, and fail when it finds errors.',
    example: yaml.stringify({
      steps: [
        {
          id: 'wait',
          action: 'devart:task:wait',
          name: 'Wait for the review',
          input: {
            taskId: '${{ steps.request.output.taskId }}',
            failOnConclusion: 'failure',
          },
        },
      ],
    }),
  },
  {
    description: 'Wait ten minutes at most, and go on however the task ends.',
    example: yaml.stringify({
      steps: [
        {
          id: 'wait',
          action: 'devart:task:wait',
          name: 'Wait for the release notes',
          input: {
            taskId: '${{ steps.create.output.taskId }}',
            timeoutSeconds: 600,
            failOn: 'never',
          },
        },
      ],
    }),
  },
];
