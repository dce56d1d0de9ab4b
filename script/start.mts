import { parseArgs } from 'node:util';
import { local, root } from './lib/paths.mts';
import { Portal } from './lib/Portal.mts';
import { portFromEnvironment } from './lib/ports.mts';
import { SetupError } from './lib/SetupError.mts';

const help = `Starts the portal and everything that it needs, until Ctrl-C.

  script/start [--fresh] [--rabbitmq]

  --fresh                forget everything that the database holds
  --rabbitmq             also start a RabbitMQ that tells agents of their tasks
  DEVART_APP_PORT        where to open the portal (3000)
  DEVART_BACKEND_PORT    where its back end listens (7007)
  POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD
                         a PostgreSQL server to use instead of the embedded one
  DEVART_RABBITMQ_SERVER the rabbitmq-server to start, unless it is where Debian has it

Data and logs are in .local.`;

const say = (line: string) => console.log(`devart: ${line}`);

async function main() {
  const { fresh, rabbitmq, help: wantsHelp } = options();
  if (wantsHelp) {
    console.log(help);
    return;
  }
  process.chdir(root);

  const portal = new Portal({
    folder: local,
    ports: {
      app: portFromEnvironment('DEVART_APP_PORT', 3000),
      backend: portFromEnvironment('DEVART_BACKEND_PORT', 7007),
    },
    fresh,
    rabbitmq,
    say,
  });
  const interrupted = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve());
    }
  });

  try {
    const started = portal.start().then(() => 'started' as const);
    // An interruption wins the race; a failure after it is no news.
    started.catch(() => {});
    if ((await Promise.race([started, interrupted])) === 'started') {
      say(`open ${portal.url} (Ctrl-C stops everything)`);
      const reason = await Promise.race([portal.failed, interrupted]);
      if (reason) {
        throw new SetupError(
          `${reason.message} Everything else is stopped, and the data is kept; start again with script/start.`,
        );
      }
    }
    say('stopping');
  } finally {
    await portal.stop();
  }
}

function options() {
  try {
    return parseArgs({
      options: {
        fresh: { type: 'boolean' },
        rabbitmq: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new SetupError(`${(error as Error).message}\n\n${help}`);
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}
