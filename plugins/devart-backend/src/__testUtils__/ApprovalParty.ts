import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockCredentials } from '@backstage/backend-test-utils';
import { parseEntityRef } from '@backstage/catalog-model';
import type { BackstageUserInfo } from '@backstage/backend-plugin-api';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import type { DevartClient } from '@devart/plugin-devart-common';
import {
  TestControlPlane,
  type TestControlPlaneOptions,
} from './TestControlPlane';

/** People who ask and decide, with their groups; all but vic are supervisors or more. */
const GROUPS: Record<string, string[]> = {
  ada: [],
  sam: [],
  vic: ['owners'],
  bob: ['owners'],
  cleo: ['owners'],
  dan: ['board'],
  eve: ['board', 'owners'],
};

/** Somebody of the party. */
export type Member = 'ada' | 'sam' | 'vic' | 'bob' | 'cleo' | 'dan' | 'eve';

/** The reference of somebody of the party. */
export const userRef = (name: string) => `user:default/${name}`;

/** The reference of a group. */
export const groupRef = (name: string) => `group:default/${name}`;

/** A control plane among people who belong to groups, with what they were notified of. */
export class ApprovalParty {
  static async start(
    options: TestControlPlaneOptions & {
      /** Throws to make the notification fail. */
      onNotification?: () => void;
    } = {},
  ): Promise<ApprovalParty> {
    const sent: NotificationSendOptions[] = [];
    const { onNotification, ...rest } = options;
    const plane = await TestControlPlane.start({
      ...rest,
      entities: [
        ...Object.keys(GROUPS).map(userRef),
        groupRef('owners'),
        groupRef('board'),
      ].map(ref => {
        const { kind, namespace, name } = parseEntityRef(ref);
        return {
          apiVersion: 'backstage.io/v1alpha1',
          kind: kind === 'user' ? 'User' : 'Group',
          metadata: { namespace, name },
        };
      }),
      config: {
        access: {
          roles: {
            admin: [userRef('ada'), 'user:default/olga'],
            supervisor: ['sam', 'bob', 'cleo', 'dan', 'eve']
              .map(userRef)
              .concat('service:external:test-service'),
          },
        },
        ...options.config,
      },
      features: [
        ...(options.features ?? []),
        createServiceFactory({
          service: coreServices.userInfo,
          deps: {},
          factory: () => ({
            getUserInfo: async (credentials): Promise<BackstageUserInfo> => {
              const { userEntityRef } = credentials.principal as unknown as {
                userEntityRef: string;
              };
              const { name } = parseEntityRef(userEntityRef);
              const groups = (GROUPS[name] ?? []).map(groupRef);
              return {
                userEntityRef,
                ownershipEntityRefs: [userEntityRef, ...groups],
              };
            },
          }),
        }),
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({
            send: async notification => {
              onNotification?.();
              sent.push(notification);
            },
          }),
        }),
      ],
    });
    return new ApprovalParty(plane, sent);
  }

  readonly plane: TestControlPlane;
  /** Notifications that were sent, oldest first. */
  readonly sent: readonly NotificationSendOptions[];

  private constructor(
    plane: TestControlPlane,
    sent: readonly NotificationSendOptions[],
  ) {
    this.plane = plane;
    this.sent = sent;
  }

  /** A client in the name of somebody. */
  as(member: Member): DevartClient {
    return this.plane.withToken(mockCredentials.user.token(userRef(member)));
  }
}
