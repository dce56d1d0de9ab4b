import type { ReviewedFile } from '../git/ChangedFile';
import type { Analyzer, AnalyzerFinding } from './Analyzer';

const LICENCE_FILE =
  /(^|\/)(?:LICEN[CS]E|COPYING|UNLICENSE|NOTICE)(?:[.-][^/]*)?$/i;
const CODE = /\.(?:[cm]?[jt]sx?|py|go|java|rb|rs|c|h|cpp|cs|css|html?)$/i;
const MANIFEST = /(^|\/)(package\.json|pyproject\.toml|Cargo\.toml)$/;

const NONE = 'no licence';

type ManifestReader = (text: string) => unknown;

/** A licence as the manifest of a package says it, in words. */
function describe(licence: unknown): string {
  if (typeof licence === 'string' && licence.trim()) {
    return licence.trim().slice(0, 100);
  }
  if (licence && typeof licence === 'object') {
    const { type, text, file, name } = licence as Record<string, unknown>;
    const said = type ?? name ?? text ?? (file && `the file ${file}`);
    return typeof said === 'string' && said.trim()
      ? said.trim().split('\n')[0].slice(0, 100)
      : NONE;
  }
  return NONE;
}

/** Changes of what others may do with the code. */
export const licences: Analyzer = {
  name: 'licences',

  applies: ({ path, oldPath = path, kind }) =>
    kind !== 'submodule' &&
    [path, oldPath].some(
      each =>
        MANIFEST.test(each) || (LICENCE_FILE.test(each) && !CODE.test(each)),
    ),

  load: async () => {
    const [{ parse: parseJson }, { parse: parseToml }] = await Promise.all([
      import('jsonc-parser'),
      import('smol-toml'),
    ]);
    const readers: Record<string, ManifestReader> = {
      'package.json': text => {
        const manifest = parseJson(text) ?? {};
        return manifest.license ?? manifest.licenses?.[0];
      },
      'pyproject.toml': text => {
        const { project, tool } = parseToml(text) as Record<string, any>;
        return project?.license ?? tool?.poetry?.license;
      },
      'Cargo.toml': text => {
        const { package: crate } = parseToml(text) as Record<string, any>;
        return crate?.license ?? crate?.['license-file'];
      },
    };

    return {
      run: file => {
        const manifest = MANIFEST.exec(file.path)?.[2];
        return manifest
          ? manifestFindings(file, readers[manifest])
          : fileFindings(file);
      },
    };
  },
};

function fileFindings(file: ReviewedFile): AnalyzerFinding[] {
  const finding = (title: string): AnalyzerFinding[] => [
    {
      severity: 'warning',
      rule: 'licence-file',
      title,
      message:
        'Somebody who answers for the licence of this code should know of it.',
    },
  ];
  switch (file.status) {
    case 'deleted':
      return finding('A licence file is removed');
    case 'renamed':
      return finding(`A licence file is moved, from ${file.oldPath}`);
    case 'modified':
      return file.text === file.oldText && file.text !== undefined
        ? []
        : finding('A licence file is changed');
    default:
      return [];
  }
}

function manifestFindings(
  file: ReviewedFile,
  read: ManifestReader,
): AnalyzerFinding[] {
  const said = (text: string | undefined) => {
    try {
      return text === undefined ? undefined : describe(read(text));
    } catch {
      // A manifest that cannot be parsed is somebody else's finding.
      return undefined;
    }
  };
  const before = said(file.oldText);
  const after = said(file.text);
  if (before === undefined || after === undefined || before === after) {
    return [];
  }
  const line = (file.text ?? '')
    .split('\n')
    .findIndex(each => /^\s*"?licen[cs]e/.test(each));
  return [
    {
      line: line >= 0 ? line + 1 : undefined,
      severity: 'warning',
      rule: 'licence-field',
      title: `The licence changes from ${before} to ${after}`,
      message:
        'Somebody who answers for the licence of this code should know of it.',
      anywhere: true,
    },
  ];
}
