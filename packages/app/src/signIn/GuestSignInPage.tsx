import { ProxiedSignInPage } from '@backstage/core-components';
import { ResponseError } from '@backstage/errors';
import {
  configApiRef,
  useApi,
  type IdentityApi,
} from '@backstage/frontend-plugin-api';
import { type SignInPageProps } from '@backstage/plugin-app-react';
import { useCallback, useMemo, useState } from 'react';
import { GuestChooser } from './GuestChooser';
import { guestsFromConfig, type Guest } from './guestsFromConfig';
import { isAway } from './isAway';
import { PortalAway } from './PortalAway';
import { rememberedGuest } from './rememberedGuest';

/**
 * Lets somebody who develops become one of the configured people. The address
 * in the browser stays as it is, so a link leads where it should afterwards.
 *
 * Somebody who is remembered is signed in without being asked; when the portal
 * is away, as soon as it is back.
 */
export function GuestSignInPage({ onSignInSuccess }: SignInPageProps) {
  const configApi = useApi(configApiRef);
  const title = configApi.getOptionalString('app.title') ?? 'devart';
  const guests = guestsFromConfig(configApi);
  const [chosen, choose] = useState(() =>
    guests.find(guest => guest.userEntityRef === rememberedGuest.get()),
  );
  // The page below signs in once; another attempt needs another page.
  const [attempt, setAttempt] = useState(0);
  const tryAgain = useCallback(() => setAttempt(before => before + 1), []);
  const headers = useMemo(
    () => ({ 'x-devart-guest': chosen?.userEntityRef ?? '' }),
    [chosen],
  );
  const onChoose = (guest: Guest) => {
    choose(guest);
    tryAgain();
  };

  if (!chosen) {
    return <GuestChooser title={title} guests={guests} onChoose={onChoose} />;
  }

  return (
    <ProxiedSignInPage
      key={attempt}
      provider="guests"
      headers={headers}
      onSignInSuccess={identity => {
        rememberedGuest.set(chosen.userEntityRef);
        onSignInSuccess(forgettingOnSignOut(identity));
      }}
      ErrorComponent={({ error }) =>
        isAway(error) ? (
          <PortalAway title={title} headers={headers} onBack={tryAgain} />
        ) : (
          <GuestChooser
            title={title}
            guests={guests}
            onChoose={onChoose}
            problem={`Signing in as ${chosen.title} failed: ${reasonOf(error)}`}
          />
        )
      }
    />
  );
}

/** What the back end said, or what went wrong before it could. */
function reasonOf(error: Error | undefined): string {
  if (error instanceof ResponseError) {
    return error.body.error.message;
  }
  return error?.message ?? 'unknown error';
}

function forgettingOnSignOut(identity: IdentityApi): IdentityApi {
  return {
    getBackstageIdentity: () => identity.getBackstageIdentity(),
    getCredentials: () => identity.getCredentials(),
    getProfileInfo: () => identity.getProfileInfo(),
    async signOut() {
      rememberedGuest.forget();
      await identity.signOut();
    },
  };
}
