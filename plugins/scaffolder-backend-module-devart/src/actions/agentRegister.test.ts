import {
  ControlPlaneServer,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { agent, AGENT_ID } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createAgentRegisterAction } from './agentRegister';

let server: ControlPlaneServer;
let answer: () => unknown;

beforeEach(async () => {
  answer = () => agent();
  server = await ControlPlaneServer.start({ 'agents.prepare': () => answer() });
});
afterEach(() => server.stop());

const action = () => createAgentRegisterAction(servicesFor(server.url));
const input = { name: 'Builder-2', capabilities: ['build'], owner: '' };

describe('devart:agent:register', () => {
  it('registers an agent once, and puts out and logs no key', async () => {
    const checkpoints = new Map();

    const { output, error, log } = await runAction(action(), {
      input,
      checkpoints,
    });
    const resumed = await runAction(action(), { input, checkpoints });

    expect(error).toBeUndefined();
    expect(output).toEqual({
      agentId: AGENT_ID,
      entityRef: 'airesource:default/builder-2',
      url: `http://portal.example/devart/agents/${AGENT_ID}`,
    });
    expect(resumed.output).toEqual(output);
    expect(server.calls.map(call => call.input)).toEqual([
      {
        name: 'Builder-2',
        capabilities: ['build'],
        description: '',
        maxConcurrent: 1,
      },
    ]);
    expect(JSON.stringify([output, log, [...checkpoints]])).not.toContain(
      'dvk_',
    );
  });

  it('fails with what the control plane says', async () => {
    answer = () => {
      throw new Refusal(409, "name: there is an agent named 'x' already");
    };

    const { error } = await runAction(action(), { input });

    expect(error?.message).toBe("name: there is an agent named 'x' already");
  });

  it('registers nothing in a dry run', async () => {
    const { output } = await runAction(action(), { input, isDryRun: true });

    expect(server.calls).toEqual([]);
    expect(output.entityRef).toBe('airesource:default/builder-2');
  });
});
