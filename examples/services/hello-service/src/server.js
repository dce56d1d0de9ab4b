import { readFile } from 'node:fs/promises';
import { createServer } from './createServer.js';

/** What was built says of which commit it is. */
async function readRevision() {
  try {
    const file = new URL('revision.json', import.meta.url);
    return JSON.parse(await readFile(file, 'utf8')).revision;
  } catch {
    return undefined;
  }
}

const { PORT = '8080', HOST = '127.0.0.1' } = process.env;
const server = createServer({ revision: await readRevision() });

server.listen(Number(PORT), HOST, () => {
  console.log(`Listening on http://${HOST}:${server.address().port}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => server.close(() => process.exit(0)));
}
