import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { StepServer } from '../../__testUtils__/StepServer';
import { PEOPLE, TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

const SAM = PEOPLE.supervisor;
const OWNERS = 'group:default/crew';

describe('notices of failed runs', () => {
  const sent: NotificationSendOptions[] = [];
  let isDown = false;
  let server: StepServer;
  let planes: TestControlPlane[];
  let party: RunParty;
  let sql: Knex;

  const start = (databasePrefix?: string) =>
    TestControlPlane.start({
      databasePrefix,
      config: {
        workflows: { http: { allowedHosts: [server.host] } },
        access: {
          roles: {
            admin: [PEOPLE.admin, PEOPLE.stranger],
            supervisor: [SAM, 'service:ci'],
          },
        },
      },
      features: [
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({
            send: async notification => {
              if (isDown) {
                throw new Error('Nobody is there');
              }
              sent.push(notification);
            },
          }),
        }),
      ],
    });

  beforeAll(async () => {
    server = await StepServer.start();
    const first = await start();
    planes = [first, await start(first.databasePrefix)];
    party = new RunParty(first);
    sql = first.sql();
  });

  afterAll(async () => {
    await sql.destroy();
    await Promise.all(planes.map(plane => plane.stop()));
    await server.stop();
  });

  const of = (id: string) =>
    sent.filter(({ payload }) => payload.scope === `run-failed:${id}`);

  /** What was told of a run, once nothing is left to be told. */
  const toldOf = async (id: string) =>
    eventually(async () => {
      expect(await sql('run_notices')).toEqual([]);
      return of(id);
    });

  it('go to whoever started it and to the owner, naming the steps and not what they answered', async () => {
    const run = await party.run(`
      owner: crew
      steps:
        - id: build
          matrix: { arch: [arm, x86] }
          continueOnError: true
          http: { url: "${server.url}/500/token-abc" }
        - id: publish
          http: { url: "${server.url}/400/token-abc" }
        - id: report
          needs: publish
          wait: { for: 0s }
    `);
    expect(run.status).toBe('failed');
    expect(run.error).toContain('400');
    expect(await toldOf(run.id)).toEqual([
      {
        recipients: { type: 'entity', entityRef: [SAM, OWNERS] },
        payload: {
          title: `${run.workflow.title} #1 failed`,
          description:
            'Steps build and publish failed. Why is on the page of the run.',
          link: `/devart/runs/${run.id}`,
          severity: 'high',
          topic: 'run-failed',
          scope: `run-failed:${run.id}`,
        },
      },
    ]);
  });

  it('are less pressing of what came to its end, and none of what went well or was stopped', async () => {
    const partial = await party.run(`
      owner: ${SAM}
      steps:
        - id: lint
          continueOnError: true
          http: { url: "${server.url}/500/lint" }
    `);
    expect(await toldOf(partial.id)).toEqual([
      {
        recipients: { type: 'entity', entityRef: [SAM] },
        payload: expect.objectContaining({
          title: `${partial.workflow.title} #1 came to its end with failures`,
          description: 'Step lint failed. Why is on the page of the run.',
          severity: 'normal',
        }),
      },
    ]);

    const good = await party.run(`
      steps: [{ id: rest, wait: { for: 0s } }]
    `);
    const stopped = await party.start(`
      steps: [{ id: rest, wait: { for: 1h } }]
    `);
    await planes[0].as('supervisor').runs.cancel({ id: stopped.id });
    expect((await party.ended(stopped.id)).status).toBe('cancelled');
    expect(await toldOf(good.id)).toEqual([]);
    expect(await toldOf(stopped.id)).toEqual([]);
  });

  it('go to the owner alone where the run is a step of another', async () => {
    const part = await party.publish(`
      owner: group:default/parts
      steps: [{ id: bad, http: { url: "${server.url}/500/part" } }]
    `);
    const whole = await party.run(`
      steps: [{ id: part, workflow: { name: ${part.name} } }]
    `);
    const [child] = (
      await planes[0].as('viewer').runs.list({ parentRunId: whole.id })
    ).items;
    expect((await toldOf(whole.id))[0].recipients).toEqual({
      type: 'entity',
      entityRef: [SAM],
    });
    expect((await toldOf(child.id))[0].recipients).toEqual({
      type: 'entity',
      entityRef: ['group:default/parts'],
    });
  });

  it('go to supervisors and admins of the organisation where nobody started it or owns it', async () => {
    const { id } = await party.publish(`
      timeout: 1s
      triggers: [{ type: schedule, cron: "0 3 * * *" }]
      steps: [{ id: rest, wait: { for: 1h } }]
    `);
    await sql('workflow_triggers')
      .where({ workflow_id: id })
      .update({ next_at: new Date() });
    const run = await eventually(async () => {
      const { items } = await planes[0]
        .as('viewer')
        .runs.list({ workflowId: id, status: ['failed'] });
      expect(items).toHaveLength(1);
      return items[0];
    }, 30_000);
    const [{ recipients, payload }] = await toldOf(run.id);
    expect(recipients).toEqual({
      type: 'entity',
      entityRef: [PEOPLE.admin, SAM],
    });
    expect(payload.description).toBe('Why is on the page of the run.');
  });

  it('wait while notifications fail, outlive a restart, and come once from two replicas', async () => {
    isDown = true;
    const { id } = await party.publish(`
      steps: [{ id: bad, http: { url: "${server.url}/500/many" } }]
    `);
    const runs = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        planes[index % 2].as('supervisor').workflows.trigger({ id }),
      ),
    );
    for (const run of runs) {
      expect((await party.ended(run.id)).status).toBe('failed');
    }
    await eventually(async () => {
      const [{ tries }] = await sql('run_notices').sum('attempts as tries');
      expect(Number(tries)).toBeGreaterThan(0);
    });
    expect(await sql('run_notices')).toHaveLength(runs.length);
    const prefix = planes[0].databasePrefix;
    await Promise.all(planes.map(plane => plane.stop()));
    isDown = false;
    planes = await Promise.all([start(prefix), start(prefix)]);
    await eventually(async () => {
      expect(await sql('run_notices')).toEqual([]);
    }, 30_000);
    expect(runs.map(run => of(run.id).length)).toEqual(runs.map(() => 1));
  });
});
