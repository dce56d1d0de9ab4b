import fc from 'fast-check';
import type { KnownRun } from './KnownRun';
import { RememberedRuns } from './RememberedRuns';

/** As much of a run's state as is looked at. */
function known(id: string, version: number, size: number, ended = false) {
  const run = { id, version, phase: ended ? 'ended' : 'forward' };
  return { state: { run, size } } as unknown as KnownRun;
}

function stepsOf(runs: readonly KnownRun[]): number {
  return runs.reduce((sum, { state }) => sum + state.size, 0);
}

/** The latest of them, as many as have 20,000 steps at most. */
function latestOf(runs: readonly KnownRun[]): KnownRun[] {
  return runs.filter((_, index) => stepsOf(runs.slice(index)) <= 20_000);
}

describe('remembered runs', () => {
  it('are given out once, in the version that was asked for, and are bounded', () => {
    const action = fc.record({
      id: fc.nat(30).map(String),
      version: fc.nat(2),
      size: fc.integer({ min: 1, max: 4000 }),
      ended: fc.boolean(),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), actions => {
        const runs = new RememberedRuns();
        /** What could be remembered, the latest last. */
        let model: KnownRun[] = [];
        const answers: boolean[] = [];
        for (const { id, version, size, ended, take } of actions) {
          const others = model.filter(one => one.state.run.id !== id);
          if (take) {
            const taken = runs.take(id, version);
            answers.push(
              taken === undefined ||
                (model.includes(taken) && taken.state.run.version === version),
            );
            model = others;
            continue;
          }
          const one = known(id, version, size, ended);
          runs.keep(one);
          model = ended ? others : [...others, one];
          model = latestOf(model);
        }
        expect(answers).not.toContain(false);
        for (const one of model) {
          const { id, version } = one.state.run;
          expect(runs.take(id, version)).toBe(one);
          expect(runs.take(id, version)).toBe(undefined);
        }
      }),
    );
  });
});
