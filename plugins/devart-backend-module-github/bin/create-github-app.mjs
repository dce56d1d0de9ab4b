#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { parseArgs } from 'node:util';

const HELP = `Creates the GitHub App of a portal and writes its configuration.

  devart-create-github-app --portal https://portal.example.com [options]

  --portal        where GitHub reaches the back end of the portal
  --name          name of the App; GitHub wants it to be unique ("devart")
  --organization  the organisation that shall own the App; you, unless given
  --github        GitHub Enterprise Server instead of https://github.com
  --out           the file to write (app-config.github.yaml)
  --port          where this waits for GitHub to send you back (8765)

Open the address that it shows, confirm at GitHub, and install the App.`;

class UsageError extends Error {}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        portal: { type: 'string' },
        name: { type: 'string', default: 'devart' },
        organization: { type: 'string' },
        github: { type: 'string', default: 'https://github.com' },
        out: { type: 'string', default: 'app-config.github.yaml' },
        port: { type: 'string', default: '8765' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new UsageError(`${error.message}\n\n${HELP}`);
  }
  if (values.help) {
    return undefined;
  }
  for (const name of ['portal', 'github']) {
    if (!values[name] || !/^https?:\/\/[^/\s]+/.test(values[name])) {
      throw new UsageError(
        `--${name} must be an http or https URL.\n\n${HELP}`,
      );
    }
    values[name] = values[name].replace(/\/+$/, '');
  }
  if (existsSync(values.out)) {
    throw new UsageError(
      `${values.out} is there already and may hold the key of an App: move it away, or say --out.`,
    );
  }
  return values;
}

/** A host of its own in the cloud, a path at GitHub Enterprise Server. */
function apiUrlOf(github) {
  return /^https:\/\/(github\.com|[^/]+\.ghe\.com)$/.test(github)
    ? github.replace('https://', 'https://api.')
    : `${github}/api/v3`;
}

async function readManifest({ portal, name, redirectUrl }) {
  const file = new URL('../github-app-manifest.json', import.meta.url);
  return {
    ...JSON.parse(await readFile(file, 'utf8')),
    name,
    url: portal,
    hook_attributes: { url: `${portal}/api/devart/webhooks/github` },
    redirect_url: redirectUrl,
  };
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

function page(title, content) {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 3em auto"><h1>${title}</h1>${content}</body></html>`;
}

function formPage({ action, manifest }) {
  return page(
    'Create the GitHub App of devart',
    `<p>GitHub will show the name of the App, which you may change, and create it.</p>
<form action="${escapeHtml(action)}" method="post">
<input type="hidden" name="manifest" value="${escapeHtml(JSON.stringify(manifest))}">
<button type="submit">Continue at GitHub</button></form>`,
  );
}

/** The code that GitHub sends the browser back with can be used once, within an hour. */
async function convert({ github, code }) {
  const response = await fetch(
    `${apiUrlOf(github)}/app-manifests/${encodeURIComponent(code)}/conversions`,
    {
      method: 'POST',
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'devart',
        'x-github-api-version': '2022-11-28',
      },
      signal: AbortSignal.timeout(30_000),
    },
  );
  if (!response.ok) {
    throw new Error(
      `GitHub answered ${response.status}: the App was not created, or the code was used already`,
    );
  }
  return await response.json();
}

function configurationOf({ github, app }) {
  const key = app.pem.trim().split('\n');
  return [
    `# The GitHub App "${app.slug}": ${app.html_url}`,
    '# Holds secrets: keep it out of version control.',
    'devart:',
    '  github:',
    ...(github === 'https://github.com'
      ? []
      : [`    apiBaseUrl: ${apiUrlOf(github)}`]),
    `    webhookSecret: ${JSON.stringify(app.webhook_secret)}`,
    '    app:',
    `      appId: ${app.id}`,
    '      privateKey: |',
    ...key.map(line => `        ${line.trim()}`),
    '',
  ].join('\n');
}

async function main() {
  const options = readOptions();
  if (!options) {
    console.log(HELP);
    return;
  }
  const { portal, name, organization, github, out } = options;
  const state = randomBytes(16).toString('hex');
  const server = http.createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(options.port), '127.0.0.1', resolve);
  });
  const here = `http://127.0.0.1:${server.address().port}`;
  const manifest = await readManifest({
    portal,
    name,
    redirectUrl: `${here}/created`,
  });
  const owner = organization
    ? `/organizations/${encodeURIComponent(organization)}`
    : '';
  const action = `${github}${owner}/settings/apps/new?state=${state}`;

  const created = new Promise((resolve, reject) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url, here);
      const answer = (status, html) => {
        response.writeHead(status, {
          'content-type': 'text/html; charset=utf-8',
          connection: 'close',
        });
        response.end(html);
      };
      if (url.pathname === '/') {
        answer(200, formPage({ action, manifest }));
        return;
      }
      const code = url.searchParams.get('code');
      if (
        url.pathname !== '/created' ||
        !code ||
        url.searchParams.get('state') !== state
      ) {
        answer(404, page('Not found', `<p>Begin at <a href="/">/</a>.</p>`));
        return;
      }
      convert({ github, code })
        .then(async app => {
          await writeFile(out, configurationOf({ github, app }), {
            mode: 0o600,
            flag: 'wx',
          });
          answer(
            200,
            page(
              'The App is there',
              `<p>Now <a href="${escapeHtml(app.html_url)}/installations/new">install it</a> for your repositories.</p>`,
            ),
          );
          resolve(app);
        })
        .catch(error => {
          answer(
            500,
            page('That failed', `<p>${escapeHtml(error.message)}</p>`),
          );
          reject(error);
        });
    });
  });

  console.log(`Open ${here} and confirm at GitHub (Ctrl-C gives up).`);
  try {
    const app = await created;
    console.log(
      `Wrote ${out}. Install the App: ${app.html_url}/installations/new`,
    );
    console.log(`Then start the portal with --config ${out} besides its own.`);
  } finally {
    server.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : `${error}`);
  process.exitCode = 1;
}
