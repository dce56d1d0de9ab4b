import { TestControlPlane } from '../__testUtils__/TestControlPlane';
import { RunParty } from '../__testUtils__/RunParty';

jest.setTimeout(60_000);

describe('runs', () => {
  let plane: TestControlPlane;
  let party: RunParty;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
    party = new RunParty(plane);
  });

  afterAll(async () => {
    await plane.stop();
  });

  it('do one step after the other and hand outputs on', async () => {
    const run = await party.run(`
      steps:
        - id: first
          wait: { for: 0s }
          outputs: { n: 1 }
        - id: second
          needs: first
          wait: { for: 0s }
          outputs: { n: "\${{ steps.first.outputs.n + 1 }}" }
        - id: third
          needs: second
          operation: { id: portal.me }
      outputs:
        n: "\${{ steps.second.outputs.n }}"
        actor: "\${{ steps.third.outputs.actor }}"
    `);
    expect(run).toMatchObject({
      status: 'succeeded',
      number: 1,
      path: `/devart/runs/${run.id}`,
      trigger: 'manual',
      startedBy: 'user:default/sam',
      outputs: { n: 2, actor: 'user:default/sam' },
      steps: { total: 3, succeeded: 3, failed: 0, open: 0 },
    });
  });

  it('create tasks for agents, and end with what these answer', async () => {
    const agent = await plane.agent({ capabilities: ['build'] });
    const run = await party.start(
      `
      parameters: { type: object, properties: { branch: { type: string } } }
      steps:
        - id: build
          task: { title: "Build \${{ parameters.branch }}", capabilities: [build] }
        - id: after
          needs: build
          wait: { for: 0s }
          outputs: { got: "\${{ steps.build.outputs.artifact }}" }
    `,
      { branch: 'main' },
    );
    expect(run.status).toBe('running');
    const [task] = await party.claim(agent);
    expect(task).toMatchObject({ title: "Build main" });
    expect(task.traceparent).toBe(run.traceparent);
    await agent.client.tasks.complete({
      id: task.id,
      attempt: task.attempt,
      output: { artifact: 'a.tgz' },
    });
    const ended = await plane.as('viewer').runs.get({ id: run.id });
    expect(ended.status).toBe('succeeded');
    expect(ended.stepRuns[1].outputs).toEqual({ got: 'a.tgz' });
  });

  it('spread over a matrix and come together again', async () => {
    const run = await party.run(`
      steps:
        - id: plan
          wait: { for: 0s }
          outputs: { items: "\${{ [1, 2, 3, 4, 5, 6, 7, 8] }}" }
        - id: each
          needs: plan
          matrix: { item: "\${{ steps.plan.outputs.items }}" }
          maxParallel: 3
          wait: { for: 10ms }
          outputs: { doubled: "\${{ matrix.item * 2 }}" }
        - id: join
          needs: each
          wait: { for: 0s }
          outputs: { all: "\${{ steps.each.outputs.map(o, o.doubled) }}" }
    `);
    expect(run.error).toBeUndefined();
    expect(run.status).toBe('succeeded');
    expect(run.stepRuns.at(-1)!.outputs).toEqual({
      all: [2, 4, 6, 8, 10, 12, 14, 16],
    });
    expect(run.steps.total).toBe(10);
  });
});
