import { consoleLogger } from './AgentLogger';
import type { AgentOptions } from './AgentOptions';
import { DevartAgent } from './DevartAgent';
import type { TaskHandler } from './TaskContext';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The main program of an agent: consumes until the process is told to end,
 * gives running tasks `graceMs` (20 seconds unless given) to finish, and
 * returns. A second SIGINT or SIGTERM ends the grace. When the agent cannot
 * start, says why and sets the exit code to 1.
 *
 * @public
 */
export async function runAgent(
  options: AgentOptions & { graceMs?: number },
  handler: TaskHandler,
): Promise<void> {
  const { graceMs = 20_000, logger = consoleLogger } = options;
  let told = false;
  const agent = new DevartAgent(options);
  const onSignal = () => {
    void agent.stop({ graceMs: told ? 0 : graceMs });
    told = true;
  };
  for (const signal of SIGNALS) {
    process.on(signal, onSignal);
  }
  try {
    await agent.startConsuming(handler);
  } catch (error) {
    logger.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    for (const signal of SIGNALS) {
      process.removeListener(signal, onSignal);
    }
  }
}
