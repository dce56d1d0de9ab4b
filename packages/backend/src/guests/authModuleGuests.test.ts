import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import authPlugin from '@backstage/plugin-auth-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { testDatabaseServiceFactory } from '@devart/test-database';
import request from 'supertest';
import { authModuleGuests } from './authModuleGuests';
import { GUEST_HEADER } from './guestsAuthenticator';

const users = ['ada', 'mallory'].map(name => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, namespace: 'default' },
  spec: { memberOf: [] },
}));

async function startPortal(environment?: string) {
  const { server } = await startTestBackend({
    features: [
      authPlugin,
      authModuleGuests,
      catalogServiceMock.factory({ entities: users }),
      testDatabaseServiceFactory,
      mockServices.rootConfig.factory({
        data: {
          backend: {
            database: {
              client: 'pg',
              connection: process.env.DEVART_TEST_POSTGRES_URL,
              prefix: 'guests_test_',
            },
          },
          app: { baseUrl: 'http://localhost:3000' },
          auth: {
            environment,
            providers: {
              guests: {
                users: [
                  { userEntityRef: 'user:default/ada', title: 'Ada' },
                  { userEntityRef: 'user:default/gone', title: 'Gone' },
                ],
              },
            },
          },
        },
      }),
    ],
  });
  return {
    signIn: (ref?: string) =>
      request(server)
        .get('/api/auth/guests/refresh')
        .set(ref === undefined ? {} : { [GUEST_HEADER]: ref }),
  };
}

describe('signing in as a guest', () => {
  it('makes somebody the listed person, however the reference is written', async () => {
    const { signIn } = await startPortal('development');

    for (const ref of ['user:default/ada', 'User:default/Ada', 'ada']) {
      const { status, body } = await signIn(ref);

      expect(status).toBe(200);
      expect(body.profile.displayName).toBe('Ada');
      expect(body.backstageIdentity.identity.userEntityRef).toBe(
        'user:default/ada',
      );
    }
  });

  it('refuses people who are in the catalog but not listed', async () => {
    const { signIn } = await startPortal('development');

    const { status, body } = await signIn('user:default/mallory');

    expect(status).toBe(403);
    expect(body.error.message).toContain('is not listed');
  });

  it('refuses listed people whom the catalog does not know', async () => {
    const { signIn } = await startPortal('development');

    expect((await signIn('user:default/gone')).status).toBe(404);
  });

  it('says what is missing or malformed', async () => {
    const { signIn } = await startPortal('development');

    const missing = await signIn();
    expect(missing.status).toBe(400);
    expect(missing.body.error.message).toContain('user:default/ada');

    const malformed = await signIn('::');
    expect(malformed.status).toBe(400);
    expect(malformed.body.error.message).toContain('expected something like');
  });

  it.each(['production', undefined])(
    'refuses everybody when auth.environment is %s',
    async environment => {
      const { signIn } = await startPortal(environment);

      expect((await signIn('user:default/ada')).status).toBe(403);
    },
  );
});
