import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { StepServer } from '../../__testUtils__/StepServer';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

describe('runs', () => {
  let plane: TestControlPlane;
  let party: RunParty;
  let server: StepServer;

  beforeAll(async () => {
    server = await StepServer.start();
    plane = await TestControlPlane.start({
      config: { workflows: { http: { allowedHosts: [server.host] } } },
    });
    party = new RunParty(plane);
  });

  afterAll(async () => {
    await plane.stop();
    await server.stop();
  });

  /** The status of every step run, by step. */
  function statuses(run: { stepRuns: { step: string; status: string }[] }) {
    return Object.fromEntries(
      run.stepRuns.map(({ step, status }) => [step, status]),
    );
  }

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
    expect(task).toMatchObject({ title: 'Build main' });
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

  it('take a diamond once, and skip what a condition leaves out', async () => {
    const run = await party.run(
      `
      parameters: { type: object, properties: { deploy: { type: boolean, default: false } } }
      steps:
        - id: a
          wait: { for: 0s }
        - id: b
          needs: a
          http: { url: "${server.url}/200/diamond-b" }
        - id: c
          needs: a
          if: parameters.deploy
          http: { url: "${server.url}/200/diamond-c" }
        - id: d
          needs: [b, c]
          http: { url: "${server.url}/200/diamond-d" }
        - id: e
          needs: [b, c]
          if: always()
          http: { url: "${server.url}/200/diamond-e" }
    `,
    );
    expect(statuses(run)).toEqual({
      a: 'succeeded',
      b: 'succeeded',
      c: 'skipped',
      d: 'skipped',
      e: 'succeeded',
    });
    expect(run.status).toBe('succeeded');
    expect(server.callsOf('/200/diamond-b')).toHaveLength(1);
    expect(server.callsOf('/200/diamond-c')).toHaveLength(0);
    expect(server.callsOf('/200/diamond-e')).toHaveLength(1);
  });

  it('try again with a delay, under another idempotency key', async () => {
    const run = await party.run(`
      steps:
        - id: flaky
          retry: { maxAttempts: 3, delay: 50ms }
          http: { method: POST, url: "${server.url}/flaky/2/retry", body: { a: 1 } }
    `);
    expect(run.status).toBe('succeeded');
    expect(run.stepRuns[0].attempt).toBe(3);
    const keys = server
      .callsOf('/flaky/2/retry')
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys[0]).toBe(`devart-step-${run.stepRuns[0].id}-1`);
    expect(server.callsOf('/flaky/2/retry')[0].headers.traceparent).toBe(
      run.traceparent,
    );
  });

  it('fail when a step does, and say which and why', async () => {
    const run = await party.run(`
      steps:
        - id: bad
          retry: { maxAttempts: 2, delay: 10ms }
          http: { url: "${server.url}/500/bad" }
        - id: after
          needs: bad
          wait: { for: 0s }
        - id: report
          needs: bad
          if: failure()
          http: { url: "${server.url}/200/report" }
    `);
    expect(run.status).toBe('failed');
    expect(run.error).toMatch(/^Step bad failed: .*500/);
    expect(statuses(run)).toEqual({
      bad: 'failed',
      after: 'skipped',
      report: 'succeeded',
    });
  });

  it('end as partial when only steps failed that may', async () => {
    const run = await party.run(`
      steps:
        - id: lint
          continueOnError: true
          http: { url: "${server.url}/500/lint" }
        - id: build
          needs: lint
          wait: { for: 0s }
    `);
    expect(run.status).toBe('partial');
    expect(statuses(run)).toEqual({ lint: 'failed', build: 'succeeded' });
  });

  it('take back what had succeeded, last first, when they fail', async () => {
    const run = await party.run(`
      steps:
        - id: one
          http: { method: POST, url: "${server.url}/200/one" }
          compensate:
            http: { method: DELETE, url: "${server.url}/200/undo/one/\${{ steps.one.outputs.status }}" }
        - id: two
          needs: one
          http: { method: POST, url: "${server.url}/200/two" }
          compensate:
            http: { method: DELETE, url: "${server.url}/500/undo/two" }
        - id: three
          needs: two
          http: { method: POST, url: "${server.url}/500/three" }
          compensate:
            http: { method: DELETE, url: "${server.url}/200/undo/three" }
    `);
    expect(run.status).toBe('failed');
    const undone = server.calls
      .map(({ path }) => path)
      .filter(path => path.includes('/undo/'));
    expect(undone).toEqual(['/500/undo/two', '/200/undo/one/200']);
    expect(statuses(run)).toMatchObject({
      'two.compensate': 'failed',
      'one.compensate': 'succeeded',
    });
  });

  it('stop when they are cancelled, with the tasks and runs they began', async () => {
    const child = await party.publish(`
      steps:
        - id: work
          task: { title: Work of the child, capabilities: [nobody] }
    `);
    const run = await party.start(`
      steps:
        - id: done
          http: { url: "${server.url}/200/cancelled/do" }
          compensate:
            http: { method: POST, url: "${server.url}/200/cancelled/undo" }
        - id: task
          needs: done
          task: { title: Never done, capabilities: [nobody] }
        - id: child
          needs: done
          workflow: { name: ${child.name} }
        - id: approval
          needs: done
          approval: { title: Go? }
        - id: after
          needs: [task, child, approval]
          wait: { for: 0s }
        - id: cleanup
          needs: [task]
          if: cancelled()
          http: { url: "${server.url}/200/cancelled/cleanup" }
    `);
    const sam = plane.as('supervisor');
    const { stepRuns } = await eventually(async () => {
      const begun = await sam.runs.get({ id: run.id });
      expect(begun.waitingFor ?? begun.stepRuns[1].taskId).toBeDefined();
      return begun;
    });
    const taskId = stepRuns.find(({ step }) => step === 'task')!.taskId!;
    const approvalId = stepRuns.find(({ approvalId: id }) => id)!.approvalId!;
    const childRunId = stepRuns.find(({ childRunId: id }) => id)!.childRunId!;
    await sam.runs.cancel({ id: run.id, reason: 'changed my mind' });
    const ended = await party.ended(run.id);
    expect(ended.status).toBe('cancelled');
    expect(ended.error).toBe('Cancelled by user:default/sam: changed my mind');
    expect(statuses(ended)).toEqual({
      done: 'succeeded',
      task: 'cancelled',
      child: 'cancelled',
      approval: 'cancelled',
      after: 'cancelled',
      cleanup: 'succeeded',
      'done.compensate': 'succeeded',
    });
    await eventually(async () => {
      expect((await sam.tasks.get({ id: taskId })).status).toBe('cancelled');
      expect((await sam.approvals.get({ id: approvalId })).status).toBe(
        'cancelled',
      );
      expect((await sam.runs.get({ id: childRunId })).status).toBe('cancelled');
    });
    await expect(sam.runs.cancel({ id: run.id })).resolves.toMatchObject({
      status: 'cancelled',
    });
  });

  it.each(['cancelled', 'rejected', 'dead_letter'] as const)(
    'do not count a task that ended as %s as done',
    async how => {
      const agent = await plane.agent({ capabilities: [`fails-${how}`] });
      const run = await party.start(
        `
        steps:
          - id: task
            task: { title: T, capabilities: [fails-${how.replace('_', '-')}], maxAttempts: 1 }
      `.replaceAll(`fails-${how.replace('_', '-')}`, `fails-${how}`),
      );
      const sam = plane.as('supervisor');
      const { stepRuns } = await sam.runs.get({ id: run.id });
      const id = stepRuns[0].taskId!;
      if (how === 'cancelled') {
        await sam.tasks.cancel({ id });
      } else if (how === 'rejected') {
        await sam.tasks.setStatus({
          id,
          status: 'waiting',
          waitingReason: 'input',
        });
        await sam.tasks.setStatus({ id, status: 'rejected' });
      } else {
        const [task] = await party.claim(agent);
        await agent.client.tasks.reportFailure({
          id,
          attempt: task.attempt,
          error: 'it broke',
        });
      }
      const ended = await party.ended(run.id);
      expect(ended.status).toBe('failed');
      expect(ended.stepRuns[0].status).toBe('failed');
    },
  );

  it('wait for a decision, whose edits are the outputs', async () => {
    const run = await party.start(`
      steps:
        - id: gate
          approval: { title: Release, edit: { percent: 10 } }
        - id: after
          needs: gate
          wait: { for: 0s }
          outputs: { percent: "\${{ steps.gate.outputs.percent }}" }
    `);
    expect(run.waitingFor).toBe('A decision on “Release”');
    const [gate] = run.stepRuns;
    expect(gate).toMatchObject({
      status: 'waiting',
      waiting: { reason: 'approval' },
    });
    const ada = plane.as('admin');
    await expect(
      plane
        .as('supervisor')
        .approvals.decide({ id: gate.approvalId!, decision: 'approve' }),
    ).rejects.toMatchObject({ statusCode: 403 });
    const { version, subject } = await ada.approvals.get({
      id: gate.approvalId!,
    });
    expect(subject).toMatchObject({
      kind: 'run',
      id: run.id,
      name: `${run.workflow.title} #1`,
      step: 'gate',
    });
    await ada.approvals.decide({
      id: gate.approvalId!,
      decision: 'approve',
      edit: { percent: 25 },
      ifVersion: version,
    });
    const ended = await party.ended(run.id);
    expect(ended.status).toBe('succeeded');
    expect(ended.stepRuns[1].outputs).toEqual({ percent: 25 });
  });

  it('fail when a decision is no, or a step or the run takes too long', async () => {
    const refused = await party.start(`
      steps:
        - id: gate
          approval: { title: Release }
    `);
    await plane.as('admin').approvals.decide({
      id: refused.stepRuns[0].approvalId!,
      decision: 'reject',
      comment: 'not today',
    });
    expect((await party.ended(refused.id)).stepRuns[0].error).toBe(
      'The approval was rejected by user:default/ada: not today',
    );

    const slow = await party.run(`
      steps:
        - id: slow
          timeout: 100ms
          http: { url: "${server.url}/slow/5000/x" }
        - id: task
          timeout: 100ms
          task: { title: T, capabilities: [nobody] }
    `);
    expect(slow.status).toBe('failed');
    expect(slow.stepRuns.map(({ error }) => error)).toEqual([
      'It took longer than 100ms',
      'It took longer than 100ms',
    ]);
    await eventually(async () => {
      const { taskId } = slow.stepRuns[1];
      const task = await plane.as('viewer').tasks.get({ id: taskId! });
      expect(task.status).toBe('cancelled');
    });

    const late = await party.run(`
      timeout: 200ms
      steps:
        - id: long
          wait: { for: 1h }
        - id: next
          needs: long
          if: always()
          wait: { for: 0s }
    `);
    expect(late.status).toBe('failed');
    expect(late.error).toMatch(/longer than/);
    expect(statuses(late)).toEqual({ long: 'cancelled', next: 'cancelled' });
  });

  it('run other workflows, and bound how deep', async () => {
    const child = await party.publish(`
      parameters: { type: object, required: [n], properties: { n: { type: integer } } }
      steps:
        - id: s
          wait: { for: 0s }
      outputs: { m: "\${{ parameters.n * 10 }}" }
    `);
    const run = await party.run(`
      steps:
        - id: child
          workflow: { name: ${child.name}, version: "^1.0.0", parameters: { n: 4 } }
        - id: after
          needs: child
          wait: { for: 0s }
          outputs: { m: "\${{ steps.child.outputs.m }}" }
        - id: wrong
          continueOnError: true
          workflow: { name: ${child.name}, parameters: { n: many } }
        - id: unknown
          continueOnError: true
          workflow: { name: there-is-none }
    `);
    expect(run.status).toBe('partial');
    const byStep = Object.fromEntries(run.stepRuns.map(row => [row.step, row]));
    expect(byStep.after.outputs).toEqual({ m: 40 });
    expect(byStep.wrong.error).toMatch(/parameters\.n/);
    expect(byStep.unknown.error).toMatch(/no workflow named there-is-none/);
    const { items } = await plane
      .as('viewer')
      .runs.list({ parentRunId: run.id });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      trigger: 'workflow',
      parentRunId: run.id,
    });

    const calls = (name: string) => `
      steps:
        - id: again
          workflow: { name: ${name} }
    `;
    const { id } = await party.publish(calls('pong'), { name: 'ping' });
    const pong = await party.publish(calls('ping'), { name: 'pong' });
    const top = await plane.as('supervisor').workflows.trigger({ id });
    const ended = await party.ended(top.id);
    expect(ended.status).toBe('failed');
    const counts = [];
    for (const workflowId of [id, pong.id]) {
      const page = await plane.as('viewer').runs.list({ workflowId });
      counts.push(page.items.length);
    }
    expect(counts).toEqual([5, 4]);
  });

  it('do operations in the name of whoever started them, with the rights they have', async () => {
    const spec = `
      steps:
        - id: make
          operation: { id: tasks.create, input: { title: From a run } }
    `;
    const run = await party.run(spec);
    const made = run.stepRuns[0].outputs as { id: string; createdBy: string };
    expect(made.createdBy).toBe('user:default/sam');
    const task = await plane.as('viewer').tasks.get({ id: made.id });
    expect(task.title).toBe('From a run');

    const admin = await party.publish(`
      steps:
        - id: remove
          operation: { id: agents.delete, input: { id: 0190a0a0-0000-7000-8000-000000000000 } }
    `);
    await expect(
      plane.as('supervisor').workflows.trigger({ id: admin.id }),
    ).rejects.toMatchObject({
      statusCode: 403,
      body: {
        error: { message: expect.stringContaining('Step remove') },
      },
    });
    for (const id of ['approvals.decide', 'agents.register', 'agents.claim']) {
      await expect(
        party.publish(`
          steps:
            - id: s
              operation: { id: ${id} }
        `),
      ).rejects.toMatchObject({ statusCode: 400 });
    }
  });

  it('reach no host that the configuration does not name', async () => {
    const run = await party.run(`
      steps:
        - id: other
          continueOnError: true
          http: { url: "http://localhost:1/" }
        - id: meta
          continueOnError: true
          http: { url: "http://169.254.169.254/latest" }
        - id: away
          continueOnError: true
          http: { url: "${server.url}/away/x" }
        - id: large
          continueOnError: true
          http: { url: "${server.url}/large/x" }
    `);
    expect(run.status).toBe('partial');
    const errors = run.stepRuns.map(({ error }) => error);
    expect(errors[0]).toMatch(/not among devart\.workflows/);
    expect(errors[1]).toMatch(/not among devart\.workflows/);
    expect(errors[2]).toMatch(/127\.0\.0\.2:9 is not among/);
    expect(errors[3]).toMatch(/larger than/);
  });

  it('are resumed from where they failed, after a preview', async () => {
    const ok = `${server.url}/200/resume`;
    const run = await party.run(`
      steps:
        - id: before
          http: { method: POST, url: "${ok}/before" }
        - id: each
          needs: before
          matrix: { n: [0, 1, 2] }
          http: { method: PUT, url: "${server.url}/\${{ matrix.n == 1 ? 'flaky' : '200' }}/1/each" }
        - id: external
          needs: before
          http: { method: POST, url: "${server.url}/flaky/1/external" }
        - id: after
          needs: [each, external]
          http: { url: "${ok}/after" }
    `);
    expect(run.status).toBe('failed');
    const sam = plane.as('supervisor');
    const preview = await sam.runs.resumePreview({ id: run.id });
    expect(preview.steps.map(({ step, action }) => [step, action])).toEqual(
      expect.arrayContaining([
        ['before', 'reuse'],
        ['each', 'repeat'],
        ['external', 'repeat'],
        ['after', 'first-time'],
      ]),
    );
    expect(preview.repeatsExternal).toBe(true);
    await expect(sam.runs.resume({ id: run.id })).rejects.toMatchObject({
      statusCode: 400,
    });
    const again = await sam.runs.resume({
      id: run.id,
      confirmExternal: true,
      idempotencyKey: `resume-${run.id}`,
    });
    const same = await sam.runs.resume({
      id: run.id,
      confirmExternal: true,
      idempotencyKey: `resume-${run.id}`,
    });
    expect(same.id).toBe(again.id);
    const ended = await party.ended(again.id);
    expect(ended).toMatchObject({
      status: 'succeeded',
      trigger: 'resume',
      resumedFrom: run.id,
    });
    expect(server.callsOf('/200/resume/before')).toHaveLength(1);
    expect(server.callsOf('/200/1/each')).toHaveLength(2);
    expect(
      ended.stepRuns.filter(({ reused }) => reused).map(({ step }) => step),
    ).toEqual(['before', 'each', 'each']);
    await expect(sam.runs.resume({ id: ended.id })).rejects.toMatchObject({
      statusCode: 409,
    });
  });

  it('keep to the version they began with', async () => {
    const name = 'pinned';
    const spec = (n: number) => `
      steps:
        - id: gate
          wait: { event: { topic: custom.pinned } }
        - id: s
          needs: gate
          wait: { for: 0s }
          outputs: { n: ${n} }
    `;
    const { id } = await party.publish(spec(1), { name });
    const sam = plane.as('supervisor');
    const old = await sam.workflows.trigger({ id });
    await party.publish(spec(2), { name, version: '1.1.0' });
    const young = await sam.workflows.trigger({ id });
    const pinned = await sam.workflows.trigger({ id, version: '1.0.0' });
    await sam.runs.sendEvent({ topic: 'custom.pinned' });
    const outputs = [];
    for (const run of [old, young, pinned]) {
      const ended = await party.ended(run.id);
      outputs.push([ended.workflow.version, ended.stepRuns[1].outputs]);
    }
    expect(outputs).toEqual([
      ['1.0.0', { n: 1 }],
      ['1.1.0', { n: 2 }],
      ['1.0.0', { n: 1 }],
    ]);
  });

  it('leave events and hints', async () => {
    const run = await party.run(`
      steps:
        - id: s
          wait: { for: 0s }
    `);
    const { items } = await plane
      .as('viewer')
      .activity.list({ subjectId: run.id });
    expect(items.map(({ topic, actor }) => [topic, actor])).toEqual([
      ['run.succeeded', 'system:workflows'],
      ['run.started', 'user:default/sam'],
    ]);
    await eventually(async () => {
      expect(JSON.stringify(plane.hints)).toContain(run.id);
    });
  });
});
