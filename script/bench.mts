import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchApi } from './benchmarks/api.mts';
import { benchBudget } from './benchmarks/budget.mts';
import { benchChaos } from './benchmarks/chaos.mts';
import { benchGateway } from './benchmarks/gateway.mts';
import { benchPush } from './benchmarks/push.mts';
import { benchQueue } from './benchmarks/queue.mts';
import { benchWorkflow } from './benchmarks/workflow.mts';
import { EmbeddedPostgres } from './lib/EmbeddedPostgres.mts';
import { local } from './lib/paths.mts';
import { SetupError } from './lib/SetupError.mts';

const benchmarks = {
  api: benchApi,
  budget: benchBudget,
  push: benchPush,
  queue: benchQueue,
  workflow: benchWorkflow,
  gateway: benchGateway,
  chaos: benchChaos,
};

const help = `Measures, on an embedded PostgreSQL of its own.

  script/bench <benchmark> [--json] [--quick]

  api      pages of the board and of GET /tasks, claims, and a killed replica
  budget   whether caps hold, and charges beside one conditional update
  push     how soon and how fast an agent has its tasks, over a stream and asking
  queue    devart, graphile-worker and pg-boss side by side
  workflow runs of three and ten steps, and 1 to 50 to 1, beside DBOS
  gateway  calls of models over devart, Portkey's gateway and a bare proxy
  chaos    ten thousand tasks and five hundred runs while everything breaks once

  --json   one JSON object as the last line
  --quick  small counts, to compare two states of the code with (budget, queue, gateway)`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [name] = positionals;
  if (values.help) {
    console.log(help);
    return;
  }
  if (!name || !Object.hasOwn(benchmarks, name)) {
    throw new SetupError(
      `${name ? `There is no benchmark "${name}"` : 'Which benchmark?'}\n\n${help}`,
    );
  }
  const folder = path.join(local, 'bench');
  const postgresFolder = path.join(folder, 'postgres');
  await EmbeddedPostgres.remove(postgresFolder);
  const start = () =>
    EmbeddedPostgres.start({
      folder: postgresFolder,
      logFile: path.join(folder, 'postgres.log'),
      settings: {},
    });
  let postgres = await start();
  try {
    const figures = await benchmarks[name as keyof typeof benchmarks]({
      postgres,
      // It comes back under the same address.
      restartPostgres: async () => {
        await postgres.stop();
        postgres = await start();
      },
      folder,
      say: line => console.log(line),
      quick: values.quick,
    });
    if (values.json) {
      console.log(JSON.stringify(figures));
    }
  } finally {
    await postgres.stop();
    await EmbeddedPostgres.remove(postgresFolder);
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}
