import { mockCredentials } from '@backstage/backend-test-utils';
import type {
  Approval,
  DevartClient,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  ApprovalParty,
  groupRef,
  userRef,
  type Member,
} from '../__testUtils__/ApprovalParty';
import { eventually as eventuallyWithin } from '../__testUtils__/eventually';

type Request = Partial<OperationInput<typeof operations.approvals.request>>;

jest.setTimeout(120_000);

/** Loops have their rounds, and the machines of CI their moods. */
function eventually<T>(check: () => Promise<T>): Promise<T> {
  return eventuallyWithin(check, 30_000);
}

describe('approvals', () => {
  let party: ApprovalParty;
  let sql: Knex;

  beforeAll(async () => {
    party = await ApprovalParty.start();
    sql = party.plane.sql();
  });

  afterAll(async () => {
    await sql.destroy();
    await party.plane.stop();
  });

  const as = (member: Member) => party.as(member).approvals;

  function ask(request: Request = {}, by: Member = 'sam'): Promise<Approval> {
    return as(by).request({ title: 'Release shop 2.0', ...request });
  }

  async function refusal(
    attempt: Promise<unknown>,
  ): Promise<{ status: number; message: string }> {
    try {
      await attempt;
    } catch (error) {
      const { statusCode, body } = error as {
        statusCode: number;
        body: { error: { message: string } };
      };
      return { status: statusCode, message: body.error.message };
    }
    throw new Error('It was not refused');
  }

  /** Lets the deadline of an approval pass. */
  async function letExpire(id: string): Promise<void> {
    await sql('approvals').where({ id }).update({ expires_at: sql.fn.now() });
  }

  async function topicsOf(id: string): Promise<string[]> {
    const { items } = await party.as('vic').activity.list({ subjectId: id });
    return items.map(({ topic }) => topic).reverse();
  }

  async function expectEvents(ids: string[], topic: string, least: number) {
    const events = await sql('events')
      .whereIn('subject_id', ids)
      .where({ topic });
    expect(events.length).toBeGreaterThanOrEqual(least);
  }

  /** An agent with a task that it holds. */
  async function holder(): Promise<{
    id: string;
    client: DevartClient;
    taskId: string;
    attempt: number;
  }> {
    const capability = `c-${randomUUID()}`;
    const agent = await party.plane.agent({ capabilities: [capability] });
    await party.as('sam').tasks.create({
      title: 'Deploy',
      capabilities: [capability],
    });
    const { taskId, attempt } = await claim(agent);
    return { ...agent, taskId, attempt };
  }

  async function claim(agent: { id: string; client: DevartClient }) {
    return eventually(async () => {
      const claimed = await agent.client.agents.claim({
        id: agent.id,
        sessionId: randomUUID(),
      });
      expect(claimed?.tasks).toHaveLength(1);
      const { id: taskId, attempt } = claimed!.tasks[0];
      return { taskId, attempt };
    });
  }

  it('show exactly what is asked, and are decided once', async () => {
    const asked = await ask({
      description: 'Everything is green',
      effect: 'Customers see the new shop',
      effectClass: 'destructive',
      action: { environment: 'production', steps: [1, 2] },
      costMicros: 12_500_000,
      approvers: [groupRef('owners'), userRef('dan')],
      entityRef: 'component:default/shop',
      expiresIn: '2h',
    });
    expect(asked).toMatchObject({
      status: 'pending',
      requestedBy: userRef('sam'),
      effectClass: 'destructive',
      action: { environment: 'production', steps: [1, 2] },
      costMicros: 12_500_000,
      approvers: [groupRef('owners'), userRef('dan')],
      approvalsNeeded: 1,
      approvalsGiven: 0,
      mayDecide: false,
      whyNot: expect.stringContaining('You asked for it yourself'),
    });
    const left = Date.parse(asked.expiresAt!) - Date.now();
    expect(left).toBeGreaterThan(1.9 * 3_600_000);
    expect(left).toBeLessThan(2.1 * 3_600_000);

    expect(await as('bob').get({ id: asked.id })).toMatchObject({
      mayDecide: true,
    });
    const approved = await as('bob').decide({
      id: asked.id,
      decision: 'approve',
      comment: 'Looks good',
    });
    expect(approved).toMatchObject({
      status: 'approved',
      approvalsGiven: 1,
      decisions: [
        {
          by: userRef('bob'),
          decision: 'approve',
          comment: 'Looks good',
          edited: false,
          superseded: false,
        },
      ],
      mayDecide: false,
      whyNot: 'It is approved already',
    });
    expect(approved.version).toBeGreaterThan(asked.version);

    // The same again is the same; anything else comes too late.
    expect(
      await as('bob').decide({ id: asked.id, decision: 'approve' }),
    ).toEqual(approved);
    for (const late of [
      as('bob').decide({ id: asked.id, decision: 'reject' }),
      as('dan').decide({ id: asked.id, decision: 'approve' }),
      as('dan').delegate({ id: asked.id, to: userRef('eve') }),
      as('sam').cancel({ id: asked.id }),
    ]) {
      expect(await refusal(late)).toMatchObject({
        status: 409,
        message: expect.stringContaining('approved already'),
      });
    }
    expect(await topicsOf(asked.id)).toEqual([
      'approval.requested',
      'approval.approved',
    ]);
    await eventually(async () => {
      expect(JSON.stringify(party.plane.hints)).toContain(
        `{"topic":"approval","id":"${asked.id}"}`,
      );
    });
  });

  it('end with one no', async () => {
    const { id } = await ask({ approvalsNeeded: 2 });
    await as('bob').decide({ id, decision: 'approve' });
    const rejected = await as('dan').decide({
      id,
      decision: 'reject',
      comment: 'Not on a Friday',
    });
    expect(rejected).toMatchObject({ status: 'rejected', approvalsGiven: 1 });
    expect(await topicsOf(id)).toEqual([
      'approval.requested',
      'approval.updated',
      'approval.rejected',
    ]);
  });

  it('are decided by those who were asked and by nobody else, not even admins', async () => {
    const { id } = await ask({
      approvers: [groupRef('owners')],
      onExpiry: 'escalate',
      escalateTo: [groupRef('board')],
    });
    const admin = await refusal(as('ada').decide({ id, decision: 'approve' }));
    expect(admin.status).toBe(403);
    expect(admin.message).toContain('group:default/owners may decide');
    expect(admin.message).toContain('delegate');
    expect(admin.message).toContain('it goes to group:default/board');
    expect(await as('ada').get({ id })).toMatchObject({
      mayDecide: false,
      whyNot: admin.message,
    });

    // Vic is an owner, but has not the permission.
    expect(await as('vic').get({ id })).toMatchObject({
      mayDecide: false,
      whyNot: expect.stringContaining('devart.approval.decide'),
    });
    expect(
      await refusal(as('vic').decide({ id, decision: 'approve' })),
    ).toMatchObject({ status: 403 });

    const service = party.plane.withToken(mockCredentials.service.token());
    const { id: open } = await ask();
    expect(
      await refusal(
        service.approvals.decide({ id: open, decision: 'approve' }),
      ),
    ).toMatchObject({ status: 403, message: 'Only people may decide' });
    const stranger = party.plane.as('stranger').approvals;
    expect(await refusal(stranger.get({ id }))).toMatchObject({ status: 404 });
    expect(
      await refusal(stranger.decide({ id, decision: 'approve' })),
    ).toMatchObject({ status: 404 });
    expect(await as('cleo').decide({ id, decision: 'approve' })).toMatchObject({
      status: 'approved',
    });
  });

  it('are never decided by whoever asked', async () => {
    for (const approvers of [undefined, [groupRef('owners')]]) {
      const { id } = await ask({ approvers }, 'bob');
      for (const decision of ['approve', 'reject'] as const) {
        expect(await refusal(as('bob').decide({ id, decision }))).toMatchObject(
          {
            status: 403,
            message: expect.stringContaining('yourself'),
          },
        );
      }
      // Neither can they choose who decides.
      expect(
        await refusal(as('bob').delegate({ id, to: userRef('dan') })),
      ).toMatchObject({ status: 403 });
      expect(
        await refusal(as('cleo').delegate({ id, to: userRef('bob') })),
      ).toMatchObject({ status: 400 });
      await as('cleo').delegate({ id, to: groupRef('board') });
      expect(await as('eve').get({ id })).toMatchObject({ mayDecide: true });
    }
    expect(
      await refusal(ask({ approvers: [userRef('bob')] }, 'bob')),
    ).toMatchObject({
      status: 400,
      message: expect.stringContaining('somebody besides whoever asks'),
    });
  });

  it('keep their record whatever the code does', async () => {
    const { id } = await ask({}, 'bob');
    const attempt = async (actor: string, statement: string) => {
      const trx = await sql.transaction();
      try {
        const [{ organization_id: organization }] = await trx(
          'approvals',
        ).where({ id });
        await trx.raw(
          `select set_config('role', 'devart_request', true), set_config('devart.organization', ?, true),
             set_config('devart.role', 'admin', true), set_config('devart.actor', ?, true)`,
          [organization, actor],
        );
        await trx.raw(statement);
        return 'done';
      } catch (error) {
        return String(error);
      } finally {
        await trx.rollback();
      }
    };
    const insert = (by: string) =>
      `insert into approval_decisions (id, organization_id, approval_id, content_version, decided_by, decision)
       select gen_random_uuid(), organization_id, id, 1, '${by}', 'approve' from approvals where id = '${id}'`;
    expect(await attempt(userRef('dan'), insert(userRef('dan')))).toBe('done');
    expect(await attempt(userRef('bob'), insert(userRef('bob')))).toContain(
      'row-level security',
    );
    expect(await attempt(userRef('dan'), insert(userRef('cleo')))).toContain(
      'row-level security',
    );
    expect(
      await attempt(userRef('ada'), `update approvals set status = 'approved'`),
    ).toContain('permission denied');
    await party.as('dan').approvals.decide({ id, decision: 'approve' });
    for (const statement of [
      `update approval_decisions set decided_by = 'x'`,
      'delete from approval_decisions',
      'truncate approval_decisions',
    ]) {
      await expect(sql.raw(statement)).rejects.toThrow('append-only');
    }
  });

  it('need as many different people as was said', async () => {
    expect(
      await refusal(
        ask({
          approvers: [userRef('bob'), userRef('sam')],
          approvalsNeeded: 2,
        }),
      ),
    ).toMatchObject({
      status: 400,
      message: expect.stringContaining('only 1 of those named may'),
    });
    const { id, version } = await ask({
      approvers: [groupRef('owners')],
      approvalsNeeded: 2,
    });
    const first = await as('bob').decide({
      id,
      decision: 'approve',
      ifVersion: version,
    });
    expect(first).toMatchObject({
      status: 'pending',
      approvalsGiven: 1,
      whyNot: 'You have approved it already',
    });
    expect(await as('bob').decide({ id, decision: 'approve' })).toEqual(first);
    expect(
      await refusal(as('bob').decide({ id, decision: 'reject' })),
    ).toMatchObject({ status: 409 });
    // That somebody else approved meanwhile does not make what was read another thing.
    expect(
      await as('cleo').decide({ id, decision: 'approve', ifVersion: version }),
    ).toMatchObject({ status: 'approved', approvalsGiven: 2 });
  });

  it('count two people who decide at the same moment once each', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await ask({ approvalsNeeded: 3 });
      await Promise.all(
        (['bob', 'cleo', 'bob', 'cleo', 'bob'] as const).map(member =>
          as(member).decide({ id, decision: 'approve' }),
        ),
      );
      expect(await as('vic').get({ id })).toMatchObject({
        status: 'pending',
        approvalsGiven: 2,
      });
      const words = await Promise.allSettled([
        as('dan').decide({ id, decision: 'approve' }),
        as('eve').decide({ id, decision: 'reject' }),
        as('sam').cancel({ id }),
      ]);
      const statuses = words.map(word =>
        word.status === 'rejected' ? word.reason.statusCode : 200,
      );
      expect(statuses.sort()).toEqual([200, 409, 409]);
      expect(await topicsOf(id)).toHaveLength(4);
    }
  });

  describe('that may be edited', () => {
    const edit = {
      replicas: 3,
      region: 'eu',
      flags: ['a'],
      limits: { memory: '1Gi', strict: true },
      note: null,
    };

    it('are approved as edited, in the shape they had', async () => {
      const { id, version } = await ask({ edit });
      const wrong: [Record<string, unknown>, string][] = [
        [{ ...edit, replicas: '3' }, 'edit.replicas: must be number'],
        [{ ...edit, extra: 1 }, 'edit.extra: was not there'],
        [{ replicas: 1 }, 'must be there as it was'],
        [{ ...edit, flags: [1] }, 'edit.flags.0'],
        [{ ...edit, flags: {} }, 'edit.flags: must be array'],
        [{ ...edit, limits: { memory: '1Gi' } }, 'edit.limits.strict'],
        [{ ...edit, note: 'x' }, 'edit.note: must be null'],
      ];
      for (const [changed, message] of wrong) {
        expect(
          await refusal(
            as('bob').decide({
              id,
              decision: 'approve',
              edit: changed,
              ifVersion: version,
            }),
          ),
        ).toMatchObject({
          status: 400,
          message: expect.stringContaining(message),
        });
      }
      const changed = { ...edit, replicas: 5, flags: ['a', 'b'] };
      expect(
        await refusal(
          as('bob').decide({ id, decision: 'approve', edit: changed }),
        ),
      ).toMatchObject({
        status: 400,
        message: expect.stringContaining('ifVersion'),
      });
      const word = {
        id,
        decision: 'approve' as const,
        edit: changed,
        ifVersion: version,
      };
      const approved = await as('bob').decide(word);
      expect(approved).toMatchObject({
        status: 'approved',
        edit: changed,
        decisions: [{ edited: true, superseded: false }],
      });
      expect(await as('bob').decide(word)).toEqual(approved);
      expect(await refusal(as('bob').decide({ ...word, edit }))).toMatchObject({
        status: 409,
      });
    });

    it('cannot be edited where nothing was offered', async () => {
      const { id, version } = await ask();
      expect(
        await refusal(
          as('bob').decide({
            id,
            decision: 'approve',
            edit: { a: 1 },
            ifVersion: version,
          }),
        ),
      ).toMatchObject({ status: 400 });
    });

    it('forget approvals of what they were before', async () => {
      const { id } = await ask({ edit, approvalsNeeded: 2 });
      const seen = await as('bob').decide({ id, decision: 'approve' });
      const edited = await as('cleo').decide({
        id,
        decision: 'approve',
        edit: { ...edit, replicas: 9 },
        ifVersion: seen.version,
      });
      expect(edited).toMatchObject({
        status: 'pending',
        approvalsGiven: 1,
        decisions: [
          { by: userRef('bob'), superseded: true },
          { by: userRef('cleo'), superseded: false, edited: true },
        ],
      });
      // Nobody approves what they have not seen.
      for (const ifVersion of [undefined, seen.version]) {
        expect(
          await refusal(
            as('dan').decide({ id, decision: 'approve', ifVersion }),
          ),
        ).toMatchObject({ status: 409 });
      }
      const again = await as('bob').get({ id });
      expect(again).toMatchObject({ mayDecide: true, edit: { replicas: 9 } });
      expect(
        await as('bob').decide({
          id,
          decision: 'approve',
          ifVersion: again.version,
        }),
      ).toMatchObject({ status: 'approved', edit: { replicas: 9 } });
    });

    it('take one of two edits of the same version', async () => {
      const { id, version } = await ask({ edit, approvalsNeeded: 2 });
      const words = await Promise.allSettled(
        (['bob', 'cleo'] as const).map((member, index) =>
          as(member).decide({
            id,
            decision: 'approve',
            edit: { ...edit, replicas: 10 + index },
            ifVersion: version,
          }),
        ),
      );
      expect(words.map(({ status }) => status).sort()).toEqual([
        'fulfilled',
        'rejected',
      ]);
      expect(await as('vic').get({ id })).toMatchObject({ approvalsGiven: 1 });
    });
  });

  describe('that are delegated', () => {
    it('are decided by the deputy, whose chain is kept', async () => {
      const { id } = await ask({ approvers: [userRef('bob')] });
      expect(await as('dan').get({ id })).toMatchObject({ mayDecide: false });
      await as('bob').delegate({
        id,
        to: userRef('dan'),
        comment: 'On holiday',
      });
      const twice = await as('bob').delegate({ id, to: userRef('dan') });
      expect(twice.delegations).toHaveLength(1);
      await as('dan').delegate({ id, to: groupRef('board') });
      expect(
        (await as('eve').list({ mine: true })).items.map(item => item.id),
      ).toContain(id);
      const approved = await as('eve').decide({ id, decision: 'approve' });
      expect(approved).toMatchObject({
        status: 'approved',
        delegations: [
          {
            from: userRef('bob'),
            to: userRef('dan'),
            comment: 'On holiday',
          },
          { from: userRef('dan'), to: groupRef('board') },
        ],
        decisions: [{ by: userRef('eve'), onBehalfOf: userRef('bob') }],
      });
      expect(await topicsOf(id)).toEqual([
        'approval.requested',
        'approval.delegated',
        'approval.delegated',
        'approval.approved',
      ]);
    });

    it('count whoever was asked and their deputy once', async () => {
      const { id } = await ask({
        approvers: [userRef('bob'), userRef('cleo')],
        approvalsNeeded: 2,
      });
      await as('bob').delegate({ id, to: groupRef('board') });
      await as('dan').decide({ id, decision: 'approve' });
      for (const member of ['bob', 'eve'] as const) {
        const { items } = await as(member).list({ mine: true, limit: 200 });
        expect(items.map(item => item.id)).not.toContain(id);
        expect(
          await refusal(as(member).decide({ id, decision: 'approve' })),
        ).toMatchObject({ status: 409 });
      }
      expect(
        await as('cleo').decide({ id, decision: 'approve' }),
      ).toMatchObject({ status: 'approved', approvalsGiven: 2 });
    });

    it('go to users and groups of the catalog', async () => {
      const { id } = await ask({ approvers: [userRef('bob')] });
      for (const to of [
        userRef('nobody'),
        'component:default/shop',
        userRef('bob'),
      ]) {
        expect(await refusal(as('bob').delegate({ id, to }))).toMatchObject({
          status: 400,
          message: expect.stringContaining('to:'),
        });
      }
      expect(
        await refusal(ask({ approvers: [groupRef('nobody')] })),
      ).toMatchObject({
        status: 400,
        message: expect.stringContaining('approvers: group:default/nobody'),
      });
    });
  });

  describe('that nobody decides in time', () => {
    it('expire', async () => {
      const { id } = await ask();
      await letExpire(id);
      const [word] = await Promise.allSettled([
        as('bob').decide({ id, decision: 'approve' }),
      ]);
      expect(word).toMatchObject({ reason: { statusCode: 409 } });
      await eventually(async () => {
        expect(await as('bob').get({ id })).toMatchObject({
          status: 'expired',
          decidedAt: expect.any(String),
          decisions: [],
        });
      });
      expect(await topicsOf(id)).toEqual([
        'approval.requested',
        'approval.expired',
      ]);
    });

    it('go to others once, who have as much time, and then expire', async () => {
      const { id } = await ask({
        approvers: [userRef('bob')],
        expiresIn: '1h',
        onExpiry: 'escalate',
        escalateTo: [groupRef('board')],
      });
      await as('bob').delegate({ id, to: userRef('cleo') });
      await letExpire(id);
      const escalated = await eventually(async () => {
        const approval = await as('dan').get({ id });
        expect(approval).toMatchObject({
          status: 'pending',
          approvers: [groupRef('board')],
          escalatedAt: expect.any(String),
          mayDecide: true,
        });
        return approval;
      });
      const left = Date.parse(escalated.expiresAt!) - Date.now();
      expect(left).toBeGreaterThan(50 * 60_000);
      for (const member of ['bob', 'cleo'] as const) {
        expect(await as(member).get({ id })).toMatchObject({
          mayDecide: false,
        });
      }
      await letExpire(id);
      await eventually(async () => {
        expect(await as('dan').get({ id })).toMatchObject({
          status: 'expired',
        });
      });
      expect(await topicsOf(id)).toEqual([
        'approval.requested',
        'approval.delegated',
        'approval.escalated',
        'approval.expired',
      ]);
    });

    it('end once each, whichever of two replicas comes first', async () => {
      const other = await ApprovalParty.start({
        databasePrefix: party.plane.databasePrefix,
      });
      try {
        const ids: string[] = [];
        for (let index = 0; index < 20; index++) {
          const approval = await ask({
            approvers: [userRef('bob')],
            ...(index % 2 && {
              onExpiry: 'escalate',
              escalateTo: [userRef('dan')],
            }),
          });
          ids.push(approval.id);
        }
        for (const ends of ['approval.escalated', 'approval.expired']) {
          await sql('approvals')
            .whereIn('id', ids)
            .where({ status: 'pending' })
            .update({ expires_at: sql.fn.now() });
          await eventually(() => expectEvents(ids, ends, 10));
        }
        await eventually(async () => {
          for (const id of ids) {
            expect((await as('vic').get({ id })).status).toBe('expired');
          }
        });
        for (const [index, id] of ids.entries()) {
          expect(await topicsOf(id)).toEqual([
            'approval.requested',
            ...(index % 2 ? ['approval.escalated'] : []),
            'approval.expired',
          ]);
        }
      } finally {
        await other.plane.stop();
      }
    });

    it('are asked for with a deadline that makes sense', async () => {
      for (const expiresIn of ['0s', '3651d', '99999999999999999d']) {
        expect(await refusal(ask({ expiresIn }))).toMatchObject({
          status: 400,
          message: expect.stringContaining('expiresIn: must be'),
        });
      }
      expect(await refusal(ask({ onExpiry: 'escalate' }))).toMatchObject({
        status: 400,
        message: expect.stringContaining('escalateTo: needed'),
      });
    });
  });

  it('are withdrawn once', async () => {
    const { id } = await ask();
    const cancelled = await as('sam').cancel({ id, reason: 'Not now' });
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'Not now' });
    expect(await as('sam').cancel({ id })).toEqual(cancelled);
  });

  it('are asked for once under a key', async () => {
    const request = { idempotencyKey: randomUUID(), action: { a: 1, b: 2 } };
    const [one, other] = await Promise.all([ask(request), ask(request)]);
    expect(other.id).toBe(one.id);
    expect(await refusal(ask({ ...request, action: { a: 2 } }))).toMatchObject({
      status: 409,
    });
    expect(await refusal(ask(request, 'bob'))).toMatchObject({ status: 409 });
  });

  describe('of agents', () => {
    it('let the task wait, and go on when people agree', async () => {
      const agent = await holder();
      const { taskId, attempt } = agent;
      const request = {
        title: 'Drop the old table',
        effectClass: 'destructive' as const,
        edit: { table: 'orders_old' },
        taskId,
        attempt,
      };
      const asked = await agent.client.approvals.request(request);
      expect(asked).toMatchObject({
        requestedBy: `agent:${agent.id}`,
        subject: { kind: 'task', id: taskId, name: 'Deploy' },
        mayDecide: false,
        whyNot: 'Only people may decide',
      });
      // The answer was lost: asking again asks nothing new.
      expect((await agent.client.approvals.request(request)).id).toBe(asked.id);
      expect(await party.as('vic').tasks.get({ id: taskId })).toMatchObject({
        status: 'waiting',
        waitingReason: 'approval',
      });
      const { version } = await as('bob').get({ id: asked.id });
      await as('bob').decide({
        id: asked.id,
        decision: 'approve',
        edit: { table: 'orders_2019' },
        ifVersion: version,
      });
      const next = await claim(agent);
      expect(next).toEqual({ taskId, attempt: attempt + 1 });
      const { items } = await agent.client.approvals.list({ taskId });
      expect(items).toMatchObject([
        {
          id: asked.id,
          status: 'approved',
          edit: { table: 'orders_2019' },
          decisions: [{ by: userRef('bob') }],
        },
      ]);
      expect(await agent.client.approvals.get({ id: asked.id })).toMatchObject({
        status: 'approved',
      });
    });

    it('are theirs alone, and about what they hold', async () => {
      const agent = await holder();
      const other = await holder();
      const { taskId, attempt } = agent;
      const request = { title: 'Go', taskId, attempt };
      expect(
        await refusal(other.client.approvals.request(request)),
      ).toMatchObject({ status: 403 });
      expect(
        await refusal(
          agent.client.approvals.request({ ...request, attempt: attempt + 1 }),
        ),
      ).toMatchObject({ status: 409 });
      for (const client of [agent.client, other.client]) {
        expect(
          await refusal(client.approvals.request({ title: 'Go' })),
        ).toMatchObject({ status: 400 });
        expect(await refusal(client.approvals.list({}))).toMatchObject({
          status: 400,
        });
      }
      expect(
        await refusal(as('sam').request({ title: 'Go', taskId })),
      ).toMatchObject({ status: 400 });
      // A request that nobody could decide does not let the task wait.
      expect(
        await refusal(
          agent.client.approvals.request({ ...request, onExpiry: 'escalate' }),
        ),
      ).toMatchObject({ status: 400 });
      expect(await party.as('vic').tasks.get({ id: taskId })).toMatchObject({
        status: 'running',
      });
      const { id } = await agent.client.approvals.request(request);
      expect(await refusal(other.client.approvals.get({ id }))).toMatchObject({
        status: 404,
      });
      expect((await other.client.approvals.list({ taskId })).items).toEqual([]);
      expect(
        await refusal(
          agent.client.approvals.decide({ id, decision: 'approve' }),
        ),
      ).toMatchObject({ status: 403 });
    });

    it('reject the task when people do, or do not answer', async () => {
      const refused = await holder();
      const { id } = await refused.client.approvals.request({
        title: 'Go',
        taskId: refused.taskId,
        attempt: refused.attempt,
      });
      await as('bob').decide({ id, decision: 'reject', comment: 'No' });
      expect(
        await party.as('vic').tasks.get({ id: refused.taskId }),
      ).toMatchObject({ status: 'rejected' });
      const { transitions } = await party
        .as('vic')
        .tasks.history({ id: refused.taskId });
      expect(transitions.at(-1)).toMatchObject({
        to: 'rejected',
        actor: userRef('bob'),
        reason: `rejected by ${userRef('bob')}: No`,
      });

      const silent = await holder();
      const { id: unanswered } = await silent.client.approvals.request({
        title: 'Go',
        taskId: silent.taskId,
        attempt: silent.attempt,
      });
      await letExpire(unanswered);
      await eventually(async () => {
        expect(
          await party.as('vic').tasks.get({ id: silent.taskId }),
        ).toMatchObject({ status: 'rejected' });
      });
    });

    it.each(['cancelled', 'queued', 'deleted'] as const)(
      'are withdrawn when their task is %s meanwhile',
      async fate => {
        const agent = await holder();
        const { id } = await agent.client.approvals.request({
          title: 'Go',
          taskId: agent.taskId,
          attempt: agent.attempt,
        });
        const { tasks } = party.as('sam');
        if (fate === 'deleted') {
          await tasks.delete({ id: agent.taskId });
        } else {
          await tasks.setStatus({ id: agent.taskId, status: fate });
        }
        expect(await as('bob').get({ id })).toMatchObject({
          status: 'cancelled',
          reason: expect.stringContaining(fate),
        });
      },
    );

    it('end once when the task is cancelled as somebody approves', async () => {
      for (let round = 0; round < 5; round++) {
        const agent = await holder();
        const { taskId } = agent;
        const { id } = await agent.client.approvals.request({
          title: 'Go',
          taskId,
          attempt: agent.attempt,
        });
        const ends = await Promise.allSettled([
          as('bob').decide({ id, decision: 'approve' }),
          party.as('sam').tasks.cancel({ id: taskId }),
        ]);
        expect(ends[1].status).toBe('fulfilled');
        const { status } = await as('bob').get({ id });
        expect(status).toBe(
          ends[0].status === 'fulfilled' ? 'approved' : 'cancelled',
        );
        expect(await party.as('vic').tasks.get({ id: taskId })).toMatchObject({
          status: 'cancelled',
        });
      }
    });
  });

  describe('notifications', () => {
    const about = (id: string) =>
      party.sent.filter(({ payload }) => payload.scope === `approval:${id}`);

    it('tell those who may decide, and at the end whoever asked', async () => {
      const { id } = await ask({
        approvers: [groupRef('owners')],
        effectClass: 'destructive',
        onExpiry: 'escalate',
        escalateTo: [userRef('dan')],
      });
      await eventually(async () => {
        expect(about(id)).toEqual([
          {
            recipients: {
              type: 'entity',
              entityRef: [groupRef('owners')],
              excludeEntityRef: [userRef('sam')],
            },
            payload: expect.objectContaining({
              title: 'To approve: Release shop 2.0',
              link: `/devart/approvals/${id}`,
              severity: 'critical',
              topic: 'approvals',
            }),
          },
        ]);
      });
      await letExpire(id);
      await eventually(async () => {
        expect(about(id).slice(1)).toMatchObject([
          {
            recipients: { entityRef: [groupRef('owners')] },
            payload: { title: 'Asked of others: Release shop 2.0' },
          },
          {
            recipients: { entityRef: [userRef('dan')] },
            payload: { title: 'To approve: Release shop 2.0' },
          },
        ]);
      });
      await as('dan').decide({ id, decision: 'approve' });
      await eventually(async () => {
        expect(about(id).at(-1)).toMatchObject({
          recipients: {
            entityRef: [groupRef('owners'), userRef('dan'), userRef('sam')],
            excludeEntityRef: [userRef('dan')],
          },
          payload: {
            title: 'Approved: Release shop 2.0',
            description: `By ${userRef('dan')}.`,
          },
        });
      });
    });

    it('are sent when they can be, and keep nothing waiting until then', async () => {
      let isDown = true;
      const other = await ApprovalParty.start({
        onNotification: () => {
          if (isDown) {
            throw new Error('Nobody is there');
          }
        },
      });
      try {
        const { id } = await other
          .as('sam')
          .approvals.request({ title: 'Go', approvers: [userRef('bob')] });
        await other.as('bob').approvals.decide({ id, decision: 'approve' });
        isDown = false;
        await eventually(async () => {
          expect(other.sent).toMatchObject([
            {
              recipients: { entityRef: [userRef('sam')] },
              payload: { title: 'Approved: Go' },
            },
          ]);
        });
      } finally {
        await other.plane.stop();
      }
    });
  });

  it('are listed by what they are about, a page at a time', async () => {
    const entityRef = `component:default/${randomUUID()}`;
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      const { id } = await ask({
        title: `Open gate ${index}`,
        entityRef,
        approvers: [index % 2 ? groupRef('board') : groupRef('owners')],
      });
      made.unshift(id);
    }
    const idsOf = async (
      member: Member,
      filter: Parameters<DevartClient['approvals']['list']>[0],
    ) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await as(member).list({
          entityRef,
          limit: 2,
          ...filter,
          cursor,
        });
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      return ids;
    };
    expect(await idsOf('vic', {})).toEqual(made);
    expect(await idsOf('bob', { mine: true })).toEqual([
      made[0],
      made[2],
      made[4],
    ]);
    expect(await idsOf('eve', { mine: true })).toEqual(made);
    expect(await idsOf('sam', { mine: true })).toEqual([]);
    expect(await idsOf('vic', { mine: true })).toEqual([]);
    for (const member of ['bob', 'eve', 'sam', 'vic'] as const) {
      const waiting = await as(member).list({ mine: true, limit: 200 });
      const { needsAttention } = await party.as(member).portal.overview({});
      expect(needsAttention.approvals).toBe(waiting.items.length);
    }
    expect(await idsOf('vic', { text: 'GATE 3' })).toEqual([made[1]]);
    await as('bob').decide({ id: made[2], decision: 'reject' });
    expect(await idsOf('vic', { status: ['rejected'] })).toEqual([made[2]]);
    expect(await idsOf('bob', { mine: true })).toEqual([made[0], made[4]]);
  });

  it('are found in an inbox without reading all of the others', async () => {
    const [{ id: organization }] = await sql('organizations').where({
      name: 'default',
    });
    await sql.raw(
      `insert into approvals (id, organization_id, title, description, effect_class, action, requested_by,
         approvers, approvals_needed, expires_after_ms, expires_at, on_expiry, escalate_to)
       select devart_uuid7(), ?, 'Many ' || n, '', 'none', '{}', 'user:default/x',
         array['group:default/crowd'], 1, 86400000, now() + interval '1 day', 'reject', '{}'
       from generate_series(1, 100000) n`,
      [organization],
    );
    await sql.raw(
      `insert into approval_deciders (organization_id, ref, approval_id)
       select organization_id, 'group:default/crowd', id from approvals where title like 'Many %'`,
    );
    await sql.raw('analyze approvals, approval_deciders, approval_decisions');
    const { id } = await ask({ approvers: [userRef('cleo')] });
    const quickest = async (call: () => Promise<unknown>) => {
      const times: number[] = [];
      for (let round = 0; round < 7; round++) {
        const begun = performance.now();
        await call();
        times.push(performance.now() - begun);
      }
      return Math.min(...times);
    };
    const one = await quickest(() => as('cleo').get({ id }));
    const inbox = await quickest(async () => {
      const { items } = await as('cleo').list({ mine: true, limit: 1 });
      expect(items[0].id).toBe(id);
    });
    // Reading a hundred thousand takes a hundred times as long as reading one.
    expect(inbox).toBeLessThan(10 * one + 20);
  });
});
