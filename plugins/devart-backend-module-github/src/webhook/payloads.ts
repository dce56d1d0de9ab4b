import { InputError } from '@backstage/errors';
import { z } from 'zod';

const shaSchema = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the full id of a commit');

const repositorySchema = z.object({
  full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be <owner>/<name>'),
});

const installationSchema = z.object({ id: z.int().positive() }).nullish();

const lineCountSchema = z.int().min(0).optional();

/** What every event with actions has. */
export const actionPayloadSchema = z.object({ action: z.string() });

/** What is used of `pull_request`. */
export const pullRequestPayloadSchema = z.object({
  action: z.string(),
  number: z.int().positive(),
  pull_request: z.object({
    title: z.string(),
    html_url: z.url(),
    draft: z.boolean().default(false),
    head: z.object({ ref: z.string(), sha: shaSchema }),
    base: z.object({ ref: z.string(), sha: shaSchema }),
    labels: z.array(z.object({ name: z.string() })).default([]),
    additions: lineCountSchema,
    deletions: lineCountSchema,
  }),
  repository: repositorySchema,
  installation: installationSchema,
});

/** What is used of `pull_request`. */
export type PullRequestPayload = z.output<typeof pullRequestPayloadSchema>;

const appSchema = z.object({ id: z.int() }).nullish();

/** What is used of `check_run`. */
export const checkRunPayloadSchema = z.object({
  action: z.string(),
  check_run: z.object({ head_sha: shaSchema, app: appSchema }),
  repository: repositorySchema,
});

/** What is used of `check_suite`. */
export const checkSuitePayloadSchema = z.object({
  action: z.string(),
  check_suite: z.object({ head_sha: shaSchema, app: appSchema }),
  repository: repositorySchema,
});

/**
 * Reads of a payload what its schema describes.
 *
 * @throws InputError naming the event, the field and its problem.
 */
export function parsePayload<TSchema extends z.ZodType>(
  schema: TSchema,
  event: string,
  payload: unknown,
): z.output<TSchema> {
  const result = schema.safeParse(payload);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map(
    issue => `${issue.path.join('.') || 'payload'}: ${issue.message}`,
  );
  throw new InputError(
    `The payload of the event ${event} is not what GitHub describes: ${problems.join('; ')}`,
  );
}
