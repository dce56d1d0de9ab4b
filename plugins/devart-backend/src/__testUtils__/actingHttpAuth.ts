import {
  coreServices,
  createServiceFactory,
  type BackstageCredentials,
  type HttpAuthService,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';

/** With what tokens of plugins begin, also those on behalf of a user. */
const SERVICE_TOKEN = mockCredentials.service.token().split(':')[0];

/**
 * Says of users for whom a plugin calls that one does, as a portal does and the
 * mock of test backends does not: the permission framework answers plugins with
 * conditions, and people with yes or no.
 */
export const actingHttpAuth = createServiceFactory({
  service: coreServices.httpAuth,
  deps: { plugin: coreServices.pluginMetadata },
  factory: ({ plugin }): HttpAuthService => {
    const mock = mockServices.httpAuth({
      pluginId: plugin.getId(),
      defaultCredentials: mockCredentials.none(),
    });
    return {
      issueUserCookie: mock.issueUserCookie.bind(mock),
      async credentials(request, options) {
        const credentials: BackstageCredentials = await mock.credentials(
          request,
          options,
        );
        const isActedFor =
          request.headers.authorization?.startsWith(
            `Bearer ${SERVICE_TOKEN}:`,
          ) && (credentials.principal as { type: string }).type === 'user';
        return (
          isActedFor
            ? {
                ...credentials,
                principal: {
                  ...(credentials.principal as object),
                  actor: { type: 'service', subject: 'plugin:devart' },
                },
              }
            : credentials
        ) as never;
      },
    };
  },
});
