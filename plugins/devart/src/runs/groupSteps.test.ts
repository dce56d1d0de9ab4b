import type { StepStatus } from '@devart/plugin-devart-common';
import { aRunStep, uuid } from '../__testUtils__/samples';
import { groupSteps, matrixProgress } from './groupSteps';
import { stepNodes } from './stepNodes';
import { timelineOf } from './timelineOf';

const at = (minute: number) =>
  `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;

function matrixOf(statuses: StepStatus[]) {
  return statuses.map((status, index) =>
    aRunStep({
      id: uuid(index),
      step: 'test',
      name: 'Test it',
      needs: ['build'],
      status,
      costMicros: 1000,
      matrix: { index, values: { shard: index } },
      startedAt: status === 'pending' ? undefined : at(index + 1),
      finishedAt: status === 'succeeded' ? at(index + 2) : undefined,
    }),
  );
}

describe('the steps of a run in groups', () => {
  it('makes one of each matrix, whatever the order of its steps', () => {
    const [build, test] = groupSteps([
      aRunStep(),
      ...matrixOf(['succeeded', 'running', 'pending']).reverse(),
    ]);
    expect(build).toMatchObject({ id: 'build', isMatrix: false });
    expect(test).toMatchObject({
      id: 'test',
      isMatrix: true,
      status: 'running',
      ended: 1,
      costMicros: 3000,
      startedAt: at(1),
      finishedAt: undefined,
    });
    expect(test.items.map(({ matrix }) => matrix?.index)).toEqual([0, 1, 2]);
    expect(stepNodes([test], Date.parse(at(5)))[0].details).toEqual([
      '1 of 3',
      '4 min',
      'cost 0.003',
    ]);
  });

  it.each<[StepStatus, StepStatus[]]>([
    ['pending', ['pending', 'pending']],
    ['running', ['succeeded', 'pending']],
    ['waiting', ['succeeded', 'waiting', 'pending']],
    ['running', ['failed', 'running']],
    ['failed', ['succeeded', 'failed', 'cancelled']],
    ['cancelled', ['succeeded', 'cancelled']],
    ['succeeded', ['succeeded', 'skipped']],
    ['skipped', ['skipped', 'skipped']],
  ])('is %s when its parts are %j', (expected, statuses) => {
    expect(groupSteps(matrixOf(statuses))[0].status).toBe(expected);
  });

  it('says how many failed, and why it waits', () => {
    const steps = matrixOf(['failed', 'waiting']);
    steps[1].waiting = { reason: 'retry', message: 'Tried again in a minute' };
    const [group] = groupSteps(steps);
    expect(matrixProgress(group)).toBe('1 of 2, 1 failed');
    expect(group.waiting).toBe('Tried again in a minute');
  });
});

describe('the timeline of a run', () => {
  it('puts every step where it was, and leaves out what was not done here', () => {
    const groups = groupSteps([
      aRunStep({ startedAt: at(0), finishedAt: at(5) }),
      aRunStep({ step: 'ask', status: 'waiting', startedAt: at(5) }),
      aRunStep({ step: 'old', reused: true, startedAt: at(0) }),
      aRunStep({ step: 'later', status: 'pending' }),
    ]);
    const { seconds, bars } = timelineOf({
      groups,
      startedAt: at(0),
      now: Date.parse(at(10)),
    });
    expect(seconds).toBe(600);
    expect(bars.map(({ bar }) => bar)).toEqual([
      { left: 0, width: 50 },
      { left: 50, width: 50 },
      undefined,
      undefined,
    ]);
  });

  it('stays inside of the run, however short a step or wrong a clock', () => {
    const groups = groupSteps([
      aRunStep({ startedAt: at(20), finishedAt: at(20) }),
    ]);
    const [{ bar }] = timelineOf({
      groups,
      startedAt: at(0),
      finishedAt: at(10),
      now: 0,
    }).bars;
    expect(bar!.width).toBeGreaterThan(0);
    expect(bar!.left + bar!.width).toBeLessThanOrEqual(100);
  });
});
