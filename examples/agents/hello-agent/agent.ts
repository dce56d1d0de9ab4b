import { PermanentError, runAgent } from '@devart/agent-sdk';

const { DEVART_URL, DEVART_AGENT_KEY, DEVART_ENROLMENT_TOKEN } = process.env;

void runAgent(
  {
    baseUrl: DEVART_URL ?? 'http://localhost:7007/api/devart',
    key: DEVART_AGENT_KEY,
    enrolment: {
      token: DEVART_ENROLMENT_TOKEN,
      name: 'hello-agent',
      description: 'Greets people',
      capabilities: ['greeting'],
      keyFile: '.local/hello-agent.key',
    },
  },
  async (task, { log, progress, addArtifact, signal }) => {
    const { name } = task.input;
    if (typeof name !== 'string') {
      throw new PermanentError('The input must say whom to greet: { "name" }');
    }
    log.info(`Greeting ${name}`);
    progress(50, 'Thinking of words');
    signal.throwIfAborted();
    const greeting = `Hello, ${name}!`;
    await addArtifact({ name: 'greeting.txt', content: greeting });
    return { output: { greeting }, summary: `${name} was greeted` };
  },
);
