import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Give a task to whichever agent can do it.',
    example: yaml.stringify({
      steps: [
        {
          id: 'create',
          action: 'devart:task:create',
          name: 'Ask for release notes',
          input: {
            title: 'Write the release notes of version 1.4',
            capabilities: ['release-notes'],
          },
        },
      ],
    }),
  },
  {
    description:
      'Give an urgent task about a component, with something to work on.',
    example: yaml.stringify({
      steps: [
        {
          id: 'create',
          action: 'devart:task:create',
          name: 'Ask for an upgrade',
          input: {
            title: 'Upgrade the runtime',
            description: 'Only the build and the runtime image.',
            type: 'upgrade',
            capabilities: ['node', 'docker'],
            entityRef: 'component:default/shop',
            input: { from: '22', to: '24' },
            priority: 'high',
            maxAttempts: 2,
            runAfter: '2030-01-01T02:00:00Z',
          },
        },
      ],
    }),
  },
];
