import { requireAgent, requireKnown, requireMember } from '../access/Caller';
import { decodeNameCursor, encodeNameCursor } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { AgentsService } from './AgentsService';
import type { EnrolmentService } from './EnrolmentService';

/** The operations on agents that concern the registry alone. */
export type RegistryHandlers = Pick<
  Handlers<'agents'>,
  | 'register'
  | 'prepare'
  | 'enrol'
  | 'list'
  | 'me'
  | 'get'
  | 'update'
  | 'describe'
  | 'undescribe'
  | 'rotateKey'
  | 'createEnrolmentToken'
  | 'listEnrolmentTokens'
  | 'revokeEnrolmentToken'
>;

/** Handlers of the registry of agents. */
export function createAgentHandlers(options: {
  agents: AgentsService;
  enrolment: EnrolmentService;
}): RegistryHandlers {
  const { agents, enrolment } = options;
  return {
    register: async (input, { caller }) =>
      agents.register(requireMember(caller), input),
    prepare: async (input, { caller }) =>
      agents.prepare(requireMember(caller), input),
    enrol: async ({ token, ...description }) =>
      enrolment.enrol(token, description),
    list: async ({ cursor, ...filter }, { caller }) => {
      const page = await agents.list(requireMember(caller), {
        ...filter,
        afterName: decodeNameCursor(cursor),
      });
      const last = page.agents.at(-1);
      return {
        items: page.agents,
        nextCursor: page.more && last ? encodeNameCursor(last.name) : undefined,
      };
    },
    me: async (_input, { caller }) => {
      const agent = requireAgent(caller);
      return agents.get(agent, agent.agentId);
    },
    get: async ({ id }, { caller }) => agents.get(requireKnown(caller), id),
    update: async ({ id, ifVersion, ...change }, { caller }) =>
      agents.update(requireMember(caller), id, change, ifVersion),
    describe: async (input, { caller }) =>
      agents.describe(requireMember(caller), input),
    undescribe: async ({ id }, { caller }) =>
      agents.undescribe(requireMember(caller), id),
    rotateKey: async ({ id, overlapSeconds }, { caller }) =>
      agents.rotateKey(requireMember(caller), id, overlapSeconds),
    createEnrolmentToken: async (input, { caller }) =>
      enrolment.createToken(requireMember(caller), input),
    listEnrolmentTokens: async ({ includeEnded }, { caller }) => ({
      items: await enrolment.listTokens(requireMember(caller), includeEnded),
    }),
    revokeEnrolmentToken: async ({ id }, { caller }) =>
      enrolment.revokeToken(requireMember(caller), id),
  };
}
