import { ConfigReader } from '@backstage/config';
import { readRabbitmqSettings } from './readRabbitmqSettings';

function read(rabbitmq: object | undefined) {
  return readRabbitmqSettings(
    new ConfigReader(rabbitmq ? { devart: { rabbitmq } as never } : {}),
  );
}

describe('the configuration of RabbitMQ', () => {
  it('may be missing altogether', () => {
    expect(read(undefined)).toBeUndefined();
  });

  it('keeps account and password from agents', () => {
    expect(
      read({ url: 'amqps://devart:s3cret@mq.example.com/portal' }),
    ).toEqual({
      url: 'amqps://devart:s3cret@mq.example.com/portal',
      agentUrl: 'amqps://mq.example.com/portal',
      prefix: '',
      queueExpiresMs: 7 * 24 * 3_600_000,
    });
    const { agentUrl } = read({
      url: 'amqp://devart:s3cret@mq.internal',
      agentUrl: 'amqp://other:s3cret@mq.example.com',
    })!;
    expect(agentUrl).toBe('amqp://mq.example.com');
  });

  it.each([
    [{}, /devart\.rabbitmq\.url is missing/],
    [{ url: 'not a url with s3cret' }, /devart\.rabbitmq\.url is not a URL/],
    [{ url: 'http://x:s3cret@host' }, /must begin with amqp:\/\/ or amqps/],
    [
      { url: 'amqp://h', agentUrl: 's3cret' },
      /rabbitmq\.agentUrl is not a URL/,
    ],
    [{ url: 'amqp://h', prefix: 'a/b' }, /rabbitmq\.prefix is 'a\/b'/],
    [{ url: 'amqp://h', queueExpiresHours: 0 }, /queueExpiresHours is 0/],
  ])('is refused with the key and without secrets: %j', (section, message) => {
    expect(() => read(section)).toThrow(message);
    expect(() => read(section)).not.toThrow(/s3cret/);
  });
});
