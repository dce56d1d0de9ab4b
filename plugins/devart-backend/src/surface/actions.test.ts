import { allOperations } from '@devart/plugin-devart-common';
import request from 'supertest';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

describe('actions', () => {
  let plane: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
  });

  afterAll(async () => {
    await plane.stop();
  });

  const invoke = (name: string, token: string, input: object) =>
    request(plane.server)
      .post(
        `/api/devart/.backstage/actions/v1/actions/${encodeURIComponent(`devart:${name}`)}/invoke`,
      )
      .set('authorization', `Bearer ${token}`)
      .send(input);

  it('are the operations for people, but those that answer a secret or a document, with honest attributes', async () => {
    const { body } = await request(plane.server)
      .get('/api/devart/.backstage/actions/v1/actions')
      .set('authorization', `Bearer ${plane.tokenOf('admin')}`)
      .expect(200);
    const expected = allOperations.filter(
      ({ callers, answersSecret, document }) =>
        callers.people && !answersSecret && !document,
    );
    expect(body.actions).toHaveLength(expected.length);
    const byName = Object.fromEntries(
      body.actions.map((action: { name: string }) => [action.name, action]),
    );
    expect(byName['tasks-list'].attributes).toEqual({
      readOnly: true,
      destructive: false,
      idempotent: true,
    });
    expect(byName['tasks-delete'].attributes).toMatchObject({
      readOnly: false,
      destructive: true,
    });
    expect(byName['tasks-create'].schema.input).toMatchObject({
      required: ['title'],
      properties: {
        title: { type: 'string', maxLength: 200 },
        priority: { enum: ['critical', 'high', 'medium', 'low'] },
      },
    });
    expect(byName['agents-register']).toBeUndefined();
  });

  it('act with the rights of whoever calls them, by the same rules', async () => {
    const made = await invoke('tasks-create', plane.tokenOf('supervisor'), {
      title: 'Made by a tool',
    }).expect(200);
    expect(made.body.output.result).toMatchObject({
      title: 'Made by a tool',
      createdBy: 'user:default/sam',
    });
    await invoke('tasks-create', plane.tokenOf('viewer'), {
      title: 'Not allowed',
    }).expect(403);
    const refused = await invoke('tasks-create', plane.tokenOf('supervisor'), {
      title: 'x',
      entityRef: 'nonsense',
    }).expect(400);
    expect(refused.body.error.message).toContain('entityRef:');
  });
});
