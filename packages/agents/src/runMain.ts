import { startTelemetry } from '@devart/telemetry';
import { agents } from './agents';

function usage(): string {
  const names = Object.entries(agents)
    .map(([name, { description }]) => `  ${name.padEnd(14)} ${description}`)
    .join('\n');
  return `Runs one of the agents of devart, until it is told to end.

  devart-agents <agent>

${names}

  DEVART_URL               the plugin, such as http://localhost:7007/api/devart
  DEVART_AGENT_KEY         the agent's key, or
  DEVART_ENROLMENT_TOKEN   a token with which it registers itself, and
  DEVART_AGENT_KEY_FILE    where it then keeps its key
  DEVART_AGENT_NAME        its name when it registers itself
  DEVART_CONCURRENCY       tasks at once (1)
  DEVART_WORK_FOLDER       where it makes its throw-away folders
  DEVART_MODEL             for a model's reading: a model of the portal; the first
                           that it offers, unless given
  DEVART_MODEL_BASE_URL    an API like OpenAI's to call past the portal, with
  DEVART_MODEL_API_KEY     the key, if it wants one

  DEVART_AGENTS_RUN_REPOSITORIES
                           for pipeline: folders and URLs whose code it may run
  DEVART_AGENTS_RUN_ENVIRONMENT
                           names of variables that this code gets to see
  DEVART_AGENTS_DEPLOY_DIR where it puts releases

  OTEL_EXPORTER_OTLP_ENDPOINT
                           a collector of OpenTelemetry, for traces`;
}

/** The main program: runs the agent that the arguments name. */
export async function runMain(
  args: string[],
  environment: Record<string, string | undefined>,
): Promise<void> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    process.stdout.write(`${usage()}\n`);
    return;
  }
  if (!name || rest.length > 0 || !Object.hasOwn(agents, name)) {
    process.stderr.write(`${usage()}\n`);
    process.exitCode = 2;
    return;
  }
  const telemetry = startTelemetry(environment, {
    serviceName: 'devart-agents',
  });
  try {
    await agents[name].run(environment);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  } finally {
    await telemetry?.shutdown();
  }
}
