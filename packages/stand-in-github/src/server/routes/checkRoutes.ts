import type { StandInAnnotation, StandInCheckRun } from '../model';
import { pageOf } from '../pageOf';
import type { NeededPermission } from '../permissions';
import { Refusal } from '../Refusal';
import type { StandInCall } from '../StandInCall';
import type { StandInRoute } from '../StandInRoute';

const CHECKS_READ: NeededPermission = { anyOf: ['checks'], access: 'read' };
const CHECKS_WRITE: NeededPermission = { anyOf: ['checks'], access: 'write' };

const MAX_ANNOTATION_BYTES = 64 * 1024;
const MAX_TITLE_LENGTH = 255;
const MAX_OUTPUT_BYTES = 65_535;

interface Output {
  title?: string;
  summary: string;
  text?: string;
  annotations?: StandInAnnotation[];
}

/** Check runs and their annotations. */
export const checkRoutes: Record<string, StandInRoute> = {
  'post /repos/{owner}/{repo}/check-runs': {
    caller: 'installation',
    permission: CHECKS_WRITE,
    handle: async call => {
      const repository = repositoryOf(call);
      const { state, body } = call;
      const headSha = String(body.head_sha);
      if (!(await state.hasCommit(repository, headSha))) {
        throw new Refusal(422, `No commit found for SHA: ${headSha}`);
      }
      const run: StandInCheckRun = {
        id: state.nextId(),
        name: String(body.name),
        headSha,
        externalId: '',
        detailsUrl: null,
        status: 'queued',
        conclusion: null,
        startedAt: state.timestamp(),
        completedAt: null,
        title: null,
        summary: null,
        text: null,
        annotations: [],
      };
      change(run, call);
      repository.checkRuns.push(run);
      return { status: 201, body: call.render.checkRun(repository, run) };
    },
  },

  'patch /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    caller: 'installation',
    permission: CHECKS_WRITE,
    handle: call => {
      const run = checkRunOf(call);
      change(run, call);
      return {
        status: 200,
        body: call.render.checkRun(repositoryOf(call), run),
      };
    },
  },

  'get /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    caller: 'token',
    permission: CHECKS_READ,
    handle: call => ({
      status: 200,
      body: call.render.checkRun(repositoryOf(call), checkRunOf(call)),
    }),
  },

  'get /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': {
    caller: 'token',
    permission: CHECKS_READ,
    handle: call => {
      const run = checkRunOf(call);
      const { items, headers } = pageOf(call, run.annotations);
      return {
        status: 200,
        headers,
        body: items.map(annotation =>
          call.render.annotation(repositoryOf(call), run, annotation),
        ),
      };
    },
  },

  'get /repos/{owner}/{repo}/commits/{ref}/check-runs': {
    caller: 'token',
    permission: CHECKS_READ,
    handle: async call => {
      const { state, path, query, render } = call;
      const repository = repositoryOf(call);
      if (!(await state.hasCommit(repository, path.ref))) {
        throw new Refusal(422, `No commit found for SHA: ${path.ref}`);
      }
      const matching = repository.checkRuns
        .filter(
          run =>
            run.headSha === path.ref &&
            (!query.check_name || run.name === query.check_name) &&
            (!query.status || run.status === query.status) &&
            (!query.app_id || Number(query.app_id) === state.app.id),
        )
        .reverse();
      const runs =
        query.filter === 'all'
          ? matching
          : matching.filter(
              (run, i) =>
                matching.findIndex(other => other.name === run.name) === i,
            );
      const { items, headers } = pageOf(call, runs);
      return {
        status: 200,
        headers,
        body: {
          total_count: runs.length,
          check_runs: items.map(run => render.checkRun(repository, run)),
        },
      };
    },
  },
};

function repositoryOf({ state, path }: StandInCall) {
  return state.repository(`${path.owner}/${path.repo}`);
}

function checkRunOf(call: StandInCall): StandInCheckRun {
  const run = repositoryOf(call).checkRuns.find(
    candidate => candidate.id === Number(call.path.check_run_id),
  );
  if (!run) {
    throw new Refusal(404, 'Not Found');
  }
  return run;
}

function change(run: StandInCheckRun, { body, state }: StandInCall): void {
  const output = body.output as Output | undefined;
  assertFits(output);
  const conclusion = body.conclusion as string | undefined;
  const status = conclusion ? 'completed' : (body.status as string | undefined);
  if (status === 'completed' && !conclusion) {
    throw new Refusal(
      422,
      'Invalid request.\n\n"conclusion" wasn\'t supplied.',
    );
  }
  if (status) {
    run.status = status;
    run.conclusion = conclusion ?? null;
    run.completedAt = conclusion
      ? ((body.completed_at as string | undefined) ?? state.timestamp())
      : null;
  }
  run.name = (body.name as string | undefined) ?? run.name;
  run.externalId = (body.external_id as string | undefined) ?? run.externalId;
  run.detailsUrl = (body.details_url as string | undefined) ?? run.detailsUrl;
  run.startedAt = (body.started_at as string | undefined) ?? run.startedAt;
  if (output) {
    run.title = output.title ?? run.title;
    run.summary = output.summary;
    run.text = output.text ?? run.text;
    // GitHub appends, and that is the trap in doing it twice.
    run.annotations.push(...(output.annotations ?? []));
  }
}

/** Limits that the description only tells in words. */
function assertFits(output: Output | undefined): void {
  for (const text of [output?.summary, output?.text]) {
    if (text !== undefined && Buffer.byteLength(text) > MAX_OUTPUT_BYTES) {
      throw new Refusal(
        422,
        `Invalid request.\n\nOnly ${MAX_OUTPUT_BYTES} characters are allowed; ${Buffer.byteLength(text)} were supplied.`,
      );
    }
  }
  for (const [i, annotation] of (output?.annotations ?? []).entries()) {
    const tooLong =
      (annotation.title?.length ?? 0) > MAX_TITLE_LENGTH ||
      Buffer.byteLength(annotation.message) > MAX_ANNOTATION_BYTES ||
      Buffer.byteLength(annotation.raw_details ?? '') > MAX_ANNOTATION_BYTES;
    if (
      tooLong ||
      annotation.message === '' ||
      annotation.end_line < annotation.start_line
    ) {
      throw new Refusal(422, 'Validation Failed', {
        errors: [
          {
            resource: 'CheckAnnotation',
            field: `annotations[${i}]`,
            code: 'invalid',
          },
        ],
      });
    }
  }
}
