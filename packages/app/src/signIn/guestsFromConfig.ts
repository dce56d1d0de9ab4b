import { type ConfigApi } from '@backstage/frontend-plugin-api';

export interface Guest {
  userEntityRef: string;
  title: string;
  description?: string;
}

/** The guests of `auth.providers.guests`; nobody outside of development. */
export function guestsFromConfig(config: ConfigApi): Guest[] {
  if (config.getOptionalString('auth.environment') !== 'development') {
    return [];
  }
  const users =
    config.getOptionalConfigArray('auth.providers.guests.users') ?? [];
  return users.map(user => ({
    userEntityRef: user.getString('userEntityRef'),
    title: user.getString('title'),
    description: user.getOptionalString('description'),
  }));
}
