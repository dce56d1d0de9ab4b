import type { ReviewLimits } from '../ReviewLimits';
import type { Analyzer } from './Analyzer';
import { conflicts } from './conflicts';
import { eslint } from './eslint';
import { createFileSizes } from './fileSizes';
import { json } from './json';
import { licences } from './licences';
import { ruff } from './ruff';
import { secrets } from './secrets';
import { toml } from './toml';
import { yaml } from './yaml';

/** All analyzers, in the order in which they run: secrets first, since what they find is masked in all else. */
export function createAnalyzers(
  limits: Pick<ReviewLimits, 'oversizedBytes'>,
): Analyzer[] {
  return [
    secrets,
    conflicts,
    createFileSizes(limits),
    licences,
    json,
    yaml,
    toml,
    eslint,
    ruff,
  ];
}
