import {
  createBackendModule,
  coreServices,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogPermissions } from '@backstage/plugin-catalog-common/alpha';
import permissionPlugin from '@backstage/plugin-permission-backend';
import {
  AuthorizeResult,
  createPermission,
  isResourcePermission,
  type Permission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type { PermissionPolicy } from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { scaffolderPermissions } from '@backstage/plugin-scaffolder-common/alpha';
import {
  agentDeletePermission,
  taskCreatePermission,
  taskReadPermission,
} from '@devart/plugin-devart-common';
import request from 'supertest';
import { DevartPermissionPolicy } from './DevartPermissionPolicy';
import { permissionModuleDevart } from './module';

const groups: Record<string, string[]> = {
  'user:default/ada': ['group:default/platform-admins'],
  'user:default/sam': ['group:default/supervisors'],
  'user:default/mia': ['group:default/developers', 'group:default/supervisors'],
  'user:default/vic': ['group:default/developers'],
};

const config = {
  permission: { enabled: true },
  devart: {
    access: {
      roles: {
        admin: ['group:default/platform-admins'],
        supervisor: ['Group:default/Supervisors'],
      },
    },
  },
};

/** A backend with a policy. */
async function startPortal(policy: BackendFeature = permissionModuleDevart) {
  const getUserInfo = jest.fn(async credentials => {
    const { userEntityRef } = credentials.principal;
    return {
      userEntityRef,
      ownershipEntityRefs: [userEntityRef, ...(groups[userEntityRef] ?? [])],
    };
  });
  const { server } = await startTestBackend({
    features: [
      permissionPlugin,
      policy,
      mockServices.rootConfig.factory({ data: config }),
      mockServices.userInfo.mock({ getUserInfo }).factory,
    ],
  });

  return {
    getUserInfo,
    /** The names of those permissions that somebody may use. */
    async mayUse(userEntityRef: string, permissions: readonly Permission[]) {
      const { status, body } = await request(server)
        .post('/api/permission/authorize')
        .set('authorization', mockCredentials.user.header(userEntityRef))
        .send({
          items: permissions.map((permission, index) => ({
            id: String(index),
            permission,
            resourceRef: isResourcePermission(permission)
              ? 'component:default/shop'
              : undefined,
          })),
        });
      expect(status).toBe(200);
      return permissions
        .filter(
          (_, index) => body.items[index].result === AuthorizeResult.ALLOW,
        )
        .map(permission => permission.name)
        .sort();
    },
  };
}

const READING = [
  'catalog.entity.read',
  'catalog.ingestion.read',
  'catalog.location.read',
  'scaffolder.task.read',
  'scaffolder.template.parameter.read',
  'scaffolder.template.step.read',
];
const RUNNING = [
  'catalog.entity.create',
  'catalog.entity.refresh',
  'catalog.entity.validate',
  'catalog.location.analyze',
  'catalog.location.create',
  'scaffolder.action.execute',
  'scaffolder.task.cancel',
  'scaffolder.task.create',
];
const MANAGING = [
  'catalog.entity.delete',
  'catalog.ingestion.manage',
  'catalog.location.delete',
  'scaffolder.template.dry-run',
  'scaffolder.template.management',
];

jest.setTimeout(120_000);

describe('the policy of the portal', () => {
  it('lets roles do in devart what they may', async () => {
    const { mayUse } = await startPortal();
    const permissions = [
      taskReadPermission,
      taskCreatePermission,
      agentDeletePermission,
    ];

    expect(await mayUse('user:default/vic', permissions)).toEqual([
      'devart.task.read',
    ]);
    expect(await mayUse('user:default/sam', permissions)).toEqual([
      'devart.task.create',
      'devart.task.read',
    ]);
    expect(await mayUse('user:default/ada', permissions)).toEqual([
      'devart.agent.delete',
      'devart.task.create',
      'devart.task.read',
    ]);
  });

  it('lets viewers read the rest of the portal, supervisors run it and admins do everything', async () => {
    const { mayUse } = await startPortal();
    const permissions = [...catalogPermissions, ...scaffolderPermissions];

    expect(await mayUse('user:default/vic', permissions)).toEqual(READING);
    expect(await mayUse('user:default/sam', permissions)).toEqual(
      [...READING, ...RUNNING].sort(),
    );
    expect(await mayUse('user:default/ada', permissions)).toEqual(
      [...READING, ...RUNNING, ...MANAGING].sort(),
    );
  });

  it('leaves to admins what it does not know', async () => {
    const { mayUse } = await startPortal();
    const unheardOf = createPermission({ name: 'new.thing', attributes: {} });

    expect(await mayUse('user:default/sam', [unheardOf])).toEqual([]);
    expect(await mayUse('user:default/ada', [unheardOf])).toEqual([
      'new.thing',
    ]);
  });

  it('gives whoever is in several groups the most powerful role', async () => {
    const { mayUse } = await startPortal();

    expect(await mayUse('user:default/mia', [taskCreatePermission])).toEqual([
      'devart.task.create',
    ]);
  });

  it('takes people whom nobody has mapped for viewers', async () => {
    const { mayUse } = await startPortal();

    expect(
      await mayUse('user:default/stranger', [
        taskReadPermission,
        taskCreatePermission,
      ]),
    ).toEqual(['devart.task.read']);
  });

  it('refuses everything to whoever is not signed in', async () => {
    const policy = DevartPermissionPolicy.fromConfig(
      mockServices.rootConfig({ data: config }),
      { userInfo: mockServices.userInfo() },
    );
    const searching = createPermission({
      name: 'search.read',
      attributes: { action: 'read' },
    });

    for (const permission of [taskReadPermission, searching]) {
      expect(await policy.handle({ permission })).toEqual({
        result: AuthorizeResult.DENY,
      });
    }
  });

  it('refuses to start with a role that there is not', async () => {
    await expect(
      startTestBackend({
        features: [
          permissionPlugin,
          permissionModuleDevart,
          mockServices.rootConfig.factory({
            data: {
              permission: { enabled: true },
              devart: { access: { roles: { boss: ['user:default/ada'] } } },
            },
          }),
        ],
      }),
    ).rejects.toThrow('devart.access.roles.boss is not a role');
  });
});

describe('a policy of the portal that asks devart', () => {
  class OwnPolicy implements PermissionPolicy {
    readonly #devart: DevartPermissionPolicy;

    constructor(devart: DevartPermissionPolicy) {
      this.#devart = devart;
    }

    async handle(
      ...query: Parameters<PermissionPolicy['handle']>
    ): Promise<PolicyDecision> {
      const decision = await this.#devart.decide(...query);
      return decision ?? { result: AuthorizeResult.ALLOW };
    }
  }

  const ownModule = createBackendModule({
    pluginId: 'permission',
    moduleId: 'own-policy',
    register(env) {
      env.registerInit({
        deps: {
          rootConfig: coreServices.rootConfig,
          policy: policyExtensionPoint,
          userInfo: coreServices.userInfo,
        },
        async init({ rootConfig, policy, userInfo }) {
          policy.setPolicy(
            new OwnPolicy(
              DevartPermissionPolicy.fromConfig(rootConfig, { userInfo }),
            ),
          );
        },
      });
    },
  });

  it('has its own way with the permissions of others, and only with those', async () => {
    const { mayUse, getUserInfo } = await startPortal(ownModule);

    expect(
      await mayUse('user:default/vic', scaffolderPermissions),
    ).toHaveLength(scaffolderPermissions.length);
    // Nobody's groups are looked up for what devart has no say in.
    expect(getUserInfo).toHaveBeenCalledTimes(1);
    expect(
      await mayUse('user:default/vic', [
        taskReadPermission,
        taskCreatePermission,
      ]),
    ).toEqual(['devart.task.read']);
  });
});
