import { createPrivateKey } from 'node:crypto';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { GithubSettings } from './GithubSettings';

const SECTION = 'devart.github';

/**
 * Reads `devart.github`; undefined when the section is not there.
 *
 * @throws InputError naming the key and what it should be. Never says a value
 * of a secret.
 */
export function readGithubSettings(config: Config): GithubSettings | undefined {
  if (!config.has(SECTION)) {
    return undefined;
  }
  const apiBaseUrl = readApiBaseUrl(config);
  return {
    webhookSecret: readText(
      config,
      `${SECTION}.webhookSecret`,
      'Set it to the webhook secret of the GitHub App: without it anybody could send webhooks in the name of GitHub.',
    ),
    apiBaseUrl,
    webBaseUrl: webBaseUrlOf(apiBaseUrl),
    credentials: readCredentials(config),
  };
}

function readCredentials(config: Config): GithubSettings['credentials'] {
  const hasApp = config.has(`${SECTION}.app`);
  const hasToken = config.has(`${SECTION}.token`);
  if (hasApp === hasToken) {
    throw new InputError(
      hasApp
        ? `${SECTION}.app and ${SECTION}.token exclude each other: keep the one that should act.`
        : `${SECTION} has neither app nor token: set ${SECTION}.app.appId and ${SECTION}.app.privateKey, or ${SECTION}.token for development.`,
    );
  }
  return hasApp
    ? {
        type: 'app',
        appId: readAppId(config),
        privateKey: readPrivateKey(config),
      }
    : {
        type: 'token',
        token: readText(
          config,
          `${SECTION}.token`,
          'Set it to a personal access token, or use an App instead.',
        ),
      };
}

function readAppId(config: Config): number {
  const key = `${SECTION}.app.appId`;
  const value = Number(config.getOptional<unknown>(key));
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InputError(
      `${key} must be the number that GitHub shows as "App ID" on the page of the App.`,
    );
  }
  return value;
}

function readPrivateKey(config: Config): string {
  const key = `${SECTION}.app.privateKey`;
  const pem = readText(
    config,
    key,
    'Set it to a private key of the App in PEM format.',
  ).replaceAll('\\n', '\n');
  try {
    // GitHub hands out PKCS #1; signing is specified for PKCS #8.
    return createPrivateKey(pem)
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
  } catch {
    throw new InputError(
      `${key} is not a private key in PEM format. It must begin with "-----BEGIN RSA PRIVATE KEY-----" or "-----BEGIN PRIVATE KEY-----" and hold all lines of the file that GitHub handed out.`,
    );
  }
}

function readApiBaseUrl(config: Config): string {
  const key = `${SECTION}.apiBaseUrl`;
  const value = config.has(key)
    ? readText(config, key, 'Leave it out for github.com.')
    : 'https://api.github.com';
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username ||
    url.password ||
    url.search ||
    url.hash
  ) {
    throw new InputError(
      `${key} must be an http or https URL without credentials and query, such as https://github.example.com/api/v3.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function webBaseUrlOf(apiBaseUrl: string): string {
  const url = new URL(apiBaseUrl);
  // github.com and GitHub Enterprise Cloud with data residency keep the API on
  // a host of its own, GitHub Enterprise Server below a path.
  return /^api\.(github\.com|.+\.ghe\.com)$/.test(url.hostname)
    ? `${url.protocol}//${url.host.replace(/^api\./, '')}`
    : url.origin;
}

function readText(config: Config, key: string, advice: string): string {
  const value = config.getOptional<unknown>(key);
  if (typeof value !== 'string' || value.trim() === '') {
    const problem =
      value === undefined || value === ''
        ? 'is missing or empty'
        : 'must be a text';
    throw new InputError(`${key} ${problem}. ${advice}`);
  }
  return value;
}
