import { ProxiedSignInPage } from '@backstage/core-components';
import {
  configApiRef,
  useApi,
  type IdentityApi,
} from '@backstage/frontend-plugin-api';
import { type SignInPageProps } from '@backstage/plugin-app-react';
import { useState } from 'react';
import { GuestChooser } from './GuestChooser';
import { guestsFromConfig } from './guestsFromConfig';
import { rememberedGuest } from './rememberedGuest';

/**
 * Lets somebody who develops become one of the configured people. The address
 * in the browser stays as it is, so a link leads where it should afterwards.
 */
export function GuestSignInPage({ onSignInSuccess }: SignInPageProps) {
  const configApi = useApi(configApiRef);
  const guests = guestsFromConfig(configApi);
  const [chosen, choose] = useState(() =>
    guests.find(guest => guest.userEntityRef === rememberedGuest.get()),
  );

  if (!chosen) {
    return (
      <GuestChooser
        title={configApi.getOptionalString('app.title') ?? 'devart'}
        guests={guests}
        onChoose={choose}
      />
    );
  }

  return (
    <ProxiedSignInPage
      provider="guests"
      headers={{ 'x-devart-guest': chosen.userEntityRef }}
      onSignInSuccess={identity => {
        rememberedGuest.set(chosen.userEntityRef);
        onSignInSuccess(forgettingOnSignOut(identity));
      }}
      ErrorComponent={({ error }) => (
        <GuestChooser
          title={configApi.getOptionalString('app.title') ?? 'devart'}
          guests={guests}
          onChoose={choose}
          problem={`Signing in as ${chosen.title} failed: ${
            error?.message ?? 'unknown error'
          }`}
        />
      )}
    />
  );
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
