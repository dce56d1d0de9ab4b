import * as fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

type Agent = Awaited<ReturnType<TestControlPlane['agent']>>;

describe('claims and ends of the same moment', () => {
  let plane: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
  });

  afterAll(() => plane.stop());

  const create = (capabilities: readonly string[], count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        plane
          .as('supervisor')
          .tasks.create({ title: 'Shared', capabilities: [...capabilities] }),
      ),
    );
  const claim = async ({ id, client }: Agent, max = 1, sessionId?: string) =>
    (await client.agents.claim({ id, max, sessionId }))?.tasks ?? [];

  it('hand out every task once, to nobody more than it may hold, and as many as there is room for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            maxConcurrent: fc.integer({ min: 1, max: 4 }),
            // Two sessions of an agent may claim at once.
            claims: fc.array(fc.integer({ min: 1, max: 6 }), {
              minLength: 1,
              maxLength: 2,
            }),
            more: fc.boolean(),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        fc.integer({ min: 0, max: 12 }),
        async (asking, count) => {
          const capability = `c-${uuidv7()}`;
          const tasks = await create([capability], count);
          const agents = await Promise.all(
            asking.map(({ maxConcurrent, more }) =>
              plane.agent({
                capabilities: more ? [capability, 'more'] : [capability],
                maxConcurrent,
              }),
            ),
          );
          const handed = await Promise.all(
            asking.map(async ({ claims }, index) =>
              (
                await Promise.all(
                  claims.map(max => claim(agents[index], max, uuidv7())),
                )
              ).flat(),
            ),
          );
          asking.forEach(({ maxConcurrent, claims }, index) =>
            expect(handed[index].length).toBeLessThanOrEqual(
              Math.min(
                maxConcurrent,
                claims.reduce((sum, max) => sum + max, 0),
              ),
            ),
          );
          const ids = handed.flat().map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          const known = new Set(tasks.map(({ id }) => id));
          expect(ids.every(id => known.has(id))).toBe(true);
          const room = asking.reduce(
            (sum, { maxConcurrent, claims }) =>
              sum +
              Math.min(
                maxConcurrent,
                claims.reduce((total, max) => total + max, 0),
              ),
            0,
          );
          expect(ids).toHaveLength(Math.min(room, count));

          // All of it ends at once, each for itself, and once.
          const results = await Promise.all(
            handed.flatMap((own, index) =>
              own.map(({ id, attempt }) =>
                agents[index].client.agents.completeTasks({
                  id: agents[index].id,
                  tasks: [{ id, attempt }],
                }),
              ),
            ),
          );
          expect(
            results.flatMap(answer =>
              answer.results.map(({ refused }) => refused),
            ),
          ).toEqual(ids.map(() => undefined));
          for (const own of handed.flat()) {
            const { attempts } = await plane
              .as('viewer')
              .tasks.history({ id: own.id });
            expect(attempts).toMatchObject([{ outcome: 'succeeded' }]);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('are refused one by one: a stop, a session of somebody else, an attempt that is over', async () => {
    const capability = `c-${uuidv7()}`;
    const [working, stopped, owner, thief] = await Promise.all(
      Array.from({ length: 4 }, () =>
        plane.agent({ capabilities: [capability], maxConcurrent: 5 }),
      ),
    );
    const [first] = await create([capability], 1);
    expect(await claim(working)).toMatchObject([{ id: first.id }]);
    const sessionId = uuidv7();
    await owner.client.agents.heartbeat({ sessionId });
    // The gate knows of the stop as well; claims that have passed it are refused here.
    await plane
      .as('supervisor')
      .agents.setActivation({ id: stopped.id, active: false });
    const created = await create([capability], 2);

    const [ended, wrong, one, none, foreign, other] = await Promise.allSettled([
      working.client.agents.completeTasks({
        id: working.id,
        tasks: [{ id: first.id, attempt: 1 }],
      }),
      owner.client.agents.completeTasks({
        id: owner.id,
        tasks: [{ id: first.id, attempt: 1 }],
      }),
      claim(working),
      claim(stopped),
      claim(thief, 1, sessionId),
      claim(owner, 1, sessionId),
    ]);
    expect(ended).toMatchObject({ value: { results: [{ id: first.id }] } });
    expect(wrong).toMatchObject({
      value: { results: [{ refused: { status: 403 } }] },
    });
    expect(none).toMatchObject({ reason: { statusCode: 403 } });
    expect(foreign).toMatchObject({ reason: { statusCode: 409 } });
    const handed = [one, other].flatMap(outcome =>
      outcome.status === 'fulfilled' ? outcome.value : [],
    );
    expect(handed.map(({ id }) => id).sort()).toEqual(
      created.map(({ id }) => id).sort(),
    );
  });

  it('answer a creation with the task as it can be read', async () => {
    const parent = await plane
      .as('supervisor')
      .tasks.create({ title: 'Parent' });
    for (const input of [
      { title: 'Plain' },
      {
        title: 'With everything',
        description: 'ä\n🚀',
        type: 'build',
        priority: 'critical' as const,
        capabilities: ['b', 'a'],
        entityRef: 'component:default/shop',
        input: { nested: { list: [1, 'two', null] } },
        maxAttempts: 7,
        runAfter: '2199-01-02T03:04:05.678Z',
        parentId: parent.id,
      },
      { title: 'With a key', idempotencyKey: uuidv7() },
    ]) {
      const { waiting: _, ...created } = await plane
        .as('supervisor')
        .tasks.create(input);
      const { waiting: __, ...read } = await plane
        .as('supervisor')
        .tasks.get({ id: created.id });
      expect(created).toEqual(read);
    }
  });
});
