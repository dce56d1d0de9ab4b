import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { scaffolderModuleDevart } from './module';

jest.setTimeout(120_000);

describe('the module', () => {
  it('adds the actions', async () => {
    const actions: TemplateAction<any, any, any>[] = [];
    await startTestBackend({
      extensionPoints: [
        [
          scaffolderActionsExtensionPoint,
          { addActions: (...added) => actions.push(...added) },
        ],
      ],
      features: [scaffolderModuleDevart, mockServices.rootConfig.factory()],
    });

    expect(actions.map(action => action.id).sort()).toEqual([
      'devart:agent:register',
      'devart:approval:request',
      'devart:review:request',
      'devart:task:create',
      'devart:task:wait',
      'devart:workflow:run',
      'devart:workflow:wait',
    ]);
    for (const action of actions) {
      expect(action).toMatchObject({
        supportsDryRun: true,
        description: expect.any(String),
      });
    }
  });
});
