import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import request from 'supertest';
import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(90_000);

const CONFIG = {
  secretKey: 'a-secret-of-the-tests-0123456789',
};

const TRIVIAL = `
  steps:
    - id: s
      wait: { for: 0s }
`;

describe('what starts a run', () => {
  let plane: TestControlPlane;
  let other: TestControlPlane;
  let party: RunParty;

  beforeAll(async () => {
    plane = await TestControlPlane.start({ config: CONFIG });
    other = await TestControlPlane.start({
      config: CONFIG,
      databasePrefix: plane.databasePrefix,
    });
    party = new RunParty(plane);
  });

  afterAll(async () => {
    await Promise.all([plane.stop(), other.stop()]);
  });

  async function runsOf(workflowId: string) {
    const { items } = await plane
      .as('viewer')
      .runs.list({ workflowId, limit: 200 });
    return items;
  }

  it('is one call of the API, once for a key, on whichever replica', async () => {
    const { id } = await party.publish(`
      parameters: { type: object, required: [n], properties: { n: { type: integer } } }
      steps:
        - id: s
          wait: { for: 0s }
    `);
    const call = (replica: TestControlPlane, n: unknown, key?: string) =>
      replica.as('supervisor').workflows.trigger({
        id,
        parameters: { n },
        idempotencyKey: key,
      });
    await expect(call(plane, 'many')).rejects.toMatchObject({
      statusCode: 400,
      body: {
        error: { issues: [expect.objectContaining({ field: 'parameters.n' })] },
      },
    });
    expect(await runsOf(id)).toEqual([]);

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        call(index % 2 ? plane : other, 1, 'the-key'),
      ),
    );
    expect(new Set(answers.map(run => run.id)).size).toBe(1);
    expect(answers[0].number).toBe(1);
    await expect(call(other, 2, 'the-key')).rejects.toMatchObject({
      statusCode: 409,
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call(index % 2 ? plane : other, index),
      ),
    );
    const numbers = (await runsOf(id)).map(({ number }) => number);
    expect(numbers.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
  });

  it('is the version published last, on whichever replica', async () => {
    const name = 'published-elsewhere';
    const { id } = await party.publish(TRIVIAL, { name });
    await other.as('supervisor').workflows.trigger({ id });
    await party.publish(TRIVIAL, { name, version: '2.0.0' });
    const run = await other.as('supervisor').workflows.trigger({ id });
    expect(run.workflow.version).toBe('2.0.0');
  });

  it('is a signed delivery, once, in the name of whoever made the webhook', async () => {
    const workflow = await party.publish(`
      parameters: { type: object, required: [branch], properties: { branch: { type: string } } }
      triggers:
        - type: webhook
          if: event.body.ref.startsWith('refs/heads/')
          parameters: { branch: "\${{ event.body.ref }}" }
      steps:
        - id: who
          operation: { id: portal.me }
    `);
    const { webhook, secret } = await plane
      .as('admin')
      .workflows.createWebhook({ id: workflow.id, name: 'ci' });
    const { rows } = await (async () => {
      const sql = plane.sql();
      try {
        return await sql.raw('select secret from workflow_webhooks');
      } finally {
        await sql.destroy();
      }
    })();
    expect(String(rows[0].secret)).not.toContain(secret);

    const body = JSON.stringify({ ref: 'refs/heads/main' });
    const at = new Date();
    const standard = (id: string) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    });
    const send = (
      replica: TestControlPlane,
      headers: Record<string, string>,
      text: string = body,
    ) =>
      request(replica.server)
        .post(webhook.path)
        .set({ 'content-type': 'application/json', ...headers })
        .send(text);

    const first = await send(plane, standard('d-1'));
    expect(first.status).toBe(202);
    expect(first.body.outcome).toBe('started');
    const repeated = await send(other, standard('d-1'));
    expect(repeated.body).toMatchObject({
      outcome: 'duplicate',
      run: { id: first.body.run.id },
    });
    const run = await party.ended(first.body.run.id);
    expect(run).toMatchObject({
      status: 'succeeded',
      trigger: 'webhook',
      startedBy: 'webhook:ci',
      parameters: { branch: 'refs/heads/main' },
    });
    expect(run.stepRuns[0].outputs).toMatchObject({
      actor: 'user:default/ada',
    });

    const hub = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const second = await send(other, { 'x-hub-signature-256': hub });
    expect(second.body.outcome).toBe('started');

    const wrongs: Record<string, string>[] = [
      {},
      { 'x-hub-signature-256': hub.replace(/.$/, '0').replace(/..$/, '00') },
      { ...standard('d-2'), 'webhook-id': 'd-3' },
      { ...standard('d-2'), 'webhook-timestamp': '1' },
    ];
    for (const wrong of wrongs) {
      expect((await send(plane, wrong)).status).toBe(401);
    }
    const ignored = JSON.stringify({ ref: 'refs/tags/v1' });
    const answer = await send(
      plane,
      {
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(ignored).digest('hex')}`,
      },
      ignored,
    );
    expect(answer.body).toEqual({ outcome: 'ignored' });
    expect(await runsOf(workflow.id)).toHaveLength(2);
    await eventually(async () => {
      const { items } = await plane.as('supervisor').audit.list({
        operation: 'webhook.workflow',
        outcome: ['refused'],
      });
      expect(items.length).toBeGreaterThan(0);
    });

    const listed = await plane
      .as('viewer')
      .workflows.webhooks({ id: workflow.id });
    expect(listed.items[0].lastUsedAt).toBeDefined();
    expect(JSON.stringify(listed)).not.toContain(secret);
    await plane
      .as('supervisor')
      .workflows.deleteWebhook({ id: workflow.id, webhookId: webhook.id });
    expect((await send(plane, standard('d-9'))).status).toBe(404);
  });

  it('is a schedule, once for two replicas, and what was missed as it says', async () => {
    const schedule = (missed: string) => `
      parameters: { type: object, properties: { at: { type: string } } }
      triggers:
        - type: schedule
          cron: "0 3 * * *"
          timezone: Europe/Zurich
          missed: ${missed}
          parameters: { at: "\${{ event.at }}" }
      steps:
        - id: s
          wait: { for: 0s }
    `;
    const skips = await party.publish(schedule('skip'));
    const catches = await party.publish(schedule('run-once'));
    expect(skips.triggers[0]).toMatchObject({
      type: 'schedule',
      description: '0 3 * * * (Europe/Zurich)',
    });
    const hour = new Intl.DateTimeFormat('en', {
      hour: 'numeric',
      hourCycle: 'h23',
      timeZone: 'Europe/Zurich',
    }).format(new Date(skips.triggers[0].nextAt!));
    expect(hour).toBe('03');

    const sql = plane.sql();
    try {
      const due = async (id: string, ago: string) => {
        await sql.raw(
          `update workflow_triggers set next_at = date_trunc('second', now()) - ?::interval where workflow_id = ?`,
          [ago, id],
        );
        await eventually(async () => {
          const { triggers } = await plane.as('viewer').workflows.get({ id });
          expect(Date.parse(triggers[0].nextAt!)).toBeGreaterThan(Date.now());
        }, 20_000);
      };
      await due(skips.id, '1 second');
      await due(catches.id, '3 days');
      expect(await runsOf(skips.id)).toHaveLength(1);
      expect(await runsOf(catches.id)).toHaveLength(1);
      await due(skips.id, '3 days');
      expect(await runsOf(skips.id)).toHaveLength(1);
    } finally {
      await sql.destroy();
    }
    const [run] = await runsOf(skips.id);
    expect(run).toMatchObject({
      trigger: 'schedule',
      startedBy: 'system:schedule',
    });
  });

  it('is an event, each once, if its condition holds', async () => {
    const workflow = await party.publish(`
      parameters: { type: object, properties: { n: { type: integer } } }
      triggers:
        - type: event
          topic: custom.deployed
          if: event.payload.n > 1
          parameters: { n: "\${{ event.payload.n }}" }
      steps:
        - id: s
          wait: { for: 0s }
    `);
    const sam = plane.as('supervisor');
    for (const n of [1, 2, 3]) {
      await sam.runs.sendEvent({
        topic: 'custom.deployed',
        payload: { n },
        entityRef: 'component:default/shop',
      });
    }
    await eventually(async () => {
      expect(await runsOf(workflow.id)).toHaveLength(2);
    }, 20_000);
    const runs = await runsOf(workflow.id);
    expect(runs[0]).toMatchObject({
      trigger: 'event',
      startedBy: 'user:default/sam',
      entityRef: 'component:default/shop',
    });

    await sam.runs.sendEvent({
      topic: 'custom.deployed',
      payload: { n: 7.5 },
    });
    await eventually(async () => {
      const { triggers } = await sam.workflows.get({ id: workflow.id });
      expect(triggers[0].lastError).toMatch(/parameters\.n/);
    }, 20_000);
  });

  it('is no endless circle of events', async () => {
    const workflow = await party.publish(`
      triggers:
        - type: event
          topic: custom.circle
      steps:
        - id: again
          operation: { id: runs.sendEvent, input: { topic: custom.circle } }
    `);
    await plane.as('supervisor').runs.sendEvent({ topic: 'custom.circle' });
    await eventually(async () => {
      const { triggers } = await plane
        .as('viewer')
        .workflows.get({ id: workflow.id });
      expect(triggers[0].lastError).toMatch(/8 deep/);
    }, 60_000);
    expect(await runsOf(workflow.id)).toHaveLength(9);
  });
});
