import { createRequire } from 'node:module';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const {
  BenchMoney,
} = require('../../../plugins/devart-backend/dev/BenchMoney');

/** Whoever charges in `script/bench budget`, until it is killed. */
const money = await BenchMoney.start({
  postgresUrl: process.env.DEVART_POSTGRES_URL!,
  connections: 8,
});
const serviceId = process.env.DEVART_SERVICE!;
const attribution = { actor: 'service:bench', team: 'group:default/bench' };

async function work(me: number): Promise<never> {
  for (let i = 0; ; i++) {
    const requestId = `${process.pid} ${me} ${i}`;
    await money.charge({ serviceId, requestId, attribution });
    const held = `${requestId} held`;
    await money.reserve({
      serviceId,
      requestId: held,
      leastMicros: 1,
      mostMicros: 10,
      seconds: 3600,
      attribution,
    });
    if (i % 3 > 0) {
      await money.settle(held, 5);
    }
    if (me === 0 && i === 5) {
      process.stdout.write('at work\n');
    }
  }
}

await Promise.all(Array.from({ length: 8 }, (_, me) => work(me)));
