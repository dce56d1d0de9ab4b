import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import yaml from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Ask the owners, and go on only when one of them approves.',
    example: yaml.stringify({
      steps: [
        {
          id: 'approval',
          action: 'devart:approval:request',
          name: 'Ask whether to release',
          input: {
            title: 'Release version 1.4 of the shop',
            effect: 'Customers get the new version',
            approvers: ['group:default/supervisors'],
            expiresIn: '4h',
            entityRef: 'component:default/storefront',
          },
        },
      ],
    }),
  },
  {
    description:
      'Ask two people, who may change how much, and go on whatever they say.',
    example: yaml.stringify({
      steps: [
        {
          id: 'approval',
          action: 'devart:approval:request',
          name: 'Ask for machines',
          input: {
            title: 'Add machines to the cluster',
            effectClass: 'external',
            action: { cluster: 'north' },
            edit: { machines: 3 },
            costMicros: 42_000_000,
            approvalsNeeded: 2,
            onExpiry: 'escalate',
            escalateTo: ['group:default/platform-admins'],
            failOn: 'never',
          },
        },
      ],
    }),
  },
];
