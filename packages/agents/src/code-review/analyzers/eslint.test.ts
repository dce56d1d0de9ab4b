import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewRepository } from '../__testUtils__/reviewRepository';
import { TestRepository } from '../../__testUtils__/TestRepository';

jest.setTimeout(60_000);

describe('the analyzer eslint', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'devart-eslint-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  async function check(files: Record<string, string>): Promise<string[]> {
    const repository = new TestRepository(join(root, 'repository'));
    repository.write({ 'a.txt': 'a\n' }).commit();
    repository.write(files).commit();
    const { output } = await reviewRepository({
      cloneUrl: repository.folder,
      head: 'HEAD',
    });
    expect(output.analyzers.map(({ status }) => status)).not.toContain(
      'failed',
    );
    return output.findings.map(
      ({ path, line, rule }) => `${path}:${line} ${rule}`,
    );
  }

  it('takes TypeScript for what it is', async () => {
    const text = `
      import { Bar, type Foo, unusedImport } from './bar';
      export enum Color { Red, Green }
      export type Fn = (a: string, b: number) => void;
      type Keys = { [k in 'a' | 'b']: number };
      interface Local<P extends Keys> { p: P }
      export interface Ext extends Local<Keys> { foo: Foo }
      export abstract class K { abstract m(a: string): void; constructor(private readonly q: string) { void this.q; } }
      export function over(a: string): string;
      export function over(a: number): string;
      export function over(a: unknown) { return String(a); }
      declare global { interface Window { a: 1 } }
      export const View = () => { const [a, setA] = [1, 2]; const unused = 3; return <Bar x={a} />; };
      export class Q { @dec() foo(@inject() a: string) {} }
      export const f = (x: unknown): x is string => { try { return true; } catch {} return false; };
    `;
    expect(await check({ 'view.tsx': text })).toEqual([
      'view.tsx:2 no-unused-vars',
      'view.tsx:13 no-unused-vars',
      'view.tsx:13 no-unused-vars',
    ]);
  });

  it('obeys comments that name the rule for one line, and no others', async () => {
    const text = [
      '/* eslint-disable */',
      '/* eslint no-debugger: "off", no-restricted-syntax: ["error", "*"] */',
      'debugger; // eslint-disable-line',
      'debugger; // eslint-disable-line no-eval',
      'debugger; // eslint-disable-line no-eval, no-debugger -- on purpose',
      '// eslint-disable-next-line no-debugger -- on purpose',
      'debugger;',
      '/* eslint-disable-next-line no-debugger */',
      'debugger;',
      '// eslint-disable-next-line @typescript-eslint/no-unused-vars',
      'const unused = 1;',
    ].join('\n');
    expect(await check({ 'a.js': text })).toEqual([
      'a.js:3 no-debugger',
      'a.js:4 no-debugger',
    ]);
  });

  it('leaves alone what is not written here, or is no JavaScript', async () => {
    expect(
      await check({
        'node_modules/a/index.js': 'debugger;\n',
        'lib/jquery.min.js': 'debugger;\n',
        'flow.js': '// @flow\nconst f = (x: ?number) => (x: any);\n',
        'own.js': 'debugger;\n',
      }),
    ).toEqual(['own.js:1 no-debugger']);
  });
});
