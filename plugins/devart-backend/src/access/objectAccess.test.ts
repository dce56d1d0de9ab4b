import { mockCredentials } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type {
  PermissionCondition,
  PermissionCriteria,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  analyticsReadPermission,
  approvalDecidePermission,
  approvalReadPermission,
  EFFECT_CLASSES,
  readPermissionOf,
  RESOURCE_TYPE_APPROVAL,
  RESOURCE_TYPE_RUN,
  RESOURCE_TYPE_TASK,
  taskReadPermission,
  taskUpdatePermission,
  type DevartClient,
  type ResourceType,
} from '@devart/plugin-devart-common';
import {
  approvalConditions,
  approvalRules,
  runConditions,
  runRules,
  taskConditions,
  taskRules,
} from '@devart/plugin-devart-node';
import fc from 'fast-check';
import request from 'supertest';
import { PortalPolicy } from '../__testUtils__/PortalPolicy';
import { RunParty } from '../__testUtils__/RunParty';
import {
  PEOPLE,
  TestControlPlane,
  type Person,
} from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

const OWNERS = ['group:default/shop', 'group:default/bank', PEOPLE.viewer];
/** Entities of each owner, one of nobody's, one that the catalog does not know. */
const OWNER_OF: Record<string, string | undefined> = {
  'component:default/cart': OWNERS[0],
  'component:default/Checkout': OWNERS[0],
  'component:default/loans': OWNERS[1],
  'component:default/notes': OWNERS[2],
  'component:default/orphan': undefined,
};
const ENTITY_REFS = [...Object.keys(OWNER_OF), 'component:default/gone'];

const ENTITIES: Entity[] = Object.entries(OWNER_OF).map(([ref, owner]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { namespace: 'default', name: ref.split('/')[1] },
  relations: owner ? [{ type: 'ownedBy', targetRef: owner }] : [],
}));

function ownersOf(entityRef: string | undefined): string[] {
  const owner = entityRef && OWNER_OF[entityRef];
  return owner ? [owner] : [];
}

type Conditions = PermissionCriteria<PermissionCondition>;

/** Trees of conditions over some leaves. */
function trees(leaf: fc.Arbitrary<PermissionCondition>) {
  return fc.letrec<{ tree: Conditions }>(tie => {
    const some = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
    return {
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        some.map(allOf => ({ allOf }) as Conditions),
        some.map(anyOf => ({ anyOf }) as Conditions),
        tie('tree').map(not => ({ not })),
      ),
    };
  }).tree;
}

const claims = fc
  .subarray([
    ...OWNERS,
    PEOPLE.admin,
    PEOPLE.supervisor.toUpperCase(),
    'user:default/nobody',
  ])
  .map(chosen => ({ claims: chosen }));

/** An object as somebody who may see all of them reads it. */
interface Known {
  id: string;
  knows: object;
}

describe('a policy that decides over each object', () => {
  const policy = new PortalPolicy();
  let plane: TestControlPlane;
  let agents: { id: string; name: string; client: DevartClient }[];
  const as = (person: Person) => plane.as(person);

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      entities: ENTITIES,
      features: [policy.feature],
    });
    agents = [];
    for (const name of ['ant', 'bee']) {
      const { id, client } = await plane.agent({
        name,
        capabilities: [name],
      });
      agents.push({ id, name, client });
    }
    await makeObjects();
  });

  afterEach(() => policy.reset());

  afterAll(async () => {
    await plane.stop();
  });

  /** Tasks, runs and approvals of different people, about different entities, at different stages. */
  async function makeObjects() {
    const makers = [as('supervisor'), as('admin')];
    const entityRefs = [undefined, ...ENTITY_REFS];
    const workflow = await new RunParty(plane).publish(`
      steps:
        - id: s
          wait: { for: 0s }
    `);
    let made = 0;
    for (const entityRef of entityRefs) {
      for (const maker of makers) {
        for (const { name } of agents) {
          await maker.tasks.create({
            title: `Task ${made++}`,
            entityRef,
            capabilities: [name],
          });
        }
        await maker.workflows.trigger({
          id: workflow.id,
          parameters: {},
          entityRef,
        });
        await maker.approvals.request({
          title: `Approval ${made++}`,
          entityRef,
          action: { made },
          effectClass: EFFECT_CLASSES[made % EFFECT_CLASSES.length],
        });
      }
    }
    for (const { id, client } of agents) {
      const { tasks } = (await client.agents.claim({ id, max: 6 }))!;
      for (const { id: taskId, attempt } of tasks.slice(0, 3)) {
        await client.tasks.complete({ id: taskId, attempt, output: {} });
      }
    }
  }

  /** All pages of a list. */
  async function idsOf(
    list: (page: { limit: number; cursor?: string }) => Promise<{
      items: { id: string }[];
      nextCursor?: string;
    }>,
    limit: number,
  ): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit, cursor });
      // No page but the last is short: what may not be seen leaves no gaps.
      expect(page.items).toHaveLength(
        page.nextCursor ? limit : page.items.length,
      );
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    return ids;
  }

  const KINDS: {
    type: ResourceType;
    rules: Parameters<typeof createConditionAuthorizer>[0];
    leaf: () => fc.Arbitrary<PermissionCondition>;
    list: (
      client: DevartClient,
    ) => (page: { limit: number; cursor?: string }) => Promise<any>;
    known: () => Promise<Known[]>;
  }[] = [
    {
      type: RESOURCE_TYPE_TASK,
      rules: Object.values(taskRules) as never,
      leaf: () =>
        fc.oneof(
          claims.map(taskConditions.isOwner),
          claims.map(taskConditions.isCreator),
          fc
            .subarray([agents[0].id, agents[0].name, agents[1].name, 'cat'])
            .map(chosen => taskConditions.isAssignee({ agents: chosen })),
        ),
      list: client => page => client.tasks.list(page),
      known: async () => {
        const { items } = await as('admin').tasks.list({ limit: 200 });
        return items.map(({ id, createdBy, entityRef, agent }) => ({
          id,
          knows: { creator: createdBy, owners: ownersOf(entityRef), agent },
        }));
      },
    },
    {
      type: RESOURCE_TYPE_RUN,
      rules: Object.values(runRules) as never,
      leaf: () =>
        fc.oneof(
          claims.map(runConditions.isOwner),
          claims.map(runConditions.isCreator),
        ),
      list: client => page => client.runs.list(page),
      known: async () => {
        const { items } = await as('admin').runs.list({ limit: 200 });
        return items.map(({ id, startedBy, entityRef }) => ({
          id,
          knows: { creator: startedBy, owners: ownersOf(entityRef) },
        }));
      },
    },
    {
      type: RESOURCE_TYPE_APPROVAL,
      rules: Object.values(approvalRules) as never,
      leaf: () =>
        fc.oneof(
          claims.map(approvalConditions.isOwner),
          claims.map(approvalConditions.isCreator),
          claims.map(approvalConditions.isAssignee),
          fc
            .constantFrom(...EFFECT_CLASSES)
            .map(effectClass =>
              approvalConditions.hasRiskAtMost({ effectClass }),
            ),
        ),
      list: client => page => client.approvals.list(page),
      known: async () => {
        const { items } = await as('admin').approvals.list({ limit: 200 });
        return items.map(
          ({ id, requestedBy, entityRef, approvers, effectClass }) => ({
            id,
            knows: {
              creator: requestedBy,
              owners: ownersOf(entityRef),
              assignees: approvers,
              effectClass,
            },
          }),
        );
      },
    },
  ];

  it.each(KINDS)(
    'shows of a list of $type, page by page, just what its rules say yes to',
    async ({ type, rules, leaf, list, known }) => {
      const all = await known();
      expect(all.length).toBeGreaterThan(10);
      const authorize = createConditionAuthorizer(rules);
      await fc.assert(
        fc.asyncProperty(
          trees(leaf()),
          fc.integer({ min: 1, max: 20 }),
          async (conditions, limit) => {
            const expected = all.filter(({ knows }) =>
              authorize(
                {
                  result: AuthorizeResult.CONDITIONAL,
                  pluginId: 'devart',
                  resourceType: type,
                  conditions,
                },
                knows as never,
              ),
            );
            policy.answer(readPermissionOf(type), conditions);
            expect(await idsOf(list(as('viewer')), limit)).toEqual(
              expected.map(({ id }) => id),
            );
            policy.reset();

            // What the framework itself decides over each, by its own endpoint.
            const { body } = await request(plane.server)
              .post(
                '/api/devart/.well-known/backstage/permissions/apply-conditions',
              )
              .set('authorization', mockCredentials.service.header())
              .send({
                items: [
                  {
                    id: 'all',
                    resourceRef: [...all.map(({ id }) => id), 'nonsense'],
                    resourceType: type,
                    conditions,
                  },
                ],
              })
              .expect(200);
            const allowed = new Set(expected.map(({ id }) => id));
            expect(body.items[0].result).toEqual([
              ...all.map(({ id }) =>
                allowed.has(id) ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
              ),
              AuthorizeResult.DENY,
            ]);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  /** Only what is about entities of the shop. */
  const ofTheShop = taskConditions.isOwner({ claims: [OWNERS[0]] });

  /** A task that meets the condition above, and one that does not. */
  async function twoTasks() {
    const make = (entityRef: string) =>
      as('admin').tasks.create({ title: 'One of two', entityRef });
    const ours = await make('component:default/cart');
    const theirs = await make('component:default/loans');
    return { ours: ours.id, theirs: theirs.id };
  }

  it('counts on the board and in the overview only what it lets see', async () => {
    await twoTasks();
    const { items } = await as('admin').tasks.list({
      limit: 200,
      status: ['queued'],
    });
    const shops = items.filter(
      ({ entityRef }) => ownersOf(entityRef)[0] === OWNERS[0],
    );
    policy.answer(taskReadPermission, ofTheShop);
    const board = await as('viewer').tasks.board({ limit: 1 });
    expect(board.queued).toMatchObject({
      total: shops.length,
      items: [{ id: shops[0].id }],
    });
    const { queue } = await as('viewer').portal.overview({});
    expect(queue.queued).toBe(shops.length);
    const { items: activity } = await as('viewer').activity.list({
      limit: 200,
    });
    expect(activity.length).toBeGreaterThan(0);
    expect(
      activity.filter(({ entityRef }) => ownersOf(entityRef)[0] !== OWNERS[0]),
    ).toEqual([]);
    // Who somebody is concerns no task.
    expect(await as('viewer').portal.me({})).toMatchObject({ role: 'viewer' });
  });

  it('hides single objects that may not be seen, and refuses what may not be done with those that may', async () => {
    const { ours, theirs } = await twoTasks();
    policy.answer(taskReadPermission, ofTheShop);
    await as('viewer').tasks.get({ id: ours });
    await as('viewer').tasks.history({ id: ours });
    const notThere = {
      statusCode: 404,
      body: { error: { message: `There is no task ${theirs}` } },
    };
    for (const call of [
      as('viewer').tasks.get({ id: theirs }),
      as('viewer').tasks.readLogs({ id: theirs }),
      as('viewer').tasks.listArtifacts({ id: theirs }),
      as('viewer').tasks.lineage({ id: theirs }),
      as('viewer').reviews.forTask({ id: theirs }),
      as('supervisor').tasks.update({ id: theirs, title: 'Mine' }),
      as('supervisor').tasks.delete({ id: theirs }),
      as('supervisor').tasks.create({ title: 'Child', parentId: theirs }),
      as('supervisor').tasks.createSuccessor({ id: theirs, title: 'Child' }),
    ]) {
      await expect(call).rejects.toMatchObject(notThere);
    }

    policy.reset();
    policy.answer(taskUpdatePermission, ofTheShop);
    await as('supervisor').tasks.update({ id: ours, title: 'Changed' });
    for (const call of [
      as('supervisor').tasks.update({ id: theirs, title: 'Changed' }),
      as('supervisor').tasks.cancel({ id: theirs }),
      as('supervisor').tasks.setStatus({ id: theirs, status: 'cancelled' }),
    ]) {
      await expect(call).rejects.toMatchObject({
        statusCode: 403,
        body: {
          error: {
            message: expect.stringContaining(
              'gives you devart.task.update on conditions that this task does not meet',
            ),
          },
        },
      });
    }
    // A role is still needed, whatever the policy allows.
    await expect(
      as('viewer').tasks.update({ id: ours, title: 'x' }),
    ).rejects.toMatchObject({ statusCode: 403 });
    // And the database keeps organisations apart underneath.
    policy.reset();
    policy.answer(taskReadPermission, { not: ofTheShop });
    await expect(
      as('stranger').tasks.get({ id: theirs }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });

  it('shows of a family only those members that may be seen', async () => {
    const { ours, theirs } = await twoTasks();
    const child = await as('admin').tasks.createSuccessor({
      id: theirs,
      title: 'Child of theirs',
      entityRef: 'component:default/cart',
    });
    const grandchild = await as('admin').tasks.createSuccessor({
      id: child.id,
      title: 'Grandchild',
      entityRef: 'component:default/loans',
    });
    policy.answer(taskReadPermission, ofTheShop);
    const { items } = await as('viewer').tasks.lineage({ id: child.id });
    expect(items.map(({ id, parentId }) => [id, parentId])).toEqual([
      [child.id, undefined],
    ]);
    expect([ours, grandchild.id]).not.toContain(items[0].id);
  });

  it('lets decide those approvals that it says, and tells so beforehand', async () => {
    const ask = (effectClass: 'none' | 'destructive') =>
      as('admin').approvals.request({
        title: `Something ${effectClass}`,
        action: {},
        effectClass,
      });
    const harmless = await ask('none');
    const grave = await ask('destructive');
    policy.answer(
      approvalDecidePermission,
      approvalConditions.hasRiskAtMost({ effectClass: 'idempotent' }),
    );
    const { items } = await as('supervisor').approvals.list({ limit: 200 });
    const mayDecide = (id: string) =>
      items.find(item => item.id === id)?.mayDecide;
    expect([mayDecide(harmless.id), mayDecide(grave.id)]).toEqual([
      true,
      false,
    ]);
    const mine = await idsOf(
      page => as('supervisor').approvals.list({ ...page, mine: true }),
      3,
    );
    expect(mine).toEqual(
      items.filter(item => item.mayDecide).map(({ id }) => id),
    );
    const { needsAttention } = await as('supervisor').portal.overview({});
    expect(needsAttention.approvals).toBe(mine.length);
    expect(
      await as('supervisor').approvals.get({ id: grave.id }),
    ).toMatchObject({ mayDecide: false });

    await expect(
      as('supervisor').approvals.decide({ id: grave.id, decision: 'approve' }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await as('supervisor').approvals.decide({
      id: harmless.id,
      decision: 'approve',
    });

    policy.answer(
      approvalReadPermission,
      approvalConditions.hasRiskAtMost({ effectClass: 'none' }),
    );
    await expect(
      as('supervisor').approvals.decide({ id: grave.id, decision: 'approve' }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is asked once for a call, also for an act on an object, and never for agents', async () => {
    const { ours } = await twoTasks();
    policy.reset();
    await as('viewer').tasks.list({});
    await as('supervisor').tasks.update({ id: ours, title: 'Again' });
    await as('supervisor').tasks.create({ title: 'New' });
    expect(policy.asked).toEqual([
      ['devart.task.read'],
      ['devart.task.update', 'devart.task.read'],
      ['devart.task.create'],
    ]);
    policy.reset();
    await agents[0].client.tasks.list({});
    await agents[0].client.agents.me({});
    expect(policy.asked).toEqual([]);
  });

  it("does not reach what acts in somebody's name: a run that would is refused", async () => {
    const { ours } = await twoTasks();
    const { id } = await new RunParty(plane).publish(`
      steps:
        - id: s
          operation: { id: tasks.get, input: { id: ${ours} } }
    `);
    policy.answer(taskReadPermission, ofTheShop);
    await expect(
      as('supervisor').workflows.trigger({ id, parameters: {} }),
    ).rejects.toMatchObject({
      statusCode: 403,
      body: {
        error: { message: expect.stringContaining('devart.task.read') },
      },
    });
  });

  it('refuses in plain words what cannot be decided over each object', async () => {
    policy.answer(analyticsReadPermission, ofTheShop);
    await expect(as('viewer').analytics.settings({})).rejects.toMatchObject({
      statusCode: 403,
      body: {
        error: {
          message: expect.stringContaining('cannot be done for some objects'),
        },
      },
    });
  });

  it('is closed to people who ask what it would say', async () => {
    await request(plane.server)
      .post('/api/devart/.well-known/backstage/permissions/apply-conditions')
      .set('authorization', `Bearer ${plane.tokenOf('admin')}`)
      .send({ items: [] })
      .expect(403);
    const { body } = await request(plane.server)
      .get('/api/devart/.well-known/backstage/permissions/metadata')
      .expect(200);
    expect(
      body.rules.map(
        ({ resourceType, name }: Record<string, string>) =>
          `${resourceType} ${name}`,
      ),
    ).toEqual(
      expect.arrayContaining([
        'devart-task IS_OWNER',
        'devart-task IS_CREATOR',
        'devart-task IS_ASSIGNEE',
        'devart-run IS_OWNER',
        'devart-run IS_CREATOR',
        'devart-approval IS_OWNER',
        'devart-approval IS_CREATOR',
        'devart-approval IS_ASSIGNEE',
        'devart-approval HAS_RISK_AT_MOST',
      ]),
    );
  });
});
