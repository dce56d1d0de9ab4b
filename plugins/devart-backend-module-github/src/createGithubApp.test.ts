import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { parse } from 'yaml';
import { StandInGithub } from '@devart/stand-in-github';
import { readGithubSettings } from './config/readGithubSettings';

const PROGRAM = resolvePackagePath(
  '@devart/plugin-devart-backend-module-github',
  'bin/create-github-app.mjs',
);

describe('devart-create-github-app', () => {
  let github: StandInGithub;
  let folder: string;
  let out: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    github = await StandInGithub.start();
    folder = await mkdtemp(path.join(tmpdir(), 'create-github-app-'));
    out = path.join(folder, 'app-config.github.yaml');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill();
    }
    await rm(folder, { recursive: true });
    await github.stop();
  });

  function run(...args: string[]) {
    const child = spawn(process.execPath, [PROGRAM, '--out', out, ...args]);
    children.push(child);
    const address = /Open (\S+)/;
    let output = '';
    const opened = new Promise<string>((resolve, reject) => {
      const collect = (chunk: Buffer) => {
        output += chunk;
        const [, url] = address.exec(output) ?? [];
        if (url) {
          resolve(url);
        }
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.on('close', () => reject(new Error(output)));
    });
    // Not every test waits for it.
    opened.catch(() => {});
    return {
      /** Where the program waits. */
      opened,
      ended: once(child, 'close').then(([code]) => ({ code, output })),
    };
  }

  /** Opens the page of the program and reads what its form would send to GitHub. */
  async function openPage(address: string) {
    const html = await (await fetch(address)).text();
    const decode = (text: string) =>
      text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
    const action = new URL(decode(/action="([^"]*)"/.exec(html)![1]));
    const manifest = JSON.parse(decode(/value="([^"]*)"/.exec(html)![1]));
    return { action, manifest };
  }

  it('leads through GitHub and writes a configuration that works', async () => {
    const program = run(
      ...['--portal', 'https://portal.example.com/', '--port', '0'],
      ...['--github', github.url, '--organization', 'octo-org'],
    );
    const { action, manifest } = await openPage(await program.opened);

    expect(action.origin + action.pathname).toBe(
      `${github.url}/organizations/octo-org/settings/apps/new`,
    );
    expect(manifest).toEqual({
      name: 'devart',
      description: expect.any(String),
      url: 'https://portal.example.com',
      public: false,
      hook_attributes: {
        url: 'https://portal.example.com/api/devart/webhooks/github',
      },
      redirect_url: `${await program.opened}/created`,
      default_permissions: {
        checks: 'write',
        contents: 'read',
        metadata: 'read',
        pull_requests: 'write',
      },
      default_events: ['check_run', 'check_suite', 'pull_request'],
    });

    const back = new URL(manifest.redirect_url);
    back.searchParams.set('code', github.createManifestCode());
    back.searchParams.set('state', action.searchParams.get('state')!);
    const page = await (await fetch(back)).text();
    const { code } = await program.ended;

    expect(page).toContain('/installations/new');
    expect(code).toBe(0);
    // Others on the machine must not read the key.
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const settings = readGithubSettings(
      new ConfigReader(parse(await readFile(out, 'utf8'))),
    );
    expect(settings).toMatchObject({
      apiBaseUrl: github.apiUrl,
      webBaseUrl: github.url,
      webhookSecret: 'a-secret-of-the-manifest-flow',
      credentials: { type: 'app', appId: github.app.id },
    });
  });

  it('takes no notice of a code that somebody else sent', async () => {
    const program = run(
      ...['--portal', 'https://portal.example.com', '--port', '0'],
      ...['--github', github.url],
    );
    const { manifest } = await openPage(await program.opened);

    const answer = await fetch(
      `${manifest.redirect_url}?code=${github.createManifestCode()}&state=x`,
    );

    expect(answer.status).toBe(404);
    expect(github.requests).toEqual([]);
  });

  it('says when GitHub refuses the code', async () => {
    const program = run(
      ...['--portal', 'https://portal.example.com', '--port', '0'],
      ...['--github', github.url],
    );
    const { action, manifest } = await openPage(await program.opened);
    await fetch(
      `${manifest.redirect_url}?code=x&state=${action.searchParams.get('state')}`,
    );

    await expect(program.ended).resolves.toEqual({
      code: 1,
      output: expect.stringContaining('GitHub answered 404'),
    });
  });

  it('leaves a file alone that is there', async () => {
    await writeFile(out, 'the key of another App');

    await expect(
      run('--portal', 'https://portal.example.com').ended,
    ).resolves.toEqual({
      code: 1,
      output: expect.stringContaining('is there already'),
    });
  });

  it.each([[[]], [['--portal', 'portal']], [['--what']]])(
    'explains itself when it is called with %j',
    async args => {
      await expect(run(...args).ended).resolves.toEqual({
        code: 1,
        output: expect.stringContaining('--portal        where GitHub reaches'),
      });
    },
  );
});
