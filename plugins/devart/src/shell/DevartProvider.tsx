import type { PropsWithChildren } from 'react';
import { MeProvider } from '../access';

/** What everything that devart shows needs to know: who looks at it. */
export function DevartProvider({ children }: PropsWithChildren<{}>) {
  return <MeProvider>{children}</MeProvider>;
}
