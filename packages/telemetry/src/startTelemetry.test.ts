import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTelemetry } from './startTelemetry';

jest.setTimeout(60_000);

const OPTIONS = { serviceName: 'a-service-of-this-test' };

describe('startTelemetry', () => {
  it('starts nothing unless a collector is named', () => {
    expect(startTelemetry({}, OPTIONS)).toBeUndefined();
    expect(
      startTelemetry(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
          OTEL_SDK_DISABLED: 'true',
        },
        OPTIONS,
      ),
    ).toBeUndefined();
  });

  it('sends spans to the collector', async () => {
    const bodies: Buffer[] = [];
    const collector = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      if (request.url === '/v1/traces') {
        bodies.push(Buffer.concat(chunks));
      }
      response.setHeader('content-type', 'application/x-protobuf');
      response.end();
    });
    await new Promise<void>(resolve => {
      collector.listen(0, '127.0.0.1', resolve);
    });
    const { port } = collector.address() as AddressInfo;
    try {
      // In a process of its own: the exporter imports in a way that Jest cannot.
      await promisify(execFile)(
        process.execPath,
        [
          '--require',
          '@backstage/cli/config/nodeTransform.cjs',
          '--eval',
          `const { startTelemetry } = require('./src/startTelemetry');
           const { trace } = require('@opentelemetry/api');
           const sdk = startTelemetry(process.env, ${JSON.stringify(OPTIONS)});
           trace.getTracer('test').startSpan('a-span-of-this-test').end();
           sdk.shutdown();`,
        ],
        {
          cwd: path.resolve(__dirname, '..'),
          env: {
            ...process.env,
            OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
          },
        },
      );
    } finally {
      collector.close();
    }
    const sent = Buffer.concat(bodies).toString('latin1');
    expect(sent).toContain('a-span-of-this-test');
    expect(sent).toContain(OPTIONS.serviceName);
  });
});
