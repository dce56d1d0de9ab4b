import http from 'node:http';
import { greet, languagesOf } from './greet.js';

/** `GET /health`, and `GET /` with `?name=`. */
export function createServer({ revision = 'development' } = {}) {
  return http.createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const url = new URL(request.url, 'http://localhost');
    if (request.method !== 'GET') {
      answer(405, { error: 'Only GET is answered' });
    } else if (url.pathname === '/health') {
      answer(200, { status: 'ok', revision });
    } else if (url.pathname === '/') {
      const languages = languagesOf(request.headers['accept-language']);
      const name = url.searchParams.get('name')?.slice(0, 100) || undefined;
      answer(200, { greeting: greet(name, languages) });
    } else {
      answer(404, { error: 'There is nothing here' });
    }
  });
}
