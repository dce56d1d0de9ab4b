import {
  ControlPlaneServer,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { task, TASK_ID } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createTaskCreateAction } from './taskCreate';

let server: ControlPlaneServer;
let answer: () => unknown;

beforeEach(async () => {
  answer = () => task();
  server = await ControlPlaneServer.start({ 'tasks.create': () => answer() });
});
afterEach(() => server.stop());

const action = () => createTaskCreateAction(servicesFor(server.url));

describe('devart:task:create', () => {
  it('creates a task', async () => {
    const input = {
      title: 'Upgrade the runtime',
      description: 'Only the build.',
      type: 'upgrade',
      capabilities: ['node'],
      entityRef: 'component:default/shop',
      input: { to: '24' },
      priority: 'low',
      maxAttempts: 2,
      runAfter: '2030-01-01T02:00:00Z',
    };

    const { output, error } = await runAction(action(), { input });

    expect(error).toBeUndefined();
    expect(output).toEqual({
      taskId: TASK_ID,
      url: `http://portal.example/devart/tasks/${TASK_ID}`,
    });
    expect(server.calls[0].input).toEqual({
      ...input,
      idempotencyKey: expect.stringContaining('scaffolder:mock-task-id:'),
    });
  });

  it('creates it once, however often the step runs', async () => {
    const checkpoints = new Map();
    const input = { title: 'Upgrade the runtime' };

    await runAction(action(), { input });
    await runAction(action(), { input, checkpoints });
    const resumed = await runAction(action(), { input, checkpoints });

    expect(resumed.output.taskId).toBe(TASK_ID);
    const keys = server.calls.map(call => call.input.idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it('fails with what the control plane says', async () => {
    answer = () => {
      throw new Refusal(403, 'Create a task needs the role supervisor');
    };

    const { error } = await runAction(action(), { input: { title: 'x' } });

    expect(error?.message).toBe('Create a task needs the role supervisor');
  });

  it('creates nothing in a dry run', async () => {
    const { output } = await runAction(action(), {
      input: { title: 'x' },
      isDryRun: true,
    });

    expect(server.calls).toEqual([]);
    expect(Object.keys(output)).toEqual(['taskId', 'url']);
  });
});
