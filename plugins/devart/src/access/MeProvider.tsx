import { createContext, useContext, type PropsWithChildren } from 'react';
import { useMe, type Me } from './useMe';

const MeContext = createContext<Me | undefined>(undefined);

/** Asks once who is signed in, for everything inside. */
export function MeProvider({ children }: PropsWithChildren<{}>) {
  return <MeContext.Provider value={useMe()}>{children}</MeContext.Provider>;
}

/** Who is signed in; undefined until it is known. */
export function useKnownMe(): Me | undefined {
  return useContext(MeContext);
}
