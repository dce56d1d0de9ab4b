import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { parseWorkflow } from './parseWorkflow';
import type { RunScope, StepScope } from './RunScope';
import { WorkflowProgram } from './WorkflowProgram';

const ROOT = resolve(__dirname, '../../../../..');

const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

function programOf(name: string): WorkflowProgram {
  const { problems, document } = parseWorkflow(
    read(`examples/workflows/${name}.yaml`),
  );
  expect(problems).toEqual([]);
  return WorkflowProgram.compile(document!);
}

type Done = Record<string, unknown>;

/** Does the steps of a run one after the other; each comes to what `outcomes` says of its id. */
function walk(
  program: WorkflowProgram,
  options: { parameters?: Done; outcomes?: Record<string, Done | 'failed'> },
) {
  const scope: RunScope = {
    parameters: program.checkParameters(options.parameters ?? {}),
    run: {
      id: 'r1',
      number: 1,
      startedBy: 'user:default/ada',
      startedAt: '2026-01-01T00:00:00.000Z',
      workflow: program.document.metadata.name,
      version: program.document.spec.version,
    },
    trigger: { type: 'manual', data: {} },
    steps: {},
  };
  const actions: Record<string, unknown[]> = {};
  const statuses: Record<string, StepScope['status']> = {};
  for (const { id } of program.steps) {
    const outcome = options.outcomes?.[id] ?? {};
    if (program.shouldRun(id, scope)) {
      const combinations = program.expandMatrix(id, scope);
      const scopes = combinations?.map(({ values }) => ({
        ...scope,
        matrix: values,
      })) ?? [scope];
      actions[id] = scopes.map(one => program.renderAction(id, one));
      const outputs = scopes.map(one =>
        outcome === 'failed' ? undefined : program.outputsOf(id, one, outcome),
      );
      scope.steps[id] =
        outcome === 'failed'
          ? { status: 'failed', error: 'It did not work' }
          : {
              status: 'succeeded',
              outputs: combinations ? outputs : outputs[0],
            };
    } else {
      scope.steps[id] = { status: 'skipped' };
    }
    statuses[id] = scope.steps[id].status;
  }
  return { scope, actions, statuses };
}

describe('the workflows that ship', () => {
  it('build, test and review one commit, and review only where it was asked for', () => {
    const program = programOf('build-test-review');
    const outcomes = {
      build: { revision: 'abc' },
      test: { tests: { total: 6 } },
      request: { id: 'r7' },
      review: { taskId: 't1', conclusion: 'success', counts: { error: 0 } },
    };
    const all = walk(program, {
      parameters: { repository: '.', revision: 'main' },
      outcomes,
    });
    expect(Object.values(all.statuses)).toEqual(
      Array(program.steps.length).fill('succeeded'),
    );
    expect(all.actions.test).toEqual([
      expect.objectContaining({
        title: 'Test component:default/hello-service at main',
        capabilities: ['test'],
        input: {
          repository: '.',
          path: 'examples/services/hello-service',
          revision: 'abc',
        },
      }),
    ]);
    expect(program.runOutputs(all.scope)).toEqual({
      revision: 'abc',
      tests: { total: 6 },
      review: { taskId: 't1', conclusion: 'success', counts: { error: 0 } },
    });

    const quick = walk(program, {
      parameters: { repository: '.', review: false },
      outcomes,
    });
    expect(quick.statuses).toEqual({
      build: 'succeeded',
      test: 'succeeded',
      request: 'skipped',
      reviewed: 'skipped',
      review: 'skipped',
    });
    expect(program.runOutputs(quick.scope)).toMatchObject({ review: {} });
  });

  it('release what was tested, measure as was approved, and can go back', () => {
    const program = programOf('release-with-approval');
    const parameters = { repository: '.', target: 'shop' };
    const { scope, actions, statuses } = walk(program, {
      parameters,
      outcomes: {
        test: { revision: 'abc' },
        approve: { verifySeconds: 60, maxErrorRate: 0 },
        deploy: { release: 'abc' },
        observe: { samples: 600 },
        verify: { reasons: ['fine'] },
      },
    });
    expect(Object.values(statuses)).toEqual(
      Array(program.steps.length).fill('succeeded'),
    );
    expect(actions.approve).toEqual([
      expect.objectContaining({
        approvals: 1,
        edit: { verifySeconds: 5, maxErrorRate: 0.05 },
        effect: 'shop serves this commit.',
        onExpiry: 'escalate',
        escalateTo: ['group:default/platform-admins'],
      }),
    ]);
    expect(actions.deploy).toEqual([
      expect.objectContaining({
        input: expect.objectContaining({ revision: 'abc', target: 'shop' }),
      }),
    ]);
    expect(actions.observe).toEqual([
      expect.objectContaining({
        input: { target: 'shop', start: true, path: '/', windowSeconds: 60 },
      }),
    ]);
    expect(actions.verify).toEqual([
      expect.objectContaining({
        input: {
          observation: { samples: 600 },
          thresholds: { errorRate: 0 },
          mustBe: 'none',
        },
      }),
    ]);
    expect(program.renderCompensation('deploy', scope)).toMatchObject({
      type: 'task',
      capabilities: ['deploy'],
      input: { action: 'rollback', target: 'shop', release: 'abc' },
    });
    expect(
      walk(program, {
        parameters,
        outcomes: { test: { revision: 'abc' }, approve: 'failed' },
      }).statuses,
    ).toMatchObject({ deploy: 'skipped', verify: 'skipped' });
    expect(() => program.checkParameters({ target: '../x' })).toThrow(
      'parameters.target',
    );
  });

  it('observe, decide, ask unless it is certain, act and verify', () => {
    const program = programOf('observe-decide-act');
    const decide = (confidence: number, action = 'restart') =>
      walk(program, {
        parameters: { target: 'shop' },
        outcomes: {
          observe: { release: 'abc' },
          decide: { action, confidence, reasons: ['Half fails', 'It is old'] },
          approve: { action: 'rollback' },
        },
      });
    const certain = decide(0.99);
    expect(certain.statuses).toMatchObject({
      approve: 'skipped',
      act: 'succeeded',
      verify: 'succeeded',
    });
    expect(certain.actions.act).toEqual([
      expect.objectContaining({
        input: { action: 'restart', target: 'shop', release: 'abc' },
      }),
    ]);

    const unsure = decide(0.5);
    expect(unsure.actions.approve).toEqual([
      expect.objectContaining({
        title: 'shop: restart',
        description: 'Half fails; It is old\n\nThe decision is 50 % certain.',
      }),
    ]);
    expect(unsure.actions.act).toEqual([
      expect.objectContaining({
        input: { action: 'rollback', target: 'shop', release: 'abc' },
      }),
    ]);

    const nothing = decide(1, 'none');
    expect(nothing.statuses).toMatchObject({
      approve: 'skipped',
      act: 'skipped',
      verify: 'skipped',
    });
    expect(
      walk(program, {
        parameters: { target: 'shop' },
        outcomes: {
          observe: { release: 'abc' },
          decide: { action: 'restart', confidence: 0, reasons: [] },
          approve: 'failed',
        },
      }).statuses,
    ).toMatchObject({ act: 'skipped', verify: 'skipped' });
  });

  it('start the loop from a webhook', () => {
    const program = programOf('observe-decide-act');
    const { if: condition } = program.document.spec.triggers[0] as {
      if: string;
    };
    const event = { headers: {}, body: { target: 'shop' } };
    expect(program.eventMatches(condition, event)).toBe(true);
    expect(program.eventMatches(condition, { headers: {}, body: {} })).toBe(
      false,
    );
    expect(
      program.checkParameters(program.triggerParameters(0, event)),
    ).toMatchObject({
      target: 'shop',
      symptom: 'A webhook reported it.',
      confidenceThreshold: 0.95,
    });
  });
});

describe('the documentation', () => {
  const [, first] = /```yaml\n([\s\S]*?)```/.exec(
    read('docs/workflows/index.md'),
  )!;
  const [, answer] = /```json\n([\s\S]*?)```/.exec(
    read('docs/workflows/index.md'),
  )!;

  it('begins with a workflow that is one', () => {
    expect(parseWorkflow(first).problems).toEqual([]);
  });

  it('shows the problem that a slip in it gives', () => {
    const slip = first.replace('parameters.who', 'paramters.who');
    expect(parseWorkflow(slip).problems).toEqual(parse(answer).problems);
  });
});
