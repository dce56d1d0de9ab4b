import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewOutputSchema } from '@devart/plugin-devart-common';
import { reviewRepository } from './__testUtils__/reviewRepository';
import { TestRepository } from '../__testUtils__/TestRepository';

jest.setTimeout(120_000);

const GITHUB_TOKEN = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
const OLD_TOKEN = ['ghp', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF2hJ4'].join('_');
const PRIVATE_KEY = [
  ['-----BEGIN', 'RSA PRIVATE KEY-----'].join(' '),
  'MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu',
  'KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQJAIJLixBy2qpFoS4DSmoEm',
  ['-----END', 'RSA PRIVATE KEY-----'].join(' '),
].join('\n');

describe('the agent code-review', () => {
  let root: string;
  let repository: TestRepository;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'devart-repository-'));
    repository = new TestRepository(join(root, 'repository'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const review = (
    checkout: {
      cloneUrl?: string;
      base?: string;
      head?: string;
      fetchRef?: string;
    } = {},
    options: Parameters<typeof reviewRepository>[1] = {},
  ) =>
    reviewRepository(
      { cloneUrl: repository.folder, head: 'HEAD', ...checkout },
      options,
    );

  const found = ({ output }: Awaited<ReturnType<typeof review>>) =>
    output.findings.map(
      ({ tool, rule, path, line }) =>
        `${tool} ${rule} ${path}${line ? `:${line}` : ''}`,
    );

  it('finds what each analyzer is there for, on the lines that changed', async () => {
    repository
      .write({
        'src/old.ts': 'const before = 1;\ndebugger;\nexport {};\n',
        LICENSE: 'MIT\n',
        COPYING: 'MIT\n',
        'package.json': '{\n  "name": "a",\n  "license": "MIT"\n}\n',
        'py/pyproject.toml': '[project]\nname = "a"\nlicense = "MIT"\n',
        'rust/Cargo.toml': '[package]\nname = "a"\nlicense = "MIT"\n',
        'broken-before.json': '{ not json }\n',
      })
      .commit();
    repository
      .write({
        'src/old.ts':
          'const before = 1;\ndebugger;\nexport {};\nconst after = 2;\n',
        'src/new.js': 'export function f(a) {\n  if (a = NaN) debugger;\n}\n',
        'src/view.tsx':
          'export const View = (p: { a: number }) => <b>{p.a}</b>;\nlet a = 1;\na === a;\n',
        'src/broken.mjs': 'export const = ;\n',
        'tool.py': 'import os\n\ndef f(a=[]):\n    return undefined_name\n',
        'broken.py': 'def f(:\n',
        'config/token.env': `A=1\nTOKEN=${GITHUB_TOKEN}\n`,
        'ci.yaml': 'a: 1\nb: [1, 2\nc: 3\n',
        'twice.yml': 'a: 1\na: 2\n',
        'data.json': '{\n  "a": 1,\n}\n',
        'tsconfig.json': '{\n  // fine here\n  "a": 1,\n}\n',
        'settings.toml': 'a = 1\nb = \n',
        'big.txt': 'x'.repeat(1024 * 1024 + 1),
        'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
        'merge.txt': 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n',
        LICENSE: 'GPL\n',
        COPYING: undefined,
        'package.json': '{\n  "name": "a",\n  "license": "GPL-3.0-only"\n}\n',
        'py/pyproject.toml':
          '[project]\nname = "a"\nlicense = { text = "Apache-2.0" }\n',
        'rust/Cargo.toml': '[package]\nname = "a"\n',
        'broken-before.json': '{ still not json }\n',
      })
      .commit();

    const record = await review();
    expect(found(record)).toEqual([
      'ruff parse-error broken.py:1',
      'yaml bad-indent ci.yaml:3',
      'secretlint github config/token.env:2',
      'json property-name-expected data.json:3',
      'conflicts conflict-marker merge.txt:2',
      'conflicts conflict-marker merge.txt:6',
      'toml parse-error settings.toml:2',
      'eslint parse-error src/broken.mjs:1',
      'eslint no-debugger src/new.js:2',
      'eslint no-self-compare src/view.tsx:3',
      'ruff F821 tool.py:4',
      'yaml duplicate-key twice.yml:2',
      'licences licence-file COPYING',
      'licences licence-file LICENSE',
      'file-sizes oversized big.txt',
      'licences licence-field package.json:3',
      'licences licence-field py/pyproject.toml:3',
      'licences licence-field rust/Cargo.toml',
      'eslint no-cond-assign src/new.js:2',
      'eslint no-unused-vars src/old.ts:4',
      'ruff F401 tool.py:1',
      'ruff B006 tool.py:3',
      'file-sizes binary picture.png',
    ]);

    const { output, artifacts, progress, summary } = record;
    expect(reviewOutputSchema.parse(output)).toEqual(output);
    expect(output.analyzers.map(({ status }) => status)).toEqual(
      Array(9).fill('ran'),
    );
    expect(output.findings[0].severity).toBe('error');
    expect(output.findings.at(-1)!.severity).toBe('notice');
    expect(
      output.findings.find(({ path }) => path === 'package.json')!.title,
    ).toBe('The licence changes from MIT to GPL-3.0-only');
    expect(
      output.findings.find(({ path }) => path === 'rust/Cargo.toml')!.title,
    ).toBe('The licence changes from MIT to no licence');
    expect(
      output.findings.find(({ path }) => path === 'src/old.ts')!.context,
    ).toBe('const after = 2;');
    expect(summary).toMatch(/^\d+ findings in 21 files: \d+ errors, /);
    expect(JSON.parse(artifacts.get('review.json')!)).toMatchObject({
      headSha: repository.git('rev-parse', 'HEAD').trim(),
      baseSha: repository.git('rev-parse', 'HEAD~1').trim(),
    });
    expect(artifacts.get('diff.patch')).toContain('+const after = 2;');
    expect(progress.at(-1)).toEqual({ percent: 100, message: 'Done' });
    expect(progress.map(({ percent }) => percent)).toEqual(
      progress.map(({ percent }) => percent).sort((a, b) => a - b),
    );
  });

  it('lets no secret out, neither a new one nor one that is removed', async () => {
    repository
      .write({
        'removed.env': `OLD=${OLD_TOKEN}\n`,
        'moved.ts': `export const a = 1;\n${'// filler\n'.repeat(20)}export const t = '${GITHUB_TOKEN}';\n`,
      })
      .commit();
    repository
      .write({
        'removed.env': 'OLD=\n',
        'moved.ts': `export const a = 2;\n${'// filler\n'.repeat(20)}export const t = '${GITHUB_TOKEN}';\n`,
        'unused.js': `const token = '${GITHUB_TOKEN}'; // secretlint-disable-line\n`,
        'key.pem': `${PRIVATE_KEY}\n`,
        'bad.yaml': `a: '${GITHUB_TOKEN}\nb: [\n`,
        'bad.toml': `a = ${GITHUB_TOKEN}\n`,
        'bad.py': `def ${GITHUB_TOKEN}(:\n`,
        'fine.txt': 'nothing\n',
      })
      .commit();

    const record = await review();
    expect(found(record)).toEqual(
      expect.arrayContaining([
        'secretlint github unused.js:1',
        'secretlint privatekey key.pem:1',
        'secretlint github bad.yaml:1',
        'eslint no-unused-vars unused.js:1',
      ]),
    );
    // It was there before and its line did not change.
    expect(found(record)).not.toContain('secretlint github moved.ts:22');
    for (const secret of [
      GITHUB_TOKEN,
      OLD_TOKEN,
      ...PRIVATE_KEY.split('\n').slice(1, -1),
    ]) {
      expect(record.everything).not.toContain(secret);
      expect(record.everything).not.toContain(secret.slice(4, 30));
    }
    const patch = record.artifacts.get('diff.patch')!;
    expect(patch).toContain('+nothing');
    expect(patch).toContain('# "key.pem" is left out');
    expect(patch).toContain('# "removed.env" is left out');
  });

  it('keeps the patch back when nobody could look for secrets', async () => {
    repository.write({ 'a.env': 'A=1\n' }).commit();
    repository.write({ 'a.env': `A=${GITHUB_TOKEN}\n` }).commit();
    const record = await review({}, { limits: { analyzerStepMs: 1 } });

    const secretlint = record.output.analyzers.find(
      ({ name }) => name === 'secretlint',
    )!;
    expect(secretlint).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('took longer than'),
    });
    expect(record.everything).not.toContain(GITHUB_TOKEN);
    expect(record.summary).toContain('Not complete: secretlint');
    expect(record.lines.join('\n')).toContain('secretlint failed');
  });

  describe('compares', () => {
    it('the newest commit with its parent, or with nothing when it is the first', async () => {
      const first = repository.write({ 'a.txt': 'a\n' }).commit();
      const record = await review();
      expect(record.output).toMatchObject({
        headSha: first,
        baseSha: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
        filesChanged: 1,
        linesAdded: 1,
      });

      const second = repository.write({ 'b.txt': 'b\nb\n' }).commit();
      expect((await review()).output).toMatchObject({
        headSha: second,
        baseSha: first,
        filesChanged: 1,
        linesAdded: 2,
      });
    });

    it('a shallow clone, as far as its history goes', async () => {
      repository.write({ 'a.txt': 'a\n' }).commit();
      repository.write({ 'b.txt': 'b\n' }).commit();
      const head = repository.write({ 'c.json': '{ "c": 3, }\n' }).commit();
      const clone = join(root, 'shallow');
      repository.git(
        ...['clone', '--quiet', '--depth=2'],
        ...[`file://${repository.folder}`, clone],
      );
      const reviewed = await review({ cloneUrl: clone });
      expect(reviewed.output).toMatchObject({ headSha: head, filesChanged: 1 });
      expect(found(reviewed)).toEqual(['json property-name-expected c.json:1']);
      await expect(review({ cloneUrl: clone, base: 'HEAD~2' })).rejects.toThrow(
        "no revision 'HEAD~2'; it is a shallow clone",
      );
    });

    it('a branch with where it left the other, like a pull request', async () => {
      const fork = repository.write({ 'a.txt': 'a\n' }).commit();
      repository.git('switch', '--quiet', '--create', 'feature/x');
      const head = repository.write({ 'b.txt': 'b\n' }).commit();
      repository.git('tag', 'v1');
      repository.git('switch', '--quiet', 'main');
      const main = repository.write({ 'c.txt': 'c\n' }).commit();

      const expected = { headSha: head, baseSha: fork, filesChanged: 1 };
      for (const checkout of [
        { base: 'main', head: 'feature/x' },
        { base: main, head },
        { base: 'main', head: 'v1' },
        { base: 'HEAD', head: 'feature/x' },
        { base: 'refs/heads/main', head: head.slice(0, 10) },
        { base: 'feature/x~1', head: 'feature/x' },
      ]) {
        expect((await review(checkout)).output).toMatchObject(expected);
      }
    });

    it('a commit that only a ref besides branches leads to', async () => {
      const base = repository.write({ 'a.txt': 'a\n' }).commit();
      const head = repository.write({ 'b.txt': 'b\n' }).commit();
      repository.git('update-ref', 'refs/pull/7/head', head);
      repository.git('reset', '--quiet', '--hard', base);
      const record = await review({ base, head, fetchRef: 'refs/pull/7/head' });
      expect(record.output).toMatchObject({ headSha: head, baseSha: base });
    });

    it('histories that have nothing in common', async () => {
      repository.write({ 'a.txt': 'a\n' }).commit();
      repository.git('switch', '--quiet', '--orphan', 'other');
      repository.write({ 'b.txt': 'b\n' }).commit();
      const record = await review({ base: 'main', head: 'other' });
      expect(record.output.filesChanged).toBe(2);
    });

    it('what a worktree with a detached head has checked out', async () => {
      const first = repository.write({ 'a.txt': 'a\n' }).commit();
      repository.write({ 'b.txt': 'b\n' }).commit();
      const worktree = join(root, 'worktree');
      repository.git('worktree', 'add', '--quiet', '--detach', worktree, first);
      const record = await reviewRepository({
        cloneUrl: `file://${worktree}`,
        head: 'HEAD',
      });
      expect(record.output.headSha).toBe(first);
    });

    it('two revisions that are the same', async () => {
      repository.write({ 'a.txt': 'a\n' }).commit();
      const record = await review({ base: 'main', head: 'main' });
      expect(record.output).toMatchObject({ filesChanged: 0, findings: [] });
      expect(record.summary).toBe('Nothing found in 0 files.');
    });

    it('files that were moved, removed, or became something else', async () => {
      const text = `${Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n')}\n`;
      repository
        .write({
          'moved.txt': text,
          'same.txt': `${text}same\n`,
          'gone.txt': 'gone\n',
          'linked.txt': 'once a file\n',
          'mode.sh': 'echo\n',
        })
        .commit();
      repository
        .write({
          'moved.txt': undefined,
          'here.txt': `${text}and more\n`,
          'same.txt': undefined,
          'there.txt': `${text}same\n`,
          'gone.txt': undefined,
          'linked.txt': undefined,
        })
        .link('linked.txt', '/etc/passwd');
      chmodSync(join(repository.folder, 'mode.sh'), 0o755);
      repository.commit();
      const { output, artifacts } = await review();
      expect(output).toMatchObject({ filesChanged: 5, findings: [] });
      expect(artifacts.get('diff.patch')).toMatch(
        /rename from moved.txt\nrename to here.txt/,
      );
    });
  });

  describe('ends', () => {
    it('when there is no such revision', async () => {
      repository.write({ 'a.txt': 'a\n' }).commit();
      await expect(review({ head: 'nowhere' })).rejects.toMatchObject({
        name: 'PermanentError',
        message: "The repository has no revision 'nowhere'",
      });
      await expect(
        review({ head: '0123456789012345678901234567890123456789' }),
      ).rejects.toThrow(/no revision/);
    });

    it('when the repository cannot be had, without telling folders of the machine', async () => {
      const { folder } = repository;
      rmSync(folder, { recursive: true });
      const failure = await review().catch(error => error);
      expect(failure.message).toContain('git fetch: ');
      expect(failure.message).not.toContain('devart-work-');
    });

    it('when the repository is too large, or takes too long', async () => {
      repository
        .write({ 'a.txt': 'a\n', 'b.bin': Buffer.alloc(4096, 7) })
        .commit();
      await expect(review({}, { limits: { cloneBytes: 100 } })).rejects.toThrow(
        /larger than/,
      );
      await expect(review({}, { limits: { cloneMs: 1 } })).rejects.toThrow(
        'git fetch: took longer than 0.001 s',
      );
    });

    it('when its task is dropped, and leaves nothing behind', async () => {
      repository.write({ 'a.js': 'debugger;\n' }).commit();
      const controller = new AbortController();
      const reason = new Error('dropped');
      const running = review({}, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 150);
      await expect(running).rejects.toBe(reason);
    });

    it('when the task is something else', async () => {
      await expect(
        review({}, { task: { type: 'cooking' } }),
      ).rejects.toMatchObject({ name: 'PermanentError' });
    });
  });

  it('proposes no more findings than a review may have, the most severe ones', async () => {
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository
      .write({
        'many.js': `${'var a = b === b;\n'.repeat(200)}${'eval("1");\n'.repeat(200)}`,
      })
      .commit();
    const { output, artifacts, summary } = await review();
    expect(output.findings).toHaveLength(300);
    expect(output.findingsOmitted).toBeGreaterThanOrEqual(100);
    expect(
      output.findings.filter(({ severity }) => severity === 'error'),
    ).toHaveLength(200);
    expect(summary).toContain('left out');
    expect(
      JSON.parse(artifacts.get('review.json')!).findings.length,
    ).toBeGreaterThan(300);
  });

  it('reviews a file that an analyzer cannot cope with without that analyzer', async () => {
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository
      .write({
        'deep.json': '['.repeat(200_000),
        'fine.json': '{ "a": }\n',
        'b.js': 'debugger;\n',
      })
      .commit();
    const record = await review();
    const json = record.output.analyzers.find(({ name }) => name === 'json')!;
    expect(json).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('deep.json'),
    });
    expect(found(record)).toEqual(
      expect.arrayContaining([
        'eslint no-debugger b.js:1',
        'json value-expected fine.json:1',
      ]),
    );
  });
});
