import { generateKeyPairSync } from 'node:crypto';
import { ConfigReader } from '@backstage/config';
import { readGithubSettings } from './readGithubSettings';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString();

const app = { appId: 431, privateKey };

function read(github: object) {
  return readGithubSettings(new ConfigReader({ devart: { github } }));
}

describe('readGithubSettings', () => {
  it('finds nothing where nothing is configured', () => {
    expect(readGithubSettings(new ConfigReader({}))).toBeUndefined();
    expect(
      readGithubSettings(new ConfigReader({ devart: {} })),
    ).toBeUndefined();
  });

  it('reads an App at github.com', () => {
    expect(read({ webhookSecret: 'secret', app })).toEqual({
      webhookSecret: 'secret',
      apiBaseUrl: 'https://api.github.com',
      webBaseUrl: 'https://github.com',
      credentials: {
        type: 'app',
        appId: 431,
        privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----/),
      },
    });
  });

  it('reads what came through environment variables', () => {
    const settings = read({
      webhookSecret: 'secret',
      app: { appId: '431', privateKey: privateKey.replaceAll('\n', '\\n') },
    });

    expect(settings!.credentials).toMatchObject({ type: 'app', appId: 431 });
  });

  it.each([
    ['https://github.example.com/api/v3/', 'https://github.example.com'],
    ['http://127.0.0.1:8080/api/v3', 'http://127.0.0.1:8080'],
    ['https://api.octocorp.ghe.com', 'https://octocorp.ghe.com'],
    ['https://api.github.com', 'https://github.com'],
  ])('knows where repositories of %s are', (apiBaseUrl, webBaseUrl) => {
    expect(
      read({ webhookSecret: 'secret', token: 'ghp_x', apiBaseUrl }),
    ).toMatchObject({
      apiBaseUrl: apiBaseUrl.replace(/\/$/, ''),
      webBaseUrl,
      credentials: { type: 'token', token: 'ghp_x' },
    });
  });

  it.each([
    [{ app }, 'devart.github.webhookSecret is missing or empty.'],
    [
      { webhookSecret: '', app },
      'devart.github.webhookSecret is missing or empty.',
    ],
    [
      { webhookSecret: '  ', app },
      'devart.github.webhookSecret must be a text.',
    ],
    [{ webhookSecret: 7, app }, 'devart.github.webhookSecret must be a text.'],
    [{}, 'devart.github.webhookSecret is missing or empty.'],
    [{ webhookSecret: 's' }, 'devart.github has neither app nor token'],
    [
      { webhookSecret: 's', app, token: 't' },
      'devart.github.app and devart.github.token exclude each other',
    ],
    [{ webhookSecret: 's', token: [] }, 'devart.github.token must be a text.'],
    [
      { webhookSecret: 's', app: { appId: 'devart', privateKey } },
      'devart.github.app.appId must be the number',
    ],
    [
      { webhookSecret: 's', app: { privateKey } },
      'devart.github.app.appId must be the number',
    ],
    [
      { webhookSecret: 's', app: { appId: 431 } },
      'devart.github.app.privateKey is missing or empty.',
    ],
    [
      { webhookSecret: 's', app: { appId: 431, privateKey: 'top-secret' } },
      'devart.github.app.privateKey is not a private key in PEM format.',
    ],
    [
      { webhookSecret: 's', app, apiBaseUrl: 'github.example.com' },
      'devart.github.apiBaseUrl must be an http or https URL',
    ],
    [
      { webhookSecret: 's', app, apiBaseUrl: 'https://ada:x@example.com' },
      'devart.github.apiBaseUrl must be an http or https URL without credentials',
    ],
  ])('refuses %j', (github, message) => {
    let refusal = '';
    try {
      read(github);
    } catch (error) {
      refusal = String(error);
    }
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('top-secret');
  });
});
