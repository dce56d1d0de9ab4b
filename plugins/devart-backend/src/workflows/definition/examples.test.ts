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
  it('builds, tests on every platform, and reviews where it was asked for', () => {
    const program = programOf('build-test-review');
    const all = walk(program, {
      parameters: { component: 'component:default/shop', revision: 'main' },
      outcomes: { build: { artifact: 'shop.tgz' }, summarise: { text: 'ok' } },
    });
    expect(Object.values(all.statuses)).toEqual(
      Array(program.steps.length).fill('succeeded'),
    );
    expect(all.actions.test).toEqual([
      expect.objectContaining({
        title: 'Test component:default/shop on linux',
        capabilities: ['test'],
        input: {
          build: { artifact: 'shop.tgz' },
          revision: 'main',
          platform: 'linux',
        },
      }),
      expect.objectContaining({
        title: 'Test component:default/shop on macos',
      }),
    ]);
    expect(program.runOutputs(all.scope)).toEqual({
      build: { artifact: 'shop.tgz' },
      tests: [{}, {}],
      summary: { text: 'ok' },
    });

    const quick = walk(program, { parameters: { review: false } });
    expect(quick.statuses).toMatchObject({
      review: 'skipped',
      summarise: 'succeeded',
    });
    const broken = walk(program, { outcomes: { test: 'failed' } });
    expect(broken.statuses).toMatchObject({
      review: 'succeeded',
      summarise: 'skipped',
    });
  });

  it('releases where people agree, region after region, and can go back', () => {
    const program = programOf('release-with-approval');
    const { scope, actions, statuses } = walk(program, {
      parameters: { version: '2.4.0', regions: ['eu', 'us'], soakSeconds: 5 },
      outcomes: {
        approve: { regions: ['eu'] },
        production: { release: 42 },
      },
    });
    expect(Object.values(statuses)).toEqual(
      Array(program.steps.length).fill('succeeded'),
    );
    expect(actions.soak).toEqual([{ type: 'wait', kind: 'for', ms: 5000 }]);
    expect(actions.approve).toEqual([
      expect.objectContaining({
        approvals: 2,
        edit: { regions: ['eu', 'us'] },
        effect: 'Version 2.4.0 serves customers in 2 region(s).',
        onExpiry: 'escalate',
        escalateTo: ['group:default/platform-admins'],
      }),
    ]);
    expect(actions.production).toHaveLength(1);
    expect(
      program.renderCompensation('production', {
        ...scope,
        matrix: { region: 'eu' },
        steps: {
          ...scope.steps,
          production: { status: 'succeeded', outputs: { release: 42 } },
        },
      }),
    ).toMatchObject({
      type: 'task',
      title: 'Take 2.4.0 back from eu',
      input: { region: 'eu', deployed: { release: 42 } },
    });
    expect(
      walk(program, {
        parameters: { version: '2.4.0' },
        outcomes: { approve: 'failed' },
      }).statuses,
    ).toMatchObject({ production: 'skipped', smoke: 'skipped' });
    expect(() => program.checkParameters({})).toThrow(
      'parameters.version: is missing',
    );
  });

  it('observes, decides, asks unless it is certain, acts, verifies and learns', () => {
    const program = programOf('observe-decide-act');
    const decide = (confidence: number, action = 'restart') =>
      walk(program, {
        outcomes: {
          decide: { action, confidence, reason: 'Memory grows' },
          approve: { action: 'scale-out' },
        },
      });
    const certain = decide(0.95);
    expect(certain.statuses).toMatchObject({
      approve: 'skipped',
      act: 'succeeded',
      verify: 'succeeded',
      learn: 'succeeded',
    });
    expect(certain.actions.act).toEqual([
      expect.objectContaining({
        input: { component: 'component:default/orders', action: 'restart' },
      }),
    ]);

    const unsure = decide(0.5);
    expect(unsure.actions.approve).toEqual([
      expect.objectContaining({
        title: 'component:default/orders: restart',
        description: 'Memory grows\n\nThe decision is 50 % certain.',
      }),
    ]);
    expect(unsure.actions.act).toEqual([
      expect.objectContaining({
        input: { component: 'component:default/orders', action: 'scale-out' },
      }),
    ]);

    expect(decide(1, 'none').statuses).toMatchObject({
      approve: 'skipped',
      act: 'skipped',
      verify: 'skipped',
      learn: 'succeeded',
    });
    expect(
      walk(program, {
        outcomes: {
          decide: { action: 'restart', confidence: 0 },
          approve: 'failed',
        },
      }).statuses,
    ).toMatchObject({ act: 'skipped', learn: 'succeeded' });
  });

  it('starts the loop from a webhook', () => {
    const program = programOf('observe-decide-act');
    const { if: condition } = program.document.spec.triggers[0] as {
      if: string;
    };
    const event = {
      headers: {},
      body: { component: 'component:default/shop' },
    };
    expect(program.eventMatches(condition, event)).toBe(true);
    expect(program.eventMatches(condition, { headers: {}, body: {} })).toBe(
      false,
    );
    expect(
      program.checkParameters(program.triggerParameters(0, event)),
    ).toMatchObject({
      component: 'component:default/shop',
      symptom: 'A webhook reported it.',
      confidenceThreshold: 0.9,
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
