import http from 'node:http';
import { Pool } from 'undici';

/** As little as a proxy can do: bytes in, bytes out, connections kept. */
const [port, upstream] = process.argv.slice(2);
const pool = new Pool(upstream);

http
  .createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      pool
        .request({
          method: request.method as 'POST',
          path: request.url!,
          headers: { 'content-type': 'application/json' },
          body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
        })
        .then(({ statusCode, headers, body }) => {
          response.writeHead(statusCode, {
            'content-type': String(headers['content-type']),
          });
          body.pipe(response);
        })
        .catch(error => response.destroy(error));
    });
  })
  .listen(Number(port), '127.0.0.1');
