import {
  ControlPlaneServer,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { run, RUN_ID, workflow, WORKFLOW_ID } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createWorkflowRunAction } from './workflowRun';

let server: ControlPlaneServer;
let known: ReturnType<typeof workflow>[];
let answer: () => unknown;

beforeEach(async () => {
  known = [workflow({ name: 'build-all' }), workflow()];
  answer = () => run();
  server = await ControlPlaneServer.start({
    'workflows.list': () => ({ items: known }),
    'workflows.trigger': () => answer(),
  });
});
afterEach(() => server.stop());

const action = () => createWorkflowRunAction(servicesFor(server.url));
const triggered = () =>
  server.calls.filter(call => call.operation === 'workflows.trigger');

describe('devart:workflow:run', () => {
  it.each(['build', 'Workflow:default/build', WORKFLOW_ID])(
    'starts a run of a workflow that is named as %s',
    async named => {
      const { output, error } = await runAction(action(), {
        input: {
          workflow: named,
          parameters: { path: '', deep: { a: [1] } },
          version: '',
          entityRef: 'component:default/shop',
        },
      });

      expect(error).toBeUndefined();
      expect(output).toEqual({
        runId: RUN_ID,
        number: 7,
        version: '1.2.0',
        url: `http://portal.example/devart/runs/${RUN_ID}`,
      });
      // Parameters are handed on as they are, empty texts included.
      expect(triggered()[0].input).toEqual({
        id: WORKFLOW_ID,
        parameters: { path: '', deep: { a: [1] } },
        entityRef: 'component:default/shop',
        idempotencyKey: expect.stringContaining('scaffolder:mock-task-id:'),
      });
    },
  );

  it('starts it once, however often the step runs', async () => {
    const checkpoints = new Map();
    const input = { workflow: 'build' };

    await runAction(action(), { input });
    await runAction(action(), { input, checkpoints });
    const resumed = await runAction(action(), { input, checkpoints });

    expect(resumed.output.runId).toBe(RUN_ID);
    const keys = triggered().map(call => call.input.idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it('fails with what the control plane says, and names a workflow that is not there', async () => {
    answer = () => {
      throw new Refusal(400, 'parameters.path: is missing');
    };
    const refused = await runAction(action(), { input: { workflow: 'build' } });
    expect(refused.error?.message).toBe('parameters.path: is missing');

    const missing = await runAction(action(), { input: { workflow: 'buil' } });
    expect(missing.error?.message).toContain("There is no workflow 'buil'");
    expect(triggered()).toHaveLength(1);
  });

  it('starts nothing in a dry run', async () => {
    const { output } = await runAction(action(), {
      input: { workflow: 'build' },
      isDryRun: true,
    });

    expect(server.calls).toEqual([]);
    expect(Object.keys(output)).toEqual(['runId', 'number', 'version', 'url']);
  });
});
