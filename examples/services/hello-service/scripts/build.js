import { cp, rm, writeFile } from 'node:fs/promises';

const dist = new URL('../dist/', import.meta.url);
const revision = process.env.DEVART_REVISION ?? 'development';

await rm(dist, { recursive: true, force: true });
await cp(new URL('../src/', import.meta.url), dist, { recursive: true });
await writeFile(new URL('revision.json', dist), JSON.stringify({ revision }));
await writeFile(
  new URL('package.json', dist),
  JSON.stringify({ type: 'module' }),
);
console.log(`Built ${revision}`);
