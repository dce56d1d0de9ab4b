import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Run the current version of a workflow.',
    example: yaml.stringify({
      steps: [
        {
          id: 'run',
          action: 'devart:workflow:run',
          name: 'Build, test and review',
          input: {
            workflow: 'build-test-review',
            parameters: { path: 'examples/services/hello-service' },
          },
        },
      ],
    }),
  },
  {
    description: 'Run a certain version of it, about a component.',
    example: yaml.stringify({
      steps: [
        {
          id: 'run',
          action: 'devart:workflow:run',
          name: 'Release',
          input: {
            workflow: 'workflow:default/release-with-approval',
            version: '1.2.0',
            entityRef: 'component:default/hello-service',
          },
        },
      ],
    }),
  },
];
