const KEY = 'devart.guest';

/**
 * Who signed in last. A tab keeps its own person, so that two tabs can be two
 * people; a new tab starts as whoever signed in most recently.
 */
export const rememberedGuest = {
  get(): string | undefined {
    return (
      sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined
    );
  },
  set(userEntityRef: string) {
    sessionStorage.setItem(KEY, userEntityRef);
    localStorage.setItem(KEY, userEntityRef);
  },
  forget() {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
  },
};
