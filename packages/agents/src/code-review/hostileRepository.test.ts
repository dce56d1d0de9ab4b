import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewRepository } from './__testUtils__/reviewRepository';
import { TestRepository } from '../__testUtils__/TestRepository';

jest.setTimeout(60_000);

describe('a hostile repository', () => {
  let root: string;
  let repository: TestRepository;
  let trap: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'devart-hostile-'));
    repository = new TestRepository(join(root, 'repository'));
    trap = join(root, 'sprung');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const review = (checkout: Record<string, unknown> = {}) =>
    reviewRepository({
      cloneUrl: repository.folder,
      head: 'HEAD',
      ...checkout,
    });

  it('gets nothing run: no hook, filter, diff driver, linter configuration, or plugin', async () => {
    const spring = `require('fs').writeFileSync(${JSON.stringify(trap)}, '')`;
    const shell = `#!/bin/sh\ntouch ${trap}\n`;
    repository.write({ 'a.js': 'export {};\n' }).commit();
    // Set where Git would look, in the repository that is cloned.
    for (const hook of [
      'post-checkout',
      'post-merge',
      'pre-receive',
      'update',
      'post-update',
      'reference-transaction',
      'upload-pack',
    ]) {
      const file = join(repository.folder, '.git', 'hooks', hook);
      repository.write({ [`.git/hooks/${hook}`]: shell });
      chmodSync(file, 0o755);
    }
    for (const [key, value] of [
      ['core.fsmonitor', `touch ${trap}`],
      ['core.sshCommand', `touch ${trap}`],
      ['core.pager', `touch ${trap}`],
      ['uploadpack.packObjectsHook', `touch ${trap};`],
      ['filter.evil.smudge', `touch ${trap}; cat`],
      ['filter.evil.clean', `cat`],
      ['diff.evil.textconv', `touch ${trap}; cat`],
      ['diff.evil.command', `touch ${trap}`],
      ['diff.external', `touch ${trap}`],
      ['credential.helper', `!touch ${trap}`],
    ]) {
      repository.git('config', key, value);
    }
    repository
      .write({
        '.gitattributes': '*.js filter=evil diff=evil\n*.ts diff=evil\n',
        'eslint.config.js': `${spring};\nmodule.exports = [];\n`,
        '.eslintrc.js': `${spring};\nmodule.exports = {};\n`,
        '.eslintrc.json': '{ "plugins": ["evil"], "parser": "./parser.js" }\n',
        'parser.js': `${spring};\n`,
        '.secretlintrc.js': `${spring};\n`,
        'ruff.toml': 'extend = "/etc/passwd"\n',
        'tsconfig.json': '{ "extends": "./evil", "plugins": ["./evil"] }\n',
        'node_modules/eslint-plugin-evil/index.js': `${spring};\n`,
        'package.json': '{ "scripts": { "postinstall": "touch x" } }\n',
        'b.ts':
          '/* eslint no-debugger: 0 */\n/* eslint-disable */\ndebugger;\n',
        '.lfsconfig': `[lfs]\n\turl = "file://${root}"\n`,
        'big.bin':
          'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
      })
      .commit();
    rmSync(trap, { force: true });

    const { output } = await review();
    expect(existsSync(trap)).toBe(false);
    // Comments switch nothing off, and attributes hide nothing.
    expect(
      output.findings.map(({ path, rule }) => `${path} ${rule}`),
    ).toContain('b.ts no-debugger');
  });

  it('leads nowhere: links and paths outside are not followed', async () => {
    const outside = join(root, 'outside.json');
    writeFileSync(outside, '{ "outside": "TOP-SECRET-OUTSIDE", }');
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository
      .link('link.json', outside)
      .link('link.js', '/etc/passwd')
      .link('folder', root);
    repository.commit();

    const { everything, output } = await review();
    expect(everything).not.toContain('TOP-SECRET-OUTSIDE');
    expect(everything).not.toContain('root:x:0');
    expect(output.findings).toEqual([]);
    expect(output.filesChanged).toBe(3);
  });

  it('has its submodules left alone', async () => {
    const other = new TestRepository(join(root, 'other'));
    const id = other.write({ 'evil.js': 'debugger;\n' }).commit();
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository.write({
      '.gitmodules': `[submodule "-u./evil"]\n\tpath = sub\n\turl = ${other.folder}\n\tupdate = !touch ${trap}\n`,
    });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${id},sub`);
    repository.git('add', '.gitmodules');
    repository.git('commit', '--quiet', '--message', 'Add a submodule');

    const { output } = await review();
    expect(existsSync(trap)).toBe(false);
    expect(output).toMatchObject({ filesChanged: 2, findings: [] });
  });

  it('may name its files as it likes', async () => {
    const names = [
      'with space.js',
      'new\nline.js',
      'quote".js',
      'back\\slash.js',
      'täb\t.js',
      '-rf.js',
      '--upload-pack=touch.js',
      'ünï/çödé 🎉.js',
      '$(touch x).js',
      'a/--- b.js',
      '%s%n.js',
    ];
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository
      .write(Object.fromEntries(names.map(name => [name, 'debugger;\n'])))
      .commit();

    const { output, artifacts } = await review();
    expect(
      output.findings
        .filter(({ rule }) => rule === 'no-debugger')
        .map(({ path, line }) => `${path}:${line}`)
        .sort(),
    ).toEqual(names.map(name => `${name}:1`).sort());
    expect(artifacts.get('diff.patch')!.match(/\+debugger;/g)).toHaveLength(
      names.length,
    );
  });

  it('may hold paths that lead out of it, which nobody is told of', async () => {
    repository.write({ 'a.txt': 'a\n' }).commit();
    const store = (type: string, content: Buffer | string) => {
      const file = join(root, 'object');
      writeFileSync(file, content);
      return repository
        .git('hash-object', '-t', type, '-w', '--literally', file)
        .trim();
    };
    const entry = (mode: string, name: string, id: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
    const blob = store('blob', 'debugger;\n');
    const inner = store('tree', entry('100644', 'evil.js', blob));
    const tree = store('tree', entry('40000', '..', inner));
    const commit = repository
      .git('commit-tree', tree, '-p', 'HEAD', '-m', 'Escape')
      .trim();
    repository.git('update-ref', 'refs/heads/main', commit);

    const { output } = await review();
    expect(output.findings.map(({ path }) => path)).not.toContain('../evil.js');
    expect(output.findingsOmitted).toBeGreaterThan(0);
    expect(readdirSync(root)).not.toContain('evil.js');
  });

  it('may be enormous in one file', async () => {
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository
      .write({
        'huge.json': `[${'1,'.repeat(3_000_000)}`,
        'huge.bin': Buffer.alloc(20 * 1024 * 1024, 1),
        'fine.js': 'debugger;\n',
      })
      .commit();
    const { output, artifacts } = await review();
    expect(output.findings.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      'fine.js no-debugger',
      'huge.bin oversized',
      'huge.json oversized',
      'huge.bin binary',
    ]);
    expect(artifacts.get('diff.patch')!.length).toBeLessThan(1024 * 1024);
  });

  it.each([
    ['--upload-pack=touch x', 'main'],
    ['ext::sh -c touch% x', 'main'],
    ['http://example.com/a.git', 'main'],
    ['https://user:password@example.com/a.git', 'main'],
    ['ssh://-oProxyCommand=touch/x', 'main'],
    ['relative/path', 'main'],
    ['https://example.com/\n[core]', 'main'],
  ])('cannot be %s', async (cloneUrl, head) => {
    await expect(review({ cloneUrl, head })).rejects.toMatchObject({
      name: 'PermanentError',
    });
  });

  it.each([
    { head: '--output=x' },
    { head: '-f' },
    { base: '--all', head: 'main' },
    { head: 'main', fetchRef: '--upload-pack=touch' },
    { head: 'main..other' },
    { head: 'main@{1}' },
    { head: 'HEAD:a.txt' },
    { head: ':/A change' },
    { head: 'main\nother' },
  ])('cannot be asked for %j', async checkout => {
    repository.write({ 'a.txt': 'a\n' }).commit();
    await expect(review(checkout)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('is not the name of'),
    });
  });

  it('may belong to somebody else', async () => {
    repository.write({ 'a.js': 'debugger;\n' }).commit();
    // Only the superuser can give files away; for others nothing is proven here.
    const isSuperuser = process.getuid?.() === 0;
    const everything = readdirSync(repository.folder, { recursive: true });
    for (const path of isSuperuser ? ['.', ...everything] : []) {
      lchownSync(join(repository.folder, String(path)), 65534, 65534);
    }
    const { output } = await review();
    expect(output.findings).toHaveLength(1);
  });
});
