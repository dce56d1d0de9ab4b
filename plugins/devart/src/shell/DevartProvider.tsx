import type { PropsWithChildren } from 'react';
import { MeProvider } from '../access';
import { AgentDirectoryProvider } from '../directory';

/** What everything that devart shows needs to know: who looks at it, and which agents there are. */
export function DevartProvider({ children }: PropsWithChildren<{}>) {
  return (
    <MeProvider>
      <AgentDirectoryProvider>{children}</AgentDirectoryProvider>
    </MeProvider>
  );
}
