import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description:
      'Review the newest commit of the checkout that runs the portal.',
    example: yaml.stringify({
      steps: [
        {
          id: 'request',
          action: 'devart:review:request',
          name: 'Ask for a review',
          input: { repository: '.' },
        },
      ],
    }),
  },
  {
    description: 'Review a branch of a repository for a component.',
    example: yaml.stringify({
      steps: [
        {
          id: 'request',
          action: 'devart:review:request',
          name: 'Ask for a review',
          input: {
            repository: 'https://github.com/octo-org/shop.git',
            base: 'main',
            head: 'faster-checkout',
            title: 'Review the faster checkout',
            entityRef: 'component:default/shop',
            priority: 'critical',
          },
        },
      ],
    }),
  },
];
