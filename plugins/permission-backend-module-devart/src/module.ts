import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { DevartPermissionPolicy } from './DevartPermissionPolicy';

/**
 * The module of the permission plugin that makes the roles of devart the
 * policy of the whole portal. A portal has one policy: install this, or a
 * module of your own that asks {@link DevartPermissionPolicy}.
 *
 * @public
 */
export const permissionModuleDevart = createBackendModule({
  pluginId: 'permission',
  moduleId: 'devart-policy',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        policy: policyExtensionPoint,
        userInfo: coreServices.userInfo,
      },
      async init({ config, policy, userInfo }) {
        policy.setPolicy(
          DevartPermissionPolicy.fromConfig(config, { userInfo }),
        );
      },
    });
  },
});
