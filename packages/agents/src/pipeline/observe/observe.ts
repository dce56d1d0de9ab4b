import { realpath } from 'node:fs/promises';
import { dirname, basename, join, sep } from 'node:path';
import { PermanentError, type TaskResult } from '@devart/agent-sdk';
import { z } from 'zod';
import { CommandOutput } from '../commands/CommandOutput';
import { createCommandEnvironment } from '../commands/createCommandEnvironment';
import { openReleases } from '../deploy/openReleases';
import type { Releases } from '../deploy/Releases';
import { RunningRelease } from '../deploy/RunningRelease';
import { targetSchema } from '../deploy/targetSchema';
import type { PipelineContext } from '../PipelineContext';
import {
  insidePathSchema,
  loopbackUrlSchema,
  urlPathSchema,
} from '../project/ProjectSettings';
import { readTaskInput } from '../readTaskInput';
import { readLog, type LogSamples } from './readLog';
import { sampleUrl, type UrlSamples } from './sampleUrl';

const START_MS = 30_000;

const inputSchema = z
  .strictObject({
    target: targetSchema,
    /** What is asked: something on this machine. */
    url: loopbackUrlSchema.optional(),
    /** Asks an instance of the release that is started for it. */
    start: z.boolean().default(false),
    /** The path that is asked of that instance. */
    path: urlPathSchema.default('/'),
    /** A file in the folder of the release. */
    log: insidePathSchema.optional(),
    windowSeconds: z.number().positive().max(600).default(5),
    intervalMs: z.number().min(20).max(60_000).default(100),
    /** When a request counts as not answered. */
    timeoutMs: z.number().min(1).max(60_000).default(2000),
  })
  .refine(input => !(input.start && input.url), {
    path: ['url'],
    message: 'must not be given with start',
  })
  .refine(input => input.start || input.url || input.log, {
    path: ['url'],
    message: 'must be given, or start, or log',
  });

type ObserveInput = z.output<typeof inputSchema>;

/** What was seen of a deployed release. */
export interface Observation extends Partial<UrlSamples> {
  target: string;
  release: string;
  previousRelease?: string;
  deployedAt?: string;
  observedAt: string;
  log?: LogSamples;
}

/**
 * Measures what is deployed at a target over a while: how a URL on this
 * machine answers, and what a log says.
 *
 * @throws PermanentError when nothing is deployed there
 */
export async function observe(pipeline: PipelineContext): Promise<TaskResult> {
  const { task, context } = pipeline;
  const input = readTaskInput(task, inputSchema);
  const releases = await openReleases(pipeline, input.target);
  const release = await releases.current();
  if (release === undefined) {
    throw new PermanentError(`Nothing is deployed at ${input.target}`);
  }
  context.progress(10, `Measuring for ${input.windowSeconds} s`);
  const samples = await measure(pipeline, { input, releases, release });
  const log =
    input.log === undefined
      ? undefined
      : await readLog(
          await logIn(releases.folderOf(release), input.log),
          Date.now() - input.windowSeconds * 1000,
        );
  const observation: Observation = {
    target: input.target,
    release,
    previousRelease: await releases.before(release),
    deployedAt: await releases.deployedAt(release),
    observedAt: new Date().toISOString(),
    ...samples,
    log,
  };
  return { output: { ...observation }, summary: summarize(observation) };
}

async function measure(
  pipeline: PipelineContext,
  options: { input: ObserveInput; releases: Releases; release: string },
): Promise<UrlSamples | undefined> {
  const { input, releases, release } = options;
  const { context } = pipeline;
  const bounds = {
    windowMs: input.windowSeconds * 1000,
    intervalMs: input.intervalMs,
    timeoutMs: input.timeoutMs,
    signal: context.signal,
  };
  if (input.url) {
    return sampleUrl({ url: input.url, ...bounds });
  }
  if (!input.start) {
    return undefined;
  }
  const { start } = await releases.read(release);
  if (start === undefined) {
    throw new PermanentError(
      'The release does not say how to start it: `start` is missing in devart.yaml',
    );
  }
  const running = await startRelease(pipeline, {
    command: start,
    folder: releases.folderOf(release),
  });
  try {
    // One that never listens is measured as well: as not reachable.
    await running.untilListening(START_MS, context.signal);
    return await sampleUrl({ url: `${running.url}${input.path}`, ...bounds });
  } finally {
    await running.stop();
  }
}

async function startRelease(
  pipeline: PipelineContext,
  options: { command: string; folder: string },
): Promise<RunningRelease> {
  const { context, environment, folder, limits, settings } = pipeline;
  return RunningRelease.start({
    ...options,
    environment: await createCommandEnvironment({
      from: environment,
      passOn: settings.passOn,
      folder,
    }),
    graceMs: limits.graceMs,
    output: new CommandOutput({
      hide: settings.deployFolder!,
      maxLines: limits.logLines,
      maxBytes: limits.logBytes,
      onLine: line => context.log.info(line),
    }),
  });
}

/** @throws PermanentError when a link on the way leads out of the release */
async function logIn(release: string, path: string): Promise<string> {
  const root = await realpath(release);
  const file = join(root, path);
  const folder = await realpath(dirname(file)).catch(() => undefined);
  if (
    folder === undefined ||
    (folder !== root && !folder.startsWith(`${root}${sep}`))
  ) {
    throw new PermanentError('The release has no such log');
  }
  return join(folder, basename(file));
}

function summarize({ target, release, ...seen }: Observation): string {
  const parts = [
    ...(seen.samples === undefined
      ? []
      : [
          `${seen.samples} requests, ${seen.errors} of them failed`,
          ...(seen.latencyMs?.p95 === undefined
            ? ['no answer']
            : [`p95 ${seen.latencyMs.p95} ms`]),
        ]),
    ...(seen.log
      ? [`${seen.log.lines} log lines, ${seen.log.errors} with errors`]
      : []),
  ];
  return `${target} at ${release.slice(0, 12)}: ${parts.join('; ')}.`;
}
