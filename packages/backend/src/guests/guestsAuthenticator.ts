import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { InputError, NotAllowedError } from '@backstage/errors';
import { createProxyAuthenticator } from '@backstage/plugin-auth-node';

/** The request header in which the browser names the guest. */
export const GUEST_HEADER = 'x-devart-guest';

export interface Guest {
  userEntityRef: string;
  title: string;
}

/** Turns the name of a listed guest into that guest, and refuses all others. */
export function createGuestsAuthenticator(options: { environment?: string }) {
  return createProxyAuthenticator({
    defaultProfileTransform: async (guest: Guest) => ({
      profile: { displayName: guest.title },
    }),

    initialize({ config }) {
      const guests = new Map<string, Guest>();
      for (const user of config.getConfigArray('users')) {
        const userEntityRef = canonicalUserRef(user.getString('userEntityRef'));
        guests.set(userEntityRef, {
          userEntityRef,
          title: user.getString('title'),
        });
      }
      return guests;
    },

    async authenticate({ req }, guests) {
      if (
        options.environment !== 'development' ||
        process.env.NODE_ENV === 'production'
      ) {
        throw new NotAllowedError(
          'Guests can sign in only while auth.environment is development and NODE_ENV is not production',
        );
      }
      const wanted = req.header(GUEST_HEADER);
      if (!wanted) {
        throw new InputError(
          `The header ${GUEST_HEADER} is missing; it names one of ${[
            ...guests.keys(),
          ].join(', ')}`,
        );
      }
      const guest = guests.get(canonicalUserRef(wanted));
      if (!guest) {
        throw new NotAllowedError(
          `${wanted} is not listed under auth.providers.guests.users`,
        );
      }
      return { result: guest };
    },
  });
}

function canonicalUserRef(ref: string): string {
  try {
    return stringifyEntityRef(
      parseEntityRef(ref, { defaultKind: 'user', defaultNamespace: 'default' }),
    );
  } catch {
    throw new InputError(
      `"${ref}" is not a reference to a user; expected something like user:default/ada`,
    );
  }
}
