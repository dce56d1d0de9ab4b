import { PermanentError } from '@devart/agent-sdk';
import type { PipelineContext } from '../PipelineContext';
import { Releases } from './Releases';

/**
 * Opens the releases of a target.
 *
 * @throws PermanentError where the agent deploys nothing
 */
export async function openReleases(
  { settings, limits }: PipelineContext,
  target: string,
): Promise<Releases> {
  if (!settings.deployFolder) {
    throw new PermanentError(
      'This agent deploys nothing: DEVART_AGENTS_DEPLOY_DIR names no folder for releases',
    );
  }
  return Releases.open({
    deployFolder: settings.deployFolder,
    target,
    kept: limits.keptReleases,
  });
}
