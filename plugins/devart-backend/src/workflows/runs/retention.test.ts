import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

describe('retention of runs', () => {
  let plane: TestControlPlane;
  let party: RunParty;

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      config: { retention: { runDays: 10 } },
    });
    party = new RunParty(plane);
  });

  afterAll(() => plane.stop());

  /** As if runs had ended so many days ago; those that are open began then. */
  async function age(days: number, ids: string[]): Promise<void> {
    const sql = plane.sql();
    await sql.raw(
      `update workflow_runs set started_at = started_at - make_interval(days => ?),
         finished_at = finished_at - make_interval(days => ?) where id = any(?)`,
      [days, days, ids],
    );
    await sql.destroy();
  }

  it('removes what ended long ago, and nothing that is open or came of it', async () => {
    const agent = await plane.agent({ capabilities: ['keep'] });
    const viewer = plane.as('viewer');
    const oneTask = `
      steps:
        - id: work
          task: { title: Work, capabilities: [keep] }
    `;
    const old = await party.start(oneTask);
    const [task] = await party.claim(agent);
    await agent.client.tasks.reportFailure({
      id: task.id,
      attempt: task.attempt,
      error: 'no',
      retryable: false,
    });
    await party.ended(old.id);
    const resumed = await plane.as('supervisor').runs.resume({ id: old.id });
    const recent = await party.run('steps: [{ id: a, wait: { for: 0s } }]');
    const decided = await party.start(
      'steps: [{ id: ask, approval: { title: May it go on } }]',
    );
    const [approval] = await eventually(async () => {
      const { items } = await viewer.approvals.list({ runId: decided.id });
      expect(items).toHaveLength(1);
      return items;
    });
    await plane.as('admin').approvals.decide({
      id: approval.id,
      decision: 'approve',
    });
    await party.ended(decided.id);

    await party.publish('steps: [{ id: a, wait: { for: 0s } }]', {
      name: 'called',
    });
    const parent = await party.start(`
      steps:
        - id: call
          workflow: { name: called }
        - id: pause
          needs: call
          wait: { for: 1h }
    `);
    const child = await eventually(async () => {
      const run = await viewer.runs.get({ id: parent.id });
      const { childRunId } = run.stepRuns.find(({ step }) => step === 'call')!;
      return party.ended(childRunId!);
    });

    await age(11, [old.id, resumed.id, decided.id, parent.id, child.id]);
    await age(9, [recent.id]);
    const restarted = await TestControlPlane.start({
      databasePrefix: plane.databasePrefix,
      config: { retention: { runDays: 10 } },
    });
    const isThere = (id: string) =>
      viewer.runs.get({ id }).then(
        () => true,
        error => {
          expect(error.statusCode).toBe(404);
          return false;
        },
      );
    await eventually(async () => expect(await isThere(old.id)).toBe(false));
    await eventually(async () => expect(await isThere(decided.id)).toBe(false));
    await restarted.stop();

    for (const kept of [resumed, recent, parent, child]) {
      expect(await isThere(kept.id)).toBe(true);
    }
    expect((await viewer.runs.get({ id: resumed.id })).resumedFrom).toBe(
      undefined,
    );
    expect(await viewer.tasks.get({ id: task.id })).toMatchObject({
      title: 'Work',
      status: 'dead_letter',
    });
    expect(await viewer.approvals.get({ id: approval.id })).toMatchObject({
      status: 'approved',
    });
  });

  it('finds them by an index', async () => {
    const sql = plane.sql();
    const { rows } = await sql.raw(
      `explain select from workflow_runs r where r.phase = 'ended' and r.finished_at < now() - interval '10 days'
       order by r.finished_at limit 100`,
    );
    await sql.destroy();
    expect(JSON.stringify(rows)).toContain('workflow_runs_ended');
  });
});
