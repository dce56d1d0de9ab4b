import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Register an agent of the developers.',
    example: yaml.stringify({
      steps: [
        {
          id: 'register',
          action: 'devart:agent:register',
          name: 'Register the agent',
          input: {
            name: 'release-notes',
            description: 'Writes release notes',
            capabilities: ['release-notes'],
            owner: 'group:default/developers',
          },
        },
      ],
    }),
  },
  {
    description: 'Register an agent that works on several tasks at once.',
    example: yaml.stringify({
      steps: [
        {
          id: 'register',
          action: 'devart:agent:register',
          name: 'Register the agent',
          input: {
            name: 'builder-2',
            capabilities: ['build', 'test'],
            maxConcurrent: 4,
          },
        },
      ],
    }),
  },
];
