import fc from 'fast-check';
import { BOARD_COLUMNS, type BoardColumn } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';
import { retryDelaySeconds } from './retryDelay';

jest.setTimeout(60_000);

describe('tasks', () => {
  let plane: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      config: { tasks: { retry: { baseSeconds: 0.05, maxSeconds: 0.2 } } },
    });
  });

  afterAll(async () => {
    await plane.stop();
  });

  /** A capability that no other test uses. */
  const unique = () => `c-${uuidv7()}`;

  it('go from the queue through an agent to their end', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const task = await sam.tasks.create({
      title: 'Build the shop',
      capabilities: [capability],
    });
    expect(task).toMatchObject({
      status: 'queued',
      priority: 'medium',
      waiting: {
        reason: 'no-agent',
        message: `No active agent has “${capability}”`,
      },
    });

    const { id, client } = await plane.agent({
      capabilities: [capability, 'x'],
    });
    const claimed = await client.agents.claim({ id });
    expect(claimed!.tasks).toEqual([
      expect.objectContaining({ id: task.id, attempt: 1 }),
    ]);
    expect(await client.agents.claim({ id })).toBeUndefined();

    await client.tasks.reportProgress({
      id: task.id,
      attempt: 1,
      percent: 40,
      message: 'Compiling',
    });
    const batch = uuidv7();
    for (let times = 0; times < 2; times++) {
      await client.tasks.appendLogs({
        id: task.id,
        attempt: 1,
        batch,
        lines: [
          { at: new Date().toISOString(), message: 'first' },
          { at: new Date().toISOString(), level: 'warn', message: 'second' },
        ],
      });
    }
    const artifact = await client.tasks.addArtifact({
      id: task.id,
      attempt: 1,
      name: 'shop.txt',
      mediaType: 'text/plain',
      contentBase64: Buffer.from('the shop').toString('base64'),
    });
    expect(await sam.tasks.get({ id: task.id })).toMatchObject({
      status: 'running',
      progress: { percent: 40, message: 'Compiling' },
    });

    await client.tasks.complete({
      id: task.id,
      attempt: 1,
      output: { artefact: 'shop.tgz' },
      summary: 'Built',
    });
    const done = await sam.tasks.get({ id: task.id });
    expect(done).toMatchObject({
      status: 'succeeded',
      output: { artefact: 'shop.tgz' },
    });
    expect(done.waiting).toBeUndefined();

    const history = await sam.tasks.history({ id: task.id });
    expect(
      history.transitions.map(({ to, actor, reason }) => [to, actor, reason]),
    ).toEqual([
      ['queued', 'user:default/sam', undefined],
      ['running', `agent:${id}`, undefined],
      ['succeeded', `agent:${id}`, 'Built'],
    ]);
    expect(history.attempts).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'succeeded' }),
    ]);
    const { items } = await sam.tasks.readLogs({ id: task.id });
    expect(items.map(line => [line.level, line.message])).toEqual([
      ['info', 'first'],
      ['warn', 'second'],
    ]);
    const read = await sam.tasks.readArtifact({
      id: task.id,
      artifactId: artifact.id,
    });
    expect(Buffer.from(read.contentBase64, 'base64').toString()).toBe(
      'the shop',
    );
  });

  it('are tried again after a growing delay, and then are dead letters that can be requeued', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const task = await sam.tasks.create({
      title: 'Fails',
      capabilities: [capability],
      maxAttempts: 3,
    });

    for (let attempt = 1; attempt <= 3; attempt++) {
      const claimed = await client.agents.claim({ id, waitSeconds: 5 });
      expect(claimed!.tasks[0].attempt).toBe(attempt);
      const answer = await client.tasks.reportFailure({
        id: task.id,
        attempt,
        error: `no luck ${attempt}`,
      });
      expect(answer.status).toBe(attempt < 3 ? 'queued' : 'dead_letter');
      // Saying it again after a lost answer changes nothing.
      const again = await client.tasks.reportFailure({
        id: task.id,
        attempt,
        error: `no luck ${attempt}`,
      });
      expect(again.status).toBe(answer.status);
    }
    expect(await sam.tasks.get({ id: task.id })).toMatchObject({
      status: 'dead_letter',
      lastError: 'no luck 3',
      attempt: 3,
    });

    await sam.tasks.requeue({ id: task.id, reason: 'mended' });
    const claimed = await client.agents.claim({ id, waitSeconds: 5 });
    expect(claimed!.tasks[0].attempt).toBe(4);
    await client.tasks.reportFailure({
      id: task.id,
      attempt: 4,
      error: 'will never work',
      retryable: false,
    });
    const { attempts, transitions } = await sam.tasks.history({ id: task.id });
    expect(attempts.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', 'no luck 1'],
      ['failed', 'no luck 2'],
      ['failed', 'no luck 3'],
      ['failed', 'will never work'],
    ]);
    expect(transitions.at(-1)).toMatchObject({ to: 'dead_letter' });
  });

  it('double their delay up to a longest one, spread by a quarter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.double({ min: 0.01, max: 60, noNaN: true }),
        (failures, random, baseSeconds) => {
          const maxSeconds = 900;
          const delay = retryDelaySeconds(
            failures,
            { baseSeconds, maxSeconds },
            random,
          );
          const ideal = Math.min(maxSeconds, baseSeconds * 2 ** (failures - 1));
          expect(delay).toBeGreaterThanOrEqual(ideal * 0.75 - 1e-9);
          expect(delay).toBeLessThanOrEqual(ideal * 1.25 + 1e-9);
        },
      ),
    );
  });

  it('belong to the agent that holds the attempt, and to no other', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const holder = await plane.agent({ capabilities: [capability] });
    const other = await plane.agent({ capabilities: [capability] });
    const task = await sam.tasks.create({
      title: 'Mine',
      capabilities: [capability],
    });
    await holder.client.agents.claim({ id: holder.id });

    await expect(
      other.client.tasks.complete({ id: task.id, attempt: 1 }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await expect(other.client.tasks.get({ id: task.id })).rejects.toMatchObject(
      { statusCode: 404 },
    );
    await expect(
      holder.client.tasks.complete({ id: task.id, attempt: 2 }),
    ).rejects.toMatchObject({ statusCode: 409 });

    // The first holder loses the task, the other one gets it.
    await sam.agents.kill({ id: holder.id, reason: 'test' });
    await sam.agents.setActivation({ id: holder.id, active: true });
    await other.client.agents.claim({ id: other.id });
    await expect(
      holder.client.tasks.complete({ id: task.id, attempt: 1 }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await other.client.tasks.complete({ id: task.id, attempt: 2 });
    await expect(
      other.client.tasks.complete({ id: task.id, attempt: 2 }),
    ).resolves.toMatchObject({ status: 'succeeded' });
    await expect(
      other.client.tasks.reportFailure({
        id: task.id,
        attempt: 2,
        error: 'too late',
      }),
    ).rejects.toMatchObject({ statusCode: 409 });
  });

  it('are created once under an idempotency key, also by many at once', async () => {
    const sam = plane.as('supervisor');
    const idempotencyKey = uuidv7();
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        sam.tasks.create({ title: 'Once', idempotencyKey }),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    await expect(
      sam.tasks.create({ title: 'Something else', idempotencyKey }),
    ).rejects.toMatchObject({ statusCode: 409 });
  });

  it('are handed out by priority, first in first out inside of one', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const { id, client } = await plane.agent({
      capabilities: [capability, 'extra'],
      maxConcurrent: 100,
    });
    const expected: Record<string, string[]> = {
      critical: [],
      high: [],
      medium: [],
      low: [],
    };
    const order = ['low', 'critical', 'medium', 'high', 'low', 'critical'];
    for (const [index, priority] of order.entries()) {
      const task = await sam.tasks.create({
        title: `${index}`,
        priority: priority as 'low',
        // Two sets of capabilities: their heads are merged.
        capabilities: index % 2 ? [capability] : [capability, 'extra'],
      });
      expected[priority].push(task.id);
    }
    const claimed = await client.agents.claim({ id, max: 10 });
    const ours = Object.values(expected).flat();
    expect(
      claimed!.tasks
        .map(task => task.id)
        .filter(taskId => ours.includes(taskId)),
    ).toEqual([
      ...expected.critical,
      ...expected.high,
      ...expected.medium,
      ...expected.low,
    ]);
  });

  it('let the old overtake the urgent in the end', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const old = await sam.tasks.create({
      title: 'Old and low',
      priority: 'low',
      capabilities: [capability],
    });
    await sam.tasks.create({
      title: 'New and critical',
      priority: 'critical',
      capabilities: [capability],
    });
    const sql = plane.sql();
    await sql('task_queue')
      .where({ task_id: old.id })
      .update({ sort_key: sql.raw(`sort_key - interval '1 hour'`) });
    await sql.destroy();
    const claimed = await client.agents.claim({ id });
    expect(claimed!.tasks[0].id).toBe(old.id);
  });

  it('wait until they are due', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const runAfter = new Date(Date.now() + 1200).toISOString();
    const task = await sam.tasks.create({
      title: 'Later',
      capabilities: [capability],
      runAfter,
    });
    expect(task.waiting).toMatchObject({ reason: 'scheduled' });
    expect(await client.agents.claim({ id })).toBeUndefined();
    const claimed = await client.agents.claim({ id, waitSeconds: 5 });
    const lateMs = Date.now() - Date.parse(runAfter);
    expect(claimed!.tasks[0].id).toBe(task.id);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1000);
  });

  it('never come to an agent that lacks a capability', async () => {
    const sam = plane.as('supervisor');
    const [a, b, c] = [unique(), unique(), unique()];
    const able = await plane.agent({ capabilities: [a, b, c] });
    const lacking = await plane.agent({ capabilities: [a, c] });
    await sam.tasks.create({ title: 'Needs both', capabilities: [b, a] });
    expect(
      await lacking.client.agents.claim({ id: lacking.id }),
    ).toBeUndefined();
    expect(await able.client.agents.claim({ id: able.id })).toBeDefined();
  });

  it('are moved by people only where that is legal', async () => {
    const sam = plane.as('supervisor');
    const { id } = await sam.tasks.create({ title: 'Move me' });
    await sam.tasks.setStatus({ id, status: 'waiting', reason: 'not yet' });
    expect(await sam.tasks.get({ id })).toMatchObject({
      status: 'waiting',
      waitingReason: 'input',
    });
    await expect(
      sam.tasks.setStatus({ id, status: 'succeeded' }),
    ).rejects.toMatchObject({
      statusCode: 409,
      body: {
        error: {
          message: expect.stringContaining(
            'it can be moved to queued or cancelled or rejected',
          ),
        },
      },
    });
    // The older words mean the same.
    await sam.tasks.setStatus({ id, status: 'PENDING' as 'queued' });
    await sam.tasks.cancel({ id });
    await sam.tasks.cancel({ id });
    await sam.tasks.requeue({ id });
    expect(await sam.tasks.get({ id })).toMatchObject({ status: 'queued' });
    await expect(sam.tasks.requeue({ id })).rejects.toMatchObject({
      statusCode: 409,
    });
  });

  it('are edited with a check of what was seen', async () => {
    const sam = plane.as('supervisor');
    const task = await sam.tasks.create({ title: 'Edit me' });
    const edited = await sam.tasks.update({
      id: task.id,
      title: 'Edited',
      priority: 'critical',
      capabilities: ['B', 'a', 'b'],
      ifVersion: task.version,
    });
    expect(edited).toMatchObject({
      title: 'Edited',
      priority: 'critical',
      capabilities: ['a', 'b'],
    });
    await expect(
      sam.tasks.update({
        id: task.id,
        title: 'Lost',
        ifVersion: task.version,
      }),
    ).rejects.toMatchObject({ statusCode: 409 });
  });

  it('have successors that inherit, and a lineage', async () => {
    const sam = plane.as('supervisor');
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const parent = await sam.tasks.create({
      title: 'Parent',
      priority: 'critical',
      capabilities: [capability],
      entityRef: 'component:default/shop',
    });
    await client.agents.claim({ id });
    const child = await client.tasks.createSuccessor({
      id: parent.id,
      attempt: 1,
      title: 'Child',
    });
    expect(child).toMatchObject({
      priority: 'critical',
      entityRef: 'component:default/shop',
      parentId: parent.id,
    });
    const grandchild = await sam.tasks.createSuccessor({
      id: child.id,
      title: 'Grandchild',
      priority: 'low',
    });
    const { items } = await sam.tasks.lineage({ id: child.id });
    expect(items.map(item => [item.id, item.parentId])).toEqual([
      [parent.id, undefined],
      [child.id, parent.id],
      [grandchild.id, child.id],
    ]);
    await client.tasks.complete({ id: parent.id, attempt: 1 });
    await sam.tasks.delete({ id: parent.id });
    expect((await sam.tasks.get({ id: child.id })).parentId).toBeUndefined();
    await expect(
      client.tasks.createSuccessor({
        id: parent.id,
        attempt: 1,
        title: 'Orphan',
      }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });

  it('are listed in pages that neither repeat nor leave out, whatever the filter', async () => {
    const sam = plane.as('supervisor');
    const entityRef = 'component:default/paged';
    const ids: string[] = [];
    for (let index = 0; index < 23; index++) {
      const { id } = await sam.tasks.create({
        title: `Paged page${index}`,
        entityRef,
        priority: index % 2 ? 'high' : 'low',
      });
      ids.unshift(id);
      if (index % 3 === 0) {
        await sam.tasks.cancel({ id });
      }
    }
    const collect = async (filter: Parameters<typeof sam.tasks.list>[0]) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await sam.tasks.list({ ...filter, limit: 4, cursor });
        found.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      return found;
    };
    expect(await collect({ entityRef })).toEqual(ids);
    expect(
      await collect({ entityRef, status: ['queued', 'cancelled'] }),
    ).toEqual(ids);
    expect(
      await collect({
        entityRef,
        status: ['queued', 'cancelled'],
        priority: ['high', 'low'],
      }),
    ).toEqual(ids);
    const cancelled = await collect({ entityRef, status: ['cancelled'] });
    expect(cancelled).toHaveLength(8);
    expect(await collect({ entityRef, priority: ['high'] })).toHaveLength(11);
    expect(await collect({ text: 'paged PAGE2' })).toHaveLength(4);
    expect(await collect({ text: '&|!()' })).toEqual([]);

    const board = await sam.tasks.board({ entityRef, limit: 5 });
    expect(board.stopped).toMatchObject({ total: 8, capped: false });
    expect(board.queued.total).toBe(15);
    expect(board.queued.items).toHaveLength(5);

    // Without a filter the columns are counted in another way.
    const whole = await sam.tasks.board({ limit: 1 });
    for (const [column, { total }] of Object.entries(whole)) {
      const status = [...BOARD_COLUMNS[column as BoardColumn]];
      const listed = await collect({ status });
      expect({ column, total }).toEqual({ column, total: listed.length });
    }
  });

  it('tell browsers that they changed', async () => {
    const { id } = await plane
      .as('supervisor')
      .tasks.create({ title: 'Hinted' });
    await eventually(async () => {
      expect(plane.hints).toContainEqual({
        hints: expect.arrayContaining([{ topic: 'task', id }]),
      });
    });
    const { items } = await plane.as('viewer').activity.list({ subjectId: id });
    expect(items).toEqual([
      expect.objectContaining({
        topic: 'task.queued',
        actor: 'user:default/sam',
        subject: { kind: 'task', id, name: 'Hinted' },
      }),
    ]);
  });
});
