import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServer } from '../src/createServer.js';

const server = createServer({ revision: 'abc' });
let url;

before(async () => {
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

test('says that it is healthy, and of which revision it is', async () => {
  const answer = await fetch(`${url}/health`);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { status: 'ok', revision: 'abc' });
});

test('greets whoever is named', async () => {
  const answer = await fetch(`${url}/?name=Ada`, {
    headers: { 'accept-language': 'es' },
  });
  assert.deepEqual(await answer.json(), { greeting: 'Hola, Ada!' });
});

test('answers nothing else', async () => {
  assert.equal((await fetch(`${url}/else`)).status, 404);
  assert.equal((await fetch(url, { method: 'POST' })).status, 405);
});
