import { createCatalogModelLayer } from '@backstage/catalog-model/alpha';
import type { JsonObject } from '@backstage/types';
import {
  WORKFLOW_KIND,
  workflowSpecSchema,
} from '@devart/plugin-devart-common';
import { z } from 'zod';

function isPreprocessed(schema: z.core.$ZodTypes): boolean {
  const { def } = schema._zod;
  return def.type === 'pipe' && def.in._zod.def.type === 'transform';
}

/**
 * The shape of a workflow as the catalog checks it: that of the contract, as far
 * as JSON Schema can say it. The control plane checks the rest.
 */
function specSchema(): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(workflowSpecSchema, {
    // What is written, before defaults are filled in.
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // What is brought into shape before it is checked may be written otherwise.
      if (isPreprocessed(zodSchema)) {
        for (const key of Object.keys(jsonSchema)) {
          delete jsonSchema[key];
        }
      }
    },
  });
  return { ...(schema as JsonObject), description: 'What the workflow does' };
}

/** The kind `Workflow`: its shape, its owner and its system. */
export const workflowModel = createCatalogModelLayer({
  layerId: 'devart.ai/kind-workflow',
  builder: model => {
    model.addKind({
      group: 'devart.ai',
      names: { kind: WORKFLOW_KIND, singular: 'workflow', plural: 'workflows' },
      description:
        'A workflow of devart: steps that agents, people and the control plane do, one after the other or at once',
      versions: [
        {
          name: 'v1alpha1',
          relationFields: [
            {
              selector: { path: 'spec.owner' },
              relation: 'ownedBy',
              defaultKind: 'Group',
              defaultNamespace: 'inherit',
              allowedKinds: ['Group', 'User'],
            },
            {
              selector: { path: 'spec.system' },
              relation: 'partOf',
              defaultKind: 'System',
              defaultNamespace: 'inherit',
              allowedKinds: ['System'],
            },
          ],
          schema: {
            jsonSchema: {
              type: 'object',
              required: ['spec'],
              properties: { spec: specSchema() },
            },
          },
        },
      ],
    });
  },
});
