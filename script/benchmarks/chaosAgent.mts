import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { DevartAgent } =
  require('@devart/agent-sdk') as typeof import('@devart/agent-sdk');

/** An agent of `script/bench chaos`: takes a moment for each task, so that the work outlasts what breaks, and leaves what came of it. */
const agent = new DevartAgent({
  baseUrl: process.env.DEVART_URL!,
  key: process.env.DEVART_AGENT_KEY!,
  concurrency: Number(process.env.DEVART_CONCURRENCY),
  rabbitmqUrl: process.env.DEVART_RABBITMQ_URL,
});
agent.startConsuming(async task => {
  await sleep(150 + Math.random() * 300);
  return { output: { by: process.pid, of: task.title } };
});
process.once('SIGTERM', () => agent.stop().then(() => process.exit(0)));
