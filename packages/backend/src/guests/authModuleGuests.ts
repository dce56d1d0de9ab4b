import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  authProvidersExtensionPoint,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';
import { createGuestsAuthenticator } from './guestsAuthenticator';

/**
 * Sign-in for development: the browser names one of the people listed under
 * `auth.providers.guests.users` and becomes them, without any proof. It answers
 * nobody unless `auth.environment` says `development`.
 */
export const authModuleGuests = createBackendModule({
  pluginId: 'auth',
  moduleId: 'guests-provider',
  register(reg) {
    reg.registerInit({
      deps: {
        config: coreServices.rootConfig,
        providers: authProvidersExtensionPoint,
      },
      async init({ config, providers }) {
        providers.registerProvider({
          providerId: 'guests',
          factory: createProxyAuthProviderFactory({
            authenticator: createGuestsAuthenticator({
              environment: config.getOptionalString('auth.environment'),
            }),
            signInResolver: ({ result }, context) =>
              context.signInWithCatalogUser({
                entityRef: result.userEntityRef,
              }),
          }),
        });
      },
    });
  },
});
