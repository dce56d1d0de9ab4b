import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { permissionsServiceFactory } from '@backstage/backend-defaults/permissions';
import type { Entity } from '@backstage/catalog-model';
import permissionPlugin from '@backstage/plugin-permission-backend';
import {
  AuthorizeResult,
  isResourcePermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  RESOURCE_TYPE_TASK,
  taskUpdatePermission,
} from '@devart/plugin-devart-common';
import {
  createTaskConditionalDecision,
  taskConditions,
} from '@devart/plugin-devart-node';
import { DevartPermissionPolicy } from '@devart/plugin-permission-backend-module-devart';
import request from 'supertest';
import { actingHttpAuth } from '../__testUtils__/actingHttpAuth';
import { PEOPLE, TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

/** The sample of the README of the policy. */
class TeamPolicy implements PermissionPolicy {
  readonly #devart: DevartPermissionPolicy;

  constructor(devart: DevartPermissionPolicy) {
    this.#devart = devart;
  }

  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const decision = await this.#devart.handle({ permission }, user);
    const isSupervisor =
      (await this.#devart.decide({ permission: taskUpdatePermission }, user))
        ?.result === AuthorizeResult.ALLOW;
    if (
      decision.result !== AuthorizeResult.ALLOW ||
      isSupervisor ||
      !user ||
      !isResourcePermission(permission, RESOURCE_TYPE_TASK)
    ) {
      return decision;
    }
    return createTaskConditionalDecision(permission, {
      anyOf: [
        taskConditions.isOwner({ claims: user.info.ownershipEntityRefs }),
        taskConditions.isCreator({ claims: [user.info.userEntityRef] }),
      ],
    });
  }
}

const teamPolicy = createBackendModule({
  pluginId: 'permission',
  moduleId: 'team-policy',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        policy: policyExtensionPoint,
        userInfo: coreServices.userInfo,
      },
      async init({ config, policy, userInfo }) {
        policy.setPolicy(
          new TeamPolicy(
            DevartPermissionPolicy.fromConfig(config, { userInfo }),
          ),
        );
      },
    });
  },
});

function component(name: string, owner: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, namespace: 'default' },
    relations: [{ type: 'ownedBy', targetRef: owner }],
  };
}

describe('the permission framework with a policy that composes the role policy', () => {
  let plane: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      entities: [
        component('mine', PEOPLE.viewer),
        component('theirs', 'group:default/others'),
      ],
      httpAuth: actingHttpAuth,
      rootConfig: { permission: { enabled: true } },
      features: [permissionPlugin, teamPolicy, permissionsServiceFactory],
    });
  });

  afterAll(async () => {
    await plane.stop();
  });

  it('narrows for viewers what they see, and nothing for supervisors and agents', async () => {
    const make = async (name: string) =>
      (
        await plane.as('supervisor').tasks.create({
          title: name,
          entityRef: `component:default/${name}`,
        })
      ).id;
    const mine = await make('mine');
    const theirs = await make('theirs');
    const titles = async (person: 'viewer' | 'supervisor') =>
      (await plane.as(person).tasks.list({})).items.map(({ title }) => title);
    expect(await titles('viewer')).toEqual(['mine']);
    expect(await titles('supervisor')).toEqual(['theirs', 'mine']);
    expect(await plane.as('viewer').tasks.get({ id: mine })).toMatchObject({
      title: 'mine',
    });
    await expect(
      plane.as('viewer').tasks.get({ id: theirs }),
    ).rejects.toMatchObject({ statusCode: 404 });
    await expect(
      plane.as('viewer').tasks.cancel({ id: mine }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await plane.as('supervisor').tasks.cancel({ id: theirs });
  });

  it('answers a page of the portal that asks about one task', async () => {
    const { items } = await plane.as('supervisor').tasks.list({});
    const { body } = await request(plane.server)
      .post('/api/permission/authorize')
      .set('authorization', `Bearer ${plane.tokenOf('viewer')}`)
      .send({
        items: items.map(({ id }) => ({
          id,
          permission: {
            type: 'resource',
            name: 'devart.task.read',
            attributes: { action: 'read' },
            resourceType: RESOURCE_TYPE_TASK,
          },
          resourceRef: id,
        })),
      })
      .expect(200);
    expect(
      items.map(({ title }, index) => [title, body.items[index].result]),
    ).toEqual([
      ['theirs', AuthorizeResult.DENY],
      ['mine', AuthorizeResult.ALLOW],
    ]);
  });

  it('lists for viewers the tools whose permission depends on the object', async () => {
    const { body } = await request(plane.server)
      .get('/api/devart/.backstage/actions/v1/actions')
      .set('authorization', `Bearer ${plane.tokenOf('viewer')}`)
      .expect(200);
    const names = body.actions.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['tasks-list', 'runs-list']));
    expect(names).not.toContain('tasks-create');
    const { body: listed } = await request(plane.server)
      .post(
        '/api/devart/.backstage/actions/v1/actions/devart%3Atasks-list/invoke',
      )
      .set('authorization', `Bearer ${plane.tokenOf('viewer')}`)
      .send({})
      .expect(200);
    expect(listed.output.result.items).toMatchObject([{ title: 'mine' }]);
  });
});
