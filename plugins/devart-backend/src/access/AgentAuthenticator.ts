import type { AgentCaller } from './Caller';

/** What a key tells about the agent that holds it. */
export interface AuthenticatedAgent {
  caller: AgentCaller;
  /** Why the agent may not work; undefined when it may. */
  refusal?: string;
  /** It may still report on the tasks that it is working on. */
  finishing: boolean;
}

/** Knows which agent a key belongs to. */
export interface AgentAuthenticator {
  /** The agent whose key this is; undefined when it is nobody's. */
  authenticate(key: string): Promise<AuthenticatedAgent | undefined>;
}
