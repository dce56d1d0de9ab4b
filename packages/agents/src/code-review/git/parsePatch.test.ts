import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { TestRepository } from '../../__testUtils__/TestRepository';
import { isAdded } from './ChangedFile';
import { parseNumstat } from './parseNumstat';
import { parsePatch } from './parsePatch';
import { parseRawDiff } from './parseRawDiff';
import { unquotePath } from './unquotePath';

jest.setTimeout(60_000);

/** Lines that look like parts of a patch, among others. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    '--- a/other',
    '+++ b/other',
    '-- a',
    '++ b',
    '@@ -1,2 +3,4 @@',
    'diff --git a/x b/x',
    '\\ No newline at end of file',
    'Binary files a and b differ',
    '\t',
    '\r',
  ),
  fc.string({ maxLength: 6 }).map(text => text.replace(/[\n\0]/g, '')),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''));
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 8 })
  .filter(
    part =>
      !/[\0/]/.test(part) &&
      !/^\.+$/.test(part) &&
      !/^\.?git/i.test(part.normalize('NFKC').replace(/[^a-z.]/gi, '')) &&
      Buffer.from(part).toString() === part,
  );

describe('what Git writes', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'devart-patch-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is read back: files, lines and counts', () => {
    const repository = new TestRepository(join(root, 'repository'));
    const diff = (...args: string[]) =>
      execFileSync('git', ['diff-tree', '-r', '--no-commit-id', ...args], {
        cwd: repository.folder,
      });

    const commitTree = (files: Map<string, string>, parent?: string) => {
      const index = join(root, 'index');
      rmSync(index, { force: true });
      const run = (args: string[], input?: string) =>
        execFileSync('git', args, {
          cwd: repository.folder,
          input,
          env: {
            ...process.env,
            GIT_INDEX_FILE: index,
            GIT_AUTHOR_NAME: 'a',
            GIT_AUTHOR_EMAIL: 'a@example.com',
            GIT_COMMITTER_NAME: 'a',
            GIT_COMMITTER_EMAIL: 'a@example.com',
          },
        })
          .toString()
          .trim();
      const entries = [...files].map(
        ([path, content]) =>
          `100644 ${run(['hash-object', '-w', '--stdin'], content)}\t${path}\0`,
      );
      run(['update-index', '-z', '--index-info'], entries.join(''));
      const parents = parent ? ['-p', parent] : [];
      return run(['commit-tree', run(['write-tree']), ...parents, '-m', 'x']);
    };

    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, text, text), {
          selector: ([path]) => path,
          minLength: 1,
          maxLength: 3,
        }),
        files => {
          const before = commitTree(
            new Map(files.map(([path, old]) => [path, old])),
          );
          const after = commitTree(
            new Map(files.map(([path, , now]) => [path, now])),
            before,
          );
          const entries = parseRawDiff(
            diff('--raw', '-z', '--no-abbrev', before, after),
          );
          const counts = parseNumstat(
            diff('--numstat', '-z', '--text', before, after),
          );
          const sections = parsePatch(
            diff('-p', '-U0', '--text', before, after),
          );
          const changed = files.filter(([, old, now]) => old !== now);
          const latin1 = (path: string) => Buffer.from(path).toString('latin1');

          expect(entries.map(({ path }) => path).sort()).toEqual(
            changed.map(([path]) => latin1(path)).sort(),
          );
          for (const [path, old, now] of changed) {
            const section = sections.find(each => each.path === latin1(path));
            const added = section?.added ?? [];
            const total = added.reduce(
              (sum, { start, end }) => sum + end - start + 1,
              0,
            );
            expect(counts.get(latin1(path))?.added).toBe(total);
            // Lines that were not added stand in the old text, in that order.
            const kept = now
              .split(/(?<=\n)/)
              .filter((each, index) => each && !isAdded({ added }, index + 1));
            let from = 0;
            const oldLines = old.split(/(?<=\n)/);
            for (const each of kept) {
              const at = oldLines.indexOf(each, from);
              expect(at).toBeGreaterThanOrEqual(from);
              from = at + 1;
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('parsePatch', () => {
  it('survives anything', () => {
    fc.assert(
      fc.property(
        fc.array(line).map(lines => lines.join('\n')),
        garbage => {
          const sections = parsePatch(Buffer.from(garbage));
          expect(sections.every(({ start, end }) => start <= end)).toBe(true);
        },
      ),
    );
  });

  it('says where each section stands', () => {
    const first = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+x\n';
    const second =
      'diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -1 +1,2 @@\n-y\n+diff --git a b\n+z\n';
    const patch = Buffer.from(first + second);
    expect(
      parsePatch(patch).map(({ path, added, start, end }) => ({
        path,
        added,
        text: patch.toString('utf8', start, end),
      })),
    ).toEqual([
      { path: 'a', added: [{ start: 1, end: 1 }], text: first },
      { path: 'b', added: [{ start: 1, end: 2 }], text: second },
    ]);
  });
});

describe('unquotePath', () => {
  it.each([
    ['b/plain name', 'b/plain name'],
    ['"b/new\\nline"', 'b/new\nline'],
    ['"b/\\303\\244 \\"q\\" \\\\"', 'b/\xc3\xa4 "q" \\'],
  ])('reads %s', (written, path) => {
    expect(unquotePath(written)).toBe(path);
  });
});
