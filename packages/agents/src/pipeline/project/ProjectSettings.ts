import { PermanentError } from '@devart/agent-sdk';
import { parse } from 'yaml';
import { z } from 'zod';
import { readProjectFile } from './readProjectFile';

/** Where a project says how it is built, tested, run and deployed. */
export const SETTINGS_FILE = 'devart.yaml';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** The URL of something on this machine. */
export const loopbackUrlSchema = z
  .url({ protocol: /^https?$/ })
  .refine(
    url => LOOPBACK.test(new URL(url).hostname),
    'must be a URL on this machine, such as http://localhost:8080/health',
  );

const commandSchema = z.string().min(1).max(4000);

/** One command or several, one after the other. */
export const commandsSchema = z.preprocess(
  value => (typeof value === 'string' ? [value] : value),
  z.array(commandSchema).min(1).max(20),
);

/** A folder or file inside of a project. */
export const insidePathSchema = z
  .string()
  .max(400)
  .refine(
    path =>
      !path.startsWith('/') &&
      !path.includes('\0') &&
      !path.split('/').includes('..'),
    'must be a path inside of the repository, without ..',
  );

/** The path of a URL. */
export const urlPathSchema = z
  .string()
  .max(400)
  .regex(/^\//, 'must start with /');

/** How to find out whether a release is healthy: exactly one of command, url and path. */
export const healthCheckSchema = z
  .strictObject({
    /** Run in the folder of the release; its exit code tells. */
    command: commandSchema.optional(),
    /** On this machine; asked until it answers with success. */
    url: loopbackUrlSchema.optional(),
    /** Like `url`, of an instance that is started for the question. */
    path: urlPathSchema.optional(),
    timeoutSeconds: z.number().positive().max(600).default(30),
  })
  .refine(
    check =>
      [check.command, check.url, check.path].filter(part => part !== undefined)
        .length === 1,
    'must have exactly one of command, url, path',
  );

/** How to find out whether a release is healthy. */
export type HealthCheck = z.output<typeof healthCheckSchema>;

const settingsSchema = z.strictObject({
  build: commandsSchema.optional(),
  test: commandsSchema.optional(),
  /** The folder that is deployed; the whole project unless given. */
  output: insidePathSchema.optional(),
  /** Runs a release in the foreground on the port that `PORT` says. */
  start: commandSchema.optional(),
  /** Makes whatever keeps the service running take up the current release. */
  restart: commandSchema.optional(),
  /** How to find out whether a release is healthy. */
  healthCheck: healthCheckSchema.optional(),
});

/** What a project says of itself. */
export type ProjectSettings = z.output<typeof settingsSchema>;

/**
 * Reads `devart.yaml` at the top of a project; empty where there is none.
 *
 * @throws PermanentError naming the key that is wrong
 */
export async function readProjectSettings(
  project: string,
): Promise<ProjectSettings> {
  const text = await readProjectFile(project, SETTINGS_FILE);
  if (text === undefined) {
    return {};
  }
  let written: unknown;
  try {
    written = parse(text, { maxAliasCount: 10 }) ?? {};
  } catch (error) {
    throw new PermanentError(
      `${SETTINGS_FILE} cannot be read: ${(error as Error).message.split('\n')[0]}`,
    );
  }
  const parsed = settingsSchema.safeParse(written);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new PermanentError(
      `${SETTINGS_FILE} is wrong: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
    );
  }
  return parsed.data;
}
