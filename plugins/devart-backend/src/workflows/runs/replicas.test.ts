import fc from 'fast-check';
import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { StepServer } from '../../__testUtils__/StepServer';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(180_000);

type Outcome = 'ok' | 'fails' | 'may-fail';
type Condition = 'none' | 'always()' | 'failure()';

interface ModelStep {
  needs: number[];
  outcome: Outcome;
  condition: Condition;
}

/** Workflows whose steps need any of those before them. */
const graphs: fc.Arbitrary<ModelStep[]> = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(20), { maxLength: 3 }),
      outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'fails', 'may-fail'),
      condition: fc.constantFrom<Condition>(
        'none',
        'none',
        'none',
        'always()',
        'failure()',
      ),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map(steps =>
    steps.map((step, index) => ({
      ...step,
      needs:
        index === 0 ? [] : [...new Set(step.needs.map(need => need % index))],
    })),
  );

/** What becomes of every step and of the run, by the rules as the documentation states them. */
function predict(steps: ModelStep[]): { statuses: string[]; run: string } {
  const statuses: string[] = [];
  const before = (index: number): number[] => [
    ...new Set(steps[index].needs.flatMap(need => [need, ...before(need)])),
  ];
  for (const [index, { needs, outcome, condition }] of steps.entries()) {
    const hasFailed = before(index).some(
      other => statuses[other] === 'failed' && steps[other].outcome === 'fails',
    );
    const allGood = needs.every(
      need =>
        statuses[need] === 'succeeded' ||
        (statuses[need] === 'failed' && steps[need].outcome === 'may-fail'),
    );
    const isDone = { none: allGood, 'always()': true, 'failure()': hasFailed }[
      condition
    ];
    const end = outcome === 'ok' ? 'succeeded' : 'failed';
    statuses.push(isDone ? end : 'skipped');
  }
  const failed = steps.filter((_, index) => statuses[index] === 'failed');
  const isDecisive = failed.some(({ outcome }) => outcome === 'fails');
  const mild = failed.length > 0 ? 'partial' : 'succeeded';
  return { statuses, run: isDecisive ? 'failed' : mild };
}

describe('two replicas', () => {
  let server: StepServer;
  let plane: TestControlPlane;
  let other: TestControlPlane;
  let party: RunParty;

  beforeAll(async () => {
    server = await StepServer.start();
    const config = {
      workflows: {
        leaseSeconds: 1,
        http: { allowedHosts: [server.host] },
      },
    };
    plane = await TestControlPlane.start({ config });
    other = await TestControlPlane.start({
      config,
      databasePrefix: plane.databasePrefix,
    });
    party = new RunParty(plane);
  });

  afterAll(async () => {
    await Promise.all([plane.stop(), other.stop()]);
    await server.stop();
  });

  it('end any workflow as its rules say, doing no step twice', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(graphs, async steps => {
        const mark = `g${count++}`;
        const written = steps.map(
          ({ needs, outcome, condition }, index) => `
        - id: s${index}
          needs: [${needs.map(need => `s${need}`).join(', ')}]
          if: ${condition === 'none' ? 'true' : condition}
          continueOnError: ${outcome === 'may-fail'}
          http: { method: POST, url: "${server.url}/${outcome === 'ok' ? 200 : 400}/${mark}/s${index}" }`,
        );
        const { id } = await party.publish(`
      steps:${written.join('')}
    `);
        const replica = count % 2 ? plane : other;
        const run = await replica.as('supervisor').workflows.trigger({ id });
        const ended = await party.ended(run.id, 60_000);
        const expected = predict(steps);
        expect(ended.status).toBe(expected.run);
        const statuses = new Map(
          ended.stepRuns.map(({ step, status }) => [step, status as string]),
        );
        for (const [index, status] of expected.statuses.entries()) {
          expect([index, statuses.get(`s${index}`)]).toEqual([index, status]);
          const calls = server.calls.filter(({ path }) =>
            path.endsWith(`/${mark}/s${index}`),
          );
          expect(calls).toHaveLength(status === 'skipped' ? 0 : 1);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('number runs without repetition, and without gap while the version stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 6 })), {
          minLength: 4,
          maxLength: 12,
        }),
        fc.nat(15),
        async (bursts, publishAt) => {
          const spec = 'steps: [{ id: a, wait: { for: 0s } }]';
          const { id, name } = await party.publish(spec);
          const numbers: number[] = [];
          for (const [index, [first, size]] of bursts.entries()) {
            if (index === publishAt) {
              await party.publish(spec, { name, version: '1.1.0' });
            }
            const replica = (first ? plane : other).as('supervisor');
            // While one replica starts many, the other starts one.
            const rival = (first ? other : plane).as('supervisor');
            const runs = await Promise.all([
              ...Array.from({ length: size }, () =>
                replica.workflows.trigger({ id }),
              ),
              ...(index % 3 === 2 ? [rival.workflows.trigger({ id })] : []),
            ]);
            numbers.push(...runs.map(run => run.number));
            expect(new Set(runs.map(run => run.workflow.version))).toEqual(
              new Set([index >= publishAt ? '1.1.0' : '1.0.0']),
            );
          }
          expect(new Set(numbers).size).toBe(numbers.length);
          const left = Math.max(...numbers) - numbers.length;
          expect(publishAt >= bursts.length ? left : 0).toBe(0);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('take over what one of them had in hand, unless that reaches out', async () => {
    const doomed = await TestControlPlane.start({
      config: {
        workflows: { leaseSeconds: 1, http: { allowedHosts: [server.host] } },
      },
      databasePrefix: plane.databasePrefix,
    });
    const { id } = await party.publish(`
      steps:
        - id: harmless
          http: { url: "${server.url}/slow/3000/harmless" }
        - id: external
          http: { method: POST, url: "${server.url}/slow/3000/external" }
        - id: after
          needs: harmless
          wait: { for: 0s }
    `);
    const run = await doomed.as('supervisor').workflows.trigger({ id });
    await eventually(async () => {
      expect(server.callsOf('/slow/3000/harmless')).toHaveLength(1);
      expect(server.callsOf('/slow/3000/external')).toHaveLength(1);
    });
    // As if it were gone: it does not say any more that it is there.
    const sql = plane.sql();
    try {
      await sql.raw(
        `update workflow_steps set held_by = gen_random_uuid() where run_id = ? and held_by is not null`,
        [run.id],
      );
      await sql.raw(
        'update workflow_runs set version = version + 1 where id = ?',
        [run.id],
      );
    } finally {
      await sql.destroy();
    }
    const ended = await party.ended(run.id, 30_000);
    await doomed.stop();
    expect(ended.status).toBe('failed');
    expect(ended.stepRuns.map(({ step, status }) => [step, status])).toEqual([
      ['harmless', 'succeeded'],
      ['external', 'failed'],
      ['after', 'succeeded'],
    ]);
    expect(ended.stepRuns[1].error).toMatch(/not known whether/);
    const harmless = server.callsOf('/slow/3000/harmless');
    expect(harmless).toHaveLength(2);
    // The same attempt, so that a receiver who cares can tell.
    expect(
      new Set(harmless.map(({ headers }) => headers['idempotency-key'])).size,
    ).toBe(1);
    expect(server.callsOf('/slow/3000/external')).toHaveLength(1);
  });

  it('go on with runs of a replica that stopped', async () => {
    const doomed = await TestControlPlane.start({
      config: { workflows: { leaseSeconds: 1 } },
      databasePrefix: plane.databasePrefix,
    });
    const { id } = await party.publish(`
      steps:
        - id: pause
          wait: { for: 800ms }
        - id: each
          needs: pause
          matrix: { n: [1, 2, 3] }
          wait: { for: 300ms }
        - id: join
          needs: each
          wait: { for: 0s }
    `);
    const runs = await Promise.all(
      Array.from({ length: 20 }, () =>
        doomed.as('supervisor').workflows.trigger({ id }),
      ),
    );
    await doomed.stop();
    for (const run of runs) {
      expect((await party.ended(run.id, 30_000)).status).toBe('succeeded');
    }
  });
});
